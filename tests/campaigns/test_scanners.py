"""Programs that open, fetch ahead and follow every link of a mail decide nothing.

A17, A18 and A20 of the guarantees, in their short form: twenty ways in which link
scanners, previews, prefetchers and crawlers behave, over every public address.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from time import perf_counter
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from campaigns.models import OptIn
from campaigns.services.downloads import download_url
from campaigns.services.links import hidden_link_for
from campaigns.services.preferences import preference_url, unsubscribe_url
from campaigns.services.submissions import new_token
from campaigns.tokens import Door, make_token
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Consent, DataRequest, Suppression
from journeys.models import Interaction
from scoring.selectors.explain import explain
from tests.campaigns.sign_ups import confirm_path, sign_up
from tests.campaigns.test_choices import bad_tokens, path_of
from tests.factories.campaigns import (
    ConsentTextFactory,
    DownloadGrantFactory,
    FormFactory,
    LandingPageFactory,
    MessageFactory,
)
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.journeys import TrackedLinkFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.journeys.test_public import BROWSER

CHROME = BROWSER
CLICKS = ("email_click", "link_click")
# (what it is, method, headers, all links within seconds)
PROFILES = [
    ("HEAD before GET", "head", {"User-Agent": CHROME}),
    ("HEAD without a name", "head", {}),
    ("GET without a name", "get", {}),
    ("prefetch", "get", {"User-Agent": CHROME, "Sec-Purpose": "prefetch"}),
    ("prerender", "get", {"User-Agent": CHROME, "Sec-Purpose": "prefetch;prerender"}),
    ("old prefetch", "get", {"User-Agent": CHROME, "Purpose": "prefetch"}),
    ("Firefox prefetch", "get", {"User-Agent": CHROME, "X-Moz": "prefetch"}),
    ("preview", "get", {"User-Agent": CHROME, "X-Purpose": "preview"}),
    ("search engine", "get", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
    ("Bing preview", "get", {"User-Agent": f"{CHROME} BingPreview/1.0b"}),
    ("chat preview", "get", {"User-Agent": "Slackbot-LinkExpanding 1.0"}),
    ("messenger preview", "get", {"User-Agent": "WhatsApp/2.23.20.0"}),
    ("social preview", "get", {"User-Agent": "facebookexternalhit/1.1"}),
    ("library", "get", {"User-Agent": "python-requests/2.31"}),
    ("command line", "get", {"User-Agent": "curl/8.4.0"}),
    ("headless browser", "get", {"User-Agent": f"{CHROME} HeadlessChrome/120"}),
    (
        "rewriting gateway",
        "get",
        {
            "User-Agent": CHROME,
            "Referer": "https://eu1.safelinks.protection.outlook.com/",
        },
    ),
    (
        "other gateway",
        "get",
        {"User-Agent": CHROME, "Referer": "https://urldefense.com/v3/"},
    ),
    ("detonating like a person", "get", {"User-Agent": CHROME}),
    ("OPTIONS", "options", {"User-Agent": CHROME}),
]


@pytest.fixture
def mail(db, anybody):
    """A person with every kind of link there is, in mails and on our pages."""
    RuleFactory(
        scoring_model=ScoringModelFactory(is_active=True),
        points=10,
        when={"kind": [*CLICKS, "email_open", "unsubscribe", "content_download"]},
    )
    form = FormFactory()
    ConsentTextFactory(form=form)
    page = LandingPageFactory(form=form)
    opt_in = sign_up(anybody, form)
    ada = opt_in.contact
    ConsentFactory(contact=ada, purpose="phone")
    links = [TrackedLinkFactory(contact=ada, channel="email") for _number in range(4)]
    sent = MessageFactory(contact=ada, state="sent", transmitted_at=timezone.now())
    hidden = hidden_link_for(sent, is_personal=True, at=timezone.now())
    paths = [
        path_of(hidden),
        confirm_path(opt_in),
        path_of(preference_url(ada)),
        path_of(unsubscribe_url(SimpleNamespace(contact=ada))),
        f"/p/{page.slug}/",
        f"/f/{form.slug}/",
        *(f"/t/c/{link.token}" for link in links),
        f"/t/o/{links[0].token}.gif",
        path_of(download_url(DownloadGrantFactory(contact=ada))),
    ]
    return SimpleNamespace(contact=ada, opt_in=opt_in, paths=paths)


def state_of(mail):
    mail.opt_in.refresh_from_db()
    touch = Touch(mail.contact, Channel.EMAIL, Purpose.MARKETING, at=timezone.now())
    return (
        mail.opt_in.confirmed_at,
        list(Consent.objects.order_by("pk").values()),
        list(Suppression.objects.values()),
        DataRequest.objects.count(),
        [reason.code for reason in reasons_against(touch)],
    )


@pytest.mark.django_db
def test_there_are_twenty_of_them():
    assert len({name for name, _method, _headers in PROFILES}) == 20


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "headers"),
    [profile[1:] for profile in PROFILES],
    ids=[profile[0] for profile in PROFILES],
)
def test_a_scanner_confirms_nothing_ends_nothing_and_gets_no_points(
    mail, method, headers
):
    before = state_of(mail)
    points = explain(mail.contact, timezone.now()).total

    for path in mail.paths * 2:
        getattr(Client(headers=headers), method)(path)

    assert state_of(mail) == before
    assert explain(mail.contact, timezone.now()).total == points
    assert not Interaction.objects.filter(kind="unsubscribe").exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_all_links_at_once_decide_nothing_and_count_for_nobody(mail):
    before = state_of(mail)
    points = explain(mail.contact, timezone.now()).total

    def fetch(path: str) -> int:
        try:
            return Client(headers={"User-Agent": CHROME}).get(path).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(fetch, mail.paths))

    assert max(answers) < 500
    assert state_of(mail) == before
    # The last of them sees all, and takes them back.
    assert explain(mail.contact, timezone.now()).total == points


@pytest.mark.django_db
def test_a_person_counts_after_all_the_scanners(mail):
    for _name, method, headers in PROFILES:
        for path in mail.paths:
            getattr(Client(headers=headers), method)(path)

    person = Client(headers={"User-Agent": CHROME})
    person.post(mail.paths[1])

    mail.opt_in.refresh_from_db()
    assert mail.opt_in.confirmed_at is not None
    assert Consent.objects.filter(purpose="email_marketing", granted=True).exists()


# Guessing ------------------------------------------------------------------------


@pytest.mark.django_db
def test_guessed_tokens_hit_nothing_and_all_look_the_same(anybody, mail):
    """A20, short: random ones, and real ones with one letter changed."""
    rng = random.Random(11)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    answers = set()
    for door in (Door.CONFIRM, Door.PREFERENCES, Door.UNSUBSCRIBE):
        good = make_token(door, key=mail.opt_in.key, at=timezone.now())
        guesses = ["".join(rng.choices(letters, k=56)) for _ in range(40)]
        for place in range(0, 56, 2):
            other = rng.choice(letters.replace(good[place], ""))
            guesses.append(good[:place] + other + good[place + 1 :])
        for guess in guesses:
            response = anybody.post(f"/{door}/{guess}")
            answers.add((response.status_code, response.content))

    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert OptIn.objects.get().confirmed_at is None


@pytest.mark.django_db
def test_bad_links_take_about_the_same_time_whatever_is_wrong(anybody, mail):
    """A20: an expired link of a real row is not told from nonsense by the clock."""
    tokens = [
        "x",
        "A" * 56,
        make_token(
            Door.PREFERENCES,
            key="0" * 32,
            at=timezone.now(),
        ),
        *bad_tokens(mail.contact)[Door.PREFERENCES][-1:],
    ]
    times: dict[str, list[float]] = {token: [] for token in tokens}
    for _round in range(40):
        for token in tokens:
            start = perf_counter()
            anybody.get(f"/preferences/{token}")
            times[token].append(perf_counter() - start)

    middle = [median(each) for each in times.values()]
    assert max(middle) < 2 * min(middle)


@pytest.mark.django_db
def test_an_old_confirmation_of_a_known_row_is_as_dead_as_nonsense(anybody, mail):
    old = confirm_path(mail.opt_in, at=timezone.now() - timedelta(days=8))

    nonsense = anybody.get("/confirm/nonsense")
    answer = anybody.get(old)

    assert (answer.status_code, answer.content) == (404, nonsense.content)


# Somebody else's address ---------------------------------------------------------


@pytest.mark.django_db
def test_who_types_a_strangers_address_learns_and_changes_nothing(anybody):
    """A21: by the form, then by the pages that follow."""
    form = FormFactory(
        fields=[{"name": n, "label": n} for n in ("email", "first_name", "phone")]
    )
    ConsentTextFactory(form=form)
    victim = ContactFactory(
        email="victim@example.com", first_name="Valerie", phone="+4930111111"
    )
    ConsentFactory(contact=victim)

    known = sign_up(anybody, form, email="victim@example.com", first_name="Eve")
    answers = []
    for address in ("victim@example.com", "nobody@example.com"):
        data = {"email": address, "first_name": "Eve", "consent-newsletter": "1"}
        data["token"] = new_token(form)
        response = anybody.post(f"/f/{form.slug}/", data)
        answers.append((response.status_code, response["Location"], response.content))
        assert not response.cookies

    assert known is None  # all is granted already: no mail, and no other answer
    assert answers[0] == answers[1]
    victim.refresh_from_db()
    assert (victim.first_name, victim.phone) == ("Valerie", "+4930111111")
    shown = anybody.get(path_of(preference_url(victim))).content.decode()
    for secret in ("Valerie", "Eve", "30111111", "victim@"):
        assert secret not in shown

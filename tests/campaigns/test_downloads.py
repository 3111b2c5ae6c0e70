"""From a form to the content it trades: ``/d/``, and the mails that lead there."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from campaigns.models import DownloadGrant, Message
from campaigns.services.contents import ensure_topics
from campaigns.services.downloads import download_url, grant_download
from campaigns.services.sending import breaker, send_due_messages
from campaigns.services.submissions import new_token
from campaigns.services.uploads import store_upload
from contacts.models import Contact
from journeys.models import Interaction
from tests.campaigns import files
from tests.campaigns.sign_ups import confirm_path
from tests.factories.campaigns import (
    ConsentTextFactory,
    ContentFactory,
    DownloadGrantFactory,
    FormFactory,
    FormSubmissionFactory,
    LandingPageFactory,
)
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.journeys import MeasureFactory
from tests.journeys.test_public import CRAWLER

pytestmark = pytest.mark.django_db
PATH = re.compile(r"https?://[^/\s]+(/d/[\w-]{56})")


@pytest.fixture(autouse=True)
def _nobody_waits() -> None:
    breaker.worked()


@pytest.fixture
def content():
    file = SimpleUploadedFile("Guide.pdf", files.PDF)
    at = timezone.now()
    upload = store_upload(file=file, name="Guide für alle.pdf", by=None, at=at)
    content = ContentFactory(url="", upload=upload, measure=MeasureFactory())
    content.topics.set(ensure_topics(topics=["Pricing", "Security"]))
    return content


def path_of(grant):
    return "/" + download_url(grant).split("/", 3)[3]


def send(client, form, **values):
    data = {"email": "ada@example.com", "token": new_token(form)} | values
    return client.post(f"/f/{form.slug}/", data, follow=True)


def bodies(response):
    return b"".join(response.streaming_content)


# What is asked for -----------------------------------------------------------------


def test_who_sends_a_form_without_consents_gets_the_content_at_once(anybody, content):
    form = FormFactory(content=content)

    thanks = send(anybody, form).content.decode()
    [path] = set(re.findall(r"/d/[\w-]{56}", thanks))
    response = anybody.get(path)

    assert bodies(response) == files.PDF
    assert response["Content-Type"] == "application/pdf"
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert "Guide%20f%C3%BCr%20alle.pdf" in disposition
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"
    downloaded = Interaction.objects.get(kind="content_download")
    assert downloaded.contact == Contact.objects.get()
    assert downloaded.measure == content.measure
    assert downloaded.properties == {
        "content": content.slug,
        "topics": ["pricing", "security"],
    }


def test_a_mail_brings_the_link(anybody, content, mail_server):
    send(anybody, FormFactory(content=content), email="mail.link@example.com")

    assert send_due_messages() == 1

    [mail] = mail_server.mails_to("mail.link@example.com")
    text = mail.get_payload()[0].get_payload(decode=True).decode()
    path = PATH.search(text)[1]
    assert bodies(anybody.get(path)) == files.PDF


def test_with_a_consent_the_content_waits_for_the_confirmation(anybody, content):
    form = FormFactory(content=content)
    ConsentTextFactory(form=form)

    thanks = send(anybody, form, **{"consent-newsletter": "1"}).content.decode()

    assert "/d/" not in thanks
    assert not DownloadGrant.objects.exists()
    opt_in = Contact.objects.get().opt_ins.get()
    confirm = confirm_path(opt_in)
    assert "/d/" not in anybody.get(confirm).content.decode()
    done = anybody.post(confirm).content.decode()
    again = anybody.post(confirm).content.decode()
    [path] = set(re.findall(r"/d/[\w-]{56}", done))
    assert path in again
    assert bodies(anybody.get(path)) == files.PDF
    assert Message.objects.filter(kind="content").count() == 1


def test_nobody_sees_by_the_answer_who_is_known(anybody, content):
    """One who agreed before gets the content by mail, and the same page as others."""
    form = FormFactory(content=content)
    ConsentTextFactory(form=form)
    known = ContactFactory(email="known@example.com")
    ConsentFactory(contact=known, purpose="email_marketing", granted=True)
    agreed = {"consent-newsletter": "1"}

    of_known = send(anybody, form, email="known@example.com", **agreed)
    of_new = send(anybody, form, email="new@example.com", **agreed)

    assert of_known.content == of_new.content
    assert of_known.redirect_chain == of_new.redirect_chain
    assert Message.objects.get(kind="content").contact == known


def test_what_a_machine_sends_gets_nothing(anybody, content):
    thanks = send(anybody, FormFactory(content=content), website="spam")

    assert "/d/" not in thanks.content.decode()
    assert not DownloadGrant.objects.exists()


def test_an_address_gets_three_mails_a_day_and_each_content_once(anybody):
    contact = ContactFactory()
    at = timezone.now()
    contents = [ContentFactory() for _ in range(4)]

    for content in [contents[0], *contents]:
        form = FormFactory(content=content)
        sent = FormSubmissionFactory(form=form, contact=contact)
        grant_download(content=content, contact=contact, submission=sent, at=at)

    assert Message.objects.filter(contact=contact).count() == 3
    assert DownloadGrant.objects.count() == 5


# What links do ---------------------------------------------------------------------


def test_a_link_ends_after_seven_days(anybody, content):
    old = DownloadGrantFactory(content=content, at=timezone.now() - timedelta(days=8))
    kept = DownloadGrantFactory(content=content, at=timezone.now() - timedelta(days=6))

    assert anybody.get(path_of(old)).status_code == 404
    assert bodies(anybody.get(path_of(kept))) == files.PDF


def test_a_link_works_so_many_times_and_counts_once(anybody, content):
    grant = DownloadGrantFactory(content=content, left=2)

    for _ in range(2):
        assert bodies(anybody.get(path_of(grant))) == files.PDF
    assert anybody.get(path_of(grant)).status_code == 404
    grant.refresh_from_db()
    assert (grant.left, grant.people) == (0, 2)
    assert Interaction.objects.filter(kind="content_download").count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": CRAWLER},
        {"Sec-Purpose": "prefetch"},
        {
            "User-Agent": "",
            "Referer": "https://eur01.safelinks.protection.outlook.com/",
        },
        {"User-Agent": "python-requests/2", "Referer": "https://urldefense.com/v3/"},
    ],
)
def test_machines_use_nothing_up_and_stand_apart(anybody, content, headers):
    grant = DownloadGrantFactory(content=content, left=1)

    for _ in range(3):
        assert bodies(anybody.get(path_of(grant), headers=headers)) == files.PDF

    grant.refresh_from_db()
    assert (grant.left, grant.people, grant.machines) == (1, 0, 3)
    [row] = Interaction.objects.all()
    assert (row.is_machine, row.contact) == (True, grant.contact)
    assert bodies(anybody.get(path_of(grant))) == files.PDF
    assert Interaction.objects.filter(is_machine=False).count() == 1


def test_asking_writes_nothing(anybody, content, django_assert_num_queries):
    grant = DownloadGrantFactory(content=content)

    with django_assert_num_queries(1):
        response = anybody.head(path_of(grant))

    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(files.PDF))
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_else_is_taken(anybody, content, method):
    grant = DownloadGrantFactory(content=content)

    assert getattr(anybody, method)(path_of(grant)).status_code in {403, 405}
    assert not Interaction.objects.exists()


def test_every_token_that_does_not_work_gets_the_same(anybody, content):
    grant = DownloadGrantFactory(content=content)
    good = path_of(grant).removeprefix("/d/")
    old = DownloadGrantFactory(content=content, at=timezone.now() - timedelta(days=8))
    bad = [
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        path_of(old).removeprefix("/d/"),
        "x",
        "%00",
        good * 20,
        confirm_path(grant).removeprefix("/confirm/"),
    ]

    answers = [anybody.get(f"/d/{token}") for token in bad]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_content_elsewhere_is_led_to(anybody):
    grant = DownloadGrantFactory(content__url="https://example.com/video")

    response = anybody.get(path_of(grant))

    assert response["Location"] == "https://example.com/video"
    assert Interaction.objects.get().kind == "content_download"


def test_a_file_that_is_gone_is_a_dead_end_and_counts_nothing(anybody, content):
    grant = DownloadGrantFactory(content=content)
    content.upload.file.storage.delete(content.upload.file.name)

    assert anybody.get(path_of(grant)).status_code == 404
    assert not Interaction.objects.exists()


def test_thanks_take_no_address_from_anybody(anybody, content):
    page = LandingPageFactory(form__content=content)

    for token in ("javascript:alert(1)", "https://evil.example", "x" * 56):
        thanks = anybody.get(f"/p/{page.slug}/thanks/", {"d": token})
        assert thanks.status_code == 200
        assert "/d/" not in thanks.content.decode()

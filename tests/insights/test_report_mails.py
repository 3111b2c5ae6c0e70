"""Reports by mail: once each, at their hour, with what their reader may see."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.services.users import deactivate_user
from insights.models import ReportMail, ReportSubscription
from insights.reports.registry import REPORTS
from insights.services.report_mails import due_day, mail_reports, plan_report_mails
from insights.services.subscriptions import (
    BadSubscription,
    NotForThem,
    send_now,
    subscribe,
    unsubscribe,
)
from tests.accounts.test_inbox import api_of
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    MarketerFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.contacts import ContactFactory
from tests.factories.insights import ReportSubscriptionFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory, PhaseVisitFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# A Monday, after eight, and the first of its month.
MORNING = datetime(2026, 3, 2, 8, 5, tzinfo=BERLIN)
BEFORE = MORNING - 30 * DAY


def subscription(**values):
    user = values.pop("user", None) or LeadFactory(timezone="Europe/Berlin")
    return ReportSubscriptionFactory(user=user, **({"created_at": BEFORE} | values))


def due_days(row, *, start=MORNING, hours, zone=BERLIN):
    moments = [start + n * HOUR for n in range(hours)]
    found = {due_day(row, zone=zone, at=moment) for moment in moments}
    return sorted(found - {None})


def test_it_comes_once_a_week():
    row = subscription()

    sent = [mail_reports(at=MORNING + n * HOUR) for n in (-1, 0, 1, 23, 24, 7 * 24)]

    assert sent == [0, 1, 0, 0, 0, 1]
    first, _second = mail.outbox
    assert first.to == [row.user.email]
    assert first.subject.startswith("Figures · ")
    assert "New contacts" in first.body
    html, kind = first.alternatives[0]
    assert kind == "text/html"
    assert "New contacts" in html
    assert first.extra_headers["Auto-Submitted"] == "auto-generated"
    assert reverse("insights:scheduled") in first.body


def test_every_month_on_the_first_of_its_kind():
    row = subscription(every="month", weekday=2)

    days = due_days(row, hours=24 * 70)

    assert days == [date(2026, 3, 4), date(2026, 4, 1), date(2026, 5, 6)]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
def test_each_week_has_one_by_the_clock_of_the_reader(zone):
    # Over the changes of the clocks, at an hour that one of them leaves out.
    row = subscription(weekday=6, hour=2)

    days = due_days(row, hours=24 * 7 * 9, zone=ZoneInfo(zone))

    assert all(later - day == 7 * DAY for day, later in pairwise(days))
    assert len(days) == 9


def test_what_was_missed_for_a_day_is_made_up_and_then_no_more():
    subscription()

    assert mail_reports(at=MORNING + 23 * HOUR) == 1
    mail.outbox.clear()
    assert mail_reports(at=MORNING + 7 * DAY + 25 * HOUR) == 0


def test_who_subscribes_after_the_hour_waits_for_the_next_one():
    subscription(created_at=MORNING)

    assert mail_reports(at=MORNING + HOUR) == 0
    assert mail_reports(at=MORNING + 7 * DAY) == 1


def test_the_database_keeps_it_to_one_a_day():
    row = subscription()
    values = {"subscription": row, "user": row.user, "made_at": MORNING}
    ReportMail.objects.create(day=MORNING.date(), **values)

    with pytest.raises(IntegrityError), transaction.atomic():
        ReportMail.objects.create(day=MORNING.date(), **values)
    ReportMail.objects.create(day=None, **values)
    ReportMail.objects.create(day=None, **values)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_mail_it_once():
    for _number in range(3):
        subscription()

    def work(_number):
        try:
            return mail_reports(at=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        sent = sum(workers.map(work, range(2)))
    sent += mail_reports(at=MORNING + HOUR)

    assert sent == 3
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == 3


def test_a_mail_server_that_is_away_is_tried_again(settings):
    subscription()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    assert mail_reports(at=MORNING) == 0
    row = ReportMail.objects.get()
    assert row.mail_attempts == 1
    assert row.mailed_at is None
    assert row.mail_due_at is not None

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mail_reports(at=row.mail_due_at) == 1
    assert mail_reports(at=row.mail_due_at + HOUR) == 0


def test_who_no_longer_works_here_gets_none():
    row = subscription()
    plan_report_mails(at=MORNING)
    deactivate_user(user=row.user, by=AdminFactory(), at=MORNING)

    assert mail_reports(at=MORNING) == 0
    assert mail_reports(at=MORNING + 7 * DAY) == 0
    assert mail.outbox == []


def test_rights_are_those_of_the_moment_of_sending():
    lead = LeadFactory(timezone="Europe/Berlin")
    subscription(user=lead, report="promises")
    lead.role = "rep"
    lead.save()

    assert mail_reports(at=MORNING) == 0
    assert mail.outbox == []


def test_a_rep_reads_of_their_own_handoffs_alone():
    rep = RepFactory(timezone="Europe/Berlin")
    when = MORNING - 3 * DAY
    mine = [(rep, "no_budget")] * 3 + [(rep, "bad_fit")]
    for assignee, reason in (*mine, (RepFactory(), "competitor")):
        HandoffFactory(
            assignee=assignee,
            status="declined",
            decline_reason=reason,
            offered_at=when,
            closed_at=when + HOUR,
        )
    subscription(user=rep, report="losses")

    mail_reports(at=MORNING)

    [told] = mail.outbox
    assert "No budget" in told.body
    assert "Competitor" not in told.body
    assert "4 of 4 handoffs" in told.body
    # The shares are of all that were declined.
    assert ("75" in told.body, "25" in told.body) == (True, True)


def test_it_is_about_the_seven_days_or_the_month_that_are_over():
    lead = LeadFactory(timezone="Europe/Berlin")
    for days in (0, 1, 7, 8, 29):
        ContactFactory(created_at=MORNING - days * DAY)
    subscription(user=lead)
    subscription(user=lead, every="month")

    mail_reports(at=MORNING)

    weekly, monthly = mail.outbox
    assert "- New contacts: 2" in weekly.body  # yesterday and a week ago
    assert "- New contacts: 3" in monthly.body  # all but today's and January's
    assert "February 2026" in monthly.subject


def test_it_speaks_the_language_of_its_reader():
    subscription(user=LeadFactory(language="de", timezone="Europe/Berlin"))

    mail_reports(at=MORNING)

    assert "Neue Kontakte" in mail.outbox[0].body
    assert '<html lang="de">' in mail.outbox[0].alternatives[0][0]


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_has_a_finding_with_and_without_data(client, report):
    journey = JourneyFactory() if REPORTS[report].needs_journey else None
    lead = LeadFactory(timezone="Europe/Berlin")
    row = subscription(user=lead, report=report, journey=journey)
    client.force_login(lead)
    url = reverse("insights:scheduled_preview", args=[row.pk])
    empty = client.get(url)
    phase = PhaseFactory(journey=journey or JourneyFactory(), position=1)
    PhaseFactory(journey=phase.journey, position=2)
    PhaseVisitFactory(phase=phase, entered_at=timezone.now() - DAY)
    HandoffFactory(assignee=RepFactory(), offered_at=timezone.now() - DAY)
    filled = client.get(url)
    mail_reports(at=MORNING)

    for response in (empty, filled):
        assert response.status_code == 200
        assert response.context["content"].finding
        for part in response.context["content"].parts:
            assert all(len(line.cells) == len(part.head) for line in part.lines)
    for part in filled.context["content"].parts:
        for line in part.lines:
            assert not line.url or client.get(line.url).status_code == 200
    assert len(mail.outbox) == 1
    assert client.get(filled.context["content"].url).status_code == 200


def test_html_in_a_name_stays_a_name():
    journey = JourneyFactory(name="<script>x</script>")
    PhaseFactory(journey=journey, name="<b>Bold</b>")
    subscription(report="health", journey=journey)

    mail_reports(at=MORNING)

    [told] = mail.outbox
    assert "<script>x" in told.body
    assert "<script>" not in told.alternatives[0][0]
    assert "<b>" not in told.alternatives[0][0]


def test_one_at_once_goes_to_whoever_asks_and_not_twice():
    row = subscription()
    asking = AdminFactory()

    first = send_now(subscription=row, by=asking, at=MORNING - DAY)
    again = send_now(subscription=row, by=asking, at=MORNING - DAY)

    assert first == again
    assert mail_reports(at=MORNING - DAY) == 1
    assert mail.outbox[0].to == [asking.email]
    assert mail_reports(at=MORNING) == 1  # the one that is due comes all the same


def test_unsubscribing_takes_back_what_waits():
    row = subscription()
    plan_report_mails(at=MORNING)

    unsubscribe(subscription=row)
    unsubscribe(subscription=row)

    assert mail_reports(at=MORNING) == 0


def given(by, **values):
    return {
        "users": [by],
        "report": "figures",
        "every": "week",
        "weekday": 0,
        "hour": 8,
        "by": by,
        "at": MORNING,
    } | values


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"report": "nonsense"}, "report"),
        ({"every": "day"}, "every"),
        ({"weekday": 7}, "weekday"),
        ({"hour": 24}, "hour"),
        ({"report": "health"}, "journey"),
        ({"users": []}, "users"),
    ],
)
def test_what_cannot_be_is_refused_by_name(values, attr):
    with pytest.raises(BadSubscription) as refusal:
        subscribe(**given(LeadFactory(), **values))

    assert refusal.value.attr == attr


def test_who_subscribes_whom():
    rep, other, lead = RepFactory(), MarketerFactory(), LeadFactory()

    with pytest.raises(NotForThem):
        subscribe(**given(rep, users=[other]))
    with pytest.raises(NotForThem):
        subscribe(**given(lead, users=[other], report="promises"))
    rows = subscribe(**given(lead, users=[rep, other, lead]))

    assert [row.user for row in rows] == [rep, other, lead]
    assert {row.created_by for row in rows} == {lead}


def test_subscribing_again_moves_the_hour():
    lead = LeadFactory()
    [first] = subscribe(**given(lead))

    [again] = subscribe(**given(lead, weekday=4, hour=16))

    assert again.pk == first.pk
    row = ReportSubscription.objects.get()
    assert (row.weekday, row.hour, row.created_at) == (4, 16, MORNING)


@pytest.mark.parametrize("role", ["admin", "lead", "marketer", "rep", "read_only"])
def test_every_role_sees_its_own_on_the_page(client, role):
    user = UserFactory(role=role)
    mine, another = subscription(user=user), subscription()
    client.force_login(user)

    page = client.get(reverse("insights:scheduled"))
    urls = [
        reverse(f"insights:{name}", args=[another.pk])
        for name in ("scheduled_preview", "scheduled_send", "scheduled_end")
    ]
    statuses = [client.get(urls[0]).status_code]
    statuses += [client.post(url).status_code for url in urls[1:]]

    leads = role in {"admin", "lead"}
    seen = {each["row"] for each in page.context["rows"]}
    assert seen == ({mine, another} if leads else {mine})
    assert statuses == ([200, 302, 302] if leads else [404, 404, 404])


def test_without_a_mail_server_one_is_shown_what_was_asked_for(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    user = RepFactory()
    client.force_login(user)
    mine = subscription(user=user)

    url = reverse("insights:scheduled_send", args=[mine.pk])
    shown = client.post(url, follow=True).content.decode()

    assert "No mail server is set up" in shown
    assert "As it would come today" in shown


def test_one_subscribes_and_ends_it_in_the_browser(client):
    rep = RepFactory()
    client.force_login(rep)
    form = {"report": "figures", "every": "week", "weekday": 0, "hour": 8}

    made = client.post(reverse("insights:scheduled"), form)
    row = ReportSubscription.objects.get()
    wrong = client.post(reverse("insights:scheduled"), form | {"report": "health"})
    ended = client.post(reverse("insights:scheduled_end", args=[row.pk]))

    assert (made.status_code, wrong.status_code, ended.status_code) == (302, 422, 302)
    assert row.user == rep
    assert "journey" in wrong.context["form"].errors
    assert not ReportSubscription.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count_does_not_grow_with_the_rows(
    client, rows, django_assert_max_num_queries
):
    for _number in range(rows):
        row = subscription(report="health", journey=JourneyFactory())
        mailed = {"made_at": MORNING, "mailed_at": MORNING}
        ReportMail.objects.create(subscription=row, user=row.user, **mailed)
    client.force_login(AdminFactory())

    with django_assert_max_num_queries(14):
        client.get(reverse("insights:scheduled"))


def test_programs_subscribe_too():
    rep, lead = RepFactory(), LeadFactory()
    body = {"report": "figures", "every": "week", "weekday": 1, "hour": 7}
    url = "/api/v1/report-subscriptions/"
    api = api_of(rep)

    made = api.post(url, body, format="json")
    refused = api.post(url, body | {"user": lead.pk}, format="json")
    bad = api.post(url, body | {"report": "health"}, format="json")
    others = api_of(lead).post(url, body | {"user": rep.pk, "hour": 9}, format="json")

    assert made.status_code == 201
    assert made.json()["user"] == rep.pk
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["code"] == "not_for_them"
    assert bad.status_code == 400
    assert bad.json()["errors"][0]["attr"] == "journey"
    assert others.json() == made.json() | {"hour": 9}
    where = made.headers["Location"]
    assert api.post(f"{where}send/").status_code == 202
    assert mail_reports(at=timezone.now()) == 1
    assert api.delete(where).status_code == 204
    assert api.get(where).status_code == 404

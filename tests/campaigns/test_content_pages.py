"""Contents, landing pages and forms: the pages on which they are made."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.models import Content, Form, LandingPage, Message, Sender, Upload
from contacts.models import Contact
from journeys.models import Interaction, TrackedLink, Visitor
from tests.campaigns import files
from tests.campaigns.content_pages import PAGE, png, signed_in
from tests.campaigns.test_downloads import send
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.campaigns import (
    ContentFactory,
    FormFactory,
    FormSubmissionFactory,
    LandingPageFactory,
    SenderFactory,
    UploadFactory,
)
from tests.factories.contacts import ContactFactory, CustomFieldFactory
from tests.factories.journeys import MeasureFactory, VisitorFactory
from tests.journeys.test_public import KEY

pytestmark = pytest.mark.django_db


# Who may -------------------------------------------------------------------------


@pytest.mark.parametrize("role", [RepFactory, UserFactory])
@pytest.mark.parametrize(
    "path",
    [
        "contents/new/",
        "contents/{content}/",
        "contents/{content}/archive/",
        "pages/new/",
        "pages/{page}/",
        "pages/{page}/publish/",
        "pages/{page}/delete/",
        "pages/preview/",
        "forms/new/",
        "forms/{form}/edit/",
        "forms/{form}/delete/",
    ],
)
def test_others_than_marketing_change_nothing(role, path):
    page = LandingPageFactory()
    content = ContentFactory()
    places = {"content": content.pk, "page": page.pk, "form": page.form_id}

    answer = signed_in(role()).post(f"/campaigns/{path.format(**places)}", PAGE)

    assert answer.status_code in {403, 404}
    assert (Content.objects.count(), LandingPage.objects.count()) == (1, 1)
    assert Content.objects.get().archived_at is None


def test_everybody_reads_contents_and_nobody_unless_signed_in():
    ContentFactory(title="The guide")

    shown = signed_in(UserFactory()).get("/campaigns/contents/")

    assert "The guide" in shown.content.decode()
    assert Client().get("/campaigns/contents/").status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_no_more_queries_for_more_rows(
    marketing, django_assert_max_num_queries, count
):
    for _ in range(count):
        FormSubmissionFactory(form__content=ContentFactory())
    marketing.get("/campaigns/contents/")

    with django_assert_max_num_queries(13):
        shown = marketing.get("/campaigns/contents/")

    assert shown.content.decode().count("data-row") == count


# Contents ------------------------------------------------------------------------


def test_a_content_is_a_file_first_and_an_address_later(marketing):
    file = SimpleUploadedFile("guide.exe", files.PDF)
    values = {"title": "The guide", "language": "en", "topics": "CRM, Scoring"}

    made = marketing.post("/campaigns/contents/new/", {**values, "file": file})
    content = Content.objects.get()
    assert made.status_code == 302
    assert (content.upload.name, content.url) == ("guide.pdf", "")
    assert {topic.slug for topic in content.topics.all()} == {"crm", "scoring"}

    where = f"/campaigns/contents/{content.pk}/"
    marketing.post(where, {**values, "url": "https://example.com/x"})
    content.refresh_from_db()
    assert (content.upload, content.url) == (None, "https://example.com/x")
    file = SimpleUploadedFile("new.pdf", files.PDF)
    marketing.post(where, {**values, "url": "https://example.com/x", "file": file})
    content.refresh_from_db()
    assert (content.upload.name, content.url) == ("new.pdf", "")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"file": SimpleUploadedFile("a.svg", files.SVG)},
        {"file": SimpleUploadedFile("a.html", files.HTML)},
        {"url": "javascript:alert(1)"},
        {"url": "https://example.com", "title": ""},
        {"url": "https://example.com", "title": "a\x01b"},
        {"url": "https://example.com", "slug": "a b"},
        {"url": "https://example.com", "topics": "!!!"},
        {"url": "https://example.com", "phases": "x"},
        {"url": "https://example.com", "measure": "9" * 30},
    ],
)
def test_what_is_wrong_is_said_and_nothing_stored(marketing, values):
    values = {"title": "A", "language": "en"} | values

    answer = marketing.post("/campaigns/contents/new/", values)

    assert answer.status_code == 422
    assert not Content.objects.exists()
    assert not Upload.objects.exists()


def test_a_content_is_put_away_and_offered_again(marketing):
    content = ContentFactory()
    where = f"/campaigns/contents/{content.pk}/archive/"

    marketing.post(where)
    marketing.get("/campaigns/contents/")  # says what was done
    assert content.title not in marketing.get("/campaigns/contents/").content.decode()
    marketing.post(where)
    content.refresh_from_db()
    assert content.archived_at is None


# Forms ---------------------------------------------------------------------------


def test_a_form_is_made_with_its_questions_in_order(marketing):
    CustomFieldFactory(key="size", label="Size")
    content = ContentFactory()
    values = {
        "name": "Get it",
        "button": "Send",
        "language": "en",
        "interaction_kind": "form_submit",
        "asks_at_once": "2",
        "content": content.pk,
        "is_published": "on",
        "ask-custom.size": "on",
        "label-custom.size": "How many?",
        "place-custom.size": "1",
        "place-email": "2",
        "label-email": "Work e-mail",
        "ask-phone": "on",
        "required-phone": "on",
        "place-phone": "3",
    }

    answer = marketing.post("/campaigns/forms/new/", values)

    assert answer.status_code == 302
    form = Form.objects.get()
    assert form.fields == [
        {"name": "custom.size", "label": "How many?", "required": False},
        {"name": "email", "label": "Work e-mail", "required": True},
        {"name": "phone", "label": "Phone", "required": True},
    ]
    assert (form.content, form.asks_at_once, form.slug) == (content, 2, "get-it")
    shown = marketing.get(f"/campaigns/forms/{form.pk}/").content.decode()
    assert "&lt;iframe src=&quot;" in shown
    assert marketing.get(f"/campaigns/forms/{form.pk}/edit/").status_code == 200


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"button": " "},
        {"asks_at_once": "31"},
        {"asks_at_once": "x"},
        {"interaction_kind": "a b"},
        {"language": "xx"},
        {"label-email": "x\x00"},
        {"content": "0"},
    ],
)
def test_forms_that_cannot_be_are_refused(marketing, values):
    good = {"name": "A", "button": "B", "language": "en", "asks_at_once": "0"}
    good |= {"interaction_kind": "form_submit", "label-email": "E-mail"}

    answer = marketing.post("/campaigns/forms/new/", good | values)

    assert answer.status_code == 422
    assert not Form.objects.exists()


def test_a_form_that_was_sent_stays(marketing):
    sent = FormSubmissionFactory()
    unused = FormFactory()

    marketing.post(f"/campaigns/forms/{sent.form_id}/delete/")
    marketing.post(f"/campaigns/forms/{unused.pk}/delete/")

    assert [*Form.objects.all()] == [sent.form]


def test_who_comes_again_is_asked_what_they_have_not_answered(anybody):
    names = ["email", "first_name", "phone", "job_title", "company"]
    fields = [{"name": n, "label": n, "required": True} for n in names]
    form = FormFactory(fields=fields, asks_at_once=2)
    visitor = VisitorFactory(digest=Visitor.digest_of(KEY))
    anybody.cookies["leadhub_id"] = KEY

    def asked():
        html = anybody.get(f"/f/{form.slug}/").content.decode()
        return [name for name in names if f'id="field-{name}"' in html]

    assert asked() == ["email", "first_name", "phone"]
    FormSubmissionFactory(
        form=FormFactory(), visitor=visitor, values={"email": "a", "phone": "1"}
    )
    FormSubmissionFactory(form=form, values={"job_title": "somebody else's"})
    assert asked() == ["email", "first_name", "job_title"]
    sent = send(anybody, form, first_name="Ada", job_title="Head")
    assert "Thank you" in sent.content.decode()


# The company ---------------------------------------------------------------------


def test_a_color_on_which_white_cannot_be_read_is_refused(marketing):
    values = {"name": "A", "email": "a@example.com", "imprint": "x", "per_day": "1"}
    values |= {"per_week": "2", "per_domain": "60"}

    pale = marketing.post("/campaigns/sender/", {**values, "color": "#f0c040"})
    odd = marketing.post("/campaigns/sender/", {**values, "color": "red;}"})
    dark = marketing.post(
        "/campaigns/sender/", {**values, "color": "#7A1F5C", "logo_file": png()}
    )

    assert (pale.status_code, odd.status_code, dark.status_code) == (422, 422, 302)
    assert "contrast is 1.7 to 1" in pale.content.decode()
    sender = Sender.objects.get()
    assert (sender.color, sender.logo.width) == ("#7a1f5c", 4)


def test_public_pages_have_the_color_and_the_logo(anybody):
    logo = UploadFactory(width=4, height=3)
    SenderFactory(color="#7a1f5c", logo=logo)
    page = LandingPageFactory()

    html = anybody.get(f"/p/{page.slug}/").content.decode()

    assert f"/p/pictures/{logo.key}" in html
    assert 'href="/p/company.css"' in html
    assert "--accent:#7a1f5c" in anybody.get("/p/company.css").content.decode()


# Sending a content ---------------------------------------------------------------


def test_a_rep_sends_a_content_and_is_credited_with_what_comes_of_it(anybody):
    measure = MeasureFactory()
    content = ContentFactory(url="", upload=UploadFactory(), measure=measure)
    page = LandingPageFactory(form__content=content)
    rep = RepFactory()
    contact = ContactFactory(owner=rep)
    client = signed_in(rep)
    where = f"/contacts/{contact.pk}/send-content/"

    client.get(where, {"content": content.pk})
    assert not TrackedLink.objects.exists()
    chosen = client.post(where, {"content": content.pk}, follow=True).content.decode()
    link = TrackedLink.objects.get()
    assert f"/t/c/{link.token}" in chosen
    assert (link.rep, link.measure, link.target_url) == (rep, measure, page.public_url)
    action = re.search(r'name="action" value="(\w+)"', chosen)[1]
    mail = {"content": content.pk, "subject": "For you", "body": "Look."}
    for _ in range(2):
        assert client.post(where, {**mail, "action": action}).status_code == 302
    message = Message.objects.get()
    assert (message.purpose, message.by, message.contact) == ("personal", rep, contact)
    assert message.measure == measure

    taken = anybody.get(f"/t/c/{link.token}")["Location"]
    path = "/" + taken.split("/", 3)[3]
    html = anybody.get(path).content.decode()
    hidden = dict(re.findall(r'name="(token|page)" value="([^"]+)"', html))
    stood = hidden["page"].replace("&amp;", "&")
    sent = {"email": "new@example.com", "token": hidden["token"], "page": stood}
    anybody.post(f"/p/{page.slug}/", sent)

    new = Contact.objects.get(email="new@example.com")
    assert new.owner == rep
    submitted = Interaction.objects.get(kind="form_submit")
    assert (submitted.by, submitted.measure, submitted.link) == (rep, measure, link)
    assert "lhc=" not in submitted.url


def test_a_known_contact_stays_with_its_owner_whoever_sent_the_link(anybody):
    other, rep = RepFactory(), RepFactory()
    known = ContactFactory(owner=other)
    page = LandingPageFactory(form__content=ContentFactory())
    signed_in(rep).post(
        f"/contacts/{ContactFactory().pk}/send-content/",
        {"content": page.form.content_id},
    )
    taken = anybody.get(f"/t/c/{TrackedLink.objects.get().token}")["Location"]

    send(anybody, page.form, email=known.email, page=taken)

    known.refresh_from_db()
    assert known.owner == other


@pytest.mark.parametrize("query", ["", "x", "0", "9" * 30])
def test_without_a_content_there_is_only_the_choice(query):
    contact = ContactFactory()
    client = signed_in(MarketerFactory())

    where = f"/contacts/{contact.pk}/send-content/"
    shown = client.get(where, {"content": query})
    answer = client.post(where, {"content": query}, follow=True)

    assert (shown.status_code, answer.status_code) == (200, 200)
    assert not TrackedLink.objects.exists()


def test_readers_send_nothing():
    contact = ContactFactory()

    answer = signed_in(UserFactory()).get(f"/contacts/{contact.pk}/send-content/")

    assert answer.status_code in {403, 404}


def test_what_is_wrong_with_a_mail_is_said():
    content = ContentFactory()
    contact = ContactFactory()
    client = signed_in(MarketerFactory())
    where = f"/contacts/{contact.pk}/send-content/"
    client.post(where, {"content": content.pk})

    for body, action in (("{{ nonsense }}", "0" * 16), ("", "0" * 16), ("a", "../x")):
        values = {"content": content.pk, "subject": "s", "body": body, "action": action}
        assert client.post(where, values).status_code == 422
    assert not Message.objects.exists()

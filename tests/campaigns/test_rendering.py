"""Templates: what they can say, and that they can do nothing else."""

import time

import pytest

from campaigns.rendering.language import BadTemplate, TooLong, UnknownName, Unresolved
from campaigns.rendering.layout import Frame
from campaigns.rendering.mails import Draft, check_draft, render_mail

NAMES = ["first_name", "company", "confirm_url", "starts_at"]
FRAME = Frame(language="en", imprint="Example GmbH\nStreet 1")


def rendered(body, *, subject="Subject", frame=FRAME, rewrite=None, **values):
    draft = Draft(subject, body)
    check_draft(draft, names=NAMES)
    return render_mail(draft, values=values, frame=frame, rewrite=rewrite)


def text(body, **values):
    return rendered(body, **values).text.partition("\n-- \n")[0]


# What they can say ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "values", "expected"),
    [
        ("Hello {{ first_name }}.", {"first_name": "Ada"}, "Hello Ada.\n"),
        ('Hello {{ first_name | default: "there" }}.', {}, "Hello there.\n"),
        ("{{ first_name | upcase | default: 'X' }}", {}, "X\n"),
        ("{{ first_name | downcase }}", {"first_name": "ADA"}, "ada\n"),
        ("{{ first_name | capitalize }}", {"first_name": "ada"}, "Ada\n"),
        ("A{% if company %} at {{ company }}{% endif %}.", {}, "A.\n"),
        ("{% if company %}B{% else %}C{% endif %}", {"company": "X"}, "B\n"),
        ("{% if company == 'X' %}B{% endif %}!", {"company": "X"}, "B!\n"),
        (
            "{{ starts_at | date: 'long' }}",
            {"starts_at": "2026-12-01"},
            "1 December 2026",
        ),
        ("# Title\n\n- one\n- two", {}, "Title\n\n- one\n- two\n"),
        ("1. one\n2. two", {}, "1. one\n2. two\n"),
        ("> said", {}, "> said\n"),
        ("[here](https://example.com/a)", {}, "here: https://example.com/a\n"),
    ],
)
def test_what_a_template_says(body, values, expected):
    assert text(body, **values).startswith(expected)


def test_both_parts_say_the_same_and_end_with_the_imprint():
    mail = rendered('# Hi\n\n[Book](https://example.com/ "button") **now**')

    assert "Example GmbH\nStreet 1" in mail.text
    assert "Example GmbH<br>Street 1" in mail.html
    assert ">Book</a>" in mail.html
    assert "background: #1d5a8a" in mail.html
    assert "<style" not in mail.html


def test_dates_read_in_the_language_of_the_mail():
    frame = Frame(language="de", imprint="")
    mail = rendered(
        "{{ starts_at | date: 'long' }}", frame=frame, starts_at="2026-12-01"
    )

    assert "1. Dezember 2026" in mail.text


def test_a_bare_link_of_ours_can_be_clicked():
    mail = rendered("{{ confirm_url }}", confirm_url="https://x.example/confirm/a_b-c")

    assert 'href="https://x.example/confirm/a_b-c"' in mail.html
    assert mail.text.startswith("https://x.example/confirm/a_b-c\n")


def test_remote_images_tell_of_being_read_and_need_the_pixels_consent():
    body = "![Our logo](https://example.com/logo.png)"

    assert "<img" not in rendered(body).html
    assert "Our logo" in rendered(body).html
    tracked = Frame(language="en", imprint="", pixel_url="https://x.example/t/o/1.gif")
    assert rendered(body, frame=tracked).html.count("<img") == 2


def test_links_to_pages_are_rewritten_and_others_are_not():
    body = "[a](https://a.example/) [b](mailto:b@example.com) [c](tel:+49301)"
    mail = rendered(body, rewrite=lambda target: f"https://t.example/?{len(target)}")

    assert 'href="https://t.example/?18"' in mail.html
    assert "a: https://t.example/?18" in mail.text
    assert "mailto:b@example.com" in mail.html
    assert "tel:+49301" in mail.html


# What they cannot do -------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("{{ env }}", UnknownName),
        ("{{ settings.SECRET_KEY }}", BadTemplate),
        ("{% if env %}x{% endif %}", UnknownName),
        ("{{ first_name | default: env }}", UnknownName),
        ("{{ ['env'] }}", UnknownName),
        ("{{ first_name.size }}", BadTemplate),
        ("{{ first_name[0] }}", BadTemplate),
        ("{{ first_name | replace: 'a', 'b' }}", BadTemplate),
        ("{{ first_name | append: 'b' }}", BadTemplate),
        ("{% debug %}", BadTemplate),
        ("{% include 'x' %}", BadTemplate),
        ("{% render 'x' %}", BadTemplate),
        ("{% assign a = 'b' %}", BadTemplate),
        ("{% for a in first_name %}{% endfor %}", BadTemplate),
        ("{% raw %}{{ env }}{% endraw %}", BadTemplate),
        ("{% comment %}", BadTemplate),
        ("{{ first_name", BadTemplate),
        ("{% if first_name %}", BadTemplate),
        ("{% endif %}", BadTemplate),
        ("{{ first_name | date: 1, 2 }}", BadTemplate),
        ("[x](page)", BadTemplate),
        ("[x](//evil.example)", BadTemplate),
        ("", BadTemplate),
        ("x" * (64 * 1024 + 1), TooLong),
        ("{% if first_name %}" * 500, BadTemplate),
        ("{{" * 30_000, BadTemplate),
        ("[" * 60_000, TooLong),
        ("a\n\n" * 20_000, TooLong),
        ("{{ first_name" + " | upcase" * 7_000 + " }}", BadTemplate),
        ("{% if " + "(" * 20_000 + "first_name %}x{% endif %}", BadTemplate),
    ],
)
def test_what_a_template_may_not_be(body, fault):
    began = time.process_time()

    with pytest.raises(fault) as refusal:
        check_draft(Draft("Subject", body), names=NAMES)

    assert refusal.value.attr == "body"
    assert time.process_time() - began < 2


@pytest.mark.parametrize("body", ["${7*7}", "%(x)s", "{7*7}", "<%= 7*7 %>", "{# x #}"])
def test_other_languages_are_just_text(body):
    assert text(body) == f"{body}\n"


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        "{{ company }}",
        "[x](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "**bold**",
        "# Title",
        "1. item",
        "&lt;b&gt;",
        "a\r\nBcc: victim@example.com",
        "<https://evil.example>",
        "`code`",
        'x" onclick="alert(1)',
    ],
)
def test_a_value_is_shown_as_it_is_and_never_as_markup(value):
    mail = rendered(
        "Dear {{ first_name }}\n\n{{ first_name }}",
        subject="For {{ first_name }}",
        first_name=value,
    )

    flat = " ".join(value.split())
    assert mail.subject == f"For {flat}"
    assert mail.text.startswith(f"Dear {flat}\n\n{flat}\n")
    assert "<script" not in mail.html
    assert "evil.example" not in "".join(mail.html.split("href=")[1:])
    assert "<img" not in mail.html
    assert "<strong>" not in mail.html


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc"]
)
def test_links_lead_to_pages_addresses_and_numbers_only(href):
    try:
        mail = rendered(f"[x]({href})")
    except BadTemplate:
        return
    assert "href" not in mail.html


def test_html_in_a_template_is_text():
    assert "&lt;iframe" in rendered("<iframe src=x></iframe>").html


def test_a_value_cannot_make_a_mail_grow_without_end():
    with pytest.raises(TooLong):
        rendered("{{ first_name }} " * 900, first_name="x" * 2000)


def test_a_placeholder_without_value_or_fallback_is_no_mail():
    with pytest.raises(Unresolved) as refusal:
        rendered("Hello {{ first_name }}")

    assert refusal.value.name == "first_name"

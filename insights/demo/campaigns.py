"""What the people of the demo offer and send: contents, mails, a sequence, webinars."""

from __future__ import annotations

from typing import Any

from insights.demo.behavior import SITE
from insights.demo.plan import PAGE, did

SENDER = {
    "name": "Mara at Example GmbH",
    "email": "mara@example.com",
    "reply_to": "hello@example.com",
    "imprint": "Example GmbH, Musterstraße 1, 10115 Berlin\n"
    "Managing director: Robin Albers. Register: none, it is invented",
    "color": "#1d5a8a",
    # All people of one company together, by both teams.
    "per_company": 10,
}

# (name, parts of addresses, words of titles)
TOPICS = (
    ("Lead scoring", ("/lead-scoring", "/scoring-"), ("scoring",)),
    ("Marketing and sales", ("/marketing-and-sales", "/webinars/"), ("team", "sales")),
    ("Choosing a CRM", ("/pricing", "/product", "/buyers-guide"), ("buyer's guide",)),
    ("Customer stories", ("/customers/",), ("nordlicht",)),
)

GUIDE_TEXT = (
    (
        "What a system for leads has to do for you, in nine questions, so that you can ask "
        "them of every vendor. It was written for the demo of LeadHub."
    ),
    "1. Who is called next, and who says so?",
    "2. Can a rep see what marketing has said to a contact, in one place?",
    "3. Does mail stop by itself as soon as somebody in sales talks to the contact?",
    "4. Can every point of a score be traced to what the contact did?",
    "5. What happens to a lead that nobody answers?",
    "6. Is a declined lead lost, or does its reason change the scoring?",
    "7. Are scanners and mail programs kept out of the figures?",
    "8. Where does the proof of each consent stand, and who can export it?",
    "9. Who can leave with all data, and how long does that take?",
)
# (slug, title, description, path of a link or "" for the file, topics, phases, measure)
CONTENTS = (
    (
        "buyers-guide",
        "Buyer's guide: nine questions to ask",
        "Two minutes to read, nine questions to put to every vendor.",
        "",
        ("Choosing a CRM", "Marketing and sales"),
        ("Awareness", "Consideration"),
        "Buyer's guide",
    ),
    (
        "nordlicht",
        "How Nordlicht halved its response time",
        "A case study: 40 reps, two teams, one inbox.",
        "/customers/nordlicht",
        ("Customer stories", "Marketing and sales"),
        ("Consideration",),
        "",
    ),
    (
        "scoring-basics",
        "Lead scoring: the basics",
        "What a score should count, and what it should leave out.",
        "/blog/lead-scoring-basics",
        ("Lead scoring",),
        ("Awareness",),
        "Articles on lead management",
    ),
    (
        "one-team-recording",
        "Webinar: one team, one journey (recording)",
        "The webinar of last week, 38 minutes, with the questions of those who came.",
        "/webinars/one-team",
        ("Marketing and sales",),
        ("Decision",),
        "Webinar: one team",
    ),
)

GUIDE_FORM: dict[str, Any] = {
    "slug": "buyers-guide",
    "name": "Buyer's guide",
    "fields": [
        {"name": "first_name", "label": "First name", "required": False},
        {"name": "email", "label": "Work e-mail", "required": True},
        {"name": "company", "label": "Company", "required": False},
    ],
    "button": "Send me the guide",
    "thanks": "Look into your mailbox: the guide comes once you have confirmed.",
}
GUIDE_PAGE: dict[str, Any] = {
    "slug": "buyers-guide",
    "title": "Nine questions to ask before you choose a CRM",
    "lead": "The buyer's guide for marketing and sales teams. Two minutes to read.",
    "company": PAGE["company"],
    "about": PAGE["about"],
    "language": "en",
    "blocks": [
        {"type": "heading", "text": "What you will know afterwards"},
        {
            "type": "list",
            "items": [
                "Which questions vendors answer with a slide, and which with a screen",
                "How to tell a score that explains itself from one that does not",
                "What a handoff between marketing and sales has to say",
            ],
        },
        {
            "type": "quote",
            "text": "We put all nine to three vendors. Two of them called back.",
            "who": "Svea Lindqvist, Nordlicht Logistik GmbH",
        },
        {"type": "content", "content": "buyers-guide"},
        {"type": "form"},
    ],
}

HELLO = "Hello {{ first_name | default: 'there' }},"
BYE = "Best regards\n{{ sender_name | default: 'Example GmbH' }}"
# key -> (name, subject, preview line, text)
TEMPLATES: dict[str, tuple[str, str, str, str]] = {
    "welcome": (
        "Welcome",
        "Good to have you here, {{ first_name | default: 'and welcome' }}",
        "One article now, and at most two mails a week.",
        (
            f"{HELLO}\n\nthank you for your interest. We write about one thing: how marketing "
            "and sales become one team{% if company %}, also at {{ company }}{% endif %}."
            f'\n\n[Read the basics of scoring]({SITE}/blog/lead-scoring-basics "button")'
            f"\n\nOr begin with [why leads get lost]({SITE}/blog/marketing-and-sales).\n\n{BYE}"
        ),
    ),
    "case": (
        "Case study Nordlicht",
        "How Nordlicht halved its response time",
        "40 reps, two teams, one inbox.",
        (
            f"{HELLO}\n\nbefore, a lead of Nordlicht waited nine hours for a call. Now it "
            "waits four.\n\n- One inbox instead of three lists\n- A reason with every lead\n"
            "- No mail while somebody talks\n\n"
            f'[Read how they did it]({SITE}/customers/nordlicht "button")\n\n{BYE}'
        ),
    ),
    "numbers": (
        "Case study Nordlicht, by its numbers",
        "From 9 hours to 4: what {{ company | default: 'your team' }} can copy",
        "Three changes, and what each of them brought.",
        (
            f"{HELLO}\n\nnine hours to four, by three changes. Which of them would be the "
            "first for {{ company | default: 'you' }}?\n\n"
            f'[See the three changes]({SITE}/customers/nordlicht "button")\n\n{BYE}'
        ),
    ),
    "webinar": (
        "Webinar: thank you for coming",
        "The recording of our webinar, and your questions",
        "38 minutes, and what we could not answer live.",
        (
            f"{HELLO}\n\nthank you for coming. Here is the recording, with answers to what we "
            "did not get to.\n\n"
            f'[Watch the recording]({SITE}/webinars/one-team "button")\n\n'
            f"What it costs stands [on one page]({SITE}/pricing).\n\n{BYE}"
        ),
    ),
    "missed": (
        "Webinar: sorry we missed you",
        "You missed it? Here is the recording",
        "38 minutes, at any time that suits you.",
        (
            f"{HELLO}\n\nyou had registered for our webinar, and something came between. "
            f'Here it is.\n\n[Watch the recording]({SITE}/webinars/one-team "button")'
            f"\n\n{BYE}"
        ),
    ),
    "again": (
        "Are we still of use?",
        "Shall we go on writing to you?",
        "One click, and you decide.",
        (
            f"{HELLO}\n\nwe have not heard from you for a while. You once read about "
            "{{ top_interest | default: 'lead management' }}; this is new since then:\n\n"
            f'[What is new]({SITE}/product "button")\n\nIf it is not for you any more, the '
            f"link below ends it.\n\n{BYE}"
        ),
    ),
}

LIVE = "After the buyer's guide"
DRAFT = "Wake up old contacts"
CLICKED = did(["email_click"], within_days=4)
GOAL = did(["demo_request"])
HOLD_OUT = 5

Steps = list[dict[str, Any]]


def live_steps(templates: dict[str, int]) -> Steps:
    """Welcome; who is curious gets a call, the others one of two mails."""

    def mail(name: str) -> dict[str, Any]:
        return {
            "key": name,
            "kind": "mail",
            "settings": {"template": templates[name]},
        }

    variants = [{"name": "Story", "share": 50}, {"name": "Numbers", "share": 50}]
    split = {
        "key": "test",
        "kind": "split",
        "settings": {"variants": variants, "by": "clicks", "least": 50, "days": 3},
        "branches": {"Story": [mail("case")], "Numbers": [mail("numbers")]},
    }
    curious = {"text": "Call: has read the first mail and wants to know more"}
    return [
        mail("welcome"),
        {"key": "pause", "kind": "wait", "settings": {"days": 2}},
        {
            "key": "curious",
            "kind": "branch",
            "settings": {"condition": CLICKED, "days": 2},
            "branches": {
                "yes": [
                    {"key": "tag", "kind": "tag", "settings": {"add": ["curious"]}},
                    {"key": "call", "kind": "task", "settings": curious},
                ],
                "no": [split],
            },
        },
        {"key": "rest", "kind": "wait", "settings": {"days": 5}},
        {
            "key": "tuesday",
            "kind": "wait_until",
            "settings": {"days": [2, 4], "time": "10:00"},
        },
        mail("again"),
    ]


def draft_steps(templates: dict[str, int]) -> Steps:
    return [
        {"key": "first", "kind": "mail", "settings": {"template": templates["again"]}},
        {"key": "pause", "kind": "wait", "settings": {"days": 14}},
        {"key": "last", "kind": "tag", "settings": {"add": ["asleep"]}},
    ]


# Days ago, and how many contacts entered the sequence by hand.
COHORTS = ((22, 5), (15, 4), (9, 4), (5, 4), (3, 3), (1.2, 3), (0.3, 3))
# Days ago somebody sent the form for the guide, and whether they confirmed.
GUIDES = (
    *((19, True), (16.4, True), (12, True), (8.3, True), (7.8, False)),
    *((4.6, True), (2.4, True), (1.1, True), (0.1, False)),
)
WEBINAR = "One team, one journey"
NEXT_WEBINAR = "A score that explains itself"

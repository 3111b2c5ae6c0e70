"""Everything people read is there in English and in German."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.dates import MONTHS, WEEKDAYS

from tests.messages import untranslated
from tests.messages.__main__ import MO, PO, renewed
from tests.messages.catalog import Message, compile_mo, read_po, write_po
from tests.messages.sources import (
    ROOT,
    in_template,
    messages_in_code,
    python_files,
    templates,
)

CATALOG = read_po(PO.read_text())
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}")


def test_every_message_has_its_german_words():
    """Write them after msgstr in django.po, then run ``make messages`` again."""
    missing = [message for message, words in CATALOG.items() if not all(words)]

    assert missing == []


def test_the_catalog_has_what_the_code_says_and_nothing_else():
    """Run ``make messages``."""
    assert {*CATALOG} == {*messages_in_code()}
    assert write_po(renewed(CATALOG)) == PO.read_text()


def test_what_is_shown_is_what_was_translated():
    """Run ``make messages``: it compiles."""
    assert MO.read_bytes() == compile_mo(CATALOG)


def test_translations_keep_the_placeholders():
    """A form for one may leave the number out; nothing else may be missing or new."""
    wrong = []
    for message, words in CATALOG.items():
        texts = [message.text, message.plural] if message.plural else [message.text]
        known = {tuple(sorted(PLACEHOLDER.findall(text))) for text in texts}
        wrong += [
            text
            for text in words
            if text and tuple(sorted(PLACEHOLDER.findall(text))) not in known
        ]

    assert wrong == []


def test_translations_begin_and_end_as_the_message_does():
    """The space around it, and the mark at the end of a sentence."""

    def edges(text: str) -> tuple[str, ...]:
        text = re.sub(r"\b(Min|Std|Tg)\.$", r"\1", text)
        before, inner, after = text.partition(text.strip())
        return before, after, inner[-1] if inner[-1] in ".?:…" else ""

    wrong = [
        text
        for message, words in CATALOG.items()
        for text in words
        if text and " " in message.text and edges(text) != edges(message.text)
    ]

    assert wrong == []


def test_german_is_polite_and_calm():
    """ "Sie", no exclamation marks, German quotation marks."""
    impolite = re.compile(r"\b([Dd]u|[Dd]ein\w*|[Dd]ir|[Dd]ich)\b|!|“[^“„]*”")

    assert [text for text in chain(*CATALOG.values()) if impolite.search(text)] == []


def test_dates_keep_their_words():
    """Give a message like "May" a context: Django looks its own words up there too."""
    with translation.override("de"):
        months = [str(name) for name in MONTHS.values()]
        days = [str(name) for name in WEEKDAYS.values()]

    assert months[:5] == ["Januar", "Februar", "März", "April", "Mai"]
    assert days[0] == "Montag"
    assert len({*months, *days}) == 19


def test_templates_have_no_words_of_their_own():
    """Put them into {% translate %} or {% blocktranslate trimmed %}."""
    assert [*chain.from_iterable(map(untranslated.in_template, templates()))] == []


FOR_OPERATORS = {
    # file: who reads its sentences, and needs them in one language
    "leadhub/checks.py": "who sets LeadHub up",
    "leadhub/embedded.py": "who starts it in a terminal",
    "leadhub/metrics.py": "who collects figures",
    "accounts/figures.py": "who collects them too",
    "campaigns/figures.py": "and here",
    "leadhub/icons.py": "who writes a template",
    "leadhub/rest/error_answers.py": "who reads the description of the API",
    "contacts/api/examples.py": "who reads it too",
    "leadhub/settings.py": "the name of the API, and a sender",
    "scoring/selectors/verification.py": "who runs verify_scores",
    "journeys/public.py": "who changes the snippet",
    "insights/services/demo.py": "invented people, whose words are data",
    "insights/services/demo_deals.py": "what they asked for and were offered is data too",
    "insights/services/demo_permissions.py": "what they agreed to is data too",
    "insights/services/demo_mails.py": "and so is what a mail server said",
    "insights/services/demo_marketing.py": "and what a rep wrote",
    "insights/services/demo_sales.py": "or said",
    "insights/services/demo_offers.py": "and what was offered",
    "insights/services/demo_reports.py": "and what a board is called",
}
PARTS_FOR_OPERATORS = {"collisions", "commands", "demo"}
SQL = re.compile(
    r"(SELECT|INSERT|UPDATE|DELETE|COPY|CREATE|DROP|CASE|PRAGMA|GET|POST) ?"
)


def test_code_says_nothing_in_english_only():
    """Hand it to ``gettext``, or name the file above with who reads it."""
    found = [
        line.removeprefix(f"{ROOT}/")
        for path in python_files()
        if str(path.relative_to(ROOT)) not in FOR_OPERATORS
        and not PARTS_FOR_OPERATORS & {*path.parts}
        for line in untranslated.in_python(path)
    ]

    assert [line for line in found if not SQL.search(line)] == []


def test_scripts_have_no_words_of_their_own():
    """Put them into a data attribute of the page that uses the script."""
    scripts = sorted((ROOT / "static").rglob("*.js"))

    assert [*chain.from_iterable(map(untranslated.in_script, scripts))] == []


# The tools themselves ------------------------------------------------------------


def test_a_catalog_is_read_as_it_was_written():
    catalog = {
        Message("Plain"): ("Schlicht",),
        Message('Says "so"\nand more\\'): ("Sagt „so“\nund mehr\\",),
        Message("%(n)s day", "%(n)s days"): ("%(n)s Tag", "%(n)s Tage"),
        Message("May", context="month"): ("Mai",),
    }

    assert read_po(write_po(catalog)) == catalog


def test_what_is_compiled_is_what_gettext_reads(tmp_path):
    import gettext

    catalog = {
        Message("May", context="month"): ("Mai",),
        Message("%(n)s day", "%(n)s days"): ("%(n)s Tag", "%(n)s Tage"),
        Message("Not yet"): ("",),
    }
    file = tmp_path / "de.mo"
    file.write_bytes(compile_mo(catalog))

    with file.open("rb") as opened:
        german = gettext.GNUTranslations(opened)

    assert german.pgettext("month", "May") == "Mai"
    assert german.ngettext("%(n)s day", "%(n)s days", 1) == "%(n)s Tag"
    assert german.ngettext("%(n)s day", "%(n)s days", 0) == "%(n)s Tage"
    assert german.gettext("Not yet") == "Not yet"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello there</p>", 1),
        ("<p>{{ name }}: {{ value }} · 3</p>", 0),
        ("{% blocktranslate trimmed %}Hello {{ name }}{% endblocktranslate %}", 0),
        ('<a title="Open it">{% translate "Open" %}</a>', 1),
        ('<a title="{% translate "Open" %}" class="btn wide">x</a>', 0),
        ('{% include "_ui/empty_state.html" with title="No leads" %}', 1),
        ('{% include "_ui/empty_state.html" with title=_("No leads") %}', 0),
        ('{{ name|default:"Nobody" }}', 1),
        ("{% comment %}Words for us{% endcomment %}{# and here #}", 0),
    ],
)
def test_words_outside_of_translations_are_found(tmp_path, template, found):
    file = tmp_path / "page.html"
    file.write_text(template)

    assert len([*untranslated.in_template(file)]) == found


def test_messages_of_templates_are_found(tmp_path):
    file = tmp_path / "page.html"
    file.write_text(
        '{% translate "It\'s 5 %" %} {{ x|default:_("None") }}'
        '{% translate "May" context "month" %}'
        "{% blocktranslate count n=n trimmed %}{{ n }} day{% plural %}{{ n }} days"
        "{% endblocktranslate %}"
    )

    assert {*in_template(file)} == {
        Message("It's 5 %%"),
        Message("None"),
        Message("May", context="month"),
        Message("%(n)s day", "%(n)s days"),
    }


def test_all_languages_have_a_catalog():
    others = [code for code, _name in settings.LANGUAGES if code != "en"]

    assert [code for code in others if not (ROOT / "locale" / code).is_dir()] == []

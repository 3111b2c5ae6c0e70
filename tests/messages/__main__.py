"""Bring the German catalog in step with the code, and say what is still to translate."""

from __future__ import annotations

import sys

from tests.messages.catalog import Catalog, compile_mo, read_po, write_po
from tests.messages.sources import ROOT, messages_in_code

PO = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")


def renewed(old: Catalog) -> dict:
    """The messages of the code with the words they have; others are dropped."""
    by_key = {message.key: words for message, words in old.items()}
    found = {}
    for message in messages_in_code():
        words = by_key.get(message.key, ())
        fits = len(words) == message.forms
        found[message] = words if fits else ("",) * message.forms
    return found


def main() -> int:
    catalog = renewed(read_po(PO.read_text()) if PO.exists() else {})
    PO.write_text(write_po(catalog))
    MO.write_bytes(compile_mo(catalog))
    missing = sorted(message for message, words in catalog.items() if not all(words))
    for message in missing:
        print(f"to translate: {message.text!r}")
    print(f"{len(catalog)} messages, {len(missing)} to translate in {PO}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

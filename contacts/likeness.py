"""What makes two contacts look like one person: pure rules, without a database."""

from __future__ import annotations

GOOGLE = {"gmail.com", "googlemail.com"}
# Whoever has a mailbox there works somewhere else.
FREE_MAIL = frozenset(
    {
        *GOOGLE,
        *("aol.com", "freenet.de", "gmx.at", "gmx.ch", "gmx.de", "gmx.net"),
        *("hotmail.com", "hotmail.de", "icloud.com", "live.com", "mail.com", "me.com"),
        *("outlook.com", "outlook.de", "proton.me", "protonmail.com", "t-online.de"),
        *("web.de", "yahoo.com", "yahoo.de", "yandex.ru"),
    }
)
# How sure each sign makes us that the two are one.
STRENGTHS = {"email": 0.95, "phone": 0.7, "name_company": 0.75, "name_domain": 0.6}
# A number that more people have than that is a switchboard's.
MOST_ON_ONE_PHONE = 4


def core_of(email: str) -> str:
    """The address without what the same mailbox may be written with.

    In lower case, without what follows a plus; at Google, where dots mean nothing,
    without dots. "" without an address.
    """
    local, at, domain = email.strip().casefold().rpartition("@")
    if not at:
        return ""
    local = local.partition("+")[0] or local
    if domain in GOOGLE:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"[:254]


def strength_of(signs: set[str]) -> float:
    """From 0 to 1: each sign leaves a smaller doubt."""
    doubt = 1.0
    for sign in signs:
        doubt *= 1 - STRENGTHS[sign]
    return round(1 - doubt, 4)

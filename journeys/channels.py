"""Through which channel an interaction came, where its source does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from journeys.models.interaction import Channel, Kind

BY_KIND: dict[str, Channel] = {
    Kind.EMAIL_SENT: Channel.EMAIL,
    Kind.EMAIL_OPEN: Channel.EMAIL,
    Kind.EMAIL_CLICK: Channel.EMAIL,
    Kind.EMAIL_REPLY: Channel.EMAIL,
    Kind.EMAIL_BOUNCE: Channel.EMAIL,
    Kind.OPT_IN_CONFIRMED: Channel.EMAIL,
    Kind.UNSUBSCRIBE: Channel.EMAIL,
    Kind.CALL_OUTBOUND: Channel.PHONE,
    Kind.CALL_INBOUND: Channel.PHONE,
    Kind.EVENT_ATTENDED: Channel.EVENT,
    Kind.WEBINAR_REGISTERED: Channel.EVENT,
    Kind.WEBINAR_ATTENDED: Channel.EVENT,
    Kind.MEETING: Channel.DIRECT,
    Kind.NOTE: Channel.OTHER,
    Kind.CHAT: Channel.WEBSITE,
}
ON_A_PAGE = frozenset(
    {
        Kind.PAGE_VIEW,
        Kind.PRICING_VIEW,
        Kind.FORM_SUBMIT,
        Kind.CONTENT_DOWNLOAD,
        Kind.DEMO_REQUEST,
        Kind.LINK_CLICK,
    }
)
BY_MEDIUM: dict[str, Channel] = {
    "email": Channel.EMAIL,
    "e-mail": Channel.EMAIL,
    "newsletter": Channel.EMAIL,
    "mail": Channel.EMAIL,
    "cpc": Channel.PAID_SEARCH,
    "ppc": Channel.PAID_SEARCH,
    "sem": Channel.PAID_SEARCH,
    "paid": Channel.PAID_SEARCH,
    "paidsearch": Channel.PAID_SEARCH,
    "paid_search": Channel.PAID_SEARCH,
    "organic": Channel.ORGANIC_SEARCH,
    "seo": Channel.ORGANIC_SEARCH,
    "organic_search": Channel.ORGANIC_SEARCH,
    "social": Channel.SOCIAL,
    "paid_social": Channel.SOCIAL,
    "social-media": Channel.SOCIAL,
    "social_media": Channel.SOCIAL,
    "sm": Channel.SOCIAL,
    "referral": Channel.REFERRAL,
    "link": Channel.REFERRAL,
    "event": Channel.EVENT,
    "webinar": Channel.EVENT,
    "fair": Channel.EVENT,
    "trade-show": Channel.EVENT,
    "phone": Channel.PHONE,
    "call": Channel.PHONE,
    "direct": Channel.DIRECT,
    "(none)": Channel.DIRECT,
    "partner": Channel.PARTNER,
    "affiliate": Channel.PARTNER,
    "website": Channel.WEBSITE,
}
# A name counts for all below it: "google" for www.google.de and google.com.
_SEARCH = re.compile(
    r"(?:^|\.)(?:google|bing|duckduckgo|ecosia|qwant|startpage|baidu|yandex"
    r"|search\.yahoo|search\.brave|metager)\.[a-z.]{2,6}$"
)
_SOCIAL = re.compile(
    r"(?:^|\.)(?:linkedin|xing|facebook|instagram|twitter|x|youtube|reddit|tiktok"
    r"|pinterest|mastodon|bsky|threads)\.(?:com|de|net|app|social)$|^(?:t\.co|lnkd\.in"
    r"|youtu\.be|fb\.me)$"
)
_MAIL = re.compile(
    r"^(?:e?mail|webmail|outlook|deref-[a-z]+)\.|(?:^|\.)safelinks\.protection\."
)


def channel_of(
    *,
    kind: str,
    utm: Mapping[str, str] | None = None,
    referrer: str = "",
    url: str = "",
) -> str:
    """Return the channel: by ``utm``, else by the referrer, else by the kind.

    A referrer of the same site as ``url`` says nothing. Of kinds that happen on a
    page, and that nothing is known about, it is "website"; of others "other".
    """
    if utm:
        medium = utm.get("medium", "").strip().lower()
        if found := BY_MEDIUM.get(medium):
            return found.value
        source = utm.get("source", "").strip().lower()
        if found := BY_MEDIUM.get(source) or _by_host(
            f"{source}.com" if source else ""
        ):
            return found.value
        if medium or source:
            return Channel.OTHER.value
    if referrer and (host := host_of(referrer)) and not _same_site(host, host_of(url)):
        return (_by_host(host) or Channel.REFERRAL).value
    if found := BY_KIND.get(kind):
        return found.value
    return (Channel.WEBSITE if kind in ON_A_PAGE else Channel.OTHER).value


def host_of(url: str) -> str:
    """The host in lower case; "" if there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _by_host(host: str) -> Channel | None:
    if _MAIL.search(host):
        return Channel.EMAIL
    if _SEARCH.search(host):
        return Channel.ORGANIC_SEARCH
    if _SOCIAL.search(host):
        return Channel.SOCIAL
    return None


def _same_site(one: str, other: str) -> bool:
    """The same host, or one below the other; "www." does not matter."""
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")

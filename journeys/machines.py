"""Whether a person or a machine opened or clicked. Pure; for numbers, not for safety."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from crawleruseragents import is_crawler

BURST = timedelta(seconds=10)
LINKS_OF_A_BURST = 3
TOO_FAST = timedelta(seconds=5)
# Programs also written by people, hence a weak sign only.
_LIBRARY = re.compile(
    r"^(?:python|curl|wget|go-http|java|okhttp|axios|node|undici|ruby|perl|libwww|php"
    r"|guzzle|httpclient|apache-http|dart|aiohttp|httpx|postman|insomnia|powershell)\b"
    r"|python-requests|node-fetch|headlesschrome",
    re.IGNORECASE,
)
# They fetch the images of a mail when it arrives, whether or not it is read.
_IMAGE_PROXY = re.compile(
    r"googleimageproxy|yahoomailproxy|duckduckgo-email|^mozilla/5\.0$", re.IGNORECASE
)
# Hosts that scanners rewrite links to.
_SCANNER_HOST = re.compile(
    r"//[^/]*(?:safelinks\.protection\.outlook\.com|urldefense\.(?:com|proofpoint\.com)"
    r"|mimecast\.com|barracudanetworks\.com|trendmicro\.com|ciscoemail\.com"
    r"|secure-web\.cisco\.com|linkprotect\.cudasvc\.com)(?:[:/]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one request. ``accepted_at`` is when SMTP took the mail."""

    at: datetime
    user_agent: str = ""
    purpose: str = ""
    referrer: str = ""
    is_image: bool = False
    is_honeypot: bool = False
    accepted_at: datetime | None = None
    links_at_once: int = 1


def why_machine(signs: Signs) -> str:
    """Return the reason to take it for a machine, "" for a person.

    One strong sign is enough; of weak ones it takes two, joined by "+".
    """
    if re.search(r"\b(?:prefetch|prerender|preview)\b", signs.purpose.lower()):
        return "prefetch"
    if signs.is_honeypot:
        return "honeypot"
    if signs.accepted_at is not None and signs.at < signs.accepted_at:
        return "before_delivery"
    if signs.is_image and _IMAGE_PROXY.search(signs.user_agent):
        return "privacy_proxy"
    if signs.links_at_once >= LINKS_OF_A_BURST:
        return "burst"
    is_library = not signs.user_agent.strip() or bool(_LIBRARY.search(signs.user_agent))
    if not is_library and _is_crawler(signs.user_agent[:500]):
        return "crawler"

    weak = []
    if signs.accepted_at is not None and signs.at - signs.accepted_at < TOO_FAST:
        weak.append("too_fast")
    if _SCANNER_HOST.search(signs.referrer):
        weak.append("scanner_referrer")
    if is_library:
        weak.append("library")
    return "+".join(weak) if len(weak) >= 2 else ""


@lru_cache(maxsize=4096)
def _is_crawler(user_agent: str) -> bool:
    return is_crawler(user_agent)

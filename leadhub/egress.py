"""The one door through which HTTP leaves: to addresses that are in public, over TLS.

A URL that somebody has typed in may name our own network in many spellings. So no
spelling is judged: the name is resolved, every address it has must be a public one, and
the connection is made to the address that was judged. ``EGRESS_ALLOW`` names the hosts
of one's own network that may be reached, and by plain HTTP too.

What fails is told in general words only: the difference between "refused" and "does not
answer" would be a map of the network.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from leadhub.errors import InvalidValue

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

CONNECT_SECONDS = 5
TOTAL_SECONDS = 15
MOST_READ = 16 * 1024
LONGEST_URL = 500
PORTS = {443, 8443}
# Python calls some of these global: they are ways back to IPv4, or a provider's inside.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "192.88.99.0/24",
        "100.64.0.0/10",
    )
)
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.?|[0-9a-f:.]+", re.IGNORECASE)
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?:[ \r]|$)")


class ForbiddenUrl(InvalidValue):
    code = "forbidden_url"
    attr = "url"


class NotReached(Exception):
    """Nobody knows whether it arrived. ``code`` is all that is told."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads, as far as it says itself."""

    scheme: str
    host: str
    port: int
    path: str
    # Named in ``EGRESS_ALLOW``: may be anywhere.
    is_ours: bool

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Its status, and in how many seconds it wants to be asked again."""

    status: int
    retry_after: float | None = None


def target_of(url: str) -> Target:
    """Read a URL. Raises ``ForbiddenUrl``; the name is resolved when it is used."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable():
        raise ForbiddenUrl(_("This is not an address that we can send to."))
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise ForbiddenUrl(_("This is not an address that we can send to.")) from None
    if " " in url or "\\" in url or not HOST.fullmatch(host):
        raise ForbiddenUrl(_("This is not an address that we can send to."))
    if "@" in parts.netloc:
        raise ForbiddenUrl(_("The address may not contain a user or a password."))
    if parts.scheme not in {"http", "https"}:
        raise ForbiddenUrl(_("The address must begin with https://."))
    port = port or (443 if parts.scheme == "https" else 80)
    named = f"[{host}]" if ":" in host else host
    is_ours = f"{named}:{port}" in settings.EGRESS_ALLOW
    if not is_ours and parts.scheme != "https":
        raise ForbiddenUrl(_("The address must begin with https://."))
    if not is_ours and port not in PORTS:
        sentence = _("Only the ports %(ports)s are open to the outside.")
        ports = ", ".join(map(str, sorted(PORTS)))
        raise ForbiddenUrl(sentence % {"ports": ports})
    path = parts.path or "/"
    path += f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme, host, port, path, is_ours)


def check_url(url: str) -> None:
    """Raises ``ForbiddenUrl`` also if its name leads into our own network by now."""
    target = target_of(url)
    if target.is_ours:
        return
    try:
        addresses = _resolve(target, until=time.monotonic() + CONNECT_SECONDS)
    except NotReached:
        return  # a name may come to exist later; it is judged anew at each use
    if not all(map(is_public, addresses)):
        raise ForbiddenUrl(_("This address is not a public one."))


def is_public(address: Address) -> bool:
    """Whether it is out there, whatever form of IPv6 it is wrapped in."""
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return (
        address.is_global
        and not address.is_multicast
        and not any(
            address in network
            for network in NOT_PUBLIC
            if network.version == address.version
        )
    )


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST ``body`` once, no redirect followed, no proxy asked; read no more than its
    head.

    Raises ``ForbiddenUrl`` or ``NotReached``, within ``TOTAL_SECONDS``.
    """
    target = target_of(url)
    until = time.monotonic() + TOTAL_SECONDS
    addresses = _resolve(target, until=time.monotonic() + CONNECT_SECONDS)
    if not target.is_ours and not all(map(is_public, addresses)):
        raise NotReached("forbidden")
    head = {
        "Host": target.host_header,
        "User-Agent": "LeadHub",
        "Accept": "*/*",
        "Connection": "close",
        "Content-Length": str(len(body)),
        **headers,
    }
    lines = [f"POST {target.path} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("A header may not have several lines.")
    request = "\r\n".join([*lines, "", ""]).encode("ascii") + body
    try:
        with _connected(target, addresses, until=until) as line:
            _left(line, until)
            line.sendall(request)
            return _read_head(line, until=until)
    except TimeoutError:
        raise NotReached("timeout") from None
    except ssl.SSLError:
        raise NotReached("tls") from None
    except OSError:
        raise NotReached("connection") from None


def _resolve(target: Target, *, until: float) -> list[Address]:
    """All addresses of its host, by the resolver's rules: ``127.1`` is one too.

    In a thread, because a resolver cannot be told how long to take.
    """
    found: list[Address] = []

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        texts = dict.fromkeys(str(row[4][0]) for row in rows)
        found.extend(ipaddress.ip_address(text.partition("%")[0]) for text in texts)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(max(0.0, until - time.monotonic()))
    addresses = list(found)
    if not addresses:
        raise NotReached("unknown_host")
    return addresses


def _connected(
    target: Target, addresses: list[Address], *, until: float
) -> socket.socket:
    """A line to the first address that answers; over TLS under the host's name."""
    connect_until = min(until, time.monotonic() + CONNECT_SECONDS)
    error: OSError = TimeoutError()
    for address in addresses:
        left = connect_until - time.monotonic()
        if left <= 0:
            break
        try:
            line = socket.create_connection((str(address), target.port), timeout=left)
        except OSError as problem:
            error = problem
            continue
        if target.scheme == "http":
            return line
        try:
            _left(line, connect_until)
            return _tls().wrap_socket(line, server_hostname=target.host)
        except BaseException:
            line.close()
            raise
    raise error


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _read_head(line: socket.socket, *, until: float) -> Answer:
    """The status and what it says about another try; the rest is not read."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < MOST_READ:
        _left(line, until)
        more = line.recv(min(4096, MOST_READ - len(data)))
        if not more:
            break
        data += more
    status = STATUS.match(data)
    if status is None:
        raise NotReached("no_answer")
    found = re.search(rb"\r\nretry-after:[ \t]*([^\r\n]{1,60})\r\n", data, re.I)
    later = _seconds_of(found[1].decode("latin-1").strip()) if found else None
    return Answer(int(status[1]), later)


def _seconds_of(text: str) -> float | None:
    """``Retry-After``: seconds, or a date."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - timezone.now()).total_seconds())
    except (TypeError, ValueError):
        return None


def _left(line: socket.socket, until: float) -> None:
    """Let the next call take what is left of the time, no longer."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)

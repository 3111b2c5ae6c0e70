"""A9: addresses that lead into our own network, in all the ways to write them.

The canary is a real server on the loopback: what counts is that it hears nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading

import pytest

from leadhub import egress
from leadhub.egress import ForbiddenUrl, NotReached, check_url, is_public, post
from tests.webhooks import Sink, answering, public_then

HOSTS = """
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1
    017700000001 127.000.000.001 0 0.0.0.0 localhost localhost. LOCALHOST
    [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]
    [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::]
    [fe80::1] [fc00::1] [ff02::1] 10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254
    100.64.0.1 192.88.99.1 224.0.0.1 255.255.255.255 198.18.0.1 192.0.2.1
    """.split()


@pytest.fixture
def canary(monkeypatch):
    with Sink() as sink:
        monkeypatch.setattr(egress, "PORTS", {sink.port})
        yield sink


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_leads_into_our_own_network(canary, host):
    url = f"https://{host}:{canary.port}/"

    with pytest.raises((ForbiddenUrl, NotReached)) as refusal:
        post(url, body=b"x", headers={})

    assert canary.connections == 0
    assert getattr(refusal.value, "code", "") in {
        "forbidden",
        "forbidden_url",
        "unknown_host",
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "example.com",
        "https://",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com:22/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com\\@127.0.0.1/",
        "https://example.com/\r\nX-More: 1",
        "https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://example.com/" + "a" * 600,
    ],
)
def test_what_is_no_address_of_ours_to_send_to_is_refused(url):
    with pytest.raises(ForbiddenUrl):
        check_url(url)


def test_a_name_is_judged_by_every_address_that_it_has(canary, monkeypatch):
    both = answering("93.184.215.14", "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", both)

    with pytest.raises(NotReached, match="forbidden"):
        post(f"https://both.example:{canary.port}/", body=b"", headers={})

    assert canary.connections == 0


def test_a_name_that_leads_elsewhere_later_is_asked_only_once(canary, monkeypatch):
    asked = public_then("127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", asked)
    went_to = []

    def connect(address, timeout):
        went_to.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotReached, match="connection"):
        post(f"https://rebinding.example:{canary.port}/", body=b"", headers={})

    assert went_to == ["93.184.215.14"]
    with pytest.raises(NotReached, match="forbidden"):
        post(f"https://rebinding.example:{canary.port}/", body=b"", headers={})


def test_what_an_operator_names_is_reached_without_tls(settings):
    with Sink() as sink:
        settings.EGRESS_ALLOW = [f"127.0.0.1:{sink.port}"]

        answer = post(sink.url, body=b"hello", headers={"X-One": "1"})

    [request] = sink.requests
    assert answer.status == 200
    assert request.body == b"hello"
    assert request.headers["host"] == f"127.0.0.1:{sink.port}"
    assert request.headers["x-one"] == "1"


def test_another_spelling_of_what_an_operator_names_is_not_meant(settings):
    with Sink() as sink:
        settings.EGRESS_ALLOW = [f"localhost:{sink.port}"]

        with pytest.raises(ForbiddenUrl):
            post(sink.url, body=b"", headers={})

    assert sink.connections == 0


def test_no_redirect_is_followed_and_no_proxy_is_asked(settings, monkeypatch):
    with Sink() as other, Sink(answer=302, headers={"Location": other.url}) as sink:
        settings.EGRESS_ALLOW = [
            f"127.0.0.1:{sink.port}",
            f"127.0.0.1:{other.port}",
        ]
        monkeypatch.setenv("HTTP_PROXY", other.url)
        monkeypatch.setenv("ALL_PROXY", other.url)

        answer = post(sink.url, body=b"", headers={})

    assert answer.status == 302
    assert (sink.connections, other.connections) == (1, 0)


@pytest.mark.parametrize("kind", ["silent", "dripping", "nonsense"])
def test_who_does_not_answer_properly_holds_nobody_up(settings, monkeypatch, kind):
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.5)
    with Sink(kind=kind) as sink:
        settings.EGRESS_ALLOW = [f"127.0.0.1:{sink.port}"]

        with pytest.raises(NotReached) as problem:
            post(sink.url, body=b"", headers={})

        assert problem.value.code in {"timeout", "no_answer"}


def test_of_an_answer_without_end_only_the_beginning_is_read(settings):
    with Sink(kind="endless") as sink:
        settings.EGRESS_ALLOW = [f"127.0.0.1:{sink.port}"]

        assert post(sink.url, body=b"", headers={}).status == 200

    assert sink.sent < 1_000_000


def test_a_resolver_that_hangs_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(egress, "CONNECT_SECONDS", 0.2)
    released = threading.Event()

    def hang(*args, **options):
        released.wait(5)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(NotReached, match="unknown_host"):
        post("https://slow.example/", body=b"", headers={})
    released.set()


def test_an_untrusted_certificate_is_refused(settings):
    with Sink() as sink:  # speaks no TLS at all
        settings.EGRESS_ALLOW = [f"127.0.0.1:{sink.port}"]

        with pytest.raises(NotReached, match=r"tls|timeout|connection"):
            post(f"https://127.0.0.1:{sink.port}/", body=b"", headers={})

    assert sink.requests == []


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07::1"])
def test_what_is_in_public_is_in_public(text):
    assert is_public(ipaddress.ip_address(text))

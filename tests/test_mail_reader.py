"""The reader of mails says what is wrong with one."""

import pytest

from tests.mail_reader import Unreadable, read_mail

GOOD = b"""\
Date: Tue, 24 Nov 2026 10:00:00 +0000
From: =?utf-8?q?Ex=C3=A4m?=
 =?utf-8?b?cGxl?= <news@example.org>
To: ada@example.com
Subject: Hello
Message-ID: <1@example.org>
MIME-Version: 1.0
List-Unsubscribe: <https://example.org/unsubscribe/x>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Gr=C3=B6=
=C3=9Fe
--b
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PHAgc3R5bGU9ImNvbG9yOnJlZCI+R3LDtsOfZTwvcD4=
--b--
"""


def test_a_good_mail_is_read():
    mail = read_mail(GOOD)

    assert mail.headers["from"] == "Exämple <news@example.org>"
    assert mail.text == "Größe"
    assert mail.html == '<p style="color:red">Größe</p>'
    assert mail.one_click == "https://example.org/unsubscribe/x"
    assert mail.loads == []
    assert read_mail(GOOD.replace(b"\n", b"\r\n")) == mail


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"Date:", b"Daten:"),
        (b"Subject: Hello", b"Subject: Hello\nSubject: Again"),
        (b"Subject: Hello", "Subject: Größe".encode()),
        (b"Subject: Hello", b"Subject: " + b"x" * 1000),
        (b"Subject: Hello", b"Subject: =?utf-8?q?half"),
        (b"Subject: Hello", b"Subject Hello"),
        (b"<1@example.org>", b"1"),
        (b"MIME-Version: 1.0", b"MIME-Version: 2.0"),
        (b"multipart/alternative", b"multipart/mixed"),
        (b"--b--", b"--b"),
        (b"text/html", b"text/plain"),
        (b"=C3=B6", b"=XY"),
        (b"quoted-printable", b"x-own"),
    ],
)
def test_what_is_wrong_is_refused(was, becomes):
    assert was in GOOD

    with pytest.raises(Unreadable):
        read_mail(GOOD.replace(was, becomes, 1))


def test_one_click_needs_both_headers_and_an_address():
    plain = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"

    assert read_mail(GOOD.replace(plain, b"")).one_click == ""
    assert read_mail(GOOD.replace(b"<https:", b"<mailto:")).one_click == ""


def test_what_a_mail_loads_is_found_wherever_it_stands():
    html = (
        b"<img src=https://x/a.gif><table background=https://x/b><style>"
        b"p {background: url('https://x/c')}</style><p style='list-style:url(https://x/d)'>"
        b"<a href=https://x/link>"
    )
    plain = GOOD.replace(b"base64", b"7bit")
    mail = plain.replace(b"PHAgc3R5bGU9ImNvbG9yOnJlZCI+R3LDtsOfZTwvcD4=", html)

    assert read_mail(mail).loads == [f"https://x/{n}" for n in ("a.gif", "b", "c", "d")]

"""Mails as servers, programs and people send them because of one of ours."""

from __future__ import annotations

from email.utils import format_datetime

from django.utils import timezone

from campaigns.mailing.composing import message_id

HARD = "5.1.1", "smtp; 550 5.1.1 No such user here"
SOFT = "4.4.7", "smtp; 451 4.4.7 Still waiting"
COUNT = iter(range(10**9))


def mail(headers: dict[str, str], body: str) -> bytes:
    given = {
        "To": "news@example.org",
        "Date": format_datetime(timezone.now()),
        "Message-ID": f"<back{next(COUNT)}@example.com>",
        "MIME-Version": "1.0",
    } | headers
    lines = [f"{name}: {value}" for name, value in given.items() if value]
    return "\r\n".join([*lines, "", *body.splitlines(), ""]).encode()


def report(kind: str, parts: list[tuple[str, str]], **headers: str) -> bytes:
    text = "".join(f"--edge\n{head}\n\n{body}\n" for head, body in parts)
    content = f'multipart/report; report-type={kind}; boundary="edge"'
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return mail({"Content-Type": content, **named}, f"{text}--edge--")


def headers_of(message) -> str:
    return f"From: news@example.org\nSubject: Hello\nMessage-ID: {message_id(message)}"


def delivery_status(
    message, status: str, words: str, *, to: str = "", action: str = ""
):
    to = to or message.contact.email
    action = action or "failed"
    fields = (
        f"Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; {to}\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: {words}\n"
    )
    return "Content-Type: message/delivery-status", fields


def postfix(message, status=HARD, **more) -> bytes:
    """Brings the whole mail along, and says first what it is about."""
    return report(
        "delivery-status",
        [
            ("Content-Description: Notification", "This is the mail system."),
            delivery_status(message, *status, **more),
            ("Content-Type: message/rfc822", headers_of(message) + "\n\nHello."),
        ],
        From="MAILER-DAEMON@mx.example.com (Mail Delivery System)",
        Subject="Undelivered Mail Returned to Sender",
        Auto_Submitted="auto-replied",
    )


def exchange(message, status=HARD, **more) -> bytes:
    """Brings the headers along, in a language of its own."""
    return report(
        "delivery-status",
        [
            ("Content-Type: text/html; charset=utf-8", "<p>Unzustellbar</p>"),
            delivery_status(message, *status, **more),
            ("Content-Type: text/rfc822-headers", headers_of(message)),
        ],
        From="postmaster@example.com",
        Subject="Unzustellbar: Hello",
        In_Reply_To=message_id(message),
    )


def gmail(message, status=HARD, **more) -> bytes:
    """Names the mail in its own headers only."""
    return report(
        "delivery-status",
        [
            ("Content-Type: text/plain", "Address not found"),
            delivery_status(message, *status, **more),
        ],
        From="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        Subject="Delivery Status Notification (Failure)",
        X_Failed_Recipients=message.contact.email,
        References=f"<other@example.net> {message_id(message)}",
    )


def nameless(message, status=HARD, **more) -> bytes:
    """Does not say which mail it is about; anybody could have written it."""
    return report(
        "delivery-status",
        [("Content-Type: text/plain", "Sorry"), delivery_status(message, *status)],
        From="MAILER-DAEMON@mx.example.com",
        **more,
    )


def complaint(message, kind="abuse") -> bytes:
    return report(
        "feedback-report",
        [
            ("Content-Type: text/plain", "A complaint."),
            (
                "Content-Type: message/feedback-report",
                f"Feedback-Type: {kind}\nUser-Agent: Loop/1.0\nVersion: 1",
            ),
            ("Content-Type: message/rfc822", headers_of(message) + "\n\nHello."),
        ],
        From="feedback@example.com",
        Subject="FW: Hello",
    )


def answer(message, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {
        "From": f"Ada <{message.contact.email}>",
        "Subject": "Re: Hello",
        "In-Reply-To": message_id(message),
    }
    return mail(given | named, "Please unsubscribe me. I am away until Monday.")


VACATIONS = [
    {"Auto_Submitted": "auto-replied (vacation)"},
    {"Auto_Submitted": "auto-generated", "Subject": "Automatische Antwort: Hello"},
    {"X_Autoreply": "yes"},
    {"Precedence": "auto_reply"},
    {"Precedence": "bulk"},
    {"X_Auto_Response_Suppress": "All"},
    {"Return_Path": "<>"},
    {"Subject": "Out of Office: Hello"},
]

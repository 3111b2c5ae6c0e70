"""What every request meets: limits, proxies, headers, health, figures, logs."""

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from leadhub import health, logs, middleware
from leadhub.answers import unavailable

KB = 1024


@pytest.mark.parametrize(
    ("path", "content_type", "limit"),
    [
        ("/t/collect", "text/plain", 16 * KB),
        ("/f/newsletter/", "application/x-www-form-urlencoded", 64 * KB),
        ("/f/newsletter/", "multipart/form-data; boundary=x", 64 * KB),
        ("/contacts/", "application/x-www-form-urlencoded", 64 * KB),
        (
            "/contacts/import/",
            "multipart/form-data; boundary=x",
            20 * KB * KB + 64 * KB,
        ),
        ("/api/v1/interactions/", "application/json", KB * KB),
        ("/api/v1/interactions/batch/", "application/json", 10 * KB * KB),
    ],
)
def test_a_body_beyond_its_limit_is_refused_unread(path, content_type, limit):
    def never(request):
        raise AssertionError("The view was reached.")

    def sized(size: int):
        request = RequestFactory().post(path, b"x", content_type=content_type)
        request.META["CONTENT_LENGTH"] = str(size)
        return request

    assert middleware.BodyLimits(never)(sized(limit + 1)).status_code == 413
    assert middleware.BodyLimits(lambda request: "read")(sized(limit)) == "read"


def test_what_is_too_large_is_said_in_the_shape_of_the_api(client):
    response = client.post(
        "/api/v1/contacts/", b"x" * (KB * KB + 1), content_type="application/json"
    )

    assert response.status_code == 413
    [error] = response.json()["errors"]
    assert response.json()["type"] == "client_error"
    assert error["code"] == "too_large"
    assert "1 MB" in error["detail"]


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/nothing"])
def test_unknown_addresses_of_the_api_are_told_in_its_shape(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize(
    ("remote", "forwarded", "seen"),
    [
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),  # not a proxy of ours
        ("10.0.0.2", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.2", "1.2.3.4, 198.51.100.7", "198.51.100.7"),  # the first is made up
        ("10.0.0.2", "198.51.100.7, 10.0.0.3", "198.51.100.7"),  # two proxies
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("10.0.0.2", "", "10.0.0.2"),
    ],
)
def test_only_known_proxies_say_who_is_asking(settings, remote, forwarded, seen):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR=remote,
        HTTP_X_FORWARDED_FOR=forwarded,
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_FORWARDED_HOST="evil.example",
    )

    passed = middleware.TrustedProxies(lambda request: request)(request)

    assert passed.META["REMOTE_ADDR"] == seen
    assert passed.is_secure() == (remote == "10.0.0.2")
    assert "HTTP_X_FORWARDED_HOST" not in passed.META


def test_pages_carry_the_headers_that_protect_them(client):
    headers = client.get("/healthz").headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_a_database_that_is_away_is_a_503_with_a_time_to_come_back():
    request = RequestFactory().get("/api/v1/contacts/")
    guard = middleware.Unavailable(lambda request: None)

    answer = guard.process_exception(request, OperationalError("gone"))

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert guard.process_exception(request, ValueError()) is None
    page = unavailable(RequestFactory().get("/contacts/"))
    assert page.status_code == 503


@pytest.mark.django_db
def test_ready_means_database_migrations_and_disk(client, monkeypatch):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json()["status"] == "ok"

    monkeypatch.setattr(health, "SPARE_DISK", 2.0)
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["disk"].endswith("free")


@pytest.mark.django_db
def test_migrations_that_wait_are_not_ready(client, monkeypatch):
    monkeypatch.setattr(health, "_all_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "1 waiting"


@pytest.mark.django_db
def test_mail_that_is_down_only_degrades(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert "127.0.0.1" not in response.content.decode()
    health._smtp_breaker.worked()


@pytest.mark.django_db
def test_figures_are_for_who_brings_the_token(client, settings):
    token = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}

    assert client.get("/metrics").status_code == 401
    wrong = client.get("/metrics", headers={"Authorization": "Bearer guess"})
    assert wrong.status_code == 401
    assert b"process_cpu_seconds" in client.get("/metrics", headers=token).content

    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers=token).status_code == 404


@pytest.mark.parametrize(
    ("address", "cut"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", None),
        ("unix:", None),
    ],
)
def test_addresses_are_cut_before_they_are_logged(address, cut):
    assert logs.cut_ip(address) == cut


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("mail to Ada.B+x@example.co.uk failed", "mail to <email> failed"),
        (
            "PUT /api/v1/contacts/by-email/ada%40example.com/",
            "PUT /api/v1/contacts/by-email/<email>/",
        ),
        ("GET /unsubscribe/abc:def-1", "GET /unsubscribe/<token>"),
        ("GET /t/c/abc123", "GET /t/c/<token>"),
        (
            "GET /accounts/password/reset/key/1-abc/",
            "GET /accounts/password/reset/key/<token>/",
        ),
        ("Authorization: Bearer lh_abc", "Authorization: Bearer <token>"),
        ("GET /contacts/12/", "GET /contacts/12/"),
    ],
)
def test_addresses_and_tokens_do_not_reach_the_log(text, logged):
    assert logs.without_secrets(text) == logged


def test_values_of_the_query_do_not_reach_the_log():
    event = {"event": "request_finished", "request": "GET /find?q=ada@example.com&p=2"}

    assert logs.redact(None, "info", event)["request"] == "GET /find?q=…&p=…"


def test_logs_are_json_for_machines_and_plain_for_people():
    def last_processor(as_json: bool) -> str:
        config = logs.logging_config(as_json=as_json, level="WARNING")
        return type(config["formatters"]["lines"]["processors"][-1]).__name__

    assert last_processor(as_json=False) == "ConsoleRenderer"
    assert last_processor(as_json=True) == "JSONRenderer"


def test_logged_lines_carry_the_cut_address_and_who_asked(caplog):
    with caplog.at_level("INFO", logger="django_structlog"):
        Client(REMOTE_ADDR="203.0.113.77").get("/healthz")  # not logged
        Client(REMOTE_ADDR="203.0.113.77").post("/healthz")

    [line] = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert line["event"] == "request_finished"
    assert line["ip"] == "203.0.113.0/24"
    assert line["request"] == "POST /healthz"
    assert line["request_id"]
    assert "203.0.113.77" not in caplog.text


def test_mail_really_goes_over_smtp(mail_server):
    from django.core.mail import send_mail

    send_mail("Ready", "A lead for you.", None, ["house@example.com"])

    [mail] = mail_server.mails_to("house@example.com")
    assert mail["Subject"] == "Ready"


def test_learning_libraries_are_not_loaded_with_the_pages():
    """They take 1.8 s and 100 MB: import them in the function that learns."""
    import subprocess
    import sys

    code = (
        "import django, sys; django.setup();"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'numpy')))"
    )
    env = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": "/usr/bin"}
    root = django_settings.BASE_DIR
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=root, env=env).returncode == 0
    )


def test_the_api_says_503_while_the_database_is_away():
    from rest_framework.test import APIRequestFactory
    from rest_framework.views import APIView

    class Away(APIView):
        authentication_classes = permission_classes = []

        def get(self, request):
            raise OperationalError("gone")

    response = Away.as_view()(APIRequestFactory().get("/api/v1/contacts/"))

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response.data["errors"][0]["code"] == "unavailable"

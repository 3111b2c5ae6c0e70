"""The settings under which tests run: those of the product, on servers of their own.

Without DATABASE_URL that is SQLite in a directory which goes away at the end;
``python -m tests.services -- pytest`` brings PostgreSQL, Redis, SMTP and a browser.
"""

import atexit
import os
import shutil
import tempfile

# The processes of one run work in one directory, and the first of them removes it: the
# workers of pytest-xdist end without a chance to.
_run = os.environ.get("LEADHUB_TEST_SCRATCH")
_scratch = tempfile.mkdtemp(prefix="leadhub-tests-", dir=_run)
if not _run:
    os.environ["LEADHUB_TEST_SCRATCH"] = _scratch
    atexit.register(shutil.rmtree, _scratch, ignore_errors=True)

os.environ["LEADHUB_ENV_FILE"] = os.devnull
os.environ["LEADHUB_DATA_DIR"] = _scratch
os.environ["SECRET_KEY"] = "only-for-tests-" + "0123456789abcdef" * 3
os.environ["STATIC_ROOT"] = _scratch
os.environ["METRICS_TOKEN"] = "metrics-token-of-the-tests"
os.environ["LEADHUB_ALLOW_UNSAFE_DATABASE"] = "1"
os.environ["LOG_LEVEL"] = os.environ.get("LOG_LEVEL", "WARNING")
for _name in ("DEBUG", "SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "TRUSTED_PROXIES"):
    os.environ.pop(_name, None)
# Each process of the tests has a numbered database of Redis to itself.
if os.environ.get("REDIS_URL"):
    _server = os.environ["REDIS_URL"].rstrip("/")
    _server = _server.rpartition("/")[0] if _server.count("/") > 2 else _server
    _worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{_server}/{_worker}"
# Playwright's event loop runs in the thread of the test.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from leadhub.settings import *  # noqa: E402, F403
from leadhub.settings import DATABASES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
DATABASES["default"]["CONN_MAX_AGE"] = 0
# On a busy machine a test thinks long inside its transaction, and threads of a test wait
# long for each other. Who waits in a circle is told at once all the same.
if "options" in DATABASES["default"].get("OPTIONS", {}):
    _options = DATABASES["default"]["OPTIONS"]
    _options["options"] += (
        " -c idle_in_transaction_session_timeout=10min -c lock_timeout=2min"
    )
    _options["connect_timeout"] = 60
if DATABASES["default"]["ENGINE"] == "leadhub.sqlite":
    DATABASES["default"]["OPTIONS"]["timeout"] = 120
    # In a file: a database in memory locks differently from the real thing.
    DATABASES["default"]["TEST"] = {"NAME": f"{_scratch}/test.sqlite3"}

"""Settings. Everything that differs between installations comes from the environment.

``.env.example`` explains each variable. Any of them may be given as ``NAME_FILE``
instead: the path of a file that holds the value, the way container secrets come.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from leadhub.env import database_from, email_from, secret_key_from
from leadhub.logs import logging_config
from leadhub.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
environ.Env.read_env(os.environ.get("LEADHUB_ENV_FILE", BASE_DIR / ".env"))

DATA_DIR = Path(env("LEADHUB_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret_key_from(env, data_dir=DATA_DIR, debug=DEBUG)
# Former ones: what they have signed stays good, above all links that end mails.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Under which addresses that must not be written to are kept as digests.
ADDRESS_PEPPER = env("ADDRESS_PEPPER", default="") or SECRET_KEY
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_URL] if urlsplit(SITE_URL).netloc else []
# How many processes serve the web; gunicorn reads the same variable.
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", default=1)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_htmx",
    "django_structlog",
    "leadhub",
    "accounts",
    "contacts",
    "journeys",
    "scoring",
    "campaigns",
    "sales",
    "insights",
]

MIDDLEWARE = [
    "leadhub.middleware.TrustedProxies",
    "leadhub.middleware.BodyLimits",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "leadhub.middleware.Unavailable",
    "leadhub.middleware.MoreHeaders",
    "csp.middleware.CSPMiddleware",
    "leadhub.middleware.PublicDoors",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "leadhub.middleware.Slashes",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leadhub.whole_pages.WholePages",
]

ROOT_URLCONF = "leadhub.urls"
WSGI_APPLICATION = "leadhub.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "accounts.context.workplace",
                "contacts.context.pinned_views",
            ],
        },
    },
]

# Databases: PostgreSQL is the real thing, SQLite the embedded default.
DATABASES = {"default": database_from(env, data_dir=DATA_DIR)}
IS_POSTGRESQL = DATABASES["default"]["ENGINE"].endswith("postgresql")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Redis may vanish at any moment: the cache then answers from memory.
REDIS_URL = env("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "leadhub.cache.FailOpenRedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# Background work. The broker is only a doorbell; what is to be done stands in tables.
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_connect_timeout": 3, "socket_keepalive": True, "health_check_interval": 10}
    if REDIS_URL
    else {"polling_interval": 0.02}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1500
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULER = "leadhub.scheduler:DirectScheduler"
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_BEAT_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = "UTC"

# Who may sign in, and how.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Administrators enter addresses, nobody signs up: a second factor needs no proof of one.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_ADAPTER = "accounts.adapter.InvitedOnlyAdapter"
ACCOUNT_FORMS = {
    "change_password": "accounts.password_forms.ChangePasswordForm",
    "reset_password": "accounts.password_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.password_forms.NewPasswordForm",
    "reauthenticate": "accounts.password_forms.ReauthenticateForm",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# Of mails to who has chosen none, and of pages for browsers that want neither.
LANGUAGE_CODE = env("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["leadhub.formats"]
USE_I18N = True
TIME_ZONE = env("TIME_ZONE", default="Europe/Berlin")
# In which deals and offers are counted: a code of ISO 4217.
CURRENCY = env("CURRENCY", default="EUR")
# TrueType files, regular and bold, for offers with letters that standard fonts lack.
OFFER_FONT = env.list("OFFER_FONT", default=[])
USE_TZ = True

STATIC_URL = "/static/"
# Made by collectstatic from what is installed; not data, so not in DATA_DIR.
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "build" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", BASE_DIR / "node_modules")]
STATICFILES_FINDERS = [
    "leadhub.vendor.VendorFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Third-party front-end files that are served; everything else in node_modules is not.
VENDOR_FILES = [
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map",
    "@tabler/core/dist/js/tabler.min.js",
    "@tabler/core/dist/js/tabler.min.js.map",
    "echarts/dist/echarts.min.js",
    "sortablejs/Sortable.min.js",
    "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select/dist/js/tom-select.complete.min.js.map",
    "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "tom-select/dist/css/tom-select.bootstrap5.min.css.map",
    "idiomorph/dist/idiomorph-ext.min.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
]

# Mail. Without EMAIL_URL mails are kept and shown in the interface.
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="LeadHub <leadhub@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_PROVIDER = ""
vars().update(email_from(env, data_dir=DATA_DIR))
EMAIL_TIMEOUT = 10

# What may come in, and through whom. Limits in bytes; the first pattern that the
# path matches counts. What is too large is refused before it is read.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
KB, MB = 1024, 1024 * 1024
BODY_LIMITS = [
    (r"^/t/", 16 * KB),
    (r"^/(f|p|d|board|confirm|preferences|unsubscribe)/", 64 * KB),
    (r"^/api/.*/batch/?$", 10 * MB),
    (r"^/api/v1/uploads/?$", 20 * MB + 64 * KB),
    (r"^/api/", 1 * MB),
    (r"^/mail-reports/", 1 * MB),
    (r"^/mail-answers/", 10 * MB),
]
BODY_LIMIT_OF_FORMS = 64 * KB
BODY_LIMIT_OF_UPLOADS = 20 * MB + 64 * KB
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * MB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Headers. HTTPS is what SITE_URL says.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 86_400 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
# Whether browsers ship the promise is for who owns the whole domain to decide.
SECURE_HSTS_PRELOAD = False
# SQLite leaves out what an index of PostgreSQL carries along, which is fine.
SILENCED_SYSTEM_CHECKS = ["security.W021", "models.W040"]
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# Safe because TrustedProxies removes the header of everybody else.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "leadhub.answers.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}

# What may leave: see leadhub.egress. "host:port" of one's own network, by http too.
EGRESS_ALLOW = env.list("EGRESS_ALLOW", default=[])

# Operations. Without a token there are no metrics.
METRICS_TOKEN = env("METRICS_TOKEN", default="")
LOGGING = logging_config(
    as_json=env.bool("LOG_JSON", default=not DEBUG),
    level=env("LOG_LEVEL", default="INFO"),
)
DJANGO_STRUCTLOG_USER_ID_FIELD = None  # bound by leadhub.logs, without a query
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # likewise, cut short
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10  # one line per request, at its end
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["leadhub.rest.throttles.PerMinute"],
    "DEFAULT_PARSER_CLASSES": ["leadhub.rest.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "leadhub.rest.pagination.Cursor",
    "URL_FORMAT_OVERRIDE": None,  # "format" is an unknown parameter like any other
    "DEFAULT_SCHEMA_CLASS": "leadhub.rest.schema.Operations",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "leadhub.rest.errors.ErrorHandler"
}
SPECTACULAR_SETTINGS = {
    "TITLE": "LeadHub API",
    "DESCRIPTION": "Report what contacts do, read how ready they are, and be told whom "
    "to call. All bodies are JSON; times are ISO 8601. docs/api.md walks through it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    # Choices stand where they are used: no names to collide.
    "POSTPROCESSING_HOOKS": ["leadhub.rest.schema.complete"],
}

# How many contacts one scoring transaction takes.
SCORES_PER_TRANSACTION = 200 if IS_POSTGRESQL else 20
# How many runs through a sequence one transaction takes on.
ENROLLMENTS_PER_TRANSACTION = 200 if IS_POSTGRESQL else 20

# How far back touches earn a conversion, and in how many days one weighs half as much.
ATTRIBUTION_WINDOW_DAYS = env.int("ATTRIBUTION_WINDOW_DAYS", default=90)
ATTRIBUTION_HALF_LIFE_DAYS = env.float("ATTRIBUTION_HALF_LIFE_DAYS", default=30)

# What sites may report. Before consent a visit is counted under a pseudonym of the day,
# or, switched off, not at all. A network is a /24, or a /48 of IPv6.
TRACKING_BEFORE_CONSENT = env.bool("TRACKING_BEFORE_CONSENT", default=True)
BEACONS_PER_MINUTE = env.int("BEACONS_PER_MINUTE", default=600)
FORMS_PER_MINUTE = env.int("FORMS_PER_MINUTE", default=30)

# What one token, or who signed in, may ask of the API. A batch is one request.
API_READS_PER_MINUTE = env.int("API_READS_PER_MINUTE", default=6_000)
API_WRITES_PER_MINUTE = env.int("API_WRITES_PER_MINUTE", default=12_000)

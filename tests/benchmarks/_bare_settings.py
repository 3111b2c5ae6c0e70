"""The product's server with nothing in it: what ``_bare`` is served under."""

from leadhub.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "tests.benchmarks._bare"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "accounts"]

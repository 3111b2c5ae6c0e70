"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadhub.settings")
os.environ.setdefault("LEADHUB_ROLE", "web")

application = get_wsgi_application()

from leadhub.checks import refuse_to_start_unsafely  # noqa: E402 -- needs the settings
from leadhub.collector import keep_what_is_loaded  # noqa: E402

refuse_to_start_unsafely()

get_resolver().url_patterns  # noqa: B018 -- loads the views
keep_what_is_loaded()

"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadhub.settings")
os.environ.setdefault("LEADHUB_ROLE", "web")

application = get_wsgi_application()

from leadhub.checks import refuse_to_start_unsafely  # noqa: E402 -- needs the settings

refuse_to_start_unsafely()

# What is loaded by now stays. Were the collector to look through it again and again, a
# request would wait for it each time.
get_resolver().url_patterns  # noqa: B018 -- loads the views
gc.collect()
gc.freeze()

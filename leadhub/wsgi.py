"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadhub.settings")
os.environ.setdefault("LEADHUB_ROLE", "web")

application = get_wsgi_application()

from leadhub.checks import refuse_to_start_unsafely  # noqa: E402 -- needs the settings

refuse_to_start_unsafely()

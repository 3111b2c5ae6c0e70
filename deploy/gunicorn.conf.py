"""How the web is served in production: ``gunicorn -c deploy/gunicorn.conf.py``."""

import os

wsgi_app = "leadhub.wsgi"
bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
threads = int(os.environ.get("WEB_THREADS") or 8)
# A request may wait for the database for 15 s and for a lock for 2 s.
timeout = 60
graceful_timeout = 20
keepalive = 15
# Memory that a process has gathered goes back now and then, not for all at once.
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
control_socket_disable = True
# leadhub.middleware.TrustedProxies decides whom to believe.
forwarded_allow_ips = ""
loglevel = "warning"
accesslog = None

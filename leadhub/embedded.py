"""LeadHub as one process to try out, and for small teams: ``make run``.

One gunicorn with one process, in which the web, the worker and the scheduler are
threads. Beyond about five users take docker-compose.yml.
"""

from __future__ import annotations

import io
import json
import logging
import os
import secrets
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from celery.worker import WorkController
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

logger = logging.getLogger(__name__)

PORT = os.environ.get("PORT") or "8000"
ADDRESS = f"http://127.0.0.1:{PORT}"
# How long Ctrl-C waits for what is running. Work that is cut off is taken up again
# at the next start, because its marks are still there.
PATIENCE = 4.0
# How long the first answer may take: on a busy machine it loads everything first.
ANSWERS_WITHIN = 300.0


def set_defaults() -> None:
    """Before settings are read: what is different here from a server's defaults."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadhub.settings")
    os.environ.setdefault("LEADHUB_ROLE", "embedded")
    os.environ.setdefault("SITE_URL", ADDRESS)
    os.environ.setdefault("LOG_JSON", "off")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    root = Path(__file__).resolve().parent.parent
    data_dir = Path(os.environ.get("LEADHUB_DATA_DIR") or root / "var")
    os.environ["LEADHUB_DATA_DIR"] = str(data_dir.resolve())
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_secret_key(data_dir / "secret_key")
    except OSError as error:
        sys.exit(f"LEADHUB_DATA_DIR={data_dir} cannot be used: {error.strerror}.")


def keep_secret_key(path: Path) -> None:
    """Make up a key at the first start; settings read it from there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(50))


def prepare() -> None:
    """Bring the database up to date; fill it with the demo if it is empty."""
    import django  # noqa: PLC0415 -- not before set_defaults

    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.core import management  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from leadhub.checks import refuse_to_start_unsafely  # noqa: PLC0415

    refuse_to_start_unsafely()
    management.call_command("migrate", verbosity=0, interactive=False)
    is_empty = not get_user_model()._default_manager.exists()
    if is_empty and "demo" in management.get_commands():
        print("Loading demo data ...", flush=True)
        # Who may sign in is said once, by ``announce``.
        management.call_command("demo", stdout=io.StringIO())
    # Connections do not survive the fork that makes the worker.
    connections.close_all()


class Background:
    """Worker and scheduler, as threads of the web process."""

    def __init__(self) -> None:
        from celery.beat import EmbeddedService  # noqa: PLC0415

        from leadhub.celery import app  # noqa: PLC0415

        app.finalize()
        app.loader.import_default_modules()
        self.worker: WorkController = app.WorkController(
            pool="threads",
            concurrency=2,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            quiet=True,
        )
        self.scheduler = EmbeddedService(app, thread=True)
        self.working = threading.Thread(
            target=self.worker.start, name="worker", daemon=True
        )

    def start(self) -> None:
        self.working.start()
        self.scheduler.start()

    def stop(self) -> None:
        self.worker.stop()
        self.scheduler.service.stop()
        self.working.join(PATIENCE)
        self.scheduler.join(PATIENCE)


def announce() -> None:
    """Say so once requests are really answered."""
    # By the clock and not by tries: refusals come at once, answers may be slow.
    until = time.monotonic() + ANSWERS_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"{ADDRESS}/readyz", timeout=30) as answer:  # noqa: S310
                json.load(answer)
            break
        except (OSError, urllib.error.URLError, ValueError) as error:
            if time.monotonic() > until:
                print(f"LeadHub does not answer at {ADDRESS}: {error}", flush=True)
                return
            time.sleep(0.05)
    sign_ins = Path(os.environ["LEADHUB_DATA_DIR"]) / "demo-sign-ins.txt"
    lines = [f"LeadHub is ready at {ADDRESS}"]
    if sign_ins.is_file():
        lines += ["Sign in as one of these (user / password):"]
        lines += [sign_ins.read_text().strip()]
    lines += ["Stop it with Ctrl-C."]
    print("\n".join(lines), flush=True)


_background: Background | None = None


def post_worker_init(worker: Worker) -> None:
    global _background  # noqa: PLW0603
    _background = Background()
    _background.start()
    threading.Thread(target=announce, name="announce", daemon=True).start()


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """Called in the worker as it ends (and in the master, where there is nothing)."""
    if _background is None:
        return
    stopping = threading.Thread(target=_background.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENCE)
    logging.shutdown()
    sys.stdout.flush()
    # Not sys.exit: it would wait for threads that are busy, however long.
    os._exit(0)


def serve() -> None:
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415

    class Server(BaseApplication):
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": f"127.0.0.1:{PORT}",
                "workers": 1,
                "worker_class": "gthread",
                "threads": 8,
                "control_socket_disable": True,
                "forwarded_allow_ips": "",
                "graceful_timeout": 3,
                "timeout": 120,
                "loglevel": "warning",
                "post_worker_init": post_worker_init,
                "worker_exit": worker_exit,
                "proc_name": "leadhub",
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from leadhub.wsgi import application  # noqa: PLC0415

            return application

    Server().run()


def main() -> None:
    set_defaults()
    try:
        prepare()
    except KeyboardInterrupt:
        sys.exit(130)
    serve()


if __name__ == "__main__":
    main()

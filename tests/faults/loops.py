"""Processes that do one kind of work for ever, to be killed and stopped."""

from __future__ import annotations

import os
import sys

from django.conf import settings

from tests.faults.world import World
from tests.installation.processes import Process, database_url

LOOP = """
import time
import django
django.setup()
from {module} import {verb}
while True:
    {verb}()
    time.sleep(0.05)
"""


def looping_process(
    world: World, verb: str, *, name: str = "loop", **env: str
) -> Process:
    """One that calls ``verb``, the dotted name of a function, again and again."""
    module, _dot, function = verb.rpartition(".")
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "leadhub.settings",
        "LEADHUB_DATA_DIR": str(world.place),
        "LEADHUB_ENV_FILE": os.devnull,
        "LOG_LEVEL": "ERROR",
        "SECRET_KEY": settings.SECRET_KEY,
        **env,
    }
    world.place.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", LOOP.format(module=module, verb=function)]
    process = Process(command, env=environment, log=world.place / f"{name}.log")
    world._stack.callback(process.kill)
    return process

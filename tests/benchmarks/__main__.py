"""``make bench``: every benchmark, or those that are named (``ARGS=scoring``).

Each module here has a ``run() -> bool`` that fills the database, measures, prints a line
per figure (path | figure | limit | ratio | goal | met or gap) and says whether all its
goals are met. Each gets an empty database.
"""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, setup_test_environment

NAMES = sorted(
    module.name
    for module in pkgutil.iter_modules([os.path.dirname(__file__)])
    if not module.name.startswith("_")
)


def main(wanted: list[str]) -> int:
    if unknown := set(wanted) - set(NAMES):
        print(f"There is no {', '.join(unknown)}; there are {', '.join(NAMES)}.")
        return 2
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        print(f"on {connection.vendor}", flush=True)
        gaps = []
        for name in wanted or NAMES:
            if not import_module(f"tests.benchmarks.{name}").run():
                gaps.append(name)
            call_command("flush", interactive=False, verbosity=0)
        print(f"gaps: {', '.join(gaps) or 'none'}")
    finally:
        for database, old_name, _ in databases:
            database.creation.destroy_test_db(old_name, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

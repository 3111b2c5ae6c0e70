"""``make bench``: every benchmark, or those that are named (``ARGS=scoring``).

Each module here has a ``run() -> bool`` that fills the database, measures, prints a line
per figure (path | limit | figure | ratio | goal | met or gap) and says whether all its
goals are met. Each gets an empty database, on PostgreSQL and on what else is in its
``ON``. BENCH_SIZE is the number of contacts.
"""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module
from time import perf_counter

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.template import Template
from django.test.utils import setup_databases, setup_test_environment

from tests.benchmarks._report import SIZE

NAMES = sorted(
    module.name
    for module in pkgutil.iter_modules([os.path.dirname(__file__)])
    if not module.name.startswith("_")
)


def main(wanted: list[str]) -> int:
    if unknown := set(wanted) - set(NAMES):
        print(f"There is no {', '.join(unknown)}; there are {', '.join(NAMES)}.")
        return 2
    render = Template._render
    setup_test_environment(debug=False)
    # The test environment's copies the context of every include, which no server does.
    Template._render = render
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        print(f"on {connection.vendor}, {SIZE:,} contacts", flush=True)
        print("path | limit | figure | ratio | goal | met or gap", flush=True)
        gaps = []
        for name in wanted or NAMES:
            module = import_module(f"tests.benchmarks.{name}")
            if connection.vendor not in getattr(module, "ON", ("postgresql",)):
                continue
            began = perf_counter()
            if not module.run():
                gaps.append(name)
            print(f"({name}: {perf_counter() - began:.0f} s)", flush=True)
            call_command("flush", interactive=False, verbosity=0)
        print(f"gaps: {', '.join(gaps) or 'none'}")
    finally:
        for database, old_name, _ in databases:
            database.creation.destroy_test_db(old_name, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

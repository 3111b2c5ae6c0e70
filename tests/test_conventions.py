"""Rules that a machine keeps. Each test's docstring says what to do instead."""

from __future__ import annotations

import ast
import json
import logging
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SOURCES = [
    path.relative_to(ROOT)
    for package in PYPROJECT["tool"]["importlinter"]["root_packages"]
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
TESTS = [path.relative_to(ROOT) for path in sorted((ROOT / "tests").rglob("*.py"))]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))


def is_part(path: Path, *names: str) -> bool:
    """True for ``views.py`` as for the modules of a package ``views/``."""
    return path.stem in names or bool(set(names) & set(path.parts[1:-1]))


PAGES_AND_API = [path for path in SOURCES if is_part(path, "views", "api")]
DOORS = [
    path
    for path in SOURCES
    if is_part(path, "views", "api", "admin", "receivers", "commands")
]


def names_used(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Attribute):
            yield node.lineno, f"{ast.unparse(node.value)}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{a.name}") for a in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def uses(names: str, paths: list[Path]) -> list[str]:
    return [
        f"{path}:{line}: {name}"
        for path in paths
        for line, name in names_used(path)
        if name.rpartition(".")[2] in names.split()
    ]


def calls(name: str, paths: list[Path]) -> Iterator[tuple[str, ast.Call]]:
    for path in paths:
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Call):
                called = node.func
                if getattr(called, "attr", getattr(called, "id", None)) == name:
                    yield f"{path}:{node.lineno}", node


def says(use: str, text: str) -> bool:
    path, line, _ = use.split(":", 2)
    return text in (ROOT / path).read_text().splitlines()[int(line) - 1]


def files_of(found: list[str]) -> set[str]:
    return {use.partition(":")[0] for use in found}


def test_only_the_queue_module_talks_to_celery():
    """Use ``leadhub.queue``: it waits for the commit."""
    found = uses("delay apply_async delay_on_commit send_task", SOURCES)

    assert files_of(found) == {"leadhub/queue.py"}


def test_nothing_is_planned_in_the_queue():
    """Store when it is due: a broker runs delayed tasks twice, or forgets them."""
    found = [
        where
        for name in ("apply_async", "delay", "apply", "s", "signature")
        for where, call in calls(name, SOURCES)
        if {keyword.arg for keyword in call.keywords} & {"eta", "countdown"}
    ]

    assert found == []


@pytest.fixture
def loggers_as_they_were() -> Iterator[None]:
    """What lints imports lays out logs anew, and with that all loggers fall silent."""
    silent = {log: log.disabled for log in _loggers()}
    yield
    for log in _loggers():
        log.disabled = silent.get(log, False)


def _loggers() -> list[logging.Logger]:
    known = logging.root.manager.loggerDict.values()
    return [log for log in known if isinstance(log, logging.Logger)]


def test_imports_point_downwards(capfd, loggers_as_they_were):
    """See the contracts in pyproject.toml; send a signal upwards, or move the code."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0, (
        capfd.readouterr().out
    )


def test_pages_and_api_reach_rows_through_their_scope():
    """Use ``accounts.permissions.scope``: it asks who may do what."""
    found = uses("objects everyone _default_manager", PAGES_AND_API)

    assert [use for use in found if not says(use, ".objects.none()")] == []


def test_no_model_signals():
    """Put it in the verb: who reads the verb must see all that it does."""
    assert uses("pre_save post_save pre_delete post_delete m2m_changed", SOURCES) == []


def test_doors_do_not_write():
    """Call a verb. Only ``form.save()`` of a row without consequences is allowed."""
    writes = "save create update delete bulk_create get_or_create update_or_create"
    found = [
        f"{where}: {ast.unparse(call.func)}"
        for name in writes.split()
        for where, call in calls(name, DOORS)
        # Dictionaries and DRF's own actions have methods of these names too.
        if isinstance(call.func, ast.Attribute) and writes_rows(call.func)
    ]

    assert [use for use in found if not use.endswith(" form.save")] == []


def writes_rows(called: ast.Attribute) -> bool:
    owner = ast.unparse(called.value)
    if called.attr == "update" and re.fullmatch(
        r"(context|data|answer|params|values|counts|[a-z_]*dict|hasher|digest)", owner
    ):
        return False
    return not owner.startswith(("super()", "cache"))


def test_rows_are_locked_so_that_others_may_point_at_them():
    """Write ``select_for_update(no_key=True)``: foreign keys need no wait for it."""
    found = [
        where
        for where, call in calls("select_for_update", SOURCES)
        if not any(
            keyword.arg == "no_key" and ast.unparse(keyword.value) == "True"
            for keyword in call.keywords
        )
    ]

    assert found == []


SQL = {
    # file: why the ORM does not do. What is special to PostgreSQL has a portable twin.
    "leadhub/health.py": "asks the database whether it is there",
    "leadhub/checks.py": "reads settings of PostgreSQL",
    "journeys/services/storing.py": "stores thousands of rows in one statement",
    "leadhub/copying.py": "takes numbers in advance; twin in tests/leadhub",
    "insights/selectors/attribution/others.py": "windows in windows; twin in tests/insights",
    "contacts/services/matching.py": "takes an advisory lock; SQLite has one writer",
    "journeys/services/phase_locks.py": "takes advisory locks; SQLite has one writer",
}


def test_sql_is_written_in_named_places_only():
    """Use the ORM, or name the file here with the reason; its twin needs a test."""
    found = [where for name in ("raw", "extra") for where, _ in calls(name, SOURCES)]
    found += uses("RawSQL", SOURCES)
    found += [
        use for use in uses("execute executemany", SOURCES) if "cursor.execute" in use
    ]

    assert files_of(found) - {*SQL} == set()


@pytest.mark.parametrize(
    ("names", "allowed"),
    [
        (
            "send_mail smtplib EmailMessage EmailMultiAlternatives",
            r".*/(emails|mailing)(/|\.py)",
        ),
        ("requests httpx", r".*/egress\.py"),
    ],
)
def test_the_network_is_reached_through_one_door(names, allowed):
    """Mail goes out through an app's ``emails``, HTTP through ``egress``."""
    others = [path for path in SOURCES if not re.match(allowed, str(path))]
    others = [path for path in others if path.name not in {"health.py", "embedded.py"}]

    assert uses(names, others) == []


TRUSTED_HTML = {
    # file: why what it marks as safe is
    "leadhub/icons.py": "drawings of the installed icons; all else in it is escaped",
}
NO_CSRF = {
    # file: why a request without the token is harmless there
    "campaigns/public.py": "nobody is signed in there; forms carry a signed token",
    "campaigns/public_choices.py": "nobody is signed in; the address is the secret",
    "journeys/public.py": "other sites report to it; it acts for nobody signed in",
}


def test_html_is_escaped():
    """Use ``format_html``, or name the file above with the reason."""
    found = files_of(uses("mark_safe csrf_exempt", SOURCES))
    marked = [path for path in TEMPLATES if re.search(r"\|\s*safe\b", path.read_text())]

    assert found - {*TRUSTED_HTML, *NO_CSRF} == set()
    assert marked == []


def test_nobody_redirects_to_what_the_request_says():
    """Use ``url_has_allowed_host_and_scheme`` first, then a variable of its own."""
    found = [
        where
        for name in ("redirect", "HttpResponseRedirect")
        for where, call in calls(name, SOURCES)
        if call.args and ast.unparse(call.args[0]).startswith("request.")
    ]

    assert found == []


def test_verbs_take_names_and_no_request():
    """A verb's arguments are keyword-only, and a request stays at the door."""
    wrong = []
    for path in SOURCES:
        if not is_part(path, "services"):
            continue
        for node in ast.parse((ROOT / path).read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            names = [a.arg for a in (*node.args.args, *node.args.kwonlyargs)]
            if "request" in names:
                wrong.append(f"{path}:{node.lineno}: {node.name} takes a request")

    assert wrong == []


def test_functions_have_types():
    """Annotate arguments and answers; tests need none."""
    wrong = []
    for path in SOURCES:
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if not isinstance(node, ast.FunctionDef):
                continue
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            bare = [a.arg for a in given if a.annotation is None]
            bare = [name for name in bare if name not in {"self", "cls"}]
            if bare or (node.returns is None and node.name != "__init__"):
                wrong.append(f"{path}:{node.lineno}: {node.name}")

    assert wrong == []


def test_no_file_is_too_long():
    """Make it a package of the same name, a module for each noun."""
    limit = 300
    long = [
        f"{path}: {lines} lines"
        for path in SOURCES
        if (lines := len((ROOT / path).read_text().splitlines())) > limit
        and path.as_posix() not in LONG_FILES
    ]

    assert long == []


LONG_FILES = {
    "leadhub/settings.py": "a list, read from top to bottom",
    "insights/services/demo.py": "a story, told in the order in which it happens",
}


def test_no_test_is_switched_off():
    """Fix it or delete it. A mark for a database or a server is not a skip."""
    found = [
        f"{path}:{line}: {name}"
        for path in TESTS
        for line, name in names_used(path)
        if re.search(r"\bmark\.(skip|skipif|xfail)$|\bpytest\.(skip|xfail)$", name)
    ]

    assert found == []


# Pages ---------------------------------------------------------------------------


INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)"
    r"|\sstyle=\"|\son[a-z]+=\"|\shx-on|javascript:|<style",
    re.IGNORECASE,
)


def test_templates_keep_the_content_security_policy():
    """Put scripts and styles into static/, and data into ``json_script``."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if INLINE.search(line)
    ]

    assert [use for use in found if not use.startswith("templates/emails/")] == []


def test_scripts_do_not_evaluate_text():
    """No ``eval``, no ``new Function``: the policy forbids them."""
    pattern = re.compile(r"\beval\(|new Function\(|\.innerHTML\s*=|document\.write\(")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SCRIPTS
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]

    assert found == []


def test_every_icon_in_use_exists():
    """Names are those of Tabler's outline icons."""
    icons = ROOT / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
    used = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in TEMPLATES
        for name in re.findall(r"\{%\s*icon\s+[\"']([^\"']+)[\"']", path.read_text())
    }

    assert icons.is_dir(), "Install the front end first: make test does."
    assert sorted(use for use in used if not (icons / f"{use[1]}.svg").is_file()) == []


def test_vendor_files_are_installed():
    """Those that pages load and the policy allows."""
    missing = [
        name
        for name in settings.VENDOR_FILES
        if not (ROOT / "node_modules" / name).is_file()
    ]

    assert missing == []


# What is installed ---------------------------------------------------------------


def test_npm_checks_what_it_installs():
    """npm silently takes a package whose hash it cannot parse."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages
    assert [
        name
        for name, entry in packages.items()
        if not re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry.get("integrity", ""))
    ] == []
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_front_end_versions_are_exact():
    """Write 1.6.1, not ^1.6.1: htmx' latest is another major version already."""
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]

    assert [v for v in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    found = [re.match(r"([\w.\[\]-]+)==(\S+)(.*)", line) for line in lines]
    return {m[1] + m[3]: m[2] for m in found if m}


def test_tests_run_on_the_versions_that_are_shipped():
    """Both lists are made by ``make lock``; make them together."""
    shipped, tested = pins("requirements.txt"), pins("requirements-dev.txt")

    def pin_in_tests(name: str) -> str | None:
        # What is shipped to some systems, tests may need on all of them.
        return tested.get(name) or tested.get(name.partition(" ;")[0])

    assert shipped
    assert {
        name: (version, pin_in_tests(name))
        for name, version in shipped.items()
        if pin_in_tests(name) != version
    } == {}


def test_every_variable_is_explained():
    """Add it to .env.example, with what it is for."""
    known = set(
        re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    )
    read = set()
    for path in ("settings", "env"):
        text = (ROOT / "leadhub" / f"{path}.py").read_text()
        read |= set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", text))

    assert read - known == set()


@pytest.mark.django_db
def test_no_migration_is_missing():
    """Run ``manage.py makemigrations``."""
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)

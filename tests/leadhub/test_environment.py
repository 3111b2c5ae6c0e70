"""What the environment may say: read, explained and passed on, the same everywhere."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = ("leadhub/settings.py", "leadhub/env.py", "deploy/gunicorn.conf.py")
READ = re.compile(r"""(?:env(?:\.\w+)?|environ\.get)\(\s*"([A-Z_]+)["]""")
# Which process it is; the address within the container.
SET_BY_US = {"LEADHUB_ROLE", "LEADHUB_ENV_FILE", "WEB_BIND"}
# The image sets its folders; DEBUG has no place on a server.
NOT_PASSED_ON = {"DEBUG", "LEADHUB_DATA_DIR", "STATIC_ROOT"}
# For docker compose itself, and the port of "make run".
NOT_READ = {"LEADHUB_SUBNET", "PORT", "POSTGRES_PASSWORD"}


def read() -> set[str]:
    texts = [(ROOT / path).read_text() for path in READERS]
    return {name for text in texts for name in READ.findall(text)} - SET_BY_US


def explained() -> set[str]:
    example = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))


def test_env_example_explains_each_variable_that_is_read_and_no_other():
    assert explained() == read() | NOT_READ


def test_docker_compose_passes_on_each_variable_that_is_read():
    compose = (ROOT / "docker-compose.yml").read_text()
    passed_on = set(re.findall(r"^ +([A-Z_]+): \S", compose, re.MULTILINE))

    assert read() - passed_on == NOT_PASSED_ON


def test_docker_compose_takes_no_variable_that_nothing_explains():
    compose = (ROOT / "docker-compose.yml").read_text()

    assert set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", compose)) <= explained()


def test_the_guide_names_no_variable_that_does_not_exist():
    guide = (ROOT / "docs/operating.md").read_text()
    named = set(re.findall(r"`\$?([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", guide))

    assert named <= explained() | SET_BY_US

"""docs/api.md is true: its commands are run, its answers are compared with real ones."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from string import Template

import pytest
import requests
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import PhaseFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory

GUIDE = (settings.BASE_DIR / "docs" / "api.md").read_text()
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def commands():
    """(command, documented answer or None) of the shell blocks, in order."""
    blocks = BLOCK.findall(GUIDE)
    for place, (language, text) in enumerate(blocks):
        if language != "bash":
            continue
        after = blocks[place + 1] if place + 1 < len(blocks) else ("", "")
        answer = after[1] if after[0] == "http" else None
        whole = text.strip() if text.startswith("curl") else text.strip().splitlines()
        for command in [whole] if isinstance(whole, str) else whole:
            yield command, answer


def sent(command, values):
    """What a curl command of the guide sends, sent."""
    words = shlex.split(Template(command.replace("\\\n", " ")).substitute(values))
    method, headers, body, url = "GET", {}, None, ""
    words = iter(words[1:])
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        else:
            assert not word.startswith("-"), f"{word}: teach this test what it means"
            url = word
    session = requests.Session()
    session.trust_env = False  # the way is short: no proxies
    return session.request(method, url, headers=headers, data=body, timeout=30)


def differences(said, found, where="answer"):
    """What the guide says and the answer does not have. Values may differ."""
    if said is None:
        return []
    if isinstance(said, dict) and isinstance(found, dict):
        missing = [f"{where}.{key} is missing" for key in said if key not in found]
        return missing + [
            fault
            for key in said
            if key in found
            for fault in differences(said[key], found[key], f"{where}.{key}")
        ]
    if isinstance(said, list) and isinstance(found, list):
        if said and not found:
            return [f"{where} is empty"]
        return differences(said[0], found[0], f"{where}.0") if said else []
    return [] if kind(said) == kind(found) else [f"{where}: {found!r}, not {said!r}"]


def kind(value):
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if is_number else type(value)


@pytest.mark.django_db(transaction=True)
def test_every_request_of_the_guide_is_answered_as_it_says(
    live_server, run_tasks_inline, capsys
):
    MarketerFactory(username="marketer")
    rep = RepFactory(username="rep")
    ada = ContactFactory(
        email="ada@engines.example", first_name="Ada", last_name="Byron", owner=rep
    )
    model = ScoringModelFactory(threshold=60)
    RuleFactory(scoring_model=model, points=50, when={"kind": "demo_request"})
    RuleFactory(scoring_model=model, points=25, when={"kind": "webinar_attended"})
    draft = ScoringModelFactory(is_active=False)
    phase = PhaseFactory()
    values = {
        "LEADHUB": f"{live_server.url}/api/v1",
        "CONTACT": ada.pk,
        "MODEL": draft.pk,
        "JOURNEY": phase.journey_id,
        "PHASE": phase.pk,
        "TOMORROW": (timezone.now() + timedelta(days=1)).isoformat(),
    }
    faults, tokens, count = [], [], 0

    for command, answer in commands():
        if "manage.py create_token" in command:
            call_command(*shlex.split(command.partition("manage.py ")[2]))
            tokens.append(capsys.readouterr().out.strip())
            values |= dict(zip(["TOKEN", "REP_TOKEN"], tokens, strict=False))
        elif command.startswith("curl"):
            response = sent(command, values)
            head, _, body = answer.partition("\n\n")
            status, *headers = head.splitlines()
            if not status.startswith(f"HTTP/1.1 {response.status_code} "):
                faults.append(f"{command}: {response.status_code} {response.text}")
                continue
            names = [header.partition(":")[0] for header in headers]
            absent = [name for name in names if name not in response.headers]
            faults += [f"{command}: no {name}" for name in absent]
            faults += differences(json.loads(body), response.json(), command)
            for result in response.json().get("results", []):
                if "handoffs/" in command:
                    values["HANDOFF"] = result["id"]
            count += 1
        else:
            assert command.startswith("export ")

    assert faults == []
    assert count >= 15

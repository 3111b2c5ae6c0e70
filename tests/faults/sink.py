"""A mail server that misbehaves: ``python -m tests.faults.sink PORT LOG BEHAVIOR``.

Every mail that it takes is a line of LOG, written before the sender is told. BEHAVIOR
is a file of JSON, read anew for each mail:

    {"codes": {"rcpt": [[0.05, "451 4.3.0 later"]]}, "close": "end", "takes": true,
     "delay": {"end": 0.01}}

Steps are greet, ehlo, mail, rcpt, data, content (half of it read), end (all of it
read), and told. ``codes`` are the shares of mails that are answered so, ``close`` is
where the connection ends without a word, ``delay`` seconds before an answer. ``takes``:
a mail whose sender was never told is delivered nevertheless.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

ADDRESS = re.compile(rb"<([^>]*)>")
FINE = {
    "greet": "220 sink",
    "ehlo": "250 sink",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go on",
    "end": "250 2.0.0 taken",
}


class Closed(Exception):
    """The connection ends here."""


class Session:
    def __init__(self, log: Path, behavior: Path, random: Random) -> None:
        self.log, self.behavior_path, self.random = log, behavior, random
        self.behavior: dict[str, Any] = {}
        self.recipient = ""

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader, self.writer = reader, writer
        try:
            await self.talk()
        except (Closed, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def talk(self) -> None:
        self.read_behavior()
        await self.answer("greet")
        while line := await self.reader.readline():
            command = line[:4].upper()
            if command in (b"EHLO", b"HELO"):
                await self.answer("ehlo")
            elif command == b"MAIL":
                self.read_behavior()
                await self.answer("mail")
            elif command == b"RCPT":
                found = ADDRESS.search(line)
                self.recipient = found[1].decode() if found else ""
                await self.answer("rcpt")
            elif command == b"DATA":
                await self.take()
            elif command == b"QUIT":
                await self.say("221 bye")
                return
            else:
                await self.say("250 ok")

    async def take(self) -> None:
        if not (await self.answer("data")).startswith("354"):
            return
        if self.behavior.get("close") == "content":
            await self.reader.read(20)
            raise Closed
        mail = await self.reader.readuntil(b"\r\n.\r\n")
        code = self.code_of("end")
        is_taken = code.startswith("2")
        if self.behavior.get("close") in ("end", "told"):
            is_taken = is_taken and self.behavior.get("takes", False)
        if is_taken:
            found = re.search(rb"(?im)^Message-ID:\s*<([^.>]+)", mail)
            token = found[1].decode() if found else ""
            entry = {"to": self.recipient, "token": token, "at": time.time()}
            with self.log.open("a") as log:
                log.write(json.dumps(entry) + "\n")
        await self.answer("end", code=code)

    async def answer(self, step: str, *, code: str = "") -> str:
        await asyncio.sleep(self.behavior.get("delay", {}).get(step, 0))
        if self.behavior.get("close") == step:
            raise Closed
        code = code or self.code_of(step)
        await self.say(code)
        return code

    def code_of(self, step: str) -> str:
        drawn = self.random.random()
        for share, code in self.behavior.get("codes", {}).get(step, []):
            if drawn < share:
                return code
            drawn -= share
        return FINE[step]

    async def say(self, words: str) -> None:
        self.writer.write(words.encode() + b"\r\n")
        await self.writer.drain()

    def read_behavior(self) -> None:
        self.behavior = json.loads(self.behavior_path.read_text())


async def main(port: int, log: Path, behavior: Path) -> None:
    random = Random(1)

    async def session(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await Session(log, behavior, random).serve(reader, writer)

    server = await asyncio.start_server(session, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))

"""Servers that webhooks are sent to, well-behaved or not; and resolvers that lie."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Sink:
    """A server on the loopback that writes down what it is sent.

    ``kind``: "" answers with ``answer``; "silent" never, "dripping" a letter at a time,
    "endless" without end, "nonsense" something else, "reset" by a RST.
    """

    answer: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    # Seconds until it answers.
    delay: float = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    sent: int = 0

    def __enter__(self) -> Sink:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.is_closing = False
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.is_closing = True
        with socket.socket() as knock:
            knock.connect(("127.0.0.1", self.port))
        self.thread.join(5)
        self.server.close()

    def _accept(self) -> None:
        while True:
            line, _address = self.server.accept()
            if self.is_closing:
                line.close()
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[line], daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line:
            line.settimeout(5)
            try:
                self._read(line)
                self._reply(line)
            except OSError:
                pass

    def _read(self, line: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = line.recv(4096)
            if not more or (not data and not more.startswith(b"POST ")):
                raise ConnectionError
            data += more
        head, _end, body = data.partition(b"\r\n\r\n")
        rows = [row.split(": ", 1) for row in head.decode().split("\r\n")[1:]]
        headers = {name.lower(): value for name, value in rows}
        while len(body) < int(headers["content-length"]):
            body += line.recv(4096)
        self.requests.append(Request(headers, body))

    def _reply(self, line: socket.socket) -> None:
        time.sleep(self.delay)
        if self.kind == "silent":
            time.sleep(2)
        elif self.kind == "dripping":
            for letter in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100:
                line.sendall(bytes([letter]))
                time.sleep(0.05)
        elif self.kind == "endless":
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            while self.sent < 10_000_000:
                self.sent += line.send(b"X-More: " + b"a" * 990 + b"\r\n")
                time.sleep(0.01)
        elif self.kind == "nonsense":
            line.sendall(b"220 mail.example ESMTP\r\n\r\n")
        elif self.kind == "reset":
            linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            head = [f"HTTP/1.1 {self.answer} Whatever", "Content-Length: 0"]
            head += [f"{name}: {value}" for name, value in self.headers.items()]
            line.sendall("\r\n".join([*head, "", ""]).encode())


def answering(*texts: str) -> Any:
    """A resolver that has these addresses for every name."""
    return lambda host, port, **options: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in texts
    ]


def public_then(text: str) -> Any:
    """A resolver whose first answer is harmless and whose second is not."""
    answers = iter(["93.184.215.14", text])
    return lambda host, port, **options: answering(next(answers))(host, port)

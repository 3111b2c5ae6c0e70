"""A client that costs the server's machine little: one kept connection, no parsing."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Speaks HTTP/1.1 over one connection, which it opens anew when it breaks.

    For one thread. ``tries`` and ``failures`` count what went wrong before it went
    right; ``errors`` are the answers that a client must never get: 500 and above but
    for 503.
    """

    def __init__(self, port: int, *, token: str = "", timeout: float = 30) -> None:
        self.port, self.timeout = port, timeout
        self.headers = (
            f"Host: 127.0.0.1:{port}\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\n"
        )
        if token:
            self.headers += f"Authorization: Bearer {token}\r\n"
        self.socket: socket.socket | None = None
        self.failures = 0
        self.errors: list[Answer] = []

    def get(self, path: str) -> Answer:
        return self.send(self.bytes_of("GET", path))

    def post(self, path: str, body: Any) -> Answer:
        return self.send(self.bytes_of("POST", path, body))

    def bytes_of(
        self, method: str, path: str, body: Any = None, headers: str = ""
    ) -> bytes:
        """A request, ready to be sent any number of times."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self.headers}{headers}"
        if method == "POST":
            head += "Content-Type: application/json\r\n"
            head += f"Content-Length: {len(content)}\r\n"
        return head.encode() + b"\r\n" + content

    def send(self, request: bytes) -> Answer:
        """Raises ``OSError`` if there is no answer."""
        began = time.perf_counter()
        try:
            status, body = self._exchange(request)
        except (OSError, ValueError) as error:
            self.close()
            raise ConnectionError(str(error)) from error
        return Answer(status, body, time.perf_counter() - began)

    def deliver(self, path: str, body: Any, *, patience: float = 60) -> Answer:
        """Post until it is acknowledged, the way a careful integration does."""
        request, until = self.bytes_of("POST", path, body), time.monotonic() + patience
        while True:
            try:
                answer = self.send(request)
            except OSError:
                self.failures += 1
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
                continue
            if answer.status < 400:
                return answer
            self.failures += 1
            if answer.status >= 500 and answer.status != 503:
                self.errors.append(answer)
            if answer.status < 500 or time.monotonic() > until:
                raise AssertionError(f"{answer.status}: {answer.body[:500]!r}")
            time.sleep(0.05)

    def _exchange(self, request: bytes) -> tuple[int, bytes]:
        if self.socket is None:
            self.socket = socket.create_connection(
                ("127.0.0.1", self.port), timeout=self.timeout
            )
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._more()
        head = got[:end].lower()
        status = int(head[9:12])
        body = got[end + 4 :]
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        while len(body) < length:
            body += self._more()
        if b"connection: close" in head:
            self.close()
        return status, body

    def _more(self) -> bytes:
        block = self.socket.recv(65_536)
        if not block:
            raise ConnectionError("The server hung up.")
        return block

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

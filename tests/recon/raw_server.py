"""A loopback server below HTTP: it can reset, cut, hang and answer byte by byte, and counts what it was asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Seen:
    """One request as it arrived."""

    head: str
    body: bytes


@dataclass
class RawServer:
    """Runs ``behave(connection, server)`` for every connection; ``commits`` counts whole requests read."""

    behave: Callable[[socket.socket, RawServer], None]
    tls: ssl.SSLContext | None = None
    seen: list[Seen] = field(default_factory=list, repr=False)
    accepted: int = 0

    def __enter__(self) -> RawServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.release = threading.Event()
        self._handlers: list[tuple[threading.Thread, socket.socket]] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for handler, connection in self._handlers:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            handler.join(5)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def commits(self) -> int:
        return len(self.seen)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            handler = threading.Thread(target=self._handle, args=(connection,), daemon=True)
            self._handlers.append((handler, connection))
            handler.start()

    def _handle(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            if not self.tls:
                self.behave(connection, self)
                return
            with self.tls.wrap_socket(connection, server_side=True) as secured:
                self.behave(secured, self)

    def read(self, connection: socket.socket) -> Seen | None:
        """Read one whole request and count it; None when the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        while len(body) < length:
            body += connection.recv(65536)
        seen = Seen(head.decode("latin-1"), body)
        self.seen.append(seen)
        return seen


def reset(connection: socket.socket) -> None:
    """Close so that the other side sees a reset (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def response(
    body: bytes = b"{}",
    *,
    status: str = "200 OK",
    content_type: str = "application/json",
    extra: str = "",
    length: bool = True,
) -> bytes:
    """Return a whole HTTP answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{extra}"
    if length:
        head += f"Content-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body

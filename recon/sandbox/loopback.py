"""What the shops to try things on have in common: a loopback HTTP server whose wire can break on command."""

from __future__ import annotations

import datetime as dt
import json
import socket
import struct
from collections.abc import Mapping
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, Final

WIRE_FAULTS: Final = MappingProxyType(
    {
        "cut": "half of the answer, with the Content-Length of the whole",
        "cut-open": "half of the answer without Content-Length: looks whole",
        "close": "closes without an answer",
        "reset": "TCP reset without an answer",
        "hang": "no answer until the client gives up",
    }
)
"""Ways in which an answer does not arrive."""
_HANG_SECONDS: Final = 60


class LoopbackServer(ThreadingHTTPServer):
    """A server of this computer that says nothing about clients that went away: that is what faults are for."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  signature of the base class
        """Say nothing."""


class LoopbackHandler(BaseHTTPRequestHandler):
    """Sends answers, whole or broken."""

    protocol_version = "HTTP/1.1"
    timeout = 10
    disable_nagle_algorithm = True  # head and body go out apart; else each answer waits 40 ms for the client's receipt
    shop: Any
    """Whom it answers for: has ``now`` (its clock) and ``closing`` (set when it stops)."""

    def send(
        self, status: int, body: bytes, content_type: str = "application/json; charset=utf-8",
        extra: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def break_wire(self, kind: str, body: bytes) -> None:
        """Let an answer fail to arrive in one of the ways of WIRE_FAULTS."""
        assert kind in WIRE_FAULTS, kind
        self.close_connection = True
        if kind == "hang":
            self.shop.closing.wait(_HANG_SECONDS)
        elif kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif kind != "close":
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            if kind == "cut":
                self.send_header("Content-Length", str(len(body)))
            else:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the server's clock for the header ``Date``."""
        assert timestamp is None
        return format_datetime(self.shop.now().astimezone(dt.UTC), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  signature of the base class
        """Say nothing: a log would hold the keys' headers of nobody, but also the noise of every test."""


def as_json(content: Mapping[str, Any]) -> bytes:
    """Return an answer's bytes."""
    return json.dumps(content, ensure_ascii=False).encode()

"""What the shops to try things on have in common: a loopback HTTP server that breaks on command, and its faults."""

from __future__ import annotations

import datetime as dt
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType, TracebackType
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

ANSWER_FAULTS: Final = MappingProxyType(
    {
        "status": "HTTP `status`; `retry_after` becomes the header, `location` too",
        "html": "HTTP 200 with a log-in page",
        "empty": "HTTP 200 without a body",
        "huge": "eleven megabytes of JSON",
    }
)
"""Other answers than the shop's own."""
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
_LOG_IN_PAGE: Final = b"<!DOCTYPE html><html><title>Wi-Fi log-in</title></html>"
_HUGE_BYTES: Final = 11 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopbackFault:
    """One fault: what happens, to which requests, how often."""

    kinds: ClassVar[Mapping[str, str]]
    """Every kind of fault of a shop, and what it does."""
    kind: str
    path: str = "*"
    """Pattern of the path below the base address, e.g. /Order/* or /order/order-full/*."""
    skip: int = 0
    """So many matching requests go well first."""
    times: int = 1
    """Then so many meet the fault."""
    status: int = 500
    retry_after: str = ""
    location: str = ""
    text: str = ""
    field: str = ""

    def __post_init__(self) -> None:
        assert self.kind in self.kinds, self.kind

    def bend(self, record: dict[str, Any]) -> None:
        """Do to the field of a record what this fault does to fields."""
        if self.field not in record:
            return
        if self.kind == "rename-field":
            record[self.text] = record.pop(self.field)
        elif self.kind == "drop-field":
            del record[self.field]
        elif self.kind == "set-field":
            record[self.field] = json.loads(self.text)


_Fault = TypeVar("_Fault", bound=LoopbackFault)


class LoopbackShop(Generic[_Fault]):
    """A shop on this computer, within a ``with``: it listens, meets faults, and stops."""

    def __init__(
        self,
        handler: type[LoopbackHandler],
        *,
        faults: Iterable[_Fault],
        now: Callable[[], dt.datetime],
        port: int,
    ) -> None:
        self.now = now
        self.closing = threading.Event()
        self._handler = handler
        self._port = port
        self._lock = threading.Lock()
        self._faults = list(faults)
        self._met = [0] * len(self._faults)
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        handler = type("Handler", (self._handler,), {"shop": self})
        self._server = LoopbackServer(("127.0.0.1", self._port), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering."""
        self.closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def origin(self) -> str:
        """Address of the server, without a path."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def add_fault(self, fault: _Fault) -> None:
        """Switch a fault on."""
        with self._lock:
            self._faults.append(fault)
            self._met.append(0)

    def fault_for(self, path: str) -> _Fault | None:
        """Return the fault this request meets, and count it as met."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not fnmatchcase(path.lower(), fault.path.lower()):
                    continue
                self._met[index] += 1
                if fault.skip < self._met[index] <= fault.skip + fault.times:
                    return fault
        return None


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

    def fail(self, fault: LoopbackFault, body: bytes, *, status: int = 200) -> None:
        """Send what comes of an answer under a fault; one that bends its content alone lets it through.

        Args:
            fault: What happens.
            body: The answer, its content bent already.
            status: HTTP status of an answer that gets through.
        """
        if fault.kind == "status":
            extra = {"Retry-After": fault.retry_after, "Location": fault.location}
            self.send(fault.status, fault.text.encode(), "text/plain", {k: v for k, v in extra.items() if v})
        elif fault.kind == "html":
            self.send(200, _LOG_IN_PAGE, "text/html")
        elif fault.kind == "empty":
            self.send(200, b"")
        elif fault.kind == "huge":
            self.send(200, b'{"data":["' + b"x" * _HUGE_BYTES + b'"]}')
        elif fault.kind in WIRE_FAULTS:
            self.break_wire(fault.kind, body)
        else:
            self.send(status, body)

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

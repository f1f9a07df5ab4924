"""The socket side: reads a request whole, and delivers an answer whole, in half, or not at all.

Faults need the bare connection: half a body, a reset, a silence. Everything is written by hand here; only reading the
request line and headers is left to ``http.server``.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import sys
import threading
from abc import abstractmethod
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Final

from recon.sandbox.ledgers.admin import PREFIX, Admin
from recon.sandbox.ledgers.answers import Answer, Json
from recon.sandbox.ledgers.engine import Outcome
from recon.sandbox.ledgers.faults import LedgerFault

BODY_MAX: Final = 10 * 1024 * 1024
"""Longest request body read."""
_CHUNK: Final = 65_536
_LOGIN_PAGE: Final = b"<!doctype html><html><head><title>Log in</title></head><body><form>Log in</form></body></html>"


class Listener(ThreadingMixIn, TCPServer):
    """Loopback listener: one thread per connection, all of them ended by `stop`."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, engine: Any, admin: Admin, connection: type[Connection]) -> None:  # noqa: ANN401 - each ledger has its own
        self.engine = engine
        self.admin = admin
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), connection)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base class
        """Remember the connection, so that it can be ended."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as in the base class
        """Forget the connection."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base class
        """A client that goes away in mid-sentence is everyday business; anything else is a mistake of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """End all connections and threads."""
        self.stopping.set()
        self.shutdown()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class Connection(BaseHTTPRequestHandler):
    """One client connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Listener

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as in the base class
        """Nothing is logged to the terminal; the sandbox's `requests` have it all."""

    def do_GET(self) -> None:
        """Serve any method the same way."""
        self._serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - names the base class looks for

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            return
        path, _, query = self.path.partition("?")
        if path.startswith(PREFIX):
            headers: Any = self.headers  # asked in any case
            self._deliver(self.server.admin.answer(self.command, path, headers, body))
            return
        outcome = self._outcome(path, query, body)
        if outcome.fault is None:
            self._deliver(outcome.answer)
        else:
            self._fail(outcome.answer, outcome.fault)

    @abstractmethod
    def _outcome(self, path: str, query: str, body: bytes) -> Outcome:
        """Return what comes of a request."""

    @abstractmethod
    def _json(self, body: Json) -> bytes:
        """Return an answer's bytes."""

    def _read_body(self) -> bytes | None:
        """Return the whole body; None after answering that it cannot be read."""
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._deliver(Answer({"message": "Send a Content-Length"}, status=411))
            return None
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_MAX:
            self.close_connection = True
            self._deliver(Answer({"message": "Request body is too large"}, status=413))
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client went away; nothing of it is looked at
            self.close_connection = True
            return None
        return body

    def _deliver(self, answer: Answer, *, extra: dict[str, str] | None = None, body: bytes | None = None) -> None:
        """Send a whole answer."""
        content = self._content(answer) if body is None else body
        headers = {"Content-Length": str(len(content)), **(extra or {})}
        self.connection.sendall(self._head(answer.status, {**headers, **answer.headers}, answer.content_type) + content)

    def _content(self, answer: Answer) -> bytes:
        return answer.raw if answer.raw is not None else self._json(answer.body)

    def _head(self, status: int, headers: dict[str, str], content_type: str) -> bytes:
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
        lines = [f"HTTP/1.1 {status} {phrase}", f"Date: {format_datetime(self.server.engine.moment(), usegmt=True)}"]
        lines.append(f"Content-Type: {content_type}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _fail(self, answer: Answer, fault: LedgerFault) -> None:
        """Deliver an answer the way a fault asks for."""
        way = getattr(self, f"_fail_{fault.kind.replace('-', '_')}")
        way(answer, fault)

    def _fail_hang(self, _answer: Answer, _fault: LedgerFault) -> None:
        self.close_connection = True

    def _fail_close(self, _answer: Answer, _fault: LedgerFault) -> None:
        self.close_connection = True

    def _fail_reset(self, _answer: Answer, _fault: LedgerFault) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(self.connection.detach())

    def _fail_drop(self, answer: Answer, _fault: LedgerFault) -> None:
        self._deliver(answer)
        self.close_connection = True

    def _fail_cut(self, answer: Answer, fault: LedgerFault) -> None:
        content = self._content(answer)
        half = content[: max(1, len(content) // 2)]
        if fault.how == "length":
            headers, sent = {"Content-Length": str(len(content))}, half
        elif fault.how == "chunked":
            headers, sent = {"Transfer-Encoding": "chunked"}, b"%x\r\n%s\r\n" % (len(half), half)
        else:
            headers, sent = {"Connection": "close"}, half
        self.connection.sendall(self._head(answer.status, headers, answer.content_type) + sent)
        self.close_connection = True

    def _fail_status(self, _answer: Answer, fault: LedgerFault) -> None:
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        text = fault.text or "Service problem"
        self._deliver(Answer(status=fault.status or 500, raw=text.encode(), content_type="text/plain", headers=headers))

    def _fail_html(self, answer: Answer, _fault: LedgerFault) -> None:
        self._deliver(Answer(status=answer.status, raw=_LOGIN_PAGE, content_type="text/html; charset=utf-8"))

    def _fail_empty(self, answer: Answer, _fault: LedgerFault) -> None:
        self._deliver(Answer(status=answer.status, raw=b""))

    def _fail_wrong_type(self, answer: Answer, _fault: LedgerFault) -> None:
        self._deliver(Answer(status=answer.status, raw=self._content(answer), content_type="text/plain"))

    def _fail_bad_gzip(self, answer: Answer, _fault: LedgerFault) -> None:
        self._deliver(answer, extra={"Content-Encoding": "gzip"})

    def _fail_redirect(self, _answer: Answer, fault: LedgerFault) -> None:
        where = fault.text or f"{self.server.engine.base_url}/elsewhere"
        self._deliver(Answer(status=fault.status or 301, raw=b"", headers={"Location": where}))

    def _fail_huge(self, answer: Answer, fault: LedgerFault) -> None:
        """Send JSON text until its announced size is reached or the client has had enough."""
        self.close_connection = True
        self.connection.sendall(self._head(200, {"Content-Length": str(fault.size + 2)}, answer.content_type) + b'"')
        left = fault.size
        while left > 0 and not self.server.stopping.is_set():
            self.connection.sendall(b"a" * min(left, _CHUNK))
            left -= _CHUNK
        self.connection.sendall(b'"')

    def _until_gone(self) -> None:
        """Block until the client closes its side or the sandbox stops."""
        while not self.server.stopping.is_set():
            ready, _, _ = select.select([self.connection], [], [], 0.02)
            if ready:
                try:
                    if not self.connection.recv(1, socket.MSG_PEEK):
                        return
                except OSError:
                    return

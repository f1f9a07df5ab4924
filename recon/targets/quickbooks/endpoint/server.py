"""The endpoint's HTTP server: on loopback only, for the Web Connector and for nobody else (faults F44, F46).

No log of requests, no path to the disk, no header that lets a page of another site in. What is not the Web Connector, the
description (?wsdl) or another recon of this workspace is refused.
"""

from __future__ import annotations

import hmac
import json
import select
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, cast

from recon.errors import ReconError, TargetError
from recon.listening import HOST
from recon.targets.quickbooks.endpoint.connector import Connector
from recon.targets.quickbooks.endpoint.qwc import Address
from recon.targets.quickbooks.endpoint.relay import NONCE, SIGNATURE, Holder, error_facts, is_signed, signature
from recon.targets.quickbooks.endpoint.soap import (
    LARGEST_BODY,
    OPERATIONS,
    NotOurs,
    action_name,
    read_call,
    write_answer,
)
from recon.targets.quickbooks.endpoint.wsdl import wsdl

if TYPE_CHECKING:
    from io import BufferedReader

Relayed = Callable[[Mapping[str, Any], Callable[[], bool]], Mapping[str, Any]]
"""Answers another recon of this workspace; its second argument says whether that one still listens."""

_XML: Final = "text/xml; charset=utf-8"
_HELP: Final = b"This address is for the QuickBooks Web Connector. Look at it with: `recon qbwc status`\n"
_PRESENCE_SECONDS: Final = 0.3
HANDSHAKE_SECONDS: Final = 10.0
_REST: Final = 1 << 16


class EndpointServer(ThreadingHTTPServer):
    """Listens on a socket that was taken before."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(
        self, taken: socket.socket, holder: Holder, connector: Connector, relayed: Relayed | None, presence: Presence,
        tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        super().__init__((HOST, holder.port), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = taken
        self.server_address = taken.getsockname()
        self.holder = holder
        self.address = Address(port=holder.port, room=holder.room, tls=tls is not None)
        self._tls = tls
        self.connector = connector
        self.relayed = relayed
        self.presence = presence
        self.is_closing = threading.Event()
        self.server_activate()

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  signature of the base class
        """Answer one connection, on its own thread: whoever says nothing in the handshake keeps no other one waiting."""
        if self._tls is None:
            super().finish_request(request, client_address)
            return
        with self._tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False) as secured:
            if _shakes_hands(secured):
                super().finish_request(secured, client_address)
            with suppress(OSError):
                secured.shutdown(socket.SHUT_WR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  signature of the base class
        """Say nothing: whoever calls sees that no answer came, and an error page would hold values."""


def _shakes_hands(secured: ssl.SSLSocket) -> bool:
    """Return whether the other side speaks TLS with us, within a moment."""
    try:
        secured.settimeout(HANDSHAKE_SECONDS)
        secured.do_handshake()
    except (OSError, ValueError):
        with suppress(OSError):  # what was said plainly is read and thrown away: the end then comes as an end
            secured.settimeout(0)
            socket.socket.recv(secured, _REST)
        return False
    return True


class Presence:
    """Another recon that asks through this one: visits of the Web Connector last as long as it is there."""

    def __init__(self, come: Callable[[], None], go: Callable[[], None]) -> None:
        self.come = come
        self.go = go


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    timeout = 900  # a connection rests while QuickBooks works; closing it would look like a failure
    disable_nagle_algorithm = True  # head and body go out apart; else each answer waits 40 ms for the client's receipt
    server_version = "recon"
    sys_version = ""

    @property
    def _ours(self) -> EndpointServer:
        return cast("EndpointServer", self.server)

    # --- the door

    def _stranger(self) -> str:
        """Return why a request is not heard at all; empty where it is."""
        port = self._ours.holder.port
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or hosts[0].lower() not in {f"{HOST}:{port}", f"localhost:{port}"}:
            return "This is not the address of recon."
        if any(name.lower() == "origin" or name.lower().startswith("sec-fetch-") for name in self.headers):
            return "recon answers no pages of a browser here."
        path = self.path.partition("?")[0]
        if not hmac.compare_digest(path.encode("utf-8", "surrogatepass"), f"/{self._ours.holder.room}".encode()):
            return "There is nothing at this address."
        return ""

    def do_GET(self) -> None:
        """Give the description, the page of help, or the proof that this is the holder of the workspace."""
        if words := self._stranger():
            return self._refuse(403, words)
        query = self.path.partition("?")[2]
        if query.lower() == "wsdl":
            return self._send(200, wsdl(self._ours.address.url), _XML)
        if query == "support":
            return self._send(200, _HELP, "text/plain; charset=utf-8")
        kind, _, nonce = query.partition("=")
        if kind == "proof" and len(nonce) == 64 and nonce.isalnum() and nonce.isascii():
            said = signature(self._ours.holder.secret, b"proof", nonce.encode())
            return self._send(200, said.encode(), "text/plain; charset=utf-8")
        return self._refuse(405, "The Web Connector asks with POST.")

    def do_POST(self) -> None:
        """Answer one operation, or another recon of this workspace."""
        if words := self._stranger():
            return self._refuse(403, words)
        if self.headers.get(SIGNATURE):
            return self._relay()
        kind, _, rest = self.headers.get("Content-Type", "").partition(";")
        charset = rest.replace(" ", "").replace('"', "").lower()
        if kind.strip().lower() != "text/xml" or charset not in {"", "charset=utf-8"}:
            return self._refuse(415, "The Web Connector sends text/xml in UTF-8.")
        actions = self.headers.get_all("SOAPAction") or []
        action = action_name(actions[0]) if len(actions) == 1 else ""
        if not action:
            return self._refuse(400, "The SOAPAction is none of the Web Connector's.")
        body = self._body()
        if body is None:
            return None
        try:
            call = read_call(body, action)
        except NotOurs as why:
            return self._refuse(400, f"The request is none of the Web Connector's: {why}.")
        result = self._ours.connector.answer(call, self._is_there)
        return self._send(200, write_answer(OPERATIONS[action], result), _XML)

    def _body(self) -> bytes | None:
        """Read the body; None: it was refused, unread."""
        lengths = self.headers.get_all("Content-Length") or []
        if self.headers.get("Transfer-Encoding") or len(lengths) != 1 or not lengths[0].strip().isdecimal():
            self._refuse(411, "The length of the request must be stated.")
            return None
        length = int(lengths[0]) if len(lengths[0]) < 12 else LARGEST_BODY + 1
        if length > LARGEST_BODY:
            self._refuse(413, f"More than {LARGEST_BODY:,} bytes are not read.")
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        return body

    def _is_there(self) -> bool:
        """Return whether whoever asked still listens."""
        if self._ours.is_closing.is_set():
            return False
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            if not readable or not isinstance(self.connection, ssl.SSLSocket):
                return not readable or bool(self.connection.recv(1, socket.MSG_PEEK))
            return self._says_more()
        except (OSError, ValueError):
            return False

    def _says_more(self) -> bool:
        """Return whether a connection over TLS goes on: bytes on the wire may also be its end."""
        self.connection.settimeout(0)
        try:
            return bool(cast("BufferedReader", self.rfile).peek(1))
        except ssl.SSLWantReadError:
            return True  # part of a record
        finally:
            self.connection.settimeout(self.timeout)

    # --- other recons of this workspace

    def _relay(self) -> None:
        relayed, secret = self._ours.relayed, self._ours.holder.secret
        body = self._body()
        if body is None:
            return None
        nonce = self.headers.get(NONCE, "").encode("ascii", "replace")
        if relayed is None or not is_signed(self.headers.get(SIGNATURE, ""), secret, b"ask", nonce, body):
            return self._refuse(403, "This question is not signed by a recon of this workspace.")
        try:
            asked = json.loads(body)
            if asked.get("do") == "stay":
                return self._stay(nonce)
            said = dict(relayed(asked, self._is_there))
        except TargetError as error:
            said = {"error": error_facts(error)}
        except ReconError as error:
            said = {"error": {"kind": "unavailable", "message": str(error)}}
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._refuse(400, "The question cannot be read; is it another version of recon?")
        answer = json.dumps(said).encode()
        signed = signature(secret, b"answer", nonce, answer)
        return self._send(200, answer, "application/json", {SIGNATURE: signed})

    def _stay(self, nonce: bytes) -> None:
        """Keep the connection for as long as the other recon is there."""
        presence = self._ours.presence
        presence.come()
        try:
            self.close_connection = True
            signed = signature(self._ours.holder.secret, b"answer", nonce, b"here")
            self.send_response(200)
            self.send_header(
                "Content-Length", "4"
            )  # the client keeps the connection: without a length it would let it go
            self.send_header(SIGNATURE, signed)
            self.end_headers()
            self.wfile.write(b"here")
            self.wfile.flush()
            while self._is_there():
                self._ours.is_closing.wait(_PRESENCE_SECONDS)
        finally:
            presence.go()

    # --- answers

    def _send(self, status: int, body: bytes, kind: str, more: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (more or {}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, status: int, words: str) -> None:
        """Refuse with a sentence; the rest of the connection is not read."""
        self.close_connection = True
        self._send(status, f"{words}\n".encode(), "text/plain; charset=utf-8")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what is no HTTP of ours without repeating any of it."""
        self._refuse(code, "recon does not understand this request.")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  signature of the base class
        """Say nothing: the path is half a secret."""

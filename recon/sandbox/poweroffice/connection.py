"""The socket side of the sandbox PowerOffice Go: both APIs and their tokens on one port."""

from __future__ import annotations

from typing import Any, Final

from recon.sandbox.peak.connection import Connection as PlainConnection
from recon.sandbox.peak.wire import Answer, write_json
from recon.sandbox.poweroffice import admin
from recon.sandbox.poweroffice.engine import TOKEN_PATH
from recon.sandbox.poweroffice.wire import camel

V2_PATH: Final = "/v2"
V1_PATH: Final = "/v1"
_BODIES: Final = (
    "application/json",
    "text/json",
    "application/json-patch+json",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
)


class Connection(PlainConnection):
    """One client connection."""

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            return
        path, _, query = self.path.partition("?")
        headers: Any = self.headers
        if path.startswith(admin.PREFIX):
            self._deliver(admin.answer(self.server.engine, self.server.admin_token, self.command, path, headers, body))
            return
        api, below = _split(path)
        if not api:
            self._deliver(Answer({"statusCode": 404, "message": "Resource not found"}, status=404))
            return
        kind = (self.headers.get("Content-Type") or "").lower().partition(";")[0]
        if body and kind not in _BODIES:
            self._deliver(Answer(status=415, raw=b""))
            return
        outcome = self.server.engine.serve(api, self.command, below, query, headers, body, self._until_gone)
        if outcome.fault is None:
            self._deliver(outcome.answer)
        else:
            self._fail(outcome.answer, outcome.fault)

    def _content(self, answer: Answer) -> bytes:
        if answer.raw is not None:
            return answer.raw
        wants_camel = self.server.engine.rules.keys == "camel"
        return write_json(camel(answer.body) if wants_camel else answer.body)


def _split(path: str) -> tuple[str, str]:
    """Return which API an address belongs to and what stands below it; empty where nothing does."""
    low = path.lower().rstrip("/")
    if low == TOKEN_PATH:
        return "v2", path.rstrip("/")
    for prefix, api in ((V2_PATH, "v2"), (V1_PATH, "v1")):
        if low.startswith(f"{prefix}/"):
            return api, path[len(prefix) :].rstrip("/")
    return "", ""

"""The socket side of the sandbox PowerOffice Go: both APIs and their tokens on one port."""

from __future__ import annotations

from typing import Any, Final

from recon.sandbox.ledgers import connection
from recon.sandbox.ledgers.answers import Answer, Json, write_json
from recon.sandbox.ledgers.engine import Outcome
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


class Connection(connection.Connection):
    """One client connection."""

    def _outcome(self, path: str, query: str, body: bytes) -> Outcome:
        api, below = _split(path)
        if not api:
            return Outcome(Answer({"statusCode": 404, "message": "Resource not found"}, status=404))
        kind = (self.headers.get("Content-Type") or "").lower().partition(";")[0]
        if body and kind not in _BODIES:
            return Outcome(Answer(status=415, raw=b""))
        headers: Any = self.headers
        outcome: Outcome = self.server.engine.serve(api, self.command, below, query, headers, body, self._until_gone)
        return outcome

    def _json(self, body: Json) -> bytes:
        return write_json(camel(body) if self.server.engine.rules.keys == "camel" else body)


def _split(path: str) -> tuple[str, str]:
    """Return which API an address belongs to and what stands below it; empty where nothing does."""
    low = path.lower().rstrip("/")
    if low == TOKEN_PATH:
        return "v2", path.rstrip("/")
    for prefix, api in ((V2_PATH, "v2"), (V1_PATH, "v1")):
        if low.startswith(f"{prefix}/"):
            return api, path[len(prefix) :].rstrip("/")
    return "", ""

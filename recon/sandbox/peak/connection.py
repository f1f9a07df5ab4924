"""The socket side of the sandbox PEAK: one API below one base path."""

from __future__ import annotations

from typing import Any, Final

from recon.sandbox.ledgers import connection
from recon.sandbox.ledgers.answers import Answer, Json
from recon.sandbox.ledgers.engine import Outcome
from recon.sandbox.peak.wire import write_json

BASE_PATH: Final = "/api/v1"


class Connection(connection.Connection):
    """One client connection."""

    def _outcome(self, path: str, query: str, body: bytes) -> Outcome:
        if not path.lower().startswith(f"{BASE_PATH}/"):
            return Outcome(Answer({"message": f"Nothing here; the base address ends in {BASE_PATH}"}, status=404))
        below = path[len(BASE_PATH) :].rstrip("/").lower()
        kind = (self.headers.get("Content-Type") or "").lower()
        if self.command != "GET" and not kind.startswith("application/json"):
            return Outcome(Answer({"message": "The request entity's media type is not supported."}, status=415))
        headers: Any = self.headers
        outcome: Outcome = self.server.engine.serve(self.command, below, query, headers, body, self._until_gone)
        return outcome

    def _json(self, body: Json) -> bytes:
        return write_json(body, self.server.engine.rules.key_style)

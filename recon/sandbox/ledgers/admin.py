"""Switching faults and asking for the truth over HTTP, for programs that are not in the same process.

Below ``/_sandbox/``, guarded by a token that only the process that started the sandbox knows.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.ledgers.faults import LedgerFault, fault_from

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PREFIX: Final = "/_sandbox/"
TOKEN_HEADER: Final = "Sandbox-Token"  # noqa: S105 - the name of a header


class Admin:
    """Answers what any ledger is asked below the prefix; a ledger adds its own."""

    fault: ClassVar[type[LedgerFault]]
    """The ledger's faults."""

    def __init__(self, engine: Any, token: str) -> None:  # noqa: ANN401 - each ledger has its own
        self._engine = engine
        self._token = token

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request below /_sandbox/."""
        given = headers.get(TOKEN_HEADER) or ""
        if headers.get("Origin") or not hmac.compare_digest(given.encode(), self._token.encode()):
            return Answer({"error": f"{TOKEN_HEADER} is missing or wrong"}, status=403)
        try:
            return self._act(method, path.removeprefix(PREFIX), json.loads(body) if body else {})
        except (ValueError, TypeError, KeyError) as error:
            return Answer({"error": str(error)}, status=400)

    def _act(self, method: str, what: str, asked: dict[str, Any]) -> Answer:
        engine = self._engine
        if (method, what) == ("POST", "faults"):
            engine.faults.add(fault_from(asked, self.fault))
            return Answer({"switched_on": asked})
        if (method, what) == ("DELETE", "faults"):
            engine.faults.clear()
            return Answer({"switched_on": []})
        if (method, what) == ("POST", "rules"):
            engine.rules = changed(engine.rules, asked)
            return Answer({"rules": {f.name: str(getattr(engine.rules, f.name)) for f in fields(engine.rules)}})
        if (method, what) == ("POST", "tick"):
            engine.tick(int(asked.get("seconds", 0)))
            return Answer({"now": engine.moment().isoformat()})
        if (method, what) == ("GET", "events"):
            return Answer({"events": [asdict(event) for event in engine.books.events()]})
        return Answer({"error": f"no {method} {PREFIX}{what}"}, status=404)


_Rules = TypeVar("_Rules", bound="DataclassInstance")


def changed(rules: _Rules, values: Mapping[str, Any]) -> _Rules:
    """Return rules with some switches set; raises ValueError for a switch that does not exist."""
    strange = sorted(set(values) - {f.name for f in fields(rules)})
    if strange:
        raise ValueError(f"no such switch: {', '.join(strange)}")
    return replace(rules, **values)

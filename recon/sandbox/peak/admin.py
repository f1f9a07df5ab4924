"""Switching faults and asking for the truth over HTTP, for programs that are not in the same process.

Below ``/_sandbox/``, guarded by a token that only the process that started the sandbox knows.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, Final

from recon.sandbox.peak.faults import fault_from
from recon.sandbox.peak.ledger import truth_of
from recon.sandbox.peak.rules import Rules
from recon.sandbox.peak.wire import Answer

if TYPE_CHECKING:
    from recon.sandbox.peak.engine import Engine

PREFIX: Final = "/_sandbox/"
TOKEN_HEADER: Final = "Sandbox-Token"  # noqa: S105 - the name of a header


def answer(engine: Engine, token: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Answer a request below /_sandbox/."""
    given = headers.get(TOKEN_HEADER) or ""
    if headers.get("Origin") or not hmac.compare_digest(given.encode(), token.encode()):
        return Answer({"error": f"{TOKEN_HEADER} is missing or wrong"}, status=403)
    try:
        return _act(engine, method, path.removeprefix(PREFIX), json.loads(body) if body else {})
    except (ValueError, TypeError) as error:
        return Answer({"error": str(error)}, status=400)


def _act(engine: Engine, method: str, what: str, asked: dict[str, Any]) -> Answer:
    if (method, what) == ("POST", "faults"):
        engine.faults.add(fault_from(asked))
        return Answer({"switched_on": asked})
    if (method, what) == ("DELETE", "faults"):
        engine.faults.clear()
        return Answer({"switched_on": []})
    if (method, what) == ("POST", "rules"):
        engine.rules = changed(engine.rules, asked)
        return Answer({"rules": {f.name: str(getattr(engine.rules, f.name)) for f in fields(Rules)}})
    if (method, what) == ("POST", "tick"):
        engine.tick(int(asked.get("seconds", 0)))
        return Answer({"now": engine.moment().isoformat()})
    if (method, what) == ("GET", "truth"):
        engine.settle()
        return Answer({"documents": [asdict(truth_of(document)) for document in engine.books.all_documents()]})
    if (method, what) == ("GET", "events"):
        return Answer({"events": [asdict(event) for event in engine.books.events()]})
    return Answer({"error": f"no {method} {PREFIX}{what}"}, status=404)


def changed(rules: Rules, values: Mapping[str, Any]) -> Rules:
    """Return rules with some switches set; raises ValueError for a switch that does not exist."""
    strange = sorted(set(values) - {f.name for f in fields(Rules)})
    if strange:
        raise ValueError(f"no such switch: {', '.join(strange)}")
    return replace(rules, **values)

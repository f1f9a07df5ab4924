"""Switching faults, being a person over there and asking for the truth, for programs that are not in the same process.

Below ``/_sandbox/``, guarded by a token that only the process that started the sandbox knows.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from recon.sandbox.peak.admin import TOKEN_HEADER
from recon.sandbox.peak.faults import fault_from
from recon.sandbox.peak.wire import Answer
from recon.sandbox.poweroffice.export import saft_financial
from recon.sandbox.poweroffice.faults import PowerOfficeFault
from recon.sandbox.poweroffice.rules import Rules, changed
from recon.sandbox.poweroffice.transactions import trial_balance
from recon.sandbox.poweroffice.wire import Problem

if TYPE_CHECKING:
    from recon.sandbox.poweroffice.engine import Engine

PREFIX: Final = "/_sandbox/"


def answer(engine: Engine, token: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Answer a request below /_sandbox/."""
    given = headers.get(TOKEN_HEADER) or ""
    if headers.get("Origin") or not hmac.compare_digest(given.encode(), token.encode()):
        return Answer({"error": f"{TOKEN_HEADER} is missing or wrong"}, status=403)
    try:
        return _act(engine, method, path.removeprefix(PREFIX), json.loads(body) if body else {})
    except (ValueError, TypeError, KeyError, Problem) as error:
        return Answer({"error": getattr(error, "detail", None) or str(error)}, status=400)


def _act(engine: Engine, method: str, what: str, asked: dict[str, Any]) -> Answer:
    key = asked.pop("company", engine.companies[0].key)
    if (method, what) == ("POST", "faults"):
        engine.faults.add(fault_from(asked, PowerOfficeFault))
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
    if (method, what) == ("POST", "person"):
        return Answer({"done": _person(engine, key, asked)})
    if (method, what) == ("GET", "events"):
        engine.settle()
        return Answer({"events": [asdict(event) for event in engine.books.events()]})
    if (method, what) == ("GET", "trial-balance"):
        return Answer({"accounts": [asdict(one) for one in trial_balance(engine.books, key)]})
    if (method, what) == ("POST", "saft"):
        days = [dt.date.fromisoformat(asked[name]) for name in ("first", "last")]
        content = saft_financial(engine.books, engine.company(key), days[0], days[1], engine.moment().date())
        return Answer(raw=content, content_type="application/xml; charset=utf-8")
    return Answer({"error": f"no {method} {PREFIX}{what}"}, status=404)


def _person(engine: Engine, key: str, asked: dict[str, Any]) -> Any:  # noqa: ANN401 - what the deed returns
    from recon.sandbox.poweroffice.person import Person

    person = Person(engine, key)
    deed = str(asked.pop("do", ""))
    if deed == "lock":
        day = asked.get("day")
        return person.lock(dt.date.fromisoformat(day) if day else None)
    deeds = {
        "post-draft": person.post_draft, "post-import": person.post_import, "send-order": person.send_order, "delete": person.delete, "describe": person.describe,
        "change-amount": person.change_amount, "copy-draft": person.copy_draft, "take-privilege": person.take_privilege,
        "give-privilege": person.give_privilege, "end-integration": person.end_integration,
    }  # fmt: skip
    if deed not in deeds:
        raise ValueError(f"no deed {deed!r}; there are: lock, {', '.join(deeds)}")
    return deeds[deed](**asked)  # type: ignore[operator]

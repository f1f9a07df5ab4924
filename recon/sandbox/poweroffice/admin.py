"""What the sandbox PowerOffice Go is asked below ``/_sandbox/`` beside what any ledger is: a person's deeds, its books."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from recon.sandbox.ledgers import admin
from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.export import saft_financial
from recon.sandbox.poweroffice.faults import PowerOfficeFault
from recon.sandbox.poweroffice.transactions import trial_balance
from recon.sandbox.poweroffice.wire import Problem

if TYPE_CHECKING:
    from recon.sandbox.poweroffice.engine import Engine


class Admin(admin.Admin):
    """Answers below the prefix."""

    fault = PowerOfficeFault

    def _act(self, method: str, what: str, asked: dict[str, Any]) -> Answer:
        key = asked.pop("company", self._engine.companies[0].key)
        try:
            return self._own(method, what, asked, key) or super()._act(method, what, asked)
        except Problem as problem:
            raise ValueError(problem.detail or str(problem)) from None

    def _own(self, method: str, what: str, asked: dict[str, Any], key: str) -> Answer | None:
        """Answer what only this ledger is asked; None: anything else."""
        engine: Engine = self._engine
        if (method, what) == ("POST", "person"):
            return Answer({"done": _person(engine, key, asked)})
        if (method, what) == ("GET", "events"):
            engine.settle()
        if (method, what) == ("GET", "trial-balance"):
            return Answer({"accounts": [asdict(one) for one in trial_balance(engine.books, key)]})
        if (method, what) == ("POST", "saft"):
            days = [dt.date.fromisoformat(asked[name]) for name in ("first", "last")]
            content = saft_financial(engine.books, engine.company(key), days[0], days[1], engine.moment().date())
            return Answer(raw=content, content_type="application/xml; charset=utf-8")
        return None


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

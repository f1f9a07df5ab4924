"""What the service answers about contacts of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["to-create", "by-hand", "reused", "twice"]


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact that documents name and the ledger does not have under this code."""

    code: str
    name: str
    tax_id: str
    branch: str
    documents: int
    state: State
    """`by-hand`: the ledger takes files, which create no contact. `reused`: the ledger's contact with this tax id and branch is taken;
    `twice`: it has several, a person decides."""
    held: tuple[str, ...] = ()
    """Codes the ledger has it under."""

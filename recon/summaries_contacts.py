"""What the service answers about contacts of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact that documents name and the ledger does not have under this code."""

    code: str
    name: str
    tax_id: str
    branch: str
    documents: int
    state: Literal["to-create", "reused", "twice"]
    """`reused`: the ledger's contact with this tax id and branch is taken; `twice`: it has several, a person decides."""
    held: tuple[str, ...] = ()
    """Codes the ledger has it under."""

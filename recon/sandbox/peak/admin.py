"""What the sandbox PEAK is asked below ``/_sandbox/`` beside what any ledger is: its documents."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from recon.sandbox.ledgers import admin
from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.peak.faults import Fault
from recon.sandbox.peak.ledger import truth_of


class Admin(admin.Admin):
    """Answers below the prefix."""

    fault = Fault

    def _act(self, method: str, what: str, asked: dict[str, Any]) -> Answer:
        if (method, what) == ("GET", "truth"):
            self._engine.settle()
            documents = self._engine.books.all_documents()
            return Answer({"documents": [asdict(truth_of(document)) for document in documents]})
        return super()._act(method, what, asked)

"""What the service answers about a connection as a whole: what is in order, what is missing, and where to set it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

State = Literal["ok", "warning", "missing", "unknown"]
STATES: Final[tuple[State, ...]] = ("missing", "warning", "unknown", "ok")
"""The gravest first. `missing` blocks; `unknown`: nobody says it, or nobody was asked."""
Place = Literal["", "settings", "products", "channels", "importing", "review", "upload", "audit"]
"""Where the screens mend it; empty: it is mended outside, or by a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One thing looked at."""

    check: str
    """What was looked at, a fixed word: company, accounts, payment-channels ..."""
    state: State
    text: str
    """What was found."""
    remedy: str = ""
    """Where to set it: a command, or a key of recon.toml; empty: nothing to do."""
    setting: str = ""
    """Key of recon.toml the remedy is about, without the connection; empty: none."""
    place: Place = ""
    count: int | None = None
    """How many orders, SKUs or documents it is about; None: it is about none."""
    total: str | None = None
    """Sum of these orders; None: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChecks:
    """The check-list of a connection."""

    connection: str
    company: str
    source: str
    target: str
    environment: str
    checked_at: str
    asked: bool
    """The ledger and the shop were asked just now; else their part stands as they answered last."""
    lines: tuple[CheckLine, ...]

    @property
    def blocks(self) -> bool:
        """Whether something is missing."""
        return any(line.state == "missing" for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines there are of each state."""
        return {state: sum(line.state == state for line in self.lines) for state in STATES}

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.check-list/1."""
        return asdict(self) | {
            "lines": [asdict(line) for line in self.lines],
            "counts": self.counts,
            "blocks": self.blocks,
        }

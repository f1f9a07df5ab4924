"""What was taken in, file by file, and which files of the inbox folder still wait.

Figures come from the register alone, so that the list of a year takes milliseconds; what was found in one file is read
when somebody asks for that file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recon.domain.providers import source_facts
from recon.errors import UsageError
from recon.frames.parquet import read_frame
from recon.money import plain
from recon.service.causes import causes
from recon.service.context import Context
from recon.service.known import frames_path
from recon.service.overview import waiting_files
from recon.service.pulling import day_of_last_pull
from recon.service.taking_in import bought_count
from recon.store.files import Intake, KeptFile
from recon.summaries.intake import CauseLine


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """One file as it counts now."""

    file: str
    """First 12 digits of its SHA-256."""
    name: str
    """The name it came under; text from outside."""
    connection: str
    source: str
    profile: str
    """Column profile it was read with; empty: none."""
    at: str
    who: str
    size: int
    rows: int
    orders: int
    purchases: int
    """Of the orders, those that are purchases or a marketplace's payouts."""
    total: str
    """Sum of its orders in the books' currency."""
    stated_total: str
    """Sum over the file's own text, counted apart from the orders."""
    ties: bool
    """The two agree, refused orders counted with their totals."""
    refused: int
    known: int
    new: int
    changed: int
    gone: int
    findings: int


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file of the inbox folder that was not taken in yet."""

    name: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class IntakeConnection:
    """Where files and answers of a connection come from."""

    name: str
    source: str
    profile: str
    can_pull: bool
    since: str
    """First day the next pull would ask for; empty: nothing to pull from."""


@dataclass(frozen=True, slots=True)
class IntakeHistory:
    """Everything the Import screen and `recon files` show."""

    currency: str
    timezone: str
    connections: tuple[IntakeConnection, ...]
    profiles: tuple[str, ...]
    """Column profiles of the workspace."""
    folder: str
    """The inbox folder."""
    inbox: tuple[InboxFile, ...]
    files: tuple[IntakeLine, ...]
    """Newest first."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.files/1."""
        return asdict(self) | {"found": None}


@dataclass(frozen=True, slots=True)
class IntakeDetail:
    """One file with everything that was found in it."""

    line: IntakeLine
    causes: tuple[CauseLine, ...]
    notes: tuple[str, ...]


def intakes(context: Context, connection: str | None = None) -> IntakeHistory:
    """Return what was taken in, and what waits; of one connection or of all."""
    if connection is not None:
        connection = context.connection(connection)[0]
    kept = {file.digest: file for file in context.store.files.all()}
    counting = {(one.connection, one.digest): one for one in context.store.files.intakes(connection)}
    lines = [_line(context, one, kept[one.digest]) for one in counting.values()]
    company = context.settings.company
    return IntakeHistory(
        currency=company.currency,
        timezone=company.timezone,
        connections=tuple(_connection(context, name) for name in context.settings.connections),
        profiles=tuple(sorted(path.stem for path in context.workspace.profiles.glob("*.toml"))),
        folder=str(context.workspace.root / "inbox"),
        inbox=_inbox(context),
        files=tuple(reversed(lines)),
    )


def intake(context: Context, file: str) -> IntakeDetail:
    """Return one file by its name or the first digits of its digest, with its findings grouped by cause.

    Raises:
        UsageError: No file, or several, go by that name.
    """
    found = [one for one in context.store.files.intakes() if one.name == file or one.digest.startswith(file)]
    if not found:
        raise UsageError(f"No file {file!r} was taken in. `recon files` lists them.")
    if len({one.digest for one in found}) > 1:
        several = ", ".join(one.digest[:12] for one in found)
        raise UsageError(f"Several files were called {file!r}: name one by its digits ({several}).")
    one = found[-1]
    kept = context.store.files.find(one.digest)
    assert kept is not None, "every intake has its file"
    folder = frames_path(context, context.settings.connections[one.connection], one)
    findings, orders = read_frame(folder, "findings"), read_frame(folder, "orders")
    return IntakeDetail(
        line=_line(context, one, kept),
        causes=causes(findings, orders, context.settings.company.currency),
        notes=tuple(one.facts.get("notes", ())),
    )


def _line(context: Context, intake: Intake, kept: KeptFile) -> IntakeLine:
    stated = intake.facts.get("stated", [])
    currency = context.settings.company.currency
    own = [control for part in stated for control in part["controls"] if control["currency"] == currency]
    kept_out = sum(control["refused_minor"] for control in own)
    stated_minor = sum(control["stated_minor"] for control in own)
    return IntakeLine(
        file=intake.digest[:12],
        name=intake.name,
        connection=intake.connection,
        source=kept.source,
        profile=str(intake.facts.get("profile", "")),
        at=intake.at,
        who=kept.taken_in_by,
        size=kept.size,
        rows=sum(part["rows"] for part in stated),
        orders=intake.order_count,
        purchases=bought_count(intake),
        total=plain(intake.total_minor, currency),
        stated_total=plain(stated_minor, currency),
        ties=stated_minor == intake.total_minor + kept_out,
        refused=sum(part["refused_orders"] for part in stated),
        known=intake.known_count,
        new=intake.new_count,
        changed=intake.changed_count,
        gone=intake.gone_count,
        findings=intake.finding_count,
    )


def _connection(context: Context, name: str) -> IntakeConnection:
    rules = context.settings.connections[name]
    pulls = source_facts(rules.source).has_api
    since = day_of_last_pull(context, name, rules).isoformat() if pulls else ""
    return IntakeConnection(name, rules.source, rules.profile, pulls, since)


def _inbox(context: Context) -> tuple[InboxFile, ...]:
    folder: Path = context.workspace.root / "inbox"
    return tuple(InboxFile(name, str(folder / name), (folder / name).stat().st_size) for name in waiting_files(context))

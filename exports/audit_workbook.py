"""The audit workbook: which sheets in which order, written as a stream, sealed, read back, then put in place.

`write_audit_workbook` takes an `AuditDossier` (recon.views) and `AuditFrames`; `verify_workbook` takes any workbook
written so and says what was changed in it since. Input tables are declared in `exports.audit_frames`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from openpyxl import Workbook

from exports.audit_frames import (
    APPROVALS,
    ATTEMPTS,
    EVENTS,
    FILES,
    MAPPINGS,
    OUTBOX,
    AuditFrames,
    audit_frames,
    log_frame,
)  # fmt: skip
from exports.fast_sheet import ROWS_PER_SHEET, Part, Table, draw_shell, scaled_text, split
from exports.package import write_package
from exports.safe_text import safe_text
from exports.seal import overall, seal_table
from exports.sheets import charts, summary
from exports.sheets.context import Prepared, has_purchases, prepare
from exports.sheets.controls import Control, controls, sides
from exports.shell import saved
from exports.tables import OPTIONAL, TABLES
from exports.verify_workbook import check_workbook
from exports.words import ENGLISH, N_, Words
from exports.workbook import write_safely
from recon.crash import NO_CRASH, CrashPoints
from recon.views import AuditDossier

__all__ = [
    "APPROVALS", "ATTEMPTS", "EVENTS", "FILES", "MAPPINGS", "OUTBOX", "AuditFrames", "WrittenWorkbook", "audit_frames",
    "log_frame", "write_audit_workbook",
]  # fmt: skip

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many rows of how many are."""


@dataclass(frozen=True, slots=True)
class WrittenWorkbook:
    """Where the workbook lies and what it can be held against."""

    path: Path
    seal: str
    """Digest over everything in it; belongs into the event log."""
    agrees: bool
    """Whether all control totals agree."""
    message: str
    """One sentence for the person; says so where the name had to differ."""


def write_audit_workbook(
    dossier: AuditDossier,
    frames: AuditFrames,
    path: Path,
    *,
    words: Words = ENGLISH,
    on_progress: Progress | None = None,
    rows_per_sheet: int = ROWS_PER_SHEET,
    crash: CrashPoints = NO_CRASH,
) -> WrittenWorkbook:
    """Write the audit workbook and compare it with what was meant before it takes its place.

    Raises:
        ExportError: Not written; a file that was there before is untouched.
    """
    drawn = _draw(prepare(dossier, frames, words), rows_per_sheet)
    tell = _Teller(on_progress, drawn.rows)

    def write(target: Path) -> None:
        write_package(
            target, drawn.shell, parts=drawn.entries, values=drawn.values, moment=dossier.written_at, on_rows=tell.wrote
        )

    def check(written: Path) -> list[str]:
        read = check_workbook(written, meant=drawn.digests, on_table=tell.reading, languages=(words,))
        other_seal = [] if read.seal == drawn.seal else ["the seal is not the one meant"]
        unequal = read.unequal if drawn.agrees else ()  # known, shown in red, and the very thing to look at
        return [*read.differences, *unequal, *other_seal]

    placed = write_safely(path, write, check, crash=crash, step="workbook-file")
    moved = f"{path.name} is open in another program, so it was written as {placed.name}." if placed != path else ""
    title, differ = words.say(summary.TITLE), summary.DIFFER
    verdict = summary.AGREE if drawn.agrees else f"{differ}: see the sheet {title}"
    return WrittenWorkbook(placed, drawn.seal, drawn.agrees, f"{verdict}. {moved}".rstrip())


@dataclass(frozen=True, slots=True)
class _Drawn:
    shell: bytes
    entries: dict[str, Part]
    """Taken out one by one as they are written, so that a table's rows are not in memory while they are compared."""
    values: Mapping[str, Mapping[str, str]]
    digests: pl.DataFrame
    rows: Mapping[str, int]
    seal: str
    agrees: bool


class _Teller:
    """Counts rows written and read back, each as half of the work."""

    def __init__(self, on_progress: Progress | None, rows: Mapping[str, int]) -> None:
        self._tell = on_progress or (lambda *_: None)
        self._rows = rows
        self._done, self._all = 0, max(2 * sum(rows.values()), 1)

    def wrote(self, title: str, count: int) -> None:
        self._done += count
        self._tell(f"Writing {title}", self._done, self._all)

    def reading(self, table: Table) -> None:
        self._done += self._rows[table.key]
        self._tell(f"Comparing {table.title}", self._done, self._all)


def _draw(prepared: Prepared, rows_per_sheet: int) -> _Drawn:
    """Draw the whole shell: the summary, and one sheet per part with its sample row."""
    dossier, words = prepared.dossier, prepared.words
    made = (make(prepared) for make in TABLES)
    tables = {table.key: table for table in made if table.frame.height or table.key not in OPTIONAL}
    sealed = seal_table(tables.values(), dossier.currency, words)
    parts = {key: split(table, rows_per_sheet) for key, table in {**tables, "seal": sealed}.items()}
    book = Workbook()
    _describe(book, dossier, words)
    front = book.active
    front.title = words.say(summary.TITLE)
    sheets, entries, values = {}, {}, {}
    for part in (part for several in parts.values() for part in several):
        sheet = book.create_sheet(part.title)
        entry = f"xl/worksheets/sheet{len(book.sheetnames)}.xml"
        sheets[part.title], entries[entry] = sheet, part
        values[entry] = draw_shell(
            sheet, part, subtitle=f"{dossier.company} · {dossier.batch}", footer=f"{dossier.company} · {dossier.batch}"
        )
    bought = has_purchases(prepared.frames.orders)
    listed = controls(_currencies(prepared), dossier.currency, bought=bought, words_of=words)
    ours = [control.ours(prepared) for control in listed]
    seal = overall(summary.facts_of(dossier, words), printed(listed, ours), sealed.frame)
    page = summary.Page(front, tables["documents"].digits, words=words)
    agrees = _draw_summary(page, prepared, tables, parts, listed=listed, ours=ours, seal=seal)
    charts.draw_charts(
        front, sheets[tables["by_day"].title], sheets[tables["by_channel"].title], dict(tables), summary.CHART_ROW
    )
    values["xl/worksheets/sheet1.xml"] = page.values
    rows = {key: sum(part.count for part in several) for key, several in parts.items()}
    return _Drawn(saved(book), entries, values, sealed.frame, rows, seal, agrees)


def _draw_summary(
    page: summary.Page,
    prepared: Prepared,
    tables: Mapping[str, Table],
    parts: Mapping[str, Sequence[Part]],
    *,
    listed: Sequence[Control],
    ours: Sequence[int],
    seal: str,
) -> bool:
    rows, agrees = summary.draw_controls(page, listed, ours, tables, parts)
    summary.draw_kinds(page, prepared, parts["documents"])
    for kinds, of in sides(bought=has_purchases(prepared.frames.orders)):
        where = (tables["orders"], parts["orders"], kinds)
        held = N_("Held of purchases, by cause") if of else N_("Held, by cause")
        left_out = N_("Left out of purchases on purpose, by reason") if of else N_("Left out on purpose, by reason")
        summary.draw_causes(page, *where, "held_cause", "held_minor", held)
        summary.draw_causes(page, *where, "ignored_cause", "ignored_minor", left_out)
    summary.draw_facts(page, summary.facts_of(prepared.dossier, prepared.words), seal, prepared.dossier.notes)
    summary.draw_contents(page, [part for several in parts.values() for part in several])
    summary.draw_top(page, prepared, rows, agree=agrees)
    page.finish(f"{prepared.dossier.company} · {prepared.dossier.batch}")
    return agrees


def printed(listed: Sequence[Control], figures: Sequence[int]) -> dict[str, str]:
    """Return the control totals as printed and sealed."""
    return {control.name: scaled_text(figure, control.digits) for control, figure in zip(listed, figures, strict=True)}


def _currencies(prepared: Prepared) -> list[str]:
    """Currencies of the orders, the books' own first."""
    base = prepared.dossier.currency
    others = prepared.frames.orders["currency"].unique().sort().to_list()
    return [base, *(code for code in others if code != base)]


def _describe(book: Workbook, dossier: AuditDossier, words: Words) -> None:
    book.properties.creator = f"recon {dossier.version}".strip()
    book.properties.lastModifiedBy = book.properties.creator
    book.properties.title = safe_text(f"{words.say('Audit workbook')} {dossier.batch}")
    book.properties.subject = safe_text(dossier.company)
    book.properties.created = book.properties.modified = dossier.written_at.replace(tzinfo=None)

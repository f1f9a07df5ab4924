"""Intake: files and API answers are kept, read, normalized, compared with what was known, and registered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl

from recon.config.connection import Connection
from recon.errors import IntakeError, ReconError, UsageError
from recon.frames.canonical import CanonicalFrames
from recon.frames.parquet import write_frames
from recon.intake import identify, keep, look_at
from recon.money import plain
from recon.normalize import normalize
from recon.normalize.merge import Comparison, compare
from recon.normalize.sequence import chronological
from recon.plan.buying.state import is_bought
from recon.service.causes import causes
from recon.service.context import Context, Progress
from recon.service.known import (
    combined,
    current_sets,
    file_facts,
    frames_by_name,
    frames_folder,
    note_read_again,
    read_key,
    read_options,
)
from recon.service.order_keys import lock_keys, require_same_keys
from recon.service.recognising import connection_of_files
from recon.sources.base import IntakeFile, Reading, Source
from recon.sources.registry import all_sources, source_named
from recon.store.files import Intake, NewIntake
from recon.summaries.intake import CauseLine, FileReport, IntakeReport


def import_files(
    context: Context,
    paths: Sequence[Path],
    *,
    connection: str | None,
    profile: str | None,
    dry_run: bool,
    on_progress: Progress,
) -> IntakeReport:
    """Take in files one after the other; a refused one does not stop the others."""
    name, rules = context.connection(connection if profile else connection_of_files(context, paths, connection))
    reports = []
    for path in paths:
        on_progress(f"reading {path.name}")
        try:
            reports.append(_take_in(context, name, rules, path, profile=profile, dry_run=dry_run))
        except IntakeError as error:
            reports.append(FileReport(name=path.name, status="refused", message=f"refused: {error}"))
    return IntakeReport(connection=name, files=tuple(reports), dry_run=dry_run)


def _take_in(
    context: Context, name: str, rules: Connection, path: Path, *, profile: str | None, dry_run: bool
) -> FileReport:
    if dry_run:
        file = look_at(path)
        return take_in_kept(
            context, name, rules, file, source_for(context, rules, file, profile), profile=profile, dry_run=True
        )
    ahead = _ReadAhead(context, rules, profile)
    file = keep(
        path,
        context.workspace.intake,
        context.clock.now().isoformat(),
        wait=context.clock.sleep,
        crash=context.store.database.crash,
        meanwhile=ahead.read,
    )
    source = ahead.source or source_for(context, rules, file, profile)
    return take_in_kept(context, name, rules, file, source, profile=profile, dry_run=False, ahead=ahead.reading)


class _ReadAhead:
    """Reads a new file while it is being kept; nothing of it is written before the file is.

    What cannot be read is left to the reading proper, which comes when the file is kept and says what is wrong.
    """

    def __init__(self, context: Context, rules: Connection, profile: str | None) -> None:
        self._context, self._rules, self._profile = context, rules, profile
        self.source: Source | None = None
        self.reading: Reading | None = None

    def read(self, file: IntakeFile) -> None:
        """Read the copy that is about to be kept."""
        with suppress(ReconError):
            source = source_for(self._context, self._rules, file, self._profile)
            self.reading = source.read(file, read_options(self._context, self._rules, self._profile))
            self.source = source


def source_for(context: Context, rules: Connection, file: IntakeFile, profile: str | None) -> Source:
    """Return the source that reads the file: the connection's own, by content."""
    options = read_options(context, rules, profile)
    expected = source_named("profile" if profile else rules.source, profile_text=options.profile_text)
    if expected.name == "profile" or expected.identify(file):
        return expected
    found = identify(file, all_sources())
    raise UsageError(
        f"{file.name} is a {found.name} file, but this connection reads {rules.source}. Make a connection with source = "
        f'"{found.name}" in recon.toml, or name another with --connection. Nothing was taken in.'
    )


def take_in_kept(
    context: Context,
    name: str,
    rules: Connection,
    file: IntakeFile,
    source: Source,
    *,
    profile: str | None,
    dry_run: bool,
    ahead: Reading | None = None,
) -> FileReport:
    """Read a kept file, compare it with what was known, and enter it in the register.

    ``ahead``: the file as it was read while it was being kept, before its digest was known.
    """
    options = read_options(context, rules, profile)
    require_same_keys(context, name, options)
    key = read_key(source, options)
    known = context.store.files.intake(name, file.digest, key)
    if known is not None:
        if not dry_run:
            note_read_again(context, name, file)
        return known_report(file, known)
    if ahead is None:
        reading = source.read(file, options)
    else:  # all findings of a reading are about its file
        reading = replace(ahead, findings=ahead.findings.with_columns(pl.lit(file.file_id).alias("file")))
    frames = chronological(normalize(reading, options, file_id=file.file_id))
    sets = [each for _, each in current_sets(context, name, rules)]
    before = combined(context, name, sets) if sets else None
    comparison = compare(before, frames, whole_period=source.holds_whole_period, name=file.name, earlier=sets)
    folder = frames_folder(context, file, key)
    facts = file_facts(file, source, options, frames, comparison, reading.notes) | {"rows_read": rows_read(reading)}
    if not dry_run:
        stored = frames_by_name(frames, comparison)
        stale = not _is_registered(context, folder)
        write_frames(folder, stored, facts, replace=stale, crash=context.store.database.crash)
        context.read_frames[folder] = replace(frames, findings=stored["findings"])
        context.store.files.keep(
            digest=file.digest, name=file.name, size=file.size, source=source.name, connection=name
        )
        lock_keys(context, name, options)
        used = (profile or rules.profile) if source.name == "profile" else ""
        context.store.files.add_intake(_new_intake(context, name, file, key, folder, frames, comparison, facts, used))
    about = [part.orders.select("order_key", "currency") for part in (frames, before) if part is not None]
    currency = context.settings.company.currency
    said = causes(pl.concat([frames.findings, comparison.findings]), pl.concat(about), currency)
    return report_of(file, source, frames, comparison, reading.notes, currency, said)


def _is_registered(context: Context, folder: Path) -> bool:
    """Return whether a reading counts or counted that lies there; a folder without one is left from a stopped import.

    What such a folder says about known and changed orders may be out of date: other files may have come since.
    """
    place = folder.relative_to(context.workspace.private).as_posix()
    return any(intake.frames == place for intake in context.store.files.intakes(superseded=True))


def _new_intake(
    context: Context,
    name: str,
    file: IntakeFile,
    key: str,
    folder: Path,
    frames: CanonicalFrames,
    comparison: Comparison,
    facts: dict[str, object],
    profile: str,
) -> NewIntake:
    return NewIntake(
        connection=name,
        digest=file.digest,
        read_key=key,
        frames=folder.relative_to(context.workspace.private).as_posix(),
        known_count=comparison.known,
        new_count=comparison.new,
        changed_count=comparison.changed,
        gone_count=comparison.gone,
        order_count=frames.orders.height,
        total_minor=total_of(frames.orders, context.settings.company.currency),
        finding_count=frames.findings.height,
        facts={
            "stated": facts["stated"],
            "counts": facts["counts"],
            "notes": facts["notes"],
            "rows_read": facts["rows_read"],
            "profile": profile,
            **_purchases(frames.orders, context.settings.company.currency),
        },
    )


def _purchases(orders: pl.DataFrame, currency: str) -> dict[str, object]:
    """Return count and sum of what is bought among the records; nothing where all are sold."""
    bought = orders.filter(is_bought(orders))
    if bought.is_empty():
        return {}
    return {"purchases": {"count": bought.height, "total_minor": total_of(bought, currency)}}


def bought_count(intake: Intake | NewIntake) -> int:
    """Return how many of a file's records are purchases or a marketplace's payouts."""
    return int((intake.facts.get("purchases") or {}).get("count", 0))


def rows_read(reading: Reading) -> int:
    """Return how many rows of the file became part of an order or of a finding about one."""
    if reading.rows_used is not None:
        return reading.rows_used
    refused = reading.findings.filter(pl.col("severity").is_in(["refused", "hold"]), pl.col("row").is_not_null())
    rows = pl.concat([reading.orders["row"], reading.lines["row"], refused["row"]])
    if not rows.len():
        return 0
    seen: pl.Series = pl.zeros(int(rows.max()) + 1, dtype=pl.UInt8, eager=True)  # type: ignore[arg-type, assignment]
    return int(seen.scatter(rows, 1).sum())


def total_of(orders: pl.DataFrame, currency: str) -> int:
    """Return the sum of the orders' totals in one currency, exactly."""
    return totals_of(orders).get(currency, 0)


def totals_of(orders: pl.DataFrame) -> dict[str, int]:
    """Return the sums of the orders' totals by currency; sums of different currencies never meet."""
    sums = orders.group_by("currency").agg(pl.col("total_minor").cast(pl.Int128).sum()).sort("currency")
    return {currency: int(total) for currency, total in sums.iter_rows()}


def known_report(file: IntakeFile, known: Intake) -> FileReport:
    """Return what is said of a file that was taken in before."""
    at = known.at[:16].replace("T", " ")
    return FileReport(
        name=file.name,
        status="known",
        message=f"already imported as {known.name} on {at} UTC: 0 new",
        digest=file.digest,
        orders=known.order_count,
        purchases=bought_count(known),
        known=known.order_count,
        total=plain(known.total_minor),
    )


def report_of(
    file: IntakeFile,
    source: Source,
    frames: CanonicalFrames,
    comparison: Comparison,
    notes: tuple[str, ...],
    currency: str,
    said: tuple[CauseLine, ...],
) -> FileReport:
    """Return what is said of a file that was read."""
    totals = totals_of(frames.orders)
    stated = [total for part in frames.stated for total in part.controls if total.currency == currency]
    return FileReport(
        name=file.name,
        status="taken",
        source=source.name,
        digest=file.digest,
        rows=sum(part.rows for part in frames.stated),
        orders=frames.orders.height,
        purchases=int(is_bought(frames.orders).sum()),
        total=plain(totals.get(currency, 0)),
        stated_total=plain(sum(total.stated_minor for total in stated)),
        other_currencies={other: plain(total, other) for other, total in totals.items() if other != currency},
        refused=sum(part.refused_orders for part in frames.stated),
        known=comparison.known,
        new=comparison.new,
        changed=comparison.changed,
        gone=comparison.gone,
        causes=said,
        notes=notes,
    )

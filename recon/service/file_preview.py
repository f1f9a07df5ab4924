"""A file before it is taken in: how it is written, what it adds up to, and what each of its orders would be.

Nothing is kept. The figures are those of a dry run; the rows are the orders as they would be known afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.containers import kind_of
from recon.frames.tables import read_head
from recon.intake import look_at
from recon.normalize import normalize
from recon.normalize.merge import Comparison, compare
from recon.normalize.sequence import chronological
from recon.service.causes import causes
from recon.service.context import Context
from recon.service.known import combined, current_sets, read_key, read_options
from recon.service.taking_in import known_report, report_of, source_for
from recon.sources.base import IntakeFile, Reading, Source
from recon.summaries.intake import FileReport

ROWS: Final = pl.Schema({
    "key": pl.String(),                 # order key, or file row where there is none
    "row": pl.UInt32(),
    "order": pl.String(),
    "day": pl.Date(),                   # null: could not be read
    "customer": pl.String(),
    "total_minor": pl.Int64(),          # null: could not be read
    "currency": pl.String(),
    "state": pl.String(),               # new, same, changed, held or refused
    "code": pl.String(),                # gravest finding of a held or refused one
    "detail": pl.String(),
})  # fmt: skip
"""One row per order of the file, those that need a look first."""
_FIRST: Final = ("refused", "changed", "held", "new", "same")


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is written, as it was read."""

    source: str
    profile: str
    encoding: str
    """Of a text file; empty: a workbook, or an answer of an API."""
    date_formats: tuple[str, ...]
    era: str
    """CE, BE or auto."""
    decimal: str
    thousands: str
    timezone: str
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class FilePreview:
    """What would be taken in."""

    path: str
    connection: str
    report: FileReport
    currency: str
    form: FileForm | None = None
    """None: the file is known already and was not read again."""
    rows: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ROWS), repr=False)
    ties: bool = True
    """The source's own sum is that of the orders and of what is refused."""

    @property
    def takes_in(self) -> int:
        """How many orders taking it in would bring or change."""
        return self.report.new + self.report.changed


def preview_file(context: Context, path: Path, *, connection: str | None, profile: str | None) -> FilePreview:
    """Read a file as an import would, and keep nothing.

    Raises:
        IntakeError: It cannot be read, or nobody knows its format.
        UsageError: It belongs to another connection.
    """
    name, rules = context.connection(connection)
    file = look_at(path)
    source = source_for(context, rules, file, profile)
    options = read_options(context, rules, profile)
    currency = context.settings.company.currency
    known = context.store.files.intake(name, file.digest, read_key(source, options))
    if known is not None:
        return FilePreview(str(path), name, known_report(file, known), currency)
    reading = source.read(file, options)
    frames = chronological(normalize(reading, options, file_id=file.file_id))
    earlier = [each for _, each in current_sets(context, name, rules)]
    before = combined(context, name, earlier) if earlier else None
    comparison = compare(before, frames, whole_period=source.holds_whole_period, name=file.name)
    about = [part.orders.select("order_key", "currency") for part in (frames, before) if part is not None]
    said = causes(pl.concat([frames.findings, comparison.findings]), pl.concat(about), currency)
    used = (profile or rules.profile) if source.name == "profile" else ""
    return FilePreview(
        path=str(path),
        connection=name,
        report=report_of(file, source, frames, comparison, reading.notes, currency, said),
        currency=currency,
        form=_form(file, source, reading, frames, used),
        rows=_rows(frames, before, comparison),
        ties=all(control.difference_minor == 0 for part in frames.stated for control in part.controls),
    )


def _form(file: IntakeFile, source: Source, reading: Reading, frames: CanonicalFrames, profile: str) -> FileForm:
    forms, days = reading.forms, frames.orders["ordered_on"]
    return FileForm(
        source=source.name,
        profile=profile,
        encoding=_encoding(file),
        date_formats=forms.date_formats,
        era=forms.era,
        decimal=forms.decimal_mark,
        thousands=forms.thousands_mark,
        timezone=forms.timezone,
        first_day=str(days.min() or ""),
        last_day=str(days.max() or ""),
    )


def _encoding(file: IntakeFile) -> str:
    if kind_of(file.path, name=file.name) != "text":
        return ""
    return read_head(file.path, name=file.name).encoding


def _rows(frames: CanonicalFrames, before: CanonicalFrames | None, comparison: Comparison) -> pl.DataFrame:
    """Return orders with what they would be; rows that were refused come first."""
    held = frames.findings.filter(pl.col("severity") == "hold", pl.col("order_key").is_not_null())
    held = held.unique("order_key", keep="first", maintain_order=True).select("order_key", "code", "detail")
    known = pl.lit(False)  # noqa: FBT003 - a value of a column
    if before is not None:
        known = pl.col("order_key").is_in(before.orders["order_key"].implode())
    changed = pl.col("order_key").is_in(comparison.changes["order_key"].implode())
    state = (
        pl.when(changed)
        .then(pl.lit("changed"))
        .when(known)
        .then(pl.lit("same"))
        .when(pl.col("code").is_not_null())
        .then(pl.lit("held"))
        .otherwise(pl.lit("new"))
    )
    orders = frames.orders.join(held, on="order_key", how="left", maintain_order="left").select(
        pl.col("order_key").alias("key"),
        "row",
        pl.col("order_number").alias("order"),
        pl.col("ordered_on").alias("day"),
        pl.col("customer_name").alias("customer"),
        "total_minor",
        "currency",
        state.alias("state"),
        "code",
        "detail",
    )
    rows = pl.concat([_refused(frames), orders.cast(ROWS)])
    return rows.sort(pl.col("state").cast(pl.Enum(_FIRST)), maintain_order=True)


def _refused(frames: CanonicalFrames) -> pl.DataFrame:
    found = frames.findings.filter(pl.col("severity") == "refused")
    return found.select(
        pl.format("row {} {}", pl.col("row").fill_null(0), pl.int_range(pl.len())).alias("key"),
        "row",
        pl.col("order_key").str.extract("([^:]*)$").alias("order"),
        pl.lit(None, dtype=pl.Date).alias("day"),
        pl.col("value").alias("customer"),
        pl.col("amount_minor").alias("total_minor"),
        pl.lit(None, dtype=pl.String).alias("currency"),
        pl.lit("refused").alias("state"),
        "code",
        "detail",
    ).cast(ROWS)

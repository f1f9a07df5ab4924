"""Z reports in a table as a source, for tills without SAF-T: typed into our form, or exported by the till and read by `till.columns`."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.findings import gather
from recon.sources.base import (
    DAY_ENDS_FIELD,
    TILL_COLUMN_FIELD,
    IntakeFile,
    Reading,
    ReadOptions,
    Source,
    StatedTotals,
    StateWords,
)
from recon.sources.tills.reading import CONVENTIONS, FORMS, hung
from recon.sources.z_reports import reading
from recon.sources.z_reports.findings import report_findings
from recon.sources.z_reports.rows import read_rows
from recon.sources.z_reports.settlement import ZSettlements, settlements
from recon.sources.z_reports.table import ZTable, find_long, find_wide, read_long, read_wide
from recon.sources.z_reports.words import HEADINGS, LANGUAGES, REQUIRED

SPECIFICATION: Final = "docs/tills.md"
_WORDS: Final = StateWords(order={"completed": "completed"}, payment={"paid": "paid"})


class ZReportTables(Source):
    """Tables of Z reports, CSV or Excel."""

    name = "z-reports"
    platform = "till"
    specification = SPECIFICATION
    holds_whole_period: ClassVar[bool] = False
    """A table holds the reports somebody typed or exported."""

    def identify(self, file: IntakeFile) -> bool:
        """Return whether the file has the columns of our form; an export of a till is told by its connection."""
        return find_long(file) is not None

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the file under canonical names.

        Raises:
            MalformedFile: It has neither the columns of the form nor those the settings name.
        """
        fields = dict(options.fields)
        table = _table(
            file,
            {
                name.removeprefix(TILL_COLUMN_FIELD): role
                for name, role in fields.items()
                if name.startswith(TILL_COLUMN_FIELD)
            },
        )
        read = read_rows(table, options.currency)
        found = settlements(read)
        prefix = f"{options.platform}:{options.shop}"
        told = gather([table.table.findings, read.findings, *report_findings(found, prefix, dict(table.headings))])
        day_ends = dt.time.fromisoformat(fields.get(DAY_ENDS_FIELD, "00:00"))
        return _reading(
            found, day_ends, told.with_columns(pl.lit(file.file_id).alias("file")), options, table, read.used
        )


def _table(file: IntakeFile, columns: dict[str, str]) -> ZTable:
    if (wide := find_wide(file, columns)) is not None:
        return read_wide(wide, columns)
    if (head := find_long(file)) is not None:
        return read_long(head)
    form = "; ".join(", ".join(HEADINGS[name][language][0] for name in REQUIRED) for language in LANGUAGES)
    own = f" It also lacks columns that till.columns names: {', '.join(columns)}." if columns else ""
    raise MalformedFile(
        f"{file.name} is no table of Z reports: a row with the headings {form} was looked for.{own} Nothing was taken in. `recon till form "
        "FILE.xlsx` writes an empty form; for an export with one row per Z report, name its columns under [connections.NAME.till.columns].",
        file=file.name,
    )


def _reading(
    found: ZSettlements, day_ends: dt.time, findings: pl.DataFrame, options: ReadOptions, table: ZTable, used: int
) -> Reading:
    orders = reading.orders(found, day_ends).with_columns(pl.lit(options.currency).alias("currency"))
    numbered = orders.sort("report_no").with_row_index("order_no")
    places = numbered.select("report_no", "order_no", pl.col("row").alias("_row"))
    hanging = []
    for rows, number in ((reading.lines(found), "line_no"), (reading.payments(found), "payment_no")):
        placed = hung(rows, places, ["report_no"], number)
        own = pl.col("row") if "row" in rows.columns else pl.col("_row")
        hanging.append(placed.with_columns(own.alias("row")).drop("report_no", "_row"))
    return Reading(
        platform=ZReportTables.platform, orders=numbered.drop("report_no"), lines=hanging[0], payments=hanging[1], forms=FORMS,
        conventions=CONVENTIONS, words=_WORDS, findings=findings, stated=StatedTotals(table.table.frame.height),
        notes=table.table.notes,
        rows_used=used,
    )  # fmt: skip

"""A list of suppliers' tax invoices, as a CSV or Excel file: record, number, date and, if it is another one, the month."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from recon.errors import MalformedFile, UsageError
from recon.frames.headings import ROW, Heading
from recon.frames.tables import TableHead, read_body, read_head
from recon.frames.text import fold
from recon.proof.tax_invoices import Entry

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "record": ("record", "เลขที่รายการ"),
    "number": ("number", "เลขที่ใบกำกับภาษี"),
    "on": ("date", "วันที่ใบกำกับภาษี"),
    "month": ("month", "เดือนภาษี"),
}
"""What a column is called; capitals and blanks do not matter. The month may be left out."""
_OPTIONAL: Final = "month"
_MIDNIGHT: Final = " 00:00:00"


def entries_of(path: Path) -> tuple[Entry, ...]:
    """Return the tax invoices of a list; rows without number, date and month are not filled in yet and left out.

    Raises:
        UsageError: It is no table, a column is missing, or no row is filled in.
    """
    try:
        head = read_head(path, search_rows=1)
        places = {name: _column(head, words) for name, words in HEADINGS.items()}
        missing = [words[0] for name, words in HEADINGS.items() if places[name] is None and name != _OPTIONAL]
        if missing:
            raise UsageError(
                f"{path.name}: no column {', '.join(missing)}. The first row names the columns record, number, date and, if wanted, month. "
                "Nothing was set."
            )
        frame = read_body(head).frame
    except (MalformedFile, OSError) as error:
        raise UsageError(f"{path.name} cannot be read as a list of tax invoices: {error} Nothing was set.") from error
    found = tuple(
        entry for row in frame.iter_rows(named=True)
        if not (entry := _entry(row, places)).takes_back
    )  # fmt: skip
    if not found:
        raise UsageError(f"{path.name}: no row has a number and a date. Nothing was set.")
    return found


def _column(head: TableHead, words: tuple[str, ...]) -> Heading | None:
    wanted = {fold(word) for word in words}
    return next((heading for heading in head.headings if fold(heading.text) in wanted), None)


def _entry(row: dict[str, object], places: dict[str, Heading | None]) -> Entry:
    texts = {name: "" if place is None else str(row[place.column] or "").strip() for name, place in places.items()}
    return Entry(**{**texts, "on": texts["on"].removesuffix(_MIDNIGHT)}, place=f"row {row[ROW]}")

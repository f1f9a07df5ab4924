"""Signs that a spreadsheet has opened and saved Shopify's export, and the date forms it left behind.

Shopify writes LF, ``true`` / ``false`` and ``2026-01-31 23:59:59 +0700``. A spreadsheet writes CRLF, ``TRUE`` /
``FALSE`` and ``31/12/2023 22:36`` without a zone, day or month first as its country has it; which of the two is
decided by evidence (a day above 12) or not at all.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.dates import OFFSET_FORMAT
from recon.frames.delimited import TextHead
from recon.frames.findings import no_findings, one_finding

_DAYS: Final = ("ordered_on", "paid_on", "shipped_on", "cancelled_on")
_SPREADSHEET: Final = r"^([0-9]{1,2})([/.-])([0-9]{1,2})[/.-][0-9]{4}(?: [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?$"
_ZONELESS: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?$"
_LOST_ZONE: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


def date_formats(orders: pl.DataFrame, *, name: str) -> tuple[tuple[str, ...], bool]:
    """Return the date forms of the file, and whether a spreadsheet has taken the time zone away.

    Raises:
        MalformedFile: Dates like 05/06/2026 that no day above 12 decides.
    """
    if (orders["ordered_on"].str.len_bytes() == len("2025-01-31 23:59:59 +0700")).all():
        return (OFFSET_FORMAT,), False
    texts = pl.concat([orders[c].alias("t") for c in _DAYS if c in orders.columns]).unique().drop_nulls()
    lost = bool(texts.str.contains(_ZONELESS).any())
    parts = texts.str.extract_groups(_SPREADSHEET).struct.unnest()
    marks = parts["2"].unique().drop_nulls().sort().to_list()
    if not marks:
        return (OFFSET_FORMAT, *(_LOST_ZONE if lost else ())), lost
    first, second = (parts[c].cast(pl.Int64, strict=False).max() for c in ("1", "3"))
    day_first, month_first = bool(first > 12), bool(second > 12)  # type: ignore[operator]
    if not day_first and not month_first:
        example = texts.filter(texts.str.contains(_SPREADSHEET)).sort()[0]
        raise MalformedFile(
            f"{name}: dates like {example!r} were written by a spreadsheet, and no day above 12 shows whether the day or "
            "the month comes first. Import Shopify's export as it came. Nothing was imported.",
            file=name, column="Created at", value=example,
        )  # fmt: skip
    order = ("%d", "%m") if day_first else ("%m", "%d")
    days = [f"{order[0]}{mark}{order[1]}{mark}%Y" for mark in marks]
    clocks = (" %H:%M", " %H:%M:%S", "")
    return (OFFSET_FORMAT, *(f"{day}{clock}" for day in days for clock in clocks), *_LOST_ZONE), True


def saved_again(head: TextHead, lines: pl.DataFrame, file_id: str, *, lost_zone: bool) -> pl.DataFrame:
    """Return a finding that names the signs, if there are any."""
    signs = []
    if "\r\n" in head.content.head:
        signs.append("line ends CR LF")
    if "taxable" in lines.columns and lines["taxable"].unique().is_in(["TRUE", "FALSE"]).any():
        signs.append("TRUE and FALSE in capitals")
    if lost_zone:
        signs.append("dates without a time zone")
    if not signs:
        return no_findings()
    return one_finding("file-resaved", file=file_id, detail=f"Signs: {', '.join(signs)}.")

"""A SAF-T Cash Register file, read whole: its lists, its reports and what its transactions come to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from recon.frames.amounts import minor_units
from recon.frames.xml_columns import elements
from recon.sources.saft.layout import Layout, layout_of, open_file
from recon.sources.saft.lists import Lists, read_lists
from recon.sources.saft.periods import Periods, periods
from recon.sources.saft.reports import Reports, read_reports
from recon.sources.saft.schema import Shapes, Slip, names_in, slips
from recon.sources.saft.transactions import RECORD, Till, pieces, tables

_AMOUNTS: Final = {
    "heads": ("total", "tips", "opening_float", "returns", "credit_sales", "credit_memos", "grand_sales", "grand_returns", "grand_net"),
    "groups": ("amount",), "payments": ("amount",), "vat": ("amount", "vat"), "pay_ins": ("amount",), "pay_outs": ("amount",),
}  # fmt: skip
_COUNTS: Final = {
    "heads": ("tip_count", "receipts", "return_count", "training_count", "credit_sale_count", "credit_memo_count"),
    "payments": ("count",),
    "pay_ins": ("count",),
    "pay_outs": ("count",),
}
_THOUSANDTHS: Final = {"groups": ("quantity",), "vat": ("vat_percent",)}
_EXPONENT: Final = 2


@dataclass(frozen=True, slots=True)
class CashRegisterFile:
    """What one file says; amounts in minor units, rates and quantities in thousandths."""

    lists: Lists
    reports: Reports
    till: Till
    sums: Periods
    slips: tuple[Slip, ...]


def read_file(path: Path) -> CashRegisterFile:
    """Return a file.

    Raises:
        MalformedFile: It cannot be read; nothing of it is used.
    """
    data = open_file(path)
    layout = layout_of(data)
    lists, reports = read_lists(layout), _numbers(read_reports(data, layout))
    shapes = Shapes(RECORD), Shapes("event")
    till, till_of = _transactions(data, layout, shapes[0])
    _events(data, layout, shapes[1])
    at = pl.concat_str("date", pl.lit(" "), pl.col("time").str.slice(0, 8)).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", strict=False
    )
    heads = reports.heads.with_columns(at.alias("at"))
    reports = Reports(heads, reports.parts)
    kinds = dict(
        lists.basics.filter(pl.col("basic_type") == "11", pl.col("predefined").is_not_null())
        .select("basic_id", "predefined")
        .iter_rows()
    )
    sums = periods(till, till_of, heads.filter(pl.col("report_type") == "Z report"), kinds)
    return CashRegisterFile(lists, reports, till, sums, tuple(slips(layout, shapes[1], shapes[0])))


def _transactions(data: object, layout: Layout, shapes: Shapes) -> tuple[Till, pl.DataFrame]:
    found, owners, number = defaultdict(list), [], 0
    for till_no, place in enumerate(layout.tills):
        first = number
        for piece in pieces(data, place.transactions.start, place.transactions.end, layout.end_tag(RECORD)):
            rows, inside = tables(piece, number)
            shapes.take(inside, piece, layout.tag(RECORD), number)
            number += rows["heads"].height
            for name, frame in rows.items():
                found[name].append(frame)
        owners.append(
            pl.DataFrame({"trans_no": pl.int_range(first, number, dtype=pl.UInt32, eager=True)}).with_columns(
                pl.lit(till_no, pl.UInt32).alias("till_no")
            )
        )
    empty, _ = tables(b"", 0)
    whole = {name: pl.concat([frame, *found[name]]) for name, frame in empty.items()}
    return Till(**whole), pl.concat(owners) if owners else pl.DataFrame(
        schema={"trans_no": pl.UInt32, "till_no": pl.UInt32}
    )


def _events(data: object, layout: Layout, shapes: Shapes) -> None:
    number = 0
    for place in layout.tills:
        for piece in pieces(data, place.events.start, place.events.end, layout.end_tag("event")):
            inside = elements(piece, "event", names_in("event"))
            shapes.take(inside, piece, layout.tag("event"), number)
            number += int(inside["record"][-1]) + 1 if inside.height else 0


def _numbers(reports: Reports) -> Reports:
    whole = {"heads": reports.heads, **reports.parts}
    for name, frame in whole.items():
        amounts = minor_units(frame, _AMOUNTS[name], _EXPONENT)
        frame = frame.with_columns(amounts[c] for c in amounts.columns)
        frame = frame.with_columns(pl.col(c).cast(pl.Int64, strict=False) for c in _COUNTS.get(name, ()))
        for column in _THOUSANDTHS.get(name, ()):
            read = minor_units(frame, [column], 3)[column].alias(f"{column}_milli")
            frame = frame.with_columns(read).drop(column)
        whole[name] = frame
    heads = whole.pop("heads")
    return Reports(heads, whole)

"""A SAF-T Cash Register file, read whole: its lists, its reports and what its transactions come to."""

from __future__ import annotations

import mmap
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

import polars as pl

from recon.errors import MalformedFile
from recon.frames.amounts import minor_units
from recon.frames.xml_columns import elements
from recon.frames.xml_runs import pieces
from recon.sources.saft.amounts import till_amounts
from recon.sources.saft.codes import TRANSACTION, predefined_of
from recon.sources.saft.layout import Layout, in_utf_8, layout_of, open_file, require_readable
from recon.sources.saft.lists import Lists, read_lists
from recon.sources.saft.periods import Periods, moment, periods
from recon.sources.saft.reports import REPORT, UNREAD, Reports, read_reports
from recon.sources.saft.rewriting import rewritten
from recon.sources.saft.schema import Shapes, Slip, names_in, slips
from recon.sources.saft.schema import shapes as shapes_of
from recon.sources.saft.settlement import Z
from recon.sources.saft.transactions import RECORD, Till, reader, tables

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
_NEEDED: Final[Mapping[str, Mapping[str, str]]] = {
    "heads": {"total": "totalCashSaleAmnt", "tips": "tipAmnt"},
    "groups": {"amount": "artGroupAmnt"}, "payments": {"amount": "paymentAmnt"}, "vat": {"amount": "cashSaleAmnt", "vat": "vatAmnt"},
    "pay_ins": {"amount": "payInAmnt"}, "pay_outs": {"amount": "payOutAmnt"},
}  # fmt: skip
"""Amounts without which a settlement cannot be made, and the elements they stand in."""
_WORKERS: Final = 2
Result = TypeVar("Result")
_TRANSACTION: Final = "11"
"""Code list of kinds of transactions."""


@dataclass(slots=True)
class Places:
    """Where transactions stand in the file, piece by piece as they were read; lines are counted when somebody asks for one."""

    first: list[int] = field(default_factory=list)
    """Number of the first transaction of each piece."""
    spans: list[tuple[int, int]] = field(default_factory=list)
    """First byte and byte behind the last."""
    begins: list[int | None] = field(default_factory=list)
    """Line of a piece that is the first of its till; None: the piece before it goes on."""
    counted: list[int] = field(default_factory=list)
    """Line of the first transaction of each piece, as far as lines were counted."""

    def add(self, first: int, start: int, end: int, line: int | None) -> None:
        """Take in a piece."""
        self.first.append(first)
        self.spans.append((start, end))
        self.begins.append(line)

    def _line(self, data: mmap.mmap | bytes, piece: int) -> int:
        while (at := len(self.counted)) <= piece:
            line = self.begins[at]
            if line is None:
                start, end = self.spans[at - 1]
                line = self.counted[-1] + bytes(data[start:end]).count(b"\n")
            self.counted.append(line)
        return self.counted[piece]

    def lines(self, data: mmap.mmap | bytes, opening: bytes, numbers: Sequence[int]) -> dict[int, int]:
        """Return the line each of a few transactions begins on."""
        found, wanted = {}, defaultdict(list)
        for number in numbers:
            wanted[bisect_right(self.first, number) - 1].append(number)
        for piece, of_piece in wanted.items():
            (start, end), line = self.spans[piece], self._line(data, piece)
            content = bytes(data[start:end])
            position, counted, at = -1, 0, self.first[piece] - 1
            for number in sorted(set(of_piece)):
                while at < number:
                    position, at = content.find(opening, position + 1), at + 1
                line += content.count(b"\n", counted, position)
                counted = position
                found[number] = line
        return found


@dataclass(frozen=True, slots=True)
class CashRegisterFile:
    """What one file says; amounts in minor units, rates and quantities in thousandths."""

    lists: Lists
    reports: Reports
    till: Till
    sums: Periods
    slips: tuple[Slip, ...]
    data: mmap.mmap | bytes
    layout: Layout
    places: Places
    event_places: Places
    lines_before: tuple[int, ...] = ()
    """Lines of the file before it was written anew; empty: it was not."""

    def line_of_slip(self, slip: Slip) -> int | None:
        """Return the line of the file a slip was first met on; None: in the lists, whose lines are not kept."""
        if slip.number is None:
            return None
        places = self.places if slip.name == RECORD else self.event_places
        number = slip.number - 1
        return self._own(places.lines(self.data, self.layout.tag(slip.name), [number]))[number]

    def lines_of(self, numbers: Sequence[int]) -> Mapping[int, int]:
        """Return the line of the file each of a few transactions begins on."""
        return self._own(self.places.lines(self.data, self.layout.tag(RECORD), numbers))

    def _own(self, found: Mapping[int, int]) -> Mapping[int, int]:
        return {number: self.lines_before[at - 1] for number, at in found.items()} if self.lines_before else found


def read_file(path: Path, *, with_chain: bool = True) -> CashRegisterFile:
    """Return a file.

    Args:
        path: The file.
        with_chain: Its signatures are to be checked; else only whether they are there is kept.

    Raises:
        MalformedFile: It cannot be read; nothing of it is used.
    """
    data = in_utf_8(open_file(path))
    require_readable(data)
    with suppress(MalformedFile, pl.exceptions.PolarsError, UnicodeDecodeError):
        return read_plain(data, with_chain=with_chain)
    anew = rewritten(data)
    read = read_plain(anew.content, with_chain=with_chain)
    mixed = [Slip("Events stand behind transactions of their till.")] if anew.is_mixed else []
    lines = pl.Series("line", anew.lines, dtype=pl.UInt32).gather(read.reports.heads["line"] - 1)
    heads = read.reports.heads.with_columns(lines)
    return replace(
        read, reports=replace(read.reports, heads=heads), slips=(*mixed, *read.slips), lines_before=anew.lines
    )


def read_plain(data: mmap.mmap | bytes, *, with_chain: bool = True) -> CashRegisterFile:
    """Return a file that is laid out as nearly all are, read as columns; ``with_chain`` as in `read_file`.

    Raises:
        MalformedFile: It is not laid out so.
    """
    layout = layout_of(data)
    lists, reports = read_lists(layout), _numbers(read_reports(data, layout))
    shapes = Shapes(RECORD), Shapes("event")
    till, till_no, places = _transactions(data, layout, shapes[0], with_chain=with_chain)
    event_places = _events(data, layout, shapes[1], reports.heads.height)
    own = lists.tills["own_no"]
    heads = reports.heads.with_columns(moment().alias("at"), own.gather(reports.heads["till_no"]).alias("till_no"))
    reports = replace(reports, heads=heads)
    kinds = predefined_of(lists, TRANSACTION)
    sums = periods(till, own.gather(till_no), heads.filter(pl.col("report_type") == Z), kinds)
    found = tuple(slips(layout, shapes[1], shapes[0]))
    return CashRegisterFile(lists, reports, till, sums, found, data, layout, places, event_places)


def _transactions(
    data: mmap.mmap | bytes, layout: Layout, shapes: Shapes, *, with_chain: bool
) -> tuple[Till, pl.Series, Places]:
    found, owners, number, places = defaultdict(list), [], 0, Places()
    reading = reader(layout.prefix, with_chain=with_chain)

    def read_one(piece: bytes) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
        return tables(piece, reading, with_chain=with_chain)

    for till_no, place in enumerate(layout.tills):
        first, run = number, place.transactions
        position = run.start
        cut = pieces(data, run.start, run.end, layout.end_tag(RECORD))
        for piece, (rows, by_shape) in _ahead(read_one, cut):
            shapes.take(by_shape, piece, layout.tag(RECORD), number)
            places.add(number, position, position + len(piece), run.line if position == run.start else None)
            position += len(piece)
            for name, frame in rows.items():
                found[name].append(frame.with_columns(pl.col("trans_no") + number))
            number += rows["heads"].height
        owners.append(pl.repeat(till_no, number - first, dtype=pl.UInt32, eager=True))
    empty, _ = read_one(b"")
    whole = {name: pl.concat([frame, *found.pop(name, [])]) for name, frame in empty.items()}
    return Till(**whole), pl.concat([pl.Series(dtype=pl.UInt32), *owners], rechunk=True), places


def _ahead(work: Callable[[bytes], Result], cut: Iterator[bytes]) -> Iterator[tuple[bytes, Result]]:
    """Yield pieces with what comes of them, in their order; two are worked on at once, and no more lie in memory than are worked on."""
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        waiting: deque[tuple[bytes, Future[Result]]] = deque()
        for piece in cut:
            waiting.append((piece, pool.submit(work, piece)))
            if len(waiting) > _WORKERS:
                done, result = waiting.popleft()
                yield done, result.result()
        for done, result in waiting:
            yield done, result.result()


def _events(data: mmap.mmap | bytes, layout: Layout, shapes: Shapes, reports: int) -> Places:
    """Look at all events; what they say beside the reports is of no use here.

    Raises:
        MalformedFile: There are more or fewer reports among them than were found.
    """
    number, places, met = 0, Places(), 0
    for place in layout.tills:
        position, run = place.events.start, place.events
        for piece in pieces(data, run.start, run.end, layout.end_tag("event")):
            inside = elements(piece, "event", names_in("event"))
            shapes.take(shapes_of(inside), piece, layout.tag("event"), number)
            met += int((inside["name"] == REPORT).sum())
            places.add(number, position, position + len(piece), run.line if position == run.start else None)
            position += len(piece)
            number += int(inside["record"][-1]) + 1 if inside.height else 0
    if met != reports:
        raise MalformedFile("a report does not begin or end as the others do")
    return places


def _numbers(reports: Reports) -> Reports:
    """Return the reports with numbers for texts, and which amounts are none."""
    whole, unread = {"heads": reports.heads, **reports.parts}, [reports.unread]
    for name, frame in whole.items():
        amounts = till_amounts(frame, _AMOUNTS[name])
        unread += _unread(name, frame, amounts)
        frame = frame.with_columns(amounts[c] for c in amounts.columns)
        frame = frame.with_columns(pl.col(c).cast(pl.Int64, strict=False) for c in _COUNTS.get(name, ()))
        for column in _THOUSANDTHS.get(name, ()):
            read = minor_units(frame, [column], 3)[column].alias(f"{column}_milli")
            frame = frame.with_columns(read).drop(column)
        whole[name] = frame
    heads = whole.pop("heads")
    return Reports(heads, whole, pl.concat(unread))


def _unread(name: str, frame: pl.DataFrame, amounts: pl.DataFrame) -> list[pl.DataFrame]:
    """Return UNREAD of one part of the reports: what is no amount; a head may leave one out, a row of a part may not."""
    found = []
    for column, element in _NEEDED[name].items():
        text = frame[column].fill_null("")
        missing = amounts[column].is_null() & ((text != "") if name == "heads" else True)
        rows = frame.select("report_no", pl.lit(element).alias("element"), text.alias("value")).filter(missing)
        found.append(rows.cast(UNREAD))
    return found

"""The text of an IIF file: transactions as tab separated rows, written and read back strictly.

One `TRNS` row, its `SPL` rows and `ENDTRNS` are one transaction; its amounts come to zero. Rows end with CR LF, the text is
Windows-1252 without a mark at its beginning, and every row has as many cells as its header row.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from recon.errors import MalformedFile
from recon.money import plain
from recon.targets.quickbooks.options import CURRENCY
from recon.targets.quickbooks.qbxml.chars import windows_text

ENCODING: Final = "cp1252"
LINE_END: Final = "\r\n"
HEAD: Final = (
    "TRNS", "TRNSID", "TRNSTYPE", "DATE", "ACCNT", "NAME", "CLASS", "AMOUNT", "DOCNUM", "MEMO", "DUEDATE",
)  # fmt: skip
SPLIT: Final = (
    "SPL", "SPLID", "TRNSTYPE", "DATE", "ACCNT", "NAME", "CLASS", "AMOUNT", "DOCNUM", "MEMO", "QNTY", "PRICE", "INVITEM",
    "TAXABLE", "EXTRA",
)  # fmt: skip
END: Final = "ENDTRNS"
_HEADER: Final = (("!TRNS", *HEAD[1:]), ("!SPL", *SPLIT[1:]), (f"!{END}",))
_AMOUNT: Final = re.compile(r"-?[0-9]+\.[0-9]{2}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", re.ASCII)
_REPLACED: Final = str.maketrans({";": ",", '"': "'"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a transaction: an account and an amount; debits are positive."""

    account: str
    amount_minor: int
    name: str = ""
    class_name: str = ""
    memo: str = ""
    due: str = ""
    quantity: str = ""
    price: str = ""
    item: str = ""
    taxable: str = ""
    extra: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction of a file."""

    kind: str
    """TRNSTYPE."""
    day: dt.date
    number: str
    head: Entry
    splits: tuple[Entry, ...]

    @property
    def sum_minor(self) -> int:
        """Sum of all rows; a transaction whose sum is not zero is never written."""
        return self.head.amount_minor + sum(split.amount_minor for split in self.splits)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All rows."""
        return (self.head, *self.splits)


def held_text(text: str) -> str:
    """Return text as a cell can hold it (the rule "IIF text").

    The rule "Windows-1252" first (line ends and tabs become a space, what the code page lacks a question mark); a semicolon,
    which may cut a memo, becomes a comma, and a double quote a single one, because how files quote is not documented.
    """
    return windows_text(text).translate(_REPLACED)


def render(transactions: Iterable[Transaction]) -> bytes:
    """Return a whole file; the same transactions give the same bytes."""
    rows: list[Sequence[str]] = [*_HEADER]
    for one in transactions:
        assert one.sum_minor == 0, one.number
        rows.append(_cells(one, one.head, HEAD))
        rows += [_cells(one, split, SPLIT) for split in one.splits]
        rows.append((END,))
    return "".join("\t".join(row) + LINE_END for row in rows).encode(ENCODING)


def _cells(one: Transaction, entry: Entry, columns: Sequence[str]) -> list[str]:
    cells = {
        columns[0]: columns[0], "TRNSTYPE": one.kind, "DATE": f"{one.day:%m/%d/%Y}", "ACCNT": entry.account,
        "NAME": entry.name, "CLASS": entry.class_name, "AMOUNT": plain(entry.amount_minor, CURRENCY), "DOCNUM": one.number,
        "MEMO": entry.memo, "DUEDATE": entry.due, "QNTY": entry.quantity, "PRICE": entry.price, "INVITEM": entry.item,
        "TAXABLE": entry.taxable, "EXTRA": entry.extra,
    }  # fmt: skip
    return [cells.get(column, "") for column in columns]


def parse(content: bytes, name: str) -> list[Transaction]:
    """Return the transactions of a file that `render` wrote.

    Raises:
        MalformedFile: It is not exactly such a file any more; the text names the row.
    """
    text = content.decode(ENCODING)
    if not text.endswith(LINE_END):
        raise MalformedFile(f"{name}: the last row is cut off.", file=name)
    rows = [line.split("\t") for line in text.removesuffix(LINE_END).split(LINE_END)]
    if [tuple(row) for row in rows[: len(_HEADER)]] != list(_HEADER):
        raise MalformedFile(f"{name}, row 1: these are not the columns recon writes.", file=name, row=1)
    found: list[Transaction] = []
    open_rows: list[dict[str, str]] = []
    for at, row in enumerate(rows[len(_HEADER) :], len(_HEADER) + 1):
        if row == [END] and len(open_rows) > 1:
            found.append(_transaction(open_rows))
            open_rows = []
            continue
        open_rows.append(_cells_of(row, HEAD if not open_rows else SPLIT, name, at))
    if open_rows:
        raise MalformedFile(f"{name}: the last transaction has no {END}.", file=name)
    return found


def _cells_of(row: Sequence[str], columns: Sequence[str], name: str, at: int) -> dict[str, str]:
    cells = dict(zip(columns, row, strict=False))
    if len(row) != len(columns) or row[0] != columns[0]:
        raise MalformedFile(
            f"{name}, row {at}: not a row of {columns[0]} with {len(columns)} cells.", file=name, row=at
        )
    for column, form in (("AMOUNT", _AMOUNT), ("DATE", _DAY)):
        if not form.fullmatch(cells[column]):
            raise MalformedFile(
                f"{name}, row {at}, column {column}: {cells[column]!r} is not in the form recon writes.",
                file=name, row=at, column=column, value=cells[column],
            )  # fmt: skip
    return cells


def _transaction(rows: Sequence[dict[str, str]]) -> Transaction:
    head = rows[0]
    return Transaction(
        kind=head["TRNSTYPE"], number=head["DOCNUM"], head=_entry(head), splits=tuple(_entry(row) for row in rows[1:]),
        day=dt.datetime.strptime(head["DATE"], "%m/%d/%Y").replace(tzinfo=dt.UTC).date(),
    )  # fmt: skip


def _entry(cells: dict[str, str]) -> Entry:
    return Entry(
        account=cells["ACCNT"], amount_minor=int(cells["AMOUNT"].replace(".", "")), name=cells["NAME"],
        class_name=cells["CLASS"], memo=cells["MEMO"], due=cells.get("DUEDATE", ""), quantity=cells.get("QNTY", ""),
        price=cells.get("PRICE", ""), item=cells.get("INVITEM", ""), taxable=cells.get("TAXABLE", ""),
        extra=cells.get("EXTRA", ""),
    )  # fmt: skip

"""QuickBooks' side of an IIF file, written without our code: a strict importer that keeps books, as the format's notes say it works.

It takes any number twice, makes a Bank account of every account it does not know, and adds names without asking; what it did
so is kept, so that a test can ask.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

TYPES = {"GENERAL JOURNAL", "CASH SALE", "INVOICE", "PAYMENT", "CREDIT MEMO", "BILL"}
FIRST_SIGN = {"CASH SALE": 1, "INVOICE": 1, "PAYMENT": 1, "CREDIT MEMO": -1, "BILL": -1}


class Refused(AssertionError):
    """The importer would not take the file."""


@dataclass
class Importer:
    """One company's books."""

    accounts: set[str]
    names: set[str]
    items: set[str]
    balances: Counter[str] = field(default_factory=Counter)
    taken: list[tuple[str, str, Decimal]] = field(default_factory=list)
    """Type, number and first amount of every transaction."""
    made_accounts: list[str] = field(default_factory=list)
    made_names: list[str] = field(default_factory=list)

    def take(self, path: Path) -> None:
        """Import a file, whole or not at all."""
        content = path.read_bytes()
        if content[:3] == b"\xef\xbb\xbf" or content.replace(b"\r\n", b"").strip(b"\r\n") != content.replace(
            b"\r\n", b""
        ):
            raise Refused("a byte order mark, or lines that do not end with CR LF")
        if b"\n" in content.replace(b"\r\n", b"") or b"\r" in content.replace(b"\r\n", b""):
            raise Refused("a bare line end")
        rows = [line.split("\t") for line in content.decode("cp1252").split("\r\n")[:-1]]
        headers, groups = _parts(rows)
        for group in groups:
            self._post([dict(zip(headers[row[0]], row, strict=True)) for row in group])

    def _post(self, rows: list[dict[str, str]]) -> None:
        head = rows[0]
        amounts = [_amount(row["AMOUNT"]) for row in rows]
        if sum(amounts) != 0:
            raise Refused(f"{head['DOCNUM']} is out of balance by {sum(amounts)}")
        if head["TRNSTYPE"] not in TYPES or any(row["TRNSTYPE"] != head["TRNSTYPE"] for row in rows):
            raise Refused(f"{head['DOCNUM']}: type {head['TRNSTYPE']}")
        if FIRST_SIGN.get(head["TRNSTYPE"], 0) * amounts[0] < 0:
            raise Refused(f"{head['DOCNUM']}: {head['TRNSTYPE']} begins with {amounts[0]}")
        for row, amount in zip(rows, amounts, strict=True):
            self._row(row, amount)
        self.taken.append((head["TRNSTYPE"], head["DOCNUM"], amounts[0]))

    def _row(self, row: dict[str, str], amount: Decimal) -> None:
        month, day, year = row["DATE"].split("/")
        if (len(month), len(day), len(year)) != (2, 2, 4) or not 1 <= int(month) <= 12:
            raise Refused(f"{row['DOCNUM']}: date {row['DATE']}")
        if len(row["DOCNUM"]) > 11 or any(sign in value for value in row.values() for sign in '";'):
            raise Refused(f"{row['DOCNUM']}: number too long, or a sign that cuts a value")
        if row["ACCNT"] not in self.accounts:
            self.made_accounts.append(row["ACCNT"])
            self.accounts.add(row["ACCNT"])
        if row["NAME"] and row["NAME"] not in self.names:
            self.made_names.append(row["NAME"])
        if row.get("INVITEM") and row["INVITEM"] not in self.items:
            raise Refused(f"{row['DOCNUM']}: item {row['INVITEM']}")
        if row.get("QNTY") and Decimal(row["QNTY"]) * Decimal(row["PRICE"]) != amount:
            raise Refused(f"{row['DOCNUM']}: {row['QNTY']} x {row['PRICE']} is not {amount}")
        self.balances[row["ACCNT"]] += int(amount * 100)

    def report(self, path: Path) -> Path:
        """Export Transaction List by Date as QuickBooks does: a title above, the numbers in a column Num."""
        with path.open("w", encoding="cp1252", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(["", "Type", "Date", "Num", "Name", "Amount"])
            out.writerows(["", kind.title(), "10/31/2026", number, "", amount] for kind, number, amount in self.taken)
        return path


def _parts(rows: list[list[str]]) -> tuple[dict[str, list[str]], list[list[list[str]]]]:
    headers = {row[0].removeprefix("!"): [cell.removeprefix("!") for cell in row] for row in rows[:3]}
    if list(headers) != ["TRNS", "SPL", "ENDTRNS"]:
        raise Refused(f"header rows {list(headers)}")
    groups: list[list[list[str]]] = []
    is_open = False
    for row in rows[3:]:
        if row[0] == "ENDTRNS":
            if not is_open or len(groups[-1]) < 2:
                raise Refused("an empty transaction")
            is_open = False
        elif row[0] == ("SPL" if is_open else "TRNS"):
            if len(row) != len(headers[row[0]]):
                raise Refused(f"{len(row)} cells in a row of {row[0]}")
            if not is_open:
                groups.append([])
            groups[-1].append(row)
            is_open = True
        else:
            raise Refused(f"{row[0]} out of place")
    if is_open:
        raise Refused("the last transaction has no end")
    return headers, groups


def _amount(text: str) -> Decimal:
    if not text.removeprefix("-").replace(".", "", 1).isdigit() or text[-3:-2] != ".":
        raise Refused(f"amount {text}")
    return Decimal(text)

"""The numbers QuickBooks took in, read from a report a person exported there (CSV or Excel)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from recon.errors import MalformedFile
from recon.frames.tables import read_head, read_table

TRANSACTION: Final = "Trans #"
"""Column of the number QuickBooks itself gives a transaction; reports of single rows name it on each."""


def read_taken(path: Path, column: str) -> Mapping[str, int]:
    """Return each number of the report and in how many transactions it stands.

    Rows that name the same transaction (a column ``Trans #``) count once; without that column every row counts, so that the
    report has to have one row per transaction (Transaction List by Date).

    Raises:
        MalformedFile: It is no table, or it has no such column.
    """
    try:
        head = read_head(path, required=[column])
    except MalformedFile as error:
        raise MalformedFile(
            f"{error} Export a report with one row per transaction (Reports > Accountant & Taxes > Transaction List by Date) that shows"
            f" the column {column}; if the column is called otherwise, set quickbooks.iif.report_column.",
            file=path.name, column=column,
        ) from error  # fmt: skip
    has_transaction = head.find(TRANSACTION) is not None
    table = read_table(path, columns=[column, *([TRANSACTION] if has_transaction else [])], required=[column])
    numbers = [(value or "").strip() for value in table.frame.get_column(table.column(column)).to_list()]
    if not has_transaction:
        return Counter(filter(None, numbers))
    named = table.frame.get_column(table.column(TRANSACTION)).to_list()
    pairs = {(number, (name or "").strip()) for number, name in zip(numbers, named, strict=True) if number}
    return Counter(number for number, _ in pairs)

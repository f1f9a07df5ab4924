"""Findings grouped by cause, for people: count, orders, sum, the first example and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.frames.schemas import SEVERITIES
from recon.money import plain
from recon.summaries.intake import CauseLine

_Sums = Mapping[str, Mapping[str, int]]
"""Minor units per value and currency."""
_OF_TILLS: Final = {"settlement": "settlement", "till_invoice": "credit sale"}
"""Records whose number is their till's own, to what they are called (`frames.schemas.ORDERS`)."""


def causes(
    findings: pl.DataFrame,
    orders: pl.DataFrame | None = None,
    currency: str = "THB",
    *,
    files: Mapping[str, str] | None = None,
) -> tuple[CauseLine, ...]:
    """Group findings by code, gravest first, then by how many.

    Args:
        findings: FINDINGS.
        orders: Orders that may be in other currencies (order_key, currency); their sums stand apart.
        currency: Currency of the books.
        files: Names of files by their short digest, for the example; none where only one file is spoken of.
    """
    if not findings.height:
        return ()
    grouped = (
        findings.lazy()
        .group_by("code", "severity", maintain_order=True)
        .agg(
            pl.len().alias("count"),
            pl.col("order_key").n_unique().alias("orders"),
            pl.first("file", "row", "column", "value", "detail", "order_key"),
        )
        .collect()
    )
    sold, bought = sums_apart(with_currency(findings, orders, currency), "code", "amount_minor")
    lines = [
        with_purchases(_line(row, sold.get(row["code"], {}), currency, files or {}), bought, currency)
        for row in grouped.iter_rows(named=True)
    ]
    return tuple(sorted(lines, key=lambda line: (SEVERITIES.index(line.severity), -line.count, line.code)))


def with_currency(frame: pl.DataFrame, orders: pl.DataFrame | None, currency: str) -> pl.DataFrame:
    """Return rows about orders (order_key) with the currency of their amounts; the books' where no order is known."""
    if orders is None:
        return frame.with_columns(pl.lit(currency).alias("currency"))
    foreign = orders.select("order_key", "currency").filter(pl.col("currency") != currency).unique("order_key")
    joined = frame.join(foreign, on="order_key", how="left", maintain_order="left")
    return joined.with_columns(pl.col("currency").fill_null(currency))


def sums_by_currency(frame: pl.DataFrame, by: str, amount: str) -> dict[str, dict[str, int]]:
    """Return sums per value of ``by`` and currency; amounts in different currencies never meet."""
    summed = frame.group_by(by, "currency").agg(pl.col(amount).cast(pl.Int128).sum()).sort(by, "currency")
    found: dict[str, dict[str, int]] = {}
    for name, currency, minor in summed.iter_rows():
        found.setdefault(name, {})[currency] = int(minor or 0)
    return found


def sums_apart(frame: pl.DataFrame, by: str, amount: str) -> tuple[_Sums, _Sums]:
    """Return sums per value of ``by`` and currency, of sales and of records of purchases (told by ``order_key``)."""
    bought = pl.col("order_key").str.contains(_OF_PURCHASE).fill_null(value=False)
    return sums_by_currency(frame.filter(~bought), by, amount), sums_by_currency(frame.filter(bought), by, amount)


_OF_PURCHASE: Final = "^[^:]*:[^:]*:purchase(_return)?:"
"""How the key of a record of purchases begins: platform, shop, kind of record (`frames.schemas.ORDERS`)."""


def with_purchases(line: CauseLine, bought: _Sums, currency: str) -> CauseLine:
    """Return the line with the sum over records of purchases, where there is one."""
    amount, _others = in_currencies(bought.get(line.code, {}), currency)
    return replace(line, purchases=amount) if any(bought.get(line.code, {}).values()) else line


def in_currencies(sums: Mapping[str, int], currency: str) -> tuple[str, dict[str, str]]:
    """Return the sum in the books' currency as text, and the others that are not zero by currency."""
    others = {other: plain(minor, other) for other, minor in sums.items() if other != currency and minor}
    return plain(sums.get(currency, 0), currency), others


def finding_row(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return one finding. ``row``: a row of FINDINGS and the currency of its amount; ``names``: of files, by digest."""
    known = FINDING_CODES[row["code"]]
    amount = plain(row["amount_minor"], row["currency"]) if row["amount_minor"] is not None else None
    kept = {
        key: row[key]
        for key in ("code", "severity", "order_key", "document_key", "file", "row", "column", "value", "detail")
    }
    said = {"amount": amount, "currency": row["currency"] if amount is not None else None}
    return kept | said | {"file_name": names.get(row["file"] or ""), "title": known.title, "remedy": known.remedy}


def _line(row: Mapping[str, object], sums: Mapping[str, int], currency: str, files: Mapping[str, str]) -> CauseLine:
    known = FINDING_CODES[str(row["code"])]
    amount, others = in_currencies(sums, currency)
    return CauseLine(
        code=str(row["code"]),
        severity=str(row["severity"]),
        title=known.title,
        count=int(str(row["count"])),
        orders=int(str(row["orders"])) if row["order_key"] is not None else 0,
        amount=amount,
        remedy=known.remedy,
        example=_example(row, files),
        other_currencies=others,
    )


def record_words(order_key: str) -> str:
    """Return a record as a finding names it: what a till has by its own numbers, an order by its key."""
    *_before, kind, number = order_key.split(":", 3)
    return f"{_OF_TILLS[kind]} {number}" if kind in _OF_TILLS else f"order {order_key}"


def _example(row: Mapping[str, object], files: Mapping[str, str]) -> str:
    """Say where the first one stands and what it says."""
    parts = []
    if row["file"] in files:
        parts.append(files[str(row["file"])])
    if row["row"] is not None:
        parts.append(f"row {row['row']}")
    if row["column"]:
        parts.append(f"column {row['column']}")
    if row["value"]:
        parts.append(f"value {str(row['value'])[:60]!r}")
    if row["order_key"]:
        parts.append(record_words(str(row["order_key"])))
    text = ", ".join(parts)
    return f"{text}: {row['detail']}" if row["detail"] and text else str(row["detail"] or text)

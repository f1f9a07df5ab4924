"""Sheet of findings: what recon has to say about the data, with cause, remedy and place."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PROVENANCE, STATE_TONES, Prepared, remedy_of, title_of

_FINDINGS: Final = (
    Column("severity", "Severity", width=10, tones={**STATE_TONES, "refused": "bad"}, ours="words"),
    Column("code", "Code", width=22),
    Column("title", "What is the matter", width=46, ours="words"),
    Column("remedy", "What to do", width=70, ours="words"),
    Column("order_number", "Order", width=18),
    Column("amount_minor", "Amount", "money", 15),
    *PROVENANCE,
    Column("column", "Column", width=18),
    Column("value", "Value", width=22),
    Column("detail", "Figures", width=50, ours="sentences"),
    Column("order_key", "Order key", width=30),
    Column("document_key", "Document key", width=36),
    Column("currency", "Currency", width=9),
    Column("file_name", "Source file", width=28),
)
_PRINTED: Final = 8


def findings_table(prepared: Prepared) -> Table:
    """Every finding, in the order found."""
    orders = prepared.frames.orders.unique("order_key", keep="first", maintain_order=True)
    frame = (
        prepared.frames.findings.join(
            orders.select("order_key", "order_number", "currency"), on="order_key", how="left", maintain_order="left"
        )
        .with_columns(
            title_of("code").alias("title"),
            remedy_of("code").alias("remedy"),
            pl.col("currency").fill_null(prepared.dossier.currency),
            prepared.file_name(),
        )
        .cast({"severity": pl.String})
    )
    return prepared.table(
        "findings",
        "Findings",
        "Refused: the row was kept out. Hold: the order waits. Warning: it went through and is shown. Note: it explains.",
        _FINDINGS,
        frame,
        currency_column="currency",
        tab="work",
        printed=_PRINTED,
    )

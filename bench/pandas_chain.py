"""The same job done plainly in pandas: read, join, allocate, VAT, documents, journal, Parquet. A yardstick, no product.

No findings, no provenance, no lifecycle, no kept file, no checks: receipts for what was paid, credit notes for what was
refunded in full. Amounts are whole satang.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow  # noqa: F401 - what pandas writes Parquet with, and keeps text in

ORDER_COLUMNS = [
    "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Created at",
    "Billing Name", "Payment Method", "Refunded Amount", "Source", "Id",
]  # fmt: skip
MONEY = ["Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Refunded Amount"]


def run(path: Path, folder: Path, columns: list[str]) -> dict[str, Any]:
    """Do the job; returns the figures by which all three are compared."""
    raw = pd.read_csv(path, usecols=columns, dtype=str)
    orders, lines = split(raw)
    lines = allocate(lines, orders)
    documents = make_documents(orders)
    journal = make_journal(documents)
    document_lines = lines[lines["order"].isin(documents["order"])]
    for name, frame in (("documents", documents), ("lines", document_lines), ("journal", journal)):
        frame.to_parquet(folder / f"{name}.parquet", compression="lz4")
    return {
        "documents": len(documents), "total_minor": int(documents["total"].sum()), "postings": len(journal),
        "debit_minor": int(journal["debit"].sum()), "lines": len(document_lines),
    }  # fmt: skip


def satang(text: pd.Series) -> pd.Series:
    """Return amounts of two decimals as whole satang."""
    return pd.to_numeric(text.str.replace(".", "", regex=False)).fillna(0).astype("int64")


def split(raw: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return orders (the first row of each) and lines joined with products."""
    raw["order"] = raw["Name"].ne(raw["Name"].shift()).cumsum() - 1
    orders = raw.loc[raw["Financial Status"].notna(), ["order", "Name", *ORDER_COLUMNS]].reset_index(drop=True)
    for column in MONEY:
        orders[column] = satang(orders[column])
    orders["Created at"] = pd.to_datetime(orders["Created at"], format="%Y-%m-%d %H:%M:%S %z")
    channels = pd.DataFrame({"Payment Method": orders["Payment Method"].unique()})
    channels["account"] = "111101"
    orders = orders.merge(channels, on="Payment Method", how="left")
    lines = raw[
        ["order", "Lineitem sku", "Lineitem name", "Lineitem quantity", "Lineitem price", "Lineitem discount"]
    ].copy()
    lines["quantity"] = pd.to_numeric(lines["Lineitem quantity"])
    lines["discount"] = satang(lines["Lineitem discount"])
    lines["amount"] = lines["quantity"] * satang(lines["Lineitem price"])
    lines["tip"] = lines["Lineitem sku"].isna()
    products = pd.DataFrame({"Lineitem sku": lines["Lineitem sku"].dropna().unique()})
    products["product"] = "P-" + products["Lineitem sku"]
    return orders, lines.merge(products, on="Lineitem sku", how="left")


def allocate(lines: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Spread the orders' discounts over their lines by largest remainder, and take VAT out of each line."""
    goods = lines["amount"].where(~lines["tip"], 0)
    per_order = goods.groupby(lines["order"]).sum()
    on_goods = per_order - orders.set_index("order")["Subtotal"]
    left = on_goods - lines.groupby("order")["discount"].sum()
    whole, base = lines["order"].map(left).to_numpy(), lines["order"].map(per_order).to_numpy()
    exact = goods.to_numpy() * whole
    share = np.where(base > 0, exact // np.maximum(base, 1), 0)
    lines["remainder"] = np.where(base > 0, exact % np.maximum(base, 1), 0)
    lines["share"] = share
    missing = whole - lines.groupby("order")["share"].transform("sum").to_numpy()
    rank = lines.groupby("order")["remainder"].rank(method="first", ascending=False).to_numpy()
    lines["net_of_discount"] = lines["amount"] - lines["discount"] - share - (rank <= missing)
    lines["vat"] = (14 * lines["net_of_discount"] + 107) // 214
    return lines


def make_documents(orders: pd.DataFrame) -> pd.DataFrame:
    """Return receipts and credit notes with VAT taken out of the total, half up."""
    paid = orders[orders["Financial Status"].isin(["paid", "partially_refunded", "refunded"]) & (orders["Total"] > 0)]
    back = paid[paid["Financial Status"] == "refunded"]
    documents = pd.concat([paid.assign(kind="receipt"), back.assign(kind="credit_note")], ignore_index=True)
    documents["number"] = documents["kind"].map({"receipt": "RT-", "credit_note": "CN-"}) + documents["Name"].str.strip(
        "#"
    )
    documents["total"] = documents["Total"]
    documents["vat"] = (14 * documents["total"] + 107) // 214
    documents["net"] = documents["total"] - documents["vat"]
    return documents.sort_values(["order", "kind"], ascending=[True, False], kind="stable").reset_index(drop=True)


def make_journal(documents: pd.DataFrame) -> pd.DataFrame:
    """Return the balanced postings of every document."""
    sold = (documents["kind"] == "receipt").to_numpy()
    parts = []
    for place, (account, amount, in_debit) in enumerate(
        ((documents["account"], "total", True), ("410101", "net", False), ("215301", "vat", False))
    ):
        value = documents[amount].to_numpy()
        debit = sold if in_debit else ~sold
        parts.append(
            pd.DataFrame({
                "document": documents.index, "posting": place, "account": account,
                "debit": np.where(debit, value, 0), "credit": np.where(debit, 0, value),
            })
        )  # fmt: skip
    journal = pd.concat(parts, ignore_index=True)
    return journal[(journal["debit"] > 0) | (journal["credit"] > 0)].sort_values(["document", "posting"])

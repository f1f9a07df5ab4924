"""Whose name stands on a document: the channel's standing contact, or the buyer's own where a tax id proves who it is.

Marketplaces mask buyers' names, and one contact per order would flood the ledger. A buyer with a valid 13-digit tax id
(check digit) gets a contact and a full tax invoice of their own.
"""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

from recon.config import Connection

HEAD_OFFICE: Final = "00000"
STANDING_NAME: Final = "Online customers"
_THAI_DIGITS: Final = {chr(0x0E50 + digit): str(digit) for digit in range(10)}


def valid_tax_id(digits: pl.Expr) -> pl.Expr:
    """Return whether a text is 13 digits with the right check digit: weights 13..2, (11 - sum mod 11) mod 10."""
    places = [digits.str.slice(place, 1).str.to_integer(strict=False) for place in range(13)]
    weighted = pl.sum_horizontal(places[place] * (13 - place) for place in range(12))
    return digits.str.contains(r"^[0-9]{13}$") & ((11 - weighted % 11) % 10 == places[12])


def contacts_of(
    orders: pl.DataFrame, connection: Connection, code_max_length: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return contact columns per order, and the orders whose tax id fails: order_key, file, row, value.

    Columns: contact_code, contact_name, contact_tax_id, contact_branch, contact_address.
    """
    standing = _standing(orders["sales_channel"], connection)
    none = pl.lit(None, dtype=pl.String)
    frame = standing.with_columns(
        none.alias("contact_tax_id"), none.alias("contact_branch"), none.alias("contact_address")
    )
    stated = orders["customer_tax_id"].is_not_null()
    if not (connection.contacts.full_tax_invoice and connection.vat_registered and stated.any()):
        return frame, _no_bad()
    buyers = _buyers(orders.with_row_index("_at").filter(stated), code_max_length)
    bad = buyers.filter(~pl.col("valid")).select("order_key", "file", "row", pl.col("customer_tax_id").alias("value"))
    named = pl.col("name").str.contains(r"[^\s*]") & ~pl.col("name").str.contains(r"\*\*")
    own = buyers.filter("valid", named.fill_null(value=False))
    if own.is_empty():
        return frame, bad
    joined = frame.with_row_index("_at").join(
        own.select("_at", *_OWN.values()), on="_at", how="left", maintain_order="left"
    )
    is_own = pl.col("code").is_not_null()
    return joined.select(
        pl.when(is_own).then(source).otherwise(column).alias(column) for column, source in _OWN.items()
    ), bad


_OWN: Final = {
    "contact_code": "code",
    "contact_name": "name",
    "contact_tax_id": "tax_id",
    "contact_branch": "branch",
    "contact_address": "customer_address",
}


def _standing(sales_channels: pl.Series, connection: Connection) -> pl.DataFrame:
    contacts = connection.contacts
    codes = dict(contacts.by_channel)
    if not codes:
        return pl.select(
            pl.repeat(contacts.default, sales_channels.len(), dtype=pl.String).alias("contact_code"),
            pl.repeat(STANDING_NAME, sales_channels.len(), dtype=pl.String).alias("contact_name"),
        )
    names = {channel: channel for channel in codes}
    return pl.DataFrame(
        [
            sales_channels.replace_strict(codes, default=contacts.default, return_dtype=pl.String).alias(
                "contact_code"
            ),
            sales_channels.replace_strict(names, default=STANDING_NAME, return_dtype=pl.String).alias("contact_name"),
        ]
    )


def _buyers(orders: pl.DataFrame, code_max_length: int) -> pl.DataFrame:
    """Return buyers with a stated tax id: digits, branch, contact code, and whether the id is valid."""
    digits = pl.col("customer_tax_id").str.replace_many(_THAI_DIGITS).str.replace_all(r"[\s-]", "")
    branch = pl.col("customer_branch").str.replace_many(_THAI_DIGITS).str.extract(r"([0-9]{1,5})").str.zfill(5)
    frame = orders.select(
        "_at", "order_key", "file", "row", "customer_tax_id", "customer_address",
        pl.col("customer_name").str.strip_chars().alias("name"),
        digits.alias("tax_id"),
        branch.fill_null(HEAD_OFFICE).alias("branch"),
    ).filter(pl.col("tax_id") != "")  # fmt: skip
    frame = frame.with_columns(valid_tax_id(pl.col("tax_id")).alias("valid"))
    small = pl.col("branch").str.starts_with("000")
    code = (
        pl.when(pl.col("branch") == HEAD_OFFICE)
        .then(pl.format("T{}", "tax_id"))
        .otherwise(pl.format("T{}{}", "tax_id", pl.col("branch").str.slice(3, 2)))
    )
    frame = frame.with_columns(code.alias("code"), (~small | (code.str.len_bytes() > code_max_length)).alias("_long"))
    return _digested(frame, code_max_length)


def _digested(buyers: pl.DataFrame, code_max_length: int) -> pl.DataFrame:
    """Give buyers whose code does not fit, or whose branch has three digits and more, a code made of a digest."""
    if not buyers["_long"].any():
        return buyers
    distinct = buyers.filter("_long").select("tax_id", "branch").unique(maintain_order=True)
    codes = [
        "T" + hashlib.sha256(f"{tax_id}/{branch}".encode()).hexdigest()[: code_max_length - 1]
        for tax_id, branch in distinct.iter_rows()
    ]
    joined = buyers.join(
        distinct.with_columns(pl.Series("_code", codes)), on=["tax_id", "branch"], how="left", maintain_order="left"
    )
    return joined.with_columns(pl.when("_long").then("_code").otherwise("code").alias("code"))


def _no_bad() -> pl.DataFrame:
    return pl.DataFrame(schema={"order_key": pl.String, "file": pl.String, "row": pl.UInt32, "value": pl.String})

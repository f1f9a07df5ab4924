"""A customer for each buyer, in ledgers where a customer's code is the name a person reads there.

Two buyers of one name are two customers: name and address together say who a buyer is, and a digest of both ends the name.
A buyer whose name or address is not stated, or is crossed out, goes to the standing customer. What follows a posted document
(a payment on an invoice, a credit note) stays with that document's customer, whatever an order or the settings say today.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

import polars as pl

from recon.frames.findings import gather, one_finding
from recon.frames.text import fold
from recon.plan.buyers import base36, is_masked, is_name
from recon.plan.inputs import PlanInputs, PlanLimits

CONTACT_COLUMNS: Final = ("contact_code", "contact_name", "contact_tax_id", "contact_branch", "contact_address")
_DIGITS: Final = 8
"""Of the digest that ends a customer's name: 41 bits, and two buyers must have the same name too to meet in them."""
_OTHER_SIGNS: Final = re.compile(r"[^0-9A-Za-zÀ-ÖØ-öø-ÿ .&'-]+")
"""What is left out of a customer's name: which signs a ledger takes in names is not published in full."""
_NAMELESS: Final = "Customer"


def shoppers_of(
    orders: pl.DataFrame,
    standing: pl.DataFrame,
    limits: PlanLimits,
    known: frozenset[str],
    full: str,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the contact columns per row of ``orders``, and FINDINGS about buyers nothing tells apart.

    Args:
        orders: Rows of ORDERS.
        standing: Their standing contacts, in the same columns.
        limits: What the ledger takes.
        known: Codes of the ledger's contacts as read last.
        full: Why no new customer is created; empty: they are.
    """
    said = stated_customers(orders, limits.contact_name_max_length)
    code = said["code"]
    if full:
        code = pl.select(pl.when(pl.lit(code).is_in(sorted(known))).then(pl.lit(code))).to_series()
    own = pl.lit(code).is_not_null()
    taken = {
        "contact_code": pl.lit(code),
        "contact_name": pl.lit(said["name"]),
        "contact_address": pl.lit(said["address"]),
    }
    frame = standing.with_columns(
        pl.when(own).then(value).otherwise(pl.col(column)).alias(column) for column, value in taken.items()
    )
    unknown = said["name"].null_count()
    return frame, _not_told_apart(unknown, orders.height)


def stated_customers(orders: pl.DataFrame, longest: int) -> pl.DataFrame:
    """Return name, address and code per row of ``orders``; all null where nothing tells the buyer apart."""
    name, address = pl.col("customer_name").str.strip_chars(), pl.col("customer_address").str.strip_chars()
    stated = (is_name(name) & (address != "") & ~is_masked(address)).fill_null(value=False)
    said = orders.select(pl.when(stated).then(name).alias("name"), pl.when(stated).then(address).alias("address"))
    return said.with_columns(customer_names(said, longest).alias("code"))


def customer_names(said: pl.DataFrame, longest: int) -> pl.Series:
    """Return the customer's name of each row of ``name`` and ``address``; null where these are null."""
    distinct = said.drop_nulls().unique(maintain_order=True)
    room = longest - _DIGITS - 1
    codes = [f"{_readable(name, room)} {_digest(name, address)}" for name, address in distinct.iter_rows()]
    made = distinct.with_columns(pl.Series("code", codes, dtype=pl.String))
    return said.join(made, on=["name", "address"], how="left", maintain_order="left")["code"]


def _readable(name: str, room: int) -> str:
    """Return a name in signs every list takes, in one spelling whatever its capitals: the same buyer is the same customer."""
    words = " ".join(word.capitalize() for word in _OTHER_SIGNS.sub(" ", unicodedata.normalize("NFC", name)).split())
    return words[:room].strip(" .-'&") or _NAMELESS


def _digest(name: str, address: str) -> str:
    return base36(int.from_bytes(hashlib.sha256(f"{fold(name)}\x1f{fold(address)}".encode()).digest()))[-_DIGITS:]


def _not_told_apart(count: int, whole: int) -> pl.DataFrame:
    if not count:
        return gather([])
    detail = f"{count:,} of {whole:,} documents name no buyer, or no address of the buyer."
    return one_finding("buyer-not-told-apart", column="detail.customers", detail=detail)


def as_posted(frame: pl.DataFrame, contacts: pl.DataFrame, inputs: PlanInputs) -> pl.DataFrame:
    """Return the contacts with those of the posted document in place of an order's, where a document follows one.

    ``frame``: per document after_sale, kind, live_key. A ledger that asks for a customer settles by customer, and refuses another's.
    """
    if not inputs.limits.needs_contact:
        return contacts
    follows = ~frame["after_sale"] & frame["live_key"].is_not_null() & ~frame["kind"].is_in(["invoice", "receipt"])
    if not follows.any():
        return contacts
    keys = frame.filter(follows)["live_key"].unique().sort().to_list()
    posted = inputs.read_posted(keys).documents.unique("document_key", keep="first", maintain_order=True)
    theirs = posted.select(
        pl.col("document_key").alias("live_key"), *(pl.col(name).alias(f"_{name}") for name in CONTACT_COLUMNS),
        pl.lit(value=True).alias("_known"),
    )  # fmt: skip
    placed = frame.select(pl.when(pl.lit(follows)).then("live_key").alias("live_key"))
    both = pl.concat([contacts, placed], how="horizontal").join(
        theirs, on="live_key", how="left", maintain_order="left"
    )
    is_known = pl.col("_known").fill_null(value=False)
    return both.select(pl.when(is_known).then(f"_{name}").otherwise(name).alias(name) for name in contacts.columns)

"""Which contact of the ledger a purchase is from: the one set for the supplier's name, else the one of its tax id, or of all.

A name that nobody mapped is never sent: a ledger makes a second supplier of every spelling.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config import Connection
from recon.match.keys import distinct_keys, fold
from recon.plan.buyers import HEAD_OFFICE, bare_id, branch_of, contact_codes, valid_tax_id

SUPPLIERS: Final = pl.Schema({
    "contact_code": pl.String(),        # null: nobody knows the supplier
    "contact_name": pl.String(),
    "contact_tax_id": pl.String(),      # null: none, or it fails its check digit
    "contact_branch": pl.String(),
    "contact_address": pl.String(),
    "id_fails": pl.Boolean(),           # a tax id is stated and fails
})  # fmt: skip
"""One row per record, in their order."""


def suppliers_of(orders: pl.DataFrame, connection: Connection, code_max_length: int) -> pl.DataFrame:
    """Return SUPPLIERS of these records.

    A code that a person set for the name stands above the tax id: it is how two contacts of one tax id are told apart. Where
    all others are one supplier, no tax id makes another of them.
    """
    bare = bare_id(pl.col("customer_tax_id"))
    sound = valid_tax_id(bare).fill_null(value=False)
    name = pl.col("customer_name").str.strip_chars()
    branch = branch_of(pl.col("customer_branch"))
    valid = sound & branch.is_not_null()  # a branch nobody can read would be a guess
    facts = orders.select(
        name.alias("name"),
        pl.when(valid).then(bare).alias("tax_id"),
        pl.when(valid).then(pl.when(branch != "").then(branch).otherwise(pl.lit(HEAD_OFFICE))).alias("branch"),
        (bare.is_not_null() & ~sound).alias("id_fails"),
        "customer_address",
    )
    facts = facts.with_columns(
        contact_codes(facts["tax_id"], facts["branch"], code_max_length).alias("_by_id"),
        _by_name(facts["name"], connection).alias("_by_name"),
    )
    if connection.detail.vendors == "one":
        one, none = pl.lit(connection.detail.vendor), pl.lit(None, dtype=pl.String)
        named = pl.col("_by_name").is_not_null()
        facts = facts.with_columns(
            one.alias("_by_id"),
            *(pl.when(named).then(name).otherwise(none).alias(name) for name in ("tax_id", "branch")),
        )
    return facts.select(
        pl.coalesce("_by_name", "_by_id").alias("contact_code"),
        pl.coalesce(pl.when(pl.col("name") != "").then("name"), "tax_id", "_by_name", "_by_id").alias("contact_name"),
        pl.col("tax_id").alias("contact_tax_id"),
        pl.col("branch").alias("contact_branch"),
        pl.col("customer_address").alias("contact_address"),
        "id_fails",
    )


def _by_name(names: pl.Series, connection: Connection) -> pl.Series:
    given = connection.purchases.suppliers
    if not given:
        return pl.repeat(None, names.len(), dtype=pl.String, eager=True)
    codes = {fold(name): code for name, code in given.items()}
    keyed = distinct_keys(names, name="name", key_name="key").with_columns(
        pl.col("key").replace_strict(codes, default=None, return_dtype=pl.String).alias("code")
    )
    return names.to_frame("name").join(keyed, on="name", how="left", maintain_order="left")["code"]

"""Which contact of the ledger a purchase is from: the one set for the supplier's name, else the one of its tax id, or of all.

A name that nobody mapped is never sent, because a ledger makes a second supplier of every spelling; unless a person wants suppliers
created by their names (`purchases.new_suppliers`): then one spelling stands for all that differ in capitals and blanks only.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.match.keys import distinct_keys, fold
from recon.plan.buyers import HEAD_OFFICE, bare_id, branch_of, contact_codes, valid_tax_id
from recon.plan.inputs import PlanLimits

SUPPLIERS: Final = pl.Schema({
    "contact_code": pl.String(),        # null: nobody knows the supplier
    "contact_name": pl.String(),
    "contact_tax_id": pl.String(),      # null: none, or it fails its check digit
    "contact_branch": pl.String(),
    "contact_address": pl.String(),
    "id_fails": pl.Boolean(),           # a tax id is stated and fails
    "is_new": pl.Boolean(),             # nobody named a contact: the supplier's name is one, created where it is not there
})  # fmt: skip
"""One row per record, in their order."""


def suppliers_of(
    orders: pl.DataFrame, connection: Connection, limits: PlanLimits, known: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """Return SUPPLIERS of these records; ``known``: codes of the ledger's contacts.

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
        contact_codes(facts["tax_id"], facts["branch"], limits.contact_code_max_length).alias("_by_id"),
        _by_name(facts["name"], connection).alias("_by_name"),
    )
    if connection.detail.vendors == "one":
        one, none = pl.lit(connection.detail.vendor), pl.lit(None, dtype=pl.String)
        named = pl.col("_by_name").is_not_null()
        facts = facts.with_columns(
            one.alias("_by_id"),
            *(pl.when(named).then(name).otherwise(none).alias(name) for name in ("tax_id", "branch")),
        )
    own = _own_names(facts["name"], connection, limits, known)
    is_new = pl.coalesce("_by_name", "_by_id").is_null() & pl.lit(own).is_not_null()
    stated = pl.coalesce(pl.when(pl.col("name") != "").then("name"), "tax_id", "_by_name", "_by_id")
    return facts.select(
        pl.coalesce("_by_name", "_by_id", pl.lit(own)).alias("contact_code"),
        pl.when(is_new).then(pl.lit(own)).otherwise(stated).alias("contact_name"),
        pl.col("tax_id").alias("contact_tax_id"),
        pl.col("branch").alias("contact_branch"),
        pl.col("customer_address").alias("contact_address"),
        "id_fails",
        is_new.alias("is_new"),
    )


def _own_names(names: pl.Series, connection: Connection, limits: PlanLimits, known: frozenset[str]) -> pl.Series:
    """Return the names under which suppliers are created: as the ledger spells them, else one spelling for all.

    A name that is too long, or has the sign the ledger separates levels with, is none: it is never cut.
    """
    if connection.purchases.new_suppliers != "create":
        return pl.repeat(None, names.len(), dtype=pl.String, eager=True)
    there = {fold(code): code for code in sorted(known)}
    keyed = distinct_keys(names, name="name", key_name="key").with_columns(
        pl.col("name").str.replace_all(r"\s+", " ").alias("clean")
    )
    length = pl.col("clean").str.len_chars()
    fits = length.is_between(1, limits.contact_name_max_length) & ~pl.col("clean").str.contains(":", literal=True)
    first = pl.when(fits).then("clean").first().over("key")
    held = pl.col("key").replace_strict(there, default=None, return_dtype=pl.String)
    coded = keyed.select("name", pl.when(fits).then(pl.coalesce(held, first)).alias("code"))
    return names.to_frame("name").join(coded, on="name", how="left", maintain_order="left")["code"]


def _by_name(names: pl.Series, connection: Connection) -> pl.Series:
    given = connection.purchases.suppliers
    if not given:
        return pl.repeat(None, names.len(), dtype=pl.String, eager=True)
    codes = {fold(name): code for name, code in given.items()}
    keyed = distinct_keys(names, name="name", key_name="key").with_columns(
        pl.col("key").replace_strict(codes, default=None, return_dtype=pl.String).alias("code")
    )
    return names.to_frame("name").join(keyed, on="name", how="left", maintain_order="left")["code"]

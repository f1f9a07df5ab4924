"""Whose name stands on a document: the channel's standing contact, or the buyer's own where a tax id proves who it is.

Marketplaces mask buyers' names, and one contact per order would flood the ledger. A buyer with a valid 13-digit tax id
gets a contact and a full tax invoice of their own; so does, on the channels a person chose, a buyer whose name and
address are known. What keeps a buyer from it is a finding with its order (docs/contacts.md).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.findings import findings_from, gather
from recon.frames.text import fold, fold_column
from recon.plan.buyers import (
    HEAD_OFFICE,
    bare_id,
    branch_of,
    contact_codes,
    digest_codes,
    is_masked,
    is_name,
    is_other_id,
    valid_tax_id,
)
from recon.plan.inputs import PlanInputs
from recon.plan.shoppers import shoppers_of

STANDING_NAME: Final = "Online customers"
ALL_CHANNELS: Final = "*"
_OWN: Final = {
    "contact_code": "code",
    "contact_name": "name",
    "contact_tax_id": "own_tax_id",
    "contact_branch": "own_branch",
    "contact_address": "address",
}
"""Columns of a document to what they are made of for a buyer's own contact."""
_ADDRESS_LEFT_AWAY: Final = "The address is left away; the contact of the buyer's tax id is used."
_NO_NUMBER: Final = "No number of a branch can be read in it; the document goes to the standing contact."


def contacts_of(orders: pl.DataFrame, inputs: PlanInputs) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return contact columns per row of ``orders`` (oldest order first), and FINDINGS about the buyers.

    Columns: contact_code, contact_name, contact_tax_id, contact_branch, contact_address.
    """
    connection, code_max_length = inputs.connection, inputs.limits.contact_code_max_length
    standing = _standing(orders["sales_channel"], connection)
    none = pl.lit(None, dtype=pl.String)
    frame = standing.with_columns(none.alias(name) for name in _OWN if name not in standing.columns)
    if connection.detail.customers == "each":
        return shoppers_of(orders, frame, inputs.limits, inputs.ledger_contacts, inputs.names_full)
    rules = connection.contacts
    known = pl.col("customer_tax_id").is_not_null()
    if rules.named_on:
        known |= _is_chosen(orders["sales_channel"], rules.named_on) & pl.col("customer_address").is_not_null()
    if not (rules.full_tax_invoice and connection.vat_registered):
        return frame, gather([])
    stated = orders.with_row_index("_at").filter(known)
    if stated.is_empty():
        return frame, gather([])
    buyers = _buyers(stated, connection, code_max_length)
    own = buyers.filter(pl.col("code").is_not_null())
    found = _findings(buyers, own, rules.branch_missing)
    if own.is_empty():
        return frame, found
    joined = frame.with_row_index("_at").join(
        own.select("_at", *_OWN.values()), on="_at", how="left", maintain_order="left"
    )
    is_own = pl.col("code").is_not_null()
    return joined.select(
        pl.when(is_own).then(source).otherwise(column).alias(column) for column, source in _OWN.items()
    ), found


def standing_contact(connection: Connection, sales_channel: str) -> tuple[str, str]:
    """Return code and name of the standing contact for a sales channel."""
    for channel, code in connection.contacts.by_channel.items():
        if fold(channel) == fold(sales_channel):
            return code, channel
    return connection.contacts.default, STANDING_NAME


def _standing(sales_channels: pl.Series, connection: Connection) -> pl.DataFrame:
    if not connection.contacts.by_channel:
        return pl.select(
            pl.repeat(connection.contacts.default, sales_channels.len(), dtype=pl.String).alias("contact_code"),
            pl.repeat(STANDING_NAME, sales_channels.len(), dtype=pl.String).alias("contact_name"),
        )
    distinct = sales_channels.unique()
    chosen = [standing_contact(connection, channel or "") for channel in distinct]
    return pl.DataFrame(
        [
            sales_channels.replace_strict(distinct, pl.Series(part, dtype=pl.String), return_dtype=pl.String).alias(
                name
            )
            for name, part in zip(("contact_code", "contact_name"), zip(*chosen, strict=True), strict=True)
        ]
        if chosen
        else {"contact_code": sales_channels, "contact_name": sales_channels}
    )


def _is_chosen(sales_channels: pl.Series, named_on: tuple[str, ...]) -> pl.Expr:
    """Return the mask of orders of the channels on which names count without a tax id."""
    if ALL_CHANNELS in named_on:
        return pl.lit(value=True)
    return pl.lit(fold_column(sales_channels).is_in([fold(channel) for channel in named_on]))


def _buyers(orders: pl.DataFrame, connection: Connection, longest: int) -> pl.DataFrame:
    """Return what each order says of its buyer, and the code of the contact; no code: the standing contact."""
    rules = connection.contacts
    chosen = _is_chosen(orders["sales_channel"], rules.named_on) if rules.named_on else pl.lit(value=False)
    address_masked = is_masked(pl.col("customer_address")).fill_null(value=False)
    tax_id, valid = pl.col("tax_id"), pl.col("valid")
    facts = orders.select(
        "_at", "order_key", "order_number", "file", "row", "customer_tax_id", "customer_branch", "customer_address",
        pl.col("customer_name").str.strip_chars().alias("name"),
        address_masked.alias("address_masked"),
        pl.when(~address_masked).then("customer_address").alias("address"),
        chosen.alias("chosen"),
    )  # fmt: skip
    branches = facts.select("customer_branch").unique()
    branches = branches.with_columns(branch_of(pl.col("customer_branch")).alias("branch"))
    facts = _joined(facts, branches, "customer_branch")
    facts = _joined(facts, _ids(facts["customer_tax_id"].unique()), "customer_tax_id")
    facts = facts.with_columns(
        pl.when("id_masked").then(pl.lit("masked"))
        .when(valid).then(pl.lit("valid"))
        .when("other").then(pl.lit("other"))
        .when(tax_id.is_null()).then(pl.lit("none"))
        .otherwise(pl.lit("invalid")).alias("id_kind"),
        is_name(pl.col("name")).alias("named"),
        (valid & tax_id.str.starts_with("0")).alias("juristic"),
    )  # fmt: skip
    return _with_codes(facts, rules.branch_missing == "head-office", longest)


def _joined(frame: pl.DataFrame, made: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add what was worked out once for each different text of a column."""
    return frame.join(made, on=column, how="left", maintain_order="left", nulls_equal=True)


def _ids(stated: pl.Series) -> pl.DataFrame:
    """Return what each different text of a buyer's id says; the usual form, thirteen digits, needs no closer look."""
    frame, text = stated.to_frame(), pl.col(stated.name)
    usual = text.str.contains(r"^[0-9]{13}$").fill_null(value=False) & ~text.str.contains("^0+$").fill_null(value=True)
    no = pl.lit(value=False)
    plain = frame.filter(usual).select(text, text.alias("tax_id"), no.alias("id_masked"), no.alias("other"))
    odd = frame.filter(~usual).select(text, bare_id(text).alias("tax_id"), is_masked(text).alias("id_masked"))
    odd = odd.with_columns(is_other_id(pl.col("tax_id")).alias("other"))
    return pl.concat([plain, odd]).with_columns(valid_tax_id(pl.col("tax_id")).fill_null(value=False).alias("valid"))


def _with_codes(facts: pl.DataFrame, takes_head_office: bool, longest: int) -> pl.DataFrame:  # noqa: FBT001
    """Add code, tax id and branch of the contact; a private buyer without a branch has none."""
    missing, unclear = pl.col("branch") == "", pl.col("branch").is_null()
    usable = ~unclear & (~missing | ~pl.col("juristic") | pl.lit(takes_head_office))
    by_id = (pl.col("id_kind") == "valid") & pl.col("named") & usable
    by_name = (
        pl.col("chosen")
        & pl.col("named")
        & pl.col("address").is_not_null()
        & pl.col("id_kind").is_in(["none", "other"])
    )
    facts = facts.with_columns(
        pl.when(by_id).then("tax_id").alias("own_tax_id"),
        pl.when(by_id)
        .then(pl.when(~missing).then("branch").when("juristic").then(pl.lit(HEAD_OFFICE)))
        .alias("own_branch"),
        pl.when(by_name & (pl.col("id_kind") == "other")).then(pl.col("tax_id").str.to_uppercase()).alias("_id"),
        pl.when(by_name & (pl.col("id_kind") == "none")).then(pl.format("{}/{}", "name", "address")).alias("_person"),
    )
    by_tax_id = contact_codes(facts["own_tax_id"], facts["own_branch"], longest)
    others = digest_codes(facts["_id"], longest, mark="P"), digest_codes(facts["_person"], longest, mark="N")
    return facts.with_columns(pl.coalesce(pl.lit(by_tax_id), *(pl.lit(each) for each in others)).alias("code"))


def _findings(buyers: pl.DataFrame, own: pl.DataFrame, branch_missing: str) -> pl.DataFrame:
    """Return what keeps buyers from a full tax invoice, and buyers whom two orders describe differently."""
    kind, named, valid = pl.col("id_kind"), pl.col("named"), pl.col("id_kind") == "valid"
    assumed = "Taken for the head office (00000), as contacts.branch_missing says."
    left = "The document goes to the standing contact, as contacts.branch_missing says."
    no_branch = valid & pl.col("juristic") & named & (pl.col("branch") == "")
    said: list[tuple[pl.Expr, str, str, str | None]] = [
        (kind == "invalid", "tax-id-invalid", "customer_tax_id", None),
        (kind == "other", "tax-id-foreign", "customer_tax_id", None),
        (kind == "masked", "buyer-masked", "customer_tax_id", None),
        (valid & ~named, "buyer-masked", "customer_name", None),
        (valid & named & pl.col("address_masked"), "buyer-masked", "customer_address", _ADDRESS_LEFT_AWAY),
        (no_branch, "branch-not-stated", "customer_branch", assumed if branch_missing == "head-office" else left),
        (valid & named & pl.col("branch").is_null(), "branch-not-stated", "customer_branch", _NO_NUMBER),
    ]
    worth = buyers.filter(pl.any_horizontal(which.fill_null(value=False) for which, *_rest in said))
    once = worth.unique("order_key", keep="first", maintain_order=True)
    texts = {"customer_name": "name"}
    found = [
        findings_from(once.filter(which), code, column=column, value=pl.col(texts.get(column, column)), detail=detail)
        for which, code, column, detail in said
    ]
    return gather([*found, *_differing(own)])


def _differing(own: pl.DataFrame) -> list[pl.DataFrame]:
    """Return a finding per order that gives a tax id and branch another name or address than the newest order does."""
    with_id = own.filter(pl.col("own_tax_id").is_not_null())
    spelt = with_id.group_by("code").agg(
        pl.col("name").n_unique().alias("names"), pl.col("address").n_unique().alias("addresses")
    )
    several = spelt.filter((pl.col("names") > 1) | (pl.col("addresses") > 1))
    if several.is_empty():
        return []
    with_id = with_id.join(several.select("code"), on="code", how="semi", maintain_order="left")
    with_id = with_id.unique("order_key", keep="first", maintain_order=True)
    found = []
    for column, text in (("customer_name", "name"), ("customer_address", "address")):
        told = with_id.filter(pl.col(text).is_not_null())
        told = told.with_columns(fold_column(told[text]).alias("_key"))
        newest = told.group_by("code").agg(
            pl.col("_key").last().alias("newest_key"), pl.col(text).last().alias("newest"),
            pl.col("order_number").last().alias("newest_order"),
        )  # fmt: skip
        about = told.join(newest, on="code", how="left", maintain_order="left")
        detail = pl.format(
            "Contact {}: order {} is newer and says {}. A new contact takes the newest; one the ledger has stays as it is.",
            "code", "newest_order", pl.col("newest").str.replace_all(r"\s+", " "),
        )  # fmt: skip
        differing = about.filter(pl.col("_key") != pl.col("newest_key"))
        found.append(findings_from(differing, "buyer-differs", column=column, value=pl.col(text), detail=detail))
    return found

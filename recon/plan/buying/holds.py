"""What keeps a purchase from becoming documents, each reason said with what to set, and with which value."""

from __future__ import annotations

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, gather, one_finding
from recon.frames.payout_keys import OTHER
from recon.plan.buying.lifecycle import asks_for
from recon.plan.buying.work import Buying
from recon.plan.findings import blocked_line_findings, said_already
from recon.plan.left_out import left_out_holds, with_details
from recon.plan.lines import SaleLines, orders_of
from recon.plan.verdict import hold_acting, mask_of_keys


def hold_bought(
    work: Buying, lines: SaleLines, amounts: pl.DataFrame, rule_no: pl.Series, acting: pl.Series
) -> list[pl.DataFrame]:
    """Hold acting records that cannot go on, each with all its reasons; return all findings about records and lines."""
    orders, verdicts = work.orders, work.verdicts
    billed = acting & asks_for("expense", "supplier_credit").gather(rule_no).fill_null(value=False)
    pays = acting & asks_for("expense_payment").gather(rule_no).fill_null(value=False)
    foreign = orders["currency"] != work.inputs.currency
    said = mask_of_keys(orders, said_already(work.inputs.findings, "currency-foreign"))
    unlinked, nameless = pays & work.channels["payment_method"].is_null(), orders["payment_channel"] == ""
    channel = {"column": pl.lit("payment_channel"), "value": pl.col("payment_channel")}
    told = with_details(orders, work.inputs.left_out)
    verdicts.orders = told.with_columns(
        _ours=amounts["our_vat_minor"], _theirs=amounts["their_vat_minor"], _code=work.suppliers["contact_code"]
    )
    both = pl.format("Our VAT is {}, the source's {}.", plain_text("_ours"), plain_text("_theirs"))
    hold_acting(
        verdicts,
        acting,
        [
            *left_out_holds(told, work.inputs.left_out),
            (foreign & ~said, "currency-foreign", {"column": pl.lit("currency"), "value": pl.col("currency")}),
            (billed & amounts["does_not_foot"], "does-not-foot", {}),
            (billed & amounts["vat_mismatch"] & ~amounts["does_not_foot"], "vat-mismatch", {"detail": both}),
            (unlinked & ~nameless, "channel-not-mapped", channel),
            (unlinked & nameless, "channel-missing", channel),
            (billed & work.suppliers["contact_code"].is_null(), "supplier-not-mapped", _supplier(work)),
            (billed & _not_there(work), "supplier-not-there", _code(work)),
        ],
    )
    verdicts.orders = orders
    blocked = lines.blocked.filter(billed.gather(lines.blocked["order_no"])) if lines.blocked.height else lines.blocked
    verdicts.settle(orders_of(blocked, ("no_account",), orders.height) & billed, "purchase-account-missing", hold=True)
    verdicts.settle(orders_of(blocked, ("to_create",), orders.height) & billed, "product-to-create", hold=True)
    coming = blocked_line_findings(blocked.filter(pl.col("state") == "to_create"), orders, work.inputs.lines)
    homeless = _accounts(work, blocked.filter(pl.col("state") == "no_account"))
    return [*verdicts.findings, homeless, coming, _bad_tax_ids(work, acting), _not_withheld(work, acting)]


def _supplier(work: Buying) -> dict[str, pl.Expr]:
    """Return columns of the finding about a supplier nobody knows: the line that settles it."""
    table = f"[connections.{work.inputs.connection_name}.purchases.suppliers]"
    name = pl.col("customer_name").fill_null("").str.strip_chars()
    detail = (
        pl.when(name == "").then(pl.lit("The record names no supplier and no valid tax id; enter one in the source."))
        .otherwise(pl.format('Set under {}: "{}" = "CODE", the contact\'s code in the ledger.', pl.lit(table), name))
    )  # fmt: skip
    return {"column": pl.lit("customer_name"), "value": pl.col("customer_name"), "detail": detail}


def _not_there(work: Buying) -> pl.Series:
    """Return which suppliers have a code that the ledger lacks; one with a valid tax id is created with the upload."""
    known, suppliers = work.inputs.ledger_contacts, work.suppliers
    lacking = ~suppliers["contact_code"].is_in(sorted(known)) & suppliers["contact_tax_id"].is_null()
    lacking &= ~suppliers["is_new"]
    return lacking.fill_null(value=False) & bool(known)


def _code(work: Buying) -> dict[str, pl.Expr]:
    """Return columns of the finding about a code the ledger lacks, which stands in ``_code``."""
    table = f"[connections.{work.inputs.connection_name}.purchases.suppliers]"
    name = pl.col("customer_name").str.strip_chars()
    detail = pl.format('The ledger has no contact {}, which stands under {} for "{}".', "_code", pl.lit(table), name)
    rules = work.connection.detail
    if rules.vendors == "one":
        one = pl.format("The ledger has no contact {}, which detail.vendor names for all suppliers.", "_code")
        detail = pl.when(pl.col("_code") == rules.vendor).then(one).otherwise(detail)
    return {"column": pl.lit("customer_name"), "value": pl.col("customer_name"), "detail": detail}


def _bad_tax_ids(work: Buying, acting: pl.Series) -> pl.DataFrame:
    """Return a warning per record whose supplier's tax id fails, with what is taken in its place."""
    fails = acting & work.suppliers["id_fails"]
    about = work.orders.with_columns(work.suppliers["contact_code"].alias("_code")).filter(fails)
    detail = (
        pl.when(pl.col("_code").is_null()).then(pl.lit("No contact is set for the supplier's name either."))
        .otherwise(pl.format("The contact set for the supplier's name is used: {}.", "_code"))
    )  # fmt: skip
    return findings_from(
        about, "supplier-tax-id-invalid", column="customer_tax_id", value=pl.col("customer_tax_id"), detail=detail
    )


def _accounts(work: Buying, blocked: pl.DataFrame) -> pl.DataFrame:
    """Return one finding per line without an account."""
    if blocked.is_empty():
        return gather([])
    orders, lines = work.orders, work.inputs.lines
    place, source = blocked["order_no"], blocked["source"]
    about = blocked.with_columns(
        orders["order_key"].gather(place).alias("order_key"),
        orders["file"].gather(place).alias("file"),
        pl.coalesce(pl.lit(lines["row"].gather(source)), pl.lit(orders["row"].gather(place))).alias("row"),
        pl.coalesce(pl.lit(lines["sku"].gather(source)), pl.col("kind").cast(pl.String)).alias("sku"),
        lines["name"].gather(source).alias("line_name"),
    )
    table = f"connections.{work.inputs.connection_name}.purchases"
    named = pl.coalesce("line_name", "sku")
    own = pl.format('{}: set account under [{}.by_sku."{}"]', named, pl.lit(table), "sku")
    or_all = pl.format(", or {}.account for everything without one.", pl.lit(table))
    of_payout = pl.col("sku").str.starts_with(OTHER).fill_null(value=False)
    detail = pl.concat_str(own, pl.when(of_payout).then(pl.lit(".")).otherwise(or_all))
    return findings_from(
        about,
        "purchase-account-missing",
        column="sku",
        value=pl.col("sku"),
        amount_minor=pl.col("amount_minor"),
        detail=detail,
    )


def _not_withheld(work: Buying, acting: pl.Series) -> pl.DataFrame:
    """Return a note where rates are set and nothing is withheld."""
    rules = work.connection.purchases
    rates = [key for key, line in rules.by_sku.items() if line.withholding_basis_points]
    if rules.withholds or not rates or not acting.any():
        return gather([])
    return one_finding("withholding-off", column="purchases.withholds", value=", ".join(rates))

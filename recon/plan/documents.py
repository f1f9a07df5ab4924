"""Headers of the documents: numbers, dates, contacts, amounts and what each depends on."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.schemas import DOCUMENT_KINDS, DOCUMENTS, VatMode
from recon.plan.lifecycle import RULE_NAMES
from recon.plan.numbering import document_numbers

_RULES: Final = pl.Series(RULE_NAMES)
_REVISIONS: Final = {
    "invoice": "invoice_revision",
    "receipt": "receipt_revision",
    "payment": "receipt_revision",
    "void": "void_revision",
    "credit_note": "credit_note_revision",
}


def identified(drafts: pl.DataFrame, order_key: pl.Series, facts: pl.DataFrame) -> pl.DataFrame:
    """Return the drafts with doc_no, revision, document_key, depends_on and applies_to_key.

    ``facts``: per draft, the columns of `ledger.LEDGER_FACTS`.
    """
    frame = pl.concat([drafts, order_key.to_frame("order_key"), facts], how="horizontal")
    revision: pl.Expr = pl.lit(0, dtype=pl.UInt16)
    for kind, column in _REVISIONS.items():
        revision = pl.when(pl.col("kind") == kind).then(column).otherwise(revision)
    frame = frame.with_columns((revision + 1).cast(pl.UInt16).alias("revision"))
    credits_ = frame["kind"] == "credit_note"
    if credits_.any():
        nth = pl.int_range(pl.len(), dtype=pl.UInt16).over("order_no")
        more = frame.filter(credits_).select((pl.col("revision") + nth).alias("revision"))
        frame = frame.with_columns(_scatter(frame["revision"], credits_, more["revision"]))
    key = pl.concat_str([pl.col("order_key"), pl.lit(_endings(frame))])
    frame = frame.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("doc_no"), key.alias("document_key"))
    follows = pl.col("order_no") == pl.col("order_no").shift(1)
    sale_key = pl.when(pl.col("kind").is_in(["invoice", "receipt"])).then("document_key")
    if not frame.select(follows.any()).item() and not _points(frame).any():
        none = pl.lit(None, dtype=pl.String)
        return frame.with_columns(
            none.alias("depends_on"), none.alias("applies_to_key"), none.alias("applies_to_number")
        )
    own = sale_key.forward_fill()  # what points to a sale of this plan stands behind it, in the same order
    points = ~pl.col("kind").is_in(["invoice", "receipt"])
    return frame.with_columns(
        pl.when(follows).then(pl.col("document_key").shift(1)).alias("depends_on"),
        pl.when(points & pl.col("after_sale")).then(own).when(points).then("live_key").alias("applies_to_key"),
        pl.when(points & ~pl.col("after_sale")).then("live_number").alias("applies_to_number"),
    )


def _endings(frame: pl.DataFrame) -> pl.Series:
    """Return ``/kind/revision`` per document; almost all are the first of their kind, which a table of kinds gives."""
    first = pl.Series([f"/{kind}/1" for kind in DOCUMENT_KINDS]).gather(frame["kind"].to_physical())
    if (frame["revision"] == 1).all():
        return first
    later = pl.format("/{}/{}", pl.col("kind").cast(pl.String), "revision")
    return frame.select(pl.when(pl.col("revision") == 1).then(pl.lit(first)).otherwise(later)).to_series()


def _points(frame: pl.DataFrame) -> pl.Series:
    return ~frame["kind"].is_in(["invoice", "receipt"])


def _scatter(values: pl.Series, mask: pl.Series, new: pl.Series) -> pl.Series:
    """Return the values with those of the mask replaced, in order."""
    place = pl.int_range(values.len(), dtype=pl.UInt32, eager=True).filter(mask)
    patch = pl.DataFrame([place.alias("_at"), new.alias("_new")])
    frame = values.to_frame("revision").with_row_index("_at").join(patch, on="_at", how="left", maintain_order="left")
    return frame.select(pl.coalesce("_new", "revision").alias("revision")).to_series()


def headers(
    frame: pl.DataFrame, orders: pl.DataFrame, connection: Connection, posted: pl.DataFrame, max_length: int
) -> pl.DataFrame:
    """Return DOCUMENTS.

    Args:
        frame: Per document the columns of `identified`, of its dates, its contact, its channel (payment_method), its payments (and part_channel), its
            amounts (gross_minor, discount_minor, net_minor, vat_by_line_minor, vat_mode), is_tax_invoice and stem.
        orders: ORDERS rows of the documents, in their order.
        connection: The connection's settings.
        posted: POSTED.
        max_length: Longest number the ledger takes.
    """
    number = document_numbers(frame, posted, connection, max_length)
    frame = frame.with_columns(number.alias("own_number"))
    if frame["applies_to_key"].null_count() < frame.height:
        sale_number = pl.when(pl.col("kind").is_in(["invoice", "receipt"])).then("own_number").forward_fill()
        points = pl.col("applies_to_key").is_not_null() & pl.col("after_sale")
        frame = frame.with_columns(
            pl.when(points).then(sale_number).otherwise("applies_to_number").alias("applies_to_number")
        )
    theirs = connection.numbering == "ledger"
    terms = pl.duration(days=connection.payment_terms_days)
    moves = pl.col("kind").is_in(["receipt", "payment", "credit_note"])
    facts = orders.select("order_number", "sales_channel", "payment_channel", "currency")
    money_on = pl.when(pl.col("kind") == "credit_note").then("issued_on").otherwise("money_on")
    columns = {
        "number": pl.lit(None, dtype=pl.String) if theirs else pl.col("own_number"),
        "due_on": pl.when(pl.col("kind") == "invoice").then(pl.col("issued_on") + terms).otherwise("issued_on"),
        "payment_channel": pl.coalesce("part_channel", "payment_channel"),
        "payment_method": pl.when(moves).then("payment_method"),
        "paid_on": pl.when(moves).then(money_on),
        "paid_minor": pl.when(moves).then("total_minor").otherwise(0),
        "vat_mode": pl.col("vat_mode").cast(VatMode),
        "wht_minor": pl.lit(0),
        "department": pl.lit(None),
        "project": pl.lit(None),
        "remark": pl.concat_str(_credit_reason(connection), _remark(theirs=theirs)),
        "reason": pl.lit(_RULES.gather(frame["rule_no"])),
    }
    whole = pl.concat([frame, facts], how="horizontal")
    return whole.with_columns(expression.alias(name) for name, expression in columns.items()).select(
        pl.col(name).cast(dtype) for name, dtype in DOCUMENTS.items()
    )


def _credit_reason(connection: Connection) -> pl.Expr:
    """Return why a credit note is made, in the words of the settings; empty for other documents."""
    reasons = connection.credit_note_reasons
    rule = [number for number, name in enumerate(RULE_NAMES) if name.startswith("cancelled")]
    anew = [number for number, name in enumerate(RULE_NAMES) if name.startswith("reposted")]
    said = (
        pl.when(pl.col("rule_no").is_in(rule)).then(pl.lit(reasons.cancelled))
        .when(pl.col("rule_no").is_in(anew) & (pl.col("action") == "credit_rest")).then(pl.lit(reasons.corrected))
        .when(pl.col("order_state") == "returned").then(pl.lit(reasons.returned))
        .otherwise(pl.lit(reasons.refunded))
    )  # fmt: skip
    return pl.when(pl.col("kind") == "credit_note").then(said + " \u00b7 ").otherwise(pl.lit(""))


def _remark(*, theirs: bool) -> pl.Expr:
    parts = [
        pl.lit("Order "),
        pl.col("order_number"),
        pl.when(pl.col("sales_channel") != "")
        .then(pl.concat_str([pl.lit(" \u00b7 "), pl.col("sales_channel")]))
        .otherwise(pl.lit("")),
    ]
    if theirs:
        parts += [pl.lit(" \u00b7 "), pl.col("own_number").fill_null("")]
    return pl.concat_str(parts)

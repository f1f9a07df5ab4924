"""Documents of tills: which ones the lifecycle asks for, their headers, lines and the parts of their debit side.

A settlement stands under the register and number of its Z report, on the business day; an invoice of a till under the till's own
number. Nothing here is numbered anew.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS, PAYMENT_PART
from recon.plan.columns import place_in_run
from recon.plan.numbering import document_numbers
from recon.plan.tills.lifecycle import TILL_RULE_NAMES, till_steps
from recon.plan.tills.work import Tills

LINED_KINDS: Final = ("settlement", "invoice", "credit_note")
PAYMENT: Final = "P-"
"""Before the invoice's number in that of its payment, where the settings name nothing: the till numbers none."""
_RULES: Final = pl.Series(TILL_RULE_NAMES)
_DRAFT: Final = (
    "order_no", "rule_no", "step", "kind", "nth", "total_minor", "net_minor", "vat_minor", "stated_vat_minor", "blocked",
    "paid_on", "payment_channel", "payment_method", "account_code",
)  # fmt: skip
_TEXTS: Final = {
    "tip": "Tips", "rounding": "Øreavrunding", "gift_card": "Gavekort", "pay_in": "Innskudd i kassen",
    "pay_out": "Uttak fra kassen", "customer_payment": "Innbetaling fra kunde",
}  # fmt: skip
"""What a line says that has no text of its own, in the language of the ledgers that take settlements."""
_BARE: Final = ("", "tip", "rounding", "customer payment")
"""Names that only repeat the kind of a line."""


def drafts(work: Tills, rule_no: pl.Series, acting: pl.Series) -> pl.DataFrame:
    """Return the documents asked for, in the order of sending; ``blocked``: why one cannot be sent."""
    frame = pl.concat(
        [
            work.orders.select("order_no", "ordered_on"), rule_no.to_frame("rule_no"),
            work.amounts.drop("left_out_minor", "amount_minor"),
            work.facts.select("payment_count"),
        ],
        how="horizontal",
    ).filter(acting)  # fmt: skip
    planned = frame.join(till_steps(), on="rule_no", how="inner", maintain_order="left_right")
    sign = pl.when(pl.col("kind") == "credit_note").then(-1).otherwise(1)
    lined = planned.filter(pl.col("kind") != "payment").with_columns(
        (pl.col("doc_total_minor") * sign).alias("total_minor"),
        *((pl.col(name) * sign).alias(name) for name in ("net_minor", "vat_minor", "stated_vat_minor")),
        pl.lit(0, dtype=pl.UInt16).alias("nth"),
    )
    both = pl.concat([lined, _payments_due(planned, work)], how="diagonal_relaxed").sort("order_no", "step", "nth")
    cannot = ~pl.col("kind").is_in(sorted(work.inputs.limits.kinds))
    return both.with_columns(pl.when(cannot).then(pl.lit("ledger-cannot")).alias("blocked")).select(_DRAFT)


def _payments_due(planned: pl.DataFrame, work: Tills) -> pl.DataFrame:
    """Return a payment per sum that came in on a sale and is not in the ledger yet; they move money only."""
    due = planned.filter(pl.col("kind") == "payment").join(work.paid, on="order_no", how="inner", maintain_order="left")
    due = due.filter(pl.col("nth") > pl.col("payment_count"))
    none = pl.lit(0, dtype=pl.Int64)
    return due.with_columns(
        pl.col("amount_minor").alias("total_minor"), pl.col("amount_minor").alias("net_minor"), none.alias("vat_minor"),
        none.alias("stated_vat_minor"), pl.max_horizontal(pl.coalesce("paid_on", "ordered_on"), "ordered_on").alias("paid_on"),
    ).drop("amount_minor")  # fmt: skip


def headers(work: Tills, sent: pl.DataFrame, numbers_taken: pl.DataFrame) -> pl.DataFrame:
    """Return DOCUMENTS of the drafts that can be sent; ``numbers_taken``: document_key and number of all others."""
    place = sent["order_no"]
    mine = sent.rename({name: f"own_{name}" for name in ("paid_on", "payment_channel", "payment_method")})
    frame = pl.concat(
        [
            mine, work.orders.drop("order_no", "total_minor", "discount_minor", "tax_minor")[place],
            work.facts.select("settlement_revision", "invoice_revision", "credit_note_revision", "live_key", "live_number")[place],
            work.department.gather(place).to_frame("department"), work.project.gather(place).to_frame("project"), work.buyers[place],
        ],
        how="horizontal",
    )  # fmt: skip
    revision: pl.Expr = pl.col("nth")
    for kind in LINED_KINDS:
        revision = pl.when(pl.col("kind") == kind).then(pl.col(f"{kind}_revision") + 1).otherwise(revision)
    frame = frame.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("doc_no"),
        revision.cast(pl.UInt16).alias("revision"),
        pl.col("order_number").alias("stem"),
    )
    frame = frame.with_columns(pl.format("{}/{}/{}", "order_key", "kind", "revision").alias("document_key"))
    number = document_numbers(
        frame, numbers_taken, without_prefixes(work.connection), work.inputs.limits.number_max_length
    )
    frame = frame.with_columns(number.alias("number")).join(
        _payments(work), on="order_no", how="left", maintain_order="left"
    )
    frame = _pointing(frame)
    columns = _columns(issues=work.connection.till.invoices == "order")
    return frame.with_columns(each.alias(name) for name, each in columns.items()).select(
        pl.col(name).cast(dtype) for name, dtype in DOCUMENTS.items()
    )


def _pointing(frame: pl.DataFrame) -> pl.DataFrame:
    """Let payments point to the invoice of this plan, which stands before them, or to the one in the ledger."""
    billed = frame.filter(pl.col("kind") == "invoice").select(
        "order_no", pl.col("document_key").alias("_key"), pl.col("number").alias("_number")
    )
    both = frame.join(billed, on="order_no", how="left", maintain_order="left")
    pays = pl.col("kind") == "payment"
    return both.with_columns(
        pl.when(pays).then("_key").alias("depends_on"),
        pl.when(pays).then(pl.coalesce("_key", "live_key")).alias("applies_to_key"),
        pl.when(pays).then(pl.coalesce("_number", "live_number")).alias("applies_to_number"),
    )


def without_prefixes(connection: Connection) -> Connection:
    """Return the connection with numbers as the till gives them; a payment, which the till does not number, has its prefix."""
    prefix = connection.number_prefix
    bare = {"invoice": "", "credit_note": "", "payment": prefix.payment or prefix.receipt or PAYMENT}
    return connection.model_copy(update={"number_prefix": prefix.model_copy(update=bare)})


def _columns(*, issues: bool) -> dict[str, pl.Expr]:
    """Return the columns of DOCUMENTS that are made; ``issues``: the ledger issues the invoice of what is an order here."""
    report, pays = pl.col("kind") == "settlement", pl.col("kind") == "payment"
    issued = pl.when(pays).then("own_paid_on").otherwise("ordered_on")
    first = pl.col("payments").list.first().struct.field("payment_method")
    closed = pl.when(report & pl.col("payments").is_not_null()).then(pl.coalesce("completed_on", "ordered_on"))
    return {
        "issued_on": issued,
        "due_on": issued,
        "payment_channel": pl.when(pays).then("own_payment_channel").otherwise("payment_channel"),
        "payment_method": pl.when(report).then(first).when(pays).then("own_payment_method"),
        "paid_on": pl.when(pays).then("own_paid_on").otherwise(closed),
        "paid_minor": pl.when(report | pays).then("total_minor").otherwise(0),
        "payments": pl.when(report).then("payments"),
        "vat_mode": pl.when(pays).then(pl.lit("none")).otherwise(pl.lit("included")),
        "is_tax_invoice": ~report & ~pays & (pl.col("vat_minor") != 0),
        "gross_minor": pl.col("total_minor"),
        "discount_minor": pl.lit(0),
        "vat_by_line_minor": pl.col("stated_vat_minor"),
        "wht_minor": pl.lit(0),
        "remark": remark(issues=issues),
        "reason": pl.lit(_RULES).gather(pl.col("rule_no")),
    }


def remark(*, issues: bool) -> pl.Expr:
    """Return what a voucher is called; a settlement's with the day the till was closed where that is another one."""
    parts = pl.col("order_number").str.extract_groups(r"^(.*)/([^/]*)$")
    named = pl.when(parts.struct.field("1").is_not_null()).then(
        pl.format("{} Z{}", parts.struct.field("1"), parts.struct.field("2"))
    ).otherwise("order_number")  # fmt: skip
    day, closed = (pl.col(name).dt.to_string("%d.%m.%Y") for name in ("ordered_on", "completed_on"))
    late = pl.when((pl.col("completed_on") != pl.col("ordered_on")).fill_null(value=False)).then(
        pl.format(" (Z {})", closed)
    ).otherwise(pl.lit(""))  # fmt: skip
    kind = pl.col("kind")
    return (
        pl.when(kind == "settlement").then(pl.format("Dagsoppgjør {} {}{}", named, day, late))
        .when(kind == "payment").then(pl.format("Innbetaling på faktura {}", "applies_to_number"))
        .when(kind == "credit_note").then(pl.format("Kreditnota {}", "order_number"))
        .otherwise(pl.format("Ordre {}" if issues else "Faktura {}", "order_number"))
    )  # fmt: skip


def _payments(work: Tills) -> pl.DataFrame:
    """Return order_no and the parts of the debit side of its settlement, as the till lists them, then the count."""
    parts = work.money.parts.group_by("order_no", maintain_order=True)
    return parts.agg(pl.struct(PAYMENT_PART.names()).alias("payments"))


def document_lines(work: Tills, documents: pl.DataFrame) -> pl.DataFrame:
    """Return DOCUMENT_LINES: what the till sold, gross, with account and VAT code."""
    lined = documents.filter(pl.col("kind").is_in(LINED_KINDS)).select("order_no", "doc_no", "kind")
    sign = pl.when(pl.col("_document") == "credit_note").then(-1).otherwise(1)
    lines = work.lines.join(
        lined.rename({"kind": "_document"}), on="order_no", how="inner", maintain_order="left"
    ).sort("doc_no", maintain_order=True)  # fmt: skip
    by_product = pl.col("_document") != "settlement"
    multiplies = (pl.col("quantity_milli") * pl.col("unit_price_minor") == pl.col("amount_minor") * 1000).fill_null(
        value=False
    )
    keeps = by_product & multiplies
    texts = pl.col("kind").cast(pl.String).replace_strict(_TEXTS, default=None, return_dtype=pl.String)
    return lines.with_columns(
        place_in_run("doc_no").alias("line_no"),
        _said(texts).alias("description"),
        pl.when(keeps).then("quantity_milli").otherwise(1000).alias("quantity_milli"),
        (pl.when(keeps).then("unit_price_minor").otherwise("amount_minor") * sign).alias("unit_price_minor"),
        *((pl.col(name) * sign).alias(name) for name in ("amount_minor", "net_minor", "vat_minor")),
        pl.lit(0).alias("discount_minor"),
        pl.lit(0).alias("wht_minor"),
        pl.lit("none").alias("vat_code"),
        pl.when(by_product & (pl.lit(work.connection.till.invoices == "order"))).then("product_code").alias("product_code"),
    ).with_columns(
        pl.col("description").str.slice(0, work.inputs.limits.text_max_length)
    ).select(pl.col(name).cast(dtype) for name, dtype in DOCUMENT_LINES.items())  # fmt: skip


def _said(texts: pl.Expr) -> pl.Expr:
    """Return what a line says: the source's name, in the books' language where that is only what kind of line it is."""
    name = pl.col("name")
    own = pl.when(~name.is_in(_BARE)).then(
        name.str.replace("^pay-in ", "Innskudd: ").str.replace("^pay-out ", "Uttak: ")
    )
    return pl.coalesce(own, texts, name, pl.col("sku"))

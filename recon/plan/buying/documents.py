"""Documents of purchases: which ones the lifecycle asks for, their headers, lines and postings.

| document | debit | credit |
| --- | --- | --- |
| expense | expense or stock per account, input VAT (or VAT not yet due) | payables |
| expense paid at once | expense or stock per account, input VAT (or VAT not yet due) | account of the payment channel, withholding tax payable |
| payment of an expense | payables | account of the payment channel, withholding tax payable |
| supplier's credit | payables | expense or stock per account, input VAT (or VAT not yet due) |
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS
from recon.plan.buying.lifecycle import BUYING_RULE_NAMES
from recon.plan.buying.work import Buying
from recon.plan.columns import as_postings
from recon.plan.details import LINED, line_frame, texts
from recon.plan.items import Items
from recon.plan.numbering import document_numbers, order_stems

_RULES: Final = pl.Series(BUYING_RULE_NAMES)
LINED_KINDS: Final = ("expense", "supplier_credit")
_SLOTS: Final = 16
_COSTS, _VAT, _DUE, _MONEY, _WITHHELD = 1, 7, 9, 10, 11


def headers(work: Buying, sent: pl.DataFrame, amounts: pl.DataFrame, numbers_taken: pl.DataFrame) -> pl.DataFrame:
    """Return DOCUMENTS of the drafts that can be sent.

    Args:
        work: The records.
        sent: Drafts: order_no, rule_no, step, kind and the amounts of the document.
        amounts: Per record, ``vat_mode`` of its document.
        numbers_taken: document_key and number of all other documents.
    """
    place = sent["order_no"]
    facts = work.facts.select("live_key", "live_number", *(name for name in work.facts.columns if "revision" in name))
    frame = pl.concat(
        [
            sent, work.orders.drop("order_no", "total_minor", "discount_minor", "vat_mode")[place], facts[place],
            work.suppliers.drop("id_fails", "is_new")[place], work.channels.select("payment_method")[place],
            amounts.select("vat_mode")[place], order_stems(work.orders).gather(place).to_frame("stem"),
        ],
        how="horizontal",
    )  # fmt: skip
    revision: pl.Expr = pl.lit(0, dtype=pl.UInt16)
    for kind in ("expense", "expense_payment", "supplier_credit"):
        revision = pl.when(pl.col("kind") == kind).then(f"{kind}_revision").otherwise(revision)
    frame = frame.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("doc_no"), (revision + 1).cast(pl.UInt16).alias("revision")
    )
    frame = frame.with_columns(pl.format("{}/{}/{}", "order_key", "kind", "revision").alias("document_key"))
    number = document_numbers(frame, numbers_taken, work.connection, work.inputs.limits.number_max_length)
    frame = _pointing(frame.with_columns(number.alias("number")), work)
    return frame.with_columns(each.alias(name) for name, each in _columns(work).items()).select(
        pl.col(name).cast(dtype) for name, dtype in DOCUMENTS.items()
    )


def _pointing(frame: pl.DataFrame, work: Buying) -> pl.DataFrame:
    """Let payments point to the expense of this plan, which stands before them, or to the one in the ledger."""
    pays = pl.col("kind") == "expense_payment"
    own = pays & (pl.col("order_no") == pl.col("order_no").shift(1)).fill_null(value=False)
    before = pl.col("document_key").shift(1)
    return frame.with_columns(
        pl.when(own).then(before).alias("depends_on"),
        pl.when(own).then(before).when(pays).then("live_key").alias("applies_to_key"),
        pl.when(own).then(_stated_number(work).shift(1)).when(pays).then("live_number").alias("applies_to_number"),
    )


def _numbered_there(work: Buying) -> pl.Expr:
    every = work.connection.numbering == "ledger"
    return pl.lit(every) | pl.col("kind").is_in(sorted(work.inputs.limits.numbers_itself))


def _stated_number(work: Buying) -> pl.Expr:
    """Return our own number where the ledger takes it."""
    return pl.when(~_numbered_there(work)).then("number")


def _columns(work: Buying) -> dict[str, pl.Expr]:
    pays = (pl.col("kind") == "expense_payment") | pl.col("at_once")
    alone = pl.col("kind") == "expense_payment"
    paid_on = pl.max_horizontal(pl.coalesce("paid_on", "ordered_on"), "ordered_on")
    issued = pl.when(pays).then(paid_on).otherwise("ordered_on")
    at_hand = pl.lit(work.connection.purchases.tax_invoice == "with-expense") | _entered(work)
    plain_mode = pl.when(pl.col("vat_minor") > 0).then(pl.lit("included")).otherwise(pl.lit("none"))
    return {
        "number": _stated_number(work),
        "issued_on": issued,
        "due_on": issued,
        "payment_method": pl.when(pays).then("payment_method"),
        "paid_on": pl.when(pays).then(issued),
        "paid_minor": pl.when(pays).then(pl.col("total_minor") - pl.col("wht_minor")).otherwise(0),
        "department": pl.lit(None),
        "project": pl.lit(None),
        "vat_mode": pl.when(alone).then(plain_mode).otherwise(pl.col("vat_mode").cast(pl.String)),
        "is_tax_invoice": ~alone & (pl.col("vat_minor") > 0) & at_hand,
        "payments": pl.lit(None),
        "remark": _remark(_numbered_there(work)),
        "reason": pl.lit(_RULES).gather(pl.col("rule_no")),
    }


def _entered(work: Buying) -> pl.Expr:
    """Return whether a person entered the supplier's tax invoice, in a ledger that takes it with the expense."""
    return (pl.col("kind") == "expense") & pl.col("order_key").is_in(sorted(work.inputs.tax_invoices))


def _remark(numbered_there: pl.Expr) -> pl.Expr:
    """Return which record it is and the supplier's own number: PEAK has no known field for a supplier's tax invoice."""
    what = pl.when(pl.col("kind") == "supplier_credit").then(pl.lit("Return ")).otherwise(pl.lit("Purchase "))
    parts = [what, pl.col("order_number")]
    for column, words in (("sales_channel", ""), ("other_numbers", "supplier's document ")):
        said = pl.concat_str([pl.lit(f" \u00b7 {words}"), pl.col(column)])
        parts.append(pl.when(pl.col(column).fill_null("") != "").then(said).otherwise(pl.lit("")))
    ours = pl.concat_str([pl.lit(" \u00b7 "), pl.col("number")])
    said = numbered_there & pl.col("number").is_not_null()
    return pl.concat_str([*parts, pl.when(said).then(ours).otherwise(pl.lit(""))])


def lines_of(
    work: Buying, documents: pl.DataFrame, finished: pl.DataFrame, items: Items
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return DOCUMENT_LINES, and the same lines with ``item`` for the postings. ``finished``: with ``wht_minor``."""
    lined = documents.filter(pl.col("kind").is_in(LINED_KINDS)).select("order_no", "doc_no")
    orders = pl.DataFrame({"order_no": pl.int_range(work.orders.height, dtype=pl.UInt32, eager=True)})
    doc_no = orders.join(lined, on="order_no", how="left", maintain_order="left")["doc_no"]
    order_lines = work.inputs.lines
    charge = pl.col("kind").to_physical().cast(pl.UInt32) + order_lines.height
    numbered = finished.with_columns(
        doc_no.gather(finished["order_no"]).alias("doc_no"), pl.coalesce("source", charge).alias("text_no")
    ).filter(pl.col("doc_no").is_not_null())
    said = texts(order_lines, documents, pl.Series([], dtype=pl.UInt32))
    lines = numbered.with_columns(pl.lit(value=False).alias("taxed")).select(LINED.names())
    no_tax_items, longest = pl.Series([], dtype=pl.String), work.inputs.limits.text_max_length
    frame = line_frame(lines, no_tax_items, said, order_lines, items, "", longest)
    frame = frame.with_columns(numbered["wht_minor"].alias("wht_minor"))
    return frame.select(DOCUMENT_LINES.names()), numbered.select("doc_no", "item", "net_minor")


def bought_postings(
    documents: pl.DataFrame,
    numbered: pl.DataFrame,
    money_accounts: pl.Series,
    items: Items,
    accounts: dict[str, str],
) -> pl.DataFrame:
    """Return POSTINGS, summed per account.

    Args:
        documents: DOCUMENTS.
        numbered: doc_no, item and net_minor of their lines, sorted by doc_no.
        money_accounts: Per document, the account of its payment channel.
        items: Where lines are booked.
        accounts: Account of each setting, or its name in words.
    """
    credit = pl.col("kind") == "supplier_credit"
    heads = documents.select(
        "doc_no", "kind", "total_minor", "vat_minor", "wht_minor", "paid_minor", "is_tax_invoice",
        pl.when(credit).then(-1).otherwise(1).cast(pl.Int64).alias("sign"), money_accounts.alias("money"),
        (pl.col("kind").is_in(LINED_KINDS) & pl.col("payment_method").is_not_null()).alias("at_once"),
    )  # fmt: skip
    alone = pl.col("kind") == "expense_payment"
    pays, settles, billed = heads.filter(alone), heads.filter(alone | pl.col("at_once")), heads.filter(~alone)
    vat = pl.when("is_tax_invoice").then(pl.lit(accounts["input_vat"])).otherwise(pl.lit(accounts["undue_input_vat"]))
    payable = pl.lit(accounts["payable"])
    rows = pl.concat(
        [
            _costs(heads, numbered, items),
            _rows(billed, _VAT, vat, pl.col("vat_minor") * pl.col("sign")),
            _rows(billed.filter(~pl.col("at_once")), _DUE, payable, -pl.col("total_minor") * pl.col("sign")),
            _rows(pays, _COSTS, payable, pl.col("total_minor")),
            _rows(settles, _MONEY, pl.col("money"), -pl.col("paid_minor")),
            _rows(settles, _WITHHELD, pl.lit(accounts["withholding_payable"]), -pl.col("wht_minor")),
        ]
    ).sort("place", maintain_order=True)
    doc_no = (pl.col("place") // _SLOTS).cast(pl.UInt32)
    return as_postings(rows.with_columns(doc_no.alias("doc_no")))


def _costs(heads: pl.DataFrame, numbered: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Return expense or stock per account, in the order of the accounts."""
    account = items.frame["posting_account"].gather(numbered["item"])
    keyed = numbered.select("doc_no", account.alias("account_code"), "net_minor").sort(
        "doc_no", "account_code", maintain_order=True
    )
    summed = keyed.group_by("doc_no", "account_code", maintain_order=True).agg(pl.col("net_minor").sum())
    signs = summed.join(heads.select("doc_no", "sign"), on="doc_no", how="left", maintain_order="left")
    return _rows(signs, _COSTS, pl.col("account_code"), pl.col("net_minor") * pl.col("sign"))


def _rows(frame: pl.DataFrame, slot: int, account: pl.Expr, signed: pl.Expr) -> pl.DataFrame:
    place = (pl.col("doc_no").cast(pl.UInt64) * _SLOTS + slot).alias("place")
    return frame.select(place, account.alias("account_code"), signed.alias("signed")).filter(pl.col("signed") != 0)

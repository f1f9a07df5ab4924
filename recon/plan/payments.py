"""Several payments on one sale: each part on the account of its own channel, where the source states the amounts.

Named rules:

* ``main-part``: the largest part that reduces nothing we owe (no gift card, no account the ledger calls a liability), of equals
  the first by name; of nothing but such parts the largest. It is the document's `payment_method`, and stands first.
* ``back-as-stated``: money given back goes the way the source states, where it states it for every refund of the order.
* ``back-to-the-main-part-first``: what is not stated goes to the main part until that is used up, then to the next ones in their
  order. A refund of everything gives every part back.
* Channels that lead to one account of the ledger are one part. One part is no split.

Only receipts, and credit notes over them, carry parts: a payment on an invoice goes to the account of the main part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.conform import empty, fill
from recon.frames.findings import findings_from, no_findings
from recon.frames.gift_cards import is_gift_card
from recon.frames.schemas import PAYMENT_PART
from recon.match.channels import resolve_channels
from recon.match.keys import CHANNEL_JOINER
from recon.normalize.paid_parts import paid_parts, stated_parts
from recon.plan.inputs import PlanInputs, PlanLimits, PostedReader

SPLIT: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "part_no": pl.UInt32(),             # 0: the main part
    "payment_channel": pl.String(),
    "payment_method": pl.String(),
    "account_code": pl.String(),
    "amount_minor": pl.Int64(),
    "from_minor": pl.Int64(),           # sum of the parts before it: what is given back reaches it after these
})  # fmt: skip
_KEPT: Final = pl.Schema({"document_key": pl.String(), "payment_method": pl.String(), "account_code": pl.String()})
_OPEN: Final = pl.Schema({"order_no": pl.UInt32(), "open_channel": pl.String()})
_PARTS: Final = pl.Schema({"doc_no": pl.UInt32(), "account_code": pl.String(), "amount_minor": pl.Int64()})
_PAYMENTS: Final = pl.List(pl.Struct(PAYMENT_PART))
_BETWEEN: Final = ", "


@dataclass(frozen=True, slots=True)
class SplitOrders:
    """Orders whose payments are known one by one."""

    parts: pl.DataFrame
    """SPLIT, by order and part; also of orders that come to one part."""
    back: pl.DataFrame
    """SPLIT, in the order in which money goes back: a part may stand there several times."""
    waiting: pl.DataFrame
    """order_no and open_channel: the channels of an order that nobody mapped, so that it is not known where its money is."""


def split_orders(inputs: PlanInputs) -> SplitOrders:
    """Return how the money of orders goes to several accounts; none where the ledger takes one payment per document."""
    known = paid_parts(inputs.orders, inputs.payments) if inputs.limits.split_payments else None
    if known is None or known.is_empty():
        return SplitOrders(empty(SPLIT), empty(SPLIT), empty(_OPEN))
    channels, links = inputs.connection.channels, inputs.channel_links
    cash = channels.cash_method if channels.unmapped == "cash" else ""
    linked = known.join(
        resolve_channels(known["payment_channel"], links, cash_method=cash),
        on="payment_channel", how="left", maintain_order="left",
    )  # fmt: skip
    unlinked = pl.col("payment_method").is_null()
    waiting = linked.filter(unlinked).group_by("order_no", maintain_order=True).agg(
        pl.col("payment_channel").str.join(_BETWEEN).alias("open_channel")
    )  # fmt: skip
    whole = linked.join(waiting, on="order_no", how="anti", maintain_order="left")
    parts = _parts(whole, inputs.owed_accounts)
    return SplitOrders(parts, _way_back(parts, whole, inputs.refunds), fill(waiting, _OPEN))


def _parts(linked: pl.DataFrame, owed_accounts: frozenset[str]) -> pl.DataFrame:
    """Return SPLIT: one row per order and method, by the rule ``main-part``."""
    cards = [name for name in linked["payment_channel"].unique() if is_gift_card(name)]
    owed = pl.col("payment_channel").is_in(cards) | pl.col("account_code").is_in(sorted(owed_accounts))
    grouped = linked.with_columns(owed.alias("_owed")).group_by("order_no", "payment_method", maintain_order=True).agg(
        pl.col("payment_channel").str.join(CHANNEL_JOINER), pl.col("account_code").first(),
        pl.col("amount_minor").sum(), pl.col("_owed").all(),
    )  # fmt: skip
    ordered = grouped.sort(
        "order_no", "_owed", "amount_minor", "payment_channel", descending=[False, False, True, False]
    )
    running = pl.col("amount_minor").cum_sum().over("order_no")
    numbered = ordered.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).over("order_no").alias("part_no"),
        (running - pl.col("amount_minor")).alias("from_minor"),
    )
    return fill(numbered, SPLIT)


def _way_back(parts: pl.DataFrame, linked: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Return SPLIT as money goes back: refunds whose channel is stated first, in their order, then what they leave of each part."""
    methods = linked.select("order_no", "payment_channel", "payment_method")
    mine = refunds.join(parts.select("order_no").unique(), on="order_no", how="semi", maintain_order="left")
    stated = mine.join(methods, on=["order_no", "payment_channel"], how="left", maintain_order="left")
    used = stated.group_by("order_no", "payment_method").agg(pl.col("amount_minor").sum().alias("_used"))
    left = parts.join(used, on=["order_no", "payment_method"], how="left", maintain_order="left").with_columns(
        pl.col("_used").fill_null(0)
    )
    unclear = pl.concat([
        stated.filter(pl.col("payment_method").is_null()).select("order_no"),
        left.filter(pl.col("_used") > pl.col("amount_minor")).select("order_no"),
    ])  # fmt: skip
    known = stated.join(unclear, on="order_no", how="anti", maintain_order="left")
    if known.is_empty():
        return parts
    others = parts.join(known, on="order_no", how="anti", maintain_order="left")
    own = known.select("order_no", "payment_method", "amount_minor").join(
        parts.drop("amount_minor", "from_minor"), on=["order_no", "payment_method"], how="left", maintain_order="left"
    )
    rest = left.join(known, on="order_no", how="semi", maintain_order="left")
    rest = rest.with_columns(pl.col("amount_minor") - pl.col("_used")).filter(pl.col("amount_minor") > 0)
    names = [name for name in SPLIT if name != "from_minor"]
    both = pl.concat([own.select(names), rest.select(names)]).sort("order_no", maintain_order=True)
    before = pl.col("amount_minor").cum_sum().over("order_no") - pl.col("amount_minor")
    return pl.concat([others, both.with_columns(before.alias("from_minor")).select(SPLIT.names())]).sort(
        "order_no", maintain_order=True
    )


def main_channels(channels: pl.DataFrame, split: SplitOrders) -> pl.DataFrame:
    """Return the channel of every order, with the main part's in place of a combination's; none where a part waits."""
    if split.parts.is_empty() and split.waiting.is_empty():
        return channels
    main = split.parts.filter(pl.col("part_no") == 0).select(
        "order_no", pl.col("payment_method").alias("_method"), pl.col("account_code").alias("_account")
    )
    numbered = channels.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("order_no"))
    both = numbered.join(main, on="order_no", how="left", maintain_order="left")
    waits = pl.col("order_no").is_in(split.waiting["order_no"].implode())
    return both.with_columns(
        pl.when(~waits).then(pl.coalesce("_method", "payment_method")).alias("payment_method"),
        pl.when(~waits).then(pl.coalesce("_account", "account_code")).alias("account_code"),
    ).select(channels.columns)


def with_open_channel(orders: pl.DataFrame, split: SplitOrders) -> pl.DataFrame:
    """Return the orders with ``open_channel``: the channel a person would map for each, of several those that wait."""
    if split.waiting.is_empty():
        return orders.with_columns(pl.col("payment_channel").alias("open_channel"))
    both = orders.join(split.waiting, on="order_no", how="left", maintain_order="left")
    return both.with_columns(pl.coalesce("open_channel", "payment_channel").alias("open_channel"))


@dataclass(frozen=True, slots=True)
class DocumentParts:
    """The payments of documents that move money over several accounts."""

    frame: pl.DataFrame
    """All documents, with `payments`, and payment_method and money_account of their main part.

    ``part_channel``: the one channel a credit note gives back through, of the several of its order; null: as the order says.
    """
    rows: pl.DataFrame
    """doc_no, account_code and amount_minor: where the money of split documents goes, one row per account."""


def document_parts(frame: pl.DataFrame, split: SplitOrders, done: pl.Series, kept: pl.DataFrame) -> DocumentParts:
    """Return the documents with their payments.

    Args:
        frame: Per document doc_no, order_no, kind, after_sale, total_minor, base_total_minor, applies_to_key,
            payment_method and money_account.
        split: Of the orders.
        done: Per document, what is credited already of the ledger's live document.
        kept: `kept_whole`; what is taken back from these receipts goes where it came in.
    """
    if split.parts.is_empty():
        none = pl.lit(None, dtype=_PAYMENTS).alias("payments"), pl.lit(None, dtype=pl.String).alias("part_channel")
        return DocumentParts(frame.with_columns(none), empty(_PARTS))
    spans = _spans(frame, done, kept)
    pieces = pl.concat([
        _pieces(spans.filter(~pl.col("_is_back")), split.parts), _pieces(spans.filter("_is_back"), split.back),
    ])  # fmt: skip
    listed = pieces.group_by("doc_no", maintain_order=True).agg(
        pl.struct(PAYMENT_PART.names()).alias("payments"),
        pl.col("payment_method").first().alias("_method"), pl.col("account_code").first().alias("_account"),
        pl.col("payment_channel").first().alias("_channel"),
        pl.len().alias("_count"),
    )  # fmt: skip
    both = frame.join(listed, on="doc_no", how="left", maintain_order="left")
    both = both.join(
        kept.select(pl.col("document_key").alias("applies_to_key"), pl.col("payment_method").alias("_kept"), pl.col("account_code").alias("_kept_on")),
        on="applies_to_key", how="left", maintain_order="left",
    )  # fmt: skip
    credits_ = pl.col("kind") == "credit_note"
    made = both.with_columns(
        pl.when(pl.col("_count") > 1).then(pl.col("payments").cast(_PAYMENTS)).alias("payments"),
        pl.coalesce("_method", pl.when(credits_).then("_kept"), "payment_method").alias("payment_method"),
        pl.coalesce("_account", pl.when(credits_).then("_kept_on"), "money_account").alias("money_account"),
        pl.when(credits_ & (pl.col("_count") == 1)).then("_channel").alias("part_channel"),
    ).select(*frame.columns, "payments", "part_channel")
    several = made.filter(pl.col("payments").is_not_null()).select("doc_no")
    rows = pieces.join(several, on="doc_no", how="semi", maintain_order="left")
    return DocumentParts(
        made, rows.group_by("doc_no", "account_code", maintain_order=True).agg(pl.col("amount_minor").sum())
    )


def _spans(frame: pl.DataFrame, done: pl.Series, kept: pl.DataFrame) -> pl.DataFrame:
    """Return doc_no, order_no and which part of the sale, from_minor to to_minor, documents bring in or give back."""
    back = pl.col("kind") == "credit_note"
    on_receipt = pl.col("applies_to_key").str.contains("/receipt/", literal=True).fill_null(value=False)
    old = pl.col("applies_to_key").is_in(kept["document_key"].implode()).fill_null(value=False)
    running = pl.when(back).then("total_minor").otherwise(0).cum_sum().over("order_no", "after_sale")
    start = running - pl.col("total_minor") + pl.when(pl.col("after_sale")).then(0).otherwise(pl.lit(done))
    spans = frame.with_columns(pl.when(back).then(start).otherwise(0).alias("_start"))
    spans = spans.filter((pl.col("kind") == "receipt") | (back & on_receipt & ~old))
    return spans.select(
        "doc_no", "order_no", "base_total_minor", (pl.col("kind") == "credit_note").alias("_is_back"), pl.col("_start").alias("_from"),
        (pl.col("_start") + pl.col("total_minor")).alias("_to"),
    )  # fmt: skip


def _pieces(spans: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Return what of each part lies in the span of a document; only where the parts come to the document's sale."""
    sums = parts.group_by("order_no").agg(pl.col("amount_minor").sum().alias("_sum"))
    whole = spans.join(sums, on="order_no", how="inner", maintain_order="left")
    whole = whole.filter(pl.col("_sum") == pl.col("base_total_minor"))
    both = whole.join(parts, on="order_no", how="inner", maintain_order="left_right")
    until = pl.min_horizontal("_to", pl.col("from_minor") + pl.col("amount_minor"))
    inside = until - pl.max_horizontal("_from", "from_minor")
    found = both.with_columns(inside.alias("amount_minor")).filter(pl.col("amount_minor") > 0)
    by_part = found.group_by("doc_no", "part_no").agg(
        pl.col("payment_channel", "payment_method", "account_code").first(), pl.col("amount_minor").sum()
    )
    return by_part.sort("doc_no", "part_no")


def payments_text(digits: int = 2) -> pl.Expr:
    """Return the payments of documents in words, ``Gift Cards 20.00, Clearing 33.63``; null: one payment."""
    part = pl.element().struct
    said = pl.format("{} {}", part.field("payment_method"), plain_text(part.field("amount_minor"), digits))
    return pl.col("payments").list.eval(said).list.join(_BETWEEN)


def payments_whole() -> pl.Expr:
    """Return the payments of documents with their channels, for telling two apart: ``Card -> Clearing 33.63, ...``; null: one payment."""
    part = pl.element().struct
    said = pl.format(
        "{} -> {} {}", part.field("payment_channel"), part.field("payment_method"), plain_text(part.field("amount_minor"))
    )  # fmt: skip
    return pl.col("payments").list.eval(said).list.join(_BETWEEN)


def by_payment(documents: pl.DataFrame) -> pl.DataFrame:
    """Return DOCUMENTS with a row per payment: its channel, its method and as total and paid its amount; ``is_main`` marks the first."""
    several = documents.filter(pl.col("payments").is_not_null())
    if several.is_empty():
        return documents.with_columns(is_main=pl.lit(value=True))
    one = documents.filter(pl.col("payments").is_null()).with_columns(is_main=pl.lit(value=True))
    amount = pl.col("payments").struct.field("amount_minor")
    own = {name: pl.col("payments").struct.field(name) for name in ("payment_channel", "payment_method")}
    each = several.explode("payments").with_columns(
        **own, paid_minor=amount, total_minor=amount, payments=pl.lit(None, dtype=_PAYMENTS),
        is_main=pl.int_range(pl.len()).over("doc_no") == 0,
    )  # fmt: skip
    return pl.concat([one, each.select(one.columns)]).sort("doc_no", maintain_order=True)


def paid_by_person(documents: pl.DataFrame, limits: PlanLimits) -> pl.DataFrame:
    """Return the credit notes whose money back a person records, payment_method in words; where refunds are documents, a row per account."""
    notes = documents.filter(pl.col("kind") == "credit_note")
    if limits.refund_document:
        return by_payment(notes).filter(limits.refund_by_hand())
    from_all = pl.coalesce(payments_text(), "payment_method").alias("payment_method")
    return notes.filter(limits.refund_by_hand()).with_columns(from_all)


def kept_whole(frame: pl.DataFrame, split: SplitOrders, read: PostedReader) -> pl.DataFrame:
    """Return document_key, payment_method and account_code of posted receipts with one payment that credit notes of split orders are about."""
    orders = split.parts["order_no"].unique()
    about = frame.filter(
        pl.col("kind") == "credit_note", ~pl.col("after_sale"), pl.col("order_no").is_in(orders.implode())
    )["applies_to_key"].drop_nulls()
    if about.is_empty():
        return empty(_KEPT)
    found = read(about.unique().sort().to_list())
    first = found.postings.filter(pl.col("posting_no") == 1).select("document_key", "account_code")
    one = found.documents.filter(pl.col("payments").is_null()).select("document_key", "payment_method")
    return one.join(first, on="document_key", how="inner").select(_KEPT.names())


def unsplit_findings(
    documents: pl.DataFrame, place: pl.DataFrame, split: SplitOrders, inputs: PlanInputs
) -> pl.DataFrame:
    """Return a warning per document whose whole sum goes to one account although the source states several payments.

    ``place``: file and row of the order of each document.
    """
    stated = stated_parts(inputs.orders, inputs.payments) if inputs.limits.split_payments else None
    if stated is None or stated.is_empty():
        return no_findings()
    one = pl.col("payments").is_null() & pl.col("kind").is_in(["receipt", "payment"])
    about = pl.concat([documents, place], how="horizontal").filter(one)
    about = about.join(stated.drop("total_minor"), on="order_no", how="inner", maintain_order="left")
    counted = split.parts.group_by("order_no").agg(pl.len().alias("_parts"))
    about = about.join(counted, on="order_no", how="left", maintain_order="left").filter(pl.col("_parts").ne_missing(1))
    why = (
        pl.when(pl.col("stated_minor").is_null()).then(pl.lit("Not every payment the source lists has an amount."))
        .when(~pl.col("is_known")).then(pl.format("The payments listed come to {}.", plain_text("stated_minor")))
        .when(pl.col("kind") == "payment").then(pl.format("A payment on an invoice goes to one account: {}.", "payment_method"))
        .otherwise(pl.format("The document over {} is not what was paid.", plain_text("total_minor")))
    )  # fmt: skip
    return findings_from(
        about, "payments-not-split", column="payment_channel", value=pl.col("payment_channel"),
        amount_minor=pl.col("total_minor"), detail=why,
    )  # fmt: skip

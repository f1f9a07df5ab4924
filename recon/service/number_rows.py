"""The numbering proof as rows for the workbook: of orders and documents before sending, of the ledger's own list after it."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.finding import FINDING_CODES
from recon.domain.providers import source_facts
from recon.proof.known_gaps import ARRIVED, arrived_rows
from recon.proof.numbering import NUMBERING, numbering_proof
from recon.proof.numbering_words import as_rows
from recon.service.context import Context
from recon.service.gap_words import known_words, own_numbers
from recon.service.kept_plans import load_plan_frame, plan_folder
from recon.service.ledger_reading import Reading, kept_reading
from recon.service.numbering_proof import GAP, TWICE, UNNUMBERED, order_proof, spelt_range
from recon.service.part_frames import single_documents
from recon.store.batches import Batch
from recon.summaries.proof import KnownGap
from recon.verify import NUMBERED

NOT_SENT: Final = "Not sent yet"
NOT_LISTED: Final = "The ledger confirmed a document of this order, but its list does not show it"
FOLLOWS: Final = "These numbers follow the orders; what is missing stands with the orders."
_GAP_OF_ORDERS: Final = "No order of these numbers was taken in. Look in the shop whether they were deleted there, or take in the file that has them."
_GAP_OF_TILLS: Final = "No Z report of these numbers was taken in, so a day is missing. Take in the file that has it, or say why there is none."
_GAP_OF_LEDGER: Final = (
    "The ledger's list of these days does not show these numbers: deleted there, or dated on other days."
)
_TITLES: Final = {code: finding.title for code, finding in FINDING_CODES.items()}


def before_rows(
    context: Context,
    name: str,
    rules: Connection,
    orders: pl.DataFrame,
    results: pl.DataFrame,
    documents: pl.DataFrame,
    posted: pl.DataFrame,
) -> pl.DataFrame:
    """Return NUMBERING of the orders, and of the documents that were approved or planned."""
    parts = _order_rows(context, name, rules, orders, results, "orders")
    columns = ("document_key", "number", "issued_on", "kind", "order_key")
    every = pl.concat([posted.select(columns), documents.select(columns)]).unique("document_key", maintain_order=True)
    every = every.join(orders.select("order_key"), on="order_key", how="semi", maintain_order="left")
    numbers = every.filter(~pl.col("kind").cast(pl.String).is_in(UNNUMBERED)).select(
        "number", pl.col("issued_on").alias("day"), pl.col("document_key").alias("owner"),
        pl.lit(None, dtype=pl.String).alias("why"),
    )  # fmt: skip
    follows = FOLLOWS if rules.numbering == "source" else ""
    parts.append(as_rows(numbering_proof(numbers), "documents", gap_words=_GAP_OF_LEDGER, follows=follows))
    return pl.concat(parts)


def after_rows(
    context: Context, name: str, rules: Connection, orders: pl.DataFrame, results: pl.DataFrame, reading: Reading
) -> pl.DataFrame:
    """Return NUMBERING of what the ledger itself listed, for each kind of document apart.

    Void documents keep their number. Where the numbers are ours, only documents in our number range are looked at, and the
    orders' numbers are proved again: does the ledger show what it confirmed?
    """
    company = context.store.catalog.verified(name)
    posted = context.store.posted_orders_frame(company.company_id if company else "")
    ours = reading.listed.filter(_is_ours(rules, posted))
    parts = []
    for kind in NUMBERED:
        of_kind = ours.filter(pl.col("kind") == kind)
        if not of_kind.height:
            continue
        proof = numbering_proof(_listed_numbers(of_kind))
        follows = FOLLOWS if rules.numbering == "source" else ""
        parts.append(as_rows(proof, "ledger", gap_words=_GAP_OF_LEDGER, follows=follows))
    if rules.numbering == "source":
        shown = _as_the_ledger_shows(results, reading, posted)
        told = pl.col("what").is_in(["series", "gap", "known gap", ARRIVED]) | pl.col("words").is_in(
            [NOT_LISTED, NOT_SENT]
        )
        rows = _order_rows(context, name, rules, orders, shown, "orders-ledger")
        parts += [part.filter(told) for part in rows]  # the rest stands with the orders already
    return pl.concat(parts) if parts else pl.DataFrame(schema=NUMBERING)


def _order_rows(
    context: Context, name: str, rules: Connection, orders: pl.DataFrame, results: pl.DataFrame, stage: str
) -> list[pl.DataFrame]:
    """Return NUMBERING of the orders' own numbers, and of those a person knew to be missing that came after all."""
    words = known_words(context, name)
    proof = order_proof(context, name, rules, orders, results, words=words)
    if proof is None:
        return []
    known = [word.known for word in words]
    gap_words = _GAP_OF_TILLS if source_facts(rules.source).is_till else _GAP_OF_ORDERS
    rows = [as_rows(proof, stage, gap_words=gap_words, titles=_TITLES, known=known)]
    return [*rows, arrived_rows(words, own_numbers(orders), stage)] if words else rows


def _is_ours(rules: Connection, posted: pl.DataFrame) -> pl.Expr:
    """Return whether a listed document belongs to the series: all do where the ledger numbers."""
    if rules.numbering == "ledger":
        return pl.lit(value=True)
    prefix = rules.number_prefix
    starts = [pl.col("number").str.starts_with(each) for each in (prefix.invoice, prefix.receipt, prefix.credit_note)]
    return pl.any_horizontal(*starts) | pl.col("number").is_in(posted["number"].drop_nulls().unique().implode())


def _listed_numbers(listed: pl.DataFrame) -> pl.DataFrame:
    """Return NUMBERS; a void document keeps its number, but is no second owner of it."""
    owner = (
        pl.when("is_void")
        .then(pl.lit(None, dtype=pl.String))
        .otherwise(pl.concat_str("kind", pl.lit(" "), "ledger_id"))
    )
    first = owner.drop_nulls().first().over("number")
    return listed.select(
        "number", pl.col("issued_on").alias("day"), pl.coalesce(owner, first).alias("owner"),
        pl.lit(None, dtype=pl.String).alias("why"),
    )  # fmt: skip


def _as_the_ledger_shows(results: pl.DataFrame, reading: Reading, posted: pl.DataFrame) -> pl.DataFrame:
    """Return ORDER_RESULTS with what stands there by the ledger's list; confirmed and not listed is a reason of its own."""
    lost = _not_listed(reading, posted).select("order_key", pl.lit(value=True).alias("_lost"))
    sent = posted.filter(~pl.col("pending")).select("order_key", pl.lit(value=True).alias("_sent")).unique()
    joined = results.join(lost, on="order_key", how="left", maintain_order="left").join(
        sent, on="order_key", how="left", maintain_order="left"
    )
    disposition = pl.col("disposition").cast(pl.String)
    open_ = disposition.is_in(["documents", "posted"]) & pl.col("_sent").is_null() & (pl.col("reason") != "by-hand")
    return joined.with_columns(
        pl.when(pl.col("_lost").is_not_null() | open_).then(pl.lit("held"))
        .when(pl.col("_sent").is_not_null()).then(pl.lit("posted")).otherwise(disposition).alias("disposition"),
        pl.when(pl.col("_lost").is_not_null()).then(pl.lit(NOT_LISTED))
        .when(open_).then(pl.lit(NOT_SENT)).otherwise("reason").alias("reason"),
    )  # fmt: skip


def _not_listed(reading: Reading, posted: pl.DataFrame) -> pl.DataFrame:
    """Return the orders with a confirmed document whose number the ledger's list does not show, not even as void."""
    numbers = reading.listed.select("kind", "number").unique()
    asked = posted.join(reading.said, on="document_key", how="semi").filter(
        pl.col("kind").cast(pl.String).is_in(NUMBERED)
    )
    missing = asked.with_columns(pl.col("kind").cast(pl.String)).join(numbers, on=["kind", "number"], how="anti")
    return missing.select("order_key").unique()


def numbering_rows(context: Context, batch: Batch) -> pl.DataFrame:
    """Return NUMBERING of a batch for its workbook: before sending, and of the ledger's list where it was verified."""
    name, rules = batch.connection, context.settings.connections[batch.connection]
    orders, results, documents = (load_plan_frame(context, batch, part) for part in ("orders", "results", "documents"))
    posted = context.store.posted_frame(batch.company_id)
    before = before_rows(context, name, rules, orders, results, documents, posted)
    reading = kept_reading(context, name, batch.batch_id)
    if reading is None:
        return before
    return pl.concat([before, after_rows(context, name, rules, orders, results, reading)])


def numbering_found(
    context: Context, batch: Batch, reading: Reading
) -> tuple[tuple[dict[str, str], ...], tuple[KnownGap, ...]]:
    """Return gaps and doubles as `recon verify` tells them, and gaps that persons know of.

    Of the days of the batch's own orders; the rest is other batches'.
    """
    rules = context.settings.connections[batch.connection]
    orders, results = (load_plan_frame(context, batch, part) for part in ("orders", "results"))
    documents = single_documents(plan_folder(context, batch), ("document_key", "order_key"))
    rows = after_rows(context, batch.connection, rules, orders, results, reading)
    days = orders.join(documents.select("order_key"), on="order_key", how="semi")["ordered_on"]
    since, until = (days.min(), days.max()) if rules.numbering == "source" else (reading.since, reading.until)
    inside = pl.col("day").is_between(since, until)
    told = rows.filter(((pl.col("what") == "gap") & inside) | (pl.col("what") == "used twice"))
    codes = {"gap": GAP, "used twice": TWICE}
    found = told.select(spelt_range().alias("number"), "words", pl.col("what").replace_strict(codes).alias("code"))
    known = rows.filter(pl.col("what").is_in(["known gap", ARRIVED]) & inside)
    return (
        tuple({"number": number, "text": words, "code": code} for number, words, code in found.iter_rows()),
        _known(context, batch.connection, known),
    )


def _known(context: Context, name: str, rows: pl.DataFrame) -> tuple[KnownGap, ...]:
    """Return rows of the sheet that a person's word stands behind, with whose it is."""
    said = {text: word for word in known_words(context, name) for text in (word.known, word.overtaken)}
    found = rows.select(spelt_range().alias("number"), "count", "words", pl.col("what") == ARRIVED)
    return tuple(
        KnownGap(
            number=number, count=count, arrived=count if came else 0, reason=said[text].reason, who=said[text].who,
            day=str(said[text].day), text=text,
        )
        for number, count, text, came in found.iter_rows()
    )  # fmt: skip

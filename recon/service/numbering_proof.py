"""Numbering proof of a connection: of its orders and documents before sending, and of what the ledger lists after it.

Our numbers are made of the orders' numbers, so a gap is an order that was never taken in; marketplaces number for all their
shops at once, so their numbers have no gaps of ours. Where the ledger numbers, the series are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.document import NUMBERLESS
from recon.domain.finding import FINDING_CODES
from recon.domain.providers import source_facts
from recon.errors import ApprovalError
from recon.frames.findings import findings_from, gather, one_finding
from recon.frames.parquet import read_frame, scan_frame
from recon.frames.schemas import LEFT_OUT
from recon.proof.known_gaps import GapWord, explained
from recon.proof.numbering import NumberingProof, numbering_proof, reused, taken
from recon.proof.series import NUMBERS
from recon.service.context import Context
from recon.service.gap_words import known_words
from recon.service.kept_plans import batch_folder, latest_plan_folder
from recon.service.known import current_frames
from recon.service.ledger_reading import readings, strangers
from recon.store.batches import Batch

GAP, TAKEN, TWICE = "number-gap", "number-taken", "number-twice"
"""Finding codes."""
Z_GAP: Final = "z-number-gap"
"""Of tills; sources say it of one file, this proof of all of them together, and it hears what persons said."""
GAPS: Final = (GAP, Z_GAP)
_Z_APART: Final = "/"
"""Between register and Z number."""
GAPS_TOLD: Final = 20
"""Gaps that become findings of their own; the workbook has all."""
UNNUMBERED: Final = ("product", *sorted(NUMBERLESS))
"""Kinds that stand under no number of their own."""


def order_proof(
    context: Context,
    name: str,
    rules: Connection,
    orders: pl.DataFrame,
    results: pl.DataFrame,
    *,
    words: Sequence[GapWord] = (),
) -> NumberingProof | None:
    """Return which of the source's running numbers are missing, and under which no document stands and why.

    None where the source's numbers are not the shop's own. ``words``: what persons said of missing numbers.
    """
    if source_facts(rules.source).is_marketplace:
        return None
    went = results.select("order_no", pl.col("disposition").cast(pl.String), pl.col("reason").alias("why"))
    stands = pl.col("disposition").is_in(["documents", "posted"])
    joined = orders.select("order_no", "order_number", "ordered_on", "order_key", "record_kind").join(
        went, on="order_no", how="left", maintain_order="left"
    )
    numbers = joined.select(
        pl.col("order_number").alias("number"), pl.col("ordered_on").alias("day"), pl.col("order_key").alias("owner"),
        pl.when(~stands).then("why").alias("why"), "record_kind",
    )  # fmt: skip
    own = _without_borrowed(numbers)
    others = [_other_numbers(orders), *_of_others(context, name, rules)]
    said = [explained(words)] if words else []
    runs_on = _Z_APART if source_facts(rules.source).is_till else ""
    proof = numbering_proof(own, pl.concat([*others, *said]), runs_on=runs_on)
    if not proof.gaps.height:
        return proof
    gone = _taken_off(context, name, rules, orders)
    return numbering_proof(own, pl.concat([*others, *gone, *said]), runs_on=runs_on)


def _taken_off(context: Context, name: str, rules: Connection, orders: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the numbers of returns that a plan takes off their sales, as NUMBERS: they are records no more, and no gaps."""
    frames = current_frames(context, name, rules) if "sale_return" in rules.record_kinds else None
    if frames is None:
        return []
    returns = frames.orders.filter(pl.col("record_kind") == "sale_return")
    gone = returns.join(orders, on="order_key", how="anti", maintain_order="left").select(
        pl.col("order_number").alias("number"), pl.col("ordered_on").alias("day"), pl.col("order_key").alias("owner"),
        pl.lit("Taken off its sale").alias("why"),
    )  # fmt: skip
    return [gone]


def _other_numbers(orders: pl.DataFrame) -> pl.DataFrame:
    """Return NUMBERS under which others know an order: its own shop's, where it goes by the marketplace's number."""
    carried = pl.format("Order {} has it as its other number", "order_number")
    several = orders.filter(pl.col("other_numbers").is_not_null()).select(
        pl.col("other_numbers").str.split(" ").alias("number"), pl.col("ordered_on").alias("day"),
        pl.col("order_key").alias("owner"), carried.alias("why"),
    )  # fmt: skip
    return several.explode("number").filter(pl.col("number") != "")


def _without_borrowed(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return NUMBERS without returns that carry the number of the order they are of."""
    is_return = pl.col("record_kind").cast(pl.String).str.ends_with("_return")
    if not numbers.select(is_return.any()).item():
        return numbers.select(NUMBERS.names())
    first = numbers.filter(~is_return)
    own = numbers.filter(is_return).join(first, on="number", how="anti")
    return pl.concat([first, own]).select(NUMBERS.names())


def _of_others(context: Context, name: str, rules: Connection) -> list[pl.DataFrame]:
    """Return numbers of the same shop system that another connection took in, as NUMBERS; they explain gaps here."""
    parts = []
    for other, settings in context.settings.connections.items():
        folder = latest_plan_folder(context, other) if other != name and settings.source == rules.source else None
        if folder is not None:
            parts.append(
                read_frame(folder, "orders").select(
                    pl.col("order_number").alias("number"),
                    pl.col("ordered_on").alias("day"),
                    pl.col("order_key").alias("owner"),
                    pl.lit(f"Taken in through connection {other}").alias("why"),
                )
            )
    return parts


def gap_findings(
    context: Context, name: str, rules: Connection, orders: pl.DataFrame, results: pl.DataFrame
) -> pl.DataFrame:
    """Return FINDINGS of the gaps in the source's numbers: warnings, for nobody knows here why a number is missing."""
    proof = order_proof(context, name, rules, orders, results, words=known_words(context, name))
    if proof is None:
        return gather([])
    gaps, code = _gaps_that_count(proof, rules), Z_GAP if source_facts(rules.source).is_till else GAP
    first = gaps.head(GAPS_TOLD)
    day_next = pl.col("day").dt.to_string("%Y-%m-%d").fill_null("an unknown day")
    words = (
        pl.when(pl.col("count") == 1)
        .then(pl.format("1 number of series {} is not among the orders; the next one that is was ordered on {}", "series", day_next))
        .otherwise(pl.format("{} numbers of series {} are not among the orders; the next one that is was ordered on {}", "count", "series", day_next))
    )  # fmt: skip
    if code == Z_GAP:
        words = pl.format(
            "Z reports of {} that were not taken in: {}; the next one is of {}", "series", "count", day_next
        )
    found = findings_from(first, code, column="order_number", value=spelt_range(), detail=words)
    if gaps.height <= GAPS_TOLD:
        return found
    rest = gaps.slice(GAPS_TOLD)
    more = f"{rest['count'].sum():,} more numbers are missing in {rest.height:,} places; the sheet Numbering of the audit workbook lists them"
    return gather([found, one_finding(code, column="order_number", detail=more)])


def gap_warnings(context: Context, batch: Batch) -> tuple[str, ...]:
    """Return what a person should know about order numbers before a batch is sent.

    As its plan found it; where anything was ever said about gaps, by what is said now, for that makes no new batch.
    """
    folder, name = batch_folder(context, batch), batch.connection
    if context.store.mappings.history(name, "gap"):
        orders, results = read_frame(folder, "orders"), read_frame(folder, "results")
        findings = gap_findings(context, name, context.settings.connections[name], orders, results).lazy()
    else:
        findings = scan_frame(folder, "findings")
    found = findings.filter(pl.col("code").is_in(GAPS)).select("code", "value", "detail").collect()
    if not found.height:
        return ()
    told = [value or detail for _code, value, detail in found.head(GAPS_TOLD + 1).iter_rows()]
    code = str(found["code"][0])
    return (f"{FINDING_CODES[code].title} ({code}): {', '.join(told)}",)


def _gaps_that_count(proof: NumberingProof, rules: Connection) -> pl.DataFrame:
    """Return the gaps without those before the start date, where nothing is ever posted."""
    return proof.gaps.filter(pl.col("day").is_null() | (pl.col("day") >= rules.start_date))


def spelt_range() -> pl.Expr:
    """Return a run of numbers as a person writes it."""
    return (
        pl.when(pl.col("first") == pl.col("last"))
        .then("first")
        .otherwise(pl.concat_str([pl.col("first"), pl.col("last")], separator=" to "))
    )


def taken_numbers(context: Context, name: str, documents: pl.DataFrame, posted: pl.DataFrame) -> pl.DataFrame:
    """Return the documents whose number another document carries: LEFT_OUT of their orders, with who has it.

    Looked at are the documents themselves, everything approved and not dead, and what the ledger listed when it was read
    last. An equal document under the same number is taken for the same one: the upload looks it up and takes it over.
    """
    numbered = documents.filter(~pl.col("kind").cast(pl.String).is_in(UNNUMBERED), pl.col("number").is_not_null())
    mine = numbered.select("order_key", "number", pl.col("document_key").alias("owner"))
    approved = posted.filter(~pl.col("kind").cast(pl.String).is_in(UNNUMBERED)).select(
        "number", pl.col("document_key").alias("owner")
    )
    listed = _other_documents(strangers(readings(context, name), posted), numbered)
    again = mine.select("number", "owner") if reused(mine).height else mine.clear()
    found = [taken(mine, others) for others in (again, approved, listed) if others.height]
    every = (
        pl.concat(found) if found else pl.DataFrame(schema={**LEFT_OUT, "number": pl.String(), "other": pl.String()})
    )
    detail = pl.format("{} is the number of {}", "number", "other")
    return (
        every.select("order_key", pl.lit(TAKEN).alias("code"), detail.alias("detail"))
        .unique("order_key", keep="first", maintain_order=True)
        .cast(LEFT_OUT)
    )


def _other_documents(listed: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Return number and owner of the ledger's entries that are not, by kind, day and sum, one of these documents."""
    if listed.is_empty():
        return listed.select("number", "owner")
    alike = ["_key", "kind", "issued_on", "total_minor"]
    lowered = pl.col("number").str.to_lowercase().alias("_key")
    ours = documents.select(lowered, pl.col("kind").cast(pl.String), "issued_on", "total_minor")
    entries = listed.with_columns(lowered)
    others = pl.concat([entries.filter("is_void"), entries.filter(~pl.col("is_void")).join(ours, on=alike, how="anti")])
    return others.select("number", "owner")


def require_free_numbers(context: Context, name: str, documents: pl.DataFrame, posted: pl.DataFrame) -> None:
    """Refuse to send a number that another document carries.

    Raises:
        ApprovalError: At least one does; the text names the first ones.
    """
    found = taken_numbers(context, name, documents, posted)
    if found.height:
        named = "\n".join(found["detail"].head(5))
        words = f"{found.height:,} numbers stand on other documents already. Nothing was sent."
        raise ApprovalError(f"{words} {FINDING_CODES[TAKEN].remedy}\n{named}")

"""Fold the documents of single orders into summaries, and keep each as a part of the one that holds it.

Folded are receipts that wait for nothing, and credit notes that wait for nothing or for a folded receipt. What carries
VAT, is a tax invoice or goes to a buyer's own contact stays one by one, and so do invoices, their payments and voids.
A credit note over an order whose receipt goes out in the same plan waits for the summary of that receipt.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.errors import FrameError
from recon.frames.conform import conform
from recon.frames.schemas import DOCUMENTS, PARTS
from recon.plan.inputs import Parts, Plan, PlanInputs
from recon.plan.recount import recounted
from recon.plan.summing.headers import headers
from recon.plan.summing.keys import group_digests
from recon.plan.summing.lines import summed_lines, summed_payments, summed_postings
from recon.plan.summing.numbers import summary_numbers
from recon.plan.summing.words import retold_refunds

ALIKE: Final = (
    "kind", "issued_on", "sales_channel", "payment_method", "contact_code", "contact_name", "currency", "vat_mode",
)  # fmt: skip
"""What the documents of one summary have in common."""
_UNIT: Final = "\x1f"


def folded(made: Plan, inputs: PlanInputs) -> Plan:
    """Return the plan with summaries in place of the documents they hold.

    Raises:
        FrameError: The summaries do not come to what their parts come to (a defect).
    """
    which = _foldable(made.documents, made.lines)
    if not which.any():
        return made
    grouped = _grouped(made.documents.filter(which))
    summaries = _summaries(grouped, inputs.connection, inputs.posted)
    return _put_together(made, inputs, which, grouped, summaries)


def _foldable(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.Series:
    """Return which documents become parts of a summary; one whose tax the ledger works out is rounded by itself."""
    by_item = lines.filter(pl.col("tax_code").is_not_null())["doc_no"].unique().implode()
    alone = (pl.col("vat_minor") != 0) | pl.col("is_tax_invoice") | pl.col("contact_tax_id").is_not_null()
    alone = alone | pl.col("doc_no").is_in(by_item)
    plain = ~alone & pl.col("payment_method").is_not_null()
    kind, waits = pl.col("kind"), pl.col("depends_on").is_not_null()
    receipts = documents.select((kind == "receipt") & plain & ~waits).to_series()
    waiting = documents.filter((kind == "credit_note") & plain & waits).select("document_key", "depends_on")
    ready = waiting.join(
        documents.filter(receipts).select("document_key"), left_on="depends_on", right_on="document_key", how="semi"
    )
    credit = (kind == "credit_note") & plain & (~waits | pl.col("document_key").is_in(ready["document_key"].implode()))
    return receipts | documents.select(credit).to_series()


def _grouped(parts: pl.DataFrame) -> pl.DataFrame:
    """Return the parts with ``group``, the position of their summary: receipts first, then credit notes, each by day.

    ``after``: the group a credit note waits for; those of one day that wait for nothing go with the first that wait.
    """
    is_receipt = parts["kind"] == "receipt"
    receipts = _numbered(parts.filter(is_receipt).with_columns(pl.lit(None, dtype=pl.UInt32).alias("after")), 0)
    first = receipts["group"].max()
    done = int(first) + 1 if isinstance(first, int) else 0
    credits_ = parts.filter(~is_receipt)
    if not credits_.height:
        return receipts
    held = receipts.select(pl.col("document_key").alias("depends_on"), pl.col("group").alias("after"))
    credits_ = credits_.join(held, on="depends_on", how="left", maintain_order="left")
    with_others = pl.col("after").min().over(ALIKE)
    return pl.concat(
        [receipts, _numbered(credits_.with_columns(pl.coalesce("after", with_others).alias("after")), done)]
    )


def _numbered(parts: pl.DataFrame, start: int) -> pl.DataFrame:
    """Add ``group``, counted from ``start`` in the order of days, channels, accounts."""
    by = [*ALIKE, "after"]
    groups = parts.select(by).unique().sort(*(name for name in by if name != "kind"), nulls_last=True)
    groups = groups.with_columns(pl.int_range(start, start + pl.len(), dtype=pl.UInt32).alias("group"))
    return parts.join(groups, on=by, how="left", nulls_equal=True, maintain_order="left")


def _summaries(grouped: pl.DataFrame, connection: Connection, posted: pl.DataFrame) -> pl.DataFrame:
    """Return one row per summary: the columns of DOCUMENTS that are sums, the keys, revision and number."""
    sums = [pl.col(name).sum() for name in DOCUMENTS if name.endswith("_minor")]
    frame = grouped.group_by("group").agg(
        *(pl.col(name).first() for name in (*ALIKE, "after", "order_key")),
        *sums,
        pl.col("paid_on").max(),
        pl.col("order_number").first(), pl.col("order_number").last().alias("last_order"),
        pl.col("order_no").n_unique().alias("orders"),
        pl.when(pl.col("payment_channel").n_unique() == 1).then(pl.col("payment_channel").first()).otherwise(pl.lit("")),
    ).sort("group")  # fmt: skip
    alike = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in ALIKE[2:]], separator=_UNIT)
    shop = pl.col("order_key").str.extract(r"^([^:]*:[^:]*):")
    digest = pl.lit(group_digests(frame.select(alike).to_series()))
    frame = frame.with_columns(
        pl.concat_str(
            [shop, pl.lit(":summary:"), pl.col("issued_on").dt.to_string("%Y-%m-%d"), pl.lit(":"), digest]
        ).alias("order_key")
    )
    frame = frame.with_columns(_revision(frame, posted))
    key = pl.format("{}/{}/{}", "order_key", pl.col("kind").cast(pl.String), "revision")
    frame = frame.with_columns(key.alias("document_key"))
    return frame.with_columns(summary_numbers(frame, posted, connection.number_prefix.summary))


def _revision(frame: pl.DataFrame, posted: pl.DataFrame) -> pl.Series:
    """Return the running number of each summary among those of its kind, day, channel and account."""
    before = posted.group_by("order_key", "kind").agg(pl.col("revision").max().alias("last"))
    known = frame.join(before, on=["order_key", "kind"], how="left", maintain_order="left")
    nth = pl.int_range(1, pl.len() + 1, dtype=pl.UInt16).over("order_key", "kind")
    return known.select((pl.col("last").fill_null(0) + nth).cast(pl.UInt16).alias("revision")).to_series()


def _put_together(
    made: Plan, inputs: PlanInputs, which: pl.Series, grouped: pl.DataFrame, summaries: pl.DataFrame
) -> Plan:
    """Return the plan: products first, then summaries, then what goes out one by one; all proofs made anew."""
    kept = made.documents.filter(~which)
    products = int((kept["kind"] == "product").sum())
    assert not products or (kept["kind"].head(products) == "product").all()
    count = summaries.height
    group_of = _scattered(made.documents.height, grouped["doc_no"], grouped["group"])
    places = pl.int_range(kept.height, dtype=pl.UInt32, eager=True)
    new_no = pl.select(
        pl.when(pl.lit(places) < products).then(pl.lit(places)).otherwise(pl.lit(places) + count)
    ).to_series()
    place_of = _scattered(made.documents.height, kept["doc_no"], new_no.cast(pl.UInt32))
    heads = headers(
        summaries.join(summed_payments(grouped), on="group", how="left", maintain_order="left"), grouped
    ).with_columns((pl.col("doc_no") + products).cast(pl.UInt32))
    key_of = grouped.select("document_key", pl.lit(heads["document_key"]).gather(pl.col("group")).alias("summary_key"))
    singles = _pointing(kept, key_of).with_columns(new_no.cast(pl.UInt32).alias("doc_no"))
    documents = pl.concat([singles.head(products), heads, singles.slice(products)])
    sum_lines = partial(summed_lines, by_product=inputs.connection.detail.inventory == "each")
    lines, postings = (
        pl.concat([
            _of_singles(frame, place_of),
            summed(frame, group_of).with_columns((pl.col("doc_no") + products).cast(pl.UInt32)),
        ]).sort("doc_no", maintain_order=True)
        for frame, summed in ((made.lines, sum_lines), (made.postings, summed_postings))
    )  # fmt: skip
    conform(documents, DOCUMENTS, name="documents", key=("document_key",), required=("issued_on", "contact_code"))
    parts = _parts(made, which, group_of, heads["document_key"])
    _require_same_sums(heads, parts)
    credited = grouped.filter(pl.col("kind") == "credit_note")["document_key"]
    findings = retold_refunds(made.findings, heads, credited, inputs.limits)
    changed = replace(made, documents=documents, lines=lines, postings=postings, parts=parts, findings=findings)
    return recounted(changed, inputs)


def _scattered(size: int, places: pl.Series, values: pl.Series) -> pl.Series:
    """Return ``values`` at their places among ``size`` rows, null elsewhere."""
    return pl.repeat(None, size, dtype=pl.UInt32, eager=True).scatter(places, values)


def _of_singles(frame: pl.DataFrame, place_of: pl.Series) -> pl.DataFrame:
    return frame.with_columns(place_of.gather(frame["doc_no"]).alias("doc_no")).filter(pl.col("doc_no").is_not_null())


def _pointing(singles: pl.DataFrame, key_of: pl.DataFrame) -> pl.DataFrame:
    """Let documents that wait for a part of a summary wait for the summary."""
    if not singles["depends_on"].is_not_null().any():
        return singles
    joined = singles.join(
        key_of.rename({"document_key": "depends_on", "summary_key": "_key"}),
        on="depends_on",
        how="left",
        maintain_order="left",
    )
    return joined.with_columns(pl.coalesce("_key", "depends_on").alias("depends_on")).drop("_key")


def _parts(made: Plan, which: pl.Series, group_of: pl.Series, keys: pl.Series) -> Parts:
    """Return the documents of single orders that the summaries hold, with their lines and postings."""
    mine = keys.gather(group_of.filter(which)).alias("summary_key")
    documents = made.documents.filter(which).with_columns(mine).select(PARTS.names())
    lines, postings = (
        frame.filter(group_of.gather(frame["doc_no"]).is_not_null()) for frame in (made.lines, made.postings)
    )
    return Parts(documents, lines, postings)


def _require_same_sums(heads: pl.DataFrame, parts: Parts) -> None:
    """Refuse summaries that are not, to the minor unit, the sum of their parts."""
    sums = parts.documents.group_by("summary_key").agg(pl.col("total_minor").sum().alias("_sum"))
    both = heads.join(sums, left_on="document_key", right_on="summary_key", how="full")
    if not both.select((pl.col("total_minor") == pl.col("_sum")).fill_null(value=False).all()).item():
        raise FrameError("a summary is not the sum of its orders")

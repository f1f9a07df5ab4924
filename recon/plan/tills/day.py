"""All Z reports of one department (and project) and day as one voucher; each report stays a part of it, and is known as posted afterwards.

Lines are summed per account, VAT code and text, payments per means of payment; what a count moved stays by itself. A report that
comes later becomes a further voucher of that day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from recon.domain.taxes import RATE_UNIT
from recon.errors import FrameError
from recon.frames.conform import fill
from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS, PARTS, PAYMENT_PART
from recon.plan.columns import place_in_run, share_half_up
from recon.plan.inputs import Parts, Plan, PlanInputs
from recon.plan.numbering import document_numbers
from recon.plan.recount import recounted
from recon.plan.summing.keys import REASON, digests_by, group_digests, held_words
from recon.plan.tills.documents import without_prefixes
from recon.plan.tills.postings import till_postings

_NAMED: Final = 3
"""So many reports are named one by one; of more, the first and the last."""


def day_vouchers(made: Plan, inputs: PlanInputs, money: pl.DataFrame) -> Plan:
    """Return the plan with one settlement per department and day in the place of those of single reports.

    ``money``: MONEY of the reports, with ``doc_no``.

    Raises:
        FrameError: The vouchers do not come to what their reports come to (a defect).
    """
    is_report = made.documents["kind"] == "settlement"
    if not is_report.any():
        return made
    reports = _grouped(made.documents.filter(is_report))
    days = _days(reports, inputs)
    group_of = pl.repeat(None, made.documents.height, dtype=pl.UInt32, eager=True).scatter(
        reports["doc_no"], reports["group"]
    )
    parts = _summed_money(money, group_of)
    listed = parts.group_by("doc_no", maintain_order=True).agg(pl.struct(PAYMENT_PART.names()).alias("payments"))
    lines = _summed_lines(made.lines, group_of, inputs)
    heads = _heads(days, listed, lines)
    singles = made.documents.filter(~is_report)
    shift = pl.lit(heads.height, dtype=pl.UInt32)
    place = pl.repeat(None, made.documents.height, dtype=pl.UInt32, eager=True).scatter(
        singles["doc_no"], pl.int_range(singles.height, dtype=pl.UInt32, eager=True) + heads.height
    )
    kept = singles.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("doc_no") + shift)
    others = [
        frame.with_columns(place.gather(frame["doc_no"]).alias("doc_no")).filter(pl.col("doc_no").is_not_null())
        for frame in (made.lines, made.postings)
    ]
    postings = till_postings(heads, lines, parts, "", "")
    held = _parts(made, reports, days["document_key"])
    _require_same_sums(heads, held)
    changed = replace(
        made, documents=pl.concat([heads, kept]), lines=pl.concat([lines, others[0]]),
        postings=pl.concat([postings, others[1]]), parts=held,
    )  # fmt: skip
    return recounted(changed, inputs)


def _grouped(reports: pl.DataFrame) -> pl.DataFrame:
    """Add ``unit``, the department or else the place, with its project, and ``group``, the position of the voucher: by day, then by unit."""
    unit = pl.concat_str(pl.coalesce("department", "sales_channel"), "project", separator=" ", ignore_nulls=True)
    named = reports.with_columns(unit.alias("unit"))
    by = ["issued_on", "unit", "currency"]
    groups = named.select(by).unique().sort(by).with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("group"))
    return named.join(groups, on=by, how="left", maintain_order="left")


def _days(reports: pl.DataFrame, inputs: PlanInputs) -> pl.DataFrame:
    """Return one row per voucher: what its reports have in common, their sums, keys, revision and number."""
    same = ("kind", "issued_on", "unit", "currency", "department", "project", "vat_mode", "is_tax_invoice")
    sums = [pl.col(name).sum() for name in DOCUMENTS if name.endswith("_minor")]
    frame = reports.group_by("group").agg(
        *(pl.col(name).first() for name in same), *sums, pl.col("paid_on").max(),
        pl.col("order_key").first().alias("_first_key"), pl.col("order_number").alias("_reports"),
        pl.when(pl.col("sales_channel").n_unique() == 1).then(pl.col("sales_channel").first()).otherwise(pl.col("unit").first()).alias("sales_channel"),
    ).sort("group")  # fmt: skip
    shop = pl.col("_first_key").str.extract(r"^([^:]*:[^:]*):")
    digest = pl.lit(group_digests(frame.select(pl.concat_str("unit", "currency", separator="\x1f")).to_series()))
    key = pl.concat_str([shop, pl.lit(":summary:"), pl.col("issued_on").dt.to_string("%Y-%m-%d"), pl.lit(":"), digest])
    frame = frame.with_columns(key.alias("order_key"))
    before = inputs.posted.group_by("order_key", "kind").agg(pl.col("revision").max().alias("_last"))
    frame = frame.join(before, on=["order_key", "kind"], how="left", maintain_order="left")
    plain = pl.col("unit").str.replace_all(r"[^A-Za-z0-9.-]+", "-").str.strip_chars("-.")
    frame = frame.with_columns(
        (pl.col("_last").fill_null(0) + 1).cast(pl.UInt16).alias("revision"),
        pl.format("{}/{}", plain, pl.col("issued_on").dt.to_string("%Y-%m-%d")).alias("stem"),
    )
    frame = frame.with_columns(pl.format("{}/{}/{}", "order_key", "kind", "revision").alias("document_key"))
    taken = inputs.posted.select("document_key", "number")
    number = document_numbers(frame, taken, without_prefixes(inputs.connection), inputs.limits.number_max_length)
    held = digests_by(reports, "group")
    return frame.with_columns(number.alias("number")).join(held, on="group", how="left", maintain_order="left")


def _heads(days: pl.DataFrame, listed: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return DOCUMENTS of the vouchers; VAT is that of their own lines, as the ledger works it out."""
    vat = lines.group_by("doc_no").agg(pl.col("vat_minor").sum().alias("_vat"))
    frame = days.with_columns(pl.col("group").alias("doc_no")).join(
        listed, on="doc_no", how="left", maintain_order="left"
    )
    frame = frame.join(vat, on="doc_no", how="left", maintain_order="left")
    own = pl.col("_vat").fill_null(0)
    return fill(
        frame.with_columns(
            own.alias("vat_minor"),
            (pl.col("total_minor") - own).alias("net_minor"),
            pl.lit(None, dtype=pl.UInt32).alias("order_no"),
            pl.format("{}, {}", pl.col("issued_on").dt.to_string("%Y-%m-%d"), "unit").alias("order_number"),
            pl.col("issued_on").alias("due_on"),
            pl.lit("").alias("contact_code"),
            pl.col("sales_channel").alias("contact_name"),
            pl.lit("").alias("payment_channel"),
            pl.col("payments").list.first().struct.field("payment_method").alias("payment_method"),
            _remark().alias("remark"),
            pl.lit(REASON).alias("reason"),
        ),
        DOCUMENTS,
    )


def _remark() -> pl.Expr:
    """Return what the voucher is called: department, day, its reports, and the digest of what it holds."""
    names = pl.col("_reports").list.eval(pl.element().str.replace(r"/([^/]*)$", " Z$1"))
    few = names.list.join(", ")
    many = pl.format("{} Z, {} - {}", names.list.len(), names.list.first(), names.list.last())
    said = pl.when(names.list.len() <= _NAMED).then(few).otherwise(many)
    day = pl.col("issued_on").dt.to_string("%d.%m.%Y")
    return pl.format("Dagsoppgjør {} {}: {} \u00b7 {}", "unit", day, said, held_words("held"))


def _summed_lines(lines: pl.DataFrame, group_of: pl.Series, inputs: PlanInputs) -> pl.DataFrame:
    """Return DOCUMENT_LINES of the vouchers, VAT worked out anew of each line's gross."""
    mine = lines.with_columns(group_of.gather(lines["doc_no"]).alias("doc_no")).filter(pl.col("doc_no").is_not_null())
    by = ["doc_no", "kind", "account_code", "tax_code", "description"]
    summed = mine.group_by(by, maintain_order=True).agg(
        pl.col("amount_minor", "vat_minor").sum(),
        pl.when(pl.col("sku").n_unique() == 1).then(pl.col("sku").first()).alias("sku"),
    )
    kept = summed.filter(pl.col("amount_minor") != 0).sort("doc_no", maintain_order=True)
    rates = {tax.code: tax.rate for tax in inputs.ledger_taxes}
    rate = pl.col("tax_code").replace_strict(rates, default=None, return_dtype=pl.Int64)
    share = share_half_up(pl.col("amount_minor").abs(), rate, pl.lit(RATE_UNIT, dtype=pl.Int64) + rate)
    vat = pl.coalesce(pl.col("amount_minor").sign() * share, "vat_minor")
    return fill(
        kept.with_columns(
            place_in_run("doc_no").alias("line_no"),
            vat.alias("vat_minor"),
            (pl.col("amount_minor") - vat).alias("net_minor"),
            pl.lit(1000, dtype=pl.Int64).alias("quantity_milli"),
            pl.col("amount_minor").alias("unit_price_minor"),
            pl.lit(0, dtype=pl.Int64).alias("discount_minor"),
            pl.lit(0, dtype=pl.Int64).alias("wht_minor"),
            pl.lit("none", dtype=DOCUMENT_LINES["vat_code"]).alias("vat_code"),
        ),
        DOCUMENT_LINES,
    )


def _summed_money(money: pl.DataFrame, group_of: pl.Series) -> pl.DataFrame:
    """Return the debit side of the vouchers: per means of payment, then per account what counts moved, with ``doc_no``."""
    mine = money.with_columns(group_of.gather(money["doc_no"]).alias("doc_no")).filter(pl.col("doc_no").is_not_null())
    by = ["doc_no", "moved", "payment_channel", "payment_method", "account_code"]
    summed = mine.group_by(by, maintain_order=True).agg(pl.col("amount_minor").sum())
    return summed.filter(pl.col("amount_minor") != 0).sort("doc_no", "moved", maintain_order=True)


def _parts(made: Plan, reports: pl.DataFrame, keys: pl.Series) -> Parts:
    """Return the settlements of single reports, with their lines and postings."""
    documents = reports.with_columns(keys.gather(reports["group"]).alias("summary_key")).select(PARTS.names())
    mine = documents.select("doc_no")
    lines, postings = (
        frame.join(mine, on="doc_no", how="semi", maintain_order="left") for frame in (made.lines, made.postings)
    )
    return Parts(documents, lines, postings)


def _require_same_sums(heads: pl.DataFrame, parts: Parts) -> None:
    """Refuse vouchers that are not, to the minor unit, the sum of their reports."""
    sums = parts.documents.group_by("summary_key").agg(pl.col("total_minor").sum().alias("_sum"))
    both = heads.join(sums, left_on="document_key", right_on="summary_key", how="full")
    if not both.select((pl.col("total_minor") == pl.col("_sum")).fill_null(value=False).all()).item():
        raise FrameError("a day's voucher is not the sum of its Z reports")

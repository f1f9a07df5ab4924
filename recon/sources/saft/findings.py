"""What a file's Z reports say against each other, their transactions and the schema, as findings with file and line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, one_finding
from recon.sources.saft.file import CashRegisterFile
from recon.sources.saft.reading import business_day, day_of_moment
from recon.sources.saft.settlement import Settlements
from recon.sources.saft.verdict import FAULTY, NEITHER
from recon.sources.tills.rates import rate_text

_LARGEST_STEP: Final = 1000
"""A gap of more numbers than this is a till that was set back, not days that are missing."""


def settlement_findings(
    file: CashRegisterFile, found: Settlements, keys: pl.DataFrame, *, takes_difference: bool = False
) -> Iterator[pl.DataFrame]:
    """Yield what is wrong with single settlements.

    Args:
        file: The file as read.
        found: What its Z reports come to.
        keys: report_no, order_key, place, register, order_id.
        takes_difference: Cash differences the till recorded are its counts.
    """
    heads = found.heads.join(keys, on="report_no", how="left", maintain_order="left").with_columns(
        pl.col("line").alias("row")
    )
    yield from _sums(heads)
    yield from _payments(heads, "z-cash-difference-taken" if takes_difference else "z-cash-difference")
    yield from _vat(heads, found)
    yield _rates(heads, found)
    rows = found.unsplit.join(
        heads.select("report_no", "order_key", "row"), on="report_no", how="left", maintain_order="left"
    )
    yield findings_from(
        rows, "z-rate-unknown", column="artGroupID", value=pl.col("group"), amount_minor=pl.col("amount"),
        detail=pl.format("Article group {} has {}; which VAT rate it has, neither the report nor the transactions say.", "group", plain_text("amount")),
    )  # fmt: skip
    yield from _twice(heads, file)


def _sums(heads: pl.DataFrame) -> Iterator[pl.DataFrame]:
    running, total, groups = pl.col("is_grand"), pl.col("total"), pl.col("groups")
    yield findings_from(
        heads.filter(running), "z-total-running", column="totalCashSaleAmnt", value=plain_text("total"),
        amount_minor=total - groups,
        detail=pl.format("It states {}, the running total of the till; its article groups come to {}, which is used.", plain_text("total"), plain_text("groups")),
    )  # fmt: skip
    unlike = (total.is_null() | ((groups != total) & ~running)).fill_null(value=True)
    yield findings_from(
        heads.filter(unlike), "z-groups-differ", column="totalCashSaleAmnt", value=plain_text("total"), amount_minor=groups - total,
        detail=pl.format("Its article groups come to {}, its total of cash sales is {}.", plain_text("groups"), _shown("total")),
    )  # fmt: skip
    sold, tips = pl.col("sold"), pl.col("tips")
    taken = [pl.col("taken"), pl.col("taken") - tips, pl.col("taken_lines")]
    differs = pl.col("is_split") & ~pl.any_horizontal(each == sold for each in taken)
    yield findings_from(
        heads.filter(differs.fill_null(value=False)), "z-transactions-differ", column="totalCashSaleAmnt", value=plain_text("total"),
        amount_minor=pl.col("taken") - sold,
        detail=pl.format(
            "The {} transactions since the Z report before come to {} of cash sales, the report says {}.", "transactions",
            plain_text("taken"), plain_text("sold"),
        ),
    )  # fmt: skip


def _payments(heads: pl.DataFrame, difference_code: str) -> Iterator[pl.DataFrame]:
    parts = pl.format(
        "Payments come to {}, cash sales to {}: {} apart. Rounding by the transactions is {}, tips are {}, customers paid {} on invoices.",
        plain_text("paid"), plain_text("sold"), plain_text("rest"), plain_text("rounding"), plain_text("tips"),
        plain_text("received_on_account"),
    )  # fmt: skip
    yield findings_from(
        heads.filter(pl.col("tips_inside").is_null()), "z-payments-differ", column="reportPayments", amount_minor=pl.col("rest"),
        detail=parts,
    )  # fmt: skip
    yield findings_from(
        heads.filter("unsigned"), "z-payments-unsigned", column="paymentAmnt", amount_minor=pl.col("paid"),
        detail=pl.format("By its transactions {} were received; the report adds up what was paid back as if it were received.", plain_text("paid")),
    )  # fmt: skip
    yield findings_from(
        heads.filter(pl.col("is_guessed") & (pl.col("rounding") != 0)), "z-rounding-inferred", amount_minor=pl.col("rounding"),
        detail=pl.format("What is left between payments and sales, {}, is taken for cash rounding.", plain_text("rounding")),
    )  # fmt: skip
    yield findings_from(
        heads.filter(pl.col("junk") > 0), "z-rounding-ignored", column="roundingAmnt",
        detail=pl.format("{} of its transactions state a rounding above 0.50.", "junk"),
    )  # fmt: skip
    difference = pl.col("cash_difference").fill_null(0)
    yield findings_from(
        heads.filter(difference != 0), difference_code, amount_minor=difference,
        detail=pl.format("The till recorded a cash difference of {}.", plain_text(difference)),
    )  # fmt: skip
    yield findings_from(
        heads.filter(pl.col("at").is_null()), "date-unreadable", column="reportDate", value=pl.concat_str("date", pl.lit(" "), "time", ignore_nulls=True)
    )  # fmt: skip


def _vat(heads: pl.DataFrame, found: Settlements) -> Iterator[pl.DataFrame]:
    read = found.vat.group_by("report_no", maintain_order=True).agg(
        pl.col("reading").first(), pl.sum("stated"), pl.sum("stated_vat"), pl.sum("vat")
    )
    rows = heads.join(read, on="report_no", how="inner", maintain_order="left")
    yield findings_from(
        rows.filter(pl.col("reading") == NEITHER), "z-vat-differs", column="cashSaleAmnt", amount_minor=pl.col("sold"),
        detail=pl.format("Its VAT rows state {} and VAT {}; cash sales are {}. Neither with nor without VAT do they come to that.", plain_text("stated"), plain_text("stated_vat"), plain_text("sold")),
    )  # fmt: skip
    yield findings_from(
        rows.filter(pl.col("reading") == FAULTY), "z-vat-faulty", column="vatAmnt", amount_minor=pl.col("stated_vat") - pl.col("vat"),
        detail=pl.format("It states VAT of {} on amounts that hold VAT already; inside them are {}, which is used.", plain_text("stated_vat"), plain_text("vat")),
    )  # fmt: skip


def _rates(heads: pl.DataFrame, found: Settlements) -> pl.DataFrame:
    """Return the VAT rates of a report at which it says it sold something else than its groups do, by more than a cent a receipt."""
    by = ["report_no", "vat_percent_milli"]
    groups = found.lines.filter(pl.col("kind") == "group")
    sold = groups.group_by(by).agg(pl.sum("amount").alias("_groups"))
    stated = found.vat.filter(pl.col("reading") != NEITHER).group_by(by).agg(pl.sum("gross").alias("_stated"))
    told = found.vat.group_by("report_no").agg((pl.col("reading") != NEITHER).all().alias("_read"))
    whole = heads.join(found.unsplit, on="report_no", how="anti", maintain_order="left").join(told.filter("_read"), on="report_no", how="semi", maintain_order="left")  # fmt: skip
    both = (
        pl.concat([sold.select(by), stated.select(by)])
        .unique()
        .join(sold, on=by, how="left")
        .join(stated, on=by, how="left")
    )
    rows = whole.join(both.sort(by), on="report_no", how="inner", maintain_order="left").with_columns(pl.col("_groups", "_stated").fill_null(0))  # fmt: skip
    apart = rows.filter(
        (pl.col("_groups") - pl.col("_stated")).abs() > pl.col("receipts").clip(lower_bound=1).fill_null(1)
    )
    return findings_from(
        apart, "z-vat-differs", column="cashSaleAmnt", value=plain_text("_stated"), amount_minor=pl.col("_groups") - pl.col("_stated"),
        detail=pl.format(
            "At {} % its VAT rows come to {}, VAT included; by its transactions its article groups come to {} at that rate.",
            pl.coalesce(rate_text(pl.col("vat_percent_milli")), pl.lit("?")), plain_text("_stated"), plain_text("_groups"),
        ),
    )  # fmt: skip


def _twice(heads: pl.DataFrame, file: CashRegisterFile) -> Iterator[pl.DataFrame]:
    """Yield the settlements of registers whose number stands in several places."""
    tills = file.lists.tills.group_by("register_id").agg(
        pl.col("spot").n_unique().alias("_tills"), pl.col("spot").unique().sort().str.join(", ").alias("_places")
    )
    rows = heads.join(
        tills.filter(pl.col("_tills") > 1),
        left_on="register",
        right_on="register_id",
        how="inner",
        maintain_order="left",
    )
    yield findings_from(
        rows, "z-register-twice", column="registerID", value=pl.col("register"), amount_minor=pl.col("paid"),
        detail=pl.format("Register {} stands in the file {} times: {}.", "register", "_tills", "_places"),
    )  # fmt: skip


def unread_findings(file: CashRegisterFile, keys: pl.DataFrame) -> pl.DataFrame:
    """Return what a Z report states for an amount that is none: nothing of it is taken in.

    Args:
        file: The file as read.
        keys: report_no, order_key of all Z reports.
    """
    rows = file.reports.unread.join(keys, on="report_no", how="inner", maintain_order="left").join(
        file.reports.heads.select("report_no", pl.col("line").alias("row")), on="report_no", how="left", maintain_order="left"
    )  # fmt: skip
    return findings_from(
        rows, "amount-unreadable", column=pl.col("element"), value=pl.col("value"),
        detail=pl.format("Z report {} was not taken in: what stands there is no amount, which a till writes as 1234.50.", "order_id"),
    )  # fmt: skip


def run_findings(heads: pl.DataFrame, keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield what is wrong between the Z reports of each till: missing numbers, and running totals that do not run on."""
    rows = heads.join(keys, on="report_no", how="left", maintain_order="left").with_columns(
        pl.col("line").alias("row"), pl.col("report_id").str.extract(r"([0-9]{1,9})$").cast(pl.Int64).alias("_z")
    )
    rows = rows.sort("till_no", "_z", maintain_order=True).with_columns(
        pl.col("_z").shift(1).over("till_no").alias("_before"), pl.col("grand_net").shift(1).over("till_no").alias("_grand"),
    )  # fmt: skip
    step = pl.col("_z") - pl.col("_before")
    yield findings_from(
        rows.filter((step > 1) & (step <= _LARGEST_STEP)), "z-number-gap", column="reportID", value=pl.col("report_id"),
        detail=pl.format("Register {}: after Z {} comes Z {}.", "register", "_before", "_z"),
    )  # fmt: skip
    moved = pl.col("grand_net") - pl.col("_grand")
    used = (pl.col("grand_net") != 0) | (pl.col("_grand") != 0)
    yield findings_from(
        rows.filter(used & (step == 1) & (moved != pl.col("sold"))), "z-running-total-differs", column="reportGrandTotalSalesNet",
        value=plain_text("grand_net"), amount_minor=moved - pl.col("sold"),
        detail=pl.format("Register {}: the running total grew by {} since Z {}, cash sales are {}.", "register", plain_text(moved), "_before", plain_text("sold")),
    )  # fmt: skip


def day_findings(
    file: CashRegisterFile, heads: pl.DataFrame, keys: pl.DataFrame, day_ends: dt.time
) -> Iterator[pl.DataFrame]:
    """Yield days that were not closed: sales behind a till's last Z report, and Z reports that hold sales of earlier days.

    A settlement is made on every day with cash sales (the Norwegian reference, 4.3). A row behind the last Z report carries the key of that
    report's settlement, so that whoever has the next one knows that it was closed after all.
    """
    own = heads.join(keys, on="report_no", how="left", maintain_order="left").with_columns(
        pl.col("line").alias("row"), business_day(day_ends).alias("_day")
    )
    last = own.sort("at", maintain_order=True).group_by("till_no", maintain_order=True).last()
    sales = file.sums.heads.select("trans_no", "till_no", "report_no", "at", "signed", "counts").filter("counts")
    waiting = sales.filter(pl.col("report_no").is_null()).group_by("till_no", maintain_order=True)
    behind = waiting.agg(
        pl.len().alias("_count"), pl.col("signed").sum(), pl.col("trans_no").first(), pl.col("at").max().alias("_until")
    )
    lines = file.lines_of(behind["trans_no"].to_list())
    rows = behind.with_columns(
        pl.Series("row", [lines[number] for number in behind["trans_no"].to_list()], dtype=pl.UInt32)
    ).join(last.select("till_no", "order_key"), on="till_no", how="left", maintain_order="left").join(
        file.lists.tills.select("till_no", "register_id"), on="till_no", how="left", maintain_order="left"
    )  # fmt: skip
    yield findings_from(
        rows, "till-not-closed", column="registerID", value=pl.col("register_id"), amount_minor=pl.col("signed"),
        detail=pl.format(
            "Register {}: {} transactions stand behind its last Z report, the last of {}.", "register_id", "_count",
            pl.col("_until").dt.to_string("%Y-%m-%d %H:%M"),
        ),
    )  # fmt: skip
    earliest = (
        sales.filter(pl.col("report_no").is_not_null()).group_by("report_no").agg(pl.col("at").min())
    )  # who has a report has a moment
    first = earliest.select("report_no", day_of_moment(day_ends).alias("_first"))
    late = own.join(first, on="report_no", how="inner", maintain_order="left").filter(pl.col("_first") < pl.col("_day"))
    yield findings_from(
        late, "day-not-closed", column="reportDate", value=pl.col("_day"),
        detail=pl.format("It holds sales since {}; that day had no Z report of its own.", "_first"),
    )  # fmt: skip


def file_findings(file: CashRegisterFile, *, is_compared: bool, currency: str) -> Iterator[pl.DataFrame]:
    """Yield what is wrong with the file as a whole."""
    if not is_compared:
        yield one_finding(
            "till-company-unchecked", column="companyIdent", value=file.lists.company_id,
            detail=f"The file is that of {file.lists.company_name}, organisation number {file.lists.company_id}.",
        )  # fmt: skip
    for slip in file.slips:
        yield one_finding(
            "saft-slip",
            row=file.line_of_slip(slip),
            detail=f"{slip.text} Met {slip.count} times." if slip.count > 1 else slip.text,
        )
    foreign = file.till.payments.filter(pl.col("currency").cast(pl.String) != currency)
    if foreign.height:
        yield one_finding(
            "till-foreign-payments",
            detail=f"{foreign.height} payments are in {', '.join(sorted(set(foreign['currency'].cast(pl.String))))}.",
        )


def _shown(column: str) -> pl.Expr:
    return pl.coalesce(plain_text(column), pl.lit("not a number"))

"""What the Z reports of a table say against themselves and each other, as findings with row and both figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from
from recon.sources.tills.rates import rate_text
from recon.sources.z_reports.reading import SETTLEMENT, order_id
from recon.sources.z_reports.settlement import ZSettlements

_LARGEST_STEP: Final = 1000
"""A gap of more numbers than this is a till that was set back, not days that are missing."""


def report_findings(found: ZSettlements, prefix: str, headings: dict[str, str]) -> Iterator[pl.DataFrame]:
    """Yield what is wrong with single reports and between those of a register.

    Args:
        found: The settlements.
        prefix: Of order keys: platform and shop.
        headings: Our column to the heading of the file.
    """
    key = pl.concat_str(pl.lit(f"{prefix}:{SETTLEMENT}:"), order_id()).alias("order_key")
    heads = found.heads.with_columns(key)
    keys = heads.select("report_no", "order_key")
    amount = headings.get("amount", "")
    total, sold = pl.col("total"), pl.col("sold")
    yield findings_from(
        heads.filter(total.is_not_null() & (total != sold)), "z-groups-differ", column=amount, value=plain_text("total"),
        amount_minor=sold - total, detail=pl.format("Its article groups come to {}, the total in the table is {}.", plain_text("sold"), plain_text("total")),
    )  # fmt: skip
    yield findings_from(
        heads.filter(pl.col("tips_inside").is_null()), "z-payments-differ", column=amount, amount_minor=pl.col("rest"),
        detail=pl.format(
            "Payments come to {}, article groups to {}, customers paid {} on invoices: {} apart. Rounding is {}, tips are {}.",
            plain_text("paid"), plain_text("sold"), plain_text("later"), plain_text("rest"), plain_text("rounding"), plain_text("tips"),
        ),
    )  # fmt: skip
    yield findings_from(
        heads.filter(pl.col("is_guessed") & (pl.col("rounding") != 0)), "z-rounding-inferred", amount_minor=pl.col("rounding"),
        detail=pl.format("What is left between payments and sales, {}, is taken for cash rounding.", plain_text("rounding")),
    )  # fmt: skip
    unfloated = pl.col("counted").is_not_null() & pl.col("opening_float").is_null()
    yield findings_from(heads.filter(unfloated), "opening-float-missing", column=amount, value=plain_text("counted"))
    yield from _rates(found, keys, headings)
    yield from _gaps(heads, headings)


def _rates(found: ZSettlements, keys: pl.DataFrame, headings: dict[str, str]) -> Iterator[pl.DataFrame]:
    unknown = found.lines.filter((pl.col("kind") == "group") & pl.col("rate").is_null())
    yield findings_from(
        unknown.join(keys, on="report_no", how="left", maintain_order="left"), "z-rate-unknown", column=headings.get("vat_percent", "VAT %"),
        value=pl.col("code"), amount_minor=pl.col("amount"),
        detail=pl.format("Article group {} has {} and no VAT rate in its row; where it has none, write 0.", "code", plain_text("amount")),
    )  # fmt: skip
    vat = found.vat.join(keys, on="report_no", how="left", maintain_order="left")
    rate = pl.coalesce(rate_text(pl.col("rate")), pl.lit("?"))
    yield findings_from(
        vat.filter("is_faulty"), "z-vat-faulty", column=pl.col("shown"), value=plain_text("stated"), amount_minor=pl.col("stated") - pl.col("inside"),
        detail=pl.format("The table states VAT of {} on amounts that hold VAT already; inside them are {}, which is used.", plain_text("stated"), plain_text("inside")),
    )  # fmt: skip
    yield findings_from(
        vat.filter(~pl.col("fits") & ~pl.col("is_faulty")), "z-vat-differs", column=pl.col("shown"), value=plain_text("stated"),
        amount_minor=pl.col("stated") - pl.col("inside"),
        detail=pl.format("Article groups at {} % come to {}, in which there is VAT of {}; the report states {}.", rate, plain_text("gross"), plain_text("inside"), plain_text("stated")),
    )  # fmt: skip


def _gaps(heads: pl.DataFrame, headings: dict[str, str]) -> Iterator[pl.DataFrame]:
    """Yield the numbers that are missing between two reports of one register."""
    rows = heads.with_columns(pl.col("z").str.extract(r"([0-9]{1,9})$").cast(pl.Int64).alias("_z")).sort(
        "register", "_z", maintain_order=True
    )
    rows = rows.with_columns(pl.col("_z").shift(1).over("register").alias("_before"))
    step = pl.col("_z") - pl.col("_before")
    yield findings_from(
        rows.filter((step > 1) & (step <= _LARGEST_STEP)), "z-number-gap", column=headings.get("z", "Z"), value=pl.col("z"),
        detail=pl.format("Register {}: after Z {} comes Z {}.", "register", "_before", "_z"),
    )  # fmt: skip

"""The taxes a till names and the ledger's VAT codes: which each has, which it might have, and whether it needs one at all."""

from __future__ import annotations

import polars as pl

from recon.config.connection import Connection
from recon.domain.taxes import percent_text
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.match.keys import fold
from recon.match.till_accounts import Books, resolve_lines
from recon.match.till_proposals import Proposal, propose_tax
from recon.service.context import Context
from recon.service.mapping_frames import product_links, tax_links
from recon.service.tax_rows import TILL_TAX_ROWS
from recon.service.till_table import booked_lines, books_of


def till_tax_rows(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return TILL_TAX_ROWS of a till: what waits first, then the most settlements.

    A tax that nobody mapped holds nothing back where every account that bears it brings a VAT code of its rate.
    """
    books, links = books_of(context, name), tax_links(context, name)
    lines = booked_lines(rules, frames).filter(pl.col("tax_text").is_not_null())
    resolved = resolve_lines(lines, product_links(context, name), links, books)
    waits = resolved.filter(pl.col("problem") == "tax-not-mapped").select(
        "sku_key", "tax_key", pl.lit(value=True).alias("waits")
    )
    each = lines.join(waits, on=["sku_key", "tax_key"], how="left", maintain_order="left")
    taxes = each.group_by("tax_key", maintain_order=True).agg(
        pl.col("tax_text", "rate").first(), pl.col("orders").max(), pl.col("amount_minor").sum(),
        pl.col("total_minor").filter("waits").max().fill_null(0).alias("blocked_minor"),
        pl.col("waits").any().fill_null(value=False).alias("waits"),
    )  # fmt: skip
    mapped = dict(links.select("tax_key", "tax_code").iter_rows())
    rows = []
    for row in taxes.iter_rows(named=True):
        code = mapped.get(row["tax_key"])
        tax = books.taxes.get(code or "")
        state = "mapped" if tax else "unmapped" if row["waits"] or code else "not-needed"
        hint = None if tax else _first(row["tax_text"], row["rate"], books)
        reason = (
            f"{code} is not among the ledger's VAT codes as last read"
            if code and not tax
            else hint.reason
            if hint
            else ""
        )
        percent = tax.percent if tax else ""
        target = f"{code}  {percent}".strip() if code else ""
        search = fold(f"{row['tax_text']} {target}")
        rows.append((
            row["tax_key"], row["tax_text"], row["orders"], row["amount_minor"], row["blocked_minor"] if state == "unmapped" else 0,
            state, code, percent, target, hint.code if hint else None, reason, search,
        ))  # fmt: skip
    return pl.DataFrame(rows, schema=TILL_TAX_ROWS, orient="row").sort(
        "state", "orders", "tax", descending=[False, True, False]
    )


def _first(text: str, rate: int, books: Books) -> Proposal | None:
    found = propose_tax(text, rate, books)
    return found[0] if found else None


def certain_taxes(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> dict[str, Proposal]:
    """Return the certain VAT code of every tax nobody mapped, by its text."""
    books, mapped = books_of(context, name), set(tax_links(context, name)["tax_key"])
    texts = booked_lines(rules, frames).filter(pl.col("tax_text").is_not_null()).unique("tax_key", maintain_order=True)
    found = {
        row["tax_text"]: _first(row["tax_text"], row["rate"], books)
        for row in texts.iter_rows(named=True)
        if row["tax_key"] not in mapped
    }
    return {text: hint for text, hint in found.items() if hint is not None and hint.rule}


def require_rate(tax: str, rate: int, code: str, books: Books) -> None:
    """Refuse a VAT code of another rate than the tax.

    Raises:
        UsageError: Its rate differs.
    """
    found = books.rate(code)
    if found is not None and found != rate:
        raise UsageError(
            f"VAT code {code} has {percent_text(found)}, and the till's tax {tax!r} is {percent_text(rate)}; choose a code of that rate. "
            "Nothing was changed."
        )

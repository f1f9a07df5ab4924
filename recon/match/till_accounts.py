"""Which account and which VAT code of the ledger a till's lines stand on: article groups, tips, rounding, money in and out.

A till's line names its place and its group in one SKU, ``PLACE/GROUP@RATE``; each place has links of its own, because the
same group stands on different accounts in different departments. The VAT code is, in this order: the one that is locked on
the account; the one a person chose; the one the tax of the line is mapped to; the account's own, where it has the line's rate.
Whatever it is, its rate must be the line's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.domain.taxes import LedgerTax, percent_text
from recon.frames.schemas import LEDGER_ACCOUNTS, LINE_KINDS
from recon.match.keys import fold, fold_distinct
from recon.match.taxes import rate_in

TILL_LINES: Final = pl.Schema({
    "sku_key": pl.String(),             # folded SKU; key of PRODUCT_LINKS
    "tax_key": pl.String(),             # folded tax text; "" where the line names no tax
    "sku": pl.String(),                 # as the source made it: PLACE/GROUP@RATE, PLACE/tip, PLACE/rounding ...; articles: plain
    "kind": pl.Enum(LINE_KINDS),
    "place": pl.String(),               # of the till; a department once it is mapped
    "part": pl.String(),                # SKU without place and rate: the group's code, "tip", "pay-in 2"
    "name": pl.String(),
    "tax_text": pl.String(),            # null: the line names no tax
    "rate": pl.Int64(),                 # in ten-millionths; 0 without tax
    "orders": pl.UInt32(),
    "amount_minor": pl.Int64(),         # sum of these lines
    "total_minor": pl.Int64(),          # sum of the totals of the records that have such a line
})  # fmt: skip
"""One row per SKU and tax of a till's records."""

RESOLVED: Final = pl.Schema({
    "sku_key": pl.String(),
    "tax_key": pl.String(),
    "account_code": pl.String(),        # null: nobody said one
    "tax_code": pl.String(),            # null: none, for the problem named
    "tax_from": pl.String(),            # locked, chosen, mapped, account or none-needed; null: no code
    "problem": pl.String(),             # of PROBLEMS; null: none
    "detail": pl.String(),              # the problem in words; null: none
})  # fmt: skip
"""One row per row of TILL_LINES."""

PROBLEMS: Final = (
    "group-not-mapped",
    "account-unknown",
    "tax-not-mapped",
    "tax-item-gone",
    "vat-code-rate",
    "vat-code-locked",
)
"""Why a line has no account or no VAT code; the first that holds."""
ROUNDING: Final = "rounding"
NO_VAT: Final = "0"
"""Standard code of what bears no VAT at all: payments and balance accounts."""
BALANCE: Final = ("Assets", "Liabilities", "Equity")


def till_lines(orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return TILL_LINES of the records that are still wanted, in the order of places and SKUs."""
    live = orders.filter(pl.col("order_state") != "cancelled")
    heads = live.select(
        "order_no", pl.col("sales_channel").alias("place"), "total_minor", "rounding_minor", "record_kind"
    )
    goods = lines.select("order_no", "kind", "sku", "name", "tax_text", "amount_minor").join(
        heads.drop("rounding_minor"), on="order_no", how="inner", maintain_order="left"
    )
    rounded = heads.filter(pl.col("rounding_minor") != 0, pl.col("record_kind") == "settlement").select(
        "order_no",
        pl.lit(ROUNDING).cast(pl.Enum(LINE_KINDS)).alias("kind"),
        pl.format("{}/" + ROUNDING, "place").alias("sku"),
        pl.lit("").alias("name"),
        pl.lit(None, pl.String).alias("tax_text"),
        pl.col("rounding_minor").alias("amount_minor"),
        "place",
        "total_minor",
        "record_kind",
    )
    both = pl.concat([goods.cast({"kind": pl.Enum(LINE_KINDS)}), rounded]).filter(pl.col("sku").is_not_null())
    # An article is the same wherever it is sold; only what carries its place in front is mapped place by place.
    placed = pl.col("sku").str.starts_with(pl.concat_str("place", pl.lit("/")))
    both = both.with_columns(pl.when(placed).then("place").otherwise(pl.lit("")).alias("place"))
    per_order = both.group_by("sku", "tax_text", "order_no", maintain_order=True).agg(
        pl.col("kind", "place", "name", "total_minor").first(), pl.col("amount_minor").sum()
    )
    grouped = per_order.group_by("sku", "tax_text", maintain_order=True).agg(
        pl.col("kind", "place").first(), pl.col("name").last(), pl.len().alias("orders"),
        pl.col("amount_minor", "total_minor").sum(),
    )  # fmt: skip
    part = (
        pl.when(pl.col("place") != "")
        .then(pl.col("sku").str.slice(pl.col("place").str.len_chars() + 1))
        .otherwise("sku")
    )
    part = pl.when(pl.col("kind") == "product").then(part.str.replace(r"@[0-9.]+$", "")).otherwise(part)
    named = grouped.with_columns(
        fold_distinct(grouped["sku"]).alias("sku_key"),
        fold_distinct(grouped["tax_text"].fill_null("")).alias("tax_key"),
        part.alias("part"),
        _rates(grouped["tax_text"], grouped["sku"]).alias("rate"),
    )
    return named.select(pl.col(name).cast(dtype) for name, dtype in TILL_LINES.items()).sort(
        "place", "kind", "sku", "tax_key"
    )


def _rates(texts: pl.Series, skus: pl.Series) -> pl.Series:
    """Return the rate each tax text or else its SKU states, 0 where neither does; there are few distinct ones."""
    found = []
    for text, sku in zip(texts.to_list(), skus.to_list(), strict=True):
        rate = rate_in(text) if text else None
        stated = sku.rpartition("@")[2] if rate is None and "@" in sku else ""
        found.append(rate if rate is not None else rate_in(f"{stated}%") or 0)
    return pl.Series(found, dtype=pl.Int64)


@dataclass(frozen=True, slots=True)
class Books:
    """What of the ledger decides on accounts and VAT codes."""

    accounts: dict[str, dict[str, object]]
    """LEDGER_ACCOUNTS by number; empty: its lists were never read, so nothing is refused."""
    taxes: dict[str, LedgerTax]

    @classmethod
    def of(cls, accounts: pl.DataFrame, taxes: Sequence[LedgerTax]) -> Books:
        """Return LEDGER_ACCOUNTS and VAT codes ready to be asked."""
        listed = accounts.select(LEDGER_ACCOUNTS.names()).iter_rows(named=True)
        return cls({row["account_code"]: row for row in listed}, {tax.code: tax for tax in taxes})

    def own_code(self, account: str) -> str:
        """Return the VAT code an account is posted with; empty: none."""
        return str((self.accounts.get(account) or {}).get("tax_code") or "")

    def locked_code(self, account: str) -> str:
        """Return the VAT code that is locked on an account; empty: any is taken."""
        return self.own_code(account) if (self.accounts.get(account) or {}).get("is_tax_locked") else ""

    def rate(self, code: str) -> int | None:
        """Return the rate of a VAT code in ten-millionths; None: the ledger does not have it."""
        tax = self.taxes.get(code)
        return None if tax is None else tax.rate

    def name(self, account: str) -> str:
        """Return the name of an account; empty: not known."""
        return str((self.accounts.get(account) or {}).get("name") or "")


def resolve_lines(lines: pl.DataFrame, links: pl.DataFrame, tax_links: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return RESOLVED of TILL_LINES; ``links``: PRODUCT_LINKS; ``tax_links``: TAX_LINKS."""
    said = {row["sku_key"]: (row["account_code"], row["tax_code"]) for row in links.iter_rows(named=True)}
    mapped = dict(tax_links.select("tax_key", "tax_code").iter_rows())
    rows = []
    for line in lines.select("sku_key", "tax_key", "kind", "rate").iter_rows(named=True):
        account, chosen = said.get(line["sku_key"], (None, None))
        found = line_code(account, chosen, mapped.get(line["tax_key"]), line["rate"], line["kind"], books)
        rows.append((line["sku_key"], line["tax_key"], account, *found))
    return pl.DataFrame(rows, schema=RESOLVED, orient="row")


Found = tuple[str | None, str | None, str | None, str | None]
"""VAT code, where it comes from, problem, the problem in words."""


def line_code(account: str | None, chosen: str | None, mapped: str | None, rate: int, kind: str, books: Books) -> Found:
    """Return the VAT code of a line on an account, where it comes from, or why it has none.

    Args:
        account: Number of the account; None: nobody said one.
        chosen: VAT code a person chose for this SKU; None: none.
        mapped: VAT code the line's tax is mapped to; None: to none.
        rate: The line's own rate, in ten-millionths.
        kind: Of the line; only article groups must be said what becomes of them where they bear no VAT.
        books: The ledger's accounts and VAT codes.
    """
    if account is None:
        return None, None, "group-not-mapped", "No account is named for it."
    if books.accounts and account not in books.accounts:
        return None, None, "account-unknown", f"Account {account} is not in the ledger's chart as last read."
    locked = books.locked_code(account)
    code, origin = _first(
        (locked, "locked"), (chosen, "chosen"), (mapped, "mapped"), (_own(account, rate, books), "account"),
        (_none_needed(account, rate, kind, books), "none-needed"),
    )  # fmt: skip
    if not code:
        says = percent_text(rate)
        return None, None, "tax-not-mapped", f"No VAT code is named for {says} on account {account}."
    return _checked(account, code, origin, locked, rate, books)


def _checked(account: str, code: str, origin: str, locked: str, rate: int, books: Books) -> Found:
    found = books.rate(code)
    if found is None and books.taxes:
        return None, None, "tax-item-gone", f"VAT code {code} is not among the ledger's codes as last read."
    if found is not None and found != rate:
        has, says = percent_text(found), percent_text(rate)
        if locked:
            words = f"Account {account} is locked to VAT code {code} ({has}), and the till says {says}."
            return None, None, "vat-code-locked", words
        return None, None, "vat-code-rate", f"VAT code {code} has {has}, and the till says {says}."
    return code, origin, None, None


def _first(*candidates: tuple[str | None, str]) -> tuple[str, str]:
    return next(((code, origin) for code, origin in candidates if code), ("", ""))


def _own(account: str, rate: int, books: Books) -> str:
    """Return the account's own code where it has the line's rate."""
    own = books.own_code(account)
    return own if own and books.rate(own) == rate else ""


def _none_needed(account: str, rate: int, kind: str, books: Books) -> str:
    """Return the code without VAT for what needs no word of a person: balance accounts, tips, rounding, money in and out."""
    is_balance = (books.accounts.get(account) or {}).get("root") in BALANCE
    if rate or not (is_balance or kind != "product"):
        return ""
    return NO_VAT if not books.taxes or books.rate(NO_VAT) == 0 else ""


def codes_by_key(codes: dict[str, str]) -> dict[str, str]:
    """Return the ledger's department, or project, by the folded place of a till."""
    return {fold(place): code for place, code in codes.items()}

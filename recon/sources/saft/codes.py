"""Codes of a till and what they are in the official code lists; a till calls its payments and groups as it likes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from recon.sources.saft.lists import Lists
from recon.sources.tills.rates import rate_text

GROUP: Final = "04"
TRANSACTION: Final = "11"
PAYMENT: Final = "12"
CASH: Final = "12001"
"""Number of cash in the list of payments."""
ON_ACCOUNT: Final = "12006"
"""Number of a customer's account in the list of payments."""


def names_of(lists: Lists, kind: str) -> dict[str, str]:
    """Return the codes of one code list of the file with what the file calls them."""
    rows = lists.basics.filter(pl.col("basic_type") == kind, pl.col("text").is_not_null())
    return dict(rows.select("basic_id", "text").iter_rows())


def predefined_of(lists: Lists, kind: str) -> dict[str, str]:
    """Return the codes of one code list of the file with their numbers in the official list."""
    rows = lists.basics.filter(pl.col("basic_type") == kind, pl.col("predefined").is_not_null())
    return dict(rows.select("basic_id", "predefined").iter_rows())


def cash_types(lists: Lists) -> tuple[str, ...]:
    """Return the payment types that are cash."""
    return (*(code for code, number in predefined_of(lists, PAYMENT).items() if number == CASH), CASH)


def channel(code: pl.Expr, names: Mapping[str, str]) -> pl.Expr:
    """Return a payment type as it is shown: its code and what the file calls it."""
    shown = {key: key if not name or name == key else f"{key} {name}" for key, name in names.items()}
    return code.replace_strict(shown, default=code, return_dtype=pl.String)


def official(code: pl.Expr, numbers: Mapping[str, str]) -> pl.Expr:
    """Return the number of a payment type in the official list; null: the file names none."""
    known = code.replace_strict(numbers, default=None, return_dtype=pl.String)
    return pl.when(code.str.contains(r"^12[0-9]{3}$") & known.is_null()).then(code).otherwise(known)


def tax_text(rate: pl.Expr, vat_code: pl.Expr, lists: Lists) -> pl.Expr:
    """Return the name of a tax: its standard code where the file states it, and its rate; null where the rate is not known."""
    rows = lists.vat_codes.filter(pl.col("standard").is_not_null())
    standard = dict(rows.select("vat_code", "standard").iter_rows())
    code = vat_code.replace_strict(standard, default=None, return_dtype=pl.String)
    percent = pl.concat_str(rate_text(rate), pl.lit(" %"))
    return pl.when(code.is_not_null()).then(pl.format("{} ({})", code, percent)).otherwise(percent)

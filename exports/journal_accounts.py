"""Accounts of the books as names hledger and beancount accept, and what kind each one is.

Both programs want every account under one of five roots. Where nobody says which, the role an account plays in the
postings tells: what invoices and receipts debit is an asset, what always equals the VAT is a liability, the rest income;
of purchases, what expenses debit is an expense, input VAT an asset, and what is owed a liability.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from recon.domain.document import PURCHASE_KINDS
from recon.plan.tills.postings import is_vat_account

Root = Literal["Assets", "Liabilities", "Equity", "Income", "Expenses"]
Program = Literal["hledger", "beancount"]

_REVERSING: Final = ("void", "credit_note")


@dataclass(frozen=True, slots=True)
class JournalAccount:
    """What kind of account a code is, and its name in the chart of accounts."""

    root: Root
    name: str = ""


def account_kinds(
    documents: pl.DataFrame, postings: pl.DataFrame, given: Mapping[str, JournalAccount]
) -> dict[str, JournalAccount]:
    """Return every account of the postings, sorted by code; those not given are judged by their role."""
    facts = documents.select("doc_no", pl.col("kind").cast(pl.String), "vat_minor")
    reversing = pl.col("kind").is_in(_REVERSING)
    debit = pl.col("debit_minor") > 0
    is_vat = (pl.max_horizontal("debit_minor", "credit_minor") == pl.col("vat_minor")).all()
    roles = (
        postings.join(facts, on="doc_no", how="left", maintain_order="left")
        .group_by("account_code")
        .agg(
            is_vat.alias("vat"),
            (debit != reversing).any().alias("debited"),
            (pl.col("kind") == "payment").all().alias("paid"),
            pl.col("kind").is_in(PURCHASE_KINDS).all().alias("bought"),
            ((debit & (pl.col("kind") == "expense")) | (~debit & (pl.col("kind") == "supplier_credit")))
            .all()
            .alias("cost"),
        )
        .sort("account_code")
    )
    methods = set(documents["payment_method"].drop_nulls().unique())
    found = {}
    for code, only_vat, debited, paid, bought, cost in roles.iter_rows():
        vat = only_vat or is_vat_account(code)
        asset = code in methods or (not vat and (debited or paid))
        root: Root = "Assets" if asset else "Liabilities" if vat else "Income"
        if bought and code not in methods:
            root = "Assets" if vat else "Expenses" if cost else "Liabilities"
        found[code] = given.get(code) or JournalAccount(root)
    return found


def account_names(accounts: Mapping[str, JournalAccount], program: Program) -> dict[str, str]:
    """Return the full name of each account in one program; two codes never share one."""
    taken: set[str] = set()
    names = {}
    for code, account in accounts.items():
        leaf = _beancount_leaf(code, account.name) if program == "beancount" else _hledger_leaf(code, account.name)
        names[code] = _free(f"{account.root}:{leaf}", taken)
        taken.add(names[code])
    return names


def _hledger_leaf(code: str, name: str) -> str:
    """Hledger takes any letter; colons make levels, and two spaces or a semicolon end the name."""
    text = re.sub(r"[:;|=()\[\]{}\"\s]+", " ", _printable(f"{code} {name}"))
    return " ".join(text.split()) or "unnamed"


def _beancount_leaf(code: str, name: str) -> str:
    """Beancount takes letters, digits and hyphens, an upper-case letter or digit first; Thai vowel signs are neither."""
    plain = unicodedata.normalize("NFKD", f"{code} {name}").encode("ascii", "ignore").decode()
    leaf = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
    return leaf[:1].upper() + leaf[1:] if leaf else "Unnamed"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _free(name: str, taken: Iterable[str]) -> str:
    used = set(taken)
    number, free = 1, name
    while free in used:
        number += 1
        free = f"{name}-{number}"
    return free

"""Names of taxes in the orders: which tax item of the ledger each stands for, and what it might be.

An order may name several taxes, joined with `` + ``. The combination has a link of its own, or all its parts have and the
ledger has a group of exactly these items: one document carries one item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl
from rapidfuzz import fuzz

from recon.domain.taxes import PERCENT, LedgerTax
from recon.match.keys import fold
from recon.normalize.sightings import TAX_JOINER

PROBLEMS: Final = ("tax-not-mapped", "tax-item-gone", "tax-without-group")
RESOLVED_TAXES: Final = pl.Schema({
    "tax_text": pl.String(),            # as the orders name it; "" where they name none
    "tax_code": pl.String(),            # null: none, for the problem named
    "problem": pl.String(),             # of PROBLEMS; null: none
    "detail": pl.String(),              # what of it, in words; null: none
})  # fmt: skip
"""One row per distinct text of the orders."""
_PERCENT: Final = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]{1,5}))?\s*%")
_ALIKE: Final = 60
"""Below this, names have little more in common than chance."""


def resolve_taxes(texts: Iterable[str], links: pl.DataFrame, taxes: Sequence[LedgerTax]) -> pl.DataFrame:
    """Return RESOLVED_TAXES of these texts; ``links``: TAX_LINKS; ``taxes``: as last read from the ledger."""
    linked = dict(links.select("tax_key", "tax_code").iter_rows())
    known = {tax.code: tax for tax in taxes}
    groups = {frozenset(tax.members): tax.code for tax in reversed(taxes) if tax.members}
    rows = []
    for text in sorted(set(texts)):
        code, problem, detail = _resolved(text, linked, groups)
        if code is not None and code not in known:
            code, problem, detail = None, "tax-item-gone", f"{code} is not among the ledger's tax items as last read."
        rows.append((text, code, problem, detail))
    return pl.DataFrame(rows, schema=RESOLVED_TAXES, orient="row")


def _resolved(
    text: str, linked: dict[str, str], groups: dict[frozenset[str], str]
) -> tuple[str | None, str | None, str | None]:
    """Return the code of a text, or why it has none."""
    if fold(text) in linked:
        return linked[fold(text)], None, None
    parts = parts_of(text)
    missing = [part for part in parts if fold(part) not in linked]
    if missing:
        named = " and ".join(part or "a tax without a name" for part in missing)
        return None, "tax-not-mapped", f"No tax item of the ledger is named for {named}."
    items = list(dict.fromkeys(linked[fold(part)] for part in parts))
    if len(items) == 1:
        return None, "tax-without-group", f"All its taxes are mapped to {items[0]}, which works out one of them only."
    group = groups.get(frozenset(items))
    if group is None:
        return None, "tax-without-group", f"The ledger has no group of exactly {' and '.join(items)}."
    return group, None, None


def parts_of(text: str | None) -> tuple[str, ...]:
    """Return the names of the taxes of an order."""
    return tuple((text or "").split(TAX_JOINER))


def rate_in(name: str) -> int | None:
    """Return the rate written in a tax's name, in ten-millionths; None: none, or several."""
    found = _PERCENT.findall(name)
    if len(found) != 1:
        return None
    whole, part = found[0]
    return int(whole) * PERCENT + int(part.ljust(5, "0"))


def suggest_taxes(name: str, taxes: Sequence[LedgerTax]) -> list[tuple[str, str]]:
    """Return (code, reason) of items a tax may be, the likeliest first: the same rate, then the more alike name."""
    rate, wanted = rate_in(name), fold(name)
    found = []
    for tax in taxes:
        alike = round(fuzz.token_set_ratio(wanted, fold(f"{tax.code} {tax.name}")))
        same_rate = rate is not None and tax.rate == rate
        if same_rate or (rate is None and alike >= _ALIKE):
            reason = f"same rate, {tax.percent}" if same_rate else f"names are alike ({alike} of 100)"
            found.append((-alike, tax.code, reason))
    return [(code, reason) for _, code, reason in sorted(found)]

"""What a column of a till's own day export stands for: `group 100 25`, `payment CASH`, `rounding`.

A table with one row per Z report has a column per article group and means of payment; the settings say which is which
(`till.columns`), in words that are read here and nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HEAD_ROLES: Final = ("register", "z", "date", "time", "place")
"""Roles of columns that say which Z report a row is."""
WITH_CODE: Final = ("group", "payment", "pay-in", "pay-out")
"""Roles that carry the till's own code."""
WITH_RATE: Final = ("group", "vat")
"""Roles that carry a VAT rate."""
ALONE: Final = ("tip", "rounding", "opening-float", "counted", "to-bank", "total", "customer-payment", "ignore")
KINDS: Final = (*WITH_CODE, "vat", *ALONE)
_RATE: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Role:
    """What one column stands for."""

    kind: str
    """One of HEAD_ROLES or KINDS."""
    code: str = ""
    """The till's code; empty: the heading is the code."""
    rate: str = ""
    """VAT rate in percent as plain text; empty: the role has none."""


def parse_role(text: str) -> Role:
    """Return a role by its words.

    Raises:
        ValueError: They say nothing; the text says what is accepted.
    """
    words = text.split()
    kind = words[0] if words else ""
    if kind in (*HEAD_ROLES, *ALONE) and len(words) == 1:
        return Role(kind)
    if kind == "group" and len(words) in (2, 3) and _RATE.fullmatch(words[-1]):
        return Role(kind, words[1] if len(words) == 3 else "", words[-1])
    if kind == "vat" and len(words) == 2 and _RATE.fullmatch(words[1]):
        return Role(kind, "", words[1])
    if kind in ("payment", "pay-in", "pay-out") and len(words) in (1, 2):
        return Role(kind, words[1] if len(words) == 2 else "")
    raise ValueError(
        f"{text!r} is no role of a column; accepted: {', '.join(HEAD_ROLES)}, `group [CODE] PERCENT`, `payment [CODE]`, "
        f"`vat PERCENT`, `pay-in [CODE]`, `pay-out [CODE]`, {', '.join(ALONE)}"
    )


def unfit_columns(columns: dict[str, str]) -> str:
    """Return what is wrong with the columns of a day export; empty: nothing."""
    try:
        roles = {heading: parse_role(text) for heading, text in columns.items()}
    except ValueError as error:
        return str(error)
    kinds = [role.kind for role in roles.values()]
    missing = [kind for kind in ("register", "z", "date") if kinds.count(kind) != 1]
    if columns and missing:
        return f"exactly one column each must be: {', '.join(missing)}"
    if columns and not {"group", "payment"} <= set(kinds):
        return "at least one column must be a group and one a payment"
    return ""

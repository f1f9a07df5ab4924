"""Amounts inside sentences and cells, taken out while numbers are hidden for sharing the screen.

Amounts of ours are formatted by the screen and hidden there; what the core, a ledger or a shop's file put into a text is found here.
"""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"
_AMOUNT: Final = re.compile(
    r"(?<![\w.,:/-])[-+]?(?:[0-9]{1,3}(?:[, \u00a0.'][0-9]{3})+|[0-9]+)[.,][0-9]{1,4}(?![\w:/-]|[.,][0-9])"
    r"|(?<![\w.,:/-])[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?![\w:/-]|[.,][0-9])",
    re.ASCII,
)
"""A number with decimals, or with its thousands marked; no day, time, version or part of a name."""
_FIGURE: Final = re.compile(r"\s*[-+]?[0-9]{1,9}\s*", re.ASCII)
"""A cell that is nothing but a number; longer ones are numbers of orders and telephones."""


def without_amounts(text: str) -> str:
    """Return a text with its amounts hidden."""
    return _AMOUNT.sub(HIDDEN, text)


def cell_without_amount(text: str) -> str:
    """Return a cell of a file with its amount hidden; whole numbers may be one too."""
    return HIDDEN if _FIGURE.fullmatch(text) else without_amounts(text)

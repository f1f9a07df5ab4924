"""Gift cards by their name: a sold one is money owed, not a sale, and paying with one brings no money to a bank.

Named rules, because no export says it:

* ``gift-card-by-name``: a line without a kind of its own whose name holds one of WORDS is a gift card, unless the source
  says that the line is taxable (a gift card never is) or the settings say that the name is none.
* ``gift-card-channel``: a payment channel, or one part of a combination, whose name holds one of WORDS.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.text import fold

WORDS: Final = ("giftcard", "giftvoucher", "giftcertificate", "egift", "gavekort", "บัตรของขวัญ", "บัตรกำนัล")
"""As they stand in a folded name without hyphens and underscores."""

_HINTS: Final = ["gift", "gavekort", "ของขวัญ", "กำนัล", "ก\u0e4dานัล"]
"""What every name with one of WORDS holds; looked for first, because a million lines have few such names."""


def is_gift_card(name: str) -> bool:
    """Return whether a name of a line or of a payment channel speaks of gift cards."""
    key = fold(name).replace("-", "").replace("_", "")
    return any(word in key for word in WORDS)


def gift_card_names(names: pl.Series) -> list[str]:
    """Return the distinct names that speak of gift cards."""
    distinct = names.unique().drop_nulls()
    hits = distinct.filter(distinct.str.contains_any(_HINTS, ascii_case_insensitive=True))
    return [name for name in hits.sort().to_list() if is_gift_card(name)]

"""Suggestions: which product or ledger channel an open item might be, each with its reason; a person decides.

Suggestions never become links by themselves. They are made for the most valuable open items only, because a person
reads them, and by rapidfuzz on folded names, which needs no language: Thai has no spaces between words.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl
from rapidfuzz import fuzz, process

from recon.match.keys import fold

SUGGESTIONS: Final = pl.Schema({
    "open_key": pl.String(),            # folded SKU or channel
    "open_text": pl.String(),           # as it came
    "code": pl.String(),                # ledger's code
    "name": pl.String(),                # ledger's name
    "score": pl.UInt8(),                # 0..100
    "reason": pl.String(),              # one sentence a person can check
})  # fmt: skip
"""Best first within each open item."""

MOST_OPEN_ITEMS: Final = 500
"""Suggestions are made for this many open items, the most valuable ones."""
MOST_PER_ITEM: Final = 3
LOWEST_SCORE: Final = 75
"""Below this, names have little more in common than chance."""
MOST_COMPARISONS: Final = 4_000_000
"""Names compared in one go (some ten seconds): a ledger of 50,000 products gives suggestions for the 80 most valuable."""
_SLICE: Final = 2_000
"""Names compared without a breath in between: whoever waits beside this, a screen for example, stays alive."""

_CARRIED: Final = re.compile(r"(?i)(cash|checks?|cheques?|money orders?)\b")
"""What a shop calls payments that a person takes to the bank."""
_WORD: Final = re.compile(r"\w+")
_TELLING: Final = 4
"""Letters a word has at least to say anything."""
_NOT_CODE: Final = re.compile(r"[^0-9a-z\u0e00-\u0e7f]+")


def suggest_products(unlinked: pl.DataFrame, catalog: pl.DataFrame) -> pl.DataFrame:
    """Return suggestions for SKUs without a link.

    Args:
        unlinked: Rows with ``sku_key``, ``sku`` and ``name``, the most valuable first (match.products).
        catalog: Rows with ``product_code`` and ``product_name``.
    """
    most = min(MOST_OPEN_ITEMS, max(1, MOST_COMPARISONS // max(1, catalog.height)))
    items = unlinked.filter(pl.col("sku_key") != "").head(most).select("sku_key", "sku", "name")
    codes, names = catalog["product_code"].to_list(), catalog["product_name"].fill_null("").to_list()
    by_bare: dict[str, list[int]] = {}
    for place, code in enumerate(codes):
        by_bare.setdefault(_bare(code), []).append(place)
    folded = [fold(name) for name in names]
    rows: list[tuple[str, str, str, str, int, str]] = []
    for key, sku, name in items.iter_rows():
        taken = by_bare.get(_bare(key), [])
        rows += [(key, sku, codes[p], names[p], 100, _why_same(key, sku, codes[p])) for p in taken]
        rows += _by_name(key, sku, name, codes, names, folded, skip=set(taken))
    return pl.DataFrame(rows, schema=SUGGESTIONS, orient="row")


def suggest_methods(unmapped: pl.DataFrame, methods: pl.DataFrame) -> pl.DataFrame:
    """Return suggestions for payment channels without a link, by the name of the ledger's channel."""
    codes, names = methods["payment_method"].to_list(), methods["method_name"].fill_null("").to_list()
    folded = [fold(name) for name in names]
    rows: list[tuple[str, str, str, str, int, str]] = []
    for channel in unmapped.filter(pl.col("payment_channel") != "")["payment_channel"].head(MOST_OPEN_ITEMS):
        rows += _by_name(fold(channel), channel, channel, codes, names, folded, skip=set())
    return pl.DataFrame(rows, schema=SUGGESTIONS, orient="row")


def suggest_by_words(unmapped: pl.DataFrame, methods: pl.DataFrame) -> pl.DataFrame:
    """Return suggestions by words, for ledgers whose codes are names of accounts.

    An account that says the gateway's name is its clearing account; money that a person carries to the bank, cash and
    cheques, lies in undeposited funds until then.
    """
    codes = methods["payment_method"].to_list()
    undeposited = next((code for code in codes if "undeposited" in code.casefold()), None)
    rows = []
    for channel in unmapped["payment_channel"].head(MOST_OPEN_ITEMS):
        word = next(iter(_WORD.findall(channel)), "")
        says = re.compile(rf"(?i)\b{re.escape(word)}\b")
        same = [code for code in codes if len(word) >= _TELLING and says.search(code)]
        if undeposited and _CARRIED.match(channel.strip()):
            reason = f"money of {channel} lies there until a person deposits it"
            rows.append((fold(channel), channel, undeposited, "", LOWEST_SCORE, reason))
        elif len(same) == 1:
            rows.append((fold(channel), channel, same[0], "", LOWEST_SCORE, f"both say {word}"))
    return pl.DataFrame(rows, schema=SUGGESTIONS, orient="row")


def _by_name(
    key: str, text: str, name: str | None, codes: list[str], names: list[str], folded: list[str], *, skip: set[int]
) -> list[tuple[str, str, str, str, int, str]]:
    wanted = fold(name or "")
    if not wanted:
        return []
    found = [
        (int(score), -(start + place))
        for start in range(0, len(folded), _SLICE)
        for _, score, place in process.extract(
            wanted,
            folded[start : start + _SLICE],
            scorer=fuzz.WRatio,
            score_cutoff=LOWEST_SCORE,
            limit=MOST_PER_ITEM + len(skip),
        )
    ]
    best = sorted((one for one in found if -one[1] not in skip), reverse=True)[:MOST_PER_ITEM]
    return [
        (key, text, codes[-p], names[-p], score, f"names alike to {score} of 100: {name} / {names[-p]}")
        for score, p in best
    ]


def _why_same(key: str, sku: str, code: str) -> str:
    if fold(code) == key:
        return f"SKU {sku} is a code of the ledger"
    return f"SKU {sku} and code {code} differ in punctuation only"


def _bare(code: str) -> str:
    return _NOT_CODE.sub("", fold(code))

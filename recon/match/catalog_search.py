"""Looking for a product in the ledger's list while somebody types: exact codes first, then beginnings, then words anywhere.

The list is folded once; each key costs one pass over it, so that 50,000 products answer at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
from rapidfuzz import fuzz, process

from recon.match.keys import fold, fold_distinct

LIKE_AT_LEAST: Final = 60
"""Names less alike than this, of 100, are not offered where no name holds what was typed."""
LIKE_MOST: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class CatalogList:
    """The ledger's products, ready to be searched."""

    frame: pl.DataFrame
    """product_code, product_name and their keys code_key and name_key."""
    read_at: str = ""
    """When the ledger was asked; empty: never."""

    @property
    def height(self) -> int:
        """Number of products."""
        return self.frame.height

    def search(self, text: str) -> pl.Series:
        """Return the positions of products that hold every word, the best first; names that are alike if none does."""
        words = [key for key in (fold(word) for word in text.split()) if key]
        if not words:
            return pl.int_range(self.height, dtype=pl.UInt32, eager=True)
        both = pl.concat_str(["code_key", "name_key"], separator="\x1f")
        holds = pl.all_horizontal(both.str.contains(word, literal=True) for word in words)
        found = self.frame.with_row_index("at").filter(holds)
        if not found.height:
            return self._alike("".join(words))
        whole = "".join(words)
        rank = (
            pl.when(pl.col("code_key") == whole).then(0)
            .when(pl.col("code_key").str.starts_with(whole)).then(1)
            .when(pl.col("name_key").str.starts_with(whole)).then(2)
            .otherwise(3)
        )  # fmt: skip
        return found.select(pl.col("at").sort_by(rank, maintain_order=True)).to_series()

    def name_of(self, code: str) -> str | None:
        """Return a product's name; None: there is no such code."""
        found = self.frame.filter(pl.col("product_code") == code)["product_name"]
        return (found[0] or "") if len(found) else None

    def _alike(self, whole: str) -> pl.Series:
        names = self.frame["name_key"].to_list()
        best = process.extract(whole, names, scorer=fuzz.WRatio, score_cutoff=LIKE_AT_LEAST, limit=LIKE_MOST)
        return pl.Series("at", [place for _name, _score, place in best], dtype=pl.UInt32)


def catalog_list(catalog: pl.DataFrame, *, read_at: str = "") -> CatalogList:
    """Return CATALOG ready to be searched."""
    products = catalog.unique("product_code", keep="first", maintain_order=True)
    return CatalogList(products.with_columns(_keys(products["product_code"]), _keys(products["product_name"])), read_at)


def _keys(texts: pl.Series) -> pl.Series:
    name = texts.name.removeprefix("product_") + "_key"
    return fold_distinct(texts.fill_null("")).alias(name)


def code_list(codes: Sequence[tuple[str, str]]) -> CatalogList:
    """Return a short list of codes and their names, ready to be searched."""
    schema = {"product_code": pl.String, "product_name": pl.String}
    return catalog_list(pl.DataFrame(list(codes), schema=schema, orient="row"))

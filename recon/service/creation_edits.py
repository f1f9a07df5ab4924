"""Marks of a person: this SKU's product is to be created in the ledger, under this name. Checked before any is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from recon.config.connection import Connection
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.match.keys import fold
from recon.match.products import unlinked_products
from recon.match.suggest import suggest_products
from recon.plan.products import PRODUCT
from recon.service.context import Context
from recon.service.mapping_frames import ledger_products, product_links

Creation = tuple[str, str | None, str]
"""(SKU, name or None: the shop's, product or service)."""


def creation_edits(
    context: Context,
    name: str,
    rules: Connection,
    frames: CanonicalFrames | None,
    create: Sequence[Creation],
    uncreate: Sequence[str],
    *,
    unlinked: bool,
    linked_now: Mapping[str, Any],
) -> tuple[dict[str, Any], list[str]]:
    """Return the changed marks by SKU key (None: taken off) and what was done, in words.

    Args:
        context: The open workspace.
        name: The connection.
        rules: Its settings.
        frames: Its orders; None: there are none yet.
        create: What is to be created.
        uncreate: SKUs whose mark is taken off.
        unlinked: Mark every SKU that is not linked too.
        linked_now: SKU keys that get a link in the same go.

    Raises:
        UsageError: Some of it cannot be done; all problems are named and nothing is changed.
    """
    known = _Known(context, name, rules, frames)
    changed: dict[str, Any] = {}
    words: list[str] = []
    problems: list[str] = []
    for sku in uncreate:
        if fold(sku) in known.marked:
            changed[fold(sku)] = None
            words.append(f"SKU {sku}: its product is not created")
        else:
            problems.append(f"SKU {sku} is not marked to be created.")
    for wish in create:
        sku, wanted, kind = known.parted(wish)
        problem = "it gets a link in the same go." if fold(sku) in linked_now else known.problem(sku, wanted)
        if problem:
            problems.append(f"SKU {sku}: {problem}")
            continue
        changed[fold(sku)] = {"sku": " ".join(sku.split()), "name": known.name_of(sku, wanted), "kind": kind}
        words.append(f"SKU {sku}: to be created in the ledger as {kind} {known.name_of(sku, wanted)!r}")
    if problems:
        raise UsageError("\n".join([*problems, "Nothing was changed."]))
    if unlinked:
        more, said = _all_open(known, {*changed, *linked_now})
        changed |= more
        words += said
    return changed, words


def _all_open(known: _Known, taken: set[str]) -> tuple[dict[str, Any], list[str]]:
    """Mark every open SKU that can be created; the others are named."""
    if known.no_creating:
        raise UsageError(f"{known.no_creating} Nothing was changed.")
    changed: dict[str, Any] = {}
    words = []
    hinted = [key for key in known.suggested if key not in taken and key not in known.marked]
    if hinted:
        words.append(
            f"{len(hinted):,} SKUs were not marked: there is a suggestion for each; accept it, or name the SKU"
        )
    passed = {*taken, *known.marked, *hinted, ""}
    for key, (sku, _name) in known.open.items():
        if key in passed:
            continue
        problem = known.problem(sku, None)
        if problem:
            words.append(f"SKU {sku} was not marked: {problem}")
        else:
            changed[key] = {"sku": " ".join(sku.split()), "name": known.name_of(sku, None), "kind": "product"}
    return changed, [f"{len(changed):,} SKUs: products to be created in the ledger, under the shop's names", *words]


@dataclass(frozen=True)
class _Known:
    """What marks are checked against."""

    context: Context
    name: str
    rules: Connection
    frames: CanonicalFrames | None

    @cached_property
    def marked(self) -> frozenset[str]:
        """Keys of SKUs that are marked."""
        return frozenset(self.context.store.mappings.current(self.name, "create"))

    @cached_property
    def links(self) -> pl.DataFrame:
        """PRODUCT_LINKS."""
        return product_links(self.context, self.name)

    @cached_property
    def linked(self) -> dict[str, str | None]:
        """SKU key to the ledger's code; None: goes as text."""
        return dict(self.links.select("sku_key", "product_code").iter_rows())

    @cached_property
    def open(self) -> dict[str, tuple[str, str]]:
        """SKU key to one spelling and one name of every SKU of the orders without a link, the most money first."""
        if self.frames is None:
            return {}
        found = unlinked_products(self.frames.orders, self.frames.lines, self.links)
        return {row["sku_key"]: (row["sku"] or "", row["name"] or "") for row in found.iter_rows(named=True)}

    @cached_property
    def suggested(self) -> list[str]:
        """Keys of open SKUs that look like a product the ledger has: a second one would be made of it."""
        items = [(key, sku, name) for key, (sku, name) in self.open.items() if key]
        frame = pl.DataFrame(items, schema={"sku_key": pl.String, "sku": pl.String, "name": pl.String}, orient="row")
        found = suggest_products(frame, ledger_products(self.context, self.name))
        return found["open_key"].unique(maintain_order=True).to_list()

    @cached_property
    def codes(self) -> dict[str, str]:
        """Folded code to code of the ledger's products."""
        codes = ledger_products(self.context, self.name)["product_code"].to_list()
        return {fold(code): code for code in reversed(codes)}

    @cached_property
    def no_creating(self) -> str:
        """Why this ledger creates no products for us; empty: it does."""
        if PRODUCT in self._capabilities.kinds:
            return ""
        return (
            "This ledger creates no products for recon: it takes import files. Create them there by hand, read its lists "
            "again with `recon connect --refresh`, and link the SKUs."
        )

    @cached_property
    def _capabilities(self) -> Any:  # noqa: ANN401 - recon.targets.base.Capabilities
        return self.context.outside.capabilities(self.name, self.rules)

    def parted(self, wish: Creation) -> Creation:
        """Return a wish with SKU and name told apart; a SKU may hold the sign that parts them."""
        sku, wanted, kind = wish
        whole = f"{sku}={wanted}"
        return (whole, None, kind) if wanted is not None and fold(whole) in self.open else wish

    def name_of(self, sku: str, wanted: str | None) -> str:
        """Return the name the product gets: as wanted, else the shop's, else the SKU itself."""
        shop = self.open.get(fold(sku), ("", ""))[1]
        return " ".join((shop or sku if wanted is None else wanted).split())

    def problem(self, sku: str, wanted: str | None) -> str:
        """Return why this product cannot be marked, in words; empty: it can."""
        key, longest = fold(sku), self._capabilities.product_name_max_length
        if not key:
            return "lines without a SKU have no product of their own; they can go as text (--text)."
        if self.no_creating:
            return self.no_creating
        if key in self.linked:
            code = self.linked[key]
            return f"it {f'is linked to {code}' if code else 'goes as text'}; take that away first: --unlink {sku}."
        if key in self.codes:
            return f"the ledger has a product of exactly this code; link it: --sku {sku} --product {self.codes[key]}."
        if wanted is None and key not in self.open:
            return f"no order names it; say what the product is called: --create {sku}=NAME."
        length = len(self.name_of(sku, wanted))
        if not 0 < length <= longest:
            return f"its name has {length} characters, the ledger takes 1 to {longest}; name it: --create {sku}=NAME."
        return ""

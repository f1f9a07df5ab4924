"""Returns that wait for a person: which sale each may belong to; and the word of a person that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.match.keys import fold_column
from recon.money import plain
from recon.service.context import Context
from recon.service.known import current_frames
from recon.service.mapping_frames import decisions
from recon.service.returned import planned_frames, with_returns

OPEN: Final = ("return-not-linked", "return-exceeds-sale")
"""Findings that hold a return until a person says more."""
CANDIDATES: Final = 5
NEAR: Final = 300
"""Newest sales of one customer or SKU that are looked at."""
LOOKED_AT: Final = 200
"""Returns for which candidates are looked for, the newest; thousands of them have a cause of their own."""
ReturnEdit = tuple[str, str | None]
"""(return's number or order key, sale's number, id or order key; None: what was said is taken back)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleCandidate:
    """One sale a return may belong to."""

    order_number: str
    order_key: str
    ordered_on: str
    total: str
    reasons: tuple[str, ...]
    """same customer, same SKUs, same amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReturn:
    """One return that waits for a person."""

    order_number: str
    order_key: str
    ordered_on: str
    customer: str
    total: str
    why: str
    """What is known of it, in words."""
    candidates: tuple[SaleCandidate, ...]

    def as_facts(self) -> dict[str, Any]:
        """Entry of `returns` in recon.match/1."""
        return asdict(self)


def open_returns(context: Context, connection: str | None) -> tuple[OpenReturn, ...]:
    """Return the returns of a connection that wait for a person, each with the sales it may belong to."""
    name, rules = context.connection(connection)
    frames = planned_frames(context, name, rules)
    if frames is None:
        return ()
    waiting = waiting_returns(context, name, frames)
    found = candidates(frames, waiting.sort("ordered_on", nulls_last=False, maintain_order=True).tail(LOOKED_AT))
    likely: dict[str, list[SaleCandidate]] = {}
    for each in found.iter_rows(named=True):
        likely.setdefault(each["return_key"], []).append(_candidate(each))
    return tuple(
        OpenReturn(
            order_number=row["order_number"] or "",
            order_key=row["order_key"],
            ordered_on=str(row["ordered_on"] or ""),
            customer=row["customer_name"] or "",
            total=plain(row["total_minor"], row["currency"]),
            why=row["detail"] or "",
            candidates=tuple(likely.get(row["order_key"], ())),
        )
        for row in waiting.iter_rows(named=True)
    )  # fmt: skip


def waiting_count(context: Context, connection: str | None) -> int:
    """Return how many returns of a connection wait for a person; without a return nothing is worked out."""
    name, rules = context.connection(connection)
    frames = current_frames(context, name, rules)
    if frames is None or not (frames.orders["record_kind"] == "sale_return").any():
        return 0
    return waiting_returns(context, name, with_returns(context, name, rules, frames)).height


def waiting_returns(context: Context, name: str, frames: CanonicalFrames) -> pl.DataFrame:
    """Return ORDERS rows of the returns that wait for a person, with ``detail``; what a person settled by hand waits no more."""
    found = frames.findings.filter(pl.col("code").is_in(OPEN))
    held = found.select("order_key", "detail").unique("order_key", keep="first")
    if held.is_empty():
        return frames.orders.clear().with_columns(pl.lit(None, dtype=pl.String).alias("detail"))
    settled = decisions(context, name, frames.orders).filter(pl.col("decision").is_in(["by-hand", "leave"]))
    held = held.join(settled, on="order_key", how="anti")
    returns = frames.orders.filter(pl.col("record_kind") == "sale_return")
    return returns.join(held, on="order_key", how="inner", maintain_order="left")


def _candidate(row: dict[str, Any]) -> SaleCandidate:
    marks = {"same customer": row["by_customer"], "same SKUs": row["by_skus"], "same amount": row["by_amount"]}
    return SaleCandidate(
        order_number=row["order_number"] or "",
        order_key=row["order_key"],
        ordered_on=str(row["ordered_on"] or ""),
        total=plain(row["total_minor"], row["currency"]),
        reasons=tuple(name for name, is_so in marks.items() if is_so),
    )


def candidates(frames: CanonicalFrames, returns: pl.DataFrame) -> pl.DataFrame:
    """Return per return the sales it may belong to, the likeliest first: not after it, not smaller, the same customer or SKUs."""
    sales = frames.orders.filter(pl.col("record_kind") == "sale", pl.col("order_state") != "cancelled")
    wanted = returns.select(
        pl.col("order_key").alias("return_key"), pl.col("order_no").alias("return_no"), pl.col("ordered_on").alias("back_on"),
        pl.col("total_minor").alias("back_minor"), "currency", "customer_name",
    )  # fmt: skip
    pairs = pl.concat([_by_customer(wanted, sales), _by_skus(frames, wanted, sales)])
    pairs = pairs.group_by("return_no", "order_no").agg(pl.col("by_customer", "by_skus").any())
    both = pairs.join(wanted.drop("customer_name"), on="return_no").join(
        sales.select("order_no", "order_number", "order_key", "ordered_on", "total_minor", "refunded_minor", "currency"),
        on=["order_no", "currency"],
    )  # fmt: skip
    left = pl.col("total_minor") - pl.col("refunded_minor")
    fits = (left >= pl.col("back_minor")) & (pl.col("ordered_on") <= pl.col("back_on")).fill_null(value=True)
    both = both.filter(fits).with_columns((left == pl.col("back_minor")).alias("by_amount"))
    score = pl.sum_horizontal(pl.col("by_customer", "by_skus", "by_amount").cast(pl.Int8))
    return both.sort(
        ["return_no", score, "ordered_on", "order_no"], descending=[False, True, True, False], nulls_last=True
    ).group_by("return_no", maintain_order=True).head(CANDIDATES)  # fmt: skip


def _pairs(found: pl.DataFrame, *, by_customer: bool) -> pl.DataFrame:
    return found.select(
        "return_no", "order_no", pl.lit(by_customer).alias("by_customer"), pl.lit(not by_customer).alias("by_skus")
    )


def _newest(sales: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Return the newest sales of each key: a customer at the counter or a popular SKU may have thousands."""
    return sales.sort("ordered_on", maintain_order=True).group_by(*keys, maintain_order=True).tail(NEAR)


def _by_customer(wanted: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """Return return_no and order_no of the same customer; a masked name is nobody's."""
    named = wanted.filter(~pl.col("customer_name").str.contains("*", literal=True).fill_null(value=True))
    theirs = sales.join(named.select("customer_name").unique(), on="customer_name", how="semi")
    near = _newest(theirs.select("order_no", "customer_name", "ordered_on"), "customer_name")
    return _pairs(named.join(near, on="customer_name", how="inner"), by_customer=True)


def _by_skus(frames: CanonicalFrames, wanted: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """Return return_no and order_no where the sale holds every SKU of the return; looked for by one of them, then by all."""
    skus = _skus(frames)
    back = skus.rename({"order_no": "return_no"}).join(wanted.select("return_no", "back_minor"), on="return_no")
    sold = skus.join(sales.select("order_no", "total_minor", "ordered_on"), on="order_no")
    sold = sold.join(back.select("sku_key").unique(), on="sku_key", how="semi")
    one = back.sort("return_no", "sku_key").unique("return_no", keep="first", maintain_order=True)
    alike = one.join(_newest(sold, "sku_key"), on="sku_key")
    equal = one.join(
        _newest(sold, "sku_key", "total_minor"), left_on=["sku_key", "back_minor"], right_on=["sku_key", "total_minor"]
    )
    near = pl.concat([part.select("return_no", "order_no") for part in (alike, equal)]).unique()
    needed = back.group_by("return_no").agg(pl.len().alias("needed"))
    held = near.join(back.select("return_no", "sku_key"), on="return_no").join(skus, on=["order_no", "sku_key"])
    whole = held.group_by("return_no", "order_no").agg(pl.len().alias("had")).join(needed, on="return_no")
    return _pairs(whole.filter(pl.col("had") == pl.col("needed")), by_customer=False)


def _skus(frames: CanonicalFrames) -> pl.DataFrame:
    """Return order_no and sku_key of the goods, each SKU of an order once."""
    goods = frames.lines.filter(pl.col("kind") == "product", pl.col("sku").is_not_null())
    return goods.select("order_no", fold_column(goods["sku"]).alias("sku_key")).unique()


def return_edits(
    context: Context, name: str, rules: Connection, edits: Sequence[ReturnEdit]
) -> tuple[dict[str, str | None], list[str]]:
    """Return the sale of each return (None: taken back) by order key, and what was said, in words.

    Raises:
        UsageError: There is no such return or sale, or several; all problems are named.
    """
    frames = current_frames(context, name, rules)
    if frames is None:
        raise UsageError("There are no orders yet: `recon import FILE` or `recon pull` first. Nothing was changed.")
    orders = frames.orders
    returns, sales = (orders.filter(pl.col("record_kind") == kind) for kind in ("sale_return", "sale"))
    said: dict[str, str | None] = {}
    words: list[str] = []
    problems: list[str] = []
    for back, sale in edits:
        own, problem = _one(returns, back, "returns")
        whole, other = (None, "") if sale is None else _one(sales, sale, "sales")
        problems += [text for text in (problem, other) if text]
        if own is None or (sale is not None and whole is None):
            continue
        said[own["order_key"]] = None if whole is None else whole["order_key"]
        words.append(
            f"return {back}: what was said is taken back" if whole is None else f"return {back}: belongs to {sale}"
        )
    if problems:
        raise UsageError("\n".join([*problems, "Nothing was changed."]))
    return said, words


def _one(orders: pl.DataFrame, text: str, noun: str) -> tuple[dict[str, Any] | None, str]:
    """Return the one order of this number, id or key; or why there is none."""
    found = orders.filter(
        (pl.col("order_key") == text)
        | (pl.col("order_number") == text)
        | (pl.col("order_key").str.extract("([^:]*)$") == text)
    )
    if found.height == 1:
        return found.row(0, named=True), ""
    if not found.height:
        return None, f"There are no {noun} called {text!r}; `recon match --returns` lists what waits."
    listed = "; ".join(
        f"{key} ({plain(total, currency)} of {day})"
        for key, total, currency, day in found.select("order_key", "total_minor", "currency", "ordered_on")
        .head(5)
        .rows()
    )
    return None, f"{found.height} {noun} are called {text!r}. Name one by its key: {listed}."

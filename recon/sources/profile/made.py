"""Fields of the order that several columns make together: sums of amounts and joined texts, by the profile's `parts`.

A marketplace writes a discount in six columns, by who pays it; an address stands in seven. What cannot be read is not
left out of a sum: its text becomes the field's, so that the order is refused with the cell as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recon.frames.amounts import NumberForm, minor_units, plain_text
from recon.frames.findings import findings_from
from recon.sources.base import ReadOptions
from recon.sources.profile.collapse import order_key
from recon.sources.profile.fields import BY_NAME
from recon.sources.profile.model import Profile, part_name

_DECIMALS = 2
_CUSTOMER = ("customer_name", "customer_tax_id", "customer_branch", "customer_address")


def with_made_fields(orders: pl.DataFrame, profile: Profile, number: NumberForm) -> pl.DataFrame:
    """Return the orders with the fields that are made of parts, without the parts, and without masked customers."""
    if profile.sums:
        orders = orders.with_columns(_sums(orders, profile, number))
    for name, parts in profile.joins.items():
        there = _present(orders, profile, parts)
        if there:
            orders = orders.with_columns(_joined(there).alias(name))
    orders = orders.drop([part_name(name) for name in profile.parts if part_name(name) in orders.columns])
    return _unmasked(orders, profile.read.masked) if profile.read.masked else orders


def returned_pieces(
    orders: pl.DataFrame, profile: Profile, options: ReadOptions, heading: str, number: NumberForm
) -> list[pl.DataFrame]:
    """Return a finding per order of which pieces came back: this file does not say what was given back for them."""
    name = part_name(profile.returned_part)
    if name not in orders.columns or not orders[name].null_count() < orders.height:
        return []
    came_back = orders.filter(minor_units(orders, [name], _DECIMALS, number)[name].fill_null(0) != 0)
    if not came_back.height:
        return []
    return [
        findings_from(
            came_back,
            "return-amount-unknown",
            order_key=order_key(profile, options),
            column=heading,
            value=pl.col(name),
        )
    ]


def _present(orders: pl.DataFrame, profile: Profile, parts: Sequence[str]) -> list[str]:
    """Return the columns of the parts the file has; a part is looked for before a field of the same name."""
    named = [part_name(name) if name in profile.parts else name for name in parts]
    return [name for name in named if name in orders.columns]


def _sums(orders: pl.DataFrame, profile: Profile, number: NumberForm) -> list[pl.Expr]:
    """Return one text column per sum; empty where no part says anything."""
    by_field = {name: _present(orders, profile, parts) for name, parts in profile.sums.items()}
    used = list(dict.fromkeys(part for parts in by_field.values() for part in parts))
    values = minor_units(orders, used, _DECIMALS, number)
    speaking = {part for part in used if orders[part].null_count() < orders.height}
    moving = {part for part in used if (values[part] != 0).any()}
    made = []
    for field, parts in by_field.items():
        if not parts:
            continue
        unread = [pl.when(pl.lit(values[p]).is_null()).then(pl.col(p)) for p in parts if _unread(orders, values, p)]
        adding = [p for p in parts if p in moving] or [p for p in parts if p in speaking][:1] or parts[:1]
        if len(adding) == 1 and not unread:  # all others say nothing, or zero
            made.append(pl.coalesce(adding[0], *(p for p in parts if p in speaking and p != adding[0])).alias(field))
            continue
        total = pl.select(pl.sum_horizontal(pl.lit(values[p]).fill_null(0) for p in adding)).to_series()
        text = pl.select(plain_text(pl.lit(total), _DECIMALS)).to_series()
        if number.decimal_mark != ".":
            text = text.str.replace(".", number.decimal_mark, literal=True)
        stated = pl.any_horizontal(pl.col(p).is_not_null() for p in parts)
        made.append(pl.coalesce(*unread, pl.when(stated).then(pl.lit(text))).alias(field))
    assert all(BY_NAME[field].kind == "amount" for field in by_field)
    return made


def _unread(orders: pl.DataFrame, values: pl.DataFrame, part: str) -> bool:
    return values[part].null_count() > orders[part].null_count()


def _joined(parts: Sequence[str]) -> pl.Expr:
    """Put texts together with spaces; a text that an earlier one holds already is not said twice."""
    joined = pl.col(parts[0])
    for part in parts[1:]:
        said = joined.str.contains(pl.col(part), literal=True).fill_null(value=False)
        both = pl.concat_str([joined, pl.when(~said).then(pl.col(part))], separator=" ", ignore_nulls=True)
        joined = pl.when(both.str.len_bytes() > 0).then(both)
    return joined


def _unmasked(orders: pl.DataFrame, mark: str) -> pl.DataFrame:
    """Take what the provider masks of its buyers as not stated, and buyers of whom too little is known altogether.

    A masked name is no customer, and another mask of the same name is no change of customer. A tax id stays as it stands: that
    somebody gave one is worth knowing, also where it is masked. Without one, name and address together say who it is.
    """
    have = [name for name in _CUSTOMER if name in orders.columns]
    masked = {name: pl.col(name).str.contains(mark, literal=True).fill_null(value=False) for name in have}
    known = pl.col("customer_tax_id").is_not_null() if "customer_tax_id" in have else pl.lit(value=False)
    if {"customer_name", "customer_address"} <= set(have):
        known |= pl.all_horizontal(
            pl.col(name).is_not_null() & ~masked[name] for name in ("customer_name", "customer_address")
        )
    return orders.with_columns(
        pl.when(known & (~masked[name] if name != "customer_tax_id" else True)).then(name).alias(name) for name in have
    )

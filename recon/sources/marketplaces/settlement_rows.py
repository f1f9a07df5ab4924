"""The rows of a settlement as records: which cycle and order each belongs to, and its legs, one line each.

A row is known by cycle, order, kind, its amounts, and its running number among rows that are equal in all of that. What else
stands in a file has no say in it: overlapping and filtered files count every row once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.frames.amounts import NumberForm, minor_units, plain_text
from recon.frames.dates import DateForm, days
from recon.frames.headings import ROW, Heading, norm
from recon.sources.marketplaces.settlement_profile import ASK, UNKNOWN, SettlementProfile, lines_of

ORDER_NO: Final = "order_no"
LEGS: Final = pl.Schema({
    ORDER_NO: pl.UInt32(), ROW: pl.UInt32(), "sku": pl.String(), "name": pl.String(), "text": pl.String(), "minor": pl.Int64(),
    "said": pl.String(),
})  # fmt: skip
"""``sku``: group; ``name``: leg it counts as; ``said``: its own words in the file."""
_EXPONENT: Final = 2
_UNEXPLAINED: Final = "no column explains it"
_TIE: Final = 1
"""The legs of a row come to its net within one satang."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The body of a settlement with everything needed to read it."""

    frame: pl.DataFrame
    """Text columns of the file and ``row``; blanks are null."""
    headings: tuple[Heading, ...]
    roles: Mapping[str, Heading]
    profile: SettlementProfile
    groups: Mapping[str, str]
    number: NumberForm
    dates: DateForm
    own_day: str = ""
    """The payout's day as the settings say, where the file has none."""


@dataclass(frozen=True, slots=True)
class SettledRows:
    """Records and their legs, all amounts still text beside their value."""

    rows: pl.DataFrame
    """order_no, row, order_id, cycle, day, day_text, number, once, net (text), net_minor, currency."""
    legs: pl.DataFrame
    """LEGS."""
    unnamed: tuple[tuple[str, int], ...] = field(default=())
    """Columns nobody has named that hold amounts on rows whose legs do not come to the net, with their sums."""
    beside: tuple[tuple[str, int], ...] = field(default=())
    """Columns nobody has named that hold amounts although the legs come to the net without them."""


def settled_rows(sheet: Sheet) -> SettledRows:
    """Return the records of a file."""
    return _of_columns(sheet) if sheet.profile.grain == "columns" else _of_rows(sheet)


def _text(sheet: Sheet, role: str) -> pl.Expr:
    heading = sheet.roles.get(role)
    return (pl.lit(None, dtype=pl.String) if heading is None else pl.col(heading.column)).alias(role)


def _minor(sheet: Sheet, text: pl.Series) -> pl.Series:
    return minor_units(text.to_frame("t"), ["t"], _EXPONENT, sheet.number).to_series()


def _base(sheet: Sheet) -> pl.DataFrame:
    """Return what every row states, with its day and cycle."""
    names = ("order", "related", "settled", "cycle", "net", "type", "adjustment", "currency", "leg", "amount", "withheld",
             "withheld_inside")  # fmt: skip
    base = sheet.frame.select(ROW, *(_text(sheet, name) for name in names))
    stated = (
        base["settled"] if "settled" in sheet.roles else base.select(pl.lit(sheet.own_day).alias("settled")).to_series()
    )
    if len(stated) != base.height:
        stated = stated.new_from_index(0, base.height)
    day = days(stated, sheet.dates).dt.strftime("%Y-%m-%d")
    cycle = pl.col("cycle").str.replace_all("/", "-") if "cycle" in sheet.roles else sheet.profile.prefix + pl.lit(day)
    return base.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias(ORDER_NO), stated.alias("day_text"), day.alias("day")
    ).with_columns(cycle.alias("cycle"))


def _with_ids(base: pl.DataFrame, amounts: pl.Expr, *parts: str) -> pl.DataFrame:
    """Add the key of each row: cycle, what tells it apart, its amounts, and its running number among equal ones.

    Where ``amounts`` is null (one cannot be read), the key says of how many rows of that order the row is one: once a later
    file has as many of them, nothing is missing any more (`recon.normalize.settlements`).
    """
    safe = [pl.col(part).fill_null("-").str.replace_all("/", "-") for part in parts]
    named = base.with_columns(pl.concat_str(["cycle", *safe], separator="/").alias("_key"), amounts.alias("_amounts"))
    nth = pl.int_range(1, pl.len() + 1).over("_key", "_amounts").cast(pl.String)
    unread = pl.concat_str(pl.lit("?"), pl.len().over("_key").cast(pl.String))
    key = pl.concat_str(["_key", pl.coalesce("_amounts", unread), nth], separator="/")
    return named.with_columns(key.alias("order_id")).drop("_key", "_amounts")


def _records(base: pl.DataFrame, once: pl.Expr) -> pl.DataFrame:
    return base.select(
        ORDER_NO,
        ROW,
        "order_id",
        "cycle",
        "day",
        "day_text",
        "number",
        once.alias("once"),
        "net",
        "net_minor",
        "currency",
    )


def _types(base: pl.DataFrame, profile: SettlementProfile) -> pl.Expr:
    """Return order, compensation or null (a kind nobody has named) per row."""
    if not profile.row_types:
        return pl.lit("order")
    known = {norm(name): kind for name, kind in profile.row_types.items()}
    words = {word: known.get(norm(word)) for word in base["type"].unique().drop_nulls()}
    said = pl.col("type").replace_strict(words, default=None, return_dtype=pl.String)
    return pl.when(pl.col("type").is_null()).then(pl.lit("order")).otherwise(said)


def _of_columns(sheet: Sheet) -> SettledRows:
    """Return records whose legs stand in columns: the legs of each row must come to its net."""
    base = _base(sheet)
    base = base.with_columns(
        _types(base, sheet.profile).alias("kind"), pl.coalesce("related", "order").alias("number"),
        _minor(sheet, base["net"]).alias("net_minor"),
    )  # fmt: skip
    columns = _leg_columns(sheet)
    is_order = base["kind"].eq_missing("order")
    parts = [
        _column_leg(sheet, base.filter(is_order), sheet.frame.filter(is_order)[h.column], h, g)
        for h, g in columns.items()
    ]
    parts.append(_adjustments(sheet, base.filter(base["kind"].eq_missing("compensation"))))
    legs = pl.concat([part for part in parts if part.height] or [pl.DataFrame(schema=LEGS)])
    sums = legs.group_by(ORDER_NO).agg(
        pl.col("minor").sum().alias("legs"), pl.col("minor").null_count().alias("unread")
    )
    base = base.join(sums, on=ORDER_NO, how="left", maintain_order="left").with_columns(
        pl.col("legs").fill_null(0), pl.col("unread").fill_null(0)
    )
    base = base.join(_group_sums(legs), on=ORDER_NO, how="left", maintain_order="left")
    known = pl.when(pl.col("unread") == 0).then(pl.col("net_minor").cast(pl.String))
    base = _with_ids(base, pl.concat_str(known, pl.col("by_group").fill_null("")), "order", "type")
    apart = pl.col("net_minor") - pl.col("legs")
    off = base.filter((apart.abs() > _TIE) & (pl.col("unread") == 0)).with_columns(apart.alias("apart"))
    others = _unnamed_columns(sheet, columns)
    unnamed = _sums(sheet, sheet.frame.join(off.select(ROW), on=ROW, how="semi"), others)
    beside = () if off.height else _sums(sheet, sheet.frame.filter(is_order), others)
    legs = pl.concat([legs, _unexplained(off)]).sort(ORDER_NO, maintain_order=True)
    once = pl.concat_str([pl.col("order"), pl.col("type").fill_null("-").str.replace_all(r"\s", "_")], separator="/")
    return SettledRows(
        _records(base, once if sheet.profile.once else pl.lit(None, dtype=pl.String)), legs, unnamed, beside
    )


def _group_sums(legs: pl.DataFrame) -> pl.DataFrame:
    """Return order_no and by_group: what each group of a row comes to; two spellings of a heading say the same."""
    sums = legs.group_by(ORDER_NO, "sku").agg(pl.col("minor").sum()).filter(pl.col("minor") != 0).sort(ORDER_NO, "sku")
    said = pl.format("~{}={}", pl.col("sku").str.replace(":", "."), "minor").str.join("")
    return sums.group_by(ORDER_NO, maintain_order=True).agg(said.alias("by_group"))


def _leg_columns(sheet: Sheet) -> dict[Heading, str]:
    """Return the columns that hold legs, with their groups."""
    first = [heading for heading in sheet.headings if heading.nth == 1 and heading not in sheet.roles.values()]
    return {heading: group for heading in first if (group := sheet.groups.get(norm(heading.text)))}


def _unnamed_columns(sheet: Sheet, legs: Mapping[Heading, str]) -> list[Heading]:
    """Return the columns that may hold legs nobody has named; adjustments are legs of rows that are no orders only."""
    taken = {*legs, *sheet.roles.values()}
    others = [heading for heading in sheet.headings if heading.text and heading not in taken]
    adjustment = sheet.roles.get("adjustment")
    return [*(one for one in others if not _no_amount(one, sheet)), *([adjustment] if adjustment else [])]


def _no_amount(heading: Heading, sheet: Sheet) -> bool:
    """Return whether a column is known to hold no leg: no amounts, or roll-ups (some end in words of their own)."""
    key, profile = norm(heading.text), sheet.profile
    return key in {norm(one) for one in profile.plain} or any(key.startswith(norm(one)) for one in profile.no_leg)


def _column_leg(sheet: Sheet, base: pl.DataFrame, text: pl.Series, heading: Heading, group: str) -> pl.DataFrame:
    """Return the leg of one column: every row that says anything but zero."""
    minor = _minor(sheet, text)
    found = base.select(
        ORDER_NO, ROW, pl.lit(UNKNOWN if group == ASK else group).alias("sku"),
        pl.lit(lines_of(sheet.profile).get(norm(heading.text), heading.text)).alias("name"), text.alias("text"), minor.alias("minor"),
        pl.lit(heading.text).alias("said"),
    )  # fmt: skip
    return found.filter(pl.col("text").is_not_null() & (pl.col("minor").is_null() | (pl.col("minor") != 0))).cast(LEGS)


def _adjustments(sheet: Sheet, base: pl.DataFrame) -> pl.DataFrame:
    """Return the one leg of rows that are no orders."""
    name = sheet.roles["adjustment"].text if "adjustment" in sheet.roles else ""
    return base.select(
        ORDER_NO, ROW, pl.lit("compensation").alias("sku"), pl.coalesce("type", pl.lit(name)).alias("name"),
        pl.col("adjustment").alias("text"), _minor(sheet, base["adjustment"]).alias("minor"), pl.lit(name).alias("said"),
    ).filter(pl.col("text").is_not_null()).cast(LEGS)  # fmt: skip


def _unexplained(off: pl.DataFrame) -> pl.DataFrame:
    """Return a leg over what the legs of a row do not explain; a kind of row nobody has named is unexplained whole."""
    name = pl.when(pl.col("kind").is_null()).then("type").otherwise(pl.lit(_UNEXPLAINED))
    return off.select(
        ORDER_NO, ROW, pl.lit(UNKNOWN).alias("sku"), name.alias("name"), plain_text("apart", _EXPONENT).alias("text"),
        pl.col("apart").alias("minor"), name.alias("said"),
    ).cast(LEGS)  # fmt: skip


def _sums(sheet: Sheet, frame: pl.DataFrame, headings: list[Heading]) -> tuple[tuple[str, int], ...]:
    """Return the columns that hold amounts other than zero, with their sums."""
    if not frame.height or not headings:
        return ()
    amounts = minor_units(frame, [heading.column for heading in headings], _EXPONENT, sheet.number)
    told = []
    for heading in headings:
        values = amounts[heading.column]
        # A column of numbers that are no money (ids, counts of texts) is not told: every filled cell must be an amount.
        whole = values.null_count() == frame[heading.column].null_count()
        if whole and bool((values.fill_null(0) != 0).any()):
            told.append((heading.text, int(values.cast(pl.Int128).sum())))
    return tuple(told)


def _of_rows(sheet: Sheet) -> SettledRows:
    """Return records of a journal: one leg each, and the tax withheld apart from its amount."""
    base = _base(sheet)
    inside = pl.col("withheld_inside").str.to_uppercase()
    base = base.with_columns(
        pl.col("order").alias("number"), _minor(sheet, base["amount"]).alias("minor"),
        _minor(sheet, base["withheld"]).abs().fill_null(0).alias("tax"),
    ).with_columns(
        ((pl.col("tax") != 0) & (inside == "NO")).fill_null(value=False).alias("separate"),
        ((pl.col("tax") != 0) & ~inside.is_in(["YES", "NO"]).fill_null(value=False)).alias("unclear"),
    )  # fmt: skip
    less = pl.col("minor") - pl.col("tax")
    beside = pl.when("separate").then(pl.format("~tax={}", "tax")).otherwise(pl.lit(""))
    said = pl.concat_str(pl.col("minor").cast(pl.String), beside)
    base = _with_ids(base, said, "day", "order", "leg").with_columns(
        pl.when("separate").then(plain_text(less, _EXPONENT)).otherwise("amount").alias("net"),
        pl.when("separate").then(less).otherwise("minor").alias("net_minor"),
    )
    legs = pl.concat([_named_legs(sheet, base), *_withheld(sheet, base)]).sort(ORDER_NO, maintain_order=True)
    return SettledRows(_records(base, pl.lit(None, dtype=pl.String)), legs)


def _named_legs(sheet: Sheet, base: pl.DataFrame) -> pl.DataFrame:
    """Return the leg every row of a journal is."""
    words = base["leg"].unique().drop_nulls().to_list()
    groups = {name: sheet.groups.get(norm(name), UNKNOWN) for name in words}
    lines = {name: lines_of(sheet.profile).get(norm(name), name) for name in words}
    named = pl.col("leg").fill_null("(no name)")
    sku = pl.col("leg").replace_strict(groups, default=UNKNOWN, return_dtype=pl.String).replace(ASK, UNKNOWN)
    return base.select(
        ORDER_NO, ROW, sku.alias("sku"), named.replace(old=lines).alias("name"), pl.col("amount").alias("text"), "minor",
        named.alias("said"),
    ).cast(LEGS)  # fmt: skip


def _withheld(sheet: Sheet, base: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the tax withheld beside amounts, and the amounts of which the file does not say whether it is inside."""
    if "withheld" not in sheet.roles:
        return []
    name = pl.lit(sheet.roles["withheld"].text)
    odd = pl.format("{} {} / {}", name, "withheld", pl.col("withheld_inside").fill_null("-"))
    parts = (
        base.filter("separate").select(
            ORDER_NO, ROW, pl.lit("tax").alias("sku"), name.alias("name"), plain_text(-pl.col("tax"), _EXPONENT).alias("text"),
            (-pl.col("tax")).alias("minor"), name.alias("said"),
        ),
        base.filter("unclear").select(
            ORDER_NO, ROW, pl.lit(UNKNOWN).alias("sku"), odd.alias("name"), pl.lit("0").alias("text"), pl.lit(0).alias("minor"),
            odd.alias("said"),
        ),
    )  # fmt: skip
    return [part.cast(LEGS) for part in parts]

"""From the file's columns to rows under canonical names: cleaned cells, no totals rows, blanks filled, orders numbered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from recon.errors import MalformedFile
from recon.frames.amounts import NumberForm, minor_units, plain_text
from recon.frames.findings import one_finding
from recon.frames.headings import ROW, Heading, norm
from recon.frames.tables import TableHead, TextTable
from recon.money import plain
from recon.sources.profile.model import Column, Profile

ORDER_NO = "order_no"
UNIT_ID = "unit id"
"""Number of the piece a row stands for; no canonical field has a blank in its name."""
_FIRST = "_first_cell"
_CHECK_DECIMALS = 2
_TOTALS_ENDING = 3
"""A totals word may end in a colon and spaces."""
_SCIENTIFIC = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}$"
_INVISIBLE_ENDS = " \t\r\n\u00a0\u200b\ufeff"


@dataclass(slots=True)
class Rows:
    """Rows of the file under canonical names, sorted by ``order_no``, and what was noticed on the way."""

    frame: pl.DataFrame
    findings: list[pl.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    total_text: str | None = None


def resolve(head: TableHead, profile: Profile) -> dict[str, Heading]:
    """Return which column of the file fills which canonical field.

    Raises:
        MalformedFile: A column is missing, or two headings of one field are both there; all such fields are named.
    """
    found: dict[str, Heading] = {}
    problems: list[str] = []
    for name, column in profile.sources.items():
        present = [heading for text in column.headings if (heading := head.find(text, column.nth))]
        present = list(dict.fromkeys(present))
        if len(present) > 1:
            listed = " and ".join(repr(heading.shown) for heading in present)
            if profile.fixed:
                problems.append(f"{listed} both mean {name}")
            else:
                problems.append(f"{listed} both mean {name}; keep the right one under columns.{name}.from")
        elif present:
            found[name] = present[0]
        elif not column.optional:
            nth = f" (column {column.nth} of this name)" if column.nth > 1 else ""
            problems.append(f"no column {' or '.join(map(repr, column.headings))}{nth} for {name}")
    if problems:
        advice = (
            "The marketplace has changed its export: export again, and tell us with a file without customers in it."
            if profile.fixed
            else f"The export changed, or the profile {profile.profile!r} does not fit it. Correct the profile "
            "(optional = true for a column that may be missing), or export again."
        )
        raise MalformedFile(
            f"{head.name}, row {head.header_row}: {'; '.join(problems)}. {advice}",
            file=head.name,
            row=head.header_row,
        )
    return found


def canonical_rows(table: TextTable, columns: Mapping[str, Heading], profile: Profile, number: NumberForm) -> Rows:
    """Return the file's data rows under canonical names, numbered by order."""
    bare = _bare_columns(table, profile, columns)
    cells = [_cell(table.head, heading, profile.sources[name]).alias(name) for name, heading in columns.items()]
    unit = table.head.find(profile.units.unit_id) if profile.units.unit_id else None
    if unit:
        cells.append(pl.col(unit.column).alias(UNIT_ID))
    rows = Rows(bare.select(ROW, *cells, _first_stated_cell(bare).alias(_FIRST)))
    if profile.read.refuse_resaved:
        refuse_resaved(rows.frame, table.head, columns["order_id"])
    rows.frame = _multiplied(rows.frame, bare, table.head, profile, columns, number)
    if "total" in columns:
        _drop_totals(rows, profile, number)
    _drop_other_rows(rows, profile, table.head.header_row)
    if profile.read.fill_down:
        rows.frame = rows.frame.with_columns(pl.col(profile.read.fill_down).forward_fill())
    rows.frame = _numbered(rows.frame.drop(_FIRST), profile)
    return rows


def _first_stated_cell(bare: pl.DataFrame) -> pl.Expr:
    """Return the first cell of each row that says anything; columns behind a full one are not looked at."""
    columns: list[str] = []
    for name in bare.columns:
        if name == ROW:
            continue
        columns.append(name)
        if bare[name].null_count() == 0:
            break
    return pl.coalesce(columns)


def extra_headings(head: TableHead, column: Column) -> list[Heading]:
    """Return the further columns a field looks at: where its own is empty, and what it is multiplied by."""
    named = (*column.where_blank, *([column.times] if column.times else []))
    return [heading for text in named if (heading := head.find(text))]


def _cell(head: TableHead, heading: Heading, column: Column) -> pl.Expr:
    """Return what a field is made of; ``heading`` and the others are without blanks at their ends already."""
    others = [found for text in column.where_blank if (found := head.find(text))]
    text = pl.coalesce(pl.col(one.column) for one in (heading, *others)) if others else pl.col(heading.column)
    if column.sign == "deducts":
        return text.str.strip_prefix("-").str.strip_suffix(")").str.strip_prefix("(")
    return _turned(text) if column.sign == "negative-means-deduct" else text


def _bare_columns(table: TextTable, profile: Profile, columns: Mapping[str, Heading]) -> pl.DataFrame:
    """Return the columns that are read without blanks and invisible marks at their ends; nothing left is null.

    What is stripped is stripped once, and looked through for empty cells only where there are any.
    """
    used = dict.fromkeys(heading.column for heading in columns.values())
    for name in columns:
        used |= dict.fromkeys(one.column for one in extra_headings(table.head, profile.sources[name]))
    unit = table.head.find(profile.units.unit_id) if profile.units.unit_id else None
    first = next(name for name in table.frame.columns if name != ROW)  # where totals rows announce themselves
    used |= dict.fromkeys([*([unit.column] if unit else []), first])
    stripped = table.frame.with_columns(pl.col(list(used)).str.strip_chars(_INVISIBLE_ENDS))
    blank = stripped.select((pl.col(list(used)).str.len_bytes() == 0).any()).row(0, named=True)
    empty = [name for name, found in blank.items() if found]
    return stripped.with_columns(
        pl.when(pl.col(name).str.len_bytes() > 0).then(pl.col(name)).alias(name) for name in empty
    )


def _multiplied(
    frame: pl.DataFrame,
    bare: pl.DataFrame,
    head: TableHead,
    profile: Profile,
    columns: Mapping[str, Heading],
    number: NumberForm,
) -> pl.DataFrame:
    """Multiply amounts per piece by their numbers of pieces; what cannot be read stays and is refused later."""
    for name, column in profile.sources.items():
        heading = head.find(column.times) if column.times and name in columns else None
        if heading is None:
            continue
        price = minor_units(frame, [name], _CHECK_DECIMALS, number).to_series()
        pieces = bare[heading.column]
        product = price * pieces.str.extract(r"^([0-9]{1,6})(?:\.0+)?$").cast(pl.Int64)
        text = pl.select(plain_text(pl.lit(product), _CHECK_DECIMALS)).to_series()
        unread = pl.when(pl.lit(price).is_null()).then(name).when(pl.col(name).is_not_null()).then(pl.lit("?"))
        frame = frame.with_columns(pl.coalesce(pl.lit(text), unread).alias(name))
    return frame


def refuse_resaved(frame: pl.DataFrame, head: TableHead, heading: Heading) -> None:
    """Refuse a file in which a spreadsheet has cut order ids: what they were cannot be known any more.

    Raises:
        MalformedFile: An id is written like 5.80123E+17.
    """
    cut = frame.filter(pl.col("order_id").str.contains(_SCIENTIFIC)).select(ROW, "order_id").head(1)
    if cut.height:
        row, value = cut.row(0)
        raise MalformedFile(
            f"{head.name}, row {row}: the order number {value!r} was cut by a spreadsheet, and with it every other long number "
            "of the file. Nothing was taken in. Export again and import the file as it came, without opening it.",
            file=head.name,
            row=row,
            column=heading.shown,
        )


def _turned(text: pl.Expr) -> pl.Expr:
    """Turn the sign of amount text: -26.00 is 26.00, (26.00) is 26.00, 26.00 is -26.00, 0.00 stays."""
    return (
        pl.when(text.str.starts_with("-"))
        .then(text.str.strip_prefix("-"))
        .when(text.str.starts_with("(") & text.str.ends_with(")"))
        .then(text.str.strip_prefix("(").str.strip_suffix(")"))
        .when(text.str.contains("[1-9]"))
        .then(pl.concat_str(pl.lit("-"), text))
        .otherwise(text)
    )


def totals_rows(frame: pl.DataFrame, first: str, order: str, words: Iterable[str]) -> pl.Expr | None:
    """Return the condition that marks totals rows: their first cell is a totals word, and they name no order.

    The cell must be the word and nothing else: a product may well be called "รวม...".
    """
    keys = {norm(word) for word in words}
    longest = max((len(key) for key in keys), default=0) + _TOTALS_ENDING
    cell = pl.col(first)
    short = frame.lazy().select(first).filter((cell.str.len_chars() <= longest) & ~cell.str.contains("[0-9]"))
    cells = short.unique().collect().get_column(first).drop_nulls().to_list()
    known = [text for text in cells if norm(text).rstrip(": ") in keys]
    if not known:
        return None
    return pl.col(first).is_in(known) & (pl.col(order).is_null() | (pl.col(order) == pl.col(first)))


def first_cell(columns: Iterable[str]) -> pl.Expr:
    """Return the first cell of each row that says anything, among columns in the order of the file."""
    return pl.coalesce(
        [pl.col(column).str.strip_chars(_INVISIBLE_ENDS).replace("", None) for column in columns if column != ROW]
    )


def _drop_totals(rows: Rows, profile: Profile, number: NumberForm) -> None:
    """Leave out totals rows and hold them against the sum of the rows above."""
    is_total = totals_rows(rows.frame, _FIRST, "order_id", profile.read.totals_words)
    if is_total is None:
        return
    totals = rows.frame.filter(is_total)
    if not totals.height:
        return
    rows.frame = rows.frame.filter(~is_total)
    listed = ", ".join(map(str, totals.get_column(ROW).head(5).to_list()))
    rows.notes.append(f"Totals rows left out: {totals.height} (row {listed}).")
    if totals.height == 1:
        _check_total(rows, totals, number)


def _check_total(rows: Rows, totals: pl.DataFrame, number: NumberForm) -> None:
    """Compare the totals row with the plain sum of its column over all rows."""
    stated = minor_units(totals, ["total"], _CHECK_DECIMALS, number).to_series()
    if stated.null_count():
        return
    summed = int(minor_units(rows.frame, ["total"], _CHECK_DECIMALS, number).to_series().cast(pl.Int128).sum() or 0)
    rows.total_text = totals.get_column("total")[0]
    if summed == stated[0]:
        rows.notes.append(f"The totals row equals the sum of its column: {plain(summed)}.")
        return
    rows.findings.append(
        one_finding(
            "control-total-differs",
            row=int(totals.get_column(ROW)[0]),
            column="total",
            value=rows.total_text,
            amount_minor=int(stated[0]) - summed,
            detail=f"The totals row says {plain(int(stated[0]))}, the rows above sum to {plain(summed)}.",
        )
    )


def _drop_other_rows(rows: Rows, profile: Profile, header_row: int) -> None:
    """Leave out rows that are no data by the profile's own rule, visibly."""
    rule = profile.read.drop_rows_unless
    if rule is None or rule.column not in rows.frame.columns:
        return
    keeps = pl.col(rule.column).str.contains(rule.regex).fill_null(value=False)
    if rule.within:
        keeps |= pl.col(ROW) > header_row + rule.within
    dropped = rows.frame.filter(~keeps)
    rows.frame = rows.frame.filter(keeps)
    if dropped.height:
        listed = ", ".join(map(str, dropped.get_column(ROW).head(5).to_list()))
        rows.notes.append(f"Rows left out by drop_rows_unless: {dropped.height} (row {listed}).")


def _numbered(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Number the orders: each row one (grain order), or each run of rows with the same id (grain line).

    A second run of the same id stays a second order, so that it is told as repeated and never joined on a guess.
    """
    if profile.grain == "order":
        return frame.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias(ORDER_NO))
    order_id = pl.col("order_id")
    if not profile.read.rows_together:
        first_row = pl.col(ROW).min().over("order_id")
        frame = frame.sort(pl.when(order_id.is_null()).then(pl.col(ROW)).otherwise(first_row), ROW)
    begins = order_id.ne_missing(order_id.shift(1)) | order_id.is_null()
    begins = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value=True)).otherwise(begins)
    return frame.with_columns((begins.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32).alias(ORDER_NO))

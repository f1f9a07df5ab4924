"""A table and a profile become a `Reading`: orders, lines, forms, conventions and words, all still text."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from recon.errors import MalformedFile
from recon.frames.amounts import NumberForm, minor_units, plain_text
from recon.frames.findings import gather, one_finding
from recon.frames.headings import ROW, Heading, norm
from recon.frames.tables import TableHead, read_body
from recon.frames.text import fold
from recon.frames.workbooks import EXCEL_DATE_FORM
from recon.sources.base import Conventions, Forms, Reading, ReadOptions, StatedTotals, StateWords
from recon.sources.profile.collapse import collapse
from recon.sources.profile.fields import LINE_FIELDS, ORDER_FIELDS
from recon.sources.profile.made import returned_pieces, with_made_fields
from recon.sources.profile.model import Profile, part_name
from recon.sources.profile.rows import ORDER_NO, canonical_rows, extra_headings, resolve
from recon.sources.profile.units import Counted, count_units

TOTAL_LINE_NAME = "Order total"
"""Name of the one line of an order whose file has no lines; ``constants.name`` replaces it."""
_CHARGES = ("shipping", "cod_fee", "duties", "rounding")
_DEDUCTIONS = ("discount", "shipping_discount")


def read_with_profile(head: TableHead, profile: Profile, options: ReadOptions, *, file_id: str) -> Reading:
    """Return a file under canonical names.

    Raises:
        MalformedFile: Its columns do not fit the profile, or it cannot be read.
    """
    columns = resolve(head, profile)
    table = read_body(head, _wanted(head, columns, profile))
    forms = _forms(profile, head)
    number = forms.numbers
    rows = canonical_rows(table, columns, profile, number)
    if not rows.frame.height:
        raise MalformedFile(f"{head.name} has no order rows: {' '.join(rows.notes)}", file=head.name)
    counted = count_units(rows.frame, profile, options) if profile.grain == "unit" else Counted(rows.frame)
    fields = [name for name in ORDER_FIELDS if name in columns]
    parts = [part_name(name) for name in profile.parts if part_name(name) in columns]
    collapsed = collapse(counted.frame, fields + parts, profile, columns, options, number)
    orders = with_made_fields(collapsed.orders, profile, number)
    returned = columns.get(part_name(profile.returned_part))
    back = returned_pieces(collapsed.orders, profile, options, returned.shown, number) if returned else []
    orders, words = _with_constants(orders, profile, counted.words)
    if "order_number" not in columns:
        orders = orders.with_columns(pl.col("order_id").alias("order_number"))
    lines = _lines(counted.lines, profile) if profile.has_lines else _total_lines(orders, profile, number)
    found = [*rows.findings, *counted.findings, *collapsed.findings, *back, *_column_findings(head, columns, profile)]
    findings = gather([table.findings, *found])
    return Reading(
        platform=profile.platform,
        orders=orders,
        lines=lines,
        forms=forms,
        conventions=_conventions(profile),
        words=words,
        findings=findings.with_columns(pl.lit(file_id).alias("file")),
        stated=StatedTotals(rows.frame.height, None, rows.total_text if profile.grain == "order" else None),
        notes=(*table.notes, *rows.notes, *_limits(profile, columns)),
        headings={name: heading.shown for name, heading in columns.items()} | _made_headings(columns, profile),
    )


def _wanted(head: TableHead, columns: Mapping[str, Heading], profile: Profile) -> list[tuple[str, int]]:
    """Return the columns to read: the mapped ones, and the first, where totals rows announce themselves."""
    first = [heading for heading in head.headings if heading.text][:1]
    further = [
        one for name in columns if name in profile.sources for one in extra_headings(head, profile.sources[name])
    ]
    unit = head.find(profile.units.unit_id) if profile.units.unit_id else None
    wanted = dict.fromkeys([*first, *columns.values(), *further, *([unit] if unit else [])])
    return [(heading.text, heading.nth) for heading in wanted]


def _forms(profile: Profile, head: TableHead) -> Forms:
    """Return how the file writes things; a workbook's own date cells and stored numbers are read as well."""
    read = profile.read
    formats = read.date_formats
    if head.is_workbook and EXCEL_DATE_FORM not in formats:
        formats = (*formats, EXCEL_DATE_FORM)
    return Forms(
        decimal_mark=read.decimal,
        thousands_mark=read.thousands,
        strip_currency=read.strip_currency,
        parentheses_negative=read.parentheses_negative,
        trailing_minus=read.trailing_minus,
        dash_is_zero=read.dash_is_zero,
        other_digits=read.other_digits,
        date_formats=formats,
        era=read.era,
        timezone=read.timezone,
        excel_serials=read.excel_serials,
        binary_noise=head.is_workbook,
    )


def _conventions(profile: Profile) -> Conventions:
    counting = profile.conventions.model_dump() | {"numbers_repeat": profile.kind == "returns"}
    if not profile.has_lines:  # the one line's amount is ours
        counting |= {"line_amount": "stated", "line_discount": "none", "order_discount": "on-top"}
    return Conventions(**counting)


def _with_constants(
    orders: pl.DataFrame, profile: Profile, counted: Mapping[str, str]
) -> tuple[pl.DataFrame, StateWords]:
    """Add the profile's fixed values of orders, and return what all state words mean (``counted``: those of units)."""
    fixed = {name: value for name, value in profile.constants.items() if name not in LINE_FIELDS}
    orders = orders.with_columns(pl.lit(value).alias(name) for name, value in fixed.items())
    order = {fold(word): state for word, state in {**profile.status_map.exact, **counted}.items()}
    payment = {fold(word): state for word, state in profile.payment_map.exact.items()}
    for name, words in (("order_state", order), ("payment_state", payment)):
        if name in fixed:
            words[fold(fixed[name])] = fixed[name]
    prefixes = {fold(word): state for word, state in profile.status_map.prefix.items()}
    paid = {fold(word): state for word, state in profile.payment_map.prefix.items()}
    return orders, StateWords(order=order, payment=payment, prefixes=prefixes, payment_prefixes=paid)


def _lines(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return the lines: one per row of the file."""
    fields = [name for name in LINE_FIELDS if name in frame.columns]  # pieces carry their number already
    fixed = {name: value for name, value in profile.constants.items() if name in LINE_FIELDS}
    place = pl.int_range(pl.len(), dtype=pl.UInt32)
    begins = pl.col(ORDER_NO).ne_missing(pl.col(ORDER_NO).shift(1))
    line_no = place - pl.when(begins).then(place).forward_fill() + 1
    return frame.select(
        ORDER_NO,
        line_no.cast(pl.UInt32).alias("line_no"),
        ROW,
        *fields,
        *(pl.lit(v).alias(n) for n, v in fixed.items() if n not in fields),
    )


def _total_lines(orders: pl.DataFrame, profile: Profile, number: NumberForm) -> pl.DataFrame:
    """Return one line per order of a file without lines: what the goods must have come to.

    That is the subtotal where the file states one, else the total less charges plus deductions.
    """
    fixed = {"quantity": "1", "name": TOTAL_LINE_NAME} | {
        n: v for n, v in profile.constants.items() if n in LINE_FIELDS
    }
    amount = pl.col("subtotal") if "subtotal" in orders.columns else _goods(orders, profile, number)
    return orders.select(
        ORDER_NO,
        pl.lit(1, dtype=pl.UInt32).alias("line_no"),
        ROW,
        amount.alias("unit_price"),
        amount.alias("line_amount"),
        *(pl.lit(value).alias(name) for name, value in fixed.items()),
    )


def _goods(orders: pl.DataFrame, profile: Profile, number: NumberForm) -> pl.Expr:
    """Return the goods of each order as text; the total's own text where a part cannot be read."""
    charges = [name for name in _CHARGES if name in orders.columns]
    if profile.conventions.tax == "excluded" and "tax" in orders.columns:
        charges.append("tax")
    deductions = [name for name in _DEDUCTIONS if name in orders.columns]
    parts = minor_units(orders, ["total", *charges, *deductions], 2, number)
    goods = pl.col("total")
    for name in charges:
        goods = goods - pl.col(name).fill_null(0)
    for name in deductions:
        goods = goods + pl.col(name).fill_null(0)
    text = parts.select(goods.alias("goods")).select(plain_text("goods")).to_series()
    if profile.read.decimal != ".":
        text = text.str.replace(".", profile.read.decimal, literal=True)
    return pl.coalesce(pl.lit(text), pl.col("total"))


def _column_findings(head: TableHead, columns: Mapping[str, Heading], profile: Profile) -> list[pl.DataFrame]:
    """Tell which columns nothing uses, and which the profile has never seen."""
    used = set(columns.values())
    used |= {one for name in columns if name in profile.sources for one in extra_headings(head, profile.sources[name])}
    used |= {one for one in head.headings if profile.units.unit_id and norm(one.text) == norm(profile.units.unit_id)}
    others = [heading for heading in head.headings if heading.text and heading not in used]
    known = {norm(text) for text in profile.match.known}
    fresh = [heading for heading in others if known and norm(heading.text) not in known]
    unused = [heading for heading in others if heading not in fresh]
    found = []
    if fresh:
        text = ", ".join(heading.shown for heading in fresh)
        found.append(one_finding("columns-new", row=head.header_row, value=text, detail=f"New columns: {text}."))
    if unused:
        text = ", ".join(heading.shown for heading in unused)
        found.append(one_finding("columns-unused", row=head.header_row, value=text, detail=f"Not used: {text}."))
    return found


def _made_headings(columns: Mapping[str, Heading], profile: Profile) -> dict[str, str]:
    """Return what the file calls fields that are made of several columns."""
    named = {}
    for name, parts in (*profile.sums.items(), *profile.joins.items()):
        there = [columns[key].shown for part in parts for key in (part_name(part), part) if key in columns]
        named[name] = " + ".join(dict.fromkeys(there))
    return named


def _limits(profile: Profile, columns: Mapping[str, Heading]) -> list[str]:
    """Say in plain words what this file cannot tell."""
    notes = []
    if not profile.has_lines:
        notes.append("The file has no lines: one line per order stands for its goods, and nothing checks their sum.")
    if "payment_state" not in columns and "payment_state" not in profile.constants:
        notes.append("The file does not say whether orders are paid.")
    if "order_state" not in columns and "order_state" not in profile.constants:
        notes.append("The file does not say what state orders are in.")
    if "payment_channel" not in columns and "payment_channel" not in profile.constants:
        notes.append("The file does not say how orders were paid.")
    return notes

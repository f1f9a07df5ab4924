"""A settlement file as a reading: one record per row, the marketplace's legs as its lines, nothing counted twice.

Records are put together to one purchase per cycle, with the proof which orders it paid, by `recon.normalize.settlements`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.amounts import NumberForm
from recon.frames.dates import DateForm
from recon.frames.findings import findings_from, gather, one_finding
from recon.frames.headings import ROW, Heading
from recon.frames.tables import TableHead, TextTable, read_body, read_head
from recon.frames.workbooks import EXCEL_DATE_FORM
from recon.money import plain
from recon.sources.base import (
    DAY_FIELD,
    LEG_FIELD,
    Conventions,
    Forms,
    IntakeFile,
    Reading,
    ReadOptions,
    StatedTotals,
    StateWords,
)
from recon.sources.marketplaces.preamble import Preamble, read_preamble
from recon.sources.marketplaces.settlement_profile import FEES, UNKNOWN, SettlementProfile, groups_of
from recon.sources.marketplaces.settlement_rows import ORDER_NO, SettledRows, Sheet, settled_rows
from recon.sources.profile.model import TOTALS_WORDS
from recon.sources.profile.rows import first_cell, refuse_resaved, totals_rows

_ENDS: Final = " \t\r\n\u00a0\u200b\ufeff"
_NEEDED: Final = {"columns": ("order", "net"), "rows": ("order", "cycle", "settled", "leg", "amount")}
_GROUP_WORDS: Final = {
    "sale": "goods", "discount": "own discounts", "shipping": "shipping paid by buyers", "refund": "refunds",
    "fee:commission": "commission", "fee:payment": "payment fees", "fee:service": "service fees", "fee:shipping": "shipping fees",
    "fee:marketing": "marketing", "fee:affiliate": "affiliates", "fee:other": "other fees", "tax": "tax kept back",
    "compensation": "compensation", UNKNOWN: "not known",
}  # fmt: skip


def find_settlement(file: IntakeFile, profile: SettlementProfile) -> TableHead | None:
    """Return the head of a settlement file; None where the file is none, or a list of money that is still held back."""
    head = _head_of(file, profile)
    if head is None or any(head.find(text) for text in profile.not_with):
        return None
    known = all(any(head.find(text) for text in spellings) for spellings in profile.known_by)
    return head if known or _is_waiting(head, profile) else None


def _head_of(file: IntakeFile, profile: SettlementProfile) -> TableHead | None:
    for text in profile.known_by[0]:
        try:
            return read_head(file.path, name=file.name, required=(text,), sheets=profile.sheet)
        except MalformedFile:
            continue
    return None


def _is_waiting(head: TableHead, profile: SettlementProfile) -> bool:
    """Return whether the file lists what is not settled yet: it names orders the same way, but no sum that was paid."""
    related = any(head.find(text) for text in profile.where.related)
    return related and not any(head.find(text) for text in profile.where.net)


def read_settlement(head: TableHead, profile: SettlementProfile, options: ReadOptions, *, file_id: str) -> Reading:
    """Return a settlement file under canonical names.

    Raises:
        MalformedFile: It lists money not paid yet, columns are missing, or it cannot be read.
    """
    if _is_waiting(head, profile):
        raise MalformedFile(
            f"{head.name} lists money that {profile.supplier} has not paid yet (no column {profile.where.net[0]}). Nothing was taken "
            "in; import the income file once these orders are settled.",
            file=head.name,
            row=head.header_row,
        )
    roles = _roles(head, profile)
    own_day = _own_day(head, profile, roles, options)
    table = read_body(head)
    forms = _forms(head, profile)
    number = NumberForm(
        thousands_mark=",", strip_currency=forms.strip_currency, parentheses_negative=True, dash_is_zero=True,
        binary_noise=forms.binary_noise,
    )  # fmt: skip
    dates = DateForm(formats=forms.date_formats, timezone=forms.timezone, excel_serials=True)
    frame, notes = _body(table, roles)
    refuse_resaved(frame.select(ROW, pl.col(roles["order"].column).alias("order_id")), head, roles["order"])
    sheet = Sheet(frame, head.headings, roles, profile, groups_of(profile, _own_legs(options)), number, dates, own_day)
    rows = settled_rows(sheet)
    above = read_preamble(head, profile, roles.get("net"), dates)
    findings = gather([table.findings, *_findings(rows, above, profile, options, head)])
    return Reading(
        platform=profile.platform,
        orders=_orders(rows, profile),
        lines=_lines(rows),
        forms=forms,
        conventions=Conventions(numbers_repeat=True, tolerance_minor=1),
        words=StateWords(order={"": "completed"}, payment={"": "paid"}),
        findings=findings.with_columns(pl.lit(file_id).alias("file")),
        stated=StatedTotals(rows.rows.height, None, above.total_text),
        notes=(*table.notes, *notes, *_above_notes(above, profile), *_cycle_notes(rows)),
        headings=_headings(roles),
    )


def _roles(head: TableHead, profile: SettlementProfile) -> dict[str, Heading]:
    """Return which column says what.

    Raises:
        MalformedFile: A column is missing, or two spellings of one are both there.
    """
    roles, problems = {}, []
    needed = _NEEDED[profile.grain]
    for role, spellings in profile.where:
        present = list(dict.fromkeys(found for text in spellings if (found := head.find(text))))
        if len(present) > 1:
            problems.append(f"{' and '.join(repr(one.shown) for one in present)} both mean {role}")
        elif present:
            roles[role] = present[0]
        elif role in needed:
            problems.append(f"no column {' or '.join(map(repr, spellings))}")
    if problems:
        raise MalformedFile(
            f"{head.name}, row {head.header_row}: {'; '.join(problems)}. {profile.supplier} has changed its file: export it again, "
            "and tell us with a file without customers in it. Nothing was taken in.",
            file=head.name,
            row=head.header_row,
        )
    return roles


def _own_legs(options: ReadOptions) -> tuple[tuple[str, str], ...]:
    return tuple((name.removeprefix(LEG_FIELD), group) for name, group in options.fields if name.startswith(LEG_FIELD))


def _own_day(head: TableHead, profile: SettlementProfile, roles: Mapping[str, Heading], options: ReadOptions) -> str:
    """Return the day the settings give a file that states none.

    Raises:
        MalformedFile: Neither the file nor the settings say it.
    """
    if "settled" in roles:
        return ""
    day = dict(options.fields).get(f"{DAY_FIELD}{head.name}", "")
    if not day:
        raise MalformedFile(
            f"{head.name} does not say when {profile.supplier} paid (no column {profile.where.settled[0]}). Write the day of the payout "
            f'into recon.toml, under [connections.NAME.marketplace.settled_on]: "{head.name}" = 2026-06-10, and import the '
            "file again. Nothing was taken in.",
            file=head.name,
            row=head.header_row,
        )
    return dt.date.fromisoformat(day).strftime(profile.date_formats[0])


def _forms(head: TableHead, profile: SettlementProfile) -> Forms:
    formats = profile.date_formats
    if head.is_workbook and EXCEL_DATE_FORM not in formats:
        formats = (*formats, EXCEL_DATE_FORM)
    return Forms(
        thousands_mark=",",
        strip_currency=("฿", "THB"),
        parentheses_negative=True,
        dash_is_zero=True,
        date_formats=formats,
        excel_serials=True,
        binary_noise=head.is_workbook,
    )


def _body(table: TextTable, roles: Mapping[str, Heading]) -> tuple[pl.DataFrame, list[str]]:
    """Return the rows without blanks at the ends of cells and without rows that are no records, and what was left out.

    No records are totals rows, and rows (such as remarks at the end) that name neither order nor day nor amount.
    """
    names = [name for name in table.frame.columns if name != ROW]
    bare = table.frame.with_columns(pl.col(names).str.strip_chars(_ENDS).replace("", None))
    first = bare.with_columns(first_cell(names).alias("_first"))
    total = totals_rows(first, "_first", roles["order"].column, TOTALS_WORDS)
    stated = [roles[role].column for role in ("order", "cycle", "settled", "net", "amount") if role in roles]
    left = {
        "total": pl.lit(value=False) if total is None else total.fill_null(value=False),
        "empty": pl.all_horizontal(pl.col(stated).is_null()),
    }
    said, kept = [], first
    for what, mask in left.items():
        out = kept.filter(mask)
        kept = kept.filter(~mask)
        if out.height:
            listed = ", ".join(map(str, out[ROW].head(5).to_list()))
            said.append(
                f"Totals rows left out: {out.height} (row {listed})."
                if what == "total"
                else f"Rows without order, day and amount left out: {out.height} (row {listed})."
            )
    return kept.drop("_first"), said


def _orders(rows: SettledRows, profile: SettlementProfile) -> pl.DataFrame:
    fixed = {
        "record_kind": "purchase", "order_state": "", "payment_state": "", "sales_channel": profile.channel,
        "payment_channel": profile.channel, "customer_name": profile.supplier,
    }  # fmt: skip
    named = rows.rows.select(
        ORDER_NO, ROW, "order_id", pl.col("number").alias("order_number"), pl.col("once").alias("other_numbers"),
        pl.col("day_text").alias("ordered_on"), pl.col("day_text").alias("paid_on"), pl.col("net").alias("total"), "currency",
        *(pl.lit(value).alias(name) for name, value in fixed.items()),
    )  # fmt: skip
    return named if named["currency"].null_count() < named.height else named.drop("currency")


def _lines(rows: SettledRows) -> pl.DataFrame:
    legs = rows.legs
    begins = pl.col(ORDER_NO).ne_missing(pl.col(ORDER_NO).shift(1))
    place = pl.int_range(pl.len(), dtype=pl.UInt32)
    line_no = place - pl.when(begins | (place == 0)).then(place).forward_fill() + 1
    return legs.select(
        ORDER_NO, line_no.cast(pl.UInt32).alias("line_no"), ROW, pl.lit("product").alias("kind"), "sku", "name",
        pl.lit("1").alias("quantity"), pl.col("text").alias("unit_price"),
    )  # fmt: skip


def _headings(roles: Mapping[str, Heading]) -> dict[str, str]:
    given = {
        "order_id": "order",
        "order_number": "order",
        "total": "net",
        "ordered_on": "settled",
        "paid_on": "settled",
    }
    named = {field: roles[role].shown for field, role in given.items() if role in roles}
    amount = roles.get("amount")
    return {
        "total": amount.shown if amount else "",
        **named,
        "unit_price": amount.shown if amount else "one of the legs",
    }


def _findings(
    rows: SettledRows, above: Preamble, profile: SettlementProfile, options: ReadOptions, head: TableHead
) -> list[pl.DataFrame]:
    found = []
    unknown = rows.legs.filter(pl.col("sku") == UNKNOWN)
    if unknown.height and profile.grain == "columns":
        found.append(_unknown_columns(rows, unknown))
    elif unknown.height:
        found.append(_unknown_legs(rows, unknown, options))
    if rows.beside:
        names = ", ".join(name for name, _ in rows.beside)
        sums = ", ".join(f"{name} ({plain(total)})" for name, total in rows.beside)
        detail = f"New columns: {sums}. The sum that was paid is right without them."
        found.append(one_finding("columns-new", row=head.header_row, value=names, detail=detail))
    if above.first and above.last:
        outside = rows.rows.filter(
            ~pl.col("day").is_between(pl.lit(above.first.isoformat()), pl.lit(above.last.isoformat()))
        )
        detail = f"The file says that it is from {above.first} to {above.last}."
        found.append(
            findings_from(
                outside, "settlement-outside-period", order_key=_key(options, "order_id"), value=pl.col("day"),
                amount_minor=pl.col("net_minor"), detail=detail,
            )
        )  # fmt: skip
    without = rows.rows.filter(pl.col("number").is_null())
    if without.height:
        total = int(without["net_minor"].cast(pl.Int128).sum() or 0)
        found.append(
            one_finding(
                "settlement-without-order", row=int(without[ROW][0]), value=str(without.height), amount_minor=total
            )
        )
    return found


def _key(options: ReadOptions, column: str) -> pl.Expr:
    prefix = f"{options.platform}:{options.shop}:purchase:"
    return pl.concat_str(pl.lit(prefix), pl.col(column))


def _unknown_columns(rows: SettledRows, unknown: pl.DataFrame) -> pl.DataFrame:
    """Return the finding that holds a file: legs nobody has named, and the sum that no leg explains."""
    by_name = unknown.group_by("said", maintain_order=True).agg(pl.col("minor").cast(pl.Int128).sum())
    leg_sums = [f"{name} ({plain(int(total))})" for name, total in by_name.iter_rows()]
    columns = [f"{name} ({plain(total)})" for name, total in rows.unnamed]
    said = [f"Rows: {unknown[ORDER_NO].n_unique():,}.", f"Not known: {', '.join(leg_sums)}."]
    if columns:
        said.append(f"Columns on these rows that nobody has named: {', '.join(columns)}.")
    return one_finding(
        "settlement-leg-unknown", row=int(unknown[ROW][0]), value=", ".join(columns or leg_sums),
        amount_minor=int(unknown["minor"].cast(pl.Int128).sum()),
        detail=" ".join(said),
    )  # fmt: skip


def _unknown_legs(rows: SettledRows, unknown: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """Return a finding per cycle and name of a leg nobody has named."""
    cycles = rows.rows.select(ORDER_NO, "cycle")
    told = (
        unknown.join(cycles, on=ORDER_NO, how="left", maintain_order="left")
        .group_by("cycle", "said", maintain_order=True)
        .agg(pl.col("minor").sum(), pl.len().alias("count"), pl.col(ROW).first())
    )
    return findings_from(
        told, "settlement-leg-unknown", order_key=_key(options, "cycle"), value=pl.col("said"),
        amount_minor=pl.col("minor"), detail=pl.format("Rows: {}.", "count"),
    )  # fmt: skip


def _above_notes(above: Preamble, profile: SettlementProfile) -> list[str]:
    period = f"from {above.first} to {above.last}" if above.first and above.last else "no period found"
    if profile.period_sheets:
        return [f"The file says that it is {period}."] if above.first else []
    if not profile.total_words:
        return []
    stated = f"Above the headings: {period}, total {above.total_text}."
    return [stated if above.total_text else f"Above the headings: {period}, no total found."]


def _cycle_notes(rows: SettledRows) -> list[str]:
    """Return one sentence per cycle: what was sold, given back, charged and transferred."""
    sums = (
        rows.legs.join(rows.rows.select(ORDER_NO, "cycle"), on=ORDER_NO, how="left")
        .group_by("cycle", "sku")
        .agg(pl.col("minor").sum())
    )
    by_cycle: dict[str, dict[str, int]] = {}
    for cycle, sku, total in sums.iter_rows():
        by_cycle.setdefault(cycle or "no day", {})[sku] = int(total or 0)
    facts = rows.rows.group_by("cycle").agg(pl.col("number").n_unique(), pl.col("net_minor").sum()).sort("cycle")
    told = []
    for cycle, orders, net in facts.iter_rows():
        parts = by_cycle.get(cycle or "no day", {})
        leg_sums = [f"{word} {plain(parts[group])}" for group, word in _GROUP_WORDS.items() if parts.get(group)]
        told.append(
            f"Settled {cycle or 'without a day'}: {', '.join(leg_sums)}; transferred {plain(int(net or 0))}; orders: {orders:,}."
        )
    return told


assert set(FEES) <= set(_GROUP_WORDS), "every fee has its word"

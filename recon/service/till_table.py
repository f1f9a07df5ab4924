"""What a till's lines are booked on, as a person works through it: groups, tips, rounding and money in and out per place.

Each row has its account and its VAT code, says where the code comes from, or what is wrong with it, and what the account
might be. The rows stand where other connections have their SKUs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import source_facts
from recon.domain.taxes import percent_text
from recon.frames.canonical import CanonicalFrames
from recon.match.catalog_search import CatalogList, catalog_list
from recon.match.keys import fold, fold_column
from recon.match.till_accounts import Books, resolve_lines, till_lines
from recon.match.till_proposals import Proposal, Wanted, propose_line, standard_code
from recon.match.work_filter import matching_rows
from recon.service import match_undo
from recon.service.context import Context
from recon.service.mapping_frames import catalog_read_at, ledger_taxes, product_links, tax_links
from recon.service.mapping_till import ledger_account_frame
from recon.service.returned import planned_frames

STATES: Final = ("wrong", "unlinked", "suggested", "linked")
"""What waits for a person first. ``wrong``: an account is named, and its VAT code does not fit."""

TILL_ROWS: Final = pl.Schema({
    "key": pl.String(),                 # folded SKU
    "sku": pl.String(),
    "place": pl.String(),               # "" for articles, which are the same everywhere
    "part": pl.String(),                # group's code; tip, rounding, pay-in 2 ...
    "name": pl.String(),
    "kind": pl.String(),
    "rate": pl.String(),                # "25 %"; "" for what bears no VAT
    "orders": pl.UInt32(),
    "amount_minor": pl.Int64(),
    "blocked_minor": pl.Int64(),        # totals of the settlements it holds back; 0 where it holds none
    "state": pl.Enum(STATES),
    "account": pl.String(),             # null: none
    "target": pl.String(),              # number and name of the account, or of the proposal; "" for none
    "tax_code": pl.String(),            # null: none yet
    "tax_from": pl.String(),            # locked, chosen, mapped, account, none-needed; null: no code
    "suggestion": pl.String(),          # account; null: none
    "suggestion_tax": pl.String(),      # VAT code to choose with it; null: none
    "rule": pl.String(),                # why the proposal is certain; "" where it is a guess
    "score": pl.UInt8(),
    "reason": pl.String(),              # what is wrong, or why it is proposed; "" where the state says it all
    "search": pl.String(),
})  # fmt: skip
"""One row per group of a place, and so on, what waits first, the most money first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TillTable:
    """Everything a till books, and what of the ledger it can be booked on."""

    connection: str
    currency: str
    frame: pl.DataFrame
    accounts: CatalogList
    """The ledger's chart, ready to be searched by number and name."""
    codes: tuple[tuple[str, str, str], ...]
    """The ledger's VAT codes: code, name, rate."""
    has_orders: bool
    undo_name: str
    redo_name: str

    def filter(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the positions of the rows that pass what was typed, and what of it was not understood."""
        waits = ("wrong", "unlinked", "suggested")
        states = {"open": waits, "wrong": ("wrong",), "suggested": ("suggested",), "linked": ("linked",)}
        return matching_rows(self.frame, text, states=states, amount="amount_minor", currency=self.currency)


def is_till(rules: Connection) -> bool:
    """Return whether a connection books what a till took."""
    return source_facts(rules.source).is_till


def books_of(context: Context, name: str) -> Books:
    """Return the ledger's accounts and VAT codes, as last read."""
    return Books.of(ledger_account_frame(context, name), ledger_taxes(context, name))


def booked_lines(rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return TILL_LINES that are booked on accounts: settlements, and invoices where the till issued them itself."""
    kinds = ["settlement", *(["till_invoice"] if rules.till.invoices == "issued" else [])]
    wanted = [kind for kind in kinds if kind in rules.record_kinds]
    return till_lines(frames.orders.filter(pl.col("record_kind").cast(pl.String).is_in(wanted)), frames.lines)


def till_table(context: Context, connection: str | None) -> TillTable:
    """Return every group, tip and rounding of a till with its account, and the ledger's chart to choose from."""
    name, rules = context.connection(connection)
    frames = planned_frames(context, name, rules)
    undo_name, redo_name = match_undo.names(context, name)
    chart = ledger_account_frame(context, name).select(
        pl.col("account_code").alias("product_code"), pl.col("name").alias("product_name")
    )
    return TillTable(
        connection=name,
        currency=context.settings.company.currency,
        frame=till_rows(context, name, rules, frames) if frames else pl.DataFrame(schema=TILL_ROWS),
        accounts=catalog_list(chart, read_at=catalog_read_at(context, name)),
        codes=tuple((tax.code, tax.name, tax.percent) for tax in ledger_taxes(context, name)),
        has_orders=frames is not None,
        undo_name=undo_name,
        redo_name=redo_name,
    )


def till_rows(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return TILL_ROWS; proposals only for what waits."""
    lines, books = booked_lines(rules, frames), books_of(context, name)
    links = product_links(context, name)
    resolved = resolve_lines(lines, links, tax_links(context, name), books)
    both = lines.join(resolved, on=["sku_key", "tax_key"], how="left", maintain_order="left")
    # A SKU has one tax; where readings of two files spell it in two ways, the one with a problem speaks.
    one = both.sort(pl.col("problem").is_null(), "amount_minor", descending=[False, True], maintain_order=True)
    sums = both.group_by("sku_key").agg(
        pl.col("orders").max(), pl.col("amount_minor").sum(), pl.col("total_minor").max()
    )
    one = one.unique("sku_key", keep="first", maintain_order=True).drop("orders", "amount_minor", "total_minor")
    one = one.join(sums, on="sku_key", how="left", maintain_order="left")
    known = _known_elsewhere(one, links)
    rows = [_row(row, known, books) for row in one.iter_rows(named=True)]
    frame = pl.DataFrame(
        rows, schema={column: dtype for column, dtype in TILL_ROWS.items() if column != "search"}, orient="row"
    )
    search = [fold_column(frame[column]) for column in ("place", "part", "name", "target")]
    return (
        frame.with_columns(pl.concat_str([pl.lit(text) for text in search], separator="\x1f").alias("search"))
        .sort("state", "blocked_minor", "place", "part", descending=[False, True, False, False], maintain_order=True)
        .select(TILL_ROWS.names())
    )


Target = tuple[str, str]
"""An account and the VAT code chosen with it, or empty."""
_Same = tuple[str, str, int]


def _known_elsewhere(lines: pl.DataFrame, links: pl.DataFrame) -> dict[_Same, dict[str, Target]]:
    """Return kind, part and rate of what has an account somewhere: place to account and VAT code chosen."""
    said = {row["sku_key"]: (row["account_code"], row["tax_code"] or "") for row in links.iter_rows(named=True)}
    found: dict[_Same, dict[str, Target]] = {}
    for row in lines.select("sku_key", "place", "kind", "part", "rate").iter_rows(named=True):
        account = said.get(row["sku_key"])
        if account is not None and account[0]:
            found.setdefault(_same(row), {})[row["place"]] = account
    return found


def _same(row: dict[str, Any]) -> _Same:
    return row["kind"], fold(row["part"]), row["rate"]


def _row(row: dict[str, Any], known: dict[_Same, dict[str, Target]], books: Books) -> tuple[object, ...]:
    """Return one row of TILL_ROWS without its search text."""
    account, hint = row["account_code"], None
    if account is None:
        others = {place: target for place, target in known.get(_same(row), {}).items() if place != row["place"]}
        found = propose_line(_wanted(row), others, books)
        hint = found[0] if found else None
    state = "linked" if row["problem"] is None else "wrong" if account else "suggested" if hint else "unlinked"
    reason = (row["detail"] or "") if account else hint.reason if hint else ""
    shown = account or (hint.code if hint else "")
    rate = percent_text(row["rate"]) if row["kind"] == "product" else ""
    return (
        row["sku_key"], row["sku"], row["place"], row["part"], row["name"] or "", row["kind"], rate, row["orders"], row["amount_minor"],
        0 if state == "linked" else row["total_minor"], state, account, f"{shown}  {books.name(shown)}".strip(), row["tax_code"],
        row["tax_from"], *_hint_cells(hint), reason,
    )  # fmt: skip


def _hint_cells(hint: Proposal | None) -> tuple[str | None, str | None, str, int | None]:
    return (None, None, "", None) if hint is None else (hint.code, hint.tax_code, hint.rule, hint.score)


def _wanted(row: dict[str, Any]) -> Wanted:
    return Wanted(
        kind=row["kind"],
        part=row["part"],
        name=row["name"] or "",
        rate=row["rate"],
        standard=standard_code(row["tax_text"]),
    )


def proposals_of(context: Context, name: str, rules: Connection, frames: CanonicalFrames, key: str) -> list[Proposal]:
    """Return everything one SKU's account might be, the likeliest first."""
    lines, books = booked_lines(rules, frames), books_of(context, name)
    mine = lines.filter(pl.col("sku_key") == key).head(1).to_dicts()
    if not mine:
        return []
    known = _known_elsewhere(lines, product_links(context, name))
    others = {place: target for place, target in known.get(_same(mine[0]), {}).items() if place != mine[0]["place"]}
    return propose_line(_wanted(mine[0]), others, books)

"""What is still missing before a till's settlements can go out: each with where to set it, and which settlements wait for it.

Nothing here holds anything: the plan does, line by line. This is the same said beforehand, place by place, so that a person can
set up a company before the first settlement is planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from recon.config.connection import Connection
from recon.frames.canonical import CanonicalFrames
from recon.match.keys import fold, fold_column
from recon.match.till_accounts import Books
from recon.match.till_cash import ADDED_CHANNELS
from recon.money import parse_minor, plain
from recon.service import match_undo
from recon.service.context import Context
from recon.service.mapping_frames import ledger_taxes
from recon.service.mapping_till import ledger_account_frame, ledger_departments, ledger_projects
from recon.service.product_table import product_frame
from recon.service.returned import planned_frames
from recon.service.till_channels import till_channel_rows
from recon.service.till_counts import open_settlements, uncounted
from recon.service.till_edits import department_of, project_of, proposed_code, till_places
from recon.service.till_table import books_of, till_rows
from recon.service.till_taxes import till_tax_rows
from recon.summaries.till import SetupLine


@dataclass(frozen=True, slots=True)
class _World:
    """What the list is made from."""

    rules: Connection
    waiting: pl.DataFrame
    """ORDERS of settlements that are not in the ledger yet."""
    lines: pl.DataFrame
    payments: pl.DataFrame
    rows: pl.DataFrame
    """TILL_ROWS."""
    channels: pl.DataFrame
    """CHANNEL_ROWS."""
    books: Books
    departments: dict[str, str]
    projects: dict[str, str]
    currency: str

    def waits_for(self, orders: pl.Series) -> tuple[int, str]:
        """Return how many settlements that is, and their sum."""
        found = self.waiting.filter(pl.col("order_no").is_in(orders.implode()))
        return found.height, plain(int(found["total_minor"].sum() or 0), self.currency)


def missing_for_till(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> tuple[SetupLine, ...]:
    """Return everything that is missing, place by place, what holds the most first."""
    waiting = open_settlements(context, name, rules, frames)
    world = _World(
        rules, waiting, frames.lines.join(waiting.select("order_no"), on="order_no", how="semi"),
        frames.payments.join(waiting.select("order_no"), on="order_no", how="semi"),
        till_rows(context, name, rules, frames), till_channel_rows(context, name, rules, frames), books_of(context, name),
        ledger_departments(context, name), ledger_projects(context, name), context.settings.company.currency,
    )  # fmt: skip
    found = [
        *_lists(context, name), *_accounts(world), *_payments(world), *_dimensions(world, frames, _DEPARTMENT, world.departments),
        *_dimensions(world, frames, _PROJECT, world.projects),
        *_counts(context, name, world, frames), *_taxes(context, name, rules, frames),
        *_articles(context, name, rules, frames),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda line: (line.what != "lists", line.place, -line.settlements)))


def _lists(context: Context, name: str) -> Iterator[SetupLine]:
    if not ledger_account_frame(context, name).height or not ledger_taxes(context, name):
        yield SetupLine(
            what="lists", place="", thing="", why="The ledger's chart of accounts and its VAT codes were never read, so nothing can be proposed or checked.",
            where="recon connect", settlements=0, amount="0.00",
        )  # fmt: skip


def _orders_with(world: _World, key: str) -> pl.Series:
    """Return the waiting settlements that have a line of this SKU, or money under this channel."""
    lines, paid = world.lines, world.payments
    by_line = lines.filter(fold_column(lines["sku"]) == key)["order_no"]
    by_payment = paid.filter(fold_column(paid["payment_channel"]) == key)["order_no"]
    both = pl.concat([by_line, by_payment])
    if key.endswith("/rounding"):
        both = pl.concat([both, world.waiting.filter(pl.col("rounding_minor") != 0)["order_no"]])
    return both.unique()


def _accounts(world: _World) -> Iterator[SetupLine]:
    for row in world.rows.filter(pl.col("state") != "linked").iter_rows(named=True):
        orders, amount = world.waits_for(_orders_with(world, row["key"]))
        thing = " ".join(filter(None, (row["part"], row["name"] if row["name"] != row["part"] else "", row["rate"])))
        wrong = row["state"] == "wrong"
        tax = "CODE" if wrong else row["suggestion_tax"]
        code = f" --vat-code {tax}" if tax else ""
        yield SetupLine(
            what="vat-code" if wrong else "account", place=row["place"], thing=thing,
            why=row["reason"] if wrong else "No account is named for it.",
            where=f'recon match --sku "{row["sku"]}" --account {row["account"] or row["suggestion"] or "NUMBER"}{code}',
            settlements=orders, amount=amount, screen="products",
            proposal="" if wrong or not row["suggestion"] else f"{row['target']} ({row['reason']})",
        )  # fmt: skip


def _payments(world: _World) -> Iterator[SetupLine]:
    place_of = dict(
        world.waiting.select(fold_column(world.waiting["sales_channel"]).alias("key"), "sales_channel")
        .unique()
        .iter_rows()
    )
    for row in world.channels.filter(pl.col("state") == "unmapped").iter_rows(named=True):
        head, _slash, part = row["channel"].rpartition("/")
        added = part in ADDED_CHANNELS
        place = place_of.get(fold(head), head)
        at_place = world.waiting.filter(pl.col("sales_channel") == place)["order_no"]
        orders, amount = (0, plain(0, world.currency)) if added else world.waits_for(_orders_with(world, row["key"]))
        why = (
            "Its counts will need an account for it."
            if added and at_place.len()
            else "No account of the ledger receives its money."
        )
        yield SetupLine(
            what="payment", place=place, thing=part, why=why, where=f'recon match --channel "{row["channel"]}" --method {row["suggestion"] or "NUMBER"}',
            settlements=orders, amount=amount, screen="payment",
            proposal=f"{row['suggestion']}  {row['suggestion_name'] or ''} ({row['reason']})" if row["suggestion"] else "",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Dimension:
    """Department or project, with its sentences, each whole so that it can be said in another language."""

    what: Literal["department", "project"]
    code_of: Callable[[Connection, str], str]
    unknown: Callable[[str], str]
    asked_for: Callable[[str], str]


_DEPARTMENT: Final = _Dimension(
    "department",
    department_of,
    lambda code: f"Department {code} is not among the ledger's departments as last read.",
    lambda asking: f"The ledger requires a department on account {asking}, and none is named for this place.",
)
_PROJECT: Final = _Dimension(
    "project",
    project_of,
    lambda code: f"Project {code} is not among the ledger's projects as last read.",
    lambda asking: f"The ledger requires a project on account {asking}, and none is named for this place.",
)


def _dimensions(
    world: _World, frames: CanonicalFrames, dimension: _Dimension, there: dict[str, str]
) -> Iterator[SetupLine]:
    """Yield the places whose department or project the ledger does not have, or asks for in vain."""
    what = dimension.what
    for place in till_places(frames):
        code = dimension.code_of(world.rules, place)
        orders, amount = world.waits_for(world.waiting.filter(pl.col("sales_channel") == place)["order_no"])
        proposal = proposed_code(place, there)
        thing = why = ""
        if code and there and code not in there:
            thing, why = code, dimension.unknown(code)
        elif not code and (asking := sorted(_used_accounts(world, place, f"needs_{what}"))):
            why = dimension.asked_for(", ".join(asking))
        if why:
            yield SetupLine(
                what=what, place=place, thing=thing, why=why, where=f'recon match --{what} "{place}={proposal or "CODE"}"',
                settlements=orders, amount=amount, screen="setup",
                proposal=f"{proposal}  {there[proposal]}" if proposal else "",
            )  # fmt: skip


def _used_accounts(world: _World, place: str, what: str) -> set[str]:
    """Return the accounts a place is booked on that require something of each line."""
    groups = world.rows.filter(pl.col("place") == place, pl.col("account").is_not_null())["account"].to_list()
    channels = world.channels.filter(pl.col("channel").str.starts_with(f"{place}/"), pl.col("method").is_not_null())
    used = {*groups, *channels["method"].to_list()}
    return {account for account in used if (world.books.accounts.get(account) or {}).get(what)}


def _counts(context: Context, name: str, world: _World, frames: CanonicalFrames) -> Iterator[SetupLine]:
    if world.rules.till.counting != "hold":
        return
    left = uncounted(context, name, world.rules, frames)
    for place, orders in left.group_by("sales_channel", maintain_order=True):
        first = orders["order_number"][0]
        yield SetupLine(
            what="count", place=str(place[0]), thing=first if orders.height == 1 else f"{first} and {orders.height - 1} more",
            why="Nobody has said what was counted in the drawer.", where=f"recon till count {first} AMOUNT",
            settlements=orders.height, amount=plain(int(orders["total_minor"].sum()), world.currency), screen="counts",
        )  # fmt: skip


def _taxes(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> Iterator[SetupLine]:
    for row in till_tax_rows(context, name, rules, frames).filter(pl.col("state") == "unmapped").iter_rows(named=True):
        yield SetupLine(
            what="vat-code", place="", thing=row["tax"], why="No VAT code is named for this tax, and not every account that bears it has one of its rate.",
            where=f'recon match --tax-item "{row["tax"]}={row["suggestion"] or "CODE"}"', settlements=row["orders"], amount=plain(row["blocked_minor"]),
            screen="taxes", proposal=f"{row['suggestion']} ({row['reason']})" if row["suggestion"] else "",
        )  # fmt: skip


SETUP_ROWS: Final = pl.Schema({
    "key": pl.String(), "place": pl.String(), "thing": pl.String(), "what": pl.String(), "why": pl.String(), "where": pl.String(),
    "proposal": pl.String(), "screen": pl.String(), "settlements": pl.Int64(), "amount_minor": pl.Int64(), "state": pl.String(),
    "search": pl.String(),
})  # fmt: skip
"""SetupLine as a list shows it; ``state`` is what is missing."""


def _articles(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> Iterator[SetupLine]:
    """Yield the articles of sales on account that the ledger is to invoice and that no product of it is linked to."""
    goods, _found = product_frame(context, name, rules, frames, suggestions=False)
    for row in goods.filter(pl.col("state").is_in(["unlinked", "suggested"])).iter_rows(named=True):
        yield SetupLine(
            what="product", place="", thing=" ".join(filter(None, (row["sku"], row["name"]))), why="No product of the ledger is linked to it, and the ledger is to invoice it.",
            where=f'recon match --sku "{row["sku"]}" --product CODE', settlements=row["orders"],
            amount=plain(row["blocked_minor"], context.settings.company.currency), screen="articles",
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupTable:
    """What is missing, as a screen lists it."""

    connection: str
    currency: str
    frame: pl.DataFrame
    """SETUP_ROWS."""
    departments: tuple[tuple[str, str], ...]
    """The ledger's departments: code and name."""
    projects: tuple[tuple[str, str], ...]
    has_orders: bool
    undo_name: str
    redo_name: str


def setup_table(context: Context, connection: str | None) -> SetupTable:
    """Return what is missing, and what of the ledger is asked for with it."""
    name, rules = context.connection(connection)
    currency = context.settings.company.currency
    frames = planned_frames(context, name, rules)
    lines = () if frames is None else missing_for_till(context, name, rules, frames)
    rows = [
        (f"{number}", line.place, line.thing, line.what, line.why, line.where, line.proposal, line.screen, line.settlements,
         parse_minor(line.amount, currency), line.what, fold(f"{line.place} {line.thing} {line.what} {line.proposal}"))
        for number, line in enumerate(lines)
    ]  # fmt: skip
    undo_name, redo_name = match_undo.names(context, name)
    return SetupTable(
        connection=name, currency=currency, frame=pl.DataFrame(rows, schema=SETUP_ROWS, orient="row"),
        departments=tuple(ledger_departments(context, name).items()), projects=tuple(ledger_projects(context, name).items()),
        has_orders=frames is not None,
        undo_name=undo_name, redo_name=redo_name,
    )  # fmt: skip


def till_open(context: Context, name: str, rules: Connection) -> dict[str, int]:
    """Return how much waits for a person in each list."""
    frames = planned_frames(context, name, rules)
    if frames is None:
        return dict.fromkeys(("accounts", "products", "payment", "vat", "counts", "setup", "returns"), 0)
    goods, _found = product_frame(context, name, rules, frames, suggestions=False)
    return {
        "accounts": int((till_rows(context, name, rules, frames)["state"] != "linked").sum()),
        "products": int(goods["state"].is_in(["unlinked", "suggested"]).sum()),
        "payment": int((till_channel_rows(context, name, rules, frames)["state"] == "unmapped").sum()),
        "vat": int((till_tax_rows(context, name, rules, frames)["state"] == "unmapped").sum()),
        "counts": uncounted(context, name, rules, frames).height if rules.till.counting != "off" else 0,
        "setup": len(missing_for_till(context, name, rules, frames)),
        "returns": 0,
    }


def setup_facts(context: Context, name: str) -> list[str]:
    """Return the list as sentences, for `recon connect`: what the orders taken in so far lack, accounts counted."""
    rules = context.settings.connections[name]
    frames = planned_frames(context, name, rules)
    if frames is None:
        return []
    lines = missing_for_till(context, name, rules, frames)
    counted = [line for line in lines if line.what in {"account", "payment"}]
    told = [
        f"{' '.join(filter(None, (line.place, line.thing)))}: {line.why} Set it with: {line.where}"
        for line in lines
        if line.what not in {"account", "payment", "count"}  # counting is each day's work, not a matter of setting up
    ]
    if not counted:
        return told
    places = ", ".join(sorted({line.place for line in counted if line.place}))
    return [
        f"accounts of {len(counted)} groups and payments ({places}) are not named yet; recon match lists and proposes them",
        *told,
    ]

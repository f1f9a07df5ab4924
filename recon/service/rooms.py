"""How full the ledger's lists are: said, warned of ahead, and from a point on nothing new is created in them.

Some ledgers hold only so many names and products, and entries taken out do not always make room again. So a plan looks at
everything that is not posted yet before it creates anything: it never comes to the limit half-way through a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.frames.findings import gather, one_finding
from recon.plan.inputs import PlanInputs
from recon.plan.shoppers import stated_customers
from recon.service.context import Context
from recon.targets.base import Company, ListRoom

WARN_PERCENT: Final = 80
"""Share of a list from which on it is warned of."""
FILL_PERCENT: Final = 95
"""Share up to which we fill a list; the rest is left for what people enter there themselves."""
WORDS: Final = {
    "names": "names (customers, vendors, employees and others together)",
    "customers": "customers",
    "vendors": "vendors",
    "items": "items",
    "accounts": "accounts",
}
_OF_CUSTOMERS: Final = ("names", "customers")


def keep_rooms(context: Context, name: str, company: Company) -> None:
    """Keep how full the ledger's lists are; what we create there later is counted on top. After the lists were kept."""
    if company.rooms or context.store.catalog.get(name, "rooms"):
        rows = [asdict(room) | {"listed": _listed(context, name, room.list)} for room in company.rooms]
        context.store.catalog.put(name, {"rooms": rows})


def known_rooms(context: Context, name: str) -> tuple[ListRoom, ...]:
    """Return how full the ledger's lists are, as read last and with what we created there since."""
    found = context.store.catalog.get(name, "rooms")
    return tuple(_now(context, name, row) for row in (found.rows if found else ()))


def _now(context: Context, name: str, row: dict[str, Any]) -> ListRoom:
    facts = {key: value for key, value in row.items() if key != "listed"}
    room = ListRoom(**facts)
    made = 0 if room.list == "vendors" else max(0, _listed(context, name, room.list) - int(row["listed"]))
    return replace(room, count=room.count + made)


def _listed(context: Context, name: str, which: str) -> int:
    part = {"items": "products", "accounts": "accounts"}.get(which, "contacts")
    found = context.store.catalog.get(name, part)
    return len(found.rows) if found else 0


def room_words(room: ListRoom) -> str:
    """Return how full a list is, a sentence."""
    share = room.count * 100 // room.most
    source = "" if room.is_stated else " (its maker's limit for Pro and Premier; the company file states none)"
    return f"{WORDS[room.list]}: {room.count:,} of {room.most:,}, {share} %{source}."


def rooms_line(rooms: Sequence[ListRoom]) -> str:
    """Return how full all lists are, in one line."""
    return ", ".join(f"{room.list} {room.count:,} of {room.most:,}" for room in rooms)


def is_crowded(room: ListRoom) -> bool:
    """Return whether a list is to be warned of."""
    return room.count * 100 >= room.most * WARN_PERCENT


def crowded_words(room: ListRoom) -> str:
    """Return what a person should know of a list that fills up."""
    then = f"From {FILL_PERCENT} % on recon creates nothing new in it."
    advice = {
        "names": 'Keep detail.customers = "one"; entries taken out are not always given back.',
        "customers": 'Keep detail.customers = "one"; entries taken out are not always given back.',
        "items": 'detail.inventory = "one" needs no new items.',
        "vendors": 'detail.vendors = "one" needs no new vendors.',
        "accounts": "Take accounts that nobody needs out of it there.",
    }[room.list]
    return f"{room_words(room)} {then} {advice}"


def crowded(rooms: Sequence[ListRoom]) -> list[str]:
    """Return a sentence per list that fills up."""
    return [crowded_words(room) for room in rooms if is_crowded(room)]


def within_room(context: Context, name: str, rules: Connection, inputs: PlanInputs) -> PlanInputs:
    """Return the inputs of a plan that creates nothing in a list which all that waits would fill; the plan says so.

    What waits is counted over all orders that are not posted, so that a batch and every part of it come to the same answer.
    """
    makes_customers = rules.detail.customers == "each"
    if not (makes_customers or inputs.wishes.height):
        return inputs
    rooms = {room.list: room for room in known_rooms(context, name)}
    names = items = ""
    if makes_customers and (new := _new_customers(inputs)):
        full = [room for which in _OF_CUSTOMERS if (room := rooms.get(which)) and _fills(room, new)]
        if full:
            names = f"{_says(full[0], new)} No new customer is created: documents of buyers without one go to the standing customer."
    wanted = inputs.wishes.filter(pl.col("held_code").is_null()).height
    room = rooms.get("items")
    if wanted and room and _fills(room, wanted):
        items = f'{_says(room, wanted)} It is not created: link it to an item that is there, or set detail.inventory = "one".'
    found = [
        one_finding("list-full", column=column, value=column, detail=said)
        for column, said in (("detail.customers", names), ("detail.inventory", items))
        if said
    ]
    return replace(inputs, names_full=names, items_full=items, findings=gather([inputs.findings, *found]))


def rooms_facts(context: Context, name: str, rules: Connection) -> list[list[object]]:
    """Return what a plan depends on here, for digests; nothing where it creates no names."""
    if rules.detail.customers != "each":
        return []
    return [[room.list, room.count, room.most] for room in known_rooms(context, name)]


def _fills(room: ListRoom, new: int) -> bool:
    return (room.count + new) * 100 > room.most * FILL_PERCENT


def _says(room: ListRoom, new: int) -> str:
    limit = "" if room.is_stated else " (its maker's limit; the company file states none)"
    return (
        f"The ledger has {room.count:,} {WORDS[room.list]} of the {room.most:,} it can hold{limit}, and what is not posted yet would add "
        f"up to {new:,}; recon fills a list up to {FILL_PERCENT} %."
    )


def _new_customers(inputs: PlanInputs) -> int:
    """Return how many customers the orders that are not posted would add."""
    posted = inputs.posted["order_key"].unique()
    waiting = inputs.orders.filter(
        ~pl.col("order_key").is_in(posted.implode()),
        pl.col("order_state") != "cancelled",
        pl.col("record_kind") == "sale",
        pl.col("ordered_on") >= inputs.connection.start_date,
    )
    codes = stated_customers(waiting, inputs.limits.contact_name_max_length)["code"].drop_nulls().unique()
    return codes.filter(~codes.is_in(sorted(inputs.ledger_contacts))).len()

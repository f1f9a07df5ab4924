"""The token test: which of the things BentoWeb does not publish can be confirmed with a real token.

It asks the list call (the one that is set, else the one a public client uses) and one order of it, and says which names
are there. Names of calls and fields only: no value of an answer is ever part of what is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recon.errors import SourceUnavailable
from recon.sources.bentoweb.client import BentoWebClient, Reply
from recon.sources.bentoweb.fields import NEEDED, FieldMap
from recon.sources.bentoweb.listing import Listed, field_names, listed_orders

CANDIDATE_LIST: Final = "/order/list/{store_id}"
"""A public client's call; not published by BentoWeb."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What the settings say already."""

    store_id: str
    list_path: str
    page_parameter: str
    fields: FieldMap


def token_test(client: BentoWebClient, probe: Probe) -> tuple[str, ...]:
    """Return what was confirmed and what was not, a sentence each; raises nothing where a call is not there."""
    said: list[str] = []
    orders = _try_list(client, probe, said)
    if orders:
        _try_order(client, probe, orders[0], said)
    else:
        said.append(
            "not confirmed: the fields of an order. Name one: `recon pull --orders NUMBER`; its report says which fields are there."
        )
    return tuple(said)


def _try_list(client: BentoWebClient, probe: Probe, said: list[str]) -> list[Listed]:
    path = probe.list_path or CANDIDATE_LIST.replace("{store_id}", probe.store_id)
    if not probe.list_path and not probe.store_id:
        said.append(
            "not tried: a call that lists orders. Set bentoweb.store_id (BentoWeb's number of the shop) and connect again."
        )
        return []
    params = {probe.page_parameter: "1"} if probe.page_parameter else {}
    reply = _quietly(client, path, params)
    orders = listed_orders(reply.envelope) if reply else None
    if orders is None:
        said.append(f"not confirmed: {path} lists no orders for this token; pull orders by number (--orders)")
        return []
    names = ", ".join(field_names(reply.envelope)) if reply else ""
    said.append(f"confirmed: {path} lists orders ({len(orders)} in one answer; fields: {names or 'numbers only'})")
    if not probe.list_path:
        said.append(f'to use it for every pull, set bentoweb.list_path = "{CANDIDATE_LIST}"')
    if not probe.page_parameter:
        said.append("not confirmed: whether that is the whole list or its first page (bentoweb.list_page_parameter)")
    return orders


def _try_order(client: BentoWebClient, probe: Probe, order: Listed, said: list[str]) -> None:
    try:
        envelope = client.order(order.order_id).envelope
    except SourceUnavailable as error:
        said.append(f"not confirmed: one order by number ({str(error).replace(order.order_id, 'NUMBER')})")
        return
    if envelope is None or not envelope.accepted or envelope.order is None:
        said.append("not confirmed: one order by number; a listed order was not delivered")
        return
    records = [envelope.order]
    _, _, lines = probe.fields.lists(records)
    absent = probe.fields.absent(records, lines)
    there = [
        f"{what} ({', '.join(probe.fields.candidates(what))})"
        for what in probe.fields.names
        if what not in absent and probe.fields.candidates(what)
    ]
    said.append(f"confirmed in one order, by name only: {', '.join(there)}")
    for what, tried in absent.items():
        need = "orders cannot be posted without it" if what in NEEDED else "left out where it is not there"
        said.append(f"not confirmed: {tried} ({what}); {need}; bentoweb.fields.{what} names another")
    unread = probe.fields.unread(records, lines)
    if unread:
        said.append(f"fields nobody has described: {', '.join(unread)}")


def _quietly(client: BentoWebClient, path: str, params: dict[str, str]) -> Reply | None:
    """Return the answer of a call that may not exist, or nothing; asked once only."""
    try:
        return client.page(path, params, attempts=1)
    except SourceUnavailable:
        return None

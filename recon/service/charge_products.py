"""Service products for charges (ค่าขนส่ง, ค่าบริการ COD): which the ledger lacks, and one word that creates and chooses both.

A charge is booked on a product of the ledger where ``charges.*.KIND.product`` names one. The two of xCommerce's link to PEAK
have to be there; what is not, is created like any product: as an approved line of a plan. Once the ledger has them, the same
word again puts their codes into the settings.
"""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, cast

from recon.config.charges import SERVICE_NAMES, Charge
from recon.config.connection import Connection
from recon.match.keys import fold
from recon.service.charge_rules import DEFAULT
from recon.service.context import Context
from recon.service.mapping_frames import ledger_products
from recon.service.order_keys import key_beginning
from recon.sources.profile.starting import STARTERS

CREATE_WORD: Final = "recon match --create-services"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGap:
    """A charge whose service product is not (yet) in place."""

    sales_channel: str
    """default, or the channel with rules of its own."""
    kind: str
    code: str
    """Named in the settings; empty: none is."""
    name: str
    """Of the service product; empty: this kind has none of a fixed name."""
    state: Literal["missing", "to-create", "not-chosen", "not-there"]
    """missing: the ledger has no product of the code that is named. to-create: marked, a plan creates it. not-chosen: the ledger
    has it under its name, and the settings book on an account. not-there: neither named nor in the ledger."""
    offer: str
    """Command that mends it."""

    def as_facts(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def service_gaps(
    context: Context, name: str, rules: Connection, *, wanted: tuple[str, ...] | None = None
) -> tuple[ServiceGap, ...]:
    """Return the charges whose service product is missing in the ledger as last read.

    Args:
        context: The open workspace.
        name: The connection.
        rules: Its settings.
        wanted: Kinds of SERVICE_NAMES that need a service product although the settings name none; None: as the orders' platform has it
            (xCommerce: both).
    """
    if wanted is None:
        platform = (key_beginning(context, name) or ("", ""))[0]
        wanted = STARTERS[platform].services if rules.source == "profile" and platform in STARTERS else ()
    listed = dict(ledger_products(context, name).iter_rows())
    gaps = []
    for channel, charges in {DEFAULT: rules.charges_for(DEFAULT), **rules.charges}.items():
        for kind in (*SERVICE_NAMES, "tip", "gift_card", "duties", "rounding", "discount", "tax", "fee"):
            charge = cast("Charge", getattr(charges, kind))
            if charge.treatment != "book" or (charge.product and charge.product in listed):
                continue
            if charge.product or (kind in wanted and channel == DEFAULT):
                gaps.append(_gap(context, name, listed, channel, kind, charge.product))
    return tuple(gaps)


def _gap(context: Context, name: str, listed: dict[str, str], channel: str, kind: str, code: str) -> ServiceGap:
    service = SERVICE_NAMES.get(kind, "")
    there = _by_name(listed, service)
    marked = fold(service) in context.store.mappings.current(name, "create") if service else False
    state: Literal["missing", "to-create", "not-chosen", "not-there"] = (
        "to-create" if marked else "not-chosen" if there else "missing" if code else "not-there"
    )
    offer = "recon match --charge " + shlex.quote(f"{channel}:{kind}=product:{there or 'CODE'}")
    if service and channel == DEFAULT:
        offer = CREATE_WORD
    return ServiceGap(sales_channel=channel, kind=kind, code=code, name=service, state=state, offer=offer)


def _by_name(listed: dict[str, str], service: str) -> str:
    """Return the code of the only product of exactly this name; empty: there is none, or there are several."""
    codes = [code for code, name in listed.items() if service and fold(name) == fold(service)]
    return codes[0] if len(codes) == 1 else ""


def service_edits(
    context: Context, name: str, rules: Connection
) -> tuple[list[tuple[str, str | None, str]], list[tuple[str, str, str]], list[str]]:
    """Return what ``--create-services`` does: products to create, charges to set, and what is in place already, in words."""
    listed = dict(ledger_products(context, name).iter_rows())
    marked = context.store.mappings.current(name, "create")
    default = rules.charges_for(DEFAULT)
    create: list[tuple[str, str | None, str]] = []
    charges: list[tuple[str, str, str]] = []
    words: list[str] = []
    for kind, service in SERVICE_NAMES.items():
        charge = cast("Charge", getattr(default, kind))
        there = _by_name(listed, service)
        if charge.product and charge.product in listed:
            words.append(f"{kind} is booked on {charge.product} {listed[charge.product]} already")
        elif there:
            charges.append((DEFAULT, kind, f"product:{there}"))
        elif fold(service) in marked:
            words.append(
                f"{service} is marked already: approve and upload the plan that creates it, then {CREATE_WORD} once more"
            )
        else:
            create.append((service, service, "service"))
            words.append(f"once the ledger has {service}, {CREATE_WORD} books {kind} on it")
    return create, charges, words

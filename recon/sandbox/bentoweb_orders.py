"""An invented month of a Thai shop on BentoWeb, the same for the same seed, as BentoWeb writes its orders.

Names of fields are those BentoWeb's help shows and those one public client reads; whether an amount is a number or a text
is not published, so some orders have it this way and some that. The first orders are the cases worth showing: every
state, cash on delivery, marketplace orders, VAT on top, a discount no field names, another currency, an unknown state.
Names, tax ids (valid by their check digit), numbers and amounts are invented.
"""

from __future__ import annotations

import calendar
import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from recon.money import plain, vat_on_top
from recon.sandbox.zort_orders import tax_id

NO_DATE: Final = "-0001-11-30 00:00:00"
FIRST_ORDER: Final = 4_410_001
_VAT: Final = 700
_CATALOGUE: Final = (
    ("P00001", "เสื้อยืด สีดำ M", 29000), ("P00002", "เสื้อยืด สีดำ L", 29000), ("P00003", "เสื้อยืด สีขาว M", 29000),
    ("P00004", "กางเกงขาสั้น", 45000), ("P00005", "กระเป๋าผ้า", 15900), ("P00006", "หมวกแก๊ป", 22900),
)  # fmt: skip
_FIRST_NAMES: Final = ("สมหญิง", "สมชาย", "มาลี", "กิตติ", "อรทัย", "ธนกร")
_LAST_NAMES: Final = ("ตัวอย่าง", "ใจดี", "แสงทอง", "ศรีสุข", "รักไทย")
PAID: Final = (3, 7, 16)
MARKETPLACES: Final = {12: "lazada", 16: "shopee", 22: "tiktok"}
"""`order_from` of marketplace orders, and the payment method the sandbox writes there (not published)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    state: int = 3
    order_from: int = 1
    payment_method: int | str = 2
    lines: tuple[tuple[int, int], ...] = ((0, 1),)
    """Place in the catalogue, pieces."""
    shipping: int = 4000
    discount: int = 0
    """Off the total, said by no field."""
    vat_on_top: bool = False
    has_tax_id: bool = False
    currency_id: int = 1
    as_text: bool = True
    """Amounts as text ("290.00"); else whole baht as numbers."""


def _cases() -> tuple[_Case, ...]:
    return (
        *(_Case(state=state, lines=((state % 6, 1 + state % 2),)) for state in range(8)),
        *(_Case(state=state, payment_method=5, shipping=5000) for state in (14, 15, 16)),
        _Case(state=99),
        *(_Case(order_from=source, payment_method=name, shipping=0) for source, name in MARKETPLACES.items()),
        _Case(order_from=21),
        _Case(order_from=99),
        _Case(has_tax_id=True, lines=((3, 2), (5, 1))),
        _Case(vat_on_top=True, lines=((3, 1), (0, 3))),
        _Case(discount=5000, lines=((3, 1),)),
        _Case(currency_id=2),
        _Case(as_text=False),
        _Case(payment_method=""),
    )


def invented_orders(month: dt.date, count: int, seed: int) -> list[dict[str, Any]]:
    """Return orders of one month in BentoWeb's form, oldest first; the same for the same arguments."""
    random = Random(f"bentoweb {month:%Y-%m} {seed}")  # noqa: S311  invented data
    cases = _cases()
    days = calendar.monthrange(month.year, month.month)[1]
    return [
        _order(cases[place] if place < len(cases) else _ordinary(random), place,
               month.replace(day=1 + place * days // count), random)
        for place in range(count)
    ]  # fmt: skip


def later(orders: Sequence[Mapping[str, Any]], on: dt.date) -> list[dict[str, Any]]:
    """Return the same orders as they stand some time after.

    What awaited payment is paid (every third is cancelled), cash on delivery goes from packed to shipped to collected, what
    was paid is shipped, and every tenth order that was paid is cancelled. The rest stays as it was.
    """
    changed = []
    for place, order in enumerate(copy.deepcopy([dict(order) for order in orders])):
        state = order["order_status_id"]
        moves = {1: 4 if place % 3 == 0 else 3, 2: 3, 3: 7, 14: 15, 15: 16}
        after = 4 if state in PAID and place % 10 == 9 else moves.get(state, state)
        if after != state:
            move(order, after, f"{on.isoformat()} 18:{place % 60:02d}:00")
        changed.append(order)
    return changed


def move(order: dict[str, Any], state: int, written: str) -> None:
    """Bring an order into a state, with the days that go with it; the moment is written as BentoWeb writes it."""
    if state in PAID and order["order_status_id"] not in PAID:
        order["payment_datetime"] = order["receipt_datetime"] = written
    if state in {4, 6}:
        order["date_cancelled"] = written
    order["order_status_id"] = state
    order["date_modified"] = written


def _ordinary(random: Random) -> _Case:
    source = random.choice((1, 1, 1, 2, 10, 11, 12, 16, 21, 22))
    state = random.choice((1, 3, 3, 7, 7, 7, 7, 4, 14, 15, 16))
    lines = tuple((index, random.choice((1, 1, 2, 3))) for index in random.sample(range(6), random.choice((1, 1, 2))))
    case = _Case(state=state, order_from=source, lines=lines, shipping=random.choice((0, 4000, 5000)))
    case = replace(case, payment_method=5 if state >= 14 else random.choice((2, 2, 3)))
    return replace(case, payment_method=MARKETPLACES[source], shipping=0) if source in MARKETPLACES else case


def _order(case: _Case, place: int, day: dt.date, random: Random) -> dict[str, Any]:
    number = FIRST_ORDER + place
    lines = [
        _line(index, pieces, place * 10 + at, as_text=case.as_text) for at, (index, pieces) in enumerate(case.lines)
    ]
    due = sum(_CATALOGUE[index][2] * pieces for index, pieces in case.lines) + case.shipping - case.discount
    vat = vat_on_top(due, _VAT) if case.vat_on_top else 0
    written = f"{day.isoformat()} {9 + place % 10:02d}:{place * 7 % 60:02d}:00"
    paid = written if case.state in PAID else NO_DATE
    market = MARKETPLACES.get(case.order_from, "")
    order: dict[str, Any] = {
        "order_id": number, "date_created": written, "date_modified": written,
        "date_cancelled": written if case.state in {4, 6} else NO_DATE, "receipt_datetime": paid,
        "payment_datetime": paid, "ref_code": f"{market.upper()}{number:010d}" if market else f"BW{number}",
        "full_order_code": f"BW{number}", "langs": "th", "store_id": 812, "fb_store_id": 0,
        "customer_id": 0 if market else 90_000 + place, "discount_id": 0, "order_from": case.order_from,
        **_buyer(case, place, random, masked=bool(market)), "shipping_method": 1, "shipping_content": None,
        "payment_method": case.payment_method, "payment_content": "", "special_req": "",
        "currency_id": case.currency_id, "vat_amount": _amount(vat, as_text=case.as_text) if vat else 0,
        "has_wholesale": 0, "has_discount": int(case.discount > 0), "has_super_discount": 0, "has_points_discount": 0,
        "has_custom_discount": 0, "has_free_shipping": 0, "order_status_id": case.state,
        "shipping": _amount(case.shipping, as_text=case.as_text), "grand_total": _amount(due + vat, as_text=case.as_text),
        "order_item": lines,
    }  # fmt: skip
    if market == "shopee":
        order["shopee_api_transaction"] = {"escrow_amount": plain(due - due // 10), "commission_fee": plain(due // 10)}
    return order


def _buyer(case: _Case, place: int, random: Random, *, masked: bool) -> dict[str, Any]:
    first, last = random.choice(_FIRST_NAMES), random.choice(_LAST_NAMES)
    if masked:
        first, last = f"{first[0]}******", ""
    return {
        "firstname": "บริษัท ตัวอย่างการค้า จำกัด" if case.has_tax_id else first,
        "lastname": "" if case.has_tax_id else last, "email": "", "phone": "",
        "idcard": tax_id(f"01055{place:07d}") if case.has_tax_id else "", "country_id": 211,
        "shipping_firstname": first, "shipping_lastname": last, "shipping_email": "", "shipping_phone": "",
        "shipping_address_1": "******" if masked else f"{1 + place}/1 ถนนตัวอย่าง", "shipping_address_2": "",
        "shipping_subdistrict": "ตัวอย่าง", "shipping_district": "ตัวอย่าง", "shipping_province": "กรุงเทพมหานคร",
        "shipping_zipcode": "10110", "shipping_country_id": 211,
    }  # fmt: skip


def _line(index: int, pieces: int, number: int, *, as_text: bool) -> dict[str, Any]:
    sku, name, price = _CATALOGUE[index]
    return {
        "order_item_id": 7_000_000 + number, "sku": sku, "name": name, "qty": str(pieces) if as_text else pieces,
        "price": _amount(price, as_text=as_text), "total": _amount(price * pieces, as_text=as_text),
    }  # fmt: skip


def _amount(minor: int, *, as_text: bool) -> str | int:
    """Return an amount as text, or (whole baht only) as a number; a binary fraction never appears."""
    return plain(minor) if as_text or minor % 100 else minor // 100

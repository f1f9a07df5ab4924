"""An invented month of a Thai shop on ZORT, the same for the same seed: orders, returns and products as ZORT writes them.

The first orders are the cases worth showing, one each: every status and payment status, cash on delivery, VAT inside,
on top and none, per-piece and percent discounts, a voucher, a platform discount, a free gift, a line total left at 0,
repeated numbers, a sum that does not foot, an unknown status. The rest is ordinary trade. Names, tax ids (valid by
their check digit), numbers and amounts are invented. Codes of `vattype` other than 3 are placeholders.
"""

from __future__ import annotations

import calendar
import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from recon.money import plain, vat_included, vat_on_top

_VAT: Final = 700
_VAT_TYPES: Final = {"none": 1, "excluded": 2, "included": 3}
_CATALOGUE: Final = (
    ("CT01-RD-M", "เสื้อยืดคอกลม แดง M", "ตัว", 25000), ("CT01-BK-L", "เสื้อยืดคอกลม ดำ L", "ตัว", 25000),
    ("MUG-01", "แก้วมัค", "ใบ", 9000), ("MUG-02", "แก้วเซรามิก มีฝา", "ใบ", 15900),
    ("BAG-TT-NAT", "กระเป๋าผ้าดิบ", "ใบ", 19900), ("SOAP-HM-100", "สบู่ขมิ้นทำมือ 100 กรัม", "ก้อน", 4500),
    ("TEA-OO-50", "ชาอู่หลง 50 กรัม", "ซอง", 12050), ("NOTE-A5", "สมุดโน้ต A5", "เล่ม", 6900),
    ("CAP-NV", "หมวกแก๊ป สีกรม", "ใบ", 22900), ("STK-CAT", "สติกเกอร์แมว", "แผ่น", 2933),
)  # fmt: skip
_FIRST_NAMES: Final = ("สมชาย", "สุดา", "กิตติ", "พิมพ์ชนก", "อนุชา", "วราภรณ์", "ณัฐพล", "จันทร์เพ็ญ", "ธนกร", "ศิริพร")
_LAST_NAMES: Final = ("ใจดี", "แสงทอง", "ศรีสุข", "บุญมา", "วงศ์สวัสดิ์", "ทองคำ", "รักไทย", "แก้วใส")
_COMPANIES: Final = ("บริษัท ตัวอย่างการค้า จำกัด", "ห้างหุ้นส่วนจำกัด สมมติพาณิชย์", "บริษัท ทดลองดี จำกัด")
_CHANNELS: Final = ("LINE", "Facebook", "", "Shopee", "Lazada", "TikTok", "Website")
_MARKETPLACES: Final = frozenset({"Shopee", "Lazada", "TikTok"})
_TRANSFERS: Final = ("ธนาคารกสิกรไทย", "ธนาคารไทยพาณิชย์", "พร้อมเพย์")
_CARRIERS: Final = ("Flash Express", "Kerry Express", "ไปรษณีย์ไทย")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    sku: str | None
    name: str
    unit: str
    price: int
    quantity: int = 1
    discount: int = 0
    """Per piece."""
    percent: str = ""
    """What the seller typed instead of an amount."""
    is_total_blank: bool = False
    """ZORT leaves the line total at 0 although there is one."""

    @property
    def total(self) -> int:
        return (self.price - self.discount) * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    status: str = "Success"
    payment: str = "Paid"
    vat: str = "included"
    channel: str = "LINE"
    is_cod: bool = False
    is_deposit: bool = False
    has_tax_id: bool = False
    shipping: int = 0
    discount: int = 0
    voucher: int = 0
    platform_discount: int = 0
    paid: int | None = None
    """None: all of it when paid."""
    off_by: int = 0
    """So much does the stated total lie beside the sum."""
    date_form: str = "plain"
    numbers_as_text: bool = True
    repeats_number: bool = False
    lines: tuple[_Line, ...] = field(default=())


def _goods(index: int, **changes: Any) -> _Line:  # noqa: ANN401  any field of a line
    sku, name, unit, price = _CATALOGUE[index]
    return replace(_Line(sku=sku, name=name, unit=unit, price=price), **changes)


def _cases() -> tuple[_Case, ...]:
    shirt, mug, tea = _goods(0), _goods(2), _goods(6)
    return (
        _Case(shipping=4000, discount=3000, has_tax_id=True, lines=(_goods(0, quantity=2, discount=2500), mug)),
        _Case(status="Pending", payment="Pending", lines=(shirt,)),
        _Case(status="Waiting", payment="Paid", shipping=5000, lines=(tea, mug)),
        _Case(status="Packed", payment="Paid", lines=(_goods(4),)),
        _Case(status="Shipping", payment="Pending", is_cod=True, shipping=6000, lines=(_goods(8),)),
        _Case(status="Success", payment="Paid", is_cod=True, shipping=6000, lines=(_goods(8), mug)),
        _Case(status="Voided", payment="Voided", lines=(shirt,)),
        _Case(status="Returned", payment="Paid", lines=(_goods(3),)),
        _Case(status="Failed shipment", payment="Pending", is_cod=True, shipping=6000, lines=(_goods(1),)),
        _Case(status="Success", payment="Partial payment", paid=10000, lines=(_goods(1),)),
        _Case(status="Success", payment="Overpaid", paid=30000, lines=(_goods(1),)),
        _Case(status="Success", payment="Pending", lines=(_goods(4, quantity=3),)),
        _Case(vat="excluded", has_tax_id=True, shipping=10000, lines=(_goods(9, quantity=7), tea)),
        _Case(vat="none", channel="", lines=(_goods(5, quantity=4),)),
        _Case(channel="Shopee", platform_discount=2000, shipping=3800, lines=(_goods(4),)),
        _Case(channel="Lazada", voucher=1500, discount=500, lines=(_goods(3, quantity=2),)),
        _Case(channel="TikTok", lines=(shirt, _goods(9, discount=2933))),
        _Case(channel="Facebook", lines=(_goods(6, quantity=2, discount=1205, percent="10%"),)),
        _Case(lines=(_goods(7, quantity=3, is_total_blank=True), mug)),
        _Case(lines=(_Line(sku=None, name="ค่าบริการห่อของขวัญ", unit="ครั้ง", price=5000), mug)),
        _Case(repeats_number=True, lines=(tea,)),
        _Case(off_by=100, lines=(shirt, mug)),
        _Case(status="On the moon", lines=(mug,)),
        _Case(is_deposit=True, lines=(_goods(1, quantity=2),)),
        _Case(date_form="instant", numbers_as_text=False, lines=(_goods(7),)),
        _Case(date_form="day-first", lines=(_goods(7), mug)),
        _Case(date_form="buddhist", lines=(_goods(7), tea)),
    )


def invented_orders(month: dt.date, count: int, seed: int) -> list[dict[str, Any]]:
    """Return orders of one month in ZORT's exact form, oldest first; the same for the same arguments."""
    random = Random(f"zort {month:%Y-%m} {seed}")  # noqa: S311  invented data
    cases = _cases()
    days = calendar.monthrange(month.year, month.month)[1]
    orders: list[dict[str, Any]] = []
    for index in range(count):
        case = cases[index] if index < len(cases) else _ordinary(random)
        day = month.replace(day=1 + index * days // count)
        previous = orders[-1]["number"] if orders else ""
        orders.append(_order(case, index, day, random, previous))
    return orders


def invented_returns(orders: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a return document (CN) for every order whose status is Returned."""
    returns = []
    for order in orders:
        if order["status"] != "Returned":
            continue
        document = {name: copy.deepcopy(value) for name, value in order.items() if not name.startswith("orderdate")}
        document.update(
            id=order["id"] + 5_000_000,
            number=str(order["number"]).replace("SO-", "CN-"),
            status="Success",
            returnorderdate=order["orderdate"],
            returnorderdateString=order["orderdateString"],
            description=f"รับคืนจาก {order['number']}",
        )
        returns.append(document)
    return returns


def invented_products() -> list[dict[str, Any]]:
    """Return the catalogue as GetProducts lists it: ids as numbers, everything else as text."""
    return [
        {
            "id": 9001 + index, "producttype": "0", "name": name, "description": "", "sku": sku, "sellprice": plain(price),
            "purchaseprice": plain(price // 2), "barcode": f"88500000{index:05d}", "stock": str(20 + index),
            "availablestock": str(20 + index), "unittext": unit, "imagepath": "", "weight": "", "category": "", "tag": [],
        }
        for index, (sku, name, unit, price) in enumerate(_CATALOGUE)
    ]  # fmt: skip


def later(orders: Sequence[Mapping[str, Any]], on: dt.date) -> list[dict[str, Any]]:
    """Return the same orders as they stand some time after: paid, collected, delivered, one of ten cancelled.

    Unpaid orders were paid on the given day, cash on delivery was collected, goods arrived; every tenth order that was
    paid and done is cancelled. Orders that are settled otherwise stay as they were.
    """
    changed = []
    for place, order in enumerate(copy.deepcopy([dict(order) for order in orders])):
        open_ = order["status"] in {"Pending", "Waiting", "Packed", "Shipping"} or order["paymentstatus"] == "Pending"
        if open_ and order["status"] != "Failed shipment":
            if order["paymentstatus"] == "Pending":
                _pay(order, on)
            order["status"] = "Success"
        elif place % 10 == 0 and order["status"] == "Success" and order["paymentstatus"] == "Paid":
            order["status"] = order["paymentstatus"] = "Voided"
        else:
            changed.append(order)
            continue
        order["updatedatetimeString"] = f"{on.isoformat()} 18:{place % 60:02d}"
        order["updatedatetime"] = f"{on.isoformat()}T18:{place % 60:02d}:00"
        changed.append(order)
    return changed


def tax_id(first_twelve: str) -> str:
    """Return a 13-digit Thai tax id: twelve digits and the check digit they ask for."""
    weighed = sum(int(digit) * (13 - place) for place, digit in enumerate(first_twelve))
    return f"{first_twelve}{(11 - weighed % 11) % 10}"


def _ordinary(random: Random) -> _Case:
    status, payment, is_cod = random.choice((
        ("Success", "Paid", False), ("Success", "Paid", False), ("Success", "Paid", False), ("Success", "Paid", True),
        ("Shipping", "Paid", False), ("Waiting", "Paid", False), ("Shipping", "Pending", True),
        ("Pending", "Pending", False), ("Voided", "Voided", False),
    ))  # fmt: skip
    channel = random.choice(_CHANNELS)
    picked = random.sample(range(len(_CATALOGUE)), random.choice((1, 1, 1, 2, 2, 3)))
    lines = tuple(
        _goods(index, quantity=random.choice((1, 1, 1, 2, 3)), discount=random.choice((0, 0, 0, 500, 1000)))
        for index in picked
    )
    goods = sum(line.total for line in lines)
    return _Case(
        status=status,
        payment=payment,
        is_cod=is_cod and channel not in _MARKETPLACES,
        channel=channel,
        has_tax_id=random.random() < 0.08,
        shipping=random.choice((0, 0, 3800, 4000, 5000)) if channel else 0,
        discount=min(random.choice((0, 0, 0, 1000, 2500)), goods // 2),
        platform_discount=random.choice((0, 0, 1500)) if channel in _MARKETPLACES else 0,
        lines=lines,
    )


def _order(case: _Case, index: int, day: dt.date, random: Random, previous: str) -> dict[str, Any]:
    goods = sum(line.total for line in case.lines)
    base = goods + case.shipping - case.discount - case.voucher
    vat = {"none": 0, "included": vat_included(base, _VAT), "excluded": vat_on_top(base, _VAT)}[case.vat]
    total = base + (vat if case.vat == "excluded" else 0) + case.off_by
    paid = case.paid if case.paid is not None else total if case.payment == "Paid" else 0
    order: dict[str, Any] = {
        "id": 70_010_000 + index, "ordertype": "0",
        "number": previous if case.repeats_number else f"SO-{day:%Y%m}{index + 1:04d}", "uniquenumber": "",
        **_customer(case, index, random), "warehousecode": "W0001", "status": case.status,
        "paymentstatus": case.payment, "marketplacename": case.channel if case.channel in _MARKETPLACES else "",
        "marketplaceshippingstatus": "", "marketplacepayment": "", "saleschannel": case.channel,
        **_dates(case, index, day), "amount": total, "totalproductamount": goods, "shippingamount": case.shipping,
        "shippingvat": "", "discount": plain(case.discount), "discountamount": case.discount,
        "platformdiscount": case.platform_discount, "sellerdiscount": 0, "shippingdiscount": 0,
        "voucheramount": case.voucher, "vattype": _VAT_TYPES[case.vat], "vatpercent": 0 if case.vat == "none" else 7,
        "vatamount": vat, "paymentamount": paid, "payments": [], "isCOD": case.is_cod, "isDeposit": case.is_deposit,
        "shippingchannel": random.choice(_CARRIERS) if case.shipping else "", "trackingno": "", "description": "",
        "list": [_line(line, place) for place, line in enumerate(case.lines)],
    }  # fmt: skip
    for name in _AMOUNTS:
        order[name] = _amount(order[name], as_text=case.numbers_as_text)
    if paid and not case.is_cod and not order["marketplacename"]:
        order["payments"] = [_payment(order, index, day, paid, random)]
    return order


_AMOUNTS: Final = (
    "amount", "totalproductamount", "shippingamount", "discountamount", "platformdiscount", "sellerdiscount",
    "shippingdiscount", "voucheramount", "vatamount", "paymentamount",
)  # fmt: skip


def _amount(minor: int, *, as_text: bool) -> str | int:
    """Return an amount as ZORT writes it: text, or (whole baht only) a number; a binary fraction never appears."""
    return plain(minor) if as_text or minor % 100 else minor // 100


def _payment(order: Mapping[str, Any], index: int, day: dt.date, paid: int, random: Random) -> dict[str, Any]:
    method = "เงินสด" if not order["saleschannel"] else random.choice(_TRANSFERS)
    moment = f"{day.isoformat()} {10 + index % 8}:{index % 60:02d}"
    return {"id": 880_000 + index, "name": method, "amount": plain(paid), "paymentdatetimeString": moment}


def _pay(order: dict[str, Any], on: dt.date) -> None:
    order["paymentstatus"] = "Paid"
    order["paymentamount"] = order["amount"]
    if not order["isCOD"] and not order["marketplacename"]:
        entry = {"id": order["id"] + 1_000_000, "name": _TRANSFERS[0], "amount": order["amount"]}
        order["payments"] = [{**entry, "paymentdatetimeString": f"{on.isoformat()} 12:00"}]


def _customer(case: _Case, index: int, random: Random) -> dict[str, Any]:
    name = f"{random.choice(_FIRST_NAMES)} {random.choice(_LAST_NAMES)}"
    number, branch, branch_name = "", "", ""
    if case.channel in _MARKETPLACES:
        name = f"{name[0]}******{name[-1]}"
    elif not case.channel:
        name = "ลูกค้าหน้าร้าน"
    if case.has_tax_id:
        name = _COMPANIES[index % len(_COMPANIES)]
        number, branch, branch_name = tax_id(f"01055{index % 10_000_000:07d}"), "00000", "สำนักงานใหญ่"
    return {
        "customerid": str(5000 + index), "customername": name, "customercode": f"C{index:04d}",
        "customeridnumber": number, "customerbranchname": branch_name, "customerbranchno": branch, "customerphone": "",
        "customeremail": "", "customeraddress": f"{1 + index}/1 ถนนตัวอย่าง กรุงเทพมหานคร 10110",
    }  # fmt: skip


def _dates(case: _Case, index: int, day: dt.date) -> dict[str, Any]:
    clock = f"{9 + index % 10:02d}:{index * 7 % 60:02d}"
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    plain_date, twin = f"{day.isoformat()}T00:00:00", day.isoformat()
    if case.date_form == "instant":
        plain_date, twin = f"/Date({int(midnight.timestamp()) * 1000})/", ""
    elif case.date_form == "day-first":
        plain_date, twin = f"{day:%d/%m}/{day.year}", ""
    elif case.date_form == "buddhist":
        plain_date = twin = f"{day.year + 543}-{day:%m-%d}"
    return {
        "orderdate": plain_date, "orderdateString": twin,
        "createdatetime": f"{day.isoformat()}T{clock}:00", "createdatetimeString": f"{day.isoformat()} {clock}",
        "updatedatetime": f"{day.isoformat()}T{clock}:30", "updatedatetimeString": f"{day.isoformat()} {clock}",
    }  # fmt: skip


def _line(line: _Line, place: int) -> dict[str, Any]:
    return {
        "productid": 9001 + place, "sku": line.sku or "", "name": line.name, "number": str(line.quantity),
        "unittext": line.unit, "pricepernumber": plain(line.price),
        "discount": line.percent or (plain(line.discount) if line.discount else ""),
        "discountamount": plain(line.discount), "totalprice": "0" if line.is_total_blank else plain(line.total),
        "producttype": "0", "skutype": "0", "bundleid": None, "bundleitemid": None, "bundlecode": "", "bundleName": "",
    }  # fmt: skip

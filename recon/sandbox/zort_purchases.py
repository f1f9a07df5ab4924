"""An invented month of buying on ZORT, the same for the same seed: purchases (PO) and purchase returns (DN) as ZORT writes them.

The supplier stands in ``customername``, as live clients report of purchases; the first purchases are the cases worth showing,
one each: paid and received, received and not paid, ordered only, paid in advance, voided, VAT on top, no VAT, a person as
supplier, a tax id whose check digit fails. Suppliers, numbers and amounts are invented.
"""

from __future__ import annotations

import calendar
import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from recon.money import plain, vat_included, vat_on_top
from recon.sandbox.zort_orders import tax_id

_VAT: Final = 700
_VAT_TYPES: Final = {"none": 1, "excluded": 2, "included": 3}
_GOODS: Final = (
    ("CT01-RD-M", "เสื้อยืดคอกลม แดง M", "ตัว", 11000), ("CT01-BK-L", "เสื้อยืดคอกลม ดำ L", "ตัว", 11000),
    ("MUG-01", "แก้วมัค", "ใบ", 3900), ("BAG-TT-NAT", "กระเป๋าผ้าดิบ", "ใบ", 8500), ("BOX-S", "กล่องพัสดุ S", "ใบ", 350),
)  # fmt: skip
_SUPPLIERS: Final = (
    ("บริษัท โรงงานผ้าสมมติ จำกัด", "010556000001"), ("บริษัท เซรามิกตัวอย่าง จำกัด", "010556000002"),
    ("ห้างหุ้นส่วนจำกัด กล่องทดลอง", "010356000003"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    status: str = "Success"
    payment: str = "Paid"
    vat: str = "excluded"
    supplier: int = 0
    is_person: bool = False
    has_wrong_tax_id: bool = False
    goods: int = 0
    quantity: int = 20
    shipping: int = 0


_CASES: Final = (
    _Case(),
    _Case(payment="Pending", supplier=1, goods=2),
    _Case(status="Waiting", payment="Pending", goods=1),
    _Case(status="Waiting", payment="Paid", supplier=2, goods=4, quantity=100),
    _Case(status="Voided", payment="Voided", goods=3),
    _Case(vat="included", supplier=1, goods=2, shipping=10000),
    _Case(vat="none", is_person=True, goods=3, quantity=5),
    _Case(has_wrong_tax_id=True, supplier=2, goods=4, quantity=50),
)


def invented_purchases(month: dt.date, count: int, seed: int) -> list[dict[str, Any]]:
    """Return purchases of one month in ZORT's form, oldest first; the same for the same arguments."""
    random = Random(f"zort purchases {month:%Y-%m} {seed}")  # noqa: S311  invented data
    days = calendar.monthrange(month.year, month.month)[1]
    found = []
    for index in range(count):
        case = _CASES[index] if index < len(_CASES) else _ordinary(random)
        found.append(_purchase(case, index, month.replace(day=1 + index * days // count)))
    return found


def invented_purchase_returns(purchases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a purchase return (DN) over one piece for every third purchase that was received."""
    received = [each for each in purchases if each["status"] == "Success"]
    found = []
    for purchase in received[::3]:
        document = {name: copy.deepcopy(value) for name, value in purchase.items() if not name.startswith("purchase")}
        line = document["list"][0] | {"number": "1", "totalprice": document["list"][0]["pricepernumber"]}
        minor = int(str(line["totalprice"]).replace(".", ""))
        vat = _vat(purchase["vattype"], minor)
        total = minor + (vat if purchase["vattype"] == _VAT_TYPES["excluded"] else 0)
        day = str(purchase["purchaseorderdateString"])
        document.update(
            id=purchase["id"] + 5_000_000, number=str(purchase["number"]).replace("PO-", "DN-"), status="Success",
            returnpurchaseorderdate=f"{day}T00:00:00", returnpurchaseorderdateString=day, list=[line], shippingamount="0.00",
            totalproductamount=plain(minor), vatamount=plain(vat), amount=plain(total), paymentamount=plain(total),
            description=f"คืนสินค้าจาก {purchase['number']}",
        )  # fmt: skip
        found.append(document)
    return found


def _ordinary(random: Random) -> _Case:
    status, payment = random.choice((("Success", "Paid"), ("Success", "Paid"), ("Success", "Pending")))
    return _Case(
        status=status, payment=payment, supplier=random.randrange(len(_SUPPLIERS)), goods=random.randrange(len(_GOODS)),
        quantity=random.choice((5, 10, 20, 50)), shipping=random.choice((0, 0, 10000)),
    )  # fmt: skip


def _vat(vat_type: int, base: int) -> int:
    if vat_type == _VAT_TYPES["included"]:
        return vat_included(base, _VAT)
    return vat_on_top(base, _VAT) if vat_type == _VAT_TYPES["excluded"] else 0


def _purchase(case: _Case, index: int, day: dt.date) -> dict[str, Any]:
    sku, name, unit, price = _GOODS[case.goods]
    goods = price * case.quantity
    vat = _vat(_VAT_TYPES[case.vat], goods + case.shipping)
    total = goods + case.shipping + (vat if case.vat == "excluded" else 0)
    paid = total if case.payment == "Paid" else 0
    date = day.isoformat()
    payments = [
        {
            "id": 990_000 + index,
            "name": "ธนาคารกสิกรไทย",
            "amount": plain(paid),
            "paymentdatetimeString": f"{date} 15:00",
        }
    ]
    return {
        "id": 80_010_000 + index, "ordertype": "0", "number": f"PO-{day:%Y%m}{index + 1:04d}", "uniquenumber": "",
        "reference": f"INV{day:%y%m}-{index + 101}", **_supplier(case), "warehousecode": "W0001", "status": case.status,
        "paymentstatus": case.payment, "saleschannel": "", "purchaseorderdate": f"{date}T00:00:00", "purchaseorderdateString": date,
        "createdatetime": f"{date}T09:00:00", "createdatetimeString": f"{date} 09:00", "updatedatetime": f"{date}T09:30:00",
        "updatedatetimeString": f"{date} 09:30", "amount": plain(total), "totalproductamount": plain(goods),
        "shippingamount": plain(case.shipping), "shippingvat": "", "discount": "0", "discountamount": "0.00", "platformdiscount": "0",
        "sellerdiscount": "0", "shippingdiscount": "0", "voucheramount": "0", "vattype": _VAT_TYPES[case.vat],
        "vatpercent": 0 if case.vat == "none" else 7, "vatamount": plain(vat), "paymentamount": plain(paid),
        "payments": payments if paid else [], "isCOD": False, "isDeposit": False, "description": "",
        "list": [{
            "productid": 9101 + case.goods, "sku": sku, "name": name, "number": str(case.quantity), "unittext": unit,
            "pricepernumber": plain(price), "discount": "", "discountamount": "0", "totalprice": plain(goods), "producttype": "0",
            "skutype": "0", "bundleid": None, "bundleitemid": None, "bundlecode": "", "bundleName": "",
        }],
    }  # fmt: skip


def _supplier(case: _Case) -> dict[str, Any]:
    name, twelve = _SUPPLIERS[case.supplier]
    number = tax_id(twelve)
    if case.has_wrong_tax_id:
        number = f"{twelve}{(int(number[-1]) + 1) % 10}"
    if case.is_person:
        return {"customerid": "6900", "customername": "นางสมศรี ตัวอย่าง", "customercode": "V0900", "customeridnumber": "",
                "customerbranchname": "", "customerbranchno": "", "customeraddress": "9 ถนนสมมติ กรุงเทพมหานคร 10110"}  # fmt: skip
    return {
        "customerid": str(6000 + case.supplier), "customername": name, "customercode": f"V{case.supplier:04d}",
        "customeridnumber": number, "customerbranchname": "สำนักงานใหญ่", "customerbranchno": "00000",
        "customeraddress": f"{case.supplier + 1}/9 ถนนสมมติ สมุทรปราการ 10270",
    }  # fmt: skip

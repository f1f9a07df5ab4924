"""SAF-T Cash Register files written from plain values; all data invented.

A `Day` holds receipts and becomes one Z report, worked out from them as a till would; ``stated`` puts other values in its place, so
that a test can make a till that is wrong. Amounts are minor units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from tests.saft_values import (
    GROUPS,
    KINDS,
    NAMESPACE,
    NO_SALES,
    PAYMENTS,
    RATES,
    Customer,
    Day,
    Habits,
    Line,
    Receipt,
    Register,
)

__all__ = [
    "GROUPS", "KINDS", "NAMESPACE", "PAYMENTS", "RATES", "WORKED_EXAMPLE", "Customer", "Day", "Habits", "Line", "Receipt", "Register", "money", "saft_bytes",
    "saft_text", "tag", "with_day",
]  # fmt: skip


def saft_text(
    registers: Sequence[Register], *, company: str = "999999999", name: str = "Kafé AS", habits: Habits | None = None,
    customers: Sequence[Customer] = (),
) -> str:  # fmt: skip
    """Return a whole file as text."""
    habits = habits or Habits()
    body = "".join(_location(place, tills, habits, company, name) for place, tills in _by_place(registers))
    days = [day.date for register in registers for day in register.days] or [dt.date(2026, 3, 1)]
    header = _all({
        "fiscalYear": "2026", "startDate": str(min(days)), "endDate": str(max(days)), "curCode": "NOK", "dateCreated": "2026-04-01",
        "timeCreated": "05:00:00", "softwareDesc": "Till", "softwareVersion": "1", "softwareCompanyName": "Maker AS",
        "auditfileVersion": "1.0",
    })  # fmt: skip
    codes = "".join(
        tag("vatCodeDetail", _all({"vatCode": code, "dateOfEntry": "2026-01-01", "standardVatCode": code}))
        for code in RATES
    )
    inside_company = (
        _all({"companyIdent": company, "companyName": name}) + _customers(customers) + tag("vatCodeDetails", codes)
        + tag("articles", tag("article", _all({"artID": "A1", "dateOfEntry": "2026-01-01", "artGroupID": "100", "artDesc": "Lunsj"})))
        + tag("basics", _basics(predefined=habits.predefined)) + body
    )  # fmt: skip
    whole = (
        f'<auditfile xmlns="{NAMESPACE}">\n{tag("header", header)}\n{tag("company", inside_company)}\n</auditfile>\n'
    )
    if habits.prefix:
        whole = whole.replace("</", f"\0{habits.prefix}:").replace("<", f"<{habits.prefix}:").replace("\0", "</")
        whole = whole.replace("xmlns=", f"xmlns:{habits.prefix}=")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + whole).replace("\n", habits.newline)


def saft_bytes(registers: Sequence[Register], **others: object) -> bytes:
    """Return a whole file."""
    return saft_text(registers, **others).encode()  # type: ignore[arg-type]


def money(minor: int) -> str:
    """Return an amount as a file writes it."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


def tag(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"


def _all(elements: Mapping[str, str]) -> str:
    return "".join(tag(name, escape(text, quote=False)) for name, text in elements.items())


def _by_place(registers: Sequence[Register]) -> Iterable[tuple[str, list[Register]]]:
    places: dict[str, list[Register]] = {}
    for number, register in enumerate(registers):
        places.setdefault(register.place or f"\0{number}", []).append(register)
    return ((place.partition("\0")[0], tills) for place, tills in places.items())


def _customers(customers: Sequence[Customer]) -> str:
    if not customers:
        return ""
    rows = []
    for one in customers:
        address = tag("streetAddress", _all({"streetname": one.street, "city": one.city, "postalCode": one.postcode}))
        told = {"custSupID": one.number, "custSupName": one.name, "custSupType": "Customer"}
        rows.append(
            tag(
                "customerSupplier",
                _all(told | ({"taxRegIdent": one.tax_id} if one.tax_id else {})) + (address if one.street else ""),
            )
        )
    return tag("customersSuppliers", "".join(rows))


def _basics(*, predefined: bool) -> str:
    rows = [("04", code, standard, text) for code, (standard, text) in GROUPS.items()]
    rows += [("05", "SALE", "", "Sale"), ("10", "TIP", "10001", "Tips"), ("13", "Z", "13009", "Z-rapport")]
    rows += [("11", code, standard, code.title()) for code, standard in KINDS.items()]
    rows += [("12", code, standard, text) for code, (standard, text) in PAYMENTS.items()]
    return "".join(
        tag("basic", _all({"basicType": kind, "basicID": code} | ({"predefinedBasicID": standard} if standard and predefined else {}) | {"basicDesc": text}))
        for kind, code, standard, text in rows
    )  # fmt: skip


def _location(place: str, tills: Sequence[Register], habits: Habits, company: str, name: str) -> str:
    inside = "".join(_register(till, habits, company, name) for till in tills)
    return tag("location", (tag("name", escape(place, quote=False)) if place else "") + inside)


def _register(till: Register, habits: Habits, company: str, name: str) -> str:
    events, transactions, number = [], [], 0
    for position, day in enumerate(till.days, start=1):
        events.append(_event(till, position, day, habits, company, name))
        for receipt in day.receipts:
            number += 1
            transactions.append(_transaction(number, day, receipt, habits))
    said = "".join(transactions) if till.has_transactions else ""
    return tag("cashregister", tag("registerID", till.number) + "\n" + "".join(events) + said) + "\n"


def _event(till: Register, position: int, day: Day, habits: Habits, company: str, name: str) -> str:
    on = day.date + dt.timedelta(days=1) if day.next_day else day.date
    head = {"eventID": f"{till.number}-{position}", "eventType": "Z", "eventDate": str(on), "eventTime": day.closed_at}
    return tag("event", _all(head) + tag("eventReport", "".join(_report(till, day, on, habits, company, name)))) + "\n"


def _report(till: Register, day: Day, on: dt.date, habits: Habits, company: str, name: str) -> Iterable[str]:
    sold = [each for each in day.receipts if each.counts and each.kind not in NO_SALES]
    lines = [line for each in sold for line in each.lines]
    paid = [
        payment
        for each in day.receipts
        if each.counts and each.kind not in ("CREDITSALE", "DIFFERENCE", "FLOAT")
        for payment in each.payments
    ]
    back = [line for line in lines if line.amount < 0]
    tips = [each.tips for each in day.receipts if each.counts and each.tips]
    made: dict[str, str] = _few({
        "reportID": str(day.number), "reportType": day.report, "companyIdent": company, "companyName": name, "reportDate": str(on),
        "reportTime": day.closed_at, "registerID": till.number,
    })  # fmt: skip
    made["reportTotalCashSales"] = _all({"totalCashSaleAmnt": money(sum(line.amount for line in lines))})
    made["reportArtGroups"] = "".join(
        tag(
            "reportArtGroup",
            _all({"artGroupID": group, "artGroupNum": str(len(found)), "artGroupAmnt": money(sum(found))}),
        )
        for group, found in _grouped((line.group, line.amount) for line in lines)
    ) or tag("reportArtGroup", _all({"artGroupID": "100", "artGroupNum": "0", "artGroupAmnt": "0.00"}))
    made["reportPayments"] = "".join(
        tag(
            "reportPayment",
            _all({"paymentType": kind, "paymentNum": str(len(found)), "paymentAmnt": money(sum(found))}),
        )
        for kind, found in _grouped(paid)
    ) or tag("reportPayment", _all({"paymentType": "CASH", "paymentNum": "0", "paymentAmnt": "0.00"}))
    if tips:
        made["reportTip"] = _all({"tipNum": str(len(tips)), "tipAmnt": money(sum(tips))})
    made["reportCashSalesVat"] = _vat_rows(lines, habits) or tag(
        "reportCashSaleVat", _all({"vatCode": "3", "vatPerc": "25", "cashSaleAmnt": "0.00", "vatAmnt": "0.00"})
    )
    made |= _few({
        "reportOpeningChangeFloat": money(day.opening_float), "reportReceiptNum": str(len(day.receipts)), "reportOpenCashBoxNum": "0",
        "reportReceiptCopyNum": "0", "reportReceiptCopyAmnt": "0.00", "reportReceiptProformaNum": "0", "reportReceiptProformaAmnt": "0.00",
        "reportReturnNum": str(len(back)), "reportReturnAmnt": money(-sum(line.amount for line in back)),
        "reportDiscountNum": "0", "reportDiscountAmnt": "0.00", "reportVoidTransNum": "0", "reportVoidTransAmnt": "0.00",
    })  # fmt: skip
    zero = {"Num": "0", "Amnt": "0.00"}
    made["reportCorrLines"] = tag(
        "reportCorrLine", _all({"corrLineType": "None"} | {f"corrLine{k}": v for k, v in zero.items()})
    )
    made["reportPriceInquiries"] = tag(
        "reportPriceInquiry", _all({"priceInquiryGroup": "None"} | {f"priceInquiry{k}": v for k, v in zero.items()})
    )
    made["reportOtherCorrs"] = tag(
        "reportOtherCorr", _all({"otherCorrType": "None"} | {f"otherCorr{k}": v for k, v in zero.items()})
    )
    made |= _figures(day)
    return (tag(element, day.stated.get(element, text)) for element, text in made.items())


def _figures(day: Day) -> dict[str, str]:
    """Return what stands at the end: deliveries and training, sales on account, pay-ins and pay-outs, running totals."""
    made: dict[str, str] = {}
    made |= _few(
        {
            "reportReceiptDeliveryNum": "0",
            "reportReceiptDeliveryAmnt": "0.00",
            "reportTrainingNum": "0",
            "reportTrainingAmnt": "0.00",
        }
    )
    credit = [each for each in day.receipts if each.counts and each.kind == "CREDITSALE"]
    if credit:
        made["reportCreditSales"] = _all(
            {"creditSalesNum": str(len(credit)), "creditSalesAmnt": money(sum(each.gross for each in credit))}
        )
    for name, rows in (("PayIn", day.pay_ins), ("PayOut", day.pay_outs)):
        if rows:
            low = name[0].lower() + name[1:]
            made[f"report{name}s"] = "".join(
                tag(f"report{name}", _all({f"{low}Type": kind, f"{low}Num": "1", f"{low}Amnt": money(amount)}))
                for kind, amount in rows
            )
    made |= _few(
        {"reportGrandTotalSales": "0.00", "reportGrandTotalReturn": "0.00", "reportGrandTotalSalesNet": "0.00"}
    )
    return made


def _few(elements: Mapping[str, str]) -> dict[str, str]:
    return {name: escape(text, quote=False) for name, text in elements.items()}


def _grouped(rows: Iterable[tuple[str, int]]) -> Iterable[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for key, amount in rows:
        found.setdefault(key, []).append(amount)
    return found.items()


def _vat_rows(lines: Sequence[Line], habits: Habits) -> str:
    rows = []
    for code in dict.fromkeys(line.code for line in lines):
        of_code = [line for line in lines if line.code == code]
        gross, vat = sum(line.amount for line in of_code), sum(line.vat for line in of_code)
        percent = of_code[0].percent
        if habits.vat_rows == "faulty":
            amount, vat = gross, int((gross * Decimal(percent) / 100).quantize(Decimal(1), ROUND_HALF_UP))
        else:
            amount = gross if habits.vat_rows == "gross" else gross - vat
        rows.append(
            tag(
                "reportCashSaleVat",
                _all({"vatCode": code, "vatPerc": percent, "cashSaleAmnt": money(amount), "vatAmnt": money(vat)}),
            )
        )
    return "".join(rows)


def _transaction(number: int, day: Day, receipt: Receipt, habits: Habits) -> str:
    on = day.date + dt.timedelta(days=1) if receipt.next_day else day.date

    def written(amount: int) -> str:
        return money(abs(amount) if habits.absolute else amount)

    def side(amount: int) -> str:
        return "D" if (amount < 0 and habits.sides) != habits.swapped else "C"

    net = receipt.gross - sum(line.vat for line in receipt.lines)
    head = {
        "nr": str(number),
        "transID": str(number),
        "transType": receipt.kind,
        "transAmntIn": written(receipt.gross),
        "transAmntEx": written(net),
        "amntTp": side(receipt.gross),
    }
    head |= {"custSupID": receipt.customer} if receipt.customer else {}
    head |= {"transDate": str(on), "transTime": receipt.time}
    head |= {"invoiceID": receipt.invoice} if receipt.invoice else {}
    head |= {"refID": receipt.refers_to} if receipt.refers_to else {}
    inside = _all({name: receipt.extra.get(name, text) for name, text in head.items()})
    for position, line in enumerate(receipt.lines, start=1):
        told = {"nr": str(number), "lineID": str(position), "lineType": "SALE", "artGroupID": line.group}
        told |= {"artID": line.article} if line.article else {}
        told |= {
            "qnt": line.quantity,
            "lineAmntIn": written(line.amount),
            "lineAmntEx": written(line.amount - line.vat),
            "amntTp": side(line.amount),
        }
        vat = tag("vat", _all({"vatCode": line.code, "vatPerc": line.percent, "vatAmnt": written(line.vat)}))
        inside += "\n" + tag("ctLine", _all(told) + vat)
    if receipt.tips:
        inside += tag("raise", _all({"raiseType": "TIP", "raiseAmnt": money(receipt.tips)}))
    if receipt.rounding:
        inside += tag("rounding", _all({"roundingAmnt": money(receipt.rounding)}))
    for kind, amount in receipt.payments:
        inside += tag("payment", _all({"paymentType": kind, "paidAmnt": written(amount)}))
    inside += _all(
        {"signature": receipt.extra.get("signature", "none"), "keyVersion": receipt.extra.get("keyVersion", "1")}
    )
    inside += _all({"voidTransaction": "true"}) if receipt.is_void else ""
    inside += _all({"trainingID": "true"}) if receipt.is_training else ""
    return tag("cashtransaction", inside) + "\n"


WORKED_EXAMPLE = Register(number="K1", days=(Day(date=dt.date(2026, 3, 14), number=214, receipts=(
    Receipt(lines=(Line(group="100", amount=1_000_000),), payments=(("BAX", 900_040), ("VISA", 100_000)), rounding=40),
    Receipt(lines=(Line(group="110", amount=230_000, code="31"),), payments=(("VISA", 230_000),)),
    Receipt(lines=(Line(group="200", amount=500_000),), payments=(("CASH", 300_000), ("VIPPS", 200_000))),
    Receipt(lines=(Line(group="900", amount=50_000, code="0"),), payments=(("VISA", 20_000), ("GIFT", 30_000))),
    Receipt(payments=(("VISA", 30_000),), tips=30_000),
)),))  # fmt: skip
"""The day of the worked example in the reference of the format: 18,100.40 received for 17,800.00 of sales, tips and rounding."""


def with_day(register: Register, **changes: object) -> Register:
    """Return a till with its only day changed."""
    return replace(register, days=(replace(register.days[0], **changes),))  # type: ignore[arg-type]

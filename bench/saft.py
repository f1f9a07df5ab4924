"""A SAF-T Cash Register file of a month, invented and the same bytes every time: file to stored plan against bare XML parsers.

Two shapes: *full*, as tills write their receipts (a ticket line, VAT, a payment: some 830 bytes each, so that 200 MB hold 240,000),
and *short*, nothing but what the schema requires of a transaction, so that a million fit into 302 MB. In 200 MB no valid file holds a million: the
tags alone that the schema requires of each are 228 bytes.

The yardsticks parse the same file in a stream and do nothing with it: expat without a handler, expat with one handler that is called for every
element, libxml2 without a handler, and lxml's iterparse, which makes each element and lets it go.

python -m bench.run 240000 --only saft --rounds 2
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.measure import Steps, child, made_file, median
from bench.report import Report

NAMESPACE: Final = "urn:StandardAuditFile-Taxation-CashRegister:NO"
YARDS: Final = {
    "expat": "expat, no handler",
    "expat-called": "expat, a handler for every element",
    "libxml2": "libxml2 (SAX), no handler",
    "lxml": "lxml iterparse",
}
SHAPES: Final = {"full": 240_000, "short": 1_000_000}
"""Transactions of each shape at most."""
STEPS: Final = ("import in all", "plan in all", "file to stored plan")
_DAYS: Final = 31


def measure(rows: int, data: Path, rounds: int, report: Report, aims: tuple[float, int]) -> None:
    """Measure both shapes and print their tables."""
    for shape, most in SHAPES.items():
        count = min(rows, most)
        path = made_file(data / f"saft-{shape}-{count}.xml", f"make-saft-{shape}", count)
        bare: dict[str, list[Any]] = {yard: [] for yard in YARDS}
        ours = []
        for _ in range(rounds):
            for yard, figures in bare.items():
                figures.append(child("saft-bare", path, yard))
            with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as folder:
                ours.append(child("saft-chain", path, folder))
        facts = ours[-1].facts
        report.title(
            f"SAF-T ({shape}), {count:,} transactions, {path.stat().st_size / 1e6:.0f} MB, {facts['orders']} settlements, difference {facts['difference']}",
            "seconds   peak MiB   x expat",
        )
        least = [figure.seconds for figure in bare["expat"]]
        for yard, name in YARDS.items():
            seconds = [figure.seconds for figure in bare[yard]]
            ratio = median([one / base for one, base in zip(seconds, least, strict=True)])
            report.row(f"saft-{shape}", name, seconds=median(seconds), mib=bare[yard][-1].peak_mib, ratio=ratio)
        for step in STEPS:
            seconds = [each.steps[step].seconds for each in ours]
            whole = step == STEPS[-1]
            report.row(
                f"saft-{shape}", step, seconds=median(seconds), mib=ours[-1].steps[step].peak_mib,
                ratio=median([one / base for one, base in zip(seconds, least, strict=True)]), aim=aims[0] if whole else None,
                aim_mib=aims[1] if whole else None,
            )  # fmt: skip
        busy = [each.steps[STEPS[-1]].cpu for each in ours]
        ratios = [one / base.cpu for one, base in zip(busy, bare["expat"], strict=True)]
        report.row(f"saft-{shape}", "the same in processor seconds", seconds=median(busy), ratio=median(ratios))


def bare_parse(path: Path, yard: str) -> dict[str, Any]:
    """Parse a file in a stream and do nothing with it."""
    if yard == "lxml":
        from lxml import etree

        for _, element in etree.iterparse(path, events=("end",), huge_tree=True):
            element.clear()
        return {}
    if yard == "libxml2":
        from lxml import etree

        etree.parse(path, etree.XMLParser(target=_Nobody(), huge_tree=True))
        return {}
    from xml.parsers import expat

    parser = expat.ParserCreate()
    if yard == "expat-called":
        parser.StartElementHandler = lambda *_: None
    with path.open("rb") as file:
        parser.ParseFile(file)
    return {}


class _Nobody:
    """Is told nothing by the parser, which then makes no tree either."""

    def close(self) -> None:
        """End the file."""


def run_chain(path: Path, folder: Path) -> tuple[Steps, dict[str, Any]]:
    """Import a file into a fresh workspace and plan it; its settlements wait for accounts, which costs what posting them would."""
    import recon.service.planning
    import recon.service.taking_in
    import recon.sources.saft.source  # noqa: F401 - not part of the time
    from bench.chain import CONNECTION, open_bench
    from recon.config.first.answers import FirstAnswers
    from recon.config.first.text import first_settings
    from recon.workspace import make_workspace

    answers = FirstAnswers(
        company="Kafé AS", tax_id="999999999", source="saft", target="sandbox-poweroffice", connection=CONNECTION, start_date=dt.date(2026, 1, 1)
    )  # fmt: skip
    workspace = make_workspace(folder / "workspace", first_settings(answers))
    steps = Steps()
    with open_bench(workspace) as service:
        service.connect(CONNECTION, sides=("ledger",), set_accounts=False)
        with steps.step(STEPS[-1]):
            with steps.step(STEPS[0]):
                taken = service.import_files([path]).files[0]
            with steps.step(STEPS[1]):
                made = service.plan(CONNECTION, rows=20)
    assert taken.status == "taken", taken.message
    return steps, {"orders": made.controls.orders, "documents": made.documents, "difference": made.controls.difference}


def make(shape: str, count: int, path: Path) -> dict[str, Any]:
    """Write a month of one till."""
    write = _full if shape == "full" else _short
    with path.open("w", encoding="utf-8", newline="\r\n") as file:
        file.write(_BEGIN)
        file.writelines(_events(count))
        file.writelines(write(number, *_sale(number), _day(number, count)) for number in range(count))
        file.write("</cashregister></location></company></auditfile>\n")
    return {"rows": count}


_BEGIN: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<auditfile xmlns="{NAMESPACE}"><header><fiscalYear>2026</fiscalYear><startDate>2026-03-01</startDate><endDate>2026-03-31</endDate>\
<curCode>NOK</curCode><dateCreated>2026-04-01</dateCreated><timeCreated>05:00:00</timeCreated><softwareDesc>Till</softwareDesc>\
<softwareVersion>1</softwareVersion><softwareCompanyName>Maker AS</softwareCompanyName><auditfileVersion>1.0</auditfileVersion></header>
<company><companyIdent>999999999</companyIdent><companyName>Kafé AS</companyName><vatCodeDetails><vatCodeDetail><vatCode>3</vatCode>\
<dateOfEntry>2026-01-01</dateOfEntry><standardVatCode>3</standardVatCode></vatCodeDetail></vatCodeDetails>
<basics><basic><basicType>04</basicType><basicID>100</basicID><predefinedBasicID>04003</predefinedBasicID><basicDesc>Varer</basicDesc></basic>\
<basic><basicType>05</basicType><basicID>SALE</basicID><basicDesc>Sale</basicDesc></basic><basic><basicType>12</basicType>\
<basicID>CARD</basicID><predefinedBasicID>12002</predefinedBasicID><basicDesc>Kort</basicDesc></basic></basics>
<location><name>Torget</name><cashregister><registerID>K1</registerID>
"""


def _sale(number: int) -> tuple[int, int]:
    """Return amount with VAT and the VAT inside it, drawn without chance."""
    amount = 1_000 + (number * 2_654_435_761 // 65_536) % 89_000
    return amount, (2 * amount * 25 + 125) // 250


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _day(number: int, count: int) -> int:
    return 1 + number * _DAYS // count


def _events(count: int) -> Iterator[str]:
    totals = [[0, 0, 0] for _ in range(_DAYS)]
    for number in range(count):
        amount, vat = _sale(number)
        day = totals[_day(number, count) - 1]
        day[0], day[1], day[2] = day[0] + amount, day[1] + vat, day[2] + 1
    zeros = "".join(
        f"<report{name}Num>0</report{name}Num><report{name}Amnt>0.00</report{name}Amnt>"
        for name in ("ReceiptCopy", "ReceiptProforma", "Return", "Discount", "VoidTrans")
    )
    rows = "".join(
        f"<report{many}><report{one}><{low}{kind}>None</{low}{kind}><{low}Num>0</{low}Num><{low}Amnt>0.00</{low}Amnt></report{one}></report{many}>"
        for many, one, low, kind in (
            ("CorrLines", "CorrLine", "corrLine", "Type"), ("PriceInquiries", "PriceInquiry", "priceInquiry", "Group"),
            ("OtherCorrs", "OtherCorr", "otherCorr", "Type"),
        )
    )  # fmt: skip
    grand = 0
    for position, (gross, vat, receipts) in enumerate(totals, start=1):
        grand += gross
        day, total = f"2026-03-{position:02}", _money(gross)
        yield (
            f"<event><eventID>{position}</eventID><eventType>Z</eventType><eventDate>{day}</eventDate><eventTime>23:00:00</eventTime><eventReport>"
            f"<reportID>{position}</reportID><reportType>Z report</reportType><companyIdent>999999999</companyIdent><companyName>Kafé AS</companyName>"
            f"<reportDate>{day}</reportDate><reportTime>23:00:00</reportTime><registerID>K1</registerID>"
            f"<reportTotalCashSales><totalCashSaleAmnt>{total}</totalCashSaleAmnt></reportTotalCashSales><reportArtGroups><reportArtGroup>"
            f"<artGroupID>100</artGroupID><artGroupNum>{receipts}</artGroupNum><artGroupAmnt>{total}</artGroupAmnt></reportArtGroup></reportArtGroups>"
            f"<reportPayments><reportPayment><paymentType>CARD</paymentType><paymentNum>{receipts}</paymentNum><paymentAmnt>{total}</paymentAmnt>"
            f"</reportPayment></reportPayments><reportCashSalesVat><reportCashSaleVat><vatCode>3</vatCode><vatPerc>25</vatPerc>"
            f"<cashSaleAmnt>{_money(gross - vat)}</cashSaleAmnt><vatAmnt>{_money(vat)}</vatAmnt></reportCashSaleVat></reportCashSalesVat>"
            f"<reportOpeningChangeFloat>0.00</reportOpeningChangeFloat><reportReceiptNum>{receipts}</reportReceiptNum>"
            f"<reportOpenCashBoxNum>0</reportOpenCashBoxNum>{zeros}{rows}<reportReceiptDeliveryNum>0</reportReceiptDeliveryNum>"
            f"<reportReceiptDeliveryAmnt>0.00</reportReceiptDeliveryAmnt><reportTrainingNum>0</reportTrainingNum><reportTrainingAmnt>0.00</reportTrainingAmnt>"
            f"<reportGrandTotalSales>{_money(grand)}</reportGrandTotalSales><reportGrandTotalReturn>0.00</reportGrandTotalReturn>"
            f"<reportGrandTotalSalesNet>{_money(grand)}</reportGrandTotalSalesNet></eventReport></event>\n"
        )


def _head(number: int, amount: int, vat: int, day: int) -> str:
    return (
        f"<cashtransaction><nr>{number + 1}</nr><transID>{number + 1}</transID><transAmntIn>{_money(amount)}</transAmntIn>"
        f"<transAmntEx>{_money(amount - vat)}</transAmntEx><amntTp>C</amntTp><transDate>2026-03-{day:02}</transDate>"
        f"<transTime>12:{number % 60:02}:{number % 59:02}</transTime>"
    )


def _short(number: int, amount: int, vat: int, day: int) -> str:
    return f"{_head(number, amount, vat, day)}<signature>iHh68DWCU3G42eL/7vOGUMSkvMM=</signature><keyVersion>1</keyVersion></cashtransaction>\n"


def _full(number: int, amount: int, vat: int, day: int) -> str:
    gross, net, tax = _money(amount), _money(amount - vat), _money(vat)
    return (
        f"{_head(number, amount, vat, day)}\n<ctLine><nr>{number + 1}</nr><lineID>1</lineID><lineType>SALE</lineType><artGroupID>100</artGroupID>"
        f"<artID>A{number % 300}</artID><qnt>1</qnt><lineAmntIn>{gross}</lineAmntIn><lineAmntEx>{net}</lineAmntEx><amntTp>C</amntTp><vat>"
        f"<vatCode>3</vatCode><vatPerc>25</vatPerc><vatAmnt>{tax}</vatAmnt></vat></ctLine>\n<vat><vatCode>3</vatCode><vatPerc>25</vatPerc>"
        f"<vatAmnt>{tax}</vatAmnt><vatBasAmnt>{net}</vatBasAmnt></vat>\n<payment><paymentType>CARD</paymentType><paidAmnt>{gross}</paidAmnt></payment>"
        "<signature>iHh68DWCU3G42eL/7vOGUMSkvMM=</signature><keyVersion>1</keyVersion></cashtransaction>\n"
    )

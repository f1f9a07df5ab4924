"""Z and X reports of a till as columns: the report itself, its article groups, payments, VAT rows, pay-ins and pay-outs.

A report is told by `reportType`, not by the event it stands in (Norwegian reference, 3.4). There are a few a day, so that each is read as a
tree; nothing here loops over transactions or over the other events.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import MalformedFile
from recon.sources.saft.layout import NAMESPACE, Layout, Run

if TYPE_CHECKING:
    from lxml import etree

REPORT: Final = "eventReport"
HEAD: Final = {
    "reportID": "report_id", "reportType": "report_type", "companyIdent": "company_id", "companyName": "company_name",
    "reportDate": "date", "reportTime": "time", "registerID": "register_id",
    "reportTotalCashSales/totalCashSaleAmnt": "total", "reportTip/tipNum": "tip_count", "reportTip/tipAmnt": "tips",
    "reportOpeningChangeFloat": "opening_float", "reportReceiptNum": "receipts",
    "reportReturnNum": "return_count", "reportReturnAmnt": "returns", "reportTrainingNum": "training_count",
    "reportCreditSales/creditSalesNum": "credit_sale_count", "reportCreditSales/creditSalesAmnt": "credit_sales",
    "reportCreditMemos/creditMemosNum": "credit_memo_count", "reportCreditMemos/creditMemosAmnt": "credit_memos",
    "reportGrandTotalSales": "grand_sales", "reportGrandTotalReturn": "grand_returns",
    "reportGrandTotalSalesNet": "grand_net",
}  # fmt: skip
"""Element of a report to our name; text as it stands there."""
PARTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "groups": ("reportArtGroups/reportArtGroup", {"artGroupID": "group", "artGroupNum": "quantity", "artGroupAmnt": "amount"}),
    "payments": ("reportPayments/reportPayment", {"paymentType": "payment_type", "paymentNum": "count", "paymentAmnt": "amount"}),
    "vat": ("reportCashSalesVat/reportCashSaleVat", {"vatCode": "vat_code", "vatPerc": "vat_percent", "cashSaleAmnt": "amount", "vatAmnt": "vat"}),
    "pay_ins": ("reportPayIns/reportPayIn", {"payInType": "type", "payInNum": "count", "payInAmnt": "amount"}),
    "pay_outs": ("reportPayOuts/reportPayOut", {"payOutType": "type", "payOutNum": "count", "payOutAmnt": "amount"}),
}  # fmt: skip


UNREAD: Final = pl.Schema({"report_no": pl.UInt32(), "element": pl.String(), "value": pl.String()})


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports of one file, all text; rows of the parts name their report by ``report_no``."""

    heads: pl.DataFrame
    parts: Mapping[str, pl.DataFrame]
    unread: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNREAD))
    """UNREAD: amounts that are none."""


def read_reports(data: mmap.mmap | bytes, layout: Layout) -> Reports:
    """Return every report of every till.

    Raises:
        MalformedFile: A report is no well-formed XML.
    """
    heads: list[dict[str, str | int | None]] = []
    parts: dict[str, list[dict[str, str | int | None]]] = {name: [] for name in PARTS}
    for till_no, till in enumerate(layout.tills):
        for line, element in _reports(data, layout, till.events):
            number = len(heads)
            heads.append({"report_no": number, "till_no": till_no, "line": line, **_texts(element, HEAD)})
            for name, (path, columns) in PARTS.items():
                rows = element.iterfind(_path(path))
                parts[name] += [{"report_no": number, **_texts(row, columns)} for row in rows]
    return Reports(
        pl.DataFrame(heads, schema=_schema(("report_no", "till_no", "line"), HEAD), orient="row"),
        {
            name: pl.DataFrame(rows, schema=_schema(("report_no",), PARTS[name][1]), orient="row")
            for name, rows in parts.items()
        },
    )


def _schema(numbers: tuple[str, ...], columns: Mapping[str, str]) -> pl.Schema:
    return pl.Schema({**dict.fromkeys(numbers, pl.UInt32()), **dict.fromkeys(columns.values(), pl.String())})


def _reports(data: mmap.mmap | bytes, layout: Layout, run: Run) -> Iterator[tuple[int, etree._Element]]:
    """Yield each report with the line of the file it begins on."""
    from lxml import etree

    opening, closing = layout.tag(REPORT), layout.end_tag(REPORT)
    shell = f'<{layout.prefix}x xmlns{":" + layout.prefix[:-1] if layout.prefix else ""}="{NAMESPACE}">'.encode()
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    counted = position = run.start
    line = run.line
    while (start := data.find(opening, position, run.end)) >= 0:
        end = data.find(closing, start, run.end)
        if end < 0:
            raise MalformedFile("a report is never closed: the file was cut off or edited. Export it again")
        position = end + len(closing)
        line += bytes(data[counted:start]).count(b"\n")
        counted = start
        try:
            tree = etree.fromstring(shell + bytes(data[start:position]) + f"</{layout.prefix}x>".encode(), parser)
        except etree.XMLSyntaxError as error:
            raise MalformedFile(f"a report is no well-formed XML: {error.msg}") from None
        yield line, tree[0]


def _texts(element: etree._Element, columns: Mapping[str, str]) -> dict[str, str | int | None]:
    found: dict[str, str | int | None] = {}
    for path, name in columns.items():
        text = element.findtext(_path(path))
        found[name] = text.strip() if text is not None else None
    return found


def _path(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))

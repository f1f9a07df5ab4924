"""Expenses as rows of PEAK's import template, with their payment and the tax withheld.

The template wants the rate withheld, not the amount, and a payment in the rows of its expense. What stands once for the
whole document (payment, form of the tax) is written into its first row only.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from exports.import_files.peak_cells import PRICE_TYPES, Row, cell_text, no, number_text, vat_cell
from exports.import_files.peak_columns import (
    EXPENSE_COLUMNS,
    HEAD_OFFICE,
    INVOICE_COLUMNS_OF_SUPPLIER,
    PAYMENT_COLUMNS,
    REFERENCE_MAX,
    ExcelOptions,
)
from recon.domain.document import Document, DocumentLine
from recon.frames.text import fold
from recon.targets.base import Objection

_FULL: Final = 10_000


def expense_rows(document: Document, sequence: int, options: ExcelOptions, payment: Document | None) -> list[Row]:
    """Return one row per line; ``payment``: of this expense, None where it is not paid yet."""
    by_tax_id = document.contact_tax_id is not None
    head = {
        "ลำดับที่* ": str(sequence),
        "วันที่เอกสาร": f"{document.issued_on:%Y%m%d}",
        "อ้างอิงถึง": cell_text(document.number or document.order_number)[:REFERENCE_MAX].strip(),
        "ผู้รับเงิน/คู่ค้า": "" if by_tax_id else cell_text(document.contact_code),
        "เลขทะเบียน 13 หลัก": document.contact_tax_id or "",
        "เลขสาขา 5 หลัก": (document.contact_branch or HEAD_OFFICE) if by_tax_id else "",
        **invoice_cells(document),
        "ประเภทราคา": PRICE_TYPES[document.vat_mode],
        "หมายเหตุ": cell_text(document.remark),
    }
    rows = []
    for place, line in enumerate(document.lines):
        once = {**payment_cells(payment), "ภ.ง.ด. (ถ้ามี)": _form(document, options)} if place == 0 else {}
        cells = {**head, **_line_cells(line, options), **once}
        rows.append(tuple(cells.get(column, "") for column in EXPENSE_COLUMNS))
    return rows


def _line_cells(line: DocumentLine, options: ExcelOptions) -> dict[str, str]:
    rate = _rate(line, options)
    return {
        "บัญชี": cell_text(line.account_code),
        "คำอธิบาย": cell_text(line.description),
        "จำนวน": number_text(line.quantity_milli, 3),
        "ราคาต่อหน่วย": number_text(line.unit_price_minor, 2),
        "อัตราภาษี": vat_cell(line, options),
        "หัก ณ ที่จ่าย (ถ้ามี)": f"{number_text(rate, 2)}%" if rate and line.wht_minor else "",
    }


def invoice_cells(document: Document) -> dict[str, str]:
    """Return the cells of the supplier's tax invoice by their headings; empty ones where nobody entered it."""
    days = (f"{day:%Y%m%d}" if day else "" for day in (document.supplier_invoice_on, document.input_vat_on))
    return dict(zip(INVOICE_COLUMNS_OF_SUPPLIER, (cell_text(document.supplier_invoice), *days), strict=True))


def payment_cells(payment: Document | None) -> dict[str, str]:
    """Return the cells of a payment by their headings; empty ones where there is none."""
    if payment is None:
        return dict.fromkeys(PAYMENT_COLUMNS, "")
    return dict(
        zip(PAYMENT_COLUMNS, (cell_text(payment.payment_method), number_text(payment.paid_minor, 2)), strict=True)
    )


def _form(document: Document, options: ExcelOptions) -> str:
    is_juristic = (document.contact_tax_id or "").startswith("0")
    return options.withheld_form if document.wht_minor and is_juristic else ""


def _rate(line: DocumentLine, options: ExcelOptions) -> int:
    return options.withholding.get(fold(line.sku) if line.sku else line.kind, 0)


def rate_objections(document: Document, options: ExcelOptions) -> list[Objection]:
    """Return an objection where today's rates are not those the expense was approved with."""
    net: defaultdict[int, int] = defaultdict(int)
    withheld: defaultdict[int, int] = defaultdict(int)
    for line in document.lines:
        rate = _rate(line, options) if line.wht_minor else 0
        net[rate] += line.net_minor
        withheld[rate] += line.wht_minor
    if all((2 * net[rate] * rate + _FULL) // (2 * _FULL) == withheld[rate] for rate in net):
        return []
    words = "The rates of tax withheld in recon.toml are no longer those this expense was approved with."
    return [no("withheld", words, "Set purchases.by_sku as it was, or plan again.")]


def payment_objections(document: Document) -> list[Objection]:
    """Return why a payment cannot stand in an import file: only beside its own expense it can."""
    if document.depends_on is None:
        words = (
            "PEAK's template takes a payment only together with its expense, and this expense stands in PEAK already."
        )
        return [no("kind", words, "Enter the payment in PEAK by hand, then confirm it here.")]
    if not document.payment_method:
        return [no("payment_method", "The payment names no channel.", "Map the payment channel.")]
    return []

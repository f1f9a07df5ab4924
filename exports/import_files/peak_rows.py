"""Documents as rows of PEAK's import templates, and what the templates cannot hold.

A row is all text, one cell per column of its template; cells of number columns hold plain numbers without thousands
marks. Rows of one document share the number in the first column.
"""

from __future__ import annotations

import re
from typing import Final

from exports.import_files.peak_cells import PRICE_TYPES, Row, cell_text, no, number_text, vat_cell
from exports.import_files.peak_columns import (
    CONTACT_CODE_MAX,
    CREDIT_NOTE,
    EXPENSE,
    HEAD_OFFICE,
    INVOICE_COLUMNS,
    JOURNALS,
    MAX_ROWS,
    NUMBER_MAX,
    PAYS_IN_ROW,
    RECEIPT_COLUMNS,
    REFERENCE_MAX,
    SUPPLIER_CREDIT,
    TEMPLATES,
    ExcelOptions,
)  # fmt: skip
from exports.import_files.peak_expenses import expense_rows, payment_cells, payment_objections, rate_objections
from recon.domain.document import Document, DocumentLine
from recon.targets.base import Objection

_ACCOUNT: Final = re.compile(r"[0-9]{6}", re.ASCII)
_TAX_ID: Final = re.compile(r"[0-9]{13}", re.ASCII)
_BRANCH: Final = re.compile(r"[0-9]{5}", re.ASCII)
_JOURNAL_KINDS: Final = frozenset(template.kind for template in JOURNALS)


def rows_of(document: Document, sequence: int, options: ExcelOptions, payment: Document | None = None) -> list[Row]:
    """Return the rows of one document; it has no objections. ``payment``: of an expense, in the same rows."""
    if document.kind in _JOURNAL_KINDS:
        return _journal_rows(document, sequence, options)
    if document.kind == EXPENSE.kind:
        return expense_rows(document, sequence, options, payment)
    if document.kind == PAYS_IN_ROW:
        return [tuple(payment_cells(document).values())]
    return [_sale_row(document, line, sequence, options) for line in document.lines]


def _sale_row(document: Document, line: DocumentLine, sequence: int, options: ExcelOptions) -> Row:
    by_tax_id = document.contact_tax_id is not None
    cells = {
        "ลำดับที่*": str(sequence),
        "วันที่เอกสาร": f"{document.issued_on:%Y%m%d}",
        "เลขที่เอกสาร": cell_text(document.number),
        "อ้างอิงถึง": cell_text(document.order_number)[:REFERENCE_MAX].strip(),
        "ลูกค้า": "" if by_tax_id else cell_text(document.contact_code),
        "เลขทะเบียน 13 หลัก": document.contact_tax_id or "",
        "เลขสาขา 5 หลัก": (document.contact_branch or HEAD_OFFICE) if by_tax_id else "",
        "การออกใบกำกับภาษี": options.tax_invoice_yes if document.is_tax_invoice else options.tax_invoice_no,
        "ประเภทราคา": PRICE_TYPES[document.vat_mode],
        "สินค้า/บริการ": cell_text(line.product_code),
        "บัญชี": cell_text(line.account_code),
        "คำอธิบาย": cell_text(line.description),
        "จำนวน": number_text(line.quantity_milli, 3),
        "ราคาต่อหน่วย": number_text(line.unit_price_minor, 2),
        "ส่วนลดต่อหน่วย": "0",  # discounts are inside the unit price already
        "อัตราภาษี": vat_cell(line, options),
        "รับชำระโดย": cell_text(document.payment_method),
        "หมายเหตุ": cell_text(document.remark),
    }
    cells["เป็นใบกำกับภาษี"] = cells["การออกใบกำกับภาษี"]
    columns = RECEIPT_COLUMNS if document.kind == "receipt" else INVOICE_COLUMNS
    return tuple(cells.get(column, "") for column in columns)


def _journal_rows(document: Document, sequence: int, options: ExcelOptions) -> list[Row]:
    """One row per posting; what concerns the whole entry stands in the first row only, as in filled templates."""
    words = f"ใบลดหนี้ {document.number or ''} อ้างอิง {document.applies_to_number or ''} {document.remark}"
    book = options.journal_book
    if document.kind == SUPPLIER_CREDIT.kind:
        words, book = f"ใบลดหนี้จากผู้ขาย {document.number or ''} {document.remark}", options.purchase_book
    head = {
        "สมุดบัญชี": book,
        "วันที่รายการ (YYYYMMDD)": f"{document.issued_on:%Y%m%d}",
        "อ้างอิง": cell_text(document.number or document.order_number),
        "ผู้ติดต่อ": cell_text(document.contact_code),
        "คำอธิบายการบันทึกบัญชี": cell_text(words),
    }
    rows = []
    for place, posting in enumerate(document.postings):
        cells = {
            **(head if place == 0 else {}),
            "ลำดับที": str(sequence),
            "เลขที่บัญชี*": cell_text(posting.account_code),
            "เดบิต": number_text(posting.debit_minor, 2) if posting.debit_minor else "",
            "เครดิต": number_text(posting.credit_minor, 2) if posting.credit_minor else "",
        }
        rows.append(tuple(cells.get(column, "") for column in CREDIT_NOTE.columns))
    return rows


def objections(document: Document, options: ExcelOptions) -> list[Objection]:
    """Return everything that keeps a document out of an import file."""
    if document.kind == "void":
        return [no("kind", "An import file cannot void a document.", "Void it in PEAK by hand, then confirm it here.")]
    if document.kind == "payment":
        return [
            no(
                "kind",
                "A payment on an invoice needs PEAK's template 'ใบเสร็จรับเงินจากใบแจ้งหนี้', whose columns nobody has verified.",
                "Enter the payment in PEAK by hand, or with that template, then confirm it here.",
            )
        ]
    if document.kind == PAYS_IN_ROW:
        return payment_objections(document)
    if document.kind not in TEMPLATES:
        return [no("kind", f"There is no import template for {document.kind!r}.", "Enter it in PEAK by hand.")]
    found = _head_objections(document)
    if document.kind in _JOURNAL_KINDS:
        return found + _journal_objections(document)
    if document.kind == EXPENSE.kind:
        found += rate_objections(document, options)
    return found + _sale_objections(document, options)


def _head_objections(document: Document) -> list[Objection]:
    found = []
    if document.currency != "THB":
        found.append(no("currency", f"PEAK's templates take baht only, not {document.currency}.", "Post it by hand."))
    if document.number is not None and not 0 < len(cell_text(document.number)) <= NUMBER_MAX:
        found.append(
            no(
                "number",
                f"The number {document.number!r} has no or more than {NUMBER_MAX} characters.",
                "Shorten number_prefix.",
            )
        )
    if document.number is not None and cell_text(document.number) != document.number:
        found.append(
            no(
                "number",
                f"The number {document.number!r} holds characters a cell would change.",
                "Correct the order's number.",
            )
        )
    if document.number is None and len(cell_text(document.order_number)) > REFERENCE_MAX:
        words = f"Without a number of its own it is found by its order number only, which is longer than {REFERENCE_MAX} characters."
        found.append(no("order_number", words, 'Set numbering = "source".'))
    if document.contact_tax_id is None and not 0 < len(document.contact_code) <= CONTACT_CODE_MAX:
        words = f"PEAK contact codes have 1 to {CONTACT_CODE_MAX} characters, not {document.contact_code!r}."
        found.append(no("contact_code", words, "Set contacts.default to a code that exists in PEAK."))
    return found


def _sale_objections(document: Document, options: ExcelOptions) -> list[Objection]:
    found = []
    if not document.lines or len(document.lines) > MAX_ROWS:
        found.append(
            no(
                "lines",
                f"A document has 1 to {MAX_ROWS} lines in an import file, not {len(document.lines)}.",
                "Post it by hand.",
            )
        )
    if document.contact_tax_id is not None and not _TAX_ID.fullmatch(document.contact_tax_id):
        found.append(
            no("contact_tax_id", f"{document.contact_tax_id!r} is not 13 digits.", "Correct the tax id in the shop.")
        )
    if document.contact_tax_id is not None and not _BRANCH.fullmatch(document.contact_branch or HEAD_OFFICE):
        found.append(
            no("contact_branch", f"{document.contact_branch!r} is not 5 digits.", "Correct the branch in the shop.")
        )
    if document.kind == "receipt":
        if not document.payment_method:
            found.append(
                no("payment_method", "A receipt names the channel the money came through.", "Map the payment channel.")
            )
        if document.paid_minor != document.total_minor:
            words = "The receipt template has no column for the amount: PEAK takes the whole total as paid."
            found.append(no("paid_minor", words, "Post a partly paid receipt by hand."))
    for line in document.lines:
        found.extend(_line_objections(document, line, options))
    return found


def _line_objections(document: Document, line: DocumentLine, options: ExcelOptions) -> list[Objection]:
    found = []
    where = f"line {line.line_no}"
    if not line.product_code and not line.account_code:
        found.append(no(where, "It has neither a product nor an account.", "Link the product or set accounts.sales."))
    if line.unit_price_minor < 0 or line.quantity_milli <= 0:
        found.append(no(where, "Whether PEAK imports lines below zero is not verified.", "Post it by hand."))
    if line.vat_code == "vat0" and not options.vat_0:
        found.append(no(where, "What อัตราภาษี holds for the zero rate is not verified.", "Post it by hand."))
    if document.vat_mode == "none" and line.vat_code == "vat7":
        found.append(no(where, "A document without VAT has a line with VAT 7 %.", "Check the VAT settings."))
    return found


def _journal_objections(document: Document) -> list[Objection]:
    found = []
    if not document.postings or len(document.postings) > MAX_ROWS:
        found.append(no("postings", f"A journal entry has 1 to {MAX_ROWS} postings.", "Post it by hand."))
    strange = sorted({p.account_code for p in document.postings if not _ACCOUNT.fullmatch(p.account_code)})
    if strange:
        words = f"A journal needs account codes of six digits; not one: {', '.join(repr(code) for code in strange)}."
        found.append(no("postings", words, "Set [accounts], and the account behind each payment channel."))
    if not document.contact_code:
        found.append(no("contact_code", "A journal entry names a contact.", "Set contacts.default."))
    return found

"""Documents as rows of PEAK's import templates, and what the templates cannot hold.

A row is all text, one cell per column of its template; cells of number columns hold plain numbers without thousands
marks. Rows of one document share the number in the first column.
"""

from __future__ import annotations

import re
from typing import Final

from exports.import_files.peak_columns import (
    CONTACT_CODE_MAX,
    CREDIT_NOTE,
    HEAD_OFFICE,
    INVOICE_COLUMNS,
    MAX_ROWS,
    NUMBER_MAX,
    RECEIPT_COLUMNS,
    REFERENCE_MAX,
    TEMPLATES,
    ExcelOptions,
)  # fmt: skip
from exports.safe_text import safe_text
from recon.domain.document import Document, DocumentLine
from recon.targets.base import Objection

Row = tuple[str, ...]

_ACCOUNT: Final = re.compile(r"[0-9]{6}", re.ASCII)
_TAX_ID: Final = re.compile(r"[0-9]{13}", re.ASCII)
_BRANCH: Final = re.compile(r"[0-9]{5}", re.ASCII)
_PRICE_TYPES: Final = {"excluded": "1", "included": "2", "none": "3"}
"""ประเภทราคา: 1 without VAT, 2 with VAT, 3 no VAT."""


def cell_text(value: str | None) -> str:
    """Return outside text for a cell: one line, no control characters, no surrounding space."""
    return " ".join(safe_text((value or "").replace("\r", " ").replace("\n", " ").replace("\t", " ")).split())


def number_text(value: int, digits: int) -> str:
    """Return a whole number of small units as plain text without needless zeros: 10700, 2 digits -> 107."""
    whole, part = divmod(abs(value), 10**digits)
    fraction = f"{part:0{digits}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"


def rows_of(document: Document, sequence: int, options: ExcelOptions) -> list[Row]:
    """Return the rows of one document; it has no objections."""
    if document.kind == CREDIT_NOTE.kind:
        return _journal_rows(document, sequence, options)
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
        "ประเภทราคา": _PRICE_TYPES[document.vat_mode],
        "สินค้า/บริการ": cell_text(line.product_code),
        "บัญชี": cell_text(line.account_code),
        "คำอธิบาย": cell_text(line.description),
        "จำนวน": number_text(line.quantity_milli, 3),
        "ราคาต่อหน่วย": number_text(line.unit_price_minor, 2),
        "ส่วนลดต่อหน่วย": "0",  # discounts are inside the unit price already
        "อัตราภาษี": _vat_cell(line, options),
        "รับชำระโดย": cell_text(document.payment_method),
        "หมายเหตุ": cell_text(document.remark),
    }
    cells["เป็นใบกำกับภาษี"] = cells["การออกใบกำกับภาษี"]
    columns = RECEIPT_COLUMNS if document.kind == "receipt" else INVOICE_COLUMNS
    return tuple(cells.get(column, "") for column in columns)


def _vat_cell(line: DocumentLine, options: ExcelOptions) -> str:
    return {"vat7": options.vat_7, "vat0": options.vat_0, "none": options.vat_none}[line.vat_code]


def _journal_rows(document: Document, sequence: int, options: ExcelOptions) -> list[Row]:
    """One row per posting; what concerns the whole entry stands in the first row only, as in filled templates."""
    words = f"ใบลดหนี้ {document.number or ''} อ้างอิง {document.applies_to_number or ''} {document.remark}"
    head = {
        "สมุดบัญชี": options.journal_book,
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


def _no(field: str, text: str, remedy: str) -> Objection:
    return Objection(field=field, text=text, remedy=remedy)


def objections(document: Document, options: ExcelOptions) -> list[Objection]:
    """Return everything that keeps a document out of an import file."""
    if document.kind == "void":
        return [_no("kind", "An import file cannot void a document.", "Void it in PEAK by hand, then confirm it here.")]
    if document.kind == "payment":
        return [
            _no(
                "kind",
                "A payment on an invoice needs PEAK's template 'ใบเสร็จรับเงินจากใบแจ้งหนี้', whose columns nobody has verified.",
                "Enter the payment in PEAK by hand, or with that template, then confirm it here.",
            )
        ]
    if document.kind not in TEMPLATES:
        return [_no("kind", f"There is no import template for {document.kind!r}.", "Enter it in PEAK by hand.")]
    found = _head_objections(document)
    if document.kind == CREDIT_NOTE.kind:
        return found + _journal_objections(document)
    return found + _sale_objections(document, options)


def _head_objections(document: Document) -> list[Objection]:
    found = []
    if document.currency != "THB":
        found.append(_no("currency", f"PEAK's templates take baht only, not {document.currency}.", "Post it by hand."))
    if document.number is not None and not 0 < len(cell_text(document.number)) <= NUMBER_MAX:
        found.append(
            _no(
                "number",
                f"The number {document.number!r} has no or more than {NUMBER_MAX} characters.",
                "Shorten number_prefix.",
            )
        )
    if document.number is not None and cell_text(document.number) != document.number:
        found.append(
            _no(
                "number",
                f"The number {document.number!r} holds characters a cell would change.",
                "Correct the order's number.",
            )
        )
    if document.number is None and len(cell_text(document.order_number)) > REFERENCE_MAX:
        words = f"Without a number of its own it is found by its order number only, which is longer than {REFERENCE_MAX} characters."
        found.append(_no("order_number", words, 'Set numbering = "source".'))
    if document.contact_tax_id is None and not 0 < len(document.contact_code) <= CONTACT_CODE_MAX:
        words = f"PEAK contact codes have 1 to {CONTACT_CODE_MAX} characters, not {document.contact_code!r}."
        found.append(_no("contact_code", words, "Set contacts.default to a code that exists in PEAK."))
    return found


def _sale_objections(document: Document, options: ExcelOptions) -> list[Objection]:
    found = []
    if not document.lines or len(document.lines) > MAX_ROWS:
        found.append(
            _no(
                "lines",
                f"A document has 1 to {MAX_ROWS} lines in an import file, not {len(document.lines)}.",
                "Post it by hand.",
            )
        )
    if document.contact_tax_id is not None and not _TAX_ID.fullmatch(document.contact_tax_id):
        found.append(
            _no("contact_tax_id", f"{document.contact_tax_id!r} is not 13 digits.", "Correct the tax id in the shop.")
        )
    if document.contact_tax_id is not None and not _BRANCH.fullmatch(document.contact_branch or HEAD_OFFICE):
        found.append(
            _no("contact_branch", f"{document.contact_branch!r} is not 5 digits.", "Correct the branch in the shop.")
        )
    if document.kind == "receipt":
        if not document.payment_method:
            found.append(
                _no("payment_method", "A receipt names the channel the money came through.", "Map the payment channel.")
            )
        if document.paid_minor != document.total_minor:
            words = "The receipt template has no column for the amount: PEAK takes the whole total as paid."
            found.append(_no("paid_minor", words, "Post a partly paid receipt by hand."))
    for line in document.lines:
        found.extend(_line_objections(document, line, options))
    return found


def _line_objections(document: Document, line: DocumentLine, options: ExcelOptions) -> list[Objection]:
    found = []
    where = f"line {line.line_no}"
    if not line.product_code and not line.account_code:
        found.append(_no(where, "It has neither a product nor an account.", "Link the product or set accounts.sales."))
    if line.unit_price_minor < 0 or line.quantity_milli <= 0:
        found.append(_no(where, "Whether PEAK imports lines below zero is not verified.", "Post it by hand."))
    if line.vat_code == "vat0" and not options.vat_0:
        found.append(_no(where, "What อัตราภาษี holds for the zero rate is not verified.", "Post it by hand."))
    if document.vat_mode == "none" and line.vat_code == "vat7":
        found.append(_no(where, "A document without VAT has a line with VAT 7 %.", "Check the VAT settings."))
    return found


def _journal_objections(document: Document) -> list[Objection]:
    found = []
    if not document.postings or len(document.postings) > MAX_ROWS:
        found.append(_no("postings", f"A journal entry has 1 to {MAX_ROWS} postings.", "Post it by hand."))
    strange = sorted({p.account_code for p in document.postings if not _ACCOUNT.fullmatch(p.account_code)})
    if strange:
        words = f"A journal needs account codes of six digits; not one: {', '.join(repr(code) for code in strange)}."
        found.append(_no("postings", words, "Set [accounts], and the account behind each payment channel."))
    if not document.contact_code:
        found.append(_no("contact_code", "A journal entry names a contact.", "Set contacts.default."))
    return found

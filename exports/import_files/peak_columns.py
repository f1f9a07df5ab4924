"""The columns of PEAK's import templates and what stands in them.

Headings and their order are those of the templates as others hold them: receipts and journals from copies of the real
ones, invoices from two exporters. Values marked *unverified* in docs/unverified.md are settings here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

RECEIPT_COLUMNS: Final = (
    "ลำดับที่*", "วันที่เอกสาร", "เลขที่เอกสาร", "อ้างอิงถึง", "ลูกค้า", "เลขทะเบียน 13 หลัก", "เลขสาขา 5 หลัก",
    "การออกใบกำกับภาษี", "ประเภทราคา", "สินค้า/บริการ", "บัญชี", "คำอธิบาย", "จำนวน", "ราคาต่อหน่วย", "ส่วนลดต่อหน่วย",
    "อัตราภาษี", "ถูกหัก ณ ที่จ่าย(ถ้ามี)", "รับชำระโดย", "หมายเหตุ", "กลุ่มจัดประเภท",
)  # fmt: skip
"""PEAK_ImportReceipt: 20 columns."""

INVOICE_COLUMNS: Final = (
    "ลำดับที่*", "วันที่เอกสาร", "เลขที่เอกสาร", "อ้างอิงถึง", "ลูกค้า", "เลขทะเบียน 13 หลัก", "เลขสาขา 5 หลัก",
    "เป็นใบกำกับภาษี", "ประเภทราคา", "สินค้า/บริการ", "บัญชี", "คำอธิบาย", "จำนวน", "ราคาต่อหน่วย", "ส่วนลดต่อหน่วย",
    "อัตราภาษี", "ถูกหัก ณ ที่จ่าย(ถ้ามี)", "หมายเหตุ", "กลุ่มจัดประเภท",
)  # fmt: skip
"""Invoice template: 19 columns, as the receipt's without the payment channel."""

JOURNAL_COLUMNS: Final = (
    "ลำดับที", "สมุดบัญชี", "วันที่รายการ (YYYYMMDD)", "อ้างอิง", "ผู้ติดต่อ", "คำอธิบายการบันทึกบัญชี", "เลขที่บัญชี*", "บัญชีย่อย",
    "คำอธิบายรายการ (ว่างเพื่อให้ระบบใส่ให้)", "เดบิต", "เครดิต", "กลุ่มจัดประเภท",
)  # fmt: skip
"""PEAK_ImportJournal: 12 columns; the first is spelled without its last mark, as in the template."""

EXPENSE_COLUMNS: Final = (
    "ลำดับที่* ", "วันที่เอกสาร", "อ้างอิงถึง", "ผู้รับเงิน/คู่ค้า", "เลขทะเบียน 13 หลัก", "เลขสาขา 5 หลัก",
    "เลขที่ใบกำกับฯ (ถ้ามี)", "วันที่ใบกำกับฯ (ถ้ามี)", "วันที่บันทึกภาษีซื้อ (ถ้ามี)", "ประเภทราคา", "บัญชี", "คำอธิบาย", "จำนวน",
    "ราคาต่อหน่วย", "อัตราภาษี", "หัก ณ ที่จ่าย (ถ้ามี)", "ชำระโดย", "จำนวนเงินที่ชำระ", "ภ.ง.ด. (ถ้ามี)", "หมายเหตุ", "กลุ่มจัดประเภท",
)  # fmt: skip
"""PEAK_ImportExpense: 21 columns; the first ends with a space, as in the template. PEAK gives the document's number."""
PAYMENT_COLUMNS: Final = ("ชำระโดย", "จำนวนเงินที่ชำระ")
"""Columns of the expense template that hold its payment."""
INVOICE_COLUMNS_OF_SUPPLIER: Final = ("เลขที่ใบกำกับฯ (ถ้ามี)", "วันที่ใบกำกับฯ (ถ้ามี)", "วันที่บันทึกภาษีซื้อ (ถ้ามี)")
"""Columns of the expense template that hold the supplier's tax invoice, as far as a person entered it."""

NUMBER_COLUMNS: Final = frozenset({
    "ลำดับที่*", "ลำดับที่* ", "ลำดับที", "จำนวน", "ราคาต่อหน่วย", "ส่วนลดต่อหน่วย", "เดบิต", "เครดิต", "จำนวนเงินที่ชำระ",
})  # fmt: skip
"""Written as numbers; everything else is text, or leading zeros vanish."""

MAX_ROWS: Final = 1_000
"""Lines PEAK takes in one file, as one exporter in daily use reports; longer batches go into several files."""
REFERENCE_MAX: Final = 32
"""Longest text in อ้างอิงถึง, as one exporter cuts it."""
CONTACT_CODE_MAX: Final = 16
NUMBER_MAX: Final = 30
HEAD_OFFICE: Final = "00000"


@dataclass(frozen=True, slots=True)
class Template:
    """One import template."""

    kind: str
    """Document kind it takes."""
    file: str
    """Beginning of the file name."""
    sheet: str
    columns: tuple[str, ...]
    number_column: str
    """Where our own number stands."""
    reference_column: str


RECEIPT: Final = Template("receipt", "PEAK_ImportReceipt", "Import_Receipt", RECEIPT_COLUMNS, "เลขที่เอกสาร", "อ้างอิงถึง")
INVOICE: Final = Template("invoice", "PEAK_ImportInvoice", "Import_Invoice", INVOICE_COLUMNS, "เลขที่เอกสาร", "อ้างอิงถึง")
CREDIT_NOTE: Final = Template(
    "credit_note", "PEAK_ImportJournal", "Import Multiple Journal", JOURNAL_COLUMNS, "อ้างอิง", "อ้างอิง"
)
"""There is no template for credit notes; a journal takes them, and its reference is the only place for a number."""
EXPENSE: Final = Template("expense", "PEAK_ImportExpense", "Import_Expense", EXPENSE_COLUMNS, "อ้างอิงถึง", "อ้างอิงถึง")
SUPPLIER_CREDIT: Final = Template(
    "supplier_credit", "PEAK_ImportJournal_Purchases", "Import Multiple Journal", JOURNAL_COLUMNS, "อ้างอิง", "อ้างอิง"
)
"""The same journal template in a file of its own, for suppliers' credits."""
JOURNALS: Final = (CREDIT_NOTE, SUPPLIER_CREDIT)
TEMPLATES: Final = {template.kind: template for template in (RECEIPT, INVOICE, CREDIT_NOTE, EXPENSE, SUPPLIER_CREDIT)}
PAYS_IN_ROW: Final = "expense_payment"
"""Kind that stands in the rows of the document it pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcelOptions:
    """Cell values that differ between versions of the templates, or that nobody has verified in PEAK itself."""

    tax_invoice_yes: str = "1"
    """การออกใบกำกับภาษี / เป็นใบกำกับภาษี: issue one. 1 and 2 are what two exporters in use write."""
    tax_invoice_no: str = "2"
    """The same: do not issue one."""
    vat_7: str = "7%"
    """อัตราภาษี for VAT 7 %; PEAK also takes 0.07."""
    vat_none: str = "NO"
    """อัตราภาษี without VAT."""
    vat_0: str = ""
    """อัตราภาษี for the zero rate; unknown, so such documents are held while this is empty."""
    journal_book: str = "รายวันทั่วไป"
    """สมุดบัญชี for credit notes: the general journal, the only name seen in a filled template."""
    invoice_sheet: str = "Import_Invoice"
    """Name of the sheet of the invoice template; unverified."""
    purchase_book: str = "รายวันซื้อ"
    """สมุดบัญชี for suppliers' credits, as one team imports them."""
    withheld_form: str = "53"
    """ภ.ง.ด. of tax withheld from a juristic person; the form for others is not known and left empty."""
    withholding: Mapping[str, int] = field(default_factory=dict)
    """Rate withheld by folded SKU or kind of charge, in hundredths of a percent; the template wants rates, not amounts."""

"""Sheets of a month's VAT: the sales tax report, the input tax report, invoices whose VAT waits, and what is not in the figures."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table, make_table
from exports.sheets.context import title_of, words
from exports.words import ENGLISH, N_, Words
from recon.service.vat_report import VatReport

SALES, PURCHASES, NOT_DUE, DIFFERS, APART = "sales", "purchases", "not_due", "differs", "apart"

_AMOUNTS: Final = (
    Column("taxable_minor", "Taxable, without VAT มูลค่า", "money", 16, total=True),
    Column("zero_minor", "Zero-rated อัตราร้อยละ 0", "money", 14, total=True),
    Column("exempt_minor", "Exempt or no VAT ยกเว้น", "money", 14, total=True),
    Column("vat_minor", "VAT ภาษีมูลค่าเพิ่ม", "money", 14, total=True),
    Column("total_minor", "Total รวม", "money", 16, total=True),
)
_PLACE: Final = (
    Column("note", "Note หมายเหตุ", width=46, ours="sentences"),
    Column("order_number", "Order", width=18),
    Column("connection", "Connection", width=14),
    Column("state", "State", width=10, ours="words"),
    Column("document_key", "Document key", width=36),
)


def _head(number: str, contact: str) -> tuple[Column, ...]:
    return (
        Column("issued_on", "Date วันที่", "date", 12),
        Column("number", number, width=22),
        Column("kind", "Kind", width=13, ours="words"),
        Column("contact_name", contact, width=28),
        Column("contact_tax_id", "Tax id เลขประจำตัวผู้เสียภาษี", width=18),
        Column("contact_branch", "Branch สาขา", width=10),
    )


_APPLIES: Final = (
    Column("applies_to_number", "Pays, credits or voids อ้างอิง", width=22),
    Column("applies_on", "Of วันที่", "date", 12),
)
_SALES: Final = (*_head(N_("Tax invoice เลขที่ใบกำกับภาษี"), N_("Buyer ผู้ซื้อ")), *_AMOUNTS, *_APPLIES, *_PLACE)
_PURCHASES: Final = (
    *_head(N_("Our document เลขที่เอกสาร"), N_("Supplier ผู้ขาย")),
    Column("supplier_number", "Supplier's tax invoice เลขที่ใบกำกับภาษี", width=24),
    Column("tax_invoice_on", "Its day วันที่ใบกำกับภาษี", "date", 12),
    Column(
        "claim",
        "Claimable ใช้หักได้",
        width=15,
        tones={"yes": "good", "no number": "warn", "no tax invoice": "warn"},
        ours="words",
    ),
    *_AMOUNTS,
    Column("entered_by", "Number entered by", width=18),
    Column("entered_on", "Entered on", "date", 12),
    Column("booked", "Our posting has VAT as", width=14, ours="words"),
    *_PLACE,
)
_APART: Final = (
    Column("what", "What", width=18, ours="words"),
    Column("reason", "Why", width=26),
    Column("title", "What is the matter", width=50, ours="words"),
    Column("day", "Date วันที่", "date", 12),
    Column("number", "Document or order", width=24),
    Column("kind", "Kind", width=13, ours="words"),
    Column("sold_minor", "Adds to sales", "money", 16, total=True),
    Column("bought_minor", "Adds to purchases", "money", 16, total=True),
    Column("connection", "Connection", width=14),
)
_DIFFERS: Final = (
    Column("block", "Sales or purchases", width=12, ours="words"),
    Column("issued_on", "Date วันที่", "date", 12),
    Column("number", "Document", width=22),
    Column("kind", "Kind", width=13, ours="words"),
    Column("total_minor", "Total by recon", "money", 16),
    Column("ledger_minor", "Total in the ledger", "money", 16),
    Column("difference_minor", "Ledger less recon", "money", 15),
    Column("vat_minor", "VAT by recon", "money", 14),
    Column("ledger_vat_minor", "VAT in the ledger", "money", 14),
    Column("vat_difference_minor", "Ledger less recon, VAT", "money", 15),
    Column("batch_id", "Batch", width=10),
    Column("read_at", "Read of the ledger", width=26),
    Column("connection", "Connection", width=14),
    Column("document_key", "Document key", width=36),
)
_PRINTED: Final = {SALES: 13, PURCHASES: 15, NOT_DUE: 11, DIFFERS: 10, APART: 9}


def vat_tables(report: VatReport, words_of: Words = ENGLISH) -> dict[str, Table]:
    """Return the tables of a month, by their keys."""
    lists = report.lists
    return {
        SALES: _table(
            report, SALES, "Sales tax report",
            "รายงานภาษีขาย: tax invoices of the month and sales without VAT; credit notes and voids are negative, in their own month.",
            _SALES, lists.sales, words_of,
        ),
        PURCHASES: _table(
            report, PURCHASES, "Input tax report",
            "รายงานภาษีซื้อ: suppliers' documents of the month, and of other months where a tax invoice is claimed in this one. Only rows that say yes under Claimable count.",
            _PURCHASES, lists.purchases, words_of,
        ),
        NOT_DUE: _table(
            report, NOT_DUE, "VAT not due",
            "Invoices that are no tax invoices and were not paid by the end of the month: their VAT is due when they are paid.",
            _SALES, lists.not_due, words_of,
        ),
        DIFFERS: _table(
            report, DIFFERS, "Ledger differs",
            "Documents of which the ledger, when it was last read, had another total or another VAT than the lists. Not read: not here.",
            _DIFFERS, report.unlike, words_of,
        ),
        APART: _table(
            report, APART, "Not in these figures",
            "Of this month, and in none of the figures: what is held, left out, planned or approved and not posted.",
            _APART, report.apart_rows.with_columns(title_of("reason").alias("title")), words_of,
        ),
    }  # fmt: skip


def _table(
    report: VatReport,
    key: str,
    title: str,
    about: str,
    columns: tuple[Column, ...],
    frame: pl.DataFrame,
    words_of: Words,
) -> Table:
    tab = "work" if key in (NOT_DUE, DIFFERS, APART) else "proof"
    return make_table(
        key, title, about, columns, frame.with_columns(words("kind")), currency=report.currency, tab=tab, printed=_PRINTED[key],
        words=words_of,
    )  # fmt: skip

"""The books of the sandbox as a SAF-T Financial 1.30: what the ledger hands over to whoever asks for it.

Elements and their order are those of the Norwegian Tax Administration's published example of that version; grouping codes
of accounts are left out, because they belong to a list that is not ours.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree as ET

from recon.sandbox.poweroffice.books import Books, Entry
from recon.sandbox.poweroffice.company import Company
from recon.sandbox.poweroffice.wire import money

NAMESPACE: Final = "urn:StandardAuditFile-Taxation-Financial:NO"
DEPARTMENT: Final = "A"
PROJECT: Final = "P"


def saft_financial(books: Books, company: Company, first: dt.date, last: dt.date, today: dt.date) -> bytes:
    """Return the books of a period as XML.

    Args:
        books: The books.
        company: Whose they are.
        first: First day of the period.
        last: Last day of it.
        today: When the file was made.
    """
    before = books.entries(company.key, last=(first - dt.timedelta(days=1)).isoformat())
    during = books.entries(company.key, first.isoformat(), last.isoformat())
    root = ET.Element("AuditFile", {"xmlns": NAMESPACE})
    _header(root, company, first, last, today)
    masters = ET.SubElement(root, "MasterFiles")
    _accounts(masters, books, company, before, during)
    _customers(masters, books, company, before, during)
    _taxes(masters, company)
    _analyses(masters, company)
    _journal(root, during)
    ET.indent(root, " ")
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _leaf(parent: ET.Element, name: str, value: object) -> None:
    ET.SubElement(parent, name).text = str(value)


def _leaves(parent: ET.Element, pairs: Iterable[tuple[str, object]]) -> None:
    for name, value in pairs:
        if value not in (None, ""):
            _leaf(parent, name, value)


def _header(root: ET.Element, company: Company, first: dt.date, last: dt.date, today: dt.date) -> None:
    header = ET.SubElement(root, "Header")
    _leaves(header, (
        ("AuditFileVersion", "1.30"), ("AuditFileCountry", "NO"), ("AuditFileDateCreated", today.isoformat()),
        ("SoftwareCompanyName", "recon"), ("SoftwareID", "sandbox PowerOffice Go"), ("SoftwareVersion", "1"),
    ))  # fmt: skip
    who = ET.SubElement(header, "Company")
    _leaves(who, (("RegistrationNumber", company.organisation), ("Name", company.name)))
    _leaves(header, (("DefaultCurrencyCode", "NOK"),))
    criteria = ET.SubElement(header, "SelectionCriteria")
    _leaves(criteria, (("SelectionStartDate", first.isoformat()), ("SelectionEndDate", last.isoformat())))
    _leaves(header, (("TaxAccountingBasis", "A"),))


def _sums(entries: Iterable[Entry], key: str = "") -> dict[int, int]:
    sums: defaultdict[int, int] = defaultdict(int)
    for entry in entries:
        number = entry.body.get(key) if key else entry.account
        if number is not None:
            sums[number] += entry.amount_minor
    return sums


def _balance(parent: ET.Element, which: str, minor: int) -> None:
    _leaf(parent, f"{which}{'Debit' if minor >= 0 else 'Credit'}Balance", money(abs(minor)))


def _accounts(masters: ET.Element, books: Books, company: Company, before: list[Entry], during: list[Entry]) -> None:
    opening, moved = _sums(before), _sums(during)
    chart = ET.SubElement(masters, "GeneralLedgerAccounts")
    for account in books.masters(company.key, "account"):
        number = account["AccountNo"]
        one = ET.SubElement(chart, "Account")
        _leaves(one, (("AccountID", number), ("AccountDescription", account["Name"]), ("AccountType", "GL")))
        _balance(one, "Opening", opening.get(number, 0))
        _balance(one, "Closing", opening.get(number, 0) + moved.get(number, 0))


def _customers(masters: ET.Element, books: Books, company: Company, before: list[Entry], during: list[Entry]) -> None:
    opening, moved = _sums(before, "CustomerAccountNo"), _sums(during, "CustomerAccountNo")
    table = ET.SubElement(masters, "Customers")
    for customer in books.masters(company.key, "customer"):
        number = customer["Number"]
        one = ET.SubElement(table, "Customer")
        _leaves(
            one,
            (
                ("RegistrationNumber", customer["OrganizationNumber"]),
                ("Name", customer["Name"]),
                ("CustomerID", number),
            ),
        )
        balance = ET.SubElement(one, "BalanceAccount")
        _leaf(balance, "AccountID", company.receivable)
        _balance(balance, "Opening", opening.get(number, 0))
        _balance(balance, "Closing", opening.get(number, 0) + moved.get(number, 0))


def _taxes(masters: ET.Element, company: Company) -> None:
    table = ET.SubElement(ET.SubElement(masters, "TaxTable"), "TaxTableEntry")
    _leaves(table, (("TaxType", "MVA"), ("Description", "Merverdiavgift")))
    for code in company.vat_codes:
        one = ET.SubElement(table, "TaxCodeDetails")
        _leaves(one, (
            ("TaxCode", code.code), ("Description", code.name), ("TaxPercentage", f"{(code.rate * 100).normalize():f}"),
            ("Country", "NO"), ("StandardTaxCode", code.code), ("BaseRate", "100"),
        ))  # fmt: skip


def _analyses(masters: ET.Element, company: Company) -> None:
    table = ET.SubElement(masters, "AnalysisTypeTable")
    for kind, words, found in ((DEPARTMENT, "Avdeling", company.departments), (PROJECT, "Prosjekt", company.projects)):
        for each in found:
            one = ET.SubElement(table, "AnalysisTypeTableEntry")
            _leaves(one, (
                ("AnalysisType", kind), ("AnalysisTypeDescription", words), ("AnalysisID", each.code),
                ("AnalysisIDDescription", each.name),
            ))  # fmt: skip


def _journal(root: ET.Element, entries: list[Entry]) -> None:
    vouchers: dict[str, list[Entry]] = {}
    for entry in entries:
        vouchers.setdefault(entry.voucher_id, []).append(entry)
    book = ET.SubElement(root, "GeneralLedgerEntries")
    _leaves(book, (
        ("NumberOfEntries", len(vouchers)),
        ("TotalDebit", money(sum(entry.amount_minor for entry in entries if entry.amount_minor > 0))),
        ("TotalCredit", money(-sum(entry.amount_minor for entry in entries if entry.amount_minor < 0))),
    ))  # fmt: skip
    journal = ET.SubElement(book, "Journal")
    _leaves(journal, (("JournalID", "GL"), ("Description", "Hovedbok"), ("Type", "GL")))
    for own in vouchers.values():
        _transaction(journal, own)


def _transaction(journal: ET.Element, entries: list[Entry]) -> None:
    head, day = entries[0].body, entries[0].posting_date
    one = ET.SubElement(journal, "Transaction")
    _leaves(one, (
        ("TransactionID", head["VoucherNo"]), ("Period", str(int(day[5:7]))), ("PeriodYear", day[:4]),
        ("TransactionDate", head["VoucherDate"]), ("SourceID", head.get("_source")), ("VoucherType", head["VoucherType"]),
        ("Description", head.get("VoucherDescription") or head["VoucherType"]), ("BatchID", head.get("_batch")),
        ("SystemEntryDate", head["CreatedDateTimeOffset"][:10]), ("GLPostingDate", day), ("SystemID", head["VoucherId"]),
    ))  # fmt: skip
    for place, entry in enumerate(entries, start=1):
        _line(one, place, entry)


def _line(transaction: ET.Element, place: int, entry: Entry) -> None:
    body = entry.body
    line = ET.SubElement(transaction, "Line")
    _leaves(line, (("RecordID", place), ("AccountID", entry.account)))
    for kind, key in ((DEPARTMENT, "DepartmentCode"), (PROJECT, "ProjectCode")):
        if key in body:
            _leaves(ET.SubElement(line, "Analysis"), (("AnalysisType", kind), ("AnalysisID", body[key])))
    _leaves(line, (("ValueDate", entry.posting_date), ("CustomerID", body.get("CustomerAccountNo"))))
    _leaf(line, "Description", body["Description"] or body.get("VoucherDescription") or body["VoucherType"])
    side = "Debit" if entry.amount_minor >= 0 else "Credit"
    _leaf(ET.SubElement(line, f"{side}Amount"), "Amount", money(abs(entry.amount_minor)))
    if "VatCode" in body:
        _tax(line, side, body, entry.amount_minor)
    _leaves(line, (("ReferenceNumber", body.get("ImportedVoucherNo")),))


def _tax(line: ET.Element, side: str, body: dict[str, Any], net_minor: int) -> None:
    tax = ET.SubElement(line, "TaxInformation")
    _leaves(tax, (
        ("TaxType", "MVA"), ("TaxCode", body["VatCode"]), ("TaxPercentage", f"{(Decimal(body['_rate']) * 100).normalize():f}"),
        ("Country", "NO"), ("TaxBase", money(abs(net_minor))),
    ))  # fmt: skip
    _leaf(ET.SubElement(tax, f"{side}TaxAmount"), "Amount", money(abs(body["_vat_minor"])))

"""Books as a ledger exports them, written from vouchers of a test: SAF-T Financial in the form of the schema's version 1.30."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from recon.money import plain

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<{p}AuditFile xmlns{c}="urn:StandardAuditFile-Taxation-Financial:NO">
<{p}Header><{p}AuditFileVersion>1.30</{p}AuditFileVersion><{p}AuditFileCountry>NO</{p}AuditFileCountry>
<{p}AuditFileDateCreated>2026-04-02</{p}AuditFileDateCreated><{p}SoftwareCompanyName>Invented AS</{p}SoftwareCompanyName>
<{p}SoftwareID>Hovedbok</{p}SoftwareID><{p}SoftwareVersion>4.2</{p}SoftwareVersion>
<{p}Company><{p}RegistrationNumber>{company}</{p}RegistrationNumber><{p}Name>Kafé &amp; Bar AS</{p}Name></{p}Company>
<{p}DefaultCurrencyCode>NOK</{p}DefaultCurrencyCode><{p}SelectionCriteria><{p}PeriodStart>3</{p}PeriodStart>
<{p}PeriodStartYear>2026</{p}PeriodStartYear><{p}PeriodEnd>3</{p}PeriodEnd><{p}PeriodEndYear>2026</{p}PeriodEndYear>
</{p}SelectionCriteria><{p}TaxAccountingBasis>A</{p}TaxAccountingBasis></{p}Header>
"""
CODES = {"3": "3", "31": "31", "U1": "3"}
"""The ledger's own VAT code to the standard one."""


@dataclass(frozen=True)
class BookLine:
    account: str
    minor: int
    """Debit > 0."""
    tax: str = ""
    department: str = ""
    text: str = ""
    reference: str = ""


@dataclass(frozen=True)
class BookVoucher:
    number: str
    day: dt.date
    lines: Sequence[BookLine]
    text: str = ""
    by: str = ""
    journal: str = "GL"
    entered: dt.date | None = None
    opening: dict[str, int] = field(default_factory=dict)


def saft_financial(
    vouchers: Sequence[BookVoucher], *, company: str = "999999999", prefix: str = "", departments: bool = True,
    debit_stated: int | None = None,
) -> str:  # fmt: skip
    """Return the file."""
    p, colon = (f"{prefix}:", f":{prefix}") if prefix else ("", "")
    accounts = sorted({line.account for voucher in vouchers for line in voucher.lines})
    moved = {a: sum(line.minor for v in vouchers for line in v.lines if line.account == a) for a in accounts}
    chart = "".join(_account(p, code, moved[code]) for code in accounts)
    codes = "".join(
        f"<{p}TaxCodeDetails><{p}TaxCode>{own}</{p}TaxCode><{p}Country>NO</{p}Country><{p}StandardTaxCode>{standard}</{p}StandardTaxCode>"
        f"<{p}BaseRate>100</{p}BaseRate></{p}TaxCodeDetails>" for own, standard in CODES.items()
    )  # fmt: skip
    kinds = (
        f"<{p}AnalysisTypeTable><{p}AnalysisTypeTableEntry><{p}AnalysisType>A</{p}AnalysisType><{p}AnalysisTypeDescription>Avdeling"
        f"</{p}AnalysisTypeDescription><{p}AnalysisID>10</{p}AnalysisID></{p}AnalysisTypeTableEntry></{p}AnalysisTypeTable>"
        if departments else ""
    )  # fmt: skip
    debit = sum(max(line.minor, 0) for v in vouchers for line in v.lines) if debit_stated is None else debit_stated
    credit = sum(max(-line.minor, 0) for v in vouchers for line in v.lines)
    journals = dict.fromkeys(voucher.journal for voucher in vouchers)
    entries = "".join(
        f"<{p}Journal><{p}JournalID>{journal}</{p}JournalID><{p}Description>x</{p}Description><{p}Type>GL</{p}Type>"
        f"{''.join(_voucher(p, v) for v in vouchers if v.journal == journal)}</{p}Journal>" for journal in journals
    )  # fmt: skip
    return (
        HEAD.format(p=p, c=colon, company=company)
        + f"<{p}MasterFiles><{p}GeneralLedgerAccounts>{chart}</{p}GeneralLedgerAccounts><{p}TaxTable><{p}TaxTableEntry>"
        f"<{p}TaxType>MVA</{p}TaxType><{p}Description>Merverdiavgift</{p}Description>{codes}</{p}TaxTableEntry></{p}TaxTable>{kinds}</{p}MasterFiles>"
        f"<{p}GeneralLedgerEntries><{p}NumberOfEntries>{len(vouchers)}</{p}NumberOfEntries><{p}TotalDebit>{plain(debit)}</{p}TotalDebit>"
        f"<{p}TotalCredit>{plain(credit)}</{p}TotalCredit>{entries}</{p}GeneralLedgerEntries></{p}AuditFile>\n"
    )  # fmt: skip


def _account(p: str, code: str, moved: int) -> str:
    side = "Debit" if moved >= 0 else "Credit"
    return (
        f"<{p}Account><{p}AccountID>{code}</{p}AccountID><{p}AccountDescription>Konto {code}</{p}AccountDescription>"
        f"<{p}AccountType>GL</{p}AccountType><{p}OpeningDebitBalance>0</{p}OpeningDebitBalance>"
        f"<{p}Closing{side}Balance>{plain(abs(moved))}</{p}Closing{side}Balance></{p}Account>\n"
    )


def _voucher(p: str, voucher: BookVoucher) -> str:
    def tag(name: str, value: object) -> str:
        return f"<{p}{name}>{escape(str(value))}</{p}{name}>" if value else ""

    lines = "".join(_line(p, number, line, voucher.day) for number, line in enumerate(voucher.lines, 1))
    return (
        f"<{p}Transaction>{tag('TransactionID', voucher.number)}<{p}Period>3</{p}Period><{p}PeriodYear>2026</{p}PeriodYear>"
        f"{tag('TransactionDate', voucher.day)}{tag('SourceID', voucher.by)}<{p}Description>{escape(voucher.text)}</{p}Description>"
        f"{tag('SystemEntryDate', voucher.entered or voucher.day)}{tag('GLPostingDate', voucher.day)}\n{lines}</{p}Transaction>\n"
    )  # fmt: skip


def _line(p: str, number: int, line: BookLine, day: dt.date) -> str:
    side = "Debit" if line.minor >= 0 else "Credit"
    amount = plain(abs(line.minor))
    kind = f"<{p}Analysis><{p}AnalysisType>P</{p}AnalysisType><{p}AnalysisID>77</{p}AnalysisID></{p}Analysis>" + (
        f"<{p}Analysis><{p}AnalysisType>A</{p}AnalysisType><{p}AnalysisID>{line.department}</{p}AnalysisID>"
        f"<{p}{side}AnalysisAmount><{p}Amount>{amount}</{p}Amount></{p}{side}AnalysisAmount></{p}Analysis>"
        if line.department else ""
    )  # fmt: skip
    tax = (
        f"<{p}TaxInformation><{p}TaxType>MVA</{p}TaxType><{p}TaxCode>{line.tax}</{p}TaxCode><{p}TaxBase>{amount}</{p}TaxBase>"
        f"<{p}{side}TaxAmount><{p}Amount>1.00</{p}Amount></{p}{side}TaxAmount></{p}TaxInformation>"
        if line.tax else ""
    )  # fmt: skip
    reference = f"<{p}ReferenceNumber>{line.reference}</{p}ReferenceNumber>" if line.reference else ""
    return (
        f"<{p}Line><{p}RecordID>{number}</{p}RecordID><{p}AccountID>{line.account}</{p}AccountID>{kind}<{p}ValueDate>{day}</{p}ValueDate>"
        f"<{p}Description>{escape(line.text)}</{p}Description><{p}{side}Amount><{p}Amount>{amount}</{p}Amount></{p}{side}Amount>{tax}{reference}</{p}Line>\n"
    )  # fmt: skip

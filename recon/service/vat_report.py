"""The VAT of a month over all batches of a company: gathered from the store and the kept plans, checked three ways."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from recon.domain.document import PURCHASE_KINDS
from recon.errors import UsageError
from recon.frames.schemas import DOCUMENTS
from recon.money import plain
from recon.plan.columns import BOOKS_EFFECT
from recon.plan.inputs import POSTED_LINES, POSTED_POSTINGS, PostedContents
from recon.plan.items import account_name
from recon.plan.tills.postings import is_vat_account
from recon.proof.vat_month import DUE, POSTED_STATES, Month, VatLists, by_tax_code, counts, total, vat_lists
from recon.service.context import Context
from recon.service.posted_contents import posted_reader
from recon.service.vat_apart import rows_apart, summed
from recon.service.vat_ledger import differing, ledger_checks, read_back, unread
from recon.service.vat_suppliers import claimed_in, entered_for, suppliers_of
from recon.store.filed import filed_frame
from recon.summaries.vat import VatApart, VatCheck, VatFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class VatReport:
    """Everything the workbook of a month says."""

    month: Month
    company: str
    tax_id: str
    currency: str
    language: str
    """Language its workbook is written in."""
    environment: str
    connections: tuple[str, ...]
    registered: bool
    """Whether the company charges VAT at all."""
    lists: VatLists
    figures: VatFigures
    checks: tuple[VatCheck, ...]
    read_back: pl.DataFrame
    """READ_BACK: documents of which the ledger's own word is known."""
    apart_rows: pl.DataFrame
    """APART."""
    apart: tuple[VatApart, ...]
    notes: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether all checks agree."""
        return all(check.agrees for check in self.checks)

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.vat/1, without where the workbook lies."""
        figures = {name.removesuffix("_minor"): plain(value, self.currency) for name, value in self._figures().items()}
        return {
            "month": self.month.name, "company": self.company, "tax_id": self.tax_id, "currency": self.currency,
            "connections": list(self.connections), "vat_registered": self.registered, "figures": figures,
            "sales_documents": self.lists.sales.height, "purchase_documents": self.lists.purchases.height,
            "checks": [
                {"name": c.name, "listed": plain(c.listed_minor, self.currency), "other": plain(c.other_minor, self.currency), "agrees": c.agrees}
                for c in self.checks
            ],
            "not_in_these_figures": [
                {
                    "what": a.what, "reason": a.reason, "sales_count": a.sold_count, "sales": plain(a.sold_minor, self.currency),
                    "purchases_count": a.bought_count, "purchases": plain(a.bought_minor, self.currency),
                }
                for a in self.apart
            ],
            "purchases": [self._bought(row) for row in self.lists.purchases.iter_rows(named=True)],
            "ledger_differs": [self._unlike(row) for row in self.unlike.iter_rows(named=True)],
            "notes": list(self.notes),
        }  # fmt: skip

    @property
    def unlike(self) -> pl.DataFrame:
        """READ_BACK of documents of which the ledger has another sum."""
        return differing(self.read_back)

    def _bought(self, row: dict[str, Any]) -> dict[str, Any]:
        days = {name: None if row[name] is None else row[name].isoformat() for name in ("tax_invoice_on", "entered_on")}
        claimed = {"claimed_in": None if row["claimed_on"] is None else f"{row['claimed_on']:%Y-%m}"}
        names = ("kind", "connection", "claim", "booked", "entered_by", "document_key")
        return {
            "record": row["order_number"], "number": row["number"], "issued_on": row["issued_on"].isoformat(),
            "supplier": row["contact_name"], "vat": plain(row["vat_minor"], self.currency),
            "tax_invoice": row["supplier_number"], **days, **claimed, **{name: row[name] for name in names},
        }  # fmt: skip

    def _unlike(self, row: dict[str, Any]) -> dict[str, Any]:
        sums = {
            name: None if row[f"{name}_minor"] is None else plain(row[f"{name}_minor"], self.currency)
            for name in ("total", "ledger", "difference", "vat", "ledger_vat", "vat_difference")
        }
        words = {
            name: row[name] for name in ("block", "number", "kind", "connection", "batch_id", "read_at", "document_key")
        }
        return {**words, "issued_on": row["issued_on"].isoformat(), **sums}

    def _figures(self) -> dict[str, int]:
        figures = self.figures
        names = (
            "sales_minor", "taxable_minor", "zero_minor", "exempt_minor", "output_vat_minor", "purchases_minor", "input_vat_minor",
            "waiting_vat_minor", "payable_minor",
        )  # fmt: skip
        return {name: getattr(figures, name) for name in names}


def vat_report(context: Context, month: str, connection: str | None) -> VatReport:
    """Return the VAT of a month, from what stands in the ledger.

    Args:
        context: The open workspace.
        month: Like 2026-06.
        connection: Only what this one posted; None: all connections of the same books.

    Raises:
        UsageError: No such month, no posted documents, or connections of several companies.
    """
    try:
        asked = Month.of(month)
    except ValueError:
        raise UsageError(f"{month!r} is no month; write it like 2026-06. Nothing was written.") from None
    today = context.today()
    if asked.first > today:
        raise UsageError(
            f"{asked.name} has not begun: today is {today}. Give a month up to {today:%Y-%m}. Nothing was written."
        )
    names, company_id = _connections(context, connection)
    number = context.store.outbox.company_no(company_id)
    filed = filed_frame(context.store.database, -1 if number is None else number)
    filed = filed.filter(pl.col("connection").is_in(names))
    entered = entered_for(context, names, filed)
    contents = _contents(context, _wanted(filed, asked, claimed_in(entered, asked)))
    suppliers = suppliers_of(context, contents.documents, filed, entered)
    lists = vat_lists(asked, filed, contents.documents, contents.lines, suppliers)
    figures = _figures(lists)
    apart_rows = rows_apart(context, names, filed, lists, asked)
    known = read_back(context, names, filed, asked)
    checks = (*_checks(context, names, filed, lists, contents, asked), *ledger_checks(known, filed, asked))
    rules = [context.settings.connections[name] for name in names]
    return VatReport(
        month=asked, company=context.settings.company.name, tax_id=context.settings.company.tax_id,
        currency=context.settings.company.currency, language=context.settings.company.workbook_language,
        environment=max((rule.environment for rule in rules), key=("sandbox", "test", "live").index), connections=names,
        registered=any(rule.vat_registered for rule in rules), lists=lists, figures=figures,
        checks=checks, read_back=known, apart_rows=apart_rows, apart=summed(apart_rows),
        notes=(*_code_notes(lists, contents.lines, context.settings.company.currency), *_notes(context, names, lists, differing(known)), *_beside(asked, today, unread(known, filed, asked))),
    )  # fmt: skip


def _connections(context: Context, connection: str | None) -> tuple[tuple[str, ...], str]:
    """Return the connections of one company, and the company."""
    names = [connection] if connection is not None else list(context.settings.connections)
    known = {context.connection(name)[0]: context.store.catalog.verified(name) for name in names}
    companies = {name: found.company_id for name, found in known.items() if found is not None}
    if not companies:
        raise UsageError(
            "The ledger was never asked who it is, so nothing is posted: `recon connect`. Nothing was written."
        )
    if len(set(companies.values())) > 1:
        raise UsageError(
            f"The connections {', '.join(companies)} post into several companies, and each files for itself. Name one with --connection. Nothing was written."
        )
    return tuple(companies), next(iter(companies.values()))


def _wanted(filed: pl.DataFrame, month: Month, claimed: pl.Series) -> pl.DataFrame:
    """Return the documents whose contents are needed: of the month, what they apply to, invoices of before, and those claimed."""
    during = filed.filter(pl.col("issued_on").is_between(month.first, month.last))
    waiting = filed.filter(
        pl.col("kind") == "invoice",
        ~pl.col("is_tax_invoice"),
        pl.col("vat_minor") != 0,
        pl.col("issued_on") < month.first,
    )
    keys = pl.concat(
        [during["document_key"], during["applies_to_key"].drop_nulls(), waiting["document_key"], claimed]
    ).unique()
    return filed.filter(pl.col("document_key").is_in(keys.implode()), pl.col("state").is_in(POSTED_STATES))


def _contents(context: Context, wanted: pl.DataFrame) -> PostedContents:
    found = posted_reader(context, wanted)(wanted["document_key"].to_list())
    return PostedContents(
        found.documents.select(DOCUMENTS.names()), found.lines.select(POSTED_LINES.names()), found.postings.select(POSTED_POSTINGS.names())
    )  # fmt: skip


def _figures(lists: VatLists) -> VatFigures:
    sales, claimed, waiting = lists.sales, lists.claimed, lists.waiting
    taxable, zero, exempt = (total(sales, f"{name}_minor") for name in ("taxable", "zero", "exempt"))
    return VatFigures(
        sales_minor=taxable + zero + exempt, taxable_minor=taxable, zero_minor=zero, exempt_minor=exempt,
        output_vat_minor=total(sales, "vat_minor"), purchases_minor=total(claimed, "taxable_minor"),
        input_vat_minor=total(claimed, "vat_minor"), waiting_vat_minor=total(waiting, "vat_minor"),
    )  # fmt: skip


def _checks(
    context: Context, names: Sequence[str], filed: pl.DataFrame, lists: VatLists, contents: PostedContents, month: Month
) -> tuple[VatCheck, ...]:
    during = filed.filter(pl.col("issued_on").is_between(month.first, month.last), pl.col("state").is_in(POSTED_STATES))
    sales = lists.sales
    listed = total(sales, "taxable_minor") + total(sales, "zero_minor") + total(sales, "exempt_minor")
    stands = pl.concat([during["document_key"], lists.purchases["document_key"]]).unique()
    posted = contents.postings.filter(pl.col("document_key").is_in(stands.implode()))
    in_ledger = lists.purchases.filter(pl.col("booked") == DUE)
    output, bought = (
        (_posted_on(posted, accounts), accounts)
        for accounts in (_output_accounts(context, names, posted), _accounts(context, names, "input_vat"))
    )
    return (
        VatCheck(name="Net and VAT of the list are its total", listed_minor=listed + total(sales, "vat_minor"), other_minor=total(sales, "total_minor"), proves="Every document of the sales list adds up."),
        VatCheck(name=f"Output VAT: recon's postings to {', '.join(output[1])}", listed_minor=total(sales, "vat_minor"), other_minor=-output[0], proves="The list is what recon's own postings make on the output VAT account; what else the ledger has there is not looked at."),
        VatCheck(name=f"Input VAT booked as due: recon's postings to {', '.join(bought[1])}", listed_minor=total(in_ledger, "vat_minor"), other_minor=bought[0], proves="The list is what recon's own postings make on the input VAT account, claimable or not; what else the ledger has there is not looked at."),
        VatCheck(name="Sales of the month by the documents posted", listed_minor=_as_sales(contents.documents, during, lists), other_minor=_sales(during), proves="The list, with invoices whose VAT is not due and without payments of invoices, is everything the upload noted as posted."),
    )  # fmt: skip


def _accounts(context: Context, names: Sequence[str], setting: str) -> list[str]:
    """Return the accounts of a setting, as chosen, else in words."""
    return sorted({account_name(context.settings.connections[name], setting) for name in names})


def _output_accounts(context: Context, names: Sequence[str], posted: pl.DataFrame) -> list[str]:
    """Return the accounts of output VAT; where lines carry VAT codes of the ledger it has one per code."""
    coded = [name for name in names if context.settings.connections[name].taxes == "codes"]
    others = _accounts(context, [name for name in names if name not in coded], "output_vat")
    by_code = posted["account_code"].unique().sort().to_list() if coded else []
    return [*others, *(account for account in by_code if is_vat_account(account))]


def _posted_on(posted: pl.DataFrame, accounts: list[str]) -> int:
    """Return debits less credits on some accounts."""
    mine = posted.filter(pl.col("account_code").is_in(accounts))
    return total(mine, "debit_minor") - total(mine, "credit_minor")


def _sales(during: pl.DataFrame) -> int:
    """Return the sales of documents by what the store knows of them alone."""
    return int(
        during.filter(~pl.col("kind").is_in(PURCHASE_KINDS)).select(BOOKS_EFFECT.cast(pl.Int128).sum()).item() or 0
    )


def _as_sales(documents: pl.DataFrame, during: pl.DataFrame, lists: VatLists) -> int:
    """Return the list's total, less payments (their sale is the invoice), with invoices and voids that are not in it."""
    paid = total(lists.sales.filter(pl.col("kind") == "payment"), "total_minor")
    known = during.filter(pl.col("document_key").is_in(documents["document_key"].implode()))
    outside = known.filter(pl.col("kind").is_in(["invoice", "void"])).with_columns(
        pl.col("vat_minor").alias("doc_vat_minor")
    )
    return total(lists.sales, "total_minor") - paid + _sales(outside.filter(~counts()))


def _beside(month: Month, today: dt.date, unread_count: int) -> Iterator[str]:
    if today <= month.last:
        yield f"The month is not over: today is {today}, so what is posted later is not in these figures."
    if unread_count:
        yield f"Documents not read back from the ledger: {unread_count:,}. What the ledger holds of them was not compared; `recon verify BATCH` reads it."


def _code_notes(lists: VatLists, lines: pl.DataFrame, currency: str) -> Iterator[str]:
    """Say the month's sales and VAT by the ledger's VAT codes, where lines carry them; codes without VAT hold tips, gift cards and the like."""
    for code, net, vat in by_tax_code(lists, lines).iter_rows():
        yield f"VAT code {code}: net {plain(net, currency)}, VAT {plain(vat, currency)}."


def _notes(context: Context, names: Sequence[str], lists: VatLists, unlike: pl.DataFrame) -> Iterator[str]:
    rules = {name: context.settings.connections[name] for name in names}
    without = [name for name, rule in rules.items() if not rule.vat_registered]
    if len(without) == len(names):
        yield "The company is not registered for VAT: it adds no VAT, issues no tax invoices and files no VAT return. The sales below are listed without VAT."
    elif without:
        yield f"{', '.join(without)}: set as not registered for VAT; their sales are listed without VAT."
    if unlike.height:
        yield f"Documents the ledger holds with another sum or VAT: {unlike.height:,}. The figures are recon's, not the ledger's, until they are the same: correct them in the ledger and `recon verify BATCH`, or file by the ledger's own tax report."
    voids = lists.sales.filter(pl.col("kind") == "void", pl.col("note") != "").height
    if voids:
        yield f"Voids of documents of earlier months: {voids:,}. If such a month is filed, its return may have to be corrected; a void here only shows in its own month."
    waiting = lists.waiting.height
    if waiting:
        yield f"Purchases whose input VAT cannot be claimed yet: {waiting:,}. They are listed and not in the input VAT. With the supplier's tax invoice in hand: `recon match --tax-invoice 'RECORD=NUMBER YYYY-MM-DD' --as NAME`."
    behind = lists.claimed.filter(pl.col("booked") != DUE).height
    if behind:
        yield f"Claimed by a tax invoice that was entered here, and booked as VAT not yet due: {behind:,}. Enter number and date on the expense in the ledger too, or its own report lacks them."
    missing = lists.sales.filter(pl.col("contact_tax_id").is_null(), pl.col("kind") != "settlement").height
    if missing:
        yield f"Sales documents without a buyer's tax id: {missing:,} (standing contacts of the channels, or buyers who gave none)."
    yield "recon files nothing. Values entered in the ledger by hand or by others are not in these figures; compare with the ledger's own tax reports before you file."


def note_written(context: Context, report: VatReport, path: Path) -> None:
    """Enter a month's workbook in the event log, with its digest and what it says."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    facts = {
        "name": path.name, "month": report.month.name, "digest": digest, "output_vat_minor": report.figures.output_vat_minor,
        "input_vat_minor": report.figures.input_vat_minor,
    }  # fmt: skip
    with context.store.database.transaction("vat-workbook"):
        context.store.events.append("vat-workbook", report.month.name, facts)

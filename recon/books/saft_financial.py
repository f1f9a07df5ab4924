"""SAF-T Financial, the file in which a Norwegian ledger hands its books over.

Written from the schemas and example files of the Tax Administration (github.com/Skatteetaten/saf-t):
`Norwegian_SAF-T_Financial_Schema_v_1.10.xsd`, `_v_1.20.xsd`, `SAF-T_Financial_1.3/..._v_1.30.xsd` and the two files under
`Example Files/`. Root `AuditFile` in the namespace below; what is read of it:

* `Header`: `Company` (`RegistrationNumber`, `Name`), `DefaultCurrencyCode`, `SelectionCriteria` (days, or months of years);
* `MasterFiles`: `GeneralLedgerAccounts/Account` (`AccountID`, opening and closing balances), `TaxTable` (`TaxCode` is the
  ledger's own, `StandardTaxCode` everybody's), `AnalysisTypeTable` (which `AnalysisType` is the department, which the project);
* `GeneralLedgerEntries`: control totals, `Journal/Transaction` and its `Line`s. `SourceID` is the person or program that
  entered a voucher, `SystemEntryDate` the day it was entered, `GLPostingDate` the day it was posted.

Versions differ in what is not read here (`StandardAccountID`, `TaxAmount` against `DebitTaxAmount`); a `VoucherType` stands in
newer ones only. Amounts stand two levels below their line (`DebitAmount/Amount`).
"""

from __future__ import annotations

import calendar
import datetime as dt
import mmap
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl
from lxml import etree

from recon.books.analyses import NOTHING_KNOWN, Analyses, analysis_types
from recon.books.base import BOOK_BALANCES, BOOK_LINES, BOOK_VOUCHERS, Books
from recon.errors import MalformedFile, MoneyError
from recon.frames.amounts import minor_units
from recon.frames.xml_columns import elements, plain_text
from recon.frames.xml_runs import UTF_8, Run, map_file, pieces, placed, run_of, written_in
from recon.money import parse_minor, plain

NAMESPACE: Final = "urn:StandardAuditFile-Taxation-Financial:NO"
_HEAD: Final = 8192
_ROOT: Final = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)AuditFile[\s>]")
_NS: Final = {"s": NAMESPACE}
_HEADS: Final = {
    "TransactionID": "voucher", "VoucherType": "voucher_type", "Description": "text", "TransactionDate": "issued_on",
    "SourceID": "entered_by", "SystemEntryDate": "entered_on", "GLPostingDate": "posted_on",
    "ModificationDate": "changed_on", "BatchID": "batch",
}  # fmt: skip
"""Child of a transaction and our name."""
_LINES: Final = {
    "AccountID": "account_code", "Description": "text", "ReferenceNumber": "reference", "SourceDocumentID": "document"
}  # fmt: skip
"""Child of a line and our name."""
_DAYS: Final = ("issued_on", "entered_on", "posted_on", "changed_on")
_INSIDE: Final = ("Line", "Amount", "DebitAmount", "CreditAmount", "TaxCode", "AnalysisType", "AnalysisID")
_NAMES: Final = tuple(dict.fromkeys((*_HEADS, *_LINES, *_INSIDE)))
_MONTHS: Final = 12
_CURRENCY: Final = "NOK"
"""Amounts of the schema have two decimals, whatever the currency."""
_EXPONENT: Final = 2


def is_saft_financial(path: Path) -> bool:
    """Return whether a file begins like one."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    return NAMESPACE.encode() in head and _ROOT.search(head) is not None


def read_saft_financial(path: Path, *, analyses: Analyses = NOTHING_KNOWN) -> Books:
    """Return what a file says; ``analyses``: what is known of its analysis types, where its words do not tell.

    Raises:
        MalformedFile: It is no such file, was cut off, or cannot be read; nothing of it is used.
    """
    data = _plain_bytes(map_file(path), path.name)
    prefix = _prefix(data, path.name)
    journals, rest = _journals(data, prefix, path.name)
    root = _parsed(rest, path.name)
    kinds = analysis_types(_named_types(root), analyses)
    codes = _tax_codes(root)
    vouchers, lines, totals = _entries(data, prefix, journals, codes, kinds, path.name)
    software = " ".join(filter(None, (_text(root, f"s:Header/s:{tag}") for tag in ("SoftwareID", "SoftwareVersion"))))
    since, until = _period(root)
    return Books(
        form=f"SAF-T Financial {_text(root, 's:Header/s:AuditFileVersion')}".rstrip(),
        company_number=_text(root, "s:Header/s:Company/s:RegistrationNumber"),
        company_name=_text(root, "s:Header/s:Company/s:Name"),
        currency=_text(root, "s:Header/s:DefaultCurrencyCode"), written_by=software,
        written_on=_text(root, "s:Header/s:AuditFileDateCreated"), since=since, until=until, vouchers=vouchers, lines=lines,
        balances=_balances(root), has_departments=bool(kinds[0]), has_projects=bool(kinds[1]),
        notes=tuple(_control_notes(root, vouchers.height, totals, kinds[0])),
    )  # fmt: skip


def _plain_bytes(data: mmap.mmap, name: str) -> mmap.mmap | bytes:
    """Return a file's bytes as UTF-8 without comments and CDATA; most files are like that and stay as they are."""
    head = bytes(data[:_HEAD])
    if b"<!DOCTYPE" in head:
        raise MalformedFile(f"{name} has a DOCTYPE, which no SAF-T file has; it was not read.", file=name)
    odd = written_in(head).lower() not in UTF_8
    if not odd and not any(data.find(mark) >= 0 for mark in (b"<!--", b"<![CDATA[")):
        return data
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True, strip_cdata=True
    )
    plain_bytes: bytes = etree.tostring(_parsed(bytes(data), name, parser), encoding="UTF-8")
    return plain_bytes


def _prefix(data: mmap.mmap | bytes, name: str) -> str:
    head = bytes(data[:_HEAD])
    root = _ROOT.search(head)
    if root is None or NAMESPACE.encode() not in head:
        raise MalformedFile(f"{name} is no SAF-T Financial file: there is no AuditFile of {NAMESPACE}.", file=name)
    prefix = root[1].decode()
    if data.rfind(f"</{prefix}AuditFile".encode()) < 0:
        raise MalformedFile(
            f"{name} ends before its last element is closed: it was cut off on its way. Export it again.", file=name
        )
    return prefix


def _journals(data: mmap.mmap | bytes, prefix: str, name: str) -> tuple[list[tuple[str, Run]], bytes]:
    """Return each journal's id with the place of its transactions, and the file without them."""
    found, rest, position = [], [], 0
    opening, closing = f"<{prefix}Journal>".encode(), f"</{prefix}Journal>".encode()
    title = re.compile(f"<{prefix}JournalID>([^<]*)<".encode())
    while (start := data.find(opening, position)) >= 0:
        end = data.find(closing, start)
        if end < 0:
            raise MalformedFile(f"{name}: a Journal is never closed; the file was cut off or edited. Export it again.")
        run = run_of(data, f"{prefix}Transaction", start, end)
        called = title.search(data, start, run.start if run.end > run.start else end)
        found.append((called[1].decode("utf-8", "replace").strip() if called else "", run))
        rest += [bytes(data[position : run.start]), bytes(data[run.end : end])]
        position = end
    rest.append(bytes(data[position:]))
    return found, b"".join(rest)


def _parsed(content: bytes, name: str, parser: etree.XMLParser | None = None) -> etree._Element:
    parser = parser or etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedFile(f"{name} is no well-formed XML: {error.msg}", file=name) from None


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path, namespaces=_NS) or "").strip()


def _period(root: etree._Element) -> tuple[dt.date | None, dt.date | None]:
    """Return the days a file covers, where it says so by days or by months."""
    at = "s:Header/s:SelectionCriteria/s:"
    days = [_text(root, f"{at}Selection{end}Date") for end in ("Start", "End")]
    if all(days):
        return _day(days[0]), _day(days[1])
    said = [_text(root, f"{at}{name}") for name in ("PeriodStart", "PeriodStartYear", "PeriodEnd", "PeriodEndYear")]
    if not all(each.isascii() and each.isdigit() for each in said):
        return None, None
    first, first_year, last, last_year = map(int, said)
    if not (1 <= first <= _MONTHS and 1 <= last <= _MONTHS):
        return None, None
    return dt.date(first_year, first, 1), dt.date(last_year, last, calendar.monthrange(last_year, last)[1])


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _tax_codes(root: etree._Element) -> dict[str, str]:
    """Return the standard code of each of the ledger's own VAT codes."""
    details = root.iterfind("s:MasterFiles/s:TaxTable/s:TaxTableEntry/s:TaxCodeDetails", _NS)
    pairs = ((_text(each, "s:TaxCode"), _text(each, "s:StandardTaxCode")) for each in details)
    return {own: standard for own, standard in pairs if own and standard}


def _named_types(root: etree._Element) -> Iterable[tuple[str, str, str]]:
    """Return type, description and code of every entry of the table of analysis types."""
    table = root.iterfind("s:MasterFiles/s:AnalysisTypeTable/s:AnalysisTypeTableEntry", _NS)
    tags = ("AnalysisType", "AnalysisTypeDescription", "AnalysisID")
    for each in table:
        kind, description, code = (_text(each, f"s:{tag}") for tag in tags)
        yield kind, description, code


def _balances(root: etree._Element) -> pl.DataFrame:
    rows = [
        (_text(each, "s:AccountID"), _text(each, "s:AccountDescription"), _balance(each, "Opening"), _balance(each, "Closing"))
        for each in root.iterfind("s:MasterFiles/s:GeneralLedgerAccounts/s:Account", _NS)
    ]  # fmt: skip
    names = ("account_code", "name", "opening_minor", "closing_minor")
    frame = pl.DataFrame(rows, schema={name: BOOK_BALANCES[name] for name in names}, orient="row")
    return frame.with_columns((pl.col("closing_minor") - pl.col("opening_minor")).alias("moved_minor")).cast(
        BOOK_BALANCES
    )


def _balance(account: etree._Element, which: str) -> int | None:
    debit, credit = (_text(account, f"s:{which}{side}Balance") for side in ("Debit", "Credit"))
    if not debit and not credit:
        return None
    return _amount(debit, f"{which}DebitBalance") - _amount(credit, f"{which}CreditBalance")


def _entries(
    data: mmap.mmap | bytes, prefix: str, journals: Iterable[tuple[str, Run]], codes: Mapping[str, str],
    kinds: tuple[str, str], name: str,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:  # fmt: skip
    """Return BOOK_VOUCHERS, BOOK_LINES and the sums of debits and credits."""
    heads, lines, first = [], [], 0
    closing = f"</{prefix}Transaction>".encode()
    for journal, run in journals:
        for piece in pieces(data, run.start, run.end, closing):
            try:
                head, body = _tables(piece, first, kinds)
            except MalformedFile as error:
                raise MalformedFile(f"{name}, journal {journal or 'without a name'}: {error}", file=name) from None
            heads.append(head.with_columns(pl.lit(journal).alias("journal")))
            lines.append(body)
            first += head.height
    if not heads:
        return pl.DataFrame(schema=BOOK_VOUCHERS), pl.DataFrame(schema=BOOK_LINES), {}
    body, totals = _typed_lines(pl.concat(lines), codes, name)
    above = body.filter(pl.col("amount_minor") > 0)
    debits = above.group_by("voucher_no").agg(pl.col("amount_minor").sum().alias("debit_minor"))
    days = (pl.col(each).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) for each in _DAYS)
    head = pl.concat(heads).with_columns(days).join(debits, on="voucher_no", how="left", maintain_order="left")
    head = head.with_columns(pl.col("debit_minor").fill_null(0))
    return head.select(BOOK_VOUCHERS.names()).cast(BOOK_VOUCHERS), body, totals


def _tables(piece: bytes, first: int, kinds: tuple[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return heads and lines of whole transactions as text; ``first``: number of the first of them."""
    found = elements(piece, "Transaction", _NAMES)
    name, depth, text = found["name"], found["depth"], found["text"]
    starts, lines = (name == "Transaction") & (depth == 1), (name == "Line") & (depth == 2)
    of_line = lines.cast(pl.UInt32).cum_sum()
    height, line_count = int(starts.sum()), int(lines.sum())

    def column(element: str, at: int, place: pl.Series, rows: int) -> pl.Series:
        here = (name == element) & (depth == at)
        return plain_text(placed(text.filter(here), place.filter(here), rows))

    of_head = found["record"] + 1
    head = {ours: column(theirs, 2, of_head, height) for theirs, ours in _HEADS.items()}
    body = {ours: column(theirs, 3, of_line, line_count) for theirs, ours in _LINES.items()}
    sides = name.is_in(["DebitAmount", "CreditAmount"]) & (depth == 3)
    body["amount"] = column("Amount", 4, of_line, line_count)
    body["side"] = placed(name.filter(sides).cast(pl.String), of_line.filter(sides), line_count)
    body["tax_code"] = _joined(text, of_line, (name == "TaxCode") & (depth == 4), line_count)
    for dimension, kind in zip(("department", "project"), kinds, strict=True):
        body[dimension] = _of_type(found, of_line, kind, line_count)
    numbers = (found["record"].filter(lines) + first).cast(pl.UInt32)
    return (
        pl.DataFrame({"voucher_no": pl.int_range(first, first + height, dtype=pl.UInt32, eager=True), **head}),
        pl.DataFrame({"voucher_no": numbers, **body}),
    )


def _joined(text: pl.Series, place: pl.Series, here: pl.Series, height: int) -> pl.Series:
    """Return the texts of each line, distinct ones joined with ``+``."""
    given = pl.DataFrame({"_row": place.filter(here), "_text": plain_text(text.filter(here))})
    if not given["_row"].is_duplicated().any():
        return placed(given["_text"], given["_row"], height)
    one = given.unique(maintain_order=True).group_by("_row", maintain_order=True).agg(pl.col("_text").str.join("+"))
    return placed(one["_text"], one["_row"], height)


def _of_type(found: pl.DataFrame, of_line: pl.Series, kind: str, height: int) -> pl.Series:
    """Return the department or project of each line: the id beside the analysis type that stands for it."""
    at_depth = found["depth"] == 4
    types, ids = ((found["name"] == each) & at_depth for each in ("AnalysisType", "AnalysisID"))
    if not kind or int(types.sum()) != int(ids.sum()):
        return pl.repeat(None, height, dtype=pl.String, eager=True)
    mine = plain_text(found["text"].filter(types)) == kind
    said = pl.DataFrame(
        {"_row": of_line.filter(ids).filter(mine), "_text": plain_text(found["text"].filter(ids)).filter(mine)}
    )
    one = said.unique(maintain_order=True).group_by("_row", maintain_order=True).agg(pl.col("_text").str.join("+"))
    return placed(one["_text"], one["_row"], height)


def _typed_lines(lines: pl.DataFrame, codes: Mapping[str, str], name: str) -> tuple[pl.DataFrame, dict[str, int]]:
    read = minor_units(lines, ["amount"], _EXPONENT)["amount"]
    lines = lines.with_columns(read.alias("amount_minor"))
    wrong = lines.filter(pl.col("amount_minor").is_null() | pl.col("side").is_null())
    if wrong.height:
        row = wrong.row(0, named=True)
        raise MalformedFile(
            f"{name}: {wrong.height:,} lines have no readable debit or credit amount; the first is on account {row['account_code']}"
            f" with {row['amount']!r}. Nothing was compared.", file=name,
        )  # fmt: skip
    totals = dict(lines.group_by("side").agg(pl.col("amount_minor").sum()).iter_rows())
    sign = pl.when(pl.col("side") == "DebitAmount").then(1).otherwise(-1)
    made = lines.with_columns(
        (pl.col("amount_minor") * sign).alias("amount_minor"),
        pl.col("tax_code").replace(list(codes), list(codes.values())).alias("tax_code"),
        (pl.int_range(pl.len(), dtype=pl.UInt32).over("voucher_no") + 1).alias("line_no"),
    )
    return made.select(BOOK_LINES.names()).cast(BOOK_LINES), totals


def _amount(text: str, what: str) -> int:
    try:
        return parse_minor(text or "0", _CURRENCY)
    except MoneyError as error:
        raise MalformedFile(f"{what}: {error}. Nothing was compared.") from None


def _control_notes(root: etree._Element, count: int, totals: Mapping[str, int], kind: str) -> Iterable[str]:
    """Say where the file's own totals are not what it holds, and what it does not say."""
    at = "s:GeneralLedgerEntries/s:"
    stated = _text(root, f"{at}NumberOfEntries")
    if stated.isascii() and stated.isdigit() and int(stated) != count:
        yield f"The file states {int(stated):,} vouchers and holds {count:,}."
    for side in ("Debit", "Credit"):
        said, held = _text(root, f"{at}Total{side}"), totals.get(f"{side}Amount", 0)
        if said and _amount(said, f"Total{side}") != held:
            yield f"The file states Total{side} {plain(_amount(said, side))}; its lines add up to {plain(held)}."
    if root.find("s:GeneralLedgerEntries", _NS) is None:
        yield "The file holds no general ledger entries, only master files: no voucher could be compared."
    if not kind:
        yield "The file's analysis types name no department, so departments were not compared; name the type with --department-type."

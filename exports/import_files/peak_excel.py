"""PEAK's Excel import files as a target, for packages without API access.

A batch becomes one file per kind of document in ``outgoing/`` (more than one beyond 1,000 rows). A person imports
them in PEAK (รายรับ, นำเข้าเอกสาร, รูปแบบ PEAK) and confirms what was taken in with an export of the document numbers.
Imported invoices are approved at once; there is no draft. Voids and payments on invoices are done by hand.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Final

from exports.import_files.peak_cells import Row, cell_text
from exports.import_files.peak_columns import (
    EXPENSE,
    INVOICE_COLUMNS_OF_SUPPLIER,
    JOURNALS,
    NUMBER_MAX,
    PAYMENT_COLUMNS,
    PAYS_IN_ROW,
    TEMPLATES,
    ExcelOptions,
    Template,
)  # fmt: skip
from exports.import_files.peak_expenses import payment_cells
from exports.import_files.peak_files import ImportFiles
from exports.import_files.peak_rows import objections, rows_of
from recon.config.connection import Connection
from recon.crash import NO_CRASH, CrashPoints
from recon.domain.document import Document
from recon.errors import AlreadyExists, ExportError, MalformedFile, TargetRejected, TargetUnavailable
from recon.frames.tables import read_table
from recon.frames.text import fold
from recon.money import parse_minor
from recon.targets.base import (
    Capabilities,
    Catalog,
    Company,
    Confirmation,
    Found,
    LedgerDocument,
    LedgerLine,
    MasterRequest,
    Objection,
    Target,
)  # fmt: skip

CONFIRMATION_HEADING: Final = "เลขที่เอกสาร"
"""Column of document numbers in a list exported from PEAK."""


def write_batch(
    documents: Iterable[Document],
    folder: Path,
    batch_id: str,
    options: ExcelOptions | None = None,
    *,
    crash: CrashPoints = NO_CRASH,
) -> list[Path]:
    """Write the import files of a whole batch and return them, receipts first; the same documents give the same bytes.

    Raises:
        TargetRejected: Some documents do not fit into an import file; all of them are named and nothing is written.
        ExportError: A file could not be written.
    """
    chosen = options or ExcelOptions()
    kept = list(documents)
    problems = [f"{d.number or d.order_number}: {o.text}" for d in kept for o in objections(d, chosen)]
    if problems:
        raise TargetRejected(f"Nothing was written. {len(problems)} objections: " + "; ".join(problems))
    paid = {document.applies_to_key: document for document in kept if document.kind == PAYS_IN_ROW}
    files = ImportFiles(folder, batch_id, chosen, crash)
    written: list[Path] = []
    for template in TEMPLATES.values():
        groups = [
            rows_of(document, 0, chosen, paid.get(document.document_key))
            for document in kept
            if document.kind == template.kind
        ]
        written.extend(files.write(template, groups))
    return written


def read_confirmation(path: Path, columns: Sequence[str] = (CONFIRMATION_HEADING,)) -> frozenset[str]:
    """Return the document numbers in a list exported from PEAK (CSV or Excel), or in a plain text with one number a line.

    Args:
        path: The exported list.
        columns: Headings to take numbers from; journals carry theirs under อ้างอิง.

    Raises:
        MalformedFile: It is no table, or a heading does not occur.
    """
    plain = _one_a_line(path, columns)
    if plain is not None:
        return plain
    table = read_table(path, columns=list(columns), required=list(columns))
    found = (value for heading in columns for value in table.frame.get_column(table.column(heading)).to_list())
    return frozenset(value.strip() for value in found if value is not None and value.strip())


def _one_a_line(path: Path, columns: Sequence[str]) -> frozenset[str] | None:
    """Return the lines of a plain text without any separator; None: it is a table, or no text."""
    if path.suffix.casefold() not in {".txt", ".csv"} or not path.is_file() or path.stat().st_size > _LIST_BYTES_MAX:
        return None
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        return None
    numbers = [line for line in lines if line]
    if not numbers or any(mark in line for line in numbers for mark in ',;\t"') or len(columns) > 1:
        return None
    return frozenset(numbers[1:] if numbers[0] in columns else numbers)


_LIST_BYTES_MAX: Final = 4 << 20


def options_for(connection: Connection) -> ExcelOptions:
    """Return the cells as a connection's settings decide them: rates of tax withheld, where it withholds."""
    rules = connection.purchases
    rates = {fold(key): line.withholding_basis_points for key, line in rules.by_sku.items()}
    return ExcelOptions(withholding=rates if rules.withholds else {})


class PeakExcel(Target):
    """Writes one batch into PEAK import files; `find` looks into these files, not into PEAK."""

    name: ClassVar[str] = "peak-file"

    def __init__(
        self,
        folder: Path,
        batch_id: str,
        *,
        company_name: str = "",
        tax_id: str = "",
        options: ExcelOptions | None = None,
        known: Catalog | None = None,
    ) -> None:
        self._files = ImportFiles(folder, batch_id, options or ExcelOptions())
        self._options = options or ExcelOptions()
        self._company_name = company_name
        self._tax_id = tax_id
        self._known = known or Catalog()
        self.capabilities = Capabilities(
            kinds=frozenset({*TEMPLATES, PAYS_IN_ROW}), own_number=True, number_max_length=NUMBER_MAX, partial_credit_note=True,
            refund_payment=True, searchable_by_number=True, is_file=True, lookup_grace_seconds=0, takes_tax_invoice=True,
        )  # fmt: skip

    def verify(self) -> Company:
        """Return the company the files are meant for; nobody answers, so it is the one in the settings."""
        identity = hashlib.sha256(f"{self._company_name}\n{self._tax_id}".encode()).hexdigest()[:16]
        return Company(
            company_id=f"peak-file:{identity}", name=self._company_name, tax_id=self._tax_id, environment="live"
        )

    def catalog(self) -> Catalog:
        """Return the master data it was given; files tell nothing."""
        return self._known

    def check(self, document: Document) -> list[Objection]:
        """Return what keeps the document out of an import file."""
        return objections(document, self._options)

    def payload(self, document: Document) -> bytes:
        """Return the document's rows as JSON lines."""
        rows = rows_of(document, 0, self._options)
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()

    def send(self, document: Document) -> Confirmation:
        """Append the document to its file; a document that stands there already leaves the file as it is.

        For a whole batch `write_batch` does the same in one go.
        """
        problems = self.check(document)
        if problems:
            raise TargetRejected("; ".join(f"{problem.text} {problem.remedy}".strip() for problem in problems))
        if document.kind == PAYS_IN_ROW:
            return self._pay(document)
        template = TEMPLATES[document.kind]
        standing = self._read(template)
        if any(_name(rows, template) == _own_name(document) for _, rows in standing):
            raise AlreadyExists(f"{_own_name(document)} stands in {template.file} of this batch already.")
        groups = [rows for _, rows in standing] + [rows_of(document, 0, self._options)]
        try:
            written = self._files.write(template, groups)
        except ExportError as error:
            raise TargetUnavailable(str(error)) from error
        words = (
            f"Written to {written[-1].name}. Import it in PEAK, then confirm it with a list of the numbers taken in."
        )
        return Confirmation(
            ledger_id=f"{written[-1].name}#{_own_name(document)}", ledger_number=document.number or "", words=words
        )

    def find(self, document: Document) -> Found:
        """Look the document up in the files of the batch and compare every cell."""
        pays = document.kind == PAYS_IN_ROW
        template = EXPENSE if pays else TEMPLATES.get(document.kind)
        if template is None:
            return Found(state="absent")
        standing = [item for item in self._read(template) if _name(item[1], template) == _own_name(document)]
        shown = tuple(_shown(rows, template, path) for path, rows in standing)
        if len(standing) != 1:
            return Found(state="twice" if standing else "absent", documents=shown)
        path, rows = standing[0]
        if pays and not any(_payment_of(rows)):
            return Found(state="absent", documents=shown)
        differences = (
            _payment_differences(rows, document)
            if pays
            else _differences(rows, rows_of(document, 0, self._options), template)
        )
        if differences:
            return Found(state="different", documents=shown, differences=differences)
        confirmation = Confirmation(ledger_id=f"{path.name}#{_own_name(document)}", ledger_number=document.number or "")
        return Found(state="equal", documents=shown, confirmation=confirmation)

    def _pay(self, document: Document) -> Confirmation:
        """Write a payment into the rows of its expense."""
        standing = self._read(EXPENSE)
        places = [at for at, (_, rows) in enumerate(standing) if _name(rows, EXPENSE) == _own_name(document)]
        if len(places) != 1:
            raise TargetRejected(f"{_own_name(document)} does not stand in {EXPENSE.file} of this batch.")
        groups = [rows for _, rows in standing]
        if any(_payment_of(groups[places[0]])):
            raise AlreadyExists(f"{_own_name(document)} has a payment in {EXPENSE.file} of this batch already.")
        first = dict(zip(EXPENSE.columns, groups[places[0]][0], strict=True)) | payment_cells(document)
        groups[places[0]] = [tuple(first.values()), *groups[places[0]][1:]]
        try:
            self._files.write(EXPENSE, groups)
        except ExportError as error:
            raise TargetUnavailable(str(error)) from error
        return Confirmation(ledger_id="", ledger_number=_own_name(document), words="Written beside its expense.")

    def read_back(self, documents: Sequence[tuple[Document, str]]) -> Iterator[tuple[Document, LedgerDocument | None]]:
        """Yield what the files hold for each document."""
        for document, _ledger_id in documents:
            found = self.find(document)
            yield document, found.documents[0] if found.documents else None

    def list_documents(self, kinds: Iterable[str], since: dt.date, until: dt.date) -> Iterator[LedgerDocument]:
        """Yield the documents of the period that stand in the files of this batch."""
        wanted = set(kinds)
        for template in TEMPLATES.values():
            if template.kind not in wanted:
                continue
            for path, rows in self._read(template):
                shown = _shown(rows, template, path)
                if shown.issued_on is not None and since <= shown.issued_on <= until:
                    yield shown

    def ensure_masters(self, request: MasterRequest) -> Catalog:
        """Return the known master data; PEAK makes a contact from tax id and branch by itself, nothing else.

        Raises:
            TargetRejected: Something would have to be created by hand.
        """
        missing = [f"contact {c.code} ({c.name})" for c in request.contacts if not c.tax_id]
        if missing:
            raise TargetRejected(
                f"An import file creates no master data. Create in PEAK by hand: {'; '.join(missing)}."
            )
        return self._known

    def _read(self, template: Template) -> list[tuple[Path, list[Row]]]:
        try:
            return self._files.read(template)
        except (MalformedFile, OSError) as error:
            raise TargetUnavailable(
                f"The import file of this batch cannot be read: {error} Nothing was written. Put the file back as it was.",
                stops_batch=True,
            ) from error


def _own_name(document: Document) -> str:
    """Return what a document is found by: its number, or its order's number where PEAK gives the number."""
    if document.kind == PAYS_IN_ROW:
        return cell_text(document.applies_to_number or document.order_number)
    return cell_text(document.number or document.order_number)


def _name(rows: Sequence[Row], template: Template) -> str:
    cells = dict(zip(template.columns, rows[0], strict=True))
    return cells[template.number_column] or cells[template.reference_column]


def _differences(standing: Sequence[Row], meant: Sequence[Row], template: Template) -> tuple[str, ...]:
    """Return every cell that differs, both values.

    The running number does not count, nor a tax invoice of the supplier, which may be entered after the file was written.
    """
    if len(standing) != len(meant):
        return (f"{len(standing)} rows instead of {len(meant)}",)
    return tuple(
        f"row {number}, {heading}: {there!r} in the file, {ours!r} in the document"
        for number, (row, own) in enumerate(zip(standing, meant, strict=True), 1)
        for heading, there, ours in list(zip(template.columns, row, own, strict=True))[1:]
        if there != ours and heading not in (*PAYMENT_COLUMNS, *INVOICE_COLUMNS_OF_SUPPLIER)
    )


def _payment_of(rows: Sequence[Row]) -> tuple[str, ...]:
    first = dict(zip(EXPENSE.columns, rows[0], strict=True))
    return tuple(first[column] for column in PAYMENT_COLUMNS)


def _payment_differences(rows: Sequence[Row], payment: Document) -> tuple[str, ...]:
    both = zip(PAYMENT_COLUMNS, _payment_of(rows), payment_cells(payment).values(), strict=True)
    return tuple(
        f"{name}: {there!r} in the file, {ours!r} in the document" for name, there, ours in both if there != ours
    )


def _shown(rows: Sequence[Row], template: Template, path: Path) -> LedgerDocument:
    """Return what the file says of a document; it states no totals."""
    cells = [dict(zip(template.columns, row, strict=True)) for row in rows]
    first = cells[0]
    is_journal = template in JOURNALS
    day = first["วันที่รายการ (YYYYMMDD)" if is_journal else "วันที่เอกสาร"]
    return LedgerDocument(
        kind=template.kind, ledger_id=f"{path.name}#{_name(rows, template)}", number=_name(rows, template),
        issued_on=_day(day), total_minor=None, vat_minor=None,
        contact_code=first["ผู้ติดต่อ" if is_journal else "ผู้รับเงิน/คู่ค้า" if template is EXPENSE else "ลูกค้า"] or None, is_void=False,
        reference=first[template.reference_column], lines=None if is_journal else tuple(_line(row) for row in cells),
    )  # fmt: skip


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        return None


def _line(cells: dict[str, str]) -> LedgerLine:
    amount = parse_minor(cells["ราคาต่อหน่วย"] or "0") if cells["จำนวน"] == "1" else None
    return LedgerLine(
        description=cells["คำอธิบาย"], quantity=cells["จำนวน"], amount_minor=amount, product_code=cells.get("สินค้า/บริการ", ""),
        account_code=cells["บัญชี"],
    )  # fmt: skip

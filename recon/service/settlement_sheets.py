"""What stands on the sheet of a settlement's voucher: its Z reports from the frames of the kept file, and the voucher's lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.document import Document
from recon.domain.z_report import SettlementSheet, SheetAmount, SheetCount, SheetPosting, SheetRate, SheetReport
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.frames.schemas import FILE_ID_LENGTH
from recon.match.till_cash import expected_cash, is_by_count, known_counts
from recon.service.context import Context
from recon.service.kept_plans import batch_folder
from recon.service.known import current_sets
from recon.service.mapping_till import ledger_departments, ledger_projects, till_counts
from recon.service.part_frames import summed_orders
from recon.store.batches import Batch
from recon.targets.attaching import AttachedFile

MOVES: Final = ("pay_in", "pay_out", "customer_payment")
"""Kinds of lines that move money beside sales."""


class SheetMaker:
    """Makes sheets of the vouchers of one connection; files are read once."""

    def __init__(self, context: Context, name: str, rules: Connection) -> None:
        self._context = context
        self._sets = {intake.digest[:FILE_ID_LENGTH]: frames for intake, frames in current_sets(context, name, rules)}
        self._counts = till_counts(context, name)
        self._departments = ledger_departments(context, name)
        self._projects = ledger_projects(context, name)

    def file_of(self, batch: Batch, document: Document) -> AttachedFile:
        """Return the sheet of a voucher as the file that is attached.

        Raises:
            UsageError: A file it was made from is not among those taken in any more.
        """
        language = self._context.settings.company.workbook_language
        content = self._context.outside.settlement_sheet(self.sheet(batch, document), language)
        return AttachedFile(name=f"{_plain(document.number or document.order_number)}.pdf", content=content)

    def sheet(self, batch: Batch, document: Document) -> SettlementSheet:
        """Return what stands on a voucher's sheet."""
        company = self._context.settings.company
        parts = summed_orders(batch_folder(self._context, batch), document.document_key)
        places = [(part.order_key, part.file) for part in parts] or [(document.order_key, document.file)]
        return SettlementSheet(
            company=company.name,
            organisation=company.tax_id,
            voucher=document.number or document.order_number,
            text=document.remark,
            day=document.issued_on,
            department=_named(document.department, self._departments),
            project=_named(document.project, self._projects),
            currency=document.currency,
            reports=tuple(self._report(key, file) for key, file in places),
            lines=tuple(_postings(document)),
        )

    def _report(self, order_key: str, file: str) -> SheetReport:
        """Return one Z report as its file has it."""
        kept, frames = self._context.store.files.find(file), self._sets.get(file)
        orders = None if frames is None else frames.orders.filter(pl.col("order_key") == order_key)
        if kept is None or frames is None or orders is None or not orders.height:
            raise UsageError(f"{order_key}: the file {file} it was made from is not among those taken in any more.")
        order = orders.row(0, named=True)
        lines, payments = (
            frame.filter(pl.col("order_no") == order["order_no"]) for frame in (frames.lines, frames.payments)
        )
        register, _, number = str(order["order_number"]).rpartition("/")
        place = str(order["sales_channel"])
        return SheetReport(
            register=register,
            number=number,
            place=place,
            day=order["ordered_on"],
            closed_at=order["updated_at"],
            groups=tuple(_amounts(lines.filter(~pl.col("kind").is_in(["tip", *MOVES])), place)),
            tips=tuple(_amounts(lines.filter(pl.col("kind") == "tip"), place)),
            rates=tuple(_rates(lines)),
            rounding_minor=order["rounding_minor"],
            moves=tuple(_amounts(lines.filter(pl.col("kind").is_in(MOVES)), place)),
            payments=tuple(_payments(payments, place)),
            total_minor=order["total_minor"],
            cash=self._cash(frames, order_key),
            file_name=kept.name,
            file_digest=kept.digest,
            row=order["row"],
        )

    def _cash(self, frames: CanonicalFrames, order_key: str) -> SheetCount:
        """Return the cash of a report; a settlement that stands in the ledger keeps the count it was booked with."""
        mine = frames.orders.filter(pl.col("order_key") == order_key)
        cash = expected_cash(mine, frames.payments).row(0, named=True)
        counts = known_counts(self._counts, mine, frames.payments.join(mine, on="order_no", how="semi"))
        found = counts.filter(pl.col("order_key") == order_key)
        counted: dict[str, Any] = found.row(0, named=True) if found.height else {}
        return SheetCount(
            opening_float_minor=cash["opening_float_minor"],
            expected_minor=cash["expected_minor"],
            counted_minor=counted.get("counted_minor"),
            to_bank_minor=counted.get("to_bank_minor") or 0,
            counted_by=counted.get("counted_by") or "",
            remark=counted.get("remark") or "",
        )


def _amounts(lines: pl.DataFrame, place: str) -> Iterator[SheetAmount]:
    """Yield lines of a report, with the till's own code before their name."""
    for line in lines.iter_rows(named=True):
        code = str(line["sku"] or "").removeprefix(f"{place}/").partition("@")[0]
        name = str(line["name"] or "")
        text = code if name in {"", code} else name if line["kind"] != "product" else f"{code} {name}"
        yield SheetAmount(text=text, amount_minor=line["amount_minor"], rate=str(line["tax_text"] or ""))


def _rates(lines: pl.DataFrame) -> Iterator[SheetRate]:
    """Yield what the till states of each VAT rate, in its order."""
    stated = lines.filter(pl.col("tax_text").is_not_null()).group_by("tax_text", maintain_order=True)
    for rate, gross, vat, said in stated.agg(
        pl.col("amount_minor").sum(), pl.col("tax_minor").sum(), pl.col("tax_minor").is_not_null().any().alias("_said")
    ).iter_rows():
        if said:
            yield SheetRate(rate=rate, gross_minor=gross, vat_minor=vat)


def _payments(payments: pl.DataFrame, place: str) -> Iterator[SheetAmount]:
    """Yield what came in by each means of payment; what a count in the file moved is no means of payment."""
    for channel, amount in (
        payments.filter(~is_by_count()).select("payment_channel", pl.col("amount_minor").fill_null(0)).iter_rows()
    ):
        yield SheetAmount(text=str(channel).removeprefix(f"{place}/"), amount_minor=amount)


def _postings(document: Document) -> Iterator[SheetPosting]:
    """Yield the voucher's lines, gross: what came in, then what it was for."""
    if not document.payments and document.payment_method:
        yield SheetPosting(
            account=document.payment_method,
            text=document.payment_channel,
            tax_code="",
            amount_minor=document.paid_minor,
        )
    for part in document.payments:
        text = part.payment_channel.removeprefix(f"{document.sales_channel}/")
        yield SheetPosting(account=part.payment_method, text=text, tax_code="", amount_minor=part.amount_minor)
    for line in document.lines:
        yield SheetPosting(
            account=line.account_code or "", text=line.description, tax_code=line.tax_code or "",
            amount_minor=-line.amount_minor,
        )  # fmt: skip


def _named(code: str | None, names: dict[str, str]) -> str:
    return " ".join(filter(None, (code or "", names.get(code or "", ""))))


def _plain(number: str) -> str:
    """Return a number as part of a file's name."""
    return "Z-" + "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in number)

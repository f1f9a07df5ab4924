"""Verify against books read back from a file: what the ledger exported, held against what was posted and what is planned.

Nothing is asked of the ledger and nothing is changed. Documents that recon has not sent are compared as well: where another
integration writes, these are the only ones, and where recon writes, finding one of them there means that somebody else did.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from recon.books.analyses import Analyses
from recon.books.base import Books
from recon.books.reading import read_books
from recon.errors import IntakeError, UsageError
from recon.frames.conform import fill
from recon.frames.schemas import DOCUMENTS
from recon.money import plain
from recon.plan.inputs import POSTED_LINES, POSTED_POSTINGS, Plan
from recon.plan.plan import build_plan
from recon.proof.books import HELD, VERDICTS, BooksCompared, OurSide, compare_books, unnamed_vat
from recon.service.connecting import known_company
from recon.service.context import Context, Progress
from recon.service.known import current_sets
from recon.service.mapping_till import ledger_departments, ledger_projects
from recon.service.planning import plan_inputs, whole_set
from recon.service.posted_contents import posted_reader
from recon.service.rejections import rejected_orders
from recon.service.till_entries import held_settlements, mark_of
from recon.summaries.books import BooksAccount, BooksDifference, BooksReport, BooksStranger, BooksVoucher

COMPARED: Final = ("settlement", "invoice", "receipt", "credit_note")
"""Kinds of documents that stand in books as a voucher of their own."""
_WORDS: Final = {
    "equal": "there once, and equal", "there": "there once; it is held here, so its accounts were not compared",
    "differs": "there, and differs", "twice": "there more than once", "missing": "not there",
}  # fmt: skip
_WHY: Final = {
    "names-report": "it names a Z report that no file of ours holds, or one that another voucher is already",
    "like-settlement": "it moves sales and money of the till like a settlement",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksAsked:
    """What to compare, and how the file is to be read where it does not tell."""

    path: Path
    since: dt.date | None = None
    until: dt.date | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ""
    department_type: str = ""
    project_type: str = ""
    vat_accounts: Mapping[str, str] = field(default_factory=dict)
    """The ledger's own account by VAT code."""


class PeriodNeeded(UsageError):
    """A trial balance does not say of which days it is, and nobody did."""


def verify_books(context: Context, connection: str | None, asked: BooksAsked, *, on_progress: Progress) -> BooksReport:
    """Hold a connection's documents against a file of its ledger's books.

    Raises:
        UsageError: There is no such file.
        PeriodNeeded: It is a trial balance, and nobody says of which days.
        MalformedFile: It cannot be read.
        IntakeError: It is another company's.
    """
    name, _ = context.connection(connection)
    if not asked.path.is_file():
        raise UsageError(f"There is no file {asked.path}. Nothing was compared.")
    on_progress("reading the books")
    books = read_books(
        asked.path, columns=asked.columns, decimal=asked.decimal, analyses=_analyses(context, name, asked)
    )
    notes = [*books.notes, *_same_company(context, books, asked.path.name)]
    since, until = asked.since or books.since, asked.until or books.until
    if not books.has_vouchers and (since is None or until is None):
        raise PeriodNeeded(
            f"{asked.path.name} is a trial balance and does not say of which days; give --since DAY and --until DAY. Nothing was compared."
        )
    on_progress("gathering what should stand there")
    ours, more = our_side(context, name)
    on_progress("comparing")
    mark = mark_of(context)
    compared = compare_books(ours, books, mark=mark, since=since, until=until, vat_accounts=asked.vat_accounts)
    unnamed = [] if books.has_vouchers else unnamed_vat(ours, asked.vat_accounts)
    if unnamed:
        more = (
            *more,
            f"Which accounts the ledger books VAT on is not known for VAT codes {', '.join(unnamed)}; name them with --vat-account CODE=ACCOUNT.",
        )
    facts = {"since": _day(since), "until": _day(until), "notes": (*notes, *more, *_gaps(ours, compared, books))}
    return _report(name, asked.path, books, compared, facts)


def _analyses(context: Context, name: str, asked: BooksAsked) -> Analyses:
    """Return what a person says of the file's analysis types, and the codes that the ledger itself listed."""
    return Analyses(
        department_type=asked.department_type, project_type=asked.project_type,
        departments=frozenset(ledger_departments(context, name)), projects=frozenset(ledger_projects(context, name)),
    )  # fmt: skip


def our_side(context: Context, name: str) -> tuple[OurSide, tuple[str, ...]]:
    """Return what should stand in the books, and what of it could not be gathered, a sentence each."""
    company_id = known_company(context, name)[0]
    posted = context.store.posted_frame(company_id)
    mine = {batch.batch_id for batch in context.store.batches.all(name)}
    wanted = posted.filter(
        pl.col("batch_id").is_in(sorted(mine)), ~pl.col("pending"), pl.col("kind").cast(pl.String).is_in(COMPARED)
    )
    there = posted_reader(context, wanted)(wanted["document_key"].to_list())
    made, orders = _planned(context, name, company_id)
    documents = [
        _standing(there.documents, "posted"),
        *(
            [_standing(_new(made, wanted), "planned"), _standing(held_settlements(made, orders), HELD)]
            if made is not None
            else []
        ),
    ]
    lines, postings = [there.lines], [there.postings]
    if made is not None:
        keys = made.documents.select("doc_no", "document_key").join(wanted, on="document_key", how="anti")
        lines.append(made.lines.join(keys, on="doc_no").select(POSTED_LINES.names()).cast(POSTED_LINES))
        postings.append(made.postings.join(keys, on="doc_no").select(POSTED_POSTINGS.names()).cast(POSTED_POSTINGS))
    whole = pl.concat(documents).sort("issued_on", "document_key", maintain_order=True)
    sold = pl.concat(lines)["account_code"].drop_nulls().unique().to_list()
    paid = whole["payments"].explode(empty_as_null=True).struct.field("payment_method").drop_nulls().unique().to_list()
    gone = wanted.height - there.documents.height
    said = (
        (f"The contents of {gone:,} posted documents are not kept any more; they were not compared.",) if gone else ()
    )
    ours = OurSide(
        documents=whole, lines=pl.concat(lines), postings=pl.concat(postings), sale_accounts=frozenset(sold),
        money_accounts=frozenset(paid),
    )  # fmt: skip
    return ours, said


def _planned(context: Context, name: str, company_id: str) -> tuple[Plan | None, pl.DataFrame]:
    """Return what would be planned now, with the orders; without a look at what others posted."""
    rules = context.settings.connections[name]
    sets = current_sets(context, name, rules)
    if not sets:
        return None, pl.DataFrame()
    frames = whole_set(context, name, sets)
    posted = context.store.posted_orders_frame(company_id)
    left_out = rejected_orders(context, name)
    inputs = plan_inputs(context, name, rules, sets, frames, posted, left_out=left_out)
    return build_plan(replace(inputs, wishes=inputs.wishes.head(0))), frames.orders


def _standing(documents: pl.DataFrame, stands: str) -> pl.DataFrame:
    return fill(documents, DOCUMENTS).with_columns(pl.lit(stands).alias("stands"))


def _new(made: Plan, posted: pl.DataFrame) -> pl.DataFrame:
    """Return the documents a plan would make now that are none of the posted."""
    asked = made.documents.filter(pl.col("kind").cast(pl.String).is_in(COMPARED))
    return asked.join(posted, on="document_key", how="anti", maintain_order="left")


def _same_company(context: Context, books: Books, name: str) -> Iterator[str]:
    """Refuse another company's books; say where that cannot be told.

    Raises:
        IntakeError: The file names another company.
    """
    own, theirs = mark_of(context), "".join(filter(str.isdigit, books.company_number))
    if own and theirs and own != theirs:
        raise IntakeError(
            f"{name} holds the books of {books.company_name or 'another company'} ({books.company_number}); this workspace is "
            f"{context.settings.company.name} ({context.settings.company.tax_id}). Export the file from the right company. "
            "Nothing was compared."
        )
    if not own:
        yield "company.tax_id of recon.toml is empty, so whose books these are was not checked, and vouchers were not looked for by recon's mark."
    elif not theirs:
        yield "The file does not say whose books it holds; make sure that it is this company's."
    currency = context.settings.company.currency
    if books.currency and books.currency != currency:
        yield f"The file is in {books.currency}, the books of this workspace in {currency}."


def _gaps(ours: OurSide, compared: BooksCompared, books: Books) -> Iterator[str]:
    """Say what was not compared."""
    if books.has_vouchers and not books.has_projects and ours.documents["project"].null_count() < ours.documents.height:
        yield "The file's analysis types name no project, so projects were not compared; name the type with --project-type."
    if compared.left_out:
        yield f"Documents of other days than the file covers: {compared.left_out:,}. They were not compared."
    held = compared.vouchers.filter(pl.col("stands") == HELD).height
    if held:
        yield f"Settlements that are held here: {held:,}. They were looked for by number, day and sum only, and are not in the sums of accounts."
    if not books.has_vouchers:
        yield "A trial balance holds no vouchers: what others moved on an account is part of its difference."
    elif books.balances.height:
        moved = books.lines.group_by("account_code").agg(pl.col("amount_minor").sum().alias("_lines"))
        both = books.balances.drop_nulls("moved_minor").join(moved, on="account_code", how="left")
        odd = both.filter(pl.col("moved_minor") != pl.col("_lines").fill_null(0)).height
        if odd:
            yield f"Accounts whose vouchers do not lead from the opening to the closing balance the file states: {odd:,}."


def _report(name: str, path: Path, books: Books, compared: BooksCompared, facts: Mapping[str, Any]) -> BooksReport:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    counts = dict(compared.vouchers.group_by("verdict").len().iter_rows())
    differences: dict[str, list[BooksDifference]] = {}
    for row in compared.differences.iter_rows(named=True):
        differences.setdefault(row["document_key"], []).append(_difference(row))
    return BooksReport(
        file=path.name, digest=digest, form=books.form, company=books.company_name, company_number=books.company_number,
        written_by=books.written_by, written_on=books.written_on, connection=name, vouchers_read=books.vouchers.height,
        counts={verdict: counts[verdict] for verdict in VERDICTS if verdict in counts},
        vouchers=tuple(_voucher(row, tuple(differences.get(row["document_key"], ()))) for row in compared.vouchers.iter_rows(named=True)),
        strange=tuple(_stranger(row) for row in compared.strange.iter_rows(named=True)),
        accounts=tuple(_account(row) for row in compared.accounts.iter_rows(named=True)), left_out=compared.left_out, **facts,
    )  # fmt: skip


def _difference(row: Mapping[str, Any]) -> BooksDifference:
    return BooksDifference(
        field=row["field"], account=row["account_code"], ours=row["ours"], theirs=row["theirs"],
        difference=_sum(row["difference_minor"]), text=_difference_text(row["field"], row["account_code"], row["ours"], row["theirs"]),
    )  # fmt: skip


def _difference_text(what: str, account: str | None, ours: str, theirs: str) -> str:
    """Return one difference in words, a whole sentence for each kind, so that each can be said in another language."""
    if what == "account":
        if theirs == "none":
            return f"account {account}: here {ours}, not in the books"
        return f"account {account}: not here, in the books {theirs}"
    if what == "amount":
        return f"amount of account {account}: here {ours}, in the books {theirs}"
    if what == "vat-code":
        return f"VAT code of account {account}: here {ours}, in the books {theirs}"
    if what == "date":
        return f"day: here {ours}, in the books {theirs}"
    if theirs == "none":
        return (
            f"department: here {ours}, none in the books"
            if what == "department"
            else f"project: here {ours}, none in the books"
        )
    if what == "department":
        return f"department: here {ours}, in the books {theirs}"
    return f"project: here {ours}, in the books {theirs}"


def _voucher(row: Mapping[str, Any], differences: tuple[BooksDifference, ...]) -> BooksVoucher:
    said = _WORDS[row["verdict"]]
    if row["verdict"] == "missing" and row["stands"] != "posted":
        said = "not there, and recon has not sent it"
    elif row["verdict"] != "missing" and row["stands"] == "planned":
        said = f"{said}; recon has not sent it"
    return BooksVoucher(
        order_number=row["order_number"], document_key=row["document_key"], kind=row["kind"], day=_day(row["issued_on"]) or "",
        total=plain(row["total_minor"]), stands=row["stands"], verdict=row["verdict"], way=row["way"], voucher=row["voucher"],
        vouchers=tuple(row["vouchers"]), writers=tuple(row["writers"]), voucher_day=_day(row["voucher_on"]), voucher_text=row["voucher_text"],
        entered_by=row["entered_by"], entered_on=_day(row["entered_on"]), posted_on=_day(row["posted_on"]),
        differences=differences, text=said,
    )  # fmt: skip


def _stranger(row: Mapping[str, Any]) -> BooksStranger:
    return BooksStranger(
        voucher=row["voucher"] or "", day=_day(row["voucher_on"]), description=row["text"] or "", debit=plain(row["debit_minor"]),
        entered_by=row["entered_by"], entered_on=_day(row["entered_on"]), why=row["why"], text=_WHY[row["why"]],
    )  # fmt: skip


def _account(row: Mapping[str, Any]) -> BooksAccount:
    return BooksAccount(
        account=row["account_code"], name=row["name"], ours=plain(row["ours_minor"]), found=_sum(row["found_minor"]),
        others=_sum(row["others_minor"]), ledger=_sum(row["ledger_minor"]), difference=plain(row["difference_minor"]),
    )  # fmt: skip


def _day(value: dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def _sum(minor: int | None) -> str | None:
    return None if minor is None else plain(minor)

"""The books as a plain-text journal, so that a program none of us wrote checks the arithmetic.

One entry per document, with number, kind, order, and the file and row it came from. The journal ends with the balance
of every account as we have it: hledger and beancount refuse the file if they come to another one. Documents the ledger
has confirmed are marked ``*``, the others ``!``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Final

import polars as pl

from exports.audit_frames import AuditFrames
from exports.columns import decimal_text, money_digits
from exports.fast_sheet import scaled_text
from exports.journal_accounts import JournalAccount, Program, account_kinds, account_names
from exports.safe_text import safe_column, safe_text
from exports.workbook import write_safely
from recon.crash import NO_CRASH, CrashPoints
from recon.errors import UsageError
from recon.money import exponent

__all__ = ["JournalAccount", "WrittenJournal", "write_journal"]

ENDINGS: Final[dict[Program, str]] = {"hledger": ".journal", "beancount": ".beancount"}
_CHUNK_DOCUMENTS: Final = 20_000
_IN_BOOKS: Final = ("posted", "by_hand")


@dataclass(frozen=True, slots=True)
class WrittenJournal:
    """Where the journal lies and what is in it."""

    path: Path
    entries: int
    left_out: int
    """Documents without postings."""
    balances: dict[tuple[str, str], int]
    """Balance in minor units by account code and currency; debits are positive."""


@dataclass(frozen=True, slots=True)
class _Books:
    """Everything an entry is made of, in the order of the journal."""

    documents: pl.DataFrame
    postings: pl.DataFrame
    names: dict[str, str]
    accounts: dict[str, JournalAccount]
    balances: pl.DataFrame
    left_out: int


def write_journal(
    frames: AuditFrames,
    path: Path,
    *,
    format: Program,  # noqa: A002 - the word of the command line
    accounts: Mapping[str, JournalAccount] | None = None,
    title: str = "",
    crash: CrashPoints = NO_CRASH,
) -> WrittenJournal:
    """Write the documents of ``frames`` (documents, postings, orders and, where there is one, the outbox).

    Args:
        frames: The plan's frames; those not needed may be empty.
        path: Where the journal shall lie.
        format: ``hledger`` or ``beancount``.
        accounts: Kind and name by account code; codes left out are judged by their role in the postings.
        title: Company or batch, printed at the top.
        crash: Named points where a test stops the program.

    Raises:
        UsageError: Another format was named.
        ExportError: Not written; a file that was there before is untouched.
    """
    if format not in ENDINGS:
        raise UsageError(f"Journals are written for {' and '.join(ENDINGS)}, not for {format!r}.")
    books = _books(frames, accounts or {}, format)
    digest = hashlib.sha256()

    def write(target: Path) -> None:
        with target.open("xb") as stream:
            _write_text(stream, books, format, title, digest)

    def check(written: Path) -> list[str]:
        with written.open("rb") as stream:
            read = hashlib.file_digest(stream, "sha256").hexdigest()
        return [] if read == digest.hexdigest() else ["the file does not hold the bytes that were written"]

    placed = write_safely(path, write, check, crash=crash, step="journal-file")
    balances = {(code, currency): value for code, currency, value in books.balances.iter_rows()}
    return WrittenJournal(placed, books.documents.height, books.left_out, balances)


def _books(frames: AuditFrames, given: Mapping[str, JournalAccount], program: Program) -> _Books:
    """Sort documents by date, give each posting its account and signed amount, and add up the balances."""
    origin = frames.orders.select("order_no", "file", "row")
    state = frames.outbox.unique("document_key", keep="last").select("document_key", "state")
    having = frames.documents.join(frames.postings, on="doc_no", how="semi")
    documents = (
        having.join(origin, on="order_no", how="left", maintain_order="left")
        .join(state, on="document_key", how="left", maintain_order="left")
        .sort("issued_on", "doc_no")
        .with_row_index("entry")
    )
    accounts = account_kinds(documents, frames.postings, given)
    names = account_names(accounts, program)
    digits = money_digits(documents, "currency", 2)
    postings = (
        frames.postings.join(documents.select("doc_no", "entry", "currency"), on="doc_no", how="inner")
        .with_columns((pl.col("debit_minor") - pl.col("credit_minor")).alias("signed"))
        .sort("entry", "posting_no")
    )
    balances = (
        postings.group_by("account_code", "currency")
        .agg(pl.col("signed").cast(pl.Int128).sum())
        .sort("account_code", "currency")
    )
    amount = decimal_text(pl.col("signed"), digits)
    account = pl.col("account_code").replace_strict(names, return_dtype=pl.String)
    text = pl.concat_str(
        pl.lit("    " if program == "hledger" else "  "), account, pl.lit("  "), amount, pl.lit(" "), "currency"
    ).alias("text")
    left_out = frames.documents.height - documents.height
    return _Books(documents, postings.select("entry", text), names, accounts, balances, left_out)


def _write_text(stream: IO[bytes], books: _Books, program: Program, title: str, digest: hashlib._Hash) -> None:
    def put(content: bytes) -> None:
        digest.update(content)
        stream.write(content)

    days = books.documents["issued_on"]
    first, last = days.min(), days.max()
    opening = first if isinstance(first, dt.date) else dt.date(2000, 1, 1)
    put(_top(books, program, title, opening).encode())
    for start in range(0, books.documents.height, _CHUNK_DOCUMENTS):
        put(_entries(books, program, start))
    if isinstance(last, dt.date):
        put(_closing(books, program, last + dt.timedelta(days=1)).encode())


def _top(books: _Books, program: Program, title: str, opening: dt.date) -> str:
    """Options, currencies and accounts."""
    mark = ";" if program == "hledger" else ";;"
    currencies = books.documents["currency"].unique().sort().to_list()
    lines = [
        f"{mark} {_one_line(title) or 'Journal'}: {books.documents.height:,} documents, written by recon.",
        f"{mark} Entries marked * are confirmed by the ledger, ! are not. Balances stand at the end.",
    ]
    if books.left_out:
        lines.append(f"{mark} {books.left_out:,} documents without postings are left out.")
    lines.append("")
    if program == "hledger":
        lines.append("decimal-mark .")
        lines += [f"commodity 1000.{'0' * exponent(code)} {code}" for code in currencies]
        lines += [f"account {name}" for name in sorted(books.names.values())]
    else:
        lines.append(f'option "title" "{_quoted(title or "recon")}"')
        lines += [f'option "operating_currency" "{code}"' for code in currencies]
        for code, name in sorted(books.names.items(), key=lambda pair: pair[1]):
            lines.append(f'{opening} open {name}\n  code: "{_quoted(code)}"')
            if books.accounts[code].name:
                lines.append(f'  name: "{_quoted(books.accounts[code].name)}"')
    return "\n".join(lines) + "\n\n"


def _entries(books: _Books, program: Program, start: int) -> bytes:
    """Return some entries: the heads and the postings, put in order by entry."""
    documents = books.documents.slice(start, _CHUNK_DOCUMENTS)
    postings = books.postings.filter(pl.col("entry").is_between(start, start + documents.height - 1))
    outside = ("contact_name", "number", "order_number", "order_key", "document_key", "file", "applies_to_number")
    documents = documents.with_columns(_flat(documents[name]) for name in outside)
    head = _hledger_head() if program == "hledger" else _beancount_head()
    heads = documents.select("entry", pl.lit(0, pl.UInt8).alias("part"), head.alias("text"))
    gaps = documents.select("entry", pl.lit(2, pl.UInt8).alias("part"), pl.lit("").alias("text"))
    legs = postings.select("entry", pl.lit(1, pl.UInt8).alias("part"), "text")
    lines = pl.concat([heads, legs, gaps]).sort("entry", "part", maintain_order=True)
    text = BytesIO()
    lines.select("text").write_csv(text, include_header=False, quote_style="never")
    return text.getvalue()


def _flat(column: pl.Series) -> pl.Series:
    """One line, no control characters; never null."""
    return safe_column(column).str.replace_all("\n", " ", literal=True).str.strip_chars().fill_null("")


def _flag() -> pl.Expr:
    """Confirmed or not; a plan that was never handed to an upload is taken as it stands."""
    state = pl.col("state").fill_null("posted")
    return pl.when(state.is_in(_IN_BOOKS)).then(pl.lit("*")).otherwise(pl.lit("!"))


def _about() -> pl.Expr:
    """What happened, in words: ``credit note, order #1006, for RT-1006``."""
    kind = pl.col("kind").cast(pl.String).str.replace_all("_", " ", literal=True)
    applies = pl.when(pl.col("applies_to_number") != "").then(pl.concat_str(pl.lit(", for "), "applies_to_number"))
    return pl.concat_str(kind, pl.lit(", order "), "order_number", applies.otherwise(pl.lit("")))


def _hledger_head() -> pl.Expr:
    """``date flag (number) contact | words``, and tags. hledger has no escapes: its own signs become their wide forms."""

    def tame(value: pl.Expr) -> pl.Expr:
        return value.str.replace_many([";", "|", "(", ")"], ["；", "｜", "（", "）"])

    def tag(name: str, value: pl.Expr) -> pl.Expr:  # a comma would end the tag
        return pl.concat_str(pl.lit(f"{name}:"), value.str.replace_all(",", "，", literal=True))

    code = pl.when(pl.col("number") != "").then(pl.concat_str(pl.lit("("), tame(pl.col("number")), pl.lit(") ")))
    row = pl.col("row").cast(pl.String).fill_null("")
    named = (
        ("document", pl.col("document_key")),
        ("order", pl.col("order_key")),
        ("file", pl.col("file")),
        ("row", row),
    )
    tags = pl.concat_str([tag(name, value) for name, value in named], separator=", ")
    return pl.concat_str(
        pl.col("issued_on").cast(pl.String), pl.lit(" "), _flag(), pl.lit(" "), code.otherwise(pl.lit("")),
        tame(pl.col("contact_name")), pl.lit(" | "), tame(_about()), pl.lit("\n    ; "), tags,
    )  # fmt: skip


def _beancount_head() -> pl.Expr:
    """``date flag "contact" "words" #kind``, and metadata."""

    def quoted(value: pl.Expr) -> pl.Expr:
        return pl.concat_str(pl.lit('"'), value.str.replace_many(["\\", '"'], ["\\\\", '\\"']), pl.lit('"'))

    tag = pl.concat_str(pl.lit(" #"), pl.col("kind").cast(pl.String).str.replace_all("_", "-", literal=True))
    return pl.concat_str(
        pl.col("issued_on").cast(pl.String), pl.lit(" "), _flag(), pl.lit(" "), quoted(pl.col("contact_name")),
        pl.lit(" "), quoted(_about()), tag,
        pl.lit("\n  number: "), quoted(pl.col("number")), pl.lit("\n  document: "), quoted(pl.col("document_key")),
        pl.lit("\n  order: "), quoted(pl.col("order_key")), pl.lit("\n  file: "), quoted(pl.col("file")),
        pl.lit("\n  row: "), pl.col("row").cast(pl.String).fill_null('""'),
    )  # fmt: skip


def _closing(books: _Books, program: Program, day: dt.date) -> str:
    """The balance of every account as we have it, for the program to hold against its own."""
    lines = ["", f"{day} * Balances of these documents"] if program == "hledger" else [""]
    for code, currency, value in books.balances.iter_rows():
        digits = exponent(currency)
        amount = f"{scaled_text(int(value), digits)} {currency}"
        if program == "hledger":
            lines.append(f"    {books.names[code]}  {scaled_text(0, digits)} {currency} = {amount}")
        else:
            lines.append(f"{day} balance {books.names[code]}  {amount}")
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(safe_text(text).split())


def _quoted(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace('"', '\\"')

"""Journals: hledger and beancount accept them and come to our balances."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from beancount import loader
from beancount.core.data import Transaction
from beancount.ops.validation import HARDCORE_VALIDATIONS

from bench.made_audit import made_frames
from exports.audit_frames import AuditFrames, audit_frames
from exports.journal import JournalAccount, WrittenJournal, write_journal
from exports.journal_accounts import account_kinds, account_names
from recon.errors import ExportError, UsageError
from recon.money import plain
from tests.journals import hledger

EVIL = 'A "quoted" \\ name; | (x) = [2026-01-01]\n*second, date:1999-01-01 ย่อหน้า\t#tag ^link'


@pytest.fixture
def frames() -> AuditFrames:
    """Frames whose contact and numbers try to break out of their place."""
    made = made_frames(60)
    documents = made.documents.with_columns(
        pl.when(pl.col("doc_no") % 3 == 0).then(pl.lit(EVIL)).otherwise("contact_name").alias("contact_name"),
        pl.when(pl.col("doc_no") % 5 == 0).then(pl.lit('RT-") ; (1')).otherwise("number").alias("number"),
        pl.when(pl.col("doc_no") % 7 == 0).then(pl.lit("")).otherwise("order_number").alias("order_number"),
    )
    return audit_frames(orders=made.orders, documents=documents, postings=made.postings, outbox=made.outbox)


def sums(frames: AuditFrames) -> dict[str, int]:
    grouped = frames.postings.group_by("account_code").agg(
        (pl.col("debit_minor") - pl.col("credit_minor")).sum().alias("minor")
    )
    return dict(grouped.iter_rows())


def test_beancount_accepts_it_and_comes_to_our_balances(tmp_path: Path, frames: AuditFrames) -> None:
    done = write_journal(frames, tmp_path / "books.beancount", format="beancount", title='"Shop" \\ ร้าน')
    entries, errors, options = loader.load_file(str(done.path), extra_validations=HARDCORE_VALIDATIONS)
    assert errors == []
    assert options["operating_currency"] == ["THB"]
    found: dict[str, str] = {}
    transactions = [entry for entry in entries if isinstance(entry, Transaction)]
    assert len(transactions) == done.entries == frames.documents.height
    for posting in (posting for entry in transactions for posting in entry.postings):
        found[posting.account] = str(
            pl.Series([found.get(posting.account, "0"), str(posting.units.number)]).str.to_decimal(scale=2).sum()
        )
    ours = {code: plain(minor) for code, minor in sums(frames).items()}
    assert {name.split(":")[1]: amount for name, amount in found.items()} == ours
    first = next(entry for entry in transactions if entry.meta["document"].endswith("credit_note/1"))
    assert first.meta["file"] == "9f86d081884c"
    assert int(first.meta["row"]) >= 2
    assert first.tags == {"credit-note"}
    evil = {entry.payee for entry in transactions if "quoted" in (entry.payee or "")}
    assert evil == {'A "quoted" \\ name; | (x) = [2026-01-01] *second, date:1999-01-01 ย่อหน้า␉#tag ^link'}


def test_hledger_accepts_it_strictly_and_comes_to_our_balances(tmp_path: Path, frames: AuditFrames) -> None:
    done = write_journal(frames, tmp_path / "books.journal", format="hledger", title="Shop; ร้าน | x")
    hledger(done.path, "check", "--strict")
    rows = list(csv.reader(io.StringIO(hledger(done.path, "balance", "-N", "--flat", "-E", "-O", "csv"))))[1:]
    found = {name.split(":")[1]: amount.removesuffix(" THB") for name, amount in rows}
    assert found == {code: plain(minor) for code, minor in sums(frames).items()}
    printed = hledger(done.path, "print", "tag:order=shopify:shop1:5000000006$")
    assert printed.count("row:12") == 2, "receipt and credit note of one order, with their row"
    assert hledger(done.path, "register", "date:1999").strip() == "", "no date slips in from a name"
    assert hledger(done.path, "stats").count("2026-06-01") >= 1


def test_the_program_notices_a_wrong_balance(tmp_path: Path, frames: AuditFrames) -> None:
    done = write_journal(frames, tmp_path / "books.beancount", format="beancount")
    text = done.path.read_text(encoding="utf-8")
    minor = sums(frames)["BNK001"]
    ours, wrong = (f"balance Assets:BNK001  {plain(value)} THB" for value in (minor, minor + 100))
    assert text.count(ours) == 1
    (tmp_path / "wrong.beancount").write_text(text.replace(ours, wrong), encoding="utf-8")
    _, errors, _ = loader.load_file(str(tmp_path / "wrong.beancount"))
    assert [type(error).__name__ for error in errors] == ["BalanceError"]


@pytest.mark.parametrize("program", ["hledger", "beancount"])
def test_unconfirmed_documents_are_marked(tmp_path: Path, frames: AuditFrames, program: str) -> None:
    outbox = frames.outbox.with_columns(
        pl.when(pl.int_range(pl.len()) < 2).then(pl.lit("refused")).otherwise(pl.lit("posted")).alias("state")
    )
    held = audit_frames(orders=frames.orders, documents=frames.documents, postings=frames.postings, outbox=outbox)
    done = write_journal(held, tmp_path / "books", format=program)  # type: ignore[arg-type]
    text = done.path.read_text(encoding="utf-8")
    assert sum(line[:4] == "2026" and line[10:13] == " ! " for line in text.splitlines()) == 2


def test_credit_notes_and_voids_turn_the_sides(tmp_path: Path, frames: AuditFrames) -> None:
    done = write_journal(frames, tmp_path / "books.beancount", format="beancount")
    entries, _, _ = loader.load_file(str(done.path))
    for entry in (entry for entry in entries if isinstance(entry, Transaction)):
        income = [posting.units.number for posting in entry.postings if posting.account == "Income:410101"]
        reversing = bool(entry.tags & {"credit-note", "void"})
        assert all((number > 0) == reversing for number in income)


def test_accounts_are_judged_by_their_role(frames: AuditFrames) -> None:
    kinds = {code: account.root for code, account in account_kinds(frames.documents, frames.postings, {}).items()}
    assert kinds == {
        "113101": "Assets", "215101": "Liabilities", "410101": "Income", "BNK001": "Assets", "BNK002": "Assets",
        "BNK003": "Assets", "CSH001": "Assets", "EWL001": "Assets",
    }  # fmt: skip


def test_given_accounts_win_and_carry_their_name(tmp_path: Path, frames: AuditFrames) -> None:
    given = {
        "410101": JournalAccount("Equity", 'ขาย "online": ก; x'),
        "BNK001": JournalAccount("Assets", "KBank savings"),
    }
    done = write_journal(frames, tmp_path / "books.journal", format="hledger", accounts=given)
    text = done.path.read_text(encoding="utf-8")
    assert "account Equity:410101 ขาย online ก x\n" in text
    assert "account Assets:BNK001 KBank savings\n" in text
    hledger(done.path, "check", "--strict")
    bean = write_journal(frames, tmp_path / "books.beancount", format="beancount", accounts=given)
    assert loader.load_file(str(bean.path))[1] == []
    assert 'name: "ขาย \\"online\\": ก; x"' in bean.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("program", ["hledger", "beancount"])
def test_two_codes_never_share_a_name(program: str) -> None:
    accounts = {code: JournalAccount("Assets") for code in ("a.b", "a-b", "a b", "ก", "ข", "", "1:1", "1-1")}
    names = account_names(accounts, program)  # type: ignore[arg-type]
    assert len(set(names.values())) == len(accounts)


def test_odd_codes_become_names_both_programs_take(tmp_path: Path, frames: AuditFrames) -> None:
    codes = {"410101": "รายได้ (1);x  y", "BNK001": "k-bank.01", "215101": "ภาษี: 7%"}
    postings = frames.postings.with_columns(pl.col("account_code").replace(codes))
    odd = audit_frames(orders=frames.orders, documents=frames.documents, postings=postings)
    bean = write_journal(odd, tmp_path / "books.beancount", format="beancount")
    assert loader.load_file(str(bean.path))[1] == []
    done = write_journal(odd, tmp_path / "books.journal", format="hledger")
    hledger(done.path, "check", "--strict")


def test_other_currencies_keep_their_decimals(tmp_path: Path, frames: AuditFrames) -> None:
    documents = frames.documents.with_columns(
        pl.when(pl.col("doc_no") % 2 == 0).then(pl.lit("JPY")).otherwise(pl.lit("KWD")).alias("currency")
    )
    mixed = audit_frames(orders=frames.orders, documents=documents, postings=frames.postings)
    done = write_journal(mixed, tmp_path / "books.beancount", format="beancount")
    assert loader.load_file(str(done.path))[1] == []
    hledger(write_journal(mixed, tmp_path / "books.journal", format="hledger").path, "check", "--strict")
    assert " JPY" in done.path.read_text(encoding="utf-8")


def test_documents_without_postings_are_counted(tmp_path: Path, frames: AuditFrames) -> None:
    fewer = audit_frames(
        orders=frames.orders, documents=frames.documents, postings=frames.postings.filter(pl.col("doc_no") != 3)
    )
    done: WrittenJournal = write_journal(fewer, tmp_path / "books.journal", format="hledger")
    assert (done.entries, done.left_out) == (frames.documents.height - 1, 1)
    assert "1 documents without postings are left out" in done.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("program", ["hledger", "beancount"])
def test_nothing_to_write_is_a_valid_journal(tmp_path: Path, program: str) -> None:
    done = write_journal(audit_frames(), tmp_path / "books", format=program)  # type: ignore[arg-type]
    assert done.entries == 0
    if program == "beancount":
        assert loader.load_file(str(done.path))[1] == []
    else:
        hledger(done.path, "check", "--strict")


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not for 'ledger'"):
        write_journal(audit_frames(), tmp_path / "books", format="ledger")  # type: ignore[arg-type]


def test_f06_a_journal_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, frames: AuditFrames, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "books.journal"
    target.write_text("old")
    monkeypatch.setattr(
        "exports.journal._entries", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(ExportError, match="No space left on device"):
        write_journal(frames, target, format="hledger")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["books.journal"]

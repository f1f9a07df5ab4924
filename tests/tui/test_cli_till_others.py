"""The till's own integration writes settlements into the ledger: compared, held, adopted, warned of, never doubled."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import openpyxl
from beancount import loader
from beancount.core import data
from beancount.ops.validation import HARDCORE_VALIDATIONS

from tests.shell import Shell
from tests.tui.test_json import check
from tests.tui.till_world import as_saft, cafe, ledger, they_write, write

WHO = ("--as", "Kari", "--reason", "the till pushed them at 05:00")


def otherwise(at: int, sides: list, text: str):
    """Most as planned; one each missing, on another account, of another department, nameless, of another sum, twice."""
    (account, minor, place), *rest = sides
    if at == 1:
        return
    changed = {
        2: [(1505 if account != 1505 else 1504, minor, place), *rest], 3: [(a, m, "20") for a, m, _ in sides],
        5: [(account, minor + 1000, place), *rest[:-1], (rest[-1][0], rest[-1][1] - 1000, rest[-1][2])],
    }  # fmt: skip
    yield changed.get(at, sides), "Dagsoppgjør" if at == 4 else text, at % 3 == 0
    if at == 6:
        yield sides, text, False


def test_where_others_write_every_settlement_is_held_against_what_stands_there(shell_at: Callable) -> None:
    shell: Shell = shell_at(cafe)
    write(shell.root, ("writers",), "others")
    shell("plan")
    they_write(shell, otherwise)
    batch = shell.json("plan")["batch"]
    found = check(shell("others", "--json").expect(4))
    numbers = [line["order_number"] for line in sorted(found["lines"], key=lambda line: line["issued_on"])]
    by_order = {line["order_number"]: line for line in found["lines"]}
    odd = {number: line["differs_in"] for number, line in by_order.items() if line["differs_in"]}
    assert Counter(fact for differs in odd.values() for fact in differs) == Counter(
        {"account": 1, "account-amount": 2, "amount": 1, "department": 1, "no-number": 1, "several": 1}
    )
    assert found["compared"] == {"equal": 20, "differs": 5, "missing": 1, "stranger": 1}
    (missing, again) = sorted(found["one_sided"], key=lambda one: one["side"])
    assert missing["order_number"] not in numbers
    assert "a second time" in again["words"]
    assert any("unposted in the list of imports" in line["words"] for line in found["lines"])
    assert any("posted, names it" in line["words"] for line in found["lines"])
    with ledger(shell) as go:
        before = len(go.events())
    refused = shell("approve", batch, "--as", "Kari").expect(2)
    assert "somebody else posts" in refused.err
    with ledger(shell) as go:
        assert len(go.events()) == before


def test_where_both_write_what_stands_there_is_held_and_adopted_by_a_word(shell_at: Callable) -> None:
    shell: Shell = shell_at(cafe)
    write(shell.root, ("writers",), "shared")
    shell("plan")
    they_write(shell, otherwise)
    held = {cause["code"]: cause["orders"] for cause in shell.json("plan")["held"]}
    assert held == {"stands-in-ledger": 20, "stands-in-ledger-otherwise": 4, "maybe-in-ledger": 1}
    adopted = check(shell("adopt", "--all-certain", *WHO, "--json").expect(0))
    assert (adopted["orders"], adopted["documents"]) == (20, 20)
    verified = shell.json("verify", adopted["batch"])
    assert (verified["equal"], verified["differences"]) == (20, [])
    left = {cause["code"]: cause["orders"] for cause in shell.json("plan")["held"]}
    assert left == {"stands-in-ledger-otherwise": 4, "maybe-in-ledger": 1}


def test_where_only_recon_writes_a_voucher_of_somebody_else_is_a_warning(shell_at: Callable) -> None:
    shell: Shell = shell_at(cafe)
    assert not [c for c in shell.json("plan")["other"] if c["code"] == "maybe-booked-twice"]
    they_write(shell, lambda at, sides, text: iter([(sides, text, True)] if at < 2 else []))
    (warned,) = (c for c in shell.json("plan")["other"] if c["code"] == "maybe-booked-twice")
    assert warned["orders"] == 2


def test_what_recon_wrote_comes_back_from_the_ledgers_own_books(shell_at: Callable, tmp_path) -> None:
    from tests.recon.books_tools import saft_financial

    shell: Shell = shell_at(cafe)
    batch = shell.json("plan")["batch"]
    shell("approve", batch, "--as", "Kari").expect(0)
    assert shell.json("upload", batch)["state"] == "done"
    with ledger(shell) as go:
        for draft in go.papers("draft"):
            go.person().post_draft(draft.id)
        vouchers = as_saft(go)
        balances = {str(one.account): one.balance_minor for one in go.trial_balance() if one.balance_minor}
    path = tmp_path / "saft.xml"
    path.write_text(saft_financial(vouchers, company="999 999 999"), encoding="utf-8")
    book = tmp_path / "books.xlsx"
    report = check(shell("verify", "till", "--books", path, "-o", book, "--json").expect(0))
    assert report["workbook"] == str(book)
    assert len(openpyxl.load_workbook(book).sheetnames) == 5
    assert report["agrees"]
    assert report["counts"] == {"equal": 26}
    assert {v["way"] for v in report["vouchers"]} == {"number"}
    assert {
        a["account"]: int(a["ledger"].replace(".", "")) for a in report["accounts"] if a["ledger"] != "0.00"
    } == balances
    verified = shell.json("verify", batch)
    assert (verified["compared"], verified["equal"], verified["strangers"]) == (26, 26, [])
    they_write(shell, lambda at, sides, text: iter([(sides, text, True)] if at == 7 else []), batch)
    (again,) = shell.json("verify", batch, code=4)["strangers"]
    assert "a second time" in again["text"]
    assert_proved(shell, batch, balances)
    path.write_text(saft_financial(vouchers, company="888888888"), encoding="utf-8")
    assert "holds the books of" in shell("verify", "till", "--books", path).expect(3).err
    table = tmp_path / "saldo.csv"
    rows = "".join(
        f"{code};{minor // 100},{minor % 100:02}\n" if minor >= 0 else f"{code};-{-minor // 100},{-minor % 100:02}\n"
        for code, minor in balances.items()
    )
    table.write_text(f"Konto;Endring\n{rows}", encoding="utf-8")
    days = ("--since", "2026-03-01", "--until", "2026-03-31", "--vat-account", "3=2700", "--vat-account", "31=2701")
    trial = shell.json("verify", "till", "--books", table, *days, code=0)
    assert {account["difference"] for account in trial["accounts"]} == {"0.00"}
    assert len(trial["accounts"]) == len(balances)


def assert_proved(shell: Shell, batch: str, balances: dict[str, int]) -> None:
    """The journal comes to the ledger's trial balance in a program that is not ours, and the workbook has a row per Z report."""
    path = shell.json("journal", batch, "--format", "beancount", code=0)["path"]
    entries, errors, _ = loader.load_file(path, extra_validations=HARDCORE_VALIDATIONS)
    assert errors == []
    codes = {entry.account: entry.meta["code"] for entry in entries if isinstance(entry, data.Open)}
    sums: Counter[str] = Counter()
    for entry in data.filter_txns(entries):
        for posting in entry.postings:
            code = {"output vat 3": "2700", "output vat 31": "2701"}.get(codes[posting.account], codes[posting.account])
            sums[code] += int(posting.units.number * 100)
    assert {code: minor for code, minor in sums.items() if minor} == balances
    if found := shutil.which("hledger"):
        journal = shell.json("journal", batch, "--format", "hledger", code=0)["path"]
        subprocess.run([found, "-f", journal, "check", "--strict"], check=True, capture_output=True)
    book = openpyxl.load_workbook(shell.json("audit", batch, code=0)["path"])
    (title,) = [name for name in book.sheetnames if name in {"Z reports", "Z-rapporter"}]
    rows = [row for row in book[title].iter_rows(values_only=True) if row[0] and str(row[0]).startswith("K1/")]
    assert len(rows) == 26
    assert {row[17] for row in rows} <= {"posted", "bokført"}
    assert sum(Decimal(str(row[9])) for row in rows) == sum(Decimal(str(row[8])) - Decimal(str(row[7])) for row in rows)
    assert shell("verify", shell.root / "audit" / f"{batch}.xlsx").code == 0

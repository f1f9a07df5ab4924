"""Somebody else posts the same orders: recognised before every plan and upload, adopted by a person's word, never doubled."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from recon.config.edits import with_setting
from recon.sandbox.peak import Fault, SandboxPeak
from tests.clock import FakeClock
from tests.peak_books import BOOKS, peak_books, taken_in
from tests.shell import Shell
from tests.thai_shop import WHOLESALE
from tests.tui.test_json import check

PARTLY = {"partial-credit-by-hand": 1}
"""107.00 of the third order was given back; that has nothing to do with the others."""
WHO = ("--as", "Nok", "--reason", "ZORT pushed it at night")


class Books:
    """Our workspace, a second one that plays the shop's own integration, and the ledger both write to."""

    def __init__(self, ours: Shell, theirs: Shell, ledger: SandboxPeak, path: Path) -> None:
        self.ours, self.theirs, self.ledger, self.path = ours, theirs, ledger, path

    def they_post(self, *orders: str) -> None:
        """Let the other one post these orders."""
        self.theirs("plan")
        self.theirs("decide", "approve", *orders, "--as", "Robot").expect(0)
        batch = self.theirs.json("approve", "--decided", "--as", "Robot", code=0)["batch"]["batch"]
        self.theirs("upload", batch).expect(0)

    def live(self) -> Counter[int]:
        """Return the totals of all live documents."""
        return Counter(document.total_minor for document in self.ledger.truth() if document.status != "void")

    def held(self) -> dict[str, int]:
        """Return the causes of what our newest plan holds."""
        return {cause["code"]: cause["orders"] for cause in self.ours.json("plan")["held"]}


def workspace(root: Path, ledger: SandboxPeak, clock: FakeClock, export: Path = WHOLESALE, **settings: str) -> Shell:
    shell = peak_books(root, ledger, clock)
    path = root / "recon.toml"
    text = path.read_text(encoding="utf-8")
    for name, value in settings.items():
        text = with_setting(text, ("connections", "shop", name), value=value)
    path.write_text(text, encoding="utf-8")
    return taken_in(shell, ledger, export)


def shared(folder: Path, ledger: SandboxPeak, clock: FakeClock) -> None:
    """Two workspaces write to one ledger."""
    workspace(folder / "books", ledger, clock, writers="shared")
    workspace(folder / "others", ledger, clock, numbering="ledger")


@pytest.fixture
def books(tmp_path: Path, clock: FakeClock, peak_at) -> Books:
    ledger = peak_at(shared)
    return Books(Shell(tmp_path / "books", clock), Shell(tmp_path / "others", clock), ledger, tmp_path / BOOKS)


def orders_of(shell: Shell) -> list[str]:
    return [row["order_number"] for row in shell.json("plan")["rows"]]


def test_what_others_posted_is_held_then_adopted_and_never_sent(books: Books) -> None:
    first, *rest = orders_of(books.ours)
    books.they_post(first)
    assert books.held() == {"stands-in-ledger": 1, **PARTLY}
    found = check(books.ours("others", "--json").expect(4))
    (line,) = found["lines"]
    assert (line["order_number"], line["surety"], line["way"]) == (first, "certain", "word")
    adopted = check(books.ours("adopt", "--all-certain", *WHO, "--json").expect(0))
    assert (adopted["orders"], adopted["documents"]) == (1, 1)
    assert orders_of(books.ours) == rest
    batch = books.ours.json("plan")["batch"]
    books.ours("approve", batch, "--as", "Nok").expect(0)
    assert books.ours.json("upload", batch)["counts"] == {"posted": len(rest)}
    assert len(list(books.ledger.truth())) == 1 + len(rest) and max(books.live().values()) == 1
    assert books.ours.json("plan")["documents"] == 0
    books.ours("doctor").expect(0)
    shown = books.ours.json("show", line["document_key"])
    assert "Adopted by Nok" in json.dumps(shown, ensure_ascii=False)
    verified = books.ours.json("verify", adopted["batch"])
    assert (verified["missing"], {d["field"] for d in verified["differences"]}) == ([], set())
    books.ours("audit", adopted["batch"]).expect(0)
    books.ours("journal", "--format", "hledger").expect(0)


def test_f35_another_companys_entries_are_neither_read_nor_adopted(books: Books) -> None:
    first, *_rest = orders_of(books.ours)
    books.they_post(first)
    books.ours("plan")
    books.ledger.inject(Fault(kind="wrong-company", path="/user", times=None))
    for command in (("adopt", "--all-certain", *WHO), ("plan",)):
        assert books.ours(*command, "--json").expect(8).facts["kind"] == "WrongCompany"
    books.ledger.clear_faults()
    assert books.ours.json("adopt", "--all-certain", *WHO, code=0)["orders"] == 1


def test_what_others_post_between_approval_and_upload_is_not_sent(books: Books) -> None:
    first, *_rest = orders_of(books.ours)
    books.ours("approve", "B0001", "--as", "Nok").expect(0)
    books.they_post(first)
    before = books.live()
    refused = books.ours("upload", "B0001")
    assert refused.code != 0 and "posted by somebody else" in refused.err and "void" in refused.err
    assert books.live() == before
    assert books.held() == {"stands-in-ledger": 1, **PARTLY}


def test_an_entry_that_is_another_sale_lets_the_order_go(books: Books) -> None:
    first, *_rest = orders_of(books.ours)
    books.they_post(first)
    assert books.held() == {"stands-in-ledger": 1, **PARTLY}
    said = check(books.ours("adopt", first, "--not-the-same", *WHO, "--json").expect(0))
    assert said["said"] == "another-sale"
    assert first in orders_of(books.ours)
    assert books.held() == PARTLY


def test_an_entry_of_another_amount_needs_a_word_of_its_own(books: Books) -> None:
    first, *_rest = orders_of(books.ours)
    books.they_post(first)
    with sqlite3.connect(books.path) as there:
        there.execute("UPDATE documents SET total_minor = total_minor + 100")
    there.close()
    assert books.held() == {"stands-in-ledger-otherwise": 1, **PARTLY}
    refused = books.ours("adopt", first, *WHO)
    assert refused.code == 4 and "differs by 1.00" in refused.err and "Nothing was adopted" in refused.err
    adopted = books.ours.json("adopt", first, "--accept-differences", *WHO, code=0)
    assert adopted["documents"] == 1
    for _ in range(2):  # as read when it was adopted, then as verify reads it
        vat = check(books.ours("vat", "--month", "2026-10", "--dry-run", "--json").expect(4))
        (unlike,) = vat["ledger_differs"]
        assert (unlike["difference"], unlike["batch_id"]) == ("1.00", adopted["batch"])
        assert [c["name"] for c in vat["checks"] if not c["agrees"] and "sum there 1" in c["name"]]
        books.ours("verify", adopted["batch"]).expect(4)


def test_with_writers_others_nothing_is_approved(tmp_path: Path, clock: FakeClock, key_store) -> None:
    with SandboxPeak(clock=clock, durable=False) as ledger:
        ours = workspace(tmp_path / "books", ledger, clock, writers="others")
        planned = ours("plan").expect(4).out
        assert "next: recon others" in planned and "recon approve" not in planned
        refused = ours("approve", "B0001", "--as", "Nok")
        assert refused.code == 2 and 'writers = "others"' in refused.err
        assert list(ledger.truth()) == []


def test_a_ledger_that_does_not_answer_stops_the_plan(books: Books) -> None:
    orders_of(books.ours)
    books.ledger.stop()
    refused = books.ours("plan")
    assert refused.code == 5


def test_words_that_lack_a_part(books: Books) -> None:
    refused = books.ours("adopt", "SO-1", *WHO)
    assert refused.code == 2 and "was not read" in refused.err
    first, *_rest = orders_of(books.ours)
    assert "no order of that name" in books.ours("adopt", "SO-none", *WHO).err
    assert "no entry of the ledger" in books.ours("adopt", first, *WHO).err
    assert "Name the orders" in books.ours("adopt", *WHO).err
    assert "recognised as certain" in books.ours("adopt", "--all-certain", *WHO).err
    assert "needs a reason" in books.ours("adopt", first, "--as", "Nok", "--reason", " ").err


def test_the_word_that_an_entry_is_another_sale_can_be_taken_back(books: Books) -> None:
    first, *_rest = orders_of(books.ours)
    books.they_post(first)
    books.held()
    books.ours("adopt", first, "--not-the-same", "--as", "Nok", "--reason", "undo:1 looks odd").expect(0)
    assert books.held() == PARTLY
    assert "Undone: 1 orders" in books.ours("others", "--undo").out
    assert books.held() == {"stands-in-ledger": 1, **PARTLY}
    assert "nothing to undo" in books.ours("others", "--undo").expect(2).err
    books.ours("doctor").expect(0)


def invoice_sent(folder: Path, ledger: SandboxPeak, clock: FakeClock) -> None:
    """Our invoice of the first order stands in the ledger; the buyer has paid since, and our plan holds the payment."""
    lines = WHOLESALE.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    unpaid = "".join(line.replace(",paid,", ",pending,", 1) if line.startswith("#1001") else line for line in lines)
    (folder / "unpaid.csv").write_text(unpaid, encoding="utf-8")
    settings = {"writers": "shared", "invoices": "awaiting-transfer-unpaid"}
    ours = workspace(folder / "books", ledger, clock, folder / "unpaid.csv", **settings)
    batch = ours.json("plan")["batch"]
    ours("approve", batch, "--as", "Nok").expect(0)
    ours("upload", batch).expect(0)
    (folder / "paid.csv").write_text("".join(lines), encoding="utf-8")
    ours("import", folder / "paid.csv").expect(0)
    assert [row["kind"] for row in ours.json("plan")["rows"]] == ["payment"]


@pytest.fixture
def invoiced(tmp_path: Path, clock: FakeClock, peak_at) -> Books:
    ledger, ours = peak_at(invoice_sent), Shell(tmp_path / "books", clock)
    return Books(ours, ours, ledger, tmp_path / BOOKS)


def they_pay(books: Books) -> None:
    with sqlite3.connect(books.path) as there:
        there.execute("UPDATE documents SET remain_minor = 0, status = 'paid' WHERE kind = 'invoice'")
    there.close()


def test_a_payment_that_somebody_else_made_on_our_invoice_is_not_made_twice(invoiced: Books) -> None:
    they_pay(invoiced)
    assert invoiced.held() == {"stands-in-ledger": 1, **PARTLY}
    (line,) = check(invoiced.ours("others", "--json").expect(4))["lines"]
    assert (line["kind"], line["surety"]) == ("payment", "certain")
    assert "is paid in full there" in line["words"]
    invoiced.ours("adopt", "--all-certain", *WHO).expect(0)
    assert invoiced.ours.json("plan")["documents"] == 0
    invoiced.ours("doctor").expect(0)


def test_a_payment_made_between_approval_and_upload_is_not_made_twice(invoiced: Books) -> None:
    batch = invoiced.ours.json("plan")["batch"]
    invoiced.ours("approve", batch, "--as", "Nok").expect(0)
    they_pay(invoiced)
    refused = invoiced.ours("upload", batch)
    assert refused.code != 0
    assert "is paid in full there" in refused.err


def test_our_own_payment_is_nobody_elses(invoiced: Books) -> None:
    batch = invoiced.ours.json("plan")["batch"]
    invoiced.ours("approve", batch, "--as", "Nok").expect(0)
    invoiced.ours("upload", batch).expect(0)
    assert invoiced.held() == PARTLY
    assert invoiced.ours("others").code == 0


def test_the_adoption_in_the_log_guards_every_document_of_it(books: Books) -> None:
    """One entry for all of them: a number changed afterwards is found all the same."""
    first, second, *_rest = orders_of(books.ours)
    books.they_post(first, second)
    books.held()
    books.ours("adopt", first, second, *WHO).expect(0)
    books.ours("doctor").expect(0)
    path = books.ours.root / ".recon" / "store.db"
    with sqlite3.connect(path) as store:
        guard = store.execute("SELECT sql FROM sqlite_master WHERE name = 'outbox_settled'").fetchone()[0]
        store.execute("DROP TRIGGER outbox_settled")
        store.execute("UPDATE outbox SET ledger_number = 'X-1' WHERE id = (SELECT MIN(id) FROM outbox)")
        store.execute(guard)
    store.close()
    damaged = books.ours("doctor")
    assert damaged.code == 8, damaged.out + damaged.err
    assert "are not those that were adopted" in damaged.out + damaged.err


def test_a_name_of_two_orders_and_a_long_list_of_problems(books: Books) -> None:
    orders = orders_of(books.ours)
    books.they_post(*orders)
    with sqlite3.connect(books.path) as there:
        there.execute("UPDATE documents SET total_minor = total_minor + 100")
    there.close()
    books.held()
    refused = books.ours("adopt", "--all", "differs", *WHO).expect(4)
    assert refused.err.count("differs by 1.00") == len(orders)
    assert (
        books.ours.json("adopt", "--all", "differs", "--accept-differences", "--dry-run", *WHO, code=0)["batch"] is None
    )


def test_where_somebody_else_posts_everything_both_sides_are_compared(
    tmp_path: Path, clock: FakeClock, key_store
) -> None:
    path = tmp_path / "peak.db"
    with SandboxPeak(path=path, clock=clock, durable=False) as ledger:
        ours = workspace(tmp_path / "books", ledger, clock, writers="others")
        theirs = workspace(tmp_path / "others", ledger, clock, numbering="ledger")
        books = Books(ours, theirs, ledger, path)
        same, other, missing = orders_of(ours)
        books.they_post(same, other)
        with sqlite3.connect(path) as there:
            there.execute(
                "UPDATE documents SET total_minor = total_minor + 100 WHERE rowid = (SELECT MAX(rowid) FROM documents)"
            )
        there.close()
        ours("plan")
        found = check(ours("others", "--json").expect(4))
        assert found["compared"] == {"equal": 1, "differs": 1, "missing": 1}
        assert [(one["side"], one["order_number"]) for one in found["one_sided"]] == [("missing", missing)]
        differs = {line["order_number"]: line["differs_in"] for line in found["lines"]}
        assert (differs[same], differs[other]) == ([], ["amount"])
        told = ours("others").out
        assert "missing there" in told
        assert "equal" in told

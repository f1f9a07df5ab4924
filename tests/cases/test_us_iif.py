"""October of the American shop by import file: written once, imported by an independent importer, confirmed by its report."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from unittest import mock

import pytest

from recon.sandbox.quickbooks import chart
from tests.clock import FakeClock
from tests.copies import settle
from tests.exports.iif_importer import Importer, Refused
from tests.journals import hledger
from tests.shell import Shell, run
from tui.wiring import service_for

ROOT = Path(__file__).parents[2]
CASE = ROOT / "fixtures" / "cases" / "us-shop-month"
LISTS = ROOT / "fixtures" / "ledger_api" / "quickbooks" / "lists.iif"
CHANNELS = {
    "Shopify Payments": "Shopify Payments Clearing", "Gift Card + Shopify Payments": "Shopify Payments Clearing",
    "PayPal Express Checkout": "PayPal Clearing", "Cash": "Cash Drawer",
}  # fmt: skip


def new_books(root: Path, clock: FakeClock, *, lists: bool = True) -> Shell:
    run("init", root, "--no-input", "--company", "Cedar & Pine LLC", "--source", "shopify",
        "--target", "quickbooks-iif", "--start-date", "2026-01-01", clock=clock).expect(0)  # fmt: skip
    shell = Shell(root, clock)
    settings = root / "recon.toml"
    text = settings.read_text(encoding="utf-8").replace('default = "" ', 'default = "Shopify Customer" ')
    settings.write_text(text, encoding="utf-8")
    if lists:
        shell("connect", "--lists", LISTS, "--set-accounts").expect(0)
    return shell


def set_setting(shell: Shell, before: str, after: str) -> None:
    settings = shell.root / "recon.toml"
    text = settings.read_text(encoding="utf-8")
    assert before in text
    settings.write_text(text.replace(before, after, 1), encoding="utf-8")


def approved(shell: Shell) -> str:
    shell("import", CASE / "in" / "1-orders_export_16-october.csv").expect(4)
    shell("match", "--link-all")
    shell("match", "--sku", "STK-01", "--as-text")
    for channel, method in CHANNELS.items():
        shell("match", "--channel", channel, "--method", method)
    batch = str(shell.json("plan", code=4)["batch"])
    shell("approve", batch, "--as", "Nok", "--confirm", "Cedar").expect(0)
    return batch


def importer() -> Importer:
    accounts = {name for name, _kind, _number in chart.ACCOUNTS}
    return Importer(accounts, {chart.CUSTOMER, chart.VENDOR}, {name for _kind, name, *_ in chart.ITEMS})


def test_a_month_is_written_imported_once_and_confirmed_by_the_report(tmp_path: Path, clock: FakeClock) -> None:
    shell = new_books(tmp_path / "books", clock)
    batch = approved(shell)
    facts = shell.json("upload", batch, code=4)
    (file,) = [Path(name) for name in facts["files"]]
    assert file.name == f"QuickBooks_{batch}.iif"
    assert facts["counts"] == {"needs_person": 15}
    assert any("importing a file twice books everything twice" in text for text in facts["warnings"])
    books = importer()
    books.take(file)
    assert (books.made_accounts, books.made_names) == ([], [])
    assert len(books.taken) == 15
    shell("journal", batch).expect(0)
    (journal,) = (shell.root / "audit").glob("*.journal")
    assert _balances(journal) == {name: minor for name, minor in books.balances.items() if minor}

    settled = shell.json("upload", batch, "--confirm-taken", books.report(tmp_path / "report.csv"), code=0)
    assert (settled["counts"], settled["state"], settled["warnings"]) == ({"by_hand": 15}, "done", [])
    before = file.read_bytes()
    again = shell.json("upload", batch, code=0)
    assert (again["files"], again["ending"]) == ([], "done")
    assert file.read_bytes() == before


def _balances(journal: Path) -> dict[str, int]:
    printed = hledger(journal, "balance", "-N", "--flat", "-E", "-O", "csv")
    rows = [line.strip('"').split('","') for line in printed.splitlines()[1:]]
    return {name: minor for name, minor in ((_account(name), _minor(amount)) for name, amount in rows) if minor}


def _account(name: str) -> str:
    known = {account for account, _kind, _number in chart.ACCOUNTS}
    return next(account for account in sorted(known, key=len, reverse=True) if account in name)


def _minor(amount: str) -> int:
    return int(amount.removesuffix(" USD").replace(".", "").replace(",", "")) if amount != "0" else 0


def test_writing_again_gives_the_same_bytes_until_something_is_confirmed(tmp_path: Path, clock: FakeClock) -> None:
    shell = new_books(tmp_path / "books", clock)
    batch = approved(shell)
    file = Path(shell.json("upload", batch, code=4)["files"][0])
    first = file.read_bytes()
    file.unlink()
    shell("upload", batch).expect(4)
    assert file.read_bytes() == first
    digests = [event.facts["sha256"] for event in _events(shell, batch) if event.kind == "import-file"]
    assert digests == [hashlib.sha256(first).hexdigest()], "noted once"

    books = importer()
    books.take(file)
    del books.taken[3:5]
    books.taken.append(books.taken[0])
    facts = shell.json("upload", batch, "--confirm-taken", books.report(tmp_path / "report.csv"), code=4)
    assert facts["counts"] == {"by_hand": 12, "needs_person": 3}
    missing, doubled = facts["warnings"]
    assert "2 documents are not in report.csv: 1003, 1004" in missing
    assert "1000 (2 times)" in doubled and "imported twice" in doubled
    refused = shell("upload", batch).expect(2)
    assert "importing it once more would book them twice" in refused.err
    assert file.read_bytes() == first


def test_what_was_not_taken_goes_into_a_new_file_and_what_stood_twice_is_confirmed_by_a_new_report(
    tmp_path: Path, clock: FakeClock
) -> None:
    shell = new_books(tmp_path / "books", clock)
    batch = approved(shell)
    books = importer()
    books.take(Path(shell.json("upload", batch, code=4)["files"][0]))
    lost = [books.taken.pop(3), books.taken.pop(3)]
    books.taken.append(books.taken[0])
    shell("upload", batch, "--confirm-taken", books.report(tmp_path / "report.csv")).expect(4)
    books.taken.pop()
    settled = shell.json("upload", batch, "--confirm-taken", books.report(tmp_path / "again.csv"), code=4)
    assert settled["counts"] == {"by_hand": 13, "needs_person": 2}
    for _kind, number, _amount in lost:
        said = shell.json("settle", number, "--as", "Nok", "--to", "cancelled", "--reason", "not taken")
        assert [one["state"] for one in said["documents"]] == ["cancelled"]
    second = str(shell.json("plan", code=4)["batch"])
    shell("approve", second, "--as", "Nok", "--confirm", "Cedar").expect(0)
    (file,) = shell.json("upload", second, code=4)["files"]
    assert Path(file).name == f"QuickBooks_{second}.iif" != f"QuickBooks_{batch}.iif"
    books.take(Path(file))
    shell("upload", second, "--confirm-taken", books.report(tmp_path / "whole.csv")).expect(0)
    assert sorted(number for _kind, number, _amount in books.taken) == sorted(
        [*_numbers(shell, second), *(one for one in _numbers(shell, batch) if one not in _numbers(shell, second))]
    ), "each stands there once"


def _events(shell: Shell, batch: str):
    from recon.workspace import Workspace

    with service_for(Workspace(shell.root), clock=shell.clock) as service:
        return service._context.store.events.entries(subject=batch)


class Stopped(BaseException):
    """The program ends here."""


class StopAt:
    """Crash points that end the program at the n-th visit of one of them."""

    def __init__(self, name: str, visit: int) -> None:
        self.name, self.left = name, visit

    def reach(self, name: str) -> None:
        self.left -= name == self.name
        if not self.left:
            raise Stopped(name)


@pytest.mark.parametrize(
    ("point", "visit"),
    [("import-file.before", 1), ("import-file.after", 1), ("send-intent.after", 3), ("send-result.before", 5),
     ("send-result.after", 15), ("import-file-noted.before", 1), ("import-file-noted.after", 1)],
)  # fmt: skip
def test_f01_a_stop_while_the_file_is_written_leaves_one_file_with_the_same_bytes(
    tmp_path: Path, prepared: Shell, point: str, visit: int
) -> None:
    shell = _copied(prepared, tmp_path / "books")
    with mock.patch("tui.wiring.crash_points", lambda: StopAt(point, visit)), pytest.raises(Stopped):
        shell("upload", "B0001")
    facts = shell.json("upload", "B0001", code=4)
    assert facts["counts"] == {"needs_person": 15}
    (file,) = (shell.root / "outgoing").iterdir()
    undisturbed = _copied(prepared, tmp_path / "undisturbed").json("upload", "B0001", code=4)["files"][0]
    assert file.read_bytes() == Path(undisturbed).read_bytes()
    assert [event.kind for event in _events(shell, "B0001")].count("import-file") == 1


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Books with an approved batch, reached once."""
    shell = new_books(tmp_path_factory.mktemp("prepared") / "books", FakeClock())
    assert approved(shell) == "B0001"
    return shell


def _copied(prepared: Shell, root: Path) -> Shell:
    shutil.copytree(prepared.root, root)
    settle(root)
    clock = FakeClock()
    vars(clock).update(vars(prepared.clock))
    return Shell(root, clock)


def test_as_forms_every_sale_has_its_items_and_refunds_are_left_to_a_person(tmp_path: Path, clock: FakeClock) -> None:
    shell = new_books(tmp_path / "books", clock)
    set_setting(shell, 'text_item = ""', 'iif.style = "forms"\ntext_item = "Shop Line"')
    batch = approved(shell)
    facts = shell.json("upload", batch, code=4)
    assert facts["counts"] == {"needs_person": 15}
    assert any("2 credit memos do not say that the money went back" in text for text in facts["warnings"])
    books = importer()
    books.take(Path(facts["files"][0]))
    assert (books.made_accounts, books.made_names) == ([], [])
    assert sorted({kind for kind, _number, _amount in books.taken}) == ["CASH SALE", "CREDIT MEMO"]
    shell("journal", batch).expect(0)
    (journal,) = (shell.root / "audit").glob("*.journal")
    meant, there = _balances(journal), dict(books.balances)
    refunds = -there.pop("Accounts Receivable")
    there["Shopify Payments Clearing"] -= refunds
    assert refunds == 4613
    assert meant == {name: minor for name, minor in there.items() if minor}


@pytest.mark.parametrize("style", ["journal", "forms"])
def test_a_day_may_be_one_document(tmp_path: Path, clock: FakeClock, style: str) -> None:
    shell = new_books(tmp_path / "books", clock)
    set_setting(shell, 'text_item = ""', f'iif.style = "{style}"\ntext_item = "Shop Line"')
    set_setting(shell, 'sales = "each"', 'sales = "day"')
    batch = approved(shell)
    facts = shell.json("upload", batch, code=4)
    assert facts["counts"] == {"needs_person": len(set(_numbers(shell, batch)))}
    books = importer()
    books.take(Path(facts["files"][0]))
    assert (books.made_accounts, books.made_names) == ([], [])
    assert {number for _kind, number, _amount in books.taken} == set(_numbers(shell, batch))
    assert any(number.startswith("D26") for number in _numbers(shell, batch))
    shell("upload", batch, "--confirm-taken", books.report(tmp_path / "report.csv")).expect(0)


def _numbers(shell: Shell, batch: str) -> list[str]:
    with service_for(_workspace(shell), clock=shell.clock) as service:
        return [row.number or "" for row in service._context.store.outbox.rows(batch)]


def test_what_was_confirmed_is_compared_with_the_file(tmp_path: Path, clock: FakeClock) -> None:
    shell = new_books(tmp_path / "books", clock)
    batch = approved(shell)
    books = importer()
    books.take(Path(shell.json("upload", batch, code=4)["files"][0]))
    shell("upload", batch, "--confirm-taken", books.report(tmp_path / "report.csv")).expect(0)
    compared = shell.json("verify", batch, code=0)
    assert (compared["compared"], compared["equal"], compared["missing"]) == (15, 15, [])
    assert "its list" not in shell("status").out
    shell("audit", batch).expect(0)


def test_a_file_of_other_bytes_is_never_written_over_one_that_may_be_imported(tmp_path: Path, clock: FakeClock) -> None:
    shell = new_books(tmp_path / "books", clock)
    batch = approved(shell)
    file = Path(shell.json("upload", batch, code=4)["files"][0])
    first = file.read_bytes()
    set_setting(
        shell,
        "[connections.shop.products]",
        '[connections.shop.quickbooks.classes]\n"web" = "Online"\n\n[connections.shop.products]',
    )
    ran = shell("upload", batch)
    assert ran.code != 0 and "Nothing" in ran.err
    assert file.read_bytes() == first


def test_without_lists_nothing_is_written_unless_a_person_takes_the_risk(tmp_path: Path, clock: FakeClock) -> None:
    shell = new_books(tmp_path / "books", clock, lists=False)
    asked = shell("connect").expect(4)
    assert "File > Utilities > Export > Lists to IIF Files" in asked.out
    shell("connect", "--lists", LISTS, "--set-accounts").expect(0)
    batch = approved(shell)
    with service_for(_workspace(shell), clock=clock) as service:
        store = service._context.store
        parts = dict.fromkeys(("products", "methods", "accounts", "contacts", "classes"), ())
        store.catalog.put("shop", parts)
    ran = shell("upload", batch)
    assert ran.code != 0
    assert "makes a Bank account of every account it does not know" in ran.err
    assert not list((shell.root / "outgoing").glob("*.iif"))
    set_setting(shell, "text_item", "iif.unchecked_names = true\ntext_item")
    facts = shell.json("upload", batch)
    assert facts["counts"] == {"needs_person": 15}


def _workspace(shell: Shell):
    from recon.workspace import Workspace

    return Workspace(shell.root)


def test_a_dry_run_of_the_lists_keeps_nothing_and_another_ledger_takes_none(tmp_path: Path, clock: FakeClock) -> None:
    shell = new_books(tmp_path / "books", clock, lists=False)
    facts = shell.json("connect", "--lists", LISTS, "--dry-run")
    assert (facts["accounts"], facts["products"], facts["contacts"]) == (18, 5, 4)
    assert shell.json("connect", code=4)["accounts"] == 0
    shell("connect", "--lists", LISTS)
    assert shell.json("connect")["accounts"] == 18, "kept without handing it in again"
    set_setting(shell, 'target = "quickbooks-iif"', 'target = "sandbox-quickbooks"')
    assert "takes no list export" in shell("connect", "--lists", LISTS).expect(2).err


def test_the_importer_of_the_tests_refuses_what_does_not_come_to_zero(tmp_path: Path, clock: FakeClock) -> None:
    shell = new_books(tmp_path / "books", clock)
    file = Path(shell.json("upload", approved(shell), code=4)["files"][0])
    spoiled = tmp_path / "spoiled.iif"
    spoiled.write_bytes(file.read_bytes().replace(b"\t-25.00\t", b"\t-25.01\t", 1))
    with pytest.raises(Refused, match="out of balance"):
        importer().take(spoiled)

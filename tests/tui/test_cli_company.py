"""Who answers on the other side (F35): another company behind the same address and keys gets nothing from us."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from recon.config.edits import with_setting
from recon.sandbox.peak import Fault, SandboxPeak, other_company, sandbox_company
from tests.clock import FakeClock
from tests.peak_books import BOOKS, peak_books, taken_in
from tests.shell import SANDBOX_COMPANY, Shell

TAX_ID = "0105500000003"
THEIRS, THEIR_TAX_ID = "บริษัท คนละเจ้า จำกัด", "0105500000020"
NUMBERS = {"RT-1001": 1, "RT-1002": 1, "RT-1003": 1}


class Address:
    """One address with the same keys, behind which one company or another answers."""

    def __init__(self, folder: Path, clock: FakeClock, port: int) -> None:
        self._folder, self._clock, self._port = folder, clock, port

    @contextmanager
    def of(self, name: str = SANDBOX_COMPANY, tax_id: str = TAX_ID, books: str = "ours") -> Iterator[SandboxPeak]:
        company = (sandbox_company(name=name, tax_id=tax_id), other_company())
        path = self._folder / f"{books}.db"
        with SandboxPeak(path=path, company=company, clock=self._clock, port=self._port, durable=False) as ledger:
            yield ledger

    def theirs(self) -> object:
        return self.of(THEIRS, THEIR_TAX_ID, "theirs")


def posted(ledger: SandboxPeak) -> Counter[str]:
    return Counter(document.code for document in ledger.truth())


def writes(ledger: SandboxPeak) -> list[str]:
    return [seen.path for seen in ledger.requests if seen.method == "POST" and "clienttoken" not in seen.path]


def approved(folder: Path, ledger: SandboxPeak, clock: FakeClock) -> None:
    """An approved batch of three receipts."""
    shell = taken_in(peak_books(folder / "books", ledger, clock, environment="sandbox"), ledger)
    shell("plan").expect(4)
    shell("approve", "B0001", "--as", "Nok").expect(0)


@pytest.fixture
def place(tmp_path: Path, clock: FakeClock, peak_at) -> tuple[Shell, Address]:
    """An approved batch of three receipts; nobody answers until a test lets somebody."""
    ledger = peak_at(approved)
    port = int(ledger.url.rpartition(":")[2].partition("/")[0])
    ledger.stop()
    (tmp_path / BOOKS).rename(tmp_path / "ours.db")
    return Shell(tmp_path / "books", clock), Address(tmp_path, clock, port)


def set_company(shell: Shell, **values: str) -> None:
    path = shell.root / "recon.toml"
    text = path.read_text(encoding="utf-8")
    for name, value in values.items():
        text = with_setting(text, ("company", name), value=value)
    path.write_text(text, encoding="utf-8")


def test_f35_another_company_behind_the_same_address_and_keys_gets_nothing(place) -> None:
    shell, address = place
    with address.theirs() as ledger:
        ran = shell("upload", "B0001", "--json").expect(8)
        assert ran.facts["kind"] == "WrongCompany"
        for words in (SANDBOX_COMPANY, TAX_ID, THEIRS, THEIR_TAX_ID, "Nothing was sent"):
            assert words in ran.facts["message"]
        assert (posted(ledger), writes(ledger)) == ({}, [])
    with address.of() as ledger:
        shell("upload", "B0001").expect(0)
        assert posted(ledger) == NUMBERS


def test_f35_a_swap_between_two_runs_of_one_batch_sends_nothing_to_the_other_and_nothing_twice(place) -> None:
    shell, address = place
    with address.of() as ledger:
        shell("upload", "B0001", "--limit", "1")
        assert posted(ledger) == {"RT-1001": 1}
    with address.theirs() as ledger:
        shell("upload", "B0001").expect(8)
        assert (posted(ledger), writes(ledger)) == ({}, [])
    with address.of() as ledger:
        shell("upload", "B0001").expect(0)
        assert posted(ledger) == NUMBERS


def test_f35_a_swap_with_an_unclear_document_looks_up_nothing_there(place, clock: FakeClock) -> None:
    shell, address = place
    with address.of() as ledger:
        ledger.inject(Fault(kind="cut", method="POST", path="/receipts*", times=None))
        shell("upload", "B0001").expect(6)
    clock.forward(600)
    with address.theirs() as ledger:
        shell("upload", "B0001").expect(8)
        assert [seen for seen in ledger.requests if seen.path == "/receipts"] == []
    with address.of() as ledger:
        shell("upload", "B0001").expect(0)
        assert posted(ledger) == NUMBERS


def test_f35_a_swap_in_the_middle_of_a_run_is_noticed_at_the_new_log_in(place) -> None:
    """The second receipt meets a refused token; after the new log-in another company answers."""
    shell, address = place
    with address.of() as ledger:
        ledger.inject(Fault(kind="expired", method="POST", path="/receipts*", nth=2))
        ledger.inject(Fault(kind="wrong-company", path="/user", nth=3, times=None))
        ran = shell("upload", "B0001", "--json").expect(8)
        assert ran.facts["kind"] == "WrongCompany"
        assert "After a new log-in" in ran.facts["message"] and "บริษัท อีกแห่ง จำกัด" in ran.facts["message"]
        assert posted(ledger) == {"RT-1001": 1}
        assert shell.json("documents", "B0001")["batch"]
        ledger.clear_faults()
        shell("upload", "B0001").expect(0)
        assert posted(ledger) == NUMBERS


def test_f35_a_new_log_in_of_the_same_company_goes_on(place) -> None:
    shell, address = place
    with address.of() as ledger:
        ledger.inject(Fault(kind="expired", method="POST", path="/receipts*", nth=2))
        shell("upload", "B0001").expect(0)
        assert posted(ledger) == NUMBERS
        assert len([seen for seen in ledger.requests if seen.path == "/user"]) == 3, "twice before the run, once in it"


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "status": 500}, {"kind": "html"}, {"kind": "status", "status": 404}]
)
def test_f35_a_ledger_that_does_not_say_who_it_is_gets_nothing(place, fault: dict[str, object]) -> None:
    shell, address = place
    with address.of() as ledger:
        ledger.inject(Fault(path="/user", times=None, **fault))
        shell("upload", "B0001").expect(5)
        assert (posted(ledger), writes(ledger)) == ({}, [])
        ledger.clear_faults()
        shell("upload", "B0001").expect(0)
        assert posted(ledger) == NUMBERS


def test_f35_a_company_with_a_new_name_is_asked_about_and_goes_on_after_connect(place) -> None:
    shell, address = place
    new = "บริษัท ชื่อใหม่ จำกัด"
    with address.of(name=new) as ledger:
        ran = shell("upload", "B0001", "--json").expect(8)
        for words in ("new name", new, "recon connect"):
            assert words in ran.facts["message"]
        assert posted(ledger) == {}
        set_company(shell, name=new)
        shell("upload", "B0001").expect(8)
        shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(0)
        shell("upload", "B0001").expect(0)
        assert posted(ledger) == NUMBERS


def test_f35_settings_that_name_another_company_send_nothing(place) -> None:
    shell, address = place
    set_company(shell, name=THEIRS, tax_id=THEIR_TAX_ID)
    with address.of() as ledger:
        ran = shell("upload", "B0001", "--json").expect(8)
        assert THEIRS in ran.facts["message"] and "recon.toml" in ran.facts["message"]
        assert posted(ledger) == {}


def test_f35_connect_takes_no_other_tax_id_after_an_approval_whatever_the_settings_say(place) -> None:
    shell, address = place
    set_company(shell, name=THEIRS, tax_id=THEIR_TAX_ID)
    with address.theirs() as ledger:
        ran = shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(2)
        assert TAX_ID in ran.err and "another workspace" in ran.err
        shell("upload", "B0001").expect(8)
        assert (posted(ledger), writes(ledger)) == ({}, [])


def test_f35_settle_looks_at_no_other_companys_books(place, clock: FakeClock, tmp_path: Path) -> None:
    shell, address = place
    with address.of() as ledger:
        ledger.inject(Fault(kind="cut", method="POST", path="/receipts*", containing="RT-1001"))
        shell("upload", "B0001", "--limit", "1")
        with closing(sqlite3.connect(tmp_path / "ours.db")) as books, books:
            books.execute("UPDATE documents SET total_minor = total_minor + 100")
        clock.forward(600)
        shell("upload", "B0001").expect(4)
    words = ("settle", "RT-1001", "--as", "Nok", "--to", "cancelled", "--reason", "not ours")
    with address.theirs() as ledger:
        ran = shell(*words, "--json").expect(8)
        assert ran.facts["kind"] == "WrongCompany" and "Nothing was settled" in ran.facts["message"]
        assert [seen for seen in ledger.requests if seen.path == "/receipts"] == []
    assert {row["state"] for row in shell.json("documents", "B0001")["documents"]} == {"conflict", "posted"}

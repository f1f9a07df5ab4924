"""`recon sandbox poweroffice --post`: a person over there posts what waits, and hands the books over."""

from __future__ import annotations

from pathlib import Path

from recon.books.reading import read_books
from recon.sandbox.poweroffice import SandboxPowerOffice
from tests.clock import FakeClock
from tests.recon.poweroffice_tools import Asker, settlement
from tests.shell import run


def test_a_person_posts_what_waits_and_hands_the_books_over(tmp_path: Path) -> None:
    clock, books, handed = FakeClock(), tmp_path / "go.db", tmp_path / "books.xml"
    with SandboxPowerOffice(books, clock=clock, durable=False) as ledger:
        asker = Asker(ledger, clock)
        draft = settlement(asker)
        ledger.person().own_draft(draft)
        ledger.change_rules(unbalanced_drafts="taken")
        del draft["ManualVoucherLines"][0]
        asker.ask("POST", "/JournalEntryVouchers/ManualJournals", draft)
    words = ("sandbox", "poweroffice", "--file", books, "--post", "--saft", handed)
    facts = run(*words, "--json", clock=clock).expect(4).facts
    assert (facts["posted"], facts["accounts"]["1503"], facts["accounts"]["3000"]) == (1, "9000.40", "-12000.00")
    assert facts["refused"] == [f"{draft['Description']}: The voucher does not balance: 2026-03-14: -3000.00."]
    assert read_books(handed).vouchers.height == 1
    again = run("sandbox", "poweroffice", "--file", books, "--post", clock=clock).expect(4)
    assert "0 drafts and imports posted by hand, 1 refused" in again.out
    assert "-12,000.00" in again.out
    nothing = run("sandbox", "poweroffice", "--file", tmp_path / "none.db", "--post", clock=clock).expect(2)
    assert "There are no books" in nothing.err

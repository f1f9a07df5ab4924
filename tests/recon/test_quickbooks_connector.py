"""Upload engine, target and endpoint, visited by a Web Connector over SOAP that does everything wrong that can go wrong.

F40 to F43 of reliability.md: each of thirty approved documents stands in the company file exactly once, and what is unclear is
settled by asking QuickBooks.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from quickbooks_connector import PASSWORD, Visited
from quickbooks_world import DAY, OPTIONS, thirty

from recon.errors import TargetUnavailable, UsageError, WrongCompany
from recon.sandbox.quickbooks.mishaps import Mishap
from recon.sandbox.quickbooks.qwc import read_application
from recon.sandbox.quickbooks.soap import Service
from recon.targets.quickbooks.endpoint.qwc import USER_NAME, Address, new_file_id, new_room, qwc_text
from recon.targets.quickbooks.target import QuickBooksTarget


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Visited]:
    made = Visited(tmp_path, thirty())
    with made.desk() as desk:
        made.approve(desk)
    made.steps.clear()
    made.visits.clear()
    yield made
    made.close()


def upload(office: Visited, *mishaps: Mishap) -> None:
    """Upload in runs of their own, each with a new endpoint, until everything is settled."""
    office.plan(*mishaps)
    said = []
    for _ in range(12):
        with office.desk() as desk:
            try:
                report = office.uploader(desk).run("B0001")
            except TargetUnavailable as error:
                said.append(str(error))
            else:
                if report.ending == "done":
                    assert office.script.all_met()
                    return
                said.append(f"{report.ending}: {report.words}")
        office.clock.forward(60)
    raise AssertionError(f"not settled: {office.states()} {said}")


def test_thirty_documents_stand_in_the_company_file_once(office: Visited) -> None:
    upload(office)
    office.check()
    assert len(office.visits) == 1, office.visits
    visit = office.visits[0]
    assert visit.ended == "done"
    operations = [step for step, _ in office.steps]
    first = operations.index("sendRequestXML")
    assert operations[first - 3 : first] == ["serverVersion", "clientVersion", "authenticate"]
    assert "getLastError" not in operations


ON_EVERY_KIND = (
    "lose-answer", "vanish", "untouched", "unremembered", "twice", "late", "other-ticket", "fetch-again", "answer-unasked",
    "torn", "break", "hresult",
)  # fmt: skip


@pytest.mark.parametrize("kind", ON_EVERY_KIND)
def test_f40_f41_again_and_again(office: Visited, kind: str) -> None:
    upload(office, *(Mishap(kind=kind, skip=n) for n in range(3, 28, 6)))
    office.check()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ON_EVERY_KIND)
@pytest.mark.parametrize("place", [0, 14, 22, 24, 29])
def test_f40_f41_once_on_each_kind_of_document(office: Visited, kind: str, place: int) -> None:
    """A receipt, an invoice, a payment, a void, a credit note."""
    upload(office, Mishap(kind=kind, skip=place))
    office.check()


@pytest.mark.parametrize("of", ["reads", "recoveries"])
@pytest.mark.parametrize("kind", ["vanish", "hresult", "torn", "late", "fetch-again"])
def test_f40_f41_the_questions_after_a_lost_answer_are_lost_too(office: Visited, kind: str, of: str) -> None:
    """What is asked to settle an unclear document gets no answer either: nothing is concluded from that."""
    skip = 3 if of == "reads" else 0
    upload(
        office,
        Mishap(kind="vanish", skip=5),
        Mishap(kind=kind, of=of, skip=skip, times=2),
        Mishap(kind="untouched", skip=9),
    )
    office.check()


@pytest.mark.parametrize(
    "hresult", ["0x80040400", "0x80040401", "0x80040408", "0x8004040D", "0x80040416", "0x80040418", "0x80040420"]
)
@pytest.mark.parametrize("processed", [False, True])
def test_f42_an_hresult_with_an_empty_answer_is_looked_up(office: Visited, hresult: str, processed: bool) -> None:
    upload(office, Mishap(kind="hresult", skip=7, hresult=hresult, words="A dialog box is open.", processed=processed))
    office.check()


def test_f42_quickbooks_that_cannot_be_opened_stops_with_its_words_and_nothing_goes_out(office: Visited) -> None:
    office.plan(Mishap(kind="cannot-open", times=10**6, hresult="0x80040408", words="A modal dialog box is open."))
    with office.desk() as desk, pytest.raises(TargetUnavailable, match="modal dialog"):
        office.uploader(desk).run("B0001")
    assert office.truth() == {}
    upload(office)
    office.check()


def test_f42_another_company_file_is_open_from_the_start(office: Visited) -> None:
    office.plan(Mishap(kind="other-file", times=10**6))
    with office.desk() as desk, pytest.raises((TargetUnavailable, WrongCompany)) as stop:
        office.uploader(desk).run("B0001")
    assert "maple" in str(stop.value).casefold()
    assert (office.truth(), office.other.truth()) == ({}, [])
    upload(office)
    office.check()


@pytest.mark.parametrize("place", [0, 9, 21])
def test_f42_another_company_file_is_opened_in_the_middle_of_a_visit(office: Visited, place: int) -> None:
    """A Web Connector keeps one file open for a visit; one that names another in the middle gets nothing more."""
    office.plan(Mishap(kind="switch-file", skip=place))
    with office.desk() as desk, contextlib.suppress(TargetUnavailable, WrongCompany):
        office.uploader(desk).run("B0001")
    assert office.other.truth() == []
    upload(office)
    office.check()


def test_a_visit_ends_between_two_pieces_of_a_list(office: Visited) -> None:
    upload(office)
    office.plan(Mishap(kind="break", of="reads"))
    with office.desk() as desk:
        ledger = QuickBooksTarget(desk, dataclasses.replace(OPTIONS, page_size=5))
        with pytest.raises(TargetUnavailable):
            list(ledger.list_documents(["receipt"], DAY, DAY))
        assert len(list(ledger.list_documents(["receipt"], DAY, DAY))) == 12


def test_f44_a_wrong_password_gets_nothing_and_a_pause_after_some(office: Visited) -> None:
    def knock(password: str) -> str:
        return service.call("authenticate", [("strUserName", USER_NAME), ("strPassword", password)])[1]

    with office.endpoint() as here:
        assert office.connector(here.url, password="guess").update_now().ended == "wrong-password"
        service = Service(here.url)
        assert [knock("guess") for _ in range(5)] == ["nvu"] * 5
        assert knock(PASSWORD) == "nvu", "nobody is let in for a while"
        office.clock.forward(60)
        ticket, word = service.call("authenticate", [("strUserName", USER_NAME), ("strPassword", PASSWORD)])
        assert word != "nvu"
        service.call("closeConnection", [("ticket", ticket)])
        service.close()
    assert not any(step == "sendRequestXML" for step, _ in office.steps)


def test_f41_a_ticket_is_worth_nothing_after_its_visit_nor_for_anybody_else(office: Visited) -> None:
    upload(office)
    tickets = {said.split(" | ")[0] for step, said in office.steps if step == "authenticate"}
    with office.endpoint() as here:
        service = Service(here.url)
        for ticket in (*tickets, "", "0" * 64, "{00000000-0000-0000-0000-000000000000}"):
            given = [("ticket", ticket), ("strHCPResponse", ""), ("strCompanyFileName", "x"), ("qbXMLCountry", "US")]
            assert service.call("sendRequestXML", [*given, ("qbXMLMajorVers", "13"), ("qbXMLMinorVers", "0")]) == [""]
            answer = [("ticket", ticket), ("response", "<QBXML/>"), ("hresult", ""), ("message", "")]
            assert int(service.call("receiveResponseXML", answer)[0]) < 0
            service.call("closeConnection", [("ticket", ticket)])
        service.close()
    assert all(len(ticket) >= 32 for ticket in tickets)
    office.check()


def test_the_qwc_file_is_one_a_web_connector_takes(tmp_path: Path) -> None:
    path = tmp_path / "shop.qwc"
    address = Address(port=8899, room=new_room())
    text = qwc_text(address, company="Cedar & Pine “LLC” " + "x" * 90, file_id=new_file_id(), poll_minutes=7)
    path.write_text(text, encoding="utf-8")
    found = read_application(path)
    assert (found.url, found.user, found.every_seconds) == (address.url, USER_NAME, 420)
    path.write_text(text.replace("QBFS", "QBPOS").replace("<UserName>recon</UserName>", ""), encoding="utf-8")
    with pytest.raises(UsageError, match="UserName is missing; QBType is QBPOS"):
        read_application(path)

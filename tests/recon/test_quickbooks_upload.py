"""The real upload engine against QuickBooks' company file, with everything that can go wrong on the way (F40, F42, F43).

The desk here has no Web Connector behind it: it loses, refuses and garbles as the real one would, so that engine and target are
judged alone. What must hold: each approved document stands in the books exactly once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from quickbooks_world import DAY, OPTIONS, Office, expected, thirty

from recon.errors import OutcomeUnknown, StaleApproval, TargetUnavailable, WrongCompany
from recon.sandbox.quickbooks.mishaps import Mishap, Script
from recon.targets.quickbooks.desk import CompanyFile, Recovered
from recon.targets.quickbooks.target import QuickBooksTarget
from recon.upload.report import UploadReport

_RECOVERY = (
    '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML>'
    '<QBXMLMsgsRq onError="stopOnError" newMessageSetID="{0}" oldMessageSetID="{0}"></QBXMLMsgsRq></QBXML>'
)


class RoughDesk:
    """A desk that keeps a journal as it must, and to which things happen on the way."""

    def __init__(self, office: Office, *mishaps: Mishap) -> None:
        self.script = Script(mishaps)
        self._office = office
        self._journal: dict[str, str] = {}
        self._open = office.company

    def company_file(self) -> CompanyFile:
        return CompanyFile(path=self._open.windows_path, country="US", major_version=13, minor_version=0)

    def ask(self, text: str, *, set_id: str = "", about: Sequence[str] = ()) -> str:
        self._journal.update(dict.fromkeys(about, set_id))
        mishap = self.script.for_set(text)
        if mishap is None:
            return self._open.process(text)
        if mishap.kind == "break":
            answer = self._open.process(text)
            self._open.end_session()
            return answer
        if mishap.kind == "switch-file":
            self._open = self._office.other
            raise TargetUnavailable("Another company file is open.")
        if mishap.kind != "untouched" and (mishap.kind != "hresult" or mishap.processed):
            answer = self._open.process(text)
            if mishap.kind == "torn":
                return answer[: len(answer) // 2]
        if mishap.kind == "unremembered":
            self._open.forget_answers()
        raise OutcomeUnknown(f"no answer: {mishap.kind}", code=mishap.kind)

    def recovered(self, key: str) -> Recovered | None:
        set_id = self._journal.get(key)
        if set_id is None:
            return None
        answer = self._open.process(_RECOVERY.format(set_id))
        return Recovered(set_id=set_id, answer=None if 'messageSetStatusCode="9004"' in answer else answer)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, thirty())
    yield made
    made.close()


def upload(office: Office, desk: RoughDesk) -> UploadReport:
    """Run the engine again and again, as a person would, until nothing more happens."""
    for _ in range(12):
        report = office.uploader(desk).run("B0001")
        if report.ending == "done":
            return report
        office.clock.forward(60)
    raise AssertionError(f"not settled: {report.ending} {report.words} {office.states()}")


FAULTS = ("lose-answer", "untouched", "unremembered", "torn", "hresult")


def test_thirty_documents_stand_in_the_books_once(office: Office) -> None:
    desk = RoughDesk(office)
    office.approve(desk)
    report = upload(office, desk)
    office.check()
    assert (report.posted, report.sent) == (30, 30)


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("place", [0, 11, 12, 20, 24, 26, 29])
def test_f40_an_answer_lost_once_on_each_kind_of_document(office: Office, kind: str, place: int) -> None:
    """The first and last receipt, an invoice, a payment, a void, a credit note, the last document."""
    desk = RoughDesk(office, Mishap(kind=kind, skip=place))
    office.approve(desk)
    report = upload(office, desk)
    assert desk.script.all_met()
    assert report.sent - 30 == (1 if kind in {"untouched", "hresult"} else 0)
    office.check()


@pytest.mark.parametrize("kind", FAULTS)
def test_f40_every_third_answer_is_lost(office: Office, kind: str) -> None:
    desk = RoughDesk(office, *(Mishap(kind=kind, skip=n) for n in range(2, 30, 3)))
    office.approve(desk)
    upload(office, desk)
    office.check()


def test_f40_answers_lost_in_a_row_pause_the_run_and_nothing_goes_out_until_it_is_known(office: Office) -> None:
    desk = RoughDesk(office, Mishap(kind="lose-answer", skip=4, times=3))
    office.approve(desk)
    report = office.uploader(desk).run("B0001")
    assert (report.ending, report.sent) == ("paused", 7)
    upload(office, desk)
    office.check()


def test_f40_look_ups_that_get_no_answer_either_prove_nothing(office: Office) -> None:
    desk = RoughDesk(office, Mishap(kind="lose-answer", skip=5), Mishap(kind="hresult", of="reads", skip=6, times=4))
    office.approve(desk)
    upload(office, desk)
    assert desk.script.all_met()
    office.check()


@pytest.mark.parametrize(
    "hresult", ["0x80040400", "0x80040401", "0x80040408", "0x80040416", "0x80040418", "0x80040420"]
)
@pytest.mark.parametrize("processed", [False, True])
def test_f42_an_hresult_is_never_taken_for_a_no(office: Office, hresult: str, processed: bool) -> None:
    desk = RoughDesk(office, Mishap(kind="hresult", hresult=hresult, processed=processed, skip=13))
    office.approve(desk)
    upload(office, desk)
    office.check()


def test_f42_another_company_file_gets_nothing(office: Office) -> None:
    desk = RoughDesk(office, Mishap(kind="switch-file", skip=9))
    office.approve(desk)
    with pytest.raises(WrongCompany):
        office.uploader(desk).run("B0001")
    assert office.other.truth() == []
    with pytest.raises(WrongCompany):
        office.uploader(desk).run("B0001")
    desk._open = office.company
    upload(office, desk)
    office.check()


def test_f43_a_record_in_use_is_tried_again_later(office: Office) -> None:
    desk = RoughDesk(office)
    office.approve(desk)
    office.company.troubles.locked = 4
    upload(office, desk)
    office.check()


def test_f43_a_refused_document_leaves_the_others_alone(office: Office) -> None:
    desk = RoughDesk(office)
    office.approve(desk)
    office.company.troubles.refuse = {"RE-103": (3180, "There was an error when saving a Sales Receipt.")}
    office.uploader(desk).run("B0001")
    assert office.states() == {"posted": 29, "refused": 1}
    assert expected(office.documents) - office.truth() == {("SalesReceipt", "RE-103", 1_003, False): 1}


def test_f43_a_document_that_was_not_looked_at_is_queued_again_and_sent_later(office: Office) -> None:
    """3231: it was not taken, so it is neither refused nor unclear; as long as it stays, the run pauses."""
    desk = RoughDesk(office)
    office.approve(desk)
    office.company.troubles.refuse = {"RE-103": (3231, "The request has not been processed.")}
    report = office.uploader(desk).run("B0001")
    assert (report.ending, office.states()) == ("paused", {"posted": 3, "queued": 27})
    assert office.truth().total() == 3
    office.company.troubles.refuse = {}
    upload(office, desk)
    office.check()


def test_f42_a_view_only_file_stops_the_batch_and_it_goes_on_later(office: Office) -> None:
    desk = RoughDesk(office)
    office.approve(desk)
    office.company.troubles.is_view_only = True
    report = office.uploader(desk).run("B0001")
    assert (report.ending, office.truth()) == ("stopped", {})
    office.company.troubles.is_view_only = False
    upload(office, desk)
    office.check()


def test_f17_what_is_unclear_is_settled_though_the_approval_has_grown_old(office: Office) -> None:
    desk = RoughDesk(office, Mishap(kind="lose-answer", skip=2))
    office.approve(desk)
    office.uploader(desk).run("B0001", limit=3)
    assert office.states() == {"posted": 2, "unknown": 1, "queued": 27}
    office.clock.forward(8 * 24 * 3600)
    with pytest.raises(StaleApproval):
        office.uploader(desk).run("B0001")
    assert office.states() == {"posted": 3, "queued": 27}
    assert len(office.company.truth()) == 3


def test_f41_an_answer_to_another_question_is_never_believed(office: Office) -> None:
    """The desk brings the answer of the look-up before ("nothing found") to the look-up of one that is there."""

    class OneBehind(RoughDesk):
        old = ""

        def ask(self, text: str, *, set_id: str = "", about: Sequence[str] = ()) -> str:
            answer = super().ask(text, set_id=set_id, about=about)
            return self.old if self.old and not set_id else answer

    desk = OneBehind(office)
    office.approve(desk)
    ledger = QuickBooksTarget(desk, OPTIONS)
    there, missing = (office.document(key) for key in ("shopify:shop:100/receipt/1", "shopify:shop:101/receipt/1"))
    ledger.send(there)
    office.company.forget_answers()
    kept: list[str] = []
    plain, desk.ask = desk.ask, lambda text, **more: kept.append(plain(text, **more)) or kept[-1]  # type: ignore[method-assign]
    assert (ledger.find(missing).state, ledger.find(there).state) == ("absent", "equal")
    desk.ask, desk.old = plain, kept[0]  # type: ignore[method-assign]
    with pytest.raises(TargetUnavailable, match="did not answer the question"):
        ledger.find(there)


def test_f40_an_iterator_that_breaks_off_gives_no_half_list(office: Office) -> None:
    desk = RoughDesk(office)
    office.approve(desk)
    upload(office, desk)
    desk.script.add(Mishap(kind="break", of="reads"))
    ledger = QuickBooksTarget(desk, dataclasses.replace(OPTIONS, page_size=5))
    with pytest.raises(TargetUnavailable):
        list(ledger.list_documents(["receipt"], DAY, DAY))
    assert len(list(ledger.list_documents(["receipt"], DAY, DAY))) == 12

"""The Web Connector in trouble: lost, late and doubled answers, hresults, the wrong file (F40, F41, F42)."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager

import pytest

from recon.errors import OutcomeUnknown, StoreError, TargetUnavailable
from recon.targets.base import OTHER_COMPANY
from recon.targets.quickbooks.endpoint.journal import KEPT_DAYS, Journal
from recon.targets.quickbooks.qbxml.read import read
from recon.targets.quickbooks.qbxml.write import message_set, request
from tests.clock import FakeClock
from tests.recon.webconnector_tools import COMPANY, NO_TIME, Connector, change, question, world


@pytest.fixture
def here(tmp_path):
    with world(tmp_path / "books") as made:
        yield made


def names(company) -> list[str]:
    """The customers a test made."""
    text = company.process(message_set([request("CustomerQuery", {}, request_id="1")]))
    return [row.text("Name") for row in read(text).by_id("1").rows]


def broken(here, set_id="rc1", name="Ann", *, processed=True):
    """Hand a set out and lose its answer; returns the error the program gets."""
    asked = here.ask(change(set_id, name), set_id=set_id, about=("k1",))
    here.connector.begin()
    text = here.connector.fetch_patiently()
    assert here.here.journal.unresolved().set_id == set_id
    if processed:
        here.company.process(text)
    here.connector.close()
    with pytest.raises(OutcomeUnknown) as met:
        asked.result(10)
    return met.value


# --- F40


def test_f40_a_set_is_on_the_disk_before_it_is_handed_out(here, tmp_path):
    here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1", "k2"))
    assert here.here.journal.unresolved() is None
    here.connector.begin()
    here.connector.fetch_patiently()
    other = Journal(tmp_path / "books" / ".recon", here.clock, writable=False)
    assert other.unresolved().set_id == "rc1"
    assert sorted(other.unresolved().about) == ["k1", "k2"]
    other.close()


def test_f40_a_lost_answer_is_asked_for_before_anything_else(here):
    assert "looked up" in str(broken(here))
    asked = here.ask(question())
    here.connector.begin()
    here.connector.step()
    assert 'newMessageSetID="rc1" oldMessageSetID="rc1"' in here.connector.sent[-1]
    assert "CustomerAdd" not in here.connector.sent[-1]
    here.connector.step()
    assert asked.result(10)
    known = here.here.dispatch.recovered("k1")
    assert read(known.answer).by_id("1").rows[0].text("Name") == "Ann"
    here.connector.step()
    assert here.connector.sent[-1].count("MessageSetID") == 1
    assert here.company.books.answered("rc1") is None


def test_f40_a_set_quickbooks_never_saw_is_known_as_not_processed(here):
    broken(here, processed=False)
    asked = here.ask(question())
    here.connector.begin()
    here.connector.step()
    here.connector.step()
    assert asked.result(10)
    assert here.here.dispatch.recovered("k1").answer is None
    assert here.here.dispatch.recovered("k2") is None


def test_f40_who_asks_about_an_unresolved_set_waits_until_quickbooks_was_asked(here):
    broken(here)
    found = here.pool.submit(here.here.dispatch.recovered, "k1")
    here.connector.begin()
    here.connector.step()
    assert read(found.result(10).answer).set_id == "rc1"


def test_f40_who_asks_about_an_unresolved_set_is_told_when_nobody_comes(tmp_path):
    waiting = threading.Event()
    with world(tmp_path / "books", on_wait=lambda _words: waiting.set()) as here:
        broken(here)
        waiting.clear()
        found = here.pool.submit(here.here.dispatch.recovered, "k1")
        assert waiting.wait(10)
        here.clock.forward(31)
        with pytest.raises(TargetUnavailable, match="did not come"):
            found.result(10)


def test_f40_the_recovery_itself_can_be_lost_and_comes_again(here):
    broken(here)
    here.connector.begin()
    assert "oldMessageSetID" in here.connector.fetch()
    here.connector.close()
    here.connector.begin()
    here.connector.step()
    assert here.here.journal.unresolved() is None


def test_f40_never_more_than_one_set_is_unresolved(here):
    here.here.journal.hand("rc1", ("k1",), "text")
    with pytest.raises(StoreError, match="unresolved"):
        here.here.journal.hand("rc2", ("k2",), "text")


def test_f40_a_set_that_cannot_be_written_down_is_not_handed_out(here, monkeypatch):
    def full(*_):
        raise StoreError("The drive is full.")

    monkeypatch.setattr(here.here.journal, "hand", full)
    asked = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    here.connector.begin()
    assert here.connector.fetch() == ""
    assert here.connector.last_error() == "The drive is full."
    with pytest.raises(TargetUnavailable, match="The drive is full"):
        asked.result(10)
    assert "Ann" not in names(here.company)


def test_f40_an_answer_that_cannot_be_written_down_lets_nothing_more_out(here, tmp_path):
    """QuickBooks said yes and the program knows; on the disk the set stays unresolved, and nothing goes out behind it."""
    first = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    here.connector.begin()
    here.connector.step()
    assert first.result(10)
    second = here.ask(change("rc2", "Ben"), set_id="rc2", about=("k2",))
    with broken_disk(here.here.journal):
        assert here.connector.fetch() == ""
        assert "could not be written" in here.connector.last_error()
        with pytest.raises(TargetUnavailable, match="could not be written"):
            second.result(10)
        with closing(Journal(tmp_path / "books" / ".recon", here.clock, writable=False)) as other:
            assert other.unresolved().set_id == "rc1"
    assert "Ben" not in names(here.company)
    here.connector.close()
    assert here.here.dispatch.recovered("k1").answer == first.result()


@contextmanager
def broken_disk(journal):
    """Let SQLite refuse every write."""
    journal._sqlite.execute("PRAGMA query_only = ON")
    yield
    journal._sqlite.execute("PRAGMA query_only = OFF")


def test_f40_an_answer_is_on_the_disk_before_the_next_set_and_where_the_program_rests(here, tmp_path):
    with closing(Journal(tmp_path / "books" / ".recon", here.clock, writable=False)) as other:
        first = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
        here.connector.begin()
        here.connector.step()
        assert first.result(10)
        assert other.unresolved().set_id == "rc1"
        here.ask(change("rc2", "Ben"), set_id="rc2", about=("k2",))
        here.company.process(here.connector.fetch_patiently())
        assert other.unresolved().set_id == "rc2"
        assert other.last_about("k1").answer == first.result()
        here.connector.close()
        here.connector.begin()
        here.connector.step()
        assert here.connector.fetch() == ""
        assert other.unresolved() is None


def test_f40_quickbooks_is_not_told_to_forget_an_answer_before_it_is_on_the_disk(here):
    first = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    here.connector.begin()
    here.connector.step()
    assert first.result(10)
    with broken_disk(here.here.journal):
        assert here.connector.fetch() == ""
        assert here.connector.fetch() == ""
    assert here.company.books.answered("rc1") is not None


def test_f40_a_visit_in_which_nothing_is_heard_ends_and_its_set_is_unresolved(here):
    asked = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    here.connector.begin()
    here.connector.fetch_patiently()
    here.clock.forward(NO_TIME.idle + 1)
    assert not asked.done()  # QuickBooks may take its time
    here.clock.forward(NO_TIME.answer)
    with pytest.raises(OutcomeUnknown, match="did not answer in time"):
        asked.result(10)
    assert here.here.journal.unresolved().set_id == "rc1"


def test_f40_asking_for_more_without_bringing_the_answer_loses_it_and_recovers_at_once(here):
    asked = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    here.connector.begin()
    here.company.process(here.connector.fetch_patiently())
    text = here.connector.fetch()
    assert 'newMessageSetID="rc1" oldMessageSetID="rc1"' in text
    with pytest.raises(OutcomeUnknown):
        asked.result(10)
    here.connector.bring(here.company.process(text))
    assert here.here.dispatch.recovered("k1").answer


def test_f40_an_end_while_quickbooks_works_leaves_the_set_unresolved(here):
    asked = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    here.connector.begin()
    here.connector.fetch_patiently()
    here.here.dispatch.close()
    with pytest.raises(OutcomeUnknown, match="recon ended"):
        asked.result(10)
    assert here.here.journal.unresolved().set_id == "rc1"


# --- F41


def test_f41_an_answer_that_comes_twice_is_ignored_and_noted(here):
    asked = here.ask(question())
    here.connector.begin()
    answer = here.company.process(here.connector.fetch_patiently())
    percent = here.connector.bring(answer)
    assert asked.result(10) == answer
    assert here.connector.bring(answer) == percent
    assert here.here.journal.visits(1)[0].words == "ignored: an answer nobody waits for"


def test_f41_an_answer_for_a_visit_that_is_over_is_ignored_and_noted(here):
    broken(here, processed=False)
    late = Connector(here.connector.url, ticket=here.connector.ticket)
    here.connector.begin()
    assert late.bring(here.company.process(change("rc1", "Ann"))) == -1
    assert here.here.journal.unresolved().set_id == "rc1"
    assert here.here.journal.visits(1)[0].words == "ignored: an answer for a visit that is over"


def test_f41_an_answer_to_another_set_does_not_count(here):
    asked = here.ask(change("rc2", "Ben"), set_id="rc2", about=("k2",))
    here.connector.begin()
    here.connector.fetch_patiently()
    here.connector.bring(here.company.process(change("rc1", "Ann")))
    assert not asked.done()
    assert "answers set rc1" in here.here.journal.visits(1)[0].words
    here.connector.fetch()
    with pytest.raises(OutcomeUnknown):
        asked.result(10)


def test_f41_an_answer_to_other_requests_does_not_count(here):
    asked = here.ask(question())
    here.connector.begin()
    text = here.connector.fetch_patiently()
    other = here.company.process(message_set([request("CompanyQuery", {}, request_id="1")]))
    assert 0 < here.connector.bring(other) < 100
    assert not asked.done()
    right = here.company.process(text)
    here.connector.bring(right)
    assert asked.result(10) == right


def test_f41_tickets_are_long_differ_and_end(here):
    tickets = set()
    for _ in range(5):
        here.connector.begin()
        tickets.add(here.connector.ticket)
        here.connector.close()
        assert here.connector.fetch() == ""
        assert "over" in here.connector.last_error()
    assert len(tickets) == 5
    assert {len(ticket) for ticket in tickets} == {64}


def test_f41_a_question_asked_again_takes_the_place_of_the_one_before(tmp_path):
    """The first one's connection may be dead; a set handed to it would be lost."""
    from recon.targets.quickbooks.endpoint.waiting import Times

    with world(tmp_path / "books", times=Times(wait=30, hold=1000, leave=0)) as here:
        here.connector.begin()
        dispatch, said = here.here.dispatch, ("", COMPANY, "US", "13", "0")
        first = here.pool.submit(dispatch.next_text, here.connector.ticket, said)
        while dispatch._session.turn < 1:
            pass
        second = here.pool.submit(dispatch.next_text, here.connector.ticket, said)
        assert first.result(10) == ""
        asked = here.ask(question())
        assert second.result(10) == question()
        here.connector.bring(here.company.process(question()))
        assert asked.result(10)


# --- F42

HRESULTS = [
    ("0x80040400", "QuickBooks found an error when parsing the provided XML text stream.", "could not read"),
    ("0x80040408", "Could not start QuickBooks.", "could not start QuickBooks"),
    ("0x80040418", "", "single-user mode"),
    ("0x80040420", "", "denied"),
    ("0x80040414", "A modal dialog box is showing in the QuickBooks user interface.", "modal dialog"),
    ("", "", "brought no answer"),
]


@pytest.mark.parametrize(("code", "message", "words"), HRESULTS)
def test_f42_an_hresult_stops_the_visit_with_plain_words_and_leaves_the_set_unresolved(here, code, message, words):
    asked = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    waiting = here.ask(question())
    here.connector.begin()
    here.connector.fetch_patiently()
    assert here.connector.bring("", code, message) == -1
    assert words in here.connector.last_error()
    with pytest.raises(OutcomeUnknown, match=words):
        asked.result(10)
    with pytest.raises(TargetUnavailable, match=words) as met:
        waiting.result(10)
    assert met.value.stops_batch
    assert here.connector.fetch() == ""
    assert words in here.connector.close()
    assert here.here.journal.unresolved().set_id == "rc1"
    assert here.connector.begin() == ""


def test_f42_after_trouble_the_program_is_told_at_once_until_the_next_visit_begins(here):
    here.connector.begin()
    here.connector.call("connectionError", ticket=here.connector.ticket, hresult="0x80040420", message="")
    here.connector.close()
    for _ in range(2):
        with pytest.raises(TargetUnavailable, match="denied"):
            here.here.dispatch.ask(question(), set_id="", about=())
    here.connector.begin()
    asked = here.ask(question())
    here.connector.step()
    assert asked.result(10)


def test_f42_trouble_of_one_command_is_not_that_of_the_next_where_one_serves(tmp_path):
    with world(tmp_path / "books", serves=True) as here:
        here.here.dispatch.join()
        here.connector.begin()
        here.connector.call("connectionError", ticket=here.connector.ticket, hresult="0x80040420", message="")
        here.connector.close()
        asked = here.ask(question())
        here.connector.begin()
        here.connector.step()
        assert asked.result(10)
        here.here.dispatch.leave()


def test_f42_quickbooks_that_cannot_be_opened_is_told_to_who_waits(here):
    asked = here.ask(question())
    here.connector.begin()
    said = here.connector.call(
        "connectionError", ticket=here.connector.ticket, hresult="0x80040416", message="Not running."
    )
    assert said == "done"
    with pytest.raises(TargetUnavailable, match="not running") as met:
        asked.result(10)
    assert met.value.code == "0x80040416"


def test_f42_another_company_file_gets_nothing(here):
    here.connector.begin()
    here.connector.fetch()
    here.connector.close()
    asked = here.ask(question())
    other = Connector(here.connector.url, here.company, path="c:/books/Other.qbw")
    other.begin()
    assert other.fetch() == ""
    words = other.last_error()
    assert "Other.qbw is open" in words
    assert COMPANY in words
    with pytest.raises(TargetUnavailable) as met:
        asked.result(10)
    assert met.value.code == OTHER_COMPANY
    other.close()
    same = Connector(here.connector.url, here.company, path="c:/BOOKS/cedar.QBW")
    same.begin()
    assert same.fetch() == ""
    assert same.last_error() == "NoOp"


def test_f42_another_company_under_the_same_file_name_gets_nothing(here):
    said = here.company.process(message_set([request("CompanyQuery", {}, request_id="1")]))
    here.connector.facts = said
    here.connector.begin()
    here.connector.fetch()
    here.connector.close()
    here.connector.facts = said.replace("Cedar &amp; Pine LLC", "Birch Inc")
    here.connector.begin()
    assert here.connector.fetch() == ""
    assert "calls itself Birch Inc" in here.connector.last_error()


def test_f42_a_file_opened_in_the_middle_of_a_visit_stops_it(here):
    here.connector.begin()
    first = here.ask(question())
    here.connector.step()
    assert first.result(10)
    second = here.ask(question())
    here.connector.path = "C:\\Books\\Other.qbw"
    assert here.connector.fetch() == ""
    with pytest.raises(TargetUnavailable, match=r"Other\.qbw is open in QuickBooks now"):
        second.result(10)


def test_f42_the_settings_name_another_file_than_the_one_that_is_open(tmp_path):
    with world(tmp_path / "books", company_file="C:\\Books\\Maple.qbw") as here:
        here.connector.begin()
        assert here.connector.fetch() == ""
        assert "quickbooks.company_file" in here.connector.last_error()


@pytest.mark.parametrize(
    ("versions", "words"), [(("CA", "13", "0"), "US editions only"), (("US", "12", "0"), "recon needs 13.0")]
)
def test_f42_an_edition_that_does_not_fit_gets_nothing(here, versions, words):
    here.connector.versions = versions
    here.connector.begin()
    assert here.connector.fetch() == ""
    assert words in here.connector.last_error()


# --- the journal


def test_old_answers_are_trimmed_and_never_one_that_is_unresolved(tmp_path):
    clock = FakeClock()
    journal = Journal(tmp_path / ".recon", clock)
    for number in range(3):
        journal.hand(f"rc{number}", (f"k{number}",), "text")
        if number < 2:
            journal.settle(f"rc{number}", "answered", "answer")
            clock.forward(86_400 * 100)
    journal.trim()
    assert journal.last_about("k0") is None
    assert journal.last_about("k1").answer == "answer"
    clock.forward(86_400 * (KEPT_DAYS + 200))
    journal.trim()
    assert journal.last_about("k1") is None
    assert journal.unresolved().set_id == "rc2"
    journal.close()


def test_the_last_set_about_a_key_counts(tmp_path):
    journal = Journal(tmp_path / ".recon", FakeClock())
    for set_id, state, answer in (("rc1", "not-processed", None), ("rc2", "answered", "yes")):
        journal.hand(set_id, ("k1",), "text")
        journal.settle(set_id, state, answer)
    assert journal.last_about("k1").answer == "yes"
    assert journal.last_about("k1").set_id == "rc2"
    journal.close()


def test_the_file_is_for_its_owner_only(tmp_path):
    Journal(tmp_path / ".recon", FakeClock()).close()
    assert (tmp_path / ".recon" / "webconnector.db").stat().st_mode & 0o077 == 0

"""The endpoint as a SOAP client sees it (zeep), and visits from the first word to the last."""

from __future__ import annotations

import math
import threading

import pytest
import requests
import zeep
from zeep.transports import Transport

from recon.errors import OutcomeUnknown, StoreBusy, TargetUnavailable
from recon.targets.quickbooks.endpoint.desks import open_desk
from recon.targets.quickbooks.endpoint.waiting import PRESS, Times
from recon.targets.quickbooks.qbxml.read import read
from tests.clock import FakeClock
from tests.recon.webconnector_tools import COMPANY, NO_TIME, PASSWORD, Connector, change, question, world


@pytest.fixture
def here(tmp_path):
    with world(tmp_path / "books") as made:
        yield made


def soap_client(url: str):
    session = requests.Session()
    session.trust_env = False
    return zeep.Client(f"{url}?wsdl", transport=Transport(session=session)), session


def test_a_soap_client_reads_the_description_and_goes_through_a_whole_visit(here):
    client, session = soap_client(here.connector.url)
    with session:
        service = client.service
        assert service.serverVersion("").startswith("recon ")
        assert not service.clientVersion("2.3.0.207")
        ticket, word = service.authenticate("recon", PASSWORD)
        assert len(ticket) == 64
        assert not word
        wanted = here.ask(question())
        text = service.sendRequestXML(ticket, "", COMPANY, "US", 13, 0)
        assert text == question()
        assert 0 < service.receiveResponseXML(ticket, here.company.process(text), "", "") < 100
        assert read(wanted.result(10)).by_id("1").rows[0].name == "HostRet"
        assert not service.sendRequestXML(ticket, "", COMPANY, "US", 13, 0)
        assert service.getLastError(ticket) == "NoOp"
        assert service.closeConnection(ticket) == "OK. recon: 1 answers."
        assert not service.getInteractiveURL(ticket, "1")
        assert service.interactiveDone(ticket) == "Done"
        assert service.interactiveRejected(ticket, "no") == "Done"
        assert service.connectionError(ticket, "0x80040416", "not running") == "done"


def test_an_unknown_ticket_gets_an_answer_in_the_web_connectors_own_form(here):
    visitor = Connector(here.connector.url, ticket="0" * 64)
    assert visitor.fetch() == ""
    assert "Update Selected" in visitor.last_error()
    assert visitor.bring("<x/>") == -1
    assert visitor.close() == "OK"


def test_texts_beyond_ascii_and_markup_come_through_both_ways(here):
    assert here.connector.begin() == ""
    wanted = here.ask(change("rc1", "Müller & <Söhne>"), set_id="rc1", about=("k1",))
    here.connector.step()
    row = read(wanted.result(10)).by_id("1").rows[0]
    assert row.text("Name") == "Müller & <Söhne>"


def test_a_visit_waits_while_the_program_thinks_and_ends_well_when_it_is_done(tmp_path):
    with world(tmp_path / "books", times=Times(wait=30, hold=0, leave=8)) as here:
        connector = here.connector
        assert connector.begin() == ""
        wanted = here.ask(question())
        connector.step()
        assert wanted.result(10)
        assert connector.fetch() == ""
        assert connector.last_error() == "NoOp"
        closing = threading.Thread(target=here.here.dispatch.close)
        closing.start()
        assert connector.bring(here.company.process(connector.fetch_patiently())) == 100
        assert connector.close().startswith("OK")
        closing.join(10)
        assert not closing.is_alive()


def test_settled_sets_are_cleared_in_quickbooks_after_the_programs_own(here):
    connector = here.connector
    connector.begin()
    first = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    second = here.ask(change("rc2", "Ben"), set_id="rc2", about=("k2",))
    connector.step()
    connector.step()
    assert first.result(10)
    assert second.result(10)
    assert 'newMessageSetID="rc2" oldMessageSetID="rc1"' in connector.sent[-1]
    assert here.company.books.answered("rc1") is None
    assert here.company.books.answered("rc2") is not None
    connector.step()
    assert here.company.books.answered("rc2") is None
    assert 'onError="continueOnError" oldMessageSetID="rc2"' in connector.sent[-1]
    assert connector.fetch() == ""


def test_percent_grows_and_never_reaches_the_end_before_it_is_the_end(here):
    here.connector.begin()
    seen = []
    for _ in range(30):
        wanted = here.ask(question())
        seen.append(here.connector.step())
        wanted.result(10)
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] < 100


def test_nothing_to_do_is_said_at_log_in(tmp_path):
    with world(tmp_path / "books", serves=True) as here:
        assert here.connector.begin() == "none"
        assert here.connector.fetch() == ""
        here.here.dispatch.join()
        assert here.connector.begin() == ""
        here.here.dispatch.leave()


def test_the_settings_name_the_company_file_that_is_opened(tmp_path):
    with world(tmp_path / "books", company_file=COMPANY) as here:
        assert here.connector.begin() == COMPANY


def test_who_waits_is_told_what_to_press_and_after_a_while_that_nobody_came(tmp_path):
    said = []
    with world(tmp_path / "books", on_wait=said.append) as here:
        wanted = here.ask(question())
        here.clock.forward(31)
        with pytest.raises(TargetUnavailable, match="within 30 seconds"):
            wanted.result(10)
        assert len(said) == 2
        assert said[1] == ""
        assert "Update Selected" in said[0]
        assert here.connector.begin() == ""
        assert here.connector.fetch() == ""  # it was withdrawn


def test_only_one_process_of_a_workspace_deals_with_the_web_connector(tmp_path):
    with (
        world(tmp_path / "books") as here,
        pytest.raises(StoreBusy, match="recon qbwc serve"),
        open_desk(folder=tmp_path / "books" / ".recon", port=0, wait_seconds=1, clock=here.clock),
    ):
        pass


def test_a_desk_of_its_own_asks_and_knows_the_company_file(tmp_path):
    clock = FakeClock()
    with world(tmp_path / "books", clock=clock) as here:
        connector = here.connector
        connector.facts = here.company.process(
            question().replace("HostQueryRq", "CompanyQueryRq").replace("HostQuery", "CompanyQuery")
        )
        connector.begin()
        found = here.pool.submit(here.here.dispatch.company_file)
        connector.fetch()
        company = found.result(10)
        assert (company.path, company.country, company.major_version) == (COMPANY, "US", 13)
        assert "CompanyRet" in company.facts
        assert here.here.journal.fact("company-name") == "Cedar & Pine LLC"


def test_other_commands_ask_through_the_one_that_serves(tmp_path):
    folder = tmp_path / "books"
    said = []
    with world(folder, serves=True) as here:
        how = {"folder": folder / ".recon", "port": 0, "wait_seconds": 30, "clock": here.clock, "on_wait": said.append}
        with open_desk(**how) as desk:
            wanted = here.pool.submit(desk.ask, change("rc1", "Ann"), set_id="rc1", about=("k1",))
            while here.connector.begin() != "":
                pass
            here.connector.step()
            assert read(wanted.result(10)).set_id == "rc1"
            assert desk.recovered("k1").answer == wanted.result()
            assert desk.recovered("k2") is None
            assert desk.company_file().path == COMPANY
        assert said == [PRESS, ""]
        while here.connector.step() != 100:
            pass
        assert here.connector.close().startswith("OK")
        assert here.connector.begin() == "none"


def test_a_visit_lasts_as_long_as_another_command_is_there(tmp_path):
    """Else each of its questions would wait for a visit of its own."""
    folder = tmp_path / "books"
    with world(folder, serves=True) as here:
        with open_desk(folder=folder / ".recon", port=0, wait_seconds=30, clock=here.clock) as desk:
            here.connector.begin()
            for _ in range(3):
                wanted = here.pool.submit(desk.ask, question())
                assert here.connector.step() < 100
                assert wanted.result(10)
                assert here.connector.fetch() == ""
                assert here.connector.last_error() == "NoOp"
        while here.connector.step() != 100:
            pass
        assert len(here.connector.sent) == 4


def test_a_question_of_a_process_that_died_is_not_handed_out(tmp_path):
    folder = tmp_path / "books"
    with world(folder, serves=True) as here:
        asked = here.pool.submit(here.here.dispatch.ask, question(), set_id="", about=(), is_wanted=lambda: False)
        with pytest.raises(TargetUnavailable, match="gone"):
            asked.result(10)


def test_errors_of_the_visit_reach_the_asking_process_as_they_are(tmp_path):
    folder = tmp_path / "books"
    with world(folder, serves=True) as here:
        with (
            open_desk(folder=folder / ".recon", port=0, wait_seconds=0, clock=here.clock) as desk,
            pytest.raises(TargetUnavailable, match="did not come") as met,
        ):
            desk.ask(question())
        assert met.value.stops_batch


def test_a_web_connector_that_comes_again_takes_the_place_of_its_visit_before(here):
    """It crashed or was restarted; nothing is out that QuickBooks could be carrying out."""
    assert here.connector.begin() == ""
    again = Connector(here.connector.url)
    assert again.begin() == ""
    assert here.connector.fetch() == ""
    assert "visit is over" in here.connector.last_error()
    asked = here.ask(question())
    assert again.fetch_patiently()
    assert again.bring(here.company.process(again.sent[-1])) > 0
    assert asked.result(10)


def test_a_question_a_crashed_web_connector_took_along_is_lost_and_the_next_visit_goes_on(here):
    asked = here.ask(question())
    assert here.connector.begin() == ""
    assert here.connector.fetch_patiently()
    assert Connector(here.connector.url).begin() == ""
    with pytest.raises(OutcomeUnknown):
        asked.result(10)


def test_while_quickbooks_may_be_carrying_a_change_out_no_other_visit_begins(here):
    here.ask(change("rcbusy", "Ana"), set_id="rcbusy", about=("a/1",))
    assert here.connector.begin() == ""
    assert here.connector.fetch_patiently()
    assert Connector(here.connector.url).begin() == "busy"
    here.clock.forward(NO_TIME.answer + 1)
    assert Connector(here.connector.url).begin() == ""


# --- a person wants the end


def test_a_wait_ends_at_once_where_a_person_wants_that_and_nothing_was_handed_out(tmp_path):
    left: list[float | None] = [None]
    said = []
    with world(tmp_path / "books", on_wait=said.append, patience=lambda: left[0]) as here:
        asked, company = here.ask(change("rc1", "Ann"), set_id="rc1"), here.pool.submit(here.here.dispatch.company_file)
        left[0] = 0.0
        for one in (asked, company):
            with pytest.raises(TargetUnavailable, match="Stopped as asked") as met:
                one.result(10)
            assert (met.value.code, met.value.stops_batch) == ("stopped", True)
        assert here.here.journal.unresolved() is None
        assert said[-1] == ""


def test_f40_what_was_handed_out_has_a_little_time_left_then_nobody_knows(tmp_path):
    wanted, heard = threading.Event(), threading.Event()

    def patience():
        if not wanted.is_set():
            return None
        heard.set()
        return 2.0

    with world(tmp_path / "books", patience=patience) as here:
        asked = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
        here.connector.begin()
        text = here.connector.fetch_patiently()
        wanted.set()
        assert heard.wait(10)
        here.clock.forward(1)
        assert not asked.done()
        here.clock.forward(10)
        with pytest.raises(OutcomeUnknown, match="Stopped as asked, before QuickBooks answered"):
            asked.result(10)
        assert here.here.journal.unresolved().set_id == "rc1"
        here.connector.bring(here.company.process(text))
        assert here.here.journal.unresolved().set_id == "rc1"
    with world(tmp_path / "books") as here:
        found = here.pool.submit(here.here.dispatch.recovered, "k1")
        here.connector.begin()
        here.connector.step()
        assert found.result(10).answer


def test_an_answer_that_comes_in_that_time_counts(tmp_path):
    left: list[float | None] = [None]
    with world(tmp_path / "books", patience=lambda: left[0]) as here:
        asked = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
        here.connector.begin()
        text = here.connector.fetch_patiently()
        left[0] = math.inf
        here.clock.forward(60)
        here.connector.bring(here.company.process(text))
        assert asked.result(10)


def test_a_question_is_taken_back_as_long_as_it_is_not_out(here):
    asked = here.ask(change("rc1", "Ann"), set_id="rc1")
    assert here.here.dispatch.drop("rc1")
    with pytest.raises(TargetUnavailable, match="Stopped as asked"):
        asked.result(10)
    assert not here.here.dispatch.drop("rc1")
    out = here.ask(change("rc2", "Ben"), set_id="rc2")
    here.connector.begin()
    here.connector.fetch_patiently()
    assert not here.here.dispatch.drop("rc2")
    assert not out.done()


def test_who_asks_through_the_one_that_serves_ends_as_quickly(tmp_path):
    """Not out: taken back. Out: unknown, and the one that serves still writes its answer down."""
    left: list[float | None] = [None]
    with world(tmp_path / "books", serves=True) as here:
        how = {"folder": tmp_path / "books" / ".recon", "port": 0, "wait_seconds": 30, "clock": here.clock}
        with open_desk(**how, patience=lambda: left[0]) as desk:
            asked = here.pool.submit(desk.ask, change("rc1", "Ann"), set_id="rc1", about=("k1",))
            left[0] = 0.0
            with pytest.raises(TargetUnavailable, match="Nothing was handed out"):
                asked.result(10)
            left[0] = None
            asked = here.pool.submit(desk.ask, change("rc2", "Ben"), set_id="rc2", about=("k2",))
            while here.connector.begin() != "":
                pass
            text = here.connector.fetch_patiently()
            left[0] = 0.0
            with pytest.raises(OutcomeUnknown, match="Stopped as asked"):
                asked.result(10)
            left[0] = None
            here.connector.bring(here.company.process(text))
            assert read(desk.recovered("k2").answer).set_id == "rc2"
            assert desk.recovered("k1") is None


def test_f40_a_question_nobody_can_take_back_any_more_is_not_taken_for_one_that_never_went_out(tmp_path):
    """Both are told to end at once, as when the computer is shut down: the one that serves hears no new question."""
    left: list[float | None] = [None]
    with world(tmp_path / "books", serves=True) as here:
        how = {"folder": tmp_path / "books" / ".recon", "port": 0, "wait_seconds": 30, "clock": here.clock}
        with open_desk(**how, patience=lambda: left[0]) as desk:
            asked = here.pool.submit(desk.ask, change("rc1", "Ann"), set_id="rc1", about=("k1",))
            while here.connector.begin() != "":
                pass
            here.connector.fetch_patiently()
            here.here._server.shutdown()
            here.here._server.server_close()
            left[0] = 0.0
            with pytest.raises(OutcomeUnknown, match="Stopped as asked, before QuickBooks answered"):
                asked.result(10)
        assert here.here.journal.unresolved().set_id == "rc1"

"""Who is let in: pages of a browser, strangers, guesses, bombs and squatters (F44, F45, F46)."""

from __future__ import annotations

import json
import os
import socket
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from recon.errors import OutcomeUnknown, TargetUnavailable
from recon.targets.quickbooks.endpoint import listen
from recon.targets.quickbooks.endpoint.desks import open_desk
from recon.targets.quickbooks.endpoint.listen import endpoint
from recon.targets.quickbooks.endpoint.password import SHORTEST, digest_of, fits, new_password
from recon.targets.quickbooks.endpoint.relay import NONCE, NOTE, SIGNATURE, Holder, signature, write_note
from recon.targets.quickbooks.endpoint.soap import LARGEST_BODY, NAMESPACE, OPERATIONS
from tests.clock import FakeClock
from tests.recon.webconnector_tools import (
    NO_TIME,
    PASSWORD,
    Connector,
    change,
    envelope,
    headers_of,
    post,
    question,
    world,
)

LOG_IN = envelope("authenticate", {"strUserName": "recon", "strPassword": PASSWORD})


@pytest.fixture
def here(tmp_path):
    with world(tmp_path / "books") as made:
        yield made


def status(here, headers=None, *, body=LOG_IN, method="POST", url="", drop=()) -> int:
    """The status of a log-in that is right but for what is given."""
    wanted = {name: text for name, text in headers_of("authenticate").items() if name not in drop} | (headers or {})
    code, said, got = post(url or here.connector.url, body, wanted, method=method)
    assert not [name for name in got if name.lower().startswith("access-control")]
    assert PASSWORD.encode() not in said
    return code


# --- F44


def test_f44_the_right_request_is_let_in(here):
    assert status(here) == 200
    port = urlsplit(here.connector.url).port
    assert status(here, {"Host": f"LOCALHOST:{port}"}) == 200
    assert status(here, {"SOAPAction": f"{NAMESPACE}authenticate"}) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost"},
        {"Host": "localhost:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "none"},
        {"sec-fetch-mode": "no-cors"},
        {"SEC-FETCH-DEST": "empty"},
    ],
)
def test_f44_requests_of_a_browser_and_of_other_names_are_refused(here, headers):
    assert status(here, headers) == 403


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": "text/xml; charset=utf-16"}, 415),
        ({"SOAPAction": f'"{NAMESPACE}deleteEverything"'}, 400),
        ({"SOAPAction": '"http://evil.example/authenticate"'}, 400),
        ({"SOAPAction": ""}, 400),
        ({"SOAPAction": f'"{NAMESPACE}serverVersion"'}, 400),
    ],
)
def test_f44_only_the_web_connectors_own_form_is_read(here, headers, code):
    assert status(here, headers) == code


def test_f44_a_request_without_soap_action_is_refused(here):
    assert status(here, drop=("SOAPAction",)) == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_f44_other_methods_are_refused(here, method):
    assert status(here, method=method) in {405, 501}


@pytest.mark.parametrize("path", ["/", "/recon", "/%s/", "/%s0", "/../%s", "/%s/../%s"])
def test_f44_other_paths_are_refused(here, path):
    where = urlsplit(here.connector.url)
    url = f"http://{where.netloc}{path.replace('%s', where.path[1:])}"
    assert status(here, url=url) == 403


def raw(here, head: str, body: bytes = b"") -> bytes:
    where = urlsplit(here.connector.url)
    with socket.create_connection(("127.0.0.1", where.port), timeout=10) as connection:
        connection.sendall(head.replace("{path}", where.path).replace("{port}", str(where.port)).encode() + body)
        said = b""
        while more := connection.recv(65536):
            said += more
        return said


HEAD = (
    'POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: text/xml\r\nSOAPAction: "'
    + NAMESPACE
    + 'authenticate"\r\n'
)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("Transfer-Encoding: chunked\r\n\r\n40000000\r\n", b"411"),
        ("Content-Length: 1000000000\r\n\r\n", b"413"),
        (f"Content-Length: {LARGEST_BODY + 1}\r\n\r\n", b"413"),
        ("Content-Length: 99999999999999999999\r\n\r\n", b"413"),
        ("Content-Length: -1\r\n\r\n", b"411"),
        ("Content-Length: 5\r\nContent-Length: 6\r\n\r\n", b"411"),
        ("\r\n", b"411"),
        ("Host: localhost:{port}\r\nContent-Length: 1\r\n\r\n", b"403"),
    ],
)
def test_f44_bodies_that_are_too_large_or_of_no_stated_length_are_refused_unread(here, more, code):
    assert raw(here, HEAD + more).split(b" ")[1] == code


def test_f44_it_listens_on_loopback_only(here):
    taken = here.here._server.socket.getsockname()
    assert taken[0] == "127.0.0.1"


def test_f44_five_wrong_passwords_close_the_door_for_thirty_seconds(here):
    guesser = Connector(here.connector.url, password="wrong")
    for _ in range(4):
        assert guesser.begin() == "nvu"
    assert here.connector.begin() == ""
    here.connector.close()
    for _ in range(5):
        assert guesser.begin() == "nvu"
    assert here.connector.begin() == "nvu"
    assert "30 seconds" in here.here.journal.visits(1)[0].words
    here.clock.forward(29)
    assert here.connector.begin() == "nvu"
    here.clock.forward(2)
    assert here.connector.begin() == ""


def test_f44_the_name_counts_too_and_without_a_password_nobody_is_let_in(here):
    said = here.connector.call("authenticate", strUserName="admin", strPassword=PASSWORD)
    assert said[1] == "nvu"
    here.here.journal.keep_facts(password="")
    for guess in ("", PASSWORD):
        assert Connector(here.connector.url, password=guess).begin() == "nvu"


def test_f44_a_refused_ticket_is_good_for_nothing(here):
    guesser = Connector(here.connector.url, password="wrong")
    guesser.begin()
    assert len(guesser.ticket) == 64
    assert guesser.fetch() == ""
    assert "over" in guesser.last_error()


def test_f44_only_a_digest_of_the_password_is_kept(here, tmp_path):
    digest = here.here.journal.fact("password")
    assert digest.startswith("scrypt$")
    assert fits(PASSWORD, digest)
    assert not fits(PASSWORD + "x", digest)
    assert digest_of(PASSWORD) != digest
    assert not fits("", "")
    assert not fits("x", "scrypt$%$%")
    files = [path for path in (tmp_path / "books" / ".recon").iterdir() if path.name != "webconnector.lock"]
    assert files
    for path in files:
        assert PASSWORD.encode() not in path.read_bytes()


def test_f44_made_up_passwords_are_long_and_differ():
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert min(map(len, made)) > SHORTEST


def test_f44_an_answer_says_nothing_about_where_it_comes_from(here):
    _, said, headers = post(here.connector.url, b"<x", headers_of("authenticate"))
    assert headers["Server"].strip() == "recon"
    assert b"Traceback" not in said
    assert "python" not in str(headers).lower()


# --- F45

BOMB = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE b SYSTEM "file:///etc/passwd">'


def soap_with(doctype: str) -> bytes:
    return LOG_IN.replace(b'<?xml version="1.0" encoding="utf-8"?>', doctype.encode())


@pytest.mark.parametrize(
    "body",
    [
        soap_with(BOMB),
        soap_with(OUTSIDE),
        soap_with('<?xml version="1.0"?><!DOCTYPE b>'),
        b"<a>" * 100_000,
        b"",
        b"\xff\xfe<",
        LOG_IN[:-20],
        LOG_IN.replace(b"soap/envelope/", b"soap/other/"),
        LOG_IN.replace(b"strPassword", b"strPass"),
        LOG_IN.replace(b"<strUserName>recon", b"<strUserName><a/>"),
        LOG_IN.replace(b"<strUserName>", b"<strUserName>x</strUserName><strUserName>"),
        LOG_IN.replace(b"</authenticate>", b"</authenticate><authenticate/>"),
        LOG_IN.replace(b"<soap:Body>", b"<soap:Body/><soap:Body>"),
    ],
)  # fmt: skip
def test_f45_bombs_document_types_and_strange_soap_are_refused(here, body):
    assert status(here, body=body) == 400
    assert here.connector.begin() == ""


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE])
def test_f45_a_bomb_in_quickbooks_answer_is_refused_and_the_set_stays_unresolved(here, doctype):
    asked = here.ask(change("rc1", "Ann"), set_id="rc1", about=("k1",))
    here.connector.begin()
    answer = here.company.process(here.connector.fetch_patiently())
    assert here.connector.bring(doctype + answer.partition("?>")[2]) == -1
    assert "refused unread" in here.connector.last_error()
    with pytest.raises(OutcomeUnknown):
        asked.result(10)
    assert here.here.journal.unresolved().set_id == "rc1"


def test_f45_every_operation_takes_what_is_left_out_as_empty(here):
    for name in OPERATIONS:
        code, _, _ = post(here.connector.url, envelope(name, {}), headers_of(name))
        assert code == 200, name


# --- F46


def start(folder, port):
    return endpoint(folder=folder, port=port, clock=FakeClock(), times=NO_TIME)


def test_f46_a_port_somebody_else_has_is_not_used(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        port = squatter.getsockname()[1]
        with pytest.raises(TargetUnavailable, match=f"Port {port}.*netstat") as met, start(tmp_path / ".recon", port):
            pass
    assert met.value.stops_batch
    with start(tmp_path / ".recon", port):
        pass


def test_f46_nobody_can_take_the_ports_twin_on_the_newer_address(tmp_path):
    probe = listen.held_beside(0)
    if probe is None:
        pytest.skip("this computer has no ::1")
    probe.close()
    with start(tmp_path / ".recon", 0) as here:
        port = urlsplit(here.url).port
        with socket.socket(socket.AF_INET6) as squatter, pytest.raises(OSError, match="in use"):
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind(("::1", port))


def test_f46_a_squatter_on_the_newer_address_is_seen_at_start(tmp_path):
    try:
        squatter = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this computer has no ::1")
    with squatter:
        port = squatter.getsockname()[1]
        with pytest.raises(TargetUnavailable, match="password"), start(tmp_path / ".recon", port):
            pass


def test_f46_whoever_answers_on_the_port_must_prove_itself_before_anything_is_asked(tmp_path, here):
    """A note of a process that is gone, and a squatter on its port: it learns a number made up for it, nothing else."""
    where = urlsplit(here.connector.url)
    liar = Holder(port=where.port, room=where.path[1:], pid=os.getpid(), secret="0" * 64, serves=True)
    with pytest.raises(TargetUnavailable, match="another program answers"):
        listen.prove(liar)
    listen.prove(here.here._server.holder)


def test_f46_a_note_that_is_left_over_is_not_believed(tmp_path):
    folder = tmp_path / ".recon"
    with start(folder, 0):
        pass
    write_note(folder, Holder(port=1, room="x", pid=1, secret="0" * 64, serves=True))
    assert listen.serving(folder) is None


def test_f46_questions_of_others_are_signed_and_the_secret_is_for_the_owner_only(tmp_path):
    with world(tmp_path / "books", serves=True) as here:
        note = tmp_path / "books" / ".recon" / NOTE
        assert note.stat().st_mode & 0o077 == 0
        secret = json.loads(note.read_text())["secret"]
        assert secret not in repr(here.here._server.holder)
        body = json.dumps({"do": "visit"}).encode()
        for signed, code in ((signature(secret, b"ask", b"n", body), 200), ("0" * 64, 403), ("", 415)):
            assert post(here.connector.url, body, {NONCE: "n", SIGNATURE: signed})[0] == code
        right = signature(secret, b"ask", b"n", body)
        assert post(here.connector.url, body + b" ", {NONCE: "n", SIGNATURE: right})[0] == 403
        assert post(here.connector.url, body, {NONCE: "m", SIGNATURE: right})[0] == 403
        odd = b'{"do": "delete"}'
        assert post(here.connector.url, odd, {NONCE: "n", SIGNATURE: signature(secret, b"ask", b"n", odd)})[0] == 400


def test_f46_an_endpoint_that_does_not_serve_takes_no_questions_of_others(here, tmp_path):
    secret = here.here._server.holder.secret
    body = b'{"do": "visit"}'
    assert post(here.connector.url, body, {NONCE: "n", SIGNATURE: signature(secret, b"ask", b"n", body)})[0] == 403


def test_f46_who_serves_and_ends_leaves_the_outcome_unknown_only_if_it_was_asked(tmp_path):
    folder = tmp_path / "books"
    with world(folder, serves=True) as here:
        desk_way = open_desk(folder=folder / ".recon", port=0, wait_seconds=30, clock=here.clock)
        desk = desk_way.__enter__()
    with pytest.raises(TargetUnavailable, match="does not answer"):
        desk.ask(question())
    desk_way.__exit__(None, None, None)


def test_a_connection_that_says_nothing_holds_nobody_up(here):
    where = urlsplit(here.connector.url)
    idle = [socket.create_connection(("127.0.0.1", where.port)) for _ in range(20)]
    before = time.perf_counter()
    assert here.connector.begin() == ""
    assert time.perf_counter() - before < 5
    for one in idle:
        one.close()


def test_the_web_connectors_expect_header_is_answered(here):
    """Programs on .NET ask first whether the body is welcome."""
    head = HEAD.replace("authenticate", "serverVersion")
    body = envelope("serverVersion", {})
    said = raw(here, head + f"Expect: 100-continue\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n", body)
    assert said.startswith(b"HTTP/1.1 100")
    assert b"recon " in said


def test_one_connection_serves_many_calls(here):
    where = urlsplit(here.connector.url)
    connection = HTTPConnection("127.0.0.1", where.port, timeout=10)
    for _ in range(3):
        connection.request("POST", where.path, envelope("serverVersion", {}), headers_of("serverVersion"))
        assert connection.getresponse().read()
    connection.close()

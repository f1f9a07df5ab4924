"""Faults of the sandbox PEAK: what the client meets, and what the truth log says was done."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox_peak_caller import Caller, receipt
from sandbox_peak_caller import clock as clock
from sandbox_peak_caller import sandbox as sandbox

from recon.sandbox.ledgers.faults import fault_from
from recon.sandbox.peak import Fault, SandboxPeak
from recon.sandbox.peak.faults import KINDS


@pytest.fixture
def caller(sandbox, clock):
    made = Caller(sandbox, clock, timeout=0.3)
    made.log_in()
    return made


BODY = {"PeakReceipts": {"receipts": [receipt()]}}
ON = {"path": "/receipts/allinone"}


def codes(sandbox):
    return [document.code for document in sandbox.truth()]


@pytest.mark.parametrize("commit", [True, False])
def test_f18_hang(sandbox, caller, commit):
    sandbox.inject(Fault(kind="hang", commit=commit, **ON))
    with pytest.raises(TimeoutError):
        caller.post("/receipts/allinone", BODY)
    assert codes(sandbox) == (["RT-0001"] if commit else [])


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize(
    ("kind", "error"), [("close", http.client.RemoteDisconnected), ("reset", ConnectionResetError)]
)
def test_f20_closed_or_reset_looks_the_same_committed_or_not(sandbox, caller, kind, error, commit):
    sandbox.inject(Fault(kind=kind, commit=commit, **ON))
    with pytest.raises(error):
        caller.post("/receipts/allinone", BODY)
    assert codes(sandbox) == (["RT-0001"] if commit else [])


@pytest.mark.parametrize("how", ["length", "chunked"])
def test_f21_half_an_answer_is_noticed(sandbox, caller, how):
    sandbox.inject(Fault(kind="cut", how=how, **ON))
    with pytest.raises(http.client.IncompleteRead):
        caller.post("/receipts/allinone", BODY)
    assert codes(sandbox) == ["RT-0001"]


def test_f21_half_an_answer_without_length_looks_whole(sandbox, caller):
    sandbox.inject(Fault(kind="cut", how="open", **ON))
    reply = caller.post("/receipts/allinone", BODY)
    assert reply.status == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        _ = reply.json
    assert codes(sandbox) == ["RT-0001"]


def test_f22_html_empty_wrong_type_bad_gzip_huge(sandbox, caller):
    for kind, number in (("html", 1), ("empty", 2), ("wrong-type", 3), ("bad-gzip", 4), ("huge", 5)):
        sandbox.inject(Fault(kind=kind, containing=f"RT-{number}", size=300_000, **ON))
    replies = [
        caller.post("/receipts/allinone", {"PeakReceipts": {"receipts": [receipt(code=f"RT-{n}")]}})
        for n in range(1, 6)
    ]
    assert [reply.status for reply in replies] == [200] * 5
    assert replies[0].headers["content-type"].startswith("text/html")
    assert replies[1].content == b""
    assert replies[2].headers["content-type"] == "text/plain"
    assert replies[3].headers["content-encoding"] == "gzip"
    assert len(replies[4].content) == 300_002
    assert codes(sandbox) == [f"RT-{n}" for n in range(1, 6)]


def test_f24_rate_limit_in_all_its_forms(sandbox, caller):
    sandbox.inject(Fault(kind="rate", seconds=60, retry_after="Wed, 21 Oct 2065 07:28:00 GMT", **ON))
    sandbox.inject(Fault(kind="rate", nth=2, seconds=10**9, **ON))
    sandbox.inject(Fault(kind="concurrency", nth=3, **ON))
    replies = [caller.post("/receipts/allinone", BODY) for _ in range(4)]
    assert [reply.status for reply in replies] == [429, 429, 429, 200]
    assert replies[0].headers["retry-after"].endswith("2065 07:28:00 GMT")
    assert [reply.json["retryAfterSeconds"] for reply in replies[:3]] == [60, 10**9, None]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("commit", [True, False])
def test_f25_server_errors_committed_or_not(sandbox, caller, status, commit):
    sandbox.inject(Fault(kind="status", status=status, commit=commit, retry_after="5", **ON))
    reply = caller.post("/receipts/allinone", BODY)
    assert (reply.status, reply.headers["retry-after"], reply.headers["content-type"]) == (status, "5", "text/plain")
    assert codes(sandbox) == (["RT-0001"] if commit else [])


def test_f27_redirect(sandbox, caller):
    sandbox.inject(Fault(kind="redirect", text="http://127.0.0.1:1/", **ON))
    sandbox.inject(Fault(kind="redirect", status=307, nth=2, commit=False, **ON))
    first, second = caller.post("/receipts/allinone", BODY), caller.post("/receipts/allinone", BODY)
    assert (first.status, first.headers["location"]) == (301, "http://127.0.0.1:1/")
    assert (second.status, second.headers["location"]) == (307, f"{sandbox.url}/elsewhere")
    assert codes(sandbox) == ["RT-0001"]


def test_f19_late_commit_by_the_servers_clock(sandbox, caller, clock):
    sandbox.inject(Fault(kind="late", seconds=90, then="504", **ON))
    assert caller.post("/receipts/allinone", BODY).status == 504
    assert caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts") == []
    clock.sleep(89)
    assert codes(sandbox) == []
    clock.sleep(1)
    assert len(caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts")) == 1
    assert codes(sandbox) == ["RT-0001"]


def test_f19_late_commit_loses_against_one_that_came_first(sandbox, caller):
    sandbox.inject(Fault(kind="late", seconds=90, then="close", **ON))
    with pytest.raises(http.client.RemoteDisconnected):
        caller.post("/receipts/allinone", BODY)
    assert caller.receipt()["resCode"] == "200"
    sandbox.tick(90)
    assert codes(sandbox) == ["RT-0001"]


def test_f19_late_payment_is_recorded_beside_the_repeated_one(sandbox, caller):
    invoice_id = caller.invoice()["id"]
    block = {"paymentDate": "20260205", "payments": [{"amount": 50, "paymentMethod": {"code": "EWL001"}}]}
    body = {"peakPaidPayments": {"transactionId": invoice_id, "paidPayments": block}}
    sandbox.inject(Fault(kind="late", seconds=30, then="504", path="/invoices/paidpaymentallinone"))
    caller.post("/invoices/paidpaymentallinone", body)
    caller.post("/invoices/paidpaymentallinone", body)
    sandbox.tick(30)
    assert sandbox.truth()[0].remain_minor == 700  # paid twice: a payment has no number that protects it


def test_f29_request_repeated_on_the_way_answers_315_over_our_own_document(sandbox, caller):
    sandbox.inject(Fault(kind="twice", **ON))
    assert caller.receipt()["resCode"] == "315"
    assert codes(sandbox) == ["RT-0001"]


def test_f30_lag_of_one_document(sandbox, caller):
    sandbox.inject(Fault(kind="lag", seconds=60, **ON))
    assert caller.receipt()["resCode"] == "200"
    caller.receipt(code="RT-0002")
    assert caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts") == []
    assert len(caller.found("/receipts?code=RT-0002", "PeakReceipts", "receipts")) == 1
    sandbox.tick(60)
    assert len(caller.found("/receipts?code=RT-0001", "PeakReceipts", "receipts")) == 1


def test_f31_shapes_nobody_expects(sandbox, caller):
    two = {"PeakReceipts": {"receipts": [receipt(code="RT-1"), receipt(code="RT-2")]}}
    sandbox.inject(Fault(kind="drop-field", field="id", **ON))
    sandbox.inject(Fault(kind="rename-field", field="code", text="documentCode", nth=2, **ON))
    sandbox.inject(Fault(kind="set-field", field="resCode", text="0200", nth=3, **ON))
    assert "id" not in caller.receipt(code="RT-A")
    assert caller.receipt(code="RT-B")["documentCode"] == "RT-B"
    assert (
        caller.post("/receipts/allinone", {"PeakReceipts": {"receipts": [receipt(code="RT-C")]}}).json["PeakReceipts"][
            "resCode"
        ]
        == "0200"
    )
    sandbox.inject(Fault(kind="numbers-as-text", path="/receipts"))
    assert caller.found("/receipts?code=RT-A", "PeakReceipts", "receipts")[0]["remainAmount"] == "0.00"
    sandbox.inject(Fault(kind="reorder", **ON))
    items = caller.post("/receipts/allinone", two).json["PeakReceipts"]["receipts"]
    assert [item["code"] for item in items] == ["RT-2", "RT-1"]


def test_f23_items_missing_or_doubled_in_the_answer(sandbox, caller):
    two = {"PeakReceipts": {"receipts": [receipt(code="RT-1"), receipt(code="RT-2")]}}
    sandbox.inject(Fault(kind="drop-item", **ON))
    assert [i["code"] for i in caller.post("/receipts/allinone", two).json["PeakReceipts"]["receipts"]] == ["RT-1"]
    sandbox.inject(Fault(kind="repeat-item", **ON))
    items = caller.post("/receipts/allinone", two).json["PeakReceipts"]["receipts"]
    assert [(item["code"], item["resCode"]) for item in items] == [("RT-1", "315"), ("RT-1", "315"), ("RT-2", "315")]
    assert codes(sandbox) == ["RT-1", "RT-2"]


def test_f31_refuse_with_any_code(sandbox, caller):
    sandbox.inject(Fault(kind="refuse", code="999", text="ไม่ทราบ", **ON))
    assert caller.post("/receipts/allinone", BODY).json == {"resCode": "999", "resDesc": "ไม่ทราบ"}
    assert codes(sandbox) == []


def test_f34_connection_dropped_without_a_word_after_an_answer(sandbox, caller):
    sandbox.inject(Fault(kind="drop", path="/user"))
    connection = caller.connect()
    connection.request("GET", "/api/v1/user", headers=caller.headers())
    reply = connection.getresponse()
    assert (reply.status, reply.getheader("Connection")) == (200, None)
    reply.read()
    kept = connection.sock
    assert kept.recv(1) == b""
    connection.close()


def test_keep_alive_serves_many_requests_on_one_connection(sandbox, caller):
    connection = caller.connect()
    for _ in range(3):
        connection.request("GET", "/api/v1/user", headers=caller.headers())
        assert connection.getresponse().read().startswith(b'{"PeakUser"')
    connection.close()


def test_faults_meet_the_nth_request_and_as_many_as_told(sandbox, caller):
    sandbox.inject(Fault(kind="limit", method="GET", path="/user", nth=2, times=2))
    assert [caller.get("/user").status for _ in range(5)] == [200, 400, 400, 200, 200]
    sandbox.inject(Fault(kind="limit", path="/user", times=None))
    assert [caller.get("/user").status for _ in range(3)] == [400, 400, 400]
    sandbox.clear_faults()
    assert caller.get("/user").status == 200


def test_faults_know_their_names():
    with pytest.raises(ValueError, match="no fault 'explode'"):
        Fault(kind="explode")
    with pytest.raises(ValueError, match="no such field of a fault: pth"):
        fault_from({"kind": "hang", "pth": "/x"}, Fault)
    with pytest.raises(ValueError, match="missing"):
        fault_from({}, Fault)
    with pytest.raises(ValueError, match="nth counts from 1"):
        Fault(kind="hang", nth=0)


def test_f21_request_cut_by_the_client_does_nothing(sandbox, caller):
    port = int(sandbox.url.split(":")[2].split("/")[0])
    head = "".join(f"{name}: {value}\r\n" for name, value in caller.headers().items())
    with socket.create_connection(("127.0.0.1", port)) as bare:
        bare.sendall(f"POST /api/v1/receipts/allinone HTTP/1.1\r\n{head}Content-Length: 5000\r\n\r\n{{".encode())
    assert caller.get("/user").status == 200
    assert codes(sandbox) == []


def test_requests_are_remembered_without_headers(sandbox, caller):
    caller.receipt()
    seen = sandbox.requests[-1]
    assert (seen.method, seen.path) == ("POST", "/receipts/allinone")
    assert b"RT-0001" in seen.body
    assert caller.token.encode() not in b"".join(request.body for request in sandbox.requests)


def test_books_and_tokens_last_in_a_file(tmp_path, clock):
    path = tmp_path / ".recon" / "sandbox" / "peak.db"
    with SandboxPeak(path, clock=clock) as sandbox:
        caller = Caller(sandbox, clock)
        first = caller.receipt()
        before = sandbox.truth()
    with SandboxPeak(path, clock=clock) as sandbox:
        again = Caller(sandbox, clock)
        again.token = caller.token
        assert sandbox.truth() == before
        assert again.receipt()["resCode"] == "315"
        assert again.found("/receipts?code=RT-0001", "PeakReceipts", "receipts")[0]["id"] == first["id"]
        assert again.receipt(code="RT-0002")["id"] != first["id"]
        assert len(sandbox.contacts()) == 6


_CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from recon.ports import SystemClock
from recon.sandbox.peak import SandboxPeak
from sandbox_peak_caller import Caller
sandbox = SandboxPeak(Path({path!r})).start()
caller = Caller(sandbox, SystemClock())
for number in range(3):
    assert caller.receipt(code=f"RT-{{number}}")["resCode"] == "200"
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_f01_what_was_answered_is_in_the_file_after_kill_9(tmp_path, clock):
    path = tmp_path / "peak.db"
    script = _CHILD.format(path=str(path), tests=str(Path(__file__).parent))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=30, check=False)
    assert done.returncode == -9, done.stderr.decode()
    with SandboxPeak(path, clock=clock) as sandbox:
        assert codes(sandbox) == ["RT-0", "RT-1", "RT-2"]


def test_the_same_steps_give_the_same_ids(clock):
    ids = []
    for _ in range(2):
        with SandboxPeak(clock=clock) as sandbox:
            ids.append(Caller(sandbox, clock).receipt()["id"])
    assert ids[0] == ids[1]


def test_every_fault_and_every_switch_is_described():
    from dataclasses import fields

    from recon.sandbox.peak import Rules

    text = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    missing = [name for name in [*KINDS, *(f.name for f in fields(Rules))] if f"`{name}`" not in text]
    assert missing == []

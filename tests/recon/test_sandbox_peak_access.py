"""The door of the sandbox PEAK: signature, tokens, companies, limits."""

from __future__ import annotations

import threading

import pytest
from sandbox_peak_caller import Caller, receipt
from sandbox_peak_caller import caller as caller
from sandbox_peak_caller import clock as clock
from sandbox_peak_caller import sandbox as sandbox

from recon.sandbox.peak import Fault, Rules, SandboxPeak, sandbox_company
from recon.sandbox.peak.access import sign


def test_signature_is_the_published_test_vector():
    assert sign("TEST_CONNECT_ID", "20260131093000") == "e5cb6195ea034db0903b1ac3fd2a5d07527de3a3"


def test_f28_bangkok_time_is_outside_the_window(caller, clock):
    caller.log_in()
    clock.sleep(7 * 3600)
    stamp = clock.now().strftime("%Y%m%d%H%M%S")
    clock.sleep(-7 * 3600)
    reply = caller.get("/paymentmethods", **{"Time-Stamp": stamp, "Time-Signature": sign("SANDBOX_CONNECT_ID", stamp)})
    assert (reply.status, reply.json) == (401, {"resCode": "401", "resDesc": "Time-Stamp is out of range"})
    assert reply.headers["date"] == "Sun, 01 Feb 2026 03:00:00 GMT"


@pytest.mark.parametrize(("seconds", "status"), [(300, 200), (-300, 200), (301, 401), (-301, 401)])
def test_f28_window_is_five_minutes_either_way(caller, clock, seconds, status):
    caller.log_in()
    clock.sleep(seconds)
    stamp = clock.now().strftime("%Y%m%d%H%M%S")
    clock.sleep(-seconds)
    headers = {"Time-Stamp": stamp, "Time-Signature": sign("SANDBOX_CONNECT_ID", stamp)}
    assert caller.get("/paymentmethods", **headers).status == status


def test_f28_buddhist_year_and_nonsense_stamps_are_refused(caller):
    caller.log_in()
    for stamp in ("25690201030000", "2026-02-01", "๒๐๒๖๐๒๐๑๐๓๐๐๐๐".encode().decode("latin-1"), "20260230030000", ""):
        assert caller.get("/paymentmethods", **{"Time-Stamp": stamp}).status == 401


def test_base64_signature_is_refused(caller):
    caller.log_in()
    assert caller.get("/paymentmethods", **{"Time-Signature": "5cthleoDTbCQOxrD/SpdB1J946M="}).status == 401


def test_wrong_connect_key_is_refused_inside_http_200(caller):
    reply = caller.post(
        "/clienttoken", {"PeakClientToken": {"connectId": "SANDBOX_CONNECT_ID", "password": "no"}}, log_in=False
    )
    assert (reply.status, reply.json["PeakClientToken"]["resCode"]) == (200, "401")
    assert "token" not in reply.json["PeakClientToken"]


def test_password_is_the_name_of_the_key(caller):
    body = {"PeakClientToken": {"connectId": "SANDBOX_CONNECT_ID", "connectKey": "sandbox-connect-key"}}
    assert caller.post("/clienttoken", body, log_in=False).json["PeakClientToken"]["resCode"] == "401"


def test_f26_token_lives_24_hours_then_600(caller, clock):
    caller.log_in()
    clock.sleep(86_399)
    assert caller.get("/paymentmethods").json["PeakPaymentMethods"]["resCode"] == "200"
    clock.sleep(1)
    reply = caller.get("/paymentmethods")
    assert (reply.status, reply.json["resCode"]) == (200, "600")
    caller.log_in()
    assert caller.get("/paymentmethods").json["PeakPaymentMethods"]["resCode"] == "200"


def test_f26_expired_now_kills_every_token(sandbox, caller):
    caller.receipt()
    sandbox.inject(Fault(kind="expired", path="/receipts/*"))
    reply = caller.post("/receipts/allinone", {"PeakReceipts": {"receipts": [receipt(code="RT-2")]}})
    assert reply.json["resCode"] == "600"
    assert caller.get("/user").json["resCode"] == "600"
    assert [d.code for d in sandbox.truth()] == ["RT-0001"]


def test_client_token_is_asked_for_ten_times_a_minute_at_most(caller, clock):
    for _ in range(10):
        caller.log_in()
    body = {"PeakClientToken": {"connectId": "SANDBOX_CONNECT_ID", "password": "sandbox-connect-key"}}
    reply = caller.post("/clienttoken", body, log_in=False)
    assert (reply.status, reply.json["type"], reply.json["retryAfterSeconds"]) == (429, "rate", 60)
    clock.sleep(60)
    assert caller.post("/clienttoken", body, log_in=False).status == 200


def test_missing_and_unknown_tokens(caller):
    caller.log_in()
    assert caller.get("/paymentmethods", **{"Client-Token": None}).status == 401
    assert caller.get("/paymentmethods", **{"Client-Token": "made-up"}).json["resCode"] == "600"
    assert caller.get("/paymentmethods", **{"User-Token": "made-up"}).json["resCode"] == "401"


def test_post_needs_json_content_type(caller):
    caller.log_in()
    assert caller.post("/receipts/allinone", {}, **{"Content-Type": "text/plain"}).status == 415


def test_f35_user_token_decides_the_company(sandbox, clock, caller):
    other = Caller(sandbox, clock, "other")
    names = [one.get("/user").json["PeakUser"]["user"]["companyName"] for one in (caller, other)]
    assert names == ["บริษัท แซนด์บ็อกซ์ จำกัด", "บริษัท อีกแห่ง จำกัด"]
    caller.receipt()
    assert other.found("/receipts?code=RT-0001", "PeakReceipts", "receipts") == []
    assert sandbox.truth(company="other") == []


def test_f35_wrong_company_answers(sandbox, caller):
    sandbox.inject(Fault(kind="wrong-company", path="/user"))
    assert caller.get("/user").json["PeakUser"]["user"]["companyName"] == "บริษัท อีกแห่ง จำกัด"
    assert caller.get("/user").json["PeakUser"]["user"]["companyName"] == "บริษัท แซนด์บ็อกซ์ จำกัด"


def test_f26_revoked_right_is_http_403(sandbox, caller):
    caller.log_in()
    sandbox.inject(Fault(kind="revoked"))
    assert caller.get("/user").status == 403
    sandbox.change_rules(revoked=True)
    assert [caller.get("/user").status for _ in range(2)] == [403, 403]


def test_user_endpoint_can_be_switched_off(clock):
    with SandboxPeak(clock=clock, rules=Rules(user_endpoint=False)) as sandbox:
        assert Caller(sandbox, clock).get("/user").status == 404


def test_f24_more_than_five_posts_at_once(sandbox, caller, clock):
    caller.log_in()
    sandbox.inject(Fault(kind="hang", path="/receipts/allinone", times=5, commit=False))
    waiting = [threading.Thread(target=_hang, args=(sandbox, clock, caller.token, n)) for n in range(5)]
    for thread in waiting:
        thread.start()
    while len([seen for seen in sandbox.requests if seen.path == "/receipts/allinone"]) < 5:
        pass
    reply = caller.post("/receipts/allinone", {"PeakReceipts": {"receipts": [receipt(code="RT-9")]}})
    assert (reply.status, reply.json["type"], reply.json["retryAfterSeconds"]) == (429, "concurrency", None)
    assert caller.get("/user").status == 200
    for thread in waiting:
        thread.join()
    assert sandbox.truth() == []


def _hang(sandbox, clock, token, n):
    one = Caller(sandbox, clock, timeout=0.6)
    one.token = token
    with pytest.raises(TimeoutError):
        one.post("/receipts/allinone", {"PeakReceipts": {"receipts": [receipt(code=f"RT-{n}")]}})


def test_rate_limit_rule(clock):
    with SandboxPeak(clock=clock, rules=Rules(requests_per_minute=3)) as sandbox:
        caller = Caller(sandbox, clock)
        assert [caller.get("/user").status for _ in range(4)] == [200, 200, 200, 429]
        clock.sleep(60)
        assert caller.get("/user").status == 200


def test_path_case_and_trailing_slash_do_not_matter(caller):
    assert caller.get("/PaymentMethods/").status == 200
    assert caller.get("/dailyjournals/").status == 200
    assert caller.get("/no-such-thing").status == 404
    assert caller.get("/receipts/5a4d").status == 404


def test_admin_endpoint_needs_its_token(sandbox, caller):
    connection = caller.connect()
    connection.request("GET", "/_sandbox/truth")
    assert connection.getresponse().read() == b'{"error":"Sandbox-Token is missing or wrong"}'
    connection.request(
        "POST", "/_sandbox/faults", '{"kind": "limit", "path": "/user"}', {"Sandbox-Token": sandbox.admin_token}
    )
    assert connection.getresponse().read() == b'{"switched_on":{"kind":"limit","path":"/user"}}'
    connection.request("POST", "/_sandbox/faults", '{"kind": "nonsense"}', {"Sandbox-Token": sandbox.admin_token})
    answer = connection.getresponse()
    assert answer.status == 400
    assert b"no fault 'nonsense'" in answer.read()
    connection.close()
    reply = caller.get("/user")
    assert (reply.status, reply.json) == (400, {"message": "Transaction Limit exceeded"})


def test_credentials_are_fixed_and_company_can_be_replaced(clock):
    company = sandbox_company(name="บริษัท ทดลอง จำกัด")
    with SandboxPeak(company=company, clock=clock) as sandbox:
        assert sandbox.credentials == {
            "connect_id": "SANDBOX_CONNECT_ID",
            "connect_key": "sandbox-connect-key",
            "user_token": "5a4d0b0c-0000-4000-8000-000000000001",
        }
        assert Caller(sandbox, clock).get("/user").json["PeakUser"]["user"]["companyName"] == "บริษัท ทดลอง จำกัด"

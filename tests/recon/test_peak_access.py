"""Getting in: signatures whatever the computer's locale, tokens within PEAK's limits, secrets that never show."""

from __future__ import annotations

import datetime as dt
import locale
import logging
import traceback
from zoneinfo import ZoneInfo

import pytest

from recon.errors import SettingsError, TargetError, TargetUnavailable
from recon.http import HttpClient
from recon.masking import Secret
from recon.targets.peak import MemoryTokenCache, PeakTarget
from recon.targets.peak.signing import time_signature, time_stamp
from recon.targets.peak.tokens import ClientTokens
from tests.recon.peak_tools import CREDENTIALS, START, FakeClock, sale, target
from tests.recon.raw_server import RawServer, response

HEX = "e5cb6195ea034db0903b1ac3fd2a5d07527de3a3"
BASE64 = "5cthleoDTbCQOxrD/SpdB1J946M="


def test_the_known_signature():
    assert time_signature("TEST_CONNECT_ID", "20260131093000") == HEX
    assert time_signature("TEST_CONNECT_ID", "20260131093000", "base64") == BASE64


@pytest.mark.parametrize("zone", ["UTC", "Asia/Bangkok", "America/New_York", "Pacific/Kiritimati"])
def test_f28_the_stamp_is_utc_gregorian_whatever_zone_and_locale(zone):
    moment = dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    before = locale.setlocale(locale.LC_ALL)
    try:
        for name in ("th_TH.UTF-8", "th_TH.utf8", "C"):
            try:
                locale.setlocale(locale.LC_ALL, name)
            except locale.Error:
                continue
            assert time_stamp(moment) == "20260131093000"
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_f28_a_moment_without_zone_is_refused():
    with pytest.raises(AssertionError):
        time_stamp(dt.datetime(2026, 1, 31, 9, 30))  # noqa: DTZ001  that is the point


class Peak:
    """Answers the log-in with numbered tokens and everything else with an empty list, and keeps the headers."""

    def __init__(self, login: bytes | None = None, *, date: str = "") -> None:
        self.login = login
        self.first: list[bytes] = []
        """Answers to the first log-ins."""
        self.given = 0
        self.date = date

    def __call__(self, connection, server):
        while (seen := server.read(connection)) is not None:
            extra = f"Date: {self.date}\r\n" if self.date else ""
            if "/clienttoken" in seen.head and self.first:
                connection.sendall(self.first.pop(0))
            elif "/clienttoken" in seen.head:
                self.given += 1
                body = b'{"PeakClientToken": {"token": "client-token-%d", "resCode": "200"}}' % self.given
                connection.sendall(self.login or response(body, extra=extra))
            else:
                connection.sendall(response(b'{"PeakReceipts": {"resCode": "200", "receipts": []}}', extra=extra))


@pytest.fixture
def tokens():
    """Makes token keepers and closes their connections at the end."""
    opened = []

    def made(server: RawServer, clock: FakeClock, cache=None) -> ClientTokens:
        http = HttpClient(server.url, timeout_seconds=2)
        opened.append(http)
        secrets = {"connect_id": Secret("TEST_CONNECT_ID"), "connect_key": Secret("test-connect-key")}
        return ClientTokens(http, **secrets, encoding="hex", cache=cache or MemoryTokenCache(), clock=clock)

    yield made
    for http in opened:
        http.close()


def header(head: str, name: str) -> str:
    return next(line.partition(":")[2].strip() for line in head.split("\r\n") if line.lower().startswith(name.lower()))


def test_headers_of_a_call():
    clock = FakeClock(dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC))
    with RawServer(Peak()) as server, target(server.url + "/api/v1", clock) as ledger:
        assert ledger.find(sale()).state == "absent"
    asked, looked = server.seen
    assert asked.head.startswith("POST /api/v1/clienttoken HTTP/1.1")
    assert asked.body == b'{"PeakClientToken": {"connectId": "TEST_CONNECT_ID", "password": "test-connect-key"}}'
    assert header(asked.head, "Time-Signature") == HEX
    assert "user-token" not in asked.head.lower()
    assert looked.head.startswith("GET /api/v1/receipts?code=RT-1001 HTTP/1.1")
    assert header(looked.head, "Client-Token") == "client-token-1"
    assert header(looked.head, "User-Token") == "user-token-0001"
    assert header(looked.head, "Time-Stamp") == "20260131093000"


def test_a_token_is_kept_for_23_hours_and_shared(tokens):
    clock, cache = FakeClock(), MemoryTokenCache()
    with RawServer(Peak()) as server:
        first = tokens(server, clock, cache)
        assert first.token().reveal() == "client-token-1"
        assert tokens(server, clock, cache).token().reveal() == "client-token-1", "another process finds it"
        clock.sleep(23 * 3600 - 1)
        assert first.token().reveal() == "client-token-1"
        clock.sleep(1)
        assert first.token().reveal() == "client-token-2"


def test_a_token_renewed_by_another_process_is_used(tokens):
    clock, cache = FakeClock(), MemoryTokenCache()
    with RawServer(Peak()) as server:
        ours, theirs = tokens(server, clock, cache), tokens(server, clock, cache)
        refused = ours.token()
        assert theirs.renewed(refused).reveal() == "client-token-2"
        assert ours.renewed(refused).reveal() == "client-token-2"
        assert ours.renewed(Secret("client-token-2")).reveal() == "client-token-3"


@pytest.mark.parametrize(
    "kept",
    ["", "nonsense", "2099-01-01T00:00:00+00:00 old", "2026-02-01T05:00:00 naive", "2026-01-01T00:00:00+00:00 over"],
)
def test_a_cache_that_cannot_be_right_is_not_used(tokens, kept):
    clock, cache = FakeClock(), MemoryTokenCache()
    with RawServer(Peak()) as server:
        tokens(server, clock, cache).token()
        (name,) = cache._kept
        cache.put(name, kept)
        assert tokens(server, clock, cache).token().reveal() == "client-token-2"


def test_f24_ten_log_ins_a_minute_and_not_one_more(tokens):
    clock = FakeClock()
    with RawServer(Peak()) as server:
        asking = tokens(server, clock)
        token = asking.token()
        for _ in range(10):
            clock.sleep(1)
            token = asking.renewed(token)
    assert clock.slept == [1] * 10 + [50]


@pytest.mark.parametrize(
    ("login", "stops", "words"),
    [
        (
            response(b'{"PeakClientToken": {"resCode": "401", "resDesc": "Invalid signature"}}'),
            True,
            "Invalid signature",
        ),
        (response(b'{"message": "no"}', status="401 X"), True, "Check Connect ID"),
        (
            response(b'{"type": "rate", "retryAfterSeconds": 600}', status="429 X"),
            False,
            "600 s.* after 2026-02-01 03:10:00 UTC",
        ),
        (response(b"busy", status="429 X", extra="Retry-After: 91\r\n"), False, "91 s.* after 2026-02-01 03:01:31 UTC"),
        (response(b"down", status="503 X", content_type="text/plain"), False, "HTTP 503"),
        (response(b"<html>", content_type="text/html"), True, "code 200"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", False, "nothing was sent"),
    ],
)
def test_a_refused_log_in_means_that_nothing_was_sent(login, stops, words):
    def behave(connection, server):
        server.read(connection)
        connection.sendall(login)

    with (
        RawServer(behave) as server,
        target(server.url, FakeClock()) as ledger,
        pytest.raises(TargetUnavailable, match=words) as caught,
    ):
        ledger.send(sale())
    assert caught.value.stops_batch is stops
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        (b'{"type": "rate", "retryAfterSeconds": 45}', "", 45),
        (b"<html>busy</html>", "Retry-After: 30\r\n", 30),
        (b"", "", 60),
    ],
)
def test_f24_a_log_in_at_its_limit_waits_as_told_and_says_so(body, header, seconds):
    """The eleventh command of a minute waits for its token instead of failing."""
    clock, told, peak = FakeClock(), [], Peak()
    peak.first = [response(body, status="429 X", extra=header)]
    with RawServer(peak) as server, target(server.url, clock, on_wait=told.append) as ledger:
        assert ledger.find(sale()).state == "absent"
    assert clock.slept == [seconds]
    until = (START + dt.timedelta(seconds=seconds)).strftime("%H:%M:%S UTC")
    assert f"waiting {seconds} s" in told[0] and until in told[0]


def test_a_token_of_another_key_does_not_open_the_door(tokens):
    clock, cache = FakeClock(), MemoryTokenCache()
    with RawServer(Peak()) as server:
        tokens(server, clock, cache).token()
        other = HttpClient(server.url)
        wrong = ClientTokens(
            other, connect_id=Secret(CREDENTIALS["connect_id"]), connect_key=Secret("another-key"),
            encoding="hex", cache=cache, clock=clock,
        )  # fmt: skip
        assert wrong.token().reveal() == "client-token-2"
        other.close()


def test_a_token_that_was_refused_is_forgotten_even_if_no_other_is_given(tokens):
    clock, cache, peak = FakeClock(), MemoryTokenCache(), Peak()
    with RawServer(peak) as server:
        asking = tokens(server, clock, cache)
        refused = asking.token()
        peak.login = response(b"down", status="503 X", content_type="text/plain")
        with pytest.raises(TargetUnavailable):
            asking.renewed(refused)
        peak.login = None
        assert tokens(server, clock, cache).token() != refused


def test_f28_a_refused_log_in_tells_of_a_wrong_clock():
    late = (START + dt.timedelta(days=1, minutes=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    refusal = response(b'{"resCode": "401"}', status="401 X", extra=f"Date: {late}\r\n")
    with (
        RawServer(Peak(refusal)) as server,
        target(server.url, FakeClock()) as ledger,
        pytest.raises(TargetUnavailable) as caught,
    ):
        ledger.verify()
    assert "1 d 2 min behind PEAK's" in str(caught.value)


@pytest.mark.parametrize(("seconds", "stops"), [(60, False), (61, True), (-61, True), (300, True)])
def test_f28_a_read_compares_the_clocks(seconds, stops):
    date = (START - dt.timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    with RawServer(Peak(date=date)) as server, target(server.url, FakeClock()) as ledger:
        if not stops:
            assert ledger.find(sale()).state == "absent"
            return
        with pytest.raises(TargetUnavailable) as caught:
            ledger.find(sale())
    assert (caught.value.stops_batch, caught.value.code) == (True, "clock")


ECHO = response(b'{"resCode": "500", "resDesc": "bad user-token-0001 test-connect-key client-token-1"}', status="500 X")
SECRETS = ("user-token-0001", "test-connect-key", "client-token-1", "TEST_CONNECT_ID")


def echoing(connection, server):
    """Give a token, then fail with an answer that repeats every secret."""
    seen = server.read(connection)
    token = response(
        b'{"PeakClientToken": {"token": "client-token-1", "resCode": "200"}}', extra="Connection: close\r\n"
    )
    connection.sendall(token if "/clienttoken" in seen.head else ECHO)


def test_f76_f77_no_secret_in_logs_errors_and_local_variables(caplog):
    caplog.set_level(logging.DEBUG)
    with RawServer(echoing) as server, target(server.url, FakeClock()) as ledger:
        with pytest.raises(TargetError) as caught:
            ledger.send(sale())
        kept = [f"{ledger!r} {vars(ledger)} {caught.value.words} {caplog.text}"]
    kept += traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    for secret in SECRETS:
        assert not any(secret in text for text in kept)
    assert "bad *** *** ***" in caught.value.words
    assert any("_client" in text for text in kept), "the test must see local variables, or it proves nothing"


@pytest.mark.parametrize(
    ("url", "environment"),
    [("https://api.peakaccount.com/api/v1", "test"), ("https://peakengineapidev.azurewebsites.net/api/v1", "live")],
)
def test_f35_an_address_that_is_something_else_than_declared_is_refused(url, environment):
    with pytest.raises(SettingsError, match="environment"):
        PeakTarget(base_url=url, environment=environment, credentials=CREDENTIALS, clock=FakeClock())

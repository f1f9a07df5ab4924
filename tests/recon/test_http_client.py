"""The HTTP client apart from faults: addresses, headers, numbers, waiting times, and secrets that never show."""

from __future__ import annotations

import logging
import traceback
from decimal import Decimal

import pytest

from recon.errors import SettingsError
from recon.http import Answer, HttpClient, NoWholeAnswer
from recon.masking import Masker, Secret
from tests.recon.raw_server import RawServer, response

CANARY = "canary-2f8c1e-secret"


def answering(body: bytes = b"{}", extra: str = ""):
    def behave(connection, server):
        while server.read(connection):
            connection.sendall(response(body, extra=extra))

    return behave


def whole(body: bytes = b"{}", **headers: str) -> Answer:
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    with RawServer(answering(body, extra)) as server, HttpClient(server.url, timeout_seconds=2) as client:
        return client.request("GET", "/x")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "ftp://127.0.0.1",
        "https://",
        "https://name:word@example.com",
        "https://example.com/?key=1",
        "https://[::1",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
    ],
)
def test_addresses_that_are_refused(url):
    with pytest.raises(SettingsError) as caught:
        HttpClient(url)
    assert "name:word" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://example.com/api/v1/", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:5"]
)
def test_addresses_that_are_accepted(url):
    assert HttpClient(url).base_url == url.rstrip("/")


def test_query_header_and_body_go_out_as_given():
    with RawServer(answering()) as server, HttpClient(server.url + "/api/v1") as client:
        client.request("GET", "/contacts", params={"code": "ก 1"}, headers={"Client-Token": Secret("t-0001")})
        client.request("POST", "/contacts", body=b'{"a":1}', write=True)
    assert (
        server.seen[0].head.startswith("GET /api/v1/contacts?code=%E0%B8%81+1 HTTP/1.1")
        or "code=%E0%B8%81%201" in server.seen[0].head
    )
    assert "Client-Token: t-0001" in server.seen[0].head
    assert server.seen[1].body == b'{"a":1}'


def test_cookies_are_not_kept():
    with RawServer(answering(extra="Set-Cookie: session=abc\r\n")) as server, HttpClient(server.url) as client:
        assert "set-cookie" not in client.request("GET", "/x").headers
        client.request("GET", "/x")
    assert "cookie" not in server.seen[1].head.lower()


def test_json_numbers_are_exact():
    read = whole(b'{"a": 36.10, "b": 1e2, "c": 7}').json()
    assert read == {"a": Decimal("36.10"), "b": Decimal("1E+2"), "c": 7}
    assert isinstance(read["a"], Decimal)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": NaN}', b"{} {}", b"\xff\xfe{}"])
def test_what_is_not_json_raises_value_error(body):
    with pytest.raises(ValueError):
        whole(body).json()


def test_the_servers_clock_is_read():
    answer = whole(Date="Sat, 31 Jan 2026 09:30:00 GMT")
    assert answer.date.isoformat() == "2026-01-31T09:30:00+00:00"
    assert whole(Date="nonsense").date is None


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ("5", 5),
        ("0", 1),
        ("-1", 1),
        ("1000000000", 10**9),
        ("9" * 5000, 999999999999),
        ("Sat, 31 Jan 2026 09:31:30 GMT", 90),
        ("Sat, 31 Jan 2026 09:00:00 GMT", 1),
        ("soon", None),
        ("", None),
    ],
)
def test_f24_waiting_time_in_seconds_as_a_date_absent_or_absurd(told, waits):
    assert whole(Date="Sat, 31 Jan 2026 09:30:00 GMT", Retry_After=told).retry_after_seconds() == waits


def test_f76_no_secret_in_logs(caplog):
    caplog.set_level(logging.DEBUG)
    answer = answering(extra=f"Set-Cookie: s={CANARY}\r\n")
    with RawServer(answer) as server, HttpClient(server.url, timeout_seconds=2) as client:
        client.request("GET", "/x", params={"code": "query-canary"}, headers={"User-Token": Secret(CANARY)})
    assert caplog.records, "httpx and httpcore must still log something"
    text = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert CANARY not in text
    assert "query-canary" not in text


def test_f77_no_secret_in_tracebacks_with_local_variables():
    def behave(connection, server):
        server.read(connection)

    with RawServer(behave) as server, HttpClient(server.url, timeout_seconds=2, secrets=(CANARY,)) as client:
        headers = {"User-Token": Secret(CANARY)}
        with pytest.raises(NoWholeAnswer) as caught:
            client.request("POST", "/x", headers=headers, body=b"{}", write=True)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert CANARY not in shown
    assert "User-Token" in shown, "the test must see local variables, or it proves nothing"


def test_a_secret_may_not_stand_in_an_address():
    client = HttpClient("https://example.com", secrets=(CANARY,))
    with pytest.raises(Exception, match="not sent"):
        client.request("GET", "/x", params={"key": CANARY})


def test_masker_replaces_the_longest_first_and_leaves_short_texts():
    masker = Masker(("abcd", "abcdef", "x"))
    assert masker.masked("abcdef abcd x") == "*** *** x"
    assert "abcd" not in repr(masker)
    assert repr(Secret("abcd")) == "Secret(***)"
    assert f"{Secret('abcd')}" == "***"
    assert Secret("a") == Secret("a") != "a"


def test_evidence_is_masked_and_bounded():
    client = HttpClient("https://example.com", secrets=(CANARY,))
    kept = client.evidence(CANARY.encode() + b"\xff" + b"x" * 10**6)
    assert kept.startswith("***\ufffd")
    assert len(kept) == 64 * 1024

"""Table 3.2 of the reliability notes against real sockets: what an exchange proves, row by row."""

from __future__ import annotations

import datetime as dt
import socket
import ssl

import pytest
import trustme

from recon.errors import ReconError, SettingsError
from recon.http import HttpClient, NotSent, NoWholeAnswer
from tests.recon.raw_server import RawServer, reset, response


def post(server: RawServer, **options: object) -> object:
    with HttpClient(server.url, timeout_seconds=0.4, **options) as client:
        return client.request("POST", "/documents", body=b'{"code":"A-1"}', write=True)


def close_on_accept(connection: socket.socket, server: RawServer) -> None:
    connection.close()


def close_after_request(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)


def reset_before(connection: socket.socket, server: RawServer) -> None:
    connection.recv(10)
    reset(connection)


def reset_after(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)
    reset(connection)


def silent_after(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)
    server.release.wait(5)


def half_with_length(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n" + b'{"code": "A'
    )


def half_chunked(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cod\r\n')


def bad_gzip(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)
    connection.sendall(response(b"this is not gzip", extra="Content-Encoding: gzip\r\n"))


def broken_head(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)
    connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")


def drips(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        if server.release.wait(0.03):
            return


NO_WHOLE_ANSWER = [
    (close_on_accept, 0),
    (close_after_request, 1),
    (reset_before, 0),
    (reset_after, 1),
    (silent_after, 1),
    (half_with_length, 1),
    (half_chunked, 1),
    (bad_gzip, 1),
    (broken_head, 1),
]


@pytest.mark.parametrize(("behave", "commits"), NO_WHOLE_ANSWER, ids=[row[0].__name__ for row in NO_WHOLE_ANSWER])
def test_f20_everything_but_a_failed_connection_leaves_the_outcome_open(behave, commits):
    with RawServer(behave) as server, pytest.raises(NoWholeAnswer) as caught:
        post(server)
    assert server.commits == commits
    assert server.accepted == 1, "nothing may be sent a second time"
    assert caught.value.__context__ is None, "no httpx frames with headers behind the error"
    assert isinstance(caught.value, ReconError)


def test_f20_a_refused_connection_is_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with HttpClient(f"http://127.0.0.1:{port}") as client, pytest.raises(NotSent, match="not sent"):
        client.request("POST", "/documents", body=b"{}", write=True)


def test_f20_an_unknown_host_is_not_sent():
    with HttpClient("https://nowhere.invalid", timeout_seconds=2) as client, pytest.raises(NotSent):
        client.request("POST", "/documents", body=b"{}", write=True)


def test_f20_a_request_that_cannot_be_made_is_not_sent():
    with RawServer(silent_after) as server, HttpClient(server.url) as client:
        with pytest.raises(NotSent):
            client.request("POST", "/documents", headers={"X": "ก"}, body=b"{}", write=True)
        assert server.accepted == 0


def test_f18_time_out_after_the_request_was_read():
    with RawServer(silent_after) as server, pytest.raises(NoWholeAnswer, match="ReadTimeout"):
        post(server)
    assert server.commits == 1


def test_f18_an_answer_that_drips_is_given_up():
    ticks = iter(range(1000))
    with RawServer(drips) as server, pytest.raises(NoWholeAnswer, match="slowly"):
        post(server, monotonic=lambda: float(next(ticks)))


def test_f21_half_a_body_keeps_what_arrived():
    with RawServer(half_with_length) as server, pytest.raises(NoWholeAnswer) as caught:
        post(server)
    assert (caught.value.status, caught.value.partial) == (200, b'{"code": "A')


def test_f21_half_a_body_without_length_is_handed_over_and_fails_as_json():
    def behave(connection, server):
        server.read(connection)
        connection.sendall(response(b'{"code": "A', length=False, extra="Connection: close\r\n"))

    with RawServer(behave) as server:
        answer = post(server)
    assert answer.status == 200
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()


def test_f22_html_and_empty_bodies_are_answers_with_their_type():
    def behave(connection, server):
        server.read(connection)
        connection.sendall(response(b"<html>log in</html>", content_type="Text/HTML; charset=utf-8"))

    with RawServer(behave) as server:
        assert post(server).content_type == "text/html"


def test_f22_an_answer_beyond_the_cap_is_cut_off():
    def behave(connection, server):
        server.read(connection)
        connection.sendall(response(b"x" * 5000))

    with RawServer(behave) as server, pytest.raises(NoWholeAnswer, match="larger than 1000") as caught:
        post(server, body_limit_bytes=1000)
    assert len(caught.value.partial) <= 64 * 1024


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/elsewhere", "http://127.0.0.1:9/x", "https://example.invalid/"])
def test_f27_redirects_are_handed_back(status, target):
    def behave(connection, server):
        server.read(connection)
        connection.sendall(response(b"", status=f"{status} Moved", extra=f"Location: {target}\r\n"))

    with RawServer(behave) as server:
        answer = post(server)
    assert (answer.status, server.accepted) == (status, 1)


def test_f34_writes_never_reuse_a_connection():
    def behave(connection, server):
        while server.read(connection):
            connection.sendall(response())

    with RawServer(behave) as server, HttpClient(server.url, timeout_seconds=2) as client:
        for _ in range(3):
            client.request("POST", "/documents", body=b"{}", write=True)
    assert server.accepted == 3
    assert all("connection: close" in seen.head.lower() for seen in server.seen)


def test_f34_a_reused_read_connection_that_dies_is_no_whole_answer():
    def behave(connection, server):
        server.read(connection)
        connection.sendall(response())
        server.read(connection)

    with RawServer(behave) as server, HttpClient(server.url, timeout_seconds=2) as client:
        client.request("GET", "/documents")
        with pytest.raises(NoWholeAnswer):
            client.request("GET", "/documents")
    assert server.accepted == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
def test_f33_the_environment_has_no_say(monkeypatch, tmp_path, variable):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login canary password canary\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))

    def behave(connection, server):
        server.read(connection)
        connection.sendall(response())

    with RawServer(behave) as canary, RawServer(behave) as server:
        monkeypatch.setenv(variable, canary.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        post(server)
        assert canary.accepted == 0
        assert "authorization" not in server.seen[0].head.lower()


def test_f33_a_proxy_is_used_only_when_named():
    def behave(connection, server):
        server.read(connection)
        connection.sendall(response())

    with RawServer(behave) as proxy, HttpClient("http://127.0.0.1:9", proxy=proxy.url) as client:
        client.request("GET", "/documents")
        assert proxy.seen[0].head.startswith("GET http://127.0.0.1:9/documents")


def tls(cert: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context


def answering(connection: socket.socket, server: RawServer) -> None:
    server.read(connection)
    connection.sendall(response())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("case", ["unknown root", "wrong host", "expired"])
def test_f32_bad_certificates_are_refused(authority, tmp_path, case):
    root = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(str(root))
    until = dt.datetime(2020, 1, 1) if case == "expired" else None  # noqa: DTZ001  trustme wants it naive
    leaf = (
        authority.issue_cert("example.invalid" if case == "wrong host" else "127.0.0.1", not_after=until)
        if until is None
        else (
            authority.issue_cert("127.0.0.1", not_before=dt.datetime(2019, 1, 1), not_after=until)  # noqa: DTZ001
        )
    )
    with RawServer(answering, tls=tls(leaf)) as server:
        own_root = None if case == "unknown root" else root
        with (
            HttpClient(server.url, timeout_seconds=2, ca_file=own_root) as client,
            pytest.raises(NotSent, match="CERT"),
        ):
            client.request("POST", "/documents", body=b"{}", write=True)
        assert server.commits == 0


def test_f32_an_own_root_is_trusted_when_named(authority, tmp_path):
    root = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(str(root))
    with (
        RawServer(answering, tls=tls(authority.issue_cert("127.0.0.1"))) as server,
        HttpClient(server.url, timeout_seconds=2, ca_file=root) as client,
    ):
        assert client.request("GET", "/documents").status == 200


def test_f32_a_root_file_without_certificates_is_named(tmp_path):
    (tmp_path / "root.pem").write_text("nothing")
    with (
        pytest.raises(SettingsError, match=r"root\.pem"),
        HttpClient("https://127.0.0.1:9", ca_file=tmp_path / "root.pem") as client,
    ):
        client.request("GET", "/x")

"""TLS between the Web Connector and us (F46): whose key it is, who gets in, and who waits for nobody."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import zeep
from cryptography import x509
from requests.adapters import HTTPAdapter
from zeep.transports import Transport

from recon.errors import TargetUnavailable, UsageError
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.sandbox.quickbooks.driver import WebConnector
from recon.sandbox.quickbooks.qwc import read_application
from recon.targets.quickbooks.endpoint import certificate as certificates
from recon.targets.quickbooks.endpoint import listen, server
from recon.targets.quickbooks.endpoint.calling import Stranger, connection_to
from recon.targets.quickbooks.endpoint.certificate import KEPT, PUBLIC, kept_certificate, renewed_certificate
from recon.targets.quickbooks.endpoint.copied import set_aside
from recon.targets.quickbooks.endpoint.desks import open_desk
from recon.targets.quickbooks.endpoint.listen import endpoint
from recon.targets.quickbooks.endpoint.qwc import Address, new_file_id, qwc_text
from recon.targets.quickbooks.endpoint.relay import NONCE, NOTE, SIGNATURE, Holder, read_note, signature, write_note
from recon.targets.quickbooks.qbxml.read import read
from tests.clock import FakeClock
from tests.recon import webconnector_tools
from tests.recon.webconnector_tools import (
    COMPANY,
    NO_TIME,
    PASSWORD,
    change,
    envelope,
    headers_of,
    keep_certificate,
    post,
    question,
    trusting,
    world,
)

NOW = FakeClock().at


@pytest.fixture
def here(tmp_path):
    with world(tmp_path / "books", tls=True) as made:
        yield made


def port_of(here) -> int:
    return urlsplit(here.connector.url).port


# --- the certificate


def test_f46_the_certificate_is_for_this_computer_only_and_signs_for_nobody(tmp_path):
    keep_certificate(tmp_path)
    kept = kept_certificate(tmp_path)
    said = x509.load_der_x509_certificate(kept.der)
    names = said.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert said.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert not said.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    assert (kept.until - NOW).days == 825
    assert kept.starts < NOW


def test_f46_key_and_certificate_are_one_file_for_the_owner_only_and_stay(tmp_path):
    folder = tmp_path / ".recon"
    made, is_new = renewed_certificate(folder, NOW)
    assert is_new
    assert (folder / KEPT).stat().st_mode & 0o077 == 0
    assert [path.name for path in folder.iterdir()] == [KEPT]
    assert renewed_certificate(folder, NOW + dt.timedelta(days=825 - 61)) == (made, False)
    again, is_new = renewed_certificate(folder, NOW + dt.timedelta(days=825 - 59))
    assert is_new
    assert again.sha256 != made.sha256
    assert again.until > made.until


def cut(text: str) -> str:
    return text[: len(text) // 2]


def without_key(text: str) -> str:
    return text[text.index("-----BEGIN CERTIFICATE") :]


@pytest.mark.parametrize("spoil", [cut, without_key, lambda _: "", lambda _: "ก"])
def test_f46_a_broken_certificate_is_not_listened_with_and_is_made_anew(tmp_path, spoil):
    keep_certificate(tmp_path)
    (tmp_path / KEPT).write_text(spoil((tmp_path / KEPT).read_text("ascii")), "utf-8")
    with pytest.raises(TargetUnavailable, match="recon qbwc file") as met, started(tmp_path):
        pass
    assert met.value.stops_batch
    assert renewed_certificate(tmp_path, NOW)[1]
    with started(tmp_path) as here:
        assert here.url.startswith("https://localhost:")


def started(folder: Path, clock: FakeClock | None = None, port: int = 0):
    return endpoint(folder=folder, port=port, clock=clock or FakeClock(), times=NO_TIME, tls=True)


def test_f46_an_ended_certificate_is_not_listened_with(tmp_path):
    keep_certificate(tmp_path)
    late = FakeClock(NOW + dt.timedelta(days=826))
    with pytest.raises(TargetUnavailable, match="counts from 2026-11-01 to 2029-02-04"), started(tmp_path, late):
        pass


def test_f46_a_copied_workspace_gives_the_key_of_its_original_away_to_nobody(tmp_path):
    folder = tmp_path / "books"
    with world(folder, tls=True):
        pass
    assert (folder / ".recon" / KEPT).exists()
    set_aside(folder / ".recon", FakeClock())
    assert not (folder / ".recon" / KEPT).exists()


# --- the wire


def test_f46_a_soap_client_that_trusts_the_certificate_goes_through_a_whole_visit(here):
    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args, **more):
            super().init_poolmanager(*args, **more, ssl_context=trusting(here.connector.certificate))

    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", Adapter())
        client = zeep.Client(f"{here.connector.url}?wsdl", transport=Transport(session=session))
        service = client.service
        assert service.serverVersion("").startswith("recon ")
        assert not service.clientVersion("2.3.0.207")
        ticket, word = service.authenticate("recon", PASSWORD)
        assert not word
        wanted = here.ask(question())
        text = service.sendRequestXML(ticket, "", COMPANY, "US", 13, 0)
        assert 0 < service.receiveResponseXML(ticket, here.company.process(text), "", "") < 100
        assert read(wanted.result(10)).by_id("1").rows[0].name == "HostRet"
        assert not service.sendRequestXML(ticket, "", COMPANY, "US", 13, 0)
        assert service.getLastError(ticket) == "NoOp"
        assert service.closeConnection(ticket) == "OK. recon: 1 answers."
        assert service.connectionError(ticket, "0x80040416", "not running") == "done"


def test_f46_without_the_certificate_nobody_says_a_word(here, tmp_path):
    other, _ = renewed_certificate(tmp_path / "other", NOW)
    for trusted in (other.der, None):
        context = ssl.create_default_context() if trusted is None else trusting(trusted)
        with (
            socket.create_connection(("127.0.0.1", port_of(here)), timeout=10) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            context.wrap_socket(plain, server_hostname="localhost")
    assert here.connector.begin() == ""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_f46_tls_of_today_is_spoken(here, version):
    context = trusting(here.connector.certificate)
    context.maximum_version = version
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN  # the default from Python 3.13 on
    with socket.create_connection(("127.0.0.1", port_of(here)), timeout=10) as plain:
        secured = context.wrap_socket(plain, server_hostname="localhost")
        assert secured.version() == version.name.replace("_", ".")
        secured.close()


def test_f46_tls_of_yesterday_is_not_offered(here):
    assert here.here._server._tls.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"SOAPAction": '"http://evil.example/authenticate"'}, 400),
    ],
)
def test_f46_the_door_is_as_narrow_over_tls(here, headers, code):
    body = envelope("authenticate", {"strUserName": "recon", "strPassword": PASSWORD})
    wanted = headers_of("authenticate") | headers
    assert post(here.connector.url, body, wanted, certificate=here.connector.certificate)[0] == code
    away = here.connector.url + "0"
    assert post(away, body, headers_of("authenticate"), certificate=here.connector.certificate)[0] == 403


def test_f46_clients_that_say_nothing_in_the_handshake_hold_nobody_up(here):
    idle = [socket.create_connection(("127.0.0.1", port_of(here))) for _ in range(20)]
    before = time.perf_counter()
    assert here.connector.begin() == ""
    assert time.perf_counter() - before < server.HANDSHAKE_SECONDS / 2
    for one in idle:
        one.close()


def test_f46_who_says_nothing_in_the_handshake_is_let_go(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "HANDSHAKE_SECONDS", 0.2)
    with world(tmp_path / "books", tls=True) as here, socket.create_connection(("127.0.0.1", port_of(here))) as idle:
        idle.settimeout(10)
        assert idle.recv(1) == b""


@pytest.mark.parametrize(
    "said",
    [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST / HTTP/1.1\r\n" + b"x" * 4000, b"\x16\x03\x01", b"\0" * 600],
)
def test_f46_plain_http_and_noise_on_the_port_of_tls_get_an_end_and_nothing_else(here, said, capfd):
    with socket.create_connection(("127.0.0.1", port_of(here)), timeout=10) as plain:
        plain.sendall(said)
        plain.shutdown(socket.SHUT_WR)
        heard = b""
        while more := plain.recv(4096):
            heard += more
    assert b"HTTP" not in heard
    assert len(heard) < 20  # an alert of TLS at most
    assert here.connector.begin() == ""
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("says_goodbye", [True, False])
def test_f46_a_question_is_dropped_when_its_asker_has_hung_up(tmp_path, says_goodbye):
    """Over TLS the end is a last word on the wire, or a closed socket."""
    with world(tmp_path / "books", tls=True, serves=True) as here:
        holder = here.here._server.holder
        asked = json.dumps({"do": "ask", "text": question(), "set_id": "", "about": [], "wait": 30}).encode()
        connection = connection_to(holder, timeout=10)
        signed = signature(holder.secret, b"ask", b"n", asked)
        connection.request("POST", f"/{holder.room}", asked, {NONCE: "n", SIGNATURE: signed})
        assert comes_true(lambda: len(here.here.dispatch._queue) == 1)
        assert not comes_true(lambda: not here.here.dispatch._queue, seconds=0.5)
        if says_goodbye:
            connection.sock.settimeout(0.1)
            with suppress(OSError):
                connection.sock.unwrap()
            assert comes_true(lambda: not here.here.dispatch._queue)
        connection.close()
        assert comes_true(lambda: not here.here.dispatch._queue)


def comes_true(what, seconds: float = 10.0) -> bool:
    """Return whether something becomes so on another thread, in real time."""
    looks, end = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        looks.wait(0.02)
    return False


def test_f46_a_set_with_markup_goes_through_another_recon_over_tls_and_is_settled(tmp_path):
    with world(tmp_path / "books", tls=True, serves=True) as here:
        with open_desk(folder=tmp_path / "books" / ".recon", port=0, wait_seconds=30, clock=here.clock) as desk:
            asked = here.pool.submit(desk.ask, change("rc1", "Müller & <Söhne>"), set_id="rc1", about=("k1",))
            here.connector.begin()
            here.connector.step()
            assert read(asked.result(10)).by_id("1").rows[0].text("Name") == "Müller & <Söhne>"
            assert here.here.dispatch._workers == 1
        assert here.here.journal.unresolved() is None
        assert comes_true(lambda: here.here.dispatch._workers == 0)  # the desk is closed: visits need not last


# --- whose port it is


def test_f46_the_proof_goes_over_tls_and_only_the_very_certificate_will_do(here, tmp_path):
    holder = here.here._server.holder
    listen.prove(holder)
    other, _ = renewed_certificate(tmp_path / "other", NOW)
    for wrong in (other.pem, ""):
        liar = Holder(
            port=holder.port, room=holder.room, pid=holder.pid, secret=holder.secret, serves=True, certificate=wrong
        )
        with pytest.raises(TargetUnavailable, match="another program answers"):
            listen.prove(liar)
    with pytest.raises(Stranger):
        connection_to(liar_with(holder, other.pem), timeout=5).connect()


def liar_with(holder: Holder, certificate: str) -> Holder:
    return Holder(
        port=holder.port, room=holder.room, pid=1, secret=holder.secret, serves=True, certificate=certificate
    )  # fmt: skip


def test_f46_a_squatter_without_the_key_is_not_taken_for_ours_and_hears_nothing(tmp_path):
    """One that speaks no TLS gets the beginning of a handshake, never the path or a signature."""
    keep_certificate(tmp_path)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as squatter:

        def listens() -> None:
            connection, _ = squatter.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        thread = threading.Thread(target=listens, daemon=True)
        thread.start()
        holder = Holder(
            port=squatter.getsockname()[1], room="r" * 32, pid=1, secret="0" * 64, serves=True,
            certificate=kept_certificate(tmp_path).pem,
        )  # fmt: skip
        with pytest.raises(TargetUnavailable, match="another program answers"):
            listen.prove(holder)
        thread.join(10)
    assert heard
    assert heard[0][:1] == b"\x16"
    assert b"r" * 32 not in heard[0]


def test_f46_the_note_names_the_certificate_and_notes_of_before_are_read(tmp_path, here):
    note = read_note(tmp_path / "books" / ".recon")
    assert note.certificate == kept_certificate(tmp_path / "books" / ".recon").pem
    assert "PRIVATE" not in (tmp_path / "books" / ".recon" / NOTE).read_text()
    (tmp_path / NOTE).write_text('{"port": 1, "room": "x", "pid": 1, "secret": "s", "serves": true}')
    assert read_note(tmp_path).certificate == ""
    write_note(tmp_path, note)
    assert read_note(tmp_path) == note


# --- the sandbox's Web Connector


def qwc_of(here, folder: Path) -> Path:
    address = Address(port=port_of(here), room=urlsplit(here.connector.url).path[1:], tls=True)
    path = folder / "recon.qwc"
    path.write_text(qwc_text(address, company="Maple", file_id=new_file_id(), poll_minutes=5), "ascii")
    return path


def test_f46_the_sandboxs_web_connector_trusts_the_certificate_beside_the_file_and_no_other(
    tmp_path, here, monkeypatch
):
    path = qwc_of(here, tmp_path)
    with pytest.raises(UsageError, match=r"recon-localhost\.cer does not lie beside"):
        read_application(path)
    monkeypatch.setattr("recon.sandbox.quickbooks.soap.ssl.create_default_context", lambda cadata: trusting(cadata))
    books = SandboxCompany(tmp_path / "sandbox.db", clock=here.clock, durable=False)
    other, _ = renewed_certificate(tmp_path / "other", NOW)
    (tmp_path / PUBLIC).write_bytes(other.der)
    refused = WebConnector(application=read_application(path), password=PASSWORD, company=books).update_now()
    assert refused.ended == "unreachable"
    assert "certificate verify failed" in refused.words
    (tmp_path / PUBLIC).write_bytes(here.connector.certificate)
    driver = WebConnector(application=read_application(path), password=PASSWORD, company=books)
    asked = here.ask(question())
    program = threading.Thread(target=lambda: (asked.result(20), here.here.dispatch.leave()), daemon=True)
    program.start()
    visit = driver.update_now()
    program.join(20)
    books.close()
    assert visit.ended == "done"
    assert read(asked.result(0)).by_id("1").rows[0].name == "HostRet"


def test_f46_the_fingerprint_is_the_digest_of_the_file_for_windows(tmp_path):
    keep_certificate(tmp_path)
    kept = kept_certificate(tmp_path)
    (tmp_path / PUBLIC).write_bytes(kept.der)
    assert certificates.hashlib.sha256((tmp_path / PUBLIC).read_bytes()).hexdigest() == kept.sha256


def test_f46_one_connection_over_tls_serves_many_calls(here):
    connection = webconnector_tools.HTTPSConnection(
        "localhost", port_of(here), timeout=10, context=trusting(here.connector.certificate)
    )
    path = urlsplit(here.connector.url).path
    for _ in range(3):
        connection.request("POST", path, envelope("serverVersion", {}), headers_of("serverVersion"))
        assert connection.getresponse().read()
    assert isinstance(connection, HTTPConnection)
    connection.close()

"""Starting the endpoint: one per workspace, on its own port, which is proven to be ours before anybody is waited for (F46)."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import StoreBusy, TargetUnavailable
from recon.files import OWNER_FILE_MODE, make_folder
from recon.listening import HOST, held_beside, listening_socket
from recon.ports import Clock, Patience, for_ever
from recon.targets.quickbooks.endpoint.calling import Stranger, connection_to
from recon.targets.quickbooks.endpoint.certificate import needed_certificate, server_context
from recon.targets.quickbooks.endpoint.connector import Connector
from recon.targets.quickbooks.endpoint.dispatch import Dispatch
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.targets.quickbooks.endpoint.password import Door
from recon.targets.quickbooks.endpoint.qwc import new_file_id, new_room
from recon.targets.quickbooks.endpoint.relay import LOCK, NOTE, Holder, is_signed, new_holder, read_note, write_note
from recon.targets.quickbooks.endpoint.server import EndpointServer, Presence, Relayed
from recon.targets.quickbooks.endpoint.waiting import Times

PROOF_SECONDS: Final = 5.0
_LOCK_SECONDS: Final = 1.0
"""Somebody who only looks who serves holds the lock for a moment."""
PASSWORD_FACT: Final = "password"  # noqa: S105 - a name, no secret


def identity(journal: Journal) -> tuple[str, str]:
    """Return path and FileID of this workspace's connection; made once, the same for ever."""
    if not journal.fact("room"):
        journal.keep_facts(room=new_room(), **{"file-id": new_file_id()})
    return journal.fact("room"), journal.fact("file-id")


def require_password(folder: Path, clock: Clock) -> None:
    """Stop before anybody is waited for whom nobody could let in.

    Raises:
        TargetUnavailable: The workspace has no password for the Web Connector yet.
    """
    with closing(Journal(folder, clock)) as journal:
        if journal.fact(PASSWORD_FACT):
            return
    raise TargetUnavailable(
        "The Web Connector does not know recon yet: no password is set, so it could not come. Nothing was asked. Run `recon qbwc"
        " file` and `recon qbwc password --generate`, add the file in the Web Connector, then run this again.",
        code="no-password", stops_batch=True,
    )  # fmt: skip


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Be the one process of this workspace that deals with the Web Connector.

    Raises:
        StoreBusy: Another one does.
    """
    make_folder(folder)
    lock = FileLock(
        str(folder / LOCK), timeout=_LOCK_SECONDS, mode=OWNER_FILE_MODE, is_singleton=False, thread_local=False
    )
    try:
        lock.acquire()
    except Timeout:
        holder = read_note(folder)
        who = f"Process {holder.pid}" if holder else "Another process"
        raise StoreBusy(
            f"{who} of this workspace deals with the Web Connector now. Nothing was done; wait until it has finished, or keep"
            " `recon qbwc serve` running: all commands then go through it."
        ) from None
    except OSError as error:
        raise TargetUnavailable(
            f"{folder / LOCK} cannot be written ({error.strerror or error}). Nothing was handed out.", stops_batch=True
        ) from None
    try:
        yield
    finally:
        (folder / NOTE).unlink(missing_ok=True)
        lock.release()


def serving(folder: Path) -> Holder | None:
    """Return who has the port in this workspace now; None: nobody. The lock is asked: the note alone may be left over."""
    if not (folder / LOCK).exists():
        return None
    lock = FileLock(str(folder / LOCK), timeout=0, mode=OWNER_FILE_MODE, is_singleton=False, thread_local=False)
    try:
        lock.acquire()
    except (Timeout, OSError):
        return read_note(folder)
    lock.release()
    return None


class Endpoint:
    """A running endpoint."""

    def __init__(self, dispatch: Dispatch, server: EndpointServer, journal: Journal) -> None:
        self.dispatch = dispatch
        self.journal = journal
        self._server = server

    @property
    def url(self) -> str:
        """Address for the Web Connector."""
        return self._server.address.url


@contextmanager
def endpoint(
    *,
    folder: Path,
    port: int,
    clock: Clock,
    times: Times,
    tls: bool = False,
    company_file: str = "",
    serves: bool = False,
    relayed: Callable[[Dispatch], Relayed] | None = None,
    on_wait: Callable[[str], None] | None = None,
    on_visit: Callable[[str], None] | None = None,
    patience: Patience = for_ever,
    crash: CrashPoints = NO_CRASH,
) -> Iterator[Endpoint]:
    """Listen for the Web Connector within a ``with``.

    Raises:
        StoreBusy: Another process of this workspace does already.
        TargetUnavailable: Another program has the port; or TLS is wanted, and there is no certificate for it.
    """
    certificate = needed_certificate(folder, clock.now()).pem if tls else ""
    with only_one(folder), _taken(port) as taken:
        journal = Journal(folder, clock, crash=crash, seen=on_visit)
        try:
            journal.trim()
            holder = new_holder(taken.getsockname()[1], identity(journal)[0], serves=serves, certificate=certificate)
            dispatch = Dispatch(
                journal, clock, times, company_file=company_file, stands=not serves, on_wait=on_wait, patience=patience
            )
            door = Door(lambda: journal.fact(PASSWORD_FACT), clock)
            presence = Presence(dispatch.join, dispatch.leave)
            server = EndpointServer(
                taken,
                holder,
                Connector(dispatch, door, dispatch.note),
                relayed(dispatch) if relayed else None,
                presence,
                server_context(folder) if tls else None,
            )
            with _running(server):
                prove(holder)
                write_note(folder, holder)
                try:
                    yield Endpoint(dispatch, server, journal)
                except KeyboardInterrupt:
                    dispatch.hurry()
                    raise
                finally:
                    dispatch.close()
        finally:
            journal.close()


@contextmanager
def _running(server: EndpointServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.is_closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _taken(port: int) -> Iterator[socket.socket]:
    """Take the port on this computer, and keep others from its twin on the newer address."""
    beside = None
    try:
        taken = listening_socket(port)
        try:
            beside = held_beside(taken.getsockname()[1])
        except OSError:
            taken.close()
            raise
    except OSError as error:
        raise port_taken(port, error.strerror or str(error)) from None
    try:
        yield taken
    finally:
        taken.close()
        if beside is not None:
            beside.close()


def port_taken(port: int, why: str) -> TargetUnavailable:
    """Return the error for a port that is not ours, with what a person can do."""
    return TargetUnavailable(
        f"Port {port} of this computer is used by another program ({why}); which one cannot be told from here. Nothing was handed out,"
        " and the Web Connector should not be let near it: it would give that program the password. Find it with"
        f" `netstat -ano | findstr :{port}` (Windows) and end it; or set another quickbooks.port in recon.toml, write the file anew"
        " with `recon qbwc file`, remove recon in the Web Connector and add it again.",
        code="port-taken", stops_batch=True,
    )  # fmt: skip


def prove(holder: Holder) -> None:
    """Have whoever listens on every address of this computer's port prove that it has the secret of the holder.

    Raises:
        TargetUnavailable: Somebody else answers.
    """
    for host in _addresses():
        nonce = secrets.token_hex(32)
        said = _asked_for_proof(host, holder, nonce)
        if said is None and host != HOST:
            continue  # nobody listens there, and nobody can
        if said is None or not is_signed(said, holder.secret, b"proof", nonce.encode()):
            raise port_taken(holder.port, f"at {host} another program answers")


def _addresses() -> list[str]:
    found = [HOST]
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)]
    return list(dict.fromkeys(found))


def _asked_for_proof(host: str, holder: Holder, nonce: str) -> str | None:
    """Return what the program there says; None: nobody listens. Nothing but a number made for this goes to it."""
    connection = connection_to(holder, host, timeout=PROOF_SECONDS)
    try:
        try:
            connection.connect()
        except Stranger:
            return ""
        except OSError:
            return None
        connection.request("GET", f"/{holder.room}?proof={nonce}", headers={"Host": f"{HOST}:{holder.port}"})
        answer = connection.getresponse()
        return answer.read(200).decode("ascii", "replace") if answer.status == 200 else ""
    except (OSError, HTTPException):
        return ""
    finally:
        connection.close()

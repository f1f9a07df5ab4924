"""The two desks with a Web Connector behind them, and the one door to them: `open_desk`."""

from __future__ import annotations

import json
import math
import secrets
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import OutcomeUnknown, TargetUnavailable
from recon.ports import Clock, Patience, for_ever
from recon.targets.quickbooks.desk import CompanyFile, Desk, Recovered
from recon.targets.quickbooks.endpoint.calling import connection_to
from recon.targets.quickbooks.endpoint.dispatch import Dispatch
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.targets.quickbooks.endpoint.listen import Endpoint, endpoint, prove, serving
from recon.targets.quickbooks.endpoint.relay import NONCE, SIGNATURE, Holder, error_of, is_signed, signature
from recon.targets.quickbooks.endpoint.server import Relayed
from recon.targets.quickbooks.endpoint.session import lost
from recon.targets.quickbooks.endpoint.waiting import LOOK_SECONDS, PRESS, STOPPED, Times, nothing_out

_SLACK_SECONDS: Final = 30.0
_CONNECT_SECONDS: Final = 5.0
_LARGEST_ANSWER: Final = 64_000_000


class EndpointDesk:
    """The Web Connector comes to this process."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    def company_file(self) -> CompanyFile:
        """Return the company file of the visit; see `Desk`."""
        return self._dispatch.company_file()

    def ask(self, text: str, *, set_id: str = "", about: Sequence[str] = ()) -> str:
        """Hand one message set over; see `Desk`."""
        return self._dispatch.ask(text, set_id=set_id, about=about)

    def recovered(self, key: str) -> Recovered | None:
        """Return what became of the last set about this key; see `Desk`."""
        return self._dispatch.recovered(key)


class RelayDesk:
    """Another process of this workspace has the port; questions go through it."""

    def __init__(
        self, holder: Holder, *, wait_seconds: float, on_wait: Callable[[str], None] | None = None,
        patience: Patience = for_ever,
    ) -> None:  # fmt: skip
        self._holder = holder
        self._patience = patience
        self._wait = wait_seconds
        self._on_wait = on_wait
        self._is_here = False
        """The last question was answered: the Web Connector is there."""
        self._has_said = False

    def company_file(self) -> CompanyFile:
        """Return the company file of the visit; see `Desk`."""
        self._say_if_nobody_is_there()
        try:
            return CompanyFile(**self._asked({"do": "company-file"})["company"])
        except TargetUnavailable:
            self._is_here = False
            raise
        finally:
            self._end_wait()

    def ask(self, text: str, *, set_id: str = "", about: Sequence[str] = ()) -> str:
        """Hand one message set over; see `Desk`."""
        self._say_if_nobody_is_there()
        asked = {"do": "ask", "text": text, "set_id": set_id, "about": list(about)}
        try:
            return str(self._asked(asked, is_out=True)["answer"])
        except (TargetUnavailable, OutcomeUnknown):
            self._is_here = False  # say again what to press, where it is asked again
            raise
        finally:
            self._end_wait()

    def recovered(self, key: str) -> Recovered | None:
        """Return what became of the last set about this key; see `Desk`."""
        found = self._asked({"do": "recovered", "key": key})["recovered"]
        return None if found is None else Recovered(**found)

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Have visits of the Web Connector last as long as this desk is open."""
        connection = connection_to(self._holder, timeout=_CONNECT_SECONDS)
        try:
            self._post(connection, {"do": "stay"}, is_out=False)
            yield
        finally:
            connection.close()

    def _say_if_nobody_is_there(self) -> None:
        if self._on_wait is not None and not self._is_here and not self._asked({"do": "visit"})["is_here"]:
            self._has_said = True
            self._on_wait(PRESS)
        self._is_here = True

    def _end_wait(self) -> None:
        if self._on_wait is not None and self._has_said:
            self._on_wait("")
        self._has_said = False

    def _asked(self, question: Mapping[str, Any], *, is_out: bool = False) -> Mapping[str, Any]:
        """Ask the other process; ``is_out``: without an answer nobody knows whether it was handed out.

        Raises:
            TargetUnavailable: Nothing was handed out.
            OutcomeUnknown: It may have been.
        """
        connection = connection_to(self._holder, timeout=_CONNECT_SECONDS)
        try:
            said = json.loads(self._post(connection, {**question, "wait": self._wait}, is_out=is_out))
        except ValueError:
            raise self._gone(is_out=is_out) from None
        finally:
            connection.close()
        if "error" in said:
            raise error_of(said["error"])
        return dict(said)

    def _post(self, connection: HTTPConnection, question: Mapping[str, Any], *, is_out: bool) -> bytes:
        body, nonce = json.dumps(question).encode(), secrets.token_hex(32)
        secret = self._holder.secret
        headers = {NONCE: nonce, SIGNATURE: signature(secret, b"ask", nonce.encode(), body)}
        try:
            connection.connect()
        except OSError:
            raise self._gone(is_out=False) from None
        connection.sock.settimeout(self._wait + Times(wait=0).answer + _SLACK_SECONDS)
        try:
            connection.request("POST", f"/{self._holder.room}", body, {**headers, "Content-Type": "application/json"})
            self._wait_for_answer(connection, question)
            answer = connection.getresponse()
            said = answer.read(4) if question["do"] == "stay" else answer.read(_LARGEST_ANSWER)
            signed = answer.getheader(SIGNATURE, "")
        except (OSError, HTTPException):
            raise self._gone(is_out=is_out) from None
        if answer.status != 200 or not is_signed(signed, secret, b"answer", nonce.encode(), said):
            raise self._gone(is_out=is_out)
        return said

    def _wait_for_answer(self, connection: HTTPConnection, question: Mapping[str, Any]) -> None:
        """Wait until the other process has something to say, or a person wants the end.

        Raises:
            TargetUnavailable: Stopped; nothing was handed out.
            OutcomeUnknown: Stopped; it was handed out.
        """
        ends, most = math.inf, time.monotonic() + self._wait + Times(wait=0).answer + _SLACK_SECONDS
        while not select.select([connection.sock], [], [], LOOK_SECONDS)[0]:
            if time.monotonic() >= most:
                raise TimeoutError
            left = self._patience()
            if left is None or question["do"] not in {"ask", "company-file", "recovered"}:
                continue
            set_id = str(question.get("set_id", ""))
            if not set_id or self._is_taken_back(set_id):
                raise nothing_out(STOPPED, "stopped")
            now = time.monotonic()
            ends = min(ends, now + left)
            if now >= ends:
                raise lost("Stopped as asked, before QuickBooks answered.", "stopped")

    def _is_taken_back(self, set_id: str) -> bool:
        """Have a question taken back; False: it was handed out, or nobody is there who could say."""
        try:
            return bool(self._asked({"do": "drop", "set_id": set_id})["dropped"])
        except TargetUnavailable:
            return False  # that this call did not get through says nothing of the question

    def _gone(self, *, is_out: bool) -> TargetUnavailable | OutcomeUnknown:
        if is_out:
            return OutcomeUnknown(
                "`recon qbwc serve` ended while it waited for QuickBooks. What QuickBooks did is looked up before anything is sent"
                " again; start `recon qbwc serve` again, or run this without it.",
                code="relay-gone",
            )
        return TargetUnavailable(
            f"`recon qbwc serve` (process {self._holder.pid}) does not answer. Nothing was handed out; start it again, or run this"
            " without it.",
            code="relay-gone", stops_batch=True,
        )  # fmt: skip


def relayed(dispatch: Dispatch) -> Relayed:
    """Return the function that answers other processes of this workspace."""

    def answer(asked: Mapping[str, Any], is_there: Callable[[], bool]) -> Mapping[str, Any]:
        wait = float(asked.get("wait", 0))
        if asked["do"] == "visit":
            return {"is_here": dispatch.has_visit()}
        if asked["do"] == "drop":
            return {"dropped": dispatch.drop(str(asked["set_id"]))}
        if asked["do"] == "company-file":
            return {"company": asdict(dispatch.company_file(wait))}
        if asked["do"] == "recovered":
            known = dispatch.recovered(str(asked["key"]), wait)
            return {"recovered": None if known is None else asdict(known)}
        if asked["do"] != "ask":
            raise ValueError("not known")
        about = tuple(str(key) for key in asked["about"])
        text, set_id = str(asked["text"]), str(asked["set_id"])
        return {"answer": dispatch.ask(text, set_id=set_id, about=about, wait=wait, is_wanted=is_there)}

    return answer


@contextmanager
def open_desk(
    *,
    folder: Path,
    port: int,
    wait_seconds: float,
    clock: Clock,
    tls: bool = False,
    company_file: str = "",
    on_wait: Callable[[str], None] | None = None,
    patience: Patience = for_ever,
    crash: CrashPoints = NO_CRASH,
) -> Iterator[Desk]:
    """Yield the desk of a workspace: through `recon qbwc serve` where it runs, else with an endpoint of its own.

    Args:
        folder: The workspace's private folder.
        port: Where the Web Connector asks; fixed per workspace. 0 is any free one, for tests.
        wait_seconds: How long the Web Connector is waited for.
        clock: Time.
        tls: The Web Connector speaks TLS with us.
        company_file: The file the Web Connector opens; empty: the one that is open.
        on_wait: Told what to press where, whenever the Web Connector is waited for; told nothing (empty) when that is over.
        patience: Whether a person wants the wait to end.
        crash: Crash points of the journal.

    Raises:
        StoreBusy: Another command of this workspace waits for the Web Connector now.
        TargetUnavailable: Another program has the port.
    """
    holder = serving(folder)
    if holder is not None and holder.serves:
        prove(holder)
        desk = RelayDesk(holder, wait_seconds=wait_seconds, on_wait=on_wait, patience=patience)
        with desk.staying():
            yield desk
        return
    times = Times(wait=wait_seconds)
    with endpoint(
        folder=folder, port=port, clock=clock, times=times, tls=tls, company_file=company_file, on_wait=on_wait,
        patience=patience, crash=crash,
    ) as here:  # fmt: skip
        yield EndpointDesk(here.dispatch)


def left_words(folder: Path, clock: Clock) -> str:
    """Return what an interrupted command left with QuickBooks, in words."""
    with closing(Journal(folder, clock, writable=False)) as journal:
        if journal.unresolved() is None:
            return "Stopped. Nothing of recon is with QuickBooks."
    return (
        "Stopped. A message set is with QuickBooks, and nobody knows yet what became of it: the next command asks first, and sends"
        " nothing twice."
    )


@contextmanager
def serve(
    *,
    folder: Path,
    port: int,
    wait_seconds: float,
    clock: Clock,
    tls: bool = False,
    company_file: str = "",
    on_visit: Callable[[str], None] | None = None,
    crash: CrashPoints = NO_CRASH,
) -> Iterator[Endpoint]:
    """Stand for every command of this workspace, within a ``with``: `recon qbwc serve`.

    Raises:
        StoreBusy: Another command of this workspace waits for the Web Connector now.
        TargetUnavailable: Another program has the port.
    """
    times = Times(wait=wait_seconds)
    with endpoint(
        folder=folder, port=port, clock=clock, times=times, tls=tls, company_file=company_file, serves=True, relayed=relayed,
        on_visit=on_visit, crash=crash,
    ) as here:  # fmt: skip
        yield here

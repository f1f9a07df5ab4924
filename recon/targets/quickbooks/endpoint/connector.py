"""What the Web Connector asks, operation by operation. It always gets an answer in its own form, never an error page."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from recon import __version__
from recon.errors import StoreError
from recon.targets.quickbooks.endpoint.dispatch import Dispatch
from recon.targets.quickbooks.endpoint.password import FAILURES, PAUSE_SECONDS, Door
from recon.targets.quickbooks.endpoint.soap import Call, Result

_ALWAYS = lambda: True  # noqa: E731 - the default of a question


class Connector:
    """Answers for one endpoint."""

    def __init__(self, dispatch: Dispatch, door: Door, note: Callable[[str], None]) -> None:
        self._dispatch = dispatch
        self._door = door
        self._note = note
        self._answers: dict[str, Callable[..., Result]] = {
            "serverVersion": lambda _version: f"recon {__version__}",
            "clientVersion": lambda _version: "",
            "authenticate": self._authenticate,
            "receiveResponseXML": dispatch.take_answer,
            "connectionError": self._connection_error,
            "getLastError": dispatch.last_error,
            "closeConnection": dispatch.end,
        }

    def answer(self, call: Call, is_there: Callable[[], bool] = _ALWAYS) -> Result:
        """Return the answer to one call; ``is_there``: whether the caller still listens."""
        name, texts = call.operation.name, tuple(call.texts.values())
        try:
            if name == "sendRequestXML":
                return self._dispatch.next_text(texts[0], texts[1:], is_there)
            known = self._answers.get(name)
            return call.operation.refusal if known is None else known(*texts)
        except StoreError as error:
            self._note(str(error))
            return call.operation.refusal

    def _authenticate(self, user: str, password: str) -> tuple[str, str]:
        """Let it in, or not; the ticket of a refused one is good for nothing."""
        nobody = secrets.token_hex(32)
        if not self._door.lets_in(user, password):
            paused = (
                f"; after {FAILURES} of them nobody is let in for {PAUSE_SECONDS:.0f} seconds"
                if self._door.is_closed()
                else ""
            )
            self._note(f"refused: wrong name or password{paused}")
            return nobody, "nvu"
        ticket, word = self._dispatch.begin()
        return ticket or nobody, word

    def _connection_error(self, ticket: str, code: str, message: str) -> str:
        self._dispatch.unreachable(ticket, code, message)
        return "done"

"""Signed requests to PEAK: headers, tokens, and what each HTTP answer means before anybody reads the documents in it.

A read may be repeated; a write is repeated once only, after a complete refusal of the token (600 or 401), which
proves that nothing was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from recon.errors import OutcomeUnknown, TargetUnavailable
from recon.http import Answer, HttpClient, HttpFailure, NotSent, NoWholeAnswer
from recon.masking import Secret
from recon.ports import Clock
from recon.targets.log_in import LoggedIn
from recon.targets.peak.options import PeakOptions
from recon.targets.peak.refusals import (
    EXPIRED_CODES,
    Refusal,
    as_error,
    clock_difference_seconds,
    clock_difference_text,
    unusable_limit,
)
from recon.targets.peak.signing import time_signature, time_stamp
from recon.targets.peak.tokens import ClientTokens
from recon.targets.peak.wire import Fields

READ_TRIES: Final = 3
READ_PAUSE_SECONDS: Final = 1.0
LONGEST_READ_WAIT_SECONDS: Final = 60.0
"""A read waits this long at most for a limit; the person decides about longer waits."""

OK: Final = 200
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
FINAL_STATUSES: Final = frozenset({400, 404, 409, 413, 415, 422})
"""With a body we can read, these say that nothing was done (reliability 3.2)."""
FIRST_SERVER_ERROR: Final = 500


class PeakClient(LoggedIn):
    """Sends signed requests and sorts the answers."""

    def __init__(
        self,
        http: HttpClient,
        tokens: ClientTokens,
        *,
        connect_id: Secret,
        user_token: Secret,
        clock: Clock,
        options: PeakOptions,
    ) -> None:
        super().__init__(http, tokens, after=self._note_clock)
        self._connect_id = connect_id
        self._user_token = user_token
        self._clock = clock
        self._options = options
        self.clock_ahead_seconds: int | None = None
        """How far this computer's clock was ahead of PEAK's when PEAK answered last; None: not known."""

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Fields:
        """Return the JSON object of a GET.

        Raises:
            TargetUnavailable: Not reached, refused, or an answer we cannot read.
        """
        failure = TargetUnavailable("not asked")
        for attempt in range(READ_TRIES):
            try:
                return self._read_once(path, params or {})
            except _TryAgain as again:
                failure = again.failure
                waits = failure.retry_after_seconds or READ_PAUSE_SECONDS * 2**attempt
                if waits > LONGEST_READ_WAIT_SECONDS or attempt == READ_TRIES - 1:
                    break
                self._clock.sleep(waits)
        raise failure

    def read_if_there(self, path: str, params: Mapping[str, str] | None = None) -> Fields | None:
        """Return the JSON object of a GET, or None where PEAK does not offer this path or answers with a refusal."""
        try:
            return self.read(path, params)
        except TargetUnavailable as error:
            if error.code in {"400", "404", "405", "shape"}:
                return None
            raise

    def write(self, path: str, body: bytes, *, what: str, kind: str) -> Fields:
        """Return the JSON object of a complete 2xx answer to a POST; refusals inside it are for the caller.

        Raises:
            TargetUnavailable: Nothing was done.
            TargetRejected, AlreadyExists: PEAK's complete no.
            OutcomeUnknown: It may have been done.
        """
        try:
            answer = self._asked("POST", path, body=body, write=True)
        except NotSent as failure:
            raise TargetUnavailable(f"{what}: not sent, PEAK was not reached. {failure}") from None
        except NoWholeAnswer as failure:
            raise OutcomeUnknown(
                f"{what}: PEAK gave no whole answer. {failure} It may have been posted; it is looked up before"
                " anything else.",
                code=str(failure.status or ""), words=self.evidence(failure.partial),
            ) from None  # fmt: skip
        return self._judged_write(answer, what=what, kind=kind)

    def _judged_write(self, answer: Answer, *, what: str, kind: str) -> Fields:
        top = self._object(answer)
        if OK <= answer.status < 300 and top is not None:
            if _expired(answer, top):
                raise self._log_in_refused(answer, top)
            return top
        limit = unusable_limit(answer, top or Fields(None))
        if limit is not None:
            raise limit
        if answer.status == UNAUTHORIZED and _expired(answer, top):
            raise self._log_in_refused(answer, top or Fields(None))
        if answer.status == FORBIDDEN and (top is not None or not answer.body):
            raise self._forbidden(top or Fields(None))
        if answer.status in FINAL_STATUSES and top is not None:
            raise as_error(Refusal(code_of(top) or str(answer.status), self._words(top)), what=what, kind=kind)
        raise OutcomeUnknown(
            f"{what}: PEAK's answer cannot be read (HTTP {answer.status}, {answer.content_type or 'no content type'},"
            f" {len(answer.body)} bytes). It may have been posted; it is looked up before anything else.",
            code=str(answer.status), words=self.evidence(answer.body),
        )  # fmt: skip

    def _read_once(self, path: str, params: Mapping[str, str]) -> Fields:
        try:
            answer = self._asked("GET", path, params=params)
        except HttpFailure as failure:
            raise _TryAgain(TargetUnavailable(f"PEAK could not be read. {failure}")) from None
        self._check_clock(answer)
        top = self._object(answer)
        if OK <= answer.status < 300 and top is not None and not _expired(answer, top):
            return top
        limit = unusable_limit(answer, top or Fields(None))
        if limit is not None:
            raise _TryAgain(limit)
        if answer.status == 429 or answer.status >= FIRST_SERVER_ERROR:
            text = f"PEAK could not be read: GET {path} answered HTTP {answer.status}. Try again later."
            waits = answer.retry_after_seconds()
            raise _TryAgain(TargetUnavailable(text, code=str(answer.status), retry_after_seconds=waits))
        if _expired(answer, top):
            raise self._log_in_refused(answer, top or Fields(None))
        if answer.status == FORBIDDEN:
            raise self._forbidden(top or Fields(None))
        text = f"PEAK could not be read: GET {path} answered HTTP {answer.status} with something we cannot use."
        code = "shape" if OK <= answer.status < 300 else str(answer.status)
        raise TargetUnavailable(text, code=code, words=self.evidence(answer.body))

    def _headers(self, token: Secret, *, has_body: bool) -> Mapping[str, str | Secret]:  # noqa: ARG002 - PEAK wants the type always
        stamp = time_stamp(self._clock.now())
        return {
            "Client-Token": token,
            "User-Token": self._user_token,
            "Time-Stamp": stamp,
            "Time-Signature": time_signature(self._connect_id.reveal(), stamp, self._options.signature_encoding),
            "Content-Type": "application/json",
        }

    def _refuses_token(self, answer: Answer) -> bool:
        return _expired(answer, self._object(answer))

    def _note_clock(self, answer: Answer) -> None:
        self.clock_ahead_seconds = clock_difference_seconds(answer, self._clock.now())

    def _check_clock(self, answer: Answer) -> None:
        text = clock_difference_text(answer, self._clock.now())
        if text:
            raise TargetUnavailable(f"Nothing was sent.{text}", code="clock", stops_batch=True)

    def _log_in_refused(self, answer: Answer, top: Fields) -> TargetUnavailable:
        code, words = code_of(top) or str(answer.status), self._words(top)
        return TargetUnavailable(
            f"PEAK refuses our token also after renewing it (code {code}{f', {words!r}' if words else ''}); nothing was"
            f" done. Check the User Token with `recon connect`.{clock_difference_text(answer, self._clock.now())}",
            code=code, words=words, stops_batch=True,
        )  # fmt: skip

    def _forbidden(self, top: Fields) -> TargetUnavailable:
        words = self._words(top)
        return TargetUnavailable(
            f"PEAK forbids it{f' ({words!r})' if words else ''}; nothing was done. The connection was taken away in PEAK, or"
            " its package has no API (Pro Plus or higher is needed). Ask the company's administrator in PEAK.",
            code="403", words=words, stops_batch=True,
        )  # fmt: skip

    def _object(self, answer: Answer) -> Fields | None:
        """Return the answer's JSON object, our secrets masked in it; None if it has another type, is cut or is no object."""
        if not (answer.content_type.endswith("/json") or answer.content_type.endswith("+json")):
            return None
        try:
            value = answer.json()
        except ValueError:
            return None
        return Fields({key: self._masked(one) for key, one in value.items()}) if isinstance(value, dict) else None

    def _masked(self, value: object) -> object:
        """Return a part of an answer without our secrets: a server that repeats them does not make them known."""
        if isinstance(value, str):
            return self.evidence(value.encode("utf-8", "surrogatepass"))
        if isinstance(value, list):
            return [self._masked(one) for one in value]
        return {key: self._masked(one) for key, one in value.items()} if isinstance(value, dict) else value

    def _words(self, top: Fields) -> str:
        return self.evidence(words_of(top).encode())


class _TryAgain(Exception):
    """A read that may be repeated."""

    def __init__(self, failure: TargetUnavailable) -> None:
        super().__init__()
        self.failure = failure


def _expired(answer: Answer, top: Fields | None) -> bool:
    """Return whether the answer is a complete refusal of the client token."""
    if answer.status == UNAUTHORIZED:
        return top is not None or not answer.body
    return answer.status == OK and top is not None and code_of(top) in EXPIRED_CODES


def code_of(top: Fields) -> str:
    """Return the resCode of an answer: the first of the top level and the objects directly below that is not 200."""
    codes = [top.text("resCode"), *(Fields(value).text("resCode") for value in top.raw.values())]
    stated = [code for code in codes if code]
    return next((code for code in stated if code != str(OK)), stated[0] if stated else "")


def words_of(top: Fields) -> str:
    """Return PEAK's words in an answer, wherever they stand."""
    levels = (top, *(Fields(value) for value in top.raw.values()))
    return next(
        (text for level in levels if (text := level.text("resDesc", "message", "title", "detail", "error"))), ""
    )

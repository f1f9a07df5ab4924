"""Requests to PowerOffice Go: headers, tokens, paging, and what each HTTP answer means before anybody reads what is in it.

A read may be repeated; a write is repeated once only, after a complete refusal of the token (401), which proves that
nothing was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from recon.errors import OutcomeUnknown, TargetUnavailable
from recon.http import Answer, HttpClient, HttpFailure, NotSent, NoWholeAnswer
from recon.masking import Secret
from recon.targets.log_in import LoggedIn
from recon.targets.poweroffice.pace import Pace
from recon.targets.poweroffice.refusals import (
    FIRST_SERVER_ERROR,
    FORBIDDEN,
    NOT_FOUND,
    TOO_MANY,
    UNAUTHORIZED,
    forbidden_text,
    object_of,
    wait_of,
    words_of,
    write_error,
)
from recon.targets.poweroffice.tokens import AccessTokens
from recon.targets.wire import Fields

OK: Final = 200
EMPTY: Final = 204
_FILE_TAKEN: Final = frozenset({200, 201, 202, 204})
READ_TRIES: Final = 3
READ_PAUSE_SECONDS: Final = 1.0
LONGEST_READ_WAIT_SECONDS: Final = 60.0
"""A read waits this long at most for a limit; the person decides about longer waits."""
PAGES_MAX: Final = 2000
"""More pages than this mean that paging does not work."""


class GoClient(LoggedIn):
    """Speaks to one generation of the API."""

    def __init__(self, http: HttpClient, tokens: AccessTokens, *, subscription: Secret | None, pace: Pace) -> None:
        super().__init__(http, tokens, before=pace.wait)
        self._subscription = subscription
        self._pace = pace

    def one(self, path: str, params: Mapping[str, str] | None = None) -> Fields:
        """Return the JSON object of a GET; empty where Go says there is none (204).

        Raises:
            TargetUnavailable: Not reached, refused, or an answer we cannot read.
        """
        answer = self._read(path, params or {})
        if answer.status == EMPTY:
            return Fields(None)
        value = self._value(answer, path)
        if isinstance(value, list) and len(value) == 1:  # settings are one object; a list of it is read too
            value = value[0]
        if not isinstance(value, dict):
            raise self._no_shape(path, answer)
        return Fields(value)

    def one_if_there(self, path: str, params: Mapping[str, str] | None = None) -> Fields | None:
        """Return the JSON object of a GET, or None where Go does not have it (404)."""
        try:
            return self.one(path, params)
        except TargetUnavailable as error:
            if error.code == str(NOT_FOUND):
                return None
            raise

    def rows(self, path: str, params: Mapping[str, str] | None = None, *, size: int) -> Iterator[Fields]:
        """Yield the rows of a list, page by page until one is short or empty; Go tells of no last page.

        Raises:
            TargetUnavailable: Not reached, refused, or an answer we cannot read.
        """
        before: list[object] | None = None
        for page in range(1, PAGES_MAX + 1):
            asked = {**(params or {}), "PageNumber": str(page), "PageSize": str(size)}
            answer = self._read(path, asked)
            value = [] if answer.status == EMPTY else self._value(answer, path)
            if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
                raise self._no_shape(path, answer)
            if value and value == before:
                raise TargetUnavailable(f"PowerOffice Go's list {path} shows the same page twice. Try again later.")
            yield from map(Fields, value)
            if len(value) < size:
                return
            before = value
        raise TargetUnavailable(f"PowerOffice Go's list {path} does not come to an end. Try again later.")

    def write(self, path: str, body: bytes, *, what: str) -> Fields:
        """Return the JSON object of a complete yes to a POST.

        Raises:
            TargetUnavailable: Nothing was done.
            TargetRejected, AlreadyExists: Go's complete no.
            OutcomeUnknown: It may have been done.
        """
        answer = self._written("POST", path, body, what=what)
        top = object_of(answer)
        if OK <= answer.status < 300:
            if top.raw:
                return top
            raise OutcomeUnknown(
                f"{what}: PowerOffice Go says yes (HTTP {answer.status}), but its answer cannot be read. It is looked up before anything else.",
                code=str(answer.status), words=self.evidence(answer.body),
            )  # fmt: skip
        raise write_error(answer, what, self.words(top))

    def upload(
        self, method: str, path: str, body: bytes, content_type: str, *, params: Mapping[str, str] | None = None, what: str
    ) -> None:  # fmt: skip
        """Send a form with a file; Go answers a yes without a body.

        Raises:
            TargetUnavailable, TargetRejected, AlreadyExists, OutcomeUnknown: As for `write`.
        """
        answer = self._written(method, path, body, content_type, params=params, what=what)
        if answer.status not in _FILE_TAKEN:
            raise write_error(answer, what, self.words(object_of(answer)))

    def _written(
        self,
        method: str,
        path: str,
        body: bytes,
        content_type: str = "",
        *,
        params: Mapping[str, str] | None = None,
        what: str,
    ) -> Answer:
        """Return the whole answer to a write."""
        try:
            return self._asked(method, path, params=params, body=body, content_type=content_type, write=True)
        except NotSent as failure:
            raise TargetUnavailable(f"{what}: not sent, PowerOffice Go was not reached. {failure}") from None
        except NoWholeAnswer as failure:
            raise OutcomeUnknown(
                f"{what}: PowerOffice Go gave no whole answer. {failure} It may have been taken; it is looked up before anything else.",
                code=str(failure.status or ""), words=self.evidence(failure.partial),
            ) from None  # fmt: skip

    def words(self, top: Fields) -> str:
        """Return Go's words, our secrets masked in them."""
        return self._http.evidence(words_of(top).encode())

    def _read(self, path: str, params: Mapping[str, str]) -> Answer:
        """Return the answer of a GET that worked; a limit or a fault on the way is tried again."""
        failure = TargetUnavailable("not asked")
        for attempt in range(READ_TRIES):
            if attempt:
                waits = failure.retry_after_seconds or READ_PAUSE_SECONDS * 2**attempt
                if waits > LONGEST_READ_WAIT_SECONDS:
                    break
                self._pace.hold(waits)
            try:
                answer = self._asked("GET", path, params=params)
            except HttpFailure as error:
                failure = TargetUnavailable(f"PowerOffice Go could not be read. {error}")
                continue
            if answer.status in {OK, EMPTY}:
                return answer
            failure = self._read_error(path, answer)
            if answer.status != TOO_MANY and answer.status < FIRST_SERVER_ERROR:
                break
        raise failure

    def _read_error(self, path: str, answer: Answer) -> TargetUnavailable:
        words, code = self.words(object_of(answer)), str(answer.status)
        said = f"(HTTP {answer.status}{f', {words!r}' if words else ''})"
        what = f"GET {path}"
        if answer.status == FORBIDDEN:
            return TargetUnavailable(forbidden_text(what, said), code=code, words=words, stops_batch=True)
        if answer.status == UNAUTHORIZED:
            return TargetUnavailable(
                f"{what}: PowerOffice Go refuses our token also after renewing it {said}. Check the keys with `recon connect`.",
                code=code, words=words, stops_batch=True,
            )  # fmt: skip
        wait = wait_of(answer) if answer.status == TOO_MANY else None
        text = f"PowerOffice Go could not be read: {what} was refused {said}."
        return TargetUnavailable(text, code=code, words=words, retry_after_seconds=wait)

    def _headers(self, token: Secret, *, has_body: bool) -> Mapping[str, str | Secret]:
        headers: dict[str, str | Secret] = {
            "Authorization": Secret(f"Bearer {token.reveal()}"),
            "Accept": "application/json",
        }
        if self._subscription is not None:
            headers["Ocp-Apim-Subscription-Key"] = self._subscription
        if has_body:
            headers["Content-Type"] = "application/json"
        return headers

    def _refuses_token(self, answer: Answer) -> bool:
        return answer.status == UNAUTHORIZED

    def _value(self, answer: Answer, path: str) -> object:
        try:
            return answer.json()
        except ValueError:
            raise self._no_shape(path, answer) from None

    def _no_shape(self, path: str, answer: Answer) -> TargetUnavailable:
        text = f"PowerOffice Go could not be read: GET {path} answered something we cannot use."
        return TargetUnavailable(text, code="shape", words=self.evidence(answer.body))


def texts(value: object) -> Sequence[str]:
    """Return a list's texts."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

"""Questions and orders to QuickBooks through the desk: one message set each, its answers judged.

What an answer means stands in `qbxml.status`; here it becomes one of the engine's outcomes. A set that changes data gets an
id of its own, never used before.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Final

from recon.errors import OutcomeUnknown, TargetError, TargetRejected, TargetUnavailable
from recon.targets.quickbooks.desk import SET_ID_MAX, Desk
from recon.targets.quickbooks.qbxml.read import Answer, read
from recon.targets.quickbooks.qbxml.rows import Row
from recon.targets.quickbooks.qbxml.status import Verdict, meaning
from recon.targets.quickbooks.qbxml.write import Request, message_set, request
from recon.text import show

RETRY_SECONDS: Final = 20.0
"""When a record that somebody is working on is tried again."""
_WORDS_MAX: Final = 300


def new_set_id() -> str:
    """Return the id of a new message set: random, so that none is ever used twice."""
    return f"rc{secrets.token_hex((SET_ID_MAX - 2) // 2)}"


class Exchange:
    """One company file, asked through a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._run, self._asked = secrets.token_hex(4), 0

    def ask(self, name: str, values: Mapping[str, object], *, rows_of: str = "") -> tuple[Row, ...]:
        """Return what one query found; nothing where QuickBooks holds nothing of the kind.

        Raises:
            TargetUnavailable: It could not be asked, or it refused to answer.
        """
        asked = request(name, values, request_id=self._next_id())
        return _found(self._read(asked), name, rows_of)

    def pages(self, name: str, values: Mapping[str, object], *, size: int) -> Iterator[Row]:
        """Yield everything a query finds, piece by piece (an iterator of QuickBooks).

        Raises:
            TargetUnavailable: It could not be asked, or the pieces broke off.
        """
        values = {**values, "MaxReturned": size}
        state, iterator_id = "Start", ""
        while True:
            asked = request(name, values, request_id=self._next_id(), iterator=state, iterator_id=iterator_id)
            answer = self._read(asked)
            yield from _found(answer, name, "")
            assert answer is not None
            if not answer.iterator_remaining:
                return
            state, iterator_id = "Continue", answer.iterator_id

    def post(self, asked: Request, key: str, what: str) -> Row:
        """Send one request that changes data, as a set of its own, and return what QuickBooks made of it.

        ``key``: of the document, for the desk's journal; ``what``: its name in messages.

        Raises:
            TargetUnavailable: Nothing was handed out, or QuickBooks took nothing and may take it later.
            TargetRejected: QuickBooks refused it.
            OutcomeUnknown: It was handed out and its answer did not come or cannot be read.
        """
        set_id = new_set_id()
        answer = answer_to(
            asked.request_id, self.desk.ask(message_set([asked], set_id=set_id), set_id=set_id, about=(key,))
        )
        if answer is None:
            raise OutcomeUnknown(f"{what}: QuickBooks' answer does not name it.", code="no-answer")
        error = outcome_error(answer, what)
        if error is not None:
            raise error
        rows = [row for row in answer.rows if row.text("TxnID") or row.text("ListID")]
        if len(rows) != 1:
            raise OutcomeUnknown(f"{what}: QuickBooks says yes but names no id.", code="no-id")
        return rows[0]

    def _next_id(self) -> str:
        """Return the id of a question, another one each time: an answer brought twice or late answers nothing else (F41)."""
        self._asked += 1
        return f"{self._run}-{self._asked}"

    def _read(self, asked: Request) -> Answer | None:
        """Ask a set that only reads; an answer that cannot be read is no answer."""
        try:
            return answer_to(asked.request_id, self.desk.ask(message_set([asked])))
        except OutcomeUnknown as error:
            raise TargetUnavailable(str(error), code=error.code, words=error.words) from error


def answer_to(request_id: str, text: str) -> Answer | None:
    """Return the answer to one request of a set; None: the set does not name it.

    Raises:
        OutcomeUnknown: It cannot be read, or answers the request more than once.
    """
    said = read(text)
    return said.by_id(request_id) if any(one.request_id == request_id for one in said.answers) else None


def _found(answer: Answer | None, name: str, rows_of: str) -> tuple[Row, ...]:
    if answer is None:
        raise TargetUnavailable(f"QuickBooks did not answer the question ({name}). It is asked again later.")
    verdict = meaning(answer).verdict
    if verdict is Verdict.NOTHING_FOUND and not answer.rows:
        return ()
    if verdict not in {Verdict.DONE, Verdict.NOTHING_FOUND}:
        raise as_unavailable(answer)
    return tuple(row for row in answer.rows if not rows_of or row.name == rows_of)


def said(answer: Answer) -> str:
    """Return QuickBooks' own words with their number, cleaned."""
    return f"QuickBooks {answer.status_code}: {show(answer.message, limit=_WORDS_MAX)}"


def outcome_error(answer: Answer, what: str) -> TargetError | None:
    """Return why a document is not posted; None: it is."""
    judged = meaning(answer)
    text, code = f"{what}: {judged.words} ({said(answer)})", str(answer.status_code)
    words = said(answer)
    if judged.verdict is Verdict.DONE:
        return None
    if judged.verdict is Verdict.STOP:
        return TargetUnavailable(text, code=code, words=words, stops_batch=True)
    if judged.verdict is Verdict.UNSURE:
        return OutcomeUnknown(text, code=code, words=words)
    if judged.verdict in {Verdict.LATER, Verdict.SKIPPED}:
        wait = RETRY_SECONDS if judged.verdict is Verdict.LATER else None
        return TargetUnavailable(text, code=code, words=words, retry_after_seconds=wait)
    return TargetRejected(text, code=code, words=words)


def as_unavailable(answer: Answer) -> TargetUnavailable:
    """Return a refusal of a question as an error that leaves everything as it was."""
    judged = meaning(answer)
    return TargetUnavailable(
        f"QuickBooks did not answer the question. {judged.words} ({said(answer)})",
        code=str(answer.status_code), words=said(answer), stops_batch=judged.verdict is Verdict.STOP,
    )  # fmt: skip

"""What one answer of BentoWeb means for a pull: take it, log in anew, ask again later, or give up with words for a person.

How BentoWeb words a refusal, and whether it limits requests, is not published; the rules below are HTTP's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from recon.errors import SourceUnavailable
from recon.http import Answer
from recon.sources.asking import Again, LogInAgain, ask_later, is_passing
from recon.sources.bentoweb.envelope import Envelope, open_answer
from recon.text import show

KEYS_REMEDY: Final = (
    "Compare client_id, client_secret, username and password with BentoWeb and run `recon connect` again."
)


@dataclass(frozen=True, slots=True)
class NotThere:
    """BentoWeb has nothing under this path, or not for this shop."""

    said: str


Verdict = Envelope | Again | LogInAgain | NotThere


def judge(answer: Answer, path: str, *, evidence: Callable[[bytes], str]) -> Verdict:
    """Return what a whole answer to a read means.

    Args:
        answer: A whole HTTP answer.
        path: What was asked, for messages.
        evidence: Turns a body into text with secrets masked.

    Raises:
        SourceUnavailable: No repetition would help; the text says why and what to do.
    """
    if answer.status == 401:
        return LogInAgain()
    if answer.status in {403, 404, 410}:
        return NotThere(f"HTTP status {answer.status}")
    if answer.status == 200:
        return opened(answer, path, evidence, setting="source_api.base_url")
    passing = passing_failure(answer, path)
    if passing is not None:
        return passing
    raise SourceUnavailable(refusal(answer, path, evidence))


def passing_failure(answer: Answer, path: str) -> Again | None:
    """Return that it should be asked again later, where the status says so.

    Raises:
        SourceUnavailable: BentoWeb asks to wait longer than we do by ourselves.
    """
    if not is_passing(answer.status):
        return None
    return ask_later(answer, path, "BentoWeb")


def refusal(answer: Answer, path: str, evidence: Callable[[bytes], str]) -> str:
    """Return what to say of a status that no repetition mends."""
    if 300 <= answer.status < 400:
        target = show(evidence(answer.headers.get("location", "nowhere").encode()), limit=120)
        return (
            f"{path}: the answer points to another address ({target}, status {answer.status}). It was not followed,"
            " because keys go to BentoWeb's own address only. Is source_api.base_url right?"
        )
    return f"{path}: BentoWeb refused with status {answer.status}: {show(evidence(answer.body), limit=120)}"


def opened(answer: Answer, path: str, evidence: Callable[[bytes], str], *, setting: str) -> Envelope | Again:
    """Return the content of an answer with status 200, or that half of it should be asked for again.

    Raises:
        SourceUnavailable: It is something else than JSON: a page of the network in between, or a wrong address.
    """
    if not answer.body.strip():
        return Again(f"{path}: an empty answer.")
    try:
        return open_answer(answer.body)
    except ValueError as error:
        if answer.body.lstrip()[:1] == b"{":
            return Again(f"{path}: half an answer; {error}.")
        words = show(evidence(answer.body), limit=120)
        raise SourceUnavailable(
            f"{path}: what came is no answer of BentoWeb but {answer.content_type or 'something else'}: {words} "
            f"Is there a log-in page of the network in between, or is {setting} wrong? Nothing was kept."
        ) from None

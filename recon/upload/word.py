"""A person's word on a document that waits for one, held against what the ledger shows before it is believed.

The ledger is only read here. What stands there is compared in number, date and total; "not there" is believed on the
same terms as after an unclear send: not too early, and only while the ledger shows what it confirmed before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from recon.domain.document import Document
from recon.domain.outbox import IN_LEDGER, MAX_SENDS, TRANSITIONS, WITH_PERSON
from recon.errors import TargetRejected, TargetUnavailable
from recon.money import plain
from recon.store.moments import moment
from recon.store.outbox import OutboxRow
from recon.store.store import Store
from recon.targets.base import Found, LedgerDocument, Target
from recon.upload.documents import DocumentOf, completed
from recon.upload.lookup import NOT_SEARCHABLE, Lookups
from recon.upload.sending import WITHOUT_OWN_ID

STATE_OF: Final = {"posted": "posted", "by-hand": "by_hand", "send-again": "queued", "cancelled": "cancelled"}
"""A person's words, and the state each leads to."""


def words_for(row: OutboxRow) -> tuple[str, ...]:
    """Return which words may be said about a document; none: it does not wait for a person.

    What stands in an import file is never "sent again": `recon upload` writes the same file anew.
    """
    if row.state not in WITH_PERSON:
        return ()
    allowed = tuple(word for word, state in STATE_OF.items() if state in TRANSITIONS[row.state])
    return tuple(word for word in allowed if word != "send-again" or row.code != "in-a-file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person says about one document."""

    row: OutboxRow
    to: str
    """posted, by_hand, queued (send it again) or cancelled."""
    number: str = ""
    """The number the ledger shows it under."""
    ledger_id: str = ""
    accept_differences: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A word, and what the ledger shows about it."""

    word: Word
    seen: str = ""
    """equal, different, absent, voided or twice; empty: the ledger was not asked."""
    differences: tuple[str, ...] = ()
    ledger_id: str = ""
    ledger_number: str = ""
    problem: str = ""
    """Why it cannot be carried out, and what to do; empty: it can."""


class WordCheck:
    """Looks at the ledger before a word is carried out; a ledger that does not answer raises TargetUnavailable."""

    def __init__(self, store: Store, target: Target, document_of: DocumentOf) -> None:
        self._store = store
        self._target = target
        self._document_of = completed(store, document_of)
        self._grace = target.capabilities.lookup_grace_seconds
        self._lookups = Lookups(store, target, self._document_of, grace_seconds=self._grace)

    def judge(self, word: Word) -> Judged:
        """Return whether the ledger bears a word out.

        Raises:
            TargetUnavailable: The ledger could not be read.
        """
        document = self._document_of(word.row)
        return self._stands(word, document) if word.to in IN_LEDGER else self._is_gone(word, document)

    def _stands(self, word: Word, document: Document) -> Judged:
        """Judge a word that says: the ledger holds it."""
        own = self._own(document)
        named = self._named(word, document, own)
        called = word.number or word.ledger_id or word.row.number or "it"
        problem = ""
        if named is None or named.state == "absent":
            problem = f"the ledger shows no {word.row.kind} {called}. Check the number there"
        elif named.state == "voided":
            problem = f"the ledger holds {called}, but void. A void document is no posting: say `--to cancelled`, or name the one that stands"
        elif named.state == "twice":
            problem = (
                f"the ledger holds {called} {len(named.documents)} times ({_ids(named)}). Void all but one there first"
            )
        elif named.state == "different" and not word.accept_differences:
            problem = f"the ledger's {called} is not the same: {'; '.join(named.differences)}. Correct it there, or give --accept-differences if it shall stand like that"
        elif own is not None and own is not named and own.state in {"equal", "twice"} and _both(own, named):
            problem = f"the ledger holds it as {_numbers(own)} too. Void one of the two there first"
        held = _stated(named)
        return Judged(
            word=word,
            seen=named.state if named else "absent",
            differences=named.differences if named else (),
            ledger_id="" if word.row.kind in WITHOUT_OWN_ID else held.ledger_id if held else word.ledger_id,
            ledger_number=word.number or (held.number if held else ""),
            problem=problem,
        )

    def _is_gone(self, word: Word, document: Document) -> Judged:
        """Judge a word that says: the ledger does not hold it (any more)."""
        found = self._own(document)
        if found is None:
            problem = "this ledger cannot be searched by our number, so it cannot show that the document is not there"
            problem += (
                ". It cannot be sent again; look there by hand, then say `--to cancelled --without-look-up` and plan again"
                if word.to == "queued"
                else ". Look there by hand, then give --without-look-up"
            )
            return Judged(word=word, problem=problem)
        problem = self._why_not_gone(word, found) or self._too_early(word.row)
        if not problem and found.state == "absent" and self._lookups.canary(word.row).state in {"hidden", "failed"}:
            problem = "the ledger does not show a document it confirmed before either, so its `not there` proves nothing now. Try again later"
        if not problem and word.to == "queued":
            problem = self._may_not_be_sent(word.row, document)
        return Judged(word=word, seen=found.state, differences=found.differences, problem=problem)

    def _why_not_gone(self, word: Word, found: Found) -> str:
        """Return what the ledger shows that speaks against it."""
        if found.state in {"equal", "twice"}:
            return f"the ledger holds it: {_numbers(found)} ({_ids(found)}). Say `--to posted --number {_numbers(found)}`, or void it there first"
        if found.state == "different" and word.to == "queued":
            return f"the ledger holds something else under its number: {'; '.join(found.differences)}. Free the number there first"
        if found.state == "different" and not word.accept_differences:
            return f"the ledger holds something under its number: {'; '.join(found.differences)}. If that is another sale's document, give --accept-differences"
        if found.state == "voided" and word.to == "queued":
            return "the ledger holds it, but void, and takes no second document under that number. Enter it there by hand (`--to by-hand`), or say `--to cancelled`"
        return ""

    def _too_early(self, row: OutboxRow) -> str:
        """Return how long an unclear attempt still rests: the ledger may take late what was sent early."""
        unclear = [one for one in self._store.outbox.attempts(row.id) if one.result in {None, "unknown"}]
        if not unclear:
            return ""
        until = moment(unclear[-1].started_at) + dt.timedelta(seconds=self._grace)
        left = int((until - self._store.clock.now()).total_seconds())
        return f"its last send got no clear answer, and the ledger may still take it. Try again in {left + 1} seconds" if left > 0 else ""  # fmt: skip

    def _may_not_be_sent(self, row: OutboxRow, document: Document) -> str:
        """Return why sending again would end with a person again."""
        if row.sends >= MAX_SENDS:
            return f"it was sent {row.sends} times already, and that is the limit. Say `--to cancelled` and plan again"
        try:
            digest = hashlib.sha256(self._target.payload(document)).hexdigest()
        except TargetRejected as error:
            return f"it cannot be sent: {error}"
        if row.payload_digest not in (None, digest):
            return "what would be sent differs from what was sent before under this number. Say `--to cancelled` and plan again"
        return ""

    def _own(self, document: Document) -> Found | None:
        """Look it up by our own number; None: this ledger cannot tell that way."""
        try:
            return self._target.find(document)
        except TargetUnavailable as error:
            if error.code != NOT_SEARCHABLE:
                raise
            return None

    def _named(self, word: Word, document: Document, own: Found | None) -> Found | None:
        """Look up what the person named: by number where the ledger takes our numbers, else in its list."""
        if document.kind in WITHOUT_OWN_ID:
            return own
        if self._target.capabilities.own_number and document.number:
            other = word.number not in {"", document.number}
            found = self._target.find(replace(document, number=word.number)) if other else own
            if found is None or not word.ledger_id or word.ledger_id in {one.ledger_id for one in found.documents}:
                return found
            if word.number:
                return None
        held = list(self._listed(word, document))
        live = tuple(one for one in held if not one.is_void)
        if len(live) != 1:
            return Found(state="twice" if live else "voided", documents=live or tuple(held)) if held else None
        differences = _differences(document, live[0])
        return Found(state="different" if differences else "equal", documents=live, differences=differences)

    def _listed(self, word: Word, document: Document) -> Iterator[LedgerDocument]:
        """Yield what the ledger lists under the number and id a person named."""
        for held in self._target.list_documents((document.kind,), dt.date.min, dt.date.max):
            same_id = not word.ledger_id or held.ledger_id == word.ledger_id
            if same_id and (not word.number or held.number == word.number):
                yield held


def _differences(document: Document, held: LedgerDocument) -> tuple[str, ...]:
    """Return how date and total of a listed document differ from ours; what the ledger does not state is not compared."""
    found = []
    if held.issued_on is not None and held.issued_on != document.issued_on:
        found.append(f"date: ours {document.issued_on.isoformat()}, the ledger {held.issued_on.isoformat()}")
    if held.total_minor is None:
        found.append(f"total: ours {plain(document.total_minor)}, the ledger states none")
    elif held.total_minor != document.total_minor:
        found.append(f"total: ours {plain(document.total_minor)}, the ledger {plain(held.total_minor)}")
    return tuple(found)


def _stated(found: Found | None) -> LedgerDocument | None:
    return found.documents[0] if found is not None and found.documents else None


def _both(own: Found, named: Found | None) -> bool:
    """Return whether what stands under our number is another document than the one that was named."""
    return named is not None and not {one.ledger_id for one in own.documents} & {
        one.ledger_id for one in named.documents
    }


def _ids(found: Found) -> str:
    return ", ".join(f"id {one.ledger_id}" for one in found.documents)


def _numbers(found: Found) -> str:
    return ", ".join(dict.fromkeys(one.number for one in found.documents))

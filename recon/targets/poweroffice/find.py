"""Looks settlements up in PowerOffice Go's three places: journal drafts, posted transactions, the Import list.

A draft has no reference field, so ours is told by the token at the end of its description, compared exactly. One without it,
but with exactly our lines on our day, may be ours with a description that somebody rewrote: a person decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from recon.domain.document import Document
from recon.errors import TargetUnavailable
from recon.targets.base import Confirmation, Found, LedgerDocument
from recon.targets.poweroffice.client import GoClient
from recon.targets.poweroffice.entries import Side
from recon.targets.poweroffice.held import Held, differences, draft, facts, imported, ledger_document, posted
from recon.targets.poweroffice.lists import Lists
from recon.targets.poweroffice.options import PowerOfficeOptions
from recon.targets.poweroffice.payloads import DRAFTS, IMPORTS, label, reference_of, token_of
from recon.targets.wire import Fields

IMPORT_PAGE: Final = 100
IMPORT_PAGES_MAX: Final = 500
POSTED_LATER: Final = dt.timedelta(days=62)
"""How far from its day a draft's posting date may have been moved before it was posted."""
_MANUAL: Final = "manualjournal"
Sides: TypeAlias = Callable[[Document, Lists], list[Side]]
"""What we send of a document, as it is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A draft as the light list states it."""

    ledger_id: str
    changed: str = ""
    """When it was last changed; empty: not said."""
    is_posted: bool = False


class Places:
    """Reads the three places; what a draft says is asked for once, as long as Go says that it has not changed."""

    def __init__(self, v2: GoClient, v1: GoClient | None, options: PowerOfficeOptions) -> None:
        self._v2 = v2
        self._v1 = v1
        self._options = options
        self._drafts: dict[tuple[str, str], Fields] = {}
        self._made: dict[str, Fields] = {}
        """Drafts made just now, as Go answered: what other documents are told apart from needs no second look."""
        self._moved: dict[str, Held | None] = {}
        """Posted drafts that no longer answer as drafts, as their transactions show them; None: those were not found."""

    def note_made(self, row: Fields) -> None:
        """Remember a draft as Go has just answered it."""
        self._made[row.text("Id")] = row

    def drafts(self, since: dt.date, lists: Lists) -> Iterator[Held]:
        """Yield the manual journals this integration made since a day, posted ones too.

        Raises:
            TargetUnavailable: Go could not be read.
        """
        gone = []
        for one in self._listed(since):
            row = self._made.get(one.ledger_id) or self._whole(one.ledger_id, one.changed)
            if row is not None:
                yield draft(row, lists, self._v2.evidence, is_posted=one.is_posted)
            elif one.is_posted:
                gone.append(one.ledger_id)
        moved = self._found_posted(gone, since - POSTED_LATER, since + POSTED_LATER * 2)
        yield from (held for held in moved.values() if held is not None)

    def by_id(self, wanted: Mapping[str, dt.date], lists: Lists) -> Iterator[tuple[str, Held | None]]:
        """Yield drafts by their ids and days, or what became of them when they were posted; None: neither is there.

        Raises:
            TargetUnavailable: Go could not be read.
        """
        if not wanted:
            return
        first, last = min(wanted.values()), max(wanted.values())
        posted_then = {one.ledger_id: one for one in self.posted(first, last)}
        listed = {one.ledger_id: one for one in self._listed(first - dt.timedelta(days=1))}
        for ledger_id, day in wanted.items():
            known = listed.get(ledger_id, Listed(ledger_id=ledger_id))
            held = posted_then.get(ledger_id)
            if held is None and not known.is_posted:
                row = self._whole(ledger_id, known.changed)
                held = None if row is None else draft(row, lists, self._v2.evidence)
            if held is None:
                held = self._found_posted([ledger_id], day - POSTED_LATER, day + POSTED_LATER)[ledger_id]
            yield ledger_id, held

    def _listed(self, since: dt.date) -> Iterator[Listed]:
        """Yield the manual journals this integration made since a day, as the light list states them."""
        after = {"createdDateTimeOffsetGreaterThan": f"{since.isoformat()}T00:00:00Z"}
        for row in self._v2.rows("/JournalEntryVouchers", after, size=self._options.page_size):
            kind = row.text("VoucherType").replace(" ", "").casefold()
            if row.flag("IsCreatedByCurrentIntegration") is False or (kind and not kind.startswith(_MANUAL)):
                continue
            changed, is_posted = row.text("LastChangedDateTimeOffset"), row.flag("IsPosted") is True
            yield Listed(ledger_id=row.text("Id"), changed=changed, is_posted=is_posted)

    def _whole(self, ledger_id: str, changed: str) -> Fields | None:
        """Return a draft with its lines, read again where it may have changed; None: it does not answer as one."""
        known = self._drafts.get((ledger_id, changed)) if changed else None
        row = known or self._v2.one_if_there(f"{DRAFTS}/{ledger_id}")
        if row is not None and changed:
            self._drafts[ledger_id, changed] = row
        return row

    def _found_posted(self, ids: Sequence[str], since: dt.date, until: dt.date) -> dict[str, Held | None]:
        """Return posted vouchers by their ids, looked for in a period where nobody has looked for them yet."""
        unknown = [one for one in ids if one not in self._moved]
        if unknown:
            around = {one.ledger_id: one for one in self.posted(since, until)}
            self._moved |= {one: around.get(one) for one in unknown}
        return {one: self._moved[one] for one in ids}

    def posted(self, since: dt.date, until: dt.date) -> list[Held]:
        """Return the vouchers posted in a period, whoever wrote them.

        Raises:
            TargetUnavailable: Go could not be read.
        """
        period = {"fromDate": since.isoformat(), "toDate": until.isoformat()}
        vouchers: dict[str, list[Fields]] = {}
        for row in self._v2.rows("/AccountTransactions", period, size=self._options.page_size):
            vouchers.setdefault(row.text("VoucherId"), []).append(row)
        return [posted(rows, self._v2.evidence) for voucher, rows in vouchers.items() if voucher]

    def imports(self, day: dt.date | None = None) -> Iterator[Held]:
        """Yield the entries of the Import list, of one day or all; nothing where API v1 is not used.

        Raises:
            TargetUnavailable: Go could not be read.
        """
        for row in self._import_rows():
            if day is not None and row.date("date") not in {None, day}:
                continue
            if "externalImportReference" in row:
                yield imported(row, self._v2.evidence)
                continue
            whole = self.import_row(row.text("id"))  # the list leaves the reference out
            yield imported(row if whole is None else whole, self._v2.evidence)

    def import_row(self, ledger_id: str) -> Fields | None:
        """Return one entry of the Import list as it stands there; None: it is not there."""
        if self._v1 is None:
            return None
        top = self._v1.one_if_there(f"{IMPORTS}{ledger_id}/")
        return None if top is None or not top.inner("data").raw else top.inner("data")

    def import_entry(self, ledger_id: str) -> Held | None:
        """Return one entry of the Import list."""
        row = self.import_row(ledger_id)
        return None if row is None else imported(row, self._v2.evidence)

    def _import_rows(self) -> Iterator[Fields]:
        if self._v1 is None:
            return
        for page in range(IMPORT_PAGES_MAX):
            asked: Mapping[str, str] = {"$top": str(IMPORT_PAGE), "$skip": str(page * IMPORT_PAGE)}
            top = self._v1.one(IMPORTS, asked)
            rows = top.rows("data")
            if rows is None:
                raise TargetUnavailable("PowerOffice Go could not be read: GET /Import/ has no list.", code="shape")
            yield from rows
            if len(rows) < IMPORT_PAGE:
                return
        raise TargetUnavailable("PowerOffice Go's Import list does not come to an end. Try again later.")


class Finder:
    """Look-ups by our reference, compared on our side."""

    def __init__(
        self, places: Places, options: PowerOfficeOptions, sides: Sides, *, today: Callable[[], dt.date]
    ) -> None:
        self._places = places
        self._options = options
        self.sides = sides
        self._today = today

    def find(self, document: Document, lists: Lists) -> Found:
        """Return what Go holds of a settlement.

        Raises:
            TargetUnavailable: The look-up failed.
        """
        candidates = {one.ledger_id: one for one in self._candidates(document, lists)}
        reference, token = reference_of(document, self._options), token_of(document, self._options)
        ours = [one for one in candidates.values() if one.reference == reference or token in one.description]
        if any(one.is_entry for one in ours):  # what was imported is one thing, though its voucher has another id
            entries = {one.ledger_id for one in ours if one.is_entry and one.place == "posted"}
            ours = [
                one
                for one in ours
                if one.is_entry or (one.import_id not in entries and not (entries and not one.import_id))
            ]
        if ours:
            return self._judged(document, ours, lists)
        wanted = facts(self.sides(document, lists))
        alike = [one for one in candidates.values() if one.day == document.issued_on and self._is_nameless(one)]
        for one in alike:
            if one.sides is not None and facts(one.sides) == wanted:
                text = f"description: ours ends with {token}, PowerOffice Go has {one.description!r} with exactly our lines"
                return Found(state="different", documents=(self._document(document, one, lists),), differences=(text,))
        return Found(state="absent")

    def _candidates(self, document: Document, lists: Lists) -> Iterator[Held]:
        """Yield what may be ours; a posted draft comes twice under one id, and its transactions, which come last, count.

        Drafts are asked for by the moment they were made, which is before their day where a till's clock was ahead.
        """
        day = document.issued_on
        if self._options.route == "draft":
            yield from self._places.drafts(min(day, self._today()) - dt.timedelta(days=1), lists)
        if self._options.route == "import":
            yield from self._places.imports(day)
        yield from self._places.posted(day, day)

    def _is_nameless(self, held: Held) -> bool:
        """Return whether a voucher not posted yet carries no reference, neither ours nor of another document."""
        return held.place != "posted" and not held.reference

    def _judged(self, document: Document, ours: list[Held], lists: Lists) -> Found:
        documents = tuple(self._document(document, one, lists) for one in ours)
        live = [one for one in ours if not one.is_reversed]
        if not live:
            return Found(state="voided", documents=documents)
        if len(live) > 1:
            return Found(state="twice", documents=tuple(one for one in documents if not one.is_void))
        found = differences(live[0], document, self.sides(document, lists))
        shown = (self._document(document, live[0], lists),)
        if found:
            return Found(state="different", documents=shown, differences=found)
        words = f"{label(document)} found in PowerOffice Go ({PLACES[live[0].place]})"
        confirmation = Confirmation(
            ledger_id=live[0].ledger_id, ledger_number=document.number or "", total_minor=document.total_minor,
            words=words,
        )  # fmt: skip
        return Found(state="equal", documents=shown, confirmation=confirmation)

    def _document(self, document: Document, held: Held, lists: Lists) -> LedgerDocument:
        return ledger_document(held, document, self.sides(document, lists))


PLACES: Final[Mapping[str, str]] = {
    "draft": "journal drafts, not posted yet", "import": "Import list, not imported yet", "posted": "posted",
}  # fmt: skip
"""Where a voucher stands, in words."""

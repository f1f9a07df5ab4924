"""What the upload screen says: facts of the second door, results, refusals by cause, unsure documents, those that wait for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from recon.domain.providers import ledger_facts
from recon.service.upload_records import PersonLine, RefusedGroup, ResultLine, UnsureLine, UploadDoor, UploadState
from recon.store.moments import moment as stored_moment
from recon.summaries.sent import AttachSummary
from recon.upload.running import Waits
from tui.cells import columns, cut, fit, shown, width_of
from tui.composed import tr_composed
from tui.core_texts import OUTBOX_STATES
from tui.hidden import without_amounts
from tui.i18n import N_, _, count, day, duration, moment, ngettext, time_of_day
from tui.keys import shown as key_shown
from tui.themes import SIGNS, STATUS_COLOURS
from tui.upload_process import Ended
from tui.widgets.title_bar import ENVIRONMENT

STATUS_OF: Final = {
    "queued": "open",
    "sending": "open",
    "posted": "posted",
    "by_hand": "posted",
    "unknown": "unsure",
    "refused": "refused",
    "skipped": "refused",
    "cancelled": "rejected",
    "conflict": "blocked",
    "duplicate": "blocked",
    "needs_person": "blocked",
}
"""State of the outbox to the status whose sign and colour it has."""
STATE_WORDS: Final = {
    "conflict": N_("needs you"),
    "duplicate": N_("needs you"),
    "needs_person": N_("needs you"),
}
"""Short words where the core's own are too long for a column."""
PLACE_WORDS: Final = {
    "match": N_("Products"),
    "channels": N_("Payment channels"),
    "settings": N_("Settings"),
    "review": N_("Review"),
}
_NUMBER_CELLS: Final = 20
_AMOUNT_CELLS: Final = 14
_STATUS_CELLS: Final = 12
_NARROW: Final = 76

Facts = tuple[tuple[str, str], ...]
"""Name and value of each."""
Parts = list[str | tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Speech:
    """What every line needs to know: how wide, how amounts are written, where the clock hangs."""

    width: int
    amount: Callable[[str], str]
    timezone: str
    currency: str
    now: dt.datetime
    hidden: bool = False
    """Whether amounts are hidden, also those that stand in sentences."""

    def said(self, text: str) -> str:
        """Return a text of the core or of a ledger in the language spoken now, cleaned."""
        told = tr_composed(text)
        return shown(without_amounts(told) if self.hidden else told)


def status(state: str) -> tuple[str, str]:
    """Return sign and word of a document's state, and its colour."""
    name = STATUS_OF.get(state, "blocked")
    return f"{SIGNS[name]} {_(STATE_WORDS.get(state) or OUTBOX_STATES[state])}", f"${STATUS_COLOURS[name]}"


def documents(n: int) -> str:
    """Return so many documents, in words."""
    return ngettext("{n} document", "{n} documents", n).format(n=count(n))


# --- the second door


def door_facts(door: UploadDoor, say: Speech) -> Content:
    """Return everything a person looks at before a batch is sent, a line each."""
    word, style = ENVIRONMENT.get(door.environment, ENVIRONMENT["live"])
    approved = (
        _("nobody yet; you approve it here")
        if door.approved_by is None
        else _by(door.approved_by, door.approved_at, say)
    )
    last = day(door.last_day, era=True)
    period = last if door.first_day == door.last_day else f"{day(door.first_day)} .. {last}"
    numbers = door.first_number if door.documents == 1 else f"{door.first_number} .. {door.last_number}"
    facts: Facts = (
        (_("Company"), shown(door.company)),
        (_("Tax id"), shown(door.tax_id) or "-"),
        (_("Documents"), documents(door.documents)),
        (_("Period"), period),
        (_("Sum"), f"{say.amount(door.total)} {door.currency}   {_('VAT')} {say.amount(door.vat)}"),
        *_for_books(door, say),
        (_("Largest"), f"{say.amount(door.largest_total)}   {shown(door.largest_number)}"),
        (_("Numbers"), shown(numbers)),
        (_("Prepared by"), _by(door.prepared_by, door.prepared_at, say)),
        (_("Approved by"), approved),
        (_("Content"), f"{door.digest[:4]} {door.digest[4:8]} {door.digest[8:12]}   {door.batch}"),
    )  # fmt: skip
    if door.left:
        facts += (
            (_("Stays here"), _("{documents} of the draft, not approved").format(documents=documents(door.left))),
        )
    label = max(width_of(name) for name, _value in facts) + 2
    facts = _joined(facts, say.width - label)
    parts: Parts = [(_("Upload to"), "bold $recon-accent"), "  ", (f" {word} ", style), "\n"]
    for name, value in facts:
        parts += [(fit(name, label), "$recon-dim"), cut(value, say.width - label), "\n"]
    return Content.assemble(*parts[:-1])


def _for_books(door: UploadDoor, say: Speech) -> Facts:
    """Say what is left of the sum for the books, where some documents take others back, and what is bought apart from it."""
    facts: Facts = ()
    if door.for_books != door.total:
        facts = ((_("For the books"), f"{say.amount(door.for_books)} {door.currency}"),)
    if door.purchases:
        bought = f"{say.amount(door.purchases_total)} {door.currency}   {documents(door.purchases)}"
        facts = (*facts, (_("Purchases"), bought))
    return facts


def _joined(facts: Facts, room: int) -> Facts:
    """Return the facts with the documents and their days in one line, where it fits whole."""
    number = next(place for place, (name, _value) in enumerate(facts) if name == _("Documents"))
    whole = f"{facts[number][1]}   {facts[number + 1][1]}"
    if width_of(whole) > room:
        return facts
    return (*facts[:number], (facts[number][0], whole), *facts[number + 2 :])


def _by(who: str, at: str | None, say: Speech) -> str:
    return f"{shown(who)}   {moment(at, say.timezone, era=True)}" if at else shown(who)


def door_risks(door: UploadDoor, say: Speech) -> Content:
    """Return what cannot be undone, what happens if something fails, and what is odd about these documents."""
    undone = (
        _("This cannot be undone here: mistakes are corrected in the ledger.")
        if ledger_facts(door.target).takes_settlements
        else _("This cannot be undone here: mistakes are corrected by credit notes.")
    )
    parts: Parts = [
        (undone, "$recon-check"), "\n",
        _("If the line breaks nothing is sent twice: recon looks first."), "\n",
        _("What the ledger refuses is listed; the rest goes on."),
    ]  # fmt: skip
    if door.gets_sheets:
        parts += ["\n", _("With each settlement its Z report goes along as a PDF.")]
    for warning in door.warnings:
        for place, line in enumerate(_wrapped(say.said(warning), say.width - 2, 2)):
            parts += ["\n", ("  " if place else "? ", "$recon-check"), (line, "$recon-check")]
    return Content.assemble(*parts)


# --- while it is sent, and afterwards


def headline(state: UploadState, say: Speech) -> Content:
    """Return which batch it is and when it began."""
    began = (
        _("started {time}").format(time=moment(state.started_at, say.timezone, seconds=True, era=True))
        if state.started_at
        else ""
    )
    room = say.width - width_of(began) - 2
    name = cut(f"{state.batch}  {shown(state.company)}", room)
    gap = " " * max(2, say.width - width_of(name) - width_of(began))
    return Content.assemble((name, "bold"), gap, (began, "$recon-dim"))  # fmt: skip


def sums(state: UploadState, say: Speech) -> tuple[str, str]:
    """Return the sum in the ledger so far, and the sum of all."""
    posted = sum(int(state.sums[name].replace(".", "")) for name in ("posted", "by_hand") if name in state.sums)
    text = f"{posted // 100}.{posted % 100:02d}"
    return say.amount(text), say.amount(state.total)


def tallies(state: UploadState) -> Content:
    """Return how many stand where, the sign before each word."""
    groups = (
        (("posted", "by_hand"), "posted"),
        (("refused", "skipped"), "refused"),
        (("unknown",), "unknown"),
        (("conflict", "duplicate", "needs_person"), "needs_person"),
        (("queued", "sending"), "queued"),
        (("cancelled",), "cancelled"),
    )
    parts: Parts = []
    for names, example in groups:
        n = sum(state.counts.get(name, 0) for name in names)
        if not n and example not in {"posted", "refused", "unknown"}:
            continue
        word, colour = status(example)
        parts += ["   " if parts else "", (f"{word} ", colour if n else "$recon-dim"), (count(n), "bold" if n else "$recon-dim")]  # fmt: skip
    return Content.assemble(*parts)


def result_option(line: ResultLine, say: Speech) -> Content:
    """Return one result as one line: when, number, amount, state, and the ledger's number or words."""
    word, colour = status(line.state)
    narrow = say.width < _NARROW
    number_cells = _NUMBER_CELLS - (4 if narrow else 0)
    at = time_of_day(line.at, say.timezone) if line.at else ""
    head = columns((at, shown(line.number or line.document_key), say.amount(line.total)), (8, number_cells, _AMOUNT_CELLS), right=(2,))  # fmt: skip
    said = _happened(line.code, line.words, say) if line.state == "unknown" else say.said(line.words)
    if line.state == "posted" or (line.state == "by_hand" and not line.words):
        said = (line.ledger_id or "")[:8] if line.ledger_number == line.number else line.ledger_number or ""
    room = say.width - width_of(head) - _STATUS_CELLS - 4
    tail = cut(shown(said), room) if room > 6 else ""
    return Content.assemble(head, "  ", (fit(word, _STATUS_CELLS), colour), "  " if tail else "", (tail, "$recon-dim"))


def refused_option(group: RefusedGroup, say: Speech) -> Content:
    """Return one cause: how many and how much, the ledger's words, what to mend and where, the first documents."""
    word, colour = status("refused")
    head = f"{documents(group.count)}   {say.amount(group.total)} {say.currency}"
    said = _("The ledger says: {words} (code {code})").format(
        words=say.said(group.words) or "-", code=shown(group.code) or "-"
    )
    mend = f"{_(PLACE_WORDS[group.place])}: {say.said(group.remedy)}"
    if group.mends:
        mend += f" {shown(', '.join(group.mends))}"
    names = ", ".join(shown(line.number or line.document_key) for line in group.documents)
    return _lines(
        say, (f"{word}  ", f"bold {colour}", head), (said, ""), (mend, "$recon-accent"), (names, "$recon-dim")
    )


def unsure_option(line: UnsureLine, say: Speech) -> Content:
    """Return one document nobody knows the outcome of, and when it is looked up next."""
    word, colour = status("unknown")
    sent = _("sent {time}").format(time=time_of_day(line.sent_at, say.timezone)) if line.sent_at else ""
    head = f"{shown(line.number or line.document_key)}   {say.amount(line.total)} {say.currency}   {sent}"
    looked = _("looked {time}").format(time=time_of_day(line.looked_at, say.timezone)) if line.looked_at else _("not looked up yet")  # fmt: skip
    return _lines(say, (f"{word}  ", f"bold {colour}", head), (_happened(line.code, line.words, say, looked=bool(line.lookups)), ""), (f"{looked}   {_next_look(line, say)}", "$recon-accent"))  # fmt: skip


def _happened(code: str, said: str, say: Speech, *, looked: bool = False) -> str:
    """Return what happened, in a sentence; half an answer of a ledger is evidence for the log, not for a person."""
    if looked or (said and code and not code.isdecimal()):
        return say.said(said)
    return _("No whole answer came back: the ledger may have taken it or not.")


def _next_look(line: UnsureLine, say: Speech) -> str:
    if not line.next_lookup_at:
        return _("next look-up: with the next run")
    left = int((dt.datetime.fromisoformat(line.next_lookup_at) - say.now).total_seconds())
    at = time_of_day(line.next_lookup_at, say.timezone)
    if left <= 0:
        return _("next look-up: due since {time}").format(time=at)
    return _("next look-up {time}, in {left}").format(time=at, left=duration(left))


def person_option(line: PersonLine, say: Speech) -> Content:
    """Return one document that waits for a person's word."""
    word, colour = status(line.state)
    head = f"{shown(line.number or line.document_key)}   {say.amount(line.total)} {say.currency}   {_(OUTBOX_STATES[line.state])}"
    return _lines(say, (f"{word}  ", f"bold {colour}", head), (say.said(line.words), ""))


def _lines(say: Speech, first: tuple[str, str, str], *others: tuple[str, str]) -> Content:
    """Return a few lines, each cut to the room there is; the second and later ones indented."""
    sign, colour, head = first
    parts: Parts = [(sign, colour), (cut(head, say.width - width_of(sign)), "bold")]
    for text, style in others:
        for piece in _wrapped(shown(text), say.width - 2, 2):
            parts += ["\n  ", (piece, style)]
    return Content.assemble(*parts)


def _wrapped(text: str, width: int, most: int) -> Iterable[str]:
    """Yield the text in at most so many lines, broken at spaces; what does not fit is cut with a mark."""
    words, lines = text.split(" "), [""]
    for place, word in enumerate(words):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(longer) <= width:
            lines[-1] = longer
        elif len(lines) == most or not lines[-1]:
            lines[-1] = cut(" ".join([lines[-1], *words[place:]]).strip(), width)
            break
        else:
            lines.append(word)
    return [cut(line, width) for line in lines if line]


def ending_words(ending: str) -> str:
    """Return a short heading for how the last run ended."""
    return {
        "done": _("Done: every document is settled."),
        "waiting": _("Sent as far as it goes: documents wait for a person's word."),
        "stopped": _("Stopped."),
        "paused": _("Paused: the ledger does not answer as it should."),
        "limit": _("Stopped after as many documents as asked."),
    }.get(ending, "")


def ended_words(ended: Ended | None, state: UploadState) -> str:
    """Return how the last upload ended, unless something happened to the batch since."""
    if ended is None or (ended.at and state.results and state.results[0].at > ended.at):
        return ""
    if ended.ending or ended.words:
        return ending_words(ended.ending) or tr_composed(shown(ended.words))
    if state.state == "done":
        return ""
    return _("The last upload was cut off. What was being sent is looked up first, then it goes on.")


def next_words(state: UploadState, here: str) -> str:
    """Return what comes next, in one sentence."""
    if here == "unsure" and state.unsure:
        return _("Sent, but no answer came back: they may be in the ledger or not. recon looks them up by their number; nothing else is sent for them until that is settled.")  # fmt: skip
    if here == "person" and state.person:
        return _("Look at these in the ledger, then say what you found.")
    if here == "refused" and state.refused:
        return _("Mend the cause, then send these again: they come back with the next plan and need a new approval.")
    if state.unsure or state.person:
        return _("Documents wait: see the lists below.")
    left = state.counts.get("queued", 0)
    if left:
        return ngettext(
            "{n} document is approved and not sent yet.", "{n} documents are approved and not sent yet.", left
        ).format(n=count(left))
    if state.state == "done":
        return _("Next: verify reads the ledger back and compares.")
    return ""


def waiting(note: Waits, say: Speech, *, stops: bool = False) -> str:
    """Return what is waited for, since when and until when; ``stops``: and what the key to stop does."""
    since = max(0, int((say.now - stored_moment(note.since)).total_seconds()))
    said = _("Waiting for {time} now; it gives up after {limit}.").format(
        time=duration(since), limit=duration(note.seconds)
    )
    may = _("You may leave; it goes on waiting. Stop ends it at once; nothing was handed out then.") if stops else ""
    return " ".join(part for part in (tr_composed(note.words), said, may) if part)


def sheets_words(found: AttachSummary | None) -> str:
    """Return how many settlements have their Z report on them; empty: none is to have one."""
    if found is None:
        return ""
    whole = _("Z reports attached: {attached} of {wanted}.").format(
        attached=count(found.attached), wanted=count(found.wanted)
    )
    return f"{whole} {_('The rest: recon till attach.')}" if found.missing else whole


def draft_waits(batch: str, n: int) -> str:
    """Return that a newer batch waits for its approval, and the key that goes there."""
    text = ngettext(
        "{n} document of {batch} waits for approval: {key} goes to Review.",
        "{n} documents of {batch} wait for approval: {key} goes to Review.",
        n,
    )
    return text.format(n=count(n), batch=batch, key=key_shown("previous_step"))

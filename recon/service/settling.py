"""A named person's word on documents that wait for one: held against the ledger, written down, and the batch closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recon.approve import check_approval
from recon.domain.outbox import IN_LEDGER, SETTLED, WITH_PERSON
from recon.errors import ApprovalError, NotSettled, TargetError, UsageError
from recon.frames.parquet import digest_files
from recon.money import plain
from recon.service.connecting import known_catalog
from recon.service.context import Context
from recon.service.document_maker import DocumentMaker
from recon.service.kept_plans import DIGESTED, plan_folder
from recon.service.same_company import ask_company
from recon.service.waiting import settle_command
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow
from recon.summaries.settled import SettledDocument, SettleReport
from recon.upload.word import STATE_OF, Judged, Word, WordCheck, words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsWord:
    """What a person says, as given on the command line."""

    to: str
    """posted, by-hand, send-again or cancelled."""
    reason: str
    numbers: tuple[str, ...] = ()
    """The ledger's numbers, one for each document in the same order."""
    ledger_ids: tuple[str, ...] = ()
    accept_differences: bool = False
    without_look_up: bool = False


_SAYS: Final = {
    "posted": "Stands in the ledger as {number}, says {who}: {reason}",
    "by_hand": "Entered in the ledger by hand as {number}, says {who}: {reason}",
    "queued": "To be sent again, says {who}: {reason}",
    "cancelled": "Taken back, says {who}: {reason}",
}


def settle(context: Context, names: Sequence[str], said: PersonsWord, *, dry_run: bool) -> SettleReport:
    """End documents that wait for a person, all of them or none.

    Raises:
        UsageError: No name, no reason, no number, or numbers that fit no document.
        NotSettled: A document does not wait, or the ledger shows something else; ``problems`` names every one.
        TargetUnavailable: The ledger could not be asked.
        WrongCompany: The ledger answers for another company than the documents were approved for.
    """
    context.store.require_own()
    _require_whole(context, names, said)
    words, problems = _addressed(context, names, said)
    judged: list[Judged] = []
    for batch_id in dict.fromkeys(word.row.batch_id for word in words):
        batch = context.store.batches.get(batch_id)
        judged += _judged(context, batch, [word for word in words if word.row.batch_id == batch_id], said)
    problems += [f"{_called(one.word.row)}: {one.problem}." for one in judged if one.problem]
    if problems:
        raise NotSettled("\n".join([*problems, "Nothing was settled."]), problems=tuple(problems))
    if not dry_run:
        _write(context, judged, said)
    return _report(context, judged, said, dry_run=dry_run)


def _require_whole(context: Context, names: Sequence[str], said: PersonsWord) -> None:
    """Refuse a word that lacks a part; all that is missing at once."""
    wrong = []
    if not context.actor.strip():
        wrong.append("A settlement needs a name: --as NAME.")
    if not said.reason.strip():
        wrong.append("A settlement needs a reason: --reason TEXT.")
    if len(set(names)) != len(names):
        wrong.append("A document is named twice.")
    for option, given in (("--number", said.numbers), ("--ledger-id", said.ledger_ids)):
        if given and len(given) != len(names):
            wrong.append(f"{option} is given {len(given)} times for {len(names)} documents: one for each, in the same order.")  # fmt: skip
        if any(not value.strip() for value in given):
            wrong.append(f"{option} is empty.")
    stands = STATE_OF[said.to] in IN_LEDGER
    if stands and not said.numbers and not said.ledger_ids:
        wrong.append(f"--to {said.to} needs the number the ledger shows: --number N (or --ledger-id ID).")
    if stands and said.without_look_up and not said.numbers:
        wrong.append(f"--to {said.to} --without-look-up needs the number: --number N.")
    if not stands and (said.numbers or said.ledger_ids):
        wrong.append(f"--to {said.to} takes no --number and no --ledger-id.")
    if said.to == "send-again" and said.without_look_up:
        wrong.append("--to send-again always looks first: recon never sends again because somebody is unsure.")
    if wrong:
        raise UsageError(f"{' '.join(wrong)} Nothing was settled.")


def _addressed(context: Context, names: Sequence[str], said: PersonsWord) -> tuple[list[Word], list[str]]:
    """Return the named documents as words, and why some names cannot be."""
    waiting = context.store.outbox.unsettled(*WITH_PERSON)
    words: list[Word] = []
    problems: list[str] = []
    for position, name in enumerate(names):
        found = [row for row in waiting if name in (row.document_key, row.number, row.ledger_number)]
        if len(found) > 1:
            problems.append(f"{name} names {len(found)} documents; give one key: {', '.join(r.document_key for r in found)}.")  # fmt: skip
        elif not found:
            problems.append(_not_waiting(context, name))
        elif said.to not in words_for(found[0]):
            problems.append(_not_allowed(found[0], said.to))
        else:
            words.append(
                Word(
                    row=found[0],
                    to=STATE_OF[said.to],
                    number=said.numbers[position] if said.numbers else "",
                    ledger_id=said.ledger_ids[position] if said.ledger_ids else "",
                    accept_differences=said.accept_differences,
                )
            )
    return words, problems


def _not_waiting(context: Context, name: str) -> str:
    """Say how a document stands that waits for nobody's word."""
    try:
        row = context.store.outbox.find(name)
    except UsageError as error:
        return str(error)
    if row.state in {"unknown", "sending"}:
        return (
            f"{_called(row)} is unknown: only a look-up ends that, nobody's word. `recon upload {row.batch_id}` looks it up "
            "and never sends twice."
        )
    if row.state == "queued":
        return f"{_called(row)} is queued: it was not sent yet. `recon upload {row.batch_id}` sends it."
    return (
        f"{_called(row)} is {row.state} already: it does not wait for anybody's word, and nothing settled ever changes."
    )


def _not_allowed(row: OutboxRow, word: str) -> str:
    """Say why a word cannot be said about a document."""
    allowed = ", ".join(words_for(row))
    if row.code == "in-a-file":
        return f"{_called(row)} stands in an import file: `recon upload {row.batch_id}` writes the same file again. Say {allowed}."
    return f"{_called(row)} is in state {row.state} and cannot be {word}: it would be there once more. Say {allowed}."


def _judged(context: Context, batch: Batch, words: list[Word], said: PersonsWord) -> list[Judged]:
    """Hold the words on one batch's documents against its ledger."""
    rules = context.settings.connections.get(batch.connection)
    if rules is None:
        raise UsageError(f"Connection {batch.connection} is gone from recon.toml, so {batch.batch_id} cannot be looked up. Nothing was settled.")  # fmt: skip
    is_file = context.outside.capabilities(batch.connection, rules).is_file
    if is_file or said.without_look_up:
        return [_believed(word) for word in words]
    if said.to == "send-again":
        _require_approval(context, batch)
    known = known_catalog(context, batch.connection)
    try:
        with context.outside.target(batch.connection, rules, batch_id=batch.batch_id, known=known) as target:
            ask_company(
                context, batch.connection, target, company_id=batch.company_id,
                meant_for=f"Batch {batch.batch_id} was approved for", outcome="Nothing was settled.",
            )  # fmt: skip
            check = WordCheck(context.store, target, DocumentMaker(context, batch).document_of)
            return [check.judge(word) for word in words]
    except TargetError as error:
        hint = "" if said.to == "send-again" else " If it cannot be asked at all, give --without-look-up: then your word alone counts."  # fmt: skip
        raise type(error)(f"{error} Nothing was settled: what the ledger holds is looked up first.{hint}", code=error.code, words=error.words) from error  # fmt: skip


def _believed(word: Word) -> Judged:
    """Take a person at their word, where the ledger has no API or was not to be asked."""
    named = word.number or (word.row.number or "" if word.ledger_id else "")
    return Judged(word=word, ledger_id=word.ledger_id, ledger_number=named)


def _require_approval(context: Context, batch: Batch) -> None:
    """Refuse to queue a document again that no standing approval lets out."""
    try:
        check_approval(
            context.store, batch_id=batch.batch_id, plan_digest=digest_files(plan_folder(context, batch), DIGESTED)
        )
    except ApprovalError as error:
        raise NotSettled(
            f"{batch.batch_id} has no approval any more that would let a document out again ({error}) Say `--to cancelled` and "
            "plan again. Nothing was settled."
        ) from error


def _write(context: Context, judged: list[Judged], said: PersonsWord) -> None:
    """Write every word down in one transaction, and close batches whose last document it was."""
    who, reason = context.actor.strip(), said.reason.strip()
    with context.store.database.transaction("settle"):
        for one in judged:
            number = one.ledger_number
            accepted = f" Accepted: {'; '.join(one.differences)}." if one.differences else ""
            words = _SAYS[one.word.to].format(number=number, who=who, reason=reason)
            context.store.moves.settle(
                one.word.row,
                one.word.to,
                who=who,
                reason=reason,
                ledger_id=one.ledger_id,
                ledger_number=number if one.word.to in IN_LEDGER else "",
                words=f"{words}{accepted}",
                facts={
                    "before": one.word.row.state,
                    "looked_up": one.seen or "no",
                    "differences": "; ".join(one.differences),
                    "os_user": context.os_user,
                },
            )
        for batch_id in dict.fromkeys(one.word.row.batch_id for one in judged):
            standing = context.store.batches.get(batch_id).state in {"approved", "uploading"}
            if standing and all(state in SETTLED for state in context.store.outbox.counts(batch_id)):
                context.store.batches.set_state(batch_id, "done", because="the last document was settled by a person", who=who)  # fmt: skip


def _report(context: Context, judged: list[Judged], said: PersonsWord, *, dry_run: bool) -> SettleReport:
    """Return what was settled, and what is left to do."""
    batches = tuple(dict.fromkeys(one.word.row.batch_id for one in judged))
    settled = {one.word.row.id for one in judged}
    left = [
        row for row in context.store.outbox.unsettled(*WITH_PERSON) if row.batch_id in batches and row.id not in settled
    ]
    return SettleReport(
        to=said.to,
        by=context.actor.strip(),
        reason=said.reason.strip(),
        documents=tuple(_settled(one) for one in judged),
        batches={batch_id: context.store.batches.get(batch_id).state for batch_id in batches},
        waiting=len(left),
        next_step=_next_step(context, batches, left, said),
        dry_run=dry_run,
    )


def _settled(one: Judged) -> SettledDocument:
    row = one.word.row
    return SettledDocument(
        document_key=row.document_key,
        number=_called(row),
        kind=row.kind,
        batch=row.batch_id,
        total=plain(row.total_minor),
        was=row.state,
        state=one.word.to,
        looked_up=one.seen,
        differences=one.differences,
        ledger_number=one.ledger_number if one.word.to in IN_LEDGER else None,
        ledger_id=(one.ledger_id or None) if one.word.to == "posted" else None,
    )


def _next_step(context: Context, batches: Sequence[str], left: list[OutboxRow], said: PersonsWord) -> str:
    """Return what to do after this."""
    if left:
        return settle_command(left[0]) or f"recon upload {left[0].batch_id} --confirm-taken LIST"
    counts = {batch_id: context.store.outbox.counts(batch_id) for batch_id in batches}
    for batch_id, tallies in counts.items():
        if said.to == "send-again" or not all(state in SETTLED for state in tallies):
            return f"recon upload {batch_id}"
    return "recon plan" if said.to == "cancelled" else f"recon verify {batches[0]}, recon audit {batches[0]}"


def _called(row: OutboxRow) -> str:
    return row.number or row.document_key

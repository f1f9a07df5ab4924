"""recon qbwc settle: a named person says what became of a message set QuickBooks can never be asked about again."""

from __future__ import annotations

import argparse
from contextlib import closing

from recon.errors import UsageError
from recon.service.lost_answers import LostAnswer, LostDocument
from recon.targets.quickbooks.endpoint.journal import KeptSet, Stated
from recon.targets.quickbooks.endpoint.listen import only_one
from tui.commands.qbwc_call import Call
from tui.wiring import open_service


def settle(call: Call) -> int:
    """Write the word down: in the event log, with the documents, and in the journal; the next set can then go out.

    Raises:
        UsageError: A part of the word is missing, or nothing is unresolved.
        StoreBusy: Another command of this workspace works now.
    """
    args = call.args
    _require_whole(args)
    with only_one(call.workspace.private), closing(call.journal()) as journal:
        unresolved = journal.unresolved()
        if unresolved is None:
            raise UsageError("No message set is unresolved: there is nothing to settle. Nothing was done.")
        said = LostAnswer(
            message=unresolved.set_id, keys=unresolved.about, stands=args.to == "there", number=args.number or "",
            reason=args.reason, company=journal.fact("company-file"),
        )  # fmt: skip
        with open_service(args, write=not args.dry_run) as service:
            documents = service.upkeep.state_lost(said, dry_run=args.dry_run)
        if not args.dry_run:
            word = Stated(who=args.actor.strip(), reason=args.reason.strip(), stands=said.stands, number=said.number)
            journal.settle_stated(unresolved.set_id, word)
            journal.note(f"set {unresolved.set_id}: {args.actor.strip()} said that it is {_seen(said)}")
    _tell(call, unresolved, said, documents)
    return 4 if documents and not args.dry_run else 0


def _require_whole(args: argparse.Namespace) -> None:
    missing = [
        words
        for given, words in (
            (args.to, "--to there (it stands in QuickBooks) or --to not-there"),
            ((args.actor or "").strip(), "--as NAME (who looked)"),
            ((args.reason or "").strip(), "--reason TEXT (what you saw, and why QuickBooks cannot be asked)"),
        )
        if not given
    ]
    if missing:
        raise UsageError(f"A word on an unresolved message set needs {'; '.join(missing)}. Nothing was settled.")
    if args.to == "not-there" and args.number:
        raise UsageError("--number belongs to --to there. Nothing was settled.")


def _seen(said: LostAnswer) -> str:
    if not said.stands:
        return "not there"
    return f"there as {said.number}" if said.number else "there"


def _tell(call: Call, unresolved: KeptSet, said: LostAnswer, documents: tuple[LostDocument, ...]) -> None:
    args = call.args
    facts = {
        "connection": call.connection, "set_id": unresolved.set_id, "handed_at": unresolved.handed_at, "documents": list(unresolved.about),
        "to": args.to, "number": said.number, "by": args.actor.strip(), "reason": args.reason.strip(),
        "waiting": [one.as_facts() for one in documents], "dry_run": args.dry_run,
    }  # fmt: skip
    call.output.document("qbwc", {"action": "settle", **facts})
    at = unresolved.handed_at[:16].replace("T", " ")
    verb = "Would settle" if args.dry_run else "Settled"
    call.output.line(
        f"{verb} the message set of {at} UTC: {_seen(said)}, says {args.actor.strip()}: {args.reason.strip()}"
    )
    for one in documents:
        name = one.number or one.document_key
        word = f"--to posted --number {said.number or 'NUMBER'}" if said.stands else "--to send-again"
        call.output.line(f"{'would wait' if args.dry_run else 'waits'} for your last word: {name}")
        call.output.line(
            f'  recon settle {one.document_key} --as "{args.actor.strip()}" {word} --reason "WHAT YOU FOUND"'
        )
    if documents:
        call.output.note(
            "Where the company file cannot be asked any more, --without-look-up lets your word alone count (not for send-again)."
        )
    if not args.dry_run:
        call.output.line("The next message set can go out. If another company file takes its place: recon qbwc reset")

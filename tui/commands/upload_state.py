"""`recon upload BATCH --state` and `--stop`: look on while a batch is sent, by whomever, and ask the upload to stop."""

from __future__ import annotations

import argparse

from recon.errors import UsageError
from recon.service.upload_records import UploadState
from tui.output import Output, grouped
from tui.till_output import print_sheets
from tui.wiring import open_service

SHOWN = 20


def look_on(args: argparse.Namespace) -> int:
    """Print where a batch stands; with --stop ask its upload to stop first."""
    if args.limit is not None or args.confirm_taken or args.dry_run or (args.state and args.stop):
        raise UsageError("--state and --stop stand alone: they send nothing. Nothing was done.")
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        if args.stop and not service.stop_upload(args.batch):
            raise UsageError(f"No upload of {args.batch} runs in this workspace. Nothing was done.")
        state = service.upload_state(args.batch)
    output.document("upload-state", state.as_facts())
    print_state(state, output)
    return state_exit_code(state)


def state_exit_code(state: UploadState) -> int:
    """Return the exit code: unknown outcomes weigh most, then what is not settled."""
    if state.unsure:
        return 6
    waits = state.refused or state.person or state.settled < state.documents
    return 4 if waits else 0


def print_state(state: UploadState, output: Output) -> None:
    """Print where the batch stands."""
    output.line(f"{state.batch} -> {state.company} ({state.environment.upper()}): {state.state}")
    output.table(
        ("State", "Documents", "Total"),
        [(name, f"{count:,}", grouped(state.sums[name])) for name, count in state.counts.items()],
        right=(1, 2),
    )
    if state.is_running:
        pace = f", {state.pace.per_minute:,} a minute, about {state.pace.seconds_left} s left" if state.pace else ""
        asked = ", asked to stop after the document in hand" if state.stop_asked else ""
        output.line(f"process {state.running_pid} sends it since {state.running_since}{pace}{asked}")
    for group in state.refused[:SHOWN]:
        output.line(f"  refused  {group.count:,} documents, {grouped(group.total)}: {group.words} (code {group.code})")
        output.line(f"           {group.remedy} {', '.join(group.mends)}")
    for unsure in state.unsure[:SHOWN]:
        output.line(f"  unclear  {unsure.number or unsure.document_key}: {unsure.words} Next look-up {unsure.next_lookup_at or 'with the next run'}.")  # fmt: skip
    for waits in state.person[:SHOWN]:
        output.line(f"  person   {waits.number or waits.document_key}: {waits.words}")
    print_sheets(state.attachments, output)
    if state.batch and not state.is_running:
        output.line(f"next: {state.next_step}")

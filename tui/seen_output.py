"""A person's words at the command line, read from KIND=VALUE and the like, and what `recon match` says about new things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from recon.errors import UsageError
from recon.proof.tax_invoices import Entry, entry_of
from recon.summaries.things import SeenLine, ThingLine
from tui.output import SHOWN, Output, grouped


def seen_words(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return kind and value of each KIND=VALUE; ``all`` stands for everything that is open."""
    words = []
    for text in texts:
        kind, equals, value = text.partition("=")
        if not equals and kind != "all":
            raise UsageError(
                f"--seen {text!r}: write KIND=VALUE as `recon match` lists it, KIND=* for all of a kind, or all. Nothing was set."
            )
        words.append((kind.strip(), value.strip()))
    return tuple(words)


def meanings(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return word and state of each WORD=STATE."""
    pairs = []
    for text in texts:
        word, equals, state = text.rpartition("=")
        if not equals or not word.strip() or not state.strip():
            raise UsageError(f"--means {text!r}: write WORD=STATE, e.g. in_review=unpaid. Nothing was set.")
        pairs.append((word.strip(), state.strip()))
    return tuple(pairs)


def gap_words(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return number (or FIRST..LAST) and reason of each NUMBER=REASON; no reason takes the word back."""
    pairs = []
    for text in texts:
        number, equals, reason = text.partition("=")
        if not equals or not number.strip():
            raise UsageError(
                f"--gap {text!r}: write NUMBER=REASON or FIRST..LAST=REASON, e.g. '#1016=deleted in the shop'. Nothing was set."
            )
        pairs.append((number.strip(), reason.strip()))
    return tuple(pairs)


def tax_invoices(texts: Sequence[str]) -> tuple[Entry, ...]:
    """Return each RECORD=NUMBER DATE; nothing behind the sign takes back what was entered."""
    entries, wrong = [], []
    for text in texts:
        record, equals, rest = text.partition("=")
        entry = entry_of(record.strip(), rest) if equals and record.strip() else None
        if entry is None:
            wrong.append(repr(text))
        else:
            entries.append(entry)
    if wrong:
        raise UsageError(
            f"--tax-invoice {', '.join(wrong)}: write RECORD=NUMBER YYYY-MM-DD, e.g. 'PO-7=IV6906-112 2026-06-12', with YYYY-MM behind it "
            "for another month. Nothing was set."
        )
    return tuple(entries)


def thing_facts(things: Sequence[ThingLine]) -> list[dict[str, Any]]:
    """Return new things as JSON."""
    return [{name: fact for name, fact in asdict(thing).items() if name != "keys"} for thing in things]


def print_things(things: Sequence[ThingLine], output: Output) -> None:
    """Print what is new, each with the command that answers it."""
    if not things:
        return
    holding = sum(thing.holds for thing in things)
    output.line(f"New things: {len(things)}, {holding} of them hold their orders")
    for thing in things[:SHOWN]:
        place = f"{thing.file} row {thing.row}" if thing.row is not None else thing.file
        output.line(f"{'!' if thing.holds else '?'} {thing.words} {thing.command}   ({place})")
    output.more(len(things) - SHOWN, "recon match --json; all of them: recon match --seen all")


def print_beginning(counts: Mapping[str, int], output: Output) -> None:
    """Print in one line what the first files show, for a person to look at before the first approval."""
    if counts:
        listed = ", ".join(f"{kind} {count:,}" for kind, count in counts.items())
        output.line(f"Seen so far: {listed} (recon match --things lists them). The first approval says yes to them.")


def print_seen(lines: Sequence[SeenLine], output: Output) -> None:
    """Print everything the files of a connection ever showed."""
    output.table(
        ("Kind", "Value", "Orders", "Amount", "First in", "Row", "Day", "Answered by", "Who"),
        [
            (line.kind, line.value[:40], line.orders, grouped(line.amount), line.file[:30], line.row or "", line.day or "",
             line.answered or "(open)", line.who)
            for line in lines[:SHOWN]
        ],
        right=(2, 3, 5),
    )  # fmt: skip
    output.more(len(lines) - SHOWN, "recon match --things --json")

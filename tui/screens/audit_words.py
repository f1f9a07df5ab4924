"""Rows, columns and words of the audit screen: the event log, the files that prove something, what a comparison found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
from textual.content import Content

from recon.errors import ReconError, StoreDamaged
from recon.service import ReconService
from recon.service.overview import EventLine
from recon.service.upkeep import ProofFile
from recon.summaries.sent import VerifySummary
from tui.cells import shown, width_of
from tui.composed import tr_composed
from tui.core_texts import finding_remedy, finding_title
from tui.event_words import OF_THE_WORKSPACE, event_words
from tui.i18n import N_, _, count, day_heading, moment
from tui.screens.fact_words import fact_lines
from tui.widgets.columns import Column

FACES: Final = {
    "log": N_("Event log"),
    "days": N_("Days of tills"),
    "files": N_("Files"),
    "compared": N_("Compared with the ledger"),
    "gaps": N_("Known gaps"),
}
FORMS: Final = {
    "workbook": N_("Audit workbook"),
    "hledger": N_("Journal for hledger"),
    "beancount": N_("Journal for beancount"),
}
KINDS: Final = {"workbook": N_("audit workbook"), "journal": N_("journal"), "import-file": N_("import file")}
MOST_OF_A_NAME: Final = 10
"""Cells a person's name takes in the log where there is little room."""
_KILOBYTE: Final = 1024
_EVENTS: Final = {
    "seq": pl.Int64, "at": pl.String, "who": pl.String, "what": pl.String, "count": pl.Int64, "total_minor": pl.Int64, "words": pl.String,
}  # fmt: skip
_FILES: Final = {"path": pl.String, "name": pl.String, "kind": pl.String, "size": pl.Int64, "ours": pl.String}
_FOUND: Final = {"row": pl.Int64, "number": pl.String, "what": pl.String, "text": pl.String, "code": pl.String}


def event_frame(lines: Sequence[EventLine]) -> pl.DataFrame:
    """Return entries as rows, in the words of the language of now; ``words`` is what a filter looks at."""
    rows = []
    for line in lines:
        what, who = event_words(line), shown(line.who)
        found = line.count if line.count is not None else line.facts.get("orders", line.facts.get("sent"))
        total = line.facts.get("total_minor")
        rows.append(
            (
                line.seq,
                line.at,
                who,
                what,
                found if isinstance(found, int) else None,
                total if isinstance(total, int) else None,
                f"{line.at} {who} {what} {line.kind} {shown(line.subject)}".casefold(),
            )
        )
    return pl.DataFrame(rows, schema=_EVENTS, orient="row")


def event_columns(
    lines: Sequence[EventLine], minor: Callable[[int], str], timezone: str, *, is_wide: bool
) -> Sequence[Column]:
    """Return the columns of the log; seconds and long names only where there is room."""
    widest = max((width_of(shown(who)) for who in {line.who for line in lines}), default=0)
    return (
        Column(
            "at", lambda: day_heading(_("Time")), render=lambda at: moment(at, timezone, seconds=is_wide), priority=1
        ),
        Column(
            "who",
            lambda: _("Who"),
            width=None if is_wide else min(max(widest, width_of(_("Who"))), MOST_OF_A_NAME),
            priority=3,
        ),
        Column("what", lambda: _("What"), grow=True, least=20, priority=0),
        Column("count", lambda: _("Count"), align="right", render=lambda n: "" if n is None else count(n), priority=4),
        Column(
            "total_minor", lambda: _("Sum"), amount=True, render=lambda n: "" if n is None else minor(n), priority=2
        ),
    )


def passing(frame: pl.DataFrame, text: str) -> pl.Series:
    """Return the rows in which every word of a filter stands, and none that begins with ``-``."""
    keep = pl.Series("keep", [True]).new_from_index(0, frame.height)
    for word in text.casefold().split():
        is_out = word.startswith("-") and len(word) > 1
        found = frame["words"].str.contains(word.removeprefix("-") if is_out else word, literal=True)
        keep = keep & (~found if is_out else found)
    return keep.arg_true()


_TOTALS: Final = {
    "All control totals agree.": N_("All control totals agree."),
    "Control totals differ: see the sheet Summary.": N_("Control totals differ: see the sheet Summary."),
}


def total_words(message: str) -> str:
    """Return what a written workbook says of its control totals."""
    return _(_TOTALS.get(message, "")) or tr_composed(message)


def event_facts(line: EventLine, timezone: str, amount: Callable[[str], str]) -> Content:
    """Return everything an entry says."""
    parts: list[str | tuple[str, str]] = [(event_words(line), "bold"), "\n"]
    about = {
        _("entry"): count(line.seq),
        _("time"): moment(line.at, timezone, seconds=True, era=True),
        _("who"): shown(line.who),
    }
    if line.kind not in OF_THE_WORKSPACE:
        about[_("subject")] = shown(line.subject)
    for name, value in about.items():
        parts += [(f"{name}: ", "$recon-dim"), f"{value}\n"]
    for name, value in fact_lines(line, timezone, amount):
        parts += [(f"{name}: ", "$recon-dim"), f"{value}\n"]
    return Content.assemble(*parts, (_("chain: "), "$recon-dim"), line.hash)


def chain_state(service: ReconService) -> tuple[str, int, str]:
    """Return head, length and damage of the chain."""
    try:
        return (*service.verify_chain(), "")
    except StoreDamaged as error:
        return "", 0, str(error)


# --- files


def file_frame(files: Sequence[ProofFile]) -> pl.DataFrame:
    """Return files as rows."""
    rows = [
        (str(file.path), shown(file.path.name), _(KINDS[file.kind]), file.size, _("by recon") if file.is_ours else "")
        for file in files
    ]
    return pl.DataFrame(rows, schema=_FILES, orient="row")


def file_columns() -> Sequence[Column]:
    """Return the columns of the files."""
    return (
        Column("name", lambda: _("File"), grow=True, priority=0),
        Column("kind", lambda: _("Kind"), priority=2),
        Column("ours", lambda: _("Written"), priority=3),
        Column("size", lambda: "KB", align="right", render=lambda n: count(-(-n // _KILOBYTE)), priority=4),
    )


def checked_words(name: str, problems: Sequence[str], notes: Sequence[str] = ()) -> Content:
    """Return how the check of a workbook went; ``notes``: what was compared of one of an earlier version."""
    if not problems and notes:
        lines = "".join(f"\n  {tr_composed(shown(note))}" for note in notes)
        words = _("{name} is as recon wrote it, as far as it was compared:").format(name=shown(name))
        return Content.assemble(("✓ ", "$recon-done"), words, lines)
    if not problems:
        words = _("{name} is as recon wrote it: its totals add up, its seal and its place in the event log are right.")
        return Content.assemble(("✓ ", "$recon-done"), words.format(name=shown(name)))
    parts: list[str | tuple[str, str]] = [
        ("! ", "$recon-bad"),
        _("{name} is not as recon wrote it:").format(name=shown(name)),
    ]
    for problem in problems:
        parts += [f"\n  {tr_composed(shown(problem))}"]
    return Content.assemble(*parts, "\n", _("Do not hand it on. Write the workbook anew from the event log (e)."))


def workbook_problems(service: ReconService, path: Path) -> tuple[list[str], list[str]]:
    """Return what is wrong with a workbook, and notes about it; one that cannot be read is wrong too."""
    try:
        problems, _known, notes = service.verify_workbook(path)
    except ReconError as error:
        return [str(error)], []
    return problems, notes


# --- what a comparison found


def found_frame(report: VerifySummary) -> pl.DataFrame:
    """Return differences, missing documents, strangers, and gaps and doubles of numbers as rows."""
    rows = [
        (
            number,
            shown(each["number"]),
            finding_title(str(each["code"])),
            tr_composed(shown(each["text"])),
            str(each["code"]),
        )
        for number, each in enumerate((*report.differences, *report.missing, *report.strangers, *report.numbering))
    ]
    return pl.DataFrame(rows, schema=_FOUND, orient="row")


def found_columns() -> Sequence[Column]:
    """Return the columns of what was found."""
    return (
        Column("number", lambda: _("Document"), priority=0),
        Column("what", lambda: _("What"), grow=True, least=16, priority=2),
        Column("text", lambda: _("How"), grow=True, least=32, priority=1),
    )


def found_facts(row: dict[str, Any]) -> Content:
    """Return one difference, and what to do about it."""
    return Content.assemble(
        (f"{row['number']}  {row['what']}", "bold"), f"\n{row['text']}\n", finding_remedy(str(row["code"]))
    )


def _places_words(report: VerifySummary) -> str:
    """Return in which of the ledger's lists the vouchers stand, on a line of its own; empty where there is one list."""
    words = {
        "draft": _("{n} unposted drafts"), "import": _("{n} unposted in the list of imports"), "posted": _("{n} posted"),
    }  # fmt: skip
    lies = ", ".join(words[place].format(n=count(number)) for place, number in report.places.items())
    return f"\n{lies}" if lies else ""


def compared_words(report: VerifySummary) -> Content:
    """Return how a comparison ended, in one line."""
    different = sum(map(len, (report.differences, report.missing, report.strangers, report.numbering)))
    words = _("{batch} against {company}: {n} compared, {equal} equal").format(
        batch=shown(report.batch), company=shown(report.company), n=count(report.compared), equal=count(report.equal)
    )
    silent = "".join(f"\n{tr_composed(text)}" for text in report.not_compared) + _places_words(report)
    if not different:
        return Content.assemble(("✓ ", "$recon-done"), words, silent)
    return Content.assemble(("! ", "$recon-bad"), words + _(", {n} to look at").format(n=count(different)), silent)

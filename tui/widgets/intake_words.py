"""What is said of a file: how it is written, what it adds up to, what would become of it, what was found, grouped by cause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import polars as pl
from textual.content import Content

from recon.domain.providers import SOURCES
from recon.money import plain
from recon.service.file_preview import FilePreview
from recon.service.intakes import IntakeDetail, IntakeHistory, IntakeLine
from recon.summaries.intake import CauseLine, FileReport
from recon.text import show_lines
from tui.cells import cut, fit, shown, split_line, width_of
from tui.composed import tr_composed
from tui.core_texts import SEVERITIES, finding_remedy, finding_title, word
from tui.i18n import N_, _, count, day, moment, ngettext
from tui.record_words import counted

Amount = Callable[[str], str]
Part = str | tuple[str, str]
FILES: Final = pl.Schema({
    "key": pl.String(), "state": pl.String(), "name": pl.String(), "source": pl.String(), "at": pl.String(),
    "who": pl.String(), "orders": pl.Int64(), "total_minor": pl.Int64(), "new": pl.Int64(), "changed": pl.Int64(),
    "gone": pl.Int64(), "refused": pl.Int64(), "findings": pl.Int64(),
})  # fmt: skip
FILE_STATES: Final = {
    "waits": ("o", "check", N_("waits")),
    "taken": ("=", "done", N_("taken in")),
    "refused": ("!", "bad", N_("with refused")),
    "differs": ("!", "bad", N_("sum differs")),
}
ORDER_STATES: Final = {
    "new": ("+", "ready", N_("new")),
    "same": ("=", "done", N_("same")),
    "changed": ("?", "check", N_("changed")),
    "held": ("?", "check", N_("new, held")),
    "refused": ("!", "bad", N_("refused")),
}
"""State to its sign, the tone of the table and the word."""
_STYLES: Final = {"refused": "$recon-bad", "hold": "$recon-bad", "warning": "$recon-check", "note": "$recon-dim"}
_SIGNS: Final = {"refused": "!", "hold": "!", "warning": "?", "note": "-"}
_EXAMPLE_DAY: Final = dt.date(2026, 1, 31)
_BUDDHIST: Final = 543


def state_words(states: dict[str, tuple[str, str, str]], state: str) -> str:
    """Return sign and word of a state."""
    sign, _tone, words = states.get(state, ("-", "", state))
    return f"{sign} {_(words)}"


def history_frame(history: IntakeHistory) -> pl.DataFrame:
    """Return the rows of the list: what waits in the inbox first, then what was taken in, newest first."""
    waiting = [("inbox:" + file.path, "waits", file.name) for file in history.inbox]
    rows = [dict.fromkeys(FILES) | dict(zip(("key", "state", "name"), one, strict=True)) for one in waiting]
    for line in history.files:
        state = "refused" if line.refused else "taken" if line.ties else "differs"
        rows.append({
            "key": line.file, "state": state, "name": line.name, "source": line.profile or line.source, "at": line.at,
            "who": line.who, "orders": line.orders, "total_minor": minor(line.total), "new": line.new,
            "changed": line.changed, "gone": line.gone, "refused": line.refused, "findings": line.findings,
        })  # fmt: skip
    return pl.DataFrame(rows, schema=FILES)


def minor(text: str) -> int:
    """Return the minor units of plain amount text."""
    return int(text.replace(".", ""))


def source_words(source: str, profile: str = "") -> str:
    """Return how a format is called."""
    if profile:
        return _("column profile {name}").format(name=shown(profile))
    return SOURCES[source].label if source in SOURCES else shown(source)


# --- one file that was taken in


def detail_content(detail: IntakeDetail, amount: Amount, currency: str, timezone: str, width: int) -> Content:
    """Return everything about a file that was taken in."""
    line = detail.line
    when = moment(line.at, timezone, era=True)
    who = _("{when}, by {who}").format(when=when, who=shown(line.who)) if line.who else when
    parts: list[Part] = [
        (cut(shown(line.name), width), "bold"), "\n",
        cut(f"{source_words(line.source, line.profile)}  {who}", width), "\n",
        counts(line.known, line.new, line.changed, line.gone, line.refused), "\n",
        *_sums(_records(line), line.total, line.stated_total, amount, currency, width, ties=line.ties),
    ]  # fmt: skip
    return Content.assemble(*parts, *cause_parts(detail.causes, amount, width, ties=line.ties))


def counts(known: int, new: int, changed: int, gone: int, refused: int) -> str:
    """Return what became of the orders."""
    parts = [
        ngettext("{n} new", "{n} new", new).format(n=count(new)),
        ngettext("{n} known", "{n} known", known).format(n=count(known)),
        _("{n} changed").format(n=count(changed)),
        _("{n} gone").format(n=count(gone)),
    ]
    if refused:
        parts.append(_("{n} refused").format(n=count(refused)))
    return "   ".join(parts)


def _records(report: FileReport | IntakeLine) -> str:
    """Return how many records a file has, in words."""
    return counted(report.orders - report.purchases, report.purchases, report.source)


def _sums(
    records: str, total: str, stated: str, amount: Amount, currency: str, width: int, *, ties: bool
) -> list[Part]:
    """Return both sums side by side, or one under the other where an amount would be broken."""
    word: Part = (_("ties"), "$recon-done") if ties else ("! " + _("does not tie"), "bold $recon-bad")
    ours = f"{records}  {amount(total)} {currency}"
    theirs = _("file says {amount}").format(amount=amount(stated))
    fits = width_of(f"{ours}   {theirs}  {word[0]}") <= width
    return [f"{ours}{'   ' if fits else chr(10)}{theirs}  ", word]


def cause_parts(causes: Sequence[CauseLine], amount: Amount, width: int, *, ties: bool = True) -> list[Part]:
    """Return findings grouped by cause: how many, what it is, where the first stands, what to do."""
    del ties
    parts: list[Part] = []
    for cause in causes:
        sums = [amount(cause.amount)] if minor(cause.amount or "0") else []
        sums += [f"{amount(other)} {currency}" for currency, other in cause.other_currencies.items()]
        sums += [_("purchase records {amount}").format(amount=amount(cause.purchases))] if cause.purchases else []
        head = f"{_SIGNS[cause.severity]} {count(cause.count)}  {finding_title(cause.code)}"
        kind = word(SEVERITIES, cause.severity)
        parts += ["\n", (split_line(head, "  ".join([*sums, kind]), width), _STYLES[cause.severity])]
        if cause.example:
            parts += ["\n", (cut("  " + shown(tr_composed(cause.example)), width), "$recon-dim")]
        if cause.severity != "note":
            parts += ["\n", f"  > {finding_remedy(cause.code)}"]
    return parts


# --- a file before it is taken in


def form_lines(preview: FilePreview, width: int) -> Content:
    """Return how the file is written, as it was read."""
    form = preview.form
    if form is None:
        return Content(shown(tr_composed(preview.report.message)))
    label = max(8, min(12, width // 6))
    forms = dict.fromkeys(one.partition("%H")[0].strip(" T") or one for one in form.date_formats)
    dates = ", ".join(date_example(one, form.era) for one in list(forms)[:2])
    span = f"{day(form.first_day)} - {day(form.last_day, era=True)}" if form.first_day else ""
    pairs = [
        (_("Format"), f"{source_words(form.source, form.profile)}   {_('Text')} {form.encoding or '-'}"),
        (_("Dates"), f"{dates}  ({era_words(form.era)})   {span}"),
        (_("Numbers"), f"{number_example(form.decimal, form.thousands)}   {_('Time zone')} {form.timezone}"),
    ]
    return Content("\n".join(fit(f"{fit(name, label)} {text}", width) for name, text in pairs))


def preview_sums(preview: FilePreview, amount: Amount, width: int) -> Content:
    """Return counts, and whether the source's own sum is that of the orders."""
    report = preview.report
    head = counts(report.known, report.new, report.changed, report.gone, report.refused)
    if report.status == "known":  # it was not read again, so nothing was added up
        return Content(f"{head}\n{_records(report)}  {amount(report.total)} {preview.currency}")
    sums = _sums(
        _records(report), report.total, report.stated_total, amount, preview.currency, width, ties=preview.ties
    )
    others = [f"   {amount(total)} {currency}" for currency, total in report.other_currencies.items()]
    return Content.assemble(head, "\n", *sums, *others)


def date_example(form: str, era: str) -> str:
    """Return how 31 January 2026 is written in this form, e.g. 31/01/2569."""
    text = form.replace("%z", "+0700").replace("%f", "000")
    if era == "BE":
        text = text.replace("%Y", str(_EXAMPLE_DAY.year + _BUDDHIST)).replace(
            "%y", str((_EXAMPLE_DAY.year + _BUDDHIST) % 100)
        )
    return dt.datetime.combine(_EXAMPLE_DAY, dt.time(14, 5)).strftime(text)


def era_words(era: str) -> str:
    """Return which years are meant."""
    return {"BE": _("Buddhist years"), "CE": _("Gregorian years")}.get(era, _("Gregorian or Buddhist years"))


def number_example(decimal: str, thousands: str) -> str:
    """Return how 1250.00 is written."""
    return f"1{thousands}250{decimal}00"


# --- what became of files


def result_content(
    reports: Sequence[FileReport], amount: Amount, currency: str, width: int, *, ahead: bool = False
) -> Content:
    """Return what became of every file: counts, sums, findings by cause; of refused ones the whole message.

    ``ahead``: nothing was taken in yet.
    """
    parts: list[Part] = _all_of(reports, amount, currency) if len(reports) > 1 else []
    for report in reports:
        if parts:
            parts.append("\n\n")
        parts += _report_parts(report, amount, currency, width, ahead=ahead)
    return Content.assemble(*parts)


def _all_of(reports: Sequence[FileReport], amount: Amount, currency: str) -> list[Part]:
    """Return the sums over several files, for a person who does not add them up."""
    taken = [report for report in reports if report.status == "taken"]
    sums = [sum(getattr(report, name) for report in taken) for name in ("known", "new", "changed", "gone", "refused")]
    bought = sum(report.purchases for report in taken)
    sources = {report.source for report in taken if report.purchases}
    n = counted(sum(report.orders for report in taken) - bought, bought, sources.pop() if len(sources) == 1 else "")
    files = ngettext("{n} file", "{n} files", len(reports)).format(n=count(len(reports)))
    total = plain(sum(minor(report.total) for report in taken), currency)
    return [(f"{files}   {n}  {amount(total)} {currency}", "bold"), f"\n{counts(*sums)}"]


def _report_parts(report: FileReport, amount: Amount, currency: str, width: int, *, ahead: bool) -> list[Part]:
    name = cut(shown(report.name), width - 12)
    if report.status == "refused":
        message = show_lines(tr_composed(report.message.removeprefix("refused: ")))
        return [(f"! {name}  {_('refused')}", "bold $recon-bad"), "\n", message]
    if report.status == "known":
        said = show_lines(tr_composed(report.message))
        return [(f"= {name}  {_('nothing new')}", "bold"), "\n", said]
    ties = sum_ties(report)
    said = _("would be taken in") if ahead else _("taken in")
    head: list[Part] = [(f"{'+' if ahead else '='} {name}  {said}", "bold"), "\n"]
    head += [counts(report.known, report.new, report.changed, report.gone, report.refused), "\n"]
    head += _sums(_records(report), report.total, report.stated_total, amount, currency, width, ties=ties)
    head += [f"\n{amount(total)} {other}" for other, total in report.other_currencies.items()]
    return head + cause_parts(report.causes, amount, width)


def sum_ties(report: FileReport) -> bool:
    """Return whether the file's own sum is that of its orders; refused orders account for a difference."""
    return report.stated_total == report.total or report.refused > 0

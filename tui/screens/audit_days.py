"""The days of tills on the Audit screen: settlements that are missing, days that were not closed, terms of bookkeeping that are over.

What the law wants of a day stands with each line, and the one thing a person can do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import polars as pl
from textual.content import Content

from recon.service.numbering_proof import Z_GAP
from recon.summaries.till_days import MissingZ, OpenDay, RegisterDays, TermLine, TillDays
from tui.cells import shown
from tui.composed import tr_composed
from tui.core_texts import finding_remedy, finding_title
from tui.i18n import N_, _, count, day, ngettext
from tui.widgets.columns import Column

STATES: Final = {
    "missing": ("!", N_("missing"), "bad"),
    "late": ("!", N_("late"), "bad"),
    "open": ("?", N_("not closed"), "check"),
    "due": ("-", N_("to be booked"), ""),
    "known": ("-", N_("known gap"), "dim"),
    "till": ("=", N_("till"), "dim"),
}
"""State to its sign, word and tone."""
_CURRENT: Final = N_(
    "The books are kept current with the VAT return, in practice every two months, and at least every four months; when the "
    "return is due is not known here."
)
_WITHOUT: Final = N_("A day without a settlement is a day without sales, where the Z numbers run on.")
_DAYS: Final = pl.Schema({
    "key": pl.Int64(), "state": pl.String(), "about": pl.String(), "text": pl.String(), "title": pl.String(),
    "remedy": pl.String(),
})  # fmt: skip
_Row = tuple[str, str, str, str, str]
Amount = Callable[[str], str]


def day_frame(days: TillDays | None, amount: Amount) -> pl.DataFrame:
    """Return what a person has to look at, the gravest first, then the tills with their days."""
    if days is None:
        return pl.DataFrame(schema=_DAYS)
    rows = [
        *(_missing(one) for one in days.missing if not one.known),
        *(_term(one, amount) for one in days.terms if one.is_over),
        *(_open(one) for one in days.open_days),
        *(_term(one, amount) for one in days.terms if not one.is_over),
        *(_missing(one) for one in days.missing if one.known),
        *(_till(one) for one in days.registers),
    ]
    return pl.DataFrame([(place, *row) for place, row in enumerate(rows)], schema=_DAYS, orient="row")


def _missing(one: MissingZ) -> _Row:
    between = _("after {first}, before {last}").format(
        first=day(one.after) if one.after else "-", last=day(one.before) if one.before else "-"
    )
    if one.known:
        return "known", shown(one.number), tr_composed(shown(one.known)), between, ""
    return "missing", shown(one.number), between, finding_title(Z_GAP), finding_remedy(Z_GAP)


def _open(one: OpenDay) -> _Row:
    return "open", shown(one.number), tr_composed(shown(one.text)), finding_title(one.code), finding_remedy(one.code)


def _term(one: TermLine, amount: Amount) -> _Row:
    """Return settlements of one term of bookkeeping that are not in the ledger."""
    words = ngettext(
        "{n} settlement not in the ledger, {sum}, the oldest of {day}",
        "{n} settlements not in the ledger, {sum}, the oldest of {day}",
        one.settlements,
    ).format(n=count(one.settlements), sum=amount(one.amount), day=day(one.oldest_day))
    title = _("its term is over") if one.is_over else _("to be booked in its term")
    return "late" if one.is_over else "due", f"{day(one.first_day)} - {day(one.last_day)}", words, title, _(_CURRENT)


def _till(one: RegisterDays) -> _Row:
    """Return a till: from when to when it has settlements, and what they wait for."""
    said = [ngettext("{n} settlement", "{n} settlements", one.settlements).format(n=count(one.settlements))]
    if one.without:
        said.append(ngettext("{n} day without one", "{n} days without one", one.without).format(n=count(one.without)))
    if one.uncounted:
        said.append(_("{n} not counted").format(n=count(one.uncounted)))
    if one.unsent:
        said.append(_("{n} not sent").format(n=count(one.unsent)))
    said.append(f"{day(one.first_day)} - {day(one.last_day)}")
    return "till", f"{shown(one.register)}  {shown(one.place)}", ", ".join(said), "", _(_WITHOUT) if one.without else ""


def no_days() -> str:
    """Return what is said where no settlement was taken in."""
    return _("No settlements yet.")


def day_columns() -> Sequence[Column]:
    """Return the columns of the days of tills."""
    return (
        Column("state", lambda: _("State"), render=_state, tone=lambda state: STATES[state][2], priority=0),
        Column("about", lambda: _("What about"), priority=0, least=10),
        Column("text", lambda: _("Found"), grow=True, priority=0, least=20),
    )


def _state(state: str) -> str:
    sign, word, _tone = STATES[state]
    return f"{sign} {_(word)}"


def day_facts(row: dict[str, Any]) -> Content:
    """Return one line in full: what it is, what the law wants, and what to do."""
    head = f"{row['about']}  {_state(row['state'])}"
    return Content.assemble((head, "bold"), *(f"\n{row[name]}" for name in ("title", "text", "remedy") if row[name]))

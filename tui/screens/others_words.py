"""The words, columns and pane of the list of what others posted: how sure it is, what speaks for it, and both sides of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from tui.cells import columns as in_columns
from tui.cells import cut, shown, split_line, width_of
from tui.core_texts import DOCUMENT_KINDS, word
from tui.i18n import N_, _, count, day, day_heading, ngettext
from tui.screens.match_words import Minor
from tui.widgets.columns import Column
from tui.widgets.match_pane import Part

STATE_WORDS: Final = {
    "certain": ("+", N_("the same"), "ready"),
    "likely": ("?", N_("likely"), "check"),
    "differs": ("!", N_("differs"), "bad"),
    "several": ("!", N_("several"), "bad"),
    "possible": ("~", N_("maybe"), "check"),
    "missing": ("-", N_("missing"), "bad"),
    "stranger": ("?", N_("not planned"), "check"),
    "equal": ("+", N_("equal"), "ready"),
}
"""State to its sign, word and tone."""
EXPLAINED: Final = {
    "certain": N_("Number, kind and amount agree, within a month."),
    "likely": N_("Number and amount agree; it is another kind of document, a month away, or without a day."),
    "possible": N_("Only amount and day agree, and nothing else comes into question."),
    "differs": N_("The number agrees, something else does not."),
    "several": N_("More than one entry of the ledger comes into question."),
    "missing": N_("Planned here, and not in the ledger."),
    "stranger": N_("In the ledger, and nobody here planned it."),
    "equal": N_("Stands in the ledger as planned here."),
}
WAY_WORDS: Final = {
    "number": N_("its number"),
    "reference": N_("its reference"),
    "word": N_("named in its reference or remark"),
    "amount": N_("amount and day"),
}
"""What an entry was recognised by."""
WAY_SHORT: Final = {
    "number": N_("number"),
    "reference": N_("reference"),
    "word": N_("remark"),
    "amount": N_("amount, day"),
}
DIFFERENCE_WORDS: Final = {
    "several": N_("more than one entry"),
    "kind": N_("kind"),
    "amount": N_("amount"),
    "vat": N_("VAT"),
    "day": N_("date"),
    "account": N_("account"),
    "account-amount": N_("amount on an account"),
    "vat-code": N_("VAT code"),
    "department": N_("department"),
    "project": N_("project"),
    "no-number": N_("names no Z report"),
}


def state_words(state: str) -> str:
    """Return sign and word of a state."""
    sign, words, _tone = STATE_WORDS[state]
    return f"{sign} {_(words)}"


def way_words(way: str | None) -> str:
    """Return in a word or two what an entry was recognised by."""
    return _(WAY_SHORT[way]) if way else ""


def difference_words(differs: Sequence[str]) -> str:
    """Return what is not the same, in words; empty: nothing."""
    return ", ".join(_(DIFFERENCE_WORDS[name]) for name in differs)


def _state_column() -> Column:
    return Column("state", lambda: _("State"), render=state_words, tone=lambda state: STATE_WORDS[state][2], priority=0)


def row_columns(minor: Minor, currency: str, *, compared: bool, tills: bool = False) -> Sequence[Column]:
    """Return the columns of single documents; ``compared``: both sides are listed, so what differs is said."""
    spoken = Column("way", lambda: _("Agrees by"), render=way_words, priority=5, drop_below=96)
    if compared:
        spoken = Column(
            "differs_in", lambda: _("Differs in"), render=lambda names: difference_words(list(names)), priority=3, drop_below=76,
            sortable=False,
        )  # fmt: skip
    return (
        Column("order_number", lambda: _("Settlement") if tills else _("Order"), grow=True, priority=1, least=8 if tills else 13),
        Column("issued_on", lambda: day_heading(_("Date")), render=day, priority=6, drop_below=140),
        Column("kind", lambda: _("Kind"), render=lambda kind: word(DOCUMENT_KINDS, kind), priority=7, drop_below=150),
        Column("their_number", lambda: _("In the ledger"), grow=True, priority=2, least=14),
        Column(
            "amount_minor", lambda: _("Amount {currency}").format(currency=shown(currency)), amount=True, render=minor,
            priority=0,
        ),
        Column("difference_minor", lambda: _("Differs by"), amount=True, render=lambda value: minor(value) if value else "",
               priority=4, drop_below=70),
        spoken,
        _state_column(),
    )  # fmt: skip


def group_columns(minor: Minor, currency: str) -> Sequence[Column]:
    """Return the columns of groups."""
    return (
        _state_column(),
        Column("way", lambda: _("Agrees by"), render=lambda way: _(WAY_WORDS[way]) if way else "", grow=True, least=8),
        Column("documents", lambda: _("Documents"), align="right", render=count, priority=0),
        Column(
            "amount_minor", lambda: _("Amount {currency}").format(currency=shown(currency)), amount=True, render=minor,
            priority=0,
        ),
        Column("difference_minor", lambda: _("Differs by"), amount=True, render=lambda value: minor(value) if value else "",
               priority=1, drop_below=76),
    )  # fmt: skip


def pane_parts(row: dict[str, Any], width: int, *, minor: Minor) -> list[Part]:
    """Return both sides of a row beside each other, what differs first, and why they are taken for the same."""
    state = row["state"]
    status, tone = state_words(state), f"bold $recon-{STATE_WORDS[state][2]}"
    head = shown(row["order_number"]) or shown(row["their_number"])
    by = _("Recognised by: {way}").format(way=_(WAY_WORDS[row["way"]])) if row["way"] else ""
    head = cut(head, max(width - width_of(status) - 1, 6))
    parts: list[Part] = [(f"{head} ", "bold"), (status, tone)]
    beside = width - width_of(head) - width_of(status) - 3
    parts.append(f"  {by}\n" if by and width_of(by) <= beside else f"\n{by}\n" if by else "\n")
    parts += [_(EXPLAINED[state]), "\n"]
    for name, text in _beside(_sides(row, minor), width):
        style = "$recon-dim" if not name else "$recon-check" if name in row["differs_in"] else ""
        parts += [(text, style), "\n"]
    return parts


def _beside(lines: list[tuple[str, str, str, str]], width: int) -> list[tuple[str, str]]:
    """Return both sides beside each other, or, where two amounts have no room beside each other, under each other."""
    first = max(width_of(line[1]) for line in lines)
    widest = max(width_of(line[2]) for line in lines)
    amounts = [width_of(text) for name, _word, *texts in lines if name in {"amount", "vat"} for text in texts]
    half = (width - first - 2) // 2
    if max(amounts, default=0) <= half:
        ours = min(widest, half)
        return [(name, in_columns(texts, (first, ours, width - first - ours - 2))) for name, *texts in lines]
    (_name, _nothing, here, there), *rest = lines
    return [
        (name, split_line(f"{words}, {side}", text, width))
        for name, words, *texts in rest
        for side, text in zip((here, there), texts, strict=True)
        if text
    ]


def _sides(row: dict[str, Any], minor: Minor) -> list[tuple[str, str, str, str]]:
    """Return what is compared, its word, ours and theirs; a side that is not there stays empty."""
    ours, theirs = row["document_key"] is not None, row["their_kind"] is not None
    lines = [
        ("amount", _("Total"), _sum(row["total_minor"], minor), _sum(row["their_minor"], minor)),
        ("day", day_heading(_("Date")), _day(row["issued_on"]), _day(row["their_day"])),
        (
            "number",
            _("Number"),
            shown(row["order_number"]) if ours else "",
            shown(row["their_number"]) if theirs else "",
        ),
        ("kind", _("Kind"), _kind(row["kind"]) if ours else "", _kind(row["their_kind"])),
        ("vat", _("VAT"), _sum(row["vat_minor"], minor), _sum(row["their_vat_minor"], minor)),
    ]
    if row["reference"]:
        lines.append(("reference", _("Reference"), "", shown(row["reference"])))
    lines.sort(key=lambda line: line[0] not in row["differs_in"])
    return [("", "", _("planned here"), _("in the ledger")), *lines]


def _sum(value: int | None, minor: Minor) -> str:
    return "" if value is None else minor(value)


def _kind(kind: str | None) -> str:
    return word(DOCUMENT_KINDS, kind) if kind else ""


def _day(value: dt.date | None) -> str:
    return day(value) if value is not None else ""


def group_parts(row: dict[str, Any], *, minor: Minor) -> list[Part]:
    """Return what a group is."""
    state = row["state"]
    documents = ngettext("{n} document, {sum}", "{n} documents, {sum}", row["documents"])
    return [
        (state_words(state), f"bold $recon-{STATE_WORDS[state][2]}"), "\n", _(EXPLAINED[state]), "\n",
        documents.format(n=count(row["documents"]), sum=minor(row["amount_minor"])), "\n",
    ]  # fmt: skip

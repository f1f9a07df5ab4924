"""The words and columns of the review list: kinds, statuses, causes, groups."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from textual.content import Content

from recon.frames.text import fold
from recon.review.like import Likeness
from recon.review.tokens import CodeWords, Spoken
from tui.cells import columns, shown, width_of, widths_of
from tui.core_texts import DOCUMENT_KINDS, finding_title, word
from tui.i18n import LANGUAGES, N_, _, count, day, day_heading, in_language, language, ngettext
from tui.themes import SIGNS, STATUS_COLOURS
from tui.widgets.columns import Column
from tui.widgets.document_pane import STATUS_WORDS

GROUP_TOKENS: Final = {
    "status": "st",
    "kind": "kind",
    "sales_channel": "ch",
    "payment_channel": "pay",
    "cause": "cause",
    "customer": "cust",
    "day": "date",
    "month": "date",
}
"""What documents are grouped by, to the token that finds those of one group."""
Part = tuple[str, str]
"""Text and style."""
Minor = Callable[[int], str]
"""Minor units to an amount as it is written here."""
TONES: Final = {
    "ready": "ready",
    "approved": "ready",
    "check": "check",
    "open": "check",
    "unsure": "check",
    "blocked": "bad",
    "refused": "bad",
    "posted": "done",
    "rejected": "dim",
}
HELD_ORDER: Final = N_("held order")
GROUPS: Final = {
    "status": N_("Status"),
    "kind": N_("Kind"),
    "sales_channel": N_("Sales channel"),
    "payment_channel": N_("Payment channel"),
    "cause": N_("Cause"),
    "customer": N_("Customer"),
    "day": N_("Day"),
    "month": N_("Month"),
}
GROUPS_OF_TILLS: Final = {name: words for name, words in GROUPS.items() if name != "payment_channel"} | {
    "sales_channel": N_("Place")
}
"""The same for tills: a settlement is of a place, and of many means of payment."""


def filter_words() -> Spoken:
    """Return what a person may call statuses and kinds in a filter: the words of every language, whichever is spoken."""
    return _filter_words(language())


@functools.cache
def _filter_words(spoken: str) -> Spoken:
    tokens = {"st": STATUS_WORDS, "kind": {**DOCUMENT_KINDS, "order": HELD_ORDER}}
    return {token: _code_words(texts, spoken) for token, texts in tokens.items()}


def _code_words(texts: Mapping[str, str], spoken: str) -> CodeWords:
    codes: dict[str, tuple[str, ...]] = {}
    for each in LANGUAGES:
        for code, text in texts.items():
            name = fold(in_language(each, text).replace("-", "_"))
            codes[name] = tuple(dict.fromkeys((*codes.get(name, ()), code)))
    return CodeWords(codes, tuple(dict.fromkeys(in_language(spoken, text) for text in texts.values())))


def document_columns(minor: Minor, currency: str, *, tills: bool = False) -> Sequence[Column]:
    """Return the columns of documents and held orders; settlements of tills have a place and a day before a customer."""
    who = Column("customer", lambda: _("Customer"), grow=True, priority=1, least=10, drop_below=150 if tills else 70)
    place = Column("sales_channel", lambda: _("Place"), grow=True, priority=1, least=10, drop_below=70)
    return (
        Column("name", lambda: _("Document"), priority=0, least=10),
        Column("kind", lambda: _("Kind"), render=held_back_words if tills else kind_words, priority=3, drop_below=100),
        Column(
            "issued_on",
            lambda: day_heading(_("Date")),
            render=day,
            priority=1 if tills else 4,
            drop_below=60 if tills else 100,
        ),
        *((place, who) if tills else (who,)),
        Column("payment_channel", lambda: _("Paid by"), priority=6, drop_below=150),
        Column("cause", lambda: _("Cause"), render=cause_words, priority=5, drop_below=150),
        Column(
            "total_minor",
            lambda: _("Gross {currency}").format(currency=shown(currency)),
            amount=True,
            render=minor,
            priority=0,
        ),
        Column(
            "status", lambda: _("Status"), render=status_words, tone=lambda status: TONES.get(status, ""), priority=0
        ),
    )


def group_choices(*, tills: bool) -> list[tuple[str, str]]:
    """Return what documents can be grouped by, with its words."""
    return [(name, _(words)) for name, words in (GROUPS_OF_TILLS if tills else GROUPS).items()]


def group_columns(minor: Minor, column: str, *, tills: bool = False) -> Sequence[Column]:
    """Return the columns of groups by a column."""
    heading = (GROUPS_OF_TILLS if tills else GROUPS)[column]
    said = held_back_words if tills and column == "kind" else lambda value: group_words(column, value)
    return (
        Column("value", lambda: _(heading), render=said, grow=True, priority=0),
        Column("count", lambda: _("Documents"), align="right", render=count, priority=0),
        Column("total_minor", lambda: _("Gross"), amount=True, render=minor, priority=0),
        Column("check", lambda: _("check"), align="right", render=_some, priority=3, drop_below=80),
        Column("blocked", lambda: _("blocked"), align="right", render=_some, priority=3, drop_below=80),
        Column("ready", lambda: _("ready"), align="right", render=_some, priority=3, drop_below=80),
        Column("approved", lambda: _("approved"), align="right", render=_some, priority=4, drop_below=80),
    )


def tally(rows: Sequence[tuple[str, int, int]], minor: Minor, batch: str, room: int) -> Content:
    """Return how many documents stand at each status and their sums, in the widest form that fits whole.

    Args:
        rows: Status, count and minor units.
        minor: How an amount is written.
        batch: The batch, cleaned; the first thing to be left out, then the sums, then the words.
        room: Cells there are.
    """
    made: list[Part] = []
    for has_batch, has_sums, has_words in (
        (True, True, True),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    ):
        made = _tally_parts(rows, minor, has_sums=has_sums, has_words=has_words)
        made += [(f"   {batch}", "$recon-dim")] if batch and has_batch else []
        if sum(width_of(text) for text, _style in made) <= room:
            break
    return Content.assemble(*made)


def _tally_parts(rows: Sequence[tuple[str, int, int]], minor: Minor, *, has_sums: bool, has_words: bool) -> list[Part]:
    parts: list[Part] = []
    for status, number, sum_ in rows:
        if parts:
            parts.append(("   " if has_words else "  ", ""))
        words = f"{SIGNS[status]} {count(number)}" + (f" {_(STATUS_WORDS[status])}" if has_words else "")
        parts.append((words, f"bold ${STATUS_COLOURS[status]}"))
        if has_sums:
            parts.append((f" {minor(sum_)}", ""))
    return parts


def kind_words(kind: str) -> str:
    """Return a kind of document in words."""
    return _(HELD_ORDER) if kind == "order" else word(DOCUMENT_KINDS, kind)


def held_back_words(kind: str) -> str:
    """Return a kind of document in words; what is held of a till may be a settlement or a sale on account."""
    return _("held back") if kind == "order" else kind_words(kind)


def status_words(status: str) -> str:
    """Return sign and word of a status."""
    return f"{SIGNS[status]} {_(STATUS_WORDS[status])}"


def cause_words(cause: str) -> str:
    """Return a finding's title."""
    return finding_title(cause)


def group_words(column: str, value: str) -> str:
    """Return a group's value in words."""
    if not value:
        return _("(none)")
    makers = {"status": status_words, "kind": kind_words, "cause": cause_words, "day": day}
    return makers[column](value) if column in makers else value


def group_filter(column: str, value: str) -> str:
    """Return the filter that finds the documents of a group, in words of the language spoken where there are some."""
    token = GROUP_TOKENS[column]
    texts = {"status": STATUS_WORDS, "kind": {**DOCUMENT_KINDS, "order": HELD_ORDER}}.get(column, {})
    said = _(texts[value]) if value in texts else value
    codes = filter_words()[token].codes.get(fold(said.replace("-", "_"))) if value in texts else (value,)
    if codes != (value,):  # the language has one word for two of them
        said = value
    longest = max(said.split('"'), key=len)
    return (
        f"{token}:{longest}"
        if longest and not re.search(r"[\s,]", longest) and longest == said
        else f'{token}:"{longest}"'
    )


def like_words(like: Likeness, minor: Minor, width: int) -> Content:
    """Return what one more yes would cover: how many and how much, the largest and the oddest of them in columns."""
    figures = ngettext("{n} document, {sum}", "{n} documents, {sum}", like.count)
    parts: list[str | Part] = [(figures.format(n=count(like.count), sum=minor(like.total_minor)), "bold"), "\n"]
    for title, frame in ((_("The largest:"), like.largest), (_("The oddest:"), like.oddest)):
        rows = list(frame.iter_rows(named=True))
        lines = [(shown(row["number"] or row["order_number"]), shown(row["customer"] or ""), minor(row["total_minor"])) for row in rows]  # fmt: skip
        number, _customer, amount = widths_of(lines, most=22) or (0, 0, 0)
        parts += ["\n", title, "\n"]
        for row, line in zip(rows, lines, strict=True):
            parts += [columns(line, (number, max(6, width - number - amount - 4), amount), right=(2,)), "\n"]
            if "why" in row:
                parts += [(f"  {_(row['why'])}", "$recon-dim"), "\n"]
    if like.left_out:
        left = ngettext(
            "{n} more is like it but has findings or is decided: left out.",
            "{n} more are like it but have findings or are decided: left out.",
            like.left_out,
        ).format(n=count(like.left_out))
        parts += ["\n", (left, "$recon-check"), "\n"]
    return Content.assemble(*parts[:-1])


def _some(n: int) -> str:
    return count(n) if n else ""

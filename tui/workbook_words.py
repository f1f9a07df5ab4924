"""The languages a workbook can be written in: the catalogues, handed to `exports`, which knows none.

A workbook is in the language of the company (``company.workbook_language``), whoever looks at the screens in which one,
so that the same files give the same bytes. It is read back by the words of whichever language it was written in.
"""

from __future__ import annotations

import functools
import gettext as _gettext
import re
from typing import Final

from exports.words import ENGLISH, Words
from tui import i18n
from tui.composed import tr_composed
from tui.record_words import at_place

_APART: Final = "\u00a0"
"""Thousands mark, which behind a number of an account would read as a part of it."""
_SUM: Final = re.compile(r"(?<= )(-?[0-9]+\.[0-9]{2})(, |$)", re.ASCII)
"""A sum behind a name in a list of them (`recon.plan.payments.payments_text`), whose comma would be a decimal one."""


@functools.cache
def words_of(language: str) -> Words:
    """Return the words of a language; English where workbooks have no such catalogue."""
    if language not in i18n.BOOK_LANGUAGES:
        return ENGLISH
    screens, core, own = (
        _gettext.translation(name, i18n.FOLDER, [language], fallback=True) for name in (*i18n.DOMAINS, i18n.BOOKS)
    )
    screens.add_fallback(core)
    own.add_fallback(core)

    def say(text: str) -> str:
        return own.gettext(text) if text else ""

    def sentence(text: str) -> str:
        whole = own.gettext(text) if text else ""
        if whole != text:
            return whole
        with i18n.speaking_here(language, screens, core):
            return tr_composed(text)

    def channel(text: str) -> str:
        with i18n.speaking_here(language, screens, core):
            return at_place(text)

    def sums(text: str) -> str:
        with i18n.speaking_here(language, screens, core):
            return _SUM.sub(lambda found: i18n.amount(found[1]).replace(_APART, "") + found[2].replace(",", ";"), text)

    return Words(
        language, say, sentence, channel, sums, day=lambda day: f"{day:%d.%m.%Y}", day_format="dd.mm.yyyy", month_text="%m.%Y",
        day_text="%d.%m.%Y", moment_text="%d.%m.%Y %H:%M:%S",
    )  # fmt: skip


def all_words() -> tuple[Words, ...]:
    """Return every language a workbook may be in, English first."""
    return (ENGLISH, *map(words_of, i18n.BOOK_LANGUAGES))

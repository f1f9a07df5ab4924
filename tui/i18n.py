"""The language of the screens: translated texts, and how amounts, counts, days and times are written in it.

Source texts are English. A catalogue per language lies in ``tui/locales``; what it lacks is shown in English.
Texts are translated when they are drawn, so that the language can change while the program runs. This module imports
nothing but the standard library: it stands on the path of every start.
"""

from __future__ import annotations

import _thread
import contextlib
import datetime as dt
import gettext as _gettext
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

LANGUAGES: Final[dict[str, str]] = {"en": "English", "th": "ไทย", "nb": "Norsk"}
"""Language code to its own name: a person must find it without knowing the language on the screen."""
DOMAINS: Final = ("recon", "core")
"""Catalogues of a language: the texts of the screens, and those of the core that are shown (`tui.composed`)."""
BOOKS: Final = "workbook"
"""Catalogue of the workbooks (`tui.workbook_words`), in the languages they can be written in besides English."""
BOOK_LANGUAGES: Final = ("nb",)
FOLDER: Final = Path(__file__).parent / "locales"

_ALSO: Final = {"no": "nb", "nn": "nb"}
"""Languages read well enough in one of ours."""
_AMOUNT: Final = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_BUDDHIST: Final = 543
_THAI_MONTHS: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_SEPARATORS: Final = {"nb": ("\u00a0", ",")}
"""Thousands mark (a no-break space in Norwegian, so that an amount never wraps) and decimal mark; else ``,`` and ``.``."""


class _Speech:
    """What is spoken: one per process, as a terminal shows one language; a thread that writes a file may have its own."""

    def __init__(self) -> None:
        self.language = self.forms = self.amounts = "en"
        self.catalogue = self.core = _gettext.NullTranslations()


_everywhere: Final = _Speech()
_here: Final = _thread._local()  # noqa: SLF001 - what `threading` calls `local`; it loads nothing


def _speech() -> _Speech:
    """Return what is spoken in this thread: its own, where it has one (`speaking_here`), else that of the process."""
    own: _Speech | None = getattr(_here, "speech", None)
    return _everywhere if own is None else own


def use(language: str) -> None:
    """Speak this language from now on.

    Args:
        language: A key of `LANGUAGES`.

    Raises:
        ValueError: There is no such language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; there are {', '.join(LANGUAGES)}")
    if language == "en":
        use_catalogue("en", _gettext.NullTranslations())
    else:
        screens, core = (_gettext.translation(name, FOLDER, [language], fallback=True) for name in DOMAINS)
        screens.add_fallback(core)
        use_catalogue(language, screens, core)


def use_catalogue(
    language: str,
    catalogue: _gettext.NullTranslations,
    core: _gettext.NullTranslations | None = None,
    *,
    forms: str = "",
) -> None:
    """Speak from catalogues of one's own (tests), with amounts and days written as in the language ``forms``."""
    speech = _speech()
    speech.language, speech.catalogue, speech.forms = language, catalogue, forms or language
    speech.core, speech.amounts = core or _gettext.NullTranslations(), speech.forms


def core_catalogue() -> _gettext.NullTranslations:
    """Return the catalogue of the core's own sentences in the language spoken now."""
    return _speech().core


def language() -> str:
    """Return the code of the language that is spoken now."""
    return _speech().language


@contextlib.contextmanager
def speaking(language: str, *, amounts: bool = True) -> Iterator[None]:
    """Speak another language for a while; without ``amounts`` they stay as they are written everywhere else."""
    speech = _speech()
    before = speech.language, speech.catalogue, speech.core, speech.forms
    use(language)
    if not amounts:
        speech.amounts = before[3]
    try:
        yield
    finally:
        use_catalogue(*before[:3], forms=before[3])


@contextlib.contextmanager
def speaking_here(
    language: str, catalogue: _gettext.NullTranslations, core: _gettext.NullTranslations
) -> Iterator[None]:
    """Speak another language in this thread alone: a file is written in it while the screens go on in theirs."""
    before = getattr(_here, "speech", None)
    _here.speech = _Speech()
    use_catalogue(language, catalogue, core)
    try:
        yield
    finally:
        _here.speech = before


def in_language(language: str, text: str) -> str:
    """Return a text in one language, whatever is spoken now; English where its catalogue lacks it."""
    if language == "en":
        return text
    for name in DOMAINS:
        found = _gettext.translation(name, FOLDER, [language], fallback=True).gettext(text)
        if found != text:
            return found
    return text


def default_language(setting: str = "", environment: Mapping[str, str] | None = None) -> str:
    """Return the language to start with: the person's setting, else what the terminal says, else English.

    Args:
        setting: What the person chose; empty or unknown counts as not chosen.
        environment: The environment variables; the process's own if not given.
    """
    if setting in LANGUAGES:
        return setting
    known = os.environ if environment is None else environment
    said = next((known[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if known.get(name)), "")
    code = re.split(r"[_.@-]", said or _said_by_windows(), maxsplit=1)[0].lower()
    code = _ALSO.get(code, code)
    return code if code in LANGUAGES else "en"


def _said_by_windows() -> str:
    if sys.platform != "win32":
        return ""
    import ctypes
    import locale

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")


# texts


def _(text: str) -> str:
    """Return a text of the screens in the language spoken now; fill its ``{names}`` afterwards with ``format``."""
    return _speech().catalogue.gettext(text) if text else ""


def ngettext(one: str, many: str, n: int) -> str:
    """Return the form of a text that fits the number ``n`` (Thai has one form, English and Norwegian two)."""
    return _speech().catalogue.ngettext(one, many, n)


def pgettext(context: str, text: str) -> str:
    """Return a text whose meaning the context tells apart (``"verb"``, ``"column"``)."""
    return _speech().catalogue.pgettext(context, text)


def N_(text: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a text for the catalogue and return it in English; `tr` translates it when it is shown."""
    return text


def tr(text: str) -> str:
    """Return in the language spoken now what was marked elsewhere: by `N_`, or in the core (`tui.core_texts`)."""
    return _(text)


# numbers


def amount(text: str) -> str:
    """Return exact amount text (``-1234.50``) as it is written here: ``-1,234.50``, Norwegian ``-1 234,50``.

    What is not such an amount comes back as it is: nothing is rounded or guessed.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return text
    sign, whole, fraction = found.groups()
    thousands, point = _SEPARATORS.get(_speech().amounts, (",", "."))
    grouped = f"{int(whole):,}".replace(",", thousands)
    return f"{sign}{grouped}{point}{fraction}" if fraction is not None else f"{sign}{grouped}"


def count(n: int) -> str:
    """Return a whole number with its thousands marked."""
    return amount(str(n))


# days and times


def day(value: str | dt.date, *, era: bool = False) -> str:
    """Return a day in the one form of the language: ``2026-10-31``, ``31.10.2026``, ``31 ต.ค. 2569``.

    Thai years are Buddhist years. A table names the era once, in the heading of the column (`day_heading`); a day that
    stands alone takes ``era=True``: ``31 ต.ค. พ.ศ. 2569``. Other languages are not changed by it.

    Args:
        value: A date, or ISO text (``2026-10-31``, also with a time behind it); other text comes back as it is.
        era: Mark the era.
    """
    date = _date(value)
    if date is None:
        return str(value)
    if _speech().forms == "th":
        return f"{date.day} {_THAI_MONTHS[date.month - 1]} {'พ.ศ. ' if era else ''}{date.year + _BUDDHIST}"
    return f"{date:%d.%m.%Y}" if _speech().forms == "nb" else date.isoformat()


def month(value: str | dt.date, *, era: bool = False) -> str:
    """Return a month: ``2026-10``, ``10.2026``, ``ต.ค. 2569``. ``value`` is a date, ISO text or ``2026-10``."""
    date = _date(f"{value}-01" if isinstance(value, str) and len(value) == len("2026-10") else value)
    if date is None:
        return str(value)
    if _speech().forms == "th":
        return f"{_THAI_MONTHS[date.month - 1]} {'พ.ศ. ' if era else ''}{date.year + _BUDDHIST}"
    return f"{date:%m.%Y}" if _speech().forms == "nb" else f"{date:%Y-%m}"


def day_heading(heading: str) -> str:
    """Return the heading of a column of days, with the era named where years are Buddhist years."""
    return f"{heading} (พ.ศ.)" if _speech().forms == "th" else heading


def moment(iso_utc: str | dt.datetime, timezone: str, *, seconds: bool = False, era: bool = False) -> str:
    """Return a moment as day and time of the place: ``2026-10-31 14:05``.

    Args:
        iso_utc: A moment with its offset, as kept in the store; without an offset it is UTC. Other text comes back as
            it is.
        timezone: Name of the place's zone, such as ``Asia/Bangkok``.
        seconds: Show seconds too.
        era: Mark the era, as in `day`.
    """
    there = _local(iso_utc, timezone)
    if there is None:
        return str(iso_utc)
    return (
        f"{day(there.date(), era=era)} {there:%H:%M:%S}" if seconds else f"{day(there.date(), era=era)} {there:%H:%M}"
    )


def time_of_day(iso_utc: str | dt.datetime, timezone: str) -> str:
    """Return only the time of a moment, ``14:05:22``; the same in all languages."""
    there = _local(iso_utc, timezone)
    return str(iso_utc) if there is None else f"{there:%H:%M:%S}"


def duration(seconds: int) -> str:
    """Return a length of time in figures: ``0:21``, ``12:05``, ``1:02:05``; the same in all languages."""
    minutes, rest = divmod(abs(int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{hours}:{minutes:02d}:{rest:02d}" if hours else f"{sign}{minutes}:{rest:02d}"


def _date(value: str | dt.date) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value[: len("2026-10-31")])
    except ValueError:
        return None


def _local(value: str | dt.datetime, timezone: str) -> dt.datetime | None:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    from zoneinfo import ZoneInfo

    aware = value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)
    return aware.astimezone(ZoneInfo(timezone))

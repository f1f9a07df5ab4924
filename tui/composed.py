"""Sentences the core has composed in English, shown in the language of the screen.

``File 3fa1, row 7: 1.2.3 in column Total.`` was made from ``File {file}, row {row}: {value} in column {column}.``. The
catalogue knows that sentence with its places: the composed text is held against it, what stood in the places is taken
out and put into the translation. Several sentences in one text are translated one by one. A text no sentence fits stays
English: it is never cut or guessed.
"""

from __future__ import annotations

import gettext as _gettext
import re
from dataclasses import dataclass
from typing import ClassVar, Final

from recon.domain.finding import FINDING_CODES, FindingCode
from tui import i18n
from tui.core_texts import LINE_KINDS, ORDER_STATES, PAYMENT_STATES, word
from tui.i18n import _

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_HEAD: Final = 4
"""Sentences are found by their first letters; those that begin with a place are tried one by one."""
_PLACE_IN_FILE: Final = re.compile(
    r"(?:(?P<file>(?!column )[^,]*?\.[^,.: ]+)(?:, |(?=: )))?(?:row (?P<row>[0-9]+)(?:, |(?=: )|$))?(?:column (?P<column>[^,:]+)(?:, |(?=: )|$))?"
    r"(?:value (?P<value>'[^']*'|\"[^\"]*\")(?:, |(?=: )|$))?(?:(?P<record>order|settlement|credit sale) (?P<order>[^ ]+?))?(?:: (?P<detail>.+))?"
)
"""Where the first row of a finding stands and what it says, as `recon.service.causes` puts it."""
_RECORDS: Final = {
    "order": lambda: _("order {order}"),
    "settlement": lambda: _("settlement {order}"),
    "credit sale": lambda: _("credit sale {order}"),
}
"""What a finding is about, as `recon.service.causes` calls it, to its words."""
_SEAMS: Final = re.compile(r"(?<=[.?!;]) (?=\S)|(?<=:) (?=recon )")
"""Where one sentence, or one member of a list of sentences, may end and the next, or the command it leads to, begin."""
_KEYED: Final = re.compile(r"(?P<key>[^\s:]\S{0,99}): (?P<said>\S.*)")
"""What is said of one document or number: ``RT-1001: the ledger holds it as ...``."""
_NAMED: Final = re.compile(r"(?P<key>[^:()]{1,60}): (?P<said>\S.*)", re.DOTALL)
"""What is said of something whose name has spaces: ``Mat servert: No account is named for it.``; only where nothing else fits."""
_TITLED: Final = re.compile(r"(?P<title>[^():]+) \((?P<code>[a-z][a-z-]*[a-z])\)(?P<behind>(?:: .*)?)", re.DOTALL)
"""A finding's title with its code: ``Order numbers are missing ... (number-gap): #1016``."""
_NO_CODE: Final = FindingCode("note", "", "")
_MOST_PIECES: Final = 24
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
"""A number with its thousands marked, as the core writes counts."""
_LONGEST_WORD: Final = 24
"""Letters of the longest word of ours that stands in a place before a space: ``payment of an expense``."""
_KEPT: Final = 4096
_DEEPEST: Final = 5
_IN_LISTS: Final = {
    " (column {nth} of this name)": re.compile(r" \(column (?P<nth>[0-9]+) of this name\)"),
    " and {more} more": re.compile(r" and (?P<more>[0-9]+) more$"),
    " or {last}": re.compile(r" or (?P<last>'[^']*')$"),
    " (close: {near})": re.compile(r" \(close: (?P<near>[^()]*)\)"),
    "(no channel stated)": re.compile(r"\(no channel stated\)"),
}
"""What the core puts behind the members of a list that stands in a place (`recon.frames.headings`)."""
_SUM: Final = re.compile(r"(?P<word>[^()]+) (?P<open>\(?)(?P<amount>-?[0-9]+\.[0-9]+)(?P<close>\)?)", re.ASCII)
"""A member of a list of sums: ``own discounts -132.00``."""
_DAY_LENGTH: Final = len("2026-10-31")
_WORDS_IN: Final = (
    "kind", "state", "word", "state_words", "meaning", "ahead_of", "direction", "noun", "applies_to_kind", "their_kind",
    "product_kind", "vat_mode", "way", "payment_state_old",
    "kind_words", "when",
)  # fmt: skip
"""Places that hold one word of ours; single words elsewhere may be a shop's own and stay as they are."""
_KINDS_IN: Final = ("kind", "kind_words", "their_kind")
"""Places of words that have no figures."""
_COUNTS_IN: Final = ("n", "n_1", "n_2", "count", "height", "missing", "doubles", "number")
"""Places at the beginning of a sentence that hold one figure or number, and never a sentence before it."""
_CODES_IN: Final = {"charge": LINE_KINDS, "read_as": PAYMENT_STATES | ORDER_STATES}
"""Places that hold a code of the core, and the words for it."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    literals: tuple[str, ...]
    """Text before, between and after the places."""
    names: tuple[str, ...]
    translated: str
    own: int
    """Letters of its own."""

    def match(self, text: str) -> dict[str, str] | None:
        """Return what stands in the places, or None if the text was not made from this sentence."""
        first, *middle, last = self.literals
        if not (text.startswith(first) and text.endswith(last)) or len(text) < len(first) + len(last):
            return None
        values, start, end = [], len(first), len(text) - len(last)
        for name, literal in zip(self.names, middle, strict=False):
            found = text.find(literal, start, end)
            if found < 0:
                return None
            if literal.startswith(" ") and name.removesuffix("_2") in _WORDS_IN:
                found = self._word_end(text, literal, start, found)
            if _cannot_be(name, text[start:found], leads=not (start or first)):
                return None
            values.append(text[start:found])
            start = found + len(literal)
        if self.names[-1].endswith(("_count", "height")) and " " in text[start:end]:
            return None  # a count is one figure
        return dict(zip(self.names, [*values, text[start:end]], strict=True))

    @staticmethod
    def _word_end(text: str, literal: str, start: int, found: int) -> int:
        """Return where the longest word of ours ends that begins at ``start``: ``payment channel``, not ``payment``."""
        later = text.find(literal, found + 1)
        while 0 <= later <= start + _LONGEST_WORD:
            if i18n.tr(text[start:later]) != text[start:later]:
                found = later
            later = text.find(literal, later + 1)
        return found


class _Index:
    """The sentences of one catalogue, found by how they begin."""

    def __init__(self, catalogue: _gettext.NullTranslations) -> None:
        self.catalogue = catalogue
        self.done: dict[str, str] = {}
        self._by_head: dict[str, list[_Sentence]] = {}
        self._open: list[_Sentence] = []
        for msgid, translated in vars(catalogue).get("_catalog", {}).items():
            if isinstance(msgid, str) and _PLACE.search(msgid):
                pieces = _PLACE.split(msgid)
                literals = tuple(map(_plain, pieces[::2]))
                sentence = _Sentence(literals, tuple(pieces[1::2]), translated, sum(map(len, literals)))
                whole = len(sentence.literals[0]) >= _HEAD
                place = self._by_head.setdefault(msgid[:_HEAD], []) if whole else self._open
                place.append(sentence)

        for found in (self._open, *self._by_head.values()):
            found.sort(key=lambda sentence: sentence.own, reverse=True)

    def best(self, text: str) -> tuple[_Sentence, dict[str, str]] | None:
        """Return the sentence with the most letters of its own that fits, and what stands in its places."""
        fitting = []
        for sentences in (self._by_head.get(text[:_HEAD], ()), self._open):
            for sentence in sentences:  # the longest first
                if sentence.own and (values := sentence.match(text)) is not None:
                    fitting.append((sentence, values))
                    break
        return max(fitting, key=lambda found: found[0].own, default=None)

    def own(self, text: str) -> int:
        """Return how many letters of a text are a sentence's own; 0 if no sentence fits."""
        if text and self.catalogue.gettext(text) != text:
            return len(text)
        found, keyed = self.best(text), _KEYED.fullmatch(text)
        behind = self.best(keyed["said"]) if keyed else None
        return max((each[0].own for each in (found, behind) if each is not None), default=0)


class _Built:
    """The languages used last: that of the screens, and that of the files that are written."""

    indexes: ClassVar[list[_Index]] = []


def _index_of(catalogue: _gettext.NullTranslations) -> _Index:
    found = next((index for index in _Built.indexes if index.catalogue is catalogue), None)
    if found is None:
        found = _Index(catalogue)
        _Built.indexes = [found, *_Built.indexes[:1]]
    return found


def tr_composed(text: str) -> str:
    """Return a text of the core in the language spoken now; English where no sentence of the catalogue fits."""
    catalogue = i18n.core_catalogue()
    if not text or i18n.language() == "en":
        return text
    index = _index_of(catalogue)
    done = index.done.get(text)
    if done is None:
        if len(index.done) >= _KEPT:
            index.done.clear()
        done = index.done[text] = _translated(index, text, _DEEPEST)
    return done


def _translated(index: _Index, text: str, deeper: int) -> str:
    said = index.catalogue.gettext(text)
    if said != text or not deeper:
        return said
    if "\n" in text:
        return "\n".join(_translated(index, line, deeper) for line in text.split("\n"))
    titled = _TITLED.fullmatch(text)
    if titled is not None and titled["title"] == FINDING_CODES.get(titled["code"], _NO_CODE).title:
        return f"{index.catalogue.gettext(titled['title'])} ({titled['code']}){titled['behind']}"
    found = index.best(text)
    place = _PLACE_IN_FILE.fullmatch(text)
    if place is not None and (found is None or found[0].own < index.own(place["detail"] or "")):
        return _located(index, place, text, deeper - 1)
    several = _one_by_one(index, text, found[0].own if found is not None else 0, deeper)
    if several is not None:
        return several
    keyed = _KEYED.fullmatch(text)
    if keyed is not None and index.own(keyed["said"]) > (found[0].own if found is not None else 0):
        return f"{keyed['key']}: {_translated(index, keyed['said'], deeper)}"
    if keyed is not None and found is None and index.own(keyed["said"].removesuffix(".")):
        stop = "" if i18n.language() == "th" else "."  # Thai has no full stop
        return f"{keyed['key']}: {_translated(index, keyed['said'].removesuffix('.'), deeper)}{stop}"
    if found is None:
        return _named(index, text, deeper)
    sentence, values = found
    pieces = _PLACE.split(sentence.translated)  # text, name, text, name, ..., text
    pieces[::2] = map(_plain, pieces[::2])
    pieces[1::2] = [_value(index, name, values[name], deeper - 1) for name in pieces[1::2]]
    return "".join(pieces)


def _named(index: _Index, text: str, deeper: int) -> str:
    """Return a sentence behind a name of several words, translated if the whole of it is one of the catalogue's."""
    named = _NAMED.fullmatch(text)
    if named is None or not (index.own(named["said"]) or i18n.tr(named["said"]) != named["said"]):
        return text
    return f"{named['key']}: {_translated(index, named['said'], deeper - 1)}"


def _one_by_one(index: _Index, text: str, own: int, deeper: int) -> str | None:
    """Return a text of several sentences, each translated; None if one sentence with ``own`` letters fits it better."""
    pieces = _SEAMS.split(text)
    if not 1 < len(pieces) <= _MOST_PIECES:
        return None
    known, cuts = _parted(index, pieces)
    if known <= own or (own and any(not letters for _start, _stop, letters in cuts)):
        return None
    runs = [(" ".join(pieces[start:stop]), letters) for start, stop, letters in cuts]
    return " ".join(_said(index, run, deeper - 1) if letters else run for run, letters in runs)


def _parted(index: _Index, pieces: list[str]) -> tuple[int, list[tuple[int, int, int]]]:
    """Return the parting in which most letters are the catalogue's own: how many, and (start, stop, letters) of each part."""
    best: list[tuple[int, list[tuple[int, int, int]]]] = [(0, [])]
    for start in reversed(range(len(pieces))):
        ways = []
        for stop in range(start + 1, len(pieces) + 1 - (start == 0)):
            letters = _letters(index, " ".join(pieces[start:stop]))
            if letters or stop == start + 1:
                rest, cuts = best[stop - start - 1]
                ways.append((letters + rest, [(start, stop, letters), *cuts]))
        best.insert(0, max(ways, key=lambda way: way[0]))
    return best[0]


def _letters(index: _Index, run: str) -> int:
    """Return how many letters of a sentence are the catalogue's own, the core's or that of the screens."""
    bare = run.removesuffix(";")
    return max(index.own(bare), index.own(run)) or (len(run) if i18n.tr(run) != run else 0)


def _said(index: _Index, run: str, deeper: int) -> str:
    bare = run.removesuffix(";")
    if bare != run and index.own(bare) > index.own(run):
        return f"{_translated(index, bare, deeper)};"
    return _translated(index, run, deeper) if index.own(run) else i18n.tr(run)


def _located(index: _Index, found: re.Match[str], text: str, deeper: int) -> str:
    """Return an example of a finding, ``jan.csv, row 3, order shop:1: ...``, with the words of its place translated."""
    if not (found["row"] or found["order"] or found["column"]):  # of the whole file: ``recon.toml: ...``
        of_file = found["file"] and found["detail"] and text == f"{found['file']}: {found['detail']}"
        return f"{found['file']}: {_translated(index, found['detail'], deeper)}" if of_file else text
    words = {
        "row": _("row {row}"),
        "column": _("column {column}"),
        "value": _("value {value}"),
        "order": _RECORDS[found["record"] or "order"](),
    }
    parts = [found["file"], *(word.format(**{name: found[name]}) for name, word in words.items() if found[name])]
    place = ", ".join(part for part in parts if part)
    return f"{place}: {_translated(index, found['detail'], deeper)}" if found["detail"] else place


def _value(index: _Index, name: str, value: str, deeper: int) -> str:
    """Return what stands in a place: amounts and days written anew, sentences and our own words translated."""
    if name.startswith("amount"):
        return i18n.amount(value)
    if name.startswith("day") and len(value) == _DAY_LENGTH:
        return i18n.day(value, era=True)
    if _GROUPED.fullmatch(value):
        return i18n.amount(value.replace(",", ""))
    if name == "leg_sums":
        return _sums(value)
    if name.removesuffix("_2") in _CODES_IN:
        return word(_CODES_IN[name.removesuffix("_2")], value)
    if " " in value.strip():
        said = _translated(index, value, deeper)
        value = _listed(index, value) if said == value else said
    return i18n.tr(value) if name.removesuffix("_2") in _WORDS_IN else value


def _sums(value: str) -> str:
    """Return a list of sums, each with its word of ours: ``own discounts -132.00, tax kept back -3.00``."""
    return ", ".join(
        f"{i18n.tr(found['word'])} {found['open']}{i18n.amount(found['amount'])}{found['close']}"
        if (found := _SUM.fullmatch(part))
        else part
        for part in value.split(", ")
    )


def _listed(index: _Index, value: str) -> str:
    for sentence, pattern in _IN_LISTS.items():
        value = pattern.sub(_PLACE.sub(r"\\g<\1>", index.catalogue.gettext(sentence)), value)
    return value


def _cannot_be(name: str, value: str, *, leads: bool) -> bool:
    """Return whether a value is none for this place: a count or number that has words, or a kind that is a number."""
    if name in _KINDS_IN:
        return sum(map(str.isdigit, value)) > 1 or bool(set(value) & set(",.:"))
    if name.endswith("_count"):
        return " " in value
    return leads and " " in value and (name in _COUNTS_IN or name == "amount_total")


def _plain(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")

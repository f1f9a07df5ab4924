"""Two languages nobody speaks, to find what real ones would break: a long accented one, and one with Thai marks on each letter.

``qps``: brackets show where a text begins and ends, accents show what was translated, dots make it 40 % longer.
``qth``: a tone mark on every letter, written with Thai days: what counts letters instead of cells shows at once.
They are catalogues of the tests only; the program knows neither.
"""

from __future__ import annotations

import contextlib
import gettext
import re
from collections.abc import Iterator

from tui import i18n

_PLACE = re.compile(r"(\{[^{}]*\}|`[^`]*`)")
_ACCENTS = str.maketrans("aceinosuyzACEINOSUYZ", "áćéíñöšúýžÁĆÉÍÑÖŠÚÝŽ")
_TONE = "\u0e49"
LONGER_PERCENT = 40


def accented(text: str) -> str:
    """Return ``[Ápprövé ···]``: accents, brackets, 40 % longer; places and commands stay as they are."""
    pieces = _PLACE.split(text)
    pieces[::2] = [piece.translate(_ACCENTS) for piece in pieces[::2]]
    return f"[{''.join(pieces)}{'·' * -(-len(text) * LONGER_PERCENT // 100)}]"


def marked(text: str) -> str:
    """Return the text with a Thai tone mark on every letter; places and commands stay as they are."""
    pieces = _PLACE.split(text)
    pieces[::2] = ["".join(letter + _TONE if letter.isalpha() else letter for letter in piece) for piece in pieces[::2]]
    return "".join(pieces)


class Pseudo(gettext.NullTranslations):
    """A catalogue that makes its translations."""

    def __init__(self, change, core: dict[str, str] | None = None) -> None:
        super().__init__()
        self._change = change
        self._catalog = core or {}

    def gettext(self, message: str) -> str:
        """Return the changed text; of the core's texts only those the catalogue knows."""
        return self._catalog.get(message, message) if self._catalog else self._change(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the changed form."""
        return self._change(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """Return the changed text."""
        return self._change(message)


@contextlib.contextmanager
def speaking_pseudo(code: str = "qps") -> Iterator[None]:
    """Speak ``qps`` or ``qth`` for a while."""
    change, forms = {"qps": (accented, "en"), "qth": (marked, "th")}[code]
    with i18n.speaking("nb"):
        known = vars(i18n.core_catalogue())["_catalog"]
        core = {text: change(text) for text in known if isinstance(text, str) and text}
        i18n.use_catalogue(code, Pseudo(change), Pseudo(change, core), forms=forms)
        yield

"""Every state of every screen in Thai and Norwegian: no English is left, Buddhist years say so, and a place that is open changes its language.

A word is English left over if the texts of the source have it and the translations have it nowhere; names, codes and what
shops and ledgers wrote themselves are in `OTHERS`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.gallery import PLACES, SHOTS, Shot, play, still, take
from tests.screens.grid import lines_of
from tests.screens.worlds import Worlds
from tui import i18n
from tui.app import ReconApp
from tui.catalogs import DOMAINS, read
from tui.composed import tr_composed

WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
PLACE = re.compile(r"\{[^{}]*\}")
OTHERS = re.compile(
    r"(?:kolonne|คอลัมน์) [^,]+,|'[^']*'|'[^']*\.\.|`[^`]*`|st:\w+|kind:\w+|pay:\w+|cause:[\w-]+|\[@click\S*|LIVE|TEST|DEMO|Demo accou\S*"
    r"|Shopee|Lazada|TikTok Shop|TikTok|COD|Kerry|Flash|Express|Bank Deposit|Wallet\S*|Online customers|Shipping x|shop\b|sandbox|worst\S*"
    r"|\S*/\S+|^ / \S+|\(\w+\)|Window\w*|(?:Noto|Tlwg) [\w ]+|English|Norsk|(?:connections?|company|shop|approval|ledger|sandbox|charges|products)\.\S+|\S*recon\S*"
)
"""Names, codes and words of others: channels and accounts of the invented month, tokens of the filter, keys of recon.toml."""
PATIENCE = 20
SOURCE_FACES = {"source", "worst-source"}
"""States that show a shop's own headings and values as they came."""
EXTRA: dict[str, tuple[Shot, ...]] = {
    "home": (Shot("palette", keys=("ctrl+p",)),),
    "import": (
        Shot("chooser", keys=("b",)),
        Shot("opened", keys=("enter", "f6")),
        Shot("pull", keys=("p", "=2026-99", "enter")),
    ),
    "channels": (
        Shot("change", keys=("enter",)),
        Shot("otherwise", keys=("o",)),
        Shot("charges", keys=("f6", "enter")),
    ),
    "match": (Shot("find", keys=("enter",)),),
    "review": (
        Shot("bad-day", keys=("f4", "=date:2569", "enter")),
        Shot("bad-token", keys=("f4", "=foo:bar", "enter")),
        Shot("many-undo", keys=("f4", "=st:ready", "enter", "asterisk", "insert", "~130x36")),
    ),
    "upload": (
        Shot("refused", keys=("f6",)),
        Shot("unsure", keys=("f6", "f6")),
        Shot("waiting", keys=("f6", "f6", "f6")),
    ),
    "audit": (Shot("export", keys=("e",)), Shot("verify", keys=("v",)), Shot("files", keys=("f6", "enter"))),
    "settings": (Shot("edit", keys=("enter", "=x" * 300, "enter")), Shot("vat", keys=("f4", "=vat", "enter", "enter"))),
}
"""Dialogs and refusals beside the pictures of the gallery."""
STATES = [
    pytest.param(place, shot, id=f"{place}-{shot.name}")
    for place, shots in SHOTS.items()
    for shot in (*shots, *EXTRA.get(place, ()))
    if shot.world != "many" and shot.name not in SOURCE_FACES
]


@lru_cache
def english_only(language: str) -> frozenset[str]:
    """Return the words of the source that no translation has."""
    said: dict[str, set[str]] = {"id": set(), "string": set()}
    for message in (message for domain in DOMAINS for message in read(language, domain)):
        for name, words in said.items():
            texts = getattr(message, name)
            for text in texts if isinstance(texts, (tuple, list)) else (texts,):
                words.update(word.lower() for word in WORD.findall(PLACE.sub(" ", text or "")))
    return frozenset(word for word in said["id"] - said["string"] if len(word) > 2 and word.isascii())


def left_over(lines: list[str], language: str) -> list[tuple[str, str]]:
    """Return English words with the line each stands in."""
    known = english_only(language)
    return [
        (word, line.strip()) for line in lines for word in WORD.findall(OTHERS.sub(" ", line)) if word.lower() in known
    ]


def test_english_that_is_left_over_is_found():
    with i18n.speaking("nb"):
        assert left_over(["| Nothing was written.  Shopee |"], "nb")
        assert left_over([tr_composed("Nothing was changed.")], "nb") == []


@pytest.mark.parametrize("language", ["th", "nb"])
@pytest.mark.parametrize(("place", "shot"), STATES)
def test_no_english_is_left(worlds: Worlds, place: str, shot: Shot, language: str) -> None:
    def look(app: ReconApp, _size: tuple[int, int]) -> None:
        lines = lines_of(app)
        assert left_over(lines, language) == []
        if language == "th" and re.search(r"\.(?:ค|ย|พ)\. 25\d\d", " ".join(lines)):
            assert any("พ.ศ." in line for line in lines), "a Buddhist year without its era"

    take(worlds, place, shot, look, sizes=((80, 24),), speak=language)


@pytest.mark.parametrize("place", PLACES)
def test_an_open_place_changes_its_language(worlds: Worlds, place: str) -> None:
    """What stands on the screen after a change is what a start in that language shows, and nothing stays behind."""

    fresh: dict[str, list[str]] = {}
    for language in ("th", "nb", "en"):

        def look(app: ReconApp, _size: tuple[int, int], language: str = language) -> None:
            fresh[language] = lines_of(app)

        take(worlds, place, Shot("demo"), look, sizes=((80, 24),), speak=language)
    app = worlds("demo").app(place)

    async def script(pilot: Pilot[Any]) -> None:
        for language in ("th", "nb", "en"):
            app.use_language(language)
            for _ in range(PATIENCE):  # the pane is read a moment after the list
                await still(app, pilot)
                if lines_of(app) == fresh[language]:
                    break
            assert lines_of(app) == fresh[language], language

    play(app, script)

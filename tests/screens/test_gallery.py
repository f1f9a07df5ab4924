"""Pictures of every place: a text grid of every state at three sizes, in three languages; SVG once per place, language and theme.

``pytest tests/screens/test_gallery.py --snapshot-update`` writes them anew; then read every changed line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.screens.gallery import PLACES, SHOTS, SIZES, Shot, take
from tests.screens.grid import grid
from tests.screens.picture import picture
from tests.screens.worlds import Worlds
from tui.app import ReconApp

HERE = Path(__file__).parent / "__snapshots__" / "test_gallery"
MOST_MEGABYTES = 6
FIRST = Shot("demo")
STATES = [pytest.param(place, shot, id=f"{place}-{shot.name}") for place, shots in SHOTS.items() for shot in shots]
THEMES = ("recon-light", "recon-contrast", "no-color")


def grids_of(worlds: Worlds, grids: Any, place: str, shot: Shot, **options: Any) -> None:
    def look(app: ReconApp, size: tuple[int, int]) -> None:
        assert grid(app) == grids(name=f"{size[0]}x{size[1]}")

    take(worlds, place, shot, look, **options)


@pytest.mark.parametrize(("place", "shot"), STATES)
def test_state(worlds: Worlds, grids: Any, place: str, shot: Shot) -> None:
    grids_of(worlds, grids, place, shot)


@pytest.mark.parametrize("language", ["th", "nb"])
@pytest.mark.parametrize("place", PLACES)
def test_language(worlds: Worlds, grids: Any, place: str, language: str) -> None:
    grids_of(worlds, grids, place, FIRST, speak=language)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["th", "nb"])
@pytest.mark.parametrize(("place", "shot"), [state for state in STATES if state.values[1] != FIRST])
def test_state_in(worlds: Worlds, grids: Any, place: str, shot: Shot, language: str) -> None:
    grids_of(worlds, grids, place, shot, speak=language, sizes=SIZES[:2])


@pytest.mark.parametrize("language", ["en", "th", "nb"])
@pytest.mark.parametrize("place", PLACES)
def test_picture(worlds: Worlds, pictures: Any, in_colour: None, place: str, language: str) -> None:
    svg_of(worlds, pictures, place, speak=language)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("place", PLACES)
def test_theme(worlds: Worlds, pictures: Any, monkeypatch: pytest.MonkeyPatch, place: str, theme: str) -> None:
    if theme == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR")
    svg_of(worlds, pictures, place, theme=theme)


def svg_of(worlds: Worlds, pictures: Any, place: str, **options: Any) -> None:
    def look(app: ReconApp, _size: tuple[int, int]) -> None:
        assert picture(app) == pictures

    take(worlds, place, FIRST, look, sizes=((80, 24),), **options)


def test_every_place_has_its_pictures() -> None:
    kept = {file.name for file in HERE.iterdir()}
    for place in PLACES:
        wanted = {
            f"test_state[{place}-{shot.name}][{width}x{height}].txt" for shot in SHOTS[place] for width, height in SIZES
        }
        wanted |= {f"test_picture[{place}-{language}].svg" for language in ("en", "th", "nb")}
        wanted |= {f"test_theme[{place}-{theme}].svg" for theme in THEMES}
        assert wanted - kept == set()


def test_the_pictures_do_not_outgrow_the_repository() -> None:
    assert sum(file.stat().st_size for file in HERE.parent.rglob("*") if file.is_file()) < MOST_MEGABYTES * 1_000_000

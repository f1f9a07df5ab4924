"""The key table and the themes hold what they promise: twins, other ways, no clash, contrast."""

from __future__ import annotations

from collections import Counter

import pytest
from textual.color import Color

from tui.keys import KEYS
from tui.themes import PAIRS, SIGNS, STATUS_COLOURS, THEMES

KEDMANEE = dict(zip("qwertyuiop asdfghjkl zxcvbnm".replace(" ", ""), "ๆไำพะัีรนยฟหกดเ้่าสผปแอิืท", strict=True))
NAMED = {
    "thai_character_sara_ii": "ี",
    "thai_character_mai_han_akat": "ั",
    "thai_character_sara_uee": "ื",
    "thai_character_sara_i": "ิ",
    "thai_character_mai_ek": "่",
}


LETTERS = [action for action in KEYS.values() if len(action.key) == 1 and action.key.isalpha()]


@pytest.mark.parametrize("action", LETTERS, ids=lambda action: action.name)
def test_every_letter_key_has_its_thai_twin_and_a_way_without_letters(action) -> None:
    assert NAMED.get(action.thai, action.thai) == KEDMANEE[action.key]
    assert action.others
    assert all(len(key) > 1 for key in action.others)


def test_no_key_does_two_things() -> None:
    keys = Counter(key for action in KEYS.values() for key in action.keys)
    assert [key for key, uses in keys.items() if uses > 1] == []


def test_no_single_key_sends() -> None:
    assert not {"upload", "send"} & {action.name for action in KEYS.values()}


def luminance(colour: Color) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_is_the_published_one() -> None:
    assert round(contrast("#ffffff", "#000000"), 2) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("pair", PAIRS, ids=" on ".join)
def test_every_text_can_be_read(theme, pair: tuple[str, str]) -> None:
    text, ground = (theme.variables[name] for name in pair)
    assert contrast(text, ground) >= 4.5


def test_every_status_has_a_sign_of_its_own_kind_and_a_colour() -> None:
    assert set(SIGNS) == set(STATUS_COLOURS)
    same = Counter(SIGNS.values())
    assert {sign for sign, uses in same.items() if uses > 1} == {"!"}, "blocked and refused both need a person"

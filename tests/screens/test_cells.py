"""Text in terminal cells: exact widths, nothing torn apart, cuts that show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.cells import _letters, centre, columns, cut, fit, shown, split_line, width_of, widths_of, wrapped

THAI = st.text(st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B), max_size=40)
CJK = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF), max_size=20)
EMOJI = st.text(st.sampled_from([*"👨👩👧❤🇹🇭👍🏽", "\u200d", "\ufe0f"]), max_size=12)
ANY = st.text(st.characters(codec=None), max_size=40)
MIXED = st.one_of(THAI, CJK, EMOJI, ANY, st.lists(st.one_of(THAI, CJK, EMOJI, ANY), max_size=4).map("".join))
WIDTHS = st.integers(min_value=0, max_value=60)
SARA_AM = "\u0e33"


@given(MIXED, WIDTHS, st.booleans())
def test_fit_has_exactly_so_many_cells(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(shown(text), width, right=right)) == width


@given(MIXED, WIDTHS)
def test_cut_keeps_letters_whole_and_shows_that_it_cut(text: str, width: int) -> None:
    clean = shown(text)
    kept = cut(clean, width)
    assert cell_len(kept) <= width
    if kept == clean:
        return
    if width <= 2:
        assert kept == ".."[:width]
        return
    assert kept.endswith("..")
    prefix = kept[:-2]
    assert clean.startswith(prefix)
    follows = clean[len(prefix)]
    if prefix:
        assert follows != SARA_AM
        assert cell_len(follows) > 0, "a mark was torn from its letter"


@given(MIXED, WIDTHS)
def test_what_fits_is_not_cut(text: str, width: int) -> None:
    clean = shown(text)
    if cell_len(clean) <= width and len(clean) <= 12 * width:
        assert cut(clean, width) == clean


@given(MIXED)
def test_shown_text_holds_nothing_that_steers_a_terminal(text: str) -> None:
    for character in shown(text):
        assert unicodedata.category(character) not in {"Cc", "Cs"}
        assert ord(character) not in {0x200D, 0xFE0F, 0x202E, 0x2066, 0x200B}


@pytest.mark.parametrize(
    ("text", "width", "kept"),
    [
        ("น้ำหนัก", 3, ".."),
        ("น้ำหนัก", 4, "น้ำ.."),
        ("กำแพงทอง", 3, ".."),
        ("กำแพงทอง", 4, "กำ.."),
        ("ที่บ้าน", 3, "ที่.."),
        ("บริษัท น้ำใส จำกัด (มหาชน)", 19, "บริษัท น้ำใส จำกัด (ม.."),
        ("กรุงเทพ", 5, "กรุง.."),
        ("กรุงเทพ", 6, "กรุงเทพ"),
        ("株式会社", 5, "株.."),
        ("株式会社", 8, "株式会社"),
        ("Bjørn Åse", 7, "Bjørn.."),
    ],
)
def test_where_it_cuts(text: str, width: int, kept: str) -> None:
    assert cut(text, width) == kept


def test_a_leading_vowel_is_not_left_alone() -> None:
    assert cut("ขาเก่าแก่", 5) == "ขา.."


def test_joined_emoji_are_as_wide_in_every_terminal() -> None:
    assert shown("👨\u200d👩\u200d👧") == "👨👩👧"
    assert width_of(shown("👨\u200d👩\u200d👧")) == 6


def test_a_huge_text_is_cut_without_being_read() -> None:
    assert cut("ก" + "\u0e48" * 1_000_000, 10) == ".."
    assert cut("x" * 1_000_000, 5) == "xxx.."


def test_columns_stand_under_each_other() -> None:
    lines = [["TIV-1", "สมชาย ใจดี", "1,250.00"], ["TIV-22", "บริษัท น้ำใส", "-9.50"]]
    widths = widths_of(lines)
    shown_lines = [columns(line, widths, right=[2]) for line in lines]
    assert shown_lines == ["TIV-1  สมชาย ใจดี 1,250.00", "TIV-22 บริษัท น้ำใส    -9.50"]
    assert {cell_len(line) for line in shown_lines} == {sum(widths) + 2}
    assert widths_of(lines, most=5) == [5, 5, 5]
    assert widths_of([]) == []


@given(MIXED, MIXED, WIDTHS)
def test_a_line_with_two_ends_keeps_the_right_one(left: str, right: str, width: int) -> None:
    line = split_line(shown(left), shown(right), width)
    assert cell_len(line) == width
    if cell_len(shown(right)) + 1 < width:
        assert line.endswith(shown(right))


@given(MIXED, WIDTHS)
def test_centred_text_has_exactly_so_many_cells(text: str, width: int) -> None:
    assert cell_len(centre(shown(text), width)) == width


@given(MIXED, st.integers(min_value=2, max_value=60))
def test_wrapped_lines_fit_lose_nothing_and_never_begin_with_a_mark(text: str, width: int) -> None:
    text = shown(text)
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for place, line in enumerate(lines):
        assert cell_len(line) <= width or len(list(_letters(line))) == 1
        assert not line.startswith("\u0e33") or (place == 0 and text.lstrip().startswith("\u0e33"))


def test_words_are_broken_only_where_one_is_wider_than_a_line() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("(บริษัทน้ำใส, 1)", 8) == ["(บริษัทน้ำ", "ใส, 1)"]

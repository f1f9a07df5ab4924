"""Outside text is cleaned at one door."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from recon.text import cell_width, pad, safe_file_part, show


@given(st.text())
def test_f73_no_control_or_bidi_character_is_ever_shown(text):
    for character in show(text):
        assert unicodedata.category(character) != "Cc"
        assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\u061c\u200e\u200f"


def test_thai_stays_as_it_is():
    assert show("ใบเสร็จรับเงิน น้ำ") == "ใบเสร็จรับเงิน น้ำ"


def test_f75_a_bidi_override_becomes_a_visible_sign():
    assert show("abc\u202egpj.exe") != "abcgpj.exe"
    assert len(show("\x1b]0;x\x07")) == 6


@given(st.text())
def test_f70_file_parts_are_plain(text):
    part = safe_file_part(text)
    assert part
    assert all(c.isascii() and (c.isalnum() or c in "-_") for c in part)


def test_padding_counts_cells_not_characters():
    assert cell_width("น้ำ") == 2
    assert cell_width("日本") == 4
    assert cell_width(pad("น้ำ", 10)) == 10

"""A path as a person gives it: typed, pasted or dragged onto the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.paths import given_path

HOME = Path("/home/nok")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/a/b.csv", "/a/b.csv"),
        ("  /a/b c.csv \n", "/a/b c.csv"),
        ("'/a/b c.csv'", "/a/b c.csv"),
        ('"/a/b c.csv"', "/a/b c.csv"),
        (r"/a/b\ c\(1\).csv", "/a/b c(1).csv"),
        ("'/a/it'\\''s.csv'", "/a/it's.csv"),
        ("file:///a/b%20c.csv", "/a/b c.csv"),
        ("file://localhost/a/b.csv", "/a/b.csv"),
        ("file:///C:/Users/nok/b.csv", "C:/Users/nok/b.csv"),
        ("file:///a/%E0%B8%81.csv", "/a/ก.csv"),
        ("'file:///a/b.csv'", "/a/b.csv"),
        ("/a/one.csv\n/a/two.csv", "/a/one.csv"),
        ("~/b.csv", "/home/nok/b.csv"),
        ("orders.csv", "orders.csv"),
        ("'/a/b.csv", "/a/b.csv"),
        (r"C:\Users\nok\b.csv", r"C:\Users\nok\b.csv"),
    ],
)
def test_a_path_is_understood(text: str, path: str) -> None:
    assert given_path(text, home=HOME) == Path(path)


@pytest.mark.parametrize("text", ["", "   \n ", "''", "file:///a%00b"])
def test_no_path(text: str) -> None:
    assert given_path(text, home=HOME) is None

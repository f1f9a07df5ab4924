"""Records read by their shape are those read element by element; a till's file is the same however it is cut."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from recon.errors import MalformedFile
from recon.frames import xml_records, xml_runs
from recon.frames.words import by_word
from recon.frames.xml_records import Found, RecordReader, Table
from recon.sources.saft.file import read_file
from recon.sources.saft.periods import moment, moments
from tests.saft_files import WORKED_EXAMPLE, saft_bytes

TABLES = {
    "heads": Table("sale", 1, {"nr": (2, "nr"), "sum": (2, "amount"), "kind": (3, "kind")}),
    "lines": Table("line", 2, {"nr": (3, "line_nr"), "code": (4, "code")}),
}
NAMES = ("nr", "sum", "about", "kind", "line", "vat", "code")
SALES = {
    "plain": "<sale><nr>1</nr><sum>2.00</sum></sale>",
    "blanks": "<sale>\r\n <nr> 1 </nr>\n\t<sum/>\n</sale>\n",
    "lines": "<sale><nr>2</nr><line><nr>1</nr><vat><code>3</code></vat></line><line><nr>2</nr></line><about><kind>x</kind></about></sale>",
    "twice": "<sale><nr>3</nr><nr>4</nr><sum>1</sum></sale>",
    "none": "<sale></sale>",
    "empty": "<sale/>",
    "before its row": "<sale><code>9</code><line><nr>7</nr></line></sale>",
}


def _reader(prefix: str = "") -> RecordReader:
    return RecordReader("sale", NAMES, TABLES, prefix)


def _frames(found: Found) -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame(columns) for name, columns in found.tables.items()}


def _read(names: str) -> dict[str, pl.DataFrame]:
    return _frames(_reader().read("".join(SALES[name] for name in names.split(", ")).encode()))


def test_texts_stand_in_their_rows() -> None:
    found = _read("plain, lines, twice, none, lines, empty, before its row")
    assert found["heads"].rows() == [
        (0, "1", "2.00", None), (1, "2", None, "x"), (2, "3", "1", None), (3, None, None, None), (4, "2", None, "x"),
        (5, None, None, None), (6, None, None, None),
    ]  # fmt: skip
    assert found["lines"].rows() == [(1, "1", "3"), (1, "2", None), (4, "1", "3"), (4, "2", None), (6, "7", None)]
    assert _read("blanks")["heads"].rows() == [(0, " 1 ", "\n", None)]


@pytest.mark.parametrize(
    "names", ["plain", "plain, plain", "lines, plain, lines", "plain, none, empty, lines", "blanks, plain"]
)
def test_both_ways_agree(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = "".join(SALES[name] for name in names.split(", ")).encode()
    by_shape, unexpected = _reader().read(run), _reader().read(run + b"<sale><new>1</new></sale>")
    monkeypatch.setattr(xml_records, "NEW_SHAPES", 0)
    by_element = _reader().read(run)
    for name, frame in _frames(by_shape).items():
        assert_frame_equal(frame, _frames(by_element)[name])
        assert_frame_equal(frame, _frames(unexpected)[name].filter(pl.col("record") < len(names.split(", "))))
    assert by_shape.shapes.equals(by_element.shapes)
    assert by_shape.shapes.rows() == unexpected.shapes.rows()[:-1], "a shape has the same number in all pieces"
    assert by_shape.shapes["count"].sum() == len(names.split(", "))


def test_shapes_of_one_kind_and_of_several_have_the_same_numbers() -> None:
    reader = _reader("p:")
    alone, mixed = (
        reader.read(re.sub(r"<(/?)(?=[a-z])", r"<\1p:", "".join(SALES[name] for name in names)).encode())
        for names in (["lines", "lines"], ["plain", "lines", "plain"])
    )
    assert (alone.shapes["count"].to_list(), mixed.shapes["count"].to_list()) == ([2], [2, 1])
    assert alone.shapes["shape"][0] == mixed.shapes["shape"][1]
    assert mixed.tables["heads"]["nr"].to_list() == ["1", "2", "1"]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("<sale><nr>1</sum></sale>", "closed by another name"),
        ("<sale><nr>1</nr>", "do not close as they open"),
        ("<sale><nr>1</nr>loose</sale>", "text stands where only elements may stand: 'loose'"),
        ("<sale><line>loose<nr>1</nr></line></sale>", "text stands where only elements may stand: 'loose'"),
        ("<nr>1</nr><sale></sale>", "something else stands among the elements sale"),
        ("<sale></sale><nr>1</nr>", "something else stands among the elements sale"),
        ("<sale><sale></sale></sale>", "stands inside another"),
        ("<sale><nr a='1'>1</nr></sale>", "an element has attributes"),
        ("<sale><!-- x --></sale>", "comments, CDATA or instructions stand in it"),
    ],
)
def test_what_does_not_fit_together_is_refused(run: str, said: str) -> None:
    with pytest.raises(MalformedFile, match=said):
        _reader().read((SALES["plain"] + run).encode() if not run.startswith("<nr>") else run.encode())


def test_small_pieces_come_to_the_same_file_and_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "till.xml"
    path.write_bytes(saft_bytes([WORKED_EXAMPLE]))
    whole = read_file(path)
    monkeypatch.setattr(xml_runs, "CHUNK", 700)
    cut = read_file(path)
    assert len(cut.places.first) > 2 > len(whole.places.first)
    assert cut.sums.heads.equals(whole.sums.heads)
    numbers = range(whole.till.heads.height)
    assert dict(cut.lines_of(numbers)) == dict(whole.lines_of(numbers))
    lines = path.read_text("utf-8").splitlines()
    assert all("<cashtransaction>" in lines[line - 1] for line in cut.lines_of(numbers).values())


@pytest.mark.parametrize(
    "odd", [None, ("2026-03-1", "12:00:00"), ("2026-03-01", "24:00:00"), (None, "08:00:00"), ("2026-03-02", None)]
)
def test_moments_of_few_words_are_those_read_row_by_row(odd: tuple[str | None, str | None] | None) -> None:
    rows = [("2026-03-01", "12:00:00"), ("2026-02-28", "23:59:59"), *([odd] if odd else []), ("2026-03-01", "00:00:01")]
    frame = pl.DataFrame(rows, schema={"date": pl.String, "time": pl.String}, orient="row")
    words = frame.select(pl.all().cast(pl.Categorical))
    assert moments(words["date"], words["time"]).to_list() == frame.select(moment()).to_series().to_list()


def test_words_are_read_once_each() -> None:
    asked: list[str | None] = []

    def read(words: pl.Series) -> pl.Series:
        asked.extend(words)
        return words.str.len_bytes().fill_null(0)

    words = pl.Series("w", ["a", "bb", None, "a", "bb"], dtype=pl.Categorical)
    assert by_word(words, read).to_list() == [1, 2, 0, 1, 2]
    assert (len(asked), set(asked)) == (3, {"a", "bb", None})
    assert by_word(words.clear(), read).to_list() == []

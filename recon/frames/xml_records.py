"""Records of an XML run as columns by their shape: where in a record each text stands is worked out once for all records of a shape.

Records of one shape have the same tags in the same order, so that one of them says for all whether its tags fit together, which rows of
which table it holds, and where the texts of each lie. What remains for the others is to fetch these texts, which costs a fraction of looking at
every element. Pieces of too many shapes, or with tags nobody expects, are looked at element by element all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.xml_columns import Cut, cut, elements_of, require_no_loose_text
from recon.frames.xml_runs import placed

NEW_SHAPES: Final = 256
"""Shapes of one piece that were not met before; with more of them looking at every element is cheaper."""
KNOWN_SHAPES: Final = 1024
"""Shapes of one piece, and of a file, that are worked with."""
_ODD: Final = 0x5851F42D4C957F2D
"""Odd, so that it has an inverse; the numbers of shapes are polynomials of it."""
_WORD: Final = 2**64
_NONE: Final = 255
_MOST_NAMES: Final = 85
"""Names of which opening, closing and empty tags have numbers in one byte, `_NONE` being free."""
_DEEP: Final = 64
"""More than the deepest element read; places of an element by name and depth are told apart by it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows inside records: each is an element, and its columns are elements inside it."""

    element: str
    depth: int
    """1: the record itself."""
    columns: Mapping[str, tuple[int, str]]
    """Element to its depth in the record and the name of the column; the first one of a row counts."""


@dataclass(frozen=True, slots=True)
class Found:
    """Records of a piece."""

    shapes: pl.DataFrame
    """shape (equal for records of the same tags in the same order), record (the first that has it, counted from 0), count."""
    tables: Mapping[str, Mapping[str, pl.Series]]
    """Columns of each table: ``record``, and texts as they stand there; null where there is none."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where the texts of a record lie, as numbers of tags from its first."""

    rows: Mapping[str, Sequence[Mapping[str, int]]]
    """Rows of each table, column to place."""


@dataclass(slots=True)
class RecordReader:
    """Reads pieces of one file; shapes met once are known in all its pieces."""

    record: str
    names: Sequence[str]
    """Of all elements that may be in a record, as far as anybody knows."""
    tables: Mapping[str, Table]
    prefix: str = ""
    """Of the names as the file writes them, with its colon."""
    _known: dict[int, _Shape | None] = field(default_factory=dict)
    """None: its tags do not fit together."""
    _has_others: bool = False
    """The file has tags nobody expects."""

    def read(self, piece: bytes) -> Found:
        """Return the records of a piece of whole ones.

        Raises:
            MalformedFile: As `recon.frames.xml_columns.elements`.
        """
        tags = _expected(tuple(f"{self.prefix}{name}" for name in (self.record, *self.names)))
        whole = self._cut(piece, tags)
        if not len(whole.tags):
            return Found(_shapes(pl.Series(dtype=pl.UInt64)), self._by_element(whole))
        is_expected = tags is not None and whole.tags.dtype == tags.dtype
        tags = tags if tags is not None and is_expected else _met(whole.tags)
        codes = whole.tags.to_physical()
        starts = codes.is_in(_records(tags, f"{self.prefix}{self.record}")).arg_true()
        if not len(starts) or starts[0] != 0:
            raise MalformedFile(f"something else stands among the elements {self.record}")
        number = _numbers(codes, starts, tags.weight)
        shapes = _shapes(number)
        of_piece = self._shapes_of(shapes, codes, starts, tags) if is_expected else None
        if of_piece is None:
            return Found(shapes, self._by_element(whole))
        require_no_loose_text(whole.text, (tags.partner.gather(codes) == codes.shift(-1)).fill_null(value=False))
        which = _places(number, shapes)
        return Found(
            shapes, {name: _columns(table, [each.rows[name] for each in of_piece], which, starts, whole.text) for name, table in self.tables.items()}
        )  # fmt: skip

    def _cut(self, piece: bytes, tags: _Tags | None) -> Cut:
        if tags is not None and not self._has_others:
            try:
                return cut(piece, tags.dtype)
            except MalformedFile:
                self._has_others = True
        return cut(piece)

    def _shapes_of(
        self, shapes: pl.DataFrame, codes: pl.Series, starts: pl.Series, tags: _Tags
    ) -> Sequence[_Shape] | None:
        """Return what is known of each shape; None: there are too many, or one of them does not fit together."""
        numbers = shapes["shape"].to_list()
        new = [place for place, number in enumerate(numbers) if number not in self._known]
        if len(new) > NEW_SHAPES or len(numbers) > KNOWN_SHAPES or len(self._known) + len(new) > 2 * KNOWN_SHAPES:
            return None
        for place in new:
            record = shapes["record"][place]
            start = starts[record]
            end = starts[record + 1] if record + 1 < len(starts) else len(codes)
            written = [tags.written[code] for code in codes.slice(start, end - start)]
            self._known[numbers[place]] = _shape_of(written, self.prefix, self.tables)
        found = [known for number in numbers if (known := self._known[number]) is not None]
        return found if len(found) == len(numbers) else None

    def _by_element(self, whole: Cut) -> dict[str, dict[str, pl.Series]]:
        """Return the tables by looking at every element."""
        found = elements_of(whole, self.record, self.names)
        name, text = found["name"], found["text"]
        if bool(((name == self.record) & (found["depth"] > 1)).any()):
            raise MalformedFile(f"an element {self.record} stands inside another. Export the file again.")
        code = name.to_physical().cast(pl.UInt16) * _DEEP + found["depth"].cast(pl.UInt16)
        kinds = {each: no for no, each in enumerate(name.dtype.categories)}  # type: ignore[attr-defined]
        present = set(code.unique())
        made: dict[str, dict[str, pl.Series]] = {}
        for table, facts in self.tables.items():
            starts = code == kinds[facts.element] * _DEEP + facts.depth
            place = starts.cast(pl.UInt32).cum_sum()
            made[table] = {"record": found["record"].filter(starts)}
            height = len(made[table]["record"])
            for element, (at, column) in facts.columns.items():
                own = kinds[element] * _DEEP + at
                rows = (code == own).arg_true() if own in present else pl.Series(dtype=pl.UInt32)
                made[table][column] = placed(text.gather(rows), place.gather(rows), height)
        return made


@dataclass(frozen=True, slots=True)
class _Tags:
    """What each tag is, by its number."""

    dtype: pl.Enum | None
    """None: Categorical, of a piece with tags nobody expected."""
    written: Sequence[str]
    partner: pl.Series
    """Number of the tag that closes this one."""
    weight: pl.Series
    """What it adds to the number of a shape; of the same tag always the same."""


@cache
def _expected(names: tuple[str, ...]) -> _Tags | None:
    """Return the tags of elements whose names are known; None: there are too many."""
    if len(names) > _MOST_NAMES:
        return None
    written = [*names, *(f"/{name}" for name in names), *(f"{name}/" for name in names)]
    partner = [len(names) + number if number < len(names) else _NONE for number in range(len(written))]
    return _Tags(pl.Enum(written), written, pl.Series(partner, dtype=pl.UInt8), _weights(written))


def _met(tags: pl.Series) -> _Tags:
    """Return the tags of a piece with others among them."""
    different = tags.unique()
    codes = different.to_physical()
    written = different.cast(pl.String).to_list()
    by_code = dict(zip(codes.to_list(), written, strict=True))
    height = int(codes.max()) + 1  # type: ignore[arg-type]
    weight = pl.zeros(height, dtype=pl.UInt64, eager=True).scatter(codes, _weights(written))
    return _Tags(None, [by_code.get(code, "") for code in range(height)], pl.Series(dtype=pl.UInt8), weight)


def _weights(written: Sequence[str]) -> pl.Series:
    numbers = [int.from_bytes(blake2b(each.encode(), digest_size=8).digest()) for each in written]
    return pl.Series(numbers, dtype=pl.UInt64)


def _records(tags: _Tags, record: str) -> list[int]:
    """Return the numbers of the tags a record begins with."""
    return [code for code, tag in enumerate(tags.written) if tag.removesuffix("/") == record]


@cache
def _powers(base: int, height: int) -> pl.Series:
    """Return the powers of a number from 0 on, the last 64 bits of each."""
    return pl.repeat(base, height, dtype=pl.UInt64, eager=True).cum_prod().shift(1, fill_value=1)


def _numbers(codes: pl.Series, starts: pl.Series, weight: pl.Series) -> pl.Series:
    """Return the shape of each record as a number: a polynomial of the tags by their places in it."""
    height = 1 << max(len(codes).bit_length(), 16)
    powers, back = _powers(_ODD, height), _powers(pow(_ODD, -1, _WORD), height)
    if (each := _length_of_all(codes, starts)) is not None:
        one = (weight.gather(codes.head(each)) * powers.head(each)).cum_sum()[-1]
        return pl.repeat(one, len(starts), dtype=pl.UInt64, eager=True)
    summed = (weight.gather(codes) * powers.head(len(codes))).cum_sum()
    last = pl.concat([starts.slice(1), pl.Series([len(codes)], dtype=starts.dtype)]) - 1
    ends = summed.gather(last)
    return (ends - ends.shift(1, fill_value=0)) * back.gather(starts)


def _length_of_all(codes: pl.Series, starts: pl.Series) -> int | None:
    """Return how many tags each record has where all are of one shape; None where they are not."""
    each = int(starts[1]) if len(starts) > 1 else len(codes)
    if len(starts) * each != len(codes):
        return None
    return each if bool((codes.slice(each) == codes.head(len(codes) - each)).all()) else None


def _shapes(number: pl.Series) -> pl.DataFrame:
    """Return the shapes of records with the first record that has each, and how many do."""
    record = pl.int_range(len(number), dtype=pl.UInt32, eager=True)
    rows = pl.DataFrame([number.alias("shape"), record.alias("record")])
    return rows.group_by("shape", maintain_order=True).agg(pl.col("record").first(), pl.len().alias("count"))


def _places(number: pl.Series, shapes: pl.DataFrame) -> pl.Series:
    """Return which of the shapes each record has."""
    if shapes.height == 1:
        return pl.zeros(len(number), dtype=pl.UInt32, eager=True)
    order = shapes.select("shape").with_row_index("place")
    return number.to_frame("shape").join(order, on="shape", how="left", maintain_order="left")["place"]


def _shape_of(written: Sequence[str], prefix: str, tables: Mapping[str, Table]) -> _Shape | None:
    """Return what a record of these tags holds; None where they do not close as they open."""
    begins = {(table.element, table.depth): name for name, table in tables.items()}
    columns: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for table, facts in tables.items():
        for element, (depth, column) in facts.columns.items():
            columns.setdefault((element, depth), []).append((table, column))
    rows: dict[str, list[dict[str, int]]] = {name: [] for name in tables}
    above: list[str] = []
    for place, tag in enumerate(written):
        if tag.startswith("/"):
            if not above or above.pop() != tag[1:] or (not above and place != len(written) - 1):
                return None
            continue
        name = tag.removesuffix("/")
        at = name.removeprefix(prefix), len(above) + 1
        if at in begins:
            rows[begins[at]].append({})
        for table, column in columns.get(at, ()):
            if rows[table]:
                rows[table][-1].setdefault(column, place)
        if name == tag:
            above.append(name)
    return None if above else _Shape(rows)


def _columns(
    table: Table, rows: Sequence[Sequence[Mapping[str, int]]], which: pl.Series, starts: pl.Series, text: pl.Series
) -> dict[str, pl.Series]:
    """Return the columns of one table.

    Args:
        table: The table.
        rows: Its rows in each shape, column to place.
        which: The shape of each record.
        starts: Number of the first tag of each record.
        text: What stands behind every tag.
    """
    if not any(rows):
        names = [column for _, column in table.columns.values()]
        return {"record": pl.Series(dtype=pl.UInt32), **{name: pl.Series(dtype=pl.String) for name in names}}
    record = pl.int_range(len(which), dtype=pl.UInt32, eager=True)
    is_single = all(len(each) == 1 for each in rows)
    if not is_single:
        count = pl.Series([len(each) for each in rows], dtype=pl.UInt32).gather(which)
        record = record.repeat_by(count).filter(count > 0).explode()
        which = which.filter(count > 0)
    found = {"record": record}
    first = starts if is_single else starts.gather(record)
    for _, column in table.columns.values():
        places = [[row.get(column) for row in each] for each in rows]
        flat = [place for each in places for place in each]
        if all(place is None for place in flat):
            found[column] = pl.repeat(None, len(record), dtype=pl.String, eager=True)
        elif is_single:
            found[column] = text.gather(
                first + (flat[0] if len(flat) == 1 else _listed(flat, pl.UInt32()).gather(which))
            )
        else:
            found[column] = text.gather(first + _listed(places, pl.List(pl.UInt32)).gather(which).explode())
    return found


def _listed(values: Sequence[object], dtype: pl.DataType) -> pl.Series:
    return pl.Series(values, dtype=dtype)

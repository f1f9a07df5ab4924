"""A run of equal XML elements as columns: name, text and place of everything inside, without an object per element.

The bytes are cut at every ``<`` by the CSV reader, so each piece is a tag and the text behind it; depth and record are running
sums. That costs about what a bare XML parser costs that tells nobody anything. It reads what such runs are made of: elements
and text. Comments, CDATA, processing instructions and a DOCTYPE are not read here; a file with any of them in its runs has to be
written anew without them first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.errors import MalformedFile

NOBODY: Final = "?"
"""Name of every element that was not asked for."""
_BLANKS: Final = " \t\r\n"
_ENTITY: Final = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_DEEPEST: Final = 32


def elements(run: bytes, record: str, names: Sequence[str]) -> pl.DataFrame:
    """Return one row per element of a run of whole elements called ``record``, in the order of the file.

    Columns: ``record`` (UInt32, 0.. within the run: which of the equal elements it is in), ``name`` (Enum of `NOBODY`, the
    record and the names asked for: without prefix), ``depth`` (UInt8, 1: the record itself) and ``text`` (up to the next tag, as
    it stands there: `plain_text` replaces its entities; null where there is none).

    Raises:
        MalformedFile: Tags do not fit together, or something stands there that is not read here.
    """
    return elements_of(cut(run), record, names)


def elements_of(pieces: Cut, record: str, names: Sequence[str]) -> pl.DataFrame:
    """Return the elements of a run that is cut already, as `elements` does.

    Raises:
        MalformedFile: As `elements`.
    """
    tags, text = pieces.tags, pieces.text
    book = _TagBook.of(tags, (NOBODY, record, *names))
    codes = tags.to_physical()
    kind = book.kind.gather(codes)
    opens = kind != _CLOSES
    after = book.step.gather(codes).cum_sum()
    depth = (after + (kind == _ALONE).cast(pl.Int32) if book.has_alone else after).filter(opens)
    local = book.local.gather(codes).filter(opens)
    if len(after) and (int(after[-1]) != 0 or _largest(depth) > _DEEPEST or _smallest(depth) < 1):
        raise MalformedFile("its tags do not close as they open")
    is_record = local.to_physical() == _RECORD
    if len(depth) and not bool(is_record.filter(depth == 1).all()):
        raise MalformedFile(f"something else stands among the elements {record}")
    _require_nesting(book.full.gather(codes), kind, after, text)
    return pl.DataFrame({
        "record": is_record.cast(pl.UInt32).cum_sum() - 1, "name": local, "depth": depth.cast(pl.UInt8),
        "text": text.filter(opens),
    })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """A run of elements cut at its tags."""

    tags: pl.Series
    """``nr``, ``/nr``, ``nr/``: Categorical, or the Enum asked for."""
    text: pl.Series
    """What stands behind each up to the next; null where nothing does."""


def cut(run: bytes, tags: pl.Enum | None = None) -> Cut:
    """Cut a run at its tags; those of an Enum take less time, as long as there are no others.

    Raises:
        MalformedFile: A text has a mark that may only end a tag, or a tag is none of those.
    """
    dtype = pl.Categorical() if tags is None else tags
    if not run:
        return Cut(pl.Series("tag", dtype=dtype), pl.Series("text", dtype=pl.String))
    first = run.find(b"<")
    if first < 0 or run[:first].strip():
        raise MalformedFile("something else stands before the first element")
    try:
        read = pl.read_csv(
            run, has_header=False, separator=">", eol_char="<", quote_char=None, infer_schema=False,
            schema={"tag": dtype, "text": pl.String}, skip_rows=1,  # up to the first <
        )  # fmt: skip
    except pl.exceptions.PolarsError as error:
        raise MalformedFile(f"it cannot be cut into elements: {str(error).splitlines()[0]}") from None
    if read["tag"].null_count():
        raise MalformedFile("a mark < begins no element")
    return Cut(read["tag"], read["text"])


_OPENS, _CLOSES, _ALONE = 0, 1, 2
_RECORD: Final = 1
"""Place of the record's own name among the names."""


@dataclass(frozen=True, slots=True)
class _TagBook:
    """What each distinct tag is, by its physical code."""

    kind: pl.Series
    """Opens, closes, or alone: ``<tag/>`` opens and closes at once."""
    step: pl.Series
    local: pl.Series
    """Name without prefix, `NOBODY` where nobody asked for it."""
    full: pl.Series
    """Number of the name as it is written."""
    has_alone: bool

    @classmethod
    def of(cls, tags: pl.Series, names: Sequence[str]) -> _TagBook:
        """Look at every distinct tag once."""
        unique = tags.gather(tags.to_physical().arg_unique())
        written, codes = [str(each) for each in unique.cast(pl.String)], unique.to_physical()
        bare = [each.removeprefix("/").removesuffix("/") for each in written]
        _require_plain(bare)
        kinds = [_CLOSES if each.startswith("/") else _ALONE if each.endswith("/") else _OPENS for each in written]
        spelled = {name: number for number, name in enumerate(dict.fromkeys(bare))}
        asked = pl.Series(list(names), dtype=pl.Enum(list(names)))
        local = [name.rpartition(":")[2] for name in bare]
        height = int(codes.max()) + 1 if len(codes) else 0  # type: ignore[arg-type]

        def placed(values: Sequence[int], dtype: pl.DataType) -> pl.Series:
            return pl.repeat(0, height, dtype=dtype, eager=True).scatter(codes, pl.Series(values, dtype=dtype))

        number = {name: position for position, name in enumerate(names)}
        return cls(
            placed(kinds, pl.UInt8()), placed([(1, -1, 0)[kind] for kind in kinds], pl.Int32()),
            asked.gather(placed([number.get(name, 0) for name in local], pl.UInt32())),
            placed([spelled[name] for name in bare], pl.UInt32()), _ALONE in kinds,
        )  # fmt: skip


def _require_plain(names: Sequence[str]) -> None:
    """Stop where tags have attributes, or several prefixes are in use: then names alone do not say what an element is."""
    if any(each.startswith(("!", "?")) for each in names):
        raise MalformedFile("comments, CDATA or instructions stand in it")
    with_more = [each for each in names if not each or re.search(r"\s", each)]
    if with_more:
        raise MalformedFile(f"an element has attributes, which none of these has: <{with_more[0][:60]}>")
    prefixes = {each.rpartition(":")[0] for each in names}
    if len(prefixes) > 1:
        raise MalformedFile(f"elements of several prefixes stand in one run: {', '.join(sorted(prefixes))}")


def _largest(values: pl.Series) -> int:
    return int(values.max() or 0)  # type: ignore[arg-type]


def _smallest(values: pl.Series) -> int:
    return int(values.min() or 0)  # type: ignore[arg-type]


def _require_nesting(full: pl.Series, kind: pl.Series, after: pl.Series, text: pl.Series) -> None:
    """Stop where an element is closed by another name than it was opened with, or text stands between elements.

    Most elements hold text alone, so that their end is the next tag; only the few others are looked at level by level.
    """
    opens, closes = kind == _OPENS, kind == _CLOSES
    ends_leaf = closes & opens.shift(1, fill_value=False)
    begins_leaf = ends_leaf.shift(-1, fill_value=False)
    if bool((full != full.shift(1)).filter(ends_leaf).any()):
        raise MalformedFile("an element is closed by another name than it was opened with")
    starts, stops = opens & ~begins_leaf, closes & ~ends_leaf
    opened, closed, above, below = (
        full.filter(starts),
        full.filter(stops),
        after.filter(starts),
        after.filter(stops) + 1,
    )
    for level in range(1, _largest(above) + 1):
        one, other = opened.filter(above == level), closed.filter(below == level)
        if len(one) != len(other) or bool((one != other).any()):
            raise MalformedFile("an element is closed by another name than it was opened with")
    require_no_loose_text(text, begins_leaf)


def require_no_loose_text(text: pl.Series, begins_leaf: pl.Series) -> None:
    """Stop where text stands between elements; ``begins_leaf``: the text behind a tag is the whole content of its element.

    Raises:
        MalformedFile: It does.
    """
    loose = text.filter(~begins_leaf & text.is_not_null()).unique().str.strip_chars(_BLANKS)
    if bool((loose != "").any()):
        raise MalformedFile(f"text stands where only elements may stand: {loose.filter(loose != '')[0][:40]!r}")


def plain_text(text: pl.Series) -> pl.Series:
    """Return texts with their entities replaced and the blanks around them taken off.

    Raises:
        MalformedFile: An entity that XML does not know, or a bare ampersand.
    """
    stripped = text.str.strip_chars(_BLANKS)
    with_entity = stripped.str.contains("&", literal=True).fill_null(value=False)
    if not with_entity.any():
        return stripped
    written = stripped.filter(with_entity).unique(maintain_order=True).to_list()
    for each in written:
        if _ENTITY.search(each):
            raise MalformedFile(f"an ampersand begins nothing that XML knows: {each[:60]!r}")
    return stripped.replace(written, [html.unescape(each) for each in written])


def plain_words(text: pl.Series) -> pl.Series:
    """Return texts of which there are few different ones as `plain_text` does, as Categorical.

    Raises:
        MalformedFile: As `plain_text`.
    """
    words = text.cast(pl.Categorical)
    written = words.unique().cast(pl.String)
    return words if plain_text(written).equals(written) else plain_text(text).cast(pl.Categorical)

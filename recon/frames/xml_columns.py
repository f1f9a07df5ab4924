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
from typing import Final

import polars as pl

from recon.errors import MalformedFile

NOBODY: Final = "?"
"""Name of every element that was not asked for."""
_CUT: Final = "\x01"
"""A byte no XML may hold, given to the CSV reader as its separator so that there is one column."""
_ENTITY: Final = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_DEEPEST: Final = 32


def elements(run: bytes, record: str, names: Sequence[str]) -> pl.DataFrame:
    """Return one row per element of a run of whole elements called ``record``, in the order of the file.

    Columns: ``record`` (UInt32, 0.. within the run: which of the equal elements it is in), ``name`` (Enum of `NOBODY`, the
    record and the names asked for: without prefix), ``depth`` (UInt8, 1: the record itself), ``text`` (up to the next tag, as
    it stands there: `plain_text` replaces its entities) and ``is_leaf`` (nothing but text inside).

    Raises:
        MalformedFile: Tags do not fit together.
    """
    pieces = _pieces(run)
    closes = pieces.str.starts_with("/")
    opens = ~closes
    parts = pieces.filter(opens).str.splitn(">", 2).struct.unnest()
    tags = parts["field_0"].cast(pl.Categorical)
    written = tags.unique().cast(pl.String).to_list()
    _require_plain(written)
    alone = tags.is_in([each for each in written if each.endswith("/")])  # <tag/> opens and closes at once
    kinds = pl.Enum([NOBODY, record, *names])
    local = _renamed(tags, {each: _local(each) for each in written}, kinds)
    step = opens.cast(pl.Int32) - closes.cast(pl.Int32)
    after = step.cum_sum()
    if alone.any():
        single = pl.repeat(0, len(pieces), dtype=pl.Int32, eager=True).scatter(opens.arg_true().filter(alone), 1)
        after = after - single.cum_sum()
        depth = (after + single).filter(opens)
    else:
        depth = after.filter(opens)
    if len(after) and (int(after[-1]) != 0 or _deepest(depth) > _DEEPEST or _shallowest(depth) < 1):
        raise MalformedFile("its tags do not close as they open")
    if depth.len() and bool((local.filter(depth == 1) != record).any()):
        raise MalformedFile(f"something else stands among the elements {record}")
    leaf = closes.shift(-1, fill_value=False).filter(opens) & ~alone
    _require_same_names(pieces, closes, tags, depth, alone, after)
    return pl.DataFrame({
        "record": (local == record).cast(pl.UInt32).cum_sum() - 1, "name": local, "depth": depth.cast(pl.UInt8),
        "text": parts["field_1"], "is_leaf": leaf | alone,
    })  # fmt: skip


def _pieces(run: bytes) -> pl.Series:
    """Return tags with the text behind each: ``nr>17``, ``/nr>``."""
    if not run:
        return pl.Series("piece", dtype=pl.String)
    read = pl.read_csv(
        run, has_header=False, separator=_CUT, eol_char="<", quote_char=None, infer_schema=False, new_columns=["piece"]
    )["piece"]
    return read.slice(1) if len(read) and ">" not in (read[0] or "") else read


def _require_plain(written: Sequence[str]) -> None:
    """Stop where tags have attributes, or several prefixes are in use: then names alone do not say what an element is."""
    with_more = [each for each in written if re.search(r"\s", each.rstrip("/").rstrip()) or each != each.strip()]
    if with_more:
        raise MalformedFile(f"an element has attributes, which none of these has: <{with_more[0][:60]}>")
    prefixes = {each.rpartition(":")[0] for each in written}
    if len(prefixes) > 1:
        raise MalformedFile(f"elements of several prefixes stand in one run: {', '.join(sorted(prefixes))}")


def _local(tag: str) -> str:
    """Return the name of a tag as it stands between its brackets, without prefix and attributes."""
    return re.split(r"[\s/]", tag, maxsplit=1)[0].rpartition(":")[2]


def _renamed(tags: pl.Series, local: dict[str, str], kinds: pl.Enum) -> pl.Series:
    if not local:
        return pl.Series(tags.name, dtype=kinds)
    known = set(kinds.categories)
    return tags.replace_strict(
        list(local), [name if name in known else NOBODY for name in local.values()], return_dtype=kinds
    )


def _deepest(depth: pl.Series) -> int:
    return int(depth.max() or 0)  # type: ignore[arg-type]


def _shallowest(depth: pl.Series) -> int:
    return int(depth.min() or 0)  # type: ignore[arg-type]


def _require_same_names(
    pieces: pl.Series, closes: pl.Series, tags: pl.Series, depth: pl.Series, alone: pl.Series, after: pl.Series
) -> None:  # fmt: skip
    """Stop where an element is closed by another name than it was opened with, or text stands between elements."""
    ends = pieces.filter(closes).cast(pl.Categorical)
    written = ends.unique().cast(pl.String).to_list()
    loose = [each for each in written if each.partition(">")[2].strip()]
    if loose:
        raise MalformedFile(
            f"text stands behind an element where none may stand: {loose[0].partition('>')[2].strip()[:40]!r}"
        )
    names = sorted({re.split(r"[\s/]", str(each), maxsplit=1)[0] for each in tags.unique().cast(pl.String)})
    ended = {each: each[1:].partition(">")[0].strip() for each in written}
    strange = [name for name in ended.values() if name not in set(names)]
    if strange:
        raise MalformedFile(f"</{strange[0][:40]}> closes what nothing opened")
    kinds = pl.Enum(names)
    opened = tags.replace_strict(
        (distinct := tags.unique().cast(pl.String).to_list()),
        [re.split(r"[\s/]", each, maxsplit=1)[0] for each in distinct], return_dtype=kinds,
    )  # fmt: skip
    closed = ends.replace_strict(list(ended), list(ended.values()), return_dtype=kinds)
    level = after.filter(closes) + 1
    for each in range(1, _deepest(depth) + 1):
        starts, stops = opened.filter((depth == each) & ~alone), closed.filter(level == each)
        if len(starts) != len(stops) or bool((starts != stops).any()):
            raise MalformedFile("an element is closed by another name than it was opened with")


def plain_text(text: pl.Series) -> pl.Series:
    """Return texts with their entities replaced and the blanks around them taken off.

    Raises:
        MalformedFile: An entity that XML does not know, or a bare ampersand.
    """
    stripped = text.str.strip_chars(" \t\r\n")
    with_entity = stripped.str.contains("&", literal=True).fill_null(value=False)
    if not with_entity.any():
        return stripped
    written = stripped.filter(with_entity).unique(maintain_order=True).to_list()
    for each in written:
        if _ENTITY.search(each):
            raise MalformedFile(f"an ampersand begins nothing that XML knows: {each[:60]!r}")
    return stripped.replace(written, [html.unescape(each) for each in written])

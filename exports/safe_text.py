"""Text from outside, made fit for a cell: nothing runs, nothing breaks the file, nothing vanishes unseen.

A spreadsheet runs text that begins like a formula, XML refuses control characters, and Excel reads ``_x0041_`` as
``A``. Cells of ours are always of type text (see `exports.workbook.put_text` and `exports.fast_sheet`); here the
characters themselves are made safe, once for plain strings and once for whole columns, by the same table.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from recon.text import SHOWN_AS

CELL_LIMIT: Final = 32_767
"""Characters Excel keeps in one cell; it counts UTF-16 units, so a character beyond the basic plane counts twice."""
_CUT_MARK: Final = "…"

_SUBSTITUTES: Final[dict[str, str]] = {
    **{chr(code): symbol for code, symbol in SHOWN_AS.items() if chr(code) != "\n"},
    "\ufffe": "\ufffd",
    "\uffff": "\ufffd",
}
"""What the screens show too (`recon.text`), but line feeds stay, and the two non-characters XML refuses go."""
_SUSPECT: Final = "[" + "".join(rf"\x{{{ord(character):x}}}" for character in _SUBSTITUTES) + "]"
_ASTRAL: Final = r"[\x{10000}-\x{10ffff}]"
_ESCAPE_LOOKALIKE: Final = r"_(x[0-9A-Fa-f]{4}_)"
_TABLE: Final = str.maketrans(_SUBSTITUTES)
_LONE_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def safe_text(value: str) -> str:
    """Return one text as a cell may hold it."""
    value = _LONE_SURROGATES.sub("\ufffd", value).replace("\r\n", "\n").translate(_TABLE)
    units = len(value) + sum(character > "\uffff" for character in value)
    if units <= CELL_LIMIT:
        return value
    keep = (CELL_LIMIT - 1) // 2 if units != len(value) else CELL_LIMIT - 1
    return value[:keep] + _CUT_MARK


def safe_column(column: pl.Series) -> pl.Series:
    """Return a column of texts as cells may hold them; empty texts become nulls (no cell at all)."""
    if column.dtype != pl.String:
        column = column.cast(pl.String)
    if column.str.contains(_SUSPECT).any():
        column = column.str.replace_all("\r\n", "\n", literal=True)
        column = column.str.replace_many(list(_SUBSTITUTES), list(_SUBSTITUTES.values()))
    longest = column.str.len_bytes().max()
    if isinstance(longest, int) and longest > CELL_LIMIT:
        column = _cut(column)
    if (column == "").any():
        column = column.set(column == "", None)
    return column


def _cut(column: pl.Series) -> pl.Series:
    """Shorten what Excel would refuse to open."""
    text = pl.col("text")
    astral = text.str.contains(_ASTRAL)
    units = text.str.len_chars() + text.str.count_matches(_ASTRAL)
    keep = pl.when(astral).then((CELL_LIMIT - 1) // 2).otherwise(CELL_LIMIT - 1)
    short = pl.when(units > CELL_LIMIT).then(text.str.slice(0, keep) + _CUT_MARK).otherwise(text)
    return column.to_frame("text").select(short.alias(column.name)).to_series()


def xml_text(value: str) -> str:
    """Return safe text as it stands between XML tags of a sheet."""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(_ESCAPE_LOOKALIKE, r"_x005F_\1", value)


def xml_column(column: pl.Series) -> pl.Series:
    """Return a column of safe texts as they stand between XML tags; looks first, since most columns need nothing."""
    if column.str.contains(r"[&<>]").any():
        column = column.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
    if column.str.contains("_x", literal=True).any():
        column = column.str.replace_all(_ESCAPE_LOOKALIKE, "_x005F_${1}")
    return column

"""What the schema says against a file: the small rest as it stands, and one transaction and one event of every shape.

Whether an element stands where it may depends on names and order alone, so of all transactions with the same elements in the same
order one is enough; amounts, days and words are looked at as columns where they are read. The schema's references between lists
are left to us: tills that number their reports each from 1 are common, and no reason to refuse a file (Norwegian reference, 3.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import MalformedFile
from recon.sources.saft.layout import Layout

if TYPE_CHECKING:
    from lxml import etree

SCHEMA: Final = "Norwegian_SAF-T_Cash_Register_Schema_v_1.00.xsd"
_XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
_KEPT_OF_HASH: Final = 2**24
"""Of 64 bits 40 are kept, so that the sum over a piece never reaches the end of the numbers."""
_VALUE: Final = re.compile(r"'[^']*'(?=\sis\snot\sa\svalid\svalue|\shas\smore)")
"""The one value in what the schema says, which says the same of others."""
_MANY: Final = 2000
"""Shapes of one kind looked at; a file with more of them is judged by its first ones."""


@dataclass(slots=True)
class Shapes:
    """One element of every shape met in the runs of one name."""

    name: str
    first: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Shape to the number of the first element that has it, and its bytes."""
    counts: dict[int, int] = field(default_factory=dict)

    def take(self, by_shape: pl.DataFrame, piece: bytes, opening: bytes, first: int) -> None:
        """Take in the SHAPES of a piece; ``first``: number of its first element."""
        new = [row for row in by_shape.iter_rows() if row[0] not in self.counts]
        if new:
            starts = [each.start() for each in re.finditer(re.escape(opening), piece)] + [len(piece)]
            for shape, record, _ in new[: max(_MANY - len(self.first), 0)]:
                self.first[shape] = (first + record, piece[starts[record] : starts[record + 1]])
        for shape, _, count in by_shape.iter_rows():
            self.counts[shape] = self.counts.get(shape, 0) + count


@dataclass(frozen=True, slots=True)
class Slip:
    """Something the schema does not allow; the file is read all the same."""

    text: str
    number: int | None = None
    """Number of the first transaction or event with it, counted from 1; None: in the rest of the file."""
    name: str = ""
    """cashtransaction or event; empty: the rest."""
    count: int = 1


def shapes(found: pl.DataFrame) -> pl.DataFrame:
    """Return SHAPES of ELEMENTS: shape (equal for the same elements in the same order), the first record that has it, and how many do."""
    record, rows = found["record"], pl.int_range(found.height, dtype=pl.UInt32, eager=True)
    starts = (record != record.shift(1)).fill_null(value=True).arg_true()
    within = rows - starts.gather(record - record[0]) if found.height else rows
    one = found["name"].to_physical().cast(pl.UInt64) * 64 + found["depth"].cast(pl.UInt64)
    mixed = (one + within.cast(pl.UInt64) * 65_536).hash(seed=7) // _KEPT_OF_HASH
    ends = mixed.cum_sum().gather(starts.slice(1).extend(pl.Series([found.height], dtype=starts.dtype)) - 1)
    shape = (ends - ends.shift(1, fill_value=0)).alias("shape")
    return (
        pl.DataFrame([record.gather(starts), shape])
        .group_by("shape", maintain_order=True)
        .agg(pl.col("record").first(), pl.len())
    )


def slips(layout: Layout, *runs: Shapes) -> list[Slip]:
    """Return what the schema says against a file, each kind once with the first value that shows it.

    Raises:
        MalformedFile: What stands there is no XML.
    """
    from lxml import etree

    text, owners = _skeleton(layout, runs)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        tree = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedFile(f"it is no well-formed XML: {error.msg}") from None
    schema = _schema()
    if schema.validate(tree):
        return []
    met: dict[str, Slip] = {}
    for entry in schema.error_log:  # type: ignore[attr-defined] # the stubs forget that it is a list
        said = re.sub(r"\{[^}]*\}", "", entry.message)
        owner = owners[entry.line - 2] if 2 <= entry.line < len(owners) + 2 else None
        slip = Slip(said) if owner is None else Slip(said, owner[1] + 1, owner[0], owner[2])
        same = _VALUE.sub("", said)
        first = met.get(same)
        met[same] = slip if first is None else replace(first, count=first.count + slip.count)
    return list(met.values())


@cache
def names_in(record: str) -> tuple[str, ...]:
    """Return the names of all elements the schema knows inside an element, in its order."""
    from lxml import etree

    tree = etree.fromstring(files("recon.sources.saft").joinpath(SCHEMA).read_bytes())
    whole = next(each for each in tree.iter(f"{_XSD}element") if each.get("name") == record)
    return tuple(dict.fromkeys(str(each.get("name")) for each in whole.iter(f"{_XSD}element") if each is not whole))


@cache
def _schema() -> etree.XMLSchema:
    from lxml import etree

    tree = etree.fromstring(files("recon.sources.saft").joinpath(SCHEMA).read_bytes())
    for kind in ("key", "keyref", "unique"):
        for each in list(tree.iter(f"{_XSD}{kind}")):
            above = each.getparent()
            assert above is not None
            above.remove(each)
    return etree.XMLSchema(tree)


def _skeleton(layout: Layout, runs: tuple[Shapes, ...]) -> tuple[bytes, list[tuple[str, int, int]]]:
    """Return the rest of the file with one element of every shape put into its first till, and which each of these is."""
    owners, parts = [], []
    for run in runs:
        for shape, (number, text) in run.first.items():
            owners.append((run.name, number, run.counts[shape]))
            parts.append(text.replace(b"\r", b" ").replace(b"\n", b" "))
    closing = layout.end_tag("cashregister")
    before, found, after = layout.rest.partition(closing)
    flat = before.replace(b"\r", b" ").replace(b"\n", b" ")
    lines = b"\n".join([flat, *parts, found + after.replace(b"\r", b" ").replace(b"\n", b" ")])
    return lines, owners

"""The zip of a workbook: copy openpyxl's shell, put rendered rows into its sheets, give formulas their values.

Written as a stream: Polars renders the next rows while another thread deflates the last ones (zlib releases the
lock). Entries carry no clock, so the same content makes the same bytes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile

from exports.fast_sheet import Part, render_rows, splice_points

ZLIB_LEVEL: Final = 1
"""Six times as fast as the usual level at about a third more bytes."""
_IN_FLIGHT: Final = 2
_BYTES_PER_CELL: Final = 120
_ZIP32_SAFE: Final = 2_000_000_000
_FORMULA_CELL: Final = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*)><f>(.*?)</f><v ?(?:/>|></v>)</c>', re.DOTALL)
_MODIFIED: Final = re.compile(r"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")

RowsDone = Callable[[str, int], None]


def write_package(
    target: Path,
    shell: bytes,
    *,
    parts: MutableMapping[str, Part],
    values: Mapping[str, Mapping[str, str]],
    moment: dt.datetime,
    on_rows: RowsDone,
) -> None:
    """Write the finished workbook.

    Args:
        target: File to create.
        shell: Workbook as openpyxl saved it.
        parts: Table parts by their entry in the zip, e.g. ``xl/worksheets/sheet2.xml``; emptied on the way.
        values: Values of formulas by entry and cell; texts begin with an apostrophe.
        moment: Stands as the time of creation and change.
        on_rows: Told the sheet's title and how many more rows are written.
    """
    with ZipFile(BytesIO(shell)) as source, ZipFile(target, "x", ZIP_DEFLATED, compresslevel=ZLIB_LEVEL) as made:
        for name in sorted(
            source.namelist(), key=lambda entry: (entry != "[Content_Types].xml", entry != "_rels/.rels")
        ):
            content = source.read(name).decode()
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rf"\g<1>{moment:%Y-%m-%dT%H:%M:%SZ}\2", content)
            if name in values:
                content = with_values(content, values[name])
            part = parts.pop(name, None)
            large = part is not None and part.count * len(part.table.columns) * _BYTES_PER_CELL > _ZIP32_SAFE
            with made.open(name, "w", force_zip64=large) as entry:
                if part is None:
                    entry.write(content.encode())
                else:
                    _write_sheet(entry, content, part, on_rows)


def _write_sheet(entry: IO[bytes], shell: str, part: Part, on_rows: RowsDone) -> None:
    head, tail, styles = splice_points(shell, part)
    with ThreadPoolExecutor(1) as deflate:
        pending: deque[Future[int]] = deque([deflate.submit(entry.write, head.encode())])
        for rows, count in render_rows(part, styles):
            pending.append(deflate.submit(entry.write, rows))
            while len(pending) > _IN_FLIGHT:
                pending.popleft().result()
            on_rows(part.title, count)
        pending.append(deflate.submit(entry.write, tail.encode()))
        for written in pending:
            written.result()


def with_values(xml: str, values: Mapping[str, str]) -> str:
    """Return a sheet whose formulas carry their values, so that readers that do not calculate see figures too."""

    def filled(found: re.Match[str]) -> str:
        ref, attributes, formula = found.groups()
        value = values[ref]
        if value.startswith("'"):
            return f'<c r="{ref}"{attributes} t="str"><f>{formula}</f><v>{value[1:]}</v></c>'
        return f'<c r="{ref}"{attributes}><f>{formula}</f><v>{value}</v></c>'

    return _FORMULA_CELL.sub(filled, xml)

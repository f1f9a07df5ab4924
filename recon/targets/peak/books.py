"""Reads PEAK's documents: one number, or all of a kind page by page. What PEAK filters is checked again here.

PEAK ignores filters it does not know and answers with the whole list, so a row is ours only if its number is exactly
ours, never because it stands first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from recon.errors import TargetUnavailable
from recon.targets.base import LedgerDocument
from recon.targets.peak.client import PeakClient, code_of, words_of
from recon.targets.peak.payloads import SHAPES
from recon.targets.peak.records import ledger_document
from recon.targets.peak.wire import Fields

PAGES_MAX: Final = 5000
"""More pages than this mean that paging does not work, not that the books are so long."""


class Books:
    """PEAK's documents, read only."""

    def __init__(self, client: PeakClient, *, page_size: int, method_code: Callable[[str], str] = str) -> None:
        self._client = client
        self._page_size = page_size
        self._method_code = method_code
        """Id of a payment method → its code; anything else as it is."""

    def rows_with_number(self, kind: str, number: str) -> tuple[list[Fields], list[Fields]]:
        """Return the rows whose number is exactly this one, and those that differ in case or width only.

        Raises:
            TargetUnavailable: PEAK could not be read.
        """
        shape = SHAPES[kind]
        exact: list[Fields] = []
        alike: list[Fields] = []
        for row in self.pages(shape.get_path, shape.wrapper, shape.listed, {"code": number}, first_is_whole=number):
            stated = row.text("creditNoteCode", "code")
            if not stated:
                # Without a number the row may well be ours; taking it for another would end in a second document.
                raise TargetUnavailable(
                    f"PEAK could not be read: GET {shape.get_path} shows a document without a number.", code="shape"
                )
            if stated == number:
                exact.append(row)
            elif _folded(stated) == _folded(number):
                alike.append(row)
        return exact, alike

    def all_rows(self, kind: str) -> Iterator[Fields]:
        """Yield every document of a kind, all pages.

        Raises:
            TargetUnavailable: PEAK could not be read.
        """
        shape = SHAPES[kind]
        return self.pages(shape.list_path, shape.wrapper, shape.listed, {"limit": str(self._page_size)})

    def document(self, kind: str, row: Fields) -> LedgerDocument:
        """Return a row as a document."""
        return ledger_document(kind, row, self._client.evidence, self._method_code)

    def pages(
        self, path: str, wrapper: str, listed: str, params: Mapping[str, str], *, first_is_whole: str = ""
    ) -> Iterator[Fields]:
        """Yield the rows of a list until a page brings nothing that was not there before.

        Neither a count nor a last page is documented, and ``page`` itself may be ignored, so rows are remembered.

        Args:
            path: Path of the list.
            wrapper: Name of the object around the list.
            listed: Name of the list.
            params: Query besides ``page``.
            first_is_whole: A number that was asked for: if the answer holds nothing else, the filter worked and
                no further page is read.
        """
        seen: set[tuple[str, str]] = set()
        for page in range(1, PAGES_MAX + 1):
            rows = self._page(
                path, wrapper, listed, {**params, **({} if first_is_whole and page == 1 else {"page": str(page)})}
            )
            fresh = [row for row in rows if _identity(row) not in seen]
            seen.update(_identity(row) for row in fresh)
            yield from fresh
            if not fresh or (
                first_is_whole and all(row.text("creditNoteCode", "code") == first_is_whole for row in rows)
            ):
                return
        raise TargetUnavailable(f"PEAK's list {path} does not come to an end after {PAGES_MAX} pages. Try again later.")

    def _page(self, path: str, wrapper: str, listed: str, params: Mapping[str, str]) -> list[Fields]:
        top = self._client.read(path, params)
        code = code_of(top)
        if code and code != "200":
            raise TargetUnavailable(
                f"PEAK could not be read: GET {path} was refused: {words_of(top)!r} (code {code}).",
                code=code,
                words=words_of(top),
            )
        rows = top.inner(wrapper).rows(listed)
        if rows is None and not (code and wrapper in top):
            # An answer without the list says nothing about what is there: it must not pass for "not found".
            raise TargetUnavailable(f"PEAK could not be read: GET {path} has no list `{listed}`.", code="shape")
        return rows or []


def _identity(row: Fields) -> tuple[str, str]:
    return (row.text("id"), row.text("creditNoteCode", "code"))


def _folded(number: str) -> str:
    return unicodedata.normalize("NFKC", number).strip().casefold()

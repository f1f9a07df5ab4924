"""What a list of the Match step knows of one row beyond its columns: what else it might be, who linked it and when, its orders.

Asked for a moment after the cursor comes to rest on a row; nothing is asked twice for the same row.
"""

from __future__ import annotations

from typing import Any

from recon.service.product_table import ProductDetail
from tui.i18n import moment
from tui.screens.match_list import MatchList


class AsksDetail(MatchList):
    """A list whose pane says more than the row does."""

    def __init__(self) -> None:
        super().__init__()
        self._detail: ProductDetail | None = None

    def forget_detail(self) -> None:
        """The rows were read anew: what was known may be old."""
        self._detail = None

    def ask_again(self) -> None:
        """Ask about the row under the cursor."""
        key = self.rows.cursor_key
        if key is not None:
            self.ask_more(str(key))

    def ask_more(self, key: str) -> None:
        """Ask for suggestions, history and orders of a row."""
        if self._detail is None or self._detail.key != key:
            self.ask(lambda service: service.product_detail(None, key), self._detail_came, group="detail")

    def _detail_came(self, detail: ProductDetail) -> None:
        self._detail = detail
        self.show_row()

    def detail_of(self, row: dict[str, Any]) -> ProductDetail | None:
        """Return what is known of a row; None: it is on its way."""
        return self._detail if self._detail is not None and self._detail.key == row["key"] else None

    def moment_words(self, at: str) -> str:
        """Return a moment as the company's clock shows it."""
        return moment(at, self.recon.overview.timezone if self.recon.overview else "UTC", era=True)

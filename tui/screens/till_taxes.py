"""VAT codes: which code of the ledger each rate of the tills has, where the accounts do not bring one of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import polars as pl

from recon.match.work_filter import matching_rows
from tui.i18n import N_, _, count, ngettext
from tui.screens.taxes import TaxesScreen
from tui.screens.till_words import TAX_STATES, state_of, vat_columns
from tui.widgets.columns import Column
from tui.widgets.match_pane import Part
from tui.widgets.totals_bar import BarButton


class TillTaxesScreen(TaxesScreen):
    """Which VAT code a rate of the tills has."""

    HELP: ClassVar[str] = N_(
        "Every VAT rate of the tills and the ledger's code for it. It counts where an account brings no code of its own that has the rate. "
        "Enter chooses the code for this rate, or for all that is marked; d takes it away. Filter by words, or st:open  st:mapped  -word."
    )

    def __init__(self) -> None:
        super().__init__()
        self.tab = "vat"

    def columns(self) -> Sequence[Column]:
        """Return the columns."""
        return vat_columns(self.minor, self.currency)

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        return (
            BarButton("screen.open", lambda n: _("Choose {n}").format(n=count(n)) if n else _("Choose the code")),
            BarButton("screen.draft", lambda n: _("Take away {n}").format(n=count(n)) if n else _("Take away")),
            BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),
        )

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass."""
        assert self.frame is not None
        states = {
            "open": ("unmapped",),
            "unmapped": ("unmapped",),
            "mapped": ("mapped",),
            "not-needed": ("not-needed",),
        }
        return matching_rows(self.frame, text, states=states, amount="amount_minor", currency=self.currency)

    def tally(self) -> list[tuple[str, str]]:
        """Return how many rates wait for a code."""
        return self.in_each_state(TAX_STATES)

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return what is known of a rate."""
        status = state_of(TAX_STATES)(row["state"])
        orders = ngettext("In {n} settlement", "In {n} settlements", row["orders"]).format(n=count(row["orders"]))
        return self.explained(row, width, status, TAX_STATES[row["state"]][2], orders, _SENTENCES[row["state"]]())

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        return _("No settlement names a VAT rate."), _("F3 goes on to Review.")

    def question(self, n: int) -> str:
        """Return what the choice asks."""
        return ngettext("VAT code of {n} rate", "VAT code of {n} rates", n).format(n=count(n))

    def open_words(self) -> dict[str, str]:
        """Say what Enter would do."""
        return {"open": _("Choose the code")}


_SENTENCES = {
    "unmapped": lambda: _("Settlements with it are held until a VAT code is named, here or with the account."),
    "mapped": lambda: _(
        "Lines of this rate are booked with it, unless their account is locked to another or one was chosen."
    ),
    "not-needed": lambda: _("Every account that bears it brings a code of this rate; nothing has to be chosen."),
}

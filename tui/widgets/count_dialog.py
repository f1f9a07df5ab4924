"""Asks what was counted in the drawer after a settlement; the difference stands beside it while the amount is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from recon.errors import UsageError
from recon.money import plain
from recon.service import CountWord
from recon.service.typed_amount import typed_minor
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import _, day
from tui.widgets.dialogs import FormDialog

Minor = Callable[[int], str]


class CountDialog(FormDialog[CountWord]):
    """One settlement, one count."""

    AUTO_FOCUS = "#count-counted"
    ENTER_GOES_ON = True
    DEFAULT_CSS = """
    CountDialog > Vertical { padding: 0 1; }
    CountDialog Horizontal.line { align-horizontal: left; margin: 0; height: 1; }
    CountDialog Horizontal.line Static { width: 26; }
    CountDialog Horizontal.line Input { width: 1fr; height: 1; border: none; padding: 0 1; }
    CountDialog #difference { height: auto; margin: 1 0 0 0; }
    CountDialog #buttons { margin-top: 1; }
    """

    def __init__(
        self, row: dict[str, Any], currency: str, minor: Minor, *, deposits: bool, typed: CountWord | None = None
    ) -> None:
        """``deposits``: what goes to the bank is booked with the settlement; ``typed``: what stands in the fields at first."""
        super().__init__()
        self._row, self._currency, self._minor, self._deposits, self._typed = row, currency, minor, deposits, typed

    def compose(self) -> ComposeResult:
        """What should be there, what was counted, what was taken out, why it differs, Cancel and the yes."""
        row, typed = self._row, self._typed or self._kept()
        with Vertical():
            yield Static(
                Content(f"{shown(row['number'])}  {day(str(row['day']))}  {shown(row['place'])}"), classes="title"
            )
            yield Static(Content(self._expected().replace(" = ", "\n= ", 1)), classes="words")  # no sum is broken apart
            for name, words, value in (
                ("counted", _("Counted in the drawer"), typed.counted),
                ("to-bank", _("Of it to the bank"), typed.to_bank),
                ("remark", _("Remark"), typed.remark),
            ):
                with Horizontal(classes="line"):
                    yield Static(Content(words))
                    yield Input(value, id=f"count-{name}")
            yield Static("", id="difference", markup=False)
            yield from self.last_line(_("Keep the count"))

    def _kept(self) -> CountWord:
        """Return the count that was kept before, as it is typed."""
        row = self._row
        counted = "" if row["counted_minor"] is None else plain(row["counted_minor"], self._currency)
        to_bank = plain(row["to_bank_minor"], self._currency) if row["to_bank_minor"] else ""
        return CountWord(name=row["key"], counted=counted, to_bank=to_bank, remark=row["remark"])

    def _expected(self) -> str:
        row = self._row
        if row["expected_minor"] is None:
            return _(
                "The till states no opening float, so what should be there is not known. Cash taken: {cash}."
            ).format(cash=self._minor(row["cash_minor"]))
        return _("Opening float {float} + cash {cash} = {expected} should be there.").format(
            float=self._minor(row["opening_float_minor"]),
            cash=self._minor(row["cash_minor"]),
            expected=self._minor(row["expected_minor"]),
        )

    def on_mount(self) -> None:
        """Show what was counted before."""
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The difference follows each key."""
        event.stop()
        self._show()

    def _value(self, name: str) -> str:
        return self.query_one(f"#count-{name}", Input).value.strip()

    def _show(self) -> None:
        """Say what is short or too much, and what stays in the drawer."""
        line, problem = self.query_one("#difference", Static), self.query_one(".problem", Static)
        problem.update("")
        try:
            counted = typed_minor(self._value("counted"), self._currency) if self._value("counted") else None
            to_bank = typed_minor(self._value("to-bank"), self._currency) if self._value("to-bank") else 0
        except UsageError as error:
            line.update("")
            problem.update(Content(tr_composed(str(error))))
            return
        line.update(Content(self._said(counted, to_bank)))

    def _said(self, counted: int | None, to_bank: int) -> str:
        if counted is None:
            return _("Write what lay in the drawer before anything was taken out: 4480, 4480.00 or 4 480,00.")
        words = []
        if self._row["expected_minor"] is not None:
            difference = counted - self._row["expected_minor"]
            amount = self._minor(abs(difference))
            words.append(
                _("Nothing is short.") if not difference
                else _("{amount} too much").format(amount=amount) if difference > 0
                else _("{amount} short").format(amount=amount)
            )  # fmt: skip
        words.append(_("{amount} stays in the drawer").format(amount=self._minor(counted - to_bank)))
        if to_bank and not self._deposits:
            words.append(_("the way to the bank is booked with the bank statement"))
        return "   ".join(words)

    def answer(self) -> None:
        """Answer with what was typed, or say what is wrong with it."""
        if not self._value("counted"):
            self.refuse(_("Something must be written here."))
            self.query_one("#count-counted", Input).focus()
            return
        try:
            typed_minor(self._value("counted"), self._currency)
            if self._value("to-bank"):
                typed_minor(self._value("to-bank"), self._currency)
        except UsageError:
            return  # what is wrong stands there already
        self.dismiss(
            CountWord(
                name=self._row["key"],
                counted=self._value("counted"),
                to_bank=self._value("to-bank"),
                remark=self._value("remark"),
            )
        )

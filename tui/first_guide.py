"""The pages of the first-run guide, one at a time: title, page, what is wrong, buttons, keys."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from recon.ports import Clock
from recon.text import show_lines
from tui.cells import shown
from tui.composed import tr_composed
from tui.demo import STEPS, DemoStep
from tui.first_answers import Answers
from tui.first_books import AmericanPage
from tui.first_pages import TITLES, CompanyPage, LanguagePage, LastPage, LedgerPage, Page, SourcePage
from tui.first_tills import TillBooksPage, TillPage
from tui.i18n import N_, _
from tui.keys import bindings
from tui.thai_probe import Widths
from tui.widgets.key_line import KeyLine
from tui.widgets.meter import Meter

LAST: Final = 5
STEPS_OF: Final = (1, 2, 3, 4, 5)
"""Pages in their order."""
AMERICAN: Final = 6
"""Asked behind the accounting service, where its books are American."""
TILLS: Final = (7, 8)
"""Asked there, where settlements of tills come."""


class GuideScreen(Screen[None]):
    """The pages, one at a time."""

    HELP: ClassVar[str] = N_(
        "Every question has an answer already and can be skipped. Nothing is made before the last step."
    )
    BINDINGS = bindings("back", "open")
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    GuideScreen { align: center middle; }
    #guide-title { height: 1; background: $recon-panel; padding: 0 1; text-style: bold; color: $recon-accent; }
    #body { height: 1fr; padding: 1 1 0 1; }
    GuideScreen.-low #body { padding: 0 1; }
    .page { height: 1fr; max-width: 100; }
    .page Static { height: auto; }
    .page .ask { margin-top: 1; text-style: bold; }
    .page .hint { margin-top: 1; color: $recon-dim; }
    .page .field { height: 1; margin-bottom: 1; }
    GuideScreen.-low .page .field { margin: 0; }
    .page .label { width: auto; min-width: 16; height: 1; padding-right: 1; }
    .page Input { width: 1fr; }
    .page .try { height: 1; margin-top: 1; }
    GuideScreen.-low .page .try { margin-top: 0; }
    .page .try Button { margin-right: 2; }
    .page .take { display: none; }
    .page .answer { margin-top: 0; }
    #checks { margin-top: 1; }
    #making { height: 1fr; padding: 1; }
    #problem { height: auto; max-height: 5; color: $recon-bad; padding: 0 1; }
    #buttons { height: 1; }
    #buttons Button { margin: 0 1; }
    #buttons Static { width: 1fr; height: 1; }
    """

    class Finished(Message):
        """Every question is answered: the workspace is wanted."""

    class SampleWanted(Message):
        """A sample workspace is wanted."""

    class Stopped(Message):
        """The sample that is being made is not wanted any more."""

    def __init__(self, answers: Answers, widths: Widths | None, clock: Clock) -> None:
        super().__init__()
        self.answers, self._widths, self._clock = answers, widths, clock
        self.number = 1
        self.is_making = False

    def compose(self) -> ComposeResult:
        """Title, the page, what is wrong, the buttons, the keys."""
        yield Static(id="guide-title", markup=False)
        with Container(id="body"):
            yield LanguagePage(self.answers, 1)
            yield SourcePage(self.answers, 2)
            yield CompanyPage(self.answers, 3)
            yield LedgerPage(self.answers, 4)
            yield AmericanPage(self.answers, AMERICAN)
            yield TillPage(self.answers, TILLS[0])
            yield TillBooksPage(self.answers, TILLS[1])
            yield LastPage(self.answers, LAST, self._widths, self._clock)
            with Container(id="making"):
                yield Static(id="making-words", markup=False)
                yield Meter(id="making-meter")
        yield Static(id="problem", markup=False)
        with Horizontal(id="buttons"):
            yield Button(Content(_("Look around with sample data")), id="sample")
            yield Static("")
            yield Button(Content(_("Back")), id="previous")
            yield Button(Content(_("Next")), id="next")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the first page, or go on where another language was chosen."""
        self.turn_to(self.number)

    def page(self) -> Page:
        """Return the page in sight."""
        return self.query_one(f"#page-{self.number}", Page)

    def steps(self) -> tuple[int, ...]:
        """Return the pages of these answers, in their order."""
        more = TILLS if self.answers.is_till else (AMERICAN,) if self.answers.is_american else ()
        return (*STEPS_OF[:-1], *more, LAST)

    def _beside(self, by: int) -> int:
        """Return the page before or behind the one in sight."""
        steps = self.steps()
        return steps[max(0, min(steps.index(self.number) + by, len(steps) - 1))]

    def turn_to(self, number: int) -> None:
        """Show one page."""
        self.number = number
        for each in self.query(Page):
            each.display = not self.is_making and each.id == f"page-{number}"
        self.query_one("#making").display = self.is_making
        self.query_one("#buttons").display = not self.is_making
        step = _("step {n} of {total}").format(n=self.steps().index(number) + 1, total=len(self.steps()))
        title = _("Sample data") if self.is_making else f"{_(TITLES[number - 1])}  ({step})"
        self.query_one("#guide-title", Static).update(Content(title))
        self.query_one("#previous").display = number > 1
        self.query_one("#next", Button).label = Content(self._next_words())
        self.query_one("#next", Button).refresh(layout=True)
        self.say("")
        self._show_keys()
        if not self.is_making:
            if isinstance(self.page(), (CompanyPage, LedgerPage, AmericanPage, TillPage)):
                self.call_next(self.page().compose_anew)  # the answers before it decide what it asks
            else:
                self._focus_first()
            if isinstance(self.page(), LastPage):
                self.query_one(LastPage).look()
        else:
            self.set_focus(None)

    def _focus_first(self) -> None:
        found = [widget for widget in self.page().query("Choice, Input") if widget.focusable]
        if found:
            found[0].focus()

    def _show_keys(self) -> None:
        if self.is_making:
            self.query_one(KeyLine).use(("back", "leave"), {"back": _("Stop")})
            return
        words = {"open": self._next_words(), "back": _("Skip"), "previous_step": _("Back")}
        names = [
            "open",
            *(["previous_step"] if self.number > 1 else []),
            *(["back"] if self.number != LAST else []),
            "leave",
        ]
        self.query_one(KeyLine).use(tuple(names), words)

    def _next_words(self) -> str:
        if self.number != LAST:
            return _("Next")
        return _("Open recon") if self.answers.company.strip() else _("Sample data")

    def say(self, words: str) -> None:
        """Say what is wrong."""
        self.query_one("#problem", Static).update(Content(show_lines(words)))

    # --- going on

    def action_open(self) -> None:
        """Go on; after the last page begin to work."""
        if self.is_making:
            return
        problem = self.page().problem()
        if problem:
            self.say("! " + problem)
        elif self.number != LAST:
            self.turn_to(self._beside(1))
        elif self.answers.company.strip():
            self.post_message(self.Finished())
        else:
            self.post_message(self.SampleWanted())

    def action_back(self) -> None:
        """Skip this question, or stop what is being made."""
        if self.is_making:
            self.post_message(self.Stopped())
        elif self.number != LAST:
            self.turn_to(self._beside(1))

    def go_back(self) -> None:
        """Show the page before."""
        if self.number > 1 and not self.is_making:
            self.turn_to(self._beside(-1))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Enter in a line goes to the next line, and from the last one to the next page."""
        event.stop()
        lines = list(self.page().query(Input))
        place = lines.index(event.input) if event.input in lines else len(lines)
        if place + 1 < len(lines):
            lines[place + 1].focus()
        else:
            self.action_open()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "sample":
            self.post_message(self.SampleWanted())
        elif event.button.id == "previous":
            self.go_back()
        elif event.button.id == "next":
            self.action_open()

    def show_making(self, *, is_making: bool) -> None:
        """Show that the sample is being made, or the pages again."""
        self.is_making = is_making
        self.turn_to(self.number)

    def show_step(self, step: DemoStep) -> None:
        """Show how far the sample is."""
        done = [f"✓ {_(words)}" for words in STEPS[: step.number - 1]]
        lines = [*done, f"> {_(step.words)}", *(["  " + tr_composed(shown(step.detail))] if step.detail else [])]
        self.query_one("#making-words", Static).update(Content("\n".join(lines)))
        self.query_one(Meter).show(step.number - 1, len(STEPS))

"""The five questions of the first-run guide as pages; each writes what is typed into the answers at once."""

from __future__ import annotations

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static

from recon.domain.providers import LEDGERS, source_facts
from recon.ports import Clock
from recon.service.upkeep import OtherSide
from tui.cells import shown
from tui.checks import machine_checks
from tui.core_texts import ENVIRONMENTS, word
from tui.first_answers import SOURCES, Answers
from tui.first_checks import CHECKS
from tui.first_till_answers import organisation_problem
from tui.first_workspace import wrong_company
from tui.i18n import LANGUAGES, N_, _
from tui.screens.doctor import COLOURS, checks_text
from tui.thai_probe import Widths
from tui.widgets.choice import Choice
from tui.widgets.filter_line import FilterInput, clean
from tui.widgets.keys_dialog import KEEPS

TITLES = (
    N_("Welcome"),
    N_("Where do your orders come from?"),
    N_("Folder and company"),
    N_("Accounting service"),
    N_("Who works here, and this terminal"),
    N_("Your American books"),
    N_("Your tills"),
    N_("Invoices, vouchers and times"),
)


class TestCall(Message):
    """The person wants to know who answers on one side."""

    def __init__(self, side: str) -> None:
        self.side = side
        super().__init__()


class LanguageChosen(Message):
    """Another language."""

    def __init__(self, language: str) -> None:
        self.language = language
        super().__init__()


class Page(VerticalScroll):
    """One question."""

    can_focus = False

    def __init__(self, answers: Answers, number: int) -> None:
        super().__init__(id=f"page-{number}", classes="page")
        self.answers = answers

    def problem(self) -> str:
        """Return what is wrong here; empty: one may go on."""
        return ""

    async def compose_anew(self, at: str = "Choice, Input") -> None:
        """Ask what the answers of now call for, and put the cursor there."""
        await self.recompose()
        found = [widget for widget in self.query(at) if widget.focusable]
        if found:
            found[0].focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        name = event.input.name or ""
        if name.startswith(("shop.", "ledger.")):
            side, _dot, key = name.partition(".")
            (self.answers.shop_keys if side == "shop" else self.answers.ledger_keys)[key] = event.value.strip()
        elif name:
            setattr(self.answers, name, event.value)


def field(words: str, name: str, value: str, *, hint: str = "", password: bool = False) -> ComposeResult:
    """Yield a line of words and a line to type into."""
    with Horizontal(classes="field"):
        yield Static(Content(words), classes="label")
        yield FilterInput(clean(value), name=name, placeholder=hint, password=password, select_on_focus=False)


class LanguagePage(Page):
    """1: language."""

    def compose(self) -> ComposeResult:
        """What this is, and the languages by their own names."""
        yield Static(
            _(
                "recon brings the orders of your shop into your books: you look, you approve, it sends each document once."
            )
        )
        yield Static(Content("Language / ภาษา / Språk"), classes="ask")
        yield Choice(tuple(LANGUAGES.items()), self.answers.language, id="language")
        yield Static(
            _("Nothing is sent anywhere until you approve it. Everything can be changed later."), classes="hint"
        )

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self.answers.language = event.value
        self.post_message(LanguageChosen(event.value))


class DoorPage(Page):
    """A page with keys that can be tried."""

    side = ""

    def keys(self) -> ComposeResult:
        """Yield the keys this side needs, and the button that tries them."""
        kept = self.answers.shop_keys if self.side == "shop" else self.answers.ledger_keys
        for name in self.answers.wanted_keys(self.side):
            yield from field(
                name.replace("_", " "),
                f"{self.side}.{name}",
                kept.get(name, ""),
                hint=_("can wait"),
                password=name != "storename",
            )
        if self.answers.wanted_keys(self.side):
            with Horizontal(classes="try"):
                yield Button(Content(_("Try the keys")), name="try", id=f"try-{self.side}")
                yield Button(Content(_("Take this name")), name="take", classes="take")
            yield Static("", classes="answer", markup=False)

    @on(Choice.Changed, "#source,#target")
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        if event.choice.id == "source":
            self.answers.use_source(event.value)
        else:
            self.answers.target = event.value
        self.refresh(recompose=True)
        self.call_after_refresh(self._focus_choice)

    def _focus_choice(self) -> None:
        self.query(Choice).first().focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.name == "try":
            self.say(_("Asking ..."), "")
            self.post_message(TestCall(self.side))
        elif self._found is not None and self._found.ledger is not None:
            self.answers.company, self.answers.tax_id = self._found.ledger.name, self._found.ledger.tax_id
            self.show_answer(self._found)

    _found: OtherSide | None = None

    def say(self, words: str, style: str) -> None:
        """Say how the call went."""
        for line in self.query(".answer").results(Static):
            line.update(Content.assemble((words, style)))

    def show_answer(self, found: OtherSide) -> None:
        """Name who answered, and offer its name where another was typed."""
        self._found = found
        is_other = wrong_company(self.answers, found)
        for button in self.query(".take").results(Button):
            button.display = is_other or (found.ledger is not None and not self.answers.company.strip())
        if found.ledger is None:
            self.say(f"✓ {shown(found.shop)}", "$recon-done")
            return
        words = _("{company} answers ({environment}, tax id {tax_id}).").format(
            company=shown(found.ledger.name),
            environment=word(ENVIRONMENTS, found.ledger.environment),
            tax_id=shown(found.ledger.tax_id) or "-",
        )
        if is_other:
            self.say(
                f"? {words} " + _("You typed another name. If it is the same company, take this name."), "$recon-check"
            )
        else:
            self.say(f"✓ {words}", "$recon-done")


TAKE_OVER: Final = N_(
    "One folder is one company. Settlements from the take-over date on are yours; those before it belong to whoever wrote them till "
    "now. After the first upload the date is locked: an earlier one would book days that stand in the books already, a later one "
    "would drop days that were planned."
)
"""Why the date from which recon works cannot be changed."""
WHERE_LEDGERS_KEYS_ARE: Final = {
    "poweroffice": N_(
        "application key: of this integration, from PowerOffice. client key: an administrator of the company makes it in Go under "
        "Settings, Extensions, Add extension. subscription key: in PowerOffice's developer portal. They can wait."
    ),
}
"""Where a person finds the keys of a ledger, where that is not one place."""
WHERE_KEYS_ARE: Final = {
    "zort": N_("The keys stand in ZORT under Settings, Open API. They can wait."),
    "shopify-api": N_(
        "The keys stand in Shopify's Dev Dashboard under the app's settings. A token of an older app goes into client_secret, "
        "with - as client_id. They can wait."
    ),
}
"""Where a person finds the keys of a shop system; one that is not here has a log-in."""


class SourcePage(DoorPage):
    """2: where orders come from."""

    side = "shop"

    def compose(self) -> ComposeResult:
        """The sources, and the keys of one that is asked."""
        yield Choice([(value, _(words)) for value, words in SOURCES], self.answers.source, id="source")
        facts = source_facts(self.answers.source)
        if facts.has_api:
            found = WHERE_KEYS_ARE.get(self.answers.source, N_("Its log-in can wait, until orders are fetched."))
            yield Static(_(found), classes="hint")
        elif facts.is_till:
            yield Static(_("Put the tills' files into the folder inbox, or choose them in Import."), classes="hint")
        elif facts.has_columns_of_its_own:
            yield Static(_("Put the export into the folder inbox, or choose it in Import."), classes="hint")
        else:
            yield Static(_("Import shows the columns of your file and asks what they are."), classes="hint")
        yield from self.keys()


class CompanyPage(Page):
    """3: folder and company."""

    def compose(self) -> ComposeResult:
        """Folder, name, tax id, start date."""
        answers = self.answers
        yield from field(_("Folder"), "folder", answers.folder)
        yield from field(_("Company"), "company", answers.company, hint=_("as it stands in the ledger"))
        if answers.is_till:
            yield from field(
                _("Organisation number"),
                "tax_id",
                answers.tax_id,
                hint=_("9 digits; other companies' files are refused"),
            )
            yield from field(_("Take-over date"), "start_date", answers.start_date)
            yield Static(_(TAKE_OVER), classes="hint")
            return
        yield from field(_("Tax id"), "tax_id", answers.tax_id, hint=_("13 digits, US 9; or empty"))
        yield from field(_("Start date"), "start_date", answers.start_date)
        yield Static(_("One folder is one company. Nothing from before the start date is ever posted."), classes="hint")

    def problem(self) -> str:
        """Return the first thing that is wrong."""
        if not self.answers.company.strip():
            return ""
        checks = {**CHECKS, "tax_id": organisation_problem} if self.answers.is_till else CHECKS
        return next((said for name, check in checks.items() if (said := check(getattr(self.answers, name)))), "")


class LedgerPage(DoorPage):
    """4: where documents go."""

    side = "ledger"

    def compose(self) -> ComposeResult:
        """The accounting services, PEAK's keys, and where keys are kept."""
        yield Choice([(value, _(words)) for value, words in self.answers.targets()], self.answers.target, id="target")
        if where := WHERE_LEDGERS_KEYS_ARE.get(self.answers.system):
            yield Static(_(where), classes="hint")
        yield from self.keys()
        if self.answers.wanted_keys("ledger") or self.answers.wanted_keys("shop"):
            yield Static(_("Keys are kept"), classes="ask")
            yield Choice([(value, _(words)) for value, words in KEEPS], self.answers.keep, id="keep")
        elif self.answers.target in LEDGERS and LEDGERS[self.answers.target].is_sandbox:
            yield Static(_("The sandbox needs no keys and sends nothing to anybody."), classes="hint")
        elif self.answers.target.endswith(("-file", "-iif")):
            yield Static(_("Approved documents become import files in the folder outgoing."), classes="hint")
        else:
            yield Static(_("It needs no keys here; the next page sets the Web Connector up."), classes="hint")

    @on(Choice.Changed, "#keep")
    def _kept(self, event: Choice.Changed) -> None:
        event.stop()
        self.answers.keep = event.value


class LastPage(Page):
    """5: who works here, and whether this terminal is good enough."""

    def __init__(self, answers: Answers, number: int, widths: Widths | None, clock: Clock) -> None:
        super().__init__(answers, number)
        self._widths, self._clock = widths, clock

    def compose(self) -> ComposeResult:
        """A name and the checks."""
        yield from field(_("Your name"), "person", self.answers.person)
        yield Static(_("It stands beside every approval."), classes="hint")
        yield Static(id="checks")

    def on_resize(self) -> None:
        """Look at the terminal, whose size is one of the things looked at."""
        self.look()

    def look(self) -> None:
        """Show what this terminal can do."""
        colours, size = COLOURS.get(self.app.console.color_system or ""), self.app.size
        wanted = {"terminal", "size", "colours", "thai", "clock"}
        checks = machine_checks(self._clock.now(), self._widths, colours=colours, size=(size.width, size.height))
        self.query_one("#checks", Static).update(
            checks_text([check for check in checks if check.name in wanted], min(size.width, 100) - 4)
        )

"""Settings: everything in recon.toml with its explanation, keys without their values, and what the person likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from recon.config.schedule_presets import preset_settings
from recon.domain.providers import source_facts
from recon.service import ReconService
from recon.service.connecting import ConnectionReport
from recon.service.setting_sheet import SettingLine, typed_value
from recon.service.upkeep import Answered, KeyLine, OtherSide
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import LANGUAGES, N_, _, language, tr
from tui.keys import bindings
from tui.sample import is_sample
from tui.schedule_words import USUAL, preset_choices
from tui.screens import settings_words as words
from tui.screens.audit_words import passing
from tui.screens.base import StepScreen
from tui.screens.proposed_accounts import offer_accounts
from tui.setting_names import setting_name
from tui.themes import THEME_WORDS
from tui.widgets.dialogs import ChoiceDialog, TextDialog
from tui.widgets.filter_line import FilterLine, clean
from tui.widgets.keys_dialog import KeysDialog, TypedKeys
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import CursorMoved, Opened


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What stands in the list."""

    lines: tuple[SettingLine, ...]
    keys: tuple[KeyLine, ...]
    answered: tuple[Answered, ...]


class SettingsScreen(StepScreen):
    """Look at every setting, change it, try the connection."""

    STEP: ClassVar[str] = "home"
    FOOTER: ClassVar[tuple[str, ...]] = ("open", "verify", "filter", "back", "refresh", "command_palette")
    HELP: ClassVar[str] = N_(
        "Every setting of the company and its connections, as it stands in recon.toml. + set by you, = locked, ! missing. "
        "Enter changes the setting; your comments in the file stay."
    )
    BINDINGS = bindings("filter", "open", "verify", "link_all", "sort")
    AUTO_FOCUS = "#rows"
    CSS = """
    SettingsScreen #rows { height: 1fr; }
    #about { height: 8; border-top: solid $recon-line; padding: 0 1; }
    #about Static { height: auto; }
    SettingsScreen.-wide #about, SettingsScreen.-tall #about { height: 10; }
    SettingsScreen.-tiny #filter, SettingsScreen.-narrow #filter { display: none; }
    SettingsScreen.-filtering #filter { display: block; }
    #setting-buttons { height: 1; padding: 0 1; }
    #setting-buttons Button { margin-right: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._sheet = _Sheet((), (), ())
        self._note: Content | None = None
        self._pointed = ""

    def body(self) -> ComposeResult:
        """Filter, list, what the setting is, buttons."""
        yield FilterLine(lambda: _("filter: words of a setting"), id="filter")
        yield VirtualTable(words.setting_columns(), key="key", markable=False, id="rows")
        with VerticalScroll(id="about", can_focus=False):
            yield Static(id="about-text")
        if not self.recon.session.read_only:
            with Horizontal(id="setting-buttons"):
                yield Button(Content(_("Change")), id="change")
                yield Button(Content(_("Test the connection")), id="test")

    @property
    def rows(self) -> VirtualTable:
        """The list."""
        return self.query_one("#rows", VirtualTable)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is there now: a test notes who answered, so it is not while the screens may only read."""
        if action == "verify" and self.recon.session.read_only:
            return False
        return super().check_action(action, parameters)

    def key_words(self) -> dict[str, str]:
        """Say what the keys do here."""
        return {"open": _("Change"), "verify": _("Test"), "link_all": _("Proposed accounts")}

    # --- reading

    def load(self) -> None:
        """Read recon.toml and where keys are kept."""
        if not self._sheet.lines:
            self.rows.say_busy(lambda: _("Reading the settings ..."))

        def read(service: ReconService) -> _Sheet:
            upkeep = service.upkeep
            return _Sheet(upkeep.settings(), upkeep.kept_keys(), upkeep.folder().answered)

        self.ask(read, self._came)

    def _came(self, sheet: _Sheet) -> None:
        self._sheet = sheet
        self.rows.say_when_empty(lambda: _("Nothing fits the filter."), lambda: _("Esc clears the filter."))
        preferences = replace(self.recon.preferences, language=language())
        theme = _(THEME_WORDS.get(self.recon.theme, self.recon.theme))
        rows = [*words.setting_rows(sheet.lines), *words.key_rows(sheet.keys), *words.mine_rows(preferences, theme)]
        self._frame = words.frame_of(rows)
        self._filter()
        if self._pointed:
            self._move_to_pointed()
        self._show_about()

    def point_at(self, key: str) -> None:
        """Put the cursor on a setting as soon as it stands in the list; the nearest one above where it has no line of its own."""
        self._pointed = key
        if self._sheet.lines:
            self._move_to_pointed()

    def _move_to_pointed(self) -> None:
        key, self._pointed = self._pointed, ""
        while key and not self.rows.move_to_key(key):
            key = key.rpartition(".")[0]

    _frame = words.frame_of(())

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._filter()

    def _filter(self) -> None:
        line = self.query_one("#filter", FilterLine)
        order = passing(self._frame, line.text)
        self.rows.set_rows(self._frame, order if line.is_active else None)
        line.show_result(len(order), self._frame.height)
        self.set_class(line.is_active, "-filtering")

    def action_filter(self) -> None:
        """Type into the filter."""
        self.add_class("-filtering")
        self.query_one("#filter", FilterLine).begin()

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.rows.focus()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.rows.action_sort()

    def action_back(self) -> None:
        """Clear what was said and the filter; then home."""
        line = self.query_one("#filter", FilterLine)
        if self._note is not None:
            self._note = None
            self._show_about()
        elif line.is_active:
            line.set_text("")
        else:
            super().action_back()

    # --- what the cursor is on

    @on(CursorMoved)
    def _cursor_moved(self) -> None:
        self._note = None
        self._show_about()

    def _show_about(self) -> None:
        """Show what went on, or the setting under the cursor."""
        line, key = self._line(), self._key()
        if self._note is not None:
            said = self._note
        elif line is not None:
            said = words.setting_facts(line)
        elif key is not None:
            zone = self.recon.overview.timezone if self.recon.overview else "UTC"
            said = words.key_facts(key, self._sheet.answered, zone)
        else:
            said = Content(_("This is yours: it holds in every workspace and stands in no file of the company."))
        self.query_one("#about-text", Static).update(said)

    def _line(self) -> SettingLine | None:
        return next((line for line in self._sheet.lines if line.key == self.rows.cursor_key), None)

    def _key(self) -> KeyLine | None:
        wanted = self.rows.cursor_key
        return next((k for k in self._sheet.keys if f"{words.KEYS}.{k.connection}.{k.name}" == wanted), None)

    def _say(self, note: Content) -> None:
        self._note = note
        self._show_about()

    # --- changing

    @on(Opened)
    def _opened(self) -> None:
        self.action_open()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "change":
            self.action_open()
        else:
            self.action_verify()

    def action_open(self) -> None:
        """Change the setting under the cursor."""
        line, key, mine = self._line(), self._key(), str(self.rows.cursor_key or "")
        if self.recon.session.read_only and (line is not None or key is not None):
            words_ = _("This session may only read. Nothing was changed; open recon without --read-only to work.")
            self._say(Content.assemble(("= ", "$recon-check"), words_))
        elif line is not None:
            self._change(line)
        elif key is not None:
            self._type_keys(key.connection)
        elif mine.startswith(f"{words.MINE}."):
            self._change_mine(mine.partition(".")[2])

    def _change(self, line: SettingLine) -> None:
        if line.locked:
            self._say(Content.assemble(("= ", "$recon-check"), (setting_name(line), "bold"), "\n", tr(line.locked)))
            return
        if line.kind == "table":
            self._say(Content(_("This table is edited in recon.toml; the screen shows it after F5.")))
            return

        def answered(text: str | None) -> None:
            if text is not None and text != clean(line.value):
                self.act(
                    lambda service: service.upkeep.change_settings({line.path: text}), self._changed, group="settings"
                )

        if line.path[-2:] == ("schedule", "when"):
            self.app.push_screen(
                ChoiceDialog(setting_name(line), preset_choices() + words.choices_of(line), words=tr(line.help)),
                lambda value: self._set_schedule(line, value, answered),
            )
            return
        if line.kind in {"choice", "yes-no"}:
            self.app.push_screen(
                ChoiceDialog(setting_name(line), words.choices_of(line), words=tr(line.help)), answered
            )
            return
        accepted = f"{tr(line.help)}\n\n{_('accepts')}: {words.accepts(line)}"
        dialog = TextDialog(setting_name(line), accepted, yes=_("Save"), value=line.value, check=_check(line))
        self.app.push_screen(dialog, answered)

    def _set_schedule(self, line: SettingLine, value: str | None, otherwise: Callable[[str | None], None]) -> None:
        """Write a usual schedule whole, or how often alone."""
        if value is None or not value.startswith(USUAL):
            otherwise(value)
            return
        changes = preset_settings(line.path[1], value.removeprefix(USUAL))
        self.act(lambda service: service.upkeep.change_settings(changes), self._changed, group="settings")

    def _changed(self, keys: tuple[str, ...]) -> None:
        self._say(
            Content.assemble(("✓ ", "$recon-done"), _("Saved in recon.toml: {keys}").format(keys=", ".join(keys)))
        )
        self.recon.settings_changed()
        note = self._note
        self.load()
        self._note = note

    def _change_mine(self, name: str) -> None:
        app = self.recon
        if name == "name":
            words_ = _("The name that stands beside your decisions from the next start on.")
            dialog = TextDialog(_("Who works here?"), words_, yes=_("Save"), value=app.preferences.name)
            self.app.push_screen(dialog, lambda text: self._prefer(name=text) if text is not None else None)
            return
        choices: dict[str, list[tuple[str, str]]] = {
            "language": list(LANGUAGES.items()),
            "theme": [(value, _(said)) for value, said in THEME_WORDS.items()],
            "hide_numbers": [("no", _("no")), ("yes", _("yes"))],
        }
        then: dict[str, Callable[[str], None]] = {
            "language": app.use_language,
            "theme": app.use_theme,
            "hide_numbers": lambda value: self._prefer(hide_numbers=value == "yes"),
        }

        def answered(value: str | None) -> None:
            if value is not None:
                then[name](value)
                self.load()

        self.app.push_screen(ChoiceDialog(_("Choose"), choices[name]), answered)

    def _prefer(self, **wishes: object) -> None:
        self.recon.prefer(replace(self.recon.preferences, **wishes))  # type: ignore[arg-type]  # fields of it
        self.load()

    # --- keys and the connection

    def action_link_all(self) -> None:
        """Show the accounts the ledger's chart offers for settings that name none."""
        if not self.recon.session.read_only:
            line = self._line()
            name = line.path[1] if line and line.path[0] == "connections" else self.recon.connection
            offer_accounts(self, name, lambda taken: self._changed(tuple(each.full_name for each in taken)))

    def _type_keys(self, connection: str) -> None:
        keys = [key for key in self._sheet.keys if key.connection == connection]
        in_file = any(key.place in {"file", "no-key-store"} for key in keys)

        def answered(typed: TypedKeys | None) -> None:
            if typed is not None:
                self._test(connection, typed)

        dialog = KeysDialog(connection, [(key.system, key.name) for key in keys], "file" if in_file else "keyring")
        self.app.push_screen(dialog, answered)

    def action_verify(self) -> None:
        """Ask both sides of the connection who they are."""
        line, key = self._line(), self._key()
        name = (
            key.connection if key else line.path[1] if line and line.path[0] == "connections" else self.recon.connection
        )
        if not name:
            self._say(Content(_("There is no connection yet. Write one into recon.toml, as docs/settings.md shows.")))
            return
        self._test(name, None)

    def _test(self, name: str, typed: TypedKeys | None) -> None:
        self._say(Content(_("Asking ...")))
        if is_sample(self.recon.session.workspace.root):
            self.ask(
                lambda service: service.upkeep.who_answers(name, {}, ledger=True, shop=False), self._answered_alone
            )
            return
        given, keep = (typed.values, typed.keep) if typed else (None, "keyring")

        def connect(service: ReconService) -> ConnectionReport:
            has_shop = source_facts(service.settings.connections[name].source).has_api
            sides = ("ledger", "source") if has_shop else ("ledger",)
            return service.connect(name, sides=sides, set_accounts=False, given=given, keep=keep)

        self.act(connect, self._connected, group="connect")

    def _answered_alone(self, found: OtherSide) -> None:
        company = shown(found.ledger.name) if found.ledger else ""
        said = _(
            "{company} answers: the sample's sandbox ledger. The invented shop was there only while the sample was made."
        )
        self._say(Content.assemble(("✓ ", "$recon-done"), said.format(company=company)))

    def _connected(self, report: ConnectionReport) -> None:
        first, *rest = report.lines()
        said = "\n".join(tr_composed(shown(text)) for text in rest)
        self._say(Content.assemble(("✓ ", "$recon-done"), (shown(first), "bold"), "\n", said))
        note = self._note
        self.load()
        self._note = note

    def show_error(self, error: BaseException) -> None:
        """Show what went wrong; nothing is under way any more."""
        self._note = None
        self._show_about()
        super().show_error(error)


def _check(line: SettingLine) -> Callable[[str], str]:
    """Return what finds out whether a typed text is of the setting's kind; the file as a whole is judged on saving."""

    def check(text: str) -> str:
        if line.needed and not text:
            return _("Something must be written here.")
        try:
            typed_value(line, text)
        except ValueError as error:
            return _("accepted: {what}").format(what=tr_composed(str(error)))
        return ""

    return check

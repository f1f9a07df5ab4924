"""Home: what waits for whom, what is connected, where the money went, what was done last, and a chart of each day."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recon.service.overview import Overview, Wait
from tui.cells import columns, cut, fit, shown, split_line, width_of
from tui.composed import tr_composed
from tui.event_words import event_count, event_words
from tui.i18n import N_, _, count, day, day_heading, moment, ngettext
from tui.keys import bindings
from tui.record_words import counted, held_purchases, is_of_tills
from tui.run_words import run_words
from tui.screens.base import StepScreen
from tui.screens.home_words import GOES_TO, SIGNS, WAITS, WAITS_OF_TILLS
from tui.widgets.intake_words import source_words

_TWO_COLUMNS: Final = 110


class Waits(OptionList, inherit_bindings=False):
    """What waits; the keys that go beyond its ends scroll the rest of the screen, which holds nothing to choose.

    Enter is left to the screen, so that the last line, the help and the commands know it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", show=False),
        Binding("down", "cursor_down", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]

    def on_mount(self) -> None:
        """Take the keys without moving the screen: it is still being laid out, and its heading must stay in sight."""
        self.focus(scroll_visible=False)

    def action_cursor_down(self) -> None:
        """Go down one, at the last one scroll on."""
        if self.highlighted == self.option_count - 1:
            self._around.scroll_down()
        else:
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """Go up one, at the first one scroll back."""
        if not self.highlighted or self._around.scroll_y > 0:
            self._around.scroll_up()
        else:
            super().action_cursor_up()

    def action_page_down(self) -> None:
        """Scroll a page on."""
        self._around.scroll_page_down()

    def action_page_up(self) -> None:
        """Scroll a page back."""
        self._around.scroll_page_up()

    @property
    def _around(self) -> VerticalScroll:
        return self.screen.query_one("#home", VerticalScroll)


class HomeScreen(StepScreen):
    """The place recon opens on."""

    STEP: ClassVar[str] = "home"
    FOOTER: ClassVar[tuple[str, ...]] = ("open", "next_step", "go_upload", "toggle_numbers", "command_palette", "leave")
    HELP: ClassVar[str] = N_("What stands where, what waits for whom, and what was done last. Enter opens what waits.")
    BINDINGS = bindings("open")
    CSS = """
    #home { height: 1fr; layout: vertical; }
    HomeScreen.-wide #home { layout: grid; grid-size: 2; grid-columns: 1fr 1fr; grid-rows: auto; grid-gutter: 0 2; }
    HomeScreen.-wide #part-last { column-span: 2; }
    HomeScreen.-wide #home.-no-days #part-last { column-span: 1; }
    #home Vertical { height: auto; padding-bottom: 1; }
    #part-money, #part-connections, #part-days, #part-last { display: none; }
    #waits { height: auto; max-height: 8; border: none; background: $recon-ground; padding: 0; }
    #waits:focus { background-tint: $recon-ground 0%; }
    #waits > .option-list--option { padding: 0 1; }
    #waits > .option-list--option-highlighted { background: $recon-cursor; color: $recon-text; text-style: bold; }
    #home Static { padding: 0 1; }
    #home .heading { padding: 0 1; }
    """

    def body(self) -> ComposeResult:
        """Yield one part after another; two columns where there is room."""
        with VerticalScroll(id="home", can_focus=False):
            with Vertical(id="part-waits"):
                yield Static(_("Needs you"), classes="heading")
                yield Waits(Option(_("Reading ..."), id="0:nothing"), id="waits")
            with Vertical(id="part-money"):
                yield Static(_("Where the money went"), classes="heading")
                yield Static(id="money")
            with Vertical(id="part-connections"):
                yield Static(_("Connections"), classes="heading")
                yield Static(id="connections")
            with Vertical(id="part-days"):
                yield Static(_("Posted per day"), classes="heading")
                yield Static(id="days")
            with Vertical(id="part-last"):
                yield Static(day_heading(_("Last steps")), classes="heading")
                yield Static(id="last")

    def load(self) -> None:
        """Draw what is known; the app reads the newest state by itself."""
        if self.recon.overview is None:
            return
        if self.query("#waits, #last"):
            self.overview_came(self.recon.overview)
        elif self.is_attached:  # a slow machine: nothing stands here yet
            self.call_after_refresh(self.load)

    def on_resize(self) -> None:
        """Lines are made for the width there is."""
        self.load()

    def overview_came(self, view: Overview) -> None:
        """Draw everything."""
        self._show_waits(view)
        width = self._column_width()
        self.query_one("#money", Static).update(self._money(view, width))
        self.query_one("#connections", Static).update(Content("\n".join(self._connections(view, width))))
        self.query_one("#days", Static).update(self._days(view, width))
        room = self.size.width - 3 if view.days else width
        self.query_one("#last", Static).update(Content("\n".join(self._last(view, room))))
        self.query_one("#home").set_class(not view.days, "-no-days")
        self.query_one("#part-days").display = bool(view.days)
        self.query_one("#part-money").display = view.controls is not None
        self.query_one("#part-connections").display = True
        self.query_one("#part-last").display = bool(view.events)

    def key_words(self) -> dict[str, str]:
        """Say what the key for numbers does now."""
        return {"toggle_numbers": _("Show numbers")} if self.recon.numbers_hidden else {}

    def overview_failed(self, error: BaseException) -> None:
        """Nothing can be shown but why."""
        self.show_error(error)

    def _column_width(self) -> int:
        whole = self.size.width
        return (whole - 2) // 2 - 3 if whole >= _TWO_COLUMNS else whole - 3

    # --- needs you

    def _show_waits(self, view: Overview) -> None:
        waits = self.query_one("#waits", OptionList)
        lines = [(wait.kind, self._wait(wait)) for wait in _all_waits(view)]
        place = waits.highlighted or 0
        waits.clear_options()
        if not lines or not view.files:
            lines.insert(0, ("nothing", Content(_nothing_waits(view, tills=self._is_of_tills()))))
        waits.add_options([Option(content, id=f"{number}:{kind}") for number, (kind, content) in enumerate(lines)])
        waits.highlighted = min(place, len(lines) - 1)

    def _wait(self, wait: Wait) -> Content:
        """Return sign and words; where they take more than one line, the words stand under each other."""
        sign, style = SIGNS.get(wait.kind, ("?", "$recon-check"))
        lines = Content(self._wait_words(wait)).wrap(max(self._column_width() - len(sign) - 1, 20))
        return Content.assemble((f"{sign} ", style), Content("\n  ").join(lines))

    def _is_of_tills(self) -> bool:
        """Return whether everything here comes from tills."""
        view = self.recon.overview
        return view is not None and is_of_tills(*(line.source for line in view.connections))

    def _sources_of_purchases(self) -> list[str]:
        """Return where purchases come from."""
        view = self.recon.overview
        return [line.source for line in view.connections if line.purchases] if view is not None else []

    def _wait_words(self, wait: Wait) -> str:
        if wait.kind == "held-purchases":
            words = held_purchases(wait.count, *self._sources_of_purchases())
        elif wait.kind in WAITS:
            known = WAITS | WAITS_OF_TILLS if self._is_of_tills() else WAITS
            words = known[wait.kind](wait.count)
        else:
            return shown(tr_composed(wait.words))
        total = self.recon.amount(wait.total) if wait.total else ""
        return words.format(n=count(wait.count), batch=shown(wait.subject), total=total)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go where the chosen thing is settled."""
        self._go(event.option.id)

    def action_open(self) -> None:
        """Go where the thing under the cursor is settled."""
        waits = self.query_one("#waits", OptionList)
        if waits.highlighted is not None:
            self._go(waits.get_option_at_index(waits.highlighted).id)

    def _go(self, option: str | None) -> None:
        kind = (option or "").partition(":")[2]
        view = self.recon.overview
        empty = view is not None and not view.files
        self.recon.go(GOES_TO.get(kind, "import" if empty else "review"))
        if kind == "till-days":
            from tui.screens.audit import AuditScreen

            if isinstance(audit := self.app.screen, AuditScreen):
                audit.point_at("days")

    # --- figures

    def _money(self, view: Overview, width: int) -> Content:
        controls = view.controls
        if controls is None:
            return Content("")
        amount, room = self.recon.amount, min(width, 62)
        lines = [
            (
                self._source_words(controls.orders),
                amount(controls.source),
                "bold",
            ),
            (_("= posted before"), amount(controls.posted), ""),
            (_("+ documents of this plan"), amount(controls.documents), ""),
            (_("+ held"), amount(controls.held), "$recon-bad" if controls.held != "0.00" else ""),
            (_("+ not posted, as set or decided"), amount(controls.ignored), ""),
            (_("difference"), amount(controls.difference), "bold"),
        ]
        head = split_line("", view.currency, room)
        parts: list[str | tuple[str, str]] = [(head, "$recon-dim")]
        for words, figure, style in lines:
            parts += ["\n", (split_line(words, figure, room), style)]
        return Content.assemble(*parts)

    def _source_words(self, n: int) -> str:
        """Return what the sources have, as the first line of where the money went."""
        if self._is_of_tills():
            words = ngettext("{n} settlement or invoice of tills", "{n} settlements and invoices of tills", n)
        else:
            words = ngettext("{n} order, less refunds and cancelled", "{n} orders, less refunds and cancelled", n)
        return words.format(n=count(n))

    def _connections(self, view: Overview, width: int) -> list[str]:
        lines = []
        for line in view.connections:
            n = counted(line.orders, line.purchases, line.source)
            where = f"{shown(line.name)}: {source_words(line.source)} > {shown(line.target)}"
            lines.append(split_line(where, f"{n}  {self.recon.amount(line.total)}", width))
            since = _("from {day}").format(day=day(line.start_date, era=True))
            locked = _("start date locked") if line.start_date_locked else _("start date open")
            lines.append(fit(f"  {since}, {locked}", width))
            lines += [cut(f"  {words}", width) for words in run_words(line.runs, view.timezone)]
        return lines

    def _days(self, view: Overview, width: int) -> Content:
        days = view.days[-10:]
        texts = [(day(line.day), count(line.count), self.recon.amount(line.total)) for line in days]
        head = (day_heading(_("Date")), _("Documents"), view.currency)
        widths = [max(width_of(text) for text in column) for column in zip(head, *texts, strict=True)]
        room = max(width - sum(widths) - 8, 4)
        most = max((abs(_minor(line.total)) for line in days), default=0) or 1
        parts: list[str | tuple[str, str]] = [(columns(head, widths, right=(1, 2)), "$recon-dim")]
        for line, text in zip(days, texts, strict=True):
            minor = _minor(line.total)
            cells = 0 if self.recon.numbers_hidden else abs(minor) * room // most
            bar = "-" * cells if minor < 0 else "#" * cells
            parts += [
                "\n" + columns(text, widths, right=(1, 2)) + "  ",
                (bar, "$recon-bad" if minor < 0 else "$recon-accent"),
            ]
        return Content.assemble(*parts)

    def _last(self, view: Overview, width: int) -> list[str]:
        texts = [
            (moment(line.at, view.timezone), shown(line.who), event_words(line), event_count(line))
            for line in view.events
        ]
        if not texts:
            return []
        first, who, last = (max(width_of(text[n]) for text in texts) for n in (0, 1, 3))
        middle = width - first - min(who, 12) - last - 3
        return [columns(text, (first, min(who, 12), max(middle, 8), last), right=(3,)) for text in texts]


def _minor(total: str) -> int:
    """Return an amount's digits as a whole number; only its proportion is used, for the length of a bar."""
    return int(total.replace(".", ""))


def _all_waits(view: Overview) -> list[Wait]:
    waits = list(view.waits)
    if view.inbox:
        waits.append(Wait("inbox", "", view.inbox))
    waits += [Wait("connect", line.name) for line in view.connections if line.company is None]
    return waits


def _nothing_waits(view: Overview, *, tills: bool) -> str:
    if not view.files and tills:
        return _("No settlements yet. Enter takes you to Import: choose a file of the tills there.")
    if not view.files:
        return _("No orders yet. Enter takes you to Import: choose a file there, or fetch from the shop.")
    return _("Nothing waits for you.")

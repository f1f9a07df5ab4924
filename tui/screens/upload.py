"""Upload: the second door before anything is sent, the progress while it is, and what is left to a person afterwards.

The upload itself runs in a process of its own; this place only starts it, looks on from the store, and may ask it to stop.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import OptionList, Static

from recon.service import ReconService
from recon.store.moments import moment
from recon.summaries.plans import PlanReport
from recon.summaries.sent import VerifySummary
from recon.summaries.settled import SettleReport
from recon.upload.running import waits
from tui import upload_words as words
from tui.cells import shown
from tui.i18n import N_, _, count, duration, ngettext
from tui.keys import bindings
from tui.screens.upload_look import POLL_SECONDS, Seen, UploadLook
from tui.widgets.go_on_dialog import go_on_dialog
from tui.widgets.meter import Meter
from tui.widgets.panels import EmptyPanel
from tui.widgets.settle_dialog import SettleDialog, Settlement
from tui.widgets.upload_panes import LISTS, DoorPane, ListTabs, ProgressPane


class UploadScreen(UploadLook):
    """Send what is approved, and see what became of it."""

    STEP: ClassVar[str] = "upload"
    HELP: ClassVar[str] = N_(
        "Look once more, then send. The upload runs by itself: you may leave, and it goes on. Nothing is ever sent twice."
    )
    BINDINGS = bindings("next_pane", "open", "stop", "plan", "verify")
    CSS = """
    #upload { height: 1fr; }
    UploadScreen.-tall ListTabs, UploadScreen.-tall #door-buttons { margin-top: 1; }
    UploadScreen.-tall #up-note, UploadScreen #door-risks { margin-top: 1; }
    UploadScreen.-tall #door-facts { margin-top: 1; }
    UploadScreen.-narrow #door-risks { margin-top: 0; }
    UploadScreen.-narrow .ask { layout: vertical; height: 2; }
    #up-empty, #up-door, #up-progress { display: none; }
    #upload > .loading { padding: 1 2; color: $recon-dim; }
    """

    # --- faces

    def body(self) -> ComposeResult:
        """Yield every face; one is shown at a time."""
        with Container(id="upload"):
            yield Static(_("Reading ..."), classes="loading", markup=False)
            yield EmptyPanel(
                _("Nothing is approved yet. Look at the documents in Review and approve them; then they are sent from here."),
                "previous_step", _("Review"), id="up-empty",
            )  # fmt: skip
            yield DoorPane(id="up-door")
            yield ProgressPane(id="up-progress")

    def on_mount(self) -> None:
        """Look on from now on."""
        self._poll = self.set_interval(POLL_SECONDS, self._tick)
        super().on_mount()

    def draw(self) -> None:
        """Show what was seen."""
        seen = self.seen
        if seen is None or not self.is_mounted:
            return
        if seen.state.batch is None or (seen.door is None and seen.state.state == "draft"):
            self._show_face("up-empty")
        elif seen.door is not None:
            self._show_face("up-door")
            self.query_one(DoorPane).show(
                seen.door,
                self._say(),
                answered=self._company_words(),
                is_open=self._may_send() and self._is_same_company and not self._is_sealing,
            )
        else:
            self._show_face("up-progress")
            self._draw_progress(seen)
        self.show_keys()
        self.refresh_bindings()

    def _show_face(self, name: str) -> None:
        for child in self.query_one("#upload").children:
            child.display = child.id == name or (not name and child.has_class("loading"))

    def _say(self) -> words.Speech:
        state = self.seen.state if self.seen else None
        return words.Speech(
            width=max(20, self.size.width - 3),
            amount=self.recon.amount,
            timezone=state.timezone if state else "UTC",
            currency=state.currency if state else "",
            now=self.recon.session.clock.now(),
            hidden=self.recon.numbers_hidden,
        )

    def _draw_progress(self, seen: Seen) -> None:
        state, say = seen.state, self._say()
        self.query_one("#up-head", Static).update(words.headline(state, say))
        meter = self.query_one(Meter)
        meter.hide_numbers = self.recon.numbers_hidden
        left = _("{time} left").format(time=duration(state.pace.seconds_left)) if state.pace else ""
        meter.show(state.settled, state.documents, sums=words.sums(state, say), note=left)
        self.query_one("#up-tallies", Static).update(words.tallies(state))
        self.query_one("#up-note", Static).update(self._note(seen))
        counts = {
            "refused": sum(group.count for group in state.refused),
            "unsure": len(state.unsure),
            "person": len(state.person),
        }
        self.query_one(ListTabs).show(self._list, counts)
        lines = {
            "results": [words.result_option(line, say) for line in state.results],
            "refused": [words.refused_option(group, say) for group in state.refused],
            "unsure": [words.unsure_option(line, say) for line in state.unsure],
            "person": [words.person_option(line, say) for line in state.person],
        }[self._list]
        self.query_one(ProgressPane).list_lines(self._list, lines, _("Nothing here."))
        if self.focused is None or self.focused.id != "up-list":
            self.call_after_refresh(self.query_one("#up-list", OptionList).focus)

    def _note(self, seen: Seen) -> Content:
        """Return what goes on, or how it ended and what comes next."""
        state = seen.state
        if seen.is_running and state.stop_asked:
            return Content(_("Stopping: the document in hand is finished first. What is not sent stays approved."))
        if seen.is_running and state.waits is not None:
            return Content(words.waiting(state.waits, self._say(), stops=True))
        if seen.is_running and not state.started_at:
            return Content(_("Beginning: the ledger is asked once more who it is. You may leave; it goes on."))
        if seen.is_running:
            pace = _("{n} a minute. ").format(n=count(state.pace.per_minute)) if state.pace else ""
            return Content(pace + _("You may leave; it goes on. Stop finishes the document in hand."))
        what_next = (words.ended_words(seen.ended, state), words.next_words(state, self._list))
        sheets = words.sheets_words(state.attachments)
        said = [self._notice, *(() if self._is_read_back else what_next), sheets, self._draft_waits()]
        return Content("\n".join(dict.fromkeys(part for part in said if part)))

    # --- the second door

    def _company_words(self) -> Content:
        """Return who answers on the other side, and since when that is known."""
        if not self._may_send():
            return Content.assemble((_("This session may only read: nothing is sent from here."), "$recon-check"))
        if self._check_failed:
            text = _("The ledger could not be asked who it is: {why} F5 asks again.").format(
                why=shown(self._check_failed)
            )
            return Content.assemble((f"! {text}", "$recon-bad"))
        if self._checked is None and (waiting := waits(self.recon.session.workspace.private)) is not None:
            return Content.assemble((words.waiting(waiting, self._say()), "$recon-check"))
        if self._checked is None:
            return Content.assemble((_("Asking the ledger who it is ..."), "$recon-dim"))
        ago = max(0, int((self.recon.session.clock.now() - moment(self._checked.at)).total_seconds()))
        if self._checked.is_same:
            return Content.assemble(
                (f"= {_('checked with the ledger {n} s ago: same company').format(n=count(ago))}", "$recon-done")
            )
        text = _(
            "The ledger answers for {other}, not for {ours}. Nothing can be sent. Check the connection's keys and address."
        )
        return Content.assemble((f"! {text.format(other=shown(self._checked.company), ours=shown(self._checked.expected))}", "$recon-bad"))  # fmt: skip

    def on_door_pane_cancelled(self) -> None:
        """Go back to where the documents are."""
        self.recon.go("review")

    def on_door_pane_sent(self, event: DoorPane.Sent) -> None:
        """Approve what is not approved yet, then start the upload."""
        door = self.seen.door if self.seen else None
        if door is None or not self._may_send():
            return
        self._notice, self._is_sealing = "", True

        def approve(service: ReconService) -> tuple[str, tuple[str, ...]]:
            batch = service.approve_decided(
                self.seen.state.connection if self.seen else None, event.actor, event.confirm
            )
            return batch.batch, service.notes

        if door.state == "draft":
            self.act(approve, lambda sealed: self._send(*sealed))
        else:
            self._send(door.batch)

    # --- keys

    FOOTER: ClassVar[tuple[str, ...]] = ("refresh", "previous_step", "next_step", "command_palette")

    def show_keys(self) -> None:
        """Write the keys that work on this face."""
        from tui.widgets.key_line import KeyLine

        names = [name for name in ("stop", "open", "plan", "refresh", "next_pane", "verify") if self._works(name)]
        self.query_one(KeyLine).use((*names, "back", "next_step", "command_palette"), self.key_words())

    def key_words(self) -> dict[str, str]:
        """Say what the keys do here and now."""
        found = {"plan": _("Send these again")}
        if self._goes_on():
            found["refresh"] = _("Look now") if self.seen and self.seen.state.unsure else _("Go on")
        if self._list == "refused":
            found["open"] = _("Mend")
        elif self._list == "person":
            found["open"] = _("Say what is true")
        return found

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what works on this face."""
        del parameters
        return self._works(action) if action in {"stop", "open", "plan", "verify"} else True

    def _works(self, action: str) -> bool:
        seen = self.seen
        if action == "refresh":
            return True
        if seen is None or seen.state.batch is None or seen.door is not None or seen.state.state == "draft":
            return False
        state, may = seen.state, self._may_send()
        return {
            "stop": may and seen.is_running and not state.stop_asked,
            "open": (self._list == "refused" and bool(state.refused))
            or (may and self._list == "person" and bool(state.person)),
            "plan": may and not seen.is_running and bool(state.refused),
            "verify": state.state == "done",
        }.get(action, True)

    def _goes_on(self) -> bool:
        """Return whether an upload of this batch has something left to do."""
        seen = self.seen
        if seen is None or seen.door is not None or seen.is_running or not self._may_send():
            return False
        return bool(seen.state.unsure) or (
            seen.state.state in {"approved", "uploading"} and seen.state.counts.get("queued", 0) > 0
        )

    def action_show_list(self, name: str) -> None:
        """Open one of the lists."""
        if name in LISTS:
            self._list, self._list_chosen = name, True
            self.draw()

    def action_next_pane(self) -> None:
        """Open the next list that has something in it."""
        state = self.seen.state if self.seen else None
        if state is None or not self._works("next_list"):
            self.focus_next()
            return
        names = list(LISTS)
        rows = {"results": True, "refused": state.refused, "unsure": state.unsure, "person": state.person}
        after = [*names[names.index(self._list) + 1 :], *names[: names.index(self._list) + 1]]
        self.action_show_list(next(name for name in after if rows[name] or name == self._list))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a double click on a line."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Go where a refusal is mended, or say what is true about a document that waits."""
        at, state = self.query_one(ProgressPane).cursor, self.seen.state if self.seen else None
        if at is None or state is None or not self._works("open"):
            return
        if self._list == "refused" and at < len(state.refused):
            self.recon.go(state.refused[at].place)
        elif self._list == "person" and at < len(state.person):
            line = state.person[at]
            actor = self.recon.session.actor
            self.app.push_screen(
                SettleDialog(line, self._say().said(line.words), actor=actor),
                lambda said: self._settle(line.document_key, said),
            )

    def _settle(self, key: str, said: Settlement | None) -> None:
        if said is None:
            return

        def settle(service: ReconService) -> SettleReport:
            return service.settle((key,), said.said)

        def settled(report: SettleReport) -> None:
            (one,) = report.documents
            self._notice = _("{number} is settled: {state}.").format(
                number=shown(one.number), state=words.status(one.state)[0]
            )
            self.recon.load_overview()
            self.ask(self._look(self.seen.state.batch if self.seen else None), self._came)

        self._start(lambda: self.recon.session.act(settle, actor=said.actor), settled, group="settle", exclusive=False)

    def action_stop(self) -> None:
        """Ask the upload to stop after the document in hand."""
        batch = self.seen.state.batch if self.seen else None
        if batch is None or not self._works("stop"):
            return
        uploads = self.recon.session.uploads
        self.ask(lambda service: uploads.ask_to_stop(service, batch), lambda _asked: self._tick(), group="stop")

    def action_plan(self) -> None:
        """Plan again: what was refused comes back with the next plan, mended or not."""
        if not self._works("plan"):
            return
        connection = self.seen.state.connection if self.seen else None
        self.act(lambda service: service.plan(connection), self._planned)

    def _planned(self, report: PlanReport) -> None:
        if report.batch is None:
            self._notice = _("The new plan has nothing to send: mend the cause first.")
            self.draw()
        else:
            self.recon.go("review")

    def action_verify(self) -> None:
        """Read the ledger back and compare."""
        batch = self.seen.state.batch if self.seen else None
        if batch is None or not self._works("verify"):
            return
        self._notice = _("Reading the ledger back ...")
        self.draw()
        self.ask(lambda service: service.verify(batch), self._verified, group="verify")

    def _verified(self, report: VerifySummary) -> None:
        self._is_read_back = True
        odd = len(report.differences) + len(report.missing) + len(report.strangers)
        if odd:
            self._notice = ngettext(
                "The ledger differs in {n} place: see Audit.", "The ledger differs in {n} places: see Audit.", odd
            ).format(n=count(odd))
        else:
            self._notice = _("Read back from the ledger: {n} compared, all equal.").format(n=count(report.compared))
        self.draw()

    def action_refresh(self) -> None:
        """Ask the ledger again at the door; go on where something is left, after a yes; else read anew."""
        if self._goes_on():
            self._ask_to_go_on()
            return
        self._checked, self._check_failed = None, ""
        super().action_refresh()

    def _ask_to_go_on(self) -> None:
        seen = self.seen
        if seen is None or seen.state.batch is None:
            return
        batch = seen.state.batch

        def decided(yes: object) -> None:
            if yes:
                self._send(batch)

        self.app.push_screen(go_on_dialog(seen.state, batch), decided)

    def on_resize(self) -> None:
        """Lines are cut to the width."""
        self.draw()

    def language_changed(self) -> None:
        """Draw everything anew in another language."""
        self.seen = None
        super().language_changed()

    def numbers_changed(self) -> None:
        """Amounts are hidden or shown from now on."""
        self.show_frame()
        self.draw()

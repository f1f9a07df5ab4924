"""What the upload screen knows and how it comes to know it: looks at the store, asks the ledger who it is, starts an upload.

While something is sent it looks every half second, from a worker thread; the upload itself is a process of its own.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual.timer import Timer
from textual.worker import get_current_worker

from recon.errors import ReconError, UsageError
from recon.service import ReconService
from recon.service.overview import Overview
from recon.service.upload_records import CompanyCheck, UploadDoor, UploadState
from tui.composed import tr_composed
from tui.handing import hand_over
from tui.i18n import _, count, ngettext
from tui.screens.base import StepScreen
from tui.upload_process import Ended
from tui.upload_words import draft_waits
from tui.widgets.panels import ErrorPanel
from tui.widgets.step_bar import StepBar

POLL_SECONDS: Final = 0.5
LEFT: Final = ("queued", "sending", "unknown")
"""States of documents that are on their way still."""
REST_FACTOR: Final = 4
"""After a look it rests so many times as long as the look took, so that looking at a huge batch leaves the upload its machine."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the store showed."""

    state: UploadState
    is_running: bool
    """It is being sent, or the process that will is just starting."""
    ended: Ended | None
    door: UploadDoor | None
    """Only where nothing of the batch was sent yet and something is approved."""
    turn: int
    """Which look of this screen it was, by when it began."""


class UploadLook(StepScreen):
    """Looks on; the screen itself draws."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Seen | None = None
        self._turns = itertools.count(1)
        self._list = "results"
        self._list_chosen = False
        self._checked: CompanyCheck | None = None
        self._check_failed = ""
        self._notice = ""
        self._poll: Timer | None = None
        self._polling = False
        self._look_again_at = 0.0
        self._is_sealing = False
        self._is_read_back = False
        """Whether the notice is about the ledger as it was read back."""
        self._drawn_at: dt.datetime | None = None
        """Second for which times left and passed were written last."""

    def draw(self) -> None:
        """Show what was seen."""
        raise TypeError(f"{type(self).__name__} draws nothing")

    def show_frame(self) -> None:
        """Write title, steps and keys anew."""
        super().show_frame()
        self._follow_steps()

    def _follow_steps(self) -> None:
        """Let the step say what is left by the last look: the overview is read before and after an upload only."""
        view, seen = self.recon.overview, self.seen
        if view is None or seen is None or seen.door is not None or seen.state.batch is None or not self.is_mounted:
            return
        left = sum(seen.state.counts.get(name, 0) for name in LEFT)
        left += sum(batch.open + batch.unknown for batch in view.batches if batch.batch != seen.state.batch)
        steps = self.query_one(StepBar)
        steps.counts = {
            **steps.counts,
            "upload": ngettext("{n} open", "{n} open", left).format(n=count(left)) if left else "",
        }

    def _draft_waits(self) -> str:
        """Return that a newer draft waits for its approval, where everything of this batch is settled."""
        view, seen = self.recon.overview, self.seen
        if view is None or seen is None or seen.state.state != "done":
            return ""
        found = next((wait for wait in view.waits if wait.kind == "draft"), None)
        return "" if found is None else draft_waits(found.subject, found.count)

    def overview_came(self, view: Overview) -> None:
        """What else waits is said below what was sent."""
        super().overview_came(view)
        self.draw()

    def on_screen_resume(self) -> None:
        """Somebody came back here: look anew."""
        super().on_screen_resume()
        if self.seen is not None:
            self.load()

    def load(self) -> None:
        """Look at the batch that comes first."""
        self._list_chosen, self._polling = False, False  # a look that was cut off with its screen never comes back
        self.ask(self._look(None), self._came)

    def _look(self, batch: str | None) -> Callable[[ReconService], Seen]:
        uploads = self.recon.session.uploads

        def question(service: ReconService) -> Seen:
            turn = next(self._turns)
            name = batch or service.upload_state().batch
            is_starting = name is not None and uploads.alive(
                name
            )  # asked first: what ends meanwhile shows at the next look
            state = service.upload_state(name)
            is_running = state.is_running or is_starting
            fresh = state.batch is not None and not is_running and state.state in {"draft", "approved"}
            return Seen(
                state=state,
                is_running=is_running,
                ended=uploads.ended(state.batch) if state.batch and not is_running else None,
                door=_door(service, state.batch) if state.batch and fresh and not state.started_at else None,
                turn=turn,
            )

        return question

    def _came(self, seen: Seen) -> None:
        if self.seen is not None and seen.turn < self.seen.turn:
            return  # it began before the look that is shown: what has started since would seem to stand still
        before, self.seen = self.seen, seen
        if before is not None and before.state.batch != seen.state.batch:
            self._is_read_back = False
        if before is not None and before.is_running and not seen.is_running:
            self.recon.load_overview()
            if seen.ended is not None and seen.ended.words and not seen.ended.ending:
                self._say_not_begun(seen.ended.words)
        if not self._list_chosen:
            self._list = _first_list(seen)
        if seen.door is not None and self._checked is None and not self._check_failed:
            self._ask_company(seen.door.batch)
        self.draw()
        self._follow_steps()

    def _say_not_begun(self, said: str) -> None:
        """Show why an upload ended before it could do anything."""
        panel = self.query_one(ErrorPanel)
        panel.say(_("The upload could not go on"), tr_composed(said))
        panel.add_class("-shown")

    def _failed(self, error: BaseException) -> None:
        self._is_sealing, self._notice = False, ""
        self.draw()
        super()._failed(error)

    # --- who is on the other side

    def _may_send(self) -> bool:
        return not self.recon.session.read_only

    @property
    def _is_same_company(self) -> bool:
        return self._checked is not None and self._checked.is_same

    def _ask_company(self, batch: str) -> None:
        self._check_failed = ""

        def run() -> None:
            worker = get_current_worker()
            try:
                found: CompanyCheck | ReconError = self.recon.session.ask(
                    lambda service: service.check_company(batch, patience=lambda: 0.0 if worker.is_cancelled else None)
                )
            except ReconError as error:
                found = error
            hand_over(self.app, self._company_answered, found)

        self.run_worker(run, thread=True, group="company", exclusive=True, exit_on_error=False)

    def _company_answered(self, found: CompanyCheck | ReconError) -> None:
        if isinstance(found, ReconError):
            self._check_failed = tr_composed(str(found))
        else:
            self._checked = found
        self.draw()

    # --- sending, and looking on

    def _send(self, batch: str, notes: tuple[str, ...] = ()) -> None:
        """Start the upload of an approved batch and look on."""
        self._notice = " ".join(tr_composed(note) for note in notes)
        self._list, self._list_chosen, self._is_sealing, self._is_read_back = "results", False, False, False
        uploads = self.recon.session.uploads

        def begin(service: ReconService) -> Seen:
            uploads.start(batch)
            return self._look(batch)(service)

        self.ask(begin, self._came, group="begin")

    # --- looking on

    def _tick(self) -> None:
        """Look again while something runs, and let the clocks go on, once a second."""
        seen = self.seen
        if seen is None or not self.is_current:
            return
        if not seen.is_running:
            second = self.recon.session.clock.now().replace(microsecond=0)
            has_clock = seen.door is not None or (self._list == "unsure" and bool(seen.state.unsure))
            if has_clock and second != self._drawn_at:
                self._drawn_at = second
                self.draw()
            return
        if not self._polling and time.monotonic() >= self._look_again_at:
            self._polling = True
            self.run_worker(self._poll_once, thread=True, group="poll", exclusive=True, exit_on_error=False)

    def _poll_once(self) -> None:
        batch = self.seen.state.batch if self.seen else None
        began = time.monotonic()  # the machine's own: this is about its load, not about the story of the books
        try:
            seen = self.recon.session.ask(self._look(batch))
        except ReconError:
            seen = None  # the store is busy for a moment; the next look tells more
        ended = time.monotonic()
        self._look_again_at = ended + REST_FACTOR * (ended - began)
        hand_over(self.app, self._polled, seen)

    def _polled(self, seen: Seen | None) -> None:
        self._polling = False
        if seen is not None and self.is_attached:
            self._came(seen)


def _door(service: ReconService, batch: str) -> UploadDoor | None:
    """Return what stands at the second door; None: nothing of the draft is approved."""
    try:
        return service.upload_door(batch)
    except UsageError:
        return None


def _first_list(seen: Seen) -> str:
    """Return the list a person should look at first."""
    state = seen.state
    if seen.is_running:
        return "results"
    for name, rows in (("person", state.person), ("unsure", state.unsure), ("refused", state.refused)):
        if rows:
            return name
    return "results"

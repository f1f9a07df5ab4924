"""What the Audit screen writes and asks for: workbooks and journals of a batch, and the ledger read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.content import Content
from textual.widgets import Static

from recon.summaries.plans import BatchView
from recon.summaries.sent import VerifySummary
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import _, count
from tui.screens import audit_words as words
from tui.screens.books import ToBooks
from tui.widgets.dialogs import ChoiceDialog


class AuditWriting(ToBooks):
    """The actions of Audit that take a while, with the line that says how far they are."""

    def __init__(self) -> None:
        super().__init__()
        self._batches: tuple[BatchView, ...] = ()
        self._note: Content | None = None

    def _compared(self, report: VerifySummary) -> None:
        """Show what a comparison found."""
        raise TypeError(f"{type(self).__name__} shows no comparison of {report.batch}")

    def _say(self, note: Content | str | None) -> None:
        self._note = Content(note) if isinstance(note, str) else note
        line = self.query_one("#audit-note", Static)
        line.update(self._note or Content(""))
        line.display = self._note is not None

    def _progress(self) -> Callable[[str], None]:
        """Return where a worker tells how far it is."""
        return lambda text: self.app.call_from_thread(self._say, f"> {tr_composed(shown(text))}")

    def action_export(self) -> None:
        """Choose what to write: a workbook or a journal, the newest batch first."""
        choices = [
            (f"{form}:{batch.batch}", f"{_(said)}, {batch.batch}")
            for batch in self._batches
            for form, said in words.FORMS.items()
        ]
        if not choices:
            self._say(_("There is no batch yet, so there is nothing to write. Plan in Review (m) first."))
            return
        self.app.push_screen(ChoiceDialog(_("Write which file?"), choices), self._write)

    def _write(self, chosen: str | None) -> None:
        if chosen is None:
            return
        form, _colon, batch = chosen.partition(":")
        self._say("> " + _("Writing ..."))
        tell = self._progress()
        if form == "workbook":
            self.act(lambda service: service.audit(batch, on_progress=tell), self._written, group="write")
        else:
            self.ask(lambda service: service.journal(batch, form), self._written, group="write")

    def _written(self, facts: dict[str, Any]) -> None:
        said = _("Wrote {path}").format(path=shown(facts["path"]))
        more = str(facts.get("message") or "")
        if facts.get("check_with"):
            more = _("Check it with: {command}").format(command=shown(facts["check_with"]))
        self._say(Content.assemble(("✓ ", "$recon-done"), "\n".join(filter(None, (said, words.total_words(more))))))
        self.load()

    def action_verify(self) -> None:
        """Choose a batch and read it back from the ledger."""
        posted = [batch for batch in self._batches if batch.posted]
        if not posted:
            self._say(_("Nothing is posted yet, so there is nothing to compare. F9 goes to the upload."))
        elif len(posted) == 1:
            self._verify(posted[0].batch)
        else:
            choices = [(b.batch, _("{batch}: {n} posted").format(batch=b.batch, n=count(b.posted))) for b in posted]
            self.app.push_screen(ChoiceDialog(_("Compare which batch with the ledger?"), choices), self._verify)

    def _verify(self, batch: str | None) -> None:
        if batch is None:
            return
        self._say("> " + _("Asking the ledger ..."))
        tell = self._progress()
        self.ask(lambda service: service.verify(batch, on_progress=tell), self._compared, group="verify")

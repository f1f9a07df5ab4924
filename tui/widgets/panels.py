"""Panels that take the place of a list: nothing here yet, still reading, or something went wrong."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from recon.errors import ReconError
from recon.text import show_lines
from tui.i18n import _
from tui.keys import KEYS, shown


class EmptyPanel(Static):
    """What this place is for, and the one key that fills it; a click on the key does it too."""

    DEFAULT_CSS = "EmptyPanel { padding: 0 2; }"

    def __init__(self, sentence: str, key: str, words: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """``words``: what the key does here; else what the table of keys says."""
        click = Style.from_meta({"@click": f"app.here('{key}')"})
        parts = (
            (f" {shown(key)} ", click + Style(bold=True, reverse=True)),
            (f"  {words or _(KEYS[key].words)}", click),
        )
        super().__init__(Content.assemble(sentence, "\n\n", *parts), id=id, classes="empty-panel")


class ErrorPanel(Static):
    """What happened, what was not done and what to do; outside text as text."""

    def __init__(self, title: str = "", words: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("", id=id, classes="error-panel", markup=False)
        self.say(title, words)

    def say(self, title: str, words: str) -> None:
        """Show this."""
        self.update(Content.assemble(("! " + title, "bold $recon-bad"), "\n\n", show_lines(words)))

    def say_error(self, error: ReconError) -> None:
        """Show an expected error."""
        self.say(_(error.title), error_words(error))


def error_words(error: BaseException) -> str:
    """Return what a person reads of an error; of a defect only its kind, never a value."""
    if isinstance(error, ReconError):
        from tui.composed import tr_composed

        return tr_composed(str(error))
    return _("This is a defect of recon ({kind}), not of your data. Nothing was sent because of it.").format(
        kind=type(error).__name__
    )

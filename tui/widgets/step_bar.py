"""The steps Import > Match > Review > Upload > Audit with what stands at each; a click goes there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.i18n import N_, _

STEPS: Final = ("home", "import", "match", "review", "upload", "audit")
"""The places along the way, in order; F2 and F3 go from one to the next."""
WORDS: Final = {
    "home": N_("Home"),
    "import": N_("Import"),
    "match": N_("Match"),
    "review": N_("Review"),
    "upload": N_("Upload"),
    "audit": N_("Audit"),
}


class StepBar(Widget):
    """One line; the step the person is at stands in brackets."""

    step: reactive[str] = reactive("home")
    counts: reactive[Mapping[str, str]] = reactive(dict)
    """Step to a few words about it, for example ``4 open``."""

    def render(self) -> Content:
        """Return the line in the widest form that fits."""
        for with_counts, gap, all_steps in (
            (True, " > ", True),
            (False, " > ", True),
            (False, ">", True),
            (False, "", False),
        ):
            parts = self._parts(with_counts=with_counts, gap=gap, all_steps=all_steps)
            if sum(cell_len(text) for text, _style in parts) <= self.size.width - 1:
                break
        return Content.assemble(" ", *parts)

    def _parts(self, *, with_counts: bool, gap: str, all_steps: bool) -> list[tuple[str, Style | str]]:
        parts: list[tuple[str, Style | str]] = []
        for name in STEPS:
            here = name == self.step
            if not (all_steps or here):
                continue
            if parts:
                parts.append((gap, "$recon-dim"))
            word = f"[{_(WORDS[name])}]" if here else _(WORDS[name])
            click = Style.from_meta({"@click": f"app.go('{name}')"})
            parts.append((word, click + Style(bold=True, underline=None) if here else click))
            if with_counts and self.counts.get(name):
                parts.append((f" {self.counts[name]}", "$recon-dim"))
        return parts

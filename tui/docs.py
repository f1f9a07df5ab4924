"""Pages of docs/ that are written from the code, so that they cannot fall behind: `python -m tui.docs` writes them."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from recon.config.explanations import setting_words
from recon.config.settings import Settings
from recon.domain.finding import FINDING_CODES
from recon.plan.tills.lifecycle import lifecycles_page
from tui.grammar import build_parser
from tui.help_texts import EXAMPLES, EXIT_CODES

HELP_WIDTH: Final = 100
_WRITTEN: Final = "<!-- Written from the code by `make docs`; edit there. -->\n"


def errors_page() -> str:
    """Return docs/errors.md: every finding code with severity, cause and remedy, and the exit codes."""
    rows = [
        f"| `{code}` | {found.severity} | {found.title} | {found.remedy} |" for code, found in FINDING_CODES.items()
    ]
    table = "\n".join(["| Code | Severity | What is the matter | What to do |", "| --- | --- | --- | --- |", *rows])
    severities = "*refused*: the row was not taken in. *hold*: the order waits. *warning*: it goes on and is shown. *note*: an explanation."
    return (
        f"# Findings and exit codes\n\n{_WRITTEN}\n{severities}\n\n{table}\n\n## Exit codes\n\n```\n{EXIT_CODES}\n```\n"
    )


def settings_page() -> str:
    """Return docs/settings.md: every setting with its type, default and explanation."""
    parts = [f"# Settings: recon.toml\n\n{_WRITTEN}\nSecrets never stand in this file.\n"]
    for heading, model in sections(Settings, ""):
        rows = [
            f"| `{name}` | {_type(field)} | {_default(field)} | {setting_words(model, name)} |"
            for name, field in model.model_fields.items()
        ]
        parts.append(
            "\n".join(
                [
                    f"## {heading or 'top level'}\n",
                    "| Setting | Accepts | Default | Meaning |",
                    "| --- | --- | --- | --- |",
                    *rows,
                ]
            )
            + "\n"
        )
    return "\n".join(parts)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help of one width, whatever the terminal's."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=HELP_WIDTH)


def commands_page() -> str:
    """Return docs/commands.md: every command with its help."""
    parser = build_parser()
    chooser = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001
    parts = [f"# Commands\n\n{_WRITTEN}"]
    for name, command in chooser.choices.items():
        if name in EXAMPLES or name == "help":
            command.prog = f"recon {name}"
            command.formatter_class = _Help
            parts.append(f"## recon {name}\n\n```\n{command.format_help().rstrip()}\n```\n")
    return "\n".join(parts)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/errors.md": errors_page,
    "docs/settings.md": settings_page,
    "docs/commands.md": commands_page,
    "docs/lifecycle.md": lifecycles_page,
}


def sections(model: type[BaseModel], path: str) -> list[tuple[str, type[BaseModel]]]:
    """Return the tables of the settings with their place in recon.toml, outermost first."""
    found = [(path, model)]
    for name, field in model.model_fields.items():
        inner: Any = field.annotation
        place = f"{path}.{name}".strip(".")
        if getattr(inner, "__origin__", None) is dict:
            inner, place = inner.__args__[1], f"{place}.NAME"
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += sections(inner, place)
    return found


def _type(field: FieldInfo) -> str:
    text = str(field.annotation) if not isinstance(field.annotation, type) else field.annotation.__name__
    text = re.sub(r"Annotated\[str, .*\(func=.*\)\]", "https address (http on loopback)", text)
    text = re.sub(r"recon\.config\.(\w+\.)*", "", text)
    for before, after in (("typing.", ""), ("datetime.", ""), ("|", "or")):
        text = text.replace(before, after)
    return text.replace("Literal[", "one of [").strip()


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel) or (isinstance(value, dict) and value):
        return "see below"
    return f"`{value!r}`"


def main(root: Path) -> int:
    """Write all pages below ``root``."""
    for name, render in PAGES.items():
        (root / name).write_text(render(), encoding="utf-8")
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(__file__).parent.parent))

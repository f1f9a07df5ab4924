"""What a person likes, the same in every workspace: language, theme, numbers hidden at the start.

Kept in ``preferences.toml`` in the person's own configuration folder, never in the workspace: two people of one company
may differ. A damaged file costs nothing but these wishes, so it is read as far as it goes.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

FILE_NAME: Final = "preferences.toml"
_HEAD: Final = "# How recon looks for you, in every workspace. recon writes this file; it may be edited or deleted.\n"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The wishes of one person."""

    language: str = ""
    """Code of the language of the screens (en, th, nb); empty: what the terminal says."""
    theme: str = ""
    """Name of the theme; empty: the program's own choice."""
    hide_numbers: bool = False
    """Whether amounts are hidden when a screen opens, for work where others look on."""
    name: str = ""
    """Who works here; stands beside decisions and approvals. Empty: the user of this computer."""


def preferences_file() -> Path:
    """Return where the wishes of this person are kept."""
    from platformdirs import user_config_path

    return user_config_path("recon", appauthor=False) / FILE_NAME


def load_preferences(file: Path | None = None) -> Preferences:
    """Return what the person likes; what is missing, unreadable or of another type counts as not said."""
    try:
        said = tomllib.loads((file or preferences_file()).read_text("utf-8"))
    except (OSError, ValueError):
        return Preferences()
    usual = Preferences()
    kept = {each.name: said[each.name] for each in fields(Preferences) if each.name in said}
    return replace(usual, **{name: value for name, value in kept.items() if type(value) is type(getattr(usual, name))})


def save_preferences(preferences: Preferences, file: Path | None = None) -> Path:
    """Write the wishes in one move, so that a crash leaves the old file or the new one; return the file.

    Raises:
        StoreError: The file cannot be written; the old one is untouched.
        OSError: The folder cannot be made.
    """
    from recon.files import atomic_write, make_folder

    target = file or preferences_file()
    make_folder(target.parent)
    lines = [f"{each.name} = {_toml(getattr(preferences, each.name))}\n" for each in fields(Preferences)]
    return atomic_write(target, (_HEAD + "".join(lines)).encode())


def _toml(value: str | bool) -> str:  # noqa: FBT001 - a value to be written, not a switch
    if isinstance(value, bool):
        return "true" if value else "false"
    escaped = "".join(f"\\u{ord(each):04x}" if ord(each) < 0x20 or each in '"\\\x7f' else each for each in value)
    return f'"{escaped}"'

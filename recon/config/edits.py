"""Single edits of a person's recon.toml: comments stay, and what comes out is valid as a whole."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from recon.config.settings import parse_settings
from recon.config.toml_edits import Value, with_values

__all__ = ("Value", "with_setting", "with_settings")


def with_setting(text: str, path: tuple[str, ...], *, value: Value) -> str:
    """Return the settings text with one value set, comments kept; the result validates.

    Raises:
        SettingsError: The value is not acceptable.
    """
    return with_settings(text, {path: value})


def with_settings(text: str, changes: Mapping[tuple[str, ...], Value | None]) -> str:
    """Return the settings text with some values set at once, comments kept; the result validates.

    A value of None takes the setting out, so that its default holds again. Settings that only make sense together (a cash method and that unmapped channels go there) are judged together.

    Raises:
        SettingsError: The values are not acceptable.
    """
    written = with_values(text, changes)
    parse_settings(tomllib.loads(written))
    return written

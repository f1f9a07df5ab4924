"""Rows and words of the settings screen: what a setting is, what it accepts, where keys are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl
from textual.content import Content

from recon.service.setting_sheet import SettingLine
from recon.service.upkeep import Answered, KeyLine
from tui.cells import shown
from tui.i18n import LANGUAGES, N_, _, moment, tr
from tui.preferences import Preferences
from tui.setting_names import (
    setting_choice,
    setting_form,
    setting_name,
    setting_place,
    setting_value,
    setting_value_in_full,
)
from tui.widgets.columns import Column

MINE: Final = "preferences"
KEYS: Final = "keys"
PLACES: Final = {
    "file": N_("kept in a file only you can read"),
    "key-store": N_("kept in the key store"),
    "nowhere": N_("not there"),
    "no-key-store": N_("not there; this computer has no key store"),
}
_SCHEMA: Final = {
    "key": pl.String, "section": pl.String, "name": pl.String, "value": pl.String, "state": pl.String, "words": pl.String,
}  # fmt: skip
Row = tuple[str, str, str, str, str, str]


def setting_rows(lines: Sequence[SettingLine]) -> list[Row]:
    """Return settings as rows, without those nobody reads here; ``state`` is locked, missing, set or default."""
    rows = []
    for line in filter(lambda line: line.is_read, lines):
        empty = not line.value and line.needed
        state = "locked" if line.locked else "missing" if empty else "default" if line.is_default else "set"
        place, name, value = setting_place(line), setting_name(line), setting_value(line)
        sought = f"{line.key} {place} {name} {value} {shown(line.value)} {tr(line.help)}"
        rows.append((line.key, place, name, value, state, sought.casefold()))
    return rows


def key_rows(keys: Sequence[KeyLine]) -> list[Row]:
    """Return keys as rows, without their values."""
    return [
        (
            f"{KEYS}.{line.connection}.{line.name}",
            f"{shown(line.connection)}: {_('Keys')}",
            f"{line.system} {line.name}",
            _(PLACES[line.place]),
            "set" if line.place in {"file", "key-store"} else "missing",
            f"{line.system} {line.name}".casefold(),
        )
        for line in keys
    ]


def mine_rows(preferences: Preferences, theme: str) -> list[Row]:
    """Return what the person likes as rows."""
    facts = (
        ("language", _("language of the screens"), LANGUAGES.get(preferences.language, preferences.language)),
        ("theme", _("colours"), theme),
        ("hide_numbers", _("hide numbers at the start"), _("yes") if preferences.hide_numbers else _("no")),
        ("name", _("who works here"), shown(preferences.name)),
    )
    return [
        (f"{MINE}.{name}", _("For you"), said, value, "set", f"{name} {said} {value}".casefold())
        for name, said, value in facts
    ]


def frame_of(rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as a frame."""
    return pl.DataFrame(list(rows), schema=_SCHEMA, orient="row")


def setting_columns() -> Sequence[Column]:
    """Return the columns of the settings."""
    signs = {"locked": "=", "missing": "!", "set": "+", "default": " "}
    return (
        Column("state", lambda: "", width=1, render=lambda state: signs[state], tone=_tone, priority=0, sortable=False),
        Column("section", lambda: _("Where"), width=20, priority=2),
        Column("name", lambda: _("Setting"), priority=0),
        Column("value", lambda: _("Value"), grow=True, least=14, priority=0),
    )


def _tone(state: str) -> str:
    return {"locked": "dim", "missing": "bad", "set": "ready"}.get(state, "")


# --- what one setting is


def accepts(line: SettingLine) -> str:
    """Return what a setting accepts, in words."""
    least, most = line.bounds
    if line.kind == "choice":
        return _("one of: {choices}").format(choices=", ".join(setting_choice(line, each) for each in line.choices))
    if line.kind == "choices":
        return _("some of: {choices}").format(choices=", ".join(_typed_and_meant(line, each) for each in line.choices))
    if line.kind == "number":
        if most is None:
            return _("a whole number, {least} or more").format(least=least or 0)
        return _("a whole number from {least} to {most}").format(least=least or 0, most=most)
    said = {
        "yes-no": _("yes or no"),
        "date": _("a date like 2026-01-31"),
        "list": _("words, with commas between them"),
        "table": _("a table; edit it in recon.toml"),
    }.get(line.kind, _("text"))
    if line.pattern:
        said = setting_form(line)
    elif most is not None:
        said += ", " + _("at most {n} characters").format(n=most)
    return said


def _typed_and_meant(line: SettingLine, value: str) -> str:
    meant = setting_choice(line, value)
    return value if meant == value else f"{value} ({meant})"


def setting_facts(line: SettingLine) -> Content:
    """Return everything about a setting."""
    name = (setting_name(line), "bold $recon-accent")
    parts: list[str | tuple[str, str]] = [name, (f"  {shown(line.key)}", "$recon-dim"), "\n", tr(line.help), "\n"]
    default = _("needed") if line.needed else setting_value_in_full(replace(line, value=line.default)) or _("empty")
    for said, value in (
        (_("value"), setting_value_in_full(line) or _("empty")),
        (_("default"), default),
        (_("accepts"), accepts(line)),
    ):
        parts += [(f"{said}: ", "$recon-dim"), f"{value}\n"]
    if line.locked:
        parts += [("= ", "$recon-check"), tr(line.locked)]
    return Content.assemble(*parts)


def key_facts(line: KeyLine, answered: Sequence[Answered], timezone: str) -> Content:
    """Return what is known about a key; never the key."""
    parts: list[str | tuple[str, str]] = [
        (f"{line.system} {line.name}", "bold $recon-accent"),
        "\n",
        _(PLACES[line.place]),
        "\n",
    ]
    for each in answered:
        if each.connection == line.connection:
            words = _("{company} answered last {at}.").format(
                company=shown(each.company), at=moment(each.at, timezone, era=True)
            )
            parts += [words, "\n"]
    return Content.assemble(*parts, (_("A key is never shown. Enter types a new one in its place."), "$recon-dim"))


def choices_of(line: SettingLine) -> list[tuple[str, str]]:
    """Return the choices of a setting with their words; the one that holds says so."""
    values = line.choices or ("yes", "no")
    said = {value: setting_value_in_full(replace(line, value=value)) for value in values}
    return [(v, f"{words_}  ({_('now')})" if v == line.value else words_) for v, words_ in said.items()]

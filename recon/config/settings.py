"""Settings of a workspace: ``recon.toml``, validated with all problems at once.

Sections: ``[company]`` whose books these are; ``[connections.NAME]`` one shop system joined to one ledger, with its
sub-tables ``source_api``, ``ledger``, ``products``, ``channels``, ``summary``, ``detail``, ``purchases``, ``charges``, ``contacts``, ``accounts``,
``schedule`` and ``auto_approve``; ``[approval]``. Secrets never stand here. Every field's docstring is its explanation on the settings screen
(`recon.config.explanations`).
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator

from recon.config.base import Section
from recon.config.connection import Connection
from recon.config.marketplace import check_yields
from recon.config.problems import explain
from recon.config.till import unfit_currency
from recon.domain.providers import ledger_facts, platform_of
from recon.errors import SettingsError

SETTINGS_FILE: Final = "recon.toml"
FORMAT: Final = 1


class Company(Section):
    """Whose books these are."""

    name: str = Field(min_length=1, max_length=200)
    """Company name as it stands in the ledger; compared with the ledger's own answer before every run."""
    short_name: str = Field(default="", max_length=20)
    """Typed to approve a live upload; left out: the first word of the name that is no form of company (บริษัท, หจก.)."""
    tax_id: str = ""
    """Tax id (13 digits; in the US 9) or Norwegian organisation number (9 digits); empty if none. Compared like the name where the ledger states one; files of tills name it too."""
    currency: str = Field(default="THB", pattern=r"^[A-Z]{3}$")
    """Currency of the books (ISO 4217)."""
    timezone: str = "Asia/Bangkok"
    """Zone in which a day begins and ends for the books."""
    workbook_language: Literal["en", "nb"] = "en"
    """Language of the workbooks that are written (audit, VAT, mappings): `en` English, `nb` Norwegian. Whoever looks at the screens in which language, the same files give the same bytes."""

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except Exception as error:
            raise ValueError("a zone name like Asia/Bangkok") from error
        return value


class Approval(Section):
    """Who may approve what."""

    two_persons: Literal["off", "warn", "block"] = "warn"
    """What happens when the person who planned a batch also approves it."""
    two_persons_above: str = Field(default="", pattern=r"^([0-9]{1,13}(\.[0-9]{1,2})?)?$")
    """From this batch total on two different persons are always needed; empty: no limit."""
    valid_days: int = Field(default=7, ge=1, le=90)
    """An approval older than this counts no longer."""


class Settings(Section):
    """Everything in recon.toml."""

    format: Literal[1] = FORMAT
    company: Company
    connections: dict[str, Connection] = {}  # noqa: RUF012
    approval: Approval = Approval()

    @field_validator("connections")
    @classmethod
    def _names(cls, value: dict[str, Connection]) -> dict[str, Connection]:
        for name in value:
            if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii() or len(name) > 40:
                raise ValueError(f"connection name {name!r}: letters, digits, - and _ only")
        return value

    @model_validator(mode="after")
    def _shops_differ(self) -> Settings:
        """Two connections whose orders had the same keys would take each other's documents for their own."""
        seen: dict[tuple[str, str], str] = {}
        for name, rules in self.connections.items():
            other = seen.setdefault((platform_of(rules.source), rules.shop), name)
            if other != name:
                raise ValueError(
                    f"connections {other} and {name} both read {rules.source} for shop = {rules.shop!r}: their orders would have the same keys, "
                    "and documents of one would count as those of the other. Give each shop a short name of its own"
                )
        return self

    @model_validator(mode="after")
    def _currency(self) -> Settings:
        for name, rules in self.connections.items():
            if unfit := unfit_currency(name, ledger_facts(rules.target), self.company.currency):
                raise ValueError(unfit)
        return self

    @model_validator(mode="after")
    def _yields(self) -> Settings:
        check_yields({name: rules.yields_to for name, rules in self.connections.items()})
        return self

    def connection(self, name: str | None = None) -> tuple[str, Connection]:
        """Return the named connection, or the only one.

        Raises:
            SettingsError: There is none of that name, or several and none was named.
        """
        if name is None:
            if len(self.connections) == 1:
                return next(iter(self.connections.items()))
            listed = ", ".join(self.connections) or "none"
            raise SettingsError(f"Which connection? There are: {listed}. Name one with --connection NAME.")
        if name not in self.connections:
            close = difflib.get_close_matches(name, self.connections, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise SettingsError(
                f"There is no connection {name!r}.{hint} There are: {', '.join(self.connections) or 'none'}."
            )
        return name, self.connections[name]


def load_settings(path: Path) -> Settings:
    """Read and validate ``recon.toml``.

    Raises:
        SettingsError: The file is missing, no TOML, or has wrong keys or values; all problems are listed, each with
            key, value, what is accepted and a close match for a misspelt key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"There is no {path.name} in {path.parent}. Make a workspace with `recon init DIR`."
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}.") from None
    return parse_settings(raw, where=path.name)


def parse_settings(raw: dict[str, Any], *, where: str = SETTINGS_FILE) -> Settings:
    """Validate settings that are already a mapping; raises like `load_settings`."""
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        problems = tuple(explain(dict(problem), raw, Settings) for problem in error.errors(include_url=False))
    raise SettingsError(f"{where}: " + "\n".join(problems), problems=problems)

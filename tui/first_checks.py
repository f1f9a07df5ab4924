"""What is wrong with an answer to the first-run guide; empty: nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from recon.targets.quickbooks.endpoint.password import LONGEST, SHORTEST
from tui.connector_setup import fits
from tui.i18n import _

_TAX_DIGITS: Final = 13
_EIN: Final = re.compile(r"[0-9]{2}-?[0-9]{7}")
"""Employer identification number of an American company; it has no check digit."""
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LONGEST_NAME: Final = 200


def folder_problem(text: str) -> str:
    """Return what is wrong with a folder; empty: nothing. It may exist, but holds no workspace yet."""
    if not text.strip():
        return _("Name the folder that shall hold the books of this company.")
    folder = Path(text.strip()).expanduser()
    if (folder / "recon.toml").exists():
        return _("{folder} is a workspace already. Name another folder; this one is not touched.").format(
            folder=text.strip()
        )
    if folder.exists() and not folder.is_dir():
        return _("{folder} is a file. Name a folder.").format(folder=text.strip())
    return ""


def tax_id_problem(text: str) -> str:
    """Return what is wrong with a tax id; empty: nothing. No tax id is fine."""
    digits = text.strip()
    if not digits or _EIN.fullmatch(digits):
        return ""
    if len(digits) != _TAX_DIGITS or not (digits.isascii() and digits.isdigit()):
        return _("A tax id has 13 digits; this has {n} characters. Leave it empty if there is none.").format(
            n=len(digits)
        )
    if int(digits[-1]) != check_digit(digits[:-1]):
        return _("The last digit of the tax id does not fit the others: one of them is mistyped.")
    return ""


def check_digit(first_twelve: str) -> int:
    """Return the thirteenth digit of a Thai tax id."""
    total = sum(int(digit) * (_TAX_DIGITS - place) for place, digit in enumerate(first_twelve))
    return (11 - total % 11) % 10


def company_problem(text: str) -> str:
    """Return what is wrong with a company's name; empty: nothing."""
    return (
        _("The name is longer than {n} characters.").format(n=_LONGEST_NAME)
        if len(text.strip()) > _LONGEST_NAME
        else ""
    )


def start_problem(text: str) -> str:
    """Return what is wrong with the start date; empty: nothing."""
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        return _("{text} is not a date like 2026-01-31.").format(text=text.strip() or "''")
    return (
        _("{year} is a Buddhist year; write {other}.").format(year=day.year, other=day.year - 543)
        if day.year >= 2400
        else ""
    )


def password_problem(text: str) -> str:
    """Return what is wrong with the Web Connector's password; empty: nothing. None is fine: it can be set later."""
    if not text or fits(text):
        return ""
    return _("The password has {n} characters; {least} to {most} are needed. Leave it empty to set it later.").format(
        n=len(text), least=SHORTEST, most=LONGEST
    )


def run_at_problem(text: str) -> str:
    """Return what is wrong with the time of a daily run; empty: nothing."""
    return (
        "" if _TIME.fullmatch(text.strip()) else _("{text} is not a time like 05:00.").format(text=text.strip() or "''")
    )


Check = Callable[[str], str]
CHECKS: Final[dict[str, Check]] = {
    "folder": folder_problem,
    "company": company_problem,
    "tax_id": tax_id_problem,
    "start_date": start_problem,
}
"""Answer to what finds out what is wrong with it."""

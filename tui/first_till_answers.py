"""What the first-run guide asks where orders come from tills: choices in plain words, and what is wrong with an answer."""

from __future__ import annotations

from typing import Final

from recon.domain.organisation_number import DIGITS, has_right_check_digit, plain_number
from tui.i18n import N_, _
from tui.schedule_words import PRESET_WORDS

WRITERS: Final = (
    ("others", N_("The till's own integration; recon compares only and sends nothing")),
    ("shared", N_("Both, by mistake or for now; recon looks there before it sends")),
    ("recon", N_("recon alone; the till's integration is switched off")),
)
VOUCHERS: Final = (
    ("report", N_("One Z report")),
    ("day", N_("All Z reports of one department and day together")),
)
COUNTS: Final = (
    ("hold", N_("Settlements wait until somebody has counted the cash")),
    ("warn", N_("They go without a cash difference, with a warning")),
    ("off", N_("Cash is counted elsewhere; recon asks for nothing")),
)
INVOICES: Final = (
    ("hold", N_("I do not know yet: they wait, nothing is sent")),
    ("order", N_("The ledger shall issue the invoice; the till took the order only")),
    ("issued", N_("The till has issued it: booked under its number, never issued again")),
    ("others", N_("The till's integration or a person sends them; ignored here")),
)
ROUTES: Final = (
    ("draft", N_("As drafts in the journal entry view: a person reviews and posts")),
    ("import", N_("In the Import list (older API): a person presses Importer")),
    ("posted", N_("Posted at once; only a reversal takes it back")),
)
RUNS: Final = (("manual", N_("When I say so")), *PRESET_WORDS.items())
_PAIRS_APART: Final = ";"
_CODE_APART: Final = "="


def organisation_problem(text: str) -> str:
    """Return what is wrong with an organisation number; empty: nothing. None is fine."""
    number = plain_number(text)
    if not number:
        return ""
    if len(number) != DIGITS or not (number.isascii() and number.isdigit()):
        return _(
            "An organisation number has 9 digits; this is {text}. Leave it empty if you do not have it at hand."
        ).format(text=number)
    if not has_right_check_digit(number):
        return _("The last digit of the organisation number does not fit the others: one of them is mistyped.")
    return ""


def departments_of(text: str) -> dict[str, str]:
    """Return the departments of places, typed as ``Kafé Torget = 10; Bar = 20``.

    Raises:
        ValueError: A part is no place with a code, or a place stands there twice; the text is the part.
    """
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(_PAIRS_APART))):
        place, apart, code = (each.strip() for each in part.rpartition(_CODE_APART))
        if not (place and apart and code) or place in found:
            raise ValueError(part)
        found[place] = code
    return found


def departments_problem(text: str) -> str:
    """Return what is wrong with typed departments; empty: nothing."""
    try:
        departments_of(text)
    except ValueError as error:
        return _(
            "{text} is not a place and its department's code, such as Kafé Torget = 10; or the place stands twice."
        ).format(text=str(error))
    return ""

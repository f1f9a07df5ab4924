"""Titles of findings with their codes, as the core puts them into warnings, are said in the language of the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recon.domain.finding import FINDING_CODES
from tui import i18n
from tui.composed import tr_composed

TITLE = FINDING_CODES["number-gap"].title


@pytest.fixture(autouse=True)
def spoken() -> Iterator[None]:
    """Speak Norwegian, and English afterwards."""
    i18n.use("nb")
    yield
    i18n.use("en")


@pytest.mark.parametrize("behind", ["", ": #1016, #1027 to #1028"])
def test_a_title_with_its_code_is_translated_and_what_it_lists_stays(behind: str) -> None:
    translated = i18n.core_catalogue().gettext(TITLE)
    assert translated != TITLE
    assert tr_composed(f"{TITLE} (number-gap){behind}") == f"{translated} (number-gap){behind}"


def test_a_title_with_another_code_is_no_title() -> None:
    assert "(held-away)" in tr_composed(f"{TITLE} (held-away)")
    assert tr_composed("Nobody knows this (number-gap)") == "Nobody knows this (number-gap)"

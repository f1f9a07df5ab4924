"""The first recon.toml of tills: Norwegian books, and nothing of other countries in them."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest
from pydantic import ValidationError

from recon.config.edits import with_setting
from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.config.plan_facts import settings_facts
from recon.config.settings import parse_settings
from recon.config.till import Till
from recon.domain.organisation_number import has_right_check_digit, plain_number
from recon.domain.providers import LEDGERS, SOURCES
from recon.errors import SettingsError
from recon.sources.base import DIFFERENCE_FIELD

TARGETS = sorted(name for name, facts in LEDGERS.items() if facts.takes_settlements)
TILLS = sorted(name for name, facts in SOURCES.items() if facts.is_till)
START = dt.date(2026, 3, 1)


def answered(source: str = "saft", target: str = "sandbox-poweroffice", tax_id: str = "NO 999 999 999 MVA") -> str:
    return first_settings(
        FirstAnswers(company="Kafé Torget AS", tax_id=tax_id, source=source, target=target, start_date=START)
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", TILLS)
def test_a_tills_books_are_norwegian(source: str, target: str) -> None:
    text = answered(source, target)
    settings = parse_settings(tomllib.loads(text))
    rules = settings.connections["shop"]
    assert (settings.company.currency, settings.company.timezone) == ("NOK", "Europe/Oslo")
    assert settings.company.tax_id == "999999999"
    assert (rules.taxes, rules.record_kinds, rules.start_date) == ("codes", SOURCES[source].record_kinds, START)
    assert (rules.till.counting, rules.till.invoices, rules.poweroffice.route) == ("hold", "hold", "draft")
    assert rules.writers == ("recon" if LEDGERS[target].is_sandbox else "others"), "real books are compared first"
    assert (rules.contacts.default, rules.number_prefix.invoice) == ("", "")
    assert rules.environment == ("sandbox" if LEDGERS[target].is_sandbox else "live")
    assert not any("฀" <= sign <= "๿" for sign in "".join(rules.credit_note_reasons.model_dump().values()))
    assert not {"THB", "Bangkok", "PEAK", "7 %"} & {word for word in ("THB", "Bangkok", "PEAK", "7 %") if word in text}


def test_departments_are_added_with_comments_kept() -> None:
    text = with_setting(answered(), ("connections", "shop", "till", "departments", "Kafé Torget"), value="10")
    assert parse_settings(tomllib.loads(text)).connections["shop"].till.departments == {"Kafé Torget": "10"}
    assert "# Place of a till" in text


@pytest.mark.parametrize(
    ("source", "target", "words"), [("saft", "peak", "poweroffice"), ("zort", "poweroffice", "saft")]
)
def test_tills_and_other_ledgers_do_not_fit(source: str, target: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        answered(source, target)


def test_what_was_approved_before_there_were_projects_stays_approved() -> None:
    bare, named = answered(), with_setting(answered(), ("connections", "shop", "till", "projects", "Bar"), value="P1")
    first, second = (settings_facts(parse_settings(tomllib.loads(text)), "shop") for text in (bare, named))
    assert "projects" not in first
    assert '"projects": {"Bar": "P1"}' in second


def test_books_in_another_currency_are_refused() -> None:
    raw = tomllib.loads(answered())
    raw["company"]["currency"] = "THB"
    with pytest.raises(SettingsError, match='currency = "NOK"'):
        parse_settings(raw)


@pytest.mark.parametrize(
    ("typed", "digits", "is_right"),
    [
        ("999 999 999", "999999999", True), ("NO999999999MVA", "999999999", True), (" 974.760.673 mva ", "974760673", True),
        ("999999998", "999999998", False), ("12345", "12345", False), ("0105500000003", "0105500000003", False), ("", "", False),
    ],
)  # fmt: skip
def test_an_organisation_number_checks_itself(typed: str, digits: str, is_right: bool) -> None:
    assert plain_number(typed) == digits
    assert has_right_check_digit(plain_number(typed)) is is_right


def test_what_a_till_recorded_is_believed_only_where_its_sign_is_known() -> None:
    with pytest.raises(ValidationError, match="recorded_difference"):
        Till.model_validate({"counting": "till"})
    rules = Till.model_validate({"counting": "till", "recorded_difference": "over"})
    assert rules.reading_fields() == ((DIFFERENCE_FIELD, "over"),)
    assert (
        Till.model_validate({"recorded_difference": "over"}).reading_fields() == ()
    )  # frames of before stay what they were

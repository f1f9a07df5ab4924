"""The first recon.toml of American books: what `recon init` was told stands in it, and it can be read."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from recon.config.first.american import SANDBOX
from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.config.settings import parse_settings
from recon.domain.providers import LEDGERS

AMERICAN = sorted(name for name, facts in LEDGERS.items() if facts.is_american)
START = dt.date(2026, 10, 1)


@pytest.mark.parametrize("target", AMERICAN)
def test_what_was_answered_stands_in_the_settings(target: str) -> None:
    answers = FirstAnswers(
        company="Cedar & Pine LLC", tax_id="12-3456789", source="shopify-api", target=target, start_date=START,
        source_base_url="http://127.0.0.1:9", invoices="completed-unpaid", receipts="paid-and-completed",
    )  # fmt: skip
    settings = parse_settings(tomllib.loads(first_settings(answers)))
    rules = settings.connections["shop"]
    assert (settings.company.currency, settings.company.tax_id) == ("USD", "12-3456789")
    assert (rules.target, rules.taxes, rules.discounts, rules.summary.sales) == (target, "line", "line", "each")
    assert rules.source_api.base_url == "http://127.0.0.1:9"
    assert (rules.invoices, rules.receipts, rules.start_date) == ("completed-unpaid", "paid-and-completed", START)


@pytest.mark.parametrize("target", AMERICAN)
def test_names_of_the_sandbox_stand_in_the_sandbox_only(target: str) -> None:
    rules = parse_settings(tomllib.loads(first_settings(FirstAnswers(company="C", target=target, start_date=START))))
    shop = rules.connections["shop"]
    is_sandbox = LEDGERS[target].is_sandbox
    assert shop.accounts.sales == (SANDBOX["sales"] if is_sandbox else "")
    assert shop.charges_for("").tax.treatment == ("book" if is_sandbox else "hold")
    assert shop.environment == ("sandbox" if is_sandbox else "live")

"""Settings: every wrong key and value is named at once, with what is accepted and a close match."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from recon.config.edits import with_setting, with_settings
from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.config.plan_facts import settings_facts
from recon.config.settings import load_settings, parse_settings
from recon.errors import SettingsError

GOOD = {
    "company": {"name": "Siam Shop"},
    "connections": {
        "main": {"source": "shopify", "target": "sandbox", "shop": "siam", "start_date": dt.date(2026, 1, 1)}
    },
}


def changed(path: str, value: object) -> dict:
    settings = {"company": dict(GOOD["company"]), "connections": {"main": dict(GOOD["connections"]["main"])}}
    place = settings
    *parents, last = path.split(".")
    for part in parents:
        place = place.setdefault(part, {})
    place[last] = value
    return settings


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("connections.main.sorce", "zort", ("connections.main.sorce", "did you mean `source`")),
        (
            "connections.main.source",
            "shopfy",
            ("connections.main.source", "'shopfy'", "'shopify'", "Did you mean 'shopify'"),
        ),
        (
            "connections.main.start_date",
            "yesterday",
            ("connections.main.start_date", "yesterday", "accepted: a day such as"),
        ),
        ("connections.main.vat_registered", "maybe", ("'maybe'; accepted: true or false.",)),
        ("approval.valid_days", 0, ("is 0; accepted: at least 1.",)),
        ("approval.valid_days", "seven", ("accepted: a whole number.",)),
        ("company.name", "x" * 300, ("accepted: at most 200 characters.",)),
        ("connections.main.ledger", {"base_url": "http://example.com"}, ("ledger.base_url", "https://", "127.0.0.1")),
        ("connections.main.charges", {"Lazada": {"shiping": {}}}, ("charges.Lazada.shiping", "shipping")),
        ("connections.main.channels", {"unmapped": "cash"}, ("cash_method",)),
        (
            "connections.main.ledger",
            {"base_url": "http://127.0.0.1:9/api/v1"},
            ("connections.main", "ledger.base_url", "--target peak --environment sandbox"),
        ),
        ("company.currency", "baht", ("company.currency", "'baht'")),
        ("company.timezone", "Bangkok", ("company.timezone", "Asia/Bangkok")),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_accepted(path, value, said):
    with pytest.raises(SettingsError) as caught:
        parse_settings(changed(path, value))
    for words in said:
        assert words in str(caught.value)


def test_all_problems_come_at_once():
    settings = changed("connections.main.sorce", "zort")
    settings["company"]["currency"] = "x"
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings)
    assert len(caught.value.problems) == 2


def test_missing_file_names_the_next_step(tmp_path: Path):
    with pytest.raises(SettingsError, match="recon init"):
        load_settings(tmp_path / "recon.toml")


def test_broken_toml_names_the_line(tmp_path: Path):
    (tmp_path / "recon.toml").write_text("[company\nname = 'x'", encoding="utf-8")
    with pytest.raises(SettingsError, match="line 1"):
        load_settings(tmp_path / "recon.toml")


def test_first_settings_validate_and_keep_hostile_names_as_text():
    text = first_settings(
        FirstAnswers(company='A "quoted"\n[x] \\ name', source="zort", target="sandbox", start_date=dt.date(2026, 1, 1))
    )
    assert parse_settings(__import__("tomllib").loads(text)).company.name == 'A "quoted"\n[x] \\ name'


def test_one_setting_changes_and_comments_stay():
    text = first_settings(FirstAnswers(company="A", start_date=dt.date(2026, 1, 1)))
    after = with_setting(text, ("connections", "shop", "products", "unlinked"), value="text")
    assert "# hold, or text" in after
    assert parse_settings(__import__("tomllib").loads(after)).connections["shop"].products.unlinked == "text"


def test_settings_that_only_make_sense_together_change_together():
    text = first_settings(FirstAnswers(company="A", start_date=dt.date(2026, 1, 1)))
    rule, method = (("connections", "shop", "channels", name) for name in ("unmapped", "cash_method"))
    with pytest.raises(SettingsError, match="cash_method"):
        with_setting(text, rule, value="cash")
    after = with_settings(text, {rule: "cash", method: "CSH001"})
    channels = parse_settings(__import__("tomllib").loads(after)).connections["shop"].channels
    assert (channels.unmapped, channels.cash_method) == ("cash", "CSH001")
    with pytest.raises(SettingsError, match="cash_method"):
        with_setting(after, method, value="")
    back = with_settings(after, {method: "", rule: "hold"})
    assert parse_settings(__import__("tomllib").loads(back)).connections["shop"].channels.unmapped == "hold"


def test_plain_http_only_on_loopback():
    def parsed(url):
        raw = changed("connections.main.target", "peak")
        raw["connections"]["main"]["ledger"] = {"base_url": url}
        return parse_settings(raw)

    for url in (
        "http://127.0.0.1:9000/api",
        "http://localhost:1",
        "http://[::1]:1/x",
        "https://api.peakaccount.com/api/v1",
    ):
        parsed(url)
    for url in (
        "http://10.0.0.1/",
        "http://127.0.0.1.example.com/",
        "http://user@example.com/",
        "http://127.0.0.1:x@example.com/",
        "https://u:p@example.com",
        "https://",
        "ftp://127.0.0.1",
    ):
        with pytest.raises(SettingsError):
            parsed(url)


def test_settings_facts_change_with_every_rule_and_not_with_addresses():
    base = parse_settings(GOOD)
    assert settings_facts(base, "main") == settings_facts(
        parse_settings(changed("connections.main.ledger", {"timeout_seconds": 9})), "main"
    )
    assert settings_facts(base, "main") == settings_facts(
        parse_settings(changed("connections.main.quickbooks", {"tls": True, "port": 9000})), "main"
    )
    for path, value in (
        ("connections.main.vat_rate_percent", "10"),
        ("connections.main.ledger", {"vat_rounding": "line"}),
        ("connections.main.ledger", {"number_max_length": 20}),
        ("company.currency", "USD"),
    ):
        assert settings_facts(base, "main") != settings_facts(parse_settings(changed(path, value)), "main"), path


def test_no_secret_word_is_a_setting():
    from recon.config.settings import Settings

    assert not {"password", "secret", "token", "apikey", "connect_key"} & set(
        str(Settings.model_json_schema()).lower().split("'")
    )

"""Every setting, every choice and every fact of the event log has a word of its own on the screens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recon.service.overview import EventLine
from recon.service.setting_sheet import SettingLine, setting_lines
from recon.store.mappings import KINDS
from recon.store.reviews import ACTIONS
from recon.upload.report import Ending
from recon.workspace import Workspace
from tests.clock import FakeClock
from tui.cells import width_of
from tui.core_texts import ATTEMPT_RESULTS
from tui.event_words import MAPPINGS
from tui.screens.fact_words import DECISIONS, ENDINGS, FACTS, fact_lines
from tui.setting_names import CHOICES, FIELDS, FORMS, NAMES, _plain, setting_name, setting_place, setting_value
from tui.wiring import service_for

ROOT = Path(__file__).parents[2]
OWN_WORDS = {"ledger.signature_encoding"}
"""Choices that are names of formats."""
NOT_OF_THE_LOG = {"host", "pid", "since"}
"""Who holds the lock; stands in a file of its own."""
WIDEST = 34


@pytest.fixture
def lines(workspace: Workspace, clock: FakeClock) -> tuple[SettingLine, ...]:
    with service_for(workspace, clock=clock) as service:
        return setting_lines(service._context)


def test_every_setting_is_named(lines: tuple[SettingLine, ...]) -> None:
    plain = {_plain(line.path) for line in lines}
    assert plain - set(NAMES) == {"charges.treatment", "bentoweb.fields"}
    assert {line.name for line in lines if "fields" in line.path} == set(FIELDS)
    assert set(NAMES) - plain == set(), "a name of a setting that is not there"
    assert all(width_of(setting_name(line)) <= WIDEST for line in lines)


def test_two_settings_of_one_place_never_have_one_name(lines: tuple[SettingLine, ...]) -> None:
    named = [(setting_place(line), setting_name(line)) for line in lines]
    assert len(set(named)) == len(named)


def test_every_choice_is_named_and_every_pattern_explained(lines: tuple[SettingLine, ...]) -> None:
    for line in lines:
        plain = _plain(line.path)
        if line.choices and plain not in OWN_WORDS:
            assert set(line.choices) - set(CHOICES[plain]) == set(), plain
        assert bool(line.pattern) == (plain in FORMS), plain


def test_a_choice_reads_as_words(lines: tuple[SettingLine, ...]) -> None:
    said = {line.key: setting_value(line) for line in lines}
    assert said["connections.shop.receipts"] == "when paid"
    assert said["connections.shop.payment_channels"] == "all"
    assert said["connections.shop.record_kinds"] == "sale"
    assert said["company.currency"] == "THB"


def test_every_fact_the_store_writes_down_is_named() -> None:
    written = set()
    for file in (
        *(ROOT / "recon" / "store").glob("*.py"),
        ROOT / "recon/upload/engine.py",
        ROOT / "recon/service/settling.py",
    ):
        text = file.read_text("utf-8")
        for call in re.findall(r"events\.append\([^{}]*(\{[^{}]*\})", text) + re.findall(
            r"\bfacts = (\{[^{}]*\})", text
        ):
            written |= set(re.findall(r"\"([a-z_]+)\":", call))
    assert len(written) > 40
    assert written - set(FACTS) == NOT_OF_THE_LOG


def test_kinds_endings_decisions_are_named() -> None:
    assert set(MAPPINGS) == set(KINDS)
    assert set(DECISIONS) == set(ACTIONS)
    assert set(ENDINGS) == set(Ending.__args__)
    assert {"posted", "refused"} <= set(ATTEMPT_RESULTS)


def test_facts_say_what_they_are_and_nothing_where_they_are_empty() -> None:
    facts = {
        "state": "posted",
        "attempt": 1,
        "adopted": False,
        "code": None,
        "total_minor": 123450,
        "supersedes": [],
        "odd": "[/x]\x1b",
    }
    line = EventLine(7, "2026-11-02T02:00:00Z", "nok", "posted", "SO-1", None, None, facts, "0" * 64)
    assert fact_lines(line, "Asia/Bangkok", lambda text: text) == [
        ("state", "posted"), ("attempt", "1"), ("found there already", "no"), ("sum", "1234.50"), ("odd", "[/x]␛"),
    ]  # fmt: skip

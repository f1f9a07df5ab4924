"""Known gaps in the numbering on the Audit screen: number, reason, who and when; and what was taken in since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recon.summaries.proof import CompletenessReport, KnownGap
from tests.clock import FakeClock
from tests.screens.looking import pictured_at_each_size, play, press, says
from tests.screens.match_world import HOSTILE, match_app
from tests.screens.test_audit_screen import still
from tests.shell import Shell
from tests.tui.conftest import shell as shell
from tests.tui.test_cli_numbers import planned, without

REASON = "deleted in the shop"


@pytest.fixture
def told(shell: Shell, tmp_path: Path) -> Shell:
    """A workspace where a person explained three missing numbers."""
    planned(shell, without(tmp_path, "#1016", "#1027", "#1028"))
    shell("match", "--gap", f"#1016={REASON}", "--gap", f"#1027..#1028={HOSTILE[0]}", "--as", "Nok").expect(4)
    return shell


def test_known_gaps_are_listed_with_reason_who_and_when(told: Shell) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "f6", "f6", "f6")
        assert app.screen.face == "gaps"
        for words in ("#1016", REASON, "#1027 to #1028", "Nok", "2026-11-0"):
            assert says(app, words), words
        await press(pilot, "enter")
        assert says(app, f"Reason: {REASON}") or says(app, "2 missing numbers")
        await press(pilot, "escape", "escape")
        assert app.screen.face == "log"

    play(match_app(told.root, FakeClock(), place="audit"), script)


def test_a_number_that_came_since_is_said(told: Shell) -> None:
    gap = KnownGap("#1016 to #1018", 3, 2, "test orders", "Nok", "2026-11-02", "")

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "f6", "f6", "f6")
        app.screen._complete_came((CompletenessReport("shop", "", None, (), (gap,)),))
        await press(pilot, "enter")
        assert says(app, "3 missing numbers")
        assert says(app, "2 of them were taken in since")

    play(match_app(told.root, FakeClock(), place="audit"), script)


@pytest.mark.parametrize("keys", [("f6", "f6", "f6"), ("f6", "f6", "f6", "down", "enter")], ids=["list", "opened"])
def test_pictures_of_known_gaps(told: Shell, grids: Any, keys: tuple[str, ...]) -> None:
    play(match_app(told.root, FakeClock(), place="audit"), pictured_at_each_size(grids, *keys, still=still))


def test_without_a_known_gap_the_face_says_how_one_is_told(shell: Shell, tmp_path: Path) -> None:
    planned(shell, without(tmp_path, "#1016"))

    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "f6", "f6", "f6")
        assert says(app, "Nobody explained a missing order number yet.")
        assert says(app, "recon match --gap NUMBER=REASON")

    play(match_app(shell.root, FakeClock(), place="audit"), script)

"""`recon decide`, `documents --filter` and `approve --decided`: review without a screen, from single documents to a sealed part."""

from __future__ import annotations

import pytest

from recon.review.rows import STATUSES as CORE_STATUSES
from tests.shell import Shell
from tests.tui.conftest import MID_MONTH
from tui.help_texts import STATUSES


def statuses(shell: Shell) -> dict[str, str]:
    rows = shell.json("documents", "--filter", "", "--connection", "shop", code=0)["documents"]
    return {row["number"]: row["status"] for row in rows}


def test_the_command_knows_every_status() -> None:
    assert STATUSES == CORE_STATUSES


def test_a_filter_lists_documents_and_held_orders_with_count_and_sum(planned: Shell) -> None:
    facts = planned.json("documents", "--filter", "amt>1000", code=0)
    assert facts["count"] == len(facts["documents"]) == 2
    assert all(row["status"] == "ready" for row in facts["documents"])
    out = planned("documents", "--filter", "-amt>1000").expect(0).out
    assert "1 shown" in out


def test_part_of_a_draft_is_sealed_and_the_rest_is_a_draft_with_its_decisions(planned: Shell) -> None:
    print(planned("decide", "approve", "RT-1001", "--as", "Nok").expect(0).out)

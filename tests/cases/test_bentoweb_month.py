"""The BentoWeb month against the shop itself: rows, totals, and what the ledger holds of each order in the end."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recon.money import parse_minor
from recon.sandbox.peak import SandboxPeak, sandbox_company
from tests.cases import story
from tests.cases.conftest import Played
from tests.clock import FakeClock
from tests.shell import Shell

CASE = story.CASES / "bentoweb-month"


@pytest.fixture(scope="module")
def books(told: Callable[[Path], Played]) -> Path:
    """The workspace after the last command of the story."""
    return told(CASE).root


def shop_at_the_end() -> dict[str, dict[str, Any]]:
    """The shop's orders after all that happened, by number; put together here, not by the sandbox."""
    orders: dict[str, dict[str, Any]] = defaultdict(dict)
    for path in sorted((CASE / "in").glob("*-shop-*.json")):
        for change in json.loads(path.read_text(encoding="utf-8")):
            orders[str(change["order_id"])] |= change
    return orders


def documents(shell: Shell) -> list[dict[str, Any]]:
    return [row for b in shell.json("status")["batches"] for row in shell.json("documents", b["batch"])["documents"]]


def test_every_document_names_the_place_of_its_order_in_the_kept_answers(books: Path) -> None:
    kept = {}
    for path in (books / ".recon" / "intake").glob("*.json"):
        for row, entry in enumerate(json.loads(path.read_text(encoding="utf-8"))["bentoweb_answers"], start=1):
            kept[path.name[:12], row] = json.loads(entry["answer"])["data"]["order"]
    shell = Shell(books, FakeClock())
    listed = documents(shell)
    for row in listed:
        order = kept[row["file"], row["row"]]
        assert row["order_key"] == f"bentoweb:baan-cotton:{order['order_id']}", row["document_key"]
        assert row["order_number"] == order["ref_code"]
    assert len(listed) == 38


def test_what_stands_of_each_order_is_its_total_or_nothing_once_it_is_cancelled(books: Path) -> None:
    """Worked out here from the shop's last word and the ledger's own books; recon's figures are not looked at."""
    shell = Shell(books, FakeClock())
    order_of = {(row["kind"], row["number"]): row["order_number"] for row in documents(shell) if row["number"]}
    with SandboxPeak(path=books / ".recon" / "sandbox" / "peak.db", company=sandbox_company()) as ledger:
        truth = ledger.truth()
    stands: dict[str, int] = defaultdict(int)
    open_: dict[str, int] = defaultdict(int)
    for document in truth:
        sign = {"invoice": 1, "receipt": 1, "credit_note": -1}.get(document.kind)
        if sign is not None:
            number = order_of[document.kind, document.code]
            stands[number] += sign * document.total_minor
            open_[number] += document.remain_minor if document.kind == "invoice" else 0
    for number, order in shop_at_the_end().items():
        held_or_too_early = number[-3:] in {"017", "018", "019", "020", "024"}
        due = 0 if order["order_status_id"] in {4, 6} or held_or_too_early else parse_minor(f"{order['grand_total']}")
        assert stands[order["ref_code"]] == due, number
        assert open_[order["ref_code"]] == 0, "every invoice of June is paid, void or credited"


def test_an_answer_is_kept_once_and_a_cancelled_order_is_not_asked_for_again(books: Path) -> None:
    asked = []
    for path in sorted((books / ".recon" / "intake").glob("*.json")):
        entries = json.loads(path.read_text(encoding="utf-8"))["bentoweb_answers"]
        asked.append({entry["asked"].rpartition("/")[2] for entry in entries})
    assert sum("4410012" in numbers for numbers in asked) == 1
    assert sum("4410001" in numbers for numbers in asked) == 3, "it was another one at each pull"
    assert sum("4410016" in numbers for numbers in asked) == 1, "it never changed, and is kept once"


def test_no_key_and_no_token_is_in_the_workspace(books: Path) -> None:
    words = [b"sandbox-secret-0001", b"sandbox-password-0001", b"access-0001-sandbox", b"refresh-0001-sandbox"]
    for path in books.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(word in content for word in words), path

"""Money that a till moved within a settlement after it was posted, the total unchanged: noticed, held, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from plan_shop import result
from till_shop import (
    ACCOUNTS,
    CHANNELS,
    COUNT,
    GROUPS,
    LINES,
    MONEY,
    PLACE,
    came,
    group,
    plan,
    posted_from,
    till,
    z_report,
)

from recon.plan.inputs import Plan, PostedContents, PostedReader

BAR = "Bar"
PLACES = {PLACE: "10", BAR: "20"}
TO_VIPPS = (
    MONEY[0],
    came("BAX BankAxept", 870_040, "12002"),
    MONEY[2],
    came("VIPPS Vipps", 230_000, "12011"),
    MONEY[4],
)
TO_GIFT = (
    LINES[0],
    group("110@15", 230_000, "15 %", 30_000),
    LINES[2],
    group("900@0", 40_000, "0 %", 0),
    group("tip", 40_000, None),
)
TO_BEER = (group("100@25", 900_000, "25 %", 280_000), LINES[1], group("200@25", 600_000, "25 %", 20_000), *LINES[3:])


def kept(made: Plan) -> PostedReader:
    """What an approved plan keeps of its documents, and of what its day vouchers hold."""

    def read(keys: Sequence[str]) -> PostedContents:
        wanted = pl.Series(list(keys))
        frames = []
        for part in (made, made.parts):
            documents = part.documents.filter(pl.col("document_key").is_in(wanted.implode()))
            named = documents.select("doc_no", "document_key")
            rows = (frame.join(named, on="doc_no").drop("doc_no") for frame in (part.lines, part.postings))
            frames.append((documents.select(made.documents.columns), *rows))
        return PostedContents(*(pl.concat([frame[place] for frame in frames]) for place in range(3)))

    return read


def later(first: Plan, report: dict[str, Any], **given: Any) -> tuple[str, str]:
    """Reason and detail of a report after that plan was posted."""
    made = plan(report, **({"posted": posted_from(first), "read_posted": kept(first)} | given))
    assert made.controls.ties
    assert made.documents.is_empty()
    found = made.findings.filter(pl.col("code") == "settlement-changed")
    return result(made)["reason"], found["detail"][0] if found.height else ""


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"money": TO_VIPPS}, "Account 1503: posted 9000.40, by the till now 8700.40. Account 1505: posted 2000.00, by the till now 2300.00."),
        (
            {"lines": TO_GIFT},
            "Account 2901 with VAT code 0: posted -500.00, by the till now -400.00. "
            "Account 2910 with VAT code 0: posted -300.00, by the till now -400.00.",
        ),
        ({"lines": TO_BEER}, ""),
        ({}, ""),
    ],
    ids=["payments", "groups", "groups of one account", "nothing"],
)  # fmt: skip
def test_money_that_moved_is_held_with_both_figures_per_account(report: dict[str, Any], said: str) -> None:
    for voucher in ("report", "day"):
        first = plan(z_report(), connection=till(voucher=voucher))
        reason, detail = later(first, z_report(**report), connection=till(voucher=voucher))
        assert reason == ("settlement-changed" if said else "settlement-stands")
        assert detail.endswith(said)
        assert not said or detail.startswith("K1/214 stands over 18100.40, VAT 3300.00;") or voucher == "day"


def test_what_a_person_maps_otherwise_is_no_change_of_the_till() -> None:
    first = plan(z_report())
    mapped = {
        "channels": CHANNELS | {"VIPPS Vipps": "1504", "cash difference": "1900"},
        "groups": GROUPS | {"tip": "2901"},
    }
    assert later(first, z_report(), **mapped)[0] == "settlement-stands"
    _, detail = later(first, z_report(money=TO_VIPPS), **mapped)
    assert "Account 1505: posted 2000.00, by the till now 2300.00." in detail
    for settings in ({"counting": "off"}, {"bank_deposits": "statement"}, {"departments": {PLACE: "20"}}):
        codes = ("10", "20")
        assert later(first, z_report(), connection=till(**settings), ledger_departments=codes)[0] == "settlement-stands"
    bare = plan(z_report(), connection=till(counting="off"))
    assert later(bare, z_report())[0] == "settlement-stands"


def test_a_count_or_a_place_that_the_file_now_states_otherwise_is_noticed() -> None:
    first = plan(z_report())
    _, detail = later(first, z_report(), counts={214: COUNT | {"counted_minor": 449_000}})
    assert detail.endswith(
        "Account 1900: posted 0.00, by the till now 10.00. Account 1909: posted 20.00, by the till now 10.00."
    )
    moved = z_report(sales_channel=BAR)
    for name in ("lines", "payments"):
        key = "sku" if name == "lines" else "payment_channel"
        moved[name] = tuple(one | {key: one[key].replace(PLACE, BAR)} for one in moved[name])
    reason, detail = later(first, moved, connection=till(departments=PLACES), ledger_departments=("10", "20"))
    assert (reason, detail.endswith("Department: posted 10, by the till now 20 (Bar).")) == ("settlement-changed", True)
    renamed = later(first, moved, connection=till(departments={BAR: "10"}))
    assert renamed[0] == "settlement-stands"


def test_what_is_not_known_of_a_posted_settlement_is_not_compared() -> None:
    first = plan(z_report())
    given = {"posted": posted_from(first), "accounts": ACCOUNTS}
    assert result(plan(z_report(money=TO_VIPPS), **given))["reason"] == "settlement-stands"

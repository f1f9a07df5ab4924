"""Tills: a Z report as one voucher, line by line, and everything that keeps one back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from plan_shop import result, steps
from till_shop import (
    ACCOUNTS,
    CHANNELS,
    COUNT,
    DAY,
    GROUPS,
    LINES,
    MONEY,
    PLACE,
    came,
    group,
    inputs,
    on_account,
    plan,
    posted_from,
    till,
    z_report,
)

from recon.plan.buying.lifecycle import BUYING_RULE_NAMES
from recon.plan.inputs import PlanLimits
from recon.plan.lifecycle import RULE_NAMES
from recon.plan.plan import build_plan
from recon.plan.records import documents_by_key
from recon.plan.summing.keys import holds_exactly
from recon.plan.tills.lifecycle import TILL_LEDGER, TILL_RULE_NAMES, till_combinations
from recon.targets.base import LedgerDocument, LedgerLine
from recon.verify import compare

CARDS = (came("BAX BankAxept", 1_810_040, "12002"),)
VOUCHER_LINES = [
    ("3000", "Group 100@25", 1_000_000, "3"),
    ("3030", "Group 110@15", 230_000, "31"),
    ("3000", "Group 200@25", 500_000, "3"),
    ("2901", "Group 900@0", 50_000, "0"),
    ("2910", "Group tip", 30_000, "0"),
    ("7740", "Øreavrunding", 40, "0"),
]
VOUCHER_MONEY = [
    ("1900", 300_000), ("1503", 900_040), ("1504", 380_000), ("1505", 200_000), ("2901", 30_000),
    ("1909", 2_000), ("1900", -2_000), ("1920", 298_000), ("1900", -298_000),
]  # fmt: skip


def test_the_worked_example_line_by_line() -> None:
    made = plan(z_report())
    head = made.documents.row(0, named=True)
    assert (head["kind"], head["number"], head["department"]) == ("settlement", "K1/214", "10")
    assert head["remark"] == "Dagsoppgjør K1 Z214 14.03.2026"
    assert (head["net_minor"], head["vat_minor"], head["total_minor"]) == (1_480_040, 330_000, 1_810_040)
    lines = made.lines.select("account_code", "description", "amount_minor", "tax_code").rows()
    assert lines == VOUCHER_LINES
    assert [(part["payment_method"], part["amount_minor"]) for part in head["payments"]] == VOUCHER_MONEY
    assert sum(amount for _, amount in VOUCHER_MONEY) == head["paid_minor"] == 1_810_040
    assert (made.controls.debit_minor, made.controls.credit_minor) == (2_110_040, 2_110_040)
    booked = made.postings.group_by("account_code").agg((pl.col("debit_minor") - pl.col("credit_minor")).sum())
    balances = dict(booked.iter_rows())
    assert balances["3000"] == -1_200_000
    assert (balances["output vat 3"], balances["output vat 31"], balances["1900"]) == (-300_000, -30_000, 0)
    assert made.findings.is_empty()


def test_a_days_reports_become_one_voucher_and_a_late_one_a_further() -> None:
    given: dict[str, Any] = {"connection": till(voucher="day"), "counts": {214: COUNT}}
    late = z_report(
        88, order_number="K2/88", order_key="till:cafe:settlement:K2/88", opening_float_minor=0, money=CARDS
    )
    first = plan(z_report(), **given)
    both = plan(z_report(), late, **(given | {"connection": till(voucher="day", counting="warn")}))
    head = both.documents.row(0, named=True)
    assert both.documents.height == 1
    assert (head["number"], head["total_minor"]) == ("10/2026-03-14", 3_620_080)
    assert head["remark"].startswith("Dagsoppgjør 10 14.03.2026: K1 Z214, K2 Z88 · holds ")
    assert both.lines["amount_minor"].to_list() == [2 * amount for _, _, amount, _ in VOUCHER_LINES]
    assert [part["amount_minor"] for part in head["payments"]][-4:] == [2_000, -2_000, 298_000, -298_000]
    assert both.controls.ties
    assert holds_exactly(both.documents, both.parts.documents)
    later = plan(z_report(), late, **(given | {"posted": posted_from(first)}))
    assert later.documents["number"].to_list() == ["10/2026-03-14-2"]
    assert later.results["disposition"].to_list() == ["posted", "documents"]


def test_a_project_of_the_place_goes_with_its_settlement_and_days_of_two_projects_stay_apart() -> None:
    asking = [one | {"needs_project": one["account_code"] in {"1505", "3000"}} for one in ACCOUNTS]
    given: dict[str, Any] = {
        "connection": till(projects={"kafé  torget": "P1"}),
        "accounts": asking,
        "ledger_projects": ("P1",),
    }
    made = plan(z_report(), **given)
    assert made.documents.select("number", "department", "project").rows() == [("K1/214", "10", "P1")]
    assert made.findings.is_empty()
    assert plan(z_report()).documents["project"].to_list() == [None]
    late = z_report(
        88, order_number="K2/88", order_key="till:cafe:settlement:K2/88", sales_channel="Bar", money=CARDS, lines=()
    )
    late |= {"total_minor": 0, "goods_minor": 0, "rounding_minor": 0, "payments": (came("BAX", 5), came("BAX", -5))}
    apart = till(
        projects={PLACE: "P1", "Bar": "P2"}, departments={PLACE: "10", "Bar": "10"}, voucher="day", counting="off"
    )
    both = plan(z_report(), late, connection=apart, channels=CHANNELS | {"BAX": "1503"})
    assert both.documents.select("number", "project").rows() == [("10-P1/2026-03-14", "P1"), ("10-P2/2026-03-14", "P2")]


def test_vat_of_a_days_voucher_is_that_of_its_own_lines() -> None:
    lines, money = (group("100@15", 1_990, "15 %", 260),), (came("BAX BankAxept", 1_990, "12002"),)
    records = [z_report(number, lines, money, opening_float_minor=0) for number in (1, 2, 3)]
    made = plan(*records, connection=till(voucher="day"), groups={"100@15": "3030"})
    assert made.parts.documents["vat_minor"].to_list() == [260, 260, 260]
    assert made.documents["vat_minor"].to_list() == made.lines["vat_minor"].to_list() == [779]
    assert made.documents["vat_by_line_minor"].to_list() == [780]


HELD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("group-not-mapped", {}, {"groups": {k: v for k, v in GROUPS.items() if k != "rounding"}}),
    ("channel-not-mapped", {}, {"channels": {k: v for k, v in CHANNELS.items() if k != "to bank"}}),
    ("account-unknown", {}, {"groups": GROUPS | {"tip": "2999"}}),
    ("vat-code-missing", {}, {"groups": GROUPS | {"110@15": "3000"}}),
    ("vat-code-gone", {}, {"taxes": [("0%", "9")]}),
    ("vat-code-rate", {}, {"taxes": [("0%", "0"), ("15%", "3")]}),
    ("vat-code-locked", {}, {"accounts": [one | {"is_tax_locked": True} for one in ACCOUNTS], "groups": GROUPS | {"110@15": "3000"}}),
    ("department-missing", {}, {"connection": till(departments={})}),
    ("department-unknown", {}, {"ledger_departments": ("20",)}),
    ("project-required", {}, {"accounts": [one | {"needs_project": one["account_code"] == "1505"} for one in ACCOUNTS]}),
    ("project-unknown", {}, {"connection": till(projects={PLACE: "P1"}), "ledger_projects": ("P2",)}),
    ("day-closed", {}, {"closed_until": DAY}),
    ("day-to-come", {}, {"today": DAY - dt.timedelta(days=2)}),
    ("count-missing", {}, {"counts": {}}),
    ("opening-float-missing", {"opening_float_minor": None}, {}),
    ("does-not-foot", {"rounding_minor": 0}, {}),
    ("currency-foreign", {"currency": "SEK"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "report", "given"), HELD, ids=[code for code, _, _ in HELD])
def test_what_lacks_something_is_held_with_the_reason_and_others_go_on(
    code: str, report: dict[str, Any], given: dict[str, Any]
) -> None:
    made = plan(z_report(**report), **given)
    assert (made.documents.height, result(made)["disposition"], result(made)["reason"]) == (0, "held", code)
    found = made.findings.filter(pl.col("severity") == "hold")
    assert found["code"].to_list() == [code]
    assert found["order_key"].to_list() == ["till:cafe:settlement:K1/214"]
    assert made.controls.ties


def test_all_reasons_of_a_settlement_are_said_at_once() -> None:
    made = plan(z_report(), counts={}, groups={}, channels={}, closed_until=DAY, connection=till(departments={}))
    said = made.findings.group_by("code").len().sort("code").rows()
    assert said == [("channel-not-mapped", 5), ("count-missing", 1), ("day-closed", 1), ("group-not-mapped", 6)]
    fine = plan(z_report(), z_report(215, opening_float_minor=0, money=CARDS), counts={})
    assert fine.findings["detail"].to_list() == ["4500.00 should be in the drawer."]
    assert fine.results["disposition"].to_list() == ["held", "documents"]


def test_an_uncounted_settlement_goes_out_with_a_warning_or_without_a_word() -> None:
    warned = plan(z_report(), counts={}, connection=till(counting="warn"))
    assert (warned.documents.height, warned.findings["code"].to_list()) == (1, ["count-left-out"])
    own = till(counting="till", recorded_difference="short")
    short = (came("cash difference", 2_000, "counted"), came("CASH Kontant", -2_000, "counted"))
    believed = plan(
        z_report(),
        z_report(215, money=(*MONEY, *short)),
        z_report(216, money=(*MONEY, *short)),
        counts={216: COUNT},
        connection=own,
    )
    assert believed.findings.is_empty()
    differences = [
        [part["amount_minor"] for part in parts if part["payment_channel"].endswith("/cash difference")]
        for parts in believed.documents["payments"]
    ]
    assert differences == [[], [2_000], [2_000]]
    assert (
        believed.documents["payments"][2][-2]["amount_minor"] == COUNT["to_bank_minor"]
    )  # what a person counted counts instead
    lost = plan(z_report(215, money=(*MONEY, *short), opening_float_minor=None), counts={}, connection=own)
    assert lost.findings["code"].to_list() == ["opening-float-missing"]
    off = plan(z_report(), connection=till(counting="off"))
    assert [part["amount_minor"] for part in off.documents["payments"][0]] == [one for _, one in VOUCHER_MONEY[:5]]
    assert off.findings.is_empty()
    by_statement = plan(z_report(), connection=till(bank_deposits="statement"))
    assert [part["amount_minor"] for part in by_statement.documents["payments"][0]][5:] == [2_000, -2_000]


def test_what_a_count_adds_is_never_taken_for_cash_by_default() -> None:
    rules = till(channels={"unmapped": "cash", "cash_method": "1900"})
    bare = {name: code for name, code in CHANNELS.items() if name not in {"cash difference", "to bank", "CASH Kontant"}}
    made = plan(z_report(), connection=rules, channels=bare)
    assert made.findings["value"].to_list() == [f"{PLACE}/cash difference", f"{PLACE}/to bank"]


def test_what_stands_in_the_ledger_is_never_changed() -> None:
    posted = posted_from(plan(z_report()))
    same = plan(z_report(), posted=posted)
    assert (same.documents.height, result(same)["reason"]) == (0, "settlement-stands")
    dearer = (*LINES[:-1], group("tip", 31_000, None))
    money = (came("CASH Kontant", 301_000, "12001"), *MONEY[1:])
    changed = plan(z_report(lines=dearer, money=money), posted=posted)
    assert (result(changed)["reason"], result(changed)["held_minor"]) == ("settlement-changed", 1_000)
    assert "1810040" not in str(changed.findings["detail"][0])
    assert "18100.40" in str(changed.findings["detail"][0])
    key = "till:cafe:settlement:K1/214"
    for decision, disposition in (("by-hand", "posted"), ("leave", "ignored")):
        said = [{"order_key": key, "decision": decision, "amount_minor": None, "number": None}]
        settled = plan(z_report(lines=dearer, money=money), posted=posted, decisions=said)
        assert result(settled)["disposition"] == disposition
    waiting = plan(z_report(), posted=posted.with_columns(pl.lit(value=True).alias("pending")))
    assert result(waiting)["reason"] == "pending-elsewhere"


def test_a_settlement_whose_amounts_are_not_known_is_not_taken_for_empty() -> None:
    unknown = z_report(lines=(), money=(came("CASH Kontant", None),))
    assert result(plan(unknown, counts={}, connection=till(counting="off")))["reason"] == "does-not-foot"


def test_zero_negative_and_late_reports() -> None:
    short = {
        "counts": {214: COUNT | {"counted_minor": 149_000, "to_bank_minor": 0}},
        "channels": CHANNELS | {"cash": "1900"},
    }
    counted = plan(z_report(lines=(), money=()), **short)
    assert (counted.documents["total_minor"][0], counted.postings["account_code"].to_list()) == (0, ["1909", "1900"])
    bare = plan(z_report(lines=(), money=()), counts={}, connection=till(counting="off"))
    assert (result(bare)["disposition"], result(bare)["reason"]) == ("ignored", "nothing-to-post")
    back = (group("100@25", -12_500, "25 %", -2_500),)
    negative = plan(
        z_report(lines=back, money=(came("BAX BankAxept", -12_500, "12002"),), opening_float_minor=0), counts={}
    )
    head = negative.documents.row(0, named=True)
    assert (head["total_minor"], head["vat_minor"], result(negative)["planned_minor"]) == (-12_500, -2_500, -12_500)
    night = plan(z_report(completed_on=dt.date(2026, 3, 15)))
    head = night.documents.row(0, named=True)
    assert (head["issued_on"], head["paid_on"]) == (DAY, dt.date(2026, 3, 15))
    assert head["remark"] == "Dagsoppgjør K1 Z214 14.03.2026 (Z 15.03.2026)"


def test_vat_that_drifts_further_than_rounding_is_told_and_never_booked() -> None:
    lines = (group("110@15", 5_970, "15 %", 780, quantity_milli=3_000),)
    money = (came("BAX BankAxept", 5_970, "12002"),)
    given: dict[str, Any] = {"groups": {"110@15": "3030"}, "counts": {}}
    near = plan(z_report(lines=lines, money=money, opening_float_minor=0), **given)
    assert near.findings.is_empty()
    assert (near.documents["vat_minor"][0], near.documents["vat_by_line_minor"][0]) == (779, 780)
    far = plan(z_report(lines=(lines[0] | {"tax_minor": 790},), money=money, opening_float_minor=0), **given)
    assert far.findings["code"].to_list() == ["vat-drift"]
    assert "7.79" in str(far.findings["detail"][0])
    assert "7.90" in str(far.findings["detail"][0])
    assert far.documents["vat_minor"][0] == 779


def test_the_lifecycle_has_one_rule_for_every_state() -> None:
    found = [key[:3] for key in till_combinations()]
    assert len(found) == len(set(found))
    changed = (False, True)
    reports = {(now, has, is_so) for now in ("reported",) for has in ("nothing", "settlement") for is_so in changed}
    sold = {
        (now, has, is_so)
        for now in ("sold", "sold_and_paid", "credited")
        for has in ("nothing", "invoice", "invoice_paid", "credit")
        for is_so in changed
    }
    empty = {("empty", has, is_so) for has in TILL_LEDGER for is_so in changed}
    assert set(found) == reports | sold | empty
    assert not set(TILL_RULE_NAMES) & {*RULE_NAMES, *BUYING_RULE_NAMES} - {"settlement"}


ARTICLE = [{"sku_key": "a1", "account_code": "3000", "product_code": "P1"}]
LATER = {"payment_channel": f"{PLACE}/BAX BankAxept", "amount_minor": 125_000, "paid_on": dt.date(2026, 3, 20)}


def test_a_sale_on_account_that_the_till_invoiced_is_booked_under_its_number() -> None:
    made = plan(on_account(paid=(LATER,)), connection=till(invoices="issued"), articles=ARTICLE)
    invoice, payment = made.documents.iter_rows(named=True)
    assert (invoice["kind"], invoice["number"], invoice["total_minor"]) == ("invoice", "10023", 125_000)
    assert (invoice["contact_code"], invoice["contact_name"]) == ("10077", "Bakeriet AS")
    line = made.lines.row(0, named=True)
    assert (line["account_code"], line["tax_code"], line["quantity_milli"], line["product_code"]) == (
        "3000",
        "3",
        2000,
        None,
    )
    assert (payment["kind"], payment["applies_to_number"], payment["depends_on"]) == (
        "payment",
        "10023",
        invoice["document_key"],
    )
    assert (payment["issued_on"], payment["payment_method"]) == (dt.date(2026, 3, 20), "1503")
    assert made.postings.select("account_code", "debit_minor", "credit_minor").rows() == [
        ("receivable", 125_000, 0), ("3000", 0, 100_000), ("output vat 3", 0, 25_000),
        ("1503", 125_000, 0), ("receivable", 0, 125_000),
    ]  # fmt: skip
    unpaid = plan(on_account(), connection=till(invoices="issued"), articles=ARTICLE)
    later = plan(
        on_account(paid=(LATER,)), connection=till(invoices="issued"), articles=ARTICLE, posted=posted_from(unpaid)
    )
    assert (steps(later), later.documents["applies_to_number"].to_list()) == (["payment"], ["10023"])
    done = plan(
        on_account(paid=(LATER,)), connection=till(invoices="issued"), articles=ARTICLE,
        posted=posted_from(later, posted_from(unpaid)),
    )  # fmt: skip
    assert (steps(done), result(done)["reason"]) == ([], "till-invoice-paid")


def test_money_on_an_invoice_that_stands_in_a_z_report_is_booked_once() -> None:
    received = group("customer payment", 125_000, None, kind="customer_payment", sku=f"{PLACE}/customer payment")
    report = z_report(lines=(received,), money=(came("BAX BankAxept", 125_000, "12002"),), opening_float_minor=0)
    groups = {"customerpayment": "1579"}
    accounts = [*ACCOUNTS, {"account_code": "1579", "name": "Andre fordringer", "root": "Assets"}]
    made = plan(
        report, on_account(paid=(LATER,)), connection=till(invoices="issued"), articles=ARTICLE, groups=groups,
        accounts=accounts, counts={},
    )  # fmt: skip
    balances = made.postings.group_by("account_code").agg((pl.col("debit_minor") - pl.col("credit_minor")).sum())
    assert dict(balances.iter_rows())["1579"] == 0
    assert dict(balances.iter_rows())["1503"] == 125_000


def test_a_credit_note_an_order_and_what_keeps_sales_on_account_back() -> None:
    back = {"amount_minor": -125_000, "unit_price_minor": -62_500, "tax_minor": -25_000}
    article = on_account()["lines"][0]
    credit = plan(on_account("10024", article | back), connection=till(invoices="issued"), articles=ARTICLE)
    assert (steps(credit), credit.documents["total_minor"][0], credit.lines["amount_minor"][0]) == (
        ["credit_note"], 125_000, 125_000
    )  # fmt: skip
    assert (result(credit)["truth_minor"], result(credit)["planned_minor"]) == (-125_000, -125_000)
    order = plan(on_account(), connection=till(invoices="order"), articles=ARTICLE)
    assert (order.lines["product_code"][0], order.documents["remark"][0]) == ("P1", "Ordre 10023")
    unlinked = plan(on_account(), connection=till(invoices="order"))
    assert unlinked.findings["code"].to_list() == ["product-not-linked"]
    nobody = plan(on_account(other_numbers=None), connection=till(invoices="issued"), articles=ARTICLE)
    assert nobody.findings["code"].to_list() == ["customer-missing"]
    undecided = plan(on_account(), connection=till())
    assert (result(undecided)["disposition"], result(undecided)["reason"]) == ("held", "till-invoices-undecided")
    theirs = plan(on_account(), connection=till(invoices="others"))
    assert (result(theirs)["disposition"], result(theirs)["reason"]) == ("ignored", "till-invoice-by-others")
    off = plan(on_account(), connection=till(record_kinds=("settlement",)))
    assert result(off)["reason"] == "kind-off"
    early = plan(z_report(), connection=till(start_date=dt.date(2026, 4, 1)))
    assert (result(early)["disposition"], result(early)["reason"]) == ("ignored", "before-start-date")
    takes = plan(
        on_account(),
        connection=till(invoices="issued"),
        articles=ARTICLE,
        limits=PlanLimits(kinds=frozenset({"settlement"})),
    )
    assert takes.findings["code"].to_list() == ["ledger-cannot"]


def test_a_voucher_is_compared_by_account_vat_code_department_and_project() -> None:
    given = inputs(z_report(), connection=till(projects={PLACE: "P1"}))
    made = build_plan(given)
    key = made.documents["document_key"][0]
    document = documents_by_key(made.documents, made.lines, made.postings, given.orders, [key])[key]
    paid = [
        LedgerLine(
            description="",
            quantity="",
            amount_minor=p.amount_minor,
            account_code=p.payment_method,
            tax_code="0",
            department="10",
            project="P1",
        )
        for p in document.payments
    ]
    sold = [
        LedgerLine(
            description="",
            quantity="",
            amount_minor=-x.amount_minor,
            account_code=x.account_code or "",
            tax_code=x.tax_code or "",
            department="10",
            project="P1",
        )
        for x in document.lines
    ]
    held = LedgerDocument(
        kind="settlement", ledger_id="1", number="K1/214", issued_on=DAY, total_minor=None, vat_minor=None, contact_code=None,
        is_void=False, lines=(*paid, *sold),
    )  # fmt: skip
    assert compare(document, held, is_voided=False) == []
    moved = replace(sold[0], amount_minor=-999_900, department="20", project="P2")
    found = compare(document, replace(held, lines=(*paid, moved, *sold[1:])), is_voided=False)
    assert [one.field for one in found] == ["account 3000", "VAT code 3", "department", "project"]

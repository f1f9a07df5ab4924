"""Summaries of a day: what goes out is the sum of its orders, and every later change is judged order by order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import DAY, connection, inputs, line, order, plan, posted_from, result, steps
from pydantic import ValidationError

from recon.frames.schemas import POSTED
from recon.plan.inputs import POSTED_LINES, POSTED_POSTINGS, Plan, PlanLimits, PostedContents, PostedReader
from recon.plan.plan import build_plan
from recon.plan.summing.keys import holds_exactly, is_summary_key
from tests.trying import examples

BOOKED = {"treatment": "book", "account": "Shipping Income", "vat": "none"}
CHARGES = {
    "shipping": BOOKED,
    "discount": {**BOOKED, "account": "Sales Discounts"},
    "tax": {**BOOKED, "account": "Sales Tax Payable"},
    "tip": {**BOOKED, "account": "Tips Payable"},
    "rounding": {**BOOKED, "account": "Rounding"},
}
AMERICAN = {
    "target": "sandbox-quickbooks",
    "taxes": "line",
    "discounts": "line",
    "vat_registered": False,
    "number_prefix": {"invoice": "", "receipt": "", "credit_note": "R"},
    "charges": {"default": CHARGES},
    "invoices": "awaiting-transfer-unpaid",
}
DAILY = connection(**AMERICAN, summary={"sales": "day"})
EACH = connection(**AMERICAN)
NEXT = DAY + dt.timedelta(1)
SHORT = PlanLimits(partial_credit_note=True, number_max_length=11)


def sold(number: str, amount: int = 2_000, day: dt.date = DAY, **columns: Any) -> dict[str, Any]:
    """An American order: tax on top as the shop states it, a line of its own."""
    tax = columns.pop("tax_minor", amount * 8 // 100)
    goods = columns.pop("lines", (line(amount=amount),))
    fixed = {"vat_mode": "excluded", "tax_minor": tax, "ordered_on": day, "paid_on": day, "currency": "THB"}
    return order(number, *goods, **{**fixed, **columns})


def refunded(number: str, amount: int, on: dt.date, back: int, **columns: Any) -> dict[str, Any]:
    """The same order after a part of its money went back."""
    refund = ({"amount_minor": back, "refunded_on": on},)
    return sold(number, amount, refunds=refund, refunded_minor=back, payment_state="partly_refunded", **columns)


def held_in_ledger(made: Plan, before: pl.DataFrame | None = None) -> pl.DataFrame:
    """POSTED as the store gives it to a plan after a ledger took every document: summaries, and what each order put in."""
    numbers = made.documents.select(pl.col("document_key").alias("summary_key"), pl.col("number").alias("_number"))
    parts = made.parts.documents.join(numbers, on="summary_key", how="left").with_columns(number=pl.col("_number"))
    rows = parts.with_columns(pending=pl.lit(value=False), batch_id=pl.lit("b1")).select(POSTED.names())
    return pl.concat([posted_from(made, before), rows])


def contents_of(*made: Plan) -> PostedReader:
    """What posted documents and parts of summaries consist of, by key."""

    def read(keys: Any) -> PostedContents:
        documents, lines, postings = [], [], []
        for each in made:
            for heads, own_lines, own_postings in (
                (each.documents, each.lines, each.postings),
                (each.parts.documents.drop("summary_key"), each.parts.lines, each.parts.postings),
            ):
                chosen = heads.filter(pl.col("document_key").is_in(list(keys)))
                named = chosen.select("doc_no", "document_key")
                documents.append(chosen)
                lines.append(own_lines.join(named, on="doc_no").select(POSTED_LINES.names()))
                postings.append(own_postings.join(named, on="doc_no").select(POSTED_POSTINGS.names()))
        return PostedContents(pl.concat(documents), pl.concat(lines), pl.concat(postings))

    return read


def said(made: Plan) -> list[tuple[Any, ...]]:
    """Kind, number, day and total of each document."""
    return made.documents.select(pl.col("kind").cast(pl.String), "number", "issued_on", "total_minor").rows()


def test_a_day_is_one_document_that_is_the_sum_of_its_orders() -> None:
    orders = [sold("1001"), sold("1002", 3_000, shipping_minor=500), sold("1003", 1_000, NEXT)]
    made = plan(*orders, connection=DAILY)
    assert said(made) == [("receipt", "D260605-01", DAY, 5_900), ("receipt", "D260606-01", NEXT, 1_080)]
    assert made.controls.ties
    assert made.controls.document_count == 2
    assert made.documents["remark"][0].startswith("Sales of 2 orders: #1001 to #1002 · LINE")
    assert made.parts.documents["summary_key"].to_list() == [made.documents["document_key"][n] for n in (0, 0, 1)]
    assert [result(made, n)["planned_minor"] for n in range(3)] == [2_160, 3_740, 1_080], (
        "each order keeps its own result"
    )
    assert all(is_summary_key(key) for key in made.documents["order_key"])
    assert holds_exactly(made.documents, made.parts.documents)


def test_postings_and_lines_of_a_summary_are_the_sums_of_those_of_its_orders() -> None:
    lines = (line(amount=4_000, quantity=2), line("MUG", 700))
    orders = [
        sold("1", lines=lines, amount=4_700, discount_minor=300, shipping_minor=500, tax_minor=376),
        sold("2", 2_000, shipping_minor=500), sold("3", 1_500),
    ]  # fmt: skip
    one, each = plan(*orders, connection=DAILY), plan(*orders, connection=EACH)
    both = [
        made.postings.group_by("account_code")
        .agg((pl.col("debit_minor") - pl.col("credit_minor")).sum().alias("sum"))
        .sort("account_code")
        for made in (one, each)
    ]
    assert both[0].equals(both[1])
    rows = one.lines.select(
        pl.col("kind").cast(pl.String),
        "product_code",
        "account_code",
        "quantity_milli",
        "unit_price_minor",
        "amount_minor",
    ).rows()
    assert rows == [
        ("product", "P001", None, 1_000, 1_500, 1_500),
        ("product", "P001", None, 3_000, 2_000, 6_000),
        ("product", "P002", None, 1_000, 700, 700),
        ("shipping", None, "Shipping Income", 1_000, 1_000, 1_000),
        ("discount", None, "Sales Discounts", 1_000, -300, -300),
        ("tax", None, "Sales Tax Payable", 1_000, 656, 656),
    ]  # fmt: skip


def test_channels_and_accounts_of_money_have_summaries_of_their_own() -> None:
    orders = [
        sold("1"), sold("2", sales_channel="POS Main Street"), sold("3", payment_channel="shopee"), sold("4"),
    ]  # fmt: skip
    made = plan(*orders, connection=DAILY)
    assert made.documents.select("sales_channel", "payment_method", "total_minor").rows() == [
        ("LINE", "BSV003", 4_320), ("LINE", "EWL001", 2_160), ("POS Main Street", "BSV003", 2_160),
    ]  # fmt: skip
    assert made.documents["number"].n_unique() == 3
    assert made.documents["order_key"].n_unique() == 3


def test_an_order_that_comes_late_goes_into_a_further_summary_of_its_day() -> None:
    first = plan(sold("1"), sold("2"), connection=DAILY)
    posted = held_in_ledger(first)
    again = plan(sold("1"), sold("2"), connection=DAILY, posted=posted)
    assert again.documents.is_empty()
    late = plan(sold("1"), sold("2"), sold("3"), connection=DAILY, posted=posted)
    assert said(late) == [("receipt", "D260605-02", DAY, 2_160)]
    assert late.documents["revision"].to_list() == [2]
    assert late.documents["order_key"][0] == first.documents["order_key"][0]
    assert late.parts.documents["order_number"].to_list() == ["#3"]


def test_a_refund_is_a_credit_note_of_its_own_day_over_all_refunds_of_that_day() -> None:
    first = plan(sold("1"), sold("2"), connection=DAILY)
    posted = held_in_ledger(first)
    now = [refunded("1", 2_000, NEXT, 1_000), refunded("2", 2_000, NEXT, 500), sold("3", 4_000, NEXT)]
    made = plan(*now, connection=DAILY, posted=posted, read_posted=contents_of(first))
    assert said(made) == [("receipt", "D260606-01", NEXT, 4_320), ("credit_note", "D260606-02", NEXT, 1_500)]
    assert made.documents["depends_on"].to_list() == [None, None]
    assert made.documents["applies_to_key"].to_list() == [None, None]
    parts = made.parts.documents.filter(pl.col("kind") == "credit_note")
    assert parts["applies_to_key"].to_list() == ["zort:shop:1/receipt/1", "zort:shop:2/receipt/1"]
    assert plan(*now, connection=DAILY, posted=held_in_ledger(made, posted)).documents.is_empty()


def test_a_refund_of_a_sale_of_the_same_plan_waits_for_its_summary() -> None:
    orders = [sold("1"), refunded("2", 2_000, NEXT, 500), sold("3", 4_000, NEXT)]
    made = plan(*orders, connection=DAILY)
    assert steps(made) == ["receipt", "receipt", "credit_note"]
    assert made.documents["depends_on"].to_list() == [None, None, made.documents["document_key"][0]]


def test_a_whole_refund_takes_back_the_lines_and_accounts_of_its_own_order() -> None:
    bought = sold("1", shipping_minor=500), sold("2", 3_000)
    first = plan(*bought, connection=DAILY)
    back = sold(
        "1", shipping_minor=500, refunds=({"amount_minor": 2_660, "refunded_on": NEXT},), refunded_minor=2_660,
        payment_state="refunded",
    )  # fmt: skip
    made = plan(back, bought[1], connection=DAILY, posted=held_in_ledger(first), read_posted=contents_of(first))
    assert said(made) == [("credit_note", "D260606-01", NEXT, 2_660)]
    accounts = dict(made.postings.select("account_code", "debit_minor").rows())
    assert accounts["Shipping Income"] == 500
    assert accounts["Sales Tax Payable"] == 160
    assert "credited-lines-unknown" not in made.findings["code"].to_list()


def test_a_held_order_stays_out_and_the_rest_of_its_day_goes_on() -> None:
    made = plan(sold("1"), sold("2", lines=(line("UNKNOWN", 2_000),)), sold("3"), connection=DAILY)
    assert said(made) == [("receipt", "D260605-01", DAY, 4_320)]
    assert result(made, 1)["disposition"] == "held"
    assert result(made, 1)["held_minor"] == 2_160


def test_invoices_and_their_payments_go_out_one_by_one_after_the_summaries() -> None:
    unpaid = sold("9", payment_state="unpaid", paid_on=None)
    made = plan(unpaid, sold("1"), connection=DAILY)
    assert [(kind, number) for kind, number, *_ in said(made)] == [("receipt", "D260605-01"), ("invoice", "9")]
    posted = held_in_ledger(made)
    paid = plan(sold("9"), sold("1"), connection=DAILY, posted=posted)
    assert steps(paid) == ["payment"]


def test_receipts_with_vat_stay_one_by_one() -> None:
    taxed = connection(**{**AMERICAN, "taxes": "vat", "vat_registered": True}, summary={"sales": "day"})
    made = plan(order("1"), order("2"), connection=taxed)
    assert steps(made) == ["receipt", "receipt"]
    assert made.parts.documents.is_empty()


def test_one_word_per_summary_tells_what_went_back() -> None:
    able = PlanLimits(partial_credit_note=True, refund_payment=False, number_max_length=11)
    orders = [refunded("1", 2_000, NEXT, 500), refunded("2", 2_000, NEXT, 500)]
    made = plan(*orders, connection=DAILY, limits=able)
    told = made.findings.filter(pl.col("code") == "refund-to-record")
    assert told["detail"].to_list() == ["Credit note D260606-01 (2026-06-06, 2 orders): 10.00 back from BSV003."]
    assert told["document_key"].to_list() == [made.documents["document_key"][1]]


def test_another_member_is_another_content() -> None:
    one = plan(sold("1"), sold("2"), sold("4"), connection=DAILY)
    two = plan(sold("1"), sold("3"), sold("4"), connection=DAILY)
    assert one.documents["total_minor"].equals(two.documents["total_minor"])
    assert one.documents["remark"][0] != two.documents["remark"][0], "an approval is bound to the orders it was about"
    assert not holds_exactly(one.documents, two.parts.documents)


LIVES = st.lists(
    st.tuples(
        st.integers(0, 2),  # day it was sold
        st.integers(0, 2),  # round in which its file comes
        st.integers(100, 9_999),
        st.sampled_from(["LINE", "POS"]),
        st.sampled_from(["SCB", "shopee"]),
        st.sampled_from(["paid", "part", "whole", "cancelled", "unpaid", "held", "dearer"]),
        st.integers(1, 3),  # round in which that happens
    ),
    min_size=1,
    max_size=8,
)


def _told(number: int, life: tuple[int, int, int, str, str, str, int], stage: int) -> dict[str, Any]:
    day, _, amount, channel, gateway, what, when = life
    on = DAY + dt.timedelta(day)
    fixed: dict[str, Any] = {"sales_channel": channel, "payment_channel": gateway, "discount_minor": amount % 7}
    name = str(1000 + number)
    if what == "unpaid" and stage < when:
        return sold(name, amount, on, **fixed, payment_state="unpaid", paid_on=None)
    if what == "held" and stage < when:
        return sold(name, amount, on, **fixed, lines=(line("UNKNOWN", amount),))
    if stage < when or what in ("paid", "unpaid", "held"):
        return sold(name, amount, on, **fixed)
    if what == "dearer":
        return sold(name, amount + 50, on, **fixed)
    if what == "cancelled":
        return sold(name, amount, on, **fixed, order_state="cancelled", payment_state="void")
    whole = sold(name, amount, on, **fixed)["total_minor"]
    back = whole if what == "whole" else max(1, whole // 3)
    state = "refunded" if what == "whole" else "partly_refunded"
    refund = ({"amount_minor": back, "refunded_on": DAY + dt.timedelta(day + when)},)
    return sold(name, amount, on, **fixed, refunds=refund, refunded_minor=back, payment_state=state)


@examples(6)
@given(LIVES, st.sampled_from(["repost", "leave", ""]))
def test_f50_posted_summaries_come_to_the_truth_of_all_orders(
    lives: list[tuple[int, int, int, str, str, str, int]], decision: str
) -> None:
    posted = pl.DataFrame(schema=POSTED)
    history: list[Plan] = []
    decided = [(f"zort:shop:{1000 + n}", decision, None, None) for n in range(len(lives)) if decision]
    for stage in range(4):
        orders = [_told(n, life, stage) for n, life in enumerate(lives) if life[1] <= stage]
        if not orders:
            continue
        made = plan(
            *orders, connection=DAILY, posted=posted, decisions=decided, read_posted=contents_of(*history), limits=SHORT
        )
        history.append(made)
        assert made.controls.ties
        assert holds_exactly(made.documents, made.parts.documents)
        before = set(made.documents["document_key"][:0])
        for key, waits in made.documents.select("document_key", "depends_on").iter_rows():
            assert waits is None or waits in before, "what is waited for goes out before"
            before.add(key)
        posted = held_in_ledger(made, posted)
        assert posted["document_key"].n_unique() == posted.height
        numbers = (
            pl.concat([each.documents for each in history]).filter(pl.col("kind") != "void")["number"].drop_nulls()
        )
        assert numbers.n_unique() == numbers.len(), "no number is given to two documents"
        assert all(len(number) <= 11 for number in numbers)
        sign = (
            pl.when(pl.col("kind").is_in(["invoice", "receipt"]))
            .then(1)
            .when(pl.col("kind") == "payment")
            .then(0)
            .otherwise(-1)
        )
        sent = pl.concat([each.documents for each in history]).select((sign * pl.col("total_minor")).sum()).item()
        again = plan(
            *orders, connection=DAILY, posted=posted, decisions=decided, read_posted=contents_of(*history), limits=SHORT
        )
        assert again.documents.is_empty(), "run again, the plan is empty"
        left = again.results.select(
            (pl.col("truth_minor") - pl.col("held_minor") - pl.col("ignored_minor")).sum()
        ).item()
        assert sent == left


@examples(4)
@given(st.permutations(range(5)))
def test_summaries_do_not_depend_on_the_order_of_the_files(places: list[int]) -> None:
    orders = [_told(n, life, 3) for n, life in enumerate([
        (0, 0, 900, "LINE", "SCB", "part", 1), (0, 0, 800, "LINE", "SCB", "paid", 1), (1, 0, 700, "POS", "SCB", "whole", 1),
        (1, 0, 600, "POS", "shopee", "paid", 1), (0, 0, 500, "LINE", "SCB", "cancelled", 1),
    ])]  # fmt: skip
    columns = ["document_key", "number", "issued_on", "total_minor", "depends_on"]
    expected = build_plan(inputs(orders, connection=DAILY)).documents.select(columns)
    assert build_plan(inputs([orders[n] for n in places], connection=DAILY)).documents.select(columns).equals(expected)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"target": "peak"}, "needs that document, and a tax invoice is one sale's"),
        ({"numbering": "ledger"}, "needs numbering"),
        ({"writers": "shared"}, "needs numbering"),
    ],
)
def test_summaries_need_a_ledger_and_settings_that_fit(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        connection(**{**AMERICAN, **changed}, summary={"sales": "day"})

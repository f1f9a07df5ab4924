"""Random lives of orders, posted step by step: the ledger always ends at what the source says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st
from plan_shop import ABLE, DAY, connection, contents_from, inputs, line, order, plan, posted_from

from recon.plan.inputs import Plan, PlanLimits
from recon.plan.plan import build_plan
from tests.trying import examples

STAGES = st.lists(
    st.tuples(
        st.sampled_from(
            ["unpaid", "paid", "partly", "refunded", "undone", "cancelled", "dearer", "cheaper", "returned"]
        ),
        st.integers(0, 99),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)
RULES = st.fixed_dictionaries({
    "invoices": st.sampled_from(["off", "completed-unpaid", "awaiting-transfer-unpaid"]),
    "receipts": st.sampled_from(["paid", "paid-and-completed"]),
    "tax_invoice_on": st.sampled_from(["auto", "invoice", "payment"]),
    "vat_registered": st.booleans(),
    "charges": st.sampled_from([{}, {"default": {"shipping": {"treatment": "leave-out"}}}]),
})  # fmt: skip


class Life:
    """One order as the shop tells it, stage by stage."""

    def __init__(self, number: int, mode: str, shipping: int) -> None:
        self.number, self.mode, self.shipping = str(number), mode, shipping
        self.amount, self.refunds = 10_700 + number, []
        self.state: dict[str, Any] = {"payment_state": "unpaid", "order_state": "open"}

    def tell(self, what: str, size: int) -> None:
        whole = self.now()["total_minor"]
        if what in ("dearer", "cheaper"):
            self.amount += size * (1 if what == "dearer" else -1)
        elif what == "partly":
            left = whole - sum(self.refunds)
            self.refunds.append(max(1, left * size // 200))
            self.state = {"payment_state": "partly_refunded", "order_state": "completed"}
        elif what == "refunded":
            left = whole - sum(self.refunds)
            self.refunds += [left] if left > 0 else []
            self.state = {"payment_state": "refunded", "order_state": "completed"}
        elif what == "undone":
            self.refunds = self.refunds[:-1]
            self.state = {"payment_state": "partly_refunded" if self.refunds else "paid", "order_state": "completed"}
        elif what == "cancelled":
            self.state = {"payment_state": "void", "order_state": "cancelled"}
        elif what == "returned":
            self.state = {"payment_state": "unpaid", "order_state": "returned"}
        else:
            self.state = {"payment_state": what, "order_state": "completed" if size % 2 else "shipped"}

    def now(self) -> dict[str, Any]:
        given = tuple({"amount_minor": r, "refunded_on": DAY + dt.timedelta(n)} for n, r in enumerate(self.refunds))
        goods = (line(amount=self.amount, quantity=3), line("EXEMPT", 500, taxable=False))
        return order(
            self.number, *goods, vat_mode=self.mode, shipping_minor=self.shipping, refunds=given,
            refunded_minor=sum(self.refunds), **self.state,
        )  # fmt: skip


def live_totals(posted: pl.DataFrame) -> dict[str, int]:
    """Sum of all documents per order as a ledger would add them up, payments apart."""
    totals: dict[str, int] = {}
    for row in posted.iter_rows(named=True):
        sign = {"invoice": 1, "receipt": 1, "payment": 0}.get(row["kind"], -1)
        totals[row["order_key"]] = totals.get(row["order_key"], 0) + sign * row["total_minor"]
    return totals


def open_invoices(posted: pl.DataFrame) -> int:
    """Sum of all invoices that are neither paid nor void, as a ledger would add them up."""
    sides = {"invoice": 1, "payment": -1, "void": -1}
    return sum(sides.get(row["kind"], 0) * row["total_minor"] for row in posted.iter_rows(named=True))


def balance(made: list[Plan], account: str) -> int:
    """Debits less credits of an account over all plans."""
    rows = pl.concat([each.postings for each in made]).filter(pl.col("account_code") == account)
    return int(rows.select((pl.col("debit_minor") - pl.col("credit_minor")).sum()).item())


@examples(12)
@example(
    [[("refunded", 0, False), ("unpaid", 0, False), ("paid", 0, False)]],
    {
        "invoices": "awaiting-transfer-unpaid",
        "receipts": "paid-and-completed",
        "tax_invoice_on": "auto",
        "vat_registered": False,
        "charges": {},
    },
    "included",
    0,
    "repost",
    False,
)
@example(
    [[("unpaid", 0, False), ("refunded", 0, False)]],
    {
        "invoices": "awaiting-transfer-unpaid",
        "receipts": "paid",
        "tax_invoice_on": "payment",
        "vat_registered": True,
        "charges": {},
    },
    "included",
    4_000,
    "",
    False,
)
@example(
    [[("unpaid", 16, False), ("refunded", 0, False), ("dearer", 90, False)]],
    {
        "invoices": "off",
        "receipts": "paid",
        "tax_invoice_on": "auto",
        "vat_registered": False,
        "charges": {"default": {"shipping": {"treatment": "leave-out"}}},
    },
    "included",
    4_000,
    "repost",
    False,
)
@given(
    st.lists(STAGES, min_size=1, max_size=4),
    RULES,
    st.sampled_from(["included", "excluded", "unknown"]),
    st.sampled_from([0, 4_000]),
    st.sampled_from(["repost", "leave", ""]),
    st.booleans(),
)
def test_f50_sum_of_all_documents_of_an_order_is_its_truth(
    lives: list[list[tuple[str, int, bool]]], rules: dict[str, Any], mode: str, shipping: int, decision: str, able: bool
) -> None:
    told = [Life(number, mode, shipping) for number in range(len(lives))]
    decided = [(f"zort:shop:{life.number}", decision, None, None) for life in told if decision]
    settings_ = connection(**rules)
    posted: pl.DataFrame | None = None
    history: list[Plan] = []
    for stage in range(max(len(stages) for stages in lives)):
        for life, stages in zip(told, lives, strict=True):
            if stage < len(stages):
                life.tell(*stages[stage][:2])
        given_ = {"connection": settings_, "decisions": decided, "limits": ABLE if able else PlanLimits()}
        orders = [life.now() for life in told]
        known = {} if posted is None else {"posted": posted, "read_posted": contents_from(*history)}
        made = plan(*orders, **given_, **known)
        assert made.controls.ties
        posted = posted_from(made, posted)
        history.append(made)
        assert balance(history, "113101") == open_invoices(posted), "receivables are the open invoices, nothing else"
        assert balance(history, "215102") == 0 or open_invoices(posted), "VAT not yet due belongs to open invoices only"
        assert posted["document_key"].n_unique() == posted.height, "no document is ever posted twice (F39)"
        numbers = posted["number"].drop_nulls()
        assert numbers.n_unique() == numbers.len(), "no number is given to two documents"
        again = plan(*orders, **given_, posted=posted)
        assert again.documents.is_empty(), "run again, the plan is empty"
        totals = live_totals(posted)
        for row in again.results.iter_rows(named=True):
            assert totals.get(row["order_key"], 0) == row["truth_minor"] - row["held_minor"] - row["ignored_minor"]
            assert totals.get(row["order_key"], 0) >= 0


@examples(8)
@given(STAGES, STAGES)
def test_the_same_inputs_give_the_same_bytes(
    first: list[tuple[str, int, bool]], second: list[tuple[str, int, bool]]
) -> None:
    told = []
    for number, stages in enumerate((first, second)):
        life = Life(number, "included", 0)
        for what, size, _ in stages:
            life.tell(what, size)
        told.append(life.now())
    one, two = build_plan(inputs(told)), build_plan(inputs(told))
    for name in ("documents", "lines", "postings", "results", "findings"):
        assert getattr(one, name).equals(getattr(two, name))


@examples(8)
@given(st.permutations(range(6)), st.integers(0, 50))
def test_f49_documents_do_not_depend_on_the_order_of_the_files(places: list[int], size: int) -> None:
    told = []
    for number in range(6):
        life = Life(number, "included", 4_000)
        for what in (
            ("paid",),
            ("paid", "partly"),
            ("paid", "refunded"),
            ("cancelled",),
            ("unpaid",),
            ("paid", "dearer"),
        )[number]:
            life.tell(what, size)
        told.append(life.now())
    columns = ["document_key", "number", "issued_on", "total_minor", "vat_minor", "applies_to_key", "depends_on"]
    expected = plan(*told).documents.select(columns).sort("document_key")
    shuffled = plan(*[told[place] for place in places]).documents.select(columns).sort("document_key")
    assert shuffled.equals(expected)

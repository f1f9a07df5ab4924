"""Orders that a person leaves out of a plan are held with the reason; any part and the rest are the whole, nothing twice."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import DAY, codes, inputs, line, order, plan, posted_from, result

from recon.errors import FrameError
from recon.frames.schemas import LEFT_OUT
from recon.plan.inputs import Plan
from recon.plan.plan import build_plan
from recon.review.decisions import content_digest, document_digests
from tests.trying import examples

LATER, REJECTED = "left-for-later", "rejected-by-person"


def leave(*orders: str, code: str = LATER, detail: str = "left by Nok") -> pl.DataFrame:
    return pl.DataFrame([(f"zort:shop:{each}", code, detail) for each in orders], schema=LEFT_OUT, orient="row")


def digests(made: Plan) -> dict[str, str]:
    found = document_digests(made.documents, made.lines, made.postings)
    return dict(found.select("document_key", "digest").iter_rows())


def test_an_order_left_out_is_held_with_who_and_why() -> None:
    made = plan(order("1001"), order("1002"), left_out=leave("1002", code=REJECTED, detail="Lek: sample, not sold"))
    assert made.documents["order_number"].to_list() == ["#1001"]
    assert (result(made, 1)["disposition"], result(made, 1)["reason"], result(made, 1)["held_minor"]) == (
        "held",
        REJECTED,
        10_700,
    )
    found = made.findings.filter(pl.col("code") == REJECTED).row(0, named=True)
    assert (found["severity"], found["order_key"], found["amount_minor"]) == ("hold", "zort:shop:1002", 10_700)
    assert found["detail"] == "Lek: sample, not sold"
    assert (made.controls.documents_minor, made.controls.held_minor, made.controls.difference_minor) == (
        10_700,
        10_700,
        0,
    )
    assert made.by_cause.filter(pl.col("code") == REJECTED).select("order_count", "amount_minor").row(0) == (1, 10_700)


def test_what_has_no_document_is_not_held_by_a_rejection() -> None:
    made = plan(order("1001", payment_state="unpaid", order_state="open"), left_out=leave("1001", code=REJECTED))
    assert (result(made)["disposition"], codes(made)) == ("ignored", ["not-due"])


def test_other_holds_of_a_rejected_order_are_said_too() -> None:
    made = plan(order("1001", line("NOPE")), left_out=leave("1001", code=REJECTED))
    assert result(made)["reason"] == REJECTED
    assert codes(made) == ["product-not-linked", REJECTED]


def test_an_order_left_out_twice_is_a_defect() -> None:
    with pytest.raises(FrameError, match="orders left out"):
        plan(order("1001"), left_out=leave("1001", "1001"))


KINDS = [
    {}, {"payment_state": "unpaid"}, {"payment_state": "partly_refunded", "refunded_minor": 1_000, "refunds": ({"amount_minor": 1_000, "refunded_on": DAY},)},
    {"payment_state": "void", "order_state": "cancelled"}, {"shipping_minor": 5_000}, {"payment_channel": "Nobody"},
]  # fmt: skip


@examples(15)
@given(
    st.lists(st.tuples(st.sampled_from(range(len(KINDS))), st.booleans(), st.booleans()), min_size=1, max_size=9),
)
def test_any_part_and_the_rest_are_the_whole(told: list[tuple[int, bool, bool]]) -> None:
    orders: list[dict[str, Any]] = [
        order(str(n), line(amount=1_000 + n), **KINDS[kind]) for n, (kind, _, _) in enumerate(told)
    ]
    chosen = [str(n) for n, (_, yes, _) in enumerate(told) if yes]
    rejected = [str(n) for n, (_, yes, no) in enumerate(told) if no and not yes]
    others = [str(n) for n, (_, yes, no) in enumerate(told) if not yes and not no]
    kept = leave(*rejected, code=REJECTED)
    whole = build_plan(inputs(orders, left_out=kept))
    part = build_plan(inputs(orders, left_out=pl.concat([kept, leave(*others)])))
    rest = build_plan(inputs(orders, left_out=kept, posted=posted_from(part)))
    for made in (whole, part, rest):
        assert made.controls.ties
    assert set(part.documents["order_key"]) <= {f"zort:shop:{number}" for number in chosen}
    assert digests(part) | digests(rest) == digests(whole)
    assert not set(digests(part)) & set(digests(rest)), "nothing twice"
    assert part.controls.documents_minor + rest.controls.documents_minor == whole.controls.documents_minor
    assert part.controls.truth_minor == rest.controls.truth_minor == whole.controls.truth_minor
    assert not {f"zort:shop:{number}" for number in rejected} & set(whole.documents["order_key"])


def test_the_digest_of_a_document_knows_every_part_of_it() -> None:
    base = plan(order("1001", line(), line("MUG", 5_000)), order("1002"))
    assert digests(base) == digests(plan(order("1001", line(), line("MUG", 5_000)), order("1002")))
    moved = plan(order("0999"), order("1001", line(), line("MUG", 5_000)), order("1002"))
    assert digests(base).items() <= digests(moved).items(), "its place in the plan is not its content"
    parts = {"documents": base.documents, "lines": base.lines, "postings": base.postings}
    seen = {content_digest(document_digests(**parts))}
    edits = {"documents": ("remark", "issued_on", "contact_name", "vat_minor"), "lines": ("description", "net_minor", "vat_code"), "postings": ("account_code", "debit_minor")}  # fmt: skip
    for name, columns in edits.items():
        for column in columns:
            seen.add(content_digest(document_digests(**{**parts, name: changed(parts[name], column)})))
    assert len(seen) == 1 + sum(len(columns) for columns in edits.values())
    longer = base.lines.with_columns(pl.lit("a\x1fb").alias("sku"), pl.lit("c").alias("description"))
    other = base.lines.with_columns(pl.lit("a").alias("sku"), pl.lit("b\x1fc").alias("description"))
    assert digests_of(base, longer) != digests_of(base, other), "no text can pretend to be two"


def digests_of(made: Plan, lines: pl.DataFrame) -> list[str]:
    return document_digests(made.documents, lines, made.postings)["digest"].to_list()


def changed(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    dtype = frame[column].dtype
    value = {pl.String: pl.lit("other"), pl.Date: pl.col(column) + pl.duration(days=1)}.get(dtype.base_type())
    if value is None:
        value = pl.lit("none").cast(dtype) if isinstance(dtype, pl.Enum) else pl.col(column) + 1
    return frame.with_columns(pl.when(pl.int_range(pl.len()) == 0).then(value).otherwise(column).alias(column))

"""The review table: rows and their status, the filter language, groups and totals, and what is like a row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import line, order, plan

from recon.errors import UsageError
from recon.frames.text import fold
from recon.review.decisions import standing_now, whole_orders
from recon.review.filters import parse
from recon.review.folding import _fold_many, fold_series
from recon.review.like import like_this
from recon.review.rows import REVIEW, STANDING, STATES, STATUSES, ReviewInputs, review_rows
from recon.review.table import ReviewTable
from recon.review.tokens import TOKENS, CodeWords


def shop() -> list[dict[str, Any]]:
    return [
        order("1001", customer_name="สมชาย ใจดี", sales_channel="Shopee"),
        order(
            "1002", line(amount=5_000), customer_name="บริษัท น้ำใส จำกัด", sales_channel="Shopee", payment_channel="Shopee"
        ),
        order("1003", line("NOPE"), customer_name="Bjørn Åse", sales_channel="Lazada"),
        order("1004", line(amount=99_900), customer_name="Straße AG", ordered_on=dt.date(2026, 7, 2)),
    ]


def table(orders: list[dict[str, Any]] | None = None, **given: Any) -> ReviewTable:
    orders = shop() if orders is None else orders
    made = plan(*orders, **{name: given.pop(name) for name in ("findings",) if name in given})
    from plan_shop import frames

    inputs = ReviewInputs(
        batch_id="B0007", documents=made.documents, orders=frames(orders)["orders"], results=made.results,
        findings=made.findings, **given,
    )  # fmt: skip
    return ReviewTable(
        connection="main", batch="B0007", batch_state="draft", currency="THB", frame=review_rows(inputs), decidable=True
    )


def numbers(shown: ReviewTable, text: str) -> list[str]:
    return [fold(number) for number in shown.window(shown.filter(text).order, 0, 99)["order_number"].to_list()]


WARNING = [("paid-amount-differs", "warning", "zort:shop:1002", None, None, None, None, None, None, None)]


# rows -------------------------------------------------------------------------------------------------------------


def test_a_row_for_each_document_and_each_held_order() -> None:
    shown = table(findings=WARNING)
    assert shown.frame.schema == REVIEW
    assert shown.frame.select("order_number", "status", "cause").rows() == [
        ("#1001", "ready", None),
        ("#1002", "check", "paid-amount-differs"),
        ("#1004", "ready", None),
        ("#1003", "blocked", "product-not-linked"),
    ]
    held = shown.row(3)
    assert (held["key"], held["kind"], held["total_minor"]) == ("zort:shop:1003", "order", 10_700)
    assert (held["file"], held["row"], held["customer"]) == ("0123456789ab", 4, "Bjørn Åse")
    assert shown.frame["row_id"].to_list() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("queued", "open"), ("sending", "open"), ("posted", "posted"), ("by_hand", "posted"), ("unknown", "unsure"),
        ("conflict", "unsure"), ("duplicate", "unsure"), ("needs_person", "unsure"), ("refused", "refused"),
        ("skipped", "refused"), ("cancelled", "ready"),
    ],
)  # fmt: skip
def test_what_became_of_a_document_is_its_status(state: str, status: str) -> None:
    shown = table(states=pl.DataFrame({"doc_no": [0], "state": [state], "words": ["period closed"]}, schema=STATES))
    assert (shown.row(0)["status"], shown.row(0)["note"]) == (status, "period closed")
    assert shown.row(1)["status"] == "ready"


def test_a_decision_shows_and_a_lost_one_says_why() -> None:
    rows = [
        ("zort:shop:1001/receipt/1", "zort:shop:1001", "approved", "Nok", "", None),
        ("zort:shop:1002/receipt/1", "zort:shop:1002", "rejected", "Lek", "sample, not sold", None),
        ("zort:shop:1004/receipt/1", "zort:shop:1004", "approved", "Nok", "", "changed since Nok approved it"),
    ]
    shown = table(standing=pl.DataFrame(rows, schema=STANDING, orient="row"))
    assert shown.frame.select("status", "decided_by", "note").rows()[:3] == [
        ("approved", "Nok", None),
        ("rejected", "Lek", "sample, not sold"),
        ("ready", None, "changed since Nok approved it"),
    ]


def test_an_empty_plan_is_an_empty_table() -> None:
    shown = table([order("1", payment_state="unpaid", order_state="open")])
    assert shown.height == 0
    assert shown.filter("st:ready").count == 0
    assert shown.totals()["count"].sum() == 0


# filter language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["#1001", "#1002", "#1004", "#1003"]),
        ("1001", ["#1001"]),
        ("สมชาย", ["#1001"]),
        ("นำ\u0e49ใส", []),
        ("น\u0e49\u0e4d\u0e32ใส", ["#1002"]),
        ('"สมชาย ใจดี"', ["#1001"]),
        ("STRASSE", ["#1004"]),
        ("bjørn åse", ["#1003"]),
        ("-shopee", ["#1004", "#1003"]),
        ("!shopee -1003", ["#1004"]),
        ("st:ready", ["#1001", "#1002", "#1004"]),
        ("st:blocked,posted", ["#1003"]),
        ("st:bl", ["#1003"]),
        ("-st:ready", ["#1003"]),
        ("amt>107", ["#1004"]),
        ("amt>=107.00", ["#1001", "#1004", "#1003"]),
        ("amt<=50", ["#1002"]),
        ("amt:50..107", ["#1001", "#1002", "#1003"]),
        ("amt:107..", ["#1001", "#1004", "#1003"]),
        ("amt:..107", ["#1001", "#1002", "#1003"]),
        ("amt:999", ["#1004"]),
        ("amt=999", ["#1004"]),
        ("-amt>107", ["#1001", "#1002", "#1003"]),
        ("vat>60", ["#1004"]),
        ("kind:receipt", ["#1001", "#1002", "#1004"]),
        ("kind:order", ["#1003"]),
        ("ch:shopee", ["#1001", "#1002"]),
        ("ch:shopee,lazada", ["#1001", "#1002", "#1003"]),
        ("pay:Shopee", ["#1002"]),
        ("-pay:Shopee ch:Shopee", ["#1001"]),
        ("cause:product-not", ["#1003"]),
        ("-cause:product-not", ["#1001", "#1002", "#1004"]),
        ("date:2026-07", ["#1004"]),
        ("date:2026-07-02", ["#1004"]),
        ("date:2026", ["#1001", "#1002", "#1004", "#1003"]),
        ("date<2026-07", ["#1001", "#1002", "#1003"]),
        ("date>2026-06", ["#1004"]),
        ("date>=2026-06-05", ["#1001", "#1002", "#1004", "#1003"]),
        ("date:2026-06-01..2026-06-30", ["#1001", "#1002", "#1003"]),
        ("no:rt-1001", ["#1001"]),
        ("order:1002", ["#1002"]),
        ("cust:straße", ["#1004"]),
        ("batch:b0007", ["#1001", "#1002", "#1004", "#1003"]),
        ("-batch:B0007", []),
        ("rule:receipt", ["#1001", "#1002", "#1004"]),
        ("zort:shop:1001", ["#1001"]),
        ("shopee amt<100", ["#1002"]),
        ("amt<1,000", ["#1001", "#1002", "#1004", "#1003"]),
    ],
)
def test_what_a_filter_finds(text: str, found: list[str]) -> None:
    assert numbers(table(), text) == found
    assert parse(text).problems == ()


@pytest.mark.parametrize(
    ("text", "words", "closest"),
    [
        ("st:redy 1001", "did you mean ready?", "ready"),
        ("st: 1001", "st: needs a value", ""),
        ("st:, 1001", "write a status", ""),
        ("amt>x 1001", "'x' is no amount", ""),
        ("amt>1,00 1001", "'1,00' is no amount", ""),
        ("amt:.. 1001", "'..' is no amount", ""),
        ("amt>1..2 1001", "takes one value", ""),
        ("amd>1 1001", "did you mean amt>", "amt>"),
        ("stat:ready 1001", "did you mean st:", "st:"),
        ("kind:recipt 1001", "did you mean receipt?", "receipt"),
        ("date:2568-01-31 1001", "write 2025", ""),
        ("date:2026-13 1001", "is no day", ""),
        ("ch>Shopee 1001", "ch takes a colon", "ch:Shopee"),
        ("ch:, 1001", "ch: needs a value", ""),
        ("amt>99999999999999999999 1001", "is no amount", ""),
    ],
)
def test_what_is_not_understood_is_said_and_the_rest_applies(text: str, words: str, closest: str) -> None:
    shown = table().filter(text)
    assert len(shown.problems) == 1
    assert words in shown.problems[0]
    assert parse(text).problems[0].closest == closest
    assert numbers(table(), text) == ["#1001"], "the word still narrows"


NORWEGIAN = {
    "st": CodeWords(
        {"klar": ("ready",), "sperret": ("blocked",), "avvist": ("refused", "rejected")}, ("klar", "sperret", "avvist")
    ),
    "kind": CodeWords({"kvittering": ("receipt",), "ordreholdttilbake": ("order",)}),
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("st:klar", ["#1001", "#1002", "#1004"]),
        ("st:kl", ["#1001", "#1002", "#1004"]),
        ("st:SPERRET", ["#1003"]),
        ("st:ready,sperret", ["#1001", "#1002", "#1004", "#1003"]),
        ("-st:klar", ["#1003"]),
        ("st:avvist", []),
        ('kind:"ordre holdt tilbake"', ["#1003"]),
        ("klar", ["#1001", "#1002", "#1004"]),
        ("-klar", ["#1003"]),
        ("Sperret", ["#1003"]),
        ("kvittering shopee", ["#1001", "#1002"]),
    ],
)
def test_statuses_and_kinds_are_found_by_the_words_of_the_screen(text: str, found: list[str]) -> None:
    shown = table()
    rows = shown.filter(text, spoken=NORWEGIAN)
    assert rows.problems == ()
    assert [fold(number) for number in shown.window(rows.order, 0, 99)["order_number"].to_list()] == found


def test_a_word_that_is_no_status_names_those_of_the_screen() -> None:
    (problem,) = table().filter("st:klra", spoken=NORWEGIAN).problems
    assert problem == "'klra' is no status; did you mean klar? There are klar, sperret, avvist."
    assert table().filter("st:klar").problems, "without a screen only codes are known"


def test_what_stands_between_quotation_marks_is_one_value_and_nothing_between_them_is_an_empty_cell() -> None:
    orders = [*shop(), order("1005", line(), customer_name="Siam, Ltd", sales_channel="")]
    assert numbers(table(orders), 'cust:"Siam, Ltd"') == ["#1005"]
    assert numbers(table(orders), 'ch:""') == ["#1005"]
    assert "#1005" not in numbers(table(orders), '-ch:""')
    assert parse('ch:"').problems, "an open quotation mark: more is to come"


@given(st.text(max_size=40) | st.from_regex(r"[-!]?(st|amt|date|no|ch)(:|>=|<)[-0-9.,a-z \"]{0,12}", fullmatch=True))
def test_a_filter_never_fails_while_somebody_types(text: str) -> None:
    shown = TABLE.filter(text)
    assert 0 <= shown.count <= TABLE.height
    turned = parse(text)
    assert all(problem.words for problem in turned.problems)


TABLE = table()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_folding_a_column_is_folding_each_of_its_texts(texts: list[str]) -> None:
    column = pl.Series(texts, dtype=pl.String)
    assert fold_series(column).to_list() == [fold(text) for text in texts]
    assert _fold_many(column).to_list() == [fold(text) for text in texts]


@pytest.mark.parametrize("text", ["น้\u0e4dา", "ก\u0e48ุ", "Ǆ ß ﬁ", "É\u0301", "A\tB\x1fC", "ΑΣ", "ไทย Norge ÆØÅ"])
def test_folding_many_is_folding_one(text: str) -> None:
    assert _fold_many(pl.Series([text, None])).to_list() == [fold(text), None]


def test_every_token_has_an_example_that_is_understood() -> None:
    for name, token in TOKENS.items():
        found = parse(token.example)
        assert (len(found.terms), found.problems) == (1, ()), name


# order, groups and totals -----------------------------------------------------------------------------------------


def test_work_to_do_comes_first_and_sorting_keeps_what_was_filtered() -> None:
    shown = table(findings=WARNING)
    first = shown.work_order()
    assert shown.window(first, 0, 9, ["status"])["status"].to_list() == ["check", "blocked", "ready", "ready"]
    ready = shown.filter("st:ready", first)
    assert (ready.count, ready.total_minor) == (2, 110_600)
    dear = shown.sort(ready.order, "total_minor", descending=True)
    assert shown.window(dear, 0, 9)["order_number"].to_list() == ["#1004", "#1001"]
    assert shown.keys(dear) == ["zort:shop:1004/receipt/1", "zort:shop:1001/receipt/1"]
    assert shown.rows_of(shown.keys(dear)).to_list() == [0, 2]
    with pytest.raises(UsageError, match="no column 'nope'"):
        shown.sort(dear, "nope")


def test_totals_and_groups_add_up_to_the_whole() -> None:
    shown = table(findings=WARNING)
    whole = shown.totals()
    assert whole.filter(pl.col("count") > 0).select("status", "count", "total_minor").rows() == [
        ("check", 1, 5_000), ("blocked", 1, 10_700), ("ready", 2, 110_600),
    ]  # fmt: skip
    by_channel = shown.groups("sales_channel")
    assert by_channel.select("value", "count", "total_minor", "check", "blocked", "ready").rows() == [
        ("LINE", 1, 99_900, 0, 0, 1), ("Shopee", 2, 15_700, 1, 0, 1), ("Lazada", 1, 10_700, 0, 1, 0),
    ]  # fmt: skip
    assert shown.groups("month")["value"].to_list() == ["2026-07", "2026-06"]
    assert shown.groups("status", shown.filter("st:ready").order)["count"].to_list() == [2]
    with pytest.raises(UsageError, match="cannot be grouped"):
        shown.groups("search")


def test_the_rows_of_the_groups_are_all_rows_each_once() -> None:
    shown = table()
    order = shown.filter("-1002").order
    found = shown.group_keys("sales_channel", order)
    assert sorted(found["key"]) == sorted(shown.keys(order))
    sizes = found.group_by("value").len().sort("value").rows()
    assert sizes == shown.groups("sales_channel", order).sort("value").select("value", "count").rows()
    with pytest.raises(UsageError, match="cannot be grouped"):
        shown.group_keys("weather")


def test_sums_beyond_sixty_four_bits_and_foreign_money() -> None:
    big = table().frame.with_columns(pl.lit(2**62).alias("total_minor"))
    shown = ReviewTable(connection="", batch="", batch_state="", currency="THB", frame=big, decidable=False)
    assert shown.filter("").total_minor == 4 * 2**62
    assert shown.totals()["total_minor"].sum() == 4 * 2**62
    foreign = table([order("1"), order("2", currency="USD")])
    assert foreign.totals().select(pl.col("total_minor", "count", "foreign_count").sum()).row(0) == (10_700, 2, 1)
    assert foreign.filter("").total_minor == 10_700


# like this --------------------------------------------------------------------------------------------------------


def test_like_this_is_never_more_than_what_is_ready() -> None:
    orders = [order(str(n), line(amount=1_000 + n), sales_channel="Shopee") for n in range(40)]
    orders += [order("900", line("NOPE"), sales_channel="Shopee"), order("901", sales_channel="Lazada")]
    found_odd = order("777", line("EXEMPT", 1_020, taxable=False), sales_channel="Shopee", payment_channel="Shopee")
    warned = [("paid-amount-differs", "warning", "zort:shop:3", *(None,) * 7)]
    shown = table([*orders, found_odd], findings=warned)
    like = shown.like(0, below_minor=1_030)
    picked = shown.frame[like.order]
    assert set(picked["status"]) == {"ready"} and set(picked["sales_channel"]) == {"Shopee"}
    assert "#3" not in picked["order_number"].to_list() and "#900" not in picked["order_number"].to_list()
    assert picked["total_minor"].max() < 1_030
    assert (like.count, like.total_minor, like.left_out) == (30, picked["total_minor"].sum(), 1)
    assert like.largest["total_minor"].to_list() == [1_029, 1_028, 1_027]
    assert like.oddest["order_number"][0] == "#777"
    assert "VAT" in like.oddest["why"][0]
    assert "below 10.30 THB" in like.words


def test_nothing_is_like_a_held_order() -> None:
    with pytest.raises(UsageError, match="is held"):
        like_this(TABLE.frame, 3)
    with pytest.raises(UsageError, match="no row 9"):
        like_this(TABLE.frame, 9)


def test_the_page_explains_every_token_and_status() -> None:
    page = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
    for name, token in TOKENS.items():
        assert f"| `{name}" in page and f"`{token.example}`" in page, name
    for status in STATUSES:
        assert f"| {status} |" in page, status


def test_documents_of_one_order_go_together() -> None:
    part = ({"amount_minor": 1_000, "refunded_on": dt.date(2026, 6, 6)},)
    torn = order("1001", payment_state="partly_refunded", refunded_minor=1_000, refunds=part)
    shown = table([torn, order("1002")])
    assert shown.frame["kind"].cast(pl.String).to_list() == ["receipt", "credit_note", "receipt"]
    assert whole_orders(shown.frame, pl.Series([1], dtype=pl.UInt32)).to_list() == [0, 1]
    assert whole_orders(shown.frame, pl.Series([2], dtype=pl.UInt32)).to_list() == [2]


def test_an_approval_counts_only_for_what_was_looked_at() -> None:
    names = ("document_key", "order_key", "digest", "decision", "decided_by", "reason", "same_plan")
    rows = [
        ("a", "o", "1", "approved", "Nok", "", False),
        ("b", "o", "1", "approved", "Nok", "", False),
        ("c", "o", "1", "rejected", "Nok", "sample", False),
        ("d", "o", "1", "draft", "Nok", "", False),
        ("e", "o", "1", "approved", "Nok", "", True),
    ]
    decided = pl.DataFrame(rows, schema=list(names), orient="row")
    now = pl.DataFrame(
        {"document_key": ["a", "b", "c", "d", "e"], "order_key": ["o"] * 5, "digest": ["1", "2", "2", "2", "2"]}
    )
    found = dict(standing_now(decided, now).select("document_key", "changed").iter_rows())
    assert found == {"a": None, "b": "changed since Nok approved it", "c": None, "e": None}

"""Pure proofs: a missing number shows up once, a number of two owners too, and no order or satang is lost by day and channel."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.frames.schemas import DOCUMENT_KINDS, ORDER_RESULTS, ORDERS, POSTED
from recon.proof.completeness import CAUSES, COMPLETENESS, causes_of, completeness, is_whole, where_orders_went
from recon.proof.known_gaps import GapWord, arrived, explained, numbers_of, range_problem
from recon.proof.numbering import numbering_proof, reused, taken
from recon.proof.numbering_words import as_rows
from recon.proof.series import NUMBERS

JUNE = dt.date(2026, 6, 5)


def numbers(*given: str | tuple[str, str | None], day: dt.date | None = JUNE) -> pl.DataFrame:
    """NUMBERS from numbers, or from pairs of number and why; each has an owner of its own."""
    rows = [
        (one if isinstance(one, str) else one[0], day, f"k{place}", None if isinstance(one, str) else one[1])
        for place, one in enumerate(given)
    ]
    return pl.DataFrame(rows, schema=NUMBERS, orient="row")


@pytest.mark.parametrize(
    ("texts", "day", "series"),
    [
        (("SO-202606001", "SO-202606002"), JUNE, "SO-202606###"),
        (("SO-25690600001", "SO-25690600002"), JUNE, "SO-256906#####"),
        (("INV2606-0001", "INV2606-0002"), JUNE, "INV2606-####"),
        (("IV-20260605001", "IV-20260605002"), JUNE, "IV-20260605###"),
        (("690600001", "690600002"), JUNE, "6906#####"),
        (("RT-20260800001", "RT-20260800002"), JUNE, "RT-202608#####"),
        (("RT-20261200001", "RT-20261200002"), JUNE, "RT-n"),
        (("#999", "#1000"), JUNE, "#n"),
        (("0999", "1000"), None, "####"),
        (("SO-202606001", "SO-202606002"), None, "SO-n"),
        (("1234567890123456789", "1234567890123456790"), JUNE, "1234n"),
    ],
)
def test_year_and_month_belong_to_the_text_where_they_are_the_numbers_own(
    texts: tuple[str, ...], day: dt.date | None, series: str
) -> None:
    assert numbering_proof(numbers(*texts, day=day)).series["series"].to_list() == [series]


def test_months_are_series_of_their_own_and_judged_together() -> None:
    months = [
        numbers(*(f"SO-2026{m:02}{n:03}" for n in range(1, 4)), day=dt.date(2026, m, 9)).with_columns(
            owner=pl.lit(f"{m}")
        )
        for m in (5, 6, 7)
    ]
    proof = numbering_proof(pl.concat(months))
    assert proof.series["series"].to_list() == ["SO-202605###", "SO-202606###", "SO-202607###"]
    assert proof.series["is_consecutive"].all(), "three numbers say little, nine that follow each other do"
    assert not proof.ranges.height, "the next month begins anew: nothing is missing between"


def test_numbers_that_follow_nowhere_have_no_gaps() -> None:
    proof = numbering_proof(numbers(*(f"8765432109{n}" for n in (11111, 22222, 33333, 44444, 55555, 99999))))
    assert not proof.series["is_consecutive"].any()
    assert not proof.gaps.height


def test_a_whole_missing_month_is_one_gap() -> None:
    proof = numbering_proof(numbers(*(f"#{n}" for n in (*range(1, 50), *range(5000, 5050)))))
    assert proof.gaps.select("first", "last", "count").rows() == [("#50", "#4999", 4950)]


def test_the_owner_with_a_document_speaks_for_a_number() -> None:
    proof = numbering_proof(numbers("1", ("2", "held"), "2", ("3", "held"), ("4", "held"), ("5", "not-due"), "6"))
    assert proof.ranges.select("first", "last", "count", "why").rows() == [
        ("3", "4", 2, "held"),
        ("5", "5", 1, "not-due"),
    ]
    assert proof.doubles.rows() == [("2", "k1, k2", 2)]
    assert proof.series["doubles"].to_list() == [1]


def test_what_is_known_elsewhere_fills_gaps_and_nothing_else() -> None:
    known = numbers(("SO-202606003", "in connection b"), ("SO-202606900", "beyond"), ("SO-202606001", "ours"))
    proof = numbering_proof(
        numbers("SO-202606001", "SO-202606002", "SO-202606005", "SO-202606006", "SO-202606007"), known
    )
    rows = [("SO-202606003", "SO-202606003", "in connection b"), ("SO-202606004", "SO-202606004", None)]
    assert proof.ranges.select("first", "last", "why").rows() == rows
    assert proof.series.select("first", "last", "count").rows() == [("SO-202606001", "SO-202606007", 5)]
    assert not proof.doubles.height


def word(first: str, last: str, reason: str = "deleted") -> GapWord:
    return GapWord(first, last, reason, "Nok", dt.date(2026, 7, 1))


def test_a_known_gap_is_filled_with_the_word_and_the_day_of_the_number_after() -> None:
    own = numbers(*(f"SO-2026060{n:02}" for n in (1, 2, 3, 4, 8, 9, 10, 11)))
    proof = numbering_proof(own, explained([word("SO-202606006", "SO-202606007")]))
    known = "Known to be missing: deleted (Nok, 2026-07-01)"
    assert proof.ranges.select("first", "last", "why", "day").rows() == [
        ("SO-202606005", "SO-202606005", None, JUNE),
        ("SO-202606006", "SO-202606007", known, JUNE),
    ]
    rows = as_rows(proof, "orders", known=[known])
    assert rows.filter(pl.col("what") != "series")["what"].to_list() == ["gap", "known gap"]
    assert proof.series["missing"].to_list() == [3], "they are missing all the same"


@pytest.mark.parametrize(
    ("first", "last", "each"),
    [
        ("#999", "#1001", ["#999", "#1000", "#1001"]),
        ("SO-009", "SO-011", ["SO-009", "SO-010", "SO-011"]),
        ("1234567890123456789", "1234567890123456790", ["1234567890123456789", "1234567890123456790"]),
        ("A7", "A7", ["A7"]),
    ],
)
def test_a_run_of_numbers_is_written_as_its_ends_are(first: str, last: str, each: list[str]) -> None:
    assert range_problem(first, last) == ""
    assert numbers_of([word(first, last)])["number"].to_list() == each
    assert word(first, last).count == len(each)


@pytest.mark.parametrize(
    ("first", "last"),
    [("#9", "#1"), ("#1", "SO-2"), ("#", "#2"), ("#099", "#1001"), ("", ""), ("#1", "#200001"), ("A", "B"), ("#1", "")],
)
def test_what_is_no_run_of_numbers_has_a_reason(first: str, last: str) -> None:
    assert range_problem(first, last)


def test_of_two_words_about_a_number_the_first_counts_and_an_order_more_than_both() -> None:
    words = [word("#2", "#3", "new"), word("#1", "#4", "old")]
    assert dict(numbers_of(words).select("number", "word").iter_rows()) == {"#2": 0, "#3": 0, "#1": 1, "#4": 1}
    assert arrived(words, numbers("#3", "#4", "#9")).rows() == [("#3", 0, JUNE), ("#4", 1, JUNE)]


def test_numbers_are_compared_without_case() -> None:
    assert reused(numbers("RT-1a", "rt-1A", "RT-2"))["number"].to_list() == ["RT-1a"]
    others = pl.DataFrame({"number": ["rt-9", None], "owner": ["ledger 7", "x"]})
    mine = pl.DataFrame({"number": ["RT-9", "RT-8"], "owner": ["a", "b"]})
    assert taken(mine, others).rows() == [("RT-9", "a", "ledger 7")]
    assert not taken(mine, mine).height, "its own document is no other one"


@given(st.sets(st.integers(1, 200), max_size=60), st.integers(12, 999))
def test_every_removed_number_shows_up_exactly_once(removed: set[int], last: int) -> None:
    """Remove orders from a run of 200; those inside come back as gaps, once each."""
    kept = [n for n in range(1, 201) if n not in removed]
    shown = numbering_proof(numbers(*(f"SO-{last}-{n:04}" for n in kept))).gaps
    found = [
        n for first, end in shown.select("first", "last").rows() for n in range(int(first[-4:]), int(end[-4:]) + 1)
    ]
    assert found == sorted(n for n in range(kept[0], kept[-1]) if n not in set(kept))
    assert shown["count"].sum() == len(found)


# --- completeness

DAYS = [dt.date(2026, 6, n) for n in range(1, 8)]


def frames(rows: list[dict[str, object]]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Orders, results, plan documents and what was sent, from one short description per order.

    ``went``: ledger, waiting, planned, held or ignored; ``dated``: day of the document.
    """
    orders, results, documents, sent = [], [], [], []
    for no, row in enumerate(rows):
        key, amount, went = f"k{no}", row.get("amount", 100), row["went"]
        purchase = row.get("kind", "sale") == "purchase"
        orders.append({"order_no": no, "order_key": key, "record_kind": row.get("kind", "sale"), "ordered_on": row["day"],
                       "sales_channel": row.get("channel", ""), "currency": row.get("currency", "THB")})  # fmt: skip
        stands = went in {"ledger", "waiting"}
        results.append({"order_no": no, "order_key": key, "truth_minor": amount, "reason": row.get("why", went),
                        "posted_minor": amount if stands else 0, "planned_minor": amount if went == "planned" else 0,
                        "held_minor": amount if went == "held" else 0, "ignored_minor": amount if went == "ignored" else 0,
                        "disposition": {"planned": "documents", "ledger": "posted", "waiting": "posted"}.get(str(went), went)})  # fmt: skip
        document = {"document_key": f"{key}/1", "order_key": key, "kind": "expense" if purchase else "receipt",
                    "total_minor": amount, "issued_on": row.get("dated", row["day"])}  # fmt: skip
        if went == "planned":
            documents.append(document)
        if stands:
            sent.append(document | {"pending": went == "waiting"})
    kind = {"kind": pl.Enum(DOCUMENT_KINDS)}

    def made(rows: list[dict[str, object]], schema: pl.Schema) -> pl.DataFrame:
        return pl.DataFrame(rows, schema=schema, orient="row")

    some = pl.Schema(
        {**{name: POSTED[name] for name in ("document_key", "order_key", "total_minor", "issued_on")}, **kind}
    )
    return (
        made(orders, pl.Schema({name: ORDERS[name] for name in ("order_no", "order_key", "record_kind", "ordered_on", "sales_channel", "currency")})),
        made(results, ORDER_RESULTS),
        made(documents, some),
        made(sent, pl.Schema({**some, "pending": pl.Boolean()})),
    )  # fmt: skip


def test_each_order_counts_once_on_its_own_day() -> None:
    made = frames([
        {"day": DAYS[0], "went": "ledger", "amount": 500, "dated": DAYS[3], "channel": "LINE"},
        {"day": DAYS[0], "went": "held", "amount": 70, "why": "partly-paid", "channel": "LINE"},
        {"day": DAYS[3], "went": "ignored", "amount": 30, "why": "not-due", "channel": "LINE"},
        {"day": DAYS[3], "went": "waiting", "amount": 20, "channel": "Shop"},
        {"day": DAYS[3], "went": "planned", "amount": 10, "channel": "Shop"},
    ])  # fmt: skip
    went = where_orders_went(*made)
    table = completeness(went)
    assert table.schema == COMPLETENESS
    assert table.select("day", "sales_channel", "order_count", "ledger_minor", "held_minor", "waiting_minor", "planned_minor", "ignored_minor", "redated_count").rows() == [
        (DAYS[0], "LINE", 2, 500, 70, 0, 0, 0, 1),
        (DAYS[1], None, 0, 0, 0, 0, 0, 0, 0),
        (DAYS[2], None, 0, 0, 0, 0, 0, 0, 0),
        (DAYS[3], "LINE", 1, 0, 0, 0, 0, 30, 0),
        (DAYS[3], "Shop", 2, 0, 0, 20, 10, 0, 0),
    ]  # fmt: skip
    assert table["difference_minor"].sum() == 0
    causes = causes_of(went)
    assert causes.schema == CAUSES
    assert causes.select("went_to", "reason", "order_count", "amount_minor").rows() == [
        ("held", "partly-paid", 1, 70), ("ignored", "not-due", 1, 30)]  # fmt: skip


def test_an_approved_document_of_the_plan_is_not_counted_twice() -> None:
    orders, results, documents, sent = frames([{"day": DAYS[0], "went": "planned", "amount": 10}])
    later = documents.with_columns(pl.lit(value=False).alias("pending"))
    table = completeness(where_orders_went(orders, results, documents, pl.concat([sent, later.select(sent.columns)])))
    assert table.select("ledger_minor", "planned_minor", "difference_minor").rows() == [(10, 0, 0)]
    assert table.filter(is_whole()).height == 1


def test_purchases_never_meet_sales() -> None:
    made = frames(
        [{"day": DAYS[0], "went": "ledger"}, {"day": DAYS[2], "went": "ledger", "kind": "purchase", "amount": 7}]
    )
    table = completeness(where_orders_went(*made))
    assert table.select("block", "day", "truth_minor", "ledger_minor").rows() == [
        ("sales", DAYS[0], 100, 100), ("purchases", DAYS[2], 7, 7)]  # fmt: skip


def test_days_before_the_start_date_are_no_gap() -> None:
    made = frames([{"day": DAYS[0], "went": "ignored"}, {"day": DAYS[6], "went": "ledger"}])
    table = completeness(where_orders_went(*made), since=DAYS[4])
    assert table.filter(pl.col("order_count") == 0)["day"].to_list() == [DAYS[4], DAYS[5]]
    near = completeness(where_orders_went(*made), since=DAYS[0] - dt.timedelta(days=2))
    assert near["day"].to_list()[:2] == [DAYS[0] - dt.timedelta(days=2), DAYS[0] - dt.timedelta(days=1)]


def test_what_the_ledger_says_otherwise_is_not_whole() -> None:
    orders, results, documents, sent = frames([{"day": DAYS[0], "went": "ledger"}, {"day": DAYS[1], "went": "ledger"}])
    said = pl.DataFrame({"order_key": ["k0", "k1"], "said_minor": [100, 0]})
    table = completeness(where_orders_went(orders, results, documents, sent, said=said))
    assert table.with_columns(is_whole().alias("whole")).select(
        "read_count", "unlike_count", "unlike_minor", "whole"
    ).rows() == [
        (1, 0, 0, True),
        (1, 1, -100, False),
    ]


def test_what_a_person_entered_by_hand_stands_in_the_ledger() -> None:
    orders, results, documents, sent = frames([{"day": DAYS[0], "went": "ledger"}])
    results = results.with_columns(pl.lit("by-hand").alias("reason"))
    went = where_orders_went(orders, results, documents, sent.clear(), by_hand=pl.Series(["k0"]))
    assert completeness(went).select("ledger_count", "ledger_minor", "difference_minor").rows() == [(1, 100, 0)]
    lost = completeness(where_orders_went(orders, results, documents, sent.clear()))
    assert lost.select("ledger_minor", "difference_minor").rows() == [(0, 100)], "without a word nothing explains it"


WENT = st.sampled_from(["ledger", "waiting", "planned", "held", "ignored"])
ORDER = st.fixed_dictionaries({
    "day": st.sampled_from(DAYS), "dated": st.sampled_from(DAYS), "went": WENT, "amount": st.integers(-500, 5000),
    "channel": st.sampled_from(["LINE", "Shop", ""]), "currency": st.sampled_from(["THB", "USD"]),
    "kind": st.sampled_from(["sale", "purchase"]),
})  # fmt: skip


@given(st.lists(ORDER, max_size=30))
def test_the_table_sums_to_the_control_totals(rows: list[dict[str, object]]) -> None:
    orders, results, documents, sent = frames(rows)
    table = completeness(where_orders_went(orders, results, documents, sent))
    assert table["order_count"].sum() == len(rows)
    counts = table.select(f"{name}_count" for name in ("ledger", "waiting", "planned", "held", "ignored"))
    assert sum(counts.sum().row(0)) == len(rows)
    for block, kinds in (("sales", ["sale"]), ("purchases", ["purchase"])):
        mine = results.join(
            orders.filter(pl.col("record_kind").cast(pl.String).is_in(kinds)), on="order_no", how="semi"
        )
        theirs = table.filter(pl.col("block") == block)
        for name in ("truth", "held", "ignored", "planned"):
            assert theirs[f"{name}_minor"].sum() == mine[f"{name}_minor"].sum(), (block, name)
        assert theirs["ledger_minor"].sum() + theirs["waiting_minor"].sum() == mine["posted_minor"].sum()
        days = theirs["day"].unique().sort()
        assert days.len() == 0 or days.len() == (days[-1] - days[0]).days + 1, "no day of the period is left out"
    assert (table["difference_minor"] == 0).all()


@given(st.lists(ORDER, min_size=1, max_size=20), st.data())
def test_a_lost_document_shows_up_in_its_own_row_only(rows: list[dict[str, object]], data: st.DataObject) -> None:
    orders, results, documents, sent = frames([row | {"amount": 11} for row in rows])
    place = data.draw(st.integers(0, len(rows) - 1))
    key = f"k{place}"
    before = completeness(where_orders_went(orders, results, documents, sent))
    after = completeness(where_orders_went(orders, results, documents.filter(pl.col("order_key") != key), sent.filter(pl.col("order_key") != key)))  # fmt: skip
    lost = rows[place]["went"] in {"ledger", "waiting", "planned"}
    assert (before["difference_minor"] == 0).all()
    assert after["difference_minor"].sum() == (11 if lost else 0)
    assert (after["difference_minor"] != 0).sum() == int(lost)

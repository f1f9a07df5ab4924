"""Proposals: every guess has its reason, what the cells do not decide stays a question, nothing is invented."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.frames.tables import read_table
from recon.sources.profile import Proposal, parse_profile, propose_profile
from recon.sources.profile.evidence import date_evidence, number_evidence, repeats

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "profile"


def propose(tmp_path: Path, text: str) -> Proposal:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    return propose_profile(read_table(path), name="mine", platform="shop")


def series(*cells: str | None) -> pl.Series:
    return pl.Series("c", cells, dtype=pl.String)


def test_fixture_gets_the_proposal_beside_it() -> None:
    proposal = propose_profile(
        read_table(FIXTURES / "back-office-lines.csv"), name="back-office", platform="backoffice"
    )
    shown = proposal.toml + "\n# --- questions\n" + "".join(f"# {question}\n" for question in proposal.questions)
    assert shown == (FIXTURES / "back-office-lines.proposal.toml").read_text(encoding="utf-8")
    assert proposal.problems == ()
    assert parse_profile(proposal.toml).grain == "line"
    assert len(proposal.preview) == 5
    assert proposal.preview[1]["unit_price"] == "1,250.00"
    assert proposal.preview[1]["row"] == "5"
    assert str(proposal.guesses[0]).startswith("order_id from 'เลขที่รายการ': the heading")


@pytest.mark.parametrize(
    ("cells", "formats", "era"),
    [
        (("05/06/2569", "25/06/2569"), ("%d/%m/%Y",), "BE"),
        (("05/06/2026", "06/25/2026"), ("%m/%d/%Y",), "CE"),
        (("05/06/2026", "06/05/2026"), ("%d/%m/%Y", "%m/%d/%Y"), "CE"),
        (("2026-06-05 10:21", "2026-06-06 10:22"), ("%Y-%m-%d %H:%M",), "CE"),
        (("03 Jun 2026 20:41",), ("%d %b %Y %H:%M",), "CE"),
        (("5 ม.ค. 2569",), ("%d %b %Y",), "BE"),
        (("29/02/2567",), ("%d/%m/%Y",), "BE"),
        (("2026-06-05T10:21:00+07:00",), ("%Y-%m-%dT%H:%M:%S%z",), "CE"),
        (("25/06/2026", "25/06/2569"), ("%d/%m/%Y",), "auto"),
        (("30/09/68",), ("%d/%m/%y",), ""),
        (("next week",), (), ""),
    ],
)
def test_f54_date_forms_need_evidence(cells: tuple[str, ...], formats: tuple[str, ...], era: str) -> None:
    found = date_evidence(series(*cells, None, " "))
    assert (found.formats, found.era) == (formats, era)
    assert found.is_decided == (len(formats) == 1 and era != "")
    assert found.reason


def test_f53_two_digit_years_are_never_guessed(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "Order ID,Date,Total\nA,30/09/68,1\n")
    assert "two digits" in proposal.toml
    assert '\n# era = "CE"' in proposal.toml
    assert "date_formats" not in {line.split(" =")[0] for line in proposal.toml.splitlines()}


def test_f54_ambiguous_dates_list_both_forms_as_comments(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "Order ID,Date,Total\nA,05/06/2026,1\nB,06/05/2026,2\n")
    assert '# date_formats = ["%d/%m/%Y"]\n# date_formats = ["%m/%d/%Y"]\n' in proposal.toml
    assert any("no day above 12" in question for question in proposal.questions)


def test_excel_day_numbers_are_recognised() -> None:
    assert date_evidence(series("46178", "46179.5")).serials


@pytest.mark.parametrize(
    ("cells", "decimal", "thousands"),
    [
        (("1,234.50", "12.00"), ".", ","),
        (("1.234,50", "12,00"), ",", "."),
        (("12,50",), ",", ""),
        (("1,234",), ".", ","),
        (("100", "5"), ".", ""),
        (("THB 1,234.00", "฿5"), ".", ","),
    ],
)
def test_f59_number_forms(cells: tuple[str, ...], decimal: str, thousands: str) -> None:
    found = number_evidence([series(*cells)])
    assert (found.decimal, found.thousands) == (decimal, thousands)


def test_f59_a_lone_thousands_comma_is_flagged() -> None:
    assert "check that it is not a decimal comma" in number_evidence([series("1,234")]).reasons[0]


def test_how_values_repeat() -> None:
    frame = pl.DataFrame(
        {"id": ["A", "A", "B"], "e": ["1", "1", "2"], "f": ["1", None, "2"], "v": ["1", "3", "2"], "n": [None] * 3}
    ).cast(pl.String)
    assert [repeats(frame, "id", column) for column in "efvn"] == ["equal", "first", "varies", ""]
    assert repeats(frame.tail(1), "id", "e") == ""


def test_one_row_per_order(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "Order ID,Order Date,Grand Total,Discount\nA,2026-06-05,9,1\nB,2026-06-06,8,0\n")
    assert 'grain = "order"' in proposal.toml
    assert {guess.field: guess.heading.text for guess in proposal.guesses} == {
        "order_id": "Order ID", "ordered_on": "Order Date", "total": "Grand Total", "discount": "Discount",
    }  # fmt: skip
    assert proposal.problems == ()


def test_a_contested_heading_goes_by_how_it_repeats_or_stays_a_question(tmp_path: Path) -> None:
    head = "Order ID,Order Date,Total,SKU,Qty,Price,ส่วนลด\n"
    of_order = propose(tmp_path, head + "A,2026-06-05,9,s,1,5,1\nA,2026-06-05,9,t,1,5,1\n")
    of_line = propose(tmp_path, head + "A,2026-06-05,7,s,1,5,1\nA,2026-06-05,7,t,1,5,2\n")
    assert "discount" in {guess.field for guess in of_order.guesses}
    assert "line_discount" in {guess.field for guess in of_line.guesses}
    assert any("what the discount refers to" in question for question in of_line.questions)
    assert any("per-unit or per-line" in problem for problem in of_line.problems)


def test_the_discount_is_told_by_the_lines_own_arithmetic(tmp_path: Path) -> None:
    head = "Order ID,Order Date,Total,SKU,Qty,Unit Price,ส่วนลดต่อรายการ,Line Total\n"
    per_unit = propose(tmp_path, head + "A,2026-06-05,8,s,2,5.00,1.00,8.00\nA,2026-06-05,8,t,1,1,0,1\n")
    per_line = propose(tmp_path, head + "A,2026-06-05,9,s,2,5.00,1.00,9.00\nA,2026-06-05,9,t,1,1,0,1\n")
    unclear = propose(tmp_path, head + "A,2026-06-05,9,s,1,5.00,0,5.00\nA,2026-06-05,9,t,1,1,0,1\n")
    assert 'line_discount = "per-unit"' in per_unit.toml
    assert 'line_discount = "per-line"' in per_line.toml
    assert '# line_discount = ""' in unclear.toml
    assert unclear.problems


def test_two_headings_for_one_field_ask(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "Order ID,Order Date,ยอดสุทธิ,จำนวนเงินทั้งหมด\nA,2026-06-05,9,10\n")
    assert any("may both be total; the first is proposed" in question for question in proposal.questions)
    assert '\n# total = { from = ["จำนวนเงินทั้งหมด"]' in proposal.toml


def test_unknown_headings_give_an_empty_honest_proposal(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "foo,bar\n1,2\n")
    assert proposal.guesses == ()
    assert any("No heading looks like it" in question for question in proposal.questions)
    assert any("order_id" in problem or "grain" in problem for problem in proposal.problems)


def test_unknown_state_words_are_comments_and_hold(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "Order ID,Order Date,Total,Status\nA,2026-06-05,9,Completed\nB,2026-06-05,9,Weird\n")
    assert '"Completed" = "completed"' in proposal.toml
    assert '# "Weird" = ""' in proposal.toml
    assert parse_profile(proposal.toml).status_map.exact == {"Completed": "completed"}


@settings(max_examples=40, deadline=None)
@given(
    word=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12),
    heading=st.text(min_size=1, max_size=12),
)
def test_hostile_words_and_headings_never_break_the_toml(
    tmp_path_factory: pytest.TempPathFactory, word: str, heading: str
) -> None:
    import csv
    import io

    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(
        [("Order ID", "Order Date", "Total", "Status", heading), ("A", "2026-06-05", "9", word, "x")]
    )
    folder = tmp_path_factory.mktemp("h")
    from recon.errors import MalformedFile

    try:
        proposal = propose(folder, out.getvalue())
    except (MalformedFile, UnicodeEncodeError):
        return  # refused before it is a table
    assert not any("TOML" in problem for problem in proposal.problems)

"""The column-profile source: fixtures with their expected readings, repeat rules, totals, missing and new columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from recon.errors import MalformedFile, UsageError
from recon.frames.tables import read_table
from recon.intake import identify, keep_bytes
from recon.sources.base import IntakeFile, Reading, ReadOptions
from recon.sources.profile import ProfileOrders
from recon.sources.registry import SOURCES

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "profile"
OPTIONS = ReadOptions(platform="backoffice", shop="main", currency="THB", timezone="Asia/Bangkok")

Kept = Callable[[bytes, str], IntakeFile]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return lambda content, name: keep_bytes(content, name, tmp_path / "intake", "2026-11-22T03:00:00+00:00")


def table_text(frame: pl.DataFrame) -> list[str]:
    """A frame as readable lines: one cell after the other, nulls as a dot."""
    rows = [
        frame.columns,
        *(["·" if cell is None else str(cell).replace("\n", "⏎") for cell in row] for row in frame.rows()),
    ]
    return [" | ".join(row) for row in rows]


def reading_text(reading: Reading) -> str:
    """A reading as a person can review it."""
    findings = reading.findings.select(
        "code", "severity", "order_key", "row", "column", "value", "amount_minor", "detail"
    )
    parts = [
        ("orders", table_text(reading.orders)),
        ("lines", table_text(reading.lines)),
        ("findings", table_text(findings)),
        ("words", [f"{axis}: {words}" for axis, words in asdict(reading.words).items()]),
        ("forms", [f"{key}: {value!r}" for key, value in asdict(reading.forms).items()]),
        ("stated", [str(reading.stated)]),
        ("notes", list(reading.notes)),
    ]
    return "\n".join(f"[{title}]\n" + "\n".join(lines) + "\n" for title, lines in parts)


def read_fixture(name: str, kept: Kept) -> Reading:
    profile = (FIXTURES / f"{name}.toml").read_text(encoding="utf-8")
    file = kept((FIXTURES / f"{name}.csv").read_bytes(), f"{name}.csv")
    source = ProfileOrders(profile)
    assert identify(file, [source]) is source
    return source.read(file, OPTIONS)


@pytest.mark.parametrize("name", ["back-office-lines", "order-totals"])
def test_fixture_reads_as_expected(name: str, kept: Kept) -> None:
    expected = (FIXTURES / f"{name}.expected").read_text(encoding="utf-8")
    assert reading_text(read_fixture(name, kept)) == expected


def test_the_same_export_as_a_workbook_reads_the_same(tmp_path: Path, kept: Kept) -> None:
    from_text = read_fixture("back-office-lines", kept)
    table = read_table(FIXTURES / "back-office-lines.csv")
    book = openpyxl.Workbook()
    page = book.active
    page.append(["รายงานรายการขาย"])
    page.append([])
    page.append([heading.text for heading in table.headings])
    amounts = {
        heading.column for heading in table.headings if heading.text in {"จำนวน", "ราคาต่อหน่วย", "มูลค่า", "ยอดสุทธิ"}
    }
    for row in table.frame.drop("row").iter_rows(named=True):
        page.append([_number(cell) if name in amounts else cell for name, cell in row.items()])
    book.save(tmp_path / "export.xlsx")
    profile = (FIXTURES / "back-office-lines.toml").read_text(encoding="utf-8")
    file = kept((tmp_path / "export.xlsx").read_bytes(), "export.xlsx")
    from_book = ProfileOrders(profile).read(file, OPTIONS)

    def plain(frame: pl.DataFrame) -> pl.DataFrame:
        texts = (
            pl.col(pl.String)
            .str.replace_all(",", "")
            .str.replace(r"^(-?\d+)\.(\d)0$", "$1.$2")
            .str.replace(r"^(-?\d+)\.0+$", "$1")
        )
        return frame.with_columns(texts)

    assert plain(from_book.orders).equals(plain(from_text.orders))
    assert plain(from_book.lines).equals(plain(from_text.lines))
    assert from_book.forms.binary_noise
    assert from_book.forms.date_formats == ("%d/%m/%Y", "%Y-%m-%d %H:%M:%S")


def _number(cell: str | None) -> object:
    from decimal import Decimal

    return None if cell is None else Decimal(cell.replace(",", ""))


LINES = """
profile = "lines"
platform = "backoffice"
grain = "line"
[match]
required = ["id", "sku"]
[columns]
order_id = "id"
ordered_on = "on"
total = { from = ["total"], repeat = "%s" }
shipping = { from = ["ship"], repeat = "%s", optional = true }
sku = "sku"
quantity = "qty"
unit_price = "price"
"""


def read_lines(text: str, kept: Kept, *, total: str = "equal", ship: str = "equal", more: str = "") -> Reading:
    profile = LINES % (total, ship) + more
    return ProfileOrders(profile).read(kept(text.encode(), "x.csv"), OPTIONS)


def codes(reading: Reading) -> list[tuple[object, ...]]:
    return reading.findings.select("code", "order_key", "row", "column", "value").rows()


HEAD = "id,on,total,ship,sku,qty,price\n"


def test_equal_takes_the_value_once_and_blanks_say_nothing(kept: Kept) -> None:
    reading = read_lines(HEAD + "A,d,9,2,s,1,1\nA,d,9,,t,1,1\nB,d,5,,u,1,1\nB,d,,1,v,1,1\n", kept)
    assert reading.orders.select("order_id", "total", "shipping", "row").rows() == [
        ("A", "9", "2", 2),
        ("B", "5", "1", 4),
    ]
    assert reading.lines.select("order_no", "line_no", "row", "sku").rows() == [
        (0, 1, 2, "s"), (0, 2, 3, "t"), (1, 1, 4, "u"), (1, 2, 5, "v"),
    ]  # fmt: skip
    assert codes(reading) == []


def test_equal_that_differs_holds_the_order_and_shows_both_values(kept: Kept) -> None:
    reading = read_lines(HEAD + "A,d,9,2,s,1,1\nA,d,8,2,t,1,1\nB,d,5,0,u,1,1\n", kept)
    assert codes(reading) == [("repeated-value-differs", "backoffice:main:A", 3, "total", "8")]
    assert reading.findings["detail"][0] == "total: this row says 8, the order's first row 9."
    assert reading.findings["severity"][0] == "hold"


def test_first_counts_on_the_first_row_only(kept: Kept) -> None:
    good = read_lines(HEAD + "A,d,9,2,s,1,1\nA,d,,,t,1,1\n", kept, total="first")
    assert (good.orders["total"][0], codes(good)) == ("9", [])
    late = read_lines(HEAD + "A,d,,2,s,1,1\nA,d,9,,t,1,1\n", kept, total="first")
    assert late.orders["total"][0] is None
    assert codes(late) == [("repeated-value-differs", "backoffice:main:A", 3, "total", "9")]


def test_sum_adds_exactly_and_never_hides_a_bad_part(kept: Kept) -> None:
    more = '[read]\nthousands = ","\n'
    text = HEAD + 'A,d,9,"1,000.10",s,1,1\nA,d,9,0.20,t,1,1\nB,d,5,,u,1,1\nC,d,5,1.5x,u,1,1\nC,d,5,2,v,1,1\n'
    reading = read_lines(text, kept, ship="sum", more=more)
    assert reading.orders["shipping"].to_list() == ["1000.30", None, "1.5x"]


def test_f61_a_second_run_of_an_order_stays_a_second_order(kept: Kept) -> None:
    text = HEAD + "A,d,9,0,s,1,1\nB,d,5,0,u,1,1\nA,d,9,0,t,1,1\n"
    assert read_lines(text, kept).orders["order_id"].to_list() == ["A", "B", "A"]
    gathered = read_lines(text, kept, more="[read]\nrows_together = false\n")
    assert gathered.orders["order_id"].to_list() == ["A", "B"]
    assert gathered.lines.select("order_no", "line_no", "row").rows() == [(0, 1, 2), (0, 2, 4), (1, 1, 3)]


def test_rows_without_an_order_number_stay_apart(kept: Kept) -> None:
    reading = read_lines(HEAD + ",d,9,0,s,1,1\n,d,5,0,u,1,1\nA,d,1,0,t,1,1\n", kept)
    assert reading.orders["order_id"].to_list() == [None, None, "A"]


def test_f57_totals_row_checks_the_column_and_products_named_total_stay(kept: Kept) -> None:
    more = '[read]\nfill_down = ["order_id"]\n'
    text = HEAD + "A,d,9,0,s,1,1\n,,,,รวมมิตร,1,1\nB,d,5,0,u,1,1\nยอดรวม :,,15,,,,\n"
    reading = read_lines(text, kept, total="first", more=more)
    assert reading.lines["sku"].to_list() == ["s", "รวมมิตร", "u"]
    assert codes(reading) == [("control-total-differs", None, 5, "total", "15")]
    assert reading.findings["detail"][0] == "The totals row says 15.00, the rows above sum to 14.00."
    assert reading.findings["amount_minor"][0] == 100


def test_rows_that_are_no_data_are_left_out_visibly(kept: Kept) -> None:
    more = '[read]\ndrop_rows_unless = { column = "order_id", regex = "^[A-Z][0-9]+$" }\n'
    reading = read_lines(HEAD + "Platform unique order ID,x,x,x,x,x,x\nA1,d,9,0,s,1,1\n", kept, more=more)
    assert reading.orders["order_id"].to_list() == ["A1"]
    assert "Rows left out by drop_rows_unless: 1 (row 2)." in reading.notes


def test_f64_new_columns_warn_and_unused_ones_are_listed(kept: Kept) -> None:
    profile = (LINES % ("equal", "equal")).replace(
        '["id", "sku"]', '["id", "sku"]\nknown = ["id", "on", "total", "ship", "sku", "qty", "price", "memo"]'
    )
    file = kept(b"id,on,total,ship,sku,qty,price,memo,New Fee\nA,d,9,0,s,1,1,m,4\n", "x.csv")
    reading = ProfileOrders(profile).read(file, OPTIONS)
    assert codes(reading) == [("columns-new", None, 1, None, "New Fee"), ("columns-unused", None, 1, None, "memo")]


def test_f58_missing_and_double_columns_are_named_together(kept: Kept) -> None:
    profile = (LINES % ("equal", "equal")).replace('"qty"', '["qty", "pieces"]')
    file = kept(b"id,on,sku,qty,pieces,Price \nA,d,s,1,1,1\n", "x.csv")
    with pytest.raises(MalformedFile) as caught:
        ProfileOrders(profile).read(file, OPTIONS)
    text = str(caught.value)
    assert text.startswith("x.csv, row 1: no column 'total' for total; 'qty' and 'pieces' both mean quantity")
    assert "ship" not in text.split(". The export")[0]


def test_negative_discounts_are_turned_where_the_profile_says_so(kept: Kept) -> None:
    more = 'discount = { from = ["disc"], sign = "negative-means-deduct" }\n'
    text = "id,on,total,sku,qty,price,disc\nA,d,9,s,1,1,-26.00\nB,d,9,s,1,1,0.00\nC,d,9,s,1,1,3.50\nD,d,9,s,1,1,(1.00)\nE,d,9,s,1,1,\n"
    assert read_lines(text, kept, more=more).orders["discount"].to_list() == ["26.00", "0.00", "-3.50", "1.00", None]


def test_invisible_ends_are_cut_and_inner_text_stays(kept: Kept) -> None:
    text = HEAD + "\ufeff5801\t,d,9,0,  s \u200bx\u00a0,1,1\n"
    reading = read_lines(text, kept)
    assert reading.orders["order_id"][0] == "5801"
    assert reading.lines["sku"][0] == "s \u200bx"


def test_one_row_per_piece_by_a_constant_quantity(kept: Kept) -> None:
    profile = (LINES % ("equal", "equal")).replace(
        'quantity = "qty"\n', ""
    ) + '[constants]\nquantity = "1"\nrecord_kind = "sale_return"\n'
    file = kept(b"id,on,total,ship,sku,price\nA,d,9,0,s,3\nA,d,8,0,s,3\n", "x.csv")
    reading = ProfileOrders(profile).read(file, OPTIONS)
    assert reading.lines["quantity"].to_list() == ["1", "1"]
    assert reading.orders["record_kind"].to_list() == ["sale_return"]
    assert reading.findings["order_key"].to_list() == ["backoffice:main:sale_return:A"]


def test_constant_states_are_known_words(kept: Kept) -> None:
    reading = read_lines(HEAD + "A,d,9,0,s,1,1\n", kept, more='[constants]\npayment_state = "paid"\n')
    assert reading.orders["payment_state"].to_list() == ["paid"]
    assert reading.words.payment == {"paid": "paid"}


def test_forbidden_headings_keep_similar_exports_apart(kept: Kept) -> None:
    profile = (LINES % ("equal", "equal")).replace('["id", "sku"]', '["id", "sku"]\nforbidden = ["return id"]')
    file = kept((HEAD.strip() + ",Return ID\nA,d,9,0,s,1,1,r\n").encode(), "x.csv")
    source = ProfileOrders(profile)
    assert not source.identify(file)
    with pytest.raises(MalformedFile, match="forbids"):
        source.read(file, OPTIONS)


def test_no_profile_says_what_to_do(kept: Kept) -> None:
    file = kept(b"a,b\n1,2\n", "x.csv")
    assert not ProfileOrders().identify(file)
    with pytest.raises(UsageError, match="recon profile FILE"):
        ProfileOrders().read(file, OPTIONS)


def test_a_file_of_totals_only_has_no_orders(kept: Kept) -> None:
    with pytest.raises(MalformedFile, match=r"no order rows: Totals rows left out: 1 \(row 2\)"):
        read_lines(HEAD + "Total,,9,,,,\n", kept)


def test_registry_names_the_profile_source() -> None:
    assert {"shopify", "zort", "shopee", "lazada", "tiktok", "profile"} <= {name for name, *_ in SOURCES}

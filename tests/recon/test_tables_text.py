"""Text tables: encodings, delimiters, headers, cut files (reliability F51, F52, F58, F60)."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.errors import MalformedFile
from recon.frames.headings import find_heading, norm, number_headings
from recon.frames.tables import read_head, read_table
from tests.hostile import HEADINGS, ROWS, csv_bytes


def put(folder: Path, content: bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def cells(path: Path, **options: object) -> list[tuple[object, ...]]:
    return read_table(path, **options).frame.rows()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (csv_bytes("utf-8"), "utf-8"),
        (csv_bytes("utf-8-sig"), "utf-8-sig"),
        (csv_bytes("cp874"), "cp874"),
        (csv_bytes("tis-620"), "cp874"),
        (csv_bytes("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + csv_bytes("utf-16-be"), "utf-16"),
        (csv_bytes("utf-16-le"), "utf-16-le"),
        (csv_bytes("utf-32"), "utf-32"),
        (csv_bytes("utf-8", end="\r"), "utf-8"),
        (csv_bytes("utf-8", end="\n"), "utf-8"),
    ],
    ids=["utf-8", "bom", "cp874", "tis-620", "utf-16-le", "utf-16-be", "utf-16 no mark", "utf-32", "old mac", "unix"],
)
def test_f52_one_table_in_every_encoding_gives_the_same_rows(tmp_path: Path, content: bytes, encoding: str) -> None:
    table = read_table(put(tmp_path, content))
    assert table.encoding == encoding
    assert [h.text for h in table.headings] == HEADINGS
    assert table.frame.rows() == [(2, *ROWS[0]), (3, *ROWS[1])]


def test_f52_thai_far_behind_ascii_is_still_read_as_cp874(tmp_path: Path) -> None:
    head = "id,name\n" + "".join(f"{n},plain\n" for n in range(20_000))
    table = read_table(put(tmp_path, head.encode() + "20000,สวัสดี\n".encode("cp874")))
    assert table.frame.row(-1) == (20_002, "20000", "สวัสดี")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a,b\nสวัส\ufffdดี,1\n".encode(), "already destroyed"),
        ("a,b\nx\u0085y,1\n".encode(), "already destroyed"),
        (b"a,b\nx\x00y,1\n", "zero"),
        ("หมายเลขคำสั่งซื้อ,จำนวน\n1,2\n".encode().decode("latin-1").encode(), "wrong encoding"),
        (b"a,b\n\x81\x8d,1\n", "not written in any expected encoding"),
    ],
    ids=["replacement", "c1", "nul", "twice decoded", "nothing fits"],
)
def test_f52_damaged_text_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(MalformedFile, match=why):
        read_table(put(tmp_path, content))


@pytest.mark.parametrize("before", [0, 20_000], ids=["in the head", "far behind it"])
def test_f51_a_file_cut_within_a_character_is_called_cut(tmp_path: Path, before: int) -> None:
    whole = ("id,name\n" + "".join(f"{n},plain\n" for n in range(before)) + "1,สวัสดี").encode()
    with pytest.raises(MalformedFile, match="the end of the file is missing"):
        read_table(put(tmp_path, whole[:-1]))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_from_the_header(tmp_path: Path, delimiter: str) -> None:
    table = read_table(put(tmp_path, csv_bytes(delimiter=delimiter)))
    assert table.head.delimiter == delimiter
    assert table.frame.height == 2


def test_rows_count_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    text = 'Shop A report,,\n"two\nlines",,\nid,note,total\n1,"a\nb\nc",5\n\n2,"say ""hi""",6\n'
    table = read_table(put(tmp_path, text.encode()), required=["id", "total"])
    assert table.head.header_row == 3
    assert table.frame.rows() == [(4, "1", "a\nb\nc", "5"), (6, "2", 'say "hi"', "6")]


def test_f60_text_is_never_turned_into_numbers(tmp_path: Path) -> None:
    text = "id,sku,x\n0012345,1E5,580123456789012345\n00,+1, NULL\n"
    assert cells(put(tmp_path, text.encode())) == [
        (2, "0012345", "1E5", "580123456789012345"),
        (3, "00", "+1", " NULL"),
    ]


def test_f58_duplicate_headings_keep_their_place_and_are_never_renamed(tmp_path: Path) -> None:
    table = read_table(put(tmp_path, "id,จังหวัด,จังหวัด,row\n1,ตรัง,ตาก,x\n".encode()))
    assert table.frame.get_column(table.column("จังหวัด", 1))[0] == "ตรัง"
    assert table.frame.get_column(table.column("จังหวัด", 2))[0] == "ตาก"
    assert table.frame.get_column(table.column("row"))[0] == "x"
    assert table.frame.get_column("row")[0] == 2
    with pytest.raises(MalformedFile, match=r"3\. column named"):
        table.column("จังหวัด", 3)


def test_f58_missing_heading_names_a_close_one(tmp_path: Path) -> None:
    path = put(tmp_path, b"Order No,Total amount\n1,2\n")
    with pytest.raises(MalformedFile, match=r"'Total amounts' \(close: Total amount\)"):
        read_table(path, required=["Order No", "Total amounts"])
    with pytest.raises(MalformedFile, match="Close: Order No"):
        read_table(path, columns=["Order Nr"])


def test_only_wanted_columns_in_file_order(tmp_path: Path) -> None:
    table = read_table(put(tmp_path, b"a,b,c\n1,2,3\n"), columns=["c", "A"])
    assert table.frame.columns == ["row", "a", "c"]


def test_trailing_delimiter_is_no_column_but_a_stray_cell_is_an_error(tmp_path: Path) -> None:
    assert cells(put(tmp_path, b"a,b\n1,2,\n3,4,\n")) == [(2, "1", "2"), (3, "3", "4")]
    with pytest.raises(MalformedFile, match="row 3: 3 cells where the header has 2; 'x'"):
        read_table(put(tmp_path, b"a,b\n1,2,\n3,4,x\n"))


def test_stray_quote_inside_a_cell_is_read_literally(tmp_path: Path) -> None:
    assert cells(put(tmp_path, b'id,name\n1,5" pipe\n2,ok\n')) == [(2, "1", '5" pipe'), (3, "2", "ok")]


def test_f51_ragged_row_far_below_names_its_row(tmp_path: Path) -> None:
    body = "".join(f"{n},x\n" for n in range(30_000))
    with pytest.raises(MalformedFile, match="row 30002 has 3 cells where the header has 2"):
        read_table(put(tmp_path, f"id,name\n{body}7,8,9\n".encode()))


def test_f51_open_quote_names_where_the_file_ends(tmp_path: Path) -> None:
    body = "".join(f"{n},x\n" for n in range(20_000))
    with pytest.raises(MalformedFile, match="a quote is opened and never closed") as caught:
        read_table(put(tmp_path, f'id,name\n{body}7,"cut'.encode()))
    assert "nothing was imported" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"a,b\n", "\ufeff".encode()])
def test_f51_empty_files_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MalformedFile, match=r"empty|no rows"):
        read_table(put(tmp_path, content))


def test_f51_a_file_cut_at_any_byte_is_refused_warned_about_or_a_clean_beginning(tmp_path: Path) -> None:
    whole = 'เลขที่,ชื่อ,ยอด\nSO-1,"ผ้า, ""ใหญ่""\nลาย",100.25\nSO-2,หมวก,20.50\n'.encode()
    full = cells(put(tmp_path, whole))
    outcomes = set()
    for cut in range(len(whole)):
        path = put(tmp_path, whole[:cut], f"{cut}.csv")
        try:
            table = read_table(path, required=["เลขที่", "ชื่อ", "ยอด"])
        except MalformedFile:
            outcomes.add("refused")
            continue
        if table.findings.get_column("code").to_list() == ["last-row-open"]:
            outcomes.add("warned")
        else:
            assert table.frame.rows() == full[: table.frame.height]
            outcomes.add("clean")
    assert outcomes == {"refused", "warned", "clean"}


def test_headings_are_compared_whole_after_folding() -> None:
    headings = number_headings(["Related order ID", " Order\\adjustment  ID ", "จํานวน", "Total (THB)", "\ufeffSKU"])
    assert find_heading(headings, "order/adjustment id").position == 1  # type: ignore[union-attr]
    assert find_heading(headings, "Order ID") is None
    assert find_heading(headings, "จำนวน").position == 2  # type: ignore[union-attr]
    assert find_heading(headings, "total").position == 3  # type: ignore[union-attr]
    assert find_heading(headings, "sku").position == 4  # type: ignore[union-attr]


@given(st.text(max_size=30))
def test_f65_norm_of_a_norm_is_itself(text: str) -> None:
    assert norm(norm(text)) == norm(text)


_CELL = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffd\ufeff\u200b\u00a0"),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=6))
def test_any_quoted_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    import csv
    import io

    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("h1", "h2"), *rows])
    path = put(tmp_path_factory.mktemp("t"), out.getvalue().encode())
    assert [row[1:] for row in cells(path, required=["h1", "h2"], delimiter=",")] == rows


def test_a_bracket_does_not_make_json(tmp_path: Path) -> None:
    assert cells(put(tmp_path, b"[id],total\n1,2\n")) == [(2, "1", "2")]


def test_json_and_xml_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(MalformedFile, match="JSON, not a table"):
        read_head(put(tmp_path, b'{"a": 1}'))
    with pytest.raises(MalformedFile, match="XML, not a table"):
        read_head(put(tmp_path, b"<AuditFile/>"))

"""Shopee, Lazada and TikTok Shop exports: what is read from which column, what is held, what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import MalformedFile
from recon.frames.canonical import CanonicalFrames
from recon.frames.tables import TableHead
from recon.plan.buyers import branch_of
from recon.sources.base import IntakeFile, ReadOptions
from recon.sources.marketplaces import source as marketplaces
from recon.sources.marketplaces.source import fixed_profile
from recon.sources.profile.model import Profile
from recon.sources.profile.source import open_head
from recon.sources.registry import SOURCES, source_named
from tests.hostile import SHEET, changed
from tests.recon.marketplace_files import (
    csv_bytes,
    frames_of,
    headings,
    kept,
    lazada,
    read,
    shopee,
    tiktok,
    xlsx_bytes,
)
from tests.trying import examples

MARKETS = ("shopee", "lazada", "tiktok")
ROWS: dict[str, Any] = {"shopee": [shopee()], "lazada": [lazada("998877665544332")], "tiktok": [tiktok()]}
TAX_BLOCK = ["ผู้ซื้อร้องขอใบกำกับภาษี", "ชื่อ", "ประเภทสาขา", "รหัสประจำสาขา", "ที่อยู่สำหรับออกใบกำกับภาษีแบบเต็มรูป", "เขต/อำเภอ", "จังหวัด", "รหัสไปรษณีย์", "หมายเลขประจำตัวผู้เสียภาษี"]  # fmt: skip


def codes(frames: CanonicalFrames, *severities: str) -> list[str]:
    wanted = severities or ("hold", "refused", "warning")
    return frames.findings.filter(pl.col("severity").is_in(wanted))["code"].sort().to_list()


def only(frames: CanonicalFrames) -> dict[str, Any]:
    assert frames.orders.height == 1
    return frames.orders.row(0, named=True)


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_is_recognised_by_its_headings_by_one_source_only(market: str, ending: str, tmp_path: Path) -> None:
    make = csv_bytes if ending == "csv" else xlsx_bytes
    for kind in ("orders", "returns"):
        file = kept(tmp_path, make(headings(market, kind), [{}, *ROWS[market]]), f"anything-{kind}.{ending}")
        able = [name for name, *_ in SOURCES if name != "profile" and source_named(name).identify(file)]
        assert able == [market]


def test_a_file_is_looked_at_once_to_be_recognised_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def looked(file: IntakeFile, profile: Profile) -> TableHead:
        seen.append(file.name)
        return open_head(file, profile)

    monkeypatch.setattr(marketplaces, "open_head", looked)
    source = source_named("shopee")
    options = ReadOptions(platform="shopee", shop="main", currency="THB", timezone="Asia/Bangkok")
    for number in ("260605K7Q2M8XP", "260606K7Q2M8XP"):
        file = kept(tmp_path, csv_bytes(headings("shopee"), [shopee(number)]), f"{number}.csv")
        assert source.identify(file)
        assert source.read(file, options).orders["order_id"].to_list() == [number]
    assert seen == ["260605K7Q2M8XP.csv", "260606K7Q2M8XP.csv"]


@pytest.mark.parametrize("market", MARKETS)
def test_a_workbook_says_the_same_as_text(market: str, tmp_path: Path) -> None:
    rows = [{name: str(cell).strip() for name, cell in row.items()} for row in ROWS[market]]
    book = frames_of(market, kept(tmp_path, xlsx_bytes(headings(market), rows), "export.xlsx"))
    text = read(market, tmp_path, rows)
    assert book.orders.drop("file").equals(text.orders.drop("file"))
    assert book.lines.equals(text.lines)
    assert codes(text) == []


def test_the_reference_orders_come_to_the_sellers_own_price(tmp_path: Path) -> None:
    goods = {"shopee": 59800, "lazada": 23400, "tiktok": 33000}
    for market, rows in ROWS.items():
        order = only(read(market, tmp_path, rows))
        assert order["goods_minor"] == goods[market]
        assert order["goods_minor"] - order["discount_minor"] + order["shipping_minor"] == order["total_minor"]
        assert order["discount_minor"] == order["platform_discount_minor"]
        assert (order["payment_state"], order["order_state"]) == ("unknown", "completed")


def test_an_orders_money_on_every_row_counts_once_and_must_be_equal(tmp_path: Path) -> None:
    rows = [
        shopee() | {"จำนวนเงินทั้งหมด": 1204, "โค้ดส่วนลดชำระโดยผู้ขาย": 30},
        shopee() | {"จำนวนเงินทั้งหมด": 1204, "โค้ดส่วนลดชำระโดยผู้ขาย": 30},
    ]
    order = only(read("shopee", tmp_path, rows))
    assert (order["total_minor"], order["discount_minor"], order["shipping_minor"]) == (120400, 3000, 3800)
    rows[1]["ค่าจัดส่งที่ชำระโดยผู้ซื้อ"] = 39
    (found,) = read("shopee", tmp_path, rows).findings.filter(pl.col("severity") == "hold").iter_rows(named=True)
    assert (found["code"], found["row"], found["column"]) == ("repeated-value-differs", 3, "ค่าจัดส่งที่ชำระโดยผู้ซื้อ")


def test_shopees_rebate_is_the_platforms_where_the_total_shows_it(tmp_path: Path) -> None:
    on_top = only(read("shopee", tmp_path, [shopee(**{"ส่วนลดจาก Shopee": 10, "จำนวนเงินทั้งหมด": 626})]))
    inside = only(read("shopee", tmp_path, [shopee(**{"ส่วนลดจาก Shopee": 10})]))
    assert (on_top["platform_discount_minor"], on_top["discount_minor"]) == (1000, 1000)
    assert (inside["platform_discount_minor"], inside["discount_minor"]) == (0, 0)


def test_a_seller_voucher_the_total_does_not_show_is_never_dropped(tmp_path: Path) -> None:
    assert codes(read("shopee", tmp_path, [shopee() | {"โค้ดส่วนลดชำระโดยผู้ขาย": 30}])) == ["does-not-foot"]


def test_two_names_of_one_column_in_one_file_are_asked_about(tmp_path: Path) -> None:
    names = [*headings("shopee"), "ยอดชำระเงิน"]
    with pytest.raises(MalformedFile, match="both mean line_amount"):
        frames_of("shopee", kept(tmp_path, csv_bytes(names, [shopee()]), "a.csv"))
    names.remove("ราคาขายสุทธิ")
    other = [shopee() | {"ยอดชำระเงิน": 598}]
    assert only(frames_of("shopee", kept(tmp_path, csv_bytes(names, other), "b.csv")))["goods_minor"] == 59800


def test_the_second_province_is_the_tax_invoices(tmp_path: Path) -> None:
    names = headings("shopee") + TAX_BLOCK
    block = {
        "จังหวัด": "จังหวัดเชียงใหม่", "หมายเลขประจำตัวผู้เสียภาษี": "0105500000046", "ชื่อ": "บริษัท ผู้ซื้อ จำกัด",
        "รหัสประจำสาขา": "00002", "ที่อยู่สำหรับออกใบกำกับภาษีแบบเต็มรูป": "99/1 ถนนตัวอย่าง",
        "จังหวัด#2": "กรุงเทพมหานคร", "รหัสไปรษณีย์#2": "10110",
    }  # fmt: skip
    row = shopee(**block)
    order = only(frames_of("shopee", kept(tmp_path, csv_bytes(names, [row]), "a.csv")))
    assert order["customer_address"] == "99/1 ถนนตัวอย่าง กรุงเทพมหานคร 10110"
    assert (order["customer_tax_id"], order["customer_branch"]) == ("0105500000046", "00002")


@pytest.mark.parametrize(
    ("cells", "tax_id", "name", "address"),
    [
        ({}, "0105500000046", "บริษัท ผู้ซื้อ จำกัด", "99/1"),
        ({"billingName": "น***า"}, "0105500000046", None, "99/1"),
        ({"billingAddr": "99/1 ถ****"}, "0105500000046", "บริษัท ผู้ซื้อ จำกัด", None),
        ({"taxCode": "01055*****046"}, "01055*****046", "บริษัท ผู้ซื้อ จำกัด", "99/1"),
        ({"taxCode": ""}, None, "บริษัท ผู้ซื้อ จำกัด", "99/1"),
        ({"taxCode": "", "billingName": "น***า"}, None, None, None),
        ({"taxCode": "", "billingAddr": "99/1 ถ****"}, None, None, None),
        ({"taxCode": "", "billingAddr": ""}, None, None, None),
    ],
)
def test_what_is_masked_of_a_buyer_is_not_stated_and_a_tax_id_that_was_given_is_never_lost(
    cells: dict[str, str], tax_id: str | None, name: str | None, address: str | None, tmp_path: Path
) -> None:
    full = {"taxCode": "0105500000046", "billingName": "บริษัท ผู้ซื้อ จำกัด", "billingAddr": "99/1"}
    order = only(read("lazada", tmp_path, [lazada("1", **{**full, **cells})]))
    assert (order["customer_tax_id"], order["customer_name"], order["customer_address"]) == (tax_id, name, address)


@pytest.mark.parametrize(
    ("kind", "code", "branch"),
    [("สำนักงานใหญ่", "", "00000"), ("สำนักงานใหญ่", "00000", "00000"), ("สาขา", "00002", "00002"), ("สาขา", "", None), ("", "", "")],
)  # fmt: skip
def test_shopees_kind_of_branch_and_its_number_say_it_together(
    kind: str, code: str, branch: str | None, tmp_path: Path
) -> None:
    block = {"หมายเลขประจำตัวผู้เสียภาษี": "0105500000046", "ชื่อ": "บริษัท ผู้ซื้อ จำกัด", "ประเภทสาขา": kind, "รหัสประจำสาขา": code}
    content = csv_bytes(headings("shopee") + TAX_BLOCK, [shopee(**block)])
    read_as = frames_of("shopee", kept(tmp_path, content, "a.csv")).orders.select(branch_of(pl.col("customer_branch")))
    assert read_as.item() == branch


def test_headings_from_another_keyboard_are_the_same(tmp_path: Path) -> None:
    split = [name.replace("ำ", "\u0e4d\u0e32") for name in headings("shopee")]
    assert split != headings("shopee")
    content = csv_bytes(headings("shopee"), [shopee()]).decode("utf-8-sig")
    header, _, body = content.partition("\n")
    spaced = ",".join(f"  {name}\u200b " if name == "ราคาขาย" else name for name in header.split(","))
    for text in ("\n".join([header.replace("ำ", "\u0e4d\u0e32"), body]), "\n".join([spaced, body])):
        assert only(frames_of("shopee", kept(tmp_path, text.encode(), "a.csv")))["total_minor"] == 63600


def test_a_file_saved_again_in_the_thai_code_page_is_read(tmp_path: Path) -> None:
    assert only(read("tiktok", tmp_path, [tiktok()], encoding="cp874"))["goods_minor"] == 33000


@pytest.mark.parametrize("market", MARKETS)
def test_ids_in_scientific_form_refuse_the_whole_file(market: str, tmp_path: Path) -> None:
    key = {"shopee": "หมายเลขคำสั่งซื้อ", "lazada": "orderNumber", "tiktok": "Order ID"}[market]
    rows = [*ROWS[market], {**ROWS[market][0], key: "5.80123E+17"}]
    with pytest.raises(MalformedFile, match=r"row 3: the order number '5\.80123E\+17' was cut by a spreadsheet"):
        read(market, tmp_path, rows)
    if market == "tiktok":  # a number cell of a workbook has lost its end as well
        book = xlsx_bytes(headings(market), [{**tiktok(), key: 580123456789012345}], sheet="OrderSKUList")
        with pytest.raises(MalformedFile, match="was cut by a spreadsheet"):
            frames_of(market, kept(tmp_path, book, "a.xlsx"))


@pytest.mark.parametrize("text", ["รหัสคำสั่งซื้อเฉพาะของแพลตฟอร์ม", "Platform unique order ID."])
def test_the_row_of_explanations_is_left_out_and_told(text: str, tmp_path: Path) -> None:
    frames = read("tiktok", tmp_path, [{"Order ID": text, "Order Amount": "Sum of all"}, tiktok()])
    assert only(frames)["row"] == 3
    assert any("left out by drop_rows_unless: 1 (row 2)" in note for note in frames.notes)
    # Only there: an odd id further down is an order and is not dropped.
    later = read("tiktok", tmp_path, [tiktok(), tiktok("X-1")])
    assert later.orders["order_number"].to_list() == ["580123456789012345", "X-1"]


def test_a_workbook_with_a_wrong_dimension_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        xlsx_bytes(headings("tiktok"), [tiktok(f"58012345678901{n:04d}") for n in range(7)], sheet="OrderSKUList")
    )
    changed(
        path,
        lambda name, part: (
            re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', part) if name == SHEET else part
        ),
    )
    assert frames_of("tiktok", kept(tmp_path, path.read_bytes(), "a.xlsx")).orders.height == 7


def test_a_workbook_named_xls_is_read_by_content(tmp_path: Path) -> None:
    row = {"หมายเลขคำขอคืนเงิน/คืนสินค้า": "R1", "หมายเลขคำสั่งซื้อ": "260605K7Q2M8XP", "สถานะการคืนเงินหรือคืนสินค้า": "คืนเงินแล้ว",
           "เวลายื่นคำขอคืนเงิน/คืนสินค้า": "2026-06-08 18:45", "จำนวนเงินคืนทั้งหมด": "274.00"}  # fmt: skip
    frames = frames_of(
        "shopee", kept(tmp_path, xlsx_bytes(headings("shopee", "returns"), [row], sheet="x"), "returns.xls")
    )
    assert (only(frames)["record_kind"], only(frames)["total_minor"]) == ("sale_return", 27400)


def test_an_encrypted_workbook_is_named(tmp_path: Path) -> None:
    content = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 4000
    )
    with pytest.raises(MalformedFile, match=r"password|protected"):
        frames_of("tiktok", kept(tmp_path, content, "OrderSKUList.xlsx"))


def test_amounts_with_currency_words_and_thousands(tmp_path: Path) -> None:
    thb = {name: f"THB {cell}" for name, cell in tiktok().items() if name.startswith("SKU ") or name == "Order Amount"}
    row = tiktok(**{**thb, "SKU Unit Original Price": "THB 1,120.00", "Order Amount": "THB 3,320.00"})
    assert only(read("tiktok", tmp_path, [row]))["total_minor"] == 332000


def test_lazadas_piece_with_an_unknown_state_holds_its_order(tmp_path: Path) -> None:
    frames = read("lazada", tmp_path, [lazada("1"), lazada("2", status="packed"), lazada("3", status="canceled")])
    assert codes(frames, "hold") == ["status-unknown"]
    assert only(frames)["state_text"] == "1 x confirmed, 1 x packed, 1 x canceled"


def test_lazadas_same_piece_twice_holds_its_order(tmp_path: Path) -> None:
    assert codes(read("lazada", tmp_path, [lazada("1"), lazada("1")]), "hold") == ["unit-repeated"] * 2


STATES = {"shipped": 2, "confirmed": 4, "canceled": 6, "returned": 5, "Package Returned": 5}
NAMES = {2: "shipped", 4: "completed", 5: "returned", 6: "cancelled"}
units = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(sorted(STATES)),
        st.integers(1, 99_999),
        st.integers(0, 500),
        st.integers(0, 300),
    ),
    min_size=1,
    max_size=25,
)


@examples(8)
@given(units)
def test_lazadas_orders_are_the_sum_of_their_pieces(
    tmp_path_factory: pytest.TempPathFactory, given_units: list[Any]
) -> None:
    """Against a plain count in Python: pieces in any order, any states, amounts to the satang."""
    rows = []
    for place, (order, status, price, seller, platform) in enumerate(given_units):
        paid = price - seller - platform
        rows.append(lazada(f"9988{place}", f"87654321098{order}", status, paidPrice=_baht(paid), unitPrice=_baht(price),
                           sellerDiscountTotal=_baht(-seller), platformDiscountTotal=_baht(-platform), shippingFee="1.50"))  # fmt: skip
    frames = read("lazada", tmp_path_factory.mktemp("lazada"), rows)
    got = {o["order_number"]: o for o in frames.orders.iter_rows(named=True)}
    for number in {row["orderNumber"] for row in rows}:
        own = [u for u, row in zip(given_units, rows, strict=True) if row["orderNumber"] == number]
        live = [u for u in own if STATES[u[1]] < 5] or own
        order = got.pop(number)
        assert order["goods_minor"] == sum(u[2] - u[3] for u in live)
        assert order["platform_discount_minor"] == sum(u[4] for u in live)
        assert order["total_minor"] == sum(u[2] - u[3] - u[4] + 150 for u in live)
        assert order["order_state"] == NAMES[min(STATES[u[1]] for u in live)]
        pieces = frames.lines.filter(pl.col("order_no") == order["order_no"])["quantity_milli"].sum()
        assert pieces == 1000 * len(live)
    assert not got
    assert codes(frames, "hold", "refused") == []
    assert all(control.difference_minor == 0 for one in frames.stated for control in one.controls)


def _baht(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


text = st.text(st.characters(exclude_characters='\x00\r\n"\t', exclude_categories=("Cs",)), max_size=12)


@examples(15)
@given(st.sampled_from(MARKETS), st.data())
def test_whatever_a_cell_says_money_is_never_lost(
    tmp_path_factory: pytest.TempPathFactory, market: str, data: st.DataObject
) -> None:
    """One cell of a good file says anything: the order is kept with its total, held, or refused by name; never silently gone."""
    rows = [dict(row) for row in (*ROWS[market], *ROWS[market])]
    rows[1][_key(market)] = "580123456789012399"
    if market == "lazada":
        rows[1]["orderItemId"] = "77"
    column = data.draw(st.sampled_from([name for name in rows[0] if name != _key(market)]))
    rows[0][column] = data.draw(text)
    try:
        frames = read(market, tmp_path_factory.mktemp("cells"), rows)
    except MalformedFile as error:
        assert f"{market}-orders.csv" in str(error)
        return
    (stated,) = frames.stated
    assert stated.orders == 2
    assert frames.orders.height + stated.refused_orders == 2
    assert all(control.difference_minor == 0 for control in stated.controls)
    refused = frames.findings.filter(pl.col("severity") == "refused")["order_key"].n_unique()
    assert refused == stated.refused_orders


def _key(market: str) -> str:
    return {"shopee": "หมายเลขคำสั่งซื้อ", "lazada": "orderNumber", "tiktok": "Order ID"}[market]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "a\u202eb", "ก" * 5000])
def test_hostile_names_are_text(name: str, tmp_path: Path) -> None:
    frames = read("tiktok", tmp_path, [tiktok(**{"Product Name": name, "Buyer Message": name})])
    assert frames.lines["name"].to_list() == [name]


def test_every_heading_of_a_fixed_profile_stands_in_its_export() -> None:
    for market in MARKETS:
        for kind in ("orders", "returns"):
            profile = fixed_profile(f"{market}-th-{kind}")
            named = [text for column in profile.sources.values() for text in (*column.headings, *column.where_blank)]
            assert set(named) - {"ยอดชำระเงิน"} <= set(profile.match.known)


def test_a_new_column_is_told_and_a_known_one_is_not(tmp_path: Path) -> None:
    names = [*headings("tiktok"), "Small order fee"]
    file: IntakeFile = kept(tmp_path, csv_bytes(names, [tiktok(**{"Small order fee": "5"})]), "a.csv")
    (found,) = frames_of("tiktok", file).findings.iter_rows(named=True)
    assert (found["code"], found["value"]) == ("columns-new", "Small order fee")


ERRORS = Path(__file__).parents[2] / "fixtures" / "errors" / "marketplaces"


@pytest.mark.parametrize("path", sorted(ERRORS.glob("*.csv")), ids=lambda path: path.stem)
def test_a_broken_export_is_refused_in_these_words(path: Path, tmp_path: Path) -> None:
    with pytest.raises(MalformedFile) as refused:
        frames_of(path.name.partition("-")[0], kept(tmp_path, path.read_bytes(), path.name))
    assert str(refused.value) == path.with_suffix(".expected").read_text(encoding="utf-8").rstrip("\n")

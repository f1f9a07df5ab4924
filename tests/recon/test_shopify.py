"""Shopify's orders export: every header version, rows, discounts, taxes, states, damage, and what must be refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from bench.generate import HEADINGS, generate
from recon.errors import MalformedFile
from recon.intake import look_at
from recon.normalize import normalize
from recon.sources.base import BUYER_FIELD
from recon.sources.shopify import NOTES, ShopifyOrders
from tests.recon.canonical_text import as_text
from tests.recon.shopify_tools import OPTIONS, TAX_PAIRS, codes, csv_text, frames_of, kept, line, one, order, read, tied

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "shopify"
CASES = sorted(path.stem for path in FIXTURES.glob("*.csv"))


@pytest.mark.parametrize("case", CASES)
def test_fixture_reads_as_expected(case: str) -> None:
    file = look_at(FIXTURES / f"{case}.csv")
    source = ShopifyOrders()
    assert source.identify(file)
    frames = normalize(source.read(file, OPTIONS), OPTIONS, file_id=file.file_id)
    assert as_text(frames) == (FIXTURES / f"{case}.expected").read_text(encoding="utf-8")
    assert tied(frames)


def test_there_are_fixtures() -> None:
    assert len(CASES) >= 6


# --- headings


def test_every_optional_column_may_be_missing(tmp_path: Path) -> None:
    needed = {"Name", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Amount",
              "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Payment Method",
              "Refunded Amount", *TAX_PAIRS}  # fmt: skip
    frames = frames_of(tmp_path, [order()], headings=[h for h in HEADINGS if h in needed])
    assert one(frames)["total_minor"] == 10700
    assert one(frames)["order_state"] == "unknown"
    assert tied(frames)


@pytest.mark.parametrize("lost", ["Total", "Taxes", "Lineitem price", "Tax 5 Value", "Created at"])
def test_f58_a_lost_heading_is_named(tmp_path: Path, lost: str) -> None:
    with pytest.raises(MalformedFile, match=lost):
        read(tmp_path, [order()], headings=[h for h in HEADINGS if h != lost])


def test_f58_columns_are_found_by_name_in_any_order(tmp_path: Path) -> None:
    straight = frames_of(tmp_path, [order()])
    turned = frames_of(tmp_path, [order()], headings=list(reversed(HEADINGS)))
    assert straight.orders.drop("file").equals(turned.orders.drop("file"))
    assert straight.lines.equals(turned.lines)


def test_f58_a_heading_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedFile, match="Total more than once"):
        read(tmp_path, [order()], headings=[*HEADINGS, "Total"])


def test_another_exporters_form_is_refused_with_the_way_out(tmp_path: Path) -> None:
    file = kept(tmp_path, "ID,Name,Command,Line: Type,Line: Quantity,Price: Total\n1,#1,NEW,Line Item,1,5.00\n")
    assert ShopifyOrders().identify(file)
    with pytest.raises(MalformedFile, match="Plain CSV"):
        ShopifyOrders().read(file, OPTIONS)


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "Name,Total\n#1,5\n", "{}", "\n"])
def test_other_files_are_not_ours(tmp_path: Path, content: str) -> None:
    assert not ShopifyOrders().identify(kept(tmp_path, content))


# --- rows


def test_lines_belong_to_the_order_above_and_keep_their_row(tmp_path: Path) -> None:
    first = order(1001, Total="214.00", Subtotal="214.00", Taxes="14.00", Notes='two\nlines, "quoted"')
    first["Tax 1 Value"] = "14.00"
    frames = frames_of(tmp_path, [first, line(first, Lineitem_name="Mug"), order(1002)])
    assert frames.lines.select("order_no", "line_no", "row", "name").rows() == [
        (0, 1, 2, "Shirt"), (0, 2, 3, "Mug"), (1, 1, 4, "Shirt"),
    ]  # fmt: skip
    assert frames.orders["row"].to_list() == [2, 4]
    assert frames.stated[0].rows == 3
    assert codes(frames) == []


def test_blank_rows_at_the_end_count_for_nothing(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(), {}, {}])
    assert (frames.stated[0].rows, frames.orders.height) == (1, 1)


def test_rows_without_a_name_are_refused_with_their_total(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(1001), order(1002, Name="")])
    assert codes(frames) == ["order-id-missing"]
    assert frames.findings.select("row", "amount_minor").row(0) == (3, 10700)
    assert tied(frames)


def test_f61_same_name_apart_is_held(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(1001), order(1002), order(1001)])
    assert codes(frames) == ["order-repeated", "order-repeated"]
    assert frames.orders["order_number"].to_list() == ["#1001", "#1002"]
    assert frames.stated[0].controls[0].refused_minor == 10700
    assert tied(frames)


def test_f61_same_name_with_another_id_holds_both(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(1001), order(1002), order(1001, Id="77")])
    held = frames.findings.filter(pl.col("code") == "order-repeated")["order_key"].to_list()
    assert held == ["shopify:main:5800000001001", "shopify:main:77"]
    assert frames.orders.height == 3


def test_f61_second_row_with_order_values_is_an_order_of_its_own(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(1001), order(1001, Total="50.00")])
    assert codes(frames) == ["order-repeated", "order-repeated"]
    assert tied(frames)


def test_torn_off_lines_hold_their_order(tmp_path: Path) -> None:
    first = order(1001)
    frames = frames_of(tmp_path, [first, order(1002), line(first, Lineitem_name="Torn")])
    assert codes(frames) == ["order-repeated"]
    assert frames.findings.select("order_key", "row", "severity").row(0) == ("shopify:main:5800000001001", 4, "hold")
    assert frames.lines["name"].to_list() == ["Shirt", "Shirt"]


def test_f51_cut_at_every_byte_never_imports_a_wrong_amount(tmp_path: Path) -> None:
    """A file cut anywhere is refused, or gives whole orders with their right amounts, or says what is missing."""
    first = order(1001, Notes="two\nlines", Total="214.00", Subtotal="214.00", Taxes="14.00")
    first["Tax 1 Value"] = "14.00"
    content = csv_text([first, line(first), order(1002)]).encode()
    start = content.index(b"\n") + 1
    right = {"#1001": 21400, "#1002": 10700}
    for cut in range(start + 1, len(content), 5):
        file = kept(tmp_path, content[:cut], f"cut-{cut}.csv")
        try:
            frames = normalize(ShopifyOrders().read(file, OPTIONS), OPTIONS, file_id=file.file_id)
        except MalformedFile:
            continue
        assert frames.findings.height or content[:cut].endswith(b"\n")
        for number, total in frames.orders.select("order_number", "total_minor").rows():
            assert right[number] == total


def test_f52_the_same_rows_in_every_encoding(tmp_path: Path) -> None:
    text = csv_text([order(1001, Lineitem_name="เสื้อ"), order(1002)])
    plain = read_bytes(tmp_path, text.encode())
    for encoding in ("utf-8-sig", "utf-16", "cp874"):
        other = read_bytes(tmp_path, text.encode(encoding))
        assert other.orders.drop("file").equals(plain.orders.drop("file")), encoding
        assert other.lines.equals(plain.lines), encoding


def read_bytes(folder: Path, content: bytes):  # type: ignore[no-untyped-def]
    file = kept(folder, content)
    assert ShopifyOrders().identify(file)
    return normalize(ShopifyOrders().read(file, OPTIONS), OPTIONS, file_id=file.file_id)


def test_f52_destroyed_characters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedFile, match="row 3, column Lineitem name"):
        read(tmp_path, [order(1001), order(1002, Lineitem_name="เส\ufffdอ")])


# --- amounts


def test_code_discount_with_partial_line_discounts(tmp_path: Path) -> None:
    first = order(Subtotal="193.50", Discount_Amount="21.50", Taxes="12.66", Total="193.50", Lineitem_discount="5.00")
    first["Tax 1 Value"] = "12.66"
    frames = frames_of(tmp_path, [first, line(first, Lineitem_price="108.00")])
    assert (one(frames)["goods_minor"], one(frames)["discount_minor"]) == (21000, 1650)
    assert codes(frames) == []


def test_line_discounts_beyond_the_orders_discount_are_left_aside(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(Lineitem_discount="5.00")])
    assert (one(frames)["goods_minor"], one(frames)["discount_minor"]) == (10700, 0)
    assert frames.lines["discount_minor"].to_list() == [0]
    assert codes(frames) == []


def test_free_shipping_and_item_discount_in_one_sum(tmp_path: Path) -> None:
    first = order(Subtotal="97.00", Shipping="15.00", Discount_Amount="25.00", Taxes="6.35", Total="97.00")
    first["Tax 1 Value"] = "6.35"
    frames = frames_of(tmp_path, [first])
    assert (one(frames)["discount_minor"], one(frames)["shipping_discount_minor"]) == (1000, 1500)
    assert one(frames)["discount_basis"] == "order-discount-less-shipping"
    assert codes(frames) == []


def test_tips_by_exact_name_without_sku(tmp_path: Path) -> None:
    first = order(Total="127.00")
    frames = frames_of(tmp_path, [first, line(first, Lineitem_name="Tip", Lineitem_price="20.00", Lineitem_sku="")])
    assert frames.lines["kind"].to_list() == ["product", "tip"]
    product = order(1002, Lineitem_name="Tip")
    assert frames_of(tmp_path, [product]).lines["kind"].to_list() == ["product"]


def test_a_paid_order_without_its_day_of_payment_names_the_day_it_takes(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(Paid_at=""), order(1002), order(1003, Financial_Status="pending", Paid_at="")])
    assert codes(frames) == ["paid-undated"]
    said = frames.findings.row(0, named=True)
    day = frames.orders["ordered_on"][0]
    assert (said["severity"], said["column"], said["row"]) == ("warning", "Paid at", 2)
    assert said["detail"] == f"Paid at is empty; {day} (Created at) is used for it."


def test_gift_cards_by_declared_name(tmp_path: Path) -> None:
    options = replace(OPTIONS, gift_card_names=("Gift Card 500",))
    frames = frames_of(tmp_path, [order(Lineitem_name="gift  card 500", Lineitem_sku="")], options)
    assert frames.lines["kind"].to_list() == ["gift_card"]


@pytest.mark.parametrize(
    ("name", "taxable", "kind"),
    [
        ("Gift Card", "false", "gift_card"), ("E-Gift Voucher 500", "false", "gift_card"), ("บัตรของขวัญ 500", "false", "gift_card"),
        ("Gift Card", "true", "product"), ("Gift box", "false", "product"), ("gift-card holder", "false", "product"),
    ],
)  # fmt: skip
def test_a_line_named_like_a_gift_card_and_not_taxable_is_no_sale(
    tmp_path: Path, name: str, taxable: str, kind: str
) -> None:
    options = replace(OPTIONS, not_gift_card_names=("Gift-Card Holder",))
    told = order(Lineitem_name=name, Lineitem_taxable=taxable, Lineitem_sku="GC-500")
    assert frames_of(tmp_path, [told], options).lines["kind"].to_list() == [kind]


def test_several_taxes_are_named_and_the_rest_is_told(tmp_path: Path) -> None:
    row = order(Taxes="9.00")
    row |= {"Tax 1 Value": "5.00", "Tax 2 Name": "City 7%", "Tax 2 Value": "2.00"}
    frames = frames_of(tmp_path, [row, order(1002)])
    assert frames.orders["tax_text"].to_list() == ["VAT 7% + City 7%", "VAT 7%"]
    assert codes(frames) == ["taxes-beyond-columns"]
    assert frames.findings["amount_minor"].item() == 200


def test_listed_taxes_beyond_the_sum_hold(tmp_path: Path) -> None:
    assert codes(frames_of(tmp_path, [order(Tax_1_Value="8.00")])) == ["vat-does-not-tie"]


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("California State Tax 7.25%", True),
        ("GST 10%", True),
        ("VAT 7%", False),
        ("VAT 0%", False),
        ("VAT 7.00 %", False),
        ("VAT", False),
    ],
)
def test_foreign_tax_rates_hold(tmp_path: Path, name: str, held: bool) -> None:
    frames = frames_of(tmp_path, [order(Tax_1_Name=name)])
    assert ("tax-rate-unknown" in codes(frames)) == held


def test_edited_order_that_does_not_foot_shows_its_figures(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(Total="117.01", Outstanding_Balance="10.01")])
    found = frames.findings.filter(pl.col("code") == "does-not-foot").row(0, named=True)
    assert found["amount_minor"] == 1001
    assert codes(frames) == ["does-not-foot", "partly-paid"]


@pytest.mark.parametrize(
    ("outstanding", "code"),
    [("107.00", "paid-but-outstanding"), ("0.01", "partly-paid"), ("-5.00", "overpaid"), ("0.00", None), ("", None)],
)
def test_outstanding_contradicts_paid(tmp_path: Path, outstanding: str, code: str | None) -> None:
    assert codes(frames_of(tmp_path, [order(Outstanding_Balance=outstanding)])) == ([code] if code else [])


# --- states and days


@pytest.mark.parametrize(
    ("word", "state"),
    [("paid", "paid"), ("pending", "unpaid"), ("authorized", "unpaid"), ("expired", "void"), ("voided", "void"),
     ("partially_paid", "partial"), ("PAID", "paid")],
)  # fmt: skip
def test_financial_status(tmp_path: Path, word: str, state: str) -> None:
    assert one(frames_of(tmp_path, [order(Financial_Status=word)]))["payment_state"] == state


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("fulfilled", "completed"),
        ("unfulfilled", "open"),
        ("partial", "in_fulfilment"),
        ("restocked", "returned"),
        ("", "open"),
    ],
)
def test_fulfillment_status(tmp_path: Path, word: str, state: str) -> None:
    assert one(frames_of(tmp_path, [order(Fulfillment_Status=word)]))["order_state"] == state


def test_f54_last_second_of_the_month_stays_in_the_month(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(Created_at="2026-06-30 23:59:59 +0700", Paid_at="2026-07-01 00:00:00 +0700")])
    assert [str(one(frames)[c]) for c in ("ordered_on", "paid_on")] == ["2026-06-30", "2026-07-01"]


def test_f54_month_first_by_evidence_and_ambiguous_refused(tmp_path: Path) -> None:
    headings = [h for h in HEADINGS if h != "Fulfilled at"]
    frames = frames_of(tmp_path, [order(Created_at="6/13/2026 9:00", Paid_at="6/7/2026 9:00")], headings=headings)
    assert [str(one(frames)[c]) for c in ("ordered_on", "paid_on")] == ["2026-06-13", "2026-06-07"]
    with pytest.raises(MalformedFile, match="day or the month"):
        read(tmp_path, [order(Created_at="6/5/2026 9:00", Paid_at="6/7/2026 9:00")], headings=headings)


def test_saved_again_is_said_with_its_signs(tmp_path: Path) -> None:
    frames = frames_of(tmp_path, [order(Lineitem_taxable="TRUE")], line_end="\r\n")
    assert codes(frames) == ["file-resaved"]
    assert frames.lines["taxable"].to_list() == [True]


def test_what_the_export_cannot_tell_is_said(tmp_path: Path) -> None:
    assert read(tmp_path, [order()]).notes == NOTES


# --- the generated export


def test_generated_export_is_deterministic_and_foots(tmp_path: Path) -> None:
    one_path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    assert generate(3_000, one_path) == generate(3_000, other)
    assert one_path.read_bytes() == other.read_bytes()
    file = look_at(one_path)
    frames = normalize(ShopifyOrders().read(file, OPTIONS), OPTIONS, file_id=file.file_id)
    assert frames.stated[0].rows == frames.lines.height == 3_000
    assert set(codes(frames)) == {"gateways-not-split", "refund-undated"}
    assert set(frames.orders["vat_mode"]) == {"included"}
    assert tied(frames)


def test_addresses_of_buyers_are_read_only_where_they_tell_buyers_apart(tmp_path: Path) -> None:
    billed = {
        "Billing Street": "1 Byron Row",
        "Billing City": "Nottingham",
        "Billing Zip": "'10110",
        "Email": "a@example.com",
    }
    rows = [
        order(1001, **billed),
        order(1002, Email="b@example.com"),
        order(1003, Email="", **{"Billing Country": "US"}),
    ]
    apart = replace(OPTIONS, fields=(BUYER_FIELD,))
    read = frames_of(tmp_path, rows, apart).orders["customer_address"].to_list()
    assert read == ["1 Byron Row, Nottingham, '10110", "b@example.com", None]
    assert frames_of(tmp_path, rows).orders["customer_address"].to_list() == [None, None, None]

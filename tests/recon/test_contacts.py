"""Whose name stands on a document: standing contacts, full tax invoices, masks, branches, and the codes of contacts."""

from __future__ import annotations

import random
import re
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import codes, connection, order, plan

from recon.plan.buyers import branch_of, contact_codes, digest_codes, is_masked, is_name
from recon.plan.inputs import Plan

COMPANY, PERSON, PASSPORT = "0105500000003", "1101700000001", "AB1234567"
NAME, ADDRESS = "บริษัท ตัวอย่าง จำกัด", "99/1 ถนนตัวอย่าง กรุงเทพมหานคร 10110"


def buyer(number: str = "1", **columns: Any) -> dict[str, Any]:
    """An order of a buyer who gave everything a full tax invoice needs; keyword arguments replace columns."""
    given = {"customer_name": NAME, "customer_address": ADDRESS, "customer_tax_id": COMPANY, "customer_branch": "00000"}
    return order(number, **(given | columns))


def contacts(made: Plan) -> list[tuple[Any, ...]]:
    return made.documents.select("contact_code", "contact_name", "contact_tax_id", "contact_branch").rows()


def named(**rules: Any) -> Any:
    return connection(contacts=rules)


STANDING = ("ONLINE", "Online customers", None, None)


# Standing contacts


def test_one_standing_contact_for_any_number_of_anonymous_orders() -> None:
    names = ("ส******ย", "น***า", None, "somchai_t", "ลูกค้าทั่วไป", "*", "＊＊＊")
    made = plan(*(order(str(n), customer_name=name, customer_address=ADDRESS) for n, name in enumerate(names)))
    assert set(contacts(made)) == {STANDING}
    assert codes(made) == []


def test_a_channel_has_its_own_standing_contact_whatever_its_capitals() -> None:
    rules = named(default="WEB", by_channel={"Shopee": "SHOP-SHP", "Lazada": "SHOP-LAZ"})
    channels = ("shopee", "LAZADA", "Lazada ", "LINE", "")
    made = plan(*(order(str(n), sales_channel=name) for n, name in enumerate(channels)), connection=rules)
    assert [row[:2] for row in contacts(made)] == [
        ("SHOP-SHP", "Shopee"), ("SHOP-LAZ", "Lazada"), ("SHOP-LAZ", "Lazada"), ("WEB", "Online customers"),
        ("WEB", "Online customers"),
    ]  # fmt: skip


def test_no_full_tax_invoice_where_the_company_may_issue_none_or_wants_none() -> None:
    assert contacts(plan(buyer(), connection=connection(vat_registered=False))) == [STANDING]
    assert contacts(plan(buyer(), connection=named(full_tax_invoice=False))) == [STANDING]


# Masks


@pytest.mark.parametrize(
    "text",
    ["ส******ย", "น***า", "ก*", "＊＊", "สมชาย ＊", "J•••n", "081xxxxx89", "XXXX4321", "สมชาย 08******89", "***"],
)
def test_a_masked_name_is_never_a_contact(text: str) -> None:
    made = plan(buyer(customer_name=text))
    assert contacts(made) == [STANDING]
    assert codes(made) == ["buyer-masked"]
    about = made.findings.row(0, named=True)
    assert (about["order_key"], about["column"], about["value"]) == ("zort:shop:1", "customer_name", text)


@pytest.mark.parametrize("text", ["Maxxx Co., Ltd.", "บริษัท 7-x จำกัด", "OXXO 24", "นาย ก", "x"])
def test_a_name_with_an_x_in_it_is_not_masked(text: str) -> None:
    assert contacts(plan(buyer(customer_name=text)))[0][1] == text


def test_a_tax_id_that_is_masked_is_not_called_wrong() -> None:
    made = plan(buyer(customer_tax_id="0-1055-*****-00-3"))
    assert contacts(made) == [STANDING]
    assert codes(made) == ["buyer-masked"]


def test_a_masked_address_is_never_sent() -> None:
    made = plan(buyer(customer_address="12/3 ถ******"))
    assert contacts(made)[0][0] == "T0105500000003"
    assert made.documents["contact_address"].to_list() == [None]
    assert codes(made) == ["buyer-masked"]


def test_a_tax_id_without_a_name() -> None:
    made = plan(buyer(customer_name=None))
    assert contacts(made) == [STANDING]
    assert codes(made) == ["buyer-masked"]


# Tax ids


@pytest.mark.parametrize("text", ["0105500000004", "010550000000", "123456789", "01055000000031", "ไม่ทราบ"])
def test_a_wrong_tax_id_goes_to_the_standing_contact_with_its_order(text: str) -> None:
    made = plan(buyer("7", customer_tax_id=text))
    assert contacts(made) == [STANDING]
    about = made.findings.row(0, named=True)
    assert (about["code"], about["order_key"], about["row"], about["value"]) == (
        "tax-id-invalid", "zort:shop:7", 2, text,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["0-1055-00000-00-3", " 0105500000003 ", "๐๑๐๕๕๐๐๐๐๐๐๐๓", "0 1055 00000 00 3", "0105500000003\u200b"]
)
def test_a_tax_id_is_read_however_it_is_written(text: str) -> None:
    assert contacts(plan(buyer(customer_tax_id=text))) == [("T0105500000003", NAME, COMPANY, "00000")]


@pytest.mark.parametrize("text", ["-", "N/A", "ไม่มี", "0000000000000", "none", " "])
def test_who_writes_that_there_is_none_gave_none(text: str) -> None:
    made = plan(buyer(customer_tax_id=text))
    assert (contacts(made), codes(made)) == ([STANDING], [])


def test_a_foreigners_passport_is_no_tax_id() -> None:
    made = plan(buyer(customer_tax_id=PASSPORT, customer_name="John Smith"))
    assert (contacts(made), codes(made)) == ([STANDING], ["tax-id-foreign"])
    made = plan(
        buyer("1", customer_tax_id=PASSPORT, customer_name="John Smith"),
        buyer("2", customer_tax_id="ab 1234567", customer_name="J. Smith"),
        connection=named(named_on=["*"]),
    )
    (first, second) = contacts(made)
    assert first[0] == second[0], "one id, one contact"
    assert re.fullmatch("P[0-9A-Z]{15}", first[0])
    assert first[1:] == ("John Smith", None, None), "PEAK's tax id takes 13 digits only"


# Branches


@pytest.mark.parametrize(
    ("text", "branch"),
    [
        ("สำนักงานใหญ่", "00000"), ("สํานักงานใหญ่", "00000"), ("สนญ.", "00000"), ("Head Office", "00000"), ("HEAD-OFFICE", "00000"), ("H.O.", "00000"),
        ("สำนักงานใหญ่ (00000)", "00000"), ("0", "00000"), ("00000", "00000"), ("๐๐๐๐๐", "00000"),
        ("1", "00001"), ("สาขา 00012", "00012"), ("สาขาที่ ๑๒", "00012"), ("Branch No. 7", "00007"), ("12345", "12345"),
        ("", ""), (None, ""), (" - ", ""), ("ไม่ระบุ", ""),
        ("สาขาลาดพร้าว", None), ("สาขา 12 ชั้น 3", None), ("123456", None), ("สำนักงานใหญ่ 00001", None),
    ],
)  # fmt: skip
def test_words_and_numbers_of_a_branch(text: str | None, branch: str | None) -> None:
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    assert frame.select(branch_of(pl.col("t"))).item() == branch


def test_a_company_without_a_branch_is_a_warning_and_goes_as_the_setting_says() -> None:
    made = plan(buyer(customer_branch=None))
    assert contacts(made) == [("T0105500000003", NAME, COMPANY, "00000")]
    assert codes(made) == ["branch-not-stated"]
    assert "Taken for the head office" in made.findings["detail"].item()
    made = plan(buyer(customer_branch=None), connection=named(branch_missing="standing"))
    assert (contacts(made), codes(made)) == ([STANDING], ["branch-not-stated"])


def test_a_branch_that_names_no_number_is_never_taken_for_the_head_office() -> None:
    made = plan(buyer(customer_branch="สาขาลาดพร้าว"))
    assert (contacts(made), codes(made)) == ([STANDING], ["branch-not-stated"])
    assert made.findings["value"].item() == "สาขาลาดพร้าว"


def test_a_private_buyer_has_no_branch() -> None:
    made = plan(buyer(customer_tax_id=PERSON, customer_name="สมชาย ใจดี", customer_branch=None))
    assert contacts(made) == [("T1101700000001", "สมชาย ใจดี", PERSON, None)]
    assert codes(made) == []


# Names without a tax id


def test_a_named_buyer_without_a_tax_id_where_the_channel_was_chosen() -> None:
    asked = {"customer_tax_id": None, "customer_branch": None, "customer_name": "สมชาย ใจดี"}
    orders = (buyer("1", **asked), buyer("2", **asked), buyer("3", **asked, sales_channel="Shopee"))
    assert set(contacts(plan(*orders))) == {STANDING}, "as long as nobody chose it"
    made = plan(*orders, connection=named(named_on=["line"]))
    first, second, third = contacts(made)
    assert first == second
    assert re.fullmatch("N[0-9A-Z]{15}", first[0])
    assert first[1:] == ("สมชาย ใจดี", None, None)
    assert third == STANDING
    assert made.documents["contact_address"].to_list() == [ADDRESS, ADDRESS, None]


@pytest.mark.parametrize(
    "lacking",
    [
        {"customer_name": "ส***ย"}, {"customer_name": None}, {"customer_name": "ลูกค้าทั่วไป"}, {"customer_name": "123"},
        {"customer_address": None}, {"customer_address": "12/3 ถ******"},
    ],
)  # fmt: skip
def test_who_is_not_wholly_known_stays_with_the_standing_contact(lacking: dict[str, Any]) -> None:
    asked = {"customer_tax_id": None, "customer_branch": None, "customer_name": "สมชาย ใจดี"} | lacking
    assert contacts(plan(buyer(**asked), connection=named(named_on=["*"]))) == [STANDING]


# One buyer, two orders


def test_one_tax_id_with_two_names_is_one_contact_and_a_question() -> None:
    made = plan(
        buyer("1", customer_name="บจก. ตัวอย่าง", customer_address="เก่า"),
        buyer("2", customer_name=" บริษัท  ตัวอย่าง จำกัด"),
        buyer("3"),
        buyer("4", customer_branch="00001", customer_name="อื่น"),
    )
    assert [row[0] for row in contacts(made)] == ["T0105500000003"] * 3 + ["T010550000000301"]
    rows = made.findings.select("code", "order_key", "column", "value").rows()
    assert rows == [
        ("buyer-differs", "zort:shop:1", "customer_name", "บจก. ตัวอย่าง"),
        ("buyer-differs", "zort:shop:1", "customer_address", "เก่า"),
    ]
    assert NAME in made.findings["detail"][0]
    assert "#3 is newer" in made.findings["detail"][0]


# Codes


TAX_IDS = st.integers(0, 10**12 - 1).map(lambda n: f"{n:012}").map(
    lambda twelve: twelve + str((11 - sum(int(d) * (13 - i) for i, d in enumerate(twelve)) % 11) % 10)
)  # fmt: skip
BRANCHES = (
    st.none() | st.sampled_from(["00000", "00001", "00099", "00100"]) | st.integers(0, 99_999).map(lambda n: f"{n:05}")
)


@given(buyers=st.lists(st.tuples(TAX_IDS, BRANCHES), min_size=1, max_size=40), longest=st.integers(12, 20))
def test_codes_are_short_plain_and_different_for_different_buyers(
    buyers: list[tuple[str, str | None]], longest: int
) -> None:
    made = contact_codes(
        pl.Series([tax_id for tax_id, _ in buyers]),
        pl.Series([branch for _, branch in buyers], dtype=pl.String),
        longest,
    ).to_list()
    for code in made:
        assert re.fullmatch(f"[0-9A-Z]{{1,{longest}}}", code), code
    by_buyer = {(tax_id, branch or "00000"): code for (tax_id, branch), code in zip(buyers, made, strict=True)}
    assert len(set(by_buyer.values())) == len(by_buyer)
    assert [by_buyer[tax_id, branch or "00000"] for tax_id, branch in buyers] == made, "one buyer, one code"


def test_every_branch_of_one_company_has_a_code_of_its_own() -> None:
    branches = pl.Series([f"{number:05}" for number in range(100_000)])
    made = contact_codes(pl.Series([COMPANY]).sample(100_000, with_replacement=True), branches, 16)
    assert made.n_unique() == 100_000
    assert made.str.len_bytes().max() == 16


@given(names=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=20))
def test_codes_of_names_tell_nothing_and_keep_apart(names: list[str]) -> None:
    made = digest_codes(pl.Series(names), 16, mark="N").to_list()
    assert all(re.fullmatch("N[0-9A-Z]{15}", code) for code in made)
    assert digest_codes(pl.Series(names[::-1]), 16, mark="N").to_list() == made[::-1]


def test_masks_and_names_on_random_text_never_fail() -> None:
    random.seed(4)
    texts = ["".join(random.choices("ก*＊xX0•a -", k=random.randint(0, 8))) for _ in range(500)]
    frame = pl.DataFrame({"t": texts}).select("t", masked=is_masked(pl.col("t")), name=is_name(pl.col("t")))
    assert not frame.filter("masked", "name").height
    assert frame.filter(pl.col("t").str.contains("[*＊•]"))["masked"].all()

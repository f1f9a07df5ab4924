"""`recon match`: taking back by name, charges with comments kept, search, and everything about one SKU."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.screens.match_world import SOLD, match_world
from tests.shell import Shell


def taken_in(folder: Path, clock: FakeClock) -> None:
    """Seven orders, nothing linked."""
    match_world(folder / "books", clock)


@pytest.fixture
def shop(shell_at) -> Shell:
    """Seven orders, nothing linked."""
    return shell_at(taken_in)


def states(shell: Shell) -> dict[str, str]:
    return {row["sku"]: row["state"] for row in shell.json("match")["products"]}


def settings(shell: Shell) -> str:
    return (shell.root / "recon.toml").read_text("utf-8")


def test_each_sku_stands_as_what_it_is(shop: Shell) -> None:
    rows = {row["sku"]: row for row in shop.json("match")["products"]}
    assert {sku: row["state"] for sku, row in rows.items()} == {
        "P00001": "suggested", "P-00002": "suggested", "TS-WHITE-M": "suggested", "XX-1": "unlinked", "MUG": "unlinked",
        "": "unlinked",
    }  # fmt: skip
    assert rows["P-00002"]["suggestion"] == "P00002"
    assert rows["P-00002"]["reason"] == "SKU P-00002 and code P00002 differ in punctuation only"
    assert "MUG, mug" in rows["MUG"]["reason"]
    assert rows[""]["reason"].startswith("these lines name no SKU")


def test_what_was_linked_in_one_go_is_taken_back_in_one_go_and_done_again(shop: Shell) -> None:
    shop("match", "--sku", "XX-1", "--product", "P00003", "--as", "Nok").expect(4)
    shop("match", "--accept", "P-00002", "--accept", "TS-WHITE-M", "--as", "Nok").expect(4)
    undone = shop.json("match", "--undo", "--as", "Lek")["undone"]
    assert (undone["what"], undone["name"], undone["count"], undone["by"]) == ("undo", "accept 2", 2, "Lek")
    assert (undone["next_undo"], undone["next_redo"]) == ("link 1", "accept 2")
    assert states(shop)["P-00002"] == states(shop)["TS-WHITE-M"] == "suggested"
    assert states(shop)["XX-1"] == "linked"
    assert shop.json("match", "--redo")["undone"]["name"] == "accept 2"
    assert states(shop)["P-00002"] == "linked"
    for _ in range(2):
        shop("match", "--undo").expect(4)
    assert set(states(shop).values()) == {"suggested", "unlinked"}
    refused = shop("match", "--undo")
    assert refused.code == 2
    assert "Nothing was changed" in refused.err


def test_undo_gives_back_what_stood_there_before_and_not_just_nothing(shop: Shell) -> None:
    shop("match", "--sku", "XX-1", "--product", "P00003")
    shop("match", "--sku", "XX-1", "--as-text")
    assert states(shop)["XX-1"] == "text"
    shop("match", "--undo")
    row = next(row for row in shop.json("match")["products"] if row["sku"] == "XX-1")
    assert (row["state"], row["product_code"]) == ("linked", "P00003")


def test_a_new_link_ends_what_could_be_done_again(shop: Shell) -> None:
    shop("match", "--sku", "XX-1", "--product", "P00003")
    shop("match", "--undo")
    shop("match", "--sku", "TS-WHITE-M", "--as-text")
    assert shop("match", "--redo").code == 2
    assert states(shop)["XX-1"] == "unlinked"


def test_payment_channels_are_taken_back_the_same_way(shop: Shell) -> None:
    shop("match", "--all-channels", "BSV001")
    assert shop.json("match", "--undo")["undone"]["name"] == "map all 3"
    assert {row["state"] for row in shop.json("match")["channels"]} == {"unmapped"}
    shop("match", "--channel", "COD", "--method", "CSH001")
    shop("match", "--unmap", "COD")
    assert {row["state"] for row in shop.json("match")["channels"]} == {"unmapped"}
    assert shop.json("match", "--undo")["undone"]["name"] == "unmap 1"
    assert {row["channel"]: row["state"] for row in shop.json("match")["channels"]}["COD"] == "mapped"


def test_a_dry_run_of_undo_names_it_and_changes_nothing(shop: Shell) -> None:
    shop("match", "--sku", "XX-1", "--product", "P00003")
    assert shop.json("match", "--undo", "--dry-run")["undone"]["name"] == "link 1"
    assert states(shop)["XX-1"] == "linked"
    assert shop("match", "--undo", "--sku", "XX-1", "--as-text").code == 2


def test_the_history_of_a_sku_says_who_and_when(shop: Shell) -> None:
    shop("match", "--sku", "XX-1", "--product", "P00003", "--as", "Nok")
    shop("match", "--undo", "--as", "Lek")
    why = shop.json("match", "--why", "xx 1".replace(" ", "-"))["why"]
    assert [(entry["who"], entry["to"], entry["reason"]) for entry in why["history"]] == [
        ("Lek", None, "undone"),
        ("Nok", "P00003", "link"),
    ]
    assert why["order_count"] == 1
    assert [order["order_number"] for order in why["orders"]] == ["#3005"]
    assert why["orders"][0]["amount"] == "999.00"


def test_what_a_sku_might_be_stands_with_its_score(shop: Shell) -> None:
    why = shop.json("match", "--why", "TS-WHITE-M")["why"]
    assert (why["suggestions"][0]["code"], why["suggestions"][0]["score"]) == ("P00003", 100)
    assert why["order_count"] == 2


def test_search_finds_codes_first_then_words_then_what_is_alike(shop: Shell) -> None:
    assert [row["code"] for row in shop.json("match", "--search", "mug")["found"]] == ["MUG", "mug"]
    assert [row["code"] for row in shop.json("match", "--search", "สีดำ เสื้อ")["found"]] == ["P00001", "P00002"]
    assert next(row["code"] for row in shop.json("match", "--search", "เสื้อยืดขาว")["found"]) == "P00003"
    assert shop.json("match", "--search", "QQQQ")["found"] == []


def test_lines_without_a_sku_are_a_setting_and_never_one_product(shop: Shell) -> None:
    refused = shop("match", "--sku", "", "--product", "P00001")
    assert refused.code == 2
    assert "nothing tells them apart" in refused.err
    assert 'without_sku = "hold"' in settings(shop)
    shop("match", "--sku", "", "--as-text")
    assert 'without_sku = "text"' in settings(shop)
    assert states(shop)[""] == "text"
    shop("match", "--unlink", "")
    assert states(shop)[""] == "unlinked"


def test_accepting_many_says_all_that_has_no_suggestion_and_links_none(shop: Shell) -> None:
    refused = shop("match", "--accept", "P-00002", "--accept", "XX-1")
    assert refused.code == 2
    assert "XX-1" in refused.err
    assert states(shop)["P-00002"] == "suggested"


def test_a_sku_that_is_two_products_is_linked_to_neither_by_itself(shop: Shell) -> None:
    assert shop("match", "--accept", "MUG").code == 2
    shop("match", "--link-all")
    assert states(shop)["MUG"] == "unlinked"
    shop("match", "--sku", "MUG", "--product", "mug")
    assert states(shop)["MUG"] == "linked"


@pytest.mark.parametrize(
    ("charge", "key", "value"),
    [
        ("default:shipping=leave-out", "treatment", "leave-out"),
        ("default:cod_fee=account:420101", "account", "420101"),
        ("default:rounding=product:P00001", "product", "P00001"),
    ],
)
def test_a_charge_is_set_and_every_comment_stays(shop: Shell, charge: str, key: str, value: str) -> None:
    before = settings(shop)
    rules = shop.json("match", "--charge", charge, "--charges")["charges"]
    kind = charge.partition(":")[2].partition("=")[0]
    row = next(row for row in rules if row["sales_channel"] == "default" and row["kind"] == kind)
    assert (row["treatment"] if key == "treatment" else row["code"]) == value
    comments = [line.partition("#")[2] for line in before.splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in settings(shop).splitlines() if "#" in line] == comments


def test_the_first_rule_of_a_sales_channel_takes_the_default_ones_along(shop: Shell) -> None:
    shop("match", "--charge", "default:shipping=hold", "--charge", "default:platform_voucher=spread")
    shop("match", "--charge", 'Li"ne. [x]:cod_fee=leave-out')
    rules = {
        row["kind"]: row["treatment"]
        for row in shop.json("match", "--charges")["charges"]
        if row["sales_channel"] == 'Li"ne. [x]'
    }
    assert rules["cod_fee"] == "leave-out"
    assert (rules["shipping"], rules["platform_voucher"]) == ("hold", "spread"), "what nobody touched stays as it was"


@pytest.mark.parametrize(
    ("charge", "says"),
    [
        ("shipping=hold", "write CHANNEL:KIND=WHAT"),
        ("default:discount=hold", "are spread over the goods"),
        ("default:postage=hold", "no charge 'postage'"),
        ("default:shipping=sometimes", "account:CODE"),
        ("default:platform_voucher=book", "spread"),
        ("default:shipping=account:999999", "no account '999999'"),
        ("default:shipping=product:NONE", "no product 'NONE'"),
    ],
)
def test_a_charge_nobody_knows_changes_nothing(shop: Shell, charge: str, says: str) -> None:
    before = settings(shop)
    refused = shop("match", "--charge", charge)
    assert refused.code == 2
    assert says in refused.err
    assert "Nothing was changed" in refused.err
    assert settings(shop) == before


def test_channels_nobody_mapped_are_held_or_go_to_one(shop: Shell) -> None:
    shop("match", "--unmapped", "CSH001")
    assert {row["state"] for row in shop.json("match")["channels"]} == {"cash"}
    shop("match", "--unmapped", "hold")
    assert {row["state"] for row in shop.json("match")["channels"]} == {"unmapped"}
    assert shop("match", "--unmapped", "NONE").code == 2


def test_a_shop_without_orders_has_nothing_to_match(tmp_path: Path, clock: FakeClock) -> None:
    shell = match_world(tmp_path / "books", clock, sold=())
    assert shell.json("match", "--charges", "--search", "P0")["products"] == []
    assert len(SOLD) == 7


def test_all_channels_leaves_gift_cards_alone_and_says_so(tmp_path: Path, clock: FakeClock) -> None:
    sold = [(*SOLD[0][:3], channel) for channel in ("Bank Deposit", "gift_card", "Gift Card + Bank Deposit")]
    shop = match_world(tmp_path / "books", clock, sold)
    ran = shop("match", "--all-channels", "BSV001", "--text")
    for channel in ("gift_card", "Gift Card + Bank Deposit"):
        assert f"payment channel {channel} left alone, its orders stay held" in ran.out
    assert {row["channel"]: row["state"] for row in shop.json("match")["channels"]} == {
        "Bank Deposit": "mapped", "gift_card": "unmapped", "Gift Card + Bank Deposit": "unmapped",
    }  # fmt: skip
    shop("match", "--channel", "gift_card", "--method", "EWL001")
    assert {row["channel"]: row["state"] for row in shop.json("match")["channels"]}["gift_card"] == "mapped"

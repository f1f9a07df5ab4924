"""New things: a channel, status, tax, SKU or column no earlier file had is asked about once, and never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from recon.config.edits import with_settings
from recon.config.status_words import OrderStateName, PaymentStateName
from recon.frames.schemas import ORDER_STATES, PAYMENT_STATES
from tests.clock import FakeClock
from tests.screens.match_world import match_world
from tests.shell import Shell
from tests.tui.seen_world import FIRST, later_file

SET = ("connections", "shop")


def begun(folder: Path, clock: FakeClock) -> None:
    """Three orders matched: what they show is the beginning."""
    shell = match_world(folder / "books", clock, sold=FIRST)
    shell("match", "--link-all", "--text", "--channel", "Bank Deposit", "--method", "BSV001").expect(0)


@pytest.fixture
def shop(shell_at) -> Shell:
    """Three orders matched: what they show is the beginning."""
    return shell_at(begun)


def say(shop: Shell, *path: str, value: Any) -> None:
    file = shop.root / "recon.toml"
    file.write_text(with_settings(file.read_text("utf-8"), {(*SET, *path): value}), encoding="utf-8")


def cash(shop: Shell) -> None:
    say(shop, "channels", "cash_method", value="CSH001")
    say(shop, "channels", "unmapped", value="cash")


def things(shop: Shell) -> list[tuple[str, str, bool, int, str]]:
    found = shop.json("match")["things"]
    return [(one["kind"], one["value"], one["holds"], one["orders"], one["amount"]) for one in found]


def found(shop: Shell, code: str) -> list[dict[str, Any]]:
    return [row for row in shop.json("findings")["findings"] if row["code"] == code]


def test_the_first_files_are_the_beginning_and_no_question(shop: Shell) -> None:
    assert things(shop) == []
    first = {"sales-channel": 1, "payment-channel": 1, "status": 2, "currency": 1, "sku": 3}
    assert shop.json("match")["beginning"] == first
    assert "Seen so far: sales-channel 1, payment-channel 1" in shop("match").out
    batch = shop.json("plan", code=4)["batch"]
    assert not things(shop) + found(shop, "new-thing") + found(shop, "first-seen")
    seen = {(row["kind"], row["value"], row["answered"]) for row in shop.json("match", "--things")["seen"]}
    assert ("payment-channel", "Bank Deposit", "mapping") in seen
    assert ("status", "paid", "first plan") in seen
    shop("approve", batch, "--as", "Nok").expect(0)
    assert shop.json("match")["beginning"] == {}
    answers = {
        (row["kind"], row["value"]): (row["answered"], row["who"]) for row in shop.json("match", "--things")["seen"]
    }
    assert answers["status", "paid"] == ("approval", "Nok")


def test_a_channel_that_would_count_as_cash_waits_until_a_person_says_so_once(shop: Shell) -> None:
    cash(shop)
    shop("plan").expect(4)
    shop("import", later_file(shop, channel="PromptPay")).expect(0)
    assert things(shop) == [("payment-channel", "PromptPay", True, 2, "620.00")]
    said = shop("match").out
    assert "new, waits" in said and "Everything is mapped, and orders wait for what is new below." in said
    plan = shop.json("plan", code=4)
    assert [(line["code"], line["orders"], line["amount"]) for line in plan["held"]] == [("new-thing", 2, "620.00")]
    row = found(shop, "new-thing")[0]
    assert (row["value"], row["file_name"], row["row"]) == ("PromptPay", "later.csv", 2)
    assert "booked as cash on CSH001" in row["detail"]
    assert "recon match --seen payment-channel=PromptPay" in row["detail"]
    assert any("new payment-channel 'PromptPay'" in line for line in shop.json("status")["waits"])
    shop("match", "--seen", "payment-channel=promptpay", "--as", "Nok").expect(0)
    assert things(shop) == []
    assert shop.json("plan")["held"] == []
    answered = next(row for row in shop.json("match", "--things")["seen"] if row["value"] == "PromptPay")
    assert (answered["answered"], answered["who"]) == ("word", "Nok")
    shop("import", later_file(shop, channel="PromptPay", first=40, name="third.csv")).expect(0)
    assert things(shop) == []


def test_the_answer_is_taken_back_by_name(shop: Shell) -> None:
    cash(shop)
    shop("plan")
    shop("import", later_file(shop, channel="PromptPay"))
    shop("match", "--seen", "all", "--as", "Nok").expect(0)
    assert shop.json("match", "--undo")["undone"]["name"] == "seen 1"
    assert [one[1] for one in things(shop)] == ["PromptPay"]


def test_a_channel_nobody_mapped_is_asked_about_in_one_place_only(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, channel="PromptPay"))
    held = shop.json("plan")["held"]
    assert [line["code"] for line in held] == ["channel-not-mapped"]
    assert things(shop) == []


def test_a_channel_that_is_not_chosen_is_shown_and_not_lost(shop: Shell) -> None:
    say(shop, "payment_channels", value=["Bank Deposit"])
    shop("plan")
    shop("import", later_file(shop, channel="PromptPay"))
    assert things(shop) == [("payment-channel", "PromptPay", False, 2, "620.00")]
    assert "payment_channels" in shop.json("match")["things"][0]["words"]


def test_a_sales_channel_waits_where_charges_differ_by_channel(shop: Shell) -> None:
    shop("match", "--charge", "web:shipping=leave-out").expect(0)
    shop("plan")
    shop("import", later_file(shop, source="TikTok Shop"))
    assert things(shop) == [("sales-channel", "TikTok Shop", True, 2, "620.00")]
    assert [line["code"] for line in shop.json("plan")["held"]] == ["new-thing"]
    shop("match", "--charge", "TikTok Shop:shipping=book").expect(0)  # a rule of its own answers it too
    assert things(shop) == []


def test_a_status_is_shown_with_its_meaning_until_a_batch_with_it_is_approved(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, status="pending"))
    assert things(shop) == [("status", "pending", False, 2, "620.00")]
    assert "read as" in shop.json("match")["things"][0]["words"]
    batch = shop.json("plan")["batch"]
    assert [row["value"] for row in found(shop, "first-seen")] == ["pending", "pending"]
    shop("approve", batch, "--as", "Nok").expect(0)
    assert things(shop) == []


def test_a_status_nobody_knows_is_held_for_that_and_not_twice(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, status="wobbling"))
    assert {line["code"] for line in shop.json("plan")["held"]} == {"payment-status-unknown"}
    assert things(shop) == []


def test_a_tax_of_another_name_is_shown_and_names_the_setting_of_the_rate(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, tax=("VAT 7%", "20.28")))
    (line,) = shop.json("match")["things"]
    assert (line["kind"], line["value"], line["holds"]) == ("tax", "VAT 7%", False)
    assert "connections.shop.vat_rate_percent" in line["words"]


def test_a_tax_of_another_rate_is_held_and_its_remedy_names_the_setting(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, tax=("VAT 10%", "28.18")))
    held = {line["code"]: line["remedy"] for line in shop.json("plan")["held"]}
    assert "vat_rate_percent" in held["tax-rate-unknown"]
    assert things(shop) == []


def test_skus_that_would_go_as_text_are_one_line(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, skus=("NEW-1", "NEW-2")))
    assert things(shop) == [("sku", "NEW-1, NEW-2", False, 2, "620.00")]
    assert shop.json("plan")["held"] == []
    shop("match", "--seen", "sku=*").expect(0)
    assert things(shop) == []


def test_a_word_about_nothing_is_refused_with_what_is_open(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, status="pending"))
    refused = shop("match", "--seen", "status=authorized").expect(2)
    assert "Open: status=pending" in refused.err
    assert "no kind of thing" in shop("match", "--seen", "colour=red").expect(2).err
    assert "KIND=VALUE" in shop("match", "--seen", "pending").expect(2).err


def test_orders_of_before_the_start_date_ask_nothing(shop: Shell) -> None:
    cash(shop)
    shop("plan")
    shop("import", later_file(shop, channel="PromptPay", day="2026-09-01 10:00:00 +0700"))
    assert things(shop) == []


def test_a_column_is_told_about_until_a_person_has_looked(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, column="Platform Fee"))
    assert [(one[0], one[1], one[2]) for one in things(shop)] == [("column", "Platform Fee", False)]
    shop("plan")
    assert [row["value"] for row in found(shop, "columns-new")] == ["Platform Fee"]
    shop("match", "--seen", "column=platform fee").expect(0)
    shop("import", later_file(shop, column="Platform Fee", first=40, name="third.csv"))
    assert things(shop) == []
    shop("plan")
    assert found(shop, "columns-new") == []


def test_an_order_that_names_two_new_words_asks_about_both(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, status="pending", source="TikTok Shop"))
    assert {(one[0], one[1]) for one in things(shop)} == {("status", "pending"), ("sales-channel", "TikTok Shop")}


def test_an_automatic_approval_answers_nothing(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, status="pending"))
    batch = shop.json("plan")["batch"]
    shop("approve", batch, "--as", "Nok (automatic)").expect(0)
    assert [one[1] for one in things(shop)] == ["pending"]


def test_a_person_says_what_an_unknown_word_means_and_the_files_are_read_anew(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, status="Wob bling"))
    assert {line["code"] for line in shop.json("plan")["held"]} == {"payment-status-unknown"}
    assert "status_words" in shop.json("plan")["held"][0]["remedy"]
    assert "cannot mean" in shop("match", "--means", "Wobbling=great").err
    assert "WORD=STATE" in shop("match", "--means", "Wobbling").err
    shop("match", "--means", "wobbling=unpaid").expect(0)
    assert 'wobbling = "unpaid"' in (shop.root / "recon.toml").read_text("utf-8")
    assert shop.json("plan")["held"] == []
    assert things(shop) == []  # who says what a word means is not asked about it again


def test_a_word_somebody_defined_in_the_settings_is_answered(shop: Shell) -> None:
    shop("plan")
    shop("import", later_file(shop, status="wobbling"))
    shop("plan")
    say(shop, "status_words", "Wobbling", value="open/unpaid")
    assert things(shop) == []
    assert not [line for line in shop.json("status")["waits"] if "new status" in line]


def test_a_word_that_is_read_as_both_states_has_both_meanings(shop: Shell) -> None:
    """Where one column says both, the second meaning must not take the place of the first: the order would wait forever."""
    shop("match", "--means", "wobbling=unpaid").expect(0)
    shop("match", "--means", "Wob bling=open").expect(0)
    assert 'wobbling = "open/unpaid"' in (shop.root / "recon.toml").read_text("utf-8")
    shop("match", "--means", "wobbling=paid", "--means", "other=shipped/paid").expect(0)
    text = (shop.root / "recon.toml").read_text("utf-8")
    assert 'wobbling = "open/paid"' in text and 'other = "shipped/paid"' in text
    for wrong in ("open/shipped", "paid/unpaid", "open/", "open/great"):
        assert "Nothing was set" in shop("match", "--means", f"wobbling={wrong}").err
    assert (shop.root / "recon.toml").read_text("utf-8") == text


def test_every_state_an_order_can_have_can_be_said() -> None:
    assert {*get_args(OrderStateName), *get_args(PaymentStateName)} == {*ORDER_STATES, *PAYMENT_STATES} - {"unknown"}

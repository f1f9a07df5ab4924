"""Contacts from an export to the sandbox ledger: created once and only when approved, reused by tax id, told before."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.sandbox.peak import SandboxPeak, sandbox_company
from tests.clock import FakeClock
from tests.shell import Shell
from tests.tui.buyers_shop import export, made, row

KNOWN = {"name": "ผู้ซื้อที่มีอยู่", "tax_id": "0105500000011", "branch": "สำนักงานใหญ่", "address": "1 ถนนสุขุมวิท"}
"""The sandbox has this company as C00001."""
FRESH = {"name": "บริษัท ใหม่ จำกัด", "tax_id": "0994000000006", "branch": "สาขาที่ 3", "address": "9 ถนนสีลม"}
MASKED = {"name": "ส***ย", "tax_id": "0105500000003", "branch": "00000"}


@pytest.fixture
def shop(tmp_path: Path, clock: FakeClock, key_store) -> Shell:
    shell = made(tmp_path / "books", clock)
    shell("connect", "--set-accounts").expect(0)
    return shell


def planned(shell: Shell, *rows: str) -> dict:
    number = len(list(shell.root.glob("*.csv")))
    shell("import", export(shell.root / f"{number}.csv", *rows)).expect(0)
    shell("match", "--link-all", "--all-channels", "BSV001")
    return shell.json("plan", code=4)


def sent(shell: Shell, batch: str) -> dict:
    shell("approve", batch, "--as", "Nok").expect(0)
    return shell.json("upload", batch, code=0)


def in_ledger(shell: Shell) -> dict[str, dict]:
    with SandboxPeak(path=shell.root / ".recon" / "sandbox" / "peak.db", company=sandbox_company()) as ledger:
        return {contact["code"]: contact for contact in ledger.contacts()}


def test_contacts_are_told_before_made_with_the_batch_and_reused_ever_after(shop: Shell) -> None:
    before = in_ledger(shop)
    facts = planned(shop, row("A1", **KNOWN), row("A2", **FRESH), row("A3"), row("A4", **MASKED))
    assert [(line["code"], line["state"], line["held"]) for line in facts["contacts"]] == [
        ("T0105500000011", "reused", ["C00001"]), ("T099400000000603", "to-create", []),
    ]  # fmt: skip
    assert {cause["code"] for cause in facts["other"]} >= {"buyer-masked"}
    printed = shop("plan").out
    assert "T099400000000603  บริษัท ใหม่ จำกัด" in printed
    assert "taken from the ledger C00001" in printed
    assert in_ledger(shop) == before, "a plan creates nothing"
    assert sent(shop, facts["batch"])["counts"] == {"posted": 4}
    after = in_ledger(shop)
    assert after.keys() - before.keys() == {"T099400000000603"}
    made_new = after["T099400000000603"]
    assert (made_new["name"], made_new["taxNumber"], made_new["branchCode"]) == (
        "บริษัท ใหม่ จำกัด", "0994000000006", "00003",
    )  # fmt: skip
    again = planned(shop, row("B1", **KNOWN), row("B2", **FRESH | {"name": "บริษัท ใหม่กว่า จำกัด"}), row("B3"))
    assert [line["state"] for line in again["contacts"]] == ["reused"]
    assert sent(shop, again["batch"])["counts"] == {"posted": 3}, "C00001 stands once in what recon knows"
    assert in_ledger(shop) == after, "what is there is never changed"
    assert shop.json("verify", again["batch"], code=0)["equal"] == 3


def test_the_newest_name_of_one_tax_id_is_created_and_both_are_shown(shop: Shell) -> None:
    facts = planned(
        shop,
        row("A1", **FRESH, day="2026-10-03"),
        row("A2", **FRESH | {"name": "บริษัท ใหม่กว่า จำกัด", "address": ""}, day="2026-10-05"),
    )
    (line,) = facts["contacts"]
    assert (line["name"], line["documents"]) == ("บริษัท ใหม่กว่า จำกัด", 2)
    (cause,) = (cause for cause in facts["other"] if cause["code"] == "buyer-differs")
    assert "A1" in cause["example"] and "ใหม่กว่า" in cause["example"]
    sent(shop, facts["batch"])
    contact = in_ledger(shop)["T099400000000603"]
    assert (contact["name"], contact["address"]) == ("บริษัท ใหม่กว่า จำกัด", "9 ถนนสีลม")


def test_a_standing_contact_of_a_channel_that_the_ledger_lacks_is_offered_and_made(shop: Shell) -> None:
    settings = shop.root / "recon.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + '\n[connections.shop.contacts.by_channel]\nshopee = "SHOP-SPE-99"\n', encoding="utf-8")
    facts = planned(shop, row("A1", channel="Shopee"), row("A2", channel="Shopee", name="น***า"))
    assert [(c["code"], c["state"], c["documents"]) for c in facts["contacts"]] == [("SHOP-SPE-99", "to-create", 2)]
    shop("decide", "approve", "--filter", "amount>0", "--as", "Nok").expect(0)
    assert (
        "Contact SHOP-SPE-99 (shopee) is not in the ledger's list"
        in shop("approve", "--decided", "--dry-run", "--as", "Nok").out
    )
    assert "SHOP-SPE-99" not in in_ledger(shop)
    sent(shop, facts["batch"])
    assert in_ledger(shop)["SHOP-SPE-99"]["name"] == "shopee"


def test_names_and_passports_where_the_channel_was_chosen(shop: Shell) -> None:
    shop.edit('default = "ONLINE"', 'default = "ONLINE"\nnamed_on = ["Web"]')
    person = {"name": "สมชาย ใจดี", "address": "1 ถนนสีลม"}
    foreigner = {"name": "John Smith", "tax_id": "AB1234567", "address": "2 Silom Road"}
    facts = planned(
        shop, row("A1", **person), row("A2", **person), row("A3", **foreigner), row("A4", **person, channel="Shopee"),
        row("A5", name="ส***ย", address="1 ถนนสีลม"),
    )  # fmt: skip
    codes = [line["code"] for line in facts["contacts"]]
    assert [code[0] for code in codes] == ["N", "P"]
    assert sent(shop, facts["batch"])["counts"] == {"posted": 5}
    fresh = {code: contact for code, contact in in_ledger(shop).items() if code in codes}
    assert [contact["name"] for contact in fresh.values()] == ["สมชาย ใจดี", "John Smith"]
    assert not any(contact.get("taxNumber") or contact.get("branchCode") for contact in fresh.values())
    assert len(in_ledger(shop)) == 6 + 2, "five orders, two contacts"


def test_an_import_file_creates_no_contact_and_the_plan_says_so(shop: Shell) -> None:
    shop.edit('target = "sandbox"', 'target = "peak-file"')
    facts = planned(shop, row("A1", **FRESH), row("A2"))
    assert [(line["code"], line["state"]) for line in facts["contacts"]] == [("T099400000000603", "by-hand")]
    assert "files create none" in shop("plan").out

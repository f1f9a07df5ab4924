"""`recon match` and `recon till` where two tills report to a Norwegian chart of accounts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from exports.till_sheets import ACCOUNT_COLUMNS, COUNT_COLUMNS
from recon.targets.base import LedgerAccount
from tests import till_world as world
from tests.clock import FakeClock
from tests.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return world.begun(tmp_path, FakeClock())


def accounts(facts: dict[str, list[dict[str, str]]]) -> dict[str, tuple[str, str, str]]:
    return {one["sku"]: (one["account"], one["tax_code"], one["tax_from"]) for one in facts["groups"]}


def test_everything_is_listed_proposed_and_missing_before_anything_is_mapped(shell: Shell) -> None:
    facts = shell.json("match", code=4)
    assert {one["state"] for one in facts["groups"]} == {"suggested"}
    assert facts["products"] == []
    channels = {one["channel"]: one["suggestion"] for one in facts["channels"]}
    assert channels["Kafé Torget/cash difference"] == "1909"
    assert channels["Brygga/to bank"] == "1920"
    missing = {(one["place"], one["thing"]): (one["what"], one["settlements"]) for one in facts["setup"]}
    assert missing["Kafé Torget", "100 Mat servert 25 %"] == ("account", 1)
    assert missing["Kafé Torget", "cash difference"] == ("payment", 0)
    assert missing["Brygga", "K7/31"] == ("count", 1)
    assert len(missing) == 22


def test_certain_proposals_are_taken_at_once_and_undone(shell: Shell) -> None:
    assert len(shell.json("match", "--take-accounts", "--dry-run", code=4)["changes"]) == 18
    taken = accounts(shell.json("match", "--take-accounts", "--as", "Kari", code=4))
    assert taken["Kafé Torget/110@15"] == ("3030", "31", "locked")
    assert taken["Kafé Torget/900@0"] == ("2900", "0", "mapped")
    assert taken["Kafé Torget/rounding"] == ("7740", "0", "none-needed")
    assert taken["Kafé Torget/100@25"][0] is None
    for _time in range(3):
        shell("match", "--undo")
    assert {one[0] for one in accounts(shell.json("match")).values()} == {None}


REFUSED = (
        (("--sku", "Kafé Torget/100@25", "--account", "4711"), "no account '4711'"),
        (("--sku", "Kafé Torget/100@25", "--account", "3900", "--vat-code", "9"), "no VAT code '9'"),
        (("--sku", "Kafé Torget/100@25", "--account", "3900", "--vat-code", "31"), "VAT code 31 has 15 %"),
        (("--sku", "Kafé Torget/110@15", "--account", "3030", "--vat-code", "3"), "locked to VAT code 31"),
        (("--sku", "Kafé Torget/100@25", "--account", "3030"), "locked to VAT code 31 (15 %), and the till says 25 %"),
        (("--sku", "Kafé Torget/10@25", "--account", "3000"), "did you mean 'Kafé Torget/100@25'"),
        (("--sku", "Kafé Torget/100@25", "--product", "P1"), "--account NUMBER"),
        (("--vat-code", "3"), "--sku SKU --account CODE"),
        (("--department", "Brygga=99"), "no department '99'"),
        (("--department", "Byen=10"), "No till stands at 'Byen'"),
        (("--project", "Brygga"), "write PLACE=CODE"),
        (("--tax-item", "3 (25 %)=31"), "VAT code 31 has 15 %"),
        (("--tax-item", "12 %=31"), "names no tax '12 %'"),
        (("--channel", "Brygga/VIPPS Vipps", "--method", "3000"), "no payment channel '3000'"),
        (("--accept", "Nobody/tip"), "no proposal for 'Nobody/tip'"),
)  # fmt: skip


def test_what_the_ledger_would_not_take_is_refused_with_words(shell: Shell) -> None:
    for words, said in REFUSED:
        ran = shell("match", *words).expect(2)
        assert said in ran.err, words
        assert "Nothing was changed." in ran.err


def test_account_vat_code_department_and_the_same_group_elsewhere(shell: Shell) -> None:
    shell("match", "--sku", "Kafé Torget/200@25", "--account", "3900", "--vat-code", "3", "--as", "Kari").expect(4)
    rows = {one["sku"]: one for one in shell.json("match")["groups"]}
    assert (rows["Kafé Torget/200@25"]["account"], rows["Kafé Torget/200@25"]["tax_from"]) == ("3900", "chosen")
    other = rows["Brygga/200@25"]
    assert (other["suggestion"], other["suggestion_tax"], other["certain"]) == ("3900", "3", "elsewhere")
    shell("match", "--accept", "Brygga/200@25", "--accept", "Brygga/to bank").expect(4)
    shell("match", "--sku", "Brygga/110@15", "--account", "3030").expect(4)
    shell("match", "--sku", "Brygga/200@25", "--account", "3010").expect(4)  # asks for a department
    lines = [one for one in shell.json("match")["setup"] if one["what"] == "department"]
    assert [(one["place"], one["where"]) for one in lines] == [("Brygga", 'recon match --department "Brygga=20"')]
    shell("match", "--department", "Brygga=20", "--as", "Kari")
    assert not [one for one in shell.json("match")["setup"] if one["what"] == "department"]
    assert 'Brygga = "20"' in (shell.root / "recon.toml").read_text("utf-8")
    assert "linked to 3010" in shell("match", "--why", "Brygga/200@25").out
    left = [one for one in shell.json("match")["groups"] if one["suggestion"] and not one["account"]]
    assert left
    shell("match", "--accept", "*", "--as", "Kari")
    rows = {one["sku"]: one for one in shell.json("match")["groups"]}
    assert [rows[one["sku"]]["account"] for one in left] == [one["suggestion"] for one in left]
    assert rows["Brygga/200@25"]["account"] == "3010"  # what a person chose stays


def test_a_project_is_asked_for_set_and_goes_with_the_voucher(shell: Shell) -> None:
    accounts = tuple(replace(one, needs_project=one.code == "3900") for one in world.CHART.accounts)
    projects = (LedgerAccount(code="P1", name="Brygga sommer"),)
    world.read_ledger(shell.root, FakeClock(), replace(world.CHART, accounts=accounts, projects=projects))
    shell("match", "--take-accounts", "--sku", "Brygga/200@25", "--account", "3900").expect(4)
    asked = [one for one in shell.json("match")["setup"] if one["what"] == "project"]
    assert [(one["place"], one["where"]) for one in asked] == [("Brygga", 'recon match --project "Brygga=P1"')]
    assert "no project 'P9'; it has: P1 Brygga sommer" in shell("match", "--project", "Brygga=P9").expect(2).err
    shell("match", "--project", "brygga=P1", "--as", "Kari").expect(4)
    assert not [one for one in shell.json("match")["setup"] if one["what"] == "project"]
    assert 'Brygga = "P1"' in (shell.root / "recon.toml").read_text("utf-8")


def test_connecting_says_what_the_orders_lack(shell: Shell) -> None:
    said = shell.json("connect")["missing"]
    assert (
        "accounts of 20 groups and payments (Brygga, Kafé Torget) are not named yet; recon match lists and proposes them"
        in said
    )
    assert not any("counted" in line for line in said)


def test_cash_is_counted_looked_at_twice_and_taken_away(shell: Shell) -> None:
    listed = shell.json("till", code=4)
    assert [(one["number"], one["expected"], one["state"]) for one in listed["lines"]] == [
        ("K1/214", "4500.00", "waiting"), ("K7/31", "3400.00", "waiting"),
    ]  # fmt: skip
    kept = shell.json("till", "count", "K1/214", "4 480,00", "--to-bank", "2980", "--as", "Kari")
    line = next(one for one in kept["lines"] if one["number"] == "K1/214")
    assert (line["counted"], line["difference"], line["to_bank"], line["counted_by"]) == (
        "4480.00",
        "-20.00",
        "2980.00",
        "Kari",
    )
    assert "say the same with --sure" in shell("till", "count", "K7/31", "2000").expect(2).err
    assert "more than the 100.00" in shell("till", "count", "K7/31", "100", "--to-bank", "200", "--sure").expect(2).err
    assert "These wait: K7/31" in shell("till", "count", "K9/1", "1").expect(2).err
    shell("till", "count", "K7/31", "2000", "--sure", "--remark", "stolen").expect(4)
    assert shell.json("till")["waiting"] == 0
    shell("match", "--undo")
    shell("till", "count", "K1/214", "--undo", "--as", "Kari").expect(4)
    assert shell.json("till")["waiting"] == 2


def test_a_count_behind_a_sent_settlement_is_closed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("till", "count", "K1/214", "4480").expect(4)
    key = shell.json("till")["lines"][-1]["order_key"]
    for module in ("till_counts", "match_undo"):
        monkeypatch.setattr(f"recon.service.{module}.sent_keys", lambda *_: frozenset([key]))
    assert {one["number"]: one["state"] for one in shell.json("till")["lines"]}["K1/214"] == "sent"
    assert "its voucher stands" in shell("till", "count", "K1/214", "4500").expect(2).err
    assert "its voucher stands" in shell("till", "count", "K1/214", "--undo").expect(2).err
    assert "could be undone" in shell("match", "--undo").expect(2).err


def test_json_is_as_documented(shell: Shell) -> None:
    from tests.tui.test_json import check

    shell("match", "--sku", "Kafé Torget/200@25", "--account", "3000").expect(4)
    shell("till", "count", "K1/214", "4480").expect(4)
    assert check(shell("match", "--json"))["groups"]
    assert check(shell("till", "--json"))["setup"]


def test_without_counts_no_channel_is_asked_for_them(tmp_path: Path) -> None:
    shell = world.begun(tmp_path, FakeClock(), settings={'counting = "hold"': 'counting = "off"'})
    facts = shell.json("till")
    assert {one["state"] for one in facts["lines"]} == {"not-needed"}
    assert not {"count", "to bank", "cash difference"} & {
        word for one in facts["setup"] for word in (one["what"], one["thing"])
    }


def test_a_shop_without_tills_has_no_counts(tmp_path: Path) -> None:
    from recon.workspace import make_workspace
    from tests.cases import story

    make_workspace(tmp_path / "books", (story.CASES / "us-tax-items" / "settings.toml").read_text("utf-8"))
    shell = Shell(tmp_path / "books", FakeClock())
    shell("connect").expect(0)
    assert "booked by products" in shell("till").expect(2).err
    assert "booked by products" in shell("match", "--sku", "X", "--account", "3000").expect(2).err


def test_accounts_and_counts_go_through_the_workbook(shell: Shell, tmp_path: Path) -> None:
    shell("match", "--sku", "Brygga/110@15", "--account", "3030").expect(4)
    file = tmp_path / "mappings.xlsx"
    shell("match", "--export", file).expect(4)
    book = load_workbook(file)
    groups, counts = book.worksheets[4:6]  # in the language of the company's workbooks
    at = {column.name: number for number, column in enumerate(ACCOUNT_COLUMNS, 1)}
    there = {column.name: number for number, column in enumerate(COUNT_COLUMNS, 1)}
    for row in range(1, groups.max_row + 1):
        sku = groups.cell(row, at["sku"]).value
        if sku == "Kafé Torget/100@25":
            groups.cell(row, at["new"]).value, groups.cell(row, at["new_code"]).value = "3900", "3"
        elif sku == "Brygga/110@15":
            groups.cell(row, at["new"]).value = None
    for row in range(1, counts.max_row + 1):
        if counts.cell(row, there["number"]).value == "K1/214":
            counts.cell(row, there["new"]).value, counts.cell(row, there["new_bank"]).value = "4 480,00", 2980
            counts.cell(row, there["new_remark"]).value = "byttet"
    book.save(file)
    shell("match", "--import", file, "--as", "Kari").expect(4)
    found = accounts(shell.json("match"))
    assert (found["Kafé Torget/100@25"], found["Brygga/110@15"][0]) == (("3900", "3", "chosen"), None)
    line = next(one for one in shell.json("till")["lines"] if one["number"] == "K1/214")
    assert (line["counted"], line["to_bank"], line["remark"], line["counted_by"]) == (
        "4480.00",
        "2980.00",
        "byttet",
        "Kari",
    )
    for row in range(1, groups.max_row + 1):
        if groups.cell(row, at["sku"]).value == "Brygga/200@25":
            groups.cell(row, at["new"]).value = "4711"
    for row in range(1, counts.max_row + 1):
        if counts.cell(row, there["number"]).value == "K7/31":
            counts.cell(row, there["new"]).value = "4.480"
    book.save(file)
    refused = shell("match", "--import", file).expect(2).err
    assert "2 problems" in refused and "no account '4711'" in refused and "sheet Cash counts, row" in refused

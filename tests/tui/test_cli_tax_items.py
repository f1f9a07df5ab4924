"""`recon match --tax-item`: items of the ledger for the shop's taxes, proposed, named, taken back, refused in words."""

from __future__ import annotations

import pytest

from tests.shell import Shell
from tests.tui.tax_world import CA, LA, NV, TX, begun


@pytest.fixture
def shell(shell_at) -> Shell:
    return shell_at(begun)


def test_the_command_names_items_proposes_them_and_refuses_what_is_not_there(shell: Shell) -> None:
    found = {tax["name"]: tax for tax in shell.json("match")["taxes"]}
    assert {name: tax["suggestion"] for name, tax in found.items()} == {
        CA: "CA Sales Tax", LA: "LA County Tax", NV: None, TX: "TX Sales Tax",
    }  # fmt: skip
    shell("match", "--tax-item", f"{CA}=CA Sales Tax", "--as", "Nok").expect(4)
    assert {tax["name"]: tax["percent"] for tax in shell.json("match")["taxes"]}[CA] == "7.25 %"
    assert shell.json("match", "--undo")["undone"]["name"] == "tax item 1"
    assert {tax["state"] for tax in shell.json("match")["taxes"]} == {"unmapped"}
    for words, says_so in (
        (f"{CA}=NV Sales Tax", "no sales tax item 'NV Sales Tax'; it has: CA Sales Tax"),
        ("VAT=CA Sales Tax", f"No order names the tax 'VAT'; there are: {CA}"),
        (CA, "write NAME=ITEM"),
    ):
        refused = shell("match", "--tax-item", words)
        assert refused.code == 2
        assert says_so in " ".join(refused.err.split())


def test_a_combination_without_a_group_is_listed_by_itself(shell: Shell) -> None:
    shell("match", "--tax-item", f"{CA}=CA Sales Tax", "--tax-item", f"{LA}=TX Sales Tax").expect(4)
    rows = {tax["name"]: tax for tax in shell.json("match")["taxes"]}
    both = f"{CA} + {LA}"
    assert rows[both]["state"] == "unmapped"
    shell("match", "--tax-item", f"{both}=CA, Los Angeles").expect(4)
    assert both not in {tax["name"] for tax in shell.json("match")["taxes"] if tax["state"] == "unmapped"}

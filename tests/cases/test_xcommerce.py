"""xCommerce by a column profile: mandatory questions, SKU = code, two services by one word, cash said, channels left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.sandbox.peak import sandbox_company
from recon.service.charge_products import ServiceGap, service_gaps
from recon.workspace import make_workspace
from tests.cases import story
from tests.clock import FakeClock
from tests.shell import Shell

CASE = story.CASES / "xcommerce-month"
FILE = CASE / "in" / "1-sales-15-june.csv"


@pytest.fixture
def books(tmp_path: Path) -> Shell:
    root = tmp_path / "books"
    make_workspace(root, (CASE / "settings.toml").read_text(encoding="utf-8"))
    shell = Shell(root, FakeClock())
    shell("connect").expect(0)
    return shell


def answers() -> list[str]:
    """The answers of the story."""
    lines = (CASE / "commands.txt").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if "--set grain=line" in line]
    return line.partition("=> ")[0].split()[3:]


def test_what_decides_the_accounting_has_to_be_answered(books: Shell) -> None:
    asked = books.json("profile", FILE, "--start", "xcommerce", code=4)
    questions = "\n".join(asked["questions"])
    for words in ("ค่าขนส่ง", "ค่าบริการ COD", "ช่องทางการชำระเงิน"):
        assert words in questions, words
    assert 'platform = "xcommerce"' in asked["toml"]
    given = answers()
    at = given.index("columns.cod_fee=ค่าเก็บเงินปลายทาง")
    refused = books("profile", FILE, *given[: at - 1], *given[at + 1 :])
    assert refused.code == 2 and "ค่าบริการ COD" in refused.err and "Nothing was written" in refused.err
    assert not (books.root / "profiles" / "xcommerce.toml").exists()
    books("profile", FILE, *given[:at], "columns.cod_fee=", *given[at + 1 :]).expect(4)  # a word is left open
    saved = (books.root / "profiles" / "xcommerce.toml").read_text(encoding="utf-8")
    assert 'platform = "xcommerce"' in saved and "cod_fee =" not in saved.replace("# cod_fee", "")


@pytest.mark.parametrize("start", ["zort", "bentoweb"])
def test_other_starters_ask_too_and_invent_no_heading(start: str, books: Shell) -> None:
    asked = books.json("profile", FILE, "--start", start, code=4)
    assert f'platform = "{start}"' in asked["toml"]
    assert any("ช่องทางการชำระเงิน" in question for question in asked["questions"])


def taken_in(shell: Shell) -> None:
    assert "what do 'ตีกลับ' mean?" in shell("profile", FILE, *answers()).expect(4).out
    shell("import", FILE).expect(4)


def test_a_sku_that_is_the_ledgers_code_is_linked_visibly(books: Shell) -> None:
    taken_in(books)
    report = books.json("match", code=4)
    linked = {
        row["sku"]: (row["product_code"], row["reason"]) for row in report["products"] if row["state"] == "linked"
    }
    assert linked["P00001"] == ("P00001", "code = SKU") and len(linked) == 5
    assert [row["sku"] for row in report["products"] if row["state"] == "unlinked"] == ["XC-NEW"]
    assert "5 linked (5 by the rule code = SKU)" in books("match").out
    books("match", "--sku", "P00001", "--product", "P00002")
    by_hand = {row["sku"]: (row["product_code"], row["reason"]) for row in books.json("match")["products"]}
    assert by_hand["P00001"] == ("P00002", ""), "a person's word counts before the rule"


def test_services_the_ledger_has_are_chosen_by_one_word(books: Shell) -> None:
    taken_in(books)
    checks = books.json("verify", "xcommerce")["lines"]
    said = [(row["text"], row["remedy"]) for row in checks if row["check"] == "services"]
    assert [remedy for _, remedy in said] == ["recon match --create-services"] * 2
    assert "the ledger has the service ค่าขนส่ง" in said[0][0] and "the service ค่าบริการ COD" in said[1][0]
    said = books("match", "--create-services", "--as", "Nok").out
    assert "shipping = product:S00001" in said and "cod_fee = product:S00002" in said
    assert "S00001 ค่าขนส่ง already" in books("match", "--create-services").out
    assert not [row for row in books.json("verify", "xcommerce")["lines"] if row["check"] == "services"]
    rules = {(row["sales_channel"], row["kind"]): row["code"] for row in books.json("match", "--charges")["charges"]}
    assert (rules["default", "shipping"], rules["default", "cod_fee"]) == ("S00001", "S00002")


def gaps(shell: Shell, *wanted: str) -> list[tuple[str, str, str]]:
    from recon.workspace import Workspace
    from tui.wiring import service_for

    with service_for(Workspace(shell.root), clock=shell.clock) as service:
        context = service._context
        name, rules = context.connection(None)
        found: tuple[ServiceGap, ...] = service_gaps(context, name, rules, wanted=wanted)
    return [(gap.kind, gap.state, gap.offer) for gap in found]


def waiting(shell: Shell) -> set[str]:
    """Return the charges whose orders are held for a service product; whatever the plan posts has none of them as text."""
    rows = shell.json("findings", "--code", "product-to-create")["findings"]
    assert all("recon match --create-services" in row["detail"] for row in rows)
    return {row["value"] for row in rows}


def test_services_the_ledger_lacks_are_created_as_approved_lines_and_then_chosen(
    books: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "recon.sandbox.peak.sandbox_company", lambda **changes: sandbox_company(**{**changes, "services": ()})
    )
    (books.root / ".recon" / "sandbox" / "peak.db").unlink()
    books("connect").expect(0)
    taken_in(books)
    both = ("shipping", "cod_fee")
    assert [state for _, state, _ in gaps(books, *both)] == ["not-there", "not-there"]
    said = books("match", "--create-services", "--as", "Nok").out
    assert "to be created in the ledger as service 'ค่าขนส่ง'" in said and "as service 'ค่าบริการ COD'" in said
    assert [state for _, state, _ in gaps(books, *both)] == ["to-create", "to-create"]
    books("match", "--channel", "พร้อมเพย์", "--method", "BSV001")
    counts = {row["kind"]: row["count"] for row in books.json("plan")["by_kind"]}
    assert counts["product"] == 2
    books("approve", "B0001", "--as", "Nok").expect(0)
    assert waiting(books) == {"shipping", "cod_fee"}  # and no document books them as text in the same batch
    books("upload", "B0001")
    assert [state for _, state, _ in gaps(books, *both)] == ["not-chosen", "not-chosen"]
    books("plan")
    assert waiting(books) == {"shipping", "cod_fee"}  # until the codes the ledger gave are chosen
    assert "shipping = product:" in books("match", "--create-services", "--as", "Nok").out
    assert gaps(books, *both) == []
    books("plan")
    assert waiting(books) == set()


def test_channels_without_an_account_count_as_cash_and_are_said_with_count_and_sum(books: Shell) -> None:
    taken_in(books)
    books("match", "--channel", "พร้อมเพย์", "--method", "BSV001")
    books("plan")
    rows = books.json("findings", "--code", "channel-as-cash")["findings"]
    assert {(row["value"], row["amount"]) for row in rows} == {
        ("COD", "349.00"),
        ("TrueMoney Wallet", "449.00"),
        ("โอนเงิน", "608.00"),
    }
    assert "TrueMoney Wallet: 2 orders, 449.00 in all, booked on CSH001." in {row["detail"] for row in rows}
    missing = books.json("findings", "--code", "channel-not-chosen")["findings"]
    assert [(row["value"], row["amount"]) for row in missing] == [("บัตรเครดิต", "370.00")]

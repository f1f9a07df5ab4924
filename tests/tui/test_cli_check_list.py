"""`recon verify CONNECTION`: every line of the check-list in each of its states, with where to set it."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from recon.sandbox.peak import Fault, SandboxPeak, sandbox_company
from recon.service.charge_rules import KINDS, parse_treatment
from recon.service.check_scope import charge_command
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.shell import Shell, closed_port
from tests.thai_shop import MID_MONTH
from tests.tui.buyers_shop import export, made, row
from tui.connection_checks import NAMES, STATES
from tui.grammar import build_parser

CONNECTION = "shop"


@pytest.fixture(autouse=True)
def no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at no timer of the machine the tests run on."""
    monkeypatch.setattr("tui.commands.verify.timer_is_in", lambda *_: False)


@pytest.fixture
def shop(tmp_path: Path, clock: FakeClock, key_store) -> Shell:
    return made(tmp_path / "books", clock)


@pytest.fixture
def ready(shop: Shell) -> Shell:
    """Connected, one order taken in and everything mapped."""
    shop("connect", "--set-accounts").expect(0)
    take(shop, row("A1"))
    shop("match", "--link-all", "--all-channels", "BSV001")
    return shop


def take(shell: Shell, *rows: str, code: int = 0) -> None:
    number = len(list(shell.root.glob("*.csv")))
    shell("import", export(shell.root / f"{number}.csv", *rows)).expect(code)


def settings(shell: Shell, text: str) -> None:
    path = shell.root / "recon.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def listed(shell: Shell, *words: str, code: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """The lines by what they are about."""
    facts = shell.json("verify", CONNECTION, *words, code=code)
    assert facts["blocks"] == any(line["state"] == "missing" for line in facts["lines"])
    found: dict[str, list[dict[str, Any]]] = {}
    for line in facts["lines"]:
        assert line["check"] in NAMES and line["state"] in STATES
        assert line["remedy"] or line["state"] in {"ok", "unknown"}, "where to set it"
        found.setdefault(line["check"], []).append(line)
    return found


def states(found: dict[str, list[dict[str, Any]]]) -> dict[str, set[str]]:
    return {check: {line["state"] for line in lines} for check, lines in found.items()}


# --- all in order, and nothing yet


def test_everything_in_order_is_exit_code_0(ready: Shell) -> None:
    found = listed(ready, code=0)
    assert {check for check, seen in states(found).items() if seen != {"ok"}} == {"package", "rights"}
    assert "PEAK does not say" in found["package"][0]["text"]
    assert "Both clocks" in found["clock"][0]["text"]
    assert "kept until" in found["token"][0]["text"]
    printed = ready("verify", CONNECTION).expect(0).out
    assert "Nothing is missing." in printed
    assert "  ok         Company" in printed


def test_nothing_is_kept_and_nothing_changed(ready: Shell) -> None:
    events = ready.json("verify", "--chain", code=0)["events"]
    ready("verify", CONNECTION).expect(0)
    assert ready.json("verify", "--chain", code=0)["events"] == events


def test_before_anybody_connected(shop: Shell) -> None:
    take(shop, row("A1"))
    found = listed(shop, "--offline", code=4)
    assert states(found)["ledger-answers"] == {"missing"}
    assert states(found)["lists"] == {"missing"}
    assert found["lists"][0]["remedy"] == "recon connect --refresh"
    assert states(found)["contacts"] == {"unknown"}


def test_before_the_first_order(shop: Shell) -> None:
    shop("connect", "--set-accounts").expect(0)
    found = listed(shop, code=0)
    assert (states(found)["orders"], found["orders"][0]["place"]) == ({"unknown"}, "importing")
    assert "skus" not in found


# --- what orders need


def test_channels_skus_and_charges_that_wait(shop: Shell) -> None:
    shop("connect", "--set-accounts").expect(0)
    take(shop, row("A1", payment="SCB"), row("A2", payment="TrueMoney", sku="NEW-1"), row("A3", payment="TrueMoney"))
    found = listed(shop, code=4)
    (channels,) = found["payment-channels"]
    assert (channels["state"], channels["count"], channels["total"]) == ("missing", 3, "321.00")
    assert "TrueMoney" in channels["text"] and channels["place"] == "channels"
    (skus,) = found["skus"]
    assert (skus["state"], skus["place"]) == ("missing", "products")
    assert "recon match --link-all" in skus["remedy"]
    printed = shop("verify", CONNECTION).expect(4).out
    assert "set it: recon match --channel NAME --method CODE" in printed
    assert "Something is missing" in printed


def test_channels_booked_as_cash_are_counted_in_sight(ready: Shell) -> None:
    ready.edit('unmapped = "hold"', 'unmapped = "cash"\ncash_method = "CSH001"')
    take(ready, row("B1", payment="K SHOP"))
    (line,) = (line for line in listed(ready, code=0)["payment-channels"] if line["state"] == "warning")
    assert (line["count"], line["total"]) == (1, "107.00")
    assert "K SHOP" in line["text"]


def test_a_chosen_channel_no_order_has(ready: Shell) -> None:
    ready.edit('payment_channels = ["*"]', 'payment_channels = ["SCB", "Cahs"]')
    (line,) = (line for line in listed(ready)["payment-channels"] if line["state"] == "warning")
    assert "Cahs" in line["text"] and "SCB" not in line["text"]


def test_a_service_product_the_ledger_lacks(ready: Shell) -> None:
    settings(
        ready, '\n[connections.shop.charges.Web]\nshipping = { product = "S-SHIP" }\ncod_fee = { account = "999999" }\n'
    )
    take(ready, row("B1", shipping="50.00", cod="20.00", total="177.00", amount="107.00"))
    found = listed(ready, code=4)
    (service,) = found["services"]
    assert "S-SHIP" in service["text"] and (service["count"], service["total"]) == (1, "50.00")
    assert service["setting"] == "charges.Web.shipping"
    assert service["remedy"] == "recon match --charge Web:shipping=product:S00001", "the ledger has ค่าขนส่ง"
    (charge,) = found["charges"]
    assert "999999" in charge["text"] and charge["setting"] == "charges.Web.cod_fee"


def test_shipping_of_a_platform_that_bills_it_itself(ready: Shell) -> None:
    take(
        ready,
        row("B1", channel="Lazada", shipping="50.00", total="157.00"),
        row("B2", channel="Shopee", shipping="40.00", total="147.00"),
    )
    (line,) = listed(ready)["shipping"]
    assert (line["state"], line["count"], line["total"]) == ("warning", 1, "50.00")
    assert line["remedy"] == "recon match --charge Lazada:shipping=leave-out"
    ready("match", "--charge", "Lazada:shipping=leave-out")
    (line,) = listed(ready)["shipping"]
    assert (line["state"], line["total"]) == ("ok", "50.00")


def test_a_status_word_nobody_explained(ready: Shell) -> None:
    take(ready, row("B1", status="parked"), code=4)
    found = listed(ready, code=4)
    (words,) = found["words"]
    assert (words["state"], words["count"]) == ("missing", 1)
    assert "parked" in words["text"]
    assert states(found)["vat"] == {"ok"}


# --- what the list proposes


_COMMAND = re.compile(r"recon (?:[^,;('\"]|'[^']*'|\"[^\"]*\")+")
_FILLED = {"NAME": "SCB", "SKU": "S-1", "CODE": "BSV001", "WORD": "parked", "STATE": "open", "FILE": "0.csv"}


def proposed(found: dict[str, list[dict[str, Any]]]) -> list[list[str]]:
    """Return every command the list names, as words, its blanks filled in."""
    texts = [line["remedy"] for lines in found.values() for line in lines]
    commands = [shlex.split(each) for text in texts for each in _COMMAND.findall(text)]
    fill = lambda word: re.sub(r"[A-Z]{3,}", lambda blank: _FILLED.get(blank[0], blank[0]), word)  # noqa: E731
    return [[fill(word) for word in words[1:]] for words in commands]


def test_every_command_the_list_proposes_is_taken(ready: Shell) -> None:
    settings(
        ready, '\n[connections.shop.charges.Web]\nshipping = { product = "NONE-1" }\ncod_fee = { product = "NONE-2" }\n'
    )
    take(
        ready,
        row("B1", status="parked", channel="Line Shop"),
        row("B2", shipping="50.00", cod="20.00", total="177.00", amount="107.00"),
        row("B3", payment="TrueMoney", sku="NEW-1"),
        code=4,
    )
    commands = proposed(listed(ready, code=4))
    flags = {word for words in commands for word in words if word.startswith("--")}
    assert {"--means", "--charge", "--channel", "--link-all"} <= flags
    for words in commands:
        build_parser().parse_args(words)
        if words[0] == "match":
            ran = ready(*words, "--dry-run")
            assert ran.code in {0, 4} or "(as last read)" in ran.err, (
                words,
                ran.err,
            )  # a made-up code; the form is right


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channel", ["default", "ร้าน'เรา"])
def test_what_is_offered_for_a_charge_is_taken_by_the_setter(ready: Shell, channel: str, kind: str) -> None:
    ready.edit('payment_channels = ["*"]', 'payment_channels = ["*"]\ntaxes = "line"\ndiscounts = "line"')
    rules = Workspace(ready.root).settings().connections["shop"]
    command, _, others = charge_command(channel, kind).partition(" (or ")
    words = shlex.split(command.replace("product:CODE", "product:P-1"))[1:]
    head = words[-1].partition("=")[0]
    for number, what in enumerate((words[-1].partition("=")[2], *others.removesuffix(")").split(", "))):
        treatment = what.replace("CODE", "410101") if "account" in what else what
        parse_treatment(kind, treatment, rules)
        if channel == "default" or number == 0:
            ran = ready("match", "--charge", f"{head}={treatment}", "--dry-run")
            assert ran.code in {0, 4} or "(as last read)" in ran.err, ran.err


def test_orders_the_settings_keep_away_are_not_counted(ready: Shell) -> None:
    """An order of a channel that is not chosen is never sent: nothing about it has to be mapped."""
    ready.edit('payment_channels = ["*"]', 'payment_channels = ["SCB"]')
    ready.edit('unmapped = "hold"', 'unmapped = "cash"\ncash_method = "CSH001"')
    take(ready, row("B1", payment="Card", sku="ZZZ-9"), row("B2", payment="Card"))
    found = listed(ready)
    assert states(found)["payment-channels"] == {"ok"}
    assert states(found)["skus"] == {"ok"}


def test_a_tax_that_does_not_tie(shell: Shell) -> None:
    shell("connect", "--set-accounts").expect(0)
    shell("import", MID_MONTH)
    (line,) = listed(shell, code=4)["vat"]
    assert (line["state"], line["count"], line["total"], line["place"]) == ("missing", 1, "468.66", "settings")


# --- contacts


def test_standing_contacts_the_ledger_lacks_or_cannot_take(ready: Shell) -> None:
    settings(
        ready, '\n[connections.shop.contacts.by_channel]\nWeb = "SHOP-WEB"\nShopee = "A-CODE-THAT-IS-FAR-TOO-LONG"\n'
    )
    lines = listed(ready, code=4)["contacts"]
    by_state = {state: [line for line in lines if line["state"] == state] for state in ("missing", "warning")}
    (long,) = by_state["missing"]
    assert "1 to 16 characters" in long["text"] and long["setting"] == "contacts.by_channel.Shopee"
    lacking, unused = by_state["warning"]
    assert "SHOP-WEB" in lacking["text"] and "creates it" in lacking["text"]
    assert "sales channel Shopee" in unused["text"]


# --- accounts, lists, company


def test_accounts_not_chosen_or_not_in_the_chart(ready: Shell) -> None:
    ready.edit('sales = "410101"', 'sales = "999999"')
    (sales,) = (line for line in listed(ready, code=4)["accounts"] if line["state"] == "missing")
    assert (sales["setting"], "999999" in sales["text"]) == ("accounts.sales", True)
    ready.edit('sales = "999999"', 'sales = ""')
    (sales,) = (line for line in listed(ready)["accounts"] if line["state"] == "warning")
    assert sales["setting"] == "accounts.sales"


def test_old_lists_are_a_warning(ready: Shell, clock: FakeClock) -> None:
    clock.at += dt.timedelta(days=31)
    assert states(listed(ready))["lists"] == {"warning"}


def test_a_company_without_a_tax_id_in_the_settings(ready: Shell) -> None:
    ready.edit('tax_id = "0105500000003"', 'tax_id = ""')
    (line,) = listed(ready)["tax-id"]
    assert (line["state"], line["setting"]) == ("warning", "company.tax_id")


# --- the ledger through its API


@pytest.fixture
def peak(tmp_path: Path, clock: FakeClock, key_store):
    theirs = FakeClock(clock.at)
    with SandboxPeak(clock=theirs, durable=False) as ledger:
        shell = made(tmp_path / "books", clock, target="peak", ledger=ledger.url)
        shell("connect", "--stdin", "--set-accounts", stdin=json.dumps(ledger.credentials)).expect(0)
        take(shell, row("A1"))
        shell("match", "--link-all", "--all-channels", "BSV001")
        yield shell, ledger, theirs


def test_the_keys_are_named_and_a_refused_log_in_blocks(peak) -> None:
    shell, ledger, _theirs = peak
    found = listed(shell, code=0)
    assert "connect_id" in found["ledger-keys"][0]["text"]
    assert ledger.credentials["connect_key"] not in shell("verify", CONNECTION).out
    assert not [line for lines in found.values() for line in lines if ledger.credentials["user_token"] in line["text"]]


def test_an_unreachable_ledger_is_a_line_and_the_rest_is_said_all_the_same(peak) -> None:
    shell, ledger, _theirs = peak
    shell.edit(ledger.url.rsplit("/api", 1)[0].rsplit(":", 1)[1], str(closed_port()))
    found = listed(shell, code=4)
    assert states(found)["ledger-answers"] == {"missing"}
    assert (states(found)["token"], states(found)["clock"]) == ({"unknown"}, {"unknown"})
    assert states(found)["skus"] == {"ok"}
    assert states(listed(shell, "--offline", code=0))["ledger-answers"] == {"unknown"}


def test_a_clock_that_is_off(peak, clock: FakeClock) -> None:
    shell, _ledger, theirs = peak
    assert states(listed(shell, code=0))["clock"] == {"ok"}
    theirs.at = clock.at - dt.timedelta(seconds=30)
    (line,) = listed(shell, code=0)["clock"]
    assert (line["state"], "30 s ahead of the ledger's" in line["text"]) == ("warning", True)
    theirs.at = clock.at + dt.timedelta(minutes=3)
    found = listed(shell, code=4)
    assert states(found)["clock"] == states(found)["ledger-answers"] == {"missing"}
    assert "behind" in found["clock"][0]["text"]


def test_another_company_behind_the_keys(peak) -> None:
    shell, _ledger, _theirs = peak
    shell.edit('tax_id = "0105500000003"', 'tax_id = "0994000000006"')
    (line,) = listed(shell, code=4)["company"]
    assert (line["state"], line["setting"]) == ("missing", "company.name")
    assert "0105500000003" in line["text"] and "0994000000006" in line["text"]


def test_what_the_ledger_lacks_stands_with_its_menu(tmp_path: Path, clock: FakeClock, key_store) -> None:
    with SandboxPeak(clock=clock, durable=False, company=sandbox_company(methods=())) as ledger:
        shell = made(tmp_path / "books", clock, target="peak", ledger=ledger.url)
        shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(4)
        (line,) = listed(shell, code=4)["ledger-lacks"]
    assert "ช่องทางการเงิน" in line["text"]


def test_a_package_without_the_api_is_said_in_the_ledgers_words(peak) -> None:
    shell, ledger, _theirs = peak
    ledger.inject(Fault(kind="revoked", path="/paymentmethods*", times=None))
    (line,) = listed(shell, code=4)["ledger-answers"]
    assert "Pro Plus or higher is needed" in line["text"]


# --- what goes on


def test_open_batches_and_documents_that_wait(ready: Shell) -> None:
    ready("plan").expect(4)
    (draft,) = listed(ready, code=0)["batches"]
    assert (draft["state"], draft["place"], draft["count"]) == ("warning", "review", 1)
    assert 'recon approve B0001 --as "YOUR NAME"' in draft["remedy"]
    ready("approve", "B0001", "--as", "Nok").expect(0)
    (approved,) = listed(ready, code=0)["batches"]
    assert (approved["remedy"], approved["place"]) == ("recon upload B0001", "upload")
    ready("upload", "B0001").expect(0)
    assert states(listed(ready, code=0))["batches"] == {"ok"}


def test_what_no_earlier_file_had_is_named(ready: Shell) -> None:
    ready("plan").expect(4)
    assert states(listed(ready))["new-things"] == {"ok"}
    take(ready, row("B1", channel="Instagram", payment="K SHOP"))
    (line,) = listed(ready, code=4)["new-things"]
    assert "Instagram" in line["text"] and line["remedy"].startswith("recon match --seen")


def test_the_timer_is_set_but_not_in(ready: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(ready, '\n[connections.shop.schedule]\nwhen = "daily"\nat = "05:10"\n')
    (line,) = listed(ready, code=0)["schedule"]
    assert (line["state"], line["remedy"]) == ("warning", "recon schedule install")
    assert "daily at 05:10; it never ran" in line["text"]
    for installed, state in ((True, "ok"), (None, "unknown")):
        monkeypatch.setattr("tui.commands.verify.timer_is_in", lambda *_, told=installed: told)
        assert states(listed(ready))["schedule"] == {state}


# --- names


def test_a_batch_of_the_same_name_wins_and_a_wrong_name_is_said(ready: Shell) -> None:
    ready.edit("connections.shop", "connections.B0001")
    assert ready.json("verify", "B0001")["schema"] == "recon.check-list/1"
    assert "B0009" in ready("verify", "B0009").expect(2).err
    assert "--offline is for" in ready("verify", "--offline").expect(2).err

"""`recon init` and `recon connect` as a person or a script calls them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from recon.config.settings import load_settings
from recon.sandbox.peak import Fault, SandboxPeak
from recon.sandbox.zort import ZortShop
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.shell import SANDBOX_COMPANY, Shell, run

FLAGS = ("--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01")


def init(root: Path, clock: FakeClock, *more: str):
    return run("init", root, *FLAGS, *more, clock=clock)


def test_the_sandbox_of_the_folder_takes_no_address_of_another_one(tmp_path: Path, clock: FakeClock) -> None:
    words = (
        "init",
        tmp_path / "books",
        "--no-input",
        "--company",
        "A",
        "--source",
        "shopify",
        "--start-date",
        "2026-01-31",
    )
    at = ("--ledger-url", "http://127.0.0.1:9/api/v1")
    ran = run(*words, "--target", "sandbox", *at, clock=clock).expect(2)
    assert "--target peak --environment sandbox" in ran.err
    assert not (tmp_path / "books").exists()
    run(*words, "--target", "peak", *at, "--environment", "sandbox", clock=clock).expect(0)


def test_init_writes_what_the_flags_say(tmp_path: Path, clock: FakeClock) -> None:
    ran = run(
        "init", tmp_path / "books", "--no-input", "--company", 'ร้าน "A" จำกัด', "--tax-id", "0105500000003",
        "--name", "main", "--source", "zort", "--target", "peak", "--shop", "a-shop", "--start-date", "2026-01-31",
        "--vat-registered", "no", "--prices", "with-vat", "--receipts", "paid-and-completed",
        "--invoices", "awaiting-transfer-unpaid", "--numbering", "ledger", "--ledger-url", "http://127.0.0.1:9/api/v1",
        "--source-url", "https://shop.example", "--environment", "test", clock=clock,
    ).expect(0)  # fmt: skip
    settings = load_settings(tmp_path / "books" / "recon.toml")
    rules = settings.connections["main"]
    assert (settings.company.name, settings.company.tax_id) == ('ร้าน "A" จำกัด', "0105500000003")
    assert (rules.source, rules.target, rules.shop, str(rules.start_date)) == ("zort", "peak", "a-shop", "2026-01-31")
    assert (rules.vat_registered, rules.prices, rules.receipts) == (False, "with-vat", "paid-and-completed")
    assert (rules.invoices, rules.numbering) == ("awaiting-transfer-unpaid", "ledger")
    assert (rules.ledger.base_url, rules.ledger.environment) == ("http://127.0.0.1:9/api/v1", "test")
    assert rules.source_api.base_url == "https://shop.example"
    assert "recon -C" in ran.out
    for folder in ("inbox", "audit", "outgoing", "profiles"):
        assert (tmp_path / "books" / folder).is_dir()
    assert (tmp_path / "books" / ".recon").stat().st_mode & 0o077 == 0


def test_init_of_tills_is_norwegian_and_takes_no_setting_of_shops(tmp_path: Path, clock: FakeClock) -> None:
    words = ("--source", "saft", "--tax-id", "999 999 999")
    ran = init(tmp_path / "kasse", clock, *words).expect(0)
    settings = load_settings(tmp_path / "kasse" / "recon.toml")
    assert (settings.company.currency, settings.company.tax_id) == ("NOK", "999999999")
    assert settings.connections["shop"].target == "sandbox-poweroffice", "what can be tried without keys"
    assert "import FILE" in ran.out
    refused = init(tmp_path / "more", clock, *words, "--prices", "with-vat", "--receipts", "paid").expect(2)
    assert "--prices, --receipts" in refused.err
    assert not (tmp_path / "more").exists()


def test_every_reading_command_works_right_after_init(tmp_path: Path, clock: FakeClock) -> None:
    init(tmp_path / "books", clock).expect(0)
    shell = Shell(tmp_path / "books", clock)
    for command, code in ((["status"], 0), (["verify"], 0), (["doctor"], 0), (["match"], 0), (["orders"], 2),
                          (["findings"], 2), (["documents"], 2), (["audit"], 2), (["journal"], 2),
                          (["show", "RT-1"], 2), (["plan"], 2), (["verify", "B0001"], 2)):  # fmt: skip
        ran = shell(*command)
        assert ran.code == code, (command, ran.err)
        assert "defect" not in ran.err


@pytest.mark.parametrize(("missing", "flag"), [("--company", "--company NAME"), ("--start-date", "--start-date")])
def test_a_missing_answer_without_terminal_names_its_flag(tmp_path, clock, missing: str, flag: str) -> None:
    words = list(FLAGS)
    at = words.index(missing)
    del words[at : at + 2]
    ran = run("init", tmp_path / "books", *words, clock=clock).expect(2)
    assert flag in ran.err
    assert not (tmp_path / "books").exists()
    del words[0]  # without --no-input, but no terminal either
    assert flag in run("init", tmp_path / "books", *words, clock=clock).expect(2).err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--start-date", "2569-01-31"), "2026"),
        (("--start-date", "31/01/2026"), "2026-01-31"),
        (("--ledger-url", "http://peak.example/api"), "https://"),
        (("--shop", "my shop"), "shop"),
    ],
)
def test_wrong_answers_are_refused_and_nothing_is_made(tmp_path, clock, flags, words: str) -> None:
    ran = init(tmp_path / "books", clock, *flags).expect(2)
    assert words in ran.err
    assert not (tmp_path / "books").exists()


def test_an_existing_workspace_is_left_as_it_is(tmp_path: Path, clock: FakeClock) -> None:
    init(tmp_path / "books", clock).expect(0)
    before = {path: path.read_bytes() for path in (tmp_path / "books").rglob("*") if path.is_file()}
    ran = run("init", tmp_path / "books", "--no-input", "--company", "Other", "--start-date", "2027-01-01", clock=clock)
    assert "workspace already" in ran.expect(2).err
    assert {path: path.read_bytes() for path in (tmp_path / "books").rglob("*") if path.is_file()} == before


def test_init_where_a_file_stands(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "books").write_text("mine", encoding="utf-8")
    init(tmp_path / "books", clock).expect(2)
    assert (tmp_path / "books").read_text(encoding="utf-8") == "mine"


def test_init_dry_run_shows_the_settings_and_makes_nothing(tmp_path: Path, clock: FakeClock) -> None:
    ran = init(tmp_path / "books", clock, "--dry-run").expect(0)
    assert tomllib.loads(ran.out.split("\n", 1)[1])["company"]["name"] == SANDBOX_COMPANY
    assert not (tmp_path / "books").exists()


def test_outside_a_workspace_commands_say_how_to_begin(tmp_path: Path, clock: FakeClock) -> None:
    assert "recon init" in run("-C", tmp_path, "status", clock=clock).expect(2).err


def test_a_misspelt_setting_is_named_with_a_close_match(shell: Shell) -> None:
    shell.edit("numbering =", "numberring =")
    ran = shell("status", "--json").expect(2)
    assert "did you mean `numbering`" in ran.err
    assert ran.facts["schema"] == "recon.error/1"


def test_the_sandbox_needs_no_keys(shell: Shell) -> None:
    facts = shell.json("connect", code=0)
    assert (facts["company"], facts["environment"], facts["source_says"]) == (SANDBOX_COMPANY, "sandbox", "")
    assert {"code": "BSV001", "name": "ธนาคารออมทรัพย์ 001"} in facts["methods"]


@pytest.fixture
def peak(tmp_path: Path, clock: FakeClock):
    """A shell in a workspace whose ledger is a PEAK on loopback, with that PEAK."""
    with SandboxPeak(clock=clock, durable=False) as ledger:
        init(tmp_path / "books", clock, "--target", "peak", "--ledger-url", ledger.url, "--environment", "test").expect(
            0
        )
        yield Shell(tmp_path / "books", clock), ledger


def lines_of(keys: dict[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in keys.items())


@pytest.mark.parametrize("form", [json.dumps, lines_of])
def test_keys_from_standard_input_open_the_ledger(peak, key_store, form) -> None:
    shell, ledger = peak
    facts = shell.json("connect", "--stdin", stdin=form(ledger.credentials), code=4)
    assert (facts["company"], facts["environment"]) == (SANDBOX_COMPANY, "test")
    assert any("accounts.sales" in text for text in facts["missing"])
    assert sorted(key_store.kept.values()) == sorted(ledger.credentials.values())
    shell("connect", "--refresh").expect(4)


def test_keep_file_is_readable_by_its_owner_alone_and_outside_the_workspace(peak, tmp_path, monkeypatch) -> None:
    shell, ledger = peak
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    shell("connect", "--stdin", "--keep", "file", stdin=json.dumps(ledger.credentials)).expect(4)
    (file,) = (tmp_path / "config").rglob("secrets.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert ledger.credentials["user_token"] in file.read_text(encoding="utf-8")
    assert not any(
        ledger.credentials["user_token"].encode() in p.read_bytes() for p in shell.root.rglob("*") if p.is_file()
    )
    shell("connect", "--refresh").expect(4)
    file.chmod(0o644)
    assert "can be read by others" in shell("connect", "--refresh").expect(2).err


def test_without_a_key_store_the_way_out_is_named(peak) -> None:
    shell, ledger = peak
    ran = shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(2)
    assert "--keep file" in ran.err


@pytest.mark.parametrize("given", ['{"connect_id": "a"', '{"connect_id": "a"}', "", "[1]", "connect_id=a\n"])
def test_incomplete_keys_are_refused_by_name(peak, key_store, given: str) -> None:
    shell, _ = peak
    ran = shell("connect", "--stdin", stdin=given).expect(2)
    assert "Standard input" in ran.err
    assert not key_store.kept


def test_no_terminal_and_no_stdin_names_the_option(peak) -> None:
    shell, _ = peak
    assert "--stdin" in shell("connect", "--no-input").expect(2).err


def test_f35_keys_of_another_company_are_refused_and_not_kept(peak, key_store) -> None:
    shell, ledger = peak
    ran = shell("connect", "--stdin", stdin=json.dumps(ledger.credentials_of("other"))).expect(2)
    assert SANDBOX_COMPANY in ran.err
    assert "บริษัท อีกแห่ง จำกัด" in ran.err
    assert not key_store.kept


def test_wrong_keys_do_not_replace_right_ones(peak, key_store) -> None:
    shell, ledger = peak
    shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(4)
    before = dict(key_store.kept)
    shell("connect", "--stdin", stdin=json.dumps({**ledger.credentials, "connect_key": "wrong"})).expect(5)
    assert key_store.kept == before


def test_keys_put_into_the_key_store_leave_the_file(peak, key_store, tmp_path, monkeypatch) -> None:
    shell, ledger = peak
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    shell("connect", "--stdin", "--keep", "file", stdin=json.dumps(ledger.credentials)).expect(4)
    shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(4)
    (file,) = (tmp_path / "config").rglob("secrets.json")
    assert ledger.credentials["user_token"] not in file.read_text(encoding="utf-8")
    assert ledger.credentials["user_token"] in key_store.kept.values()


@pytest.mark.parametrize("keep", ["keyring", "file"])
def test_f24_commands_share_one_token_of_the_ledger(peak, key_store, tmp_path, monkeypatch, keep: str) -> None:
    """Fifteen commands in a minute, where PEAK gives ten tokens."""
    shell, ledger = peak
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    shell("connect", "--stdin", "--keep", keep, stdin=json.dumps(ledger.credentials)).expect(4)
    for _ in range(15):
        shell("connect", "--refresh").expect(4)
    assert shell.clock.seconds == 0, "nobody had to wait"
    assert sum(seen.path == "/clienttoken" for seen in ledger.requests) == 2, (
        "one for the keys before they were kept, one since"
    )
    held = json.dumps([*key_store.kept.values()]) + "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "config").rglob("secrets.json")
    )
    assert "client-token-" in held
    assert not any(b"client-token-" in path.read_bytes() for path in shell.root.rglob("*") if path.is_file())


def test_f24_a_token_the_ledger_refuses_is_replaced_and_an_old_one_renewed(peak, key_store) -> None:
    shell, ledger = peak
    shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(4)
    shell("connect", "--refresh").expect(4)
    first = kept_token(key_store)
    ledger.inject(Fault(kind="expired", path="/user"))
    shell("connect", "--refresh").expect(4)
    second = kept_token(key_store)
    assert second != first
    shell.clock.forward(23 * 3600 + 1)
    shell("connect", "--refresh").expect(4)
    assert kept_token(key_store) not in {first, second}


def test_f24_without_a_key_store_the_eleventh_log_in_waits_and_says_so(peak, monkeypatch) -> None:
    shell, ledger = peak
    for _ in range(10):
        shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(2)
    ran = shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(2)
    assert "waiting 60 s, until 2026-11-02 02:01:00 UTC" in ran.err
    assert shell.clock.seconds == 60


def test_new_keys_do_not_ride_on_the_token_of_the_old_ones(peak, key_store) -> None:
    shell, ledger = peak
    shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(4)
    shell("connect", "--refresh").expect(4)
    for name, value in list(key_store.kept.items()):
        if value == ledger.credentials["connect_key"]:
            key_store.kept[name] = "changed behind our back"
    shell("connect", "--refresh").expect(5)


def kept_token(key_store) -> str:
    return next(value for (_, name), value in key_store.kept.items() if name.endswith("/client_token"))


def test_proposed_accounts_are_written_only_when_asked(peak, key_store) -> None:
    shell, ledger = peak
    settings = shell.root / "recon.toml"
    before = settings.read_text(encoding="utf-8")
    facts = shell.json("connect", "--stdin", stdin=json.dumps(ledger.credentials), code=4)
    said = {one["setting"]: (one["code"], one["name"], one["reason"]) for one in facts["proposals"]}
    assert said["sales"] == ("410101", "รายได้จากการขายสินค้า", "Its name says รายได้จากการขาย.")
    assert settings.read_text(encoding="utf-8") == before
    assert shell.json("connect", "--refresh", "--set-accounts", code=0)["proposals_written"] is True
    assert load_settings(settings).connections["shop"].accounts.sales == "410101"
    assert "# as it stands in the ledger" in settings.read_text(encoding="utf-8")


def test_match_writes_proposed_accounts_unless_it_refuses_something_beside_them(peak, key_store) -> None:
    shell, ledger = peak
    settings = shell.root / "recon.toml"
    shell("connect", "--stdin", stdin=json.dumps(ledger.credentials)).expect(4)
    before = settings.read_text(encoding="utf-8")
    refused = shell("match", "--take-accounts", "--tax-item", "VAT=CA Sales Tax").expect(2)
    assert "Nothing was changed." in " ".join(refused.err.split())
    assert settings.read_text(encoding="utf-8") == before
    facts = shell.json("match", "--take-accounts", code=0)
    assert (facts["proposals_taken"][0]["code"], facts["proposals"]) == ("410101", [])
    assert load_settings(settings).connections["shop"].accounts.sales == "410101"


def test_connect_names_the_shop_on_the_other_side(tmp_path, clock, key_store) -> None:
    with ZortShop(now=clock.now, merchant="ร้านตัวอย่าง") as shop:
        init(tmp_path / "books", clock, "--source", "zort", "--source-url", shop.url).expect(0)
        shell = Shell(tmp_path / "books", clock)
        keys = {"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret}
        assert "ร้านตัวอย่าง" in shell.json("connect", "--stdin", stdin=json.dumps(keys), code=0)["source_says"]
        ran = shell("connect", "--stdin", stdin=json.dumps({**keys, "apisecret": "wrong"})).expect(5)
    assert "wrong" not in ran.err + ran.out


def test_workspace_fixture_is_the_one_init_makes(workspace: Workspace) -> None:
    assert workspace.settings().connections["shop"].target == "sandbox"

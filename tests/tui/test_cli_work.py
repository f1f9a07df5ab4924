"""`recon match`, `plan`, `approve`, `upload` and `verify`: from open questions to documents, and every way it can stop."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from unittest import mock

import openpyxl
import pytest

from exports.import_files.peak_excel import CONFIRMATION_HEADING
from recon.sandbox.peak import Fault, SandboxPeak, sandbox_company
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.peak_books import peak_books, taken_in
from tests.shell import SANDBOX_COMPANY, Shell, closed_port, run
from tests.thai_shop import MID_MONTH, WHOLESALE
from tui.wiring import service_for

OTHER_NUMBERS = WHOLESALE.read_text(encoding="utf-8").replace("#100", "#200").replace("772000000100", "772000000200")
"""The same export with other orders."""


def truth(shell: Shell) -> list[tuple[str, str, int]]:
    """What the workspace's own sandbox ledger holds."""
    with SandboxPeak(path=shell.root / ".recon" / "sandbox" / "peak.db", company=sandbox_company()) as ledger:
        return [(document.kind, document.code, document.total_minor) for document in ledger.truth()]


# --- match


def test_match_shows_what_is_open_with_reasons(shell: Shell) -> None:
    shell("connect").expect(0)
    shell("import", MID_MONTH).expect(4)
    facts = shell.json("match", "--link-all", code=4)
    by_sku = {product["sku"]: product for product in facts["products"]}
    assert (by_sku["P00001"]["state"], by_sku["P00001"]["product_code"]) == ("linked", "P00001")
    assert (by_sku["BAG-NEW"]["state"], by_sku["BAG-NEW"]["suggestion"]) == ("suggested", "P00005")
    assert by_sku["BAG-NEW"]["reason"]
    idle = {channel["channel"] for channel in facts["channels"] if channel["state"] == "not-needed"}
    assert idle == {"", "(for testing) Bogus Gateway"}
    assert {channel["state"] for channel in facts["channels"]} == {"unmapped", "not-needed"}
    assert facts["open"] == 2 + len(facts["channels"]) - len(idle)


def test_match_is_done_when_only_channels_without_money_are_left(shell: Shell) -> None:
    shell("connect").expect(0)
    shell("import", MID_MONTH).expect(4)
    shell("match", "--link-all", "--text").expect(4)
    channels = shell.json("match", code=4)["channels"]
    wanted = [channel["channel"] for channel in channels if channel["state"] == "unmapped"]
    for channel in wanted[:-1]:
        shell("match", "--channel", channel, "--method", "BSV001").expect(4)
    done = shell("match", "--channel", wanted[-1], "--method", "BSV001").expect(0).out
    assert f"Payment channels: {len(wanted)} of {len(wanted)} mapped, 2 need no account" in done
    assert "Everything is mapped. next: recon plan" in done


def test_match_sets_what_the_options_say(shell: Shell) -> None:
    shell("connect").expect(0)
    shell("import", MID_MONTH).expect(4)
    shell("match", "--sku", "P00001", "--product", "P00002").expect(4)
    shell("match", "--channel", "LINE Pay", "--method", "CSH001", "--account", "111101").expect(4)
    facts = shell.json("match", "--accept", "BAG-NEW", "--link-all", "--all-channels", "BSV002", "--text", code=4)
    by_sku = {product["sku"]: product for product in facts["products"]}
    assert by_sku["BAG-NEW"]["product_code"] == "P00005"
    assert by_sku["P00001"]["product_code"] == "P00002", "a link a person set is not changed by --link-all"
    methods = {channel["channel"]: channel["method"] for channel in facts["channels"]}
    assert (methods["LINE Pay"], methods["PromptPay"]) == ("CSH001", "BSV002")
    assert methods["Gift Card + PromptPay"] is None, "paying with a gift card brings no money to a bank"
    assert 'unlinked = "text"' in (shell.root / "recon.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sku", "P00001"], "--product CODE, --as-text, or --account CODE"),
        (["--sku", "P00001", "--product", "NOPE"], "no product 'NOPE'"),
        (["--channel", "Bank Deposit"], "--method CODE"),
        (["--channel", "Bank Deposit", "--method", "NOPE"], "it has BSV001"),
        (["--link-all", "--channel", "Bank Deposit", "--method", "NOPE"], "Nothing was changed"),
        (["--text", "--accept", "NOPE"], "no suggestion"),
        (["--decide", "1001"], "ORDER=repost"),
        (["--decide", "#1001=burn"], "ORDER=repost"),
        (["--decide", "#9999=leave"], "0 orders"),
        (["--import", "nothing.xlsx"], "nothing.xlsx"),
    ],
)
def test_wrong_edits_change_nothing(shell: Shell, tree, options: list[str], words: str) -> None:
    shell("connect").expect(0)
    shell("import", WHOLESALE).expect(0)
    before = tree()
    assert words in shell("match", *options).expect(2).err
    assert tree() == before


def test_match_dry_run_changes_nothing(shell: Shell, tree, tmp_path: Path) -> None:
    shell("connect").expect(0)
    shell("import", WHOLESALE).expect(0)
    before = tree()
    book = tmp_path / "mappings.xlsx"
    ran = shell("match", "--dry-run", "--link-all", "--text", "--all-channels", "BSV001", "--export", book)
    assert "would set: payment channel Bank Deposit -> BSV001" in ran.out
    assert tree() == before
    assert not book.exists()


def test_mappings_go_out_to_excel_and_come_back(shell: Shell, tmp_path: Path, tree) -> None:
    shell("connect").expect(0)
    shell("import", WHOLESALE).expect(0)
    book = tmp_path / "mappings.xlsx"
    shell("match", "--export", book).expect(4)
    workbook = openpyxl.load_workbook(book)
    fill_in(workbook, {"P00001": "P00001", "P00002": "P00002", "P00004": "P00004", "P00005": "P00005", "P00006": "P00006",
                       "Bank Deposit": "BSV002"})  # fmt: skip
    workbook.save(book)
    facts = shell.json("match", "--import", book, code=0)
    assert facts["open"] == 0
    assert {channel["method"] for channel in facts["channels"]} == {"BSV002"}
    fill_in(workbook, {"P00001": "NO-SUCH"})
    workbook.save(book)
    before = tree()
    assert "NO-SUCH" in shell("match", "--import", book).expect(2).err
    assert tree() == before


def fill_in(workbook, codes: dict[str, str]) -> None:
    """Write ledger codes beside what they belong to, in the column a person would use."""
    for sheet in workbook.worksheets[:2]:
        heading = next(row for row in sheet.iter_rows(max_row=12) if sum(cell.value is not None for cell in row) >= 4)
        names = [str(cell.value or "").casefold() for cell in heading]
        target = next((i for i, name in enumerate(names) if "code" in name or "method" in name), None)
        assert target is not None, names
        for row in sheet.iter_rows(min_row=heading[0].row + 1):
            for cell in row:
                if cell.value in codes and cell.column - 1 != target:
                    row[target].value = codes[cell.value]
                    break


# --- plan


def test_planning_twice_gives_the_same_batch(ready: Shell) -> None:
    first, second = ready.json("plan", code=4), ready.json("plan", code=4)
    assert (first["batch"], second["batch"]) == ("B0001", "B0001")
    assert first["digest"] == second["digest"]
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["controls"]["difference"] == "0.00"
    assert ready.json("preview", code=4)["batch"] == "B0001"


def test_plan_dry_run_shows_the_plan_and_makes_no_batch(ready: Shell, tree) -> None:
    before = tree()
    dry = ready.json("plan", "--dry-run", code=4)
    assert (dry["documents"], dry["batch"], dry["dry_run"]) == (3, None, True)
    assert tree() == before
    real = ready.json("plan", code=4)
    same = ("documents", "total", "by_kind", "held", "controls")
    assert {name: dry[name] for name in same} == {name: real[name] for name in same}


def test_an_empty_plan_does_not_say_that_orders_left_out_are_in_the_ledger(ready: Shell) -> None:
    ready.edit("start_date = 2026-10-01", "start_date = 2027-01-01")
    ran = ready("plan").expect(0)
    assert "before-start-date" in ran.out
    assert "orders are left out, for the reasons under `Not posted`" in ran.out
    assert "holds everything" not in ran.out


def test_a_changed_mapping_makes_a_new_batch_and_supersedes_the_old(planned: Shell) -> None:
    planned("match", "--channel", "Bank Deposit", "--method", "BSV001").expect(0)
    assert planned.json("plan", code=4)["batch"] == "B0002"
    states = {batch["batch"]: batch["state"] for batch in planned.json("status")["batches"]}
    assert states == {"B0002": "draft"}
    planned("approve", "B0001", "--as", "Nok").expect(4)


def test_nothing_to_post_is_said_in_so_many_words(posted: Shell) -> None:
    ran = posted("plan")
    assert posted.json("plan")["batch"] is None
    assert "0 documents" in ran.out


# --- approve


def test_approval_needs_a_name(planned: Shell) -> None:
    assert "--as" in planned("approve", "B0001").expect(2).err
    assert "needs a name" in planned("approve", "B0001", "--as", "  ").expect(2).err


def test_approve_binds_the_name_to_the_digest(planned: Shell) -> None:
    plan = planned.json("plan")
    facts = planned.json("approve", "B0001", "--as", "Nok", code=0)
    assert (facts["batch"]["approved_by"], facts["batch"]["digest"]) == ("Nok", plan["digest"])
    assert facts["batch"]["approved_at"].startswith("2026-11-02T")
    assert "already" in planned("approve", "B0001", "--as", "Nok").expect(4).err


def test_approving_a_finished_batch_says_that_it_is_finished(posted: Shell) -> None:
    refused = posted("approve", "B0001", "--as", "Nok").expect(4)
    assert "approved by Nok" in refused.err and "out of date" not in refused.err


def test_approve_dry_run_approves_nothing(planned: Shell, tree) -> None:
    before = tree()
    assert planned.json("approve", "B0001", "--as", "Nok", "--dry-run", code=0)["dry_run"] is True
    assert tree() == before
    planned("upload", "B0001").expect(4)


def test_f17_settings_changed_after_the_plan_make_it_out_of_date(planned: Shell) -> None:
    planned.edit('shipping = { treatment = "book" }', 'shipping = { treatment = "book", account = "410301" }')
    ran = planned("approve", "B0001", "--as", "Nok", "--json").expect(4)
    assert ran.facts["kind"] == "StaleApproval"
    assert ran.facts["details"]
    assert "recon plan" in ran.facts["message"]


@pytest.mark.parametrize("change", ["setting", "mapping", "file"])
def test_f17_any_change_after_the_approval_voids_it(planned: Shell, tmp_path: Path, change: str) -> None:
    planned("approve", "B0001", "--as", "Nok").expect(0)
    if change == "setting":
        planned.edit('default = "ONLINE"', 'default = "WALKIN"')
    elif change == "mapping":
        planned("match", "--channel", "Bank Deposit", "--method", "BSV001").expect(0)
    else:
        edited = tmp_path / "later.csv"
        text = (
            WHOLESALE.read_text(encoding="utf-8")
            .replace(",6580.50,", ",6582.64,")
            .replace(",150.00,430.50,", ",152.00,430.64,")
        )
        edited.write_text(text, encoding="utf-8")
        assert planned.json("import", edited)["files"][0]["changed"] == 1
    ran = planned("upload", "B0001", "--json").expect(4)
    assert ran.facts["details"], "what changed is listed"
    assert planned.json("status")["batches"][0]["approved_by"] is None
    assert truth(planned) == []


def test_another_file_with_other_orders_voids_nothing(planned: Shell, tmp_path: Path) -> None:
    planned("approve", "B0001", "--as", "Nok").expect(0)
    other = tmp_path / "other.csv"
    other.write_text(OTHER_NUMBERS, encoding="utf-8")
    assert planned.json("import", other, code=0)["files"][0]["new"] == 3
    planned("upload", "B0001").expect(0)


def test_f84_documents_changed_behind_an_approval_are_not_sent(planned: Shell) -> None:
    planned("approve", "B0001", "--as", "Nok").expect(0)
    (folder,) = (planned.root / ".recon" / "frames" / "plans").iterdir()
    other = planned.json("plan")["digest"]
    path = folder / "documents.parquet"
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    ran = planned("upload", "B0001")
    assert ran.code in {4, 8}, ran.err
    assert truth(planned) == [], other


@pytest.fixture
def live(tmp_path: Path, clock: FakeClock, key_store):
    """A planned batch for a PEAK on loopback that counts as live, with that PEAK."""
    with SandboxPeak(path=tmp_path / "peak.db", clock=clock, durable=False) as ledger:
        shell = taken_in(peak_books(tmp_path / "books", ledger, clock, environment="live"), ledger)
        shell("plan").expect(4)
        yield shell, ledger


def approve_live(shell: Shell) -> None:
    shell("approve", "B0001", "--as", "Nok", "--confirm", "แซนด์บ็อกซ์").expect(0)


def test_a_live_ledger_asks_for_the_companys_short_name(live) -> None:
    shell, _ = live
    ran = shell("approve", "B0001", "--as", "Nok").expect(2)
    assert "LIVE" in ran.err
    assert "--confirm 'แซนด์บ็อกซ์'" in ran.err
    shell("approve", "B0001", "--as", "Nok", "--confirm", "บริษัท").expect(2)
    approve_live(shell)
    shell("upload", "B0001").expect(0)


def test_no_way_to_put_a_secret_on_the_command_line() -> None:
    from tui.grammar import build_parser

    options = [option for action in build_parser()._actions for option in action.option_strings]
    for command in build_parser()._subparsers._group_actions[0].choices.values():
        options += [option for action in command._actions for option in action.option_strings]
    assert not [o for o in options if any(word in o for word in ("key", "secret", "token", "password"))]


# --- upload


def test_upload_limit_resume_and_a_second_run_that_does_nothing(planned: Shell) -> None:
    planned("approve", "B0001", "--as", "Nok").expect(0)
    first = planned.json("upload", "B0001", "--limit", "1", code=4)
    assert (first["posted_now"], first["ending"], first["counts"]["queued"]) == (1, "limit", 2)
    rest = planned.json("upload", "B0001", code=0)
    assert (rest["posted_now"], rest["counts"]["posted"], rest["sums"]["posted"]) == (2, 3, "11882.17")
    again = planned.json("upload", "B0001", code=0)
    assert (again["posted_now"], again["counts"]["posted"]) == (0, 3)
    assert sorted(truth(planned)) == [
        ("receipt", "RT-1001", 658050),
        ("receipt", "RT-1002", 412476),
        ("receipt", "RT-1003", 117691),
    ]


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_a_limit_is_a_count(planned: Shell, limit: str) -> None:
    assert "--limit" in planned("upload", "B0001", "--limit", limit).expect(2).err


def test_upload_dry_run_sends_nothing(planned: Shell, tree) -> None:
    planned("approve", "B0001", "--as", "Nok").expect(0)
    before = tree()
    assert planned.json("upload", "B0001", "--dry-run", code=0)["posted_now"] == 0
    assert tree() == before


def test_without_approval_nothing_is_sent(planned: Shell) -> None:
    ran = planned("upload", "B0001").expect(4)
    assert "recon approve B0001 --as NAME" in ran.err
    assert truth(planned) == []


def test_a_ledger_that_cannot_be_reached_is_exit_code_5_and_nothing_is_unknown(live) -> None:
    shell, ledger = live
    approve_live(shell)
    shell.edit(ledger.url, f"http://127.0.0.1:{closed_port()}/api/v1")
    ran = shell("upload", "B0001", "--json").expect(5)
    assert ran.facts["schema"] in {"recon.error/1", "recon.upload/1"}
    batch = shell.json("status")["batches"][0]
    assert (batch["posted"], batch["unknown"], batch["refused"]) == (0, 0, 0)
    assert ledger.truth() == []


def test_an_outcome_nobody_knows_is_exit_code_6_until_a_look_up_ends_it(live, clock: FakeClock) -> None:
    """The ledger committed and the line was cut; the second run looks first and sends nothing twice (F18)."""
    shell, ledger = live
    approve_live(shell)
    ledger.inject(Fault(kind="cut", method="POST", path="/receipts*", times=None))
    facts = shell.json("upload", "B0001", code=6)
    assert facts["counts"].get("unknown", 0) >= 1
    assert facts["unknown"][0]["number"].startswith("RT-")
    assert "looks first" in facts["next_step"]
    assert any("not known yet" in text for text in shell.json("status", code=4)["waits"])
    assert shell.json("findings", "--code", "outcome-unknown", code=0)["findings"]
    ledger.clear_faults()
    clock.forward(600)
    shell.json("upload", "B0001", code=0)
    numbers = Counter(document.code for document in ledger.truth())
    assert numbers == {"RT-1001": 1, "RT-1002": 1, "RT-1003": 1}


def test_f35_the_wrong_company_at_upload_is_exit_code_8_and_nothing_is_sent(live, key_store) -> None:
    shell, ledger = live
    approve_live(shell)
    place = next(place for place in key_store.kept if place[1].endswith("user_token"))
    key_store.kept[place] = ledger.credentials_of("other")["user_token"]
    ran = shell("upload", "B0001", "--json").expect(8)
    assert ran.facts["kind"] == "WrongCompany"
    assert ledger.truth() == []


def refused_waits(shell) -> list[str]:
    """What the status and Home say of refused documents, which is one and the same."""
    said = [text for text in shell.json("status")["waits"] if "refused by the ledger" in text]
    with service_for(Workspace(shell.root), clock=shell.clock, write=False) as service:
        assert sum(wait.kind == "refused" for wait in service.overview().waits) == len(said)
    return said


def test_what_the_ledger_refused_comes_back_with_its_words(live) -> None:
    shell, ledger = live
    approve_live(shell)
    ledger.inject(
        Fault(kind="refuse", method="POST", path="/receipts*", containing="RT-1002", code="400", text="no such thing")
    )
    facts = shell.json("upload", "B0001", code=4)
    assert [row["number"] for row in facts["refused"]] == ["RT-1002"]
    assert "no such thing" in facts["refused"][0]["reason"]
    assert facts["counts"]["posted"] == 2
    (told,) = shell.json("findings", "--code", "ledger-refused", code=0)["findings"]
    assert (told["value"], told["amount"]) == ("RT-1002", "4124.76")
    assert "no such thing" in told["detail"]
    assert refused_waits(shell) == [
        "B0001: documents refused by the ledger: 1 (recon documents B0001 --status refused)"
    ]
    again = shell.json("plan", code=4)
    assert [row["order_number"] for row in again["rows"]] == ["#1002"], "mended, planned again, nothing else"
    assert refused_waits(shell) == [], "it waits in the draft"
    shell("approve", again["batch"], "--as", "Nok", "--confirm", "แซนด์บ็อกซ์").expect(0)
    shell("upload", again["batch"]).expect(0)
    assert shell.json("findings", "--code", "ledger-refused", code=0)["findings"] == []
    assert refused_waits(shell) == []
    first = next(each for each in shell.json("status")["batches"] if each["batch"] == "B0001")
    assert first["refused"] == 1, "in its own batch it stays refused"
    (still,) = shell.json("documents", "B0001", "--status", "refused")["documents"]
    assert (still["number"], still["state"]) == ("RT-1002", "refused")
    assert len(shell.json("documents", "B0001", "--status", "posted")["documents"]) == 2
    assert shell.json("documents", "B0001", "--status", "refused", "--kind", "invoice")["documents"] == []
    assert "any batch" in shell("documents", "B0001", "--status", "check").expect(2).err


def test_two_workspaces_of_one_company_never_post_one_document_twice(live, tmp_path, clock, key_store) -> None:
    """A colleague sends the same export from another workspace: the ledger's own number tells (F29)."""
    shell, ledger = live
    approve_live(shell)
    shell("upload", "B0001").expect(0)
    other = taken_in(peak_books(tmp_path / "second", ledger, clock), ledger)
    other("plan").expect(4)
    other("approve", "B0001", "--as", "Malee").expect(0)
    other("upload", "B0001")
    assert Counter(document.code for document in ledger.truth()) == {"RT-1001": 1, "RT-1002": 1, "RT-1003": 1}


def test_two_shops_of_one_company_with_the_same_order_numbers(posted: Shell, tmp_path: Path) -> None:
    """The second shop's #1001 gets a number of its own; what was posted for the first stays as it is."""
    file = posted.root / "recon.toml"
    text = file.read_text(encoding="utf-8")
    begin, end = text.index("[connections.shop]"), text.index("[approval]")
    second = (
        text[begin:end]
        .replace("connections.shop", "connections.second")
        .replace('shop = "thai-shop"', 'shop = "other"')
    )
    file.write_text(text[:end] + second + text[end:], encoding="utf-8")
    other = ("--connection", "second")
    posted("connect", *other).expect(0)
    posted("import", WHOLESALE, *other).expect(0)
    posted("match", "--link-all", "--all-channels", "BSV002", *other).expect(0)
    plan = posted.json("plan", *other, code=4)
    numbers = [row["number"] for row in plan["rows"]]
    assert len(set(numbers)) == 3
    assert not {"RT-1001", "RT-1002", "RT-1003"} & set(numbers)
    assert all(number.startswith("RT-100") for number in numbers)
    posted("approve", plan["batch"], "--as", "Nok").expect(0)
    posted("upload", plan["batch"]).expect(0)
    assert len(truth(posted)) == 6
    assert {order["order_key"].split(":")[1] for order in posted.json("orders", *other)["orders"]} == {"other"}


def test_a_package_without_api_gets_files_and_a_list_settles_them(tmp_path: Path, clock: FakeClock) -> None:
    run("init", tmp_path / "books", "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01",
        "--target", "peak-file", clock=clock).expect(0)  # fmt: skip
    shell = Shell(tmp_path / "books", clock)
    shell("import", WHOLESALE).expect(0)
    shell.edit('sales = ""', 'sales = "410101"')
    shell("match", "--text", "--all-channels", "BSV001").expect(0)
    batch = shell.json("plan", code=4)["batch"]
    need = shell("approve", batch, "--as", "Nok")
    if need.code == 2:
        shell("approve", batch, "--as", "Nok", "--confirm", "แซนด์บ็อกซ์").expect(0)
    with mock.patch("recon.upload.guards.shutil.disk_usage", return_value=mock.Mock(free=199 << 20)):
        assert "199 MB free" in shell("upload", batch).expect(8).err, "as for an upload by API (F05)"
    assert not list((shell.root / ".recon").glob("backups/*")) and not list((shell.root / "outgoing").iterdir())
    facts = shell.json("upload", batch, code=4)
    assert [path.name.rpartition("-before-")[2] for path in (shell.root / ".recon").glob("backups/*")] == ["upload.db"]
    assert facts["files"]
    assert all(Path(file).is_file() for file in facts["files"])
    assert facts["counts"] == {"needs_person": 3, "refused": 1}, "the credit note lacks accounts of six digits"
    assert "six digits" in facts["refused"][0]["reason"]
    taken = tmp_path / "taken.csv"
    taken.write_text("number,day\nRT-1001,x\n", encoding="utf-8")
    assert CONFIRMATION_HEADING in shell("upload", batch, "--confirm-taken", taken).expect(3).err
    taken.write_text(f"{CONFIRMATION_HEADING}\nRT-1001\nRT-1003\nRT-9999\n", encoding="utf-8")
    would = shell.json("upload", batch, "--confirm-taken", taken, "--dry-run", code=0)
    assert "2 of 3 documents" in would["words"] and would["counts"] == {"needs_person": 3, "refused": 1}
    settled = shell.json("upload", batch, "--confirm-taken", taken, code=4)
    assert settled["counts"] == {"by_hand": 2, "needs_person": 1, "refused": 1}


def test_f80_everything_recon_keeps_is_its_owners_alone_whatever_the_umask(request) -> None:
    before = os.umask(0)
    try:
        posted = request.getfixturevalue("posted")
        posted("audit").expect(0)
        private = posted.root / ".recon"
        (private / "holder.json").chmod(0o644)  # as an earlier version left it
        posted("match").expect(0)
    finally:
        os.umask(before)
    kept = [private, *private.rglob("*")]
    assert {"holder.json", "store.db", "peak.db", "orders.parquet", "facts.json"} <= {p.name for p in kept}
    assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []


# --- verify


def test_verify_reads_lists_and_not_each_document(tmp_path: Path, clock: FakeClock, key_store) -> None:
    """A few pages and one look at each kind of document, not a look at each document."""
    with SandboxPeak(clock=clock, durable=False) as ledger:
        shell = peak_books(tmp_path / "books", ledger, clock)
        shell("connect", "--stdin", "--set-accounts", stdin=json.dumps(ledger.credentials))
        shell("import", MID_MONTH)
        shell("match", "--link-all", "--text", "--all-channels", "BSV001")
        shell("plan").expect(4)
        shell("approve", "B0001", "--as", "Nok").expect(0)
        posted = shell.json("upload", "B0001")["counts"]["posted"]
        before = len(ledger.requests)
        facts = shell.json("verify", "B0001", code=0)
        asked = [seen for seen in ledger.requests[before:] if seen.method == "GET"]
        assert posted >= 15 and (facts["compared"], facts["equal"], facts["strangers"]) == (posted, posted, [])
        assert sum("code=" in seen.query for seen in asked) <= 3, "one of each kind"
        ledger.inject(Fault(kind="set-field", path="/receipts*", field="issuedDate", text="20261009", times=None))
        facts = shell.json("verify", "B0001", code=4)
    assert {row["field"] for row in facts["differences"]} == {"date"}
    assert len(facts["differences"]) > 5


def test_verify_reads_the_ledger_back(posted: Shell) -> None:
    facts = posted.json("verify", "B0001", code=0)
    assert (facts["compared"], facts["equal"], facts["differences"], facts["strangers"]) == (3, 3, [], [])


def test_verify_finds_what_others_posted_in_our_number_range(live, tmp_path, clock, key_store) -> None:
    shell, ledger = live
    approve_live(shell)
    shell("upload", "B0001").expect(0)
    export = tmp_path / "other.csv"
    export.write_text(OTHER_NUMBERS, encoding="utf-8")
    other = taken_in(peak_books(tmp_path / "second", ledger, clock), ledger, export)
    other("plan").expect(4)
    other("approve", "B0001", "--as", "Malee").expect(0)
    other("upload", "B0001").expect(0)
    found = shell.json("verify", "B0001", code=4)
    assert sorted(stranger["number"] for stranger in found["strangers"]) == ["RT-2001", "RT-2002", "RT-2003"]
    assert {stranger["code"] for stranger in found["strangers"]} == {"stranger-in-ledger"}
    assert (found["equal"], found["missing"]) == (3, [])


def test_verify_before_anything_is_posted_says_so(planned: Shell) -> None:
    assert "Nothing of B0001 is posted" in planned("verify", "B0001").expect(2).err


def test_the_chain_is_checked_and_a_broken_one_is_exit_code_8(posted: Shell) -> None:
    assert posted.json("verify", "--chain", code=0)["events"] > 5
    with sqlite3.connect(posted.root / ".recon" / "store.db") as store:
        for (trigger,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f"DROP TRIGGER {trigger}")
        store.execute("UPDATE events SET who = 'somebody else' WHERE seq = 3")
    ran = posted("verify", "--chain", "--json").expect(8)
    assert ran.facts["kind"] == "StoreDamaged"


def test_an_edited_workbook_is_found(posted: Shell, tmp_path: Path) -> None:
    path = Path(posted.json("audit", "B0001", code=0)["path"])
    facts = posted.json("verify", path, code=0)
    assert (facts["problems"], facts["chain_head_known"]) == ([], True)
    edited = Path(shutil.copy(path, tmp_path / "edited.xlsx"))
    workbook = openpyxl.load_workbook(edited)
    sheet = workbook["Documents"]
    cell = next(
        c for row in sheet.iter_rows(min_row=6) for c in row if isinstance(c.value, (int, float)) and c.value > 1000
    )
    cell.value = 1
    workbook.save(edited)
    found = posted.json("verify", edited, code=8)
    assert any("Documents" in problem for problem in found["problems"])


def test_workbooks_that_are_none(posted: Shell, tmp_path: Path) -> None:
    assert "There is no workbook" in posted("verify", tmp_path / "none.xlsx").expect(2).err
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 cut off")
    assert posted.json("verify", broken, code=8)["problems"]


def test_the_start_date_is_locked_after_the_first_upload_and_says_why(posted: Shell) -> None:
    posted.edit("start_date = 2026-10-01", "start_date = 2026-09-01")
    ran = posted("plan").expect(2)
    assert "locked" in ran.err
    assert "2026-10-01" in ran.err

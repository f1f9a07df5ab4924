"""`recon import`, `recon profile` and `recon pull` as a person calls them: what is taken, what is refused, and how it is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recon.sandbox.zort import ZortShop
from recon.sandbox.zort_orders import invented_orders, invented_products
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.shell import SANDBOX_COMPANY, Shell, closed_port, run
from tests.thai_shop import MID_MONTH, MONTH_END, WHOLESALE

ERRORS = Path(__file__).parents[2] / "fixtures" / "errors"
REFUSED = sorted(path for path in ERRORS.glob("*.csv") if path.with_suffix(".expected").is_file())
SAVED_AGAIN = Path(__file__).parents[2] / "fixtures" / "sources" / "shopify" / "saved-again.csv"
LINES = Path(__file__).parents[2] / "fixtures" / "sources" / "profile" / "back-office-lines.csv"


def test_a_good_file_is_taken_and_summed(shell: Shell) -> None:
    (file,) = shell.json("import", WHOLESALE, code=0)["files"]
    assert (file["status"], file["source"], file["orders"], file["rows"], file["new"]) == ("taken", "shopify", 3, 5, 3)
    assert file["total"] == file["stated_total"] == "11882.17"
    assert file["other_currencies"] == {}


def test_foreign_orders_are_in_no_sum_of_the_books(shell: Shell) -> None:
    (file,) = shell.json("import", MID_MONTH, code=4)["files"]
    assert (file["total"], file["stated_total"]) == ("13770.75", "13770.75")
    assert file["other_currencies"] == {"USD": "20.00"}
    assert "USD 20.00" in shell("import", "--dry-run", MONTH_END).expect(4).out


def test_f47_the_same_file_again_also_renamed_brings_nothing_new(shell: Shell, tree, tmp_path: Path) -> None:
    shell("import", WHOLESALE).expect(0)
    kept = [path for path in tree() if "/intake/" in path]
    renamed = shutil.copy(WHOLESALE, tmp_path / "orders (2).csv")
    for path in (WHOLESALE, renamed):
        (file,) = shell.json("import", path, code=0)["files"]
        assert (file["status"], file["new"], file["known"]) == ("known", 0, 3)
        assert "0 new" in file["message"]
    assert [path for path in tree() if "/intake/" in path] == kept


def test_f47_the_same_orders_saved_again_are_known_row_by_row(shell: Shell, tmp_path: Path) -> None:
    shell("import", WHOLESALE).expect(0)
    again = tmp_path / "again.csv"
    again.write_bytes(WHOLESALE.read_bytes().replace(b"\n", b"\r\n"))
    (file,) = shell.json("import", again, code=0)["files"]
    assert (file["status"], file["known"], file["new"], file["changed"]) == ("taken", 3, 0, 0)
    assert [cause["code"] for cause in file["causes"] if cause["code"] == "file-resaved"]


def test_f48_f49_a_later_export_shows_known_new_changed_and_gone(shell: Shell) -> None:
    shell("import", MID_MONTH).expect(4)
    (file,) = shell.json("import", MONTH_END, code=4)["files"]
    assert (file["known"], file["new"], file["changed"], file["gone"]) == (26, 4, 7, 1)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_file_that_cannot_be_read_is_refused_in_these_words(shell: Shell, tree, path: Path) -> None:
    before = tree()
    ran = shell("import", "--dry-run", path).expect(3)
    assert ran.out.splitlines()[0] == path.with_suffix(".expected").read_text(encoding="utf-8").rstrip("\n")
    assert tree() == before
    shell("import", path).expect(3)
    assert "no orders yet" in shell("plan").expect(2).err


def test_an_order_with_an_unreadable_amount_is_kept_out_with_row_column_and_value(shell: Shell) -> None:
    (file,) = shell.json("import", ERRORS / "amount-of-a-spreadsheet.csv", code=4)["files"]
    (cause,) = [cause for cause in file["causes"] if cause["severity"] == "refused"]
    assert (file["refused"], file["orders"], cause["code"]) == (1, 2, "amount-unreadable")
    assert cause["example"].startswith("row 5, column Total, value '6.580,50'")


def test_one_bad_file_does_not_stop_the_others(shell: Shell, tmp_path: Path) -> None:
    ran = shell("import", ERRORS / "empty.csv", tmp_path, tmp_path / "nothing.csv", WHOLESALE, "--json").expect(3)
    assert [file["status"] for file in ran.facts["files"]] == ["refused", "refused", "refused", "taken"]
    assert "is not a file" in ran.facts["files"][1]["message"]
    assert "There is no file" in ran.facts["files"][2]["message"]


def test_import_dry_run_tells_the_same_and_changes_nothing(shell: Shell, tree) -> None:
    shell("connect").expect(0)
    before = tree()
    dry = shell.json("import", "--dry-run", WHOLESALE, code=0)
    assert tree() == before
    real = shell.json("import", WHOLESALE, code=0)
    assert dry.pop("dry_run") is True
    assert real.pop("dry_run") is False
    assert dry == real


def test_a_file_of_another_source_names_the_connection_it_needs(tmp_path: Path, clock: FakeClock) -> None:
    run("init", tmp_path / "books", "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01",
        "--source", "zort", clock=clock).expect(0)  # fmt: skip
    ran = Shell(tmp_path / "books", clock)("import", WHOLESALE).expect(2)
    assert 'source = "shopify"' in ran.err


def test_two_connections_have_to_be_told_apart(workspace: Workspace, shell: Shell) -> None:
    text = workspace.settings_file.read_text(encoding="utf-8")
    more = (
        text[text.index("[connections.shop]") :]
        .replace("connections.shop", "connections.second")
        .replace('"thai-shop"', '"other-shop"')
    )
    workspace.settings_file.write_text(text + more[: more.index("[approval]")], encoding="utf-8")
    ran = shell("import", WHOLESALE).expect(2)
    assert "--connection" in ran.err
    assert "shop, second" in ran.err
    assert "Did you mean second?" in shell("import", WHOLESALE, "--connection", "seconds").expect(2).err


def test_a_profile_is_proposed_saved_and_used_to_the_end(shell: Shell) -> None:
    """From an unknown export with Thai headings to documents, as a stranger would do it."""
    shell("connect").expect(0)
    settings = shell.root / "recon.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("start_date = 2026-10-01", "start_date = 2026-01-01"), encoding="utf-8")
    asked = shell.json("profile", LINES, code=4)
    assert asked["saved_as"] == ""
    assert (asked["orders"], asked["total"]) == (4, "13465.00")
    assert any("รอแพ็ค" in question for question in asked["questions"])
    assert not list((shell.root / "profiles").iterdir())
    shell("profile", LINES, "--save", "back-office").expect(4)
    assert "there already" in shell("profile", LINES, "--save", "back-office").expect(2).err
    assert shell.json("profile", LINES, "--check", "back-office", code=0)["orders"] == 4
    shell("import", LINES, "--profile", "back-office").expect(4)
    shell("match", "--text", "--all-channels", "BSV001").expect(0)
    plan = shell.json("plan", code=4)
    assert [(row["number"], row["total"], row["vat"]) for row in plan["rows"]] == [
        ("RT-SO-6906-001", "606.00", "39.64"),
        ("RT-SO-6906-002", "12120.00", "792.90"),
    ]
    assert plan["controls"]["difference"] == "0.00"


def test_a_file_read_with_another_profile_counts_once(shell: Shell) -> None:
    shell("connect").expect(0)
    for name in ("first", "second"):
        shell("profile", LINES, "--save", name).expect(4)
        shell("import", LINES, "--profile", name).expect(4)
    shell("match", "--text", "--all-channels", "BSV001").expect(0)
    shell("plan")
    orders = shell.json("orders")["orders"]
    assert {order["order_key"].partition(":")[0] for order in orders} == {"first"}, (
        "the second profile goes on with the keys"
    )
    assert len({order["order_key"] for order in orders}) == len(orders)


def test_a_profile_of_another_platform_is_refused_before_it_doubles_anything(shell: Shell) -> None:
    shell("connect").expect(0)
    shell("profile", LINES, "--save", "first").expect(4)
    shell("import", LINES, "--profile", "first").expect(4)
    text = (shell.root / "profiles" / "first.toml").read_text(encoding="utf-8")
    (shell.root / "profiles" / "second.toml").write_text(
        text.replace('platform = "first"', 'platform = "second"').replace('profile = "first"', 'profile = "second"'),
        encoding="utf-8",
    )
    refused = shell("import", LINES, "--profile", "second").expect(2)
    assert "taken in as 'first'" in refused.err and "write platform = 'first'" in refused.err
    (shell.root / "profiles" / "first.toml").write_text(
        text.replace('platform = "first"', 'platform = "else"'), encoding="utf-8"
    )
    assert "planned a second time" in shell("plan").expect(2).err


def test_another_shop_name_is_refused_once_orders_are_there(ready: Shell) -> None:
    settings = ready.root / "recon.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('shop = "thai-shop"', 'shop = "other"'), encoding="utf-8"
    )
    for words in (("plan",), ("import", MONTH_END), ("match",)):
        refused = ready(*words).expect(2)
        assert "shop is 'other'" in refused.err and "Set it back to 'thai-shop'" in refused.err


def test_two_connections_of_the_same_source_and_shop_are_refused(workspace: Workspace, shell: Shell) -> None:
    text = workspace.settings_file.read_text(encoding="utf-8")
    more = text[text.index("[connections.shop]") :].replace("connections.shop", "connections.second")
    workspace.settings_file.write_text(text + more[: more.index("[approval]")], encoding="utf-8")
    assert "would have the same keys" in shell("status").expect(2).err


@pytest.mark.parametrize("name", ["Back Office", "../escape", "a/b", ""])
def test_profile_names_are_file_names(shell: Shell, name: str) -> None:
    shell("profile", LINES, "--save", name).expect(2)
    assert not list((shell.root / "profiles").iterdir())


def test_profiles_that_are_not_there(shell: Shell, tmp_path: Path) -> None:
    assert "There is no profile" in shell("profile", LINES, "--check", "nothing").expect(2).err
    assert "There is no profile" in shell("import", LINES, "--profile", "nothing").expect(2).err
    assert "There is no file" in shell("profile", tmp_path / "nothing.csv").expect(3).err


@pytest.fixture
def zort(tmp_path: Path, clock: FakeClock, key_store):
    """A connected workspace whose shop is a ZORT on loopback, with that shop."""
    import datetime as dt

    orders = invented_orders(dt.date(2026, 10, 1), 30, 1)
    with ZortShop(orders=orders, products=invented_products(), now=clock.now) as shop:
        run("init", tmp_path / "books", "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01",
            "--source", "zort", "--source-url", shop.url, clock=clock).expect(0)  # fmt: skip
        shell = Shell(tmp_path / "books", clock)
        keys = {"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret}
        shell("connect", "--stdin", stdin=json.dumps(keys)).expect(0)
        yield shell, shop


def test_pull_keeps_raw_answers_first_and_the_second_pull_brings_nothing_new(zort) -> None:
    shell, _ = zort
    first = shell.json("pull", "--since", "2026-10-01", code=4)
    assert sum(file["new"] for file in first["files"]) == 30
    assert list((shell.root / ".recon" / "intake").glob("*.json"))
    again = shell.json("pull", "--since", "2026-10-01")
    assert sum(file["new"] + file["changed"] for file in again["files"]) == 0


def test_pull_dry_run_keeps_nothing(zort) -> None:
    shell, _ = zort
    shell("pull", "--dry-run", "--since", "2026-10-01").expect(0)
    assert not list((shell.root / ".recon" / "intake").glob("*"))


def test_pull_products_counts_them(zort) -> None:
    shell, _ = zort
    assert shell.json("pull", "--products", code=0)["products"] == len(invented_products())


def test_pull_refuses_what_is_no_date(zort) -> None:
    shell, _ = zort
    assert "2026-01-31" in shell("pull", "--since", "1/10/2026").expect(2).err


def test_pull_without_an_api_says_so(shell: Shell) -> None:
    assert "recon import FILE" in shell("pull", "--since", "2026-10-01").expect(2).err


def test_pull_from_a_shop_that_is_not_there_is_exit_code_5(zort) -> None:
    shell, shop = zort
    settings = shell.root / "recon.toml"
    closed = settings.read_text(encoding="utf-8").replace(shop.url, f"http://127.0.0.1:{closed_port()}")
    settings.write_text(closed, encoding="utf-8")
    ran = shell("pull", "--since", "2026-10-01", "--json").expect(5)
    assert ran.facts["kind"] == "SourceUnavailable"


def test_a_file_read_while_it_is_kept_gives_the_frames_of_the_kept_file(shell: Shell) -> None:
    shell("connect").expect(0)
    shell("import", SAVED_AGAIN)
    (folder,) = (shell.root / ".recon" / "frames" / "intakes").iterdir()
    while_kept = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    assert b"file-resaved" in while_kept["findings.parquet"]  # said by the reading itself
    shutil.rmtree(folder)
    shell("plan")
    assert {path.name: path.read_bytes() for path in folder.glob("*.parquet")} == while_kept

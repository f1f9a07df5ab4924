"""Pulls from a BentoWeb shop by the commands a person types: repeated, overlapping, stopped in the middle, with secrets."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from recon.sandbox.bentoweb import BentoWebShop, Rules
from recon.sandbox.bentoweb_faults import BentoWebFault
from recon.sandbox.bentoweb_orders import FIRST_ORDER, invented_orders, later
from recon.sources.profiles import starter_text
from tests.cases.crash_world import COMPANY, World
from tests.cases.nursery import Nursery
from tests.cases.sweep import PROCESSES, kill, points, read_record
from tests.clock import FakeClock
from tests.recon.marketplace_files import csv_bytes, headings
from tests.recon.marketplace_files import shopee as shopee_row
from tests.shell import Shell, run

JUNE = dt.date(2026, 6, 1)
JULY = dt.datetime(2026, 7, 1, 2, 0, tzinfo=dt.UTC)
ORDERS = invented_orders(JUNE, 60, 1)
ALL = f"{FIRST_ORDER}-{FIRST_ORDER + 59}"
SECRETS = ("sandbox-secret-0001", "sandbox-password-0001", "-sandbox")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(JULY)


@pytest.fixture
def shop(clock: FakeClock) -> Iterator[BentoWebShop]:
    with BentoWebShop(orders=ORDERS, now=clock.now) as shop:
        yield shop


@pytest.fixture
def books(tmp_path: Path, clock: FakeClock, shop: BentoWebShop, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A workspace that reads the shop; its keys are kept."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = tmp_path / "books"
    run(
        "init", root, "--no-input", "--company", COMPANY, "--source", "bentoweb", "--target", "sandbox",
        "--source-url", shop.url, "--start-date", JUNE.isoformat(), "--invoices", "awaiting-transfer-unpaid", clock=clock,
    ).expect(0)  # fmt: skip
    shell = Shell(root, clock)
    set_api(shell, login_url=shop.login_url, requests_per_second=20)
    shell("connect", "--stdin", "--keep", "file", stdin=json.dumps(shop.keys)).expect(0)
    return shell


def set_api(shell: Shell, table: str = "source_api", **values: str | int) -> None:
    path = shell.root / "recon.toml"
    text = path.read_text(encoding="utf-8")
    heading = f"[connections.shop.{table}]\n"
    if heading not in text:
        text += f"\n{heading}"
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
    path.write_text(text.replace(heading, heading + lines), encoding="utf-8")


def seen(shell: Shell) -> list[tuple[str, str, str]]:
    return sorted((o["order_key"], o["total"], o["disposition"]) for o in shell.json("orders")["orders"])


def brought(shell: Shell, *words: str) -> dict[str, int]:
    files = shell.json("pull", *words)["files"]
    return {name: sum(file[name] for file in files) for name in ("orders", "new", "changed", "known")}


def test_the_same_pull_again_brings_nothing(books: Shell) -> None:
    assert brought(books, "--orders", ALL) == {"orders": 60, "new": 60, "changed": 0, "known": 0}
    assert books.json("pull", "--orders", ALL)["files"][0]["status"] == "known"
    cancelled = sum(order["order_status_id"] in {4, 6} for order in ORDERS)
    assert brought(books) == {"orders": 60 - cancelled, "new": 0, "changed": 0, "known": 60 - cancelled}
    books("plan").expect(4)
    before = seen(books)
    ran = books("pull").expect(0)
    assert (
        f"bentoweb: {60 - cancelled} orders answered exactly as they are kept; nothing of them was kept again"
        in ran.out
    )
    books("plan").expect(4)
    assert seen(books) == before and len(before) == 60


def test_pulls_that_overlap_double_nothing_whatever_their_order(books: Shell) -> None:
    halves = (f"{FIRST_ORDER}-{FIRST_ORDER + 39}", f"{FIRST_ORDER + 20}-{FIRST_ORDER + 59}")
    assert brought(books, "--orders", halves[1])["new"] == 40
    assert brought(books, "--orders", halves[0]) == {"orders": 40, "new": 20, "changed": 0, "known": 20}
    books("plan").expect(4)
    assert len(seen(books)) == 60


def test_an_older_answer_that_comes_later_changes_nothing(books: Shell, shop: BentoWebShop, tmp_path: Path) -> None:
    """A webhook's body that lay about: the shop's own moment of change decides, not the day of the import."""
    old = tmp_path / "webhook.json"
    old.write_text(json.dumps({"status": 1, "data": {"order": ORDERS[1]}}), encoding="utf-8")
    shop.replace_orders(later(ORDERS, dt.date(2026, 7, 3)))
    books("pull", "--orders", ALL).expect(4)
    books("import", old)
    books("plan").expect(4)
    (order,) = [o for o in books.json("orders")["orders"] if o["order_key"].endswith(str(ORDERS[1]["order_id"]))]
    assert order["payment_state"] == "paid"


EXPORT_PROFILE = """
kind = "orders"
platform = "bentoweb"
grain = "order"
[match]
required = ["order_id", "สถานะ"]
[read]
date_formats = ["%Y-%m-%d"]
[columns]
order_id = "order_id"
order_number = "เลขที่"
ordered_on = "วันที่"
total = "ยอดสุทธิ"
order_state = "สถานะ"
payment_state = "สถานะ"
payment_channel = "ชำระโดย"
sku = "รหัสสินค้า"
name = "สินค้า"
quantity = "จำนวน"
unit_price = "ราคา"
shipping = "ค่าส่ง"
"""
"""Headings are invented: BentoWeb publishes none. The labels are BentoWeb's own, from the starter."""


def test_the_same_order_from_the_api_and_from_an_export_is_one_order(books: Shell, tmp_path: Path) -> None:
    """An export read with a profile names new orders, and says of a known one that it was paid meanwhile."""
    starter = starter_text("bentoweb-orders-xlsx")
    words = starter[starter.index("[status_map.exact]") : starter.index("[constants]")]
    profile = f'profile = "bento-export"\nversion = 1\n{EXPORT_PROFILE.strip()}\n{words}[constants]\ncurrency = "THB"\n'
    (books.root / "profiles" / "bento-export.toml").write_text(profile, encoding="utf-8")
    waiting = ORDERS[1]
    assert waiting["order_status_id"] == 1
    rows = [
        "order_id,เลขที่,วันที่,ยอดสุทธิ,สถานะ,ชำระโดย,รหัสสินค้า,สินค้า,จำนวน,ราคา,ค่าส่ง",
        f"{waiting['order_id']},{waiting['ref_code']},2026-06-01,620.00,จัดส่งสินค้าแล้ว / ชำระเงินแล้ว,2,P00002,เสื้อ,2,290.00,40.00",
        "4410950,BW4410950,2026-06-02,330.00,รอการชำระเงิน,2,P00001,เสื้อ,1,290.00,40.00",
        "4410951,BW4410951,2026-06-03,330.00,ส่งไปดวงจันทร์,2,P00001,เสื้อ,1,290.00,40.00",
    ]
    export = tmp_path / "export.csv"
    export.write_text("\n".join(rows) + "\n", encoding="utf-8")
    books("pull", "--orders", str(waiting["order_id"]))
    books("import", "--profile", "bento-export", export).expect(4)
    books("plan").expect(4)
    states = {o["order_key"][-7:]: (o["order_state"], o["payment_state"]) for o in books.json("orders")["orders"]}
    assert states == {
        str(waiting["order_id"]): ("shipped", "paid"),
        "4410950": ("open", "unpaid"),
        "4410951": ("unknown", "unknown"),
    }


def test_the_same_order_from_the_marketplaces_own_export_is_one_order(books: Shell, shop: BentoWebShop) -> None:
    number = "260605K7Q2M8XP"
    line = {"sku": "CT01", "name": "เสื้อ", "qty": "2", "price": "299.00", "total": "598.00"}
    sold = {**ORDERS[13], "order_from": 16, "order_status_id": 3, "ref_code": "BW-1", "full_order_code": number,
            "date_created": "2026-06-05 10:00:00", "shipping": "38.00", "grand_total": "636.00", "order_item": [line]}  # fmt: skip
    shop.replace_orders([sold])
    books("pull", "--orders", str(sold["order_id"])).expect(0)
    settings = books.root / "recon.toml"
    shopee = settings.read_text(encoding="utf-8") + (
        '\n[connections.market]\nsource = "shopee"\ntarget = "sandbox"\nshop = "main"\nstart_date = 2026-06-01\n'
        'products = { unlinked = "text" }\ncharges = { default = { platform_voucher = "spread" } }\n'
    )
    settings.write_text(shopee, encoding="utf-8")
    export = books.root / "market.csv"
    export.write_bytes(csv_bytes(headings("shopee"), [shopee_row(number)]))
    os.utime(export, (books.clock.now().timestamp() - 60,) * 2)  # type: ignore[attr-defined]
    books("connect", "--connection", "market").expect(4)
    books("import", export, "--connection", "market").expect(0)
    books("plan", "--connection", "market")
    (order,) = books.json("orders", "--connection", "market")["orders"]
    assert (order["disposition"], order["reason"]) == ("held", "order-in-two-sources")


def test_what_may_still_change_is_asked_for_again_and_what_is_long_ago_is_not(books: Shell, clock, shop) -> None:
    books("pull", "--orders", ALL).expect(4)
    shop.requests.clear()
    clock.forward(45 * 86400)
    books("pull").expect(0)
    asked = {int(request.path.rpartition("/")[2]) for request in shop.requests if "order-full" in request.path}
    since = (clock.now().date() - dt.timedelta(days=60)).isoformat()
    expected = {o["order_id"] for o in ORDERS if o["date_created"] >= since and o["order_status_id"] not in {4, 6}}
    assert asked == expected and 0 < len(asked) < 40


def test_a_list_that_was_seen_answering_brings_new_orders_by_itself(books: Shell, shop: BentoWebShop) -> None:
    set_api(books, "bentoweb", store_id="812", list_path="/order/list/{store_id}")
    assert brought(books)["new"] == 60
    shop.replace_orders([*ORDERS, {**ORDERS[3], "order_id": 4_410_900, "ref_code": "BW4410900"}])
    assert brought(books)["new"] == 1


def test_without_numbers_list_or_known_orders_the_person_is_told_what_to_do(books: Shell) -> None:
    ran = books("pull").expect(2)
    assert "--orders" in ran.err and "--orders-from" in ran.err


def test_f25_f47_a_pull_that_breaks_keeps_what_came_and_the_next_one_goes_on(books: Shell, shop, clock) -> None:
    set_api(books, "bentoweb", store_id="812", list_path="/order/list/{store_id}")
    shop.add_fault(BentoWebFault(kind="status", path="/order/order-full/*", status=503, skip=53, times=5))
    books("pull").expect(5)
    shop.requests.clear()
    clock.forward(600)
    brought(books)
    asked = [request.path for request in shop.requests if "order-full" in request.path]
    assert len(asked) == 7, "53 of 60 were kept, and are not asked for twice"
    books("plan").expect(4)
    assert len(seen(books)) == 60
    shop.requests.clear()
    books("pull")
    again = sum("order-full" in request.path for request in shop.requests)
    assert again > 40, "a pull that came to its end is not taken up again"


def test_a_pull_that_fetched_nothing_is_not_taken_up_again(books: Shell, shop) -> None:
    books("pull").expect(2)
    books("pull", "--orders", ALL).expect(4)
    shop.requests.clear()
    books("pull")
    assert sum("order-full" in request.path for request in shop.requests) > 40


def test_a_pull_that_broke_long_ago_is_begun_anew(books: Shell, shop, clock) -> None:
    set_api(books, "bentoweb", store_id="812", list_path="/order/list/{store_id}")
    shop.add_fault(BentoWebFault(kind="status", path="/order/order-full/*", status=503, skip=53, times=5))
    books("pull").expect(5)
    shop.requests.clear()
    clock.forward(4 * 3600)
    books("pull")
    settled = sum(order["order_status_id"] in {4, 6} for order in ORDERS[:53])
    assert sum("order-full" in request.path for request in shop.requests) == 60 - settled


def test_a_dry_run_asks_and_keeps_nothing(books: Shell) -> None:
    ran = books("pull", "--orders", ALL, "--dry-run").expect(0)
    assert "not kept" in ran.out
    assert list((books.root / ".recon" / "intake").glob("*")) == []


def test_orders_named_in_a_file_are_asked_for(books: Shell, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("\ufefforder_id,total\n4410001,330.00\n\n4410004,808.00\n4410001,330.00\n", encoding="utf-8")
    assert brought(books, "--orders-from", str(path))["orders"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--orders", "BW1,4410001,7-3"), "BW1, 7-3 is no order number"),
        (("--orders", "1-999999"), "no range like"),
        (("--orders-from", "missing.txt"), "missing.txt cannot be read"),
        (("--orders", "1", "--status", "3"), "publishes no filter"),
    ],
)
def test_numbers_nobody_can_ask_for_are_refused_before_anything_is_sent(books: Shell, shop, words, told) -> None:
    shop.requests.clear()
    assert told in books("pull", *words).expect(2).err
    assert shop.requests == []


@pytest.mark.parametrize(
    ("content", "told"), [(b"no\nBW12\n", "row 2 (BW12)"), (b"", "any row"), (b"\xff\xfe\x00", "no text")]
)
def test_a_file_without_order_numbers_is_refused(books: Shell, tmp_path: Path, content, told) -> None:
    path = tmp_path / "numbers.txt"
    path.write_bytes(content)
    assert told in books("pull", "--orders-from", path).expect(2).err


def test_an_answer_without_the_orders_total_can_be_read_once_its_name_is_set(books: Shell, shop) -> None:
    """Raw answers are kept first; the right name makes orders of them without asking again."""
    shop.replace_orders(
        [{**{k: v for k, v in o.items() if k != "grand_total"}, "sum_due": o["grand_total"]} for o in ORDERS]
    )
    ran = books("pull", "--orders", ALL).expect(4)
    assert "No answer has the field grand_total (total)" in ran.out and "sum_due" in ran.out
    books("plan")
    assert seen(books) == []
    set_api(books, "bentoweb.fields", total="sum_due")
    books("plan").expect(4)
    assert len(seen(books)) == 60


def test_f76_no_key_and_no_token_in_the_workspace_or_in_what_is_said(books: Shell, shop: BentoWebShop) -> None:
    ran = [books("pull", "--orders", ALL), books("connect", "--refresh")]
    token = shop.requests[-1].token
    assert token.endswith("-sandbox")
    shop.add_fault(BentoWebFault(kind="status", path="/order/*", status=418, text=token, times=9))
    ran += [books("pull", "--orders", "4410001"), books("pull", "--json"), books("findings"), books("status", "--json")]
    for each in ran:
        assert not [secret for secret in SECRETS if secret in each.out + each.err], each.argv
    for path in books.root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [secret for secret in SECRETS if secret.encode() in content], path


def test_connect_says_what_the_token_confirmed_in_words_and_in_json(books: Shell) -> None:
    set_api(books, "bentoweb", store_id="812")
    said = books("connect", "--refresh").expect(0).out
    assert "shop system: BentoWeb shop 812, logged in" in said
    assert (
        "  confirmed: /order/list/812 lists orders (60 in one answer; fields: grand_total, is_paid, order_id)" in said
    )
    assert any(
        check.startswith("confirmed in one order") for check in books.json("connect", "--refresh")["source_checks"]
    )


@pytest.mark.parametrize(
    ("table", "name", "value", "told"),
    [
        ("", "receipts", "paid-and-completed", "BentoWeb has no state for completed"),
        ("", "record_kinds", ["sale", "purchase"], "BentoWeb has sales only"),
        ("bentoweb.fields", "total", "not a name!", "bentoweb.fields.total"),
        ("bentoweb", "list_path", "http://x", "bentoweb.list_path"),
        ("bentoweb", "store_id", "shop", "bentoweb.store_id"),
    ],
)
def test_settings_that_do_not_fit_bentoweb_are_refused(books: Shell, table, name, value, told) -> None:
    if table:
        set_api(books, table, **{name: value})
    else:
        path = books.root / "recon.toml"
        text = path.read_text(encoding="utf-8")
        start = text.index(f"{name} = ")
        path.write_text(
            text[:start] + f"{name} = {json.dumps(value)}\n" + text[text.index("\n", start) :], encoding="utf-8"
        )
    assert told in books("status").expect(2).err


class TestKilled:
    """The pull runs in a process of its own and is killed at each kind of point."""

    pytestmark = PROCESSES

    @pytest.mark.slow  # tests/cases/test_crash_pull.py kills the same steps with ZORT at every change
    def test_f01_f47_a_pull_killed_again_and_again_ends_like_one_that_was_not(
        self, nursery: Nursery, tmp_path: Path
    ) -> None:
        with BentoWebShop(orders=ORDERS, rules=Rules()) as shop:
            undisturbed, world = (
                self.workspace(tmp_path / "a", nursery, shop),
                self.workspace(tmp_path / "b", nursery, shop),
            )
            pull = ("pull", "--orders", ALL)
            record = tmp_path / "record"
            undisturbed.run(*pull, record=record).expect(0, 4)
            passed = points(read_record(record))
            assert ("intake-file.after", 2) in passed, "two files of answers"
            for point in dict.fromkeys(point for point, _ in passed):
                kill(world, pull, point)
            world.run(*pull).expect(0, 4)
            again = world.run(*pull, "--json").expect(0, 4).facts()
            assert sum(file["new"] + file["changed"] for file in again["files"]) == 0
        for one in (world, undisturbed):
            one.run("plan").expect(0, 4)
        listed = [
            sorted(
                (o["order_key"], o["total"], o["disposition"]) for o in one.run("orders", "--json").facts()["orders"]
            )
            for one in (world, undisturbed)
        ]
        assert listed[0] == listed[1] and len(listed[0]) == 60
        world.check_restart()

    def workspace(self, folder: Path, nursery: Nursery, shop: BentoWebShop) -> World:
        world = World(folder, nursery)
        world.run(
            "init", str(world.root), "--no-input", "--company", COMPANY, "--source", "bentoweb", "--target", "sandbox",
            "--source-url", shop.url, "--start-date", JUNE.isoformat(),
        ).expect(0)  # fmt: skip
        world.set_source(login_url=shop.login_url, requests_per_second=20)
        world.run("connect", "--keep", "file", "--stdin", stdin=json.dumps(shop.keys)).expect(0, 4)
        return world

"""A product the ledger lacks: marked, planned as a line of its own, approved, created once, linked; then its orders follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.screens.match_world import CATALOG, SOLD, match_world, write_orders
from tests.shell import Shell
from tui.wiring import service_for

LEDGER = tuple(one for one in CATALOG if one[0] != "mug")
"""A list without the two products that are written alike."""


def matched(folder: Path, clock: FakeClock) -> None:
    """Seven orders; every SKU the ledger has is linked, every payment channel mapped; XX-1 is what it lacks."""
    shell = match_world(folder / "books", clock, catalog=LEDGER[:3])
    shell("connect", "--refresh").expect(0)
    shell("match", "--accept", "P-00002", "--accept", "TS-WHITE-M", "--link-all", "--all-channels", "BSV001").expect(4)
    shell("match", "--sku", "MUG", "--as-text").expect(4)


@pytest.fixture
def shop(shell_at) -> Shell:
    """Seven orders; XX-1 is what the ledger lacks."""
    return shell_at(matched)


def products(shell: Shell) -> dict[str, dict[str, Any]]:
    return {row["sku"]: row for row in shell.json("match")["products"]}


def new_products(shell: Shell, *more: str) -> list[dict[str, Any]]:
    return [row for row in shell.json("documents", *more)["documents"] if row["kind"] == "product"]


def codes(shell: Shell, code: str) -> list[dict[str, Any]]:
    return shell.json("findings", "--code", code)["findings"]


def sent(shell: Shell, batch: str) -> dict[str, Any]:
    shell("approve", batch, "--as", "Nok").expect(0)
    return shell.json("upload", batch)


# the whole way --------------------------------------------------------------------------------------------------


def test_a_marked_product_is_created_linked_and_its_orders_follow(shop: Shell) -> None:
    said = shop("match", "--create", "XX-1=ปลอกหมอน", "--as", "Nok").expect(4).out
    assert "SKU XX-1: to be created in the ledger as product 'ปลอกหมอน'" in said
    assert (products(shop)["XX-1"]["state"], products(shop)["XX-1"]["new_name"]) == ("to-create", "ปลอกหมอน")
    plan = shop.json("plan")
    assert {row["kind"]: (row["count"], row["total"]) for row in plan["by_kind"]} == {
        "receipt": (5, "1170.00"), "product": (1, "0.00"),
    }  # fmt: skip
    assert plan["controls"]["difference"] == "0.00"
    assert plan["controls"]["held"] == "1029.00", "the order of XX-1, and one without a SKU"
    assert plan["period"] == ["2026-10-12", "2026-10-12"], "the day it was marked is no business day"
    (line,) = new_products(shop)
    assert (line["order_number"], line["total"], line["reason"], line["document_key"]) == (
        "XX-1", "0.00", "create-product", "sku:xx-1/product/1",
    )  # fmt: skip
    (held,) = codes(shop, "product-to-create")
    assert (held["value"], held["amount"]) == ("XX-1", "999.00")
    done = sent(shop, "B0001")
    assert (done["counts"], done["products_created"], done["orders_to_plan"]) == ({"posted": 6}, 1, 1)
    assert done["next_step"].startswith("recon plan")
    row = products(shop)["XX-1"]
    assert (row["state"], row["product_name"]) == ("linked", "ปลอกหมอน")
    (entry,) = shop.json("match", "--why", "XX-1")["why"]["history"]
    assert (entry["who"], entry["to"], entry["reason"]) == ("Nok", row["product_code"], "created in B0001")
    after = shop.json("plan")
    assert [(doc["number"], doc["kind"]) for doc in after["rows"]] == [("RT-3005", "receipt")]
    shown = shop.json("show", "RT-3005")
    assert [each["product_code"] for each in shown["lines"]] == [row["product_code"]]
    assert sent(shop, "B0002")["counts"] == {"posted": 1}
    assert shop.json("plan")["documents"] == 0


def test_the_closing_lines_of_the_upload_say_what_to_do(shop: Shell) -> None:
    shop("match", "--create", "XX-1").expect(4)
    shop("plan").expect(4)
    shop("approve", "B0001", "--as", "Nok").expect(0)
    out = shop("upload", "B0001").expect(0).out
    assert "1 product was created; 1 order can be planned now: recon plan" in out
    shop("plan").expect(4)
    assert "can be planned now" not in shop("upload", "B0001").expect(0).out, "they are planned"


def test_a_service_is_created_as_one_and_needs_no_order(shop: Shell) -> None:
    assert shop("match", "--create", "SHIP").code == 2, "nobody knows what it is called"
    shop("match", "--create", "SHIP=ค่าขนส่ง", "--service").expect(4)
    shop("plan").expect(4)
    assert [(row["order_number"], row["reason"]) for row in new_products(shop)] == [("SHIP", "create-service")]
    assert sent(shop, "B0001")["products_created"] == 1
    shop("match", "--charge", "default:shipping=product:S00001").expect(4)


def test_everything_that_looks_on_reads_a_line_without_order_amount_and_postings(shop: Shell) -> None:
    shop("match", "--create", "XX-1=ปลอกหมอน").expect(4)
    shop("plan").expect(4)
    shown = shop("show", "XX-1").expect(0).out
    assert "new product in the ledger  ปลอกหมอน" in shown
    assert "sku:XX-1" in shown
    assert [row["kind"] for row in shop.json("documents", "--kind", "product")["documents"]] == ["product"]
    assert [
        row["document_key"] for row in shop.json("documents", "--filter", "st:ready kind:product")["documents"]
    ] == ["sku:xx-1/product/1"]
    sent(shop, "B0001")
    for command in ("status", "orders", "findings", "files"):
        shop(command).expect(4 if command == "status" else 0)
    shop("upload", "B0001", "--state").expect(0)
    verified = shop.json("verify", "B0001")
    assert (verified["compared"], verified["equal"], verified["differences"]) == (6, 6, [])
    shop("audit", "B0001").expect(0)
    workbook = next((shop.root / "audit").glob("*.xlsx"))
    shop("verify", str(workbook)).expect(0)
    sheet = openpyxl.load_workbook(workbook)["Documents"]
    heads, first = list(sheet.iter_rows(min_row=5, max_row=6, values_only=True))
    row = dict(zip(heads, first, strict=True))
    assert (row["Kind"], row["Order"], row["Contact"], row["State"]) == ("product", "XX-1", "ปลอกหมอน", "posted")
    assert [row[name] for name in ("Net", "VAT", "Total", "Adds to sales", "Money moved")] == [None] * 5
    for form in ("hledger", "beancount"):
        journal = shop.json("journal", "B0001", "--format", form)
        assert journal["entries"] == 5, "a product books nothing"
        assert "ปลอกหมอน" not in Path(journal["path"]).read_text("utf-8")


def test_the_review_pane_has_everything_about_the_line_and_about_one_that_was_rejected(shop: Shell) -> None:
    shop("match", "--create", "XX-1=ปลอกหมอน", "--create", "A/B/C=หมอน").expect(4)
    shop("plan").expect(4)
    shop("decide", "reject", "sku:a/b/c/product/1", "--as", "Nok", "--reason", "no").expect(0)
    shop("plan").expect(4)
    with service_for(Workspace(shop.root), clock=shop.clock, write=False) as service:
        line = service.detail(None, "sku:xx-1/product/1", whole=True)
        assert line.document is not None
        assert (line.document.contact_name, line.source, line.changes) == ("ปลอกหมอน", None, ())
        rejected = service.detail(None, "sku:a/b/c", whole=True)
        assert rejected.document is None
        assert [finding["code"] for finding in rejected.findings] == ["product-rejected"]
        table = service.review(None)
        assert table.frame.filter(pl.col("key") == "sku:a/b/c")["status"].to_list() == ["rejected"]


def test_the_mapping_workbook_leaves_marks_alone(shop: Shell) -> None:
    shop("match", "--create", "XX-1").expect(4)
    file = shop.root / "mappings.xlsx"
    shop("match", "--export", file).expect(4)
    shop("match", "--import", file).expect(4)
    assert products(shop)["XX-1"]["state"] == "to-create"


# marks ----------------------------------------------------------------------------------------------------------


def test_marks_are_taken_off_undone_and_done_again(shop: Shell) -> None:
    shop("match", "--create", "XX-1", "--as", "Nok")
    assert products(shop)["XX-1"]["new_name"] == "zzz qqq", "the shop's name"
    undone = shop.json("match", "--undo")["undone"]
    assert (undone["name"], undone["kind"]) == ("create 1", "create")
    assert products(shop)["XX-1"]["state"] == "unlinked"
    shop("match", "--redo")
    assert products(shop)["XX-1"]["state"] == "to-create"
    shop("match", "--uncreate", "XX-1")
    assert products(shop)["XX-1"]["state"] == "unlinked"
    assert shop("match", "--uncreate", "XX-1").code == 2


def test_all_that_are_not_linked_are_marked_but_those_with_a_suggestion(tmp_path: Path, clock: FakeClock) -> None:
    shop = match_world(tmp_path / "books", clock, catalog=LEDGER[:3])
    said = shop("match", "--create-unlinked").expect(4).out
    assert "2 SKUs: products to be created in the ledger, under the shop's names" in said
    assert "3 SKUs were not marked: there is a suggestion for each" in said
    marked = {sku for sku, row in products(shop).items() if row["state"] == "to-create"}
    assert marked == {"XX-1", "MUG"}
    assert shop("match", "--create-unlinked", "--dry-run").expect(4).out.startswith("would set: 0 SKUs")


def test_what_cannot_be_marked_is_named_all_at_once_and_nothing_is_changed(shop: Shell) -> None:
    refused = shop(
        "match", "--create", "XX-1", "--create", "MUG", "--create", "P00001", "--create", "P00005", "--create", "NOWHERE",
        "--create", f"LONG={'ก' * 101}", "--create", "",
    )  # fmt: skip
    assert refused.code == 2
    for words in (
        "SKU MUG: it goes as text; take that away first: --unlink MUG",
        "SKU P00001: it is linked to P00001",
        "SKU P00005: the ledger has a product of exactly this code",
        "SKU NOWHERE: no order names it; say what the product is called: --create NOWHERE=NAME",
        "its name has 101 characters, the ledger takes 1 to 100",
        "lines without a SKU have no product of their own",
    ):
        assert words in refused.err
    assert products(shop)["XX-1"]["state"] == "unlinked"


def test_a_sku_may_hold_the_sign_that_parts_it_from_the_name(tmp_path: Path, clock: FakeClock) -> None:
    sold = (*SOLD[:1], ("A=B", "หมอน", "10.00", "Bank Deposit"))
    shop = match_world(tmp_path / "books", clock, sold=sold)
    shop("match", "--create", "A=B").expect(4)
    assert products(shop)["A=B"]["new_name"] == "หมอน"


def test_a_ledger_that_takes_files_creates_nothing_and_says_what_to_do(shop: Shell) -> None:
    shop("match", "--create", "XX-1").expect(4)
    shop.edit('target = "sandbox"', 'target = "peak-file"')
    plan = shop.json("plan")
    assert "product" not in {row["kind"] for row in plan["by_kind"]}
    (finding,) = codes(shop, "product-not-created")
    assert "none of them creates products" in finding["detail"]
    assert [row["value"] for row in codes(shop, "product-not-linked")] == ["XX-1"]
    refused = shop("match", "--create", "XX-1=other")
    assert refused.code == 2
    assert "takes import files" in refused.err


# what happens on the way ----------------------------------------------------------------------------------------


def test_a_sku_that_got_a_link_meanwhile_makes_no_line_and_says_so(shop: Shell) -> None:
    shop("match", "--create", "XX-1").expect(4)
    shop("match", "--sku", "XX-1", "--product", "P00003").expect(4)
    assert "product" not in {row["kind"] for row in shop.json("plan")["by_kind"]}
    (finding,) = codes(shop, "product-exists")
    assert finding["detail"] == "SKU XX-1 is linked to P00003; nothing is created."


def test_a_product_of_exactly_this_code_that_came_meanwhile_makes_no_line(shop: Shell) -> None:
    shop("match", "--create", "XX-1").expect(4)
    with service_for(Workspace(shop.root), clock=shop.clock) as service:
        service._context.store.catalog.add("shop", "products", [{"code": "xx-1", "name": "made by hand"}])
    assert "product" not in {row["kind"] for row in shop.json("plan")["by_kind"]}
    assert "exactly the code xx-1" in codes(shop, "product-exists")[0]["detail"]


def test_f17_an_approval_binds_the_product_exactly(shop: Shell) -> None:
    shop("match", "--create", "XX-1=หมอน").expect(4)
    shop("plan").expect(4)
    shop("approve", "B0001", "--as", "Nok").expect(0)
    shop("match", "--create", "XX-1=หมอนข้าง").expect(4)
    refused = shop("upload", "B0001")
    assert refused.code != 0
    assert "contact_name was หมอน, is now หมอนข้าง" in refused.err
    assert "Nothing" in refused.err or "nothing more was sent" in refused.err
    shop("plan").expect(4)
    shop("approve", "B0002", "--as", "Nok").expect(0)
    shop("match", "--uncreate", "XX-1").expect(4)
    assert "would not be made any more" in shop("upload", "B0002").err


def test_an_upload_in_pieces_goes_on_although_the_product_is_linked_by_then(shop: Shell) -> None:
    shop("match", "--create", "XX-1").expect(4)
    shop("plan").expect(4)
    shop("approve", "B0001", "--as", "Nok").expect(0)
    assert shop.json("upload", "B0001", "--limit", "2")["counts"] == {"queued": 4, "posted": 2}
    assert products(shop)["XX-1"]["state"] == "linked"
    assert shop.json("upload", "B0001")["counts"] == {"posted": 6}


def test_while_the_batch_is_open_no_second_line_is_made_and_the_order_stays_held(shop: Shell) -> None:
    shop("match", "--create", "XX-1").expect(4)
    shop("plan").expect(4)
    shop("approve", "B0001", "--as", "Nok").expect(0)
    write_orders(shop.root / "more.csv", [*SOLD, ("P00001", "เสื้อยืด สีดำ M", "250.00", "Bank Deposit")])
    shop("import", shop.root / "more.csv").expect(
        0,
    )
    plan = shop.json("plan")
    assert [row["kind"] for row in plan["by_kind"]] == ["receipt"]
    assert [row["value"] for row in codes(shop, "product-to-create")] == ["XX-1"]


def test_lines_that_would_go_as_text_wait_for_a_product_somebody_wants(shop: Shell) -> None:
    shop("match", "--text", "--create", "XX-1").expect(0)
    plan = shop.json("plan")
    assert {row["kind"]: row["count"] for row in plan["by_kind"]} == {"receipt": 6, "product": 1}
    assert [row["value"] for row in codes(shop, "product-to-create")] == ["XX-1"]


def test_a_part_of_a_draft_with_the_product_alone_and_a_rejected_one_that_is_put_back(shop: Shell) -> None:
    shop("match", "--create", "XX-1", "--create", "SHIP=ค่าขนส่ง").expect(4)
    shop("plan").expect(4)
    shop("decide", "approve", "sku:xx-1/product/1", "--as", "Nok").expect(0)
    shop("decide", "reject", "SHIP", "--as", "Nok", "--reason", "not ours").expect(0)
    shop("approve", "--decided", "--as", "Nok").expect(0)
    (part,) = [batch["batch"] for batch in shop.json("status")["batches"] if batch["state"] == "approved"]
    assert [row["order_number"] for row in new_products(shop, part)] == ["XX-1"]
    assert shop.json("upload", part)["counts"] == {"posted": 1}
    plan = shop.json("plan")
    assert {row["kind"]: row["count"] for row in plan["by_kind"]} == {"receipt": 6}
    assert "Rejected by Nok" in codes(shop, "product-rejected")[0]["detail"]
    (row,) = shop.json("documents", "--filter", "st:rejected")["held"]
    assert (row["order_key"], row["status"]) == ("sku:ship", "rejected")
    shop("decide", "draft", "sku:ship", "--as", "Nok").expect(0)
    assert {row["kind"]: row["count"] for row in shop.json("plan")["by_kind"]} == {"receipt": 6, "product": 1}


def test_the_link_of_a_created_product_is_not_made_again_once_a_person_took_it_away(shop: Shell) -> None:
    shop("match", "--create", "XX-1").expect(4)
    shop("plan").expect(4)
    sent(shop, "B0001")
    assert shop("match", "--undo").code == 4, "what was set before is undone, not what followed from the ledger"
    assert products(shop)["XX-1"]["state"] == "linked"
    shop("match", "--unlink", "XX-1").expect(4)
    shop("plan").expect(4)
    assert products(shop)["XX-1"]["state"] == "suggested", "it looks like what was created"
    shop("match", "--create", "XX-1").expect(4)
    shop("plan").expect(4)
    (line,) = new_products(shop)
    assert line["document_key"] == "sku:xx-1/product/2"
    last = shop.json("status")["batches"][-1]["batch"]
    done = sent(shop, last)
    assert done["products_created"] == 1
    (again,) = [row for row in shop.json("documents", last)["documents"] if row["kind"] == "product"]
    assert again["ledger_number"] == products(shop)["XX-1"]["product_code"], "found by its mark, not made twice"


HOSTILE_SKUS = (
    "A/B/C", "x:y:z", "SKU 1", "[@click=app.quit]x[/]", "'=1+1", "เสื้อ-น้ำ", "a\x1b[31mb", "\u202egnirts", "S" * 120, "/product/1",
)  # fmt: skip


def test_skus_as_an_enemy_would_write_them_go_the_whole_way(tmp_path: Path, clock: FakeClock) -> None:
    sold = [(sku, f"ชื่อ {place}", "10.00", "Bank Deposit") for place, sku in enumerate(HOSTILE_SKUS)]
    shop = match_world(tmp_path / "books", clock, sold=sold, catalog=())
    shop("match", "--create-unlinked", "--all-channels", "BSV001").expect(0)
    plan = shop.json("plan")
    assert [(row["kind"], row["count"]) for row in plan["by_kind"]] == [("product", len(sold))]
    for row in new_products(shop):
        shop("show", row["document_key"]).expect(0)
    shop("decide", "approve", "--filter", "st:ready", "--as", "Nok").expect(0)
    shop("approve", "--decided", "--as", "Nok").expect(0)
    assert shop.json("upload", "B0001")["counts"] == {"posted": len(sold)}
    assert {row["state"] for row in shop.json("match")["products"]} == {"linked"}
    assert shop.json("verify", "B0001")["equal"] == len(sold)
    shop("audit", "B0001").expect(0)
    assert shop.json("plan")["documents"] == len(sold), "an order each"

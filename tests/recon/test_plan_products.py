"""Products to create in the plan: lines in front that no control total knows, and why a marked product makes none."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from plan_shop import ABLE, connection, line, order, plan, posted_from

from recon.frames.schemas import DOCUMENT_KINDS, LEFT_OUT, PRODUCT_WISHES

WISHED = dt.date(2026, 1, 15)
SHOP = (order("1"), order("2", line("NEW", 5000)), order("3", line("NEW", 5000), line("ODD", 100)))


def wishes(*rows: tuple[str, str, str, str | None]) -> pl.DataFrame:
    """PRODUCT_WISHES of (SKU, name, kind, the ledger's product of that code)."""
    full = [(sku.lower(), sku, name, kind, WISHED, "Nok", held) for sku, name, kind, held in rows]
    return pl.DataFrame(full, schema=PRODUCT_WISHES, orient="row")


NEW = ("NEW", "ถุงเท้า", "product", None)


def left_out(code: str) -> pl.DataFrame:
    return pl.DataFrame([("sku:new", code, "Rejected by Nok")], schema=LEFT_OUT, orient="row")


def created(made: Any) -> list[tuple[Any, ...]]:
    chosen = made.documents.filter(pl.col("kind") == "product")
    return chosen.select(
        "doc_no", "document_key", "order_number", "contact_name", "remark", "reason", "issued_on"
    ).rows()


def codes(made: Any, code: str) -> list[tuple[Any, ...]]:
    return made.findings.filter(pl.col("code") == code).select("order_key", "value", "detail").rows()


def test_a_product_line_stands_in_front_and_changes_no_control_total() -> None:
    without, made = plan(*SHOP), plan(*SHOP, wishes=wishes(NEW, ("A-SHIP", "ค่าส่ง", "service", None)))
    assert created(made) == [
        (0, "sku:a-ship/product/1", "A-SHIP", "ค่าส่ง", "sku:A-SHIP", "create-service", WISHED),
        (1, "sku:new/product/1", "NEW", "ถุงเท้า", "sku:NEW", "create-product", WISHED),
    ]
    assert asdict(made.controls) == asdict(without.controls)
    assert made.controls.ties
    rest = made.documents.filter(pl.col("kind") != "product")
    assert rest.with_columns(pl.col("doc_no") - 2).equals(without.documents)
    assert made.postings.with_columns(pl.col("doc_no") - 2).equals(without.postings), "a product books nothing"
    assert made.lines.filter(pl.col("doc_no") >= 2).with_columns(pl.col("doc_no") - 2).equals(without.lines)
    assert dict(made.by_kind.select("kind", "document_count").iter_rows())["product"] == 2


def test_orders_that_need_it_are_held_with_every_reason() -> None:
    made = plan(*SHOP, wishes=wishes(NEW))
    assert [key for key, _, _ in codes(made, "product-to-create")] == ["zort:shop:2", "zort:shop:3"]
    assert [key for key, _, _ in codes(made, "product-not-linked")] == ["zort:shop:3"], "and another SKU has no link"
    held = made.results.filter(pl.col("disposition") == "held").select("order_key", "held_minor").rows()
    assert held == [("zort:shop:2", 5000), ("zort:shop:3", 5100)]


def test_lines_that_would_go_as_text_wait_for_the_product() -> None:
    as_text = connection(products={"unlinked": "text"})
    assert plan(*SHOP, connection=as_text).documents.height == 3
    made = plan(*SHOP, connection=as_text, wishes=wishes(NEW))
    assert made.documents.filter(pl.col("kind") == "receipt")["order_key"].to_list() == ["zort:shop:1"]


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"product_links": [("new", "P009", None, None)]}, "product-exists", "is linked to P009"),
        ({"product_links": [("new", None, None, None)]}, "product-exists", "is linked to text on the sales account"),
        ({"wishes": wishes(("NEW", "ถุงเท้า", "product", "new"))}, "product-exists", "exactly the code new"),
        ({"wishes": wishes(("NEW", "ก" * 101, "product", None))}, "product-not-created", "has 101 characters"),
        (
            {"limits": replace(ABLE, kinds=frozenset(DOCUMENT_KINDS) - {"product"})},
            "product-not-created",
            "import files",
        ),
        ({"left_out": left_out("rejected-by-person")}, "product-rejected", "Rejected by Nok"),
    ],
)
def test_why_a_marked_product_makes_no_line(given: dict[str, Any], code: str, words: str) -> None:
    made = plan(*SHOP, **({"wishes": wishes(NEW)} | given))
    assert created(made) == []
    ((_, value, detail),) = codes(made, code)
    assert value == "NEW"
    assert words in detail
    assert codes(made, "product-to-create") == []


def test_one_that_is_left_for_later_makes_no_line_and_its_orders_still_wait_for_it() -> None:
    made = plan(*SHOP, wishes=wishes(NEW), left_out=left_out("left-for-later"))
    assert created(made) == []
    assert len(codes(made, "product-to-create")) == 2


def test_a_product_on_its_way_makes_no_second_line_and_one_asked_for_again_a_new_revision() -> None:
    first = plan(*SHOP, wishes=wishes(NEW))
    posted = posted_from(first)
    pending = posted.with_columns(pl.col("kind").eq("product").alias("pending"))
    under_way = plan(*SHOP, wishes=wishes(NEW), posted=pending)
    assert created(under_way) == []
    assert len(codes(under_way, "product-to-create")) == 2
    again = plan(*SHOP, wishes=wishes(NEW), posted=posted)
    assert [key for _, key, *_ in created(again)] == ["sku:new/product/2"]


def test_the_same_marks_give_the_same_bytes() -> None:
    marks = wishes(NEW, ("B", "b", "product", None), ("A", "a", "service", None))
    one, two = plan(*SHOP, wishes=marks), plan(*SHOP, wishes=marks.reverse())
    assert one.documents.equals(two.documents)
    assert one.lines.equals(two.lines)

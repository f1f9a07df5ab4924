"""The list of SKUs as one frame, its filter, and the search of the ledger's products."""

from __future__ import annotations

import polars as pl
import pytest
from plan_shop import frames, line, order, rows_of

from recon.frames.schemas import PRODUCT_LINKS
from recon.match.catalog_search import catalog_list
from recon.match.products import catalog_frame
from recon.match.suggest import MOST_COMPARISONS, MOST_OPEN_ITEMS, suggest_products
from recon.match.work_list import TextRules, all_products, blocked_orders, filter_products, no_suggestions, product_rows

CATALOG = catalog_frame([("P1", "Shirt"), ("MUG", "Mug"), ("mug", "Mug, blue")])
HOLD = TextRules(unlinked=False, without_sku=False)


def links(*rows: tuple[str, str | None]) -> pl.DataFrame:
    return rows_of(list(rows), PRODUCT_LINKS)


def listed(told: dict[str, pl.DataFrame], linked: pl.DataFrame, rules: TextRules = HOLD) -> pl.DataFrame:
    weighed = all_products(told["orders"], told["lines"], linked)
    return product_rows(weighed, linked, CATALOG, no_suggestions(), rules)


def state_of(rows: pl.DataFrame) -> dict[str, str]:
    return dict(rows.select("key", pl.col("state").cast(pl.String)).iter_rows())


def test_every_sku_has_one_row_in_its_state() -> None:
    told = frames([order("1", line("P1"), line("X"), line(None)), order("2", line("Y"))])
    rows = listed(told, links(("p1", "P1"), ("y", None)))
    assert state_of(rows) == {"p1": "linked", "x": "unlinked", "": "unlinked", "y": "text"}
    assert rows.filter(key="p1")["target"].item() == "P1  Shirt"


def test_settings_turn_what_nobody_linked_into_text_and_nothing_else() -> None:
    told = frames([order("1", line("P1"), line("X"), line(None))])
    linked = links(("p1", "P1"))
    assert state_of(listed(told, linked, TextRules(unlinked=True, without_sku=False)))["x"] == "text"
    assert state_of(listed(told, linked, TextRules(unlinked=True, without_sku=False)))[""] == "unlinked"
    assert state_of(listed(told, linked, TextRules(unlinked=False, without_sku=True)))[""] == "text"


def test_a_link_to_a_product_the_ledger_no_longer_lists_says_so() -> None:
    rows = listed(frames([order("1", line("X"))]), links(("x", "GONE")))
    assert state_of(rows) == {"x": "linked"}
    assert rows["reason"].item() == "GONE is not among the ledger's products as last read"


def test_an_order_that_waits_for_two_skus_counts_once() -> None:
    told = frames([order("1", line("X"), line("Y")), order("2", line("X")), order("3", line("P1"))])
    rows = listed(told, links(("p1", "P1")))
    count, minor = blocked_orders(told["orders"], told["lines"], rows)
    assert count == 2
    assert minor == told["orders"].filter(pl.col("order_no") != told["orders"]["order_no"][2])["total_minor"].sum()
    assert rows.filter(key="p1")["blocked_minor"].item() == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 3),
        ("st:open", 2),
        ("-st:open", 1),
        ("st:l", 1),
        ("shirt", 1),
        ("SHI RT", 1),
        ('"no such"', 0),
        ("-", 3),
        ("st:", 3),
    ],
)
def test_the_filter_narrows_as_it_is_typed(text: str, found: int) -> None:
    rows = listed(frames([order("1", line("P1"), line("X"), line("Y"))]), links(("p1", "P1")))
    order_, problems = filter_products(rows, text, currency="THB")
    assert (len(order_), problems) == (found, ())


def test_search_puts_the_exact_code_first_and_answers_with_what_is_alike_where_nothing_fits() -> None:
    codes = catalog_list(
        catalog_frame([("A1X", "A1 thing"), ("B", "about A1"), ("A1", "Other"), ("C", "Grey cotton cap")])
    )
    assert codes.frame["product_code"][codes.search("a1")].to_list() == ["A1", "A1X", "B"]
    assert codes.frame["product_code"][codes.search("gray cotton cap")].to_list() == ["C"]
    assert codes.search("  ").len() == 4
    assert codes.name_of("A1") == "Other"
    assert codes.name_of("none") is None


def test_suggestions_of_a_large_ledger_are_made_for_the_most_valuable_only() -> None:
    catalog = catalog_frame([(f"C{n}", f"thing {n}") for n in range(MOST_COMPARISONS // 10)])
    wanted = pl.DataFrame({"sku_key": ["a", "b"] * 10, "sku": ["a", "b"] * 10, "name": [""] * 20})
    found = suggest_products(wanted.with_columns(sku_key=pl.format("c{}", pl.int_range(20))), catalog)
    assert found["open_key"].n_unique() == 10
    assert MOST_OPEN_ITEMS > 10


def test_the_best_names_are_found_wherever_they_stand_in_the_list() -> None:
    catalog = catalog_frame([*((f"C{n}", f"zzz {n}") for n in range(4_500)), ("LAST", "blue cotton shirt")])
    wanted = pl.DataFrame({"sku_key": ["s"], "sku": ["S"], "name": ["blue cotton shirt"]})
    assert suggest_products(wanted, catalog).row(0, named=True)["code"] == "LAST"

"""The VAT of a month: every document in its own month, negatives where something is taken back, nothing counted twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from recon.frames.conform import fill
from recon.frames.schemas import DOCUMENTS
from recon.plan.inputs import POSTED_LINES
from recon.proof.vat_month import FILED, SUPPLIERS, VAT_LIST, Month, VatLists, by_tax_code, total, vat_lists

JUNE, MAY = dt.date(2026, 6, 10), dt.date(2026, 5, 20)
Doc = dict[str, Any]


def doc(key: str, kind: str = "receipt", on: dt.date = JUNE, **given: Any) -> Doc:
    """A document of 107.00 with VAT 7.00 and one taxed line, unless said otherwise."""
    lines = given.pop("lines", None)
    taxed = given.setdefault("vat_minor", 700) != 0
    base = {
        "document_key": key, "kind": kind, "number": key.upper(), "issued_on": on, "total_minor": 10_000 + given["vat_minor"],
        "is_tax_invoice": taxed and kind in {"receipt", "expense"}, "applies_to_key": None, "state": "posted", "ledger_id": f"id-{key}",
        "batch_id": "B0001", "connection": "web",
    }  # fmt: skip
    row = base | given
    net = row["total_minor"] - row["vat_minor"]
    plain = [] if kind == "payment" else [("vat7" if taxed else "none", net, row["vat_minor"])]
    return row | {"lines": plain if lines is None else lines}


def lists(
    *rows: Doc, month: str = "2026-06", suppliers: dict[str, str] | None = None, entered: list[Doc] | None = None
) -> VatLists:
    """The lists of a month for these documents."""
    filed = pl.DataFrame([{name: row[name] for name in FILED} for row in rows], schema=FILED)
    documents = fill(
        pl.DataFrame(
            [
                {name: row[name] for name in ("document_key", "kind", "number", "issued_on", "vat_minor", "total_minor", "applies_to_key")}
                | {"net_minor": row["total_minor"] - row["vat_minor"], "contact_name": "คุณสมชาย", "order_number": "1"}
                for row in rows if row.get("known", True)
            ],
            schema_overrides={"applies_to_key": pl.String},
        ),
        DOCUMENTS,
    )  # fmt: skip
    lines = pl.DataFrame(
        [
            {"document_key": row["document_key"], "vat_code": code, "net_minor": net, "vat_minor": vat}
            for row in rows for code, net, vat in row["lines"]
        ],
        schema={name: POSTED_LINES[name] for name in ("document_key", "vat_code", "net_minor", "vat_minor")},
    )  # fmt: skip
    stated = [{"document_key": key, "supplier_number": number} for key, number in (suppliers or {}).items()]
    numbers = pl.DataFrame([*stated, *(entered or [])], schema=SUPPLIERS)
    return vat_lists(Month.of(month), filed, documents, lines, numbers)


def rows(frame: pl.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    assert frame.schema == VAT_LIST
    return frame.select(names or ("document_key", "taxable_minor", "vat_minor")).rows()


def test_a_month_holds_the_documents_that_bear_its_days() -> None:
    found = lists(
        doc("a", on=dt.date(2026, 6, 1)),
        doc("b", on=dt.date(2026, 6, 30)),
        doc("c", on=MAY),
        doc("d", on=dt.date(2026, 7, 1)),
    )
    assert rows(found.sales) == [("a", 10_000, 700), ("b", 10_000, 700)]


def test_a_credit_note_counts_in_its_own_month_and_names_the_sale_of_the_month_before() -> None:
    sale = doc("sale", on=MAY)
    credit = doc("credit", "credit_note", applies_to_key="sale")
    assert rows(lists(sale, credit).sales, "document_key", "taxable_minor", "vat_minor", "total_minor", "note") == [
        ("credit", -10_000, -700, -10_700, "Credits SALE of 2026-05-20.")
    ]
    assert rows(lists(sale, credit, month="2026-05").sales) == [("sale", 10_000, 700)]


def test_a_void_in_the_month_of_its_invoice_is_listed_beside_it_and_both_come_to_nothing() -> None:
    invoice = doc("invoice", "invoice", is_tax_invoice=True)
    void = doc("void", "void", dt.date(2026, 6, 20), is_tax_invoice=True, applies_to_key="invoice")
    found = lists(invoice, void)
    assert rows(found.sales) == [("invoice", 10_000, 700), ("void", -10_000, -700)]
    assert total(found.sales, "vat_minor") == 0
    assert found.sales["note"].to_list() == ["", ""]


def test_a_void_of_an_earlier_month_says_that_its_return_may_have_to_be_corrected() -> None:
    invoice = doc("invoice", "invoice", MAY, is_tax_invoice=True)
    void = doc("void", "void", is_tax_invoice=True, applies_to_key="invoice")
    found = lists(invoice, void)
    assert rows(found.sales) == [("void", -10_000, -700)]
    assert found.sales["note"][0].startswith("Voids INVOICE of 2026-05-20: if that month is filed")


def test_an_invoice_that_is_no_tax_invoice_waits_until_it_is_paid() -> None:
    invoice = doc("invoice", "invoice", MAY)
    paid = doc("paid", "payment", is_tax_invoice=True, applies_to_key="invoice")
    may = lists(invoice, paid, month="2026-05")
    assert may.sales.is_empty()
    assert rows(may.not_due) == [("invoice", 10_000, 700)]
    june = lists(invoice, paid)
    assert june.not_due.is_empty()
    assert rows(june.sales) == [("paid", 10_000, 700)]
    assert "due with the payment" in june.sales["note"][0]


def test_a_payment_takes_its_kinds_of_sales_from_the_invoice_it_pays() -> None:
    mixed = [("vat7", 10_000, 700), ("none", 5_000, 0), ("vat0", 2_000, 0)]
    invoice = doc("invoice", "invoice", MAY, total_minor=17_700, lines=mixed)
    paid = doc("paid", "payment", is_tax_invoice=True, applies_to_key="invoice", total_minor=17_700)
    (row,) = rows(lists(invoice, paid).sales, "taxable_minor", "zero_minor", "exempt_minor", "vat_minor")
    assert row == (10_000, 2_000, 5_000, 700)


def test_a_payment_of_a_tax_invoice_and_a_void_of_an_unpaid_invoice_count_nothing() -> None:
    found = lists(
        doc("tax", "invoice", MAY, is_tax_invoice=True), doc("paid", "payment", applies_to_key="tax"),
        doc("plain", "invoice"), doc("void", "void", applies_to_key="plain"),
    )  # fmt: skip
    assert found.sales.is_empty()
    assert found.not_due.is_empty()


def test_zero_rated_and_exempt_lines_stand_apart() -> None:
    mixed = [("vat7", 10_000, 700), ("vat0", 3_000, 0), ("none", 500, 0)]
    (row,) = rows(
        lists(doc("a", total_minor=14_200, lines=mixed)).sales,
        "taxable_minor",
        "zero_minor",
        "exempt_minor",
        "vat_minor",
    )
    assert row == (10_000, 3_000, 500, 700)


@pytest.mark.parametrize("kind", ["receipt", "invoice"])
def test_without_vat_a_sale_counts_at_once_as_exempt(kind: str) -> None:
    (row,) = rows(lists(doc("a", kind, vat_minor=0)).sales, "taxable_minor", "exempt_minor", "vat_minor")
    assert row == (0, 10_000, 0)


def test_only_what_stands_in_the_ledger_counts() -> None:
    found = lists(doc("a", state="queued"), doc("b", state="unknown"), doc("c", state="by_hand", ledger_id=None))
    assert rows(found.sales, "document_key", "state") == [("c", "by hand")]


def test_a_document_whose_contents_are_gone_is_named_and_not_guessed() -> None:
    found = lists(doc("a"), doc("b", known=False))
    assert rows(found.sales) == [("a", 10_000, 700)]
    assert found.unknown["document_key"].to_list() == ["b"]


def test_input_vat_counts_only_with_the_suppliers_tax_invoice_and_its_number() -> None:
    bills = [doc("fee", "expense"), doc("rent", "expense"), doc("later", "expense", is_tax_invoice=False)]
    back = doc("back", "supplier_credit", is_tax_invoice=True)
    found = lists(*bills, back, suppliers={"fee": "TIV-1", "back": "CN-7", "rent": " "})
    assert rows(found.purchases, "document_key", "claim", "vat_minor", "supplier_number") == [
        ("back", "yes", -700, "CN-7"), ("fee", "yes", 700, "TIV-1"), ("later", "no tax invoice", 700, None), ("rent", "no number", 700, " "),
    ]  # fmt: skip
    assert found.sales.is_empty()
    assert "not claimable yet" in found.purchases["note"][3]


def word(key: str, number: str, on: dt.date, month: str) -> Doc:
    """What a person entered for the record of a document."""
    claimed = dt.date.fromisoformat(f"{month}-01")
    return {"document_key": key, "tax_invoice": number, "tax_invoice_on": on, "claimed_on": claimed, "entered_by": "Nok",
            "entered_on": dt.date(2026, 7, 3)}  # fmt: skip


def test_a_tax_invoice_that_a_person_entered_claims_the_vat_once_in_its_month() -> None:
    bills = [doc("may", "expense", MAY, is_tax_invoice=False), doc("june", "expense"), doc("later", "expense")]
    said = [
        word("may", "M-1", JUNE, "2026-06"), word("june", "J-1", JUNE, "2026-06"), word("later", "L-1", JUNE, "2026-08"),
    ]  # fmt: skip
    seen = {month: lists(*bills, month=month, entered=said) for month in ("2026-05", "2026-06", "2026-07", "2026-08")}
    claimed = {month: found.claimed["document_key"].to_list() for month, found in seen.items()}
    assert claimed == {"2026-05": [], "2026-06": ["may", "june"], "2026-07": [], "2026-08": ["later"]}
    assert all(found.waiting.is_empty() for found in seen.values())
    assert rows(seen["2026-05"].purchases, "document_key", "claim", "note") == [
        ("may", "other month", "Its tax invoice of 2026-06-10 is claimed in 2026-06, not in this month.")
    ]
    assert rows(seen["2026-06"].purchases, "document_key", "claim", "booked", "supplier_number", "entered_by", "note") == [
        ("may", "yes", "not due", "M-1", "Nok", "Expense of 2026-05-20, claimed here by its tax invoice."),
        ("june", "yes", "due", "J-1", "Nok", ""),
        ("later", "other month", "due", "L-1", "Nok", "Its tax invoice of 2026-06-10 is claimed in 2026-08, not in this month."),
    ]  # fmt: skip
    assert rows(seen["2026-08"].purchases, "document_key", "vat_minor", "taxable_minor") == [("later", 700, 10_000)]


def test_what_a_person_entered_goes_before_the_number_of_the_record() -> None:
    found = lists(doc("fee", "expense"), entered=[word("fee", "M-1", JUNE, "2026-06") | {"supplier_number": "REF"}])
    assert rows(found.purchases, "supplier_number", "claim") == [("M-1", "yes")]


def test_a_claimed_document_whose_contents_are_gone_is_named_in_the_month_it_is_claimed_in() -> None:
    found = lists(
        doc("fee", "expense", MAY, known=False), doc("other", "expense"), entered=[word("fee", "M-1", JUNE, "2026-06")]
    )
    assert found.unknown["document_key"].to_list() == ["fee"]


def test_amounts_are_exact_beyond_what_64_bits_hold_together() -> None:
    big = 9_000_000_000_000_000_000
    frame = pl.DataFrame({"vat_minor": [big, big]})
    assert total(frame, "vat_minor") == 2 * big


def test_a_month_ends_on_its_last_day() -> None:
    assert Month.of("2028-02").last == dt.date(2028, 2, 29)
    with pytest.raises(ValueError, match="does not match"):
        Month.of("June")


def test_a_settlement_counts_in_its_month_by_the_vat_codes_of_its_lines() -> None:
    sold = [("none", 1_200_000, 300_000), ("none", 200_000, 30_000), ("none", 80_040, 0)]
    both = lists(doc("k1", "settlement", total_minor=1_810_040, vat_minor=330_000, lines=sold))
    row = both.sales.row(0, named=True)
    assert (row["taxable_minor"], row["zero_minor"], row["exempt_minor"]) == (1_400_000, 0, 80_040)
    assert (row["vat_minor"], row["total_minor"]) == (330_000, 1_810_040)
    coded = pl.DataFrame(
        [("k1", "product", "3", 1_200_000, 300_000), ("k1", "product", "31", 200_000, 30_000)],
        schema=["document_key", "kind", "tax_code", "net_minor", "vat_minor"], orient="row",
    )  # fmt: skip
    assert by_tax_code(both, coded).rows() == [("3", 1_200_000, 300_000), ("31", 200_000, 30_000)]

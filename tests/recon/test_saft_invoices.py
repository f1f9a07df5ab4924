"""Sales on account at a till: invoices with customer, articles and what was paid on them later; credit notes below zero."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from tests.recon.saft_reading import sold, taken_in, told
from tests.saft_files import Customer, Day, Habits, Line, Receipt, Register, saft_bytes

DAY = dt.date(2026, 3, 14)
OWES = Customer(
    number="C 1", name="Blomster & Bad AS", tax_id="987654321", street="Storgata 1", postcode="0155", city="Oslo"
)
SALE = Receipt(
    kind="CREDITSALE", customer="C 1", invoice="F17", refers_to="O9", payments=(("ACCOUNT", 37_500),),
    lines=(Line(group="100", article="A1", amount=25_000, quantity="2"), Line(group="200", amount=12_500)),
)  # fmt: skip
BACK = Receipt(
    kind="CREDITSALE", customer="C 1", invoice="F18", lines=(Line(group="100", article="A1", amount=-12_500),), payments=(("ACCOUNT", -12_500),)
)  # fmt: skip
PAID = Receipt(
    kind="PAYMENT",
    payments=(("VISA", 37_500),),
    invoice="F17",
    extra={"transAmntIn": "375.00", "transAmntEx": "375.00"},
)
CASH = Receipt(lines=(Line(group="100", amount=10_000),), payments=(("CASH", 10_000),))


def till(*days: tuple[Receipt, ...]) -> list[Register]:
    return [
        Register(
            number="K1",
            days=tuple(
                Day(date=DAY + dt.timedelta(days=no), number=no + 1, receipts=receipts)
                for no, receipts in enumerate(days)
            ),
        )
    ]


def test_a_sale_on_account_is_an_invoice_and_no_part_of_the_settlement(tmp_path: Path) -> None:
    frames = taken_in(tmp_path, saft_bytes(till((CASH, SALE)), customers=[OWES]))
    assert told(frames) == {}
    settled, invoice = frames.orders.to_dicts()
    assert settled["total_minor"] == 10_000
    assert (invoice["order_key"], invoice["order_number"], invoice["record_kind"]) == (
        "till:kafe:till_invoice:K1/2",
        "F17",
        "till_invoice",
    )
    assert (invoice["total_minor"], invoice["goods_minor"], invoice["tax_minor"], invoice["payment_state"]) == (
        37_500,
        37_500,
        7_500,
        "unpaid",
    )
    assert (invoice["customer_name"], invoice["customer_tax_id"]) == ("Blomster & Bad AS", "987654321")
    assert invoice["customer_address"] == "Storgata 1, 0155 Oslo"
    assert invoice["other_numbers"] == "customer=C_1 order=O9"
    assert (invoice["ordered_on"], invoice["row"], invoice["sales_channel"]) == (DAY, 8, "Kafé Torget")
    lines = frames.lines.filter(pl.col("order_no") == 1).select(
        "sku", "name", "quantity_milli", "unit_price_minor", "amount_minor", "tax_text", "tax_minor"
    )
    assert lines.rows() == [
        ("A1", "Lunsj", 2000, 12_500, 25_000, "3 (25 %)", 5_000),
        ("200", "Øl", 1000, 12_500, 12_500, "3 (25 %)", 2_500),
    ]


def test_payments_that_name_the_invoice(tmp_path: Path) -> None:
    frames = taken_in(tmp_path, saft_bytes(till((CASH, SALE), (CASH, PAID)), customers=[OWES]))
    invoice = frames.orders.filter(pl.col("record_kind") == "till_invoice").row(0, named=True)
    assert invoice["payment_state"] == "paid"
    paid = frames.payments.filter(pl.col("order_no") == invoice["order_no"]).row(0, named=True)
    assert (paid["payment_channel"], paid["amount_minor"], paid["paid_on"], paid["reference"]) == (
        "Kafé Torget/VISA Visa",
        37_500,
        DAY + dt.timedelta(days=1),
        "12003",
    )
    assert sold(frames)["Kafé Torget/customer payment"] == 37_500


def test_money_on_an_invoice_of_another_file_is_told(tmp_path: Path) -> None:
    assert told(taken_in(tmp_path, saft_bytes(till((CASH, SALE), (CASH, PAID)), customers=[OWES]))) == {}
    frames = taken_in(tmp_path, saft_bytes(till((CASH,), (CASH, PAID)), customers=[OWES]))
    assert told(frames) == {"till-payment-apart": "warning"}
    found = frames.findings.filter(code="till-payment-apart").row(0, named=True)
    assert (found["order_key"], found["value"], found["amount_minor"]) == ("till:kafe:settlement:K1/2", "F17", 37_500)


def test_a_credit_note_is_below_zero(tmp_path: Path) -> None:
    frames = taken_in(tmp_path, saft_bytes(till((CASH, BACK)), customers=[OWES]))
    note = frames.orders.filter(pl.col("record_kind") == "till_invoice").row(0, named=True)
    line = frames.lines.filter(pl.col("order_no") == note["order_no"]).row(0, named=True)
    assert (note["total_minor"], note["tax_minor"], note["payment_state"]) == (-12_500, -2_500, "unpaid")
    assert (line["quantity_milli"], line["unit_price_minor"], line["amount_minor"]) == (1000, -12_500, -12_500)


def test_what_is_in_the_way_is_held(tmp_path: Path) -> None:
    nobody = Receipt(kind="CREDITSALE", lines=(Line(group="100", amount=5_000),), payments=(("ACCOUNT", 5_000),))
    mixed = Receipt(
        kind="MIXED",
        customer="C 1",
        lines=(Line(group="100", amount=5_000),),
        payments=(("ACCOUNT", 3_000), ("CASH", 2_000)),
    )
    apart = Receipt(
        kind="CREDITSALE", customer="C 1", lines=(Line(group="100", amount=5_000),), extra={"transAmntIn": "60.00"}
    )
    for receipt, code in (
        (nobody, "till-invoice-nameless"),
        (mixed, "till-invoice-mixed"),
        (apart, "till-invoice-differs"),
    ):
        frames = taken_in(tmp_path, saft_bytes(till((receipt,)), customers=[OWES]))
        found = frames.findings.filter(pl.col("code") == code).row(0, named=True)
        assert (found["severity"], found["order_key"], found["row"]) == ("hold", "till:kafe:till_invoice:K1/1", 6)


def test_a_sale_on_the_other_side_is_not_guessed_at(tmp_path: Path) -> None:
    """Without signs it may be a credit note; some tills write sales on account as debit."""
    frames = taken_in(tmp_path, saft_bytes(till((CASH, SALE, BACK)), customers=[OWES], habits=Habits(absolute=True)))
    assert told(frames) == {"till-invoice-side": "hold"}
    assert frames.findings.filter(pl.col("code") == "till-invoice-side")["order_key"].to_list() == [
        "till:kafe:till_invoice:K1/3"
    ]

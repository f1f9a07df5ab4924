"""A till's lines find their account and VAT code, or say why not; expected cash is float and cash payments."""

from __future__ import annotations

import polars as pl
import pytest

from recon.domain.taxes import LedgerTax
from recon.frames.conform import fill
from recon.frames.schemas import LEDGER_ACCOUNTS, ORDER_LINES, ORDERS, PAYMENTS
from recon.match.till_accounts import Books, line_code, till_lines
from recon.match.till_cash import expected_cash

RATE = 100_000
BOOKS = Books.of(
    fill(
        pl.DataFrame(
            {
                "account_code": ["3000", "3030", "3099", "2900", "1900"],
                "name": ["Salg høy sats", "Salg middels sats", "Salg", "Gavekort", "Kontanter"],
                "root": ["Income", "Income", "Income", "Liabilities", "Assets"],
                "tax_code": ["3", "31", "", "", ""],
                "is_tax_locked": [True, False, False, False, False],
            }
        ),
        LEDGER_ACCOUNTS,
    ),
    [LedgerTax(code=code, name=code, rates=(rate * RATE,)) for code, rate in (("0", 0), ("3", 25), ("31", 15))],
)


@pytest.mark.parametrize(
    ("account", "chosen", "mapped", "percent", "kind", "code", "origin", "problem"),
    [
        ("3000", None, None, 25, "product", "3", "locked", None),
        ("3000", "31", None, 25, "product", "3", "locked", None),
        ("3000", None, "31", 15, "product", None, None, "vat-code-locked"),
        ("3030", None, None, 15, "product", "31", "account", None),
        ("3030", "3", None, 25, "product", "3", "chosen", None),
        ("3030", "3", None, 15, "product", None, None, "vat-code-rate"),
        ("3030", None, None, 25, "product", None, None, "tax-not-mapped"),
        ("3099", None, "3", 25, "product", "3", "mapped", None),
        ("3099", None, None, 0, "product", None, None, "tax-not-mapped"),
        ("3099", "9", None, 25, "product", None, None, "tax-item-gone"),
        ("2900", None, None, 0, "product", "0", "none-needed", None),
        ("3099", None, None, 0, "tip", "0", "none-needed", None),
        ("4000", None, None, 25, "product", None, None, "account-unknown"),
        (None, None, "3", 25, "product", None, None, "group-not-mapped"),
    ],
)
def test_vat_code_of_a_line(
    account: str | None,
    chosen: str | None,
    mapped: str | None,
    percent: int,
    kind: str,
    code: str,
    origin: str,
    problem: str,
) -> None:
    found = line_code(account, chosen, mapped, percent * RATE, kind, BOOKS)
    assert found[:3] == (code, origin, problem)
    assert bool(found[3]) == bool(problem)


def test_lines_are_known_by_place_group_and_rate() -> None:
    orders = fill(
        pl.DataFrame({
            "order_no": [0, 1], "order_key": ["a", "b"], "record_kind": ["settlement", "settlement"],
            "order_state": ["completed", "completed"], "sales_channel": ["Kafé Torget", "Bar"],
            "rounding_minor": [40, 0], "total_minor": [1_000_040, 50_000], "opening_float_minor": [150_000, None],
        }),
        ORDERS,
    )  # fmt: skip
    lines = fill(
        pl.DataFrame({
            "order_no": [0, 0, 1], "kind": ["product", "tip", "product"],
            "sku": ["Kafé Torget/100@25", "Kafé Torget/tip", "Bar/100@11.11"], "name": ["Mat", "Tips", "Mat"],
            "tax_text": ["3 (25 %)", None, None], "amount_minor": [900_000, 100_000, 50_000],
        }),
        ORDER_LINES,
    )  # fmt: skip
    found = till_lines(orders, lines)
    assert found.select("place", "part", "rate", "amount_minor").rows() == [
        ("Bar", "100", 1_111_000, 50_000),
        ("Kafé Torget", "100", 2_500_000, 900_000),
        ("Kafé Torget", "tip", 0, 100_000),
        ("Kafé Torget", "rounding", 0, 40),
    ]
    payments = fill(
        pl.DataFrame({
            "order_no": [0, 0, 1], "payment_channel": ["Kafé Torget/1 Sedler", "Kafé Torget/2 Kontantkort", "Bar/K Kontant"],
            "reference": ["12001", "12002", None], "amount_minor": [300_000, 700_040, 50_000],
        }),
        PAYMENTS,
    )  # fmt: skip
    assert expected_cash(orders, payments).rows() == [
        ("a", 150_000, 300_000, 450_000, "Kafé Torget/1 Sedler"),
        ("b", None, 50_000, None, "Bar/K Kontant"),
    ]

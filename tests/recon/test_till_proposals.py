"""Accounts proposed for what a till reports: by rate, by name, as elsewhere; certain only by a rule."""

from __future__ import annotations

import polars as pl
import pytest

from recon.errors import UsageError
from recon.match.till_accounts import Books
from recon.match.till_proposals import Proposal, Wanted, propose_channel, propose_line, propose_tax
from recon.service.mapping_till import LEDGER_ACCOUNTS
from recon.service.typed_amount import typed_minor
from tests.till_world import ACCOUNTS, PERCENT, TAXES


def books(*without: str) -> Books:
    rows = [
        (a.code, a.name, a.root, a.tax_code, a.is_tax_locked, a.needs_department, a.needs_project)
        for a in ACCOUNTS
        if a.code not in without
    ]
    return Books.of(pl.DataFrame(rows, schema=LEDGER_ACCOUNTS, orient="row"), TAXES)


def line(kind: str, part: str, name: str = "", percent: int = 0) -> Wanted:
    return Wanted(kind=kind, part=part, name=name, rate=percent * PERCENT)


def first(found: list[Proposal]) -> tuple[str, str] | None:
    return (found[0].code, found[0].rule) if found else None


@pytest.mark.parametrize(
    ("wanted", "without", "expected"),
    [
        (line("product", "110", "Mat", 15), (), ("3030", "only-rate")),
        (line("product", "100", "Mat", 25), (), ("3000", "")),
        (line("product", "200", "Salg bar", 25), ("3000",), ("3010", "only-rate")),
        (line("product", "100", "Salg bar", 25), (), ("3010", "")),
        (line("product", "300", "Overnatting", 12), (), None),
        (line("product", "900", "Gavekort"), (), ("2900", "only-name")),
        (line("product", "950", "Bøker"), (), ("3100", "")),
        (line("tip", "tip"), (), ("2910", "only-name")),
        (line("tip", "tip"), ("2910",), None),
        (line("rounding", "rounding"), (), ("7740", "only-name")),
        (line("rounding", "rounding"), ("7740",), None),
        (line("pay_out", "pay-out 2", "Bankgebyr"), (), ("7770", "")),
        (line("customer_payment", "customer payment"), (), None),
    ],
)
def test_first_account_of_a_line(wanted: Wanted, without: tuple[str, ...], expected: tuple[str, str] | None) -> None:
    assert first(propose_line(wanted, {}, books(*without))) == expected


def test_an_account_without_a_vat_code_comes_with_one_to_choose() -> None:
    found = propose_line(line("product", "100", "Mat", 25), {}, books("3000", "3010"))
    assert [(one.code, one.tax_code, one.rule) for one in found] == [("3900", "3", "")]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"Torget": ("3010", "")}, ("3010", "elsewhere")),
        ({"Torget": ("3010", ""), "Brygga": ("3010", "")}, ("3010", "elsewhere")),
        ({"Torget": ("3010", ""), "Brygga": ("3000", ""), "Bar": ("3010", "")}, ("3010", "")),
        ({"Torget": ("3030", "")}, ("3000", "")),
    ],
)
def test_as_in_another_place_only_where_it_fits(places: dict[str, tuple[str, str]], expected: tuple[str, str]) -> None:
    found = propose_line(line("product", "100", "Mat", 25), places, books())
    assert first(found) == expected
    assert not expected[1] or found[0].reason.startswith("as in ")


@pytest.mark.parametrize(
    ("part", "code", "without", "expected"),
    [
        ("CASH Kontant", "12001", (), ("1900", "only-name")),
        ("CASH Kontant", "12001", ("1900",), None),
        ("BAX BankAxept", "12002", (), ("1503", "only-name")),
        ("VISA Visa", "12003", (), ("1504", "only-name")),
        ("KORT Kort", "12003", (), ("1504", "only-name")),
        ("KORT Kort", "12003", ("1504",), None),
        ("GIFT Gavekort", "12005", (), ("2900", "only-name")),
        ("TIL Tilgode", "12010", (), ("2900", "only-name")),
        ("V Mobil", "12011", (), ("1505", "only-name")),
        ("Vipps", None, (), ("1505", "only-name")),
        ("X", None, (), None),
        ("cash difference", "cash difference", (), ("1909", "only-name")),
        ("to bank", "to bank", (), ("1920", "")),
    ],
)
def test_first_account_of_a_payment(
    part: str, code: str | None, without: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    assert first(propose_channel(part, code, {}, books(*without))) == expected


def test_vat_code_is_certain_only_where_the_till_states_the_standard_code() -> None:
    assert first(propose_tax("3 (25 %)", 25 * PERCENT, books())) == ("3", "standard-code")
    assert [(one.code, one.rule) for one in propose_tax("25 %", 25 * PERCENT, books())] == [("3", ""), ("1", "")]
    assert propose_tax("31 (25 %)", 25 * PERCENT, books()) == []


@pytest.mark.parametrize(
    ("text", "minor"),
    [("4 480,00", 448_000), ("4480.00", 448_000), ("4,480.00", 448_000), ("4.480,00", 448_000), ("4480", 448_000),
     ("4480,-", 448_000), ("kr 4480", 448_000), ("4\u00a0480,5 NOK", 448_050), ("1 234 567,89", 123_456_789), ("0", 0)],
)  # fmt: skip
def test_amounts_as_persons_type_them(text: str, minor: int) -> None:
    assert typed_minor(text, "NOK") == minor


@pytest.mark.parametrize("text", ["4.480", "4,480", "44 80", "4.48.0", "4480,005", "abc", "", "4,48,00", "1.2,3.4"])
def test_amounts_that_can_be_read_in_two_ways_or_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        typed_minor(text, "NOK")

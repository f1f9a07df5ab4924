"""F49: an order whose newest version cannot be read is held, not posted in its older version."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import empty, fill
from recon.frames.findings import no_findings, one_finding
from recon.frames.schemas import ORDER_LINES, ORDERS, PAYMENTS, REFUNDS
from recon.normalize.refused import refused_later


def one_file(file: str, *keys: str, refused: str = "") -> CanonicalFrames:
    orders = pl.DataFrame(
        {
            "order_no": range(len(keys)),
            "order_key": list(keys),
            "order_number": list(keys),
            "file": [file] * len(keys),
            "total_minor": [10700] * len(keys),
            "ordered_on": [dt.date(2026, 1, 1)] * len(keys),
        },
        schema_overrides={
            "order_key": pl.String,
            "order_number": pl.String,
            "file": pl.String,
            "total_minor": pl.Int64,
            "ordered_on": pl.Date,
        },
    )
    findings = (
        one_finding("amount-unreadable", order_key=refused, file=file, row=7, column="Total", value="1O7.00")
        if refused
        else no_findings()
    )
    return CanonicalFrames(fill(orders, ORDERS), empty(ORDER_LINES), empty(PAYMENTS), empty(REFUNDS), findings)


def test_f49_the_older_version_is_held_when_the_newer_cannot_be_read():
    old, new = one_file("aaaaaaaaaaaa", "A", "B"), one_file("bbbbbbbbbbbb", "C", refused="A")
    found = refused_later([old, new], one_file("aaaaaaaaaaaa", "A", "B"))
    assert found.select("code", "order_key", "row", "amount_minor").rows() == [("newer-version-refused", "A", 7, 10700)]
    assert "1O7.00" in found["detail"].item()


def test_f49_a_refusal_that_a_newer_file_mended_holds_nothing():
    old, new = one_file("aaaaaaaaaaaa", "B", refused="A"), one_file("bbbbbbbbbbbb", "A")
    assert refused_later([old, new], one_file("bbbbbbbbbbbb", "A")).is_empty()


def test_an_older_file_taken_in_once_more_stands_against_what_was_known_then() -> None:
    old, new = one_file("aaaaaaaaaaaa", "A", "B"), one_file("bbbbbbbbbbbb", "C", refused="A")
    combined = one_file("aaaaaaaaaaaa", "A", "B")
    again = {"aaaaaaaaaaaa": frozenset({"aaaaaaaaaaaa", "bbbbbbbbbbbb"})}
    assert refused_later([old, new], combined, again).is_empty()
    before_it_came = {"aaaaaaaaaaaa": frozenset({"aaaaaaaaaaaa"})}
    assert refused_later([old, new], combined, before_it_came).height == 1, "it was not known when somebody looked"

"""Suppliers nobody mapped, created in the ledger under the names the source states, where a person wants that."""

from __future__ import annotations

import dataclasses
from typing import Any

import polars as pl
import pytest
from buying_shop import buying, purchase
from plan_shop import ABLE, connection, plan

from recon.config.connection import Connection
from recon.plan.inputs import Plan
from recon.service.contacts import contact_lines, distinct_contacts, wanted_contacts
from recon.targets.base import Catalog, LedgerContact

LONGEST = dataclasses.replace(ABLE, contact_name_max_length=12)
KNOWN = frozenset({"Cotton Mill", "C00007"})


def rules(**purchases: Any) -> Connection:
    made = buying({"new_suppliers": "ask", **purchases})
    return made.model_copy(update={"purchases": made.purchases.model_copy(update={"new_suppliers": "create"})})


def bought(*names: str | None, **given: Any) -> Plan:
    records = [purchase(str(at), customer_name=name, payment_state="unpaid") for at, name in enumerate(names, 1)]
    fields = {"connection": rules(), "limits": LONGEST, "ledger_contacts": KNOWN} | given
    return plan(*records, **fields)


def suppliers(made: Plan) -> list[tuple[str, str]]:
    return made.documents.select("contact_code", "contact_name").rows()


def test_a_name_nobody_mapped_is_the_suppliers_own_in_one_spelling() -> None:
    made = bought("Paper  Works", "PAPER WORKS", "cotton mill", "Supplier A")
    assert suppliers(made) == [
        ("PAPER WORKS", "PAPER WORKS"), ("PAPER WORKS", "PAPER WORKS"), ("Cotton Mill", "Cotton Mill"), ("C00007", "Supplier A"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["A name too long for it", "Mill:East", "", None])
def test_a_name_the_ledger_cannot_hold_is_never_cut(name: str | None) -> None:
    made = bought(name)
    assert made.documents.is_empty()
    assert made.findings["code"].to_list() == ["supplier-not-mapped"]


def test_without_the_setting_nothing_is_created() -> None:
    made = bought("Paper Works", connection=buying())
    assert made.findings["code"].to_list() == ["supplier-not-mapped"]
    with pytest.raises(ValueError, match="only with a ledger that goes by names"):
        connection(purchases={"new_suppliers": "create"})


def test_what_will_be_created_is_named_and_created_as_a_supplier() -> None:
    documents = bought("Paper Works", "cotton mill", "Supplier A").documents
    catalog = Catalog(contacts=tuple(LedgerContact(code=code, name=code) for code in KNOWN))
    assert [line.code for line in contact_lines(documents, catalog, new_suppliers=True)] == ["Paper Works"]
    assert contact_lines(documents, catalog) == ()
    (wanted,) = wanted_contacts(distinct_contacts(documents, new_suppliers=True), catalog)
    assert (wanted.code, wanted.is_supplier) == ("Paper Works", True)
    assert distinct_contacts(documents.filter(pl.lit(value=False)), new_suppliers=True).is_empty()

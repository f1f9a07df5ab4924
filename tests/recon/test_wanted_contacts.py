"""Contacts that an upload creates first: what the approved documents name and the ledger does not know."""

from __future__ import annotations

import polars as pl

from recon.service.contacts import wanted_contacts
from recon.targets.base import Catalog, LedgerContact

COLUMNS = ("contact_code", "contact_name", "contact_tax_id", "contact_branch", "contact_address")


def wanted(*rows: tuple[str | None, ...], known: tuple[LedgerContact, ...] = ()) -> list[LedgerContact]:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return wanted_contacts(frame, Catalog(contacts=known))


def test_a_buyers_contact_carries_tax_id_branch_and_address_in_one_line() -> None:
    address = "99/1  ถนนตัวอย่าง\nแขวงทดสอบ\r\n กรุงเทพมหานคร 10110 "
    assert wanted(("T1", "บริษัท ก จำกัด", "0994000000006", "00001", address)) == [
        LedgerContact(
            code="T1", name="บริษัท ก จำกัด", tax_id="0994000000006", branch="00001",
            address="99/1 ถนนตัวอย่าง แขวงทดสอบ กรุงเทพมหานคร 10110",
        )
    ]  # fmt: skip


def test_known_contacts_are_left_alone_and_equal_names_told_apart() -> None:
    known = (LedgerContact(code="ONLINE", name="Online customers"), LedgerContact(code="C1", name="ก"))
    found = wanted(
        ("ONLINE", "Online customers", None, None, None), ("T2", "ก", "0105500000011", None, None), known=known
    )
    assert [(contact.code, contact.name, contact.address) for contact in found] == [("T2", "ก (0105500000011)", "")]

"""Daily journals: everything is text, and debits equal credits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from recon.sandbox.ledgers.answers import Json
from recon.sandbox.peak import amounts, checks
from recon.sandbox.peak.desk import JOURNAL, Desk, text_amount
from recon.sandbox.peak.documents import ZERO
from recon.sandbox.peak.ledger import StoredDocument
from recon.sandbox.peak.wire import Fields, Refused


def create(desk: Desk, value: Json) -> StoredDocument:
    """Check one journal entry and keep it."""
    fields = Fields(value, JOURNAL.listed)
    issued = checks.date(fields, "issuedDate", desk.rules)
    checks.open_period(issued, desk.rules)
    book = checks.text(fields, "journalTypeId", 20, required=True)
    contact = desk.contact(contact_id=checks.text(fields, "contactId", 64, required=True))
    entries = [_entry(desk, Fields(entry, "journalEntries")) for entry in fields.listed("journalEntries")]
    debit = sum((Decimal(entry["debit"]) for entry in entries), ZERO)
    credit = sum((Decimal(entry["credit"]) for entry in entries), ZERO)
    if not entries or debit != credit or not debit:
        raise Refused("Debit and credit do not balance")
    day = checks.date_text(issued)
    document = StoredDocument(
        company=desk.key, kind=JOURNAL.name, id="", code=desk.take_number(checks.number_text(fields, desk.rules), JOURNAL),
        issued_on=day, due_on=day, status="paid", contact_id=contact["id"], contact_code=contact["code"], net_minor=0,
        vat_minor=0, total_minor=amounts.minor(debit), remain_minor=0,
        body={
            "journalTypeId": book,
            "reference": checks.text(fields, "reference", desk.rules.reference_max_length),
            "remark": checks.text(fields, "description", desk.rules.text_max_length),
            "journalEntries": entries,
        },
    )  # fmt: skip
    return desk.keep(document)


def _entry(desk: Desk, fields: Fields) -> dict[str, Any]:
    account = checks.text(fields, "accountCode", 20, required=True)
    if not desk.company.has_account(account):
        raise Refused("Invalid accountCode")
    sides = {}
    for side in ("debit", "credit"):
        value = fields.get(side)
        sides[side] = ZERO if value in (None, "") else checks.amount_text(value, side)
    if min(sides.values()) < 0 or (sides["debit"] == 0) == (sides["credit"] == 0):
        raise Refused("An entry has either a debit or a credit")
    return {
        "accountCode": account,
        "description": checks.text(fields, "description", desk.rules.text_max_length),
        **{side: text_amount(value) for side, value in sides.items()},
    }

"""Contacts of a batch: which the ledger has, which it has under another code, and which an upload creates first.

A contact is created only because an approved document names it, so plan and doors list what would be created. What the
ledger has is never changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

import polars as pl

from recon.config.connection import Connection
from recon.domain.document import PURCHASE_KINDS, Document
from recon.domain.providers import ledger_facts
from recon.errors import TargetRejected
from recon.plan.buyers import HEAD_OFFICE
from recon.plan.products import PRODUCT
from recon.service.account_proposals import buys
from recon.service.connecting import keep_catalog, known_catalog
from recon.service.context import Context
from recon.summaries.contacts import ContactLine, State
from recon.targets.base import Catalog, LedgerContact, MasterRequest, Target

COLUMNS: Final = ("contact_code", "contact_name", "contact_tax_id", "contact_branch", "contact_address")
NAMED: Final = 5
"""Contacts named one by one before the rest is only counted."""


def contact_codes_there(context: Context, name: str, rules: Connection) -> frozenset[str]:
    """Return the codes of the ledger's contacts as read last, where the plan asks for them; none: not known, or not asked for."""
    asks = buys(rules) or rules.detail.customers == "each"
    found = context.store.catalog.get(name, "contacts") if asks else None
    return frozenset(str(row["code"]) for row in found.rows) - {""} if found else frozenset()


def creates_suppliers(rules: Connection) -> bool:
    """Return whether suppliers nobody mapped are created by their names."""
    return rules.purchases.new_suppliers == "create"


class LedgerCodes:
    """Under which code the ledger has a buyer, by its lists as they were read last."""

    def __init__(self, catalog: Catalog) -> None:
        self.known = frozenset(contact.code for contact in catalog.contacts)
        self._by_buyer: dict[tuple[str, str], list[str]] = {}
        for contact in catalog.contacts:
            if contact.tax_id and contact.code:
                held = self._by_buyer.setdefault((contact.tax_id, contact.branch or HEAD_OFFICE), [])
                held += [] if contact.code in held else [contact.code]

    def of_buyer(self, tax_id: str | None, branch: str | None) -> tuple[str, ...]:
        """Return the codes of the contacts with this tax id and branch; no branch is the head office."""
        return tuple(self._by_buyer.get((tax_id, branch or HEAD_OFFICE), ())) if tax_id else ()

    def as_there(self, document: Document) -> Document:
        """Return a document with the code its contact has in the ledger: it was sent to the one with the same tax id."""
        held = self.of_buyer(document.contact_tax_id, document.contact_branch)
        if document.contact_code in self.known or len(held) != 1:
            return document
        return replace(document, contact_code=held[0])


def distinct_contacts(documents: pl.DataFrame, *, new_suppliers: bool = False) -> pl.DataFrame:
    """Return one row per contact the documents name: the newest name and the newest address that is stated, and how often.

    ``new_suppliers``: a supplier whose code is its name is created where the ledger has none (`purchases.new_suppliers`).
    """
    kind = pl.col("kind").cast(pl.String)
    bought = kind.is_in(PURCHASE_KINDS)
    # A supplier without a tax id is one that a person named by its code: it is there, or the code is wrong.
    set_by_name = bought & pl.col("contact_tax_id").is_null()
    if new_suppliers:
        set_by_name &= pl.col("contact_code") != pl.col("contact_name")
    named = documents.filter(kind != PRODUCT, ~set_by_name, pl.col("contact_code") != "")
    return named.group_by("contact_code", maintain_order=True).agg(
        pl.col("contact_name").last(),
        pl.col("contact_tax_id").last(),
        pl.col("contact_branch").last(),
        pl.col("contact_address").drop_nulls().last(),
        pl.len().alias("documents"),
        bought.any().alias("is_supplier"),
    )


def contact_lines(
    documents: pl.DataFrame, catalog: Catalog, *, is_file: bool = False, new_suppliers: bool = False
) -> tuple[ContactLine, ...]:
    """Return the contacts that are not in the ledger under their code, as its list was read last.

    Args:
        documents: DOCUMENTS.
        catalog: The ledger's lists.
        is_file: The ledger takes files, which create no contact.
        new_suppliers: Suppliers nobody mapped are created by their names.
    """
    fresh: Literal["to-create", "by-hand"] = "by-hand" if is_file else "to-create"
    codes = LedgerCodes(catalog)
    lines = []
    unknown = distinct_contacts(documents, new_suppliers=new_suppliers).filter(
        ~pl.col("contact_code").is_in(list(codes.known))
    )
    for row in unknown.iter_rows(named=True):
        tax_id, branch = row["contact_tax_id"] or "", row["contact_branch"] or ""
        held = codes.of_buyer(tax_id, branch)
        state: State = "twice" if len(held) > 1 else "reused" if held else fresh
        lines.append(
            ContactLine(row["contact_code"], row["contact_name"], tax_id, branch, row["documents"], state, held)
        )
    return tuple(lines)


def contact_words(lines: tuple[ContactLine, ...]) -> list[str]:
    """Return what a person should know of the contacts before approving, a sentence each."""
    made = [line for line in lines if line.state == "to-create"]
    words = [
        f"Contact {line.code} ({line.name}) is not in the ledger's list: the upload looks for it, and creates it first."
        for line in made[:NAMED]
    ]
    if len(made) > NAMED:
        words.append(f"{len(made) - NAMED:,} more contacts are created first; `recon plan --json` lists them.")
    words += [
        f"Contact {line.code} ({line.name}) is not in the ledger's list, and an import file creates none: create it there first."
        for line in lines
        if line.state == "by-hand"
    ][:NAMED]
    words += [
        f"The ledger has contacts {', '.join(line.held)} with tax id {line.tax_id} and this branch: merge them there, "
        f"or {line.documents:,} documents of {line.name} are refused."
        for line in lines
        if line.state == "twice"
    ]
    return words


def wanted_contacts(contacts: pl.DataFrame, catalog: Catalog, *, unique_names: bool = True) -> list[LedgerContact]:
    """Return contacts that are not in the ledger; equal names are told apart by their tax ids (PEAK wants names unique).

    ``unique_names``: the ledger wants that; where a contact's code is its name, the code tells them apart.
    """
    known = {contact.code for contact in catalog.contacts}
    names = {contact.name for contact in catalog.contacts}
    wanted = []
    for row in contacts.iter_rows(named=True):
        if not row["contact_code"] or row["contact_code"] in known:
            continue
        taken = unique_names and row["contact_name"] in names
        name = (
            f"{row['contact_name']} ({row['contact_tax_id'] or row['contact_code']})" if taken else row["contact_name"]
        )
        names.add(name)
        wanted.append(
            LedgerContact(
                code=row["contact_code"],
                name=name,
                tax_id=row["contact_tax_id"] or "",
                branch=row["contact_branch"] or "",
                address=" ".join((row["contact_address"] or "").split()),
                is_supplier=bool(row.get("is_supplier")),
            )
        )
    return wanted


def create_contacts(context: Context, connection: str, target: Target, documents: pl.DataFrame) -> None:
    """Create the contacts the approved documents name and the ledger does not know yet; each is looked up first.

    A contact the ledger refuses does not stop the others; documents that need it are refused by the ledger one by one.
    """
    catalog = known_catalog(context, connection)
    made: list[LedgerContact] = []
    rules = context.settings.connections[connection]
    unique = not ledger_facts(rules.target).creates_customers
    for contact in wanted_contacts(
        distinct_contacts(documents, new_suppliers=creates_suppliers(rules)), catalog, unique_names=unique
    ):
        try:
            made += target.ensure_masters(MasterRequest(contacts=(contact,))).contacts
        except TargetRejected as error:
            context.notes.append(f"contact {contact.code} ({contact.name}) was not created: {error}")
    if made:
        keep_catalog(context, connection, with_contacts(catalog, made))


def with_contacts(catalog: Catalog, made: list[LedgerContact]) -> Catalog:
    """Return the lists with these contacts; one that was there already, found by its tax id, stands in it once."""
    fresh = {contact.code: contact for contact in made}
    kept = tuple(contact for contact in catalog.contacts if contact.code not in fresh)
    return replace(catalog, contacts=(*kept, *fresh.values()))

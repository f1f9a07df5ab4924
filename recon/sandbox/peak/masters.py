"""Contacts, products, services, payment methods, chart of accounts and the company itself."""

from __future__ import annotations

from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.peak import checks
from recon.sandbox.peak.company import Company
from recon.sandbox.peak.desk import Desk, Request, wrapped
from recon.sandbox.peak.ledger import Books
from recon.sandbox.peak.views import page_bounds
from recon.sandbox.peak.wire import Fields, Refused, envelope, read_json, refusal

CONTACT_CODE_MAX: Final = 16
NAME_MAX: Final = 256
PRODUCT_NAME_MAX: Final = 100
CONTACT_TYPES: Final = frozenset({1, 3, 5})
"""1 company in samples of 2020, 3 juristic person, 5 individual."""
INDIVIDUAL: Final = 5
_CONTACT_TEXTS: Final = (
    "address", "subDistrict", "district", "province", "country", "postCode", "callCenterNumber", "faxNumber", "email",
    "website", "contactFirstName", "contactLastName", "contactNickName", "contactPosition", "contactPhoneNumber",
    "contactEmail", "purchaseAccount", "sellAccount", "prefixNameOther", "firstName", "lastName",
)  # fmt: skip


def seed(books: Books, company: Company) -> None:
    """Put the company's master data into empty books; known books stay as they are."""
    with books.change():
        if books.masters(company.key, "method"):
            return
        for contact in company.contacts:
            body: dict[str, Any] = {
                "type": contact.type,
                "taxNumber": contact.tax_number,
                "branchCode": contact.branch_code,
            }
            if contact.type == INDIVIDUAL:
                body["prefixNameType"] = 0
            books.add_master(company.key, "contact", contact.code, contact.name, body)
        for kind, products in (("product", company.products), ("service", company.services)):
            for product in products:
                body = {"description": "", "accountCode": product.account_code, "sellVatType": product.sell_vat_type}
                books.add_master(company.key, kind, product.code, product.name, body)
        for method in company.methods:
            body = {"type": method.type, "bankName": "", "accountNumber": ""}
            books.add_master(company.key, "method", method.code, method.name, body)


def get(desk: Desk, request: Request, kind: str, wrapper: str, listed: str) -> Answer:
    """Answer GET by `code` or `id`; other filters are ignored without a word and everything comes back."""
    equal = {name: request.query[name] for name in ("code", "id") if request.query.get(name)}
    found = desk.books.masters(desk.key, kind, **equal)
    if not equal and ("page" in request.query or "limit" in request.query):
        limit, offset = page_bounds(request, desk.rules.page_limit_max)
        found = found[offset : offset + limit]
    return envelope(wrapper, listed, found)


def user(desk: Desk, _request: Request) -> Answer:
    """Answer GET /user: who the User Token stands for."""
    company = {"companyName": desk.company.name, "taxNumber": desk.company.tax_id, "branchCode": "00000"}
    return Answer({"PeakUser": {"user": company, "resCode": "200", "resDesc": "PeakUser have Completed"}})


def accounts(desk: Desk, _request: Request) -> Answer:
    """Answer GET /dailyjournals/accountcode."""
    found = [{"code": a.code, "name": a.name, "nameEn": a.name_en} for a in desk.company.accounts]
    return envelope("PeakAccountCode", "accountCode", found)


def save(desk: Desk, request: Request, kind: str, wrapper: str, listed: str) -> Answer:
    """Answer POST: every item of the list on its own."""
    savers = {"contact": _save_contact, "product": _save_product, "service": _save_service, "method": _save_method}
    try:
        values = wrapped(read_json(request.body), wrapper).listed(listed)
        if not values:
            raise Refused(f"Missing {listed}")
    except Refused as refused:
        return refusal(wrapper, refused)
    items = []
    for value in values:
        fields = Fields(value, listed)
        try:
            kept = savers[kind](desk, fields)
        except Refused as refused:
            echoed: dict[str, Any] = {name: fields[name] for name in ("code", "name", "description") if name in fields}
            items.append({**echoed, "resCode": refused.code, "resDesc": refused.text})
        else:
            shown: dict[str, Any] = {name: kept[name] for name in ("id", "code", "name", "description") if name in kept}
            items.append({**shown, "resCode": "200", "resDesc": "Success"})
    return envelope(wrapper, listed, items)


def _save_contact(desk: Desk, fields: Fields) -> dict[str, Any]:
    """Create, or with a known code replace (upsert)."""
    body = _contact_body(desk, fields)
    code = checks.text(fields, "code", CONTACT_CODE_MAX)
    if code != code.strip():
        raise Refused("Invalid code")
    known = desk.books.masters(desk.key, "contact", code=code) if code else []
    _unique_name(desk, body["name"], known[0]["id"] if known else "")
    if known:
        changed = {**known[0], **body}
        desk.books.change_master(desk.key, "contact", changed)
        return changed
    if not code:
        code = f"C{desk.books.next_number(desk.key, 'number contact') + 1:05d}"
    return desk.books.add_master(desk.key, "contact", code, body.pop("name"), body)


def _contact_body(desk: Desk, fields: Fields) -> dict[str, Any]:
    name = checks.text(fields, "name", NAME_MAX, required=True)
    kind = checks.integer(fields, "type", CONTACT_TYPES)
    body: dict[str, Any] = {"name": name, "type": kind}
    if kind == INDIVIDUAL:
        body["prefixNameType"] = checks.integer(fields, "prefixNameType", set(range(6)))
        first, _, last = name.partition(" ")  # PEAK splits an individual's name at the first space
        body.update(firstName=first, lastName=last)
    body["taxNumber"] = checks.tax_number(fields)
    body["branchCode"] = checks.branch_code(fields)
    body.update(
        {key: checks.text(fields, key, desk.rules.text_max_length) for key in _CONTACT_TEXTS if fields.get(key)}
    )
    return body


def _unique_name(desk: Desk, name: str, own_id: str) -> None:
    if desk.rules.duplicate_contact_names:
        return
    if any(other["id"] != own_id for other in desk.books.masters(desk.key, "contact", name=name)):
        raise Refused("Contact name is duplicated", "100")


def edit_contact(desk: Desk, request: Request) -> Answer:
    """Answer POST /contacts/edit: one object, and all of it; a part of it is taken without a word and changes nothing."""
    try:
        fields = wrapped(read_json(request.body), "PeakContacts").inner("contacts")
        if fields is None:
            raise Refused("Missing contacts")
        contact = desk.contact(contact_id=checks.text(fields, "id", 64), code=checks.text(fields, "code", NAME_MAX))
        whole = all(key.lower() in fields for key in contact)
        if whole:
            body = _contact_body(desk, Fields({k: v for k, v in fields.items() if v != ""}))
            if desk.rules.edit_false_duplicate and body["name"] == contact["name"]:
                raise Refused("Contact name is duplicated", "100")
            _unique_name(desk, body["name"], contact["id"])
            desk.books.change_master(desk.key, "contact", {**contact, **body})
    except Refused as refused:
        return refusal("PeakContacts", refused)
    item = {"id": contact["id"], "code": contact["code"], "resCode": "200", "resDesc": "Success"}
    return envelope("PeakContacts", "contacts", [item])


def put_contact(_desk: Desk, _request: Request) -> Answer:
    """Answer PUT /contacts: 200, and nothing changes."""
    return envelope("PeakContacts", "contacts", [])


def _save_product(desk: Desk, fields: Fields) -> dict[str, Any]:
    return _save_sellable(desk, fields, "product", "P")


def _save_service(desk: Desk, fields: Fields) -> dict[str, Any]:
    code = checks.text(fields, "code", 64)
    known = desk.books.masters(desk.key, "service", code=code) if code else []
    if known:  # creating and editing share the path
        changed = {**known[0], **_sellable_body(desk, fields)}
        desk.books.change_master(desk.key, "service", changed)
        return changed
    return _save_sellable(desk, fields, "service", "S")


def _sellable_body(desk: Desk, fields: Fields) -> dict[str, Any]:
    account = checks.text(fields, "accountCode", 20) or checks.text(fields, "sellAccount", 20)
    if account and not desk.company.has_account(account):
        raise Refused("Invalid accountCode")
    return {
        "name": checks.text(fields, "name", PRODUCT_NAME_MAX, required=True),
        "description": checks.text(fields, "description", desk.rules.text_max_length),
        "accountCode": account or "410101",
        "sellVatType": checks.integer(fields, "sellVatType", {1, 2, 3}, default=3),
    }


def _save_sellable(desk: Desk, fields: Fields, kind: str, prefix: str) -> dict[str, Any]:
    body = _sellable_body(desk, fields)
    code = checks.text(fields, "code", 64) if desk.rules.product_codes else ""
    if code and any(desk.books.masters(desk.key, other, code=code) for other in ("product", "service")):
        raise Refused("Product code is duplicated", "100")
    while not code:
        made = f"{prefix}{desk.books.next_number(desk.key, f'number {kind}'):05d}"
        code = "" if desk.books.masters(desk.key, kind, code=made) else made
    return desk.books.add_master(desk.key, kind, code, body.pop("name"), body)


def _save_method(desk: Desk, fields: Fields) -> dict[str, Any]:
    kind = checks.integer(fields, "type", {1, 2})
    name = checks.text(fields, "name", NAME_MAX, required=True)
    prefix, code = ("CSH", "BSV")[kind - 1], ""
    while not code:
        made = f"{prefix}{desk.books.next_number(desk.key, f'number {prefix}'):03d}"
        code = "" if desk.books.masters(desk.key, "method", code=made) else made
    body = {"type": kind, "bankName": "", "accountNumber": checks.text(fields, "accountNumber", 64)}
    return desk.books.add_master(desk.key, "method", code, name, body)


def edit_product(desk: Desk, request: Request) -> Answer:
    """Answer POST /products/edit: each item is found by id or code and replaced."""
    try:
        items = []
        for value in wrapped(read_json(request.body), "PeakProducts").listed("products"):
            fields = Fields(value, "products")
            equal = {key: checks.text(fields, key, 64) for key in ("id", "code") if fields.get(key)}
            found = desk.books.masters(desk.key, "product", **equal) if equal else []
            if len(found) != 1:
                raise Refused("Invalid Product")
            desk.books.change_master(desk.key, "product", {**found[0], **_sellable_body(desk, fields)})
            items.append({"id": found[0]["id"], "code": found[0]["code"], "resCode": "200", "resDesc": "Success"})
    except Refused as refused:
        return refusal("PeakProducts", refused)
    return envelope("PeakProducts", "products", items)

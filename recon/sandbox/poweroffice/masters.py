"""Master data and settings of the sandbox PowerOffice Go, as v2 lists them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.books import Books
from recon.sandbox.poweroffice.company import Company
from recon.sandbox.poweroffice.desk import Desk, Request, flag, known_query, listed, paged, ranges
from recon.sandbox.poweroffice.wire import Fields, Problem

_CHANGED = ("lastChangedDateTimeOffsetGreaterThan", "createdDateTimeOffsetGreaterThan")


def named(books: Books, company: Company, *, keep: bool) -> Company:
    """Return a company as books that hold it call it, or (``keep``) write down how it is called from now on."""
    with books.change():
        known = books.setting(company.key, "company")
        if keep or known is None:
            books.set_setting(company.key, "company", {"name": company.name, "organisation": company.organisation})
            return company
    return replace(company, **known)


def seed(books: Books, company: Company) -> None:
    """Write a company into empty books; books that hold it stay as they are."""
    with books.change():
        if books.setting(company.key, "privileges") is not None:
            return
        books.set_setting(company.key, "privileges", list(company.privileges))
        books.set_setting(company.key, "lock_date", company.lock_date.isoformat() if company.lock_date else None)
        vats = {}
        for code in company.vat_codes:
            vats[code.code] = books.add_master(company.key, "vat", code.code, {
                "Code": code.code, "Name": code.name, "Rate": f"{code.rate:f}", "IsActive": code.is_active, "IsCustom": False,
                "ValidFrom": code.valid_from or None, "ValidTo": code.valid_to or None, "_account": code.account,
            })  # fmt: skip
        for account in company.accounts:
            books.add_master(company.key, "account", str(account.number), {
                "AccountNo": account.number, "Name": account.name, "IsActive": account.is_active,
                "VatCodeId": vats[account.vat]["Id"], "VatCode": account.vat, "IsVatCodeLocked": account.is_vat_locked,
                "IsDepartmentRequired": account.needs_department, "IsProjectRequired": account.needs_project,
                "GeneralLedgerAccountType": account.kind,
            })  # fmt: skip
        for kind, dimensions in (("department", company.departments), ("project", company.projects)):
            for one in dimensions:
                books.add_master(
                    company.key, kind, one.code, {"Code": one.code, "Name": one.name, "IsActive": one.is_active}
                )
        for customer in company.customers:
            keep_customer(books, company.key, {
                "Number": customer.number, "Name": customer.name, "IsPerson": False, "IsVatFree": customer.is_vat_free,
                "OrganizationNumber": customer.organisation or None, "ExternalNumber": customer.external_number,
                "ExternalImportReference": None, "InvoiceDeliveryType": "PdfByEmail", "IsActive": True, "IsArchived": False,
            })  # fmt: skip
        for product in company.products:
            books.add_master(company.key, "product", product.code, {
                "Code": product.code, "Name": product.name, "IsActive": True, "UnitPrice": f"{product.price:f}",
                "StandardSalesAccountId": _account_id(books, company.key, product.account),
                "OptionalSalesAccountId": _account_id(books, company.key, product.optional_account),
            })  # fmt: skip


def _account_id(books: Books, key: str, number: int) -> int:
    account = books.master_coded(key, "account", str(number))
    assert account is not None, number
    return int(account["Id"])


def keep_customer(books: Books, key: str, body: dict[str, Any]) -> dict[str, Any]:
    """Keep a customer and the account of its own in the sub-ledger."""
    kept = books.add_master(key, "customer", str(body["Number"]), body)
    sub = books.add_master(key, "subledger", str(body["Number"]), {"CustomerId": kept["Id"]})
    kept["SubledgerAccountId"] = sub["Id"]
    books.change_master(key, "customer", kept)
    return kept


def shown(body: dict[str, Any]) -> dict[str, Any]:
    """Return a master as an answer has it: rates and prices as numbers, nothing of our own."""
    out = {key: value for key, value in body.items() if not key.startswith("_")}
    for name in ("Rate", "UnitPrice"):
        if name in out:
            out[name] = Decimal(out[name])
    return out


def integration(desk: Desk, request: Request) -> Answer:
    """Say whose token it is and what it may do."""
    known_query(request)
    held = desk.privileges()
    lost = [name for name in desk.company.privileges if name not in held]
    return Answer({
        "ClientId": desk.company.client_id, "ClientName": desk.company.name,
        "ActiveClientSubscriptions": list(desk.company.subscriptions), "ValidPrivileges": held, "InvalidPrivileges": lost,
    })  # fmt: skip


def organisation(desk: Desk, request: Request) -> Answer:
    """Say which organisation it is."""
    known_query(request)
    return Answer({
        "Id": desk.company.client_id, "Name": desk.company.name, "LegalName": desk.company.name,
        "OrganizationNumber": desk.company.organisation,
    })  # fmt: skip


def accounts(desk: Desk, request: Request) -> Answer:
    """List the chart."""
    known_query(request, "accountNos", "isActive", *_CHANGED)
    numbers, active = ranges(request, "accountNos"), flag(request, "isActive")
    items = [shown(one) for one in desk.books.masters(desk.key, "account") if numbers(one["AccountNo"])]
    return paged(desk, request, [one for one in items if active in (None, one["IsActive"])])


def vat_codes(desk: Desk, request: Request) -> Answer:
    """List the VAT codes; those that have ended only where they are asked for."""
    known_query(request, "isActive", "includeExpired", "vatCodes")
    active, expired, codes = flag(request, "isActive"), flag(request, "includeExpired"), listed(request, "vatCodes")
    today = desk.stamp[:10]
    return paged(desk, request, [
        shown(one)
        for one in desk.books.masters(desk.key, "vat")
        if active in (None, one["IsActive"])
        and (expired or not one["ValidTo"] or one["ValidTo"] >= today)
        and (not codes or one["Code"] in codes)
    ])  # fmt: skip


def coded(desk: Desk, request: Request, kind: str) -> Answer:
    """List departments, projects or products."""
    known_query(request, "codes", "isActive", *_CHANGED)
    codes, active = listed(request, "codes"), flag(request, "isActive")
    return paged(desk, request, [
        shown(one)
        for one in desk.books.masters(desk.key, kind)
        if active in (None, one["IsActive"]) and (not codes or one["Code"] in codes)
    ])  # fmt: skip


def departments(desk: Desk, request: Request) -> Answer:
    """List the departments."""
    return coded(desk, request, "department")


def projects(desk: Desk, request: Request) -> Answer:
    """List the projects."""
    return coded(desk, request, "project")


def products(desk: Desk, request: Request) -> Answer:
    """List the products."""
    return coded(desk, request, "product")


def customers(desk: Desk, request: Request) -> Answer:
    """List the customers."""
    known_query(request, "customerNos", "externalNos", "externalImportReference", "organizationNos", *_CHANGED)
    numbers, outside = ranges(request, "customerNos"), ranges(request, "externalNos")
    wanted = request.query.get("externalimportreference", "")
    organisations = listed(request, "organizationNos")
    return paged(desk, request, [
        one
        for one in desk.books.masters(desk.key, "customer")
        if numbers(one["Number"])
        and (not request.query.get("externalnos") or (one["ExternalNumber"] is not None and outside(one["ExternalNumber"])))
        and (not wanted or one["ExternalImportReference"] == wanted)
        and (not organisations or one["OrganizationNumber"] in organisations)
    ])  # fmt: skip


def new_customer(desk: Desk, request: Request) -> Answer:
    """Make a customer; Go numbers it unless the request does."""
    asked = desk.fields(request.body)
    person = asked.flag("IsPerson") or False
    first, last = asked.text("FirstName", 100, required=person), asked.text("LastName", 100, required=person)
    name = asked.text("Name", 200, required=not person)
    others = desk.books.masters(desk.key, "customer")
    body = {
        "Number": _customer_number(desk, asked, others), "Name": name or f"{first} {last}", "IsPerson": person,
        "FirstName": first or None, "LastName": last or None, "IsVatFree": asked.flag("IsVatFree") or False,
        "OrganizationNumber": asked.text("OrganizationNumber", 20) or None, "ExternalNumber": asked.whole("ExternalNumber"),
        "ExternalImportReference": asked.text("ExternalImportReference", 50) or None,
        "EmailAddress": asked.text("EmailAddress", 320) or None,
        "InvoiceEmailAddress": asked.text("InvoiceEmailAddress", 320) or None,
        "InvoiceDeliveryType": asked.text("InvoiceDeliveryType", 30) or "PdfByEmail",
        "PaymentTerm": asked.whole("PaymentTerm"), "MailAddress": _address(asked.inner("MailAddress")),
        "IsActive": True, "IsArchived": False,
    }  # fmt: skip
    asked.done()
    for unique in ("ExternalNumber", "ExternalImportReference"):
        if body[unique] is not None and any(one[unique] == body[unique] for one in others):
            raise Problem(f"{unique} '{body[unique]}' is already in use by another customer.")
    return Answer(keep_customer(desk.books, desk.key, body), status=201)


def _customer_number(desk: Desk, asked: Fields, others: list[dict[str, Any]]) -> int:
    number = asked.whole("Number")
    series, taken = desk.company.customer_series, {one["Number"] for one in others}
    if number is None:
        return next(free for free in series if free not in taken)
    if number not in series or number in taken:
        raise asked.refuse("Number", f"{number} is taken, or not one of {series.start}-{series.stop - 1}.")
    return number


def _address(asked: Fields | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    body = {
        "AddressLine1": asked.text("AddressLine1", 200) or None, "AddressLine2": asked.text("AddressLine2", 200) or None,
        "ZipCode": asked.text("ZipCode", 20, required=True), "City": asked.text("City", 100, required=True),
        "CountryCode": asked.text("CountryCode", 2) or "NO",
    }  # fmt: skip
    asked.done()
    return body


def lock_date(desk: Desk, request: Request) -> Answer:
    """Say until when the books are locked."""
    known_query(request)
    locked = desk.lock_date()
    return Answer({"LockDate": locked.isoformat() if locked else None})


def financial(desk: Desk, request: Request) -> Answer:
    """Say when the books begin."""
    known_query(request)
    begins = desk.company.conversion_date
    return Answer({"ConversionDate": begins.isoformat() if begins else None, "CurrencyCode": "NOK"})


def vat_settings(desk: Desk, request: Request) -> Answer:
    """Say how VAT is reported."""
    known_query(request)
    account = desk.books.master_coded(desk.key, "account", "7740")
    return Answer({
        "IsVatRegistered": True, "VatNumber": desk.company.organisation, "VatPeriod": "TwoMonths",
        "RoundingAccountId": account["Id"] if account else None, "RoundingAccountNo": 7740 if account else None,
    })  # fmt: skip

"""The settlement of the reference's worked example, and a scripted PowerOffice Go on loopback for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from recon.domain.document import Document, DocumentLine, PaymentPart, Posting
from recon.money import divide_half_up
from recon.targets.poweroffice import PowerOfficeOptions, PowerOfficeTarget
from tests.recon.peak_tools import FakeClock
from tests.recon.raw_server import RawServer, reset, response

DAY = dt.date(2026, 3, 14)
START = dt.datetime(2026, 3, 15, 6, 0, 0, tzinfo=dt.UTC)
KEYS = {"application_key": "app-key-1", "client_key": "client-key-1", "subscription_key": "subscription-key-1"}
RATES = {"3": 2500, "31": 1500, "0": 0}
"""Basis points of the codes used."""
PAID = (
    ("CASH Kontant", "1900", 300000), ("BAX BankAxept", "1503", 900040), ("VISA Visa", "1504", 380000),
    ("VIPPS Vipps", "1505", 200000), ("GIFT Gavekort innløst", "2901", 30000),
    ("CASH Kontant", "1900", -2000), ("cash difference", "1909", 2000), ("CASH Kontant", "1900", -298000),
    ("to bank", "1920", 298000),
)  # fmt: skip
SOLD = (
    ("Mat servert", "3000", "3", 1000000), ("Mat take-away", "3030", "31", 230000), ("Øl", "3000", "3", 500000),
    ("Gavekort solgt", "2901", "0", 50000), ("Tips", "2910", "0", 30000), ("Øreavrunding", "7740", "0", 40),
)  # fmt: skip


def line(no: int, text: str, account: str, code: str, minor: int, **changes: object) -> DocumentLine:
    rate = RATES.get(code, 0)
    vat = divide_half_up(minor * rate, 10_000 + rate)
    fields: dict[str, object] = {
        "line_no": no, "kind": "product", "product_code": None, "account_code": account, "sku": f"Kafé Torget/{no}",
        "description": text, "quantity_milli": 1000, "unit_price_minor": minor, "amount_minor": minor,
        "discount_minor": 0, "vat_code": "none", "net_minor": minor - vat, "vat_minor": vat, "row": 1, "tax_code": code,
    }  # fmt: skip
    return DocumentLine(**{**fields, **changes})


def settlement(number: str = "K1/214", *, paid=PAID, sold=SOLD, **changes: object) -> Document:
    """Return the settlement of Z 214 of register K1."""
    lines = tuple(line(no, *one) for no, one in enumerate(sold, start=1))
    total = sum(minor for _, _, minor in paid)
    vat = sum(one.vat_minor for one in lines)
    fields: dict[str, object] = {
        "document_key": f"till:kafe:settlement:{number}/settlement/1", "order_key": f"till:kafe:settlement:{number}",
        "order_number": number, "kind": "settlement", "revision": 1, "number": number, "applies_to_key": None,
        "applies_to_number": None, "issued_on": DAY, "due_on": DAY, "contact_code": "", "contact_name": "",
        "contact_tax_id": None, "contact_branch": None, "contact_address": None, "sales_channel": "Kafé Torget",
        "payment_channel": f"Kafé Torget/{paid[0][0]}" if paid else "", "payment_method": paid[0][1] if paid else None, "paid_on": DAY,
        "paid_minor": total, "currency": "NOK", "vat_mode": "included", "is_tax_invoice": False, "gross_minor": total,
        "discount_minor": 0, "net_minor": total - vat, "vat_minor": vat, "vat_by_line_minor": vat, "total_minor": total,
        "remark": "Dagsoppgjør K1 Z214 14.03.2026", "reason": "settlement", "depends_on": None, "lines": lines,
        "postings": (Posting(account_code="1503", debit_minor=1), Posting(account_code="3000", credit_minor=1)),
        "file": "0123456789ab", "row": 1, "department": "10",
        "payments": tuple(
            PaymentPart(payment_channel=f"Kafé Torget/{name}", payment_method=account, amount_minor=minor)
            for name, account, minor in paid
        ),
    }  # fmt: skip
    return Document(**{**fields, **changes})


@dataclass
class ScriptedGo:
    """Answers as the documentation says, from dictionaries; ``say`` puts an answer before the usual one of a path."""

    lists: dict[str, object] = field(default_factory=dict)
    drafts: dict[str, dict] = field(default_factory=dict)
    imports: list[dict] = field(default_factory=list)
    transactions: list[dict] = field(default_factory=list)
    asked: list[tuple[str, str, dict, bytes]] = field(default_factory=list)
    """Method, path, query and body of every request besides those for tokens."""
    heads: list[str] = field(default_factory=list)
    tokens: int = 0
    expires_in: int = 1200
    said: dict[str, list[bytes | None]] = field(default_factory=dict)
    """Path to answers that come first; None: the connection breaks after the request was carried out."""
    hidden: set[str] = field(default_factory=set)
    """Drafts that are listed and no longer answer."""
    lowered: bool = False
    """Field names in lower case."""

    def say(self, path: str, *answers: bytes | None) -> None:
        self.said.setdefault(path, []).extend(answers)

    def writes(self) -> list[tuple[str, bytes]]:
        return [(path, body) for method, path, _, body in self.asked if method == "POST"]

    def behave(self, connection, server) -> None:
        seen = server.read(connection)
        if seen is None:
            return
        method, target, _ = seen.head.split("\r\n")[0].split(" ")
        parts = urlsplit(target)
        path, query = parts.path, dict(parse_qsl(parts.query))
        self.heads.append(seen.head)
        if not path.endswith("/OAuth/Token"):
            self.asked.append((method, path, query, seen.body))
        queue = self.said.get(path)
        first = queue.pop(0) if queue else b""
        if first:
            connection.sendall(_closing(first))
            return
        answer = self.answer(method, path, query, seen.body)
        if first is None:
            reset(connection)
            return
        connection.sendall(_closing(answer))

    def answer(self, method: str, path: str, query: dict, body: bytes) -> bytes:
        if path.endswith("/OAuth/Token"):
            self.tokens += 1
            return json_answer(
                {"access_token": f"token-{self.tokens}", "token_type": "bearer", "expires_in": self.expires_in}
            )
        if path.startswith("/v1/"):
            return self.v1(method, path.removeprefix("/v1"), body)
        path = path.removeprefix("/v2")
        if method == "POST":
            return self.post(path, json.loads(body, parse_float=Decimal))
        if path.startswith("/JournalEntryVouchers/ManualJournals/"):
            wanted = path.rpartition("/")[2]
            held = None if wanted in self.hidden else self.drafts.get(wanted)
            return problem(404, "Not found") if held is None else self.json(held["body"])
        return self.listed(path, query)

    def listed(self, path: str, query: dict) -> bytes:
        if path == "/JournalEntryVouchers":
            rows: object = [held["row"] for held in self.drafts.values()]
        elif path == "/AccountTransactions":
            rows = [row for row in self.transactions if query["fromDate"] <= row["PostingDate"] <= query["toDate"]]
        elif path not in self.lists:
            return problem(404, "Not found")
        else:
            rows = self.lists[path]
        if isinstance(rows, list):
            size, page = int(query.get("PageSize", 5000)), int(query.get("PageNumber", 1))
            rows = rows[(page - 1) * size : page * size]
            if not rows:
                return response(b"", status="204 No Content")
        return self.json(rows)

    def post(self, path: str, body: dict) -> bytes:
        if path == "/JournalEntryVouchers/ManualJournals":
            ledger_id = f"d0000000-0000-0000-0000-{len(self.drafts) + 1:012d}"
            self.keep(ledger_id, {"Id": ledger_id, **body})
            return self.json({"Id": ledger_id, **body}, status="201 Created")
        if path == "/Vouchers/CashJournals":
            ledger_id = f"c0000000-0000-0000-0000-{len(self.transactions) + 1:012d}"
            for row in body["VoucherLines"]:
                self.transactions.append(
                    {
                        "VoucherId": ledger_id, "VoucherNo": 7, "VoucherType": "CashJournal", "PostingDate": row["PostingDate"],
                        "AccountNo": self.number_of(row["AccountId"]), "Amount": row["CurrencyAmount"],
                        "VatCode": self.code_of(row["VatId"]), "DepartmentCode": "10" if row.get("DepartmentId") else None,
                        "ExternalImportReference": body["ExternalImportReference"],
                    }
                )  # fmt: skip
            return self.json({"Id": ledger_id, "VoucherNo": 7}, status="201 Created")
        return problem(404, "Not found")

    def keep(self, ledger_id: str, body: dict, **row: object) -> None:
        stamp = f"2026-03-15T06:00:{len(self.drafts):02d}Z"
        facts = {
            "Id": ledger_id, "VoucherType": "ManualJournal", "IsPosted": False, "IsCreatedByCurrentIntegration": True,
            "CreatedDateTimeOffset": stamp, "LastChangedDateTimeOffset": stamp,
        }  # fmt: skip
        self.drafts[ledger_id] = {"body": body, "row": {**facts, **row}}

    def v1(self, method: str, path: str, body: bytes) -> bytes:
        if method == "POST":
            sent = json.loads(body, parse_float=Decimal)
            if any(one["externalImportReference"] == sent["externalImportReference"] for one in self.imports):
                summary = {"summary": "An import with this ExternalImportReference already exists"}
                return self.json({"success": False, "validation": summary})
            ledger_id = f"a0000000-0000-0000-0000-{len(self.imports) + 1:012d}"
            self.imports.append({"id": ledger_id, "isPosted": False, **sent})
            return self.json({"data": ledger_id, "success": True})
        if path == "/Import/":
            rows = [{k: v for k, v in one.items() if k != "externalImportReference"} for one in self.imports]
            return self.json({"data": rows, "count": len(rows), "success": True})
        wanted = path.removeprefix("/Import/").rstrip("/")
        held = next((one for one in self.imports if one["id"] == wanted), None)
        return problem(404, "Not found") if held is None else self.json({"data": held, "success": True})

    def number_of(self, account_id: int) -> int:
        rows = self.lists["/GeneralLedgerAccounts"]
        return next(row["AccountNo"] for row in rows if row["Id"] == account_id)

    def code_of(self, vat_id: int) -> str:
        return next(row["Code"] for row in self.lists["/VatCodes"] if row["Id"] == vat_id)

    def json(self, value: object, status: str = "200 OK") -> bytes:
        return json_answer(_lowered(value) if self.lowered else value, status)


def _closing(answer: bytes) -> bytes:
    """Return an answer that says that the connection ends with it."""
    return answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def json_answer(value: object, status: str = "200 OK") -> bytes:
    return response(json.dumps(value, default=_number).encode(), status=status)


def problem(status: int, title: str, detail: str = "", extra: str = "") -> bytes:
    body = json.dumps({"title": title, "status": status, "detail": detail}).encode()
    return response(body, status=f"{status} X", content_type="application/problem+json", extra=extra)


def _number(value: object) -> object:
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)


def _lowered(value: object) -> object:
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _lowered(one) for key, one in value.items()}
    return [_lowered(one) for one in value] if isinstance(value, list) else value


def company_lists() -> dict[str, object]:
    """Return the lists of the worked example's company."""
    kinds = {"1": "Asset", "2": "Liability", "3": "Income", "7": "Expense"}
    numbers = ("1900", "1503", "1504", "1505", "1909", "1920", "2901", "2910", "3000", "3030", "7740", "1999")
    accounts = [
        {
            "Id": 5000 + int(number), "AccountNo": int(number), "Name": f"Konto {number}", "IsActive": True, "VatCodeId": 70,
            "VatCode": "0", "IsVatCodeLocked": False, "IsDepartmentRequired": number.startswith("3"),
            "IsProjectRequired": False, "GeneralLedgerAccountType": kinds[number[0]],
        }
        for number in numbers
    ]  # fmt: skip
    codes = (("0", 70, "0"), ("3", 73, "0.25"), ("31", 731, "0.15"), ("33", 733, "0.12"), ("32", 732, "0.1111"))
    return {
        "/ClientIntegrationInformation": {
            "ClientId": "client-42", "ClientName": "Kafé Torget AS", "ActiveClientSubscriptions": ["Accounting"],
            "ValidPrivileges": [
                "GeneralLedgerAccount", "CommonServices", "Department", "AccountTransaction", "JournalEntryVoucher_Full",
                "CashVoucher_Full", "SalesOrders_Full", "Product", "Customer_Full",
            ],
            "InvalidPrivileges": [],
        },
        "/GeneralLedgerAccounts": accounts,
        "/VatCodes": [
            {"Id": tax_id, "Code": code, "Name": f"Kode {code}", "Rate": Decimal(rate), "IsActive": True, "ValidFrom": "2018-01-01", "ValidTo": None}
            for code, tax_id, rate in codes
        ],
        "/Departments": [{"Id": 910, "Code": "10", "Name": "Kafé Torget", "IsActive": True}],
        "/Projects": [],
        "/LockDateSettings": {"LockDate": "2026-01-31"},
        "/FinancialSettings": {"ConversionDate": "2026-01-01", "CurrencyCode": "NOK"},
        "/VatSettings": {"IsVatRegistered": True, "VatPeriod": "TwoMonths"},
    }  # fmt: skip


@contextmanager
def go(**options: object):
    """Run a scripted Go; gives it and a maker of targets that speak to it."""
    server = ScriptedGo(lists=company_lists())
    with RawServer(server.behave) as raw:
        made: list[PowerOfficeTarget] = []

        def target(cache=None, clock=None, **changes: object) -> PowerOfficeTarget:
            chosen = {"tax_id": "999999999", "requests_per_second": 10, **options, **changes}
            one = PowerOfficeTarget(
                base_url=f"{raw.url}/v2", v1_url=f"{raw.url}/v1", environment="sandbox", credentials=KEYS,
                clock=clock or FakeClock(START), options=PowerOfficeOptions(**chosen), token_cache=cache,
            )  # fmt: skip
            made.append(one)
            return one

        try:
            yield server, target
        finally:
            for one in made:
                one.close()


Maker = Callable[..., PowerOfficeTarget]
changed = dataclasses.replace

"""Documents and targets for the tests of PEAK; invented, with figures that tie."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from recon.domain.document import Document, DocumentLine, Posting
from recon.money import vat_included, vat_on_top
from recon.targets.peak import PeakOptions, PeakTarget

START = dt.datetime(2026, 2, 1, 3, 0, 0, tzinfo=dt.UTC)
CREDENTIALS = {"connect_id": "TEST_CONNECT_ID", "connect_key": "test-connect-key", "user_token": "user-token-0001"}


class FakeClock:
    """Time that moves only when told; remembers every wait."""

    def __init__(self, start: dt.datetime = START) -> None:
        self.moment = start
        self.slept: list[float] = []

    def now(self) -> dt.datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += dt.timedelta(seconds=seconds)


def line(
    price: int = 10700, milli: int = 1000, *, no: int = 1, vat_mode: str = "included", **changes: object
) -> DocumentLine:
    amount = price * milli // 1000
    vat_code = changes.pop("vat_code", "none" if vat_mode == "none" else "vat7")
    vat = 0
    if vat_code == "vat7":
        vat = vat_included(amount, 700) if vat_mode == "included" else vat_on_top(amount, 700)
    net = amount - vat if vat_mode == "included" else amount
    fields: dict[str, object] = {
        "line_no": no, "kind": "product", "product_code": "P00001", "account_code": None, "sku": "TS-BLK-M",
        "description": "เสื้อยืด สีดำ M", "quantity_milli": milli, "unit_price_minor": price, "amount_minor": amount,
        "discount_minor": 0, "vat_code": vat_code, "net_minor": net, "vat_minor": vat, "row": no + 1,
    }  # fmt: skip
    return DocumentLine(**{**fields, **changes})


def sale(
    kind: str = "receipt",
    number: str | None = "RT-1001",
    *,
    lines: Sequence[DocumentLine] | None = None,
    vat_mode: str = "included",
    **changes: object,
) -> Document:
    """Return an invoice or a receipt whose figures follow from its lines."""
    lines = tuple(lines or (line(vat_mode=vat_mode),))
    gross = sum(one.amount_minor for one in lines)
    taxed = sum(one.amount_minor for one in lines if one.vat_code == "vat7")
    vat = vat_included(taxed, 700) if vat_mode == "included" else vat_on_top(taxed, 700)
    net = gross - vat if vat_mode == "included" else gross
    paid = net + vat if kind == "receipt" else 0
    fields: dict[str, object] = {
        "document_key": f"shop:1001/{kind}/1", "order_key": "shop:1001", "order_number": "#1001", "kind": kind, "revision": 1,
        "number": number, "applies_to_key": None, "applies_to_number": None, "issued_on": dt.date(2026, 1, 31),
        "due_on": dt.date(2026, 1, 31), "contact_code": "ONLINE", "contact_name": "ลูกค้าออนไลน์ (รวม)", "contact_tax_id": None,
        "contact_branch": None, "contact_address": None, "sales_channel": "Shopee", "payment_channel": "Shopee Wallet",
        "payment_method": "EWL001" if paid else None, "paid_on": dt.date(2026, 1, 31) if paid else None, "paid_minor": paid,
        "currency": "THB", "vat_mode": vat_mode, "is_tax_invoice": vat_mode != "none", "gross_minor": gross, "discount_minor": 0,
        "net_minor": net, "vat_minor": vat, "vat_by_line_minor": sum(one.vat_minor for one in lines), "total_minor": net + vat,
        "remark": "Shopee order #1001", "reason": "paid", "depends_on": None, "lines": lines,
        "postings": (Posting(account_code="113105", debit_minor=net + vat), Posting(account_code="410101", credit_minor=net + vat)),
        "file": "0123456789ab", "row": 2,
    }  # fmt: skip
    return Document(**{**fields, **changes})


def new_product(
    sku: str = "TS-BLK-M", name: str = "เสื้อยืด สีดำ M", *, kind: str = "product", **changes: object
) -> Document:
    """Return a line of the plan that creates a product or a service."""
    zero = {field: 0 for field in Document.__dataclass_fields__ if field.endswith("_minor")}
    key = sku.casefold()
    fields: dict[str, object] = {
        **zero, "document_key": f"sku:{key}/product/1", "order_key": f"sku:{key}", "order_number": sku, "kind": "product",
        "revision": 1, "number": None, "applies_to_key": None, "applies_to_number": None, "issued_on": dt.date(2026, 1, 31),
        "due_on": dt.date(2026, 1, 31), "contact_code": "", "contact_name": name, "contact_tax_id": None,
        "contact_branch": None, "contact_address": None, "sales_channel": "", "payment_channel": "", "payment_method": None,
        "paid_on": None, "currency": "THB", "vat_mode": "none", "is_tax_invoice": False, "remark": f"sku:{sku}",
        "reason": f"create-{kind}", "depends_on": None, "lines": (), "postings": (), "file": "", "row": 0,
    }  # fmt: skip
    return Document(**{**fields, **changes})


def following(
    original: Document, kind: str, ledger_id: str | None, number: str | None = None, **changes: object
) -> Document:
    """Return a payment, void or credit note of a document."""
    is_payment = kind == "payment"
    return dataclasses.replace(
        original,
        document_key=f"{original.order_key}/{kind}/1", kind=kind, number=number, applies_to_key=original.document_key,
        applies_to_number=original.number, applies_to_kind=original.kind, applies_to_ledger_id=ledger_id,
        issued_on=dt.date(2026, 2, 1), due_on=dt.date(2026, 2, 1), remark=f"{kind} of #1001",
        payment_method="EWL001" if is_payment else None, paid_on=dt.date(2026, 2, 1) if is_payment else None,
        paid_minor=original.total_minor if is_payment else 0,
        lines=() if is_payment or kind == "void" else original.lines, **changes,
    )  # fmt: skip


def target(
    url: str,
    clock: FakeClock,
    *,
    credentials: Mapping[str, str] = CREDENTIALS,
    catalog=None,
    cache=None,
    on_wait=None,
    **options: object,
) -> PeakTarget:
    settings = {"timeout_seconds": 5, **options}
    return PeakTarget(
        base_url=url, environment="sandbox", credentials=credentials, clock=clock, options=PeakOptions(**settings),
        catalog=catalog, token_cache=cache, on_wait=on_wait,
    )  # fmt: skip

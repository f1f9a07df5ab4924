"""The invented companies of the sandbox: chart of accounts, payment methods, contacts, products and services.

Account codes come from the list of codes seen in PEAK where the comment says "seen"; the others are invented in the
same six-digit form. All tax ids are invented and pass the check digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONNECT_ID: Final = "SANDBOX_CONNECT_ID"
"""Connect ID of the sandbox: the key of every signature. Invented, worth nothing elsewhere."""
CONNECT_KEY: Final = "sandbox-connect-key"
"""Connect Key of the sandbox, sent as `password`. Invented, worth nothing elsewhere."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Method:
    """A payment method (ช่องทางการเงิน)."""

    code: str
    name: str
    type: int = 2
    account_code: str = ""
    """Account behind it; PEAK's answers do not tell, so a person has to know."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer or supplier."""

    code: str
    name: str
    type: int = 5
    tax_number: str = ""
    branch_code: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A product or a service."""

    code: str
    name: str
    account_code: str = "410101"
    sell_vat_type: int = 3


CHART: Final = (
    Account("111101", "เงินสด", "Cash"),  # seen
    Account("111201", "เงินฝากกระแสรายวัน", "Current account"),  # seen
    Account("111301", "เงินฝากออมทรัพย์", "Savings account"),  # invented
    Account("113101", "ลูกหนี้การค้า", "Trade receivables"),  # invented
    Account("113105", "ลูกหนี้ Shopee Wallet", "Shopee wallet"),  # seen, used as a wallet
    Account("113106", "ลูกหนี้ Lazada Wallet", "Lazada wallet"),  # invented
    Account("113107", "ลูกหนี้ TikTok Shop", "TikTok Shop wallet"),  # invented
    Account("113108", "ลูกหนี้บัตรเครดิต", "Card clearing"),  # invented
    Account("113109", "ลูกหนี้เก็บเงินปลายทาง", "COD clearing"),  # invented
    Account("115401", "ภาษีซื้อ", "Input VAT"),  # seen
    Account("115402", "ภาษีซื้อยังไม่ถึงกำหนด", "Input VAT not yet due"),  # invented
    Account("212101", "เจ้าหนี้การค้า", "Trade payables"),  # seen
    Account("215301", "ภาษีขาย", "Output VAT"),  # invented
    Account("215302", "ภาษีขายยังไม่ถึงกำหนด", "Output VAT not yet due"),  # invented
    Account("215401", "ภาษีหัก ณ ที่จ่ายค้างจ่าย", "Withholding tax payable"),  # invented
    Account("410101", "รายได้จากการขายสินค้า", "Sales"),  # seen
    Account("410107", "รายได้จากการขายอื่น", "Other sales"),  # seen
    Account("410201", "รายได้จากการให้บริการ", "Service income"),  # seen
    Account("410301", "รายได้ค่าขนส่ง", "Shipping income"),  # invented
    Account("420101", "รายได้อื่น", "Other income"),  # invented
    Account("420102", "กำไรขาดทุนจากการปัดเศษ", "Rounding"),  # invented
    Account("510111", "ค่าธรรมเนียม", "Fees"),  # seen in an example
    Account("530101", "ค่าขนส่ง", "Freight"),  # invented
)

METHODS: Final = (
    Method("CSH001", "เงินสด", 1, "111101"),
    Method("BSV001", "ธนาคารออมทรัพย์ 001", 2, "111301"),
    Method("BSV002", "ธนาคารกระแสรายวัน 002", 2, "111201"),
    Method("EWL001", "Shopee Wallet", 2, "113105"),
    Method("EWL002", "Lazada Wallet", 2, "113106"),
    Method("EWL003", "TikTok Shop Wallet", 2, "113107"),
    Method("EWL004", "บัตรเครดิต", 2, "113108"),
    Method("EWL005", "เก็บเงินปลายทาง", 2, "113109"),
)

CONTACTS: Final = (
    Contact("ONLINE", "ลูกค้าออนไลน์ (รวม)"),
    Contact("SHOP-SPE-01", "ลูกค้า Shopee (รวม)"),
    Contact("SHOP-LAZ-01", "ลูกค้า Lazada (รวม)"),
    Contact("SHOP-TTS-01", "ลูกค้า TikTok Shop (รวม)"),
    Contact("C00001", "บริษัท ตัวอย่างผู้ซื้อ จำกัด", 3, "0105500000011", "00000"),
    Contact("V00001", "บริษัท ตัวอย่างแพลตฟอร์ม จำกัด", 3, "0105500000020", "00000"),
)

PRODUCTS: Final = (
    Product("P00001", "เสื้อยืด สีดำ M"),
    Product("P00002", "เสื้อยืด สีดำ L"),
    Product("P00003", "เสื้อยืด สีขาว M"),
    Product("P00004", "กางเกงขาสั้น"),
    Product("P00005", "กระเป๋าผ้า"),
    Product("P00006", "หมวกแก๊ป"),
)

SERVICES: Final = (
    Product("S00001", "ค่าขนส่ง", "410301"),
    Product("S00002", "ค่าบริการ COD", "410201"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One company of the sandbox; its User Token is how a client says which one it means."""

    key: str
    """Short name inside the sandbox."""
    name: str
    tax_id: str
    user_token: str
    vat_registered: bool = True
    accounts: tuple[Account, ...] = CHART
    methods: tuple[Method, ...] = METHODS
    contacts: tuple[Contact, ...] = CONTACTS
    products: tuple[Product, ...] = PRODUCTS
    services: tuple[Product, ...] = SERVICES

    def has_account(self, code: str) -> bool:
        """Return whether the chart holds this account."""
        return any(account.code == code for account in self.accounts)


def sandbox_company(**changes: object) -> Company:
    """Return the company the sandbox opens with; keyword arguments replace its fields."""
    fields: dict[str, object] = {
        "key": "sandbox",
        "name": "บริษัท แซนด์บ็อกซ์ จำกัด",
        "tax_id": "0105500000003",
        "user_token": "5a4d0b0c-0000-4000-8000-000000000001",
    }
    return Company(**{**fields, **changes})  # type: ignore[arg-type]


def other_company(**changes: object) -> Company:
    """Return a second company, for swapped credentials."""
    fields: dict[str, object] = {
        "key": "other",
        "name": "บริษัท อีกแห่ง จำกัด",
        "tax_id": "0105500000038",
        "user_token": "5a4d0b0c-0000-4000-8000-000000000002",
    }
    return Company(**{**fields, **changes})  # type: ignore[arg-type]

"""Requests that add to the lists of a company file: customers, vendors, items, tax codes, accounts, classes.

Source: Intuit's qbXML 13.0 schema and its Desktop lengths. Elements the schema has and the Desktop edition refuses are
not here on purpose, nor are blocks recon never fills (contacts, card data, further addresses).
"""

from __future__ import annotations

from typing import Final

from recon.targets.quickbooks.qbxml.fields import (
    Kind,
    Part,
    Table,
    address,
    amt,
    block,
    day,
    flag,
    guid,
    name_of_one,
    of,
    one_of,
    ref,
    text,
    word,
)

ACCOUNT_TYPES: Final = (
    "AccountsPayable", "AccountsReceivable", "Bank", "CostOfGoodsSold", "CreditCard", "Equity", "Expense", "FixedAsset",
    "Income", "LongTermLiability", "NonPosting", "OtherAsset", "OtherCurrentAsset", "OtherCurrentLiability",
    "OtherExpense", "OtherIncome",
)  # fmt: skip
PAYMENT_METHOD_TYPES: Final = (
    "AmericanExpress", "Cash", "Check", "DebitCard", "Discover", "ECheck", "GiftCard", "MasterCard", "Other",
    "OtherCreditCard", "Visa",
)  # fmt: skip

_PERSON: Final[tuple[Part, ...]] = (
    text("CompanyName", 41), text("Salutation", 15), text("FirstName", 25), text("MiddleName", 5),
    text("LastName", 25), text("JobTitle", 41, since=12),
)  # fmt: skip
_REACHED: Final[tuple[Part, ...]] = (
    text("Phone", 21), text("AltPhone", 21), text("Fax", 21), text("Email", 1023), text("Cc", 1023, since=12),
    text("Contact", 41), text("AltContact", 41),
)  # fmt: skip
_BARCODE: Final = block("BarCode", text("BarCodeValue", 50), flag("AssignEvenIfUsed"), flag("AllowOverride"), since=12)
_EXTERNAL: Final = guid("ExternalGUID", since=8)
_CURRENCY: Final = ref("CurrencyRef", since=8)
_OPENING: Final[tuple[Part, ...]] = (amt("OpenBalance"), day("OpenBalanceDate"))
_SALES_SIDE: Final[tuple[Part, ...]] = (
    text("SalesDesc", 4095), of(Kind.PRICE, "SalesPrice"), ref("IncomeAccountRef"),
    text("PurchaseDesc", 4095), of(Kind.PRICE, "PurchaseCost"),
)  # fmt: skip
_PRICES: Final = one_of(
    block(
        "SalesOrPurchase", text("Desc", 4095), one_of(of(Kind.PRICE, "Price"), of(Kind.PERCENT, "PricePercent")),
        ref("AccountRef"),
    ),
    block("SalesAndPurchase", *_SALES_SIDE, ref("ExpenseAccountRef"), ref("PrefVendorRef")),
)  # fmt: skip


def _head(length: int = 31) -> tuple[Part, ...]:
    return name_of_one(length), _BARCODE, flag("IsActive")


_CUSTOMER: Final[tuple[Part, ...]] = (
    name_of_one(41), flag("IsActive"), ref("ClassRef", since=12), ref("ParentRef", length=209),
    *_PERSON, address("BillAddress"), address("ShipAddress"), *_REACHED,
    ref("CustomerTypeRef"), ref("TermsRef"), ref("SalesRepRef"), *_OPENING, ref("SalesTaxCodeRef"), ref("ItemSalesTaxRef"),
    text("ResaleNumber", 15), text("AccountNumber", 99), amt("CreditLimit"), ref("PreferredPaymentMethodRef"),
    word("JobStatus", ("Awarded", "Closed", "InProgress", "None", "NotAwarded", "Pending")),
    day("JobStartDate"), day("JobProjectedEndDate"), day("JobEndDate"), text("JobDesc", 99), ref("JobTypeRef"),
    text("Notes", 4095), word("PreferredDeliveryMethod", ("None", "Email", "Fax"), since=12), ref("PriceLevelRef"),
    _EXTERNAL, _CURRENCY,
)  # fmt: skip
_VENDOR: Final[tuple[Part, ...]] = (
    name_of_one(41), flag("IsActive"), ref("ClassRef", since=12), *_PERSON,
    address("VendorAddress"), address("ShipAddress", since=11), *_REACHED,
    text("NameOnCheck", 41), text("AccountNumber", 99), text("Notes", 4095), ref("VendorTypeRef"), ref("TermsRef"),
    amt("CreditLimit"), text("VendorTaxIdent", 15), flag("IsVendorEligibleFor1099"), *_OPENING, ref("BillingRateRef"),
    _EXTERNAL, ref("PrefillAccountRef", repeats=True, since=8), _CURRENCY,
)  # fmt: skip
_ITEM_NON_INVENTORY: Final[tuple[Part, ...]] = (
    *_head(), ref("ParentRef"), ref("ClassRef", since=12), text("ManufacturerPartNumber", 31, since=7),
    ref("UnitOfMeasureSetRef", since=7), ref("SalesTaxCodeRef"), _PRICES, _EXTERNAL,
)  # fmt: skip
_ITEM_SERVICE: Final[tuple[Part, ...]] = (
    *_head(), ref("ClassRef", since=12), ref("ParentRef"), ref("UnitOfMeasureSetRef", since=7), ref("SalesTaxCodeRef"),
    _PRICES, _EXTERNAL,
)  # fmt: skip
_ITEM_OTHER_CHARGE: Final[tuple[Part, ...]] = (
    *_head(), ref("ClassRef", since=12), ref("ParentRef"), ref("SalesTaxCodeRef"), _PRICES, _EXTERNAL,
)  # fmt: skip
_ITEM_INVENTORY: Final[tuple[Part, ...]] = (
    *_head(), ref("ClassRef", since=12), ref("ParentRef"), text("ManufacturerPartNumber", 31, since=7),
    ref("UnitOfMeasureSetRef", since=7), ref("SalesTaxCodeRef"), *_SALES_SIDE, ref("COGSAccountRef"),
    ref("PrefVendorRef"), ref("AssetAccountRef"), of(Kind.QUAN, "ReorderPoint"), of(Kind.QUAN, "Max", since=13),
    of(Kind.QUAN, "QuantityOnHand"), amt("TotalValue"), day("InventoryDate"), _EXTERNAL,
)  # fmt: skip
_ITEM_DISCOUNT: Final[tuple[Part, ...]] = (
    *_head(), ref("ClassRef", since=12), ref("ParentRef"), text("ItemDesc", 4095), ref("SalesTaxCodeRef"),
    one_of(of(Kind.PRICE, "DiscountRate"), of(Kind.PERCENT, "DiscountRatePercent")), ref("AccountRef"), _EXTERNAL,
)  # fmt: skip
_ITEM_PAYMENT: Final[tuple[Part, ...]] = (
    *_head(), ref("ClassRef", since=12), text("ItemDesc", 4095), ref("DepositToAccountRef"), ref("PaymentMethodRef"),
    _EXTERNAL,
)  # fmt: skip
_ITEM_SALES_TAX: Final[tuple[Part, ...]] = (
    *_head(), ref("ClassRef", since=12), text("ItemDesc", 4095), of(Kind.PERCENT, "TaxRate"), ref("TaxVendorRef"),
    _EXTERNAL,
)  # fmt: skip
_SALES_TAX_CODE: Final[tuple[Part, ...]] = (
    name_of_one(3), flag("IsActive"), flag("IsTaxable", required=True), text("Desc", 31),
)  # fmt: skip
_PAYMENT_METHOD: Final[tuple[Part, ...]] = (
    name_of_one(31), flag("IsActive"), word("PaymentMethodType", PAYMENT_METHOD_TYPES, since=7),
)  # fmt: skip
_ACCOUNT: Final[tuple[Part, ...]] = (
    name_of_one(31), flag("IsActive"), ref("ParentRef", length=159),
    word("AccountType", ACCOUNT_TYPES, required=True), text("AccountNumber", 7), text("BankNumber", 25),
    text("Desc", 200), *_OPENING, of(Kind.INT, "TaxLineID", since=7), _CURRENCY,
)  # fmt: skip
_CLASS: Final[tuple[Part, ...]] = (
    name_of_one(31), flag("IsActive"), ref("ParentRef", length=159),
)  # fmt: skip

LISTS: Final = (
    Table(name="CustomerAdd", parts=_CUSTOMER),
    Table(name="VendorAdd", parts=_VENDOR),
    Table(name="ItemNonInventoryAdd", parts=_ITEM_NON_INVENTORY),
    Table(name="ItemServiceAdd", parts=_ITEM_SERVICE),
    Table(name="ItemOtherChargeAdd", parts=_ITEM_OTHER_CHARGE),
    Table(name="ItemInventoryAdd", parts=_ITEM_INVENTORY),
    Table(name="ItemDiscountAdd", parts=_ITEM_DISCOUNT),
    Table(name="ItemPaymentAdd", parts=_ITEM_PAYMENT),
    Table(name="ItemSalesTaxAdd", parts=_ITEM_SALES_TAX),
    Table(name="SalesTaxCodeAdd", parts=_SALES_TAX_CODE),
    Table(name="PaymentMethodAdd", parts=_PAYMENT_METHOD),
    Table(name="AccountAdd", parts=_ACCOUNT),
    Table(name="ClassAdd", parts=_CLASS),
)
"""Requests that add to a list."""

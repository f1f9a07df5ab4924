"""An invented American company: its chart of accounts, items, names and codes, as the sandbox starts with them."""

from __future__ import annotations

from typing import Final

from recon.sandbox.quickbooks.answers import Body
from recon.sandbox.quickbooks.books import Books, Entry

ACCOUNTS: Final = (
    ("Checking", "Bank", "1000"),
    ("Undeposited Funds", "OtherCurrentAsset", "1200"),
    ("Shopify Payments Clearing", "OtherCurrentAsset", "1210"),
    ("PayPal Clearing", "OtherCurrentAsset", "1220"),
    ("Cash Drawer", "Bank", "1050"),
    ("Accounts Receivable", "AccountsReceivable", "1100"),
    ("Inventory Asset", "OtherCurrentAsset", "1400"),
    ("Accounts Payable", "AccountsPayable", "2000"),
    ("Sales Tax Payable", "OtherCurrentLiability", "2200"),
    ("Gift Cards Outstanding", "OtherCurrentLiability", "2300"),
    ("Tips Payable", "OtherCurrentLiability", "2310"),
    ("Sales", "Income", "4000"),
    ("Shipping Income", "Income", "4200"),
    ("Sales Discounts", "Income", "4900"),
    ("Cash Rounding", "OtherIncome", "4950"),
    ("Cost of Goods Sold", "CostOfGoodsSold", "5000"),
    ("Merchant Fees", "Expense", "6100"),
)
"""Name, type and number."""
ITEMS: Final = (
    ("ItemOtherCharge", "Shop Line", "Lines of the shop without a product", "Sales"),
    ("ItemNonInventory", "TEE-BLK-M", "T-shirt black M", "Sales"),
    ("ItemNonInventory", "TEE-WHT-L", "T-shirt white L", "Sales"),
    ("ItemNonInventory", "MUG-01", "Mug", "Sales"),
    ("ItemService", "GIFT-WRAP", "Gift wrapping", "Sales"),
)
TAX_ACCOUNT: Final = "Sales Tax Payable"
TEXT_ITEM: Final = "Shop Line"
CUSTOMER: Final = "Shopify Customer"
VENDOR: Final = "Shopify"
METHODS: Final = ("Cash", "Check", "Visa", "Shopify Payments", "PayPal")
ZERO_TAX: Final = "No Tax"
AGENCY: Final = "Tax Authority"
TAX_ITEMS: Final = (("CA Sales Tax", "7.25"), ("LA County Tax", "2.25"), ("TX Sales Tax", "6.25"))
"""Name and percent of the items of a company that works sales tax out itself."""
TAX_GROUPS: Final = (("CA, Los Angeles", ("CA Sales Tax", "LA County Tax")),)


def fill(books: Books) -> None:
    """Give an empty company file its lists."""
    for name, kind, number in ACCOUNTS:
        special: Body = [("SpecialAccountType", "SalesTaxPayable")] if name == TAX_ACCOUNT else []
        add(books, "Account", name, [("AccountType", kind), *special, ("AccountNumber", number), ("Balance", "0.00")])
    for kind, name, described, account in ITEMS:
        add(books, kind, name, [("SalesOrPurchase", [("Desc", described), ("AccountRef", [("FullName", account)])])])
    add(books, "ItemSalesTax", ZERO_TAX, [("TaxRate", "0.0")])
    add(books, "Customer", CUSTOMER, [("CompanyName", CUSTOMER)])
    add(books, "Vendor", VENDOR, [("CompanyName", VENDOR)])
    for name in METHODS:
        add(books, "PaymentMethod", name, [])
    for name, taxable in (("Tax", "true"), ("Non", "false")):
        add(books, "SalesTaxCode", name, [("IsTaxable", taxable)])


def fill_taxes(books: Books) -> None:
    """Give a company file the tax items of its jurisdictions, once."""
    if books.entry(("Vendor",), full_name=AGENCY) is not None:
        return
    add(books, "Vendor", AGENCY, [("CompanyName", AGENCY)])
    for name, percent in TAX_ITEMS:
        add(
            books,
            "ItemSalesTax",
            name,
            [("ItemDesc", name), ("TaxRate", percent), ("TaxVendorRef", [("FullName", AGENCY)])],
        )
    for name, members in TAX_GROUPS:
        held: Body = [("ItemSalesTaxRef", [("FullName", one)]) for one in members]
        add(books, "ItemSalesTaxGroup", name, [("ItemDesc", name), *held])


def add(books: Books, kind: str, full_name: str, rest: Body) -> Entry:
    """Add an entry to a list and return it."""
    number = books.next_number()
    list_id = f"8000{number:04X}-1767225600"
    name = full_name.rpartition(":")[2]
    body: Body = [
        ("ListID", list_id),
        ("EditSequence", "1767225600"),
        ("Name", name),
        ("FullName", full_name),
        ("IsActive", "true"),
    ]
    entry = Entry(list_id=list_id, kind=kind, full_name=full_name, body=[*body, *rest])
    books.add_entry(entry)
    return entry

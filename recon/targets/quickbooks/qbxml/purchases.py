"""Requests for what is bought and paid: bills, item receipts, purchase orders, checks.

Source: Intuit's qbXML 13.0 schema and its Desktop lengths. Lines on accounts come before lines of items.
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
    data_ext,
    day,
    flag,
    ident,
    naming,
    of,
    one_of,
    ref,
    text,
    word,
)
from recon.targets.quickbooks.qbxml.sales import BILLABLE, EXTERNAL, LINK_TO_TXN, RATE, SERIAL_OR_LOT

_EXPENSE_LINE: Final = block(
    "ExpenseLineAdd", ref("AccountRef"), amt("Amount"), text("Memo", 4095), ref("CustomerRef"), ref("ClassRef"),
    word("BillableStatus", BILLABLE), ref("SalesRepRef", since=13), data_ext(since=13), repeats=True,
)  # fmt: skip


def _item_line(*, linked: bool) -> Part:
    return block(
        "ItemLineAdd", ref("ItemRef"), ref("InventorySiteRef", since=10), ref("InventorySiteLocationRef", since=12),
        SERIAL_OR_LOT, text("Desc", 4095), of(Kind.QUAN, "Quantity"), text("UnitOfMeasure", 31, since=7),
        of(Kind.PRICE, "Cost"), amt("Amount"), ref("CustomerRef"), ref("ClassRef"), word("BillableStatus", BILLABLE),
        ref("OverrideItemAccountRef"), *((LINK_TO_TXN,) if linked else ()), ref("SalesRepRef", since=13),
        data_ext(since=13), repeats=True,
    )  # fmt: skip


_LINKED: Final = ident("LinkToTxnID", repeats=True)
_BILL: Final[tuple[Part, ...]] = (
    ref("VendorRef", required=True), address("VendorAddress", since=13), ref("APAccountRef"), day("TxnDate"),
    day("DueDate"), naming("RefNumber", 20), ref("TermsRef"), text("Memo", 4095), RATE, EXTERNAL, _LINKED,
    _EXPENSE_LINE, _item_line(linked=True),
)  # fmt: skip
_ITEM_RECEIPT: Final[tuple[Part, ...]] = (
    ref("VendorRef", required=True), ref("APAccountRef"), day("TxnDate"), naming("RefNumber", 20), text("Memo", 4095),
    RATE, EXTERNAL, _LINKED, _EXPENSE_LINE, _item_line(linked=True),
)  # fmt: skip
_PURCHASE_ORDER: Final[tuple[Part, ...]] = (
    ref("VendorRef"), ref("ClassRef"), one_of(ref("InventorySiteRef", since=10), ref("ShipToEntityRef")),
    ref("TemplateRef"), day("TxnDate"), naming("RefNumber", 11), address("VendorAddress"), address("ShipAddress"),
    ref("TermsRef"), day("DueDate"), day("ExpectedDate"), ref("ShipMethodRef"), text("FOB", 13), text("Memo", 4095),
    text("VendorMsg", 99), flag("IsToBePrinted"), flag("IsToBeEmailed", since=6), text("Other1", 25, since=6),
    text("Other2", 29, since=6), RATE, EXTERNAL,
    block(
        "PurchaseOrderLineAdd", ref("ItemRef"), text("ManufacturerPartNumber", 31, since=7), text("Desc", 4095),
        of(Kind.QUAN, "Quantity"), text("UnitOfMeasure", 31, since=7), of(Kind.PRICE, "Rate"), ref("ClassRef"),
        amt("Amount"), ref("InventorySiteLocationRef", since=12), ref("CustomerRef"), day("ServiceDate"),
        ref("OverrideItemAccountRef"), text("Other1", 29, since=6), text("Other2", 29, since=6), data_ext(),
        repeats=True,
    ),
)  # fmt: skip
_CHECK: Final[tuple[Part, ...]] = (
    ref("AccountRef", required=True), ref("PayeeEntityRef"), naming("RefNumber", 11), day("TxnDate"),
    text("Memo", 4095), address("Address"), flag("IsToBePrinted"), RATE, EXTERNAL,
    block("ApplyCheckToTxnAdd", ident("TxnID", required=True), amt("Amount"), repeats=True, since=7),
    _EXPENSE_LINE, _item_line(linked=False),
)  # fmt: skip

PURCHASES: Final = (
    Table(name="BillAdd", parts=_BILL),
    Table(name="ItemReceiptAdd", parts=_ITEM_RECEIPT),
    Table(name="PurchaseOrderAdd", parts=_PURCHASE_ORDER),
    Table(name="CheckAdd", parts=_CHECK),
)
"""Requests on purchases and payments made."""

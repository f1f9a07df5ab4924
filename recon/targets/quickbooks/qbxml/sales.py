"""Requests for what is sold, received and given back, and for journal entries and deposits.

Source: Intuit's qbXML 13.0 schema and its Desktop lengths. The Desktop edition has no header discount, no shipping line
and no tax amount, so none is here; card data (`CreditCardTxnInfo`) is left out because it forces Undeposited Funds.
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
    guid,
    ident,
    naming,
    of,
    one_of,
    ref,
    text,
    word,
)

BILLABLE: Final = ("Billable", "NotBillable", "HasBeenBilled")
VOIDABLE: Final = (
    "ARRefundCreditCard", "Bill", "BillPaymentCheck", "BillPaymentCreditCard", "Charge", "Check", "CreditCardCharge",
    "CreditCardCredit", "CreditMemo", "Deposit", "InventoryAdjustment", "Invoice", "ItemReceipt", "JournalEntry",
    "SalesReceipt", "VendorCredit",
)  # fmt: skip
"""What `TxnVoid` takes; a received payment cannot be voided."""
DELETABLE: Final = (
    *VOIDABLE, "BuildAssembly", "Estimate", "PurchaseOrder", "ReceivePayment", "SalesOrder", "SalesTaxPaymentCheck",
    "TimeTracking", "TransferInventory", "VehicleMileage",
)  # fmt: skip
"""What `TxnDel` takes."""

RATE: Final = of(Kind.PRICE, "ExchangeRate", since=8)
EXTERNAL: Final = guid("ExternalGUID", since=9)
LINK_TO_TXN: Final = block("LinkToTxn", ident("TxnID", required=True), ident("TxnLineID", required=True))
SERIAL_OR_LOT: Final = one_of(text("SerialNumber", 4095, since=11), text("LotNumber", 40, since=11))
_PRINTED: Final[tuple[Part, ...]] = (flag("IsToBePrinted"), flag("IsToBeEmailed", since=6))
_REPEATED_CREDIT: Final = block(
    "SetCredit", ident("CreditTxnID", required=True), amt("AppliedAmount", required=True), flag("Override"),
    repeats=True, since=10,
)  # fmt: skip
_PRICE_RULE: Final = word("OptionForPriceRuleConflict", ("Zero", "BasePrice"), since=13)


def _sale_line(name: str, *, price_rule: bool = True, linked: bool = False) -> Part:
    """Return a line of a sale; the order is the same on every sales form."""
    return block(
        name,
        ref("ItemRef"), text("Desc", 4095), of(Kind.QUAN, "Quantity"), text("UnitOfMeasure", 31, since=7),
        one_of(of(Kind.PRICE, "Rate"), of(Kind.PERCENT, "RatePercent"), ref("PriceLevelRef")),
        ref("ClassRef"), amt("Amount"), *((_PRICE_RULE,) if price_rule else ()),
        ref("InventorySiteRef", since=10), ref("InventorySiteLocationRef", since=12), SERIAL_OR_LOT,
        day("ServiceDate"), ref("SalesTaxCodeRef"), ref("OverrideItemAccountRef"),
        text("Other1", 29, since=6), text("Other2", 29, since=6), *((LINK_TO_TXN,) if linked else ()), data_ext(),
        required=name != "InvoiceLineAdd", repeats=True,
    )  # fmt: skip


_SALES_RECEIPT: Final[tuple[Part, ...]] = (
    ref("CustomerRef"), ref("ClassRef"), ref("TemplateRef"), day("TxnDate"), naming("RefNumber", 11),
    address("BillAddress"), address("ShipAddress"), flag("IsPending"), text("CheckNumber", 25), ref("PaymentMethodRef"),
    day("DueDate"), ref("SalesRepRef"), day("ShipDate"), ref("ShipMethodRef"), text("FOB", 13), ref("ItemSalesTaxRef"),
    text("Memo", 4095), ref("CustomerMsgRef"), *_PRINTED, ref("CustomerSalesTaxCodeRef"), ref("DepositToAccountRef"),
    text("Other", 29, since=6), RATE, EXTERNAL, _sale_line("SalesReceiptLineAdd"),
)  # fmt: skip
_OWED_HEAD: Final[tuple[Part, ...]] = (
    ref("CustomerRef", required=True), ref("ClassRef"), ref("ARAccountRef"), ref("TemplateRef"), day("TxnDate"),
    naming("RefNumber", 11), address("BillAddress"), address("ShipAddress"), flag("IsPending"),
)  # fmt: skip
_OWED_REST: Final[tuple[Part, ...]] = (
    text("PONumber", 25), ref("TermsRef"), day("DueDate"), ref("SalesRepRef"), text("FOB", 13), day("ShipDate"),
    ref("ShipMethodRef"), ref("ItemSalesTaxRef"), text("Memo", 4095), ref("CustomerMsgRef"), *_PRINTED,
    ref("CustomerSalesTaxCodeRef"), text("Other", 29, since=6), RATE, EXTERNAL,
)  # fmt: skip
_INVOICE: Final[tuple[Part, ...]] = (
    *_OWED_HEAD, flag("IsFinanceCharge", since=8), *_OWED_REST, ident("LinkToTxnID", repeats=True, since=6),
    _REPEATED_CREDIT, _sale_line("InvoiceLineAdd", linked=True),
)  # fmt: skip
_CREDIT_MEMO: Final[tuple[Part, ...]] = (
    *_OWED_HEAD, *_OWED_REST, _sale_line("CreditMemoLineAdd", price_rule=False),
)  # fmt: skip
_APPLIED: Final = block(
    "AppliedToTxnAdd", ident("TxnID", required=True), amt("PaymentAmount"), _REPEATED_CREDIT,
    amt("DiscountAmount"), ref("DiscountAccountRef"), ref("DiscountClassRef", since=11), repeats=True,
)  # fmt: skip
_RECEIVE_PAYMENT: Final[tuple[Part, ...]] = (
    ref("CustomerRef", required=True), ref("ARAccountRef"), day("TxnDate"), naming("RefNumber", 20), amt("TotalAmount"),
    RATE, ref("PaymentMethodRef"), text("Memo", 4095), ref("DepositToAccountRef"), EXTERNAL,
    one_of(flag("IsAutoApply"), _APPLIED),
)  # fmt: skip
_JOURNAL_LINE: Final[tuple[Part, ...]] = (
    ident("TxnLineID"), ref("AccountRef"), amt("Amount"), text("Memo", 4095), ref("EntityRef"), ref("ClassRef"),
    word("BillableStatus", BILLABLE),
)  # fmt: skip
_JOURNAL_ENTRY: Final[tuple[Part, ...]] = (
    day("TxnDate"), naming("RefNumber", 11), flag("IsAdjustment"),
    one_of(
        flag("IsHomeCurrencyAdjustment", since=8),
        (flag("IsAmountsEnteredInHomeCurrency", since=8), ref("CurrencyRef", since=8), RATE),
    ),
    EXTERNAL,
    one_of(
        block("JournalDebitLine", *_JOURNAL_LINE, repeats=True), block("JournalCreditLine", *_JOURNAL_LINE, repeats=True),
        required=True, mixed=True,
    ),
)  # fmt: skip
_DEPOSIT: Final[tuple[Part, ...]] = (
    day("TxnDate"), ref("DepositToAccountRef", required=True), text("Memo", 4095),
    block("CashBackInfoAdd", ref("AccountRef", required=True), text("Memo", 4095), amt("Amount")),
    ref("CurrencyRef", since=8), RATE, EXTERNAL,
    block(
        "DepositLineAdd",
        one_of(
            (
                ident("PaymentTxnID", required=True), ident("PaymentTxnLineID"), text("OverrideMemo", 4095),
                text("OverrideCheckNumber", 11), ref("OverrideClassRef"),
            ),
            (
                ref("EntityRef"), ref("AccountRef", required=True), text("Memo", 4095), text("CheckNumber", 11),
                ref("PaymentMethodRef"), ref("ClassRef"), amt("Amount"),
            ),
            required=True,
        ),
        repeats=True,
    ),
)  # fmt: skip
_REFUND: Final[tuple[Part, ...]] = (
    ref("CustomerRef", required=True), ref("RefundFromAccountRef"), ref("ARAccountRef"), day("TxnDate"),
    naming("RefNumber", 11), address("Address"), ref("PaymentMethodRef"), text("Memo", 4095), RATE, EXTERNAL,
    block(
        "RefundAppliedToTxnAdd", ident("TxnID", required=True), amt("RefundAmount", required=True),
        required=True, repeats=True,
    ),
)  # fmt: skip

SALES: Final = (
    Table(name="SalesReceiptAdd", parts=_SALES_RECEIPT),
    Table(name="InvoiceAdd", parts=_INVOICE),
    Table(name="CreditMemoAdd", parts=_CREDIT_MEMO),
    Table(name="ReceivePaymentAdd", parts=_RECEIVE_PAYMENT),
    Table(name="ARRefundCreditCardAdd", parts=_REFUND, since=(5, 0)),
    Table(name="JournalEntryAdd", parts=_JOURNAL_ENTRY),
    Table(name="DepositAdd", parts=_DEPOSIT),
    Table(
        name="TxnVoid", is_wrapped=False,
        parts=(word("TxnVoidType", VOIDABLE, required=True), ident("TxnID", required=True)),
    ),
    Table(
        name="TxnDel", is_wrapped=False,
        parts=(word("TxnDelType", DELETABLE, required=True), ident("TxnID", required=True)),
    ),
)  # fmt: skip
"""Requests on sales, money received, journal entries and deposits; and what voids or deletes."""

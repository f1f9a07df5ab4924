"""Requests that only read: lists, transactions, deleted transactions, and what the company file says of itself.

Source: Intuit's qbXML 13.0 schema. Lists of accounts, classes, payment methods and sales tax codes are read whole; the
others may be read in pieces (iterator). Transactions come without lines unless `IncludeLineItems` is true.
"""

from __future__ import annotations

from typing import Final

from recon.targets.quickbooks.qbxml.fields import (
    Choice,
    Field,
    Kind,
    Part,
    Table,
    block,
    day,
    flag,
    guid,
    ident,
    naming,
    of,
    one_of,
    text,
    word,
)
from recon.targets.quickbooks.qbxml.lists import ACCOUNT_TYPES, PAYMENT_METHOD_TYPES
from recon.targets.quickbooks.qbxml.sales import DELETABLE

_MATCH: Final = word("MatchCriterion", ("StartsWith", "Contains", "EndsWith"), required=True)
_MACROS: Final = tuple(
    macro
    for span in ("Week", "Month", "CalendarQuarter", "CalendarYear", "FiscalQuarter", "FiscalYear")
    for macro in (f"This{span}", f"This{span}ToDate", f"Last{span}", f"Last{span}ToDate", f"Next{span}")
)
DATE_MACROS: Final = ("All", "Today", "Yesterday", *_MACROS, "NextFourWeeks")
TXN_TYPES: Final = (
    "All", "ARRefundCreditCard", "Bill", "BillPaymentCheck", "BillPaymentCreditCard", "BuildAssembly", "Charge",
    "Check", "CreditCardCharge", "CreditCardCredit", "CreditMemo", "Deposit", "Estimate", "InventoryAdjustment",
    "Invoice", "ItemReceipt", "JournalEntry", "LiabilityAdjustment", "Paycheck", "PayrollLiabilityCheck",
    "PurchaseOrder", "ReceivePayment", "SalesOrder", "SalesReceipt", "SalesTaxPaymentCheck", "Transfer",
    "VendorCredit", "YTDAdjustment",
)  # fmt: skip

_RETURNED: Final = text("IncludeRetElement", 50, repeats=True)
_OWNER: Final = guid("OwnerID", repeats=True)
_MOST: Final = of(Kind.INT, "MaxReturned")
_NAME_FILTER: Final = one_of(
    block("NameFilter", _MATCH, naming("Name", required=True)),
    block("NameRangeFilter", naming("FromName"), naming("ToName")),
)


def _moments(*names: str) -> tuple[Field, ...]:
    return tuple(of(Kind.DATETIME, name) for name in names)


def _listed(name: str, *, since: int = 0) -> Field:
    """Return a filter on things of a list: by ids or by names."""
    return block(name, one_of(ident("ListID", repeats=True), naming("FullName", repeats=True)), since=since)


def _tree(name: str) -> Field:
    """Return a filter on things of a list that has levels: with or without those below."""
    return block(
        name,
        one_of(
            ident("ListID", repeats=True), naming("FullName", repeats=True),
            ident("ListIDWithChildren"), naming("FullNameWithChildren"),
        ),
    )  # fmt: skip


def _of_list(*more: Part) -> Choice:
    """Return how a list is asked: by ids, by names, or by filters."""
    filters: tuple[Part, ...] = (
        _MOST, word("ActiveStatus", ("ActiveOnly", "InactiveOnly", "All")),
        *_moments("FromModifiedDate", "ToModifiedDate"), _NAME_FILTER, *more,
    )  # fmt: skip
    return one_of(ident("ListID", repeats=True), naming("FullName", repeats=True), filters)


_CURRENCY: Final = _listed("CurrencyFilter", since=8)
_BALANCE: Final = block(
    "TotalBalanceFilter",
    word("Operator", ("LessThan", "LessThanEqual", "Equal", "GreaterThan", "GreaterThanEqual"), required=True),
    of(Kind.AMT, "Amount", required=True),
)
_NAMES: Final[tuple[Part, ...]] = (_of_list(_BALANCE, _CURRENCY, _tree("ClassFilter")), _RETURNED, _OWNER)
_REFERENCES: Final = (
    block("RefNumberFilter", _MATCH, naming("RefNumber", required=True)),
    block("RefNumberRangeFilter", naming("FromRefNumber"), naming("ToRefNumber")),
)
_DATES: Final = one_of(
    block("ModifiedDateRangeFilter", *_moments("FromModifiedDate", "ToModifiedDate")),
    block(
        "TxnDateRangeFilter", one_of((day("FromTxnDate"), day("ToTxnDate")), word("DateMacro", DATE_MACROS))
    ),
)  # fmt: skip
_PAID: Final = word("PaidStatus", ("All", "PaidOnly", "NotPaidOnly"))
_LINES: Final = flag("IncludeLineItems")
_LINKED: Final = flag("IncludeLinkedTxns")


def _of_transactions(*after: Part, status: tuple[Part, ...] = ()) -> tuple[Part, ...]:
    """Return how transactions of one kind are asked: by ids, by numbers, or by filters."""
    filters: tuple[Part, ...] = (
        _MOST, _DATES, _tree("EntityFilter"), _tree("AccountFilter"), one_of(*_REFERENCES), _CURRENCY, *status,
    )  # fmt: skip
    asked = one_of(
        ident("TxnID", repeats=True), naming("RefNumber", repeats=True),
        naming("RefNumberCaseSensitive", repeats=True), filters,
    )  # fmt: skip
    return asked, *after, _RETURNED, _OWNER


_TRANSACTION: Final[tuple[Part, ...]] = (
    one_of(
        ident("TxnID", repeats=True),
        (
            _MOST, one_of(
                naming("RefNumber", repeats=True), naming("RefNumberCaseSensitive", repeats=True), *_REFERENCES
            ),
            block(
                "TransactionModifiedDateRangeFilter",
                one_of(_moments("FromModifiedDate", "ToModifiedDate"), word("DateMacro", DATE_MACROS)),
            ),
            block(
                "TransactionDateRangeFilter",
                one_of((day("FromTxnDate"), day("ToTxnDate")), word("DateMacro", DATE_MACROS)),
            ),
            _tree("TransactionEntityFilter"), _tree("TransactionAccountFilter"), _tree("TransactionItemFilter"),
            _tree("TransactionClassFilter"),
            block("TransactionTypeFilter", word("TxnTypeFilter", TXN_TYPES, required=True, repeats=True)),
            word("TransactionDetailLevelFilter", ("All", "SummaryOnly", "AllExceptSummary")),
            word("TransactionPostingStatusFilter", ("Either", "NonPosting", "Posting")),
            word("TransactionPaidStatusFilter", ("Either", "Closed", "Open")), _CURRENCY,
        ),
    ),
    _RETURNED,
)  # fmt: skip
_DELETED: Final[tuple[Part, ...]] = (
    word("TxnDelType", DELETABLE, required=True, repeats=True),
    block("DeletedDateRangeFilter", *_moments("FromDeletedDate", "ToDeletedDate")),
    _RETURNED,
)
_ACCOUNT: Final[tuple[Part, ...]] = (
    _of_list(word("AccountType", ACCOUNT_TYPES, repeats=True), _CURRENCY), _RETURNED, _OWNER,
)  # fmt: skip
_HOST: Final[tuple[Part, ...]] = (block("IncludeListMetaData", flag("IncludeMaxCapacity", required=True)), _RETURNED)


def _query(name: str, *parts: Part, iterates: bool = False, since: tuple[int, int] = (4, 0)) -> Table:
    return Table(name=f"{name}Query", parts=parts, is_wrapped=False, changes=False, iterates=iterates, since=since)


QUERIES: Final = (
    _query("Customer", *_NAMES, iterates=True),
    _query("Vendor", *_NAMES, iterates=True),
    _query("Employee", _of_list(), _RETURNED, _OWNER),
    _query("OtherName", _of_list(), _RETURNED, _OWNER),
    _query("Item", _of_list(), _RETURNED, _OWNER, iterates=True),
    _query("Account", *_ACCOUNT),
    _query("Class", _of_list(), _RETURNED),
    _query("PaymentMethod", _of_list(word("PaymentMethodType", PAYMENT_METHOD_TYPES, repeats=True)), _RETURNED),
    _query("SalesTaxCode", _of_list(), _RETURNED),
    _query("SalesReceipt", *_of_transactions(_LINES), iterates=True),
    _query("Invoice", *_of_transactions(_LINES, _LINKED, status=(_PAID,)), iterates=True),
    _query("CreditMemo", *_of_transactions(_LINES, _LINKED), iterates=True),
    _query("ReceivePayment", *_of_transactions(_LINES), iterates=True),
    _query("JournalEntry", *_of_transactions(_LINES), iterates=True),
    _query("Bill", *_of_transactions(_LINES, _LINKED, status=(_PAID,)), iterates=True),
    _query("ItemReceipt", *_of_transactions(_LINES, _LINKED), iterates=True),
    _query("PurchaseOrder", *_of_transactions(_LINES, _LINKED), iterates=True),
    _query("Check", *_of_transactions(_LINES, _LINKED), iterates=True),
    _query("ARRefundCreditCard", *_of_transactions(_LINES), iterates=True, since=(5, 0)),
    _query("Transaction", *_TRANSACTION, iterates=True),
    _query("TxnDeleted", *_DELETED),
    _query("Host", *_HOST),
    _query("Company", _RETURNED, _OWNER),
    _query("Preferences", _RETURNED),
)
"""Requests that only read."""

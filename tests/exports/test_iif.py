"""IIF files: documents as rows with the right signs, what is kept out, list exports, and reports of taken numbers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from exports.import_files.iif_forms import FORM_OF, IifOptions, transaction_of
from exports.import_files.iif_lists import read_lists
from exports.import_files.iif_taken import read_taken
from exports.import_files.iif_target import QuickBooksIif, write_batch
from exports.import_files.iif_text import held_text, parse, render
from recon.domain.document import Document, DocumentLine, PaymentPart, Posting
from recon.errors import AlreadyExists, MalformedFile, TargetRejected, TargetUnavailable
from recon.targets.base import Catalog, LedgerAccount, LedgerContact, MasterRequest
from tests.exports.iif_importer import Importer
from tests.recon.peak_tools import following, line, sale

LISTS = Path(__file__).parents[2] / "fixtures" / "ledger_api" / "quickbooks" / "lists.iif"
DAY = dt.date(2026, 10, 31)
JOURNAL = IifOptions(receivable="Accounts Receivable", payable="Accounts Payable", income_account="Sales")
FORMS = dataclasses.replace(
    JOURNAL, style="forms", text_item="Shop Line", tax_row=True, tax_item="No Tax", tax_agency="State Revenue",
    tax_account="Sales Tax Payable",
)  # fmt: skip


def charge(kind: str, amount: int, account: str, no: int) -> DocumentLine:
    return line(
        amount, no=no, vat_mode="none", kind=kind, product_code=None, account_code=account, sku=None,
        description=kind.title(),
    )  # fmt: skip


def receipt(number: str = "1001", **changes: object) -> Document:
    """A sale of two shirts with shipping, a discount and the shop's own tax: 55.13."""
    lines = (
        line(2500, 2000, vat_mode="none", product_code="TEE-BLK-M", account_code=None, description="T-shirt black M"),
        charge("shipping", 600, "Shipping Income", 2),
        charge("discount", -500, "Sales Discounts", 3),
        charge("tax", 413, "Sales Tax Payable", 4),
    )
    key = f"shopify:cedar:{number}"
    base: dict[str, object] = {
        "document_key": f"{key}/receipt/1", "order_key": key, "issued_on": DAY, "due_on": DAY, "paid_on": DAY,
        "contact_code": "Shopify Customer", "contact_name": "Shopify Customer", "currency": "USD", "remark": "",
        "payment_method": "Shopify Payments Clearing", "payment_channel": "Shopify Payments",
    }  # fmt: skip
    fields = {**base, **changes}
    return sale(str(fields.pop("kind", "receipt")), number, lines=lines, vat_mode="none", **fields)


def known() -> Catalog:
    return read_lists(LISTS).catalog


def target(folder: Path, options: IifOptions = FORMS, catalog: Catalog | None = None) -> QuickBooksIif:
    return QuickBooksIif(folder, "B0001", options, company_name="Cedar", known=catalog or known())


def importer() -> Importer:
    catalog = known()
    items = {item.code for item in catalog.products} | {"No Tax"}
    return Importer({one.code for one in catalog.accounts}, {one.code for one in catalog.contacts}, items)


def rows(document: Document, options: IifOptions = FORMS) -> list[tuple[str, int, str, str]]:
    made = transaction_of(document, options)
    assert made.sum_minor == 0
    return [(one.account, one.amount_minor, one.quantity, one.item) for one in made.entries]


def test_a_sale_as_a_form_has_the_signs_of_the_samples() -> None:
    assert transaction_of(receipt(), FORMS).kind == "CASH SALE"
    assert rows(receipt()) == [
        ("Shopify Payments Clearing", 5513, "", ""),
        ("Sales", -5000, "-2", "TEE-BLK-M"),
        ("Shipping Income", -600, "", "Shop Line"),
        ("Sales Discounts", 500, "", "Shop Line"),
        ("Sales Tax Payable", -413, "", "Shop Line"),
        ("Sales Tax Payable", 0, "", "No Tax"),
    ]


def test_the_other_forms_have_the_derived_signs(tmp_path: Path) -> None:
    owed = receipt("IV-1002", kind="invoice", payment_method=None, paid_on=None, paid_minor=0)
    paid = dataclasses.replace(following(owed, "payment", "x", "P1002"), payment_method="Checking", postings=())
    credit = dataclasses.replace(following(owed, "credit_note", "x", "R1002"), postings=())
    bill = dataclasses.replace(
        receipt("EX-1"), kind="expense", contact_code="Shopify", lines=(charge("fee", 5513, "Merchant Fees", 1),),
        document_key="fees", payment_method=None,
    )  # fmt: skip
    made = {one.kind: one.head for one in (transaction_of(each, FORMS) for each in (owed, paid, credit, bill))}
    assert {kind: (head.account, head.amount_minor) for kind, head in made.items()} == {
        "INVOICE": ("Accounts Receivable", 5513), "PAYMENT": ("Checking", 5513),
        "CREDIT MEMO": ("Accounts Receivable", -5513), "BILL": ("Accounts Payable", -5513),
    }  # fmt: skip
    assert rows(credit)[1] == ("Sales", 5000, "2", "TEE-BLK-M")
    assert rows(paid)[1] == ("Accounts Receivable", -5513, "", "")
    assert made["INVOICE"].due == "10/31/2026"
    (path,) = write_batch([owed, paid, credit, bill], tmp_path, "B0001", FORMS)
    books = importer()
    books.take(path)
    assert [kind for kind, _number, _amount in books.taken] == ["INVOICE", "PAYMENT", "CREDIT MEMO", "BILL"]
    assert (books.made_accounts, books.made_names) == ([], [])
    words = target(tmp_path).before_import([owed, paid, credit, bill])
    assert "once only" in words[0]
    assert words[1].startswith("1 payments come in without their invoices")
    assert words[2].startswith("1 credit memos do not say")


def test_an_expense_paid_at_once_is_a_journal_entry_in_both_styles(tmp_path: Path) -> None:
    fees = dataclasses.replace(
        receipt("EX-1"), kind="expense", contact_code="Shopify", lines=(charge("fee", 5513, "Merchant Fees", 1),),
        postings=(Posting(account_code="Merchant Fees", debit_minor=5513), Posting(account_code="Shopify Payments Clearing", credit_minor=5513)),
    )  # fmt: skip
    for options in (FORMS, JOURNAL):
        made = transaction_of(fees, options)
        assert made.kind == "GENERAL JOURNAL"
        assert rows(fees, options) == [("Merchant Fees", 5513, "", ""), ("Shopify Payments Clearing", -5513, "", "")]
        assert target(tmp_path, options).check(fees) == []
    assert target(tmp_path).capabilities.expense_paid_at_once


def test_text_is_windows_text_without_signs_that_cut_it(tmp_path: Path) -> None:
    assert held_text('Café; "ร้าน"\tone\r\ntwo') == "Café, '????' one two"
    document = receipt(remark="Tea;\tcoffee\n“both” ☕")
    (path,) = write_batch([document], tmp_path, "B0001", FORMS)
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"Tea, coffee \x93both\x94 ?" in content
    assert content.count(b"\n") == content.count(b"\r\n") == 3 + 6 + 1
    assert parse(content, path.name) == [transaction_of(document, FORMS)]
    assert render(parse(content, path.name)) == content


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (receipt(currency="EUR"), "is in EUR"),
        (receipt(number="123456789012"), "at most 11 characters"),
        (receipt(number="10;1"), "holds characters an import file changes"),
        (receipt(payment_method="shopify payments clearing"), "spelled 'Shopify Payments Clearing' there"),
        (receipt(payment_method="Nowhere"), "QuickBooks would make a Bank account of it"),
        (receipt(payment_method="Old Clearing"), "no account 'Old Clearing' that is in use"),
        (receipt(payment_method=None), "Map the payment channel"),
        (receipt(contact_code="Ana Ruiz"), "no customer or vendor 'Ana Ruiz'"),
        (receipt(paid_minor=100), "paid in part"),
        (dataclasses.replace(receipt(), number=None), "has no number"),
        (dataclasses.replace(receipt(), kind="void", lines=(), applies_to_number="1001"), "Void 1001 in QuickBooks by hand"),
        (dataclasses.replace(receipt(), kind="supplier_credit"), "no import file takes this kind"),
        (dataclasses.replace(receipt(), total_minor=5600, net_minor=5600, paid_minor=5600), "come to 0.87, not to zero"),
    ],
)  # fmt: skip
def test_what_is_kept_out_says_why(tmp_path: Path, document: Document, words: str) -> None:
    said = " ".join(f"{one.text} {one.remedy}" for one in target(tmp_path).check(document))
    assert words in said
    assert not said.startswith("\t")
    with pytest.raises(TargetRejected):
        target(tmp_path).send(document)
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_was_not_chosen_never_becomes_an_account(tmp_path: Path) -> None:
    posting = receipt().postings[0]
    unset = dataclasses.replace(receipt(), postings=(dataclasses.replace(posting, account_code="sales"), *receipt().postings[1:]))  # fmt: skip
    options = dataclasses.replace(JOURNAL, unchecked=True)
    said = target(tmp_path, options, Catalog()).check(unset)
    assert [one.text for one in said if "accounts.sales" in one.text], said


def test_sums_and_numbers_are_proven_before_a_byte_is_written(tmp_path: Path) -> None:
    torn = dataclasses.replace(receipt(), total_minor=5600, net_minor=5600)
    with pytest.raises(TargetRejected, match=r"1001 comes to 0\.87, not to zero"):
        write_batch([receipt("1000"), torn], tmp_path, "B0001", FORMS)
    with pytest.raises(TargetRejected, match="1001 stands 2 times"):
        write_batch([receipt(), receipt()], tmp_path, "B0001", FORMS)
    assert list(tmp_path.iterdir()) == []


def test_one_by_one_gives_the_same_file_and_finds_what_stands_there(tmp_path: Path) -> None:
    whole, single = tmp_path / "whole", tmp_path / "single"
    documents = [receipt("1001"), receipt("1002")]
    (path,) = write_batch(documents, whole, "B0001", FORMS)
    ledger = target(single)
    assert ledger.find(documents[0]).state == "absent"
    for document in documents:
        ledger.send(document)
    assert (single / path.name).read_bytes() == path.read_bytes()
    assert ledger.find(documents[0]).state == "equal"
    assert ledger.find(receipt("1001", payment_method="Checking")).state == "different"
    with pytest.raises(AlreadyExists):
        ledger.send(documents[0])
    ((_, held),) = ledger.read_back([(documents[1], "")])
    assert held is not None
    assert (held.number, held.total_minor) == ("1002", 5513)
    (single / path.name).write_bytes(path.read_bytes()[:-3])
    with pytest.raises(TargetUnavailable, match="Put the file back as it was"):
        ledger.find(documents[0])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b"\t55.13\t", b"\t55,13\t", "column AMOUNT"),
        (b"10/31/2026", b"31.10.2026", "column DATE"),
        (b"\r\nENDTRNS\r\n", b"\r\n", "no ENDTRNS"),
        (b"!TRNS\tTRNSID", b"!TRNS\tID", "not the columns"),
        (b"\t55.13\t", b"\t\t55.13\t", "cells"),
    ],
)
def test_a_changed_file_is_not_read_as_ours(tmp_path: Path, before: bytes, after: bytes, words: str) -> None:
    (path,) = write_batch([receipt()], tmp_path, "B0001", FORMS)
    spoiled = path.read_bytes()
    assert before in spoiled
    with pytest.raises(MalformedFile, match=words):
        parse(spoiled.replace(before, after, 1), path.name)


def test_a_file_says_what_it_holds_in_both_styles(tmp_path: Path) -> None:
    sold = receipt()
    back = dataclasses.replace(following(sold, "credit_note", "x", "R1001"), issued_on=DAY)
    for name, options in (("forms", FORMS), ("journal", JOURNAL)):
        write_batch([sold, back], tmp_path / name, "B0001", options)
        ledger = target(tmp_path / name, options)
        listed = [(one.kind, one.number, one.total_minor) for one in ledger.list_documents(FORM_OF, DAY, DAY)]
        assert listed == [("receipt", "1001", None), ("credit_note", "R1001", None)]
        assert list(ledger.list_documents(["receipt"], DAY + dt.timedelta(1), DAY + dt.timedelta(9))) == []
        assert ledger.find(back).state == "equal"
    entry = transaction_of(back, JOURNAL)
    assert entry.head.memo.split(" | ")[1] == "credit note"
    assert entry.sum_minor == 0


def test_a_list_export_is_read_by_its_headings_without_what_is_inactive() -> None:
    lists = read_lists(LISTS)
    catalog = lists.catalog
    types = {account.code: (account.kind, account.root) for account in catalog.accounts}
    assert types["Checking"] == ("Bank", "Assets")
    assert types["Accounts Receivable"] == ("AccountsReceivable", "Assets")
    assert types["Merchant Fees"] == ("Expense", "Expenses")
    assert "Old Clearing" not in types and "Sales:Wholesale" in types
    assert {method.code for method in catalog.methods} >= {"Checking", "Undeposited Funds", "Gift Cards Outstanding"}
    assert "Accounts Receivable" not in {method.code for method in catalog.methods}
    products = {product.code: (product.kind, product.name) for product in catalog.products}
    assert products["TEE-BLK-M"] == ("product", "T-shirt, black M")
    assert products["GIFT-WRAP"][0] == "service" and "No Tax" not in products
    assert lists.tax_items == {"No Tax"}
    assert {"Café Ñandú", "State Revenue"} <= {contact.code for contact in catalog.contacts}
    assert [one.code for one in catalog.classes] == ["Online"]
    assert lists.absent == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Name,Total\r\n1,2\r\n", "no chart of accounts"),
        (b"", "no chart of accounts"),
        (b"\xff\xfe\x00\x00", "no chart of accounts"),
        (b"!CUST\tNAME\r\nCUST\tAna\r\n", "no chart of accounts"),
        (b"!ACCNT\tREFNUM\r\nACCNT\t1\r\n", "row 2: ACCNT has no header row with a column NAME"),
        (b"ACCNT\tSales\r\n!ACCNT\tNAME\r\n", "row 1: ACCNT has no header row"),
        (b"!ACCNT\tNAME\r\nACCNT\t\r\n", "row 2, column NAME: empty"),
    ],
)
def test_another_file_is_refused_with_how_to_export_the_lists(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "lists.iif"
    file.write_bytes(content)
    with pytest.raises(MalformedFile, match=words):
        read_lists(file)
    with pytest.raises(MalformedFile, match="Lists to IIF Files"):
        read_lists(tmp_path / "gone.iif")


def test_what_the_lists_lack_is_said(tmp_path: Path) -> None:
    only = tmp_path / "accounts.iif"
    only.write_bytes(b"!ACCNT\tNAME\tACCNTTYPE\r\nACCNT\tSales\tINC\r\n")
    options = dataclasses.replace(
        FORMS,
        classes={"web": "Retail"},
        needed_accounts={"charges.default.tip.account": "Tips", "accounts.sales": "Sales"},
    )
    ledger = QuickBooksIif(tmp_path, "", options, company_name="Cedar", lists=only)
    said = "\n".join(ledger.verify().missing)
    for words in (
        "no customer list", "no vendor list", "no item list", "no class list", "charges.default.tip.account: the chart of accounts holds no Tips",
        "quickbooks.text_item", "the class list holds no Retail", "no sales tax item No Tax", "the vendor list holds no State Revenue",
    ):  # fmt: skip
        assert words in said
    assert [account.code for account in ledger.catalog().accounts] == ["Sales"]
    with pytest.raises(TargetUnavailable, match="not known yet"):
        QuickBooksIif(tmp_path, "", FORMS).identify()
    assert QuickBooksIif(tmp_path, "", dataclasses.replace(FORMS, unchecked=True)).identify().missing == ()
    with pytest.raises(TargetRejected, match="Ana Ruiz"):
        ledger.ensure_masters(MasterRequest(contacts=(LedgerContact(code="Ana Ruiz", name="Ana Ruiz"),)))


def test_a_class_of_the_channel_stands_on_every_row_if_the_list_has_it(tmp_path: Path) -> None:
    options = dataclasses.replace(FORMS, classes={"shopify": "Online", "pos": "Store"})
    made = transaction_of(receipt(sales_channel="Shopify"), options)
    assert {one.class_name for one in made.entries if not one.extra} == {"Online"}
    said = target(tmp_path, options).check(receipt(sales_channel="POS"))
    assert ["no class 'Store'" in one.text for one in said] == [True]


def test_taken_numbers_are_counted_by_transaction(tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    report.write_text("Cedar LLC\n,Type,Date,Num,Amount\n,Invoice,x,1001,1\n,Invoice,x,1001,1\n,Bill,x,,2\n", "cp1252")
    assert read_taken(report, "Num") == {"1001": 2}
    report.write_text(",Trans #,Type,Num,Amount\n,7,Invoice,1001,1\n,7,Invoice,1001,2\n,8,Bill,1002,2\n", "cp1252")
    assert read_taken(report, "Num") == {"1001": 1, "1002": 1}
    with pytest.raises(MalformedFile, match=r"Transaction List by Date.*quickbooks\.iif\.report_column"):
        read_taken(report, "No.")


def test_an_account_with_a_sign_that_a_file_changes_is_refused_by_name(tmp_path: Path) -> None:
    odd = dataclasses.replace(known(), accounts=(*known().accounts, LedgerAccount(code='The "Bank"', name="x")))
    said = target(tmp_path, catalog=odd).check(receipt(payment_method='The "Bank"'))
    assert ["Rename it in QuickBooks" in one.remedy for one in said] == [True]


def test_a_sale_paid_through_several_channels_has_a_row_for_each(tmp_path: Path) -> None:
    parts = (("Shopify Payments", "Shopify Payments Clearing", 3500), ("Gift Card", "Gift Cards Outstanding", 2013))
    payments = tuple(PaymentPart(payment_channel=c, payment_method=m, amount_minor=a) for c, m, a in parts)
    sold = receipt(payments=payments)
    shown = rows(sold)
    assert (shown[0][:2], shown[-2][:2]) == (("Shopify Payments Clearing", 3500), ("Gift Cards Outstanding", 2013))
    assert sum(amount for _, amount, *_ in shown) == 0
    bare = dataclasses.replace(FORMS, text_item="", tax_row=False)
    assert [one.field for one in target(tmp_path, bare).check(sold) if one.field == "payments"] == ["payments"]


def test_a_credit_memo_over_a_sale_paid_through_several_channels_stands_on_receivables_whole(tmp_path: Path) -> None:
    parts = (("Shopify Payments", "Shopify Payments Clearing", 3500), ("Gift Card", "Gift Cards Outstanding", 2013))
    payments = tuple(PaymentPart(payment_channel=c, payment_method=m, amount_minor=a) for c, m, a in parts)
    changes = {"payments": payments, "payment_method": parts[0][1], "paid_minor": 5513, "paid_on": DAY, "postings": ()}
    credit = following(receipt(), "credit_note", "x", "R1001")
    credit = dataclasses.replace(credit, **changes)
    assert rows(credit)[0][:2] == ("Accounts Receivable", -5513)
    assert target(tmp_path).check(credit) == []
    bare = dataclasses.replace(FORMS, text_item="", tax_row=False)
    assert "payments" not in [one.field for one in target(tmp_path, bare).check(credit)]

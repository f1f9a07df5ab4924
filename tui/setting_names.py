"""Settings in a person's words: what each of recon.toml is called on the screens, and what each of its choices means.

The names of recon.toml stand beside them, as the file and its page in the handbook use them.
"""

from __future__ import annotations

from typing import Final

from recon.domain.providers import SOURCES
from recon.service.setting_sheet import SettingLine
from tui.cells import shown
from tui.core_texts import DOCUMENT_KINDS, ENVIRONMENTS, LINE_KINDS, RECORD_KINDS, word
from tui.i18n import LANGUAGES, N_, _, tr
from tui.setting_names_american import AMERICAN_CHOICES, AMERICAN_NAMES
from tui.setting_names_till import CHOICES_OF_TILLS, NAMES_OF_TILLS, TILL_CHOICES, TILL_NAMES

PARTS: Final[dict[str, str]] = {
    "company": N_("Company"),
    "approval": N_("Approval"),
    "number_prefix": N_("Numbers"),
    "source_api": N_("Shop's system"),
    "bentoweb": "BentoWeb",
    "shopify": "Shopify",
    "marketplace": N_("Marketplace"),
    "till": N_("Tills"),
    "poweroffice": "PowerOffice Go",
    "ledger": N_("Ledger"),
    "products": N_("Products"),
    "channels": N_("Channels"),
    "charges": N_("Charges"),
    "schedule": N_("Runs by itself"),
    "auto_approve": N_("Approved by itself"),
    "contacts": N_("Contacts"),
    "accounts": N_("Accounts"),
    "purchases": N_("Purchases"),
    "summary": N_("Summaries"),
    "detail": N_("Detail or summary"),
}
"""Tables of recon.toml to what they are about."""
NAMES: Final[dict[str, str]] = (
    {
        "company.name": N_("company name"),
        "company.short_name": N_("short name"),
        "company.tax_id": N_("tax id"),
        "company.currency": N_("currency"),
        "company.timezone": N_("time zone"),
        "company.workbook_language": N_("language of the workbooks"),
        "source": N_("orders come from"),
        "target": N_("documents go to"),
        "shop": N_("shop's short name"),
        "profile": N_("column profile"),
        "start_date": N_("first day"),
        "writers": N_("documents are posted by"),
        "yields_to": N_("leaves shared orders to"),
        "numbering": N_("document numbers"),
        "record_kinds": N_("kinds of records"),
        "receipts": N_("receipt is made"),
        "invoices": N_("invoice is made first"),
        "tax_invoice_on": N_("tax invoice is"),
        "cancelled_paid": N_("cancelled, paid, no refund stated"),
        "payment_channels": N_("chosen payment channels"),
        "taxes": N_("tax on documents"),
        "tax_differs": N_("tax the ledger would not come to"),
        "discounts": N_("discounts on documents"),
        "vat_registered": N_("registered for VAT"),
        "vat_rate_percent": N_("VAT rate in percent"),
        "prices": N_("prices of orders"),
        "neutral_orders": N_("orders that state no VAT"),
        "status_words": N_("meaning of status words"),
        "timezone": N_("shop's time zone"),
        "document_date": N_("date of a receipt"),
        "payment_terms_days": N_("days to pay an invoice"),
        "not_gift_card_names": N_("lines that are no gift cards"),
        "gift_card_names": N_("names of gift cards"),
        "number_prefix.invoice": N_("invoices begin with"),
        "number_prefix.receipt": N_("receipts begin with"),
        "number_prefix.payment": N_("payments begin with"),
        "number_prefix.credit_note": N_("credit notes begin with"),
        "number_prefix.expense": N_("expenses begin with"),
        "number_prefix.supplier_credit": N_("suppliers' credits begin with"),
        "source_api.base_url": N_("address of the shop's system"),
        "source_api.login_url": N_("address that gives access"),
        "source_api.page_size": N_("records per page"),
        "source_api.requests_per_second": N_("questions per second"),
        "source_api.payment_channel_field": N_("field of the payment"),
        "shopify.store": N_("shop's name in its address"),
        "shopify.version": N_("version of its API"),
        "shopify.buyers": N_("names of buyers"),
        "shopify.bulk_from": N_("orders fetched in bulk"),
        "shopify.platform_tax": N_("tax the platform pays"),
        "bentoweb.store_id": N_("BentoWeb's number of the shop"),
        "bentoweb.list_path": N_("path of the list of orders"),
        "bentoweb.list_page_parameter": N_("parameter of the page"),
        "bentoweb.ask_again_days": N_("days an order is asked again"),
        "marketplace.counts_as_paid": N_("an order counts as paid"),
        "marketplace.settlement_legs": N_("parts of settlements"),
        "marketplace.settled_on": N_("day of a settlement file"),
        "marketplace.unsettled_after_days": N_("days until a settlement is missed"),
        "ledger.base_url": N_("address of the ledger"),
        "ledger.environment": N_("live, test or demo"),
        "ledger.signature_encoding": N_("signature is written"),
        "ledger.lookup_grace_seconds": N_("rest before a look-up (s)"),
        "ledger.timeout_seconds": N_("patience for an answer (s)"),
        "ledger.vat_rounding": N_("VAT is rounded"),
        "ledger.number_max_length": N_("longest number"),
        "products.unlinked": N_("product not linked"),
        "products.without_sku": N_("line without a SKU"),
        "products.sku_is_code": N_("a SKU is the ledger's code"),
        "channels.unmapped": N_("channel nobody mapped"),
        "channels.cash_method": N_("code of the cash channel"),
        "charges.platform_voucher": N_("platform voucher"),
        "charges.product": N_("product code"),
        "charges.account": N_("account"),
        "charges.vat": N_("VAT"),
        "contacts.default": N_("standing contact"),
        "contacts.by_channel": N_("contacts by sales channel"),
        "credit_note_reasons.cancelled": N_("reason: order cancelled"),
        "credit_note_reasons.returned": N_("reason: goods returned"),
        "credit_note_reasons.refunded": N_("reason: money refunded"),
        "credit_note_reasons.corrected": N_("reason: amount corrected"),
        "contacts.full_tax_invoice": N_("full tax invoices"),
        "contacts.branch_missing": N_("company without a branch"),
        "contacts.named_on": N_("names count without a tax id"),
        "accounts.sales": N_("sales account"),
        "accounts.other_income": N_("other income account"),
        "accounts.receivable": N_("receivables account"),
        "accounts.output_vat": N_("output VAT account"),
        "accounts.undue_output_vat": N_("account of VAT not yet due"),
        "accounts.input_vat": N_("input VAT account"),
        "accounts.undue_input_vat": N_("account of input VAT not yet due"),
        "accounts.payable": N_("payables account"),
        "accounts.withholding_payable": N_("account of withheld tax"),
        "purchases.account": N_("expense or stock account"),
        "purchases.suppliers": N_("contacts of suppliers"),
        "purchases.new_suppliers": N_("suppliers nobody named"),
        "purchases.expenses": N_("expense of an unpaid purchase"),
        "purchases.neutral_orders": N_("purchases that state no VAT"),
        "purchases.tax_invoice": N_("supplier's tax invoice"),
        "purchases.withholds": N_("withholds tax from suppliers"),
        "purchases.supplier_credit": N_("supplier's credit is"),
        "purchases.journal_book": N_("journal book of these credits"),
        "summary.sales": N_("sales and refunds go out"),
        "detail.customers": N_("customers of buyers"),
        "detail.inventory": N_("goods are booked"),
        "detail.item": N_("product of all goods"),
        "detail.vendors": N_("suppliers stand"),
        "detail.vendor": N_("supplier of all others"),
        "number_prefix.summary": N_("letter of summaries"),
        "schedule.when": N_("how often it runs"),
        "schedule.at": N_("time of day"),
        "schedule.weekday": N_("weekday of a weekly run"),
        "schedule.month_day": N_("day of a monthly run"),
        "schedule.link_exact_skus": N_("links exact SKUs"),
        "schedule.notify": N_("who hears of a run"),
        "schedule.notify_on": N_("of which runs"),
        "schedule.notify_command": N_("command that tells it"),
        "auto_approve.by": N_("allowed by"),
        "auto_approve.kinds": N_("kinds of documents"),
        "auto_approve.most_total": N_("most a batch may sum up to"),
        "auto_approve.most_documents": N_("most documents of a batch"),
        "approval.two_persons": N_("one plans and approves"),
        "approval.two_persons_above": N_("two persons from a total of"),
        "approval.valid_days": N_("days an approval holds"),
    }
    | AMERICAN_NAMES
    | TILL_NAMES
)
"""Settings to what they are called; those of a connection without its name, those of a charge without the charge."""
FIELDS: Final[dict[str, str]] = {
    "order_number": N_("order number"),
    "state": N_("state"),
    "total": N_("total"),
    "shipping": N_("shipping"),
    "discount": N_("discount"),
    "cod_fee": N_("cash-on-delivery fee"),
    "vat": N_("VAT"),
    "paid_on": N_("day of payment"),
    "payment_channel": N_("payment channel"),
    "tax_id": N_("tax id"),
    "lines": N_("list of lines"),
    "sku": N_("SKU"),
    "name": N_("name of a line"),
    "quantity": N_("pieces"),
    "unit_price": N_("price of a piece"),
    "line_amount": N_("amount of a line"),
}
"""What the fields of a shop's answer hold, where a setting names the field."""
_HOLD: Final = N_("hold the order back")
_LEAVE_OUT: Final = N_("leave it off the document")
CHOICES: Final[dict[str, dict[str, str]]] = (
    {
        "source": {name: facts.label for name, facts in SOURCES.items()}
        | {"profile": N_("a file, by a column profile"), "z-reports": N_("Z reports in a table")},
        "target": {
            "peak": "PEAK",
            "peak-file": N_("PEAK's import file"),
            "sandbox": N_("sandbox ledger"),
            "quickbooks": "QuickBooks Desktop",
            "quickbooks-iif": N_("QuickBooks' import file"),
            "sandbox-quickbooks": N_("sandbox QuickBooks"),
            "poweroffice": "PowerOffice Go",
            "sandbox-poweroffice": N_("sandbox PowerOffice Go"),
        },
        "company.workbook_language": {name: words for name, words in LANGUAGES.items() if name != "th"},
        "purchases.new_suppliers": {"ask": N_("wait"), "create": N_("created by their names")},
        "writers": {
            "recon": N_("recon alone"),
            "shared": N_("recon and others"),
            "others": N_("others; only compared"),
        },
        "numbering": {"source": N_("from the order's number"), "ledger": N_("given by the ledger")},
        "record_kinds": RECORD_KINDS,
        "receipts": {"paid": N_("when paid"), "paid-and-completed": N_("when paid and completed")},
        "invoices": {
            "off": N_("never"),
            "completed-unpaid": N_("when completed and unpaid"),
            "awaiting-transfer-unpaid": N_("while a transfer is awaited"),
        },
        "tax_invoice_on": {
            "auto": N_("the invoice if delivered"),
            "invoice": N_("the invoice"),
            "payment": N_("the payment's receipt"),
        },
        "cancelled_paid": {
            "auto": N_("as the source states refunds"),
            "hold": N_("a person decides"),
            "credit": N_("the money went back"),
        },
        "prices": {
            "as-source": N_("as the order's sums show"),
            "by-order": N_("both, order by order"),
            "with-vat": N_("VAT included"),
            "without-vat": N_("VAT on top"),
        },
        "neutral_orders": {"with-vat": N_("VAT included"), "no-vat": N_("no VAT")},
        "document_date": {
            "paid": N_("day of payment"),
            "ordered": N_("day of the order"),
            "completed": N_("day of completion"),
        },
        "marketplace.counts_as_paid": {
            "completed": N_("when completed"),
            "delivered": N_("when delivered"),
            "shipped": N_("when shipped"),
            "settled": N_("when a settlement proves it"),
        },
        "schedule.when": {
            "manual": N_("never; a person starts it"),
            "hourly": N_("every hour"),
            "daily": N_("every day"),
            "weekly": N_("every week"),
            "monthly": N_("every month"),
        },
        "schedule.notify": {
            "off": N_("nobody"),
            "desktop": N_("this computer's desktop"),
            "command": N_("a command of yours"),
        },
        "schedule.notify_on": {"waits": N_("failed, or a person is needed"), "always": N_("all")},
        "schedule.weekday": {
            "monday": N_("Monday"),
            "tuesday": N_("Tuesday"),
            "wednesday": N_("Wednesday"),
            "thursday": N_("Thursday"),
            "friday": N_("Friday"),
            "saturday": N_("Saturday"),
            "sunday": N_("Sunday"),
        },
        "auto_approve.kinds": DOCUMENT_KINDS,
        "ledger.environment": ENVIRONMENTS,
        "ledger.vat_rounding": {"document": N_("on the document"), "line": N_("on each line")},
        "summary.sales": {"each": N_("order by order"), "day": N_("day by day, summed up")},
        "detail.customers": {"one": N_("the standing customer"), "each": N_("one for each buyer")},
        "detail.inventory": {"each": N_("product by product"), "one": N_("all together")},
        "detail.vendors": {"each": N_("one by one"), "one": N_("under one name")},
        "products.unlinked": {"hold": _HOLD, "text": N_("send the line as text")},
        "products.without_sku": {"hold": _HOLD, "text": N_("send the line as text")},
        "channels.unmapped": {"hold": _HOLD, "cash": N_("book it as cash")},
        "contacts.branch_missing": {"head-office": N_("take the head office"), "standing": N_("the standing contact")},
        "charges.platform_voucher": {
            "hold": _HOLD,
            "spread": N_("into the item prices"),
            "other-income": N_("as other income"),
            "leave-out": _LEAVE_OUT,
        },
        "purchases.expenses": {"received": N_("when received"), "ordered": N_("when ordered"), "paid": N_("when paid")},
        "purchases.neutral_orders": {"with-vat": N_("VAT included"), "no-vat": N_("no VAT")},
        "purchases.tax_invoice": {"later": N_("still to come"), "with-expense": N_("at hand")},
        "purchases.supplier_credit": {"hold": N_("written by hand"), "journal": N_("sent as a journal entry")},
        "shopify.platform_tax": {"hold": _HOLD, "as-tax": N_("like any tax")},
        "charges.treatment": {"book": N_("a line of its own"), "leave-out": _LEAVE_OUT, "hold": _HOLD},
        "charges.vat": {"vat7": N_("VAT 7%"), "vat0": N_("VAT 0%"), "none": N_("no VAT")},
        "approval.two_persons": {"off": N_("allowed"), "warn": N_("allowed, with a warning"), "block": N_("refused")},
    }
    | AMERICAN_CHOICES
    | TILL_CHOICES
)
"""What the choices of a setting mean; a name of a program or a format is its own word."""
FORMS: Final[dict[str, str]] = {
    "company.currency": N_("three capital letters like THB"),
    "shop": N_("letters, digits, dots and hyphens, at most 40"),
    "vat_rate_percent": N_("a number like 7 or 7.5"),
    "shopify.store": N_("small letters, digits and hyphens"),
    "shopify.version": N_("a version like 2026-10"),
    "bentoweb.store_id": N_("digits, at most 12"),
    "bentoweb.list_path": N_("a path like /order/list"),
    "bentoweb.list_page_parameter": N_("the name of a parameter, or nothing"),
    "bentoweb.fields": N_("names of fields, with commas between them; empty: there is none"),
    "source_api.payment_channel_field": N_("the name of a field like payments.name"),
    "schedule.at": N_("a time like 05:00"),
    "till.day_ends": N_("a time before noon like 06:00"),
    "auto_approve.most_total": N_("an amount like 50000 or 50000.00"),
    "approval.two_persons_above": N_("an amount like 50000 or 50000.00; empty: no limit"),
    "purchases.journal_book": N_("digits, at most 6"),
    "number_prefix.summary": N_("a letter, or nothing"),
}
"""What a text must look like where the file gives a pattern."""
ALL: Final = N_("all")
PURCHASE_LINE: Final[dict[str, str]] = {
    "account": N_("account"),
    "vat": N_("VAT"),
    "withholding_percent": N_("tax withheld in percent"),
}
"""Settings of one SKU or group of fees of purchases."""
YES_NO: Final[dict[str, str]] = {"yes": N_("yes"), "no": N_("no")}


def setting_name(line: SettingLine) -> str:
    """Return what a setting is called."""
    plain = _plain(line.path)
    if plain == "charges.treatment":
        return tr(LINE_KINDS[line.path[-2]])
    if plain == "bentoweb.fields" and line.name in FIELDS:
        return _("field: {what}").format(what=tr(FIELDS[line.name]))
    if plain.startswith("purchases.by_sku."):
        return _("{charge}: {what}").format(charge=shown(line.path[-2]), what=tr(PURCHASE_LINE[line.name]))
    names = NAMES | NAMES_OF_TILLS if line.of_tills else NAMES
    name = tr(names[plain]) if plain in names else shown(line.name)
    if plain.startswith("charges.") and line.path[-2] in LINE_KINDS:
        return _("{charge}: {what}").format(charge=tr(LINE_KINDS[line.path[-2]]), what=name)
    return name


def setting_place(line: SettingLine) -> str:
    """Return where a setting belongs: the company, or a connection and a part of it."""
    if line.path[0] != "connections":
        return tr(PARTS[line.path[0]]) if line.path[0] in PARTS else shown(line.section)
    connection, *inner = line.path[1:-1]
    if not inner:
        return shown(connection)
    part = tr(PARTS[inner[0]]) if inner[0] in PARTS else shown(inner[0])
    named = inner[1] if inner[0] == "charges" and inner[1] != "default" else ""
    return shown(" ".join(filter(None, (f"{connection}: {part}", named))))


def setting_choice(line: SettingLine, value: str) -> str:
    """Return what a choice means; a value nobody named is its own word."""
    if line.name == "vat" and "by_sku" in line.path:
        return word(CHOICES["charges.vat"], value)
    choices = CHOICES | CHOICES_OF_TILLS if line.of_tills else CHOICES
    return word(YES_NO if line.kind == "yes-no" else choices.get(_plain(line.path), {}), value)


def setting_value(line: SettingLine) -> str:
    """Return what stands in a setting, choices as words."""
    if line.kind in {"choice", "yes-no"}:
        return shown(setting_choice(line, line.value))
    if _plain(line.path) == "payment_channels" and line.value == "*":
        return tr(ALL)
    if line.kind == "choices":
        return shown(", ".join(setting_choice(line, each) for each in line.value.split(", ")))
    return shown(line.value)


def setting_value_in_full(line: SettingLine) -> str:
    """Return what stands in a setting; a choice with the word of recon.toml behind it."""
    meant = setting_value(line)
    is_choice = line.kind in {"choice", "choices", "yes-no"}
    return f"{meant} ({shown(line.value)})" if is_choice and meant != shown(line.value) else meant


def setting_form(line: SettingLine) -> str:
    """Return what a text must look like; empty where any text will do."""
    form = FORMS.get(_plain(line.path))
    return tr(form) if form else line.pattern


def _plain(path: tuple[str, ...]) -> str:
    """Return a setting's place without names a person gave: of the connection, of a sales channel, of a charge."""
    inner = path[2:] if path[0] == "connections" else path
    if inner[:2] == ("bentoweb", "fields"):
        return "bentoweb.fields"
    if inner[:2] == ("purchases", "by_sku"):
        return f"purchases.by_sku.{inner[-1]}"
    return ".".join((inner[0], inner[-1]) if inner[0] == "charges" else inner)

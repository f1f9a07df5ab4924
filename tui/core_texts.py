"""The core's fixed words as the screens show them: findings, settings, kinds, states, events, exit codes.

The core keeps codes and English titles; here they become words of the language spoken now. `fixed_texts` lists what of
it stands in the core itself, for the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from recon import errors
from recon.domain.finding import FINDING_CODES
from tui.i18n import N_, tr

DOCUMENT_KINDS: Final[dict[str, str]] = {
    "invoice": N_("invoice"),
    "receipt": N_("receipt"),
    "payment": N_("payment"),
    "void": N_("void"),
    "credit_note": N_("credit note"),
    "product": N_("new product"),
    "expense": N_("expense"),
    "expense_payment": N_("expense paid"),
    "supplier_credit": N_("supplier credit"),
    "refund": N_("refund"),
    "settlement": N_("settlement"),
}
"""What a document is."""
RECORD_KINDS: Final[dict[str, str]] = {
    "sale": N_("sale"),
    "sale_return": N_("sales return"),
    "purchase": N_("purchase"),
    "purchase_return": N_("purchase return"),
    "settlement": N_("settlement"),
    "till_invoice": N_("credit sale"),
}
"""What the source's record is."""
SEVERITIES: Final[dict[str, str]] = {
    "refused": N_("not taken in"),
    "hold": N_("held"),
    "warning": N_("warning"),
    "note": N_("note"),
}
"""How grave a finding is."""
ORDER_STATES: Final[dict[str, str]] = {
    "open": N_("open"),
    "in_fulfilment": N_("being packed"),
    "shipped": N_("shipped"),
    "delivered": N_("delivered"),
    "completed": N_("completed"),
    "cancelled": N_("cancelled"),
    "returned": N_("returned"),
    "failed_delivery": N_("delivery failed"),
    "hold": N_("held by the shop"),
    "unknown": N_("not known"),
}
"""Where an order stands."""
PAYMENT_STATES: Final[dict[str, str]] = {
    "unpaid": N_("unpaid"),
    "claimed": N_("payment claimed"),
    "partial": N_("partly paid"),
    "paid": N_("paid"),
    "overpaid": N_("overpaid"),
    "cod_due": N_("cash on delivery due"),
    "partly_refunded": N_("partly refunded"),
    "refunded": N_("refunded"),
    "void": N_("payment void"),
    "unknown": N_("not known"),
}
"""Where its payment stands."""
BATCH_STATES: Final[dict[str, str]] = {
    "draft": N_("draft"),
    "approved": N_("approved"),
    "uploading": N_("uploading"),
    "done": N_("done"),
    "superseded": N_("superseded"),
    "void": N_("taken back"),
}
"""Where a batch stands."""
OUTBOX_STATES: Final[dict[str, str]] = {
    "queued": N_("queued"),
    "sending": N_("sending"),
    "unknown": N_("unsure"),
    "conflict": N_("something else under its number"),
    "duplicate": N_("twice in the ledger"),
    "needs_person": N_("needs a person"),
    "posted": N_("posted"),
    "by_hand": N_("entered by hand"),
    "refused": N_("refused"),
    "skipped": N_("skipped"),
    "cancelled": N_("not sent"),
}
"""What became of an approved document."""
ATTEMPT_RESULTS: Final[dict[str, str]] = {
    "posted": N_("posted"),
    "exists": N_("there already"),
    "refused": N_("refused"),
    "unavailable": N_("not reachable"),
    "unknown": N_("no answer"),
    "written": N_("written into a file"),
}
"""What the ledger answered when a document was sent."""
DISPOSITIONS: Final[dict[str, str]] = {
    "documents": N_("becomes documents"),
    "posted": N_("posted already"),
    "held": N_("held"),
    "ignored": N_("left out"),
}
"""What the plan does with an order."""
RULES: Final[dict[str, str]] = {
    "not-due": N_("not due yet"),
    "invoice": N_("invoice"),
    "invoice-stands": N_("the invoice stands"),
    "invoice-replaced": N_("the amount changed: invoice replaced"),
    "paid-stands": N_("paid and posted"),
    "paid-changed": N_("posted, the amount changed"),
    "paid-became-unpaid": N_("posted as paid, now unpaid"),
    "receipt": N_("receipt"),
    "payment": N_("payment"),
    "payment-changed": N_("paid another amount than invoiced"),
    "posted": N_("posted"),
    "amount-changed": N_("posted, the amount changed"),
    "reposted": N_("posted again with the new amount"),
    "day-summary": N_("the orders of a day in one document"),
    "receipt-refund": N_("receipt, then a partial refund"),
    "payment-refund": N_("payment, then a partial refund"),
    "payment-changed-refund": N_("paid another amount than invoiced, then a partial refund"),
    "refund": N_("partial refund"),
    "reposted-refund": N_("posted again with the new amount, then a partial refund"),
    "receipt-full-refund": N_("receipt, then a full refund"),
    "payment-full-refund": N_("payment, then a full refund"),
    "payment-changed-full-refund": N_("paid another amount than invoiced, then a full refund"),
    "full-refund": N_("full refund"),
    "refunded-both-stand": N_("refunded: the sale and its credit note both stand"),
    "cancelled": N_("cancelled, nothing to post"),
    "cancelled-both-stand": N_("cancelled: the sale and what took it back both stand"),
    "cancelled-invoice": N_("cancelled: invoice voided"),
    "cancelled-after-payment": N_("cancelled after payment"),
    "purchase-awaited": N_("purchase not due yet"),
    "expense": N_("expense"),
    "expense-and-payment": N_("expense and its payment"),
    "expense-stands": N_("the expense stands"),
    "expense-payment": N_("payment of the expense"),
    "expense-paid": N_("expense and payment posted"),
    "expense-became-unpaid": N_("expense posted as paid, now unpaid"),
    "expense-changed": N_("expense posted, the amount changed"),
    "expense-taken-back": N_("expense taken back by hand"),
    "purchase-refunded": N_("the supplier gave money back"),
    "purchase-cancelled": N_("purchase cancelled, nothing to post"),
    "purchase-cancelled-both-stand": N_("purchase cancelled: its expense was taken back"),
    "expense-cancelled": N_("expense posted, purchase cancelled"),
    "return-awaited": N_("purchase return on its way"),
    "supplier-credit": N_("supplier's credit"),
    "supplier-credit-stands": N_("the supplier's credit stands"),
    "supplier-credit-changed": N_("supplier's credit posted, the amount changed"),
    "return-cancelled": N_("purchase return cancelled, nothing to post"),
    "supplier-credit-cancelled": N_("supplier's credit posted, return cancelled"),
    "settlement": N_("settlement of a till"),
    "settlement-stands": N_("the settlement stands"),
    "settlement-changed": N_("settlement posted, the till says something else"),
    "till-empty": N_("nothing to post"),
    "till-emptied": N_("posted, the till now says nothing"),
    "till-invoice": N_("sale on account"),
    "till-invoice-and-payment": N_("sale on account and what came in on it"),
    "till-invoice-stands": N_("the sale on account stands"),
    "till-payment": N_("payment of a sale on account"),
    "till-invoice-paid": N_("sale on account and its payments posted"),
    "till-invoice-changed": N_("sale on account posted, the till says something else"),
    "till-invoice-became-credit": N_("sale on account posted, now a credit"),
    "till-credit-note": N_("credit of a sale on account"),
    "till-credit-note-stands": N_("the credit note stands"),
    "till-credit-note-changed": N_("credit note posted, the till says something else"),
    "till-credit-became-invoice": N_("credit note posted, now a sale"),
}
"""What asked for a document, by the name of the rule in docs/lifecycle.md."""
VAT_MODES: Final[dict[str, str]] = {
    "included": N_("VAT included"),
    "excluded": N_("VAT on top"),
    "none": N_("no VAT"),
    "unknown": N_("no VAT stated"),
}
"""How prices and VAT stand to each other."""
LINE_KINDS: Final[dict[str, str]] = {
    "product": N_("product"),
    "shipping": N_("shipping"),
    "cod_fee": N_("cash-on-delivery fee"),
    "tip": N_("tip"),
    "gift_card": N_("gift card"),
    "duties": N_("import duties"),
    "rounding": N_("rounding"),
    "voucher": N_("platform voucher"),
    "discount": N_("discount"),
    "tax": N_("sales tax"),
    "fee": N_("additional fee"),
    "adjustment": N_("refund adjustment"),
    "pay_in": N_("cash paid in"),
    "pay_out": N_("cash paid out"),
    "customer_payment": N_("payment of a customer"),
}
"""What a line of a document is."""
EVENTS: Final[dict[str, str]] = {
    "made": N_("workspace made"),
    "moved": N_("workspace moved to another place"),
    "adopted": N_("copied workspace taken as its own"),
    "look-first": N_("everything is looked up before it is sent"),
    "answer-stated": N_("a person said what became of a lost answer"),
    "file-kept": N_("file kept"),
    "intake": N_("file taken in"),
    "mappings": N_("mappings changed"),
    "catalog": N_("lists of the ledger read"),
    "planned": N_("batch planned"),
    "batch-state": N_("state of the batch changed"),
    "approved": N_("batch approved"),
    "auto-approved": N_("batch approved by itself, as a person allowed"),
    "run": N_("run without a person"),
    "notified": N_("a person was told of a run"),
    "notify-failed": N_("nobody could be told of a run"),
    "adopted-entries": N_("entries of somebody else taken as posted"),
    "approval-ended": N_("approval ended"),
    "sending": N_("document is being sent"),
    "looked-up": N_("document looked up in the ledger"),
    "unknown": N_("no answer: outcome unknown"),
    "posted": N_("document posted"),
    "by_hand": N_("document entered by hand"),
    "refused": N_("document refused by the ledger"),
    "queued": N_("document put back in the queue"),
    "conflict": N_("the ledger holds something else under the number"),
    "duplicate": N_("the ledger holds the document twice"),
    "needs_person": N_("document waits for a person"),
    "skipped": N_("document skipped"),
    "cancelled": N_("document taken out of the queue"),
    "review": N_("documents decided in the review"),
    "review-undo": N_("decision undone"),
    "review-redo": N_("decision done again"),
    "import-file": N_("import file written"),
    "attaching": N_("Z report on its way to its voucher"),
    "attached": N_("Z report attached to its voucher"),
    "attach-unclear": N_("Z report sent to its voucher, outcome unknown"),
    "not-attached": N_("Z report not attached"),
    "attach-put-off": N_("Z report not taken now, tried again later"),
    "upload-ended": N_("upload ended"),
    "cancelled-batch": N_("unsent documents of the batch taken out"),
    "verified": N_("compared with the ledger"),
    "workbook": N_("audit workbook written"),
    "vat-workbook": N_("VAT workbook written"),
}
"""What happened, by the event log's own names."""
ENVIRONMENTS: Final[dict[str, str]] = {"live": N_("LIVE"), "test": N_("TEST"), "sandbox": N_("DEMO")}
"""What stands behind the ledger's address."""


def word(table: dict[str, str], code: str) -> str:
    """Return the word of a code in the language spoken now; a code nobody named is shown as it is."""
    return tr(table[code]) if code in table else code


def finding_title(code: str) -> str:
    """Return what is the matter, by the code of a finding."""
    return tr(FINDING_CODES[code].title) if code in FINDING_CODES else code


def finding_remedy(code: str) -> str:
    """Return what the person does next, by the code of a finding."""
    return tr(FINDING_CODES[code].remedy) if code in FINDING_CODES else ""


def fixed_texts() -> Iterator[tuple[str, str]]:
    """Yield the fixed texts of the core with the place each comes from: findings, errors, settings."""
    for code, found in FINDING_CODES.items():
        yield found.title, f"finding:{code}"
        yield found.remedy, f"finding:{code}"
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.ReconError):
            yield kind.title, f"error:{name}"
    yield from setting_texts()


def setting_texts() -> Iterator[tuple[str, str]]:
    """Yield the explanation of every setting of recon.toml with its name."""
    from recon.config.explanations import setting_words
    from recon.config.settings import Settings
    from tui.docs import sections

    for place, model in sections(Settings, ""):
        for name in model.model_fields:
            if words := setting_words(model, name):
                yield words, f"setting:{place}.{name}".replace(":.", ":")

"""Switches of the sandbox PowerOffice Go: what nobody has verified, each at the strictest behaviour we can send to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the sandbox behaves where the documentation is silent; ``docs/sandbox.md`` prints this list."""

    token_life_seconds: int = 1200
    """Life of a token of v2: 20 minutes."""
    v1_token_life_seconds: int = 600
    """Life of a token of v1: 10 minutes."""
    requests_per_second: int = 10
    """Requests of one subscription key in any second, all companies together, tokens too; more answer 429. 0: no limit."""
    v1_requests_per_second: int = 50
    """The same for v1, whose figure is 50 for one application."""
    retry_after: bool = False
    """Whether a 429 carries Retry-After; nobody has said so, and a client must wait a second without it."""
    one_sided_drafts: Literal["taken", "refused"] = "taken"
    """Whether a line of a draft may have its debit or its credit account alone. Not the strictest: it is how recon sends at first."""
    unbalanced_drafts: Literal["refused", "taken"] = "refused"
    """Whether a draft that does not balance is refused at once, or taken and refused when somebody posts it."""
    negative_draft_amounts: bool = False
    """Take amounts below zero on lines of a draft; the side says it without them."""
    lines_on_receivables: Literal["refused", "taken"] = "refused"
    """Whether a line may stand on the account of customers' debts without naming a customer."""
    posted_drafts_shown: bool = False
    """Whether a journal draft is still answered by its id once it is posted; its amounts are among the transactions either way."""
    pages_take_pdf: bool = True
    """Whether a page of a draft may be a PDF; Go keeps pages as images. Not the strictest: it is how recon attaches Z reports."""
    order_prices: Literal["without-vat", "with-vat"] = "without-vat"
    """What unit prices of sales orders are."""
    draft_delay_seconds: int = 0
    """How long after its making a draft, order or import appears in lists and look-ups."""
    issued_vouchers: bool = True
    """POST /Vouchers/OutgoingInvoiceJournals and /Vouchers/OutgoingCreditNoteJournals exist."""
    v1: bool = True
    """The older API answers this application."""
    import_types: Literal["both", "number", "name"] = "both"
    """How `type` of an import is spelled."""
    import_list_references: bool = False
    """Whether the list of imports states externalImportReference; its documentation shows it for one import only."""
    keys: Literal["pascal", "camel"] = "pascal"
    """How keys of answers are spelled."""
    unknown_fields: Literal["refused", "ignored"] = "refused"
    """What becomes of a field that no reference names; Go may well ignore it, and then nobody notices a wrong name."""
    page_size: int = 5000
    """Entries of a page where none is asked for."""
    page_size_max: int = 20_000
    """Largest page; a larger one is refused."""

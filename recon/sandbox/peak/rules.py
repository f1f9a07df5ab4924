"""How the sandbox behaves where PEAK's own behaviour is not verified: one switch each.

The default is the strictest plausible behaviour, so that whatever passes here does not rest on a hope. Exceptions are
named in the field's own words; ``docs/sandbox.md`` lists every switch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Switches of one sandbox."""

    clock_window_seconds: int = 300
    """Largest distance of a Time-Stamp from the server's clock; PEAK has such a window, its size is our assumption."""
    token_life_seconds: int = 86_400
    """Life of a Client-Token: 24 hours."""
    token_requests_per_minute: int = 10
    """POST /clienttoken beyond this answers 429."""
    posts_at_once: int = 5
    """POST requests of one User Token at the same time; more answer 429 `concurrency`."""
    gets_at_once: int = 10
    """GET requests of one User Token at the same time."""
    requests_per_minute: int = 0
    """All requests of one User Token in a minute before 429 `rate`; 0: no limit (PEAK's figure is unknown)."""
    expired_token_status: int = 200
    """HTTP status of resCode 600 (expired token); only the resCode is known."""
    revoked: bool = False
    """True: every call of the company answers HTTP 403, as after the right was taken away."""
    user_endpoint: bool = True
    """GET /user answers name and tax id of the company. The path was seen, its answer was not: its shape is ours."""

    plain_accepts_nested: bool = False
    """/invoices, /receipts and /expenses without /allinone take `contact{}` too; only flat references were seen."""
    documents_per_post: int = 5
    """Documents in one POST; no figure is published, 5 is the largest seen."""
    documents_per_queue: int = 50
    """Documents in one /queue POST; 50 was seen in production."""
    queue_seconds: int = 2
    """How long a queued job rests before it is carried out, by the server's clock."""

    code_max_length: int = 30
    """Longest document number; PEAK's limit is unknown."""
    code_unique_across_kinds: bool = True
    """A live invoice's number is refused for a receipt as well."""
    code_case_sensitive: bool = False
    """Whether `a-1` and `A-1` are two numbers."""
    lookup: Literal["exact", "prefix"] = "exact"
    """What GET ?code= compares; `prefix` returns every number that begins with it."""
    index_delay_seconds: int = 0
    """How long after its commit a document appears in GET answers."""
    page_limit_max: int = 100
    """Largest page of a list; a larger `limit` is lowered without a word."""

    vat_rounding: Literal["document", "line"] = "document"
    """Where VAT is rounded; PEAK's rule is unknown."""
    line_discount: Literal["per-unit", "per-line", "refused"] = "per-unit"
    """What a line's `discount` refers to; per unit as in the Excel template."""
    negative_discount_total: bool = False
    """Take a discountTotal below zero."""
    negative_price: bool = False
    """Take a price below zero."""
    price_decimals: int = 2
    """Most decimals of a price or an amount."""
    quantity_decimals: int = 4
    """Most decimals of a quantity."""
    amount_text: bool = False
    """Take amounts as JSON text; running clients send numbers."""
    integer_dates: bool = False
    """Take 20260131 as a number outside credit notes, where it was seen to work."""
    tax_status_no_vat: int | None = None
    """A third taxStatus meaning no VAT; its value is unknown, so none is taken."""
    payments_must_tie: bool = True
    """Payments of a receipt must sum to its total."""
    text_max_length: int = 1000
    """Longest description or remark."""
    reference_max_length: int = 32
    """Longest reference; 32 is what one exporter cuts to."""
    closed_through: str = ""
    """Last day (yyyyMMdd) of the closed period; documents up to it are refused. Empty: nothing is closed."""

    new_invoice_status: Literal["waiting", "draft"] = "waiting"
    """Status of a new invoice or expense. Not the strictest: a draft would need /invoices/approve, body unknown."""
    invoice_void: bool = True
    """POST /invoices/void exists. Named in PEAK's contents page; the path and body are assumed as for receipts."""
    reason_types: frozenset[int] = frozenset({1})
    """reasonType values of a credit note; only 1 is known."""
    duplicate_contact_names: bool = False
    """Let two contacts have one name; reports differ, refusing with 100 is the stricter."""
    edit_false_duplicate: bool = True
    """/contacts/edit refuses with 100 when the name stays the same, as was reported."""
    product_codes: bool = True
    """Take our own code for a product. Not the strictest: PEAK is only known to return one."""

    answer_has_id: bool = True
    """Answers to POST carry the new document's id."""
    answer_states_vat: bool = True
    """GET answers carry `vatAmount`; the name is assumed."""
    amounts_as: Literal["mixed", "number", "text", "text-with-commas"] = "mixed"
    """How GET answers write amounts; mixed: netAmount as text, the others as numbers."""
    key_style: Literal["documented", "pascal", "lower"] = "documented"
    """How keys of answers are spelled."""
    credit_note_number_key: Literal["code", "creditNoteCode"] = "code"
    """Name of the number in the answer to a credit note; both were read by a client that did not know."""

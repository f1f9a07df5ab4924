"""Verify: what the ledger holds against what was sent, document by document, and documents nobody here sent.

Compared are number, date, total, VAT, contact and lines, each only where the ledger says it. Nothing is changed.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from recon.domain.document import Document
from recon.money import plain
from recon.targets.base import LedgerDocument, LedgerLine, Target
from recon.targets.compare import NAMES_CHANNEL

NUMBERED = ("invoice", "receipt", "credit_note")
"""Kinds of sales that stand in the ledger under a number of their own; payments and voids show on their document."""
SETTLEMENT = "settlement"
BY_NUMBER = (*NUMBERED, SETTLEMENT)
"""With what tills report: all kinds that are sold and found in the ledger's list by our own number."""
STANDING = (*NUMBERED, "expense", "supplier_credit", "refund", SETTLEMENT)
"""All kinds that stand in the ledger by themselves; those of purchases under a number the ledger gives, a till's settlement under
its Z report's."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was sent."""

    document_key: str
    number: str
    field: str
    sent: str
    held: str
    line: str = ""
    """Line of an unposted voucher; empty: it is about the whole document, or about an account of it."""

    @property
    def text(self) -> str:
        """In words."""
        line, sent, held = self.line, self.sent, self.held
        if not line:
            return f"{self.field}: sent {sent}, the ledger holds {held}"
        if self.field == "line":
            if held == "none":
                return f"Line {line} is not there: sent {sent}"
            return f"Line {line} was added there: {held}"
        if self.field == "amount":
            return f"Line {line}, amount: sent {sent}, the ledger holds {held}"
        if self.field == "account":
            return f"Line {line}, account: sent {sent}, the ledger holds {held}"
        if self.field == "VAT code":
            return f"Line {line}, VAT code: sent {sent}, the ledger holds {held}"
        if self.field == "department":
            return f"Line {line}, department: sent {sent}, the ledger holds {held}"
        return f"Line {line}, project: sent {sent}, the ledger holds {held}"


@dataclass(frozen=True, slots=True)
class Verified:
    """Result of comparing a batch with the ledger."""

    compared: int
    equal: int
    differences: tuple[Difference, ...]
    missing: tuple[Document, ...]
    strangers: tuple[LedgerDocument, ...]
    places: Mapping[str, int] = field(default_factory=dict)
    """Of vouchers that can lie in one of several lists: how many lie in each."""


def verify(
    target: Target,
    posted: Sequence[tuple[Document, str]],
    *,
    known_numbers: frozenset[str],
    since: dt.date,
    until: dt.date,
    prefixes: Iterable[str],
    voided: frozenset[str] = frozenset(),
    on_progress: Callable[[int], None] = lambda _: None,
    on_listed: Callable[[LedgerDocument], None] = lambda _: None,
) -> Verified:
    """Read back every posted document and sweep the period for documents in our number range that we never sent.

    Args:
        target: The ledger.
        posted: Documents with the ledger's ids.
        known_numbers: Every number this workspace ever sent.
        since: First day of the sweep.
        until: Last day of the sweep.
        prefixes: What own numbers begin with.
        voided: Document keys that were voided later on purpose.
        on_progress: Called with the number of documents compared so far.
        on_listed: Called with every document of the sweep, whoever sent it.

    Raises:
        TargetUnavailable: The ledger does not answer.
    """
    check = _Check(posted, voided, on_progress)
    check.read_back(target, check.one_of_each_kind())
    strangers = []
    starts = tuple(prefixes)
    bought = sorted({document.kind for document, _ in posted} & set(STANDING) - set(NUMBERED))
    for held in target.list_documents((*NUMBERED, *bought), since, until):
        check.listed(held)
        on_listed(held)
        if held.number and held.number.startswith(starts) and held.number not in known_numbers and _is_ours(held):
            strangers.append(held)
    check.read_back(target, check.left())
    return check.result(tuple(strangers))


def not_compared(documents: Iterable[Document], *, expense_tax_invoice: bool) -> tuple[str, ...]:
    """Return what the ledger was not told of documents and so cannot state, a sentence each.

    ``expense_tax_invoice``: the ledger is told with an expense that the supplier's tax invoice is at hand.
    """
    bought = [one for one in documents if one.kind == "expense" and one.is_tax_invoice and not one.supplier_invoice]
    if expense_tax_invoice or not bought:
        return ()
    vat = plain(sum(one.vat_minor for one in bought), bought[0].currency)
    return (
        f"That the supplier's tax invoice is at hand: the ledger was not told. Expenses: {len(bought):,}, VAT {vat}."
        " Enter number and date of the tax invoice on each of them there.",
    )


class _Check:
    """Which documents of a batch have been compared, and with what result.

    The sweep reads the whole period anyway, many documents at a time, so what it shows equal need not be read one by
    one. It settles nothing else: a list may state less than a look at one document (a look at one of each kind tells),
    and a difference is only believed of the document itself.
    """

    def __init__(
        self, posted: Sequence[tuple[Document, str]], voided: frozenset[str], on_progress: Callable[[int], None]
    ) -> None:
        self._posted = posted
        self._voided = voided
        self._on_progress = on_progress
        self._found: dict[str, list[Difference] | None] = {}
        """Document key → differences; None: the ledger does not show it."""
        self._lies: Counter[str] = Counter()
        """List of the ledger → documents of ours in it."""
        self._stated: dict[str, frozenset[str]] = {}
        """Kind → what a look at one such document states."""
        self._places: dict[tuple[str, str], list[Document]] = {}
        for document, ledger_id in posted:
            kind, wanted = _place(document, ledger_id)
            if wanted:
                self._places.setdefault((kind, wanted), []).append(document)

    def one_of_each_kind(self) -> list[tuple[Document, str]]:
        """Return the first document of each kind."""
        return list({document.kind: (document, ledger_id) for document, ledger_id in reversed(self._posted)}.values())

    def left(self) -> list[tuple[Document, str]]:
        """Return what has not been compared yet."""
        return [one for one in self._posted if one[0].document_key not in self._found]

    def read_back(self, target: Target, documents: Sequence[tuple[Document, str]]) -> None:
        """Look at documents one by one."""
        for document, held in target.read_back(documents):
            if held is not None:
                self._stated.setdefault(document.kind, _stated(held))
                self._lies[held.place] += 1
            self._note(document, None if held is None else self._compared(document, held))

    def listed(self, held: LedgerDocument) -> None:
        """Take a row of the sweep: it settles our documents that it shows whole and equal."""
        if held.place == "draft":
            return  # a look at the draft itself tells line by line what a person changed on it
        for document in self._places.get((held.kind, held.ledger_id), ()):
            needed = self._stated.get(document.kind)
            if document.document_key in self._found or needed is None or not needed <= _stated(held):
                continue
            if not self._compared(document, held):
                self._lies[held.place] += 1
                self._note(document, [])

    def _compared(self, document: Document, held: LedgerDocument) -> list[Difference]:
        return compare(document, held, is_voided=document.document_key in self._voided)

    def _note(self, document: Document, found: list[Difference] | None) -> None:
        self._found[document.document_key] = found
        self._on_progress(len(self._found))

    def result(self, strangers: tuple[LedgerDocument, ...]) -> Verified:
        """Return everything in the order of the batch."""
        found = [(document, self._found[document.document_key]) for document, _ in self._posted]
        return Verified(
            compared=len(found),
            equal=sum(differences == [] for _, differences in found),
            differences=tuple(one for _, differences in found for one in differences or ()),
            missing=tuple(document for document, differences in found if differences is None),
            strangers=strangers,
            places={place: count for place, count in sorted(self._lies.items()) if place},
        )


def _is_ours(held: LedgerDocument) -> bool:
    """Return whether a voucher's number can be ours: a settlement's is only where its reference says so."""
    return held.kind != SETTLEMENT or held.reference.endswith(f"/{held.number}")


def _place(document: Document, ledger_id: str) -> tuple[str, str]:
    """Return kind and id of the ledger's document that shows this one: payments and voids show on another."""
    if document.kind in STANDING:
        return document.kind, ledger_id
    return document.applies_to_kind or "invoice", document.applies_to_ledger_id or ""


def _stated(held: LedgerDocument) -> frozenset[str]:
    """Return which of the compared fields the ledger states."""
    fields = ("number", "issued_on", "total_minor", "vat_minor", "contact_code", "lines")
    return frozenset(name for name in fields if getattr(held, name) is not None and getattr(held, name) != "")


def compare(document: Document, held: LedgerDocument, *, is_voided: bool) -> list[Difference]:
    """Return what differs between a document as sent and as the ledger holds it."""
    pairs: list[tuple[str, object, object]] = []
    if document.kind == "expense_payment" and held.remain_minor is not None:
        pairs.append(("still to pay", plain(0), plain(held.remain_minor)))
    if document.kind in STANDING:
        if document.number is not None:
            pairs.append(("number", document.number, held.number))
        if held.issued_on is not None:
            pairs.append(("date", document.issued_on.isoformat(), held.issued_on.isoformat()))
        if held.total_minor is not None:
            pairs.append(("total", plain(document.total_minor), plain(held.total_minor)))
        if held.vat_minor is not None:
            pairs.append(("VAT", plain(document.vat_minor), plain(held.vat_minor)))
        if held.contact_code:
            pairs.append(("contact", document.contact_code, held.contact_code))
        if held.payment_methods and document.kind in NAMES_CHANNEL and document.payment_method:
            pairs.append(("payment channel", document.payment_method, " and ".join(held.payment_methods)))
        if held.paid_apart_minor is not None and document.kind == "receipt":
            apart = [part.amount_minor for part in document.payments[1:]]
            pairs.append(("paid through other channels", _sums(apart), _sums(held.paid_apart_minor)))
        if held.changes is not None:
            pairs += [(change.field, change.sent, change.held) for change in held.changes if not change.line]
        elif held.lines is not None and (document.kind == SETTLEMENT or _is_voucher(document, held.lines)):
            pairs += _voucher_pairs(document, held.lines)
        elif held.lines is not None and document.kind != "credit_note":
            pairs.append(("number of lines", len(document.lines), len(held.lines)))
            pairs += _line_pairs(document, held)
        pairs.append(("state", "void" if is_voided else "live", "void" if held.is_void else "live"))
    if document.kind == "product":
        named = " ".join(held.lines[0].description.split()) if held.lines else ""
        pairs = [
            ("name", " ".join(document.product_name.split()), named),
            ("kind", document.product_kind, held.kind),
        ]
    if document.kind == "void":
        pairs.append(("state", "void", "void" if held.is_void else "live"))
    name = document.number or document.applies_to_number or document.document_key
    name = document.sku if document.kind == "product" else name
    found = [
        Difference(document.document_key, name, field, str(sent), str(there))
        for field, sent, there in pairs
        if str(sent) != str(there)
    ]
    lines = (change for change in held.changes or () if change.line)
    return [
        *found,
        *(Difference(document.document_key, name, one.field, one.sent, one.held, one.line) for one in lines),
    ]


def _sums(amounts: Sequence[int]) -> str:
    return " and ".join(map(plain, amounts)) or "none"


def _is_voucher(document: Document, held: Sequence[LedgerLine]) -> bool:
    """Return whether an invoice was booked line by line with VAT codes, so that the ledger shows the customer as a line too."""
    return document.kind == "invoice" and any(line.account_code and line.tax_code for line in held)


def _voucher_pairs(document: Document, held: Sequence[LedgerLine]) -> list[tuple[str, object, object]]:
    """Return a voucher's gross sums per account (debits above zero) and VAT code, department and project, as sent and as held.

    A target shows a posted voucher gross too, so that an account beside ours is one that somebody added; of VAT codes only those sent
    are looked for, and none where its lines name none: the ledger takes the accounts' own. Of an invoice, which stands on its
    customer too, only the accounts sent.
    """
    sold = [(line.account_code or "", -line.amount_minor) for line in document.lines]
    ours = _summed([*sold, *((part.payment_method, part.amount_minor) for part in document.payments)])
    theirs = _summed([(line.account_code, line.amount_minor or 0) for line in held])
    taxed = _summed([(line.tax_code or "", -line.amount_minor) for line in document.lines if line.vat_minor])
    coded = _summed([(line.tax_code or "", line.amount_minor or 0) for line in held])
    accounts = {account for account, _ in sold}
    names_codes = any(line.tax_code for line in held if line.account_code in accounts)
    sums = (("account", ours, theirs), *([("VAT code", taxed, coded)] if names_codes else []))
    pairs: list[tuple[str, object, object]] = [
        (f"{what} {code}", plain(sent.get(code, 0)), plain(there.get(code, 0)))
        for what, sent, there in sums
        for code in sorted({*sent, *(there if what == "account" and document.kind == SETTLEMENT else ())})
    ]
    departments = sorted({line.department for line in held if line.department})
    if departments or document.department:
        pairs.append(("department", document.department or "", " and ".join(departments)))
    projects = sorted({line.project for line in held if line.project})
    if projects or document.project:
        pairs.append(("project", document.project or "", " and ".join(projects)))
    return pairs


def _summed(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the sum of each name."""
    sums: dict[str, int] = {}
    for name, minor in amounts:
        sums[name] = sums.get(name, 0) + minor
    return sums


def _line_pairs(document: Document, held: LedgerDocument) -> list[tuple[str, object, object]]:
    assert held.lines is not None
    return [
        (f"amount of line {position}", plain(sent.amount_minor), plain(there.amount_minor))
        for position, (sent, there) in enumerate(zip(document.lines, held.lines, strict=False), start=1)
        if there.amount_minor is not None
    ]

"""Accounts and VAT codes proposed for what a till reports, each with its reason; nothing is taken without a person.

An account is proposed only where it exists in the ledger's chart, is of the right kind, and takes a VAT code of the line's rate.
Its number alone says nothing, for every company numbers its own chart: it only puts a fitting account before another.

A proposal is *certain*, so that all of them can be taken at once, by one of four rules:

* ``elsewhere``: every other place where the same group or payment has an account has it on this one;
* ``only-rate``: it is the chart's only income account whose own VAT code has the group's rate;
* ``only-name``: it is the chart's only account of the right kind that is named for it (gift cards, tips, rounding, cash, Vipps ...);
* ``standard-code``: the till states the standard VAT code, the ledger has it, and its rate is the line's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, utils

from recon.domain.taxes import PERCENT, percent_text
from recon.match.till_accounts import Books, line_code
from recon.match.till_cash import CASH_CODE, CASH_DIFFERENCE, TO_BANK

CERTAIN_RULES: Final = ("elsewhere", "only-rate", "only-name", "standard-code")
ALIKE: Final = 75
"""Names less alike than this, of 100, have little more in common than chance."""
MOST: Final = 3
"""Proposals of one line that are kept."""
_TELLING: Final = 4
"""Letters a word has at least to say anything."""

_GIFT: Final = ("gavekort", "tilgodelapp", "gift card", "gift token")
_BOTTLES: Final = ("pant", "bottle deposit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An account, or a VAT code, that may be meant."""

    code: str
    name: str
    score: int
    """0..100."""
    reason: str
    """One sentence a person can check."""
    rule: str = ""
    """Of CERTAIN_RULES; empty: it is a guess."""
    tax_code: str | None = None
    """VAT code to choose with the account; None: the account brings its own, or needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A line of a till that needs an account."""

    kind: str
    part: str
    """Its group, or its payment, without the place."""
    name: str
    rate: int
    standard: str = ""
    """Standard VAT code the till states; empty: none."""


@dataclass(frozen=True, slots=True)
class _Named:
    """Accounts that are known by what they are called."""

    roots: tuple[str, ...]
    words: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    """Usual ones; they put one fitting account before another."""
    but: tuple[str, ...] = ()
    """Words of accounts that are something else."""


_OWED: Final = ("Liabilities",)
_OWNED: Final = ("Assets",)
_CARDS: Final = ("kortoppgjør", "betalingskort", "card clearing")
_LINES: Final[Mapping[str, _Named]] = {
    "tip": _Named(_OWED, ("tips", "driks", "gratuit"), ("2910",)),
    "rounding": _Named(("Expenses", "Income"), ("avrunding", "rounding"), ("7740",)),
    # Not trade debtors: they are kept customer by customer, and the payment of the invoice takes it from here.
    "customer_payment": _Named(
        _OWNED, ("mellomregning", "interim", "uplasserte innbetalinger", "clearing"), (), _CARDS
    ),
    "gift_card": _Named(_OWED, _GIFT, ("2900", "2901", "2902")),
}
_DEBIT_CARD: Final = _Named(_OWNED, ("bankaxept", "debetkort", *_CARDS))
_CREDIT_CARD: Final = _Named(_OWNED, ("visa", "mastercard", "kredittkort", *_CARDS))
"""BankAxept is a debit card only, so its account is not proposed for a credit card."""
_GIFTS: Final = _LINES["gift_card"]
_PAYMENTS: Final[Mapping[str, _Named]] = {
    CASH_CODE: _Named(_OWNED, ("kontant", "kasse", "cash"), ("1900",), ("differanse", "difference", "eur", "valuta", "transit")),
    "12002": _DEBIT_CARD,
    "12003": _CREDIT_CARD,
    "12004": _Named(_OWNED, ("bank",), ("1920",), ("bankaxept", "skatt", "tax")),
    "12005": _GIFTS,
    "12006": _LINES["customer_payment"],
    "12008": _Named((*_OWED, *_OWNED), _BOTTLES),
    "12010": _GIFTS,
    "12011": _Named(_OWNED, ("vipps", "mobilepay")),
    CASH_DIFFERENCE: _Named(("Assets", "Expenses", "Income"), ("kassedifferanse", "kassediff", "cash difference", "cash over", "cash short"), ("1909",)),
    TO_BANK: _Named(_OWNED, ("transitt", "underveis", "under vei", "nattsafe", "in transit"), ("1920",)),
}  # fmt: skip
"""By the code of the list of payments, and the channels a count adds."""
_OUTPUT_CODES: Final = {25 * PERCENT: "3", 15 * PERCENT: "31", 12 * PERCENT: "33", 1_111_000: "32"}
"""Standard codes of output VAT by rate: among codes of one rate, those of purchases stand behind."""
_SALES_NUMBERS: Final = {25 * PERCENT: "3000", 15 * PERCENT: "3030", 12 * PERCENT: "3050"}


def propose_line(wanted: Wanted, elsewhere: Mapping[str, tuple[str, str]], books: Books) -> list[Proposal]:
    """Return accounts for an article group, tips, rounding or money in and out, the likeliest first.

    Args:
        wanted: The line.
        elsewhere: Other places with the account and VAT code (or empty) the same line has there.
        books: The ledger's accounts and VAT codes.
    """
    found = _elsewhere(elsewhere, books, lambda account, chosen: _takes(account, chosen, wanted, books))
    if wanted.kind == "product" and wanted.rate:
        found += _by_rate(wanted, books)
    elif wanted.kind == "product":
        named = _GIFTS if _says(wanted.name, _GIFT) else _PAYMENTS["12008"] if _says(wanted.name, _BOTTLES) else None
        found += _by_words(named, books, wanted) if named else _untaxed(wanted, books)
    elif wanted.kind in _LINES:
        found += _by_words(_LINES[wanted.kind], books, wanted)
    else:
        found += _by_likeness(wanted, books, ())
    return _best(found)


def propose_channel(
    part: str, code: str | None, elsewhere: Mapping[str, tuple[str, str]], books: Books
) -> list[Proposal]:
    """Return accounts for a payment channel, the likeliest first.

    Args:
        part: Its name without the place.
        code: Its code of the list of payments, or one of the channels a count adds; None: the till states none.
        elsewhere: Other places with the account of the same channel.
        books: The ledger's accounts.
    """
    found = _elsewhere(elsewhere, books, lambda account, _chosen: account in books.accounts)
    named = _PAYMENTS.get(code or "")
    roots = named.roots if named else (*_OWNED, *_OWED)
    if code not in {CASH_CODE, CASH_DIFFERENCE, TO_BANK}:
        found += _by_own_words(part, roots, books)
    if named is not None:
        found += _by_words(named, books, None)
    if code == TO_BANK:
        found += _by_words(_PAYMENTS["12004"], books, None, surely=False, most=50)
    return _best(found)


def propose_tax(text: str | None, rate: int, books: Books) -> list[Proposal]:
    """Return VAT codes for a tax as a till names it: the standard code it states, else codes of the same rate."""
    stated, found = standard_code(text), []
    for code, tax in books.taxes.items():
        if tax.rate != rate:
            continue
        if code == stated:
            percent = percent_text(rate)
            reason = f"the till states standard code {code}, and the ledger's has {percent}"
            found.append(Proposal(code=code, name=tax.name, score=100, reason=reason, rule="standard-code"))
        elif not stated:
            usual = _OUTPUT_CODES.get(rate) == code
            same = f"same rate, {tax.percent}"
            reason = f"{same}; it is the standard code of sales" if usual else same
            found.append(Proposal(code=code, name=tax.name, score=80 if usual else 50, reason=reason))
    return _best(found)


def standard_code(text: str | None) -> str:
    """Return the standard VAT code in a till's tax text, ``3 (25 %)``; empty: it states none."""
    head, bracket, _rest = (text or "").partition(" (")
    return head.strip() if bracket and head.strip().isalnum() else ""


def _takes(account: str, chosen: str, wanted: Wanted, books: Books) -> bool:
    """Return whether a line can stand on an account with this VAT code, as far as both are known."""
    return line_code(account, chosen or None, None, wanted.rate, wanted.kind, books)[2] is None


def _elsewhere(places: Mapping[str, tuple[str, str]], books: Books, fits: Callable[[str, str], bool]) -> list[Proposal]:
    """Return the accounts of the same thing in other places, the one with the most places first."""
    by_target: dict[tuple[str, str], list[str]] = {}
    for place, target in sorted(places.items()):
        by_target.setdefault(target, []).append(place)
    usable = {target: names for target, names in by_target.items() if fits(*target)}
    most = max((len(names) for names in usable.values()), default=0)
    return [
        Proposal(
            code=account, name=books.name(account), score=100 if len(by_target) == 1 else 90 if len(names) == most else 85,
            reason=_as_in(names), rule="elsewhere" if len(by_target) == 1 else "", tax_code=chosen or None,
        )
        for (account, chosen), names in sorted(usable.items(), key=lambda each: -len(each[1]))
    ]  # fmt: skip


def _as_in(names: Sequence[str]) -> str:
    return f"as in {names[0]}" if len(names) == 1 else f"as in {names[0]} and {len(names) - 1} more"


def _by_rate(wanted: Wanted, books: Books) -> list[Proposal]:
    """Return income accounts whose own VAT code has the group's rate; where none has, those without a code of their own."""
    income = [code for code, row in books.accounts.items() if row["root"] == "Income"]
    same = [code for code in income if books.rate(books.own_code(code)) == wanted.rate]
    found = []
    for code in same:
        alike, words = _likeness(wanted.name, books.name(code))
        usual = _SALES_NUMBERS.get(wanted.rate) == code
        own, percent, only = books.own_code(code), percent_text(wanted.rate), len(same) == 1
        reason = (
            f"the only sales account whose VAT code {own} has {percent}" if only
            else f"sales account whose VAT code {own} has {percent}"
        )  # fmt: skip
        found.append(
            Proposal(
                code=code, name=books.name(code), score=min(99, 60 + 15 * usual + alike // 5 + 20 * only),
                reason=reason + words, rule="only-rate" if only else "",
            )
        )  # fmt: skip
    return found or _with_code(wanted, income, books)


def _with_code(wanted: Wanted, income: Sequence[str], books: Books) -> list[Proposal]:
    """Return income accounts without a VAT code of their own, with the code to choose for the rate."""
    codes = propose_tax(f"{wanted.standard} ()" if wanted.standard else None, wanted.rate, books)
    if not codes or codes[0].score < 80:
        return []
    tax, found = codes[0].code, []
    for code in income:
        if books.own_code(code):
            continue
        alike, words = _likeness(wanted.name, books.name(code))
        percent = percent_text(wanted.rate)
        reason = f"sales account without a VAT code of its own; VAT code {tax} has {percent}"
        found.append(
            Proposal(code=code, name=books.name(code), score=35 + alike // 4, reason=reason + words, tax_code=tax)
        )
    return found


def _untaxed(wanted: Wanted, books: Books) -> list[Proposal]:
    """Return income accounts whose own VAT code bears none, for a group without VAT."""
    found = []
    for code, row in books.accounts.items():
        own = books.own_code(code)
        if row["root"] == "Income" and own and books.rate(own) == 0:
            alike, words = _likeness(wanted.name, books.name(code))
            percent = percent_text(0)
            reason = f"sales account whose VAT code {own} has {percent}"
            found.append(Proposal(code=code, name=books.name(code), score=50 + alike // 4, reason=reason + words))
    return found + [
        one for one in _by_likeness(wanted, books, ("Liabilities",)) if one.code not in {f.code for f in found}
    ]


def _by_words(
    named: _Named, books: Books, wanted: Wanted | None, *, surely: bool = True, most: int = 95
) -> list[Proposal]:
    """Return accounts of the right kind that are named for it; the only one is certain."""
    found = [
        (code, word)
        for code, row in books.accounts.items()
        if row["root"] in named.roots
        and (word := _says(books.name(code), named.words))
        and not _says(books.name(code), named.but)
        and (wanted is None or _takes(code, "", wanted, books))
    ]
    usual = [code for code, _word in found if code in named.numbers]
    listed = []
    for code, word in found:
        only = len(found) == 1
        reason = (
            f"one of several accounts whose name says {word}" if not only
            else f"the only account of its kind whose name says {word}" if surely
            else f"its name says {word}"
        )  # fmt: skip
        score = most if only else most - 15 + 5 * (code in usual)
        rule = "only-name" if only and surely else ""
        listed.append(Proposal(code=code, name=books.name(code), score=score, reason=reason, rule=rule))
    return listed or _by_number(named, books, wanted)


def _by_number(named: _Named, books: Books, wanted: Wanted | None) -> list[Proposal]:
    """Return accounts of the right kind on a usual number, where no name says what they are for."""
    return [
        Proposal(
            code=code,
            name=books.name(code),
            score=30,
            reason=f"number {code} is usual for it; its name does not say so",
        )
        for code in named.numbers
        if code in books.accounts
        and books.accounts[code]["root"] in named.roots
        and not _says(books.name(code), named.but)
        and (wanted is None or _takes(code, "", wanted, books))
    ]


def _by_own_words(part: str, roots: Iterable[str], books: Books) -> list[Proposal]:
    """Return accounts that say a word of the payment's own name; the only one is certain."""
    words = [word for word in part.casefold().replace("/", " ").split() if len(word) >= _TELLING and word.isalpha()]
    allowed = set(roots)
    found = [
        (code, word)
        for code, row in books.accounts.items()
        if row["root"] in allowed and (word := _says(books.name(code), words))
    ]
    return [
        Proposal(
            code=code, name=books.name(code), score=95 if len(found) == 1 else 75, reason=f"both say {word}",
            rule="only-name" if len(found) == 1 else "",
        )
        for code, word in found
    ]  # fmt: skip


def _by_likeness(wanted: Wanted, books: Books, roots: Sequence[str]) -> list[Proposal]:
    text = wanted.name or wanted.part
    found = []
    for code, row in books.accounts.items():
        alike, words = _likeness(text, books.name(code))
        if alike and (not roots or row["root"] in roots) and _takes(code, "", wanted, books):
            found.append(Proposal(code=code, name=books.name(code), score=alike // 2, reason=words.removeprefix("; ")))
    return found


def _likeness(one: str, other: str) -> tuple[int, str]:
    """Return how much alike two names are, 0 below what chance gives, and that in words."""
    if not one or not other:
        return 0, ""
    score = round(fuzz.token_set_ratio(one, other, processor=utils.default_process))
    return (score, f"; names alike to {score} of 100") if score >= ALIKE else (0, "")


def _says(name: str, words: Iterable[str]) -> str:
    """Return the first of these words a name says; empty: none."""
    folded = name.casefold()
    return next((word for word in words if word in folded), "")


def _best(found: Sequence[Proposal]) -> list[Proposal]:
    """Return the best proposals, each account once, in an order that does not change."""
    best: dict[str, Proposal] = {}
    for one in found:
        if one.code not in best or (bool(one.rule), one.score) > (bool(best[one.code].rule), best[one.code].score):
            best[one.code] = one
    return sorted(best.values(), key=lambda one: (-one.score, one.code))[:MOST]

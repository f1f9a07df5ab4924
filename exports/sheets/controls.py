"""Control totals: our figure, computed from the frames, beside what the printed cells add up to.

One rule serves three times: as a live formula in the workbook, as the value that formula carries, and as the sum taken
again from the cells when somebody asks whether a workbook was changed (`exports.seal`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from exports.fast_sheet import Part
from exports.sheets.context import MONEY, Prepared, words
from exports.words import ENGLISH, FORMULA_WORDS, Words
from recon.money import exponent
from recon.plan.columns import MOVES_MONEY, SALES_EFFECT

SAFE_WORDS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*")
"""Words of ours that may stand in a formula; nothing from outside ever does."""


@dataclass(frozen=True, slots=True)
class Term:
    """A column of a sheet, summed or counted, where another column says a word of ours."""

    table: str
    column: str
    where: tuple[tuple[str, str], ...] = ()
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Control:
    """One line of the control totals."""

    name: str
    kind: Literal["money", "count"]
    terms: tuple[Term, ...]
    proves: str
    ours: Callable[[Prepared], int]
    currency: str = ""
    """Of a money control."""

    @property
    def digits(self) -> int:
        """Decimals of its figures."""
        return exponent(self.currency) if self.kind == "money" else 0


def _sum(frame: pl.DataFrame, value: pl.Expr) -> int:
    return int(frame.select(value.cast(pl.Int128).sum()).item() or 0)


def _orders(column: str, currency: str, kinds: Sequence[str] = ()) -> Callable[[Prepared], int]:
    """Return the sum over the orders of a currency; ``kinds``: of these records only, in words."""

    def ours(prepared: Prepared) -> int:
        orders = prepared.frames.orders.filter(pl.col("currency") == currency)
        if kinds:
            orders = orders.filter(words("record_kind").is_in(kinds))
        if column == "total_minor":
            return _sum(orders, pl.col(column))
        return _sum(prepared.frames.results.join(orders.select("order_no"), on="order_no", how="semi"), pl.col(column))

    return ours


def _frame_sum(name: str, column: str) -> Callable[[Prepared], int]:
    return lambda prepared: _sum(getattr(prepared.frames, name), pl.col(column))


_BY_DAY: Final = (
    ("Source", "truth_minor", "Every order of sales stands on its own day in the sheet Completeness."),
    ("Held", "held_minor", "What is held is on the day it belongs to."),
    ("Ignored", "ignored_minor", "So is what is left out."),
)


def _by_day(currency: str) -> list[Control]:
    """Return the sums of the sheet Completeness, which holds sales and what came back of them."""
    where = (("currency", currency),)
    return [
        Control(
            f"{name} by day and channel, {currency}",
            "money",
            (Term("completeness", column, where),),
            proves,
            _orders(column, currency, (*SOLD, *FROM_TILLS)),
            currency,
        )
        for name, column, proves in _BY_DAY
    ]


def _rows(name: str) -> Callable[[Prepared], int]:
    return lambda prepared: int(getattr(prepared.frames, name).height)


def _with_lines(column: str) -> Callable[[Prepared], int]:
    def ours(prepared: Prepared) -> int:
        having = prepared.frames.documents.join(prepared.frames.lines, on="doc_no", how="semi")
        return _sum(having, pl.col(column))

    return ours


def _posted(prepared: Prepared) -> int:
    return prepared.frames.outbox.filter(pl.col("state") == "posted").height


def _without_payments(prepared: Prepared) -> int:
    return _sum(prepared.frames.documents.filter(~MOVES_MONEY), pl.col("total_minor"))


def _money_moved(prepared: Prepared) -> int:
    return _sum(prepared.frames.documents, MONEY)


def _sales(prepared: Prepared) -> int:
    return _sum(prepared.frames.documents, SALES_EFFECT)


SOLD: Final = ("sale", "sale return")
BOUGHT: Final = ("purchase", "purchase return")
FROM_TILLS: Final = ("settlement", "till invoice")
"""Records of the sheet Orders that are sold and bought: never summed into one figure about the books."""


def sides(*, bought: bool) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the records to sum apart, with what a heading adds for them; nothing bought: all, under the plain heading."""
    return ((SOLD, ""), (BOUGHT, " of purchases")) if bought else (((), ""),)


def controls(currencies: Sequence[str], base: str, *, bought: bool, words_of: Words = ENGLISH) -> tuple[Control, ...]:
    """Return all control totals for a workbook with orders in these currencies and books in ``base``.

    ``bought``: whether there are purchases, which then have lines of their own.
    """
    of_orders = (control for code in currencies for control in _order_controls(code, bought=bought))
    listed = (*_counts(bought=bought), *of_orders, *_book_controls(base, bought=bought))
    return tuple(_spoken(control, words_of) for control in listed) if words_of.language != "en" else listed


def _spoken(control: Control, words_of: Words) -> Control:
    """Return a control total in the language of the workbook: its name, what it proves, and the words it looks for."""
    name, comma, code = control.name.rpartition(", ") if control.currency else (control.name, "", "")
    terms = tuple(
        replace(term, where=tuple((at, word if at == "currency" else words_of.say(word)) for at, word in term.where))
        for term in control.terms
    )
    return replace(control, name=f"{words_of.say(name)}{comma}{code}", proves=words_of.say(control.proves), terms=terms)


def _counts(*, bought: bool) -> tuple[Control, ...]:
    listed = (
        ("Documents", "documents", "document_key", "documents", "Every document of the plan is in the workbook."),
        ("Document lines", "lines", "document_key", "lines", "Every line is there."),
        ("Postings", "postings", "account_code", "postings", "Every posting is there."),
        ("Findings", "findings", "code", "findings", "Nothing we have to say is left out."),
        ("Documents handed to the upload", "uploads", "document_key", "outbox", "Every document approved has a fate."),
    )
    counted = [
        Control(name, "count", (Term(table, column),), proves, _rows(frame))
        for name, table, column, frame, proves in listed
    ]
    sides = (("Orders", SOLD), ("Records of purchases and settlements", BOUGHT)) if bought else (("Orders", ()),)
    counted = [*(_count_of(name, kinds) for name, kinds in sides), *counted]
    posted = Term("uploads", "document_key", (("state", "posted"),))
    counted.append(Control("Documents posted", "count", (posted,), "The ledger said yes to these.", _posted))
    rows = "Every data row of every file was read into an order, a line, a payment or a finding."
    counted.append(Control("Rows of the files", "count", (Term("files", "rows_read"),), rows, _rows_stated))
    return tuple(counted)


def _count_of(name: str, kinds: Sequence[str]) -> Control:
    """Return the number of records of some kinds; no kinds: of all."""

    def ours(prepared: Prepared) -> int:
        orders = prepared.frames.orders
        return orders.filter(words("record_kind").is_in(kinds)).height if kinds else orders.height

    terms = tuple(Term("orders", "order_key", (("record_kind", kind),)) for kind in kinds)
    proves = "Every one of the files is in the workbook."
    return Control(name, "count", terms or (Term("orders", "order_key"),), proves, ours)


def _rows_stated(prepared: Prepared) -> int:
    return _sum(prepared.frames.files.filter(pl.col("rows_read").is_not_null()), pl.col("rows_stated"))


def _order_controls(currency: str, *, bought: bool) -> tuple[Control, ...]:
    parts = ("posted_minor", "planned_minor", "held_minor", "ignored_minor")
    of_books = (
        (
            "Order totals",
            "total_minor",
            "What the orders that count are worth to whoever pays them; refunds and cancellations are still in it.",
        ),
        ("Truth", "truth_minor", "What should stand in the ledger in the end."),
        ("Posted before", "posted_minor", "What stood there before this batch."),
        ("Planned now", "planned_minor", "What this batch adds, less credits."),
        ("Held", "held_minor", "What waits for a person."),
        ("Ignored", "ignored_minor", "What is left out on purpose; each order says why."),
    )
    sums = [_read_of_files(currency)]
    for kinds, of in sides(bought=bought):
        for name, column, proves in of_books:
            ours = _orders(column, currency, kinds)
            terms = _per_kind(column, currency, kinds)
            sums.append(Control(f"{name}{of}, {currency}", "money", terms, proves, ours, currency))
        rest = (
            *_per_kind("truth_minor", currency, kinds),
            *(t for part in parts for t in _per_kind(part, currency, kinds, -1)),
        )
        sums.append(
            Control(
                f"Truth less posted, planned, held, ignored{of}, {currency}",
                "money",
                rest,
                "Nothing is lost between files and books, to the last digit.",
                lambda _: 0,
                currency,
            )
        )
    sums += _by_day(currency)
    sums += [_held_sheet(currency, kinds, of) for kinds, of in sides(bought=bought)]
    return tuple(sums)


def _held_sheet(currency: str, kinds: Sequence[str], of: str) -> Control:
    """Return the sum of the sheet of held orders against the orders."""
    return Control(
        f"Held orders sheet{of}, {currency}",
        "money",
        _per_kind("held_minor", currency, kinds, table="held"),
        "Every held amount is explained.",
        _orders("held_minor", currency, kinds),
        currency,
    )


def _read_of_files(currency: str) -> Control:
    """Return what was read of the files against the orders that count."""
    where = (("currency", currency),)
    return Control(
        f"Read of the files less what later rows state anew, {currency}",
        "money",
        (Term("files", "total_read_minor", where), Term("files", "not_counted_minor", where, -1)),
        "Every record of every file counts once, or the Files sheet says how much of it does not. A check of reading over all files, sold and bought: no figure of the books.",
        _orders("total_minor", currency),
        currency,
    )


def _per_kind(
    column: str, currency: str, kinds: Sequence[str], sign: int = 1, *, table: str = "orders"
) -> tuple[Term, ...]:
    """Return the sum of a column of the orders of these kinds; no kinds: of all."""
    where = (("currency", currency),)
    if not kinds:
        return (Term(table, column, where, sign),)
    return tuple(Term(table, column, (*where, ("record_kind", kind)), sign) for kind in kinds)


def _book_controls(base: str, *, bought: bool) -> tuple[Control, ...]:
    net_and_vat = (Term("documents", "net_minor"), Term("documents", "vat_minor"))
    debit = _frame_sum("postings", "debit_minor")
    listed: tuple[tuple[str, tuple[Term, ...], str, Callable[[Prepared], int]], ...] = (
        ("Sales of the documents", (Term("documents", "effect_minor"),), "The documents carry exactly what was planned for the orders.", _orders("planned_minor", base, SOLD if bought else ())),
        ("All documents but payments added up", net_and_vat, "Net and VAT of documents make their totals. A checksum: credit notes and purchases are added here, and payments, which only move money, are left out.", _without_payments),
        ("Net of all lines added up", (Term("lines", "net_minor"),), "The lines make the documents' net; a checksum, to which those of credit notes and purchases are added too.", _with_lines("net_minor")),
        ("VAT of all lines added up", (Term("lines", "vat_minor"),), "The lines make the documents' VAT; a checksum and no figure for a VAT return, because credit notes and purchases are added too.", _with_lines("vat_minor")),
        ("Debits", (Term("postings", "debit_minor"),), "All debits are there.", debit),
        ("Credits", (Term("postings", "credit_minor"),), "Credits equal debits.", debit),
        ("Net by product", (Term("products", "net_minor"),), "Products used cover every line.", _frame_sum("lines", "net_minor")),
        ("Money by channel, in less out", (Term("channels", "in_minor"), Term("channels", "out_minor", sign=-1)), "Channels used cover every document; refunds and payments to suppliers go out.", _money_moved),
        ("Sales by day", (Term("by_day", "effect_minor"),), "The chart by day shows everything.", _sales),
        ("Sales by channel", (Term("by_channel", "effect_minor"),), "The chart by channel shows everything.", _sales),
    )  # fmt: skip
    if bought:
        purchases = (
            "Purchases of the documents",
            (Term("documents", "bought_minor"),),
            "The documents carry exactly what was planned for the purchases.",
            _orders("planned_minor", base, BOUGHT),
        )
        listed = (listed[0], purchases, *listed[1:])
    return tuple(Control(f"{name}, {base}", "money", terms, proves, ours, base) for name, terms, proves, ours in listed)


def formula(control: Control, parts: Mapping[str, Sequence[Part]]) -> str:
    """Return the control as an expression over the sheets, without the equals sign."""
    return "".join(
        f"{'+' if term.sign > 0 else '-'}{_term(term, control.kind, parts[term.table])}" for term in control.terms
    )


def _term(term: Term, kind: str, parts: Sequence[Part]) -> str:
    sums = term.column.endswith(("_minor", "rows_read"))
    assert sums or kind == "count"
    if not term.where:
        spans = ",".join(part.span(term.column) for part in parts)
        return f"{'SUM' if sums else 'COUNTA'}({spans})"
    assert all(FORMULA_WORDS.fullmatch(word) for _, word in term.where)
    each = []
    for part in parts:
        criteria = ",".join(f'{part.span(column)},"{word}"' for column, word in term.where)
        each.append(f"SUMIFS({part.span(term.column)},{criteria})" if sums else f"COUNTIFS({criteria})")
    return f"({'+'.join(each)})"


def evaluate(control: Control, sheets: Mapping[str, pl.DataFrame]) -> int:
    """Return the same from frames of the sheets, exactly."""
    total = 0
    for term in control.terms:
        frame = sheets[term.table]
        for column, word in term.where:
            frame = frame.filter(pl.col(column).cast(pl.String) == word)
        sums = term.column.endswith(("_minor", "rows_read"))
        total += term.sign * (_sum(frame, pl.col(term.column)) if sums else frame[term.column].count())
    return total

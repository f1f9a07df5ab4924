"""Propose a column profile from a file's headings and cells, with the reason for every guess.

What the cells do not decide is left as a comment with its question; a proposal that leaves a required field open does
not load until a person has answered. Nothing proposed here is used before a person has seen and saved it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.errors import SettingsError
from recon.frames.amounts import NumberForm, minor_units
from recon.frames.headings import Heading
from recon.frames.tables import TextTable
from recon.frames.text import fold
from recon.sources.profile.aliases import ORDER_WORDS, PAYMENT_WORDS
from recon.sources.profile.evidence import DateEvidence, date_evidence, number_evidence
from recon.sources.profile.fields import BY_NAME, FIELDS
from recon.sources.profile.guesses import Findings, Guess, Question, StateWord, candidates_of, choose, find_grain
from recon.sources.profile.model import TOTALS_WORDS, parse_profile
from recon.sources.profile.render import render
from recon.sources.profile.rows import first_cell, totals_rows

PREVIEW_ROWS: Final = 20
_MANY_WORDS: Final = 40
_FIRST: Final = "_first_cell"


WORD_TABLES: Final = {"order_state": "status_map", "payment_state": "payment_map"}
"""Tables of a profile that say what the words of a state column mean."""
_USUAL: Final[Mapping[str, Mapping[str, str]]] = {"order_state": ORDER_WORDS, "payment_state": PAYMENT_WORDS}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed profile, ready to be shown, corrected and saved."""

    name: str
    toml: str
    """The profile as text, with a comment for every guess."""
    guesses: tuple[Guess, ...]
    asked: tuple[Question, ...]
    """What a person must answer or should check."""
    words: dict[str, tuple[StateWord, ...]]
    preview: tuple[dict[str, str | None], ...]
    """Up to 20 rows under the proposed canonical names, cells as they came, with ``row``."""
    problems: tuple[str, ...]
    """Why the profile does not load yet; empty when it does."""
    conventions: dict[str, tuple[str, str]]
    """Key -> value ("" = open) and the reason."""
    dates: DateEvidence

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions as sentences."""
        return tuple(question.text for question in self.asked)


def propose_profile(
    table: TextTable,
    *,
    name: str = "my-orders",
    platform: str = "my-shop",
    words: Mapping[str, Mapping[str, str]] | None = None,
) -> Proposal:
    """Return a proposed profile for a table.

    Args:
        table: All columns of the file.
        name: Name of the profile: small letters, digits and dashes.
        platform: First part of the orders' keys.
        words: Words of order_state and payment_state the provider publishes; they count before the usual ones.
    """
    found = Findings(name, platform, table, table.frame)
    candidates = candidates_of(table.headings)
    _leave_out_totals(found, candidates)
    find_grain(found, candidates)
    choose(found, candidates)
    _read_cells(found, words or {})
    _read_arithmetic(found)
    _ask(found)
    text = render(found)
    return Proposal(
        name, text, tuple(found.guesses), tuple(found.asked), found.words, _preview(found), _problems(text, name),
        found.conventions, found.dates,
    )  # fmt: skip


def _leave_out_totals(found: Findings, candidates: dict[str, list[Heading]]) -> None:
    """Look at data rows only; a totals row is neither an order nor an amount."""
    ids = candidates.get("order_id", [])
    if not ids:
        return
    frame = found.frame.with_columns(first_cell(found.frame.columns).alias(_FIRST))
    is_total = totals_rows(frame, _FIRST, ids[0].column, TOTALS_WORDS)
    if is_total is not None:
        found.frame = frame.filter(~is_total).drop(_FIRST)


def _read_cells(found: Findings, published: Mapping[str, Mapping[str, str]]) -> None:
    """Look at the cells of the chosen columns: dates, amounts, state words."""
    by_kind: dict[str, list[Guess]] = {}
    for guess in found.guesses:
        by_kind.setdefault(BY_NAME[guess.field].kind, []).append(guess)
    dates = [date_evidence(_text(found, guess)) for guess in by_kind.get("date", [])]
    if dates:
        found.dates = next((one for one in dates if one.is_decided), dates[0])
        others = {form for one in dates if one.is_decided for form in one.formats} - set(found.dates.formats)
        if others:
            found.dates = DateEvidence(
                found.dates.formats,
                found.dates.era,
                found.dates.reason + f"; other columns are written {', '.join(sorted(others))}",
                found.dates.serials,
            )
    found.numbers = number_evidence([_text(found, guess) for guess in by_kind.get("amount", [])])
    for name in WORD_TABLES:
        taken = found.taken(name)
        if taken:
            found.words[name] = state_words(name, _text(found, taken), published.get(name, {}))


def _text(found: Findings, guess: Guess) -> pl.Series:
    return found.frame.get_column(guess.heading.column)


def state_words(field: str, text: pl.Series, published: Mapping[str, str]) -> tuple[StateWord, ...]:
    """Return the distinct words of a state column, most frequent first, with the usual meaning where there is one."""
    usual = {**_USUAL[field], **published}
    known = {fold(word): state for word, state in usual.items()}
    counts = text.str.strip_chars().drop_nulls().value_counts(name="n").sort("n", text.name, descending=[True, False])
    listed = counts.filter(pl.col(text.name) != "").head(_MANY_WORDS).iter_rows()
    return tuple(StateWord(word, count, known.get(fold(word), "")) for word, count in listed)


def _read_arithmetic(found: Findings) -> None:
    """Test by the lines' own arithmetic what the line discount refers to and whether amounts are stated."""
    price, amount, discount = (found.taken(name) for name in ("unit_price", "line_amount", "line_discount"))
    quantity = found.taken("quantity")
    if amount and not price:
        found.conventions["line_amount"] = ("stated", "there is no unit price")
    if not (price and quantity and amount):
        if discount:
            found.conventions["line_discount"] = (
                "",
                "no column states the line's amount, so nothing shows what the discount refers to",
            )
        return
    form = NumberForm(
        found.numbers.decimal, found.numbers.thousands, found.numbers.strip_currency, dash_is_zero=True,
        parentheses_negative=True, binary_noise=found.table.head.is_workbook,
    )  # fmt: skip
    columns = {"q": quantity, "p": price, "a": amount}
    if discount:
        columns["d"] = discount
    frame = pl.DataFrame([_text(found, guess).alias(key) for key, guess in columns.items()])
    lines = minor_units(frame, list(columns), {"q": 3, "p": 2, "a": 2, "d": 2}, form).drop_nulls(["q", "p", "a"])
    _judge(found, lines, has_discount=discount is not None)


def _judge(found: Findings, lines: pl.DataFrame, *, has_discount: bool) -> None:
    """Say which equation every line fulfils; where none or several do, leave it open."""
    count = lines.height
    if has_discount:
        lines = lines.with_columns(pl.col("d").fill_null(0))
        tests = {
            "per-line": pl.col("q") * pl.col("p") - pl.col("d") * 1000 == pl.col("a") * 1000,
            "per-unit": pl.col("q") * (pl.col("p") - pl.col("d")) == pl.col("a") * 1000,
        }
        hits = {name: lines.filter(test).height for name, test in tests.items()}
        fitting = [name for name, number in hits.items() if number == count and count]
        found.conventions["line_discount"] = (
            (fitting[0], f"price x quantity less discount {fitting[0]} is the line's amount on all {count} lines")
            if len(fitting) == 1
            else ("", f"{hits['per-line']} of {count} lines agree with per-line, {hits['per-unit']} with per-unit")
        )
        stated = len(fitting) > 0
    else:
        agreeing = lines.filter(pl.col("q") * pl.col("p") == pl.col("a") * 1000).height
        stated = agreeing == count
        if not stated:
            found.ask(
                "conventions.line_amount",
                f"Price x quantity is the line's amount on {agreeing} of {count} lines only. Is there a line discount in another column?",
            )
    found.conventions["line_amount"] = (
        "stated",
        "the file states it"
        + (" and its arithmetic agrees" if stated else "; its arithmetic does not agree everywhere"),
    )


def _ask(found: Findings) -> None:
    """Collect what is left open."""
    frame = found.frame
    for definition in FIELDS:
        if definition.is_required and not found.taken(definition.name) and definition.name != "order_id":
            found.ask(f"columns.{definition.name}", f"{definition.name}: {definition.question}")
    for guess in found.guesses:
        if guess.certainty == "question" and " as well" not in guess.reason:
            found.ask(f"columns.{guess.field}", f"{guess.heading.shown!r}: {guess.reason}.")
    if not found.dates.is_decided and found.dates.reason:
        forms = " or ".join(found.dates.formats) or "unknown"
        found.ask("read.date_formats", f"How are dates written ({forms})? {found.dates.reason}.")
    for name, words in found.words.items():
        open_words = [word.word for word in words if not word.meaning]
        if open_words:
            found.ask(WORD_TABLES[name], words_question(name, open_words))
    for key, (value, reason) in found.conventions.items():
        if not value:
            found.ask(f"conventions.{key}", f"conventions.{key}: {reason}. {BY_NAME['line_discount'].question}")
    if not found.taken("payment_state"):
        found.ask(
            "columns.payment_state",
            'No column says whether an order is paid. If the file holds paid orders only, set constants.payment_state = "paid"; if the state column says it, name it under columns.payment_state too.',
        )
    twice = sorted(
        {
            h.text
            for h in found.table.headings
            if h.nth > 1 and h.text and frame.get_column(h.column).null_count() < frame.height
        }
    )
    if twice:
        found.ask(
            "headings",
            f"These headings occur more than once; `nth` says which column is meant: {', '.join(twice)}.",
        )


def words_question(field: str, words: Sequence[str]) -> str:
    """Return the question about words of a state column that nobody has listed."""
    return f"{field}: what do {', '.join(map(repr, words[:8]))} mean? Until you say, these orders are held."


def _preview(found: Findings) -> tuple[dict[str, str | None], ...]:
    """Return the first rows of the proposed columns under their canonical names."""
    chosen = {guess.field: guess.heading.column for guess in found.guesses if guess.certainty == "proposed"}
    head = found.frame.head(PREVIEW_ROWS)
    picked = head.select(
        pl.col("row").cast(pl.String), *(pl.col(column).alias(name) for name, column in chosen.items())
    )
    return tuple(picked.iter_rows(named=True))


def _problems(text: str, name: str) -> tuple[str, ...]:
    try:
        parse_profile(text, where=name)
    except SettingsError as error:
        return error.problems
    return ()

"""Which heading means which field: by what it is called, then by how its values stand on the rows of an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from recon.frames.headings import Heading, norm
from recon.frames.tables import TextTable
from recon.sources.profile.aliases import ALIASES
from recon.sources.profile.evidence import DateEvidence, NumberEvidence, repeats
from recon.sources.profile.fields import BY_NAME, FIELDS

_PRODUCT_FIELDS = ("sku", "name", "quantity")

Certainty = Literal["proposed", "question"]


@dataclass(frozen=True, slots=True)
class Guess:
    """One canonical field and the column proposed for it."""

    field: str
    heading: Heading
    reason: str
    certainty: Certainty = "proposed"
    repeat: str = ""
    """first or equal where the field is of the order and rows are lines; empty: does not matter."""

    def __str__(self) -> str:
        mark = "?" if self.certainty == "question" else ""
        return f"{self.field}{mark} from {self.heading.shown!r}: {self.reason}"


@dataclass(frozen=True, slots=True)
class StateWord:
    """A word found in a state column."""

    word: str
    count: int
    meaning: str
    """Suggested state; empty: it holds its orders until a person maps it."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something the cells do not say."""

    about: str
    """Key of the profile that answers it, e.g. columns.total or read.date_formats."""
    text: str


@dataclass(slots=True)
class Findings:
    """Everything found out about a file, before it is written down."""

    name: str
    platform: str
    table: TextTable
    frame: pl.DataFrame
    """The table's data rows, totals rows left out."""
    grain: str = ""
    grain_reason: str = ""
    fill_down: bool = False
    guesses: list[Guess] = field(default_factory=list)
    dates: DateEvidence = field(default_factory=DateEvidence)
    numbers: NumberEvidence = field(default_factory=NumberEvidence)
    words: dict[str, tuple[StateWord, ...]] = field(default_factory=dict)
    """order_state and payment_state -> words."""
    conventions: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Key -> value ("" = open) and reason."""
    asked: list[Question] = field(default_factory=list)

    def ask(self, about: str, text: str) -> None:
        """Leave something to a person."""
        self.asked.append(Question(about, text))

    def taken(self, name: str) -> Guess | None:
        """Return the guess for a field that is not open."""
        return next((guess for guess in self.guesses if guess.field == name and guess.certainty == "proposed"), None)


def candidates_of(headings: Sequence[Heading]) -> dict[str, list[Heading]]:
    """Return for each field the headings that may mean it, best alias first."""
    found: dict[str, list[Heading]] = {}
    for name, aliases in ALIASES.items():
        order = {norm(alias): place for place, alias in enumerate(aliases)}
        fitting = [heading for heading in headings if heading.nth == 1 and norm(heading.text) in order]
        if fitting:
            found[name] = sorted(fitting, key=lambda heading: order[norm(heading.text)])
    return found


def find_grain(found: Findings, candidates: dict[str, list[Heading]]) -> None:
    """Find out whether a row is an order or a line, by the column that names the order."""
    ids = candidates.get("order_id", [])
    if not ids:
        found.ask("columns.order_id", BY_NAME["order_id"].question + " No heading looks like it.")
        return
    column = found.frame.get_column(ids[0].column)
    named = column.drop_nulls()
    repeated = len(named) - named.n_unique()
    products = [headings[0].column for name in _PRODUCT_FIELDS if (headings := candidates.get(name))]
    blank = (
        found.frame.filter(pl.col(ids[0].column).is_null() & pl.any_horizontal(pl.col(products).is_not_null()))
        if products
        else found.frame.clear()
    )
    if blank.height and blank.height < found.frame.height:
        found.grain, found.fill_down = "line", True
        found.grain_reason = f"{blank.height} of {len(column)} rows leave {ids[0].shown!r} blank beside a product: further lines of the order above"
    elif repeated:
        found.grain, found.grain_reason = (
            "line",
            f"{repeated} of {len(column)} rows repeat an order number of {ids[0].shown!r}",
        )
    else:
        found.grain, found.grain_reason = "order", f"each of the {len(named)} order numbers stands once"
        if products:
            found.ask(
                "grain",
                'Each order has one row here, yet there are columns of products. Can an order with two products take two rows? Then grain = "line".',
            )


def choose(found: Findings, candidates: dict[str, list[Heading]]) -> None:
    """Give each heading to one field; contested ones go by how their values repeat, or stay a question."""
    ids = candidates.get("order_id", [])
    frame = found.frame
    if found.fill_down:
        frame = frame.with_columns(pl.col(ids[0].column).forward_fill())
    used: set[Heading] = set()
    for definition in FIELDS:
        fitting = [heading for heading in candidates.get(definition.name, []) if heading not in used]
        rivals = {heading: _rivals(heading, definition.name, candidates) for heading in fitting}
        own = [heading for heading in fitting if not rivals[heading]]
        for heading in (own or fitting)[:1]:
            repeat = repeats(frame, ids[0].column, heading.column) if ids and found.grain == "line" else ""
            guess = _guess(definition.name, heading, rivals[heading], repeat, found.grain)
            if guess is None:
                continue
            found.guesses.append(guess)
            if guess.certainty == "proposed":
                used.add(heading)
        for heading in own[1:]:
            used.add(heading)
            found.guesses.append(Guess(definition.name, heading, f"may mean {definition.name} as well", "question"))
            found.ask(
                f"columns.{definition.name}",
                f"{own[0].shown!r} and {heading.shown!r} may both be {definition.name}; the first is proposed. {definition.question}",
            )


def _rivals(heading: Heading, name: str, candidates: dict[str, list[Heading]]) -> list[str]:
    return [other for other, headings in candidates.items() if other != name and heading in headings]


def _guess(name: str, heading: Heading, rivals: list[str], repeat: str, grain: str) -> Guess | None:
    """Return the guess for one heading, or None when the cells speak for another field."""
    level = BY_NAME[name].level
    why = f"the heading {heading.shown!r} usually means this"
    shown = {
        "equal": "the same on all rows of an order",
        "first": "on the first row of an order only",
        "varies": "different from row to row",
    }
    if rivals:
        fits = level == "order" if grain == "order" or repeat in ("equal", "first") else level == "line"
        if grain == "line" and not repeat:
            return Guess(
                name,
                heading,
                f"may be {name} or {' or '.join(rivals)}: no order in this file has several rows that tell",
                "question",
            )
        if not fits:
            return None
        why = f"{heading.shown!r} may mean {name} or {' or '.join(rivals)}; " + (
            "one row is one order" if grain == "order" else f"its values are {shown[repeat]}"
        )
    elif level == "order" and repeat:
        why += f"; its values are {shown[repeat]}"
    if level == "order" and repeat == "varies" and BY_NAME[name].kind == "amount":
        return Guess(name, heading, why + ': is it a part of the order\'s sum (repeat = "sum")?', "question")
    return Guess(name, heading, why, repeat=repeat if level == "order" and repeat in ("equal", "first") else "")

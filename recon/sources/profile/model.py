"""A column profile: a TOML file that says which heading fills which canonical field, and how the file is written.

Profiles carry no data and no secrets, so they can be shared. Every problem of a profile is reported at once, each with
its key, its value, what is accepted and a close match. ``docs/profiles.md`` explains every key.
"""

from __future__ import annotations

import tomllib
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import polars as pl
from polars.exceptions import PolarsError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from recon.errors import SettingsError
from recon.frames.dates import check_format
from recon.frames.encodings import ENCODINGS
from recon.frames.headings import HEADER_SEARCH_ROWS, norm
from recon.frames.schemas import ORDER_STATES, PAYMENT_STATES, RECORD_KINDS
from recon.sources.profile.fields import BY_NAME, CONSTANT_FIELDS, FIELDS, LINE_FIELDS
from recon.sources.profile.problems import explain

TOTALS_WORDS: Final = (
    "รวม", "ยอดรวม", "รวมทั้งหมด", "รวมทั้งสิ้น", "ยอดรวมทั้งหมด", "ยอดรวมทั้งสิ้น", "Total", "Grand total", "Sum",
)  # fmt: skip
"""What the first cell of a totals row says."""


class _Table(BaseModel):
    """Base of all tables of a profile: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Match(_Table):
    """How a file of this profile is recognised, by its headings only."""

    required: tuple[str, ...] = Field(min_length=1)
    """Headings that must all stand in the header row."""
    forbidden: tuple[str, ...] = ()
    """Headings that must not occur, to tell similar exports apart."""
    known: tuple[str, ...] = ()
    """All headings of the file the profile was made from; others found later are reported as new."""
    sheet: tuple[str, ...] = ()
    """Names or patterns (`*`) of sheets in order of preference; left out: the only sheet with these headings."""
    header_search_rows: int = Field(default=HEADER_SEARCH_ROWS, ge=1, le=HEADER_SEARCH_ROWS)
    """How many rows are searched for the header."""


class DropUnless(_Table):
    """Rows that are no data, such as a line of explanations below the header."""

    column: str
    """Canonical field to look at."""
    regex: str
    """Rows whose cell does not match are left out, visibly."""
    within: int = Field(default=0, ge=0, le=60)
    """Only this many rows below the header are looked at (a row of explanations); 0: all."""

    @field_validator("regex")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            pl.Series([""]).str.contains(value)
        except PolarsError:
            raise ValueError("a regular expression such as ^[0-9]{10,}$ (no look-around)") from None
        return value


class Read(_Table):
    """How the file is written."""

    encodings: tuple[Literal["utf-8", "cp874", "tis-620", "utf-16", "cp1252"], ...] = ENCODINGS
    """Tried in order where the file has no byte order mark; the first that reads every byte is taken."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    """Left out: found out from the header."""
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    """strptime forms, tried in order on a whole column: %d/%m/%Y, %Y-%m-%d %H:%M, %d %b %Y."""
    era: Literal["CE", "BE", "auto"] = "CE"
    """BE: Buddhist years (2569); auto: a four-digit year from 2400 on is Buddhist."""
    timezone: str = "Asia/Bangkok"
    """Zone in which the file's times are written."""
    decimal: Literal[".", ","] = "."
    """Decimal mark of amounts."""
    thousands: Literal["", ",", ".", " ", "'"] = ""
    """Thousands mark of amounts; empty: none allowed."""
    strip_currency: tuple[str, ...] = ()
    """Currency words and signs allowed around an amount."""
    parentheses_negative: bool = False
    """(12.00) means -12.00."""
    trailing_minus: bool = False
    """12.00- means -12.00."""
    dash_is_zero: bool = False
    """A lone dash means 0."""
    other_digits: bool = False
    """Thai and full-width digits are allowed."""
    excel_serials: bool = False
    """Numbers 20000 to 80000 in a date column are Excel's day numbers."""
    fill_down: tuple[str, ...] = ()
    """Canonical fields whose empty cells take the value above (merged or blank cells of an order's later rows)."""
    totals_words: tuple[str, ...] = TOTALS_WORDS
    """First cell of rows that are totals, not orders."""
    drop_rows_unless: DropUnless | None = None
    """Rows that are no data."""
    rows_together: bool = True
    """All rows of an order stand together; false: the file is sorted otherwise and rows are gathered by order."""
    refuse_resaved: bool = False
    """Refuse the file where a spreadsheet has written order ids in scientific form: their ends are lost."""
    masked: str = Field(default="", max_length=1)
    """A customer's name, address or tax id with this mark in it is hidden by the provider and counts as not stated."""

    @field_validator("date_formats")
    @classmethod
    def _forms(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for form in value:
            check_format(form)
        if not value:
            raise ValueError("at least one form such as %d/%m/%Y")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except Exception as error:
            raise ValueError("a zone name like Asia/Bangkok") from error
        return value

    @model_validator(mode="after")
    def _marks_differ(self) -> Read:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must be different marks")
        return self


class Column(_Table):
    """Where one canonical field comes from."""

    headings: tuple[str, ...] = Field(alias="from", min_length=1)
    """Headings that mean this field; exactly one of them must be in the file."""
    nth: int = Field(default=1, ge=1, le=20)
    """Which column, where the heading occurs more than once."""
    level: Literal["order", "line"] | None = None
    """Whether the column is about the order or about the line; left out: as the field is."""
    repeat: Literal["equal", "first", "sum", "any"] = "equal"
    """How an order's value stands on its rows: the same on all (equal), on the first only (first), in parts (sum); any:
    the first that says anything, the others may differ."""
    required: bool = False
    """The file is only recognised with this column."""
    optional: bool = False
    """The column may be missing."""
    sign: Literal["as-is", "negative-means-deduct", "deducts"] = "as-is"
    """negative-means-deduct: a discount written as -26.00 is a discount of 26.00; deducts: with either sign."""
    where_blank: tuple[str, ...] = ()
    """Headings whose cell is taken where this column's is empty."""
    times: str = ""
    """Heading of a column of whole numbers the amount is multiplied by (a price per piece)."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        """Accept a heading, or a list of headings, in place of a table."""
        if isinstance(value, str):
            return {"from": [value]}
        if isinstance(value, list):
            return {"from": value}
        if isinstance(value, dict) and isinstance(value.get("from"), str):
            return {**value, "from": [value["from"]]}
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Column:
        if self.required and self.optional:
            raise ValueError("required and optional exclude each other")
        if len({norm(heading) for heading in self.headings}) != len(self.headings):
            raise ValueError("each heading once")
        return self


class Words(_Table):
    """What the file's words for a state mean; a word not listed holds its order."""

    exact: dict[str, str] = {}
    """Word -> state."""
    prefix: dict[str, str] = {}
    """Beginning of longer texts -> state."""
    unknown: Literal["hold"] = "hold"
    """Unknown words always hold; nothing else is accepted."""


class Units(_Table):
    """Rows that are single pieces (grain = "unit")."""

    unit_id: str = ""
    """Heading of the piece's own number; a number that stands twice holds its order."""
    out: tuple[str, ...] = ("cancelled", "returned")
    """Order states in which a piece no longer counts, unless no piece of its order does."""


class Counting(_Table):
    """How the provider counts (`sources.base.Conventions`)."""

    line_discount: Literal["none", "per-unit", "per-line"] = "none"
    """What the line's discount refers to: one piece or the whole line."""
    line_amount: Literal["computed", "stated", "stated-or-computed"] = "computed"
    """Whether the line's amount is price x quantity - discount, or the file's own column."""
    order_discount: Literal["on-top", "contains-lines"] = "on-top"
    """contains-lines: the order's discount already counts the lines' discounts."""
    discount_candidates: bool = False
    """Try discount, discount + discount_extra, none; the first that foots is taken."""
    extra_by_platform: bool = False
    """Try discount, then discount + discount_extra; the extra part is the platform's own money."""
    line_amount_checked: bool = False
    """Hold an order whose stated line amount is not price x quantity - discount."""
    tax: Literal["infer", "included", "excluded", "none"] = "infer"
    """Whether prices include VAT."""
    shipping_taxed: Literal["infer", "yes", "no"] = "infer"
    """Whether the stated VAT covers shipping."""
    tolerance_minor: int = Field(default=0, ge=0, le=100)
    """Largest difference in satang at which an order still foots."""
    tip_names: tuple[str, ...] = ()
    """Exact line names that are tips."""


class Profile(_Table):
    """Everything in a profile file."""

    profile: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    """Name of the profile: small letters, digits and dashes."""
    version: int = Field(default=1, ge=1)
    """Raise it when you change the profile."""
    kind: Literal["orders", "returns"] = "orders"
    """What the file holds; a return names its order under order_number."""
    platform: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,29}$")
    """Provider, first part of every order's key (zort, bentoweb, shopee); it never changes."""
    grain: Literal["order", "line", "unit"]
    """What one row is: a whole order, one line of an order, or one piece of a line."""
    match: Match
    read: Read = Read()
    columns: dict[str, Column]
    """Canonical field -> where it comes from."""
    parts: dict[str, Column] = {}
    """Columns that are no field by themselves, by a name of your own; `sums` and `joins` make fields of them."""
    sums: dict[str, tuple[str, ...]] = {}
    """Canonical amount of the order -> the parts (or fields) that add up to it."""
    joins: dict[str, tuple[str, ...]] = {}
    """Canonical text of the order -> the parts that are put together, with spaces."""
    units: Units = Units()
    fixed: bool = False
    """Shipped with recon: nobody can correct it, so messages do not say so."""
    returned_part: str = ""
    """Part that counts pieces that came back: such orders are held until a returns file says what they are worth."""
    status_map: Words = Words()
    """Meaning of order states."""
    payment_map: Words = Words()
    """Meaning of payment states."""
    constants: dict[str, str] = {}
    """Canonical field -> one value for the whole file."""
    conventions: Counting = Counting()

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, value: dict[str, Column]) -> dict[str, Column]:
        _check_names(value, tuple(BY_NAME), "a canonical field")
        for name, column in value.items():
            field = BY_NAME[name]
            if field.level == "line" and (column.level == "order" or column.repeat != "equal"):
                raise ValueError(f'{name} is a field of the line; level = "order" and repeat do not apply')
            if column.repeat == "sum" and field.kind != "amount":
                raise ValueError(f'{name} is no amount; repeat = "sum" does not apply')
            if column.level == "line" and field.level == "order" and column.repeat != "sum":
                raise ValueError(f'{name} is a field of the order; a column per line needs repeat = "sum"')
            if column.sign != "as-is" and field.kind != "amount":
                raise ValueError(f"{name} is no amount; sign does not apply")
        return value

    @field_validator("constants")
    @classmethod
    def _known_constants(cls, value: dict[str, str]) -> dict[str, str]:
        _check_names(value, CONSTANT_FIELDS, "a field that can be constant")
        accepted = {"order_state": ORDER_STATES, "payment_state": PAYMENT_STATES, "record_kind": RECORD_KINDS}
        for name, states in accepted.items():
            if name in value and value[name] not in states:
                raise ValueError(f"{name} = {value[name]!r}; accepted: {', '.join(states)}")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Profile:
        problems = []
        both = sorted(set(self.columns) & set(self.constants))
        problems += [f"{name} has a column and a constant; keep one" for name in both]
        made = {*self.columns, *self.sums, *self.joins}
        missing = [field for field in FIELDS if field.is_required and field.name not in made]
        problems += [f"columns.{field.name} is missing. {field.question}" for field in missing]
        if self.has_lines:
            problems += self._line_problems()
        elif self.grain != "order" and self.kind == "orders":
            problems.append('grain = "line" needs columns of lines (quantity, unit_price or line_amount, sku, name)')
        for name in (
            *self.read.fill_down,
            *([self.read.drop_rows_unless.column] if self.read.drop_rows_unless else []),
        ):
            if name not in self.columns:
                problems.append(f"read names {name!r}, which has no column")
        problems += self._made_problems()
        problems += _word_problems("status_map", self.status_map, ORDER_STATES)
        problems += _word_problems("payment_map", self.payment_map, PAYMENT_STATES)
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def has_lines(self) -> bool:
        """Whether the file says what was sold, not only what it came to."""
        return any(name in self.columns for name in LINE_FIELDS)

    @property
    def sources(self) -> dict[str, Column]:
        """All columns of the file that are read: those of fields and, marked, those of parts."""
        return {**self.columns, **{part_name(name): column for name, column in self.parts.items()}}

    def _made_problems(self) -> list[str]:
        """Return what is wrong with fields made of parts."""
        problems = []
        for table, made, kind in (("sums", self.sums, "amount"), ("joins", self.joins, "text")):
            for name, parts in made.items():
                field = BY_NAME.get(name)
                if field is None or field.level != "order" or (kind == "amount") != (field.kind == "amount"):
                    problems.append(f"{table}.{name} is no {kind} of the order")
                if name in self.columns or name in self.constants:
                    problems.append(f"{name} has a column or a constant and stands in {table}; keep one")
                wrong = [part for part in parts if part not in self.parts and part not in self.columns]
                problems += [f"{table}.{name} names {part!r}, which is neither a part nor a column" for part in wrong]
        if self.returned_part and self.returned_part not in self.parts:
            problems.append(f"returned_part names {self.returned_part!r}, which is no part")
        if self.grain == "unit" and "order_state" not in self.columns:
            problems.append('grain = "unit" needs columns.order_state: the state of each piece')
        return problems

    def _line_problems(self) -> list[str]:
        problems = []
        if "quantity" not in self.columns and "quantity" not in self.constants:
            problems.append(
                'columns.quantity is missing. How many pieces? (constants.quantity = "1" for one row per piece)'
            )
        if "unit_price" not in self.columns and "line_amount" not in self.columns:
            problems.append("columns.unit_price or columns.line_amount is missing. What does a line cost?")
        if self.conventions.line_amount == "computed" and "unit_price" not in self.columns:
            problems.append('conventions.line_amount = "computed" needs columns.unit_price; set it to "stated"')
        if self.conventions.line_amount != "computed" and "line_amount" not in self.columns:
            problems.append(f"conventions.line_amount = {self.conventions.line_amount!r} needs columns.line_amount")
        if "line_discount" in self.columns and self.conventions.line_discount == "none":
            problems.append("columns.line_discount needs conventions.line_discount: per-unit or per-line?")
        return problems


def part_name(name: str) -> str:
    """Return what a part is called among the columns read; no canonical field has a blank in it."""
    return f"part {name}"


def parse_profile(text: str, *, where: str = "the profile") -> Profile:
    """Read and validate a profile.

    Raises:
        SettingsError: It is no TOML, or has wrong keys or values; all problems are listed.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{where} is not valid TOML: {error}.") from None
    try:
        return Profile.model_validate(raw)
    except ValidationError as error:
        problems = tuple(
            text for problem in error.errors(include_url=False) for text in explain(dict(problem), raw, Profile)
        )
    raise SettingsError(f"{where}: " + "\n".join(problems), problems=problems)


def _check_names(given: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    wrong = [name for name in given if name not in known]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: not {what}; known: {', '.join(known)}")


def _word_problems(table: str, words: Words, states: tuple[str, ...]) -> list[str]:
    return [
        f"{table}: {word!r} = {state!r}; accepted: {', '.join(states)}"
        for word, state in (*words.exact.items(), *words.prefix.items())
        if state not in states
    ]

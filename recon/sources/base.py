"""What a source is: it recognises a file by content and gives its rows as text under canonical names.

A source never converts an amount or a date; it declares how they are written (`Forms`), how the provider counts
(`Conventions`) and what its words mean (`StateWords`). `recon.normalize` does the rest for all sources alike.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from pathlib import Path
from typing import ClassVar, Final, Literal, Protocol

import polars as pl

from recon.frames.amounts import NumberForm
from recon.frames.dates import DateForm
from recon.frames.text import fold

RAW_ORDER_COLUMNS: Final = (
    "order_id", "order_number", "other_numbers", "record_kind", "ordered_on", "paid_on", "shipped_on", "completed_on", "cancelled_on",
    "updated_at", "order_state", "payment_state", "sales_channel", "payment_channel", "customer_name",
    "customer_tax_id", "customer_branch", "customer_address", "currency", "vat_code", "vat_percent", "subtotal",
    "discount", "discount_extra", "shipping", "shipping_discount", "cod_fee", "duties", "rounding",
    "platform_discount", "tax", "tax_text", "tax_listed", "total", "paid", "refunded", "outstanding", "refund_on",
    "prices_include_tax", "shipping_taxed", "staff", "opening_float",
)  # fmt: skip
"""Canonical names of a reading's order columns, all text; a column that is left out is *not known*.

``record_kind`` left out means sale. ``tax_listed`` is the sum of itemised taxes as text columns joined by the source
(`tax_listed_1`..`_9` are summed by normalize); ``discount_extra`` is a further discount that may or may not belong
to ``discount`` (Conventions.discount_candidates). ``prices_include_tax`` is true or false where the order says it itself
(Shopify's API); null, or left out: found by arithmetic. ``shipping_taxed`` is true or false where the order says whether its tax is on shipping."""

RAW_LINE_COLUMNS: Final = (
    "order_no", "line_no", "row", "kind", "sku", "name", "quantity", "unit_price", "line_discount", "line_amount",
    "taxable", "tax_text", "tax",
)  # fmt: skip
"""Canonical names of a reading's line columns: text, but order_no, line_no, row UInt32; ``kind`` text, null = product; ``tax`` is the line's own, inside its amount."""


@dataclass(frozen=True, slots=True)
class IntakeFile:
    """A file as it was kept: unchanged, named by its digest."""

    path: Path
    """Where the kept copy lies."""
    name: str
    """The name it came under; text from outside, never used as a path."""
    digest: str
    """SHA-256, hex."""
    size: int
    """Bytes."""
    kept_at: str = ""
    """When it was taken in, ISO UTC."""

    @property
    def file_id(self) -> str:
        """The 12 digits frames carry."""
        return self.digest[:12]


@dataclass(frozen=True, slots=True)
class Forms:
    """How a file writes amounts and dates."""

    decimal_mark: str = "."
    thousands_mark: str = ""
    """Removed before reading; empty: none allowed."""
    strip_currency: tuple[str, ...] = ()
    """Currency words and signs allowed around an amount, e.g. ("THB", "฿")."""
    parentheses_negative: bool = False
    dash_is_zero: bool = False
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    """strptime forms, tried in order on the whole column; a form must read every non-empty cell of it."""
    era: Literal["CE", "BE", "auto"] = "CE"
    """CE: Gregorian years; BE: Buddhist; auto: a four-digit year from 2400 on is Buddhist."""
    timezone: str = "Asia/Bangkok"
    """Zone of moments without an offset, and the zone in which the shop's day is taken."""
    excel_serials: bool = False
    """Accept 20000..80000 in a date column as Excel serial days."""
    trailing_minus: bool = False
    """Accept 1,234.50- for a negative amount."""
    other_digits: bool = False
    """Accept Thai and full-width digits and the Unicode minus."""
    binary_noise: bool = False
    """Accept a number as a spreadsheet stores it (19.990000000000002) where the noise is at most 0.0001."""

    @property
    def numbers(self) -> NumberForm:
        """The part that says how numbers are written."""
        return NumberForm(
            decimal_mark=self.decimal_mark,
            thousands_mark=self.thousands_mark,
            strip_currency=self.strip_currency,
            parentheses_negative=self.parentheses_negative,
            trailing_minus=self.trailing_minus,
            dash_is_zero=self.dash_is_zero,
            other_digits=self.other_digits,
            binary_noise=self.binary_noise,
        )

    @property
    def days(self) -> DateForm:
        """The part that says how days are written."""
        return DateForm(
            formats=self.date_formats, era=self.era, timezone=self.timezone, excel_serials=self.excel_serials
        )


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a provider counts: arithmetic that no column states."""

    line_discount: Literal["none", "per-unit", "per-line"] = "none"
    """What the line's discount column refers to."""
    line_amount: Literal["computed", "stated", "stated-or-computed"] = "computed"
    """computed: unit price x quantity - discount; stated-or-computed: recompute where it says 0 but should not."""
    order_discount: Literal["on-top", "contains-lines"] = "on-top"
    """contains-lines: the order's discount already counts the lines' discounts (Shopify)."""
    shipping_discount_inside: bool = False
    """The order's discount may hold a free-shipping code; told apart by the stated subtotal (Shopify)."""
    discount_candidates: bool = False
    """Try discount, discount + discount_extra, none: the first that foots wins and is stored (ZORT)."""
    extra_by_platform: bool = False
    """Try discount, then discount + discount_extra; the extra part is the platform's own money (marketplaces)."""
    numbers_repeat: bool = False
    """The visible number is that of another record (a return's order), so that several may carry the same."""
    line_amount_checked: bool = False
    """Hold an order whose stated line amount is not price x quantity - discount."""
    tax: Literal["infer", "included", "excluded", "none"] = "infer"
    """Whether prices include tax; infer: by arithmetic, order by order."""
    tax_mode_by_order: bool = False
    """The provider asks for the tax mode on every document (ZORT): orders that differ are no finding."""
    shipping_taxed: Literal["infer", "yes", "no"] = "infer"
    """Whether stated tax covers shipping."""
    outstanding_contradicts_paid: bool = False
    """A paid order whose outstanding balance equals its total is held (Shopify)."""
    footing_told: bool = False
    """The source itself says of a record that does not add up what is wrong with it, in its own findings."""
    test_gateways: tuple[str, ...] = ()
    """Payment channels (folded) that mark a test order."""
    tip_names: tuple[str, ...] = ()
    """Exact line names that are tips when the line has no SKU."""
    tolerance_minor: int = 0
    """Largest difference at which an order still foots; 0: to the minor unit."""
    tolerance_minor_per_line: int = 0
    """Added to the tolerance of the VAT equation per line."""


@dataclass(frozen=True, slots=True)
class StateWords:
    """What the source's words mean; keys folded (match.keys.fold). A word not listed holds the order."""

    order: Mapping[str, str] = field(default_factory=dict)
    payment: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    """Beginnings of longer order state texts; the longest that fits counts."""
    payment_prefixes: Mapping[str, str] = field(default_factory=dict)
    """The same of payment state texts."""


def meaning_of(word: str, words: Mapping[str, str], prefixes: Mapping[str, str]) -> str | None:
    """Return what a word means by whole words and beginnings (keys folded); None: nobody has said."""
    key = fold(word)
    if key in words:
        return words[key]
    fitting = [beginning for beginning in prefixes if beginning and key.startswith(beginning)]
    return prefixes[max(fitting, key=len)] if fitting else None


@dataclass(frozen=True, slots=True)
class StatedTotals:
    """Control totals of the file itself, counted before anything is converted."""

    row_count: int
    """Data rows in the file, totals rows and blank rows left out."""
    order_count: int | None = None
    """Announced by the source; null: not stated."""
    total_text: str | None = None
    """A total the file states; null: none."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reading depends on beside the file; part of the key under which frames are stored."""

    platform: str
    shop: str
    currency: str
    timezone: str
    prices: str = "as-source"
    vat_rate_basis_points: int = 700
    tax_as_stated: bool = False
    """Tax of any rate is taken as the source states it (US sales tax); only whether the order adds up is judged."""
    gift_card_names: tuple[str, ...] = ()
    not_gift_card_names: tuple[str, ...] = ()
    payment_channel_field: str = ""
    """Field of the source that names the payment channel (`source_api.payment_channel_field`); empty: as documented."""
    words: tuple[tuple[str, str], ...] = ()
    """What a person says status words mean; wins over the source's own list."""
    fields: tuple[tuple[str, str], ...] = ()
    """Names the settings give to fields of the source that its provider does not publish (BentoWeb); of marketplaces what
    parts of settlements are and when files were settled (`settlement_fields`)."""
    profile_text: str = ""
    """The column profile's TOML (source = profile); its content is part of the key."""
    secret: Callable[[], str] | None = field(default=None, repr=False, compare=False)
    """Asked for the secret by which a file is checked, where one is; written nowhere, and no part of the key."""

    def stored(self) -> dict[str, object]:
        """Return what a reading depends on as it may be written down: all but the secret."""
        return {one.name: getattr(self, one.name) for one in fields_of(self) if one.name != "secret"}


BUYER_FIELD: Final = ("buyers", "addresses")
"""Of `ReadOptions.fields`: buyers' addresses are read too, because they tell buyers of one name apart."""
COMPANY_FIELD: Final = "company"
"""Of `ReadOptions.fields`: the number of the company whose books these are, digits only; a till's file must be that company's."""
DAY_ENDS_FIELD: Final = "day ends"
"""Of `ReadOptions.fields`: until when (HH:MM) what a till closed belongs to the day before."""
TILL_COLUMN_FIELD: Final = "till column "
"""Of `ReadOptions.fields`, before the heading of a column: its role in a till's own day export (`till.columns`)."""
SIGNATURES_FIELD: Final = "signatures"
"""Of `ReadOptions.fields`: by what a till's signatures are checked: `public-key`, which is the text of `KEY_FIELD`, or `shared-key`, which is asked for."""
KEY_FIELD: Final = "signature key"
DIFFERENCE_FIELD: Final = "difference"
"""Of `ReadOptions.fields`: cash differences a till recorded are its counts, and what above zero means in them: `over` or `short`."""
LEG_FIELD: Final = "leg "
DAY_FIELD: Final = "settled on "


def settlement_fields(legs: Mapping[str, str], days: Mapping[str, dt.date]) -> tuple[tuple[str, str], ...]:
    """Return what the settings say of settlements as `ReadOptions.fields`."""
    named = {f"{LEG_FIELD}{name}": group for name, group in legs.items()}
    return tuple(sorted((named | {f"{DAY_FIELD}{name}": day.isoformat() for name, day in days.items()}).items()))


@dataclass(frozen=True, slots=True)
class Reading:
    """One file under canonical names, still text.

    ``orders``: one row per order; text columns of RAW_ORDER_COLUMNS (any subset with order_id, ordered_on, total)
    plus ``order_no`` and ``row`` (UInt32), sorted by order_no.
    ``lines``: RAW_LINE_COLUMNS (any subset with order_no, line_no, row, quantity), sorted by order_no, line_no.
    ``payments`` / ``refunds``: like PAYMENTS / REFUNDS with text amounts and dates, or None where the order columns
    say all there is.
    ``findings``: FINDINGS about the file; refused rows are in it with their amounts where readable.
    """

    platform: str
    orders: pl.DataFrame
    lines: pl.DataFrame
    forms: Forms
    conventions: Conventions
    words: StateWords
    findings: pl.DataFrame
    stated: StatedTotals
    payments: pl.DataFrame | None = None
    refunds: pl.DataFrame | None = None
    refund_lines: pl.DataFrame | None = None
    """Like REFUND_LINES with text amounts (``quantity``, ``discount``, ``amount``, ``tax``) and the kind as text; only of refunds
    whose lines come to their amount."""
    notes: tuple[str, ...] = ()
    """What this format cannot tell, in plain words for the import report."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """Canonical name -> the file's own heading, so that a finding names the column a person sees."""
    rows_used: int | None = None
    """Rows of the file that became part of a record or are refused with a finding, where more than orders and lines say it; None: those do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """An order that is known, told to a shop system that is asked for orders by their numbers."""

    order_id: str
    modified: str
    """Moment of its last change as the shop system wrote it; empty: not stated."""
    is_settled: bool = False
    """Cancelled, or too long ago: asked for again only if a list says that it changed."""


class OneAnswer(Protocol):
    """One answer of those a kept file holds."""

    @property
    def asked(self) -> str:
        """What was asked; empty: the answer came by itself."""
        ...

    @property
    def number(self) -> str:
        """Number of the order that was asked for; empty for everything else."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of the answer."""
        ...


class Source(ABC):
    """One file format of one provider, read into a `Reading`."""

    name: ClassVar[str]
    """As in recon.toml: shopify, zort, bentoweb, profile."""
    platform: ClassVar[str]
    """First part of order keys."""
    specification: ClassVar[str]
    """Where the format is described."""
    holds_whole_period: ClassVar[bool] = True
    """A file holds every order of its days; False: only what was asked for (answers of an API)."""
    version: ClassVar[int] = 1
    """Raised whenever the same file would be read differently; stored frames of older versions are read again."""

    @abstractmethod
    def identify(self, file: IntakeFile) -> bool:
        """Return whether this source can read the file; looks at content, not at the name."""

    @abstractmethod
    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the file under canonical names.

        Raises:
            MalformedFile: The file is of this format but cannot be read.
        """

    def answers_in(self, content: bytes) -> Sequence[OneAnswer]:
        """Return the single answers of a kept file, so that one that comes again unchanged is not kept again.

        Only a source that is asked order by order (`SourceFacts.lists_orders` is False) keeps some to a file.

        Raises:
            ValueError: The file is no answer.
        """
        del content
        return ()

    def count_products(self, file: IntakeFile) -> int:
        """Return how many products a kept answer about the product list names; none where the shop system has no such list.

        Raises:
            MalformedFile: The file is no such answer, or an answer that says no.
        """
        del file
        return 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """One raw answer of a provider's API, to be kept as a file before anybody reads it."""

    name: str
    """Suggested file name, ours, safe."""
    content: bytes
    page: int = 1
    announced: int | None = None
    """Documents the provider announced in all; null: not said."""

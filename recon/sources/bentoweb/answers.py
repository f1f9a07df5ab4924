"""Kept answers of BentoWeb's API, some orders to a file, into readings.

Specification: BentoWeb's help, https://help.bentoweb.com (log-in, states, order sources, the beginning of an order);
docs/bentoweb.md lists what is read, from where, and what cannot be known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.findings import findings_from, gather, no_findings
from recon.sources.base import Conventions, Forms, IntakeFile, Reading, ReadOptions, Source, StatedTotals
from recon.sources.bentoweb.envelope import KEPT, ORDER_PATH, KeptAnswer, kept_answers, open_answer
from recon.sources.bentoweb.fields import NEEDED, FieldMap
from recon.sources.bentoweb.orders import read_lines, read_orders
from recon.sources.bentoweb.words import SIGNS, SIGNS_NEEDED, WORDS

HEAD_BYTES: Final = 64 * 1024
_FIELD_NAME: Final = re.compile(rb'"([A-Za-z][A-Za-z0-9_]{1,40})\\?"\s*:')
"""A field's name as it stands in an answer, or in an answer that is kept as text."""
LISTED_FIELDS: Final = 40
"""So many names of unread fields are said in a note."""

CONVENTIONS: Final = Conventions(
    line_discount="none", line_amount="stated-or-computed", tax="infer", tax_mode_by_order=True, tolerance_minor=0
)
"""How BentoWeb counts is not published; a line's own amount wins over price times pieces, the rest is arithmetic."""
FORMS: Final = Forms(
    thousands_mark=",", date_formats=("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"), era="CE", binary_noise=True
)  # fmt: skip

_PUBLISHED_HEADINGS: Final = MappingProxyType({
    "order_id": "order_id", "ordered_on": "date_created", "cancelled_on": "date_cancelled", "updated_at": "date_modified",
    "sales_channel": "order_from", "customer_name": "firstname", "customer_address": "shipping_address_1",
    "currency": "currency_id",
})  # fmt: skip
_SET_HEADINGS: Final = MappingProxyType({
    "order_number": "order_number", "order_state": "state", "payment_state": "state", "total": "total",
    "shipping": "shipping", "discount": "discount", "cod_fee": "cod_fee", "tax": "vat", "paid_on": "paid_on",
    "payment_channel": "payment_channel", "customer_tax_id": "tax_id", "sku": "sku", "name": "name",
    "quantity": "quantity", "unit_price": "unit_price", "line_amount": "line_amount",
})  # fmt: skip
"""Canonical name -> the setting that names its field."""


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What the answers of a file are."""

    orders: list[Mapping[str, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    """Row, what was asked for, what the answer said."""
    lists: list[str] = field(default_factory=list)
    """Paths whose answers are lists of orders, kept as evidence only."""


class BentoWebAnswers(Source):
    """Answers of `order-full`, as a pull keeps them, or one answer (a webhook's body) saved as a file."""

    name = "bentoweb"
    platform = "bentoweb"
    specification = "BentoWeb API, https://help.bentoweb.com"
    holds_whole_period = False
    version = 1

    def identify(self, file: IntakeFile) -> bool:
        """Return whether the file holds answers of BentoWeb, by the names at its beginning."""
        with file.path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            return False
        names = {name.decode() for name in _FIELD_NAME.findall(head)}
        return KEPT in names or len(names & SIGNS) >= SIGNS_NEEDED

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the orders of a file under canonical names.

        Raises:
            MalformedFile: The file is not whole, or holds no answer of BentoWeb.
        """
        fields = FieldMap.of(options.fields)
        found = _sorted(file)
        orders = read_orders(
            found.orders,
            found.rows,
            fields,
            channel_field=options.payment_channel_field,
            store_id=dict(options.fields).get("store_id", ""),
        )
        lines = read_lines(found.orders, found.rows, fields)
        findings = gather([_strangers(orders, options), _refused(found)])
        return Reading(
            platform=self.platform,
            orders=orders.drop("_store"),
            lines=lines,
            forms=replace(FORMS, timezone=options.timezone),
            conventions=CONVENTIONS,
            words=WORDS,
            findings=findings.with_columns(pl.lit(file.file_id).alias("file")),
            stated=StatedTotals(row_count=len(found.orders)),
            notes=_notes(found, fields),
            headings=_headings(fields),
        )

    def answers_in(self, content: bytes) -> Sequence[KeptAnswer]:
        """Return the answers of a file: those kept by a pull, or the one answer it is."""
        return kept_answers(content)


def _sorted(file: IntakeFile) -> _Sorted:
    try:
        kept = kept_answers(file.path.read_bytes())
        opened = [(answer, open_answer(answer.text)) for answer in kept]
    except ValueError as error:
        raise MalformedFile(
            f"{file.name}: not an answer of BentoWeb that can be read: {error}. Nothing of it was taken in. Pull again.",
            file=file.name,
        ) from None
    found = _Sorted()
    for row, (answer, envelope) in enumerate(opened, start=1):
        if envelope.accepted and envelope.order is not None:
            found.orders.append(envelope.order)
            found.rows.append(row)
        elif envelope.accepted and answer.asked and not answer.asked.startswith(ORDER_PATH):
            found.lists.append(answer.asked)
        else:
            said = envelope.words or ("no text" if not envelope.accepted else "yes, but no order")
            found.refused.append((row, answer.asked or file.name, f"status {envelope.status or 'none'}: {said}"))
    return found


def _strangers(orders: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    key = pl.concat_str(pl.lit(f"{options.platform}:{options.shop}:"), "order_id")
    others = orders.filter(pl.col("_store").is_not_null()).with_columns(key.alias("order_key"))
    return findings_from(
        others,
        "order-on-hold",
        column="store_id",
        value=pl.col("_store"),
        detail="The order belongs to another shop of BentoWeb than bentoweb.store_id says.",
    )


def _refused(found: _Sorted) -> pl.DataFrame:
    if not found.refused:
        return no_findings()
    rows = pl.DataFrame(found.refused, schema={"row": pl.UInt32, "asked": pl.String, "said": pl.String}, orient="row")
    return findings_from(
        rows,
        "order-not-delivered",
        column="status",
        value=pl.col("asked").str.strip_prefix(ORDER_PATH),
        detail=pl.format("BentoWeb answered {}.", "said"),
    )


def _headings(fields: FieldMap) -> dict[str, str]:
    """Return the answer's own name of each column, so that a finding names what a person sees there."""
    named = {column: fields.candidates(what) for column, what in _SET_HEADINGS.items()}
    return {**_PUBLISHED_HEADINGS, **{column: names[0] for column, names in named.items() if names}}


def _notes(found: _Sorted, fields: FieldMap) -> tuple[str, ...]:
    notes = [f"The answer of {path} is kept; orders are read from their own answers." for path in found.lists]
    if not found.orders:
        return tuple(notes)
    _, _, lines = fields.lists(found.orders)
    absent = fields.absent(found.orders, lines)
    for what, tried in absent.items():
        if what in NEEDED:
            notes.append(
                f"No answer has the field {tried} ({what}); BentoWeb does not publish its name. Choose it among the fields"
                f" below and set bentoweb.fields.{what}; orders cannot be posted without it."
            )
    others = ", ".join(f"{tried} ({what})" for what, tried in absent.items() if what not in NEEDED)
    if others:
        notes.append(f"Not in any answer: {others}.")
    unread = fields.unread(found.orders, lines)
    if unread:
        listed = ", ".join(unread[:LISTED_FIELDS])
        more = f" and {len(unread) - LISTED_FIELDS} more" if len(unread) > LISTED_FIELDS else ""
        notes.append(f"Fields that are not read, because nobody has described them: {listed}{more}.")
    return tuple(notes)

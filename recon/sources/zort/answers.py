"""Kept answers of ZORT's API, one file per page, into readings.

Specification: ZORT API v4, https://developers.zortout.com (parameters, codes), and what live clients store of the
answers; docs/zort.md lists what is read, from where, and what cannot be known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.findings import findings_from, gather, no_findings, one_finding
from recon.frames.json_records import field_names
from recon.sources.base import Conventions, Forms, IntakeFile, Reading, ReadOptions, Source, StatedTotals
from recon.sources.zort.dates import DATE_FORM, MOMENT_FORM
from recon.sources.zort.envelope import Envelope, open_answer
from recon.sources.zort.orders import read_lines, read_orders
from recon.sources.zort.payments import CHANNEL_RULES, PREFIX, read_payments
from recon.sources.zort.products import read_products
from recon.sources.zort.references import reference_fields
from recon.sources.zort.words import (
    KINDS,
    KNOWN_FIELDS,
    NUMBER_PREFIXES,
    PRODUCT_SIGNS,
    SIGNS,
    SIGNS_NEEDED,
    STATES,
    UNUSED_AMOUNTS,
    USED_FIELDS,
)

HEAD_BYTES: Final = 64 * 1024
"""So much of a file is looked at to recognise it; one order takes about 3 KB."""
_FIELD_NAME: Final = re.compile(rb'"([A-Za-z][A-Za-z0-9]{1,40})"\s*:')
_OUR_NAME: Final = re.compile(r"^zort-(sale|sale_return|purchase|purchase_return)-")

CONVENTIONS: Final = Conventions(
    line_discount="per-unit",
    line_amount="stated-or-computed",
    discount_candidates=True,
    tax="infer",
    tax_mode_by_order=True,
    tolerance_minor=2,
    tolerance_minor_per_line=1,
)
"""How ZORT counts: a line's discount is per piece, a line total of 0 may mean "not filled in"."""


FORMS: Final = Forms(thousands_mark=",", date_formats=(DATE_FORM, MOMENT_FORM), era="auto", binary_noise=True)
"""How dates.py leaves dates, and numbers as ZORT's examples and its live clients show them."""

_HEADINGS: Final = MappingProxyType({
    "order_id": "id", "order_number": "number", "shipped_on": "shippingdate", "updated_at": "updatedatetime",
    "order_state": "status", "payment_state": "paymentstatus", "sales_channel": "saleschannel",
    "customer_name": "customername", "customer_tax_id": "customeridnumber", "customer_branch": "customerbranchno",
    "vat_code": "vattype", "vat_percent": "vatpercent", "discount": "discountamount",
    "discount_extra": "voucheramount", "shipping": "shippingamount", "platform_discount": "platformdiscount",
    "tax": "vatamount", "total": "amount", "paid": "paymentamount", "quantity": "list.number",
    "unit_price": "list.pricepernumber", "line_discount": "list.discount", "line_amount": "list.totalprice",
    "sku": "list.sku", "name": "list.name",
})  # fmt: skip
"""Canonical names and ZORT's own, for findings."""


class ZortAnswers(Source):
    """Answers of `GetOrders` and its sisters for returns and purchases, and of their detail calls."""

    name = "zort"
    platform = "zort"
    specification = "ZORT API v4, https://developers.zortout.com"
    holds_whole_period = False
    version = 2

    def identify(self, file: IntakeFile) -> bool:
        """Return whether the file is an answer of ZORT, by the field names at its beginning."""
        with file.path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            return False
        names = {name.decode().lower() for name in _FIELD_NAME.findall(head)}
        if len(names & SIGNS) >= SIGNS_NEEDED or len(names & PRODUCT_SIGNS) >= SIGNS_NEEDED:
            return True
        # An empty page or a refusal has no records; its envelope is ZORT's own.
        return "rescode" in names and bool(names & {"list", "resdesc"})

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the documents of one answer under canonical names.

        Raises:
            MalformedFile: The answer says no, is not whole, or holds something else than documents.
        """
        answer = self._answer(file)
        documents = answer.documents()
        kind = _record_kind(file, documents)
        rows = range(1, len(documents) + 1)
        channel_field = options.payment_channel_field
        entry_field = channel_field.removeprefix(PREFIX) if channel_field.startswith(PREFIX) else ""
        payments = read_payments(documents, rows, entry_field)
        wide = read_orders(documents, rows, kind=kind, payments=payments, channel_field=channel_field)
        lines, unknown_line_fields = read_lines(documents, rows)
        told = reference_fields(documents) if kind == "sale_return" else []
        unknown = (*_unknown_fields(documents, (channel_field, *told)), *unknown_line_fields, *payments.unknown_fields)
        findings = gather([_strays(answer), _new_columns(unknown), _deposits(wide, options)])
        orders = wide.select(pl.exclude("^_.*$"))
        return Reading(
            platform=self.platform,
            orders=orders.drop("currency") if orders["currency"].null_count() == orders.height else orders,
            lines=lines,
            forms=replace(FORMS, timezone=options.timezone),
            conventions=CONVENTIONS,
            words=STATES,
            findings=findings.with_columns(pl.lit(file.file_id).alias("file")),
            stated=StatedTotals(row_count=len(documents) + answer.strays),
            payments=payments.frame if payments.frame.height else None,
            notes=_notes(answer, wide, channel_field),
            headings={**_HEADINGS, "ordered_on": f"{KINDS[kind]}date"},
        )

    def count_products(self, file: IntakeFile) -> int:
        """Return how many products a kept `GetProducts` answer names."""
        return len(read_products(file))

    def _answer(self, file: IntakeFile) -> Envelope:
        try:
            answer = open_answer(file.path.read_bytes())
        except ValueError as error:
            raise MalformedFile(
                f"{file.name}: not an answer of ZORT that can be read: {error}. Nothing of it was taken in. Pull again.",
                file=file.name,
            ) from None
        if not answer.accepted:
            said = f"code {answer.code}" if answer.code else "no code and no list"
            raise MalformedFile(
                f"{file.name}: ZORT did not deliver orders but answered {said}: {answer.words or 'no text'}."
                " Nothing of it was taken in. Pull again.",
                file=file.name,
                value=answer.words,
            )
        if answer.records is None and not answer.is_detail:
            raise MalformedFile(
                f"{file.name}: ZORT's answer says yes but brings no `list`. Nothing of it was taken in. Pull again.",
                file=file.name,
                column="list",
            )
        names = set(field_names(answer.documents()))
        if names and "amount" not in names and len(names & PRODUCT_SIGNS) >= SIGNS_NEEDED:
            raise MalformedFile(
                f"{file.name}: these are ZORT's products, not orders. They serve for suggestions (`recon match`);"
                " there is nothing to take in as orders.",
                file=file.name,
            )
        return answer


def _record_kind(file: IntakeFile, documents: Sequence[Mapping[str, Any]]) -> str:
    """Return which of ZORT's four kinds the documents are: by their date field, our file name, their numbers."""
    names = field_names(documents)
    dated = [kind for kind, stem in KINDS.items() if kind != "sale" and f"{stem}date" in names]
    dated += [k for k, stem in KINDS.items() if k != "sale" and f"{stem}datestring" in names and k not in dated]
    if len(dated) > 1:
        raise MalformedFile(
            f"{file.name}: holds documents of several kinds ({', '.join(dated)}); ZORT answers one kind at a time."
            " Nothing of it was taken in. Pull again.",
            file=file.name,
        )
    if dated:
        return dated[0]
    ours = _OUR_NAME.match(file.name)
    if ours:
        return ours.group(1)
    numbers = [str(document.get("number", "")) for document in documents]
    for prefix, kind in NUMBER_PREFIXES.items():
        if numbers and all(number.startswith(prefix) for number in numbers):
            return kind
    return "sale"


def _unknown_fields(documents: Sequence[Mapping[str, Any]], used: Sequence[str]) -> list[str]:
    known = USED_FIELDS | KNOWN_FIELDS | {name.lower() for name in used}
    return [name for name in field_names(documents) if name not in known]


def _new_columns(unknown: Sequence[str]) -> pl.DataFrame:
    if not unknown:
        return no_findings()
    listed = ", ".join(unknown)
    return one_finding(
        "columns-new", value=listed, detail=f"Fields of the answer that nobody has described yet: {listed}."
    )


def _strays(answer: Envelope) -> pl.DataFrame:
    if not answer.strays:
        return no_findings()
    return one_finding(
        "order-id-missing",
        column="list",
        detail=f"{answer.strays} entries of the list are no documents and were left out.",
    )


def _deposits(wide: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    kind = pl.when(pl.col("record_kind") == "sale").then(pl.lit("")).otherwise(pl.col("record_kind") + ":")
    key = pl.concat_str(pl.lit(f"{options.platform}:{options.shop}:"), kind, "order_id")
    found = wide.filter("_deposit").with_columns(key.alias("order_key"))
    return findings_from(found, "deposit-order", column="isDeposit", value="true")


def _notes(answer: Envelope, wide: pl.DataFrame, channel_field: str) -> tuple[str, ...]:
    notes = []
    if answer.code is None:
        notes.append("The answer carries no resCode; its list was accepted.")
    if wide.height:
        notes.append(_channel_note(wide, channel_field))
        counters = wide.filter(pl.col("sales_channel") == "", pl.col("record_kind") == "sale").height
        if counters:
            notes.append(f"{counters} orders name no sales channel: sales at the counter.")
    # Any digit but 0 means that there is an amount.
    filled = wide.select(pl.col(f"_{name}").str.contains("[1-9]").sum().alias(name) for name in UNUSED_AMOUNTS)
    for name, count in filled.row(0, named=True).items():
        if count:
            notes.append(f"{count} orders state `{name}`; it is not used, because what it counts is not documented.")
    return tuple(notes)


def _channel_note(wide: pl.DataFrame, channel_field: str) -> str:
    counts = dict(wide.group_by("_channel_rule", maintain_order=True).len().iter_rows())
    described = {**dict(CHANNEL_RULES), channel_field: f"`{channel_field}`"}
    parts = [f"{counts[rule]} from {text}" for rule, text in described.items() if rule and rule in counts]
    if counts.get(""):
        parts.append(f"{counts['']} name none")
    return f"Payment channel of {wide.height} orders: {', '.join(parts)}."

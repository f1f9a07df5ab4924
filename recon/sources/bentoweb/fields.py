"""Which field of an order's answer holds what: the settings' names, looked up in the answers.

BentoWeb publishes the beginning of its answer only. A name that no answer has gives a column of nothing, and is said in
the import report together with the fields that are there, so that a person can name the right one in recon.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from recon.frames.json_records import text_column
from recon.sources.bentoweb.words import NO_DATE, NUMBERS, PUBLISHED

Records = Sequence[Mapping[str, Any]]

DEFAULTS: Final = {
    "order_number": "ref_code", "state": "order_status_id", "total": "grand_total", "shipping": "shipping",
    "discount": "", "cod_fee": "", "vat": "vat_amount", "paid_on": "payment_datetime, receipt_datetime",
    "payment_channel": "payment_method", "tax_id": "idcard", "lines": "order_item", "sku": "sku", "name": "name",
    "quantity": "qty", "unit_price": "price", "line_amount": "total",
}  # fmt: skip
"""Names where nothing is set (`recon.config.bentoweb` says from where each is); a test holds both together."""
OF_LINES: Final = ("sku", "name", "quantity", "unit_price", "line_amount")
NEEDED: Final = ("total", "lines", "state", "quantity", "unit_price")
"""Without these an order can only be held or refused."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """What the settings call each field."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> FieldMap:
        """Return the map of some settings; what is not named has its default."""
        return cls({**DEFAULTS, **{what: names for what, names in pairs if what in DEFAULTS}})

    def candidates(self, what: str) -> tuple[str, ...]:
        """Return the names that are tried for a field."""
        return tuple(name.strip() for name in self.names[what].split(",") if name.strip())

    def column(self, records: Records, what: str) -> pl.Series:
        """Return a field of all records as text; the first of its names that says something wins."""
        columns = [field_column(records, name) for name in self.candidates(what)]
        if not columns:
            return pl.Series([None], dtype=pl.String).new_from_index(0, len(records))
        return pl.select(pl.coalesce(columns)).to_series()

    def lists(self, records: Records) -> tuple[list[int], list[int], list[dict[str, Any]]]:
        """Return the order lines: position of their order, place from 1, line."""
        owners: list[int] = []
        places: list[int] = []
        found: list[dict[str, Any]] = []
        for position, record in enumerate(records):
            listed = next((value for name in self.candidates("lines") if (value := at(record, name)) is not None), None)
            inner = list(listed.values()) if isinstance(listed, dict) else listed if isinstance(listed, list) else []
            lines = [line for line in inner if isinstance(line, dict)]
            owners.extend([position] * len(lines))
            places.extend(range(1, len(lines) + 1))
            found.extend(lines)
        return owners, places, found

    def absent(self, orders: Records, lines: Records) -> dict[str, str]:
        """Return the fields that no answer has, with the names that were tried; what has no name set is not missed."""
        gone = {}
        for what in self.names:
            records = lines if what in OF_LINES else orders
            names = self.candidates(what)
            if names and records and not any(has(record, name) for name in names for record in records):
                gone[what] = ", ".join(names)
        return gone

    def unread(self, orders: Records, lines: Records) -> tuple[str, ...]:
        """Return the fields of the answers that are neither published nor named in the settings, lines' after orders'."""
        used = {name.partition(".")[0] for what in self.names for name in self.candidates(what) if what not in OF_LINES}
        of_lines = {name.partition(".")[0] for what in OF_LINES for name in self.candidates(what)}
        top = sorted({name for record in orders for name in record} - used - PUBLISHED - set(NUMBERS))
        below = sorted({name for record in lines for name in record} - of_lines)
        holder = (self.candidates("lines") or ("line",))[0]
        return (*top, *(f"{holder}.{name}" for name in below))


def at(record: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401  whatever stands there
    """Return what stands under a name, dots going one object deeper; None where nothing does."""
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def has(record: Mapping[str, Any], path: str) -> bool:
    """Return whether a record has this field, whatever it holds."""
    *parents, last = path.split(".")
    holder = at(record, ".".join(parents)) if parents else record
    return isinstance(holder, dict) and last in holder


def field_column(records: Records, path: str) -> pl.Series:
    """Return one field as text; empty, missing and BentoWeb's date of nothing as null."""
    if "." in path:
        records = [{path: at(record, path)} for record in records]
    column = text_column(records, [path], path)
    return column.set(column.str.contains(NO_DATE).fill_null(value=False), None)

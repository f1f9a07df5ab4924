"""A till's accounts and counts on their way into the mapping workbook and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from exports.mapping_edits import ChannelEdit, EditProblem, ProductEdit
from exports.till_sheets import ACCOUNT_ROWS, COUNT_ROWS, AccountEdit, CountEdit, TillSheets
from recon.money import parse_minor
from recon.summaries.till import CountLine, TillLine
from recon.targets.base import Catalog

_STATES: Final = {"wrong": "does not fit", "unlinked": "not linked", "suggested": "not linked"}


@dataclass(frozen=True, slots=True)
class ReadMappings:
    """What a person changed in all sheets of a mapping workbook."""

    products: Sequence[ProductEdit]
    channels: Sequence[ChannelEdit]
    accounts: Sequence[AccountEdit]
    counts: Sequence[CountEdit]
    problems: Sequence[EditProblem]


def till_sheets(groups: Sequence[TillLine], counts: Sequence[CountLine], catalog: Catalog) -> TillSheets:
    """Return what the sheets are made from."""
    accounts = [
        (
            one.sku, one.place, one.name or one.part, one.rate, parse_minor(one.amount), one.account,
            one.tax_code if one.tax_from == "chosen" else None, one.tax_code, _STATES.get(one.state, one.state), one.suggestion, one.reason,
        )
        for one in groups
    ]  # fmt: skip
    counted = [
        (
            one.order_key, one.number, dt.date.fromisoformat(one.day), one.place,
            None if one.expected is None else parse_minor(one.expected), one.counted, one.to_bank, one.remark or None, one.counted_by,
            one.state,
        )
        for one in counts
    ]  # fmt: skip
    return TillSheets(
        accounts=pl.DataFrame(accounts, schema=ACCOUNT_ROWS, orient="row"),
        counts=pl.DataFrame(counted, schema=COUNT_ROWS, orient="row"),
        chart=[(one.code, one.name, one.root) for one in catalog.accounts],
        codes=[(tax.code, tax.name, tax.percent) for tax in catalog.taxes],
    )

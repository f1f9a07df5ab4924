"""SAF-T Cash Register as a source: a till's file becomes settlements, one per Z report, and its sales on account."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.findings import gather
from recon.sources.base import (
    COMPANY_FIELD,
    DAY_ENDS_FIELD,
    DIFFERENCE_FIELD,
    KEY_FIELD,
    SIGNATURES_FIELD,
    IntakeFile,
    Reading,
    ReadOptions,
    Source,
    StatedTotals,
    StateWords,
)
from recon.sources.saft.codes import cash_types
from recon.sources.saft.file import CashRegisterFile, read_file
from recon.sources.saft.findings import (
    day_findings,
    file_findings,
    run_findings,
    settlement_findings,
    unread_findings,
)
from recon.sources.saft.invoices import INVOICE, apart_findings, invoice_findings, invoice_records, invoices_of
from recon.sources.saft.layout import HEAD, is_audit_file
from recon.sources.saft.reading import SETTLEMENT, Records, report_keys, settlement_records
from recon.sources.saft.settlement import settlements, z_reports
from recon.sources.saft.signatures import Check, by_public_key, by_secret, signature_findings
from recon.sources.tills.reading import CONVENTIONS, FORMS, hung

NOTE: Final = """A SAF-T Cash Register file has neither the counted cash nor what was taken to the bank: enter both with `recon till count`."""
SPECIFICATION: Final = "docs/saft.md"
_CHECKED: Final = ("public-key", "shared-key")
"""Values of `till.signatures` with which each signature is checked."""
_WORDS: Final = StateWords(order={"completed": "completed"}, payment={"paid": "paid", "unpaid": "unpaid"})


class CashRegisterFiles(Source):
    """SAF-T Cash Register files, schema 1.00."""

    name = "saft"
    platform = "till"
    specification = SPECIFICATION
    holds_whole_period: ClassVar[bool] = False
    """A file may hold one of a company's tills only."""

    def identify(self, file: IntakeFile) -> bool:
        """Return whether the file begins like an audit file; which kind and how it is written, `read` says."""
        with file.path.open("rb") as opened:
            return is_audit_file(opened.read(HEAD))

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the file under canonical names.

        Raises:
            MalformedFile: It cannot be read, or is another company's.
        """
        fields = dict(options.fields)
        try:
            read = read_file(file.path, with_chain=fields.get(SIGNATURES_FIELD, "") in _CHECKED)
        except MalformedFile as error:
            raise MalformedFile(
                f"{file.name} was not read: {error} Nothing was taken in.",
                file=file.name,
                row=error.row,
                value=error.value,
            ) from None
        _require_company(read, fields.get(COMPANY_FIELD, ""), file.name)
        return _read(read, options, fields, file.file_id)


def _read(read: CashRegisterFile, options: ReadOptions, fields: Mapping[str, str], file_id: str) -> Reading:
    """Return what a file comes to."""
    found = settlements(read.reports, read.sums, cash_types(read.lists))
    day_ends = dt.time.fromisoformat(fields.get(DAY_ENDS_FIELD, "00:00"))
    above_zero = fields.get(DIFFERENCE_FIELD, "")
    before = pl.lit(f"{options.platform}:{options.shop}:")

    def keyed(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
        return rows.with_columns(pl.concat_str(before, pl.lit(f"{kind}:"), "order_id").alias("order_key"))

    keys, heads = keyed(report_keys(found.heads, read.lists), SETTLEMENT), keyed(invoices_of(read), INVOICE)
    every = keyed(report_keys(z_reports(read.reports), read.lists), SETTLEMENT)
    findings = gather([
        *file_findings(read, is_compared=COMPANY_FIELD in fields, currency=options.currency),
        unread_findings(read, every), *settlement_findings(read, found, keys, takes_difference=bool(above_zero)), *run_findings(found.heads, keys), *invoice_findings(read, heads), apart_findings(read, heads, keys),
        *signature_findings(read, _check(options, fields), keys), *day_findings(read, found.heads, keys, day_ends),
    ])  # fmt: skip
    parts = (
        settlement_records(read, found, day_ends=day_ends, above_zero=above_zero),
        invoice_records(read, heads, day_ends=day_ends),
    )
    return _reading(parts, findings.with_columns(pl.lit(file_id).alias("file")), options)


def _check(options: ReadOptions, fields: Mapping[str, str]) -> Check | None:
    """Return by what signatures are checked; None: only that they are there.

    Raises:
        SettingsError, SecretsError: There is no such key.
    """
    how = fields.get(SIGNATURES_FIELD, "")
    if how == _CHECKED[0]:
        return by_public_key(fields.get(KEY_FIELD, ""))
    return by_secret(options.secret()) if how == _CHECKED[1] and options.secret is not None else None


def _reading(parts: Sequence[Records], findings: pl.DataFrame, options: ReadOptions) -> Reading:
    orders, *hanging = (
        pl.concat(
            [
                getattr(part, name).with_columns(pl.lit(kind, pl.UInt8).alias("kind_no"))
                for kind, part in enumerate(parts)
            ],
            how="diagonal",
        )
        for name in ("orders", "lines", "payments")
    )
    numbered = orders.with_row_index("order_no")
    places = numbered.select("kind_no", "number", "order_no", "row")
    placed = [
        hung(rows, places, ["kind_no", "number"], number).drop("kind_no", "number")
        for rows, number in zip(hanging, ("line_no", "payment_no"), strict=True)
    ]
    return Reading(
        platform=CashRegisterFiles.platform,
        orders=numbered.with_columns(pl.lit(options.currency).alias("currency")).drop("kind_no", "number"),
        lines=placed[0], payments=placed[1], forms=FORMS, conventions=CONVENTIONS, words=_WORDS, findings=findings,
        stated=StatedTotals(numbered.height), notes=(NOTE,),
    )  # fmt: skip


def _require_company(read: CashRegisterFile, number: str, name: str) -> None:
    """Stop where the file is another company's.

    Raises:
        MalformedFile: Its organisation number is not that of the settings.
    """
    theirs = re.sub(r"\D", "", read.lists.company_id)
    if number and theirs != number:
        raise MalformedFile(
            f"{name} belongs to {read.lists.company_name or 'another company'}, organisation number {read.lists.company_id}; this workspace "
            f"is that of {number} (company.tax_id in recon.toml). Nothing was taken in. Import it into that company's own workspace, "
            "or correct company.tax_id.",
            file=name,
            value=read.lists.company_id,
        )

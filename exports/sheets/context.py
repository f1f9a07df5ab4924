"""What all sheets share: the dossier, the frames, and the look-ups that carry provenance to every row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from exports.audit_frames import AuditFrames
from exports.columns import Column, Tone
from exports.fast_sheet import Table, make_table
from exports.words import ENGLISH, N_, Words
from recon.domain.finding import FINDING_CODES
from recon.views import AuditDossier

PART_LEFT_OUT: Final = "part-left-out"
TITLES: Final = {
    **{code: finding.title for code, finding in FINDING_CODES.items()},
    PART_LEFT_OUT: N_("Part of an order that goes out: a charge or voucher left out on purpose"),
    "left-as-is": N_("A person decided to leave it as it is"),
    "by-hand": N_("A person entered it in the ledger by hand"),
}
REMEDIES: Final = {code: finding.remedy for code, finding in FINDING_CODES.items()}

NO_NAME: Final = N_("(none named)")
"""Stands where an order names no channel."""

FILE: Final = Column("file", "File", width=14)
ROW: Final = Column("row", "Row", "count", 8)
PROVENANCE: Final = (FILE, ROW)
"""Last columns of every table: which file (its first 12 digits stand in the sheet Files), which row."""

STATE_TONES: Final[dict[str, Tone]] = {
    "posted": "good", "by hand": "good", "documents": "good", "held": "warn", "hold": "warn", "queued": "quiet",
    "unknown": "warn", "sending": "warn", "refused": "bad", "conflict": "bad", "duplicate": "bad", "needs person": "warn",
    "ignored": "quiet", "skipped": "quiet", "cancelled": "quiet", "warning": "warn", "note": "quiet",
}  # fmt: skip


_KIND: Final = pl.col("kind").cast(pl.String)
MONEY: Final = (
    pl.when(_KIND.is_in(["credit_note", "void", "expense", "expense_payment", "refund"])).then(-pl.col("paid_minor")).otherwise("paid_minor")
)  # fmt: skip
"""What a document moves: in is positive; refunds, voided receipts and what is paid to suppliers go out."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Dossier, frames and look-ups made once."""

    dossier: AuditDossier
    frames: AuditFrames
    document_facts: pl.DataFrame
    """doc_no with number, kind, day, order number, key, file and row: joined to lines and postings."""
    latest: pl.DataFrame
    """Newest outbox row per document key."""
    file_names: dict[str, str]
    words: Words = ENGLISH
    """The language of the workbook."""

    def local(self, name: str) -> pl.Expr:
        """Return a moment in the company's zone, as clocks on its wall show it."""
        return pl.col(name).dt.convert_time_zone(self.dossier.timezone).dt.replace_time_zone(None).alias(name)

    def apart(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """Return columns of a sheet with all records: where some are bought, no sum of money over sold and bought together."""
        if not has_purchases(self.frames.orders):
            return columns
        return tuple(
            replace(column, total=False) if column.kind == "money" and column.name not in _CARRIES_ONE else column
            for column in columns
        )

    def file_name(self) -> pl.Expr:
        """Return the name a file came under."""
        return pl.col("file").replace_strict(self.file_names, default=None, return_dtype=pl.String).alias("file_name")

    def table(
        self,
        key: str,
        title: str,
        about: str,
        columns: tuple[Column, ...],
        frame: pl.DataFrame,
        *,
        currency_column: str | None = None,
        tab: str = "proof",
        printed: int | None = None,
    ) -> Table:
        """Return a table in the currency of the books."""
        return make_table(
            key, title, about, columns, frame, currency=self.dossier.currency, currency_column=currency_column,
            tab=tab, printed=printed, words=self.words,
        )  # fmt: skip


def prepare(dossier: AuditDossier, frames: AuditFrames, words_of: Words = ENGLISH) -> Prepared:
    """Make the look-ups, for a workbook in one language."""
    origin = frames.orders.select("order_no", "file", "row")
    facts = frames.documents.select(
        "doc_no", "order_no", "number", words("kind").alias("document_kind"), "issued_on", "order_number", "document_key",
    ).join(origin, on="order_no", how="left", maintain_order="left")  # fmt: skip
    latest = frames.outbox.unique("document_key", keep="last", maintain_order=True)
    names = dict(zip(frames.files["file"], frames.files["name"], strict=True))
    return Prepared(dossier, frames, facts.drop("order_no"), latest, names, words_of)


_CARRIES_ONE: Final = ("effect_minor", "bought_minor")
"""Columns that hold sales only, or purchases only, so that their sums say something."""


IS_PURCHASE: Final = pl.col("record_kind").cast(pl.String).str.starts_with("purchase")
"""Records of purchases and purchase returns; ``record_kind`` as a code or in words."""


def has_purchases(orders: pl.DataFrame) -> bool:
    """Return whether purchases or purchase returns are among these orders."""
    return bool(orders.select(IS_PURCHASE.any()).item())


def words(column: str) -> pl.Expr:
    """Return a state or kind of ours as words: ``credit_note`` reads credit note."""
    return pl.col(column).cast(pl.String).str.replace_all("_", " ", literal=True)


def title_of(column: str) -> pl.Expr:
    """Return a finding's title for its code; a reason that is no finding stands for itself."""
    return pl.col(column).replace_strict(TITLES, default=pl.col(column), return_dtype=pl.String)


def remedy_of(column: str) -> pl.Expr:
    """Return what the person does next for a finding code."""
    return pl.col(column).replace_strict(REMEDIES, default=None, return_dtype=pl.String)

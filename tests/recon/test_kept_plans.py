"""Plans that were kept before purchases were thought of: read with the columns and kinds of today."""

from __future__ import annotations

import polars as pl
from plan_shop import frames, line, order, plan

from recon.frames.conform import as_kept, as_now, conform
from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS
from recon.plan.plan import Plan
from recon.plan.records import documents_by_key

OLD_KINDS = pl.Enum(["invoice", "receipt", "payment", "void", "credit_note", "product"])


def old(made: Plan) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The documents and lines of a plan as an earlier version kept them."""
    kind = pl.col("kind").cast(pl.String).cast(OLD_KINDS)
    return made.documents.with_columns(kind).drop("wht_minor"), made.lines.drop("wht_minor")


def test_a_kept_plan_has_the_columns_and_kinds_of_today() -> None:
    made = plan(order("1", line(), line("MUG", 2140)))
    documents, lines = old(made)
    assert conform(as_now(documents, DOCUMENTS), DOCUMENTS, name="documents").equals(made.documents)
    assert conform(as_now(lines, DOCUMENT_LINES), DOCUMENT_LINES, name="lines").equals(made.lines)
    assert as_now(made.documents, DOCUMENTS) is made.documents, "nothing is done for a plan of today"


def test_documents_without_projects_are_kept_as_before_there_were_any() -> None:
    documents = plan(order("1", line())).documents
    kept = as_kept(documents, "project")
    assert kept.columns == [name for name in DOCUMENTS if name != "project"]
    assert as_now(kept, DOCUMENTS).equals(documents)
    named = documents.with_columns(pl.lit("P1").alias("project"))
    assert as_kept(named, "project") is named


def test_documents_of_a_kept_plan_are_made_whole() -> None:
    records = [order("1")]
    made = plan(*records)
    documents, lines = old(made)
    key = made.documents["document_key"].item()
    (document,) = documents_by_key(documents, lines, made.postings, frames(records)["orders"], [key]).values()
    assert (document.wht_minor, document.lines[0].wht_minor, document.total_minor) == (0, 0, 10700)

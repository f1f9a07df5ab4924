"""What a person sees at the second door, before exactly the approved documents are sealed as a batch."""

from __future__ import annotations

import polars as pl

from recon.approve import two_persons
from recon.domain.document import PURCHASE_KINDS
from recon.domain.finding import FINDING_CODES
from recon.errors import ApprovalError
from recon.money import plain
from recon.plan.columns import BOUGHT_EFFECT, SALES_EFFECT, VAT_ONCE
from recon.plan.products import PRODUCT
from recon.review.decisions import content_digest
from recon.review.records import DoorKind, DoorView
from recon.service.approving import approval_policy
from recon.service.connecting import known_catalog, known_company
from recon.service.contacts import contact_lines, contact_words, creates_suppliers
from recon.service.context import Context
from recon.service.kept_plans import load_plan_frame
from recon.service.numbering_proof import GAPS, gap_warnings
from recon.service.part_approval import Chosen, chosen_documents
from recon.service.sending import confirmation_needed


def door(context: Context, connection: str | None) -> DoorView:
    """Return everything about the documents that `approve_decided` would let out.

    Raises:
        UsageError: There is no draft, or nothing in it is approved.
    """
    chosen = chosen_documents(context, connection)
    name, rows = chosen.table.connection, chosen.rows
    currency, company = context.settings.company.currency, context.settings.company
    _, ledger_company, environment = known_company(context, name)
    verified = context.store.catalog.verified(name)
    mine = chosen.decided
    sent = rows.filter(pl.col("kind").cast(pl.String) != PRODUCT)
    dated = sent if sent.height else rows  # the day a product was marked is no business day
    largest = rows.sort("total_minor", "row_id", descending=[True, False]).row(0, named=True)
    numbers = rows["number"].drop_nulls()
    return DoorView(
        connection=name,
        batch=chosen.batch.batch_id,
        company=company.name,
        ledger_company=ledger_company,
        environment=environment,
        tax_id=(verified.tax_id if verified else "") or company.tax_id,
        currency=currency,
        count=rows.height,
        total=plain(_sum(rows, "total_minor"), currency),
        for_books=plain(int(rows.select(SALES_EFFECT.cast(pl.Int128).sum()).item() or 0), currency),
        purchases=rows.filter(pl.col("kind").cast(pl.String).is_in(PURCHASE_KINDS)).height,
        purchases_total=plain(int(rows.select(BOUGHT_EFFECT.cast(pl.Int128).sum()).item() or 0), currency),
        vat=plain(_sum(_of_one_side(rows).with_columns(VAT_ONCE), "vat_minor"), currency),
        period=(str(dated["issued_on"].min()), str(dated["issued_on"].max())),
        largest=largest["number"] or largest["key"],
        largest_total=plain(largest["total_minor"], currency),
        first_number=numbers[0] if numbers.len() else "",
        last_number=numbers[-1] if numbers.len() else "",
        by_kind=_kinds(rows, currency),
        prepared_by=chosen.batch.created_by,
        prepared_at=chosen.batch.created_at,
        approved_by=tuple(mine["decided_by"].unique().sort()),
        approved_at=str(mine["decided_at"].max() or ""),
        digest=content_digest(mine),
        left=chosen.left,
        rejected=chosen.rejected,
        blocked=chosen.blocked,
        warnings=_warnings(context, chosen),
        confirmation=confirmation_needed(context, chosen.batch.batch_id),
    )


def _of_one_side(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the documents of sales, or those of purchases where there are no others: their VAT is never one sum."""
    sold = rows.filter(~pl.col("kind").cast(pl.String).is_in(PURCHASE_KINDS))
    return sold if sold.height else rows


def _sum(rows: pl.DataFrame, column: str) -> int:
    return int(rows[column].cast(pl.Int128).sum() or 0)


def _kinds(rows: pl.DataFrame, currency: str) -> tuple[DoorKind, ...]:
    grouped = (
        rows.with_columns(VAT_ONCE)
        .group_by("kind")
        .agg(pl.len().alias("count"), pl.col("total_minor", "vat_minor").cast(pl.Int128).sum())
        .sort("kind")
    )
    return tuple(
        DoorKind(row["kind"], row["count"], plain(row["total_minor"], currency), plain(row["vat_minor"], currency))
        for row in grouped.iter_rows(named=True)
    )


def _warnings(context: Context, chosen: Chosen) -> tuple[str, ...]:
    """Return what should be known before the seal: findings of these documents, of the whole plan, and about persons."""
    warned = chosen.rows.filter(pl.col("cause").is_not_null())
    causes = (
        warned.select(pl.col("causes").str.split(", ").explode().alias("code"))
        .group_by("code")
        .len("count")
        .sort("code")
    )
    words = [
        f"{count:,} of these documents: {FINDING_CODES[code].title} ({code})" for code, count in causes.iter_rows()
    ]
    going = load_plan_frame(context, chosen.batch, "documents")
    going = going.filter(pl.col("document_key").is_in(chosen.rows["key"].implode()))
    name = chosen.batch.connection
    rules = context.settings.connections[name]
    is_file, creates = context.outside.capabilities(name, rules).is_file, creates_suppliers(rules)
    lines = contact_lines(going, known_catalog(context, name), is_file=is_file, new_suppliers=creates)
    words += contact_words(lines)
    findings = load_plan_frame(context, chosen.batch, "findings")
    of_all = findings.filter((pl.col("severity") == "warning") & pl.col("order_key").is_null())
    whole = of_all.filter(~pl.col("code").is_in(GAPS))["code"].unique().sort()
    words += [f"{FINDING_CODES[code].title} ({code})" for code in whole]
    words += gap_warnings(context, chosen.batch)
    if chosen.torn.height:
        names = ", ".join(chosen.torn.select(pl.coalesce("number", "key")).to_series().head(5))
        words.append(
            f"{chosen.torn.height:,} approved documents stay, because another document of the same order is not approved: {names}"
        )
    try:
        words += two_persons(chosen.batch, context.actor, context.os_user, approval_policy(context))
    except ApprovalError as error:
        words.append(str(error))
    return tuple(words)

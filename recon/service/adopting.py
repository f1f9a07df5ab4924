"""A named person says what the ledger's entry of somebody else is: this very order (adopted as posted), or another sale.

Adopted documents go the way of every other: planned, approved as a batch of exactly these, entered in the outbox; but they
are noted as posted under the ledger's own id and number in the same transaction, so that there is no moment in which
they could be sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import polars as pl

from recon import __version__
from recon.approve import approve
from recon.config import Connection
from recon.errors import NotSettled, UsageError
from recon.frames.parquet import digest_files
from recon.frames.schemas import LEFT_OUT
from recon.money import plain
from recon.plan.inputs import Plan
from recon.plan.plan import build_plan
from recon.service.approving import approval_policy
from recon.service.connecting import known_company
from recon.service.context import Context, Progress
from recon.service.elsewhere import HOLDS, NOT_OURS, entry_name, recognised
from recon.service.known import current_sets
from recon.service.ledger_entries import Entries, kept_entries
from recon.service.planning import DIGESTED, enter, inputs_digest, keep_plan, plan, plan_folder, plan_inputs, whole_set
from recon.service.rejections import rejected_orders
from recon.store.batches import Batch
from recon.store.moments import stamp
from recon.store.outbox_moves import Outcome

ADOPTED: Final = "posted-elsewhere"
"""Code of a document that stands in the ledger because somebody else wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedLine:
    """A planned document and the ledger's entry that seems to be it."""

    order_number: str
    order_key: str
    document_key: str
    kind: str
    issued_on: str
    total: str
    way: str
    surety: str
    entry_kind: str
    entry_number: str
    entry_id: str
    entry_reference: str
    entry_day: str | None
    entry_total: str | None
    difference: str | None
    days_apart: int | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersReport:
    """What others posted, as the ledger showed it last."""

    connection: str
    writers: str
    read_at: str
    since: str
    until: str
    entries: int
    """Documents of the ledger that recon did not post."""
    by_surety: dict[str, int]
    lines: tuple[RecognisedLine, ...]

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.others/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptReport:
    """What became of a person's word on entries of others."""

    connection: str
    by: str
    reason: str
    said: str
    """adopted or another-sale."""
    orders: int
    documents: int
    total: str
    batch: str | None
    next_step: str
    dry_run: bool = False

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.adopt/1."""
        return asdict(self)


def others(context: Context, connection: str | None) -> OthersReport:
    """Return the orders that seem to stand in the ledger, as it was read last.

    Raises:
        UsageError: The ledger was not read yet.
    """
    name, rules = context.connection(connection)
    entries = _kept(context, name)
    made = _without_holds(context, name, rules, None)
    found = _facts(made, recognised(context, name, _numbered(made), entries))
    counts = dict(found.group_by("surety").len().sort("surety").cast({"surety": pl.String}).iter_rows())
    return OthersReport(
        connection=name,
        writers=rules.writers,
        read_at=stamp(entries.read_at),
        since=entries.since.isoformat(),
        until=entries.until.isoformat(),
        entries=entries.frame.height,
        by_surety=counts,
        lines=tuple(_line(row) for row in found.iter_rows(named=True)),
    )


def adopt(
    context: Context,
    connection: str | None,
    names: Sequence[str],
    *,
    actor: str,
    reason: str,
    all_certain: bool = False,
    accept_differences: bool = False,
    dry_run: bool = False,
    on_progress: Progress,
) -> AdoptReport:
    """Note orders as posted by somebody else, all of those named or none.

    Raises:
        UsageError: No name or reason, or nothing was read of the ledger yet.
        NotSettled: An order has no entry, only a part of it has, or something differs; ``problems`` names every one.
        ApprovalError: The policy of two persons forbids it.
    """
    name, rules, entries = _addressed(context, connection, actor, reason)
    everything = _without_holds(context, name, rules, None)
    found = _facts(everything, recognised(context, name, _numbered(everything), entries))
    chosen = _orders_named(everything, found, names, all_certain=all_certain)
    made = _without_holds(context, name, rules, chosen)
    pairs = _pairs(made, found.filter(pl.col("order_key").is_in(chosen.implode())))
    problems = _problems(pairs, accept_differences=accept_differences)
    if problems:
        raise NotSettled("\n".join([*problems, "Nothing was adopted."]), problems=tuple(problems))
    total = plain(int(made.documents["total_minor"].sum()))
    batch = None if dry_run else _enter_adopted(context, name, rules, made, pairs, actor=actor.strip(), reason=reason.strip())  # fmt: skip
    if batch is not None:
        plan(context, name, dry_run=False, rows=0, on_progress=on_progress)
    return AdoptReport(
        connection=name, by=actor.strip(), reason=reason.strip(), said="adopted", orders=len(chosen),
        documents=made.documents.height, total=total, batch=batch.batch_id if batch else None,
        next_step=f"recon verify {batch.batch_id}" if batch else "recon adopt without --dry-run", dry_run=dry_run,
    )  # fmt: skip


def disown(
    context: Context, connection: str | None, names: Sequence[str], *, actor: str, reason: str, dry_run: bool = False
) -> AdoptReport:
    """Note that the entries recognised for some orders are other sales: the next plan makes their documents.

    Raises:
        UsageError, NotSettled: See `adopt`.
    """
    name, rules, entries = _addressed(context, connection, actor, reason)
    everything = _without_holds(context, name, rules, None)
    found = _facts(everything, recognised(context, name, _numbered(everything), entries))
    chosen = _orders_named(everything, found, names, all_certain=False)
    mine = found.filter(pl.col("order_key").is_in(chosen.implode()))
    said = dict(mine.select("order_key", entry_name().alias("entry")).iter_rows())
    if not dry_run:
        context.store.mappings.set(name, NOT_OURS, said, who=actor.strip(), reason=reason.strip())
    return AdoptReport(
        connection=name, by=actor.strip(), reason=reason.strip(), said="another-sale", orders=len(chosen),
        documents=mine.height, total=plain(int(mine["total_minor"].sum())), batch=None, next_step="recon plan", dry_run=dry_run,
    )  # fmt: skip


def _addressed(context: Context, connection: str | None, actor: str, reason: str) -> tuple[str, Connection, Entries]:
    """Return whom a word is about; refuses one that lacks a part."""
    name, rules = context.connection(connection)
    context.store.require_own()
    wrong = [
        words for given, words in (
            (actor, "It needs a name: --as NAME."), (reason, "It needs a reason: --reason TEXT."),
        ) if not given.strip()
    ]  # fmt: skip
    if wrong:
        raise UsageError(f"{' '.join(wrong)} Nothing was noted.")
    return name, rules, _kept(context, name)


def _kept(context: Context, name: str) -> Entries:
    entries = kept_entries(context, name)
    if entries is None:
        raise UsageError(
            f'The ledger of {name} was not read for entries of others yet. Set writers = "shared" (or "others") and run '
            "`recon plan`. Nothing was noted."
        )
    return entries


def _without_holds(context: Context, name: str, rules: Connection, only: pl.Series | None) -> Plan:
    """Plan as if nothing stood in the ledger but what recon posted; ``only``: with all other orders left for later."""
    sets = current_sets(context, name, rules)
    if not sets:
        raise UsageError(f"Connection {name} has no orders yet. Take some in with `recon import FILE` or `recon pull`.")
    company_id, _, _ = known_company(context, name)
    posted = context.store.posted_frame(company_id)
    frames = whole_set(context, name, sets)
    left_out = rejected_orders(context, name)
    if only is not None:
        rest = frames.orders.filter(~pl.col("order_key").is_in(only.implode())).select("order_key")
        rest = rest.join(left_out, on="order_key", how="anti").with_columns(
            pl.lit("left-for-later").alias("code"), pl.lit("Orders that others posted go first.").alias("detail")
        )
        left_out = pl.concat([left_out, rest.select(LEFT_OUT.names())])
    inputs = plan_inputs(context, name, rules, sets, frames, posted, left_out=left_out)
    return build_plan(replace(inputs, wishes=inputs.wishes.head(0)))


def _numbered(made: Plan) -> pl.DataFrame:
    from recon.verify import NUMBERED

    return made.documents.filter(pl.col("kind").cast(pl.String).is_in(NUMBERED))


def _facts(made: Plan, found: pl.DataFrame) -> pl.DataFrame:
    """Return what was recognised with the columns of its document."""
    columns = ["document_key", "order_number", "kind", "issued_on", "total_minor"]
    return found.join(made.documents.select(columns), on="document_key", how="left", maintain_order="left")


def _orders_named(made: Plan, found: pl.DataFrame, names: Sequence[str], *, all_certain: bool) -> pl.Series:
    """Return the order keys of what a person named, by order key, order number or document.

    Raises:
        UsageError: Nothing was named.
        NotSettled: A name fits no recognised order, or several.
    """
    if not names and not all_certain:
        raise UsageError("Name the orders, or give --all-certain. Nothing was noted.")
    certain = found.filter(pl.col("surety") == "certain")["order_key"] if all_certain else found["order_key"].head(0)
    keys, problems = certain.unique(maintain_order=True).to_list(), []
    for wanted in names:
        fits = found.filter(
            (pl.col("order_key") == wanted) | (pl.col("order_number") == wanted) | (pl.col("document_key") == wanted)
        )["order_key"].unique(maintain_order=True)
        if len(fits) == 1:
            keys += fits.to_list()
        elif len(fits) > 1:
            problems.append(f"{wanted} names {len(fits)} orders; give one key: {', '.join(fits.to_list())}.")
        else:
            there = made.documents.filter((pl.col("order_key") == wanted) | (pl.col("order_number") == wanted)).height
            problems.append(
                f"{wanted}: no entry of the ledger seems to be this order. `recon plan` reads the ledger again; `recon others` lists what was recognised."
                if there
                else f"{wanted}: no order of that name waits for a document."
            )
    if problems:
        raise NotSettled("\n".join([*problems, "Nothing was noted."]), problems=tuple(problems))
    if not keys:
        raise UsageError(
            "No order is recognised for certain. `recon others` lists what was recognised. Nothing was noted."
        )
    return pl.Series("order_key", list(dict.fromkeys(keys)), dtype=pl.String)


def _pairs(made: Plan, found: pl.DataFrame) -> pl.DataFrame:
    """Return every document of the chosen orders with its entry; a payment stands on the paid entry of its invoice."""
    documents = made.documents.select(
        "doc_no", "document_key", "order_key", "order_number", pl.col("kind").cast(pl.String), "applies_to_key", "total_minor", "issued_on",
    )  # fmt: skip
    entry = found.select("document_key", "surety", "their_kind", "their_number", "ledger_id", "remain_minor", "detail")
    own = documents.join(entry, on="document_key", how="left", maintain_order="left")
    of_invoice = documents.select("document_key", "applies_to_key").join(
        entry.filter(pl.col("remain_minor") == 0), left_on="applies_to_key", right_on="document_key", how="left", maintain_order="left"
    )  # fmt: skip
    is_payment = pl.col("kind") == "payment"
    columns = [name for name in entry.columns if name != "document_key"]
    paid = of_invoice.select(pl.col(name).alias(f"_{name}") for name in columns)
    joined = pl.concat([own, paid], how="horizontal")
    return joined.with_columns(
        pl.when(is_payment).then(pl.col(f"_{name}")).otherwise(pl.col(name)).alias(name) for name in columns
    ).drop([f"_{name}" for name in columns])


def _problems(pairs: pl.DataFrame, *, accept_differences: bool) -> list[str]:
    """Return why some of the documents cannot be taken as posted, each in words."""
    found = []
    for row in pairs.iter_rows(named=True):
        called = f"order {row['order_number']}, {row['kind']} of {plain(row['total_minor'])}"
        if row["surety"] is None:
            found.append(
                f"{called}: the ledger shows no entry for it, so the order is there in part only. Complete it in the ledger, "
                "or say with --not-the-same that the entry is another sale's."
            )
        elif row["kind"] != "payment" and row["their_kind"] != row["kind"]:
            found.append(
                f"{called}: the ledger holds {row['their_kind']} {row['their_number']} instead. Change `invoices` or `receipts` of "
                "the connection so that both make the same kind of document."
            )
        elif row["surety"] == "several":
            found.append(f"{called}: {row['detail']}. Void all but one in the ledger first, then `recon plan`.")
        elif row["surety"] == "differs" and not accept_differences:
            found.append(
                f"{called}: {row['detail']}. Correct it there, or give --accept-differences if it shall stand like that."
            )
    return found


def _enter_adopted(
    context: Context, name: str, rules: Connection, made: Plan, pairs: pl.DataFrame, *, actor: str, reason: str
) -> Batch:
    """Enter, approve and note as posted, in one transaction."""
    sets = current_sets(context, name, rules)
    company_id, _, _ = known_company(context, name)
    posted = context.store.posted_frame(company_id)
    facts = {
        "connection": name, "company_id": company_id, "controls": asdict(made.controls), "recon": __version__,
        "polars": pl.__version__,
    }  # fmt: skip
    folder, digest = keep_plan(context, made, whole_set(context, name, sets).orders, facts, written={})
    said = {row["document_key"]: row for row in pairs.iter_rows(named=True)}
    with context.store.database.transaction("adopt-entries"):
        batch, _ = enter(context, name, company_id, made, digest, inputs_digest(context, name, sets, posted), folder)
        assert batch is not None
        approve(
            context.store, batch_id=batch.batch_id, plan_digest=digest_files(plan_folder(context, batch), DIGESTED),
            company_id=company_id, documents=made.documents, approver=actor, os_user=context.os_user,
            count=batch.document_count, sum_minor=batch.total_minor, policy=approval_policy(context),
        )  # fmt: skip
        for row in context.store.outbox.rows(batch.batch_id):
            entry = said[row.document_key]
            context.store.moves.finish(row, _outcome(entry, actor, reason))
        context.store.batches.set_state(batch.batch_id, "done", because="posted by somebody else", who=actor)
        context.store.mappings.set(name, "setting", {"last_plan": folder.name}, reason="adopted")
    return context.store.batches.get(batch.batch_id)


def _outcome(entry: dict[str, Any], actor: str, reason: str) -> Outcome:
    return Outcome(
        state="posted",
        ledger_id=None if entry["kind"] == "payment" else entry["ledger_id"] or entry["their_number"],
        ledger_number=entry["their_number"],
        code=ADOPTED,
        words=f"Posted by somebody else: {entry['detail']}. Adopted by {actor}: {reason}",
        adopted=True,
    )


def _line(row: dict[str, Any]) -> RecognisedLine:
    return RecognisedLine(
        order_number=row["order_number"],
        order_key=row["order_key"],
        document_key=row["document_key"],
        kind=str(row["kind"]),
        issued_on=row["issued_on"].isoformat(),
        total=plain(row["total_minor"]),
        way=str(row["way"]),
        surety=str(row["surety"]),
        entry_kind=row["their_kind"],
        entry_number=row["their_number"],
        entry_id=row["ledger_id"],
        entry_reference=row["reference"],
        entry_day=None if row["their_day"] is None else row["their_day"].isoformat(),
        entry_total=None if row["their_minor"] is None else plain(row["their_minor"]),
        difference=None if row["difference_minor"] is None else plain(row["difference_minor"]),
        days_apart=None if row["days_apart"] is None else abs(row["days_apart"]),
        words=row["detail"],
    )


__all__ = ["ADOPTED", "HOLDS", "AdoptReport", "OthersReport", "RecognisedLine", "adopt", "disown", "others"]

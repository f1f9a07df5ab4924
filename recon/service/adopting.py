"""A named person says what the ledger's entry of somebody else is: this very order (adopted as posted), or another sale.

Adopted documents go the way of every other: planned, approved as a batch of exactly these, entered in the outbox; but they
are noted as posted under the ledger's own id and number in the same transaction, so that there is no moment in which
they could be sent.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl

from recon import __version__
from recon.approve import approve
from recon.config.connection import Connection
from recon.domain.document import PAYMENT_KINDS
from recon.errors import NotSettled, SettingsError, TargetUnavailable, UsageError, WrongCompany
from recon.frames.schemas import LEFT_OUT
from recon.money import plain
from recon.plan.inputs import Plan, PlanInputs
from recon.plan.plan import build_plan
from recon.service import match_undo
from recon.service.adoptable import Word, orders_named, pairs_of, problems_of
from recon.service.approving import approval_policy
from recon.service.connecting import known_company
from recon.service.context import Context, Progress, quiet
from recon.service.controls import control_facts
from recon.service.elsewhere import LOOKED_FOR, NOT_OURS, entry_name, recognised
from recon.service.known import current_sets
from recon.service.ledger_entries import Entries, kept_entries
from recon.service.others_list import OTHERS_TABLE, OthersReport, OthersTable, others_report, others_table
from recon.service.planning import enter, inputs_digest, keep_plan, plan, plan_inputs, whole_set
from recon.service.rejections import rejected_orders
from recon.service.same_company import require_ours
from recon.service.till_entries import held_settlements, mark_of, second_vouchers
from recon.service.vat_ledger import keep_adopted
from recon.store.adoptions import ADOPTED, note_adopted
from recon.store.batches import Batch
from recon.store.moments import stamp
from recon.store.outbox_moves import WORDS_LIMIT
from recon.store.posted import STANDING


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


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Everything a connection's plan depends on, read once, and what the ledger showed."""

    context: Context
    name: str
    rules: Connection
    company_id: str
    inputs: PlanInputs
    inputs_digest: str
    entries: Entries

    def planned(self, only: pl.Series | None = None) -> Plan:
        """Plan as if nothing stood in the ledger but what recon posted; ``only``: with all other orders left for later."""
        if only is None:
            return build_plan(self.inputs)
        left_out = self.inputs.left_out
        rest = self.inputs.orders.filter(~pl.col("order_key").is_in(only.implode())).select("order_key")
        rest = rest.join(left_out, on="order_key", how="anti").with_columns(
            pl.lit("left-for-later").alias("code"), pl.lit("Orders that others posted go first.").alias("detail")
        )
        return build_plan(replace(self.inputs, left_out=pl.concat([left_out, rest.select(LEFT_OUT.names())])))

    def recognised(self, made: Plan) -> pl.DataFrame:
        """Return what seems to stand in the ledger, with the order's number and what is planned of it."""
        asked = made.documents.filter(pl.col("kind").cast(pl.String).is_in(LOOKED_FOR))
        facts = asked.select("document_key", "order_number", pl.col("kind").cast(pl.String), "total_minor")
        found = recognised(self.context, self.name, asked, self.entries, made)
        return found.join(facts, on="document_key", how="left", maintain_order="left")


class Others:
    """What others wrote into the ledger, and a person's word on it. One room of the service."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def recognised(self, connection: str | None = None) -> OthersReport:
        """Return the orders that seem to stand in the ledger, as it was read last.

        Raises:
            UsageError: The ledger was not read yet.
        """
        name, _rules = self._context.connection(connection)
        _require_read(self._context, name)
        return others_report(self.table(name))

    def table(self, connection: str | None = None) -> OthersTable:
        """Return the same as rows; an empty ``read_at``: the ledger was not read yet, or there are no orders."""
        name, rules = self._context.connection(connection)
        company, currency = self._context.settings.company.name, self._context.settings.company.currency
        entries = kept_entries(self._context, name)
        if entries is None or rules.writers == "recon" or not self._context.store.files.intakes(name):
            return OthersTable(
                connection=name, company=company, currency=currency, writers=rules.writers, read_at="", since="", until="",
                entries=0, frame=pl.DataFrame(schema=OTHERS_TABLE),
            )  # fmt: skip
        gathered = _gather(self._context, name, rules, entries)
        made = gathered.planned()
        asked = made.documents.filter(pl.col("kind").cast(pl.String).is_in(LOOKED_FOR))
        if rules.writers == "others":  # nothing will be sent, so what is held here is looked for as well
            asked = pl.concat([asked, held_settlements(made, gathered.inputs.orders)])
        found = recognised(self._context, name, asked, entries, made)
        seconds = second_vouchers(asked, entries.frame, mark_of(self._context), made)
        frame = others_table(asked, found, entries, whole=rules.writers == "others", seconds=seconds)
        return OthersTable(
            connection=name, company=company, currency=currency, writers=rules.writers, read_at=stamp(entries.read_at),
            since=entries.since.isoformat(), until=entries.until.isoformat(),
            entries=entries.frame.filter(~pl.col("kind").is_in(PAYMENT_KINDS)).height, frame=frame,
            undo_count=self.next_undo(name),
        )  # fmt: skip

    def adopt(
        self, connection: str | None, word: Word, *, accept_differences: bool = False, dry_run: bool = False,
        on_progress: Progress = quiet,
    ) -> AdoptReport:  # fmt: skip
        """Note orders as posted by somebody else, all of those named or none.

        Raises:
            UsageError: No name or reason, or nothing was read of the ledger yet.
            NotSettled: An order has no entry, only a part of it has, or something differs; ``problems`` names them.
            ApprovalError: The policy of two persons forbids it.
            WrongCompany, TargetUnavailable: Another company answers, or none.
        """
        gathered = _addressed(self._context, connection, word)
        everything = gathered.planned()
        found = gathered.recognised(everything)
        chosen = orders_named(everything, found, word)
        whole = everything.documents["order_key"].is_in(chosen.implode()).all()
        made = everything if whole else gathered.planned(chosen)
        pairs = pairs_of(made, found.filter(pl.col("order_key").is_in(chosen.implode())))
        problems = problems_of(pairs, accept_differences=accept_differences)
        if problems:
            raise NotSettled("\n".join([*problems, "Nothing was adopted."]), problems=tuple(problems))
        require_ours(self._context, gathered.name, gathered.rules, outcome="Nothing was adopted.")
        batch = None if dry_run else _enter_adopted(gathered, made, pairs, word)
        if batch is not None:
            _plan_again(self._context, gathered.name, batch, on_progress)
        return AdoptReport(
            connection=gathered.name, by=word.actor.strip(), reason=word.reason.strip(), said="adopted", orders=len(chosen),
            documents=made.documents.height, total=plain(int(made.documents["total_minor"].sum())),
            batch=batch.batch_id if batch else None,
            next_step=f"recon verify {batch.batch_id}" if batch else "recon adopt without --dry-run", dry_run=dry_run,
        )  # fmt: skip

    def another_sale(self, connection: str | None, word: Word, *, dry_run: bool = False) -> AdoptReport:
        """Note that the entries recognised for some orders are other sales: the next plan makes their documents.

        Raises:
            UsageError, NotSettled: See `adopt`.
        """
        gathered = _addressed(self._context, connection, word)
        everything = gathered.planned()
        found = gathered.recognised(everything)
        chosen = orders_named(everything, found, word)
        mine = found.filter(pl.col("order_key").is_in(chosen.implode()))
        said = dict(mine.select("order_key", entry_name().alias("entry")).iter_rows())
        if not dry_run:
            self._context.store.mappings.set(
                gathered.name, NOT_OURS, said, who=word.actor.strip(), reason=word.reason.strip()
            )
        return AdoptReport(
            connection=gathered.name, by=word.actor.strip(), reason=word.reason.strip(), said="another-sale",
            orders=len(chosen), documents=mine.height, total=plain(int(mine["total_minor"].sum())), batch=None,
            next_step="recon plan", dry_run=dry_run,
        )  # fmt: skip

    def undo(self, connection: str | None = None) -> match_undo.MappingUndo:
        """Take back the last word that entries are other sales; what was adopted stands in the books and stays.

        Raises:
            UsageError: There is none.
        """
        if not self.next_undo(connection):
            raise UsageError(
                "Nobody said that an entry is another sale's, so there is nothing to undo. Nothing was changed."
            )
        return match_undo.undo(self._context, connection, kinds=(NOT_OURS,))

    def next_undo(self, connection: str | None = None) -> int:
        """Return how many orders the next undo is about; 0: there is nothing to undo."""
        name, _rules = self._context.connection(connection)
        return match_undo.next_count(self._context, name, kinds=(NOT_OURS,))


def _plan_again(context: Context, name: str, batch: Batch, on_progress: Progress) -> None:
    """Make the draft fit what stands now; what was adopted stands, also where the ledger does not answer this time."""
    try:
        plan(context, name, dry_run=False, rows=0, on_progress=on_progress)
    except (TargetUnavailable, SettingsError, WrongCompany) as error:
        context.notes.append(
            f"{batch.batch_id} is adopted, but the plan could not be made anew: {error} Run `recon plan`."
        )


def _addressed(context: Context, connection: str | None, word: Word) -> Gathered:
    """Return whom a word is about, with everything needed to act on it."""
    name, rules = context.connection(connection)
    context.store.require_own()
    word.require_whole()
    return _gather(context, name, rules, _require_read(context, name))


def _require_read(context: Context, name: str) -> Entries:
    entries = kept_entries(context, name)
    if entries is None:
        raise UsageError(
            f'The ledger of {name} was not read for entries of others yet. Set writers = "shared" (or "others") and run '
            "`recon plan`. Nothing was noted."
        )
    return entries


def _gather(context: Context, name: str, rules: Connection, entries: Entries) -> Gathered:
    """Read what the plan depends on; products that the ledger is to create first are no matter here."""
    sets = current_sets(context, name, rules)
    if not sets:
        raise UsageError(f"Connection {name} has no orders yet. Take some in with `recon import FILE` or `recon pull`.")
    company_id = known_company(context, name)[0]
    posted = context.store.posted_frame(company_id)
    left_out = rejected_orders(context, name)
    inputs = plan_inputs(context, name, rules, sets, whole_set(context, name, sets), posted, left_out=left_out)
    digest = inputs_digest(context, name, sets, posted)
    return Gathered(context, name, rules, company_id, replace(inputs, wishes=inputs.wishes.head(0)), digest, entries)


def _enter_adopted(gathered: Gathered, made: Plan, pairs: pl.DataFrame, word: Word) -> Batch:
    """Enter, approve and note as posted, in one transaction."""
    context, name, company_id, actor = gathered.context, gathered.name, gathered.company_id, word.actor.strip()
    reason = word.reason.strip()
    facts = {
        "connection": name, "company_id": company_id, **control_facts(made), "recon": __version__,
        "polars": pl.__version__,
    }  # fmt: skip
    folder, digest = keep_plan(context, made, gathered.inputs.orders, facts, written={})
    store = context.store
    with store.database.transaction("adopt-entries"):
        batch, _ = enter(context, name, company_id, made, digest, gathered.inputs_digest, folder)
        assert batch is not None
        approve(
            store, batch_id=batch.batch_id, plan_digest=digest,
            company_id=company_id, documents=made.documents, approver=actor, os_user=context.os_user,
            count=batch.document_count, sum_minor=batch.total_minor, policy=approval_policy(context),
            standing=_standing(pairs, f"Adopted by {actor}: {reason}", stamp(context.clock.now())),
        )  # fmt: skip
        note_adopted(store.database, store.events, store.batches.get(batch.batch_id), who=actor, reason=reason)
        store.batches.set_state(batch.batch_id, "done", because="posted by somebody else", who=actor)
        store.mappings.set(name, "setting", {"last_plan": folder.name}, reason="adopted")
    keep_adopted(context, name, batch.batch_id, pairs, gathered.entries)
    return store.batches.get(batch.batch_id)


def _standing(pairs: pl.DataFrame, said: str, at: str) -> pl.DataFrame:
    """Return under what each document stands, in order of the plan; a payment stands under its invoice's entry."""
    known = pl.when(pl.col("ledger_id") != "").then(pl.col("ledger_id")).otherwise(pl.col("their_number"))
    numbered = (
        pl.when(pl.col("their_number") != "").then("their_number").otherwise("order_number")
    )  # unposted: it has none yet
    words = pl.format("Posted by somebody else: {}. {}", "detail", pl.lit(said)).str.slice(0, WORDS_LIMIT)
    return pairs.select(
        "doc_no", known.alias("ledger_id"), numbered.alias("ledger_number"), pl.lit(ADOPTED).alias("code"),
        words.alias("words"), pl.lit(at).alias("updated_at"),
    ).cast(STANDING)  # fmt: skip

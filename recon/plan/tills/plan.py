"""Build the plan of a connection to tills: settlements and sales on account, as documents, lines and postings, with their proof."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from
from recon.plan.by_hand import entered_by_hand
from recon.plan.controls import order_results, result_work
from recon.plan.inputs import Plan, PlanInputs
from recon.plan.items import account_name
from recon.plan.side import side_of_plan
from recon.plan.tills.day import day_vouchers
from recon.plan.tills.documents import document_lines, drafts, headers
from recon.plan.tills.drift import drift_findings
from recon.plan.tills.holds import hold_tills
from recon.plan.tills.lifecycle import TILL_RULE_NAMES, TILLS, acting_rules
from recon.plan.tills.postings import till_postings
from recon.plan.tills.work import Tills, open_tills, rules_of


def tills_plan(inputs: PlanInputs) -> Plan:
    """Return the plan of a till's records; all inputs are checked.

    Raises:
        FrameError: The plan does not add up (a defect).
    """
    work = open_tills(inputs)
    rule_no = rules_of(work)
    acting = _apply(work, rule_no)
    own = hold_tills(work, acting)
    acting = acting & work.verdicts.free()
    asked = entered_by_hand(work.verdicts, drafts(work, rule_no, acting), inputs.decisions)
    sent = asked.filter(pl.col("blocked").is_null())
    documents = headers(work, sent, inputs.posted.select("document_key", "number"))
    lines = document_lines(work, documents)
    money = work.money.parts.join(
        documents.filter(pl.col("kind") == "settlement").select("order_no", "doc_no"),
        on="order_no", how="inner", maintain_order="left",
    )  # fmt: skip
    moved = pl.concat([money.select(_MOVED), _paid(documents, sent)])
    accounts = (account_name(inputs.connection, setting) for setting in ("receivable", "sales"))
    postings = till_postings(documents, lines, moved, *accounts)
    # Nothing is refunded beyond a total, also where it is below zero.
    size = work.amounts.with_columns(pl.col("doc_total_minor").clip(lower_bound=0))
    frame = result_work(work.orders, work.states, work.facts, size, rule_no)
    results = order_results(frame, work.verdicts, asked, inputs.decisions, TILL_RULE_NAMES)
    found = [*own, _blocked(work, asked), drift_findings(work, documents)]
    made = side_of_plan("tills", work.inputs, documents, lines, postings, results, found)
    return day_vouchers(made, inputs, money) if inputs.connection.till.voucher == "day" else made


def _paid(documents: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """Return doc_no, account_code and amount_minor of the payments on sales on account; ``sent``: their drafts, row by row."""
    both = pl.concat([documents.select("doc_no", "kind", "total_minor"), sent.select("account_code")], how="horizontal")
    return both.filter(pl.col("kind") == "payment").rename({"total_minor": "amount_minor"}).select(_MOVED)


def _apply(work: Tills, rule_no: pl.Series) -> pl.Series:
    """Give records whose rule makes no document their reason; return which records act."""
    verdicts, present = work.verdicts, set(rule_no.unique().drop_nulls().to_list())
    verdicts.orders = _with_what_stands(work)
    for number, rule in enumerate(TILLS):
        if rule.finding and number in present:
            got = verdicts.settle(rule_no == number, rule.finding, hold=FINDING_CODES[rule.finding].severity == "hold")
            verdicts.say(got, rule.finding, detail=pl.col("_stands"))
    verdicts.orders = work.orders
    return acting_rules().gather(rule_no).fill_null(value=False) & verdicts.free()


def _with_what_stands(work: Tills) -> pl.DataFrame:
    """Return the records with ``_stands``: what the ledger has for each and what the till says now; null where it has nothing."""
    facts = work.facts.select("live_number", "live_key", "live_total_minor", "live_vat_minor")
    records = work.orders.select("order_no", "total_minor")
    both = pl.concat([records, facts, work.amounts.select("vat_minor")], how="horizontal")
    both = both.join(work.moved, on="order_no", how="left", maintain_order="left")
    posted = pl.coalesce("live_number", "live_key")
    words = pl.format(
        "{} stands over {}, VAT {}; the till now says {}, VAT {}.",
        posted, plain_text("live_total_minor"), plain_text("live_vat_minor"),
        plain_text("total_minor"), plain_text("vat_minor"),
    )  # fmt: skip
    whole = pl.when(pl.col("what").is_null()).then(words).otherwise(pl.format("{} {}", words, "what"))
    return work.orders.with_columns(both.select(whole.alias("_stands")).to_series())


def _blocked(work: Tills, asked: pl.DataFrame) -> pl.DataFrame:
    """Return a finding per record whose document the ledger does not take from us."""
    stuck = asked.filter(pl.col("blocked").is_not_null()).unique("order_no", keep="first", maintain_order=True)
    about = pl.concat([stuck, work.orders.select("order_key", "file", "row")[stuck["order_no"]]], how="horizontal")
    kind_words = pl.col("kind").cast(pl.String).str.replace("_", " ")
    cannot = pl.format("The ledger takes no {} from us.", kind_words)
    return findings_from(about, "ledger-cannot", amount_minor=pl.col("total_minor"), detail=cannot)


_MOVED: Final = ("doc_no", "account_code", "amount_minor")

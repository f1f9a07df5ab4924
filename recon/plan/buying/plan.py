"""Build the purchases' side of a plan: the records that are bought, as documents, lines and postings, with their proof."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, gather
from recon.plan.buying.documents import LINED_KINDS, bought_postings, headers, lines_of
from recon.plan.buying.holds import hold_bought
from recon.plan.buying.lifecycle import BUYING, BUYING_RULE_NAMES, asks_for, buying_rules, buying_steps
from recon.plan.buying.lines import buying_items, withheld
from recon.plan.buying.work import Buying, open_buying
from recon.plan.by_hand import entered_by_hand
from recon.plan.columns import per_order, run_sums
from recon.plan.controls import order_results, result_work
from recon.plan.findings import account_findings, vat_rounding_findings
from recon.plan.finish import finish_lines
from recon.plan.inputs import Plan, PlanInputs
from recon.plan.items import Items, account_name
from recon.plan.lines import SaleLines, sale_lines
from recon.plan.side import side_of_plan
from recon.plan.vat import order_amounts

ACCOUNT_SETTINGS: Final = ("input_vat", "undue_input_vat", "payable", "withholding_payable")


def buying_plan(inputs: PlanInputs, numbers_taken: pl.DataFrame) -> Plan:
    """Return the plan of records that are bought; nothing else may be among the inputs' orders.

    ``numbers_taken``: document_key and number of all documents, posted and planned, that are not among these.

    Raises:
        FrameError: The plan does not add up (a defect).
    """
    work = open_buying(inputs)
    items, rates = buying_items(work.inputs, work.connection)
    lines, amounts = _amounts(work, items)
    rule_no = _rules(work, amounts)
    acting = _apply(work, rule_no)
    own = hold_bought(work, lines, amounts, rule_no, acting)
    acting = acting & work.verdicts.free()
    finished, sums = _finish(work, lines, amounts, acting, rates)
    asked = entered_by_hand(work.verdicts, _drafts(work, amounts, sums, rule_no, acting), inputs.decisions)
    sent = asked.filter(pl.col("blocked").is_null())
    documents = headers(work, sent, amounts, numbers_taken)
    document_lines, numbered = lines_of(work, documents, finished, items)
    accounts = {setting: account_name(work.connection, setting) for setting in ACCOUNT_SETTINGS}
    money = work.channels["account_code"].gather(documents["order_no"])
    postings = bought_postings(documents, numbered, money, items, accounts)
    results = _results(work, asked, amounts, rule_no)
    found = [*own, *_findings(work, asked, documents, postings, accounts)]
    return side_of_plan("purchases", work.inputs, documents, document_lines, postings, results, found)


def _amounts(work: Buying, items: Items) -> tuple[SaleLines, pl.DataFrame]:
    """Return lines and amounts of the records that nothing speaks against so far."""
    lines = sale_lines(work.orders, work.inputs.lines, items, work.verdicts.free(), work.nothing, work.connection)
    return lines, order_amounts(work.orders, lines.sums, work.nothing, work.connection)


def _rules(work: Buying, amounts: pl.DataFrame) -> pl.Series:
    """Join every record with the lifecycle."""
    open_minor = pl.col("live_total_minor") - pl.col("credited_minor")
    frame = pl.concat(
        [
            pl.DataFrame([work.now]), work.facts.select("ledger", "live_total_minor", "credited_minor"),
            amounts.select("doc_total_minor"),
        ],
        how="horizontal",
    )  # fmt: skip
    changed = (open_minor != pl.col("doc_total_minor")).fill_null(value=False)
    frame = frame.select("now", "ledger", changed.alias("changed"))
    return frame.join(buying_rules(), on=["now", "ledger", "changed"], how="left", maintain_order="left")["rule_no"]


def _apply(work: Buying, rule_no: pl.Series) -> pl.Series:
    """Give records whose rule makes no document their reason; return which records act."""
    verdicts, present = work.verdicts, set(rule_no.unique().drop_nulls().to_list())
    for number, rule in enumerate(BUYING):
        if rule.finding and number in present:
            got = verdicts.settle(rule_no == number, rule.finding, hold=FINDING_CODES[rule.finding].severity == "hold")
            verdicts.say(got, rule.finding)
    acts = asks_for("expense", "expense_payment", "supplier_credit")
    return acts.gather(rule_no).fill_null(value=False) & verdicts.free()


def _finish(
    work: Buying, lines: SaleLines, amounts: pl.DataFrame, acting: pl.Series, rates: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return finished lines with the tax withheld, and their sums for every record (0 where there are none)."""
    finished, sums = finish_lines(
        lines.frame,
        acting,
        amounts,
        work.nothing,
        work.connection.vat_rate_basis_points,
        by_line=work.connection.ledger.vat_rounding == "line",
    )
    is_return = (work.orders["record_kind"] == "purchase_return").gather(finished["order_no"])
    taken = pl.DataFrame([withheld(finished, rates).alias("wht"), is_return.alias("back")])
    wht = taken.select(pl.when("back").then(0).otherwise("wht").alias("wht_minor")).to_series()
    finished = finished.with_columns(wht)
    kept = run_sums(finished, "order_no", wht_minor=pl.col("wht_minor"))
    count = work.orders.height
    return finished, pl.concat([per_order(sums, count), per_order(kept, count)], how="horizontal")


def _drafts(
    work: Buying, amounts: pl.DataFrame, sums: pl.DataFrame, rule_no: pl.Series, acting: pl.Series
) -> pl.DataFrame:
    """Return the documents asked for, in the order of sending; ``blocked``: why one cannot be sent."""
    frame = pl.concat(
        [
            work.orders.select("order_no"), rule_no.to_frame("rule_no"), amounts.select(total_minor="doc_total_minor"),
            sums.select("gross_minor", "discount_minor", "vat_minor", "vat_by_line_minor", "wht_minor"),
            work.facts.select("live_key", "live_total_minor", "live_vat_minor"),
        ],
        how="horizontal",
    ).filter(acting)  # fmt: skip
    planned = frame.join(buying_steps(), on="rule_no", how="inner", maintain_order="left_right")
    planned = _in_one(_as_approved(planned, work), is_taken=work.inputs.limits.expense_paid_at_once)
    pays = pl.col("kind") == "expense_payment"
    limits, rules = work.inputs.limits, work.connection.purchases
    by_hand = (pl.col("kind") == "supplier_credit") & (
        rules.supplier_credit == "hold" or "supplier_credit" not in limits.kinds
    )
    code = (
        pl.when(by_hand).then(pl.lit("supplier-credit-by-hand"))
        .when(~pl.col("kind").is_in(sorted(limits.kinds & {"expense", "expense_payment", "supplier_credit"})))
        .then(pl.lit("ledger-cannot"))
    )  # fmt: skip
    return planned.filter(pl.col("total_minor") > 0).select(
        "order_no", "rule_no", "step", "kind", "total_minor", "vat_minor", "wht_minor",
        (pl.col("total_minor") - pl.col("vat_minor")).alias("net_minor"),
        pl.when(pays).then("total_minor").otherwise("gross_minor").alias("gross_minor"),
        pl.when(pays).then(0).otherwise("discount_minor").alias("discount_minor"),
        pl.when(pays).then("vat_minor").otherwise("vat_by_line_minor").alias("vat_by_line_minor"),
        code.alias("blocked"), "at_once",
    )  # fmt: skip


def _in_one(planned: pl.DataFrame, *, is_taken: bool) -> pl.DataFrame:
    """Add ``at_once``: the expense carries its payment, which then is no document of its own, where the ledger takes it so."""
    pays, bills = pl.col("kind") == "expense_payment", pl.col("kind") == "expense"
    both = pays.any().over("order_no") & bills.any().over("order_no") & pl.lit(is_taken)
    return planned.with_columns((bills & both).alias("at_once")).filter(~(pays & both))


def _as_approved(planned: pl.DataFrame, work: Buying) -> pl.DataFrame:
    """Give payments of posted expenses the VAT and the withholding these were approved with, whatever settings say today."""
    pays = (planned["kind"] == "expense_payment") & planned["live_key"].is_not_null()
    if not pays.any():
        return planned
    contents = work.inputs.read_posted(planned.filter(pays)["live_key"].unique().sort().to_list())
    then = contents.documents.select(
        pl.col("document_key").alias("live_key"), pl.col("total_minor").alias("_total"), pl.col("vat_minor").alias("_vat"),
        pl.col("wht_minor").alias("_wht"),
    )  # fmt: skip
    both = planned.join(then, on="live_key", how="left", maintain_order="left")
    same = pl.lit(pays) & (pl.col("_total") == pl.col("total_minor")).fill_null(value=False)
    return both.with_columns(
        pl.when(same).then("_vat").otherwise("vat_minor").alias("vat_minor"),
        pl.when(same).then("_wht").otherwise("wht_minor").alias("wht_minor"),
    ).select(planned.columns)


def _results(work: Buying, asked: pl.DataFrame, amounts: pl.DataFrame, rule_no: pl.Series) -> pl.DataFrame:
    frame = result_work(work.orders, work.states, work.facts, amounts, rule_no)
    # What a person did by hand over a negative amount is in the facts already.
    open_ones = work.inputs.decisions.filter(~(pl.col("amount_minor") < 0).fill_null(value=False))
    return order_results(frame, work.verdicts, asked, open_ones, BUYING_RULE_NAMES)


def _findings(
    work: Buying, asked: pl.DataFrame, documents: pl.DataFrame, postings: pl.DataFrame, accounts: dict[str, str]
) -> list[pl.DataFrame]:
    place = work.orders.select("file", "row")[documents["order_no"]]
    compared = documents.select(
        "document_key",
        "order_key",
        "vat_minor",
        "vat_by_line_minor",
        pl.col("kind").is_in(LINED_KINDS).alias("is_sale"),
    )
    used = set(postings["account_code"].unique().to_list())
    unchosen = [s for s, name in accounts.items() if name in used and not getattr(work.connection.accounts, s)]
    stuck = asked.filter(pl.col("blocked").is_not_null())
    about = pl.concat(
        [stuck, work.orders.select("order_key", "file", "row")[stuck["order_no"]]], how="horizontal"
    ).unique("order_no", keep="first", maintain_order=True)
    kind_words = pl.col("kind").cast(pl.String).str.replace("_", " ")
    cannot = pl.format("The ledger takes no {} from us.", kind_words)
    return [
        vat_rounding_findings(pl.concat([compared, place], how="horizontal")),
        findings_from(
            about.filter(pl.col("blocked") == "ledger-cannot"), "ledger-cannot", amount_minor=pl.col("total_minor"), detail=cannot
        ),
        findings_from(
            about.filter(pl.col("blocked") == "supplier-credit-by-hand"), "supplier-credit-by-hand",
            amount_minor=pl.col("total_minor"),
        ),
        account_findings(unchosen),
        _not_told(work, documents, place),
    ]  # fmt: skip


def _not_told(work: Buying, documents: pl.DataFrame, place: pl.DataFrame) -> pl.DataFrame:
    """Return a warning per expense whose tax invoice is at hand, where the ledger cannot be told so."""
    if work.inputs.limits.expense_tax_invoice:
        return gather([])
    about = pl.concat([documents, place], how="horizontal").filter(
        pl.col("kind") == "expense", "is_tax_invoice", ~pl.col("order_key").is_in(sorted(work.inputs.tax_invoices))
    )
    detail = pl.format("Expense of {}: VAT {}.", "order_number", plain_text("vat_minor"))
    return findings_from(about, "tax-invoice-not-told", amount_minor=pl.col("total_minor"), detail=detail)

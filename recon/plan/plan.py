"""Build the plan: what should stand in the ledger less what does, as documents, lines and postings.

The steps, each in its module: what every order is now (`state`) and what the ledger has for it (`ledger`); what its lines
and amounts would be (`items`, `lines`, `vat`); which rule of the lifecycle applies and what speaks against acting
(`verdict`); the documents asked for (`drafts`), their lines (`finish`, `details`), numbers, dates and contacts
(`documents`), postings (`postings`), and the proof that all of it adds up (`controls`). Where the connection sums its sales up,
the documents of a day become one at the very end (`summing`), so that every step before looks at single orders; where money
that went back is a document of its own, it is added last (`refunds`). Records of tills have steps of their own (`tills`).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.conform import conform
from recon.frames.findings import gather
from recon.frames.gift_cards import is_gift_card
from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS, ORDER_RESULTS, POSTINGS
from recon.plan.assemble import Written, assemble
from recon.plan.both import plan_both
from recon.plan.buying.state import is_bought
from recon.plan.by_hand import entered_by_hand
from recon.plan.columns import per_order, side_by_side
from recon.plan.controls import assert_ties, by_kind, control_totals, order_results, result_work
from recon.plan.drafts import drafts
from recon.plan.findings import blocked_line_findings, findings_by_cause, said_already
from recon.plan.finish import finish_lines
from recon.plan.inputs import PROVENANCE, Plan, PlanInputs
from recon.plan.items import Items, build_items
from recon.plan.left_out import left_out_holds, with_details
from recon.plan.lifecycle import may_act, rules_frame, rules_with
from recon.plan.lines import SaleLines, orders_of, sale_lines
from recon.plan.marketplace import counted_inputs
from recon.plan.nobody import without_customer
from recon.plan.payments import with_open_channel
from recon.plan.products import judged_wishes, with_products
from recon.plan.refunds import on_receivables, with_refunds
from recon.plan.summing.fold import folded
from recon.plan.tax_items import choose_items, marked_lines, tax_as_line, tax_problems
from recon.plan.tills.plan import tills_plan
from recon.plan.vat import order_amounts
from recon.plan.verdict import apply_rules, hold_acting, mask_of_keys
from recon.plan.work import Work, open_work


def build_plan(inputs: PlanInputs) -> Plan:
    """Return the plan of these inputs; the same inputs give the same bytes.

    Raises:
        FrameError: A step before handed over a frame that breaks its schema, or the plan does not add up (a defect).
    """
    inputs = counted_inputs(
        inputs.checked()
    )  # a marketplace's settlements, which are bought, prove that sales were paid
    if inputs.connection.taxes == "codes":
        return tills_plan(inputs)
    bought = is_bought(inputs.orders)
    made = plan_both(inputs, bought, _sales_plan) if bought.any() else _sales_plan(inputs)
    made, money = on_receivables(made, inputs) if inputs.limits.refund_document else (made, None)
    made = folded(made, inputs) if inputs.connection.summary.sales == "day" else made
    return made if money is None else with_refunds(made, money, inputs)


def _sales_plan(inputs: PlanInputs) -> Plan:
    """Return the plan of the records that are sold; all inputs are checked."""
    work = open_work(inputs)
    wishes = judged_wishes(inputs)
    items = build_items(work.orders, inputs.lines, inputs.product_links, work.connection, wishes.on_the_way)
    sale, amounts = _amounts(work, items)
    taxes = choose_items(inputs, items, sale.frame, work.voucher)
    rule_no = _rules(work, amounts)
    acting = apply_rules(work.verdicts, rule_no)
    own = _hold(work, sale, amounts, taxes, rule_no, acting)
    acting = acting & work.verdicts.free()
    finished, sums = _finish(work, sale, amounts, rule_no, acting)
    asked = entered_by_hand(work.verdicts, _drafts(work, amounts, sums, rule_no, acting), work.inputs.decisions)
    finished = finished.with_columns(marked_lines(finished, taxes, inputs.lines, items))
    written, results = side_by_side(
        lambda: assemble(work, items, asked, finished, sums, amounts, taxes),
        lambda: _results(work, asked, amounts, rule_no),
    )
    made = _plan(work, written, results, [*own, *written.findings, wishes.findings])
    return with_products(made, wishes.lines, inputs.currency)


def _amounts(work: Work, items: Items) -> tuple[SaleLines, pl.DataFrame]:
    """Return lines and amounts of the orders for which a document or a change is possible."""
    pairs = may_act()
    state = pl.DataFrame([work.now, work.facts["ledger"]])
    possible = state.join(
        pairs.with_columns(yes=pl.lit(value=True)), on=["now", "ledger"], how="left", maintain_order="left"
    )
    wanted = possible["yes"].fill_null(value=False) & work.verdicts.free()
    if wanted.sum() * 4 > wanted.len() * 3:
        wanted = pl.repeat(value=True, n=wanted.len(), dtype=pl.Boolean, eager=True)  # cheaper than leaving a few out
    apart = pl.select(pl.when(pl.lit(work.spreads)).then(0).otherwise(pl.lit(work.voucher))).to_series()
    sale = sale_lines(work.orders, work.inputs.lines, items, wanted, apart, work.connection)
    return sale, order_amounts(work.orders, sale.sums, work.voucher, work.connection)


def _rules(work: Work, amounts: pl.DataFrame) -> pl.Series:
    """Join every order with the lifecycle."""
    frame = pl.concat(
        [
            pl.DataFrame([work.now, work.repost.alias("repost"), work.verdicts.free().alias("free")]),
            work.facts.select("ledger", "live_total_minor", "credited_minor"),
            work.states.select("refund_minor"),
            amounts.select("doc_total_minor"),
        ],
        how="horizontal",
    )
    differs = pl.col("live_total_minor") != pl.col("doc_total_minor")
    takes_back = pl.col("now").is_in(["refunded", "cancelled"])
    too_much = ~takes_back & (pl.col("credited_minor") > pl.col("refund_minor"))
    now = (
        pl.when(_is_given_back_whole()).then(pl.lit("refunded", dtype=frame["now"].dtype)).otherwise("now").alias("now")
    )
    frame = frame.with_columns(now).select(
        "now", "ledger", "repost", (differs | too_much).fill_null(value=False).alias("changed")
    )
    keys = ["now", "ledger", "changed", "repost"]
    return frame.join(rules_frame(), on=keys, how="left", maintain_order="left")["rule_no"]


def _is_given_back_whole() -> pl.Expr:
    """Return whether all that our documents carry went back, though not all of the order: its charges that are left out stayed.

    Followed as a part it would close the document, and the next plan would post the sale and its refund anew, again and again.
    """
    carried = pl.col("doc_total_minor")
    return ((pl.col("now") == "partly_refunded") & (carried > 0) & (pl.col("refund_minor") >= carried)).fill_null(
        value=False
    )


def _hold(
    work: Work,
    sale: SaleLines,
    amounts: pl.DataFrame,
    taxes: pl.DataFrame,
    rule_no: pl.Series,
    acting: pl.Series,
) -> list[pl.DataFrame]:
    """Hold acting orders that cannot go on, each with all its reasons; return findings about their lines."""
    orders, count = work.orders, work.orders.height
    sells = acting & pl.Series(rules_with("invoice", "receipt")).gather(rule_no).fill_null(value=False)
    pays = acting & pl.Series(rules_with("receipt", "payment", "credit_rest", "credit_part")).gather(rule_no).fill_null(
        value=False
    )
    given = {code: mask_of_keys(orders, said_already(work.inputs.findings, code)) for code in ("currency-foreign",)}
    unlinked = pays & work.channels["payment_method"].is_null()
    nameless = orders["payment_channel"] == ""
    told = with_open_channel(with_details(orders, work.inputs.left_out), work.split)
    channel = {"column": pl.lit("payment_channel"), "value": pl.col("open_channel")}
    cards = [name for name in told["open_channel"].unique().drop_nulls() if is_gift_card(name)]
    owed = pl.when(pl.col("open_channel").is_in(cards)).then(pl.lit(_GIFT_CARD_PAYS))
    verdicts = work.verdicts
    holds_tax = work.connection.tax_differs == "hold"
    told = pl.concat([told, taxes], how="horizontal")
    verdicts.orders = told.with_columns(_ours=amounts["our_vat_minor"], _theirs=amounts["their_vat_minor"])
    both = pl.format("Our VAT is {}, the source's {}.", plain_text("_ours"), plain_text("_theirs"))
    foreign = orders["currency"] != work.inputs.currency
    hold_acting(
        verdicts,
        acting,
        [
            *left_out_holds(told, work.inputs.left_out),
            (
                foreign & ~given["currency-foreign"],
                "currency-foreign",
                {"column": pl.lit("currency"), "value": pl.col("currency")},
            ),
            (sells & amounts["does_not_foot"], "does-not-foot", {}),
            (sells & amounts["vat_mismatch"] & ~amounts["does_not_foot"], "vat-mismatch", {"detail": both}),
            (sells & work.undecided, "voucher-not-decided", {"amount_minor": pl.col("platform_discount_minor")}),
            (unlinked & ~nameless, "channel-not-mapped", {**channel, "detail": owed}),
            (unlinked & nameless, "channel-missing", channel),
            *without_customer(work, rule_no, acting),
            *((mask & sells, code, said) for mask, code, said in tax_problems(taxes) if holds_tax),
        ],
    )
    verdicts.orders = orders
    lines = sale.blocked.filter(sells.gather(sale.blocked["order_no"])) if sale.blocked.height else sale.blocked
    for code, states in _LINE_HOLDS.items():
        verdicts.settle(orders_of(lines, states, count) & sells, code, hold=True)
    as_line = tax_as_line(orders, taxes, sells & verdicts.free())
    return [*verdicts.findings, blocked_line_findings(lines, orders, work.inputs.lines), as_line]


_GIFT_CARD_PAYS: Final = (
    "Paying with a gift card brings no money to a bank: map it to an account of its own for what is owed on gift cards."
)

_LINE_HOLDS = {
    "product-not-linked": ("unlinked",),
    "sales-account-missing": ("no_account",),
    "product-to-create": ("to_create",),
    "sku-missing": ("no_sku",),
    "charge-not-mapped": ("hold", "unmapped"),
}


def _finish(
    work: Work, sale: SaleLines, amounts: pl.DataFrame, rule_no: pl.Series, acting: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return finished lines of the orders that need them, and their sums for every order (0 where there are none)."""
    facts, connection = work.facts, work.connection
    sells = pl.Series(rules_with("invoice", "receipt")).gather(rule_no).fill_null(value=False)
    sound = ~amounts["does_not_foot"] & ~amounts["vat_mismatch"]
    same = (facts["live_total_minor"] == amounts["doc_total_minor"]).fill_null(value=False) & (
        facts["credited_minor"] == 0
    )
    needed = acting & (sells | (same & sound))
    into_prices = pl.select(pl.when(pl.lit(work.spreads)).then(pl.lit(work.voucher)).otherwise(0)).to_series()
    finished, sums = finish_lines(
        sale.frame,
        needed,
        amounts,
        into_prices,
        connection.vat_rate_basis_points,
        by_line=connection.ledger.vat_rounding == "line",
    )
    return finished, per_order(sums, work.orders.height)


def _drafts(
    work: Work, amounts: pl.DataFrame, sums: pl.DataFrame, rule_no: pl.Series, acting: pl.Series
) -> pl.DataFrame:
    frame = pl.concat(
        [
            work.states.select("order_no", "refund_minor"),
            rule_no.to_frame("rule_no"),
            amounts.select("doc_total_minor"),
            sums.select(pl.col("vat_minor").alias("doc_vat_minor")),
            work.facts.select("live_total_minor", "live_vat_minor", "credited_minor", "credited_vat_minor"),
        ],
        how="horizontal",
    )
    return drafts(frame if acting.all() else frame.filter(acting), work.inputs.refunds, work.inputs.limits)


def _results(work: Work, asked: pl.DataFrame, amounts: pl.DataFrame, rule_no: pl.Series) -> pl.DataFrame:
    frame = result_work(work.orders, work.states, work.facts, amounts, rule_no)
    return order_results(frame, work.verdicts, asked, work.inputs.decisions)


def _plan(work: Work, written: Written, results: pl.DataFrame, own: list[pl.DataFrame]) -> Plan:
    """Put everything together and prove that it adds up."""
    conform(written.documents, DOCUMENTS, name="documents", required=_DOCUMENT_NEEDS)
    conform(written.lines, DOCUMENT_LINES, name="document lines", required=("doc_no", "description", "net_minor"))
    conform(written.postings, POSTINGS, name="postings", required=("doc_no", "account_code"))
    conform(results, ORDER_RESULTS, name="order results", required=("disposition", "reason"))
    findings = gather([work.inputs.findings, *own])
    documents, currency = written.documents, work.inputs.currency
    foreign = work.orders.filter(pl.col("currency") != currency)["order_key"]
    controls, causes = side_by_side(
        lambda: control_totals(
            work.orders, work.voucher, results, documents, written.lines, written.postings, currency, work.received
        ),
        lambda: findings_by_cause(findings, results, foreign),
    )
    assert_ties(controls, results)
    return Plan(
        documents=written.documents,
        lines=written.lines,
        postings=written.postings,
        results=results,
        findings=findings,
        controls=controls,
        provenance=work.orders.select(PROVENANCE.names())[written.documents["order_no"]],
        by_kind=by_kind(written.documents),
        by_cause=causes,
    )


_DOCUMENT_NEEDS: Final = ("issued_on", "due_on", "contact_code", "contact_name", "kind", "vat_mode", "is_tax_invoice")

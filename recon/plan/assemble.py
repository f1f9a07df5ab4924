"""Assemble documents, their lines and postings from the drafts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, no_findings
from recon.plan.columns import side_by_side
from recon.plan.contacts import contacts_of
from recon.plan.dates import draft_dates
from recon.plan.details import document_lines, line_frame, texts
from recon.plan.documents import headers, identified
from recon.plan.findings import account_findings, said_already, vat_rounding_findings
from recon.plan.inputs import PlanLimits
from recon.plan.items import ACCOUNT_SETTINGS, Items, account_name
from recon.plan.lifecycle import REPOSTS
from recon.plan.mirror import Mirrors, find_mirrors
from recon.plan.numbering import order_stems
from recon.plan.payments import document_parts, kept_whole, paid_by_person, unsplit_findings
from recon.plan.postings import postings
from recon.plan.refund_lines import RefundLines, refund_lines
from recon.plan.shoppers import as_posted
from recon.plan.tax_items import credited_bases, lost_items, untied_as_lines
from recon.plan.verdict import mask_of_keys
from recon.plan.work import Work

_NEEDED: Final = (
    "order_key", "order_number", "order_state", "cancelled_on", "sales_channel", "payment_channel", "currency",
    "customer_name", "customer_tax_id", "customer_branch", "customer_address", "file", "row",
)  # fmt: skip
"""Columns of the orders that documents are made of."""
_FACTS: Final = (
    "live_key", "live_number", "live_is_tax_invoice", "live_issued_on",
    "invoice_revision", "receipt_revision", "void_revision", "credit_note_revision",
)  # fmt: skip
_SUMS: Final = ("gross_minor", "discount_minor", "vat_minor", "vat_by_line_minor", "total_minor")


@dataclass(frozen=True, slots=True)
class Written:
    """What the drafts became."""

    documents: pl.DataFrame
    lines: pl.DataFrame
    postings: pl.DataFrame
    findings: list[pl.DataFrame]


def assemble(
    work: Work,
    items: Items,
    asked: pl.DataFrame,
    finished: pl.DataFrame,
    sums: pl.DataFrame,
    amounts: pl.DataFrame,
    taxes: pl.DataFrame,
) -> Written:
    """Return DOCUMENTS, DOCUMENT_LINES, POSTINGS and the findings about them; ``taxes``: CHOICE per order."""
    sent = asked if asked["blocked"].null_count() == asked.height else asked.filter(pl.col("blocked").is_null())
    place, connection, limits = sent["order_no"], work.connection, work.inputs.limits
    orders = work.orders.select(_NEEDED)[place]
    facts = work.facts.select(_FACTS)[place]
    frame, (contacts, buyers, dates, stems) = side_by_side(
        lambda: identified(sent, orders["order_key"], facts),
        lambda: (
            *contacts_of(orders, work.inputs),
            _dates(work, sent, orders, facts),
            order_stems(work.orders).gather(place),
        ),
    )
    contacts = as_posted(frame, contacts, work.inputs)
    channels = work.channels.select("payment_method", pl.col("account_code").alias("money_account"))[place]
    frame = pl.concat([frame, contacts, dates, channels, stems.to_frame("stem")], how="horizontal")
    frame = _with_amounts(frame, sums.select(_SUMS)[place], amounts["vat_mode"].gather(place), work, orders)
    done, kept = work.facts["credited_minor"].gather(place), kept_whole(frame, work.split, work.inputs.read_posted)
    parts = document_parts(frame, work.split, done, kept)
    frame = parts.frame
    mirrors = find_mirrors(frame, work.inputs.posted, work.inputs.read_posted, orders["row"], connection)
    frame = mirrors.frame
    about = frame.select("doc_no", "order_no", "kind", "is_sale", "repeats", "mirrors", "total_minor", "vat_minor")
    given = refund_lines(work, items, frame, amounts["left_out_minor"])
    about = pl.concat(
        [about, _tax_credited(work, items, frame, given), taxes.select("tax_code")[place]], how="horizontal"
    )
    wanted = about["tax_code"]
    about = credited_bases(about, work.inputs.ledger_taxes)
    count = given.sources.height
    documents, (lined, taken_back) = side_by_side(
        lambda: headers(frame, orders, connection, work.inputs.posted, limits.number_max_length),
        lambda: document_lines(
            about, finished, given.lines, work.orders.height, count, connection.vat_rate_basis_points
        ),
    )
    said = texts(given.sources, documents, taken_back)
    accounts = {setting: account_name(connection, setting) for setting in ACCOUNT_SETTINGS}
    money = frame.select("doc_no", "kind", "total_minor", "net_minor", "vat_minor", "is_tax_invoice", "money_account")
    sales, longest = connection.accounts.sales, limits.text_max_length
    lines, booked = side_by_side(
        lambda: line_frame(lined, about["tax_code"], said, given.sources, items, sales, longest),
        lambda: postings(money, lined, items.frame["posting_account"], accounts, parts.rows),
    )
    lines, booked = _with_mirrors(lines, booked, mirrors)
    lines, untied = untied_as_lines(lines, work.inputs.ledger_taxes)
    found = [
        *_document_findings(work, documents, orders, buyers, dates["undated"]),
        _unknown_findings(documents, orders, mirrors.unknown & ~given.itemized),
        *_blocked_findings(work, asked),
        *_unfollowed_findings(work),
        account_findings(_unchosen(work, booked, accounts)),
        unsplit_findings(documents, orders.select("file", "row"), work.split, work.inputs),
        _shared_tax(about, documents, orders, given.is_shared),
        _untied(pl.concat([untied, lost_items(about, wanted)]), documents, orders),
    ]
    return Written(documents, lines, booked, found)


def _with_mirrors(lines: pl.DataFrame, booked: pl.DataFrame, mirrors: Mirrors) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put lines and postings of the mirroring documents in their places."""
    if mirrors.lines.is_empty():
        return lines, booked
    own = booked.join(mirrors.postings, on="doc_no", how="anti", maintain_order="left")
    return (
        pl.concat([lines, mirrors.lines]).sort("doc_no", "line_no"),
        pl.concat([own, mirrors.postings]).sort("doc_no", "posting_no"),
    )


def _unknown_findings(documents: pl.DataFrame, orders: pl.DataFrame, unknown: pl.Series) -> pl.DataFrame:
    about = pl.concat([documents, orders.select("file", "row")], how="horizontal").filter(unknown)
    detail = pl.format("All of it is taken off the sales account; {} may have more accounts.", "applies_to_number")
    return findings_from(about, "credited-lines-unknown", amount_minor=pl.col("total_minor"), detail=detail)


def _dates(work: Work, sent: pl.DataFrame, orders: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    place = sent["order_no"]
    cancelled = work.now.gather(place) == "cancelled"
    reposts = pl.Series(REPOSTS).gather(sent["rule_no"])
    about = pl.concat(
        [
            work.dates[place],
            orders.select("order_key", "cancelled_on"),
            facts.select("live_issued_on"),
            pl.DataFrame([cancelled.alias("is_cancelled"), reposts.alias("reposted")]),
        ],
        how="horizontal",
    )
    dated = draft_dates(sent, about, work.inputs.refunds, work.inputs.first_seen, work.inputs.today)
    return pl.concat([dated, about.select("money_on")], how="horizontal")


def _with_amounts(
    frame: pl.DataFrame, sums: pl.DataFrame, vat_mode: pl.Series, work: Work, orders: pl.DataFrame
) -> pl.DataFrame:
    """Add amounts, price basis and whether the document is a tax invoice; ``sums`` are the order's sale."""
    own = sums.select(pl.all().name.prefix("sale_"))
    both = pl.concat([frame, own, vat_mode.to_frame("sale_mode"), orders.select("order_state")], how="horizontal")
    total, vat = pl.col("total_minor"), pl.col("vat_minor")
    same = (total == pl.col("sale_total_minor")) & (vat == pl.col("sale_vat_minor"))
    whole = total == pl.col("base_total_minor")
    repeats = pl.col("action").is_in(["void", "credit_rest"]) & same & whole
    both = both.with_columns(pl.col("kind").is_in(["invoice", "receipt"]).alias("is_sale"), repeats.alias("repeats"))
    like_sale = pl.col("is_sale") | pl.col("repeats")
    plain_mode = pl.when(vat > 0).then(pl.lit("included")).otherwise(pl.lit("none"))
    return both.with_columns(
        pl.when(like_sale).then("sale_gross_minor").otherwise("total_minor").alias("gross_minor"),
        pl.when(like_sale).then("sale_discount_minor").otherwise(0).alias("discount_minor"),
        (total - vat).alias("net_minor"),
        pl.when(like_sale).then("sale_vat_by_line_minor").otherwise("vat_minor").alias("vat_by_line_minor"),
        pl.when(like_sale).then(pl.col("sale_mode").cast(pl.String)).otherwise(plain_mode).alias("vat_mode"),
        _tax_invoice(work).alias("is_tax_invoice"),
    )


def _tax_credited(work: Work, items: Items, frame: pl.DataFrame, given: RefundLines) -> pl.DataFrame:
    """Return per document the sales tax in a refund of a part, where it is booked, and whether it has its refunds' lines."""
    place, itemized = frame["order_no"], given.itemized.alias("itemized")
    if not work.connection.states_tax:
        none = pl.repeat(0, frame.height, dtype=pl.Int64, eager=True)
        return pl.DataFrame([none.alias("tax_minor"), none.cast(pl.UInt32).alias("tax_item"), itemized])
    rules = items.by_charge.filter(pl.col("kind") == "tax").sort("channel_no")["item"]
    left_out = (items.frame["state"] == "leave-out").gather(rules.gather(items.channel_no.gather(place)))
    elsewhere = pl.lit(left_out) | pl.lit(itemized)
    return pl.DataFrame([
        pl.select(pl.when(elsewhere).then(0).otherwise(pl.lit(given.tax))).to_series().alias("tax_minor"),
        rules.gather(items.channel_no.gather(place)).alias("tax_item"),
        itemized,
    ])  # fmt: skip


def _tax_invoice(work: Work) -> pl.Expr:
    """Return whether a document is a tax invoice, or takes one back."""
    connection, kind = work.connection, pl.col("kind")
    taxed = pl.lit(connection.vat_registered) & (pl.col("sale_mode") != "none")
    delivered = pl.col("order_state").is_in(["delivered", "completed", "returned"])
    on_invoice = {"auto": delivered, "invoice": pl.lit(value=True), "payment": pl.lit(value=False)}[
        connection.tax_invoice_on
    ]
    live = pl.col("live_is_tax_invoice").fill_null(value=False)
    return (
        pl.when(kind == "receipt").then(taxed)
        .when(kind == "invoice").then(taxed & on_invoice)
        .when(kind == "payment").then((pl.col("vat_minor") > 0) & ~live)
        .when(kind == "void").then(live)
        .otherwise(pl.col("vat_minor") > 0)
    )  # fmt: skip


def _document_findings(
    work: Work, documents: pl.DataFrame, orders: pl.DataFrame, buyers: pl.DataFrame, undated: pl.Series
) -> list[pl.DataFrame]:
    place = orders.select("file", "row")
    known = work.inputs.findings
    compared = documents.select(
        "document_key",
        "order_key",
        "vat_minor",
        "vat_by_line_minor",
        pl.col("kind").is_in(["invoice", "receipt"]).alias("is_sale"),
    )
    found = [vat_rounding_findings(pl.concat([compared, place], how="horizontal"))]
    found.append(buyers)
    if undated.any():
        about = pl.concat([documents, place], how="horizontal").filter(undated)
        said = said_already(known, "refund-undated").unique().to_frame()
        about = about.join(said, on="order_key", how="anti", maintain_order="left")
        found.append(
            findings_from(
                about,
                "refund-undated",
                amount_minor=pl.col("total_minor"),
                detail=pl.format("The credit note is dated {}.", "issued_on"),
            )
        )
    found.append(_refunds_to_record(pl.concat([documents, place], how="horizontal"), work.inputs.limits))
    return found


def _shared_tax(
    about: pl.DataFrame, documents: pl.DataFrame, orders: pl.DataFrame, is_shared: pl.Series
) -> pl.DataFrame:
    """Return a warning per credit note over a part whose tax is a share of the order's."""
    if not (about["tax_minor"] != 0).any():
        return no_findings()
    whole = pl.concat(
        [documents, orders.select("file", "row"), about.select("tax_minor", "mirrors", "repeats")], how="horizontal"
    )
    parts = whole.filter(~(pl.col("repeats") | pl.col("mirrors")), pl.col("tax_minor") != 0, is_shared)
    detail = pl.format("Of {} given back {} are taken for tax.", plain_text("total_minor"), plain_text("tax_minor"))
    return findings_from(parts, "refund-tax-shared", amount_minor=pl.col("tax_minor"), detail=detail)


def _untied(untied: pl.DataFrame, documents: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return a note per document whose tax no item of the ledger comes to any more."""
    about = pl.concat([documents, orders.select("file", "row")], how="horizontal")
    odd = about.join(untied, on="doc_no", how="inner", maintain_order="left")
    return findings_from(odd, "tax-as-line", amount_minor=pl.col("total_minor"), detail=pl.col("tax_detail"))


def _refunds_to_record(documents: pl.DataFrame, limits: PlanLimits) -> pl.DataFrame:
    """Return a warning per credit note whose payment back the ledger is not told of."""
    about = paid_by_person(documents, limits)
    detail = pl.format(
        "Credit note {} of {}: {} back from {}.",
        pl.coalesce("number", pl.lit("(numbered by the ledger)")),
        pl.coalesce("applies_to_number", "order_number"),
        plain_text("total_minor"),
        pl.coalesce("payment_method", pl.lit("the account the money came in on")),
    )
    return findings_from(about, "refund-to-record", amount_minor=pl.col("total_minor"), detail=detail)


def _blocked_findings(work: Work, asked: pl.DataFrame) -> list[pl.DataFrame]:
    """Return one finding per order for what the ledger cannot take from us."""
    stuck = asked.filter(pl.col("blocked").is_not_null())
    if stuck.is_empty():
        return []
    stuck = stuck.group_by("order_no", maintain_order=True).agg(
        pl.col("blocked").first(), pl.col("total_minor").first(), pl.col("kind").cast(pl.String).first()
    )
    stuck = pl.concat([stuck, work.orders.select("order_key", "file", "row")[stuck["order_no"]]], how="horizontal")
    decided = work.inputs.decisions.filter(pl.col("decision") == "by-hand", pl.col("amount_minor").is_null())
    stuck = stuck.join(decided.select("order_key"), on="order_key", how="anti", maintain_order="left")
    stuck = _with_returns(stuck, work)
    kind_words = pl.col("kind").str.replace("_", " ")
    kinds = pl.format("The ledger takes no {} from us.", kind_words)
    return [
        findings_from(stuck.filter(pl.col("blocked") == code), code, amount_minor=pl.col("total_minor"), detail=detail)
        for code, detail in (("partial-credit-by-hand", pl.col("_for_returns")), ("ledger-cannot", kinds))
    ]


def _with_returns(stuck: pl.DataFrame, work: Work) -> pl.DataFrame:
    """Return the orders with the sentence that names their returns; null where money went back without one."""
    named = work.inputs.refunds.filter(pl.col("reason").is_not_null()).group_by("order_no", maintain_order=True)
    returns = named.agg(pl.col("reason").unique(maintain_order=True).str.join(", ").alias("_returns"))
    stuck = pl.concat([stuck, work.orders.select("order_number")[stuck["order_no"]]], how="horizontal")
    stuck = stuck.join(returns, on="order_no", how="left", maintain_order="left")
    sentence = pl.format(
        "{} of order {} to be credited for return {}.", plain_text("total_minor"), "order_number", "_returns"
    )
    return stuck.with_columns(sentence.alias("_for_returns"))


def _unfollowed_findings(work: Work) -> list[pl.DataFrame]:
    """Return warnings about money that moved although no document follows it."""
    orders, reason = work.orders, work.verdicts.reason
    kept_money = (work.now == "cancelled") & (orders["payment_state"] == "paid") & (orders["total_minor"] != 0)
    kept_money = kept_money & (orders["refunded_minor"] < orders["total_minor"])
    kept_money = kept_money & (reason != "cancelled-not-refunded").fill_null(value=True)
    kept_money = kept_money & ~mask_of_keys(orders, said_already(work.inputs.findings, "cancelled-but-paid"))
    found = [
        findings_from(
            orders.filter(kept_money),
            "cancelled-but-paid",
            amount_minor=pl.col("total_minor") - pl.col("refunded_minor"),
        )
    ]
    early = (reason == "before-start-date").fill_null(value=False) & (work.states["refund_minor"] > 0)
    if early.any():
        late = work.inputs.refunds.filter(pl.col("refunded_on") >= work.connection.start_date)
        late = late.filter(early.gather(late["order_no"]))
        late = pl.concat(
            [late.drop("row"), orders.select("order_key", "file", "row")[late["order_no"]]], how="horizontal"
        )
        found.append(findings_from(late, "refund-before-start", amount_minor=pl.col("amount_minor")))
    return found


def _unchosen(work: Work, booked: pl.DataFrame, accounts: dict[str, str]) -> list[str]:
    """Return account settings that postings name in words because no account was chosen."""
    used = set(booked["account_code"].unique().to_list())
    return [s for s, name in accounts.items() if name in used and not getattr(work.connection.accounts, s)]

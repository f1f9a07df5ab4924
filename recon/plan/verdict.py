"""What becomes of each order: excluded by a setting, held with every reason, or acting by a rule of the lifecycle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.finding import FINDING_CODES
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from
from recon.plan.columns import mask_of
from recon.plan.lifecycle import LIFECYCLE, RULE_NAMES, rules_with
from recon.plan.state import STATE_HOLDS

REASONS: Final = tuple(dict.fromkeys((*FINDING_CODES, *RULE_NAMES, "by-hand", "left-as-is")))
Reason = pl.Enum(REASONS)

_EMPTY: Final = ("nothing", "closed")
_SAME_CAUSE: Final = {
    "refund-amount-missing": ("refund-unclear",),
    "kind-by-hand": (
        "return-not-linked", "return-exceeds-sale", "does-not-foot", "vat-does-not-tie", "newer-version-refused",
        "order-repeated", "date-far-off",
    ),
}  # fmt: skip
"""Findings of earlier steps that say the same already."""


@dataclass(slots=True)
class Verdicts:
    """One reason per order for not acting, and the findings that say it; the first reason stands."""

    orders: pl.DataFrame
    reason: pl.Series
    """REASONS per order; null: nothing against it so far."""
    held: pl.Series
    """Whether that reason holds the order (otherwise it is left out)."""
    findings: list[pl.DataFrame] = field(default_factory=list)

    @classmethod
    def open(cls, orders: pl.DataFrame) -> Verdicts:
        """Return verdicts with nothing against any order."""
        count = orders.height
        return cls(
            orders,
            pl.repeat(None, count, dtype=Reason, eager=True).alias("reason"),
            pl.repeat(value=False, n=count, dtype=pl.Boolean, eager=True).alias("held"),
        )

    def settle(self, mask: pl.Series, code: str, *, hold: bool) -> pl.Series:
        """Give the reason to the orders of the mask that have none yet; return which got it."""
        got = mask & self.reason.is_null()
        if got.any():
            frame = pl.DataFrame([self.reason, self.held, got.alias("got")])
            both = frame.select(
                pl.when("got").then(pl.lit(code, dtype=Reason)).otherwise("reason").alias("reason"),
                (pl.col("held") | pl.col("got")).alias("held") if hold else pl.col("held"),
            )
            self.reason, self.held = both["reason"], both["held"]
        return got

    def say(self, mask: pl.Series, code: str, **columns: pl.Expr | str | int | None) -> None:
        """Add a finding per order of the mask."""
        if mask.any():
            given = {"amount_minor": pl.col("total_minor"), **columns}
            self.findings.append(findings_from(self.orders.filter(mask), code, **given))

    def free(self) -> pl.Series:
        """Return which orders have nothing against them."""
        return self.reason.is_null()


def exclude(
    verdicts: Verdicts, ledger: pl.Series, sale_on: pl.Series, chosen: pl.Series, connection: Connection
) -> None:
    """Leave out what the settings keep away from the ledger; what is in the ledger already is followed to its end."""
    orders = verdicts.orders
    unposted = ledger.is_in(_EMPTY)
    kind = orders["record_kind"].cast(pl.String)
    off = unposted & ~kind.is_in(list(connection.record_kinds))
    early = unposted & (sale_on < connection.start_date)
    other = unposted & ~chosen & (orders["payment_channel"] != "")
    nothing: dict[str, pl.Expr | str] = {}
    channel: dict[str, pl.Expr | str] = {"column": "payment_channel", "value": pl.col("payment_channel")}
    for mask, code, named in (
        (off, "kind-off", nothing),
        (early, "before-start-date", nothing),
        (other, "channel-not-chosen", channel),
    ):
        got = verdicts.settle(mask, code, hold=False)
        verdicts.say(got, code, **named)


def leave_to_others(verdicts: Verdicts, ledger: pl.Series, elsewhere: pl.DataFrame) -> None:
    """Leave out orders another connection books, unless this one has posted them."""
    if elsewhere.is_empty():
        return
    got = verdicts.settle(
        mask_of_keys(verdicts.orders, elsewhere["order_key"]) & ledger.is_in(_EMPTY), "booked-elsewhere", hold=False
    )
    said = verdicts.orders.filter(got).join(elsewhere, on="order_key", how="left", maintain_order="left")
    if said.height:
        total = pl.col("total_minor")
        verdicts.findings.append(findings_from(said, "booked-elsewhere", amount_minor=total, detail=pl.col("detail")))


def wait_for_refund(verdicts: Verdicts, waits: pl.Series, kept: pl.Series, facts: pl.DataFrame) -> None:
    """Hold cancelled orders whose money did not go back, and say what stands in the ledger for each."""
    got = verdicts.settle(waits, "cancelled-not-refunded", hold=True)
    orders = pl.concat(
        [verdicts.orders, kept.to_frame("_kept"), facts.select("live_number", "live_total_minor")], how="horizontal"
    )
    detail = pl.when(pl.col("live_number").is_null()).then(
        pl.format("Received {}, given back {}; no document stands for it.", plain_text("total_minor"), plain_text("refunded_minor"))
    ).otherwise(
        pl.format(
            "Received {}, given back {}; {} over {} stands, no credit note is made.",
            plain_text("total_minor"), plain_text("refunded_minor"), "live_number", plain_text("live_total_minor"),
        )
    )  # fmt: skip
    verdicts.findings.append(
        findings_from(orders.filter(got), "cancelled-not-refunded", amount_minor=pl.col("_kept"), detail=detail)
    )


def hold_by_state(verdicts: Verdicts, states: pl.DataFrame, facts: pl.DataFrame, findings: pl.DataFrame) -> None:
    """Hold what earlier steps hold, what its states leave open, and what the ledger holds twice."""
    orders = verdicts.orders
    relevant = ~(states["cancelled"] & facts["ledger"].is_in(_EMPTY))
    pending = facts["pending"]
    verdicts.say(verdicts.settle(pending, "pending-elsewhere", hold=True), "pending-elsewhere")
    live = facts.select((pl.col("live_total_minor") - pl.col("credited_minor")).fill_null(0)).to_series()
    unclear = (facts["live_count"] > 1) | (facts["posted_minor"] != live)
    verdicts.say(verdicts.settle(unclear, "posted-unclear", hold=True), "posted-unclear")
    holds = findings.filter(pl.col("severity") == "hold", pl.col("order_key").is_not_null()).select("order_key", "code")
    _hold_found(verdicts, holds, relevant)
    alive = relevant & ~states["cancelled"]
    payment, refunded = orders["payment_state"], orders["refunded_minor"]
    masks = [(alive & (orders[column] == value), code) for column, value, code in STATE_HOLDS]
    masks.append(
        (
            alive
            & (orders["record_kind"] == "sale")
            & (orders["order_state"] == "returned")
            & (payment == "paid")
            & (refunded == 0),
            "returned-not-refunded",
        )
    )
    masks.append((alive & (payment == "partly_refunded") & (refunded == 0), "refund-amount-missing"))
    masks.append((alive & (states["refund_minor"] > orders["total_minor"]), "refund-exceeds-total"))
    masks.append((alive & (orders["record_kind"] == "sale_return"), "kind-by-hand"))
    for mask, code in masks:
        if mask.any():
            same = [code, *_SAME_CAUSE.get(code, ())]
            said = mask_of_keys(orders, holds.filter(pl.col("code").is_in(same))["order_key"])
            open_ones = mask & (verdicts.free() | verdicts.held)
            verdicts.settle(mask, code, hold=True)
            verdicts.say(open_ones & ~said, code)


def mask_of_keys(orders: pl.DataFrame, order_keys: pl.Series) -> pl.Series:
    """Return per order whether its key is among the given ones."""
    if order_keys.is_empty():
        return pl.repeat(value=False, n=orders.height, dtype=pl.Boolean, eager=True)
    found = orders.select("order_key", "order_no").join(
        order_keys.unique().to_frame("order_key"), on="order_key", how="semi"
    )
    return mask_of(found["order_no"], orders.height)


def _hold_found(verdicts: Verdicts, holds: pl.DataFrame, relevant: pl.Series) -> None:
    """Hold the orders that findings of earlier steps hold; the first finding is the reason."""
    if holds.is_empty():
        return
    first = holds.unique("order_key", keep="first", maintain_order=True)
    ours = first.join(verdicts.orders.select("order_key", "order_no"), on="order_key", how="inner")
    for code in ours["code"].unique().sort().to_list():
        mask = mask_of(ours.filter(pl.col("code") == code)["order_no"], verdicts.orders.height)
        verdicts.settle(mask & relevant, code, hold=True)


def apply_rules(verdicts: Verdicts, rule_no: pl.Series) -> pl.Series:
    """Give orders whose rule makes no document their reason; return which orders act."""
    acts = pl.Series(rules_with("invoice", "receipt", "payment", "void", "credit_rest", "credit_part"))
    codes = {number: rule.finding for number, rule in enumerate(LIFECYCLE) if rule.finding}
    present = set(rule_no.unique().drop_nulls().to_list())
    for number, code in codes.items():
        if number in present:
            got = verdicts.settle(rule_no == number, code, hold=FINDING_CODES[code].severity == "hold")
            verdicts.say(got, code)
    return acts.gather(rule_no).fill_null(value=False) & verdicts.free()


def hold_acting(verdicts: Verdicts, acting: pl.Series, masks: list[tuple[pl.Series, str, dict[str, pl.Expr]]]) -> None:
    """Hold acting orders for every one of these reasons that applies; each is said, the first is the order's reason."""
    for mask, code, columns in masks:
        concerned = mask & acting
        if concerned.any():
            verdicts.settle(concerned, code, hold=True)
            verdicts.say(concerned, code, **columns)

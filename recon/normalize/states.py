"""What the source's words say of order and payment; a word nobody has listed holds the order, it is never guessed.

Words are compared by their key (`frames.text.fold`) and looked up once per distinct word. What a source has no column
for stays ``unknown`` without a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from recon.config.status_words import halves
from recon.frames.schemas import ORDER_STATES, PAYMENT_STATES, OrderState, PaymentState
from recon.frames.text import fold, is_any_of
from recon.sources.base import Conventions, StateWords, meaning_of

CHANNEL_JOINER: Final = " + "
JOINER: Final = " / "
_WORDS: Final = {"order_state": "order_word", "payment_state": "payment_word"}
_MONEY_IN: Final = ("paid", "partly_refunded", "refunded", "overpaid")


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column as positions in its distinct values, blank ones as the empty text."""

    codes: pl.Series
    words: list[str]

    @classmethod
    def of(cls, orders: pl.DataFrame, column: str) -> Coded | None:
        """Code a column; None when the reading does not have it."""
        if column not in orders.columns:
            return None
        text = orders[column]
        words = text.unique().drop_nulls().sort().to_list()
        if "" not in words:
            words.insert(0, "")
        blank = words.index("")
        codes = text.cast(pl.Enum(words), strict=False).to_physical().cast(pl.UInt32).fill_null(blank)
        return cls(codes, words)

    def look_up(self, meaning: Callable[[str], str | None], dtype: pl.Enum) -> pl.Series:
        """Return what each row's word means; null where nobody knows."""
        return pl.Series([meaning(word) for word in self.words], dtype=dtype).gather(self.codes)


def with_own_words(words: StateWords, said: Sequence[tuple[str, str]]) -> StateWords:
    """Return the source's words with those a person explained; what the person said wins."""
    if not said:
        return words
    meant = [(word, *halves(meaning)) for word, meaning in said]
    order = {word: state for word, state, _ in meant if state}
    payment = {word: state for word, _, state in meant if state}
    return replace(words, order={**words.order, **order}, payment={**words.payment, **payment})


def read_states(orders: pl.DataFrame, words: StateWords) -> pl.DataFrame:
    """Return ``order_state``, ``payment_state``, ``state_text``, the words as they came, and masks of unknown words."""
    by_order, by_payment = Coded.of(orders, "order_state"), Coded.of(orders, "payment_state")
    rows = orders.height
    order_words, payment_words = _folded(words.order), _folded(words.payment)
    prefixes = {fold(word): state for word, state in words.prefixes.items()}
    paid = {fold(word): state for word, state in words.payment_prefixes.items()}
    order_state = _states(by_order, lambda word: meaning_of(word, order_words, prefixes), OrderState, rows)
    payment_state = _states(by_payment, lambda word: meaning_of(word, payment_words, paid), PaymentState, rows)
    none_unknown = pl.repeat(value=False, n=rows, eager=True)
    read = pl.DataFrame([
        (order_state.is_null() if by_order else none_unknown).alias("order_word_unknown"),
        (payment_state.is_null() if by_payment else none_unknown).alias("payment_word_unknown"),
        _joined(by_order, by_payment, rows).alias("state_text"),
        order_state.fill_null("unknown").alias("order_state"),
        payment_state.fill_null("unknown").alias("payment_state"),
        *(orders[c].alias(word) for c, word in _WORDS.items() if c in orders.columns),
    ])  # fmt: skip
    if "cancelled_on" not in orders.columns:
        return read
    # A day of cancellation says more than a fulfilment word that was never changed back.
    cancelled = pl.lit("cancelled", dtype=OrderState)
    state = pl.when(orders["cancelled_on"].is_not_null()).then(cancelled).otherwise("order_state")
    return read.with_columns(state.alias("order_state"))


def add_refund_states(orders: pl.DataFrame) -> pl.DataFrame:
    """Let the refunded amount decide between paid, partly refunded and refunded, where money came in at all.

    Adds ``refund_unclear``: the word speaks of a refund that the amount does not show.
    """
    state, refunded, total = pl.col("payment_state"), pl.col("refunded"), pl.col("total")
    money_in = state.is_in(_MONEY_IN)
    by_amount = (
        pl.when(refunded >= total)
        .then(pl.lit("refunded", dtype=PaymentState))
        .otherwise(pl.lit("partly_refunded", dtype=PaymentState))
    )
    none_back = state.is_in(("partly_refunded", "refunded")) & (refunded <= 0) & (total != 0)
    less_back = (state == "refunded") & (refunded < total)
    if not (orders["refunded"] > 0).any():
        return orders.with_columns((none_back | less_back).alias("refund_unclear"))
    return orders.with_columns(
        (none_back | less_back).alias("refund_unclear"),
        pl.when(money_in & (refunded > 0)).then(by_amount).otherwise(state).alias("payment_state"),
    )


def payment_checks(orders: pl.DataFrame, conventions: Conventions) -> dict[str, pl.Expr]:
    """Return a mask per finding about what was paid."""
    state, total = pl.col("payment_state"), pl.col("total")
    checks = {
        "overpaid": state == "overpaid",
        "partly-paid": state == "partial",
        "order-on-hold": pl.col("order_state").is_in(("hold", "failed_delivery")),
    }
    money_kept = state.is_in(("paid", "overpaid", "partly_refunded")) & (pl.col("refunded") < total)
    checks["cancelled-but-paid"] = (pl.col("order_state") == "cancelled") & money_kept
    if conventions.outstanding_contradicts_paid and "outstanding" in orders.columns:
        open_sum = pl.col("outstanding").fill_null(0)
        counted = (state == "paid") & (total > 0)
        checks["paid-but-outstanding"] = counted & (open_sum >= total)
        checks["partly-paid"] |= counted & (open_sum > 0) & (open_sum < total)
        checks["overpaid"] |= counted & (open_sum < 0)
    if "paid" in orders.columns:
        checks["paid-amount-differs"] = (state == "paid") & (pl.col("paid") != total)
    checks["refund-unclear"] = pl.col("refund_unclear")
    checks["status-unknown"] = pl.col("order_word_unknown")
    checks["payment-status-unknown"] = pl.col("payment_word_unknown")
    return {code: mask.fill_null(value=False) for code, mask in checks.items()}


def channel_checks(orders: pl.DataFrame, conventions: Conventions) -> dict[str, pl.Series]:
    """Return masks for test payments and for orders paid through several channels at once."""
    if "payment_channel" not in orders.columns:
        return {}
    channels = orders["payment_channel"].unique().drop_nulls().to_list()
    tests = {fold(name) for name in conventions.test_gateways}
    by_test = [c for c in channels if tests & {fold(part) for part in c.split(CHANNEL_JOINER)}]
    several = [c for c in channels if CHANNEL_JOINER in c]
    masks = {"test-payment": by_test, "gateways-not-split": several}
    return {code: is_any_of(orders["payment_channel"], found) for code, found in masks.items() if found}


def _states(coded: Coded | None, meaning: Callable[[str], str | None], dtype: pl.Enum, rows: int) -> pl.Series:
    if coded is None:
        return pl.Series([None], dtype=dtype).new_from_index(0, rows)
    return coded.look_up(meaning, dtype)


def _folded(words: Mapping[str, str]) -> dict[str, str]:
    assert all(state in (*ORDER_STATES, *PAYMENT_STATES) for state in words.values())
    return {fold(word): state for word, state in words.items()}


def _joined(order: Coded | None, payment: Coded | None, rows: int) -> pl.Series:
    """Return the source's own words for both states; built once per distinct pair."""
    if order is None or payment is None:
        only = order or payment
        if only is None:
            return pl.Series([""]).new_from_index(0, rows)
        return pl.Series(only.words).gather(only.codes)
    pairs = [JOINER.join(filter(None, (one, other))) for one in order.words for other in payment.words]
    return pl.Series(pairs).gather(order.codes * len(payment.words) + payment.codes)

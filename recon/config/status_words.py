"""What status words mean that a source's own list does not know: settings, because nobody else can say it.

recon.toml has them under ``[connections.NAME.status_words]``, one line per word: ``"in review" = "unpaid"``. A word that stands in
both columns, or in one column that is read as both, has both meanings: ``"in review" = "open/unpaid"``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator

OrderStateName = Literal[
    "open", "in_fulfilment", "shipped", "delivered", "completed", "cancelled", "returned", "failed_delivery", "hold",
]  # fmt: skip
PaymentStateName = Literal[
    "unpaid", "claimed", "partial", "paid", "overpaid", "cod_due", "partly_refunded", "refunded", "void",
]  # fmt: skip
BOTH: Final = "/"
"""Between the state of the order and that of its payment, where a word says both."""


def halves(meaning: str) -> tuple[str, str]:
    """Return what a word says of the order and of its payment, in this order; an empty text: nothing.

    Raises:
        ValueError: It is neither a state nor one of each.
    """
    parts = [part.strip() for part in meaning.split(BOTH)]
    order = [part for part in parts if part in get_args(OrderStateName)]
    payment = [part for part in parts if part in get_args(PaymentStateName)]
    if len(order) > 1 or len(payment) > 1 or len(order) + len(payment) != len(parts):
        raise ValueError(
            f"{meaning!r} is no state; there are {', '.join(get_args(OrderStateName))} of the order, and {', '.join(get_args(PaymentStateName))} of its payment; one of each with {BOTH} between says both"
        )
    return "".join(order), "".join(payment)


def joined(order: str, payment: str) -> str:
    """Return both meanings as one setting."""
    return BOTH.join(filter(None, (order, payment)))


def _checked(meaning: str) -> str:
    return joined(*halves(meaning))


Meaning = Annotated[str, AfterValidator(_checked)]
"""What a word means: a state, or one of the order and one of its payment."""

"""Charges beside the goods (shipping, fees, vouchers, rounding): what happens to each, per sales channel.

The rules live in recon.toml under ``charges``. A sales channel with a table of its own has all its rules there, so the
first rule of its own takes the default ones along: nothing else changes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

import polars as pl

from recon.config.charges import Charge, Charges
from recon.config.connection import Connection
from recon.config.toml_edits import Value
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.service.context import Context
from recon.service.mapping_frames import ledger_accounts, ledger_products
from recon.service.returned import planned_frames

Kind = Literal[
    "shipping", "cod_fee", "discount", "platform_voucher", "rounding", "duties", "tip", "gift_card", "fee", "tax"
]
CHARGE_AMOUNTS: Final[dict[str, pl.Expr]] = {
    "shipping": pl.col("shipping_minor") - pl.col("shipping_discount_minor"),
    "cod_fee": pl.col("cod_fee_minor"),
    "discount": pl.col("discount_minor"),
    "platform_voucher": pl.col("platform_discount_minor"),
    "rounding": pl.col("rounding_minor"),
    "duties": pl.col("duties_minor"),
    "tax": pl.col("tax_minor").fill_null(0),
}
"""Kind of charge to its amount on an order; tips, gift cards and fees stand in the lines."""
KINDS: Final = (
    "shipping", "cod_fee", "discount", "platform_voucher", "rounding", "duties", "tip", "gift_card", "fee", "tax",
)  # fmt: skip
FIXED: Final = "spread"
"""Discounts of the shop are spread over the goods of their order unless they are a line; nobody sets that here."""
TREATMENTS: Final = ("book", "leave-out", "hold")
VOUCHER_TREATMENTS: Final = ("hold", "spread", "other-income", "leave-out")
DEFAULT: Final = "default"

CHARGE_ROWS: Final = pl.Schema({
    "key": pl.String(),                 # sales channel and kind
    "sales_channel": pl.String(),       # "" where orders name none; "default" for all without rules of their own
    "kind": pl.String(),                # of KINDS
    "orders": pl.UInt32(),              # orders that have it, cancelled ones left out
    "amount_minor": pl.Int64(),         # its sum
    "treatment": pl.String(),           # book, leave-out, hold, spread or other-income
    "code": pl.String(),                # product or account it is booked on; "" for none
    "code_name": pl.String(),           # of it in the ledger; "" where unknown
    "is_product": pl.Boolean(),
    "on_sales": pl.Boolean(),           # booked on the sales account
    "vat": pl.String(),                 # VAT code; "" like the goods
    "is_own": pl.Boolean(),             # the sales channel has rules of its own
    "is_open": pl.Boolean(),            # held: its orders wait for a person
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeTable:
    """All rules, and what they are about."""

    connection: str
    currency: str
    frame: pl.DataFrame
    accounts: tuple[tuple[str, str], ...]
    """Code and name of the ledger's accounts, as last read."""


def charge_table(context: Context, connection: str | None, orders: CanonicalFrames | None = None) -> ChargeTable:
    """Return the rules of every sales channel of the orders (None: all that were taken in) and of the settings."""
    name, rules = context.connection(connection)
    frames = planned_frames(context, name, rules) if orders is None else orders
    accounts, products = ledger_accounts(context, name), dict(ledger_products(context, name).iter_rows())
    used = _used(frames)
    own = [channel for channel in rules.charges if channel != DEFAULT]
    channels = sorted({*used["sales_channel"].to_list(), *own})
    weighed = {(row["sales_channel"], row["kind"]): row for row in used.iter_rows(named=True)}
    rows = []
    rare = {"tax": rules.states_tax, "fee": "fee" in used["kind"]}  # shown only where there are any
    kinds = [kind for kind in KINDS if rare.get(kind, True)]
    for channel in (DEFAULT, *channels):
        charges = rules.charges_for(channel)
        for kind in kinds:
            seen = weighed.get((channel, kind)) if channel != DEFAULT else None
            count, minor = (seen["orders"], seen["amount_minor"]) if seen else (0, 0)
            treatment, code, is_product, vat = rule_of(charges, kind, rules)
            label = (products if is_product else accounts).get(code, "")
            is_open = treatment == "hold" and count > 0
            on_sales = kind != "platform_voucher" and treatment == "book" and not is_product
            rows.append(
                (f"{channel}\x1f{kind}", channel, kind, count, minor, treatment, code, label, is_product,
                 on_sales and code == rules.accounts.sales, vat, channel in rules.charges, is_open)
            )  # fmt: skip
    frame = pl.DataFrame(rows, schema=CHARGE_ROWS, orient="row")
    order = frame.select(
        pl.int_range(pl.len()).sort_by([~pl.col("is_open"), pl.col("orders") == 0], maintain_order=True)
    )
    return ChargeTable(
        connection=name,
        currency=context.settings.company.currency,
        frame=frame[order.to_series()],
        accounts=tuple(accounts.items()),
    )


def rule_of(charges: Charges, kind: str, rules: Connection) -> tuple[str, str, bool, str]:
    """Return treatment, product or account, which of both, and VAT code of one kind of charge."""
    if kind == "discount" and rules.discounts != "line":
        return FIXED, "", False, ""
    if kind == "platform_voucher":
        code = rules.accounts.other_income if charges.platform_voucher == "other-income" else ""
        return charges.platform_voucher, code, False, ""
    charge = cast("Charge", getattr(charges, kind))
    code = charge.product or charge.account or rules.accounts.sales
    return charge.treatment, code if charge.treatment == "book" else "", bool(charge.product), charge.vat or ""


def _used(frames: CanonicalFrames | None) -> pl.DataFrame:
    """Return sales_channel, kind, orders and amount of every charge that occurs."""
    schema = {"sales_channel": pl.String, "kind": pl.String, "orders": pl.UInt32, "amount_minor": pl.Int64}
    if frames is None:
        return pl.DataFrame(schema=schema)
    live = frames.orders.filter(pl.col("order_state") != "cancelled")
    own = live.select(
        "order_no", "sales_channel", *(each.cast(pl.Int64).alias(kind) for kind, each in CHARGE_AMOUNTS.items())
    ).unpivot(index=["order_no", "sales_channel"], variable_name="kind", value_name="minor")
    in_lines = frames.lines.filter(pl.col("kind").is_in(["tip", "gift_card", "fee"])).join(
        live.select("order_no", "sales_channel"), on="order_no"
    )
    lines = in_lines.select(
        "order_no", "sales_channel", pl.col("kind").cast(pl.String), pl.col("amount_minor").alias("minor")
    )
    both = pl.concat([own.filter(pl.col("minor") != 0), lines])
    return both.group_by("sales_channel", "kind").agg(
        pl.col("order_no").n_unique().alias("orders"), pl.col("minor").sum().alias("amount_minor")
    ).cast(pl.Schema(schema))  # fmt: skip


def parse_treatment(kind: str, what: str, rules: Connection) -> tuple[str, str, str]:
    """Return (treatment, account, product) of ``book``, ``leave-out``, ``hold``, ``account:CODE``, ``product:CODE``.

    Raises:
        UsageError: It is none of these, or not for this kind of charge.
    """
    if kind == "discount" and rules.discounts != "line":
        raise UsageError(
            "Discounts of the shop are spread over the goods of their order. Where they are to be a line of their own, set "
            'discounts = "line" of the connection first. Nothing was changed.'
        )
    if kind == "tax" and not rules.states_tax:
        raise UsageError(
            "VAT is worked out and is no charge. Where the shop's own tax (US sales tax) is to be a line, set "
            'taxes = "line" of the connection first. Nothing was changed.'
        )
    if kind not in KINDS:
        raise UsageError(f"There is no charge {kind!r}; there are {', '.join(KINDS)}. Nothing was changed.")
    if kind == "platform_voucher":
        if what not in VOUCHER_TREATMENTS:
            raise UsageError(
                f"platform_voucher={what!r}: there are {', '.join(VOUCHER_TREATMENTS)}. Nothing was changed."
            )
        return what, "", ""
    head, colon, code = what.partition(":")
    if colon and code and head in {"account", "product"}:
        return "book", code if head == "account" else "", code if head == "product" else ""
    if what not in TREATMENTS:
        raise UsageError(
            f"{kind}={what!r}: there are {', '.join(TREATMENTS)}, account:CODE and product:CODE. Nothing was changed."
        )
    return what, "", ""


def charge_settings(
    context: Context, name: str, rules: Connection, edits: Sequence[tuple[str, str, str]]
) -> tuple[dict[tuple[str, ...], Value], list[str]]:
    """Return the settings that set some charges, and the same in words.

    Raises:
        UsageError: A charge, treatment, account or product that is not there.
    """
    settings: dict[tuple[str, ...], Value] = {}
    words: list[str] = []
    for channel, kind, what in edits:
        treatment, account, product = parse_treatment(kind, what, rules)
        _require_known(context, name, account, product)
        base = ("connections", name, "charges", channel)
        if channel not in rules.charges and channel != DEFAULT:
            settings = _taken_along(base, rules.charges_for(DEFAULT)) | settings
        if kind == "platform_voucher":
            settings[*base, kind] = treatment
        else:
            settings[*base, kind, "treatment"] = treatment
            if treatment == "book":
                settings |= {(*base, kind, "account"): account, (*base, kind, "product"): product}
        words.append(f"charges of {channel or '(no sales channel)'}: {kind} = {what}")
    return settings, words


def _require_known(context: Context, name: str, account: str, product: str) -> None:
    accounts = ledger_accounts(context, name)
    if account and accounts and account not in accounts:
        raise UsageError(f"The ledger has no account {account!r} (as last read). Nothing was changed.")
    codes = ledger_products(context, name)["product_code"]
    if product and len(codes) and product not in codes:
        raise UsageError(f"The ledger has no product {product!r} (as last read). Nothing was changed.")


def _taken_along(base: tuple[str, ...], default: Charges) -> dict[tuple[str, ...], Value]:
    """Return the default rules that differ from those of an empty table."""
    taken: dict[tuple[str, ...], Value] = {}
    empty = Charges()
    for kind in Charges.model_fields:
        now, plain = getattr(default, kind), getattr(empty, kind)
        if now == plain:
            continue
        if isinstance(now, Charge):
            for field in Charge.model_fields:
                value = getattr(now, field)
                if value is not None and value != getattr(plain, field):
                    taken[*base, kind, field] = value
        else:
            taken[*base, kind] = now
    return taken

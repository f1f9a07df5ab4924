"""A month of orders, transactions and payouts foots to the cent, whatever happened in it; and what is left can be named."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import pytest

from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import fill
from recon.frames.schemas import REFUNDS
from recon.normalize.clearing import clearing_balances
from recon.normalize.merge import combine
from recon.normalize.settlement_view import settlement_cycles
from recon.normalize.settlements import gather_settlements
from tests.recon.payout_files import USD, payout, payouts, row, sale, transactions
from tests.recon.shopify_tools import frames_of, tied


def money(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


@dataclass
class Month:
    """What really happened: every amount in cents."""

    orders: list[dict[str, str]] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    received: int = 0
    refunded: int = 0
    fees: dict[str, int] = field(default_factory=dict)
    """Per payout: fees and what else was kept back, less what came back."""
    totals: dict[str, dict[str, int]] = field(default_factory=dict)
    """Per payout day, the columns of the payouts export."""

    def move(self, day: dt.date, kind: str, number: int | str, amount: int, fee: int, *, waits: bool) -> None:
        out = day + dt.timedelta(days=2)
        paid = {"Payout Status": "pending", "Payout Date": "", "Payout ID": ""} if waits else {
            "Payout Date": out.isoformat(), "Payout ID": f"1000{out:%Y%m%d}"}  # fmt: skip
        self.rows.append(row(number, Type=kind, Amount=money(amount), Fee=money(fee), Net=money(amount - fee)) | paid | {
            "Transaction Date": f"{day} {len(self.rows) % 24:02}:15:{len(self.rows) % 60:02} -0400"})  # fmt: skip
        if waits:
            return
        column = {"charge": "Charges", "refund": "Refunds"}.get(kind, "Adjustments")
        sums = self.totals.setdefault(out.isoformat(), dict.fromkeys(("Charges", "Refunds", "Adjustments", "Fees"), 0))
        sums[column] += amount
        sums["Fees"] += fee
        kept = fee - (amount if column == "Adjustments" else 0)
        self.fees[out.isoformat()] = self.fees.get(out.isoformat(), 0) + kept


def month(seed: int) -> Month:
    rng, made = random.Random(seed), Month()
    for number in range(1001, 1001 + rng.randint(5, 40)):
        day = dt.date(2026, 6, 1) + dt.timedelta(days=rng.randrange(26))
        total, waits = rng.randint(1, 50_000), rng.random() < 0.1
        made.move(day, "charge", number, total, rng.randint(0, total // 20), waits=waits)
        back = rng.choice([0, 0, 0, total, rng.randint(0, total)])
        if back:
            made.move(day + dt.timedelta(days=1), "refund", number, -back, 0, waits=waits or rng.random() < 0.3)
        if rng.random() < 0.1:
            made.move(day, "chargeback", number, -rng.randint(1, 2000), 1500, waits=False)
        state = {0: "paid", total: "refunded"}.get(back, "partially_refunded")
        made.orders.append(sale(number, Total=money(total), Subtotal=money(total), Lineitem_price=money(total), Refunded_Amount=money(back),
                                Financial_Status=state, Created_at=f"{day} 10:00:00 -0400", Paid_at=f"{day} 10:01:00 -0400"))  # fmt: skip
        made.received, made.refunded = made.received + total, made.refunded + back
    return made


def stated(made: Month, *, below: bool) -> list[dict[str, str]]:
    told = []
    for day, sums in made.totals.items():
        total = sums["Charges"] + sums["Refunds"] + sums["Adjustments"] - sums["Fees"]
        signs = {"Refunds": 1 if below else -1, "Fees": -1 if below else 1}
        columns = {name: money(amount * signs.get(name, 1)) for name, amount in sums.items()}
        told.append(payout() | columns | {"Payout Date": day, "Total": money(total)})
    return told


def read_all(made: Month, folder: Path, *, below: bool) -> list[CanonicalFrames]:
    half = len(made.rows) // 2
    overlapping = [made.rows[: half + 2], made.rows[max(0, half - 2) :]]
    parts = [frames_of(folder, made.orders, USD), *(transactions(folder, some) for some in overlapping)]
    return [*parts, payouts(folder, stated(made, below=below))]


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_a_month_foots_to_the_cent(seed: int, below: bool, tmp_path: Path) -> None:
    made = month(seed)
    parts = read_all(made, tmp_path, below=below)
    assert all(tied(part) for part in parts)
    random.Random(seed).shuffle(parts)
    known = combine(parts)
    cycles, whole = settlement_cycles(known), gather_settlements(known)
    assert whole.findings.filter(pl.col("severity") == "hold").is_empty()
    # every payout: its transactions, its parts and the payouts export say the same, and that is what the bank shows
    assert cycles["transferred_minor"].equals(cycles["stated_minor"].rename("transferred_minor"))
    assert cycles["difference_minor"].sum() == 0
    assert {f"SP-{day.replace('-', '')}" for day in made.totals} == set(cycles["cycle"])
    # every payout's purchase is what was kept back in it, and what came back beyond is a credit apart
    sign = pl.when(pl.col("record_kind") == "purchase").then(1).otherwise(-1)
    kept = (
        whole.orders.filter(pl.col("record_kind") != "sale")
        .group_by("paid_on")
        .agg((pl.col("total_minor") * sign).sum())
    )
    assert {str(day): total for day, total in kept.iter_rows()} == made.fees
    # the clearing account: what came in, less refunds, fees and transfers, is what the open orders come to
    left = clearing_balances(known)
    balance = made.received - made.refunded - sum(made.fees.values()) - int(cycles["transferred_minor"].sum())
    assert int(left["open_minor"].sum()) == balance == int(left["waiting_minor"].sum())
    # every refund has its day
    assert int(whole.refunds["amount_minor"].sum()) == made.refunded
    assert whole.refunds["refunded_on"].null_count() == 0


def test_one_cent_more_in_a_payout_is_never_filled_in(tmp_path: Path) -> None:
    made = month(3)
    made.totals[next(iter(made.totals))]["Charges"] += 1
    whole = gather_settlements(combine(read_all(made, tmp_path, below=False)))
    (held,) = whole.findings.filter(pl.col("severity") == "hold").to_dicts()
    assert (held["code"], held["amount_minor"]) == ("payout-differs", 1)


def test_the_orders_behind_a_balance_are_named(tmp_path: Path) -> None:
    orders = [sale(3703), sale(3704), sale(3705, Payment_Method="PayPal Express Checkout"), sale(3706)]
    paid = [
        row(3703),
        row(3704, Payout_Status="pending", Payout_Date="", Payout_ID=""),
        row(3999, Amount="10.00", Net="8.90"),
    ]
    left = clearing_balances(combine([frames_of(tmp_path, orders, USD), transactions(tmp_path, paid)]))
    assert left.select("payment_channel", "order_number", "settled_minor", "waiting_minor", "open_minor").rows() == [
        ("PayPal Express Checkout", "#3705", 0, 0, 3790), ("Shopify Payments", "#3704", 0, 3790, 3790),
        ("Shopify Payments", "#3706", 0, 0, 3790), ("Shopify Payments", "#3999", 1000, 0, -1000),
    ]  # fmt: skip


def test_a_payout_without_its_transactions_is_a_row_of_its_own(tmp_path: Path) -> None:
    left = clearing_balances(combine([frames_of(tmp_path, [sale(3703)], USD), payouts(tmp_path, [payout()])]))
    assert left.select("order_number", "open_minor").rows() == [("#3703", 3790), ("SP-20260608", -3790)]


def test_each_channel_of_an_order_has_its_own_balance(tmp_path: Path) -> None:
    """37.90 each: 30.00 by card and 7.90 by gift card; of the second 35.00 went back, of which the payouts hold 30.00."""
    both = {"Payment_Method": "Gift Card + Shopify Payments"}
    back = {"Refunded_Amount": "35.00", "Financial_Status": "partially_refunded"}
    orders = frames_of(tmp_path, [sale(3703, **both), sale(3704, **both, **back), sale(3705, **both)], USD)
    amount = pl.when(pl.col("payment_channel") == "Gift Card").then(790).otherwise(3000).cast(pl.Int64)
    known = replace(orders, payments=orders.payments.with_columns(amount.alias("amount_minor")))
    paid = [
        row(3703, Amount="30.00", Net="28.90"), row(3704, Amount="30.00", Net="28.90"),
        row(3704, Type="refund", Amount="-30.00", Fee="0.00", Net="-30.00"),
    ]  # fmt: skip
    frames = combine([known, transactions(tmp_path, paid)])
    columns = ("payment_channel", "order_number", "received_minor", "refunded_minor", "settled_minor", "open_minor")
    assert clearing_balances(frames, by_part=True).select(columns).rows() == [
        ("Gift Card", "#3703", 790, 0, 0, 790),
        ("Gift Card", "#3704", 790, 500, 0, 290),
        ("Gift Card", "#3705", 790, 0, 0, 790),
        ("Shopify Payments", "#3705", 3000, 0, 0, 3000),
    ]
    stated = pl.DataFrame({
        "order_no": [1, 1], "refund_no": [1, 2], "amount_minor": [700, 2800], "refunded_on": [dt.date(2026, 6, 9)] * 2,
        "payment_channel": ["Gift Card", "Shopify Payments"], "row": [3, 3],
    })  # fmt: skip
    named = combine([replace(known, refunds=fill(stated, REFUNDS)), transactions(tmp_path, paid)])
    of_second = clearing_balances(named, by_part=True).filter(pl.col("order_number") == "#3704").select(columns)
    assert of_second.rows() == [
        ("Gift Card", "#3704", 790, 700, 0, 90),
        ("Shopify Payments", "#3704", 3000, 2800, 0, 200),
    ]
    whole = clearing_balances(frames).select(columns).rows()
    assert [(channel, left) for channel, *_, left in whole] == [
        ("Gift Card + Shopify Payments", left) for left in (790, 290, 3790)
    ]

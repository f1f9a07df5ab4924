"""March 2026 of an invented company with two departments, as its tills export it: fixtures/cases/no-tills-month/in/.

Written anew by ``python -m tests.saft_month``; a test compares it with the stored files.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

from tests.saft_files import Customer, Day, Habits, Line, Receipt, Register, money, saft_text

FOLDER = Path(__file__).parent.parent / "fixtures" / "cases" / "no-tills-month" / "in"
COMPANY = "999999999"
NAME = "Fjordgløtt Servering AS"
CAFE, KIOSK = "Kafé Torget", "Kiosken Brygga"
CUSTOMERS = (
    Customer(number="20001", name="Havnekontoret AS", tax_id="888888012", street="Kaigata 4", postcode="4006", city="Stavanger"),
)  # fmt: skip
MISSING = dt.date(2026, 3, 17)
"""Day of the kiosk's main till that its export leaves out."""
_PRICES = {
    "100": (8_900, 12_900, 17_450, 21_990),
    "110": (3_950, 4_900, 6_990),
    "200": (9_800, 10_450),
    "900": (50_000,),
}
_CODES = {"100": "3", "110": "31", "200": "3", "900": "0"}


def files() -> dict[str, str]:
    """Return the month's files by name."""
    cafe = Register(number="K1", place=CAFE, days=tuple(_days(1, "K1", 214)))
    kiosk = (
        Register(number="B1", place=KIOSK, days=tuple(_days(2, "B1", 88))),
        Register(number="B2", place=KIOSK, days=tuple(_days(3, "B2", 12))),
    )
    others = {"company": COMPANY, "name": NAME}
    return {
        f"SAF-T Cash Register_{COMPANY}_20260401050000_1.xml": saft_text([cafe], customers=CUSTOMERS, **others),
        f"SAF-T Cash Register_{COMPANY}_20260401050000_2.xml": saft_text(
            kiosk, habits=Habits(vat_rows="gross", prefix="n1", newline="\r\n", absolute=True), **others
        ),
    }


def _is_open(till: str, date: dt.date) -> bool:
    return date.weekday() in {"K1": range(6), "B1": range(7), "B2": (4, 5, 6)}[till]


def _days(seed: int, till: str, first: int) -> Iterator[Day]:
    pick, number, sold, returned = random.Random(seed), first, 4_120_000, 96_000
    for date in (dt.date(2026, 3, day) for day in range(1, 32)):
        if not _is_open(till, date):
            continue
        late = till == "K1" and date.weekday() in (4, 5)
        receipts = tuple(_receipts(pick, till, date, late=late))
        cash_sales = [
            line.amount
            for each in receipts
            if each.counts and each.kind in ("CASHSALE", "RETURN")
            for line in each.lines
        ]
        sold += sum(amount for amount in cash_sales if amount > 0)
        returned -= sum(amount for amount in cash_sales if amount < 0)
        stated = {
            "reportGrandTotalSales": money(sold), "reportGrandTotalReturn": money(returned), "reportGrandTotalSalesNet": money(sold - returned),
        }  # fmt: skip
        if not (till == "B1" and date == MISSING):
            yield Day(
                date=date, number=number, receipts=receipts, closed_at="02:40:11" if late else f"21:0{date.day % 10}:30", next_day=late,
                pay_outs=(("MELK", 18_900),) if till == "K1" and date.day in (9, 23) else (),
                pay_ins=(("VEKSEL", 100_000),) if till == "B1" and date.day == 2 else (), stated=stated,
            )  # fmt: skip
        number += 1


def _receipts(pick: random.Random, till: str, date: dt.date, *, late: bool) -> Iterator[Receipt]:
    for place in range(pick.randint(8, 12) if till != "B2" else pick.randint(4, 6)):
        groups = ("100", "100", "200", "110") if till == "K1" else ("110", "110", "200")
        lines = tuple(_line(pick, pick.choice(groups)) for _ in range(pick.randint(1, 2)))
        due = sum(line.amount for line in lines)
        tips = pick.choice((0, 0, 5_000)) if late else 0
        yield Receipt(
            lines=lines, time=f"{9 + place:02}:{pick.randint(0, 59):02}:07", tips=tips, **_paid(pick, due, tips)
        )
    yield from _special(till, date)
    if late:
        yield _after_midnight()


def _after_midnight() -> Receipt:
    return Receipt(lines=(Line(group="200", amount=9_800),), payments=(("BAX", 9_800),), time="01:15:00", next_day=True)


def _line(pick: random.Random, group: str) -> Line:
    return Line(group=group, amount=pick.choice(_PRICES[group]), code=_CODES[group])


def _paid(pick: random.Random, due: int, tips: int) -> dict[str, object]:
    way = pick.choice(("BAX", "BAX", "VISA", "VIPPS", "CASH", "split"))
    if way == "CASH" and not tips:
        received = (due + 50) // 100 * 100
        return {"payments": (("CASH", received),), "rounding": received - due}
    if way == "split":
        part = due // 300 * 100
        return {"payments": (("CASH", part), ("BAX", due - part + tips))}
    return {"payments": (("BAX" if way == "CASH" else way, due + tips),)}


def _special(till: str, date: dt.date) -> Iterator[Receipt]:
    """Yield what happens on single days: returns, gift cards, sales on account, and what counts for nothing."""
    if till == "B1" and date.day in (6, 20):
        yield Receipt(
            kind="RETURN",
            lines=(Line(group="110", amount=-4_900, code="31"),),
            payments=(("BAX", -4_900),),
            time="19:30:00",
        )
    if till == "K1" and date.day == 11:
        yield Receipt(
            kind="RETURN", lines=(Line(group="100", amount=-12_900),), payments=(("CASH", -12_900),), time="19:31:00"
        )
    if till == "K1" and date.day in (5, 12):
        yield Receipt(
            lines=(Line(group="900", amount=50_000, code="0"),), payments=(("VISA", 50_000),), time="18:05:00"
        )
    if till == "K1" and date.day in (14, 26):
        yield Receipt(
            lines=(Line(group="100", amount=21_990),), payments=(("GIFT", 15_000), ("BAX", 6_990)), time="18:40:00"
        )
    if till == "K1" and date.day == 10:
        yield Receipt(
            kind="CREDITSALE", customer="20001", invoice="50017", refers_to="7003", time="13:00:00", payments=(("ACCOUNT", 125_000),),
            lines=(Line(group="100", article="A1", amount=125_000, quantity="10"),),
        )  # fmt: skip
    if till == "K1" and date.day == 24:
        yield Receipt(
            kind="PAYMENT", invoice="50017", payments=(("BAX", 125_000),), time="11:30:00",
            extra={"transAmntIn": "1250.00", "transAmntEx": "1250.00"},
        )  # fmt: skip
    if till == "K1" and date.day == 3:
        yield Receipt(
            lines=(Line(group="200", amount=9_800),), payments=(("BAX", 9_800),), time="15:00:00", is_void=True
        )
        yield Receipt(
            lines=(Line(group="100", amount=8_900),), payments=(("CASH", 8_900),), time="09:10:00", is_training=True
        )


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()

"""What the tests of the ZORT source share: kept files, a clock that only moves when told, readings as text."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from recon.sources.base import Fetched, IntakeFile, Reading, ReadOptions
from recon.sources.zort import ZortClient

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "zort"
OPTIONS = ReadOptions(platform="zort", shop="s1", currency="THB", timezone="Asia/Bangkok")


class FakeClock:
    """Time that passes only by sleeping."""

    def __init__(self, at=dt.datetime(2026, 7, 1, 3, 0, tzinfo=dt.UTC)):
        self.at = at
        self.slept: list[float] = []

    def now(self):
        return self.at + dt.timedelta(seconds=sum(self.slept))

    def monotonic(self):
        return sum(self.slept)

    def sleep(self, seconds):
        self.slept.append(seconds)


def kept(path, name=None):
    content = path.read_bytes()
    return IntakeFile(path=path, name=name or path.name, digest=hashlib.sha256(content).hexdigest(), size=len(content))


def fixture(name):
    return kept(FIXTURES / f"{name}.json")


def keep(folder: Path, fetched: Fetched):
    """Keep an answer as the intake does: the bytes, before anybody reads them."""
    path = folder / fetched.name
    path.write_bytes(fetched.content)
    return kept(path)


def client_of(shop, clock=None, **changes):
    settings = {
        "store_name": shop.store_name, "api_key": shop.api_key, "api_secret": shop.api_secret, "base_url": shop.url,
        "page_size": 10, "clock": clock or FakeClock(), "timeout_seconds": 5, **changes,
    }  # fmt: skip
    return ZortClient(**settings)


def rendered(reading: Reading) -> str:
    """A reading as plain text: each order with what it states, its lines, payments and findings."""
    parts = []
    lines = reading.lines.rows(named=True)
    payments = reading.payments.rows(named=True) if reading.payments is not None else []
    for order in reading.orders.rows(named=True):
        parts.append(f"order {order['order_no']} (row {order['row']}): {order['order_id']}")
        skipped = {"order_no", "row", "order_id"}
        parts += [f"  {k}: {v}" for k, v in order.items() if k not in skipped and v is not None]
        for kind, rows, number in (("line", lines, "line_no"), ("payment", payments, "payment_no")):
            for row in rows:
                if row["order_no"] == order["order_no"]:
                    told = [
                        f"{k}={v}" for k, v in row.items() if v is not None and k not in {"order_no", number, "row"}
                    ]
                    parts.append(f"  {kind} {row[number]}: {', '.join(told)}")
    for row in reading.findings.rows(named=True):
        told = [f"{k}={v}" for k, v in row.items() if v is not None and k not in {"code", "file"}]
        parts.append(f"finding {row['code']}: {'; '.join(told)}")
    parts += [f"note: {note}" for note in reading.notes]
    parts.append(f"rows: {reading.stated.row_count}")
    return "\n".join(parts) + "\n"

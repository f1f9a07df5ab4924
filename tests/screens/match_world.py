"""Workspaces for the Match step: orders written as a Shopify export, and a ledger whose list of products a test chooses."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.shell import SANDBOX_COMPANY, Shell, run
from tests.thai_shop import WHOLESALE
from tui.app import ReconApp
from tui.preferences import Preferences
from tui.session import Session
from tui.wiring import service_for

Sold = tuple[str, str, str, str]
"""SKU, name, price, payment channel."""

SOLD: Final[tuple[Sold, ...]] = (
    ("P00001", "เสื้อยืด สีดำ M", "250.00", "Bank Deposit"),
    ("P-00002", "เสื้อยืด สีดำ L", "260.00", "Shopee Wallet"),
    ("TS-WHITE-M", "เสื้อยืด สีขาว M", "270.00", "Shopee Wallet"),
    ("TS-WHITE-M", "เสื้อยืด สีขาว M", "270.00", "COD"),
    ("XX-1", "zzz qqq", "999.00", "COD"),
    ("MUG", "แก้วเซรามิก", "120.00", "Bank Deposit"),
    ("", "ค่าบริการห่อของขวัญ", "30.00", "Bank Deposit"),
)
"""One exact, one of another punctuation, one alike by name, one like nothing, one that is two products, one without a SKU."""
CATALOG: Final = (
    ("P00001", "เสื้อยืด สีดำ M"),
    ("P00002", "เสื้อยืด สีดำ L"),
    ("P00003", "เสื้อยืด สีขาว M"),
    ("MUG", "แก้วมัค"),
    ("mug", "แก้วมัค สีฟ้า"),
)

HOSTILE: Final = (
    "[/x] 100[b]", "[@click=app.quit]x[/]", "red \x1b[31m", "title \x1b]0;t\x07", "bell \x07", "bidi \u202egnirts\u2066",
    "株式会社東京営業部第二課 御中", "บริษัทน้ำใสใจจริงการค้าและบริการขนส่งระหว่างประเทศจำกัดมหาชนสาขาที่หนึ่ง",
    "👨\u200d👩\u200d👧 ❤\ufe0f 🇹🇭", "\u0e48\u0e48\u0e33 น้ำ", "ก" + "\u0e48" * 60, "x" * 3_000, "Bjørn Åse Kjøttpølse",
    "{n} %s ${x} `rm`", "'=HYPERLINK(1)",
)  # fmt: skip
"""Names as an enemy, or a careless shop, would write them."""


def match_world(
    root: Path, clock: FakeClock, sold: Iterable[Sold] = SOLD, catalog: Iterable[tuple[str, str]] = CATALOG
) -> Shell:
    """Return a shell in a workspace with these orders taken in, nothing linked and nothing mapped."""
    run("init", root, "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01", "--target", "sandbox",
        clock=clock).expect(0)  # fmt: skip
    shell = Shell(root, clock)
    shell("connect", "--set-accounts").expect(0)
    sold, products = list(sold), [{"code": code, "name": name} for code, name in catalog]
    with service_for(Workspace(root), clock=clock) as service:
        service._context.store.catalog.put("shop", {"products": products})
    if sold:
        write_orders(root / "orders.csv", sold)
        shell("import", root / "orders.csv").expect(0)
    return shell


def copied(root: Path, target: Path, clock: FakeClock) -> Shell:
    """Return a shell in a copy of a workspace that takes its new place for its own."""
    shutil.copytree(root, target)
    folder = Workspace(target).private
    with closing(sqlite3.connect(folder / "store.db")) as database, database:
        database.execute("UPDATE workspace SET inode = ?, path = ?", (folder.stat().st_ino, str(folder)))
    return Shell(target, clock)


def write_orders(path: Path, sold: Iterable[Sold]) -> None:
    """Write one paid order for each thing sold."""
    with WHOLESALE.open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        names, example = list(reader.fieldnames or ()), next(row for row in reader if row["Name"] == "#1002")
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names)
        writer.writeheader()
        writer.writerows(_order(example, number, *one) for number, one in enumerate(sold))


def _order(example: dict[str, str], number: int, sku: str, name: str, price: str, channel: str) -> dict[str, str]:
    return example | {
        "Name": f"#{3001 + number}", "Id": str(7720000003001 + number), "Billing Name": "สมชาย ใจดี",
        "Lineitem name": name, "Lineitem sku": sku, "Lineitem quantity": "1", "Lineitem price": price,
        "Lineitem discount": "0.00", "Discount Amount": "0.00", "Discount Code": "", "Subtotal": price, "Shipping": "0.00",
        "Taxes": "0.00", "Tax 1 Name": "", "Tax 1 Value": "", "Total": price, "Refunded Amount": "0.00",
        "Financial Status": "paid", "Payment Method": channel,
    }  # fmt: skip


def match_app(root: Path, clock: FakeClock, *, place: str = "match", read_only: bool = False) -> ReconApp:
    """Return the screens on a workspace, at a place of the Match step."""
    session = Session(root, clock=clock, actor="nok", read_only=read_only)
    return ReconApp(session, start=place, preferences=Preferences(), keep=False)

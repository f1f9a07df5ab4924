"""Workspaces the pictures of screens are taken in: the invented month, an empty one, the worst data, and 100,000 rows.

Each is made once for all workers of a test run and copied before anybody opens it, so that no test sees what another did.
"""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar
from unittest import mock

import polars as pl

from recon.config.edits import with_setting
from recon.sandbox.peak import SandboxPeak, sandbox_company
from recon.service import ReconService
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.copies import settle
from tests.screens.others_world import others_posted
from tests.shell import SANDBOX_COMPANY, SANDBOX_TAX_ID, Shell, run
from tests.thai_shop import WHOLESALE
from tui.app import ReconApp
from tui.demo import make_sample
from tui.preferences import Preferences
from tui.session import Session

Answer = TypeVar("Answer")

MANY: Final = 100_000
WORST_COMPANY: Final = "บริษัทน้ำใสใจจริงการค้าและบริการขนส่งระหว่างประเทศจำกัดมหาชนสาขาที่หนึ่ง"
"""More than sixty letters; the accountant's own company."""
WORST_NAMES: Final = (
    "[/x] 100[b]", "[@click=app.quit]x[/]", "red \x1b[31m", "title \x1b]0;t\x07", "bell \x07", "bidi \u202egnirts\u2066",
    "株式会社東京営業部第二課 御中", WORST_COMPANY, "👨\u200d👩\u200d👧 ❤\ufe0f 🇹🇭", "\u0e48\u0e48\u0e33 น้ำ",
    "ก" + "\u0e48" * 60, "x" * 3_000, "Bjørn Åse Kjøttpølse", "{n} %s ${x} `rm`", "-", "'=HYPERLINK(1)",
)  # fmt: skip
"""Customers as an enemy, or a careless shop, would write them."""
WORST_FILES: Final = ("[b] \u202e\x1b]0;t\x07.csv", "c1 \x9b2J.csv", f"{'น้ำ' * 24}.csv")
WORST_AMOUNTS: Final = ("9999999999.99", "0.01", "123456789012.34", "1250.00")
FIXED_PORT: Final = "http://127.0.0.1:9/v4"


@dataclass(frozen=True)
class World:
    """A workspace, and how its screens are opened."""

    root: Path
    session: type[Session] = Session
    actor: str = "nok"

    def app(
        self, place: str, *, read_only: bool = False, hide: bool = False, theme: str = "", speak: str = "en"
    ) -> ReconApp:
        """Return the screens on this workspace, opened at a place; what a person likes is never kept."""
        session = self.session(self.root, clock=FakeClock(), actor=self.actor, read_only=read_only)
        wishes = Preferences(language=speak, theme=theme, hide_numbers=hide)
        return ReconApp(session, start=place, preferences=wishes, keep=False)

    def shell(self) -> Shell:
        """Return a shell in this workspace."""
        return Shell(self.root, FakeClock())


@dataclass
class Worlds:
    """Makes each world when it is first asked for; a copy for everybody who asks."""

    shared: Path
    own: Path
    made: int = field(default=0)

    def __call__(self, name: str) -> World:
        """Return a fresh copy of a world."""
        self.made += 1
        root = self.own / f"{name}-{self.made}"
        os.environ["XDG_CONFIG_HOME"] = str(
            self.own / f"config-{self.made}"
        )  # heads of copies are noted there, by name
        shutil.copytree(self._original(ORIGINALS.get(name, name)), root)
        settle(root)
        return World(root, SESSIONS.get(name, Session))

    def _original(self, name: str) -> Path:
        place = self.shared / name
        self.shared.mkdir(exist_ok=True)
        with (self.shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.shared / f"{name}.made").exists():
                shutil.rmtree(place, ignore_errors=True)
                with mock.patch("recon.store.store.secrets.token_hex", lambda size: "5e" * size):
                    MAKERS[name](place)
                (self.shared / f"{name}.made").touch()
        return place


def _make_demo(root: Path) -> None:
    """The invented month, its second batch waiting; the shop's address does not change from run to run."""
    workspace = make_sample(root, FakeClock(), lambda _step: None)
    text = workspace.settings_file.read_text("utf-8")
    path = ("connections", "shop", "source_api", "base_url")
    workspace.settings_file.write_text(with_setting(text, path, value=FIXED_PORT), "utf-8")


def _make_empty(root: Path) -> None:
    """As `recon init` leaves it."""
    _init(root, SANDBOX_COMPANY)


def _make_worst(root: Path) -> None:
    """Orders whose names, products, channels and numbers are hostile, and whose amounts are as large as they get."""
    _init(root, WORST_COMPANY)
    shell = Shell(root, FakeClock())
    export = root / "worst.csv"
    write_worst(export)
    for name in WORST_FILES:
        shutil.copyfile(export, root / "inbox" / name)
    company = sandbox_company(name=WORST_COMPANY, tax_id=SANDBOX_TAX_ID)
    books = Workspace(root).sandbox_file
    books.parent.mkdir(parents=True, exist_ok=True)
    with SandboxPeak(path=books, company=company):
        pass
    shell("connect").expect(0)
    shell("import", export).expect(0)
    shell("match", "--text", "--channel", "Bank Deposit", "--method", "BSV002")
    shell("plan").expect(4)


def _init(root: Path, company: str) -> None:
    run("init", root, "--no-input", "--company", company, "--start-date", "2026-10-01", "--target", "sandbox",
        clock=FakeClock()).expect(0)  # fmt: skip


def write_worst(path: Path) -> None:
    """Write a Shopify export of hostile orders."""
    with WHOLESALE.open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        names, example = list(reader.fieldnames or ()), next(row for row in reader if row["Name"] == "#1002")
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names)
        writer.writeheader()
        writer.writerows(_worst_order(example, number, name) for number, name in enumerate(WORST_NAMES))


def _worst_order(example: dict[str, str], number: int, name: str) -> dict[str, str]:
    total = WORST_AMOUNTS[number % len(WORST_AMOUNTS)]
    is_refunded = number % 5 == 4
    return example | {
        "Name": f"#{2001 + number} {name[:20]}", "Id": str(7720000002001 + number), "Billing Name": name, "Shipping Name": name,
        "Lineitem name": f"{name[:200]} ขนาดใหญ่", "Lineitem sku": f"SKU {name[:30]}", "Lineitem quantity": "1",
        "Lineitem price": total, "Lineitem discount": "0.00", "Discount Amount": "0.00", "Discount Code": name[:30],
        "Subtotal": total, "Taxes": "0.00", "Tax 1 Name": "", "Tax 1 Value": "", "Total": total,
        "Refunded Amount": total if is_refunded else "0.00", "Notes": name, "Tags": name[:50],
        "Financial Status": "refunded" if is_refunded else "pending" if number == 12 else "paid",
        "Payment Method": f"COD {name[:20]}" if number % 4 == 3 else "Bank Deposit", "Vendor": name[:40],
    }  # fmt: skip


class ManySession(Session):
    """The invented month, its review a hundred thousand rows long."""

    def ask(self, question: Callable[[ReconService], Answer]) -> Answer:
        """Answer with the long table."""
        return super().ask(lambda service: question(_Many(service)))  # type: ignore[arg-type]


class _Many:
    """The service, with more rows than it has."""

    def __init__(self, service: ReconService) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def review(self, connection: str | None) -> Any:
        """Return the table over and over, each row with a key of its own."""
        table = self._service.review(connection)
        rounds = -(-MANY // table.height)
        frame = pl.concat([table.frame] * rounds).head(MANY)
        at = pl.int_range(pl.len(), dtype=pl.UInt32)
        turn = (at // table.height).cast(pl.String)
        frame = frame.with_columns(at.alias("row_id"), pl.col("key") + "~" + turn, pl.col("number") + "-" + turn)
        return replace(table, frame=frame)

    def detail(self, connection: str | None, key: str, **options: Any) -> Any:
        """Return the document the row was made from."""
        found = self._service.detail(connection, key.partition("~")[0], **options)
        return replace(found, key=key)


class WaitingSession(Session):
    """Never answers before it is let go: what stands on the screen while it reads."""

    gate = threading.Event()
    """Open, but where a picture is of the time before the answers."""
    gate.set()

    def ask(self, question: Callable[[ReconService], Answer]) -> Answer:
        """Wait, then answer."""
        assert self.gate.wait(60)
        return super().ask(question)


def _make_others(root: Path) -> None:
    """The invented month, and a shop whose own integration has posted most of it."""
    _make_demo(root)
    others_posted(root, writers="shared")


def _make_compared(root: Path) -> None:
    """The same where the integration posts everything."""
    _make_demo(root)
    others_posted(root, writers="others")


def _make_others_worst(root: Path) -> None:
    """Hostile orders, and a ledger that is no friendlier."""
    _make_worst(root)
    others_posted(root, writers="others", hostile=True)


MAKERS: Final = {
    "demo": _make_demo, "empty": _make_empty, "worst": _make_worst, "others": _make_others, "compared": _make_compared,
    "others-worst": _make_others_worst,
}  # fmt: skip
ORIGINALS: Final = {"many": "demo", "waiting": "demo"}
"""Worlds that are another one, opened in another way."""
SESSIONS: Final[dict[str, type[Session]]] = {"many": ManySession, "waiting": WaitingSession}

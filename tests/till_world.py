"""A café and a bar with tills, and a Norwegian chart of accounts as a ledger would tell it; all invented."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.domain.taxes import LedgerTax
from recon.service.connecting import keep_catalog
from recon.targets.base import Catalog, LedgerAccount, LedgerMethod
from recon.workspace import find_workspace, make_workspace
from tests.clock import FakeClock
from tests.saft_files import WORKED_EXAMPLE, Day, Line, Receipt, Register, saft_bytes
from tests.shell import Shell
from tui.wiring import service_for

PERCENT = 100_000
TAXES = tuple(
    LedgerTax(code=code, name=name, rates=(rate * PERCENT,))
    for code, name, rate in (
        ("0", "Ingen mva-behandling", 0), ("1", "Inngående mva", 25), ("3", "Utgående mva, høy sats", 25),
        ("31", "Utgående mva, middels sats", 15), ("5", "Fritatt", 0),
    )
)  # fmt: skip


def _account(code: str, name: str, root: str, tax: str = "", **more: bool) -> LedgerAccount:
    return LedgerAccount(code=code, name=name, root=root, tax_code=tax, **more)  # type: ignore[arg-type]


ACCOUNTS = (
    _account("1500", "Kundefordringer", "Assets"), _account("1503", "Oppgjør BankAxept", "Assets"),
    _account("1504", "Oppgjør Visa og Mastercard", "Assets"), _account("1505", "Oppgjør Vipps", "Assets"),
    _account("1900", "Kontanter", "Assets"), _account("1905", "Kontanter EUR", "Assets"),
    _account("1909", "Kassedifferanse", "Assets"), _account("1920", "Bankinnskudd", "Assets"),
    _account("2900", "Gavekort", "Liabilities"), _account("2910", "Skyldig tips", "Liabilities"),
    _account("3000", "Salgsinntekt, høy sats", "Income", "3"), _account("3010", "Salg bar, høy sats", "Income", "3", needs_department=True),
    _account("3030", "Salgsinntekt, middels sats", "Income", "31", is_tax_locked=True),
    _account("3100", "Salg, fritatt", "Income", "5"), _account("3900", "Annen inntekt", "Income"),
    _account("7740", "Øreavrunding", "Expenses"), _account("7770", "Bankgebyr", "Expenses", "0"),
)  # fmt: skip
METHODS = tuple(
    LedgerMethod(code=one.code, name=one.name, account_code=one.code)
    for one in ACCOUNTS
    if one.root in {"Assets", "Liabilities"}
)
DEPARTMENTS = (LedgerAccount(code="10", name="Kafé Torget"), LedgerAccount(code="20", name="Brygga bar"))
CHART = Catalog(accounts=ACCOUNTS, methods=METHODS, taxes=TAXES, classes=DEPARTMENTS, closed_until=dt.date(2026, 1, 31))


def bar(number: int = 31, day: int = 14) -> Register:
    """A second place with two of the café's groups."""
    receipts = (
        Receipt(lines=(Line(group="200", amount=840_000),), payments=(("CASH", 240_000), ("BAX", 600_000))),
        Receipt(lines=(Line(group="110", amount=23_000, code="31"),), payments=(("VIPPS", 23_000),)),
    )
    days = (Day(date=dt.date(2026, 3, day), number=number, receipts=receipts, opening_float=100_000),)
    return Register(number="K7", place="Brygga", days=days)


def begun(folder: Path, clock: FakeClock, *registers: Register, settings: dict[str, str] | None = None) -> Shell:
    """Return a workspace whose tills were taken in and whose ledger was read; nothing is mapped."""
    answers = FirstAnswers(
        company="Kafé AS",
        tax_id="999999999",
        source="saft",
        target="sandbox-poweroffice",
        start_date=dt.date(2026, 3, 1),
    )
    text = first_settings(answers)
    for old, new in (settings or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    books = folder / "books"
    make_workspace(books, text)
    file = folder / "tills.xml"
    file.write_bytes(saft_bytes(registers or [WORKED_EXAMPLE, bar()]))
    shell = Shell(books, clock)
    shell("import", file).expect(0)
    read_ledger(books, clock)
    return shell


def read_ledger(books: Path, clock: FakeClock, catalog: Catalog = CHART) -> None:
    """Keep a ledger's lists as `recon connect` would."""
    with service_for(find_workspace(books), clock=clock) as service:
        keep_catalog(service._context, "shop", catalog)

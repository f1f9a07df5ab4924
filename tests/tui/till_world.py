"""Books of a café's tills in a workspace with the sandbox PowerOffice Go, and somebody else who writes into it too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from recon.config.edits import with_setting
from recon.sandbox.poweroffice import SandboxPowerOffice, sandbox_company
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.recon.books_tools import BookLine, BookVoucher
from tests.shell import Shell, run
from tui.wiring import service_for

MONTH = Path(__file__).parents[2] / "fixtures" / "cases" / "no-tills-month" / "in"
COMPANY, NUMBER = "Fjordgløtt Servering AS", "999999999"
TILL = ("connections", "till")
GROUPS = {
    "100@25": ("3000", "3"), "110@15": ("3030", "31"), "200@25": ("3000", "3"), "900@0": ("2901", "0"), "rounding": ("7740", "0"),
    "tip": ("2910", "0"), "pay-out MELK": ("7770", "0"), "customer payment": ("1579", "0"),
}  # fmt: skip
CHANNELS = {
    "BAX BankAxept": "1503", "VISA Visa": "1504", "VIPPS Vipps": "1505", "CASH Kontant": "1900", "GIFT Gavekort": "2901"
}  # fmt: skip
Changed = Callable[[int, list[tuple[int, int, str]], str], Iterator[tuple[list[tuple[int, int, str]], str, bool]]]
"""From position, lines and text of a settlement to what the other one writes of it: lines, text, and whether it is posted."""


def cafe(folder: Path, clock: FakeClock) -> None:
    """The month of the café, everything mapped, nothing planned yet."""
    root = folder / "books"
    given = (
        "--company",
        COMPANY,
        "--tax-id",
        NUMBER,
        "--name",
        "till",
        "--source",
        "saft",
        "--target",
        "sandbox-poweroffice",
    )
    run("init", root, *given, "--shop", "fjord", "--start-date", "2026-03-01", "--no-input", clock=clock).expect(0)
    write(root, ("till", "counting"), "off")
    write(root, ("till", "day_ends"), "06:00")
    write(root, ("till", "invoices"), "others")
    write(root, ("till", "departments", "Kafé Torget"), "10")
    shell = Shell(root, clock)
    shell("connect").expect(0)
    (file,) = MONTH.glob("*_1.xml")
    shell("import", file)
    for group, (account, code) in GROUPS.items():
        shell("match", "--sku", f"Kafé Torget/{group}", "--account", account, "--vat-code", code, "--as", "Kari")
    for channel, account in CHANNELS.items():
        shell("match", "--channel", f"Kafé Torget/{channel}", "--method", account, "--as", "Kari")


def write(root: Path, key: tuple[str, ...], value: str) -> None:
    """Change a setting of the connection."""
    path = root / "recon.toml"
    path.write_text(with_setting(path.read_text("utf-8"), (*TILL, *key), value=value), encoding="utf-8")


@contextmanager
def ledger(shell: Shell) -> Iterator[SandboxPowerOffice]:
    """Sit in front of the sandbox, between two commands."""
    company = sandbox_company(name=COMPANY, organisation=NUMBER)
    path = Workspace(shell.root).sandbox_poweroffice
    with SandboxPowerOffice(path=path, company=company, clock=shell.clock, durable=False) as go:
        yield go


def planned(shell: Shell, batch: str = "") -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """Return the settlements of the newest plan, or of a batch, and its lines."""
    plans = [shell.root / ".recon" / folder for folder in _frames(shell, batch)]
    newest = max(plans, key=lambda folder: folder.stat().st_mtime_ns)
    documents, lines = (pl.read_parquet(newest / f"{name}.parquet") for name in ("documents", "lines"))
    return documents.filter(pl.col("kind").cast(pl.String) == "settlement").to_dicts(), lines


def _frames(shell: Shell, batch: str) -> list[Path]:
    with service_for(Workspace(shell.root), clock=shell.clock) as service:
        batches = service._context.store.batches
        kept = [batches.get(batch)] if batch else []
        return [Path(one.facts["frames"]) for one in kept] or list((shell.root / ".recon/frames/plans").iterdir())


def they_write(shell: Shell, change: Changed, batch: str = "") -> None:
    """Let the till's own integration put the settlements of the newest plan, or of a batch, into the list of imports."""
    documents, lines = planned(shell, batch)
    with ledger(shell) as go:
        for at, one in enumerate(documents):
            register, z = one["order_number"].split("/")
            sides = [
                (int(p["payment_method"]), p["amount_minor"], one["department"])
                for p in one["payments"]
                if p["amount_minor"]
            ]
            mine = lines.filter(pl.col("doc_no") == one["doc_no"], pl.col("amount_minor") != 0)
            sides += [
                (int(line["account_code"]), -line["amount_minor"], one["department"])
                for line in mine.iter_rows(named=True)
            ]
            for body, text, is_posted in change(at, sides, f"Dagsoppgjør kasse {register} Z{z}"):
                made = go.person().foreign_import(int(z), one["issued_on"], body, description=text)
                if is_posted:
                    go.person().post_import(made)


def as_saft(go: SandboxPowerOffice) -> list[BookVoucher]:
    """Return what is posted there as vouchers of a SAF-T Financial file."""
    found: dict[str, list[Any]] = {}
    for entry in go.books.entries(go.companies[0].key):
        found.setdefault(entry.voucher_id, []).append(entry)
    return [
        BookVoucher(
            str(entries[0].body["VoucherNo"]), dt.date.fromisoformat(entries[0].posting_date),
            [
                BookLine(str(e.account), e.amount_minor, tax=_code(e.body), department=str(e.body.get("DepartmentCode") or ""))
                for e in entries
            ],
            text=str(entries[0].body.get("VoucherDescription") or entries[0].body.get("Description") or ""), by="Kari",
        )
        for entries in found.values()
    ]  # fmt: skip


def _code(body: dict[str, Any]) -> str:
    return str(body.get("VatCode") or "") if body.get("_vat_minor") else ""

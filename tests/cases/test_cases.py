"""Complete months of invented shops, from files to documents, findings, control totals and journal, line by line."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from recon.sandbox.peak import SandboxPeak, sandbox_company
from recon.sandbox.poweroffice import SandboxPowerOffice
from recon.sandbox.quickbooks.company import SandboxCompany
from tests.cases import story
from tests.cases.conftest import Played
from tests.clock import FakeClock
from tests.shell import Shell

CASES = sorted(path for path in story.CASES.iterdir() if (path / "commands.txt").is_file())
SHOPIFY_MONTH = [path for path in CASES if path.name == "thai-shop-month"]
of_shopify = pytest.mark.parametrize("played", SHOPIFY_MONTH, indirect=True, ids=lambda case: case.name)
"""Tests that read the shop's own export beside us."""


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def played(request, told) -> Played:
    return told(request.param)


def test_a_month_gives_exactly_what_the_accountant_expects(played: Played) -> None:
    expected = {path.name: path.read_text(encoding="utf-8") for path in (played.case / "expected").iterdir()}
    for name, text in played.texts.items():
        assert text.splitlines() == expected.pop(name).splitlines(), f"{played.case.name}/expected/{name}"
    assert not expected, "expected texts that nothing was compared with"


def test_the_ledger_holds_every_document_exactly_once(played: Played) -> None:
    held = _held(played.root / ".recon" / "sandbox")
    assert held
    assert max(Counter(held).values()) == 1


def _held(sandbox: Path) -> list[tuple[str, str]]:
    """Return kind and number of everything the sandbox's ledger holds."""
    if (sandbox / "quickbooks.db").exists():
        company = SandboxCompany(sandbox / "quickbooks.db", clock=FakeClock(), durable=False)
        posted = [(kept.kind, kept.ref) for kept in company.truth()]
        company.close()
        return posted
    if (sandbox / "poweroffice.db").exists():
        with SandboxPowerOffice(path=sandbox / "poweroffice.db") as go:
            papers = [*go.papers("draft"), *go.papers("order")]
            return [(paper.family, paper.reference or str(paper.body["Description"])) for paper in papers]
    with SandboxPeak(path=sandbox / "peak.db", company=sandbox_company()) as ledger:
        return [(document.kind, document.code) for document in ledger.truth()]


@of_shopify
def test_every_document_names_the_row_its_order_stands_in(played: Played) -> None:
    """Against the csv module, which knows nothing of our reading: row numbers as a spreadsheet counts them."""
    rows = {}
    for path in (played.case / "in").iterdir():
        with path.open(encoding="utf-8", newline="") as stream:
            rows[path.name] = {r["Id"]: (n, r) for n, r in enumerate(csv.DictReader(stream), start=2) if r["Id"]}
    shell = Shell(played.root, FakeClock())
    seen = 0
    for batch in shell.json("status")["batches"]:
        for row in shell.json("documents", batch["batch"])["documents"]:
            view = shell.json("show", row["document_key"])
            number, order = rows[view["source_name"]][row["order_key"].rpartition(":")[2]]
            assert (row["row"], row["order_number"]) == (number, order["Name"]), row["document_key"]
            first, *_ = [line for line in view["lines"] if line["row"] is not None] or [None]
            assert first is None or first["row"] >= number
            seen += 1
    assert seen > 0


@of_shopify
def test_first_receipts_state_total_and_vat_as_the_shop_does(played: Played) -> None:
    """A receipt over a whole order carries the order's own total and the tax the shop itself worked out."""
    rows = {}
    for path in sorted((played.case / "in").iterdir()):
        with path.open(encoding="utf-8", newline="") as stream:
            rows |= {r["Id"]: r for r in csv.DictReader(stream) if r["Id"]}
    shell = Shell(played.root, FakeClock())
    listed = [row for b in shell.json("status")["batches"] for row in shell.json("documents", b["batch"])["documents"]]
    receipts = [r for r in listed if r["kind"] in {"receipt", "invoice"} and r["document_key"].endswith("/1")]
    edited = {
        key for key, count in Counter(r["order_key"] for r in listed if r["kind"] == "receipt").items() if count > 1
    }
    compared = 0
    for row in receipts:
        order = rows[row["order_key"].rpartition(":")[2]]
        if row["order_key"] in edited or order["Taxes"] == "0.00":
            continue
        assert (row["total"], row["vat"]) == (order["Total"], order["Taxes"]), row["document_key"]
        compared += 1
    assert compared >= 10


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed here")
def test_hledger_accepts_every_journal_of_the_month(played: Played, tmp_path: Path) -> None:
    for name, text in played.texts.items():
        if name.endswith(".journal"):
            path = tmp_path / name
            path.write_text(text, encoding="utf-8")
            checked = subprocess.run(["hledger", "-f", path, "check"], capture_output=True, text=True, check=False)
            assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_expected_texts_are_never_replaced_by_accident(case: Path, monkeypatch, capsys) -> None:
    monkeypatch.delenv("FORCE", raising=False)
    before = {path.name: path.stat().st_mtime_ns for path in (case / "expected").iterdir()}
    assert story.main([case.name]) == 2
    assert "FORCE=1" in capsys.readouterr().err
    assert {path.name: path.stat().st_mtime_ns for path in (case / "expected").iterdir()} == before

"""Z reports on their vouchers, as a person meets them: what is attached, what is missing, and the files for doing it by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.saft_files import Day, Line, Receipt, Register, saft_text
from tests.shell import Shell, run
from tests.tui import till_world as world
from tests.tui.test_json import check


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Two tills of a café and two days, planned a voucher a day and posted at once; the integration may not document vouchers."""
    clock, file, root = FakeClock(), tmp_path / "till.xml", tmp_path / "books"
    sold = Receipt(lines=(Line(group="100", amount=10_000),), payments=(("BAX", 10_000),))
    days = tuple(Day(date=dt.date(2026, 3, 13 + n), number=213 + n, receipts=(sold,)) for n in range(2))
    registers = [Register(number=number, days=days) for number in ("K1", "K2")]
    file.write_text(saft_text(registers, company=world.NUMBER), encoding="utf-8")
    given = (
        "--company",
        world.COMPANY,
        "--tax-id",
        world.NUMBER,
        "--name",
        "till",
        "--source",
        "saft",
        "--target",
        "sandbox-poweroffice",
    )
    run("init", root, *given, "--start-date", "2026-03-01", "--no-input", clock=clock).expect(0)
    for key, value in (("counting", "off"), ("voucher", "day")):
        world.write(root, ("till", key), value)
    world.write(root, ("till", "departments", "Kafé Torget"), "10")
    world.write(root, ("poweroffice", "route"), "posted")
    shell = Shell(root, clock)
    shell("connect").expect(0)
    with world.ledger(shell) as go:
        go.person().take_privilege("VoucherDocumentation_Full")
    told = shell("connect", "--refresh").out
    assert "note: privilege VoucherDocumentation_Full" in told
    assert "missing: privilege" not in told
    shell("import", file)
    shell("match", "--sku", "Kafé Torget/100@25", "--account", "3000")
    shell("match", "--channel", "Kafé Torget/BAX BankAxept", "--method", "1503")
    shell("plan")
    approved = shell("approve", "B0001", "--as", "Kari").expect(0)
    assert "note: With each settlement its Z report goes to the ledger as a PDF" in approved.err
    assert "mistakes are corrected in the ledger" in approved.out and "credit notes" not in approved.out
    return shell


def test_vouchers_go_out_without_the_privilege_and_get_their_reports_later(shell: Shell, tmp_path: Path) -> None:
    sent = check(shell("upload", "B0001", "--json"))
    wanted = sent["counts"]["posted"]
    assert wanted == 2
    assert sent["attachments"] | {"missing": [], "words": ""} == {
        "wanted": wanted, "attached": 0, "attached_now": 0, "missing": [], "words": "",
    }  # fmt: skip
    assert "privilege" in sent["attachments"]["words"]
    first = sent["attachments"]["missing"][0]["number"]
    assert f"Z reports attached to their vouchers: 0 of {wanted}" in shell("upload", "B0001").expect(0).out
    assert "Z report: not attached" in shell("show", first).out
    assert check(shell("show", first, "--json"))["attachment"].startswith("not attached")
    assert check(shell("upload", "B0001", "--state", "--json"))["attachments"]["attached"] == 0

    files = tmp_path / "sheets"
    shell("till", "attach", first, "--to", files).expect(0)
    (made,) = files.iterdir()
    before = made.read_bytes()
    assert before.startswith(b"%PDF")
    assert world.COMPANY.encode("cp1252") in before
    assert before.count(b"SHA-256") == 2  # a page for each Z report
    assert before.count(b"/Type /Page/") == 3
    shell("till", "attach", "--to", files).expect(0)
    assert len(list(files.iterdir())) == wanted
    assert made.read_bytes() == before  # the same settlement, the same bytes

    with world.ledger(shell) as go:
        go.person().give_privilege("VoucherDocumentation_Full")
    told = check(shell("till", "attach", "--json"))
    assert [(one["wanted"], one["attached_now"]) for one in told["batches"]] == [(wanted, wanted)]
    with world.ledger(shell) as go:
        kept = {one["name"]: one["size"] for paper in go.papers("voucher") for one in paper.body["_files"]}
    assert kept == {file.name: file.stat().st_size for file in files.iterdir()}
    assert check(shell("verify", "B0001", "--json"))["attachments"]["attached"] == wanted
    assert "Z report: attached" in shell("show", first).out
    assert f"Every settlement in the ledger has its Z report: {wanted}" in shell("till", "attach").expect(0).out

    assert "--to FOLDER" in shell("till", "attach", "K1/1").expect(2).err
    assert "recon till attach" in shell("till", "--to", "x").expect(2).err
    world.write(shell.root, ("poweroffice", "attach"), "off")
    assert "attaches no Z reports" in shell("till", "attach").expect(2).err
    assert check(shell("upload", "B0001", "--json"))["attachments"] is None

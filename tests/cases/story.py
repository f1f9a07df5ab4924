"""Plays the commands of a case (`fixtures/cases/NAME/commands.txt`) and writes down what can be seen, as plain text.

`python -m tests.cases.story [NAME...]` writes the expected texts anew; it replaces nothing unless FORCE=1 is set, and
every changed line is then read in the diff before it is committed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from recon.sandbox.bentoweb import BentoWebShop
from recon.sandbox.zort import ZortShop
from recon.workspace import make_workspace
from tests.clock import FakeClock
from tests.shell import Shell

CASES = Path(__file__).parents[2] / "fixtures" / "cases"
BANGKOK = ZoneInfo("Asia/Bangkok")


def play(case: Path, root: Path) -> Iterator[tuple[str, str]]:
    """Carry out every command of the case in a workspace at ``root``; yield (name, text) of what is to be compared."""
    clock = FakeClock()
    with BentoWebShop(now=clock.now) as shop, ZortShop(now=clock.now) as zort:
        settings = (case / "settings.toml").read_text(encoding="utf-8")
        make_workspace(root, settings.replace("{shop}", shop.login_url).replace("{zort}", zort.url))
        yield from _told(case, Shell(root, clock), shop, zort)


def _told(case: Path, shell: Shell, shop: BentoWebShop, zort: ZortShop) -> Iterator[tuple[str, str]]:
    clock = shell.clock
    assert isinstance(clock, FakeClock)
    for line in (case / "commands.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            said = dt.datetime.fromisoformat(line[2:].strip())
            clock.at = (said if said.tzinfo else said.replace(tzinfo=BANGKOK)).astimezone(dt.UTC)
        elif line.startswith("! "):
            _happened(json.loads((case / line[2:].strip()).read_text(encoding="utf-8")), shop, zort)
        elif line.startswith("= "):
            name, _, batch = line[2:].strip().partition(" ")
            yield from _seen(shell, name, batch)
        elif line.strip() and not line.startswith("#"):
            _command(shell, line, case)


def _happened(what: Any, shop: BentoWebShop, zort: ZortShop) -> None:
    """Let a list of changed orders happen in the BentoWeb shop, or changed records by kind in the ZORT store."""
    if isinstance(what, dict):
        for kind, records in what.items():
            zort.change(kind, records)
        return
    for change in what:
        shop.change(change.pop("order_id"), **change)


def _command(shell: Shell, line: str, case: Path) -> None:
    text, _, code = line.partition("=> ")
    text, _, given = text.partition(" < ")
    words = [str(case / word) if word.startswith("in/") else word for word in shlex.split(text)]
    assert words[0] == "recon", line
    stdin = (case / given.strip()).read_text(encoding="utf-8") if given else ""
    shell(*words[1:], stdin=stdin).expect(int(code or 0))


def _seen(shell: Shell, name: str, batch: str) -> Iterator[tuple[str, str]]:
    connection = ("--connection", name.partition("-")[2])
    yield f"{name}-plan.txt", plan_text(shell.json("plan", *connection, "--dry-run"))
    yield f"{name}-orders.txt", orders_text(shell.json("orders", *connection)["orders"])
    yield f"{name}-findings.txt", findings_text(shell.json("findings", *connection)["findings"])
    if batch:
        keys = [row["document_key"] for row in shell.json("documents", batch)["documents"]]
        yield f"{name}-documents.txt", "\n".join(document_text(shell.json("show", key)) for key in keys)
        path = shell.root / "audit" / f"{batch}.journal"
        shell("journal", batch, "--format", "hledger").expect(0)
        yield f"{name}.journal", path.read_text(encoding="utf-8")


def plan_text(plan: dict[str, Any]) -> str:
    """Return documents by kind, causes and control totals."""
    lines = [f"{plan['documents']} documents, {plan['total']}"]
    lines += [
        f"  {kind['kind']:<12} {kind['count']:>3}  {kind['total']:>12}  VAT {kind['vat']}" for kind in plan["by_kind"]
    ]
    for title, name in (("held", "held"), ("not posted", "ignored"), ("shown", "other")):
        lines.append(title)
        lines += [f"  {cause['code']:<24} {cause['count']:>3}  {_sums(cause):>12}" for cause in plan[name]]
    for title, controls in (("control totals", plan["controls"]), ("purchases", plan["bought"])):
        if controls is not None:
            lines += [title, *(f"  {word:<24} {controls[word]:>12}" for word in _CONTROLS)]
    return "\n".join(lines) + "\n"


_CONTROLS = (
    "orders", "source_gross", "source", "posted", "documents", "held", "ignored", "difference", "debits", "credits",
)  # fmt: skip


def _sums(cause: dict[str, Any]) -> str:
    """Return a cause's sum, those in other currencies, and that of purchases."""
    others = [f"{currency} {amount}" for currency, amount in cause["other_currencies"].items()]
    others += [f"purchases {cause['purchases']}"] if cause["purchases"] else []
    return ", ".join(filter(None, [cause["amount"] if cause["amount"] != "0.00" or not others else "", *others]))


def orders_text(orders: list[dict[str, Any]]) -> str:
    """Return one line per order: what it is, and where its money went."""
    lines = [
        "order  ordered on  is now / paid                    total  refunded     truth  goes to   planned  posted  held  ignored  why"
    ]
    for order in orders:
        states = f"{order['order_state']} / {order['payment_state']}"
        amounts = "  ".join(f"{order[name]:>8}" for name in ("total", "refunded", "truth"))
        parts = " ".join(
            f"{word} {order[word]}" for word in ("posted", "planned", "held", "ignored") if order[word] != "0.00"
        )
        lines.append(
            f"{order['order_number']}  {order['ordered_on']}  {states:<28} {amounts} {order['currency']}"
            f"  row {order['row']:<3} {order['disposition']:<8} {parts}  {order['reason']}".rstrip()
        )
    return "\n".join(lines[1:]) + "\n"


def findings_text(findings: list[dict[str, Any]]) -> str:
    """Return one line per finding, as they stand."""
    rows = [
        f"{f['severity']:<8} {f['code']:<24} {(f['order_key'] or '').rpartition(':')[2] or '-':<14} row {f['row'] or '-':<4}"
        f" {f['amount'] or '':>9}  {f['column'] or ''} {f['value'] or ''} {f['detail'] or ''}".rstrip()
        for f in findings
    ]
    return "\n".join(rows) + "\n"


def document_text(view: dict[str, Any]) -> str:
    """Return one document whole."""
    head = view["header"]
    is_sale = view["header"]["kind"] in {"invoice", "receipt", "payment"}
    tax = ", tax invoice" if view["is_tax_invoice"] and is_sale else ""
    lines = [
        f"{head['kind']}{tax} {head['number'] or '(no number)'}   order {head['order_number']}, row {head['row']}   why: {head['reason']}",
        f"  dated {head['issued_on']}, due {view['due_on']}, contact {head['contact']}, prices: VAT {view['vat_mode']}",
    ]
    if view["applies_to"]:
        lines.append(f"  applies to {view['applies_to']}")
    if view["payment_method"]:
        lines.append(
            f"  {view['paid']} on {view['paid_on']} through {head['payment_channel']} -> {view['payment_method']}"
        )
    lines += [f"    of it {part['amount']} through {part['channel']} -> {part['method']}" for part in view["payments"]]
    lines += [
        f"  {x['line_no']} {x['product_code'] or x['account_code'] or '(text)':<7} {x['quantity']:>3} x {x['unit_price']:>8} = {x['amount']:>9}"
        f"  discount {x['discount']:>7}  net {x['net']:>9}  {x['vat_code']} {x['vat']:>7}  {x['description']}"
        + (f"  [{x['tax_code']}]" if x["tax_code"] else "")
        for x in view["lines"]
    ]
    lines.append(
        f"  net {head['net']}, VAT {head['vat']} (by line {view['vat_by_line']}), total {head['total']} {head['currency']}"
    )
    lines += [f"    {p['account']:<8} debit {p['debit']:>9}  credit {p['credit']:>9}" for p in view["postings"]]
    return "\n".join(lines) + "\n"


def main(names: list[str]) -> int:
    """Write the expected texts of the named cases, or of all."""
    chosen = [CASES / name for name in names] or sorted(path for path in CASES.iterdir() if path.is_dir())
    for case in chosen:
        folder = case / "expected"
        if folder.exists() and os.environ.get("FORCE") != "1":
            sys.stderr.write(f"{folder} is there. Set FORCE=1 to write it anew, then read every changed line.\n")
            return 2
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as home, mock.patch.dict(os.environ, {"XDG_CONFIG_HOME": home}):
            written = dict(play(case, Path(home) / "books"))
        for old in folder.iterdir():
            if old.name not in written:
                old.unlink()
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{folder / name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

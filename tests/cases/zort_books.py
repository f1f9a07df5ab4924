"""Workspaces that read a ZORT shop on this computer, for stories about its records and the rules of a connection."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

from recon.sandbox.zort import ZortShop
from recon.sandbox.zort_orders import invented_orders
from tests.clock import FakeClock
from tests.shell import SANDBOX_COMPANY, Shell, run

JUNE = dt.date(2026, 6, 1)
JULY = dt.datetime(2026, 7, 1, 2, 0, tzinfo=dt.UTC)
PLAIN = [
    each for each in invented_orders(JUNE, 90, 3) if each["status"] == "Success" and each["paymentstatus"] == "Paid"
]


def sale(number: str, place: int = 20, **changes: Any) -> dict[str, Any]:
    """A paid and finished sale with an id of its own."""
    chosen = next(each for each in PLAIN[place:] if each["vattype"] == 3 and not each["isDeposit"])
    return copy.deepcopy(chosen) | {"id": 70_020_000 + int(number.rpartition("-")[2]), "number": number} | changes


def back(number: str, of: dict[str, Any], day: str = "2026-06-28", **changes: Any) -> dict[str, Any]:
    """A return of a whole sale."""
    document = {name: copy.deepcopy(value) for name, value in of.items() if not name.startswith("orderdate")}
    return document | {"id": of["id"] + 5_000_000, "number": number, "status": "Success", "returnorderdate": f"{day}T00:00:00",
                       "returnorderdateString": day, "description": f"รับคืนจาก {of['number']}"} | changes  # fmt: skip


def books(tmp_path: Path, clock: FakeClock, shop: ZortShop, **settings: Any) -> Shell:
    """A workspace that reads the shop; settings are those of its connection."""
    root = tmp_path / "books"
    run(
        "init", root, "--no-input", "--company", SANDBOX_COMPANY, "--source", "zort", "--target", "sandbox",
        "--source-url", shop.url, "--start-date", JUNE.isoformat(), clock=clock,
    ).expect(0)  # fmt: skip
    shell = Shell(root, clock)
    change(shell, **settings)
    shell("connect", "--stdin", "--keep", "file", "--set-accounts", stdin=keys(shop)).expect(0)
    return shell


def keys(shop: ZortShop) -> str:
    """What a person enters of the shop."""
    return json.dumps({"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret})


def change(shell: Shell, **settings: Any) -> None:
    path = shell.root / "recon.toml"
    text = path.read_text(encoding="utf-8")
    for name, value in settings.items():
        table, _, key = name.rpartition("__")
        heading = f"[connections.shop{'.' + table.replace('__', '.') if table else ''}]\n"
        text = text if heading in text else f"{text}\n{heading}"
        lines = text.splitlines(keepends=True)
        at = lines.index(heading)
        end = next((place for place in range(at + 1, len(lines)) if lines[place].startswith("[")), len(lines))
        kept = [line for line in lines[at + 1 : end] if not line.startswith(f"{key} =")]
        text = "".join([*lines[: at + 1], f"{key} = {json.dumps(value)}\n", *kept, *lines[end:]])
    path.write_text(text, encoding="utf-8")


def fill(shop: ZortShop, sales: list[dict[str, Any]], returns: list[dict[str, Any]]) -> None:
    shop.replace_orders(sales)
    shop.change("returns", returns)


def planned(shell: Shell) -> list[tuple[str, str, str]]:
    shell("match", "--link-all", "--text", "--all-channels", "BSV001")
    made = shell.json("plan")
    if not made["batch"]:
        return []
    return [
        (row["kind"], row["order_number"], row["total"]) for row in shell.json("documents", made["batch"])["documents"]
    ]


def codes(shell: Shell) -> dict[str, str]:
    return {row["code"]: row["detail"] or "" for row in shell.json("findings")["findings"]}

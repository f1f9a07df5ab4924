"""Canary secrets: keys with tell-tale values go through every command and every failure; then everything is searched for them."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import pytest

from recon.sandbox.peak import Fault, SandboxPeak, sandbox_company
from recon.sandbox.zort import ZortShop
from recon.sandbox.zort_orders import invented_orders, invented_products
from tests.clock import FakeClock
from tests.shell import SANDBOX_COMPANY, Ran, Shell, closed_port, run
from tests.thai_shop import WHOLESALE

PEAK_TOKEN = "canary-peak-token-7d1c44a0"
ZORT_KEY = "canary-zort-key-2b9e71f3"
ZORT_SECRET = "canary-zort-secret-c05a8d66"
WRONG = "canary-mistyped-91be0a27"
CANARIES = (PEAK_TOKEN, ZORT_KEY, ZORT_SECRET, WRONG, "sandbox-connect-key")


def forms(secret: str) -> set[bytes]:
    """A secret as it could leak: plain, in base64, percent-encoded, as hex."""
    raw = secret.encode()
    return {
        raw,
        base64.b64encode(raw).rstrip(b"="),
        base64.b64encode(b":" + raw)[4:-4],
        quote(secret, safe="").encode(),
        raw.hex().encode(),
    }


LEAKS = {form for secret in CANARIES for form in forms(secret)}


def leaks(data: bytes) -> list[bytes]:
    return [form for form in LEAKS if form in data]


@pytest.fixture
def everything_logged() -> Iterator[io.StringIO]:
    """All logging of all libraries, from DEBUG on, as an operator would switch it on."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def ledger(clock: FakeClock) -> Iterator[SandboxPeak]:
    companies = (
        sandbox_company(user_token=PEAK_TOKEN),
        sandbox_company(key="other", name="Other", tax_id="0105500000038", user_token=WRONG),
    )
    with SandboxPeak(company=companies, clock=clock, durable=False) as peak:
        yield peak


@pytest.fixture
def shop(clock: FakeClock) -> Iterator[ZortShop]:
    import datetime as dt

    with ZortShop(orders=invented_orders(dt.date(2026, 10, 1), 30, 1), products=invented_products(), now=clock.now,
                  api_key=ZORT_KEY, api_secret=ZORT_SECRET) as zort:  # fmt: skip
        yield zort


def test_f76_f77_no_secret_in_output_log_or_workspace(
    tmp_path, clock, ledger, shop, everything_logged, monkeypatch
) -> None:
    """Connect, pull, plan and upload, with wrong keys, a wrong company, refusals, cut lines, HTML and closed ports."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    seen: list[Ran] = []
    books = tmp_path / "books"
    seen.append(run("init", books, "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01", "--source", "zort",
                    "--source-url", shop.url, "--target", "peak", "--ledger-url", ledger.url, "--environment", "test", clock=clock))  # fmt: skip
    shell = Shell(books, clock)

    def go(*words: str | Path, stdin: str = "", code: int | None = None) -> Ran:
        clock.forward(120)
        seen.append(shell(*words, stdin=stdin))
        seen.append(shell(*words, "--json", stdin=stdin)) if words[0] in {"connect", "status"} else None
        return seen[-1] if code is None else seen[-1].expect(code)

    keys = {**ledger.credentials, "storename": shop.store_name, "apikey": ZORT_KEY, "apisecret": ZORT_SECRET}
    for wrong in ("connect_key", "user_token", "apisecret", "apikey"):
        assert go("connect", "--stdin", "--keep", "file", stdin=json.dumps({**keys, wrong: WRONG + "x"})).code != 0
    assert go("connect", "--stdin", "--keep", "file", stdin=json.dumps({**keys, "user_token": WRONG})).code != 0
    assert go("connect", "--stdin", "--keep", "file", stdin=json.dumps(keys)[:-9]).code == 2
    go("connect", "--stdin", "--set-accounts", "--keep", "file", stdin=json.dumps(keys), code=0)
    go("pull", "--since", "2026-10-01", code=4)
    go("match", "--text", "--all-channels", "BSV001", code=0)
    go("plan", code=4)
    go("approve", "B0001", "--as", "Nok", code=0)
    faults = (
        Fault(kind="refuse", method="POST", path="/receipts*", text=f"bad token {PEAK_TOKEN}"),
        Fault(kind="html", method="POST", path="/receipts*", nth=2),
        Fault(kind="cut", method="POST", path="/receipts*", nth=3),
        Fault(kind="status", method="POST", path="/receipts*", nth=4, status=502),
        Fault(kind="expired", method="POST", path="/receipts*", nth=5),
        Fault(kind="redirect", method="POST", path="/receipts*", nth=6, text=f"http://127.0.0.1:{closed_port()}/"),
        Fault(kind="reset", method="POST", path="/receipts*", nth=7),
    )
    for fault in faults:
        ledger.inject(fault)
    for _ in range(4):
        go("upload", "B0001")
        clock.forward(900)
    with mock.patch("recon.upload.engine.Uploader.run", side_effect=RuntimeError(f"token {PEAK_TOKEN}")):
        go("upload", "B0001")
    for words in (
        ["status"],
        ["verify", "B0001"],
        ["verify", "shop"],
        ["audit"],
        ["journal"],
        ["documents"],
        ["findings"],
        ["doctor"],
    ):
        go(*words)
    settings = books / "recon.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace(ledger.url, f"http://127.0.0.1:{closed_port()}").replace(
            shop.url, f"http://127.0.0.1:{closed_port()}"
        ),
        encoding="utf-8",
    )
    assert go("pull", "--since", "2026-10-01").code == 5
    assert go("connect", "--refresh").code == 5

    for ran in seen:
        assert not leaks((ran.out + ran.err).encode()), ran.argv
    assert not leaks(everything_logged.getvalue().encode())
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and leaks(path.read_bytes())]
    assert [path.name for path in kept] == ["secrets.json"], kept
    assert kept[0].is_relative_to(tmp_path / "config")


def test_the_search_would_find_a_leak() -> None:
    for form in forms(PEAK_TOKEN):
        assert leaks(b"before " + form + b" after")
    assert leaks(base64.b64encode(f"storename:{ZORT_SECRET}".encode()))


def test_f77_secrets_are_never_taken_from_the_command_line_or_kept_in_settings(
    tmp_path: Path, clock: FakeClock
) -> None:
    run(
        "init",
        tmp_path / "books",
        "--no-input",
        "--company",
        SANDBOX_COMPANY,
        "--start-date",
        "2026-10-01",
        clock=clock,
    )
    settings = tmp_path / "books" / "recon.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace(
            "[connections.shop.ledger]", f'[connections.shop.ledger]\nuser_token = "{PEAK_TOKEN}"'
        ),
        encoding="utf-8",
    )
    ran = Shell(tmp_path / "books", clock)("status", "--json").expect(2)
    assert PEAK_TOKEN not in ran.out + ran.err
    assert "user_token" in ran.err
    for url in (f"https://user:{WRONG}@peak.example/api", f"http://peak.example/?key={WRONG}"):
        refused = run(
            "init",
            tmp_path / "other",
            "--no-input",
            "--company",
            "X",
            "--start-date",
            "2026-10-01",
            "--ledger-url",
            url,
            clock=clock,
        )
        assert refused.code == 2
        assert WRONG not in refused.err + refused.out


def test_f76_an_import_of_anything_prints_no_environment(tmp_path, clock, monkeypatch, workspace) -> None:
    monkeypatch.setenv("SOME_TOKEN", WRONG)
    shell = Shell(workspace.root, clock)
    outputs = [shell("import", WHOLESALE), shell("doctor"), shell("status", "--json")]
    assert not any(leaks((ran.out + ran.err).encode()) for ran in outputs)
    assert os.environ["SOME_TOKEN"] == WRONG

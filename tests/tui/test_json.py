"""Every command's JSON against docs/json.md: each key documented with its type, amounts as text, nothing else on stdout."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recon.domain.outbox import STATES as OUTBOX_STATES
from recon.frames.schemas import (
    DISPOSITIONS,
    DOCUMENT_KINDS,
    LINE_KINDS,
    ORDER_STATES,
    PAYMENT_STATES,
    RECORD_KINDS,
    SEVERITIES,
)
from recon.sandbox.zort import ZortShop
from recon.sandbox.zort_orders import invented_orders, invented_products
from tests.cases import story
from tests.clock import FakeClock
from tests.copies import settle
from tests.shell import SANDBOX_COMPANY, Ran, Shell, run
from tests.thai_shop import MID_MONTH, MONTH_END
from tui.grammar import build_parser

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([^`]+)`( \(in some forms\))? \| ([^|]+) \| ([^|]+) \|$")


def _shapes() -> dict[str, dict[str, tuple[str, bool]]]:
    """The page as data: shape or schema -> key -> (type, whether it is always there)."""
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    name = ""
    for line in PAGE.splitlines():
        if line.startswith("### "):
            name = line[4:].strip()
            found[name] = {}
        elif row := ROW.match(line):
            found[name][row[1]] = (row[3].strip(), not row[2])
    return found


SHAPES = _shapes()
EXAMPLES = {json.loads(text)["schema"]: json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.S)}


def problems(value: Any, kind: str, where: str) -> Iterator[str]:
    """Yield what does not fit the page."""
    if kind.endswith(" or null"):
        if value is not None:
            yield from problems(value, kind.removesuffix(" or null"), where)
    elif kind.endswith(" or empty"):
        if value != "":
            yield from problems(value, kind.removesuffix(" or empty"), where)
    elif kind.startswith("list of "):
        if not isinstance(value, list):
            yield f"{where}: no list"
        else:
            for n, one in enumerate(value):
                yield from problems(one, kind.removeprefix("list of "), f"{where}[{n}]")
    elif kind.startswith("map of "):
        if not isinstance(value, dict):
            yield f"{where}: no object"
        else:
            for key, one in value.items():
                yield from problems(one, kind.removeprefix("map of "), f"{where}.{key}")
    elif kind in PLAIN:
        if not PLAIN[kind](value):
            yield f"{where}: {value!r} is no {kind}"
    else:
        yield from shape_problems(value, kind, where)


def shape_problems(value: Any, name: str, where: str) -> Iterator[str]:
    """Yield keys that are missing, not documented, or of another type."""
    keys = SHAPES[name]
    if not isinstance(value, dict):
        yield f"{where}: no object"
        return
    yield from (f"{where}.{key}: not documented in {name}" for key in value.keys() - keys.keys())
    yield from (
        f"{where}.{key}: documented in {name}, but not there"
        for key, (_, always) in keys.items()
        if always and key not in value
    )
    for key, (kind, _) in keys.items():
        if key in value:
            yield from problems(value[key], kind, f"{where}.{key}")


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 10 and dt.date.fromisoformat(value).isoformat() == value


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("Z") and bool(dt.datetime.fromisoformat(value))


PLAIN = {
    "text": lambda value: isinstance(value, str),
    "amount": lambda value: isinstance(value, str) and re.fullmatch(r"-?[0-9]+\.[0-9]{2}", value) is not None,
    "count": lambda value: type(value) is int and value >= 0,
    "cell": lambda value: value is None or isinstance(value, str),
    "flag": lambda value: type(value) is bool,
    "date": _is_date,
    "moment": _is_moment,
}


def check(ran: Ran) -> dict[str, Any]:
    """Fail where a command's output does not fit the page; return its document."""
    facts = ran.facts
    assert not list(shape_problems(facts, facts["schema"], facts["schema"]))
    assert ran.out.isascii(), "any terminal and any program can read it"
    _no_floats(facts)
    return facts


def _no_floats(value: Any) -> None:
    assert not isinstance(value, float)
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _no_floats(one)


@pytest.fixture(scope="module")
def month(tmp_path_factory, told) -> Iterator[Shell]:
    """The case's workspace after its last command, to do in it what one likes."""
    root = shutil.copytree(told(story.CASES / "thai-shop-month").root, tmp_path_factory.mktemp("json") / "books")
    settle(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield Shell(root, FakeClock(dt.datetime(2026, 11, 3, 5, 0, tzinfo=dt.UTC)))


WEB = ("--connection", "web")


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("status", ["status"]),
        ("connect", ["connect", *WEB]),
        ("import", ["import", MID_MONTH, *WEB]),
        ("import", ["import", MONTH_END, "--dry-run", *WEB]),
        ("files", ["files"]),
        ("files", ["files", "1-orders_export_16-october.csv", *WEB]),
        ("profile", ["profile", MID_MONTH, "--set", "read.era=CE", *WEB]),
        ("profiles", ["profile"]),
        ("match", ["match", *WEB]),
        ("match", ["match", *WEB, "--dry-run", "--link-all", "--text"]),
        ("match", ["match", *WEB, "--search", "shirt", "--why", "P00001", "--charges"]),
        ("match", ["match", *WEB, "--returns"]),
        ("match", ["match", *WEB, "--things"]),
        ("match", ["match", *WEB, "--undo", "--dry-run"]),
        ("plan", ["plan", *WEB]),
        ("plan", ["preview", "--dry-run", *WEB]),
        ("vat", ["vat", "--month", "2026-10"]),
        ("vat", ["vat", "--month", "2026-11", "--dry-run", *WEB]),
        ("documents", ["documents", "B0002"]),
        ("documents", ["documents", "B0001", "--kind", "invoice"]),
        ("findings", ["findings", *WEB]),
        ("findings", ["findings", *WEB, "--code", "partly-paid"]),
        ("orders", ["orders", *WEB]),
        ("orders", ["orders", *WEB, "--held"]),
        ("show", ["show", "RT-1003"]),
        ("show", ["show", "IV-1006"]),
        ("show", ["show", "#1007"]),
        ("show", ["show", "CN-1010"]),
        ("show", ["show", "WRT-1002"]),
        ("upload", ["upload", "B0001"]),
        ("upload-state", ["upload", "B0001", "--state"]),
        ("verify", ["verify", "B0001"]),
        ("verify", ["verify", "--chain"]),
        ("check-list", ["verify", "web"]),
        ("check-list", ["verify", "web", "--offline"]),
        ("audit", ["audit", "B0002"]),
        ("journal", ["journal", "--format", "beancount", "--dry-run"]),
        ("doctor", ["doctor"]),
        ("connect", ["connect", *WEB, "--dry-run"]),
        ("help", ["help", "exit-codes"]),
        ("completion", ["completion", "fish"]),
        ("error", ["show", "nothing"]),
        ("error", ["plan", "--rows", "many"]),
        ("error", ["approve", "B0001", "--as", "Nok"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(map(str, value[:3])).rpartition("/")[2],
)
def test_a_commands_json_is_as_documented(month: Shell, schema: str, words: list[Any]) -> None:
    assert check(month(*words, "--json"))["schema"] == f"recon.{schema}/1"


def test_json_of_the_way_from_init_to_upload(tmp_path: Path, clock: FakeClock) -> None:
    root = tmp_path / "books"
    init = ("init", root, "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01", "--json")
    assert check(run(*init, "--dry-run", clock=clock))["dry_run"] is True
    check(run(*init, clock=clock))
    shell = Shell(root, clock)
    for words in (
        ["connect"], ["import", MID_MONTH], ["profile", MID_MONTH],
        ["match", "--link-all", "--all-channels", "BSV001"], ["plan"],
        ["approve", "B0001", "--as", "Nok", "--dry-run"], ["approve", "B0001", "--as", "Nok"],
        ["upload", "B0001", "--dry-run"], ["upload", "B0001", "--limit", "1"], ["status"], ["upload", "B0001"],
    ):  # fmt: skip
        facts = check(shell(*words, "--json"))
        assert facts["schema"] == f"recon.{words[0]}/1"
    book = check(shell("audit", "--json"))["path"]
    assert check(shell("verify", book, "--json"))["problems"] == []
    check(run("--version", "--json", clock=clock))


def test_every_example_of_the_page_fits_the_page() -> None:
    assert len(EXAMPLES) >= 12
    for schema, example in EXAMPLES.items():
        assert not list(shape_problems(example, schema, schema))


def test_every_command_with_json_has_its_schema_on_the_page() -> None:
    chooser = next(action for action in build_parser()._actions if hasattr(action, "choices") and action.choices)
    aliases = {"preview": "plan"}
    wanted = {f"recon.{aliases.get(name, name)}/1" for name in chooser.choices}
    assert wanted | {
        "recon.error/1",
        "recon.version/1",
        "recon.upload-state/1",
        "recon.profiles/1",
        "recon.check-list/1",
        "recon.sandbox-posted/1",
        "recon.till-days/1",
        "recon.till-form/1",
        "recon.till-attach/1",
        "recon.books/1",
    } == {name for name in SHAPES if name.startswith("recon.")}


def test_every_fixed_word_stands_on_the_page() -> None:
    for words in (
        ORDER_STATES,
        PAYMENT_STATES,
        RECORD_KINDS,
        LINE_KINDS,
        DOCUMENT_KINDS,
        SEVERITIES,
        DISPOSITIONS,
        OUTBOX_STATES,
    ):
        for word in words:
            assert re.search(rf"\b{word}\b", PAGE), word


def test_the_checker_finds_what_is_wrong() -> None:
    good = {
        "schema": "recon.audit/1",
        "batch": "B0001",
        "path": "x",
        "chain_head": "0",
        "message": "",
        "dry_run": False,
    }
    assert not list(shape_problems(good, "recon.audit/1", ""))
    for wrong in ({**good, "extra": 1}, {**good, "dry_run": 0}, {k: v for k, v in good.items() if k != "path"}):
        assert list(shape_problems(wrong, "recon.audit/1", ""))
    assert list(problems(12.5, "amount", ""))
    assert list(problems("12.5", "amount", ""))
    assert list(problems("1,234.50", "amount", ""))


def test_json_of_pull(tmp_path: Path, clock: FakeClock, key_store) -> None:
    orders = invented_orders(dt.date(2026, 10, 1), 30, 1)
    with ZortShop(orders=orders, products=invented_products(), now=clock.now) as shop:
        run("init", tmp_path / "books", "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01",
            "--source", "zort", "--source-url", shop.url, clock=clock).expect(0)  # fmt: skip
        shell = Shell(tmp_path / "books", clock)
        keys = {"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret}
        check(shell("connect", "--stdin", "--json", stdin=json.dumps(keys)))
        for words in (["--dry-run", "--since", "2026-10-01"], ["--since", "2026-10-01"], ["--products"]):
            assert check(shell("pull", *words, "--json"))["schema"] == "recon.pull/1"

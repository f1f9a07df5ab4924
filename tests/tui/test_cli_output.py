"""How commands print: colours, one fact a line, JSON lines, a log; and what --json promises when a call goes wrong."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from recon.sandbox.peak import SandboxPeak
from tests.clock import FakeClock
from tests.peak_books import peak_books
from tests.shell import SANDBOX_COMPANY, Shell, process_env, run
from tests.tui.test_cli_process import ROOT
from tests.tui.test_json import shape_problems
from tui.output import Output, Style, use_style

ESC = "\x1b["


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def ordinary_style():
    yield
    use_style(Style())


@pytest.mark.parametrize(
    ("stream", "environment", "flag", "expected"),
    [
        (Terminal, {}, None, True),
        (io.StringIO, {}, None, False),
        (Terminal, {"NO_COLOR": "1"}, None, False),
        (Terminal, {"TERM": "dumb"}, None, False),
        (Terminal, {}, False, False),
        (io.StringIO, {"NO_COLOR": "1"}, True, True),
    ],
)
def test_colours_only_where_they_belong(monkeypatch, stream, environment, flag, expected: bool) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    use_style(Style(colour=flag))
    out = stream()
    Output(as_json=False, out=out).table(("Number", "State"), [("RT-1", "posted"), ("RT-2", "refused")])
    assert (ESC in out.getvalue()) is expected
    words = re.sub(r"\x1b\[[0-9]*m", "", out.getvalue())
    assert words == "Number  State\nRT-1    posted\nRT-2    refused\n", "a colour moves nothing and replaces no word"


def test_color_and_no_color_are_options_of_every_command(planned: Shell, clock) -> None:
    assert ESC in planned("status", "--color").expect(4).out
    assert ESC in run("--color", "-C", planned.root, "status", clock=clock).expect(4).out
    assert ESC not in run("--color", "-C", planned.root, "status", "--no-color", clock=clock).expect(4).out
    assert ESC in planned("show", "nothing", "--color").expect(2).err
    assert ESC not in planned("status").out


def test_plain_is_one_fact_a_line(planned: Shell) -> None:
    out = planned("status", "--plain", "--color").expect(4).out
    assert ESC not in out
    lines = out.splitlines()
    assert {"Batch: B0001", "State: draft", "Documents: 4"} & set(lines) >= {"Batch: B0001", "State: draft"}
    assert not [line for line in lines if "  " in line], "nothing stands in columns"
    assert not [line for line in lines if line != line.strip()]


def test_plain_draws_nothing_over(monkeypatch) -> None:
    err = Terminal()
    monkeypatch.setattr(sys, "stderr", err)
    use_style(Style(plain=True))
    output = Output(as_json=False)
    output.progress("1 of 4 documents")
    output.progress_done()
    assert err.getvalue() == ""


@pytest.mark.parametrize(
    ("command", "shape"), [("documents", "document row"), ("orders", "order"), ("findings", "finding")]
)
def test_lists_come_line_by_line(planned: Shell, command: str, shape: str) -> None:
    whole = planned.json(command)[command]
    ran = planned(command, "--jsonl").expect(0)
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert {row.pop("schema") for row in rows} == {f"recon.{command}-row/1"}
    assert rows == whole
    assert whole or command == "findings"
    assert not [text for row in rows for text in shape_problems(row, shape, shape)]


def test_an_error_is_one_line_with_jsonl(shell: Shell) -> None:
    (line,) = shell("documents", "B0009", "--jsonl").expect(2).out.splitlines()
    assert json.loads(line)["schema"] == "recon.error/1"


# --- the log


def test_log_tells_what_happened_and_nothing_secret(tmp_path: Path, clock: FakeClock, key_store) -> None:
    log = tmp_path / "recon.log"
    with SandboxPeak(clock=clock, durable=False) as ledger:
        run("init", tmp_path / "books", "--no-input", "--company", SANDBOX_COMPANY, "--start-date", "2026-10-01",
            "--tax-id", "0105500000003", "--target", "peak", "--ledger-url", ledger.url, "--environment", "test",
            "--log", log, clock=clock).expect(0)  # fmt: skip
        shell = Shell(tmp_path / "books", clock)
        shell("connect", "--stdin", "--log", log, stdin=json.dumps(ledger.credentials)).expect(4)
        shell("connect", "--refresh", "--log", log).expect(4)
    shell("show", "RT-0105500000003", "--log", log).expect(2)
    text = log.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["exit_code"] for row in rows if row["event"] == "end"] == [0, 4, 4, 2]
    assert {"at", "version", "pid", "words"} <= rows[0].keys()
    assert any(row["event"] == "httpx" and "/clienttoken" in row["text"] for row in rows)
    assert any(row["event"] == "error" and row["kind"] == "UsageError" for row in rows)
    tokens = [value.split(" ")[-1] for (_, name), value in key_store.kept.items() if name.endswith("client_token")]
    for secret in (*ledger.credentials.values(), *tokens):
        assert secret not in text
    assert "0105500000003" not in text and "***0003" in text
    assert log.stat().st_mode & 0o777 == 0o600
    assert not logging.getLogger().handlers or all("recon.log" not in str(h) for h in logging.getLogger().handlers)


def test_log_is_put_aside_when_it_grows_and_never_stops_the_work(shell: Shell, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tui.run_log.FILE_BYTES", 600)
    log = tmp_path / "recon.log"
    for _ in range(12):
        shell("status", "--log", log).expect(0)
    files = sorted(path.name for path in tmp_path.glob("recon.log*"))
    assert files == ["recon.log", *(f"recon.log.{n}" for n in range(1, 6))]
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("recon.log*"))
    for path in tmp_path.glob("recon.log*"):
        path.unlink()
    log.symlink_to("/dev/full")
    shell("status", "--log", log).expect(0)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_log_that_cannot_be_opened_is_said_before_anything_is_done(
    ready: Shell, tmp_path: Path, as_json: bool
) -> None:
    ran = ready("plan", "--log", tmp_path / "gone" / "recon.log", *(["--json"] if as_json else [])).expect(2)
    assert "--log" in ran.err and "Nothing was done" in ran.err
    assert not as_json or ran.facts["schema"] == "recon.error/1"
    assert ready.json("status")["batches"] == []


# --- dry runs


def test_connect_dry_run_asks_both_sides_and_keeps_nothing(tmp_path: Path, clock: FakeClock, key_store) -> None:
    with SandboxPeak(clock=clock, durable=False) as ledger:
        shell = peak_books(tmp_path / "books", ledger, clock)
        before = {p: p.read_bytes() for p in shell.root.rglob("*") if p.is_file() and "store.db-" not in p.name}
        keys = json.dumps(ledger.credentials)
        facts = shell.json("connect", "--stdin", "--set-accounts", "--dry-run", stdin=keys)
        assert facts["company"] == SANDBOX_COMPANY and facts["dry_run"] is True and facts["proposals"]
        assert not key_store.kept
        assert {p: p.read_bytes() for p in before} == before
        assert "no setting was kept" in shell("connect", "--stdin", "--dry-run", stdin=keys).out
        real = shell.json("connect", "--stdin", "--set-accounts", stdin=keys)
    assert {**real, "dry_run": True} == facts


def test_profile_dry_run_saves_nothing(shell: Shell, tmp_path: Path) -> None:
    export = tmp_path / "orders.csv"
    export.write_text("Order No,Date,Total\n1,2026-10-02,107.00\n", encoding="utf-8")
    facts = shell.json("profile", export, "--save", "mine", "--dry-run")
    assert facts["saved_as"].endswith("mine.toml") and facts["dry_run"] is True
    assert not Path(facts["saved_as"]).exists()
    shell("profile", export, "--save", "mine")
    assert Path(facts["saved_as"]).is_file()


# --- wrong calls of every command


COMMANDS = {
    "init": [[], ["there"], ["there", "--no-input"]],
    "connect": [[], ["--connection", "nobody"], ["--stdin"], ["--side", "nowhere"], ["--dry-run"]],
    "import": [[], ["gone.csv"], [".", "gone.csv"], ["/dev/null"], ["empty.csv"], ["recon.toml"]],
    "pull": [[], ["--since", "yesterday"], ["--dry-run"], ["--products"]],
    "profile": [[], ["gone.csv"], ["."], ["empty.csv", "--save", "a b"], ["empty.csv", "--check", "gone"]],
    "match": [
        [], ["--sku", "x"], ["--channel", "y"], ["--import", "gone.xlsx"], ["--import", "empty.csv"], ["--decide", "z"],
        ["--accept", "q"], ["--export", "gone/there/m.xlsx"], ["--sku", "x", "--product", "nope"],
        ["--decide", "#1=leave"], ["--all-channels", "nope"],
    ],
    "plan": [[], ["--rows", "-1"], ["--dry-run"], ["--connection", "nobody"]],
    "approve": [[], ["B0001"], ["B9999", "--as", "Nok"], ["nonsense", "--as", "Nok"], ["B0001", "--as", ""]],
    "upload": [
        [], ["B9999"], ["nonsense"], ["B9999", "--dry-run"], ["B9999", "--limit", "0"],
        ["B9999", "--confirm-taken", "gone.csv"], ["B9999", "--confirm-taken", "empty.csv"],
    ],
    "verify": [["B9999"], ["shop"], ["shop", "--offline"], ["gone.xlsx"], ["empty.xlsx"], ["nonsense"], ["--chain"], []],
    "audit": [[], ["B9999"], ["-o", "gone/there/a.xlsx"], ["-o", "."], ["--dry-run"]],
    "journal": [[], ["B9999"], ["--format", "ledger"], ["-o", "gone/there/j"], ["-o", "."]],
    "status": [[], ["--connection", "nobody"], ["extra"]],
    "show": [[], ["RT-404"], ["B9999"], [""]],
    "documents": [[], ["B9999"], ["--kind", "nonsense"]],
    "findings": [[], ["--connection", "nobody"], ["--code", "nonsense"]],
    "orders": [[], ["--connection", "nobody"], ["--held"]],
    "demo": [["."], ["empty.csv"]],
    "doctor": [[], ["--adopt"], ["--adopt", "--dry-run"]],
    "qbwc": [[], ["file"], ["password", "--generate"], ["serve"], ["status"], ["reset"], ["settle"], ["nonsense"]],
    "serve": [["--port", "x"], ["--port", "99999"], ["--host", "0.0.0.0"]],
    "sandbox": [[], ["nobody"], ["peak", "--port", "x"], ["peak", "--port", "99999"], ["zort", "--orders", "0"]],
    "completion": [[], ["tcsh"]],
    "help": [[], ["nonsense"]],
}  # fmt: skip
WORDED = [(name, words) for name, calls in COMMANDS.items() for words in calls]


@pytest.fixture
def odd_folder(tmp_path: Path, monkeypatch) -> Path:
    """The folder a careless person stands in."""
    monkeypatch.chdir(tmp_path)
    for name in ("empty.csv", "empty.xlsx"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "words"), WORDED, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
@pytest.mark.parametrize("where", ["nowhere", "workspace", "planned"])
def test_no_call_ends_in_a_traceback_or_a_question(
    request, odd_folder, clock, where: str, name: str, words: list[str]
) -> None:
    """In an empty folder, in a new workspace and in one with a batch; with --json exactly one document comes out."""
    if where == "nowhere":
        call = [name, *words]
    else:
        if name == "demo":
            pytest.skip("a demo asks for no workspace")
        shell = request.getfixturevalue("shell" if where == "workspace" else "planned")
        call = ["-C", shell.root, name, *words]
    ran = run(*call, clock=clock)
    assert ran.code in {0, 2, 3, 4, 5, 8}, ran.err
    assert "Traceback" not in ran.err and "defect" not in ran.err
    assert "Context:" not in ran.err + ran.out, "no words of a library's insides"
    if ran.code in {2, 5}:
        assert ran.err.rstrip().endswith((".", "`", ")")), ran.err
    again = run(*call, "--json", clock=clock)
    facts = again.facts
    assert again.code in {0, 2, 3, 4, 5, 8}
    if facts["schema"] == "recon.error/1":
        assert facts["exit_code"] == again.code
        assert facts["kind"] != "defect"
    assert not list(shape_problems(facts, facts["schema"], facts["schema"]))


def test_json_alone_is_an_error_too(clock) -> None:
    assert run("--json", clock=clock).expect(2).facts["schema"] == "recon.error/1"


def test_an_unknown_option_is_said_by_every_command(clock) -> None:
    from tui.grammar import build_parser

    chooser = next(action for action in build_parser()._actions if hasattr(action, "choices") and action.choices)
    for name in chooser.choices:
        facts = run(name, "--no-such-option", "--json", clock=clock).expect(2).facts
        assert (facts["schema"], facts["exit_code"]) == ("recon.error/1", 2), name


def test_an_interrupted_command_says_so_in_json(shell: Shell, monkeypatch) -> None:
    def interrupted(_args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.commands.proof.status", interrupted)
    facts = shell("status", "--json").expect(130).facts
    assert (facts["schema"], facts["kind"], facts["exit_code"]) == ("recon.error/1", "interrupted", 130)


def test_questions_never_wait_where_nobody_can_answer(tmp_path: Path) -> None:
    """A real process without a terminal: the call ends, names the option and made nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", "init", str(tmp_path / "books")],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT, env=process_env(), timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "--company" in done.stderr
    assert not (tmp_path / "books").exists()


def test_progress_is_said_every_few_seconds_where_no_terminal_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [0.0]
    monkeypatch.setattr("tui.output.time.monotonic", lambda: moment[0])
    err = io.StringIO()
    output = Output(as_json=False, out=io.StringIO(), err=err)
    for number in range(31):
        moment[0] = float(number)
        output.progress(f"{number} of 31 documents\x1b[2J")
    lines = err.getvalue().splitlines()
    assert len(lines) == 3 and lines[0].startswith("10 of 31 documents") and "\x1b" not in err.getvalue()
    silent = io.StringIO()
    quiet = Output(as_json=True, out=io.StringIO(), err=silent)
    moment[0] = 100.0
    quiet.progress("1 of 4 documents")
    assert silent.getvalue() == ""

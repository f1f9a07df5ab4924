"""Real processes: what `recon` loads, says and returns when a shell, a scheduler or a second person runs it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from unittest import mock

import pytest

from recon.ports import SystemClock
from tests.shell import Shell, process_env, run
from tests.thai_shop import WHOLESALE
from tui.grammar import build_parser
from tui.help_texts import EXAMPLES, EXIT_CODES
from tui.wiring import service_for

ROOT = Path(__file__).parents[2]
RECON = (sys.executable, "-m", "tui.cli")


def recon(*words: str | Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run one real process, without a terminal."""
    return subprocess.run(
        [*RECON, *map(str, words)], input=stdin, capture_output=True, text=True, encoding="utf-8", cwd=ROOT,
        env=process_env(**env), timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["plan", "--help"], ["completion", "bash"], ["help", "exit-codes"]]
)
def test_quick_answers_load_nothing_heavy(words: list[str]) -> None:
    script = (
        "import contextlib, sys\nfrom tui.cli import main\n"
        f"with contextlib.suppress(SystemExit):\n    main({words!r})\n"
        "heavy = {'polars', 'textual', 'openpyxl', 'httpx', 'pydantic', 'sqlite3', 'fastexcel', 'keyring'} & set(sys.modules)\n"
        "sys.stderr.write(','.join(sorted(heavy)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=process_env(), check=True
    )
    assert done.stderr == ""
    assert done.stdout


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["status"], {"httpx", "rich", "keyring", "openpyxl", "textual", "tomlkit", "click", "fastexcel"}),
        (["connect"], {"rich", "pygments", "click", "openpyxl", "textual", "tomlkit", "httpx._main"}),
    ],
)
def test_commands_load_only_what_they_need(workspace, clock, words: list[str], unwanted: set[str]) -> None:
    """httpx brings rich and click with a command line of its own, which took half of its time."""
    Shell(workspace.root, clock)("connect").expect(0)
    script = (
        f"import sys\nfrom tui.cli import main\nmain(['-C', {str(workspace.root)!r}, *{words!r}])\n"
        f"sys.stderr.write(','.join(sorted({unwanted!r} & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=process_env(), check=True
    )
    assert done.stderr == ""


def test_a_command_of_work_loads_no_screen(workspace) -> None:
    script = (
        f"import sys\nfrom tui.cli import main\nmain(['-C', {str(workspace.root)!r}, 'connect'])\n"
        "sys.stderr.write(','.join(sorted({'textual'} & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=process_env(), check=True
    )
    assert done.stderr == ""


def test_the_whole_way_as_a_scheduler_would_call_it(tmp_path: Path) -> None:
    books = tmp_path / "books"
    made = recon("init", books, "--no-input", "--company", "Siam Shop", "--start-date", "2026-10-01")
    assert made.returncode == 0, made.stderr
    steps = (
        ["import", WHOLESALE],
        ["match", "--text", "--all-channels", "BSV001"],
        ["plan"],
        ["upload", "B0001"],
        ["status"],
    )
    assert [recon("-C", books, *words).returncode for words in steps] == [0, 0, 4, 4, 4]
    (books / "recon.toml").write_text("format = 1\n", encoding="utf-8")
    broken = recon("-C", books, "status", "--json")
    assert broken.returncode == 2
    assert json.loads(broken.stdout)["kind"] == "SettingsError"


def test_the_workspace_is_found_from_a_folder_below(workspace) -> None:
    with service_for(workspace, clock=SystemClock()):
        pass
    done = subprocess.run(
        [*RECON, "status", "--json"], capture_output=True, text=True, cwd=workspace.root / "inbox",
        env=process_env(PYTHONPATH=str(ROOT)), check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)["workspace"] == str(workspace.root)


def test_f11_while_one_process_writes_others_may_read(planned: Shell) -> None:
    """A second writer is told who holds the workspace, at once; reading goes on; nothing is left behind."""
    from recon.workspace import Workspace

    with service_for(Workspace(planned.root), clock=SystemClock()):
        done = recon("-C", planned.root, "plan")
        assert done.returncode == 7, done.stderr
        assert f"Process {os.getpid()} on" in done.stderr
        for words in (
            ["import", WHOLESALE],
            ["match", "--link-all"],
            ["approve", "B0001", "--as", "Nok"],
            ["upload", "B0001"],
        ):
            assert planned(*words, "--json").expect(7).facts["kind"] == "StoreBusy"
        assert recon("-C", planned.root, "status").returncode == 4
        for words in (
            ["documents"],
            ["orders"],
            ["findings"],
            ["show", "RT-1001"],
            ["verify", "--chain"],
            ["plan", "--dry-run"],
        ):
            assert planned(*words).code in {0, 4}
    assert planned("plan").code == 4


def test_a_sandbox_serves_until_it_is_interrupted() -> None:
    for which in ("peak", "poweroffice", "zort"):
        process = subprocess.Popen(
            [*RECON, "sandbox", which, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=process_env(),
        )
        try:
            text = ""
            while not text.endswith("}\n}\n") and (line := process.stdout.readline()):
                text += line
            facts = json.loads(text)
            assert facts["schema"] == "recon.sandbox/1"
            assert facts["url"].startswith("http://127.0.0.1:")
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(facts["url"] + "/nothing", timeout=10)
        finally:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "stopped" in err
        assert "Traceback" not in err


def test_an_interrupted_command_says_that_all_is_safe(ready: Shell) -> None:
    with mock.patch("recon.service.planning.build_plan", side_effect=KeyboardInterrupt):
        ran = ready("plan")
    assert ran.code == 130
    assert "safe" in ran.err
    assert ready("plan").code == 4, "the lock was let go"


def test_f77_a_defect_shows_no_value_and_says_so_in_json(ready: Shell) -> None:
    with mock.patch("recon.service.planning.build_plan", side_effect=ValueError("canary-5f1d secret value")):
        ran = ready("plan", "--json")
    assert ran.code == 1
    assert ran.facts["kind"] == "defect"
    assert "canary-5f1d" not in ran.out + ran.err
    assert "planning.py" in ran.err


def test_every_exit_code_is_explained(clock) -> None:
    text = run("help", "exit-codes", clock=clock).expect(0).out
    assert [int(line.split()[0]) for line in text.splitlines()[1:]] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]
    assert text == EXIT_CODES + "\n"
    assert run("help", clock=clock).code == 2


def test_every_command_has_three_real_examples() -> None:
    chooser = next(action for action in build_parser()._actions if hasattr(action, "choices") and action.choices)
    for name, command in chooser.choices.items():
        if name in {"help", "preview"}:
            continue
        assert len(EXAMPLES[name]) >= 3, name
        for example in EXAMPLES[name]:
            assert example.startswith(("recon ", "recon -C")), example
            assert f"  {example}" in command.format_help()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_is_a_call_the_parser_takes(name: str) -> None:
    import shlex

    for example in EXAMPLES[name]:
        words = shlex.split(example.partition(" > ")[0].partition(" < ")[0])[1:]
        assert build_parser().parse_args(words).command == name


def test_version_names_the_libraries(clock) -> None:
    facts = run("--version", "--json", clock=clock).expect(0).facts
    assert {"polars", "openpyxl", "textual", "httpx", "pydantic"} <= facts["libraries"].keys()
    assert run("--version", clock=clock).out.strip() == f"recon {facts['recon']}"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts_ask_recon_itself(shell: str, tmp_path: Path, clock) -> None:
    script = run("completion", shell, clock=clock).expect(0).out
    assert "__complete" in script
    assert run("completion", shell, "--json", clock=clock).expect(0).facts["script"] == script
    program = {"powershell": "pwsh"}.get(shell, shell)
    if shutil.which(program) and shell != "powershell":
        path = tmp_path / "script"
        path.write_text(script, encoding="utf-8")
        subprocess.run([program, "-n", path], check=True, capture_output=True)


def offered(*words: str | Path, clock) -> list[str]:
    """What may stand next; the last word is the one that was begun."""
    *before, begun = words
    ran = run("__complete", *before, f"+{begun}", clock=clock).expect(0)
    assert ran.err == ""
    return [line.partition("\t")[0] for line in ran.out.splitlines()]


def test_completion_knows_every_command_and_option(clock) -> None:
    chooser = next(action for action in build_parser()._actions if hasattr(action, "choices") and action.choices)
    assert set(chooser.choices) - {"preview"} <= {word.partition(" ")[0] for word in offered("", clock=clock)}
    for name, command in chooser.choices.items():
        options = {option for a in command._actions for option in a.option_strings if option.startswith("--")}
        assert set(offered(name, "--", clock=clock)) == options, name


def test_completion_knows_the_workspace(posted: Shell, clock) -> None:
    """Batches, numbers, connections, profiles, finding codes, and names of files and folders."""
    at = ("-C", posted.root)
    (posted.root / "profiles" / "zort-export.toml").write_text("", encoding="utf-8")
    assert offered(*at, "upload", "B", clock=clock) == ["B0001"]
    assert offered(*at, "verify", "", clock=clock) == ["B0001", "shop", ":files"]
    assert offered(*at, "show", "RT-1", clock=clock) == ["RT-1003", "RT-1002", "RT-1001"]
    assert offered(*at, "show", "RT-1001", "", clock=clock) == []
    assert offered(*at, "status", "--connection", "", clock=clock) == ["shop"]
    assert offered(*at, "status", "--connection", "=", "sh", clock=clock) == ["shop"], "as bash splits words"
    assert offered("import", *at, "--profile", "z", clock=clock) == ["zort-export"]
    assert offered(*at, "import", "one.csv", "", clock=clock) == [":files"]
    assert offered(*at, "journal", "--format", "h", clock=clock) == ["hledger"]
    assert "product-not-linked" in offered(*at, "findings", "--code", "product", clock=clock)
    assert offered("-C", "", clock=clock) == [":folders"]
    assert "--limit" not in offered(*at, "upload", "--limit", "3", "--", clock=clock), "given once"


def test_completion_outside_a_workspace_or_in_a_broken_one_offers_nothing_and_complains_of_nothing(
    shell: Shell, tmp_path: Path, clock
) -> None:
    assert offered("-C", tmp_path, "upload", "", clock=clock) == []
    assert offered("-C", tmp_path / "gone", "show", "", clock=clock) == []
    (shell.root / "recon.toml").write_text("[[[", encoding="utf-8")
    (shell.root / ".recon" / "store.db").write_bytes(b"no database at all")
    for words in (("upload", ""), ("show", ""), ("plan", "--connection", ""), ("nonsense", "")):
        assert offered("-C", shell.root, *words, clock=clock) == []


def test_completion_loads_nothing_heavy(posted: Shell) -> None:
    """It is asked at every press of the key."""
    for words in (
        ["upload", "+"],
        ["show", "+RT"],
        ["plan", "--connection", "+"],
        ["plan", "+--"],
        ["findings", "--code", "+"],
    ):
        script = (
            f"import sys\nfrom tui.cli import main\nmain(['__complete', '-C', {str(posted.root)!r}, *{words!r}])\n"
            "heavy = {'polars', 'textual', 'httpx', 'pydantic', 'keyring', 'tomlkit', 'recon.config.settings'} & set(sys.modules)\n"
            "sys.stderr.write(','.join(sorted(heavy)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=process_env(), check=True
        )
        assert done.stderr == "" and done.stdout, words


def test_bash_completion_completes(posted: Shell, tmp_path: Path, clock) -> None:
    path, folder = tmp_path / "script", tmp_path / "bin"
    path.write_text(run("completion", "bash", clock=clock).out, encoding="utf-8")
    folder.mkdir()
    (folder / "recon").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui.cli "$@"\n', encoding="utf-8")
    (folder / "recon").chmod(0o755)
    (tmp_path / "a file.csv").touch()
    ask = f"source {path}; cd {tmp_path}"
    for words in (["upl"], ["upload", "--li"], ["-C", str(posted.root), "upload", ""], ["import", "a"]):
        listed = " ".join(f"'{word}'" for word in ("recon", *words))
        ask += f'; COMP_WORDS=({listed}); COMP_CWORD={len(words)}; _recon; echo "${{COMPREPLY[*]}}"'
    env = process_env(PATH=f"{folder}:/usr/bin:/bin", PYTHONPATH=str(ROOT))
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.splitlines() == ["upload", "--limit", "B0001", "a file.csv"]


def test_doctor_names_what_falls_short(shell: Shell) -> None:
    checks = {check["name"]: check for check in shell.json("doctor", code=0)["checks"]}
    assert checks["key store"]["state"] == "warning"
    assert "--keep file" in checks["key store"]["text"]
    assert checks["state file"]["state"] == "ok"
    (shell.root / ".recon").chmod(0o755)
    assert {c["name"]: c["state"] for c in shell.json("doctor")["checks"]}["file modes"] == "warning"


def test_doctor_without_a_workspace_still_looks_at_the_machine(tmp_path: Path, clock) -> None:
    facts = run("-C", tmp_path, "doctor", "--json", clock=clock).expect(0).facts
    assert {"python", "sqlite", "terminal", "clock"} <= {check["name"] for check in facts["checks"]}


def test_a_copied_workspace_sends_nothing_until_a_person_adopts_it(planned: Shell, tmp_path: Path, clock) -> None:
    copy = Shell(tmp_path / "copy", clock)
    shutil.copytree(planned.root, copy.root)
    assert any("copy of" in text for text in copy.json("status", code=4)["waits"])
    ran = copy("approve", "B0001", "--as", "Nok").expect(8)
    assert "recon doctor --adopt" in ran.err
    copy("doctor", "--adopt").expect(0)
    copy("approve", "B0001", "--as", "Nok").expect(0)
    copy("doctor", "--adopt").expect(2)


def test_f08_a_state_file_that_is_gone_is_never_made_anew(posted: Shell) -> None:
    for path in (posted.root / ".recon").glob("store.db*"):
        path.unlink()
    ran = posted("plan").expect(8)
    assert "backup" in ran.err
    assert not (posted.root / ".recon" / "store.db").exists()
    posted("status").expect(8)


def test_f09_a_state_file_of_a_later_version_is_left_to_the_byte(planned: Shell) -> None:
    import sqlite3

    file = planned.root / ".recon" / "store.db"
    with sqlite3.connect(file) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.execute("PRAGMA user_version = 999")
    before = file.read_bytes()
    for words in (["status"], ["plan"], ["upload", "B0001"]):
        assert planned(*words, "--json").expect(8).facts["kind"] == "StoreTooNew"
    assert file.read_bytes() == before

"""`recon run` and `recon schedule`: unwatched runs do what is allowed and no more; timers go in and come out cleanly."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from recon.config.edits import with_setting
from recon.store.lock import WriterLock
from tests.clock import FakeClock
from tests.shell import Shell
from tests.thai_shop import WHOLESALE
from tests.tui.test_json import check


def setting(shell: Shell, path: tuple[str, ...], value: object) -> None:
    file = shell.root / "recon.toml"
    text = with_setting(file.read_text(encoding="utf-8"), ("connections", "shop", *path), value=value)  # type: ignore[arg-type]
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def inbox(shell: Shell) -> Shell:
    """Connected and mapped as far as possible; an export waits in the inbox folder."""
    shell("connect").expect(0)
    (shell.root / "inbox").mkdir(exist_ok=True)
    shutil.copy(WHOLESALE, shell.root / "inbox" / "orders.csv")
    return shell


@pytest.fixture
def mapped(ready: Shell) -> Shell:
    """Three orders taken in and mapped."""
    return ready


def run_once(shell: Shell, *words: str, code: int | None = None) -> dict:
    ran = shell("run", *words, "--json")
    if code is not None:
        ran.expect(code)
    return check(ran)


def test_a_run_takes_in_the_inbox_and_leaves_a_draft(inbox: Shell) -> None:
    facts = run_once(inbox, code=4)
    assert (facts["ended"], facts["files"], facts["orders_new"]) == ("waits", 1, 3)
    assert facts["batch"] is None and facts["held"] == 3, "no SKU is linked without a person"
    setting(inbox, ("schedule", "link_exact_skus"), True)
    inbox("match", "--all-channels", "BSV002")
    facts = run_once(inbox, code=4)
    assert facts["batch"] and not facts["auto_approved"] and facts["why_not"] == ["nobody allowed automatic approval"]
    assert inbox.json("status")["batches"][-1]["state"] == "draft"


def allow(shell: Shell, **limits: object) -> None:
    for name, value in {"by": "Nok", "most_total": "50000", "most_documents": 10, **limits}.items():
        setting(shell, ("auto_approve", name), value)


def test_within_the_limits_a_batch_is_approved_sent_and_the_use_logged(inbox: Shell) -> None:
    """Two orders without any finding go; the third, of which a part was given back, made it wait."""
    whole = WHOLESALE.read_text(encoding="utf-8").splitlines(keepends=True)
    clean = [row for row in whole if not row.startswith("#1003")]
    (inbox.root / "inbox" / "orders.csv").write_text("".join(clean), encoding="utf-8")
    setting(inbox, ("schedule", "link_exact_skus"), True)
    inbox("import", inbox.root / "inbox" / "orders.csv").expect(0)
    inbox("match", "--link-all", "--all-channels", "BSV002").expect(0)
    allow(inbox)
    facts = run_once(inbox, code=0)
    assert (facts["auto_approved"], facts["posted"], facts["why_not"]) == (True, 2, [])
    store = inbox.root / ".recon" / "store.db"
    with sqlite3.connect(store) as events:
        rows = events.execute("SELECT who, facts FROM events WHERE kind = 'auto-approved'").fetchall()
    events.close()
    ((who, said),) = rows
    assert who == "Nok (automatic)" and json.loads(said)["most_total"] == "50000"
    inbox("doctor").expect(0)


def test_a_document_with_a_finding_waits_for_a_person(mapped: Shell) -> None:
    allow(mapped)
    assert run_once(mapped, code=4)["why_not"] == ["1 document has findings"], (
        "a part of the third order was given back"
    )


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"most_total": "1"}, "is more than 1.00"),
        ({"most_documents": 1}, "documents are more than 1"),
        ({"kinds": ["invoice"]}, "it holds receipt"),
        ({"by": ""}, "nobody allowed"),
    ],
)
def test_beyond_a_limit_it_waits_and_says_why(mapped: Shell, limits: dict[str, object], words: str) -> None:
    allow(mapped, **limits)
    facts = run_once(mapped, code=4)
    assert not facts["auto_approved"] and any(words in why for why in facts["why_not"]), facts["why_not"]
    assert facts["posted"] == 0


def test_two_persons_are_never_replaced_by_a_timer(mapped: Shell) -> None:
    allow(mapped)
    file = mapped.root / "recon.toml"
    text = with_setting(file.read_text(encoding="utf-8"), ("approval", "two_persons"), value="block")
    file.write_text(text, encoding="utf-8")
    facts = run_once(mapped, code=4)
    assert "two persons are needed" in facts["why_not"]


def test_a_decision_of_a_person_is_not_overtaken(mapped: Shell) -> None:
    allow(mapped)
    mapped("plan").expect(4)
    first = mapped.json("plan")["rows"][0]["number"]
    mapped("decide", "reject", first, "--as", "Malee", "--reason", "looks odd").expect(0)
    facts = run_once(mapped, code=4)
    assert "a person has begun to decide about its documents" in facts["why_not"]


def test_if_due_runs_once_and_makes_a_missed_run_good(mapped: Shell, clock: FakeClock) -> None:
    assert run_once(mapped, "--if-due", code=0)["ended"] == "not-due"
    setting(mapped, ("schedule", "when"), "daily")
    assert run_once(mapped, "--if-due", code=4)["ended"] == "waits"
    assert run_once(mapped, "--if-due", code=0)["ended"] == "not-due"
    clock.forward(dt.timedelta(days=3).total_seconds())
    assert run_once(mapped, "--if-due", code=4)["ended"] == "waits"


def test_two_runs_never_overlap(mapped: Shell, clock: FakeClock) -> None:
    lock = WriterLock(mapped.root / ".recon", clock)
    lock.acquire()
    refused = mapped("run")
    lock.release()
    assert refused.code == 7


# --- timers


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with a systemctl and a crontab that write down what they were told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    log, table = tmp_path / "told", tmp_path / "table"
    (folder / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> {log}\n', encoding="utf-8")
    (folder / "crontab").write_text(
        f'#!/bin/sh\nif [ "$1" = "-l" ]; then [ -f {table} ] && cat {table} || exit 1; else cat > {table}; fi\n',
        encoding="utf-8",
    )
    for name in ("systemctl", "crontab"):
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_a_usual_schedule_is_set_by_its_name(shell: Shell, machine: Path) -> None:
    assert "--preset daily|weekly|monthly" in shell("schedule", "show", "--system", "cron").expect(0).out
    assert "Which schedule" in shell("schedule", "set").expect(2).err
    shell("schedule", "set", "--preset", "weekly", "--dry-run", "--system", "cron").expect(0)
    assert shell.json("schedule", "show", "--system", "cron", code=0)["when"] == "manual"
    facts = check(shell("schedule", "set", "--preset", "weekly", "--system", "cron", "--json").expect(0))
    assert (facts["when"], facts["at"], facts["preset"], facts["done"]) == ("weekly", "05:00", "weekly", False)
    assert 'weekday = "monday"' in (shell.root / "recon.toml").read_text(encoding="utf-8")
    done = check(shell("schedule", "install", "--preset", "daily", "--system", "cron", "--yes", "--json").expect(0))
    assert (done["preset"], done["installed"]) == ("daily", True)


def test_a_timer_goes_in_and_comes_out_cleanly(shell: Shell, machine: Path) -> None:
    setting(shell, ("schedule", "when"), "daily")
    setting(shell, ("schedule", "at"), "03:20")
    shown = check(shell("schedule", "show", "--system", "systemd", "--json").expect(0))
    assert not shown["installed"] and any("OnCalendar=*-*-* *:20:00" in line for line in shown["steps"])
    assert not (machine / "told").exists(), "show changes nothing"
    assert shell("schedule", "install", "--system", "systemd", "--no-input").code == 2
    done = check(shell("schedule", "install", "--system", "systemd", "--yes", "--json").expect(0))
    units = sorted(path.name for path in (machine / "config" / "systemd" / "user").iterdir())
    assert done["installed"] and units == [f"{done['timer']}.service", f"{done['timer']}.timer"]
    assert f"--user enable --now {done['timer']}.timer" in (machine / "told").read_text()
    gone = check(shell("schedule", "remove", "--system", "systemd", "--yes", "--json").expect(0))
    assert not gone["installed"] and not list((machine / "config" / "systemd" / "user").iterdir())
    again = shell("schedule", "remove", "--system", "systemd", "--yes").expect(0)
    assert "Nothing was in" in again.out


def test_cron_keeps_what_others_put_there(shell: Shell, machine: Path) -> None:
    (machine / "table").write_text("0 1 * * * backup\n", encoding="utf-8")
    setting(shell, ("schedule", "when"), "hourly")
    shell("schedule", "install", "--system", "cron", "--yes").expect(0)
    assert "--if-due" in (machine / "table").read_text() and "backup" in (machine / "table").read_text()
    shell("schedule", "remove", "--system", "cron", "--yes").expect(0)
    assert (machine / "table").read_text() == "0 1 * * * backup\n"


def test_a_system_that_refuses_is_quoted(shell: Shell, machine: Path) -> None:
    setting(shell, ("schedule", "when"), "daily")
    (machine / "bin" / "systemctl").write_text("#!/bin/sh\necho 'no bus' >&2; exit 1\n", encoding="utf-8")
    refused = shell("schedule", "install", "--system", "systemd", "--yes")
    assert refused.code == 2 and "no bus" in refused.err


def test_by_hand_there_is_nothing_to_install(shell: Shell, machine: Path) -> None:
    refused = shell("schedule", "install", "--system", "cron", "--yes")
    assert refused.code == 2 and "by hand only" in refused.err

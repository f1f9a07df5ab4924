"""recon qbwc as a person calls it: the file, the password, standing, status and reset."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.crash import CrashPoints
from recon.errors import NotSettled, StoreBusy, StoreError, UsageError
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.targets.quickbooks.endpoint import listen
from recon.targets.quickbooks.endpoint.certificate import kept_certificate
from recon.targets.quickbooks.endpoint.desks import open_desk
from recon.targets.quickbooks.endpoint.journal import Journal, Stated
from recon.targets.quickbooks.endpoint.password import fits
from recon.targets.quickbooks.endpoint.qwc import OWNER_ID, Address, qwc_text
from recon.targets.quickbooks.qbxml.read import read
from recon.workspace import Workspace, find_workspace, make_workspace
from tests.clock import FakeClock
from tests.recon import store_world
from tests.recon.webconnector_tools import DIGEST, NO_TIME, Connector, question
from tests.shell import Shell
from tests.shell import run as in_shell
from tui.commands import qbwc as commands
from tui.grammar_parts import Parser
from tui.grammar_qbwc import qbwc_command

TARGET = "sandbox-quickbooks"
"""The nearest ledger there is settings for; the commands are told to take it for theirs."""


@pytest.fixture
def books(tmp_path, monkeypatch) -> Workspace:
    monkeypatch.setattr(commands, "TARGET", TARGET)
    answers = FirstAnswers(
        company="Cedar & Pine Café LLC", target=TARGET, start_date=FakeClock().at.date(), shop="cedar"
    )
    made = make_workspace(tmp_path / "books", first_settings(answers))
    text = made.settings_file.read_text("utf-8")
    more = f"[connections.shop.quickbooks]\nport = {free_port()}\nwait_minutes = 1\npoll_minutes = 7\n"
    heading = "[connections.shop.quickbooks]\n"
    text = text.replace(heading, more) if heading in text else f"{text}\n{more}"
    made.settings_file.write_text(text, "utf-8")
    return made


def free_port() -> int:
    from recon.listening import listening_socket

    with listening_socket(0) as found:
        return int(found.getsockname()[1])


def parser() -> Parser:
    whole = Parser(prog="recon")
    qbwc_command(whole.add_subparsers(dest="command"))
    return whole


def run(books: Workspace, *words: str) -> int:
    args = parser().parse_args(["qbwc", "-C", str(books.root), *words])
    args.json = getattr(args, "json", False)
    return commands.qbwc(args)


def facts(capsys, books: Workspace, *words: str, code: int = 0) -> dict:
    assert run(books, *words, "--json") == code
    return json.loads(capsys.readouterr().out)


def journal(books: Workspace) -> Journal:
    return Journal(books.private, FakeClock())


def test_the_file_names_us_and_never_the_password(books, capsys):
    run(books, "password", "--generate")
    capsys.readouterr()
    said = facts(capsys, books, "file")
    path = books.outgoing / "recon.qwc"
    assert said["path"] == str(path)
    assert said["has_password"]
    text = path.read_text("ascii")
    rows = {row.tag: row.text or "" for row in ET.fromstring(text)}
    assert rows["AppURL"] == said["url"] == f"http://localhost:{said['port']}/{said['url'].rpartition('/')[2]}"
    assert rows["AppSupport"].startswith(rows["AppURL"])
    assert rows["OwnerID"] == OWNER_ID
    assert rows["FileID"] == said["file_id"]
    assert rows["UserName"] == "recon"
    assert rows["AppName"] == "recon - Cedar & Pine Café LLC"
    assert len(rows["AppDescription"]) < 80
    assert ET.fromstring(text).find("Scheduler/RunEveryNMinutes").text == "7"
    assert re.fullmatch(r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}", rows["FileID"])
    assert "assword" not in text


def test_the_ids_of_a_workspace_stay_for_ever_and_differ_from_others(books, capsys, tmp_path):
    first = facts(capsys, books, "file")
    assert facts(capsys, books, "file") == first
    assert facts(capsys, books, "file", "--output", str(tmp_path / "x.qwc"))["file_id"] == first["file_id"]
    other = Journal(tmp_path / "other", FakeClock())
    with closing(other):
        assert listen.identity(other) != (first["url"].rpartition("/")[2], first["file_id"])


def test_names_of_other_scripts_do_not_break_the_file():
    text = qwc_text(Address(port=1, room="r"), company="ร้าน <ก> & ข" * 9, file_id="{x}", poll_minutes=1)
    assert text.isascii()
    assert len(ET.fromstring(text).find("AppName").text) <= 60


def test_a_dry_run_writes_nothing(books, capsys):
    facts(capsys, books, "file", "--dry-run")
    facts(capsys, books, "password", "--generate", "--dry-run")
    assert not (books.outgoing / "recon.qwc").exists()
    assert not (books.private / "webconnector.db").exists()


def test_a_password_is_made_up_and_printed_once_or_read(books, capsys, monkeypatch):
    made = facts(capsys, books, "password", "--generate")["password"]
    with closing(journal(books)) as kept:
        assert fits(made, kept.fact("password"))
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO("a password of mine\n"))
    assert run(books, "password", "--stdin") == 0
    assert "a password of mine" not in capsys.readouterr().out
    with closing(journal(books)) as kept:
        assert fits("a password of mine", kept.fact("password"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    with pytest.raises(commands.UsageError, match="5 characters"):
        run(books, "password", "--stdin")


def test_a_connection_to_another_ledger_is_refused(books, monkeypatch):
    monkeypatch.setattr(commands, "TARGET", "quickbooks")
    for action in ("file", "password", "serve", "status", "reset"):
        with pytest.raises(commands.UsageError, match="posts to sandbox-quickbooks"):
            run(books, action)


def test_status_says_what_is_missing_and_what_happened(books, capsys):
    assert not facts(capsys, books, "status")["is_set_up"]
    run(books, "file")
    with closing(journal(books)) as kept:
        kept.keep_facts(**{"company-file": "C:\\Books\\Cedar.qbw"})
        kept.note("the Web Connector came")
    capsys.readouterr()
    assert run(books, "status") == 0
    said = capsys.readouterr().out
    assert "No password is set" in said
    assert "Cedar.qbw" in said
    assert "the Web Connector came" in said
    with closing(journal(books)) as kept:
        kept.hand("rc1", ("k1",), "text")
    found = facts(capsys, books, "status", code=4)
    assert found["unresolved"]["set_id"] == "rc1"
    assert found["process"] is None


def test_a_port_that_was_changed_after_the_file_was_written_is_told(books, capsys):
    old = facts(capsys, books, "file")["port"]
    new = free_port()
    text = books.settings_file.read_text("utf-8")
    books.settings_file.write_text(text.replace(f"port = {old}", f"port = {new}"), "utf-8")
    run(books, "status")
    assert f"names port {old}, recon.toml names {new}" in capsys.readouterr().out


def test_a_reset_forgets_the_company_file_and_keeps_the_id(books, capsys):
    before = facts(capsys, books, "file")
    with closing(journal(books)) as kept:
        kept.keep_facts(**{"company-file": "C:\\Books\\Cedar.qbw", "company-name": "Cedar"})
    assert facts(capsys, books, "reset")["company_file"] == "C:\\Books\\Cedar.qbw"
    with closing(journal(books)) as kept:
        assert not kept.fact("company-file")
        assert not kept.fact("company-name")
        assert kept.fact("file-id") == before["file_id"]


def test_a_new_id_needs_the_word(books, capsys):
    before = facts(capsys, books, "file")["file_id"]
    for words in ((), ("--confirm", "yes")):
        with pytest.raises(commands.UsageError):
            run(books, "reset", "--new-file-id", *words)
    with closing(journal(books)) as kept:
        assert kept.fact("file-id") == before
    assert facts(capsys, books, "reset", "--new-file-id", "--confirm", "new")["file_id"] != before
    assert facts(capsys, books, "file")["file_id"] != before


def test_an_unresolved_set_blocks_the_reset(books):
    with closing(journal(books)) as kept:
        kept.keep_facts(**{"company-file": "C:\\Books\\Cedar.qbw"})
        kept.hand("rc1", ("k1",), "text")
    for words in ((), ("--new-file-id", "--confirm", "new")):
        with pytest.raises(commands.NotSettled, match="unresolved"):
            run(books, "reset", *words)
    with closing(journal(books)) as kept:
        assert kept.fact("company-file")


SERVE = """
import sys
from tests.tui.test_cli_qbwc import commands, parser, TARGET
commands.TARGET = TARGET
args = parser().parse_args(["qbwc", "-C", sys.argv[1], "serve", "--json"])
raise SystemExit(commands.qbwc(args))
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM ends a process there without asking it")
def test_serving_stands_for_other_processes_until_it_is_stopped(books, tmp_path):
    with closing(journal(books)) as kept:
        from tests.recon.webconnector_tools import DIGEST

        kept.keep_facts(password=DIGEST)
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(books.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
    )
    try:
        text = ""
        while "\n}\n" not in text:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            text += line
        said = json.loads(text)
        assert (said["schema"], said["action"]) == ("recon.qbwc/1", "serve")
        holder = listen.serving(books.private)
        assert holder.pid == process.pid
        assert holder.serves
        company = SandboxCompany(tmp_path / "company.db", clock=FakeClock(), durable=False)
        connector = Connector(said["url"], company)
        assert connector.begin() == "none"
        how = {"folder": books.private, "port": said["port"], "wait_seconds": 30, "clock": FakeClock()}
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool, open_desk(**how) as desk:
            asked = pool.submit(desk.ask, question())
            while connector.begin() != "":
                pass
            connector.step()
            assert read(asked.result(10)).by_id("1").rows[0].name == "HostRet"
        company.close()
    finally:
        process.send_signal(signal.SIGTERM)
        _, said_beside = process.communicate(timeout=20)
    assert process.returncode == 0, said_beside
    assert "the Web Connector came" in said_beside
    assert said_beside.rstrip().endswith("stopped")
    assert listen.serving(books.private) is None


# --- settle

WORD = ("--to", "there", "--number", "1001", "--as", "Kim Lee", "--reason", "seen on paper")


def lost_set(books: Workspace) -> str:
    """Leave a document and its message set unresolved, as a crash in the middle of a send does; returns its key."""
    with store_world.open_store(books.root, FakeClock()) as store:
        store_world.approved(store, store_world.many(2))
        row = store.outbox.rows("B0001")[0]
        store.moves.start(row, "0" * 64)
    with closing(journal(books)) as kept:
        kept.keep_facts(**{"company-file": "C:\\Books\\Cedar.qbw"})
        kept.hand("rc1", (row.document_key,), "text")
    return str(row.document_key)


def test_a_person_settles_a_set_quickbooks_can_never_be_asked_about(books, capsys):
    """Word, name and reason are kept twice; the document waits for the ordinary last word; the next set can go out."""
    key = lost_set(books)
    with pytest.raises(NotSettled, match="recon qbwc settle"):
        run(books, "reset")
    would = facts(capsys, books, "settle", *WORD, "--dry-run")
    assert (would["dry_run"], [one["document_key"] for one in would["waiting"]]) == (True, [key])
    assert facts(capsys, books, "status", code=4)["unresolved"]["set_id"] == "rc1"
    said = facts(capsys, books, "settle", *WORD, code=4)
    assert {**would, "dry_run": False} == said
    assert facts(capsys, books, "status")["unresolved"] is None
    with closing(journal(books)) as kept:
        assert kept.stated("rc1") == Stated(who="Kim Lee", reason="seen on paper", stands=True, number="1001")
        assert kept.last_about(key).answer is None
        assert kept.to_clear() == ""
        assert "Kim Lee said that it is there as 1001" in kept.visits(1)[0].words
        kept.hand("rc2", ("k2",), "text")
    with store_world.open_store(books.root, FakeClock(), writable=False, create=False) as store:
        entry = store.events.newest(limit=1, kinds=("answer-stated",))[0]
        assert (entry.who, entry.subject, entry.facts["reason"]) == ("Kim Lee", key, "seen on paper")
        assert (entry.facts["message"], entry.facts["company"]) == ("rc1", "C:\\Books\\Cedar.qbw")
        row = store.outbox.find(key)
        assert (row.state, row.code, row.ledger_number) == ("needs_person", "answer-lost", "1001")
        assert "says Kim Lee: seen on paper" in row.words
        assert store.outbox.rows("B0001")[1].state == "queued"
        assert store.compare_tables() == ()


def test_what_was_settled_is_not_asked_for_any_more_and_the_next_visit_goes_on(books, capsys, tmp_path):
    lost_set(books)
    assert run(books, "settle", "--to", "not-there", "--as", "Kim Lee", "--reason", "not in the copy of Monday") == 4
    assert "--to send-again" in capsys.readouterr().out
    run(books, "reset")
    other = tmp_path / "restored.db"
    company = SandboxCompany(other, clock=FakeClock(), durable=False)
    with listen.endpoint(folder=books.private, port=0, clock=FakeClock(), times=NO_TIME) as here:
        here.journal.keep_facts(password=DIGEST)
        connector = Connector(here.url, company, path="D:\\Restored\\Cedar.qbw")
        connector.begin()
        assert connector.fetch() == ""
        assert connector.last_error() == "NoOp"
        assert connector.sent == []
    company.close()


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ((), "--to there"),
        (("--to", "there"), "--as NAME"),
        (("--to", "there", "--as", "Kim"), "--reason TEXT"),
        (("--to", "not-there", "--as", "Kim", "--reason", "x", "--number", "7"), "--number belongs to --to there"),
    ],
)
def test_a_word_that_lacks_a_part_settles_nothing(books, words, missing):
    lost_set(books)
    with pytest.raises(UsageError, match=missing):
        run(books, "settle", *words)
    with closing(journal(books)) as kept:
        assert kept.unresolved().set_id == "rc1"


def test_with_nothing_unresolved_there_is_nothing_to_settle(books):
    with pytest.raises(UsageError, match="nothing to settle"):
        run(books, "settle", *WORD)
    with listen.only_one(books.private), pytest.raises(StoreBusy):
        run(books, "settle", *WORD)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not known there")
@pytest.mark.parametrize("point", ["settle.before", "settle.after", "set-stated.before", "set-stated.after"])
def test_f40_killed_while_a_word_is_written_down(books, point):
    """The event comes first: a word is never without one, and saying it again ends what a crash left open."""
    key = lost_set(books)
    program = (
        "import sys; from tests.tui.test_cli_qbwc import commands, parser, TARGET; commands.TARGET = TARGET\n"
        "raise SystemExit(commands.qbwc(parser().parse_args(['qbwc', '-C', sys.argv[1], 'settle', '--json', *sys.argv[2:]])))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(books.root), *WORD], env={**os.environ, "RECON_CRASH_AT": point}, check=False,
        capture_output=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    with closing(journal(books)) as kept:
        is_settled = kept.unresolved() is None
        assert is_settled == (point == "set-stated.after")
    with store_world.open_store(books.root, FakeClock(), writable=False, create=False) as store:
        count = len(store.events.newest(limit=5, kinds=("answer-stated",)))
        assert count == (point != "settle.before")
    if not is_settled:
        run(books, "settle", *WORD)
    with store_world.open_store(books.root, FakeClock(), writable=False, create=False) as store:
        assert store.outbox.find(key).state == "needs_person"


# --- a copied workspace


def test_a_copied_workspace_does_not_go_on_with_the_originals_connection(books, capsys, clock, tmp_path):
    """F12: refused as long as nobody adopts it; then a path, an id and a journal of its own, and no password."""
    key = lost_set(books)
    theirs = facts(capsys, books, "file", code=0)
    shutil.copytree(books.root, tmp_path / "copy")
    copy = find_workspace(tmp_path / "copy")
    for action in (["file"], ["password", "--generate"], ["serve"], ["reset"], ["settle", *WORD]):
        with pytest.raises(StoreError, match="is a copy of"):
            run(copy, *action)
    with closing(journal(copy)) as kept:
        assert kept.unresolved().set_id == "rc1"
    shell = Shell(copy.root, clock)
    adopted = shell("doctor", "--adopt")
    assert "belongs to the original" in adopted.err
    assert "looked up by their numbers" in adopted.err
    ours = facts(capsys, copy, "file")
    assert not ours["has_password"]
    assert {ours["file_id"], ours["url"]}.isdisjoint({theirs["file_id"], theirs["url"]})
    with closing(journal(copy)) as kept:
        assert kept.unresolved() is None
        assert kept.last_about(key) is None
    (aside,) = copy.private.glob("webconnector-of-the-original-*.db")
    with closing(sqlite3.connect(aside)) as kept:
        assert kept.execute("SELECT state FROM sets").fetchall() == [("handed",)]
    assert facts(capsys, books, "file") == theirs
    with closing(journal(books)) as kept:
        assert kept.unresolved().set_id == "rc1"


def test_a_copied_workspace_that_never_had_a_web_connector_is_told_nothing_of_one(books, clock, tmp_path):
    with store_world.open_store(books.root, FakeClock()):
        pass
    shutil.copytree(books.root, tmp_path / "copy")
    assert "Web Connector" not in Shell(tmp_path / "copy", clock)("doctor", "--adopt").err


def test_a_copied_workspace_does_not_even_ask(books, clock, tmp_path):
    with store_world.open_store(books.root, FakeClock()):
        pass
    text = books.settings_file.read_text("utf-8")
    books.settings_file.write_text(text.replace(f'target = "{TARGET}"', 'target = "quickbooks"'), "utf-8")
    shutil.copytree(books.root, tmp_path / "copy")
    assert "is a copy of" in Shell(tmp_path / "copy", clock)("connect").expect(8).err
    assert not (tmp_path / "copy" / ".recon" / "webconnector.db").exists()


# --- TLS


def with_tls(books: Workspace, value: str = "true") -> None:
    text = books.settings_file.read_text("utf-8")
    text = re.sub(r"\ntls = \w+\n", "\n", text)
    books.settings_file.write_text(text.replace("wait_minutes = 1\n", f"wait_minutes = 1\ntls = {value}\n"), "utf-8")


def test_f46_with_tls_the_file_names_https_and_the_certificate_lies_beside_it(books, capsys, monkeypatch):
    clock = FakeClock()
    monkeypatch.setattr(commands.ports, "SystemClock", lambda: clock)
    with_tls(books)
    assert facts(capsys, books, "status")["certificate"] is None
    said = facts(capsys, books, "file")
    cer = books.outgoing / "recon-localhost.cer"
    rows = {row.tag: row.text or "" for row in ET.fromstring((books.outgoing / "recon.qwc").read_text("ascii"))}
    assert rows["AppURL"] == said["url"]
    assert rows["AppURL"].startswith(f"https://localhost:{said['port']}/")
    assert rows["AppSupport"].startswith(rows["AppURL"])
    assert (said["certificate_path"], said["certificate_is_new"], said["tls"]) == (str(cer), True, True)
    assert said["certificate"]["sha256"] == hashlib.sha256(cer.read_bytes()).hexdigest()
    assert b"PRIVATE" not in cer.read_bytes()
    assert run(books, "file") == 0
    told = capsys.readouterr()
    assert "Trusted Root Certification Authorities" in told.out
    assert "the one from before. It counts until 2029-02-04" in told.err
    found = facts(capsys, books, "status")
    assert (found["tls"], found["file_tls"], found["certificate"]) == (True, True, said["certificate"])


def test_f46_sixty_days_before_its_end_it_is_said_and_the_file_makes_another(books, capsys, monkeypatch):
    clock = FakeClock()
    monkeypatch.setattr(commands.ports, "SystemClock", lambda: clock)
    with_tls(books)
    first = facts(capsys, books, "file")["certificate"]
    clock.forward(86400 * (825 - 61))
    run(books, "status")
    assert "ends soon" not in capsys.readouterr().out
    clock.forward(86400 * 2)
    run(books, "status")
    assert "ends soon (until 2029-02-04): `recon qbwc file`" in capsys.readouterr().out
    assert run(books, "file") == 0
    assert "certmgr.msc" in capsys.readouterr().err
    assert facts(capsys, books, "status")["certificate"] != first
    clock.forward(86400 * 900)
    run(books, "status")
    assert "does not count" in capsys.readouterr().out


def test_f46_a_file_that_names_the_other_way_is_told(books, capsys):
    facts(capsys, books, "file")
    with_tls(books)
    run(books, "status")
    said = capsys.readouterr().out
    assert "names http, recon.toml wants https" in said
    assert "no certificate yet" in said
    facts(capsys, books, "file")
    with_tls(books, "false")
    run(books, "status")
    assert "names https, recon.toml wants http " in capsys.readouterr().out


def test_f46_who_serves_is_told_to_begin_anew_when_the_certificate_is_another(books, capsys):
    run(books, "file")
    with listen.endpoint(folder=books.private, port=0, clock=FakeClock(), times=NO_TIME, serves=True):
        capsys.readouterr()
        run(books, "file")
        assert "start it again" not in capsys.readouterr().err
        with_tls(books)
        run(books, "file")
        assert "goes on as it began: end it and start it again" in capsys.readouterr().err


@pytest.mark.parametrize("point", ["certificate.before", "certificate.after", "cer.before", "cer.after", "qwc.before"])
def test_f46_a_file_that_was_cut_short_is_made_whole_by_the_next_one(books, capsys, monkeypatch, point):
    """The plug is pulled between key, certificate and file: afterwards the three belong together."""

    class Plug(CrashPoints):
        def reach(self, reached: str) -> None:
            if reached == point:
                raise KeyboardInterrupt

    with_tls(books)
    with monkeypatch.context() as pulled:
        pulled.setattr(commands, "crash_points", Plug)
        with pytest.raises(KeyboardInterrupt):
            run(books, "file")
    assert not (books.outgoing / "recon.qwc").exists()
    said = facts(capsys, books, "file")
    cer = (books.outgoing / "recon-localhost.cer").read_bytes()
    assert said["certificate"]["sha256"] == hashlib.sha256(cer).hexdigest()
    assert kept_certificate(books.private).der == cer
    assert said["certificate_is_new"] == (point == "certificate.before")


def test_the_first_steps_with_quickbooks_begin_with_its_web_connector(tmp_path):
    words = [
        "init",
        tmp_path / "us",
        "--company",
        "Cedar",
        "--tax-id",
        "12-3456789",
        "--source",
        "shopify",
        "--shop",
        "cedar",
    ]
    said = in_shell(*words, "--target", "quickbooks", "--start-date", "2026-10-01", "--no-input", clock=FakeClock())
    steps = [line.split("us ")[1].split()[0] for line in said.expect(0).out.splitlines() if "next:" in line]
    assert steps[:3] == ["qbwc", "qbwc", "connect"]
    refused = Shell(tmp_path / "us", FakeClock())("connect").expect(
        5
    )  # and waits for nobody whom no password would let in
    assert "no password is set" in refused.err
    assert "recon qbwc password --generate" in refused.err

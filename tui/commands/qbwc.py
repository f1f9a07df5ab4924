"""recon qbwc: the .qwc file, the password, standing for the Web Connector, what it did, and its reset."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any, Final

from recon import ports
from recon.errors import NotSettled, UsageError
from recon.targets.quickbooks.endpoint.desks import serve as stand
from recon.targets.quickbooks.endpoint.journal import FILE, Journal, KeptSet
from recon.targets.quickbooks.endpoint.listen import PASSWORD_FACT, only_one, serving
from recon.targets.quickbooks.endpoint.password import LONGEST, SHORTEST, new_password
from recon.targets.quickbooks.endpoint.qwc import OWNER_ID, USER_NAME, new_file_id, new_room
from recon.text import show
from recon.workspace import find_workspace
from tui.asking import ask, ask_secret
from tui.commands.qbwc_call import Call
from tui.commands.qbwc_settle import settle
from tui.commands.qbwc_tls import file_facts, file_notes, first_steps, serve_notes, status_facts, status_lines
from tui.connector_setup import certificate_warning, keep_password, write_qwc
from tui.crashing import crash_points
from tui.output import Output, end_printing
from tui.wiring import open_service

TARGET: Final = "quickbooks"
NEW_WORD: Final = "new"
"""Typed before a new id is made."""
VISITS_SHOWN: Final = 20
_STEPS: Final = (
    "Open QuickBooks with the company file as Admin, in single-user mode.",
    "Open the Web Connector (File > Update Web Services in QuickBooks) and choose Add an Application: {path}",
    "Allow the access in QuickBooks: Yes, whenever this QuickBooks company file is open.",
    "Type the password beside recon in the Web Connector, once; `recon qbwc password` sets it.",
    "Run recon connect here, tick recon in the Web Connector and press Update Selected.",
)


def qbwc(args: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        UsageError: The connection does not post to QuickBooks, or an answer is missing.
    """
    workspace = find_workspace(Path(getattr(args, "workspace", "") or ".").resolve())
    settings = workspace.settings()
    name, connection = settings.connection(args.connection)
    if str(connection.target) != TARGET:
        raise UsageError(
            f'{name} posts to {connection.target}; the Web Connector belongs to connections with target = "{TARGET}". Nothing was done.'
        )
    call = Call(args, Output(as_json=args.json), workspace, name, settings.company.name, connection.quickbooks)
    if args.action != "status":
        _require_own(call)
    actions = {
        "file": _file, "password": _password, "serve": _serve, "status": _status, "reset": _reset, "settle": settle,
    }  # fmt: skip
    return actions[args.action](call)


def _require_own(call: Call) -> None:
    """Refuse in a copied workspace: its connection is the one of the original until `recon doctor --adopt`.

    Raises:
        StoreError: This is a copy nobody adopted.
    """
    if call.workspace.store_file.exists():
        with open_service(call.args, write=False) as service:
            service.upkeep.require_own()


def _file(call: Call) -> int:
    """Write the .qwc file; its id stays the same for ever."""
    path = Path(call.args.output) if call.args.output else call.workspace.outgoing / "recon.qwc"
    facts = {
        "connection": call.connection, "path": str(path), "url": "", "port": call.rules.port, "owner_id": OWNER_ID, "file_id": "",
        "user_name": USER_NAME, "poll_minutes": call.rules.poll_minutes, "has_password": False, "dry_run": call.args.dry_run,
        "tls": call.rules.tls, **file_facts(None),
    }  # fmt: skip
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder. Nothing was written; give another --output.")
    if call.args.dry_run:
        call.output.document("qbwc", {"action": "file", **facts})
        call.output.line(f"Would write {path} for port {call.rules.port}.")
        return 0
    with closing(call.journal()) as journal:
        written = write_qwc(
            journal, path, private=call.workspace.private, clock=ports.SystemClock(), company=call.company, rules=call.rules,
            crash=crash_points(),
        )  # fmt: skip
        has_password = bool(journal.fact(PASSWORD_FACT))
    facts |= {"url": written.url, "file_id": written.file_id, "has_password": has_password, **file_facts(written)}
    call.output.document("qbwc", {"action": "file", **facts})
    call.output.line(f"Wrote {path}. It holds no password. On the computer with QuickBooks:")
    for number, step in enumerate((*first_steps(written), *(step.format(path=path) for step in _STEPS)), start=1):
        call.output.line(f"  {number}. {step}")
    for words in file_notes(written, serving(call.workspace.private)):
        call.output.note(words)
    if not has_password:
        call.output.note("No password is set yet: `recon qbwc password --generate`")
    return 0


def _password(call: Call) -> int:
    """Set the password the Web Connector gives; only its digest is kept."""
    args = call.args
    if args.generate and args.stdin:
        raise UsageError("Give --generate or --stdin, not both. Nothing was done.")
    password = new_password() if args.generate else _given_password(args)
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"The password has {len(password)} characters; {SHORTEST} to {LONGEST} are needed. Nothing was kept. --generate makes one up."
        )
    if not args.dry_run:
        with closing(call.journal()) as journal:
            keep_password(journal, password)
    shown = password if args.generate and not args.dry_run else ""
    facts = {"connection": call.connection, "generated": args.generate, "password": shown, "dry_run": args.dry_run}
    call.output.document("qbwc", {"action": "password", **facts})
    if args.dry_run:
        call.output.line("Would set a new password; the one before would not count any more.")
        return 0
    if shown:
        call.output.line(f"Password: {shown}")
        call.output.line("It is shown this once and kept nowhere. Type it beside recon in the Web Connector.")
    else:
        call.output.line("The password is set. Type it beside recon in the Web Connector.")
    return 0


def _given_password(args: argparse.Namespace) -> str:
    if args.stdin:
        return sys.stdin.readline().strip()
    first = ask_secret(
        "Password for the Web Connector (`recon qbwc password --generate` makes one up)", no_input=args.no_input
    )
    if ask_secret("The same again", no_input=args.no_input) != first:
        raise UsageError("The two are not the same. Nothing was kept.")
    return first


def _serve(call: Call) -> int:
    """Stand for all commands of this workspace until interrupted."""
    output = call.output
    if call.args.dry_run:
        raise UsageError("Serving has no --dry-run. Nothing was done.")

    def seen(words: str) -> None:
        now = ports.SystemClock().now().astimezone()
        output.note(f"{now:%H:%M:%S}  {show(words)}")

    rules = call.rules
    with stand(
        folder=call.workspace.private, port=rules.port, wait_seconds=rules.wait_minutes * 60.0, clock=ports.SystemClock(),
        tls=rules.tls, company_file=rules.company_file, on_visit=seen, crash=crash_points(),
    ) as here:  # fmt: skip
        facts = {
            "connection": call.connection,
            "url": here.url,
            "port": rules.port,
            "workspace": str(call.workspace.root),
        }
        call.output.document("qbwc", {"action": "serve", **facts})
        output.line(
            f"Standing for the Web Connector on port {rules.port}; all commands of this workspace go through here."
        )
        if not here.journal.fact(PASSWORD_FACT):
            output.note("No password is set yet, so nobody is let in: `recon qbwc password --generate`")
        if not here.journal.fact("file-port"):
            output.note("The Web Connector does not know recon yet: `recon qbwc file`")
        for words in serve_notes(here.journal, rules, call.workspace.private, ports.SystemClock()):
            output.note(words)
        end_printing()  # a program reads the address while this stands
        output.note("Ctrl+C ends it.")
        _until_stopped()
    output.note("stopped")
    return 0


def _until_stopped() -> None:
    stopped = threading.Event()
    with _signals(stopped), suppress(KeyboardInterrupt):
        while not stopped.wait(0.5):  # Windows does not interrupt a wait without an end
            pass


@contextmanager
def _signals(stopped: threading.Event) -> Iterator[None]:
    """Let every signal that ends a program end this one in good order."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {}
    if threading.current_thread() is threading.main_thread():
        known = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")]
        before = {number: signal.signal(number, stop) for number in known if number is not None}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _status(call: Call) -> int:
    """Say what is set up, who serves, what is unresolved, and what happened last."""
    facts: dict[str, Any] = {
        "connection": call.connection, "port": call.rules.port, "is_set_up": False, "file_port": None, "file_id": "",
        "has_password": False, "company_file": "", "company_name": "", "unresolved": None, "visits": [],
        **status_facts(call.rules, call.workspace.private),
    }  # fmt: skip
    if (call.workspace.private / FILE).exists():
        with closing(Journal(call.workspace.private, ports.SystemClock(), writable=False)) as journal:
            facts |= _journal_facts(journal)
    holder = serving(call.workspace.private)
    facts |= {"process": None if holder is None else holder.pid, "serves": holder is not None and holder.serves}
    call.output.document("qbwc", {"action": "status", **facts})
    warning = certificate_warning(call.rules, call.workspace.private, ports.SystemClock())
    for line in (*_status_lines(facts), *status_lines(facts, warning), *_visit_lines(facts)):
        call.output.line(line)
    return 4 if facts["unresolved"] else 0


def _journal_facts(journal: Journal) -> dict[str, Any]:
    unresolved = journal.unresolved()
    port = journal.fact("file-port")
    return {
        "is_set_up": bool(port),
        "file_port": int(port) if port else None,
        "file_tls": journal.fact("file-tls") == "yes" if port else None,
        "file_id": journal.fact("file-id"),
        "has_password": bool(journal.fact(PASSWORD_FACT)),
        "company_file": journal.fact("company-file"),
        "company_name": journal.fact("company-name"),
        "unresolved": None if unresolved is None else _unresolved_facts(unresolved),
        "visits": [asdict(visit) for visit in journal.visits(VISITS_SHOWN)],
    }


def _unresolved_facts(kept: KeptSet) -> dict[str, Any]:
    return {"set_id": kept.set_id, "handed_at": kept.handed_at, "documents": list(kept.about)}


def _status_lines(facts: dict[str, Any]) -> Iterator[str]:
    if not facts["is_set_up"]:
        yield "Not set up yet: `recon qbwc password --generate`, then `recon qbwc file`."
    elif facts["file_port"] != facts["port"]:
        yield f"The .qwc file names port {facts['file_port']}, recon.toml names {facts['port']}: write it anew and add it again."
    if facts["is_set_up"] and not facts["has_password"]:
        yield "No password is set: `recon qbwc password --generate`."
    where = facts["company_file"] or "not known before the first visit"
    yield f"Company file: {where}" + (f" ({facts['company_name']})" if facts["company_name"] else "")
    who = f"process {facts['process']}" if facts["process"] else "nobody"
    yield f"Port {facts['port']}: {who}" + (" serves all commands" if facts["serves"] else "")
    if facts["unresolved"]:
        yield (
            f"Unresolved since {facts['unresolved']['handed_at'][:16].replace('T', ' ')} UTC: one message set; QuickBooks is asked what"
            " became of it at the next visit. If the company file it went to is lost for good: `recon qbwc settle`."
        )


def _visit_lines(facts: dict[str, Any]) -> Iterator[str]:
    for visit in facts["visits"]:
        yield f"  {visit['at'][:19].replace('T', ' ')}  {visit['words']}"


def _reset(call: Call) -> int:
    """Let the connection belong to another company file; with a new id only after a plain warning and a typed word.

    Raises:
        NotSettled: A message set is unresolved.
    """
    args = call.args
    with only_one(call.workspace.private), closing(call.journal()) as journal:
        unresolved = journal.unresolved()
        if unresolved is not None:
            raise NotSettled(
                f"A message set of {unresolved.handed_at[:16].replace('T', ' ')} UTC is unresolved: what QuickBooks did with it can be asked"
                " only in the company file it went to. Nothing was reset. Open that file, run `recon qbwc serve`, press Update Selected in"
                " the Web Connector, then do this again. If that file is lost for good, `recon qbwc settle` takes a person's word on it."
            )
        before = journal.fact("company-file")
        if args.new_file_id:
            _require_word(call)
        if not args.dry_run:
            journal.keep_facts(**{"company-file": "", "company-name": ""})
            if args.new_file_id:
                journal.keep_facts(room=new_room(), **{"file-id": new_file_id(), "file-port": ""})
        facts = {
            "connection": call.connection, "company_file": before, "file_id": journal.fact("file-id"),
            "new_file_id": args.new_file_id, "dry_run": args.dry_run,
        }  # fmt: skip
    call.output.document("qbwc", {"action": "reset", **facts})
    verb = "Would forget" if args.dry_run else "Forgot"
    call.output.line(
        f"{verb} the company file {before or '(none yet)'}: the one of the next visit counts from then on."
    )
    if args.new_file_id and not args.dry_run:
        call.output.line(
            "The connection has a new id. Remove recon in the Web Connector, then `recon qbwc file` and add it again."
        )
    return 0


def _require_word(call: Call) -> None:
    """Warn and have the word typed.

    Raises:
        UsageError: Another word, or nobody to ask.
    """
    if call.args.dry_run:
        return
    call.output.note(
        "QuickBooks has marked the company file with the id of this connection. With a new id it may take recon for another program and"
        " refuse it until an administrator removes the old entry under Edit > Preferences > Integrated Applications. Only a company file"
        " that never saw recon, or one where that entry was removed, needs this."
    )
    word = call.args.confirm or ask(
        f"Type {NEW_WORD} to make a new id", option=f"--confirm {NEW_WORD}", no_input=call.args.no_input
    )
    if word != NEW_WORD:
        raise UsageError(f"The word was {show(word, limit=20)!r}, not {NEW_WORD!r}. Nothing was reset.")

"""Runs `recon` in processes of its own, cheaply: one process that has everything imported forks a child per command.

A child is as real as any: it runs `tui.cli.main`, has its own memory, and dies by SIGKILL. Only the second that Python
needs to import everything is spent once. `python nursery.py` reads one JSON request per line and answers twice: with
the child's pid as soon as it runs, and with its end.

A request with ``record`` runs undisturbed and writes down, in order, every crash point it passes and everything it
does to the disk that lasts (`Witness`). The variable DISK_FULL_AT fills the disk at a crash point (`FullFrom`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recon.crash import CrashPoints

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LONGEST_SECONDS = 90
DISK_FULL_AT = "DISK_FULL_AT"
ROOM_LEFT = 4_096
WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER")


@dataclass(frozen=True)
class Ended:
    """How one command ended."""

    argv: tuple[str, ...]
    code: int
    """Exit code, or minus the signal that ended it."""
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -9

    def expect(self, *codes: int) -> Ended:
        assert self.code in codes, f"recon {' '.join(self.argv)}: ended with {self.code}\n{self.out}\n{self.err}"
        return self

    def facts(self) -> dict[str, Any]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


class Running:
    """A command under way."""

    def __init__(self, nursery: Nursery, argv: tuple[str, ...], pid: int) -> None:
        self._nursery, self.argv, self.pid = nursery, argv, pid

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def end(self) -> Ended:
        """Wait for its end."""
        return self._nursery._ended(self)


class Nursery:
    """One forking process; one command at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._out, self._err = folder / "out", folder / "err"
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "nursery.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            encoding="utf-8", cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def start(
        self, *argv: str | Path, env: dict[str, str] | None = None, stdin: str = "", record: Path | None = None
    ) -> Running:
        """Start a command."""
        words = tuple(str(word) for word in argv)
        request = {
            "argv": words, "env": env or {}, "stdin": stdin, "out": str(self._out), "err": str(self._err),
            "record": str(record or ""),
        }  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Running(self, words, self._answer()["pid"])

    def run(
        self, *argv: str | Path, env: dict[str, str] | None = None, stdin: str = "", record: Path | None = None
    ) -> Ended:
        """Run a command to its end."""
        return self.start(*argv, env=env, stdin=stdin, record=record).end()

    def _ended(self, running: Running) -> Ended:
        alarm = threading.Timer(LONGEST_SECONDS, running.signal, (6,))
        alarm.start()
        code = self._answer()["code"]
        alarm.cancel()
        assert code != -6, f"recon {' '.join(running.argv)} did not end within {LONGEST_SECONDS} seconds"
        return Ended(running.argv, code, self._out.read_text(encoding="utf-8"), self._err.read_text(encoding="utf-8"))

    def _answer(self) -> dict[str, int]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery died"
        return dict(json.loads(line))


class Witness(CrashPoints):
    """Writes down what happens, one JSON list per line: ["point", name], ["commit", file], ["rename", file], ["write", file].

    Renames and openings for writing come from Python's own audit events, commits from SQLite, so that no step of ours
    can pass unseen, whoever made it.
    """

    def __init__(self, path: Path) -> None:
        self._log = path.open("a", encoding="utf-8", buffering=1)
        self._own = path.name

    def install(self) -> None:
        _use(self)
        self._watch_sqlite()
        sys.addaudithook(self._heard)

    def reach(self, point: str) -> None:
        self._note("point", point)

    def _note(self, what: str, name: str) -> None:
        self._log.write(json.dumps([what, name]) + "\n")

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "os.rename":
            self._note("rename", os.fspath(args[1]))
        elif event == "open" and isinstance(args[0], str | bytes) and args[2] & (os.O_WRONLY | os.O_RDWR):
            self._note("write", os.fsdecode(args[0]))

    def _watch_sqlite(self) -> None:
        import sqlite3

        connect = sqlite3.connect

        def watched(database: str, *args: Any, **options: Any) -> sqlite3.Connection:
            found = connect(database, *args, **options)
            name = str(database).removeprefix("file://").partition("?")[0]
            inside = False

            def statement(text: str) -> None:
                nonlocal inside
                word = text.split(None, 1)[0].upper()
                if word == "BEGIN":
                    inside = True
                elif word in {"COMMIT", "END"} or (word in WRITING and not inside):
                    inside = False
                    self._note("commit", name)

            found.set_trace_callback(statement)
            return found

        sqlite3.connect = watched  # type: ignore[assignment]


class FullFrom(CrashPoints):
    """Lets the disk be full from the n-th visit of a point on: no file can grow beyond what a command prints."""

    def __init__(self, point: str, visit: int) -> None:
        self._point, self._left = point, visit

    def reach(self, point: str) -> None:
        import resource

        self._left -= point == self._point
        if self._left == 0:
            resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_LEFT, ROOM_LEFT))


def _use(points: CrashPoints) -> None:
    import tui.commands.setup
    import tui.wiring

    tui.wiring.crash_points = tui.commands.setup.crash_points = lambda: points


def serve() -> None:
    """Answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    _warm()
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _child(request)
        answers.write(json.dumps({"pid": pid}) + "\n")
        answers.flush()
        _, status = os.waitpid(pid, 0)
        answers.write(json.dumps({"code": os.waitstatus_to_exitcode(status)}) + "\n")
        answers.flush()


def _warm() -> None:
    """Import what the commands import as they go; nothing of it may run yet, for threads do not survive a fork."""
    import functools
    import importlib
    import pkgutil

    import exports
    import recon
    import tui.cli
    import tui.commands

    rooms = ((recon, "recon."), (exports, "exports."), (tui.commands, "tui.commands."))
    ours = (module.name for room, prefix in rooms for module in pkgutil.walk_packages(room.__path__, prefix))
    for name in (
        *ours,
        "tui.wiring",
        "tui.failures",
        "httpx",
        "httpcore",
        "h11",
        "fastexcel",
        "_strptime",
        "encodings.idna",
    ):
        importlib.import_module(name)
    tui.cli.build_parser = functools.cache(tui.cli.build_parser)
    tui.cli.build_parser()


def _child(request: dict[str, Any]) -> None:
    """Be one command."""
    code = 70
    try:
        os.environ.update(request["env"])
        read, write = os.pipe()
        os.write(write, request["stdin"].encode())
        os.close(write)
        os.dup2(read, 0)
        for stream, number in (("out", 1), ("err", 2)):
            os.dup2(os.open(request[stream], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.stdin = os.fdopen(0, encoding="utf-8")
        if request["record"]:
            Witness(Path(request["record"])).install()
        if DISK_FULL_AT in os.environ:
            point, _, visit = os.environ[DISK_FULL_AT].partition(":")
            _use(FullFrom(point, int(visit or "1")))
        from tui.cli import main

        code = main(request["argv"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()

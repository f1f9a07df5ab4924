"""`make bench-tui`: what a person waits for at the screens, measured from outside in a pseudo-terminal of 120 x 40.

    python -m bench.tui                100,000 documents in the workspace, 1,000,000 rows to scroll
    python -m bench.tui --quick        fewer rows and rounds

It prints each figure with its aim and judges nothing. The terminal is read as fast as it can be; a real one draws on top of that.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from pathlib import Path
from typing import Any, Final

from bench.measure import ROOT
from bench.report import verdict
from bench.terminal import Terminal

DATA: Final = Path(__file__).parent / "data"
DOCUMENTS: Final = 100_000
ROWS: Final = 1_000_000
ROUNDS: Final = 5
KEYS: Final = 40
DOWN, UP, PAGE_DOWN, PAGE_UP, END, HOME = b"\x1b[B", b"\x1b[A", b"\x1b[6~", b"\x1b[5~", b"\x1b[F", b"\x1b[H"
LIST: Final = "Gross THB"
"""Stands in the heading once rows are there."""
TRIVIAL: Final = """
from textual.app import App
from textual.widgets import Static
class Trivial(App):
    def compose(self):
        yield Static("Needs you")
Trivial().run()
"""


class Report:
    """Prints as it goes and keeps everything for JSON."""

    def __init__(self) -> None:
        self.figures: list[dict[str, Any]] = []

    def row(self, name: str, value: float, unit: str, aim: float | None = None, note: str = "") -> None:
        """Print a figure with its aim."""
        said = "" if aim is None else f"aim <= {aim:g} {unit}: {verdict(value, aim)}"
        sys.stdout.write(f"  {name:<52}{value:>9.2f} {unit:<4} {said:<28}{note}\n".rstrip() + "\n")
        sys.stdout.flush()
        self.figures.append({"name": name, "value": round(value, 3), "unit": unit, "aim": aim, "note": note})


def program(root: Path, *, place: str = "home") -> Terminal:
    """Start the screens as a person does."""
    command = [sys.executable, "-m", "tui.cli", "-C", str(root), "tui", "--place", place]
    return Terminal(command, cwd=ROOT, env={"XDG_CONFIG_HOME": str(root.parent), "LANG": "C.UTF-8"})


def prepared(documents: int) -> Path:
    """Return a workspace whose newest plan holds about that many documents; made once and kept."""
    root = DATA / f"tui-{documents}" / "books"
    if (root / "made").exists():
        return root
    from bench.chain import CONNECTION, make_bench_workspace, open_bench
    from bench.generate import generate

    export = DATA / f"tui-{documents}.csv"
    export.parent.mkdir(parents=True, exist_ok=True)
    generate(documents * 17 // 10, export)
    os.utime(export, (0, 1_700_000_000))
    root.parent.mkdir(parents=True, exist_ok=True)
    workspace = make_bench_workspace(root)
    with open_bench(workspace) as service:
        service.connect(CONNECTION, sides=("ledger",), set_accounts=False)
        service.import_files([export])
        plan = service.plan(CONNECTION, rows=0)
    sys.stdout.write(f"  made a workspace of {plan.documents:,} documents\n")
    (root / "made").touch()
    return root


def starts(root: Path, report: Report, rounds: int) -> None:
    """Start to the first useful screen, beside an app that shows one word."""
    ours, review, trivial = [], [], []
    for _round in range(rounds):
        with Terminal([sys.executable, "-c", TRIVIAL], cwd=ROOT) as terminal:
            trivial.append(terminal.until("Needs you"))
            terminal.end()
        for figures, place, sign in ((ours, "home", "wait for your decision"), (review, "review", LIST)):
            with program(root, place=place) as terminal:
                figures.append(terminal.until(sign))
                terminal.end()
    yard = statistics.median(trivial)
    ratios = [one / other for one, other in zip(ours, trivial, strict=True)]
    report.row("a Textual app with one word", yard, "s")
    report.row("start to home with what waits", statistics.median(ours), "s", 1.0, spread(ours))
    report.row("  as a ratio to the one-word app", statistics.median(ratios), "x", 2.3, spread(ratios))
    report.row("start to the review list", statistics.median(review), "s", None, spread(review))


def keys(root: Path, report: Report, presses: int) -> None:
    """Keys at the review list: to the first changed byte, and to the last."""
    with program(root, place="review") as terminal:
        terminal.until(LIST)
        terminal.settle()
        for name, key in (("cursor down", DOWN), ("page down", PAGE_DOWN)):
            pressed(terminal, report, name, [key] * presses, 20)
        terminal.press(HOME)
        terminal.settle()
        terminal.answer(b"/")
        letters = list("amt>5000 st:ready") * max(1, presses // 17)
        letters = [letter.encode() for letter in "amt>5000 st:ready"]
        answers = [terminal.answer(key)[1] for key in [*letters, *[b"\x7f"] * len(letters)]]
        report.row(
            f"filter, each key, {DOCUMENTS:,} rows", statistics.median(answers), "ms", 100, f"worst {max(answers):.0f}"
        )
        terminal.press(b"\x1b")
        terminal.settle()
        report.row("memory of the program", terminal.memory_mib()[1], "MiB")
        terminal.end()


def pressed(terminal: Terminal, report: Report, name: str, presses: list[bytes], aim: float) -> None:
    """Press keys one after the other and say how long the screen took to change."""
    first, last = [], []
    for key in presses:
        begun, ended, _bytes = terminal.answer(key)
        first.append(begun)
        last.append(ended)
    report.row(f"{name}, to a changed screen", statistics.median(first), "ms", aim, f"worst {max(first):.0f}")
    report.row(f"{name}, to the last byte", statistics.median(last), "ms", None, f"worst {max(last):.0f}")


def million(rows: int, report: Report, presses: int) -> None:
    """Scroll the review screen over a million rows without letting go of the key."""
    command = [sys.executable, "-m", "bench.tui_many", str(rows), str(prepared(DOCUMENTS))]
    with Terminal(command, cwd=ROOT, env={"LANG": "C.UTF-8"}) as terminal:
        terminal.until(LIST, seconds=120)
        terminal.settle()
        steps = [*[PAGE_DOWN] * presses, *[DOWN] * presses, END, HOME, END, *[PAGE_UP] * presses]
        pauses = [terminal.answer(key, quiet=0.08)[0] for key in steps]
        report.row(
            f"scrolling {rows:,} rows, worst pause", max(pauses), "ms", 50, f"median {statistics.median(pauses):.0f}"
        )
        answers = [terminal.answer(key)[1] for key in (b"/", b"r", b"t", b"\x7f")]
        report.row(f"filter, worst key, {rows:,} rows", max(answers[1:]), "ms")
        now, most = terminal.memory_mib()
        report.row(f"memory of the review screen, {rows:,} rows", most, "MiB", 700, f"at the end {now}")
        terminal.end()


def spread(figures: list[float]) -> str:
    """Return the least and the most of some figures."""
    return f"{min(figures):.2f} .. {max(figures):.2f}"


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.tui", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rows and rounds")
    parser.add_argument("--json", metavar="FILE", help="write the figures for a program")
    options = parser.parse_args(arguments)
    documents, rows = (5_000, 100_000) if options.quick else (DOCUMENTS, ROWS)
    report = Report()
    load = os.getloadavg()[0]
    sys.stdout.write(f"Screens in a pseudo-terminal of 120 x 40; load {load:.1f} on {os.cpu_count()} cores\n")
    root = prepared(documents)
    starts(root, report, 2 if options.quick else ROUNDS)
    keys(root, report, 10 if options.quick else KEYS)
    million(rows, report, 10 if options.quick else KEYS)
    report.row("keys from 40 ready documents to the second door", 3, "keys", 6, "*, a, F9; asserted by a test")
    if options.json:
        Path(options.json).write_text(json.dumps({"load": load, "figures": report.figures}, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

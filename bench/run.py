"""`make bench`: every figure the project promises, as ratios measured side by side in one run. It judges nothing.

    python -m bench.run                      100,000 and 1,000,000 rows, everything
    python -m bench.run 100000 5000000       other sizes
    python -m bench.run --only chain,help    some parts
    python -m bench.run --json figures.json  the figures for a program

Parts: chain (file to stored plan, the same file again, pandas, DuckDB), excel, help, durable, upload, adopting, workbook, marketplaces, saft, summary. Each
piece runs in a fresh process; rounds take turns; figures are medians, ratios are medians of each round's own ratio.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench import adopting, marketplaces, saft, summary
from bench.measure import ROOT, Figure, NotInstalled, child, command, median, recon

SIZES: Final = (100_000, 1_000_000)
PARTS: Final = (
    "chain",
    "excel",
    "help",
    "durable",
    "upload",
    "adopting",
    "workbook",
    "marketplaces",
    "saft",
    "summary",
)
EXCEL_ROWS: Final = 100_000
WORKBOOK_DOCUMENTS: Final = 100_000
DOCUMENTS_SENT: Final = 500
ADOPTED: Final = 100_000
COMMITS: Final = 1_000
STARTS: Final = 11
AIMS: Final = {
    "chain ratio": 4.0, "chain MiB at 1M": 2048, "again ratio": 0.5, "exponent": 1.1, "excel ratio": 1.5, "help seconds": 0.15,
    "commit ratio": 1.5, "workbook ratio": 0.25, "workbook MiB": 1024, "adopting seconds": 2.0, "saft ratio": 2.0, "saft MiB": 1024,
}  # fmt: skip
STEPS: Final = (
    ("keep the file", "  keep the file (copy, hash, disk), and"),
    ("read", "    read it meanwhile"),
    ("normalize", "  normalize"),
    ("store the orders", "  store the orders (Parquet, disk)"),
    ("import in all", "import in all"),
    ("make the plan", "  make the plan, findings, postings"),
    ("store the plan", "  store the plan (Parquet, disk)"),
    ("plan in all", "plan in all"),
    ("file to stored plan", "FILE TO STORED PLAN"),
)


class Report:
    """Prints as it goes and keeps everything for JSON."""

    def __init__(self) -> None:
        self.figures: list[dict[str, Any]] = []

    def line(self, text: str = "") -> None:
        """Print a line at once."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def title(self, text: str, columns: str = "seconds   peak MiB   ratio") -> None:
        """Begin a table."""
        self.line(f"\n{text}")
        self.line(f"  {'':<40}{columns}")

    def row(
        self, part: str, name: str, *, seconds: float, mib: float | None = None, ratio: float | None = None,
        aim: float | None = None, aim_mib: float | None = None, of: str = "ratio",
    ) -> None:  # fmt: skip
        """Print a figure with its aim and whether it is met, and keep it."""
        cells = (
            f"{seconds:>9.3f}{'' if mib is None else f'{mib:,.0f}':>11}{'' if ratio is None else f'{ratio:.2f} x':>10}"
        )
        said = []
        if aim is not None:
            value = ratio if of == "ratio" else seconds
            said.append(f"aim <= {aim:g}{' x' if of == 'ratio' else ' s'}: {verdict(value, aim)}")
        if aim_mib is not None:
            said.append(f"aim <= {aim_mib:,.0f} MiB: {verdict(mib, aim_mib)}")
        self.line(f"  {name:<38}{cells}   {', '.join(said)}".rstrip())
        self.figures.append({
            "part": part, "name": name.strip(), "seconds": round(seconds, 4), "peak_mib": mib, "aim": aim, "aim_mib": aim_mib,
            "ratio": None if ratio is None else round(ratio, 3),
        })  # fmt: skip

    def note(self, part: str, text: str, **facts: Any) -> None:
        """Print a sentence and keep its facts."""
        self.line(f"  {text}")
        self.figures.append({"part": part, "note": text, **facts})


def verdict(value: float | None, aim: float) -> str:
    """Say whether an aim is met."""
    return "not measured" if value is None else "ok" if value <= aim else "over"


class Chain:
    """One size: the yardstick, the real chain, the same file again and the plain programs, in interleaved rounds."""

    def __init__(self, rows: int, data: Path, rounds: int, report: Report) -> None:
        self.rows, self.rounds, self.report = rows, rounds, report
        self.path = made_file(data / f"orders-{rows}.csv", "export", rows)
        self.figures: dict[str, list[Figure]] = {}
        self.missing: set[str] = set()
        self.large = rows >= SIZES[0]
        """Below, fixed costs rule and the aims mean nothing."""

    def measure(self) -> None:
        """Run all rounds."""
        for number in range(self.rounds):
            with tempfile.TemporaryDirectory(prefix="bench-", dir=self.path.parent) as folder:
                for job in ("scan", "chain", "again", "duckdb", "pandas"):
                    self._one(job, Path(folder))
                self._commands(Path(folder) / "commands")
            self.report.line(f"  round {number + 1} of {self.rounds} done") if self.rows >= EXCEL_ROWS else None

    def _one(self, job: str, folder: Path) -> None:
        if job in self.missing:
            return
        own = folder / ("chain" if job in ("chain", "again") else job)
        own.mkdir(exist_ok=True)
        try:
            figure = child(job, self.path, *(() if job == "scan" else (own,)))
        except NotInstalled as missing:
            self.missing.add(job)
            self.report.line(f"  {job}: {missing} (pip install -e '.[bench]'); left out")
            return
        self.figures.setdefault(job, []).append(figure)

    def _commands(self, folder: Path) -> None:
        """The same as a person does it: two commands, each a process."""
        folder.mkdir()
        child("prepare", folder)
        steps = {}
        for name, rest in (("import", [self.path]), ("plan", [])):
            steps[name] = command(recon("-C", folder / "workspace", name, *rest), env={"XDG_CONFIG_HOME": str(folder)})
        seconds = sum(step.seconds for step in steps.values())
        peak = max(step.peak_mib for step in steps.values())
        self.figures.setdefault("commands", []).append(Figure(seconds, peak, wall=seconds, steps=steps))

    def seconds(self, job: str, step: str = "") -> list[float]:
        """Return the seconds of a job or of one of its steps, round by round."""
        return [(figure.steps[step] if step else figure).seconds for figure in self.figures.get(job, [])]

    def ratio(self, job: str, step: str = "") -> float:
        """Return the median of the ratios to the same round's bare scan."""
        return median([ours / bare for ours, bare in zip(self.seconds(job, step), self.seconds("scan"), strict=True)])

    def peak(self, job: str, step: str = "") -> float:
        """Return the median peak."""
        return median([float((f.steps[step] if step else f).peak_mib) for f in self.figures.get(job, [])])

    def show(self) -> None:
        """Print the table of this size."""
        part, facts = f"chain {self.rows}", self.figures["chain"][-1].facts
        columns = self.figures["scan"][-1].facts["columns"]
        self.report.title(
            f"{self.rows:,} rows, {self.path.stat().st_size / 1e6:,.0f} MB, {facts['orders']:,} orders -> {facts['documents']:,} documents, "
            f"{facts['postings']:,} postings, {facts['findings']:,} findings, difference {facts['difference']}",
            "seconds   peak MiB   x bare scan",
        )
        self.report.row(
            part,
            f"bare scan of the {columns} columns",
            seconds=median(self.seconds("scan")),
            mib=self.peak("scan"),
            ratio=1.0,
        )
        for step, name in STEPS:
            whole = step == "file to stored plan"
            self.report.row(
                part, name, seconds=median(self.seconds("chain", step)), mib=self.peak("chain", step),
                ratio=self.ratio("chain", step), aim=AIMS["chain ratio"] if whole else None,
                aim_mib=AIMS["chain MiB at 1M"] if whole and self.rows == SIZES[-1] else None,
            )  # fmt: skip
        self._show_commands(part)
        again = median(self.seconds("again"))
        self.report.row(
            part,
            "the same file again",
            seconds=again,
            mib=self.peak("again"),
            ratio=self.ratio("again"),
            aim=AIMS["again ratio"] if self.large else None,
        )
        for job, name in (("duckdb", "the same job plainly in DuckDB"), ("pandas", "the same job plainly in pandas")):
            if job in self.figures:
                self.report.row(
                    part, name, seconds=median(self.seconds(job)), mib=self.peak(job), ratio=self.ratio(job)
                )
                agree = self.agrees(job)
                self.report.note(
                    part, f"  ... documents, postings and sums {'equal' if agree else 'DIFFER from'} ours", agrees=agree
                )
        self._show_noise(part)

    def _show_commands(self, part: str) -> None:
        """Whole processes against the whole process of the bare scan."""
        runs, bare = self.figures["commands"], [figure.wall for figure in self.figures["scan"]]
        for step, name in (
            ("import", "  recon import"),
            ("plan", "  recon plan"),
            ("", "as two commands (to a bare scan's process)"),
        ):
            each = [run.steps[step] if step else run for run in runs]
            self.report.row(
                part, name, seconds=median([figure.seconds for figure in each]), mib=median([float(f.peak_mib) for f in each]),
                ratio=median([figure.seconds / wall for figure, wall in zip(each, bare, strict=True)]),
                aim=AIMS["chain ratio"] if not step and self.large else None,
                aim_mib=AIMS["chain MiB at 1M"] if not step and self.rows == SIZES[-1] else None,
            )  # fmt: skip

    def _show_noise(self, part: str) -> None:
        """Say how far the rounds lie apart, and what the figure is where others slow the machine least."""
        chain, scan = self.figures["chain"], self.figures["scan"]
        spread = [ours.seconds / bare.seconds for ours, bare in zip(chain, scan, strict=True)]
        fastest = min(f.seconds for f in chain) / min(f.seconds for f in scan)
        busy = median([f.cpu for f in chain]) / median([f.cpu for f in scan])
        self.report.note(
            part,
            f"the chain's ratio over the rounds: {min(spread):.2f} .. {max(spread):.2f}; fastest chain against fastest scan "
            f"{fastest:.2f}; in processor seconds {busy:.2f}",
            spread=spread, fastest=fastest, processor=busy,
        )  # fmt: skip

    def agrees(self, job: str) -> bool:
        """Return whether a plain program came to the same documents, postings and sums."""
        ours, theirs = self.figures["chain"][-1].facts, self.figures[job][-1].facts
        total, debits = (int(ours[name].replace(".", "")) for name in ("total", "debits"))
        same = (theirs["documents"], theirs["postings"]) == (ours["documents"], ours["postings"])
        return same and (theirs["total_minor"], theirs["debit_minor"]) == (total, debits)


def made_file(path: Path, job: str, rows: int) -> Path:
    """Return a generated file, made once, and old enough for intake not to wait for it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        waiting = path.with_name(f"new-{path.name}")
        child(job, rows, waiting)
        waiting.replace(path)
    if time.time() - path.stat().st_mtime < 60:
        os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def chains(sizes: list[int], data: Path, rounds: int, report: Report) -> None:
    """Measure every size, then say how time grows between them."""
    done = []
    for rows in sizes:
        chain = Chain(rows, data, rounds, report)
        chain.measure()
        chain.show()
        done.append(chain)
    pairs = [*itertools.pairwise(done), *([(done[0], done[-1])] if len(done) > 2 else [])]
    for small, large in pairs:
        if small.rows == large.rows:
            continue
        grown = math.log(large.rows / small.rows)
        exponents = [
            math.log(median(large.seconds(job)) / median(small.seconds(job))) / grown for job in ("chain", "scan")
        ]
        report.note(
            "growth",
            f"{small.rows:,} to {large.rows:,} rows: the chain's time grows with exponent {exponents[0]:.2f} (bare scan "
            f"{exponents[1]:.2f}); aim <= {AIMS['exponent']:g}: {verdict(exponents[0], AIMS['exponent'])}",
            exponent=exponents[0], scan_exponent=exponents[1],
        )  # fmt: skip


def excel(rows: int, data: Path, rounds: int, report: Report) -> None:
    """Measure an Excel export through the profile source."""
    path = made_file(data / f"orders-{rows}.xlsx", "sheet", rows)
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(child("excel-bare", path))
        ours.append(child("excel-ours", path))
    assert {figure.facts["rows"] for figure in bare + ours} == {rows}, "both read every row"
    report.title(
        f"Excel export, {rows:,} rows x 40 columns, {path.stat().st_size / 1e6:.0f} MB",
        "seconds   peak MiB   x read_excel",
    )
    report.row(
        "excel", "polars.read_excel alone", seconds=median([f.seconds for f in bare]), mib=bare[-1].peak_mib, ratio=1.0
    )
    for step, aim in (("read", None), ("normalize", None), ("read and normalize", AIMS["excel ratio"])):
        pairs = [(o.steps[step].seconds, b.seconds) for o, b in zip(ours, bare, strict=True)]
        report.row(
            "excel", step if aim else f"  {step}", seconds=median([o for o, _ in pairs]), mib=ours[-1].steps[step].peak_mib,
            ratio=median([o / b for o, b in pairs]), aim=aim,
        )  # fmt: skip


def help_text(starts: int, report: Report) -> None:
    """Measure how long a person waits for `recon --help`."""
    nothing, ours = [], []
    for _ in range(starts):
        nothing.append(command([sys.executable, "-c", "pass"]).seconds)
        ours.append(command(recon("--help")).seconds)
    report.title("Starting", "seconds              x python -c pass")
    report.row("help", "python -c pass", seconds=median(nothing), ratio=1.0)
    ratio = median([o / n for o, n in zip(ours, nothing, strict=True)])
    report.row("help", "recon --help", seconds=median(ours), ratio=ratio, aim=AIMS["help seconds"], of="seconds")


def durable(count: int, data: Path, rounds: int, report: Report) -> None:
    """Measure the two commits of every upload."""
    rounds_facts = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as folder:
            rounds_facts.append(child("durable", count, folder).facts)
    report.title(f"Safety of an upload, {count:,} documents", "seconds              x append+fdatasync")
    middle = {name: median([facts[name] for facts in rounds_facts]) for name in rounds_facts[0]}
    report.row("durable", "append 200 bytes, fdatasync", seconds=middle["bare_ms"] / 1000, ratio=1.0)
    for name, text in (("intent", "intent, before sending"), ("result", "result, after the answer")):
        report.row(
            "durable",
            text,
            seconds=middle[f"{name}_ms"] / 1000,
            ratio=middle[f"{name}_ratio"],
            aim=AIMS["commit ratio"],
        )
    report.note(
        "durable",
        f"in milliseconds: {middle['bare_ms']:.2f}, {middle['intent_ms']:.2f}, {middle['result_ms']:.2f}",
        **middle,
    )


def upload(count: int, data: Path, rounds: int, report: Report) -> None:
    """Measure the uploader against the sandbox ledger."""
    runs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as folder:
            runs.append(child("upload", count, folder))
    facts = {name: median([run.facts[name] for run in runs]) for name in runs[0].facts}
    report.title(f"Upload of {facts['sent']:.0f} documents into the sandbox PEAK", "seconds   peak MiB")
    report.row(
        "upload",
        "upload",
        seconds=median([run.seconds for run in runs]),
        mib=median([float(run.peak_mib) for run in runs]),
    )
    ours = facts["commits_ms"] + facts["rest_ms"]
    report.note(
        "upload",
        f"{facts['per_second']:.0f} documents a second: {facts['ledger_ms']:.1f} ms each in the ledger's answer, {ours:.1f} ms ours "
        f"(two commits {facts['commits_ms']:.1f}). What limits it: {'the ledger' if facts['ledger_ms'] > ours else 'recon'}.",
        **facts,
    )


def workbook(documents: int, report: Report) -> None:
    """Measure the audit workbook against XlsxWriter; both write the same tables."""
    import importlib.util

    from bench.workbook import compare

    if importlib.util.find_spec("xlsxwriter") is None:
        report.line("\nAudit workbook: XlsxWriter is not installed (pip install -e '.[bench]'); left out")
        return
    report.title(f"Audit workbook of about {documents:,} documents", "seconds   peak MiB   x XlsxWriter")
    for figure in compare(documents):
        is_ours = figure["writer"] == "ours"
        report.row(
            "workbook", f"{figure['writer']}, {figure['cells']:,} cells, {figure['mb']} MB", seconds=figure["seconds"],
            mib=figure["peak_mib"], ratio=figure["ratio"], aim=AIMS["workbook ratio"] if is_ours else None,
            aim_mib=AIMS["workbook MiB"] if is_ours else None,
        )  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure and print; 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="Figures of performance, as ratios.")
    parser.add_argument("rows", nargs="*", type=int, help="sizes of the Shopify export (100000 1000000)")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, joined by commas: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (5)")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "bench" / "data", help="where generated files lie (bench/data)"
    )
    parser.add_argument("--json", type=Path, help="write the figures here too")
    given = parser.parse_args(arguments)
    sizes, parts = sorted(given.rows or SIZES), given.only.split(",")
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    given.data.mkdir(parents=True, exist_ok=True)
    report, largest = Report(), sizes[-1]
    work: dict[str, Callable[[], None]] = {
        "chain": lambda: chains(sizes, given.data, given.rounds, report),
        "excel": lambda: excel(min(EXCEL_ROWS, largest), given.data, given.rounds, report),
        "help": lambda: help_text(min(STARTS, 2 * given.rounds + 1), report),
        "durable": lambda: durable(min(COMMITS, largest // 20), given.data, given.rounds, report),
        "upload": lambda: upload(min(DOCUMENTS_SENT, largest // 20), given.data, min(3, given.rounds), report),
        "adopting": lambda: adopting.measure(
            min(ADOPTED, largest), given.data, min(3, given.rounds), report, AIMS["adopting seconds"]
        ),
        "marketplaces": lambda: marketplaces.measure(
            min(EXCEL_ROWS, largest), given.data, given.rounds, report, made_file, AIMS["chain ratio"]
        ),
        "saft": lambda: saft.measure(
            largest, given.data, min(3, given.rounds), report, made_file, (AIMS["saft ratio"], int(AIMS["saft MiB"]))
        ),
        "summary": lambda: summary.measure(
            largest, made_file(given.data / f"orders-{largest}.csv", "export", largest), given.rounds, report
        ),
        "workbook": lambda: workbook(min(WORKBOOK_DOCUMENTS, largest), report),
    }
    report.line(machine(given.data))
    for part in PARTS:
        if part in parts:
            work[part]()
    if given.json:
        facts = {"machine": machine(given.data), "rounds": given.rounds, "figures": report.figures}
        given.json.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def machine(data: Path) -> str:
    """Say what was measured on, without naming the machine."""
    cores = os.cpu_count() or 0
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    free = shutil.disk_usage(data).free // 2**30
    return f"Python {sys.version.split()[0]}, {sys.platform}, {cores} cores{load}, {free} GiB free"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

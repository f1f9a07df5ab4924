"""The whole chain at every size, beside the bare read and the plain programs: its table, and how time grows with the rows."""

from __future__ import annotations

import itertools
import math
import tempfile
from pathlib import Path
from typing import Final

from bench.measure import Figure, NotInstalled, child, command, made_file, median, recon
from bench.report import AIMS, Report, verdict

SIZES: Final = (100_000, 1_000_000)
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
            self.report.line(f"  round {number + 1} of {self.rounds} done") if self.large else None

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

"""Measure work in fresh processes, so that nothing warmed or swollen before it counts: seconds, peak memory, medians.

The measuring process itself never imports Polars and stays small. A child times its own work (without starting Python
and importing libraries) and reads its own peak; where the system can, the peak is taken anew for every step.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

STATUS: Final = Path("/proc/self/status")
CLEAR_PEAK: Final = Path("/proc/self/clear_refs")
WAITS: Final = 4
"""Exit code of `recon` where something waits for a person, as documents of a plan do."""
ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass
class Figure:
    """Seconds and memory of one piece of work, once."""

    seconds: float
    peak_mib: int
    wall: float = 0.0
    """Whole process, with starting Python and importing."""
    cpu: float = 0.0
    """Processor seconds of all threads; steadier than seconds where others use the machine."""
    steps: dict[str, Figure] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


class NotInstalled(Exception):
    """A yardstick is not there."""


def child(job: str, *arguments: object, env: Mapping[str, str] | None = None) -> Figure:
    """Run a job of `bench.jobs` in a fresh process and return its figures.

    Raises:
        NotInstalled: A library the job compares with is missing.
        RuntimeError: The job failed; the text is its own.
    """
    command = [sys.executable, "-m", "bench.jobs", job, *map(str, arguments)]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **(env or {})})
    wall = time.perf_counter() - start
    if done.returncode == 3:
        raise NotInstalled(done.stderr.strip())
    if done.returncode:
        raise RuntimeError(f"{job} failed:\n{done.stderr[-4000:]}")
    figure = figure_from(json.loads(done.stdout.strip().splitlines()[-1]))
    figure.wall = wall
    return figure


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


def figure_from(facts: Mapping[str, Any]) -> Figure:
    """Return a figure from its JSON form."""
    steps = {name: figure_from(step) for name, step in facts.get("steps", {}).items()}
    return Figure(
        facts["seconds"],
        facts["peak_mib"],
        facts.get("wall", 0.0),
        facts.get("cpu", 0.0),
        steps,
        facts.get("facts", {}),
    )


def command(arguments: list[str], *, env: Mapping[str, str] | None = None) -> Figure:
    """Run a whole command; returns its seconds with starting Python, and its peak where the system tells.

    Raises:
        RuntimeError: It failed; the text is its own.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **(env or {})}
    ) as process:  # fmt: skip
        said = process.stderr.read() if process.stderr else ""
        peak = 0
        if hasattr(os, "wait4"):  # a child's peak begins at its parent's size, which is small here
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = usage.ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024)
        wall = time.perf_counter() - start
    if process.returncode not in (0, WAITS):
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{said[-4000:]}")
    return Figure(wall, peak, wall=wall)


def recon(*arguments: object) -> list[str]:
    """Return the command line of `recon` as it is installed, without depending on where."""
    return [sys.executable, "-c", "from tui.cli import main; raise SystemExit(main())", *map(str, arguments)]


def peak_mib() -> int:
    """Return this process's largest resident size since its start or the last `clear_peak`."""
    if STATUS.exists():
        return (
            int(next(line.split()[1] for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))) // 1024
        )
    import resource

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit


def clear_peak() -> None:
    """Begin the peak anew at the present size, where the system can."""
    if CLEAR_PEAK.exists():
        CLEAR_PEAK.write_text("5")


class Steps:
    """Seconds, processor seconds and peak of named steps inside one process; steps may lie in steps and come again."""

    def __init__(self) -> None:
        self.spent: dict[str, Figure] = {}
        self._open: list[Figure] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        self._note_peak()
        clear_peak()
        figure = self.spent.setdefault(name, Figure(0.0, 0))
        self._open.append(figure)
        start, busy = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            figure.seconds += time.perf_counter() - start
            figure.cpu += time.process_time() - busy
            self._note_peak()
            self._open.pop()

    def _note_peak(self) -> None:
        """Give the peak since it was last cleared to every step that is open."""
        reached = peak_mib() if self._open else 0
        for figure in self._open:
            figure.peak_mib = max(figure.peak_mib, reached)

    def wrap(self, owner: object, function: str, name: str) -> None:
        """Time a function of a module or class wherever it is called from there."""
        plain: Callable[..., Any] = getattr(owner, function)

        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.step(name):
                return plain(*args, **kwargs)

        setattr(owner, function, timed)

    def facts(self) -> dict[str, dict[str, float]]:
        """Return the steps as JSON."""
        return {
            name: {"seconds": figure.seconds, "peak_mib": figure.peak_mib, "cpu": figure.cpu}
            for name, figure in self.spent.items()
        }


def median(values: list[float]) -> float:
    """Return the median; 0 of nothing."""
    return statistics.median(values) if values else 0.0

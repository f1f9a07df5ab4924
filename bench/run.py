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
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench import adopting, marketplaces, saft, summary
from bench.chain_sizes import SIZES, chains
from bench.measure import ROOT, child, command, made_file, median, recon
from bench.report import AIMS, Report

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
            min(EXCEL_ROWS, largest), given.data, given.rounds, report, AIMS["chain ratio"]
        ),
        "saft": lambda: saft.measure(
            largest, given.data, min(3, given.rounds), report, (AIMS["saft ratio"], int(AIMS["saft MiB"]))
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

"""One piece of measured work in this process; prints its figures as one line of JSON. Run by `bench.measure.child`.

python -m bench.jobs scan bench/data/orders-100000.csv
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench.measure import Steps, clear_peak, peak_mib

Facts = dict[str, Any]


def timed(work: Callable[[], Any]) -> Facts:
    """Return seconds and peak of one piece of work, and what it says."""
    clear_peak()
    start, busy = time.perf_counter(), time.process_time()
    said = work()
    seconds, cpu = time.perf_counter() - start, time.process_time() - busy
    return {"seconds": seconds, "cpu": cpu, "peak_mib": peak_mib(), "facts": said if isinstance(said, dict) else {}}


def of_steps(steps: Steps, whole: str, facts: Facts) -> Facts:
    """Return the figures of a job that timed its own steps."""
    every = steps.facts()
    return {**every[whole], "steps": every, "facts": facts}


def scan(path: str) -> Facts:
    """The bare read of the needed columns."""
    import polars  # noqa: F401 - not part of the time

    from bench import chain

    columns = chain.needed_columns(Path(path))
    figures = timed(lambda: {"rows": chain.scan(Path(path))})
    figures["facts"]["columns"] = len(columns)
    return figures


def whole_chain(path: str, folder: str) -> Facts:
    """File to stored plan; leaves its workspace in the folder."""
    from bench.chain import run_chain

    steps, facts = run_chain(Path(path), Path(folder))
    return of_steps(steps, "file to stored plan", facts)


def prepare(folder: str) -> Facts:
    """A workspace for commands."""
    from bench.chain import prepare as make

    return timed(lambda: make(Path(folder)))


def again(path: str, folder: str) -> Facts:
    """The same file once more."""
    from bench.chain import run_again

    return of_steps(run_again(Path(path), Path(folder)), "again", {})


def pandas(path: str, folder: str) -> Facts:
    """The same job, plainly, in pandas."""
    from bench import chain, pandas_chain

    columns = chain.needed_columns(Path(path))
    return timed(lambda: pandas_chain.run(Path(path), Path(folder), columns))


def duckdb(path: str, folder: str) -> Facts:
    """The same job, plainly, in DuckDB."""
    from bench import chain, duckdb_chain

    columns = chain.needed_columns(Path(path))
    return timed(lambda: duckdb_chain.run(Path(path), Path(folder), columns))


def export(rows: str, path: str) -> Facts:
    """Make the Shopify export."""
    from bench.generate import generate

    return timed(lambda: {"orders": generate(int(rows), Path(path))})


def sheet(rows: str, path: str) -> Facts:
    """Make the Excel export."""
    from bench.excel import make_workbook

    return timed(lambda: make_workbook(int(rows), Path(path)))


def excel_bare(path: str) -> Facts:
    """polars.read_excel and nothing else."""
    import polars as pl

    return timed(lambda: {"rows": pl.read_excel(path).height})


def excel_ours(path: str) -> Facts:
    """The profile source: read, then normalize."""
    from bench.excel import read_workbook

    steps, facts = read_workbook(Path(path))
    return of_steps(steps, "read and normalize", facts)


def durable(count: str, folder: str) -> Facts:
    """Commits of the outbox beside append and fdatasync."""
    from bench.durable import run

    return run(int(count), Path(folder))


def upload(count: str, folder: str) -> Facts:
    """Documents through the uploader into the sandbox ledger."""
    from bench.posting import run

    return run(int(count), Path(folder))


def adopting(count: str, folder: str) -> Facts:
    """Orders that somebody else posted, adopted."""
    from bench.adopting import run

    return run(int(count), Path(folder))


def market_maker(market: str) -> Callable[..., Facts]:
    """Return the job that makes a marketplace's export."""

    def made(rows: str, path: str) -> Facts:
        from bench.marketplaces import make

        return timed(lambda: make(market, int(rows), Path(path)))

    return made


def market_bare(path: str, market: str) -> Facts:
    """The bare read of a marketplace's export."""
    import polars  # noqa: F401 - not part of the time

    from bench.marketplaces import bare_read

    return timed(lambda: {"rows": bare_read(Path(path), market)})


def market_chain(path: str, folder: str, market: str) -> Facts:
    """A marketplace's export to the stored plan."""
    from bench.marketplaces import run_chain

    steps, facts = run_chain(Path(path), Path(folder), market)
    return of_steps(steps, "file to stored plan", facts)


def saft_maker(shape: str) -> Callable[..., Facts]:
    """Return the job that makes a till's file."""

    def made(rows: str, path: str) -> Facts:
        from bench.saft import make

        return timed(lambda: make(shape, int(rows), Path(path)))

    return made


def saft_bare(path: str, yard: str) -> Facts:
    """A bare parser over a till's file."""
    import lxml.etree  # noqa: F401 - not part of the time

    from bench.saft import bare_parse

    return timed(lambda: bare_parse(Path(path), yard))


def saft_chain(path: str, folder: str) -> Facts:
    """A till's file to the stored plan."""
    from bench.saft import STEPS, run_chain

    steps, facts = run_chain(Path(path), Path(folder))
    return of_steps(steps, STEPS[-1], facts)


def summary(path: str, folder: str) -> Facts:
    """File to stored plan with one document a day."""
    from bench.summary import STEPS, run_summary

    steps, facts = run_summary(Path(path), Path(folder))
    return of_steps(steps, STEPS[-1], facts)


OURS: Final = (
    "chain",
    "again",
    "prepare",
    "excel-ours",
    "durable",
    "upload",
    "adopting",
    "market-chain",
    "saft-chain",
    "summary",
)
"""Jobs that run with allocator and garbage collection as the `recon` command sets them; yardsticks run as their libraries come."""
JOBS: Final[dict[str, Callable[..., Facts]]] = {
    "scan": scan, "chain": whole_chain, "again": again, "prepare": prepare, "pandas": pandas, "duckdb": duckdb, "export": export,
    "sheet": sheet, "excel-bare": excel_bare, "excel-ours": excel_ours, "durable": durable, "upload": upload,
    "adopting": adopting, "summary": summary,
    "market-bare": market_bare, "market-chain": market_chain,
    "saft-bare": saft_bare, "saft-chain": saft_chain,
    **{f"make-saft-{shape}": saft_maker(shape) for shape in ("full", "short")},
    **{f"make-{market}": market_maker(market) for market in ("shopee", "lazada", "tiktok")},
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run one job; 3: a library it needs is not installed."""
    if arguments[0] in OURS:
        from tui.cli import KEEP_FREED_PAGES
        from tui.garbage import wait_with_garbage

        os.environ.setdefault("_RJEM_MALLOC_CONF", KEEP_FREED_PAGES)
        wait_with_garbage()
    try:
        figures = JOBS[arguments[0]](*arguments[1:])
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{error.name} is not installed")
        return 3
    sys.stdout.write(json.dumps(figures, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

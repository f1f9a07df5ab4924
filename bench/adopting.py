"""A hundred thousand orders that somebody else posted: recognised, approved and noted as posted, in one transaction.

The ledger's list is in memory, the orders are planned; from there to the commit is what is measured. The yardstick does the
least that could be called the same: joins the same two frames on the number and inserts the rows into a table of
SQLite without an index, in one durable transaction.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.chain import CONNECTION, connect_bench, make_bench_workspace, open_bench
from bench.measure import Steps, child, clear_peak, median, peak_mib
from bench.report import Report

if TYPE_CHECKING:
    import polars as pl

STEPS: Final = (
    ("recognise", "  recognise"),
    ("choose", "  choose and check"),
    ("store the plan", "  store the plan (Parquet, disk)"),
    ("approve", "  approve"),
    ("note", "  note as posted"),
    ("adopting", "ADOPTING"),
)


def measure(count: int, data: Path, rounds: int, report: Report, aim: float) -> None:
    """Measure it and print its table."""
    runs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as folder:
            runs.append(child("adopting", count, folder))
    documents = runs[-1].facts["documents"]
    report.title(f"{documents:,} documents of somebody else adopted", "seconds   peak MiB   x join and insert")
    bare = [run.facts["bare_seconds"] for run in runs]
    report.row(
        "adopting", "join both, insert into SQLite", seconds=median(bare), mib=runs[-1].facts["bare_mib"], ratio=1.0
    )
    for step, name in STEPS:
        seconds = [run.steps[step].seconds for run in runs]
        report.row(
            "adopting", name, seconds=median(seconds), mib=median([float(run.steps[step].peak_mib) for run in runs]),
            ratio=median([ours / least for ours, least in zip(seconds, bare, strict=True)]),
            aim=aim if step == "adopting" else None, of="seconds",
        )  # fmt: skip
    whole = median([run.facts["command_seconds"] for run in runs])
    report.note("adopting", f"the whole command, which plans before and after: {whole:.2f} s", command_seconds=whole)


def run(count: int, folder: Path) -> dict[str, Any]:
    """Plan that many documents, let a ledger list them all, and adopt them; returns seconds by step and the yardstick's."""
    from recon.service import adopting
    from recon.service.adoptable import Word
    from recon.service.adopting import Others
    from recon.service.kept_plans import load_plan_frame

    workspace, batch = _planned(count, folder)
    steps = Steps()
    with open_bench(workspace) as service:
        context = service._context  # noqa: SLF001 - the room is timed from inside
        documents = load_plan_frame(context, context.store.batches.get(batch), "documents").sort("doc_no").head(count)
        entries = _entries(documents)
        _keep(context, entries)
        bare, bare_mib = _yardstick(documents, entries, folder / "bare.db")
        for name, function in (
            ("recognise", "recognised"), ("choose", "_orders_named"), ("choose", "_pairs"), ("choose", "_problems"),
            ("store the plan", "keep_plan"), ("approve", "approve"), ("note", "note_adopted"), ("enter", "_enter_adopted"),
            ("plan", "build_plan"), ("plan anew", "plan"), ("gather", "_gather"),
        ):  # fmt: skip
            steps.wrap(adopting, function, name)
        start = time.perf_counter()
        clear_peak()
        with steps.step("command"):
            done = Others(context).adopt(CONNECTION, Word(actor="Bench", reason="pushed", sureties=("certain",)))
        whole = time.perf_counter() - start
    every = steps.facts()
    spent = {name: facts["seconds"] for name, facts in every.items()}
    adopted = sum(spent[name] for name in ("recognise", "choose", "enter"))
    mib = max(every[name]["peak_mib"] for name in ("recognise", "choose", "enter"))
    every["adopting"] = {"seconds": adopted, "peak_mib": mib, "cpu": 0.0}
    facts = {"documents": done.documents, "bare_seconds": bare, "bare_mib": bare_mib, "command_seconds": whole}
    return {"seconds": adopted, "peak_mib": mib, "steps": every, "facts": facts}


def _planned(count: int, folder: Path) -> tuple[Any, str]:
    """Return a workspace with so many planned documents, and the draft."""
    from bench.generate import generate
    from recon.config.edits import with_setting

    export = folder / "orders.csv"
    generate(max(2, count * 172 // 100), export)
    workspace = make_bench_workspace(folder / "workspace")
    path = workspace.root / "recon.toml"
    text = with_setting(path.read_text(encoding="utf-8"), ("connections", CONNECTION, "writers"), value="shared")
    path.write_text(text, encoding="utf-8")
    with open_bench(workspace) as service:
        connect_bench(service)
        service.import_files([export])
        return workspace, str(service.plan(CONNECTION, rows=0).batch)


def _entries(documents: pl.DataFrame) -> pl.DataFrame:
    """Return the same documents as another integration would have written them: own numbers, our order's as reference."""
    import polars as pl

    from recon.match.elsewhere import LEDGER_ENTRIES

    no = pl.int_range(pl.len(), dtype=pl.UInt32)
    return documents.select(
        no.alias("entry_no"), pl.col("kind").cast(pl.String), pl.format("id-{}", no).alias("ledger_id"),
        pl.format("ZO-2026{}", no + 1_000_000).alias("number"), pl.col("order_number").alias("reference"),
        pl.lit("ขายออนไลน์").alias("remark"), "issued_on", "total_minor", "vat_minor", pl.lit(0, pl.Int64).alias("remain_minor"),
        pl.lit("ONLINE").alias("contact_code"), pl.lit(value=False).alias("is_void"),
    ).cast(LEDGER_ENTRIES)  # fmt: skip


def _keep(context: Any, entries: pl.DataFrame) -> None:
    from recon.service.ledger_entries import Entries, keep_entries

    days = entries["issued_on"]
    first, last = days.min(), days.max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    keep_entries(context, CONNECTION, Entries(entries, context.clock.now(), first, last))


def _yardstick(documents: pl.DataFrame, entries: pl.DataFrame, path: Path) -> tuple[float, int]:
    """Join both on the order's number and insert what comes out, durably; returns seconds and peak."""
    clear_peak()
    start = time.perf_counter()
    joined = documents.join(entries, left_on="order_number", right_on="reference", how="inner").select(
        "document_key", "order_key", "kind", "order_number", "number_right", "ledger_id", "total_minor", "vat_minor"
    )
    with sqlite3.connect(path, isolation_level=None) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("CREATE TABLE documents (key, order_key, kind, order_number, number, ledger_id, total, vat)")
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", joined.iter_rows())
        bare.execute("COMMIT")
    bare.close()
    return time.perf_counter() - start, peak_mib()

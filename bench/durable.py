"""What it costs to be safe: the outbox's two commits for each document beside append and fdatasync on the same disk.

The bare write appends 200 bytes and waits for the disk, as the cheapest log of sends would. Blocks of the three kinds
take turns, so that a busy minute of the disk meets them all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import statistics
import time
from pathlib import Path
from typing import Any, Final

from bench.measure import peak_mib

BLOCK: Final = 50
_DAY: Final = dt.date(2026, 7, 1)


def run(count: int, folder: Path) -> dict[str, Any]:
    """Send that many documents on paper; returns milliseconds a commit (medians) and their ratios to the bare write."""
    from recon.ports import SystemClock
    from recon.store.outbox_moves import Outcome
    from recon.store.store import Store

    clock = SystemClock()
    store = Store.open(folder / ".recon", clock=clock, actor="bench", create=True, anchors=folder / "heads")
    batch = approve_all(store, receipts(count), company_id="bench")
    bare: list[float] = []
    intents: list[float] = []
    results: list[float] = []
    log = os.open(folder / "bare.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sync = getattr(os, "fdatasync", os.fsync)
    start = time.perf_counter()
    rows = store.outbox.rows(batch)
    for at in range(0, count, BLOCK):
        bare += [_timed(lambda: (os.write(log, b"x" * 199 + b"\n"), sync(log))) for _ in range(BLOCK)]
        for row in rows[at : at + BLOCK]:
            digest = hashlib.sha256(row.document_key.encode()).hexdigest()
            before = time.perf_counter()
            sent = store.moves.start(row, digest)
            between = time.perf_counter()
            said = Outcome(state="posted", result="posted", ledger_id=f"id-{row.id}", ledger_number=row.number)
            store.moves.finish(sent, said)
            results.append(time.perf_counter() - between)
            intents.append(between - before)
    seconds = time.perf_counter() - start
    os.close(log)
    store.close()
    middle = {
        name: statistics.median(each) * 1000
        for name, each in (("bare", bare), ("intent", intents), ("result", results))
    }
    facts = {
        "bare_ms": middle["bare"], "intent_ms": middle["intent"], "result_ms": middle["result"],
        "intent_ratio": middle["intent"] / middle["bare"], "result_ratio": middle["result"] / middle["bare"],
    }  # fmt: skip
    return {"seconds": seconds, "peak_mib": peak_mib(), "facts": facts}


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def approve_all(store: Any, documents: Any, *, company_id: str) -> str:
    """Enter and approve a batch; returns its id."""
    from recon.approve import ApprovalPolicy, approve
    from recon.store.batches import NewBatch

    count, total = documents.height, int(documents["total_minor"].sum())
    new = NewBatch(
        connection="shop", company_id=company_id, plan_digest="0" * 64, inputs_digest="1" * 64, document_count=count,
        total_minor=total,
    )  # fmt: skip
    batch = store.batches.create(new, who="bench", os_user="bench")
    approve(
        store, batch_id=batch.batch_id, plan_digest=batch.plan_digest, company_id=company_id, documents=documents,
        approver="Bench", os_user="bench", count=count, sum_minor=total, policy=ApprovalPolicy(),
    )  # fmt: skip
    return str(batch.batch_id)


def receipts(count: int) -> Any:
    """Return a plan of that many receipts."""
    import polars as pl

    from recon.frames.conform import fill
    from recon.frames.schemas import DOCUMENTS

    no = pl.col("doc_no")
    frame = pl.DataFrame({"doc_no": pl.int_range(count, dtype=pl.UInt32, eager=True)}).with_columns(
        document_key=pl.format("shopify:shop:{}/receipt/1", no + 5_000_000), order_key=pl.format("shopify:shop:{}", no + 5_000_000),
        order_no=no, order_number=pl.format("#{}", no), kind=pl.lit("receipt"), revision=pl.lit(1), number=pl.format("RT-{}", no),
        issued_on=pl.lit(_DAY), due_on=pl.lit(_DAY), contact_code=pl.lit("ONLINE"), contact_name=pl.lit("ลูกค้าออนไลน์"),
        currency=pl.lit("THB"), vat_mode=pl.lit("included"), is_tax_invoice=pl.lit(value=True), total_minor=pl.lit(10_700),
        vat_minor=pl.lit(700), net_minor=pl.lit(10_000), reason=pl.lit("paid-receipt"),
    )  # fmt: skip
    return fill(frame, DOCUMENTS)

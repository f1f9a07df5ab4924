"""How fast documents go into a ledger: the uploader against the sandbox PEAK, and who the time belongs to.

The sandbox checks and stores like a ledger, in this very process, so its time is part of the figure; what is ours is
the time outside `send`: making the body, two durable commits, and looking at the answer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench.chain import CONNECTION, make_bench_workspace, open_bench
from bench.measure import Steps, peak_mib


def run(count: int, folder: Path) -> dict[str, Any]:
    """Import, plan, approve and upload that many documents; returns documents a second and how the time divides."""
    from bench.generate import generate
    from recon.store.outbox_moves import OutboxMoves
    from recon.targets.peak import PeakTarget

    export = folder / "orders.csv"
    generate(max(2, count * 2), export)
    _rest(export)
    workspace = make_bench_workspace(folder / "workspace")
    steps = Steps()
    with open_bench(workspace) as service:
        service.connect(CONNECTION, sides=("ledger",), set_accounts=False)
        service.import_files([export])
        batch = service.plan(CONNECTION, rows=0).batch
        service.approve(batch, actor="Bench")
        steps.wrap(PeakTarget, "send", "ledger")
        steps.wrap(OutboxMoves, "start", "intent")
        steps.wrap(OutboxMoves, "finish", "result")
        start = time.perf_counter()
        done = service.upload(batch, limit=count)
        seconds = time.perf_counter() - start
    sent = done.counts.get("posted", 0)
    spent = {name: figure.seconds for name, figure in steps.spent.items()}
    busy = sum(spent.values())
    facts = {
        "sent": sent, "per_second": sent / seconds, "ledger_ms": spent["ledger"] * 1000 / max(1, sent),
        "commits_ms": (spent["intent"] + spent["result"]) * 1000 / max(1, sent),
        "rest_ms": (seconds - busy) * 1000 / max(1, sent), "ledger_share": spent["ledger"] / seconds,
    }  # fmt: skip
    return {"seconds": seconds, "peak_mib": peak_mib(), "facts": facts}


def _rest(path: Path) -> None:
    """Make a file look a minute old, so that intake need not wait whether it still grows."""
    import os

    old = time.time() - 60
    os.utime(path, (old, old))

"""The whole way of a small month, written so that it can be started again after it was killed anywhere."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "recon"))

from fake_ledger import FakeLedger, documents_by_key
from store_world import FakeClock, approve_batch, draft, open_store, plan

from recon.crash import NO_CRASH, crash_points_from
from recon.files import atomic_write
from recon.store.files import NewIntake
from recon.upload.engine import Uploader

CONTENT = b"Name,Total\n#1,107.00\n"
KEY = "shopify:shop:1"
ROWS = (
    {"order": 1, "kind": "invoice"},
    {"order": 1, "kind": "payment", "applies_to": f"{KEY}/invoice/1", "depends_on": f"{KEY}/invoice/1"},
    {"order": 1, "kind": "receipt", "depends_on": f"{KEY}/payment/1"},
    {"order": 2},
    {"order": 3},
)
NAMES = ("IN-1", f"{KEY}/payment/1", "RE-1", "RE-2", "RE-3")


def everything(folder, *, crash=NO_CRASH, watch=None, hours=0):
    """Import, map, plan, approve and upload; what was done already is not done again."""
    clock = FakeClock()
    clock.forward(hours * 3600)
    with open_store(folder, clock, crash=crash) as store:
        store.database.watch(watch)
        digest = hashlib.sha256(CONTENT).hexdigest()
        kept = folder / ".recon" / f"{digest[:12]}.csv"
        if not kept.exists():
            atomic_write(kept, CONTENT, crash=crash, step="keep-bytes")
        store.files.keep(digest=digest, name="july.csv", size=len(CONTENT), source="shopify", connection="main")
        store.files.add_intake(
            NewIntake(
                connection="main",
                digest=digest,
                read_key="v1",
                frames="frames/x",
                known_count=0,
                new_count=3,
                changed_count=0,
                gone_count=0,
                order_count=3,
                total_minor=32_103,
                finding_count=0,
            )
        )
        store.mappings.set("main", "product", {"A": {"product_code": "P1"}})
        documents = plan(*ROWS)
        batch = store.batches.all()[-1] if store.batches.all() else draft(store, documents)
        if batch.state == "draft":
            approve_batch(store, batch, documents)
        ledger = FakeLedger(clock, folder / "ledger.jsonl", crash=crash)
        ledger.unique = False  # the worst kind: it takes the same number twice without a word
        uploader = Uploader(
            store, ledger, document_of=documents_by_key(documents), crash=crash, free_bytes=lambda _: 10**12
        )
        report = uploader.run(batch.batch_id)
        store.database.watch(None)
    return report


if __name__ == "__main__":
    everything(Path(sys.argv[1]), crash=crash_points_from(sys.argv[2]))

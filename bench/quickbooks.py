"""How fast documents go into QuickBooks Desktop through the Web Connector, and whose time it is.

The sandbox's company file and Web Connector run in a process of their own and say what they spent; the rest is ours: the
uploader with its two commits, the target, the endpoint with its journal, SOAP over loopback. One message set per document.

Two figures are ours: the time that passed less the sandbox's own, which on a busy disk is mostly waiting for the disk, and the
processor's time of our process. Beside them stands a yardstick of the same minute: for each document two bare posts of a
message set's size to a server that reads and answers nothing but their length, and one append with fdatasync.

python -m bench.quickbooks 10000
python -m bench.quickbooks 2000 --parts
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from bench.durable import approve_all, receipts
from bench.measure import ROOT, peak_mib

DOCUMENTS: Final = 10_000
AIM_PER_SECOND: Final = 200
PASSWORD: Final = "bench"
PARTS: Final = 4
"""The upload pauses so often for the yardstick."""
YARD: Final = 200
"""Documents of the yardstick, each time."""
BODY: Final = b"x" * 2_500


def run(count: int, folder: Path, *, watched: bool = False) -> dict[str, Any]:
    """Upload that many sales receipts; returns documents a second and how the time divides."""
    from recon.ports import SystemClock
    from recon.store.outbox_moves import OutboxMoves
    from recon.store.store import Store
    from recon.targets.quickbooks.endpoint.desks import EndpointDesk
    from recon.targets.quickbooks.endpoint.journal import Journal
    from recon.targets.quickbooks.endpoint.listen import PASSWORD_FACT, endpoint
    from recon.targets.quickbooks.endpoint.password import digest_of
    from recon.targets.quickbooks.endpoint.server import Handler
    from recon.targets.quickbooks.endpoint.waiting import Times
    from recon.targets.quickbooks.options import QuickBooksOptions
    from recon.targets.quickbooks.target import QuickBooksTarget
    from recon.upload.engine import Uploader

    clock, spent = SystemClock(), dict[str, float]()
    yard = [yardstick(folder)]
    private = folder / ".recon"
    store = Store.open(private, clock=clock, actor="bench", create=True, anchors=folder / "heads")
    documents = american(count)
    with endpoint(folder=private, port=0, clock=clock, times=Times(wait=60)) as here:
        here.journal.keep_facts(**{PASSWORD_FACT: digest_of(PASSWORD)})
        driver = subprocess.Popen(
            [sys.executable, "-m", "bench.quickbooks", "drive", here.url, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        target = QuickBooksTarget(
            EndpointDesk(here.dispatch), QuickBooksOptions(environment="sandbox", text_item="Shop Line")
        )
        batch = approve_all(store, documents, company_id=target.identify().company_id)
        rows = {row["document_key"]: row for row in documents.iter_rows(named=True)}
        if watched:  # costs a tenth of the figure itself
            for owner, function, name in (
                (OutboxMoves, "start", "intent"), (OutboxMoves, "finish", "result"), (Journal, "hand", "journal"),
                (QuickBooksTarget, "send", "send"), (QuickBooksTarget, "payload", "payload"),
                (QuickBooksTarget, "check", "check"), (EndpointDesk, "ask", "ask"), (Handler, "do_POST", "answering"),
            ):  # fmt: skip
                watch(owner, function, spent, name)
        seconds = cpu = 0.0
        for _ in range(PARTS):
            uploader = Uploader(store, target, document_of=lambda row: document(rows[row.document_key]))
            start, busy = time.perf_counter(), time.process_time()
            report = uploader.run(batch, limit=-(-count // PARTS))
            seconds += time.perf_counter() - start
            cpu += time.process_time() - busy
            yard.append(yardstick(folder))
    theirs = json.loads(driver.communicate(timeout=60)[0])
    store.close()
    assert report.ending == "done", report
    assert theirs["posted"] == count, theirs
    ours = seconds - theirs["own_seconds"]
    bare = sum(yard) / len(yard)
    facts = {
        "documents": count, "per_second": count / seconds, "ours_per_second": count / ours, "cpu_per_second": count / cpu,
        "yardstick_ms": bare, "ratio": ours * 1000 / count / bare, "sandbox_ms": theirs["own_seconds"] * 1000 / count,
        "company_ms": theirs["company_seconds"] * 1000 / count, "ours_ms": ours * 1000 / count, "cpu_ms": cpu * 1000 / count,
        **{f"{name} ms": each * 1000 / count for name, each in spent.items()},
    }  # fmt: skip
    return {"seconds": seconds, "cpu": cpu, "peak_mib": peak_mib(), "facts": facts}


class Bare(BaseHTTPRequestHandler):
    """Reads a body and answers with as much."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer; each second one waits for the disk before."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/durable":
            os.write(self.server.log, b"x" * 199 + b"\n")  # type: ignore[attr-defined]
            getattr(os, "fdatasync", os.fsync)(self.server.log)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  signature of the base class
        """Say nothing."""


def yardstick(folder: Path) -> float:
    """Return the milliseconds a document of two bare posts from another process and one durable line takes."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Bare) as server:
        server.log = os.open(folder / "bare.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            command = [sys.executable, "-m", "bench.quickbooks", "knock", str(server.server_address[1])]
            said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout
        finally:
            server.shutdown()
            os.close(server.log)  # type: ignore[attr-defined]
    return float(said)


def knock(port: int) -> float:
    """Post as bare as it goes; returns the milliseconds of a document."""
    wire = HTTPConnection("127.0.0.1", port, timeout=60)
    start = time.perf_counter()
    for _ in range(YARD):
        for path in ("/durable", "/"):
            wire.request("POST", path, BODY)
            wire.getresponse().read()
    return (time.perf_counter() - start) * 1000 / YARD


def watch(owner: object, function: str, spent: dict[str, float], name: str) -> None:
    """Add up the seconds of a method and its thread's processor seconds; looking at the memory too would be much of the figure."""
    plain: Callable[..., Any] = getattr(owner, function)

    def timed(*args: Any, **kwargs: Any) -> Any:
        start, busy = time.perf_counter(), time.thread_time()
        try:
            return plain(*args, **kwargs)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - start
            spent[f"{name} cpu"] = spent.get(f"{name} cpu", 0.0) + time.thread_time() - busy

    setattr(owner, function, timed)


def drive(url: str, folder: Path) -> dict[str, float]:
    """Be the Web Connector of one upload; returns what it spent itself, in seconds."""
    from recon.ports import SystemClock
    from recon.sandbox.quickbooks.company import SandboxCompany
    from recon.sandbox.quickbooks.driver import Visit, WebConnector
    from recon.sandbox.quickbooks.qwc import Application

    company = SandboxCompany(folder / "company.sqlite", clock=SystemClock(), durable=False)
    application = Application(name="bench", url=url, user="recon", every_seconds=0)
    connector = WebConnector(application=application, password=PASSWORD, company=company)

    def told(visit: Visit) -> None:
        if visit.ended == "unreachable" or visit.sets > 100:
            connector.stop.set()

    start = time.perf_counter()
    connector.poll(told, every_seconds=0.05)
    own = time.perf_counter() - start - connector.service_seconds
    posted = sum(1 for _ in company.truth())
    company.close()
    return {"own_seconds": own, "company_seconds": connector.company_seconds, "posted": posted}


def american(count: int) -> Any:
    """Return that many approved-to-be receipts in dollars."""
    import polars as pl

    from recon.frames.schemas import DOCUMENTS
    from recon.sandbox.quickbooks.chart import CUSTOMER

    none = pl.lit(0, dtype=pl.Int64)
    return receipts(count).with_columns(
        number=pl.format("R{}", pl.col("doc_no")), currency=pl.lit("USD"), contact_code=pl.lit(CUSTOMER), contact_name=pl.lit(CUSTOMER),
        vat_mode=pl.lit("none", dtype=DOCUMENTS["vat_mode"]), is_tax_invoice=pl.lit(value=False), net_minor=pl.col("total_minor"), vat_minor=none, sales_channel=pl.lit(""), payment_channel=pl.lit(""), remark=pl.lit(""),
    )  # fmt: skip


def document(row: dict[str, Any]) -> Any:
    """Return the document of a row: a shirt, shipping and the shop's tax."""
    from recon.domain.document import Document, DocumentLine

    def line(no: int, kind: str, amount: int, **named: Any) -> DocumentLine:
        fields = {"product_code": None, "account_code": None, **named}
        return DocumentLine(
            line_no=no, kind=kind, sku=None, description=kind, quantity_milli=1000, unit_price_minor=amount, amount_minor=amount,
            discount_minor=0, vat_code="none", net_minor=amount, vat_minor=0, row=no, **fields,
        )  # fmt: skip

    fields = {name: row[name] for name in Document.__dataclass_fields__ if name in row and name != "payments"}
    lines = (
        line(1, "product", row["total_minor"] - 900, product_code="TEE-BLK-M"),
        line(2, "shipping", 600, account_code="Shipping Income"), line(3, "tax", 300, account_code="Sales Tax Payable"),
    )  # fmt: skip
    paid = {"payment_method": "Checking", "paid_on": dt.date(2026, 7, 1), "paid_minor": row["total_minor"]}
    return Document(**{**fields, **paid}, lines=lines, postings=(), file="0" * 12, row=1)


def main(arguments: list[str]) -> int:
    """Measure and print, or be the other process of a measurement."""
    if arguments[:1] == ["drive"]:
        sys.stdout.write(json.dumps(drive(arguments[1], Path(arguments[2]))) + "\n")
        return 0
    if arguments[:1] == ["knock"]:
        sys.stdout.write(f"{knock(int(arguments[1]))}\n")
        return 0
    watched = "--parts" in arguments
    numbers = [one for one in arguments if one != "--parts"]
    count = int(numbers[0]) if numbers else DOCUMENTS
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        figures = run(count, Path(folder), watched=watched)
    report(count, figures)
    return 0


def report(count: int, figures: dict[str, Any]) -> None:
    """Print what was measured."""
    facts = figures["facts"]
    lines = [
        f"{count:,} documents in {figures['seconds']:.1f} s, {figures['peak_mib']} MiB: {facts['per_second']:.0f} a second",
        f"  passed less the sandbox's own time: {facts['ours_ms']:.2f} ms each, {facts['ours_per_second']:.0f} a second (aim {AIM_PER_SECOND}:"
        f" {met(facts['ours_per_second'])}); the sandbox {facts['sandbox_ms']:.2f} ms",
        f"  processor of our process: {facts['cpu_ms']:.2f} ms each, {facts['cpu_per_second']:.0f} a second (aim {AIM_PER_SECOND}:"
        f" {met(facts['cpu_per_second'])})",
        f"  yardstick, two bare posts and one fdatasync: {facts['yardstick_ms']:.2f} ms; ours is {facts['ratio']:.2f} times that",
    ]
    names = [name.removesuffix(" cpu ms") for name in facts if name.endswith(" cpu ms")]
    lines += [f"  {name:<14}{facts[f'{name} ms']:8.3f}  processor {facts[f'{name} cpu ms']:8.3f}" for name in names]
    sys.stdout.write("\n".join(lines) + "\n")


def met(per_second: float) -> str:
    """Return whether the aim is met, in words."""
    return "met" if per_second >= AIM_PER_SECOND else "NOT met"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

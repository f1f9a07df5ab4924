"""`recon demo`: an invented month of a Thai shop on ZORT through the whole chain, with a sandbox shop and a sandbox PEAK.

Two pulls, as in real life: in the middle of things some orders are unpaid and open; ten days later they are paid,
collected or cancelled, and the second plan holds only what changed. Everything lies in a workspace a person can look
at afterwards with the ordinary commands. ``--leave-open`` stops at the second plan, so that a person finds a batch to
review, approve and upload; the first-run guide does the same.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recon.config.edits import with_setting
from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.errors import UsageError
from recon.money import parse_minor, plain, vat_included
from recon.ports import Clock, SecretStore
from recon.sandbox.peak import Product, SandboxPeak, sandbox_company
from recon.sandbox.zort import ZortShop
from recon.sandbox.zort_orders import invented_orders, invented_products, later
from recon.secrets import MemorySecrets
from recon.service import MatchEdits, ReconService
from recon.summaries.plans import PlanReport
from recon.summaries.sent import UploadSummary, VerifySummary
from recon.workspace import Workspace, make_workspace
from tui.commands.verify import print_verify
from tui.commands.work import print_plan, print_upload
from tui.i18n import N_
from tui.output import Output, grouped
from tui.sample import MARKER
from tui.wiring import Wiring, service_for

ORDERS: Final = 260
MONTH: Final = dt.date(2026, 10, 1)
STORY_BEGINS: Final = dt.datetime(2026, 11, 2, 2, 0, tzinfo=dt.UTC)
COMPANY: Final = "บริษัท ร้านตัวอย่าง จำกัด"
TAX_ID: Final = "0105500000003"
PERSON: Final = "Demo accountant"
SETTINGS: Final[tuple[tuple[tuple[str, ...], str | bool], ...]] = (
    (("invoices",), "awaiting-transfer-unpaid"),
    (("tax_invoice_on",), "payment"),
    (("charges", "default", "shipping", "account"), "410301"),
    (("charges", "Shopee", "platform_voucher"), "other-income"),
    (("charges", "Lazada", "shipping", "treatment"), "leave-out"),
)


STEPS: Final = (
    N_("An invented shop and a ledger to try things on are made"),
    N_("The orders of the month are fetched"),
    N_("Products and payment channels are linked, documents are planned"),
    N_("The first batch is approved and sent to the sandbox ledger"),
    N_("The ledger is read back and compared, the audit workbook is written"),
    N_("Ten days later: what changed in the shop is fetched and planned"),
)
"""What happens, in order, until a batch waits for a person."""
_SECOND: Final = "The second batch is approved, sent and compared"


@dataclass(frozen=True, slots=True)
class DemoStep:
    """How far the demo is."""

    number: int
    """From 1 on; see `STEPS`."""
    words: str
    """What begins, in English; a text of `STEPS`."""
    detail: str = ""
    """How far that is, for example ``posted 20 of 156``."""


Tell = Callable[[DemoStep], None]
Round = tuple[PlanReport, UploadSummary | None, VerifySummary | None]


class DemoClock:
    """The first working day after the month, going on at the speed of the real clock; the same days at every demo."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> dt.datetime:
        """Return the moment of the story."""
        return STORY_BEGINS + dt.timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return seconds since the demo began."""
        return time.monotonic() - self._began

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class DemoWiring(Wiring):
    """The ordinary wiring with the sandbox shop's invented keys."""

    keys: dict[str, str]
    sandbox_durable = False

    def secrets(self, name: str, *, keep: str) -> SecretStore:
        """Return the invented keys."""
        del name, keep
        return MemorySecrets(dict(self.keys))


def demo(args: argparse.Namespace) -> int:
    """Run the demo and print what happened, where it lies, and what to try next."""
    output = Output(as_json=args.json)
    root = Path(args.directory)
    facts = run_demo(root, DemoClock(), output, leave_open=args.leave_open)
    output.document("demo", facts)
    _print_end(facts, root, output)
    return 0


def run_demo(root: Path, clock: Clock, output: Output, *, leave_open: bool = False) -> dict[str, Any]:
    """Carry out the chain in a fresh workspace and return its facts."""

    def tell(step: DemoStep) -> None:
        if step.detail:
            output.progress(step.detail)
        else:
            output.progress_done()
            output.note(f"{step.number}. {step.words} ...")

    workspace, shop, rounds = _carry_out(root, clock, tell, leave_open=leave_open)
    output.progress_done()
    with _open(workspace, clock, shop) as service:
        return _facts(service, workspace, rounds, output)


def make_sample(root: Path, clock: Clock, tell: Tell) -> Workspace:
    """Make a demo workspace whose second batch waits for a person; nothing is printed.

    Raises:
        UsageError: The folder holds something that is no demo.
    """
    workspace, shop, rounds = _carry_out(root, clock, tell, leave_open=True)
    first = rounds[0][0].batch
    with _open(workspace, clock, shop) as service:
        service.audit(first)
    return workspace


def _carry_out(root: Path, clock: Clock, tell: Tell, *, leave_open: bool) -> tuple[Workspace, ZortShop, list[Round]]:
    """Let the month happen: the first batch to its end, the second one too unless it is left to a person."""
    tell(DemoStep(1, STEPS[0]))
    workspace = _fresh(root)
    _seed_ledger(workspace)
    first = invented_orders(MONTH, ORDERS, 1)
    second = _changed(first, later(first, MONTH.replace(day=31)))
    rounds: list[Round] = []
    with ZortShop(orders=first, products=invented_products(), merchant=COMPANY, now=clock.now) as shop:
        _point_at(workspace, shop.url)
        for number, orders in enumerate((first, second), start=1):
            shop.replace_orders(orders)
            with _open(workspace, clock, shop) as service:
                rounds.append(_round(service, number, tell, is_left=leave_open and number == 2))
    return workspace, shop, rounds


def _changed(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let a few more things happen: invoiced orders cancelled or changed, and a sum changed after its receipt."""
    waiting = [place for place, order in enumerate(first) if order["status"] == "Pending"]
    done = [
        place
        for place, order in enumerate(first)
        if order["status"] == "Success" and order["paymentstatus"] == "Paid" and place > 40
    ]
    for place in waiting[2:5]:
        second[place] |= {"status": "Voided", "paymentstatus": "Voided", "paymentamount": "0"}
    for place, state in (
        (waiting[5], {"status": "Pending", "paymentstatus": "Pending", "paymentamount": "0"}),
        (done[3], {}),
    ):
        second[place] |= _with_gift_wrapping(first[place]) | state
    return second


def _with_gift_wrapping(order: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an order to which a mug was added later; price and VAT include it."""
    price, rate = 9000, int(order["vatpercent"])
    total = parse_minor(str(order["amount"])) + price
    mug = {
        "productid": 9002,
        "sku": "MUG-01",
        "name": "แก้วมัค",
        "number": "1",
        "unittext": "ใบ",
        "pricepernumber": plain(price),
        "discount": "",
        "discountamount": "0",
        "totalprice": plain(price),
    }
    goods = parse_minor(str(order["totalproductamount"])) + price
    return {
        "amount": plain(total),
        "totalproductamount": plain(goods),
        "vatamount": plain(vat_included(total, rate * 100)),
        "paymentamount": plain(total),
        "payments": [],
        "list": [*order["list"], mug],
        "updatedatetimeString": f"{MONTH.replace(day=31)} 20:00",
    }


def _round(service: ReconService, number: int, tell: Tell, *, is_left: bool) -> Round:
    """Pull, match and plan once; approve, upload and verify too, unless that is left to a person."""
    tell(DemoStep(2, STEPS[1]) if number == 1 else DemoStep(6, STEPS[5]))
    if number == 1:
        service.connect("shop", sides=("source",), set_accounts=False)
    service.pull("shop", since=MONTH, until=None, by="updated")
    if number == 1:
        tell(DemoStep(3, STEPS[2]))
        channels = (
            ("ธนาคารกสิกรไทย", "BSV001", None),
            ("พร้อมเพย์", "BSV001", None),
            ("Shopee", "EWL001", None),
            ("Lazada", "EWL002", None),
        )
        service.match("shop", MatchEdits(link_all=True, channels=channels))
    else:
        service.match("shop", MatchEdits(all_channels="CSH001", text=True))
    plan = service.plan("shop", rows=6)
    assert plan.batch is not None, "the invented month always has something to post"
    if is_left:
        return plan, None, None
    step = DemoStep(4, STEPS[3]) if number == 1 else DemoStep(7, _SECOND)
    tell(step)
    service.approve(plan.batch, actor=PERSON)
    upload = service.upload(
        plan.batch, stop=threading.Event(), on_progress=lambda text: tell(DemoStep(step.number, step.words, text))
    )
    if number == 1:
        tell(DemoStep(5, STEPS[4]))
    return plan, upload, service.verify(plan.batch)


def _fresh(root: Path) -> Workspace:
    """Make the demo workspace; an earlier demo is thrown away, anything else is left alone.

    Raises:
        UsageError: The folder holds something that is no demo.
    """
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file. Name a folder: `recon demo DIR`. Nothing was done.")
    if root.exists() and any(root.iterdir()):
        if not (root / MARKER).is_file():
            raise UsageError(
                f"{root} is not empty and no earlier demo. Name another folder: `recon demo DIR`. Nothing was done."
            )
        shutil.rmtree(root)
    answers = FirstAnswers(
        company=COMPANY,
        tax_id=TAX_ID,
        source="zort",
        target="sandbox",
        shop="demo",
        start_date=MONTH,
        source_base_url="http://127.0.0.1:1",
    )
    workspace = make_workspace(root, first_settings(answers))
    (root / MARKER).write_text(
        "An invented shop and a sandbox ledger. `recon demo` may throw this folder away.\n", encoding="utf-8"
    )
    text = workspace.settings_file.read_text(encoding="utf-8")
    for path, value in SETTINGS:
        text = with_setting(text, ("connections", "shop", *path), value=value)
    workspace.settings_file.write_text(text, encoding="utf-8")
    return workspace


def _point_at(workspace: Workspace, url: str) -> None:
    text = workspace.settings_file.read_text(encoding="utf-8")
    text = with_setting(text, ("connections", "shop", "source_api", "base_url"), value=url)
    workspace.settings_file.write_text(
        with_setting(text, ("connections", "shop", "source_api", "requests_per_second"), value=20), encoding="utf-8"
    )


def _seed_ledger(workspace: Workspace) -> None:
    """Give the sandbox ledger all products of the shop but two, so that something is left to link."""
    products = [Product(code=str(row["sku"]), name=str(row["name"])) for row in invented_products()][:-2]
    workspace.sandbox_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    company = sandbox_company(name=COMPANY, tax_id=TAX_ID, products=tuple(products))
    with SandboxPeak(path=workspace.sandbox_file, company=company):
        pass


@contextmanager
def _open(workspace: Workspace, clock: Clock, shop: ZortShop) -> Iterator[ReconService]:
    DemoWiring.keys = {"storename": shop.store_name, "apikey": shop.api_key, "apisecret": shop.api_secret}
    with service_for(
        workspace, clock=clock, actor="demo", config_folder=workspace.private / "demo-home", wiring=DemoWiring
    ) as service:
        yield service


def _facts(
    service: ReconService,
    workspace: Workspace,
    rounds: list[Round],
    output: Output,
) -> dict[str, Any]:
    """Return counts and sums of everything, with the sandbox's own truth beside ours."""
    for number, (plan, upload, check) in enumerate(rounds, start=1):
        output.line(f"--- round {number}")
        print_plan(plan, output)
        if upload is not None and check is not None:
            print_upload(upload, output)
            print_verify(check, output)
    uploads = [upload for _plan, upload, _check in rounds if upload is not None]
    checks = [check for _plan, _upload, check in rounds if check is not None]
    batches = [plan.batch for plan, _, _ in rounds]
    done = batches[: len(uploads)]
    workbooks = [str(service.audit(batch)["path"]) for batch in done]
    journals = [str(service.journal(batch, form)["path"]) for batch in done for form in ("hledger", "beancount")]
    last = rounds[-1][0]
    kinds: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for batch in batches:
        for row in service.documents(batch)[1]:
            kinds[row.kind] += 1
            sums[row.kind] += int(row.total.replace(".", ""))
    truth = _truth(workspace)
    return {
        "workspace": str(workspace.root),
        "batches": batches,
        "waits": batches[-1] if len(done) < len(batches) else None,
        "orders": {"count": last.controls.orders, "gross": last.controls.source_gross, "net": last.controls.source},
        "documents": {kind: {"count": kinds[kind], "total": plain(sums[kind])} for kind in sorted(kinds)},
        "posted": {
            "count": sum(upload.counts.get("posted", 0) for upload in uploads),
            "refused": sum(upload.counts.get("refused", 0) for upload in uploads),
        },
        "held": {c.code: {"count": c.count, "amount": c.amount} for c in last.held},
        "ignored": {c.code: {"count": c.count, "amount": c.amount} for c in last.ignored},
        "controls": {
            "posted_before": last.controls.posted,
            "planned": last.controls.documents,
            "held": last.controls.held,
            "ignored": last.controls.ignored,
        },
        "difference": last.controls.difference,
        "verify": {"compared": sum(check.compared for check in checks), "equal": sum(check.equal for check in checks)},
        "truth": truth,
        "paths": {"workbooks": workbooks, "journals": journals},
    }


def _truth(workspace: Workspace) -> dict[str, Any]:
    """Return what the sandbox ledger itself holds, counted by it and not by us."""
    company = sandbox_company(name=COMPANY, tax_id=TAX_ID)
    with SandboxPeak(path=workspace.sandbox_file, company=company) as ledger:
        documents = ledger.truth(live_only=False)
    live = [document for document in documents if not document.is_void]
    kinds = Counter(document.kind for document in live)
    numbers = Counter((document.kind, document.code) for document in live)
    return {
        "documents": len(live),
        "by_kind": dict(sorted(kinds.items())),
        "total": plain(sum(document.total_minor for document in live)),
        "voided": len(documents) - len(live),
        "duplicates": sum(1 for count in numbers.values() if count > 1),
    }


def _print_end(facts: dict[str, Any], root: Path, output: Output) -> None:
    output.line()
    output.line("--- the month")
    output.line(
        f"{facts['orders']['count']} orders, {grouped(facts['orders']['gross'])} as the shop states them; difference of all control totals: {facts['difference']}"
    )
    output.table(
        ("Documents", "Count", "Total"),
        [(k, v["count"], grouped(v["total"])) for k, v in facts["documents"].items()],
        right=(1, 2),
    )
    truth = facts["truth"]
    output.line(
        f"the ledger itself counts {truth['documents']} live documents, {truth['voided']} voided, {truth['duplicates']} duplicates"
    )
    for path in (*facts["paths"]["workbooks"], *facts["paths"]["journals"]):
        output.line(f"  {path}")
    if facts["waits"]:
        output.line(f"{facts['waits']} waits for you: recon -C {root} tui --place review")
        return
    output.line(f"next: recon -C {root} status    recon -C {root} findings    recon -C {root} orders --held")

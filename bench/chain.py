"""The real chain in a workspace of its own, step by step: file, kept file, frames, stored plan.

Nothing here is a short cut: the service that the commands use does the work; its functions are only timed from outside.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

from bench.measure import Steps

CONNECTION: Final = "shop"
SETTINGS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("products", "unlinked"), "text"),
    (("products", "without_sku"), "text"),
    (("channels", "cash_method"), "CSH001"),
    (("channels", "unmapped"), "cash"),
    (("accounts", "sales"), "410101"),
    (("accounts", "output_vat"), "215301"),
    (("cancelled_paid",), "credit"),  # as the plain programs do it
)
GIFT_CARD_CHANNEL: Final = "Gift Card + Shopify Payments"
"""Nobody's default: paying with a gift card brings no money, so a person names the account."""


def make_bench_workspace(root: Path, *, source: str = "shopify", profile: str = "") -> Any:
    """Make a workspace with the sandbox ledger in which nothing is held for want of a mapping; prices hold VAT."""
    from recon.config.edits import with_setting
    from recon.config.first.answers import FirstAnswers
    from recon.config.first.text import first_settings
    from recon.workspace import make_workspace

    answers = FirstAnswers(
        company="Bench Co., Ltd.", source=source, target="sandbox", prices="with-vat", profile=profile,
        start_date=dt.date(2025, 1, 1),
    )  # fmt: skip
    text = first_settings(answers)
    for path, value in SETTINGS:
        text = with_setting(text, ("connections", CONNECTION, *path), value=value)
    return make_workspace(root, text)


def open_bench(workspace: Any) -> Any:
    """Open the workspace's service; its folder for keys is where `recon` looks if XDG_CONFIG_HOME lies beside it."""
    from recon.ports import SystemClock
    from tui.wiring import service_for

    return service_for(workspace, clock=SystemClock(), config_folder=workspace.root.parent / "recon")


def connect_bench(service: Any) -> None:
    """Read the ledger's lists and map what is never mapped by itself."""
    from recon.service import MatchEdits

    service.connect(CONNECTION, sides=("ledger",), set_accounts=False)
    service.match(CONNECTION, MatchEdits(channels=((GIFT_CARD_CHANNEL, "CSH001", None),)))


def needed_columns(path: Path) -> list[str]:
    """Return the headings of the columns our Shopify source reads from this file."""
    from recon.sources.shopify import LINE_HEADINGS, ORDER_HEADINGS

    with path.open(encoding="utf-8") as stream:
        there = set(stream.readline().rstrip("\n").split(","))
    return [heading for heading in {**ORDER_HEADINGS, **LINE_HEADINGS}.values() if heading in there]


def scan(path: Path) -> int:
    """Read the needed columns with Polars and nothing else: the yardstick. Returns the number of rows."""
    import polars as pl

    return int(pl.scan_csv(path, infer_schema=False).select(needed_columns(path)).collect().height)


def watch(steps: Steps) -> None:
    """Time the service's own steps."""
    from recon.service import planning, taking_in
    from recon.sources.shopify import ShopifyOrders

    steps.wrap(taking_in, "keep", "keep the file")
    steps.wrap(ShopifyOrders, "read", "read")
    steps.wrap(taking_in, "normalize", "normalize")
    steps.wrap(taking_in, "write_frames", "store the orders")
    steps.wrap(planning, "current_sets", "load the orders")
    steps.wrap(planning, "build_plan", "make the plan")
    steps.wrap(planning, "keep_plan", "store the plan")


def run_chain(path: Path, folder: Path) -> tuple[Steps, dict[str, Any]]:
    """Import the file into a fresh workspace and plan it; returns what every step took and what came out."""
    import polars as pl

    from recon.frames.parquet import read_frame

    workspace = make_bench_workspace(folder / "workspace")
    steps = Steps()
    with open_bench(workspace) as service:
        connect_bench(service)
        watch(steps)
        with steps.step("file to stored plan"):
            with steps.step("import in all"):
                taken = service.import_files([path]).files[0]
            with steps.step("plan in all"):
                made = service.plan(CONNECTION, rows=20)
    assert taken.status == "taken", taken.message
    folder_of_plan = next(path for path in (workspace.frames / "plans").iterdir() if path.is_dir())
    postings = read_frame(folder_of_plan, "postings")
    facts = {
        "orders": made.controls.orders,
        "documents": made.documents,
        "total": made.total,
        "postings": postings.height,
        "debits": made.controls.debits,
        "difference": made.controls.difference,
        "findings": pl.scan_parquet(folder_of_plan / "findings.parquet").select(pl.len()).collect().item(),
    }
    return steps, facts


def prepare(folder: Path) -> None:
    """Make a workspace in which `recon import` can begin at once."""
    with open_bench(make_bench_workspace(folder / "workspace")) as service:
        connect_bench(service)


def run_again(path: Path, folder: Path) -> Steps:
    """Import the same file once more into the workspace `run_chain` left behind."""
    from recon.workspace import Workspace

    steps = Steps()
    with open_bench(Workspace(folder / "workspace")) as service, steps.step("again"):
        taken = service.import_files([path]).files[0]
    assert taken.status == "known", taken
    return steps

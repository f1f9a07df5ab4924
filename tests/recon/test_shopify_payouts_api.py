"""Payouts of Shopify Payments by the Admin API: every transaction of a payout, once, proved by the payout's own net."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from recon.errors import MalformedFile
from recon.frames.canonical import CanonicalFrames
from recon.normalize import normalize
from recon.normalize.merge import combine
from recon.normalize.settlement_view import settlement_cycles
from recon.normalize.settlements import gather_settlements
from recon.sandbox.shopify.payouts import SandboxPayout, SandboxTransaction
from recon.sandbox.shopify.server import ShopifySandbox
from recon.sources.base import Fetched, IntakeFile
from recon.sources.shopify.answers import ShopifyAnswers
from tests.clock import FakeClock
from tests.recon.payout_files import USD, row, sale, transactions
from tests.recon.shopify_api_tools import client_of, shop_of
from tests.recon.shopify_tools import frames_of

CHARGE = SandboxTransaction(kind="CHARGE", order="#3703", at="2026-06-05T14:01:00Z", amount=3790, fee=110)
PAID = SandboxPayout(number=100000000001, issued_at="2026-06-08T06:00:00Z", transactions=(CHARGE,))


def pulled(payouts: list[SandboxPayout] | None, **query: dt.date) -> list[Fetched]:
    clock = FakeClock()
    made = ShopifySandbox(payouts=payouts, now=clock.now, monotonic=clock.monotonic)
    with made as shop, client_of(shop, clock) as client:
        return list(shop_of(client).fetch("purchase", query))


def file_of(folder: Path, answer: Fetched) -> IntakeFile:
    digest = hashlib.sha256(answer.content).hexdigest()
    (folder / digest).write_bytes(answer.content)
    return IntakeFile(path=folder / digest, name=answer.name, digest=digest, size=len(answer.content))


def read(folder: Path, answers: list[Fetched]) -> CanonicalFrames:
    sets = []
    for answer in answers:
        file = file_of(folder, answer)
        assert ShopifyAnswers().identify(file)
        sets.append(normalize(ShopifyAnswers().read(file, USD), USD, file_id=file.file_id))
    return combine(sets)


def bought(frames: CanonicalFrames) -> pl.DataFrame:
    return frames.orders.filter(pl.col("record_kind") == "purchase")


def test_a_payout_is_the_same_by_api_and_by_export(tmp_path: Path) -> None:
    by_api = read(tmp_path, pulled([PAID]))
    by_file = transactions(tmp_path, [row()])
    keys = [
        frames.orders.filter(~pl.col("order_key").str.contains("/stated/"))["order_key"].to_list()
        for frames in (by_api, by_file)
    ]
    assert keys[0] == keys[1] and len(keys[0]) == 1
    orders = frames_of(tmp_path, [sale()], USD)
    for parts in ([orders, by_api], [orders, by_file], [orders, by_api, by_file], [by_file, by_api, orders]):
        whole = gather_settlements(combine(parts))
        assert bought(whole)["order_number"].to_list() == ["SP-20260608"]
        assert bought(whole)["total_minor"].to_list() == [110]
        assert whole.findings.filter(pl.col("severity") == "hold").is_empty()


def test_the_net_of_the_payout_proves_its_transactions(tmp_path: Path) -> None:
    (answer,) = pulled([PAID])
    changed = Fetched(name=answer.name, content=answer.content.replace(b"36.80", b"46.80", 1))
    whole = gather_settlements(read(tmp_path, [changed]))
    (held,) = whole.findings.filter(pl.col("code") == "payout-differs").to_dicts()
    assert held["amount_minor"] == 1000
    assert settlement_cycles(read(tmp_path, [answer]))["stated_minor"].to_list() == [3680]


def test_the_transfer_itself_and_payouts_on_their_way_do_not_count(tmp_path: Path) -> None:
    on_its_way = SandboxPayout(
        number=100000000002, issued_at="2026-06-10T06:00:00Z", status="SCHEDULED", transactions=(CHARGE,)
    )
    (cycle,) = settlement_cycles(read(tmp_path, pulled([PAID, on_its_way]))).to_dicts()
    assert (cycle["cycle"], cycle["transferred_minor"], cycle["stated_minor"]) == ("SP-20260608", 3680, 3680)


def test_many_payouts_and_rows_come_page_by_page(tmp_path: Path) -> None:
    many = [
        SandboxPayout(number=number, issued_at=f"2026-{5 + number // 28:02d}-{1 + number % 28:02d}T06:00:00Z", transactions=tuple(
            SandboxTransaction(kind="CHARGE", order=f"#{number}{at:03d}", at="2026-05-01T14:01:00Z", amount=1000 + at, fee=30)
            for at in range(120 if number == 3 else 2)
        ))
        for number in range(1, 46)
    ]  # fmt: skip
    answers = pulled(many)
    assert len(answers) == 3
    cycles = settlement_cycles(read(tmp_path, answers))
    assert cycles.height == 45
    assert cycles["transferred_minor"].equals(cycles["stated_minor"].rename("transferred_minor"))
    assert int(cycles["transferred_minor"].sum()) == sum(one.net for one in many)


def test_older_payouts_are_asked_for_again_and_others_left_out(tmp_path: Path) -> None:
    old = SandboxPayout(number=7, issued_at="2026-05-01T06:00:00Z", transactions=(CHARGE,))
    cycles = settlement_cycles(read(tmp_path, pulled([old, PAID], since=dt.date(2026, 6, 20))))
    assert cycles["cycle"].to_list() == ["SP-20260608"]


def test_a_shop_without_shopify_payments_has_no_payouts() -> None:
    assert pulled(None) == []


def test_f58_a_file_without_the_transactions_of_a_payout_is_not_read(tmp_path: Path) -> None:
    (answer,) = pulled([PAID])
    content = json.loads(answer.content)
    content["shopify_answers"] = content["shopify_answers"][:1]
    file = file_of(tmp_path, Fetched(name=answer.name, content=json.dumps(content).encode()))
    with pytest.raises(MalformedFile, match=r"the transactions of .*100000000001 are missing"):
        ShopifyAnswers().read(file, USD)


def test_a_page_of_payouts_that_are_all_on_their_way_holds_no_row(tmp_path: Path) -> None:
    on_its_way = SandboxPayout(number=9, issued_at="2026-06-10T06:00:00Z", status="IN_TRANSIT", transactions=(CHARGE,))
    assert read(tmp_path, pulled([on_its_way])).orders.is_empty()

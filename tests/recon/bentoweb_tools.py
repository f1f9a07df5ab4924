"""What the tests of the BentoWeb source share: clients of a sandbox shop, a shelf for tokens, kept files."""

from __future__ import annotations

import json
from pathlib import Path

from zort_tools import FakeClock, keep, kept, rendered

from recon.sources.base import ReadOptions
from recon.sources.bentoweb import BentoWebClient, BentoWebShopClient

__all__ = [
    "FIXTURES",
    "OPTIONS",
    "FakeClock",
    "Shelf",
    "client_of",
    "keep",
    "kept",
    "orders_in",
    "rendered",
    "shop_client",
]

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "bentoweb"
OPTIONS = ReadOptions(platform="bentoweb", shop="s1", currency="THB", timezone="Asia/Bangkok")


class Shelf:
    """Keeps tokens as the key store does, and counts."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.puts = 0

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, value: str) -> None:
        self.puts += 1
        self.kept[name] = value

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)


def client_of(shop, clock=None, shelf=None, **changes):
    settings = {
        "keys": shop.keys, "shelf": shelf or Shelf(), "base_url": shop.url, "login_url": shop.login_url,
        "clock": clock or FakeClock(), "timeout_seconds": 5, **changes,
    }  # fmt: skip
    return BentoWebClient(**settings)


def shop_client(client, clock=None, **changes):
    return BentoWebShopClient(client, clock=clock or FakeClock(), **{"store_id": "812", **changes})


def orders_in(answers):
    """The numbers of the orders that were asked for, in the order of the files."""
    entries = [entry for answer in answers for entry in json.loads(answer.content)["bentoweb_answers"]]
    return [entry["asked"].rpartition("/")[2] for entry in entries if "/order-full/" in entry["asked"]]

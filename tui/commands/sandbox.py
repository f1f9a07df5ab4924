"""`recon sandbox`: a ledger or shop to try things on, on loopback, until interrupted."""

from __future__ import annotations

import argparse
import sqlite3
import threading
from pathlib import Path

from recon.errors import UsageError
from tui.output import Output, end_printing


def sandbox(args: argparse.Namespace) -> int:
    """Serve and print the address and the invented keys."""
    output = Output(as_json=args.json)
    try:
        return {
            "peak": _peak, "poweroffice": _poweroffice, "zort": _zort, "bentoweb": _bentoweb, "shopify": _shopify,
            "quickbooks": _quickbooks,
        }[args.which](args, output)  # fmt: skip
    except (OSError, sqlite3.Error) as error:
        raise UsageError(
            f"The sandbox cannot be served ({getattr(error, 'strerror', None) or error}): name another --port"
            f"{' or another --file' if args.file else ''}."
        ) from None


def _peak(args: argparse.Namespace, output: Output) -> int:
    from recon.sandbox.peak import SandboxPeak

    with SandboxPeak(path=Path(args.file) if args.file else None, port=args.port) as server:
        _announce(output, "peak", server.url, dict(server.credentials))
    return 0


def _poweroffice(args: argparse.Namespace, output: Output) -> int:
    from tui.commands.sandbox_poweroffice import poweroffice

    return poweroffice(args, output)


def _zort(args: argparse.Namespace, output: Output) -> int:
    import datetime as dt

    from recon.sandbox.zort import invented_store

    with invented_store(dt.date(2026, 10, 1), max(30, args.orders), port=args.port) as server:
        keys = {"storename": server.store_name, "apikey": server.api_key, "apisecret": server.api_secret}
        _announce(output, "zort", server.url, keys)
    return 0


def _bentoweb(args: argparse.Namespace, output: Output) -> int:
    import datetime as dt

    from recon.sandbox.bentoweb import BentoWebShop
    from recon.sandbox.bentoweb_orders import invented_orders

    orders = invented_orders(dt.date(2026, 10, 1), max(30, args.orders), 1)
    with BentoWebShop(orders=orders, port=args.port) as server:
        output.note(f"source_api.login_url = {server.login_url}, bentoweb.store_id = {server.store_id}")
        _announce(output, "bentoweb", server.url, dict(server.keys))
    return 0


def _quickbooks(args: argparse.Namespace, output: Output) -> int:
    from tui.commands.sandbox_quickbooks import quickbooks

    return quickbooks(args, output)


def _shopify(args: argparse.Namespace, output: Output) -> int:
    import datetime as dt

    from recon.sandbox.shopify import Rules, ShopifySandbox, invented_month
    from recon.sandbox.shopify.purchases import PURCHASE_SCOPES, invented_purchases

    first = dt.date(2026, 10, 1)
    orders, purchases = invented_month(first, max(30, args.orders)), invented_purchases(first)
    rules = Rules(scopes=(*Rules().scopes, *PURCHASE_SCOPES))
    with ShopifySandbox(orders=orders, purchases=purchases, rules=rules, port=args.port) as server:
        _announce(output, "shopify", server.url, dict(server.keys))
    return 0


def _announce(output: Output, which: str, url: str, keys: dict[str, str]) -> None:
    try:
        output.document("sandbox", {"which": which, "url": url, "keys": keys})
        output.line(f"{which} sandbox at {url}; keys (invented):")
        for name, value in keys.items():
            output.line(f"  {name}={value}")
        end_printing()  # a program reads the address while the sandbox runs
        output.note("Ctrl+C stops it.")
        threading.Event().wait()
    except KeyboardInterrupt:
        output.note("stopped")

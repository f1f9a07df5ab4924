"""Shared by the tests of Shopify's API: a client of a sandbox shop, kept files, and the same orders as an export."""

import csv
import datetime as dt
import hashlib
import io

from recon.normalize import normalize
from recon.normalize.merge import combine
from recon.sandbox.shopify import Rules, ShopifySandbox
from recon.sandbox.shopify.records import order_record
from recon.secrets import KeptTokens
from recon.sources.base import IntakeFile, ReadOptions
from recon.sources.shopify.answers import ShopifyAnswers
from recon.sources.shopify.client import ShopifyClient
from recon.sources.shopify.shop import ShopifyShopClient
from tests.clock import FakeClock

ZONE = "America/New_York"
OPTIONS = ReadOptions(platform="shopify", shop="demo", currency="USD", timezone=ZONE, vat_rate_basis_points=725)
NOON = dt.datetime(2026, 10, 5, 12, 0, tzinfo=dt.UTC)
COLUMNS = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Currency", "Subtotal", "Shipping",
    "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Billing Name", "Cancelled at",
    "Payment Method", "Refunded Amount", "Outstanding Balance", "Location", "Employee", "Id", "Source", "Lineitem discount",
    *(f"Tax {n} {part}" for n in range(1, 6) for part in ("Name", "Value")), "Duties",
)  # fmt: skip


def sandbox(orders=(), clock=None, **rest):
    clock = clock or FakeClock()
    return ShopifySandbox(orders=orders, now=clock.now, monotonic=clock.monotonic, **rest)


def client_of(shop, clock, *, keys=None, shelf=None, store="demo", **rest):
    return ShopifyClient(
        store=store, keys=keys or shop.keys, shelf=shelf or KeptTokens(None, store), version="2026-10", base_url=shop.url,
        clock=clock, **rest,
    )  # fmt: skip


def shop_of(client, *, page_size=50, with_buyers=True, bulk_from=5000):
    return ShopifyShopClient(client, zone=ZONE, page_size=page_size, with_buyers=with_buyers, bulk_from=bulk_from)


def pulled(orders, clock=None, *, page_size=50, bulk_from=5000, rules=None, faults=(), **query):
    """Return the files of one pull, and the shop that was asked."""
    clock = clock or FakeClock()
    with sandbox(orders, clock, rules=rules or Rules(), faults=faults) as shop, client_of(shop, clock) as client:
        files = list(shop_of(client, page_size=page_size, bulk_from=bulk_from).fetch("sale", query))
    return files, shop


def kept(folder, answer):
    digest = hashlib.sha256(answer.content).hexdigest()
    path = folder / digest
    path.write_bytes(answer.content)
    return IntakeFile(path=path, name=answer.name, digest=digest, size=len(answer.content))


def frames_of(folder, answers, options=OPTIONS):
    source, sets = ShopifyAnswers(), []
    for answer in answers:
        file = kept(folder, answer)
        assert source.identify(file)
        sets.append(normalize(source.read(file, options), options, file_id=file.file_id))
    return combine(sets)


def read(folder, *orders, options=OPTIONS):
    """Return the frames of orders that were pulled in one page."""
    return frames_of(folder, pulled(orders)[0], options)


def money(minor):
    return f"{minor // 100}.{minor % 100:02d}"


def local(at):
    from zoneinfo import ZoneInfo

    return "" if at is None else at.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M:%S %z")


def export_of(orders):
    """Return Shopify's orders export of the same orders, as far as a CSV can tell."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for order in orders:
        record = order_record(order)
        first = {
            "Financial Status": record["displayFinancialStatus"].lower(),
            "Paid at": local(order.at) if order.is_paid else "", "Currency": order.currency,
            "Fulfillment Status": "fulfilled" if order.is_fulfilled else "unfulfilled",
            "Fulfilled at": local(order.at) if order.is_fulfilled else "", "Subtotal": money(order.subtotal),
            "Shipping": money(order.shipping), "Taxes": money(order.tax), "Total": money(order.total),
            "Discount Amount": money(sum(line.discount for line in order.lines) + order.shipping_discount),
            "Billing Name": order.buyer or "", "Cancelled at": local(order.cancelled_at),
            "Payment Method": " + ".join(name for name, _ in order.payments) or order.gateway,
            "Refunded Amount": money(order.refunded), "Outstanding Balance": record["totalOutstandingSet"]["shopMoney"]["amount"],
            "Location": order.location, "Employee": order.staff, "Id": record["legacyResourceId"], "Source": order.source, "Duties": money(order.duties),
        }  # fmt: skip
        if order.tax_basis_points:
            rate = f"{order.tax_basis_points // 100}.{order.tax_basis_points % 100:02d}".rstrip("0").rstrip(".")
            first |= {"Tax 1 Name": f"{order.tax_title} {rate}%", "Tax 1 Value": money(order.tax)}
        for place, line in enumerate(order.lines):
            row = {
                "Name": f"#{order.number}", "Created at": local(order.at), "Lineitem quantity": line.quantity,
                "Lineitem name": line.name, "Lineitem price": money(line.price), "Lineitem sku": line.sku,
                "Lineitem taxable": str(line.taxable and not line.is_tip).lower(), "Lineitem discount": money(line.discount),
            }  # fmt: skip
            writer.writerow(first | row if place == 0 else row)
    return stream.getvalue()

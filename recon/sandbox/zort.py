"""A ZORT to try things on: a loopback HTTP server that answers like ZORT API v4, with switchable faults.

Written from ZORT's published parameters and from what public clients report of its answers, not from what our own
client needs: HTTP 200 on failure, `resCode` at two depths and in two spellings, numbers as text, `res` as a text in
GetProducts, id lists in request headers, detail answers whose `list` holds lines. Where nothing is known (order of
rows, whether date filters include their day) the sandbox takes one reading and offers the other as an argument.

    with ZortShop(orders=invented_orders(dt.date(2026, 6, 1), 60, seed=1)) as shop:
        ...  # shop.url, shop.store_name, shop.api_key, shop.api_secret
"""

from __future__ import annotations

import copy
import datetime as dt
import hmac
from collections.abc import Callable, Iterable, Mapping
from decimal import InvalidOperation
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from recon.sandbox.loopback import LoopbackHandler, LoopbackShop, as_json
from recon.sandbox.zort_faults import FAULTS, ZortFault, bent_content
from recon.sandbox.zort_filters import DETAILS, LISTINGS, Records, SeenRequest, is_wanted, page_of
from recon.sandbox.zort_orders import invented_orders, invented_products, invented_returns
from recon.sandbox.zort_purchases import invented_purchase_returns, invented_purchases

__all__ = ["FAULTS", "SeenRequest", "ZortFault", "ZortShop", "invented_store"]

BASE_PATH: Final = "/v4"
KINDS: Final = ("orders", "returns", "purchases", "purchase_returns")
"""What a store holds, in the order of LISTINGS."""


def invented_store(month: dt.date, orders: int, *, port: int = 0) -> ZortShop:
    """Return a store that holds an invented month of all four kinds: sales, their returns, purchases and theirs."""
    sales = invented_orders(month, orders, 1)
    purchases = invented_purchases(month, max(8, orders // 4), 1)
    return ZortShop(
        orders=sales, products=invented_products(), returns=invented_returns(sales), purchases=purchases,
        purchase_returns=invented_purchase_returns(purchases), port=port,
    )  # fmt: skip


class ZortShop(LoopbackShop[ZortFault]):
    """One store of ZORT on this computer."""

    def __init__(
        self,
        *,
        orders: Records = (),
        products: Records = (),
        returns: Records = (),
        purchases: Records = (),
        purchase_returns: Records = (),
        store_name: str = "demo-store",
        api_key: str = "sandbox-key-0001",
        api_secret: str = "sandbox-secret-0001",  # noqa: S107  opens nothing
        merchant: str = "บริษัท ร้านตัวอย่าง จำกัด",
        faults: Iterable[ZortFault] = (),
        days_are_inclusive: bool = True,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        port: int = 0,
    ) -> None:
        super().__init__(_Handler, faults=faults, now=now, port=port)
        self.store_name = store_name
        self.api_key = api_key
        self.api_secret = api_secret
        self.merchant = merchant
        self.days_are_inclusive = days_are_inclusive
        self.requests: list[SeenRequest] = []
        self._products = copy.deepcopy(list(products))
        kept = (orders, returns, purchases, purchase_returns)
        self._records = {path: _newest_first(records) for path, records in zip(LISTINGS, kept, strict=True)}

    @property
    def url(self) -> str:
        """Base address, as ZORT's own ends: with /v4."""
        return self.origin + BASE_PATH

    def replace_orders(self, orders: Records) -> None:
        """Let time pass: the store holds these orders from now on."""
        with self._lock:
            self._records["/Order/GetOrders"] = _newest_first(orders)

    def change(self, kind: str, records: Records) -> None:
        """Let time pass for one kind (orders, returns, purchases, purchase_returns): known ids get these fields, others are new."""
        path = dict(zip(KINDS, LISTINGS, strict=True))[kind]
        with self._lock:
            held = {record["id"]: record for record in self._records[path]}
            for record in copy.deepcopy(list(records)):
                held[record["id"]] = {**held.get(record["id"], {}), **record}
            self._records[path] = _newest_first(list(held.values()))

    def answer(self, request: SeenRequest) -> dict[str, Any] | None:
        """Return ZORT's answer; None where it knows no such address."""
        with self._lock:
            self.requests.append(request)
            known = {**LISTINGS, **DETAILS, "/Merchant/ValidateApi": 0, "/Merchant/GetMerchantProfile": 0}
            if request.path not in known and request.path != "/Product/GetProducts":
                return None
            if not self._keys_fit(request.headers):
                return {"resCode": "100", "resDesc": "Invalid API", "resDesc2": None, "resDesc3": None, "detail": None}
            if request.path == "/Merchant/ValidateApi":
                return {"resCode": "200", "resDesc": "Success", "detail": None}
            if request.path == "/Merchant/GetMerchantProfile":
                return {"resCode": "200", "resDesc": "", "data": {"name": self.merchant}}
            if request.path in DETAILS:
                return self._detail(request)
            if request.path == "/Product/GetProducts":
                page = page_of(self._products, request.params)
                return {"res": "2026-06-30 12:00:00", "list": page, "count": len(self._products)}
            return self._listing(request)

    def after(self, fault: ZortFault, path: str) -> None:
        """Let rows move once an answer is made."""
        with self._lock:
            rows = self._records.get(path, [])
            if fault.kind == "rows-move" and rows:
                rows.insert(0, rows.pop())
            if fault.kind == "row-goes" and rows:
                rows.pop(0)

    def _keys_fit(self, headers: Mapping[str, str]) -> bool:
        given = (headers.get("storename", ""), headers.get("apikey", ""), headers.get("apisecret", ""))
        wanted = (self.store_name, self.api_key, self.api_secret)
        return all(hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, wanted, strict=True))

    def _listing(self, request: SeenRequest) -> dict[str, Any]:
        listing = LISTINGS[request.path]
        try:
            found = [
                r
                for r in self._records[request.path]
                if is_wanted(r, request, listing, inclusive=self.days_are_inclusive)
            ]
        except (ValueError, InvalidOperation) as error:
            return {"res": _yes("100", f"Invalid parameter: {error}"), "list": None, "count": 0}
        body: dict[str, Any] = {"list": page_of(found, request.params), "count": len(found)}
        if listing.spelling == "object":
            return {"res": _yes(), **body}
        code, words = ("resCode", "resDesc") if listing.spelling == "top" else ("rescode", "resdesc")
        return {code: "200", words: "", **body}

    def _detail(self, request: SeenRequest) -> dict[str, Any]:
        wanted = request.params.get("id", "")
        for record in self._records[DETAILS[request.path]]:
            if str(record.get("id")) == wanted:
                return {"res": _yes(), **record}
        return {"res": _yes("100", "Order not found")}


def _newest_first(records: Records) -> list[dict[str, Any]]:
    copied = [copy.deepcopy(dict(record)) for record in records]
    return sorted(copied, key=lambda record: str(record.get("updatedatetimeString") or ""), reverse=True)


def _yes(code: str = "200", words: str = "") -> dict[str, Any]:
    return {"resCode": code, "resDesc": words, "resDesc2": None, "resDesc3": None, "detail": None}


class _Handler(LoopbackHandler):
    shop: ZortShop

    def do_GET(self) -> None:  # noqa: N802  name of the base class
        parts = urlsplit(self.path)
        path = parts.path.removeprefix(BASE_PATH)
        params = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self.shop.fault_for(path)
        content = self.shop.answer(SeenRequest(path, params, headers))
        if not parts.path.startswith(f"{BASE_PATH}/") or content is None:
            self.send(404, b"<html><body>404 - File or directory not found.</body></html>", "text/html")
        elif fault is None:
            self.send(200, as_json(content))
        else:
            self._fail(fault, as_json(bent_content(content, fault)))
            self.shop.after(fault, path)

    def do_POST(self) -> None:  # noqa: N802  name of the base class
        self.send(405, b'{"Message":"The requested resource does not support http method \'POST\'."}')

    def _fail(self, fault: ZortFault, body: bytes) -> None:
        if fault.kind == "refuse":
            self.send(200, as_json({"res": _yes(fault.code, fault.text)}))
        elif fault.kind == "wrong-type":
            self.send(200, body, "text/plain")
        else:
            self.fail(fault, body)

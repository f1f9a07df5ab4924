"""A BentoWeb to try things on: a loopback HTTP server that logs in and answers orders like BentoWeb, with faults.

Written from BentoWeb's help pages (log-in and refresh, one order by number, states, order sources, the date of nothing,
`status` 1 inside HTTP 200) and from what one public client reads (`/order/list/{store}`, names of totals and lines), not
from what our own client needs. Where nothing is known, `Rules` takes the strictest plausible reading and offers others.

    with BentoWebShop(orders=invented_orders(dt.date(2026, 6, 1), 60, seed=1)) as shop:
        ...  # shop.url, shop.login_url, shop.keys, shop.store_id
"""

from __future__ import annotations

import copy
import datetime as dt
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from recon.sandbox.bentoweb_faults import BentoWebFault, bent_content
from recon.sandbox.loopback import LoopbackHandler, LoopbackShop, as_json

Orders = Sequence[Mapping[str, Any]]

API: Final = "/api"
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  an address
ORDER_PATH: Final = "/order/order-full/"
LIST_PATH: Final = "/order/list/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is known of the log-in, and switches for what nobody has published."""

    access_seconds: int = 1_296_000
    """Life of an access token: 15 days, as published."""
    refresh_seconds: int = 2_592_000
    """Life of a refresh token: 30 days, as published."""
    refresh_rotates: bool = True
    """A refresh token counts once; not published."""
    unknown_order: int = 200
    """HTTP status for an order that is not there: 200 with status 0 inside, or 404; not published."""
    lists: bool = True
    """There is a call that lists the shop's orders, as one public client uses it; not published."""
    list_page: int = 0
    """Orders in one answer of that call, newest first, `page` turns it; 0: all. Not published."""
    list_tells_days: bool = False
    """A list says when an order was made and changed; not published."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    params: Mapping[str, str]
    """Query of a GET, fields of a POST."""
    token: str
    """Of the header Authorization; empty: none."""


class BentoWebShop(LoopbackShop[BentoWebFault]):
    """One shop of BentoWeb on this computer."""

    def __init__(
        self,
        *,
        orders: Orders = (),
        store_id: int = 812,
        client_id: str = "98001",
        client_secret: str = "sandbox-secret-0001",  # noqa: S107  opens nothing
        username: str = "demo@example.com",
        password: str = "sandbox-password-0001",  # noqa: S107  opens nothing
        rules: Rules | None = None,
        faults: Iterable[BentoWebFault] = (),
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        port: int = 0,
    ) -> None:
        super().__init__(_Handler, faults=faults, now=now, port=port)
        self.store_id = store_id
        self.keys = {
            "client_id": client_id, "client_secret": client_secret, "username": username, "password": password,
        }  # fmt: skip
        self.rules = rules or Rules()
        self.requests: list[Seen] = []
        self._access: dict[str, dt.datetime] = {}
        self._refresh: dict[str, dt.datetime] = {}
        self._given = 0
        self._orders: dict[str, dict[str, Any]] = {}
        self.replace_orders(orders)

    @property
    def login_url(self) -> str:
        """Address that gives tokens; on BentoWeb's side a host of its own."""
        return self.origin

    @property
    def url(self) -> str:
        """Base address of orders."""
        return self.origin + API

    def replace_orders(self, orders: Orders) -> None:
        """Let time pass: the shop holds these orders from now on."""
        with self._lock:
            self._orders = {str(order["order_id"]): copy.deepcopy(dict(order)) for order in orders}

    def change(self, order_id: int, **fields: Any) -> None:  # noqa: ANN401  any field of an order
        """Change one order, or add it."""
        with self._lock:
            self._orders.setdefault(str(order_id), {"order_id": order_id}).update(copy.deepcopy(fields))

    def revoke(self) -> None:
        """Let every token count no longer."""
        with self._lock:
            self._access.clear()
            self._refresh.clear()

    def answer(self, request: Seen) -> tuple[int, dict[str, Any]]:
        """Return status and content of an answer."""
        with self._lock:
            self.requests.append(request)
            if request.path == TOKEN_PATH:
                return self._log_in(request)
            if not self._counts(request.token):
                return 401, {"message": "Unauthenticated."}
            if request.path.startswith(ORDER_PATH):
                return self._order(request.path.removeprefix(ORDER_PATH))
            if request.path == f"{LIST_PATH}{self.store_id}" and self.rules.lists:
                return 200, {"status": 1, "data": {"order_list": self._listed(request.params)}}
            return 404, {"message": "Not Found"}

    def _log_in(self, request: Seen) -> tuple[int, dict[str, Any]]:
        given, kind = request.params, request.params.get("grant_type", "")
        if request.method != "POST" or kind not in {"password", "refresh_token"}:
            return 400, {"error": "unsupported_grant_type", "message": "The grant type is not supported."}
        names = ["client_id", "client_secret"] + (["username", "password"] if kind == "password" else [])
        if not all(hmac.compare_digest(given.get(n, "").encode(), self.keys[n].encode()) for n in names):
            return 401, {"error": "invalid_credentials", "message": "The user credentials were incorrect."}
        if kind == "refresh_token":
            until = self._refresh.get(given.get("refresh_token", ""))
            if until is None or self.now() >= until:
                return 401, {"error": "invalid_request", "message": "The refresh token is invalid."}
            if self.rules.refresh_rotates:
                self._refresh.pop(given["refresh_token"])
        return 200, self._new_tokens()

    def _new_tokens(self) -> dict[str, Any]:
        self._given += 1
        access, refresh = f"access-{self._given:04d}-sandbox", f"refresh-{self._given:04d}-sandbox"
        self._access[access] = self.now() + dt.timedelta(seconds=self.rules.access_seconds)
        self._refresh[refresh] = self.now() + dt.timedelta(seconds=self.rules.refresh_seconds)
        return {
            "token_type": "Bearer", "expires_in": self.rules.access_seconds, "access_token": access,
            "refresh_token": refresh,
        }  # fmt: skip

    def _counts(self, token: str) -> bool:
        until = self._access.get(token)
        return until is not None and self.now() < until

    def _order(self, number: str) -> tuple[int, dict[str, Any]]:
        order = self._orders.get(number)
        if order is None:
            if self.rules.unknown_order == 404:
                return 404, {"message": "Not Found"}
            return 200, {"status": 0, "message": "Order not found"}
        return 200, {"status": 1, "data": {"order": order}}

    def _listed(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        days = ("date_created", "date_modified") if self.rules.list_tells_days else ()
        listed = [
            {
                "order_id": order["order_id"], "is_paid": order["order_status_id"] in {3, 7, 16},
                "grand_total": order.get("grand_total"), **{name: order[name] for name in days},
            }
            for order in sorted(self._orders.values(), key=lambda order: -order["order_id"])
        ]  # fmt: skip
        if not self.rules.list_page:
            return listed
        page = int(params.get("page", "1")) if params.get("page", "1").isdecimal() else 1
        return listed[(page - 1) * self.rules.list_page : page * self.rules.list_page]


class _Handler(LoopbackHandler):
    shop: BentoWebShop

    def do_GET(self) -> None:  # noqa: N802  name of the base class
        parts = urlsplit(self.path)
        self._answer("GET", parts.path, parts.query)

    def do_POST(self) -> None:  # noqa: N802  name of the base class
        length = int(self.headers.get("Content-Length") or 0)
        self._answer("POST", urlsplit(self.path).path, self.rfile.read(length).decode("utf-8", "replace"))

    def _answer(self, method: str, path: str, query: str) -> None:
        known = path.startswith(f"{API}/") or path == TOKEN_PATH
        path = path.removeprefix(API)
        params = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        fault = self.shop.fault_for(path)
        status, content = self.shop.answer(Seen(method, path, params, token))
        if not known:
            self.send(404, b"<html><body>404 Not Found</body></html>", "text/html")
        elif fault is None:
            self.send(status, as_json(content))
        elif fault.kind == "refuse":
            self.send(200, as_json({"status": 0, "message": fault.text or "Something went wrong"}))
        else:
            self.fail(fault, as_json(bent_content(content, fault)), status=status)

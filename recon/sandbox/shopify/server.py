"""A Shopify on this computer: answers the Admin GraphQL API like a shop, with its limit, rights, log-in and faults.

Written from Shopify's published schema and limits: HTTP 200 with `errors` inside, costs in every answer, THROTTLED without
points, MAX_COST_EXCEEDED for too large a question, ACCESS_DENIED by field, orders of 60 days only, tokens of 24 hours. What
nobody publishes (how points are counted exactly) is an assumption of `query.points`; a client has to live with any count.

    with ShopifySandbox(orders=invented_month(dt.date(2026, 10, 1), 60)) as shop:
        ...  # shop.url, shop.keys
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from recon.sandbox.loopback import ANSWER_FAULTS, WIRE_FAULTS, LoopbackFault, LoopbackHandler, LoopbackShop, as_json
from recon.sandbox.shopify.orders import SandboxOrder
from recon.sandbox.shopify.payouts import SandboxPayout, account_records
from recon.sandbox.shopify.purchases import SandboxPurchaseOrder, shipments_of
from recon.sandbox.shopify.query import Field, QueryError, Question, chosen, connection, parse, points, spent
from recon.sandbox.shopify.records import order_record, products_of
from recon.sandbox.shopify.search import SORT_KEYS, found

TOKEN_PATH: Final = "/admin/oauth/access_token"  # noqa: S105  an address
WINDOW: Final = dt.timedelta(days=60)
PURCHASES_SINCE: Final = "2026-10"
STAFF_RIGHT: Final = "read_users"
TOKEN_SECONDS: Final = 86_399
FAULTS: Final = MappingProxyType(
    {
        **ANSWER_FAULTS,
        **WIRE_FAULTS,
        "throttled": "HTTP 200 with THROTTLED, whatever is in the bucket",
        "internal": "HTTP 200 with INTERNAL_SERVER_ERROR and half of the data",
        "version": "the answer says it is of another version",
        "touch": "after the answer the newest order changes",
        "touch-oldest": "after the answer the oldest order changes, and comes once more on a later page",
    }
)
"""Every fault and what it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyFault(LoopbackFault):
    """One fault; ``path`` is the name of the operation, e.g. Orders."""

    kinds = FAULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The shop's limits and the app's rights."""

    bucket: int = 2_000
    restore_rate: int = 100
    """Points a second: 100 on the standard plan."""
    largest_question: int = 1_000
    scopes: tuple[str, ...] = ("read_orders", "read_all_orders", "read_products")
    denied: Mapping[str, str] = field(default_factory=dict)
    """Fields the app may not read, and the right each needs."""
    bulk_seconds: int = 20
    """So long a bulk operation runs."""
    bulk_lost_lines: int = 0
    """So many lines its result lacks."""
    bulk_fails: str = ""
    """Error code it ends with; empty: it ends well."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One question as it arrived."""

    name: str
    variables: Mapping[str, Any]
    token: str
    cost: int


class ShopifySandbox(LoopbackShop[ShopifyFault]):
    """One Shopify shop on this computer."""

    def __init__(
        self,
        *,
        orders: Sequence[SandboxOrder] = (),
        payouts: Sequence[SandboxPayout] | None = None,
        purchases: Sequence[SandboxPurchaseOrder] = (),
        rules: Rules | None = None,
        client_id: str = "sandbox-client-0001",
        client_secret: str = "shpss_sandbox-secret-0001",  # noqa: S107  opens nothing
        standing_token: str = "shpat_sandbox-token-0001",  # noqa: S107  opens nothing
        version: str = "2026-10",
        faults: Iterable[ShopifyFault] = (),
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        monotonic: Callable[[], float] = time.monotonic,
        port: int = 0,
    ) -> None:
        super().__init__(_Handler, faults=faults, now=now, port=port)
        self.rules, self.version = rules or Rules(), version
        self.keys = {"client_id": client_id, "client_secret": client_secret}
        self.standing_token = standing_token
        self.requests: list[Seen] = []
        self.refused = 0
        """Questions refused for want of points."""
        self._monotonic = monotonic
        self._left, self._left_at = float(self.rules.bucket), monotonic()
        self._tokens: dict[str, dt.datetime] = {}
        self._given = 0
        self._bulk: dict[str, tuple[dt.datetime, list[str]]] = {}
        self._bulk_denied: set[str] = set()
        self._payouts = payouts
        self._purchases = tuple(purchases)
        self._orders: dict[str, dict[str, Any]] = {}
        self._products: list[dict[str, Any]] = []
        self.replace_orders(orders)

    @property
    def url(self) -> str:
        """Base address."""
        return self.origin

    def replace_orders(self, orders: Sequence[SandboxOrder]) -> None:
        """Let time pass: the shop holds these orders from now on."""
        made = [order_record(order) for order in orders]
        with self._lock:
            self._orders = {order["id"]: order for order in made}
            self._products = products_of(orders)

    def replace_purchases(self, purchases: Sequence[SandboxPurchaseOrder]) -> None:
        """Let time pass: these are the shop's purchase orders from now on."""
        with self._lock:
            self._purchases = tuple(purchases)

    def revoke(self) -> None:
        """Let every token that was given count no longer."""
        with self._lock:
            self._tokens.clear()
            self.standing_token = ""

    def log_in(self, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Give a token for the app's keys."""
        names = ("client_id", "client_secret")
        fits = all(hmac.compare_digest(fields.get(name, "").encode(), self.keys[name].encode()) for name in names)
        if fields.get("grant_type") != "client_credentials" or not fits:
            return 400, {"error": "invalid_request", "error_description": "The client credentials are not valid."}
        with self._lock:
            self._given += 1
            token = f"shpua_sandbox-{self._given:04d}-token"
            self._tokens[token] = self.now() + dt.timedelta(seconds=TOKEN_SECONDS)
        return 200, {"access_token": token, "scope": ",".join(self.rules.scopes), "expires_in": TOKEN_SECONDS}

    def answer(self, token: str, body: Mapping[str, Any], fault: ShopifyFault | None) -> tuple[int, dict[str, Any]]:
        """Return status and content of an answer."""
        with self._lock:
            if not self._counts(token):
                return 401, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
            variables = body.get("variables") or {}
            try:
                question = parse(str(body.get("query") or ""))
                cost = max(1, points(question.fields, variables)) if question.kind == "query" else 10
                self.requests.append(Seen(question.name, variables, token, cost))
                return 200, self._within_limit(question, variables, cost, fault)
            except QueryError as error:
                return 200, {"errors": [{"message": str(error), "extensions": {"code": "undefinedField"}}]}

    def touch(self, *, oldest: bool = False) -> None:
        """Let the newest order change once more, or the one that rested longest."""
        with self._lock:
            by_age = sorted(self._orders.values(), key=lambda order: str(order["updatedAt"]))
            moved = dt.datetime.fromisoformat(by_age[-1]["updatedAt"]) + dt.timedelta(seconds=1)
            by_age[0 if oldest else -1]["updatedAt"] = moved.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def bulk_file(self, path: str) -> bytes | None:
        """Return the result of a bulk operation by its address."""
        with self._lock:
            lines = next((lines for name, (_, lines) in self._bulk.items() if path == _bulk_path(name)), None)
        return None if lines is None else ("\n".join(lines[self.rules.bulk_lost_lines :]) + "\n").encode()

    def _counts(self, token: str) -> bool:
        if self.standing_token and hmac.compare_digest(token.encode(), self.standing_token.encode()):
            return True
        until = self._tokens.get(token)
        return until is not None and self.now() < until

    def _within_limit(
        self, question: Question, variables: Mapping[str, Any], cost: int, fault: ShopifyFault | None
    ) -> dict[str, Any]:
        now = self._monotonic()
        self._left = min(self.rules.bucket, self._left + (now - self._left_at) * self.rules.restore_rate)
        self._left_at = now
        if cost > self.rules.largest_question:
            words = (
                f"Query cost is {cost}, which exceeds the single query max cost limit ({self.rules.largest_question})."
            )
            return self._said({"errors": [_error(words, "MAX_COST_EXCEEDED", cost=cost)]}, cost, None)
        if cost > self._left or (fault is not None and fault.kind == "throttled"):
            self.refused += 1
            return self._said({"errors": [_error("Throttled", "THROTTLED")]}, cost, None)
        data = self._data(question, variables)
        actual = min(cost, max(1, spent(data)))
        self._left -= actual
        if denied := self._withheld(question):
            errors = [self._denied(name) for name in denied]
            return self._said({"data": data, "errors": errors}, cost, actual)
        if fault is not None and fault.kind == "internal":
            return self._said(
                {"data": None, "errors": [_error("Internal error", "INTERNAL_SERVER_ERROR")]}, cost, actual
            )
        return self._said({"data": data}, cost, actual)

    def _said(self, content: dict[str, Any], cost: int, actual: int | None) -> dict[str, Any]:
        status = {
            "maximumAvailable": self.rules.bucket, "currentlyAvailable": int(self._left), "restoreRate": self.rules.restore_rate,
        }  # fmt: skip
        told = {"requestedQueryCost": cost, "actualQueryCost": actual, "throttleStatus": status}
        return {**content, "extensions": {"cost": told}}

    def _withheld(self, question: Question) -> list[str]:
        """Return the fields of a question that the app may not read."""
        return [each.name for each in question.all_fields() if self._right_for(each.name)]

    def _right_for(self, name: str) -> str:
        """Return the right the app lacks for a field; empty: it may read it."""
        if name == "staffMember" and STAFF_RIGHT not in self.rules.scopes:
            return STAFF_RIGHT
        return self.rules.denied.get(name, "")

    def _denied(self, name: str) -> dict[str, Any]:
        scope = self._right_for(name)
        words = f"Access denied for {name} field. Required access: `{scope}` access scope."
        return {**_error(words, "ACCESS_DENIED"), "path": ["orders", "nodes", 0, name]}

    def _data(self, question: Question, variables: Mapping[str, Any]) -> dict[str, Any]:
        return {field.name: self._root(field, variables) for field in question.fields}

    def _root(self, field: Field, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
        if field.name == "orders":
            return connection(self._search(field, variables), field, variables)
        if field.name == "ordersCount":
            count = {"count": len(self._search(field, variables)), "precision": "EXACT"}
            return chosen(count, field.inner, variables, "Count")
        if field.name == "order":
            order = self._orders.get(str(field.value("id", variables)))
            return None if order is None else chosen(order, field.inner, variables, "Order")
        if field.name == "refund":
            return self._refund(field, variables)
        if field.name == "productVariants":
            return connection(self._products, field, variables)
        if field.name == "shopifyPaymentsAccount":
            return self._payments(field, variables)
        if field.name in {"inventoryPurchaseOrders", "inventoryPurchaseOrder", "inventoryShipment"}:
            return self._bought(field, variables)
        if field.name == "bulkOperationRunQuery":
            return chosen(self._run(str(field.value("query", variables))), field.inner, variables, "Payload")
        if field.name == "bulkOperation":
            return chosen(self._state(str(field.value("id", variables))), field.inner, variables, "BulkOperation")
        if field.name not in {"shop", "currentAppInstallation"}:
            raise QueryError(f"Field '{field.name}' doesn't exist on type 'QueryRoot'")
        shop = {
            "name": "Sandbox Shop", "myshopifyDomain": "sandbox.myshopify.com", "currencyCode": "USD", "ianaTimezone": "America/New_York",
        }  # fmt: skip
        rights = {"accessScopes": [{"handle": scope} for scope in self.rules.scopes]}
        return chosen(shop if field.name == "shop" else rights, field.inner, variables, field.name)

    def _refund(self, field: Field, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        wanted = str(field.value("id", variables))
        pairs = ((order, refund) for order in self._orders.values() for refund in order["refunds"])
        for order, refund in pairs:
            if refund["id"] == wanted:
                about = {"id": order["id"], "updatedAt": order["updatedAt"]}
                return chosen({**refund, "order": about}, field.inner, variables, "Refund")
        return None

    def _payments(self, field: Field, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return payouts and their transactions; None: the shop has no Shopify Payments."""
        if self._payouts is None:
            return None
        return {
            each.name: connection(
                account_records(self._payouts, each.name, str(each.value("query", variables) or "")), each, variables
            )
            for each in field.inner
        }

    def _bought(self, field: Field, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
        """Return purchase orders, one of them, or a shipment; versions before 2026-10 know none of them."""
        if self.version < PURCHASES_SINCE:
            raise QueryError(f"Field '{field.name}' doesn't exist on type 'QueryRoot'")
        orders = {each.gid: each.record() for each in self._purchases}
        if field.name == "inventoryPurchaseOrders":
            return connection(list(orders.values()), field, variables)
        known = orders if field.name == "inventoryPurchaseOrder" else shipments_of(self._purchases)
        found = known.get(str(field.value("id", variables)))
        return None if found is None else chosen(found, field.inner, variables, field.name)

    def _search(self, field: Field, variables: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        wanted = found(list(self._orders.values()), str(field.value("query", variables) or ""))
        if "read_all_orders" not in self.rules.scopes:
            oldest = (self.now() - WINDOW).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            wanted = [order for order in wanted if str(order["createdAt"]) >= oldest]
        key = SORT_KEYS.get(str(field.value("sortKey", variables)), "processedAt")
        return sorted(wanted, key=lambda order: (str(order[key]), str(order["id"])))

    def _run(self, text: str) -> dict[str, Any]:
        inner = parse(text)
        field = inner.fields[0]
        orders = connection(self._search(field, {}), field, {})["edges"]
        parents: list[str] = []
        children: list[str] = []
        for edge in orders:
            node = edge["node"]
            for name in ("lineItems", "shippingLines"):
                owned = ({**child["node"], "__parentId": node["id"]} for child in node.pop(name)["edges"])
                children.extend(json.dumps(child) for child in owned)
            parents.append(json.dumps(node))
        operation_id = f"gid://shopify/BulkOperation/{len(self._bulk) + 1}"
        # Children stand anywhere: here before their parents.
        self._bulk[operation_id] = (
            self.now() + dt.timedelta(seconds=self.rules.bulk_seconds),
            [*reversed(children), *parents],
        )
        if self._withheld(inner):
            self._bulk_denied.add(operation_id)
        return {"bulkOperation": {"id": operation_id, "status": "CREATED"}, "userErrors": []}

    def _state(self, operation_id: str) -> dict[str, Any]:
        until, lines = self._bulk[operation_id]
        state: dict[str, Any] = {"id": operation_id, "errorCode": None, "objectCount": str(len(lines)), "url": None}
        if self.now() < until:
            return {**state, "status": "RUNNING"}
        if fails := "ACCESS_DENIED" if operation_id in self._bulk_denied else self.rules.bulk_fails:
            return {**state, "status": "FAILED", "errorCode": fails}
        url = f"{self.origin}{_bulk_path(operation_id)}?signature=sandbox" if lines else None
        return {**state, "status": "COMPLETED", "url": url}


def _bulk_path(operation_id: str) -> str:
    return f"/bulk/{operation_id.rpartition('/')[2]}.jsonl"


def _error(words: str, code: str, **more: object) -> dict[str, Any]:
    return {"message": words, "extensions": {"code": code, **more}}


class _Handler(LoopbackHandler):
    shop: ShopifySandbox

    def do_POST(self) -> None:  # noqa: N802  name of the base class
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if path == TOKEN_PATH:
            fields = {name: values[-1] for name, values in parse_qs(raw.decode()).items()}
            status, content = self.shop.log_in(fields)
            self.send(status, as_json(content))
            return
        if path != f"/admin/api/{self.shop.version}/graphql.json":
            self.send(404, as_json({"errors": "Not Found"}))
            return
        body = json.loads(raw)
        fault = self.shop.fault_for(str(body.get("operationName")))
        status, content = self.shop.answer(self.headers.get("X-Shopify-Access-Token", ""), body, fault)
        said = "2027-01" if fault is not None and fault.kind == "version" else self.shop.version
        if fault is None or fault.kind in {"throttled", "internal", "version", "touch", "touch-oldest"}:
            self.send(status, as_json(content), extra={"X-Shopify-API-Version": said})
        else:
            self.fail(fault, as_json(content), status=status)
        if fault is not None and fault.kind in {"touch", "touch-oldest"}:
            self.shop.touch(oldest=fault.kind == "touch-oldest")

    def do_GET(self) -> None:  # noqa: N802  name of the base class
        found_file = self.shop.bulk_file(urlsplit(self.path).path)
        if found_file is None:
            self.send(404, b"Not Found", "text/plain")
        else:
            self.send(200, found_file, "application/jsonl")

"""The sandbox's company file: takes message sets and answers them as QuickBooks Desktop would.

A message set is processed request by request; with `stopOnError` those behind a refusal are not looked at (3231). The answer of
a set with an id is kept, so that it can be asked for again (message-set recovery).
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from recon.ports import Clock
from recon.sandbox.quickbooks import chart
from recon.sandbox.quickbooks.answers import Body, Refused, Said, element, message_set, one, refused
from recon.sandbox.quickbooks.asking import Iterators, query, text_of
from recon.sandbox.quickbooks.books import NAMES, Books, Kept
from recon.sandbox.quickbooks.posting import ITEM_KINDS, Moment, check_references, post, require_inventory, void
from recon.sandbox.quickbooks.strict import Asked, MessageSet, read_set
from recon.targets.quickbooks.qbxml.rows import Row

SET_UNKNOWN: Final = 9004
"""`messageSetStatusCode` where a set id is asked for that was never processed; the real values are not verified."""
CAPACITIES: Final = {"EntityMetaData": 14500, "ItemMetaData": 14500, "AccountMetaData": 10000}
"""Most entries of its lists, as those of Pro and Premier."""


@dataclass(slots=True)
class Troubles:
    """What can be made to go wrong, for trying it out and for tests."""

    closed_until: dt.date | None = None
    is_view_only: bool = False
    locked: int = 0
    """So many of the next changes meet a record somebody else has open (3175)."""
    refuse: dict[str, tuple[int, str]] = field(default_factory=dict)
    """RefNumber to status code and words."""


class SandboxCompany:
    """One company file."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        name: str = "Cedar & Pine LLC",
        tax_id: str = "12-3456789",
        durable: bool = True,
    ) -> None:
        self.path = path
        self.troubles = Troubles()
        self._clock = clock
        self._lock = threading.Lock()
        self._iterators = Iterators()
        self._books = Books(path, durable=durable)
        if not self._books.fact("name"):
            self._found(name, tax_id)

    def _found(self, name: str, tax_id: str) -> None:
        self._books.begin()
        self._books.set_fact("name", name)
        self._books.set_fact("tax id", tax_id)
        chart.fill(self._books)
        self._books.commit()

    def close(self) -> None:
        """Close the file."""
        self._books.close()

    @property
    def windows_path(self) -> str:
        """Where QuickBooks says that the file lies."""
        return f"C:\\Sandbox\\{self.path.stem}.qbw"

    def forget_answers(self) -> None:
        """Keep no answer for error recovery, as after a power cut at the wrong moment."""
        self._books.forget_answers()

    @property
    def books(self) -> Books:
        """What the file holds, for tests and for the desk of the sandbox."""
        return self._books

    def use_sales_tax(self, tax_item: str = chart.ZERO_TAX) -> None:
        """Switch sales tax on, with this most common item, and items of some jurisdictions."""
        self._books.begin()
        chart.fill_taxes(self._books)
        self._books.set_fact("sales tax", "on")
        self._books.set_fact("tax item", tax_item)
        self._books.commit()

    def use_inventory(self, *, is_on: bool) -> None:
        """Switch inventory and purchase orders on or off; a new file has them on."""
        self._books.set_fact("no inventory", "" if is_on else "off")

    def hold_at_most(self, metadata: str, most: int) -> None:
        """Let a list (`CAPACITIES`) hold no more than this from now on."""
        self._books.set_fact(f"most {metadata}", str(most))

    def _most(self, metadata: str) -> int:
        return int(self._books.fact(f"most {metadata}") or CAPACITIES[metadata])

    def _require_room(self, kind: str) -> None:
        kinds, metadata = (NAMES, "EntityMetaData") if kind in NAMES else (ITEM_KINDS, "ItemMetaData")
        if kind in kinds and self._books.count(kinds) >= self._most(metadata):
            raise Refused(
                3180, "There was an error when saving the list element. You have reached the maximum number of entries."
            )

    def end_session(self) -> None:
        """Forget what holds inside one session only."""
        self._iterators = Iterators()

    def process(self, text: str) -> str:
        """Return the answer to a message set.

        Raises:
            Unparsable: The message is refused as a whole; nothing was done.
        """
        asked = read_set(text)
        with self._lock:
            return self._recovery(asked) if not asked.requests else self._processed(asked)

    def _recovery(self, asked: MessageSet) -> str:
        if asked.old_set_id and not asked.set_id:
            self._books.forget_answer(asked.old_set_id)
            return message_set([], status=0)
        kept = self._books.answered(asked.set_id)
        return kept if kept is not None else message_set([], set_id=asked.set_id, status=SET_UNKNOWN)

    def _processed(self, asked: MessageSet) -> str:
        kept = self._books.answered(asked.set_id) if asked.set_id else None
        if kept is not None:
            return kept
        self._books.begin()
        try:
            if asked.old_set_id:
                self._books.forget_answer(asked.old_set_id)
            answers: list[Said] = []
            stopped = False
            for wanted in asked.requests:
                said = (
                    refused(wanted.name, wanted.request_id, 3231, "The request has not been processed.")
                    if stopped
                    else self._answer(wanted)
                )
                stopped = stopped or (said.severity == "Error" and asked.on_error == "stopOnError")
                answers.append(said)
            text = message_set(answers, set_id=asked.set_id, status=0 if asked.set_id else None)
            if asked.set_id:
                self._books.keep_answer(asked.set_id, text)
            self._books.commit()
        except BaseException:
            self._books.roll_back()
            raise
        return text

    def _answer(self, asked: Asked) -> Said:
        if asked.name.endswith("Query"):
            own = {"CompanyQuery": self._company, "HostQuery": self._host, "PreferencesQuery": self._preferences}
            if asked.name in own:
                return Said(name=asked.name, request_id=asked.request_id, rows=(own[asked.name](),))
            return query(self._books, asked, self._iterators)
        try:
            self._may_change(asked)
            return self._changed(asked)
        except Refused as no:
            return refused(asked.name, asked.request_id, no.code, str(no))

    def _may_change(self, asked: Asked) -> None:
        if self.troubles.is_view_only:
            raise Refused(1030, "The application is not supported in read-only mode.")
        if self.troubles.locked > 0:
            self.troubles.locked -= 1
            raise Refused(3175, "The object is in use and could not be locked.")
        wanted = self.troubles.refuse.get(asked.values.text("RefNumber"))
        if wanted:
            raise Refused(*wanted)

    def _changed(self, asked: Asked) -> Said:
        if asked.name == "TxnVoid":
            return self._voided(asked)
        kind = asked.name.removesuffix("Add")
        if kind in (*NAMES, *ITEM_KINDS, "Account", "Class", "PaymentMethod", "SalesTaxCode"):
            return self._listed(asked, kind)
        kept = post(self._books, asked, self._moment())
        return Said(
            name=asked.name, request_id=asked.request_id, rows=(text_of(kept, with_lines=True, only=asked.returns),)
        )

    def _voided(self, asked: Asked) -> Said:
        kind = asked.values.text("TxnVoidType")
        kept = self._books.transaction(asked.values.text("TxnID"), kind)
        if kept is None:
            raise Refused(3120, f'Object "{asked.values.text("TxnID")}" specified in the request cannot be found.')
        void(self._books, kept, self._moment())
        said = (("TxnVoidType", kind), ("TxnID", kept.txn_id), ("RefNumber", kept.ref))
        return Said(name=asked.name, request_id=asked.request_id, rows=tuple(one(*pair) for pair in said))

    def _listed(self, asked: Asked, kind: str) -> Said:
        check_references(self._books, asked.values, kind)
        if kind == "ItemInventory":
            require_inventory(self._books)
        name, parent = asked.values.text("Name"), asked.values.text("ParentRef/FullName")
        full = f"{parent}:{name}" if parent else name
        shared = NAMES if kind in NAMES else ITEM_KINDS if kind in ITEM_KINDS else (kind,)
        if self._books.entry(shared, full_name=full) is not None:
            raise Refused(3100, f'The name "{full}" of the list element is already in use.')
        rest: Body = [
            (row.name, _body(row)) for row in asked.values.children if row.name not in {"Name", "ParentRef", "IsActive"}
        ]
        self._require_room(kind)
        entry = chart.add(self._books, kind, full, rest)
        return Said(
            name=asked.name, request_id=asked.request_id, rows=(element(f"{kind}Ret", entry.body, asked.returns),)
        )

    def _moment(self) -> Moment:
        now = self._clock.now().replace(microsecond=0)
        return Moment(now=now.isoformat(), stamp=int(now.timestamp()), closed_until=self.troubles.closed_until)

    def _company(self) -> str:
        name = self._books.fact("name")
        body: Body = [
            ("IsSampleCompany", "false"),
            ("CompanyName", name),
            ("LegalCompanyName", name),
            ("EIN", self._books.fact("tax id")),
        ]
        return element("CompanyRet", body)

    def _host(self) -> str:
        lists: Body = [(name, [("MaxCapacity", str(self._most(name)))]) for name in CAPACITIES]
        body: Body = [
            ("ProductName", "QuickBooks Sandbox"), ("MajorVersion", "33"), ("MinorVersion", "0"), ("Country", "US"),
            ("SupportedQBXMLVersion", "13.0"), ("IsAutomaticLogin", "false"), ("QBFileMode", "MultiUser"), ("ListMetaData", lists),
        ]  # fmt: skip
        return element("HostRet", body)

    def _preferences(self) -> str:
        body: Body = [("AccountingPreferences", [("IsUsingAccountNumbers", "true"), ("IsUsingClassTracking", "false")])]
        inventory = str(not self._books.fact("no inventory")).lower()
        body.append(("PurchasesAndVendorsPreferences", [("IsUsingInventory", inventory)]))
        if self._books.fact("sales tax"):
            body.append(
                (
                    "SalesTaxPreferences",
                    [
                        ("DefaultItemSalesTaxRef", [("FullName", self._books.fact("tax item"))]),
                        ("DefaultTaxableSalesTaxCodeRef", [("FullName", "Tax")]),
                        ("DefaultNonTaxableSalesTaxCodeRef", [("FullName", "Non")]),
                    ],
                )
            )
        return element("PreferencesRet", body)

    def truth(self) -> list[Kept]:
        """Return everything that is posted, for comparing with what should be."""
        return list(self._books.all_transactions())


def _body(row: Row) -> str | Body:
    return [(child.name, _body(child)) for child in row.children] if row.children else row.own_text

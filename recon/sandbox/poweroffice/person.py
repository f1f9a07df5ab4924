"""What persons and other programs do over there: post, change and delete drafts, lock periods, take rights away."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from recon.sandbox.ledgers.answers import write_json
from recon.sandbox.poweroffice import imports
from recon.sandbox.poweroffice.books import Books, Paper
from recon.sandbox.poweroffice.desk import Desk, Request
from recon.sandbox.poweroffice.drafts import post_draft, read
from recon.sandbox.poweroffice.engine import Engine
from recon.sandbox.poweroffice.invoicing import send_order
from recon.sandbox.poweroffice.posting import debit_minor
from recon.sandbox.poweroffice.wire import Fields, money

OTHER_PROGRAM: Final = "protouch"
"""Maker of what the till's own integration put there."""


class Person:
    """Somebody who sits in front of PowerOffice Go, in one company of the sandbox."""

    def __init__(self, engine: Engine, company: str) -> None:
        self._engine = engine
        self._company = engine.company(company)

    @property
    def _books(self) -> Books:
        return self._engine.books

    def _desk(self, maker: str = "person") -> Desk:
        return self._engine.desk(self._company, maker)

    def _paper(self, family: str, paper_id: str) -> Paper:
        found = self._books.paper(self._company.key, family, paper_id)
        if found is None:
            raise ValueError(f"no {family} with id {paper_id}")
        return found

    def post_draft(self, draft_id: str) -> int:
        """Post a journal draft; returns the number of the voucher.

        Raises:
            Problem: Go refuses, e.g. because it does not balance.
        """
        with self._books.change():
            return post_draft(self._desk(), self._paper("draft", draft_id))

    def document(self, draft_id: str) -> None:
        """Put a picture of a receipt on a voucher, by hand."""
        with self._books.change():
            desk, paper = self._desk(), self._paper("draft", draft_id)
            paper.body["_pages"] = paper.body.get("_pages", 0) + 1
            self._books.change_paper(paper, "documented", desk.stamp)

    def post_import(self, import_id: str) -> None:
        """Press Importer."""
        with self._books.change():
            imports.post_import(self._desk(), self._paper("import", import_id))

    def send_order(self, order_id: str) -> int:
        """Look an order over and send its invoice; returns the number of the voucher."""
        with self._books.change():
            return send_order(self._desk(), self._paper("order", order_id))

    def delete(self, family: str, paper_id: str) -> None:
        """Delete an unposted draft, order or import."""
        with self._books.change():
            paper = self._paper(family, paper_id)
            if paper.state != "open":
                raise ValueError(f"the {family} is {paper.state}")
            paper.state = "deleted"
            self._books.change_paper(paper, "deleted", self._desk().stamp)

    def describe(self, draft_id: str, text: str) -> None:
        """Write another text on a draft, as somebody tidying up does."""
        with self._books.change():
            paper = self._paper("draft", draft_id)
            paper.body["Description"] = text
            self._books.change_paper(paper, "changed", self._desk().stamp)

    def change_amount(self, draft_id: str, line: int, amount_minor: int) -> None:
        """Type another amount on a line of a draft, counted from 0."""
        with self._books.change():
            paper = self._paper("draft", draft_id)
            paper.body["ManualVoucherLines"][line]["CurrencyAmount"] = amount_minor
            paper.total_minor = sum(
                one["CurrencyAmount"] for one in paper.body["ManualVoucherLines"] if one["DebitAccountId"] is not None
            )
            self._books.change_paper(paper, "changed", self._desk().stamp)

    def copy_draft(self, draft_id: str, maker: str = "integration") -> str:
        """Make a second draft with the same text, as a repeated request would; returns its id."""
        with self._books.change():
            paper = self._paper("draft", draft_id)
            return self._desk(maker).keep("draft", json.loads(json.dumps(paper.body)), paper.total_minor).id

    def lock(self, day: dt.date | None) -> None:
        """Lock the books up to a day, or open them."""
        with self._books.change():
            self._books.set_setting(self._company.key, "lock_date", day.isoformat() if day else None)

    def take_privilege(self, name: str) -> None:
        """Let a privilege lapse."""
        self._privileges([one for one in self._desk().privileges() if one != name])

    def give_privilege(self, name: str) -> None:
        """Give a privilege back."""
        self._privileges([*(one for one in self._desk().privileges() if one != name), name])

    def _privileges(self, names: list[str]) -> None:
        with self._books.change():
            self._books.set_setting(self._company.key, "privileges", names)

    def end_integration(self, *, ended: bool = True) -> None:
        """Take the extension out of the company: its client key gives no token any more."""
        with self._books.change():
            self._books.set_setting(self._company.key, "client_key_revoked", ended)
            self._books.expire_tokens()

    def foreign_import(
        self, document: int, day: dt.date, lines: list[tuple[int, int, str]], *, description: str = ""
    ) -> str:
        """Have the till's own integration put a settlement into the Import list; returns its id.

        Args:
            document: Number of the settlement.
            day: Its day.
            lines: Account, amount in øre (debit above zero) and department.
            description: What the list shows.
        """
        body = {
            "description": description or f"Dagsoppgjør {document}", "date": day.isoformat(), "type": 4,
            "importLines": [
                {
                    "documentNumber": document, "documentDate": day.isoformat(), "accountNumber": account,
                    "amount": money(minor), "departmentCode": department or None,
                }
                for account, minor, department in lines
            ],
        }  # fmt: skip
        desk = self._desk(OTHER_PROGRAM)
        with self._books.change():
            answer = imports.new(desk, Request("POST", "/Import", body=write_json(body)))
        return str(answer.body["data"])

    def own_draft(self, body: dict[str, Any]) -> str:
        """Type a draft by hand, fields as in the API and ids looked up; returns its id."""
        desk = self._desk()
        with self._books.change():
            kept, sides = read(desk, Fields(body))
            return desk.keep("draft", kept, debit_minor(sides)).id

"""The pane beside the list: one document as it will look, why it is so, where it comes from, what changed, what it books.

The document's own words follow the ledger's country, not the language of the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from recon.service.detail import Detail
from recon.summaries.documents import DocumentView
from tui.cells import columns, cut, fit, shown, split_line, width_of, widths_of
from tui.composed import tr_composed
from tui.core_texts import ATTEMPT_RESULTS, RULES, word
from tui.hidden import cell_without_amount, without_amounts
from tui.i18n import N_, _, day, moment, speaking, tr
from tui.record_words import no_document, only_version
from tui.themes import SIGNS, STATUS_COLOURS
from tui.widgets.order_fields import STATE_FIELDS, tr_field
from tui.widgets.settlement_lines import account_words, money_lines, settlement_lines
from tui.widgets.summed_orders import summed_orders

FACES: Final = {
    "document": N_("Document"),
    "why": N_("Why"),
    "source": N_("Source"),
    "changes": N_("Changes"),
    "postings": N_("Postings"),
}
TITLES: Final = {
    "invoice": N_("Invoice"),
    "receipt": N_("Receipt"),
    "payment": N_("Payment"),
    "void": N_("Void"),
    "credit_note": N_("Credit note"),
    "product": N_("New product"),
    "expense": N_("Expense"),
    "expense_payment": N_("Payment of an expense"),
    "supplier_credit": N_("Supplier's credit"),
    "refund": N_("Refund"),
    "settlement": N_("Settlement"),
}
"""What stands at the head of a document."""
TAX_RECEIPT: Final = N_("Receipt / tax invoice")
STATUS_WORDS: Final = {
    "ready": N_("ready"),
    "check": N_("check"),
    "blocked": N_("blocked"),
    "approved": N_("approved"),
    "open": N_("to be sent"),
    "posted": N_("posted"),
    "unsure": N_("unsure"),
    "refused": N_("refused"),
    "rejected": N_("rejected"),
}

Part = str | tuple[str, str]
Amount = Callable[[str], str]


class DocumentPane(Widget):
    """Faces with one on top; the screen hands in what to show."""

    DEFAULT_CSS = """
    DocumentPane { layout: vertical; background: $recon-panel; }
    DocumentPane > .pane--faces { height: 1; padding: 0 1; link-style: none; link-color: $recon-text; link-style-hover: underline; link-background-hover: $recon-cursor; link-color-hover: $recon-text; }
    DocumentPane > VerticalScroll { height: 1fr; }
    DocumentPane > VerticalScroll > Static { padding: 0 1; height: auto; }
    """
    can_focus = False

    class FaceChanged(Message):
        """Another face is on top; it may need facts of its own."""

        def __init__(self, face: str) -> None:
            super().__init__()
            self.face = face

    face: reactive[str] = reactive("document")

    def __init__(
        self,
        amount: Amount,
        *,
        hidden: Callable[[], bool] = bool,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._amount = amount
        self._hidden = hidden
        self._row: dict[str, Any] = {}
        self._detail: Detail | None = None
        self._timezone = "UTC"
        self._documents_in = "th"

    def compose(self) -> ComposeResult:
        """Faces in one line, the text below."""
        yield Static(classes="pane--faces", markup=False)
        with VerticalScroll():
            yield Static(id="pane-text", markup=False)

    def show(self, row: dict[str, Any], detail: Detail | None, *, timezone: str, documents_in: str) -> None:
        """Show a row of the list; ``detail`` None: it is on its way. ``documents_in``: language of the ledger's documents."""
        self._row, self._detail, self._timezone, self._documents_in = row, detail, timezone, documents_in
        self.draw()

    def take_keys(self) -> None:
        """Let the keys of the arrows scroll the text."""
        self.query_one(VerticalScroll).focus()

    def next_face(self) -> None:
        """Turn to the next face."""
        names = list(FACES)
        self.face = names[(names.index(self.face) + 1) % len(names)]

    def watch_face(self) -> None:
        """Draw the other face."""
        if self.is_mounted:
            self.draw()
            self.post_message(self.FaceChanged(self.face))

    def on_mount(self) -> None:
        """Draw for the first time."""
        self.draw()

    def on_resize(self) -> None:
        """Lines are made for the width there is."""
        self.draw()

    def draw(self) -> None:
        """Draw faces and text."""
        self.query_one(".pane--faces", Static).update(self._faces())
        text = self.query_one("#pane-text", Static)
        width = max(self.size.width - 3, 10)
        if not self._row:
            text.update(Content(""))
            return
        faces: dict[str, Callable[[int], list[Part]]] = {
            "document": self._document,
            "why": self._why,
            "source": self._source,
            "changes": self._changes,
            "postings": self._postings,
        }
        text.update(Content.assemble(*faces[self.face](width)))

    def _faces(self) -> Content:
        parts: list[tuple[str, Style | str]] = []
        for name, words in FACES.items():
            click = Style.from_meta({"@click": f"screen.face('{name}')"})
            word = f"[{_(words)}]" if name == self.face else f" {_(words)} "
            parts += [(word, click + Style(bold=True) if name == self.face else click)]
        room = max(self.size.width - 2, 10)
        while sum(width_of(word) for word, _style in parts) > room and len(parts) > 1:
            parts = (
                [part for part in parts if part[0].startswith("[")]
                if len(parts) <= 2
                else parts[:-1]
                if not parts[-1][0].startswith("[")
                else parts[1:]
            )
        return Content.assemble(*parts)

    # --- the faces

    def _head(self, width: int) -> list[Part]:
        row = self._row
        status = str(row["status"])
        word = f"{SIGNS[status]} {_(STATUS_WORDS[status])}"
        name = shown(row["number"] or row["order_number"])
        return [
            (split_line(name, "", width - width_of(word) - 1).rstrip() + " ", "bold"),
            (word, f"bold ${STATUS_COLOURS[status]}"),
            "\n",
        ]

    def _document(self, width: int) -> list[Part]:
        parts = self._head(width)
        document = self._detail.document if self._detail else None
        if document is None:
            return parts + (self._held(width) if self._row["kind"] == "order" else [shown(self._row["customer"] or "")])
        with speaking(self._documents_in, amounts=False):
            title = (
                TAX_RECEIPT
                if document.is_tax_invoice and document.header.kind == "receipt"
                else TITLES[document.header.kind]
            )
            parts += [(fit(f"{_(title)}  {day(document.header.issued_on, era=True)}", width), "bold"), "\n"]
            parts += [shown(document.contact_name or document.header.contact), "\n"]
            if document.header.kind == "product":
                return parts + _product_words(document)
            if document.contact_tax_id:
                parts += [(_("Tax id {id}").format(id=shown(document.contact_tax_id)), ""), "\n"]
            parts += self._lines(document, width)
            parts += self._totals(document, width)
        return parts

    def _lines(self, document: DocumentView, width: int) -> list[Part]:
        if document.header.kind == "settlement":
            return settlement_lines(document, width, self._amount)
        parts: list[Part] = []
        for line in document.lines:
            figure = self._amount(line.amount)
            words = f"{shown(line.description)} x {shown(line.quantity)}"
            parts += [split_line(words, figure, width), "\n"]
        return parts

    def _totals(self, document: DocumentView, width: int) -> list[Part]:
        header = document.header
        rows = [(_("Total {currency}").format(currency=shown(header.currency)), header.total)]
        if document.vat_mode != "none":
            rows = [(_("Net"), header.net), (_("VAT"), header.vat), *rows]
        parts: list[Part] = [("-" * width, "$recon-dim"), "\n"]
        for number, (words, figure) in enumerate(rows):
            parts += [(split_line(words, self._amount(figure), width), "bold" if number == len(rows) - 1 else ""), "\n"]
        if document.discount not in {"0.00", "0"}:
            given = _("In the lines: discount {amount}").format(amount=self._amount(document.discount))
            parts += [(given, "$recon-dim"), "\n"]
        if document.withheld not in {"0.00", "0"}:
            parts += [split_line(_("Tax withheld"), self._amount(document.withheld), width), "\n"]
        if document.applies_to:
            parts += [_("For document {number}").format(number=shown(document.applies_to)), "\n"]
        parts += money_lines(document, width, self._amount)
        return parts + summed_orders(document, width, self._amount)

    def _held(self, width: int) -> list[Part]:
        row = self._row
        amount = self._amount(self._minor(row["total_minor"]))
        words = no_document(row["order_key"])
        held = split_line(words, amount, width) if width_of(words) + width_of(amount) < width else f"{words} {amount}"
        parts: list[Part] = [shown(row["customer"] or ""), "\n", held, "\n"]
        return parts + self._finding_parts()

    @staticmethod
    def _minor(minor: int) -> str:
        from recon.money import plain

        return plain(minor)

    def _why(self, width: int) -> list[Part]:
        parts = self._head(width)
        row = self._row
        if row.get("decided_by"):
            said = _("Decided by {name}").format(name=shown(row["decided_by"]))
            parts += [(said, "bold"), "\n"]
        if row.get("note"):
            parts += [self._said(tr_composed(row["note"])), "\n"]
        if row.get("rule"):
            parts += [_("Rule: {rule}").format(rule=rule_words(row["rule"])), "\n"]
        if self._detail and self._detail.staff:
            parts += [_("Sold by {name}").format(name=shown(self._detail.staff)), "\n"]
        found = self._finding_parts()
        return parts + (found or [_("No finding stands against it."), "\n"]) + self._attempts()

    def _finding_parts(self) -> list[Part]:
        parts: list[Part] = []
        for finding in self._detail.findings if self._detail else ():
            colour = {"hold": "$recon-bad", "refused": "$recon-bad", "warning": "$recon-check"}.get(
                finding["severity"], "$recon-dim"
            )
            sign = {"hold": "!", "refused": "!", "warning": "?"}.get(finding["severity"], "-")
            parts += [(f"{sign} {tr(finding['title'])}", f"bold {colour}"), "\n"]
            if finding["detail"]:
                parts += [f"  {self._said(tr_composed(finding['detail']))}", "\n"]
            place = _("row {row}").format(row=finding["row"]) if finding["row"] else ""
            value = ": ".join(self._cell(finding[name]) for name in ("column", "value") if finding[name])
            if place or value:
                parts += [(f"  {'  '.join(part for part in (place, value) if part)}", "$recon-dim"), "\n"]
            if finding["remedy"]:
                parts += [f"  > {tr(finding['remedy'])}", "\n"]
        return parts

    def _attempts(self) -> list[Part]:
        document = self._detail.document if self._detail else None
        parts: list[Part] = []
        for attempt in document.attempts if document else ():
            at = moment(attempt["started_at"], self._timezone, seconds=True, era=True)
            words = f"{at}  {word(ATTEMPT_RESULTS, attempt['result'] or 'unknown')}  {shown(tr_composed(attempt['words'] or ''))}"
            parts += [words.rstrip(), "\n"]
        return parts

    def _source(self, width: int) -> list[Part]:
        source = self._detail.source if self._detail else None
        if source is None:
            of_file = not str(self._row["key"]).startswith("sku:")
            return [
                *self._head(width),
                _("Reading the file ...") if of_file else _("A person marked it; no file states it."),
            ]
        parts: list[Part] = [
            *self._head(width),
            (shown(source.name), "bold"), "\n",
            (_("taken in {at} by {who}").format(at=moment(source.kept_at, self._timezone, era=True), who=shown(source.taken_in_by)), "$recon-dim"), "\n",
        ]  # fmt: skip
        if source.problem:
            return [*parts, shown(tr_composed(source.problem))]
        for record in source.records:
            parts += ["\n", (_("row {row}").format(row=record.row), "bold"), "\n"]
            names = [cut(shown(name), 24) for name, _value in record.cells]
            room = max((width_of(name) for name in names), default=0)
            for name, (_name, value) in zip(names, record.cells, strict=True):
                parts += [(fit(name, room), "$recon-dim"), f"  {self._cell(value)}", "\n"]
        return parts

    def _changes(self, width: int) -> list[Part]:
        parts = self._head(width)
        changes = self._detail.changes if self._detail else ()
        if not changes:
            return [*parts, only_version(self._row["order_key"])]
        for change in changes:
            parts += [(f"{shown(change.name)}  {moment(change.at, self._timezone, era=True)}", "bold"), "\n"]
            for field, before, now in change.fields:
                parts += [(f"  {tr_field(field)}", "$recon-dim"), "\n"]
                parts += [(f"  - {self._changed(field, before)}", "$recon-check"), "\n"]
                parts += [(f"  + {self._changed(field, now)}", "$recon-ready"), "\n"]
        return parts

    def _changed(self, field: str, value: str) -> str:
        if field in STATE_FIELDS:
            return shown(word(STATE_FIELDS[field], value))
        if field.endswith("_on"):
            return shown(day(value, era=True))
        return self._amount(value) if field.endswith("_minor") else shown(value)

    def _postings(self, width: int) -> list[Part]:
        parts = self._head(width)
        document = self._detail.document if self._detail else None
        if document is None:
            return [*parts, _("No document, no postings.")]
        names = dict(self._detail.account_names) if self._detail else {}
        rows = [
            (
                account_words(p.account, names),
                self._side(p.debit),
                self._side(p.credit),
            )
            for p in document.postings
        ]
        debit, credit = _total(document.postings)
        head, total = ("", _("Debit"), _("Credit")), (_("Sum"), self._amount(debit), self._amount(credit))
        figures = widths_of([row[1:] for row in (head, *rows, total)])
        widths = (max(width - sum(figures) - 2, 8), *figures)
        parts += [(columns(head, widths, right=(1, 2), gap=" "), "$recon-dim"), "\n"]
        for row in rows:
            parts += [columns(row, widths, right=(1, 2), gap=" "), "\n"]
        return [*parts, (columns(total, widths, right=(1, 2), gap=" "), "bold")]

    def _said(self, text: str) -> str:
        """Return a sentence cleaned, its amounts hidden where all are."""
        return shown(without_amounts(text) if self._hidden() else text)

    def _cell(self, text: str) -> str:
        """Return a cell of the file cleaned, its amount hidden where all are."""
        return shown(cell_without_amount(text) if self._hidden() else text)

    def _side(self, amount: str) -> str:
        return "" if amount in {"0.00", "0"} else self._amount(amount)


def _total(postings: Sequence[Any]) -> tuple[str, str]:
    from recon.money import parse_minor, plain

    return plain(sum(parse_minor(p.debit) for p in postings)), plain(sum(parse_minor(p.credit) for p in postings))


def _product_words(document: DocumentView) -> list[Part]:
    """Say what becomes of a line that creates a product: it has no amount, and no order."""
    code = document.header.ledger_number
    words = (
        _("The ledger has it as {code}.").format(code=shown(code))
        if code
        else _("The ledger gives it its code; the orders that need it follow in the next plan.")
    )
    return [_("SKU {sku}").format(sku=shown(document.header.order_number)), "\n", words, "\n"]


def rule_words(rule: str) -> str:
    """Return a rule of the lifecycle in words."""
    return word(RULES, rule)

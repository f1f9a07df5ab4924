"""The words of a profile in the making: what each column and setting is called, and the rows of the editor's list."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.service.draft_records import DraftColumn, DraftProblem, ProfileDraft
from tui.cells import shown
from tui.composed import tr_composed
from tui.core_texts import ORDER_STATES, PAYMENT_STATES, finding_title, word
from tui.i18n import N_, _, count, ngettext
from tui.widgets.intake_words import date_example, era_words, number_example

Path = tuple[str, ...]
ROWS: Final = pl.Schema({
    "key": pl.String(), "sign": pl.String(), "what": pl.String(), "value": pl.String(), "note": pl.String(),
})  # fmt: skip
SETTINGS: Final[dict[Path, str]] = {
    ("grain",): N_("One row is"),
    ("read", "encodings"): N_("Text is written as"),
    ("read", "date_formats"): N_("Dates are written"),
    ("read", "era"): N_("Years"),
    ("read", "decimal"): N_("Decimal mark"),
    ("read", "thousands"): N_("Thousands mark"),
    ("conventions", "tax"): N_("Prices and VAT"),
    ("conventions", "line_amount"): N_("A line's amount"),
    ("conventions", "line_discount"): N_("A line's discount"),
}
"""Settings a person may have to answer, beside columns and words."""
COLUMNS: Final = {
    "order_id": N_("Order, its own id"), "order_number": N_("Order number"), "ordered_on": N_("Ordered on"),
    "paid_on": N_("Paid on"), "shipped_on": N_("Shipped on"), "completed_on": N_("Completed on"),
    "cancelled_on": N_("Cancelled on"), "updated_at": N_("Last changed"), "order_state": N_("State of the order"),
    "payment_state": N_("State of the payment"), "sales_channel": N_("Sales channel"),
    "payment_channel": N_("Payment channel"), "customer_name": N_("Buyer"), "customer_tax_id": N_("Buyer's tax id"),
    "customer_branch": N_("Buyer's branch"), "customer_address": N_("Buyer's address"), "currency": N_("Currency"),
    "vat_code": N_("VAT treatment"), "vat_percent": N_("VAT rate"), "subtotal": N_("Goods in all"),
    "discount": N_("Discount on the order"), "discount_extra": N_("Second discount"), "shipping": N_("Shipping"),
    "shipping_discount": N_("Discount on shipping"), "cod_fee": N_("Cash-on-delivery fee"), "duties": N_("Duties"),
    "rounding": N_("Rounding"), "platform_discount": N_("Paid by the platform"), "tax": N_("VAT"),
    "tax_text": N_("Name of the tax"), "total": N_("Total"), "paid": N_("Paid"), "refunded": N_("Refunded"),
    "outstanding": N_("Still to be paid"), "refund_on": N_("Refunded on"), "kind": N_("Kind of line"),
    "sku": N_("Product code (SKU)"), "name": N_("Product"), "quantity": N_("Quantity"),
    "unit_price": N_("Price of one"), "line_discount": N_("Discount on the line"), "line_amount": N_("Line's amount"),
    "taxable": N_("VAT due on the line"),
}  # fmt: skip
"""Canonical column to what it is called."""
_VALUES: Final = {
    ("grain", "order"): N_("a whole order"),
    ("grain", "line"): N_("one line of an order"),
    ("tax", "infer"): N_("found order by order"),
    ("tax", "included"): N_("VAT included"),
    ("tax", "excluded"): N_("VAT on top"),
    ("tax", "none"): N_("no VAT"),
    ("line_amount", "computed"): N_("price x quantity less discount"),
    ("line_amount", "stated"): N_("as the file states it"),
    ("line_amount", "stated-or-computed"): N_("as the file states it, else computed"),
    ("line_discount", "none"): N_("there is none"),
    ("line_discount", "per-unit"): N_("for each piece"),
    ("line_discount", "per-line"): N_("for the whole line"),
    ("thousands", ""): N_("none"),
    ("thousands", " "): N_("a space"),
}


def path_of(key: str) -> Path:
    """Return the key of the profile a row of the list is about."""
    return tuple(key.partition(":")[2].split("\n"))


def _key(kind: str, *path: str) -> str:
    return f"{kind}:" + "\n".join(path)


def name_of(path: Path) -> str:
    """Return what a key of the profile is called."""
    if path in SETTINGS:
        return _(SETTINGS[path])
    if path[0] in {"columns", "constants"}:
        return _(COLUMNS.get(path[-1], path[-1]))
    if path[0] in {"status_map", "payment_map"}:
        return shown(path[-1]) if len(path) == 3 else _(COLUMNS[_STATE[path[0]]])
    return _("Headings that occur twice") if path == ("headings",) else shown(".".join(path))


_STATE: Final = {"status_map": "order_state", "payment_map": "payment_state"}


def value_words(path: Path, value: Any, era: str = "CE") -> str:  # noqa: ANN401 - whatever TOML holds
    """Return how a value is said."""
    if isinstance(value, (list, tuple)):
        return ", ".join(value_words(path, one, era) for one in value)
    text = str(value)
    if path == ("read", "date_formats"):
        return _date_words(text, era)
    if path == ("read", "era"):
        return era_words(text)
    if path[0] == "status_map" or path == ("constants", "order_state"):
        return word(ORDER_STATES, text)
    if path[0] == "payment_map" or path == ("constants", "payment_state"):
        return word(PAYMENT_STATES, text)
    if path[0] == "columns":
        heading, _sign, nth = text.partition("\n")
        return (
            shown(heading)
            if not nth
            else _("{heading} (column {n} of this name)").format(heading=shown(heading), n=nth)
        )
    said = _VALUES.get((path[-1], text))
    if path == ("read", "thousands") and text not in {"", " "}:
        return f"{text}   {number_example('.' if text != '.' else ',', text)}"
    return _(said) if said else shown(text)


def _date_words(form: str, era: str) -> str:
    order = _("day first") if form.find("%d") < form.find("%m") else _("month first") if form.startswith("%m") else ""
    example = date_example(form, era)
    return f"{example}  ({order})" if order and "%b" not in form else example


def rows_of(draft: ProfileDraft) -> pl.DataFrame:
    """Return the list: questions first, then settings, columns, words, and the columns the file does not fill."""
    rows: list[tuple[str, str, str, str, str]] = []
    for question in draft.questions:
        text = _without_name(shown(tr_composed(question.text)))
        rows.append((_key("q", *question.about), "?", name_of(question.about), _("question"), text))
    era = str(draft.settings.get("read.era", "CE"))
    for path in SETTINGS:
        if path == ("read", "encodings") and not draft.encoding:
            continue
        value = draft.settings.get(".".join(path), "")
        said = value_words(path, value, era) if value != "" or path[-1] == "thousands" else ""
        note = _("found: {name}").format(name=draft.encoding) if path[-1] == "encodings" else ""
        rows.append((_key("s", *path), " " if said else "-", name_of(path), said or _("as usual"), note))
    rows += [_column_row(column) for column in draft.columns if _matters(column)]
    for one in draft.words:
        said = value_words((one.table,), one.meaning) if one.meaning else _("held until you say")
        n = ngettext("{n} row", "{n} rows", one.count).format(n=count(one.count))
        where = name_of((one.table,))
        rows.append(
            (
                _key("w", one.table, "exact", one.word),
                " " if one.meaning else "?",
                f"'{shown(one.word)}'",
                said,
                f"{where}: {n}",
            )
        )
    rows += [_column_row(column) for column in draft.columns if not _matters(column)]
    return pl.DataFrame(rows, schema=ROWS, orient="row")


def problem_words(problem: DraftProblem) -> str:
    """Return what was found: its title, and behind it what the file says about it."""
    title = FINDING_CODES[problem.code].title if problem.code in FINDING_CODES else ""
    if not title or not problem.text.startswith(title):
        return tr_composed(problem.text)
    detail = problem.text.removeprefix(title).removeprefix(": ")
    return f"{finding_title(problem.code)}: {tr_composed(detail)}" if detail else finding_title(problem.code)


def _without_name(text: str) -> str:
    """Return a question without the technical name before it: the row says what it is about."""
    name, colon, rest = text.partition(": ")
    return rest if colon and name.removeprefix("conventions.") in {*COLUMNS, "line_amount"} else text


def _matters(column: DraftColumn) -> bool:
    return bool(column.heading or column.constant or column.required or column.asked)


def _column_row(column: DraftColumn) -> tuple[str, str, str, str, str]:
    path = ("columns", column.name)
    if column.heading:
        value = value_words(path, column.heading if column.nth == 1 else f"{column.heading}\n{column.nth}")
    elif column.constant:
        value = _("{value} (whole file)").format(value=value_words(("constants", column.name), column.constant))
    else:
        value = _("no column")
    samples = " | ".join(shown(sample) for sample in column.samples)
    reason = shown(tr_composed(column.reason)) if column.reason else ""
    note = samples or reason or tr_composed(column.question)
    missing = column.required and not column.heading
    sign = "!" if missing else "?" if column.asked else " " if column.heading or column.constant else "-"
    return _key("c", *path), sign, name_of(path), value, note


def column_reason(draft: ProfileDraft, name: str) -> str:
    """Return why a column was proposed, and its first values."""
    column = next((one for one in draft.columns if one.name == name), None)
    if column is None:
        return ""
    parts = [tr_composed(column.question), tr_composed(column.reason)]
    if column.samples:
        parts.append(_("Values: {values}").format(values=" | ".join(shown(one) for one in column.samples)))
    return "\n".join(shown(part) for part in parts if part)

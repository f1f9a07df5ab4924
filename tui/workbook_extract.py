"""Finds what workbooks say, for their catalogue (`tui.catalogs` asks): texts in `exports`, and the words their cells hold.

Headings and captions are read from the source: the arguments of ``N_()``, headings of ``Column()`` and the titles of
tables. Control totals are asked for; kinds and states are the core's codes, as they stand in cells.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tui import core_texts

LEFT_OUT: Final = ("exports/import_files", "exports/journal")
"""Files for programs: a ledger's import, a journal."""
_TABLES: Final = ("table", "make_table", "_table")
_VOCABULARIES: Final = (
    "DOCUMENT_KINDS", "RECORD_KINDS", "SEVERITIES", "ORDER_STATES", "PAYMENT_STATES", "BATCH_STATES", "OUTBOX_STATES",
    "ATTEMPT_RESULTS", "DISPOSITIONS", "RULES", "VAT_MODES", "LINE_KINDS", "EVENTS", "ENVIRONMENTS",
)  # fmt: skip
WORDS: Final = (
    "series", "gap", "known gap", "arrived", "no document", "used twice",  # numbering
    "linked", "not linked", "text", "two products", "mapped", "not mapped", "needs none",  # mapping workbook
    "does not fit", "waiting", "counted", "sent", "not-needed",  # mapping workbook of tills
    "Asset", "Assets", "Liability", "Liabilities", "Equity", "Income", "Expense", "Expenses", "product", "service",  # kinds of codes
    "Net and VAT of the list are its total", "Sales of the month by the documents posted",  # checks of the VAT workbook
    "recon files nothing. Values entered in the ledger by hand or by others are not in these figures; compare with the ledger's own tax reports before you file.",
    "product", "channel", "count",  # changes of mappings
    "no tax invoice", "no number", "other month", "due", "not due", "sales", "purchases", "left out", "approved", "planned",  # VAT
    "yes", "exempt",
)  # fmt: skip
"""Words of cells that have no place among the core's codes."""


def workbook_texts(root: Path) -> Iterator[tuple[str, str]]:
    """Yield every text of a workbook with the file it stands in."""
    for path in sorted((root / "exports").rglob("*.py")):
        place = path.relative_to(root).as_posix()
        if not place.startswith(LEFT_OUT):
            for text in _marked(ast.parse(path.read_text("utf-8"))):
                yield text, place
    yield from ((text, "exports/sheets/controls.py") for text in _controls())
    for name in _VOCABULARIES:
        yield from ((code.replace("_", " "), f"word:{name}") for code in getattr(core_texts, name))
    yield from ((word, "word:WORDS") for word in WORDS)


def _marked(module: ast.Module) -> Iterator[str]:
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        texts = [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name == "N_":
            yield from texts
        elif name == "Column" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
            yield str(call.args[1].value)
        elif name in _TABLES:
            yield from (text for text in texts if not text[:1].islower())


def _controls() -> Iterator[str]:
    from exports.sheets.controls import controls

    for bought in (False, True):
        for control in controls(["XXX"], "XXX", bought=bought):
            yield control.name.removesuffix(", XXX")
            yield control.proves

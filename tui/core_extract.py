"""Finds the sentences the core composes for persons, so that they stand in the catalogue (`tui.catalogs` asks).

The core and the writers of files speak English and know no catalogue, and so do a few refusals of the program around the
screens (`ALSO`). Their sentences are read from the source: plain texts, f-strings and
``pl.format``, each with its places named after what stands in them (``{file}``). Amounts and days get names beginning
with ``amount`` and ``day``: they are written anew in the language of the screen.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

LEFT_OUT: Final = (
    "recon/sandbox",  # a ledger to try things on, speaks as PEAK does
    "recon/config/first/text.py",  # the text of recon.toml
    "recon/summaries/documents.py",  # what commands print
    "recon/summaries/intake.py",
    "recon/summaries/match.py",
    "recon/summaries/plans.py",
    "recon/summaries/sent.py",
    "recon/plan/lifecycle.py",  # a page of docs/
    "recon/store/schema_001.py",
    "recon/sources/profile/render.py",  # the text of a profile
    "recon/sources/profile/aliases.py",
    "recon/sources/zort/words.py",  # the shop's own words
    "recon/sources/zort/dates.py",  # forms of dates
    "recon/masking.py",
    "recon/frames/conform.py",  # checks of our own
    "recon/plan/side.py",
    "recon/sources/shopify/queries.py",  # GraphQL
    "recon/targets/wire.py",
    "recon/targets/peak/wire.py",
    "recon/targets/quickbooks/endpoint/soap.py",  # said to the Web Connector, a program
    "recon/targets/quickbooks/endpoint/server.py",
    "recon/targets/quickbooks/endpoint/wsdl.py",
    "recon/targets/quickbooks/qbxml/fields.py",  # a message recon wrote wrongly is a defect of ours
    "recon/targets/quickbooks/qbxml/tables.py",
    "recon/targets/quickbooks/qbxml/tree.py",
    "recon/targets/quickbooks/qbxml/write.py",
    "recon/domain/finding.py",  # listed by `tui.core_texts`
    "recon/sources/z_reports/words.py",  # headings and words of tables
    "recon/sources/z_reports/reading.py",
    "exports/z_report_form.py",  # in the workbooks' own catalogue
    "exports/sheets",  # texts inside workbooks, which are written in English
    "exports/audit_frames.py",
    "exports/columns.py",
    "exports/fast_sheet.py",
    "exports/look.py",
    "exports/mapping_workbook.py",
    "exports/package.py",
    "exports/tables.py",
    "exports/till_sheets.py",  # in the workbooks' own catalogue
)
ALSO: Final = ("tui/session.py", "tui/demo.py")
"""Files of the program that refuse in the core's manner, with an error the screens show; nothing else of them is taken."""
SHORT: Final[dict[str, tuple[str, ...]]] = {
    "exports/audit_workbook.py": ("Writing {title}", "Comparing {title}"),
    "exports/import_files/peak_excel.py": ("contact {code} ({name})",),
    "exports/import_files/peak_rows.py": ("Shorten number_prefix.",),
    "recon/frames/containers.py": ("a PDF document", "a RAR archive", "a picture (PNG)", "a picture (JPEG)"),
    "recon/frames/delimited.py": (" (close: {near})",),
    "recon/frames/schemas.py": ("included", "excluded"),
    "recon/match/till_proposals.py": ("as in {names}", "its name says {word}"),
    "recon/normalize/checks.py": ("inside",),
    "recon/normalize/named_returns.py": ("Return {order_number}: {how}.",),
    "recon/frames/tables.py": (" Close: {close}.", "column {heading}"),
    "recon/intake.py": (" (sheet {sheet})",),
    "recon/plan/findings.py": ("more", "less"),
    "recon/review/like.py": (" of {sales_channel}", ", below {amount_below} {currency}"),
    "recon/review/tokens.py": (
        "status", "total", "finding", "currency", "batch", "write a {meaning}: {known}.",
    ),
    "recon/service/ledger_reading.py": ("no day",),
    "recon/service/new_things.py": ("sales channel", "payment channel", "status", "tax", "currency"),
    "recon/config/schedule.py": ("hourly", "daily", "weekly", "monthly"),
    "recon/service/planning.py": ("planning",),
    "recon/service/return_table.py": ("returns", "sales"),
    "recon/service/settling.py": (" Accepted: {differences}.",),
    "recon/service/pulling.py": ("fetched {name}",),
    "recon/service/taking_in.py": ("reading {name}", "refused: {error}"),
    "recon/config/problems.py": (
        " is {value}", " or {last}", "`{key}`{shown}; accepted: {accepted}.{hint}",
        "at least {limit}", "more than {limit}", "at most {limit}", "less than {limit}",
    ),
    "recon/sources/marketplaces/settlements.py": (
        "Rows: {count}.", "goods", "refunds", "commission", "marketing", "affiliates", "compensation",
    ),
    "recon/sources/profile/model.py": (
        "{name} = {value}; accepted: {states}", "{table}: {word} = {state}; accepted: {states}",
    ),
    "recon/sources/shopify/csv_saved.py": ("TRUE and FALSE in capitals", "Signs: {signs}."),
    "recon/sources/zort/answers.py": ("code {code}",),
    "recon/sources/zort/products.py": ("ZORT answered {code}: {words}",),
    "recon/sources/zort/pull.py": ("page {pages}, {place}",),
    "recon/sources/zort/shop.py": ("ZORT store {store_name}{merchant}{orders}", " of {merchant_name}"),
    "recon/store/lock.py": ("Another process",),
    "recon/targets/compare.py": ("VAT: ours {amount_vat}, {ledger} {amount_vat_2}",),
    "recon/targets/peak/masters.py": ("contact {code}",),
    "recon/targets/peak/payloads.py": ("{kind} {number} (order {order_number})", "expense payment", "supplier credit"),
    "recon/targets/peak/refusals.py": ("behind",),
    "recon/upload/word.py": ("id {ledger_id}",),
}  # fmt: skip
"""Texts for persons that are too short to be told from headings and keys, by the file they stand in."""
_WORDS_OF_OTHERS: Final = (
    "recon/match/till_proposals.py",
    "recon/service/account_proposals.py",
    "recon/targets/peak/refusals.py",
    "recon/store/workspace_id.py",
)
"""Files that know short words of others by heart (names of accounts, the ledger's own); only their sentences are ours."""
_QUIET_CALLS: Final = (
    "query",
    "one",
    "write",
    "insert",
    "outside",
    "execute",
    "assert_",
    "compile",
    "getLogger",
    "debug",
    "info",
)
_QUIET_ERRORS: Final = ("FrameError", "AssertionError", "AttributeError", "KeyError")
_OTHER_TONGUES: Final = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|WHERE|CAST|JOIN|NOT IN|NOT NULL|AND company_no)\b|ifnull\(|coalesce\("
    r"|^\s*recon |^hledger |^bean-check |^gzip, |^\(for testing|https?://\S+$|\n"
    r"|^kind = '|\(\?:|^\{\{\"|^\{mark\} |^decimal-mark |^option \"|^\{day\} \* |^Digests of every column |^Shopify admin, |^Audit workbook \{"
)
"""Queries, commands, addresses, and lines of journals and workbooks."""
_WORD: Final = re.compile(r"[A-Za-z][a-z']+")
_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_FEWEST_LETTERS: Final = 6
_FEWEST_WORDS: Final = 10
"""A text in capitals without a full stop that has so many is no heading."""
_DAYS: Final = ("at", "valid_until", "issued_on", "locked")


class Sentence(NamedTuple):
    """One text of the core and where it stands."""

    text: str
    file: str
    line: int


def core_sentences(root: Path) -> Iterator[Sentence]:
    """Yield the sentences of core and writers, file by file, in the order of the source; ``root`` holds ``recon/``."""
    files = [path for room in ("recon", "exports") for path in sorted((root / room).rglob("*.py"))]
    for path in (*files, *filter(Path.exists, (root / name for name in ALSO))):
        name = path.relative_to(root).as_posix()
        if not name.startswith(LEFT_OUT):
            reader = _Reader()
            for node in _refusals(path) if name in ALSO else [ast.parse(path.read_text("utf-8"))]:
                reader.visit(node)
            ours = [(line, text) for line, text in reader.found if is_sentence(text)]
            if name in _WORDS_OF_OTHERS:
                ours = [(line, text) for line, text in ours if "{" in text or text.endswith(".")]
            yield from (Sentence(text, name, line) for line, text in ours)
            yield from (Sentence(text, name, 0) for text in SHORT.get(name, ()))


def _refusals(path: Path) -> list[ast.AST]:
    return [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Raise)]


def is_sentence(text: str) -> bool:
    """Return whether a text is English for a person, rather than a heading, a key, a query or a mere join."""
    if _OTHER_TONGUES.search(text):
        return False
    bare = _PLACE.sub(" ", text)
    words = _WORD.findall(bare)
    if len(words) < 2 or sum(map(len, words)) < _FEWEST_LETTERS or " " not in text.strip():
        return False
    label = "{" not in text and text[:1].isupper() and text.rstrip()[-1] not in ".?:!" and len(words) < _FEWEST_WORDS
    return not label and bool(re.search(r"\b[a-z]{2,}\b", bare))


class _Reader(ast.NodeVisitor):
    """Collects texts; docstrings, checks of our own and what goes to the database are passed over."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def visit(self, node: ast.AST) -> None:
        """Take the text that begins at this node, or look inside."""
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            return  # a check of our own, or a docstring
        if isinstance(node, ast.Call) and _called(node) in (*_QUIET_CALLS, *_QUIET_ERRORS):
            return
        text = _template(node)
        if text is None:
            self.generic_visit(node)
            return
        self.found.append((node.lineno, text))  # type: ignore[attr-defined]  # every expression has a line
        for inner in _inside(node):
            self.visit(inner)


def _template(node: ast.AST) -> str | None:
    """Return the text of an expression with named places, or None if it is no text."""
    pieces = _pieces(node)
    if pieces is None:
        return None
    used: dict[str, int] = {}
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece.replace("{", "{{").replace("}", "}}") if len(pieces) > 1 else piece)
            continue
        name = _name(piece)
        used[name] = used.get(name, 0) + 1
        parts.append("{" + (name if used[name] == 1 else f"{name}_{used[name]}") + "}")
    return "".join(parts)


def _pieces(node: ast.AST) -> list[str | ast.expr] | None:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return [
            str(part.value) if isinstance(part, ast.Constant) else part.value
            for part in node.values
            if isinstance(part, (ast.Constant, ast.FormattedValue))
        ]
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pl.format":
        shape = node.args[0]
        if not isinstance(shape, ast.Constant):
            return None
        literals = str(shape.value).split("{}")
        out: list[str | ast.expr] = [literals[0]]
        for place, literal in zip(node.args[1:], literals[1:], strict=False):
            out += [place, literal]
        return out
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _pieces(node.left), _pieces(node.right)
        if left is None and right is None:
            return None
        joined: list[str | ast.expr] = []
        joined.extend([node.left] if left is None else left)
        joined.extend([node.right] if right is None else right)
        return joined
    return None


def _inside(node: ast.AST) -> list[ast.expr]:
    return [piece for piece in _pieces(node) or [] if isinstance(piece, ast.expr)]


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _name(node: ast.expr) -> str:
    """Return a name for what stands in a place of a sentence."""
    raw = _raw_name(node)
    name = re.sub(r"[^a-z0-9_]+", "_", raw.lower()).strip("_") or "text"
    name = name if name[0].isalpha() else f"n_{name}"
    return f"day_{name}" if name in _DAYS else name


def _raw_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Subscript):
        base = _raw_name(node.value)
        if base == "money" and isinstance(node.slice, (ast.Constant, ast.Name)):
            return f"amount_{_raw_name(node.slice)}"
        return (
            str(node.slice.value)
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
            else base
        )
    if isinstance(node, ast.Call):
        return _raw_name_of_call(node)
    if isinstance(node, ast.BoolOp):
        return _raw_name(node.values[0])
    if isinstance(node, ast.IfExp):
        return next((n for n in (_raw_name(node.body), _raw_name(node.orelse)) if n not in ("text", "")), "text")
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return _raw_name(node.generators[0].iter)
    return _raw_name(node.left) if isinstance(node, ast.BinOp) else "text"


def _raw_name_of_call(node: ast.Call) -> str:
    called = _called(node)
    first = node.args[0] if node.args else None
    if called in ("plain", "plain_text") and first is not None:
        return f"amount_{_raw_name(first).strip('_').removesuffix('_minor')}"
    if called == "len" and first is not None:
        return f"{_raw_name(first).strip('_')}_count"
    if (
        called in ("join", "str", "repr", "show", "sorted", "col", "map", "abs", "round", "int", "list_headings")
        and first is not None
    ):
        return _raw_name(node.args[-1] if called == "map" else first)
    if isinstance(node.func, ast.Attribute):
        return _raw_name(node.func.value)
    return called.strip("_") or "text"

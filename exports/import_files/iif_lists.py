"""The lists of a QuickBooks company, read from the file a person exported there (File > Utilities > Export > Lists to IIF Files).

The importer asks nothing: an account it does not know becomes a Bank account, a name it does not know becomes a name. So what
a document names is held against these lists first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from exports.import_files.iif_text import ENCODING
from recon.errors import MalformedFile
from recon.targets.base import Catalog, LedgerAccount, LedgerContact, LedgerMethod, LedgerProduct

HOW: Final = (
    "Export the lists in QuickBooks (File > Utilities > Export > Lists to IIF Files; tick chart of accounts, customers, vendors,"
    " items and classes), then run `recon connect --lists FILE`."
)
Root = Literal["", "Assets", "Liabilities", "Equity", "Income", "Expenses"]
LISTS_BYTES_MAX: Final = 64 << 20
_LINE: Final = re.compile(r"\r\n|\r|\n")
MONEY_TYPES: Final = ("BANK", "OCASSET", "CCARD", "OCLIAB")
"""Types of accounts money of a sale can go to: banks, Undeposited Funds and clearing accounts, gift cards."""
TAX_ITEMS: Final = ("COMPTAX", "STAX")
_TYPES: Final[Mapping[str, tuple[str, Root]]] = {
    "BANK": ("Bank", "Assets"), "AR": ("AccountsReceivable", "Assets"), "OCASSET": ("OtherCurrentAsset", "Assets"),
    "FIXASSET": ("FixedAsset", "Assets"), "OASSET": ("OtherAsset", "Assets"), "AP": ("AccountsPayable", "Liabilities"),
    "CCARD": ("CreditCard", "Liabilities"), "OCLIAB": ("OtherCurrentLiability", "Liabilities"),
    "LTLIAB": ("LongTermLiability", "Liabilities"), "EQUITY": ("Equity", "Equity"), "INC": ("Income", "Income"),
    "EXINC": ("OtherIncome", "Income"), "COGS": ("CostOfGoodsSold", "Expenses"), "EXP": ("Expense", "Expenses"),
    "EXEXP": ("OtherExpense", "Expenses"), "NONPOSTING": ("NonPosting", ""),
}  # fmt: skip
"""Type in the file to the same type as QuickBooks' other interface calls it, and which kind of account it is."""
_ITEM_KINDS: Final = {
    "PART": "product", "INVENTORY": "product", "ASSEMBLY": "product", "SERV": "service", "OTHC": "service",
}  # fmt: skip
_LISTS: Final = ("ACCNT", "CUST", "VEND", "INVITEM", "CLASS")
_WORDS: Final = {
    "ACCNT": "chart of accounts", "CUST": "customer list", "VEND": "vendor list", "INVITEM": "item list",
    "CLASS": "class list",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What a list export holds."""

    catalog: Catalog
    tax_items: frozenset[str]
    absent: tuple[str, ...]
    """Lists the export does not hold, in words."""


@dataclass(frozen=True, slots=True)
class Known:
    """Names that are in use, for looking up one by one."""

    accounts: frozenset[str]
    contacts: frozenset[str]
    items: frozenset[str]
    classes: frozenset[str]

    @staticmethod
    def of(catalog: Catalog) -> Known:
        """Return the names of the lists as they were read last."""
        return Known(
            frozenset(one.code for one in catalog.accounts),
            frozenset(one.code for one in catalog.contacts),
            frozenset(one.code for one in catalog.products),
            frozenset(one.code for one in catalog.classes),
        )


Row = dict[str, str]


def read_lists(path: Path) -> Lists:
    """Read a list export; what is inactive there is left out.

    Raises:
        MalformedFile: It is no list export, or a row of it cannot be read.
    """
    found: dict[str, list[Row]] = {}
    for kind, row in _rows(_text(path), path.name):
        found.setdefault(kind, [])
        if row is not None and row.get("HIDDEN", "").upper() != "Y":
            found[kind].append(row)
    if "ACCNT" not in found:
        raise MalformedFile(
            f"{path.name} holds no chart of accounts (no row !ACCNT), so it is not the list export that is needed. {HOW} Nothing was kept.",
            file=path.name,
        )
    accounts, items = found["ACCNT"], found.get("INVITEM", [])
    return Lists(
        catalog=Catalog(
            products=tuple(_product(row) for row in items if row.get("INVITEMTYPE", "") in _ITEM_KINDS),
            methods=tuple(_method(row) for row in accounts if row.get("ACCNTTYPE", "") in MONEY_TYPES),
            accounts=tuple(_account(row) for row in accounts),
            contacts=tuple(_contact(row) for kind in ("CUST", "VEND") for row in found.get(kind, [])),
            classes=tuple(LedgerAccount(code=row["NAME"], name=row["NAME"]) for row in found.get("CLASS", [])),
        ),
        tax_items=frozenset(row["NAME"] for row in items if row.get("INVITEMTYPE", "") in TAX_ITEMS),
        absent=tuple(_WORDS[kind] for kind in _LISTS if kind not in found),
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LISTS_BYTES_MAX:
            raise MalformedFile(
                f"{path.name} has more than {LISTS_BYTES_MAX >> 20} MB, which no list export has.", file=path.name
            )
        content = path.read_bytes()
    except OSError as error:
        raise MalformedFile(f"{path} cannot be read: {error.strerror or error}. {HOW}", file=path.name) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode(ENCODING, errors="replace")


def _rows(text: str, name: str) -> Iterator[tuple[str, Row | None]]:
    """Yield the rows of the lists that are used; a list's header comes without a row, so that an empty list is known."""
    columns: dict[str, list[str]] = {}
    for at, line in enumerate(_LINE.split(text), 1):
        cells = [_unquoted(cell) for cell in line.split("\t")]
        kind = cells[0].removeprefix("!").strip().upper()
        if kind not in _LISTS:
            continue
        if cells[0].startswith("!"):
            columns[kind] = [cell.strip().upper() for cell in cells]
            yield kind, None
            continue
        yield kind, _row(columns.get(kind), cells, kind, name, at)


def _row(columns: list[str] | None, cells: list[str], kind: str, name: str, at: int) -> Row:
    if columns is None or "NAME" not in columns:
        raise MalformedFile(
            f"{name}, row {at}: {kind} has no header row with a column NAME above it, so the row cannot be read. {HOW} Nothing was kept.",
            file=name, row=at, column="NAME",
        )  # fmt: skip
    row = dict(zip(columns, cells, strict=False))
    if not row.get("NAME"):
        raise MalformedFile(
            f"{name}, row {at}, column NAME: empty. Export the lists anew; nothing was kept.",
            file=name, row=at, column="NAME",
        )  # fmt: skip
    return row


def _unquoted(cell: str) -> str:
    """Return a cell without the quotes QuickBooks puts around values with a comma."""
    text = cell.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def _account(row: Row) -> LedgerAccount:
    kind, root = _TYPES.get(row.get("ACCNTTYPE", ""), ("", ""))
    return LedgerAccount(code=row["NAME"], name=_account_name(row), kind=kind, root=root)


def _account_name(row: Row) -> str:
    return " ".join(filter(None, (row.get("ACCNUM", ""), row["NAME"])))


def _method(row: Row) -> LedgerMethod:
    return LedgerMethod(
        code=row["NAME"], name=_account_name(row), kind=_TYPES[row["ACCNTTYPE"]][0], account_code=row["NAME"]
    )


def _product(row: Row) -> LedgerProduct:
    kind = _ITEM_KINDS[row["INVITEMTYPE"]]
    return LedgerProduct(code=row["NAME"], name=row.get("DESC") or row["NAME"], kind=kind)  # type: ignore[arg-type]  # one of two words


def _contact(row: Row) -> LedgerContact:
    return LedgerContact(code=row["NAME"], name=row.get("COMPANYNAME") or row["NAME"])


def close_to(name: str, known: Iterable[str]) -> str:
    """Return how a name of the list is spelled that differs in letters' case only; empty: none."""
    return next((other for other in sorted(known) if other.casefold() == name.casefold()), "")

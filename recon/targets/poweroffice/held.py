"""Vouchers as PowerOffice Go holds them: drafts (v2), posted transactions (v2), entries of the Import list (v1)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from recon.domain.document import Document
from recon.money import plain
from recon.targets.base import LedgerDocument, LedgerLine
from recon.targets.poweroffice.entries import Side, debits
from recon.targets.poweroffice.lists import Lists
from recon.targets.poweroffice.options import CURRENCY, PowerOfficeOptions
from recon.targets.wire import Fields, read_minor

Place = Literal["draft", "import", "posted"]
_TOKEN: Final = re.compile(r"\[([^\[\]\s/]+/[^\[\]]+)\]")
"""Our reference in a description; a person may have written more behind it."""
ISSUED_KINDS: Final = frozenset({"invoice", "payment"})
"""Kinds beside settlements that go to the Import list."""
OTHER_KINDS: Final = ISSUED_KINDS | {"credit_note"}
"""Kinds that name themselves in their reference, before their number; a settlement's begins with its register."""
_NONE: Final = "-1"
"""Id of a dimension that is explicitly none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One voucher there."""

    ledger_id: str
    place: Place
    day: dt.date | None
    description: str
    reference: str = ""
    """ExternalImportReference, or what stands in brackets in the description of a draft."""
    voucher_no: str = ""
    sides: tuple[Side, ...] | None = None
    """None: Go does not state its lines, or an amount of them cannot be read."""
    is_reversed: bool = False
    is_entry: bool = False
    """It is an entry of the Import list, posted or not; its voucher, once posted, has an id of its own."""
    import_id: str = ""
    """Of a posted voucher: the entry of the Import list it came from."""
    made_by: str = ""
    kind: str = ""
    """VoucherType of a posted one."""
    raw: str = ""


def draft(row: Fields, lists: Lists, raw: Callable[[bytes], str], *, is_posted: bool = False) -> Held:
    """Return a manual journal as `GET /JournalEntryVouchers/ManualJournals/{id}` states it."""
    rows = row.rows("ManualVoucherLines")
    head = (row.text("DepartmentId"), row.text("ProjectId"))
    sides = None if rows is None else _whole(_draft_sides(one, head, lists) for one in rows)
    return Held(
        ledger_id=row.text("Id"),
        place="posted" if is_posted else "draft",
        day=row.date("VoucherDate"),
        description=row.text("Description"),
        reference=_token(row.text("Description")),
        sides=sides,
        raw=_raw(row, raw),
    )


def _draft_sides(row: Fields, head: tuple[str, str], lists: Lists) -> list[Side] | None:
    minor = read_minor(row.get("CurrencyAmount"), CURRENCY)
    if minor is None:
        return None
    accounts, codes = lists.account_numbers(), lists.vat_texts()
    department = _dimension(row.text("DepartmentId") or head[0], lists.department_codes())
    project = _dimension(row.text("ProjectId") or head[1], lists.project_codes())
    found = []
    for name, sign in (("Debit", 1), ("Credit", -1)):
        account = row.text(f"{name}AccountId")
        if account:
            code = row.text(f"{name}VatId")
            found.append(
                Side(
                    account=accounts.get(account, f"id {account}"), vat=codes.get(code, f"id {code}") if code else "",
                    minor=sign * minor, text=row.text("Description"), department=department,
                    project=project,
                )
            )  # fmt: skip
    return found


def _dimension(found: str, codes: Mapping[str, str]) -> str:
    """Return the code of a department or project by its id; empty: none."""
    return "" if found in {"", _NONE} else codes.get(found, f"id {found}")


def imported(row: Fields, raw: Callable[[bytes], str]) -> Held:
    """Return an entry of the Import list as API v1 states it."""
    rows = row.rows("importLines")
    sides = None if rows is None else _whole(_import_sides(one) for one in rows)
    return Held(
        ledger_id=row.text("id"),
        place="posted" if row.flag("isPosted") else "import",
        day=row.date("date"),
        description=row.text("description"),
        reference=row.text("externalImportReference"),
        sides=sides,
        is_entry=True,
        raw=_raw(row, raw),
    )


def _import_sides(row: Fields) -> list[Side] | None:
    minor = read_minor(row.get("amount"), CURRENCY)
    if minor is None:
        return None
    account = row.text("accountNumber") or row.text("customerCode")
    text, department = row.text("description"), row.text("departmentCode")
    return [
        Side(
            account=account, vat=row.text("vatCode"), minor=minor, text=text, department=department,
            project=row.text("projectCode"),
        )
    ]  # fmt: skip


def posted(rows: Sequence[Fields], raw: Callable[[bytes], str]) -> Held:
    """Return a posted voucher from its account transactions; amounts as they stand on the accounts, VAT on its own."""
    first = rows[0]
    description = next((text for row in rows if (text := row.text("VoucherDescription", "Description"))), "")
    reference = next((text for row in rows if (text := row.text("ExternalImportReference"))), "")
    return Held(
        ledger_id=first.text("VoucherId"),
        place="posted",
        day=first.date("VoucherDate") or first.date("PostingDate"),
        description=description,
        reference=reference or _token(description),
        voucher_no=first.text("VoucherNo"),
        sides=_whole(_posted_sides(row) for row in rows),
        is_reversed=any(row.flag("IsReversed") is True for row in rows),
        import_id=_import_id(rows),
        made_by=_maker(rows),
        kind=first.text("VoucherType"),
        raw=raw(json.dumps([row.raw for row in rows], ensure_ascii=False, default=str).encode()),
    )


def _posted_sides(row: Fields) -> list[Side] | None:
    minor = read_minor(row.get("Amount"), CURRENCY)
    if minor is None:
        return None
    department, project = row.text("DepartmentCode"), row.text("ProjectCode")
    return [
        Side(
            account=row.text("AccountNo"), vat=row.text("VatCode"), minor=minor, department=department, project=project
        )
    ]


def _maker(rows: Sequence[Fields]) -> str:
    kind, journal = rows[0].text("VoucherType"), _import_id(rows)
    return " ".join(filter(None, (kind, f"from import {journal}" if journal else "")))


def _token(description: str) -> str:
    found = _TOKEN.search(description)
    return found.group(1) if found else ""


def _import_id(rows: Sequence[Fields]) -> str:
    return next((text for row in rows if (text := row.text("CreatedFromImportJournalId"))), "")


def ledger_document(held: Held, document: Document | None, ours: Sequence[Side]) -> LedgerDocument:
    """Return a voucher for comparing; beside the document it is taken for, under that document's number and total."""
    sides = gross_sides(held, document, ours)
    total = None
    if document is not None and sides is not None:
        total = document.total_minor + debits(sides) - debits(ours)
    return LedgerDocument(
        kind="settlement" if document is None else document.kind,
        ledger_id=held.ledger_id,
        number=(document.number or "") if document is not None else held.voucher_no,
        issued_on=held.day,
        total_minor=total,
        vat_minor=None,
        contact_code=None,
        is_void=held.is_reversed,
        reference=held.reference,
        remark=held.description,
        lines=None if sides is None else tuple(map(_line, sides)),
        place=held.place,
        made_by=held.made_by,
        raw=held.raw,
    )


def listed(held: Held, options: PowerOfficeOptions) -> LedgerDocument:
    """Return a voucher of the sweep: under our kind and number where it carries our reference, else under Go's own number."""
    shown = ledger_document(held, None, ())
    if held.sides:
        shown = replace(shown, total_minor=debits(held.sides))
    starts = f"{options.tax_id}/"
    if not held.reference.startswith(starts):
        return shown
    number = held.reference.removeprefix(starts)
    kind, _, bare = number.partition("/")
    if kind in OTHER_KINDS and bare:
        return replace(shown, kind=kind, number=bare)
    # Its debits are no total: what was paid out or rounded off stands there too. The comparison line by line says what is so.
    return replace(shown, number=number, total_minor=None)


def is_till_like(held: Held) -> bool:
    """Return whether a posted voucher may be a settlement: a cash or manual journal, or of a kind Go does not name."""
    kind = held.kind.replace(" ", "").casefold()
    return not kind or kind.startswith(("cash", "manual")) or "/" in held.reference


def gross_sides(held: Held, document: Document | None, ours: Sequence[Side]) -> tuple[Side, ...] | None:
    """Return the sides gross: of a posted voucher Go has taken the VAT out of each line and put it on accounts of its own.

    Accounts that stand as expected show our own lines; another one shows what it is off by on top of ours, so that the difference
    is the one that stands there. A department or project that all of them have is shown; where no line states a project, Go may not
    show any, and ours stands.
    """
    if held.sides is None or held.place != "posted" or document is None or held.is_entry:
        return held.sides  # an entry stands as it was imported, gross
    sides = held.sides
    if not any(side.project for side in sides):
        sides = tuple(replace(side, project=document.project or "") for side in sides)
    if facts(sides) == facts(ours):
        return sides
    off = _off(sides, document, ours)
    mine = [side for side in sides if side.account in {one.account for one in ours}]
    there: dict[str, str] = {}
    for name, stated in (
        ("department", {side.department for side in mine}),
        ("project", {side.project for side in mine}),
    ):
        there |= {name: stated.pop()} if len(stated) == 1 else {}
    shown = [side for side in ours if side.account not in off]
    for account, minor in sorted(off.items()):
        vat = ", ".join(sorted({side.vat for side in sides if side.account == account and side.vat}))
        shown.append(Side(account=account, vat=vat, minor=sum(s.minor for s in ours if s.account == account) + minor))
    return tuple(replace(side, **there) for side in shown if side.minor)  # type: ignore[arg-type]


def _off(sides: Sequence[Side], document: Document, ours: Sequence[Side]) -> dict[str, int]:
    """Return by account what a posted voucher is off by; VAT stands on whatever accounts Go put it on, in one sum."""
    expected: Counter[str] = Counter()
    for side in ours:
        expected[side.account] += side.minor
    for line in document.lines:
        expected[line.account_code or ""] += line.vat_minor
    stands: Counter[str] = Counter()
    for side in sides:
        stands[side.account] += side.minor
    off = {account: stands[account] - minor for account, minor in expected.items() if stands[account] != minor}
    others = {account: minor for account, minor in stands.items() if account not in expected}
    vat = sum(others.values()) + sum(line.vat_minor for line in document.lines)
    return {**off, " + ".join(sorted(others)): vat} if vat else off


def facts(sides: Iterable[Side]) -> Counter[tuple[str, str, str, str, int]]:
    """Return what has to agree, whatever the order of the lines."""
    return Counter(side.fact for side in sides)


def differences(held: Held, document: Document, ours: Sequence[Side]) -> tuple[str, ...]:
    """Return what is not there as we sent it, in words; empty: it is the same voucher."""
    found = []
    if held.day is not None and held.day != document.issued_on:
        found.append(f"date: ours {document.issued_on.isoformat()}, PowerOffice Go {held.day.isoformat()}")
    sides = gross_sides(held, document, ours)
    if sides is None:
        return (*found, "lines: PowerOffice Go states none; compare by hand")
    mine, theirs = facts(ours), facts(sides)
    found += [f"line missing there: {_fact_text(fact)}{_times(n)}" for fact, n in sorted((mine - theirs).items())]
    found += [f"line only there: {_fact_text(fact)}{_times(n)}" for fact, n in sorted((theirs - mine).items())]
    return tuple(found)


def _whole(parts: Iterable[list[Side] | None]) -> tuple[Side, ...] | None:
    found: list[Side] = []
    for part in parts:
        if part is None:
            return None
        found += part
    return tuple(found)


def _line(side: Side) -> LedgerLine:
    return LedgerLine(
        description=side.text, quantity="", amount_minor=side.minor, account_code=side.account, tax_code=side.vat,
        department=side.department, project=side.project,
    )  # fmt: skip


def _fact_text(fact: tuple[str, str, str, str, int]) -> str:
    account, vat, department, project, minor = fact
    side = "debit" if minor > 0 else "credit"
    where = f", department {department}" if department else ""
    where += f", project {project}" if project else ""
    return f"{side} {account} {plain(abs(minor), CURRENCY)} (VAT code {vat or 'none'}{where})"


def _times(count: int) -> str:
    return f", {count} times" if count > 1 else ""


def _raw(row: Fields, raw: Callable[[bytes], str]) -> str:
    return raw(json.dumps(row.raw, ensure_ascii=False, default=str).encode())

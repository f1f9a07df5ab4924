"""`recon verify CONNECTION --books FILE`: our documents against books that the ledger exported."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from recon.books.trial_balance import COLUMNS
from recon.errors import UsageError
from recon.service import ReconService
from recon.service.books_check import BooksAsked
from recon.summaries.books import BooksAccount, BooksReport, BooksVoucher
from tui.output import SHOWN, Output, grouped
from tui.wiring import open_service

TITLES: Final = {
    "equal": "equal", "there": "there", "differs": "differs", "twice": "twice there", "missing": "missing there"
}  # fmt: skip
WAYS: Final = {
    "number": "by recon's mark or its number", "reference": "by its reference", "word": "by the number in its text",
    "amount": "by day and sum only; its text names no Z report",
}  # fmt: skip


def verify_books(args: argparse.Namespace) -> int:
    """Compare, and print or write what came of it; 4: something is not as it should be."""
    if args.chain or args.offline:
        raise UsageError("--books goes with neither --chain nor --offline. Nothing was checked.")
    asked = BooksAsked(
        path=Path(args.books), since=args.since, until=args.until, columns=_columns(args.column), decimal=args.decimal or "",
        department_type=args.department_type, project_type=args.project_type, vat_accounts=_pairs(args.vat_account),
    )  # fmt: skip
    output = Output(as_json=args.json)
    with open_service(args, write=False) as service:
        report = service.verify_books(args.what, asked, on_progress=output.progress)
        if args.output:
            report = _written(service, report, Path(args.output))
    output.progress_done()
    output.document("books", report.as_facts())
    print_books(report, output)
    return 0 if report.agrees else 4


def _written(service: ReconService, report: BooksReport, path: Path) -> BooksReport:
    from exports.books_workbook import write_books_workbook
    from tui.workbook_words import words_of

    company = service.settings.company
    environment = service.settings.connections[report.connection].environment
    written = write_books_workbook(
        report, path, currency=company.currency, environment=environment, written_at=service.upkeep.now,
        words=words_of(company.workbook_language),
    )  # fmt: skip
    return replace(report, workbook=str(written))


def _columns(given: list[str]) -> dict[str, str]:
    """Return heading by what it says.

    Raises:
        UsageError: It is not like account=Konto, or names nothing a trial balance says.
    """
    pairs = [text.partition("=") for text in given]
    wrong = [f"{name}{sign}{value}" for name, sign, value in pairs if name not in COLUMNS or not value]
    if wrong:
        raise UsageError(
            f"--column {' '.join(wrong)}: write it like account=Konto, with one of {', '.join(COLUMNS)} before the sign. Nothing was compared."
        )
    return {name: value for name, _, value in pairs}


def _pairs(given: list[str]) -> dict[str, str]:
    """Return account by VAT code.

    Raises:
        UsageError: It is not like 3=2700.
    """
    pairs = {text: text.partition("=") for text in given}
    wrong = [text for text, (code, _, account) in pairs.items() if not code or not account]
    if wrong:
        raise UsageError(f"--vat-account {' '.join(wrong)}: write it like 3=2700. Nothing was compared.")
    return {code: account for code, _, account in pairs.values()}


def print_books(report: BooksReport, output: Output) -> None:
    """Print everything that is not as it should be, and the accounts."""
    whose = " ".join(filter(None, (report.company, report.company_number))) or "nobody named"
    period = f"{report.since or 'the beginning'} to {report.until or 'the end'}"
    output.line(f"{report.file}: {report.form} of {whose}, {period}, {report.vouchers_read:,} vouchers")
    for note in report.notes:
        output.line(f"  note: {note}")
    for voucher in report.vouchers:
        if voucher.verdict != "equal" or voucher.way == "amount":
            _print_voucher(voucher, output)
    for one in report.strange[:SHOWN]:
        output.line(
            f"  {'not ours':<13} voucher {one.voucher} of {one.day or 'no day'}, {grouped(one.debit)}: {one.description}"
        )
        output.line(f"  {'':<13} {one.text}{_by(one.entered_by, one.entered_on)}")
    _print_accounts(report, output)
    if report.entered_by:
        who = ", ".join(f"{name} {number:,}" for name, number in report.entered_by.items())
        output.line(f"Entered by: {who}")
    said = ", ".join(f"{count:,} {TITLES[verdict]}" for verdict, count in report.counts.items())
    if report.counts:
        output.line(f"{said}. Vouchers that look like a settlement and are none of ours: {len(report.strange):,}.")
    output.line(
        "Everything stands there as it should." if report.agrees else "Not everything stands there as it should."
    )
    if report.workbook:
        output.line(f"Wrote {report.workbook}")


def _print_voucher(voucher: BooksVoucher, output: Output) -> None:
    name = f"{voucher.kind} {voucher.order_number} of {voucher.day}, {grouped(voucher.total)}"
    output.line(f"  {TITLES[voucher.verdict]:<13} {name}: {voucher.text}")
    if voucher.voucher is None:
        return
    there, by = voucher.voucher, _by(voucher.entered_by, voucher.entered_on)
    if voucher.verdict == "twice":
        there, by = (
            " and ".join(_each(number, who) for number, who in zip(voucher.vouchers, voucher.writers, strict=True)),
            "",
        )
    output.line(f"  {'':<13} voucher {there} of {voucher.voucher_day or 'no day'}, {WAYS[voucher.way or 'amount']}{by}")
    for difference in voucher.differences:
        apart = f" ({grouped(difference.difference)})" if difference.difference else ""
        output.line(f"  {'':<13} {difference.text}{apart}")


def _each(number: str, who: str) -> str:
    """Return one of several vouchers with who entered it."""
    return f"{number} (entered by {who})" if who else number


def _by(who: str | None, day: str | None) -> str:
    said = " ".join(filter(None, (f"by {who}" if who else "", f"on {day}" if day else "")))
    return f"; entered {said}" if said else ""


def _print_accounts(report: BooksReport, output: Output) -> None:
    if not report.accounts:
        return
    whole = report.accounts[0].found is None
    heads = (
        ("Account", "Ours", "The ledger", "Difference")
        if whole
        else ("Account", "Ours", "Our vouchers there", "Other vouchers", "Difference")
    )
    rows = [_account_row(account, whole=whole) for account in report.accounts]
    output.table(heads, rows, right=range(1, len(heads)))


def _account_row(account: BooksAccount, *, whole: bool) -> tuple[str, ...]:
    name = " ".join(filter(None, (account.account, account.name)))
    sums = (account.ledger,) if whole else (account.found, account.others)
    return (name, grouped(account.ours), *(grouped(one or "0.00") for one in sums), grouped(account.difference))

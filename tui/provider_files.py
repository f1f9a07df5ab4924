"""Ledgers that take import files: how each is opened, how a batch's files are written, and how a list of taken numbers is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recon.config.charges import Charge, RefundAdjustment
from recon.config.connection import Connection
from recon.crash import CrashPoints
from recon.domain.document import Document
from recon.targets.base import Capabilities, Target
from tui.access import Access

if TYPE_CHECKING:
    from exports.import_files.iif_forms import IifOptions


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """What is done with the files of one ledger."""

    write: Callable[[Sequence[Document], Path, str, Connection, CrashPoints], Sequence[Path]]
    taken: Callable[[Path, Connection], Mapping[str, int]]
    """Numbers in a list the ledger exported, and how often each stands there."""


def peak_file_capabilities(access: Access) -> Capabilities:
    """Return what PEAK's import files can hold."""
    from exports.import_files.peak_excel import PeakExcel

    return PeakExcel(access.workspace.outgoing, "").capabilities


@contextmanager
def peak_file(access: Access) -> Iterator[Target]:
    """Open PEAK's import files."""
    from exports.import_files.peak_excel import PeakExcel, options_for

    yield PeakExcel(
        access.workspace.outgoing,
        access.batch_id,
        company_name=access.settings.company.name,
        tax_id=access.settings.company.tax_id,
        options=options_for(access.connection),
        known=access.known,
    )


def _write_peak(
    documents: Sequence[Document], folder: Path, batch_id: str, rules: Connection, crash: CrashPoints
) -> Sequence[Path]:
    from exports.import_files.peak_excel import options_for, write_batch

    return write_batch(documents, folder, batch_id, options_for(rules), crash=crash)


def _peak_taken(path: Path, _rules: Connection) -> Mapping[str, int]:
    from exports.import_files.peak_excel import read_confirmation

    return dict.fromkeys(read_confirmation(path), 1)


def iif_options(connection: Connection) -> IifOptions:
    """Return the settings of IIF files."""
    from exports.import_files.iif_forms import IifOptions
    from recon.frames.text import fold

    rules, accounts = connection.quickbooks, connection.accounts
    return IifOptions(
        style=rules.iif.style,
        receivable=accounts.receivable,
        payable=accounts.payable,
        income_account=accounts.sales,
        text_item=rules.text_item,
        classes={fold(channel): name for channel, name in rules.classes.items()},
        tax_row=rules.iif.tax_row,
        tax_item=rules.tax_item,
        tax_agency=rules.iif.tax_agency,
        tax_account=rules.iif.tax_account,
        unchecked=rules.iif.unchecked_names,
        needed_accounts=accounts_named(connection),
    )


def accounts_named(connection: Connection) -> dict[str, str]:
    """Return every account the settings name, by setting."""
    named = {f"accounts.{setting}": code for setting, code in connection.accounts if code}
    for channel, charges in connection.charges.items():
        for kind, charge in charges:
            if isinstance(charge, Charge | RefundAdjustment) and charge.account:
                named[f"charges.{channel}.{kind}.account"] = charge.account
    return named


def iif_capabilities(access: Access) -> Capabilities:
    """Return what IIF files can hold under a connection's settings."""
    from exports.import_files.iif_target import capabilities

    return capabilities(iif_options(access.connection))


@contextmanager
def iif(access: Access) -> Iterator[Target]:
    """Open IIF files for QuickBooks Desktop."""
    from exports.import_files.iif_target import QuickBooksIif

    yield QuickBooksIif(
        access.workspace.outgoing,
        access.batch_id,
        iif_options(access.connection),
        company_name=access.settings.company.name,
        tax_id=access.settings.company.tax_id,
        environment=access.connection.environment,
        known=access.known,
        lists=access.lists,
    )


def _write_iif(
    documents: Sequence[Document], folder: Path, batch_id: str, rules: Connection, crash: CrashPoints
) -> Sequence[Path]:
    from exports.import_files.iif_target import write_batch

    return write_batch(documents, folder, batch_id, iif_options(rules), crash=crash)


def _iif_taken(path: Path, rules: Connection) -> Mapping[str, int]:
    from exports.import_files.iif_taken import read_taken

    return read_taken(path, rules.quickbooks.iif.report_column)


_FILES: Final[Mapping[str, ImportFiles]] = {
    "peak-file": ImportFiles(_write_peak, _peak_taken),
    "quickbooks-iif": ImportFiles(_write_iif, _iif_taken),
}


def files_of(rules: Connection) -> ImportFiles:
    """Return what is done with the files of a connection's ledger.

    Raises:
        UsageError: The ledger takes no files.
    """
    from recon.errors import UsageError

    if rules.target not in _FILES:
        raise UsageError(
            f"target = {rules.target!r} takes no import files, so no list of numbers settles its documents."
        )
    return _FILES[rules.target]

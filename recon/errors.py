"""Everything recon can raise.

ReconError
├── UsageError                 wrong call, missing answer without a terminal (exit code 2)
├── SettingsError              a setting is missing or wrong; names file, key, value and accepted values
├── SecretsError               the key store is missing, locked or has no such secret
├── IntakeError                input refused (exit code 3)
│   ├── UnknownFormat          no source recognises the file
│   ├── AmbiguousFormat        more than one does
│   └── MalformedFile          recognised, but unreadable; file, row, column, value
├── FrameError                 a step handed over a frame that breaks its schema (our mistake)
├── MoneyError
│   ├── CurrencyMismatch
│   └── AmountOutOfRange
├── ApprovalError
│   ├── NotApproved
│   ├── StaleApproval          the plan changed after the approval; carries what changed
│   └── WrongCompany           the ledger answers for another company than the approved one
├── NotSettled                 a person's word does not fit what the ledger shows; ``problems`` lists all (exit code 4)
├── TargetError                the ledger said no or nothing (exit code 5)
│   ├── TargetUnavailable      nothing was accepted; sending again is safe
│   ├── TargetRejected         final; carries the ledger's own words
│   ├── AlreadyExists          the ledger has a document under our number: look it up and compare
│   └── OutcomeUnknown         it may have been accepted; look it up first (exit code 6)
├── SourceUnavailable          a provider's API refused or could not be reached (exit code 5)
├── ExportError                a workbook or journal could not be written or read; the old file is untouched (exit code 2)
└── StoreError
    ├── StoreBusy              another process holds the workspace (exit code 7)
    ├── StoreDamaged           integrity check failed (exit code 8)
    └── StoreTooNew            written by a later version (exit code 8)

Each class carries a ``title`` for a dialog, an ``exit_code`` for the command line and its facts as attributes.
The text of an error says what was not done and what to do next.
"""

from __future__ import annotations

from typing import ClassVar


class ReconError(Exception):
    """Base of every error a person can meet; its text is written for that person."""

    title: ClassVar[str] = "Something went wrong"
    exit_code: ClassVar[int] = 1


class UsageError(ReconError):
    """The call cannot be carried out as written."""

    title = "Wrong use"
    exit_code = 2


class NoPlan(UsageError):
    """A connection has no plan yet: there is nothing to review, and nothing is wrong."""


class SettingsError(ReconError):
    """One or more settings are missing or wrong; ``problems`` lists all of them."""

    title = "Settings need attention"
    exit_code = 2

    def __init__(self, message: str, *, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems or (message,)


class SecretsError(ReconError):
    """The key store is missing, locked, or does not hold what was asked for."""

    title = "No access to the key store"
    exit_code = 2


class IntakeError(ReconError):
    """A file was refused; nothing of it was taken in."""

    title = "File refused"
    exit_code = 3


class UnknownFormat(IntakeError):
    """No source recognises the content of the file."""


class AmbiguousFormat(IntakeError):
    """More than one source recognises the content of the file."""


class MalformedFile(IntakeError):
    """A recognised file cannot be read; the facts say where."""

    def __init__(
        self, message: str, *, file: str = "", row: int | None = None, column: str = "", value: str = ""
    ) -> None:
        super().__init__(message)
        self.file = file
        self.row = row
        self.column = column
        self.value = value


class FrameError(ReconError):
    """A step handed over a frame that breaks its declared schema: a defect of ours."""

    title = "Internal check failed"


class MoneyError(ReconError):
    """An amount cannot be represented or combined exactly."""

    title = "Amount problem"


class CurrencyMismatch(MoneyError):
    """Two currencies met in one sum."""


class AmountOutOfRange(MoneyError):
    """An amount has 10**15 minor units or more."""


class ApprovalError(ReconError):
    """The batch may not be sent as it stands."""

    title = "Not approved"
    exit_code = 4


class NotApproved(ApprovalError):
    """Nobody has approved this batch."""


class StaleApproval(ApprovalError):
    """Orders, mappings or settings changed after the approval; ``changes`` says what."""

    def __init__(self, message: str, *, changes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.changes = changes


class WrongCompany(ApprovalError):
    """The ledger answers for another company than the one the batch was approved for."""

    exit_code = 8


class NotSettled(ReconError):
    """A person's word on a document was not carried out; ``problems`` says why, document by document."""

    title = "Nothing was settled"
    exit_code = 4

    def __init__(self, message: str, *, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems or (message,)


class TargetError(ReconError):
    """The ledger did not do what was asked. ``code`` and ``words`` are the ledger's own."""

    title = "The ledger did not accept it"
    exit_code = 5

    def __init__(self, message: str, *, code: str = "", words: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.words = words


class TargetUnavailable(TargetError):
    """Nothing was accepted; sending again is safe after ``retry_after_seconds``.

    ``stops_batch`` is true where no other document can fare better (rights, package, company).
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        words: str = "",
        retry_after_seconds: float | None = None,
        stops_batch: bool = False,
    ) -> None:
        super().__init__(message, code=code, words=words)
        self.retry_after_seconds = retry_after_seconds
        self.stops_batch = stops_batch


class TargetRejected(TargetError):
    """Final: the ledger understood and refused. A person decides."""


class AlreadyExists(TargetError):
    """The ledger already holds a document under our number: look it up and compare."""


class OutcomeUnknown(TargetError):
    """It may have been accepted. Only a look-up ends this."""

    title = "Outcome unknown"
    exit_code = 6


class SourceUnavailable(ReconError):
    """A provider's API refused or could not be reached; what was kept so far stays."""

    title = "Source not reachable"
    exit_code = 5


class ExportError(ReconError):
    """A workbook or journal could not be written or read; a file that was there before is untouched."""

    title = "File not written"
    exit_code = 2


class StoreError(ReconError):
    """The workspace's state file cannot be used."""

    title = "Workspace problem"
    exit_code = 8


class StoreBusy(StoreError):
    """Another process holds the workspace."""

    exit_code = 7


class StoreDamaged(StoreError):
    """The state file fails its integrity check."""


class StoreTooNew(StoreError):
    """The state file was written by a later version of recon."""

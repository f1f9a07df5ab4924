"""What `--log FILE` writes: one JSON object a line about this run, secrets and tax ids masked, old files put aside.

The log is for whoever looks after the scheduler. It must never stop the work it is about: what cannot be written into
it is left out.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from recon import __version__
from recon.errors import UsageError
from recon.masking import MASK, known_secrets_masked
from recon.ports import SystemClock
from tui.output import use_log

FILE_BYTES: Final = 5 * 1024 * 1024
FILES_KEPT: Final = 5
"""Older files beside the newest: FILE.1 is the one before it."""
OWNER_ONLY: Final = 0o600
_TAX_ID: Final = re.compile(r"(?<![0-9])[0-9]{9}([0-9]{4})(?![0-9])")


@contextmanager
def run_log(path: Path, argv: Sequence[str]) -> Iterator[_RunLog]:
    """Write the log of one run; what httpx says of its requests goes in as well, without queries.

    Raises:
        UsageError: The file cannot be opened.
    """
    try:
        handler = _Handler(path)
    except OSError as error:
        raise UsageError(
            f"--log {path} cannot be written ({error.strerror or error}). Nothing was done. Name a file in a folder you can "
            "write to."
        ) from None
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    log = _RunLog()
    use_log(log.write)
    log.write("begin", {"version": __version__, "pid": os.getpid(), "words": list(argv)})
    try:
        yield log
    finally:
        use_log(None)
        root.setLevel(before)
        root.removeHandler(handler)
        with suppress(OSError):  # what could not be written is written once more at the end
            handler.close()


class _RunLog:
    """Writes events of this run."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._began = self._clock.monotonic()

    def write(self, event: str, facts: dict[str, Any]) -> None:
        """Write one event."""
        logging.getLogger("recon").info("", extra={"event": event, "facts": facts})

    def end(self, exit_code: int) -> None:
        """Write how the run ended."""
        milliseconds = int((self._clock.monotonic() - self._began) * 1000)
        self.write("end", {"exit_code": exit_code, "milliseconds": milliseconds})


class _Handler(logging.handlers.RotatingFileHandler):
    """A rotating file for its owner's eyes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
        self.setFormatter(_Line())

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=_owner_only)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is Python's
        """Leave out what cannot be written."""


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ONLY)


class _Line(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, masked."""
        facts = getattr(record, "facts", None) or {"text": record.getMessage()}
        event = getattr(record, "event", "") or record.name
        line = {"at": SystemClock().now().isoformat(timespec="milliseconds"), "event": event, **facts}
        return json.dumps(_masked(line), ensure_ascii=False, default=str)


def _masked(value: object) -> object:
    """Return a value without secrets, and with the last four digits of tax ids only."""
    if isinstance(value, str):
        return _TAX_ID.sub(rf"{MASK}\1", known_secrets_masked(value))
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list) else value

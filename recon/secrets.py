"""Secrets of connections: in the operating system's key store, or in an owner-only file after a clear yes.

The file lies in the person's configuration folder, never in a workspace (which gets zipped and handed on).
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import SecretsError
from recon.files import put_in_place

SERVICE: Final = "recon"
FILE_MODE: Final = 0o600


class KeyringSecrets:
    """The operating system's key store."""

    def __init__(self, workspace_id: str) -> None:
        self._workspace_id = workspace_id

    def get(self, connection: str, name: str) -> str:
        """Return a secret; raises SecretsError where there is no key store or no such secret."""
        import keyring
        import keyring.errors

        try:
            value = keyring.get_password(SERVICE, self._entry(connection, name))
        except keyring.errors.KeyringError as error:
            raise SecretsError(_no_store(error)) from None
        if value is None:
            raise SecretsError(
                f"No {name} is kept for connection {connection}. Run `recon connect --connection {connection}`."
            )
        return str(value)

    def put(self, connection: str, name: str, value: str) -> None:
        """Keep a secret; raises SecretsError where there is no key store."""
        import keyring
        import keyring.errors

        try:
            keyring.set_password(SERVICE, self._entry(connection, name), value)
        except keyring.errors.KeyringError as error:
            raise SecretsError(_no_store(error)) from None

    def _entry(self, connection: str, name: str) -> str:
        return f"{self._workspace_id}/{connection}/{name}"


class FileSecrets:
    """A JSON file only its owner can read, for machines without a key store."""

    def __init__(self, path: Path, workspace_id: str, *, crash: CrashPoints = NO_CRASH) -> None:
        self._path = path
        self._workspace_id = workspace_id
        self._crash = crash

    def get(self, connection: str, name: str) -> str:
        """Return a secret; raises SecretsError where the file has none or is readable by others."""
        value = self._read().get(f"{self._workspace_id}/{connection}/{name}")
        if value is None:
            raise SecretsError(
                f"No {name} is kept for connection {connection}. Run `recon connect --connection {connection}`."
            )
        return value

    def put(self, connection: str, name: str, value: str) -> None:
        """Keep a secret; the file is replaced whole and stays readable by its owner only."""
        self._write(self._read() | {f"{self._workspace_id}/{connection}/{name}": value})

    def _write(self, kept: dict[str, str]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(kept, stream)
            stream.flush()
            os.fsync(stream.fileno())
        put_in_place(temporary, self._path, crash=self._crash, step="secrets")

    def holds(self, connection: str, name: str) -> bool:
        """Return whether this secret is kept here."""
        return f"{self._workspace_id}/{connection}/{name}" in self._read()

    def forget(self, connection: str, names: Collection[str]) -> None:
        """Drop secrets that are kept elsewhere from now on."""
        gone = {f"{self._workspace_id}/{connection}/{name}" for name in names}
        kept = self._read()
        if gone & kept.keys():
            self._write({key: value for key, value in kept.items() if key not in gone})

    def _read(self) -> dict[str, str]:
        try:
            if os.name == "posix" and self._path.stat().st_mode & 0o077:
                raise SecretsError(
                    f"{self._path} can be read by others. Run `chmod 600` on it, then change the keys it holds."
                )
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise SecretsError(f"{self._path} is damaged. Move it away and run `recon connect` again.") from None
        return dict(content)


class LayeredSecrets:
    """Each secret from where it is: lent for this process, else in the owner-only file, else in the key store."""

    def __init__(self, lent: Mapping[str, str], file: FileSecrets, store: KeyringSecrets) -> None:
        self._lent, self._file, self._store = lent, file, store

    def get(self, connection: str, name: str) -> str:
        """Return a secret; raises SecretsError where it is nowhere."""
        if name in self._lent:
            return self._lent[name]
        kept = self._file if self._file.holds(connection, name) else self._store
        return kept.get(connection, name)

    def put(self, connection: str, name: str, value: str) -> None:
        """Keep a secret where it was kept before."""
        kept = self._file if self._file.holds(connection, name) else self._store
        kept.put(connection, name, value)


class MemorySecrets:
    """Secrets for one process: the sandbox's invented ones, or those given on standard input for one command."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def get(self, connection: str, name: str) -> str:
        """Return a secret."""
        if name not in self._values:
            raise SecretsError(f"No {name} was given for connection {connection}.")
        return self._values[name]

    def put(self, connection: str, name: str, value: str) -> None:  # noqa: ARG002 - one process, one connection
        """Keep a secret for this process."""
        self._values[name] = value


def _no_store(error: Exception) -> str:
    return (
        f"This machine has no usable key store ({type(error).__name__}). Install one, or keep the keys in a file only you can "
        "read: `recon connect --keep file`. Nothing was kept."
    )

"""Secrets of connections: in the operating system's key store, or in an owner-only file after a clear yes.

The file lies in the person's configuration folder, never in a workspace (which gets zipped and handed on).
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import SecretsError
from recon.files import make_folder, put_in_place

SERVICE: Final = "recon"
FILE_MODE: Final = 0o600
LOCK_SECONDS: Final = 10
"""So long the file of secrets is waited for while another process writes it."""


TOKEN_ENTRY: Final = "client_token"  # noqa: S105 - a name, no secret
"""Name under which the token of a connection's ledger is kept."""
SHOP_TOKEN_ENTRY: Final = "shop_token"  # noqa: S105 - a name, no secret
"""The same of its shop system."""


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

    def drop(self, connection: str, name: str) -> None:
        """Forget a secret; nothing happens where there is none."""
        import keyring
        import keyring.errors

        with suppress(keyring.errors.KeyringError, KeyError):
            keyring.delete_password(SERVICE, self._entry(connection, name))

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
        with self._alone():
            self._write(self._read() | {f"{self._workspace_id}/{connection}/{name}": value})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from writing meanwhile: each writes the file whole, and would lose what we add.

        Raises:
            SecretsError: The folder cannot be written, or another process does not come to an end.
        """
        from filelock import FileLock, Timeout

        try:
            make_folder(self._path.parent)
            with FileLock(self._path.with_suffix(".lock"), timeout=LOCK_SECONDS, mode=FILE_MODE):
                yield
        except Timeout:
            raise SecretsError(f"Another process holds {self._path}. Nothing was kept; try again.") from None
        except OSError as error:
            raise SecretsError(
                f"{self._path} cannot be written ({error.strerror or error}). Nothing was kept. Make {self._path.parent} a "
                "folder you can write to."
            ) from None

    def _write(self, kept: dict[str, str]) -> None:
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
        if not gone & self._read().keys():
            return
        with self._alone():
            self._write({key: value for key, value in self._read().items() if key not in gone})

    def drop(self, connection: str, name: str) -> None:
        """Forget a secret; nothing happens where there is none."""
        self.forget(connection, (name,))

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

    def tokens(self, connection: str, key: str, *, entry: str = TOKEN_ENTRY) -> KeptTokens:
        """Return the tokens given for a key: kept where the key is kept, for this process where it is only lent."""
        if key in self._lent:
            return KeptTokens(None, connection, entry)
        return KeptTokens(self._file if self._file.holds(connection, key) else self._store, connection, entry)


class KeptTokens:
    """Short-lived tokens of a ledger or a shop system, kept beside the keys they were given for, so that each command need not log in.

    One token for each connection and entry, together with what it was asked for with; whoever asks with other keys finds none.
    Where nothing can be kept, tokens live as long as the process.
    """

    def __init__(self, kept: KeyringSecrets | FileSecrets | None, connection: str, entry: str = TOKEN_ENTRY) -> None:
        self._kept = kept
        self._connection = connection
        self._entry = entry
        self._here: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """Return the token of this name, or None."""
        if name in self._here:
            return self._here[name]
        whole = ""
        if self._kept is not None:
            with suppress(SecretsError):
                whole = self._kept.get(self._connection, self._entry)
        found, _, value = whole.partition(" ")
        return value if found == name and value else None

    def put(self, name: str, value: str) -> None:
        """Keep a token under its name, in place of the one before."""
        self._here[name] = value
        if self._kept is not None:
            with suppress(SecretsError):
                self._kept.put(self._connection, self._entry, f"{name} {value}")

    def drop(self, name: str) -> None:
        """Forget the token of this name: the ledger takes it no more."""
        known = self._here.pop(name, None) or self.get(name)
        if known is not None and self._kept is not None:
            with suppress(SecretsError):
                self._kept.drop(self._connection, self._entry)


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

"""A copied workspace that becomes one of its own: the original's connection to the Web Connector is put aside, not gone on with.

Two workspaces with one path, one id and one journal would be one application to QuickBooks: a visit meant for the one would
be answered by the other, and one could ask for, and have QuickBooks forget, the answers of the other.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

from recon.files import put_in_place
from recon.ports import Clock
from recon.targets.quickbooks.endpoint.certificate import KEPT
from recon.targets.quickbooks.endpoint.journal import FILE, Journal
from recon.targets.quickbooks.endpoint.listen import only_one
from recon.targets.quickbooks.endpoint.relay import NOTE

_BESIDE: Final = ("-wal", "-shm")


def set_aside(folder: Path, clock: Clock) -> tuple[str, ...]:
    """Put the original's journal aside under a name of its own; returns what a person should know, nothing where there is none.

    The next command makes a journal anew, with a new path and a new id (`FileID`), and without a password. The original's key
    for TLS is taken away; `recon qbwc file` makes another.

    Raises:
        StoreBusy: Another process of this folder deals with the Web Connector.
        StoreError: The journal is no journal of ours, or of a later recon.
    """
    path = folder / FILE
    if not path.exists():
        return ()
    with only_one(folder):
        with closing(Journal(folder, clock)) as journal:  # closing folds the write-ahead log in
            unresolved, was_set_up = journal.unresolved(), bool(journal.fact("file-port"))
        # The key goes before the journal does: while that lies there, this is done again after a crash.
        (folder / KEPT).unlink(missing_ok=True)
        aside = path.with_name(f"webconnector-of-the-original-{clock.now():%Y%m%dT%H%M%S}.db")
        put_in_place(path, aside, step="webconnector-aside")
        for tail in _BESIDE:
            path.with_name(path.name + tail).unlink(missing_ok=True)
        (folder / NOTE).unlink(missing_ok=True)
    said = [
        f"The Web Connector's connection belongs to the original: its journal is kept as {aside.name} and not gone on with. This workspace"
        " gets an id of its own: `recon qbwc password --generate`, `recon qbwc file`, then add the file in the Web Connector. Where the"
        " original is not used any more, remove its recon there, and its entry in QuickBooks under Edit > Preferences > Integrated"
        " Applications, first."
    ]
    if unresolved is not None:
        said.append(
            f"A message set of the original of {unresolved.handed_at[:16].replace('T', ' ')} UTC was unresolved when it was copied. Its"
            " answer is the original's to ask for; here its documents are looked up by their numbers before anything is sent again."
        )
    return tuple(said) if was_set_up or unresolved is not None else ()

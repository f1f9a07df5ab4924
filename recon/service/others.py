"""Who else posts: what others wrote into the ledger, and a person's word on it. One room of the service."""

from __future__ import annotations

from collections.abc import Sequence

from recon.service import adopting
from recon.service.adopting import AdoptReport, OthersReport
from recon.service.context import Context, Progress, quiet


class Others:
    """Questions and words about documents that recon did not post."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def recognised(self, connection: str | None = None) -> OthersReport:
        """Return the orders that seem to stand in the ledger, as it was read last."""
        return adopting.others(self._context, connection)

    def adopt(
        self,
        connection: str | None,
        names: Sequence[str],
        *,
        actor: str,
        reason: str,
        all_certain: bool = False,
        accept_differences: bool = False,
        dry_run: bool = False,
        on_progress: Progress = quiet,
    ) -> AdoptReport:
        """Note orders as posted by somebody else."""
        return adopting.adopt(
            self._context,
            connection,
            names,
            actor=actor,
            reason=reason,
            all_certain=all_certain,
            accept_differences=accept_differences,
            dry_run=dry_run,
            on_progress=on_progress,
        )

    def another_sale(
        self, connection: str | None, names: Sequence[str], *, actor: str, reason: str, dry_run: bool = False
    ) -> AdoptReport:
        """Note that entries which seem to be these orders are other sales."""
        return adopting.disown(self._context, connection, names, actor=actor, reason=reason, dry_run=dry_run)

"""The start date of a connection: nothing before it is ever posted, and the first upload locks it."""

from __future__ import annotations

from recon.errors import SettingsError
from recon.service.context import Context


def require_start_date(context: Context, name: str) -> None:
    """Refuse to plan with another start date than the one documents were sent with.

    Raises:
        SettingsError: It changed; the text says why it is locked.
    """
    locked = context.store.mappings.current(name, "setting").get("locked_start_date")
    now = context.settings.connections[name].start_date.isoformat()
    if locked is not None and locked != now:
        raise SettingsError(
            f"connections.{name}.start_date is {now}, but documents were sent with {locked}. It is locked since: an earlier date would post "
            "what somebody else may have posted before recon came, a later one would drop orders that were planned. Set it back, or make "
            "a new connection. Nothing was planned."
        )


def lock_start_date(context: Context, name: str) -> None:
    """Lock the start date with the first upload."""
    if "locked_start_date" not in context.store.mappings.current(name, "setting"):
        context.store.mappings.set(
            name,
            "setting",
            {"locked_start_date": context.settings.connections[name].start_date.isoformat()},
            reason="first upload",
        )

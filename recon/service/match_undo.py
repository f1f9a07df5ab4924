"""Undo of mappings: what was set in one go is taken back by writing the values from before, named, as a change of its own.

The history of mappings is never changed. Which group an undo took back stands in its reason, so that the order of
undoing survives a restart and needs no table of its own. Settings are no mappings; they are changed back by hand.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Final

from recon.errors import UsageError
from recon.service.closed_counts import require_unsent, sent_keys
from recon.service.context import Context
from recon.service.new_products import CREATED
from recon.store.mappings import MappingGroup

UNDOABLE: Final = ("product", "channel", "create", "return", "seen", "gap", "tax-invoice", "tax", "count")
"""Kinds of mappings that can be undone; what happens to a changed order (`--decide`) is decided anew instead."""
_UNDO, _REDO = "undo:", "redo:"
_MOVED: Final = re.compile(r"(undo:|redo:)([0-9]+)")
_OLD_REASON: Final = "recon match"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingUndo:
    """What undoing, or doing again, did."""

    connection: str
    what: str
    """undo or redo."""
    name: str
    """What was taken back, e.g. ``accept 12``."""
    kind: str
    count: int
    by: str
    next_undo: str = ""
    next_redo: str = ""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.match-undo/1."""
        return asdict(self)


def undo(context: Context, connection: str | None, *, kinds: tuple[str, ...] = UNDOABLE) -> MappingUndo:
    """Take back what was set last of some kinds of mappings.

    Raises:
        UsageError: There is nothing.
    """
    name, _rules = context.connection(connection)
    done, _undone = _stacks(context, name, kinds)
    if not done:
        raise UsageError(
            "No product and no payment channel was mapped, no product marked, no return linked, no gap explained, no tax invoice entered, no tax item named and no cash counted that could be undone. Nothing was changed."
        )
    group = done[-1]
    values = context.store.mappings.before(name, group)
    _require_open(context, name, group, tuple(values))
    context.store.mappings.set(name, group.kind, values, who=context.actor, reason=f"{_UNDO}{group.first}")
    return _report(context, name, "undo", group, kinds)


def redo(context: Context, connection: str | None) -> MappingUndo:
    """Do again what was undone last.

    Raises:
        UsageError: There is nothing.
    """
    name, _rules = context.connection(connection)
    _done, undone = _stacks(context, name, UNDOABLE)
    if not undone:
        raise UsageError("Nothing was undone that could be done again. Nothing was changed.")
    group = undone[-1]
    values = context.store.mappings.after(name, group)
    _require_open(context, name, group, tuple(values))
    context.store.mappings.set(name, group.kind, values, who=context.actor, reason=f"{_REDO}{group.first}")
    return _report(context, name, "redo", group, UNDOABLE)


def _require_open(context: Context, name: str, group: MappingGroup, keys: tuple[str, ...]) -> None:
    """Refuse to change counts behind vouchers that were approved or posted with them."""
    if group.kind == "count":
        require_unsent(context, name, keys)


def names(context: Context, name: str, kinds: tuple[str, ...] = UNDOABLE) -> tuple[str, str]:
    """Return what would be undone and done again next, e.g. ``accept 12``; empty: nothing."""
    done, undone = _stacks(context, name, kinds)
    return group_name(done[-1]) if done else "", group_name(undone[-1]) if undone else ""


def next_count(context: Context, name: str, kinds: tuple[str, ...]) -> int:
    """Return of how many mappings the next undo is; 0: there is nothing to undo."""
    done, _undone = _stacks(context, name, kinds)
    return done[-1].count if done else 0


def group_name(group: MappingGroup) -> str:
    """Return what a group is called, e.g. ``link exact 120``."""
    what = "link" if group.reason == _OLD_REASON else group.reason
    return f"{what} {group.count:,}"


def reason_words(reason: str) -> str:
    """Return why a mapping was changed, in words."""
    moved = _MOVED.fullmatch(reason)
    if moved is None:
        return reason
    return "undone" if moved[1] == _UNDO else "done again"


def _stacks(context: Context, name: str, kinds: tuple[str, ...]) -> tuple[list[MappingGroup], list[MappingGroup]]:
    """Return what can be undone and what can be done again, the next one last."""
    groups = context.store.mappings.groups(name, kinds)
    by_number = {group.first: group for group in groups}
    done: list[MappingGroup] = []
    undone: list[MappingGroup] = []
    for group in groups:
        if group.reason.startswith(CREATED):  # followed from the ledger's answer; nobody set it
            continue
        moved = _MOVED.fullmatch(group.reason)
        if moved is not None and int(moved[2]) in by_number:
            meant = by_number[int(moved[2])]
            taken, given = (done, undone) if moved[1] == _UNDO else (undone, done)
            if taken and taken[-1] == meant:
                taken.pop()
                given.append(meant)
        else:
            done.append(group)
            undone.clear()
    return [group for group in done if _can_go_back(context, name, group)], undone


def _can_go_back(context: Context, name: str, group: MappingGroup) -> bool:
    """Return whether a group can be taken back; what was sent with it since is passed over."""
    if group.kind == "count":
        return not sent_keys(context, name).issuperset(context.store.mappings.after(name, group))
    return group.kind != "create" or _still_so(context, name, group)


def _still_so(context: Context, name: str, group: MappingGroup) -> bool:
    """Return whether something of a group stands; marks whose products were made meanwhile are gone for good."""
    now = context.store.mappings.current(name, group.kind)
    return any(now.get(key) == value for key, value in context.store.mappings.after(name, group).items())


def _report(context: Context, name: str, what: str, group: MappingGroup, kinds: tuple[str, ...]) -> MappingUndo:
    next_undo, next_redo = names(context, name, kinds)
    return MappingUndo(
        connection=name, what=what, name=group_name(group), kind=group.kind, count=group.count, by=context.actor,
        next_undo=next_undo, next_redo=next_redo,
    )  # fmt: skip

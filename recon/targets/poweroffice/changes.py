"""What a person changed on a voucher that is not posted yet, line by line: which line, what was sent, what stands there now.

Lines may be put together, taken apart, reordered and reworded: as long as every account has the same sums per VAT code, department and
project, nothing is different. Where one is not, our lines and theirs are paired by text, account and amount, in that order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from recon.money import plain
from recon.targets.line_changes import LineChange
from recon.targets.poweroffice.entries import Side
from recon.targets.poweroffice.held import Held
from recon.targets.poweroffice.lists import NO_VAT
from recon.targets.poweroffice.options import CURRENCY

_ALIKE: Final[tuple[Callable[[Side], Hashable], ...]] = (
    lambda side: (side.text, side.account),
    lambda side: (side.text, side.minor),
    lambda side: side.text,
    lambda side: (side.account, side.minor),
    lambda side: side.account,
    lambda side: side.minor,
)
"""What makes a line of theirs the same line as one of ours, the surest first."""


def changed_lines(held: Held, ours: Sequence[Side]) -> tuple[LineChange, ...] | None:
    """Return what was changed; None: it is posted, or its lines are not stated, so that this cannot be told."""
    if held.sides is None or (held.place == "posted" and not held.is_entry):
        return None
    mine = [replace(side, vat=side.vat or NO_VAT) for side in ours]
    theirs = _coded(held.sides, mine)
    if _sums(mine) == _sums(theirs):
        return ()
    whole, mine = _moved_whole(mine, theirs)
    left, there = _without_equal(mine, theirs)
    pairs = []
    for alike in _ALIKE:
        found, left, there = _paired(left, there, alike)
        pairs += found
    lines = [change for one, other in pairs for change in _changes(one, other)]
    gone = [LineChange(field="line", line=_name(side), sent=_words(side), held="none") for side in left]
    new = [LineChange(field="line", line=_name(side), sent="none", held=_words(side)) for side in there]
    return (*whole, *lines, *gone, *new)


def _coded(theirs: Sequence[Side], mine: Sequence[Side]) -> list[Side]:
    """Return their lines with a VAT code each: none is none, but where no line names one Go takes the accounts' own, as ours are."""
    codes = {} if any(side.vat for side in theirs) else {side.account: side.vat for side in mine}
    return [replace(side, vat=side.vat or codes.get(side.account, NO_VAT)) for side in theirs]


def _sums(sides: Iterable[Side]) -> dict[tuple[str, str, str, str], int]:
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for side in sides:
        sums[side.account, side.vat, side.department, side.project] += side.minor
    return {key: minor for key, minor in sums.items() if minor}


def _moved_whole(mine: Sequence[Side], theirs: Sequence[Side]) -> tuple[list[LineChange], list[Side]]:
    """Return a department or project that all lines changed alike, said once, and our lines with it as it is there."""
    said, moved = [], list(mine)
    for name in ("department", "project"):
        before, after = ({getattr(side, name) for side in sides} for sides in (mine, theirs))
        if len(before) == len(after) == 1 and before != after:
            sent, now = before.pop(), after.pop()
            said.append(LineChange(field=name, line="", sent=sent or "none", held=now or "none"))
            moved = [
                replace(side, department=now) if name == "department" else replace(side, project=now) for side in moved
            ]
    return said, moved


def _without_equal(mine: Iterable[Side], theirs: Iterable[Side]) -> tuple[list[Side], list[Side]]:
    """Return both sides without the lines that stand there as they were sent, in their order."""
    there, left = list(theirs), []
    for side in mine:
        same = next((one for one in there if one.fact == side.fact), None)
        if same is None:
            left.append(side)
        else:
            there.remove(same)
    return left, there


def _paired(
    mine: list[Side], theirs: list[Side], alike: Callable[[Side], Hashable]
) -> tuple[list[tuple[Side, Side]], list[Side], list[Side]]:
    """Return lines of both sides that are alike, and the rest of each."""
    pairs, left, there = [], [], list(theirs)
    for side in mine:
        same = next((one for one in there if alike(one) == alike(side)), None)
        if same is None:
            left.append(side)
        else:
            there.remove(same)
            pairs.append((side, same))
    return pairs, left, there


def _changes(one: Side, other: Side) -> Iterator[LineChange]:
    """Yield what is not the same in two lines that are taken for the same."""
    values = (
        ("account", one.account, other.account), ("amount", plain(one.minor, CURRENCY), plain(other.minor, CURRENCY)),
        ("VAT code", one.vat, other.vat), ("department", one.department, other.department), ("project", one.project, other.project),
    )  # fmt: skip
    for field, sent, held in values:
        if sent != held:
            yield LineChange(field=field, line=_name(one), sent=sent or "none", held=held or "none")


def _name(side: Side) -> str:
    return f"{side.text} ({side.account})" if side.text else side.account


def _words(side: Side) -> str:
    """Return amount and VAT code of a line; its account stands in its name."""
    return f"{plain(side.minor, CURRENCY)}, VAT code {side.vat}"

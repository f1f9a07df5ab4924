"""Which orders a shop system without a list is asked for: those a person names, and those known that may still change.

A pull that was stopped is taken up again: what it fetched in the last hours is not asked for twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection, rules_of_source
from recon.errors import UsageError
from recon.service.context import Context
from recon.service.known import current_frames, current_sets, kept_file
from recon.sources.base import KnownOrder, Source
from recon.sources.registry import source_named

MOST_ORDERS: Final = 20_000
"""So many can be named at once."""
TAKEN_UP_AGAIN: Final = dt.timedelta(hours=3)
"""A stopped pull is taken up again within this time; later everything is asked for anew."""
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_RANGE: Final = re.compile(r"([0-9]{1,18})\s*-\s*([0-9]{1,18})")
BEGAN: Final = "pull_began"


def query_by_number(context: Context, name: str, rules: Connection, orders: Sequence[str]) -> dict[str, Any]:
    """Return which orders to ask for: ``orders``, else what is ``known`` and ``kept``, what to ``skip``, and the ``start``."""
    if orders:
        return {"orders": tuple(orders)}
    known, skip = _known(context, name, rules), _fetched_before(context, name, rules)
    return {
        "known": known,
        "skip": skip,
        "kept": _kept_digests(context, name, source_named(rules.source)),
        "start": rules.start_date,
    }


def pull_begins(context: Context, name: str, at: dt.datetime) -> None:
    """Note that a pull that began then has fetched something, unless one that was stopped is taken up again."""
    if _began(context, name) is None:
        context.store.mappings.set(name, "setting", {BEGAN: at.isoformat()}, reason="pull")


def pull_ended() -> dict[str, None]:
    """Return what is noted when a pull came to its end."""
    return {BEGAN: None}


def order_numbers(listed: str, file: Path | None) -> tuple[str, ...]:
    """Return the order numbers a person named: single ones and ranges, and the first column of a file.

    Raises:
        UsageError: Something is no order number; all of it is named, nothing was fetched.
    """
    parts = [part.strip() for part in listed.split(",") if part.strip()]
    wrong: list[str] = []
    numbers: dict[str, None] = {}
    for part in parts:
        span = _RANGE.fullmatch(part)
        if span is None and not _NUMBER.fullmatch(part):
            wrong.append(part)
            continue
        first, last = (int(span[1]), int(span[2])) if span else (int(part), int(part))
        if last - first >= MOST_ORDERS or last < first:
            wrong.append(part)
            continue
        numbers.update((str(number), None) for number in range(first, last + 1))
    if wrong:
        raise UsageError(
            f"--orders: {', '.join(wrong)} is no order number like 4410012, and no range like 4410001-4410050 (at most"
            f" {MOST_ORDERS:,} orders). Nothing was fetched."
        )
    if file is not None:
        numbers.update((number, None) for number in _of_file(file))
    if len(numbers) > MOST_ORDERS:
        raise UsageError(f"{len(numbers):,} orders are named; at most {MOST_ORDERS:,} at once. Nothing was fetched.")
    return tuple(numbers)


def _of_file(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            cells = [(row, line[0].strip()) for row, line in enumerate(csv.reader(stream), start=1) if line]
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read ({error.strerror or error}). Nothing was fetched.") from None
    except (UnicodeDecodeError, csv.Error):
        raise UsageError(
            f"{path.name} is no text with one order number to a line (or in its first column). Nothing was fetched."
        ) from None
    cells = [(row, cell) for row, cell in cells if cell]
    if cells and not _NUMBER.fullmatch(cells[0][1]):
        cells = cells[1:]  # a heading
    wrong = [f"row {row} ({cell})" for row, cell in cells if not _NUMBER.fullmatch(cell)]
    if wrong or not cells:
        raise UsageError(
            f"{path.name}: no order number in {', '.join(wrong[:5]) or 'any row'}. Orders are asked for by the shop system's own "
            "number, digits only, in the first column. Nothing was fetched."
        )
    return [cell for _, cell in cells]


def _known(context: Context, name: str, rules: Connection) -> tuple[KnownOrder, ...]:
    frames = current_frames(context, name, rules)
    if frames is None:
        return ()
    oldest = context.today() - dt.timedelta(days=rules_of_source(rules).ask_again_for_days())
    known = frames.orders.select(
        pl.col("order_key").str.extract(r":([0-9]{1,18})$"),
        pl.col("updated_at").dt.strftime("%Y-%m-%d %H:%M:%S").fill_null(""),
        ((pl.col("ordered_on") < oldest) | (pl.col("order_state") == "cancelled")).alias("settled"),
    ).drop_nulls("order_key")
    return tuple(
        KnownOrder(order_id=number, modified=at, is_settled=is_settled) for number, at, is_settled in known.iter_rows()
    )


def _kept_digests(context: Context, name: str, source: Source) -> dict[str, str]:
    """Return the digest of the newest kept answer about each order, where nothing else was taken in after it."""
    digests: dict[str, str] = {}
    for file in context.store.files.all(name):
        if file.source != source.name:
            digests.clear()  # an export may say something newer: then the same answer again is news
            continue
        content = kept_file(context, file.digest, file.name, file.size).path.read_bytes()
        with suppress(ValueError):  # a kept file that was changed is named by whoever reads its orders
            for answer in source.answers_in(content):
                if not answer.asked:
                    digests.clear()  # an answer somebody saved
                elif answer.number:
                    digests[answer.number] = answer.digest
    return digests


def _fetched_before(context: Context, name: str, rules: Connection) -> frozenset[str]:
    began = _began(context, name)
    if began is None:
        return frozenset()
    late = [
        frames.orders["order_key"]
        for intake, frames in current_sets(context, name, rules)
        if dt.datetime.fromisoformat(intake.at) >= began
    ]
    if not late:
        return frozenset()
    return frozenset(pl.concat(late).str.extract(r":([0-9]{1,18})$").drop_nulls())


def _began(context: Context, name: str) -> dt.datetime | None:
    """Return when a pull began that has not come to its end, if that is not long ago."""
    told = context.store.mappings.current(name, "setting").get(BEGAN)
    began = dt.datetime.fromisoformat(str(told)) if told else None
    return began if began is not None and context.clock.now() - began < TAKEN_UP_AGAIN else None

"""Returns taken off their sales as a plan sees them: by what the records say, and by what persons said (kind ``return``)."""

from __future__ import annotations

import polars as pl

from recon.config.connection import Connection
from recon.frames.canonical import CanonicalFrames
from recon.normalize.return_links import SAID
from recon.normalize.returns import attach_returns
from recon.normalize.settled_refunds import judge_refunds
from recon.service.context import Context
from recon.service.known import current_frames


def said_returns(context: Context, name: str) -> pl.DataFrame:
    """Return which sale each return belongs to, as persons said."""
    rows = [(key, str(value)) for key, value in context.store.mappings.current(name, "return").items()]
    return pl.DataFrame(rows, schema=SAID, orient="row")


def with_returns(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> CanonicalFrames:
    """Return the orders with what came back taken off them."""
    said, is_on = said_returns(context, name), "sale_return" in rules.record_kinds
    return judge_refunds(attach_returns(frames, said, switched_on=is_on)).in_one_piece()


def planned_frames(context: Context, name: str, rules: Connection) -> CanonicalFrames | None:
    """Return the orders of a connection as a plan sees them; None before the first file."""
    frames = current_frames(context, name, rules)
    return None if frames is None else with_returns(context, name, rules, frames)

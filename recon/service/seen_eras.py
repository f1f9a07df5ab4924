"""A connection's readings in the order a person met them: what the first plan stood on, what was approved since, what is newer.

Kept are two marks, as settings with who set them and when: the newest reading of the first plan, and of the newest batch that a
person approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recon.frames.canonical import CanonicalFrames
from recon.normalize.sightings import keys_of
from recon.service.context import Context
from recon.store.batches import Batch
from recon.store.files import Intake

Sets = Sequence[tuple[Intake, CanonicalFrames]]
LISTED, APPROVED = "things listed up to", "things approved up to"
"""Settings: the newest reading of the first plan, and of the newest batch a person approved."""


@dataclass(frozen=True, slots=True)
class Eras:
    """A connection's readings: those of the beginning, those a person approved a batch of since, and the newest."""

    first: tuple[CanonicalFrames, ...]
    approved: tuple[CanonicalFrames, ...]
    """Of the later ones; what was only shown in them is answered."""
    later: tuple[CanonicalFrames, ...]
    """Everything since the first plan."""
    was_approved: bool = False
    """A person has approved a batch at all."""

    @classmethod
    def of(cls, context: Context, name: str, sets: Sets) -> Eras:
        """Tell a connection's readings apart; a file read again belongs where it was first read."""
        marks = context.store.mappings.current(name, "setting")
        earliest: dict[str, int] = {}
        for intake in context.store.files.intakes(name, superseded=True):
            earliest.setdefault(intake.digest, intake.intake_id)
        listed, approved = (int(str(marks.get(mark, -1))) for mark in (LISTED, APPROVED))
        if listed < 0:  # nothing was planned yet
            return cls(tuple(frames for _, frames in sets), (), ())
        at = [(earliest.get(intake.digest, intake.intake_id), frames) for intake, frames in sets]
        return cls(
            first=tuple(frames for number, frames in at if number <= listed),
            approved=tuple(frames for number, frames in at if listed < number <= approved),
            later=tuple(frames for number, frames in at if number > listed),
            was_approved=approved >= 0,
        )

    def known(self, kind: str, *, with_approved: bool) -> frozenset[str]:
        """Return the keys of a kind that are no news."""
        parts = (*self.first, *self.approved) if with_approved else self.first
        return frozenset().union(*(keys_of(part, kind) for part in parts))


def note_listed(context: Context, name: str, sets: Sets) -> None:
    """Note which files the first plan stood on: what they show is the beginning."""
    if LISTED not in context.store.mappings.current(name, "setting") and sets:
        newest = max(intake.intake_id for intake, _ in sets)
        context.store.mappings.set(name, "setting", {LISTED: newest}, reason="first plan")


def note_approved(context: Context, batch: Batch, actor: str) -> None:
    """Note which files stood behind a batch that a person approved: what was only shown with it is answered."""
    newest = int(batch.facts.get("newest_intake", -1))
    before = int(str(context.store.mappings.current(batch.connection, "setting").get(APPROVED, -1)))
    if newest > before and not actor.endswith("(automatic)"):
        context.store.mappings.set(
            batch.connection, "setting", {APPROVED: newest}, who=actor, reason=f"approved {batch.batch_id}"
        )

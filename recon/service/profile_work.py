"""A column profile in the making, as a command or a screen works on it: looked at, tried on the files of before, saved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recon.service.context import Context
from recon.service.draft_records import DraftOf, ProfileDraft
from recon.service.drafting import draft_profile
from recon.service.profile_saving import ProfileEffect, changed_profile, profile_effect, save_profile


@dataclass(frozen=True, slots=True)
class ProfileWork:
    """What can be done with a draft."""

    context: Context
    of: DraftOf

    def draft(self) -> ProfileDraft:
        """Return the profile with a person's answers, and the file read with it."""
        return draft_profile(self.context, self.of)

    def effect(self, name: str) -> ProfileEffect:
        """Return what the profile of this name, with these answers, would make of the files that were taken in with it."""
        return profile_effect(self.context, name, changed_profile(self.context, replace(self.of, base=name), name))

    def save(self, name: str, *, dry_run: bool = False) -> str:
        """Write it to profiles/NAME.toml, over the profile it began with if that is its name; returns where."""
        return save_profile(self.context, self.of, name, dry_run=dry_run)

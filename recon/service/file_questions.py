"""The part of the service that is about files: what was taken in, a look before it is, and profiles in the making.

Profiles are slow to import and few questions are about them, so they are loaded when they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recon.service.context import Context

if TYPE_CHECKING:
    from recon.service.drafting import ProfileDraft
    from recon.service.file_preview import FilePreview
    from recon.service.intakes import IntakeDetail, IntakeHistory
    from recon.service.profile_saving import ProfileEffect, ProfileList
    from recon.service.profiling import ProfileReport
    from recon.sources.profile.edit import ProfileEdit


class FileQuestions:
    """What a command or a screen can ask about files."""

    _context: Context

    def intakes(self, connection: str | None = None) -> IntakeHistory:
        """Return every file that was taken in, and what waits in the inbox folder."""
        from recon.service.intakes import intakes

        return intakes(self._context, connection)

    def intake(self, file: str) -> IntakeDetail:
        """Return one file that was taken in, with what was found in it."""
        from recon.service.intakes import intake

        return intake(self._context, file)

    def preview_file(self, path: Path, *, connection: str | None = None, profile: str | None = None) -> FilePreview:
        """Read a file as an import would, and keep nothing."""
        from recon.service.file_preview import preview_file

        return preview_file(self._context, path, connection=connection, profile=profile)

    def profile(
        self,
        path: Path | None,
        *,
        save: str | None,
        check: str | None,
        sheet: str | None,
        answers: Sequence[str] = (),
        change: str | None = None,
        dry_run: bool = False,
    ) -> ProfileReport:
        """Propose a column profile for an unknown export, read one with a profile, or change one that is there."""
        from recon.service.profiling import profile

        return profile(
            self._context, path, save=save, check=check, sheet=sheet, answers=answers, change=change, dry_run=dry_run
        )

    def draft_profile(
        self,
        path: Path,
        edits: Sequence[ProfileEdit] = (),
        *,
        connection: str | None = None,
        sheet: str | None = None,
        base: str = "",
    ) -> ProfileDraft:
        """Return the profile proposed for a file, or one that is there, with a person's answers, and the file read with it."""
        from recon.service.drafting import draft_profile

        return draft_profile(self._context, path, edits, connection=connection, sheet=sheet, base=base)

    def profile_list(self) -> ProfileList:
        """Return the column profiles of the workspace, and who uses them."""
        from recon.service.profile_saving import profile_list

        return profile_list(self._context)

    def profile_effect(
        self, path: Path, edits: Sequence[ProfileEdit], name: str, *, connection: str | None = None
    ) -> ProfileEffect:
        """Return what a profile with these changes would make of the files that were taken in with it."""
        from recon.service.profile_saving import changed_profile, profile_effect

        text = changed_profile(self._context, path, edits, name, connection=connection, base=name)
        return profile_effect(self._context, name, text)

    def save_profile(
        self,
        path: Path,
        edits: Sequence[ProfileEdit],
        name: str,
        *,
        connection: str | None = None,
        sheet: str | None = None,
        base: str = "",
        dry_run: bool = False,
    ) -> str:
        """Write the draft to profiles/NAME.toml, over the profile it began with if that is its name; returns where."""
        from recon.service.profile_saving import save_profile

        return save_profile(
            self._context, path, edits, name, connection=connection, sheet=sheet, base=base, dry_run=dry_run
        )

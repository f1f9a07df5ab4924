"""The part of the service that is about files: what was taken in, a look before it is, and profiles in the making.

Profiles are slow to import and few questions are about them, so they are loaded when they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recon.service.context import Context

if TYPE_CHECKING:
    from recon.service.file_preview import FilePreview
    from recon.service.intakes import IntakeDetail, IntakeHistory
    from recon.service.profile_saving import ProfileList
    from recon.service.profile_work import ProfileWork
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
        start: str = "",
        dry_run: bool = False,
    ) -> ProfileReport:
        """Propose a column profile for an unknown export, read one with a profile, or change one that is there."""
        from recon.service.profiling import profile

        return profile(
            self._context,
            path,
            save=save,
            check=check,
            sheet=sheet,
            answers=answers,
            change=change,
            start=start,
            dry_run=dry_run,
        )

    def profile_work(
        self,
        path: Path,
        edits: Sequence[ProfileEdit] = (),
        *,
        connection: str | None = None,
        sheet: str | None = None,
        base: str = "",
    ) -> ProfileWork:
        """Return a column profile in the making: proposed for a file, or begun with one that is there (``base``)."""
        from recon.service.draft_records import DraftOf
        from recon.service.profile_work import ProfileWork

        return ProfileWork(self._context, DraftOf(path, edits, connection, sheet, base))

    def profile_list(self) -> ProfileList:
        """Return the column profiles of the workspace, and who uses them."""
        from recon.service.profile_saving import profile_list

        return profile_list(self._context)

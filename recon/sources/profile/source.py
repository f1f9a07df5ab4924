"""The source of all exports that have no format of their own here: any CSV or Excel file, by a column profile."""

from __future__ import annotations

from typing import Final

from recon.errors import MalformedFile, UsageError
from recon.frames.tables import TableHead, read_head
from recon.sources.base import IntakeFile, Reading, ReadOptions, Source
from recon.sources.profile.model import Profile, parse_profile
from recon.sources.profile.reading import read_with_profile

SPECIFICATION: Final = "docs/profiles.md"


class ProfileOrders(Source):
    """Orders of any CSV or Excel export, read by one column profile."""

    name = "profile"
    platform = "profile"
    """Each instance carries its profile's own platform."""
    specification = SPECIFICATION
    version = 2

    def __init__(self, profile_text: str = "", *, where: str = "the profile") -> None:
        """Take the profile's TOML; an empty text reads only with `ReadOptions.profile_text`.

        Raises:
            SettingsError: The profile is wrong; all problems are listed.
        """
        self._profile = parse_profile(profile_text, where=where) if profile_text else None
        if self._profile:
            self.platform = self._profile.platform  # type: ignore[misc]

    @property
    def profile_name(self) -> str:
        """Name of the profile; empty if none was given."""
        return self._profile.profile if self._profile else ""

    def identify(self, file: IntakeFile) -> bool:
        """Return whether the file has the profile's headings and none of its forbidden ones."""
        if self._profile is None:
            return False
        try:
            head = open_head(file, self._profile)
        except MalformedFile:
            return False
        return not any(head.find(heading) for heading in self._profile.match.forbidden)

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the file under canonical names, by the profile of the options or of this instance."""
        profile = parse_profile(options.profile_text) if options.profile_text else self._profile
        if profile is None:
            raise UsageError(
                "Which column profile? Name it in recon.toml (profile = ...), or make one with `recon profile FILE`."
            )
        head = open_head(file, profile)
        found = [heading for heading in profile.match.forbidden if head.find(heading)]
        if found:
            raise MalformedFile(
                f"{file.name} has the column {found[0]!r}, which the profile {profile.profile!r} forbids: it is another export.",
                file=file.name,
                row=head.header_row,
                column=found[0],
            )
        return read_with_profile(head, profile, options, file_id=file.file_id)


def open_head(file: IntakeFile, profile: Profile) -> TableHead:
    """Find the table of a file that a profile describes.

    Raises:
        MalformedFile: Its required headings do not occur.
    """
    return read_head(
        file.path,
        name=file.name,
        required=profile.match.required,
        sheets=profile.match.sheet,
        encodings=profile.read.encodings,
        delimiter=profile.read.delimiter,
        search_rows=profile.match.header_search_rows,
    )

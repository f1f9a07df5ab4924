"""Column profiles that are there: who uses them, what a changed one would make of the files it read, and saving one.

A file that was taken in is read anew when its profile changes. So a changed profile is tried on every such file first:
one it cannot read any more keeps it from being saved under the same name, and a person is told how many orders differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from recon.config.connection import Connection
from recon.errors import IntakeError, SettingsError, UsageError
from recon.files import atomic_write
from recon.normalize import normalize
from recon.normalize.compare import compare
from recon.normalize.sequence import chronological
from recon.service.context import Context
from recon.service.draft_records import DraftOf
from recon.service.drafting import draft_profile
from recon.service.known import frames_path, kept_file, load_frames, options_with_profile, profile_text
from recon.service.order_keys import platform_for
from recon.sources.profile.edit import ProfileEdit
from recon.sources.profile.model import parse_profile
from recon.sources.profile.source import ProfileOrders
from recon.sources.profile.starting import STARTERS
from recon.store.files import Intake, KeptFile

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class ProfileUse:
    """One column profile of the workspace, and who uses it."""

    name: str
    files: int
    """Files that were taken in with it and count."""
    orders: int
    connections: tuple[str, ...]
    """Connections whose settings name it."""
    example: str
    """Path of the kept copy of the newest of those files; empty: there is none."""
    example_name: str
    problem: str
    """Why it cannot read anything; empty: it can."""


@dataclass(frozen=True, slots=True)
class ProfileEffect:
    """What a changed profile would make of the files that were taken in with it."""

    name: str
    files: int
    known: int
    """Orders that stay as they are."""
    new: int
    changed: int
    gone: int
    refused: tuple[str, ...]
    """One sentence for each file it cannot read."""

    @property
    def differs(self) -> bool:
        """Whether any order would be another one."""
        return bool(self.new or self.changed or self.gone)

    def lines(self) -> list[str]:
        """What a person reads."""
        if not self.files:
            return ["No file was taken in with it."]
        counts = f"{self.known} as they are, {self.changed} changed, {self.new} new, {self.gone} gone"
        return [f"Files taken in with it: {self.files}. Read anew, their orders: {counts}.", *self.refused]


@dataclass(frozen=True, slots=True)
class ProfileList:
    """Every column profile of the workspace."""

    profiles: tuple[ProfileUse, ...]

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.profiles/1."""
        return asdict(self)


def profile_list(context: Context) -> ProfileList:
    """Return the column profiles of the workspace by name."""
    names = sorted(path.stem for path in context.workspace.profiles.glob("*.toml"))
    return ProfileList(tuple(_use(context, name) for name in names))


def _use(context: Context, name: str) -> ProfileUse:
    taken = list(_taken_with(context, name))
    example = next((path for _rules, _one, kept in reversed(taken) if (path := _copy(context, kept))), "")
    try:
        parse_profile(profile_text(context, name))
        problem = ""
    except SettingsError as error:
        problem = " ".join(error.problems) or str(error)
    return ProfileUse(
        name=name,
        files=len(taken),
        orders=sum(one.order_count for _rules, one, _kept in taken),
        connections=tuple(key for key, rules in context.settings.connections.items() if stem(rules.profile) == name),
        example=example,
        example_name=taken[-1][2].name if example else "",
        problem=problem,
    )


def _copy(context: Context, kept: KeptFile) -> str:
    return next((str(path) for path in context.workspace.intake.glob(f"{kept.digest}*")), "")


def stem(profile: str) -> str:
    """Return the name of a profile as it was given: with or without its ending."""
    return Path(profile).name.removesuffix(".toml")


def _taken_with(context: Context, name: str) -> Iterator[tuple[Connection, Intake, KeptFile]]:
    """Yield the readings that count of files that were taken in with a profile, oldest first."""
    kept = {file.digest: file for file in context.store.files.all()}
    counting = {(one.connection, one.digest): one for one in context.store.files.intakes()}
    for (connection, digest), one in counting.items():
        rules = context.settings.connections.get(connection)
        if rules is not None and kept[digest].source == "profile":
            used = str(one.facts.get("profile") or rules.profile)
            if stem(used) == name:
                yield rules, one, kept[digest]


def profile_effect(context: Context, name: str, text: str) -> ProfileEffect:
    """Read every file that was taken in with a profile anew with another text of it, and keep nothing."""
    known = new = changed = gone = 0
    refused = []
    taken = list(_taken_with(context, name))
    for rules, one, kept in taken:
        before = load_frames(frames_path(context, rules, one))
        file = kept_file(context, kept.digest, kept.name, kept.size)
        options = options_with_profile(context, rules, text)
        try:
            reading = ProfileOrders(text, where=name).read(file, options)
            after = chronological(normalize(reading, options, file_id=file.file_id))
        except (IntakeError, SettingsError) as error:
            refused.append(f"{kept.name}: {error}")
            continue
        found = compare(before, after, name=kept.name)
        lost = before.orders.join(after.orders, on="order_key", how="anti").height
        known, new, changed, gone = known + found.known, new + found.new, changed + found.changed, gone + lost
    return ProfileEffect(name, len(taken), known, new, changed, gone, tuple(refused))


def changed_profile(context: Context, of: DraftOf, name: str) -> str:
    """Return the text a draft would be saved as.

    Raises:
        SettingsError: The profile does not load yet; what is open is listed.
    """
    named = list(of.edits)
    if name != of.base:
        named.append(ProfileEdit(("profile",), name))
    if not of.base:  # a copy keeps its platform: the same order of both is one order
        own = STARTERS[of.start].platform if of.start else name
        named.append(ProfileEdit(("platform",), platform_for(context, own)[:30]))
    draft = draft_profile(context, replace(of, edits=named))
    if not draft.loads:
        listed = " ".join(problem.text for problem in draft.problems)
        raise SettingsError(f"The profile is not complete: {listed} Nothing was written.")
    must = STARTERS[of.start].must if of.start else {}
    unsaid = [question.text for question in draft.questions if question.about[-1] in must]
    if unsaid:
        raise SettingsError(
            f"These decide the accounting and have to be answered: {' '.join(unsaid)} Nothing was written."
        )
    return draft.toml


def save_profile(context: Context, of: DraftOf, name: str, *, dry_run: bool = False) -> str:
    """Write the draft to profiles/NAME.toml and return where; the text it replaces is kept in the private folder.

    Only the profile that is changed (``of.base``) may be there already.

    Raises:
        UsageError: The name is no file name, there is another profile of that name, or a file that was taken in with the
            profile could not be read any more.
        SettingsError: The profile does not load yet; what is open is listed.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r}: a profile's name has small letters, digits and dashes only. Nothing was written.")
    target = context.workspace.profiles / f"{name}.toml"
    if target.exists() and name != of.base:
        raise UsageError(f"{target} is there already. Choose another name. Nothing was written.")
    text = changed_profile(context, of, name)
    if target.exists():
        refused = profile_effect(context, name, text).refused
        if refused:
            raise UsageError(
                f"Files that were taken in with {name} could not be read any more: {' '.join(refused)} "
                "Save it under another name. Nothing was written."
            )
    if not dry_run:
        _keep_former(context, target)
        atomic_write(target, text.encode(), crash=context.store.database.crash, step="profile")
    return str(target)


def _keep_former(context: Context, target: Path) -> None:
    """Keep the text that is replaced: what was read with it can be understood later."""
    if target.exists():
        former = target.read_bytes()
        folder = context.workspace.private / "profiles"
        folder.mkdir(exist_ok=True)
        digits = hashlib.sha256(former).hexdigest()[:12]
        atomic_write(folder / f"{target.stem}-{digits}.toml", former)

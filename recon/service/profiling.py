"""Column profiles as the service does it: propose one from an unknown export, save it, or try one on a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from recon.errors import UsageError
from recon.files import atomic_write
from recon.frames.tables import read_table
from recon.intake import look_at
from recon.money import plain
from recon.normalize import normalize
from recon.service.causes import causes
from recon.service.context import Context
from recon.service.known import options_with_profile, profile_text
from recon.service.order_keys import platform_for
from recon.service.taking_in import total_of
from recon.summaries.intake import CauseLine

if TYPE_CHECKING:
    from recon.service.profile_saving import ProfileEffect

PREVIEW_ROWS = 20


@dataclass(frozen=True, slots=True)
class ProfileReport:
    """A proposed or tried profile and what the file looks like through it."""

    file: str
    profile: str
    toml: str
    saved_as: str
    guesses: tuple[str, ...]
    questions: tuple[str, ...]
    preview: tuple[dict[str, Any], ...]
    orders: int | None = None
    """Orders read with it; None: it does not load yet."""
    total: str = ""
    causes: tuple[CauseLine, ...] = ()
    effect: ProfileEffect | None = None
    """Of a changed profile: what becomes of the files that were taken in with it; None: it is a new one."""
    dry_run: bool = False

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.profile/1."""
        return asdict(self)

    def lines(self) -> list[str]:
        """What a person reads."""
        lines = [*self.toml.splitlines(), ""] if self.toml else []
        lines += [f"guess: {text}" for text in self.guesses]
        lines += [f"question: {text}" for text in self.questions]
        lines += ["", f"First rows of {self.file} through {self.profile}:"]
        lines += [
            " | ".join(f"{key} {value}" for key, value in row.items() if value not in (None, ""))
            for row in self.preview[:PREVIEW_ROWS]
        ]
        if self.orders is not None:
            lines.append(f"{self.orders} orders, {self.total} in all")
        lines += [
            f"  {cause.severity} {cause.count}: {cause.title} ({cause.code}) {cause.example}" for cause in self.causes
        ]
        lines += self.effect.lines() if self.effect else []
        if self.saved_as:
            done = "would be saved as" if self.dry_run else "saved as"
            lines.append(f"{done} {self.saved_as}; next: recon import --profile {self.profile} {self.file}")
        return lines


def profile(
    context: Context,
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
    """Propose a profile for an export (and save it), read the export with one, or change one that is there.

    Args:
        context: The open workspace.
        path: The export; None: the newest file that was taken in with the profile that is changed.
        save: Name to save the profile under.
        check: Read with this profile instead of proposing one.
        sheet: Sheet of a workbook.
        answers: What a person answers to the questions, as ``read.era=BE``; what is saved then has no question left open
            that keeps it from loading.
        change: The profile of the workspace the answers change.
        start: Whose export it is, where recon knows what to ask of it (`recon.sources.profile.starting`).
        dry_run: Write nothing.

    Raises:
        IntakeError: The file cannot be read as a table.
        UsageError: No file was named, the name is no file name, or a profile of that name is there already.
    """
    if change is not None:
        return _changed(context, path, answers, change, save=save, sheet=sheet, dry_run=dry_run)
    if path is None:
        raise UsageError("Name the file: recon profile FILE. Nothing was done.")
    look_at(path)  # a file that is not there or still growing is refused here
    if check is not None:
        return _tried(context, path, _named_text(context, check), Path(check).stem)
    if answers or start:
        return _answered(context, path, answers, save=save, sheet=sheet, dry_run=dry_run, start=start)
    name = "my-export" if save is None else save
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise UsageError(f"--save {name!r}: small letters, digits and dashes only. Nothing was written.")
    from recon.sources.profile import propose_profile

    proposal = propose_profile(
        read_table(path, sheets=(sheet,) if sheet else ()), name=name, platform=platform_for(context, name)
    )
    saved = ""
    if save is not None:
        target = context.workspace.profiles / f"{name}.toml"
        if target.exists():
            raise UsageError(f"{target} is there already. Edit it, or choose another name. Nothing was written.")
        if not dry_run:
            atomic_write(target, proposal.toml.encode(), crash=context.store.database.crash, step="profile")
        saved = str(target)
    tried = _tried(context, path, proposal.toml, name) if not proposal.problems else None
    return ProfileReport(
        file=path.name,
        profile=name,
        toml=proposal.toml,
        saved_as=saved,
        guesses=tuple(str(guess) for guess in proposal.guesses),
        questions=(*proposal.questions, *proposal.problems),
        preview=proposal.preview,
        orders=tried.orders if tried else None,
        total=tried.total if tried else "",
        causes=tried.causes if tried else (),
        dry_run=dry_run,
    )


def _changed(
    context: Context,
    path: Path | None,
    answers: Sequence[str],
    name: str,
    *,
    save: str | None,
    sheet: str | None,
    dry_run: bool,
) -> ProfileReport:
    """Return a profile of the workspace with a person's changes, and what becomes of the files that were read with it."""
    from recon.service.profile_saving import profile_effect, profile_list, stem

    name = stem(name)
    found = next((one for one in profile_list(context).profiles if one.name == name), None)
    if path is None and found is not None and not found.example:
        raise UsageError(
            f"No file was taken in with {name} yet. Name one to try it on: recon profile FILE --change {name}. "
            "Nothing was done."
        )
    example = path or Path(found.example if found else name)
    report = _answered(context, example, answers, save=save, sheet=sheet, dry_run=True, base=name)
    saves_itself = save in {None, name}
    effect = profile_effect(context, name, report.toml) if saves_itself and report.orders is not None else None
    if save is not None and not dry_run:
        report = _answered(context, example, answers, save=save, sheet=sheet, dry_run=False, base=name)
    shown = found.example_name if found and path is None else example.name
    return replace(report, file=shown, profile=save or name, effect=effect)


def _answered(
    context: Context,
    path: Path,
    answers: Sequence[str],
    *,
    save: str | None,
    sheet: str | None,
    dry_run: bool,
    base: str = "",
    start: str = "",
) -> ProfileReport:
    """Return the proposal with a person's answers, the same as the editor of the screens shows."""
    from recon.service.draft_records import DraftOf
    from recon.service.drafting import draft_profile
    from recon.service.profile_saving import save_profile
    from recon.sources.profile.edit import parse_edit

    edits = [parse_edit(text) for text in answers]
    of = DraftOf(path, edits, sheet=sheet, base=base, start=start)
    draft = draft_profile(context, of)
    saved = ""
    if save is not None:
        saved = save_profile(context, of, save, dry_run=dry_run)
    open_ones = [question.text for question in draft.questions]
    return ProfileReport(
        file=path.name,
        profile=save or "my-export",
        toml=draft.toml,
        saved_as=saved,
        guesses=(),
        questions=(*open_ones, *([] if draft.loads else [problem.text for problem in draft.problems])),
        preview=_preview_of(draft.rows),
        orders=draft.orders,
        total=draft.total,
        causes=draft.causes,
        dry_run=dry_run,
    )


def _named_text(context: Context, check: str) -> str:
    file = Path(check)
    return (
        file.read_text(encoding="utf-8") if file.suffix == ".toml" and file.is_file() else profile_text(context, check)
    )


def _tried(context: Context, path: Path, text: str, name: str) -> ProfileReport:
    """Read a file with a profile, keeping nothing."""
    _, rules = next(iter(context.settings.connections.items()))
    file = look_at(path)
    options = options_with_profile(context, rules, text)
    from recon.sources.profile import ProfileOrders

    reading = ProfileOrders(text, where=name).read(file, options)
    frames = normalize(reading, options, file_id=file.file_id)
    return ProfileReport(
        file=path.name,
        profile=name,
        toml="",
        saved_as="",
        guesses=(),
        questions=(),
        preview=_preview_of(frames.orders),
        orders=frames.orders.height,
        total=plain(total_of(frames.orders, context.settings.company.currency)),
        causes=causes(frames.findings, frames.orders, context.settings.company.currency),
    )


def _preview_of(orders: pl.DataFrame) -> tuple[dict[str, Any], ...]:
    """Return the first orders as they would be read."""
    columns = ("order_number", "ordered_on", "order_state", "payment_state", "payment_channel", "total_minor", "row")
    if not orders.width:
        return ()
    shown = orders.head(PREVIEW_ROWS).select(columns)
    return tuple(
        {**row, "ordered_on": str(row["ordered_on"]), "total_minor": plain(row["total_minor"])}
        for row in shown.to_dicts()
    )

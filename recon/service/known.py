"""What is known about a connection's orders: the frames of every file taken in, and what a reading depends on.

Frames lie in folders named by what they were made from, so a folder that was read once need not be read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import polars as pl

from recon.config.connection import Connection, rules_of_source
from recon.domain.organisation_number import plain_number
from recon.domain.providers import platform_of, source_facts
from recon.errors import ReconError, SettingsError
from recon.frames.canonical import CanonicalFrames, ControlTotal, Stated
from recon.frames.conform import as_read
from recon.frames.parquet import read_facts, read_frame, write_frames
from recon.frames.schemas import FINDINGS, ORDER_LINES, ORDERS, PAYMENTS, REFUND_LINES, REFUNDS
from recon.normalize import NORMALIZE_VERSION, normalize
from recon.normalize.merge import Comparison, combine, compare
from recon.normalize.sequence import chronological
from recon.normalize.settlement_purchases import is_billed
from recon.normalize.settlements import gather_settlements
from recon.service.context import Context
from recon.service.order_keys import require_same_keys
from recon.sources.base import BUYER_FIELD, COMPANY_FIELD, KEY_FIELD, IntakeFile, ReadOptions, Source
from recon.sources.registry import source_named
from recon.store.files import Intake

FRAMES: Final = {"orders": ORDERS, "lines": ORDER_LINES, "payments": PAYMENTS, "refunds": REFUNDS, "findings": FINDINGS}
_REFUND_LINES: Final = "refund_lines"
"""Kept only where there are any: most sources state none, and earlier versions kept none."""


def read_options(context: Context, rules: Connection, profile: str | None = None) -> ReadOptions:
    """Return what a reading depends on beside the file."""
    uses_profile = bool(profile) or not source_facts(rules.source).has_columns_of_its_own
    return options_with_profile(context, rules, profile_text(context, profile or rules.profile) if uses_profile else "")


def options_with_profile(context: Context, rules: Connection, text: str) -> ReadOptions:
    """Return what a reading with this profile text (empty: none) depends on."""
    platform = platform_of(rules.source)
    if text:
        from recon.sources.profile import parse_profile  # slow to import; most connections have no profile

        platform = parse_profile(text).platform
    return ReadOptions(
        platform=platform,
        shop=rules.shop,
        currency=context.settings.company.currency,
        timezone=rules.timezone or context.settings.company.timezone,
        prices=rules.prices,
        vat_rate_basis_points=rules.vat_rate_basis_points,
        tax_as_stated=rules.states_tax,
        gift_card_names=rules.gift_card_names,
        not_gift_card_names=rules.not_gift_card_names,
        profile_text=text,
        payment_channel_field=rules.source_api.payment_channel_field,
        words=tuple(sorted(rules.status_words.items())),
        fields=(
            *rules_of_source(rules).reading_fields(),
            *_of_till(context, rules),
            *([BUYER_FIELD] if rules.detail.customers == "each" else []),
        ),
        secret=_secret_of(context, rules),
    )


def _secret_of(context: Context, rules: Connection) -> Callable[[], str] | None:
    """Return what asks for the secret by which files are checked; it is asked only while a file is read."""
    names = rules_of_source(rules).secret_names()
    if not names:
        return None
    connection = next(name for name, each in context.settings.connections.items() if each == rules)
    return lambda: context.outside.secrets(connection, keep="").get(connection, names[0])


def _of_till(context: Context, rules: Connection) -> tuple[tuple[str, str], ...]:
    """Return the company's number, where a file says whose it is and must be this company's, and the key of its signatures.

    Raises:
        SettingsError: There is no such key, or it lies outside the workspace.
    """
    if not source_facts(rules.source).is_till:
        return ()
    number = plain_number(context.settings.company.tax_id)
    key = rules.till.signature_key
    texts = {COMPANY_FIELD: number, KEY_FIELD: _key_text(context, key) if key else ""}
    return tuple((name, text) for name, text in texts.items() if text)


def _key_text(context: Context, name: str) -> str:
    root = context.workspace.root.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise SettingsError(
            f"till.signature_key {name!r} lies outside the workspace. Copy the file into it and name it from there."
        )
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"till.signature_key: there is no readable file {name!r} in the workspace. Copy the public key of the till there."
        ) from None


def profile_text(context: Context, name: str) -> str:
    """Return a column profile's text from profiles/.

    Raises:
        SettingsError: There is no such profile.
    """
    path = context.workspace.profiles / f"{Path(name).name.removesuffix('.toml')}.toml"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        have = ", ".join(sorted(p.stem for p in context.workspace.profiles.glob("*.toml"))) or "none"
        raise SettingsError(
            f"There is no profile {name!r} in profiles/ (there: {have}). Make one with `recon profile FILE --save {name}`."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from None


def read_key(source: Source, options: ReadOptions) -> str:
    """Return a name for everything the frames of a file depend on beside the file."""
    facts = {
        "source": source.name,
        "version": source.version,
        "normalize": NORMALIZE_VERSION,
        "options": {name: value for name, value in options.stored().items() if value or name != "words"},
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def frames_folder(context: Context, file: IntakeFile, key: str) -> Path:
    """Return where the frames of one reading lie."""
    return context.workspace.frames / "intakes" / f"{file.digest[:16]}-{key}"


def load_frames(folder: Path) -> CanonicalFrames:
    """Read stored canonical frames."""
    facts = read_facts(folder)
    stated = tuple(
        Stated(**{**one, "controls": tuple(ControlTotal(**total) for total in one["controls"])})
        for one in facts["stated"]
    )
    frames = {name: as_read(read_frame(folder, name), schema) for name, schema in FRAMES.items()}
    if (folder / f"{_REFUND_LINES}.parquet").exists():
        frames[_REFUND_LINES] = as_read(read_frame(folder, _REFUND_LINES), REFUND_LINES)
    return CanonicalFrames(**frames, stated=stated, notes=tuple(facts["notes"]))


def current_sets(context: Context, name: str, rules: Connection) -> list[tuple[Intake, CanonicalFrames]]:
    """Return the frames of every file of a connection, oldest first; read again where settings or versions changed."""
    return [(intake, _loaded(context, frames_path(context, rules, intake))) for intake in _in_order(context, name)]


def _in_order(context: Context, name: str) -> list[Intake]:
    """Return the readings that count, oldest file first."""
    kept_order = {file.digest: position for position, file in enumerate(context.store.files.all(name))}
    intakes = sorted(
        context.store.files.intakes(name), key=lambda intake: (kept_order.get(intake.digest, 0), intake.intake_id)
    )
    latest = {intake.digest: intake for intake in intakes}  # a file read again, with another profile, counts once
    return list(latest.values())


def _known_before(context: Context, rules: Connection, intake: Intake) -> list[CanonicalFrames]:
    """Return what the files before this one said, oldest first."""
    in_order = _in_order(context, intake.connection)
    earlier = in_order[: [each.digest for each in in_order].index(intake.digest)]
    return [_loaded(context, frames_path(context, rules, each)) for each in earlier]


def frames_path(context: Context, rules: Connection, intake: Intake) -> Path:
    """Return where one intake's frames lie, made anew from the kept file where they are missing or out of date."""
    folder = context.workspace.private / intake.frames
    kept = context.store.files.find(intake.digest)
    assert kept is not None, "every intake has its file"
    profile = str(intake.facts.get("profile") or rules.profile) if kept.source == "profile" else None
    options = read_options(context, rules, profile)
    require_same_keys(context, intake.connection, options)
    source = source_named(kept.source, profile_text=options.profile_text)
    key = read_key(source, options)
    if key == intake.read_key and folder.is_dir():
        return folder
    file = kept_file(context, intake.digest, kept.name, kept.size)
    fresh = frames_folder(context, file, key)
    if not fresh.is_dir():
        reading = source.read(file, options)
        frames = chronological(normalize(reading, options, file_id=file.file_id))
        before = _known_before(context, rules, intake)
        found = compare(
            combine(before) if before else None,
            frames,
            whole_period=source.holds_whole_period,
            name=kept.name,
            earlier=before,
        )
        facts = file_facts(file, source, options, frames, found, reading.notes)
        write_frames(fresh, frames_by_name(frames, found), facts, crash=context.store.database.crash)
    return fresh


def _loaded(context: Context, folder: Path) -> CanonicalFrames:
    """Return the frames of a folder, read once as long as the workspace is open: such a folder never changes."""
    if folder not in context.read_frames:
        context.read_frames[folder] = load_frames(folder)
    return context.read_frames[folder]


def kept_file(context: Context, digest: str, name: str, size: int) -> IntakeFile:
    """Return a kept file by its digest.

    Raises:
        ReconError: The kept copy is gone or was changed.
    """
    for path in context.workspace.intake.glob(f"{digest}*"):
        return IntakeFile(path=path, name=name, digest=digest, size=size)
    raise ReconError(
        f"The kept copy of {name} ({digest[:12]}) is gone from {context.workspace.intake}. Put it back from a backup; nothing was planned."
    )


_AGAIN = "read again "
"""Setting that names a file a person took in once more; its value are the files that were known then."""


def note_read_again(context: Context, name: str, file: IntakeFile) -> None:
    """Note that a person took a known file in once more: where a later file holds unreadable versions, its own stand."""
    known = sorted({intake.digest[: len(file.file_id)] for intake in context.store.files.intakes(name)})
    context.store.mappings.set(name, "setting", {f"{_AGAIN}{file.file_id}": " ".join(known)}, reason="taken in again")


def read_again(context: Context, name: str) -> dict[str, frozenset[str]]:
    """Return the files a person took in once more, each with the files that were known then."""
    settings = context.store.mappings.current(name, "setting")
    return {
        key.removeprefix(_AGAIN): frozenset(str(value).split())
        for key, value in settings.items()
        if key.startswith(_AGAIN)
    }


def combined(context: Context, name: str, sets: Sequence[CanonicalFrames]) -> CanonicalFrames:
    """Return the latest version of each order of a connection's files, put together once as long as these are its files."""
    made_of, whole = context.combined.get(name, ((), None))
    if whole is None or [*map(id, made_of)] != [*map(id, sets)]:
        context.combined.pop(name, None)  # freed before the next is made
        whole = combine(sets)
        context.combined[name] = (tuple(sets), whole)
    return whole


def current_frames(context: Context, name: str, rules: Connection) -> CanonicalFrames | None:
    """Return everything known about a connection's orders: the latest version of each; None before the first file.

    Settlements are one purchase per cycle; their fees are no products, so their lines are not among the lines.
    """
    sets = [frames for _, frames in current_sets(context, name, rules)]
    if not sets:
        return None
    frames = gather_settlements(combined(context, name, sets))
    fees = frames.lines.select(is_billed().fill_null(value=False)).to_series()
    sold = replace(frames, lines=frames.lines.filter(~fees)) if fees.any() else frames
    return sold.in_one_piece()


def frames_by_name(frames: CanonicalFrames, comparison: Comparison | None = None) -> dict[str, pl.DataFrame]:
    """Return the frames as they are stored; findings of the comparison stand with those of the reading."""
    found = (
        frames.findings
        if comparison is None or not comparison.findings.height
        else pl.concat([frames.findings, comparison.findings])
    )
    kept = {name: getattr(frames, name) for name in FRAMES} | {"findings": found}
    return kept | ({_REFUND_LINES: frames.refund_lines} if frames.refund_lines.height else {})


def file_facts(
    file: IntakeFile,
    source: Source,
    options: ReadOptions,
    frames: CanonicalFrames,
    comparison: Comparison,
    notes: tuple[str, ...],
) -> dict[str, object]:
    """Return what is written beside the frames of one reading."""
    return {
        "digest": file.digest,
        "name": file.name,
        "size": file.size,
        "source": source.name,
        "options": options.stored(),
        "stated": [asdict(stated) for stated in frames.stated],
        "notes": list(notes),
        "counts": {
            "known": comparison.known,
            "new": comparison.new,
            "changed": comparison.changed,
            "gone": comparison.gone,
        },
    }

"""Intake: files and API answers are kept, read, normalized, compared with what was known, and registered."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import polars as pl

from recon.config import Connection
from recon.errors import IntakeError, ReconError, SettingsError, UsageError
from recon.frames.canonical import CanonicalFrames, ControlTotal, Stated
from recon.frames.parquet import read_facts, read_frame, write_frames
from recon.intake import identify, keep, keep_bytes, look_at
from recon.money import plain
from recon.normalize import NORMALIZE_VERSION, normalize
from recon.normalize.merge import Comparison, combine, compare
from recon.service.causes import causes
from recon.service.context import Context, Progress
from recon.sources.base import IntakeFile, ReadOptions, Source
from recon.sources.profile import parse_profile
from recon.sources.registry import all_sources, source_named
from recon.store.files import Intake, NewIntake
from recon.summaries import FileReport, IntakeReport

FRAMES = ("orders", "lines", "payments", "refunds", "findings")


def import_files(
    context: Context,
    paths: Sequence[Path],
    *,
    connection: str | None,
    profile: str | None,
    dry_run: bool,
    on_progress: Progress,
) -> IntakeReport:
    """Take in files one after the other; a refused one does not stop the others."""
    name, rules = context.connection(connection)
    reports = []
    for path in paths:
        on_progress(f"reading {path.name}")
        try:
            reports.append(_take_in(context, name, rules, path, profile=profile, dry_run=dry_run))
        except IntakeError as error:
            reports.append(FileReport(name=path.name, status="refused", message=f"refused: {error}"))
    return IntakeReport(connection=name, files=tuple(reports), dry_run=dry_run)


def _take_in(
    context: Context, name: str, rules: Connection, path: Path, *, profile: str | None, dry_run: bool
) -> FileReport:
    file = (
        look_at(path)
        if dry_run
        else keep(path, context.workspace.intake, context.clock.now().isoformat(), wait=context.clock.sleep)
    )
    source = _source(context, rules, file, profile)
    return take_in_kept(context, name, rules, file, source, profile=profile, dry_run=dry_run)


def _source(context: Context, rules: Connection, file: IntakeFile, profile: str | None) -> Source:
    """Return the source that reads the file: the connection's own, by content."""
    options = read_options(context, rules, profile)
    expected = source_named("profile" if profile else rules.source, profile_text=options.profile_text)
    if expected.name == "profile" or expected.identify(file):
        return expected
    found = identify(file, all_sources())
    raise UsageError(
        f"{file.name} is a {found.name} file, but this connection reads {rules.source}. Make a connection with source = "
        f'"{found.name}" in recon.toml, or name another with --connection. Nothing was taken in.'
    )


def take_in_kept(
    context: Context,
    name: str,
    rules: Connection,
    file: IntakeFile,
    source: Source,
    *,
    profile: str | None,
    dry_run: bool,
) -> FileReport:
    """Read a kept file, compare it with what was known, and enter it in the register."""
    options = read_options(context, rules, profile)
    key = read_key(source, options)
    known = context.store.files.intake(name, file.digest, key)
    if known is not None:
        return _known_report(file, known)
    reading = source.read(file, options)
    frames = normalize(reading, options, file_id=file.file_id)
    before = current_frames(context, name, rules)
    comparison = compare(before, frames, whole_period=source.holds_whole_period)
    folder = frames_folder(context, file, key)
    facts = _facts(file, source, options, frames, comparison, reading.notes)
    if not dry_run:
        write_frames(folder, frames_by_name(frames, comparison), facts)
        context.store.files.keep(
            digest=file.digest, name=file.name, size=file.size, source=source.name, connection=name
        )
        context.store.files.add_intake(_new_intake(context, name, file, key, folder, frames, comparison, facts))
    return _report(file, source, frames, comparison, reading.notes)


def frames_by_name(frames: CanonicalFrames, comparison: Comparison | None = None) -> dict[str, pl.DataFrame]:
    """Return the frames as they are stored; findings of the comparison stand with those of the reading."""
    found = (
        frames.findings
        if comparison is None or not comparison.findings.height
        else pl.concat([frames.findings, comparison.findings])
    )
    return {
        "orders": frames.orders,
        "lines": frames.lines,
        "payments": frames.payments,
        "refunds": frames.refunds,
        "findings": found,
    }


def _facts(
    file: IntakeFile,
    source: Source,
    options: ReadOptions,
    frames: CanonicalFrames,
    comparison: Comparison,
    notes: tuple[str, ...],
) -> dict[str, object]:
    return {
        "digest": file.digest,
        "name": file.name,
        "size": file.size,
        "source": source.name,
        "options": asdict(options),
        "stated": [asdict(stated) for stated in frames.stated],
        "notes": list(notes),
        "counts": {
            "known": comparison.known,
            "new": comparison.new,
            "changed": comparison.changed,
            "gone": comparison.gone,
        },
    }


def _new_intake(
    context: Context,
    name: str,
    file: IntakeFile,
    key: str,
    folder: Path,
    frames: CanonicalFrames,
    comparison: Comparison,
    facts: dict[str, object],
) -> NewIntake:
    return NewIntake(
        connection=name,
        digest=file.digest,
        read_key=key,
        frames=folder.relative_to(context.workspace.private).as_posix(),
        known_count=comparison.known,
        new_count=comparison.new,
        changed_count=comparison.changed,
        gone_count=comparison.gone,
        order_count=frames.orders.height,
        total_minor=total_of(frames.orders),
        finding_count=frames.findings.height,
        facts={"stated": facts["stated"], "counts": facts["counts"], "notes": facts["notes"]},
    )


def total_of(orders: pl.DataFrame) -> int:
    """Return the sum of the orders' totals, exactly."""
    return int(orders.select(pl.col("total_minor").cast(pl.Int128).sum()).item() or 0)


def _known_report(file: IntakeFile, known: Intake) -> FileReport:
    at = known.at[:16].replace("T", " ")
    return FileReport(
        name=file.name,
        status="known",
        message=f"already imported as {known.name} on {at} UTC: 0 new",
        digest=file.digest,
        orders=known.order_count,
        known=known.order_count,
        total=plain(known.total_minor),
    )


def _report(
    file: IntakeFile, source: Source, frames: CanonicalFrames, comparison: Comparison, notes: tuple[str, ...]
) -> FileReport:
    findings = pl.concat([frames.findings, comparison.findings])
    return FileReport(
        name=file.name,
        status="taken",
        source=source.name,
        digest=file.digest,
        rows=sum(stated.rows for stated in frames.stated),
        orders=frames.orders.height,
        total=plain(total_of(frames.orders)),
        stated_total=plain(sum(total.stated_minor for stated in frames.stated for total in stated.controls)),
        refused=sum(stated.refused_orders for stated in frames.stated),
        known=comparison.known,
        new=comparison.new,
        changed=comparison.changed,
        gone=comparison.gone,
        causes=causes(findings),
        notes=notes,
    )


def read_options(context: Context, rules: Connection, profile: str | None = None) -> ReadOptions:
    """Return what a reading depends on beside the file."""
    uses_profile = bool(profile) or rules.source == "profile"
    return options_with_profile(context, rules, profile_text(context, profile or rules.profile) if uses_profile else "")


def options_with_profile(context: Context, rules: Connection, text: str) -> ReadOptions:
    """Return what a reading with this profile text (empty: none) depends on."""
    return ReadOptions(
        platform=parse_profile(text).platform if text else rules.source,
        shop=rules.shop,
        currency=context.settings.company.currency,
        timezone=rules.timezone or context.settings.company.timezone,
        prices=rules.prices,
        vat_rate_basis_points=rules.vat_rate_basis_points,
        gift_card_names=rules.gift_card_names,
        profile_text=text,
        payment_channel_field=rules.source_api.payment_channel_field,
    )


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
        "options": asdict(options),
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
    orders, lines, payments, refunds, findings = (read_frame(folder, name) for name in FRAMES)
    return CanonicalFrames(orders, lines, payments, refunds, findings, stated=stated, notes=tuple(facts["notes"]))


def current_sets(context: Context, name: str, rules: Connection) -> list[tuple[Intake, CanonicalFrames]]:
    """Return the frames of every file of a connection, oldest first; read again where settings or versions changed."""
    kept_order = {file.digest: position for position, file in enumerate(context.store.files.all(name))}
    intakes = sorted(
        context.store.files.intakes(name), key=lambda intake: (kept_order.get(intake.digest, 0), intake.intake_id)
    )
    return [(intake, _frames_of(context, rules, intake)) for intake in intakes]


def _frames_of(context: Context, rules: Connection, intake: Intake) -> CanonicalFrames:
    """Return one intake's frames, made anew from the kept file where they are missing or out of date."""
    folder = context.workspace.private / intake.frames
    kept = context.store.files.find(intake.digest)
    assert kept is not None, "every intake has its file"
    profile = rules.profile if kept.source == "profile" else None
    options = read_options(context, rules, profile if kept.source == "profile" else None)
    source = source_named(kept.source, profile_text=options.profile_text)
    key = read_key(source, options)
    if key == intake.read_key and folder.is_dir():
        return load_frames(folder)
    file = kept_file(context, intake.digest, kept.name, kept.size)
    fresh = frames_folder(context, file, key)
    if not fresh.is_dir():
        reading = source.read(file, options)
        frames = normalize(reading, options, file_id=file.file_id)
        empty = Comparison.nothing()
        write_frames(fresh, frames_by_name(frames), _facts(file, source, options, frames, empty, reading.notes))
    return load_frames(fresh)


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


def current_frames(context: Context, name: str, rules: Connection) -> CanonicalFrames | None:
    """Return everything known about a connection's orders: the latest version of each; None before the first file."""
    sets = [frames for _, frames in current_sets(context, name, rules)]
    return combine(sets) if sets else None


def pull(
    context: Context,
    *,
    connection: str | None,
    since: dt.date | None,
    until: dt.date | None,
    by: str,
    status: str,
    payment_status: str,
    dry_run: bool,
    on_progress: Progress,
) -> IntakeReport:
    """Fetch answers, keep each as it came, and take each in like a file."""
    name, rules = context.connection(connection)
    if rules.source != "zort":
        raise UsageError(f"Connection {name} reads {rules.source}, which has no API here; use `recon import FILE`.")
    since = since or _day_of_last_pull(context, name, rules)
    query = {"since": since, "until": until, "by": by, "status": status, "payment_status": payment_status}
    source = source_named("zort")
    reports = []
    with context.outside.shop(name, rules) as shop:
        for kind in rules.record_kinds:
            for answer in shop.fetch(kind, query):
                on_progress(f"fetched {answer.name}")
                if dry_run:
                    reports.append(
                        FileReport(
                            name=answer.name,
                            status="known",
                            message=f"{len(answer.content):,} bytes answered; dry run, not kept",
                        )
                    )
                    continue
                file = keep_bytes(
                    answer.content, answer.name, context.workspace.intake, context.clock.now().isoformat()
                )
                reports.append(take_in_kept(context, name, rules, file, source, profile=None, dry_run=False))
        odd = causes(shop.findings())
    if odd and reports:
        reports[-1] = replace(reports[-1], causes=(*reports[-1].causes, *odd))
    if not dry_run:
        context.store.mappings.set(name, "setting", {"last_pull": context.today().isoformat()}, reason="pull")
    return IntakeReport(connection=name, files=tuple(reports), dry_run=dry_run)


def _day_of_last_pull(context: Context, name: str, rules: Connection) -> dt.date:
    """Return one day before the last pull, so that late changes are not lost; the start date the first time."""
    last = context.store.mappings.current(name, "setting").get("last_pull")
    return dt.date.fromisoformat(str(last)) - dt.timedelta(days=1) if last else rules.start_date


def pull_products(context: Context, connection: str | None, *, dry_run: bool) -> int:
    """Fetch the shop system's product list and keep the answers; returns how many products it names."""
    from recon.sources.zort import read_products

    name, rules = context.connection(connection)
    if rules.source != "zort":
        raise UsageError(f"Connection {name} reads {rules.source}, which has no API here.")
    count = 0
    with context.outside.shop(name, rules) as shop:
        for answer in shop.fetch_products():
            if dry_run:
                continue
            file = keep_bytes(answer.content, answer.name, context.workspace.intake, context.clock.now().isoformat())
            context.store.files.keep(
                digest=file.digest, name=file.name, size=file.size, source="zort-products", connection=name
            )
            count += len(read_products(file))
    return count

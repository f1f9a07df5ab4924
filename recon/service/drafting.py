"""A profile in the making: what is proposed for a file, what a person answered, and what the file looks like through it.

Every question is answered by an edit; the proposal and all edits so far make the profile, so that each view is made from
the file anew and nothing has to be remembered between two looks. Nothing is written before the profile is saved.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from recon.errors import IntakeError, ReconError, SettingsError
from recon.frames.encodings import ENCODINGS
from recon.frames.headings import Heading
from recon.frames.schemas import SEVERITIES
from recon.frames.tables import TextTable, read_table
from recon.intake import look_at
from recon.money import plain
from recon.normalize import normalize
from recon.service.causes import causes, finding_row, with_currency
from recon.service.context import Context
from recon.service.draft_records import (
    DraftColumn,
    DraftHeading,
    DraftOf,
    DraftProblem,
    DraftQuestion,
    DraftWord,
    ProfileDraft,
)
from recon.service.known import options_with_profile, profile_text
from recon.service.taking_in import total_of
from recon.sources.base import IntakeFile
from recon.sources.profile.chosen_words import with_words_of
from recon.sources.profile.edit import ProfileEdit, edits_of, with_edits
from recon.sources.profile.evidence import repeats
from recon.sources.profile.fields import FIELDS
from recon.sources.profile.model import parse_profile
from recon.sources.profile.propose import Proposal, propose_profile, words_question
from recon.sources.profile.source import ProfileOrders
from recon.sources.profile.starting import STARTERS, fixed_answers, with_musts

PREVIEW_ROWS: Final = 50
PROBLEM_ROWS: Final = 100
_SAMPLES: Final = 3
_WORD_FIELDS: Final = {"status_map": "order_state", "payment_map": "payment_state"}


def draft_profile(context: Context, of: DraftOf) -> ProfileDraft:
    """Return the profile proposed for a file, or one that is there, with a person's answers, and the file read with it.

    Raises:
        IntakeError: The file cannot be read as a table at all.
        SettingsError: There is no such profile.
    """
    file = look_at(of.path)
    of = replace(of, edits=(*fixed_answers(of.start), *of.edits))
    start = profile_text(context, of.base) if of.base else ""
    try:
        said = (*edits_of(start), *of.edits)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"profiles/{of.base}.toml is no TOML: {error}. Correct it in a text editor.") from None
    table = _table(file, said, of.sheet)
    chosen = {edit.path[1]: _heading_of(edit.value, table) for edit in said if edit.path[0] == "columns"}
    proposal = with_words_of(
        _proposal(table, of.start), table, chosen, STARTERS[of.start].words() if of.start else None
    )
    text = with_edits(start or proposal.toml, of.edits, repeats=_repeats(proposal, table, said))
    raw = tomllib.loads(text)
    problems = _profile_problems(text)
    draft = ProfileDraft(
        path=str(of.path),
        file=file.name,
        toml=text,
        encoding=table.encoding,
        sheet=table.sheet,
        settings=_settings(raw),
        date_choices=proposal.dates.formats,
        columns=_columns(proposal, raw, table, said),
        headings=_headings(raw, table),
        words=_words(proposal, raw, table),
        questions=_questions(proposal, raw, said),
        problems=problems,
        loads=not problems,
    )
    return draft if problems else _tried(context, of.connection, file, draft)


def _proposal(table: TextTable, start: str) -> Proposal:
    """Return what is proposed for a table; with ``start`` by what is known of that provider's export."""
    if not start:
        return propose_profile(table)
    starter = STARTERS[start]
    return with_musts(propose_profile(table, platform=starter.platform, words=starter.words()), start)


def _table(file: IntakeFile, edits: Sequence[ProfileEdit], sheet: str | None) -> TextTable:
    """Read the file as text; how it is written may have been answered."""
    said = {edit.path: edit.value for edit in edits if edit.value is not None}
    encodings, delimiter = said.get(("read", "encodings")), said.get(("read", "delimiter"))
    sheets = said.get(("match", "sheet"))
    return read_table(
        file.path,
        name=file.name,
        sheets=(sheet,) if sheet else sheets if isinstance(sheets, tuple) else (),
        encodings=encodings if isinstance(encodings, tuple) else ENCODINGS,
        delimiter=delimiter if isinstance(delimiter, str) else None,
    )


def _repeats(proposal: Proposal, table: TextTable, edits: Sequence[ProfileEdit]) -> dict[str, str]:
    """Return which columns a person chose hold their order's value on the first row only."""
    chosen = {edit.path[1]: edit.value for edit in edits if edit.path[0] == "columns" and edit.value}
    ids = _heading_of(chosen["order_id"], table) if "order_id" in chosen else _proposed(proposal, "order_id")
    found: dict[str, str] = {}
    for definition in FIELDS:
        heading = _heading_of(chosen.get(definition.name), table)
        if ids is not None and definition.level == "order" and heading is not None:
            found[definition.name] = repeats(table.frame, ids.column, heading.column)
    return found


def _heading_of(value: object, table: TextTable) -> Heading | None:
    text, _sign, nth = str(value or "").partition("\n")
    return table.head.find(text, int(nth) if nth.isdigit() else 1) if text else None


def _proposed(proposal: Proposal, name: str) -> Heading | None:
    return next((g.heading for g in proposal.guesses if g.field == name and g.certainty == "proposed"), None)


def _profile_problems(text: str) -> tuple[DraftProblem, ...]:
    try:
        parse_profile(text)
    except SettingsError as error:
        return tuple(DraftProblem("refused", problem) for problem in error.problems or (str(error),))
    return ()


def _settings(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values in force by dotted key, without columns and words."""
    found = {key: value for key, value in raw.items() if not isinstance(value, dict)}
    for table in ("match", "read", "constants", "conventions"):
        found |= {f"{table}.{key}": value for key, value in raw.get(table, {}).items()}
    return found


def _columns(
    proposal: Proposal, raw: Mapping[str, Any], table: TextTable, edits: Sequence[ProfileEdit]
) -> tuple[DraftColumn, ...]:
    open_ones = {question.about for question in _questions(proposal, raw, edits)}
    reasons = {guess.field: guess for guess in reversed(proposal.guesses)}
    chosen = {edit.path[1] for edit in edits if edit.path[0] == "columns"}
    lines = []
    for definition in FIELDS:
        heading = _filled_by(raw, definition.name, table)
        proposed = reasons.get(definition.name)
        lines.append(
            DraftColumn(
                name=definition.name,
                level=definition.level,
                question=definition.question,
                required=definition.is_required,
                heading=heading.text if heading else "",
                nth=heading.nth if heading else 1,
                constant=str(raw.get("constants", {}).get(definition.name, "")),
                reason="" if proposed is None or definition.name in chosen else proposed.reason,
                repeat=_repeat(raw, definition.name),
                samples=_samples(table, heading) if heading else (),
                asked=("columns", definition.name) in open_ones,
            )
        )
    return tuple(lines)


def _filled_by(raw: Mapping[str, Any], name: str, table: TextTable) -> Heading | None:
    column = raw.get("columns", {}).get(name)
    options: dict[str, Any] = column if isinstance(column, dict) else {"from": column or []}
    said = options.get("from", [])
    texts = [said] if isinstance(said, str) else said
    return next((found for text in texts if (found := table.head.find(text, options.get("nth", 1)))), None)


def _repeat(raw: Mapping[str, Any], name: str) -> str:
    column = raw.get("columns", {}).get(name)
    return str(column.get("repeat", "")) if isinstance(column, dict) else ""


def _samples(table: TextTable, heading: Heading) -> tuple[str, ...]:
    """Return a few different values of a column."""
    if heading.column not in table.frame.columns:
        return ()
    values = table.frame[heading.column].drop_nulls().unique(maintain_order=True).head(_SAMPLES)
    return tuple(str(value) for value in values)


def _headings(raw: Mapping[str, Any], table: TextTable) -> tuple[DraftHeading, ...]:
    used: dict[Heading, list[str]] = {}
    for name in raw.get("columns", {}):
        heading = _filled_by(raw, name, table)
        if heading is not None:
            used.setdefault(heading, []).append(name)
    return tuple(
        DraftHeading(heading.text, heading.nth, _samples(table, heading), tuple(used.get(heading, ())))
        for heading in table.headings
        if heading.text
    )


def _words(proposal: Proposal, raw: Mapping[str, Any], table: TextTable) -> tuple[DraftWord, ...]:
    """Return the words of the state columns in force, those of the file and those of the profile."""
    found = []
    for name, state in _WORD_FIELDS.items():
        meanings = raw.get(name, {}).get("exact", {})
        heading = _filled_by(raw, state, table)
        proposed = {word.word: word.count for word in proposal.words.get(state, ())}
        if heading is not None and heading != _proposed(proposal, state):
            counts = (
                table.frame[heading.column].str.strip_chars().drop_nulls().value_counts(sort=True, name="n").head(40)
            )
            proposed = dict(counts.iter_rows())
        if heading is not None:
            found += [DraftWord(name, word, count, meanings.get(word, "")) for word, count in proposed.items()]
    return tuple(found)


def _questions(proposal: Proposal, raw: Mapping[str, Any], edits: Sequence[ProfileEdit]) -> tuple[DraftQuestion, ...]:
    """Return the questions nobody answered: a key that was set, or left out on purpose, is an answer."""
    touched = {edit.path for edit in edits}
    touched |= {("columns", edit.path[1]) for edit in edits if edit.path[0] == "constants"}
    found = []
    for question in proposal.asked:
        about = tuple(question.about.split("."))
        text = question.text
        if about[0] in _WORD_FIELDS:
            words = _unmapped(proposal, raw, about[0], touched)
            text = words_question(_WORD_FIELDS[about[0]], words) if words else ""
        if text and about not in touched:
            found.append(DraftQuestion(about, text))
    if "grain" not in raw and ("grain",) not in {question.about for question in found}:
        found.insert(0, DraftQuestion(("grain",), "Does an order with two products take two rows or one?"))
    return tuple(found)


def _unmapped(proposal: Proposal, raw: Mapping[str, Any], table: str, touched: set[tuple[str, ...]]) -> list[str]:
    meanings = raw.get(table, {}).get("exact", {})
    words = proposal.words.get(_WORD_FIELDS[table], ())
    return [w.word for w in words if not meanings.get(w.word) and (table, "exact", w.word) not in touched]


def _tried(context: Context, connection: str | None, file: IntakeFile, draft: ProfileDraft) -> ProfileDraft:
    """Read the file with the draft, keeping nothing; a file that does not fit is a problem, not an end."""
    _name, rules = context.connection(connection)
    currency = context.settings.company.currency
    try:
        options = options_with_profile(context, rules, draft.toml)
        reading = ProfileOrders(draft.toml, where=draft.file).read(file, options)
        frames = normalize(reading, options, file_id=file.file_id)
    except (IntakeError, SettingsError) as error:
        return replace(draft, problems=(_problem_of(error),), loads=False)
    lines = frames.findings.with_columns(
        pl.col("severity")
        .replace_strict({s: n for n, s in enumerate(SEVERITIES)}, return_dtype=pl.Int8)
        .alias("_grave")
    ).sort("_grave", "row", maintain_order=True)
    shown = with_currency(lines.head(PROBLEM_ROWS), frames.orders, currency)
    return replace(
        draft,
        orders=frames.orders.height,
        total=plain(total_of(frames.orders, currency), currency),
        rows=frames.orders.head(PREVIEW_ROWS).select(
            "row",
            "order_number",
            "ordered_on",
            "customer_name",
            "order_state",
            "payment_state",
            "payment_channel",
            "total_minor",
            "currency",
        ),
        causes=causes(frames.findings, frames.orders, currency),
        problems=tuple(_problem(finding_row(row, {})) for row in shown.iter_rows(named=True)),
    )


def _problem(row: Mapping[str, Any]) -> DraftProblem:
    text = f"{row['title']}: {row['detail']}" if row["detail"] else str(row["title"])
    return DraftProblem(row["severity"], text, row["row"], row["column"] or "", row["value"] or "", row["code"])


def _problem_of(error: ReconError) -> DraftProblem:
    row, column, value = (getattr(error, name, None) for name in ("row", "column", "value"))
    return DraftProblem("refused", str(error), row, str(column or ""), str(value or ""))

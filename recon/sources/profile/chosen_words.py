"""The words of a state column that a person names by hand: listed in the profile and asked about like those of a column found by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from recon.frames.headings import Heading
from recon.frames.tables import TextTable
from recon.sources.profile.guesses import Question
from recon.sources.profile.propose import WORD_TABLES, Proposal, state_words, words_question
from recon.sources.profile.render import word_lines


def with_words_of(
    proposal: Proposal,
    table: TextTable,
    chosen: Mapping[str, Heading | None],
    published: Mapping[str, Mapping[str, str]] | None = None,
) -> Proposal:
    """Return the proposal with the words of the columns a person chose for order_state and payment_state.

    Args:
        proposal: What the headings and cells say by themselves.
        table: All columns of the file.
        chosen: Column by field.
        published: Words the provider publishes, by field; they count before the usual ones.
    """
    for field, key in WORD_TABLES.items():
        heading = chosen.get(field)
        if heading is None or heading.column not in table.frame.columns:
            continue
        words = state_words(field, table.frame.get_column(heading.column), (published or {}).get(field, {}))
        open_words = [word.word for word in words if not word.meaning]
        asked = tuple(question for question in proposal.asked if question.about != key)
        if open_words:
            asked = (*asked, Question(key, words_question(field, open_words)))
        text = _without_section(proposal.toml, f"{key}.exact") + "".join(
            f"{line}\n" for line in word_lines(f"{key}.exact", words)
        )
        proposal = replace(proposal, toml=text, asked=asked, words={**proposal.words, field: words})
    return proposal


def _without_section(text: str, header: str) -> str:
    """Return a proposal without the words of the column that was found by itself."""
    before, there, after = text.partition(f"\n[{header}]\n")
    _words, more, rest = after.partition("\n[")
    return before + more + rest if there else text

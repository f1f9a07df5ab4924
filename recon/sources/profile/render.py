"""Write a proposed profile as TOML that a person can read, answer and correct."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from recon.sources.profile.fields import BY_NAME, FIELDS
from recon.sources.profile.guesses import Findings, Guess, StateWord

_WANTED: Final = (
    "sku", "name", "quantity", "unit_price", "discount", "shipping", "cod_fee", "order_state", "payment_state",
    "payment_channel", "paid_on",
)  # fmt: skip
"""Fields whose absence is worth a question in the file."""
_COLUMN: Final = 44


def render(found: Findings) -> str:
    """Return the profile text."""
    table = found.table
    where = f"sheet {table.sheet}" if table.sheet else f"{table.encoding}, delimiter {table.head.delimiter!r}"
    parts = [
        f"# Proposed from {_comment(table.head.name)} ({_comment(where)}, header in row {table.head.header_row}).",
        "# Lines that begin with # are open: answer them, take the # away. Keys are explained in docs/profiles.md.",
        f"profile = {_text(found.name)}",
        "version = 1",
        'kind = "orders"',
        f"platform = {_text(found.platform)}",
        f"grain = {_text(found.grain)}  # {_comment(found.grain_reason)}"
        if found.grain
        else '# grain = "line"  # or "order": does an order with two products take two rows or one?',
        *_match(found),
        *_read(found),
        *_columns(found),
        *word_lines("status_map.exact", found.words.get("order_state", ())),
        *word_lines("payment_map.exact", found.words.get("payment_state", ())),
        *([] if found.taken("currency") else ["", "[constants]", 'currency = "THB"']),
        *_conventions(found),
    ]
    return "\n".join(parts) + "\n"


def _match(found: Findings) -> list[str]:
    required = [
        guess.heading.text for name in ("order_id", "ordered_on", "total", "sku") if (guess := found.taken(name))
    ]
    lines = ["", "[match]", f"required = {_list(dict.fromkeys(required))}"]
    if found.table.sheet:
        lines.append(f"sheet = {_list([found.table.sheet, '*'])}")
    known = dict.fromkeys(heading.text for heading in found.table.headings if heading.text)
    return [*lines, f"known = {_list(known)}"]


def _read(found: Findings) -> list[str]:
    dates, numbers = found.dates, found.numbers
    lines = ["", "[read]"]
    if found.table.encoding:
        plain = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(
            found.table.encoding, found.table.encoding
        )
        lines.append(f"encodings = {_list(dict.fromkeys(['utf-8', 'cp874', plain]))}")
        lines.append(f"delimiter = {_text(found.table.head.delimiter)}")
    if dates.serials:
        lines.append(f"excel_serials = true  # {_comment(dates.reason)}")
    elif dates.is_decided:
        lines.append(f"date_formats = {_list(dates.formats)}  # {_comment(dates.reason)}")
        lines.append(f"era = {_text(dates.era)}")
    else:
        lines += [f"# {_comment(dates.reason or 'no date column was found')}"]
        lines += [f"# date_formats = {_list([form])}" for form in dates.formats or ("%d/%m/%Y",)]
        lines.append(f"era = {_text(dates.era)}" if dates.era else '# era = "CE"  # or "BE"')
    lines.append('timezone = "Asia/Bangkok"')
    if numbers.decimal != ".":
        lines.append(f"decimal = {_text(numbers.decimal)}")
    if numbers.thousands:
        lines.append(f"thousands = {_text(numbers.thousands)}")
    if numbers.strip_currency:
        lines.append(f"strip_currency = {_list(numbers.strip_currency)}")
    flags = ("parentheses_negative", "trailing_minus", "dash_is_zero", "other_digits")
    lines += [f"{flag} = true" for flag in flags if getattr(numbers, flag)]
    lines += [f"# {_comment(reason)}" for reason in numbers.reasons]
    if found.fill_down:
        lines.append('fill_down = ["order_id"]')
    return lines


def _columns(found: Findings) -> list[str]:
    lines = ["", "[columns]"]
    for definition in FIELDS:
        guesses = [guess for guess in found.guesses if guess.field == definition.name]
        lines += [_column(guess) for guess in guesses]
        if not guesses and (definition.is_required or definition.name in _WANTED):
            lines.append(_padded(f'# {definition.name} = ""', definition.question))
    return lines


def _column(guess: Guess) -> str:
    """Write one column, as a comment while it is a question."""
    options = [f"from = {_list([guess.heading.text])}"]
    if guess.heading.nth > 1:
        options.append(f"nth = {guess.heading.nth}")
    if guess.repeat == "first":
        options.append('repeat = "first"')
    if BY_NAME[guess.field].is_required:
        options.append("required = true")
    line = f"{guess.field} = {{ {', '.join(options)} }}"
    return _padded(line if guess.certainty == "proposed" else f"# {line}", guess.reason)


def word_lines(table: str, words: Iterable[StateWord]) -> list[str]:
    """Write the words of a state column: suggested meanings to be checked, all others held."""
    listed = list(words)
    if not listed:
        return []
    lines = ["", f"[{table}]"]
    for word in listed:
        rows = f"{word.count} rows"
        if word.meaning:
            lines.append(_padded(f"{_text(word.word)} = {_text(word.meaning)}", f"{rows}; suggested, please check"))
        else:
            lines.append(_padded(f'# {_text(word.word)} = ""', f"{rows}; held until you say what it means"))
    return lines


def _conventions(found: Findings) -> list[str]:
    lines = ["", "[conventions]"]
    for key, (value, reason) in found.conventions.items():
        lines.append(_padded(f"{key} = {_text(value)}" if value else f'# {key} = ""', reason))
    return [
        *lines,
        _padded(
            'tax = "infer"', "whether prices include VAT is found order by order; included, excluded or none fix it"
        ),
    ]


def _padded(line: str, comment: str) -> str:
    return f"{line.ljust(_COLUMN)}  # {_comment(comment)}"


def _text(value: str) -> str:
    """Return a TOML string; its escapes are those of JSON, and DEL is written as one too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _comment(text: str) -> str:
    """Return text for a comment: one line, no control characters."""
    return "".join(character if character.isprintable() else " " for character in text)

"""What a key of a profile in the making may be: the values the profile accepts, those this file speaks for first."""

from __future__ import annotations

from typing import Final, get_args

from pydantic import BaseModel

from recon.frames.schemas import ORDER_STATES, PAYMENT_STATES
from recon.service.draft_records import ProfileDraft
from recon.sources.profile.model import Counting, Profile, Read

DATE_FORMS: Final = (
    "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d %b %Y", "%d/%m/%Y %H:%M",
    "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S",
)  # fmt: skip
"""Forms that are offered beside those every cell of the file fits."""
_CONSTANTS: Final = {"order_state": ORDER_STATES, "payment_state": PAYMENT_STATES}
_TABLES: Final[dict[str, type[BaseModel]]] = {"read": Read, "conventions": Counting}
LISTS: Final = ("read.encodings", "read.date_formats")
"""Keys whose value is a list; one entry is chosen."""


def accepted(draft: ProfileDraft, path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values a key may take; of columns the file's headings, with ``nth`` behind a line break if not the first."""
    table, name = path[0], path[-1]
    if table == "columns":
        return tuple(one.heading if one.nth == 1 else f"{one.heading}\n{one.nth}" for one in draft.headings)
    if table == "status_map":
        return ORDER_STATES
    if table == "payment_map":
        return PAYMENT_STATES
    if table == "constants":
        return _CONSTANTS.get(name, ())
    if path == ("read", "date_formats"):
        return tuple(dict.fromkeys((*draft.date_choices, *DATE_FORMS)))
    if path == ("read", "encodings"):
        return get_args(get_args(Read.model_fields["encodings"].annotation)[0])
    model = _TABLES.get(table, Profile)
    field = model.model_fields.get(name)
    return get_args(field.annotation) if field is not None else ()


def constant_for(column: str) -> tuple[str, ...]:
    """Return the values a column may have for the whole file instead of a heading."""
    return _CONSTANTS.get(column, ())

"""The known gaps of the Audit screen: missing order numbers a person explained, with the reason, who said it and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from textual.content import Content

from recon.summaries.proof import CompletenessReport
from tui.cells import shown
from tui.i18n import _, count, day, day_heading, ngettext
from tui.widgets.columns import Column

_GAPS: Final = pl.Schema({
    "key": pl.String(), "connection": pl.String(), "number": pl.String(), "reason": pl.String(), "who": pl.String(),
    "day": pl.String(), "count": pl.Int64(), "arrived": pl.Int64(),
})  # fmt: skip


def gap_frame(reports: Sequence[CompletenessReport]) -> pl.DataFrame:
    """Return what persons said about missing numbers as rows, the newest first."""
    told = [(report.connection, gap) for report in reports for gap in report.known_gaps]
    told.sort(key=lambda pair: pair[1].day, reverse=True)
    rows = [
        (f"{place}", shown(name), shown(gap.number), shown(gap.reason), shown(gap.who), gap.day, gap.count, gap.arrived)
        for place, (name, gap) in enumerate(told)
    ]
    return pl.DataFrame(rows, schema=_GAPS, orient="row")


def gap_columns() -> Sequence[Column]:
    """Return the columns of known gaps."""
    return (
        Column("number", lambda: _("Missing number"), grow=True, priority=0, least=12),
        Column("count", lambda: _("Count"), align="right", render=count, priority=5, drop_below=80),
        Column("reason", lambda: _("Reason"), grow=True, priority=1, least=12),
        Column("who", lambda: _("Who"), priority=2),
        Column("day", lambda: day_heading(_("When")), render=day, priority=3),
        Column("arrived", lambda: _("Taken in since"), align="right", render=lambda n: count(n) if n else "", priority=6, drop_below=110),
        Column("connection", lambda: _("Connection"), priority=7, drop_below=110),
    )  # fmt: skip


def gap_facts(row: dict[str, Any]) -> Content:
    """Return everything about one known gap."""
    numbers = ngettext("{n} missing number", "{n} missing numbers", row["count"]).format(n=count(row["count"]))
    about = {
        _("Reason"): row["reason"],
        _("Who"): row["who"],
        _("When"): day(row["day"], era=True),
        _("Connection"): row["connection"],
    }
    parts: list[str | tuple[str, str]] = [(row["number"], "bold"), f"  {numbers}\n"]
    for name, value in about.items():
        parts += [(f"{name}: ", "$recon-dim"), f"{value}\n"]
    if row["arrived"]:
        words = ngettext(
            "{n} of them was taken in since: nothing is missing there.",
            "{n} of them were taken in since: nothing is missing there.",
            row["arrived"],
        )
        parts.append((words.format(n=count(row["arrived"])), "$recon-check"))
    return Content.assemble(*parts)

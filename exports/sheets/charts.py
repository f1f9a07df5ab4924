"""Documents and sales per day and per sales channel: two small sheets and the charts drawn from them."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.worksheet.worksheet import Worksheet

from exports import look
from exports.columns import Column
from exports.fast_sheet import FIRST_ROW, HEADING_ROW, Table
from exports.sheets.context import NO_NAME, Prepared
from exports.words import N_
from recon.plan.columns import IS_BOUGHT, SALES_EFFECT

_DAYS_DRAWN: Final = 62
"""Documents of more days are drawn by month; one late credit note makes no long period."""
_CHANNELS_DRAWN: Final = 12

_FIGURES: Final = (
    Column("documents", "Documents", "count", 12, total=True),
    Column("effect_minor", "Sales", "money", 18, total=True),
)


def by_day_table(prepared: Prepared) -> Table:
    """Documents and sales per day that has documents, or per month where these are many."""
    documents = prepared.frames.documents.filter(~IS_BOUGHT)
    long = documents["issued_on"].n_unique() > _DAYS_DRAWN
    day = pl.col("issued_on").dt.strftime("%Y-%m" if long else "%Y-%m-%d").alias("day")
    frame = documents.group_by(day, maintain_order=True).agg(
        pl.len().alias("documents"), SALES_EFFECT.sum().alias("effect_minor")
    )
    return prepared.table(
        "by_day",
        "By day",
        "Documents and what they add to sales, by their date.",
        (Column("day", "Day or month", width=16), *_FIGURES),
        _in_words(frame.sort("day"), prepared.words.month_text if long else prepared.words.day_text),
        tab="chart",
    )


def _in_words(frame: pl.DataFrame, form: str) -> pl.DataFrame:
    """Return the days or months, sorted as ISO text, as the language of the workbook writes them."""
    if form in ("%Y-%m", "%Y-%m-%d"):
        return frame
    first = pl.when(pl.col("day").str.len_chars() == len("2026-06")).then(pl.col("day") + "-01").otherwise("day")
    return frame.with_columns(first.str.to_date("%Y-%m-%d").dt.strftime(form).alias("day"))


def by_channel_table(prepared: Prepared) -> Table:
    """Documents and sales per sales channel, the largest first."""
    frame = (
        prepared.frames.documents.filter(~IS_BOUGHT)
        .group_by("sales_channel", maintain_order=True)
        .agg(pl.len().alias("documents"), SALES_EFFECT.sum().alias("effect_minor"))
        .with_columns(pl.col("sales_channel").fill_null("").replace({"": prepared.words.say(NO_NAME)}))
        .sort("effect_minor", "sales_channel", descending=[True, False])
    )
    return prepared.table(
        "by_channel",
        "By channel",
        "Documents and what they add to sales, by sales channel.",
        (Column("sales_channel", "Sales channel", width=32), *_FIGURES),
        frame,
        tab="chart",
    )


def draw_charts(
    summary: Worksheet, by_day: Worksheet, by_channel: Worksheet, tables: dict[str, Table], row: int
) -> None:
    """Put both charts on the summary, side by side."""
    currency, say = tables["by_day"].currency, tables["by_day"].words.say
    first = tables["by_day"].frame["day"].first()
    monthly = isinstance(first, str) and len(first) == len("2026-06")
    of_time = say(
        N_("Sales ({currency}) and documents per month") if monthly else N_("Sales ({currency}) and documents per day")
    )
    day = _combined(by_day, tables["by_day"].frame.height, of_time.format(currency=currency))
    summary.add_chart(_sized(day, 18.0), f"A{row}")
    drawn = min(tables["by_channel"].frame.height, _CHANNELS_DRAWN)
    of_channel = say(N_("Sales ({currency}) and documents per channel")).format(currency=currency)
    channel = _combined(by_channel, drawn, of_channel)
    summary.add_chart(_sized(channel, 22.0), f"D{row}")


def _combined(sheet: Worksheet, count: int, title: str) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Bars for sales on the left axis, a line for the number of documents on the right one."""
    last = FIRST_ROW + max(count, 1) - 1
    labels = Reference(sheet, min_col=1, min_row=FIRST_ROW, max_row=last)
    bars = BarChart()
    bars.add_data(Reference(sheet, min_col=3, min_row=HEADING_ROW, max_row=last), titles_from_data=True)
    bars.set_categories(labels)
    bars.title, bars.gapWidth, bars.legend.position = _title(title), 60, "b"
    bars.x_axis.tickLblPos = "low"
    bars.x_axis.tickLblSkip = max(1, -(-count // 10))
    bars.series[0].graphicalProperties.solidFill = look.TEAL
    bars.series[0].graphicalProperties.line.solidFill = look.TEAL
    bars.y_axis.numFmt, bars.y_axis.majorGridlines.spPr = "#,##0", _quiet_line()
    line = LineChart()
    line.add_data(Reference(sheet, min_col=2, min_row=HEADING_ROW, max_row=last), titles_from_data=True)
    line.set_categories(labels)
    series = line.series[0]
    series.graphicalProperties.line.solidFill, series.graphicalProperties.line.width = "C58B2B", 19_050
    series.marker.symbol, series.marker.size, series.smooth = "circle", 5, False
    series.marker.graphicalProperties.solidFill = "C58B2B"
    series.marker.graphicalProperties.line.solidFill = "C58B2B"
    line.y_axis.axId, line.y_axis.crosses, line.y_axis.majorGridlines = 200, "max", None
    line.y_axis.numFmt, line.y_axis.scaling.min = "#,##0", 0
    for axis in (bars.x_axis, bars.y_axis, line.y_axis):
        axis.delete = False
    bars += line
    bars.layout = Layout(manualLayout=ManualLayout(x=0.09, y=0.14, w=0.82, h=0.58))
    return bars


def _title(text: str) -> Any:  # noqa: ANN401 - openpyxl has no types
    """A title in our size and colour instead of the program's."""
    letters = CharacterProperties(sz=1100, b=True, solidFill=look.INK)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=letters), r=[RegularTextRun(rPr=letters, t=text)])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _quiet_line() -> Any:  # noqa: ANN401 - openpyxl has no types
    return GraphicalProperties(ln=LineProperties(solidFill=look.LINE))


def _sized(chart: Any, width: float) -> Any:  # noqa: ANN401 - openpyxl has no types
    chart.width, chart.height = width, 8.6
    return chart

"""The streams as Excel's own charts, beside the numbers they are drawn from."""

from collections.abc import Callable, Iterator, Sequence

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import NumDataSource, NumRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from reports.data import Report
from reports.language import Language, language_of
from reports.placing import Line
from reports.sheets import words
from reports.sheets.sheet import ONE, SIGNED, WHOLE, Column, Sheet, Value

MOST_STREAMS = 40  # bars of a chart that can still be read, the largest streams
_LONGEST = 38  # letters of a name beside a bar
_LEFT = "0.0;0.0;0.0"  # drawn left of zero, and no less for it
_DATA = (
    *(Column("Поток", 42), Column("3, %", 8, _LEFT), Column("0–2, %", 8, _LEFT), Column("5, %", 8, ONE)),
    *(
        Column("B", 8, SIGNED),
        Column("B ниже на", 12, ONE),
        Column("B выше на", 12, ONE),
        Column("Респондентов", 14, WHOLE),
    ),
)
_RED, _PALE, _BLUE, _GREY, _INK, _GRID = "A5480A", "E8AB6A", "2F6FB0", "6B7280", "1F2937", "D1D5DB"
_WIDE, _BAR, _REST = 24.0, 0.62, 3.6  # centimetres: a chart's width, a stream's share of its height, and the rest of it
_LINE = 0.53  # centimetres: the height of a line of the sheet
# The parts of error bars as the schema orders them (ECMA-376, CT_ErrBars); openpyxl would write minus before plus.
_IN_ORDER = ("errDir", "errBarType", "errValType", "noEndCap", "plus", "minus", "val", "spPr")
_PRINTED, _PAGE = 45, 36.0  # percent: numbers and a chart of 40 streams side by side on a page; centimetres of it


def charts(report: Report) -> Sheet | None:
    """Scores as diverging bars, B with its interval, and sizes; none without streams."""
    shown = report.balance.head(MOST_STREAMS).to_dict("records")
    if not shown:
        return None
    titles = _titles(len(shown), len(report.balance), language_of(report.settings))
    scored = any(line["n"] for line in shown)
    drawn = [(_scores, titles[0]), (_balance, titles[1]), (_sizes, titles[2])]
    return Sheet(words.CHARTS, _DATA, _data(shown), draw=_drawn(drawn if scored else drawn[2:]))


def _data(lines: Sequence[Line]) -> Iterator[Sequence[Value]]:
    for line in lines:
        scored = (line["d"] - line["u"], -line["d"], line["e"], line["b"])
        yield _short(line["code"]), *scored, line["b"] - line["b_low"], line["b_high"] - line["b"], line["respondents"]


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def _drawn(drawn: Sequence[tuple[Callable[[Worksheet, int], BarChart], str]]) -> Callable[[Worksheet, int], None]:
    def draw(sheet: Worksheet, count: int) -> None:
        row, page = 2, 2
        for make, title in drawn:
            chart = make(sheet, count)
            if row > page and _LINE * (row - page) + chart.height > _PAGE:
                page = row = max(row, count + 3)
                sheet.row_breaks.append(Break(id=row - 1))
            _entitle(chart, title)
            sheet.add_chart(chart, f"J{row}")
            row += int(chart.height / _LINE) + 2
        sheet.sheet_properties.pageSetUpPr.fitToPage = False  # fitted pages are broken anywhere, a chart too
        sheet.page_setup.scale = _PRINTED

    return draw


def _entitle(chart: BarChart, title: str) -> None:
    chart.title = title
    chart.title.overlay = False  # Excel writes an unsaid title over the bars
    if chart.legend:
        chart.legend.overlay = False
    for paragraph in chart.title.tx.rich.p:
        for run in paragraph.r:
            run.rPr = CharacterProperties(sz=1200, b=True)


def _titles(count: int, of: int, t: Language) -> list[str]:
    titles = [t(words.SCORES_CHART), t(words.BALANCE_CHART), t(words.SIZES_CHART)]
    return titles if count == of else [t(words.LARGEST, title=title, count=count, of=of) for title in titles]


def _scores(sheet: Worksheet, count: int) -> BarChart:
    chart = _bars(sheet, count, range(2, 5), (_PALE, _RED, _BLUE))
    chart.grouping, chart.overlap = "stacked", 100
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = -100, 100, 25
    chart.y_axis.number_format = "0;0"
    chart.legend.position = "b"
    return chart


def _balance(sheet: Worksheet, count: int) -> BarChart:
    chart = _bars(sheet, count, range(5, 6), (_GREY,))
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = -100, 100, 25
    chart.y_axis.number_format = SIGNED.replace(".0", "")
    chart.legend = None
    (bars,) = chart.series
    bars.errBars = ErrorBars(
        errBarType="both",
        errValType="cust",
        plus=_numbers(sheet, count, 7),
        minus=_numbers(sheet, count, 6),
    )
    bars.errBars.__elements__ = _IN_ORDER
    bars.errBars.spPr = GraphicalProperties(ln=LineProperties(solidFill=_INK, w=12_700))
    return chart


def _sizes(sheet: Worksheet, count: int) -> BarChart:
    chart = _bars(sheet, count, range(8, 9), (_BLUE,))
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, "0"
    chart.legend = None
    return chart


def _bars(sheet: Worksheet, count: int, columns: range, colours: Sequence[str]) -> BarChart:
    """Lying bars, the first stream on top, names left of all bars; heads and names come from cells."""
    chart = BarChart()
    chart.type, chart.gapWidth = "bar", 40
    for column, colour in zip(columns, colours, strict=True):
        chart.add_data(Reference(sheet, min_col=column, min_row=1, max_row=count + 1), titles_from_data=True)
        chart.series[-1].graphicalProperties = GraphicalProperties(solidFill=colour)
        chart.series[-1].invertIfNegative = False
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=count + 1))
    chart.x_axis.scaling.orientation, chart.x_axis.tickLblPos, chart.x_axis.tickLblSkip = "maxMin", "low", 1
    chart.y_axis.crosses = "max"  # the streams run downwards: the scale stands below the last
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=_GRID))
    chart.width, chart.height = _WIDE, _REST + _BAR * count
    return chart


def _numbers(sheet: Worksheet, count: int, column: int) -> NumDataSource:
    where = Reference(sheet, min_col=column, min_row=2, max_row=count + 1)
    return NumDataSource(numRef=NumRef(f=str(where)))

"""All charts of a report: for the page, and as files for slides and letters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports import placing, streams
from reports.charts import diverging_bars
from reports.data import Report
from reports.drawing import Drawing
from reports.language import language_of
from reports.streams import stream_map
from reports.trend import trend_of

ON_ONE_CHART = 20  # streams; more would run over a printed page


@dataclass(frozen=True)
class Gallery:
    """The charts: the map and the bars for wide and narrow screens, and the waves of each code that has any."""

    streams: Mapping[str, Drawing]
    bars: tuple[Mapping[str, Drawing], ...]
    trends: Mapping[str, Drawing]

    def for_files(self) -> Iterator[Drawing]:
        """Return those that are written as files."""
        for pair in (self.streams, *self.bars):
            if "wide" in pair:
                yield pair["wide"]
        yield from self.trends.values()


def gallery_of(report: Report) -> Gallery:
    """Draw all charts of a report; none for a report without streams."""
    t, settings = language_of(report.settings), report.settings.balance
    if not len(report.balance):
        return Gallery({}, (), {})
    parts = [report.balance.iloc[at : at + ON_ONE_CHART] for at in range(0, len(report.balance), ON_ONE_CHART)]
    named = {"wide": "", "narrow": "-narrow"}
    drawn_map = {
        layout.name: stream_map(report.balance, settings, layout, f"map{named[layout.name]}", t)
        for layout in (streams.WIDE, streams.NARROW)
        if streams.numbered(report.balance)
    }
    bars = tuple(
        {
            layout.name: diverging_bars(part, settings, layout, f"bars-{number}{named[layout.name]}", t)
            for layout in (placing.WIDE, placing.NARROW)
        }
        for number, part in enumerate(parts, start=1)
    )
    trends = {
        code_id: drawing
        for number, code_id in enumerate(report.balance["code_id"], start=1)
        if (drawing := trend_of(report.waves, code_id, settings, f"waves-{number}", t)) is not None
    }
    return Gallery(drawn_map, bars, trends)

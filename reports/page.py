"""index.html: the report as one page that needs nothing but itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from models.codebook import Code
from models.state import State
from models.waves import Part
from reports import alarms, measures, quality, reasons, words
from reports.answer import answer
from reports.changes import changes_of
from reports.data import Report, Verbatim
from reports.drawing import Drawing
from reports.environment import environment
from reports.gallery import Gallery, gallery_of
from reports.language import language_of
from reports.live import live
from reports.map import picture
from reports.method import rules
from reports.placing import Line
from reports.quadrants import quadrants
from reports.streams import NAMED, numbered, one_person

MOST_PASSED = 100  # lines of a file that are named on the page; the workbook names all
MOST_WAVES = 4  # the page shows the latest; the workbook all
MOST_SAID = 12  # phrases of a score that stand open; the others are folded
MOST_PRINTED = 3  # phrases of a score, and quotes of a code, that go on paper
MOST_WRITTEN = 6000  # phrases of all scores of all streams that are written: a page of 3 MB; the workbook has all


@dataclass(frozen=True)
class Shown:
    """A drawing as a template uses it."""

    svg: Markup
    declaration: Mapping[str, object]


@dataclass(frozen=True)
class Section:
    """One code: a line of its table, its phrases by score, the lowest first, and its B by wave if there are waves."""

    anchor: str
    line: Line
    code: Code
    groups: tuple[tuple[int | None, tuple[Verbatim, ...]], ...]
    trend: Shown | None = None

    @property
    def phrases(self) -> int:
        """Number of phrases."""
        return sum(len(said) for _, said in self.groups)


def page(report: Report, drawn: Gallery | None = None) -> str:
    """Render the report with its charts, drawn already or not; the same text for the same report."""
    gallery = drawn or gallery_of(report)
    t = language_of(report.settings)
    waves = report.waves.to_dict("records")
    named = list(dict.fromkeys(line["wave"] for line in waves if line["part"] == Part.WAVE))
    latest = named[-MOST_WAVES:]
    told = any(said.text for of_code in report.verbatims.values() for said in of_code)
    said_in = {said.wave for of_code in report.verbatims.values() for said in of_code}
    streams = list(_sections(report, report.balance.to_dict("records"), "stream", gallery))
    fixed = list(_sections(report, report.fixed.to_dict("records"), "fixed", gallery))
    called = {code.name: t(code.name) for code in report.codes if code.fixed}
    template = environment(t.code).get_template("report.html.j2")
    return template.render(
        report=report,
        live=live(),
        answer=answer(report),
        stream_map={layout: _shown(drawing) for layout, drawing in gallery.streams.items()},
        one_person=one_person(numbered(report.balance), report.settings.balance),
        numbers_alone=len(streams) > NAMED,
        bars=[{layout: _shown(drawing) for layout, drawing in part.items()} for part in gallery.bars],
        chart_names=[drawing.name for drawing in gallery.for_files()],
        quadrants=quadrants(streams),
        streams=streams,
        fixed=fixed,
        nets=report.nets.to_dict("records"),
        waves=[line for line in waves if line["wave"] in latest or line["part"] != Part.WAVE],
        earlier_waves=len(named) - len(latest),
        whole_people=report.settings.balance.weights != "row",
        outside=report.outside,
        told=told,
        most_passed=MOST_PASSED,
        most_said=MOST_SAID,
        most_printed=MOST_PRINTED,
        most_written=_most_of_each([len(said) for section in (*streams, *fixed) for _, said in section.groups]),
        rules=rules(report),
        states=[str(state) for state in State],
        words=words,
        map=picture([replace(dot, group=called.get(dot.group, dot.group)) for dot in report.dots]),
        show_waves=len(said_in) > 1,
        quality=quality,
        alarms=alarms,
        changes=changes_of(report.events, t),
        measures=measures,
        **reasons.shown_of(report),
    )


def _most_of_each(lengths: Sequence[int]) -> int:
    """How many phrases of each list may be written, so that all together are no more than a page holds."""
    left, most = MOST_WRITTEN, 0
    for place, length in enumerate(sorted(lengths)):
        most = left // (len(lengths) - place)
        if length > most:
            return most
        left -= length
    return max(lengths, default=0)


def _shown(drawing: Drawing) -> Shown:
    return Shown(Markup(drawing.svg), drawing.declaration)  # noqa: S704 - drawn by us, names escaped


def _sections(report: Report, lines: Iterable[Line], kind: str, gallery: Gallery) -> Iterator[Section]:
    codes = {code.code_id: code for code in report.codes}
    for number, line in enumerate(lines, start=1):
        said = [item for item in report.verbatims.get(line["code_id"], []) if item.text]
        groups = ((score, tuple(v for v in said if v.score == score)) for score in (0, 1, 2, 3, 4, 5, None))
        trend = gallery.trends.get(line["code_id"])
        yield Section(
            f"{kind}-{number}",
            line,
            codes[line["code_id"]],
            tuple(group for group in groups if group[1]),
            _shown(trend) if trend else None,
        )

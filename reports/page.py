"""index.html: the report as one page that needs nothing but itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from models.state import State
from models.waves import Part
from reports import quality, words
from reports.charts import diverging_bars
from reports.data import Report, Verbatim
from reports.environment import environment
from reports.map import picture
from reports.method import rules
from reports.placing import NARROW, WIDE, Line

MOST_PASSED = 100  # lines of a file that are named on the page; the workbook names all
MOST_WAVES = 4  # the page shows the latest; the workbook all
ON_ONE_CHART = 20  # streams; more would run over a printed page


@dataclass(frozen=True)
class Section:
    """The words behind one code: a line of its table, and its phrases by score, the lowest first."""

    anchor: str
    line: Line
    groups: tuple[tuple[int | None, tuple[Verbatim, ...]], ...]

    @property
    def phrases(self) -> int:
        """Number of phrases."""
        return sum(len(said) for _, said in self.groups)


def page(report: Report) -> str:
    """Render the report; the same text for the same report."""
    waves = report.waves.to_dict("records")
    named = list(dict.fromkeys(line["wave"] for line in waves if line["part"] == Part.WAVE))
    latest = named[-MOST_WAVES:]
    told = any(said.text for of_code in report.verbatims.values() for said in of_code)
    said_in = {said.wave for of_code in report.verbatims.values() for said in of_code}
    template = environment().get_template("report.html.j2")
    return template.render(
        report=report,
        charts=list(_charts(report)),
        streams=list(_sections(report, report.balance.to_dict("records"), "stream")),
        fixed=list(_sections(report, report.fixed.to_dict("records"), "fixed")),
        nets=report.nets.to_dict("records"),
        waves=[line for line in waves if line["wave"] in latest or line["part"] != Part.WAVE],
        earlier_waves=len(named) - len(latest),
        whole_people=report.settings.balance.weights != "row",
        outside=report.outside,
        told=told,
        most_passed=MOST_PASSED,
        rules=rules(report),
        states=[str(state) for state in State],
        words=words,
        map=picture(report.dots),
        show_waves=len(said_in) > 1,
        quality=quality,
    )


def _charts(report: Report) -> Iterator[dict[str, Markup]]:
    """Draw the streams in parts, each for a wide and for a narrow screen; the page shows one of the two."""
    for start in range(0, len(report.balance), ON_ONE_CHART):
        part = report.balance.iloc[start : start + ON_ONE_CHART]
        yield {
            layout.name: Markup(diverging_bars(part, report.settings.balance, layout, f"{layout.name}-{start}"))  # noqa: S704
            for layout in (WIDE, NARROW)
        }


def _sections(report: Report, lines: Iterable[Line], kind: str) -> Iterator[Section]:
    for number, line in enumerate(lines, start=1):
        said = [item for item in report.verbatims.get(line["code_id"], []) if item.text]
        groups = ((score, tuple(v for v in said if v.score == score)) for score in (0, 1, 2, 3, 4, 5, None))
        yield Section(f"{kind}-{number}", line, tuple(group for group in groups if group[1]))

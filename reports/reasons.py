"""What the page shows of the coded reasons: criteria, what to improve, words to quote."""

from dataclasses import dataclass
from typing import Any

from models.codebook import JOINED
from models.contrast import Verdict
from models.criteria import IDEAL
from reports.data import Report, Verbatim
from reports.placing import Line
from reports.quotes import CRITERION, Quoted, quoted

MOST_QUOTES = 6  # of a code on the page; the workbook has all
VERDICTS = {
    Verdict.HIGHER: "с ним оценки выше",
    Verdict.LOWER: "с ним оценки ниже",
    Verdict.UNKNOWN: "нельзя сказать",
}


@dataclass(frozen=True)
class Lacking:
    """A line of the backlog, with the words of the rows that were scored below 4, by score, the lowest first."""

    line: Line
    groups: tuple[tuple[int | None, tuple[Verbatim, ...]], ...]

    @property
    def purposes(self) -> list[str]:
        """Names of the purposes where most is lacking, that first."""
        return [name for name in str(self.line["purposes"]).split(JOINED) if name]

    @property
    def phrases(self) -> int:
        """Number of phrases."""
        return sum(len(said) for _, said in self.groups)


def shown_of(report: Report) -> dict[str, Any]:
    """Return what the sections of criteria, backlog and quotes are rendered with."""
    tables = report.reasons.tables if report.reasons else None
    return {
        "criteria": tables.table.to_dict("records") if tables else [],
        "criteria_by_purpose": tables.by_purpose.to_dict("records") if tables else [],
        "backlog": [_lacking(report, line) for line in tables.backlog.to_dict("records")] if tables else [],
        "quotes": _told(quoted(report)),
        "most_quotes": MOST_QUOTES,
        "verdicts": VERDICTS,
    }


def _told(found: list[Quoted]) -> list[Quoted]:
    """Nothing where only purposes without a reason are known: the words of a stream say that already."""
    tells = any(quote.why for of in found for quote in of.quotes) or any(of.kind == CRITERION for of in found)
    return found if tells else []


def _lacking(report: Report, line: Line) -> Lacking:
    said = report.reasons.verbatims.get(line["code_id"], []) if report.reasons else []
    groups = ((score, tuple(v for v in said if v.score == score and v.text)) for score in range(IDEAL))
    return Lacking(line, tuple(group for group in groups if group[1]))

"""How far the coding can be relied on."""

from collections.abc import Iterator, Sequence

from reports.data import Report
from reports.quality import UNDEFINED, Checked, asked, by_code, checked, overall
from reports.sheets import words
from reports.sheets.sheet import THREE, WHOLE, Column, Sheet, Value

_QUALITY = (
    *(Column("Что", 52), Column("Код", 36), Column("Значение", 14, THREE), Column("От", 10, THREE)),
    *(Column("До", 10, THREE), Column("Фраз", 9, WHOLE), Column("Пояснение", 60)),
)


def quality(report: Report) -> Sheet | None:
    """Agreement of coders and the audit; none of codings made outside Rechki."""
    purposes, *_ = checked(report)
    return None if report.outside else Sheet(words.QUALITY, _QUALITY, _quality(purposes))


def of_reasons(report: Report) -> Sheet | None:
    """The same of the codes of the reasons; none where nothing of them was asked twice."""
    _, *reasons = checked(report)
    return Sheet(words.QUALITY_OF_REASONS, _QUALITY, _quality(reasons[0])) if reasons else None


def _quality(of: Checked) -> Iterator[Sequence[Value]]:
    yield of.t(words.ASKED_TWICE), "", "", "", "", "", asked(of)
    for figure in (*overall(of), *(figure for pair in by_code(of) for figure in pair)):
        found = figure.measure
        value = of.t(UNDEFINED) if found.value is None else found.value
        yield figure.name, figure.code, value, found.low, found.high, figure.phrases, figure.note

"""What was measured besides the balance, and the cells that hold no value."""

import math
from collections.abc import Iterator, Sequence

from reports.data import Report
from reports.language import language_of
from reports.measures import ALL, FORMULAS, TITLE, TITLES, attribute, category, verdict
from reports.sheets import words
from reports.sheets.sheet import ONE, TWO, WHOLE, Column, Sheet, Value

_MEASURES = tuple(
    Column(head, width, style)
    for head, width, style in (
        *(("Показатель", 30, ""), ("О чём", 15, ""), ("Поток или признак", 36, ""), ("Код", 19, "")),
        *(("Значение", 30, ""), ("Строк", 9, WHOLE), ("Респондентов", 14, WHOLE), ("Нет данных", 11, WHOLE)),
        *(("Из них", 9, WHOLE), ("Число", 12, TWO), ("От", 11, TWO), ("До", 11, TWO), ("Интервал, %", 10, WHOLE)),
        *(("По всем", 10, ONE), ("p", 9, "0.0000"), ("p с поправкой", 10, "0.0000"), ("Вывод", 26, "")),
        *(("SE", 9, ONE), ("9–10, %", 9, ONE), ("7–8, %", 9, ONE), ("0–6, %", 9, ONE), ("Важность", 10, TWO)),
        *(("Медиана", 12, WHOLE), ("Сумма", 14, WHOLE), ("Формула", 50, "")),
    )
)
_UNREAD = (Column("Файл", 40), Column("Строка", 10, "0"), Column("Колонка", 40))
_PARTS = {"total": ALL, "net": "сводная группа", "code": "поток"}
_AS_THEY_ARE = (
    *("rows", "respondents", "missing", "count", "value", "low", "high", "level", "overall", "p", "p_adjusted"),
)
_LAST = ("se", "promoters", "passives", "detractors", "weight", "median", "total")


def measures(report: Report) -> Sheet | None:
    """Every number of NPS, CSI, segments and the others; none where the cards have no columns for them."""
    return Sheet(TITLE, _MEASURES, _measures(report)) if len(report.measured.table) else None


def unread(report: Report) -> Sheet | None:
    """The cells of these columns that could not be read; none when all could."""
    return Sheet(words.UNREAD, _UNREAD, _unread(report)) if report.measured.unread else None


def _measures(report: Report) -> Iterator[Sequence[Value]]:
    t = language_of(report.settings)
    for line in report.measured.table.to_dict("records"):
        yield (
            *(t(TITLES[line["measure"]]), t(_PARTS[line["part"]]), attribute(line, t) or line["name"], line["code_id"]),
            category(line, t).text,
            *(_plain(line[key]) for key in _AS_THEY_ARE),
            verdict(line, t).text if line["verdict"] else "",
            *(_plain(line[key]) for key in _LAST),
            t(FORMULAS.get(line["formula"], "")),
        )


def _unread(report: Report) -> Iterator[Sequence[Value]]:
    for item in report.measured.unread:
        yield item.file, item.row, item.column


def _plain(value: object) -> int | float | None:
    """A number for a cell; nothing where there is none (a missing count, NaN, an endless bound)."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value

"""Sheets of the workbook about the coded reasons."""

from collections.abc import Iterator, Sequence

from models.codebook import JOINED
from reports.data import Reasons, Report
from reports.language import Language, language_of
from reports.reasons import VERDICTS
from reports.sheets import words
from reports.sheets.sheet import TWO, WHOLE, Column, Sheet, Value

_DIFFERENCE = '+0.00;"−"0.00;0.00'
_CRITERION, _CODE, _NET = Column("Критерий", 36), Column("Код", 22), Column("Сводная группа", 30)
_ROWS, _SCORED, _PEOPLE = Column("Строк", 9, WHOLE), Column("С оценкой", 12, WHOLE), Column("Респондентов", 14, WHOLE)
_MEAN, _OTHERS = Column("Средняя с ним", 12, TWO), Column("Строк без него", 13, WHOLE)
_MEAN_OF_OTHERS, _UNMET = Column("Средняя без него", 14, TWO), Column("Оценок 0–3", 13, WHOLE)
_CRITERIA = (
    *(_CRITERION, _CODE, Column("Что сюда относится", 46), _NET, _ROWS, _SCORED, _PEOPLE),
    *(Column("Оценок 4–5", 13, WHOLE), _UNMET, _MEAN, _OTHERS, _MEAN_OF_OTHERS),
    *(Column("Разница", 10, _DIFFERENCE), Column("От", 8, _DIFFERENCE), Column("До", 8, _DIFFERENCE)),
    *(Column("Интервал, %", 13, WHOLE), Column("Что можно сказать", 24)),
)
_BY_PURPOSE = (_CRITERION, Column("Поток", 36), _ROWS, _SCORED, _PEOPLE, _MEAN, _OTHERS, _MEAN_OF_OTHERS)
_BACKLOG = (
    *(_CRITERION, _CODE, _NET, Column("Не хватает баллов", 12, WHOLE), _SCORED, _PEOPLE),
    *(Column("Средняя", 10, TWO), _UNMET, Column("Потоки, где не хватает больше всего", 60)),
)
_SAID = (_CRITERION, Column("Оценка", 10, WHOLE), Column("Фраза", 70), Column("Волна", 14))
_BEHIND = (Column("id фразы", 22), Column("Аннотации", 30))


def criteria(report: Report) -> Sheet | None:
    """One line a criterion: mean scores with it and without; none where reasons are not coded."""
    t, of = language_of(report.settings), report.reasons
    return Sheet(words.CRITERIA, _CRITERIA, _criteria(of, t)) if of else None


def by_purpose(report: Report) -> Sheet | None:
    """One line a criterion and stream."""
    return Sheet(words.BY_PURPOSE, _BY_PURPOSE, _by_purpose(report.reasons)) if report.reasons else None


def backlog(report: Report) -> Sheet | None:
    """What to improve, the most first."""
    return Sheet(words.BACKLOG, _BACKLOG, _backlog(report.reasons)) if report.reasons else None


def said(report: Report) -> Sheet | None:
    """Every coded reason with what stands behind it; those of the fixed codes last."""
    if not report.reasons:
        return None
    lines = _said(report.reasons, language_of(report.settings))
    if report.outside:
        places = (Column("Файл и строка", 40),)
        return Sheet(words.REASONS, (*_SAID, *places), ((*line[:4], line[5]) for line in lines))
    return Sheet(words.REASONS, (*_SAID, *_BEHIND), lines)


SHEETS = (criteria, by_purpose, backlog, said)


def _criteria(reasons: Reasons, t: Language) -> Iterator[Sequence[Value]]:
    meant = {code.code_id: code.definition for code in reasons.codes}
    for line in reasons.tables.table.to_dict("records"):
        yield (
            *(line["criterion"], line["code_id"], meant[line["code_id"]], line["net"], line["rows"], line["n"]),
            *(line["respondents"], line["met"], line["unmet"], line["mean"], line["n_without"]),
            *(line["mean_without"], line["difference"], line["low"], line["high"], line["level"]),
            t(VERDICTS[line["verdict"]]),
        )


def _by_purpose(reasons: Reasons) -> Iterator[Sequence[Value]]:
    for line in reasons.tables.by_purpose.to_dict("records"):
        yield (
            *(line["criterion"], line["purpose"], line["rows"], line["n"], line["respondents"], line["mean"]),
            *(line["n_without"], line["mean_without"]),
        )


def _backlog(reasons: Reasons) -> Iterator[Sequence[Value]]:
    for line in reasons.tables.backlog.to_dict("records"):
        yield (
            *(line["criterion"], line["code_id"], line["net"], line["backlog"], line["n"], line["respondents"]),
            *(line["mean"], line["unmet"], line["purposes"].replace(JOINED, "; ")),
        )


def _said(reasons: Reasons, t: Language) -> Iterator[Sequence[Value]]:
    fixed = {code.code_id: t(code.name) for code in reasons.codes if code.fixed}
    names = {code.code_id: code.name for code in reasons.codes} | fixed
    for code_id in (*reasons.tables.table["code_id"], *fixed):
        for of in reasons.verbatims.get(code_id, []):
            yield names[code_id], of.score, of.text, of.wave, of.phrase_id, of.behind

"""The served balance of streams, nets and waves, every number unrounded."""

from collections.abc import Iterator, Sequence

import pandas as pd

from models.codebook import JOINED
from models.state import State
from reports.data import Report
from reports.language import Language, language_of
from reports.placing import Line
from reports.sheets import words
from reports.sheets.sheet import ONE, SIGNED, TWO, WHOLE, Column, Sheet, Value
from reports.words import CHANGES, PARTS, STATES, TARGETS, certainty, chosen, flags, state, step, strategy

_STREAM, _SHARE, _PEOPLE = (
    Column("Поток", 34),
    Column("Доля респондентов, %", 17, ONE),
    Column("Респондентов", 14, WHOLE),
)
_ROWS, _SCORED = Column("Строк", 8, WHOLE), Column("С оценкой", 12, WHOLE)
_COUNTS = (Column("Размер", 10), _SHARE, _PEOPLE, _ROWS, _SCORED, Column("Оценки 4–5, 3, 0–2", 20))
_B = (Column("B", 8, SIGNED), Column("B от", 8, SIGNED), Column("B до", 8, SIGNED))
_STATE = (Column("Состояние", 17), Column("Уверенность", 16))
_SCORES = (Column("E, %", 8, ONE), Column("U, %", 8, ONE), Column("D, %", 8, ONE), Column("Интервал, %", 10, WHOLE))
_FLAGS, _STEP, _ID = Column("Оговорки", 30), Column("Что изменило бы состояние", 46), Column("id потока", 19)
_STRATEGY = (Column("Цель", 12), Column("Стратегия", 34), Column("Стратегия аналитика", 34))
_NETS = (
    *(Column("Сводная группа", 34), *_COUNTS, *_B, *_STATE, _FLAGS, Column("Потоки", 46)),
    *(_STEP, *_SCORES),
)
_CHANGE = (
    *(Column("По сравнению с волной", 16), Column("Что с B", 14), Column("B изменился на", 12, SIGNED)),
    *(Column("изменение от", 12, SIGNED), Column("изменение до", 12, SIGNED)),
)
_WAVES = (
    *(_STREAM, Column("Волна", 14), _SHARE, _PEOPLE, _ROWS, _SCORED, *_B, *_STATE),
    *(*_CHANGE, _FLAGS, _STEP, *_SCORES, _ID),
)
_FIXED = (Column("Код", 30), Column("id кода", 22), _ROWS, _PEOPLE)


def streams(report: Report) -> Sheet:
    """One line a stream, the largest first; on paper without the columns that explain the others."""
    t = language_of(report.settings)
    likely = (Column(t(words.PROBABILITY, state=t(STATES[state])), 15, TWO, as_is=True) for state in State)
    columns = (_STREAM, *_COUNTS, *_B, *_STATE, *_STRATEGY, _FLAGS, _STEP, *_SCORES, *likely, _ID)
    return Sheet(words.STREAMS, columns, _streams(report, t), frozen=1, printed=16)


def nets(report: Report) -> Sheet | None:
    """One line a net; none without nets."""
    lines = _nets(report, language_of(report.settings))
    return Sheet(words.NETS, _NETS, lines, frozen=1, printed=14) if len(report.nets) else None


def waves(report: Report) -> Sheet | None:
    """One line a stream and wave, with the change since the wave before; none with fewer than two waves."""
    lines = _waves(report, language_of(report.settings))
    return Sheet(words.WAVES, _WAVES, lines, frozen=1, printed=16) if len(report.waves) else None


def fixed(report: Report) -> Sheet:
    """How often the fixed codes were given."""
    t = language_of(report.settings)
    lines = ((t(line["code"]), line["code_id"], line["rows"], line["respondents"]) for line in _lines(report.fixed))
    return Sheet(words.FIXED, _FIXED, lines)


def _streams(report: Report, t: Language) -> Iterator[Sequence[Value]]:
    for line in _lines(report.balance):
        yield (
            *(line["code"], *_counts(line), *_b(line), *_state(line, t), t(TARGETS[line["target"]])),
            *(strategy(line["strategy"], t), chosen(line, t), "; ".join(flags(line["flags"], t))),
            *(step(line, report.settings.balance.weights != "row", t), *_scores(line)),
            *(*(line[f"p_{state}"] for state in State), line["code_id"]),
        )


def _nets(report: Report, t: Language) -> Iterator[Sequence[Value]]:
    for line in _lines(report.nets):
        codes = line["codes"].replace(JOINED, "; ")
        yield (
            *(line["net"], *_counts(line), *_b(line), *_state(line, t)),
            *("; ".join(flags(line["flags"], t)), codes),
            *(step(line, report.settings.balance.weights != "row", t, net=True), *_scores(line)),
        )


def _waves(report: Report, t: Language) -> Iterator[Sequence[Value]]:
    for line in _lines(report.waves):
        wave = t(PARTS[line["part"]]) if line["part"] in PARTS else line["wave"]
        yield (
            *(line["code"], wave, line["share"], line["respondents"], line["rows"]),
            *(line["n"], *_b(line), *_state(line, t), line["since"], t(CHANGES[line["verdict"]])),
            *(line["change"], line["change_low"], line["change_high"], _flags(line, t)),
            *(step(line, report.settings.balance.weights != "row", t), *_scores(line), line["code_id"]),
        )


def _flags(line: Line, t: Language) -> str:
    """Say nothing of too few respondents where a wave has no row at all: the state says that."""
    return "; ".join(flags(line["flags"], t)) if line["rows"] else ""


def _lines(table: pd.DataFrame) -> list[Line]:
    return table.to_dict("records")  # type: ignore[return-value]


def _counts(line: Line) -> tuple[Value, ...]:
    return line["size"], line["share"], line["respondents"], line["rows"], line["n"], line["box"]


def _b(line: Line) -> tuple[Value, ...]:
    return line["b"], line["b_low"], line["b_high"]


def _state(line: Line, t: Language) -> tuple[Value, ...]:
    return state(line, t), certainty(line, t)


def _scores(line: Line) -> tuple[Value, ...]:
    return line["e"], line["u"], line["d"], line["level"]

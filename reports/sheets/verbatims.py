"""The customers' words: a line a phrase and code, a line a phrase with 0 and 1 for every code, and quotes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reports.data import Outside, Report, Verbatim
from reports.language import Language, language_of
from reports.quotes import BEST, WORST, quoted
from reports.sheets import words
from reports.sheets.sheet import WHOLE, Column, Sheet, Value
from reports.words import FAULTS

MOST_CODES = 200  # columns of 0 and 1, the largest codes; more are unreadable
MOST_MARKS = 1_000_000  # cells of 0 and 1: each costs memory here and wherever the workbook is opened
_SAID = (
    Column("Поток", 36),
    Column("Оценка", 10, WHOLE),
    Column("Фраза", 70),
    Column("Почему", 60),
    Column("Волна", 14),
)
_PASSED = (
    Column("Строка", 10, WHOLE),
    Column("Колонка", 24),
    Column("Что с ней", 24),
    Column("Почему", 60),
    Column("Что стояло", 42),
)
_QUOTES = (
    *(Column("Чьё", 11), Column("Поток или критерий", 36), Column("Для чего", 22), Column("Оценка", 10, WHOLE)),
    *(Column("Слова с масками", 70), Column("Почему такая оценка", 60), Column("Волна", 14), Column("Что за этим", 40)),
)


def phrases(report: Report) -> Sheet:
    """A line a code and phrase (or row of the file), the largest code first, with what stands behind it.

    The owner's report ends each with the id that the card had in its file.
    """
    if report.shared:
        return Sheet(words.PHRASES, _SAID[:4], (_said(name, said)[:4] for _, name, said in _all(report)))
    if report.outside:
        lines = ((*_said(name, said), said.behind) for _, name, said in _all(report))
        return Sheet(words.ROWS, (*_SAID, Column("Файл и строка", 40)), lines)
    columns = (*_SAID, Column("id фразы", 22), Column("Аннотации", 30), Column("id карточки", 22))
    lines = ((*_said(name, said), said.phrase_id, said.behind, said.card) for _, name, said in _all(report))
    if report.names_cards:
        return Sheet(words.PHRASES, columns, lines)
    return Sheet(words.PHRASES, columns[:-1], (line[:-1] for line in lines))


def matrix(report: Report) -> Sheet | None:
    """A line a phrase, a column a code; none when nothing is coded or the report names no phrases."""
    codes, given = _given(report)
    if not given:
        return None
    most = min(MOST_CODES, max(MOST_MARKS // len(given), 1))
    shown, more = codes[:most], len(codes) - most
    heads = [Column(name, 14, WHOLE, as_is=True) for _, name in shown]
    if more > 0:
        t, sheet = language_of(report.settings), words.ROWS if report.outside else words.PHRASES
        heads.append(Column(t(words.MORE_CODES, count=more, sheet=t(sheet)), 20, as_is=True))
    empty: tuple[Value, ...] = ("",) if more > 0 else ()
    lines = (
        (*_said("", said)[1:], said.phrase_id or said.behind, *(int(code in has) for code, _ in shown), *empty)
        for said, has in given
    )
    place = Column("Файл и строка", 34) if report.outside else Column("id фразы", 22)
    return Sheet(words.MATRIX, (*_SAID[1:], place, *heads), lines)


def quotes(report: Report) -> Sheet | None:
    """Masked words of those who scored 5, which may be shown, and of those who scored 0 to 2; none without such."""
    t = language_of(report.settings)
    lines = [
        (
            *(t(of.kind), of.code, t(words.MAY_BE_SHOWN if quote.score == BEST else words.TO_IMPROVE), quote.score),
            *(quote.text, quote.why, quote.wave, quote.behind),
        )
        for of in quoted(report, (BEST, *WORST))
        for quote in of.quotes
    ]
    if not lines:
        return None
    if report.shared:
        return Sheet(words.QUOTES, _QUOTES[:-2], (line[:-2] for line in lines))
    return Sheet(words.QUOTES, _QUOTES, lines)


def passed(report: Report) -> Sheet | None:
    """What of a table coded outside Rechki was not taken as it stands."""
    if not report.outside or report.shared:
        return None
    return Sheet(words.PASSED, _PASSED, _passed(report.outside, language_of(report.settings)))


def _all(report: Report) -> Iterator[tuple[str, str, Verbatim]]:
    for code, name in _codes(report):
        for said in report.verbatims.get(code, []):
            yield code, name, said


def _codes(report: Report) -> list[tuple[str, str]]:
    t = language_of(report.settings)
    names = {code.code_id: t(code.name) if code.fixed else code.name for code in report.codes}
    return [(code, names[code]) for code in (*report.balance["code_id"], *report.fixed["code_id"])]


def _said(name: str, said: Verbatim) -> tuple[Value, ...]:
    return name, said.score, said.text, said.why, said.wave


def _given(report: Report) -> tuple[list[tuple[str, str]], list[tuple[Verbatim, set[str]]]]:
    """The codes, and every phrase with those it was given; phrases are told apart by their id, or file and line."""
    has: dict[str, set[str]] = defaultdict(set)
    first: dict[str, Verbatim] = {}
    for code, _, said in _all(report):
        if key := said.phrase_id or said.behind:
            first.setdefault(key, said)
            has[key].add(code)
    return _codes(report), [(said, has[key]) for key, said in first.items()]


def _passed(outside: Outside, t: Language) -> Iterator[Sequence[Value]]:
    for title, found in zip(words.LINES_PASSED, (outside.refused, outside.no_score, outside.notes), strict=True):
        for item in found:
            yield item.row, item.column, t(title), t(FAULTS[item.fault]), item.value

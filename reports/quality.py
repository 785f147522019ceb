"""Agreement of coders and the audit in Russian words, for the page and the workbook."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.agreement import Measure, OfCode, Part, Undefined, reading
from models.audit import AuditResult
from reports.data import Report
from reports.figures import counted, number, percent

UNDEFINED = "не определено"
TITLE = "Согласие кодировщиков и проверка"
_WHY = {
    Undefined.NOTHING_SHARED: "нет фраз, на которые ответили двое",
    Undefined.ALL_EQUAL: "все ответы одинаковы, сравнивать нечего",
    Undefined.NOT_TWO: "κ считают для двух человек, а здесь их больше",
}
_READING = {
    "reliable": "надёжно (от 0,800)",
    "tentative": "только для предварительных выводов (0,667–0,800)",
    "low": "низко (ниже 0,667): пересмотрите коды",
}


@dataclass(frozen=True)
class Figure:
    """One figure: its name, the code it is about if any, the measure, how many phrases it is of, and a note."""

    name: str
    measure: Measure
    phrases: int
    note: str = ""
    code: str = ""
    share: bool = False

    @property
    def value(self) -> str:
        """The value as people read it."""
        return self._written(self.measure.value)

    @property
    def interval(self) -> str:
        """Its 95 % interval, or nothing."""
        if self.measure.low is None or self.measure.high is None:
            return ""
        return f"{self._written(self.measure.low)}…{self._written(self.measure.high)}"

    def _written(self, value: float | None) -> str:
        if value is None:
            return UNDEFINED
        return percent(100 * value) if self.share else number(value, 2)


def overall(report: Report) -> list[Figure]:
    """Return the figures of the whole coding: the audit's error, agreement on all phrases, by suggestion, by pairs."""
    found = report.quality
    parts = [
        ("все ответы", found.agreement.whole),
        ("все видели подсказку", found.agreement.shown),
        ("хотя бы один отвечал вслепую", found.agreement.blind),
    ]
    kept = [(name, part) for name, part in parts if part.phrases or part is found.agreement.whole]
    return [
        _audit(found.audit),
        *(figure for name, part in kept for figure in _part(name, part)),
        *_pairs(report),
    ]


def by_code(report: Report) -> list[tuple[Figure, Figure]]:
    """Return alpha and kappa of every code that somebody gave to a phrase which several people answered."""
    names = {code.code_id: code.name for code in report.codes}
    held = report.quality.agreement
    return [_of_code(of, names[of.code], held.whole.phrases) for of in held.codes]


def asked(report: Report) -> str:
    """Return how much was asked twice, in a sentence or two."""
    found = report.quality
    audit, double = found.audit, found.double_coding
    said = []
    if audit.wanted:
        said.append(
            f"Вслепую проверено {audit.answered} из {audit.wanted} строк, выбранных случайно из {audit.confirmed}, "
            "подтверждённых на страницах."
        )
    if double.wanted:
        said.append(f"Второй кодировщик ответил на {double.answered} из {double.wanted} заданных ему фраз.")
    if double.same_person:
        said.append(f"Из них {double.same_person} ответил тот же человек, что и первый раз: второго мнения там нет.")
    if found.adjudicated:
        said.append(f"Решено споров о фразах: {found.adjudicated}.")
    if report.disputed:
        said.append(f"Спорных фраз, по которым решения нет: {report.disputed}; они не посчитаны.")
    return " ".join(said) or "Вслепую и вторым человеком пока ничего не проверено."


def _audit(found: AuditResult) -> Figure:
    note = f"разошлось {found.differing}"
    if found.same_person:
        note += f"; {found.same_person} проверил тот же, кто подтверждал"
    if not found.answered:
        note = "проверенных строк пока нет"
    measure = Measure(found.error, found.low, found.high)
    return Figure("Ошибка подтверждения страницами", measure, found.answered, note, share=True)


def _part(name: str, part: Part) -> Iterator[Figure]:
    yield Figure(f"Одинаковых ответов: {name}", part.percent, part.phrases, _why(part.percent), share=True)
    value = part.alpha.value
    note = _why(part.alpha) if value is None else _READING[reading(value)]
    yield Figure(f"α Криппендорфа: {name}", part.alpha, part.phrases, note)


def _pairs(report: Report) -> Iterator[Figure]:
    for pair in report.quality.agreement.pairs:
        note = f"общих фраз {pair.phrases}; одинаковых ответов {percent(100 * pair.equal)}"
        why = _why(pair.kappa)
        yield Figure(
            f"κ Коэна: кодировщики {pair.one} и {pair.other}, у каждого один код",
            pair.kappa,
            pair.single,
            f"{why}; {note}" if why else note,
        )


def _of_code(of: OfCode, name: str, phrases: int) -> tuple[Figure, Figure]:
    given = f"дан {counted(of.given, 'раз', 'раза', 'раз')}"
    return (
        Figure("α Криппендорфа", of.alpha, phrases, _why(of.alpha) or given, name),
        Figure("κ Коэна", of.kappa, phrases, _why(of.kappa) or given, name),
    )


def _why(of: Measure) -> str:
    return _WHY[of.why] if of.why else ""

"""Agreement of coders and the audit in Russian words, for the page and the workbook."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.agreement import Measure, OfCode, Part, Undefined, reading
from models.audit import AuditResult
from models.codebook import Code
from models.quality import Quality
from reports.data import Report
from reports.language import RUSSIAN, Language, language_of

UNDEFINED = "не определено"
TITLE = "Согласие кодировщиков и проверка"
OF_REASONS = "Согласие кодировщиков и проверка: причины"
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
    t: Language = RUSSIAN

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
            return self.t(UNDEFINED)
        return self.t.percent(100 * value) if self.share else self.t.number(value, 2)


@dataclass(frozen=True)
class Checked:
    """What is known of how far a code frame can be relied on; `title` is a heading in the report's language."""

    title: str
    quality: Quality
    codes: tuple[Code, ...]
    disputed: int
    t: Language


def checked(report: Report) -> list[Checked]:
    """Return what is known of the codes of the purposes; and of those of the reasons, once anything is asked twice."""
    t = language_of(report.settings)
    found = [Checked(t(TITLE), report.quality, report.codes, report.disputed, t)]
    if (of := report.reasons) and (of.quality.agreement.whole.phrases or of.quality.audit.wanted):
        found.append(Checked(t(OF_REASONS), of.quality, of.codes, of.disputed, t))
    return found


def overall(of: Checked) -> list[Figure]:
    """Return the figures of the whole coding: the audit's error, agreement on all phrases, by suggestion, by pairs."""
    found, t = of.quality, of.t
    parts = [
        (t("все ответы"), found.agreement.whole),
        (t("все видели подсказку"), found.agreement.shown),
        (t("хотя бы один отвечал вслепую"), found.agreement.blind),
    ]
    kept = [(name, part) for name, part in parts if part.phrases or part is found.agreement.whole]
    return [
        _audit(found.audit, t),
        *(figure for name, part in kept for figure in _part(name, part, t)),
        *_pairs(of),
    ]


def by_code(of: Checked) -> list[tuple[Figure, Figure]]:
    """Return alpha and kappa of every code that somebody gave to a phrase which several people answered."""
    held, t = of.quality.agreement, of.t
    names = {code.code_id: t(code.name) if code.fixed else code.name for code in of.codes}
    return [_of_code(each, names[each.code], held.whole.phrases, t) for each in held.codes]


def asked(of: Checked) -> str:
    """Return how much was asked twice, in a sentence or two."""
    found, t = of.quality, of.t
    audit, double = found.audit, found.double_coding
    said = []
    if audit.wanted:
        said.append(
            t(
                "Вслепую проверено {answered} из {wanted} строк, выбранных случайно из {confirmed}, "
                "подтверждённых на страницах.",
                answered=audit.answered,
                wanted=audit.wanted,
                confirmed=audit.confirmed,
            )
        )
    if double.wanted:
        said.append(
            t(
                "Второй кодировщик ответил на {answered} из {wanted} заданных ему фраз.",
                answered=double.answered,
                wanted=double.wanted,
            )
        )
    if double.same_person:
        same = "Из них {count} ответил тот же человек, что и первый раз: второго мнения там нет."
        said.append(t(same, count=double.same_person))
    if found.adjudicated:
        said.append(t("Решено споров о фразах: {count}.", count=found.adjudicated))
    if of.disputed:
        said.append(t("Спорных фраз, по которым решения нет: {count}; они не посчитаны.", count=of.disputed))
    return " ".join(said) or t("Вслепую и вторым человеком пока ничего не проверено.")


def _audit(found: AuditResult, t: Language) -> Figure:
    note = t("разошлось {count}", count=found.differing)
    if found.same_person:
        note += "; " + t("{count} проверил тот же, кто подтверждал", count=found.same_person)
    if not found.answered:
        note = t("проверенных строк пока нет")
    measure = Measure(found.error, found.low, found.high)
    return Figure(t("Ошибка подтверждения страницами"), measure, found.answered, note, share=True, t=t)


def _part(name: str, part: Part, t: Language) -> Iterator[Figure]:
    equal = t("Одинаковых ответов: {which}", which=name)
    yield Figure(equal, part.percent, part.phrases, _why(part.percent, t), share=True, t=t)
    value = part.alpha.value
    note = _why(part.alpha, t) if value is None else t(_READING[reading(value)])
    yield Figure(t("α Криппендорфа: {which}", which=name), part.alpha, part.phrases, note, t=t)


def _pairs(of: Checked) -> Iterator[Figure]:
    t = of.t
    for pair in of.quality.agreement.pairs:
        equal = t.percent(100 * pair.equal)
        note = t("общих фраз {count}; одинаковых ответов {equal}", count=pair.phrases, equal=equal)
        why = _why(pair.kappa, t)
        yield Figure(
            t("κ Коэна: кодировщики {one} и {other}, у каждого один код", one=pair.one, other=pair.other),
            pair.kappa,
            pair.single,
            f"{why}; {note}" if why else note,
            t=t,
        )


def _of_code(of: OfCode, name: str, phrases: int, t: Language) -> tuple[Figure, Figure]:
    given = t("дан {times}", times=t.counted(of.given, "раз|раза|раз"))
    return (
        Figure(t("α Криппендорфа"), of.alpha, phrases, _why(of.alpha, t) or given, name, t=t),
        Figure(t("κ Коэна"), of.kappa, phrases, _why(of.kappa, t) or given, name, t=t),
    )


def _why(of: Measure, t: Language) -> str:
    return t(_WHY[of.why]) if of.why else ""

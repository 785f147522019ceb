"""The Russian words of the report. A stream («поток») is a code of the purpose frame."""

from collections.abc import Mapping

from models.coded import Fault

UNSURE = "нельзя сказать уверенно"
NO_SCORES = "нет оценок"
OURS = "наше правило"
SCRIPTED = "Разбор сделал сценарий, а не человек: это показ работы программы"
MASKED = (
    "Тексты показаны с масками: имена, телефоны, адреса и другие личные данные заменены пометками вроде [ИМЯ_1]. "
    "Полной анонимности это не обещает."
)

OUTSIDE = "Закодировано вне Речек"
FAULTS: Mapping[Fault, str] = {
    Fault.BROKEN: "строка не ложится на заголовок",
    Fault.NO_CARD: "не сказано, чья это карточка",
    Fault.NO_CODE: "нет кода",
    Fault.LONG_CODE: "код длиннее любого названия",
    Fault.NO_ROW: "номер цели — не целое число",
    Fault.TWO_SCORES: "у той же цели в другой строке другая оценка",
    Fault.TWO_RESPONDENTS: "у той же карточки в другой строке другой респондент",
    Fault.TWO_WAVES: "у той же карточки в другой строке другая волна",
    Fault.NO_SCORE: "это не оценка по шкале",
    Fault.REPEATED: "повторяет строку выше",
    Fault.SPELLING: "код написан иначе, чем в другой строке",
}

STATES: Mapping[str, str] = {
    "very_under": "сильно недообслужен",
    "under": "недообслужен",
    "well": "хорошо обслужен",
    "over": "переобслужен",
    "": NO_SCORES,
}
TARGETS: Mapping[str, str] = {"yes": "целевой", "no": "нецелевой", "undecided": "ещё не решено"}
STRATEGIES: Mapping[str, str] = {
    "protect_and_grow": "оберегать, поощрять и растить",
    "improve": "улучшать системно",
    "modify": "модифицировать стратегию, искать иные возможности",
    "switch_off": "выключить",
}
FLAGS: Mapping[str, str] = {
    "indicative": "мало респондентов",
    "polarised": "мнения разошлись, стоит разделить",
    "unstable": "держится на одном респонденте",
}
SIZES: Mapping[str, str] = {
    "XS": "очень малый",
    "S": "малый",
    "M": "средний",
    "L": "большой",
    "XL": "очень большой",
}


def certainty(state: str, certain: str) -> str:
    """Return what to say beside a state: nothing when it is certain or when there is no state."""
    return UNSURE if state and certain == "no" else ""


def strategy(names: str) -> str:
    """Return the strategy, or both candidates («… или …») while the target is undecided; `names` is joined by ``|``."""
    return " или ".join(STRATEGIES[name] for name in names.split("|") if name)


def flags(names: str) -> list[str]:
    """Return the flags in words; `names` is joined by ``|``."""
    return [FLAGS[name] for name in names.split("|") if name]

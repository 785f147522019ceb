"""The Russian words of the report. A stream («поток») is a code of the purpose frame."""

from collections.abc import Hashable, Mapping
from typing import Any

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


PARTS: Mapping[str, str] = {"total": "все волны", "no_wave": "без волны"}
CHANGES: Mapping[str, str] = {"up": "вырос", "down": "снизился", "cannot_tell": "нельзя сказать", "": ""}
_FEW = {1: "одной", 2: "двумя", 3: "тремя", 4: "четырьмя"}


def certainty(state: str, certain: str) -> str:
    """Return what to say beside a state: nothing when it is certain or when there is no state."""
    return UNSURE if state and certain == "no" else ""


def strategy(names: str) -> str:
    """Return the strategy, or both candidates («… или …») while the target is undecided; `names` is joined by ``|``."""
    return " или ".join(STRATEGIES[name] for name in names.split("|") if name)


def step(line: Mapping[Hashable, Any], whole_people: bool) -> str:
    """Say what would change the state: «одной строкой с оценкой 3 меньше — и поток хорошо обслужен».

    Parameters
    ----------
    line : mapping
        A line of `models.balance.served_balance`.
    whole_people : bool
        Every respondent weighs 1: what is added is a respondent with this one row.
    """
    count = abs(line["step"])
    if not count:
        return ""
    noun, names = ("респондентом", {**_FEW, 1: "одним"}) if whole_people else ("строкой", _FEW)
    if count % 10 != 1 or count % 100 == 11:
        noun = {"респондентом": "респондентами", "строкой": "строками"}[noun]
    only = "единственной " if whole_people else ""
    more = "больше" if line["step"] > 0 else "меньше"
    scores = str(line["step_scores"]).replace("-", "–")
    return f"{names.get(count, count)} {noun} с {only}оценкой {scores} {more} — и поток {STATES[line['step_state']]}"


def flags(names: str) -> list[str]:
    """Return the flags in words; `names` is joined by ``|``."""
    return [FLAGS[name] for name in names.split("|") if name]

"""The Russian words of the report. A stream («поток») is a code of the purpose frame."""

from collections.abc import Hashable, Mapping
from typing import Any

from models.coded import Fault
from models.sharing import Shared, Total
from reports.language import RUSSIAN, Language

UNSURE = "нельзя сказать уверенно"
GRADE_OPEN = "насколько — нельзя сказать"
ROWS = "строка|строки|строк"
STREAMS = "поток|потока|потоков"
PHRASES = "фраза|фразы|фраз"
PEOPLE = "респондент|респондента|респондентов"
NO_SCORES = "нет оценок"
NO_ROWS = "строк нет"  # of a stream in a wave in which nobody named it
OURS = "наше правило"
UNTITLED = "Как обслужены потоки клиентов"  # the title of what is shared when nobody gave one
SCRIPTED = "Разбор сделал сценарий, а не человек: это показ работы программы"
MASKED = (
    "Тексты показаны с масками: имена, телефоны, адреса и другие личные данные заменены пометками вроде [ИМЯ_1]. "
    "Полной анонимности это не обещает."
)

OUTSIDE = "Закодировано вне Речек"
FAULTS: Mapping[Fault, str] = {
    Fault.BROKEN: "строка не ложится на заголовок",
    Fault.SHORT: "строка кончается раньше заголовка: чего в ней нет, то пусто",
    Fault.NO_CARD: "не сказано, чья это карточка",
    Fault.NO_CODE: "нет кода",
    Fault.LONG_CODE: "код длиннее любого названия",
    Fault.NO_ROW: "номер цели — не целое число",
    Fault.TWO_SCORES: "у той же цели в другой строке другая оценка",
    Fault.TWO_RESPONDENTS: "у той же карточки в другой строке другой респондент",
    Fault.TWO_WAVES: "у той же карточки в другой строке другая волна",
    Fault.NO_SCORE: "это не оценка по шкале",
    Fault.REPEATED: "повторяет строку выше",
    Fault.JOINED: "учтено как один код, хотя его части — коды: несколько кодов соединяет |",
    Fault.SPELLING: "код написан иначе, чем в другой строке",
    Fault.ALIKE: "респондент написан иначе, чем в другой строке: это два человека",
    Fault.NO_DATE: "это не дата",
    Fault.TWO_VALUES: "у той же карточки в другой строке другое значение: ни одно не учтено",
    Fault.NO_REASON: "выбранной стратегии нужна причина рядом: колонка не прочитана",
}

STATES: Mapping[str, str] = {
    "very_under": "сильно недообслужен",
    "under": "недообслужен",
    "well": "хорошо обслужен",
    "over": "переобслужен",
    "": NO_SCORES,
}
TARGETS: Mapping[str, str] = {"yes": "целевой", "no": "нецелевой", "undecided": "ещё не решено"}
OPEN_TARGET = "ещё не решено, целевой ли"
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
_ROWS_WITH = "{n} строкой с оценкой|{n} строками с оценкой|{n} строками с оценкой"
_PEOPLE_WITH = (
    "{n} респондентом с единственной оценкой|{n} респондентами с единственной оценкой|"
    "{n} респондентами с единственной оценкой"
)
_FEW = {1: "одной", 2: "двумя", 3: "тремя", 4: "четырьмя"}


_HIDDEN_WITH_NETS: Mapping[Total, str] = {
    Total.EXACT: "Не показано сводных групп: {count}: по разности нашлись бы малые группы.",
    Total.SIZES: (
        "Не показано сводных групп: {count}, и с ними доли респондентов и общее их число: по разности нашлись бы малые "
        "группы. Размеры от XS до XL показаны."
    ),
    Total.NOTHING: (
        "Не показано сводных групп: {count}, и с ними размеры потоков и общее число респондентов: по разности нашлись "
        "бы малые группы."
    ),
}


def shared(of: Shared, t: Language = RUSSIAN) -> str:
    """Say what a report that may leave the team does not show, and why."""
    said = [
        t(
            "Отчёт для передачи. Группы меньше {least} респондентов в него не вошли: в них можно узнать человека. Все "
            "числа посчитаны без них и могут отличаться от отчёта команды.",
            least=of.least,
        )
    ]
    if of.streams:
        said.append(t("Не показано потоков: {count}.", count=of.streams))
    if of.nets:
        said.append(t(_HIDDEN_WITH_NETS[of.total], count=of.nets))
    if of.waves:
        said.append(t("Не показано потоков по волнам: {count}.", count=of.waves))
    said.append(t("Стратегий, выбранных аналитиком, критериев и других показателей в нём нет."))
    return " ".join(said)


def state(line: Mapping[Hashable, Any], t: Language = RUSSIAN) -> str:
    """Return the state of a stream, a net or a stream in a wave; where it has none, whether it has any row at all."""
    return t(STATES[line["state"]] if line["rows"] else NO_ROWS)


def certainty(line: Mapping[Hashable, Any], t: Language = RUSSIAN) -> str:
    """Return what to say beside a state: nothing when it is certain or there is none, or that its grade alone is open.

    Parameters
    ----------
    line : mapping
        A line of `models.balance.served_balance` or `models.waves.wave_balance`.
    """
    if not line["state"] or line["certain"] == "yes":
        return ""
    return t(GRADE_OPEN if line["side"] else UNSURE)


def called_for(line: Mapping[Hashable, Any]) -> str:
    """Return the strategy that holds: the analyst's where one was chosen, else the rule's (joined by ``|``)."""
    return str(line["strategy_override"] or line["strategy"])


def strategy(names: str, t: Language = RUSSIAN, between: str = "") -> str:
    """Return the strategy, or both candidates («… или …») while the target is undecided; `names` is joined by ``|``."""
    return (between or f" {t('или')} ").join(t(STRATEGIES[name]) for name in names.split("|") if name)


def chosen(line: Mapping[Hashable, Any], t: Language = RUSSIAN) -> str:
    """Return the strategy that the analyst chose in place of the computed one, with the reason; empty without one."""
    name = str(line["strategy_override"])
    if not name:
        return ""
    return t("аналитик выбрал: {strategy} — {reason}", strategy=t(STRATEGIES[name]), reason=line["strategy_reason"])


def chosen_instead(line: Mapping[Hashable, Any], t: Language = RUSSIAN) -> str:
    """Say, where a stream stands under the strategy that the analyst chose, what the rule says of it and the reason."""
    target = t(TARGETS[line["target"]] if line["target"] != "undecided" else OPEN_TARGET)
    who, reason = f"{target}, {t(STATES[line['state']])}", line["strategy_reason"]
    if not line["strategy"]:
        return t("{who}; выбрал аналитик: {reason}", who=who, reason=reason)
    return t(
        "{who}, по правилу — «{strategy}»; аналитик выбрал иначе: {reason}",
        who=who,
        strategy=strategy(line["strategy"], t, t("» / «")),
        reason=reason,
    )


def step(line: Mapping[Hashable, Any], whole_people: bool, t: Language = RUSSIAN, net: bool = False) -> str:
    """Say what would change the state: «одной строкой с оценкой 3 меньше — и поток хорошо обслужен».

    Parameters
    ----------
    line : mapping
        A line of `models.balance.served_balance`.
    whole_people : bool
        Every respondent weighs 1: what is added is a respondent with this one row.
    net : bool
        The line is about a net, not a stream.
    """
    count = abs(line["step"])
    if not count:
        return ""
    more = t("больше") if line["step"] > 0 else t("меньше")
    scores = str(line["step_scores"]).replace("-", "–")
    if whole_people:
        forms = _PEOPLE_WITH
        few: Mapping[int, str] = {**_FEW, 1: "одним"}
    else:
        forms, few = _ROWS_WITH, _FEW
    who = t.form(count, forms).format(n=t(few[count]) if count in few else count)
    other = t(STATES[line["step_state"]])
    then = t("состояние группы: {state}", state=other) if net else t("поток {state}", state=other)
    return t(
        "{who} {scores} {more} — и {then}",
        who=who,
        scores=scores,
        more=more,
        then=then,
    )


def flags(names: str, t: Language = RUSSIAN) -> list[str]:
    """Return the flags in words; `names` is joined by ``|``."""
    return [t(FLAGS[name]) for name in names.split("|") if name]

"""The answer of a report in five sentences, made from its numbers by rules.

Nothing is said of a stream «for sure» unless its side (under, well, over) is: likely enough, and not by too few people.
Where only the grade of an underserved stream is open, it is among the sure ones, and its grade is said to be open.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from models.codebook import Target
from models.state import State
from reports import words
from reports.data import Report
from reports.figures import interval
from reports.language import Language, language_of

_NAMED = 3  # streams that a sentence names; the others are counted
_UNDER = (State.VERY_UNDER, State.UNDER)
_TOO_FEW = {"indicative", "unstable"}
_COUNTED = (
    "Посчитана {rows} (с оценкой {scored}) от {people}, {inside} {streams}.|"
    "Посчитано {rows} (с оценкой {scored}) от {people}, {inside} {streams}.|"
    "Посчитано {rows} (с оценкой {scored}) от {people}, {inside} {streams}."
)
_OTHERS = "ещё {n} поток|ещё {n} потока|ещё {n} потоков"

Stream = Mapping[Any, Any]  # a line of `models.balance.served_balance`


def answer(report: Report) -> tuple[str, ...]:
    """Say in at most five sentences how many there are, what is sure, what is not, the main target, what is first.

    Names stand between isolating marks, so that a name written from right to left turns nothing else around.
    """
    t = language_of(report.settings)
    streams = report.balance.to_dict("records")
    if not streams:
        nothing = t("Подтверждённых потоков пока нет, поэтому сказать о них нечего.")
        return nothing, *_waiting(report, t), _first(report, streams, t)
    said = (
        _counts(report, len(streams), t),
        _sure(report, streams, t),
        _main_target(streams, t),
        _unknown(report, streams, t),
        _first(report, streams, t),
    )
    return tuple(sentence for sentence in said if sentence)


def is_sure(stream: Stream) -> bool:
    """Whether it may be claimed that a stream is underserved, well served or overserved, whatever the grade."""
    return bool(stream["side"])


def _grade_open(stream: Stream) -> bool:
    """Whether it is sure that a stream is underserved, but not how much: the state itself hangs on too little."""
    return is_sure(stream) and (stream["certain"] == "no" or bool(_TOO_FEW & set(stream["flags"].split("|"))))


def _counts(report: Report, count: int, t: Language) -> str:
    """Say how many were counted; a report that hides how many people or rows there are says only what it shows."""
    streams = t.counted(count, words.STREAMS)
    people = t.counted(report.respondents, "респондента|респондентов|респондентов")
    if not report.respondents:
        return t("В отчёте {streams}.", streams=streams)
    if not report.coded:
        return t("В отчёте {streams} от {people}.", streams=streams, people=people)
    return t.form(report.coded_rows, _COUNTED).format(
        rows=t.counted(report.coded_rows, words.ROWS),
        scored=sum(row.score is not None for row in report.coded),
        people=people,
        inside=t("в ней") if report.coded_rows == 1 else t("в них"),
        streams=streams,
    )


def _sure(report: Report, streams: Sequence[Stream], t: Language) -> str:
    sure = [stream for stream in streams if is_sure(stream)]
    under = [stream for stream in sure if stream["state"] in _UNDER and not _grade_open(stream)]
    somehow = [stream for stream in sure if _grade_open(stream)]
    over = [stream for stream in sure if stream["state"] == State.OVER]
    limit = t.percent(100 * report.settings.balance.certain.probability)
    parts = []
    if under:
        verb = t("недообслужен") if len(under) == 1 else t("недообслужены")
        parts.append(f"{verb} {_named(under, t)}")
    if somehow:
        parts.append(
            t("недообслужены, а насколько — нельзя сказать, {names}", names=_named(somehow, t))
            if len(somehow) > 1
            else t("недообслужен, а насколько — нельзя сказать, {name}", name=_named(somehow, t))
        )
    if over:
        verb = t("переобслужен") if len(over) == 1 else t("переобслужены")
        parts.append(f"{verb} {_named(over, t)}")
    if parts:
        return t("Уверенно (вероятность от {limit}): {parts}.", limit=limit, parts="; ".join(parts))
    none = t("Ни об одном потоке нельзя уверенно сказать, что он недообслужен или переобслужен")
    if sure:
        well = t("хорошо обслужен") if len(sure) == 1 else t("хорошо обслужены")
        return t("{none}; уверенно {well}: {names}.", none=none, well=well, names=_named(sure, t))
    return f"{none}."


def _main_target(streams: Sequence[Stream], t: Language) -> str:
    targets = [stream for stream in streams if stream["target"] == Target.YES]
    undecided = sum(stream["target"] == Target.UNDECIDED for stream in streams)
    if not targets:
        if undecided == len(streams):
            return t("Какие потоки целевые, ещё не решено.")
        open_ones = t.counted(undecided, "потоке|потоках|потоках")
        return (
            t("Целевым не назван ни один поток.")
            if not undecided
            else t("Целевым не назван ни один поток, о {open} ещё не решено.", open=open_ones)
        )
    main = targets[0]
    tied = sum(stream["respondents"] == main["respondents"] for stream in targets) > 1
    which = t("Один из самых больших целевых потоков") if tied else t("Самый большой целевой поток")
    name, served = _name(main, t), _served(main, t)
    if not main["size"]:
        return t("{which} — {name}: {served}.", which=which, name=name, served=served)
    size = main["size"]
    if not math.isnan(main["share"]):
        one = main["respondents"] == 1
        people = t("один респондент") if one else t("{share} респондентов", share=t.percent(main["share"]))
        size = f"{size}, {people}"
    return t("{which} — {name} ({size}): {served}.", which=which, name=name, size=size, served=served)


def _served(stream: Stream, t: Language) -> str:
    if not stream["state"]:
        return t("оценок нет, и как он обслужен, неизвестно")
    between = interval(stream["b_low"], stream["b_high"])
    b = t(
        "B {b}, {level}\u00a0% интервал {between}",
        b=t.points(stream["b"], 0),
        level=t.plain(stream["level"]),
        between=between,
    )
    if not is_sure(stream):
        return t("{b}, но как он обслужен, нельзя сказать уверенно", b=b)
    if _grade_open(stream):
        return t("недообслужен, насколько — нельзя сказать ({b})", b=b)
    apart = t(", мнения разошлись") if "polarised" in stream["flags"].split("|") else ""
    return f"{t(words.STATES[stream['state']])} ({b}){apart}"


def _unknown(report: Report, streams: Sequence[Stream], t: Language) -> str:
    unsure = [stream for stream in streams if stream["state"] and not is_sure(stream)]
    silent = [stream for stream in streams if not stream["state"]]
    parts = []
    if unsure:
        parts.append(
            t("нельзя сказать уверенно, как обслужены {names}", names=_named(unsure, t))
            if len(unsure) > 1
            else t("нельзя сказать уверенно, как обслужен {name}", name=_named(unsure, t))
        )
    if silent:
        parts.append(
            t(
                "ни одной оценки нет в {streams}: {names}",
                streams=t.counted(len(silent), "потоке|потоках|потоках"),
                names=_named(silent, t),
            )
        )
    if report.awaiting:
        parts.append(_awaiting(report, t))
    if not parts and any(_grade_open(stream) for stream in streams):
        return (
            t("Обо всём, кроме степени, можно сказать уверенно, и ни одна фраза не ждёт решения.")
            if not report.outside
            else t("Обо всём, кроме степени, можно сказать уверенно.")
        )
    if not parts:
        return (
            t("Обо всех потоках можно сказать уверенно, и ни одна фраза не ждёт решения.")
            if not report.outside
            else t("Обо всех потоках можно сказать уверенно.")
        )
    return _sentence("; ".join(parts))


def _awaiting(report: Report, t: Language) -> str:
    return t.form(
        report.awaiting,
        "ждёт решения {n} фраза, она не посчитана|ждут решения {n} фразы, они не посчитаны|"
        "ждут решения {n} фраз, они не посчитаны",
    ).format(n=report.awaiting)


def _waiting(report: Report, t: Language) -> tuple[str, ...]:
    return (_sentence(_awaiting(report, t)),) if report.awaiting else ()


def _first(report: Report, streams: Sequence[Stream], t: Language) -> str:
    """Choose the first thing to do: finish the review, serve a target better, decide a target, ask more people."""
    if report.awaiting > report.confirmed and (report.confirmed or not streams):
        return t("Первое дело — разобрать фразы, которые ждут решения: их больше, чем подтверждённых.")
    if not streams:
        return t("Первое дело — собрать ответы с целями.")
    under = [stream for stream in streams if is_sure(stream) and stream["state"] in _UNDER]
    for target, by_rule, chosen in (
        (
            Target.YES,
            "Первое дело — {name}: это целевой поток, и он недообслужен; стратегия — «{strategy}».",
            "Первое дело — {name}: это целевой поток, и он недообслужен; аналитик выбрал стратегию «{strategy}».",
        ),
        (
            Target.UNDECIDED,
            "Первое дело — решить, целевой ли поток {name}: он недообслужен, от этого зависит стратегия: «{strategy}».",
            "Первое дело — {name}: он недообслужен, целевой ли он, не решено; аналитик выбрал стратегию «{strategy}».",
        ),
    ):
        if of_target := [stream for stream in under if stream["target"] == target]:
            return t(
                chosen if of_target[0]["strategy_override"] else by_rule,
                name=_name(of_target[0], t),
                strategy=words.strategy(words.called_for(of_target[0]), t, t("» / «")),
            )
    targets = [stream for stream in streams if stream["target"] == Target.YES]
    if doubtful := [stream for stream in targets if not is_sure(stream)]:
        return t(
            "Первое дело — собрать больше оценок о целевом потоке {name}: пока о нём нельзя сказать уверенно.",
            name=_name(doubtful[0], t),
        )
    if not targets and any(stream["target"] == Target.UNDECIDED for stream in streams):
        return t("Первое дело — решить, какие потоки целевые: без этого стратегии нет.")
    known = next((stream for stream in (*targets, *under) if is_sure(stream)), None)
    if known is None:
        return t("Первое дело — собрать больше оценок: пока ни о чём нельзя сказать уверенно.")
    return t(
        "Первое дело — {name}: стратегия «{strategy}».",
        name=_name(known, t),
        strategy=words.strategy(words.called_for(known), t),
    )


def _named(streams: Sequence[Stream], t: Language) -> str:
    """Name the first streams and count the others: «А», «Б», «В» и ещё 2 потока."""
    if len(streams) <= _NAMED + 1:  # «and one more stream» is no shorter than its name
        *first, last = [_name(stream, t) for stream in streams]
        return f"{', '.join(first)} {t('и')} {last}" if first else last
    left = len(streams) - _NAMED
    others = t.form(left, _OTHERS).format(n=left)
    return f"{', '.join(_name(stream, t) for stream in streams[:_NAMED])} {t('и')} {others}"


def _name(stream: Stream, t: Language) -> str:
    return t("«{name}»", name=f"\u2068{stream['code']}\u2069")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."

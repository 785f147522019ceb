"""The answer of a report in five sentences, made from its numbers by rules.

Nothing is said of a stream «for sure» unless its side (under, well, over) is: likely enough, and not by too few people.
Where only the grade of an underserved stream is open, it is among the sure ones, and its grade is said to be open.
What the newest wave changes, as far as that may be claimed, is said beside what all waves say together.
"""

import math
from collections.abc import Sequence

from models.codebook import Target
from models.state import State
from reports import words
from reports.data import Report
from reports.figures import interval
from reports.language import Language, language_of
from reports.named import Stream, listed, name_of, named
from reports.newest import News, newest_of, now_of, overtaken, state_now, wave_of

_UNDER = (State.VERY_UNDER, State.UNDER)
_TOO_FEW = {"indicative", "unstable"}
_COUNTED = (
    "Посчитана {rows} (с оценкой {scored}) от {people}, {inside} {streams}.|"
    "Посчитано {rows} (с оценкой {scored}) от {people}, {inside} {streams}.|"
    "Посчитано {rows} (с оценкой {scored}) от {people}, {inside} {streams}."
)


def answer(report: Report) -> tuple[str, ...]:
    """Say in at most five sentences how many there are, what is sure, what is not, the main target, what is first.

    What the newest wave changes is a sentence too; then the main target and what is first share one.
    """
    t = language_of(report.settings)
    streams = report.balance.to_dict("records")
    if not streams:
        nothing = t("Подтверждённых потоков пока нет, поэтому сказать о них нечего.")
        return nothing, *_waiting(report, t), _first(report, streams, {}, t)
    news = newest_of(report)
    counted, sure, now = _counts(report, len(streams), t), _sure(report, streams, news, t), now_of(news, t)
    target, first = _main_target(streams, news, t), _first(report, streams, news, t)
    unknown = _unknown(report, streams, news, t)
    last = (target, unknown, first)
    if now and all(last):
        last = (unknown, f"{target[:-1]}; {first[0].lower()}{first[1:]}", "")
    return tuple(sentence for sentence in (counted, sure, now, *last) if sentence)


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


def _sure(report: Report, streams: Sequence[Stream], news: News, t: Language) -> str:
    """Say what is sure of all waves together; a well served stream that the newest wave contradicts is left to it."""
    sure = [stream for stream in streams if is_sure(stream)]
    under = [stream for stream in sure if stream["state"] in _UNDER and not _grade_open(stream)]
    somehow = [stream for stream in sure if _grade_open(stream)]
    over = [stream for stream in sure if stream["state"] == State.OVER]
    limit = t.percent(100 * report.settings.balance.certain.probability)
    parts = []
    if under:
        verb = t("недообслужен") if len(under) == 1 else t("недообслужены")
        parts.append(f"{verb} {named(under, t)}")
    if somehow:
        parts.append(
            t("недообслужены, а насколько — нельзя сказать, {names}", names=named(somehow, t))
            if len(somehow) > 1
            else t("недообслужен, а насколько — нельзя сказать, {name}", name=named(somehow, t))
        )
    if over:
        verb = t("переобслужен") if len(over) == 1 else t("переобслужены")
        parts.append(f"{verb} {named(over, t)}")
    if parts:
        said = (
            "По всем волнам вместе уверенно (вероятность от {limit}): {parts}."
            if news
            else "Уверенно (вероятность от {limit}): {parts}."
        )
        return t(said, limit=limit, parts="; ".join(parts))
    none = t(
        "По всем волнам вместе ни об одном потоке нельзя уверенно сказать, что он недообслужен или переобслужен"
        if news
        else "Ни об одном потоке нельзя уверенно сказать, что он недообслужен или переобслужен"
    )
    if still := [stream for stream in sure if not overtaken(stream, news)]:
        well = t("хорошо обслужен") if len(still) == 1 else t("хорошо обслужены")
        names = listed([name_of(stream, t) + _apart(stream, t) for stream in still], t)
        return t("{none}; уверенно {well}: {names}.", none=none, well=well, names=names)
    return f"{none}."


def _main_target(streams: Sequence[Stream], news: News, t: Language) -> str:
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
    name, served = name_of(main, t), _served(main, t)
    if overtaken(main, news):
        new = news[main["code_id"]]
        served = t("{served}; в волне {wave} — {state}", served=served, wave=wave_of(new), state=state_now(new, t))
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
    apart = t(", мнения разошлись") if _polarised(stream) else ""
    return f"{t(words.STATES[stream['state']])} ({b}){apart}"


def _polarised(stream: Stream) -> bool:
    return "polarised" in stream["flags"].split("|")


def _apart(stream: Stream, t: Language) -> str:
    return t(" (мнения разошлись)") if _polarised(stream) else ""


def _unknown(report: Report, streams: Sequence[Stream], news: News, t: Language) -> str:
    unsure = [stream for stream in streams if stream["state"] and not is_sure(stream)]
    silent = [stream for stream in streams if not stream["state"]]
    parts = []
    if unsure:
        said = (
            t("нельзя сказать уверенно, как обслужены {names}", names=named(unsure, t))
            if len(unsure) > 1
            else t("нельзя сказать уверенно, как обслужен {name}", name=named(unsure, t))
        )
        of_now = any(overtaken(stream, news) for stream in unsure)
        parts.append(t("по всем волнам вместе {said}", said=said) if of_now else said)
    if silent:
        parts.append(
            t(
                "ни одной оценки нет в {streams}: {names}",
                streams=t.counted(len(silent), "потоке|потоках|потоках"),
                names=named(silent, t),
            )
        )
    if report.awaiting:
        parts.append(_awaiting(report, t))
    if not parts and any(new.overtaken for new in news.values()):
        return ""  # of all waves together everything is sure, of the newest it is another thing
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


def _first(report: Report, streams: Sequence[Stream], news: News, t: Language) -> str:
    """Choose the first thing to do: finish the review, serve a target better, decide a target, ask more people."""
    if report.awaiting > report.confirmed and (report.confirmed or not streams):
        return t("Первое дело — разобрать фразы, которые ждут решения: их больше, чем подтверждённых.")
    if not streams:
        return t("Первое дело — собрать ответы с целями.")
    under = [stream for stream in streams if is_sure(stream) and stream["state"] in _UNDER and _lasts(stream, news)]
    now_under = [new for new in news.values() if new.apart and new.side == "under"]
    for target, by_rule, chosen, now in (
        (
            Target.YES,
            "Первое дело — {name}: это целевой поток, и он недообслужен; стратегия — «{strategy}».",
            "Первое дело — {name}: это целевой поток, и он недообслужен; аналитик выбрал стратегию «{strategy}».",
            "Первое дело — {name}: это целевой поток, и в волне {wave} он недообслужен.",
        ),
        (
            Target.UNDECIDED,
            "Первое дело — решить, целевой ли поток {name}: он недообслужен, от этого зависит стратегия: «{strategy}».",
            "Первое дело — {name}: он недообслужен, целевой ли он, не решено; аналитик выбрал стратегию «{strategy}».",
            "Первое дело — решить, целевой ли поток {name}: в волне {wave} он недообслужен.",
        ),
    ):
        if of_target := [stream for stream in under if stream["target"] == target]:
            return t(
                chosen if of_target[0]["strategy_override"] else by_rule,
                name=name_of(of_target[0], t),
                strategy=words.strategy(words.called_for(of_target[0]), t, t("» / «")),
            )
        if of_now := [new for new in now_under if new.stream["target"] == target]:
            return t(now, name=name_of(of_now[0].stream, t), wave=wave_of(of_now[0]))
    targets = [stream for stream in streams if stream["target"] == Target.YES]
    if doubtful := [stream for stream in targets if not is_sure(stream) or _now_unsure(stream, news)]:
        return t(
            "Первое дело — собрать больше оценок о целевом потоке {name}: пока о нём нельзя сказать уверенно.",
            name=name_of(doubtful[0], t),
        )
    if not targets and any(stream["target"] == Target.UNDECIDED for stream in streams):
        return t("Первое дело — решить, какие потоки целевые: без этого стратегии нет.")
    sure = [stream for stream in (*targets, *under) if is_sure(stream)]
    known = next((stream for stream in sure if not overtaken(stream, news)), sure[0] if sure else None)
    if known is None:
        return t("Первое дело — собрать больше оценок: пока ни о чём нельзя сказать уверенно.")
    return t(
        "Первое дело — {name}: стратегия «{strategy}».",
        name=name_of(known, t),
        strategy=words.strategy(words.called_for(known), t),
    )


def _lasts(stream: Stream, news: News) -> bool:
    """Whether a stream that is underserved in all waves together may still be so: none that is surely served now."""
    return not overtaken(stream, news) or not news[stream["code_id"]].side


def _now_unsure(stream: Stream, news: News) -> bool:
    return overtaken(stream, news) and not news[stream["code_id"]].side


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."

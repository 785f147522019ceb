"""What changed with the newest wave, in words and with what people said before and now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.alarms import DRAWS, FEWEST, LEVEL, Alarm, AlarmKind, Examples
from models.store.alarms import Alarms
from reports.data import Report, Verbatim
from reports.language import Language, language_of

PHRASES = "фраза|фразы|фраз"
PEOPLE = "респондент|респондента|респондентов"


@dataclass(frozen=True)
class Words:
    """What people said of one code, by time; `name` only where an alarm is about two codes."""

    name: str
    groups: tuple[tuple[str, tuple[Verbatim, ...]], ...]


@dataclass(frozen=True)
class Told:
    """One alarm as the page tells it."""

    title: str
    words: str
    said: tuple[Words, ...]


def asked(report: Report) -> str:
    """Say what was compared, and how far it can be trusted."""
    t, alarms = language_of(report.settings), report.alarms
    if alarms is None or alarms.found is None:
        return ""
    before, now = alarms.found.people
    return t(
        "Волна {wave} ({now}) рядом с прежними ({since}; {before}). Названо только то, чего не объясняет случайный "
        "набор респондентов: где ничего не менялось, хоть что-то названо не чаще чем в {level} исследований.",
        wave=alarms.wave,
        since=", ".join(alarms.since),
        before=t.counted(before, PEOPLE),
        now=t.counted(now, PEOPLE),
        level=t.percent(100 * LEVEL),
    )


def told(report: Report) -> list[Told]:
    """Tell the alarms of a report, the surest first."""
    if report.alarms is None or report.alarms.found is None:
        return []
    t, said = language_of(report.settings), _by_phrase(report)
    return [
        Told(*_words(alarm, report.alarms, t), tuple(_examples(alarm, report.alarms, said, t)))
        for alarm in report.alarms.found.alarms
    ]


def notes(report: Report) -> list[str]:
    """Say what waits for people, and of what nothing can be told."""
    t, alarms = language_of(report.settings), report.alarms
    return list(_notes(alarms, t)) if alarms else []


def how(t: Language, *, counted: bool = False) -> tuple[str, ...]:
    """Say how it was found out; `counted`: codes were only counted, as in a table coded outside Rechki."""
    compared = t(
        "Смещение и сближение: центры фраз, по одной точке на респондента, рядом с теми, что выходят, если "
        "делить респондентов на волны случайно ({draws} раз).",
        draws=DRAWS,
    )
    return (
        t(
            "Новый и исчезнувший код: как часто все, кто его назвал, оказались бы по одну сторону, если бы волну "
            "составили из респондентов случайно."
        ),
        *([] if counted else [compared]),
        t(
            "На все проверки вместе — {level}; в поправку не идут те, что при таком числе респондентов не могут "
            "сказать ничего. Меньше {least} респондентов — «сказать нельзя».",
            level=t.percent(100 * LEVEL),
            least=FEWEST,
        ),
    )


def _notes(alarms: Alarms, t: Language) -> Iterator[str]:
    if alarms.themes:
        phrases = sum(len(theme.phrases) for theme in alarms.themes)
        yield t(
            "Не похоже ни на один код и ждёт решения: {groups} ({phrases}). Это могут быть новые темы.",
            groups=t.counted(len(alarms.themes), "группа|группы|групп"),
            phrases=t.counted(phrases, PHRASES),
        )
    if alarms.wave and alarms.found is None:
        yield t(
            "Волна {wave} разобрана не вся (фраз решено {decided} из {phrases}): что изменилось в кодах, будет "
            "сказано, когда решены девять из десяти.",
            wave=alarms.wave,
            decided=alarms.decided,
            phrases=alarms.phrases,
        )
    if alarms.found is not None:
        if not alarms.found.alarms:
            yield t("В кодах не изменилось ничего, чего не объяснил бы случай.")
        if alarms.found.unsure:
            names = ", ".join(alarms.names[code] for code in alarms.found.unsure)
            yield t("Сказать нельзя, слишком мало респондентов: {names}.", names=names)


def _words(alarm: Alarm, alarms: Alarms, t: Language) -> tuple[str, str]:
    names = [alarms.names[code] for code in alarm.codes]
    before, now = alarms.found.people if alarms.found else (0, 0)
    match alarm.kind:
        case AlarmKind.NEW:
            words = t("Раньше этого не назвал никто из {of}, теперь — {count}.", of=before, count=alarm.now)
            return t("Новое: {name}", name=names[0]), words
        case AlarmKind.VANISHED:
            words = t(
                "Раньше это назвали {count} из {all}, теперь — никто из {of}.", count=alarm.before, all=before, of=now
            )
            return t("Исчезло: {name}", name=names[0]), words
        case AlarmKind.DRIFTED:
            words = t(
                "Под этим кодом говорят о другом, чем раньше (респондентов раньше {before}, теперь {now}). "
                "Один ли это ещё код?",
                before=alarm.before,
                now=alarm.now,
            )
            return t("Сместилось: {name}", name=names[0]), words
    was, became = alarm.apart or (float("nan"), float("nan"))
    words = t(
        "Эти коды различаются хуже: к своему коду ближе были {was}, теперь {became}. Два ли это ещё кода?",
        was=t.percent(100 * was),
        became=t.percent(100 * became),
    )
    return t("Сближаются: {one} и {other}", one=names[0], other=names[1]), words


def _examples(alarm: Alarm, alarms: Alarms, said: Mapping[tuple[str, str], Verbatim], t: Language) -> Iterator[Words]:
    for examples in alarm.examples:
        groups = (
            (t("Раньше"), _found(examples.before, examples, said)),
            (t("Теперь"), _found(examples.now, examples, said)),
        )
        name = alarms.names[examples.code] if len(alarm.codes) > 1 else ""
        yield Words(name, tuple((when, words) for when, words in groups if words))


def _found(
    phrases: tuple[str, ...], examples: Examples, said: Mapping[tuple[str, str], Verbatim]
) -> tuple[Verbatim, ...]:
    return tuple(said[examples.code, phrase] for phrase in phrases if (examples.code, phrase) in said)


def _by_phrase(report: Report) -> dict[tuple[str, str], Verbatim]:
    """Find words by their phrase, or by the lines of the file where they were coded outside Rechki."""
    return {
        (code, one.phrase_id or one.behind): one for code, held in report.verbatims.items() for one in held if one.text
    }

"""The code frame as it is, and what happened to it: who changed what, when and why."""

from collections.abc import Iterator, Sequence

from models.codebook import Event, EventKind, undone_events
from reports.data import Report
from reports.language import Language, language_of
from reports.sheets import words
from reports.sheets.sheet import MOMENT, WHOLE, Column, Sheet, Value
from reports.words import STRATEGIES, TARGETS

_EXAMPLES, _LONGEST = 3, 160  # phrases beside a code, and letters of each
_CODES = (
    *(Column("Название", 40), Column("Определение", 46), Column("Цель", 13), Column("Группа", 22)),
    *(Column("Примеры", 46), Column("Слит в", 22), Column("Примечание", 30), Column("Фраз", 9, WHOLE)),
    *(Column("Постоянный", 12), Column("Выведен", 10), Column("id потока", 22)),
)
_EVENTS = (
    *(Column("Когда (UTC)", 17, MOMENT), Column("Кто", 24), Column("Поток", 36), Column("Что сделано", 60)),
    *(Column("Почему", 50), Column("id записи", 12), Column("Отменено", 11)),
)


def codebook(report: Report) -> Sheet:
    """Every code that was ever made, with examples of what carries it."""
    return Sheet(words.CODEBOOK, _CODES, _codes(report), frozen=1)


def changes(report: Report) -> Sheet | None:
    """The log of the codebook, oldest first; none where there is no log."""
    return Sheet(words.CHANGES, _EVENTS, _events(report)) if report.events else None


def _codes(report: Report) -> Iterator[Sequence[Value]]:
    names, t = _names(report), language_of(report.settings)
    for code in report.codes:
        said = report.verbatims.get(code.code_id, [])
        merged = names.get(code.merged_into, code.merged_into) if code.merged_into else ""
        yield (
            *(names[code.code_id], code.definition, "" if code.fixed else t(TARGETS[code.target]), code.net),
            *(_examples((said_of.text for said_of in said), t), merged, code.note),
            *(None if report.shared else len(said), t(_yes(code.fixed)), t(_yes(code.retired)), code.code_id),
        )


def _examples(texts: Iterator[str], t: Language) -> str:
    """The first few different texts, the shortest first: they are read at a glance."""
    different = sorted({text for text in texts if text}, key=lambda text: (len(text), text))
    shown = (text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for text in different[:_EXAMPLES])
    return "\n".join(t("«{name}»", name=text) for text in shown)


def _events(report: Report) -> Iterator[Sequence[Value]]:
    names, undone, t = _names(report), undone_events(report.events), language_of(report.settings)
    for event in report.events:
        yield (
            *(event.at.replace(tzinfo=None), event.who, names.get(event.code_id, event.code_id)),
            *(_told(event, names, t), str(event.payload.get("why", "")), event.event_id[:8]),
            t(words.YES) if event.event_id in undone else "",
        )


def _told(event: Event, names: dict[str, str], t: Language) -> str:
    said = event.payload
    match event.kind:
        case EventKind.NET if not said["net"]:
            return t(words.NO_NET)
        case EventKind.STRATEGY if not said["strategy"]:
            return t(words.NO_STRATEGY)
        case EventKind.DEFINE:
            parts = (("definition", words.DEFINITION_SAID), ("note", words.NOTE_SAID))
            return "; ".join(t(form, said=said[key]) for key, form in parts if key in said)
    return t(
        words.EVENTS[event.kind],
        name=said.get("name", ""),
        target=t(TARGETS.get(str(said.get("target", "")), "")),
        strategy=t(STRATEGIES.get(str(said.get("strategy", "")), "")),
        net=said.get("net", ""),
        into=names.get(str(said.get("into", "")), said.get("into", "")),
        phrases=len(said.get("phrases", ())),
        event=str(said.get("event", ""))[:8],
    )


def _names(report: Report) -> dict[str, str]:
    t = language_of(report.settings)
    return {code.code_id: t(code.name) if code.fixed else code.name for code in report.codes}


def _yes(value: bool) -> str:
    return words.YES if value else words.NO

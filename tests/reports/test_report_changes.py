from datetime import datetime, timedelta
from typing import Any

from models.codebook import Event, EventKind
from reports.changes import changes_of
from reports.language import RUSSIAN, language


def event(number: int, kind: EventKind, code_id: str, **payload: Any) -> Event:
    at = datetime(2026, 3, 1) + timedelta(days=number)
    return Event(f"e{number}", "purpose", at, ("ольга", "7")[number % 2], kind, code_id, payload, "command")


LOG = [
    event(0, EventKind.CREATE, "a", name="Цена", target="yes"),
    event(1, EventKind.CREATE, "b", name="Дорого"),
    event(2, EventKind.RENAME, "a", name="Деньги", why="так говорят клиенты"),
    event(3, EventKind.TARGET, "a", target="no"),
    event(4, EventKind.NET, "a", net="Выгода"),
    event(5, EventKind.NET, "a", net=""),
    event(6, EventKind.DEFINE, "a", definition="что-то"),
    event(7, EventKind.MERGE, "b", into="a"),
    event(8, EventKind.SPLIT, "a", after="2026-03-01T00:00:00", phrases=[]),
    event(9, EventKind.RETIRE, "b"),
    event(10, EventKind.UNDO, "b", event="e9"),
]


def test_the_log_is_told_the_newest_first_with_who_when_and_why() -> None:
    told = changes_of(LOG, RUSSIAN)
    assert [change.words for change in told] == [
        "отменено: «Дорого» выведен из употребления",
        "«Дорого» выведен из употребления",
        "«Деньги» разделяют: его фразы спрошены снова",
        "«Дорого» слит с «Деньги»",
        "«Деньги»: другое определение или заметка",
        "«Деньги» вынут из сводной группы",
        "«Деньги» в сводной группе «Выгода»",
        "«Деньги»: нецелевой",
        "«Цена» назван «Деньги»",
        "новый код «Дорого»",
        "новый код «Цена»",
    ]
    assert told[8].why == "так говорят клиенты"
    assert [change.undone for change in told] == [False, True] + [False] * 9
    assert {change.who for change in told} == {"ольга", "кодировщик 7"}


def test_the_log_is_told_in_english() -> None:
    assert changes_of(LOG, language("en"))[0].words == "undone: “Дорого” retired"


def test_no_log_no_lines() -> None:
    assert changes_of([], RUSSIAN) == []

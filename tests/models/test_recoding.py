"""Changes of the codebook outside Label Studio: checked, said before they are made, and undone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codebook import Codebook, Event, EventKind, Target
from models.coding import PhraseState
from models.errors import RechkiError
from models.recoding import (
    Change,
    Log,
    change_of,
    choose_strategy,
    define,
    find_code,
    in_words,
    merge,
    put_in_net,
    rename,
    retarget,
    retire,
    undo,
    with_reason,
)
from models.strategy import Strategy

START = datetime(2026, 1, 1)
NAMES = {"a": "Деньги", "b": "Доход", "c": "Сон", "d": "Пробный"}
STATES = {f"p{at}": PhraseState(frozenset({code}), complete=True) for at, code in enumerate("aaabbc")}


def log() -> Log:
    events = [
        Event(f"made-{code}", "purpose", START, "anna", EventKind.CREATE, code, {"name": name}, f"ls/1/{code}/1")
        for code, name in NAMES.items()
    ]
    return Log("purpose", events, STATES, "boris", START + timedelta(days=1))


def after(before: Log, change: Change) -> Log:
    return replace(before, events=[*before.events, change.event], at=before.at + timedelta(minutes=1))


def test_a_change_says_what_it_does_and_does_it() -> None:
    change = merge(log(), "доход", "Деньги")
    assert change.words == "merge «Доход» (2 phrases) into «Деньги» (3 phrases)"
    book = after(log(), change).codebook
    assert book.resolve("b") == "a"
    change = rename(log(), "a", "  Деньги,  доход ")
    assert (change.words, change.event.payload["name"]) == ("rename «Деньги» to «Деньги, доход»", "Деньги, доход")
    assert (change.event.who, change.event.at) == ("boris", START + timedelta(days=1))
    assert change.event.origin.startswith("command/")
    assert retarget(log(), "Сон", Target.YES).words == "target of «Сон»: undecided becomes yes"
    assert retire(log(), "Пробный").words == "retire «Пробный», which no phrase carries"
    assert with_reason(change, " так  говорят ").event.payload["why"] == "так говорят"


def test_a_code_is_defined_and_put_in_a_net() -> None:
    change = define(log(), "Деньги", " вырасти  в доходе \n\n долги ", "спорно")
    assert change.words == "definition of «Деньги»: «вырасти в доходе\n\nдолги»; note of «Деньги»: «спорно»"
    now = after(log(), change)
    assert now.codebook.codes["a"].definition == "вырасти в доходе\n\nдолги"
    again = define(now, "a", "вырасти в доходе")
    assert "becomes «вырасти в доходе»" in again.words
    now = after(now, again)
    assert now.codebook.codes["a"].note == "спорно", "a definition alone leaves the note as it is"
    now = after(now, put_in_net(now, "a", "Достижения"))
    change = put_in_net(now, "b", " «достижения» ")
    assert change.event.payload == {"net": "Достижения"}, "a net that reads the same is that net"
    now = after(now, change)
    assert now.codebook.nets() == ["Достижения"]
    now = after(now, put_in_net(now, "a", ""))
    assert (now.codebook.codes["a"].net, now.codebook.codes["b"].net) == ("", "Достижения")
    assert "«Достижения» is taken out" in put_in_net(now, "b", "").words


def test_a_strategy_is_chosen_with_a_reason_and_given_back_to_the_rule() -> None:
    start = log()
    change = choose_strategy(start, "Деньги", Strategy.IMPROVE, " потому  что ")
    assert change.words == "strategy of «Деньги»: «improve»; потому что"
    assert change.event.payload == {"strategy": "improve", "why": "потому что"}
    chosen = after(start, change)
    code = chosen.codebook.codes["a"]
    assert (code.strategy, code.strategy_reason) == (Strategy.IMPROVE, "потому что")
    assert in_words(change.event, chosen.codebook) == "strategy of «Деньги» set to improve"
    before = Codebook.replay("purpose", chosen.events, change.event.at - timedelta(seconds=1)).codes["a"]
    assert (before.strategy, before.strategy_reason) == (None, "")
    assert after(chosen, undo(chosen)).codebook.codes["a"].strategy is None
    cleared = after(chosen, choose_strategy(chosen, "a", None, ""))
    assert (cleared.codebook.codes["a"].strategy, cleared.codebook.codes["a"].strategy_reason) == (None, "")
    assert after(cleared, undo(cleared)).codebook.codes["a"].strategy is Strategy.IMPROVE


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda now: choose_strategy(now, "Сон", None, "x"), "no strategy was chosen"),
        (lambda now: choose_strategy(now, "Сон", Strategy.MODIFY, "  "), "needs a reason"),
        (lambda now: choose_strategy(now, "Другое", Strategy.MODIFY, "x"), "is a fixed code"),
        (lambda now: rename(now, "Нигде", "x"), "there is no code 'Нигде'"),
        (lambda now: rename(now, "Деньги", "ДОХОД"), "there is a code «Доход» already"),
        (lambda now: rename(now, "Деньги", "Деньги"), "is called «Деньги» already"),
        (lambda now: rename(now, "Деньги", "  "), "a code needs a name"),
        (lambda now: rename(now, "Деньги", "Деньги|доход"), "a code's name cannot hold |"),
        (lambda now: rename(now, "Не по теме", "x"), "is a fixed code"),
        (lambda now: merge(now, "Деньги", "a"), "cannot be merged into itself"),
        (lambda now: merge(now, "Деньги", "Нет ответа"), "is a fixed code"),
        (lambda now: retire(now, "Сон"), "1 phrase carries «Сон»"),
        (lambda now: retarget(now, "Сон", Target.UNDECIDED), "is undecided already"),
        (lambda now: define(now, "Деньги", ""), "is what «Деньги» says already"),
        (lambda now: define(now, "Другое", "x"), "is a fixed code"),
        (lambda now: put_in_net(now, "Сон", " "), "«Сон» is in no net already"),
        (lambda now: undo(now), "no change was made by command"),
        (lambda now: undo(now, "made-a"), "0 changes that can be undone"),
        (lambda now: rename(after(now, merge(now, "b", "a")), "Доход", "x"), "«Доход» was merged into «Деньги»"),
        (lambda now: rename(after(now, retire(now, "d")), "Пробный", "x"), "«Пробный» was retired"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(attempt: Callable[[Log], Change], words: str) -> None:
    with pytest.raises(RechkiError, match=words):
        attempt(log())


def test_an_undo_that_would_give_two_codes_one_name_is_refused() -> None:
    now = after(log(), rename(log(), "Деньги", "Заработок"))
    now = after(now, rename(now, "Сон", "Деньги"))
    first = now.events[-2].event_id
    with pytest.raises(RechkiError, match="two codes would be called «Деньги»"):
        undo(now, first[:10])
    assert undo(now).words == "undo: renamed to «Деньги»"


SPLIT = {"phrases": ["p3", "p4"], "after": START.isoformat()}
STEPS: list[Callable[[Log], Change]] = [
    lambda now: rename(now, "a", "Заработок"),
    lambda now: rename(now, "c", "Спать ночью"),
    lambda now: merge(now, "a", "b"),
    lambda now: merge(now, "b", "c"),
    lambda now: merge(now, "c", "d"),
    lambda now: retarget(now, "b", Target.NO),
    lambda now: retarget(now, "c", Target.YES),
    lambda now: retire(now, "d"),
    lambda now: define(now, "a", "о доходе", "проверить"),
    lambda now: define(now, "a", ""),
    lambda now: put_in_net(now, "b", "Достижения"),
    lambda now: put_in_net(now, "b", ""),
    lambda now: choose_strategy(now, "b", Strategy.MODIFY, "так решили"),
    lambda now: choose_strategy(now, "b", None, ""),
    lambda now: change_of(now, EventKind.SPLIT, find_code(now.codebook, "b"), SPLIT, "split"),
]


@given(st.lists(st.sampled_from(STEPS), max_size=8))
def test_undoing_everything_gives_the_codebook_back_and_the_log_keeps_it_all(
    steps: list[Callable[[Log], Change]],
) -> None:
    now, made, books = log(), 0, [log().codebook]
    for step in steps:
        try:
            now = after(now, step(now))
        except RechkiError:
            continue
        made += 1
        books.append(now.codebook)
    whole = now.events
    for before in reversed(books[:-1]):
        now = after(now, undo(now))
        assert now.codebook == before
    assert now.events[: len(whole)] == whole
    assert len(now.events) == len(NAMES) + 2 * made
    assert Codebook.replay("purpose", now.events, until=whole[-1].at) == books[-1], "the past stays as it was"
    assert all(in_words(event, now.codebook) for event in now.events)

"""What changed with a wave: told where it is beyond noise, and where so few people can tell nothing, that is said."""

from dataclasses import replace

import numpy as np
import pytest

from models.alarms import AlarmKind, Found, Said, alarms_of

WIDTH = 12
CODES = ("a", "b", "c", "d")


def said(
    before: dict[str, int], now: dict[str, int], moved: dict[str, str] | None = None, seed: int = 0, a_person: int = 1
) -> Said:
    """Phrases around a direction a code; in the newest wave `moved` codes are around another one's."""
    draw = np.random.default_rng(seed)
    rows = [(code, False) for code, count in before.items() for _ in range(count)]
    rows += [(code, True) for code, count in now.items() for _ in range(count)]
    axes = [CODES.index((moved or {}).get(code, code) if new else code) for code, new in rows]
    vectors = np.eye(WIDTH)[axes] + 0.35 * draw.normal(size=(len(rows), WIDTH))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    people = [f"{'new' if new else 'old'} {at // a_person}" for at, (_, new) in enumerate(rows)]
    return Said(
        names=[f"p{at:03d}" for at in range(len(rows))],
        people=people,
        newest=np.array([new for _, new in rows]),
        codes=CODES,
        carries=np.array([[code == other for other in CODES] for code, _ in rows]),
        vectors=vectors.astype(np.float32),
    )


def kinds(found: Found) -> set[tuple[AlarmKind, tuple[str, ...]]]:
    return {(alarm.kind, alarm.codes) for alarm in found.alarms}


SAME = dict.fromkeys(CODES, 20)


def test_where_nothing_changed_nothing_is_told() -> None:
    found = alarms_of(said(SAME, SAME))
    assert found.alarms == ()
    assert found.unsure == ()
    assert found.people == (80, 80)


def test_a_code_that_vanished_and_one_that_is_new_are_told_with_what_people_said() -> None:
    found = alarms_of(said({**SAME, "b": 0}, {**SAME, "a": 0}))
    assert kinds(found) == {(AlarmKind.VANISHED, ("a",)), (AlarmKind.NEW, ("b",))}
    gone, new = sorted(found.alarms, key=lambda alarm: alarm.codes)
    assert (gone.before, gone.now, new.before, new.now) == (20, 0, 0, 20)
    assert (len(gone.examples[0].before), gone.examples[0].now) == (3, ())
    assert (new.examples[0].before, len(new.examples[0].now)) == ((), 3)


def test_without_vectors_codes_are_counted_and_nothing_else_is_tested() -> None:
    before, now = {"a": 20, "b": 20, "c": 7}, {"a": 20, "b": 20, "c": 0}
    counted = replace(said(before, now), vectors=np.empty((87, 0), np.float32))
    assert alarms_of(replace(counted, vectors=np.zeros((87, 1), np.float32)), level=0.08).alarms == ()
    assert kinds(alarms_of(counted, level=0.08)) == {(AlarmKind.VANISHED, ("c",))}


def test_the_test_of_a_vanished_code_is_fishers() -> None:
    """Of 30 respondents 15 are new; all five of a code are old: C(15, 5) / C(30, 5), the only code that can tell."""
    found = alarms_of(said({"a": 5, "b": 10}, {"a": 0, "b": 15}))
    (gone,) = (alarm for alarm in found.alarms if alarm.kind is AlarmKind.VANISHED)
    tests = gone.p / (3003 / 142506)
    assert tests == pytest.approx(round(tests))


def test_a_code_that_means_something_else_is_told_with_the_phrases_that_differ_most() -> None:
    (found,) = alarms_of(said({"a": 20, "b": 20}, {"a": 20, "b": 20}, {"a": "c"})).alarms
    assert (found.kind, found.codes) == (AlarmKind.DRIFTED, ("a",))
    (examples,) = found.examples
    assert set(examples.before) <= {f"p{at:03d}" for at in range(20)}
    assert set(examples.now) <= {f"p{at:03d}" for at in range(40, 60)}
    assert (len(examples.before), len(examples.now)) == (3, 3)


def test_two_codes_that_grow_together_are_told_with_how_well_they_were_told_apart() -> None:
    found = alarms_of(said(SAME, SAME, {"a": "b"}))
    (closer,) = (alarm for alarm in found.alarms if alarm.kind is AlarmKind.TOGETHER)
    assert set(closer.codes) >= {"a"}
    assert closer.apart is not None
    assert closer.apart[0] > closer.apart[1] + 0.2


def test_of_codes_that_few_people_named_nothing_can_be_told() -> None:
    found = alarms_of(said({**SAME, "d": 2}, {**SAME, "d": 0}))
    assert found.alarms == ()
    assert found.unsure == ("d",)


def test_two_waves_of_two_people_tell_nothing_at_all() -> None:
    found = alarms_of(said({"a": 1, "b": 1}, {"a": 1, "c": 1}))
    assert found.alarms == ()
    assert set(found.unsure) == {"a", "b", "c"}


def test_without_vectors_only_counts_tell() -> None:
    held = said({**SAME, "b": 0}, {**SAME, "a": 0}, {"c": "d"})
    found = alarms_of(replace(held, vectors=np.zeros((len(held.names), 1), np.float32)))
    assert kinds(found) == {(AlarmKind.VANISHED, ("a",)), (AlarmKind.NEW, ("b",))}


def test_one_person_who_says_much_is_one() -> None:
    """Ten phrases of one respondent are no more proof than one of them."""
    many, one = ({"a": 10, "b": 40}, {"a": 0, "b": 40}), 10
    assert (AlarmKind.VANISHED, ("a",)) in kinds(alarms_of(said(*many)))
    found = alarms_of(said(*many, a_person=one))
    assert found.alarms == ()
    assert (found.people, found.unsure) == ((5, 4), ("a", "b"))


def test_the_order_of_the_phrases_changes_nothing() -> None:
    held = said(SAME, {**SAME, "d": 0}, {"a": "c"})
    order = np.random.default_rng(1).permutation(len(held.names))
    mixed = replace(
        held,
        names=[held.names[at] for at in order],
        people=[held.people[at] for at in order],
        newest=held.newest[order],
        carries=held.carries[order],
        vectors=held.vectors[order],
    )
    assert alarms_of(mixed) == alarms_of(held)
    assert alarms_of(held).alarms


def test_studies_where_nothing_changed_are_alarmed_no_more_often_than_is_said() -> None:
    """Forty studies of noise: more than ten of them with an alarm would happen once in a thousand times at 10 %."""
    some = {"a": 15, "b": 9, "c": 6, "d": 3}
    alarmed = sum(bool(alarms_of(said(some, some, seed=seed)).alarms) for seed in range(40))
    assert alarmed <= 10

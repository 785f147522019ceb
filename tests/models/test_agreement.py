"""Agreement: published examples, any order, missing answers, and no value where there is nothing to agree about."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.agreement import (
    Codes,
    Distances,
    Measure,
    Undefined,
    Unit,
    agreement,
    cohen,
    equal_or_not,
    krippendorff,
    masi,
    reading,
)


def units(*coders: str) -> list[Unit]:
    """A row of letters a coder, a letter a unit; a dot is no answer."""
    return [
        Unit(f"r{at}", {f"coder {who}": frozenset(said) for who, said in enumerate(column) if said != "."})
        for at, column in enumerate(zip(*coders, strict=True))
    ]


@pytest.mark.parametrize(
    ("coders", "alpha"),
    [  # K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), examples A, B and C
        (("0100000010", "1110010000"), 0.095),
        (("aabbdcccedda", "babbbccceddd"), 0.692),
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
    ],
)
def test_alpha_is_that_of_the_published_examples(coders: tuple[str, ...], alpha: float) -> None:
    found = krippendorff(units(*coders), equal_or_not)
    assert found.value == pytest.approx(alpha, abs=5e-4)
    value, low, high = figures(found)
    assert low <= value <= high


@pytest.mark.parametrize(
    ("table", "kappa"),
    [  # J. Fleiss, Statistical Methods for Rates and Proportions (1981), table 13.1; a table of two codes
        ({"pp": 75, "pn": 1, "po": 4, "np": 5, "nn": 4, "no": 1, "oo": 10}, 0.676),
        ({"yy": 20, "yn": 5, "ny": 10, "nn": 15}, 0.4),
    ],
)
def test_kappa_is_that_of_the_published_examples(table: dict[str, int], kappa: float) -> None:
    found = cohen([(said[0], said[1]) for said, times in table.items() for _ in range(times)])
    assert found.value == pytest.approx(kappa, abs=5e-4)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [  # R. Passonneau (2006): 1 - Jaccard * monotonicity
        ("ab", "ab", 0),
        ("ab", "abcd", 1 - 1 / 2 * 2 / 3),
        ("a", "ab", 1 - 1 / 2 * 2 / 3),
        ("ab", "bc", 1 - 1 / 3 * 1 / 3),
        ("ab", "cd", 1),
        ("", "a", 1),
        ("", "", 0),
    ],
)
def test_masi_is_as_published(one: str, other: str, distance: float) -> None:
    found = masi([frozenset(one), frozenset(other)])
    np.testing.assert_allclose(found, [[0, distance], [distance, 0]])


SETS = st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=3)
UNITS = st.lists(
    st.builds(
        Unit,
        st.sampled_from([f"r{at}" for at in range(6)]),
        st.dictionaries(st.sampled_from(["anna", "boris", "vera"]), SETS, max_size=3),
        st.sampled_from([(), ("boris",)]),
    ),
    max_size=10,
)


def by_definition(held: Sequence[Unit], distances: Distances) -> float | None:
    """Alpha answer by answer, as the definition says it."""
    held = [unit for unit in held if len(unit.answers) > 1]
    every = [said for unit in held for said in unit.answers.values()]

    def apart(one: Codes, other: Codes) -> float:
        return float(distances([one, other])[0, 1])

    observed = sum(
        apart(one, other) / (len(unit.answers) - 1)
        for unit in held
        for one, other in permutations(unit.answers.values(), 2)
    ) / max(len(every), 1)
    expected = sum(apart(one, other) for one, other in permutations(every, 2))
    return None if not expected else 1 - observed / (expected / (len(every) * (len(every) - 1)))


@given(UNITS, st.sampled_from([equal_or_not, masi]))
def test_alpha_is_what_its_definition_gives(held: list[Unit], distances: Distances) -> None:
    found, wanted = krippendorff(held, distances), by_definition(held, distances)
    assert (found.value is None) == (wanted is None)
    if found.value is not None and wanted is not None:
        assert found.value == pytest.approx(wanted, abs=1e-9)


@given(UNITS, st.permutations(["anna", "boris", "vera"]), st.randoms())
def test_who_is_who_and_the_order_change_nothing(held: list[Unit], names: list[str], random: object) -> None:
    now = dict(zip(["anna", "boris", "vera"], names, strict=True))
    other = [
        replace(
            unit,
            answers={now[who]: unit.answers[who] for who in sorted(unit.answers, reverse=True)},
            blind=[now[who] for who in unit.blind],
        )
        for unit in held
    ]
    random.shuffle(other)  # type: ignore[attr-defined]
    one, two = agreement(held), agreement(other)
    assert figures(one.whole.alpha) == pytest.approx(figures(two.whole.alpha))
    assert figures(one.whole.percent) == pytest.approx(figures(two.whole.percent))
    assert sorted(pair.kappa.value or 9 for pair in one.pairs) == pytest.approx(
        sorted(pair.kappa.value or 9 for pair in two.pairs)
    )


def figures(found: Measure) -> list[float]:
    return [value for value in (found.value, found.low, found.high) if value is not None]


@given(UNITS)
def test_what_is_defined_is_within_its_bounds_and_what_is_not_says_why(held: list[Unit]) -> None:
    found = agreement(held)
    assert found.whole.phrases == found.shown.phrases + found.blind.phrases
    for measure in (found.whole.alpha, *(of.alpha for of in found.codes), *(of.kappa for of in found.codes)):
        assert (measure.value is None) == (measure.why is not None)
        assert measure.value is None or -1 - 1e-9 <= measure.value <= 1 + 1e-9
    for measure in (found.whole.alpha, found.whole.percent):
        if measure.value is not None and measure.low is not None and measure.high is not None:
            assert measure.low <= measure.high
    if found.whole.percent.value is not None:
        assert 0 <= found.whole.percent.value <= 1


def test_where_every_answer_is_the_same_agreement_is_not_defined() -> None:
    found = agreement(units("aaaa", "aaaa"))
    assert found.whole.alpha == Measure(why=Undefined.ALL_EQUAL)
    assert found.pairs[0].kappa == Measure(why=Undefined.ALL_EQUAL)
    assert [(of.code, of.given, of.alpha.why) for of in found.codes] == [("a", 8, Undefined.ALL_EQUAL)]
    assert found.whole.percent.value == 1
    assert found.whole.percent.low is not None
    assert found.whole.percent.low < 0.5, "four respondents prove little"


@pytest.mark.parametrize("coders", [("abca", "...."), ("ab..", "..ab"), ()])
def test_where_nothing_was_answered_twice_agreement_is_not_defined(coders: tuple[str, ...]) -> None:
    found = agreement(units(*coders))
    assert found.whole.phrases == 0
    assert found.whole.alpha == found.whole.percent == Measure(why=Undefined.NOTHING_SHARED)
    assert (found.pairs, found.codes) == ((), ())


def test_a_few_equal_answers_are_no_proof_and_many_are_a_better_one() -> None:
    few, many = (krippendorff(units("ab" * n, "ab" * n), masi) for n in (3, 100))
    assert few.value == many.value == 1
    assert few.low is not None
    assert many.low is not None
    assert few.low < 0.3 < 0.95 < many.low < 1


def test_phrases_of_one_respondent_are_resampled_together() -> None:
    apart = units("abababababab", "abababbabaab")
    alone, together = (
        krippendorff(apart, masi),
        krippendorff([replace(u, respondent=f"r{at // 6}") for at, u in enumerate(apart)], masi),
    )
    assert alone.value == together.value
    assert figures(alone) != figures(together)


def test_with_and_without_a_suggestion_are_told_apart() -> None:
    seen = units("abab", "abab")
    blind = [replace(unit, blind=["coder 1"]) for unit in units("abab", "abba")]
    found = agreement([*seen, *blind])
    assert (found.whole.percent.value, found.shown.percent.value, found.blind.percent.value) == (0.75, 1, 0.5)
    assert (found.shown.alpha.value, found.blind.phrases) == (1, 4)


def test_kappa_of_a_code_needs_two_people_and_leaves_out_answers_of_several_codes() -> None:
    two = [
        Unit("r", {"a": frozenset("x"), "b": frozenset("x")}),
        Unit("r", {"a": frozenset("xy"), "b": frozenset("y")}),
    ]
    found = agreement(two)
    assert (found.pairs[0].phrases, found.pairs[0].single) == (2, 1)
    assert all(of.kappa.why is not Undefined.NOT_TWO for of in found.codes)
    third = Unit("r", {"a": frozenset("x"), "c": frozenset("y")})
    assert {of.kappa.why for of in agreement([*two, third]).codes} == {Undefined.NOT_TWO}


def test_how_alpha_is_read() -> None:
    assert [reading(alpha) for alpha in (0.8, 0.79, 0.667, 0.66, -1)] == [
        "reliable",
        "tentative",
        "tentative",
        "low",
        "low",
    ]

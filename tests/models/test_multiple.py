"""Several comparisons at once: Holm's adjustment, and that reports of nothing seldom claim anything."""

import math

import numpy as np
import pytest

from models.balance import CodedRow
from models.codebook import Code
from models.config import Balance
from models.criteria import criteria_of
from models.multiple import carried, holm
from models.waves import wave_balance

QUICK = Balance(draws=200)
REPORTS = 60
MOST = 12  # of so many reports of nothing: with one in ten wrong, more are wrong once in a hundred times


def test_holm_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, math.nan, 0.03, 0.005])).tolist() == pytest.approx(
        [0.03, 0.06, math.nan, 0.06, 0.02], nan_ok=True
    )
    assert holm(np.array([0.9, 0.8])).tolist() == [1, 1]
    assert holm(np.empty(0)).size == 0


def test_a_p_as_small_as_the_level_allows_carries_a_claim_and_none_does_not() -> None:
    assert [carried(p, 90) for p in (0.0, 0.099, 0.101, 1.0, math.nan)] == [True, True, False, False, False]


@pytest.mark.parametrize(("codes", "people"), [(12, 6), (12, 15), (5, 40)])
def test_where_nothing_changed_few_reports_claim_a_change(codes: int, people: int) -> None:
    random = np.random.default_rng([codes, people])
    named = [Code(f"c{at}", f"Код {at}") for at in range(codes)]
    wrong = 0
    for _ in range(REPORTS):
        chances = {code.code_id: random.dirichlet([1, 1, 2, 3, 4, 4]) for code in named}
        coded = [
            CodedRow(f"{wave}{code}{at}", 1, f"{wave}{code}{at}", wave, int(score), frozenset([code]))
            for code, chance in chances.items()
            for wave in ("1", "2")
            for at, score in enumerate(random.choice(6, people, p=chance))
        ]
        wrong += bool(wave_balance(coded, named, QUICK)["verdict"].isin(["up", "down"]).any())
    assert wrong <= MOST


@pytest.mark.parametrize(("codes", "people"), [(8, 40), (5, 150)])
def test_where_scores_depend_on_no_criterion_few_reports_claim_one(codes: int, people: int) -> None:
    random = np.random.default_rng([codes, people])
    purposes, criteria = [Code("p", "Цель")], [Code(f"c{at}", f"Критерий {at}") for at in range(codes)]
    wrong = 0
    for _ in range(REPORTS):
        scores = random.choice(6, people, p=np.array([1, 1, 2, 4, 6, 5]) / 19)
        named = [frozenset(f"c{at}" for at in random.choice(codes, random.integers(1, 3), False)) for _ in scores]
        of_purpose, of_reasons = (
            [
                CodedRow(str(at), 1, str(at), "", int(score), codes)
                for at, (score, codes) in enumerate(zip(scores, held, strict=True))
            ]
            for held in ([frozenset("p")] * people, named)
        )
        table = criteria_of(of_purpose, purposes, of_reasons, criteria, QUICK).table
        wrong += bool(table["verdict"].isin(["higher", "lower"]).any())
    assert wrong <= MOST

"""New phrases that belong to none of the codes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoder.space import Vectors
from models.outsiders import FEWEST, Outsiders, nearest, outsiders
from models.suggest import Coded, Suggester

CODES, WIDTH = 5, 64


def around(centres: Vectors, times: int, seed: int) -> Vectors:
    """So many vectors about each centre, one centre after the other."""
    draw = np.random.default_rng(seed)
    vectors = np.repeat(centres, times, axis=0) + draw.normal(size=(len(centres) * times, WIDTH)) * 0.13
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


CENTRES = np.eye(CODES + 2, WIDTH, dtype=np.float32)
CODED = Coded(
    "abcde", CENTRES[:CODES], around(CENTRES[:CODES], 12, seed=1), np.repeat(np.eye(CODES, dtype=bool), 12, axis=0)
)


def told(new: Vectors) -> Outsiders:
    keys = [f"{at:04}" for at in range(len(new))]
    return outsiders(new, keys, CODED, Suggester(CODED).likelihoods(new), seed=1)


def test_phrases_of_two_new_purposes_are_two_themes_and_the_larger_is_the_first() -> None:
    new = np.vstack(
        [
            around(CENTRES[:CODES], 10, seed=2),
            around(CENTRES[CODES : CODES + 1], 4, seed=3),
            around(CENTRES[-1:], 6, seed=4),
        ]
    )
    found = told(new)
    assert (found.themes[:50] >= 0).mean() <= 0.15
    assert set(found.themes[50:54]) == {1}
    assert set(found.themes[54:]) == {0}
    assert found.chance[50:].min() > np.median(found.chance[:50])


def test_where_nothing_is_new_little_stands_out() -> None:
    found = told(around(CENTRES[:CODES], 20, seed=5))
    assert (found.themes >= 0).mean() <= 0.2


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_few_phrases_make_no_themes(count: int) -> None:
    found = told(around(CENTRES[-1:], count, seed=6))
    assert found.themes.tolist() == [-1] * count
    assert len(set(found.chance.tolist())) <= 1


@pytest.mark.parametrize("count", [FEWEST, 40])
def test_phrases_that_are_all_alike_are_no_failure(count: int) -> None:
    found = told(np.repeat(CENTRES[-1:], count, axis=0))
    assert np.isfinite(found.chance).all()


@given(seed=st.integers(0, 1000), n=st.integers(2, 40), most=st.integers(1, 12))
def test_the_nearest_are_those_of_a_full_comparison(seed: int, n: int, most: int) -> None:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(n, 8)).astype(np.float32)
    full = vectors @ vectors.T
    np.fill_diagonal(full, -np.inf)
    at, cosine = nearest(vectors, vectors, most, itself=False)
    assert at.shape == (n, min(most, n - 1))
    assert cosine == pytest.approx(-np.sort(-full, axis=1)[:, :most][:, : n - 1], abs=1e-5)
    assert np.take_along_axis(full, at, axis=1) == pytest.approx(cosine, abs=1e-5)


def test_many_phrases_are_compared_a_part_at_a_time() -> None:
    vectors = around(CENTRES, 200, seed=7)
    at, _ = nearest(vectors, vectors, 3, itself=False)
    assert at.shape == (1400, 3)
    assert not (at == np.arange(1400)[:, None]).any()
    assert (at // 200 == np.arange(1400)[:, None] // 200).mean() > 0.9

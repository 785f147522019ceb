"""New phrases that belong to none of the codes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoder.space import Vectors
from models.outsiders import FEWEST, Outsiders, nearest, outsiders, themes_of
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


@pytest.mark.parametrize(("count", "themes"), [(0, [-1, -1]), (1, [0, -1]), (2, [0, 1])])
def test_a_phrase_that_stands_out_alone_is_a_theme(count: int, themes: list[int]) -> None:
    score = np.where(np.arange(FEWEST) < count, 5.0, -9.0)
    new = np.eye(FEWEST, WIDTH, dtype=np.float32)
    assert themes_of(new, [f"{at:04}" for at in range(FEWEST)], score, np.arange(FEWEST), seed=1)[:2].tolist() == themes


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_few_phrases_make_no_themes(count: int) -> None:
    found = told(around(CENTRES[-1:], count, seed=6))
    assert found.themes.tolist() == [-1] * count
    assert len(set(found.chance.tolist())) <= 1


@pytest.mark.parametrize("count", [FEWEST, 40])
def test_phrases_that_are_all_alike_are_no_failure(count: int) -> None:
    found = told(np.repeat(CENTRES[-1:], count, axis=0))
    assert np.isfinite(found.chance).all()


@given(seed=st.integers(0, 1000), n=st.integers(2, 40), most=st.integers(1, 12), share=st.floats(0, 1))
def test_the_nearest_are_those_of_a_full_comparison(seed: int, n: int, most: int, share: float) -> None:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(n, 8)).astype(np.float32)
    some = np.sort(draw.permutation(n)[: max(2, round(share * n))])
    full = vectors @ vectors[some].T
    full[some, np.arange(len(some))] = -np.inf
    at, cosine = nearest(vectors, vectors[some], most, some)
    assert at.shape == (n, min(most, len(some) - 1))
    assert cosine == pytest.approx(-np.sort(-full, axis=1)[:, :most][:, : len(some) - 1], abs=1e-5)
    assert np.take_along_axis(full, at, axis=1) == pytest.approx(cosine, abs=1e-5)


def test_of_many_phrases_a_sample_tells_nearly_what_all_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    new = np.vstack([around(CENTRES[:CODES], 60, seed=8), around(CENTRES[-1:], 30, seed=9)])
    every = told(new)
    monkeypatch.setattr("models.outsiders._COMPARED", 80)
    sample = told(new)
    assert np.corrcoef(every.chance, sample.chance)[0, 1] > 0.95
    assert (sample.themes[300:] == 0).mean() > 0.9
    assert (sample.themes[:300] >= 0).mean() <= 0.15


def test_many_phrases_are_compared_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.outsiders._CELLS", 1_000_000)  # 714 of them
    vectors = around(CENTRES, 200, seed=7)
    at, _ = nearest(vectors, vectors, 3, np.arange(1400))
    assert at.shape == (1400, 3)
    assert not (at == np.arange(1400)[:, None]).any()
    assert (at // 200 == np.arange(1400)[:, None] // 200).mean() > 0.9

"""Landmarks: more phrases than are compared pair by pair, on vectors made here and in a study's proposal."""

import random
import tracemalloc
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from models.clusters.affinity import compared
from models.clusters.groups import UNASSIGNED, Groups
from models.clusters.landmarks import drawn
from models.clusters.proposal import propose_groups
from models.config import Proposal
from models.encoder.space import Vectors

SETTINGS = Proposal(landmarks=80)


def around(centres: np.ndarray, each: int, noise: float, seed: int = 5) -> Vectors:
    """Unit vectors around centres."""
    points = np.repeat(centres, each, axis=0)
    points = points + noise * np.random.default_rng(seed).normal(size=points.shape)
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def names(n: int) -> list[str]:
    return [f"фраза {at}" for at in range(n)]


def grouped(vectors: Vectors, keys: list[str], wanted: Proposal = SETTINGS) -> Groups:
    return propose_groups(vectors, (vectors.shape[1],), keys, wanted)


def settled(groups: Groups) -> np.ndarray:
    """Groups with the unassigned sent to the nearest."""
    return np.where(groups.labels == UNASSIGNED, groups.nearest, groups.labels)


@pytest.fixture(scope="module")
def blurred() -> Vectors:
    """Eight groups of 50 that run into each other."""
    return around(np.random.default_rng(1).normal(size=(8, 24)), 50, 0.6)


def test_everyone_joins_the_group_of_the_landmarks_near_them() -> None:
    many = around(np.eye(4, 32), 100, 0.05)
    groups = grouped(many, names(400))
    assert adjusted_rand_score(np.repeat(np.arange(4), 100), settled(groups)) == 1
    assert (groups.labels == UNASSIGNED).sum() == 40
    assert np.isfinite(groups.places).all()
    assert np.abs(groups.places).max() <= 1


def test_any_order_of_the_rows_gives_the_same_groups_to_the_last_bit(blurred: Vectors) -> None:
    keys = names(len(blurred))
    first = grouped(blurred, keys)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(blurred))
        again = grouped(blurred[order], [keys[at] for at in order])
        assert again.kin == first.kin
        for field in fields(Groups)[:4]:
            assert (getattr(again, field.name) == getattr(first, field.name)[order]).all()


def test_landmarks_find_much_of_what_all_phrases_find(blurred: Vectors) -> None:
    keys, right = names(len(blurred)), np.repeat(np.arange(8), 50)
    all_compared = grouped(blurred, keys, Proposal(landmarks=len(blurred)))
    some = grouped(blurred, keys)
    assert adjusted_rand_score(right, settled(some)) > 0.7 * adjusted_rand_score(right, settled(all_compared))


def test_a_small_theme_that_the_landmarks_lack_is_a_group() -> None:
    keys = names(408)
    away = np.setdiff1d(np.arange(408), drawn(keys, SETTINGS.landmarks, SETTINGS.seed))[:8]  # none is a landmark
    many = np.empty((408, 32), np.float32)
    many[away] = around(np.eye(5, 32)[4:], 8, 0.05)
    many[np.setdiff1d(np.arange(408), away)] = around(np.eye(4, 32), 100, 0.05)
    found = grouped(many, keys, SETTINGS.model_copy(update={"unassigned": 0.0})).labels
    assert len(set(found[away])) == 1
    assert (found == found[away[0]]).sum() == 8


def test_memory_grows_with_the_phrases_and_not_with_their_pairs() -> None:
    n = 6000
    many = around(np.random.default_rng(2).normal(size=(20, 8)), n // 20, 0.3)
    tracemalloc.start()
    grouped(many, names(n), Proposal(landmarks=200))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < n * n * 4 / 4


def test_a_landmark_is_as_near_to_the_others_as_when_they_were_compared(blurred: Vectors) -> None:
    known = compared(blurred[::4], (blurred.shape[1],))
    again = known.toward(known.vectors)
    apart = ~np.eye(len(again), dtype=bool)
    assert np.corrcoef(again[apart], known.likely[apart])[0, 1] > 0.95


@given(st.sets(st.text(max_size=6), min_size=2, max_size=40), st.integers(1, 40), st.randoms())
@settings(max_examples=60)
def test_which_phrases_are_landmarks_depends_on_the_phrases_alone(
    keys: set[str], most: int, shuffle: random.Random
) -> None:
    some, other = sorted(keys), sorted(keys)
    shuffle.shuffle(other)
    first = {some[at] for at in drawn(some, most, 1)}
    assert first == {other[at] for at in drawn(other, most, 1)}
    assert len(first) == min(most, len(keys))
    without = some[1:]
    assert len(first - {without[at] for at in drawn(without, most, 1)}) <= 1

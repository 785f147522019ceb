"""Groups: what they promise about order, resamples, shares and odd input, on vectors made here."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from models.clusters.affinity import affinities, shared_neighbours
from models.clusters.consensus import consensus
from models.clusters.groups import UNASSIGNED, Groups, groups_of, mean_affinities
from models.clusters.kin import joined, kin_of, looks_like_two, nets_of
from models.clusters.partition import best_partition, expected_threshold, improved
from models.clusters.proposal import propose_groups
from models.config import Proposal
from models.encoder.space import Vectors

SETTINGS = Proposal()


def around(centres: np.ndarray, each: int, noise: float, seed: int = 5) -> Vectors:
    """Unit vectors around centres."""
    draw = np.random.default_rng(seed)
    points = np.repeat(centres, each, axis=0)
    points = points + noise * draw.normal(size=points.shape)
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def names(n: int) -> list[str]:
    return [f"фраза {at}" for at in range(n)]


@pytest.fixture(scope="module")
def blobs() -> Vectors:
    """Four clear groups of 12 unit vectors and 6 strays."""
    strays = np.random.default_rng(5).normal(size=(6, 32))
    return np.vstack([around(np.eye(4, 32), 12, 0.05), around(strays, 1, 0)])


@pytest.fixture(scope="module")
def blurred() -> Vectors:
    """Twelve groups of 15 that run into each other."""
    return around(np.random.default_rng(1).normal(size=(12, 24)), 15, 0.75)


@pytest.fixture(scope="module")
def grouped(blobs: Vectors) -> Groups:
    return grouped_texts(blobs, names(len(blobs)), SETTINGS)


def grouped_texts(vectors: Vectors, *rest: Any) -> Groups:
    """Groups of vectors of one encoder."""
    return propose_groups(vectors, (vectors.shape[1],), *rest)


def settled(groups: Groups) -> np.ndarray:
    """Groups with the unassigned sent to the nearest."""
    return np.where(groups.labels == UNASSIGNED, groups.nearest, groups.labels)


def test_groups_are_numbered_from_the_largest(grouped: Groups) -> None:
    sizes = [len(grouped.members(group)) for group in range(grouped.count)]
    assert set(grouped.labels) - {UNASSIGNED} == set(range(grouped.count))
    assert sizes == sorted(sizes, reverse=True)
    assert len(grouped.kin) == grouped.count


def test_clear_groups_are_found_and_strays_are_left_out(grouped: Groups) -> None:
    assert adjusted_rand_score(np.repeat(np.arange(4), 12), settled(grouped)[:48]) == 1
    assert (grouped.labels[:48] == UNASSIGNED).sum() == 0
    assert (grouped.labels[48:] == UNASSIGNED).sum() == int(0.1 * 54)


def test_confidence_and_distances_belong_to_the_nearest_groups(grouped: Groups, blobs: Vectors) -> None:
    assert ((grouped.confidence >= 0) & (grouped.confidence <= 1)).all()
    inside = grouped.labels != UNASSIGNED
    assert (grouped.near[inside, 0] == grouped.labels[inside]).all()
    assert grouped.near.shape == grouped.distances.shape == (len(blobs), 3)
    assert grouped.distances[:, 0] == pytest.approx(1 - grouped.confidence)
    assert (np.diff(grouped.distances[:, 1:], axis=1) >= 0).all()
    assert all((np.diff(grouped.confidence[grouped.members(group)]) <= 0).all() for group in range(grouped.count))
    assert grouped.confidence[:48].min() > grouped.confidence[48:].max()


def test_any_order_of_the_rows_gives_the_same_groups_to_the_last_bit(blurred: Vectors) -> None:
    keys = names(len(blurred))
    first = grouped_texts(blurred, keys, SETTINGS)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(blurred))
        again = grouped_texts(blurred[order], [keys[at] for at in order], SETTINGS)
        assert again.kin == first.kin
        for field in fields(Groups)[:4]:
            assert (getattr(again, field.name) == getattr(first, field.name)[order]).all()


def test_another_seed_and_one_more_phrase_change_little(blurred: Vectors) -> None:
    keys = names(len(blurred))
    whole = settled(grouped_texts(blurred, keys, SETTINGS))
    other = settled(grouped_texts(blurred, keys, SETTINGS.model_copy(update={"seed": 7})))
    assert adjusted_rand_score(whole, other) >= 0.9
    likeness = []
    for out in (3, 77, 140):
        kept = np.arange(len(blurred)) != out
        without = grouped_texts(blurred[kept], [key for key, stays in zip(keys, kept, strict=True) if stays], SETTINGS)
        likeness.append(adjusted_rand_score(whole[kept], settled(without)))
    assert np.mean(likeness) >= 0.9


@pytest.mark.parametrize("share", [0, 0.1, 0.25, 0.5])
def test_the_share_left_out_is_the_one_that_was_asked_for(blurred: Vectors, share: float) -> None:
    wanted = SETTINGS.model_copy(update={"unassigned": share})
    groups = grouped_texts(blurred, names(len(blurred)), wanted)
    assert (groups.labels == UNASSIGNED).sum() == int(share * len(blurred))
    assert min(len(groups.members(group)) for group in range(groups.count)) >= 2
    assert (groups.near >= 0).all()


def test_finer_gives_more_groups(blurred: Vectors) -> None:
    counts = [
        grouped_texts(blurred, names(len(blurred)), SETTINGS.model_copy(update={"finer": finer})).count
        for finer in (-0.1, 0.02, 0.3)
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_no_more_groups_than_wanted(blurred: Vectors) -> None:
    few = SETTINGS.model_copy(update={"most_groups": 4, "finer": 0.2})
    assert 2 <= grouped_texts(blurred, names(len(blurred)), few).count <= 4


@pytest.mark.parametrize("n", [0, 1, 2, 19])
def test_fewer_than_twenty_texts_stay_unassigned(blobs: Vectors, n: int) -> None:
    groups = grouped_texts(blobs[:n], names(n), SETTINGS)
    assert groups.count == 0
    assert list(groups.labels) == list(groups.nearest) == [UNASSIGNED] * n


@pytest.mark.parametrize("n", [4, 5, 6, 7, 20, 21, 29, 30, 31])
def test_any_number_of_texts_from_the_least_on_is_grouped(blobs: Vectors, n: int) -> None:
    groups = grouped_texts(blobs[:n], names(n), SETTINGS.model_copy(update={"min_phrases": 4}))
    assert len(groups.labels) == len(groups.nearest) == n


@pytest.mark.parametrize("n", [20, 300])
def test_one_phrase_over_and_over_is_one_group(blobs: Vectors, n: int) -> None:
    groups = grouped_texts(np.repeat(blobs[:1], n, axis=0), names(n), SETTINGS)
    assert groups.count == 1
    assert (groups.labels == UNASSIGNED).sum() == n // 10


@pytest.mark.parametrize("n", [20, 300])
def test_texts_without_any_direction_do_no_harm(n: int) -> None:
    groups = grouped_texts(np.zeros((n, 32), np.float32), names(n), SETTINGS)
    assert np.isfinite(groups.confidence).all()
    assert len(groups.labels) == n


def test_one_theme_is_one_net_and_never_a_crash() -> None:
    theme = around(np.eye(1, 32), 60, 0.02)
    groups = grouped_texts(theme, names(60), SETTINGS)
    assert groups.count >= 1
    assert {kin.net for kin in groups.kin} <= set(range(5))


def test_progress_reaches_its_end(blobs: Vectors) -> None:
    told: list[tuple[int, int]] = []
    grouped_texts(blobs, names(len(blobs)), SETTINGS, lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


@given(st.integers(20, 60), st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_affinities_are_shares_and_symmetric(n: int, seed: int) -> None:
    found = affinities(around(np.random.default_rng(seed).normal(size=(n, 12)), 1, 0), (12,))
    assert found.shape == (n, n)
    assert np.allclose(found, found.T)
    assert ((found >= 0) & (found <= 1 + 1e-6)).all()
    assert found.diagonal() == pytest.approx(1)


def test_phrases_with_the_same_neighbours_share_them_all_and_strangers_none() -> None:
    near = np.kron(np.eye(2), np.ones((4, 4))).astype(np.float32)
    shared = shared_neighbours(near)
    assert shared[:4, 4:] == pytest.approx(0)
    assert (shared[:4, :4] > 0.6).all()


def rand_index(likely: np.ndarray, labels: np.ndarray) -> float:
    """The expected adjusted Rand index of groups, pair by pair."""
    pairs = [(a, b) for a in range(len(labels)) for b in range(a)]
    put = [pair for pair in pairs if labels[pair[0]] == labels[pair[1]]]
    total, own = sum(likely[pair] for pair in pairs), sum(likely[pair] for pair in put)
    chance = len(put) * total / len(pairs)
    return float((own - chance) / ((len(put) + total) / 2 - chance))


def likelihoods(n: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed).random((n, n)).astype(np.float32) ** 2
    likely = (draw + draw.T) / 2
    np.fill_diagonal(likely, 1)
    return likely


@given(st.integers(3, 14), st.integers(2, 4), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_the_threshold_says_which_pair_raises_the_expected_index(n: int, groups: int, seed: int) -> None:
    likely, labels = likelihoods(n, seed), np.random.default_rng(seed).integers(0, groups, n)
    total, pairs = (likely.sum() - n) / 2, n * (n - 1) / 2
    expected = rand_index(likely, labels) if len(set(labels)) < n else 0.0
    base = total / pairs
    assert expected_threshold(likely, labels) == pytest.approx(min(0.5, base + expected * (0.5 - base)), abs=1e-4)


@given(st.integers(3, 14), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_the_groups_cannot_be_bettered_by_moving_one_phrase_or_joining_two_groups(n: int, seed: int) -> None:
    likely = likelihoods(n, seed)
    labels = improved(likely, np.arange(n), 0)
    threshold = expected_threshold(likely, labels)
    again = improved(likely, labels, 0)
    surplus = likely - threshold
    for at in range(n):
        to = [surplus[at, (labels == group) & (np.arange(n) != at)].sum() for group in range(labels.max() + 1)]
        assert to[labels[at]] >= max([*to, 0]) - 0.02 * n
    assert len(set(again)) <= len(set(labels)) + 1


def test_groups_that_anybody_would_make_are_found_from_bad_beginnings() -> None:
    likely = np.full((12, 12), 0.05, np.float32)
    for at in range(0, 12, 4):
        likely[at : at + 4, at : at + 4] = 0.8
    np.fill_diagonal(likely, 1)
    right = np.repeat(np.arange(3), 4)
    for begin in (np.arange(12), np.arange(12) % 3, np.arange(12) // 2):
        assert adjusted_rand_score(right, improved(likely, begin, 0)) == 1


def test_a_phrase_that_agrees_with_no_other_is_alone() -> None:
    near = np.kron(np.eye(3), np.ones((4, 4))).astype(np.float32)
    alone = np.zeros((13, 13), np.float32)
    alone[:12, :12], alone[12, 12] = near, 1
    found = consensus(alone, names(13), lambda near: best_partition(near, 0), 10, 1)
    assert adjusted_rand_score([*np.repeat(np.arange(3), 4), 3], found) == 1


def test_mean_affinities_leave_the_text_itself_out() -> None:
    affinity = np.array([[1, 0.5, 0.1], [0.5, 1, 0.2], [0.1, 0.2, 1]], np.float32)
    means = mean_affinities(affinity, np.array([0, 0, UNASSIGNED]))
    assert means.ravel() == pytest.approx([0.5, 0.5, 0.15])


def test_groups_of_equal_size_are_numbered_by_their_first_text() -> None:
    groups = groups_of(np.array([1, 0, 1, 0, -1]), np.full((5, 2), 0.5, np.float32))
    assert list(groups.labels) == [0, 1, 0, 1, -1]


def test_kin_names_groups_that_may_be_one_and_those_that_may_be_two() -> None:
    blocks = np.kron(np.eye(5), np.ones((8, 8))).astype(np.float32)
    blocks[:8, 8:16] = blocks[8:16, :8] = 0.6  # the first two are close
    blocks[16:20, 20:24] = blocks[20:24, 16:20] = 0.1  # the third falls apart
    kin = kin_of(blocks, np.repeat(np.arange(5), 8), 5)
    assert kin[0].alike == (1,)
    assert kin[1].alike == (0,)
    assert [found.two for found in kin] == [False, False, True, False, False]
    assert kin[0].cohesion == pytest.approx(1)
    assert kin[0].net == kin[1].net == 0


def test_two_strays_do_not_make_a_group_look_like_two() -> None:
    loose = np.ones((12, 12), np.float32)
    loose[10:, :10] = loose[:10, 10:] = 0.1
    assert not looks_like_two(loose)
    assert not looks_like_two(np.eye(5, dtype=np.float32))


@given(st.integers(1, 40), st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_nets_are_three_to_five_and_hold_every_group(count: int, seed: int) -> None:
    draw = np.random.default_rng(seed).random((count, count))
    nets = nets_of(((draw + draw.T) / 2).astype(np.float32))
    assert len(nets) == count
    assert set(nets) == set(range(max(nets) + 1))
    assert nets[0] == 0
    assert len(set(nets)) == count if count <= 3 else 3 <= len(set(nets)) <= 5


def test_joining_groups_loses_no_text() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2, -1])
    affinity = np.eye(7, dtype=np.float32)
    affinity[0:2, 2:4] = affinity[2:4, 0:2] = 0.9
    found = joined(affinity, labels, 2)
    assert list(found == -1) == [False] * 6 + [True]
    assert found[0] == found[2] != found[4]

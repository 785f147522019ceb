"""First suggestions for single phrases."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoder.space import Vectors
from models.suggest import Coded, Suggester, Suggestion, Wish

THREE = np.eye(3, dtype=np.float32)


def coded(codes: Sequence[str], names: Vectors, vectors: Vectors | None = None, of: Sequence[str] = ()) -> Coded:
    """Each phrase carries the codes that stand in its word of `of`."""
    carries = np.array([[code in one for code in codes] for one in of], bool).reshape(len(of), len(codes))
    return Coded(codes, names, names[:0] if vectors is None else vectors, carries)


def test_a_rejected_code_is_not_offered_and_the_name_alone_is_enough_to_begin() -> None:
    confirmed = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]], np.float32)
    suggester = Suggester(coded("abc", THREE, confirmed, "bbbb"))
    phrase = np.array([0.8, 0.1, 0.6], np.float32)

    def offered(*rejected: str) -> list[str]:
        return [found.code_id for found in suggester.suggestions([Wish(phrase, rejected)])[0]]

    assert offered()[0] in "ab"
    assert set(offered()) == set("abc")
    assert offered("a", "b") == ["c"]
    assert offered("a", "b", "c") == []
    by_name = Suggester(coded("abc", THREE))
    assert [found.code_id for found in by_name.suggestions([Wish(phrase)])[0]] == ["a", "c", "b"]


def test_what_was_confirmed_counts_more_than_a_name() -> None:
    near_c = np.array([[0.6, 0, 0.8]] * 8, np.float32)
    phrase = np.array([0.7, 0, 0.71], np.float32)
    before = Suggester(coded("abc", THREE)).likelihoods(phrase[None])[0]
    after = Suggester(coded("abc", THREE, near_c, "a" * 8)).likelihoods(phrase[None])[0]
    assert after[0] > before[0]
    assert after.argmax() == 0


def test_a_definition_counts_as_one_coded_phrase() -> None:
    names, other = THREE[:1], np.array([[0, 1, 0]], np.float32)
    defined = Coded(["a"], names, names[:0], np.zeros((0, 1), bool), other)
    assert defined.centroids()[0] == pytest.approx(np.array([3, 1, 0]) / np.sqrt(10))
    assert coded(["a"], names, other, "a").centroids() == pytest.approx(defined.centroids())
    assert Coded(["a"], names, names[:0], np.zeros((0, 1), bool), 0 * other).centroids() == pytest.approx(names)
    assert names.tolist() == [[1, 0, 0]], "what is given stays as it is"


def test_a_definition_draws_phrases_that_read_like_it() -> None:
    phrase, told = np.array([[0.1, 0.2, 0.97]], np.float32), np.zeros((3, 3), np.float32)
    told[0] = [0, 0, 1]
    nothing, none = THREE[:0], np.zeros((0, 3), bool)
    before = Suggester(Coded("abc", THREE, nothing, none)).likelihoods(phrase)[0]
    after = Suggester(Coded("abc", THREE, nothing, none, told)).likelihoods(phrase)[0]
    assert after[0] > before[0]


def test_the_same_words_are_offered_the_codes_they_had_before() -> None:
    wish = Wish(np.array([0, 0.9, 0.1, 0], np.float32), before={"d", "a"})
    first = Suggester(coded("abcd", np.eye(4, dtype=np.float32))).suggestions([wish])[0]
    assert first[:2] == [Suggestion("a", 1.0), Suggestion("d", 1.0)]
    assert [found.code_id for found in first[2:]] == ["b", "c"]


def test_likelihoods_are_shares_that_fall_with_distance() -> None:
    found = Suggester(coded("abc", THREE)).suggestions([Wish(np.array([0.8, 0.6, 0], np.float32))])[0]
    assert [one.code_id for one in found] == ["a", "b", "c"]
    assert 0.9 < sum(one.likelihood for one in found) < 1, "a code that nobody has named yet has a vote too"
    far = Suggester(coded("a", np.eye(1, 3, dtype=np.float32))).suggestions([Wish(np.array([0, 0, 1], np.float32))])[0]
    assert far[0].likelihood < 0.2, "one code alone is not likely for everything"
    assert Suggester(coded("", THREE[:0])).suggestions([Wish(np.ones(3, np.float32))]) == [[]]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_likelihoods_of_any_number_of_codes_sum_to_one(count: int) -> None:
    names = np.eye(count, 6, dtype=np.float32)
    vectors = np.vstack([names, names])
    of = list("abcde"[:count]) * 2
    likely = Suggester(coded("abcde"[:count], names, vectors, of)).likelihoods(vectors)
    assert likely.sum(axis=1) == pytest.approx(1)
    assert likely.argmax(axis=1).tolist() == [*range(count), *range(count)]


@given(seed=st.integers(0, 1000), n=st.integers(1, 30))
def test_a_phrase_of_two_codes_teaches_both_and_a_likelihood_is_never_negative(seed: int, n: int) -> None:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(n, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    of = [("a", "b", "ab")[at] for at in draw.integers(0, 3, n)]
    names = vectors[draw.integers(0, n, 2)]
    likely = Suggester(coded("ab", names, vectors, of)).likelihoods(vectors)
    assert (likely >= 0).all()
    assert likely.sum(axis=1) == pytest.approx(1)

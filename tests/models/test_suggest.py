"""First suggestions for single phrases."""

import numpy as np
import pytest

from models.suggest import Suggestion, Wish, code_centroids, suggestions


def test_a_rejected_code_is_not_offered_and_the_name_alone_is_enough_to_begin() -> None:
    names = np.eye(3, dtype=np.float32)
    centres = code_centroids(["a", "b", "c"], names, {"b": np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0]], np.float32)})
    phrase = np.array([1, 0.1, 0], np.float32)
    assert np.linalg.norm(centres, axis=1) == pytest.approx(1)

    def offered(*rejected: str) -> list[str]:
        return [found.code_id for found in suggestions([Wish(phrase, rejected)], ["a", "b", "c"], centres)[0]]

    assert offered() == ["a", "b", "c"]
    assert offered("a") == ["b", "c"]
    assert offered("a", "b", "c") == []


def test_a_definition_counts_as_one_example_and_a_name_as_two() -> None:
    names = np.array([[1, 0, 0]], np.float32)
    other = np.array([0, 1, 0], np.float32)
    defined = code_centroids(["a"], names, {}, {"a": other})
    assert defined[0] == pytest.approx(np.array([2, 1, 0]) / np.sqrt(5))
    confirmed = code_centroids(["a"], names, {"a": other[None, :]})
    assert confirmed[0] == pytest.approx(defined[0])
    assert code_centroids(["a"], names, {}, {"b": other})[0] == pytest.approx(names[0])
    assert names.tolist() == [[1, 0, 0]], "what is given stays as it is"


def test_the_same_words_are_offered_the_codes_they_had_before() -> None:
    centres = np.eye(4, dtype=np.float32)
    wish = Wish(np.array([0, 0.9, 0.1, 0], np.float32), before={"d", "a"})
    first = suggestions([wish], ["a", "b", "c", "d"], centres)[0]
    assert first[:2] == [Suggestion("a", 1.0), Suggestion("d", 1.0)]
    assert [found.code_id for found in first[2:]] == ["b", "c"]


def test_likelihoods_are_shares_that_fall_with_distance() -> None:
    found = suggestions([Wish(np.array([0.8, 0.6, 0], np.float32))], ["a", "b", "c"], np.eye(3, dtype=np.float32))[0]
    assert [one.code_id for one in found] == ["a", "b", "c"]
    assert 0.9 < sum(one.likelihood for one in found) < 1, "a code that nobody has named yet has a vote too"
    far = suggestions([Wish(np.array([0, 0, 1], np.float32))], ["a"], np.eye(1, 3, dtype=np.float32))[0]
    assert far[0].likelihood < 0.2, "one code alone is not likely for everything"
    assert suggestions([Wish(np.ones(3, np.float32))], [], np.zeros((0, 3), np.float32)) == [[]]

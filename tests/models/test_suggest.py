"""First suggestions for single phrases."""

import numpy as np
import pytest

from models.suggest import code_centroids, rank_codes


def test_a_rejected_code_is_not_offered_and_the_name_alone_is_enough_to_begin() -> None:
    names = np.eye(3, dtype=np.float32)
    centres = code_centroids(["a", "b", "c"], names, {"b": np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0]], np.float32)})
    phrase = np.array([1, 0.1, 0], np.float32)
    assert np.linalg.norm(centres, axis=1) == pytest.approx(1)
    assert [found.code_id for found in rank_codes(phrase, ["a", "b", "c"], centres, set())] == ["a", "b", "c"]
    assert [found.code_id for found in rank_codes(phrase, ["a", "b", "c"], centres, {"a"})] == ["b", "c"]
    assert rank_codes(phrase, ["a", "b", "c"], centres, {"a", "b", "c"}) == []

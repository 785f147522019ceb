"""An adapter of a study's own is kept only when it helps on phrases it has not seen."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.adapting import FEWEST_OF_A_CODE, learnable, nearest_is_own, too_little, trial
from models.encoder.space import Vectors
from models.encoder.training import Domain, Progress

WORDS = {code: [f"{code} {at}" for at in range(30)] for code in ("боль", "деньги", "друзья", "покой")}


def spread(noise: float) -> dict[str, Vectors]:
    """Vectors of `WORDS`: a direction a code, and noise."""
    draw = np.random.default_rng(3)
    found = {}
    for at, (_, texts) in enumerate(WORDS.items()):
        for text in texts:
            vector = np.eye(8)[at] + noise * draw.normal(size=8)
            found[text] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return found


class Trained:
    """A training that keeps what it was shown, and encoders with and without it."""

    def __init__(self, before: float, after: float) -> None:
        self.vectors = {False: spread(before), True: spread(after)}
        self.shown: list[set[str]] = []

    def train(self, domain: Domain, out: Path, progress: Progress | None) -> None:
        assert out.is_dir()
        self.shown.append({text for texts in domain.values() for text in texts})
        if progress:
            progress(1, 1)

    def encode(self, adapter: Path | None, texts: Sequence[str]) -> Vectors:
        return np.stack([self.vectors[adapter is not None][text] for text in texts])


def test_an_adapter_that_helps_is_seen() -> None:
    trained = Trained(before=1.0, after=0.2)
    seen: list[tuple[int, int]] = []
    verdict = trial(WORDS, trained.train, trained.encode, 0, lambda done, whole: seen.append((done, whole)))
    assert verdict.helps
    assert verdict.after - verdict.before == pytest.approx((verdict.gained - verdict.lost) / verdict.phrases)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_an_adapter_that_changes_nothing_is_not_kept() -> None:
    trained = Trained(before=0.6, after=0.6)
    verdict = trial(WORDS, trained.train, trained.encode, 0)
    assert not verdict.helps
    assert (verdict.gained, verdict.lost, verdict.chance) == (0, 0, 1.0)


def test_an_adapter_that_harms_is_not_kept() -> None:
    trained = Trained(before=0.3, after=1.5)
    assert not trial(WORDS, trained.train, trained.encode, 0).helps


def test_every_phrase_is_judged_by_an_adapter_that_has_not_seen_it() -> None:
    trained = Trained(0.5, 0.5)
    trial(WORDS, trained.train, trained.encode, 0)
    every = {text for texts in WORDS.values() for text in texts}
    held = [every - shown for shown in trained.shown]
    assert sum(len(part) for part in held) == len(every) == len(set.union(*held))


def test_only_texts_of_one_code_and_codes_of_several_texts_are_learned() -> None:
    many = {f"текст {at}": frozenset({"a"}) for at in range(FEWEST_OF_A_CODE)}
    found = learnable({**many, "оба": frozenset({"a", "b"}), "редкий": frozenset({"c"})})
    assert found == {"a": sorted(many)}
    assert "are needed" in too_little(found)
    assert too_little(WORDS) == ""


@given(st.lists(st.integers(0, 3), min_size=2, max_size=25), st.integers(0, 500))
def test_leave_one_out_is_what_its_name_says(labels: list[int], seed: int) -> None:
    given_labels = np.unique(labels, return_inverse=True)[1]
    vectors = np.random.default_rng(seed).normal(size=(len(labels), 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = nearest_is_own(vectors, given_labels)
    for at, label in enumerate(given_labels):
        centres = {}
        for other in set(given_labels.tolist()):
            rest = [vectors[i] for i in range(len(labels)) if given_labels[i] == other and i != at]
            if rest:
                whole = np.sum(rest, axis=0, dtype=np.float64)
                centres[other] = whole / np.linalg.norm(whole) @ vectors[at]
        best = max(centres, key=lambda code: centres[code])
        clear = sorted(centres.values())[-2:]
        if len(clear) == 1 or clear[1] - clear[0] > 1e-5:
            assert found[at] == (best == label)

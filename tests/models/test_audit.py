"""The audit: drawn blindly and for good, and its interval holds the truth as often as it says."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from annotation.scripted import Truth
from models.analyst import Analyst, rehearsed_audit
from models.audit import AuditResult, Blind, Confirmed, bounds, draw, measure, place_of
from models.codebook import Codebook
from models.config import Review
from models.review import Kind, Line, ReviewTask


def line(at: int, code: str = "x") -> Confirmed:
    return Confirmed((f"p{at}",), f"фраза {at}", frozenset([code]), "anna", f"page {at // 20}")


LINES = [line(at) for at in range(400)]


def test_a_share_is_drawn_and_what_was_said_has_no_part_in_it() -> None:
    drawn = draw("study", LINES, 0.1)
    assert 25 <= len(drawn) <= 55
    other = draw("study", [line(at, "y") for at in reversed(range(400))], 0.1)
    assert [item.phrase_ids for item in other] == [item.phrase_ids for item in drawn]
    assert draw("another study", LINES, 0.1) != drawn
    assert [item.phrase_ids for item in drawn] != sorted(item.phrase_ids for item in drawn), "shuffled"


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from([0.02, 0.1, 0.5]), st.sampled_from([0, 20, 500]))
def test_what_was_drawn_of_few_stays_drawn_where_the_share_alone_counts(
    few: int, many: int, share: float, least: int
) -> None:
    few, many = sorted((few, many))
    before, after = (set(draw("study", LINES[:count], share, least)) for count in (few, many))
    assert len(before) >= min(least, few)
    if not least:
        assert before <= after
    assert set(draw("study", LINES[:few], share)) <= after


def test_no_share_draws_nothing() -> None:
    assert draw("study", LINES, 0, 20) == []


def test_every_line_is_drawn_as_often_as_any_other() -> None:
    counts = np.zeros(len(LINES))
    for study in range(400):
        for item in draw(f"study {study}", LINES, 0.05, 20):
            counts[int(item.phrase_ids[0][1:])] += 1
    assert counts.sum() / 400 == pytest.approx(24, abs=3)
    assert counts.max() < 50
    assert counts.min() > 3


@pytest.mark.parametrize(("population", "sample"), [(12, 5), (60, 20), (150, 30)])
def test_the_interval_holds_the_truth_at_least_95_times_in_100_whatever_it_is(population: int, sample: int) -> None:
    found = [bounds(count, sample, population) for count in range(sample + 1)]
    for errors in range(population + 1):
        chance = hypergeom.pmf(np.arange(sample + 1), population, errors, sample)
        held = np.array([low <= errors <= high for low, high in found])
        assert chance[held].sum() >= 0.95 - 1e-9


@given(st.data())
def test_bounds_hold_the_estimate_and_close_on_it_when_all_is_seen(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 200))
    sample = data.draw(st.integers(1, population))
    found = data.draw(st.integers(0, sample))
    low, high = bounds(found, sample, population)
    assert found <= low <= high <= population - (sample - found)
    assert low - 1 <= found / sample * population <= high + 1
    assert bounds(found, population, population) == (found, found)


def test_nothing_found_in_few_leaves_much_open() -> None:
    assert bounds(0, 20, 100)[1] >= 10
    assert bounds(0, 20, 100)[0] == 0


def test_first_answers_are_compared_and_who_checks_himself_is_counted() -> None:
    drawn = LINES[:5]
    blind = {
        "p0": Blind(frozenset("x"), "anna"),
        "p1": Blind(frozenset("y"), "boris"),
        "p2": Blind(frozenset("x"), "boris"),
    }
    found = measure(LINES[:10], drawn, blind)
    assert (found.confirmed, found.wanted, found.answered, found.differing, found.same_person) == (10, 5, 3, 1, 1)
    assert found.error == pytest.approx(1 / 3)
    assert found.low is not None
    assert found.high is not None
    assert 0.1 <= found.low <= 1 / 3 <= found.high <= 0.8
    assert measure(LINES[:10], drawn, {}) == AuditResult(10, 5)


def mixed_pages(example: Path) -> tuple[dict[str, frozenset[str]], list[ReviewTask]]:
    """The example's purpose rows on pages of one code each, a third of the lines from elsewhere."""
    truth = Truth.read(example / "gsr_truth.csv", example / "gsr_codes.csv")
    right = {f"{card}/{row}": frozenset(codes) for (card, row), codes in truth.codes.items()}
    codes = sorted({code for of in right.values() for code in of})
    on_page: dict[str, list[str]] = defaultdict(list)
    for name, of in right.items():
        strays = place_of("pages", "stray", [name])
        on_page[codes[int(strays * 3 * len(codes))] if strays < 1 / 3 else min(of)].append(name)
    held = sorted(on_page.items())
    return right, [
        ReviewTask(code, "purpose", Kind.GROUP, tuple(Line(name, (name,)) for name in names)) for code, names in held
    ]


def test_the_interval_holds_the_error_of_an_analyst_who_overlooks_a_fifth_of_the_wrong_lines(example: Path) -> None:
    right, pages = mixed_pages(example)
    held, errors = 0, []
    for seed in range(10):
        analyst = Analyst(right, overlooks=0.2, seed=f"seed {seed}")
        found, error = rehearsed_audit(
            analyst, f"study {seed}", "purpose", pages, Codebook("purpose"), Review(audit=0.2, audit_least=20)
        )
        assert found.answered == found.wanted >= 20
        assert found.low is not None
        assert found.high is not None
        held += found.low <= error <= found.high
        errors.append(error)
    assert held >= 9
    assert 0.01 < min(errors) <= max(errors) < 0.3
    careful, error = rehearsed_audit(Analyst(right), "study", "purpose", pages, Codebook("purpose"), Review(audit=1))
    assert (careful.error, careful.low, careful.high, error) == (0, 0, 0, 0)

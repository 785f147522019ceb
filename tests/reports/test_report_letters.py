import pytest

from reports.letters import width_of
from reports.placing import wrapped


@pytest.mark.parametrize("word", ["Щ", "ш", "а", "W", "i", "漢", "🎉"])
def test_lines_of_any_letters_fit_the_place_of_usual_ones(word: str) -> None:
    for wide in (28, 38, 16):
        lines = wrapped(word * 200, wide)
        assert len(lines) <= 3
        assert lines[-1] != "…"
        assert all(width_of(line) <= max(wide * 0.675, 4 * width_of(word)) + 1 for line in lines)


def test_a_short_name_stays_as_it_is_and_a_long_one_is_broken_evenly() -> None:
    assert wrapped("Деньги, доход", 28) == ["Деньги, доход"]
    assert wrapped("Лояльность — пришли к ней лично", 28) == ["Лояльность —", "пришли к ней лично"]
    assert wrapped("", 28) == []

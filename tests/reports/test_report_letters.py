import pytest

from reports.letters import bold_width_of
from reports.placing import wrapped


@pytest.mark.parametrize("word", ["Щ", "ш", "а", "W", "i", "漢", "🎉", "a/", "Щi"])
def test_lines_of_any_letters_fit_the_place_of_usual_ones(word: str) -> None:
    for wide in (28, 38, 16):
        lines = wrapped(word * 200, wide)
        assert len(lines) <= 3
        assert lines[-1] != "…"
        assert all(bold_width_of(line) <= wide * 0.675 for line in lines)
        assert lines[-1].endswith("…")


def test_a_word_is_broken_by_the_width_of_its_own_letters() -> None:
    narrow, wide = wrapped("i" * 40 + " " + "Щ" * 40, 28)[0], wrapped("Щ" * 40, 28)[0]
    assert len(narrow) > 2 * len(wide)
    assert wrapped("видео-консультация для всех родных", 17) == ["видео-", "консультация", "для всех родных"]


def test_a_short_name_stays_as_it_is_and_a_long_one_is_broken_evenly() -> None:
    assert wrapped("Деньги, доход", 28) == ["Деньги, доход"]
    assert wrapped("Лояльность — пришли к ней лично", 28) == ["Лояльность —", "пришли к ней лично"]
    assert wrapped("", 28) == []

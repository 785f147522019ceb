"""Cells of attributes: what is a value, and what is refused rather than guessed."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measures.cells import NoValue, amount, day, is_blank, label, rating, segment


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(("0", 0), ("10", 10), (" 9 ", 9), ("9/10", 9), ("9 из 10", 9), ("7,0", 7), ("8.00", 8)),
        *(("10 — точно порекомендую", 10), ("3 (скорее нет)", 3)),
    ],
)
def test_a_rating_is_read_as_people_write_it(cell: str, value: int) -> None:
    assert rating(cell, 0, 10) == value


@pytest.mark.parametrize("cell", ["11", "-1", "9.5", "9/5", "девять", "9 10", "9-10", "1e1", "٩٩", "100", "９9"])
def test_what_is_no_rating_is_refused(cell: str) -> None:
    with pytest.raises(NoValue, match="is no whole number from 0 to 10"):
        rating(cell, 0, 10)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(("9100", 9100), ("1 250 000,50", 1250000.5), ("1\u00a0250\u202f000 ₽", 1250000), ("-300", -300)),
        *(("−12,5", -12.5), ("0", 0), ("12 дней", 12), ("3 раза", 3), ("0,125", 0.125), ("2.5 ч", 2.5)),
    ],
)
def test_a_number_is_read_as_people_write_it(cell: str, value: float) -> None:
    assert amount(cell) == value


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        *(("1,250", "in two ways: write 1250 or 1.2500"), ("1.250", "in two ways")),
        *(("1,250,000", "is no number"), ("12 34", "is no number"), ("около 100", "is no number")),
        *(("5-10", "is no number"), ("1e5", "is no number"), ("=1+1", "is no number"), ("nan", "is no number")),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_refused(cell: str, words: str) -> None:
    with pytest.raises(NoValue, match=words):
        amount(cell)


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_every_number_comes_back_however_its_thousands_stand(whole: int, part: int) -> None:
    written = f"{whole:,}".replace(",", " ")
    sign = -1 if whole < 0 else 1
    assert amount(f"{written},{part:02}") == pytest.approx(whole + sign * part / 100)
    assert amount(written) == whole


def test_dates_and_blanks() -> None:
    assert day("13.01.2026", month_first=False) == datetime(2026, 1, 13)
    assert day("2026-01-13", month_first=False) == datetime(2026, 1, 13)
    with pytest.raises(NoValue, match="is no date"):
        day("вчера", month_first=False)
    assert all(is_blank(cell) for cell in ("", " ", "—", "N/A", "нет данных", "н/д"))
    assert not any(is_blank(cell) for cell in ("0", "нет", "A"))


def test_categories_are_compared_as_they_read() -> None:
    assert label(" Сайт ") == label("сайт") == label("«сайт»")
    assert segment("А") == segment("A") == segment("a") == "A", "Cyrillic and Latin"
    assert segment("VIP") == label("vip")
    assert label("A+") != label("A")

"""Scores 0-5 as people and form tools write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.config import default_settings
from models.scale import NoScore, parse_score

SCALE: dict[int, str] = default_settings()["scale"]
FORMS = (
    *(
        "{n}",
        " {n} ",
        "+{n}",
        "\u200b{n}",
        "{n}\u200b",
        "{n},0",
        "{n}.0",
        "{n},00",
        "{n}/5",
        "{n} / 5",
        "{n},0/5",
        "\u00a0{n}\u00a0",
    ),
    *(
        "{n} — {text}",
        "{n} – {text}",
        "{n} - {text}",
        "{n}: {text}",
        "{n}. {text}",
        "{n}/5 — {text}",
        "{n} — в основном",
    ),
    *("{text}", "  {text}  ", "{text}.", "«{text}»"),
)


@given(level=st.sampled_from(sorted(SCALE)), form=st.sampled_from(FORMS), upper=st.booleans())
def test_every_level_in_every_written_form_reads_as_itself(level: int, form: str, upper: bool) -> None:
    cell = form.format(n=level, text=SCALE[level])
    assert parse_score(cell.upper() if upper else cell, SCALE) == level


@pytest.mark.parametrize("cell", ["ожидания превзойдёны", "ожидания превзойдены)", "ожидaния превзойдены"])
def test_a_level_text_is_compared_as_people_read_it(cell: str) -> None:
    assert parse_score(cell, SCALE) == 5


@pytest.mark.parametrize("cell", ["", "   ", "\u00a0", "\n"])
def test_a_blank_cell_is_no_score_and_no_error(cell: str) -> None:
    assert parse_score(cell, SCALE) is None


@pytest.mark.parametrize(
    "cell",
    [
        "7",
        "-1",
        "3.5",
        "3,5",
        "10/10",
        "5/10",
        "6/5",
        "05.03.2026",
        "2026-05-04 00:00:00",
        "отлично",
        "пять",
        "45",
        "4%",
    ],
)
def test_what_is_not_on_the_scale_is_refused(cell: str) -> None:
    with pytest.raises(NoScore):
        parse_score(cell, SCALE)


@pytest.mark.parametrize("cell", ["3-4", "3 - 4", "3 – 5", "3: 4", "3. 5", "4 / 3"])
def test_two_numbers_are_never_read_as_the_first_of_them(cell: str) -> None:
    with pytest.raises(NoScore):
        parse_score(cell, SCALE)


@given(number=st.integers(min_value=6, max_value=10**6))
def test_a_number_above_the_scale_is_refused_and_named(number: int) -> None:
    with pytest.raises(NoScore, match=str(number)):
        parse_score(str(number), SCALE)


@given(cell=st.text(max_size=30))
def test_any_cell_gives_a_level_or_blank_or_no_score(cell: str) -> None:
    try:
        level = parse_score(cell, SCALE)
    except NoScore:
        return
    assert level in {None, *SCALE}

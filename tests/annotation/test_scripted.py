"""What the scripted analyst takes to be right for the phrases of an answer."""

import pytest

from annotation.scripted import _coded


@pytest.mark.parametrize(
    ("phrases", "codes", "right"),
    [
        ([(0, 9, "w")], ("А",), {"w": {"А"}}),
        ([(0, 9, "w")], ("А", "Б"), {"w": {"А", "Б"}}),
        ([(0, 9, "w"), (0, 4, "p"), (5, 9, "q")], ("А", "Б"), {"w": {"А", "Б"}, "p": {"А"}, "q": {"Б"}}),
        ([(0, 9, "w"), (0, 4, "p"), (5, 9, "q")], ("А",), {"w": {"А"}, "p": {"А"}, "q": {"А"}}),
        ([(0, 4, "p"), (5, 9, "q")], ("Б", "А"), {"p": {"Б"}, "q": {"А"}}),
    ],
)
def test_parts_have_a_code_each_where_there_are_as_many(
    phrases: list[tuple[int, int, str]], codes: tuple[str, ...], right: dict[str, set[str]]
) -> None:
    assert _coded(phrases, codes) == right

"""Numbers and nouns."""

import pytest

from models.plural import counted, plural


@pytest.mark.parametrize(
    ("count", "words"),
    [
        *((0, "0 групп"), (1, "1 группа"), (2, "2 группы"), (4, "4 группы"), (5, "5 групп"), (10, "10 групп")),
        *((11, "11 групп"), (14, "14 групп"), (20, "20 групп"), (21, "21 группа"), (103, "103 группы")),
        *((111, "111 групп"), (112, "112 групп"), (1001, "1001 группа")),
    ],
)
def test_a_noun_takes_the_form_of_its_number(count: int, words: str) -> None:
    assert f"{count} {plural(count, 'группа', 'группы', 'групп')}" == words


def test_an_english_noun_stands_alone_with_one_only() -> None:
    told = [counted(0, "code"), counted(1, "code"), counted(2, "code"), counted(2, "entry", "entries")]
    assert told == ["0 codes", "1 code", "2 codes", "2 entries"]

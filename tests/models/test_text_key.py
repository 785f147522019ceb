"""The matching key: what a person reads as the same has the same key."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.text import _once, text_key, tidy, without_numbers

TRICKY = st.text(
    alphabet=st.sampled_from(
        list("абвеёсхСХЁacexoCXABaн '’`«»\"-–—\u00a0\u200b\u00ad\u0308\u0301\u0306.!?)([]_1🙂ЙйİΣſﬁ½№")
    ),
    max_size=12,
)


@given(text=st.one_of(TRICKY, st.text(max_size=40)))
@example(text="a'б")
@example(text="ё\u0308")
@example(text="е\u200b\u0308")
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert text_key(text_key(text)) == text_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("всё моё", "все мое"),
        ("все\u0308 хорошо", "всё хорошо"),
        ("ОБЛЕГЧЕНИЕ", "облегчение"),
        ("«волшебная» таблетка", 'волшебная "таблетка"'),
        ("по-новому", "по\u2011новому"),
        ("цель — дело", "цель - дело"),
        ("снять\u00a0тревогу", "снять тревогу"),
        ("снять\u2009тревогу", "снять тревогу"),
        ("тре\u00adвога", "тревога"),
        ("\ufeffтре\u200bвога\u2060", "тревога"),
        ("  снять \n тревогу ", "снять тревогу"),
        ("тревога!!!", "тревога"),
        ("тревога 🙏", "тревога"),
        ("cпокойствие", "спокойствие"),
        ("COXРАНИТЬ", "сохранить"),
        ("к [ИМЯ_1] по совету", "к [ИМЯ_2] по совету"),
        ("пришла к [ИМЯ_1].", "пришла к [ИМЯ_1]"),
        ("[ИМЯ_1] посоветовала!!", "[ИМЯ_2] посоветовала"),
        ("«[ИМЯ_1]» посоветовала 🙂", "[ИМЯ_3] посоветовала"),
    ],
)
def test_what_reads_the_same_has_one_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("снять тревогу", "снять боль"), ("к [ИМЯ_1]", "к [ПОЧТА_1]"), ("coach", "соасh коуч"), ("-", "?"), ("🙏", "🙂")],
)
def test_what_reads_differently_has_two_keys(one: str, other: str) -> None:
    assert text_key(one) != text_key(other)


def test_latin_words_stay_latin() -> None:
    assert text_key("Excel") == "excel"


@pytest.mark.parametrize("text", ["🙏", "🙂🙂", "👍🏽", "...", "-", "?!", ":)"])
def test_a_text_of_emoji_or_punctuation_keeps_a_key(text: str) -> None:
    assert text_key(text)


@given(text=st.text(alphabet=st.characters(blacklist_categories=["Cc", "Cs", "Cf", "Zs", "Zl", "Zp"]), min_size=1))
def test_only_a_text_of_spaces_quotes_and_invisible_letters_loses_its_key(text: str) -> None:
    if any(letter.isalnum() for letter in text):
        assert text_key(text)


def test_only_the_number_of_a_placeholder_is_dropped() -> None:
    assert without_numbers("[ИМЯ_12] и [ТЕЛЕФОН_1], [1], дом_2") == "[ИМЯ] и [ТЕЛЕФОН], [1], дом_2"


@given(text=st.text(alphabet="абвёЁЯ01 ,.!?;:()+-", max_size=30))
def test_the_cheap_way_for_plain_texts_gives_the_same_key(text: str) -> None:
    careful = _once(text)
    while (again := _once(careful)) != careful:
        careful = again
    assert text_key(text) == careful


@given(text=st.one_of(TRICKY, st.text(max_size=40)))
@example(text=" а\x0b\x7f б \r\n\n \x85 в\n")
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    found = tidy(text)
    assert tidy(found) == found
    assert not [line for line in found.split("\n") if line != " ".join(line.split())]
    assert tidy(" а\x0b\x7f б \r\n\n \x85 в\n") == "а б\n\n\nв"

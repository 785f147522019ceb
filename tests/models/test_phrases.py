"""Phrases: cut out of the verbatim without losing or changing a word."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.config import Phrases, default_settings
from models.phrases import Span, is_non_answer, phrase_id, split_statements
from models.privacy.masking import find_personal

SETTINGS = Phrases.model_validate(default_settings()["phrases"])
NON_ANSWERS: list[str] = default_settings()["phrases"]["non_answers"]
PIECES = st.sampled_from(
    [
        *("хочу расти", "Снять тревогу", "надоело", "деньги", "т. е. план", "г. Москва", "5 сессий", "до 20.05.2026"),
        *(".", "!", "?", "...", ";", ";;", "\n", "\r\n", " ", "\t", "\u00a0", "\u2009", ",", "—", "🙂", "«", "»"),
        *("+7 999 123-45-67", "a.b@mail.ru", "https://t.me/olga;x=1", "t.me/olga;", "Ольга Сергеевна", "@olga_k"),
    ]
)
VERBATIMS = st.lists(PIECES, min_size=1, max_size=14).map("".join).filter(lambda text: bool(text.strip()))


def cut(verbatim: str, settings: Phrases = SETTINGS) -> list[str]:
    spans = split_statements(verbatim, find_personal(verbatim), settings)
    return [verbatim[span.start : span.end] for span in spans]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@given(verbatim=VERBATIMS)
def test_spans_are_in_order_and_never_overlap(verbatim: str) -> None:
    spans = split_statements(verbatim, find_personal(verbatim), SETTINGS)
    assert spans
    assert all(0 <= span.start <= span.end <= len(verbatim) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@given(verbatim=VERBATIMS)
def test_all_phrases_together_keep_every_word_in_its_order(verbatim: str) -> None:
    assert [word for phrase in cut(verbatim) for word in words(phrase)] == words(verbatim)


@given(verbatim=VERBATIMS)
@example(verbatim="купить пакет\u00a0")
@example(verbatim="\u2009снять тревогу")
def test_spaces_at_the_ends_belong_to_no_phrase(verbatim: str) -> None:
    assert all(phrase == phrase.strip() for phrase in cut(verbatim))


@given(verbatim=VERBATIMS)
def test_no_cut_runs_through_personal_data(verbatim: str) -> None:
    found = find_personal(verbatim)
    spans = split_statements(verbatim, found, SETTINGS)
    edges = {edge for span in spans[1:] for edge in [span.start]} | {span.end for span in spans[:-1]}
    for item in found:
        inside = [edge for edge in edges if item.start < edge < item.end]
        assert not [edge for edge in inside if verbatim[edge : item.end].strip(" ;\r\n\t")], (item, spans)


@given(verbatim=VERBATIMS, least=st.integers(1, 4))
def test_an_answer_is_cut_only_into_parts_with_enough_words(verbatim: str, least: int) -> None:
    phrases = cut(verbatim, SETTINGS.model_copy(update={"min_words": least}))
    assert len(phrases) == 1 or all(len(re.findall(r"[^\W_]+", phrase)) >= least for phrase in phrases)


@pytest.mark.parametrize(
    ("verbatim", "expected"),
    [
        ("Снять тревогу. Найти работу.", ["Снять тревогу.", "Найти работу."]),
        ("снять тревогу; найти работу", ["снять тревогу", "найти работу"]),
        ("снять тревогу\nнайти работу", ["снять тревогу", "найти работу"]),
        ("Снять тревогу. Надоело.", ["Снять тревогу. Надоело."]),
        ("Надоело", ["Надоело"]),
        ("  найти работу  ", ["найти работу"]),
    ],
)
def test_statements_are_cut_at_sentence_ends_line_breaks_and_semicolons(verbatim: str, expected: list[str]) -> None:
    assert cut(verbatim) == expected


def test_cutting_can_be_switched_off() -> None:
    verbatim = "Снять тревогу. Найти работу."
    assert cut(verbatim, SETTINGS.model_copy(update={"split_sentences": False})) == [verbatim]


@pytest.mark.parametrize("listed", NON_ANSWERS)
@pytest.mark.parametrize("written", ["{}", "{}.", " {} ", "{}!!!", "«{}»", "{} 🙂"])
def test_the_listed_non_answers_are_found_however_written(listed: str, written: str) -> None:
    assert is_non_answer(written.format(listed), NON_ANSWERS)
    assert is_non_answer(written.format(listed).upper(), NON_ANSWERS)


@pytest.mark.parametrize("text", ["-", "?", "...", "🙏", "", "123", ")))"])
def test_a_text_without_words_is_a_non_answer(text: str) -> None:
    assert is_non_answer(text, NON_ANSWERS)


@pytest.mark.parametrize(
    "text", ["нет сил", "не знаю, куда идти дальше", "ничего не хочу менять", "[ИМЯ_1]", "нетворкинг"]
)
def test_an_answer_that_only_begins_like_one_is_kept(text: str) -> None:
    assert not is_non_answer(text, NON_ANSWERS)


def test_a_phrase_id_lasts_and_depends_on_every_part_of_its_place() -> None:
    assert phrase_id("study", "card", 1, "purpose", Span(0, 5)) == phrase_id("study", "card", 1, "purpose", Span(0, 5))
    assert phrase_id("study", "card", 1, "purpose", Span(0, 5)) == "6a817b7bdff6caefa94e"
    places = [
        ("study", "card", 1, "purpose", Span(0, 5)),
        ("other", "card", 1, "purpose", Span(0, 5)),
        ("study", "other", 1, "purpose", Span(0, 5)),
        ("study", "card", 2, "purpose", Span(0, 5)),
        ("study", "card", 1, "why", Span(0, 5)),
        ("study", "card", 1, "purpose", Span(1, 5)),
        ("study", "card", 1, "purpose", Span(0, 6)),
        ("study", "card", 11, "purpose", Span(0, 5)),
    ]
    assert len({phrase_id(*place) for place in places}) == len(places)

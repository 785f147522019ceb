"""Phrases: cut out of the verbatim without losing or changing a word."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.config import Phrases, default_settings
from models.nonanswers import is_non_answer
from models.phrases import Span, phrase_id, split_statements, whole_statement
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
def test_phrases_keep_the_words_and_their_order_but_for_linking_ones(verbatim: str) -> None:
    kept, said = [word for phrase in cut(verbatim) for word in words(phrase)], words(verbatim)
    left = iter(said)
    assert all(word in left for word in kept), "a word was changed or moved"
    assert len(said) == len(kept)  # these pieces hold no linking word


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


@given(verbatim=VERBATIMS)
def test_an_answer_is_cut_only_into_parts_with_some_letters(verbatim: str) -> None:
    phrases = cut(verbatim)
    assert len(phrases) == 1 or all(len(re.findall(r"[^\W\d_]", phrase)) > 2 for phrase in phrases)


@pytest.mark.parametrize(
    ("verbatim", "expected"),
    [
        ("хочу разобраться в себе и заработать больше", ["хочу разобраться в себе", "заработать больше"]),
        ("Снять тревогу. Найти работу.", ["Снять тревогу", "Найти работу."]),
        ("снять тревогу; найти работу", ["снять тревогу", "найти работу"]),
        ("снять тревогу\nнайти работу", ["снять тревогу", "найти работу"]),
        ("1) снять тревогу, 2) найти работу", ["снять тревогу", "найти работу"]),
        ("1. Снять тревогу. 2. Найти работу", ["Снять тревогу.", "Найти работу"]),
        ("Во-первых, снять тревогу, во-вторых, найти работу", ["снять тревогу", "найти работу"]),
        ("снять тревогу и чтобы денег хватало", ["снять тревогу", "чтобы денег хватало"]),
        ("снять тревогу, а ещё денег побольше", ["снять тревогу", "денег побольше"]),
        ("болит сильно, а я ещё и врачей боюсь", ["болит сильно", "я ещё и врачей боюсь"]),
    ],
)
def test_two_statements_are_cut_where_it_is_safe(verbatim: str, expected: list[str]) -> None:
    assert cut(verbatim) == expected


@pytest.mark.parametrize(
    "verbatim",
    [
        *(
            "Надоело",
            "чтобы выслушали и не читали нотаций",
            "сделать один раз и забыть",
            "понимаю всё, а сказать не могу",
        ),
        *(
            "у неё есть вкус, юмор и мозги",
            "без зубрёжки и домашки",
            "IELTS 7.0",
            "после родов плюс 14 кг",
            "2016 г.р.",
        ),
        *("чтоб цену назвали сразу и она не менялась", "10 лет учила в школе и вузе, а рот не открывается", "и ещё"),
        *("Снять тревогу. Надоело.", "нет; да"),
    ],
)
def test_one_statement_stays_whole(verbatim: str) -> None:
    assert cut(verbatim) == [verbatim]


def test_a_surer_setting_cuts_less_and_cutting_can_be_switched_off() -> None:
    doubtful, plain = "хочу разобраться в себе и заработать больше", "снять тревогу; найти работу"
    surest = SETTINGS.model_copy(update={"split_at": 1.0})
    assert cut(doubtful, surest) == [doubtful]
    assert len(cut(plain, surest)) == 2
    assert cut(plain, SETTINGS.model_copy(update={"split": False})) == [plain]


@given(verbatim=VERBATIMS)
def test_the_whole_statement_spans_all_its_parts(verbatim: str) -> None:
    whole, spans = whole_statement(verbatim), split_statements(verbatim, find_personal(verbatim), SETTINGS)
    assert whole.start <= spans[0].start
    assert spans[-1].end <= whole.end


@pytest.mark.parametrize("listed", NON_ANSWERS)
@pytest.mark.parametrize("written", ["{}", "{}.", " {} ", "{}!!!", "«{}»", "{} 🙂"])
def test_the_listed_non_answers_are_found_however_written(listed: str, written: str) -> None:
    assert is_non_answer(written.format(listed), NON_ANSWERS)
    assert is_non_answer(written.format(listed).upper(), NON_ANSWERS)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "нет",
            "не знаю",
            "затрудняюсь ответить",
            "всё устраивает",
            "просто так",
            "хз",
            "честно говоря, не помню уже",
        ),
        *(
            "ничего конкретного сказать не могу",
            "да так",
            "без комментариев",
            "неееет",
            "понятия не имею",
            "n/a",
            "Пропустить",
        ),
        *(
            "затрудняюсь с ответом",
            "ну не знаю даже",
            "причин нет",
            "не задумывалась",
            "так получилось",
            "спросите что полегче",
        ),
    ],
)
def test_ways_of_saying_nothing_need_no_list(text: str) -> None:
    assert is_non_answer(text, [])
    assert is_non_answer(text.upper() + "!", [])


@pytest.mark.parametrize("text", ["-", "?", "...", "🙏", "", "123", ")))"])
def test_a_text_without_words_is_a_non_answer(text: str) -> None:
    assert is_non_answer(text, NON_ANSWERS)


@pytest.mark.parametrize(
    "text",
    [
        "нет сил",
        "не знаю, куда идти дальше",
        "ничего не хочу менять",
        "[ИМЯ_1]",
        "нетворкинг",
        "нет времени",
        "просто для спины",
    ],
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

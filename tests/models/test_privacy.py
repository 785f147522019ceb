"""Personal data leaves no study: found, masked, numbered within a card."""

import csv
import itertools
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.cards import Card, PurposeRow
from models.config import Study
from models.intake import prepare
from models.privacy.masking import Masker, find_personal, keyed_id

GSR = Path(__file__).parents[2] / "examples" / "gsr" / "gsr_cards.csv"
PHONES = [
    *("+7 (999) 123-45-67", "8 999 123 45 67", "89991234567", "+79991234567", "8(999)1234567", "+7-999-123-45-67"),
    *("8-800-555-35-35", "7 999 123 45 67", "+7 999 1234567", "8 (812) 123-45-67", "+7(999) 123 4567"),
    *("+7 999 123–45–67", "+7\u00a0999\u00a0123\u201145\u201167", "8 (4852) 72-12-34", "8.999.123.45.67"),
]
MAILS = ["olga.k@mail.ru", "o-lga+1@sub.example.com", "иван@почта.рф"]
LINKS = ["t.me/olga_kouch", "https://vk.com/id123456", "www.olga.ru/me?x=1", "https://t.me/olga", "wa.me/79991234567"]
HANDLES = ["@olga_kouch", "@abc"]
CARDS = ["4276 1234 5678 9012", "4276123456789012", "4276-1234-5678-9012", "4276\u00a01234\u00a05678\u00a09012"]
NAMES = ["Марина Лебедева", "Ольга Сергеевна", "Иванов Иван Иванович", "Ольга\u00a0Сергеевна", "Марина  Лебедева"]
ALL = [
    *(("ТЕЛЕФОН", text) for text in PHONES),
    *(("ПОЧТА", text) for text in MAILS),
    *(("ССЫЛКА", text) for text in LINKS),
    *(("НИК", text) for text in HANDLES),
    *(("КАРТА", text) for text in CARDS),
    *(("ИМЯ", text) for text in NAMES),
]


def masked(text: str) -> str:
    return Masker().mask(text, find_personal(text))


def card_of(*purposes: str, why: str = "") -> Card:
    rows = tuple(PurposeRow(at, purpose, 4, why) for at, purpose in enumerate(purposes, start=1))
    return Card("card-1", "1", "card-1", None, "", {}, rows, 2, "content")


@pytest.mark.parametrize(("kind", "words"), ALL)
@pytest.mark.parametrize("sentence", ["{}", "пишите {} вечером", "вот ({}), жду", "мой {}.", "запишите:{}"])
def test_personal_data_becomes_a_typed_placeholder(kind: str, words: str, sentence: str) -> None:
    out = masked(sentence.format(words))
    assert f"[{kind}_1]" in out
    assert words not in out
    assert out.count("[") == 1


@pytest.mark.parametrize("words", [*LINKS, *PHONES, *MAILS, *CARDS])
@pytest.mark.parametrize("end", [";", "; ", ";\n", ".", ",", "!", "…", ")", ""])
def test_nothing_that_was_found_is_left_in_a_phrase(words: str, end: str, study: Study) -> None:
    whole = prepare(card_of(f"хочу денег побольше, пишите {words}{end}"), study)
    parts = prepare(card_of(f"пишите мне сюда {words}{end} хочу денег побольше"), study)
    for prepared in (whole, parts):
        texts = [str(phrase["text"]) for phrase in prepared.phrases] + [
            str(row["purpose"]) for row in prepared.purpose_rows
        ]
        assert not [text for text in texts if words in text]


WORDS = ["хочу", "денег", "Пришла.", "снять тревогу", "к", ";", "\n", ",", "и", "(", ")", ". Нужен план"]


@given(parts=st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from([text for _, text in ALL])), max_size=8))
@example(parts=["хочу", "https://vk.com/id123456", ";"])
@example(parts=["Марина Лебедева", "иван@почта.рф", "Марина Лебедева"])
def test_masked_text_never_holds_the_words_that_were_found(parts: list[str], study: Study) -> None:
    verbatim = " ".join(parts).replace(" ;", ";")
    found = find_personal(verbatim)
    prepared = prepare(card_of(verbatim or "-", why=verbatim), study)
    left = [str(row[field]) for row in prepared.purpose_rows for field in ("purpose", "why")]
    left += [str(phrase[field]) for phrase in prepared.phrases for field in ("text", "text_key")]
    for item in found:
        words = verbatim[item.start : item.end]
        assert not [text for text in left if words in text or words.lower() in text]


@given(parts=st.lists(st.sampled_from([text for _, text in ALL]), max_size=6))
def test_finds_are_in_order_and_never_overlap(parts: list[str]) -> None:
    found = find_personal(", ".join(parts))
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_the_same_words_have_the_same_number_inside_a_card(study: Study) -> None:
    prepared = prepare(card_of("звоните 89991234567", "это 89991234567, а ещё 89990000000"), study)
    assert [row["purpose"] for row in prepared.purpose_rows] == [
        "звоните [ТЕЛЕФОН_1]",
        "это [ТЕЛЕФОН_1], а ещё [ТЕЛЕФОН_2]",
    ]
    assert prepared.private.placeholders == {"[ТЕЛЕФОН_1]": "89991234567", "[ТЕЛЕФОН_2]": "89990000000"}


def test_a_phrase_and_its_row_name_a_person_by_the_same_number(study: Study) -> None:
    prepared = prepare(card_of("Пишите на a@b.ru сегодня; потом на c@d.ru завтра."), study)
    assert [phrase["text"] for phrase in prepared.phrases if not phrase["whole"]] == [
        "Пишите на [ПОЧТА_1] сегодня",
        "потом на [ПОЧТА_2] завтра.",
    ]
    assert prepared.purpose_rows[0]["purpose"] == "Пишите на [ПОЧТА_1] сегодня; потом на [ПОЧТА_2] завтра."


def test_attributes_are_masked_too(study: Study) -> None:
    card = Card("c", "1", "c", None, "", {"откуда": "Марина Лебедева, 89991234567"}, card_of("цель есть").rows, 2, "x")
    assert prepare(card, study).card["attributes"] == {"откуда": "[ИМЯ_1], [ТЕЛЕФОН_1]"}


@pytest.mark.parametrize(
    "text",
    [
        *("съехать от родителей уже наконец", "Решить проблему, достичь цель", "в Москве и Питере"),
        *("знаю её 7 лет", "с 2019 по 2025 год", "за 12 000 рублей", "5-7 сессий", "в 2019 2020 2021 годах", "до 25го"),
        *("Вера в себя", "Надежда есть", "Любовь и деньги", "Роман с работой", "100500 раз", "Хочу Мира и Света"),
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        *(("ИМЯ", name) for name in ("Наташе", "Ильдару", "Гульнары", "Серёжа", "Димон", "Джейка", "Ренате", "Оля")),
        *(("ИМЯ", name) for name in ("сергею петровичу", "Иванов И. П.", "И. П. Иванов", "Тимуру Рашидовичу")),
        *(("ССЫЛКА", link) for link in ("olga.ru/me", "instagram.com/olga", "ольга.рф/x")),
        *(("ТЕЛЕФОН", phone) for phone in ("9161234560", "+375 29 123-45-67", "+7 903 000 12 08")),
        *(("ИНН", number) for number in ("500100732259", "7707083893")),
        *(("СНИЛС", number) for number in ("112-233-445 95", "11223344595")),
        *(("АДРЕС", place) for place in ("ул. Ленина, д. 5, кв. 12", "проспект Мира, 10")),
    ],
)
def test_every_kind_of_personal_data_is_found_inside_a_sentence(kind: str, words: str) -> None:
    assert masked(f"пришла к вам, а там {words} меня ждали") == f"пришла к вам, а там [{kind}_1] меня ждали"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("паспорт 4509 123456 выдан", "паспорт [ПАСПОРТ_1] выдан"),
        ("серия 4509 номер 123456", "серия [ПАСПОРТ_1]"),
        ("снилс 112-233-445 00", "снилс [СНИЛС_1]"),  # mistyped, but named
        ("12.03.1984 г.р.", "[РОЖДЕНИЕ_1] г.р."),
        ("дата рождения: 12.03.1984", "дата рождения: [РОЖДЕНИЕ_1]"),
        ("тг olga_k_demo", "тг [НИК_1]"),
        ("из-за доктора Ким", "из-за доктора [ИМЯ_1]"),
        ("Кузнецова Валентина Петровна 1951 г.р.", "[ИМЯ_1] [РОЖДЕНИЕ_1] г.р."),
        ("позовите лену", "позовите [ИМЯ_1]"),
        ("к марине и к свете", "к [ИМЯ_1] и к свете"),  # «свет» is no name
    ],
)
def test_what_stands_beside_a_number_or_name_says_what_it_is(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("500100732258", "112-233-445 96", "заказ 4276123456", "в 2019 2020 году", "IELTS 7.0", "грыжа L5-S1"),
        *("Обслуживаю спокойно", "Начальница сказала", "по Провансу поехать", "Буду ждать", "Мы из Казани"),
        *("Вера в себя куда-то делась", "роза ветров", "любовь моя", "30 000 км", "в мае", "надежда умирает"),
    ],
)
def test_numbers_without_check_digits_and_first_words_are_left_alone(text: str) -> None:
    assert masked(text) == text


def test_the_purposes_of_the_example_are_left_alone() -> None:
    with GSR.open(encoding="utf-8", newline="") as file:
        purposes = [
            row[name] for row in csv.DictReader(file) for name in ("purpose_1", "purpose_2", "purpose_3") if row[name]
        ]
    contacts = ("@", "t.me", "Рощин", "+7", "Ольг", "Оля")
    ordinary = [text for text in purposes if not any(sign in text for sign in contacts)]
    touched = [text for text in ordinary if masked(text) != text]
    assert len(ordinary) > 100
    assert len(touched) <= 0.01 * len(ordinary), touched


def test_an_id_is_keyed_and_typed() -> None:
    assert keyed_id(b"one", "card", "17") == keyed_id(b"one", "card", "17")
    different = {keyed_id(b"one", "card", "17"), keyed_id(b"two", "card", "17"), keyed_id(b"one", "respondent", "17")}
    assert len(different | {keyed_id(b"one", "card", "18")}) == 4
    assert keyed_id(b"one", "card", "17") != "17"

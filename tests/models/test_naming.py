"""Names, keywords and exemplars: in the customers' own words, in forms a person would write."""

import numpy as np
import pytest

from models.clusters.groups import groups_of, no_groups
from models.naming import Portrait, portraits


def described(groups: dict[str, list[str]]) -> dict[str, Portrait]:
    """Describe given groups; the first phrase of each is its most central one."""
    texts = [text for phrases in groups.values() for text in phrases]
    of = np.repeat(np.arange(len(groups)), [len(phrases) for phrases in groups.values()])
    place = np.concatenate([np.arange(len(phrases)) for phrases in groups.values()])
    centres, aside = np.eye(len(groups), 20)[of], np.eye(20)[-1 - place % 4]
    vectors = centres + 0.1 * np.minimum(place, 9)[:, None] * aside
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    found = groups_of(of, np.eye(len(groups), dtype=np.float32)[of])
    order = [int(found.labels[np.flatnonzero(of == at)[0]]) for at in range(len(groups))]
    shown = portraits(texts, vectors, found)
    return {name: shown[number] for name, number in zip(groups, order, strict=True)}


SHORT = {
    "experience": ["обмен опытом", "Обмен опытом", "обменяться опытом", "ради обмена опытом", "обмен опытом и идеями"],
    "profession": ["сменить профессию", "хочу сменить профессию", "новую профессию", "смена профессии"],
    "trainers": ["сильных преподавателей", "преподаватели", "преподаватели", "опытный преподаватель"],
    "far": ["не нужно ездить", "не надо никуда ездить", "никуда не ездить"],
}


def test_a_shared_expression_names_the_group_in_its_usual_form() -> None:
    names = {key: portrait.name for key, portrait in described(SHORT).items()}
    assert names["experience"] == "Обмен опытом"
    assert names["trainers"] == "Преподаватели"


def test_a_word_that_cannot_stand_alone_brings_a_phrase_with_it() -> None:
    names = {key: portrait.name for key, portrait in described(SHORT).items()}
    assert names["profession"] in {"Сменить профессию", "Смена профессии"}
    assert "ездить" in names["far"]
    assert " " in names["far"]


def test_without_a_shared_word_the_most_central_phrase_names_the_group() -> None:
    shown = described({"a": ["Снять тревогу.", "спать по ночам"], "b": ["вырасти в доходе", "больше зарабатывать"]})
    assert shown["a"].name == "Снять тревогу"
    assert shown["a"].exemplars == ("Снять тревогу.", "спать по ночам")


def test_a_name_keeps_the_capital_that_it_always_has_inside_a_sentence() -> None:
    told = ["переезд в Германию", "Переезд в Германию", "переезд в Германию, осенью", "ПЕРЕЕЗД В ГЕРМАНИЮ"]
    assert described({"a": told, "b": ["дёшево", "цена"]})["a"].name == "Переезд в Германию"
    once = [text.replace("Германию, осенью", "германию, осенью") for text in told]
    assert described({"a": once, "b": ["дёшево", "цена"]})["a"].name == "Переезд в германию"
    shouted = ["СМЕНИТЬ ПРОФЕССИЮ", "Сменить профессию", "сменить профессию"]
    assert described({"a": shouted, "b": ["дёшево", "цена"]})["a"].name == "Сменить профессию"


def test_keywords_set_a_group_apart() -> None:
    shown = described(
        {
            "a": ["хочу больше денег", "хочу денег и дохода", "нужны деньги"],
            "b": ["хочу спать", "хочу заснуть спокойно", "сон и спать"],
        }
    )
    assert shown["a"].keywords[0] == "деньга"
    assert shown["b"].keywords[0] == "спать"
    assert "хотеть" not in {shown["a"].keywords[0], shown["b"].keywords[0]}


def test_no_two_groups_have_one_name() -> None:
    names = [p.name.lower() for p in described({"a": ["цена", "цена ниже"], "b": ["цена", "цена и скидка"]}).values()]
    assert len(set(names)) == 2


def test_placeholders_numbers_and_signs_name_nothing() -> None:
    shown = described({"a": ["[ИМЯ_1] посоветовала", "посоветовала [ИМЯ_1] 12"], "b": ["!!!", "12 345"]})
    assert shown["a"].keywords == ("посоветовать",)
    assert shown["b"].keywords == ()
    assert shown["b"].name


def test_a_long_phrase_is_cut_at_a_word() -> None:
    name = described(
        {"a": ["очень длинный ответ о том " * 6, "совсем иной и тоже длинный рассказ " * 5], "b": ["сон", "сон"]}
    )["a"].name
    assert len(name) <= 61
    assert name.endswith("…")
    assert not name[:-1].endswith(" ")


@pytest.mark.parametrize("n", [0, 4])
def test_no_group_no_portrait(n: int) -> None:
    assert portraits(["текст"] * n, np.zeros((n, 3), np.float32), no_groups(n)) == []

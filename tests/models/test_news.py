"""What people are told, and what makes two pieces of news the same."""

from moments import EMPTY

from models.news import of_failure, of_file, of_report, of_review, of_themes


def test_groups_are_told_once_a_proposal() -> None:
    (first,) = of_review({"p1"}, 12, ["http://there/projects/1/data"])
    (later,) = of_review({"p1"}, 3, [])
    assert first.words == "Ждут проверки: 12 групп.\nhttp://there/projects/1/data"
    assert first.keys == later.keys
    assert of_review({"p2", "p1"}, 1, [])[0].keys == of_review({"p1", "p2"}, 1, [])[0].keys != first.keys
    assert of_review({"p2"}, 1, [])[0].words == "Ждёт проверки: 1 группа."
    assert of_review(set(), 0, []) == []


def test_new_themes_are_told_once_each_in_numbers() -> None:
    (first,) = of_themes({"p1/0": 9, "p1/1": 4})
    assert first.words == "Похоже на новую тему: 2 группы, 13 фраз. Ни один код к ним не подходит."
    (one,) = of_themes({"p1/1": 1})
    assert one.words == "Похоже на новую тему: 1 группа, 1 фраза. Ни один код к ним не подходит."
    assert set(one.keys) < set(first.keys)
    assert of_themes({}) == []


def test_a_report_is_news_with_new_evidence_and_something_confirmed() -> None:
    held = EMPTY.model_copy(update={"evidence": "e1", "confirmed": 21, "awaiting": 3})
    assert of_report(EMPTY) == []
    (told,) = of_report(held)
    assert told.words == "Отчёт готов: подтверждено фраз: 21, ждут решения: 3."
    assert of_report(held.model_copy(update={"evidence": "e2"}))[0].keys != told.keys


def test_files_and_failures_are_named() -> None:
    assert "«a.csv» взят не целиком: в нём 2 места" in of_file("a.csv", "d1", 2).words
    assert "«b.csv» не прочитан" in of_file("b.csv", "d2", 0).words
    assert of_file("a.csv", "d1", 2).keys != of_file("a.csv", "d2", 2).keys
    assert of_failure("нет связи", "k").words == "Прогон не удался: нет связи"


def test_what_leaves_names_nobody_who_is_named_in_a_file() -> None:
    name = "Анкета Ивана Петрова 8 916 123-45-67.csv"
    for told in (of_file(name, "d", 0), of_file(name, "d", 3), of_failure(f"{name} is still being written", "k")):
        assert "Анкета [ИМЯ_1] [ТЕЛЕФОН_1].csv" in told.words

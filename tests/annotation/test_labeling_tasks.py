"""What holds for tasks of every kind."""

import json
from dataclasses import replace
from typing import Any

import pytest
from labeled import (
    SCALE,
    SINGLE,
    book,
    contexts,
    group,
)

from annotation.labeling import answer_of, page_result, phrase_result, task_json
from models.cards import Card, PurposeRow
from models.codebook import Target
from models.config import Study, default_settings
from models.intake import prepare
from models.review import Answer, Kind, Line, Member, ReviewTask, UnusableAnswer
from models.store.cards import RowContext


def test_an_empty_result_is_unusable_on_a_group_and_empty_on_a_phrase() -> None:
    with pytest.raises(UnusableAnswer):
        answer_of(group(), [])
    assert answer_of(SINGLE, []) == Answer()


def test_html_of_a_task_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    data = task_json(SINGLE, book(), {name: RowContext(evil, 3, evil) for name in SINGLE.phrase_ids}, {}, SCALE)["data"]
    assert "<script>" not in data["card_html"]
    page = group()
    page.about["keywords"] = [evil]
    assert "<script>" not in task_json(page, book(), contexts(page), {}, SCALE)["data"]["about_html"]


@pytest.mark.parametrize("kind", list(Kind))
def test_no_raw_verbatim_is_in_a_task(kind: Kind) -> None:
    study = Study.model_validate(
        {**default_settings(), "study_id": "11111111-2222-3333-4444-555555555555", "title": "Проба"}
    )
    secrets = ["+7 999 123-45-67", "Марина Лебедева", "https://vk.com/id12345", "ВН-17"]
    purpose = f"Хочу денег, я {secrets[1]}, звоните {secrets[0]}, {secrets[2]};"
    row = PurposeRow(1, purpose, 3, f"спросите {secrets[0]}")
    prepared = prepare(Card("card-1", secrets[3], "card-1", None, "", {}, (row,), 2, "c"), study)
    lines = tuple(Line(str(item["text"]), (str(item["phrase_id"]),), codes=("code-a",)) for item in prepared.phrases)
    task = ReviewTask("k", "purpose", kind, lines, about={"name": lines[0].text, "keywords": []}, suggested=("code-a",))
    (stored,) = prepared.purpose_rows
    context = RowContext(str(stored["purpose"]), 3, str(stored["why"]))
    shown: dict[str, Any] = task_json(task, book(), dict.fromkeys(task.phrase_ids, context), {}, SCALE)
    text = json.dumps(shown, ensure_ascii=False)
    assert "Хочу денег" in text
    assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize("task", [group(), SINGLE])
def test_a_page_of_reasons_comes_with_the_whole_reason_and_goes_back_without_a_target(task: ReviewTask) -> None:
    task = replace(task, frame="why")
    shown = task_json(task, book(), contexts(task), {}, SCALE)
    controls = {region["from_name"] for found in shown["predictions"] for region in found["result"]}
    assert controls == ({"members"} if task.kind is Kind.GROUP else {"suggested"})
    if task.kind is Kind.GROUP:
        members = dict.fromkeys(range(5), Member.BELONGS)
        answer = Answer(new_names=("Скорость",), target=Target.YES, members=members)
        assert answer_of(task, page_result(task, answer)) == replace(answer, target=None)
    else:
        assert "Почему, целиком" in shown["data"]["card_html"]
        answer = Answer(new_names=("Скорость",), target=Target.YES)
        assert answer_of(task, phrase_result(task, answer)) == replace(answer, target=None)

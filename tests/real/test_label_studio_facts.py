"""The facts of docs/label-studio.md that the code leans on, asked of a running server."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from label_studio_sdk.core.api_error import ApiError

from annotation.client import Studio, connect, tasks_of
from annotation.labeling import KEY, labeling_config
from models.codebook import Code, Codebook
from models.config import Study, default_settings
from models.review import Kind


@pytest.fixture(scope="module")
def studio(servers: Path) -> Studio:
    identity = {"study_id": "00000000-0000-0000-0000-000000000000", "title": "facts"}
    return connect(Study.model_validate({**default_settings(), **identity}), servers)


@pytest.fixture
def book() -> Codebook:
    book = Codebook("purpose")
    book.codes["code-a"] = Code("code-a", "Первый")
    book.codes["code-b"] = Code("code-b", "Второй")
    return book


@pytest.fixture
def project(studio: Studio, book: Codebook) -> Iterator[int]:
    made = studio.api.projects.create(title="Факты", label_config=labeling_config(Kind.PHRASE, book))
    yield int(made.id or 0)
    studio.api.projects.delete(id=int(made.id or 0))


def task(key: str) -> dict[str, Any]:
    return {"data": {KEY: key, "title": "т", "phrase": "фраза", "card_html": "<p></p>", "suggested": []}}


def send(studio: Studio, project: int, *keys: str) -> None:
    body: Any = [task(key) for key in keys]
    studio.api.projects.import_tasks(id=project, request=body, commit_to_project=True)


def numbers(studio: Studio, project: int) -> list[int]:
    return sorted(int(found.id) for found in tasks_of(studio, project, fields="all"))


def choice(*codes: str) -> list[dict[str, Any]]:
    value = {"taxonomy": [[code] for code in codes]}
    return [{"from_name": "codes", "to_name": "phrase", "type": "taxonomy", "value": value}]


def moment(value: object) -> datetime:  # the SDK gives text here and moments there
    return datetime.fromisoformat(str(value).replace("Z", "+00:00"))


def since(moment: datetime, operator: str = "greater_or_equal") -> str:
    value = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    item = {"filter": "filter:tasks:updated_at", "operator": operator, "type": "Datetime", "value": value}
    return json.dumps({"filters": {"conjunction": "and", "items": [item]}})


def test_a_used_code_can_be_renamed_and_added_to_but_not_removed(studio: Studio, project: int, book: Codebook) -> None:
    send(studio, project, "k1")
    studio.api.annotations.create(id=numbers(studio, project)[0], result=choice("code-a"))
    book.codes["code-a"] = Code("code-a", "Первый, но иначе")
    book.codes["code-c"] = Code("code-c", "Третий")
    config = labeling_config(Kind.PHRASE, book)
    studio.api.projects.validate_label_config(id=project, label_config=config)
    studio.api.projects.update(id=project, label_config=config)
    (found,) = tasks_of(studio, project, fields="all")
    assert found.annotations[0]["result"][0]["value"] == {"taxonomy": [["code-a"]]}
    del book.codes["code-a"]
    with pytest.raises(ApiError) as refused:
        studio.api.projects.validate_label_config(id=project, label_config=labeling_config(Kind.PHRASE, book))
    assert refused.value.status_code == 400


def test_a_choice_can_be_added_to_a_control_with_data(studio: Studio, book: Codebook) -> None:
    now = labeling_config(Kind.GROUP, book)
    before = "\n".join(line for line in now.splitlines() if 'alias="two"' not in line)
    assert before != now
    made = int(studio.api.projects.create(title="Факты о группах", label_config=before).id or 0)
    try:
        data = {KEY: "k", "title": "т", "suggested_name": "", "about_html": "<p></p>", "members": []}
        body: Any = [{"data": data}]
        studio.api.projects.import_tasks(id=made, request=body, commit_to_project=True)
        said = {"from_name": "verdict", "to_name": "group", "type": "choices", "value": {"choices": ["dissolve"]}}
        studio.api.annotations.create(id=numbers(studio, made)[0], result=[said])
        studio.api.projects.validate_label_config(id=made, label_config=now)
        studio.api.projects.update(id=made, label_config=now)
        (found,) = tasks_of(studio, made, fields="all")
        assert found.annotations[0]["result"][0]["value"] == {"choices": ["dissolve"]}
    finally:
        studio.api.projects.delete(id=made)


def test_an_import_is_never_deduplicated(studio: Studio, project: int) -> None:
    send(studio, project, "k1")
    send(studio, project, "k1")
    assert len(numbers(studio, project)) == 2


def test_the_server_does_not_check_that_a_code_exists(studio: Studio, project: int) -> None:
    send(studio, project, "k1")
    made = studio.api.annotations.create(id=numbers(studio, project)[0], result=choice("code-nobody-made"))
    assert made.id


def test_changed_tasks_are_found_even_when_their_only_annotation_was_deleted(studio: Studio, project: int) -> None:
    send(studio, project, "k1", "k2")
    first, second = numbers(studio, project)
    made = studio.api.annotations.create(id=first, result=choice("code-a"))
    (before,) = [found for found in tasks_of(studio, project, fields="all") if found.id == first]
    time.sleep(0.01)
    studio.api.annotations.delete(id=int(made.id or 0))
    moved = moment(before.updated_at) + timedelta(microseconds=1)
    found = list(tasks_of(studio, project, fields="all", query=since(moved)))
    assert [item.id for item in found] == [first]
    assert not found[0].annotations
    assert second not in [item.id for item in found]
    exact = list(tasks_of(studio, project, fields="all", query=since(moment(found[0].updated_at), "greater")))
    assert exact == [], "greater is strict to the microsecond"


def test_a_skip_keeps_its_result_and_a_draft_is_no_annotation(studio: Studio, project: int) -> None:
    send(studio, project, "k1", "k2")
    skipped, drafted = numbers(studio, project)
    studio.api.annotations.create(id=skipped, result=choice("code-a"), was_cancelled=True)
    answer = httpx.post(
        f"{studio.url}/api/tasks/{drafted}/drafts",
        json={"result": choice("code-b"), "lead_time": 1},
        headers={"Authorization": f"Token {_token(studio)}"},
    )
    assert answer.status_code == 201, answer.text
    found = {item.id: item for item in tasks_of(studio, project, fields="all")}
    assert found[skipped].annotations[0]["was_cancelled"] is True
    assert found[skipped].annotations[0]["result"]
    assert found[skipped].total_annotations == 0
    assert not found[drafted].annotations


def test_an_edit_keeps_the_number_and_moves_updated_at(studio: Studio, project: int) -> None:
    send(studio, project, "k1")
    (number,) = numbers(studio, project)
    made = studio.api.annotations.create(id=number, result=choice("code-a"))
    (before,) = tasks_of(studio, project, fields="all")
    studio.api.annotations.update(id=int(made.id or 0), result=choice("code-b"))
    (after,) = tasks_of(studio, project, fields="all")
    assert before.annotations[0]["id"] == after.annotations[0]["id"]
    assert before.annotations[0]["updated_at"] < after.annotations[0]["updated_at"]


def test_a_deleted_project_is_a_404(studio: Studio) -> None:
    with pytest.raises(ApiError) as missing:
        studio.api.projects.get(id=10**6)
    assert missing.value.status_code == 404


def _token(studio: Studio) -> str:
    from annotation.server import LocalServer

    signed = LocalServer().signing()
    assert signed is not None
    assert signed.url == studio.url
    return signed.token

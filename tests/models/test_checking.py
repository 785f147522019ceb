"""What `check` says of a file: counts, findings with their places, and what would be masked."""

import json
from pathlib import Path

from models.checking import check_file
from models.config import default_study

STUDY = default_study("check")
KEYS = {
    *(
        "cards",
        "purpose_rows",
        "scored_rows",
        "non_answers",
        "duplicates",
        "masked",
        "refused",
        "encoding",
        "separator",
    ),
    *("preset", "mapping"),
}
TEXT = """id;Цель 1;Оценка 1;Почему 1;Цель 2;Оценка 2;Почему 2
1;снять тревогу и чтобы денег хватало;4;звоните +7 916 000-01-43, Ольга;Расти!;5;
2;«расти»;отлично;;нет;;
3;не знаю;3;;;;
4;;5;;;;
5;план;4;;;;;лишнее
"""


def test_everything_is_counted_and_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text(TEXT, "cp1251")
    found = check_file(tmp_path / "cards.csv", STUDY)
    told = found.as_json()
    assert json.loads(json.dumps(told, ensure_ascii=False)).keys() >= KEYS
    counts = (found.cards, found.purpose_rows, found.scored_rows, found.phrases, found.non_answers, found.duplicates)
    assert counts == (3, 5, 3, 6, 2, 1)
    assert (found.encoding, found.separator, found.preset, found.usable) == ("cp1251", ";", "plain_wide", True)
    path = str(tmp_path / "cards.csv")
    refused = [{"file": path, "row": 5, "column": "Цель 1"}, {"file": path, "row": 6, "column": ""}]
    assert [{key: row[key] for key in ("file", "row", "column")} for row in told["refused"]] == refused  # type: ignore[attr-defined]
    assert all(row.keys() == {"file", "row", "column", "reason"} for row in told["refused"])  # type: ignore[attr-defined]
    assert all(row["reason"] for row in told["refused"])  # type: ignore[attr-defined]
    assert told["mapping"]["rows"][1] == {"purpose": "Цель 2", "score": "Оценка 2", "why": "Почему 2"}  # type: ignore[index]
    assert [(row.row, row.column) for row in found.no_score] == [(3, "Оценка 1")]


def test_what_would_be_masked_is_listed_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text(TEXT, "utf-8")
    found = check_file(tmp_path / "cards.csv", STUDY)
    assert found.masked == 2
    assert {(item.row, item.column, item.kind, item.words) for item in found.personal} == {
        (2, "Почему 1", "ТЕЛЕФОН", "+7 916 000-01-43"),
        (2, "Почему 1", "ИМЯ", "Ольга"),
    }
    assert "Ольга" not in str(found.as_json())
    assert "Ольга" in str(found.as_json(personal=True))


def test_a_file_that_cannot_be_used_is_a_finding(tmp_path: Path) -> None:
    found = check_file(tmp_path / "нет.csv", STUDY)
    assert not found.usable
    assert found.as_json().keys() >= KEYS
    assert "нет.csv" in found.error

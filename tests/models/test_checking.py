"""What `check` says of a file: counts, findings with their places, and what would be masked."""

import json
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("lines", "command"),
    [
        ("card_id;code;score\n1;Деньги;5\n2;Рост;3\n", "rechki balance {} --out report"),
        ("Карточка;Код;Оценка;Волна\n1;Деньги;5;1\n2;Рост;3;1\n", "rechki balance {} --out report"),
        ("id;text;code\n1;хочу денег;Деньги\n2;вырасти;Рост\n", "rechki cluster {} --text COLUMN"),
        ("Зачем вы пришли?\nхочу денег\nвырасти\n", "rechki cluster {} --text COLUMN"),
    ],
)
def test_a_table_of_another_kind_is_sent_to_the_command_that_takes_it(tmp_path: Path, lines: str, command: str) -> None:
    path = tmp_path / "моя таблица.csv"
    path.write_text(lines, "utf-8")
    found = check_file(path, STUDY)
    assert not found.usable
    assert command.format(f"'{path}'") in found.error
    told = [word for word in ("balance", "cluster") if f"rechki {word}" in found.error]
    assert len(told) == 1, "one way, not two"


def test_columns_that_are_measured_are_named_and_their_cells_checked(tmp_path: Path) -> None:
    lines = ["id;Цель 1;Оценка 1;NPS;Выручка, руб.;Сегмент"]
    lines += [
        f"{at};план {at};4;{at};{value};A" for at, value in enumerate(["100", "1,250", "", "+7 916 000-01-43"], 9)
    ]
    (tmp_path / "cards.csv").write_text("\n".join(lines), "utf-8")
    found = check_file(tmp_path / "cards.csv", STUDY)
    assert found.measures == {"NPS": "nps", "Выручка, руб.": "revenue", "Сегмент": "segment"}
    assert [(note.row, note.column) for note in found.notes] == [
        *((3, "Выручка, руб."), (4, "NPS"), (5, "NPS"), (5, "Выручка, руб."))
    ]
    assert "916" not in str(found.as_json()), "what is wrong with a cell is told without personal data"
    assert found.as_json()["measures"] == found.measures
    assert found.usable

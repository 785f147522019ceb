"""One set of cards as every form tool and office writes it: read without a word of configuration."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.cards import Card, read_cards
from models.checking import check_file
from models.config import Columns, Study, default_study
from models.forms.columns import propose_columns
from models.intake import prepare
from models.reading import open_file
from models.tables.table import Table
from models.text import text_key

FORMS = Path(__file__).parents[1] / "fixtures" / "forms"
EXPECTED: dict[str, list[dict[str, Any]]] = json.loads((FORMS / "expected.json").read_text("utf-8"))
STUDY = default_study("forms")
PRESETS = {"google": "google_forms", "yandex": "yandex_forms", "surveymonkey": "surveymonkey"} | {
    name: name for name in ("typeform", "qualtrics")
}


def read(name: str) -> tuple[tuple[Card, ...], Study]:
    table, fitted = open_file(FORMS / name, STUDY)
    return read_cards(table, fitted, b"key").cards, fitted


def plain(text: str | None) -> str:
    return " ".join((text or "").replace("_x000D_", "").split())


def written(row: dict[str, Any], field: str) -> set[str]:
    """The answer and, where the tool changed it, the cell as it stands."""
    alt = row.get("alt")
    return {plain(row[field]), *([plain(alt[field])] if isinstance(alt, dict) and field in alt else [])}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_cards_of_every_form_are_read(name: str) -> None:
    cards, fitted = read(name)
    assert len(cards) == len(EXPECTED[name])
    for card, expected in zip(cards, EXPECTED[name], strict=True):
        if expected["id"] is not None and fitted.cards.columns.id:
            assert card.original_id == expected["id"]
        dates = [date[:16] for date in (expected["date"], *(expected.get("date_alts") or [])) if date]
        found = card.submitted_at.isoformat() if card.submitted_at else None
        assert found is None if not dates else found and found.startswith(tuple(dates)), (found, dates)
        assert [(row.row, row.score) for row in card.rows] == [(row["row"], row["score"]) for row in expected["rows"]]
        for row, said in zip(card.rows, expected["rows"], strict=True):
            assert plain(row.purpose) in written(said, "purpose")
            assert plain(row.why) in written(said, "why")


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.split("_")[0].split(".")[0] in PRESETS])
def test_every_form_tool_is_recognised(name: str) -> None:
    assert check_file(FORMS / name, STUDY).preset == PRESETS[name.split("_")[0].split(".")[0]]


@pytest.mark.parametrize("name", ["long.csv", "long_en.csv", "long_noid.csv", "long_blank_id.csv"])
def test_a_long_table_is_told_from_a_wide_one(name: str) -> None:
    assert check_file(FORMS / name, STUDY).preset == "plain_long"


SIX = ["google_short.csv", "cp1251_sep.csv", "surveymonkey_short.csv", "yandex_short.xlsx", "utf16.tsv", "long.csv"]


def said(name: str) -> list[tuple[list[tuple[str, int | None, str]], list[str]]]:
    """What is left of the cards after normalisation: purposes with score and reason, and phrases."""
    cards, fitted = read(name)
    prepared = [prepare(card, fitted) for card in cards]
    return [
        (
            [(text_key(row.purpose), row.score, text_key(row.why)) for row in card.rows],
            [str(phrase["text_key"]) for phrase in one.phrases],
        )
        for card, one in zip(cards, prepared, strict=True)
    ]


@pytest.mark.parametrize("name", SIX[1:])
def test_six_forms_give_the_same_cards_and_phrases(name: str) -> None:
    lost = "₽" if name == "cp1251_sep.csv" else ""  # cp1251 has no rouble sign: it was written as «?»
    for one, other in zip(said(SIX[0]), said(name), strict=True):
        assert str(one).replace(lost or "?", "?") == str(other)


def columns_of(*header: str) -> Columns:
    return propose_columns(Table(Path("cards.csv"), header, ()))


@pytest.mark.parametrize(
    "header",
    [
        ("Зачем вы пришли?", "Насколько оправдались ожидания? (0–5)", "Почему такая оценка?"),
        ("Почему вы выбрали нас?", "Оценка", "Почему вы поставили именно столько?"),
        ("С каким запросом вы обратились", "Оцените, насколько мы помогли", "Поясните оценку"),
        ("What was your purpose?", "How well did we meet it?", "Why this score?"),
        ("Why did you choose us?", "Score (0-5)", "Why did you give this score?"),
        ("Причина обращения", "Удовлетворённость", "Комментарий к оценке"),
    ],
)
@pytest.mark.parametrize("times", [1, 2, 4])
def test_any_number_of_purposes_is_put_together_by_order_or_number(header: tuple[str, ...], times: int) -> None:
    in_turn = [f"{name} [{at}]" for at in range(1, times + 1) for name in header]
    by_kind = [f"{name} ({at})" for name in header for at in range(1, times + 1)]
    for names in (in_turn, by_kind):
        rows = columns_of("Дата", *names, "Канал").rows
        assert len(rows) == times
        assert all(None not in (row.score, row.why) for row in rows)
        assert [row.purpose for row in rows] == [name for name in names if name.startswith(header[0])]


def test_purposes_numbered_unevenly_stay_purposes() -> None:
    rows = columns_of("Цель 1", "Мотив 1", "Причина 1", "Цель 2", "Балл 1").rows
    assert [row.purpose for row in rows] == ["Цель 1", "Мотив 1", "Причина 1", "Цель 2"]
    pairs = columns_of("Цель 1", "Балл 1", "Причина 1", "Цель 2", "Балл 2", "Причина 2").rows
    assert [(row.purpose, row.why) for row in pairs] == [("Цель 1", "Причина 1"), ("Цель 2", "Причина 2")]


def test_other_questions_that_look_like_scores_or_contacts_are_told_apart() -> None:
    found = columns_of(
        *("Цель", "Оценка", "Почему", "Насколько вероятно, что вы порекомендуете нас?", "csi_speed", "Дата рождения"),
        *("Ваше имя", "Телефон", "IP-адрес", "E-mail", "Канал"),
    )
    assert found.attributes == ("Насколько вероятно, что вы порекомендуете нас?", "csi_speed", "Канал")
    assert set(found.ignore) == {"Дата рождения", "Ваше имя", "Телефон", "IP-адрес", "E-mail"}
    assert found.date is None


@pytest.mark.parametrize(
    "rows",
    [
        ("Дата,Зачем вы пришли?,Оценка", ",Open-Ended Response,Response", "02.03.2026,расти,4"),
        ("Дата,Зачем вы пришли?,,Оцените,", ",Причина 1,Причина 2,Причина 1,Причина 2", "02.03.2026,расти,деньги,4,5"),
    ],
)
def test_a_second_header_row_is_told_without_the_columns_of_the_tool(tmp_path: Path, rows: tuple[str, ...]) -> None:
    (tmp_path / "cards.csv").write_text("\n".join(rows) + "\n", "utf-8")
    found = check_file(tmp_path / "cards.csv", STUDY)
    assert (found.preset, found.cards) == ("surveymonkey", 1)
    assert found.scored_rows == found.purpose_rows == len(rows[2].split(",")) // 2


def test_a_blank_header_cell_over_data_makes_no_second_header_row(tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text("Цель,,Оценка\nрасти,заметка,4\nденьги,,5\n", "utf-8")
    assert check_file(tmp_path / "cards.csv", STUDY).cards == 2

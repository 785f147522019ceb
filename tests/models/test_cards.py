"""Cards: read whole or refused with row, column and what to do."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from models.cards import CardFile, CellsRefused
from models.checking import check_file
from models.config import Study
from models.errors import RechkiError
from models.forms.columns import propose_columns


def test_a_card_holds_what_the_file_says(write_cards: Callable[..., Path], read: Callable[..., CardFile]) -> None:
    file = read(write_cards(("17", "13.04.2025 10:15:00", "  снять тревогу ", "4 — полностью", "стало легче")))
    (card,) = file.cards
    assert (card.original_id, card.submitted_at, card.source_row) == ("17", datetime(2025, 4, 13, 10, 15), 2)
    assert (card.rows[0].purpose, card.rows[0].score, card.rows[0].why) == ("  снять тревогу ", 4, "стало легче")
    assert "17" not in card.card_id
    assert file.notes == ()


@pytest.mark.parametrize(
    ("dayfirst", "cell", "expected"),
    [
        (True, "04.05.2026", (2026, 5, 4)),
        (True, "04/05/2026 10:00", (2026, 5, 4)),
        (False, "04/05/2026", (2026, 4, 5)),
        (True, "2026-05-04T10:00:00+03:00", (2026, 5, 4)),
        (True, "2026-05-04 00:00:00", (2026, 5, 4)),
    ],
)
def test_the_day_comes_first_unless_the_study_says_otherwise(
    write_cards: Callable[..., Path],
    read: Callable[..., CardFile],
    make_study: Callable[..., Study],
    dayfirst: bool,
    cell: str,
    expected: tuple[int, ...],
) -> None:
    study = make_study()
    settings = study.model_copy(update={"cards": study.cards.model_copy(update={"dayfirst": dayfirst})})
    (card,) = read(write_cards(("1", cell, "цель", "5", "")), settings).cards
    assert card.submitted_at is not None
    assert (card.submitted_at.year, card.submitted_at.month, card.submitted_at.day) == expected
    assert card.submitted_at.tzinfo is None


@pytest.mark.parametrize("cell", ["7", "-1", "3.5", "10/10", "45"])
def test_a_number_off_the_scale_refuses_the_file_with_row_and_column(
    write_cards: Callable[..., Path], read: Callable[..., CardFile], cell: str
) -> None:
    path = write_cards(("1", "", "расти", "5", ""), ("2", "", "деньги", cell, ""))
    with pytest.raises(CellsRefused) as caught:
        read(path)
    assert "row 3, column 'оценка'" in str(caught.value)
    assert path.name in caught.value.where
    assert caught.value.do
    assert cell in caught.value.what


def test_every_refused_cell_is_listed_at_once(write_cards: Callable[..., Path], read: Callable[..., CardFile]) -> None:
    path = write_cards(*((str(at), "", "расти", "9", "") for at in range(1, 14)))
    with pytest.raises(CellsRefused) as caught:
        read(path)
    assert [problem.row for problem in caught.value.problems] == list(range(2, 15))
    assert "and 3 more" in str(caught.value)


def test_words_in_a_score_cell_are_noted_and_give_no_score(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    file = read(write_cards(("1", "", "расти", "отлично", "")))
    assert file.cards[0].rows[0].score is None
    assert "row 2, column 'оценка'" in str(file.notes[0])


def test_one_id_with_two_answers_is_refused_with_both_rows(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    path = write_cards(("7", "", "расти", "5", ""), ("8", "", "деньги", "5", ""), ("7", "", "снять боль", "4", ""))
    with pytest.raises(CellsRefused) as caught:
        read(path)
    assert [problem.row for problem in caught.value.problems] == [4]
    assert "row 2" in str(caught.value)


def test_a_clash_of_ids_names_the_column_of_the_file(
    tmp_path: Path, read: Callable[..., CardFile], make_study: Callable[..., Study]
) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("ключ,цель\n7,расти\n7,деньги\n", "utf-8")
    settings = make_study(columns={"id": "ключ", "rows": [{"purpose": "цель"}]})
    with pytest.raises(CellsRefused, match="'ключ'"):
        read(path, settings)


def test_one_id_with_the_same_answer_twice_is_one_card(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    assert len(read(write_cards(("7", "", "расти", "5", ""), ("7", "", " Расти. ", "5,0", ""))).cards) == 1


def test_identical_answers_without_ids_stay_two_cards(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    same = ("", "13.04.2025", "расти", "5", "")
    cards = read(write_cards(same, same)).cards
    assert len({card.card_id for card in cards}) == 2
    assert len({card.respondent for card in cards}) == 2


def test_cards_without_ids_are_recognised_whatever_their_order(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    lines = [("", "", "расти", "5", ""), ("", "", "деньги", "5", ""), ("", "", "расти", "5", "")]
    one = {card.card_id for card in read(write_cards(*lines, name="one.csv")).cards}
    other = {card.card_id for card in read(write_cards(*lines[::-1], name="other.csv")).cards}
    assert one == other


def test_rows_without_a_purpose_are_passed_over_with_a_note(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    file = read(write_cards(("1", "", "расти", "5", ""), ("2", "", "  ", "5", "понравилось"), ("3", "", "", "", "")))
    assert [card.original_id for card in file.cards] == ["1"]
    assert [(note.row, note.column) for note in file.notes] == [(3, "цель")]


def test_a_file_without_any_purpose_is_refused(write_cards: Callable[..., Path], read: Callable[..., CardFile]) -> None:
    with pytest.raises(RechkiError, match=r"cards\.csv.*\n.*study\.yaml"):
        read(write_cards(("1", "", "", "5", "")))


def test_a_missing_mapped_column_is_named(tmp_path: Path, read: Callable[..., CardFile]) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("id,дата,цель,почему\n1,,расти,\n", "utf-8")
    with pytest.raises(RechkiError, match="'оценка'"):
        read(path)


def test_a_mapped_respondent_joins_the_cards_of_one_person(
    tmp_path: Path, read: Callable[..., CardFile], make_study: Callable[..., Study]
) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("id,клиент,цель\n1,Анна,расти\n2,Анна,деньги\n3,,боль\n", "utf-8")
    settings = make_study(columns={"id": "id", "respondent": "клиент", "rows": [{"purpose": "цель"}]})
    anna, again, nobody = read(path, settings).cards
    assert anna.respondent == again.respondent
    assert nobody.respondent == nobody.card_id
    assert "Анна" not in anna.respondent


@pytest.mark.parametrize(
    "pattern", ["{} 1|{} 2", "{}1|{}2", "{}_1|{}_2", "{} №1|{} №2", "{} № 1|{} № 2", "{}.1|{}.2", "{}|{} 2"]
)
def test_a_wide_header_in_russian_words_is_understood(pattern: str) -> None:
    first, second = pattern.split("|")
    header = [form.format(word) for form in (first, second) for word in ("Цель", "Оценка", "Почему")]
    columns = propose_columns(["Отметка времени", *header, "Канал", "E-mail"], "cards.csv")
    assert [(row.purpose, row.score, row.why) for row in columns.rows] == [tuple(header[:3]), tuple(header[3:])]
    assert columns.date == "Отметка времени"
    assert columns.attributes == ("Канал",)
    assert columns.ignore == ("E-mail",)


def test_a_header_without_a_purpose_says_which_words_are_known() -> None:
    with pytest.raises(RechkiError, match="цель") as caught:
        propose_columns(["a", "b"], "cards.csv")
    assert caught.value.where == "cards.csv"


def test_contact_columns_are_never_read(tmp_path: Path, make_study: Callable[..., Study]) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("Цель,Оценка,E-mail,Телефон,Канал\nрасти,5,a@b.ru,89991234567,сайт\n", "utf-8")
    check = check_file(path, make_study(columns={"rows": []}))
    assert check.mapping.attributes == ("Канал",)
    assert (check.cards, check.scored_rows, check.usable) == (1, 1, True)


def test_checking_a_file_lists_the_refused_cells_instead_of_stopping(
    write_cards: Callable[..., Path], make_study: Callable[..., Study]
) -> None:
    check = check_file(write_cards(("1", "", "расти", "7", "")), make_study())
    assert not check.usable
    assert [(problem.row, problem.column) for problem in check.refused] == [(2, "оценка")]


def test_the_same_answer_is_the_same_card_however_its_date_is_written(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    dates = ("05.05.2026", "2026-05-05 00:00:00", "06.05.2026")
    text, sheet, other = (read(write_cards(("", date, "снять тревогу", "4", "да"))).cards[0].card_id for date in dates)
    assert text == sheet
    assert text != other

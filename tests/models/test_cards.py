"""Cards: read, or set apart with row, column and reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from models.cards import CardFile, read_cards
from models.checking import check_file
from models.config import Study
from models.errors import RechkiError
from models.forms.columns import propose_columns
from models.reading import open_file
from models.tables.table import Table, rows_named


def test_a_card_holds_what_the_file_says(write_cards: Callable[..., Path], read: Callable[..., CardFile]) -> None:
    file = read(write_cards(("17", "13.04.2025 10:15:00", "  снять тревогу ", "4 — полностью", "стало легче")))
    (card,) = file.cards
    assert (card.original_id, card.submitted_at, card.source_row) == ("17", datetime(2025, 4, 13, 10, 15), 2)
    assert (card.rows[0].purpose, card.rows[0].score, card.rows[0].why) == ("  снять тревогу ", 4, "стало легче")
    assert "17" not in card.card_id
    assert (file.notes, file.refused, file.no_score) == ((), (), ())


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


@pytest.mark.parametrize("cell", ["7", "-1", "3.5", "10/10", "45", "отлично"])
def test_what_is_no_score_is_named_and_its_row_kept_without_one(
    write_cards: Callable[..., Path], read: Callable[..., CardFile], cell: str
) -> None:
    file = read(write_cards(("1", "", "расти", "5", ""), ("2", "", "деньги", cell, "")))
    assert [(card.original_id, card.rows[0].score) for card in file.cards] == [("1", 5), ("2", None)]
    (problem,) = file.no_score
    assert (problem.row, problem.column, problem.original_id) == (3, "оценка", "2")
    assert cell in problem.reason
    assert file.refused == ()


def test_a_file_whose_scores_are_mostly_none_is_refused(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    path = write_cards(*((str(at), "", "расти", "9", "") for at in range(1, 14)))
    with pytest.raises(RechkiError, match="13 of 13 score cells") as caught:
        read(path)
    assert "row 2, column 'оценка'" in caught.value.what
    assert path.name in caught.value.where
    assert "study.yaml" in caught.value.do


def test_of_two_answers_with_one_id_the_later_is_refused_with_both_rows(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    file = read(
        write_cards(("7", "", "расти", "5", ""), ("8", "", "деньги", "5", ""), ("7", "", "снять боль", "4", ""))
    )
    assert [card.original_id for card in file.cards] == ["7", "8"]
    (problem,) = file.refused
    assert (problem.row, problem.column) == (4, "id")
    assert "row 2" in problem.reason


def test_one_id_with_the_same_answer_twice_is_one_card_and_told(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    file = read(write_cards(("7", "", "расти", "5", ""), ("7", "", " Расти. ", "5,0", "")))
    assert len(file.cards) == 1
    assert file.remarks == ("row 3: stands above already, with the same id and answer; taken once",)
    assert file.refused == ()


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
    assert [(row.row, row.column) for row in file.refused] == [(3, "цель")]


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
    columns = propose_columns(Table(Path("cards.csv"), ("Отметка времени", *header, "Канал", "E-mail"), ()))
    assert [(row.purpose, row.score, row.why) for row in columns.rows] == [tuple(header[:3]), tuple(header[3:])]
    assert columns.date == "Отметка времени"
    assert columns.attributes == ("Канал",)
    assert columns.ignore == ("E-mail",)


def test_a_header_without_a_purpose_says_which_words_are_known() -> None:
    with pytest.raises(RechkiError, match="Цель 1") as caught:
        propose_columns(Table(Path("cards.csv"), ("a", "b"), ()))
    assert caught.value.where == "cards.csv"


def test_contact_columns_are_never_read(tmp_path: Path, make_study: Callable[..., Study]) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("Цель,Оценка,E-mail,Телефон,Канал\nрасти,5,a@b.ru,89991234567,сайт\n", "utf-8")
    check = check_file(path, make_study(columns={"rows": []}))
    assert check.mapping.attributes == ("Канал",)
    assert (check.cards, check.scored_rows, check.usable) == (1, 1, True)


LONG = "ид карточки,дата,цель,оценка\n7,01.02.2026,расти,5\n7,01.02.2026,деньги,3\n8,01.02.2026,боль,4\n"


def test_a_long_table_gives_the_cards_of_a_wide_one(tmp_path: Path, make_study: Callable[..., Study]) -> None:
    (tmp_path / "long.csv").write_text(LONG, "utf-8")
    wide = "ид карточки,дата,цель 1,оценка 1,цель 2,оценка 2\n7,01.02.2026,расти,5,деньги,3\n8,01.02.2026,боль,4,,\n"
    (tmp_path / "wide.csv").write_text(wide, "utf-8")
    one, other = (
        read_cards(*open_file(tmp_path / name, make_study(columns={"rows": []})), b"key").cards
        for name in ("long.csv", "wide.csv")
    )
    assert [(card.card_id, card.content) for card in one] == [(card.card_id, card.content) for card in other]


def test_a_long_card_with_a_line_that_cannot_be_used_waits_whole(
    tmp_path: Path, make_study: Callable[..., Study]
) -> None:
    (tmp_path / "long.csv").write_text(LONG.replace("деньги", "") + "9,,план,2\n9,,опыт,1\n", "utf-8")
    settings = make_study(
        columns={"id": "ид карточки", "layout": "long", "rows": [{"purpose": "цель", "score": "оценка"}]}
    )
    file = read_cards(*open_file(tmp_path / "long.csv", settings), b"key")
    assert [card.original_id for card in file.cards] == ["8", "9"]
    assert [(problem.row, problem.reason[:5]) for problem in file.refused] == [(2, "waits"), (3, "a sco")]


@pytest.mark.parametrize(("header", "naming"), [("id", "id"), ("Отметка времени", "Отметка времени")])
def test_lines_that_name_no_card_go_to_the_one_above_and_that_is_told(
    tmp_path: Path, make_study: Callable[..., Study], header: str, naming: str
) -> None:
    names = ["1", "", "3", "", "5"] if header == "id" else ["01.02.2026", "", "02.02.2026", "", "03.02.2026"]
    lines = [f"{name},цель {at},4,да\n" for at, name in enumerate(names)]
    (tmp_path / "long.csv").write_text(f"{header},purpose_1,score_1,why_1\n" + "".join(lines), "utf-8")
    found = check_file(tmp_path / "long.csv", make_study(columns={"rows": []}))
    assert (found.cards, found.purpose_rows, found.usable) == (3, 5, True)
    assert found.remarks == (f"rows 3, 5: no {naming}; taken as further rows of the card above",)
    assert not found.notes, "there is nothing to mend in it"


def test_of_many_rows_the_first_are_named() -> None:
    assert rows_named([7]) == "row 7"
    assert rows_named(range(2, 100)) == f"rows {', '.join(map(str, range(2, 22)))} and 78 more"


def numbered(tmp_path: Path, make_study: Callable[..., Study], *lines: str) -> CardFile:
    (tmp_path / "long.csv").write_text("\n".join(["card_id;row;purpose;score", *lines, ""]), "utf-8")
    return read_cards(*open_file(tmp_path / "long.csv", make_study(columns={"rows": []})), b"key")


def test_two_answers_under_one_row_number_hold_their_card_up(tmp_path: Path, make_study: Callable[..., Study]) -> None:
    cards = [f"c{at};1;план;4" for at in range(3)]
    file = numbered(tmp_path, make_study, "a;2;найти;4", "a;2;найти;3", "a;1;дом;5", "b;1;сад;4", *cards)
    assert [card.original_id for card in file.cards] == ["b", "c0", "c1", "c2"]
    assert [(problem.row, problem.column) for problem in file.refused] == [(2, "row"), (3, "row"), (4, "purpose")]
    assert file.refused[0].reason == "row 3 has the same id and number and another answer"


def test_a_line_that_repeats_another_is_taken_once_and_told(tmp_path: Path, make_study: Callable[..., Study]) -> None:
    file = numbered(tmp_path, make_study, "a;2;найти;4", "a;2;найти;4", "a;1;дом;5")
    assert [[(row.row, row.purpose) for row in card.rows] for card in file.cards] == [[(2, "найти"), (1, "дом")]]
    assert file.remarks == ("row 3: stands above already, with the same id and answer; taken once",)
    assert (file.refused, file.notes) == ((), ())


def test_a_row_number_that_is_none_is_told(tmp_path: Path, make_study: Callable[..., Study]) -> None:
    file = numbered(tmp_path, make_study, "a;2;найти;4", "a;;расти;3", "b;x;сад;4", "c;1;дом;5", "d;;покой;5")
    assert [[row.row for row in card.rows] for card in file.cards] == [[1, 2], [1], [1], [1]]
    (told,) = file.remarks
    assert told.startswith("rows 3, 4, column 'row': no number of a purpose"), "card d has none to miss"


@pytest.mark.parametrize("number", ["9" * 25, "9" * 5_000, "-1", "2а"])
def test_what_numbers_no_purpose_leaves_the_order_of_the_lines(
    tmp_path: Path, make_study: Callable[..., Study], number: str
) -> None:
    text = f"ид карточки,строка,цель,оценка\n7,{number},расти,5\n7,2,деньги,3\n8,1,боль,4\n"
    (tmp_path / "long.csv").write_text(text, "utf-8")
    cards = read_cards(*open_file(tmp_path / "long.csv", make_study(columns={"rows": []})), b"key").cards
    assert [[row.row for row in card.rows] for card in cards] == [[1, 2], [1]]


@pytest.mark.parametrize("cell", ["9" * 5_000, "очень " * 5_000])
def test_a_score_cell_full_of_text_is_named_without_repeating_it(
    write_cards: Callable[..., Path], read: Callable[..., CardFile], cell: str
) -> None:
    (problem,) = read(write_cards(("1", "", "расти", "5", ""), ("2", "", "деньги", cell, ""))).no_score
    assert len(str(problem)) < 100


def test_a_column_that_is_not_there_is_looked_for_in_the_study(
    write_cards: Callable[..., Path], make_study: Callable[..., Study]
) -> None:
    table, settings = open_file(write_cards(("1", "", "расти", "5", "")), make_study())
    with pytest.raises(RechkiError, match="there is no column") as refused:
        read_cards(replace(table, header=("x",) * len(table.header)), settings, b"key")
    assert "study.yaml" in refused.value.do


def test_the_same_answer_is_the_same_card_however_its_date_is_written(
    write_cards: Callable[..., Path], read: Callable[..., CardFile]
) -> None:
    dates = ("05.05.2026", "2026-05-05 00:00:00", "06.05.2026")
    text, sheet, other = (read(write_cards(("", date, "снять тревогу", "4", "да"))).cards[0].card_id for date in dates)
    assert text == sheet
    assert text != other

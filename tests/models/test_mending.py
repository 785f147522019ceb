"""Rows that could not be used are written out, mended and dropped in again; a changed answer is only told."""

import csv
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from dated import of_yesterday

from models.config import Study
from models.forms.layout import read_table
from models.reading import Brought, read_new_files
from models.store import cards
from models.store.database import Store
from models.store.private import Private

WITH_ID = "номер,Цель 1,Оценка 1,Почему 1,Цель 2,Оценка 2,Почему 2,Телефон\n"
NO_ID = WITH_ID.replace("номер,", "Дата,")


@pytest.fixture
def read(tmp_path: Path, store: Store, make_study: Callable[..., Study]) -> Callable[[], Brought]:
    (tmp_path / "cards").mkdir()
    settings = make_study(columns={"rows": []})

    def read_all() -> Brought:
        for path in (tmp_path / "cards").iterdir():
            of_yesterday(path)
        return read_new_files(tmp_path / "cards", tmp_path / "refused", settings, store, Private(tmp_path))

    return read_all


def told_of(store: Store) -> dict[str, list[int]]:
    """The rows that are told as not taken as they stand, by file."""
    with store.transaction() as tx:
        found = {file.name: [note.row for note in file.notes] for file in cards.read_files(tx)}
    return {name: rows for name, rows in found.items() if rows}


def scores(store: Store) -> list[int | None]:
    with store.transaction() as tx:
        return sorted(cards.scores(tx).values(), key=str)


def mendable(folder: Path) -> list[dict[str, str]]:
    (path,) = (folder / "refused").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def drop_mended(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "cards" / "mended.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("header", [WITH_ID, NO_ID])
def test_a_mended_score_and_a_missing_purpose_complete_their_card(
    tmp_path: Path, store: Store, read: Callable[[], Brought], header: str
) -> None:
    first = "7" if header is WITH_ID else "01.02.2026 10:00"
    other = "8" if header is WITH_ID else "01.02.2026 10:05"
    text = f"{header}{first},расти,отлично,да,,3,долго,89991234567\n{other},деньги,4,,,,,\n"
    (tmp_path / "cards" / "one.csv").write_text(text, "utf-8")
    assert read().new == 2
    assert scores(store) == [4, None]
    (row,) = mendable(tmp_path)
    assert "Телефон" not in row
    assert "89991234567" not in str(row)
    assert row["rechki_row"] == "2"
    assert row["rechki_column"] == "Оценка 1, Цель 2"
    drop_mended(tmp_path, [{**row, "Оценка 1": "5", "Цель 2": "снять боль"}])
    brought = read()
    assert (brought.new, brought.known, brought.completed) == (0, 1, 1)
    assert brought.notes == (
        "mended.csv, row 2: the score of purpose 1 of a known card filled in",
        "mended.csv, row 2: purpose 2 of a known card filled in",
    )
    assert scores(store) == [3, 4, 5]
    assert read() == Brought()


def test_a_file_of_refused_rows_is_taken_row_by_row(tmp_path: Path, store: Store, read: Callable[[], Brought]) -> None:
    """However few of them are mended: most cells of it still hold no score, most rows no purpose."""
    bad = [f"{at},цель {at},отлично,,,,,\n" for at in range(11)] + [f"{at},,5,,,,,\n" for at in range(11, 40)]
    good = [f"{at},цель {at},4,,,,,\n" for at in range(40, 80)]
    (tmp_path / "cards" / "one.csv").write_text(WITH_ID + "".join((*bad, *good)), "utf-8")
    assert read().new == 51
    rows = mendable(tmp_path)
    for row in rows[:2]:
        row["Оценка 1"] = "5"
    drop_mended(tmp_path, rows)
    brought = read()
    assert (brought.refusals, brought.completed, brought.refused) == ((), 2, 29)
    assert "mended.csv, rows 2, 3: the score of purpose 1 of a known card filled in" in brought.notes
    assert scores(store) == [*[4] * 40, 5, 5, *[None] * 9]
    with (tmp_path / "refused" / "mended.refused.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [row["номер"] for row in csv.DictReader(lines)] == [str(at) for at in range(2, 40)]


def test_what_a_mended_file_brings_again_is_told_of_it_alone(
    tmp_path: Path, store: Store, read: Callable[[], Brought]
) -> None:
    lines = "1,расти,отлично,,,,,\n2,,5,,,,,\n3,план,отлично,,,,,\n4,дом,4,,,,,\n5,сад,отлично,,,,,\n6,сон,4,,,,,\n"
    lines += "7,бег,4,,,,,\n8,лес,4,,,,,\n"
    (tmp_path / "cards" / "one.csv").write_text(WITH_ID + lines, "utf-8")
    read()
    assert told_of(store) == {"one.csv": [3, 2, 4, 6]}
    first, second, third, last = mendable(tmp_path)
    mended = [
        {**first, "Оценка 1": "5"},
        {**second, "Цель 1": "рост"},
        third,
        {**last, "Цель 1": "другое", "Оценка 1": "3"},
    ]
    drop_mended(tmp_path, mended)
    read()
    assert told_of(store) == {"one.csv": [6], "mended.csv": [4]}, "what reads differently is not taken"
    (tmp_path / "refused" / "one.refused.csv").unlink()
    drop_mended(tmp_path, [{**row, "Оценка 1": "3"} for row in mendable(tmp_path)])
    read()
    assert told_of(store) == {"one.csv": [6]}
    assert scores(store) == [3, 4, 4, 4, 4, 5, 5, None]


def test_a_refused_row_is_new_once_it_is_mended(tmp_path: Path, store: Store, read: Callable[[], Brought]) -> None:
    text = WITH_ID + "7,расти,5,,,,,\n8,деньги, и ещё,4,,,,,89991234567\n7,=план,3,+,,,,\n9,опыт,4,,,,,\n"
    (tmp_path / "cards" / "one.csv").write_text(text, "utf-8")
    brought = read()
    assert (brought.new, brought.refused) == (2, 2)
    broken, twin = mendable(tmp_path)
    assert broken["rechki_rest"] == "89991234567", "nothing of a row is lost"
    assert twin["Цель 1"] == "'=план", "a formula does nothing in a spreadsheet"
    assert "same id" in twin["rechki_reason"]
    fixed = {**broken, "Цель 1": "деньги, и ещё", "Оценка 1": "4", "Почему 1": ""}
    drop_mended(tmp_path, [fixed, {**twin, "номер": "70"}])
    assert read().new == 2
    assert scores(store) == [3, 4, 4, 5]
    private = Private(tmp_path)
    assert "=план" in private.verbatims("purpose").values(), "the apostrophe is not part of the answer"
    assert set(private.original_ids().values()) == {"7", "70", "8", "9"}


def test_an_overlapping_export_adds_only_what_is_new_and_tells_what_changed(
    tmp_path: Path, store: Store, read: Callable[[], Brought]
) -> None:
    first = WITH_ID + "7,расти,5,,,,,\n8,деньги,,,,,,\n"
    (tmp_path / "cards" / "one.csv").write_text(first, "utf-8")
    assert read().new == 2
    (tmp_path / "cards" / "again.csv").write_text(first + "\n", "utf-8")
    assert (read().new, len(scores(store))) == (0, 2)
    changed = WITH_ID + "7,расти,2,,,,,\n8,деньги,4,,,,,\n9,опыт,4,,,,,\n"
    (tmp_path / "cards" / "two.csv").write_text(changed, "utf-8")
    brought = read()
    assert (brought.new, brought.known, brought.completed) == (1, 2, 0)
    assert [note for note in brought.notes if "reads differently" in note] == [
        f"two.csv, row {row}: the answer of a known card reads differently; not taken" for row in (2, 3)
    ]
    assert scores(store) == [4, 5, None]


def test_a_mended_file_that_changes_an_answer_is_not_taken(
    tmp_path: Path, store: Store, read: Callable[[], Brought]
) -> None:
    (tmp_path / "cards" / "one.csv").write_text(WITH_ID + "7,расти,отлично,,,,,\n8,деньги,4,,,,,\n", "utf-8")
    read()
    (row,) = mendable(tmp_path)
    drop_mended(tmp_path, [{**row, "Оценка 1": "5", "Цель 1": "совсем другое"}])
    assert read().completed == 0
    assert scores(store) == [4, None]


LONG = {
    "an id on every line": "ид карточки,дата,цель,оценка\n7,01.02.2026,расти,5\n7,01.02.2026,деньги,отлично\n"
    "8,01.02.2026,боль,4\n8,01.02.2026,покой,хорошо\n9,01.02.2026,план,2\n",
    "an id on the first line": "ид карточки,дата,цель,оценка\n7,01.02.2026,расти,5\n,,деньги,отлично\n"
    "8,01.02.2026,боль,4\n,,покой,хорошо\n9,01.02.2026,план,2\n",
    "no id": "дата,цель,оценка\n01.02.2026 10:00,расти,5\n01.02.2026 10:00,деньги,отлично\n"
    "01.02.2026 10:01,боль,4\n01.02.2026 10:01,покой,хорошо\n01.02.2026 10:05,план,2\n",
}


@pytest.mark.parametrize("kind", LONG)
def test_a_card_of_several_lines_is_mended_with_all_of_them(
    tmp_path: Path, store: Store, read: Callable[[], Brought], kind: str
) -> None:
    (tmp_path / "cards" / "long.csv").write_text(LONG[kind], "utf-8")
    brought = read()
    assert brought.new == 3
    told = "long.csv, rows 3, 5: no ид карточки; taken as further rows of the card above"
    assert (told in brought.notes) == (kind == "an id on the first line")
    rows = mendable(tmp_path)
    assert [row["цель"] for row in rows] == ["расти", "деньги", "боль", "покой"], "the third card needs no hand"
    levels = {"отлично": "1", "хорошо": "3"}
    drop_mended(tmp_path, [{**row, "оценка": levels.get(row["оценка"], row["оценка"])} for row in rows])
    brought = read()
    assert (brought.new, brought.completed) == (0, 2)
    assert scores(store) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "words", ["=1+1", "+7 лет", "-", "@дом", "он сказал «да»;\nи ушёл", "'так'", '"цитата"', "a|b"]
)
def test_words_go_out_and_come_back_the_same(tmp_path: Path, read: Callable[[], Brought], words: str) -> None:
    with (tmp_path / "cards" / "one.csv").open("w", encoding="utf-8", newline="") as out:
        lines = [["номер", "Цель", "Оценка", "=Канал"], ["7", "расти", "5", ""], ["8", "план", "3", ""]]
        csv.writer(out).writerows([*lines, ["7", words, "4", words]])
    assert read().refused == 1
    (row,) = mendable(tmp_path)
    assert not any(cell.startswith(("=", "+", "-", "@")) for pair in row.items() for cell in pair)
    drop_mended(tmp_path, [{**row, "номер": "9"}])
    assert read().new == 1
    private = Private(tmp_path)
    assert words in private.verbatims("purpose").values()
    assert read_table(tmp_path / "cards" / "mended.csv").rows[0].cells[:4] == ("9", words, "4", words)


def test_a_mended_file_dropped_twice_adds_nothing(tmp_path: Path, store: Store, read: Callable[[], Brought]) -> None:
    (tmp_path / "cards" / "one.csv").write_text(NO_ID + ",расти,отлично,,,,,\n,деньги,4,,,,,\n", "utf-8")
    read()
    (row,) = mendable(tmp_path)
    drop_mended(tmp_path, [{**row, "Оценка 1": "5"}])
    assert read().completed == 1
    mended = (tmp_path / "cards" / "mended.csv").read_bytes()
    (tmp_path / "cards" / "again.csv").write_bytes(mended + b"\r\n")
    brought = read()
    assert (brought.new, brought.known, brought.completed, brought.notes) == (0, 1, 0, ())
    assert scores(store) == [4, 5]

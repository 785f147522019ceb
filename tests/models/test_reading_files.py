"""Files of cards into the store: once, whole, and never one file at the expense of another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from dated import of_yesterday
from stored import snapshot

from models import settled
from models.config import Study
from models.errors import RechkiError
from models.reading import read_new_files
from models.store import cards
from models.store.database import Store
from models.store.private import Private

LINES = [("A-17", "13.04.2025", "хочу расти", "5", ""), ("A-18", "13.04.2025", "хочу денег", "3", "отлично")]


def test_files_are_read_once_and_known_cards_are_not_taken_twice(
    tmp_path: Path, store: Store, study: Study, write_cards: Callable[..., Path]
) -> None:
    folder, private = tmp_path / "cards", Private(tmp_path)
    folder.mkdir()
    write_cards(*LINES, name="cards/one.csv")
    assert read_new_files(folder, tmp_path / "refused", study, store, private).new == 2
    before = snapshot(store)
    assert read_new_files(folder, tmp_path / "refused", study, store, private).files == 0
    assert snapshot(store) == before
    edited = ("A-18", "13.04.2025", "хочу иначе", "3", "")
    write_cards(LINES[0], edited, ("A-19", "", "боль", "4", ""), name="cards/two.csv")
    brought = read_new_files(folder, tmp_path / "refused", study, store, private)
    assert (brought.new, brought.known) == (1, 2)
    assert [note for note in brought.notes if "two.csv, row 3" in note]
    after = snapshot(store)
    assert [row for row in after["phrase"] if row in before["phrase"]] == [
        row for row in after["phrase"] if row[1] in {old[1] for old in before["phrase"]}
    ]


def test_a_bad_file_is_named_and_the_good_ones_are_read(
    tmp_path: Path, store: Store, study: Study, write_cards: Callable[..., Path]
) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    write_cards(*LINES, name="cards/c.csv")
    (folder / "a.xlsx").write_bytes(b"PK\x03\x04 half of a workbook")
    (folder / "b.csv").write_text("id,дата,цель\n9,,расти\n", "utf-8")  # the mapped columns of the scores are missing
    brought = read_new_files(folder, tmp_path / "refused", study, store, Private(tmp_path))
    assert (brought.files, brought.new) == (1, 2)
    assert [refusal.name for refusal in brought.refusals] == ["a.xlsx", "b.csv"]
    assert "no column" in brought.refusals[1].why
    before = snapshot(store)
    again = read_new_files(folder, tmp_path / "refused", study, store, Private(tmp_path))
    assert (again.files, again.refusals) == (0, brought.refusals)
    assert snapshot(store) == before
    write_cards(("9", "", "расти", "4", ""), name="cards/b.csv")
    mended = read_new_files(folder, tmp_path / "refused", study, store, Private(tmp_path))
    assert (mended.new, [refusal.name for refusal in mended.refusals]) == (1, ["a.xlsx"])


def test_a_study_cannot_begin_with_bad_files_alone(tmp_path: Path, store: Store, study: Study) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "b.csv").write_text("id,дата,цель\n9,,расти\n", "utf-8")
    before = snapshot(store)
    with pytest.raises(RechkiError, match="none of the card files") as caught:
        read_new_files(folder, tmp_path / "refused", study, store, Private(tmp_path))
    assert "b.csv" in caught.value.do
    assert snapshot(store) == before


def test_a_file_that_grows_is_read_when_it_is_whole(
    tmp_path: Path, store: Store, study: Study, write_cards: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, private = tmp_path / "cards", Private(tmp_path)
    folder.mkdir()
    write_cards(*LINES, name="cards/one.csv")
    read_new_files(folder, tmp_path / "refused", study, store, private)
    whole = "id,дата,цель,оценка,почему\n7,,расти,4,стало намного легче\n8,,деньги,5,\n".encode()
    half = folder / "two.csv"
    half.write_bytes(whole[: whole.index("намного".encode())])  # it parses, and its last cell would be wrong for good

    waited: list[float] = []

    def copying(seconds: float) -> None:
        waited.append(seconds)
        with half.open("ab") as file:
            file.write(whole[half.stat().st_size : -4])

    with monkeypatch.context() as patch:
        patch.setattr(settled.time, "sleep", copying)  # while the reader waits, more of the file arrives
        brought = read_new_files(folder, tmp_path / "refused", study, store, private)
    assert settled.QUIET < max(waited) <= settled.QUIET_IN_A_LINE
    assert (brought.new, brought.growing, brought.refusals) == (0, ("two.csv",), ())
    half.write_bytes(whole)
    of_yesterday(half)
    assert read_new_files(folder, tmp_path / "refused", study, store, private).new == 2
    assert "стало намного легче" in private.verbatims("why").values()


def test_a_file_of_another_form_is_read_by_its_own_header_and_that_is_told(
    tmp_path: Path, store: Store, study: Study, write_cards: Callable[..., Path]
) -> None:
    (tmp_path / "cards").mkdir()
    write_cards(("1", "", "снять тревогу", "4", ""), name="cards/mapped.csv")
    (tmp_path / "cards" / "other.csv").write_text("Отметка времени,Цель 1,Оценка 1\n02.03.2026,расти,5\n", "utf-8")
    brought = read_new_files(tmp_path / "cards", tmp_path / "refused", study, store, Private(tmp_path))
    assert brought.new == 2
    assert [note for note in brought.notes if note.startswith("other.csv") and "own header" in note]
    with store.transaction() as tx:
        assert sorted(cards.scores(tx).values(), key=str) == [4, 5]

"""A code frame on the reasons: what becomes a phrase of it, also for cards that were read before it was switched on."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from dated import of_yesterday

from models.backfill import backfill
from models.config import Study
from models.phrases import PURPOSE_FRAME, WHY_FRAME
from models.reading import read_new_files
from models.store import cards, schema
from models.store.database import Store
from models.store.private import Private

MakeStudy = Callable[..., Study]
LINES = (
    ("к1", "01.02.2026", "снять боль", "5", "быстро, звонила Анна Петровна +7 916 123-45-67; вежливо встретили"),
    ("к2", "01.02.2026", "выспаться", "3", ""),
    ("к3", "02.02.2026", "снять боль; улыбка", "2", "ждал час"),
    ("к4", "02.02.2026", "улыбка", "4", "не знаю"),
    ("к5", "03.02.2026", "отдохнуть", "4", " ; "),
)


def stored(store: Store) -> dict[str, tuple[object, ...]]:
    with store.transaction() as tx:
        rows = tx.rows(schema.phrase)
    return {
        row.phrase_id: (row.frame, row.field, row.row, row.start, row.end, row.text, row.non_answer, row.whole)
        for row in rows
    }


@pytest.fixture
def read_into(tmp_path: Path, write_cards: Callable[..., Path]) -> Callable[..., Path]:
    """Read the lines into a folder with some settings; the folder is returned."""

    def read(store: Store, settings: Study, folder: Path = tmp_path) -> Path:
        (folder / "cards").mkdir()
        write_cards(*LINES).rename(folder / "cards" / "cards.csv")
        read_new_files(folder / "cards", folder / "refused", settings, store, Private(folder))
        return folder

    return read


def both(make_study: MakeStudy, **sections: object) -> Study:
    return make_study(**sections).model_copy(update={"frames": (PURPOSE_FRAME, WHY_FRAME)})


def test_reasons_become_masked_phrases_of_a_frame_of_their_own(
    store: Store, make_study: MakeStudy, read_into: Callable[..., Path]
) -> None:
    read_into(store, both(make_study))
    with store.transaction() as tx:
        purposes, reasons = cards.phrases(tx, PURPOSE_FRAME), cards.phrases(tx, WHY_FRAME)
        assert cards.counts(tx).phrases == len(purposes) == 6
    assert {phrase.text for phrase in reasons.values() if not phrase.non_answer} == {
        "быстро, звонила [ИМЯ_1] [ТЕЛЕФОН_1]",
        "вежливо встретили",
        "ждал час",
    }
    assert [phrase.text for phrase in reasons.values() if phrase.non_answer] == ["не знаю"]
    assert not purposes.keys() & reasons.keys()


def test_purposes_are_the_same_phrases_with_the_reasons_and_without(
    store: Store, make_study: MakeStudy, read_into: Callable[..., Path]
) -> None:
    folder = read_into(store, make_study())
    before = stored(store)
    assert {frame for frame, *_ in before.values()} == {PURPOSE_FRAME}
    backfill(both(make_study), store, Private(folder))
    assert {key: phrase for key, phrase in stored(store).items() if phrase[0] == PURPOSE_FRAME} == before


def test_a_frame_switched_on_later_gives_old_cards_the_phrases_they_would_have_had(
    store: Store, tmp_path: Path, make_study: MakeStudy, read_into: Callable[..., Path]
) -> None:
    folder, settings = read_into(store, make_study()), both(make_study)
    assert backfill(make_study(), store, Private(folder)) == 0, "not before it is switched on"
    assert backfill(settings, store, Private(folder)) == 3
    late = stored(store)
    assert backfill(settings, store, Private(folder)) == 0, "a second time there is nothing to do"
    assert stored(store) == late

    twin = tmp_path / "twin"  # the same cards read with both frames from the first
    twin.mkdir()
    shutil.copy(Private(folder).path, twin)
    at_once = Store.open(twin, settings)
    read_into(at_once, settings, folder=twin)
    assert stored(at_once) == late
    at_once.close()


def test_a_reason_that_a_mended_file_brings_is_cut_too(store: Store, tmp_path: Path, make_study: MakeStudy) -> None:
    settings, private, files = both(make_study), Private(tmp_path), tmp_path / "cards"
    files.mkdir()
    header = "id,дата,цель,оценка,почему"
    (files / "one.csv").write_text(f"{header}\nк1,01.02.2026,снять боль,отлично,\nк2,01.02.2026,улыбка,4,\n", "utf-8")
    of_yesterday(files / "one.csv")
    read_new_files(files, tmp_path / "refused", settings, store, private)
    assert backfill(settings, store, private) == 0
    (refused,) = (tmp_path / "refused").iterdir()
    mended = refused.read_text("utf-8-sig").replace("отлично,", "5,быстро и без Анны Петровны")
    (files / "two.csv").write_text(mended, "utf-8")
    of_yesterday(files / "two.csv")
    assert read_new_files(files, tmp_path / "refused", settings, store, private).completed == 1
    assert backfill(settings, store, private) == 1
    with store.transaction() as tx:
        (phrase,) = cards.phrases(tx, WHY_FRAME).values()
        (place,) = cards.phrase_places(tx, WHY_FRAME).values()
    card, row, start, end = place
    assert phrase.text == "быстро и без [ИМЯ_1]"
    assert private.verbatims(WHY_FRAME)[card, row][start:end] == "быстро и без Анны Петровны"


def test_without_verbatims_the_masked_reason_is_cut(
    store: Store, make_study: MakeStudy, read_into: Callable[..., Path]
) -> None:
    without = make_study(privacy={"keep_verbatims": False})
    folder = read_into(store, without)
    assert backfill(both(make_study, privacy={"keep_verbatims": False}), store, Private(folder)) == 3
    with store.transaction() as tx:
        texts = {phrase.text for phrase in cards.phrases(tx, WHY_FRAME).values()}
    assert texts == {"быстро, звонила [ИМЯ_1] [ТЕЛЕФОН_1]", "вежливо встретили", "ждал час", "не знаю"}


def test_a_killed_backfill_goes_on_where_it_was(
    store: Store, make_study: MakeStudy, read_into: Callable[..., Path]
) -> None:
    folder, settings = read_into(store, make_study()), both(make_study)
    backfill(settings, store, Private(folder))
    whole = stored(store)
    with store.transaction() as tx:
        (row,) = [row for row in tx.rows(schema.phrase) if row.text == "ждал час"]
        tx.delete(schema.phrase, schema.phrase.c.phrase_id == row.phrase_id)
    assert backfill(settings, store, Private(folder)) == 1
    assert stored(store) == whole

"""The owner's file: raw words, ids and the key stand there and nowhere else."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from stored import snapshot

from models.config import Study
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.privacy.masking import find_personal
from models.reading import read_new_files
from models.store import schema
from models.store.database import Store
from models.store.private import Private

SECRET = "Марина Лебедева"
PHONE = "+7 999 123-45-67"
LINES = [
    ("A-17", "13.04.2025", f"хочу расти, я {SECRET}", "5", f"звоните {PHONE}"),
    ("A-18", "13.04.2025", "хочу денег", "3", "отлично"),
]


def test_a_lost_private_file_stops_reading(
    tmp_path: Path, store: Store, study: Study, write_cards: Callable[..., Path]
) -> None:
    folder, private = tmp_path / "cards", Private(tmp_path)
    folder.mkdir()
    write_cards(*LINES, name="cards/one.csv")
    read_new_files(folder, tmp_path / "refused", study, store, private)
    private.path.unlink()
    write_cards(("9", "", "расти", "4", ""), name="cards/two.csv")
    with pytest.raises(RechkiError, match="secret key"):
        read_new_files(folder, tmp_path / "refused", study, store, private)


def raw_bytes(folder: Path, name: str) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name.startswith(name))


def shared_bytes(store: Store, folder: Path) -> bytes:
    """All that the store holds, wherever it is."""
    return str(snapshot(store)).encode() + raw_bytes(folder, "study.db")


def test_verbatims_and_ids_live_in_the_private_file_only(
    tmp_path: Path, store: Store, study: Study, write_cards: Callable[..., Path]
) -> None:
    (tmp_path / "cards").mkdir()
    write_cards(*LINES, name="cards/one.csv")
    private = Private(tmp_path)
    read_new_files(tmp_path / "cards", tmp_path / "refused", study, store, private)
    assert stat.S_IMODE(private.path.stat().st_mode) == 0o600
    kept, shared = raw_bytes(tmp_path, "private.db"), shared_bytes(store, tmp_path)
    for words in (SECRET, PHONE, "A-17"):
        assert words.encode() in kept
        assert words.encode() not in shared
    assert "хочу расти".encode() in shared
    assert set(private.verbatims(PURPOSE_FRAME).values()) == {line[2] for line in LINES}
    assert set(private.original_ids().values()) == {"A-17", "A-18"}


@pytest.mark.parametrize("column", [1, 3])
def test_personal_data_in_a_score_or_date_cell_reaches_neither_store_nor_notes(
    tmp_path: Path, store: Store, study: Study, write_cards: Callable[..., Path], column: int
) -> None:
    (tmp_path / "cards").mkdir()
    line = ["A-17", "", "расти", "", ""]
    line[column] = f"пишите: {PHONE}, {SECRET}"
    write_cards(tuple(line), name="cards/one.csv")
    brought = read_new_files(tmp_path / "cards", tmp_path / "refused", study, store, Private(tmp_path))
    shared = shared_bytes(store, tmp_path).decode("utf-8", "replace")
    stored = str(snapshot(store)["source_file"])
    for words in (PHONE, SECRET):
        assert words not in "".join(brought.notes)
        assert words not in stored
        assert words not in shared
    assert not [item for note in brought.notes for item in find_personal(note)]


def test_a_study_that_keeps_no_verbatims_has_them_nowhere(
    tmp_path: Path, store: Store, make_study: Callable[..., Study], write_cards: Callable[..., Path]
) -> None:
    (tmp_path / "cards").mkdir()
    write_cards(*LINES, name="cards/one.csv")
    read_new_files(
        tmp_path / "cards",
        tmp_path / "refused",
        make_study(privacy={"keep_verbatims": False}),
        store,
        Private(tmp_path),
    )
    assert SECRET.encode() not in raw_bytes(tmp_path, "private.db") + shared_bytes(store, tmp_path)


def test_a_private_file_that_others_could_read_is_closed_again(tmp_path: Path) -> None:
    private = Private(tmp_path)
    key = private.key()
    private.path.chmod(0o644)
    assert private.key() == key
    assert stat.S_IMODE(private.path.stat().st_mode) == 0o600
    assert len(key) == 32


def test_a_broken_private_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "private.db").write_bytes(b"no database" * 100)
    with pytest.raises(RechkiError, match=r"private\.db"):
        Private(tmp_path).key()


def test_another_private_key_is_refused_before_known_cards_are_doubled(
    tmp_path: Path, make_study: Callable[..., Study], write_cards: Callable[..., Path]
) -> None:
    settings, private = make_study(), Private(tmp_path)
    store = Store.open(tmp_path, settings)
    folder = tmp_path / "cards"
    folder.mkdir()
    write_cards(("1", "", "снять тревогу", "4", ""), name="cards/first.csv")
    read_new_files(folder, tmp_path / "refused", settings, store, private)
    private.path.write_bytes(b"")
    write_cards(("1", "", "снять тревогу", "4", ""), ("2", "", "деньги", "3", ""), name="cards/second.csv")
    with pytest.raises(RechkiError, match="another key"):
        read_new_files(folder, tmp_path / "refused", settings, store, private)
    with store.transaction() as tx:
        assert tx.count(schema.card) == 1
    store.close()

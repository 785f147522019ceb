"""The store: whole transactions, one study each, and nobody's words outside the owner's file."""

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from dated import of_yesterday

from models import settled
from models.codebook import Event, EventKind
from models.coding import Decision, Role, Verdict
from models.config import Study
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.privacy.masking import find_personal
from models.reading import read_new_files
from models.review import Kind, Line, ReviewTask
from models.store import cards, review, schema
from models.store.database import Store, now
from models.store.private import Private

START = datetime(2026, 1, 1)
OTHER_STUDY = "99999999-2222-3333-4444-555555555555"
TASK = ReviewTask(
    "t1", "purpose", Kind.PHRASE, (Line("расти", ("p1", "p2")),), about={"confidence": 0.5}, suggested=("x",)
)
EVENT = Event("e1", "purpose", START, "anna", EventKind.CREATE, "x", {"name": "Расти"}, "ls/1/1/1")
RENAMED = Event("e2", "purpose", START, "anna", EventKind.RENAME, "x", {"name": "Рост"}, "ls/1/1/2")
SECRET = "Марина Лебедева"
PHONE = "+7 999 123-45-67"
LINES = [
    ("A-17", "13.04.2025", f"хочу расти, я {SECRET}", "5", f"звоните {PHONE}"),
    ("A-18", "13.04.2025", "хочу денег", "3", "отлично"),
]


def decision(origin: str = "ls/1/1/1", phrase: str = "p1") -> Decision:
    return Decision(
        *(f"{origin}{phrase}", "purpose", phrase, "anna", START, Role.CODER, Verdict.ASSIGN, ("x",), ("y",), True, 2.5),
        origin,
    )


def phrase(name: str, card: str = "c1", whole: bool = False) -> dict[str, object]:
    place = {"frame": "purpose", "card_id": card, "row": 1, "field": "purpose", "start": 0, "end": 4}
    return {"phrase_id": name, **place, "text": name, "text_key": name, "non_answer": False, "whole": whole}


def annotation(revision: int = 1, **changed: object) -> dict[str, object]:
    row = {
        "instance": "ls",
        "project": 1,
        "annotation_id": 1,
        "revision": revision,
        "task_key": "t1",
        "annotator": "anna",
    }
    return {**row, "changed_at": START, "content": "c", "result": [], "removed": False, "problem": None, **changed}


def fill(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(schema.phrase, (phrase(name) for name in ("p1", "p2")))
        review.add_tasks(tx, [TASK])
        review.add_annotation(tx, annotation())
        review.add_decisions(tx, [decision(), decision(phrase="p2")])
        review.add_events(tx, [EVENT, RENAMED])


def snapshot(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.transaction() as tx:
        return {name: [tuple(row) for row in tx.rows(table)] for name, table in schema.metadata.tables.items()}


def test_what_was_stored_comes_back(store: Store) -> None:
    fill(store)
    with store.transaction() as tx:
        assert review.tasks(tx, "purpose") == [TASK]
        assert review.codebook_events(tx, "purpose") == [EVENT, RENAMED]
        assert review.live_decisions(tx, "purpose") == [decision(), decision(phrase="p2")]
        codebook, states = review.coding(tx, "purpose")
    assert codebook.codes["x"].name == "Рост"
    assert states["p1"].codes == {"x"}


def test_storing_twice_changes_nothing(store: Store) -> None:
    fill(store)
    before = snapshot(store)
    with store.transaction() as tx:
        assert review.add_tasks(tx, [TASK]) == 0
        review.add_annotation(tx, annotation(content="another"))
        review.add_decisions(tx, [decision()])
        review.add_events(tx, [EVENT])
    assert snapshot(store) == before


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    before = snapshot(store)

    def fails() -> None:
        with store.transaction() as tx:
            review.add_tasks(tx, [TASK])
            review.add_events(tx, [EVENT])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    assert snapshot(store) == before


def test_only_the_newest_revision_of_a_live_annotation_counts(store: Store) -> None:
    fill(store)
    with store.transaction() as tx:
        review.add_annotation(tx, annotation(2))
        review.add_decisions(tx, [decision("ls/1/1/2")])
        assert [made.origin for made in review.live_decisions(tx, "purpose")] == ["ls/1/1/2"]
        assert review.answered(tx) == {"t1"}
        review.add_annotation(tx, annotation(3, problem="не выбран ни один код"))
        assert review.live_decisions(tx, "purpose") == []
        assert review.answered(tx) == set()
        assert [item.problem for item in review.newest_annotations(tx).values()] == ["не выбран ни один код"]
        review.add_annotation(tx, annotation(4, removed=True))
        assert review.live_decisions(tx, "purpose") == []


def test_the_coding_of_a_day_is_that_of_the_revisions_of_that_day(store: Store) -> None:
    fill(store)

    def day(number: int) -> datetime:
        return START + timedelta(days=number)

    with store.transaction() as tx:
        review.add_annotation(tx, annotation(2, changed_at=day(2)))
        review.add_decisions(tx, [decision("ls/1/1/2")])
        review.add_annotation(tx, {**annotation(3, removed=True, changed_at=day(2)), "pulled_at": day(4)})
        found = [[made.origin for made in review.live_decisions(tx, "purpose", day(at))] for at in range(-1, 5)]
    first, second = ["ls/1/1/1"] * 2, ["ls/1/1/2"]
    assert found == [[], first, first, second, second, []]


def test_a_first_answer_outlives_its_edits_and_ends_with_its_annotation(store: Store) -> None:
    fill(store)
    edited = replace(decision("ls/1/1/2"), codes=("y",), annotator="boris")
    with store.transaction() as tx:
        review.add_annotation(tx, annotation(2, annotator="boris"))
        review.add_decisions(tx, [edited])
        first = review.first_answers(tx, "purpose")
        assert {(made.decision.annotator, made.decision.codes, made.task, made.kind) for made in first} == {
            ("anna", ("x",), "t1", Kind.PHRASE)
        }
        assert review.live_decisions(tx, "purpose") == [edited]
        review.add_annotation(tx, annotation(3, removed=True))
        assert review.first_answers(tx, "purpose") == []


def test_what_could_not_count_at_first_is_no_first_answer(store: Store) -> None:
    with store.transaction() as tx:
        review.add_tasks(tx, [TASK])
        review.add_annotation(tx, annotation(problem="не выбран ни один код"))
        review.add_annotation(tx, annotation(2))
        review.add_decisions(tx, [decision("ls/1/1/2")])
        assert [made.decision.origin for made in review.first_answers(tx, "purpose")] == ["ls/1/1/2"]


def test_two_studies_in_one_database_do_not_see_each_other(
    tmp_path: Path, store: Store, make_study: Callable[..., Study]
) -> None:
    other = Store.open(tmp_path, make_study(study_id=OTHER_STUDY))
    try:
        empty = snapshot(other)
        fill(store)
        assert snapshot(other) == empty
        mine = snapshot(store)
        fill(other)
        with other.transaction() as tx:
            review.add_events(tx, [Event("e3", "purpose", START, "", EventKind.RETIRE, "x", {}, "")])
            review.set_project(tx, "ls", "purpose", Kind.GROUP, 5)
            review.forget_project(tx, "ls", "purpose", Kind.GROUP)
        assert snapshot(store) == mine
        with other.transaction() as tx:
            assert {row.study_id for table in schema.metadata.tables.values() for row in tx.rows(table)} == {
                OTHER_STUDY
            }
    finally:
        other.close()


def test_every_table_has_the_study_first_in_its_key() -> None:
    for table in schema.metadata.tables.values():
        assert next(column.name for column in table.primary_key) == "study_id", table.name


def test_the_schema_at_its_newest_version_is_the_one_in_the_code(store: Store) -> None:
    with store.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), schema.metadata)
    changes = [change for item in found for change in (item if isinstance(item, list) else [item])]
    assert [change for change in changes if change[0] != "modify_comment"] == []  # comments are for readers of the code


def test_opening_again_changes_nothing(tmp_path: Path, store: Store, study: Study) -> None:
    fill(store)
    before = snapshot(store)
    again = Store.open(tmp_path, study)
    assert snapshot(again) == before
    again.close()


def test_a_first_opening_that_was_killed_can_be_repeated(
    tmp_path: Path, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    create = op.create_table

    def killed(name: str, *columns: object, **options: object) -> object:
        if len(made) == 4:
            raise KeyboardInterrupt
        made.append(name)
        return create(name, *columns, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_table", killed)
        with pytest.raises(KeyboardInterrupt):
            Store.open(tmp_path, study)
    opened = Store.open(tmp_path, study)
    with opened.transaction() as tx:
        assert tx.count(schema.study) == 1
    opened.close()


def test_a_database_of_a_newer_rechki_is_refused(tmp_path: Path, store: Store, study: Study) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(RechkiError, match="newer Rechki"):
        Store.open(tmp_path, study)


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


def test_rows_behind_the_balance_join_the_codes_of_all_their_phrases(
    tmp_path: Path, store: Store, study: Study, write_cards: Callable[..., Path]
) -> None:
    (tmp_path / "cards").mkdir()
    write_cards(
        ("1", "", "Хочу денег побольше. Хочу снять боль.", "4", ""), ("2", "", "план", "2", ""), name="cards/one.csv"
    )
    read_new_files(tmp_path / "cards", tmp_path / "refused", study, store, Private(tmp_path))
    with store.transaction() as tx:
        phrases = cards.phrases(tx, PURPOSE_FRAME)
        assert len(phrases) == 3
        two = [name for name, item in phrases.items() if "хочу" in item.text_key]
        decided = [decision(phrase=name) for name in two]
        review.add_events(tx, [EVENT])
        review.add_annotation(tx, annotation())
        review.add_decisions(tx, decided)
        (row,) = cards.coded_rows(tx, PURPOSE_FRAME, review.coding(tx, PURPOSE_FRAME)[1], None)
        assert (row.score, row.codes) == (4, {"x"})
        assert set(cards.scores(tx).values()) == {4, 2}
        assert cards.counts(tx) == cards.Counts(2, 2, 3)


def test_moments_are_stored_in_utc_without_a_zone() -> None:
    assert now().tzinfo is None
    assert now().microsecond == 0


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


def test_a_join_lets_the_whole_answer_stand_and_taking_it_back_the_parts(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(schema.phrase, [phrase("part1"), phrase("part2"), phrase("all", whole=True), phrase("other", "c2")])
        assert set(cards.phrases(tx, "purpose")) == {"part1", "part2", "other"}
        review.add_annotation(tx, annotation())
        review.add_decisions(tx, [replace(decision(phrase="part1"), verdict=Verdict.JOIN, codes=())])
        review.add_annotation(tx, annotation(annotation_id=2))
        review.add_decisions(tx, [decision(origin="ls/1/2/1", phrase="part2"), decision("ls/1/2/1", "other")])
        review.add_events(tx, [EVENT])
    with store.transaction() as tx:
        standing = cards.phrases(tx, "purpose")
        assert set(standing) == {"all", "other"}
        assert standing["all"].joined
        assert set(cards.joined_phrases(tx, "purpose")) == {"part1", "part2"}
        assert set(review.coding(tx, "purpose")[1]) == {"other"}, "a part's code counts no more"
        review.add_annotation(tx, annotation(revision=2, removed=True))
        assert set(cards.phrases(tx, "purpose")) == {"part1", "part2", "other"}
        assert set(review.coding(tx, "purpose")[1]) == {"part2", "other"}


def test_a_row_that_was_not_cut_cannot_be_joined(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(schema.phrase, [phrase("other", "c2")])
        review.add_annotation(tx, annotation())
        review.add_decisions(tx, [replace(decision(phrase="other"), verdict=Verdict.JOIN, codes=())])
        assert set(cards.phrases(tx, "purpose")) == {"other"}


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

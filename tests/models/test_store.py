"""The store: whole transactions, one study each, every revision kept and the newest counted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from stored import snapshot

from models.codebook import Event, EventKind
from models.coding import Decision, Role, Verdict
from models.config import Study
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
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

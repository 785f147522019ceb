"""Splitting: asked again in finer groups, nothing lost before people answer, and undone with all that came of it."""

import getpass
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from support import write_cards

from models.clusters.finer import FEWEST, finer_groups
from models.codebook import Codebook
from models.coding import PhraseState
from models.config import Study
from models.encoder.load import BUNDLED, Encoder, load_encoder
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.proposing import make_proposal, open_texts, plan_tasks
from models.reading import read_new_files
from models.recoding import Change, Log, undo
from models.review import Answer, Kind, Member, ReviewTask, Source, interpret
from models.splitting import propose_splits, split
from models.store import cards, review
from models.store.database import Store
from models.store.private import Private
from models.store.vectors import remember

START = datetime(2026, 1, 1)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(BUNDLED)


@dataclass
class Desk:
    """A study whose tasks are answered without a Label Studio; every answer is an annotation, each a minute later."""

    store: Store
    settings: Study
    encoder: Encoder
    answers: int = 0

    def plan(self) -> None:
        remember(self.store, self.encoder, open_texts(self.store))
        propose_splits(self.store, self.settings, self.encoder)
        plan_tasks(self.store, self.settings, self.encoder)

    def coding(self, until: datetime | None = None) -> tuple[Codebook, dict[str, PhraseState]]:
        with self.store.transaction() as tx:
            return review.coding(tx, PURPOSE_FRAME, until)

    def codes(self) -> dict[str, frozenset[str]]:
        book, states = self.coding()
        return {
            p: frozenset(book.codes[code].name for code in state.codes) for p, state in states.items() if state.codes
        }

    def tasks(self, kind: Kind = Kind.GROUP) -> list[ReviewTask]:
        with self.store.transaction() as tx:
            gone = review.withdrawn_tasks(tx, PURPOSE_FRAME) | review.answered(tx)
            return [task for task in review.tasks(tx, PURPOSE_FRAME, kind) if task.key not in gone]

    def answer(self, task: ReviewTask, answer: Answer, who: str = "anna", of: int = 0) -> int:
        """Answer a task, or edit the annotation numbered `of`."""
        self.answers += 1
        number = of or self.answers
        with self.store.transaction() as tx:
            known = review.newest_annotations(tx, "ls").get(("ls", 1, number))
            revision = known.revision + 1 if known else 1
            at = START + timedelta(minutes=self.answers)
            source = Source(who, at, f"ls/1/{number}/{revision}")
            decisions, events = interpret(
                self.store.study_id, task, answer, source, review.coding(tx, PURPOSE_FRAME)[0]
            )
            review.add_decisions(tx, decisions)
            review.add_events(tx, events)
            row = {"instance": "ls", "project": 1, "annotation_id": number, "revision": revision, "task_key": task.key}
            said = {"annotator": who, "changed_at": at, "content": str(self.answers), "result": []}
            review.add_annotation(tx, {**row, **said, "removed": False, "problem": None})
        return number

    def change(self, change: Callable[[Log], Change]) -> None:
        with self.store.transaction() as tx:
            events = review.codebook_events(tx, PURPOSE_FRAME)
            at = START + timedelta(minutes=self.answers, seconds=len(events))
            log = Log(PURPOSE_FRAME, events, review.coding(tx, PURPOSE_FRAME)[1], getpass.getuser(), at)
        made = change(log)
        with self.store.transaction() as tx:
            review.add_events(tx, [made.event])

    def split(self, code: str) -> None:
        with self.store.transaction() as tx:
            phrases = cards.phrases(tx, PURPOSE_FRAME)
            newest = max(made.decided_at for made in review.live_decisions(tx, PURPOSE_FRAME))
        self.change(lambda log: split(log, code, phrases, newest))


def everything(task: ReviewTask, *names: str, **more: object) -> Answer:
    return Answer(new_names=names, members=dict.fromkeys(range(len(task.lines)), Member.BELONGS), **more)  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Path, make_study: Callable[..., Study], encoder: Encoder) -> Iterator[Desk]:
    settings = make_study(columns={"rows": []})
    (tmp_path / "cards").mkdir()
    write_cards(tmp_path / "cards" / "cards.csv", 0, 45)
    store = Store.open(tmp_path, settings)
    read_new_files(tmp_path / "cards", tmp_path / "refused", settings, store, Private(tmp_path))
    remember(store, encoder, open_texts(store))
    assert make_proposal(store, settings, encoder)
    made = Desk(store, settings, encoder)
    made.plan()
    yield made
    store.close()


def confirmed_as_one(desk: Desk) -> list[ReviewTask]:
    """Give the two largest groups one code."""
    pages = desk.tasks()[:2]
    for page in pages:
        desk.answer(page, everything(page, "Общее"))
    return pages


def test_a_split_code_comes_again_in_groups_and_counts_until_they_are_answered(desk: Desk) -> None:
    held = {phrase for page in confirmed_as_one(desk) for phrase in page.phrase_ids}
    before, day = desk.codes(), START + timedelta(minutes=desk.answers)
    old = {task.key for task in desk.tasks()}
    desk.split("Общее")
    assert desk.codes() == before
    desk.plan()
    parts = [task for task in desk.tasks() if task.key not in old]
    assert len(parts) > 1
    assert {task.about["part_of"] for task in parts} == {"Общее"}
    assert sorted(phrase for task in parts for phrase in task.phrase_ids) == sorted(held), (
        "each of them once, and no other"
    )
    assert desk.codes() == before
    desk.plan()
    assert len(desk.tasks()) == len(old) + len(parts), "proposed once"
    with pytest.raises(RechkiError, match=f"being split already: {len(held)} phrases wait"):
        desk.split("Общее")

    desk.answer(parts[0], everything(parts[0], "Первая часть"), who="boris")
    found = desk.codes()
    assert {found[phrase] for phrase in parts[0].phrase_ids} == {frozenset({"Первая часть"})}
    assert {found[phrase] for phrase in held - set(parts[0].phrase_ids)} == {frozenset({"Общее"})}
    for at, part in enumerate(parts[1:], start=2):
        desk.answer(part, everything(part, f"Часть {at}"), who="boris")
    assert not any("Общее" in codes for codes in desk.codes().values())
    assert all(desk.coding()[1][phrase].settled for phrase in held), "no dispute with what was confirmed before"
    book, then = desk.coding(until=day)
    assert {p: frozenset(book.codes[c].name for c in s.codes) for p, s in then.items() if s.codes} == before


def test_what_is_thrown_out_of_a_part_is_asked_again_without_the_split_code(desk: Desk) -> None:
    confirmed_as_one(desk)
    for page in desk.tasks():
        desk.answer(page, Answer(dissolve=True))
    desk.split("Общее")
    desk.plan()
    parts = desk.tasks()
    out = parts[0].lines[0].phrase_ids
    for at, part in enumerate(parts):
        members = dict.fromkeys(range(at == 0, len(part.lines)), Member.BELONGS)
        desk.answer(part, Answer(new_names=(f"Часть {at}",), members=members))
    desk.plan()
    book, states = desk.coding()
    assert {book.codes[code].name for code in states[out[0]].codes} == {"Общее"}
    again = [task for kind in (Kind.ADDITION, Kind.SORT, Kind.PHRASE) for task in desk.tasks(kind)]
    asked = [(task, line) for task in again for line in task.lines if set(out) & set(line.phrase_ids)]
    assert asked
    general = book.by_name("Общее")
    assert general is not None
    assert all(general.code_id not in (*task.suggested, *line.codes) for task, line in asked)


def test_an_undone_split_takes_its_pages_and_their_answers_with_it(desk: Desk) -> None:
    confirmed_as_one(desk)
    before, open_before = desk.codes(), [task.key for task in desk.tasks()]
    desk.split("Общее")
    desk.plan()
    parts = [task for task in desk.tasks() if task.key not in open_before]
    desk.answer(parts[0], everything(parts[0], "Часть"), who="boris")
    assert desk.codes() != before
    desk.change(undo)
    assert desk.codes() == before
    assert [task.key for task in desk.tasks()] == open_before
    desk.plan()
    assert [task.key for task in desk.tasks()] == open_before
    desk.split("Общее")
    desk.plan()
    assert len(desk.tasks()) == len(open_before) + len(parts), "it can be split anew"


def test_a_group_marked_as_several_comes_again_in_parts_until_the_mark_is_taken_back(desk: Desk) -> None:
    page, *others = desk.tasks()
    number = desk.answer(page, Answer(two=True))
    assert not desk.codes()
    desk.plan()
    parts = [task for task in desk.tasks() if "part_of" in task.about]
    assert len(parts) > 1
    assert sorted(phrase for part in parts for phrase in part.phrase_ids) == sorted(page.phrase_ids)
    within = next(part for part in parts if len(part.lines) >= FEWEST)
    desk.answer(within, Answer(two=True))
    desk.plan()
    inner = [task for task in desk.tasks() if "part_of" in task.about and task.key not in {part.key for part in parts}]
    assert sorted(phrase for part in inner for phrase in part.phrase_ids) == sorted(within.phrase_ids)
    desk.answer(inner[0], everything(inner[0], "Внутри"))
    assert set(desk.codes()) == set(inner[0].phrase_ids)
    desk.answer(page, everything(page, "Одна тема"), of=number)
    assert [task.key for task in desk.tasks()] == [task.key for task in others]
    assert desk.codes() == dict.fromkeys(page.phrase_ids, frozenset({"Одна тема"}))


def test_a_code_with_few_texts_is_not_split(desk: Desk) -> None:
    page = desk.tasks()[0]
    members = dict.fromkeys(range(FEWEST - 1), Member.BELONGS)
    desk.answer(page, Answer(new_names=("Узкое",), members=members))
    with pytest.raises(RechkiError, match=f"{FEWEST - 1} different texts carry «Узкое» alone: too few"):
        desk.split("Узкое")
    with pytest.raises(RechkiError, match="is a fixed code"):
        desk.split("Другое")


@pytest.mark.parametrize(("count", "apart"), [(FEWEST, 1.0), (25, 1.0), (7, 0.0)])
def test_one_group_becomes_at_least_two_and_no_text_is_left_out(count: int, apart: float, study: Study) -> None:
    vectors = apart * np.random.default_rng(count).normal(size=(count, 8)).astype(np.float32) + 2
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = finer_groups(vectors, (8,), [f"text {at}" for at in range(count)], study.proposal)
    assert 2 <= found.count <= max(2, count // 3)
    assert (found.labels >= 0).all()
    assert len(found.kin) == found.count

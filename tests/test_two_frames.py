"""Purposes and reasons side by side in one study, answered from the example's truth without a Label Studio."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from label_studio_sdk import LabelStudio
from support import EXAMPLE, write_cards

from annotation.client import Studio
from annotation.scripted import ScriptedAnalyst, Truth
from annotation.server import HOME
from flows.artifacts import snapshot
from flows.notify import _news
from flows.relay import _projects
from flows.setup import init_study
from flows.study import open_study
from models.analyst import Analyst
from models.backfill import backfill
from models.config import Event, Study, change_study, load_study
from models.encoder.load import BUNDLED, Encoder, load_encoder
from models.phrases import FRAMES, PURPOSE_FRAME, WHY_FRAME
from models.proposing import make_proposal, open_texts, plan_tasks
from models.reading import read_new_files
from models.review import Kind, ReviewTask, Source, interpret
from models.store import cards, review
from models.store.database import DATABASE_URL, Store
from models.store.private import Private
from models.store.vectors import remember
from reports.data import Report, evidence_of, gather

START = datetime(2026, 1, 1)
NOWHERE = Studio(LabelStudio(base_url="http://localhost:9", api_key="0" * 40), "http://localhost:9", "ls")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(BUNDLED)


@dataclass
class Desk:
    """A study folder whose open tasks are answered rightly; every answer is an annotation, each a minute later."""

    folder: Path
    encoder: Encoder
    store: Store = field(init=False)
    answers: int = 0

    def __post_init__(self) -> None:
        init_study(self.folder, write_cards(self.folder.parent / "cards.csv", 0, 45), "Проба", force=False)
        self.store = Store.open(self.folder, self.settings)
        read_new_files(self.folder / "cards", self.folder / "refused", self.settings, self.store, self.private)

    @property
    def settings(self) -> Study:
        return load_study(self.folder)

    @property
    def private(self) -> Private:
        return Private(self.folder)

    def plan(self, frame: str) -> None:
        backfill(self.settings, self.store, self.private)
        remember(self.store, self.encoder, open_texts(self.store, frame))
        make_proposal(self.store, self.settings, self.encoder, frame)
        plan_tasks(self.store, self.settings, self.encoder, frame)

    def tasks(self, frame: str) -> list[ReviewTask]:
        with self.store.transaction() as tx:
            return review.tasks(tx, frame)

    def analyst(self, frame: str) -> Analyst:
        column = "criteria" if frame == WHY_FRAME else "codes"
        truth = Truth.read(EXAMPLE / "gsr_truth.csv", EXAMPLE / "gsr_codes.csv", column)
        return ScriptedAnalyst(self.store, self.private, NOWHERE, frame, truth).analyst

    def answer_all(self, frame: str) -> None:
        self.plan(frame)
        analyst = self.analyst(frame)
        for _ in range(20):
            with self.store.transaction() as tx:
                answered = review.answered(tx)
            waiting = [task for task in self.tasks(frame) if task.key not in answered]
            for task in waiting:
                self._answer(task, analyst)
            if not waiting:
                return
            self.plan(frame)
        pytest.fail("the review never ends")

    def _answer(self, task: ReviewTask, analyst: Analyst) -> None:
        self.answers += 1
        with self.store.transaction() as tx:
            book = review.coding(tx, task.frame)[0]
            at, origin = START + timedelta(minutes=self.answers), f"ls/1/{self.answers}/1"
            source = Source("anna", at, origin, role=task.kind.role, blind=task.kind.is_blind)
            decisions, events = interpret(self.store.study_id, task, analyst.answer(task, book), source, book)
            review.add_decisions(tx, decisions)
            review.add_events(tx, events)
            row = {"instance": "ls", "project": 1, "annotation_id": self.answers, "revision": 1, "task_key": task.key}
            said = {"annotator": "anna", "changed_at": at, "content": origin, "result": []}
            review.add_annotation(tx, {**row, **said, "removed": False, "problem": None})

    def gather(self) -> Report:
        return gather(self.store, self.settings, self.folder)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[tuple[Desk, Report, set[str]]]:
    """Both frames answered to the end; the report of the purposes alone, and their tasks, before the second was on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(DATABASE_URL, raising=False)
        made = Desk(tmp_path_factory.mktemp("frames") / "study", encoder)
    made.answer_all(PURPOSE_FRAME)
    alone, tasks = made.gather(), {task.key for task in made.tasks(PURPOSE_FRAME)}
    change_study(made.folder, frames=list(FRAMES))
    made.answer_all(WHY_FRAME)
    yield made, alone, tasks
    made.store.close()


def of_truth(desk: Desk) -> dict[str, list[int | None]]:
    """Scores by criterion from the example's own files, for the cards that were read."""
    with (EXAMPLE / "gsr_truth.csv").open(encoding="utf-8-sig", newline="") as lines:
        truth = {(line["card_id"], int(line["row"])): line["criteria"].split("|") for line in csv.DictReader(lines)}
    originals, found = desk.private.original_ids(), defaultdict[str, list[int | None]](list)
    with desk.store.transaction() as tx:
        for (card, row), score in cards.scores(tx).items():
            for criterion in filter(None, truth[originals[card], row]):
                found[criterion].append(score)
    return found


def test_criteria_and_backlog_are_those_of_the_right_codes(desk: tuple[Desk, Report, set[str]]) -> None:
    study, _, _ = desk
    report = study.gather()
    assert report.reasons
    right = of_truth(study)
    assert len(right) > 4
    table = report.reasons.tables.table.set_index("criterion")
    assert table["rows"].to_dict() == {name: len(scores) for name, scores in right.items()}
    scored = {name: [score for score in scores if score is not None] for name, scores in right.items()}
    assert table["mean"].to_dict() == {n: pytest.approx(sum(s) / len(s), abs=1e-9) for n, s in scored.items()}
    lacking = {name: sum(4 - score for score in scores) for name, scores in scored.items()}
    backlog = report.reasons.tables.backlog
    found = dict(zip(backlog["criterion"], backlog["backlog"], strict=True))
    assert found == {name: lack for name, lack in lacking.items() if lack > 0}


def test_the_purposes_are_as_they_were_without_the_second_frame(desk: tuple[Desk, Report, set[str]]) -> None:
    study, alone, tasks = desk
    report = study.gather()
    assert alone.reasons is None
    assert report.balance.equals(alone.balance)
    assert (report.confirmed, report.awaiting, report.verbatims) == (alone.confirmed, alone.awaiting, alone.verbatims)
    assert {task.key for task in study.tasks(PURPOSE_FRAME)} == tasks
    of_purposes = {phrase for task in study.tasks(PURPOSE_FRAME) for phrase in task.phrase_ids}
    assert not of_purposes & {phrase for task in study.tasks(WHY_FRAME) for phrase in task.phrase_ids}


def test_the_evidence_covers_both_frames_when_both_are_on(desk: tuple[Desk, Report, set[str]]) -> None:
    study, alone, _ = desk
    assert study.gather().evidence != alone.evidence
    with study.store.transaction() as tx:
        off = study.settings.model_copy(update={"frames": (PURPOSE_FRAME,)})
        assert evidence_of(tx, off) == alone.evidence


def test_behind_every_criterion_stand_annotations_of_its_own_frame(desk: tuple[Desk, Report, set[str]]) -> None:
    study, _, _ = desk
    reasons = study.gather().reasons
    assert reasons
    with study.store.transaction() as tx:
        states = review.coding(tx, WHY_FRAME)[1]
        texts = {phrase.phrase_id: phrase.text for phrase in cards.phrases(tx, WHY_FRAME).values()}
    assert reasons.confirmed == sum(bool(state.codes) for state in states.values()) == len(texts)
    assert reasons.awaiting == 0
    assert {code for row in reasons.coded for code in row.codes} == set(reasons.verbatims)
    assert reasons.quality.audit.confirmed > 0, "pages of reasons were confirmed"
    assert reasons.quality.audit != study.gather().quality.audit
    for code, said in reasons.verbatims.items():
        for item in said:
            assert code in states[item.phrase_id].codes
            assert item.behind == "; ".join(states[item.phrase_id].origins) != ""
            assert item.masked == (texts[item.phrase_id], "")


def test_what_changed_counts_both_frames(desk: tuple[Desk, Report, set[str]]) -> None:
    study, alone, _ = desk
    report = study.gather()
    assert report.reasons
    with study.store.transaction() as tx:
        before, after = snapshot(tx, alone), snapshot(tx, report)
    assert (before.confirmed, before.awaiting) == (alone.confirmed, 0)
    assert after.confirmed == report.confirmed + report.reasons.confirmed > before.confirmed
    assert after.groups > before.groups
    assert after.decisions > before.decisions
    assert set(after.codes.values()) >= set(report.reasons.tables.table["criterion"])


def test_groups_of_reasons_are_news_and_their_projects_wake_the_schedule(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATABASE_URL, raising=False)
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    study = Desk(tmp_path / "study", encoder)
    study.answer_all(PURPOSE_FRAME)
    change_study(study.folder, frames=list(FRAMES))
    study.plan(WHY_FRAME)
    with study.store.transaction() as tx:
        for number, (frame, kind) in enumerate([(PURPOSE_FRAME, Kind.GROUP), (WHY_FRAME, Kind.GROUP)], start=7):
            review.set_project(tx, "ls", frame, kind, number)
        review.set_project(tx, "another", WHY_FRAME, Kind.GROUP, 1)
    with open_study(study.folder) as opened:
        (waits,) = (news for news in _news(opened) if news.event is Event.REVIEW)
        with opened.store.transaction() as tx:
            assert _projects(opened, tx, "ls") == [7, 8]
    count = len({(task.proposal_id, task.group) for task in study.tasks(WHY_FRAME) if task.kind is Kind.GROUP})
    assert f"проверки: {count} групп" in waits.words
    study.store.close()

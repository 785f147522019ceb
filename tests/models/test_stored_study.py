"""A study made by the first schema is opened, brought up to date, and gives the numbers it gave."""

import shutil
from pathlib import Path

import pandas as pd

from models.codebook import OFF_TOPIC
from models.coding import Decision, Role, Verdict
from models.config import load_study
from models.encoder.load import load_encoder
from models.phrases import PURPOSE_FRAME
from models.proposing import open_texts, plan_tasks
from models.review import Kind, ReviewTask
from models.store import review
from models.store.database import Store, Transaction, now
from models.store.quality import read_quality
from models.store.vectors import remember
from reports.data import gather

STUDY = Path(__file__).resolve().parents[1] / "fixtures" / "study-0001"


def test_a_study_of_the_first_schema_gives_its_old_balance(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(STUDY, folder)
    settings = load_study(folder)
    store = Store.open(folder, settings)
    report = gather(store, settings, folder)
    store.close()
    expected = pd.read_csv(STUDY / "expected_balance.csv", keep_default_na=False)
    columns = list(expected.columns)
    found = report.balance[columns].astype(object).where(report.balance[columns].notna(), "")
    pd.testing.assert_frame_equal(found, expected.astype(object), check_dtype=False)
    assert report.awaiting > 0
    assert not report.masked


def answer(tx: Transaction, task: ReviewTask, number: int, who: str, code: str) -> None:
    """Store an answer to a task of one phrase as a pull would."""
    origin = f"ls/99/{number}/1"
    key = {"instance": "ls", "project": 99, "annotation_id": number, "revision": 1, "task_key": task.key}
    more = {"annotator": who, "changed_at": now(), "content": "", "result": [], "removed": False, "problem": None}
    review.add_annotation(tx, {**key, **more})
    made = (task.kind.role, Verdict.ASSIGN, (code,), (), task.kind.is_blind, None, origin)
    review.add_decisions(
        tx, [Decision(f"{origin}{phrase}", PURPOSE_FRAME, phrase, who, now(), *made) for phrase in task.phrase_ids]
    )


def test_what_pages_confirmed_is_audited_and_a_dispute_is_asked_once_and_decided(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(STUDY, folder)
    settings = load_study(folder)
    store, encoder = Store.open(folder, settings), load_encoder("bundled-plain")
    remember(store, encoder, open_texts(store))

    def planned(kind: Kind) -> list[ReviewTask]:
        with store.transaction() as tx:
            return review.tasks(tx, PURPOSE_FRAME, kind)

    def disputed() -> bool:
        with store.transaction() as tx:
            return any(state.disputed for state in review.coding(tx, PURPOSE_FRAME)[1].values())

    plan_tasks(store, settings, encoder)
    audit = planned(Kind.AUDIT)
    with store.transaction() as tx:
        assert len(audit) == read_quality(tx, PURPOSE_FRAME, settings.review).audit.wanted == 20
        answer(tx, audit[0], 1, "another", OFF_TOPIC)
    assert disputed()
    plan_tasks(store, settings, encoder)
    assert plan_tasks(store, settings, encoder) == 0
    (dispute,) = planned(Kind.ADJUDICATION)
    assert dispute.phrase_ids == audit[0].phrase_ids
    assert OFF_TOPIC in dispute.suggested
    with store.transaction() as tx:
        answer(tx, dispute, 2, "judge", OFF_TOPIC)
        assert {made.role for made in review.live_decisions(tx, PURPOSE_FRAME)} == {Role.CODER, Role.ADJUDICATOR}
    assert not disputed()
    assert plan_tasks(store, settings, encoder) == 0
    with store.transaction() as tx:
        found = read_quality(tx, PURPOSE_FRAME, settings.review)
    assert (found.audit.answered, found.audit.differing, found.adjudicated) == (1, 1, len(dispute.phrase_ids))
    assert planned(Kind.AUDIT) == audit
    store.close()

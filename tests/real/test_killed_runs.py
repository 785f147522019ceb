"""A run that is killed at any stage and run again ends like a run that was left alone."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from mortal import killed_advance
from support import Work, write_cards

from annotation.client import tasks_of
from annotation.labeling import KEY
from flows.advance import advance
from flows.study import FRAME, open_study
from models.review import Kind
from models.store import review

BEFORE_REVIEW = [
    ("models.store.private:Private.add", "after", 1),  # the private part is kept, the cards are not
    ("models.store.cards:add_file", "after", 1),  # cards in the transaction, not committed
    ("models.store.vectors:Transaction.insert", "after", 9),  # while vectors are written
    ("models.proposing:propose_groups", "after", 1),
    ("models.store.review:add_proposal", "after", 1),  # the proposal not committed
    ("models.store.review:add_tasks", "after", 1),  # planned, not committed
    ("annotation.push:_make", "after", 1),  # a project that nobody noted
    ("label_studio_sdk.projects.client:ProjectsClient.import_tasks", "during", 1),  # the server goes on without us
    ("label_studio_sdk.projects.client:ProjectsClient.import_tasks", "after", 1),  # sent, not noted
    ("annotation.push:_present", "before", 2),
]
AFTER_REVIEW = [
    ("models.store.review:add_decisions", "after", 3),  # half of the decisions, not committed
    ("models.store.review:set_pulled", "after", 1),
    ("flows.collect:plan", "before", 1),  # collected, nothing planned
    ("label_studio_sdk.projects.client:ProjectsClient.update", "after", 1),  # choices updated, tasks not sent
    ("label_studio_sdk.projects.client:ProjectsClient.import_tasks", "during", 1),
    ("os:replace", "before", 3),  # runs.json and one file of the report written
]


def keys_in_label_studio(work: Work) -> Counter[str]:
    found: Counter[str] = Counter()
    studio = work.studio()
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        projects = [review.project(tx, studio.instance, FRAME, kind) for kind in Kind]
    for known in projects:
        if known:
            found.update(str(task.data[KEY]) for task in tasks_of(studio, known[0], fields="all"))
    return found


def projects_in_label_studio(work: Work) -> int:
    with open_study(work.folder) as opened:
        mark = f"rechki:{opened.settings.study_id}"
    return sum(mark in (project.description or "") for project in work.studio().api.projects.list())


def planned_keys(work: Work) -> set[str]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return {task.key for task in review.tasks(tx, FRAME)}


def decided(work: Work) -> Counter[tuple[object, ...]]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        codebook, _ = review.coding(tx, FRAME)
        texts = {phrase: task.lines for task in review.tasks(tx, FRAME) for phrase in task.phrase_ids}
        assert texts
        return Counter(
            (made.verdict, tuple(codebook.codes[code].name for code in made.codes))
            for made in review.live_decisions(tx, FRAME)
            if not made.blind  # what is audited is drawn by the study's id
        )


def balance(work: Work) -> pd.DataFrame:
    return pd.read_csv(work.folder / "reports" / "balance.csv").drop(columns="code_id")


@pytest.mark.timeout(900)
def test_a_killed_advance_run_again_gives_the_same_tasks_decisions_and_balance(
    make_work: Callable[..., Work], tmp_path: Path
) -> None:
    killed, left_alone = make_work("killed"), make_work("alone")
    for target, when, nth in BEFORE_REVIEW:
        killed_advance(killed.folder, target, when, nth)
    for work in (killed, left_alone):
        advance(str(work.folder))
    assert projects_in_label_studio(killed) == 2
    keys = keys_in_label_studio(killed)
    assert set(keys) == planned_keys(killed)
    assert set(keys.values()) == {1}, "a task stands twice in Label Studio"
    assert len(keys) == len(keys_in_label_studio(left_alone))

    for work in (killed, left_alone):
        assert work.review() == len(keys)
    for target, when, nth in AFTER_REVIEW:
        killed_advance(killed.folder, target, when, nth)
    for work in (killed, left_alone):
        advance(str(work.folder))
        while work.review():
            advance(str(work.folder))
    assert set(keys_in_label_studio(killed).values()) == {1}
    assert decided(killed) == decided(left_alone)
    pd.testing.assert_frame_equal(balance(killed), balance(left_alone))
    assert len(balance(killed)) > 5


def test_a_killed_report_leaves_the_last_one_whole(work: Work) -> None:
    advance(str(work.folder))
    work.review()
    advance(str(work.folder))
    before = {path: path.read_bytes() for path in (work.folder / "reports").rglob("*") if path.is_file()}
    killed_advance(work.folder, "reports.write:replace_files", "before", 1)  # all is rendered, nothing written
    after = {path: path.read_bytes() for path in before}
    assert after == before


def test_new_cards_dropped_in_later_add_only_themselves(work: Work) -> None:
    advance(str(work.folder))
    known = planned_keys(work)
    write_cards(work.folder / "cards" / "second.csv", 40, 50)  # five known cards, five new ones
    advance(str(work.folder))
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        from models.store import cards

        assert cards.counts(tx).cards == 50
    assert known <= planned_keys(work)
    assert set(keys_in_label_studio(work).values()) == {1}

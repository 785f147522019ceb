"""Both code frames through a real Label Studio: purposes and reasons, proposed, reviewed, collected and reported."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from mortal import killed_advance
from openpyxl import load_workbook
from support import EXAMPLE, Work, rechki_here, write_cards
from test_killed_runs import projects_in_label_studio

from annotation.labeling import title_of
from annotation.scripted import ScriptedAnalyst, Truth
from flows.advance import advance
from flows.setup import init_study
from flows.study import open_study
from models.config import change_study
from models.phrases import FRAMES, PURPOSE_FRAME, WHY_FRAME
from models.review import Kind
from models.store import cards, review

CARDS = 36
KILLED_BEFORE = [
    ("models.store.cards:add_phrases", "after", 1),  # the reasons in the transaction, not committed
    ("annotation.push:_make", "after", 1),  # a project of the reasons that nobody noted
]
KILLED_AFTER = [
    ("models.store.review:set_pulled", "after", 3),  # the purposes are collected, of the reasons one project
    ("os:replace", "before", 8),  # some files of the report written
]


def switched_on(work: Work) -> Work:
    change_study(work.folder, frames=[PURPOSE_FRAME, WHY_FRAME])
    return work


def answer(work: Work, frame: str) -> int:
    """The scripted analyst answers what is open in a frame; of reasons he knows the example's criteria."""
    column = "criteria" if frame == WHY_FRAME else "codes"
    truth = Truth.read(EXAMPLE / "gsr_truth.csv", EXAMPLE / "gsr_codes.csv", column)
    with open_study(work.folder) as opened:
        return ScriptedAnalyst(opened.store, opened.private, work.studio(), frame, truth).review()


def carry_to_the_end(work: Work) -> None:
    for _ in range(20):
        advance(str(work.folder))
        if not sum([answer(work, frame) for frame in FRAMES]):
            return
    pytest.fail("the review never ends")


def told(work: Work, name: str) -> pd.DataFrame:
    return pd.read_csv(work.folder / "reports" / name, keep_default_na=False)


def of_truth(work: Work) -> dict[str, list[int]]:
    """Scores by criterion, from the example's own files and nothing of ours but the cards that were read."""
    with (EXAMPLE / "gsr_truth.csv").open(encoding="utf-8-sig", newline="") as lines:
        truth = {(line["card_id"], int(line["row"])): line["criteria"].split("|") for line in csv.DictReader(lines)}
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        scores, originals = cards.scores(tx), opened.private.original_ids()
    found: dict[str, list[int]] = defaultdict(list)
    for (card, row), score in scores.items():
        for criterion in filter(None, truth[originals[card], row]):
            found[criterion] += [score] if score is not None else []
    return found


@pytest.fixture(scope="module")
def left_alone(tmp_path_factory: pytest.TempPathFactory, servers: Path) -> Work:
    """Cards with both frames from the first, carried to the end without a break."""
    folder = tmp_path_factory.mktemp("frames") / "alone"
    init_study(folder, write_cards(folder.parent / "alone.csv", 0, CARDS), "Проба двух рамок", force=False)
    work = switched_on(Work(folder))
    carry_to_the_end(work)
    return work


@pytest.mark.timeout(900)
def test_the_criteria_are_those_of_the_right_codes(left_alone: Work) -> None:
    table, right = told(left_alone, "criteria.csv").set_index("criterion"), of_truth(left_alone)
    assert table["n"].to_dict() == {name: len(scores) for name, scores in right.items()}
    for name, scores in right.items():
        assert table.loc[name, "mean"] == pytest.approx(sum(scores) / len(scores), abs=1e-9)
    lacking = {name: sum(4 - score for score in scores) for name, scores in right.items()}
    backlog = told(left_alone, "backlog.csv")
    found = dict(zip(backlog["criterion"], backlog["backlog"], strict=True))
    assert found == {name: lack for name, lack in lacking.items() if lack > 0}


def test_projects_of_reasons_have_words_of_their_own_and_ask_for_no_target(left_alone: Work) -> None:
    projects = {project.title: project for project in left_alone.studio().api.projects.list()}
    assert f"Проба двух рамок · {title_of(PURPOSE_FRAME, Kind.GROUP)}" in projects
    asked = projects[f"Проба двух рамок · {title_of(WHY_FRAME, Kind.GROUP)}"]
    assert "Критерии" in str(asked.title)
    assert "критерий, по которому люди судят" in (asked.expert_instruction or "")
    assert "Целевая" not in (asked.label_config or "")
    assert all(name in (asked.label_config or "") for name in ("результат", "скорость"))


def test_every_command_knows_both_frames_and_tells_the_same(left_alone: Work) -> None:
    folder = left_alone.folder
    table = told(left_alone, "criteria.csv")
    first = table.iloc[0]
    found = json.loads(rechki_here("trace", folder, first["criterion"], "--frame", "why", "--json").stdout)
    assert (found["code_id"], found["rows"], found["scored"]) == (first["code_id"], first["rows"], first["n"])
    purpose = told(left_alone, "balance.csv").iloc[0]["code"]
    evidence = json.loads(rechki_here("trace", folder, purpose, "--json").stdout)["evidence"]
    assert found["evidence"] == evidence
    assert evidence in (folder / "reports" / "index.html").read_text("utf-8")
    sheet = load_workbook(folder / "reports" / "report.xlsx")["Слова о причинах"]
    lines = [line for line in sheet.iter_rows(min_row=2, values_only=True) if line[0] == first["criterion"]]
    assert {part for line in lines for part in str(line[5]).split("; ")} == {b["origin"] for b in found["annotations"]}
    listed = json.loads(rechki_here("codes", "list", folder, "--frame", "why", "--json").stdout)
    assert {code["name"] for code in listed} == set(table["criterion"])
    status = json.loads(rechki_here("status", folder, "--json").stdout)["further"]["why"]
    assert status["codes"] == len(table)
    assert status["review"]["confirmed"] == status["review"]["phrases"] > 0
    assert "code frame why: " in rechki_here("status", folder).stdout


@pytest.mark.timeout(900)
def test_switched_on_later_and_killed_on_the_way_it_ends_the_same(
    make_work: Callable[..., Work], left_alone: Work
) -> None:
    work = make_work("killed", 0, CARDS)
    advance(str(work.folder))  # the reasons are asked for only after the purposes have been sent
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        purposes = {task.key for task in review.tasks(tx, PURPOSE_FRAME)}
        assert not cards.phrases(tx, WHY_FRAME)
    switched_on(work)
    for target, when, nth in KILLED_BEFORE:
        killed_advance(work.folder, target, when, nth)
    advance(str(work.folder))
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        assert {task.key for task in review.tasks(tx, PURPOSE_FRAME)} == purposes
        assert len(review.proposed_groups(tx, WHY_FRAME)) > 2
    assert projects_in_label_studio(work) == 4
    for frame in FRAMES:
        answer(work, frame)
    for target, when, nth in KILLED_AFTER:
        killed_advance(work.folder, target, when, nth)
    carry_to_the_end(work)
    for name in ("balance.csv", "criteria.csv", "backlog.csv"):
        one, other = (told(carried, name).drop(columns="code_id") for carried in (work, left_alone))
        pd.testing.assert_frame_equal(one, other)

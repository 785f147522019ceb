"""What people do after the first submit: save a page again, change it, delete, skip."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support import Work, rechki_here

from annotation.client import tasks_of
from annotation.labeling import KEY, page_result, phrase_result
from annotation.server import LocalServer
from flows.advance import advance
from flows.collect import collect
from flows.propose import propose
from flows.study import FRAME, open_study
from models.balance import served_balance
from models.codebook import Codebook, Target
from models.coding import PhraseState
from models.review import Answer, Kind, Member, ReviewTask
from models.store import cards, review


def coding(work: Work) -> tuple[Codebook, dict[str, PhraseState]]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return review.coding(tx, FRAME)


def tasks(work: Work, kind: Kind) -> list[ReviewTask]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return review.tasks(tx, FRAME, kind)


def number(work: Work, task: ReviewTask) -> int:
    studio = work.studio()
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        known = review.project(tx, studio.instance, FRAME, task.kind)
    assert known is not None
    (found,) = [int(each.id) for each in tasks_of(studio, known[0], fields="all") if each.data[KEY] == task.key]
    return found


def submit(work: Work, task: ReviewTask, answer: Answer, **more: Any) -> int:
    result = phrase_result(task, answer) if task.kind is Kind.PHRASE else page_result(task, answer)
    made = work.studio().api.annotations.create(id=number(work, task), result=result, **more)
    return int(made.id or 0)


def confirm_groups(work: Work, first: int = 0) -> None:
    """Give every open group a name of its own, without its first line."""
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        answered = review.answered(tx)
    for at, page in enumerate(task for task in tasks(work, Kind.GROUP) if task.key not in answered):
        members = dict.fromkeys(range(1, len(page.lines)), Member.BELONGS)
        submit(work, page, Answer(new_names=(f"Тема {first + at}",), members=members))
    collect(str(work.folder))


def pass_pages(work: Work) -> None:
    """Say of everything on pages of additions and sorting pages that it does not belong: it comes alone then."""
    while True:
        with open_study(work.folder) as opened, opened.store.transaction() as tx:
            answered = review.answered(tx)
        pages = [task for kind in (Kind.ADDITION, Kind.SORT) for task in tasks(work, kind) if task.key not in answered]
        if not pages:
            return
        for page in pages:
            submit(work, page, Answer())
        collect(str(work.folder))


def test_a_page_saved_again_keeps_what_was_said_of_single_phrases_since(work: Work) -> None:
    propose(str(work.folder))
    page = tasks(work, Kind.GROUP)[0]
    members = dict.fromkeys(range(2, len(page.lines)), Member.BELONGS) | {1: Member.ALSO}
    answer = Answer(new_names=("Тема",), target=Target.UNDECIDED, members=members)
    annotation = submit(work, page, answer)
    collect(str(work.folder))
    out, also = page.lines[0].phrase_ids[0], page.lines[1].phrase_ids[0]
    theme = coding(work)[0].by_name("Тема")
    assert theme is not None
    confirm_groups(work)
    pass_pages(work)
    for phrase, chosen in ((also, (theme.code_id,)), (out, (theme.code_id,))):
        single = next(task for task in tasks(work, Kind.PHRASE) if phrase in task.phrase_ids)
        submit(work, single, Answer(codes=chosen, new_names=("Здоровье",)))
    collect(str(work.folder))
    book, before = coding(work)
    health = book.by_name("Здоровье")
    assert health is not None
    assert before[also].codes == before[out].codes == {theme.code_id, health.code_id}

    again = Answer(new_names=("Тема",), target=Target.YES, members=members)
    work.studio().api.annotations.update(id=annotation, result=page_result(page, again))
    collect(str(work.folder))
    book, after = coding(work)
    assert {phrase: state.codes for phrase, state in after.items()} == {p: s.codes for p, s in before.items()}
    assert after[also].settled
    assert book.codes[theme.code_id].target is Target.YES

    emptied = Answer(new_names=("Тема",), target=Target.YES, members={**members, 1: Member.NOT})
    work.studio().api.annotations.update(id=annotation, result=page_result(page, emptied))
    collect(str(work.folder))
    assert coding(work)[1][also].codes == {health.code_id}, "what was changed on the page counts from now"


def test_a_deleted_annotation_takes_its_decisions_back_and_the_task_is_open_again(work: Work) -> None:
    propose(str(work.folder))
    page = tasks(work, Kind.GROUP)[0]
    answer = Answer(new_names=("Тема",), members=dict.fromkeys(range(len(page.lines)), Member.BELONGS))
    annotation = submit(work, page, answer)
    collect(str(work.folder))
    assert any(state.codes for state in coding(work)[1].values())
    work.studio().api.annotations.delete(id=annotation)
    collect(str(work.folder))
    assert not any(state.codes for state in coding(work)[1].values())
    submit(work, page, answer)
    collect(str(work.folder))
    assert all(coding(work)[1][phrase].codes for phrase in page.phrase_ids)


def test_an_answer_that_a_dying_server_kept_and_did_not_count_is_collected_and_not_given_twice(
    work: Work, servers: Path
) -> None:
    """Label Studio writes a task's counts and its moment after the annotation, each for itself."""
    propose(str(work.folder))
    collect(str(work.folder))
    page, *_ = tasks(work, Kind.GROUP)
    at = number(work, page)
    with closing(sqlite3.connect(LocalServer(servers).data / "label_studio.sqlite3", timeout=60)) as server, server:
        columns = "total_annotations, is_labeled, updated_at"
        before = server.execute(f"select {columns} from task where id = ?", (at,)).fetchone()  # noqa: S608
    assert before[:2] == (0, 0)
    submit(work, page, Answer(new_names=("Тема",), members=dict.fromkeys(range(len(page.lines)), Member.BELONGS)))
    with closing(sqlite3.connect(LocalServer(servers).data / "label_studio.sqlite3", timeout=60)) as server, server:
        changes = "total_annotations = ?, is_labeled = ?, updated_at = ?"
        server.execute(f"update task set {changes} where id = ?", (*before, at))  # noqa: S608
    assert not work.studio().api.tasks.get(id=str(at)).total_annotations

    collect(str(work.folder))
    codebook, states = coding(work)
    code = codebook.by_name("Тема")
    assert code is not None
    assert all(states[phrase].codes == {code.code_id} for phrase in page.phrase_ids)
    work.review()
    task = work.studio().api.tasks.get(id=str(at))
    assert len(task.annotations or []) == 1


def test_a_skipped_group_does_not_count_and_does_not_hold_up_the_rest(work: Work) -> None:
    propose(str(work.folder))
    groups = tasks(work, Kind.GROUP)
    confirmed = dict.fromkeys(range(len(groups[0].lines)), Member.BELONGS)
    submit(work, groups[0], Answer(new_names=("Тема",), members=confirmed), was_cancelled=True)
    for at, page in enumerate(groups[1:]):
        members = dict.fromkeys(range(len(page.lines)), Member.BELONGS)
        submit(work, page, Answer(new_names=(f"Тема {at}",), members=members))
    collect(str(work.folder))
    book, states = coding(work)
    assert book.by_name("Тема") is None
    assert not set(groups[0].phrase_ids) & {phrase for phrase, state in states.items() if state.codes}
    grouped = {phrase for page in groups for phrase in page.phrase_ids}
    pass_pages(work)
    singles = {phrase for task in tasks(work, Kind.PHRASE) for phrase in task.phrase_ids}
    assert singles - grouped, "what no group holds is asked"
    assert not singles & set(groups[0].phrase_ids)


def test_off_topic_pressed_beside_a_ticked_suggestion_is_off_topic(work: Work) -> None:
    propose(str(work.folder))
    confirm_groups(work)
    pass_pages(work)
    single = next(task for task in tasks(work, Kind.PHRASE) if task.suggested and task.suggested[0].startswith("code-"))
    submit(work, single, Answer(codes=(single.suggested[0], "fixed-off-topic")))
    collect(str(work.folder))
    assert coding(work)[1][single.phrase_ids[0]].codes == {"fixed-off-topic"}


def test_codes_merged_and_renamed_while_people_work_keep_every_annotation(work: Work) -> None:
    propose(str(work.folder))
    confirm_groups(work)
    before, states = coding(work)
    one, other = (before.by_name(f"Тема {at}") for at in (0, 1))
    assert one is not None
    assert other is not None
    held = {code.code_id: {p for p, s in states.items() if code.code_id in s.codes} for code in (one, other)}
    pages = [task for task in tasks(work, Kind.SORT) if any(one.code_id in line.codes for line in task.lines)]
    assert pages, "an open page offers the code"

    for words in (("merge", "Тема 1", "Тема 0"), ("rename", "Тема 0", "Главная тема")):
        done = rechki_here("codes", words[0], work.folder, *words[1:], "--yes", "--why", "так решили")
        assert done.returncode == 0, done.stderr
    collect(str(work.folder))
    book, states = coding(work)
    assert {p for p, s in states.items() if one.code_id in s.codes} == held[one.code_id] | held[other.code_id]
    shown = shown_in_label_studio(work, pages[0])
    assert "Главная тема" in shown
    assert "Тема 0" not in shown
    submit(work, pages[0], Answer(sorted={0: pages[0].lines[0].codes[:1]}))
    collect(str(work.folder))
    chosen = book.resolve(pages[0].lines[0].codes[0])
    assert coding(work)[1][pages[0].lines[0].phrase_ids[0]].codes == {chosen}
    history = rechki_here("codes", "history", work.folder).stdout
    assert "merged «Тема 1» into «Главная тема»; так решили" in history

    while True:
        undone = rechki_here("codes", "undo", work.folder, "--yes")
        if undone.returncode:
            break
    collect(str(work.folder))
    book, states = coding(work)
    assert (book.codes[one.code_id].name, book.resolve(other.code_id)) == ("Тема 0", other.code_id)
    assert held[other.code_id] <= {p for p, s in states.items() if other.code_id in s.codes}


@pytest.mark.timeout(600)
def test_a_code_is_defined_put_in_a_net_and_split_in_mid_work(work: Work) -> None:
    advance(str(work.folder))
    first, second, *_ = tasks(work, Kind.GROUP)
    for page in (first, second):
        submit(work, page, Answer(new_names=("Общее",), members=dict.fromkeys(range(len(page.lines)), Member.BELONGS)))
    advance(str(work.folder))
    held = {*first.phrase_ids, *second.phrase_ids}
    counted = balance(work)
    assert counted["Общее"]["rows"] > 0
    for words in (("define", "о чём все говорят"), ("net", "Главное"), ("split",)):
        done = rechki_here("codes", words[0], work.folder, "Общее", *words[1:], "--yes", "--why", "слишком широко")
        assert done.returncode == 0, done.stderr
    before = {task.key for task in tasks(work, Kind.GROUP)}
    advance(str(work.folder))
    assert balance(work) == counted, "nothing is lost before people answer"
    parts = [task for task in tasks(work, Kind.GROUP) if task.key not in before]
    assert {phrase for part in parts for phrase in part.phrase_ids} == held
    assert "Из «Общее», часть 1" in shown_in_label_studio(work, parts[0])

    for at, part in enumerate(parts):
        submit(
            work,
            part,
            Answer(new_names=(f"Часть {at}",), members=dict.fromkeys(range(len(part.lines)), Member.BELONGS)),
        )
    advance(str(work.folder))
    book, states = coding(work)
    assert all(states[phrase].settled for phrase in held)
    assert not any(code == "Общее" for phrase in held for code in (book.codes[c].name for c in states[phrase].codes))
    named = {f"Часть {at}": set(part.phrase_ids) for at, part in enumerate(parts)}
    for name, phrases in named.items():
        code = book.by_name(name)
        assert code is not None
        assert {phrase for phrase, state in states.items() if code.code_id in state.codes} == phrases
    split_up = balance(work)
    assert sum(split_up[name]["rows"] for name in named) >= counted["Общее"]["rows"]
    assert split_up == from_scratch(work)

    marked = next(
        task for task in tasks(work, Kind.GROUP) if task.key in before - {first.key, second.key} and len(task.lines) > 3
    )
    submit(work, marked, Answer(two=True))
    advance(str(work.folder))
    fresh = [task for task in tasks(work, Kind.GROUP) if task.key not in before | {part.key for part in parts}]
    assert {phrase for part in fresh for phrase in part.phrase_ids} == set(marked.phrase_ids)
    assert balance(work) == split_up

    rest = [number(work, task) for task in fresh]
    undone = rechki_here("codes", "undo", work.folder, "--yes", "--why", "было лучше")
    assert undone.returncode == 0, undone.stderr
    advance(str(work.folder))
    assert balance(work)["Общее"] == counted["Общее"]
    assert [number(work, task) for task in fresh] == rest, "what the undone split did not ask for stays"
    shown = rechki_here("codes", "show", work.folder, "Общее").stdout
    assert all(
        said in shown for said in ("о чём все говорят", "Главное", "began to split", "[undone]", "слишком широко")
    )


def balance(work: Work) -> dict[str, dict[str, float]]:
    """Codes that have any rows, as the last report counted them."""
    table = pd.read_csv(work.folder / "reports" / "balance.csv").set_index("code")
    return {str(code): dict(line) for code, line in table[["rows", "n", "respondents"]].iterrows() if line["rows"]}


def from_scratch(work: Work) -> dict[str, dict[str, float]]:
    """The same, from what the store would say if every phrase had been given its codes in one decision."""
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        book, states = review.coding(tx, FRAME)
        plain = {phrase: PhraseState(state.codes, complete=True) for phrase, state in states.items()}
        rows = cards.coded_rows(tx, FRAME, plain, None)
        counted = served_balance(rows, tuple(book.codes.values()), opened.settings.balance, None)
    table = counted.set_index("code")
    return {str(code): dict(line) for code, line in table[["rows", "n", "respondents"]].iterrows() if line["rows"]}


def shown_in_label_studio(work: Work, task: ReviewTask) -> str:
    return str(work.studio().api.tasks.get(id=str(number(work, task))).data)

"""What people do after the first submit: save a page again, change it, delete, skip."""

from typing import Any

from support import Work

from annotation.client import tasks_of
from annotation.labeling import KEY, page_result, phrase_result
from flows.advance import advance
from flows.study import FRAME, open_study
from models.codebook import Codebook, Target
from models.coding import PhraseState
from models.review import Answer, Kind, Member, ReviewTask
from models.store import review


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
    result = page_result(task, answer) if task.kind is Kind.GROUP else phrase_result(task, answer)
    made = work.studio().api.annotations.create(id=number(work, task), result=result, **more)
    return int(made.id or 0)


def test_a_page_saved_again_keeps_what_was_said_of_single_phrases_since(work: Work) -> None:
    advance(str(work.folder))
    page = tasks(work, Kind.GROUP)[0]
    members = dict.fromkeys(range(2, len(page.lines)), Member.BELONGS) | {1: Member.ALSO}
    answer = Answer(new_names=("Тема",), target=Target.UNDECIDED, members=members)
    annotation = submit(work, page, answer)
    advance(str(work.folder))
    out, also = page.lines[0].phrase_ids[0], page.lines[1].phrase_ids[0]
    theme = coding(work)[0].by_name("Тема")
    assert theme is not None
    for phrase, chosen in ((also, (theme.code_id,)), (out, (theme.code_id,))):
        single = next(task for task in tasks(work, Kind.PHRASE) if phrase in task.phrase_ids)
        submit(work, single, Answer(codes=chosen, new_names=("Здоровье",)))
    advance(str(work.folder))
    book, before = coding(work)
    health = book.by_name("Здоровье")
    assert health is not None
    assert before[also].codes == before[out].codes == {theme.code_id, health.code_id}

    again = Answer(new_names=("Тема",), target=Target.YES, members=members)
    work.studio().api.annotations.update(id=annotation, result=page_result(page, again))
    advance(str(work.folder))
    book, after = coding(work)
    assert {phrase: state.codes for phrase, state in after.items()} == {p: s.codes for p, s in before.items()}
    assert after[also].settled
    assert book.codes[theme.code_id].target is Target.YES

    emptied = Answer(new_names=("Тема",), target=Target.YES, members={**members, 1: Member.NOT})
    work.studio().api.annotations.update(id=annotation, result=page_result(page, emptied))
    advance(str(work.folder))
    assert coding(work)[1][also].codes == {health.code_id}, "what was changed on the page counts from now"


def test_a_deleted_annotation_takes_its_decisions_back_and_the_task_is_open_again(work: Work) -> None:
    advance(str(work.folder))
    page = tasks(work, Kind.GROUP)[0]
    answer = Answer(new_names=("Тема",), members=dict.fromkeys(range(len(page.lines)), Member.BELONGS))
    annotation = submit(work, page, answer)
    advance(str(work.folder))
    assert any(state.codes for state in coding(work)[1].values())
    work.studio().api.annotations.delete(id=annotation)
    advance(str(work.folder))
    assert not any(state.codes for state in coding(work)[1].values())
    submit(work, page, answer)
    advance(str(work.folder))
    assert all(coding(work)[1][phrase].codes for phrase in page.phrase_ids)


def test_a_skipped_group_does_not_count_and_does_not_hold_up_the_rest(work: Work) -> None:
    advance(str(work.folder))
    groups = tasks(work, Kind.GROUP)
    confirmed = dict.fromkeys(range(len(groups[0].lines)), Member.BELONGS)
    submit(work, groups[0], Answer(new_names=("Тема",), members=confirmed), was_cancelled=True)
    for at, page in enumerate(groups[1:]):
        members = dict.fromkeys(range(len(page.lines)), Member.BELONGS)
        submit(work, page, Answer(new_names=(f"Тема {at}",), members=members))
    advance(str(work.folder))
    book, states = coding(work)
    assert book.by_name("Тема") is None
    assert not set(groups[0].phrase_ids) & {phrase for phrase, state in states.items() if state.codes}
    grouped = {phrase for page in groups for phrase in page.phrase_ids}
    singles = {phrase for task in tasks(work, Kind.PHRASE) for phrase in task.phrase_ids}
    assert singles - grouped, "what no group holds is asked"
    assert not singles & set(groups[0].phrase_ids)


def test_off_topic_pressed_beside_a_ticked_suggestion_is_off_topic(work: Work) -> None:
    advance(str(work.folder))
    for at, page in enumerate(tasks(work, Kind.GROUP)):
        members = dict.fromkeys(range(1, len(page.lines)), Member.BELONGS)
        submit(work, page, Answer(new_names=(f"Тема {at}",), members=members))
    advance(str(work.folder))
    single = next(task for task in tasks(work, Kind.PHRASE) if task.suggested and task.suggested[0].startswith("code-"))
    submit(work, single, Answer(codes=(single.suggested[0], "fixed-off-topic")))
    advance(str(work.folder))
    assert coding(work)[1][single.phrase_ids[0]].codes == {"fixed-off-topic"}

"""Two coders and an adjudicator at work at once through Label Studio's own API."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from exported import coding, coding_of_export, coding_of_study, planned, project
from support import Work, another_person, rechki_here

from annotation.client import Studio, tasks_of
from annotation.labeling import KEY, phrase_result
from annotation.scripted import ScriptedAnalyst
from flows.advance import advance
from flows.collect import collect
from flows.propose import propose
from flows.status import Status, status_of
from models.config import change_study
from models.review import Answer, Kind

REVIEW = tuple(kind for kind in Kind if not kind.is_check)
BLIND = (Kind.AUDIT, Kind.SECOND)


def working(work: Work, studio: Studio, overlooks: float = 0.0) -> ScriptedAnalyst:
    analyst = work.analyst()
    analyst.studio = studio
    analyst.analyst = replace(analyst.analyst, overlooks=overlooks)
    return analyst


@pytest.mark.timeout(900)
def test_two_coders_and_an_adjudicator_at_once_give_the_coding_that_label_studios_export_gives(work: Work) -> None:
    change_study(work.folder, review={"audit": 1, "double_coded": 0.4})
    propose(str(work.folder))
    studio = work.studio()
    second, judge = (another_person(studio, f"{name}@example.org") for name in ("second", "judge"))
    disputed: set[str] = set()
    for _ in range(15):
        people = [(working(work, studio, overlooks=1), REVIEW), (working(work, second), BLIND)]
        people.append((working(work, judge), (Kind.ADJUDICATION,)))
        with ThreadPoolExecutor(3) as at_once:
            jobs = [at_once.submit(who.review, 25, None, kinds) for who, kinds in people]
            answered = [job.result() for job in jobs]
        collect(str(work.folder))
        disputed |= {phrase for phrase, state in coding(work)[1].items() if state.disputed}
        if not any(answered):
            break
    advance(str(work.folder))
    found = status_of(work.folder)
    assert disputed, "a coder who overlooks all and a careful one disagree"
    assert not found.review.disputed
    assert found.review.confirmed == found.review.phrases

    from_export, adjudicated = coding_of_export(work)
    assert disputed <= adjudicated
    assert from_export == coding_of_study(work)

    tells_of_checks(work, found)
    no_hint_in_blind_projects(work)


def tells_of_checks(work: Work, found: Status) -> None:
    audit, double = found.quality.audit, found.quality.double_coding
    assert audit.answered == audit.wanted >= 10
    assert audit.same_person == double.same_person == 0
    assert audit.low is not None
    assert audit.error is not None
    assert audit.low <= audit.error
    assert double.answered == double.wanted > 0
    assert found.quality.agreement.whole.phrases == found.quality.agreement.blind.phrases > 0
    assert found.quality.adjudicated > 0
    said = rechki_here("status", work.folder).stdout
    assert f"audited: {audit.wanted} of {audit.wanted}" in said
    assert "agreement on" in said
    as_json = json.loads(rechki_here("status", work.folder, "--json").stdout)["quality"]
    assert as_json["audit"]["error"] == pytest.approx(audit.error)
    assert as_json["agreement"]["whole"]["alpha"]["value"] is not None
    page = (work.folder / "reports" / "index.html").read_text("utf-8")
    assert "Согласие кодировщиков и проверка" in page
    assert f"Вслепую проверено {audit.wanted} из {audit.wanted}" in page


def no_hint_in_blind_projects(work: Work) -> None:
    book, _ = coding(work)
    tasks = planned(work)
    for kind in BLIND:
        for task in tasks_of(work.studio(), project(work, kind), fields="all"):
            assert not task.predictions
            assert {item["alias"] for item in task.data["suggested"]} == {c.code_id for c in book.active() if c.fixed}
            assert tasks[task.data[KEY]].about == {}
    order = [tasks[t.data[KEY]].phrase_ids[0] for t in tasks_of(work.studio(), project(work, Kind.AUDIT), fields="all")]
    on_pages = [phrase for task in tasks.values() if task.kind.is_page for phrase in task.phrase_ids]
    assert sorted(order, key=on_pages.index) != order


@pytest.mark.timeout(600)
def test_a_dispute_that_an_edit_settles_leaves_label_studio_and_one_persons_two_answers_are_none(work: Work) -> None:
    change_study(work.folder, review={"audit": 0, "double_coded": 1})
    propose(str(work.folder))
    studio = work.studio()
    other = another_person(studio, "edits@example.org")
    while working(work, studio).review(kinds=REVIEW):
        collect(str(work.folder))
    tasks = planned(work)
    waiting = list(tasks_of(studio, project(work, Kind.SECOND), fields="all"))
    one, own = waiting[0], waiting[1]
    strange = phrase_result(tasks[one.data[KEY]], Answer(new_names=("Совсем другое",)))
    made = other.api.annotations.create(id=int(one.id), result=strange)
    studio.api.annotations.create(
        id=int(own.id), result=phrase_result(tasks[own.data[KEY]], Answer(new_names=("Ещё одно",)))
    )
    collect(str(work.folder))
    book, states = coding(work)
    phrase, twice = tasks[one.data[KEY]].phrase_ids[0], tasks[own.data[KEY]].phrase_ids[0]
    assert states[phrase].disputed
    assert {book.codes[code].name for code in states[twice].codes} == {"Ещё одно"}, "his own answer is replaced"
    assert "had both answers from one person" in rechki_here("status", work.folder).stdout
    (dispute,) = tasks_of(studio, project(work, Kind.ADJUDICATION), fields="all")
    assert "«Совсем другое»" in dispute.data["card_html"]

    agreed = next(answer for answer in states[phrase].answers if book.codes[answer[0]].name != "Совсем другое")
    result = phrase_result(tasks[one.data[KEY]], Answer(codes=agreed))
    other.api.annotations.update(id=int(made.id or 0), result=result)
    collect(str(work.folder))
    assert set(coding(work)[1][phrase].codes) == set(agreed)
    assert list(tasks_of(studio, project(work, Kind.ADJUDICATION), fields="all")) == []
    first = status_of(work.folder).quality.agreement.whole
    assert (first.phrases, first.percent.value) == (1, 0), "what was said first counts, whatever it was changed to"

"""People's side in a real browser: sign in, confirm a group, uncheck, name, submit; then a phrase with another code."""

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dated import of_yesterday
from playwright.sync_api import Page, sync_playwright
from support import EXAMPLE, Work, another_person, rechki_here

from annotation.client import tasks_of
from annotation.labeling import KEY, phrase_result
from annotation.server import LocalServer
from flows.collect import collect
from flows.propose import propose
from flows.setup import init_study
from flows.study import FRAME, open_study
from models.codebook import FIXED, Codebook
from models.coding import PhraseState
from models.config import change_study
from models.planning import Phrase
from models.review import Answer, Kind, Line, ReviewTask
from models.store import cards, review
from models.text import text_key

SUBMIT = "[data-testid=bottombar-submit-button]"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


@pytest.fixture
def page(chromium: str, servers: Path) -> Iterator[Page]:
    """A browser signed in to Label Studio; every request that leaves the machine fails the test."""
    signed = LocalServer(servers).signing()
    assert signed is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        opened = browser.new_page(viewport={"width": 1400, "height": 1000}, locale="ru-RU")
        outside: list[str] = []
        opened.on("request", lambda sent: outside.append(sent.url) if not inside(sent.url) else None)
        opened.goto(f"{signed.url}/user/login/")
        opened.fill("input[name=email]", signed.user)
        opened.fill("input[name=password]", signed.password)
        opened.click("button[type=submit]")
        opened.wait_for_url(lambda url: "/user/login" not in url)
        yield opened
        browser.close()
        assert not outside


def inside(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "data:", "blob:"))


def number_in_label_studio(work: Work, kind: Kind, key: str) -> tuple[int, int]:
    studio = work.studio()
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        known = review.project(tx, studio.instance, FRAME, kind)
    assert known is not None
    (number,) = [int(task.id) for task in tasks_of(studio, known[0], fields="all") if task.data[KEY] == key]
    return known[0], number


def stored(work: Work, kind: Kind) -> tuple[list[ReviewTask], dict[str, Phrase]]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return review.tasks(tx, FRAME, kind), cards.phrases(tx, FRAME)


def open_task(page: Page, work: Work, task: ReviewTask) -> None:
    project, number = number_in_label_studio(work, task.kind, task.key)
    page.goto(f"{work.studio().url}/projects/{project}/data?task={number}")
    page.wait_for_selector(SUBMIT)
    page.wait_for_timeout(1500)


def submit(page: Page) -> None:
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST") as sent:
        page.click(SUBMIT)
    assert sent.value.status == 201


def picture(page: Page, name: str) -> None:
    """Keep a picture for the documentation, when RECHKI_PICTURES names a folder."""
    if folder := os.environ.get("RECHKI_PICTURES"):
        page.screenshot(path=Path(folder) / f"review-{name}.png")


def state_of(work: Work) -> tuple[Codebook, dict[str, PhraseState]]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return review.coding(tx, FRAME)


def waiting(work: Work, kind: Kind) -> list[ReviewTask]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        answered = review.answered(tx)
        return [task for task in review.tasks(tx, FRAME, kind) if task.key not in answered]


@pytest.mark.timeout(400)
def test_a_person_confirms_a_group_adds_to_it_sorts_phrases_and_codes_the_last_ones(
    page: Page, make_work: Callable[..., Work]
) -> None:
    work = make_work("whole", 0, 111)
    change_study(work.folder, proposal={"unassigned": 0.4})  # enough is left for pages of additions
    propose(str(work.folder))
    group, *_ = waiting(work, Kind.GROUP)

    open_task(page, work, group)
    boxes = page.locator(".rc-phr input[type=checkbox]")
    assert boxes.count() == 2 * len(group.lines)
    assert [boxes.nth(at).is_checked() for at in range(0, boxes.count(), 2)] == [True] * len(group.lines)
    page.get_by_text(group.lines[0].text, exact=False).first.click()  # a click on the words takes the phrase out
    page.keyboard.press("Shift+W")  # the second phrase is about something else too
    page.keyboard.press("1")  # a target
    name = page.locator("textarea, input[type=text]").first
    name.fill("Моё собственное имя")
    name.press("Enter")
    picture(page, "group")
    submit(page)
    collect(str(work.folder))

    codebook, states = state_of(work)
    code = codebook.by_name("Моё собственное имя")
    assert code is not None
    assert str(code.target) == "yes"
    out, also, *kept = [line.phrase_ids[0] for line in group.lines]
    assert states[out].codes == frozenset()
    assert code.code_id in states[out].rejected
    assert (states[also].codes, states[also].complete) == ({code.code_id}, False)
    assert all(states[phrase].codes == {code.code_id} and states[phrase].settled for phrase in kept)
    assert waiting(work, Kind.SORT) == waiting(work, Kind.ADDITION) == [], "the other groups come first"

    # the other groups, by the script; then a page of additions, on which one phrase does not belong
    work.review()
    collect(str(work.folder))
    addition, *_ = waiting(work, Kind.ADDITION)
    open_task(page, work, addition)
    boxes = page.locator(".rc-phr input[type=checkbox]")
    assert [boxes.nth(at).is_checked() for at in range(0, boxes.count(), 2)] == [True] * len(addition.lines)
    page.keyboard.press("q")
    picture(page, "addition")
    submit(page)
    collect(str(work.folder))
    codebook, states = state_of(work)
    added = codebook.resolve(addition.suggested[0])
    first, *others = [line.phrase_ids[0] for line in addition.lines]
    assert added in states[first].rejected
    assert states[first].codes == frozenset()
    assert all(states[phrase].codes == {added} for phrase in others)

    # the other pages of additions, by the script; then a sorting page: by keys alone
    while waiting(work, Kind.ADDITION):
        work.review()
        collect(str(work.folder))
    sorting, *_ = waiting(work, Kind.SORT)
    assert len(sorting.lines) >= 4
    open_task(page, work, sorting)
    wanted = [{"q"}, {"Shift+W"}, {"e", "Alt+E"}, *[set[str]() for _ in sorting.lines[3:]]]  # of the last ones nothing
    for line, keys in zip(sorting.lines, wanted, strict=True):
        keys = keys ^ ({keyed(sorting, line)} if line.checked else set())  # what comes ticked is taken away, or stays
        for key in sorted(keys):
            page.keyboard.press(key)
    picture(page, "sorting")
    submit(page)
    collect(str(work.folder))
    _, states = state_of(work)
    found = [states[line.phrase_ids[0]] for line in sorting.lines]
    offered = [line.codes for line in sorting.lines]
    assert found[0].codes == {offered[0][0]}
    assert found[1].codes == {offered[1][1]}
    assert found[2].codes == {offered[2][0], offered[2][2]}
    assert all(state.settled for state in found[:3])
    for state, codes in zip(found[3:], offered[3:], strict=True):
        assert state.codes == frozenset()
        assert state.rejected >= set(codes)

    # what is left comes one by one: with another code, off topic, and a confirmed code with a new one beside it
    while waiting(work, Kind.SORT) or waiting(work, Kind.ADDITION):  # what was said may suggest further codes
        work.analyst().review(kinds=(Kind.SORT, Kind.ADDITION))
        collect(str(work.folder))
    ruled_out = {phrase: set(line.codes) for line in sorting.lines[3:] for phrase in line.phrase_ids}
    singles = waiting(work, Kind.PHRASE)
    task = next(task for task in singles if ruled_out.keys() & set(task.phrase_ids))
    alone = next(phrase for phrase in task.phrase_ids if phrase in ruled_out)
    assert not set(task.suggested) & ruled_out[alone], "what was ruled out is not offered again"
    open_task(page, work, task)
    assert page.get_by_text(task.lines[0].text, exact=False).count() >= 1
    picture(page, "phrase")
    page.keyboard.press("8")  # off topic
    submit(page)

    task = next(task for task in singles if also in task.phrase_ids)
    open_task(page, work, task)
    ticked = page.locator("input[type=checkbox]:checked")
    assert ticked.count() == 1, "what is confirmed is ticked"
    field = page.get_by_placeholder("Напишите название и нажмите Enter")
    field.fill("Совсем другое")
    field.press("Enter")
    submit(page)
    collect(str(work.folder))
    codebook, states = state_of(work)
    other = codebook.by_name("Совсем другое")
    assert other is not None
    assert states[alone].codes == {"fixed-off-topic"}
    assert states[also].codes == {code.code_id, other.code_id}
    assert states[also].settled

    # what is still open follows what was learned: its first suggestion is ticked, as the store has it
    left = [task for task in waiting(work, Kind.PHRASE) if task.suggested and not task.about.get("confirmed")]
    open_task(page, work, left[0])
    ticked = page.locator(".lsf-choice:has(input:checked)")
    assert ticked.count() == 1
    assert codebook.codes[codebook.resolve(left[0].suggested[0])].name in ticked.inner_text()


def keyed(page: ReviewTask, line: Line) -> str:
    """The key of the first code of a line of a sorting page."""
    return "qwetyiopasdfgjk"[page.lines.index(line)]


def test_the_stream_shows_instructions_and_the_group_in_russian(page: Page, work: Work) -> None:
    propose(str(work.folder))
    groups, _ = stored(work, Kind.GROUP)
    project, _ = number_in_label_studio(work, Kind.GROUP, groups[0].key)
    page.goto(f"{work.studio().url}/projects/{project}/data")
    page.wait_for_selector("text=Все задания")
    assert page.get_by_text("rechki_key").count() == 0, "machine columns are hidden"
    page.get_by_role("button", name="Label All Tasks").click()
    page.wait_for_selector("text=Снимите отметку с тех")
    page.wait_for_selector("text=Целевая тема?")
    assert page.get_by_text("Целевая тема?").count() >= 1


def test_a_person_gives_a_part_back_to_its_answer(page: Page, tmp_path: Path) -> None:
    answers = ["снять тревогу и чтобы денег хватало", "вырасти в доходе", "новый опыт"]
    lines = ["id,цель,оценка", *(f"{at},{said},4" for at, said in enumerate(answers))]
    (tmp_path / "few.csv").write_text("\n".join(lines), "utf-8")
    work = Work(tmp_path / "few")
    init_study(work.folder, of_yesterday(tmp_path / "few.csv"), "Немного", force=False)
    propose(str(work.folder))
    singles, phrases = stored(work, Kind.PHRASE)
    assert {phrase.text for phrase in phrases.values()} >= {"снять тревогу", "чтобы денег хватало"}
    task = next(task for task in singles if task.lines[0].text == "снять тревогу")
    other = next(task for task in singles if task.lines[0].text == "чтобы денег хватало")

    open_task(page, work, task)
    assert any(frame.get_by_text(answers[0]).count() for frame in page.frames), "the whole answer stands below its part"
    page.keyboard.press("Shift+J")
    submit(page)

    collect(str(work.folder))
    singles, phrases = stored(work, Kind.PHRASE)
    assert {phrase.text for phrase in phrases.values()} == set(answers)
    (whole,) = [task for task in singles if task.lines[0].text == answers[0]]
    studio = work.studio()
    project, _ = number_in_label_studio(work, Kind.PHRASE, whole.key)
    there = {task.data[KEY] for task in tasks_of(studio, project, fields="all")}
    assert other.key not in there, "the other part is asked no more"
    open_task(page, work, whole)
    page.get_by_placeholder("Напишите название и нажмите Enter").fill("Спокойствие и деньги")
    page.keyboard.press("Enter")
    submit(page)
    collect(str(work.folder))
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        _, states = review.coding(tx, FRAME)
        (row,) = [row for row in cards.coded_rows(tx, FRAME, states, None) if row.codes]
    assert states[whole.phrase_ids[0]].settled
    assert row.score == 4


@pytest.mark.timeout(400)
def test_a_brought_code_is_typed_over_and_a_group_is_marked_as_several(
    page: Page, make_work: Callable[..., Work], tmp_path: Path
) -> None:
    work = make_work("frame", 0, 111)
    frame = tmp_path / "frame.csv"
    fixed = {text_key(code.name) for code in FIXED}
    with (EXAMPLE / "gsr_codes.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(row["code"], row["note"]) for row in csv.DictReader(lines) if text_key(row["code"]) not in fixed]
    with frame.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("code", "definition"), *rows])
    taken = rechki_here("codes", "import", work.folder, frame, "--yes")
    assert taken.returncode == 0, taken.stderr
    propose(str(work.folder))
    brought = next(task for task in waiting(work, Kind.GROUP) if task.suggested)
    known = state_of(work)[0].codes[brought.suggested[0]]

    open_task(page, work, brought)
    name = page.locator("textarea, input[type=text]").first
    assert name.input_value() == known.name
    assert page.locator(".ant-select-selection-item, [class*=taxonomy]").filter(has_text=known.name).count()
    name.fill("Не то, а другое")
    name.press("Enter")
    submit(page)
    several = next(task for task in waiting(work, Kind.GROUP) if task.key != brought.key and len(task.lines) > 3)
    open_task(page, work, several)
    page.keyboard.press("Shift+U")
    submit(page)
    collect(str(work.folder))

    book, states = state_of(work)
    other = book.by_name("Не то, а другое")
    assert other is not None
    assert {states[phrase].codes for phrase in brought.phrase_ids} == {frozenset({other.code_id})}
    parts = [task for task in waiting(work, Kind.GROUP) if "part_of" in task.about]
    assert {phrase for part in parts for phrase in part.phrase_ids} == set(several.phrase_ids)


def test_a_person_answers_blind_and_settles_a_dispute(page: Page, tmp_path: Path) -> None:
    lines = ["id,цель,оценка", "0,снять тревогу,4", "1,вырасти в доходе,3", "2,новый опыт,5"]
    (tmp_path / "two.csv").write_text("\n".join(lines), "utf-8")
    work = Work(tmp_path / "two")
    init_study(work.folder, of_yesterday(tmp_path / "two.csv"), "Двое", force=False)
    change_study(work.folder, review={"double_coded": 1})
    propose(str(work.folder))
    first = another_person(work.studio(), "first@example.org")
    names = {"снять тревогу": "Спокойствие", "вырасти в доходе": "Деньги", "новый опыт": "Интерес"}
    for task in waiting(work, Kind.PHRASE):
        _, number = number_in_label_studio(work, Kind.PHRASE, task.key)
        answer = Answer(new_names=(names[task.lines[0].text],))
        first.api.annotations.create(id=number, result=phrase_result(task, answer))
    collect(str(work.folder))

    blind = {task.lines[0].text: task for task in waiting(work, Kind.SECOND)}
    assert blind.keys() == names.keys()
    open_task(page, work, blind["вырасти в доходе"])
    assert page.locator("input[type=checkbox]:checked").count() == 0
    assert page.get_by_text("Деньги").count() == 0, "no code is in sight"
    page.locator(".ant-select-selector", has_text="Начните печатать название кода").click()
    page.wait_for_timeout(700)  # the list takes letters only then
    page.keyboard.type("ден")
    page.wait_for_timeout(700)
    picture(page, "blind")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    submit(page)
    open_task(page, work, blind["снять тревогу"])
    page.keyboard.press("8")  # off topic
    submit(page)
    collect(str(work.folder))
    codebook, states = state_of(work)
    money, calm = codebook.by_name("Деньги"), codebook.by_name("Спокойствие")
    assert money is not None
    assert calm is not None
    agreed = states[blind["вырасти в доходе"].phrase_ids[0]]
    assert agreed.codes == {money.code_id}
    assert len(agreed.origins) == 2, "both answers stand behind it"

    (dispute,) = waiting(work, Kind.ADJUDICATION)
    assert states[dispute.phrase_ids[0]].disputed
    open_task(page, work, dispute)
    assert page.locator("input[type=checkbox]:checked").count() == 0
    assert any(frame.get_by_text("«Спокойствие»").count() for frame in page.frames)
    assert any(frame.get_by_text("«Не по теме»").count() for frame in page.frames)
    picture(page, "dispute")
    page.keyboard.press("1")
    submit(page)
    collect(str(work.folder))
    _, states = state_of(work)
    assert states[dispute.phrase_ids[0]].codes == {calm.code_id}

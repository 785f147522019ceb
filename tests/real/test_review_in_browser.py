"""People's side in a real browser: sign in, confirm a group, uncheck, name, submit; then a phrase with another code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from support import Work

from annotation.client import tasks_of
from annotation.labeling import KEY
from annotation.server import LocalServer
from flows.advance import advance
from flows.setup import init_study
from flows.study import FRAME, open_study
from models.coding import Verdict
from models.planning import Phrase
from models.review import Kind, ReviewTask
from models.store import cards, review

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


def test_a_person_confirms_a_group_and_codes_a_phrase(page: Page, work: Work) -> None:
    advance(str(work.folder))
    groups, _ = stored(work, Kind.GROUP)
    group = groups[0]

    open_task(page, work, group)
    boxes = page.locator(".rc-phr input[type=checkbox]")
    assert boxes.count() == 2 * len(group.lines)
    assert [boxes.nth(at).is_checked() for at in range(0, boxes.count(), 2)] == [True] * len(group.lines)
    page.get_by_text(group.lines[0].text, exact=False).first.click()  # a click on the words takes the phrase out
    page.keyboard.press("Shift+W")  # the second phrase is about something else too
    page.keyboard.press("1")  # a target
    name = page.locator("textarea, input[type=text]").first
    name.fill("Разобраться в отношениях")
    name.press("Enter")
    submit(page)

    advance(str(work.folder))
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        codebook, states = review.coding(tx, FRAME)
        made = {item.phrase_id: item for item in review.live_decisions(tx, FRAME)}
    code = codebook.by_name("Разобраться в отношениях")
    assert code is not None
    assert str(code.target) == "yes"
    out, also, *kept = [line.phrase_ids[0] for line in group.lines]
    assert states[out].codes == frozenset()
    assert code.code_id in states[out].rejected
    assert (states[also].codes, states[also].complete) == ({code.code_id}, False)
    assert all(states[phrase].codes == {code.code_id} and states[phrase].settled for phrase in kept)
    assert made[kept[0]].lead_time is not None

    # what was thrown out comes back as a single phrase; the new code is among its choices
    singles, phrases = stored(work, Kind.PHRASE)
    task = next(task for task in singles if out in task.phrase_ids)
    open_task(page, work, task)
    assert page.get_by_text(phrases[out].text, exact=False).count() >= 1
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

    advance(str(work.folder))
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        codebook, states = review.coding(tx, FRAME)
        verdicts = {item.verdict for item in review.live_decisions(tx, FRAME)}
    other = codebook.by_name("Совсем другое")
    assert other is not None
    assert states[out].codes == {"fixed-off-topic"}
    assert states[also].codes == {code.code_id, other.code_id}
    assert states[also].settled
    assert verdicts >= {Verdict.ASSIGN, Verdict.NOT}


def test_the_stream_shows_instructions_and_the_group_in_russian(page: Page, work: Work) -> None:
    advance(str(work.folder))
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
    init_study(work.folder, tmp_path / "few.csv", "Немного", force=False)
    advance(str(work.folder))
    singles, phrases = stored(work, Kind.PHRASE)
    assert {phrase.text for phrase in phrases.values()} >= {"снять тревогу", "чтобы денег хватало"}
    task = next(task for task in singles if task.lines[0].text == "снять тревогу")
    other = next(task for task in singles if task.lines[0].text == "чтобы денег хватало")

    open_task(page, work, task)
    assert any(frame.get_by_text(answers[0]).count() for frame in page.frames), "the whole answer stands below its part"
    page.keyboard.press("Shift+J")
    submit(page)

    advance(str(work.folder))
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
    advance(str(work.folder))
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        _, states = review.coding(tx, FRAME)
        (row,) = [row for row in cards.coded_rows(tx, FRAME, states) if row.codes]
    assert states[whole.phrase_ids[0]].settled
    assert row.score == 4

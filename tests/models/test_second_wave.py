"""A wave after a confirmed code frame, in the store: themes, additions at once, and the same however often it runs."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from two_waves import NEW, STAY, truth, write_waves

from annotation.scripted import analyst_of
from benchmarks.waves import answer, review_to_the_end
from flows.setup import init_study
from flows.status import status_of
from flows.study import CARDS, FRAME, OpenStudy, open_study, read_study
from models.coding import PhraseState
from models.config import change_study
from models.planning import NEW_THEME
from models.proposing import make_proposal, open_texts, plan_tasks
from models.reading import read_new_files
from models.review import Kind, ReviewTask
from models.store import cards, review
from models.store.alarms import read_alarms
from models.store.database import DATABASE_URL
from models.store.vectors import remember
from reports.data import gather


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose first wave is confirmed, with the second in its cards folder."""
    folder = tmp_path_factory.mktemp("waves")
    one, two = write_waves(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(DATABASE_URL, raising=False)
        init_study(folder / "study", one, "Банк", force=False)
        with open_study(folder / "study") as opened:
            review_to_the_end(opened, truth())
    shutil.copy2(two, folder / "study" / CARDS)
    return folder / "study"


@pytest.fixture
def study(first: Path, tmp_path: Path) -> Path:
    shutil.copytree(first, tmp_path / "study")
    return tmp_path / "study"


def read(opened: OpenStudy) -> None:
    read_new_files(opened.folder / CARDS, opened.folder / "refused", opened.settings, opened.store, opened.private)
    remember(opened.store, opened.encoder(), open_texts(opened.store))


def coded(opened: OpenStudy) -> dict[str, PhraseState]:
    with opened.store.transaction() as tx:
        return review.coding(tx, FRAME)[1]


def waiting(opened: OpenStudy) -> list[ReviewTask]:
    with opened.store.transaction() as tx:
        done = review.answered(tx)
        return [task for task in review.tasks(tx, FRAME) if task.key not in done and not task.kind.is_check]


def test_what_belongs_to_no_code_comes_as_a_theme_and_the_rest_as_additions_at_once(study: Path) -> None:
    with open_study(study) as opened:
        before = coded(opened)
        read(opened)
        assert make_proposal(opened.store, opened.settings, opened.encoder()) == 1
        plan_tasks(opened.store, opened.settings, opened.encoder())
        right = analyst_of(opened.store, opened.private, FRAME, truth()).right
        tasks = waiting(opened)
        (theme,) = (task for task in tasks if task.kind is Kind.GROUP)
        additions = [task for task in tasks if task.kind is Kind.ADDITION]
        assert coded(opened) == before  # confirmed codes never move by themselves
        with opened.store.transaction() as tx:
            names = {code.code_id: code.name for code in review.coding(tx, FRAME)[0].active()}
    assert NEW_THEME in theme.about
    assert {code for phrase in theme.phrase_ids for code in right[phrase]} == {NEW}
    assert {names[task.suggested[0]] for task in additions} == set(STAY)
    assert all(line.checked for task in additions for line in task.lines)
    assert not before.keys() & {phrase for task in tasks for phrase in task.phrase_ids}


def test_a_run_that_was_killed_and_runs_again_proposes_the_same(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study, tmp_path / "twin")
    found = []
    for folder, again in ((study, False), (tmp_path / "twin", True)):
        with open_study(folder) as opened:
            read(opened)
            make_proposal(opened.store, opened.settings, opened.encoder())
            if again:  # killed before it planned anything
                assert make_proposal(opened.store, opened.settings, opened.encoder()) == 0
            plan_tasks(opened.store, opened.settings, opened.encoder())
            assert plan_tasks(opened.store, opened.settings, opened.encoder()) == 0
            found.append(waiting(opened))
    assert found[0] == found[1]


def test_the_new_wave_ends_with_its_right_codes_and_its_alarms(study: Path) -> None:
    with open_study(study) as opened:
        before = coded(opened)
        review_to_the_end(opened, truth())
        after, right = coded(opened), analyst_of(opened.store, opened.private, FRAME, truth()).right
        with opened.store.transaction() as tx:
            names = {code.code_id: code.name for code in review.coding(tx, FRAME)[0].active()}
            alarms = read_alarms(tx, FRAME, None)
            phrases = cards.phrases(tx, FRAME)
    assert {phrase: {names[code] for code in state.codes} for phrase, state in after.items()} == right
    assert after.keys() == phrases.keys()
    assert {phrase: after[phrase] for phrase in before} == before
    assert alarms.found is not None
    told = {(alarm.kind.value, *(names[code] for code in alarm.codes)) for alarm in alarms.found.alarms}
    assert told == {("new", NEW), ("vanished", "Удобное приложение, онлайн-банк")}
    assert alarms.themes == ()


def test_cards_that_name_no_wave_are_of_the_month_they_came_in(tmp_path: Path) -> None:
    one, two = write_waves(tmp_path, dated=True)
    init_study(tmp_path / "study", one, "Банк", force=False)
    with open_study(tmp_path / "study") as opened:
        review_to_the_end(opened, truth())
    shutil.copy2(two, tmp_path / "study" / CARDS)
    with open_study(tmp_path / "study") as opened:
        review_to_the_end(opened, truth())
    before = status_of(tmp_path / "study")
    assert (before.alarms.wave, before.alarms.found) == ("", None)
    change_study(tmp_path / "study", cards={"wave_by": "month"})  # cards that were read before have waves too
    found = status_of(tmp_path / "study")
    assert (found.alarms.since, found.alarms.wave) == (("2026-03",), "2026-04")
    assert found.alarms.found is not None
    told = {
        (alarm.kind.value, *(found.alarms.names[code] for code in alarm.codes)) for alarm in found.alarms.found.alarms
    }
    assert told == {("new", NEW), ("vanished", "Удобное приложение, онлайн-банк")}
    with read_study(tmp_path / "study") as opened:
        report = gather(opened.store, opened.settings, opened.folder)
    assert set(report.waves["wave"]) == {"2026-03", "2026-04", ""}


def test_until_most_of_a_wave_is_decided_only_its_themes_are_told(study: Path) -> None:
    with open_study(study) as opened:
        read(opened)
        make_proposal(opened.store, opened.settings, opened.encoder())
        plan_tasks(opened.store, opened.settings, opened.encoder())
        with opened.store.transaction() as tx:
            early = read_alarms(tx, FRAME, None)
        assert (early.wave, early.since, early.decided, early.found) == ("2", ("1",), 0, None)
        (theme,) = early.themes
        assert theme.waves == ("2",)
        (page,) = (task for task in waiting(opened) if task.kind is Kind.GROUP)
        assert theme.phrases == page.phrase_ids
        answer(opened, page, analyst_of(opened.store, opened.private, FRAME, truth()))
        with opened.store.transaction() as tx:
            assert read_alarms(tx, FRAME, None).themes == ()


def test_a_code_frame_that_is_hardly_confirmed_judges_nothing(
    tmp_path: Path, make_first: Callable[[Path], Path]
) -> None:
    """Codes that nobody has come to yet would look like new themes: the wave is grouped like a first one."""
    folder = make_first(tmp_path)
    with open_study(folder) as opened:
        read(opened)
        make_proposal(opened.store, opened.settings, opened.encoder())
        plan_tasks(opened.store, opened.settings, opened.encoder())
        answer(opened, waiting(opened)[0], analyst_of(opened.store, opened.private, FRAME, truth()))
        shutil.copy2(tmp_path / "wave2.csv", folder / CARDS)
        read(opened)
        assert make_proposal(opened.store, opened.settings, opened.encoder()) > 1
        with opened.store.transaction() as tx:
            assert not any(NEW_THEME in group.about for group in review.proposed_groups(tx, FRAME))


@pytest.fixture
def make_first(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """A study of the first wave that nobody has worked on; the second lies beside it."""
    monkeypatch.delenv(DATABASE_URL, raising=False)

    def make(folder: Path) -> Path:
        one, _ = write_waves(folder)
        init_study(folder / "study", one, "Банк", force=False)
        return folder / "study"

    return make

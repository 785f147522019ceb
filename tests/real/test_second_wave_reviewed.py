"""A second wave dropped into cards/ of a reviewed study, through a real Label Studio and Prefect."""

import shutil
from pathlib import Path

import pytest
from receiver import receiving
from two_waves import NEW, STAY, truth, write_waves

from annotation.client import connect, tasks_of
from annotation.scripted import ScriptedAnalyst
from flows.advance import advance
from flows.collect import collect
from flows.notify import TO
from flows.setup import init_study
from flows.status import in_words, status_of
from flows.study import CARDS, FRAME, open_study
from models.coding import PhraseState
from models.review import Kind
from models.store import review


def reviewed_to_the_end(folder: Path) -> None:
    while _answer(folder):
        collect(str(folder))


def _answer(folder: Path) -> int:
    with open_study(folder) as opened:
        studio = connect(opened.settings)
        return ScriptedAnalyst(opened.store, opened.private, studio, FRAME, truth()).review()


def titles(folder: Path, kind: Kind) -> list[str]:
    """Titles of the open tasks that Label Studio shows."""
    with open_study(folder) as opened:
        studio = connect(opened.settings)
        with opened.store.transaction() as tx:
            known = review.project(tx, studio.instance, FRAME, kind)
        assert known is not None
        there = tasks_of(studio, known[0], fields="all", page_size=100)
        return [str(task.data["title"]) for task in there if not task.total_annotations]


def coded(folder: Path) -> dict[str, PhraseState]:
    with open_study(folder) as opened, opened.store.transaction() as tx:
        return review.coding(tx, FRAME)[1]


@pytest.mark.timeout(900)
def test_a_second_wave_comes_as_additions_and_a_new_theme_and_what_changed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write_waves(tmp_path)
    folder = tmp_path / "study"
    init_study(folder, first, "Банк", force=False)
    advance(str(folder))
    reviewed_to_the_end(folder)
    before = coded(folder)
    assert not status_of(folder).alarms.wave

    shutil.copy2(second, folder / CARDS)
    with receiving() as receiver:
        monkeypatch.setenv(TO, receiver.address)
        advance(str(folder))
        advance(str(folder))
        monkeypatch.delenv(TO)
    told = [message for message in receiver.messages if message.startswith("Похоже на новую тему")]
    assert told == ["Похоже на новую тему: 1 группа, 8 фраз. Ни один код к ним не подходит."]
    assert [title.split(":")[0] for title in titles(folder, Kind.GROUP)] == ["Похоже на новую тему 1"]
    for name in STAY:
        assert any(f"Относится ли это к «{name}»?" in title for title in titles(folder, Kind.ADDITION))
    assert coded(folder) == before
    said = in_words(status_of(folder))
    assert any(line.startswith("may be a new theme, waits for review: ") for line in said)
    page = (folder / "reports" / "index.html").read_text("utf-8").replace("\u00a0", " ")
    assert "Не похоже ни на один код и ждёт решения: 1 группа (8 фраз)" in page

    reviewed_to_the_end(folder)
    advance(str(folder))
    after = coded(folder)
    assert {phrase: after[phrase] for phrase in before} == before
    assert len(after) == 77
    said = in_words(status_of(folder))
    assert any(f"«{NEW}» is new, 8 respondents and none before" in line for line in said)
    assert any("«Удобное приложение, онлайн-банк» vanished, 12 respondents before" in line for line in said)
    page = (folder / "reports" / "index.html").read_text("utf-8").replace("\u00a0", " ")
    assert "Раньше это назвали 12 из 42, теперь — никто из 35." in page
    assert f"Новое: {NEW}" in page

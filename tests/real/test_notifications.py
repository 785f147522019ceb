"""What people are told by a run, over a real connection: once each, without secrets, and never at a run's expense."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dated import of_yesterday
from mortal import killed_advance
from prefect.blocks.system import Secret
from prefect_api import post, runs_of
from receiver import SECRET, Receiver, receiving
from support import Work, write_cards

from flows.advance import advance
from flows.notify import BLOCK, TO
from models.config import load_study


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as found:
        monkeypatch.setenv(TO, found.address)
        yield found


def test_each_thing_is_told_once_and_no_secret_is_left_anywhere(work: Work, receiver: Receiver, servers: Path) -> None:
    for _ in range(2):
        advance(str(work.folder))
    (waits,) = receiver.messages
    assert waits.startswith("Ждут проверки: ")
    assert receiver.taken[0]["title"] == f"Речки: {load_study(work.folder).title}"
    work.review(3)
    (work.folder / "cards" / "broken.xlsx").write_bytes(b"PK\x03\x04 half of a workbook")
    of_yesterday(work.folder / "cards" / "broken.xlsx")
    for _ in range(2):
        advance(str(work.folder))
    report, refused = receiver.messages[1:]
    assert report.startswith("Отчёт готов: подтверждено фраз: ")
    assert refused == "Файл «broken.xlsx» не прочитан: из него ничего не взято. Причину скажет rechki status."
    kept = [path.read_bytes() for path in (*work.folder.rglob("*"), *servers.rglob("*")) if path.is_file()]
    assert kept
    assert not [content for content in kept if SECRET.encode() in content]
    assert SECRET not in str(post("/logs/filter", {})) + str(post("/artifacts/filter", {})) + str(runs_of(work.folder))


def test_the_address_may_stand_in_a_secret_block(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TO, raising=False)
    with receiving() as found:
        Secret(value=found.address).save(BLOCK, overwrite=True)
        try:
            advance(str(work.folder))
        finally:
            Secret.delete(BLOCK)
        assert len(found.messages) == 1


def test_a_run_killed_while_it_tells_does_not_tell_twice(work: Work, receiver: Receiver) -> None:
    killed_advance(work.folder, "flows.notify:_deliver", "after", 1)
    assert len(receiver.messages) == 1
    advance(str(work.folder))
    assert [words.split()[0] for words in receiver.messages] == ["Ждут", "Прошлый"]
    write_cards(work.folder / "cards" / "more.csv", 45, 90)
    advance(str(work.folder))
    assert [words.split()[0] for words in receiver.messages[2:]] == ["Ждут"]  # other groups are other news

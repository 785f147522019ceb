"""Messages of a stored study to a real receiver: once each, only what is wanted, never at a run's expense."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from dated import of_yesterday
from moments import EMPTY
from receiver import SECRET, Receiver, receiving

from annotation.server import HOME
from flows.notify import TO, at_work, tell_failure, tell_news
from flows.study import open_study
from models.config import change_study
from models.errors import RechkiError
from models.reading import Refusal, read_new_files
from models.store.memory import MEMORY_FILE, recall, remembering

STORED = Path(__file__).parent / "fixtures" / "study-0001"
WAITS = "Ждут проверки: "


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stored study whose groups wait, without a Label Studio."""
    monkeypatch.setenv(HOME, str(tmp_path / "home"))
    shutil.copytree(STORED, tmp_path / "study")
    return tmp_path / "study"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as found:
        monkeypatch.setenv(TO, found.address)
        yield found


def only(study: Path, *events: str) -> None:
    change_study(study, notify={"events": list(events)})


def refuse(study: Path, *names: str, fresh: bool = False) -> None:
    with remembering(study) as memory:
        memory.refusals = [Refusal(name, f"digest of {name}", "why", fresh) for name in names]


def test_a_file_taken_in_part_is_told_once(study: Path, receiver: Receiver) -> None:
    only(study, "refused")
    (study / "cards" / "partly.csv").write_text("id;цель;оценка\nz1;денег;4\nz2;покоя;5\nz3;сил;5;лишнее\n", "utf-8")
    of_yesterday(study / "cards" / "partly.csv")
    with open_study(study) as opened:
        read_new_files(study / "cards", study / "refused", opened.settings, opened.store, opened.private)
    tell_news(str(study))
    tell_news(str(study))
    assert receiver.messages == [
        "Файл «partly.csv» взят не целиком: в нём 1 место, которое не удалось взять. Строки лежат в папке refused."
    ]


def test_several_pieces_of_news_of_a_kind_are_one_message(study: Path, receiver: Receiver) -> None:
    only(study, "refused")
    refuse(study, *(f"{number}.csv" for number in range(30)))
    tell_news(str(study))
    (message,) = receiver.messages
    assert message.count("не прочитан") == 20
    assert message.endswith("и ещё 10")
    refuse(study, "0.csv", "new.csv")
    tell_news(str(study))
    assert receiver.messages[1].startswith("Файл «new.csv»")
    assert "0.csv" not in receiver.messages[1]


def test_a_file_that_may_be_on_its_way_is_no_news_yet(study: Path, receiver: Receiver) -> None:
    only(study, "refused")
    refuse(study, "half.xlsx", fresh=True)
    tell_news(str(study))
    assert receiver.messages == []


def test_events_that_are_not_wanted_are_not_told(study: Path, receiver: Receiver) -> None:
    only(study)
    refuse(study, "bad.csv")
    tell_news(str(study))
    tell_failure(str(study), RechkiError("nothing works"))
    assert receiver.tries == 0


def test_a_receiver_that_fails_is_tried_again_some_times(study: Path, receiver: Receiver) -> None:
    only(study, "refused")
    refuse(study, "bad.csv")
    receiver.answer = 500
    tell_news(str(study))
    assert (receiver.tries, receiver.messages) == (1, [])
    receiver.answer = 200
    tell_news(str(study))
    tell_news(str(study))
    assert (receiver.tries, len(receiver.messages)) == (2, 1)
    refuse(study, "worse.csv")
    receiver.answer = 500
    for _ in range(8):
        tell_news(str(study))
    assert receiver.tries == 2 + 5


def test_one_receiver_that_fails_does_not_repeat_the_news_to_another(
    study: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(study, "refused")
    refuse(study, "bad.csv")
    monkeypatch.setenv(TO, f"json://127.0.0.1:1/\n{receiver.address}")
    for _ in range(3):
        tell_news(str(study))
    assert len(receiver.messages) == 1


@pytest.mark.parametrize("address", ["nonsense", "json://127.0.0.1:1/", "mailto://nobody", "://", "json://[::1"])
def test_an_address_that_cannot_be_used_is_no_error(
    study: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], address: str
) -> None:
    refuse(study, "bad.csv")
    monkeypatch.setenv(TO, f"{address}?key={SECRET}")
    tell_news(str(study))
    tell_failure(str(study), RechkiError("nothing works"))
    out, err = capfd.readouterr()
    assert "the next run tries again" in out
    assert SECRET not in out + err


def test_a_failure_is_told_once_until_a_run_succeeds(study: Path, receiver: Receiver) -> None:
    only(study, "failed")
    for _ in range(2):
        tell_failure(str(study), RechkiError("Label Studio does not answer", "http://there", "Start it."))
    tell_failure(str(study), KeyError("Иван Петров хочет денег"))
    assert receiver.messages == [
        "Прогон не удался: Label Studio does not answer",
        "Прогон не удался: ошибка KeyError, см. журнал прогона",
    ]
    tell_news(str(study))
    tell_failure(str(study), RechkiError("Label Studio does not answer"))
    assert len(receiver.messages) == 3


def test_a_study_yaml_that_is_wrong_is_told_too(study: Path, receiver: Receiver) -> None:
    with (study / "study.yaml").open("a", encoding="utf-8") as file:
        file.write("balanse: {}\n")
    tell_failure(str(study), RechkiError("balanse: Extra inputs are not permitted"))
    assert receiver.taken[0]["title"] == "Речки: study"
    tell_failure(str(study / "no such folder"), RechkiError("there is no study.yaml here"))
    assert len(receiver.taken) == 1


def test_what_is_remembered_is_the_owners_and_names_no_address(study: Path, receiver: Receiver) -> None:
    refuse(study, "bad.csv")
    tell_news(str(study))
    path = study / MEMORY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SECRET not in path.read_text("utf-8")
    assert str(receiver.port) not in path.read_text("utf-8")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"told": 3}', b"\xff\xfe"])
def test_a_damaged_memory_is_an_empty_one(study: Path, receiver: Receiver, raw: bytes) -> None:
    (study / MEMORY_FILE).write_bytes(raw)
    assert recall(study).told == {}
    refuse(study, "bad.csv")
    tell_news(str(study))
    assert "bad.csv" in receiver.messages[-1]


def test_nothing_is_told_nor_remembered_as_told_without_an_address(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(study, "bad.csv")
    monkeypatch.setenv(TO, " \n")
    monkeypatch.setattr("flows.notify._of_block", str)
    tell_news(str(study))
    assert recall(study).told == {}
    assert os.environ[TO].strip() == ""


def test_a_report_is_told_when_its_evidence_is_new_and_files_are_not_told_again(
    study: Path, receiver: Receiver
) -> None:
    only(study, "report", "refused")
    refuse(study, "bad.csv")
    held = EMPTY.model_copy(update={"confirmed": 3})
    for evidence in ("e1", "e1", "e2", "e3", "e3"):
        with remembering(study) as memory:
            memory.last = held.model_copy(update={"evidence": evidence})
        tell_news(str(study))
    assert [words.split()[0] for words in receiver.messages] == ["Отчёт", "Файл", "Отчёт", "Отчёт"]
    assert len(recall(study).told) == 2


def test_a_run_that_was_killed_is_told_by_the_next_one(study: Path, receiver: Receiver) -> None:
    only(study, "failed")
    with pytest.raises(KeyboardInterrupt), at_work(str(study)):
        raise KeyboardInterrupt
    with at_work(str(study)):
        assert recall(study).at_work
    assert receiver.messages == []
    with remembering(study) as memory:
        memory.at_work = True  # what a killed run leaves
    for _ in range(2):
        with at_work(str(study)):
            pass
    (message,) = receiver.messages
    assert message.startswith("Прошлый прогон оборвался")

"""How `rechki schedule` ends."""

import shutil
from pathlib import Path

import pytest

from flows.scheduling import keep_advancing
from models.errors import Unavailable

STUDY = Path(__file__).parent / "fixtures" / "study-0001"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for asks_prefect in ("_tidy", "_require_no_pool"):
        monkeypatch.setattr(f"flows.scheduling.{asks_prefect}", lambda *_: None)
    return shutil.copytree(STUDY, tmp_path / "study")


def ends_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("flows.scheduling.serve", serve)


def test_ctrl_c_while_prefects_tasks_wait_for_a_server_ends_it_without_a_traceback(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_with(BaseExceptionGroup("tasks", [KeyboardInterrupt(), OSError("no server")]), monkeypatch)
    keep_advancing(study, None)


def test_what_is_no_ctrl_c_is_not_hidden(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_with(BaseExceptionGroup("tasks", [SystemExit(3)]), monkeypatch)
    with pytest.raises(BaseExceptionGroup):
        keep_advancing(study, None)


def test_a_database_that_is_away_for_a_moment_does_not_end_it(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends, waited = iter([Unavailable("no database", "", ""), None]), list[int]()

    def serve(*_: object, **__: object) -> None:
        if error := next(ends):
            raise error

    monkeypatch.setattr("flows.scheduling.serve", serve)
    monkeypatch.setattr("flows.scheduling._wait_for_prefect", lambda: waited.append(1))
    keep_advancing(study, None)
    assert (waited, next(ends, "served again")) == ([1], "served again")

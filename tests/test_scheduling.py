"""How `rechki schedule` ends."""

import shutil
from pathlib import Path

import pytest

from flows.scheduling import keep_advancing

STUDY = Path(__file__).parent / "fixtures" / "study-0001"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("flows.scheduling._tidy", lambda *_: None)
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

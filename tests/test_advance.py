"""How `advance` runs its parts."""

import shutil
from pathlib import Path

import pytest
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, get_current_settings, temporary_settings

from flows.advance import advance

STUDY = Path(__file__).parent / "fixtures" / "study-0001"


def test_the_heartbeat_of_a_run_is_the_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, seen = shutil.copytree(STUDY, tmp_path / "study"), dict[str, int | None]()

    def part(name: str) -> Path:
        seen[name] = get_current_settings().flows.heartbeat_frequency
        return Path(name)

    for name in ("propose", "collect", "report"):
        monkeypatch.setattr(f"flows.advance.{name}", lambda *_, name=name: part(name))
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: 180}):
        assert advance.fn(str(study)) == Path("report")
        assert get_current_settings().flows.heartbeat_frequency == 180
    assert seen == {"propose": None, "collect": None, "report": None}

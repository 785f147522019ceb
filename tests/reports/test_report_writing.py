import os
import pickle
import signal
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from reports import write
from reports.data import Report
from reports.write import write_report

NAMES = {*write.FILES, write.CHARTS}
KILLED = """
import os, pickle, signal, sys
from pathlib import Path
from reports import write

write.page = lambda report, charts: f"<html>{report.awaiting}" + "a" * 100_000 + "</html>"  # quicker than the true one
step, report, folder = sys.argv[1], pickle.loads(Path(sys.argv[2]).read_bytes()), Path(sys.argv[3])
left = 2

def die_half_way(path, content):
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
    os.kill(os.getpid(), signal.SIGKILL)

def die_at_the_second(source, target, really=os.replace):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    really(source, target)

if step == "write":
    Path.write_bytes = die_half_way
else:
    os.replace = die_at_the_second
write.write_report(report, folder)
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_files_are_written_and_nothing_else(written: dict[str, Path]) -> None:
    assert set(written) == NAMES
    folder = written["index.html"].parent
    assert {path.name for path in folder.iterdir()} == NAMES
    assert all(path.stat().st_size for path in written.values())


@pytest.mark.parametrize("step", ["write", "replace"])
def test_a_killed_write_leaves_every_file_whole(
    report: Report, written: dict[str, Path], tmp_path: Path, step: str
) -> None:
    folder, changed = written["index.html"].parent, replace(report, awaiting=77)
    old = contents(folder)
    (tmp_path / "report.pickle").write_bytes(pickle.dumps(changed))
    arguments = [sys.executable, "-c", KILLED, step, str(tmp_path / "report.pickle"), str(folder)]
    run = subprocess.run(arguments, check=False, cwd=Path(write.__file__).parents[1], capture_output=True)
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
    now = contents(folder)
    changes = {name for name in old if now[name] != old[name]}
    assert changes == (set() if step == "write" else {"index.html"})
    assert {name for name in now if not name.endswith(".part")} == set(old)
    assert now["index.html"].rstrip().endswith(b"</html>")
    assert ZipFile(BytesIO(now["report.xlsx"])).testzip() is None
    assert set(write_report(changed, folder)) == {path.name for path in folder.iterdir()}
    assert not list(folder.rglob("*.part"))


def test_a_failed_rendering_touches_nothing(
    report: Report, written: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written["index.html"].parent
    old = contents(folder)
    monkeypatch.setattr(write, "page", lambda report, charts: "new")
    monkeypatch.setattr(write, "fixed_csv", lambda report: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(replace(report, awaiting=77), folder)
    assert contents(folder) == old
    assert {path.name for path in folder.iterdir()} == NAMES


def test_a_full_disk_leaves_no_rubbish(
    report: Report, written: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written["index.html"].parent
    old = contents(folder)

    def full(source: Path, target: Path) -> None:
        raise OSError(28, os.strerror(28), str(target))

    monkeypatch.setattr(write, "page", lambda report, charts: "new")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_report(replace(report, awaiting=77), folder)
    assert contents(folder) == old
    assert {path.name for path in folder.iterdir()} == NAMES


def test_charts_lie_beside_the_report_and_old_ones_go(report: Report, empty: Report, tmp_path: Path) -> None:
    write_report(report, tmp_path)
    charts = tmp_path / write.CHARTS
    (charts / "my own.png").write_bytes(b"mine")
    (charts / ".waves-9.svg.part").write_bytes(b"left by a killed run")
    names = {path.name for path in charts.iterdir()}
    assert {"map.svg", "map.png", "bars-1.svg", "bars-1.png", "waves-1.svg", "waves-1.png"} <= names
    for path in charts.glob("*.svg"):
        text = path.read_text("utf-8")
        assert "var(" not in text
        assert "currentColor" not in text
        ElementTree.fromstring(text)  # noqa: S314
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in charts.glob("*-*.png"))
    write_report(empty, tmp_path)
    assert {path.name for path in charts.iterdir()} == {"my own.png"}

"""A file that is being copied is told from one that is there."""

import os
import time
from pathlib import Path

import pytest

from models import settled
from models.settled import Moment, ends_within_a_line, is_settled

TEXT = "id;цель\n1;расти\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_that_is_cut_is_seen_in_any_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    whole = TEXT.replace("\n", end)
    for text, cut in ((whole, False), (whole + "2;раст", True)):
        path = tmp_path / "cards.csv"
        path.write_bytes(text.encode(encoding))
        assert ends_within_a_line(path) is cut


def test_workbooks_and_empty_files_have_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "cards.xlsx"
    path.write_bytes(b"PK\x03\x04 anything")
    assert not ends_within_a_line(path)
    path.write_bytes(b"")
    assert ends_within_a_line(path)


def test_only_a_young_file_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(settled.time, "sleep", waited.append)
    path = tmp_path / "cards.csv"
    path.write_text(TEXT, "utf-8")
    os.utime(path, (time.time() - 60, time.time() - 60))
    assert is_settled(path, Moment.of(path))
    path.write_text(TEXT + "2;раст", "utf-8")
    assert is_settled(path, Moment.of(path))
    os.utime(path, (time.time() + 3600, time.time() + 3600))  # another machine's clock
    assert is_settled(path, Moment.of(path))
    assert waited[0] == 0
    assert settled.QUIET < waited[1] <= settled.QUIET_IN_A_LINE
    assert waited[2] == settled.QUIET_IN_A_LINE


def test_a_file_that_changed_since_it_was_seen_is_not_settled(tmp_path: Path) -> None:
    path = tmp_path / "cards.csv"
    path.write_text(TEXT, "utf-8")
    seen = Moment.of(path)
    path.write_text(TEXT * 2, "utf-8")
    assert not is_settled(path, seen)

"""`rechki embed`: one vector a row, in the order of the rows; nothing half-written."""

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from flows.cli import app

ANSWERS = ["снять боль в спине", "похудеть", "", "Похудеть!", "найти друзей", "меньше болела спина"]


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["embed", *(str(word) for word in words)])


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["ключ", "ответ"], *([at, text] for at, text in enumerate(ANSWERS))])
    return path


def test_every_row_has_its_vector(answers: Path, tmp_path: Path) -> None:
    done = run(answers, "--text", "ответ", "--out", tmp_path / "v.npy")
    assert done.exit_code == 0, done.output
    vectors = np.load(tmp_path / "v.npy")
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(ANSWERS), 896)
    assert np.array_equal(vectors[1], vectors[3])
    assert not vectors[2].any()
    assert vectors[0] @ vectors[5] > max(vectors[0] @ vectors[1], vectors[0] @ vectors[4])
    assert "1 empty" in done.output


def test_a_column_that_is_not_there_is_named_and_nothing_is_written(answers: Path, tmp_path: Path) -> None:
    done = run(answers, "--text", "вопрос", "--out", tmp_path / "v.npy")
    assert done.exit_code != 0
    assert not (tmp_path / "v.npy").exists()
    assert "вопрос" in str(done.exception)
    assert "ответ" in str(done.exception)


def test_the_table_is_never_written_over(answers: Path) -> None:
    before = answers.read_bytes()
    done = run(answers, "--text", "ответ", "--out", answers)
    assert "written over" in str(done.exception)
    assert answers.read_bytes() == before


def test_a_row_that_cannot_be_read_is_named(answers: Path, tmp_path: Path) -> None:
    with answers.open("a", encoding="utf-8") as file:
        file.write('7,ещё,"лишняя","ячейка"\n')
    done = run(answers, "--text", "ответ", "--out", tmp_path / "v.npy")
    assert done.exit_code != 0
    assert "row 8" in str(done.exception)
    assert not (tmp_path / "v.npy").exists()


def test_where_nothing_can_be_written_is_told_before_any_work(answers: Path) -> None:
    done = run(answers, "--text", "ответ", "--out", answers / "v.npy")
    assert "a file, not a folder" in str(done.exception)
    assert "Reading" not in done.output

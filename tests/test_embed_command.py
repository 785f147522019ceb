"""`rechki embed`: one vector a row, in the order of the rows; nothing half-written."""

import csv
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from models.errors import RechkiError
from reports.files import require_writable

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


def test_the_one_column_of_a_file_is_named_when_another_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("ответ\nдрузья\nцена\n", "utf-8")
    done = run(tmp_path / "one.csv", "--text", "Ответ", "--out", tmp_path / "v.npy")
    assert isinstance(done.exception, RechkiError)
    assert "there is no column 'Ответ'; the file has one alone: ответ" in str(done.exception)
    assert "cluster" not in str(done.exception)


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


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder that has rights to write and takes no file")
def test_a_folder_that_takes_no_file_is_told_before_any_work(answers: Path) -> None:
    done = run(answers, "--text", "ответ", "--out", "/proc/v.npy")
    assert isinstance(done.exception, RechkiError)
    assert "no file can be written in it" in str(done.exception)
    assert "Reading" not in done.output


def test_the_trial_of_a_folder_leaves_nothing(tmp_path: Path) -> None:
    require_writable([tmp_path / "v.npy", tmp_path / "new" / "v.npy"])
    assert not list(tmp_path.iterdir())


BLANK = {
    "cells.csv": "ключ,ответ\n1,друзья\n\n,\n  \n3,цена\n4,здоровье\n,\n",
    "quoted.csv": 'ответ\nдрузья\n""\n\n   \nцена\n"  "\nздоровье\n',
    "tabs.tsv": "ключ\tответ\n1\tдрузья\n\t\n3\tцена\n\n",
    "lines.jsonl": '{"ответ": "друзья"}\n{"ответ": ""}\n\n{"ответ": null}\n{"ответ": "цена"}\n{}\n',
}
FILLED = {"cells.csv": "+-++-", "quoted.csv": "+-+-+", "tabs.tsv": "+-+", "lines.jsonl": "+--+-"}


def filled(path: Path, out: Path) -> str:
    """Return a letter for every vector: a plus, or a minus where it is zeros."""
    done = run(path, "--text", "ответ", "--out", out)
    assert done.exit_code == 0, done.output
    return "".join("+" if vector.any() else "-" for vector in np.load(out))


@pytest.mark.parametrize("name", BLANK)
def test_an_empty_row_keeps_its_place(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(BLANK[name], "utf-8")
    assert filled(tmp_path / name, tmp_path / "v.npy") == FILLED[name]


@pytest.mark.parametrize("before", [(), ("ключ",)])
def test_an_empty_row_of_a_workbook_keeps_its_place_and_its_empty_end_has_none(
    before: tuple[str, ...], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for text in ("ответ", "друзья", "", "цена", "здоровье", "", ""):
        book.active.append([*(text and before), text])
    book.save(tmp_path / "answers.xlsx")
    assert filled(tmp_path / "answers.xlsx", tmp_path / "v.npy") == "+-++"

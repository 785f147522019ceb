"""rechki check: findings in words and as JSON, and where the rows to mend are written."""

import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from support import rechki_here

LINES = "id,Цель 1,Оценка 1\n1,расти,отлично\n2,план,4\n3,план,5,лишнее\n4,опыт,3\n"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    (tmp_path / "answers.csv").write_text(LINES, "utf-8")
    return tmp_path / "answers.csv"


def test_it_writes_the_rows_to_mend_beside_the_file_and_nothing_else(answers: Path) -> None:
    done = rechki_here("check", answers)
    mendable = answers.with_name("answers.refused.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"rows to mend: {mendable}; correct them there" in done.stdout
    assert "row not taken: row 4: the row has 4 cells, the header 3" in done.stdout
    assert set(answers.parent.iterdir()) == {answers, mendable}


def test_where_nothing_can_be_written_the_findings_are_told_all_the_same(answers: Path) -> None:
    mendable = answers.with_name("answers.refused.csv")
    mendable.with_name(".answers.refused.csv.part").mkdir()  # for root, too, no file can be written there
    done = rechki_here("check", answers)
    assert (done.returncode, done.stderr) == (0, "")
    for told in ("3 cards", "row not taken: row 4", "no score: row 2", "  usable"):
        assert told in done.stdout
    assert f"rows to mend could not be written to {mendable}: Is a directory" in done.stdout
    told = json.loads(rechki_here("check", answers, "--json").stdout)
    assert (told["cards"], told["refused_file"]) == (3, None)
    assert told["refused_file_failed"] == f"{mendable}: Is a directory"


@pytest.mark.parametrize("command", [["check"], ["balance"], ["cluster", "--text", "text"]])
def test_a_second_sheet_is_told(tmp_path: Path, command: list[str]) -> None:
    lines = [["card_id", "code", "text", "purpose", "score"], *[[at, "Дом", "дом", "дом", 4] for at in range(1, 5)]]
    book = Workbook()
    for name in ("Волна 1", "Волна 2"):
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(tmp_path / "cards.xlsx")
    done = rechki_here(command[0], tmp_path / "cards.xlsx", *command[1:])
    assert done.returncode == 0, done.stderr
    assert "only the sheet 'Волна 1' is read; left unread: 'Волна 2'" in done.stdout

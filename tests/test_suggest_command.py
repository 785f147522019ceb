"""`rechki suggest`: a coded table and a new one in, a suggestion for every row out; nothing half-written."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app

ROOT = Path(__file__).parents[1]
SCHOOL = ROOT / "benchmarks" / "data"
COLUMNS = ["id", "text", "code", "confidence", "runner_up", "third", "new_theme"]


def run(folder: Path, *words: str, coded: str = "wave1.csv", new: str = "wave2.csv", out: str = "out.csv") -> Result:
    files = ("--coded", str(folder / coded), "--new", str(folder / new), "--out", str(folder / out))
    return CliRunner().invoke(app, ["suggest", *files, "--text", "answer", "--code", "code", *words])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("key", "answer", "code"), *rows])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two waves of the school, a purpose a row, and what is suggested for the second."""
    folder = tmp_path_factory.mktemp("suggest")
    cards = {card["card_id"]: card for card in table(SCHOOL / "school_cards.csv")}
    for wave in ("1", "2"):
        truth = [row for row in table(SCHOOL / "school_truth.csv") if cards[row["card_id"]]["wave"] == wave]
        rows = [
            (f"{row['card_id']}-{row['row']}", cards[row["card_id"]][f"purpose_{row['row']}"], row["codes"])
            for row in truth
        ]
        write(folder / f"wave{wave}.csv", rows)
    done = run(folder, "--id", "key")
    assert done.exit_code == 0, done.output
    (folder / "said.txt").write_text(done.output, "utf-8")
    return folder


def test_the_readme_shows_what_is_really_said(made: Path) -> None:
    shown = (ROOT / "README.md").read_text("utf-8").split("$ rechki suggest ")[1].split("```")[0].splitlines()[1:]
    said = [" ".join(line.split()) for line in (made / "said.txt").read_text("utf-8").splitlines()]
    lines = [" ".join(line.split()).split(" (")[0] for line in shown if line.strip() and line != "…"]
    assert len(lines) > 6
    assert [line for line in lines if line not in {each.split(" (")[0] for each in said}] == []


def test_every_row_comes_back_in_its_order(made: Path) -> None:
    given, rows = table(made / "wave2.csv"), table(made / "out.csv")
    assert list(rows[0]) == COLUMNS
    assert [(row["id"], row["text"]) for row in rows] == [(row["key"], row["answer"]) for row in given]
    known = {code for row in table(made / "wave1.csv") for code in row["code"].split("|")}
    assert {row[name] for row in rows for name in ("code", "runner_up", "third")} <= known | {""}
    assert all(0 <= float(row["confidence"]) <= 1 for row in rows)
    assert all(row["code"] and row["runner_up"] and row["third"] for row in rows if row["code"] != "нет ответа")


def test_suggestions_are_mostly_right_and_new_purposes_are_marked(made: Path) -> None:
    known = {code for row in table(made / "wave1.csv") for code in row["code"].split("|")}
    rows = [
        (row, set(right["code"].split("|")))
        for row, right in zip(table(made / "out.csv"), table(made / "wave2.csv"), strict=True)
    ]
    inside = [(row, right) for row, right in rows if right & known]
    outside = [row for row, right in rows if not right & known]
    assert sum(row["code"] in right for row, right in inside) / len(inside) >= 0.66
    three = [{row["code"], row["runner_up"], row["third"]} & right for row, right in inside]
    assert sum(map(bool, three)) / len(inside) >= 0.85
    assert sum(bool(row["new_theme"]) for row in outside) / len(outside) >= 0.5
    assert sum(bool(row["new_theme"]) for row, _ in inside) / len(inside) <= 0.15


def test_rows_are_numbered_as_in_the_file_when_no_column_names_them(tmp_path: Path) -> None:
    write(tmp_path / "wave1.csv", [("1", "снять боль", "Боль"), ("2", "близко к дому", "Место"), ("3", "рядом", "")])
    write(tmp_path / "wave2.csv", [("1", "болит зуб", ""), ("2", "", ""), ("3", "=близко", "")])
    done = run(tmp_path)
    assert done.exit_code == 0, done.output
    assert "1 row of wave1.csv has no code" in done.output
    assert "Fewer than 20" in done.output
    rows = table(tmp_path / "out.csv")
    assert [row["id"] for row in rows] == ["2", "3", "4"]
    assert [row["code"] for row in rows] == ["Боль", "", "Место"]
    assert rows[1]["confidence"] == "0.0"
    assert rows[2]["text"] == "'=близко", "harmless in a spreadsheet"
    assert {row["new_theme"] for row in rows} == {""}


def test_one_code_alone_is_sure_of_nothing(tmp_path: Path) -> None:
    write(tmp_path / "wave1.csv", [(str(at), f"болит зуб {at}", "Боль") for at in range(5)])
    write(tmp_path / "wave2.csv", [("1", "болит зуб 1", ""), ("2", "близко к дому", ""), ("3", "", "")])
    done = run(tmp_path)
    assert done.exit_code == 0, done.output
    assert "1 code learned from 5 different answers; 2 different new ones, 1 empty" in done.output
    assert "Only one code is known" in done.output
    rows = table(tmp_path / "out.csv")
    assert [(row["code"], row["confidence"]) for row in rows] == [("Боль", ""), ("Боль", ""), ("", "")]


def test_codes_joined_by_something_else_are_told_and_no_library_warns(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    rows = [(str(at), f"ответ про {word} и ещё раз", f"Код {word}") for at, word in enumerate("абвгдежзиклм")]
    rows += [("13", "и так, и так", "Код а, Код б"), ("14", "и эдак", "Код а, Код б"), ("15", "и всё", "код в;Код г")]
    rows += [("16", "дом, сад", "Код д, сад"), ("17", "ничего", "Код е|Код ж")]
    write(tmp_path / "wave1.csv", rows)
    write(tmp_path / "wave2.csv", [("1", "ответ про а", "")])
    done = run(tmp_path)
    assert done.exit_code == 0, done.output
    why = "codes: several codes are joined by |"
    told = " ".join(done.output.split())
    assert f"'Код а, Код б' in 2 rows is taken as one code, though 'Код а' and 'Код б' are {why}" in told
    assert f"'код в;Код г' in 1 row is taken as one code, though 'Код в' and 'Код г' are {why}" in told
    assert told.count(why) == 2, "a comma in a name is none of these"
    assert [str(warning.message) for warning in recwarn if warning.category is UserWarning] == []


@pytest.fixture
def small(tmp_path: Path) -> Path:
    write(tmp_path / "wave1.csv", [("1", "снять боль", "Боль"), ("2", "близко к дому", "Место")])
    write(tmp_path / "wave2.csv", [("1", "болит зуб", "")])
    return tmp_path


def test_a_column_that_is_not_there_is_named(small: Path) -> None:
    for name in ("wave1.csv", "wave2.csv"):
        whole = (small / name).read_text("utf-8")
        (small / name).write_text(whole.replace("answer", "reply", 1), "utf-8")
        done = run(small)
        assert done.exit_code != 0
        assert name in str(done.exception)
        assert "'answer'" in str(done.exception)
        assert "reply" in str(done.exception)
        assert "study.yaml" not in str(done.exception), "there is none here"
        (small / name).write_text(whole, "utf-8")
    assert not (small / "out.csv").exists()


@pytest.mark.parametrize("name", ["wave1.csv", "wave2.csv"])
def test_a_row_that_cannot_be_read_is_named_and_nothing_is_written(small: Path, name: str) -> None:
    rows = [(str(at), f"ответ номер {at}", "Боль") for at in range(8)]
    write(small / name, rows)
    with (small / name).open("a", encoding="utf-8") as file:
        file.write('9,ещё,"лишняя","ячейка"\n')
    done = run(small)
    assert done.exit_code != 0
    assert f"{name}, row 10" in str(done.exception)
    assert not (small / "out.csv").exists()


def test_a_table_without_codes_is_refused(small: Path) -> None:
    write(small / "wave1.csv", [("1", "снять боль", " "), ("2", "близко к дому", "|")])
    done = run(small)
    assert "no row has a code" in str(done.exception)
    assert "wave1.csv, column 'code'" in str(done.exception)


def test_a_table_of_answers_that_say_nothing_is_refused(small: Path) -> None:
    write(small / "wave1.csv", [("1", "не знаю", "Боль"), ("2", "", "Место")])
    done = run(small)
    assert "no coded text says something" in str(done.exception)
    assert "wave1.csv, column 'answer'" in str(done.exception)
    assert not (small / "out.csv").exists()


def test_a_new_table_without_a_text_is_refused(small: Path) -> None:
    write(small / "wave2.csv", [("1", "", ""), ("2", " ", "")])
    done = run(small)
    assert "the column has no text" in str(done.exception)
    assert "wave2.csv, column 'answer'" in str(done.exception)


@pytest.mark.parametrize("out", ["wave1.csv", "wave2.csv"])
def test_no_table_is_written_over(small: Path, out: str) -> None:
    before = (small / out).read_bytes()
    assert "written over" in str(run(small, out=out).exception)
    assert (small / out).read_bytes() == before


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("o.xlsx", "Call it o.csv"),
        ("o", "Call it o.csv"),
        ("wave1.csv/o.csv", "a file, not a folder"),
        ("made.csv", "this is a folder"),
        ("new/o.csv", "no file can be written in it"),
    ],
)
def test_where_nothing_can_be_written_is_told_before_any_work(
    small: Path, out: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small / "made.csv").mkdir()
    if out.startswith("new"):
        monkeypatch.setattr("reports.files.os.access", lambda folder, how: folder != small.resolve())
    done = run(small, out=out)
    assert words in str(done.exception)
    assert ".part" not in str(done.exception)
    assert "Reading" not in done.output
    assert sorted(file.name for file in small.iterdir()) == ["made.csv", "wave1.csv", "wave2.csv"]


def test_a_folder_that_is_not_there_is_made(small: Path) -> None:
    done = run(small, out="deep/er/o.CSV")
    assert done.exit_code == 0, done.output
    assert table(small / "deep" / "er" / "o.CSV")

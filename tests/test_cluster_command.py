"""`rechki cluster`: any table in, groups out; nothing dropped, nothing half-written."""

import csv
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app

ROOT = Path(__file__).parents[1]
ANSWERS = ROOT / "benchmarks" / "data" / "short_course.csv"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["cluster", *(str(word) for word in words)])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, texts: list[str], header: str = "ответ") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["ключ", header], *([f"k{at}", text] for at, text in enumerate(texts))])
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster")
    words = ("--id", "id", "--out", folder / "out.csv", "--map", folder / "map.html")
    done = run(ANSWERS, "--text", "text", *words)
    assert done.exit_code == 0, done.output
    (folder / "said.txt").write_text(done.output, "utf-8")
    return folder


def test_the_readme_shows_what_is_really_said(made: Path) -> None:
    shown = (ROOT / "README.md").read_text("utf-8").split("$ rechki cluster ")[1].split("\n…")[0].splitlines()
    said = [" ".join(line.split()) for line in (made / "said.txt").read_text("utf-8").splitlines()]
    lines = [" ".join(line.split()) for line in shown[2:]]
    assert len(lines) > 4
    assert [line for line in lines if line not in said] == []
    assert shown[1].split(" (")[0].strip() in {line.split(" (")[0] for line in said}


def test_every_row_comes_back_in_its_order(made: Path) -> None:
    given, rows = table(ANSWERS), table(made / "out.csv")
    assert list(rows[0]) == ["id", "text", "cluster", "nearest", "confidence"]
    assert [(row["id"], row["text"]) for row in rows] == [(row["id"], row["text"]) for row in given]


def test_groups_belong_to_the_rows(made: Path) -> None:
    rows, groups = table(made / "out.csv"), table(made / "out.groups.csv")
    assert list(groups[0]) == ["cluster", "name", "size", "keywords", "exemplars", "net"]
    for group in groups:
        assert int(group["size"]) == sum(row["cluster"] == group["cluster"] for row in rows)
        assert group["name"]
        assert 1 <= len(group["exemplars"].split(" | ")) <= 5
    names = {group["name"] for group in groups}
    assert len(names) == len(groups)
    assert {group["net"] for group in groups} <= names
    assert 3 <= len({group["net"] for group in groups}) <= 5
    assert {row["cluster"] for row in rows} <= {"-1", *(group["cluster"] for group in groups)}
    assert all(0 <= float(row["confidence"]) <= 1 for row in rows)
    assert all(row["nearest"] == row["cluster"] for row in rows if row["cluster"] != "-1")


def test_the_same_words_are_in_one_group(made: Path) -> None:
    rows = [row for row in table(made / "out.csv") if row["text"].lower().strip(".") == "сменить профессию"]
    assert len(rows) > 3
    assert len({row["cluster"] for row in rows}) == 1


def test_the_map_holds_every_different_answer(made: Path) -> None:
    page = (made / "map.html").read_text("utf-8")
    assert page.count("<circle") > 250
    for group in table(made / "out.groups.csv")[:5]:
        counted = rf"{re.escape(group['name'])} <span class=\"soft\">· {group['size']}\u00a0ответ"
        assert re.search(counted, page), "rows are counted, as in the table of groups"
    assert "http" not in page.replace("Content-Security-Policy", "").replace("http-equiv", "")


def test_empty_cells_and_non_answers_are_in_no_group_and_formulas_are_harmless(tmp_path: Path) -> None:
    texts = [row["text"] for row in table(ANSWERS)][:60]
    file = write(tmp_path / "a.csv", [*texts, "", "  ", "не знаю", "=1+1 зарплата"])
    done = run(file, "--text", "ответ", "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    rows = table(tmp_path / "out.csv")
    assert [row["cluster"] for row in rows[60:63]] == [row["nearest"] for row in rows[60:63]] == ["-1"] * 3
    assert rows[63]["text"] == "'=1+1 зарплата"
    assert [row["id"] for row in rows[:2]] == ["2", "3"], "without --id a row is called by its line"
    assert "1 says nothing" in done.output
    assert "2 empty" in done.output


@pytest.mark.parametrize(
    ("texts", "groups"),
    [(["один ответ"], 0), (["да", "мало времени"], 0), (["мало времени"] * 40, 1), (["дорого", "дорого", "далеко"], 1)],
)
def test_few_answers_are_not_a_crash(tmp_path: Path, texts: list[str], groups: int) -> None:
    file = write(tmp_path / "few.csv", texts)
    done = run(file, "--text", "ответ", "--out", tmp_path / "out.csv", "--map", tmp_path / "map.html")
    assert done.exit_code == 0, done.output
    assert "quicker to read" in done.output
    assert len(table(tmp_path / "out.csv")) == len(texts)
    assert len(table(tmp_path / "out.groups.csv")) == groups


def test_personal_data_is_masked_where_groups_are_shown(tmp_path: Path) -> None:
    texts = ["звоните +7 912 345-67-89"] * 3 + [row["text"] for row in table(ANSWERS)][:40]
    file = write(tmp_path / "b.csv", texts)
    done = run(file, "--text", "ответ", "--out", tmp_path / "out.csv", "--map", tmp_path / "map.html")
    assert done.exit_code == 0, done.output
    assert "345-67-89" in (tmp_path / "out.csv").read_text("utf-8"), "the owner's rows come back as they were"
    for name in ("out.groups.csv", "map.html"):
        assert "345-67-89" not in (tmp_path / name).read_text("utf-8")


def test_a_wrong_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    done = run(write(tmp_path / "c.csv", ["а", "б"]), "--text", "текст", "--out", tmp_path / "out.csv")
    assert done.exit_code != 0
    assert "ключ, ответ" in str(done.exception)
    assert not (tmp_path / "out.csv").exists()


def test_a_column_without_text_is_told(tmp_path: Path) -> None:
    done = run(write(tmp_path / "d.csv", ["", " "]), "--text", "ответ", "--out", tmp_path / "out.csv")
    assert done.exit_code != 0
    assert not (tmp_path / "out.csv").exists()


def test_the_table_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    file = write(tmp_path / "e.csv", ["а", "б"])
    before = file.read_bytes()
    for words in (("--out", file), ("--out", tmp_path / "x.csv", "--map", tmp_path / "x.csv")):
        done = run(file, "--text", "ответ", *words)
        assert "one name" in str(done.exception)
    assert file.read_bytes() == before


def test_where_nothing_can_be_written_is_told_before_any_work(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", ["сон", "деньги"])
    for words, told in (
        (("--out", tmp_path / "o.xlsx"), "Call it o.csv"),
        (("--out", file / "o.csv"), "a file, not a folder"),
        (("--map", file / "map.html"), "a file, not a folder"),
    ):
        done = run(file, "--text", "ответ", *words)
        assert told in str(done.exception)
        assert "Reading" not in done.output

"""`rechki balance` as a user runs it: a coded table in, the report out; nothing dropped, nothing half-written."""

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from support import EXAMPLE, rechki_here

from reports.write import FILES

HOSTILE = (
    '=HYPERLINK("http://evil.example/","нажми")',
    "<script>document.title='взломано'</script>",
    "справа \u202eналево\u202c и \u200fобратно",
    "Щ" * 10_000,
    "@SUM(A1)",
    "+7 и минус",
    '"><img src=x onerror=alert(1)>',
    "\x07звон \x1b[31mкрасный",
)
ROOT = Path(__file__).resolve().parents[1]
HEADER = "code,code_id,rows,n,respondents,e,u,d,b,state,certain,box,size,target,strategy"


def write(path: Path, rows: list[tuple[object, ...]], header: str = "card_id,code,score,net,wave,text,why") -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header.split(","), *rows])
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table in which every cell of words is hostile, and its report."""
    folder = tmp_path_factory.mktemp("hostile")
    names = [text[:150] for text in HOSTILE]
    rows = [
        (f"{name}{at}", name, 5 - at, names[0], f"{names[at]}", text, text)
        for name, text in zip(names, HOSTILE, strict=True)
        for at in range(3)
    ]
    rows += [
        ("=1", "", 3, "", "", "", ""),
        ("=2", HOSTILE[3], 3, "", "", "", ""),
        ("=3", "Тихо", "@A1", "", "", "", ""),
    ]
    done = rechki_here("balance", write(folder / "=взлом.csv", rows), "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout, "utf-8")
    return folder / "out"


def test_the_example_coded_by_hand_is_that_of_the_cards() -> None:
    cards, truth, coded = (
        pd.read_csv(EXAMPLE / f"gsr_{name}.csv", dtype=str, keep_default_na=False)
        for name in ("cards", "truth", "coded")
    )
    cards = cards.set_index("card_id")
    told = zip(truth.card_id, truth.row, truth.codes, strict=True)
    wanted = [(card, row, codes, cards.loc[card, f"score_{row}"]) for card, row, codes in told]
    assert list(coded[["card_id", "row", "code", "score"]].itertuples(index=False, name=None)) == wanted


def test_the_example_coded_by_hand_gives_exactly_the_expected_states(tmp_path: Path) -> None:
    done = rechki_here("balance", EXAMPLE / "gsr_coded.csv", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(tmp_path / "out" / "balance.csv", keep_default_na=False)
    known = pd.read_csv(EXAMPLE / "gsr_codes.csv", dtype=str, keep_default_na=False)
    wanted = known[known.expected_state != ""].set_index("code").expected_state.to_dict()
    assert table.set_index("code").state.to_dict() == wanted
    assert "not counted" not in done.stdout

    def settled(line: str) -> str:
        """The line without its seconds and without the hash, which every new setting of the balance changes."""
        return " ".join(re.sub(r"evidence \w+| \(\d+\.\d s\)", "", line).split())

    said = {settled(line) for line in done.stdout.splitlines()}
    shown = (ROOT / "README.md").read_text("utf-8").split("$ rechki balance ")[1].split("\n …")[0].splitlines()[1:]
    assert len(shown) == 5
    assert [line for line in shown if settled(line) not in said] == []


def test_every_file_is_written_and_says_where_the_codes_come_from(hostile: Path) -> None:
    assert {path.name for path in hostile.iterdir()} == set(FILES)
    page = (hostile / "index.html").read_text("utf-8")
    assert "Закодировано вне Речек" in page
    assert "ждут решения" not in page
    assert (hostile / "balance.csv").read_text("utf-8").splitlines()[0].startswith(HEADER)


def test_behind_every_number_stand_file_and_line(tmp_path: Path) -> None:
    file = write(
        tmp_path / "мои.csv", [(1, "А|Б", 5, "", "", "первый", ""), (2, "А", 3, "", "", "", ""), (3, "", 3, *"....")]
    )
    assert rechki_here("balance", file, "--out", tmp_path / "out").returncode == 0
    book = load_workbook(tmp_path / "out" / "report.xlsx")
    assert [row[0].value for row in book["Строки"].iter_rows(min_row=2)] == ["А", "А", "Б"]
    assert [row[5].value for row in book["Строки"].iter_rows(min_row=2)] == [
        "мои.csv, строка 3",
        "мои.csv, строка 2",
        "мои.csv, строка 2",
    ]
    assert [[cell.value for cell in row] for row in book["Не взято"].iter_rows(min_row=2)] == [
        [4, "code", "не посчитана", "нет кода"]
    ]
    assert "Не посчитано строк файла: 1" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_hostile_words_do_nothing_on_the_page(hostile: Path) -> None:
    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert not [name for name, _ in attrs if name.startswith("on")]

    text = (hostile / "index.html").read_text("utf-8")
    Tags().feed(text)
    assert not {"script", "img", "iframe"} & set(tags)
    assert "Щ" * 10_000 in text
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
    assert 'dir="auto">справа \u202eналево' in text, "words that run the other way keep to their own paragraph"


def test_hostile_words_do_nothing_in_a_spreadsheet(hostile: Path) -> None:
    book = load_workbook(hostile / "report.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell.value for cell in cells if str(cell.value)[:1] in "=+-@" and cell.data_type == "s"]
    assert not [cell for cell in cells if cell.hyperlink]
    assert "Щ" * 10_000 in {cell.value for cell in cells}
    for name in FILES:
        if name.endswith(".csv"):
            with (hostile / name).open(encoding="utf-8", newline="") as lines:
                words = [
                    cell for row in csv.reader(lines) for cell in row if not re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell)
                ]
            assert words
            assert not [word for word in words if word[:1] in tuple("=+-@\t\r\n")]


def test_hostile_words_do_nothing_in_the_terminal(hostile: Path) -> None:
    said = (hostile.parent / "said.txt").read_text("utf-8")
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "row 26, column 'code': no code is named" in said
    assert "row 27, column 'code': a code is longer than any name (10000 letters)" in said


def test_without_out_nothing_is_written(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [(1, "А", 5, "", "", "", "")])
    done = rechki_here("balance", file)
    assert done.returncode == 0
    assert "+100" in done.stdout
    assert list(tmp_path.iterdir()) == [file]


def test_settings_of_a_file_hold(tmp_path: Path) -> None:
    rows = [(1, "А", "отлично", "", "", "", ""), (2, "А", 3, "", "", "", ""), (2, "А", 3, "", "", "", "")]
    file = write(tmp_path / "a.csv", rows)
    levels = {5: "отлично", 4: "хорошо", 3: "сойдёт", 2: "плохо", 1: "ужасно", 0: "никак"}
    text = "balance: {weights: 1/k}\ncards: {handed_out: 9}\ntitle: Весна\nscale: {" + ", ".join(
        f"{level}: {words}" for level, words in levels.items()
    )
    (tmp_path / "s.yaml").write_text(text + "}\n", "utf-8")
    done = rechki_here("balance", file, "--out", tmp_path / "out", "--settings", tmp_path / "s.yaml")
    assert done.returncode == 0, done.stderr
    (row,) = pd.read_csv(tmp_path / "out" / "balance.csv").to_dict("records")
    assert (row["e"], row["u"], row["box"]) == (50, 50, "33-67-0 (3) | 2/9")
    assert "<h1>Весна</h1>" in (tmp_path / "out" / "index.html").read_text("utf-8")
    (tmp_path / "s.yaml").write_text("balance: {wights: row}\n", "utf-8")
    done = rechki_here("balance", file, "--settings", tmp_path / "s.yaml")
    assert done.returncode == 1
    assert "balance.wights" in done.stderr


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("1", "", 5, *"....")], "row 2, column 'code': no code is named"),
        ([("1", "А", 9, *"....")] * 4, "outside the scale 0-5"),
        ([("1", "А", 5, "Н", *"..."), ("1", "А", 5, "М", *"...")], "«А» has 2 nets: Н in row 2, М in row 3"),
    ],
)
def test_what_cannot_be_counted_is_told_and_leaves_an_older_report_as_it_is(
    tmp_path: Path, rows: list[tuple[object, ...]], told: str
) -> None:
    file = write(tmp_path / "a.csv", [(1, "А", 5, "", "", "", "")])
    assert rechki_here("balance", file, "--out", tmp_path / "out").returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    done = rechki_here("balance", write(file, rows), "--out", tmp_path / "out")
    assert done.returncode == 1
    assert told in done.stderr
    assert str(file) in done.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_the_table_is_never_written_over(tmp_path: Path) -> None:
    file = write(tmp_path / "balance.csv", [(1, "А", 5, "", "", "", "")])
    before = file.read_bytes()
    done = rechki_here("balance", file, "--out", tmp_path)
    assert (done.returncode, file.read_bytes()) == (1, before)
    assert "written over" in done.stderr


# The published case as it states it: target, state, strategy. No scores were published; these are made to fit.
CASE = {
    "Расти и меняться": ([5, 5, 5, 4], "yes", "over", "protect_and_grow"),
    "Решить проблему, достичь цель": ([3, 3, 4, 4, 2], "yes", "under", "improve"),
    "Облегчение состояния": ([4, 4, 4, 5, 3], "yes", "well", "protect_and_grow"),
    "Волшебство": ([2, 2, 3], "no", "very_under", "switch_off"),
    "Деньги": ([3, 3, 3, 3], "", "under", "improve|switch_off"),
    "Интересно новое": ([4, 5, 4, 3], "yes", "well", "protect_and_grow"),
    "Получаю результат": ([4, 4, 4], "", "well", "protect_and_grow|modify"),
    "Работа с родовыми сценариями": ([4], "no", "well", "modify"),
    "Выгодная покупка": ([3], "", "under", "improve|switch_off"),
    "Рекомендации": ([5, 4, 3], "", "well", "protect_and_grow|modify"),
    "Лояльность": ([5, 5, 4], "", "over", "protect_and_grow|modify"),
}


def test_the_case_gives_its_eleven_stated_states_and_none_that_it_does_not_state(tmp_path: Path) -> None:
    rows = [
        (f"{name} {at}", name, score, target)
        for name, (scores, target, _, _) in CASE.items()
        for at, score in enumerate(scores)
    ]
    rows.append(("одна", "Поддержка", "", "no"))
    file = write(tmp_path / "case.csv", [*rows], "card_id,code,score,target")
    assert rechki_here("balance", file, "--out", tmp_path / "out").returncode == 0
    table = pd.read_csv(tmp_path / "out" / "balance.csv", keep_default_na=False).set_index("code")
    assert len(table) == 12
    stated = table[table.state != ""]
    assert dict(zip(stated.index, zip(stated.state, stated.strategy, strict=True), strict=True)) == {
        name: (state, strategy) for name, (_, _, state, strategy) in CASE.items()
    }
    assert (table.loc["Поддержка", "n"], table.loc["Поддержка", "strategy"]) == (0, "")
    assert set(table.loc[["Работа с родовыми сценариями", "Выгодная покупка"], "size"]) == {"XS"}

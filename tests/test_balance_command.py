"""`rechki balance` as a user runs it: a coded table in, the report out; nothing dropped, nothing half-written."""

import csv
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from rich.console import Console
from support import EXAMPLE, rechki_here

from flows import show
from flows.balance import balance_file
from reports.write import CHARTS, FILES, SHARED_FILES

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
    told = zip(truth.card_id, truth.row, truth.codes, truth.criteria, strict=True)
    wanted = [(card, row, codes, cards.loc[card, f"score_{row}"], criteria) for card, row, codes, criteria in told]
    assert list(coded[["card_id", "row", "code", "score", "why_code"]].itertuples(index=False, name=None)) == wanted


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


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_file_is_written_and_says_where_the_codes_come_from(hostile: Path) -> None:
    assert {path.name for path in hostile.iterdir()} == {*FILES, CHARTS}
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
        [4, "code", "не посчитана", "нет кода", None]
    ]
    assert "Не посчитано строк файла: 1" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_hostile_words_do_nothing_on_the_page(hostile: Path) -> None:
    tags: list[str] = []
    runs: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert not [name for name, _ in attrs if name.startswith("on")]
            if tag == "script" and not attrs:
                runs.append(tag)

    text = (hostile / "index.html").read_text("utf-8")
    Tags().feed(text)
    assert not {"img", "iframe"} & set(tags)
    assert len(runs) == 1, "the one script is ours"
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


LONG = "Поток с таким длинным названием, что в строку терминала он вместе с числами никак не поместится"


def test_a_long_name_stands_whole_in_a_file_and_is_cut_in_a_narrow_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a.csv", [(1, LONG, 5, "", "", "", ""), (2, "Б", 3, "", "", "", "")])
    (line,) = [line for line in rechki_here("balance", file).stdout.splitlines() if LONG in line]
    assert line.split()[-6:] == ["1", "+100", "100-0-0", "XS", "over", "no"]
    said = StringIO()
    monkeypatch.setattr(show, "console", Console(file=said, width=80, color_system=None))
    balance_file(file, None, None)
    shown = [line.split() for line in said.getvalue().splitlines() if line.startswith((" Поток", " Б"))]
    assert [line[-6:] for line in shown] == [
        ["1", "-100", "0-100-0", "XS", "under", "no"],
        ["1", "+100", "100-0-0", "XS", "over", "no"],
    ]
    assert [line[-7].endswith("…") for line in shown] == [False, True]


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
    assert "not used" not in done.stdout
    (tmp_path / "s.yaml").write_text("encoder: x\ncards: {dayfirst: true, wave_by: year}\nreview: {}\n", "utf-8")
    done = rechki_here("balance", file, "--settings", tmp_path / "s.yaml")
    assert done.returncode == 0, done.stderr
    assert "s.yaml: not used for a table coded by hand: encoder, cards.wave_by, review\n" in done.stdout
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
    before = contents(tmp_path / "out")
    done = rechki_here("balance", write(file, rows), "--out", tmp_path / "out")
    assert done.returncode == 1
    assert told in done.stderr
    assert str(file) in done.stderr
    assert contents(tmp_path / "out") == before


def test_a_stream_that_is_surely_underserved_says_so_where_its_grade_is_open(tmp_path: Path) -> None:
    rows = [(at, "Деньги", 2 + at % 2, "", "", "", "") for at in range(22)]
    done = rechki_here("balance", write(tmp_path / "coded.csv", rows), "--out", tmp_path / "out")
    (line,) = [line for line in done.stdout.splitlines() if "Деньги" in line]
    assert line.split()[-3:] == ["very_under", "only", "under"]
    assert "недообслужен, а насколько — нельзя сказать" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_the_table_is_never_written_over(tmp_path: Path) -> None:
    file = write(tmp_path / "balance.csv", [(1, "А", 5, "", "", "", "")])
    before = file.read_bytes()
    done = rechki_here("balance", file, "--out", tmp_path)
    assert (done.returncode, file.read_bytes()) == (1, before)
    assert "written over" in done.stderr


def test_a_report_is_not_written_into_a_file(tmp_path: Path) -> None:
    file = write(tmp_path / "coded.csv", [(1, "А", 5, "", "", "", "")])
    (tmp_path / "report").write_text("мой файл", "utf-8")
    for out in (tmp_path / "report", tmp_path / "report" / "march"):
        done = rechki_here("balance", file, "--out", out)
        assert done.returncode == 1
        assert "this is a file, not a folder" in done.stderr
        assert "into another folder" in " ".join(done.stderr.split())
    assert (tmp_path / "report").read_text("utf-8") == "мой файл"


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


def test_the_columns_of_a_coded_table_are_measured_and_what_holds_no_value_is_named(tmp_path: Path) -> None:
    header = "card_id,row,code,score,nps,segment,город"
    rows: list[tuple[object, ...]] = [(f"k{at}", 1, "Деньги", 4, at % 11, "AB"[at % 2], "Омск") for at in range(20)]
    rows += [("k0", 2, "Рост", 5, "", "", ""), ("k1", 2, "Рост", 5, 3, "", ""), ("k20", 1, "Рост", 5, "много", "", "")]
    done = rechki_here("balance", write(tmp_path / "coded.csv", rows, header), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "measured: nps = nps, segment = segment" in said
    assert "no value: coded.csv, row 24, column 'nps': 'много' is no whole number from 0 to 10" in said
    assert "column 'nps': the same card has another value elsewhere: it counts as having none (1 card)" in said
    table = pd.read_csv(tmp_path / "out" / "measures.csv").set_index(["measure", "part", "name"])
    assert table.loc[("nps", "code", "Рост"), "respondents"].item() == 1
    assert table.loc[("nps", "code", "Рост"), "missing"].item() == 2


def test_a_measure_that_is_asked_for_and_not_there_is_an_error(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("measures: {columns: {revenue: оборот}}", "utf-8")
    table = write(tmp_path / "coded.csv", [("k1", "Деньги", 4, 9)], "card_id,code,score,nps")
    done = rechki_here("balance", table, "--settings", settings, "--out", tmp_path / "out")
    assert (done.returncode, (tmp_path / "out").exists()) == (1, False)
    assert "no attribute 'оборот'; there are: nps" in done.stderr


def test_codes_of_reasons_give_criteria_and_what_to_improve(tmp_path: Path) -> None:
    rows = [
        ("а", 1, "Снять боль", 5, "Быстро|Вежливо", "за час, спасибо Анне Петровне"),
        ("а", 2, "Улыбка", 2, "Цена", "дорого"),
        ("б", 1, "Снять боль", 3, "быстро", "ждал"),
        ("в", 1, "Снять боль", 1, "Быстро", "=ждал два дня"),
        ("в", 1, "Улыбка", 1, "", ""),
        ("г", 1, "Улыбка", 4, "Нет ответа", "не знаю"),
        ("д", 1, "Улыбка", 4, "", ""),
    ]
    file = write(tmp_path / "a.csv", rows, "card_id,row,code,score,why_code,why")
    done = rechki_here("balance", file, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert ", 3 criteria; evidence" in done.stdout
    assert "«быстро», read as «Быстро»" in done.stdout
    table = pd.read_csv(tmp_path / "out" / "criteria.csv", keep_default_na=False).set_index("criterion")
    assert table[["n", "mean", "n_without"]].to_dict("index") == {
        "Быстро": {"n": 3, "mean": 3.0, "n_without": 1},
        "Вежливо": {"n": 1, "mean": 5.0, "n_without": 3},
        "Цена": {"n": 1, "mean": 2.0, "n_without": 3},
    }
    backlog = pd.read_csv(tmp_path / "out" / "backlog.csv")
    assert backlog[["criterion", "backlog", "purposes"]].to_numpy().tolist() == [
        ["Быстро", 3, "Снять боль|Улыбка"],
        ["Цена", 2, "Улыбка"],
    ]
    book = load_workbook(tmp_path / "out" / "report.xlsx")
    behind = [(row[2].value, row[4].value) for row in book["Слова о причинах"].iter_rows(min_row=2)]
    assert ("дорого", "a.csv, строка 3") in behind
    assert "за час, спасибо [ИМЯ_1]" in [row[5].value for row in book["Цитаты"].iter_rows(min_row=2)]
    assert 'id="backlog"' in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_a_reason_without_codes_gives_words_to_quote_and_no_criteria(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [("а", "Сон", 5, "выспался"), ("б", "Сон", 3, "шумно")], "card_id,code,score,why")
    assert rechki_here("balance", file, "--out", tmp_path / "out").returncode == 0
    book = load_workbook(tmp_path / "out" / "report.xlsx")
    assert "Критерии" not in book.sheetnames
    assert [row[5].value for row in book["Цитаты"].iter_rows(min_row=2)] == ["выспался"]
    assert len((tmp_path / "out" / "criteria.csv").read_text("utf-8").splitlines()) == 1


def test_the_evidence_covers_the_codes_of_the_reasons_where_there_are_any(tmp_path: Path) -> None:
    def evidence(name: str, header: str, *last: str) -> str:
        file = write(tmp_path / name, [("а", "Сон", 5, *last), ("б", "Сон", 3, *last)], header)
        said = rechki_here("balance", file).stdout
        return re.findall(r"evidence (\w+)", said)[0]

    plain = evidence("a.csv", "card_id,code,score")
    assert evidence("b.csv", "card_id,code,score,why", "тихо") == plain
    assert evidence("c.csv", "card_id,code,score,why_code", "Тишина") != plain
    assert evidence("d.csv", "card_id,code,score,критерий", "Тишина") == evidence(
        "e.csv", "card_id,code,score,why_code", "Тишина"
    )


def test_a_cell_that_is_no_code_of_a_reason_is_told_and_costs_no_row(tmp_path: Path) -> None:
    rows = [("а", "Сон", 5, "Тишина"), ("б", "Сон", 3, "Щ" * 5000), ("в", "Сон", 3, " | ")]
    file = write(tmp_path / "a.csv", rows, "card_id,code,score,why_code")
    done = rechki_here("balance", file, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "row 3, column 'why_code': a code is longer than any name (5000 letters" in done.stdout
    assert pd.read_csv(tmp_path / "out" / "balance.csv")["n"].tolist() == [3]
    assert pd.read_csv(tmp_path / "out" / "criteria.csv")["n"].tolist() == [1]


def test_a_shared_report_has_no_small_groups_no_names_and_no_rows(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        (f"клиент {at}", "Учёба", 5 - at % 2, "", "", f"слова {at}", "") for at in range(14)
    ]
    rows += [(f"клиент {at}", "Малый", 0, "", "", "мой телефон +7 912 345-67-89", "") for at in range(4)]
    rows += [(f"гость {at}", "Учёба", 4, "", "", "пишите мне на olga@school.example", "") for at in range(9)]
    file = write(tmp_path / "Иванов Пётр Сергеевич.csv", rows)
    done = rechki_here("balance", file, "--share", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "no group of fewer than 5 respondents is shown or follows by subtraction: streams 1, nets 0" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*SHARED_FILES, CHARTS}
    book = load_workbook(tmp_path / "out" / "report.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    everything = "\n".join(
        [
            *(p.read_text("utf-8") for p in (tmp_path / "out").rglob("*") if p.suffix in {".html", ".csv", ".svg"}),
            *cells,
        ]
    )
    for secret in ("Малый", "+7 912", "olga", "Иванов", "клиент 1", "гость"):
        assert secret not in everything, secret
    assert "[ПОЧТА_1]" in everything
    (line,) = pd.read_csv(tmp_path / "out" / "balance.csv").to_dict("records")
    assert (line["rows"], line["share"]) == (23, 100)


def test_a_shared_report_without_a_title_has_one_in_its_language(tmp_path: Path) -> None:
    file = write(tmp_path / "Иванов.csv", [(at, "А", 5, "", "", "", "") for at in range(6)])
    for settings, title in (
        ("{language: en}", "How the streams of clients are served"),
        ("{}", "Как обслужены потоки"),
    ):
        (tmp_path / "s.yaml").write_text(f"report: {settings}\n", "utf-8")
        asked = ("balance", file, "--share", "--settings", tmp_path / "s.yaml", "--out", tmp_path / "out")
        assert rechki_here(*asked).returncode == 0
        assert f"<h1>{title}" in (tmp_path / "out" / "index.html").read_text("utf-8")
        heads = load_workbook(tmp_path / "out" / "report.xlsx").worksheets[0].oddHeader.left.text
        assert str(heads).startswith(title)


def test_how_small_is_too_small_is_a_setting_and_a_folder_is_needed(tmp_path: Path) -> None:
    file = write(tmp_path / "мои.csv", [(at, "А", 5, "", "", "", "") for at in range(6)])
    (tmp_path / "s.yaml").write_text("share: {respondents: 7}\n", "utf-8")
    asked = ("balance", file, "--share", "--settings", tmp_path / "s.yaml")
    assert rechki_here(*asked, "--out", tmp_path / "out").returncode == 0
    assert len(pd.read_csv(tmp_path / "out" / "balance.csv")) == 0
    without = rechki_here(*asked)
    assert without.returncode == 1
    assert "--out" in without.stderr
    (tmp_path / "s.yaml").write_text("share: {respondents: 2}\n", "utf-8")
    refused = rechki_here(*asked, "--out", tmp_path / "other")
    assert refused.returncode == 1
    assert "share.respondents" in refused.stderr
    assert not (tmp_path / "other").exists()

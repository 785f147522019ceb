"""The report of a table that was coded outside Rechki."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

from english import in_english
from openpyxl import load_workbook

from models.coded import read_coded
from models.forms.layout import read_table
from models.waves import wave_balance
from reports.data import Report
from reports.outside import report_of
from reports.page import page
from reports.share import shared
from reports.tables import waves_csv
from reports.words import step
from reports.workbook import workbook


def test_the_page_says_what_was_not_taken_and_asks_nobody_to_decide(outside: Report) -> None:
    text = page(outside)
    assert "Закодировано вне Речек" in text
    assert "Не посчитано строк файла: 3" in text
    assert "Посчитано без оценки: 10" in text
    assert "Стоит посмотреть: 1" in text
    assert "ждут решения" not in text
    assert "подтверждено фраз" not in text


def test_file_and_row_are_told_in_the_language_of_the_report(tmp_path: Path, outside: Report) -> None:
    path = tmp_path / "coded.csv"
    path.write_text("card_id,code,score,why_code\n1,A,5,W\n", "utf-8")
    for of, behind in ((outside, "coded.csv, строка 2"), (in_english(outside), "coded.csv, row 2")):
        made = report_of(read_coded(read_table(path), of.settings), of.settings)
        assert made.reasons
        said = [*made.verbatims.values(), *made.reasons.verbatims.values()]
        assert [each.behind for (each,) in said] == [behind, behind]


def test_nets_waves_and_steps_are_on_the_page_and_in_the_workbook(outside: Report) -> None:
    text, book = page(outside), load_workbook(BytesIO(workbook(outside)))
    assert book.sheetnames[:6] == ["Итог", "Потоки", "Графики", "Сводные группы", "Волны", "Поток и волна"]
    assert {"Строки", "Не взято"} <= set(book.sheetnames)
    for heading in ("Сводные группы", "Волны", "B после прошлой волны"):
        assert heading in text
    words = [cell.value for cell in book["Волны"][1]]
    shown = [dict(zip(words, (cell.value for cell in row), strict=True)) for row in book["Волны"].iter_rows(min_row=2)]
    for line, wanted in zip(shown, outside.waves.to_dict("records"), strict=True):
        assert (line["Респондентов"], line["Строк"]) == (wanted["respondents"], wanted["rows"])
        if wanted["verdict"]:
            assert line["По сравнению с волной"] == wanted["since"]
    assert {"все волны", "1", "2", "3"} == {line["Волна"] for line in shown}
    for line in outside.balance.to_dict("records"):
        sentence = step(line, whole_people=False)
        assert sentence[1:] in text.replace("&lt;", "<")


def test_a_table_without_words_has_no_section_of_them(outside: Report) -> None:
    silent = {
        code: [replace(said, text="", why="") for said in all_said] for code, all_said in outside.verbatims.items()
    }
    text = page(replace(outside, verbatims=silent))
    assert "слова клиентов" not in text
    assert 'class="words"' not in text
    assert 'href="#stream-1"' in text


def test_the_page_shows_the_latest_waves_and_says_where_the_others_are(outside: Report) -> None:
    rows = [replace(row, wave=f"волна {at % 7}") for at, row in enumerate(outside.coded)]
    text = page(replace(outside, waves=wave_balance(rows, outside.codes, outside.settings.balance)))
    assert "более ранние (3) — в report.xlsx" in text
    shown = {f"волна {at}" for at in range(7) if f'data-label="Волна"><bdi>волна {at}</bdi>' in text}
    assert shown == {"волна 3", "волна 4", "волна 5", "волна 6"}
    assert 'data-label="Волна"><bdi>все волны</bdi>' in text


def test_waves_come_back_unrounded(outside: Report) -> None:
    head, *lines = waves_csv(outside).decode().splitlines()
    assert head.split(",")[:5] == ["code", "code_id", "part", "wave", "rows"]
    assert len(lines) == len(outside.waves)


def test_what_would_change_a_state_is_said_in_words() -> None:
    def said(count: int, scores: str, whole: bool = False) -> str:
        return step({"step": count, "step_scores": scores, "step_state": "well"}, whole)

    assert said(-1, "3") == "одной строкой с оценкой 3 меньше — и поток хорошо обслужен"
    assert said(2, "0-2") == "двумя строками с оценкой 0–2 больше — и поток хорошо обслужен"
    assert said(21, "5").startswith("21 строкой")
    assert said(-11, "5").startswith("11 строками")
    assert said(1, "5", whole=True).startswith("одним респондентом с единственной оценкой 5 больше")
    assert said(7, "4", whole=True).startswith("7 респондентами с единственной оценкой 4")
    assert said(0, "") == ""


PHONE = "+7 916 123-45-67"


def of_scores(folder: Path, of: Report, *scores: str) -> Report:
    path = folder / "scores.csv"
    cells = [*scores, *"554433"]
    path.write_text("card_id;code;score\n" + "\n".join(f"к{at};А;{cell}" for at, cell in enumerate(cells)), "utf-8")
    return report_of(read_coded(read_table(path), of.settings), of.settings)


def test_what_stood_where_a_score_should_is_shown_masked_escaped_and_short(tmp_path: Path, outside: Report) -> None:
    made = of_scores(tmp_path, outside, "<b>7</b>", f"звоните {PHONE}", "очень " * 20)
    text = page(made)
    assert "это не оценка по шкале: <bdi>«&lt;b&gt;7&lt;/b&gt;»</bdi>" in text
    assert "«звоните [ТЕЛЕФОН_1]»" in text
    assert f"«{('очень ' * 20)[:39].rstrip()}…»" in text
    assert PHONE not in text
    cells = [row[4].value for row in load_workbook(BytesIO(workbook(made)))["Не взято"].iter_rows(min_row=2)]
    assert cells[0] == "<b>7</b>"


def test_a_shared_report_shows_nothing_that_stood_there(tmp_path: Path, outside: Report) -> None:
    made = of_scores(tmp_path, outside, "к чему это", "сколько угодно")
    sent = shared(replace(made, masked=True))
    assert "к чему это" in page(made)
    assert "к чему это" not in page(sent)
    assert "Не взято" not in load_workbook(BytesIO(workbook(sent))).sheetnames

"""The report of a table that was coded outside Rechki."""

import re
from dataclasses import replace
from html import unescape
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


def of_waves(folder: Path, of: Report, counts: dict[str, tuple[int, int]], scores: str = "554") -> Report:
    """Codes with so many cards in wave 1 and in wave 2."""
    lines = ["card_id;code;score;wave;text"]
    for code, count in counts.items():
        for wave, cards in enumerate(count, start=1):
            lines += [f"{code}{wave}-{at};{code};{scores[at % len(scores)]};{wave};о {code}" for at in range(cards)]
    path = folder / "waves.csv"
    path.write_text("\n".join(lines), "utf-8")
    return report_of(read_coded(read_table(path), of.settings), of.settings)


def changed(of: Report) -> str:
    section = re.search(r'<section aria-labelledby="since">.*?</section>', page(of), re.DOTALL)
    return unescape(re.sub("<[^>]+>", "", section.group())).replace("\u00a0", " ") if section else ""


def test_new_and_vanished_codes_are_named_with_counts(tmp_path: Path, outside: Report) -> None:
    made = of_waves(tmp_path, outside, {"Остался": (30, 30), "Исчез": (25, 0), "Новый": (0, 20)})
    said = changed(made)
    assert "Волна 2 (50 респондентов) рядом с прежними (1; 55 респондентов)" in said
    assert "Исчезло: Исчез" in said
    assert "Раньше это назвали 25 из 55, теперь — никто из 50." in said
    assert "Новое: Новый" in said
    assert "Раньше этого не назвал никто из 55, теперь — 20." in said
    assert "о Новый" in said
    assert "Остался" not in said
    method = page(made)
    assert "Новый и исчезнувший код: как часто" in method
    assert "Смещение и сближение" not in method


def test_what_chance_explains_is_no_new_code(tmp_path: Path, outside: Report) -> None:
    said = changed(of_waves(tmp_path, outside, {"Остался": (30, 30), "Редкий": (3, 0), "Почти": (0, 2)}))
    assert "Новое" not in said
    assert "Исчезло" not in said
    assert "Сказать нельзя, слишком мало респондентов: Редкий, Почти." in said


def test_with_one_wave_and_in_a_shared_report_nothing_has_changed(tmp_path: Path, outside: Report) -> None:
    assert changed(of_waves(tmp_path, outside, {"Остался": (30, 0), "Исчез": (25, 0)})) == ""
    made = of_waves(tmp_path, outside, {"Остался": (30, 30), "Исчез": (25, 0)})
    assert changed(shared(replace(made, masked=True))) == ""


def test_a_wave_without_a_row_of_the_code_says_so(tmp_path: Path, outside: Report) -> None:
    made = of_waves(tmp_path, outside, {"Остался": (30, 30), "Исчез": (25, 0)})
    table = page(made).split('<section aria-labelledby="waves"')[1].split("</section>")[0]
    gone = next(row for row in table.split("<tr")[1:] if "Исчез" in row and "<bdi>2</bdi>" in row)
    assert "строк нет" in gone
    assert "нет оценок" not in gone
    assert "мало респондентов" not in gone
    lines = load_workbook(BytesIO(workbook(made)))["Волны"].iter_rows(values_only=True)
    heads = next(lines)
    (line,) = (
        of for row in lines if (of := dict(zip(heads, row, strict=True)))["Поток"] == "Исчез" and not of["Строк"]
    )
    assert (line["Состояние"], line["Оговорки"]) == ("строк нет", None)

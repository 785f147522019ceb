"""A report that may leave the team: nobody can be found in it, whatever is added and subtracted."""

import shutil
from dataclasses import fields, replace
from io import BytesIO
from itertools import chain
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sent_on import CODES, LEAST, ROWS, SCORES, WAVES, group, made, row

from models.agreement import Unit, agreement
from models.balance import CodedRow
from models.codebook import NO_ANSWER
from models.config import load_study
from models.errors import RechkiError
from models.quality import UNCHECKED
from models.store.database import Store
from models.waves import Part
from reports.data import Report, gather
from reports.page import page
from reports.share import shared
from reports.workbook import workbook
from reports.write import CHARTS, FILES, SHARED_FILES, write_report


def tables(report: Report) -> dict[str, pd.DataFrame]:
    return {"balance": report.balance, "nets": report.nets, "waves": report.waves, "fixed": report.fixed}


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_every_line_is_of_enough_respondents(rows: list[CodedRow]) -> None:
    report = shared(made(rows))
    for name, table in tables(report).items():
        few = table[(table.respondents < LEAST) & (table.respondents > 0)]
        assert few.empty, name
    names = {code.code_id: code.name for code in CODES}
    for line in report.balance.to_dict("records"):
        (code,) = [code for code in "abcd" if names[code] == line["code"]] or ["c"]
        for scored, printed in ((True, line["n"]), (False, line["rows"] - line["n"])):
            people = {r.respondent for r in rows if code in r.codes and (r.score is not None) == scored}
            assert printed == 0 or len(people) >= LEAST


SMALL = st.lists(st.tuples(st.sampled_from(SCORES), st.sampled_from(WAVES)), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None)
@given(ROWS, SMALL, SMALL, st.sampled_from(["row", "1/k"]), st.integers(0, 14))
def test_nothing_depends_on_what_is_not_shown(
    rows: list[CodedRow], one: list, other: list, weights: str, at: int
) -> None:
    """Who is in a small stream, with whatever scores and on which rows: the same report, to the last letter."""

    def hidden(small: list, *, carried: bool) -> Report:
        extra = [row("тайный", "h", score, wave, number) for number, (score, wave) in enumerate(small)]
        also = replace(rows[at], codes=rows[at].codes | {"h"}) if carried else rows[at]
        return shared(made([*rows[:at], also, *rows[at + 1 :], *extra], weights=weights))

    first, second = hidden(one, carried=True), hidden(other, carried=False)
    assert first.shared == second.shared
    for report in (second, shared(made(rows, weights=weights))):
        for name, table in tables(first).items():
            pd.testing.assert_frame_equal(table, tables(report)[name], check_exact=True)
        assert (first.respondents, first.codes, first.evidence) == (report.respondents, report.codes, report.evidence)
        assert first.verbatims == report.verbatims


def files_of(folder: Path) -> dict[str, Path]:
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def test_the_files_do_not_depend_on_it_either(tmp_path: Path) -> None:
    rows = [*group("a", range(6), 5), *group("b", range(6, 12), 2), *group("a", ("x", "y"), None)]
    reports = [
        shared(made([*rows, *group("h", ("u",), 0)])),
        shared(made([*rows[:-1], *group("h", ("u", "v"), 5, "1")])),
    ]
    for at, report in enumerate(reports):
        write_report(report, tmp_path / str(at))
    one, other = ({name: path.read_bytes() for name, path in files_of(tmp_path / at).items()} for at in ("0", "1"))
    assert one == other


def test_where_nothing_is_small_the_numbers_are_those_of_the_team() -> None:
    rows = [*group("a", range(6), 5, "1"), *group("b", range(6, 12), 2, "1"), *group("a", range(12, 20), 3, "2")]
    source = made(rows)
    report = shared(source)
    assert report.shared is not None
    assert (report.shared.streams, report.shared.nets, report.shared.waves) == (0, 0, 0)
    assert report.respondents == 20
    numbers = ["code", "rows", "n", "respondents", "e", "u", "d", "b", "state", "share", "size", "box"]
    pd.testing.assert_frame_equal(report.balance[numbers], source.balance[numbers])
    assert list(report.nets.respondents) == [20]
    assert set(report.waves.part) == {str(Part.WAVE)}
    assert list(report.waves.respondents) == [6, 8, 6, 0]


def test_words_are_examples_where_enough_people_scored_so() -> None:
    rows = [*group("a", range(8), 5), *group("a", range(8, 10), 1), *group("b", range(20, 30), 4), row(99, "ab", 5)]
    report = shared(made(rows))
    said = {code.name: report.verbatims.get(code.code_id, []) for code in report.codes}
    assert [of.score for of in said["Поток А"]] == [5] * (9 - LEAST)
    assert len(said["Поток Б"]) == 10 - LEAST
    texts = [of.text for of in chain(*said.values())]
    assert len(set(texts)) == len(texts)
    assert not [text for text in texts if "карта 99" in text], "words that stand in two streams tell who is in both"
    assert {(of.wave, of.phrase_id, of.behind) for of in chain(*said.values())} == {("", "", "")}


def test_the_same_reason_in_two_streams_is_given_in_neither() -> None:
    source = made([*group("a", range(8), 5), *group("b", range(20, 28), 5)])
    same = {code: [replace(said, why="одно и то же") for said in of] for code, of in source.verbatims.items()}
    assert {said.why for of in shared(replace(source, verbatims=same)).verbatims.values() for said in of} == {""}


def test_nothing_of_the_team_and_of_single_people_is_in_any_file(tmp_path: Path) -> None:
    people = {"olga@school.example": frozenset("a"), "Пётр": frozenset("b")}
    checked = replace(UNCHECKED, agreement=agreement([Unit(str(at), people) for at in range(9)]))
    rows = [*group("a", range(9), 5, "1"), *group("b", range(9, 18), 1, "1"), *group("c", range(18, 26), 4, "2")]
    rows += [*group("h", ["тайна"], 0), CodedRow("n", 1, "n", "", None, frozenset([NO_ANSWER]))]
    files = write_report(shared(replace(made(rows), quality=checked)), tmp_path / "out")
    assert set(files) == {*SHARED_FILES, CHARTS}
    book = load_workbook(files["report.xlsx"])
    cells = [
        str(place.value) for sheet in book for line in sheet.iter_rows() for place in line if place.value is not None
    ]
    texts = [path.read_text("utf-8") for path in files_of(tmp_path / "out").values() if path.suffix in TEXTS]
    everything = "\n".join([*texts, *cells, str(book.properties.title), str(book["Итог"].oddHeader.left.text)])
    for secret in (
        "Петров",
        "Анны",
        "olga",
        "Пётр",
        "Ольга",
        "тайна",
        "Тайный",
        "мнение команды",
        "человек 1",
        "ann/1",
    ):
        assert secret not in everything, secret
    for secret in ("id-", "точка", "Нет ответа</bdi>", "f" * 64, "card"):
        assert secret not in "\n".join(cells), secret
    assert "[ИМЯ_1]" in everything
    assert "кодировщики A и B" in everything
    assert "Не показано потоков: 1" in everything
    assert "меньше 3 респондентов" in everything
    assert {"Фразы 0-1", "Журнал кодов", "Поток и группа", "Не взято"}.isdisjoint(book.sheetnames)
    assert "карточек</dt>" not in texts[0]


def test_a_table_coded_outside_is_shared_without_its_file_and_lines(outside: Report) -> None:
    report = replace(outside, masked=True, settings=outside.settings.model_copy(update={"title": "x"}))
    text = page(shared(report))
    assert report.outside is not None
    assert report.outside.file not in text
    assert "в Речках эти коды никто не подтверждал" in text
    assert "строка 62" not in text
    book = load_workbook(BytesIO(workbook(shared(report))))
    assert {"Фразы"} <= set(book.sheetnames)
    assert "Строки" not in book.sheetnames


def test_unmasked_words_are_refused() -> None:
    with pytest.raises(ValueError, match="unmasked"):
        shared(replace(made([row(1, "a")]), masked=False))


@pytest.mark.parametrize("rows", [[], group("a", [1], 5), group("h", range(2), None)])
def test_a_report_in_which_everything_is_small_is_empty_and_renders(rows: list[CodedRow], tmp_path: Path) -> None:
    report = shared(made(rows))
    assert report.balance.empty
    assert report.respondents == 0
    assert set(write_report(report, tmp_path)) == set(SHARED_FILES)


def test_it_is_not_put_beside_what_stays_with_the_team(tmp_path: Path) -> None:
    report = made(group("a", range(9), 5))
    assert set(write_report(report, tmp_path)) == {*FILES, CHARTS}
    before = {name: path.read_bytes() for name, path in files_of(tmp_path).items()}
    with pytest.raises(RechkiError, match=r"the folder holds backlog\.csv, criteria\.csv, measures\.csv"):
        write_report(shared(report), tmp_path)
    assert {name: path.read_bytes() for name, path in files_of(tmp_path).items()} == before
    write_report(shared(report), tmp_path / "out")
    assert set(write_report(shared(report), tmp_path / "out")) == {*SHARED_FILES, CHARTS}, "a second time replaces it"
    (tmp_path / "out" / CHARTS / "mine.svg").touch()
    with pytest.raises(RechkiError, match=r"the folder holds charts/mine\.svg"):
        write_report(shared(report), tmp_path / "out")


def test_every_part_of_a_report_was_thought_of() -> None:
    """A new part is empty in what is shared until it is named in `shared`; name it here, too."""
    kept = {"title", "made_at", "balance", "nets", "waves", "fixed", "codes", "verbatims", "respondents", "awaiting"}
    kept |= {"disputed", "evidence", "settings", "scripted", "masked", "quality", "outside", "shared"}
    left_out = {"cards", "rows", "coded_rows", "unfinished", "confirmed", "dots", "coded", "events", "reasons"}
    left_out |= {"measured", "not_read", "not_whole", "alarms"}
    assert {part.name for part in fields(Report)} == kept | left_out
    report = shared(made([*group("a", range(9), 5), *group("b", range(9, 18), 5)]))
    assert not any(getattr(report, name) for name in left_out - {"measured"})
    assert report.measured.table.empty


TEXTS = {".html", ".csv", ".svg"}
STUDY = Path(__file__).resolve().parents[1] / "fixtures" / "study-0001"


def test_a_study_is_shared_without_opening_its_private_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(STUDY, tmp_path / "study")
    study = load_study(folder)
    store = Store.open(folder, study)
    owners = gather(store, study, folder)
    monkeypatch.setattr("models.store.private.sqlite3.connect", lambda *_, **__: pytest.fail("private.db was opened"))
    report = shared(gather(store, study, folder, masked=True))
    store.close()
    assert not owners.masked
    assert len(report.balance)
    assert set(report.balance.code) == set(owners.balance[owners.balance.respondents >= 5].code)
    write_report(report, tmp_path / "out")
    files = files_of(tmp_path / "out").values()
    everything = "\n".join(path.read_text("utf-8") for path in files if path.suffix in TEXTS)
    ids = {row.card_id for row in owners.coded} | set(owners.balance.code_id)
    assert not [name for name in ids if name in everything]

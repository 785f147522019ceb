"""A report that may leave the team: nobody can be found in it, whatever is added and subtracted."""

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from io import BytesIO
from itertools import chain, combinations, pairwise, permutations, product
from pathlib import Path
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from scipy.optimize import linprog

from models.agreement import Unit, agreement
from models.balance import CodedRow, fixed_counts, net_balance, served_balance
from models.codebook import FIXED, NO_ANSWER, Code, Event, EventKind, Target
from models.config import Study, default_settings, load_study
from models.errors import RechkiError
from models.quality import UNCHECKED
from models.sharing import Total, shareable_rows
from models.store.database import Store
from models.waves import Part, wave_balance
from reports.data import Report, Verbatim, gather
from reports.map import Dot
from reports.page import page
from reports.share import shared
from reports.workbook import workbook
from reports.write import CHARTS, FILES, SHARED_FILES, write_report

LEAST = 3
CODES = (
    Code("a", "Поток А", Target.YES, net="Первая"),
    Code("b", "Поток Б", net="Первая", note="мнение команды", definition="слова Ивана Петрова"),
    Code("c", "Рекомендация Ивана Петрова", net="Вторая"),
    Code("d", "Поток Г", net="Вторая"),
    Code("h", "Тайный поток"),
    *FIXED,
)
WAVES, SCORES = ("1", "2", ""), (None, 1, 3, 4, 5)


def made(rows: Sequence[CodedRow], least: int = LEAST, weights: str = "row") -> Report:
    """A report of some rows, with a text of its own for each row and code."""
    values = default_settings()
    values["balance"] |= {"draws": 200, "weights": weights}
    study = Study(study_id=UUID(int=1), title="Проверка", **{**values, "share": {"respondents": least}})
    verbatims: dict[str, list[Verbatim]] = {}
    for at, row in enumerate(rows):
        for code in sorted(row.codes):
            said = Verbatim(f"сказано {row.card_id} {at}", row.score, f"потому что {at}", row.wave, f"id-{at}", "ann/1")
            verbatims.setdefault(code, []).append(said)
    tables = {
        "balance": served_balance(rows, CODES, study.balance),
        "nets": net_balance(rows, CODES, study.balance),
        "waves": wave_balance(rows, CODES, study.balance),
        "fixed": fixed_counts(rows, CODES),
    }
    counts = dict.fromkeys(("cards", "rows", "coded_rows", "respondents", "confirmed"), len(rows))
    return Report(
        title="Отчёт Анны Сергеевны", made_at=datetime(2026, 5, 1, 12), codes=CODES, verbatims=verbatims, awaiting=2,
        unfinished=1, disputed=0, evidence="f" * 64, settings=study, scripted=False, masked=True,
        dots=(Dot(0, 0, "точка", "Поток А"),), coded=tuple(rows),
        events=(Event("e", "purpose", datetime(2026, 1, 1), "Ольга", EventKind.RETIRE, "h", {"why": "тайна"}, ""),),
        **tables, **counts,
    )  # fmt: skip


def row(who: object, codes: str, score: int | None = 4, wave: str = "", number: int = 1) -> CodedRow:
    return CodedRow(f"карта {who}", number, f"человек {who}", wave, score, frozenset(codes))


def group(codes: str, people: Iterable[object], score: int | None = 4, wave: str = "") -> list[CodedRow]:
    return [row(who, codes, score, wave) for who in people]


ROWS = st.lists(
    st.builds(
        row,
        st.integers(0, 30),
        st.sampled_from(["a", "a", "a", "b", "b", "ab", "c", "c", "d", "d", "cd", "ac"]),
        st.sampled_from(SCORES),
        st.sampled_from(WAVES),
    ),
    min_size=15,
    max_size=70,
)


GROUPS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "ab", "c", "d", "cd", "ac"]),
        st.integers(0, 40),
        st.integers(1, 5),
        st.sampled_from(SCORES),
        st.sampled_from(WAVES),
    ),
    min_size=2,
    max_size=10,
).map(lambda many: [r for codes, first, size, *more in many for r in group(codes, range(first, first + size), *more)])


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


Cell = tuple[frozenset[str], str, int | None]


class Attacker:
    """Knows every printed number, how the report is made, and linear programming."""

    def __init__(self, report: Report) -> None:
        self.names = {line.code: line.code_id for line in report.balance.itertuples()}
        ids = list(report.balance.code_id)
        patterns = chain.from_iterable(combinations(ids, size) for size in range(1, len(ids) + 1))
        self.cells: list[Cell] = list(product(map(frozenset, patterns), WAVES, SCORES))
        self.left: list[list[float]] = []
        self.right: list[float] = []
        for line in report.balance.to_dict("records"):
            self._learn(line, lambda cell, code=line["code_id"]: code in cell[0])
        for line in report.waves.to_dict("records"):
            self._learn(line, lambda cell, code=line["code_id"], wave=line["wave"]: code in cell[0] and cell[1] == wave)
        for line in report.nets.to_dict("records"):
            members = {self.names[name] for name in line["codes"].split("|")}
            self._learn(line, lambda cell, members=members: bool(members & cell[0]))

    def _learn(self, line: dict, held: Callable[[Cell], bool]) -> None:
        """Take the five counts of a line: its rows, and from E, U, D and n those of every score."""
        n = line["n"]
        e, u, d = (round(line[key] * n / 100) if n else 0 for key in "eud")
        for score, count in {5: e, 4: n - e - u, 3: u - d, 1: d, None: line["rows"] - n}.items():
            self.left.append([float(held(cell) and cell[2] == score) for cell in self.cells])
            self.right.append(count)

    def bounds(self, wanted: Callable[[Cell], bool]) -> tuple[float, float]:
        """How few and how many rows of some kind there can be."""
        goal = np.array([float(wanted(cell)) for cell in self.cells])
        ends = [linprog(sign * goal, A_eq=self.left, b_eq=self.right, method="highs") for sign in (1, -1)]
        assert ends[0].status == 0, "the truth itself satisfies what is printed"
        return ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.one_of(ROWS, GROUPS))
@example(  # the second stream is in one wave only, so what the two share is, and one row of the first is left there
    [
        *group("a", range(3), 5, "1"),
        *group("ab", range(3, 6), 5, "2"),
        *group("b", range(6, 9), 5, "2"),
        row(9, "a", 5, "2"),
    ]
)
def test_no_small_group_can_be_computed_from_what_is_printed(rows: list[CodedRow]) -> None:
    """A stream in a wave is printed large, or not within LEAST rows; nobody can tell whether any row is in two streams.

    What is in one stream and not in another is not told to a row.
    """
    report, kept = shared(made(rows)), shareable_rows(rows, LEAST)
    assume(len(report.balance) > 1)
    attacker = Attacker(report)
    carried = {code for each in kept for code in each.codes}
    ids = dict(
        zip([code.code_id for code in report.codes], [c.code_id for c in CODES if c.code_id in carried], strict=True)
    )
    for (one, code), wave in product(ids.items(), WAVES):
        people = {r.respondent for r in kept if code in r.codes and r.wave == wave}
        if 0 < len(people) < LEAST:
            low, high = attacker.bounds(lambda cell, one=one, wave=wave: one in cell[0] and cell[1] == wave)
            assert high - low >= LEAST
    for (one, code), (other, second) in permutations(ids.items(), 2):
        for waves in ({"1"}, {"2"}, {""}, set(WAVES)):
            of_code = [r for r in kept if code in r.codes and r.wave in waves]
            if 0 < len({r.respondent for r in of_code if second in r.codes}) < LEAST:
                low, high = attacker.bounds(lambda cell, both={one, other}, w=waves: both <= cell[0] and cell[1] in w)
                assert low == 0 < high
            if 0 < len({r.respondent for r in of_code if second not in r.codes}) < LEAST:
                low, high = attacker.bounds(
                    lambda cell, i=one, j=other, w=waves: i in cell[0] and j not in cell[0] and cell[1] in w
                )
                assert high - low >= 1


def test_the_attacker_finds_what_was_not_hidden() -> None:
    """The net of two streams of which one row is in both, printed by mistake, tells that one row."""
    rows = [*group("a", range(6), 5), *group("b", range(6, 12), 5), row(99, "ab", 5)]
    source = made(rows)
    unguarded = replace(shared(source), nets=source.nets)
    one, other = unguarded.balance.code_id
    assert Attacker(unguarded).bounds(lambda cell: {one, other} <= cell[0]) == (1, 1)
    assert Attacker(shared(source)).bounds(lambda cell: {one, other} <= cell[0]) == (0, 7)
    halves = made([*group("a", range(6), 5, "1"), *group("a", range(6, 8), 5, "2"), *group("b", range(9), 5, "1")])
    assert Attacker(shared(halves)).bounds(lambda cell: "stream-2" in cell[0] and cell[1] == "2") == (0, 8)
    guarded = shared(halves)
    told = replace(
        guarded, waves=halves.waves.assign(code_id=halves.waves.code_id.map({"a": "stream-2", "b": "stream-1"}))
    )
    told = replace(told, waves=told.waves[told.waves.part == Part.WAVE])
    assert Attacker(told).bounds(lambda cell: "stream-2" in cell[0] and cell[1] == "2") == (2, 2)


class Counter:
    """Knows every printed number of people, what a size means, and linear programming."""

    def __init__(self, report: Report) -> None:
        names = list(report.balance.code)
        sets = chain.from_iterable(combinations(names, size) for size in range(1, len(names) + 1))
        self.kinds = list(map(frozenset, sets))  # everybody is in some of the streams
        self.exact: list[tuple[list[float], float]] = []
        self.at_most: list[tuple[list[float], float]] = []
        for line in report.balance.itertuples():
            self._learn(report, line, frozenset([line.code]))
        for line in report.nets.itertuples():
            self._learn(report, line, frozenset(line.codes.split("|")))
        if report.respondents:
            self.exact.append(([1.0] * len(self.kinds), report.respondents))

    def _learn(self, report: Report, line: object, members: frozenset[str]) -> None:
        self.exact.append(([float(bool(members & kind)) for kind in self.kinds], line.respondents))
        bounds = dict(
            zip(("XS", "S", "M", "L", "XL"), pairwise([0, *report.settings.balance.size_bounds, 1e6]), strict=True)
        )
        if line.size:
            low, high = bounds[line.size]
            self.at_most.append(([low] * len(self.kinds), 100 * line.respondents))
            self.at_most.append(([-high] * len(self.kinds), -100 * line.respondents))

    def bounds(self, streams: Iterable[str]) -> tuple[float, float]:
        """How few and how many people too many some streams count: each once for every further stream it names."""
        goal = np.array([max(len(kind & set(streams)) - 1, 0) for kind in self.kinds], float)
        left, right = zip(*self.exact, strict=True)
        above, limits = zip(*self.at_most, strict=True) if self.at_most else (None, None)
        ends = [linprog(sign * goal, above, limits, left, right, method="highs") for sign in (1, -1)]
        assert [end.status for end in ends] == [0, 0], "the truth itself satisfies what is printed"
        return ends[0].fun, -ends[1].fun


@settings(max_examples=60, deadline=None)
@given(st.one_of(ROWS, GROUPS))
@example([*group("a", range(20), 5), *group("b", range(18, 40), 5), *group("c", range(30, 50), 4)])
@example([*group("a", range(20), 5), *group("b", range(19, 40), 5)])
def test_how_many_people_two_streams_of_a_hidden_net_share_stays_open(rows: list[CodedRow]) -> None:
    report = shared(made(rows))
    shown = {name for line in report.nets.itertuples() for name in line.codes.split("|")}
    counter = Counter(report) if len(report.balance) else None
    for pair in (("Поток А", "Поток Б"), ("Рекомендация [ИМЯ_1]", "Поток Г")):
        if counter and set(pair) <= set(report.balance.code) - shown:
            low, high = counter.bounds(pair)
            assert high - low >= LEAST - 1e-6
    told = report.shared
    assert told is not None
    assert (report.respondents > 0) == (told.total is Total.EXACT and len(report.balance) > 0)
    for table in (report.balance, report.nets):
        assert table["share"].notna().all() if told.total is Total.EXACT else table["share"].isna().all()
        assert (set(table["size"]) <= {""}) == (told.total is Total.NOTHING or table.empty)


def test_sizes_stay_as_far_as_a_hidden_net_cannot_be_computed_from_them(tmp_path: Path) -> None:
    """Two people are in both streams of a net; what else people name decides how much of sizes may be told."""
    both = [*group("a", range(22), 5), *group("b", range(20, 42), 5)]
    told = {
        Total.EXACT: [*both, *group("c", range(32, 52), 4)],  # ten more are counted twice: those two may be any
        Total.SIZES: [*both, *group("c", range(42, 62), 4)],  # nobody else: only the number of all must go
        Total.NOTHING: [*both, *group("c", range(42, 100), 4)],  # 22 are L, so 100 at least, of 102 at most
    }
    for total, rows in told.items():
        report = shared(made(rows))
        assert report.shared is not None
        assert (report.shared.nets, report.shared.total) == (1, total)
        low, high = Counter(report).bounds(["Поток А", "Поток Б"])
        assert high - low >= LEAST
        text = write_report(report, tmp_path / total)["index.html"].read_text("utf-8")
        assert ("Размеры от XS до XL показаны" in text) == (total is Total.SIZES)
        assert ('title="очень большой">XL</abbr>' in text) == (total is not Total.NOTHING)
        assert not re.search(r">\s*nan\b|\bnan\s*%", text)
    exact = Counter(replace(shared(made(told[Total.SIZES])), respondents=62))
    assert exact.bounds(["Поток А", "Поток Б"]) == pytest.approx((0, 2)), "printed by mistake it tells: two at most"


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

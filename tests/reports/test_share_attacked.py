"""What somebody can compute from a report that was sent on, who knows how it is made and linear programming."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain, combinations, pairwise, permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sent_on import CODES, GROUPS, LEAST, ROWS, SCORES, WAVES, group, made, row

from models.balance import CodedRow
from models.sharing import Total, shareable_rows
from models.waves import Part
from reports.data import Report
from reports.share import shared
from reports.write import write_report

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

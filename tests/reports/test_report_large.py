"""The report of a large study stays a page that people can open: what is not written is counted."""

import re
from dataclasses import replace

import pytest

import reports.map
import reports.page
from reports.data import Report, Verbatim
from reports.map import Dot, map_page, picture
from reports.page import page


@pytest.fixture
def much(report: Report) -> Report:
    """A report whose every code has a hundred phrases of score 2 and three of score 5."""
    said = [
        Verbatim(f"слово {score} {at}", score, "", "") for score, count in ((2, 100), (5, 3)) for at in range(count)
    ]
    return replace(report, verbatims=dict.fromkeys(report.verbatims, said))


def test_of_many_phrases_a_page_writes_some_and_counts_the_others(
    much: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = 2 * len(much.verbatims)
    monkeypatch.setattr(reports.page, "MOST_WRITTEN", 20 * lists)
    written = re.findall(r"слово (\d) \d+", page(much))
    each = {score: written.count(score) / len(much.verbatims) for score in "25"}
    assert each == {"2": 37, "5": 3}  # what short lists leave, long ones have
    assert "Не показано: 63\xa0фразы" in page(much)
    assert "ещё 25\xa0фраз" in page(much)


def test_a_page_that_holds_everything_leaves_nothing_out(much: Report) -> None:
    assert len(re.findall(r"слово \d \d+", page(much))) == 103 * len(much.verbatims)
    assert "Не показано" not in page(much)


def test_of_many_dots_some_are_drawn_the_same_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports.map, "_DRAWN", 30)
    dots = [Dot(at / 50 - 1, 0, f"фраза {at}", "много" if at % 4 else "") for at in range(100)]
    drawn, turned = picture(dots), picture(dots[::-1])
    assert len(drawn.dots) == 30
    assert {dot["text"] for dot in drawn.dots} == {dot["text"] for dot in turned.dots}
    assert (drawn.groups[0].size, drawn.loose.size, drawn.phrases) == (75, 25, 100)
    shown = map_page("Карта", dots)
    assert "30\xa0фраз из 100" in shown
    assert shown.count("<li>фраза") == 2 * drawn.listed == 30
    assert "ещё 60" in shown
    assert "наугад" not in map_page("Карта", dots[:30])

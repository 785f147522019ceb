"""The map of the phrases: whole, harmless, and the words under the pointer."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from models.config import Pages
from reports.data import Report
from reports.map import Dot, map_page, picture
from reports.page import page

DOTS = [
    *(Dot(-0.9 + at / 50, 0.9, f"дорого {at}", "Цена") for at in range(6)),
    *(Dot(0.5, -0.5 + at / 50, f"рядом с домом {at}", "Рядом") for at in range(4)),
    Dot(0, 0, '<script>alert(1)</script> "кавычки" & \x07', ""),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(map_page("Проба <b>", DOTS), "utf-8")
    return path.as_uri()


def test_groups_are_listed_from_the_largest_with_their_counts() -> None:
    drawn = picture(DOTS)
    assert [(group.name, group.size) for group in drawn.groups] == [("Цена", 6), ("Рядом", 4)]
    assert drawn.loose.size == 1
    assert len({group.colour for group in drawn.groups}) == 2


def test_the_same_words_are_one_dot_and_counted_as_often_as_they_were_said() -> None:
    drawn = picture([*DOTS, Dot(0.6, 0.6, "два шага", "Рядом", times=5)])
    near = drawn.groups[0]
    assert (near.name, near.size, len(near.said)) == ("Рядом", 9, 5)
    assert near.said[0] == ("два шага", 5)
    assert [dot["text"] for dot in drawn.dots if dot["text"].startswith("два")] == ["два шага ×5"]


def test_every_phrase_is_on_the_map_inside_its_frame() -> None:
    drawn = picture([Dot(x, y, f"{x} {y}", "а") for x in (-1, 0, 1) for y in (-1, 0, 1)])
    assert len(drawn.dots) == 9
    assert all(0 < float(str(dot["x"])) < drawn.width and 0 < float(str(dot["y"])) < drawn.height for dot in drawn.dots)


def test_names_at_the_edges_are_whole_and_do_not_lie_on_each_other(tab: Page) -> None:
    places = [(x, y / 5) for x in (-1, 0.99, 1) for y in range(-5, 6, 2)]
    dots = [Dot(x, y, f"{x} {y}", f"Ширина и щедрость группы {at}") for at, (x, y) in enumerate(places)]
    tab.set_content(map_page("Края", [dot for dot in dots for _ in range(3)]))
    frame, *boxes = tab.evaluate(
        """() => [document.querySelector('svg.map'), ...document.querySelectorAll('svg.map text')].map(
          of => of.getBoundingClientRect()).map(box => [box.left, box.top, box.right, box.bottom])"""
    )
    assert len(boxes) == 14
    assert all(left >= frame[0] and t >= frame[1] and r <= frame[2] and b <= frame[3] for left, t, r, b in boxes)
    for (l1, t1, r1, b1), (l2, t2, r2, b2) in itertools.combinations(boxes, 2):
        assert min(r1, r2) - max(l1, l2) <= 1 or min(b1, b2) - max(t1, t2) <= 2


def test_the_answers_of_a_group_can_be_read_without_a_pointer(address: str, tab: Page) -> None:
    tab.goto(address)
    group = tab.locator("details").first
    assert "6\u00a0ответов" in group.inner_text()
    group.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert "дорого 3" in group.inner_text()


def test_no_dot_no_map_and_no_crash() -> None:
    assert "<circle" not in map_page("Пусто", [])


def test_words_of_customers_do_nothing(address: str, tab: Page) -> None:
    troubles: list[str] = []
    asked: list[str] = []
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address)
    assert troubles == []
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert tab.locator("script, img, iframe").count() == 0
    assert tab.title() == "Проба <b> — карта фраз"


def test_the_pointer_shows_the_verbatim_and_its_group(address: str, tab: Page) -> None:
    tab.goto(address)
    dots = tab.locator("svg.map circle")
    assert dots.count() == len(DOTS)
    said = {re.sub(r"\s+", " ", title) for title in dots.locator("title").all_text_contents()}
    assert "дорого 3 — Цена" in said
    assert any("alert(1)" in title and "вне групп" in title for title in said)
    before = dots.nth(5).evaluate("dot => getComputedStyle(dot).r")
    dots.nth(5).hover(force=True)
    assert dots.nth(5).evaluate("dot => getComputedStyle(dot).r") != before


def test_the_report_shows_the_map_with_confirmed_codes(files: dict[str, Path], tab: Page) -> None:
    tab.goto(files["index.html"].as_uri())
    titles = tab.locator("svg.map circle title").all_text_contents()
    assert len(titles) == 3
    assert any(title.split() == ["дорого", "—", "Решить", "проблему,", "достичь", "цель"] for title in titles)
    assert any(title.split() == ["не", "знаю", "—", "ждёт", "решения"] for title in titles)
    assert tab.locator("nav a[href='#map']").count() == 1


def test_an_english_map_names_fixed_codes_in_english(report: Report) -> None:
    in_english = report.settings.model_copy(update={"report": Pages(language="en")})
    dots = (Dot(0, 0, "нет", "Нет ответа"), Dot(0.5, 0.5, "дорого", report.codes[0].name))
    html = page(replace(report, dots=dots, settings=in_english))
    assert "— No answer</title>" in html
    assert f"— {report.codes[0].name}</title>" in html

"""The map of the phrases: whole, harmless, and the words under the pointer."""

import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from reports.map import Dot, map_page, picture

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
    assert [(name, size) for name, size, _ in drawn.groups] == [("Цена", 6), ("Рядом", 4)]
    assert drawn.loose == 1
    assert len({colour for *_, colour in drawn.groups}) == 2


def test_every_phrase_is_on_the_map_inside_its_frame() -> None:
    drawn = picture([Dot(x, y, f"{x} {y}", "а") for x in (-1, 0, 1) for y in (-1, 0, 1)])
    assert len(drawn.dots) == 9
    assert all(0 < float(str(dot["x"])) < drawn.width and 0 < float(str(dot["y"])) < drawn.height for dot in drawn.dots)


def test_many_names_do_not_lie_on_each_other() -> None:
    drawn = picture([Dot(0, at / 1000, f"{at}", f"группа {at}") for at in range(12)])
    heights = sorted(float(str(label["y"])) for label in drawn.labels)
    assert all(after - before >= 13 for before, after in itertools.pairwise(heights))


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

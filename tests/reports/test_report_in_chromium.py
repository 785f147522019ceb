from pathlib import Path

import pytest
from playwright.sync_api import Page

from reports.data import Report
from reports.write import write_report


@pytest.fixture(scope="module")
def address(files: dict[str, Path]) -> str:
    return files["index.html"].as_uri()


def test_the_page_opens_offline_without_errors_or_requests(tab: Page, address: str, report: Report) -> None:
    troubles: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: troubles.append(message.text))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address)
    assert troubles == []
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert tab.title().startswith(report.title)
    assert tab.locator("script, img").count() == 0


@pytest.fixture(scope="module")
def outside_address(outside: Report, tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_report(outside, tmp_path_factory.mktemp("coded-outside"))["index.html"].as_uri()


@pytest.mark.parametrize("width", [320, 390, 700, 1000, 1280])
@pytest.mark.parametrize("page", ["address", "outside_address"])
def test_nothing_scrolls_sideways(tab: Page, request: pytest.FixtureRequest, page: str, width: int) -> None:
    address = request.getfixturevalue(page)
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(address)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    over = f"[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > {width} + .5)"
    assert tab.evaluate(f"{over}.map(e => e.tagName + ' ' + e.textContent.slice(0, 40))") == []


@pytest.mark.parametrize(("width", "shown"), [(390, "narrow"), (1280, "wide")])
def test_one_of_the_two_drawings_is_shown(tab: Page, address: str, width: int, shown: str) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(address)
    seen = [name for name in ("narrow", "wide") if tab.locator(f".{name}").first.is_visible()]
    assert seen == [shown]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_paper(tab: Page, address: str, scheme: str) -> None:
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    tab.goto(address)
    contrast = """() => {
      const light = css => { const [r, g, b] = css.match(/[\\d.]+/g).map(v => v / 255)
        .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
      const paper = light(getComputedStyle(document.body).backgroundColor);
      return [...document.querySelectorAll('h1, td, small, .soft, .why, a, .words, .source')].map(e => {
        const ink = light(getComputedStyle(e).color);
        return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05); }); }"""
    ratios = tab.evaluate(contrast)
    assert len(ratios) > 50
    assert min(ratios) >= 4.5


def test_folded_words_are_printed(tab: Page, address: str) -> None:
    tab.goto(address)
    folded = tab.locator("details:not([open]) .words").first
    assert not folded.is_visible()
    tab.emulate_media(media="print")
    assert folded.evaluate("e => e.checkVisibility({contentVisibilityAuto: true})")

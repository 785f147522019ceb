"""The page in a real browser: phone, laptop and paper, both languages, light and dark, with hostile words."""

import itertools
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from models.balance import CodedRow, net_balance, served_balance
from models.codebook import Code, Target
from models.coded import read_coded
from models.config import Pages, default_study
from models.forms.layout import read_table
from models.waves import wave_balance
from reports.data import Report, Verbatim
from reports.outside import report_of
from reports.page import MOST_PRINTED
from reports.write import write_report

PHONES, LAPTOP, PAPER = [(360, 740), (390, 844)], (1366, 768), (695, 1000)  # A4 less its margins, in pixels
NAMES = (
    "Щ" * 60,
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "\u202eналево и не вернуться\u202c",
    "Поток с названием ровно в шестьдесят знаков, как в задании!!",
    "https://example.com/" + "a" * 120,
)
WORDS = ("Щ" * 10_000, "=HYPERLINK(1)", "<script>document.title='взломано'</script>", "\u202eналево\u200f", "да")


@pytest.fixture(scope="module")
def hostile(report: Report) -> Report:
    """Seventeen streams, some of them in three waves, whose names and words try to break the page."""
    names = (*NAMES, *(f"Поток {at} с длинным названием, которое не кончается" for at in range(11)))
    codes = [
        Code(f"c{at}", name, list(Target)[at % 3], net=NAMES[at % 4], definition=WORDS[at % 5][:400])
        for at, name in enumerate(names)
    ]
    rows = []
    for at, code in enumerate(codes):
        for k in range(3 + at):
            card, score = f"{code.code_id}-{k}", (5, 3, 2, 4, 3)[(at + k) % 5]
            wave = f"волна {k % 3}" if at < 6 else ""
            rows.append(CodedRow(card, 1, card, wave, score, frozenset([code.code_id])))
    settings = report.settings.balance.model_copy(update={"draws": 200})
    return replace(
        report,
        balance=served_balance(rows, codes, settings),
        nets=net_balance(rows, codes, settings),
        waves=wave_balance(rows, codes, settings),
        codes=(*codes, *report.codes),
        verbatims={
            code.code_id: [Verbatim(word, 3, word, "волна 1") for word in WORDS * (4 if at < 2 else 1)]
            for at, code in enumerate(codes)
        },
        coded=tuple(rows),
    )


@pytest.fixture(scope="module")
def addresses(
    report: Report, outside: Report, hostile: Report, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The pages by name."""

    def english(of: Report) -> Report:
        return replace(of, settings=of.settings.model_copy(update={"report": Pages(language="en")}))

    of = {"plain": report, "outside": outside, "hostile": hostile, "english": english(hostile)}
    return {name: write_report(of[name], tmp_path_factory.mktemp(name))["index.html"].as_uri() for name in of}


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, addresses: dict[str, str]) -> Opened:
    """Opens a page offline, scrolls over all of it, and fails on any error or request."""

    def open_page(name: str, size: tuple[int, int] = LAPTOP, scheme: str = "light", script: bool = True) -> Page:
        width, height = size
        context = browser.new_context(
            offline=True,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        tab = context.new_page()
        troubles: list[str] = []
        tab.on("console", lambda message: troubles.append(message.text))
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("request", lambda request: troubles.append(request.url))
        tab.goto(addresses.get(name, name))
        if script:
            _see_everything(tab)
        assert [said for said in troubles if said != addresses.get(name, name) and not said.startswith("data:")] == []
        return tab

    return open_page


_ALL_LIVE = """[...document.querySelectorAll('.chart')].every(
  chart => !chart.getClientRects().length || chart.dataset.live === 'yes')"""


def _see_everything(tab: Page) -> None:
    """Scroll to every chart and wait until it is live."""
    for chart in tab.locator(".chart").all():
        if chart.is_visible():
            chart.scroll_into_view_if_needed()
    for _ in range(200):
        if tab.evaluate(_ALL_LIVE):
            break
        tab.wait_for_timeout(50)
    assert tab.evaluate(_ALL_LIVE), "a chart stayed a picture"
    tab.evaluate("window.scrollTo(0, 0)")


def overlapping(tab: Page) -> list[str]:
    """Labels of one chart that lie on each other by more than a pixel; halos of labels are no labels."""
    return tab.evaluate(
        """() => [...document.querySelectorAll('.chart svg')].filter(s => s.checkVisibility()).flatMap(svg => {
          const all = [...svg.querySelectorAll('text')].filter(t => t.textContent && !t.getAttribute('stroke'));
          const boxes = all.map(t => [t.textContent, t.getBoundingClientRect()]);
          return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([b, q]) =>
            Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1 &&
            Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 1).map(([b, q]) => a + ' / ' + b)); })"""
    )


def beyond(tab: Page, width: int) -> list[str]:
    """What of the page stands to the right of its edge."""
    found: list[str] = tab.evaluate(
        f"""() => [...document.querySelectorAll('header *, main *')].filter(e => e.checkVisibility()
          && e.getBoundingClientRect().right > {width} + .5 && !e.closest('svg'))
          .map(e => e.tagName + ' ' + e.className + ' ' + e.textContent.slice(0, 40))"""
    )
    return found


SIZES = [*PHONES, (320, 640), (700, 900), (1000, 900), LAPTOP]
SHOWN = [
    *((name, size, "light") for name in ("plain", "outside", "hostile", "english") for size in SIZES),
    *(("english", size, "dark") for size in (PHONES[1], LAPTOP)),
]


@pytest.mark.parametrize(("name", "size", "scheme"), SHOWN)
def test_nothing_scrolls_sideways_and_no_label_lies_on_another(
    opened: Opened, name: str, size: tuple[int, int], scheme: str
) -> None:
    tab = opened(name, size, scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert beyond(tab, size[0]) == []
    assert overlapping(tab) == []
    tab.context.close()


@pytest.mark.parametrize("size", [PHONES[1], LAPTOP])
def test_no_name_leaves_its_chart_and_a_cut_one_is_whole_under_the_pointer(
    opened: Opened, size: tuple[int, int]
) -> None:
    tab = opened("hostile", size)
    live = tab.locator(".figure-bars:visible .live").first
    sticking = live.evaluate(
        """chart => { const edge = chart.querySelector('svg').getBoundingClientRect();
          return [...chart.querySelectorAll("text[font-weight='600']")].filter(name => {
            const box = name.getBoundingClientRect();
            return box.left < edge.left - .5 || box.right > edge.right + .5; })
            .map(name => name.textContent); }"""
    )
    assert sticking == []
    cut = live.locator("text[font-weight='600']").filter(has_text="ЩЩЩ").first
    assert (cut.text_content() or "").endswith("…")
    cut.hover(force=True)
    told = tab.locator("#vg-tooltip-element.visible")
    told.wait_for()
    assert NAMES[0] in told.inner_text()
    tab.context.close()


def test_the_measures_see_what_is_wrong(tab: Page) -> None:
    words = "<svg><text y='20'>one</text><text y='24'>two</text><text y='60'>three</text></svg>"
    tab.set_content(f"<main><p style='width: 3000px'>wide</p><div class='chart'>{words}</div></main>")
    assert overlapping(tab) == ["one / two"]
    assert [found.split()[0] for found in beyond(tab, LAPTOP[0])] == ["P"]


@pytest.mark.parametrize("name", ["plain", "outside", "hostile", "english"])
def test_on_paper_pictures_stand_still_and_what_is_folded_is_open(opened: Opened, name: str) -> None:
    tab = opened(name, PAPER)
    tab.emulate_media(media="print")
    assert tab.evaluate("document.documentElement.scrollWidth") <= PAPER[0]
    assert overlapping(tab) == []
    assert tab.locator(".chart > svg:visible").count() > 0
    assert tab.locator(".live:visible").count() == 0
    hidden = tab.evaluate(
        """() => [...document.querySelectorAll('details:not([open]) p')]
          .filter(e => !e.closest('.on-screen, .more') && !e.checkVisibility({contentVisibilityAuto: true}))
          .map(e => e.textContent)"""
    )
    assert hidden == []
    assert tab.locator("nav:visible, .on-screen:visible").count() == 0
    tab.context.close()


def test_paper_has_the_first_phrases_of_each_score_and_says_how_many_there_are(opened: Opened) -> None:
    tab = opened("hostile", PAPER)
    assert tab.locator(".on-paper:visible").count() == 0
    tab.emulate_media(media="print")
    lists = tab.locator("section[aria-labelledby='words'] details[open] .scored").all()
    shown = [of.locator("li:visible").count() for of in lists]
    assert (min(shown), max(shown)) == (MOST_PRINTED, MOST_PRINTED)
    assert re.search(rf"^Оценка 3\n5\u00a0фраз, здесь {MOST_PRINTED}", lists[0].locator("h4").inner_text())
    tab.context.close()


@pytest.mark.parametrize("name", ["plain", "outside", "hostile", "english"])
def test_paper_has_the_scored_rows_and_both_strategies_of_a_stream_whose_target_is_open(
    opened: Opened, name: str
) -> None:
    tab = opened(name, PAPER)
    on_screen = tab.locator("section[aria-labelledby='table'] td:last-child").all_inner_texts()
    tab.emulate_media(media="print")
    for table in tab.locator(".balance:has(.fitted) table").all():
        assert table.locator("thead th:visible").count() == 12
        assert table.evaluate(_CRAMPED) == []
    assert tab.locator("section[aria-labelledby='table'] td:last-child").all_inner_texts() == on_screen
    tab.context.close()


# Cells of a table whose words run over their edge, and heads that are broken where no hyphen stands.
_CRAMPED = """table => [...table.querySelectorAll('th, td')].filter(cell => {
  const words = document.createRange(); words.selectNodeContents(cell);
  const edge = cell.getBoundingClientRect(), box = words.getBoundingClientRect();
  const tall = cell.tagName === 'TH' && !cell.scope.startsWith('row') && box.height > 48;
  return box.right > edge.right + .5 || box.left < edge.left - .5 || tall; }).map(cell => cell.textContent.trim())"""


def test_the_example_on_paper_is_short(opened: Opened, example_address: str) -> None:
    tab = opened(example_address, PAPER)
    assert 5 < len(re.findall(rb"/Type /Page\b", tab.pdf(prefer_css_page_size=True))) < 20
    tab.context.close()


@pytest.mark.parametrize(("wanted", "moves"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_the_page_glides_only_for_those_who_did_not_ask_for_less_motion(
    tab: Page, addresses: dict[str, str], wanted: str, moves: str
) -> None:
    tab.emulate_media(reduced_motion=wanted)  # type: ignore[arg-type]
    tab.goto(addresses["plain"])
    assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == moves


def test_without_a_script_the_pictures_stand_there(opened: Opened) -> None:
    tab = opened("plain", script=False)
    assert tab.locator(".chart.wide > svg").first.is_visible()
    assert tab.locator(".live").count() == 0
    tab.context.close()


def test_words_of_customers_do_nothing(opened: Opened, report: Report) -> None:
    tab = opened("hostile")
    assert tab.title().startswith(report.title)
    assert tab.locator("img, iframe").count() == 0
    assert tab.locator("script:not([type])").count() == 1
    tab.context.close()


def test_no_other_script_may_run(opened: Opened) -> None:
    tab = opened("plain")
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    done = tab.evaluate(
        """() => { const added = document.createElement('script'); added.textContent = 'window.broken = 1';
          document.body.append(added); let evaluated = 1;
          try { evaluated = (0, eval)('2'); } catch { evaluated = 0; } return [window.broken ?? 0, evaluated]; }"""
    )
    assert done[0] == 0
    assert any("Content Security Policy" in text for text in said)
    tab.context.close()


def test_a_mark_tells_its_stream_and_a_choice_fades_the_others(opened: Opened) -> None:
    tab = opened("plain")
    live = tab.locator(".figure-map.wide .live")
    live.scroll_into_view_if_needed()
    marks = live.locator("path[stroke-width='2']")
    marks.first.hover(force=True)
    told = tab.locator("#vg-tooltip-element.visible")
    told.wait_for()
    assert "Решить проблему, достичь цель" in told.inner_text()
    menu = live.locator("select")
    menu.focus()
    assert tab.evaluate("document.activeElement.tagName") == "SELECT"
    menu.select_option("over")
    tab.wait_for_timeout(200)
    faint = [float(marks.nth(at).get_attribute("opacity") or 1) < 0.5 for at in range(marks.count())]
    assert True in faint
    assert "=HYPERLINK(1)" in (live.text_content() or "")
    tab.context.close()


def test_a_live_chart_keeps_its_words(opened: Opened) -> None:
    tab = opened("plain")
    for drawn in tab.locator(".live svg:visible").all():
        assert drawn.get_attribute("role") == "img"
        told = tab.locator(f"[id='{drawn.get_attribute('aria-describedby')}']")
        assert (told.text_content() or "").strip()
    tab.context.close()


@pytest.mark.parametrize(("width", "shown"), [(390, "narrow"), (1280, "wide")])
def test_one_of_the_two_drawings_is_shown(opened: Opened, width: int, shown: str) -> None:
    tab = opened("plain", (width, 900))
    seen = [name for name in ("narrow", "wide") if tab.locator(f".chart.{name}").first.is_visible()]
    assert seen == [shown]
    tab.context.close()


_ZONES = """chart => { const edge = chart.getBoundingClientRect();
  return [...chart.querySelectorAll('svg text')].map(text => [text.textContent, text.getBoundingClientRect()])
    .filter(([name, box]) => ZONES.includes(name) && box.width)
    .map(([name, box]) => [name, box.left - edge.left, box.right - edge.left])
    .concat([['', edge.width, edge.width]]); }"""


@pytest.mark.parametrize("width", [360, 390, 1280])
@pytest.mark.parametrize(
    ("name", "zones"),
    [
        ("plain", ["недообслужен", "хорошо обслужен", "переобслужен"]),
        ("english", ["underserved", "well served", "overserved"]),
    ],
)
@pytest.mark.parametrize("figure", ["figure-map", "figure-bars"])
def test_every_zone_of_the_balance_has_its_name(
    opened: Opened, width: int, name: str, zones: list[str], figure: str
) -> None:
    tab = opened(name, (width, 900))
    chart = tab.locator(f".chart.{figure}:visible").first
    found = chart.evaluate(_ZONES.replace("ZONES", str(zones)))
    assert [said for said, _, _ in found] == [*zones, ""]
    assert found[0][1] >= 0
    assert all(right <= left for (_, _, right), (_, left, _) in itertools.pairwise(found)), "one beside the other"
    tab.context.close()


@pytest.mark.parametrize(("width", "shown"), [(390, False), (1280, True)])
def test_a_narrow_page_leaves_out_of_the_waves_what_says_nothing_or_stands_above(
    opened: Opened, width: int, shown: bool
) -> None:
    tab = opened("hostile", (width, 900))
    waves = tab.locator("section[aria-labelledby='waves']")
    changes = waves.locator("td.whole:visible").all_inner_texts()
    assert ("все волны" in waves.inner_text()) == ("—" in changes) == shown
    assert any("нельзя сказать" in change for change in changes)
    tab.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["plain", "english"])
def test_words_stand_out_from_the_paper(opened: Opened, name: str, scheme: str) -> None:
    tab = opened(name, LAPTOP, scheme)
    contrast = """() => {
      const light = css => { const [r, g, b] = css.match(/[\\d.]+/g).map(v => v / 255)
        .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
      const paper = light(getComputedStyle(document.body).backgroundColor);
      const words = [...document.querySelectorAll('h1, td, p, li, select, time, small, .soft, a')];
      return words.filter(e => !e.closest('.banner, .masked')).map(e => {
        const ink = light(getComputedStyle(e).color);
        return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05); }); }"""
    ratios = tab.evaluate(contrast)
    assert len(ratios) > 50
    assert min(ratios) >= 4.5
    tab.context.close()


def test_everything_that_can_be_done_can_be_done_with_the_keyboard(opened: Opened) -> None:
    tab = opened("plain")
    wanted = tab.locator("a[href]:visible, summary:visible, select:visible").count()
    tab.keyboard.press("Tab")
    seen = 0
    while tab.evaluate("document.activeElement !== document.body") and seen <= wanted:
        seen += 1
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        tab.keyboard.press("Tab")
    assert seen >= wanted
    tab.context.close()


@pytest.fixture(scope="module")
def example_address(example: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of the example's table, or the page that RECHKI_REPORT names, such as the demo's."""
    if page := os.environ.get("RECHKI_REPORT"):
        return Path(page).resolve().as_uri()
    settings = default_study("Пример: цели обращения")
    table = read_table(example / "gsr_coded.csv")
    found = report_of(read_coded(table, settings), settings)
    return write_report(found, tmp_path_factory.mktemp("example"))["index.html"].as_uri()


PICTURES = [
    ("report", (1280, 900), 1.7),
    ("report-phone", PHONES[1], 2.6),
    ("report-laptop", LAPTOP, 2.7),
    ("report-print", PAPER, 2.3),
]


@pytest.mark.parametrize(("name", "size", "tall"), PICTURES)
def test_the_example_is_worth_a_picture(
    opened: Opened, example_address: str, tmp_path: Path, name: str, size: tuple[int, int], tall: float
) -> None:
    """Keeps the pictures for the documentation when RECHKI_PICTURES names a folder; `tall` is in heights of the screen.

    `make pictures` does, of the demo's report.
    """
    tab = opened(example_address, size)
    if name == "report-print":
        tab.emulate_media(media="print")
    picture = Path(os.environ.get("RECHKI_PICTURES", tmp_path)) / f"{name}.png"
    clip = {"x": 0, "y": 0, "width": size[0], "height": round(tall * size[1])}
    tab.screenshot(path=picture, full_page=True, clip=clip)  # type: ignore[arg-type]
    assert 20_000 < picture.stat().st_size < 400_000
    assert re.search("12\u00a0потоков", tab.locator(".answer").inner_text())
    tab.context.close()

import itertools
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from models.config import Balance
from reports.data import Report
from reports.figures import interval, moment, number, points, probability
from reports.language import RUSSIAN
from reports.page import page

VOID = {"meta", "link", "br", "col", "img", "input", "hr"}
HOSTILE = '<script>document.title="взломано"</script>'


class Page(HTMLParser):
    """Checks that every element is closed, and keeps tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words += data

    def named(self, *tags: str) -> Iterator[dict[str, str | None]]:
        return (attrs for tag, attrs in self.tags if tag in tags)


@pytest.fixture(scope="module")
def shown(report: Report) -> Page:
    return Page(page(report))


def test_the_page_parses_and_every_element_is_closed(shown: Page) -> None:
    assert shown.open == []
    assert shown.tags[0] == ("html", {"lang": "ru"})
    ids = [attrs["id"] for _, attrs in shown.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_hostile_verbatims_are_shown_as_text(shown: Page) -> None:
    assert not list(shown.named("img", "b"))
    assert {attrs.get("type") for attrs in shown.named("script")} == {"application/json", None}
    assert len([attrs for attrs in shown.named("script") if not attrs]) == 1
    assert HOSTILE in shown.words
    assert "Щ" * 5000 in shown.words
    assert "да 🎉" in shown.words
    assert "звон" in shown.words
    assert "\x07" not in shown.words


def test_nothing_on_the_page_comes_from_elsewhere(shown: Page) -> None:
    sources = [attrs[key] or "" for _, attrs in shown.tags for key in ("src", "href", "xlink:href") if key in attrs]
    assert sources
    assert all(source.startswith(("#", "data:", "charts/")) for source in sources)


def test_links_lead_to_places_on_the_page(shown: Page) -> None:
    ids = {attrs.get("id") for _, attrs in shown.tags}
    links = {attrs["href"] or "#" for attrs in shown.named("a")}
    assert {link[1:] for link in links if link.startswith("#")} <= ids
    assert {"charts/map.svg", "charts/map.png", "charts/bars-1.svg"} <= links


def test_table_headers_have_a_scope_and_headings_do_not_skip_a_level(shown: Page) -> None:
    assert {attrs.get("scope") for attrs in shown.named("th")} == {"col", "row"}
    levels = [int(tag[1]) for tag, _ in shown.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_numbers_of_the_table_are_on_the_page(shown: Page, report: Report) -> None:
    solve = report.balance.set_index("code_id").loc["solve"]
    assert solve["box"] in shown.words
    for figure in (points(solve.b), number(solve.u), interval(solve.b_low, solve.b_high)):
        assert figure in shown.words
    assert report.evidence in shown.words
    assert "сильно недообслужен" in shown.words
    assert "оберегать, поощрять и растить или модифицировать стратегию, искать иные возможности" in shown.words
    assert "нет оценок" in shown.words


def test_what_awaits_is_said_and_kept_out_of_the_numbers(shown: Page) -> None:
    assert "ждут решения: 3\u00a0фразы" in shown.words
    assert "ещё 1\u00a0фраза придёт снова" in shown.words
    assert "не посчитано ни одно число" in shown.words


def test_an_unsure_state_says_so_and_a_sure_one_does_not(report: Report) -> None:
    one = report.balance[report.balance.code_id == "loyal"]
    rest = {
        "fixed": report.fixed.iloc[:0],
        "nets": report.nets.iloc[:0],
        "waves": report.waves.iloc[:0],
        "verbatims": {},
    }
    shown = (("yes", "over"), ("no", ""), ("no", "under"))
    sure, unsure, somehow = (page(replace(report, balance=one.assign(certain=c, side=s), **rest)) for c, s in shown)
    assert unsure.count("нельзя сказать уверенно") > sure.count("нельзя сказать уверенно")
    assert "<small>нельзя сказать уверенно</small>" not in sure
    assert "<small>насколько — нельзя сказать</small>" in somehow
    assert "Где мало оценок, чтобы сказать уверенно" in unsure
    for said in ("<small>нельзя сказать уверенно</small>", "Где мало оценок, чтобы сказать уверенно"):
        assert said not in somehow


def test_banners_stand_only_when_they_are_true(report: Report, shown: Page) -> None:
    scripted, masked = "Разбор сделал сценарий, а не человек: это показ работы программы", "Тексты показаны с масками"
    assert scripted not in shown.words
    assert masked not in shown.words
    marked = Page(page(replace(report, scripted=True, masked=True))).words
    assert scripted in marked
    assert masked in marked


@pytest.mark.parametrize(("weights", "told"), [("row", 0), ("1/k", 1)])
def test_that_the_box_score_has_no_weights_is_told_where_there_are_any(report: Report, weights: str, told: int) -> None:
    balance = report.settings.balance.model_copy(update={"weights": weights})
    text = page(replace(report, settings=report.settings.model_copy(update={"balance": balance})))
    assert text.count("Веса 1/k на эту запись не действуют") == told


def test_the_cuts_and_weights_of_the_settings_are_told(report: Report) -> None:
    other = Balance(over=61, under=-13, weights="1/k", size_bounds=(1, 2, 3, 37))
    told = Page(page(replace(report, settings=report.settings.model_copy(update={"balance": other})))).words
    for fact in ("B ≥ +61", "B ≤ −13", "1/k: каждый респондент весит 1", "L до 37\u00a0%", "наше правило"):
        assert fact in told


def test_phrases_stand_under_their_score_from_low_to_high(shown: Page) -> None:
    solve = shown.words.index("Подтверждённые фразы каждого потока")
    order = [
        shown.words.index(text, solve) for text in ("Оценка 1", HOSTILE, "Оценка 3", "Щ" * 50, "Оценка 5", "да 🎉")
    ]
    assert order == sorted(order)


def test_the_same_report_gives_the_same_page(report: Report) -> None:
    assert page(report) == page(report)


def test_a_report_that_hides_sizes_has_a_page_without_a_map(report: Report) -> None:
    hidden = replace(report, balance=report.balance.assign(size="", share=float("nan")))
    shown = Page(page(hidden))
    assert shown.open == []
    assert "Карта потоков" not in shown.words
    assert "nan" not in shown.words.lower()


def test_a_study_without_confirmed_streams_has_a_page(empty: Report) -> None:
    shown = Page(page(empty))
    assert "Подтверждённых потоков пока нет" in shown.words
    assert shown.open == []
    assert not list(shown.named("svg"))


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 фраза"), (3, "3 фразы"), (11, "11 фраз"), (22, "22 фразы"), (0, "0 фраз")]
)
def test_counts_take_the_right_form(count: int, words: str) -> None:
    assert RUSSIAN.counted(count, "фраза|фразы|фраз") == words.replace(" ", "\u00a0")


def test_figures_read_as_russian(report: Report) -> None:
    assert [points(value) for value in (-25.0, 16.666, -0.01, float("nan"))] == ["−25,0", "+16,7", "0,0", "—"]
    assert [probability(share) for share in (0.0, 0.5, 1.0)] == ["<\u00a01\u00a0%", "50\u00a0%", ">\u00a099\u00a0%"]
    assert moment(report.made_at) == "15\u00a0апреля 2026\u00a0г., 09:05\u00a0UTC"

"""Both languages say everything, and what customers said stays as it is."""

import ast
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import reports
from models.config import Pages, Study, default_settings, load_settings
from reports.answer import answer
from reports.data import Report
from reports.language import RUSSIAN, language, language_of
from reports.page import page
from reports.sheets.sheet import MOMENT

FOLDER = Path(reports.__file__).parent
RUSSIAN_LETTER = re.compile("[А-Яа-яЁё]")
# What writes Russian numbers and dates, and pages that no study's language reaches.
NOT_SAID = {"figures.py", "map.py", "letters.py"}
RUSSIAN_TEMPLATES = {"map.html.j2"}  # the page of `rechki cluster`, which knows no study and its language
QUOTES = {
    "«{name}»",
    "» / «",
    "{which} — {name}: {served}.",
    "{which} — {name} ({size}): {served}.",
    MOMENT,
}  # no Russian letter in them
OF_SETTINGS = {*default_settings()["scale"].values(), "Нет ответа", "Не по теме", "Другое", "Неразборчиво"}


def texts_of_python(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {str(node.value) for node in strings if id(node) not in docs and RUSSIAN_LETTER.search(str(node.value))}


def texts_of_templates() -> set[str]:
    found = set()
    for path in (FOLDER / "templates").rglob("*.j2"):
        if str(path.relative_to(FOLDER / "templates")) not in RUSSIAN_TEMPLATES:
            tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
            bare = [text.data for text in tree.find_all(nodes.TemplateData) if RUSSIAN_LETTER.search(text.data)]
            assert not bare, f"{path.name}: say it with t(…)"
            found |= {str(text.value) for text in tree.find_all(nodes.Const) if isinstance(text.value, str)}
    return {text for text in found if RUSSIAN_LETTER.search(text)}


def test_every_text_has_its_english_and_every_english_its_text() -> None:
    said = texts_of_templates() | OF_SETTINGS | QUOTES
    for path in FOLDER.rglob("*.py"):
        if path.name not in NOT_SAID:
            said |= texts_of_python(path)
    catalogue = language("en").catalogue
    assert said - set(catalogue) == set()
    assert set(catalogue) - said == set()


def test_a_translation_has_the_same_places_and_no_russian() -> None:
    for text, english in language("en").catalogue.items():
        places = [set(re.findall(r"{(\w+)}", said)) for said in (text, english)]
        assert places[0] == places[1], text
        assert not RUSSIAN_LETTER.search(english.replace("[ИМЯ_1]", "")), english
        assert english.count("|") == (1 if text.count("|") == 2 else text.count("|")), text


@pytest.fixture(scope="module")
def english(report: Report) -> Report:
    return replace(report, settings=report.settings.model_copy(update={"report": Pages(language="en")}))


class Words(HTMLParser):
    """The text of a page outside of what people wrote: names, verbatims, labels of drawings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.deep = 0
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        theirs = {("class", "words"), ("class", "why")} & set(attrs)
        if self.deep or tag in {"bdi", "svg", "style", "script", "h1", "title"} or theirs:
            self.deep += tag not in {"meta", "link", "br", "col"}
        self.said += [value or "" for name, value in attrs if name in {"aria-label", "data-label"} and not self.deep]

    def handle_endtag(self, tag: str) -> None:
        self.deep -= bool(self.deep)

    def handle_data(self, data: str) -> None:
        if not self.deep:
            self.said.append(data)


def test_an_english_page_says_nothing_in_russian(english: Report) -> None:
    text = page(english)
    assert text.startswith('<!doctype html>\n<html lang="en">')
    names = {code.name for code in english.codes} | {code.net for code in english.codes} | {"слит в марте"}
    said = " ".join(Words(text).said)
    for name in sorted(names, key=len, reverse=True):
        said = said.replace(name, "")
    assert re.findall(r"\S*[А-Яа-яЁё]\S*", said) == []
    for words in ("very underserved", "protect, encourage and grow", "cannot be told with certainty", "How to trace"):
        assert words in text


def test_names_and_verbatims_stay_as_they_are(english: Report, report: Report) -> None:
    for text in (page(english), page(report)):
        assert "Решить проблему, достичь цель" in text
        assert "да 🎉" in text


def test_the_english_answer_is_whole(english: Report) -> None:
    said = answer(english)
    assert said[0] == "Counted: 21\u00a0rows (18 with a score) from 21\u00a0respondents, in 5\u00a0streams."
    assert all(sentence.endswith(".") for sentence in said)


def test_figures_read_as_english_and_as_russian() -> None:
    english = language("en")
    assert [t.percent(12.5, 1) for t in (RUSSIAN, english)] == ["12,5\u00a0%", "12.5%"]
    assert [t.points(-3.25) for t in (RUSSIAN, english)] == ["−3,2", "−3.2"]
    assert [t.counted(2, "фраза|фразы|фраз") for t in (RUSSIAN, english)] == ["2\u00a0фразы", "2\u00a0phrases"]
    assert [t.amount(-1234567.8) for t in (RUSSIAN, english)] == ["−1\u00a0234\u00a0568", "−1,234,568"]
    assert english.counted(1, "фраза|фразы|фраз") == "1\u00a0phrase"


def test_values_are_never_read_as_places_or_markup() -> None:
    hostile = "{0.__class__} <b>{name}</b>"
    assert RUSSIAN("«{name}»", name=hostile) == f"«{hostile}»"
    assert RUSSIAN.html("<i>{name}</i>", name=hostile) == "<i>{0.__class__} &lt;b&gt;{name}&lt;/b&gt;</i>"


def test_a_table_coded_by_hand_is_reported_in_english_by_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "english.yaml"
    path.write_text("report: {language: en}\n", "utf-8")
    assert language_of(load_settings(path, "x")).code == "en"


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language"):
        Study.model_validate({**default_settings(), "study_id": "0" * 32, "title": "x", "report": {"language": "de"}})

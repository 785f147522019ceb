"""The labeling configs, and the words around the tasks."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labeled import (
    FIXED_IDS,
    OFFERED,
    OTHERS,
    START,
    book,
    quick,
    xml_of,
)

from annotation import labeling
from annotation.labeling import labeling_config
from models.codebook import Event, EventKind
from models.phrases import FRAMES
from models.review import Kind

HOSTILE = [
    '"кавычки" & <тег>',
    "' or 1=1 --",
    "</Choices><Choice/>",
    "🙂 эмодзи",
    "%CODES%",
    "%STYLE%",
    "]]>",
    "&amp;",
    "а\nб",
]


CODED = [Kind.GROUP, Kind.PHRASE]  # an addition page has its code already


@pytest.mark.parametrize("kind", CODED)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_of_a_code_stays_a_name(kind: Kind, name: str) -> None:
    choices = [(item.get("alias"), item.get("value")) for item in xml_of(kind, book(name)).iter("Choice")]
    assert ("code-0", name) in choices
    plain = [item.tag for item in xml_of(kind, book("имя")).iter()]
    assert [item.tag for item in xml_of(kind, book(name)).iter()] == plain


@quick
@given(
    names=st.lists(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1), max_size=4)
)
@pytest.mark.parametrize("kind", CODED)
def test_the_labeling_config_is_well_formed_for_any_names(kind: Kind, names: list[str]) -> None:
    found = {item.get("alias"): item.get("value") for item in xml_of(kind, book(*names)).iter("Choice")}
    assert {f"code-{at}": name for at, name in enumerate(names)}.items() <= found.items()


@pytest.mark.parametrize("kind", CODED)
def test_every_code_is_a_choice_and_what_became_of_it_is_said(kind: Kind) -> None:
    codebook = book("Деньги", "Проба")
    codebook.apply(Event("m", "", START, "", EventKind.MERGE, "code-0", {"into": "code-a"}, ""))
    codebook.apply(Event("r", "", START, "", EventKind.RETIRE, "code-1", {}, ""))
    found = {item.get("alias"): item.get("value") for item in xml_of(kind, codebook).iter("Choice")}
    assert {*OFFERED, *OTHERS, *FIXED_IDS} <= found.keys()
    codes = [(alias, name) for alias, name in found.items() if alias and alias.startswith(("code-", "fixed-"))]
    assert codes[-2:] == [("code-0", "Деньги → CODE-A"), ("code-1", "Проба (больше не используется)")]


def test_each_project_of_single_phrases_asks_its_own_question() -> None:
    singles = [kind for kind in Kind if not kind.is_page]
    questions = {xml_of(kind, book()).findall("Header")[0].get("value") for kind in singles}
    assert len(questions) == 3, "the audit and the second coder are asked alike"
    assert not [kind for kind in Kind if "%" in str(ElementTree.tostring(xml_of(kind, book()), "unicode"))]
    assert len({labeling.TITLES[kind] for kind in Kind}) == len(Kind)
    assert len({labeling.INSTRUCTIONS[kind] for kind in Kind}) == len(Kind)


def test_a_frame_of_reasons_has_its_own_words_and_asks_for_no_target() -> None:
    assert tuple(labeling.FRAMES) == FRAMES
    for kind in Kind:
        config = labeling_config(kind, book("Скорость"), "why")
        assert ElementTree.fromstring(config).tag == "View"  # noqa: S314 - made here
        assert "елевая" not in config
        assert ("Скорость" in config) is ("<Taxonomy" in config)
        told = labeling.instructions("why", kind)
        assert told.startswith(labeling.FRAMES["why"].intro)
        assert "%" not in told + labeling.instructions("purpose", kind)
        assert "целевая" not in told
    assert labeling.title_of("purpose", Kind.GROUP) == "1 · Группы"
    assert labeling.title_of("why", Kind.GROUP) == "Критерии · 1 · Группы"

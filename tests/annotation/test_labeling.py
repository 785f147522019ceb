"""Review objects as Label Studio shows them, and back."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from annotation import labeling
from annotation.labeling import answer_of, labeling_config, page_result, phrase_result, task_json
from models.cards import Card, PurposeRow
from models.codebook import FIXED, NO_ANSWER, Codebook, Event, EventKind, Target
from models.coding import PhraseState
from models.config import Study, default_settings
from models.intake import prepare
from models.review import Answer, Kind, Line, Member, ReviewTask, UnusableAnswer
from models.store.cards import RowContext

quick = hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
START = datetime(2026, 1, 1)
SCALE: dict[int, str] = default_settings()["scale"]
OFFERED = ("code-a", "code-b", "code-c")
OTHERS = ("code-d", "code-e")
FIXED_IDS = tuple(code.code_id for code in FIXED)
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


def group(lines: int = 5, suggested: tuple[str, ...] = ()) -> ReviewTask:
    return ReviewTask(
        "key-g",
        "purpose",
        Kind.GROUP,
        tuple(Line(f"фраза {at}", (f"p{at}",)) for at in range(lines)),
        group=0,
        about={"name": "Группа", "keywords": ["рост", "<b>"], "cohesion": 0.5},
        suggested=suggested,
    )


SINGLE = ReviewTask(
    "key-p",
    "purpose",
    Kind.PHRASE,
    (Line("снять тревогу", ("p0", "p1")),),
    about={"confidence": 0.4},
    suggested=OFFERED,
)


def sorting(lines: int = 15, *codes: str, checked: bool = False) -> ReviewTask:
    held = tuple(Line(f"фраза {at}", (f"p{at}",), checked, codes or OFFERED) for at in range(lines))
    return ReviewTask("key-s", "purpose", Kind.SORT, held, about={"confidence": 0.3})


def book(*names: str) -> Codebook:
    events = [
        Event(f"e{at}", "", START, "", EventKind.CREATE, f"code-{at}", {"name": name}, "")
        for at, name in enumerate(names)
    ]
    events += [
        Event(code, "", START, "", EventKind.CREATE, code, {"name": code.upper()}, "") for code in OFFERED + OTHERS
    ]
    return Codebook.replay("", events)


def contexts(task: ReviewTask) -> dict[str, RowContext]:
    return {phrase: RowContext("ответ целиком", 3, "потому") for phrase in task.phrase_ids}


NAME = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map(
    lambda text: " ".join(text.split())
)
NAMES = NAME.filter(bool)
MEMBERS = st.dictionaries(st.integers(0, 4), st.sampled_from([Member.BELONGS, Member.ALSO]), min_size=1)


@quick
@given(
    members=MEMBERS,
    codes=st.lists(st.sampled_from(OFFERED + OTHERS), max_size=1),
    names=st.lists(NAMES, max_size=1),
    target=st.sampled_from(Target),
)
def test_any_answer_on_a_group_comes_back(
    members: dict[int, Member], codes: list[str], names: list[str], target: Target
) -> None:
    answer = Answer(codes=tuple(codes), new_names=tuple(names), target=target, members=members)
    assert answer_of(group(), page_result(group(), answer)) == answer


@quick
@given(
    codes=st.permutations(OFFERED + OTHERS),
    count=st.integers(0, 5),
    names=st.lists(NAMES, max_size=3),
    target=st.sampled_from([None, *Target]),
)
def test_any_answer_on_a_phrase_comes_back(
    codes: list[str], count: int, names: list[str], target: Target | None
) -> None:
    given_answer = Answer(codes=tuple(codes[:count]), new_names=tuple(names), target=target)
    back = answer_of(SINGLE, phrase_result(SINGLE, given_answer))
    assert set(back.codes) == set(given_answer.codes)
    assert len(back.codes) == count
    assert (back.new_names, back.target) == (given_answer.new_names, target)


@quick
@given(
    ticked=st.dictionaries(st.integers(0, 4), st.sets(st.sampled_from(OFFERED), min_size=1)),
    also=st.sets(st.integers(0, 4)),
)
def test_any_answer_on_a_sorting_page_comes_back(ticked: dict[int, set[str]], also: set[int]) -> None:
    chosen = {at: tuple(code for code in OFFERED if code in ticked.get(at, ())) for at in range(5)}
    members = dict.fromkeys(also & ticked.keys(), Member.ALSO)
    answer = Answer(sorted=chosen, members=members)
    assert answer_of(sorting(5), page_result(sorting(5), answer)) == answer


def test_a_sorting_page_without_a_mark_says_that_nothing_offered_fits() -> None:
    assert answer_of(sorting(2), []) == Answer(sorted={0: (), 1: ()})


def test_on_a_sorting_page_only_offered_codes_count() -> None:
    region = {"from_name": "sorted", "value": {"choices": ["p00", "p01:code-a", "p00-q", "p01+", "p00+"]}}
    answer = answer_of(sorting(2), [region])
    assert answer == Answer(sorted={0: (), 1: ("code-a",)}, members={1: Member.ALSO}), "words and blanks say nothing"
    for strange in ("p02:code-a", "p00:code-e", "q00"):
        with pytest.raises(UnusableAnswer, match="нет на странице"):
            answer_of(sorting(2), [{"from_name": "sorted", "value": {"choices": [strange]}}])


def test_a_sorting_page_ticks_what_is_likely_and_every_line_has_five_places() -> None:
    task = sorting(15, "code-b", "code-a", checked=True)
    body = task_json(task, book(), contexts(task), {}, SCALE)
    (prediction,) = body["predictions"]
    assert answer_of(task, prediction["result"]).sorted == dict.fromkeys(range(15), ("code-b",))
    shown = [item["value"] for item in body["data"]["members"]]
    assert shown[:5] == ["фраза 0", "CODE-B", "CODE-A", "—", "и ещё о другом"]
    assert len(shown) == 15 * 5
    keys = [item["hotkey"] for item in body["data"]["members"] if "hotkey" in item]
    assert len(keys) == len(set(keys)) == 15 * 3
    assert task_json(sorting(3), book(), contexts(task), {}, SCALE)["predictions"] == []


@pytest.mark.parametrize("fixed", FIXED_IDS)
def test_a_fixed_code_alone_comes_back(fixed: str) -> None:
    assert answer_of(SINGLE, phrase_result(SINGLE, Answer(codes=(fixed,)))).codes == (fixed,)


@pytest.mark.parametrize("fixed", FIXED_IDS)
def test_a_fixed_code_beside_the_suggestion_that_stayed_ticked_wins(fixed: str) -> None:
    both = Answer(codes=("code-a", fixed))
    assert SINGLE.suggested[0] == "code-a"
    assert answer_of(SINGLE, phrase_result(SINGLE, both)).codes == (fixed,)


@pytest.mark.parametrize("beside", [Answer(codes=("code-d",)), Answer(new_names=("Деньги",))])
def test_a_suggested_fixed_code_beside_what_was_chosen_goes(beside: Answer) -> None:
    task = replace(SINGLE, suggested=(NO_ANSWER, "code-a"))
    both = Answer(codes=(NO_ANSWER, *beside.codes), new_names=beside.new_names)
    assert answer_of(task, phrase_result(task, both)) == beside


@pytest.mark.parametrize("fixed", FIXED_IDS)
@pytest.mark.parametrize("beside", [Answer(codes=("code-d",)), Answer(new_names=("Деньги",))])
def test_a_fixed_code_and_a_code_that_were_both_chosen_cannot_count(fixed: str, beside: Answer) -> None:
    both = Answer(codes=(fixed, *beside.codes), new_names=beside.new_names)
    with pytest.raises(UnusableAnswer, match="оставьте одно"):
        answer_of(SINGLE, phrase_result(SINGLE, both))


def test_a_confirmed_code_is_no_mere_suggestion() -> None:
    task = replace(SINGLE, about={"confirmed": ["code-a"]})
    with pytest.raises(UnusableAnswer):
        answer_of(task, phrase_result(task, Answer(codes=("code-a", NO_ANSWER))))


def test_a_dissolved_group_comes_back_whatever_else_is_ticked() -> None:
    answer = Answer(dissolve=True, new_names=("Рост",), members={0: Member.BELONGS}, target=Target.NO)
    assert answer_of(group(), page_result(group(), answer)) == Answer(dissolve=True)
    assert answer_of(group(), page_result(group(), Answer(dissolve=True))).dissolve


def test_a_group_marked_as_several_comes_back_whatever_else_is_ticked() -> None:
    answer = Answer(two=True, new_names=("Рост",), members={0: Member.BELONGS}, target=Target.NO)
    assert answer_of(group(), page_result(group(), answer)) == Answer(two=True)
    both = [{"from_name": "verdict", "value": {"choices": ["dissolve", "two"]}}]
    assert answer_of(group(), both) == Answer(two=True)


def test_a_part_of_what_is_split_says_of_what() -> None:
    part = replace(group(), about={"part_of": "Деньги"})
    title = task_json(part, book(), contexts(part), {}, {})["data"]["title"]
    assert title.startswith(f"Из «Деньги», часть {part.group + 1}: ")


def test_a_phrase_of_a_code_that_is_split_comes_without_it() -> None:
    task = replace(SINGLE, suggested=("code-c",))
    held = task.phrase_ids[0]
    waiting = PhraseState(frozenset({"code-a", "code-b"}), splitting=frozenset({"code-a"}))
    shown = task_json(task, book(), contexts(task), {held: waiting}, SCALE)
    assert shown["predictions"][0]["result"][0]["value"] == {"choices": ["code-b"]}


def test_a_group_with_no_phrase_left_that_is_not_dissolved_is_unusable() -> None:
    with pytest.raises(UnusableAnswer, match="не отмечена"):
        answer_of(group(), page_result(group(), Answer(new_names=("Рост",), target=Target.YES)))


def test_also_without_belonging_does_not_belong() -> None:
    result = page_result(group(), Answer(new_names=("Рост",), members={0: Member.BELONGS, 1: Member.ALSO}))
    result[0]["value"]["choices"].remove("p01")
    assert answer_of(group(), result).members == {0: Member.BELONGS}


def test_a_mark_from_another_page_is_unusable() -> None:
    with pytest.raises(UnusableAnswer, match="p04"):
        answer_of(
            group(3),
            page_result(group(5), Answer(new_names=("Рост",), members={0: Member.BELONGS, 4: Member.BELONGS})),
        )


def test_an_empty_result_is_unusable_on_a_group_and_empty_on_a_phrase() -> None:
    with pytest.raises(UnusableAnswer):
        answer_of(group(), [])
    assert answer_of(SINGLE, []) == Answer()


def test_blank_names_do_not_count() -> None:
    result = [
        {"from_name": "new_code", "value": {"text": ["  ", "", " Деньги \n и  доход"]}},
        {"from_name": "x", "value": None},
    ]
    assert answer_of(SINGLE, result).new_names == ("Деньги и доход",)


CODED = [Kind.GROUP, Kind.PHRASE]  # an addition page has its code already


def xml_of(kind: Kind, codebook: Codebook) -> ElementTree.Element:
    return ElementTree.fromstring(labeling_config(kind, codebook))  # noqa: S314  (our own text)


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


def test_every_line_of_the_longest_page_has_its_own_key() -> None:
    task = group(30)
    members = task_json(task, book(), contexts(task), {}, SCALE)["data"]["members"]
    hotkeys = [item["hotkey"] for item in members]
    taken = [item.get("hotkey") for item in xml_of(Kind.GROUP, book()).iter("Choice") if item.get("hotkey")]
    assert len(members) == 60
    assert len({*hotkeys, *taken}) == len(hotkeys) + len(taken)


def test_a_prediction_is_the_answer_a_person_would_give_by_submitting_it() -> None:
    task = group(5, suggested=("code-a",))
    (prediction,) = task_json(task, book(), contexts(task), {}, SCALE)["predictions"]
    answer = answer_of(task, prediction["result"])
    assert answer.members == dict.fromkeys(range(5), Member.BELONGS)
    assert answer.codes == ("code-a",)


def test_a_phrase_has_its_first_suggestion_ticked_and_its_confirmed_codes_kept() -> None:
    task = SINGLE
    (prediction,) = task_json(task, book(), contexts(task), {}, SCALE)["predictions"]
    assert answer_of(task, prediction["result"]).codes == ("code-a",)
    states = {phrase: PhraseState(frozenset({"code-b", "code-c"})) for phrase in task.phrase_ids}
    (prediction,) = task_json(task, book(), contexts(task), states, SCALE)["predictions"]
    assert set(answer_of(task, prediction["result"]).codes) == {"code-b", "code-c"}


def test_a_ticked_suggestion_is_always_shown() -> None:
    task = ReviewTask("k", "purpose", Kind.PHRASE, (Line("хз", ("p0",)),), suggested=(NO_ANSWER,))
    for states in ({}, {"p0": PhraseState(frozenset({"code-e"}))}):
        shown = task_json(task, book(), contexts(task), states, SCALE)
        ticked = {
            alias for item in shown["predictions"] for region in item["result"] for alias in region["value"]["choices"]
        }
        assert ticked <= {item["alias"] for item in shown["data"]["suggested"]}


def test_a_task_carries_its_key_and_shows_duplicates_as_a_count() -> None:
    data = task_json(SINGLE, book(), contexts(SINGLE), {}, SCALE)["data"]
    assert data[labeling.KEY] == "key-p"
    assert data["phrase"] == "снять тревогу ×2"


def test_html_of_a_task_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    data = task_json(SINGLE, book(), {name: RowContext(evil, 3, evil) for name in SINGLE.phrase_ids}, {}, SCALE)["data"]
    assert "<script>" not in data["card_html"]
    page = group()
    page.about["keywords"] = [evil]
    assert "<script>" not in task_json(page, book(), contexts(page), {}, SCALE)["data"]["about_html"]


@pytest.mark.parametrize("kind", list(Kind))
def test_no_raw_verbatim_is_in_a_task(kind: Kind) -> None:
    study = Study.model_validate(
        {**default_settings(), "study_id": "11111111-2222-3333-4444-555555555555", "title": "Проба"}
    )
    secrets = ["+7 999 123-45-67", "Марина Лебедева", "https://vk.com/id12345", "ВН-17"]
    purpose = f"Хочу денег, я {secrets[1]}, звоните {secrets[0]}, {secrets[2]};"
    row = PurposeRow(1, purpose, 3, f"спросите {secrets[0]}")
    prepared = prepare(Card("card-1", secrets[3], "card-1", None, "", {}, (row,), 2, "c"), study)
    lines = tuple(Line(str(item["text"]), (str(item["phrase_id"]),), codes=("code-a",)) for item in prepared.phrases)
    task = ReviewTask("k", "purpose", kind, lines, about={"name": lines[0].text, "keywords": []}, suggested=("code-a",))
    (stored,) = prepared.purpose_rows
    context = RowContext(str(stored["purpose"]), 3, str(stored["why"]))
    shown: dict[str, Any] = task_json(task, book(), dict.fromkeys(task.phrase_ids, context), {}, SCALE)
    text = json.dumps(shown, ensure_ascii=False)
    assert "Хочу денег" in text
    assert not [secret for secret in secrets if secret in text]


def test_only_a_part_of_an_answer_can_be_given_back_to_it() -> None:
    cut = {phrase: replace(context, cut=True) for phrase, context in contexts(SINGLE).items()}
    offered = [item["alias"] for item in task_json(SINGLE, book(), cut, {}, SCALE)["data"]["suggested"]]
    assert "join" in offered
    assert "join" not in str(task_json(SINGLE, book(), contexts(SINGLE), {}, SCALE)["data"]["suggested"])
    assert answer_of(SINGLE, phrase_result(SINGLE, Answer(join=True))) == Answer(join=True)


def test_joining_wins_over_the_suggestion_that_stayed_ticked() -> None:
    result = [{"from_name": "suggested", "value": {"choices": [OFFERED[0], "join"]}}]
    assert answer_of(SINGLE, result) == Answer(join=True)


def blind(kind: Kind = Kind.AUDIT) -> ReviewTask:
    return ReviewTask("key-b", "purpose", kind, SINGLE.lines)


@pytest.mark.parametrize("kind", [Kind.AUDIT, Kind.SECOND])
def test_a_blind_task_gives_no_hint_of_any_code(kind: Kind) -> None:
    cut = {phrase: replace(context, cut=True) for phrase, context in contexts(SINGLE).items()}
    states = {phrase: PhraseState(frozenset({"code-b"}), complete=True) for phrase in SINGLE.phrase_ids}
    shown = task_json(blind(kind), book(), cut, states, SCALE)
    assert shown["predictions"] == []
    assert [item["alias"] for item in shown["data"]["suggested"]] == list(FIXED_IDS)
    assert not [code for code in (*OFFERED, *OTHERS) if code in str(shown).lower()]
    assert shown == task_json(blind(kind), book(), cut, {}, SCALE), "what stands of the phrase changes nothing"


@quick
@given(
    codes=st.permutations(OFFERED + OTHERS), count=st.integers(1, 3), kind=st.sampled_from([Kind.AUDIT, Kind.SECOND])
)
def test_any_blind_answer_comes_back(codes: list[str], count: int, kind: Kind) -> None:
    answer = Answer(codes=tuple(codes[:count]))
    assert answer_of(blind(kind), phrase_result(blind(kind), answer)) == answer


def test_a_blind_answer_of_a_code_and_no_answer_at_once_is_unusable() -> None:
    with pytest.raises(UnusableAnswer, match="оставьте одно"):
        answer_of(blind(), phrase_result(blind(), Answer(codes=("code-a", NO_ANSWER))))


def test_a_dispute_shows_what_was_said_and_ticks_nothing() -> None:
    said = ["!code-a", "code-a|code-b", "fixed-off-topic"]
    task = replace(blind(Kind.ADJUDICATION), about={"answers": list(said)}, suggested=("code-a", "code-b"))
    codebook = book()
    codebook.apply(Event("r", "", START, "", EventKind.RENAME, "code-b", {"name": "<b>Рост</b>"}, ""))
    shown = task_json(task, codebook, contexts(task), {}, SCALE)
    assert shown["predictions"] == []
    html = shown["data"]["card_html"]
    assert "<li>не «CODE-A»</li><li>«CODE-A», «&lt;b&gt;Рост&lt;/b&gt;»</li><li>«Не по теме»</li>" in html
    assert [item["alias"] for item in shown["data"]["suggested"]][:2] == ["code-a", "code-b"]
    with pytest.raises(UnusableAnswer):
        answer_of(task, phrase_result(task, Answer(codes=("code-a", NO_ANSWER))))


def test_each_project_of_single_phrases_asks_its_own_question() -> None:
    singles = [kind for kind in Kind if not kind.is_page]
    questions = {xml_of(kind, book()).findall("Header")[0].get("value") for kind in singles}
    assert len(questions) == 3, "the audit and the second coder are asked alike"
    assert not [kind for kind in Kind if "%" in str(ElementTree.tostring(xml_of(kind, book()), "unicode"))]
    assert len({labeling.TITLES[kind] for kind in Kind}) == len(Kind)
    assert len({labeling.INSTRUCTIONS[kind] for kind in Kind}) == len(Kind)

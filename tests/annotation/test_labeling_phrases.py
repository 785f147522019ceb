"""Single phrases as Label Studio shows them, and back: suggested, blind, disputed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labeled import (
    FIXED_IDS,
    NAMES,
    OFFERED,
    OTHERS,
    SCALE,
    SINGLE,
    START,
    blind,
    book,
    contexts,
    quick,
)

from annotation import labeling
from annotation.labeling import answer_of, phrase_result, task_json
from models.codebook import NO_ANSWER, Event, EventKind, Target
from models.coding import PhraseState
from models.review import Answer, Kind, Line, ReviewTask, UnusableAnswer


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


def test_a_phrase_of_a_code_that_is_split_comes_without_it() -> None:
    task = replace(SINGLE, suggested=("code-c",))
    held = task.phrase_ids[0]
    waiting = PhraseState(frozenset({"code-a", "code-b"}), splitting=frozenset({"code-a"}))
    shown = task_json(task, book(), contexts(task), {held: waiting}, SCALE)
    assert shown["predictions"][0]["result"][0]["value"] == {"choices": ["code-b"]}


def test_blank_names_do_not_count() -> None:
    result = [
        {"from_name": "new_code", "value": {"text": ["  ", "", " Деньги \n и  доход"]}},
        {"from_name": "x", "value": None},
    ]
    assert answer_of(SINGLE, result).new_names == ("Деньги и доход",)


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


def test_only_a_part_of_an_answer_can_be_given_back_to_it() -> None:
    cut = {phrase: replace(context, cut=True) for phrase, context in contexts(SINGLE).items()}
    offered = [item["alias"] for item in task_json(SINGLE, book(), cut, {}, SCALE)["data"]["suggested"]]
    assert "join" in offered
    assert "join" not in str(task_json(SINGLE, book(), contexts(SINGLE), {}, SCALE)["data"]["suggested"])
    assert answer_of(SINGLE, phrase_result(SINGLE, Answer(join=True))) == Answer(join=True)


def test_joining_wins_over_the_suggestion_that_stayed_ticked() -> None:
    result = [{"from_name": "suggested", "value": {"choices": [OFFERED[0], "join"]}}]
    assert answer_of(SINGLE, result) == Answer(join=True)


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

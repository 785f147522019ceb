"""Pages of groups, additions and sorting as Label Studio shows them, and back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labeled import (
    NAMES,
    OFFERED,
    OTHERS,
    SCALE,
    book,
    contexts,
    group,
    quick,
    sorting,
    xml_of,
)

from annotation.labeling import answer_of, page_result, task_json
from models.codebook import Target
from models.review import Answer, Kind, Member, UnusableAnswer

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

"""The answer in five sentences: never more than the numbers carry, whatever the streams are."""

import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.balance import CodedRow, fixed_counts, served_balance
from models.codebook import Code, Target
from models.waves import wave_balance
from reports.answer import answer, is_sure
from reports.data import Report

SCORES = st.lists(st.sampled_from([None, 0, 2, 3, 4, 5]), min_size=1, max_size=12)
STREAMS = st.lists(st.tuples(SCORES, st.sampled_from(Target)), max_size=12)


def study(report: Report, streams: list[tuple[list[int | None], Target]], awaiting: int = 0) -> Report:
    codes = [Code(f"c{at}", f"Поток №{at}", target) for at, (_, target) in enumerate(streams)]
    rows = [
        CodedRow(f"{code.code_id}-{at}", 1, f"{code.code_id}-{at}", "", score, frozenset([code.code_id]))
        for code, (scores, _) in zip(codes, streams, strict=True)
        for at, score in enumerate(scores)
    ]
    quick = report.settings.balance.model_copy(update={"draws": 200})
    return replace(
        report,
        balance=served_balance(rows, codes, quick),
        fixed=fixed_counts(rows, codes),
        codes=tuple(codes),
        coded=tuple(rows),
        coded_rows=len(rows),
        respondents=len(rows),
        awaiting=awaiting,
        confirmed=len(rows),
    )


def named(sentence: str) -> set[str]:
    return set(re.findall("«\u2068(.*?)\u2069»", sentence))


@given(streams=STREAMS, awaiting=st.integers(0, 30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_streams_give_whole_sentences(
    report: Report, streams: list[tuple[list[int | None], Target]], awaiting: int
) -> None:
    said = answer(study(report, streams, awaiting))
    assert 2 <= len(said) <= 5
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in said)
    assert not re.search(r"[{}]|nan|None|  |\|", " ".join(said))


@given(streams=STREAMS.filter(bool))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_claimed_that_the_numbers_do_not_carry(
    report: Report, streams: list[tuple[list[int | None], Target]]
) -> None:
    of = study(report, streams)
    sure = {line["code"] for line in of.balance.to_dict("records") if is_sure(line)}
    for sentence in answer(of):
        if sentence.startswith(("Уверенно", "Ни об одном")):
            assert named(sentence) <= sure
        if sentence.startswith("Нельзя сказать уверенно"):
            assert not named(sentence.split(";")[0]) & sure
        if "недообслужен" in sentence and "Первое дело" in sentence:
            assert named(sentence) <= sure


@cache
def sentences(kind: str) -> list[tuple[list[int | None], Target]]:
    low, high, fine = [2] * 12, [5] * 12, [4] * 12
    return {
        "none": [],
        "one": [(low, Target.YES)],
        "row": [([4], Target.YES)],
        "rows": [([4] * 2, Target.YES)],
        "five": [([4] * 5, Target.YES)],
        "twenty": [([4] * 21, Target.YES)],
        "two": [(low, Target.YES), (high, Target.NO)],
        "undecided": [(low, Target.UNDECIDED), (fine, Target.UNDECIDED)],
        "unscored": [([None] * 4, Target.YES), ([None] * 3, Target.UNDECIDED)],
        "few": [([5], Target.YES), ([2], Target.NO)],
        "served": [(fine, Target.YES)],
        "unwanted": [(low, Target.NO)],
        "forty": [(low, Target.YES)] + [(low, Target.NO)] * 39,
        "open": [([2] * 11 + [3] * 11, Target.YES), (high, Target.NO)],
        "ties": [(fine, Target.YES), (low, Target.YES)],
    }[kind]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("none", "Подтверждённых потоков пока нет, поэтому сказать о них нечего."),
        ("none", "Первое дело — собрать ответы с целями."),
        ("one", "Посчитано 12 строк (с оценкой 12) от 12 респондентов, в них 1 поток."),
        ("row", "Посчитана 1 строка (с оценкой 1) от 1 респондента, в ней 1 поток."),
        ("rows", "Посчитано 2 строки (с оценкой 2) от 2 респондентов, в них 1 поток."),
        ("five", "Посчитано 5 строк (с оценкой 5) от 5 респондентов, в них 1 поток."),
        ("twenty", "Посчитана 21 строка (с оценкой 21) от 21 респондента, в них 1 поток."),
        ("one", "Уверенно (вероятность от 80 %): недообслужен «Поток №0»."),
        ("one", "Обо всех потоках можно сказать уверенно, и ни одна фраза не ждёт решения."),
        ("two", "в них 2 потока."),
        ("two", "недообслужен «Поток №0»; переобслужен «Поток №1»."),
        ("undecided", "Какие потоки целевые, ещё не решено."),
        ("undecided", "Первое дело — решить, целевой ли поток «Поток №0»"),
        ("unscored", "оценок нет, и как он обслужен, неизвестно."),
        ("unscored", "Ни одной оценки нет в 2 потоках: «Поток №0» и «Поток №1»."),
        ("few", "Ни об одном потоке нельзя уверенно сказать, что он недообслужен или переобслужен."),
        ("few", "Первое дело — собрать больше оценок о целевом потоке «Поток №0»"),
        ("served", "он недообслужен или переобслужен; уверенно хорошо обслужен: «Поток №0»."),
        ("served", "Первое дело — «Поток №0»: стратегия «оберегать, поощрять и растить»."),
        ("unwanted", "Целевым не назван ни один поток."),
        ("unwanted", "Первое дело — «Поток №0»: стратегия «выключить»."),
        ("open", "недообслужен, а насколько — нельзя сказать, «Поток №0»; переобслужен «Поток №1»."),
        ("open", "недообслужен, насколько — нельзя сказать (B −100,"),
        ("open", "Обо всём, кроме степени, можно сказать уверенно, и ни одна фраза не ждёт решения."),
        ("open", "Первое дело — «Поток №0»: это целевой поток, и он недообслужен"),
        ("forty", "и ещё 37 потоков."),
        ("forty", "в них 40 потоков."),
        ("ties", "Один из самых больших целевых потоков — «Поток №0» (XL, 50 % респондентов): хорошо обслужен"),
    ],
)
def test_each_shape_has_its_words(report: Report, kind: str, told: str) -> None:
    said = " ".join(answer(study(report, sentences(kind))))
    assert told in said.replace("\u00a0", " ").replace("\u2068", "").replace("\u2069", "")


def test_an_unfinished_review_comes_first(report: Report) -> None:
    said = answer(study(report, sentences("one"), awaiting=21))
    assert said[-1].startswith("Первое дело — разобрать фразы")
    assert said[-2] == "Ждёт решения 21 фраза, она не посчитана."


def test_a_stream_that_hangs_on_one_person_is_not_sure(report: Report) -> None:
    of = study(report, sentences("one"))
    shaky = replace(of, balance=of.balance.assign(flags="unstable", side=""))
    assert not [sentence for sentence in answer(shaky) if sentence.startswith("Уверенно")]
    assert any(sentence.startswith("Нельзя сказать уверенно, как обслужен «") for sentence in answer(shaky))


def test_what_a_report_does_not_show_is_not_said(report: Report) -> None:
    of = study(report, sentences("one"), awaiting=40)
    hidden = replace(
        of,
        balance=of.balance.assign(size="", share=float("nan")),
        coded=(),
        coded_rows=0,
        confirmed=0,
        respondents=0,
    )
    said = " ".join(answer(hidden)).replace("\u2068", "").replace("\u2069", "")
    assert said.startswith("В отчёте 1\u00a0поток. Уверенно")
    assert "Самый большой целевой поток — «Поток №0»: сильно недообслужен (B" in said
    assert "респондент" not in said
    assert "Первое дело — «Поток №0»" in said


@pytest.mark.parametrize("target", [Target.YES, Target.UNDECIDED])
def test_a_strategy_of_the_analyst_is_called_so_and_depends_on_no_target(report: Report, target: Target) -> None:
    found = study(report, [([2] * 12, target)])
    ruled, chosen = answer(found), answer(replace(found, balance=found.balance.assign(strategy_override="modify")))
    assert "аналитик" not in ruled[-1]
    assert "аналитик выбрал стратегию «модифицировать стратегию, искать иные возможности»" in chosen[-1]
    assert "зависит" not in chosen[-1]


def test_one_person_is_not_a_hundred_percent_of_respondents(report: Report) -> None:
    assert "(XS, один респондент)" in answer(study(report, [([5], Target.YES)]))[2]


WAVES = st.lists(st.tuples(SCORES, SCORES, st.sampled_from(Target)), min_size=1, max_size=8)


def in_waves(report: Report, streams: dict[str, tuple[list[int], list[int], Target]], awaiting: int = 0) -> Report:
    """Streams with their scores in wave 1 and in wave 2."""
    codes = [Code(name, name, target) for name, (_, _, target) in streams.items()]
    rows = [
        CodedRow(f"{code.name} {wave} {at}", 1, f"{code.name} {wave} {at}", wave, score, frozenset([code.code_id]))
        for code in codes
        for wave, scores in zip(("1", "2"), streams[code.name], strict=False)
        for at, score in enumerate(scores)
    ]
    quick = report.settings.balance.model_copy(update={"draws": 400})
    return replace(
        report,
        balance=served_balance(rows, codes, quick),
        waves=wave_balance(rows, codes, quick),
        codes=tuple(codes),
        coded=tuple(rows),
        coded_rows=len(rows),
        respondents=len(rows),
        awaiting=awaiting,
        confirmed=len(rows),
    )


FELL = ([5] * 23 + [4] * 7, [3] * 25 + [4] * 5)
SLID = ([5] * 7 + [4] * 17 + [3] * 6, [3] * 13 + [4] * 17)
FINE = ([4] * 20, [4] * 20)


def test_the_answer_says_what_the_newest_wave_changes_and_claims_nothing_against_it(report: Report) -> None:
    open_ones = {"Сдвинулся": (*FELL, Target.UNDECIDED), "Остался": (*SLID, Target.UNDECIDED)}
    _, sure, now, *others = answer(in_waves(report, open_ones | {"Прежний": (*FINE, Target.UNDECIDED)}))
    assert sure.startswith("По всем волнам вместе ни об одном потоке нельзя уверенно сказать")
    assert named(sure) == {"Прежний"}
    assert now.replace("\u2068", "").replace("\u2069", "") == (
        "В волне 2 B ниже, чем в волне 1: «Остался» (с +3 до −43, теперь недообслужен) "
        "и «Сдвинулся» (с +77 до −83, теперь недообслужен)."
    )
    assert "первое дело — решить, целевой ли поток «\u2068Остался\u2069»: в волне" in others[-1]
    assert others[0].startswith("По всем волнам вместе нельзя сказать уверенно, как обслужен «\u2068Остался\u2069»")


def test_a_stream_that_rose_says_so_and_is_no_first_thing_to_mend(report: Report) -> None:
    low, fine = [3] * 60, [4] * 24 + [5] * 6
    said = answer(in_waves(report, {"Взлёт": (low, fine, Target.YES), "Прежний": (*FINE, Target.NO)}))
    assert "недообслужен «\u2068Взлёт\u2069»" in said[1]
    assert "B выше" in said[2]
    assert "(с −100 до +20, теперь хорошо обслужен)" in said[2]
    assert "; в волне \u20682\u2069 — хорошо обслужен" in " ".join(said)
    assert "он недообслужен" not in " ".join(said)


def test_a_stream_that_is_under_in_the_newest_wave_alone_is_named(report: Report) -> None:
    _, sure, now, *_ = answer(in_waves(report, {"Тонкий": ([5, 4, 4, 4], [3] * 8 + [4] * 2 + [5] * 2, Target.YES)}))
    assert "Тонкий" not in sure
    assert "недообслужен «\u2068Тонкий\u2069», чего по всем волнам вместе не скажешь" in now


def test_without_a_claimed_change_waves_add_nothing(report: Report) -> None:
    said = " ".join(answer(in_waves(report, {"Прежний": (*FINE, Target.YES)})))
    assert "волн" not in said


@given(streams=WAVES, awaiting=st.integers(0, 30))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_waves_give_at_most_five_whole_sentences(
    report: Report, streams: list[tuple[list[int], list[int], Target]], awaiting: int
) -> None:
    many = {f"Поток №{at}": of for at, of in enumerate(streams)} | {"Сдвинулся": (*FELL, Target.YES)}
    said = answer(in_waves(report, many, awaiting))
    assert 3 <= len(said) <= 5
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in said)
    assert not re.search(r"[{}]|nan|None|  |\|", " ".join(said))
    assert "Сдвинулся" not in said[1]


def test_a_well_served_stream_of_split_opinions_is_said_to_be_one(report: Report) -> None:
    said = answer(study(report, [([5] * 20 + [3] * 20, Target.YES), ([4] * 12, Target.YES)]))
    assert "«\u2068Поток №0\u2069» (мнения разошлись) и «\u2068Поток №1\u2069»" in said[1]

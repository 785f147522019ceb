"""The measures on small tables, with values computed by hand."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from measuring import CODES, lines, measured, one, settings

from models.balance import CodedRow
from models.errors import RechkiError
from models.measures.facts import CardAttributes
from models.measures.measured import measure


def test_nps_by_hand() -> None:
    cards = [{"nps": nps} for nps in (10, 9, 9, 8, 7, 6, 0)] + [{"nps": ""}]
    found = one(measured(cards), "nps", part="code")
    assert (found["respondents"], found["missing"], found["rows"]) == (7, 1, 8)
    assert found["value"] == pytest.approx(100 * (3 - 2) / 7)
    assert (found["promoters"], found["detractors"]) == pytest.approx((300 / 7, 200 / 7))
    p, d = 3 / 7, 2 / 7
    assert found["se"] == pytest.approx(100 * math.sqrt((p + d - (p - d) ** 2) / 7))
    p, d = 3.75 / 10, 2.75 / 10  # three people more, a quarter of them promoters, a quarter detractors
    half = 1.6448536 * math.sqrt((p + d - (p - d) ** 2) / 10)
    assert (found["low"], found["high"]) == pytest.approx((100 * (p - d - half), 100 * (p - d + half)), abs=1e-5)
    assert (found["verdict"], math.isnan(found["p"])) == ("", True), "everybody is in the stream: nothing to compare"


def test_a_respondent_counts_once_in_nps_by_the_latest_card() -> None:
    cards = [
        {"who": "a", "date": "2026-01-02", "nps": 10, "codes": "money"},
        {"who": "a", "date": "2026-01-01", "nps": 0, "codes": "growth"},
        {"who": "b", "nps": 3, "codes": "growth"},
    ]
    found = measured(cards)
    assert one(found, "nps", part="total")["value"] == 0
    assert one(found, "nps", name="Деньги")["value"] == 100
    assert one(found, "nps", name="Рост")["value"] == 0, "a is a promoter, whatever she said first"


def test_nets_and_fixed_codes() -> None:
    cards = [{"codes": "growth", "nps": 9}, {"codes": "calm growth", "nps": 9}, {"codes": "fixed-other", "nps": 0}]
    found = measured(cards)
    assert one(found, "nps", part="total")["respondents"] == 2, "an answer that says nothing is in no stream"
    assert one(found, "nps", part="net", name="Внутреннее")["respondents"] == 2
    assert set(lines(found, "nps", part="code")["name"]) == {"Рост", "Покой"}


def test_a_difference_is_claimed_only_when_enough_people_carry_it() -> None:
    apart = [{"codes": "money", "nps": 10}] * 12 + [{"codes": "calm", "nps": 0}] * 12
    found = measured(apart)
    assert one(found, "nps", name="Деньги")["verdict"] == "above"
    assert one(found, "nps", name="Покой")["verdict"] == "below"
    few = measured([{"codes": "money", "nps": 10}] * 4 + [{"codes": "calm", "nps": 0}] * 40)
    line = one(few, "nps", name="Деньги")
    assert line["p_adjusted"] < 0.05
    assert line["verdict"] == "cannot_tell", "four people are fewer than five"


def test_csi_by_hand() -> None:
    cards = [{"csi_speed": 5, "csi_price": 1}, {"csi_speed": 3, "csi_price": ""}, {"csi_speed": "", "csi_price": ""}]
    found = one(measured(cards), "csi", part="code", category="")
    assert (found["respondents"], found["missing"]) == (2, 1)
    assert found["value"] == pytest.approx(100 * ((4 - 1) / 4 + (1 - 1) / 4) / 2)
    assert found["formula"] == "100*mean((m_j-1)/4)"
    assert one(measured(cards), "csi", part="total", category="csi_speed")["value"] == 4
    with_weights = [
        {**card, "csi_speed_importance": 4, "importance_price": 2 + 2 * (at == 1)} for at, card in enumerate(cards)
    ]
    weighted = one(measured(with_weights), "csi", part="code", category="")
    w_price = 8 / 3
    assert weighted["value"] == pytest.approx(100 * (4 * 4 + w_price * 1) / (5 * (4 + w_price)))
    assert weighted["formula"] == "100*sum(w_j*m_j)/(5*sum(w_j))"
    assert one(measured(with_weights), "csi", part="total", category="csi_price")["weight"] == pytest.approx(w_price)


def test_csi_is_not_weighted_where_an_item_has_no_importance() -> None:
    found = measured([{"csi_a": 5, "csi_b": 3, "csi_a_importance": 5}] * 2)
    assert set(lines(found, "csi", category="")["formula"]) == {"100*mean((m_j-1)/4)"}
    assert found.notes[0] == "not every item of CSI has its importance: CSI is not weighted"


def test_csi_of_a_stream_in_which_nobody_answered_an_item_is_not_there() -> None:
    found = measured([{"csi_a": 5, "csi_b": 5}, {"codes": "calm", "csi_a": 5}])
    assert math.isnan(one(found, "csi", name="Покой", category="")["value"])
    assert one(found, "csi", name="Деньги", category="")["value"] == 100


def test_an_item_that_nobody_answered_is_left_out_and_told() -> None:
    about = [CardAttributes("c", "r", None, "cards.csv", 2, {"csi_a": "5"})]
    rows = [CodedRow("c", 1, "r", "", 4, frozenset(["money"]))]
    found = measure(rows, CODES, about, settings(), ["csi_a", "csi_b"])
    assert one(found, "csi", part="code", category="")["value"] == 100
    assert found.notes[0] == "nobody answered 'csi_b': it is left out of CSI"


def test_all_equal_answers_have_no_interval_of_csi() -> None:
    found = one(measured([{"csi_a": 4}] * 6), "csi", part="total", category="")
    assert found["value"] == 75
    assert math.isnan(found["low"])


def test_segments_by_stream_and_what_they_bring() -> None:
    cards = [
        *[{"codes": "money", "segment": "А", "revenue": 300}] * 3,  # written in Cyrillic
        *[{"codes": "calm", "segment": "C", "revenue": 50}] * 2,
        {"codes": "calm", "segment": "B", "revenue": 0},
        {"codes": "calm", "segment": "", "revenue": 1000},
    ]
    found = measured(cards)
    a = one(found, "segment", name="Деньги", category="A")
    assert (a["count"], a["respondents"], a["value"], a["overall"]) == (3, 3, 100, 50)
    assert a["p"] == pytest.approx(0.1, abs=0.02), "one of the twenty ways to choose three of six, and its mirror"
    calm = one(found, "segment", name="Покой", category="C")
    assert (calm["count"], calm["respondents"], calm["missing"]) == (2, 3, 1)
    shares = {line["category"]: line["value"] for line in lines(found, "revenue_share").to_dict("records")}
    assert shares == pytest.approx({"A": 90, "B": 0, "C": 10, "A+B": 90})
    assert one(found, "revenue_share", category="A+B")["verdict"] == "cannot_tell"


def test_the_claim_about_a_and_b_is_judged_by_its_interval() -> None:
    rich = [{"segment": "A", "revenue": 100 + at} for at in range(12)]
    holds = measured(rich + [{"segment": "C", "revenue": 1}] * 6)
    assert one(holds, "revenue_share", category="A+B")["verdict"] == "holds"
    fails = measured([{**card, "segment": "BD"[at % 2]} for at, card in enumerate(rich)])
    assert one(fails, "revenue_share", category="A+B")["verdict"] == "fails"
    assert lines(measured([{"segment": "A", "revenue": 0}] * 3), "revenue_share").empty, "nothing was brought"


def test_segments_are_made_of_revenue_and_effort_where_none_is_given() -> None:
    cards = [
        *({"revenue": 100, "cycle": 1}, {"revenue": 100, "cycle": 9}, {"revenue": 10, "cycle": 1}),
        *({"revenue": 0, "cycle": ""}, {"revenue": "", "cycle": 1}),
    ]
    found = lines(measured(cards), "segment", part="total")
    assert dict(zip(found["category"], found["count"], strict=True)) == {"A": 1, "B": 1, "C": 1, "D": 1}
    assert set(found["missing"]) == {1}


def test_abc_by_cumulative_share_ltv_and_negative_margins() -> None:
    cards = [{"margin": value} for value in (850, 100, 30, 30, -10, 0, "")]
    found = measured(cards)
    counts = {line["category"]: line["count"] for line in lines(found, "abc", part="total").to_dict("records")}
    assert counts == {"A": 1, "B": 1, "C": 4}, "850 alone is more than 80 %, 950 ends B, equal ones stay together"
    ltv = one(found, "ltv", part="total")
    assert (ltv["total"], ltv["value"], ltv["median"], ltv["missing"]) == pytest.approx((1000, 1000 / 6, 30, 1))
    nothing = measured([{"margin": 5}, {"margin": -5}])
    assert lines(nothing, "abc").empty
    assert one(nothing, "ltv", part="total")["total"] == 0


def test_ltv_is_the_sum_over_a_clients_cards() -> None:
    cards = [{"who": "a", "margin": 10}, {"who": "a", "margin": 5, "codes": "calm"}, {"who": "b", "margin": 1}]
    found = measured(cards)
    assert one(found, "ltv", name="Деньги")["value"] == 8
    assert one(found, "ltv", name="Покой")["value"] == 15


def test_new_and_permanent_by_tenure() -> None:
    cards = [
        {"date": "2026-07-01", "first_visit": "01.01.2026"},  # 181 days
        {"date": "2026-06-29", "first_visit": "01.01.2026"},  # 179
        {"date": "2026-06-29", "first_visit": "01.01.2026", "last_visit": "01.01.2028"},
        {"date": "2025-12-31", "first_visit": "01.01.2026"},  # before the first visit
        {"first_visit": "01.01.2026"},
    ]
    found = lines(measured(cards), "tenure", part="total")
    assert dict(zip(found["category"], found["count"], strict=True)) == {"new": 1, "permanent": 2}
    assert set(found["missing"]) == {2}
    sooner = lines(measured(cards, settings(permanent_after=179)), "tenure", part="total")
    assert set(sooner["category"]) == {"permanent"}


def test_the_net_of_a_stage() -> None:
    cards = [{"stage": "Вход", "score": score} for score in (5, 4, 3, 2, None)]
    cards += [{"stage": "вход", "score": 1, "codes": "calm"}, {"score": 5}, {"stage": "Выход", "score": None}]
    found = measured(cards)
    line = one(found, "journey", name="Деньги", category="Вход")
    assert (line["value"], line["count"], line["rows"], line["respondents"], line["missing"]) == (25, 4, 5, 4, 1)
    assert (line["p"], line["verdict"]) == (1, "cannot_tell"), "two are satisfied, one is not"
    assert one(found, "journey", part="total", category="Вход")["value"] == 0
    assert math.isnan(one(found, "journey", name="Деньги", category="Выход")["value"])


def test_a_stage_is_called_bad_only_where_enough_people_say_so() -> None:
    bad = measured([{"stage": "Вход", "score": 1}] * 30 + [{"stage": "Выход", "score": 5}] * 30)
    assert one(bad, "journey", name="Деньги", category="Вход")["verdict"] == "below"
    assert one(bad, "journey", name="Деньги", category="Выход")["verdict"] == "above"
    same = measured([{"who": "one", "stage": "Вход", "score": 1}] * 30)
    assert one(same, "journey", part="code", category="Вход")["verdict"] == "cannot_tell", "one person said it all"


def test_lift_by_hand() -> None:
    cards = [
        *[{"codes": "money", "score": 5, "город": "Омск"}] * 3,
        {"codes": "money", "score": 4, "город": "Тула"},
        *[{"codes": "calm", "score": 5, "город": "Тула"}] * 3,  # no target
        {"codes": "money", "score": 3, "город": "Омск"},  # not satisfied
        {"codes": "money", "score": 5},
    ]
    found = measured(cards)
    line = one(found, "icp", name="город", category="Омск")
    assert (line["count"], line["respondents"], line["missing"], line["overall"]) == (3, 4, 1, 50)
    assert line["value"] == pytest.approx((3 / 4) / (4 / 8))
    assert line["low"] < line["value"] < line["high"]
    assert line["p"] == pytest.approx(2 * (16 + 1) / 70)
    assert one(found, "icp", category="Тула")["value"] == pytest.approx((1 / 4) / (4 / 8))


def test_an_attribute_of_many_values_makes_no_profile() -> None:
    cards = [{"город": f"г{at}", "пол": "жм"[at % 2]} for at in range(25)]
    assert set(lines(measured(cards), "icp")["name"]) == {"пол"}
    assert set(lines(measured(cards[:6]), "icp")["name"]) == {"пол"}, "six people, six towns"
    untargeted = measured([{"codes": "calm", "пол": sex} for sex in "жжмм"])
    assert lines(untargeted, "icp").empty is False, "there are target codes in the codebook, nobody is satisfied"
    assert math.isnan(one(untargeted, "icp", category="ж")["value"])


def test_who_went_to_somebody_else() -> None:
    cards = [
        {"role_contacted": "Тренер"},
        {"role_contacted": "менеджер"},
        {"role_contacted": "", "who": "x"},
        {"role_contacted": "тренер", "who": "y", "date": "2026-01-01"},
        {"role_contacted": "директор", "who": "y", "date": "2026-02-01"},
    ]
    found = measured(cards, settings(owners={"деньги": "тренер"}))
    line = one(found, "routing")
    assert (line["count"], line["respondents"], line["missing"]) == (2, 3, 1)
    assert line["value"] == pytest.approx(200 / 3)
    assert lines(measured(cards), "routing").empty
    assert not lines(measured(cards), "role").empty
    with pytest.raises(RechkiError, match="there is no code 'Сон'"):
        measured(cards, settings(owners={"Сон": "тренер"}))


def test_saturation_counts_codes_that_the_last_cards_brought() -> None:
    codes = ["money"] * 5 + ["money growth"] * 2 + ["calm", "money", "money"]
    cards: list[dict[str, Any]] = [
        {"codes": code, "date": f"2026-01-{at:02}"} for at, code in enumerate(codes, start=1)
    ]
    found = measured([*cards[::-1], {"codes": "calm"}], settings(last_cards=5))
    line = one(found, "saturation")
    assert (line["category"], line["count"], line["value"], line["missing"]) == ("5", 2, 200, 1)
    (three,) = lines(measured(cards, settings(last_cards=3)), "saturation").to_dict("records")
    assert (three["count"], three["value"]) == (1, 50)
    assert lines(measured([{"codes": "money"}] * 20), "saturation").empty, "no dates"


@pytest.mark.parametrize(
    "cards",
    [
        [],
        [{"codes": "fixed-other", "nps": 9, "segment": "A", "revenue": 1}],
        [{"codes": "money", "score": None}],
    ],
)
def test_nothing_to_measure_gives_an_empty_table_with_its_columns(cards: list[dict[str, Any]]) -> None:
    found = measured(cards)
    assert found.table.empty
    assert "p_adjusted" in found.table.columns


def test_one_respondent_with_everything() -> None:
    card = {
        **{"nps": 9, "csi_a": 5, "segment": "A", "revenue": 5, "margin": -1, "stage": "вход", "score": 5},
        **{"role_contacted": "тренер", "first_visit": "2026-01-01", "date": "2026-01-02", "город": "Омск"},
    }
    found = measured([card])
    claims = set(found.table["verdict"])
    assert claims <= {"", "cannot_tell"}
    assert one(found, "nps", part="code")["value"] == 100
    assert one(found, "nps", part="code")["low"] < 40


CELLS = st.one_of(
    st.sampled_from(["", "A", "1", "5", "10", "11", "-3", "1 000", "1,250", "1e9", "01.01.2026", "нет", "9/10", "nan"]),
    st.text(max_size=8),
)
KINDS = (
    *("nps", "csi_a", "csi_a_importance", "csi_b", "segment", "revenue", "margin", "purchases", "cycle", "support"),
    *("first_visit", "last_visit", "stage", "role_contacted", "город"),
)


@given(st.lists(st.dictionaries(st.sampled_from(KINDS), CELLS), min_size=1, max_size=12))
@hypothesis_settings(max_examples=60)
def test_whatever_stands_in_the_cells_is_measured_or_named(cards: list[dict[str, Any]]) -> None:
    found = measured([{"codes": ("money", "calm growth")[at % 2], **card} for at, card in enumerate(cards)])
    assert {item.column for item in found.unread} <= set(KINDS)
    assert not found.table["value"].isin([math.inf, -math.inf]).any()
    assert (found.table["respondents"] <= len(cards)).all()

"""The measures once more, written down differently: plain pandas on one long table, for tables of every kind."""

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from measuring import CODES, measured

EXACT = {"rel": 1e-9, "abs": 1e-9, "nan_ok": True}
NETS = {code.code_id: code.net for code in CODES}
NAMES = {code.code_id: code.name for code in CODES}
TARGETS = {"money", "growth"}


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Cards of a few people, each with a date of its own, and gaps everywhere."""
    cards = []
    for at in range(draw(st.integers(1, 25))):
        pick = {
            "codes": st.lists(st.sampled_from(["money", "growth", "calm", "fixed-other"]), min_size=1, unique=True),
            "score": st.sampled_from([0, 1, 2, 3, 4, 5, None]),
            "who": st.sampled_from([f"r{at}", "a", "b", "c"]),
            "nps": st.sampled_from(["", *range(11)]),
            "csi_a": st.sampled_from(["", 1, 2, 3, 4, 5]),
            "csi_b": st.sampled_from(["", 1, 2, 3, 4, 5]),
            "segment": st.sampled_from(["", "A", "B", "C"]),
            "revenue": st.sampled_from(["", 0, 10, 25, 1000, -5]),
            "stage": st.sampled_from(["", "вход", "выход"]),
            "город": st.sampled_from(["", "Омск", "Тула", "Уфа"]),
        }
        card = {key: draw(values) for key, values in pick.items()}
        cards.append(card | {"codes": " ".join(card["codes"]), "date": f"2026-01-01T00:{at:02}:00"})
    return draw(st.permutations(cards))


def long_table(cards: list[dict[str, Any]]) -> pd.DataFrame:
    """One line a card and stream; what is known of a person stands on every line of the person."""
    table = pd.DataFrame(cards).replace("", None)
    for name in ("nps", "csi_a", "csi_b", "revenue", "score"):
        table[name] = pd.to_numeric(table[name])
    table = table.sort_values("date")
    known = table.groupby("who")[["nps", "csi_a", "csi_b", "segment", "город"]].last()
    known["revenue"] = table.groupby("who")["revenue"].sum(min_count=1)
    table = table[["codes", "score", "who", "stage"]].join(known, on="who")
    table["card"] = range(len(table))
    table["code"] = table["codes"].str.split()
    table = table.explode("code")
    return table[table["code"] != "fixed-other"]


def streams(table: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """The rows of all together, of every net and of every code, a card once in each."""
    found = {("total", ""): table.drop_duplicates("card")}
    for net, of in table.groupby(table["code"].map(NETS)):
        found["net", str(net)] = of.drop_duplicates("card")
    for code, of in table.groupby("code"):
        found["code", NAMES[str(code)]] = of
    return found


def by_stream(found: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    return {(line["part"], line["name"]): line for line in found.to_dict("records")}


@given(tables())
@hypothesis_settings(max_examples=60)
def test_every_number_is_that_of_plain_pandas(cards: list[dict[str, Any]]) -> None:
    found = measured(cards).table
    table = long_table(cards)
    table.attrs["items"] = [item for item in ("csi_a", "csi_b") if any(card[item] != "" for card in cards)]
    if table.empty:
        assert found.empty
        return
    right = streams(table)
    for measure, of in found.groupby("measure"):
        if measure in CHECKS:
            CHECKS[measure](of, right, table)


def check_nps(found: pd.DataFrame, right: dict[tuple[str, str], pd.DataFrame], _: pd.DataFrame) -> None:
    assert set(by_stream(found)) == set(right)
    for stream, line in by_stream(found).items():
        given = right[stream].drop_duplicates("who")["nps"]
        asked = given.dropna()
        assert (line["rows"], line["respondents"]) == (len(right[stream]), len(asked))
        assert line["missing"] == given.isna().sum()
        classes = pd.cut(asked, [-1, 6, 8, 10], labels=[-1, 0, 1]).astype(float)
        assert line["value"] == pytest.approx(100 * classes.mean(), **EXACT)
        assert line["se"] == pytest.approx(100 * classes.std(ddof=0) / math.sqrt(len(asked) or 1), **EXACT)


def check_csi(found: pd.DataFrame, right: dict[tuple[str, str], pd.DataFrame], table: pd.DataFrame) -> None:
    for stream, line in by_stream(found[found["category"] == ""]).items():
        answers = right[stream].drop_duplicates("who")[table.attrs["items"]]
        means = answers.mean()
        expected = 100 * ((means - 1) / 4).mean() if means.notna().all() else math.nan
        assert line["value"] == pytest.approx(expected, **EXACT)
        assert line["respondents"] == answers.notna().any(axis=1).sum()


def check_segment(found: pd.DataFrame, right: dict[tuple[str, str], pd.DataFrame], _: pd.DataFrame) -> None:
    for line in found.to_dict("records"):
        people = right[line["part"], line["name"]].drop_duplicates("who")["segment"].dropna()
        assert (line["count"], line["respondents"]) == ((people == line["category"]).sum(), len(people))
        expected = 100 * (people == line["category"]).mean() if len(people) else math.nan
        assert line["value"] == pytest.approx(expected, **EXACT)


def check_revenue(found: pd.DataFrame, right: dict[tuple[str, str], pd.DataFrame], _: pd.DataFrame) -> None:
    for stream, line in by_stream(found).items():
        money = right[stream].drop_duplicates("who")["revenue"].dropna()
        told = [line[name] for name in ("value", "median", "total")]
        expected = [money.mean(), money.median(), money.sum()] if len(money) else [math.nan] * 3
        assert told == pytest.approx(expected, **EXACT)
        if not math.isnan(line["low"]):
            assert (line["low"] + line["high"]) / 2 == pytest.approx(money.mean(), **EXACT)


def check_share(found: pd.DataFrame, _: dict[tuple[str, str], pd.DataFrame], table: pd.DataFrame) -> None:
    people = table.drop_duplicates("who").dropna(subset=["segment", "revenue"])
    brought = people.groupby("segment")["revenue"].sum() / people["revenue"].sum()
    brought["A+B"] = brought.reindex(["A", "B"]).sum()
    for line in found.to_dict("records"):
        assert line["value"] == pytest.approx(100 * brought[line["category"]], **EXACT)


def check_journey(found: pd.DataFrame, right: dict[tuple[str, str], pd.DataFrame], _: pd.DataFrame) -> None:
    for line in found.to_dict("records"):
        rows = right[line["part"], line["name"]]
        scored = rows[(rows["stage"] == line["category"]) & rows["score"].notna()]["score"]
        expected = 100 * ((scored >= 4).mean() - (scored <= 2).mean()) if len(scored) else math.nan
        assert line["value"] == pytest.approx(expected, **EXACT)
        assert line["count"] == len(scored)
        assert line["missing"] == (rows["stage"].isna() & rows["score"].notna()).sum()


def check_icp(found: pd.DataFrame, _: dict[tuple[str, str], pd.DataFrame], table: pd.DataFrame) -> None:
    happy = set(table.loc[table["code"].isin(TARGETS) & (table["score"] >= 4), "who"])
    for line in found[found["name"] == "город"].to_dict("records"):
        people = table.drop_duplicates("who").dropna(subset=["город"])
        has, inside = people["город"] == line["category"], people["who"].isin(happy)
        expected = has[inside].mean() / has.mean() if inside.any() else math.nan
        assert line["value"] == pytest.approx(expected, **EXACT)
        assert (line["count"], line["respondents"]) == ((has & inside).sum(), inside.sum())
        if not math.isnan(line["low"]):
            assert line["low"] - 1e-9 <= line["value"] <= line["high"] + 1e-9


CHECKS = {
    "nps": check_nps,
    "csi": check_csi,
    "segment": check_segment,
    "revenue": check_revenue,
    "revenue_share": check_share,
    "journey": check_journey,
    "icp": check_icp,
}


@given(tables(), st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=15)
def test_the_order_of_the_cards_changes_nothing(cards: list[dict[str, Any]], random: Any) -> None:
    shuffled = random.sample(cards, len(cards))
    pd.testing.assert_frame_equal(measured(cards).table, measured(shuffled).table, rtol=1e-12)


@given(tables())
@hypothesis_settings(max_examples=20)
def test_p_values_and_intervals_are_sane(cards: list[dict[str, Any]]) -> None:
    found = measured(cards).table
    p = found["p"].dropna()
    assert ((p > 0) & (p <= 1 + 1e-12)).all()
    there = found.dropna(subset=["p", "p_adjusted"])
    assert (there["p_adjusted"] >= there["p"] - 1e-12).all()
    bounded = found.dropna(subset=["low", "high", "value"])
    assert (bounded["low"] <= bounded["value"] + 1e-9).all()
    assert (bounded["high"] >= bounded["value"] - 1e-9).all()

"""Which column is what, and what is known of cards and clients."""

from datetime import datetime
from typing import Any

import pytest
from measuring import settings

from models.config import MeasureColumns
from models.errors import RechkiError
from models.measures.columns import find_columns
from models.measures.facts import CardAttributes, clients, read_facts

ANY = MeasureColumns()


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        *(("nps", "nps"), ("NPS (0-10)", "nps"), ("Насколько вы готовы порекомендовать нас друзьям?", "nps")),
        *(("segment", "segment"), ("Сегмент клиента", "segment"), ("ABCD", "segment")),
        *(("revenue", "revenue"), ("Выручка", "revenue"), ("Сумма покупок", "revenue"), ("Маржа", "margin")),
        *(("purchases", "purchases"), ("Число покупок", "purchases"), ("deal_cycle", "cycle")),
        *(("Цикл сделки", "cycle"), ("support_load", "support"), ("Обращений в поддержку", "support")),
        *(("stage", "stage"), ("Этап пути", "stage"), ("Оценка NPS", "nps"), ("Выручка, ₽", "revenue")),
        *(("Маржа (руб. за год)", "margin"), ("Этап (вход, работа)", "stage")),
        *(("first_visit", "first_date"), ("Дата первой покупки", "first_date"), ("last_date", "last_date")),
        *(("Дата последнего визита", "last_date"), ("role_contacted", "role"), ("К кому вы обратились", "role")),
    ],
)
def test_a_column_is_recognised_by_its_header(header: str, kind: str) -> None:
    assert find_columns([header], ANY).single == {kind: header}


@pytest.mark.parametrize("header", ["Город", "возраст", "Роль", "channel", "Доход семьи", "Средний чек", "Марка"])
def test_other_columns_are_attributes(header: str) -> None:
    found = find_columns([header], ANY)
    assert (found.single, found.csi, found.others) == ({}, (), (header,))


def test_the_reason_for_a_rating_is_no_rating() -> None:
    asked = ["NPS (0-10)", "Почему такая оценка NPS?", "Порекомендуете нас?", "Why would you recommend us?"]
    found = find_columns([*asked, "csi_speed", "csi_speed: комментарий"], ANY)
    assert (found.single, found.csi) == ({"nps": "NPS (0-10)"}, ("csi_speed",))


def test_items_of_csi_find_their_importance() -> None:
    names = ["csi_speed", "csi_price", "csi_speed_importance", "Важность price", "город"]
    found = find_columns(names, ANY)
    assert found.csi == ("csi_speed", "csi_price")
    assert found.importance == {"csi_speed": "csi_speed_importance", "csi_price": "Важность price"}
    assert found.others == ("город",)
    assert found.meanings()["Важность price"] == "importance of csi_price"


def test_study_yaml_says_otherwise() -> None:
    chosen = MeasureColumns(nps="готовность", segment="", csi=("скорость",), importance={"скорость": "вес"})
    found = find_columns(["nps", "segment", "готовность", "скорость", "вес", "csi_price"], chosen)
    assert found.single == {"nps": "готовность"}
    assert (found.csi, found.importance) == (("скорость",), {"скорость": "вес"})
    assert found.others == ("nps", "segment", "csi_price")
    with pytest.raises(RechkiError, match="no attribute 'оборот'; there are: nps"):
        find_columns(["nps"], MeasureColumns(revenue="оборот"))


def test_of_two_columns_that_could_be_meant_none_is_taken() -> None:
    found = find_columns(["Выручка", "revenue"], ANY)
    assert found.single == {}
    assert found.notes == ("several columns could be revenue: Выручка, revenue; name one in study.yaml",)
    assert found.others == ("Выручка", "revenue")


def card(number: int, who: str = "", day: int | None = None, **values: Any) -> CardAttributes:
    date = datetime(2026, 1, day) if day else None
    return CardAttributes(f"c{number}", who or f"r{number}", date, "cards.csv", number, values)


def test_a_cell_without_a_value_is_named_and_counts_as_missing() -> None:
    facts = read_facts([card(2, nps="9"), card(3, nps="11"), card(4, nps="—"), card(5)], settings().measures)
    assert [str(item) for item in facts.unread] == [
        "cards.csv, row 3, column 'nps': '11' is no whole number from 0 to 10"
    ]
    assert facts.cards["nps"].isna().tolist() == [False, True, True, True]


def test_a_column_that_is_not_what_it_was_taken_for_is_left_alone_or_refused() -> None:
    cards = [card(at, nps="да, конечно") for at in range(2, 7)]
    facts = read_facts(cards, settings().measures)
    assert "nps" not in facts.cards
    assert facts.columns.others == ("nps",)
    assert "5 of 5 cells of 'nps', taken for nps, hold no value of it" in facts.notes[0]
    with pytest.raises(RechkiError, match="hold no value of it"):
        read_facts(cards, settings(columns={"nps": "nps"}).measures)


def test_the_latest_card_counts_and_money_is_summed() -> None:
    cards = [
        card(2, "anna", 20, nps="9", revenue="100", first_visit="05.01.2026"),
        card(3, "anna", 10, nps="2", revenue="50,5", segment="A", first_visit="01.01.2026"),
        card(4, "anna", None, nps="5"),
        card(5, "boris"),
    ]
    for given in (cards, cards[::-1]):
        known = clients(read_facts(given, settings().measures), settings().measures)
        assert list(known.index) == ["anna", "boris"]
        anna = known.loc["anna"]
        assert (anna["nps"], anna["revenue"], anna["segment"]) == (9, 150.5, "A")
        assert (anna["first_date"], anna["seen"]) == (datetime(2026, 1, 1), datetime(2026, 1, 20))
        assert known.loc["boris"].isna().all()
    whole = clients(read_facts(cards, settings(money="client").measures), settings(money="client").measures)
    assert whole.loc["anna", "revenue"] == 100


def test_a_total_that_stands_on_every_card_of_a_client_is_asked_about() -> None:
    cards = [card(at, f"r{at // 2}", revenue=f"{at // 2}00") for at in range(2, 8)]
    (note,) = read_facts(cards, settings().measures).notes
    assert "set measures.money: client" in note
    assert not read_facts([card(2, "a", revenue="1"), card(3, "a", revenue="2")], settings().measures).notes


def test_the_order_of_day_and_month_is_told_by_the_column() -> None:
    facts = read_facts([card(2, first_visit="01/02/2026"), card(3, first_visit="01/31/2026")], settings().measures)
    assert facts.cards["first_date"].tolist() == [datetime(2026, 1, 2), datetime(2026, 1, 31)]


def test_no_cards_and_no_columns() -> None:
    assert read_facts([], settings().measures).cards.empty
    assert clients(read_facts([card(2)], settings().measures), settings().measures).shape == (1, 1)


def test_an_item_that_is_none_takes_its_importance_along() -> None:
    cards = [card(at, **{"csi_a": "хорошо", "csi_a_importance": "важно", "csi_b": "4"}) for at in range(2, 8)]
    found = read_facts(cards, settings().measures).columns
    assert (found.csi, found.importance) == (("csi_b",), {})
    assert set(found.others) == {"csi_a", "csi_a_importance"}

"""Dates as tools and people write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dates import NoDate, month_comes_first, parse_date

WRITTEN = {
    "13.04.2025 10:15:00": datetime(2025, 4, 13, 10, 15),
    "02.03.26": datetime(2026, 3, 2),
    "2026-03-02T09:05:07+03:00": datetime(2026, 3, 2, 9, 5, 7),
    "2026-03-02T09:05:07Z": datetime(2026, 3, 2, 9, 5, 7),
    "2026/03/02 9:05:07 PM GMT+3": datetime(2026, 3, 2, 21, 5, 7),
    "13 января 2026 г., 14:26": datetime(2026, 1, 13, 14, 26),
    "1 мая 2026": datetime(2026, 5, 1),
    "2026/3/2 9:05": datetime(2026, 3, 2, 9, 5),
    "2026-3-2": datetime(2026, 3, 2),
    "2 March 2026 09:05": datetime(2026, 3, 2, 9, 5),
}


@pytest.mark.parametrize("cell", WRITTEN)
def test_every_way_of_writing_a_date_is_read(cell: str) -> None:
    assert parse_date(cell) == WRITTEN[cell]


@pytest.mark.parametrize(
    "cell", ["31.02.2026", "вчера", "2026", "12", "13/13/2026", "1 мебели 2026", "01.02.126", "1.2.3", "9" * 5_000, ""]
)
def test_what_is_no_day_of_the_calendar_is_refused(cell: str) -> None:
    with pytest.raises(NoDate) as caught:
        parse_date(cell)
    assert len(str(caught.value)) < 100


@given(date=st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)), month_first=st.booleans())
def test_a_date_written_either_way_comes_back(date: datetime, month_first: bool) -> None:
    date = date.replace(microsecond=0)
    pattern = "%m/%d/%Y %I:%M:%S %p" if month_first else "%d.%m.%Y %H:%M:%S"
    assert parse_date(date.strftime(pattern), month_first) == date


def test_one_day_above_twelve_settles_the_order_for_the_file() -> None:
    assert month_comes_first(["03/04/2026", "03/25/2026"], month_first=False)
    assert not month_comes_first(["03/04/2026", "25/03/2026"], month_first=True)
    assert month_comes_first(["03/04/2026"], month_first=True)
    assert not month_comes_first(["25/03/2026", "03/25/2026"], month_first=False)
    assert parse_date("03.04.2026", month_first=True) == datetime(2026, 4, 3)

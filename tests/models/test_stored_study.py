"""A study made by the first schema is opened, brought up to date, and gives the numbers it gave."""

import shutil
from pathlib import Path

import pandas as pd

from models.config import load_study
from models.store.database import Store
from reports.data import gather

STUDY = Path(__file__).resolve().parents[1] / "fixtures" / "study-0001"


def test_a_study_of_the_first_schema_gives_its_old_balance(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(STUDY, folder)
    settings = load_study(folder)
    store = Store.open(folder, settings)
    report = gather(store, settings, folder)
    store.close()
    expected = pd.read_csv(STUDY / "expected_balance.csv", keep_default_na=False)
    columns = list(expected.columns)
    found = report.balance[columns].astype(object).where(report.balance[columns].notna(), "")
    pd.testing.assert_frame_equal(found, expected.astype(object), check_dtype=False)
    assert report.awaiting > 0
    assert not report.masked

"""The hash of a report covers every setting that its numbers depend on."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

from models.coded import read_coded
from models.config import Study, default_settings, load_study
from models.forms.layout import read_table
from models.store.database import Store
from reports.data import Report, gather
from reports.outside import report_of

STUDY = Path(__file__).parents[1] / "fixtures" / "study-0001"
OTHER: Mapping[str, Any] = {  # another value of every setting there is
    "study_id": None,  # names the study: it is never changed
    "title": "Другое",
    "encoder": "bundled-plain",
    "encoder_prompt": "query: ",
    "encoder_adapter": "adapter",
    "encoding.dask": "local",
    "encoding.workers": 3,
    "scale": {**default_settings()["scale"], 5: "прекрасно"},
    "frames": ("purpose", "why"),
    "cards.columns.id": "номер",
    "cards.columns.respondent": "кто",
    "cards.columns.date": "когда",
    "cards.columns.wave": "этап",
    "cards.columns.layout": "long",
    "cards.columns.row": "строка",
    "cards.columns.rows": ({"purpose": "зачем"},),
    "cards.columns.attributes": ("nps", "segment"),
    "cards.columns.ignore": ("заметки",),
    "cards.dayfirst": False,
    "cards.wave_by": "month",
    "cards.handed_out": 400,
    "phrases.split": False,
    "phrases.split_at": 0.9,
    "phrases.non_answers": ("пропуск",),
    "privacy.keep_verbatims": False,
    "proposal.min_phrases": 30,
    "proposal.finer": 0.2,
    "proposal.most_groups": 50,
    "proposal.unassigned": 0.2,
    "proposal.resamples": 20,
    "proposal.landmarks": 500,
    "proposal.seed": 1,
    "review.page_size": 10,
    "review.label_studio_url": "http://localhost:1",
    "review.instance": "team",
    "review.scripted": True,
    "review.audit": 0.9,
    "review.audit_least": 3,
    "review.double_coded": 0.5,
    "balance.weights": "1/k",
    "balance.over": 20,
    "balance.under": -60,
    "balance.very_under_dissatisfied": 10,
    "balance.polarised": 5,
    "balance.size_bounds": (1, 2, 3, 5),
    "balance.certain.probability": 0.99,
    "balance.certain.respondents": 9,
    "balance.interval": 60,
    "balance.draws": 500,
    "report.language": "en",
    "measures.columns.nps": "",
    "measures.columns.csi": (),
    "measures.columns.importance": {"csi_speed": "nps"},
    "measures.columns.segment": "",
    "measures.columns.revenue": "",
    "measures.columns.purchases": "revenue",
    "measures.columns.cycle": "revenue",
    "measures.columns.support": "revenue",
    "measures.columns.margin": "revenue",
    "measures.columns.first_date": "",
    "measures.columns.last_date": "first_visit",
    "measures.columns.stage": "segment",
    "measures.columns.role": "segment",
    "measures.money": "client",
    "measures.revenue_share": 30,
    "measures.permanent_after": 1,
    "measures.owners": {"Деньги": "тренер"},
    "measures.last_cards": 2,
    "measures.alpha": 0.4,
    "share.respondents": 9,
    "schedule.cron": "5 * * * *",
    "schedule.timezone": "Asia/Omsk",
    "notify.events": (),
}
MATTERS = {
    "cards.handed_out",
    "cards.wave_by",
    "balance.over",
    "balance.weights",
    "measures.columns.nps",
    "measures.permanent_after",
}


def leaves(of: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in of.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{before}{name}.")
        else:
            yield before + name


def with_other(settings: Study, path: str) -> Study:
    """The settings with another value at one place."""
    told = settings.model_dump()
    *sections, name = path.split(".")
    section = told
    for each in sections:
        section = section[each]
    assert section[name] != OTHER[path], path
    section[name] = OTHER[path]
    return Study.model_validate(told)


def numbers(report: Report) -> dict[str, str]:
    tables = {name: getattr(report, name) for name in ("balance", "nets", "waves", "fixed")}
    found = {name: table.to_csv() for name, table in tables.items()}
    found["measures"] = report.measured.table.to_csv()
    found["quality"] = repr(report.quality)
    found["criteria"] = repr(
        {name: t.to_csv() if isinstance(t, pd.DataFrame) else t for name, t in vars(report.reasons.tables).items()}
        if report.reasons
        else None
    )
    return found


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Study], Report]:
    """The report of a table with nets, waves, reasons and every column that is measured, under any settings."""
    columns = "card_id;respondent;date;code;score;wave;net;target;why;why_code"
    lines = [f"{columns};nps;csi_speed;segment;revenue;margin;first_visit"]
    for at in range(48):
        name, net = (("Деньги", "Внешнее"), ("Рост", "Внутреннее"), ("Покой", "Внутреннее"))[at % 3]
        who = f"к{at};р{at % 40};0{1 + at % 7}.0{1 + at % 6}.2026"
        what = f"{name};{(5, 4, 0, 5, 2, 3, 5)[at % 7]};{1 + at % 2};{net};yes"
        about = f"{at % 11};{1 + at % 5};{'ABCD'[at % 4]};{100 * at};{10 * at};0{1 + at % 6}.0{1 + at % 8}.2025"
        lines.append(f"{who};{what};потому;{('Скорость', 'Цена')[at % 2]};{about}")
    path = tmp_path_factory.mktemp("evidence") / "coded.csv"
    path.write_text("\n".join(lines), "utf-8")
    return lambda settings: report_of(read_coded(read_table(path), settings), settings)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Study], Report]]:
    """The report of a stored study under any settings."""
    folder = shutil.copytree(STUDY, tmp_path_factory.mktemp("evidence") / "study")
    store = Store.open(folder, load_study(folder))
    yield lambda settings: gather(store, settings, folder)
    store.close()


def test_another_value_of_every_setting_is_tried() -> None:
    assert list(OTHER) == list(leaves(Study)), "a new setting needs another value here"


@pytest.mark.parametrize("source", ["coded", "stored"])
def test_whatever_setting_changes_a_number_changes_the_hash(source: str, request: pytest.FixtureRequest) -> None:
    report_under: Callable[[Study], Report] = request.getfixturevalue(source)
    told = load_study(STUDY).model_dump()
    told["balance"]["draws"], told["cards"]["columns"]["rows"] = 200, told["cards"]["columns"]["rows"][:1]
    settings = Study.model_validate(told)
    first, moved, hashed = report_under(settings), set(), set()
    for path in OTHER.keys() - {"study_id"}:
        report = report_under(with_other(settings, path))
        moved |= {path} if numbers(report) != numbers(first) else set()
        hashed |= {path} if report.evidence != first.evidence else set()
    assert moved <= hashed

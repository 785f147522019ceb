"""study.yaml: strict, and errors in words."""

import re
from pathlib import Path

import pytest

from models.config import default_settings, load_settings, load_study, save_study
from models.errors import RechkiError

STUDY = Path(__file__).resolve().parents[1] / "fixtures" / "study-0001"
OWN = {"study_id": "11111111-2222-3333-4444-555555555555", "title": "Проба"}


def test_a_study_holds_only_what_differs_from_the_defaults(tmp_path: Path) -> None:
    save_study(tmp_path, {**OWN, "balance": {"over": 40}})
    study = load_study(tmp_path)
    assert (study.balance.over, study.balance.under) == (40, -25)
    assert study.scale[5] == "ожидания превзойдены"
    assert "size_bounds" not in (tmp_path / "study.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"ballance": {}}, "ballance"),
        ({"balance": {"ower": 1}}, "balance.ower"),
        ({"balance": {"over": -30}}, "below balance.over"),
        ({"balance": {"size_bounds": [9, 4, 14, 22]}}, "must grow"),
        ({"balance": {"weights": "respondent"}}, "balance.weights"),
        ({"review": {"page_size": 31}}, "review.page_size"),
        ({"review": {"audit": 1.5}}, "review.audit"),
        ({"review": {"double_coded": -0.1}}, "review.double_coded"),
        ({"schedule": {"timezone": "Mars/Olympus"}}, "schedule.timezone"),
        ({"schedule": {"timezone": "../etc"}}, "schedule.timezone"),
        ({"schedule": {"every": "hour"}}, "schedule.every"),
        ({"notify": {"events": ["everything"]}}, "notify.events"),
        ({"notify": {"to": "mailto://me"}}, "notify.to"),
        ({"scale": {7: "семь"}}, "scale"),
        ({"study_id": "not-an-id"}, "study_id"),
        ({"title": ""}, "title"),
        ({"encoding": {"dask": "tcp:host"}}, "an address such as"),
        ({"encoding": {"workers": 0}}, "encoding.workers"),
    ],
)
def test_a_wrong_key_is_named_and_nothing_is_written(tmp_path: Path, wrong: dict[str, object], named: str) -> None:
    with pytest.raises(RechkiError, match=named) as caught:
        save_study(tmp_path, {**OWN, **wrong})
    assert "study.yaml" in caught.value.where
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("raw", [b"a: [", b"- a\n", b"", b"\xff\xfe\x00"])
def test_a_file_that_is_no_settings_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "study.yaml").write_bytes(raw)
    with pytest.raises(RechkiError, match=r"study\.yaml"):
        load_study(tmp_path)


def test_a_folder_without_a_study_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(RechkiError, match="rechki init"):
        load_study(tmp_path)


def test_the_defaults_are_a_valid_study(tmp_path: Path) -> None:
    save_study(tmp_path, {**default_settings(), **OWN})
    save_study(tmp_path / ".", OWN)
    assert load_study(tmp_path).balance.size_bounds == (4, 9, 14, 22)


def test_settings_without_a_study_need_no_key(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("balance: {over: 61}\n", "utf-8")
    found = load_settings(path, "Весна")
    assert (found.balance.over, found.balance.under, found.title) == (61, -25, "Весна")
    assert load_settings(STUDY / "study.yaml", "other").title != "other"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file holds no settings"),
        ("- a\n", "the file holds no settings"),
        ("a: [", "not readable as YAML"),
        ("balance: {over: -30}\n", "balance.under must be below balance.over"),
        ("balance: {interval: 100}\n", "balance.interval"),
        ("colour: red\n", "colour: unknown key$"),
        ("reprot: {language: en}\n", r"reprot: unknown key; did you mean report\?$"),
        ("report: {langauge: en}\n", r"report.langauge: unknown key; did you mean language\?$"),
        ("cards: {columns: {rows: [{purpose: x, scor: y}]}}\n", r"rows.0.scor: unknown key; did you mean score\?$"),
        ("1: x\n", "1: unknown key$"),
        ("report: en\n", "report: needs keys of its own below it$"),
        ("title: a\ntitle: b\n", "not readable as YAML, line 2: found duplicate key"),
        ("title: \x07\n", "not readable as YAML: unacceptable character"),
        ("frames: [why]\n", "frames: must be"),
        ("frames: why\n", "frames: must be"),
        ("frames: [purpose, wy]\n", "frames: must be"),
        ("frames:\n", "frames: must be"),
    ],
)
def test_wrong_settings_are_named_with_their_file(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(RechkiError) as refused:
        load_settings(path, "Весна")
    assert re.search(told, refused.value.what)
    assert "<unicode" not in refused.value.what
    assert "yaml.dev" not in refused.value.what
    assert (refused.value.where, bool(refused.value.do)) == (str(path), True)
    with pytest.raises(RechkiError, match="no such file"):
        load_settings(tmp_path / "none.yaml", "Весна")

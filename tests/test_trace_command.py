"""`rechki trace` on a stored study: all that stands behind a code's numbers, and nothing else."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from support import rechki_here

from flows.study import FRAME, OpenStudy, read_study
from models.config import load_study
from models.store import cards, review
from models.store.private import Private
from reports.data import gather
from reports.share import shared
from reports.write import write_report

STUDY = Path(__file__).parent / "fixtures" / "study-0001"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(STUDY, tmp_path_factory.mktemp("trace") / "study")


def traced(study: Path, code: str) -> dict[str, object]:
    done = rechki_here("trace", study, code, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_every_number_of_every_code_has_its_annotations(study: Path) -> None:
    with read_study(study) as opened, opened.store.transaction() as tx:
        _, states = review.coding(tx, FRAME)
        coded = cards.coded_rows(tx, FRAME, states, None)
        newest = review.newest_annotations(tx)
    there = {f"{i}/{p}/{a}/{found.revision}" for (i, p, a), found in newest.items() if not found.removed}
    balance = pd.read_csv(study / "expected_balance.csv")
    for line in balance.itertuples():
        found = traced(study, str(line.code_id))
        behind = pd.DataFrame(found["annotations"])
        assert (found["rows"], found["scored"]) == (line.rows, line.n)
        of_code = {(row.card_id, row.row, row.score) for row in coded if line.code_id in row.codes}
        scores = behind.score.astype(object).where(behind.score.notna(), None)
        assert set(zip(behind.card_id, behind.row, scores, strict=True)) == of_code
        assert set(behind.origin) <= there
        assert set(behind.phrase_id) == {phrase for phrase, state in states.items() if line.code_id in state.codes}


def test_the_hash_is_the_one_the_report_prints(study: Path, tmp_path: Path) -> None:
    with read_study(study) as opened:
        report = gather(opened.store, load_study(study), study)
    files = write_report(report, tmp_path)
    code = str(report.balance.code[0])
    found = traced(study, code)
    assert found["evidence"] == report.evidence
    assert str(found["evidence"]) in files["index.html"].read_text("utf-8")
    sheet = load_workbook(files["report.xlsx"])["Фразы"]
    shown = {row[5].value: row[6].value for row in sheet.iter_rows(min_row=2) if row[0].value == code}
    behind = pd.DataFrame(found["annotations"]).groupby("phrase_id").origin.agg("; ".join)
    assert behind.to_dict() == shown


def test_words_say_what_json_says(study: Path) -> None:
    found = traced(study, "Нет ответа")
    said = rechki_here("trace", study, "нет ответа").stdout
    assert f"evidence {found['evidence']}" in said
    annotations = pd.DataFrame(found["annotations"])
    assert said.count("annotation ") == len(annotations)
    assert all(origin in said for origin in annotations.origin)


def test_a_merged_code_brings_its_history_along(study: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(study, tmp_path / "copy")
    one, other, *_ = pd.read_csv(copy / "expected_balance.csv").code
    before = {name: traced(copy, name) for name in (one, other)}
    assert rechki_here("codes", "merge", copy, other, one, "--yes").returncode == 0
    after = traced(copy, one)
    joined = [str(item) for name in (one, other) for item in before[name]["annotations"]]  # type: ignore[attr-defined]
    assert sorted(map(str, after["annotations"])) == sorted(set(joined))  # type: ignore[call-overload]
    assert any("merged" in event["what"] for event in after["events"])  # type: ignore[attr-defined]
    assert after["evidence"] != before[one]["evidence"]
    gone = rechki_here("trace", copy, other)
    assert gone.returncode == 1
    assert "was merged into" in gone.stderr


def own_ids(study: Path) -> dict[str, str]:
    found = Private(study).original_ids()
    assert found
    return found


def test_the_owner_sees_the_cards_own_ids_and_the_words(study: Path) -> None:
    ids, raw = own_ids(study), Private(study).verbatims(FRAME)
    code = str(pd.read_csv(study / "expected_balance.csv").code[0])
    found = traced(study, code)["annotations"]
    said = rechki_here("trace", study, code).stdout
    for behind in found:  # type: ignore[attr-defined]
        assert behind["original_id"] == ids[behind["card_id"]]
        assert behind["words"] == raw[behind["card_id"], behind["row"]][behind["start"] : behind["end"]]
        assert f"card {behind['card_id']} ({behind['original_id']}) row {behind['row']} " in said
        assert f"«{' '.join(behind['words'].split())}»" in said


def test_without_the_private_file_there_are_neither(study: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(study, tmp_path / "copy")
    ids = own_ids(copy)
    (copy / "private.db").unlink()
    code = str(pd.read_csv(copy / "expected_balance.csv").code[0])
    for behind in traced(copy, code)["annotations"]:  # type: ignore[attr-defined]
        assert {"original_id", "words"}.isdisjoint(behind)
    said = rechki_here("trace", copy, code).stdout
    assert "«" not in said.partition("codebook event")[0].partition("evidence")[2]
    assert not [own for own in ids.values() if own in said]
    assert not (copy / "private.db").exists()


def everything(folder: Path) -> str:
    """All words of all files of a report, those in the workbook among them."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            found += [str(cell) for sheet in load_workbook(path) for line in sheet.values for cell in line]
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


def test_only_the_owners_report_names_cards(study: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(study, tmp_path / "copy")
    ids = own_ids(copy)
    with read_study(copy) as opened:
        settings = load_study(copy)
        own = gather(opened.store, settings, copy)
        hidden = gather(opened.store, settings, copy, masked=True)
        (copy / "private.db").unlink()
        without = gather(opened.store, settings, copy)
        places = cards_of(opened)
    sheet = load_workbook(write_report(own, tmp_path / "own")["report.xlsx"])["Фразы"]
    head, *lines = sheet.values
    assert head[-1] == "id карточки"
    assert {(line[5], line[-1]) for line in lines} == {
        (phrase, ids[places[phrase]]) for phrase in {x[5] for x in lines}
    }
    assert "аннотации и id карточки за каждой фразой" in everything(tmp_path / "own")
    for name, report in {"shared": shared(hidden), "masked": hidden, "without": without}.items():
        write_report(report, tmp_path / name)
        told = everything(tmp_path / name)
        assert not [one for one in ids.values() if one in told], name
        assert "id карточки" not in told, name


def cards_of(opened: OpenStudy) -> dict[str, str]:
    with opened.store.transaction() as tx:
        return {phrase: place[0] for phrase, place in cards.phrase_places(tx, FRAME).items()}


def test_an_unknown_code_is_told(study: Path) -> None:
    done = rechki_here("trace", study, "Нигде такого нет")
    assert (done.returncode, "there is no code" in done.stderr) == (1, True)

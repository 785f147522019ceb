"""A study made by the first schema is opened, brought up to date, and gives the numbers it gave."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine, make_url, select, text
from support import rechki_here

from models.codebook import OFF_TOPIC
from models.coding import Decision, Role, Verdict
from models.config import load_study
from models.encoder.load import load_encoder
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.proposing import open_texts, plan_tasks
from models.review import Kind, ReviewTask
from models.store import cards, database, review, schema
from models.store.address import DATABASE_URL, sqlite_address
from models.store.database import Store, Transaction, now
from models.store.moving import copy_study
from models.store.quality import read_quality
from models.store.vectors import remember
from reports.data import gather

STUDY = Path(__file__).resolve().parents[1] / "fixtures" / "study-0001"


Rows = dict[str, list[dict[str, Any]]]
NEW = {
    "phrase": {"whole": False},
    "membership": {"x": None, "y": None},
}  # what later versions added, and say of old rows
START = """
import sys
from pathlib import Path
from models.config import load_study
from models.store.database import Store
store = Store.open(Path(sys.argv[1]), load_study(Path(sys.argv[1])))
print(store.upgraded.backup.name if store.upgraded else "found it done")
"""


def first_schema(connection: Connection) -> MetaData:
    """The tables of the first version, made by its own migration."""
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    tables = MetaData()
    tables.reflect(connection)
    return tables


def rows_of_the_fixture() -> Rows:
    """Every row of every table as the first release left it, read without Rechki."""
    engine = create_engine(f"sqlite:///file:{STUDY / 'study.db'}?mode=ro&immutable=1&uri=true")
    tables = MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        return {
            name: [dict(row._mapping) for row in connection.execute(select(table))]
            for name, table in tables.tables.items()
            if name != "alembic_version"
        }


def as_of_now(rows: Rows) -> Rows:
    """Rows of the first version as the newest one must hold them."""
    now = {name: [{**row, **NEW.get(name, {})} for row in found] for name, found in rows.items()}
    for row in now["vector"]:
        row["text_hash"] = hashlib.sha256(row.pop("text_key").encode()).hexdigest()
    return now


def comparable(rows: Rows) -> dict[str, list[str]]:
    return {name: sorted(str(sorted(row.items())) for row in found) for name, found in rows.items()}


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A study that the first release left, on either database."""
    made = tmp_path / "study"
    shutil.copytree(STUDY, made)
    monkeypatch.delenv(DATABASE_URL, raising=False)
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").database()
        monkeypatch.setenv(DATABASE_URL, url)
        (made / "study.db").unlink()
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            tables = first_schema(connection).tables
            for name, found in rows_of_the_fixture().items():
                connection.execute(tables[name].insert(), found)
        engine.dispose()
    return made


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database file of a study that the first release left."""
    monkeypatch.delenv(DATABASE_URL, raising=False)
    shutil.copytree(STUDY, tmp_path / "study")
    return tmp_path / "study" / "study.db"


def version(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("select version_num from alembic_version").fetchone()[0])


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def backups(folder: Path) -> list[Path]:
    return sorted(folder.glob("study.db.*"))


def test_the_fixture_is_of_the_first_schema_and_holds_something_in_every_table() -> None:
    assert version(STUDY / "study.db") == "0001"
    found = rows_of_the_fixture()
    assert set(found) == set(schema.metadata.tables)
    assert all(found.values())


def test_every_row_of_every_table_outlives_the_way_to_the_newest_schema(folder: Path) -> None:
    store = Store.open(folder, load_study(folder))
    with store.transaction() as tx:
        after = {name: [dict(row._mapping) for row in tx.rows(table)] for name, table in schema.metadata.tables.items()}
    assert store.upgraded
    assert store.upgraded.before == "0001"
    assert comparable(after) == comparable(as_of_now(rows_of_the_fixture()))
    store.close()
    again = Store.open(folder, load_study(folder))
    assert again.upgraded is None
    again.close()


def test_what_was_told_of_a_file_has_its_row(folder: Path) -> None:
    told = {"row 4, column 'Оценка 1'": "no score", "row 12": "the same card as row 3"}
    url = os.environ.get(DATABASE_URL, f"sqlite:///{folder / 'study.db'}")
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg") if "postgres" in url else url)
    with engine.begin() as connection:
        notes = json.dumps([f"{where}: {words}" for where, words in told.items()])
        connection.execute(text("update source_file set notes = :notes"), {"notes": notes})
    engine.dispose()
    store = Store.open(folder, load_study(folder))
    with store.transaction() as tx:
        (file,) = cards.read_files(tx)
    store.close()
    assert [(note.row, note.said) for note in file.notes] == [
        (4, "row 4, column 'Оценка 1': no score"),
        (12, "row 12: the same card as row 3"),
    ]


def test_what_people_decided_and_named_reads_as_it_was_written(folder: Path) -> None:
    raw, store = rows_of_the_fixture(), Store.open(folder, load_study(folder))
    with store.transaction() as tx:
        decisions, events = review.live_decisions(tx, PURPOSE_FRAME), review.codebook_events(tx, PURPOSE_FRAME)
        codebook, states = review.coding(tx, PURPOSE_FRAME)
    store.close()
    newest = {row["annotation_id"]: row for row in sorted(raw["annotation"], key=lambda row: row["revision"])}
    counting = {
        f"{row['instance']}/{row['project']}/{row['annotation_id']}/{row['revision']}"
        for row in newest.values()
        if not row["removed"] and row["problem"] is None
    }
    assert {
        (made.decision_id, made.annotator, made.verdict.value, made.codes, made.decided_at) for made in decisions
    } == {
        (row["decision_id"], row["annotator"], row["verdict"], tuple(row["codes"]), row["decided_at"])
        for row in raw["decision"]
        if row["origin"] in counting
    }
    assert [(event.event_id, event.kind.value, event.payload) for event in events] == [
        (row["event_id"], row["kind"], row["payload"])
        for row in sorted(raw["codebook_event"], key=lambda row: row["sequence"])
    ]
    named = {row["code_id"]: row["payload"]["name"] for row in raw["codebook_event"] if row["kind"] == "create"}
    assert {code: codebook.codes[code].name for code in named} == named
    assert sum(bool(state.codes) for state in states.values()) == 44  # as the first release counted them


def test_a_study_of_the_first_schema_gives_its_old_balance(folder: Path) -> None:
    settings = load_study(folder)
    store = Store.open(folder, settings)
    report = gather(store, settings, folder)
    store.close()
    expected = pd.read_csv(STUDY / "expected_balance.csv", keep_default_na=False)
    columns = list(expected.columns)
    found = report.balance[columns].astype(object).where(report.balance[columns].notna(), "")
    pd.testing.assert_frame_equal(found, expected.astype(object), check_dtype=False)
    assert (report.confirmed, report.disputed, report.cards, report.rows) == (44, 0, 45, 68)
    assert report.awaiting > 0
    assert not report.masked


def test_both_databases_give_the_same_report(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Any
) -> None:
    settings = load_study(file.parent)
    found = []
    moved = tmp_path / "moved"
    shutil.copytree(file.parent, moved)
    for folder in (file.parent, moved):
        if folder is moved:
            monkeypatch.setenv(DATABASE_URL, postgres.database())
            assert rechki_here("status", folder).returncode == 1, "a study may not silently begin anew"
            assert rechki_here("move", folder).returncode == 0
            assert not (folder / "study.db").exists()
        store = Store.open(folder, settings)
        found.append(gather(store, settings, folder))
        store.close()
    for table in ("balance", "nets", "waves", "fixed"):
        pd.testing.assert_frame_equal(getattr(found[0], table), getattr(found[1], table), check_exact=True)
    assert found[0].evidence == found[1].evidence
    assert found[0].verbatims == found[1].verbatims
    assert found[0].dots == found[1].dots
    monkeypatch.delenv(DATABASE_URL)
    with pytest.raises(RechkiError, match="was moved to PostgreSQL"):
        Store.open(moved, settings)


def test_a_move_that_was_killed_is_repeated_and_one_onto_other_data_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch, postgres: Any
) -> None:
    folder, settings, url = file.parent, load_study(file.parent), postgres.database()
    monkeypatch.setenv(DATABASE_URL, url)
    here = Store.open_at(sqlite_address(folder), settings)
    there = Store.open_at(make_url(url).set(drivername="postgresql+psycopg"), settings)
    rows = copy_study(here, there)
    assert copy_study(here, there) == rows
    with there.transaction() as tx:
        tx.delete(schema.decision)
        tx.update(schema.card, {"card_id": tx.rows(schema.card)[0].card_id}, {"wave": "другая"})
    here.close()
    there.close()
    done = rechki_here("move", folder)
    assert done.returncode == 1
    assert "differs" in " ".join(done.stderr.split())
    again = Store.open_at(make_url(url).set(drivername="postgresql+psycopg"), settings)
    with again.transaction() as tx:
        assert tx.count(schema.decision) == 0, "a refused move must leave the database as it was"
    again.close()
    assert file.exists()


def test_a_file_is_copied_before_it_is_brought_up_to_date_and_that_is_told(file: Path) -> None:
    before = dump(file)
    done = rechki_here("status", file.parent, "--json")
    (backup,) = backups(file.parent)
    assert version(backup) == "0001"
    assert dump(backup) == before
    assert str(backup) in done.stderr.replace("\n", "")
    assert json.loads(done.stdout)["cards"] == 45
    assert rechki_here("status", file.parent).stderr == ""
    assert backups(file.parent) == [backup]


def test_without_a_copy_nothing_is_brought_up_to_date(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copymode", full)
        with pytest.raises(RechkiError, match="No space left"):
            Store.open(file.parent, load_study(file.parent))
    assert version(file) == "0001"
    assert backups(file.parent) == []


def test_a_killed_upgrade_leaves_the_old_study_and_can_be_repeated(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(op, "execute", killed)  # in the last step, after the rows were changed
        with pytest.raises(KeyboardInterrupt):
            Store.open(folder, load_study(folder))
    test_every_row_of_every_table_outlives_the_way_to_the_newest_schema(folder)


def test_of_two_upgrades_at_once_one_does_it_and_the_other_finds_it_done(file: Path) -> None:
    def start(_: int) -> str:
        script = [sys.executable, "-c", START, str(file.parent)]
        done = subprocess.run(script, capture_output=True, text=True, timeout=120, check=False)
        return done.stdout.strip() or done.stderr

    with ThreadPoolExecutor(3) as pool:
        told = sorted(pool.map(start, range(3)))
    assert told == ["found it done"] * 2 + [path.name for path in backups(file.parent)]


def spoil_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("update alembic_version set version_num = '9999'")


def spoil_application(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("drop table alembic_version")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.write_bytes("это не база данных".encode() * 100), "file is not a database"),
        (lambda file: file.write_bytes(file.read_bytes()[: len(file.read_bytes()) // 3]), "malformed"),
        (lambda file: (file.unlink(), file.mkdir()), "unable to open"),
        (spoil_version, "newer Rechki"),
        (spoil_application, "has not made"),
    ],
)
def test_a_file_that_is_broken_newer_or_foreign_is_refused_in_words(file: Path, spoil: Any, words: str) -> None:
    spoil(file)
    before = file.read_bytes() if file.is_file() else b""
    done = rechki_here("status", file.parent)
    assert done.returncode == 1
    assert words in " ".join(done.stderr.split())
    assert "study.db" in done.stderr.replace("\n", "")
    assert (file.read_bytes() if file.is_file() else b"") == before


def answer(tx: Transaction, task: ReviewTask, number: int, who: str, code: str) -> None:
    """Store an answer to a task of one phrase as a pull would."""
    origin = f"ls/99/{number}/1"
    key = {"instance": "ls", "project": 99, "annotation_id": number, "revision": 1, "task_key": task.key}
    more = {"annotator": who, "changed_at": now(), "content": "", "result": [], "removed": False, "problem": None}
    review.add_annotation(tx, {**key, **more})
    made = (task.kind.role, Verdict.ASSIGN, (code,), (), task.kind.is_blind, None, origin)
    review.add_decisions(
        tx, [Decision(f"{origin}{phrase}", PURPOSE_FRAME, phrase, who, now(), *made) for phrase in task.phrase_ids]
    )


def test_what_pages_confirmed_is_audited_and_a_dispute_is_asked_once_and_decided(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(STUDY, folder)
    settings = load_study(folder)
    store, encoder = Store.open(folder, settings), load_encoder("bundled-plain")
    remember(store, encoder, open_texts(store))

    def planned(kind: Kind) -> list[ReviewTask]:
        with store.transaction() as tx:
            return review.tasks(tx, PURPOSE_FRAME, kind)

    def disputed() -> bool:
        with store.transaction() as tx:
            return any(state.disputed for state in review.coding(tx, PURPOSE_FRAME)[1].values())

    plan_tasks(store, settings, encoder)
    audit = planned(Kind.AUDIT)
    with store.transaction() as tx:
        assert len(audit) == read_quality(tx, PURPOSE_FRAME, settings.review).audit.wanted == 20
        answer(tx, audit[0], 1, "another", OFF_TOPIC)
    assert disputed()
    plan_tasks(store, settings, encoder)
    assert plan_tasks(store, settings, encoder) == 0
    (dispute,) = planned(Kind.ADJUDICATION)
    assert dispute.phrase_ids == audit[0].phrase_ids
    assert OFF_TOPIC in dispute.suggested
    with store.transaction() as tx:
        answer(tx, dispute, 2, "judge", OFF_TOPIC)
        assert {made.role for made in review.live_decisions(tx, PURPOSE_FRAME)} == {Role.CODER, Role.ADJUDICATOR}
    assert not disputed()
    assert plan_tasks(store, settings, encoder) == 0
    with store.transaction() as tx:
        found = read_quality(tx, PURPOSE_FRAME, settings.review)
    assert (found.audit.answered, found.audit.differing, found.adjudicated) == (1, 1, len(dispute.phrase_ids))
    assert planned(Kind.AUDIT) == audit
    store.close()


def test_the_attributes_of_its_cards_are_measured_and_covered_by_the_hash(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(STUDY, folder)
    settings = load_study(folder)
    store = Store.open(folder, settings)
    report = gather(store, settings, folder)
    measures = set(report.measured.table["measure"])
    assert {"nps", "csi", "segment", "revenue_share", "abc", "revenue", "tenure"} <= measures
    assert report.measured.columns["first_visit"] == "first_date"
    other = settings.model_copy(update={"measures": settings.measures.model_copy(update={"permanent_after": 1})})
    assert gather(store, other, folder).evidence != report.evidence
    total = report.measured.table.query("measure == 'nps' and part == 'total'")
    fixed = {code.code_id for code in report.codes if code.fixed}
    people = {row.respondent for row in report.coded if row.codes - fixed}
    assert total["respondents"].item() + total["missing"].item() == len(people)
    store.close()

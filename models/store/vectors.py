"""Raw vectors by encoder fingerprint and text key, and the mean they are centred on."""

from collections.abc import Iterable, Sequence

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
    store: Store, encoder: Encoder, name: str, texts: dict[str, str], progress: Progress | None = None
) -> int:
    """Move the study into another encoder's space and return how many texts had to be encoded.

    The new vectors are gathered beside the old ones, so that a killed run goes on where it was; then the space changes
    in one transaction and the old vectors go. Proposals, tasks, decisions and codes stay as they are.
    """
    fresh = _encode_missing(store, encoder, texts, progress)
    with store.transaction() as tx:
        if not any(row.fingerprint == encoder.fingerprint for row in tx.rows(schema.vector_space)):
            fitted = bool(tx.rows(schema.vector_space))
            tx.delete(schema.vector_space, schema.vector_space.c.fingerprint != encoder.fingerprint)
            if fitted and texts:
                fit_space(tx, encoder, name, sorted(texts))
        tx.delete(schema.vector, schema.vector.c.fingerprint != encoder.fingerprint)
    return fresh


def _encode_missing(store: Store, encoder: Encoder, texts: dict[str, str], progress: Progress | None) -> int:
    with store.transaction() as tx:
        missing = sorted(texts.keys() - _cached(tx, encoder))
    for start in range(0, len(missing), _CHUNK):
        keys = missing[start : start + _CHUNK]

        def tick(done: int, _: int, before: int = start) -> None:
            if progress:
                progress(before + done, len(missing))

        raw = encoder.encode([without_numbers(texts[key]) for key in keys], tick)
        with store.transaction() as tx:
            tx.insert(schema.vector, (_row(encoder, key, line) for key, line in zip(keys, raw, strict=True)))
    return len(missing)


def read_centred(tx: Transaction, encoder: Encoder, keys: Sequence[str]) -> Vectors:
    """Return centred vectors of shape (len(keys), d); every key must have been remembered.

    The mean was fitted on the study's first proposal and is kept, so that later waves live in the same space. Before
    there is a proposal, the mean of all that is cached serves.
    """
    mean = _mean(tx, encoder)
    if mean is None:
        mean = fit_mean(_raw(tx, encoder, sorted(_cached(tx, encoder))), encoder.blocks)
    return centred(_raw(tx, encoder, keys), mean, encoder.blocks)


def fit_space(tx: Transaction, encoder: Encoder, name: str, keys: Sequence[str]) -> None:
    """Fit and keep the study's mean, at its first proposal; later calls change nothing."""
    if _mean(tx, encoder) is None:
        mean = fit_mean(_raw(tx, encoder, keys), encoder.blocks)
        values = {"encoder": name, "blocks": list(encoder.blocks), "fitted_on": len(keys), "fitted_at": now()}
        tx.insert(schema.vector_space, [{"fingerprint": encoder.fingerprint, "mean": mean.tobytes(), **values}])


def _cached(tx: Transaction, encoder: Encoder) -> set[str]:
    table = schema.vector
    return {row.text_key for row in tx.rows(table, table.c.fingerprint == encoder.fingerprint)}


def _raw(tx: Transaction, encoder: Encoder, keys: Iterable[str]) -> Vectors:
    table = schema.vector
    found = {row.text_key: row.raw for row in tx.rows(table, table.c.fingerprint == encoder.fingerprint)}
    lines = [np.frombuffer(found[key], dtype="<f4") for key in keys]
    return np.stack(lines) if lines else np.empty((0, sum(encoder.blocks)), np.float32)


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
    return {"fingerprint": encoder.fingerprint, "text_key": key, "raw": raw.astype("<f4").tobytes()}

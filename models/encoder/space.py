"""The space of a study: raw vectors normalised and centred on its mean, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Block:
    """One of the encoders joined in a space: how many numbers it gives, and its share of every cosine.

    The shares of a space sum to 1.
    """

    width: int
    share: float


def centred(raw: Vectors, mean: Vectors, blocks: Sequence[Block]) -> Vectors:
    """Bring raw vectors into the study's space.

    Each block is normalised, centred on the study's mean, normalised again and given its share, so that every vector
    has length 1.

    Parameters
    ----------
    raw : array of shape (n, width of all blocks)
    mean : array of shape (width of all blocks,)
        What `fit_mean` returned for the study.
    """
    out, at = [], 0
    for block in blocks:
        part = _unit(raw[:, at : at + block.width])
        out.append(np.sqrt(block.share) * _unit(part - mean[at : at + block.width]))
        at += block.width
    return np.hstack(out).astype(np.float32)


def fit_mean(raw: Vectors, blocks: Sequence[Block]) -> Vectors:
    """Return the mean of the normalised blocks, of shape (width of all blocks,)."""
    out, at = [], 0
    for block in blocks:
        out.append(_unit(raw[:, at : at + block.width]).mean(axis=0))
        at += block.width
    return np.concatenate(out).astype(np.float32)


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(length, 1e-9)

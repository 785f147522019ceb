"""The space of a study: raw vectors normalised and centred on its mean, block by block."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


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


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(length, 1e-9)

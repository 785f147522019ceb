"""A column of texts to its different texts and their centred vectors, without a study: what `rechki embed` computes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors, centred, fit_mean
from models.privacy.masking import masked
from models.text import text_key, without_numbers


@dataclass(frozen=True)
class Column:
    """n texts, and the different ones among them.

    Attributes
    ----------
    shown : tuple of str
        Every text with personal data masked, as a study would show it.
    keys : tuple of str
        The keys of the different texts, sorted.
    said : tuple of str
        One spelling of every key, the first in the order of the alphabet: the order of the rows plays no part.
    place : int array of shape (n,)
        Where every text stands among the keys; the number of keys for a text that was left out.
    empty : bool array of shape (n,)
    """

    shown: tuple[str, ...]
    keys: tuple[str, ...]
    said: tuple[str, ...]
    place: npt.NDArray[np.int64]
    empty: npt.NDArray[np.bool_]

    def spread(self, values: npt.NDArray[Any], left_out: float) -> npt.NDArray[Any]:
        """Return a value for every text out of the values (keys, …) of the different ones."""
        return np.concatenate([values, np.full((1, *values.shape[1:]), left_out, values.dtype)])[self.place]


def column_of(texts: Sequence[str], left_out: Sequence[bool] | None = None) -> Column:
    """Mask the texts of a column and find the different ones; empty ones, and those named, are left out."""
    shown = tuple(without_numbers(masked(text)) for text in texts)
    keys = [text_key(text) for text in shown]
    kept = [bool(key) and not out for key, out in zip(keys, left_out or [False] * len(keys), strict=True)]
    spelt: dict[str, str] = {}
    for key, text, stays in zip(keys, shown, kept, strict=True):
        if stays:
            spelt[key] = min(text, spelt.get(key, text))
    distinct = sorted(spelt)
    at = {key: number for number, key in enumerate(distinct)}
    place = [at[key] if stays else len(distinct) for key, stays in zip(keys, kept, strict=True)]
    return Column(
        shown,
        tuple(distinct),
        tuple(spelt[key] for key in distinct),
        np.array(place, np.int64),
        np.array([not key for key in keys], bool),
    )


def embedded(column: Column, encoder: Encoder, progress: Progress | None = None) -> Vectors:
    """Return a unit vector for every different text, of shape (keys, sum(encoder.blocks)).

    The vectors are centred on their mean, so that their cosines compare texts of this column; a single text cannot be
    centred and is not.
    """
    raw = encoder.encode(column.said, progress)
    mean = fit_mean(raw, encoder.blocks) if len(raw) > 1 else np.zeros(sum(encoder.blocks), np.float32)
    return centred(raw, mean, encoder.blocks)

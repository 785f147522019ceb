"""A column of texts to centred vectors, without a study: what `rechki embed` computes."""

from collections.abc import Sequence

import numpy as np

from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors, centred, fit_mean
from models.privacy.masking import masked
from models.text import text_key, without_numbers


def embedded(texts: Sequence[str], encoder: Encoder, progress: Progress | None = None) -> tuple[Vectors, int]:
    """Return one unit vector a text, in their order, and how many texts are empty; an empty text's vector is zero.

    Equal texts get equal vectors and are encoded once. The vectors are centred on the mean of the different texts, so
    that their cosines compare texts of this column; a column of one text cannot be centred and is not. Personal data
    is masked before encoding, as in a study.

    Returns
    -------
    vectors : float32 array of shape (n, sum(encoder.blocks))
    """
    shown = [without_numbers(masked(text)) for text in texts]
    keys = [text_key(text) for text in shown]
    distinct = sorted({key for key in keys if key})
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    raw = encoder.encode([shown[first[key]] for key in distinct], progress)
    mean = fit_mean(raw, encoder.blocks) if len(distinct) > 1 else np.zeros(sum(encoder.blocks), np.float32)
    vectors = centred(raw, mean, encoder.blocks) if distinct else raw
    place = {key: at for at, key in enumerate(distinct)}
    rows = np.array([place.get(key, len(distinct)) for key in keys], np.int64)
    return np.vstack([vectors, np.zeros((1, sum(encoder.blocks)), np.float32)])[rows], keys.count("")

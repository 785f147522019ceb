"""Several comparisons at once: a report says of many what changed, and each of them could be chance."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def holm(p: Floats) -> Floats:
    """Correct p values for their number (Holm 1979); NaN stays and does not count.

    Valid however the tests depend on each other, as they do here: people are in several streams.
    """
    adjusted = np.full(len(p), np.nan)
    there = np.flatnonzero(~np.isnan(p))
    order = there[np.argsort(p[there], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted


def carried(p_adjusted: float, level: float) -> bool:
    """Tell whether a difference may be claimed at a level in percent; NaN, where nothing could be compared, may not."""
    return p_adjusted <= 1 - level / 100

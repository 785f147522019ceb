"""A map of the phrases: near on it is near in affinity."""

import numpy as np
import numpy.typing as npt

from models.clusters.groups import Floats

_PERPLEXITY = 20.0  # about how many neighbours a phrase keeps near it
_FEWEST = 4
_SPREAD = 10.0  # of the start: wide enough that the axes keep the phrases where they are
_STEPS = 400


def places(affinity: Floats, seed: int) -> Floats:
    """Lay n phrases out in two dimensions; shape (n, 2), each axis within -1 and 1.

    t-SNE (van der Maaten & Hinton 2008) that starts from the leading axes of the affinities, widely spread and without
    early exaggeration: the same phrases are always at the same places, and one more moves the others little.
    """
    n = len(affinity)
    axes = _axes(affinity)
    if n >= _FEWEST and axes.any():
        from sklearn.manifold import TSNE

        distance = np.maximum(1 - affinity, 0)
        np.fill_diagonal(distance, 0)
        axes = TSNE(
            metric="precomputed",
            init=(_SPREAD * axes).astype(np.float32),
            perplexity=min(_PERPLEXITY, (n - 1) / 3),
            early_exaggeration=1.0,
            max_iter=_STEPS,
            random_state=seed,
        ).fit_transform(distance)
    least = axes.min(axis=0, initial=np.inf)
    width = np.maximum(axes.max(axis=0, initial=-np.inf) - least, 1e-9)
    return (2 * (axes - least) / width - 1).astype(np.float32) if axes.any() else axes.astype(np.float32)


def _axes(affinity: Floats) -> npt.NDArray[np.float64]:
    """The two leading axes of the centred affinities (classical scaling), each with a deviation of 1."""
    n = len(affinity)
    centred = (affinity - affinity.mean(axis=0) - affinity.mean(axis=1)[:, None] + affinity.mean()).astype(np.float64)
    if n < _FEWEST or np.abs(centred).max() < 1e-6:
        return np.zeros((n, 2))
    from scipy.sparse.linalg import eigsh

    axes = eigsh(centred, k=2, which="LA", v0=np.linspace(-1, 1, n))[1][:, ::-1]
    axes *= np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1, 1)  # an axis has no direction of its own
    return axes / np.maximum(axes.std(axis=0), 1e-9)

"""A group that is several: its texts grouped again in finer grain."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.cluster.hierarchy import cut_tree

from models.clusters.affinity import affinities
from models.clusters.consensus import tree
from models.clusters.groups import Groups, groups_of, mean_affinities
from models.clusters.kin import kin_of
from models.clusters.layout import places
from models.clusters.proposal import propose_groups
from models.config import Proposal
from models.encoder.space import Vectors

FEWEST = 4  # distinct texts that can be two groups
_FINER = (0.0, 0.1, 0.2)  # added to the study's `finer`, one after the other, until there are several groups
_SMALLEST = 3  # texts a group should have on the mean


def finer_groups(vectors: Vectors, blocks: Sequence[int], keys: Sequence[str], settings: Proposal) -> Groups:
    """Group texts that were one group, none of them left out: at least two groups, the same for the same texts.

    Where no finer grain finds several, the two main branches of the tree are the groups.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Centred vectors of n distinct texts, n at least `FEWEST`.
    blocks : sequence of int
        Widths of the joined encoders' parts; their sum is d.
    keys : sequence of n str
    """
    most = max(2, len(keys) // _SMALLEST)
    for more in _FINER:
        options = {"finer": settings.finer + more, "min_phrases": FEWEST, "unassigned": 0.0, "most_groups": most}
        found = propose_groups(vectors, blocks, keys, settings.model_copy(update=options))
        if found.count > 1:
            return found
    affinity = affinities(vectors, blocks)
    labels = cut_tree(tree(1 - affinity), 2)[:, 0].astype(np.int64)
    groups = groups_of(labels, mean_affinities(affinity, labels))
    return replace(groups, kin=kin_of(affinity, groups.labels, groups.count), places=places(affinity, settings.seed))

"""OUT.csv and OUT.groups.csv of `rechki cluster`: the groups for other programs."""

from collections.abc import Sequence

import pandas as pd

from models.clustering import Clustered
from reports.tables import plain_csv


def rows_csv(found: Clustered, ids: Sequence[str], texts: Sequence[str]) -> bytes:
    """One line a text, in the order given: id, text, cluster, nearest (-1: none), confidence."""
    return plain_csv(
        pd.DataFrame(
            {
                "id": ids,
                "text": texts,
                "cluster": found.labels,
                "nearest": found.nearest,
                "confidence": found.confidence.astype(float).round(3),
            }
        )
    )


def groups_csv(found: Clustered) -> bytes:
    """One line a group: cluster, name, size, keywords, exemplars, net; lists joined by `` | ``.

    A net is called by its largest group.
    """
    names = net_names(found)
    return plain_csv(
        pd.DataFrame(
            {
                "cluster": range(len(found.sizes)),
                "name": [portrait.name for portrait in found.portraits],
                "size": found.sizes,
                "keywords": [" | ".join(portrait.keywords) for portrait in found.portraits],
                "exemplars": [" | ".join(portrait.exemplars) for portrait in found.portraits],
                "net": [names[net] for net in found.nets],
            }
        )
    )


def net_names(found: Clustered) -> dict[int, str]:
    """Return the name of every net: that of its largest group."""
    largest = reversed(list(zip(found.nets, found.portraits, strict=True)))
    return {net: portrait.name for net, portrait in largest}

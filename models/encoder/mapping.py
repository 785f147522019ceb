"""A linear map of the vectors of an encoder that cannot be trained itself (Universal Sentence Encoder).

Learned as the adapter is: phrases with one label come together, against the other labels of their domain, while the
neighbourhoods that the encoder sees unmapped are kept (`models.encoder.training`). The map is the identity and
something of a low rank; several seeds are averaged.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

from models.encoder.adapter import MAP
from models.encoder.space import Vectors
from models.encoder.training import Domain, Progress, centred_on_batch, contrastive, distilled, domains_in_turn, drawn


@dataclass(frozen=True)
class MapRecipe:
    """Everything that decides a map besides its data; the names mean what they mean in `models.encoder.training`."""

    rank: int = 64
    epochs: float = 20
    rate: float = 1e-3
    temperature: float = 0.1
    distillation: float = 0.5
    teacher_temperature: float = 0.1
    batch: int = 72
    seeds: tuple[int, ...] = (0, 1, 2, 3)


def train_map(
    domains: Sequence[Domain],
    encode: Callable[[list[str]], Vectors],
    recipe: MapRecipe,
    progress: Progress | None = None,
) -> Vectors:
    """Learn a map M from labelled phrases: ``encode(texts) @ M`` are the mapped vectors.

    Parameters
    ----------
    domains : sequence of mappings of label to its phrases
        Labels are compared within a domain only.
    encode : callable
        Texts to unit vectors of shape (texts, d).

    Returns
    -------
    array of shape (d, d)
    """
    texts = list(dict.fromkeys(text for domain in domains for phrases in domain.values() for text in phrases))
    known = dict(zip(texts, torch.from_numpy(np.ascontiguousarray(encode(texts))), strict=True))
    steps = max(1, round(recipe.epochs * len(domains)))
    maps = []
    for number, seed in enumerate(recipe.seeds):
        draw = random.Random(seed)  # noqa: S311  (draws of a seeded training)
        down, up = _beginning(len(known[texts[0]]), recipe.rank, seed)
        optimizer = torch.optim.AdamW([down, up], lr=recipe.rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps + 1, pct_start=0.06)
        for step, domain in enumerate(islice(domains_in_turn(domains, draw), steps), start=1):
            batch, labels = drawn(domain, recipe.batch, draw)
            unmapped = torch.stack([known[text] for text in batch])
            vectors = centred_on_batch(unmapped + unmapped @ down @ up)
            loss = contrastive(vectors, labels, recipe.temperature) + recipe.distillation * distilled(
                vectors, centred_on_batch(unmapped), recipe.teacher_temperature
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            if progress:
                progress(number * steps + step, len(recipe.seeds) * steps)
        maps.append(torch.eye(len(down)) + (down @ up).detach())
    return np.asarray(torch.stack(maps).mean(dim=0).numpy(), np.float32)


def save_map(matrix: Vectors, folder: Path) -> None:
    """Save a map beside an adapter, in half precision, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f".{MAP}"
    save_file({"map": matrix.astype(np.float16)}, made)
    made.chmod(0o644)
    made.replace(folder / MAP)


def read_map(folder: Path) -> Vectors:
    """Return the map of shape (d, d) that a folder holds."""
    return load_file(folder / MAP)["map"].astype(np.float32)


def _beginning(width: int, rank: int, seed: int) -> tuple[torch.nn.Parameter, torch.nn.Parameter]:
    """Return the two factors as they are before the first step: their product is zero."""
    down = torch.randn(width, rank, generator=torch.Generator().manual_seed(seed)) / width**0.5
    return torch.nn.Parameter(down), torch.nn.Parameter(torch.zeros(rank, width))

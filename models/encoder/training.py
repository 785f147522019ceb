"""How an adapter is trained: phrases with one label come together, against the other labels of their domain.

Each step takes the phrases of one domain, so that the wrong neighbours are those an analyst would meet. Their vectors
are centred on the batch, as a study's are on its mean. Two terms are added:

- the supervised contrastive loss (Khosla et al. 2020, equation 2), and
- the cross-entropy between the neighbourhoods a teacher sees in the same batch and those of the trained encoder
  (relational distillation, Park et al. 2019, over softmaxed similarities), so that what the untrained encoders know of
  plain short answers is not unlearned.

Only the upper layers are adapted. What goes into them never changes and is computed once.
"""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from models.encoder.adapter import BASE, SETTINGS, WEIGHTS
from models.encoder.space import Vectors

Domain = Mapping[str, Sequence[str]]
Progress = Callable[[int, int], None]
_AT_ONCE = 64
_PARTS = 3  # a batch goes through in parts of like lengths, which saves padding


@dataclass(frozen=True)
class Recipe:
    """Everything that decides an adapter besides its data.

    Attributes
    ----------
    top : int
        How many of the upper layers are adapted.
    temperature, teacher_temperature : float
        Of the contrastive loss, and of both neighbourhoods in the distillation.
    distillation : float
        Weight of the distillation against the contrastive loss.
    batch : int
        Phrases a step, shared equally among the labels of its domain.
    seeds : tuple of int
        One adapter is trained for each, and what they do to the weights is averaged.
    """

    rank: int = 16
    top: int = 6
    epochs: float = 5
    rate: float = 1e-3
    temperature: float = 0.15
    distillation: float = 0.5
    teacher_temperature: float = 0.1
    batch: int = 72
    seeds: tuple[int, ...] = (0,)


def train_adapter(
    encoder: Any,  # noqa: ANN401  (a SentenceTransformer: transformer, mean pooling)
    domains: Sequence[Domain],
    teach: Callable[[list[str]], Vectors],
    recipe: Recipe,
    out: Path,
    progress: Progress | None = None,
) -> list[float]:
    """Train an adapter of `encoder` on labelled phrases, save it in `out`, and return the losses of all steps.

    The encoder's weights are left as they were. The mean of several seeds is itself an adapter, of the ranks together.

    Parameters
    ----------
    domains : sequence of mappings of label to its phrases
        Labels are compared within a domain only; a domain needs two labels and a label two phrases.
    teach : callable
        Texts to unit vectors of another encoder, of shape (texts, any width). With the vectors of `encoder` itself
        before it is trained, they are the teacher of the distillation.
    """
    transformer = encoder[0].model
    first = len(transformer.encoder.layer) - recipe.top
    texts = list(dict.fromkeys(text for domain in domains for phrases in domain.values() for text in phrases))
    below, untrained = _seen(encoder, texts, first)
    beside = dict(zip(texts, torch.from_numpy(np.ascontiguousarray(teach(texts))), strict=True))
    steps = max(1, round(recipe.epochs * len(domains)))
    losses: list[float] = []
    trained: list[dict[str, torch.Tensor]] = []
    for number, seed in enumerate(recipe.seeds):
        draw = random.Random(seed)  # noqa: S311  (draws of a seeded training)
        adapted = _adapted(transformer, recipe, 1, seed)
        layers = list(adapted.base_model.model.encoder.layer)[first:]
        weights = [weight for weight in adapted.parameters() if weight.requires_grad]
        optimizer = torch.optim.AdamW(weights, lr=recipe.rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps + 1, pct_start=0.06)
        for step, domain in enumerate(islice(domains_in_turn(domains, draw), steps), start=1):
            batch, labels = drawn(domain, recipe.batch, draw)
            vectors = centred_on_batch(_above(layers, [below[text] for text in batch]))
            known = [centred_on_batch(torch.stack([view[text] for text in batch])) for view in (untrained, beside)]
            loss = contrastive(vectors, labels, recipe.temperature)
            if recipe.distillation:
                loss = loss + recipe.distillation * distilled(
                    vectors, torch.hstack(known) / 2**0.5, recipe.teacher_temperature
                )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
            if progress:
                progress(number * steps + step, len(recipe.seeds) * steps)
        trained.append(_weights(adapted))
        adapted.unload()
    mean = _adapted(transformer, recipe, len(trained), recipe.seeds[0])
    _save_mean(mean, trained, out)
    mean.unload()
    return losses


def _adapted(transformer: Any, recipe: Recipe, times: int, seed: int) -> Any:  # noqa: ANN401
    """Put a fresh adapter of `times` the recipe's rank on a transformer, ready to train."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    first = len(transformer.encoder.layer) - recipe.top
    config = LoraConfig(
        r=times * recipe.rank,
        lora_alpha=2 * recipe.rank,  # its scale is alpha / r: twice the mean of the adapters that it holds
        target_modules=["query", "key", "value", "dense"],
        layers_to_transform=list(range(first, first + recipe.top)),
        layers_pattern="layer",
    )
    adapted: Any = get_peft_model(transformer, config)
    adapted.train()
    for module in adapted.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return adapted


def _weights(adapted: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
    return {name: weight.detach().clone() for name, weight in adapted.named_parameters() if "lora_" in name}


def _save_mean(adapted: Any, trained: Sequence[dict[str, torch.Tensor]], out: Path) -> None:  # noqa: ANN401
    """Save the mean of adapters as one, in half precision: their factors side by side."""
    held = dict(adapted.named_parameters())
    with torch.no_grad():
        for name in trained[0]:
            rank = 0 if "lora_A" in name else 1
            held[name].copy_(torch.cat([weights[name] for weights in trained], dim=rank))
            held[name].data = held[name].data.half()
    adapted.peft_config["default"].base_model_name_or_path = BASE
    _save(adapted, out)


def _save(adapted: Any, out: Path) -> None:  # noqa: ANN401
    """Save an adapter's two files; a card that stands beside them stays as it is."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".saving-") as made:
        adapted.save_pretrained(made, save_embedding_layers=False)  # else it looks the base up on the net
        settings = json.loads((Path(made) / SETTINGS).read_text("utf-8"))
        settings["target_modules"] = sorted(settings["target_modules"])  # a set: its order would change the checksum
        (Path(made) / SETTINGS).write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", "utf-8")
        for name in (SETTINGS, WEIGHTS):
            (Path(made) / name).chmod(0o644)
            (Path(made) / name).replace(out / name)


def contrastive(vectors: torch.Tensor, labels: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return the supervised contrastive loss of unit vectors (n, d) with labels (n,)."""
    own = torch.eye(len(labels), dtype=torch.bool)
    same = (labels[:, None] == labels[None, :]) & ~own
    likely = torch.log_softmax((vectors @ vectors.T / temperature).masked_fill(own, -1e9), dim=1)
    return (-(likely * same).sum(dim=1) / same.sum(dim=1).clamp(min=1)).mean()


def distilled(vectors: torch.Tensor, teacher: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return the cross-entropy of the neighbourhoods among `vectors` to those among the teacher's unit vectors."""
    own = torch.eye(len(vectors), dtype=torch.bool)
    wanted = torch.softmax((teacher @ teacher.T / temperature).masked_fill(own, -1e9), dim=1)
    likely = torch.log_softmax((vectors @ vectors.T / temperature).masked_fill(own, -1e9), dim=1)
    return -(wanted * likely).sum(dim=1).mean()


def domains_in_turn(domains: Sequence[Domain], draw: random.Random) -> Iterator[Domain]:
    """Yield domains without end: all of them in a drawn order, then again in another."""
    while True:
        yield from draw.sample(domains, len(domains))


def drawn(domain: Domain, size: int, draw: random.Random) -> tuple[list[str], torch.Tensor]:
    """Draw about `size` phrases of a domain, as many of each label, and return them with their labels' numbers."""
    labels = list(domain)
    most = max(2, size // len(labels))
    chosen = [
        (text, at)
        for at, label in enumerate(labels)
        for text in draw.sample(domain[label], min(most, len(domain[label])))
    ]
    return [text for text, _ in chosen], torch.tensor([at for _, at in chosen])


def centred_on_batch(vectors: torch.Tensor) -> torch.Tensor:
    """Return vectors (n, d) without their mean, of unit length: what `models.encoder.space` does to a study."""
    return functional.normalize(vectors - vectors.mean(dim=0, keepdim=True), dim=1)


@torch.no_grad()
def _seen(encoder: Any, texts: Sequence[str], first: int) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:  # noqa: ANN401
    """Return for every text what goes into layer `first`, of shape (its tokens, width), and the encoder's vector."""
    below: dict[str, torch.Tensor] = {}
    vectors: dict[str, torch.Tensor] = {}
    transformer, tokenizer = encoder[0].model.eval(), encoder.tokenizer
    ordered = sorted(texts, key=len)
    for start in range(0, len(ordered), _AT_ONCE):
        batch = ordered[start : start + _AT_ONCE]
        tokens = tokenizer(batch, padding=True, truncation=True, max_length=64, return_tensors="pt")
        mask = tokens["attention_mask"]
        states = transformer(
            input_ids=tokens["input_ids"], attention_mask=mask, output_hidden_states=True
        ).hidden_states
        lengths = mask.sum(dim=1)
        below.update(
            (text, state[:length].clone()) for text, state, length in zip(batch, states[first], lengths, strict=True)
        )
        vectors.update(zip(batch, _pooled(states[-1], mask.bool()), strict=True))
    return below, vectors


def _above(layers: Sequence[torch.nn.Module], states: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the mean-pooled unit vectors that the upper layers make of what goes into them."""
    ordered = sorted(range(len(states)), key=lambda at: len(states[at]))
    size = -(-len(ordered) // _PARTS)
    parts = [
        _through(layers, [states[at] for at in ordered[start : start + size]]) for start in range(0, len(ordered), size)
    ]
    back = torch.empty(len(ordered), dtype=torch.long)
    back[torch.tensor(ordered)] = torch.arange(len(ordered))
    return torch.cat(parts)[back]


def _through(layers: Sequence[torch.nn.Module], states: Sequence[torch.Tensor]) -> torch.Tensor:
    lengths = torch.tensor([len(state) for state in states])
    hidden = torch.nn.utils.rnn.pad_sequence(list(states), batch_first=True)
    there = torch.arange(hidden.shape[1])[None, :] < lengths[:, None]
    mask = torch.zeros(len(states), 1, 1, hidden.shape[1]).masked_fill(~there[:, None, None, :], -1e9)
    for layer in layers:
        out = layer(hidden, mask)
        hidden = out[0] if isinstance(out, tuple) else out
    return _pooled(hidden, there)


def _pooled(hidden: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    kept = there[:, :, None].float()
    return functional.normalize((hidden * kept).sum(dim=1) / kept.sum(dim=1), dim=1)

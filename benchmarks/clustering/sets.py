"""Labelled sets: distinct texts with their right codes, and their vectors."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from models.encoder.load import Encoder
from models.encoder.space import Vectors, centred, fit_mean
from models.privacy.masking import masked
from models.text import text_key, without_numbers

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "benchmarks" / "data"
ANSWERS = ROOT / "training" / "data" / "answers"
FIXED = {"нет ответа", "не по теме"}


@dataclass(frozen=True)
class LabelledSet:
    """Distinct texts of one set, in the order of their keys.

    Attributes
    ----------
    kind : str
        ``hard``: card sets whose wording hardly repeats; ``short``: short answers; ``dev domain``; ``given``.
    codes : tuple of frozenset of str
        Right codes of every text.
    raw, names : arrays of shape (n, d) and (codes, d)
        Raw vectors of the texts and of the codes' names.
    """

    name: str
    kind: str
    texts: tuple[str, ...]
    codes: tuple[frozenset[str], ...]
    raw: Vectors
    names: Vectors
    blocks: tuple[int, ...]

    @cached_property
    def keys(self) -> list[str]:
        """The texts' keys."""
        return [text_key(text) for text in self.texts]

    @cached_property
    def all_codes(self) -> list[str]:
        """The names of all codes, sorted."""
        return sorted(frozenset().union(*self.codes))

    @cached_property
    def mean(self) -> Vectors:
        """The mean the vectors are centred on."""
        return fit_mean(self.raw, self.blocks)

    @cached_property
    def vectors(self) -> Vectors:
        """Centred vectors of the texts."""
        return centred(self.raw, self.mean, self.blocks)

    @cached_property
    def code_vectors(self) -> dict[str, Vectors]:
        """Centred vectors of the codes' names."""
        return dict(zip(self.all_codes, centred(self.names, self.mean, self.blocks), strict=True))

    def without(self, at: int) -> "LabelledSet":
        """Return the set with one text less."""
        kept = np.arange(len(self.texts)) != at
        texts = tuple(text for text, stays in zip(self.texts, kept, strict=True) if stays)
        codes = tuple(code for code, stays in zip(self.codes, kept, strict=True) if stays)
        return LabelledSet(self.name, self.kind, texts, codes, self.raw[kept], self.names, self.blocks)

    def shuffled(self, seed: int) -> tuple["LabelledSet", np.ndarray]:
        """Return the set in another order, and where each of its texts stood before."""
        order = np.random.default_rng(seed).permutation(len(self.texts))
        texts, codes = tuple(self.texts[at] for at in order), tuple(self.codes[at] for at in order)
        return LabelledSet(self.name, self.kind, texts, codes, self.raw[order], self.names, self.blocks), order


def labelled_sets(encoder: Encoder, given: list[Path], domains: bool) -> Iterator[LabelledSet]:
    """Yield the sets of the repository and those given: CSV with the columns ``text`` and ``code`` (codes by ``|``)."""
    for name in ("gsr", "school", "clinic", "yoga", "garage"):
        folder = ROOT / "examples" / "gsr" if name == "gsr" else DATA
        yield _set(name, "hard", _cards(folder / f"{name}_cards.csv", folder / f"{name}_truth.csv"), encoder)
    for path in sorted(DATA.glob("short_*.csv")):
        yield _set(path.stem, "short", _table(path), encoder)
    if domains:
        yield from labelled_domains(encoder, "dev")
    for path in given:
        yield _set(path.stem, "given", _table(path), encoder)


def _set(name: str, kind: str, answers: list[tuple[str, str]], encoder: Encoder) -> LabelledSet:
    by_key: dict[str, tuple[str, frozenset[str]]] = {}
    for text, codes in answers:
        right = frozenset(code.strip() for code in codes.split("|"))
        if text.strip() and not right & FIXED:
            shown = without_numbers(masked(text))
            by_key.setdefault(text_key(shown), (shown, right))
    ordered = [by_key[key] for key in sorted(by_key)]
    texts, right = tuple(text for text, _ in ordered), tuple(codes for _, codes in ordered)
    names = sorted(frozenset().union(*right))
    return LabelledSet(name, kind, texts, right, encoder.encode(texts), encoder.encode(names), encoder.blocks)


def _cards(cards: Path, truth: Path) -> list[tuple[str, str]]:
    with cards.open(encoding="utf-8-sig", newline="") as lines:
        by_id = {line["card_id"]: line for line in csv.DictReader(lines)}
    with truth.open(encoding="utf-8-sig", newline="") as lines:
        return [(by_id[row["card_id"]][f"purpose_{row['row']}"], row["codes"]) for row in csv.DictReader(lines)]


def _table(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [(row["text"], row["code"]) for row in csv.DictReader(lines)]


def labelled_domains(encoder: Encoder, split: str) -> Iterator[LabelledSet]:
    """Yield the domains of training/data/phrases.csv of one split."""
    for number, answers in enumerate(domain_rows(split).values(), start=1):
        yield _set(f"{split} {number}", f"{split} domain", answers, encoder)


def domain_rows(split: str) -> dict[str, list[tuple[str, str]]]:
    """Return the phrases and labels of the domains of training/data/phrases.csv of one split."""
    folder = ROOT / "training" / "data"
    with (folder / "splits.csv").open(encoding="utf-8", newline="") as lines:
        wanted = [row["domain"] for row in csv.DictReader(lines) if row["split"] == split]
    with (folder / "phrases.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["domain"] in set(wanted)]
    return {domain: [(row["phrase"], row["label"]) for row in rows if row["domain"] == domain] for domain in wanted}

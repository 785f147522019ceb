"""How good codes are that a new wave is given from a coded one: make bench-suggest.

    python benchmarks/suggesting.py [--out FOLDER] [--draws 3] [--test] [--setfit SET …]

The card sets have two waves of their own: wave 1 is coded, wave 2 is new. From the other sets waves are drawn, with one
to three codes held back. Writes suggesting.md. `--test` adds the test domains (for final figures only). `--setfit`
names the card sets that SetFit is compared on: it trains an encoder for each, which takes minutes.
"""

import argparse
import itertools
import os
import platform
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.clustering.heads import HEADS  # noqa: E402
from benchmarks.clustering.tuned import BATCH, PAIRS, RATE, setfit  # noqa: E402
from benchmarks.clustering.waves import CARDS, Remembering, Wave, domain_waves, real_waves, simulated_waves  # noqa: E402
from models.config import default_study  # noqa: E402
from models.encoder.load import load_encoder  # noqa: E402
from models.suggest import Coded  # noqa: E402
from models.suggesting import Learned, Suggested, learn, suggest_texts  # noqa: E402

SETTINGS = default_study("waves")
SIZES = (0, 25, 50, 100, 200)
CURVES = ("Rechki", "nearest centroid, names", "logistic head, names")
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0001)
Given = Mapping[int, Mapping[str, int]]
KINDS = {
    "waves": "Card sets, wave 1 to wave 2",
    "hard": "Card sets, waves drawn",
    "stories": "Stories, waves drawn",
    "short": "Short answers, waves drawn",
    "answers": "More short answers, waves drawn",
    "dev domain": "Development domains, waves drawn",
    "test domain": "Test domains, waves drawn",
}


@dataclass(frozen=True)
class Judged:
    """A wave, what is known of it, and what the product suggests."""

    wave: Wave
    known: Learned
    found: Suggested

    @property
    def place(self) -> np.ndarray:
        """Place of every new row among the different texts; the last for rows that say nothing."""
        return self.known.column.place[len(self.wave.coded) :]

    @property
    def inside(self) -> np.ndarray:
        """Judged rows that have a code of the first wave."""
        return np.flatnonzero(self.wave.known & self.wave.judged)

    @property
    def outside(self) -> np.ndarray:
        """Judged rows that have none."""
        return np.flatnonzero(~self.wave.known & self.wave.judged)

    @property
    def right(self) -> np.ndarray:
        """Whether the first suggestion of every new row is one of its codes."""
        rows = zip(self.found.codes, self.wave.new, strict=True)
        return np.array([bool(codes) and codes[0] in right for codes, (_, right) in rows])

    def share_right(self, scores: np.ndarray, given: Given | None = None) -> tuple[float, float]:
        """First suggestion right, and one of three, of the rows that have a code; what the same words had comes first.

        Parameters
        ----------
        scores : array of shape (different texts, codes)
        given : mapping, optional
            What is coded, when it is not all of the first wave.
        """
        given = self.known.given if given is None else given
        codes, first, three = self.known.coded.codes, [], []
        for row in self.inside:
            at, right = int(self.place[row]), self.wave.new[row][1]
            if at == len(scores):  # taken to say nothing
                ranked = list(self.found.codes[row])
            else:
                before = given.get(at, {})
                order = sorted(range(len(codes)), key=lambda code: (-before.get(codes[code], 0), -scores[at][code]))
                ranked = [codes[code] for code in order[:3]]
            first.append(ranked[:1] != [] and ranked[0] in right)
            three.append(bool(right & set(ranked)))
        return float(np.mean(first)), float(np.mean(three))


def main() -> None:
    """Run and write."""
    warnings.filterwarnings("ignore")
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    asked.add_argument("--draws", type=int, default=3, help="waves drawn of every set that has none")
    asked.add_argument("--test", action="store_true")
    asked.add_argument("--setfit", nargs="*", default=CARDS, choices=CARDS)
    options = asked.parse_args()
    waves = [*real_waves(), *simulated_waves(options.draws)]
    if options.test:
        waves += domain_waves("test", options.draws)
    encoder = Remembering(load_encoder(SETTINGS.encoder))
    encoder.remember(waves)
    begun = time.process_time()
    judged = [judge(wave, encoder) for wave in waves]
    seconds = (time.process_time() - begun) / len(waves)
    sections = [_head(seconds), _real([each for each in judged if each.wave.kind == "waves"], options.setfit)]
    sections += [_drawn(kind, [each for each in judged if each.wave.kind == kind]) for kind in KINDS if kind != "waves"]
    sections += [_curve(judged), _reliability(judged)]
    options.out.mkdir(parents=True, exist_ok=True)
    text = "\n".join(section for section in sections if section)
    (options.out / "suggesting.md").write_text(text, "utf-8")
    print(text)


def judge(wave: Wave, encoder: Remembering) -> Judged:
    """Learn a wave and suggest for it, as `rechki suggest` does."""
    texts = [text for text, _ in wave.new]
    known = learn(wave.coded, texts, encoder, SETTINGS)  # type: ignore[arg-type]
    return Judged(wave, known, suggest_texts(wave.coded, texts, encoder, SETTINGS))  # type: ignore[arg-type]


def _shares(each: Judged) -> dict[str, tuple[float, float]]:
    return {name: each.share_right(head(each.known.coded, each.known.vectors)) for name, head in HEADS.items()}


def _real(judged: Sequence[Judged], tuned: Sequence[str]) -> str:
    names = [each.wave.name for each in judged]
    shares = {each.wave.name: _shares(each) for each in judged}
    for each in judged:
        fits = each.wave.name in tuned
        shares[each.wave.name]["SetFit"] = each.share_right(setfit(each.known)) if fits else (float("nan"),) * 2
    lines = [f"## {KINDS['waves']}", "", "First suggestion right / one of three right.", ""]
    lines += ["| method | " + " | ".join(names) + " | mean |", "|---" * (len(names) + 2) + "|"]
    for method in shares[names[0]]:
        rows = [shares[name][method] for name in names]
        pairs = [*rows, np.mean(rows, axis=0)]
        cells = [f"{first:.2f} / {three:.2f}" if first == first else "–" for first, three in pairs]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    lines += ["", "| set | rows with a code | rows without | in new themes | others in new themes | themes |"]
    lines += ["|---" * 6 + "|"]
    for each in judged:
        recall, wrong = _themes(each)
        told = f"{recall:.2f}" if len(each.outside) else "–"
        lines.append(
            f"| {each.wave.name} | {len(each.inside)} | {len(each.outside)} | {told} | {wrong:.2f} | "
            f"{len(each.found.portraits)} |"
        )
    return "\n".join([*lines, ""])


def _themes(each: Judged) -> tuple[float, float]:
    """Shares of the rows outside and of the others that are put into a new theme."""
    marked = each.found.themes >= 0
    return float(marked[each.outside].mean()) if len(each.outside) else float("nan"), float(marked[each.inside].mean())


def _drawn(kind: str, judged: Sequence[Judged]) -> str:
    if not judged:
        return ""
    shares = [_shares(each) for each in judged]
    lines = [f"## {KINDS[kind]}", ""]
    lines += [f"{len({_set(each) for each in judged})} sets, {len(judged)} waves; means over them.", ""]
    lines += ["| method | first right | one of three |", "|---|---|---|"]
    for method in HEADS:
        first, three = np.mean([share[method] for share in shares], axis=0)
        lines.append(f"| {method} | {first:.3f} | {three:.3f} |")
    recall, wrong = np.nanmean([_themes(each) for each in judged], axis=0)
    lines += [
        "",
        f"Of the rows without a code {recall:.2f} are put into new themes, of the others {wrong:.2f}; by set:",
    ]
    by_set: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for each in judged:
        by_set[_set(each)].append(_themes(each))
    told = ("{} {:.2f} and {:.2f}".format(name, *np.nanmean(all_, axis=0)) for name, all_ in by_set.items())
    return "\n".join([*lines, "", "; ".join(told) + ".", ""])


def _set(each: Judged) -> str:
    return each.wave.name.rsplit(" ", 1)[0]


def _curve(judged: Sequence[Judged]) -> str:
    lines = ["## How many coded phrases it takes", ""]
    lines += [
        "First right / one of three. All codes are named from the start; 0: nothing but their names. Three draws.",
        "",
    ]
    lines += ["| sets | method | " + " | ".join(map(str, SIZES)) + " |", "|---" * (len(SIZES) + 2) + "|"]
    for kind in ("waves", "short"):
        some = [
            each for each in judged if each.wave.kind == kind and (kind == "waves" or each.wave.name.endswith(" 0"))
        ]
        for method in CURVES:
            cells = []
            for size in SIZES:
                got = [_of_part(each, method, size, draw) for each in some for draw in range(3)]
                cells.append("{:.2f} / {:.2f}".format(*np.mean(got, axis=0)))
            lines.append(f"| {KINDS[kind]} | {method} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _of_part(each: Judged, method: str, size: int, draw: int) -> tuple[float, float]:
    """Shares right when only so many of the first wave's phrases are coded."""
    coded, given = each.known.coded, each.known.given
    kept = np.sort(np.random.default_rng(draw).permutation(len(coded.vectors))[:size])
    places = [sorted(at for at in given if at < len(each.known.vectors))[row] for row in kept]
    part = Coded(coded.codes, coded.names, coded.vectors[kept], coded.carries[kept])
    return each.share_right(HEADS[method](part, each.known.vectors), {at: given[at] for at in places})


def _reliability(judged: Sequence[Judged]) -> str:
    lines = ["## Confidence", "", "All judged rows; for one without a code no suggestion is right.", ""]
    heads = [f"{low:.1f}-{min(high, 1):.1f}" for low, high in itertools.pairwise(BINS)]
    lines += ["| sets | " + " | ".join(heads) + " | mean gap |", "|---" * (len(heads) + 2) + "|"]
    by_kind: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for each in judged:
        rows = np.concatenate([each.inside, each.outside])
        by_kind[each.wave.kind] += zip(each.found.confidence[rows].tolist(), each.right[rows].tolist(), strict=True)
    for kind, pairs in by_kind.items():
        cells, gap = _bins(pairs)
        lines.append(f"| {KINDS[kind]} | " + " | ".join(cells) + f" | {gap:.3f} |")
    lines += ["", "Cells: mean confidence → share right (rows). Mean gap: their distance, weighted by rows.", ""]
    return "\n".join(lines)


def _bins(pairs: Iterable[tuple[float, bool]]) -> tuple[list[str], float]:
    sure, right = (np.array(part, float) for part in zip(*pairs, strict=True))
    cells, gap = [], 0.0
    for low, high in itertools.pairwise(BINS):
        inside = (sure >= low) & (sure < high)
        if not inside.any():
            cells.append("–")
            continue
        cells.append(f"{sure[inside].mean():.2f} → {right[inside].mean():.2f} ({inside.sum()})")
        gap += abs(sure[inside].mean() - right[inside].mean()) * inside.mean()
    return cells, gap


def _head(seconds: float) -> str:
    packages = ", ".join(f"{package} {version(package)}" for package in ("scikit-learn", "scipy", "numpy"))
    return f"""# Codes for a new wave

Made by `make bench-suggest`; do not edit. A coded table and a new one, as `rechki suggest` gets them. Judged per
purpose row: a suggestion is right when it is one of the row's codes; shares are of the rows whose code the first wave
has, rows without an answer and off topic left out. Codes that the same words were given in the first wave come first
with every method. New themes: rows with `new_theme` filled. {seconds:.1f} s of CPU a wave without encoding.

{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}.
Encoder {SETTINGS.encoder}.
All texts are invented. What the suggester and the themes are made of was chosen on waves drawn from gsr, yoga, garage,
the short answers, the stories and the development domains (training/outsiders.py); school and clinic were looked at on
the way. A drawn wave has one to three codes that nobody has coded yet, each with two to ten rows. Neighbours' votes, a
linear discriminant, suggestions smoothed over neighbours and weights chosen anew for each table by cross-validation
were tried beside the two views of models/suggest.py: on drawn waves none gained.
SetFit: its package, on multilingual-e5-small, with the names as examples, each example in {2 * PAIRS} pairs, batches
of {BATCH}, rate {RATE}, the word embeddings frozen; about two and a half minutes of CPU a set; –: not run.
"""


if __name__ == "__main__":
    main()

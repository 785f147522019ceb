"""How good, how stable and how useful proposals are, beside their peers': make bench.

    python benchmarks/clusters.py [LABELLED.csv …] [--out FOLDER] [--no-domains] [--sizes 500 5000] [--encoders NAME …]

A labelled CSV has the columns ``text`` and ``code`` (several joined by ``|``). Everything runs on the same vectors in
one run; what matters are the ratios. Writes clusters.md and clusters_calibration.svg into the folder (benchmarks); for
every encoder but the first the names end with its own.
"""

import argparse
import cProfile
import itertools
import os
import platform
import pstats
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score, v_measure_score

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.clustering.peers import METHODS, Method, Proposed  # noqa: E402
from benchmarks.clustering.review import effort  # noqa: E402
from benchmarks.clustering.sets import LabelledSet, labelled_sets  # noqa: E402
from models.clusters.proposal import propose_groups  # noqa: E402
from models.config import Proposal  # noqa: E402
from models.encoder.load import BUNDLED, PLAIN, load_encoder  # noqa: E402
from models.encoder.space import centred, fit_mean  # noqa: E402

KINDS = {"hard": "Hard card sets", "short": "Short answers", "dev domain": "Development domains", "given": "Given sets"}
COLUMNS = ("ARI", "V", "groups", "unassigned", "rows", "seed", "one more", "s", "effort")
FORMS = {"groups": ".0f", "s": ".2f"}
SEEDS = (1, 2, 3)
Memberships = dict[str, list[tuple[float, bool, str]]]
_LEFT_OUT = (3, 2, 5)  # the text at a third, a half, a fifth of the set is the one more


def main() -> None:
    """Run and write."""
    warnings.filterwarnings("ignore")
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("given", nargs="*", type=Path)
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    asked.add_argument("--no-domains", action="store_true")
    asked.add_argument("--sizes", nargs="*", type=int, default=[500, 5000])
    asked.add_argument("--encoders", nargs="+", default=[BUNDLED, PLAIN])
    options = asked.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(options.encoders):
        sections, sure = compare(name, options.given, not options.no_domains)
        ending = f"_{name}" if number else ""
        text = [_head(name), *sections, _confidence(sure, ending)]
        text += [_cost(options.sizes, name) if options.sizes and not number else ""]
        (options.out / f"clusters{ending}.md").write_text("\n".join(part for part in text if part), "utf-8")
        _draw(sure, options.out / f"clusters_calibration{ending}.svg")
        print("\n".join(text))


def compare(encoder_name: str, given: list[Path], domains: bool) -> tuple[list[str], Memberships]:
    """Compare all methods on the vectors of one encoder."""
    encoder = load_encoder(encoder_name)
    rows: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    sure: Memberships = defaultdict(list)
    counts: dict[str, list[str]] = defaultdict(list)
    for data in labelled_sets(encoder, given, domains):
        counts[data.kind].append(f"{data.name} ({len(data.texts)} texts, {len(data.all_codes)} codes)")
        for name, method in METHODS.items():
            found = measure(data, method, stability=data.kind != "dev domain")
            rows[data.kind, name].append(found)
            print(
                f"{encoder_name:<14} {data.name:<18} {name:<22} "
                + " ".join(f"{key} {value:.3f}" for key, value in found.items()),
                flush=True,
            )
        sure[data.kind] += memberships(data)
    return [_section(kind, rows, counts[kind]) for kind in KINDS if counts[kind]], sure


def measure(data: LabelledSet, method: Method, stability: bool) -> dict[str, float]:
    """All figures of one method on one set, means over the seeds."""
    method(data, SEEDS[0])  # imports and compiled code are not what is timed
    begun = time.perf_counter()
    found = [method(data, seed) for seed in SEEDS]
    seconds = (time.perf_counter() - begun) / len(SEEDS)
    one = np.array([len(codes) == 1 for codes in data.codes])
    truth = np.array([min(codes) for codes in data.codes])[one]
    out = {
        "ARI": float(np.mean([adjusted_rand_score(truth, each.settled[one]) for each in found])),
        "V": float(np.mean([v_measure_score(truth, each.settled[one]) for each in found])),
        "groups": float(np.mean([each.labels.max(initial=-1) + 1 for each in found])),
        "unassigned": float(np.mean([(each.labels < 0).mean() for each in found])),
    }
    if stability:
        pairs = itertools.combinations([each.settled for each in found], 2)
        out |= _stability(data, method, found[0]) | {
            "seed": float(np.mean([adjusted_rand_score(*two) for two in pairs]))
        }
    return out | {"s": seconds, "effort": float(np.mean([effort(data, each) for each in found]))}


def _stability(data: LabelledSet, method: Method, found: Proposed) -> dict[str, float]:
    other, order = data.shuffled(1)
    without = []
    for part in _LEFT_OUT:
        at = len(data.texts) // part
        kept = np.arange(len(data.texts)) != at
        without.append(adjusted_rand_score(found.settled[kept], method(data.without(at), SEEDS[0]).settled))
    return {
        "rows": adjusted_rand_score(found.settled[order], method(other, SEEDS[0]).settled),
        "one more": float(np.mean(without)),
    }


def memberships(data: LabelledSet) -> list[tuple[float, bool, str]]:
    """Confidence of every membership, and whether the text has its group's majority code."""
    found = METHODS["Rechki"](data, 1)
    out = []
    for group in range(found.labels.max(initial=-1) + 1):
        inside = np.flatnonzero(found.labels == group)
        code = Counter(code for at in inside for code in sorted(data.codes[at])).most_common(1)[0][0]
        out += [(float(found.confidence[at]), code in data.codes[at], data.name) for at in inside]
    return out


def _section(kind: str, rows: dict[tuple[str, str], list[dict[str, float]]], names: Sequence[str]) -> str:
    lines = [f"## {KINDS[kind]}", "", ", ".join(names) + ". Means over the sets.", ""]
    shown = [column for column in COLUMNS if column in rows[kind, "Rechki"][0]]
    lines += ["| method | " + " | ".join(shown) + " |", "|---" * (len(shown) + 1) + "|"]
    means = {name: {c: float(np.mean([row[c] for row in rows[kind, name]])) for c in shown} for name in METHODS}
    for name, mean in means.items():
        cells = [
            f"{mean[c]:.0f}" if c == "groups" else f"{mean[c]:.2f}" if c == "s" else f"{mean[c]:.3f}" for c in shown
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    peers = [means["BERTopic (default)"], means["BERTopic (min 5)"]]
    own, best = means["Rechki"], max(peer["ARI"] for peer in peers)
    ratio = f"{own['ARI'] / best:.2f}" if best > 0.005 else "not defined (BERTopic is at zero)"
    lines += [
        "",
        f"ARI beside BERTopic's better setting: {ratio}; beside KMeans with the true k: "
        f"{own['ARI']:.3f} to {means['KMeans, true k']['ARI']:.3f}. Effort beside BERTopic: "
        + ", ".join(f"{own['effort'] / peer['effort']:.2f}" for peer in peers)
        + " (default, min 5).",
        "",
        "By set, ARI / effort: "
        + "; ".join(
            f"{named.split(' (')[0]} {row['ARI']:.3f} / {row['effort']:.3f}"
            for named, row in zip(names, rows[kind, "Rechki"], strict=True)
        )
        + ".",
        "",
    ]
    return "\n".join(lines)


def _confidence(sure: Memberships, ending: str) -> str:
    lines = ["## Confidence", "", f"![Calibration](clusters_calibration{ending}.svg)", ""]
    lines += [
        "| sets | memberships | error, bottom third | error, top third | ratio (mean of sets) |",
        "|---|---|---|---|---|",
    ]
    for kind, found in sure.items():
        low, high = [], []
        for name in dict.fromkeys(name for *_, name in found):
            ranked = [right for _, right, _ in sorted(item for item in found if item[2] == name)]
            third = len(ranked) // 3
            low.append(1 - float(np.mean(ranked[:third])))
            high.append(1 - float(np.mean(ranked[-third:])))
        ratio = float(np.mean(low) / max(np.mean(high), 1e-9))
        lines.append(f"| {KINDS[kind]} | {len(found)} | {np.mean(low):.2f} | {np.mean(high):.2f} | {ratio:.2f} |")
    return "\n".join([*lines, ""])


def _draw(sure: Memberships, path: Path) -> None:
    import altair
    import pandas as pd

    points = []
    for kind, found in sure.items():
        ranked = sorted(found)
        for part in np.array_split(np.arange(len(ranked)), min(8, max(1, len(ranked) // 20))):
            some = [ranked[at] for at in part]
            points.append(
                {
                    "confidence": float(np.mean([confidence for confidence, *_ in some])),
                    "right": float(np.mean([right for _, right, _ in some])),
                    "sets": KINDS[kind],
                }
            )
    frame = pd.DataFrame(points)
    axis = altair.Scale(domain=[0, 1])
    lines = (
        altair.Chart(frame)
        .mark_line(point=True)
        .encode(
            x=altair.X("confidence", scale=axis, title="mean confidence of an eighth of the memberships"),
            y=altair.Y("right", scale=axis, title="share with their group's majority code"),
            color=altair.Color("sets", title=None),
        )
    )
    even = altair.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]})).mark_line(strokeDash=[4, 4], color="grey")
    (even.encode(x="x", y="y") + lines).properties(width=420, height=320, background="white").save(str(path))


def _cost(sizes: Sequence[int], encoder_name: str) -> str:
    """Time the proposal of as many distinct phrases, and say where the time goes."""
    import csv

    with (ROOT / "training" / "data" / "phrases.csv").open(encoding="utf-8", newline="") as lines:
        texts = sorted({row["phrase"] for row in csv.DictReader(lines)})
    texts = [texts[at] for at in np.random.default_rng(1).permutation(len(texts))[: max(sizes)]]
    encoder = load_encoder(encoder_name)
    raw = encoder.encode(texts)
    out = ["## Cost", "", "Without encoding. The phrases are those of training/data, all domains mixed.", ""]
    for size in sizes:
        vectors = centred(raw[:size], fit_mean(raw[:size], encoder.blocks), encoder.blocks)
        profile = cProfile.Profile()
        begun = time.perf_counter()
        profile.enable()
        groups = propose_groups(vectors, encoder.blocks, texts[:size], Proposal())
        profile.disable()
        seconds = time.perf_counter() - begun
        spent = pstats.Stats(profile).stats  # type: ignore[attr-defined]
        parts = []
        for (file, _, name), (_, _, _, total, _) in spent.items():
            if "models/clusters" in file and name in ("affinities", "consensus", "kin_of", "places"):
                parts.append((total, name))
        told = ", ".join(f"{name} {total:.1f} s" for total, name in sorted(parts, reverse=True))
        out.append(f"- {size} phrases: {seconds:.1f} s, {groups.count} groups ({told})")
    return "\n".join([*out, ""])


def _head(encoder: str) -> str:
    packages = ("hdbscan", "scikit-learn", "numpy", "bertopic", "umap-learn")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"""# Proposals beside their peers: encoder {encoder}

Made by `make bench`; do not edit. Columns: ARI and V with the unassigned sent to the nearest group, texts with one code
only; number of groups; share unassigned; ARI with the proposal of the same texts in another order, with another seed,
with one text less (mean of three); seconds; effort: actions of a scripted analyst who reviews the proposal through the
product's own pages (groups, additions, single phrases; models/effort.py), as a share of coding by hand. KMeans and
average link are told the true number of codes. Every figure is a mean over three seeds.

{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}.
All texts are invented; the short answers were written for this benchmark by hand.
"""


if __name__ == "__main__":
    main()

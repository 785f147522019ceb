"""What samples cost in quality: python benchmarks/landmarks.py [--mixes short all] (make bench-landmarks).

The labelled answers here are put together into one table, whose groups are proposed with every two phrases compared and
with landmarks, by the product's own code; and new themes are looked for in one half of it, with fewer and fewer phrases
that each is compared with. What was measured is kept in the work folder, so that a run that is stopped goes on. Writes
landmarks.md from all that is kept.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from sklearn.metrics import adjusted_rand_score  # noqa: E402

import models.outsiders  # noqa: E402
from benchmarks.clustering.waves import Remembering, Wave  # noqa: E402
from benchmarks.scaling.phrases import answers  # noqa: E402
from models.clusters.groups import Groups  # noqa: E402
from models.clusters.proposal import propose_groups  # noqa: E402
from models.config import Proposal, default_study  # noqa: E402
from models.effort import by_hand  # noqa: E402
from models.encoder.load import BUNDLED, load_encoder  # noqa: E402
from models.encoder.space import Vectors, centred, fit_mean  # noqa: E402
from models.privacy.masking import masked  # noqa: E402
from models.suggesting import suggest_texts  # noqa: E402
from models.text import text_key  # noqa: E402

SEEDS = (1, 2, 3)
MARKS = (500, 1000, 2000, 4000)
COMPARED = (250, 500, 1000, 2000, 8000)
MIXES = {"short": "Nine sets of short answers", "all": "All twenty-five sets"}
_PAGE = 30
_HELD = (4, 40)  # phrases of a code that may be held back
Table = tuple[list[str], list[str], Vectors]  # keys, codes, raw vectors
Kept = dict[str, dict[str, float]]


def main() -> None:
    """Measure what is not measured yet, and write the page."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--mixes", nargs="+", choices=list(MIXES), default=list(MIXES))
    asked.add_argument("--marks", nargs="+", type=int, default=list(MARKS))
    asked.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    asked.add_argument("--work", type=Path, default=ROOT / "benchmarks" / ".scale" / "landmarks")
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    options = asked.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    path = options.work / "figures.json"
    kept: Kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    sizes = {}
    for mix in MIXES:
        table = table_of(mix, options.work)
        sizes[mix] = f"{len(table[0]):,} phrases, {len(set(table[1]))} codes"
        for marks in [len(table[0]), *options.marks]:
            for seed in options.seeds:
                name = f"{mix} {marks} {seed}"
                if mix in options.mixes and name not in kept and marks <= len(table[0]):
                    kept[name] = measure(table, marks, seed)
                    path.write_text(json.dumps(kept, indent=1), "utf-8")
                    print(name, kept[name], flush=True)
    encoder = Remembering(load_encoder(BUNDLED))
    for seed in options.seeds:
        wave = None
        for compared in COMPARED:
            name = f"themes {compared} {seed}"
            if name not in kept:
                wave = wave or second_half(seed)
                kept[name] = themes(wave, compared, encoder)
                path.write_text(json.dumps(kept, indent=1), "utf-8")
                print(name, kept[name], flush=True)
    (options.out / "landmarks.md").write_text(written(kept, sizes), "utf-8")


def table_of(mix: str, work: Path) -> Table:
    """Return a table of phrases in the order of their keys; vectors are made once."""
    known = {text: code for text, code in answers().items() if mix == "all" or code.startswith("short_")}
    texts = sorted(known, key=lambda text: text_key(masked(text)))
    path = work / "vectors.npz"
    stored: dict[str, Vectors] = {}
    if path.exists():
        with np.load(path) as held:
            stored = dict(zip(held["texts"].tolist(), held["raw"], strict=True))
    if missing := [text for text in texts if text not in stored]:
        stored |= dict(zip(missing, load_encoder(BUNDLED).encode(missing), strict=True))
        np.savez(path, texts=np.array(list(stored)), raw=np.stack(list(stored.values())))
    keys = [text_key(masked(text)) for text in texts]
    return keys, [known[text] for text in texts], np.stack([stored[text] for text in texts])


def measure(table: Table, marks: int, seed: int) -> dict[str, float]:
    """All figures of one proposal; no more groups are asked for than there are codes."""
    keys, codes, raw = table
    blocks = load_encoder(BUNDLED).blocks
    vectors = centred(raw, fit_mean(raw, blocks), blocks)
    wanted = Proposal(landmarks=max(marks, 20), seed=seed, most_groups=len(set(codes)))
    begun = time.process_time()
    groups = propose_groups(vectors, blocks, keys, wanted)
    cpu = time.process_time() - begun
    settled = np.where(groups.labels < 0, groups.nearest, groups.labels)
    right = np.unique(codes, return_inverse=True)[1]
    return {
        "ARI": float(adjusted_rand_score(right, settled)),
        "small": small_codes(right, settled),
        "groups": groups.count,
        "unassigned": float((groups.labels < 0).mean()),
        "effort": effort(groups, right),
        "CPU": cpu,
    }


def small_codes(right: np.ndarray, found: np.ndarray) -> float:
    """How well the smaller half of the codes is found: the mean F1 of each with the group that fits it best."""
    sizes = np.bincount(right)
    best = []
    for code in np.flatnonzero(sizes <= np.median(sizes)):
        shared = np.bincount(found[right == code], minlength=int(found.max()) + 1)
        best.append(float((2 * shared / (sizes[code] + np.bincount(found))).max()))
    return float(np.mean(best))


def effort(groups: Groups, right: np.ndarray) -> float:
    """Actions of confirming the groups page by page, what is left being coded by hand; a share of coding all by hand.

    A group costs its name, a submit a page and a click for every phrase that has not its most frequent code, or, where
    coding its phrases by hand costs less, the click that dissolves it (`models.effort`).
    """
    spent, by_itself = 0, 2
    for number in range(groups.count):
        of_code = np.bincount(right[groups.labels == number])
        size, wrong = int(of_code.sum()), int(of_code.sum() - of_code.max())
        spent += min(1 - (-size // _PAGE) + (1 + by_itself) * wrong, 1 + by_itself * size)
    spent += by_itself * int((groups.labels < 0).sum())
    return spent / by_hand([code] for code in right.tolist())


def second_half(seed: int) -> Wave:
    """Return half of all answers as coded; in the other half come codes that it lacks, two to ten phrases of each."""
    draw = np.random.default_rng(seed)
    rows = [(text, frozenset([code])) for text, code in answers().items()]
    times = Counter(code for _, codes in rows for code in codes)
    some = [code for code in sorted(times) if _HELD[0] <= times[code] <= _HELD[1]]
    left = {str(code): int(draw.integers(2, 11)) for code in draw.choice(some, len(times) // 7, replace=False)}
    coded, new = [], []
    for at in draw.permutation(len(rows)):
        text, codes = rows[at]
        (code,) = codes
        if code not in left:
            (coded if draw.random() < 0.5 else new).append((text, codes))
        elif left[code]:
            new.append((text, codes))
            left[code] -= 1
    return Wave(f"half {seed}", "all", tuple(coded), tuple(new))


def themes(wave: Wave, compared: int, encoder: Remembering) -> dict[str, float]:
    """What is put into new themes when each phrase is compared with a sample of so many new and coded ones."""
    usual, models.outsiders._COMPARED = models.outsiders._COMPARED, compared
    begun = time.process_time()
    found = suggest_texts(wave.coded, [text for text, _ in wave.new], encoder, default_study("themes"))  # type: ignore[arg-type]
    models.outsiders._COMPARED = usual
    inside, marked = wave.known & wave.judged, found.themes >= 0
    outside = ~wave.known & wave.judged
    right = np.unique([min(codes) for _, codes in wave.new], return_inverse=True)[1]
    both = outside & marked
    return {
        "coded": len(wave.coded),
        "new": len(wave.new),
        "outside": int(outside.sum()),
        "recall": float(marked[outside].mean()),
        "others": float(marked[inside].mean()),
        "themes": len(found.portraits),
        "ARI": float(adjusted_rand_score(right[both], found.themes[both])),
        "CPU": time.process_time() - begun,
    }


def written(kept: Kept, sizes: dict[str, str]) -> str:
    """Return the page: means over the seeds, and the range of ARI."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [_HEAD.format(machine=machine)]
    for mix, title in MIXES.items():
        by_marks: dict[int, list[dict[str, float]]] = defaultdict(list)
        for name, one in kept.items():
            of, marks, _ = name.split()
            if of == mix:
                by_marks[int(marks)].append(one)
        if not by_marks:
            continue
        lines += [f"## {title}: {sizes[mix]}", ""]
        lines += ["| landmarks | ARI | range | small codes | groups | unassigned | effort | CPU, s | seeds |"]
        lines += ["|---|---|---|---|---|---|---|---|---|"]
        for marks, found in sorted(by_marks.items()):
            mean = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
            every = " (all phrases)" if marks == max(by_marks) and sizes[mix].startswith(f"{marks:,} ") else ""
            low, high = (pick(one["ARI"] for one in found) for pick in (min, max))
            lines.append(
                f"| {marks:,}{every} | {mean['ARI']:.3f} | {low:.3f}–{high:.3f} | {mean['small']:.3f} "
                f"| {mean['groups']:.0f} | {mean['unassigned']:.3f} | {mean['effort']:.3f} | {mean['CPU']:.1f} "
                f"| {len(found)} |"
            )
        lines.append("")
    return "\n".join([*lines, *_themes_written(kept)])


def _themes_written(kept: Kept) -> list[str]:
    by_size: dict[int, list[dict[str, float]]] = defaultdict(list)
    for name, one in kept.items():
        if name.startswith("themes "):
            by_size[int(name.split()[1])].append(one)
    if not by_size:
        return []
    mean = {
        size: {name: float(np.mean([one[name] for one in all_])) for name in all_[0]} for size, all_ in by_size.items()
    }
    one = mean[max(mean)]
    lines = [_THEMES.format(coded=one["coded"], new=one["new"], outside=one["outside"], seeds=len(by_size[max(mean)]))]
    lines += ["| compared with | found | of the others | themes | ARI of what is found |", "|---|---|---|---|---|"]
    for size, of_size in sorted(mean.items()):
        every = " (all)" if size > of_size["new"] else ""
        shares = " | ".join(f"{of_size[name]:.3f}" for name in ("recall", "others"))
        lines.append(f"| {size:,}{every} | {shares} | {of_size['themes']:.0f} | {of_size['ARI']:.3f} |")
    return [*lines, ""]


_HEAD = """# What landmarks cost in quality

Made by `make bench-landmarks`; do not edit. {machine}. The labelled answers of benchmarks/data and
training/data/answers as one table; codes of different sets are different codes, and no more groups are asked for than
there are codes.

ARI: with the unassigned sent to the nearest group. Small codes: mean F1 of the smaller half of the codes, each with the
group that fits it best. Effort: actions of confirming the groups, what is left being coded by hand, as a share of
coding everything by hand; it knows nothing of additions and suggestions (benchmarks/clusters.md does). CPU:
seconds of the processor with one thread; the phrases are encoded already. The last line of a table compares every two.
How likely two phrases share a code was learned from sixteen of the twenty-five sets: for all lines of a table alike.
"""

_THEMES = """## New themes, where each phrase is compared with a sample

All answers in two halves: {coded:,.0f} coded, {new:,.0f} new, of which {outside:.0f} have one of sixty codes that the
first half lacks, two to ten phrases each; means of {seeds} draws. Found: of those, the share that is put into new
themes; of the others: the share of the other phrases that is put there too. The product compares each with 8,000 new
and 8,000 coded phrases at most (models/outsiders.py). What counts is how many phrases of a theme are in the sample, and
the themes here are tiny: of 100,000 phrases only themes of some dozen phrases lose what the first lines lose.
"""


if __name__ == "__main__":
    main()

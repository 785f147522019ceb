"""What a whole review costs in a real Label Studio: python benchmarks/reviewing.py [SET …] (make bench-review).

Each card set becomes a study; a scripted analyst who knows the right codes answers the tasks that Label Studio has, and
`collect` runs after every 15 answers. Its actions (models/effort.py) are set beside those of coding by hand, and every
purpose row must end with exactly its right codes. What the blind audit cost is counted apart. Then an analyst who
overlooks a fifth of the wrong lines that come ticked answers the same pages in memory, ten times, and the audit's
interval is set beside the true error. Writes reviewing.md.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from flows.environment import prepare  # noqa: E402

prepare()

from annotation.client import connect  # noqa: E402
from annotation.scripted import ScriptedAnalyst, Truth  # noqa: E402
from annotation.server import HOME, LocalServer  # noqa: E402
from flows.collect import collect  # noqa: E402
from flows.propose import propose  # noqa: E402
from flows.setup import init_study  # noqa: E402
from flows.study import FRAME, OpenStudy, open_study  # noqa: E402
from models.analyst import rehearsed_audit  # noqa: E402
from models.effort import by_hand  # noqa: E402
from models.review import Kind  # noqa: E402
from models.store import cards, review  # noqa: E402
from models.text import text_key  # noqa: E402

BETWEEN = 15
SETS = ("gsr", "school", "clinic", "yoga", "garage")
OVERLOOKS, SEEDS = 0.2, 10


def main() -> None:
    """Run and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("sets", nargs="*", default=list(SETS))
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    options = asked.parse_args()
    lines, audits = [_HEAD], [_AUDIT_HEAD]
    with tempfile.TemporaryDirectory(prefix="rechki-review-") as made:
        os.environ[HOME] = made
        server = LocalServer()
        try:
            server.start()
            for name in options.sets:
                lines.append(reviewed(name, Path(made) / name))
                audits.append(audited(name, Path(made) / name))
                print(lines[-1], audits[-1], sep="\n", flush=True)
        finally:
            server.stop()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "reviewing.md").write_text("\n".join([*lines, *audits, ""]), "utf-8")


def reviewed(name: str, folder: Path) -> str:
    """Review one set to its end and return its row of the table."""
    source = ROOT / "examples" / "gsr" if name == "gsr" else ROOT / "benchmarks" / "data"
    truth = _truth(name, folder.parent)
    init_study(folder, source / f"{name}_cards.csv", name, force=False)
    propose(str(folder))
    spent, checking, rounds, waited = 0, 0, 0, 0.0
    while True:
        with open_study(folder) as opened:
            analyst = ScriptedAnalyst(opened.store, opened.private, connect(opened.settings), FRAME, truth)
            answered = analyst.review(BETWEEN)
        if not answered:
            break
        spent, checking, rounds = spent + analyst.spent, checking + analyst.spent_checking, rounds + 1
        begun = time.monotonic()
        collect(str(folder))
        waited += time.monotonic() - begun
    with open_study(folder) as opened:
        hand, kinds, right, rows = judged(opened, analyst)
    shown = " + ".join(f"{kinds[kind]} {kind}" for kind in Kind if not kind.is_check)
    return (
        f"| {name} | {hand} | {spent} | {spent / hand:.2f} | {shown} | {kinds[Kind.AUDIT]} | {checking} | {rounds} | "
        f"{waited / rounds:.1f} | {right} of {rows} |"
    )


def audited(name: str, folder: Path) -> str:
    """Answer a reviewed set's pages carelessly in memory, audit them, and return the row of the second table."""
    truth = _truth(name, folder.parent)
    with open_study(folder) as opened:
        analyst = ScriptedAnalyst(opened.store, opened.private, connect(opened.settings), FRAME, truth).analyst
        settings = opened.settings.review
        with opened.store.transaction() as tx:
            codebook = review.coding(tx, FRAME)[0]
            pages = [task for task in review.tasks(tx, FRAME) if task.kind.is_page]
    found = []
    for seed in range(SEEDS):
        careless = replace(analyst, overlooks=OVERLOOKS, seed=f"seed {seed}")
        found.append(rehearsed_audit(careless, f"{name} {seed}", FRAME, pages, codebook, settings))
    within = sum((audit.low or 0) <= error <= (audit.high or 0) for audit, error in found)
    errors = sorted(error for _, error in found)
    (first, _), asked = found[0], sorted(audit.answered for audit, _ in found)
    width = sum((audit.high or 0) - (audit.low or 0) for audit, _ in found) / SEEDS
    return (
        f"| {name} | {first.confirmed} | {asked[0]}–{asked[-1]} | {errors[0]:.1%}–{errors[-1]:.1%} | "
        f"{sum(audit.error or 0 for audit, _ in found) / SEEDS:.1%} | {100 * width:.0f} points | {within} of {SEEDS} |"
    )


def _truth(name: str, made: Path) -> Truth:
    source = ROOT / "examples" / "gsr" if name == "gsr" else ROOT / "benchmarks" / "data"
    return Truth.read(source / f"{name}_truth.csv", _codes(source / f"{name}_truth.csv", made))


def judged(opened: OpenStudy, analyst: ScriptedAnalyst) -> tuple[int, Counter[Kind], int, int]:
    """Return the actions of coding by hand, the tasks by kind, and how many rows have exactly their right codes."""
    right = analyst.analyst.right
    with opened.store.transaction() as tx:
        codebook, states = review.coding(tx, FRAME)
        phrases = cards.phrases(tx, FRAME)
        contexts = cards.contexts(tx, FRAME)
        places = cards.phrase_places(tx, FRAME)
        kinds = Counter(task.kind for task in review.tasks(tx, FRAME))
    coded: dict[tuple[str, int], set[str]] = {}
    wanted: dict[tuple[str, int], frozenset[str]] = {}
    for identity in phrases:
        row = places[identity][:2]
        names = {codebook.codes[code].name for code in states[identity].codes} if identity in states else set()
        coded.setdefault(row, set()).update(names)
        wanted[row] = wanted.get(row, frozenset()) | right[identity]
    by_text = {
        text_key(context.purpose): sorted(wanted[places[identity][:2]])
        for identity, context in contexts.items()
        if identity in phrases
    }
    exact = sum(coded[row] == wanted[row] for row in wanted)
    return by_hand(by_text.values()), kinds, exact, len(wanted)


def _codes(truth: Path, made: Path) -> Path:
    """A table of the codes; the sets say nothing of targets, and the cost of a review does not depend on them."""
    with truth.open(encoding="utf-8-sig", newline="") as lines:
        names = sorted({code for line in csv.DictReader(lines) for code in line["codes"].split("|")})
    out = made / f"{truth.stem}_codes.csv"
    out.write_text("\n".join(["code,target", *(f'"{name}",yes' for name in names)]), "utf-8")
    return out


_HEAD = """# What a review costs in Label Studio

Made by `make bench-review`; do not edit. A scripted analyst who knows the right codes answers the tasks of a real Label
Studio through its API; `collect` runs after every 15 answers, so that what comes next is learned from them. Actions as
in models/effort.py: clicks and submits, not reading and not seconds. By hand: 2 a code of a distinct answer, 3 where it
is new. A row is right when it ends with exactly its codes. The blind audit is no part of the review, and its actions
stand apart: about two a phrase, because nothing is suggested.

| set | by hand | actions | share | tasks | audited | audit's actions | collects | seconds a collect | rows right |
|---|---|---|---|---|---|---|---|---|---|"""

_AUDIT_HEAD = f"""
## What the blind audit finds

The pages of the reviews above, answered again in memory by an analyst who overlooks {OVERLOOKS:.0%} of the wrong lines
that come ticked, {SEEDS} times with other lines overlooked and another sample drawn; the audit is answered by the right
codes. Error: lines confirmed on a page with other than their right codes. Within: how often the true error lies in the
audit's 95 % interval.

| set | confirmed lines | audited | true error | error found, mean | width of the interval, mean | within |
|---|---|---|---|---|---|---|"""

if __name__ == "__main__":
    main()

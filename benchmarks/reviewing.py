"""What a whole review costs in a real Label Studio: python benchmarks/reviewing.py [SET …] (make bench-review).

Each card set becomes a study; a scripted analyst who knows the right codes answers the tasks that Label Studio has, and
`collect` runs after every 15 answers. Its actions (models/effort.py) are set beside those of coding by hand, and every
purpose row must end with exactly its right codes. Writes reviewing.md.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from collections import Counter
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
from models.effort import by_hand  # noqa: E402
from models.review import Kind  # noqa: E402
from models.store import cards, review  # noqa: E402
from models.text import text_key  # noqa: E402

BETWEEN = 15
SETS = ("gsr", "school", "clinic", "yoga", "garage")


def main() -> None:
    """Run and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("sets", nargs="*", default=list(SETS))
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    options = asked.parse_args()
    lines = [_HEAD]
    with tempfile.TemporaryDirectory(prefix="rechki-review-") as made:
        os.environ[HOME] = made
        server = LocalServer()
        try:
            server.start()
            for name in options.sets:
                lines.append(reviewed(name, Path(made) / name))
                print(lines[-1], flush=True)
        finally:
            server.stop()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "reviewing.md").write_text("\n".join([*lines, ""]), "utf-8")


def reviewed(name: str, folder: Path) -> str:
    """Review one set to its end and return its row of the table."""
    source = ROOT / "examples" / "gsr" if name == "gsr" else ROOT / "benchmarks" / "data"
    truth = Truth.read(source / f"{name}_truth.csv", _codes(source / f"{name}_truth.csv", folder.parent))
    init_study(folder, source / f"{name}_cards.csv", name, force=False)
    propose(str(folder))
    spent, rounds, waited = 0, 0, 0.0
    while True:
        with open_study(folder) as opened:
            analyst = ScriptedAnalyst(opened.store, opened.private, connect(opened.settings), FRAME, truth)
            answered = analyst.review(BETWEEN)
        if not answered:
            break
        spent, rounds = spent + analyst.spent, rounds + 1
        begun = time.monotonic()
        collect(str(folder))
        waited += time.monotonic() - begun
    with open_study(folder) as opened:
        hand, kinds, right, rows = judged(opened, analyst)
    shown = " + ".join(f"{kinds[kind]} {kind}" for kind in Kind)
    return (
        f"| {name} | {hand} | {spent} | {spent / hand:.2f} | {shown} | {rounds} | {waited / rounds:.1f} | "
        f"{right} of {rows} |"
    )


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
is new. A row is right when it ends with exactly its codes.

| set | by hand | actions | share | tasks | collects | seconds a collect | rows right |
|---|---|---|---|---|---|---|---|"""

if __name__ == "__main__":
    main()

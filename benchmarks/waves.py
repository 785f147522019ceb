"""What a second wave costs a person beside the first, and its alarms: make bench-waves.

    python benchmarks/waves.py [SET …] [--out FOLDER]

Each card set becomes a study of its first wave; a scripted analyst who knows the right codes answers the tasks that
are planned, and after every 15 answers the next ones follow from them, as `collect` does. Then the cards of the second
wave are dropped in, and it goes on: judged against the confirmed codes, and for comparison grouped as if there were
none. Tasks and answers are the product's own; only Label Studio is left out. Then alarms are counted in studies drawn
from one wave, where nothing changed and where something was made to change. Writes waves.md.
"""

import argparse
import csv
import platform
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from annotation.scripted import Truth, analyst_of  # noqa: E402
from benchmarks.clustering.alarms import (  # noqa: E402
    MADE,
    MADE_UP,
    SHORT,
    SPLITS,
    THEME_SPLITS,
    Study,
    false_alarms,
    power,
    study_of,
    themes_told,
)
from benchmarks.clustering.waves import Remembering  # noqa: E402
from flows.setup import init_study  # noqa: E402
from flows.study import CARDS, FRAME, OpenStudy, open_study  # noqa: E402
from models.alarms import LEVEL  # noqa: E402
from models.analyst import Analyst  # noqa: E402
from models.config import default_study  # noqa: E402
from models.confirmed import Confirmed  # noqa: E402
from models.effort import actions  # noqa: E402
from models.encoder.load import load_encoder  # noqa: E402
from models.proposing import make_proposal, open_texts, plan_tasks  # noqa: E402
from models.reading import read_new_files  # noqa: E402
from models.review import Kind, ReviewTask, Source, interpret  # noqa: E402
from models.store import cards, review  # noqa: E402
from models.store.vectors import remember  # noqa: E402

SETS = ("gsr", "school", "clinic", "yoga", "garage")
BETWEEN = 15
_BEGIN = datetime(2026, 1, 1)


@dataclass(frozen=True)
class Cost:
    """What the review of one wave cost: purpose rows, actions, and tasks by kind."""

    rows: int
    actions: int
    kinds: Counter[Kind]
    groups: int

    @property
    def a_row(self) -> float:
        """Actions a row."""
        return self.actions / self.rows


def main() -> None:
    """Run and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("sets", nargs="*", default=[*SETS, *SHORT])
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    options = asked.parse_args()
    lines = [_head(), _EFFORT_HEAD]
    with tempfile.TemporaryDirectory(prefix="rechki-waves-") as made:
        for name in (name for name in SETS if name in options.sets):
            lines.append(reviewed(name, Path(made) / name))
            print(lines[-1], flush=True)
    lines.append(_ALARMS_HEAD)
    encoder = Remembering(load_encoder(default_study("waves").encoder))
    for name in (name for name in (*SETS, *SHORT) if name in options.sets):
        lines.append(alarmed(study_of(name, encoder)))
        print(lines[-1], flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "waves.md").write_text("\n".join([*lines, ""]), "utf-8")


def reviewed(name: str, folder: Path) -> str:
    """Review two waves of a set, the second in both ways, and return its row of the table."""
    source = ROOT / "examples" / "gsr" if name == "gsr" else ROOT / "benchmarks" / "data"
    truth = Truth.read(source / f"{name}_truth.csv", _no_targets(folder.parent))
    first, second = _two_files(source / f"{name}_cards.csv", folder.parent)
    init_study(folder, first, name, force=False)
    with open_study(folder) as opened:
        before = review_to_the_end(opened, truth)
    shutil.copytree(folder, anew := folder.with_name(f"{name} anew"))
    with patch.object(Confirmed, "carry_a_frame", return_value=False):
        as_first, _, _ = _second(anew, second, truth)
    after, new, right = _second(folder, second, truth)
    shown = " + ".join(f"{after.kinds[kind]} {kind}" for kind in Kind if not kind.is_check)
    cells = [name, before.rows, f"{before.a_row:.2f}", after.rows, f"{as_first.a_row:.2f}", f"{after.a_row:.2f}"]
    cells += [f"{as_first.a_row / before.a_row:.2f}", f"**{after.a_row / before.a_row:.2f}**", shown, new, right]
    return "| " + " | ".join(map(str, cells)) + " |"


def _second(folder: Path, cards_file: Path, truth: Truth) -> tuple[Cost, int, str]:
    """Review the second wave; return its cost, how many codes are new, and how many rows are right."""
    shutil.copy2(cards_file, folder / CARDS)
    with open_study(folder) as opened:
        codes = _codes(opened)
        cost = review_to_the_end(opened, truth)
        right, rows = _right(opened, analyst_of(opened.store, opened.private, FRAME, truth))
        return cost, len(_codes(opened) - codes), f"{right} of {rows}"


def alarmed(study: Study) -> str:
    """Count the alarms of studies drawn from a set and return its row of the table."""
    splits, _ = false_alarms(study)
    proposed, told, of = themes_told(study, held=False)
    found = power(study)
    shares = [f"{sum(found[what])} of {len(found[what])}" if found[what] else "–" for what in MADE_UP]
    _, held, possible = themes_told(study, held=True)
    cells = [study.name, len(study.keys), f"{splits} of {SPLITS}", f"{told} ({proposed}) of {of}", *shares]
    return "| " + " | ".join(map(str, [*cells, f"{held} of {possible}" if possible else "–"])) + " |"


def review_to_the_end(opened: OpenStudy, truth: Truth) -> Cost:
    """Read new files, propose, and answer until nothing is asked any more."""
    store, settings, encoder = opened.store, opened.settings, opened.encoder()
    with store.transaction() as tx:
        known = cards.counts(tx).rows
    read_new_files(opened.folder / CARDS, opened.folder / "refused", settings, store, opened.private)
    analyst = analyst_of(store, opened.private, FRAME, truth)
    remember(store, encoder, open_texts(store))
    groups = make_proposal(store, settings, encoder)
    with store.transaction() as tx:
        rows = cards.counts(tx).rows - known
    spent, kinds = 0, Counter[Kind]()
    while True:
        remember(store, encoder, open_texts(store))
        plan_tasks(store, settings, encoder)
        with store.transaction() as tx:
            done = review.answered(tx)
            waiting = [task for task in review.tasks(tx, FRAME) if task.key not in done and not task.kind.is_check]
        if not waiting:
            return Cost(rows, spent, kinds, groups)
        for task in waiting[:BETWEEN]:
            spent += answer(opened, task, analyst)
            kinds[task.kind] += 1


def answer(opened: OpenStudy, task: ReviewTask, analyst: Analyst) -> int:
    """Let the analyst answer a task, keep the answer as a pull does, and return its actions."""
    with opened.store.transaction() as tx:
        codebook, _ = review.coding(tx, FRAME)
        number = len(review.newest_annotations(tx)) + 1
        at = _BEGIN + timedelta(seconds=number)
        given = analyst.answer(task, codebook)
        source = Source("1", at, f"benchmark/1/{number}/1")
        decisions, events = interpret(opened.store.study_id, task, given, source, codebook)
        review.add_decisions(tx, decisions)
        review.add_events(tx, events)
        about = {"task_key": task.key, "annotator": "1", "changed_at": at, "content": "", "result": []}
        place = {"instance": "benchmark", "project": 1, "annotation_id": number, "revision": 1}
        review.add_annotation(tx, {**place, **about, "removed": False, "problem": None})
    return actions(task, given)


def _codes(opened: OpenStudy) -> set[str]:
    with opened.store.transaction() as tx:
        return {code.name for code in review.coding(tx, FRAME)[0].active()}


def _right(opened: OpenStudy, analyst: Analyst) -> tuple[int, int]:
    """How many purpose rows have exactly their right codes, and of how many."""
    with opened.store.transaction() as tx:
        codebook, states = review.coding(tx, FRAME)
        phrases, places = cards.phrases(tx, FRAME), cards.phrase_places(tx, FRAME)
    coded: dict[tuple[str, int], set[str]] = {}
    wanted: dict[tuple[str, int], set[str]] = {}
    for phrase in phrases:
        row = places[phrase][:2]
        codes = states[phrase].codes if phrase in states else ()
        coded.setdefault(row, set()).update(codebook.codes[code].name for code in codes)
        wanted.setdefault(row, set()).update(analyst.right[phrase])
    return sum(coded[row] == wanted[row] for row in wanted), len(wanted)


def _two_files(path: Path, folder: Path) -> tuple[Path, Path]:
    """The cards of wave 1, and the others."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        held = list(reader)
    out = []
    for number, first in (("1", True), ("2", False)):
        out.append(folder / f"{path.stem}_{number}.csv")
        with out[-1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames or [])
            writer.writeheader()
            writer.writerows(card for card in held if (card["wave"] == "1") is first)
    return out[0], out[1]


def _no_targets(folder: Path) -> Path:
    """The sets say nothing of targets, and the cost of a review does not depend on them."""
    out = folder / "no_targets.csv"
    out.write_text("code,target\n", "utf-8")
    return out


def _head() -> str:
    packages = ", ".join(f"{package} {version(package)}" for package in ("scikit-learn", "scipy", "numpy"))
    return f"""# A second wave

Made by `make bench-waves`; do not edit. {platform.machine()}, Python {platform.python_version()}, {packages}.
Encoder {default_study("waves").encoder}. All texts are invented."""


_EFFORT_HEAD = """
## What it costs a person

A scripted analyst who knows the right codes reviews wave 1 to its end, then wave 2; actions as in models/effort.py, a
purpose row. "Anew": wave 2 grouped as if there were no codes, as it was before. A row of cards is right when it ends
with exactly its codes, of both waves. New codes: school and clinic have two purposes each that wave 1 lacks.

| set | rows, wave 1 | a row | rows, wave 2 | a row, anew | a row | anew/1 | 2/1 | tasks | new codes | rows right |
|---|---|---|---|---|---|---|---|---|---|---|"""

_ALARMS_HEAD = f"""
## Alarms

Wave 1 of the card sets and the short answers with their right codes; two fifths of the respondents, drawn at random,
are made the newest wave. Any alarm: in how many of {SPLITS} such splits anything is told, where nothing changed; at
most {LEVEL:.0%} are promised. New theme, none there: in how many of {THEME_SPLITS} splits one is told, and (in
brackets) proposed for review. Then something is made to happen to a code of at least 12 respondents, {MADE} times: it
is gone from the newest wave, or only there; its phrases of the newest wave are another code's, or also another code's;
those of it and of the nearest code are given to either at random. Last: a code of at least 6 respondents of the newest
wave is held back, and a theme is told that is mostly of it. From which chance on a theme is proposed and told was
chosen on these sets, so its figures are a little too good.

| set | rows | any alarm | new theme, none there | vanished | new | another | another too | mixed up | new theme |
|---|---|---|---|---|---|---|---|---|---|"""

if __name__ == "__main__":
    main()

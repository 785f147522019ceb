"""What taking decisions out of Label Studio costs: python benchmarks/pulling.py [--sizes 500 5000] (make bench-pull).

A study of single phrases, one task each, in a real Label Studio. Pulled are: nothing new,
50 new answers, and 50 more. What it costs should follow what people did, not how large the project is. Writes
pulling.md.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from flows.environment import prepare  # noqa: E402

prepare()

from annotation.client import connect, tasks_of  # noqa: E402
from annotation.labeling import KEY, phrase_result  # noqa: E402
from annotation.pull import pull  # noqa: E402
from annotation.push import push  # noqa: E402
from annotation.server import HOME, LocalServer  # noqa: E402
from flows.setup import init_study  # noqa: E402
from flows.study import CARDS, FRAME, REFUSED, OpenStudy, open_study  # noqa: E402
from models.proposing import plan_tasks  # noqa: E402
from models.reading import read_new_files  # noqa: E402
from models.review import Answer, Kind  # noqa: E402
from models.store import review  # noqa: E402

NEW = 50


def main() -> None:
    """Run and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sizes", type=int, nargs="*", default=[500, 5000])
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    options = asked.parse_args()
    lines = [_HEAD]
    with tempfile.TemporaryDirectory(prefix="rechki-pull-") as made:
        os.environ[HOME] = made
        server = LocalServer()
        try:
            server.start()
            for size in options.sizes:
                lines.append(measured(size, Path(made) / str(size)))
                print(lines[-1], flush=True)
        finally:
            server.stop()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "pulling.md").write_text("\n".join([*lines, ""]), "utf-8")


def measured(size: int, folder: Path) -> str:
    """Return the row of a study with this many tasks."""
    cards = folder.with_suffix(".csv")
    with cards.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(
            [("id", "цель", "оценка"), *((at, text, 4) for at, text in enumerate(_texts(size)))]
        )
    init_study(folder, cards, f"{size} заданий", force=False)
    with open_study(folder) as opened:
        studio = connect(opened.settings)
        read_new_files(opened.folder / CARDS, opened.folder / REFUSED, opened.settings, opened.store, opened.private)
        plan_tasks(opened.store, opened.settings, opened.encoder(), FRAME)
        begun = time.monotonic()
        push(opened.store, opened.settings, studio, FRAME)
        sent = time.monotonic() - begun
        pull(opened.store, studio, FRAME)
        times = [_pulled(opened, 0)]
        _answer(opened, range(NEW))
        times.append(_pulled(opened, NEW))
        _answer(opened, range(NEW, 2 * NEW))
        times.append(_pulled(opened, NEW))
        with opened.store.transaction() as tx:
            tasks = len(review.tasks(tx, FRAME))
    return f"| {tasks} | {sent:.1f} | {times[0]:.2f} | {times[1]:.2f} | {times[2]:.2f} |"


def _pulled(opened: OpenStudy, expected: int) -> float:
    begun = time.monotonic()
    found = pull(opened.store, connect(opened.settings), FRAME)
    took = time.monotonic() - begun
    if found.changed != expected or found.odd:
        raise AssertionError(f"{found.changed} changed, {len(found.odd)} odd, expected {expected}")
    return took


def _answer(opened: OpenStudy, which: Sequence[int]) -> None:
    """Answer some tasks with a new code each through Label Studio's API."""
    studio = connect(opened.settings)
    with opened.store.transaction() as tx:
        planned = {task.key: task for task in review.tasks(tx, FRAME)}
        known = review.project(tx, studio.instance, FRAME, Kind.PHRASE)
    waiting = [] if known is None else list(tasks_of(studio, known[0], fields="all", page_size=500))
    for at in which:
        task = waiting[at]
        result = phrase_result(planned[str(task.data[KEY])], Answer(new_names=(f"Код {at}",)))
        studio.api.annotations.create(id=int(task.id), result=result)


def _texts(size: int) -> list[str]:
    with (ROOT / "training" / "data" / "phrases.csv").open(encoding="utf-8", newline="") as lines:
        return list(dict.fromkeys(row["phrase"] for row in csv.DictReader(lines)))[:size]


_HEAD = f"""# What taking decisions out of Label Studio costs

Made by `make bench-pull`; do not edit. Seconds on 2 cores, the server and its SQLite on the same machine. Sending the
tasks; then pulling nothing new, {NEW} new answers, and {NEW} more.

| tasks | sent | nothing new | {NEW} new | {NEW} more |
|---|---|---|---|---|"""


if __name__ == "__main__":
    main()

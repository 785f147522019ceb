"""What large studies cost, step by step: python benchmarks/scale.py [--sizes 500 5000 100000] (make bench-scale).

Each step runs in a process of its own, on a study in the work folder; what was measured is kept there, so that a run
that is stopped goes on, and vectors are not made twice. Writes scale.md from all that is kept.

--minutes M   encode for so long at most; the next run goes on
--fill        do not encode what is left: put those vectors together from those that are there (scale.md says so)
--again STEP  measure these steps once more
--landmarks N what proposal.landmarks is in the studies (the page says it); 0: as it comes
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from math import log
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


from benchmarks.reading import watched  # noqa: E402

MEASURED = ("propose", "plan", "suggest", "balance", "report", "map")
SHARDS = 2048
Kept = dict[str, dict[str, float]]
_NUMBERS = {"cpu": 1, "seconds": 1, "peak": 0}  # with so many decimal places
_TITLES = {
    "encode": "encode",
    "propose": "propose: groups, names, places",
    "plan": "plan the pages",
    "suggest": "suggest",
    "balance": "balance",
    "report": "report",
    "map": "map of `rechki cluster`",
}


def main() -> None:
    """Measure what is not measured yet, and write the page; or do one step of it."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sizes", type=int, nargs="+", default=[500, 5000, 100_000])
    asked.add_argument("--work", type=Path, default=ROOT / "benchmarks" / ".scale")
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    asked.add_argument("--steps", nargs="+", default=["encode", *MEASURED, "shards"])
    asked.add_argument("--again", nargs="+", default=[])
    asked.add_argument("--minutes", type=float, default=1e6)
    asked.add_argument("--fill", action="store_true")
    asked.add_argument("--landmarks", type=int, default=0)
    asked.add_argument("--step", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.step:
        one_step(options)
        return
    for size in options.sizes:
        for step in [step for step in options.steps if step != "shards"]:
            measure(step, options.work / str(size), options)
    if "shards" in options.steps:
        measure("shards", options.work / f"shards-{SHARDS}", options)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "scale.md").write_text(written(options.work, options.sizes), "utf-8")
    print((options.out / "scale.md").read_text("utf-8"))


def measure(step: str, folder: Path, options: argparse.Namespace) -> None:
    """Do a step in a new process, unless it was measured before, and keep the figures."""
    figures = kept(folder)
    if step in figures and step not in options.again and not figures[step].get("left"):
        return
    if step == "encode" and options.fill and figures.get(step):
        step = "fill"
    given = ["--work", str(folder), "--minutes", str(options.minutes), "--landmarks", str(options.landmarks)]
    told, peak = watched([sys.executable, __file__, "--step", step, *given])
    figures[step] = json.loads(told.splitlines()[-1]) | {"peak": peak}
    if step == "fill":
        figures["encode"]["left"] = 0
    (folder / "figures.json").write_text(json.dumps(figures, indent=1), "utf-8")
    print(folder.name, step, figures[step], flush=True)


def one_step(options: argparse.Namespace) -> None:
    """Do one step and print its figures as JSON."""
    from benchmarks.scaling import steps

    step, folder = options.step, options.work
    steps.prepare(folder, int(folder.name.removeprefix("shards-")))
    if options.landmarks:
        steps.change_study(folder / "study", proposal={"landmarks": options.landmarks})
    found = steps.encode(folder, options.minutes) if step == "encode" else steps.STEPS[step](folder)
    print(json.dumps(found))


def kept(folder: Path) -> Kept:
    """Return the figures that are kept of a size."""
    path = folder / "figures.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def written(work: Path, sizes: Sequence[int]) -> str:
    """Return the page."""
    found = {size: kept(work / str(size)) for size in sizes}
    lines = [_HEAD.format(machine=machine())]
    lines += [line for step in _TITLES for line in rows(step, found)]
    lines += ["", *notes(found), *workers(kept(work / f"shards-{SHARDS}"))]
    return "\n".join([*lines, ""])


def rows(step: str, found: dict[int, Kept]) -> list[str]:
    """Return a line a size: CPU and clock seconds, memory, and the growth exponent since the size before."""
    out: list[str] = []
    before: tuple[float, float] | None = None
    for size, figures in found.items():
        if not (one := figures.get(step)):
            continue
        done = one["phrases"] if step == "encode" else size
        spent, growth = one.get("cpu"), ""
        if spent and before:
            growth = f"{log(spent / before[1]) / log(done / before[0]):.2f}"
        before = (done, spent) if spent else before
        sizes = [(name, told) for name, told in (("page", "page"), ("book", "workbook")) if name in one]
        more = ", ".join(f"{one[name]:,.1f} MB {told}" for name, told in sizes)
        counted = [name for name in ("groups", "landmarks", "tasks", "codes") if name in one]
        more = more or ", ".join(f"{one[name]:,.0f} {name}" for name in counted)
        numbers = [f"{one[name]:,.{digits}f}" if name in one else "—" for name, digits in _NUMBERS.items()]
        out.append(f"| {_TITLES[step]} | {done:,.0f} | {' | '.join(numbers)} | {growth} | {more} |")
    return out


def notes(found: dict[int, Kept]) -> list[str]:
    """Say which vectors were put together."""
    return [
        f"Of the {size:,} phrases {figures['fill']['made']:,.0f} were not encoded: what follows encoding was measured "
        "on vectors between those of two encoded phrases of the same code.\n"
        for size, figures in found.items()
        if "fill" in figures
    ]


def workers(figures: Kept) -> list[str]:
    """Return the table of one worker beside two."""
    if not (found := figures.get("shards")):
        return []
    lines = [f"## Several processes\n\n{SHARDS:,} phrases encoded, start of the processes included; seconds.\n"]
    lines += ["| where | seconds | phrases a second | beside one worker |", "|---|---|---|---|"]
    for name, title in (("alone", "the run's own process"), ("one", "Dask, 1 worker"), ("two", "Dask, 2 workers")):
        seconds = found[name]
        lines.append(f"| {title} | {seconds:.1f} | {SHARDS / seconds:.1f} | {found['one'] / seconds:.2f} |")
    return lines


def machine() -> str:
    """Name the machine."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


_HEAD = """# What large studies cost

Made by `make bench-scale`; do not edit (`make bench-scale SIZES="500 5000"` is quick). Distinct phrases of 3.6 words on
the mean, recombined from the labelled answers here (benchmarks/scaling/phrases.py). {machine}.
Each step in a process of its own, with one thread of linear algebra. CPU: seconds of the processor; clock: seconds
that went by, more where the machine is shared. Memory: the peak of the process. Growth: the exponent of CPU between
this size and the one before (1: in proportion, 2: quadratic). —: not measured.

Suggestions are learned from phrases of the 60 most frequent codes, half of all phrases, 2,000 at most; balance and
report are those of a coded table of that many rows and 60 codes (benchmarks/report.py).

| step | phrases | CPU, s | clock, s | memory, MB | growth | |
|---|---|---|---|---|---|---|"""


if __name__ == "__main__":
    main()

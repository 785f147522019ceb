"""What a large report costs: python benchmarks/report.py [--phrases 5000] [--codes 60] (make bench-report).

Rows are put together from the example's own words: sixty streams, three waves, a phrase a row, all on the map.
Writes report.md. Times are of this machine; sizes are not.
"""

import argparse
import csv
import os
import platform
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from models.coded import read_coded  # noqa: E402
from models.config import default_study  # noqa: E402
from models.forms.layout import read_table  # noqa: E402
from reports.data import Report  # noqa: E402
from reports.gallery import gallery_of  # noqa: E402
from reports.map import Dot  # noqa: E402
from reports.outside import report_of  # noqa: E402
from reports.page import page  # noqa: E402
from reports.spss import spss_csv, spss_syntax  # noqa: E402
from reports.tables import balance_csv, waves_csv  # noqa: E402
from reports.workbook import workbook  # noqa: E402
from reports.write import write_report  # noqa: E402

CODED = ROOT / "examples" / "gsr" / "gsr_coded.csv"
WAVES = 3
Made = TypeVar("Made")


def main() -> None:
    """Run and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--phrases", type=int, default=5000)
    asked.add_argument("--codes", type=int, default=60)
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="rechki-report-") as made:
        lines = measured(options.phrases, options.codes, Path(made))
    head = _HEAD.format(phrases=options.phrases, codes=options.codes, waves=WAVES, machine=machine())
    text = "\n".join([head, *lines])
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "report.md").write_text(f"{text}\n", "utf-8")


def measured(phrases: int, codes: int, folder: Path) -> list[str]:
    """Return a row a file, the whole last."""
    table = folder / "coded.csv"
    write_table(table, phrases, codes)
    settings = default_study("Большой отчёт")
    report, computing = timed(lambda: report_of(read_coded(read_table(table), settings), settings))
    report = as_study(report)
    gallery, drawing = timed(lambda: gallery_of(report))
    (files, writing) = timed(lambda: write_report(report, folder / "report"))
    charts = list((folder / "report" / "charts").iterdir())
    of_file: dict[str, Callable[[], object]] = {
        "index.html": lambda: page(report, gallery),
        "report.xlsx": lambda: workbook(report),
        "balance.csv": lambda: balance_csv(report),
        "waves.csv": lambda: waves_csv(report),
        "spss.csv": lambda: spss_csv(report),
        "spss.sps": lambda: spss_syntax(report),
    }
    rows = [f"| computing the balance | | {computing:.1f} |", f"| drawing the charts | | {drawing:.1f} |"]
    for name, make in of_file.items():
        rows.append(f"| {name} | {megabytes([files[name]])} | {timed(make)[1]:.1f} |")
    rows.append(f"| charts/, {len(charts)} files | {megabytes(charts)} | |")
    rows.append(f"| **writing the whole report** | {megabytes([*files.values(), *charts])} | {writing:.1f} |")
    return [*rows, "", *parts_of((folder / "report" / "index.html").read_text("utf-8"))]


def parts_of(text: str) -> list[str]:
    """Say what the megabytes of the page are: its sections and the script of its live charts, the largest first."""
    found = dict(re.findall(r'<section[^>]*aria-labelledby="(\w+)"(.*?)</section>', text, re.S))
    found["script"] = re.findall(r"<script>(.*?)</script>", text, re.S)[-1]
    sizes = sorted(((len(body.encode()) / 1e6, name) for name, body in found.items()), reverse=True)
    parts = ", ".join(f"`{name}` {size:.2f}" for size, name in sizes if size >= 0.05)
    return [
        f"Megabytes of the page by section: {parts}.",
        "The words are the answers themselves, each with its reason; the map carries each answer once more, at most",
        "240 letters of it, to be read under the pointer.",
    ]


def write_table(path: Path, phrases: int, codes: int) -> None:
    """Write a coded table: every text a new mixture of two of the example's, codes drawn with unequal weights."""
    with CODED.open(encoding="utf-8-sig", newline="") as lines:
        known = [row for row in csv.DictReader(lines) if row["text"] and "|" not in row["code"]]
    draw = random.Random(1)  # noqa: S311  (no secret)
    names = [f"{known[at % len(known)]['code'][:40]}, вид {at + 1}" for at in range(codes)]
    weights = [1 / (at + 3) for at in range(codes)]
    with path.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(["card_id", "row", "code", "score", "wave", "target", "net", "text", "why"])
        for at in range(phrases):
            code = draw.choices(range(codes), weights)[0]
            one, other = draw.sample(known, 2)
            score = draw.choice([5, 5, 4, 4, 4, 3, 2, 1, ""])
            target, net = ("yes", "no", "undecided")[code % 3], f"Группа {code % 5 + 1}"
            text = f"{one['text']}, {other['text']} ({at})"
            out.writerow([f"K{at}", 1, names[code], score, f"волна {at % WAVES + 1}", target, net, text, one["why"]])


def as_study(report: Report) -> Report:
    """Show the table as a study that people reviewed: no banner, a map of all phrases."""
    draw = random.Random(2)  # noqa: S311  (no secret)
    names = {code.code_id: code.name for code in report.codes}
    dots = tuple(
        Dot(round(draw.uniform(-1, 1), 3), round(draw.uniform(-1, 1), 3), said.text, names[code_id])
        for code_id, all_said in report.verbatims.items()
        for said in all_said
    )
    return replace(report, outside=None, confirmed=len(dots), dots=dots)


def timed(make: Callable[[], Made]) -> tuple[Made, float]:
    """Return what was made, and the seconds it took."""
    begun = time.monotonic()
    made = make()
    return made, time.monotonic() - begun


def megabytes(files: list[Path]) -> str:
    """Return their sizes together."""
    return f"{sum(file.stat().st_size for file in files) / 1e6:.2f}"


def machine() -> str:
    """Name the machine."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


_HEAD = """# What a large report costs

Made by `make bench-report`; do not edit. A study of {phrases} phrases, {codes} codes and {waves} waves, put together
from the example's words; {machine}. The page must stay under 6 MB and the report under 20 s.

| file | MB | seconds |
|---|---|---|"""


if __name__ == "__main__":
    main()

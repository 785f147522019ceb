"""How well cards are read: masking, non-answers, cutting, and what it costs. Prints benchmarks/reading.md.

python benchmarks/reading.py                     # quality, on benchmarks/data
python benchmarks/reading.py --cost 1000 100000  # and the cost of cards whose texts nearly all differ
"""

import argparse
import csv
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import psutil

from models.checking import check_file
from models.config import default_study
from models.nonanswers import is_non_answer
from models.phrases import split_statements
from models.privacy import names
from models.privacy.found import Found
from models.privacy.masking import find_personal
from models.reading import read_new_files
from models.store.database import Store
from models.store.private import Private
from models.words import parses

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "benchmarks" / "data"
SETS = ("gsr", "school", "clinic", "yoga", "garage")
CONTACTS = ("phone", "email", "handle", "link")
STUDY = default_study("benchmark")
Finder = Callable[[str], Iterable[Found]]
Key = tuple[str, str, str]


def rows(name: str) -> list[dict[str, str]]:
    """Return the lines of a file of benchmarks/data, or of the example."""
    path = DATA / f"{name}.csv"
    path = path if path.exists() else ROOT / "examples" / "gsr" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def texts(name: str) -> dict[Key, str]:
    """Return every text of a set by (card, row, field)."""
    return {
        (card["card_id"], row, field): card[f"{field}_{row}"]
        for card in rows(f"{name}_cards")
        for row in "123"
        for field in ("purpose", "why")
        if card[f"{field}_{row}"].strip()
    }


def masking(name: str, find: Finder) -> tuple[Counter[str], Counter[str], int, int]:
    """Return pieces found and marked by kind, texts touched without need, and texts without personal data."""
    marked: dict[Key, list[tuple[int, int, str]]] = defaultdict(list)
    for line in rows(f"{name}_personal"):
        place = (line["card_id"], line["row"], line["field"])
        marked[place].append((int(line["start"]), int(line["end"]), line["kind"]))
    hit, total, touched, plain = Counter[str](), Counter[str](), 0, 0
    for place, text in texts(name).items():
        found = list(find(text))
        for start, end, kind in marked.get(place, []):
            inside = (at for at in range(start, end) if text[at].isalnum())
            total[kind] += 1
            hit[kind] += all(any(item.start <= at < item.end for item in found) for at in inside)
        if place not in marked:
            plain += 1
            touched += bool(found)
    return hit, total, touched, plain


def tagger_alone(text: str) -> Iterator[Found]:
    """Take slovnet's word for every person."""
    yield from (Found(start, end, "ИМЯ") for start, end in names._tagged(text))


def dictionary_alone(text: str) -> Iterator[Found]:
    """Take every capitalised word that pymorphy3 can read as a name, patronymic or surname."""
    for match in names._WORD.finditer(text):
        grammemes = {
            part for parse in parses(match.group().lower()) for part in ("Name", "Patr", "Surn") if part in parse.tag
        }
        if match.group()[0].isupper() and grammemes:
            yield Found(*match.span(), "ИМЯ")


def share(hit: int, of: int) -> str:
    """Return «.98 (49/50)»."""
    return f"{hit / of:.2f} ({hit}/{of})" if of else "—"


def print_masking() -> None:
    """Recall of contacts, names and numbers, and what was touched without need."""
    print("## Masking\n\nA piece counts when all its letters and digits are covered;")
    print("«touched»: of the texts without personal data.\n")
    print("| set | contacts | names | documents, addresses, births | touched |\n|---|---|---|---|---|")
    all_hit, all_total, all_touched, all_plain = Counter[str](), Counter[str](), 0, 0
    for name in (*SETS, ""):
        if name:
            hit, total, touched, plain = masking(name, find_personal)
            all_hit, all_total = all_hit + hit, all_total + total
            all_touched, all_plain = all_touched + touched, all_plain + plain
        else:
            hit, total, touched, plain = all_hit, all_total, all_touched, all_plain
        contacts = [sum(counts[kind] for kind in CONTACTS) for counts in (hit, total)]
        others = [sum(n for kind, n in counts.items() if kind not in (*CONTACTS, "name")) for counts in (hit, total)]
        cells = (share(*contacts), share(hit["name"], total["name"]), share(*others), share(touched, plain))
        print(f"| {name or '**all**'} | {' | '.join(cells)} |")
    with (ROOT / "training" / "data" / "phrases.csv").open(encoding="utf-8-sig", newline="") as lines:
        phrases = [row["phrase"] for row in csv.DictReader(lines)]
    touched = sum(bool(find_personal(phrase)) for phrase in phrases)
    print(f"\nOf the {len(phrases)} phrases of training/data/phrases.csv {touched} are touched", end=" ")
    print(f"({touched / len(phrases):.4f}):")
    print("about half of these do name a person («хожу к Оле»), the others mostly artists and characters.\n")
    print("Names by one means alone, all sets:\n\n| means | names found | texts touched without need |\n|---|---|---|")
    ways: Sequence[tuple[str, Finder]] = (
        ("dictionary and tagger together (ours)", names.find_names),
        ("slovnet's tagger alone", tagger_alone),
        ("pymorphy3's dictionary alone", dictionary_alone),
    )
    for way, find in ways:
        found = [masking(name, find) for name in SETS]
        hits = [sum(one[at]["name"] for one in found) for at in (0, 1)]
        print(f"| {way} | {share(*hits)} | {share(sum(one[2] for one in found), sum(one[3] for one in found))} |")
    print()


def print_non_answers() -> None:
    """Precision and recall of non-answers."""
    print("## Non-answers\n\n| set | precision | recall |\n|---|---|---|")
    for name in SETS:
        said = texts(name)
        right = {
            (line["card_id"], line["row"], "purpose"): line["codes"] == "нет ответа" for line in rows(f"{name}_truth")
        }
        found = {place: is_non_answer(said[place], STUDY.phrases.non_answers) for place in right}
        both = sum(found[place] and right[place] for place in right)
        print(f"| {name} | {share(both, sum(found.values()))} | {share(both, sum(right.values()))} |")
    print()


def print_cutting() -> None:
    """Answers cut into the right two, and single-purpose answers that were cut."""
    print("## Cutting\n\n«Right»: exactly two phrases, each with 80 % of its piece and at most 20 % of the other.\n")
    print("| set | two purposes apart, cut right | one purpose, cut |\n|---|---|---|")
    for name in SETS:
        pieces: dict[Key, list[tuple[int, int]]] = defaultdict(list)
        for line in rows(f"{name}_spans"):
            pieces[line["card_id"], line["row"], "purpose"].append((int(line["start"]), int(line["end"])))
        said, counts = texts(name), Counter[str]()
        for line in rows(f"{name}_truth"):
            place = (line["card_id"], line["row"], "purpose")
            spans = split_statements(said[place], find_personal(said[place]), STUDY.phrases)
            cut = [(span.start, span.end) for span in spans]
            if place in pieces:
                counts["two"] += 1
                counts["right"] += right_two(cut, pieces[place])
            elif "|" not in line["codes"]:
                counts["one"] += 1
                counts["shred"] += len(cut) > 1
        print(f"| {name} | {share(counts['right'], counts['two'])} | {share(counts['shred'], counts['one'])} |")
    print()


def right_two(cut: Sequence[tuple[int, int]], pieces: Sequence[tuple[int, int]]) -> bool:
    """Tell whether an answer was cut into its two pieces."""

    def covered(phrase: tuple[int, int], piece: tuple[int, int]) -> float:
        return max(0, min(phrase[1], piece[1]) - max(phrase[0], piece[0])) / (piece[1] - piece[0])

    return len(cut) == len(pieces) and all(
        covered(cut[at], pieces[at]) >= 0.8 and covered(cut[at], pieces[1 - at]) <= 0.2 for at in (0, 1)
    )


def write_cards(path: Path, count: int) -> None:
    """Write cards of one or two purposes with reasons, nearly every text a new mixture of two phrases."""
    with (ROOT / "training" / "data" / "phrases.csv").open(encoding="utf-8-sig", newline="") as lines:
        words = [row["phrase"].split() for row in csv.DictReader(lines)]
    draw = random.Random(1)  # noqa: S311  (no secret)

    def text() -> str:
        first, second = draw.choice(words), draw.choice(words)
        return " ".join(first[: draw.randint(1, len(first))] + second[draw.randint(0, len(second) - 1) :])

    path.parent.mkdir()
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(
            ["card_id", "submitted_at", "purpose_1", "score_1", "why_1", "purpose_2", "score_2", "why_2", "channel"]
        )
        for at in range(count):
            second = (text(), draw.randint(0, 5), text()) if draw.random() < 0.5 else ("", "", "")
            writer.writerow([f"C{at}", "13.01.2026 14:26:49", text(), draw.randint(0, 5), text(), *second, "сайт"])


class Peak:
    """The largest sum of this process's memory and that of its workers, looked at five times a second."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        own = psutil.Process()
        while True:
            with suppress(psutil.Error):
                everyone = [own, *own.children(recursive=True)]
                self.megabytes = max(self.megabytes, sum(each.memory_info().rss for each in everyone) / (1 << 20))
            time.sleep(0.2)


def measure(count: int) -> None:
    """Read, store and check `count` cards in this process, and print what it took as JSON."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_cards(folder / "cards" / "cards.csv", count)
        store = Store.open(folder, STUDY)
        peak = Peak()
        begun = time.perf_counter()
        read_new_files(folder / "cards", folder / "refused", STUDY, store, Private(folder))
        read = time.perf_counter() - begun
        store.close()
        begun = time.perf_counter()
        check_file(folder / "cards" / "cards.csv", STUDY)
        checked = time.perf_counter() - begun
    print(json.dumps([read, checked, peak.megabytes]))


def print_cost(sizes: Sequence[int]) -> None:
    """Seconds, milliseconds a card and memory for each size, each in a process of its own."""
    print("## Cost\n\nCards whose texts nearly all differ; each size in a process of its own, models loaded anew;")
    print("from some thousands of cards on, all cores work.\n")
    print("| cards | read, mask, cut, store | ms a card | check | ms a card | peak memory of all processes, MB |")
    print("|--:|--:|--:|--:|--:|--:|")
    for size in sizes:
        done = subprocess.run(
            [sys.executable, __file__, "--measure", str(size)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        read, checked, memory = json.loads(done.stdout)
        costs = f"{read:.1f} s | {1000 * read / size:.2f} | {checked:.1f} s | {1000 * checked / size:.2f}"
        print(f"| {size:,} | {costs} | {memory:.0f} |", flush=True)
    print()


def main() -> None:
    """Print the whole page, or one measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cost", type=int, nargs="+", default=[], metavar="CARDS")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("pymorphy3", "natasha", "slovnet", "navec", "phonenumbers")
    )
    print("# How well cards are read\n")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}\n")
    print_masking()
    print_non_answers()
    print_cutting()
    if options.cost:
        print_cost(options.cost)


if __name__ == "__main__":
    main()

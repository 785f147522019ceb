"""How well cards are read: masking, non-answers, cutting, and their cost. Prints the tables of benchmarks/reading.md.

python benchmarks/reading.py                           # quality, on benchmarks/data
python benchmarks/reading.py --presidio                # beside Presidio, where presidio-analyzer is installed
python benchmarks/reading.py --cost 1000 10000 100000  # and the cost of cards whose texts nearly all differ
"""

import argparse
import csv
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
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
OTHERS = ("card", "passport", "inn", "snils", "address", "birth")
STUDY = default_study("benchmark")
BASE, MOST, LEAST = 10_000, 0.8, 0.2  # the size ratios refer to; how a phrase must cover its piece and spare the other
Finder = Callable[[str], Iterable[Found]]
Place = tuple[str, str, str]  # card, row, field


@cache
def lines_of(name: str) -> tuple[dict[str, str], ...]:
    """Return the lines of a file of benchmarks/data; cards and truth of gsr stand in the example."""
    path = DATA / f"{name}.csv"
    path = path if path.exists() else ROOT / "examples" / "gsr" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def training_phrases() -> tuple[str, ...]:
    """Return the phrases of training/data/phrases.csv."""
    with (ROOT / "training" / "data" / "phrases.csv").open(encoding="utf-8-sig", newline="") as lines:
        return tuple(line["phrase"] for line in csv.DictReader(lines))


@cache
def texts(name: str) -> dict[Place, str]:
    """Return every text of a set by its place."""
    return {
        (card["card_id"], row, about): card[f"{about}_{row}"]
        for card in lines_of(f"{name}_cards")
        for row in "123"
        for about in ("purpose", "why")
        if card[f"{about}_{row}"].strip()
    }


@dataclass
class Masking:
    """What a finder did: pieces found and marked by kind; texts without personal data, and how many it touched."""

    hit: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)
    touched: int = 0
    plain: int = 0

    def __add__(self, other: "Masking") -> "Masking":
        """Return both together."""
        return Masking(
            self.hit + other.hit,
            self.marked + other.marked,
            self.touched + other.touched,
            self.plain + other.plain,
        )

    def of(self, *kinds: str) -> tuple[int, int]:
        """Return pieces found and marked of some kinds."""
        return sum(self.hit[kind] for kind in kinds), sum(self.marked[kind] for kind in kinds)


def masking(name: str, find: Finder) -> Masking:
    """Run a finder over a set. A piece is found when all its letters and digits are covered, by whatever kind."""
    marked: dict[Place, list[tuple[int, int, str]]] = defaultdict(list)
    for line in lines_of(f"{name}_personal"):
        marked[line["card_id"], line["row"], line["field"]].append((int(line["start"]), int(line["end"]), line["kind"]))
    done = Masking()
    for place, text in texts(name).items():
        found = list(find(text))
        for start, end, kind in marked.get(place, []):
            inside = (at for at in range(start, end) if text[at].isalnum())
            done.marked[kind] += 1
            done.hit[kind] += all(any(item.start <= at < item.end for item in found) for at in inside)
        if place not in marked:
            done.plain += 1
            done.touched += bool(found)
    return done


def tagger_alone(text: str) -> Iterator[Found]:
    """Take the word of slovnet's tagger for every person."""
    yield from (Found(start, end, "ИМЯ") for start, end in names._tagged(text))


def dictionary_alone(text: str) -> Iterator[Found]:
    """Take every capitalised word that pymorphy3 can read as a name, patronymic or surname."""
    for match in names._WORD.finditer(text):
        word = match.group()
        if word[0].isupper() and any(
            part in parse.tag for parse in parses(word.lower()) for part in ("Name", "Patr", "Surn")
        ):
            yield Found(*match.span(), "ИМЯ")


def presidio() -> Finder:
    """Presidio with its own recognisers for any country and Russian phones; no Russian model of it is on PyPI."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        EmailRecognizer,
        IpRecognizer,
        PhoneRecognizer,
        UrlRecognizer,
    )

    words = SpacyNlpEngine(models=[{"lang_code": "ru", "model_name": "blank"}])
    words.nlp = {"ru": spacy.blank("ru")}
    registry = RecognizerRegistry(supported_languages=["ru"])
    for recognizer in (EmailRecognizer, UrlRecognizer, CreditCardRecognizer, IpRecognizer):
        registry.add_recognizer(recognizer(supported_language="ru"))
    registry.add_recognizer(PhoneRecognizer(supported_language="ru", supported_regions=["RU"]))
    engine = AnalyzerEngine(registry=registry, nlp_engine=words, supported_languages=["ru"])

    def find(text: str) -> Iterator[Found]:
        yield from (Found(item.start, item.end, item.entity_type) for item in engine.analyze(text, language="ru"))

    return find


def share(hit: int, of: int) -> str:
    """Return «0.98 (49/50)»."""
    return f"{hit / of:.2f} ({hit}/{of})" if of else "—"


def percent(hit: int, of: int) -> str:
    """Return «2.0 % (1/50)»."""
    return f"{100 * hit / of:.1f} % ({hit}/{of})" if of else "—"


def table(*head: str) -> None:
    """Print the head of a table."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")


def line(*cells: str) -> None:
    """Print a line of a table."""
    print(f"| {' | '.join(cells)} |", flush=True)


def print_masking(with_presidio: bool) -> None:
    """Recall by kind of what is used, then names, contacts and texts touched without need beside other means."""
    ours = {name: masking(name, find_personal) for name in SETS}
    ours["**all**"] = sum(ours.values(), Masking())
    print("## Masking\n\nPersonal data found, by kind. A piece counts when all its letters and digits are covered.\n")
    table("set", *CONTACTS, "contacts together", "names", *OTHERS)
    for name, done in ours.items():
        kinds = {kind: "/".join(map(str, done.of(kind))) if done.marked[kind] else "—" for kind in (*CONTACTS, *OTHERS)}
        together = (share(*done.of(*CONTACTS)), share(*done.of("name")))
        line(name, *(kinds[kind] for kind in CONTACTS), *together, *(kinds[kind] for kind in OTHERS))
    means: dict[str, Finder] = {
        "**rules, dictionary and tagger (used)**": find_personal,
        "slovnet's tagger alone": tagger_alone,
        "pymorphy3's dictionary alone": dictionary_alone,
    }
    if with_presidio:
        means["Presidio, pattern recognisers"] = presidio()
    found = {mean: [masking(name, find) for name in SETS] for mean, find in means.items()}
    for title, tell in (
        ("Names found, by means:", lambda done: share(*done.of("name"))),
        ("Contacts (phone, email, handle, link) found, by means:", lambda done: share(*done.of(*CONTACTS))),
        ("Texts without personal data that were touched, by means:", lambda done: percent(done.touched, done.plain)),
    ):
        print(f"\n{title}\n")
        table("means", *SETS, "**all**")
        for mean, by_set in found.items():
            line(mean, *(tell(done) for done in (*by_set, sum(by_set, Masking()))))
    print_phrases(means)


def print_phrases(means: dict[str, Finder]) -> None:
    """What is touched in phrases that are not marked by hand."""
    phrases = training_phrases()
    print(
        f"\nOf the {len(phrases):,} phrases of training/data/phrases.csv, touched. They are not marked by hand and hold"
    )
    print("names that look real («хожу к Оле») too, so not every one touched is an error:\n")
    table("means", "touched")
    for mean, find in means.items():
        line(mean, percent(sum(any(True for _ in find(phrase)) for phrase in phrases), len(phrases)))
    print()


def print_non_answers() -> None:
    """Precision and recall of non-answers."""
    print("## Non-answers\n")
    table("set", "precision", "recall")
    for name in SETS:
        said = texts(name)
        right = {
            (truth["card_id"], truth["row"], "purpose"): truth["codes"] == "нет ответа"
            for truth in lines_of(f"{name}_truth")
        }
        found = {place: is_non_answer(said[place], STUDY.phrases.non_answers) for place in right}
        both = sum(found[place] and right[place] for place in right)
        line(name, share(both, sum(found.values())), share(both, sum(right.values())))
    print()


def print_cutting() -> None:
    """Answers cut into the right two, and single-purpose answers that were cut."""
    print("## Cutting\n\n«Right»: exactly two phrases, each with 80 % of its piece and at most 20 % of the other;")
    print(f"cut where the likelihood is at least {STUDY.phrases.split_at} (`phrases.split_at`).\n")
    table("set", "two purposes, cut right", "two purposes, left whole", "one purpose, cut")
    counted = {name: cutting(name) for name in SETS}
    developed = sum((counted[name] for name in SETS[:3]), Counter[str]())
    for name, n in (*counted.items(), ("**gsr, school, clinic**", developed)):
        line(name, share(n["right"], n["two"]), share(n["whole"], n["two"]), percent(n["shred"], n["one"]))
    print()


def cutting(name: str) -> Counter[str]:
    """Count answers of two marked pieces (cut right, left whole) and of one code (cut)."""
    pieces: dict[Place, list[tuple[int, int]]] = defaultdict(list)
    for span in lines_of(f"{name}_spans"):
        pieces[span["card_id"], span["row"], "purpose"].append((int(span["start"]), int(span["end"])))
    said, n = texts(name), Counter[str]()
    for truth in lines_of(f"{name}_truth"):
        place = (truth["card_id"], truth["row"], "purpose")
        spans = split_statements(said[place], find_personal(said[place]), STUDY.phrases)
        cut = [(span.start, span.end) for span in spans]
        if place in pieces:
            n += Counter(two=1, right=int(right_two(cut, pieces[place])), whole=int(len(cut) == 1))
        elif "|" not in truth["codes"]:
            n += Counter(one=1, shred=int(len(cut) > 1))
    return n


def right_two(cut: Sequence[tuple[int, int]], pieces: Sequence[tuple[int, int]]) -> bool:
    """Tell whether an answer was cut into its two pieces."""

    def covered(phrase: tuple[int, int], piece: tuple[int, int]) -> float:
        return max(0, min(phrase[1], piece[1]) - max(phrase[0], piece[0])) / (piece[1] - piece[0])

    return len(cut) == 2 and all(
        covered(cut[at], pieces[at]) >= MOST and covered(cut[at], pieces[1 - at]) <= LEAST for at in (0, 1)
    )


def write_cards(path: Path, count: int) -> None:
    """Write cards of one or two purposes with reasons, nearly every text a new mixture of two phrases."""
    words = [phrase.split() for phrase in training_phrases()]
    draw = random.Random(1)  # noqa: S311  (no secret)

    def text() -> str:
        first, second = draw.choice(words), draw.choice(words)
        return " ".join(first[: draw.randint(1, len(first))] + second[draw.randint(0, len(second) - 1) :])

    head = "card_id,submitted_at,purpose_1,score_1,why_1,purpose_2,score_2,why_2,channel"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(head.split(","))
        for at in range(count):
            second = (text(), draw.randint(0, 5), text()) if draw.random() < 0.5 else ("", "", "")
            writer.writerow([f"C{at}", "13.01.2026 14:26:49", text(), draw.randint(0, 5), text(), *second, "сайт"])


def run_stage(stage: str, folder: Path) -> None:
    """Do one stage in this process and print its seconds; what it loads at first use is part of them."""
    if stage == "read":
        store = Store.open(folder, STUDY)
        begun = time.perf_counter()
        read_new_files(folder / "cards", folder / "refused", STUDY, store, Private(folder))
        print(time.perf_counter() - begun)
        store.close()
    else:
        begun = time.perf_counter()
        check_file(folder / "cards" / "cards.csv", STUDY)
        print(time.perf_counter() - begun)


def watched(command: Sequence[str]) -> tuple[str, float]:
    """Run a command to its end; return what it printed, and the peak memory in MB of it and of all it started."""
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        while running.poll() is None:
            peak = max(peak, memory(psutil.Process(running.pid)))
            time.sleep(0.25)
        told, _ = running.communicate()
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
    return told, peak


def measure(stage: str, folder: Path) -> tuple[float, float]:
    """Return a stage's seconds and peak memory in MB, in a new process; the memory of its workers counts too."""
    command = [sys.executable, __file__, "--stage", stage, "--folder", str(folder)]
    told, peak = watched(command)
    return float(told), peak


def memory(process: psutil.Process) -> float:
    """Return the MB of a process and all below it; pages they share count once where the system tells (Linux)."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            info = one.memory_full_info()
            total += getattr(info, "pss", info.uss)
    except psutil.Error:  # it has just ended
        return 0.0
    return total / 2**20


def print_cost(sizes: Sequence[int]) -> None:
    """Seconds, milliseconds a card, their ratio and memory for each size."""
    base = BASE if BASE in sizes else sizes[0]
    print(
        "## Cost\n\nCards of one or two purposes with reasons, of pieces of phrases, so that nearly all texts differ."
    )
    print(
        "Each stage runs in a new process; loading dictionaries and starting workers is in its time. Memory is the peak"
    )
    print(f"of the process and its workers together. The ratio is of ms a card to those at {base:,} cards.\n")
    table("stage", "cards", "seconds", "ms a card", "ratio", "peak memory, MB")
    for stage, title in (("read", "read, mask, cut, store (SQLite)"), ("check", "check a file")):
        taken: dict[int, tuple[float, float]] = {}
        for size in sizes:
            with tempfile.TemporaryDirectory() as scratch:
                write_cards(Path(scratch) / "cards" / "cards.csv", size)
                taken[size] = measure(stage, Path(scratch))
        for size, (seconds, peak) in taken.items():
            each = 1000 * seconds / size
            ratio = each / (1000 * taken[base][0] / base)
            line(title, f"{size:,}", f"{seconds:.1f}", f"{each:.2f}", f"{ratio:.2f}", f"{peak:.0f}")


def main() -> None:
    """Print the tables, or do one stage of a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cost", type=int, nargs="+", default=[], metavar="CARDS")
    parser.add_argument(
        "--presidio", action="store_true", help="compare with presidio-analyzer, which must be installed"
    )
    parser.add_argument("--stage", choices=("read", "check"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        run_stage(options.stage, options.folder)
        return
    packages = ["pymorphy3", "natasha", "slovnet", "navec", "phonenumbers", "linkify-it-py", "joblib", "sqlalchemy"]
    told = ", ".join(f"{name} {version(name)}" for name in (*packages, *["presidio-analyzer"] * options.presidio))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {told}\n")
    print_masking(options.presidio)
    print_non_answers()
    print_cutting()
    if options.cost:
        print_cost(options.cost)


if __name__ == "__main__":
    main()

"""The steps of a large study: each works on what an earlier one left in its folder, and returns what it took.

Seconds are those of the clock and of the processor: the second ones say more on a machine that others use too.
"""

import csv
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from prefect import flow

from benchmarks.report import as_study, write_table
from benchmarks.scaling.phrases import recombined
from flows.setup import init_study
from flows.shards import encode_texts
from flows.study import CARDS, FRAME, REFUSED, OpenStudy, open_study
from models.coded import read_coded
from models.config import change_study, default_study
from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors
from models.forms.layout import read_table
from models.proposing import make_proposal, open_texts, plan_tasks
from models.reading import read_new_files
from models.store import cards, review, schema, vectors
from models.suggesting import suggest_texts
from models.text import text_key
from reports.map import Dot, map_page
from reports.outside import report_of
from reports.write import write_report

Figures = dict[str, float]
CODES = 60  # that suggestions are learned of, and of the coded tables that balance and report are made of
CODED = 2000  # coded phrases at most that suggestions are learned from
_ENCODED, _PHRASES = "encoded.json", "phrases.csv"


def prepare(folder: Path, count: int) -> None:
    """Make a study of `count` distinct phrases and read its cards; nothing when it is there."""
    if (folder / "study" / "study.db").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    phrases = recombined(count)
    with (folder / _PHRASES).open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("text", "code"), *phrases.items()])
    answers = folder / "cards.csv"
    with answers.open("w", encoding="utf-8", newline="") as lines:
        head = ("id", "цель", "оценка")
        csv.writer(lines).writerows([head, *((at, text, at % 6) for at, text in enumerate(phrases))])
    os.utime(answers, (0, 0))  # a study takes it as settled
    init_study(folder / "study", answers, f"{count} фраз", force=False)
    change_study(folder / "study", phrases={"split": False})
    with open_study(folder / "study") as opened:
        read_new_files(opened.folder / CARDS, opened.folder / REFUSED, opened.settings, opened.store, opened.private)


@contextmanager
def timed() -> Iterator[Figures]:
    """Seconds of the clock and of this process's processor time."""
    found: Figures = {}
    wall, used = time.perf_counter(), time.process_time()
    yield found
    found["seconds"], found["cpu"] = time.perf_counter() - wall, time.process_time() - used


def encode(folder: Path, minutes: float) -> Figures:
    """Encode what is not encoded yet, for so many minutes, and return what it took with the times before."""
    path = folder / _ENCODED
    before: Figures = json.loads(path.read_text()) if path.exists() else {"seconds": 0, "cpu": 0, "phrases": 0}
    with open_study(folder / "study") as opened:
        encoder, texts = opened.encoder(), open_texts(opened.store)
        chunks = vectors.pending(opened.store, encoder, texts)
        left = sum(map(len, chunks))
        encoder.encode(["разогрев"])
        for keys in chunks:
            with timed() as took:
                vectors.encode_chunk(opened.store, encoder, texts, keys)
            left -= len(keys)
            took["phrases"] = len(keys)
            before = {name: before[name] + took[name] for name in took} | {"left": left}
            path.write_text(json.dumps(before))
            minutes -= took["seconds"] / 60
            if minutes < 0:
                break
    return before


@dataclass(frozen=True)
class Stored(Encoder):
    """The encoder of a study, whose vectors are those that were stored; what it does not know is nought."""

    known: Mapping[str, Vectors]

    @classmethod
    def of(cls, opened: OpenStudy) -> "Stored":
        """Read the vectors of a study."""
        encoder, table = opened.encoder(), schema.vector
        with opened.store.transaction() as tx:
            rows = tx.rows(table, table.c.fingerprint == encoder.fingerprint)
        known = {row.text_hash: np.frombuffer(row.raw, "<f4") for row in rows}
        return cls(encoder.fingerprint, encoder.blocks, encoder.model, encoder.prompt, known)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Look the vectors up."""
        nothing = np.zeros(sum(self.blocks), np.float32)
        return np.stack([self.known.get(vectors.text_hash(text_key(text)), nothing) for text in texts])


def fill(folder: Path) -> Figures:
    """Store vectors of the phrases that are not encoded: a point between two encoded ones of the same code."""
    code = dict(_rows(folder))
    with open_study(folder / "study") as opened:
        texts = open_texts(opened.store)
        stored = Stored.of(opened)
        missing = [key for chunk in vectors.pending(opened.store, stored, texts) for key in chunk]
        of_code: dict[str, list[Vectors]] = defaultdict(list)
        for key in sorted(texts.keys() - set(missing)):
            of_code[code.get(texts[key], "")].append(stored.known[vectors.text_hash(key)])
        draw = random.Random(1)  # noqa: S311  (no secret)
        made = {}
        for key in missing:
            one, other = draw.choices(of_code[code.get(texts[key], "")] or of_code[""], k=2)
            share = draw.uniform(0.3, 0.7)
            made[vectors.text_hash(key)] = share * one + (1 - share) * other
        vectors.encode_chunk(opened.store, replace(stored, known=made), texts, missing)
    return {"made": len(missing), "phrases": len(texts)}


def propose(folder: Path) -> Figures:
    """Group the phrases, describe the groups and store the proposal, as if there had been none."""
    with open_study(folder / "study") as opened, opened.store.transaction() as tx:
        for table in (schema.membership, schema.proposal_group, schema.proposal, schema.task):
            tx.delete(table)
    with open_study(folder / "study") as opened, timed() as took:
        groups = make_proposal(opened.store, opened.settings, opened.encoder())
    return took | {"groups": groups, "landmarks": opened.settings.proposal.landmarks}


def plan(folder: Path) -> Figures:
    """Plan the pages that are due."""
    with open_study(folder / "study") as opened, timed() as took:
        tasks = plan_tasks(opened.store, opened.settings, opened.encoder())
    return took | {"tasks": tasks}


def suggest(folder: Path) -> Figures:
    """Suggest codes for new phrases, learned from phrases of the 60 most frequent codes, which have numbers as names.

    Half of all phrases are coded, 2,000 at most.
    """
    rows = _rows(folder)
    frequent = Counter(code for _, code in rows).most_common(CODES)
    number = {code: str(at) for at, (code, _) in enumerate(sorted(frequent))}
    known = [(text, [number[code]]) for text, code in rows if code in number][: min(len(rows) // 2, CODED)]
    coded = {text for text, _ in known}
    new = [text for text, _ in rows if text not in coded]
    with open_study(folder / "study") as opened:
        stored = Stored.of(opened)
        with timed() as took:
            found = suggest_texts(known, new, stored, opened.settings)
    return took | {"codes": found.known, "themes": len(found.portraits)}


def balance(folder: Path) -> Figures:
    """Read a coded table and compute its balance, waves and nets."""
    settings, table = default_study("Большой отчёт"), _coded_table(folder)
    with timed() as took:
        report_of(read_coded(read_table(table), settings), settings)
    return took


def report(folder: Path) -> Figures:
    """Write the report of that table as that of a study, with a dot on the map for every phrase."""
    settings = default_study("Большой отчёт")
    shown = as_study(report_of(read_coded(read_table(_coded_table(folder)), settings), settings))
    with timed() as took:
        files = write_report(shown, folder / "report")
    return took | {"page": files["index.html"].stat().st_size / 1e6, "book": files["report.xlsx"].stat().st_size / 1e6}


def draw(folder: Path) -> Figures:
    """Draw the map of `rechki cluster`, a dot for every phrase at the place the proposal gave it."""
    with open_study(folder / "study") as opened, opened.store.transaction() as tx:
        phrases, places = cards.phrases(tx, FRAME), review.map_places(tx, FRAME)
        groups = review.proposed_groups(tx, FRAME)
    name = {phrase: str(group.about["name"]) for group in groups for phrase in group.phrase_ids}
    with timed() as took:
        dots = [Dot(*place, phrases[phrase].text, name.get(phrase, "")) for phrase, place in places.items()]
        page = map_page("Карта", dots)
    return took | {"page": len(page.encode()) / 1e6}


@flow
def _as_a_run(folder: str) -> None:
    with open_study(folder) as opened:
        encode_texts(opened, FRAME, open_texts(opened.store), lambda *_: None)


def shards(folder: Path) -> Figures:
    """Encode the study's phrases in this process, then with one worker of a Dask cluster and with two; clock only."""
    found: Figures = {}
    for name, where in (("alone", ""), ("one", "local"), ("two", "local")):
        change_study(folder / "study", encoding={"dask": where, "workers": 2 if name == "two" else 1})
        with open_study(folder / "study") as opened, opened.store.transaction() as tx:
            tx.delete(schema.vector)
        with timed() as took:
            _as_a_run(str(folder / "study"))
        found[name] = took["seconds"]
    return found


STEPS: dict[str, Callable[[Path], Figures]] = {
    "fill": fill,
    "propose": propose,
    "plan": plan,
    "suggest": suggest,
    "balance": balance,
    "report": report,
    "map": draw,
    "shards": shards,
}


def _coded_table(folder: Path) -> Path:
    path = folder / "coded.csv"
    if not path.exists():
        write_table(path, int(folder.name), CODES)
    return path


def _rows(folder: Path) -> list[tuple[str, str]]:
    with (folder / _PHRASES).open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["code"]) for row in csv.DictReader(lines)]

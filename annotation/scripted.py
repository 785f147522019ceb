"""A scripted analyst: works through Label Studio's own API on the same tasks as a person, from a file of right codes.

It shows and tests the way of the data. It is announced as scripted wherever its work appears.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.client import Studio, annotation_numbers, in_words, tasks_of
from annotation.labeling import KEY, Json, page_result, phrase_result
from models.analyst import Analyst
from models.codebook import FIXED, Codebook, Target
from models.effort import actions
from models.encoder.load import Progress
from models.errors import RechkiError
from models.review import Kind, ReviewTask
from models.store import cards, review
from models.store.database import Store
from models.store.private import Private
from models.text import text_key

_NO_ANSWER = FIXED[0].name
_FIXED_NAMES = {text_key(code.name): code.name for code in FIXED}


@dataclass(frozen=True)
class Truth:
    """What is right: codes by (card id as in the file, row), in the order the answer names them; targets of codes."""

    codes: Mapping[tuple[str, int], tuple[str, ...]]
    targets: Mapping[str, Target]

    @classmethod
    def read(cls, truth: Path, codes: Path, column: str = "codes") -> "Truth":
        """Read X_truth.csv (card_id, row, codes joined by ``|``; none: no answer) and X_codes.csv (code, target)."""
        with truth.open(encoding="utf-8-sig", newline="") as lines:
            rows = {
                (line["card_id"], int(line["row"])): tuple(map(_name, (line[column] or _NO_ANSWER).split("|")))
                for line in csv.DictReader(lines)
            }
        with codes.open(encoding="utf-8-sig", newline="") as lines:
            targets = {_name(line["code"]): Target(line["target"]) for line in csv.DictReader(lines)}
        return cls(rows, targets)


class ScriptedAnalyst:
    """Answers open tasks the way a careful person with the truth in mind would.

    `spent` counts its actions, `spent_checking` those for the audit, the second coder's phrases and disputes.
    """

    def __init__(self, store: Store, private: Private, studio: Studio, frame: str, truth: Truth) -> None:
        self.store, self.studio, self.frame = store, studio, frame
        self.spent, self.spent_checking = 0, 0
        self.analyst = analyst_of(store, private, frame, truth)

    def review(
        self, most: int | None = None, progress: Progress | None = None, kinds: Iterable[Kind] = tuple(Kind)
    ) -> int:
        """Answer open tasks of some kinds, groups first, at most `most` of them; return how many were answered."""
        with self.store.transaction() as tx:
            known = [review.project(tx, self.studio.instance, self.frame, kind) for kind in kinds]
        with in_words(self.studio.url):
            waiting = [item for found in known if found for item in self._open(found[0])][:most]
        with self.store.transaction() as tx:  # read last: a run may be sending tasks just now
            self.codebook: Codebook = review.coding(tx, self.frame)[0]
            planned = {task.key: task for task in review.tasks(tx, self.frame)}
        with in_words(self.studio.url):
            for done, (number, key) in enumerate(waiting, start=1):
                self.studio.api.annotations.create(id=number, result=self._result(planned[key]))
                if progress:
                    progress(done, len(waiting))
        return len(waiting)

    def _open(self, project: int) -> Iterator[tuple[int, str]]:
        for task in tasks_of(self.studio, project, fields="all", page_size=500):
            if not annotation_numbers(task):
                yield int(task.id), str(task.data[KEY])

    def _result(self, task: ReviewTask) -> list[Json]:
        answer = self.analyst.answer(task, self.codebook)
        if task.kind.is_check:
            self.spent_checking += actions(task, answer)
        else:
            self.spent += actions(task, answer)
        return page_result(task, answer) if task.kind.is_page else phrase_result(task, answer)


def analyst_of(store: Store, private: Private, frame: str, truth: Truth) -> Analyst:
    """Return who knows the right codes of a study's phrases.

    Raises
    ------
    RechkiError
        When the truth lacks a row.
    """
    originals = private.original_ids()
    with store.transaction() as tx:
        places = cards.phrase_places(tx, frame)
    rows: dict[tuple[str, int], list[tuple[int, int, str]]] = defaultdict(list)
    for phrase, (card, row, start, end) in places.items():
        rows[originals.get(card, ""), row].append((start, end, phrase))
    right: dict[str, frozenset[str]] = {}
    for (card, row), parts in rows.items():
        found = truth.codes.get((card, row))
        if found is None:
            raise RechkiError(f"the truth has no row {row} of card {card}", "", "Complete the file.")
        right |= _coded(sorted(parts), found)
    return Analyst(right, truth.targets)


def _coded(phrases: Sequence[tuple[int, int, str]], codes: Sequence[str]) -> dict[str, frozenset[str]]:
    """Codes of the phrases (start, end, id) of one answer: the whole answer has all of them.

    Its parts have one each, in their order, where there are as many parts as codes; else all of them, too.
    """
    right = dict.fromkeys((phrase for _, _, phrase in phrases), frozenset(codes))
    parts = [
        phrase
        for start, end, phrase in phrases
        if not any(start <= one and other <= end and held != phrase for one, other, held in phrases)
    ]
    if len(parts) == len(codes):
        right |= {part: frozenset([code]) for part, code in zip(parts, codes, strict=True)}
    return right


def _name(code: str) -> str:
    return _FIXED_NAMES.get(text_key(code), code)

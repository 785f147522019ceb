"""A scripted analyst: works through Label Studio's own API on the same tasks as a person, from a file of right codes.

It shows and tests the way of the data. It is announced as scripted wherever its work appears.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from annotation.client import Studio, in_words, tasks_of
from annotation.labeling import KEY, Json, group_result, phrase_result
from models.codebook import FIXED, Codebook, Target
from models.encoder import Progress
from models.errors import RechkiError
from models.review import Answer, Kind, Line, Member, ReviewTask
from models.store import cards, review
from models.store.database import Store
from models.store.private import Private
from models.text import text_key

_FIXED_NAMES = {text_key(code.name): code.name for code in FIXED}
_AT_LEAST = 2


@dataclass(frozen=True)
class Truth:
    """Right codes of every purpose row by (card id as in the file, row), and the targets of the codes."""

    codes: Mapping[tuple[str, int], frozenset[str]]
    targets: Mapping[str, Target]

    @classmethod
    def read(cls, truth: Path, codes: Path) -> "Truth":
        """Read X_truth.csv (card_id, row, codes joined by ``|``) and X_codes.csv (code, target)."""
        with truth.open(encoding="utf-8-sig", newline="") as lines:
            rows = {
                (line["card_id"], int(line["row"])): frozenset(_name(code) for code in line["codes"].split("|"))
                for line in csv.DictReader(lines)
            }
        with codes.open(encoding="utf-8-sig", newline="") as lines:
            targets = {_name(line["code"]): Target(line["target"]) for line in csv.DictReader(lines)}
        return cls(rows, targets)


class ScriptedAnalyst:
    """Answers open tasks the way a careful person with the truth in mind would."""

    def __init__(self, store: Store, private: Private, studio: Studio, frame: str, truth: Truth) -> None:
        self.store, self.studio, self.frame, self.truth = store, studio, frame, truth
        originals = private.original_ids()
        with store.transaction() as tx:
            places = cards.phrase_places(tx, frame)
        self.right: dict[str, frozenset[str]] = {}
        for phrase, (card, row, _, _) in places.items():
            found = truth.codes.get((originals.get(card, ""), row))
            if found is None:
                raise RechkiError(f"the truth has no row {row} of card {originals.get(card)}", "", "Complete the file.")
            self.right[phrase] = found

    def review(self, most: int | None = None, progress: Progress | None = None) -> int:
        """Answer open tasks, groups first, at most `most` of them; return how many were answered."""
        with self.store.transaction() as tx:
            self.codebook: Codebook = review.coding(tx, self.frame)[0]
            planned = {task.key: task for task in review.tasks(tx, self.frame)}
            known = [review.project(tx, self.studio.instance, self.frame, kind) for kind in Kind]
        with in_words(self.studio.url):
            waiting = [item for found in known if found for item in self._open(found[0])][:most]
            for done, (number, key) in enumerate(waiting, start=1):
                self.studio.api.annotations.create(id=number, result=self._result(planned[key]))
                if progress:
                    progress(done, len(waiting))
        return len(waiting)

    def _open(self, project: int) -> Iterator[tuple[int, str]]:
        for task in tasks_of(self.studio, project, fields="all", page_size=500):
            if not task.total_annotations:
                yield int(task.id), str(task.data[KEY])

    def _result(self, task: ReviewTask) -> list[Json]:
        if task.kind is Kind.GROUP:
            return group_result(task, self.answer_group(task))
        return phrase_result(task, self._chosen(sorted(self._right_of(task.lines[0]))))

    def answer_group(self, task: ReviewTask) -> Answer:
        """Keep the code that most phrases of the page carry; dissolve a page where none is shared."""
        counts = Counter(code for line in task.lines for code in sorted(self._right_of(line)))
        code, times = counts.most_common(1)[0]
        if times < _AT_LEAST:
            return Answer(dissolve=True)
        members = {
            at: Member.ALSO if len(self._right_of(line)) > 1 else Member.BELONGS
            for at, line in enumerate(task.lines)
            if code in self._right_of(line)
        }
        return replace(self._chosen([code]), target=self.truth.targets.get(code), members=members)

    def _chosen(self, names: list[str]) -> Answer:
        """Pick the codes that are offered as choices by now, and type the others."""
        existing = {name: self.codebook.by_name(name) for name in names}
        new = tuple(name for name, code in existing.items() if code is None)
        return Answer(
            codes=tuple(code.code_id for code in existing.values() if code is not None),
            new_names=new,
            target=self.truth.targets.get(new[0]) if len(new) == 1 else None,
        )

    def _right_of(self, line: Line) -> frozenset[str]:
        """The right codes of a line; of duplicates that differ, those of most."""
        return Counter(self.right[phrase] for phrase in line.phrase_ids).most_common(1)[0][0]


def _name(code: str) -> str:
    return _FIXED_NAMES.get(text_key(code), code)

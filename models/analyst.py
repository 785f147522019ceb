"""An analyst who knows the right codes: answers the product's own tasks as a careful person would.

It measures what a review costs (benchmarks/clusters.py) and shows the way of the data (`rechki demo`); wherever its
work appears it is announced as scripted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from models.codebook import Codebook, Target
from models.review import Answer, Kind, Line, Member, ReviewTask

_ALONE = 1.5  # actions a phrase costs later that a page could have confirmed


@dataclass(frozen=True)
class Analyst:
    """Knows the names of the right codes of every phrase, and the codes' targets by name."""

    right: Mapping[str, frozenset[str]]
    targets: Mapping[str, Target] = field(default_factory=dict)

    def answer(self, task: ReviewTask, codebook: Codebook) -> Answer:
        """Answer a task: one code for a group's page, yes or no for each addition, right codes elsewhere."""
        if task.kind is Kind.GROUP:
            return self._group(task, codebook)
        if task.kind is Kind.ADDITION:
            name = codebook.codes[codebook.resolve(task.suggested[0])].name
            return Answer(codes=task.suggested, members=self._members(task, name))
        if task.kind is Kind.SORT:
            return self._sorted(task, codebook)
        return self._chosen(sorted(self.right_of(task.lines[0])), codebook)

    def right_of(self, line: Line) -> frozenset[str]:
        """The right codes of a line; of duplicates that differ, those of most."""
        return Counter(self.right[phrase] for phrase in line.phrase_ids).most_common(1)[0][0]

    def _group(self, task: ReviewTask, codebook: Codebook) -> Answer:
        """Keep the code that most lines carry, and dissolve a page where unticking the others would cost more.

        A further page has the code that the first one was given.
        """
        if task.page > 1 and task.suggested:
            name = codebook.codes[codebook.resolve(task.suggested[0])].name
            times = sum(name in self.right_of(line) for line in task.lines)
        else:
            counts = Counter(code for line in task.lines for code in sorted(self.right_of(line)))
            name, times = counts.most_common(1)[0]
        if _ALONE * times <= 1 + len(task.lines) - times:
            return Answer(dissolve=True)
        chosen = self._chosen([name], codebook)
        return replace(chosen, target=self.targets.get(name), members=self._members(task, name))

    def _sorted(self, task: ReviewTask, codebook: Codebook) -> Answer:
        """Tick the right codes among those offered, and mark a line that needs another one besides."""
        ticked: dict[int, tuple[str, ...]] = {}
        also: dict[int, Member] = {}
        for at, line in enumerate(task.lines):
            right = self.right_of(line)
            ticked[at] = tuple(code for code in line.codes if codebook.codes[codebook.resolve(code)].name in right)
            if 0 < len(ticked[at]) < len(right):
                also[at] = Member.ALSO
        return Answer(members=also, sorted=ticked)

    def _members(self, task: ReviewTask, name: str) -> dict[int, Member]:
        return {
            at: Member.ALSO if len(self.right_of(line)) > 1 else Member.BELONGS
            for at, line in enumerate(task.lines)
            if name in self.right_of(line)
        }

    def _chosen(self, names: list[str], codebook: Codebook) -> Answer:
        """Pick the codes that are there as choices by now, and type the others."""
        existing = {name: codebook.by_name(name) for name in names}
        new = tuple(name for name, code in existing.items() if code is None)
        return Answer(
            codes=tuple(code.code_id for code in existing.values() if code is not None),
            new_names=new,
            target=self.targets.get(new[0]) if len(new) == 1 else None,
        )

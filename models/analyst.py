"""An analyst who knows the right codes: answers the product's own tasks as a careful person would.

It measures what a review costs (benchmarks/clusters.py) and shows the way of the data (`rechki demo`); wherever its
work appears it is announced as scripted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.audit import AuditResult, draw, measure, place_of
from models.codebook import Codebook, Target
from models.config import Review
from models.opinions import FirstAnswer, blind_answers, confirmed_lines, further_tasks
from models.planning import Phrase, Situation
from models.review import Answer, Kind, Line, Member, ReviewTask, Source, interpret

_ALONE = 1.5  # actions a phrase costs later that a page could have confirmed


@dataclass(frozen=True)
class Analyst:
    """Knows the names of the right codes of every phrase, and the codes' targets by name.

    A careless one overlooks this share of the lines that come ticked and are wrong, always the same ones for a `seed`;
    what is asked alone he answers as he knows it.
    """

    right: Mapping[str, frozenset[str]]
    targets: Mapping[str, Target] = field(default_factory=dict)
    overlooks: float = 0.0
    seed: str = ""

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
            if line.checked and line.codes[0] not in ticked[at] and self._overlooked(line):
                ticked[at] = line.codes[:1]
            elif 0 < len(ticked[at]) < len(right):
                also[at] = Member.ALSO
        return Answer(members=also, sorted=ticked)

    def _members(self, task: ReviewTask, name: str) -> dict[int, Member]:
        return {
            at: Member.ALSO if name in self.right_of(line) and len(self.right_of(line)) > 1 else Member.BELONGS
            for at, line in enumerate(task.lines)
            if name in self.right_of(line) or (line.checked and self._overlooked(line))
        }

    def _overlooked(self, line: Line) -> bool:
        return place_of(self.seed, "overlooked", line.phrase_ids) < self.overlooks

    def _chosen(self, names: list[str], codebook: Codebook) -> Answer:
        """Pick the codes that are there as choices by now, and type the others."""
        existing = {name: codebook.by_name(name) for name in names}
        new = tuple(name for name, code in existing.items() if code is None)
        return Answer(
            codes=tuple(code.code_id for code in existing.values() if code is not None),
            new_names=new,
            target=self.targets.get(new[0]) if len(new) == 1 else None,
        )


def rehearsed_audit(
    analyst: Analyst, study_id: str, frame: str, pages: Iterable[ReviewTask], codebook: Codebook, settings: Review
) -> tuple[AuditResult, float]:
    """Let the analyst answer pages and then the audit of them, all of it in memory.

    Returns
    -------
    AuditResult, float
        What the audit says, and the true share of confirmed lines that have not exactly their right codes.
    """
    pages, codebook, said = list(pages), deepcopy(codebook), list[FirstAnswer]()

    def answered(task: ReviewTask) -> None:
        source = Source("1", datetime(2026, 1, 1), f"rehearsal/{task.key}/1", blind=task.kind.is_blind)
        decisions, _ = interpret(study_id, task, analyst.answer(task, codebook), source, codebook)
        said.extend(FirstAnswer(made, task.key, task.kind) for made in decisions)

    for page in pages:
        answered(page)
    phrases = {
        name: Phrase(name, line.text, line.text, False) for t in pages for line in t.lines for name in line.phrase_ids
    }
    lines = confirmed_lines(pages, said, codebook, phrases.keys())
    situation = Situation(study_id, frame, phrases, [], pages, {page.key for page in pages}, {}, len(pages))
    for task in further_tasks(situation, lines, settings):
        answered(task)
    found = measure(lines, draw(study_id, lines, settings.audit, settings.audit_least), blind_answers(said, codebook))
    wrong = 0
    for line in lines:
        given = {codebook.codes[code].name for code in line.codes}
        wrong += given != analyst.right_of(Line(line.text, line.phrase_ids))
    return found, wrong / max(len(lines), 1)

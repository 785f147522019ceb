"""status: where a study stands, in words and as JSON. It only reads, also while another run works."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from flows.stages import console
from flows.study import FRAME, read_study
from models.review import Kind
from models.standing import Standing, standing
from models.store import cards, review

_NAMES = {
    Kind.GROUP: "groups",
    Kind.ADDITION: "additions",
    Kind.SORT: "sorting pages",
    Kind.PHRASE: "single phrases",
}
_SHOWN = 20


@dataclass(frozen=True)
class Odd:
    """An annotation that does not count: where it stands in Label Studio, and why."""

    instance: str
    project: int
    annotation: int
    annotator: str
    why: str


@dataclass(frozen=True)
class Status:
    """Where a study stands."""

    title: str
    cards: int
    rows: int
    codes: int
    review: Standing
    odd: list[Odd]


def status_of(folder: Path) -> Status:
    """Read where a study stands, as of the last `collect`."""
    with read_study(folder) as opened, opened.store.transaction() as tx:
        codebook, states = review.coding(tx, FRAME)
        counted = cards.counts(tx)
        newest = review.newest_annotations(tx).items()
        withdrawn = review.withdrawn_tasks(tx, FRAME)
        return Status(
            title=opened.settings.title,
            cards=counted.cards,
            rows=counted.rows,
            codes=sum(not code.fixed for code in codebook.active()),
            review=standing(
                cards.phrases(tx, FRAME).keys(),
                states,
                [task for task in review.tasks(tx, FRAME) if task.key not in withdrawn],
                review.answered(tx),
                review.skipped(tx),
                review.live_decisions(tx, FRAME),
            ),
            odd=[
                Odd(instance, project, number, found.annotator, found.problem)
                for (instance, project, number), found in sorted(newest)
                if found.problem and not found.removed
            ],
        )


def as_json(found: Status) -> str:
    """Write a status as JSON."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=1, default=str)


def print_status(found: Status) -> None:
    """Print a status in words."""
    at = found.review
    share = f"{100 * at.confirmed / at.phrases:.0f} %" if at.phrases else "nothing to confirm"
    lines = [
        f"{found.title}: {found.cards} cards, {found.rows} purpose rows, {at.phrases} phrases, {found.codes} codes",
        f"confirmed: {at.confirmed} phrases ({share})",
    ]
    lines += [f"confirmed in part, to be asked about again: {at.incomplete}"] if at.incomplete else []
    lines += [f"in dispute, waiting for an adjudication: {at.disputed}"] if at.disputed else []
    lines.append(f"undecided: {at.waiting} on open tasks, {at.later} to come")
    for kind, count in at.tasks.items():
        if count.open or count.answered:
            skipped = f" ({count.skipped} of them skipped)" if count.skipped else ""
            lines.append(f"{_NAMES[kind]}: {count.open} open{skipped}, {count.answered} answered")
    lines += [
        f"annotator {person.annotator}: {person.phrases} phrases in {person.annotations} answers, last "
        f"{person.last:%Y-%m-%d %H:%M} UTC"
        for person in at.people
    ]
    lines += [
        f"does not count: annotation {odd.annotation} of project {odd.project} by annotator {odd.annotator}: {odd.why}"
        for odd in found.odd[:_SHOWN]
    ]
    lines += [f"and {len(found.odd) - _SHOWN} more that do not count"] if len(found.odd) > _SHOWN else []
    if not at.phrases:
        lines.append("no card has been read yet: rechki propose STUDY")
    else:
        lines.append(f"left to do: about {at.actions} actions" if at.actions else "nothing is left to do")
    console.print("\n".join(lines), markup=False, soft_wrap=True)

"""status: where a study stands, in words and as JSON. It only reads, also while another run works."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from flows.stages import console
from flows.study import FRAME, OpenStudy, read_study
from models.agreement import Measure, reading
from models.alarms import Alarm, AlarmKind
from models.opinions import disputes, still_asked
from models.plural import counted
from models.quality import Quality
from models.reading import Refusal
from models.review import Kind
from models.standing import Standing, standing
from models.store import cards, review
from models.store.alarms import Alarms, read_alarms
from models.store.cards import ReadFile
from models.store.database import Transaction
from models.store.memory import recall
from models.store.quality import read_quality

_NAMES = {
    Kind.GROUP: "groups",
    Kind.ADDITION: "additions",
    Kind.SORT: "sorting pages",
    Kind.PHRASE: "single phrases",
    Kind.AUDIT: "blind audit",
    Kind.SECOND: "second coder's phrases",
    Kind.ADJUDICATION: "disputes",
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
class FrameStatus:
    """Where the coding of one frame stands."""

    codes: int
    review: Standing
    quality: Quality
    alarms: Alarms
    odd: list[Odd]


@dataclass(frozen=True)
class Status(FrameStatus):
    """Where a study stands: the coding of its purposes, and that of its further code frames by their names."""

    title: str
    cards: int
    rows: int
    further: dict[str, FrameStatus]
    not_read: list[Refusal]
    not_whole: list[ReadFile]


def status_of(folder: Path) -> Status:
    """Read where a study stands, as of the last `collect`."""
    with read_study(folder) as opened, opened.store.transaction() as tx:
        counted = cards.counts(tx)
        by_frame = {frame: _status_of(opened, tx, frame) for frame in opened.frames}
        return Status(
            **vars(by_frame.pop(FRAME)),
            title=opened.settings.title,
            cards=counted.cards,
            rows=counted.rows,
            further=by_frame,
            not_read=recall(opened.folder).refusals,
            not_whole=[file for file in cards.read_files(tx) if file.notes],
        )


def _status_of(opened: OpenStudy, tx: Transaction, frame: str) -> FrameStatus:
    codebook, states = review.coding(tx, frame)
    phrases = cards.phrases(tx, frame)
    tasks, answered = review.tasks(tx, frame), review.answered(tx)
    disputed = disputes(opened.store.study_id, frame, phrases, states)
    others = {place for other in opened.frames if other != frame for place in review.projects(tx, other)}
    withdrawn = review.withdrawn_tasks(tx, frame)
    return FrameStatus(
        codes=sum(not code.fixed for code in codebook.active()),
        review=standing(
            phrases.keys(),
            states,
            [task for task in still_asked(tasks, disputed, answered) if task.key not in withdrawn],
            answered,
            review.skipped(tx),
            review.live_decisions(tx, frame),
        ),
        quality=read_quality(tx, frame, opened.settings.review),
        alarms=read_alarms(tx, frame, opened.settings.cards.wave_by),
        odd=[
            Odd(instance, project, number, found.annotator, found.problem)
            for (instance, project, number), found in sorted(review.newest_annotations(tx).items())
            if found.problem and not found.removed and (instance, project) not in others
        ],
    )


def as_json(found: Status) -> str:
    """Write a status as JSON."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=1, default=str)


def print_status(found: Status) -> None:
    """Print a status in words."""
    console.print("\n".join(in_words(found)), markup=False, soft_wrap=True)


def in_words(found: Status, hide: Callable[[str], str] = str) -> list[str]:
    """Say where a study stands, a line a thing; `hide` is what names of files go through."""
    head = f"{found.title}: {counted(found.cards, 'card')}, {counted(found.rows, 'purpose row')}"
    lines = [f"{head}, {_in_review(found)}", *_frame_lines(found)]
    for frame, of_frame in found.further.items():
        lines.append(f"code frame {frame}: {_in_review(of_frame)}")
        lines += [f"  {line}" for line in _frame_lines(of_frame)]
    return [*lines, *_file_lines(found, hide)]


def _in_review(found: FrameStatus) -> str:
    return f"{counted(found.review.phrases, 'phrase')}, {counted(found.codes, 'code')}"


def _frame_lines(found: FrameStatus) -> list[str]:
    at = found.review
    share = f"{100 * at.confirmed / at.phrases:.0f} %" if at.phrases else "nothing to confirm"
    lines = [f"confirmed: {counted(at.confirmed, 'phrase')} ({share})"]
    lines += [f"confirmed in part, to be asked about again: {at.incomplete}"] if at.incomplete else []
    lines += [f"in dispute, waiting for an adjudication: {at.disputed}"] if at.disputed else []
    lines.append(f"undecided: {at.waiting} on open tasks, {at.later} to come")
    for kind, count in at.tasks.items():
        if count.open or count.answered:
            skipped = f" ({count.skipped} of them skipped)" if count.skipped else ""
            lines.append(f"{_NAMES[kind]}: {count.open} open{skipped}, {count.answered} answered")
    lines += [
        f"annotator {person.annotator}: {counted(person.phrases, 'phrase')} "
        f"in {counted(person.annotations, 'answer')}, last {person.last:%Y-%m-%d %H:%M} UTC"
        for person in at.people
    ]
    lines += _quality_lines(found.quality)
    lines += _alarm_lines(found.alarms)
    lines += [
        f"does not count: annotation {odd.annotation} of project {odd.project} by annotator {odd.annotator}: {odd.why}"
        for odd in found.odd[:_SHOWN]
    ]
    lines += [f"and {len(found.odd) - _SHOWN} more that do not count"] if len(found.odd) > _SHOWN else []
    if not at.phrases:
        lines.append("no phrase has been read yet: rechki propose STUDY")
    else:
        lines.append(f"left to do: about {counted(at.actions, 'action')}" if at.actions else "nothing is left to do")
        lines += [f"and to check it: about {at.checks} more; the report does not wait for them"] if at.checks else []
    return lines


def _file_lines(found: Status, hide: Callable[[str], str]) -> list[str]:
    """Card files that were not read, and rows and cells of others that were not taken as they stand."""
    lines = [f"not read: {hide(refusal.why)}" for refusal in found.not_read]
    for file in found.not_whole:
        places = counted(len(file.notes), "row or cell", "rows and cells")
        lines.append(f"not taken as they stand, of {hide(file.name)}: {places}")
        lines += [f"  {hide(note.said)}" for note in file.notes[:_SHOWN]]
        lines += [f"  and {len(file.notes) - _SHOWN} more"] if len(file.notes) > _SHOWN else []
    return lines


def _quality_lines(found: Quality) -> list[str]:
    """Audit, double coding and agreement, so far as there are any."""
    audit, double, whole = found.audit, found.double_coding, found.agreement.whole
    lines = []
    if audit.wanted:
        drawn = f"{audit.wanted} drawn from {counted(audit.confirmed, 'line')} confirmed on pages"
        lines.append(f"audited: {audit.answered} of {drawn}")
    if audit.error is not None and audit.low is not None and audit.high is not None:
        lines.append(
            f"error of confirming on pages: {audit.error:.1%}, 95 % interval {audit.low:.1%} to {audit.high:.1%} "
            f"({audit.differing} of {audit.answered} differ; {audit.same_person} answered by who had confirmed them)"
        )
    if double.wanted:
        lines.append(f"double coded: {double.answered} of {counted(double.wanted, 'phrase')}")
    if double.same_person:
        lines.append(
            f"odd: {double.same_person} of them had both answers from one person: the later one replaces the earlier, "
            "and is no second opinion"
        )
    if whole.phrases:
        equal, alpha = _measured(whole.percent, ".0%"), _measured(whole.alpha, ".2f")
        alpha += f", {reading(whole.alpha.value)}" if whole.alpha.value is not None else ""
        answered = f"{counted(whole.phrases, 'phrase')} that several people answered"
        lines.append(f"agreement on {answered}: {equal} equal, alpha {alpha}")
    lines += [f"adjudicated: {counted(found.adjudicated, 'phrase')}"] if found.adjudicated else []
    return lines


def _alarm_lines(found: Alarms) -> list[str]:
    """What the newest wave brought: groups that may be new themes, and what of the codes changed beyond noise."""
    lines = [
        f"may be a new theme, waits for review: «{theme.name}», {counted(len(theme.phrases), 'phrase')}"
        + (f" of wave {', '.join(theme.waves)}" if theme.waves else "")
        for theme in found.themes
    ]
    if found.found is None:
        told = f"wave {found.wave}: {found.decided} of {counted(found.phrases, 'phrase')} decided"
        return lines + ([f"{told}; changes are told when most are"] if found.wave else [])
    before, now = found.found.people
    waves = f"wave {found.wave} ({counted(now, 'respondent')}), before {before}"
    lines += [f"changed in {waves}: {_alarm_words(alarm, found.names)}" for alarm in found.found.alarms]
    if not found.found.alarms:
        lines.append(f"nothing in the codes changed beyond noise in {waves}")
    if unsure := found.found.unsure:
        lines.append(f"cannot tell of {counted(len(unsure), 'code')}: too few respondents named them")
    return lines


def _alarm_words(alarm: Alarm, names: Mapping[str, str]) -> str:
    one, *others = (f"«{names[code]}»" for code in alarm.codes)
    match alarm.kind:
        case AlarmKind.NEW:
            return f"{one} is new, {counted(alarm.now, 'respondent')} and none before"
        case AlarmKind.VANISHED:
            return f"{one} vanished, {counted(alarm.before, 'respondent')} before and none now"
        case AlarmKind.DRIFTED:
            before = counted(alarm.before, "respondent")
            return f"{one} drifted, {before} before and {alarm.now} now speak of different things"
    was, became = alarm.apart or (float("nan"), float("nan"))
    return (
        f"{one} and {others[0]} grow together, {was:.0%} of respondents were nearer to their own code, {became:.0%} are"
    )


def _measured(of: Measure, form: str) -> str:
    if of.value is None:
        return f"not defined ({of.why})"
    if of.low is None or of.high is None:
        return format(of.value, form)
    return f"{of.value:{form}} ({of.low:{form}} to {of.high:{form}})"

"""`rechki trace`: what stands behind the numbers of a code. It only reads, also while another run works.

For the owner, who has private.db, it names cards by their own ids too, and says the phrases.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from flows.stages import console
from flows.study import FRAME, read_study
from models.codebook import Code, Codebook, Event
from models.inert import printable
from models.plural import counted
from models.recoding import find_code, in_words
from models.store import cards, review
from models.tracing import Behind, annotations_behind, events_behind, for_owner
from reports.data import evidence_of


@dataclass(frozen=True)
class Trace:
    """A code with everything its numbers rest on, and the hash that a report of now would print."""

    code_id: str
    name: str
    rows: int
    scored: int
    annotations: list[Behind]
    events: list[tuple[Event, str]]
    evidence: str


def trace_code(folder: Path, wanted: str, frame: str = FRAME) -> Trace:
    """Find what stands behind a code, named by its name or id.

    Raises
    ------
    RechkiError
        When there is no such code, or it was merged into another; when the study does not work with the code frame.
    """
    with read_study(folder) as opened, opened.store.transaction() as tx:
        codebook, states = review.coding(tx, opened.require_frame(frame))
        code = _find(codebook, wanted)
        scores, events = cards.scores(tx), review.codebook_events(tx, frame)
        coded = [
            row
            for row in cards.coded_rows(tx, frame, states, opened.settings.cards.wave_by)
            if code.code_id in row.codes
        ]
        places, decisions = cards.phrase_places(tx, frame), review.live_decisions(tx, frame)
        annotations = annotations_behind(code.code_id, states, decisions, places, scores)
        if (private := opened.private).exists():
            annotations = for_owner(annotations, private.original_ids(), private.verbatims(frame))
        return Trace(
            code_id=code.code_id,
            name=code.name,
            rows=len(coded),
            scored=sum(row.score is not None for row in coded),
            annotations=annotations,
            events=[(event, in_words(event, codebook)) for event in events_behind(code.code_id, codebook, events)],
            evidence=evidence_of(tx, opened.settings),
        )


def _find(codebook: Codebook, wanted: str) -> Code:
    """Find any code that can have numbers, a fixed one too; `find_code` says why where there is none."""
    code = codebook.codes.get(wanted) or codebook.by_name(wanted)
    return code if code and not code.merged_into else find_code(codebook, wanted)


def as_json(found: Trace) -> str:
    """Write a trace as JSON."""
    told = asdict(found) | {
        "annotations": [_told(behind) for behind in found.annotations],
        "events": [
            {"event_id": event.event_id, "at": event.at, "who": event.who, "origin": event.origin, "what": words}
            for event, words in found.events
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=str)


def _told(behind: Behind) -> dict[str, object]:
    """All fields of an annotation, without those that are the owner's where there is nothing in them."""
    owners = ("original_id", "words")
    return {name: value for name, value in asdict(behind).items() if value is not None or name not in owners}


def _line(behind: Behind) -> str:
    card = behind.card_id + (f" ({_plain(behind.original_id)})" if behind.original_id else "")
    words = f"  «{_plain(behind.words)}»" if behind.words else ""
    return (
        f"annotation {behind.origin}  card {card} row {behind.row} "
        f"score {'-' if behind.score is None else behind.score}  phrase {behind.phrase_id} "
        f"({behind.start}-{behind.end})  annotator {behind.annotator}  {behind.decided_at:%Y-%m-%d %H:%M} UTC{words}"
    )


def _plain(text: str) -> str:
    return " ".join(printable(text).split())


def print_trace(found: Trace) -> None:
    """Print a trace in words, one line an annotation and phrase."""
    phrases = len({behind.phrase_id for behind in found.annotations})
    origins = len({behind.origin for behind in found.annotations})
    lines = [
        f"{printable(found.name)}  ({found.code_id})",
        f"{counted(found.rows, 'row')} ({found.scored} scored), "
        f"{counted(phrases, 'phrase')}, {counted(origins, 'annotation')}",
        f"evidence {found.evidence}",
    ]
    lines += [_line(behind) for behind in found.annotations]
    lines += [
        f"codebook event {event.event_id}  {event.who}  {event.at:%Y-%m-%d %H:%M} UTC  {printable(words)} "
        f"({event.origin})"
        for event, words in found.events
    ]
    console.print("\n".join(lines), markup=False, soft_wrap=True)

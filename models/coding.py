"""The coding: phrase to codes, derived by replaying people's decisions and the codebook log. Never stored as truth."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from models.codebook import Codebook, Event, Split
from models.measures.facts import CardAttributes


class Verdict(StrEnum):
    """What a person said about a phrase."""

    ASSIGN = "assign"  # these codes, and no others
    ALSO = "also"  # these codes, and something else that is still to be said
    NOT = "not"  # not these codes
    NOTHING = "nothing"  # the group was dissolved: nothing is said about the phrase
    TWO = "two"  # the group is several: nothing is said about the phrase, the group is proposed again in finer grain
    JOIN = "join"  # the phrase is only a part: its answer was cut wrongly and stands whole from now on


_GIVING = (Verdict.ASSIGN, Verdict.ALSO)


class Role(StrEnum):
    """In which capacity a person decided."""

    CODER = "coder"
    ADJUDICATOR = "adjudicator"


@dataclass(frozen=True)
class Decision:
    """What one person decided about one phrase in one revision of one annotation.

    `origin` is ``instance/project/annotation/revision``; `suggested` what had been shown as a suggestion.
    """

    decision_id: str
    frame: str
    phrase_id: str
    annotator: str
    decided_at: datetime
    role: Role
    verdict: Verdict
    codes: tuple[str, ...]
    suggested: tuple[str, ...]
    blind: bool
    lead_time: float | None
    origin: str


@dataclass(frozen=True)
class PhraseState:
    """Where a phrase stands after all decisions.

    Attributes
    ----------
    codes : frozenset of str
        Confirmed codes, merges followed; empty while nothing is confirmed or people disagree.
    complete : bool
        False when a person said that the phrase is also about something else, or `splitting` holds a code.
    disputed : bool
        Different people decided differently and nobody has adjudicated.
    rejected : frozenset of str
        Codes a person has ruled out for this phrase.
    origins : tuple of str
        The annotations behind `codes`.
    splitting : frozenset of str
        Those of `codes` that are to become several and that nobody has decided on since: they count until then.
    answers : tuple of tuple of str
        What people said where they disagree, without their names: codes, or ``!`` and a code that was ruled out.
    """

    codes: frozenset[str] = frozenset()
    complete: bool = False
    disputed: bool = False
    rejected: frozenset[str] = frozenset()
    origins: tuple[str, ...] = ()
    splitting: frozenset[str] = frozenset()
    answers: tuple[tuple[str, ...], ...] = ()

    @property
    def settled(self) -> bool:
        """Nothing more needs to be asked."""
        return bool(self.codes) and self.complete

    def as_asked(self) -> "PhraseState":
        """What review goes on from: a code that is being split is open again, and is not offered."""
        if not self.splitting:
            return self
        return replace(
            self, codes=self.codes - self.splitting, rejected=self.rejected | self.splitting, splitting=frozenset()
        )


OPEN = PhraseState()


@dataclass(frozen=True)
class _Opinion:
    """One person's standing opinion on one phrase."""

    codes: frozenset[str]
    complete: bool
    rejected: frozenset[str]
    origins: tuple[str, ...]


def replay_decisions(decisions: Iterable[Decision], codebook: Codebook) -> dict[str, PhraseState]:
    """Derive the state of every phrase that somebody decided on.

    A decision supersedes only earlier ones by the same person on the same phrase. Equal opinions of different people
    confirm; different ones wait for adjudication; an adjudication wins over all. What was said of a code before it was
    split counts until somebody gives the phrase a code after that; then it says nothing more of that code, so that the
    answer to a split is no dispute with the confirmations it splits.

    Parameters
    ----------
    decisions : iterable of Decision
        Of one frame, live ones only (of the newest revision of annotations that still exist), in any order.
    """
    by_phrase: dict[str, list[Decision]] = defaultdict(list)
    for decision in sorted(decisions, key=lambda d: (d.decided_at, d.origin, d.decision_id)):
        by_phrase[decision.phrase_id].append(decision)
    return {phrase: _split_state(phrase, made, codebook) for phrase, made in by_phrase.items()}


def _split_state(phrase: str, decisions: Sequence[Decision], codebook: Codebook) -> PhraseState:
    """The state of a phrase after the splits of its codes."""
    waiting = []
    for split in codebook.splits:
        if phrase not in split.phrases:
            continue
        if any(made.decided_at > split.after and made.verdict in _GIVING for made in decisions):
            decisions = [left for made in decisions if (left := _since(split, made)) is not None]
        else:
            waiting.append(codebook.resolve(split.code_id))
    state = _state(decisions, codebook)
    splitting = state.codes & frozenset(waiting)
    return replace(state, complete=False, splitting=splitting) if splitting else state


def _since(split: Split, made: Decision) -> Decision | None:
    """What a decision still says when a split of its code was answered; None: nothing.

    The rest of an earlier decision is no longer all there is to say, nor the last word.
    """
    if made.decided_at > split.after or not split.covers.intersection(made.codes):
        return made
    left = tuple(code for code in made.codes if code not in split.covers)
    verdict = Verdict.ALSO if made.verdict is Verdict.ASSIGN else made.verdict
    return replace(made, codes=left, verdict=verdict, role=Role.CODER) if left else None


def _state(decisions: Sequence[Decision], codebook: Codebook) -> PhraseState:
    final = [decision for decision in decisions if decision.role is Role.ADJUDICATOR]
    by_person: dict[str, list[Decision]] = defaultdict(list)
    for decision in final or decisions:
        by_person["adjudicator" if final else decision.annotator].append(decision)
    opinions = [_opinion(made, codebook) for made in by_person.values()]
    rejected = frozenset[str]().union(*(opinion.rejected for opinion in opinions))
    positive = [opinion for opinion in opinions if opinion.codes]
    if not positive:
        return PhraseState(rejected=rejected)
    fullest = max(positive, key=lambda opinion: (opinion.complete, len(opinion.codes)))
    agree = all(
        opinion.codes == fullest.codes or (not opinion.complete and opinion.codes < fullest.codes)
        for opinion in positive
    )
    if not agree or rejected & fullest.codes:
        chosen = frozenset[str]().union(*(opinion.codes for opinion in positive))
        said = {tuple(sorted(o.codes)) or tuple(f"!{code}" for code in sorted(o.rejected & chosen)) for o in opinions}
        return PhraseState(disputed=True, rejected=rejected, answers=tuple(sorted(said - {()})))
    origins = tuple(sorted({origin for opinion in positive for origin in opinion.origins}))
    return PhraseState(fullest.codes, fullest.complete, False, rejected, origins)


def _opinion(decisions: Sequence[Decision], codebook: Codebook) -> _Opinion:
    """Fold one person's decisions on one phrase, earliest first."""
    opinion = _Opinion(frozenset(), False, frozenset(), ())
    for decision in decisions:
        codes = frozenset(codebook.resolve(code) for code in decision.codes)
        match decision.verdict:
            case Verdict.ASSIGN | Verdict.ALSO:
                complete = decision.verdict is Verdict.ASSIGN
                opinion = _Opinion(codes, complete, opinion.rejected - codes, (decision.origin,))
            case Verdict.NOT:
                left = opinion.codes - codes
                opinion = _Opinion(left, opinion.complete and bool(left), opinion.rejected | codes, opinion.origins)
            case Verdict.NOTHING | Verdict.TWO | Verdict.JOIN:
                pass
    return opinion


def evidence_hash(
    decisions: Iterable[Decision],
    events: Iterable[Event],
    scores: Mapping[tuple[str, int], int | None],
    settings_json: str,
    attributes: Iterable[CardAttributes] = (),
) -> str:
    """Return the hash a report is printed with: decisions, codebook log, scores, dates, attributes and settings.

    The same decisions, events, scores and settings give the same hash on any machine and in any order.
    """
    made = sorted(
        [d.frame, d.phrase_id, d.annotator, d.decided_at.isoformat(), d.role, d.verdict, sorted(d.codes), d.origin]
        for d in decisions
    )
    log = sorted([e.event_id, e.kind, e.code_id, json.dumps(dict(e.payload), sort_keys=True)] for e in events)
    scored = sorted([card, row, score] for (card, row), score in scores.items())
    about = sorted(card.evidence for card in attributes if card.date or card.values)
    body = json.dumps([made, log, scored, settings_json, about], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()

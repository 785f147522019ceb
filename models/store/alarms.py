"""The alarms of a stored study: what its newest wave brought, told only when most of that wave is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.alarms import Found, Said, alarms_of
from models.coding import OPEN, PhraseState
from models.config import WaveBy
from models.planning import NEW_THEME, Phrase
from models.review import Kind
from models.store import cards, review, vectors
from models.store.database import Transaction
from models.themes import is_alarming
from models.waves import wave_order

_DECIDED = 0.9  # of the newest wave's phrases: with fewer, what nobody has named may only not have been read yet


@dataclass(frozen=True)
class Theme:
    """A proposed group that likely belongs to none of the confirmed codes, and that nobody has answered yet.

    Attributes
    ----------
    key : str
        Names the group: see `models.store.review.group_key`.
    name : str
        As it was suggested: a customer's words, masked.
    waves : tuple of str
        Those of its phrases.
    phrases : tuple of str
        Their ids, the surest first.
    """

    key: str
    name: str
    waves: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Alarms:
    """What of a code frame needs a look.

    Attributes
    ----------
    themes : tuple of Theme
        Groups that may be new themes; it takes no second wave for them.
    since, wave : tuple of str, and str
        The waves before, and the newest; empty with fewer than two.
    decided, phrases : int
        Of the newest wave.
    found : Found, optional
        None while it cannot be told: with fewer than two waves, and while much of the newest is not decided.
    names : mapping of code id to str
    """

    themes: tuple[Theme, ...] = ()
    since: tuple[str, ...] = ()
    wave: str = ""
    decided: int = 0
    phrases: int = 0
    found: Found | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def read_alarms(tx: Transaction, frame: str, wave_by: WaveBy | None) -> Alarms:
    """Compare the newest wave of a frame with the waves before it, from what is stored."""
    phrases, waves = cards.phrases(tx, frame), cards.phrase_waves(tx, frame, wave_by)
    themes = read_themes(tx, frame, wave_by)
    named = sorted({waves[phrase] for phrase in phrases if waves[phrase]}, key=wave_order)
    if len(named) < 2:
        return Alarms(themes)
    codebook, states = review.coding(tx, frame)
    newest = [phrase for phrase in phrases if waves[phrase] == named[-1]]
    decided = sum(bool(states.get(phrase, OPEN).codes) for phrase in newest)
    names = {code.code_id: code.name for code in codebook.active() if not code.fixed}
    found = None
    if decided >= _DECIDED * len(newest):
        found = alarms_of(_said(tx, frame, list(names), phrases, states, waves, named[-1]))
    return Alarms(themes, tuple(named[:-1]), named[-1], decided, len(newest), found, names)


def read_themes(tx: Transaction, frame: str, wave_by: WaveBy | None) -> tuple[Theme, ...]:
    """Return the groups that may well be new themes and wait for people, those of earlier proposals first."""
    phrases, waves = cards.phrases(tx, frame), cards.phrase_waves(tx, frame, wave_by)
    people = cards.respondents(tx, frame)
    done = review.answered(tx) | review.withdrawn_tasks(tx, frame)
    waiting = {(task.proposal_id, task.group) for task in review.tasks(tx, frame, Kind.GROUP) if task.key not in done}
    found = []
    for group in review.proposed_groups(tx, frame):
        held = tuple(phrase for phrase in group.phrase_ids if phrase in phrases)
        chance = float(str(group.about.get(NEW_THEME, 0)))
        if (group.proposal_id, group.number) in waiting and is_alarming(chance, len({people[one] for one in held})):
            named = sorted({waves[phrase] for phrase in held if waves[phrase]}, key=wave_order)
            key = review.group_key(group.proposal_id, group.number)
            found.append(Theme(key, str(group.about["name"]), tuple(named), held))
    return tuple(found)


def _said(
    tx: Transaction,
    frame: str,
    codes: list[str],
    phrases: Mapping[str, Phrase],
    states: Mapping[str, PhraseState],
    waves: Mapping[str, str],
    newest: str,
) -> Said:
    """The decided phrases of all waves; before there is a proposal vectors are nought: only counts can tell."""
    people = cards.respondents(tx, frame)
    held = [phrase for phrase in phrases if waves[phrase] and states.get(phrase, OPEN).codes]
    place = {code: at for at, code in enumerate(codes)}
    carries = np.zeros((len(held), len(codes)), bool)
    for row, phrase in enumerate(held):
        if not phrases[phrase].non_answer:
            carries[row, [place[code] for code in states[phrase].codes if code in place]] = True
    saying = [row for row in range(len(held)) if carries[row].any()]
    matrix = vectors.read_stored(tx, [phrases[held[row]].text_key for row in saying])
    every = np.zeros((len(held), 1 if matrix is None else matrix.shape[1]), np.float32)
    if matrix is not None:
        every[saying] = matrix
    return Said(
        names=held,
        people=[people[phrase] for phrase in held],
        newest=np.array([waves[phrase] == newest for phrase in held]),
        codes=codes,
        carries=carries,
        vectors=every,
    )

"""Splitting: what is said to be several is proposed again in finer grain, and reviewed on pages of groups as ever."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.clusters.finer import FEWEST, finer_groups
from models.codebook import EventKind
from models.coding import OPEN, PhraseState
from models.config import Study
from models.encoder.load import Encoder
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.planning import Phrase
from models.plural import counted
from models.proposing import by_text, described
from models.recoding import Change, Log, change_of, find_code
from models.store import cards, review, vectors
from models.store.database import Store, Transaction


def split(log: Log, wanted: str, phrases: Mapping[str, Phrase], newest: datetime) -> Change:
    """Say that a code is several: its phrases are proposed again, and keep the code until people have answered.

    Parameters
    ----------
    phrases : mapping of phrase id to Phrase
        Those that stand.
    newest : datetime
        When the newest of all decisions was made, by the clock of the server they were made on.

    Raises
    ------
    RechkiError
        When the code cannot be changed, is being split already, or has too few phrases.
    """
    code = find_code(log.codebook, wanted)
    if waiting := log.waiting_of(code.code_id):
        raise RechkiError(
            f"«{code.name}» is being split already: "
            f"{counted(waiting, 'phrase')} {'waits' if waiting == 1 else 'wait'} for an answer",
            code.code_id,
            "Answer their pages in Label Studio, or undo that split: rechki codes undo STUDY",
        )
    carried = sorted(phrase for phrase, state in log.states.items() if code.code_id in state.codes)
    alone = [phrase for phrase in carried if log.states[phrase].codes == {code.code_id}]
    texts = {phrases[phrase].text_key for phrase in alone if not phrases[phrase].non_answer}
    if len(texts) < FEWEST:
        raise RechkiError(
            f"{counted(len(texts), 'different text')} {'carries' if len(texts) == 1 else 'carry'} «{code.name}» alone: "
            "too few to be proposed as groups",
            code.code_id,
            f"From {FEWEST} on it can be split; recode these on their own pages in Label Studio.",
        )
    words = f"split «{code.name}» ({counted(len(carried), 'phrase')})"
    words += ": they come again in finer groups, and keep the code until then"
    payload = {"phrases": carried, "after": newest.isoformat()}
    return change_of(log, EventKind.SPLIT, code, payload, words)


@dataclass(frozen=True)
class _Cause:
    """Why something is proposed again: a split in the codebook's log, or a group that people marked as several."""

    key: str
    name: str
    phrases: tuple[str, ...]


def propose_splits(store: Store, settings: Study, encoder: Encoder, frame: str = PURPOSE_FRAME) -> int:
    """Propose finer groups of everything that is to be split and was not proposed yet; return how many groups.

    What carries other codes besides is asked alone, and what cannot make two groups as well. The vectors of all phrases
    must have been remembered.
    """
    with store.transaction() as tx:
        phrases = cards.phrases(tx, frame)
        done = review.split_proposals(tx, frame)
        return sum(_propose(tx, settings, encoder, frame, cause, phrases) for cause in _causes(tx, frame, done))


def _propose(
    tx: Transaction, settings: Study, encoder: Encoder, frame: str, cause: _Cause, phrases: Mapping[str, Phrase]
) -> int:
    same = by_text(phrases[one] for one in cause.phrases if one in phrases and not phrases[one].non_answer)
    keys = sorted(same)
    if len(keys) < FEWEST:
        return 0
    vectors.fit_space(tx, encoder, settings.encoder, keys)
    matrix = vectors.read_centred(tx, encoder, keys)
    groups = finer_groups(matrix, encoder.blocks, keys, settings.proposal)
    shown = described([same[key][0].text for key in keys], matrix, groups)
    identity = hashlib.sha256("\0".join([frame, "split", cause.key]).encode()).hexdigest()[:20]
    options = {**settings.proposal.model_dump(), review.SPLIT: cause.key}
    ids = [[phrase.phrase_id for phrase in same[key]] for key in keys]
    about = [{**one, "part_of": cause.name} for one in shown]
    review.add_proposal(tx, identity, frame, encoder.fingerprint, options, ids, groups, about)
    return groups.count


def _causes(tx: Transaction, frame: str, done: Collection[str]) -> list[_Cause]:
    """What is to be split and was not proposed yet."""
    codebook, states = review.coding(tx, frame)
    found = [
        _Cause(
            split.event_id,
            codebook.codes[split.code_id].name,
            tuple(phrase for phrase in sorted(split.phrases) if _only_splitting(states.get(phrase, OPEN))),
        )
        for split in codebook.splits
    ]
    marked = review.marked_groups(tx, frame)
    found += [
        _Cause(
            key,
            str(group.about.get("name", "")),
            tuple(phrase for phrase in group.phrase_ids if not states.get(phrase, OPEN).as_asked().codes),
        )
        for group in review.proposed_groups(tx, frame)
        if (key := review.group_key(group.proposal_id, group.number)) in marked
    ]
    return [cause for cause in found if cause.key not in done]


def _only_splitting(state: PhraseState) -> bool:
    return bool(state.codes) and state.codes == state.splitting

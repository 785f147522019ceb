"""Making a proposal and the tasks that are due, from the store and back into it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from models.clusters.groups import Groups
from models.clusters.proposal import propose_groups
from models.codebook import Codebook
from models.coding import PhraseState
from models.config import Study
from models.confirmed import read_confirmed
from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors
from models.naming import portraits
from models.opinions import confirmed_lines, further_tasks
from models.phrases import PURPOSE_FRAME
from models.planning import NEW_THEME, Phrase, Situation, due_tasks, refreshed_tasks
from models.store import cards, review, vectors
from models.store.database import Store, Transaction
from models.suggest import Suggester, Suggestion, Wish
from models.text import text_key
from models.themes import theme_groups


def open_texts(store: Store, frame: str = PURPOSE_FRAME) -> dict[str, str]:
    """Return what must be encoded, text by text key.

    These are the phrases that are no non-answers, and what the codes are called and defined as.
    """
    with store.transaction() as tx:
        codebook, _ = review.coding(tx, frame)
        told = [text for code in codebook.active() if not code.fixed for text in (code.name, code.definition) if text]
        by_key = by_text(phrase for phrase in cards.phrases(tx, frame).values() if not phrase.non_answer)
        return {text_key(text): text for text in told} | {key: same[0].text for key, same in by_key.items()}


def make_proposal(
    store: Store, settings: Study, encoder: Encoder, frame: str = PURPOSE_FRAME, progress: Progress | None = None
) -> int:
    """Group the phrases that no proposal has held yet and nobody was asked about, and return the number of groups.

    Where the codes are confirmed, a group is a new theme: phrases that belong to none of the codes. What is left in no
    group comes on pages of additions and sorting pages. Duplicates are one text. Fewer than ``proposal.min_phrases``
    new texts make no proposal: they are reviewed without one. The same phrases always give the same proposal.
    """
    with store.transaction() as tx:
        held = review.proposed_phrases(tx, frame) | review.asked_phrases(tx, frame)
        standing = cards.phrases(tx, frame)
        by_key = by_text(p for p in standing.values() if not (p.non_answer or p.joined or p.phrase_id in held))
        keys = sorted(by_key)
        if len(keys) < settings.proposal.min_phrases:
            return 0
        vectors.fit_space(tx, encoder, settings.encoder, keys)
        confirmed, matrix = read_confirmed(tx, encoder, *_learned(tx, frame, standing), keys)
        asked = {standing[one].text_key for one in held & standing.keys() if not standing[one].non_answer}
    options = settings.proposal.model_dump()
    if confirmed.carry_a_frame(asked, settings.proposal.min_phrases):
        groups, chances = theme_groups(matrix, keys, confirmed, settings.proposal.seed)
        options[review.THEMES] = len(confirmed.keys)
    else:
        groups = propose_groups(matrix, encoder.blocks, keys, settings.proposal, progress)
        chances = ()
    about = described([by_key[key][0].text for key in keys], matrix, groups)
    for one, chance in zip(about, chances, strict=False):
        one[NEW_THEME] = round(chance, 3)
    phrase_ids = [[phrase.phrase_id for phrase in by_key[key]] for key in keys]
    told = [frame, encoder.fingerprint, options, phrase_ids]
    identity = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    proposal_id = hashlib.sha256(identity.encode()).hexdigest()[:20]
    with store.transaction() as tx:
        review.add_proposal(tx, proposal_id, frame, encoder.fingerprint, options, phrase_ids, groups, about)
    return groups.count


def _learned(
    tx: Transaction, frame: str, phrases: dict[str, Phrase]
) -> tuple[Codebook, dict[str, Phrase], dict[str, PhraseState]]:
    codebook, states = review.coding(tx, frame)
    return codebook, phrases, {phrase: state.as_asked() for phrase, state in states.items()}


def described(texts: Sequence[str], matrix: Vectors, groups: Groups) -> list[dict[str, Any]]:
    """What is stored and shown of every group: its portrait, and how it stands among the others."""
    shown = portraits(texts, matrix, groups)
    return [
        {
            "name": portrait.name,
            "keywords": list(portrait.keywords),
            "exemplars": list(portrait.exemplars),
            "cohesion": round(kin.cohesion, 3),
            "alike": [shown[other].name for other in kin.alike],
            "two": int(kin.two),
            "net": kin.net,
        }
        for portrait, kin in zip(shown, groups.kin, strict=True)
    ]


def plan_tasks(store: Store, settings: Study, encoder: Encoder, frame: str = PURPOSE_FRAME) -> int:
    """Store the tasks that are due now, those of further people too, and return how many are new.

    Single phrases that nobody has answered yet get the suggestions that follow from what is confirmed by now.
    """
    with store.transaction() as tx:
        codebook, coded = review.coding(tx, frame)
        states = {phrase: state.as_asked() for phrase, state in coded.items()}
        phrases = cards.phrases(tx, frame)
        withdrawn = review.withdrawn_tasks(tx, frame)
        before = [task for task in review.tasks(tx, frame) if task.key not in withdrawn]
        situation = Situation(
            study_id=store.study_id,
            frame=frame,
            phrases=phrases,
            groups=review.proposed_groups(tx, frame),
            tasks=[
                replace(task, suggested=tuple(codebook.resolve(code) for code in task.suggested))
                for task in before
                if not task.kind.is_check
            ],
            answered=review.answered(tx),
            states=states,
            page_size=settings.review.page_size,
            skipped=review.skipped(tx),
            gone=cards.joined_phrases(tx, frame),
            split={codebook.resolve(split.code_id) for split in codebook.splits},
        )

        def offer(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
            return _offers(tx, encoder, codebook, phrases, states, wanted)

        review.change_tasks(tx, refreshed_tasks(situation, offer))
        due = due_tasks(situation, offer)
        everything = [*before, *due]
        confirmed = confirmed_lines(everything, review.first_answers(tx, frame), codebook, phrases.keys())
        further = further_tasks(replace(situation, tasks=everything), confirmed, settings.review)
        return review.add_tasks(tx, [*due, *further])


def _offers(
    tx: Transaction,
    encoder: Encoder,
    codebook: Codebook,
    phrases: dict[str, Phrase],
    states: dict[str, PhraseState],
    wanted: Sequence[tuple[str, Collection[str]]],
) -> list[list[Suggestion]]:
    """Suggest codes for texts from what is confirmed; nothing while there is no code.

    A text that was coded before, word for word, is offered those codes first.
    """
    if not wanted or all(code.fixed for code in codebook.active()):
        return [[] for _ in wanted]
    keys = [text_key(text) for text, _ in wanted]
    confirmed, matrix = read_confirmed(tx, encoder, codebook, phrases, states, keys)
    before: dict[str, set[str]] = defaultdict(set)
    for phrase_id, state in states.items():
        before[phrases[phrase_id].text_key] |= state.codes
    wishes = [
        Wish(vector, rejected, before.get(key, set()))
        for vector, key, (_, rejected) in zip(matrix, keys, wanted, strict=True)
    ]
    return Suggester(confirmed.coded).suggestions(wishes)


def by_text(phrases: Iterable[Phrase]) -> dict[str, list[Phrase]]:
    """Gather phrases that read the same, by text key."""
    out: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        out[phrase.text_key].append(phrase)
    return out

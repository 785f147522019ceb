"""Making a proposal and the tasks that are due, from the store and back into it."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.clusters.groups import Groups
from models.clusters.proposal import propose_groups
from models.codebook import Codebook
from models.coding import PhraseState
from models.config import Study
from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors
from models.naming import portraits
from models.opinions import confirmed_lines, further_tasks
from models.phrases import PURPOSE_FRAME
from models.planning import Phrase, Situation, due_tasks, refreshed_tasks
from models.store import cards, review, vectors
from models.store.database import Store, Transaction
from models.suggest import Coded, Suggester, Suggestion, Wish
from models.text import text_key


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
    """Cluster the phrases that no proposal has held and nobody was asked about yet, and return the number of groups.

    Duplicates are one text. Fewer than ``proposal.min_phrases`` new texts make no proposal: they are reviewed one by
    one. The same phrases always give the same proposal.
    """
    with store.transaction() as tx:
        held = review.proposed_phrases(tx, frame) | review.asked_phrases(tx, frame)
        standing = cards.phrases(tx, frame).values()
        by_key = by_text(p for p in standing if not (p.non_answer or p.joined or p.phrase_id in held))
        keys = sorted(by_key)
        if len(keys) < settings.proposal.min_phrases:
            return 0
        vectors.fit_space(tx, encoder, settings.encoder, keys)
        matrix = vectors.read_centred(tx, encoder, keys)
    groups = propose_groups(matrix, encoder.blocks, keys, settings.proposal, progress)
    about = described([by_key[key][0].text for key in keys], matrix, groups)
    phrase_ids = [[phrase.phrase_id for phrase in by_key[key]] for key in keys]
    options = settings.proposal.model_dump()
    identity = review.settings_json([frame, encoder.fingerprint, options, phrase_ids])
    proposal_id = hashlib.sha256(identity.encode()).hexdigest()[:20]
    with store.transaction() as tx:
        review.add_proposal(tx, proposal_id, frame, encoder.fingerprint, options, phrase_ids, groups, about)
    return groups.count


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
    codes = [code for code in codebook.active() if not code.fixed]
    if not wanted or not codes:
        return [[] for _ in wanted]
    place = {code.code_id: at for at, code in enumerate(codes)}
    confirmed: dict[str, set[int]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    for phrase_id, state in states.items():
        phrase = phrases[phrase_id]
        before[phrase.text_key] |= state.codes
        if not phrase.non_answer and (held := {place[code] for code in state.codes if code in place}):
            confirmed[phrase.text_key] |= held
    coded_keys = sorted(confirmed)
    carries = np.zeros((len(coded_keys), len(codes)), bool)
    for at, key in enumerate(coded_keys):
        carries[at, sorted(confirmed[key])] = True

    named, told = [text_key(code.name) for code in codes], [text_key(code.definition) for code in codes]
    keys = [text_key(text) for text, _ in wanted]
    of = dict.fromkeys([*named, *filter(None, told), *coded_keys, *keys])
    vector = dict(zip(of, vectors.read_centred(tx, encoder, list(of)), strict=True))
    nothing = np.zeros(sum(encoder.blocks), np.float32)

    def stacked(wanted: Iterable[str]) -> Vectors:
        return np.array([vector.get(key, nothing) for key in wanted], np.float32).reshape(-1, len(nothing))

    coded = Coded(list(place), stacked(named), stacked(coded_keys), carries, stacked(told))
    wishes = [
        Wish(vector[key], rejected, before.get(key, set())) for key, (_, rejected) in zip(keys, wanted, strict=True)
    ]
    return Suggester(coded).suggestions(wishes)


def by_text(phrases: Iterable[Phrase]) -> dict[str, list[Phrase]]:
    """Gather phrases that read the same, by text key."""
    out: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        out[phrase.text_key].append(phrase)
    return out

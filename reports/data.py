"""What a report holds, gathered from the store in one transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from models.balance import CodedRow, fixed_counts, net_balance, served_balance
from models.codebook import Code
from models.coded import Passed
from models.coding import evidence_hash
from models.config import Study
from models.phrases import PURPOSE_FRAME
from models.quality import UNCHECKED, Quality
from models.store import cards, review
from models.store.database import Store, Transaction, now
from models.store.private import Private
from models.store.quality import read_quality
from models.waves import wave_balance
from reports.map import Dot


@dataclass(frozen=True)
class Verbatim:
    """A confirmed phrase as the report shows it: the customer's words, the score and the reason given for it.

    `behind` names what stands behind the code: ``instance/project/annotation/revision``, or file and line of a coding
    made outside Rechki; several joined by ``; ``.
    """

    text: str
    score: int | None
    why: str
    wave: str
    phrase_id: str = ""
    behind: str = ""


@dataclass(frozen=True)
class Outside:
    """A table coded outside Rechki: its name, what of it was not taken as it stands, and notes on what was."""

    file: str
    lines: int
    refused: tuple[Passed, ...]
    no_score: tuple[Passed, ...]
    notes: tuple[Passed, ...]


@dataclass(frozen=True)
class Report:
    """Everything on the pages of a report.

    Attributes
    ----------
    balance : DataFrame
        From `models.balance.served_balance`: one row a code that has confirmed rows, the largest first.
    nets : DataFrame
        From `models.balance.net_balance`: empty when no code has a net.
    waves : DataFrame
        From `models.waves.wave_balance`: empty with fewer than two waves.
    fixed : DataFrame
        From `models.balance.fixed_counts`.
    verbatims : dict of code id to list of Verbatim
        Confirmed phrases by code, the lowest score first, unscored last.
    confirmed, awaiting, disputed, unfinished : int
        Phrases with a confirmed code and phrases without one: together all there are. Of the latter, those that two
        people decided differently; of the former, those somebody marked as being about something else besides.
    evidence : str
        The hash of decisions, codebook log, scores and the balance's settings.
    scripted : bool
        A script, not a person, reviewed the phrases.
    masked : bool
        The texts are masked because the private file is not there.
    dots : tuple of Dot
        The first proposal's phrases on its map, each with the name of its (first) confirmed code.
    quality : Quality
        Agreement of people and the audit.
    coded : tuple of CodedRow
        The rows behind all numbers.
    outside : Outside, optional
        The table the codings come from when they were made outside Rechki; then there are no phrases to confirm.
    """

    title: str
    made_at: datetime
    balance: pd.DataFrame
    nets: pd.DataFrame
    waves: pd.DataFrame
    fixed: pd.DataFrame
    codes: tuple[Code, ...]
    verbatims: dict[str, list[Verbatim]]
    cards: int
    rows: int
    coded_rows: int
    respondents: int
    awaiting: int
    unfinished: int
    confirmed: int
    disputed: int
    evidence: str
    settings: Study
    scripted: bool
    masked: bool
    dots: tuple[Dot, ...] = ()
    quality: Quality = UNCHECKED
    coded: tuple[CodedRow, ...] = ()
    outside: Outside | None = None


def gather(store: Store, settings: Study, folder: Path, frame: str = PURPOSE_FRAME) -> Report:
    """Compute the served balance from the confirmed coding and collect what the report shows."""
    private = Private(folder)
    raw = private.verbatims(frame) if private.exists() else {}
    reasons = private.verbatims("why") if private.exists() else {}
    with store.transaction() as tx:
        codebook, states = review.coding(tx, frame)
        phrases = cards.phrases(tx, frame)
        places = cards.phrase_places(tx, frame)
        contexts = cards.contexts(tx, frame)
        coded = cards.coded_rows(tx, frame, states)
        counts = cards.counts(tx)
        mapped = review.map_places(tx, frame)
        checked = read_quality(tx, frame, settings.review)
        evidence = evidence_of(tx, settings, frame)
    confirmed = [state for state in states.values() if state.codes]
    codes = tuple(codebook.codes.values())
    waves = {(row.card_id, row.row): row.wave for row in coded}
    verbatims: dict[str, list[Verbatim]] = defaultdict(list)

    def words(phrase_id: str) -> str:
        card, row, start, end = places[phrase_id]
        return raw[card, row][start:end] if (card, row) in raw else phrases[phrase_id].text

    for phrase_id, state in states.items():
        card, row, _, _ = places[phrase_id]
        text = words(phrase_id)
        why = reasons.get((card, row), contexts[phrase_id].why)
        behind = "; ".join(state.origins)
        for code in state.codes:
            wave = waves.get((card, row), "")
            verbatims[code].append(Verbatim(text, contexts[phrase_id].score, why.strip(), wave, phrase_id, behind))
    names = {code.code_id: code.name for code in codes}
    dots = tuple(
        Dot(x, y, words(phrase_id), min((names[code] for code in states[phrase_id].codes), default=""))
        if phrase_id in states
        else Dot(x, y, words(phrase_id), "")
        for phrase_id, (x, y) in sorted(mapped.items())
        if phrase_id in phrases
    )
    sort_verbatims(verbatims.values())
    return Report(
        title=settings.title,
        made_at=now(),
        balance=served_balance(coded, codes, settings.balance, settings.cards.handed_out),
        nets=net_balance(coded, codes, settings.balance, settings.cards.handed_out),
        waves=wave_balance(coded, codes, settings.balance),
        fixed=fixed_counts(coded, codes),
        codes=codes,
        verbatims=dict(verbatims),
        cards=counts.cards,
        rows=counts.rows,
        coded_rows=len(coded),
        respondents=len({row.respondent for row in coded}),
        awaiting=len(phrases) - len(confirmed),
        unfinished=sum(not state.complete for state in confirmed),
        confirmed=len(confirmed),
        disputed=sum(state.disputed for state in states.values()),
        evidence=evidence,
        settings=settings,
        scripted=settings.review.scripted,
        masked=not raw,
        dots=dots,
        quality=checked,
        coded=tuple(coded),
    )


def evidence_of(tx: Transaction, settings: Study, frame: str = PURPOSE_FRAME) -> str:
    """Return the hash a report prints: of the decisions, the codebook's log, the scores and the balance's settings."""
    decisions, events = review.live_decisions(tx, frame), review.codebook_events(tx, frame)
    return evidence_hash(decisions, events, cards.scores(tx), settings.balance.model_dump_json())


def sort_verbatims(lists: Iterable[list[Verbatim]]) -> None:
    """Put the words of every code in the report's order: the lowest score first, unscored last."""
    for shown in lists:
        shown.sort(key=lambda item: (item.score is None, item.score, item.text))

"""What a report holds, gathered from the store in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from models.balance import CodedRow, fixed_counts, net_balance, served_balance
from models.codebook import Code, Event
from models.coded import Passed
from models.coding import evidence_hash
from models.config import Study
from models.criteria import Criteria, criteria_of
from models.evidence import settings_behind
from models.measures.measured import Measured, measure
from models.phrases import PURPOSE_FRAME, WHY_FRAME
from models.quality import UNCHECKED, Quality
from models.reading import Refusal
from models.sharing import Shared
from models.store import cards, review
from models.store.alarms import Alarms, read_alarms
from models.store.cards import ReadFile
from models.store.database import Store, Transaction, now
from models.store.memory import recall
from models.store.private import Private
from models.store.quality import read_quality
from models.waves import wave_balance
from reports.map import Dot


@dataclass(frozen=True)
class Verbatim:
    """A confirmed phrase as the report shows it: the customer's words, the score and the reason given for it.

    `behind` names what stands behind the code: ``instance/project/annotation/revision``, or file and line of a coding
    made outside Rechki; several joined by ``; ``. `masked` has text and reason as Label Studio shows them, where the
    cards were masked on reading. `card` is the id that the card had in its file: only the owner's report has it.
    """

    text: str
    score: int | None
    why: str
    wave: str
    phrase_id: str = ""
    behind: str = ""
    masked: tuple[str, str] | None = None
    card: str = ""


@dataclass(frozen=True)
class Outside:
    """A table coded outside Rechki: its name, what of it was not taken as it stands, and notes on what was."""

    file: str
    lines: int
    refused: tuple[Passed, ...]
    no_score: tuple[Passed, ...]
    notes: tuple[Passed, ...]


@dataclass(frozen=True)
class Reasons:
    """The coded reasons for the scores: by what people judge, what they wish.

    Attributes
    ----------
    tables : Criteria
        From `models.criteria.criteria_of`.
    codes : tuple of Code
        The codebook of the reasons.
    verbatims : dict of code id to list of Verbatim
        Confirmed phrases of reasons by code, the lowest score first, unscored last.
    confirmed, awaiting, disputed : int
        Phrases of reasons with a confirmed code, without one, and of these those that two people decided differently.
    coded : tuple of CodedRow
        The purpose rows with the codes of their reasons.
    quality : Quality
        Agreement of people and the audit, of these codes.
    """

    tables: Criteria
    codes: tuple[Code, ...]
    verbatims: dict[str, list[Verbatim]]
    confirmed: int = 0
    awaiting: int = 0
    disputed: int = 0
    coded: tuple[CodedRow, ...] = ()
    quality: Quality = UNCHECKED


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
        The hash of what the numbers rest on: see `evidence_of`.
    scripted : bool
        A script, not a person, reviewed the phrases.
    masked : bool
        The texts are masked because the private file is not there.
    dots : tuple of Dot
        The first proposal's phrases on its map, each with the name of its (first) confirmed code.
    quality : Quality
        Agreement of people and the audit.
    alarms : Alarms, optional
        What the newest wave brought; where codings were made outside only new and vanished codes, and in no report
        that may leave the team.
    reasons : Reasons, optional
        The coded reasons, where they are coded at all.
    coded : tuple of CodedRow
        The rows behind all numbers.
    events : tuple of Event
        The codebook's log.
    outside : Outside, optional
        The table the codings come from when they were made outside Rechki; then there are no phrases to confirm.
    measured : Measured
        What was measured besides, where the cards have columns for it.
    shared : Shared, optional
        The report may leave the team: `reports.share.shared` made it.
    not_read, not_whole : tuples of Refusal and ReadFile
        Files of cards of which nothing could be used, and those of which some rows or cells were not taken.
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
    alarms: Alarms | None = None
    reasons: Reasons | None = None
    coded: tuple[CodedRow, ...] = ()
    events: tuple[Event, ...] = ()
    outside: Outside | None = None
    measured: Measured = field(default_factory=Measured)
    shared: Shared | None = None
    not_read: tuple[Refusal, ...] = ()
    not_whole: tuple[ReadFile, ...] = ()

    @property
    def names_cards(self) -> bool:
        """Whether it names cards by the ids of their files: only the owner's does."""
        return not (self.masked or self.shared) and any(said.card for of in self.verbatims.values() for said in of)


def gather(store: Store, settings: Study, folder: Path, frame: str = PURPOSE_FRAME, *, masked: bool = False) -> Report:
    """Compute the served balance from the confirmed coding and collect what the report shows.

    Parameters
    ----------
    masked : bool
        Show masked texts even where the private file is there; it is not opened then.
    """
    private = Private(folder)
    open_words = private.exists() and not masked
    raw = private.verbatims(frame) if open_words else {}
    reasons = private.verbatims("why") if open_words else {}
    original_ids = private.original_ids() if raw else {}
    with store.transaction() as tx:
        codebook, states = review.coding(tx, frame)
        phrases = cards.phrases(tx, frame)
        places = cards.phrase_places(tx, frame)
        contexts = cards.contexts(tx, frame)
        coded = cards.coded_rows(tx, frame, states, settings.cards.wave_by)
        coded_reasons = _reasons(tx, settings, coded, tuple(codebook.codes.values()), reasons)
        counts = cards.counts(tx)
        attributes = cards.attributes(tx)
        mapped = review.map_places(tx, frame)
        checked = read_quality(tx, frame, settings.review)
        changed = read_alarms(tx, frame, settings.cards.wave_by)
        evidence = evidence_of(tx, settings)
        events = review.codebook_events(tx, frame)
        not_whole = tuple(file for file in cards.read_files(tx) if file.notes)
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
        why = reasons.get((card, row)) or contexts[phrase_id].why
        covered = phrases[phrase_id].text, contexts[phrase_id].why.strip()
        behind = "; ".join(state.origins)
        for code in state.codes:
            wave = waves.get((card, row), "")
            score = contexts[phrase_id].score
            own_id = original_ids.get(card, "")
            verbatims[code].append(Verbatim(text, score, why.strip(), wave, phrase_id, behind, covered, own_id))
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
        reasons=coded_reasons,
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
        alarms=changed,
        coded=tuple(coded),
        events=tuple(events),
        measured=measure(
            coded, codes, attributes, settings, settings.cards.columns.attributes, not settings.cards.dayfirst
        ),
        not_read=tuple(recall(folder).refusals),
        not_whole=not_whole,
    )


def _reasons(
    tx: Transaction,
    settings: Study,
    purposes: Sequence[CodedRow],
    codes: Sequence[Code],
    raw: Mapping[tuple[str, int], str],
) -> Reasons | None:
    """The coded reasons, where the study codes them; `raw` has their verbatims by (card id, row) as far as kept."""
    if WHY_FRAME not in settings.frames:
        return None
    codebook, states = review.coding(tx, WHY_FRAME)
    phrases, places = cards.phrases(tx, WHY_FRAME), cards.phrase_places(tx, WHY_FRAME)
    coded, scores = cards.coded_rows(tx, WHY_FRAME, states, settings.cards.wave_by), cards.scores(tx)
    waves = {(row.card_id, row.row): row.wave for row in coded}
    verbatims: dict[str, list[Verbatim]] = defaultdict(list)
    for phrase_id, state in states.items():
        card, row, start, end = places[phrase_id]
        masked = phrases[phrase_id].text
        text = raw[card, row][start:end] if raw.get((card, row)) else masked
        wave, behind = waves.get((card, row), ""), "; ".join(state.origins)
        for code in state.codes:
            verbatims[code].append(Verbatim(text, scores[card, row], "", wave, phrase_id, behind, (masked, "")))
    sort_verbatims(verbatims.values())
    all_codes, confirmed = tuple(codebook.codes.values()), sum(bool(state.codes) for state in states.values())
    return Reasons(
        criteria_of(purposes, codes, coded, all_codes, settings.balance),
        all_codes,
        dict(verbatims),
        confirmed,
        len(phrases) - confirmed,
        sum(state.disputed for state in states.values()),
        tuple(coded),
        read_quality(tx, WHY_FRAME, settings.review),
    )


def evidence_of(tx: Transaction, settings: Study) -> str:
    """Return the hash a report prints: of all that its numbers rest on.

    That is the decisions and the codebook's log of all the study's code frames, the scores, dates and attributes of the
    cards, and the settings that numbers depend on.
    """
    decisions = [made for frame in settings.frames for made in review.live_decisions(tx, frame)]
    events = [event for frame in settings.frames for event in review.codebook_events(tx, frame)]
    return evidence_hash(
        decisions,
        events,
        cards.scores(tx),
        settings_behind(settings),
        cards.attributes(tx),
    )


def sort_verbatims(lists: Iterable[list[Verbatim]]) -> None:
    """Put the words of every code in the report's order: the lowest score first, unscored last."""
    for shown in lists:
        shown.sort(key=lambda item: (item.score is None, item.score, item.text))

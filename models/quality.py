"""How far a coding can be relied on: the agreement of people and the error of confirming on pages, so far as known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.agreement import Agreement, Unit, agreement
from models.audit import AuditResult, draw, measure
from models.codebook import Codebook
from models.coding import Decision, Role, Verdict
from models.config import Review
from models.opinions import FirstAnswer, blind_answers, confirmed_lines
from models.planning import Phrase
from models.review import Kind, ReviewTask


@dataclass(frozen=True)
class DoubleCoding:
    """Phrases asked of a second coder, those answered, and those he had answered first himself: no second opinion."""

    wanted: int = 0
    answered: int = 0
    same_person: int = 0


@dataclass(frozen=True)
class Quality:
    """What is known of how far the coding can be relied on; `adjudicated` counts phrases."""

    agreement: Agreement
    audit: AuditResult
    double_coding: DoubleCoding
    adjudicated: int


UNCHECKED = Quality(agreement(()), AuditResult(), DoubleCoding(), 0)


def quality(
    study_id: str,
    settings: Review,
    phrases: Mapping[str, Phrase],
    respondents: Mapping[str, str],
    tasks: Sequence[ReviewTask],
    said: Sequence[FirstAnswer],
    codebook: Codebook,
) -> Quality:
    """Measure agreement and the audit from first answers.

    Parameters
    ----------
    phrases, respondents : mappings of phrase id
        Phrases that stand, and who said them.
    said : sequence of FirstAnswer
        Of annotations that still exist.
    """
    lines = confirmed_lines(tasks, said, codebook, phrases.keys())
    drawn = draw(study_id, lines, settings.audit, settings.audit_least)
    standing = [answer for answer in said if answer.decision.phrase_id in phrases]
    return Quality(
        agreement(units(standing, codebook, phrases, respondents)),
        measure(lines, drawn, blind_answers(standing, codebook)),
        _double_coding(tasks, standing),
        len({answer.decision.phrase_id for answer in standing if answer.decision.role is Role.ADJUDICATOR}),
    )


def units(
    said: Iterable[FirstAnswer], codebook: Codebook, phrases: Mapping[str, Phrase], respondents: Mapping[str, str]
) -> list[Unit]:
    """Return what coders said first of each phrase, merges of codes followed; adjudicators have seen the answers.

    A first answer is the first that gives all codes of a phrase. Duplicates that were answered together are one unit.
    """
    first: dict[str, dict[str, Decision]] = {}
    for answer in sorted(said, key=lambda item: (item.decision.decided_at, item.decision.origin)):
        made = answer.decision
        if made.role is Role.CODER and made.verdict is Verdict.ASSIGN:
            first.setdefault(made.phrase_id, {}).setdefault(made.annotator, made)
    apart: dict[tuple[object, ...], Unit] = {}
    for phrase_id, answers in sorted(first.items()):
        together = sorted((who, made.origin) for who, made in answers.items())
        codes = {who: frozenset(codebook.resolve(code) for code in made.codes) for who, made in answers.items()}
        blind = frozenset(who for who, made in answers.items() if made.blind)
        unit = Unit(respondents[phrase_id], codes, blind)
        apart.setdefault((phrases[phrase_id].text_key, *together), unit)
    return list(apart.values())


def _double_coding(tasks: Iterable[ReviewTask], said: Iterable[FirstAnswer]) -> DoubleCoding:
    second: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    for answer in said:
        if answer.kind is Kind.SECOND:
            second[answer.task] = answer.decision.annotator
        elif answer.decision.verdict in (Verdict.ASSIGN, Verdict.ALSO) and answer.decision.role is Role.CODER:
            others.setdefault(answer.decision.phrase_id, set()).add(answer.decision.annotator)
    asked = [task for task in tasks if task.kind is Kind.SECOND]
    answered = [task for task in asked if task.key in second]
    same = sum(second[task.key] in others.get(task.phrase_ids[0], ()) for task in answered)
    return DoubleCoding(len(asked), len(answered), same)
